//! A survey under edit. It is kept as its file's value, so that a half-finished one can exist; whether it is whole the
//! reader says after every step, and every step can be taken back.
//!
//! What every level leads to is kept in step: what is done to a page is done to those that stand for it at other levels.

mod blocks;
mod edit;
mod path;
mod scale;
#[cfg(test)]
mod tests;
mod words;
mod write;

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

use serde_json::{Value, json};

pub use self::edit::{Condition, Edit};
pub use self::words::Dictionary;
use super::{Fault, Survey};
use crate::event::Scale;

/// Steps that can be taken back: an afternoon's work, in a few megabytes.
const MAX_STEPS: usize = 100;
/// A name is at most so long, and leaves room for a number behind it.
const MAX_STEM_CHARS: usize = 32;

/// A survey under edit.
#[derive(Clone, Debug)]
pub struct Sketch {
    value: Value,
    past: VecDeque<Value>,
    future: Vec<Value>,
    /// What the last step was typed into: the next one there belongs to it.
    typed_into: Option<String>,
    /// Names that something has or had: an answer keeps its meaning, so none is given twice.
    used: BTreeSet<String>,
    reading: Result<Survey, Vec<Fault>>,
}

impl Sketch {
    /// Begins with a file's value.
    pub fn new(value: Value) -> Self {
        let reading = Survey::parse(&value.to_string());
        let mut sketch =
            Self { value, past: VecDeque::new(), future: Vec::new(), typed_into: None, used: BTreeSet::new(), reading };
        sketch.note_names();
        sketch
    }

    /// Begins with a draft as it was kept, whole or not; `None` when it is no object.
    pub fn read(json: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(json).ok()?;
        value.is_object().then(|| Self::new(value))
    }

    /// A copy under another id, to be edited: its first version. `title` makes its title out of the one before, by
    /// language.
    pub fn copy(json: &str, id: &str, title: impl Fn(&str, &str) -> String) -> Option<Self> {
        let mut value: Value = serde_json::from_str(json).ok().filter(Value::is_object)?;
        value["id"] = json!(id);
        value["version"] = json!(1);
        if let Some(texts) = value.get_mut("title").and_then(Value::as_object_mut) {
            for (tag, words) in texts {
                *words = json!(title(tag, words.as_str().unwrap_or_default()));
            }
        }
        Some(Self::new(value))
    }

    /// The names in an earlier version are not given again.
    pub fn avoid_names_of(&mut self, json: &str) {
        if let Ok(value) = serde_json::from_str(json) {
            collect_names(&value, &mut self.used);
        }
    }

    /// The file's value as it stands.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The file's text, for people: members in their usual order.
    pub fn to_json(&self) -> String {
        write::write(&self.value)
    }

    /// The survey, once it is whole.
    pub fn survey(&self) -> Option<&Survey> {
        self.reading.as_ref().ok()
    }

    /// Everything that is wrong with it.
    pub fn faults(&self) -> &[Fault] {
        self.reading.as_ref().err().map_or(&[], Vec::as_slice)
    }

    /// What can be looked at before it is whole: texts that are missing are lent from another language. `None` when more
    /// is wrong than that.
    pub fn glimpse(&self) -> Option<Survey> {
        if let Some(survey) = self.survey() {
            return Some(survey.clone());
        }
        let mut value = self.value.clone();
        words::stand_in(&mut value);
        Survey::parse(&value.to_string()).ok()
    }

    /// Does something. Says whether that changed anything.
    pub fn apply(&mut self, edit: &Edit) -> bool {
        let mut used = std::mem::take(&mut self.used);
        let mut value = self.value.clone();
        edit.apply(&mut value, &mut |value, stem| {
            let name = fresh(value, stem, &used);
            used.insert(name.clone());
            name
        });
        self.used = used;
        if value == self.value {
            return false;
        }
        let typed_into = edit.typed_into();
        let before = std::mem::replace(&mut self.value, value);
        if typed_into.is_none() || typed_into != self.typed_into {
            self.past.push_back(before);
            if self.past.len() > MAX_STEPS {
                self.past.pop_front();
            }
        }
        self.typed_into = typed_into;
        self.future.clear();
        self.look();
        true
    }

