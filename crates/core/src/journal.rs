//! The journal: what a store has to do, whichever it is, and the store in memory.
//!
//! The one invariant: `recorded = acknowledged + queued + quarantined`, after every call and every crash.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::chain::{Head, PersonalText};
use crate::event::{Draft, Event, EventId, Written};
use crate::outbox::{Limits, Settlement};
use crate::second::{Loss, Mark, resume};
use crate::time::{UnixMillis, parse_rfc3339};
use crate::wire::{CloudEvent, Rejection, add_text};

/// The largest number that an epoch can have as a key of IndexedDB beside the number in it.
pub const LAST_SHELF: u32 = (1 << 13) - 1;
/// Neither a device's own epochs, counted up from 1, nor the shelves of others, counted down from [`LAST_SHELF`], come as
/// far as the middle.
pub const LAST_OWN_EPOCH: u32 = LAST_SHELF / 2;
/// The numbers of an epoch are below this: a place has to fit, epoch and number together, into a key of 53 bits.
pub const SEQS_PER_EPOCH: u64 = 1 << 40;

pub use crate::batch::{Frozen, Kept, Parcel};

/// Where an event stands in a journal: by epoch, then by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The epoch, from 1; for events that were restored from another tablet's back-up, the shelf of their epoch (see
    /// [`Shelves`]).
    pub epoch: u32,
    /// The number in the epoch, from 1.
    pub seq: u64,
}

impl Place {
    /// Before anything of an epoch.
    pub fn first_of(epoch: u32) -> Self {
        Self { epoch, seq: 0 }
    }

    /// Whether what stands here was restored from another tablet's back-up.
    pub fn is_restored(self) -> bool {
        self.epoch > LAST_OWN_EPOCH
    }
}

/// Which shelf of this journal holds the epoch of which other device. A device's own epochs are their own shelves,
/// counted from 1 on; those of others are counted down from [`LAST_SHELF`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelves(Vec<(String, u32)>);

impl Shelves {
    /// Reads what [`Shelves::to_record`] wrote.
    pub fn from_record(record: &str) -> Self {
        let shelf = |line: &str| {
            let (device, epoch) = line.split_once(' ')?;
            Some((device.to_owned(), epoch.parse().ok()?))
        };
        Self(record.lines().filter_map(shelf).collect())
    }

    /// One line for each shelf: device and epoch.
    pub fn to_record(&self) -> String {
        self.0.iter().map(|(device, epoch)| format!("{device} {epoch}\n")).collect()
    }

    /// The place of an event in the journal of `own`; a shelf is set up where there is none.
    pub fn place(&mut self, own: &str, event: &Event) -> Place {
        if event.device == own { Place { epoch: event.epoch, seq: event.seq } } else { self.aside(event, 0) }
    }

    /// The place of an event beside the journal's own, where its own place cannot be had: on the first shelf of its
    /// device and epoch, or the one after so many where those are taken as well.
    pub fn aside(&mut self, event: &Event, after: usize) -> Place {
        let wanted = (event.device.clone(), event.epoch);
        let of_these = self.0.iter().enumerate().filter(|(_, shelf)| **shelf == wanted).nth(after);
        let index = of_these.map(|(index, _)| index).unwrap_or_else(|| {
            self.0.push(wanted);
            self.0.len() - 1
        });
        Place { epoch: LAST_SHELF.saturating_sub(u32::try_from(index).unwrap_or(LAST_SHELF)), seq: event.seq }
    }
}

/// One row of the journal as it stands: the CloudEvent with its words, or what is left of a pruned event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    /// The JSON.
    pub json: String,
}

/// What is left of an event whose place the owner does not keep filled for ever: enough for the chain to hold.
pub fn pruned(event: &Event) -> String {
    let Event { device, epoch, hash, prev, seq, .. } = event;
    serde_json::json!({ "pruned": { "device": device, "epoch": epoch, "hash": hash, "prev": prev, "seq": seq } })
        .to_string()
}

/// Whether a row is what is left of a pruned event.
pub fn is_pruned(json: &str) -> bool {
    json.starts_with("{\"pruned\":")
}

/// Whether an event says that words belong to it, and has none: a damaged table may have lost them. Quotation marks within
/// a text are escaped.
pub fn lacks_words(json: &str) -> bool {
    json.contains("\"textdigest\":") && !json.contains("\"text\":")
}

