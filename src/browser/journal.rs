//! The journal in IndexedDB.
//!
//! Between opening a transaction and committing it nothing is awaited but that transaction's own requests: anything
//! else would end it, with what was written so far committed. Hashing is synchronous for that reason.
//!
//! | store | key | value |
//! | --- | --- | --- |
//! | events | place | the event as it travels, as JSON, without personal text |
//! | texts | place | the customer's words as JSON |
//! | ids | event id | place |
//! | outbox | place | event id |
//! | quarantine | place | the rejection as JSON |
//! | records | name | text: `head`, `acknowledged`, `frozen`, `shelves`, and what [`JournalStore::save`] is given |
//!
//! Futures are boxed at each request: one copy of the polling in the module that every tablet loads, not one an await.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::rc::Rc;

use candor_core::batch::Format;
use candor_core::chain::{Head, PersonalText};
use candor_core::event::{Body, Context, Draft, Event, EventId, Written};
use candor_core::journal::{
    Appended, Begun, Counts, Entry, Frozen, JournalStore, Kept, LINKED_AT_ONCE, LinkedAgain, Parcel, Place, Pruned,
    Quarantined, Restored, Row, SEQ_CONFLICT, SEQS_PER_EPOCH, Shelves, StoreError, UNREADABLE, is_before, is_pruned,
    lacks_words, open_row, pruned,
};
use candor_core::outbox::{Limits, Settlement};
use candor_core::second::{Loss, Mark, resume};
use candor_core::time::{UnixMillis, Uptime};
use candor_core::wire::{CloudEvent, Rejection, add_text};
use indexed_db_futures::KeyRange;
use indexed_db_futures::database::Database;
use indexed_db_futures::error::{DomException, Error, OpenDbError, UnexpectedDataError};
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::primitive::{TryFromJs, TryToJs};
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use wasm_bindgen::JsValue;

use crate::browser::clock;
use crate::browser::schema::Opening;
use crate::browser::task::{spawn, within};

const VERSION: u32 = 1;
const EVENTS: &str = "events";
const TEXTS: &str = "texts";
const IDS: &str = "ids";
const OUTBOX: &str = "outbox";
const QUARANTINE: &str = "quarantine";
const RECORDS: &str = "records";
const STORES: [&str; 6] = [EVENTS, TEXTS, IDS, OUTBOX, QUARANTINE, RECORDS];

const HEAD: &str = "head";
const RUN: &str = "run";
const ACKNOWLEDGED: &str = "acknowledged";
const FROZEN: &str = "frozen";
const SHELVES: &str = "shelves";

/// With a full disk a transaction may never report at all; a slow flash takes 0.1 s.
const WATCHDOG_MS: u32 = 10_000;
/// After one silence, for as long as nothing answers: a start must not wait for each of its reads, nor a customer.
const SHORT_WATCHDOG_MS: u32 = 2_500;
/// What a row is taken to weigh until one was seen.
const FIRST_ROW_BYTES: usize = 700;
/// The share of rows, one in so many, that are read beyond what fits on average.
const SPARE: usize = 8;
/// Rows of the outbox that are looked at in one transaction.
const SLICE: u32 = 5_000;
/// Waiting rows that are looked at together for one that cannot be read.
const SET_ASIDE_AT_ONCE: usize = 500;
/// More than a tablet records while its keeper looks away.
const RECENT: usize = 32;
/// So many aborts in a row are put up with: other tabs can be in the way, for a while.
const MOST_ABORTS: u32 = 1;
/// After so many failures in a row the database is left alone for a while, then for longer. Chromium keeps what is
/// below it for two seconds after the last connection: with LevelDB in it that has met a full disk, nothing works until
/// nobody has asked for that long.
const FAILURES_BEFORE_REST: u32 = 4;
const REST_MS: u64 = 2_500;
const MOST_REST_DOUBLINGS: u32 = 2;

/// A database of nothing, that is gone again at once.
const PROBE: &str = "candor-probe";

/// Between the texts of a [`Listed`]: no JSON has it in it (RFC 8259, section 7).
const BETWEEN: &str = "\u{1E}";

/// Events between two places.
#[derive(Clone, Debug, Default)]
pub struct Span {
    /// The events as they lie there; in what had to be read one by one, with their words in them.
    pub events: Listed,
    /// The words beside them.
    pub texts: Listed,
}

/// Texts in one long text, by their places.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    keys: Vec<f64>,
    /// Where each ends.
    ends: Vec<usize>,
    text: String,
}

impl Listed {
    fn of(keys: Vec<f64>, text: String) -> Self {
        let ends = text.match_indices(BETWEEN).map(|(at, _)| at).chain([text.len()]).collect();
        Self { keys, ends, text }
    }

    /// The text at a place.
    pub fn at(&self, place: Place) -> Option<&str> {
        let at = self.keys.binary_search_by(|key| key.total_cmp(&key_of(place))).ok()?;
        let from = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| end + BETWEEN.len());
        self.text.get(from..*self.ends.get(at)?)
    }
}

/// Whether no database at all can be opened here any more, though others may open one. A browser that has dropped what an
/// origin stores answers a page or worker from before at once, with an error, and for good.
pub async fn is_cut_off() -> bool {
    let opening = async {
        let probe = Database::open(PROBE).build().map_err(|error| open_fault(&error))?.await;
        probe.map_err(|error| open_fault(&error))
    };
    let Some(Ok(probe)) = within(SHORT_WATCHDOG_MS, opening).await else { return true };
    probe.close();
    // One that stays is empty.
    if let Ok(deleting) = Database::delete_by_name(PROBE) {
        let _ = within(SHORT_WATCHDOG_MS, deleting).await;
    }
    false
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
type Pending<'a, T> = Boxed<'a, Result<T, Error>>;

/// A journal in the IndexedDB database of that name. Opened when first needed, and again after it was closed.
#[derive(Debug)]
pub struct IndexedDbJournal {
    name: String,
    connection: Rc<RefCell<Option<Database>>>,
    /// How often it was opened.
    openings: Cell<u32>,
    /// Which of these openings was joined with the second place, where that is looked at.
    joined: Cell<Option<u32>>,
    /// The head to append after without reading; another tab may be ahead.
    head: RefCell<Option<Head>>,
    /// The last head that this tab has seen, for its run and for a store that is found wiped or cut.
    last: RefCell<Option<Head>>,
    /// The run to record in, where this is not the journal that began it.
    run: Cell<Option<u32>>,
    /// The events that this tab appended last, as they travel.
    recent: RefCell<VecDeque<String>>,
    /// What this tab found missing, and what was known before, until somebody asks.
    loss: RefCell<Option<(Loss, Mark)>>,
    /// The newest epoch that is in use outside the database.
    reserved: Cell<u32>,
    /// Whether the last attempt was ended by its watchdog.
    is_silent: Cell<bool>,
    /// What a row of the last batch took on average, in bytes.
    row_bytes: Cell<usize>,
    /// Whether events are sent whose words are lost.
    sends_bare: Cell<bool>,
    /// Failures in a row.
    failures: Cell<u32>,
    /// Until when the database is left alone, and what it said last.
    rest: RefCell<Option<(Uptime, StoreError)>>,
}

impl IndexedDbJournal {
    /// Names the database; nothing is opened yet.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            connection: Rc::default(),
            openings: Cell::default(),
            joined: Cell::default(),
            head: RefCell::default(),
            last: RefCell::default(),
            run: Cell::default(),
            recent: RefCell::default(),
            loss: RefCell::default(),
            reserved: Cell::default(),
            is_silent: Cell::default(),
            row_bytes: Cell::new(FIRST_ROW_BYTES),
            sends_bare: Cell::new(false),
            failures: Cell::default(),
            rest: RefCell::default(),
        }
    }

    /// The last head that this page or worker has seen.
    pub fn last_head(&self) -> Option<Head> {
        self.last.borrow().clone()
    }

    /// The events that this page appended last, a line each: a database that fails may have kept none of them, whatever
    /// it said, and the second place reads them from there.
    pub fn recent(&self) -> String {
        let mut lines = String::new();
        for line in self.recent.borrow().iter() {
            lines.push_str(line);
            lines.push('\n');
        }
        lines
    }

    /// The event that this page appended last, as it travels.
    pub fn newest(&self) -> Option<String> {
        self.recent.borrow().back().cloned()
    }

    /// Records in this run: that of the page, whose other module has begun it. The stored head has the run of whichever tab
    /// recorded last.
    pub fn record_in(&self, run: u32) {
        if self.run.replace(Some(run)) != Some(run) {
            self.head.borrow_mut().take();
        }
    }

    /// That the store was found wiped or cut under this page or worker, and how far it had come: told once.
    pub fn take_loss(&self) -> Option<(Loss, Mark)> {
        self.loss.borrow_mut().take()
    }

    /// That the refuge numbers its events in this epoch: nothing is recorded here in it, nor in one before.
    pub fn reserve(&self, epoch: u32) {
        self.reserved.set(epoch.max(self.reserved.get()));
        // The stored one is read, and left behind.
        self.head.borrow_mut().take();
    }

    /// The open connection, or a new one.
    fn connect(&self) -> Boxed<'_, Result<Database, StoreError>> {
        Box::pin(async move {
            if let Some(open) = self.connection.borrow().as_ref() {
                return Ok(open.clone());
            }
            let watched = Opening::watch(&STORES);
            let opening =
                Database::open(self.name.as_str()).with_version(VERSION).build().map_err(|error| open_fault(&error))?;
            let database = opening.await.map_err(|error| open_fault(&error))?;
            watched.take();
            // Two first uses at a time open two: one that nobody knows would never be closed.
            if let Some(open) = self.connection.borrow().as_ref() {
                database.close();
                return Ok(open.clone());
            }
            self.close_when_superseded(&database);
            // It may be another database by now.
            self.openings.set(self.openings.get().wrapping_add(1));
            self.head.borrow_mut().take();
            *self.connection.borrow_mut() = Some(database.clone());
            Ok(database)
        })
    }

    /// A newer page may want to upgrade the database: it must not wait for this one.
    fn close_when_superseded(&self, database: &Database) {
        let Ok(mut changes) = database.version_changes() else { return };
        let connection = Rc::clone(&self.connection);
        let database = database.clone();
        spawn(async move {
            changes.recv().await;
            connection.borrow_mut().take();
            database.close();
        });
    }

    /// Runs one transaction under a watchdog. After a failure of storage itself the next call opens it anew.
    fn run<'a, T: 'a>(
        &'a self,
        work: impl AsyncFnOnce(&Database) -> Result<T, Error> + 'a,
    ) -> Boxed<'a, Result<T, StoreError>> {
        Box::pin(async move {
            if let Some((_, error)) = self.rest.borrow().as_ref().filter(|(until, _)| clock::uptime() < *until) {
                return Err(error.clone());
            }
            let patience = if self.is_silent.get() { SHORT_WATCHDOG_MS } else { WATCHDOG_MS };
            let attempt: Boxed<'_, Result<T, StoreError>> = Box::pin(async {
                let database = self.connect().await?;
                let work: Pending<'_, T> = Box::pin(work(&database));
                work.await.map_err(|error| fault(&error))
            });
            let outcome = within(patience, attempt).await;
            self.is_silent.set(outcome.is_none());
            let outcome = outcome.unwrap_or_else(|| Err(silence()));
            self.judge(outcome.as_ref().err());
            outcome
        })
    }

    /// What an outcome says about the connection, and about the database below it.
    fn judge(&self, error: Option<&StoreError>) {
        let Some(error) = error else { return self.failures.set(0) };
        let failures = self.failures.get() + 1;
        self.failures.set(failures);
        // What merely did not work this time says nothing against the connection. Where nothing works any more it does:
        // after a full disk, LevelDB aborts every write until all connections have been closed.
        // Nor does a value that cannot be read.
        let is_of_connection = !matches!(error, StoreError::Again(_)) && !is_unreadable(error);
        if is_of_connection || failures > MOST_ABORTS {
            self.give_up();
        }
        if let Some(doublings) = failures.checked_sub(FAILURES_BEFORE_REST) {
            let until = clock::uptime().after(REST_MS << doublings.min(MOST_REST_DOUBLINGS));
            *self.rest.borrow_mut() = Some((until, error.clone()));
        }
    }

    /// How often the database was opened. A browser that repairs a damaged one closes it first, and what lay in the damaged
    /// part is not in what is opened next.
    pub fn openings(&self) -> u32 {
        self.openings.get()
    }

    /// That what was opened then has been joined with the second place: nothing is delivered from what is opened later.
    pub fn set_joined(&self, opening: u32) {
        self.joined.set(Some(opening));
    }

    /// Whether the database was not opened anew since it was joined.
    pub fn is_as_joined(&self) -> bool {
        self.joined.get().is_none_or(|joined| joined == self.openings.get())
    }

    /// Closes the connection: the next call opens it anew.
    pub fn give_up(&self) {
        if let Some(database) = self.connection.borrow_mut().take() {
            database.close();
        }
    }
}

