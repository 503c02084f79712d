//! What a manager has done to the themes of remarks: given names, put together, kept on top. The themes themselves are
//! found elsewhere; here they are keys. (How a survey looks is called its theme as well, and is another thing.)
//!
//! The invariant: merging leads to an end. No theme stands for itself by way of others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::reader::{self, Reader, is_text};

/// The named record of the journal that holds it, and what `settings.changed` calls it.
pub const THEMES_RECORD: &str = "themes";
/// Characters of a name.
pub const MAX_THEME_NAME: usize = 30;
/// Characters of a key: a word or two of a remark, and what says that it was found.
const MAX_KEY: usize = 80;
/// More than anybody arranges by hand.
const MAX_ENTRIES: usize = 200;

/// Names, merges and pins, by the themes' keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThemeEdits {
    names: BTreeMap<String, String>,
    /// Of a theme that was merged, the one that it went into.
    into: BTreeMap<String, String>,
    pinned: BTreeSet<String>,
}

/// Something that a manager does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThemeEdit {
    /// Gives a theme another name; an empty one gives back its own.
    Rename {
        /// The theme.
        key: String,
        /// As it was typed.
        name: String,
    },
    /// Has one theme be counted as another.
    Merge {
        /// What is put away.
        key: String,
        /// What it becomes part of.
        into: String,
    },
    /// Takes a theme out of the one that it was merged into.
    Split {
        /// The theme.
        key: String,
    },
    /// Keeps a theme on top of the list, or lets it go.
    Pin {
        /// The theme.
        key: String,
        /// Whether it is kept.
        is_pinned: bool,
    },
}

/// Why something cannot be done, or why a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// An object belongs here.
    NotAnObject,
    /// A list of texts belongs here.
    NotAList,
    /// Nothing of this name belongs here.
    UnknownField,
    /// No text, or longer than a key can be, or with characters that nobody sees.
    NotAKey,
    /// Longer than [`MAX_THEME_NAME`], empty, or with characters that nobody sees.
    NotAName,
    /// The one stands for the other already.
    Circle,
    /// More than anybody arranges by hand: 200.
    TooMany,
}

/// One thing that is wrong with a record, and where: `into.waiting`.
pub type Fault = reader::Fault<Wrong>;

impl ThemeEdits {
    /// Reads a record or what a settings file has.
    ///
    /// # Errors
    /// Every fault found, each with its path.
    pub fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        Reader::read(|reader| reader.edits(value))
    }

    /// As it is stored.
    pub fn to_json(&self) -> Value {
        json!({ "names": self.names, "into": self.into, "pinned": self.pinned })
    }

    /// Whether nothing was done.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Does something.
    ///
    /// # Errors
    /// Why it cannot be done; nothing has changed then.
    pub fn apply(&mut self, edit: &ThemeEdit) -> Result<(), Wrong> {
        let mut changed = self.clone();
        match edit {
            ThemeEdit::Rename { key, name } if name.trim().is_empty() => {
                changed.names.remove(key);
            }
            ThemeEdit::Rename { key, name } => {
                let name = name.trim();
                is_name(name).then_some(()).ok_or(Wrong::NotAName)?;
                changed.names.insert(key.clone(), name.to_owned());
            }
            ThemeEdit::Merge { key, into } => {
                if self.line(into).any(|one| one == key) {
                    return Err(Wrong::Circle);
                }
                changed.into.insert(key.clone(), into.clone());
                changed.pinned.remove(key);
            }
            ThemeEdit::Split { key } => {
                changed.into.remove(key);
            }
            ThemeEdit::Pin { key, is_pinned: true } => {
                changed.pinned.insert(key.clone());
            }
            ThemeEdit::Pin { key, is_pinned: false } => {
                changed.pinned.remove(key);
            }
        }
        let most = [changed.names.len(), changed.into.len(), changed.pinned.len()];
        if changed.touched().any(|key| !is_key(key)) {
            return Err(Wrong::NotAKey);
        }
        if most.iter().any(|count| *count > MAX_ENTRIES) {
            return Err(Wrong::TooMany);
        }
        *self = changed;
        Ok(())
    }

    /// The theme that one is counted as: itself where it was not merged.
    pub fn target(&self, key: &str) -> String {
        self.line(key).last().unwrap_or(key).to_owned()
    }

    /// A theme, the one that it was merged into, the one that that was merged into, and so on.
    fn line<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let next = |key: &&str| self.into.get(*key).map(String::as_str);
        // Each step is another entry: a circle, which only a record from elsewhere can have, ends as well.
        std::iter::successors(Some(key), next).take(self.into.len() + 1)
    }

    /// The name that a manager gave.
    pub fn name(&self, key: &str) -> Option<&str> {
        self.names.get(key).map(String::as_str)
    }

    /// Whether a theme is kept on top.
    pub fn is_pinned(&self, key: &str) -> bool {
        self.pinned.contains(key)
    }

    /// The themes that were merged into one, directly or by way of others.
    pub fn members<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.into.keys().map(String::as_str).filter(move |member| self.target(member) == key)
    }

    /// Every key that something was done to; one may come more than once.
    pub fn touched(&self) -> impl Iterator<Item = &str> {
        let of_merges = self.into.iter().flat_map(|(from, into)| [from, into]);
        self.names.keys().chain(of_merges).chain(&self.pinned).map(String::as_str)
    }
}

fn is_name(name: &str) -> bool {
    is_text(name, 1..=MAX_THEME_NAME)
}

