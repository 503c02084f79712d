//! What the attract screen shows besides the question: pictures and clips, and cards that tell what became of what people
//! said. None is needed.

use serde_json::{Value, json};

/// The named record of the journal that holds them as JSON.
pub const ATTRACT_RECORD: &str = "attract";
/// More than a minute of them nobody watches.
pub const MAX_PICTURES: usize = 8;
/// As many as pictures.
pub const MAX_CARDS: usize = 12;
/// Characters of either half of a card: it is read in passing.
pub const MAX_CARD_CHARS: usize = 120;
/// Characters of a set's name, as a shift can name it.
pub const MAX_SET_CHARS: usize = 40;
/// A clip is kept whole in the database, and read into memory to be shown.
pub const MAX_CLIP_BYTES: u64 = 8 * 1024 * 1024;

/// What was said and what was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// The set that it belongs to, which a shift can name; empty for what is always shown.
    pub set: String,
    /// The language that it is shown in; empty for every one.
    pub locale: String,
    /// What people said.
    pub said: String,
    /// What was done.
    pub done: String,
}

/// A picture or a clip, as a `data:` address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// As [`Card::set`].
    pub set: String,
    /// The file's name, for the manager.
    pub name: String,
    /// `data:image/…` or `data:video/…`.
    pub data: String,
}

/// All that is shown in turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attract {
    /// In the order in which they are shown.
    pub pictures: Vec<Picture>,
    /// After each picture one.
    pub cards: Vec<Card>,
}

/// Why a line is no card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// There is no `|` with something before and after it.
    NotACard,
    /// A half is longer than [`MAX_CARD_CHARS`], or a set's name than [`MAX_SET_CHARS`].
    TooLong,
    /// More than [`MAX_CARDS`].
    TooMany,
}

impl Picture {
    /// Whether it is one that a browser shows and that carries no script: no SVG.
    pub fn is_usable(&self) -> bool {
        let kinds = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "video/mp4", "video/webm"];
        let kind = self.data.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
        kind.is_some_and(|(kind, body)| kinds.contains(&kind) && !body.is_empty())
    }

    /// Whether it moves.
    pub fn is_clip(&self) -> bool {
        self.data.starts_with("data:video/")
    }
}

impl Attract {
    /// Reads the record; what cannot be read of it is left out.
    pub fn from_json(json: &str) -> Self {
        let value: Value = serde_json::from_str(json).unwrap_or_default();
        let list = |name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let pictures = list("pictures");
        let pictures =
            pictures.iter().map(|of| Picture { set: text(of, "set"), name: text(of, "name"), data: text(of, "data") });
        let cards = list("cards");
        let cards = cards.iter().map(|of| Card {
            set: text(of, "set"),
            locale: text(of, "locale"),
            said: text(of, "said"),
            done: text(of, "done"),
        });
        Self { pictures: pictures.filter(Picture::is_usable).collect(), cards: cards.collect() }
    }

    /// The record; empty where there is nothing to show.
    pub fn to_json(&self) -> String {
        if *self == Self::default() {
            return String::new();
        }
        let picture = |of: &Picture| in_set(json!({ "name": of.name, "data": of.data }), &of.set);
        let card = |of: &Card| in_set(json!({ "locale": of.locale, "said": of.said, "done": of.done }), &of.set);
        let pictures: Vec<Value> = self.pictures.iter().map(picture).collect();
        let cards: Vec<Value> = self.cards.iter().map(card).collect();
        json!({ "pictures": pictures, "cards": cards }).to_string()
    }

