//! The journal: what a store has to do, whichever it is, and the store in memory.
//!
//! The one invariant: `recorded = acknowledged + queued + quarantined`, after every call and every crash.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::chain::{Head, PersonalText};
use crate::event::{Draft, Event, EventId};
use crate::outbox::{Limits, Settlement};
use crate::wire::{CloudEvent, Rejection};

/// Where an event stands in a journal: by epoch, then by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The epoch, from 1.
    pub epoch: u32,
    /// The number in the epoch, from 1.
    pub seq: u64,
}

/// An event with the words that belong to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The event.
    pub event: Event,
    /// The customer's words, unless there were none or they were erased.
    pub text: Option<PersonalText>,
}

impl Entry {
    /// Where it stands.
    pub fn place(&self) -> Place {
        Place { epoch: self.event.epoch, seq: self.event.seq }
    }
}

/// What an append came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Where the event stands.
    pub place: Place,
    /// How many responses the tablet has recorded by now.
    pub responses: u64,
}

/// The four counts, in events. `recorded`, `queued` and `quarantined` are counted where they lie; `acknowledged` is a
/// tally kept with every receipt, so that the sum proves something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Events in the journal.
    pub recorded: u64,
    /// Events that a receipt has named.
    pub acknowledged: u64,
    /// Events in the outbox.
    pub queued: u64,
    /// Events that the endpoint will never take.
    pub quarantined: u64,
}

impl Counts {
    /// Whether every event is somewhere.
    pub fn add_up(&self) -> bool {
        self.recorded == self.acknowledged + self.queued + self.quarantined
    }
}

/// A batch whose bytes are fixed: a retry sends the same, from whichever tab, after whatever crash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// Names the batch in `Idempotency-Key`.
    pub id: EventId,
    /// Its events.
    pub events: Vec<(Place, EventId)>,
    /// The request's body.
    pub body: String,
}

impl Frozen {
    /// Freezes as many of `entries` as the limits allow, at least one; `None` when there is nothing to send.
    pub fn new(id: EventId, entries: &[Entry], limits: &Limits) -> Option<Self> {
        let mut events = Vec::new();
        let mut body = String::from("[");
        let sendable = entries.iter().filter(|entry| !limits.skip.contains(&entry.event.id)).take(limits.events);
        for entry in sendable {
            let travelling = CloudEvent::new(&entry.event, entry.text.as_ref());
            let json = serde_json::to_string(&travelling).unwrap_or_default();
            if !events.is_empty() {
                if body.len() + json.len() + 2 > limits.bytes {
                    break;
                }
                body.push(',');
            }
            body.push_str(&json);
            events.push((entry.place(), entry.event.id.clone()));
        }
        body.push(']');
        (!events.is_empty()).then_some(Self { id, events, body })
    }

    /// The ids of its events.
    pub fn ids(&self) -> Vec<EventId> {
        self.events.iter().map(|(_, id)| id.clone()).collect()
    }
}

/// One event that the endpoint will never take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Where it stands in the journal.
    pub place: Place,
    /// Why.
    pub rejection: Rejection,
}

/// Why a store did not do what it was asked. Each variant is another thing to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// It may work if tried again.
    Again(String),
    /// The connection is gone: open it again first.
    Closed(String),
    /// The disk or the quota is full.
    Full(String),
    /// It will not work: no storage here, or a database newer than this program.
    Broken(String),
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (what, why) = match self {
            Self::Again(why) => ("storage did not answer", why),
            Self::Closed(why) => ("the connection to storage was closed", why),
            Self::Full(why) => ("storage is full", why),
            Self::Broken(why) => ("storage cannot be used", why),
        };
        write!(f, "{what}: {why}")
    }
}

/// A place that keeps the journal, its outbox and a few named records. Every call is one transaction.
#[allow(async_fn_in_trait, reason = "the futures of a browser are not Send, and no caller needs them to be")]
pub trait JournalStore {
    /// Begins a run: makes the device on the first start, counts up the run, and gives the head.
    ///
    /// # Errors
    /// As [`StoreError`] says; the same for all that follow.
    async fn begin_run(&self, new_device: &str) -> Result<Head, StoreError>;

    /// Stores a draft as the newest event, durably. A draft that is there already is left as it is.
    async fn append(&self, draft: &Draft) -> Result<Appended, StoreError>;