    /// Takes the last step back.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.past.pop_back() else { return false };
        self.future.push(std::mem::replace(&mut self.value, before));
        self.typed_into = None;
        self.look();
        true
    }

    /// Does again what was taken back last.
    pub fn redo(&mut self) -> bool {
        let Some(after) = self.future.pop() else { return false };
        self.past.push_back(std::mem::replace(&mut self.value, after));
        self.typed_into = None;
        self.look();
        true
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a step to do again.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// The version under which it goes into service is no step: it is not taken back.
    pub fn set_version(&mut self, version: u32) {
        for value in self.past.iter_mut().chain(&mut self.future).chain([&mut self.value]) {
            value["version"] = json!(version);
        }
        self.look();
    }

    /// What stands at a path, as a fault writes it; null where nothing does.
    pub fn at(&self, path: &str) -> &Value {
        path::get(&self.value, path)
    }

    /// The text at a path; empty where there is none.
    pub fn word(&self, path: &str) -> &str {
        path::word(&self.value, path)
    }

    /// How many things a list has.
    pub fn count(&self, path: &str) -> usize {
        path::list(&self.value, path).len()
    }

    /// Whole numbers of a list.
    pub fn numbers(&self, path: &str) -> Vec<u8> {
        path::numbers(self.at(path))
    }

    /// A text in a language of the manager, or in any that has words for it.
    pub fn say(&self, path: &str, locale: &str) -> &str {
        let words = |tag: &str| self.at(path).get(tag).and_then(Value::as_str).filter(|words| !words.trim().is_empty());
        let first = self
            .at(path)
            .as_object()
            .and_then(|text| text.values().filter_map(Value::as_str).find(|words| !words.trim().is_empty()));
        words(locale).or(first).unwrap_or_default()
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.word("id")
    }

    /// Its version.
    pub fn version(&self) -> u32 {
        self.at("version").as_u64().and_then(|version| u32::try_from(version).ok()).unwrap_or(1)
    }

    /// Its languages, the first one the default.
    pub fn locales(&self) -> Vec<String> {
        words::locales(&self.value)
    }

    /// What is tapped.
    pub fn scale(&self) -> Scale {
        scale::scale_of(&self.value)
    }

    /// The paths of the texts that have no words in a language.
    pub fn missing(&self, tag: &str) -> Vec<String> {
        words::missing(&self.value, tag)
    }

    /// The pages that stand for each other, one of them for each level; a page for every level is alone.
    pub fn blocks(&self) -> Vec<Range<usize>> {
        blocks::blocks(&self.value)
    }

    /// The pages that this one stands for, itself among them.
    pub fn block_of(&self, page: usize) -> Range<usize> {
        blocks::block_of(&self.value, page)
    }

    /// Whether both are the same survey but for their versions.
    pub fn is_same_as(&self, json: &str) -> bool {
        let Ok(mut other) = serde_json::from_str::<Value>(json) else { return false };
        other["version"] = self.at("version").clone();
        other == self.value
    }

    fn look(&mut self) {
        self.reading = Survey::parse(&self.value.to_string());
        self.note_names();
    }

    fn note_names(&mut self) {
        collect_names(&self.value, &mut self.used);
    }
}

/// A survey's id out of another: the first number behind it that is free.
pub fn free_id(of: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let stem = of.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
    let kept: String = stem.chars().filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-').collect();
    let kept: String = kept.chars().take(MAX_STEM_CHARS).collect();
    let stem = if kept.is_empty() { "survey" } else { &kept };
    (2_u32..).map(|number| format!("{stem}-{number}")).find(|id| !is_taken(id)).unwrap_or_default()
}

fn fresh(value: &Value, stem: &str, used: &BTreeSet<String>) -> String {
    let mut taken = BTreeSet::new();
    collect_names(value, &mut taken);
    let is_free = |name: &String| !used.contains(name) && !taken.contains(name);
    (1_u32..).map(|number| format!("{stem}-{number}")).find(is_free).unwrap_or_default()
}

fn collect_names(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            names.extend(members.get("id").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| collect_names(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        _ => {}
    }
}