impl IndexedDbJournal {
    /// Whether something was rated here under this ticket.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub async fn has_ticket(&self, ticket: &str) -> Result<bool, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction(IDS).build()?;
            Ok(get::<f64>(&transaction.object_store(IDS)?, &ticket_key(ticket))?.await?.is_some())
        })
        .await
    }

    /// Takes out of the outbox what was delivered otherwise than from here.
    ///
    /// # Errors
    /// As [`StoreError`] says; then nothing is taken out.
    pub async fn forget(&self, places: &[Place]) -> Result<(), StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &[OUTBOX, RECORDS])?;
            let (outbox, records) = (transaction.object_store(OUTBOX)?, transaction.object_store(RECORDS)?);
            let acknowledged = get::<f64>(&records, ACKNOWLEDGED)?.await?.unwrap_or_default();
            let mut newly = 0.0;
            for key in places.iter().copied().map(key_of) {
                let only = KeyRange::Bound(key, false, key, false);
                newly += keys(&outbox, only, 1)?.await?.len() as f64;
                outbox.delete(key).primitive()?;
            }
            put(&records, ACKNOWLEDGED, acknowledged + newly)?;
            // A batch that has some of them is another batch now.
            records.delete(FROZEN).primitive()?;
            commit(transaction, RECORDS).await
        })
        .await
    }

    /// Whether nothing is queued. A backlog is not counted for it.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub async fn is_drained(&self) -> Result<bool, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction(OUTBOX).build()?;
            Ok(keys(&transaction.object_store(OUTBOX)?, from_start(), 1)?.await?.is_empty())
        })
        .await
    }

    /// Places and ids of everything that waits, in ascending order, the ids as numbers that tell them apart; and the places
    /// among them of what was refused.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub async fn waiting_by_id(&self) -> Result<(Vec<(Place, u64)>, Vec<Place>), StoreError> {
        let mut waiting = Vec::new();
        let mut after = -1.0;
        loop {
            // In slices: the ids of months are more than a tablet's memory should hold at once.
            let page = self.listed(OUTBOX, after).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            waiting.extend(page.into_iter().map(|(key, id)| (place_of(key), number_of(&id))));
        }
        let refused = self.quarantine().await?;
        let places = refused.iter().map(|refused| refused.place).collect();
        waiting.extend(refused.into_iter().map(|refused| (refused.place, number_of(refused.rejection.id.as_str()))));
        waiting.sort_unstable();
        Ok((waiting, places))
    }

    /// A slice of a store: keys and values; those that cannot be read as empty texts.
    async fn listed(&self, store: &'static str, after: f64) -> Result<Vec<(f64, String)>, StoreError> {
        let range = || KeyRange::LowerBound(after, true);
        let outcome = self
            .run(async |database| {
                let transaction = database.transaction(store).build()?;
                pairs(&transaction.object_store(store)?, range, SLICE)?.await
            })
            .await;
        match outcome {
            Err(error) if is_unreadable(&error) => {
                let present = self.run(async |database| {
                    let transaction = database.transaction(store).build()?;
                    keys(&transaction.object_store(store)?, range(), SLICE)?.await
                });
                let mut listed = Vec::new();
                for key in present.await? {
                    let value = self.run(async |database| readable(database, store, key).await).await?;
                    listed.push((key, if let Value::Some(value) = value { value } else { String::new() }));
                }
                Ok(listed)
            }
            outcome => outcome,
        }
    }

    /// A batch of what is queued within a span, as far as the limits allow.
    fn next_of<'a>(
        &'a self,
        transaction: &'a Transaction<'_>,
        span: Range<Place>,
        id: &'a EventId,
        limits: &'a Limits,
    ) -> Pending<'a, Option<Frozen>> {
        Box::pin(async move {
            let outbox = transaction.object_store(OUTBOX)?;
            let range = || KeyRange::Bound(key_of(span.start), false, key_of(span.end), true);
            // No more than will fit, as far as one can tell: reading is most of the work.
            let fitting = limits.bytes / self.row_bytes.get().max(1) + 1;
            let most = if limits.format == Format::Single { 1 } else { limits.events };
            let wanted = most.min(fitting + fitting / SPARE) + limits.skip.len();
            let queued = pairs(&outbox, range, u32::try_from(wanted).unwrap_or(u32::MAX))?.await?;
            let queued_keys: Vec<f64> = queued.iter().map(|(key, _)| *key).collect();
            let rows = rows_of(transaction, &queued_keys).await?;
            // What is queued and not there holds up what comes after it, until it is put right or set aside.
            let is_there = |((_, json), (_, id)): (&(f64, String), &(f64, String))| json.contains(id.as_str());
            let is_bare = !self.sends_bare.get() && rows.iter().any(|(_, json)| lacks_words(json));
            if is_bare || rows.len() < queued.len() || !rows.iter().zip(&queued).all(is_there) {
                return Err(UnexpectedDataError::PollState.into());
            }
            if !rows.is_empty() {
                self.row_bytes.set(rows.iter().map(|(_, json)| json.len()).sum::<usize>() / rows.len());
            }
            let parcels = rows.into_iter().zip(queued).filter_map(|((key, json), (_, id))| {
                Some(Parcel { place: place_of(key), id: EventId::parse(&id)?, json })
            });
            Ok(Frozen::new(id.clone(), parcels, limits))
        })
    }

    /// The rows with these keys, one by one: a value that is damaged on the disk fails every request that meets it. One
    /// that cannot be read, or whose words cannot, comes as an empty text, so that nobody takes it for one that is not
    /// there.
    async fn readable_rows(&self, wanted: &[f64]) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        for key in wanted {
            let row = self.run(async |database| {
                let (event, text) = (readable(database, EVENTS, *key).await?, readable(database, TEXTS, *key).await?);
                Ok(match (event, text) {
                    (Value::None, _) => None,
                    (Value::Some(event), Value::None) => Some(event),
                    (Value::Some(event), Value::Some(text)) => Some(add_text(&event, &text)),
                    (Value::Unreadable, _) | (_, Value::Unreadable) => Some(String::new()),
                })
            });
            rows.extend(row.await?.map(|json| Row { place: place_of(*key), json }));
        }
        Ok(rows)
    }

    /// The events between two places, both included, and the words beside them, in two long texts: to whoever passes all
    /// of them once, one text is worth a thousand small ones.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub async fn span(&self, from: Place, to: Place) -> Result<Span, StoreError> {
        let range = || KeyRange::Bound(key_of(from), false, key_of(to), false);
        let outcome = self
            .run(async |database| {
                let transaction = database.transaction([EVENTS, TEXTS]).build()?;
                let (events, texts) = (transaction.object_store(EVENTS)?, transaction.object_store(TEXTS)?);
                // All four are asked before the first is waited for.
                let events = (keys(&events, range(), u32::MAX)?, joined(&events, range())?);
                let texts = (keys(&texts, range(), u32::MAX)?, joined(&texts, range())?);
                let (events, texts) = ((events.0.await?, events.1.await?), (texts.0.await?, texts.1.await?));
                // Where a table and its index are at odds, nobody knows which value is whose.
                let fit = |(keys, (count, _)): &(Vec<f64>, (u32, String))| keys.len() == *count as usize;
                if fit(&events) && fit(&texts) {
                    Ok(Span { events: Listed::of(events.0, events.1.1), texts: Listed::of(texts.0, texts.1.1) })
                } else {
                    Err(UnexpectedDataError::PollState.into())
                }
            })
            .await;
        match outcome {
            Err(error) if is_unreadable(&error) => {
                let present = self.run(async |database| {
                    let transaction = database.transaction(EVENTS).build()?;
                    keys(&transaction.object_store(EVENTS)?, range(), u32::MAX)?.await
                });
                let rows = self.readable_rows(&present.await?).await?;
                let keys = rows.iter().map(|row| key_of(row.place)).collect();
                let events: Vec<String> = rows.into_iter().map(|row| row.json).collect();
                Ok(Span { events: Listed::of(keys, events.join(BETWEEN)), texts: Listed::default() })
            }
            outcome => outcome,
        }
    }

    /// Appends drafts whose bodies are written already, in one transaction and in their order; one whose id is there
    /// already is passed over. Gives the ids of those that were new.
    ///
    /// # Errors
    /// As [`StoreError`] says; then nothing is written.
    pub async fn append_all(&self, drafts: &[Written]) -> Result<BTreeSet<EventId>, StoreError> {
        // Another tab may append meanwhile: the head is read where it is written.
        self.head.borrow_mut().take();
        self.run(async |database| {
            let transaction = writing(database, &[EVENTS, TEXTS, IDS, OUTBOX, RECORDS])?;
            let (records, ids) = (transaction.object_store(RECORDS)?, transaction.object_store(IDS)?);
            let mut known = Vec::new();
            for draft in drafts {
                known.push(get::<f64>(&ids, draft.id.as_str())?);
            }
            let head = get::<String>(&records, HEAD)?.await?;
            let mut head = self.in_this_run(head.and_then(|json| Head::from_json(&json)))?;
            let (mut added, mut recent) = (BTreeSet::new(), Vec::new());
            for (draft, known) in drafts.iter().zip(known) {
                if known.await?.is_some() || !added.insert(draft.id.clone()) {
                    continue;
                }
                let (event, next) = head.link_written(draft.clone());
                let key = key_of(Place { epoch: event.epoch, seq: event.seq });
                add(&ids, event.id.as_str(), key)?;
                if let Some(ticket) = event.data.get("ticket").and_then(serde_json::Value::as_str) {
                    put(&ids, ticket_key(ticket), key)?;
                }
                queue(&transaction, key, &event, draft.text.as_ref())?;
                recent.push(CloudEvent::new(&event, draft.text.as_ref()));
                head = next;
            }
            put(&records, HEAD, head.to_json())?;
            commit(transaction, RECORDS).await?;
            self.remember(head);
            let mut kept = self.recent.borrow_mut();
            for event in recent.iter().rev().take(RECENT).rev() {
                if kept.len() >= RECENT {
                    kept.pop_front();
                }
                kept.push_back(serde_json::to_string(event).unwrap_or_default());
            }
            Ok(added)
        })
        .await
    }

    /// Writes events over what the database has at their places, where something still waits there; what the receiver
    /// refused is queued again. Gives how many.
    ///
    /// # Errors
    /// As [`StoreError`] says; then nothing is written.
    pub async fn repair(&self, rows: &[Row]) -> Result<u64, StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &STORES)?;
            let (outbox, quarantine) = (transaction.object_store(OUTBOX)?, transaction.object_store(QUARANTINE)?);
            let records = transaction.object_store(RECORDS)?;
            let mut head = get::<String>(&records, HEAD)?.await?.and_then(|json| Head::from_json(&json));
            let mut written = 0;
            for Row { place, json } in rows {
                let Some((event, text)) = open_row(json) else { continue };
                let key = key_of(*place);
                let only = || KeyRange::Bound(key, false, key, false);
                let (queued, refused) = (keys(&outbox, only(), 1)?, keys(&quarantine, only(), 1)?);
                // It may have been delivered meanwhile.
                if queued.await?.is_empty() && refused.await?.is_empty() {
                    continue;
                }
                quarantine.delete(key).primitive()?;
                put(&transaction.object_store(IDS)?, event.id.as_str(), key)?;
                queue(&transaction, key, &event, text.as_ref())?;
                // What is recorded next follows what was recorded, not what was made of it.
                let is_newest = |head: &&mut Head| (head.epoch, head.seq) == (event.epoch, event.seq);
                if let Some(head) = head.as_mut().filter(is_newest).filter(|head| head.device == event.device) {
                    head.hash = event.hash.clone();
                    put(&records, HEAD, head.to_json())?;
                    self.head.borrow_mut().take();
                }
                written += 1;
            }
            // Other bytes are another batch.
            records.delete(FROZEN).primitive()?;
            commit(transaction, RECORDS).await?;
            Ok(written)
        })
        .await
    }

    /// Puts events back that are missing, each in its place or beside it.
    async fn put_back(&self, opened: &[(Event, Option<PersonalText>)]) -> Result<Restored, StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &STORES)?;
            let records = transaction.object_store(RECORDS)?;
            let (events, ids) = (transaction.object_store(EVENTS)?, transaction.object_store(IDS)?);
            let texts = transaction.object_store(TEXTS)?;
            let (head, shelves) = (get::<String>(&records, HEAD)?, get::<String>(&records, SHELVES)?);
            let (head, shelves) = (head.await?, shelves.await?.unwrap_or_default());
            let mut head = self.in_this_run(head.and_then(|json| Head::from_json(&json)))?;
            let epoch = head.epoch;
            let mut shelves = Shelves::from_record(&shelves);
            let mut asked = Vec::new();
            for (event, text) in opened {
                let key = key_of(shelves.place(&head.device, event));
                let (known, taken) = (get::<f64>(&ids, event.id.as_str())?, get::<String>(&events, key)?);
                asked.push((event, text, key, known, taken, get::<String>(&texts, key)?));
            }
            let mut restored = Restored::default();
            let (mut added, mut used) = (BTreeMap::new(), BTreeSet::new());
            for (event, text, mut key, known, taken, words) in asked {
                let (known, taken, words) = (known.await?, taken.await?, words.await?);
                // Or what was put there a moment ago.
                let is_taken = taken.is_some() || used.contains(&key.to_bits());
                // At its place lies the event itself, what is left of it, or an event that was recorded while nobody knew
                // of this one.
                let is_there = taken.as_ref().is_some_and(|json| json.contains(event.hash.as_str()));
                let known = known.or_else(|| added.get(event.id.as_str()).copied());
                // It has two places: a commit that came to pass after all. Both are kept and sent: each chain is whole.
                let is_elsewhere = known.is_some_and(|known| known != key) && event.device == head.device;
                let is_second = is_elsewhere && !is_taken;
                // A damaged table may have lost what its index still has, or the words alone.
                let is_gone = known == Some(key) && taken.is_none();
                let is_whole = |json: &String| open_row(json).is_some() && (text.is_none() || words.is_some());
                // Damage may have met the very hash by which the event is known.
                let is_its_own =
                    is_there || known == Some(key) && taken.as_ref().is_some_and(|json| open_row(json).is_none());
                let is_harmed = taken.as_ref().is_some_and(|json| is_its_own && !is_pruned(json) && !is_whole(json));
                if (is_gone || is_harmed) && used.insert(key.to_bits()) {
                    transaction.object_store(QUARANTINE)?.delete(key).primitive()?;
                    queue(&transaction, key, event, text.as_ref())?;
                    head = head.overtaken_by(event);
                    restored.mended += 1;
                    continue;
                }
                if (known.is_some() || is_there) && !is_second {
                    restored.known += 1;
                    // A row that came twice stands nowhere yet, and contradicts nothing.
                    restored.contradicted += u64::from(known == Some(key) && !is_there && taken.is_some());
                    continue;
                }
                let mut shelf = 0;
                let mut is_taken = is_taken;
                while is_taken {
                    key = key_of(shelves.aside(event, shelf));
                    shelf += 1;
                    is_taken = get::<String>(&events, key)?.await?.is_some();
                }
                used.insert(key.to_bits());
                head = head.overtaken_by(event);
                if is_second {
                    restored.known += 1;
                } else {
                    put(&ids, event.id.as_str(), key)?;
                    if let Some(ticket) = event.data.get("ticket").filter(|_| event.kind == "rating.given") {
                        put(&ids, ticket_key(ticket.as_str().unwrap_or_default()), key)?;
                    }
                    added.insert(event.id.as_str(), key);
                    restored.added += 1;
                }
                queue(&transaction, key, event, text.as_ref())?;
            }
            put(&records, HEAD, head.beyond(epoch).to_json())?;
            put(&records, SHELVES, shelves.to_record())?;
            commit(transaction, RECORDS).await?;
            self.head.borrow_mut().take();
            Ok(restored)
        })
        .await
    }

    /// Writes events of this tablet over rows in their places that cannot be read. Gives how many.
    async fn overwrite_unreadable(&self, opened: &[(Event, Option<PersonalText>)]) -> Result<u64, StoreError> {
        let device = self.head().await?.map(|head| head.device);
        let mut count = 0;
        for (event, text) in opened.iter().filter(|(event, _)| Some(&event.device) == device.as_ref()) {
            let key = key_of(Place { epoch: event.epoch, seq: event.seq });
            let written = self.run(async |database| {
                let (there, words) = (readable(database, EVENTS, key).await?, readable(database, TEXTS, key).await?);
                if !matches!(there, Value::Unreadable) && !matches!(words, Value::Unreadable) {
                    return Ok(0);
                }
                let transaction = writing(database, &STORES)?;
                transaction.object_store(QUARANTINE)?.delete(key).primitive()?;
                put(&transaction.object_store(IDS)?, event.id.as_str(), key)?;
                queue(&transaction, key, event, text.as_ref())?;
                commit(transaction, OUTBOX).await?;
                Ok(1)
            });
            count += written.await?;
        }
        Ok(count)
    }

    /// How much more was recorded than was delivered, refused, or waits: so much of what waits has been lost from the outbox.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub async fn shortfall(&self) -> Result<u64, StoreError> {
        let counts = self.counts().await?;
        Ok(counts.recorded.saturating_sub(counts.acknowledged + counts.queued + counts.quarantined))
    }

    /// Takes for delivered whatever neither waits nor was refused.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub async fn count_anew(&self) -> Result<(), StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &STORES)?;
            let (recorded, queued) = (count(&transaction, EVENTS)?, count(&transaction, OUTBOX)?);
            let refused = count(&transaction, QUARANTINE)?;
            let delivered = recorded.await?.saturating_sub(queued.await? + refused.await?);
            put(&transaction.object_store(RECORDS)?, ACKNOWLEDGED, delivered as f64)?;
            commit(transaction, RECORDS).await
        })
        .await
    }

    /// Of these in the outbox, sets aside those whose rows cannot be read or are gone; an id that cannot be read is written
    /// anew where its row says it.
    async fn set_aside(&self, queued: &[(f64, String)], rows: &[Row]) -> Result<u64, StoreError> {
        let (mut aside, mut nameless) = (Vec::new(), Vec::new());
        for (key, id) in queued {
            let row =
                rows.binary_search_by_key(&place_of(*key), |row| row.place).ok().and_then(|index| rows.get(index));
            let event = row.and_then(|row| open_row(&row.json)).map(|(event, _)| event.id);
            match (row.is_some_and(|row| !row.json.is_empty()), EventId::parse(id)) {
                (true, Some(_)) => {}
                (true, None) => nameless.push((*key, event)),
                (false, id) => aside.push((*key, id)),
            }
        }
        if aside.is_empty() && nameless.is_empty() {
            return Ok(0);
        }
        self.run(async |database| {
            let transaction = writing(database, &[OUTBOX, QUARANTINE, RECORDS])?;
            let (outbox, quarantine) = (transaction.object_store(OUTBOX)?, transaction.object_store(QUARANTINE)?);
            let mut count = 0;
            for (key, id) in &aside {
                outbox.delete(*key).primitive()?;
                // Of a row without an id and without an event nothing is left to tell of.
                let Some(id) = id.clone() else { continue };
                let refused = Rejection { id, code: UNREADABLE.to_owned(), detail: String::new() };
                put(&quarantine, *key, serde_json::to_string(&refused).unwrap_or_default())?;
                count += 1;
            }
            for (key, id) in &nameless {
                outbox.delete(*key).primitive()?;
                if let Some(id) = id {
                    put(&outbox, *key, id.as_str())?;
                }
            }
            transaction.object_store(RECORDS)?.delete(FROZEN).primitive()?;
            commit(transaction, RECORDS).await?;
            Ok(count)
        })
        .await
    }

    /// Stores a draft whose body is written already, as [`JournalStore::append`] does.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub async fn append_written(&self, draft: &Written) -> Result<Appended, StoreError> {
        self.append_with(draft, None).await
    }

    async fn append_with(&self, draft: &Written, ticket: Option<&str>) -> Result<Appended, StoreError> {
        // With the head in mind nothing has to be read: the writes leave in the tap's own task, ahead of the painting.
        // Another tab may have been faster, or the draft be there already: then an `add` fails, and the head is read.
        // A connection that was lost may come back to a store that was wiped: the head is read then, too.
        let remembered = self.head.borrow_mut().take().filter(|_| self.connection.borrow().is_some());
        if remembered.is_some()
            && let Ok(appended) = self.append_after(remembered, draft, ticket).await
        {
            return Ok(appended);
        }
        self.append_after(None, draft, ticket).await
    }

    /// Links the draft to a head, or to the one that is stored, in one transaction.
    fn append_after<'a>(
        &'a self,
        head: Option<Head>,
        draft: &'a Written,
        ticket: Option<&'a str>,
    ) -> Boxed<'a, Result<Appended, StoreError>> {
        self.run(async move |database| {
            let transaction = writing(database, &[EVENTS, TEXTS, IDS, OUTBOX, RECORDS])?;
            let records = transaction.object_store(RECORDS)?;
            let ids = transaction.object_store(IDS)?;
            let head = match head {
                Some(head) => head,
                None => {
                    let (known, head) = (get::<f64>(&ids, draft.id.as_str())?, get::<String>(&records, HEAD)?);
                    let (known, head) = (known.await?, head.await?);
                    let head = self.in_this_run(head.and_then(|json| Head::from_json(&json)))?;
                    if let Some(key) = known {
                        return Ok(Appended { place: place_of(key), responses: head.responses });
                    }
                    head
                }
            };
            let (event, head) = head.link_written(draft.clone());
            let appended = Appended { place: Place { epoch: event.epoch, seq: event.seq }, responses: head.responses };
            let key = key_of(appended.place);
            let mut json = CloudEvent::to_json(&event);
            add(&transaction.object_store(EVENTS)?, key, json.as_str())?;
            add(&ids, draft.id.as_str(), key)?;
            if let Some(ticket) = ticket {
                put(&ids, ticket_key(ticket), key)?;
            }
            if let Some(text) = draft.text.as_ref().map(PersonalText::to_json) {
                put(&transaction.object_store(TEXTS)?, key, text.as_str())?;
                json = add_text(&json, &text);
            }
            put(&transaction.object_store(OUTBOX)?, key, draft.id.as_str())?;
            put(&records, HEAD, head.to_json())?;
            commit(transaction, RECORDS).await?;
            self.remember(head);
            let mut recent = self.recent.borrow_mut();
            if recent.len() >= RECENT {
                recent.pop_front();
            }
            recent.push_back(json);
            Ok(appended)
        })
    }

    fn remember(&self, head: Head) {
        *self.last.borrow_mut() = Some(head.clone());
        *self.head.borrow_mut() = Some(head);
    }

    /// The stored head as this tab continues it. Where the store was wiped or cut under the page, a new epoch begins: no
    /// number is ever used again.
    fn in_this_run(&self, stored: Option<Head>) -> Result<Head, Error> {
        let last = self.last.borrow();
        let run = |head: Head| Head { run: self.run.get().unwrap_or(head.run), ..head };
        match (stored, last.as_ref()) {
            (stored, Some(last)) => {
                let mark = Mark::of(last);
                // Another event under the number of the last one: the end was cut, and somebody else went on first.
                let place = |head: &Head| (head.epoch, head.seq);
                let is_other = |stored: &Head| place(stored) == place(last) && stored.hash != last.hash;
                let known = Mark { seq: mark.seq + u64::from(stored.as_ref().is_some_and(is_other)), ..mark.clone() };
                let (head, loss) = resume(stored, Some(&known), &last.device);
                if let Some(loss) = loss {
                    *self.loss.borrow_mut() = Some((loss, mark));
                }
                Ok(run(Head { run: last.run, ..head.above(self.reserved.get()) }))
            }
            (Some(stored), None) => Ok(run(stored)),
            // There is no device to record for; `begin_run` comes first.
            (None, None) => Err(UnexpectedDataError::PollState.into()),
        }
    }
}

