//! What the readers of settings share: JSON is looked at member by member, so that every fault is found and each has its
//! path. (A survey is read otherwise, since the first load reads it: `survey/read.rs`.)

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

/// One thing that is wrong with what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault<Wrong> {
    /// Where: `week.mon[1]`, `[3].name`; empty for the whole.
    pub path: String,
    /// What.
    pub wrong: Wrong,
}

/// Reads, and gathers what is wrong. What is at fault is read as empty and never leaves [`Reader::read`].
pub(crate) struct Reader<Wrong> {
    /// Leads to what is being read.
    path: String,
    faults: Vec<Fault<Wrong>>,
}

/// What stands where nothing does.
static NOTHING: Value = Value::Null;

impl<Wrong: Clone> Reader<Wrong> {
    /// What `read` makes of something, or every fault that it found.
    pub fn read<T>(read: impl FnOnce(&mut Self) -> T) -> Result<T, Vec<Fault<Wrong>>> {
        let mut reader = Self { path: String::new(), faults: Vec::new() };
        let whole = read(&mut reader);
        if reader.faults.is_empty() { Ok(whole) } else { Err(reader.faults) }
    }

    /// Whether nothing was found so far.
    pub fn is_content(&self) -> bool {
        self.faults.is_empty()
    }

    /// Something is wrong here.
    pub fn fault(&mut self, wrong: Wrong) {
        self.faults.push(Fault { path: self.path.clone(), wrong });
    }

    /// Something is wrong at a place below.
    pub fn fault_at(&mut self, place: &str, wrong: Wrong) {
        self.below(place, |reader| reader.fault(wrong));
    }

    /// Something is wrong here, and there is nothing to go on with.
    pub fn refuse<T>(&mut self, wrong: Wrong) -> Option<T> {
        self.fault(wrong);
        None
    }

    /// The members of an object.
    pub fn members<'a>(&mut self, value: &'a Value, no_object: Wrong) -> Option<&'a Map<String, Value>> {
        value.as_object().or_else(|| self.refuse(no_object))
    }

    /// Reads each member of an object; inside, the path leads to it.
    pub fn each<'a>(
        &mut self,
        value: &'a Value,
        no_object: Wrong,
        mut read: impl FnMut(&mut Self, &'a str, &'a Value),
    ) {
        for (name, value) in self.members(value, no_object).into_iter().flatten() {
            self.below(name, |reader| read(reader, name, value));
        }
    }

    /// The members of an object that has no others than the known ones.
    pub fn fields<'a>(
        &mut self,
        value: &'a Value,
        known: &[&str],
        no_object: Wrong,
        unknown: Wrong,
    ) -> Option<&'a Map<String, Value>> {
        let fields = self.members(value, no_object)?;
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            self.fault_at(name, unknown.clone());
        }
        Some(fields)
    }

    /// Reads one member; inside, the path leads to it. What is left out is null.
    pub fn field<T>(
        &mut self,
        name: &str,
        fields: &Map<String, Value>,
        read: impl FnOnce(&mut Self, &Value) -> T,
    ) -> T {
        self.below(name, |reader| read(reader, fields.get(name).unwrap_or(&NOTHING)))
    }

    /// What stands in a list of at most so many; nothing where it is no such list.
    pub fn list<'a>(&mut self, value: &'a Value, most: usize, no_list: Wrong, too_many: Wrong) -> &'a [Value] {
        match value.as_array() {
            None => self.fault(no_list),
            Some(list) if list.len() > most => self.fault(too_many),
            Some(list) => return list,
        }
        &[]
    }

    /// Reads each item of a list; inside, the path leads to it.
    pub fn items<'a>(&mut self, list: &'a [Value], mut read: impl FnMut(&mut Self, &'a Value)) {
        for (place, value) in list.iter().enumerate() {
            self.below(&["[", &place.to_string(), "]"].concat(), |reader| read(reader, value));
        }
    }

    /// What another reader has made of what stands here. What it found wrong is found here.
    pub fn beside<T, Other>(
        &mut self,
        read: Result<T, Vec<Fault<Other>>>,
        wrong: impl Fn(Other) -> Wrong,
    ) -> Option<T> {
        let faults = match read {
            Ok(read) => return Some(read),
            Err(faults) => faults,
        };
        faults.into_iter().for_each(|fault| self.fault_at(&fault.path, wrong(fault.wrong)));
        None
    }

    /// Reads what stands at a place below.
    fn below<T>(&mut self, place: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 && !place.is_empty() && !place.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(place);
        let read = read(self);
        self.path.truncate(length);
        read
    }
}

/// Reads a named record of the journal; the default where there is none, or what stands there cannot be read: only what
/// has no fault is ever saved.
pub(crate) fn from_record<T: Default, F>(json: &str, read: fn(&Value) -> Result<T, F>) -> T {
    let value = serde_json::from_str(json).unwrap_or_default();
    read(&value).unwrap_or_default()
}

/// Whether a text has so many characters, and none that nobody sees.
pub(crate) fn is_text(text: &str, chars: RangeInclusive<usize>) -> bool {
    chars.contains(&text.chars().count()) && !text.chars().any(char::is_control)
}