    /// The cards as lines that a manager writes: `You said | We did`, before it perhaps a set and a language:
    /// `[evening] en: …`.
    pub fn card_lines(&self) -> String {
        let line = |Card { set, locale, said, done }: &Card| {
            let of_set = if set.is_empty() { String::new() } else { ["[", set, "] "].concat() };
            let of_language = if locale.is_empty() { String::new() } else { [locale, ": "].concat() };
            [&of_set, &of_language, said, " | ", done].concat()
        };
        self.cards.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn in_set(mut value: Value, set: &str) -> Value {
    if let Some(members) = value.as_object_mut().filter(|_| !set.is_empty()) {
        members.insert("set".to_owned(), json!(set));
    }
    value
}

/// Reads cards, a line each; empty lines are passed over. A language is one of `locales`.
///
/// # Errors
/// Every line that is none, by its number from 1.
pub fn read_cards(lines: &str, locales: &[&str]) -> Result<Vec<Card>, Vec<(usize, Wrong)>> {
    let (mut cards, mut faults) = (Vec::new(), Vec::new());
    for (index, line) in lines.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        // As an input method writes it as well.
        let of_set = line.strip_prefix(['[', '［', '【']).and_then(|rest| rest.split_once([']', '］', '】']));
        let (set, line) = of_set.map_or(("", line), |(set, rest)| (set.trim(), rest.trim()));
        let prefix = line.split_once([':', '：']).map(|(before, rest)| (before.trim(), rest));
        let (locale, rest) = prefix.filter(|(before, _)| locales.contains(before)).unwrap_or(("", line));
        let halves = rest.split_once(['|', '｜']).map(|(said, done)| (said.trim(), done.trim()));
        match halves.filter(|(said, done)| !said.is_empty() && !done.is_empty()) {
            None => faults.push((index + 1, Wrong::NotACard)),
            Some((said, done))
                if [said, done].iter().any(|half| half.chars().count() > MAX_CARD_CHARS)
                    || set.chars().count() > MAX_SET_CHARS =>
            {
                faults.push((index + 1, Wrong::TooLong));
            }
            Some(_) if cards.len() == MAX_CARDS => faults.push((index + 1, Wrong::TooMany)),
            Some((said, done)) => {
                let [set, locale, said, done] = [set, locale, said, done].map(str::to_owned);
                cards.push(Card { set, locale, said, done });
            }
        }
    }
    if faults.is_empty() { Ok(cards) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCALES: [&str; 2] = ["zh-CN", "en"];

    #[test]
    fn reads_cards_from_lines_and_writes_them_back() {
        let lines = "等候太久 | 午间加开两个窗口\n\n en：No one at noon｜Two more counters at noon \nRoom 3: cold | Heated\n【晚间】en: Dark | Lit";
        let cards = read_cards(lines, &LOCALES).unwrap();
        let locales: Vec<&str> = cards.iter().map(|card| card.locale.as_str()).collect();
        assert_eq!(locales, ["", "en", "", "en"], "a colon in the words names no language");
        let sets: Vec<&str> = cards.iter().map(|card| card.set.as_str()).collect();
        assert_eq!(sets, ["", "", "", "晚间"]);
        assert_eq!((cards[2].said.as_str(), cards[2].done.as_str()), ("Room 3: cold", "Heated"));
        let data = "data:image/png;base64,AA==".to_owned();
        let pictures = vec![Picture { set: "晚间".into(), name: "a.png".into(), data }];
        let attract = Attract { cards, pictures };
        let written = attract.card_lines();
        assert_eq!(read_cards(&written, &LOCALES), Ok(attract.cards.clone()));
        assert_eq!(Attract::from_json(&attract.to_json()), attract);
    }

    #[test]
    fn names_every_line_that_is_no_card() {
        let long = "长".repeat(MAX_CARD_CHARS + 1);
        let lines = format!("no bar\n | nothing said\nnothing done |\n{long} | done\nfine | fine");
        let faults = read_cards(&lines, &LOCALES).unwrap_err();
        use Wrong::{NotACard, TooLong};
        assert_eq!(faults, [(1, NotACard), (2, NotACard), (3, NotACard), (4, TooLong)]);
        let many = "a | b\n".repeat(MAX_CARDS + 2);
        let faults = read_cards(&many, &LOCALES).unwrap_err();
        assert_eq!(faults, [(MAX_CARDS + 1, Wrong::TooMany), (MAX_CARDS + 2, Wrong::TooMany)]);
    }

    #[test]
    fn takes_pictures_and_clips_and_nothing_that_could_carry_a_script() {
        let picture = |data: &str| Picture { set: String::new(), name: "x".into(), data: data.into() };
        for usable in ["data:image/jpeg;base64,AA==", "data:video/mp4;base64,AA=="] {
            assert!(picture(usable).is_usable(), "{usable}");
        }
        for refused in [
            "data:image/svg+xml;base64,AA==",
            "data:text/html;base64,AA==",
            "https://example.org/a.png",
            "data:image/png;base64,",
            "javascript:alert(1)",
        ] {
            assert!(!picture(refused).is_usable(), "{refused}");
        }
        let attract = Attract { pictures: vec![picture("data:image/svg+xml;base64,AA==")], ..Attract::default() };
        assert_eq!(Attract::from_json(&attract.to_json()), Attract::default());
        assert_eq!((Attract::default().to_json(), Attract::from_json("no")), (String::new(), Attract::default()));
    }
}
