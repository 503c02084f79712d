//! The kiosk's own words in every language: what a survey does not say. Each language is a file in `public/languages`;
//! Chinese and English come with the first load, the others are fetched when somebody chooses them.

use serde_json::Value;

/// The files of the two languages that need no fetching.
const ZH: &str = include_str!("../../../public/languages/zh-CN.json");
const EN: &str = include_str!("../../../public/languages/en.json");

/// What the kiosk says by itself. `{}` in a text is where a number or a time goes.
#[derive(Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // The names say it, and the files beside them.
pub struct Words {
    pub change: &'static str,
    pub reasons: &'static str,
    pub required: &'static str,
    pub comment: &'static str,
    pub privacy: &'static str,
    pub contact_hint: &'static str,
    pub skip: &'static str,
    pub submit: &'static str,
    pub next: &'static str,
    pub back: &'static str,
    pub saving: &'static str,
    pub saved: &'static str,
    pub done: &'static str,
    pub not_saved: &'static str,
    pub not_saved_hint: &'static str,
    pub known: &'static str,
    pub known_hint: &'static str,
    pub still_there: &'static str,
    pub still_there_hint: &'static str,
    pub stay: &'static str,
    pub start: &'static str,
    pub closed: &'static str,
    pub opens: &'static str,
    pub language: &'static str,
    pub large_text: &'static str,
    pub contrast: &'static str,
    pub read_aloud: &'static str,
    pub stop_reading: &'static str,
    pub out_of_five: &'static str,
    pub no_pin: &'static str,
    pub no_storage: &'static str,
    pub outdated: &'static str,
    pub door_stuck: &'static str,
    pub no_language: &'static str,
}

/// What a language's file holds: the kiosk's words, and the texts of Candor's own surveys by their paths.
#[derive(Debug)]
pub struct Pack {
    /// For as long as the page lives: a language that was read stays.
    pub words: &'static Words,
    file: Value,
}

impl Pack {
    /// Reads a file of `public/languages`; `None` when a word is missing.
    pub fn parse(json: &str) -> Option<Self> {
        let file: Value = serde_json::from_str(json).ok()?;
        let words = Box::leak(Box::new(Words::read(file.get("words")?)?));
        Some(Self { words, file })
    }

    /// The texts of a survey that comes with Candor, for [`Survey::parse_with`](crate::survey::Survey::parse_with).
    pub fn survey(&self, id: &str) -> Option<&Value> {
        self.file.get("surveys")?.get(id)
    }
}

impl Words {
    /// The words that came with the first load: Chinese, or else English.
    pub fn own(locale: &str) -> Option<Pack> {
        Pack::parse(if locale.starts_with("zh") { ZH } else { EN })
    }

    fn read(words: &Value) -> Option<Self> {
        let say = |key: &str| {
            let text = words.get(key)?.as_str().filter(|text| !text.is_empty())?;
            Some(&*Box::leak(text.to_owned().into_boxed_str()))
        };
        Some(Self {
            change: say("change")?,
            reasons: say("reasons")?,
            required: say("required")?,
            comment: say("comment")?,
            privacy: say("privacy")?,
            contact_hint: say("contact_hint")?,
            skip: say("skip")?,
            submit: say("submit")?,
            next: say("next")?,
            back: say("back")?,
            saving: say("saving")?,
            saved: say("saved")?,
            done: say("done")?,
            not_saved: say("not_saved")?,
            not_saved_hint: say("not_saved_hint")?,
            known: say("known")?,
            known_hint: say("known_hint")?,
            still_there: say("still_there")?,
            still_there_hint: say("still_there_hint")?,
            stay: say("stay")?,
            start: say("start")?,
            closed: say("closed")?,
            opens: say("opens")?,
            language: say("language")?,
            large_text: say("large_text")?,
            contrast: say("contrast")?,
            read_aloud: say("read_aloud")?,
            stop_reading: say("stop_reading")?,
            out_of_five: say("out_of_five")?,
            no_pin: say("no_pin")?,
            no_storage: say("no_storage")?,
            outdated: say("outdated")?,
            door_stuck: say("door_stuck")?,
            no_language: say("no_language")?,
        })
    }
}

