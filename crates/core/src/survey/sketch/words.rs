//! The texts of a survey under edit: all of them by their paths, those that lack a language, and those that Candor's own
//! surveys have in it already.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::path::list;

/// Members that hold a text in every language.
const TEXTS: [&str; 9] = ["title", "promise", "question", "hint", "thanks", "thanks_hint", "label", "consent", "text"];
/// What a new part says before somebody has written something better.
const COMMENT: [&str; 2] = ["想说得具体些吗？可以不写。", "Would you like to tell us more? Optional."];
const CONTACT: [&str; 2] =
    ["需要回复请留电话或邮箱，可以不留。", "Want a reply? Leave a phone number or email (optional)."];
const CONSENT: [&str; 2] = [
    "我同意只用它回复这次评价，不作他用。可以不留。",
    "I agree: use this only to reply about this rating. Leaving it is optional.",
];
const ITEMS: [&str; 2] = ["1 分最低，5 分最高，可以只评几项。", "1 is lowest, 5 is highest. Rate any you like."];

/// What a new text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Nothing yet.
    Empty,
    /// What stands in an empty field for words.
    Comment,
    /// What asks for a way to call back.
    Contact,
    /// What is agreed to.
    Consent,
    /// What stands over service items.
    Items,
}

/// The languages of a survey.
pub fn locales(value: &Value) -> Vec<String> {
    list(value, "locales").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A new text in every language, empty in those that have no words for it yet.
pub fn text(value: &Value, preset: Preset) -> Value {
    let [zh, en] = match preset {
        Preset::Empty => ["", ""],
        Preset::Comment => COMMENT,
        Preset::Contact => CONTACT,
        Preset::Consent => CONSENT,
        Preset::Items => ITEMS,
    };
    let words = |tag: &str| match tag {
        "zh-CN" => zh,
        "en" => en,
        _ => "",
    };
    locales(value).into_iter().map(|tag| (tag.clone(), json!(words(&tag)))).collect::<Map<_, _>>().into()
}

/// Every text with its path, in no order that means anything.
pub fn texts(value: &Value) -> Vec<(String, &Map<String, Value>)> {
    let mut found = Vec::new();
    collect(value, String::new(), false, &mut found);
    found
}

fn collect<'a>(value: &'a Value, path: String, is_text: bool, found: &mut Vec<(String, &'a Map<String, Value>)>) {
    match value {
        Value::Object(members) if is_text => found.push((path, members)),
        Value::Object(members) => {
            for (name, member) in members {
                let inside = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                collect(member, inside, TEXTS.contains(&name.as_str()), found);
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                collect(item, format!("{path}[{place}]"), path == "levels", found);
            }
        }
        _ => {}
    }
}

/// The paths of the texts that have no words in a language.
pub fn missing(value: &Value, tag: &str) -> Vec<String> {
    let is_empty =
        |text: &Map<String, Value>| text.get(tag).and_then(Value::as_str).is_none_or(|words| words.trim().is_empty());
    texts(value).into_iter().filter(|(_, text)| is_empty(text)).map(|(path, _)| path).collect()
}

/// Every text that lacks words in some language gets those of another, for a look at what is half done.
pub fn stand_in(value: &mut Value) {
    let locales = locales(value);
    let empty: Vec<String> = locales.iter().flat_map(|tag| missing(value, tag)).collect();
    for path in empty {
        let Some(text) = super::path::get_mut(value, &path).and_then(Value::as_object_mut) else { continue };
        let words = |text: &Map<String, Value>, tag: &String| {
            text.get(tag).and_then(Value::as_str).filter(|words| !words.trim().is_empty()).map(str::to_owned)
        };
        let other = locales.iter().find_map(|tag| words(text, tag)).unwrap_or_else(|| "…".to_owned());
        for tag in &locales {
            if words(text, tag).is_none() {
                text.insert(tag.clone(), json!(other));
            }
        }
    }
}

/// Words that are known in another language: by a language and its words.
#[derive(Clone, Debug, Default)]
pub struct Dictionary(BTreeMap<(String, String), String>);

impl Dictionary {
    /// Takes what a language's file has for a survey: `translated` holds each text by its path.
    pub fn learn(&mut self, survey: &Value, translated: &Value) {
        for (path, text) in texts(survey) {
            let Some(words) = translated.get(&path).and_then(Value::as_str) else { continue };
            for (tag, known) in text {
                let key = (tag.clone(), known.as_str().unwrap_or_default().to_owned());
                self.0.entry(key).or_insert_with(|| words.to_owned());
            }
        }
    }

    /// What can be said of a survey's texts, by their paths: only of those that still read as they were learnt.
    pub fn translate(&self, survey: &Value) -> Vec<(String, String)> {
        let known = |text: &Map<String, Value>| {
            text.iter().find_map(|(tag, words)| self.0.get(&(tag.clone(), words.as_str()?.to_owned()))).cloned()
        };
        texts(survey).into_iter().filter_map(|(path, text)| Some((path, known(text)?))).collect()
    }
}
