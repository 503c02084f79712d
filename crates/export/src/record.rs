//! A response on its way into a row: its events as they lie in the journal, read no further than needed.

use std::borrow::Cow;

use candor_core::chain::PersonalText;
use candor_core::facts::Placed;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A response with everything that was recorded of it.
#[derive(Debug)]
pub struct Record<'a> {
    /// The event that gave it.
    pub given: Row<'a, Given<'a>>,
    /// The event that ended the follow-up.
    pub detailed: Option<Detailed>,
    /// The words beside that.
    pub words: Option<PersonalText>,
    /// The level after corrections, and the doubts.
    pub placed: Placed,
}

/// An event as it travels.
#[derive(Debug, Deserialize)]
pub struct Row<'a, D> {
    /// Its id.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// When it was recorded.
    #[serde(borrow)]
    pub time: Cow<'a, str>,
    /// `urn:candor:device:…`.
    #[serde(borrow)]
    pub source: Cow<'a, str>,
    /// The epoch.
    pub deviceepoch: u32,
    /// The number in the epoch.
    pub deviceseq: u64,
    /// The body.
    pub data: D,
}

/// The body of `rating.given`.
#[derive(Debug, Deserialize)]
pub struct Given<'a> {
    /// The scale; none for five faces.
    #[serde(default, borrow)]
    pub scale: Option<Cow<'a, str>>,
    /// The survey.
    #[serde(borrow)]
    pub survey: Cow<'a, str>,
    /// Its version.
    pub version: u32,
    /// The language.
    #[serde(borrow)]
    pub locale: Cow<'a, str>,
    /// The service point.
    #[serde(default, borrow)]
    pub point: Cow<'a, str>,
    /// Who served.
    #[serde(default, borrow)]
    pub staff: Option<Cow<'a, str>>,
    /// The ticket.
    #[serde(default, borrow)]
    pub ticket: Option<Cow<'a, str>>,
    /// The channel; empty for the kiosk.
    #[serde(default, borrow)]
    pub channel: Cow<'a, str>,
    /// When it was given, where it was recorded later: of an import.
    #[serde(default, borrow)]
    pub given: Option<Cow<'a, str>>,
}

/// The body of `rating.detailed`.
#[derive(Debug, Deserialize)]
pub struct Detailed {
    /// How it ended.
    pub outcome: String,
    /// Reasons.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// Answers by the id of the question.
    #[serde(default)]
    pub answers: Map<String, Value>,
    /// Service items.
    #[serde(default)]
    pub items: Map<String, Value>,
    /// Seconds taken.
    pub seconds: u32,
    /// The words, where they came with the event and not from beside it.
    #[serde(default)]
    text: Option<PersonalText>,
}

#[derive(Deserialize)]
struct DetailedRow {
    data: Detailed,
}

impl<'a> Record<'a> {
    /// Reads the events of a response: the one that gave it, the one that ended its follow-up, and the words that lie
    /// beside that. `None` where the first of them is gone or cannot be read.
    pub fn read(placed: Placed, given: &'a str, detailed: Option<&str>, words: Option<&str>) -> Option<Self> {
        let given = serde_json::from_str(given).ok()?;
        let detailed = detailed.and_then(|json| serde_json::from_str::<DetailedRow>(json).ok()).map(|row| row.data);
        let beside = |detailed: &Detailed| detailed.text.clone();
        let words = words.and_then(|json| serde_json::from_str(json).ok());
        let words = words.or_else(|| detailed.as_ref().and_then(beside));
        Some(Self { given, detailed, words, placed })
    }

    /// When it was given: an import says so itself.
    pub fn time(&self) -> &str {
        self.given.data.given.as_deref().unwrap_or(&self.given.time)
    }
}