impl JournalStore for IndexedDbJournal {
    async fn begin_run(&self, new_device: &str, mark: Option<&Mark>) -> Result<Begun, StoreError> {
        // Another tab may have written an older head meanwhile.
        let last = self.last_head().as_ref().map(Mark::of);
        let mark = match (mark, &last) {
            (Some(mark), Some(last)) if (mark.epoch, mark.seq) < (last.epoch, last.seq) => Some(last),
            _ => mark,
        };
        // What is recorded meanwhile reads the head, and finds the new one.
        self.head.borrow_mut().take();
        self.run(async |database| {
            let transaction = writing(database, &[RECORDS])?;
            let records = transaction.object_store(RECORDS)?;
            let (head, run) = (get::<String>(&records, HEAD)?, get::<f64>(&records, RUN)?);
            let (head, run) = (head.await?, run.await?.unwrap_or_default() + 1.0);
            let (head, loss) = resume(head.and_then(|json| Head::from_json(&json)), mark, new_device);
            let head = Head { run: run as u32, ..head.above(self.reserved.get()) };
            put(&records, HEAD, head.to_json())?;
            // Apart from the head: a tab of an earlier run writes the head too, with its own run in it.
            put(&records, RUN, run)?;
            commit(transaction, RECORDS).await?;
            self.remember(head.clone());
            Ok(Begun { head, loss })
        })
        .await
    }

