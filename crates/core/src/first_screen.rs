//! What the page needs to paint the first screen by itself, before the wasm is here.

use serde_json::{Map, Value, json};

use crate::survey::{Survey, text};

/// The languages of this version, each with its own name for itself.
pub const LANGUAGES: [(&str, &str); 2] = [("zh-CN", "中文"), ("en", "English")];

/// A language's own name; its tag where this version does not know it.
pub fn language_name(tag: &str) -> &str {
    LANGUAGES.iter().find(|(known, _)| *known == tag).map_or(tag, |(_, name)| name)
}

/// The first screen of a survey at a service point (empty: the survey's title stands there), in every language.
///
/// The page keeps it from one start to the next, for painting and for nothing else: `first_paint.js` reads it.
pub fn first_screen(survey: &Survey, place: &str, locale: &str) -> Value {
    let words = |tag: &String| {
        json!({
            "name": language_name(tag),
            "title": text(&survey.title, tag),
            "question": text(&survey.question, tag),
            "hint": text(&survey.hint, tag),
            "promise": text(&survey.promise, tag),
            "levels": survey.levels.iter().map(|level| text(level, tag).into()).collect::<Vec<Value>>(),
        })
    };
    // Inserted one by one: collecting would bring a sort into the module that every tablet loads.
    let mut texts = Map::new();
    for tag in &survey.locales {
        texts.insert(tag.clone(), words(tag));
    }
    json!({
        "survey": survey.id.as_str(),
        "theme": survey.theme.as_str(),
        "place": place,
        "locale": locale,
        "locales": survey.locales.iter().map(|tag| tag.as_str().into()).collect::<Vec<Value>>(),
        "texts": texts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::tests::template;

    #[test]
    fn the_page_stands_with_the_words_of_the_government_template() {
        let survey = Survey::parse(&template("government")).unwrap();
        let expected = first_screen(&survey, "", "zh-CN");
        let page = std::fs::read_to_string("../../index.html").unwrap();
        let block = page.split("id=\"first\">").nth(1).and_then(|rest| rest.split("</script>").next()).unwrap();
        let written: Value = serde_json::from_str(block).unwrap_or_default();
        assert_eq!(written, expected, "index.html should have\n{expected}");
        for words in [&expected["texts"]["zh-CN"]["question"], &expected["texts"]["zh-CN"]["levels"][4]] {
            assert_eq!(
                page.matches(words.as_str().unwrap()).count(),
                2,
                "{words} stands in the markup and in the block"
            );
        }
    }
}
