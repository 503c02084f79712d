//! Improvements: a dated note on what was changed, tied to a service point, a reason or a service item, with its target; and
//! what became of it, as the difference before and after.
//!
//! An improvement is an event `improvement.noted`. A later one that names it takes its place, so that nothing that was noted
//! is lost, and who reads the journal sees every version.

mod effect;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::effect::{Effect, Verdict, Windows, effect};
use crate::event::{Body, Event, EventId};
use crate::facts::Key;
use crate::hours::Date;

/// The type of its event.
const NOTED: &str = "improvement.noted";
/// Characters of a note.
pub const MAX_NOTE_CHARS: usize = 300;
/// Days of a window: from a week, so that no weekday is missing, to a year.
pub const WINDOW_DAYS: (u32, u32) = (7, 366);
/// What a window has at first: four whole weeks.
pub const USUAL_DAYS: u32 = 28;

/// What an improvement is meant for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// More good ratings.
    #[default]
    Good,
    /// Fewer ratings with this reason.
    Reason {
        /// The survey.
        survey: String,
        /// The reason's id.
        id: String,
    },
    /// More customers who rate this service item 4 or 5.
    Item {
        /// The survey.
        survey: String,
        /// The item's id.
        id: String,
    },
}

impl Aim {
    /// The reason or the item.
    pub fn key(&self) -> Option<Key> {
        match self {
            Self::Good => None,
            Self::Reason { survey, id } | Self::Item { survey, id } => {
                Some(Key { survey: survey.clone(), id: id.clone() })
            }
        }
    }

    /// Whether less is better.
    pub fn is_less_better(&self) -> bool {
        matches!(self, Self::Reason { .. })
    }
}

/// An improvement as it is noted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Improvement {
    /// The day of the change, `2026-11-23`.
    pub day: String,
    /// What was changed.
    pub note: String,
    /// What people had said; empty where the note is not for the public.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub said: String,
    /// What it is meant for.
    #[serde(default)]
    pub aim: Aim,
    /// At which service point; `None` for all of them, the empty name for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<String>,
    /// The share that is aimed at, in whole percent, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<u8>,
    /// How many days before the change are looked at.
    pub before_days: u32,
    /// How many days after it.
    pub after_days: u32,
    /// Whether a person has taken it off the list.
    #[serde(default, skip_serializing_if = "is_false")]
    pub withdrawn: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// What is wrong with an improvement that a person has typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// No day of the calendar.
    Day,
    /// A change that is still to come has no effect yet; it is noted when it is made.
    DayToCome,
    /// Nothing was typed, or more than [`MAX_NOTE_CHARS`].
    Note,
    /// More than a card shows: [`MAX_CARD_CHARS`](crate::attract::MAX_CARD_CHARS).
    Card,
    /// No whole number from 0 to 100.
    Target,
    /// Not within [`WINDOW_DAYS`].
    Windows,
}

impl Improvement {
    /// Checks what a person has typed. `is_card`: whether it is to stand on the attract screen.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self, today: Date, is_card: bool) -> Result<(), Vec<Wrong>> {
        let day = Date::parse(&self.day);
        let chars = |text: &str| text.trim().chars().count();
        let is_shown = |text: &str| (1..=crate::attract::MAX_CARD_CHARS).contains(&chars(text));
        let (fewest, most) = WINDOW_DAYS;
        let found = [
            (Wrong::Day, day.is_none()),
            (Wrong::DayToCome, day.is_some_and(|day| day > today)),
            (Wrong::Note, !(1..=MAX_NOTE_CHARS).contains(&chars(&self.note))),
            (Wrong::Card, is_card && !(is_shown(&self.said) && is_shown(&self.note))),
            (Wrong::Target, self.target.is_some_and(|target| target > 100)),
            (Wrong::Windows, ![self.before_days, self.after_days].iter().all(|days| (fewest..=most).contains(days))),
        ];
        let faults: Vec<Wrong> = found.into_iter().filter(|(_, is_found)| *is_found).map(|(wrong, _)| wrong).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Its event. `of`: the improvement that it takes the place of.
    pub fn body(&self, of: Option<&EventId>) -> Body {
        let mut data = serde_json::to_value(self).unwrap_or_default();
        if let (Some(of), Some(members)) = (of, data.as_object_mut()) {
            members.insert("of".to_owned(), of.as_str().into());
        }
        Body::noted(NOTED, data)
    }
}

/// All improvements of a journal. Fold events in as they are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Improvements {
    all: BTreeMap<EventId, Improvement>,
}

impl Improvements {
    /// Takes the next event of the journal. Says whether it was one of an improvement.
    pub fn fold(&mut self, event: &Event) -> bool {
        if event.kind != NOTED {
            return false;
        }
        let Ok(improvement) = Improvement::deserialize(&event.data) else { return false };
        let of = event.data.get("of").and_then(Value::as_str).and_then(EventId::parse);
        self.all.insert(of.unwrap_or_else(|| event.id.clone()), improvement);
        true
    }

    /// Those that nobody has taken off the list, the latest change first, each by the event that noted it first.
    pub fn list(&self) -> Vec<(&EventId, &Improvement)> {
        let mut list: Vec<_> = self.all.iter().filter(|(_, improvement)| !improvement.withdrawn).collect();
        list.sort_by(|(a, one), (b, other)| (&other.day, b).cmp(&(&one.day, a)));
        list
    }

    /// One of them.
    pub fn get(&self, id: &EventId) -> Option<&Improvement> {
        self.all.get(id)
    }
}