    async fn head(&self) -> Result<Option<Head>, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction(RECORDS).build()?;
            let head = get::<String>(&transaction.object_store(RECORDS)?, HEAD)?.await?;
            let head = head.and_then(|json| Head::from_json(&json));
            // Never backwards: a store that was cut is found out by what is known of it.
            let place = |head: &Option<Head>| head.as_ref().map(|head| (head.epoch, head.seq));
            if place(&head) > place(&self.last_head()) {
                self.last.borrow_mut().clone_from(&head);
            }
            Ok(head)
        })
        .await
    }

    async fn append(&self, draft: &Draft) -> Result<Appended, StoreError> {
        let ticket = match &draft.body {
            Body::RatingGiven { context: Context { ticket, .. }, .. } => ticket.as_deref(),
            _ => None,
        };
        self.append_with(&Written::new(draft), ticket).await
    }

    async fn read(&self, after: Place, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let entry = |Row { place, json }: Row| {
            let (event, text) = serde_json::from_str::<CloudEvent>(&json).ok()?.take_apart().ok()?;
            Some(Entry { place, event, text })
        };
        Ok(self.rows(after, limit).await?.into_iter().filter_map(entry).collect())
    }

    async fn rows(&self, after: Place, limit: usize) -> Result<Vec<Row>, StoreError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let range = || KeyRange::LowerBound(key_of(after), true);
        let outcome = self
            .run(async |database| {
                let transaction = database.transaction([EVENTS, TEXTS]).build()?;
                let events = transaction.object_store(EVENTS)?;
                let mut rows = pairs(&events, range, limit)?.await?;
                join_texts(&transaction, &mut rows).await?;
                Ok(rows.into_iter().map(|(key, json)| Row { place: place_of(key), json }).collect())
            })
            .await;
        match outcome {
            Err(error) if is_unreadable(&error) => {
                let present = self.run(async |database| {
                    let transaction = database.transaction(EVENTS).build()?;
                    keys(&transaction.object_store(EVENTS)?, range(), limit)?.await
                });
                let present = present.await?;
                self.readable_rows(&present).await
            }
            outcome => outcome,
        }
    }

    async fn rows_at(&self, places: &[Place]) -> Result<Vec<Row>, StoreError> {
        let wanted: Vec<f64> = places.iter().map(|place| key_of(*place)).collect();
        let outcome = self
            .run(async |database| {
                let transaction = database.transaction([EVENTS, TEXTS]).build()?;
                let rows = rows_of(&transaction, &wanted).await?;
                Ok(rows.into_iter().map(|(key, json)| Row { place: place_of(key), json }).collect())
            })
            .await;
        match outcome {
            Err(error) if is_unreadable(&error) => self.readable_rows(&wanted).await,
            outcome => outcome,
        }
    }

    async fn waiting(&self) -> Result<Vec<Place>, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction([OUTBOX, QUARANTINE]).build()?;
            let queued = keys(&transaction.object_store(OUTBOX)?, from_start(), u32::MAX)?;
            let refused = keys(&transaction.object_store(QUARANTINE)?, from_start(), u32::MAX)?;
            let mut waiting: Vec<Place> = queued.await?.into_iter().chain(refused.await?).map(place_of).collect();
            waiting.sort_unstable();
            Ok(waiting)
        })
        .await
    }

    async fn restore(&self, jsons: &[String]) -> Result<Restored, StoreError> {
        let opened: Vec<_> = jsons.iter().filter_map(|json| open_row(json)).collect();
        let refused = (jsons.len() - opened.len()) as u64;
        let restored = match self.put_back(&opened).await {
            Err(error) if is_unreadable(&error) => {
                let mended = self.overwrite_unreadable(&opened).await?;
                let restored = self.put_back(&opened).await?;
                Restored { mended: restored.mended + mended, ..restored }
            }
            restored => restored?,
        };
        if restored.mended > 0 {
            self.count_anew().await?;
        }
        Ok(Restored { refused, ..restored })
    }

    async fn send_again(&self, ids: &[EventId]) -> Result<(), StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &[OUTBOX, QUARANTINE])?;
            let quarantine = transaction.object_store(QUARANTINE)?;
            for (key, json) in pairs(&quarantine, from_start, u32::MAX)?.await? {
                let Ok(Rejection { id, .. }) = serde_json::from_str(&json) else { continue };
                if ids.contains(&id) {
                    quarantine.delete(key).primitive()?;
                    put(&transaction.object_store(OUTBOX)?, key, id.as_str())?;
                }
            }
            commit(transaction, OUTBOX).await
        })
        .await
    }

    async fn link_again(&self) -> Result<LinkedAgain, StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &STORES)?;
            let (records, quarantine) = (transaction.object_store(RECORDS)?, transaction.object_store(QUARANTINE)?);
            let (head, acknowledged) = (get::<String>(&records, HEAD)?, get::<f64>(&records, ACKNOWLEDGED)?);
            let refused = pairs(&quarantine, from_start, u32::MAX)?;
            let (head, acknowledged) = (head.await?, acknowledged.await?.unwrap_or_default());
            let refused = refused.await?;
            let mut linked = LinkedAgain::default();
            let Some(head) = head.and_then(|json| Head::from_json(&json)) else { return Ok(linked) };
            let mut head = self.in_this_run(Some(head))?;
            let is_contested = |json: &String| {
                serde_json::from_str::<Rejection>(json).is_ok_and(|refused| refused.code == SEQ_CONFLICT)
            };
            let contested = refused.into_iter().filter(|(_, json)| is_contested(json));
            let contested: Vec<f64> = contested.map(|(key, _)| key).collect();
            for (old, json) in rows_of(&transaction, &contested).await? {
                let Some((event, text)) = open_row(&json).filter(|(event, _)| linked.takes(&head, event)) else {
                    continue;
                };
                if linked.count >= LINKED_AT_ONCE as u64 {
                    break;
                }
                let (event, next) = head.link_again(&event);
                let key = key_of(Place { epoch: event.epoch, seq: event.seq });
                // Where another tab has been faster this fails, and is tried again.
                add(&transaction.object_store(EVENTS)?, key, "")?;
                queue(&transaction, key, &event, text.as_ref())?;
                put(&transaction.object_store(IDS)?, event.id.as_str(), key)?;
                quarantine.delete(old).primitive()?;
                head = next;
                linked.count += 1;
            }
            if linked.count > 0 {
                put(&records, HEAD, head.to_json())?;
                put(&records, ACKNOWLEDGED, acknowledged + linked.count as f64)?;
                commit(transaction, RECORDS).await?;
                self.head.borrow_mut().take();
            }
            Ok(linked)
        })
        .await
    }

    async fn queue_again(&self, epoch: u32, ranges: &[(u64, u64)]) -> Result<u64, StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &[EVENTS, OUTBOX, QUARANTINE, RECORDS])?;
            let records = transaction.object_store(RECORDS)?;
            let (events, outbox) = (transaction.object_store(EVENTS)?, transaction.object_store(OUTBOX)?);
            let quarantine = transaction.object_store(QUARANTINE)?;
            let acknowledged = get::<f64>(&records, ACKNOWLEDGED)?.await?.unwrap_or_default();
            let mut queued = 0.0;
            for (from, to) in ranges {
                let key = |seq: u64| key_of(Place { epoch, seq });
                let range = || KeyRange::Bound(key(*from), false, key(*to), false);
                let rows = pairs(&events, range, u32::MAX)?;
                let (queue, refused) = (keys(&outbox, range(), u32::MAX)?, keys(&quarantine, range(), u32::MAX)?);
                let (rows, queue, refused) = (rows.await?, queue.await?, refused.await?);
                for (key, json) in rows {
                    // What was pruned cannot be sent again.
                    let Ok(event) = serde_json::from_str::<CloudEvent>(&json) else { continue };
                    if !queue.contains(&key) && !refused.contains(&key) {
                        put(&outbox, key, event.id.as_str())?;
                        queued += 1.0;
                    }
                }
            }
            put(&records, ACKNOWLEDGED, acknowledged - queued)?;
            commit(transaction, RECORDS).await?;
            Ok(queued as u64)
        })
        .await
    }

    async fn prune(&self, after: Place, before: UnixMillis, limit: usize) -> Result<Pruned, StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &[EVENTS, TEXTS, IDS, OUTBOX, QUARANTINE])?;
            let events = transaction.object_store(EVENTS)?;
            let limit = u32::try_from(limit).unwrap_or(u32::MAX);
            let range = || KeyRange::LowerBound(key_of(after), true);
            let rows = pairs(&events, range, limit)?.await?;
            let Some((end, _)) = rows.last() else { return Ok(Pruned::default()) };
            let waiting = || KeyRange::Bound(key_of(after), true, *end, false);
            let queue = keys(&transaction.object_store(OUTBOX)?, waiting(), u32::MAX)?;
            let refused = keys(&transaction.object_store(QUARANTINE)?, waiting(), u32::MAX)?;
            let waiting: Vec<f64> = queue.await?.into_iter().chain(refused.await?).collect();
            let mut gone = Pruned::default();
            for (key, json) in rows {
                let Some(event) = serde_json::from_str::<CloudEvent>(&json).ok().and_then(|e| e.take_apart().ok())
                else {
                    continue;
                };
                let (event, _) = event;
                if waiting.contains(&key) || !is_before(&event.time, before) {
                    continue;
                }
                put(&events, key, pruned(&event))?;
                transaction.object_store(TEXTS)?.delete(key).primitive()?;
                let ids = transaction.object_store(IDS)?;
                // It may have another place, by which it is known.
                if get::<f64>(&ids, event.id.as_str())?.await? == Some(key) {
                    ids.delete(event.id.as_str()).primitive()?;
                }
                gone.last = place_of(key);
                gone.first = if gone.count == 0 { gone.last } else { gone.first };
                gone.count += 1;
            }
            commit(transaction, OUTBOX).await?;
            Ok(gone)
        })
        .await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction([EVENTS, OUTBOX, QUARANTINE, RECORDS]).build()?;
            let records = transaction.object_store(RECORDS)?;
            let (recorded, queued) = (count(&transaction, EVENTS)?, count(&transaction, OUTBOX)?);
            let (quarantined, acknowledged) = (count(&transaction, QUARANTINE)?, get::<f64>(&records, ACKNOWLEDGED)?);
            Ok(Counts {
                recorded: recorded.await?,
                queued: queued.await?,
                quarantined: quarantined.await?,
                acknowledged: acknowledged.await?.unwrap_or_default() as u64,
            })
        })
        .await
    }

    async fn queued(&self) -> Result<u64, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction(OUTBOX).build()?;
            count(&transaction, OUTBOX)?.await
        })
        .await
    }

    async fn freeze(&self, id: &EventId, limits: &Limits) -> Result<Option<Frozen>, StoreError> {
        self.run(async |database| {
            if !self.is_as_joined() {
                return Ok(None);
            }
            let transaction = writing(database, &[EVENTS, TEXTS, OUTBOX, RECORDS])?;
            let records = transaction.object_store(RECORDS)?;
            let kept = get::<String>(&records, FROZEN)?.await?;
            if let Some(kept) = kept.and_then(|record| Kept::from_record(&record)) {
                let wanted: Vec<f64> = kept.events.iter().map(|(place, _)| key_of(*place)).collect();
                let rows = rows_of(&transaction, &wanted).await?;
                if let Some(frozen) = kept.with_rows(rows.into_iter().map(|(_, json)| json)) {
                    return Ok(Some(frozen));
                }
            }
            let mut frozen = None;
            for span in limits.spans() {
                frozen = self.next_of(&transaction, span, id, limits).await?;
                if let Some(frozen) = &frozen {
                    put(&records, FROZEN, frozen.to_record())?;
                    break;
                }
            }
            commit(transaction, RECORDS).await?;
            Ok(frozen)
        })
        .await
    }

    async fn look_ahead(&self, batch: &Frozen, id: &EventId, limits: &Limits) -> Result<Option<Frozen>, StoreError> {
        let Some(span) = batch.own_behind() else { return Ok(None) };
        self.run(async |database| {
            let transaction = database.transaction(&[EVENTS, TEXTS, OUTBOX][..]).build()?;
            self.next_of(&transaction, span, id, limits).await
        })
        .await
    }

    async fn set_unreadable_aside(&self) -> Result<u64, StoreError> {
        if !self.is_as_joined() {
            return Err(StoreError::Again("not joined".to_owned()));
        }
        // Words that neither the database nor the second place has must not keep the rating back.
        self.sends_bare.set(true);
        let (mut count, mut after) = (0, -1.0);
        loop {
            let queued = self.listed(OUTBOX, after).await?;
            let Some((last, _)) = queued.last() else { return Ok(count) };
            after = *last;
            for queued in queued.chunks(SET_ASIDE_AT_ONCE) {
                let places: Vec<Place> = queued.iter().map(|(key, _)| place_of(*key)).collect();
                let rows = self.rows_at(&places).await?;
                count += self.set_aside(queued, &rows).await?;
            }
        }
    }

    async fn is_frozen(&self, id: &EventId) -> Result<bool, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction(RECORDS).build()?;
            let record = get::<String>(&transaction.object_store(RECORDS)?, FROZEN)?.await?;
            Ok(self.is_as_joined() && record.is_some_and(|record| record.starts_with(id.as_str())))
        })
        .await
    }

    async fn settle_and_freeze(
        &self,
        batch: &Frozen,
        settlement: &Settlement,
        next: Option<&Frozen>,
    ) -> Result<bool, StoreError> {
        if *settlement == Settlement::default() {
            return Ok(false);
        }
        self.run(async |database| {
            let transaction = writing(database, &[OUTBOX, QUARANTINE, RECORDS, IDS])?;
            let outbox = transaction.object_store(OUTBOX)?;
            let records = transaction.object_store(RECORDS)?;
            let (frozen, acknowledged) = (get::<String>(&records, FROZEN)?, get::<f64>(&records, ACKNOWLEDGED)?);
            let (frozen, acknowledged) = (frozen.await?, acknowledged.await?.unwrap_or_default());
            let newly = forget_accepted(&outbox, batch, &settlement.accepted).await?;
            let quarantine = transaction.object_store(QUARANTINE)?;
            for rejection in &settlement.rejected {
                // It may have two places, in this batch or not; and one that was suspected is of an earlier batch.
                let known = get::<f64>(&transaction.object_store(IDS)?, rejection.id.as_str())?.await?;
                let of_batch = batch.events.iter().filter(|(_, id)| *id == rejection.id);
                let mut places: BTreeSet<Place> = of_batch.map(|(place, _)| *place).collect();
                places.extend(known.map(place_of));
                for key in places.into_iter().map(key_of) {
                    if get::<String>(&outbox, key)?.await?.is_some() {
                        outbox.delete(key).primitive()?;
                        put(&quarantine, key, serde_json::to_string(rejection).unwrap_or_default())?;
                    }
                }
            }
            put(&records, ACKNOWLEDGED, acknowledged + newly)?;
            let is_over = settlement.is_thawed && frozen.is_some_and(|record| record.starts_with(batch.id.as_str()));
            // What was read of a database that was opened anew since is not sent before it is joined.
            let next = next.filter(|_| is_over && self.is_as_joined());
            match next {
                Some(next) => drop(put(&records, FROZEN, next.to_record())?),
                None if is_over => drop(records.delete(FROZEN).primitive()?),
                None => {}
            }
            commit(transaction, RECORDS).await?;
            Ok(next.is_some())
        })
        .await
    }

    async fn quarantine(&self) -> Result<Vec<Quarantined>, StoreError> {
        let (mut refused, mut after) = (Vec::new(), -1.0);
        loop {
            let listed = self.listed(QUARANTINE, after).await?;
            let Some((last, _)) = listed.last() else { return Ok(refused) };
            after = *last;
            refused.extend(listed.into_iter().filter_map(|(key, json)| {
                Some(Quarantined { place: place_of(key), rejection: serde_json::from_str(&json).ok()? })
            }));
        }
    }

    async fn load(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction(RECORDS).build()?;
            get::<String>(&transaction.object_store(RECORDS)?, record(name).as_str())?.await
        })
        .await
    }

    async fn save(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &[RECORDS])?;
            put(&transaction.object_store(RECORDS)?, record(name), value)?;
            commit(transaction, RECORDS).await
        })
        .await
    }

    async fn exchange(&self, name: &str, expected: Option<&str>, value: &str) -> Result<bool, StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &[RECORDS])?;
            let records = transaction.object_store(RECORDS)?;
            let stored = get::<String>(&records, record(name).as_str())?.await?;
            if stored.as_deref() != expected {
                return Ok(false);
            }
            put(&records, record(name), value)?;
            commit(transaction, RECORDS).await?;
            Ok(true)
        })
        .await
    }
}