/// A text with its place filled in.
pub fn fill(text: &str, with: &str) -> String {
    // By a character: looking for a text would bring the machinery for that.
    match text.split_once('{') {
        Some((before, after)) => [before, with, after.trim_start_matches('}')].concat(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::first_screen::LANGUAGES;
    use crate::survey::tests::{TEMPLATES, template};
    use crate::survey::{Survey, text};

    fn file(tag: &str) -> String {
        std::fs::read_to_string(format!("../../public/languages/{tag}.json"))
            .unwrap_or_else(|fault| panic!("{tag}: {fault}"))
    }

    #[test]
    fn every_language_has_every_word() {
        let english: Value = serde_json::from_str(&file("en")).unwrap();
        let english = english["words"].as_object().unwrap();
        for (tag, _) in LANGUAGES {
            let json = file(tag);
            assert!(Pack::parse(&json).is_some(), "{tag} lacks a word");
            let value: Value = serde_json::from_str(&json).unwrap();
            let words = value["words"].as_object().unwrap();
            assert!(words.keys().eq(english.keys()), "{tag} has words that English has not, or the other way round");
            for (key, text) in words {
                let places = |text: &Value| text.as_str().unwrap().matches("{}").count();
                assert_eq!(places(text), places(&english[key]), "{tag}, {key}");
            }
        }
    }

    #[test]
    fn every_language_has_every_text_of_every_template() {
        for (tag, _) in LANGUAGES.into_iter().filter(|(tag, _)| !["zh-CN", "en"].contains(tag)) {
            let pack = Pack::parse(&file(tag)).unwrap();
            for id in TEMPLATES {
                let texts = pack.survey(id).unwrap_or_else(|| panic!("{tag} lacks {id}")).clone();
                let size = texts.as_object().unwrap().len();
                let survey = Survey::parse_with(&template(id), &[(tag.to_owned(), texts)])
                    .unwrap_or_else(|faults| panic!("{tag}, {id}: {faults:?}"));
                assert_ne!(text(&survey.question, tag), text(&survey.question, "en"), "{tag}, {id}");
                let own: Value = serde_json::from_str(&file("de")).unwrap();
                assert_eq!(
                    size,
                    own["surveys"][id].as_object().unwrap().len(),
                    "{tag}, {id} has texts that nothing reads"
                );
            }
        }
    }

    /// What `staff.js` says is a file by itself: few tablets need it.
    #[test]
    fn who_serves_is_asked_in_every_language() {
        let file = std::fs::read_to_string("../../public/staff.json").unwrap();
        let all: Value = serde_json::from_str(&file).unwrap();
        let english = all["en"].as_object().unwrap();
        assert_eq!(all.as_object().unwrap().len(), LANGUAGES.len());
        for (tag, _) in LANGUAGES {
            let words = all[tag].as_object().unwrap_or_else(|| panic!("{tag} is missing"));
            assert!(words.keys().eq(english.keys()), "{tag} has words that English has not, or the other way round");
            for (key, text) in words {
                let places = |text: &Value| text.as_str().unwrap().matches("{}").count();
                assert_eq!(places(text), places(&english[key]), "{tag}, {key}");
                let is_own = tag == "en" || *text != english[key];
                assert!(is_own && !text.as_str().unwrap().is_empty(), "{tag}, {key}");
            }
        }
    }

    #[test]
    fn a_file_that_lacks_a_word_is_no_language() {
        assert!(Pack::parse(&file("en").replacen("\"skip\"", "\"sk1p\"", 1)).is_none());
        assert!(Pack::parse("{}").is_none() && Pack::parse("no").is_none());
        assert_eq!(Words::own("zh-TW").unwrap().words.skip, "跳过");
        assert_eq!(fill("no. {} here", "12"), "no. 12 here");
    }
}