    /// Events after a place, oldest first, at most `limit`.
    async fn read(&self, after: Place, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// The four counts, all taken in one transaction.
    async fn counts(&self) -> Result<Counts, StoreError>;

    /// How many events are in the outbox.
    async fn queued(&self) -> Result<u64, StoreError>;

    /// The frozen batch, or a new one frozen from the head of the outbox under the name `id`; `None` when nothing is
    /// left to send.
    async fn freeze(&self, id: &EventId, limits: &Limits) -> Result<Option<Frozen>, StoreError>;

    /// Does what the outbox made of an answer to `batch`. Settling the same batch twice settles it once.
    async fn settle(&self, batch: &Frozen, settlement: &Settlement) -> Result<(), StoreError>;

    /// Everything in quarantine, oldest first.
    async fn quarantine(&self) -> Result<Vec<Quarantined>, StoreError>;

    /// A named record: settings, the door, the state of the upload.
    async fn load(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Writes a named record.
    async fn save(&self, name: &str, value: &str) -> Result<(), StoreError>;
}

/// A journal in memory: for tests of the rules, and for a tablet whose storage cannot be used.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    state: std::cell::RefCell<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    head: Option<Head>,
    entries: BTreeMap<Place, Entry>,
    places: BTreeMap<EventId, Place>,
    outbox: BTreeSet<Place>,
    acknowledged: u64,
    quarantine: BTreeMap<Place, Rejection>,
    frozen: Option<Frozen>,
    records: BTreeMap<String, String>,
}

impl JournalStore for MemoryJournal {
    async fn begin_run(&self, new_device: &str) -> Result<Head, StoreError> {
        let mut state = self.state.borrow_mut();
        let mut head = state.head.take().unwrap_or_else(|| Head::enrol(new_device, 1));
        head.run += 1;
        state.head = Some(head.clone());
        Ok(head)
    }

    async fn append(&self, draft: &Draft) -> Result<Appended, StoreError> {
        let mut state = self.state.borrow_mut();
        let head = state.head.clone().ok_or_else(|| StoreError::Broken("no run has begun".to_owned()))?;
        if let Some(place) = state.places.get(&draft.id) {
            return Ok(Appended { place: *place, responses: head.responses });
        }
        let (event, head) = head.link(draft);
        let entry = Entry { event, text: draft.text.clone() };
        let appended = Appended { place: entry.place(), responses: head.responses };
        state.places.insert(draft.id.clone(), appended.place);
        state.entries.insert(appended.place, entry);
        state.outbox.insert(appended.place);
        state.head = Some(head);
        Ok(appended)
    }

    async fn read(&self, after: Place, limit: usize) -> Result<Vec<Entry>, StoreError> {
        use std::ops::Bound::{Excluded, Unbounded};
        let state = self.state.borrow();
        Ok(state.entries.range((Excluded(after), Unbounded)).take(limit).map(|(_, entry)| entry.clone()).collect())
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        let state = self.state.borrow();
        Ok(Counts {
            recorded: state.entries.len() as u64,
            acknowledged: state.acknowledged,
            queued: state.outbox.len() as u64,
            quarantined: state.quarantine.len() as u64,
        })
    }

    async fn queued(&self) -> Result<u64, StoreError> {
        Ok(self.state.borrow().outbox.len() as u64)
    }

    async fn freeze(&self, id: &EventId, limits: &Limits) -> Result<Option<Frozen>, StoreError> {
        let mut state = self.state.borrow_mut();
        if state.frozen.is_none() {
            let wanted = limits.events + limits.skip.len();
            let queued: Vec<Entry> =
                state.outbox.iter().take(wanted).filter_map(|place| state.entries.get(place).cloned()).collect();
            state.frozen = Frozen::new(id.clone(), &queued, limits);
        }
        Ok(state.frozen.clone())
    }

    async fn settle(&self, batch: &Frozen, settlement: &Settlement) -> Result<(), StoreError> {
        let mut state = self.state.borrow_mut();
        for id in &settlement.accepted {
            let place = state.places.get(id).copied();
            if place.is_some_and(|place| state.outbox.remove(&place)) {
                state.acknowledged += 1;
            }
        }
        for rejection in &settlement.rejected {
            if let Some(place) = state.places.get(&rejection.id).copied()
                && state.outbox.remove(&place)
            {
                state.quarantine.insert(place, rejection.clone());
            }
        }
        if settlement.is_thawed && state.frozen.as_ref().is_some_and(|frozen| frozen.id == batch.id) {
            state.frozen = None;
        }
        Ok(())
    }

    async fn quarantine(&self) -> Result<Vec<Quarantined>, StoreError> {
        let state = self.state.borrow();
        let listed = state.quarantine.iter();
        Ok(listed.map(|(place, rejection)| Quarantined { place: *place, rejection: rejection.clone() }).collect())
    }

    async fn load(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.state.borrow().records.get(name).cloned())
    }

    async fn save(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.state.borrow_mut().records.insert(name.to_owned(), value.to_owned());
        Ok(())
    }
}

#[cfg(any(test, feature = "contract"))]
pub mod contract;

#[cfg(test)]
mod tests {
    use super::MemoryJournal;

    async fn empty() -> MemoryJournal {
        MemoryJournal::default()
    }

    crate::journal_contract!(pollster::test, empty);
}