/// Where `ids` has the rating of a ticket. No event's id looks like it.
fn ticket_key(ticket: &str) -> String {
    ["ticket ", ticket].concat()
}

/// A number for an id, to tell ids of one place apart (FNV-1a).
pub fn number_of(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Writes an event with its words, and queues it.
fn queue(transaction: &Transaction<'_>, key: f64, event: &Event, text: Option<&PersonalText>) -> Result<(), Error> {
    put(&transaction.object_store(EVENTS)?, key, CloudEvent::to_json(event))?;
    if let Some(text) = text {
        put(&transaction.object_store(TEXTS)?, key, text.to_json())?;
    }
    put(&transaction.object_store(OUTBOX)?, key, event.id.as_str())
}

/// Named records of others live apart from the journal's own.
fn record(name: &str) -> String {
    ["named:", name].concat()
}

fn key_of(place: Place) -> f64 {
    (u64::from(place.epoch) * SEQS_PER_EPOCH + place.seq) as f64
}

fn place_of(key: f64) -> Place {
    let key = key as u64;
    Place { epoch: (key / SEQS_PER_EPOCH) as u32, seq: key % SEQS_PER_EPOCH }
}

fn from_start() -> KeyRange<f64> {
    KeyRange::LowerBound(0.0, false)
}

/// A customer is thanked for what is in here: on disk, not on its way there.
fn writing<'a>(database: &'a Database, stores: &[&str]) -> Result<Transaction<'a>, Error> {
    database
        .transaction(stores)
        .with_mode(TransactionMode::Readwrite)
        .with_options(TransactionOptions::new().with_durability(TransactionDurability::Strict))
        .build()
}