/// How a run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The place after which it records.
    pub head: Head,
    /// What is missing from before.
    pub loss: Option<Loss>,
}

/// What became of rows that were put back into a journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Events that were missing: they are in the journal and in the outbox now.
    pub added: u64,
    /// Events that were there.
    pub known: u64,
    /// Events that were known by their ids and gone from their places, or there without their words. They are queued.
    pub mended: u64,
    /// Rows that are no events, or whose hash does not fit.
    pub refused: u64,
    /// Among those that were there, the ones that stand there otherwise than the row has them, each with a hash that
    /// fits: one of the two was rewritten. What stands there stays.
    pub contradicted: u64,
}

impl Restored {
    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            added: self.added + other.added,
            known: self.known + other.known,
            mended: self.mended + other.mended,
            refused: self.refused + other.refused,
            contradicted: self.contradicted + other.contradicted,
        }
    }
}

/// The code of a rejection that says: the receiver has another event under this number.
pub const SEQ_CONFLICT: &str = "seq-conflict";
/// The code under which an event goes into quarantine that the tablet's own storage cannot read any more.
pub const UNREADABLE: &str = "unreadable";
/// So many events are linked again in one transaction at most.
pub const LINKED_AT_ONCE: usize = 100;

/// What became of events whose numbers the receiver knows as other events'.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkedAgain {
    /// So many stand behind the head now and are queued.
    pub count: u64,
    /// Behind this a new epoch has to begin before the rest can be linked: theirs is not over, and its next numbers may be
    /// taken as well. The head is one of the same transaction, so that an epoch that begins meanwhile is enough.
    pub waits: Option<Mark>,
}

impl LinkedAgain {
    /// Whether a contested event can be linked behind this head; if not, it is noted.
    pub fn takes(&mut self, head: &Head, event: &Event) -> bool {
        if event.device != head.device {
            return false;
        }
        if event.epoch >= head.epoch {
            let noted = self.waits.as_ref().map_or((head.epoch, head.seq), |mark| (mark.epoch, mark.seq - 1));
            let (epoch, seq) = noted.max((event.epoch, event.seq));
            // A number that was never recorded stands for what the receiver has.
            self.waits = Some(Mark { device: head.device.clone(), epoch, seq: seq + 1 });
        }
        event.epoch < head.epoch
    }
}

/// What was pruned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many events.
    pub count: u64,
    /// The first.
    pub first: Place,
    /// The last.
    pub last: Place,
}

/// An event with the words that belong to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where it stands.
    pub place: Place,
    /// The event.
    pub event: Event,
    /// The customer's words, unless there were none or they were erased.
    pub text: Option<PersonalText>,
}

impl Entry {
    /// The event as it travels.
    fn to_json(&self) -> String {
        let event = CloudEvent::to_json(&self.event);
        self.text.as_ref().map_or_else(|| event.clone(), |text| add_text(&event, &text.to_json()))
    }

    fn parcel(&self) -> Parcel {
        Parcel { place: self.place, id: self.event.id.clone(), json: self.to_json() }
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
/// tally kept with every receipt, so that the sum proves something. After damage that was mended it is what the other two
/// leave of `recorded`, and it counts the old row of an event that was linked again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Events in the journal.
    pub recorded: u64,
    /// Events that a receipt has named, or as said above.
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
    /// It will not work: no storage here.
    Broken(String),
    /// The database is of a newer version than this program, which leaves it alone: an update is needed.
    Newer,
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (what, why) = match self {
            Self::Again(why) => ("storage did not answer", why),
            Self::Closed(why) => ("the connection to storage was closed", why),
            Self::Full(why) => ("storage is full", why),
            Self::Broken(why) => ("storage cannot be used", why),
            Self::Newer => return f.write_str("storage is of a newer version: an update is needed"),
        };
        write!(f, "{what}: {why}")
    }
}

/// A place that keeps the journal, its outbox and a few named records. Every call is one transaction.
#[allow(async_fn_in_trait, reason = "the futures of a browser are not Send, and no caller needs them to be")]
pub trait JournalStore {
    /// Begins a run: makes the device on the first start, counts up the run, and gives the head. What the mark knows
    /// and the store does not is a loss: a new epoch begins.
    ///
    /// # Errors
    /// As [`StoreError`] says; the same for all that follow.
    async fn begin_run(&self, new_device: &str, mark: Option<&Mark>) -> Result<Begun, StoreError>;

