//! One alert: what it is about, its name, its event, and the list of all that were raised.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::event::{Body, Event, EventId, Scale};
use crate::facts::Days;
use crate::hours::Date;
use crate::statistics::Rule;

/// The type of an alert's event.
const RAISED: &str = "alert.raised";
/// The type of the event that says that a person has seen one.
const SEEN: &str = "alert.seen";

/// What is wrong. Figures that are no whole numbers are in tenths, since an event has whole numbers only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "kebab-case")]
pub enum About {
    /// A bad rating.
    Bad {
        /// The response.
        response: EventId,
        /// Its level.
        level: u8,
        /// The scale of the level.
        scale: Scale,
        /// Its service point; empty where there is none.
        point: String,
    },
    /// Bad ratings, one after the other.
    Repeated {
        /// The last of them.
        response: EventId,
        /// How many.
        count: u32,
        /// Within so many minutes.
        minutes: u32,
    },
    /// The control chart of good ratings, by day.
    Chart {
        /// Which rule it breaks, by its place among [`RULES`].
        broken: u8,
        /// The first day, `2026-11-23`.
        from: String,
        /// The last day.
        to: String,
        /// The share of good ratings on these days, in tenths of a percent.
        share: u32,
        /// The centre of the chart, in tenths of a percent.
        centre: u32,
    },
    /// The figure that leads is below its target.
    Target {
        /// The survey.
        survey: String,
        /// Over so many days up to the alert.
        days: u32,
        /// The figure, in tenths of its unit.
        score: i32,
        /// The upper end of its interval, in tenths.
        high: i32,
        /// The target, in tenths.
        target: i32,
        /// Of how many responses.
        n: u64,
    },
    /// Cases whose time is up.
    Overdue {
        /// The cases that were not overdue at the last alert: at most [`MOST_CASES`] of them are named.
        cases: Vec<EventId>,
        /// How many are overdue in all.
        count: u64,
    },
    /// The tablet has found something out about itself.
    Finding {
        /// The event `health.reported`.
        event: EventId,
        /// What, as the event names it.
        finding: String,
    },
    /// The endpoint has refused events.
    Quarantined {
        /// How many.
        count: u64,
    },
    /// Nothing has been delivered for long.
    Undelivered {
        /// For so many whole hours the oldest event waits.
        hours: u32,
        /// How many events wait.
        count: u64,
    },
    /// The storage is nearly full.
    Storage {
        /// In percent of what the browser allows.
        percent: u8,
    },
}

/// The rules of the control chart, as [`About::Chart`] counts them.
pub const RULES: [Rule; 6] = [
    Rule::BeyondLimits,
    Rule::TwoOfThree,
    Rule::FourOfFive,
    Rule::EightOnOneSide,
    Rule::SixTrending,
    Rule::FourteenAlternating,
];
/// An event is read by people as well; who has more overdue cases looks at the list.
pub const MOST_CASES: usize = 50;

/// An alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What it is about, as a name: two alerts of one name are one.
    pub key: String,
    /// When that came about: RFC 3339 with the tablet's offset. An alert that was held back is raised later.
    pub at: String,
    /// What is wrong.
    #[serde(flatten)]
    pub about: About,
}

impl Alert {
    /// The id of its event on a tablet: the same however often it is found.
    pub fn id(&self, device: &str) -> EventId {
        EventId::of_name(&["candor:alert:", device, ":", &self.key].concat())
    }

    /// The body of an event that has come by words, as a keeper says it; `None` unless it is JSON.
    pub fn body(json: &str) -> Option<Body> {
        Some(Body::noted(RAISED, serde_json::from_str(json).ok()?))
    }

    /// The days that a chart's alert is about, and the rule's place among [`RULES`].
    pub(super) fn charted(&self) -> Option<(u8, Days)> {
        let About::Chart { broken, from, to, .. } = &self.about else { return None };
        Some((*broken, Days { from: Date::parse(from)?, to: Date::parse(to)? }))
    }
}

/// That a person has seen an alert.
pub fn seen(alert: &EventId) -> Body {
    Body::noted(SEEN, json!({ "alert": alert.as_str() }))
}

/// An alert that was raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Its event.
    pub id: EventId,
    /// When it was raised: RFC 3339 with the tablet's offset.
    pub time: String,
    /// The alert.
    pub alert: Alert,
    /// Whether a person has seen it.
    pub is_seen: bool,
}

/// All alerts of a journal. Fold events in as they are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alerts {
    all: Vec<Raised>,
    index: BTreeMap<EventId, usize>,
}

impl Alerts {
    /// Takes the next event of the journal. Says whether it was one of an alert.
    pub fn fold(&mut self, event: &Event) -> bool {
        match event.kind.as_str() {
            RAISED => {
                let Ok(alert) = Alert::deserialize(&event.data) else { return false };
                if !self.index.contains_key(&event.id) {
                    self.index.insert(event.id.clone(), self.all.len());
                    let (id, time) = (event.id.clone(), event.time.clone());
                    self.all.push(Raised { id, time, alert, is_seen: false });
                }
                true
            }
            SEEN => {
                let id = event.data.get("alert").and_then(Value::as_str).and_then(EventId::parse);
                let raised = id.and_then(|id| self.index.get(&id)).and_then(|at| self.all.get_mut(*at));
                raised.is_some_and(|raised| {
                    raised.is_seen = true;
                    true
                })
            }
            _ => false,
        }
    }

    /// All of them, the earliest first.
    pub fn all(&self) -> &[Raised] {
        &self.all
    }

    /// Whether one of this name was raised.
    pub fn has(&self, key: &str) -> bool {
        self.all.iter().rev().any(|raised| raised.alert.key == key)
    }

    /// How many nobody has seen.
    pub fn unseen(&self) -> usize {
        self.all.iter().filter(|raised| !raised.is_seen).count()
    }
}
