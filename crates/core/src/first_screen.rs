//! What the page needs to paint the first screen by itself, before the wasm is here.

use serde_json::{Map, Value};

use crate::event::{Rating, Scale};
use crate::survey::{Survey, text};
use crate::words::Words;

/// The languages of this version, each with its own name for itself.
pub const LANGUAGES: [(&str, &str); 14] = [
    ("zh-CN", "中文"),
    ("en", "English"),
    ("zh-TW", "繁體中文"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("es", "Español"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("pt", "Português"),
    ("ru", "Русский"),
    ("ar", "العربية"),
    ("th", "ไทย"),
    ("vi", "Tiếng Việt"),
    ("id", "Bahasa Indonesia"),
];

/// A language's own name; its tag where this version does not know it.
pub fn language_name(tag: &str) -> &str {
    LANGUAGES.iter().find(|(known, _)| *known == tag).map_or(tag, |(_, name)| name)
}

/// How a level is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// A symbol of the page; empty where the number itself is drawn.
    pub icon: &'static str,
    /// Its colour among the five of the style, 1 the worst; 0 for the brand's.
    pub tone: u8,
}

impl Key {
    /// How this level of a scale is drawn. Fewer faces are those of the five that lie as far apart.
    pub fn of(scale: Scale, rating: Rating) -> Self {
        const FACES: [&str; 5] = ["face-1", "face-2", "face-3", "face-4", "face-5"];
        let level = rating.level();
        let face = |tone: u8| Self { icon: FACES.get(usize::from(tone) - 1).copied().unwrap_or_default(), tone };
        match scale {
            Scale::Faces5 => face(level.clamp(1, 5)),
            Scale::Faces4 => face(if level > 2 { (level + 1).min(5) } else { level.max(1) }),
            Scale::Faces3 => face((2 * level).clamp(2, 6) - 1),
            Scale::Thumbs if level < 2 => Self { icon: "thumb-down", tone: 1 },
            Scale::Thumbs => Self { icon: "thumb-up", tone: 5 },
            Scale::Stars5 => Self { icon: "star", tone: 0 },
            Scale::Nps | Scale::Ces => Self { icon: "", tone: 0 },
        }
    }
}

/// The first screen of a survey at a service point (empty: the survey's title stands there), in every language that it
/// has. `offered` are the languages to choose from, by their tags; `words` gives those of the kiosk.
///
/// `looks` are further members, of how the page is to look.
///
/// The page keeps it from one start to the next, for painting and for nothing else: `first_paint.js` reads it.
pub fn first_screen(
    survey: &Survey,
    offered: &[String],
    place: &str,
    locale: &str,
    looks: &[(&str, &str)],
    words: impl Fn(&str) -> &'static Words,
) -> Value {
    // Inserted one by one: collecting would bring a sort into the module that every tablet loads.
    let mut texts = Map::new();
    for tag in &survey.locales {
        let words = words(tag);
        let levels = survey.levels.iter().map(|level| string(text(level, tag))).collect();
        let texts_of = object(&[
            ("title", text(&survey.title, tag)),
            ("question", text(&survey.question, tag)),
            ("hint", text(&survey.hint, tag)),
            ("promise", text(&survey.promise, tag)),
            ("large", words.large_text),
            ("contrast", words.contrast),
            ("read", words.read_aloud),
            ("stop", words.stop_reading),
            ("language", words.language),
        ]);
        texts.insert(tag.clone(), Value::Object(with(texts_of, "levels", Value::Array(levels))));
    }
    let key = |rating: Rating| {
        let Key { icon, tone } = Key::of(survey.scale, rating);
        Value::Array(vec![rating.level().into(), string(icon), tone.into()])
    };
    let language = |tag: &String| Value::Array(vec![string(tag), string(language_name(tag))]);
    let mut screen = object(looks);
    screen.extend(object(&[
        ("survey", survey.id.as_str()),
        ("theme", survey.theme.as_str()),
        ("scale", survey.scale.name()),
        ("place", place),
        ("locale", locale),
    ]));
    let screen = with(screen, "keys", Value::Array(survey.scale.levels().map(key).collect()));
    let screen = with(screen, "languages", Value::Array(offered.iter().map(language).collect()));
    Value::Object(with(screen, "texts", Value::Object(texts)))
}

/// An object of texts.
fn object(members: &[(&str, &str)]) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, text) in members {
        object.insert((*name).to_owned(), string(text));
    }
    object
}

fn with(mut object: Map<String, Value>, name: &str, value: Value) -> Map<String, Value> {
    object.insert(name.to_owned(), value);
    object
}

fn string(text: &str) -> Value {
    Value::String(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::tests::template;

    /// What the page shows first: every language is offered.
    fn of_the_page() -> Value {
        let survey = Survey::parse(&template("government")).unwrap();
        let offered = LANGUAGES.map(|(tag, _)| tag.to_owned());
        first_screen(&survey, &offered, "", "zh-CN", &[], |tag| Words::own(tag).unwrap().words)
    }

    #[test]
    fn the_page_stands_with_the_words_of_the_government_template() {
        let expected = of_the_page();
        let page = std::fs::read_to_string("../../index.html").unwrap();
        let block = page.split("id=\"first\">").nth(1).and_then(|rest| rest.split("</script>").next()).unwrap();
        let written: Value = serde_json::from_str(block).unwrap_or_default();
        assert_eq!(written, expected, "index.html should have\n{expected}");
        let texts = &expected["texts"]["zh-CN"];
        for words in [&texts["question"], &texts["levels"][4], &texts["large"]] {
            assert_eq!(
                page.matches(words.as_str().unwrap()).count(),
                2,
                "{words} stands in the markup and in the block"
            );
        }
    }

    #[test]
    fn every_level_of_every_scale_is_drawn_apart_from_the_others() {
        for (name, scale) in Scale::ALL {
            let keys: Vec<Key> = scale.levels().map(|level| Key::of(scale, level)).collect();
            let is_apart = keys.iter().enumerate().all(|(place, key)| !keys[..place].contains(key));
            assert_eq!(is_apart, !scale.is_numbers() && scale != Scale::Stars5, "{name}: {keys:?}");
            let tones: Vec<u8> = keys.iter().map(|key| key.tone).collect();
            assert!(tones.windows(2).all(|pair| pair[0] <= pair[1]), "{name}: {tones:?}");
        }
        let of = |scale, level| Key::of(scale, Rating::new(level).unwrap()).icon;
        assert_eq!([1, 2, 3].map(|level| of(Scale::Faces3, level)), ["face-1", "face-3", "face-5"]);
        assert_eq!([1, 2, 3, 4].map(|level| of(Scale::Faces4, level)), ["face-1", "face-2", "face-4", "face-5"]);
    }
}