    /// The newest place; `None` before the first run.
    async fn head(&self) -> Result<Option<Head>, StoreError>;

    /// Stores a draft as the newest event, durably. A draft that is there already is left as it is.
    async fn append(&self, draft: &Draft) -> Result<Appended, StoreError>;

    /// Events after a place, oldest first, at most `limit`.
    async fn read(&self, after: Place, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Rows after a place as they stand, oldest first, at most `limit`.
    async fn rows(&self, after: Place, limit: usize) -> Result<Vec<Row>, StoreError>;

    /// The rows at these places, which are in ascending order; what is not there is left out.
    async fn rows_at(&self, places: &[Place]) -> Result<Vec<Row>, StoreError>;

    /// Everything that no receipt has named: the outbox and the quarantine, in ascending order.
    async fn waiting(&self) -> Result<Vec<Place>, StoreError>;

    /// Puts events back that a second place or a back-up has kept: what is missing is stored as it was and queued, what
    /// is there is left alone. Events of this device that are newer than its head become the head.
    async fn restore(&self, jsons: &[String]) -> Result<Restored, StoreError>;

    /// Links events once more that the receiver does not take where they stand, since it has other events under their
    /// numbers: those of this device that are in quarantine for it and whose epoch is over. Each gets the next place
    /// behind the head, whole and under its id, and is queued there; its old place is answered for by the new one and
    /// counts as acknowledged.
    async fn link_again(&self) -> Result<LinkedAgain, StoreError>;

    /// Puts what is queued and cannot be read into quarantine, under [`UNREADABLE`]: it would hold everything up. Gives how
    /// many.
    async fn set_unreadable_aside(&self) -> Result<u64, StoreError>;

    /// Takes events out of quarantine and queues them again.
    async fn send_again(&self, ids: &[EventId]) -> Result<(), StoreError>;

    /// Queues acknowledged events again that the receiver says it lacks; gives how many. The ranges are inclusive.
    async fn queue_again(&self, epoch: u32, ranges: &[(u64, u64)]) -> Result<u64, StoreError>;

    /// Leaves of the oldest events only their hashes: of those that are acknowledged, were recorded before that instant,
    /// and lie within the first `limit` rows after `after`.
    async fn prune(&self, after: Place, before: UnixMillis, limit: usize) -> Result<Pruned, StoreError>;

    /// The four counts, all taken in one transaction.
    async fn counts(&self) -> Result<Counts, StoreError>;

    /// How many events are in the outbox.
    async fn queued(&self) -> Result<u64, StoreError>;

    /// The frozen batch, or a new one frozen from the head of the outbox under the name `id`; `None` when nothing is
    /// left to send.
    async fn freeze(&self, id: &EventId, limits: &Limits) -> Result<Option<Frozen>, StoreError>;

    /// What would be frozen under the name `id` once all of `batch` has left the outbox: the events of the device's own
    /// behind it. Nothing is written, so that it can be read while `batch` is under way; `None` when there is nothing,
    /// and behind a batch of restored events.
    async fn look_ahead(&self, batch: &Frozen, id: &EventId, limits: &Limits) -> Result<Option<Frozen>, StoreError>;

    /// Whether the frozen batch is the one of this name. Asked before one is sent that was frozen earlier.
    async fn is_frozen(&self, id: &EventId) -> Result<bool, StoreError>;

    /// Does what the outbox made of an answer to `batch`. Settling the same batch twice settles it once.
    async fn settle(&self, batch: &Frozen, settlement: &Settlement) -> Result<(), StoreError> {
        self.settle_and_freeze(batch, settlement, None).await.map(drop)
    }

    /// [`settle`](Self::settle), and in the same transaction `next`, which [`look_ahead`](Self::look_ahead) has read,
    /// becomes the frozen batch where `batch` was it and is over. Gives whether it did.
    async fn settle_and_freeze(
        &self,
        batch: &Frozen,
        settlement: &Settlement,
        next: Option<&Frozen>,
    ) -> Result<bool, StoreError>;

    /// Everything in quarantine, oldest first.
    async fn quarantine(&self) -> Result<Vec<Quarantined>, StoreError>;

    /// A named record: settings, the door, the state of the upload.
    async fn load(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Writes a named record.
    async fn save(&self, name: &str, value: &str) -> Result<(), StoreError>;

    /// Writes a named record if it still is what was expected, `None` for one that is not there; says whether it was.
    async fn exchange(&self, name: &str, expected: Option<&str>, value: &str) -> Result<bool, StoreError>;
}

/// The event and its words in a row that was kept elsewhere; `None` unless its hash and its digest fit.
pub fn open_row(json: &str) -> Option<(Event, Option<PersonalText>)> {
    serde_json::from_str::<CloudEvent>(json).ok()?.open().ok()
}

/// The begin of 2025: the program is of 2026, and a clock may be slow. A tablet that has lost its clock begins in 1970, or
/// when its system was made.
const EARLIEST: UnixMillis = UnixMillis(1_735_689_600_000);

/// Whether an event was recorded before that instant, by the tablet's clock; never of one that cannot be as old as it
/// says.
pub fn is_before(time: &str, instant: UnixMillis) -> bool {
    parse_rfc3339(time).is_some_and(|time| EARLIEST <= time && time < instant)
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
    pruned: BTreeMap<Place, String>,
    shelves: Shelves,
    places: BTreeMap<EventId, Place>,
    outbox: BTreeSet<Place>,
    acknowledged: u64,
    quarantine: BTreeMap<Place, Rejection>,
    frozen: Option<Frozen>,
    records: BTreeMap<String, String>,
}

impl Memory {
    fn next_of(&self, span: Range<Place>, id: &EventId, limits: &Limits) -> Option<Frozen> {
        let wanted = limits.events + limits.skip.len();
        let queued = self.outbox.range(span).take(wanted).filter_map(|place| self.entries.get(place));
        Frozen::new(id.clone(), queued.map(Entry::parcel), limits)
    }
}

impl MemoryJournal {
    /// Stores a draft whose body is written already, as [`JournalStore::append`] does.
    ///
    /// # Errors
    /// [`StoreError::Broken`] before the first run.
    pub fn append_written(&self, draft: Written) -> Result<Appended, StoreError> {
        let mut state = self.state.borrow_mut();
        let head = state.head.clone().ok_or_else(|| StoreError::Broken("no run has begun".to_owned()))?;
        if let Some(place) = state.places.get(&draft.id) {
            return Ok(Appended { place: *place, responses: head.responses });
        }
        let text = draft.text.clone();
        let (event, head) = head.link_written(draft);
        let place = Place { epoch: event.epoch, seq: event.seq };
        let appended = Appended { place, responses: head.responses };
        state.places.insert(event.id.clone(), place);
        state.entries.insert(place, Entry { place, event, text });
        state.outbox.insert(place);
        state.head = Some(head);
        Ok(appended)
    }
}

impl JournalStore for MemoryJournal {
    async fn begin_run(&self, new_device: &str, mark: Option<&Mark>) -> Result<Begun, StoreError> {
        let mut state = self.state.borrow_mut();
        let (mut head, loss) = resume(state.head.take(), mark, new_device);
        head.run += 1;
        state.head = Some(head.clone());
        Ok(Begun { head, loss })
    }

    async fn head(&self) -> Result<Option<Head>, StoreError> {
        Ok(self.state.borrow().head.clone())
    }

    async fn append(&self, draft: &Draft) -> Result<Appended, StoreError> {
        self.append_written(Written::new(draft))
    }

    async fn read(&self, after: Place, limit: usize) -> Result<Vec<Entry>, StoreError> {
        use std::ops::Bound::{Excluded, Unbounded};
        let state = self.state.borrow();
        Ok(state.entries.range((Excluded(after), Unbounded)).take(limit).map(|(_, entry)| entry.clone()).collect())
    }

    async fn rows(&self, after: Place, limit: usize) -> Result<Vec<Row>, StoreError> {
        use std::ops::Bound::{Excluded, Unbounded};
        let state = self.state.borrow();
        let range = (Excluded(after), Unbounded);
        let whole = state.entries.range(range).map(|(place, entry)| Row { place: *place, json: entry.to_json() });
        let pruned = state.pruned.range(range).map(|(place, json)| Row { place: *place, json: json.clone() });
        let mut rows: Vec<Row> = whole.chain(pruned).collect();
        rows.sort_by_key(|row| row.place);
        rows.truncate(limit);
        Ok(rows)
    }

    async fn rows_at(&self, places: &[Place]) -> Result<Vec<Row>, StoreError> {
        let state = self.state.borrow();
        let row = |place: &Place| Some(Row { place: *place, json: state.entries.get(place)?.to_json() });
        Ok(places.iter().filter_map(row).collect())
    }

    async fn waiting(&self) -> Result<Vec<Place>, StoreError> {
        let state = self.state.borrow();
        let waiting: BTreeSet<Place> = state.outbox.iter().chain(state.quarantine.keys()).copied().collect();
        Ok(waiting.into_iter().collect())
    }

    async fn restore(&self, jsons: &[String]) -> Result<Restored, StoreError> {
        let mut state = self.state.borrow_mut();
        let head = state.head.clone().ok_or_else(|| StoreError::Broken("no run has begun".to_owned()))?;
        let epoch = head.epoch;
        let mut head = head;
        let mut restored = Restored::default();
        for json in jsons {
            let Some((event, text)) = open_row(json) else {
                restored.refused += 1;
                continue;
            };
            let mut place = state.shelves.place(&head.device, &event);
            let known = state.places.get(&event.id).copied();
            let is_free =
                |state: &Memory, place: &Place| !state.entries.contains_key(place) && !state.pruned.contains_key(place);
            if known.is_some_and(|known| known != place) && is_free(&state, &place) && event.device == head.device {
                // It has two places: a commit that came to pass after all. Both are kept and sent: each chain is whole.
                head = head.overtaken_by(&event);
                state.outbox.insert(place);
                state.entries.insert(place, Entry { place, event, text });
                restored.known += 1;
                continue;
            }
            let is_there = state.entries.get(&place).is_some_and(|entry| entry.event.hash == event.hash)
                || state.pruned.get(&place).is_some_and(|json| json.contains(event.hash.as_str()));
            if known.is_some() || is_there {
                restored.known += 1;
                restored.contradicted += u64::from(known == Some(place) && !is_there);
                continue;
            }
            let mut shelf = 0;
            while !is_free(&state, &place) {
                place = state.shelves.aside(&event, shelf);
                shelf += 1;
            }
            head = head.overtaken_by(&event);
            state.places.insert(event.id.clone(), place);
            state.outbox.insert(place);
            state.entries.insert(place, Entry { place, event, text });
            restored.added += 1;
        }
        state.head = Some(head.beyond(epoch));
        Ok(restored)
    }

    async fn send_again(&self, ids: &[EventId]) -> Result<(), StoreError> {
        let mut state = self.state.borrow_mut();
        let places: Vec<Place> =
            state.quarantine.iter().filter(|(_, refused)| ids.contains(&refused.id)).map(|(place, _)| *place).collect();
        for place in places {
            state.quarantine.remove(&place);
            state.outbox.insert(place);
        }
        Ok(())
    }

    async fn set_unreadable_aside(&self) -> Result<u64, StoreError> {
        // Memory is always readable.
        Ok(0)
    }

    async fn link_again(&self) -> Result<LinkedAgain, StoreError> {
        let mut state = self.state.borrow_mut();
        let (mut linked, Some(mut head)) = (LinkedAgain::default(), state.head.clone()) else {
            return Ok(LinkedAgain::default());
        };
        let contested = state.quarantine.iter().filter(|(_, refused)| refused.code == SEQ_CONFLICT);
        let contested: Vec<Entry> = contested.filter_map(|(place, _)| state.entries.get(place)).cloned().collect();
        let contested = contested.into_iter().filter(|entry| linked.takes(&head, &entry.event));
        let contested: Vec<Entry> = contested.take(LINKED_AT_ONCE).collect();
        for Entry { place: old, event, text } in contested {
            let (event, next) = head.link_again(&event);
            let place = Place { epoch: event.epoch, seq: event.seq };
            state.quarantine.remove(&old);
            state.acknowledged += 1;
            state.places.insert(event.id.clone(), place);
            state.outbox.insert(place);
            state.entries.insert(place, Entry { place, event, text });
            head = next;
            linked.count += 1;
        }
        state.head = Some(head);
        Ok(linked)
    }

    async fn queue_again(&self, epoch: u32, ranges: &[(u64, u64)]) -> Result<u64, StoreError> {
        let mut state = self.state.borrow_mut();
        let mut queued = 0;
        for (from, to) in ranges {
            let range = Place { epoch, seq: *from }..=Place { epoch, seq: *to };
            let lacking: Vec<Place> = state.entries.range(range).map(|(place, _)| *place).collect();
            for place in lacking.into_iter().filter(|place| !state.quarantine.contains_key(place)).collect::<Vec<_>>() {
                queued += u64::from(state.outbox.insert(place));
            }
        }
        state.acknowledged -= queued;
        Ok(queued)
    }

    async fn prune(&self, after: Place, before: UnixMillis, limit: usize) -> Result<Pruned, StoreError> {
        use std::ops::Bound::{Excluded, Unbounded};
        let mut state = self.state.borrow_mut();
        let old = state.entries.range((Excluded(after), Unbounded)).take(limit);
        let is_waiting = |place: &Place| state.outbox.contains(place) || state.quarantine.contains_key(place);
        let old = old.filter(|(place, entry)| !is_waiting(place) && is_before(&entry.event.time, before));
        let old: Vec<Place> = old.map(|(place, _)| *place).collect();
        for place in &old {
            if let Some(entry) = state.entries.remove(place) {
                if state.places.get(&entry.event.id) == Some(place) {
                    state.places.remove(&entry.event.id);
                }
                state.pruned.insert(*place, pruned(&entry.event));
            }
        }
        Ok(Pruned {
            count: old.len() as u64,
            first: old.first().copied().unwrap_or_default(),
            last: old.last().copied().unwrap_or_default(),
        })
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        let state = self.state.borrow();
        Ok(Counts {
            recorded: (state.entries.len() + state.pruned.len()) as u64,
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
            state.frozen = limits.spans().find_map(|span| state.next_of(span, id, limits));
        }
        Ok(state.frozen.clone())
    }

    async fn look_ahead(&self, batch: &Frozen, id: &EventId, limits: &Limits) -> Result<Option<Frozen>, StoreError> {
        Ok(batch.own_behind().and_then(|span| self.state.borrow().next_of(span, id, limits)))
    }

    async fn is_frozen(&self, id: &EventId) -> Result<bool, StoreError> {
        Ok(self.state.borrow().frozen.as_ref().is_some_and(|frozen| frozen.id == *id))
    }

    async fn settle_and_freeze(
        &self,
        batch: &Frozen,
        settlement: &Settlement,
        next: Option<&Frozen>,
    ) -> Result<bool, StoreError> {
        let mut state = self.state.borrow_mut();
        // By its places: an event may have two of them, in one batch or not.
        let accepted: BTreeSet<&EventId> = settlement.accepted.iter().collect();
        for (place, _) in batch.events.iter().filter(|(_, id)| accepted.contains(id)) {
            state.acknowledged += u64::from(state.outbox.remove(place));
        }
        for rejection in &settlement.rejected {
            let Memory { outbox, entries, .. } = &*state;
            let is_it = |place: &&Place| entries.get(place).is_some_and(|entry| entry.event.id == rejection.id);
            let places: Vec<Place> = outbox.iter().filter(is_it).copied().collect();
            for place in places {
                state.outbox.remove(&place);
                state.quarantine.insert(place, rejection.clone());
            }
        }
        let is_over = settlement.is_thawed && state.frozen.as_ref().is_some_and(|frozen| frozen.id == batch.id);
        if is_over {
            state.frozen = next.cloned();
        }
        Ok(is_over && next.is_some())
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

    async fn exchange(&self, name: &str, expected: Option<&str>, value: &str) -> Result<bool, StoreError> {
        let mut state = self.state.borrow_mut();
        let is_expected = state.records.get(name).map(String::as_str) == expected;
        if is_expected {
            state.records.insert(name.to_owned(), value.to_owned());
        }
        Ok(is_expected)
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
    fn an_event_that_cannot_be_as_old_as_it_says_is_not_old() {
        let now = UnixMillis(1_795_398_067_120);
        assert!(is_before("2026-11-23T09:41:07.000+08:00", now));
        assert!(!is_before("2026-11-23T09:41:08.000+08:00", now));
        assert!(!is_before("1970-01-01T08:00:09.000+08:00", now) && !is_before("yesterday", now));
    }
}