/// Resolves at the transaction's `complete`.
///
/// Firefox commits what is left of a transaction that was told to commit before one of its requests failed: of two tabs
/// that append at once one would then overwrite the head of the other without its event. So there it is told only once
/// all its requests have succeeded. They are answered in their order, and the last one finds nothing. The others abort,
/// as they should, and are spared the three milliseconds of that answer.
fn commit<'a>(transaction: Transaction<'a>, store: &'a str) -> Pending<'a, ()> {
    Box::pin(async move {
        if COMMITS_THE_REST.with(|is_so| *is_so) {
            get::<String>(&transaction.object_store(store)?, 0.0)?.await?;
        }
        transaction.commit().await
    })
}

thread_local! {
    /// Whether this is Firefox: nothing else tells how it commits.
    static COMMITS_THE_REST: bool = {
        let member = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).unwrap_or_default();
        let agent = member(&member(&js_sys::global(), "navigator"), "userAgent").as_string();
        agent.is_some_and(|agent| agent.contains("Firefox/"))
    };
}

/// Sends an add on its way: it fails, and the transaction with it, where the key is taken.
fn add(store: &ObjectStore<'_>, key: impl TryToJs, value: impl TryToJs) -> Result<(), Error> {
    store.add(value).with_key(key).without_key_type().primitive().map(drop)
}

/// Sends a put on its way. Its outcome is the transaction's.
fn put(store: &ObjectStore<'_>, key: impl TryToJs, value: impl TryToJs) -> Result<(), Error> {
    store.put(value).with_key(key).without_key_type().primitive().map(drop)
}

/// Sends a get on its way; this and the next ones give what is to be awaited.
fn get<V: TryFromJs + 'static>(
    store: &ObjectStore<'_>,
    key: impl Into<JsValue>,
) -> Result<Pending<'static, Option<V>>, Error> {
    let key = KeyRange::Only(key.into());
    Ok(Box::pin(store.get::<V, JsValue, _>(key).primitive()?))
}

fn count(transaction: &Transaction<'_>, store: &str) -> Result<Pending<'static, u64>, Error> {
    let request = transaction.object_store(store)?.count().primitive()?;
    Ok(Box::pin(async move { Ok(request.await?.into()) }))
}

fn keys(store: &ObjectStore<'_>, range: KeyRange<f64>, limit: u32) -> Result<Pending<'static, Vec<f64>>, Error> {
    let request = store.get_all_keys::<f64>().with_query::<f64, _>(range).with_limit(limit).primitive()?;
    Ok(Box::pin(async move { request.await?.collect() }))
}

fn values(store: &ObjectStore<'_>, range: KeyRange<f64>, limit: u32) -> Result<Pending<'static, Vec<String>>, Error> {
    let request = store.get_all::<String>().with_query::<f64, _>(range).with_limit(limit).primitive()?;
    Ok(Box::pin(async move { request.await?.collect() }))
}

/// How many values there are, and all of them in one text: a crossing from the browser for all, and not for each.
fn joined(store: &ObjectStore<'_>, range: KeyRange<f64>) -> Result<Pending<'static, (u32, String)>, Error> {
    let request = store.get_all::<JsValue>().with_query::<f64, _>(range).primitive()?;
    Ok(Box::pin(async move {
        let values: js_sys::Array = request.await?.filter_map(Result::ok).collect();
        Ok((values.length(), values.join(BETWEEN).into()))
    }))
}

/// Keys with their values. Where a table and its index are at odds, one of the two lists is shorter: then nobody knows
/// which value is whose.
fn pairs<'a>(
    store: &'a ObjectStore<'_>,
    range: impl Fn() -> KeyRange<f64>,
    limit: u32,
) -> Result<Pending<'a, Vec<(f64, String)>>, Error> {
    let keys = keys(store, range(), limit)?;
    // Under a limit the next value would stand for one that is gone: then the last key is waited for.
    let values_at_once = if limit == u32::MAX { Some(values(store, range(), limit)?) } else { None };
    Ok(Box::pin(async move {
        let keys = keys.await?;
        let values = match (values_at_once, keys.first(), keys.last()) {
            (Some(values), ..) => values.await?,
            (None, Some(first), Some(last)) => {
                values(store, KeyRange::Bound(*first, false, *last, false), u32::MAX)?.await?
            }
            _ => return Ok(Vec::new()),
        };
        if keys.len() == values.len() {
            Ok(keys.into_iter().zip(values).collect())
        } else {
            Err(UnexpectedDataError::PollState.into())
        }
    }))
}

/// The rows at these keys, which ascend, with their words.
fn rows_of<'a>(transaction: &'a Transaction<'_>, wanted: &'a [f64]) -> Pending<'a, Vec<(f64, String)>> {
    Box::pin(async move {
        let events = transaction.object_store(EVENTS)?;
        let mut rows = Vec::new();
        // A run of keys without gaps costs two requests. The keys are asked for as well: a row may have been lost.
        for run in wanted.chunk_by(|a, b| a + 1.0 == *b) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let range = || KeyRange::Bound(*first, false, *last, false);
            rows.extend(pairs(&events, range, u32::MAX)?.await?);
        }
        join_texts(transaction, &mut rows).await?;
        Ok(rows)
    })
}

/// Joins events with the words that belong to them. The events come in the order of their keys.
fn join_texts<'a>(transaction: &'a Transaction<'_>, events: &'a mut [(f64, String)]) -> Pending<'a, ()> {
    Box::pin(async move {
        let (Some((first, _)), Some((last, _))) = (events.first(), events.last()) else { return Ok(()) };
        let range = || KeyRange::Bound(*first, false, *last, false);
        let store = transaction.object_store(TEXTS)?;
        for (key, text) in pairs(&store, range, u32::MAX)?.await? {
            if let Ok(index) = events.binary_search_by(|(other, _)| other.total_cmp(&key))
                && let Some((_, json)) = events.get_mut(index)
            {
                *json = add_text(json, &text);
            }
        }
        Ok(())
    })
}

