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
/// A clip is kept whole in the database, and read into memory to be shown.
pub const MAX_CLIP_BYTES: u64 = 8 * 1024 * 1024;

/// What was said and what was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
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
    /// A half is longer than [`MAX_CARD_CHARS`].
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
        let pictures = pictures.iter().map(|of| Picture { name: text(of, "name"), data: text(of, "data") });
        let cards = list("cards");
        let cards =
            cards.iter().map(|of| Card { locale: text(of, "locale"), said: text(of, "said"), done: text(of, "done") });
        Self { pictures: pictures.filter(Picture::is_usable).collect(), cards: cards.collect() }
    }

    /// The record; empty where there is nothing to show.
    pub fn to_json(&self) -> String {
        if *self == Self::default() {
            return String::new();
        }
        let pictures: Vec<Value> = self.pictures.iter().map(|of| json!({ "name": of.name, "data": of.data })).collect();
        let cards: Vec<Value> =
            self.cards.iter().map(|of| json!({ "locale": of.locale, "said": of.said, "done": of.done })).collect();
        json!({ "pictures": pictures, "cards": cards }).to_string()
    }

    /// The cards as lines that a manager writes: `You said | We did`, before it perhaps a language: `en: …`.
    pub fn card_lines(&self) -> String {
        let line = |Card { locale, said, done }: &Card| {
            let before = if locale.is_empty() { String::new() } else { [locale, ": "].concat() };
            [&before, said, " | ", done].concat()
        };
        self.cards.iter().map(line).collect::<Vec<_>>().join("\n")
    }
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
        let prefix = line.split_once([':', '：']).map(|(before, rest)| (before.trim(), rest));
        let (locale, rest) = prefix.filter(|(before, _)| locales.contains(before)).unwrap_or(("", line));
        let halves = rest.split_once(['|', '｜']).map(|(said, done)| (said.trim(), done.trim()));
        match halves.filter(|(said, done)| !said.is_empty() && !done.is_empty()) {
            None => faults.push((index + 1, Wrong::NotACard)),
            Some((said, done)) if [said, done].iter().any(|half| half.chars().count() > MAX_CARD_CHARS) => {
                faults.push((index + 1, Wrong::TooLong));
            }
            Some(_) if cards.len() == MAX_CARDS => faults.push((index + 1, Wrong::TooMany)),
            Some((said, done)) => {
                cards.push(Card { locale: locale.to_owned(), said: said.to_owned(), done: done.to_owned() });
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
        let lines =
            "等候太久 | 午间加开两个窗口\n\n en：No one at noon｜Two more counters at noon \nRoom 3: cold | Heated";
        let cards = read_cards(lines, &LOCALES).unwrap();
        let locales: Vec<&str> = cards.iter().map(|card| card.locale.as_str()).collect();
        assert_eq!(locales, ["", "en", ""], "a colon in the words names no language");
        assert_eq!((cards[2].said.as_str(), cards[2].done.as_str()), ("Room 3: cold", "Heated"));
        let attract = Attract { cards, pictures: Vec::new() };
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
        let picture = |data: &str| Picture { name: "x".into(), data: data.into() };
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