fn is_key(key: &str) -> bool {
    is_text(key, 1..=MAX_KEY)
}

impl Reader<Wrong> {
    fn edits(&mut self, value: &Value) -> ThemeEdits {
        let mut edits = ThemeEdits::default();
        self.each(value, Wrong::NotAnObject, |reader, name, value| match name {
            "names" => edits.names = reader.texts(value, Wrong::NotAName, is_name),
            "into" => edits.into = reader.texts(value, Wrong::NotAKey, is_key),
            "pinned" => edits.pinned = reader.pinned(value),
            _ => reader.fault(Wrong::UnknownField),
        });
        let circles = edits.into.keys().filter(|key| edits.into.contains_key(&edits.target(key)));
        circles.for_each(|key| self.fault_at(&["into.", key].concat(), Wrong::Circle));
        edits
    }

    fn texts(&mut self, value: &Value, wrong: Wrong, is_right: fn(&str) -> bool) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        let Some(members) = self.members(value, Wrong::NotAnObject) else { return texts };
        if members.len() > MAX_ENTRIES {
            self.fault(Wrong::TooMany);
        }
        for (key, value) in members {
            match value.as_str().filter(|text| is_right(text)) {
                _ if !is_key(key) => self.fault(Wrong::NotAKey),
                None => self.fault_at(key, wrong),
                Some(text) => {
                    texts.insert(key.clone(), text.to_owned());
                }
            }
        }
        texts
    }

    fn pinned(&mut self, value: &Value) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        let list = self.list(value, MAX_ENTRIES, Wrong::NotAList, Wrong::TooMany);
        self.items(list, |reader, value| match value.as_str().filter(|key| is_key(key)) {
            None => reader.fault(Wrong::NotAKey),
            Some(key) => {
                keys.insert(key.to_owned());
            }
        });
        keys
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn merge(key: &str, into: &str) -> ThemeEdit {
        ThemeEdit::Merge { key: key.to_owned(), into: into.to_owned() }
    }

    fn done(edits: &[ThemeEdit]) -> ThemeEdits {
        let mut all = ThemeEdits::default();
        edits.iter().for_each(|edit| all.apply(edit).unwrap());
        all
    }

    #[test]
    fn what_was_merged_is_counted_with_the_last_in_line() {
        let mut edits = done(&[merge("noise", "space"), merge("space", "room")]);
        assert_eq!(edits.target("noise"), "room");
        assert_eq!(edits.members("room").collect::<Vec<_>>(), ["noise", "space"]);
        assert_eq!(edits.apply(&merge("room", "noise")), Err(Wrong::Circle));
        assert_eq!(edits.apply(&merge("room", "room")), Err(Wrong::Circle));
        edits.apply(&ThemeEdit::Split { key: "space".to_owned() }).unwrap();
        assert_eq!((edits.target("noise").as_str(), edits.target("space").as_str()), ("space", "space"));
    }

    #[test]
    fn an_empty_name_gives_back_its_own_and_a_long_one_is_refused() {
        let rename = |name: &str| ThemeEdit::Rename { key: "waiting".to_owned(), name: name.to_owned() };
        let mut edits = done(&[rename("  排队  ")]);
        assert_eq!(edits.name("waiting"), Some("排队"));
        assert_eq!(edits.apply(&rename(&"长".repeat(MAX_THEME_NAME + 1))), Err(Wrong::NotAName));
        assert_eq!(edits.name("waiting"), Some("排队"), "nothing has changed");
        edits.apply(&rename(" ")).unwrap();
        assert!(edits.is_empty());
    }

    #[test]
    fn every_fault_of_a_record_has_its_path() {
        let value = json!({
            "names": { "waiting": "", "clean": 3 }, "into": { "a": "b", "b": "a" }, "pinned": [""], "colour": 1,
        });
        let mut faults = ThemeEdits::read(&value).unwrap_err();
        faults.sort_by(|one, other| one.path.cmp(&other.path));
        let seen: Vec<(&str, Wrong)> = faults.iter().map(|fault| (fault.path.as_str(), fault.wrong)).collect();
        let expected = [
            ("colour", Wrong::UnknownField),
            ("into.a", Wrong::Circle),
            ("into.b", Wrong::Circle),
            ("names.clean", Wrong::NotAName),
            ("names.waiting", Wrong::NotAName),
            ("pinned[0]", Wrong::NotAKey),
        ];
        assert_eq!(seen, expected);
        assert_eq!(ThemeEdits::read(&json!([])).unwrap_err()[0].wrong, Wrong::NotAnObject);
    }

    proptest! {
        #[test]
        fn whatever_is_done_is_read_back_and_leads_to_an_end(steps in prop::collection::vec((0..4_u8, "[a-e]", "[a-e]"), 0..40)) {
            let mut edits = ThemeEdits::default();
            for (what, key, other) in steps {
                let _ = edits.apply(&match what {
                    0 => ThemeEdit::Rename { key, name: other },
                    1 => ThemeEdit::Merge { key, into: other },
                    2 => ThemeEdit::Split { key },
                    _ => ThemeEdit::Pin { key, is_pinned: other.as_str() > "c" },
                });
            }
            for key in ["a", "b", "c", "d", "e"] {
                let target = edits.target(key);
                prop_assert_eq!(edits.target(&target), target);
            }
            prop_assert_eq!(ThemeEdits::read(&edits.to_json()), Ok(edits));
        }
    }
}