/// Takes the accepted events of a batch out of the outbox and says how many were still in it.
fn forget_accepted<'a>(outbox: &'a ObjectStore<'_>, batch: &'a Frozen, accepted: &'a [EventId]) -> Pending<'a, f64> {
    Box::pin(async move {
        let mut names = BTreeSet::new();
        // Inserted one by one: collecting would bring a sort into the module that every tablet loads.
        for id in accepted {
            names.insert(id.as_str());
        }
        let of_accepted = batch.events.iter().filter(|(_, id)| names.contains(id.as_str()));
        let accepted: Vec<f64> = of_accepted.map(|(place, _)| key_of(*place)).collect();
        let (Some(first), Some(last)) = (accepted.first(), accepted.last()) else { return Ok(0.0) };
        let queued = keys(outbox, KeyRange::Bound(*first, false, *last, false), u32::MAX)?.await?;
        // A batch is frozen in the order of its keys.
        let is_accepted = |key: &f64| accepted.binary_search_by(|other| other.total_cmp(key)).is_ok();
        let mut newly = 0.0;
        // What lies between two keys of a run is not queued: a run can go as one range.
        for run in queued.chunk_by(|a, b| is_accepted(a) == is_accepted(b)) {
            if let (Some(first), Some(last)) = (run.first().filter(|key| is_accepted(key)), run.last()) {
                outbox.delete::<f64, _>(KeyRange::Bound(*first, false, *last, false)).primitive()?;
                newly += run.len() as f64;
            }
        }
        Ok(newly)
    })
}

/// What a watchdog says.
pub fn silence() -> StoreError {
    StoreError::Closed("no answer within ten seconds".to_owned())
}

fn open_fault(error: &OpenDbError) -> StoreError {
    match error {
        OpenDbError::Base(error) => fault(error),
        _ => unsupported(),
    }
}

fn unsupported() -> StoreError {
    StoreError::Broken("this browser offers no IndexedDB here".to_owned())
}

fn fault(error: &Error) -> StoreError {
    match error {
        Error::DomException(exception) => named_fault(&web_sys::DomException::from(DomException::clone(exception))),
        Error::MissingData(UnexpectedDataError::TransactionAborted) => StoreError::Again("aborted".to_owned()),
        _ => StoreError::Closed(UNEXPECTED.to_owned()),
    }
}

/// A value of another kind than was stored.
const UNEXPECTED: &str = "unexpected data";

/// What browsers call a value that they cannot make out.
pub fn is_unreadable(error: &StoreError) -> bool {
    let names = ["UnknownError", "DataError", "NotReadableError", "DataCloneError", "EncodingError", UNEXPECTED];
    matches!(error, StoreError::Closed(name) if names.contains(&name.as_str()))
}

/// What there is of a value.
enum Value {
    None,
    Some(String),
    Unreadable,
}

/// One value, in a transaction of its own: one that cannot be read takes its transaction with it.
fn readable<'a>(database: &'a Database, store: &'static str, key: f64) -> Pending<'a, Value> {
    Box::pin(async move {
        let transaction = database.transaction(store).build()?;
        match get::<String>(&transaction.object_store(store)?, key)?.await {
            Err(error) if is_unreadable(&fault(&error)) => Ok(Value::Unreadable),
            value => Ok(value?.map_or(Value::None, Value::Some)),
        }
    })
}

fn named_fault(exception: &web_sys::DomException) -> StoreError {
    let name = exception.name();
    match name.as_str() {
        "QuotaExceededError" => StoreError::Full(name),
        "VersionError" => StoreError::Newer,
        "ConstraintError" | "AbortError" => StoreError::Again(name),
        _ => StoreError::Closed(name),
    }
}

#[cfg(test)]
mod tests {
    use candor_core::journal::contract::{limits, rating};
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::*;
    use crate::browser::clock::random;

    wasm_bindgen_test_configure!(run_in_browser);

    async fn empty() -> IndexedDbJournal {
        IndexedDbJournal::new(&candor_core::chain::hex(&random::<8>()))
    }

    candor_core::journal_contract!(wasm_bindgen_test, empty);

    /// As the specifications of IndexedDB and Web IDL name them, and what browsers add of their own.
    #[wasm_bindgen_test]
    fn every_fault_of_a_store_is_of_one_of_four_classes() {
        let again = |name: &str| StoreError::Again(name.to_owned());
        let full = |name: &str| StoreError::Full(name.to_owned());
        let closed = |name: &str| StoreError::Closed(name.to_owned());
        for (name, expected) in [
            // Try again: the transaction was taken back, and another may go through.
            ("AbortError", again("AbortError")),
            ("ConstraintError", again("ConstraintError")),
            // Full: nothing is written until there is room.
            ("QuotaExceededError", full("QuotaExceededError")),
            // Another version is at work: left alone.
            ("VersionError", StoreError::Newer),
            // Open anew: the connection is of no use any more, or what it gave is not to be trusted.
            ("InvalidStateError", closed("InvalidStateError")),
            ("TransactionInactiveError", closed("TransactionInactiveError")),
            ("NotFoundError", closed("NotFoundError")),
            ("UnknownError", closed("UnknownError")),
            ("NotReadableError", closed("NotReadableError")),
            ("DataError", closed("DataError")),
            ("TimeoutError", closed("TimeoutError")),
            ("SomethingOfTomorrow", closed("SomethingOfTomorrow")),
        ] {
            let exception = web_sys::DomException::new_with_message_and_name("of a test", name).unwrap();
            assert_eq!(named_fault(&exception), expected, "{name}");
            let is_unread = ["UnknownError", "NotReadableError", "DataError"].contains(&name);
            assert_eq!(is_unreadable(&expected), is_unread, "{name}");
        }
        assert!(matches!(open_fault(&OpenDbError::UnsupportedEnvironment), StoreError::Broken(_)));
        assert!(matches!(silence(), StoreError::Closed(_)));
    }

    #[wasm_bindgen_test]
    async fn two_tabs_share_one_chain() {
        let one = empty().await;
        let other = IndexedDbJournal::new(&one.name);
        one.begin_run("tablet", None).await.unwrap();
        for n in 0..20 {
            let tab = if n % 2 == 0 { &one } else { &other };
            assert_eq!(tab.append(&rating(n)).await.unwrap().place.seq, u64::from(n) + 1);
        }
        let entries = other.read(Place::default(), 100).await.unwrap();
        assert!(entries.windows(2).all(|pair| pair[1].event.prev == pair[0].event.hash));
    }

    #[wasm_bindgen_test]
    async fn opens_again_after_the_connection_was_closed() {
        let journal = empty().await;
        journal.begin_run("tablet", None).await.unwrap();
        journal.connect().await.unwrap().close();
        assert_eq!(journal.append(&rating(1)).await.unwrap().place.seq, 1, "an append tries again by itself");
        journal.connect().await.unwrap().close();
        assert!(matches!(journal.counts().await, Err(StoreError::Closed(_))));
        assert_eq!(journal.counts().await.unwrap().recorded, 1);
    }

