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

    fn parcel(&self) -> Parcel {
        let json = serde_json::to_string(&CloudEvent::new(&self.event, self.text.as_ref())).unwrap_or_default();
        Parcel { place: self.place(), id: self.event.id.clone(), json }
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

/// One queued event as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Where it stands in the journal.
    pub place: Place,
    /// Its id.
    pub id: EventId,
    /// The CloudEvent with its text, as JSON.
    pub json: String,
}

/// A batch whose bytes are fixed: a retry sends the same, from whichever tab, after whatever crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// Names the batch in `Idempotency-Key`.
    pub id: EventId,
    /// Its events, in the order of the journal.
    pub events: Vec<(Place, EventId)>,
    /// The request's body.
    pub body: String,
}

impl Frozen {
    /// Freezes as many parcels as the limits allow, at least one; `None` when there is nothing to send.
    pub fn new(id: EventId, parcels: impl IntoIterator<Item = Parcel>, limits: &Limits) -> Option<Self> {
        let mut events = Vec::new();
        let mut body = String::from("[");
        let sendable = parcels.into_iter().filter(|parcel| !limits.skip.contains(&parcel.id)).take(limits.events);
        for Parcel { place, id, json } in sendable {
            if !events.is_empty() {
                if body.len() + json.len() + 2 > limits.bytes {
                    break;
                }
                body.push(',');
            }
            body.push_str(&json);
            events.push((place, id));
        }
        body.push(']');
        (!events.is_empty()).then_some(Self { id, events, body })
    }

    /// The batch as one text: its id, a line for each event, and the body as it is sent.
    pub fn to_record(&self) -> String {
        let mut record = format!("{} {}\n", self.id, self.events.len());
        for (place, id) in &self.events {
            record.push_str(&format!("{} {} {id}\n", place.epoch, place.seq));
        }
        record + &self.body
    }

    /// Reads what [`Frozen::to_record`] wrote; `None` for anything else.
    pub fn from_record(record: &str) -> Option<Self> {
        let (first, mut rest) = record.split_once('\n')?;
        let (id, count) = first.split_once(' ')?;
        let mut events = Vec::new();
        for _ in 0..count.parse::<usize>().ok()? {
            let (line, further) = rest.split_once('\n')?;
            let (epoch, line) = line.split_once(' ')?;
            let (seq, id) = line.split_once(' ')?;
            let place = Place { epoch: epoch.parse().ok()?, seq: seq.parse().ok()? };
            events.push((place, EventId::parse(id)?));
            rest = further;
        }
        Some(Self { id: EventId::parse(id)?, events, body: rest.to_owned() })
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
            let queued = state.outbox.iter().take(wanted).filter_map(|place| state.entries.get(place));
            let parcels: Vec<Parcel> = queued.map(Entry::parcel).collect();
            state.frozen = Frozen::new(id.clone(), parcels, limits);
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
    use super::*;

    async fn empty() -> MemoryJournal {
        MemoryJournal::default()
    }

    crate::journal_contract!(pollster::test, empty);

    #[test]
    fn a_frozen_batch_is_kept_byte_for_byte() {
        let parcel = |n: u8| {
            let id = contract::rating(n).id;
            Parcel { place: Place { epoch: 2, seq: n.into() }, id, json: format!("{{\"n\":\"第 {n} 条\\n\"}}") }
        };
        let limits = Limits { events: 9, bytes: 9_999, skip: vec![parcel(2).id] };
        let frozen = Frozen::new(contract::rating(99).id, (1..4).map(parcel), &limits).unwrap();
        assert_eq!(frozen.body, "[{\"n\":\"第 1 条\\n\"},{\"n\":\"第 3 条\\n\"}]");
        assert_eq!(Frozen::from_record(&frozen.to_record()), Some(frozen));
        for broken in ["", "x", "x 1\n", "00000000-0000-7000-8000-000000000000 1\n1 1 nobody\n[]"] {
            assert_eq!(Frozen::from_record(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_batch_keeps_to_its_bytes_but_for_a_single_large_event() {
        let parcel = |n: u8| Parcel { place: Place::default(), id: contract::rating(n).id, json: "x".repeat(60) };
        let count = |bytes| {
            let limits = Limits { events: 9, bytes, skip: Vec::new() };
            Frozen::new(contract::rating(99).id, (1..9).map(parcel), &limits).unwrap().events.len()
        };
        assert_eq!((count(10), count(122), count(123), count(1_000)), (1, 1, 2, 8));
    }
}