    /// Opens a journal's database as another version of the app does.
    async fn open_as(journal: &IndexedDbJournal, version: u32, stores: &'static [&'static str]) -> Database {
        let watched = Opening::watch(stores);
        let database = Database::open(journal.name.as_str()).with_version(version).build().unwrap().await.unwrap();
        watched.take();
        database
    }

    #[wasm_bindgen_test]
    async fn makes_way_for_a_newer_version_and_leaves_its_database_alone() {
        let journal = empty().await;
        journal.begin_run("tablet", None).await.unwrap();
        journal.append(&rating(1)).await.unwrap();
        let newer = open_as(&journal, VERSION + 1, &[]).await;
        let refused = journal.append(&rating(2)).await;
        assert!(matches!(refused, Err(StoreError::Newer)), "{refused:?}");
        let events = newer.transaction(EVENTS).build().unwrap();
        assert_eq!(events.object_store(EVENTS).unwrap().count().await.unwrap(), 1);
    }

    #[wasm_bindgen_test]
    async fn a_migration_adds_what_is_missing_and_keeps_what_is_there() {
        let journal = empty().await;
        let old = open_as(&journal, 1, &[EVENTS]).await;
        let transaction = writing(&old, &[EVENTS]).unwrap();
        put(&transaction.object_store(EVENTS).unwrap(), 7.0, "kept").unwrap();
        commit(transaction, EVENTS).await.unwrap();
        old.close();
        let new = open_as(&journal, 2, &STORES).await;
        assert_eq!(new.object_store_names().count(), STORES.len());
        let transaction = new.transaction(EVENTS).build().unwrap();
        let kept = get::<String>(&transaction.object_store(EVENTS).unwrap(), 7.0).unwrap().await.unwrap();
        assert_eq!(kept.as_deref(), Some("kept"));
    }

    #[wasm_bindgen_test]
    async fn a_later_run_keeps_its_number_beside_a_tab_of_an_earlier_one() {
        let early = empty().await;
        let late = IndexedDbJournal::new(&early.name);
        assert_eq!(early.begin_run("tablet", None).await.unwrap().head.run, 1);
        assert_eq!(late.begin_run("tablet", None).await.unwrap().head.run, 2);
        early.append(&rating(1)).await.unwrap();
        late.append(&rating(2)).await.unwrap();
        early.append(&rating(3)).await.unwrap();
        let runs = early.read(Place::default(), 9).await.unwrap();
        assert_eq!(runs.iter().map(|entry| entry.event.run).collect::<Vec<_>>(), [1, 2, 1]);
        assert_eq!(IndexedDbJournal::new(&early.name).begin_run("tablet", None).await.unwrap().head.run, 3);
    }

    #[wasm_bindgen_test]
    async fn the_manager_records_in_the_run_of_its_page() {
        let page = empty().await;
        let another_tab = IndexedDbJournal::new(&page.name);
        let manager = IndexedDbJournal::new(&page.name);
        page.begin_run("tablet", None).await.unwrap();
        another_tab.begin_run("tablet", None).await.unwrap();
        manager.record_in(1);
        manager.head().await.unwrap();
        for (n, journal) in (0_u8..).zip([&manager, &another_tab, &manager, &manager, &page]) {
            journal.append(&rating(n)).await.unwrap();
        }
        let runs = page.read(Place::default(), 9).await.unwrap();
        assert_eq!(runs.iter().map(|entry| entry.event.run).collect::<Vec<_>>(), [1, 2, 1, 1, 1]);
    }

    #[wasm_bindgen_test]
    async fn an_older_head_that_another_tab_has_left_is_not_gone_back_to() {
        let page = empty().await;
        let another_tab = IndexedDbJournal::new(&page.name);
        page.begin_run("tablet", None).await.unwrap();
        page.append(&rating(1)).await.unwrap();
        another_tab.append(&rating(2)).await.unwrap();
        let mark = |epoch, seq| Mark { device: "tablet".to_owned(), epoch, seq };
        page.begin_run("tablet", Some(&mark(1, 9))).await.unwrap();
        assert_eq!(page.append(&rating(3)).await.unwrap().place, Place { epoch: 2, seq: 1 });
        assert_eq!(another_tab.append(&rating(4)).await.unwrap().place, Place { epoch: 1, seq: 3 });
        page.begin_run("tablet", Some(&mark(1, 10))).await.unwrap();
        assert_eq!(page.append(&rating(5)).await.unwrap().place, Place { epoch: 3, seq: 1 });
    }

    #[wasm_bindgen_test]
    async fn a_store_wiped_under_the_page_begins_a_new_epoch() {
        let journal = empty().await;
        journal.begin_run("tablet", None).await.unwrap();
        journal.append(&rating(1)).await.unwrap();
        journal.give_up();
        Database::delete_by_name(&journal.name).unwrap().await.unwrap();
        let appended = journal.append(&rating(2)).await.unwrap();
        assert_eq!(appended.place, Place { epoch: 2, seq: 1 });
        let entries = journal.read(Place::default(), 9).await.unwrap();
        assert_eq!((entries.len(), entries[0].event.device.as_str()), (1, "tablet"));
    }

    #[wasm_bindgen_test]
    async fn what_is_damaged_holds_nothing_up_and_is_put_right_while_it_waits() {
        let journal = empty().await;
        journal.begin_run("tablet", None).await.unwrap();
        for n in 1..=3 {
            journal.append(&rating(n)).await.unwrap();
        }
        let right = journal.rows(Place::default(), 9).await.unwrap();
        let key = |n: usize| key_of(right[n - 1].place);
        let damage = async || {
            let database = journal.connect().await.unwrap();
            let transaction = writing(&database, &STORES).unwrap();
            put(&transaction.object_store(EVENTS).unwrap(), key(1), 7.0).unwrap();
            put(&transaction.object_store(OUTBOX).unwrap(), key(2), "nobody").unwrap();
            put(&transaction.object_store(EVENTS).unwrap(), key(3), "{}").unwrap();
            commit(transaction, RECORDS).await.unwrap();
        };
        damage().await;
        let read = journal.rows(Place::default(), 9).await.unwrap();
        assert_eq!(read.iter().map(|row| open_row(&row.json).is_some()).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!((read[0].json.as_str(), &read[1]), ("", &right[1]));
        let limits = limits(9);
        assert!(journal.freeze(&rating(9).id, &limits).await.is_err());

        assert_eq!(journal.repair(&right).await.unwrap(), 3);
        assert_eq!(journal.rows(Place::default(), 9).await.unwrap(), right);
        let counts = journal.counts().await.unwrap();
        assert_eq!((counts.recorded, counts.queued, counts.quarantined), (3, 3, 0));

        damage().await;
        assert_eq!(journal.set_unreadable_aside().await.unwrap(), 1);
        assert_eq!(journal.quarantine().await.unwrap()[0].rejection.code, UNREADABLE);
        assert_eq!(journal.repair(&right).await.unwrap(), 3, "also from there");
        let batch = journal.freeze(&rating(9).id, &limits).await.unwrap().unwrap();
        assert_eq!(batch.ids(), [1, 2, 3].map(|n| rating(n).id));
        let settlement = Settlement { accepted: batch.ids(), is_thawed: true, ..Settlement::default() };
        journal.settle(&batch, &settlement).await.unwrap();
        assert_eq!(journal.repair(&right).await.unwrap(), 0, "nothing that is delivered waits again");
        assert_eq!(journal.counts().await.unwrap().acknowledged, 3);
    }

    #[wasm_bindgen_test]
    async fn words_that_a_damaged_table_has_lost_are_not_left_behind_until_nobody_has_them() {
        let journal = empty().await;
        journal.begin_run("tablet", None).await.unwrap();
        for n in 1..=3 {
            journal.append(&rating(n)).await.unwrap();
        }
        let right = journal.rows(Place::default(), 9).await.unwrap();
        let lose = async || {
            let database = journal.connect().await.unwrap();
            let transaction = writing(&database, &[TEXTS]).unwrap();
            transaction.object_store(TEXTS).unwrap().delete(key_of(right[1].place)).primitive().unwrap();
            commit(transaction, TEXTS).await.unwrap();
        };
        lose().await;
        let limits = limits(9);
        assert!(journal.freeze(&rating(9).id, &limits).await.is_err());
        assert_eq!(journal.repair(&right[1..2]).await.unwrap(), 1);
        let batch = journal.freeze(&rating(9).id, &limits).await.unwrap().unwrap();
        assert!(right.iter().all(|row| batch.body.contains(&row.json)));

        journal.forget(&[right[0].place]).await.unwrap();
        journal.forget(&[right[0].place]).await.unwrap();
        let counts = journal.counts().await.unwrap();
        assert_eq!((counts.acknowledged, counts.queued), (1, 2), "delivered otherwise, and once");

        lose().await;
        assert!(journal.freeze(&rating(8).id, &limits).await.is_err());
        assert_eq!(journal.set_unreadable_aside().await.unwrap(), 0);
        let batch = journal.freeze(&rating(8).id, &limits).await.unwrap().unwrap();
        assert_eq!(batch.ids(), [2, 3].map(|n| rating(n).id), "the rating goes without them in the end");
    }

    #[wasm_bindgen_test]
    async fn rows_that_a_damaged_table_has_lost_come_back_and_are_counted() {
        let journal = empty().await;
        journal.begin_run("tablet", None).await.unwrap();
        for n in 1..=4 {
            let text = PersonalText::new("words", &[n; 16]);
            journal.append(&Draft { text, ..rating(n) }).await.unwrap();
        }
        let right = journal.rows(Place::default(), 9).await.unwrap();
        let jsons: Vec<String> = right.iter().map(|row| row.json.clone()).collect();
        let key = |n: usize| key_of(right[n - 1].place);
        let database = journal.connect().await.unwrap();
        let transaction = writing(&database, &STORES).unwrap();
        let (events, texts) = (transaction.object_store(EVENTS).unwrap(), transaction.object_store(TEXTS).unwrap());
        events.delete(key(1)).primitive().unwrap();
        texts.delete(key(2)).primitive().unwrap();
        put(&texts, key(3), 7.0).unwrap();
        transaction
            .object_store(OUTBOX)
            .unwrap()
            .delete::<f64, _>(KeyRange::Bound(key(1), false, key(4), false))
            .primitive()
            .unwrap();
        commit(transaction, RECORDS).await.unwrap();
        assert_eq!(journal.shortfall().await.unwrap(), 3, "four less the one whose row is gone as well");

        let restored = journal.restore(&jsons).await.unwrap();
        assert_eq!(restored, Restored { known: 2, mended: 3, ..Restored::default() });
        assert_eq!(journal.rows(Place::default(), 9).await.unwrap(), right);
        assert_eq!(journal.queued().await.unwrap(), 3);
        assert_eq!(journal.shortfall().await.unwrap(), 0, "counted anew");
        assert_eq!(journal.queue_again(1, &[(1, 4)]).await.unwrap(), 1, "what is there and was queued");
        assert_eq!(journal.shortfall().await.unwrap(), 0);
    }

    #[wasm_bindgen_test]
    async fn what_was_recorded_last_brings_a_wiped_store_back() {
        let journal = empty().await;
        journal.begin_run("tablet", None).await.unwrap();
        let mut seen = Vec::new();
        for n in 0..40 {
            journal.append(&rating(n)).await.unwrap();
            seen = journal.rows(Place::default(), 99).await.unwrap();
        }
        let recent: Vec<String> = journal.recent().lines().map(str::to_owned).collect();
        assert_eq!(recent, seen[40 - RECENT..].iter().map(|row| row.json.clone()).collect::<Vec<_>>());
        journal.give_up();
        Database::delete_by_name(&journal.name).unwrap().await.unwrap();
        journal.reserve(7);
        assert_eq!(journal.append(&rating(40)).await.unwrap().place, Place { epoch: 8, seq: 1 });
        let (loss, mark) = journal.take_loss().unwrap();
        assert_eq!((loss, mark.epoch, mark.seq), (Loss::Wiped, 1, 40));
        assert_eq!(journal.take_loss(), None, "told once");
        assert_eq!(journal.restore(&recent).await.unwrap().added, RECENT as u64);
        let rows = journal.rows(Place::default(), 99).await.unwrap();
        assert_eq!(rows.iter().take(RECENT).map(|row| row.json.clone()).collect::<Vec<_>>(), recent);
    }

    #[wasm_bindgen_test]
    async fn nothing_is_recorded_in_an_epoch_of_the_refuge_nor_before() {
        let journal = empty().await;
        journal.begin_run("tablet", None).await.unwrap();
        journal.append(&rating(1)).await.unwrap();
        journal.reserve(3);
        assert_eq!(journal.append(&rating(2)).await.unwrap().place, Place { epoch: 4, seq: 1 });
        assert_eq!(journal.append(&rating(3)).await.unwrap().place, Place { epoch: 4, seq: 2 });
        assert_eq!(journal.take_loss(), None);
    }

    #[wasm_bindgen_test]
    async fn a_store_cut_under_the_page_begins_a_new_epoch() {
        let journal = empty().await;
        journal.begin_run("tablet", None).await.unwrap();
        journal.append(&rating(1)).await.unwrap();
        let before = journal.last_head().unwrap();
        journal.append(&rating(2)).await.unwrap();
        let database = journal.connect().await.unwrap();
        let transaction = writing(&database, &[EVENTS, IDS, OUTBOX, RECORDS]).unwrap();
        let key = key_of(Place { epoch: 1, seq: 2 });
        for store in [EVENTS, OUTBOX] {
            transaction.object_store(store).unwrap().delete(key).primitive().unwrap();
        }
        put(&transaction.object_store(RECORDS).unwrap(), HEAD, before.to_json()).unwrap();
        commit(transaction, RECORDS).await.unwrap();
        journal.give_up();
        let appended = journal.append(&rating(3)).await.unwrap();
        assert_eq!((appended.place, appended.responses), (Place { epoch: 2, seq: 1 }, 2));
        assert!(matches!(journal.take_loss(), Some((Loss::Cut, _))));
        assert_eq!(journal.head().await.unwrap().unwrap().epoch, 2);
    }

    #[wasm_bindgen_test]
    async fn a_newer_database_is_left_alone() {
        let journal = empty().await;
        Database::open(journal.name.as_str()).with_version(VERSION + 1).await.unwrap().close();
        assert_eq!(journal.begin_run("tablet", None).await, Err(StoreError::Newer));
    }
}
