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
//! | records | name | text: `head`, `acknowledged`, `frozen`, and what [`JournalStore::save`] is given |

//!
//! Futures are boxed at each request: one copy of the polling in the module that every tablet loads, not one an await.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use candor_core::chain::Head;
use candor_core::event::{Draft, EventId};
use candor_core::journal::{Appended, Counts, Entry, Frozen, JournalStore, Parcel, Place, Quarantined, StoreError};
use candor_core::outbox::{Limits, Settlement};
use candor_core::wire::{CloudEvent, add_text};
use indexed_db_futures::KeyRange;
use indexed_db_futures::database::Database;
use indexed_db_futures::error::{DomException, Error, OpenDbError, UnexpectedDataError};
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::primitive::{TryFromJs, TryToJs};
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use wasm_bindgen::JsValue;

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

/// Numbers of one epoch in a key: more than any tablet records, and `epoch × this + seq` stays below 2^53.
const SEQS_PER_EPOCH: u64 = 1 << 40;
/// With a full disk a transaction may never report at all; a slow flash takes 0.1 s.
const WATCHDOG_MS: u32 = 10_000;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
type Pending<'a, T> = Boxed<'a, Result<T, Error>>;

/// A journal in the IndexedDB database of that name. Opened when first needed, and again after it was closed.
#[derive(Debug)]
pub struct IndexedDbJournal {
    name: String,
    connection: Rc<RefCell<Option<Database>>>,
    /// The head to append after without reading; another tab may be ahead.
    head: RefCell<Option<Head>>,
    /// The last head that this tab has seen, for its run and for a store that is found wiped.
    last: RefCell<Option<Head>>,
}

impl IndexedDbJournal {
    /// Names the database; nothing is opened yet.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), connection: Rc::default(), head: RefCell::default(), last: RefCell::default() }
    }

    /// The open connection, or a new one.
    fn connect(&self) -> Boxed<'_, Result<Database, StoreError>> {
        Box::pin(async move {
            if let Some(open) = self.connection.borrow().as_ref() {
                return Ok(open.clone());
            }
            let opening = Database::open(self.name.as_str())
                .with_version(VERSION)
                .with_on_upgrade_needed(|_, database| {
                    for store in STORES {
                        database.create_object_store(store).build()?;
                    }
                    Ok(())
                })
                .build()
                .map_err(|error| open_fault(&error))?;
            let database = opening.await.map_err(|error| open_fault(&error))?;
            self.close_when_superseded(&database);
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
            let database = within(WATCHDOG_MS, self.connect()).await.unwrap_or_else(|| Err(silence()))?;
            let work: Pending<'_, T> = Box::pin(work(&database));
            let outcome = within(WATCHDOG_MS, work).await;
            let outcome = outcome.map_or_else(|| Err(silence()), |outcome| outcome.map_err(|error| fault(&error)));
            // What merely did not work this time says nothing against the connection.
            if !matches!(outcome, Ok(_) | Err(StoreError::Again(_))) {
                self.give_up();
            }
            outcome
        })
    }

    fn give_up(&self) {
        if let Some(database) = self.connection.borrow_mut().take() {
            database.close();
        }
    }
}

impl IndexedDbJournal {
    /// Links the draft to a head, or to the one that is stored, in one transaction.
    fn append_after<'a>(&'a self, head: Option<Head>, draft: &'a Draft) -> Boxed<'a, Result<Appended, StoreError>> {
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
            let (event, head) = head.link(draft);
            let appended = Appended { place: Place { epoch: event.epoch, seq: event.seq }, responses: head.responses };
            let key = key_of(appended.place);
            add(&transaction.object_store(EVENTS)?, key, CloudEvent::to_json(&event))?;
            add(&ids, draft.id.as_str(), key)?;
            if let Some(text) = &draft.text {
                put(&transaction.object_store(TEXTS)?, key, text.to_json())?;
            }
            put(&transaction.object_store(OUTBOX)?, key, draft.id.as_str())?;
            put(&records, HEAD, head.to_json())?;
            commit(transaction).await?;
            self.remember(head);
            Ok(appended)
        })
    }

    fn remember(&self, head: Head) {
        *self.last.borrow_mut() = Some(head.clone());
        *self.head.borrow_mut() = Some(head);
    }

    /// The stored head as this tab continues it. Where the store was wiped under the page, a new epoch begins: no
    /// number is ever used again.
    fn in_this_run(&self, stored: Option<Head>) -> Result<Head, Error> {
        let last = self.last.borrow();
        match (stored, last.as_ref()) {
            (Some(stored), Some(last)) => Ok(Head { run: last.run, ..stored }),
            (Some(stored), None) => Ok(stored),
            (None, Some(last)) => Ok(Head { run: last.run, ..Head::enrol(&last.device, last.epoch + 1) }),
            // There is no device to record for; `begin_run` comes first.
            (None, None) => Err(UnexpectedDataError::PollState.into()),
        }
    }
}

impl JournalStore for IndexedDbJournal {
    async fn begin_run(&self, new_device: &str) -> Result<Head, StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &[RECORDS])?;
            let records = transaction.object_store(RECORDS)?;
            let (head, run) = (get::<String>(&records, HEAD)?, get::<f64>(&records, RUN)?);
            let (head, run) = (head.await?, run.await?.unwrap_or_default() + 1.0);
            let head = head.and_then(|json| Head::from_json(&json)).unwrap_or_else(|| Head::enrol(new_device, 1));
            let head = Head { run: run as u32, ..head };
            put(&records, HEAD, head.to_json())?;
            // Apart from the head: a tab of an earlier run writes the head too, with its own run in it.
            put(&records, RUN, run)?;
            commit(transaction).await?;
            self.remember(head.clone());
            Ok(head)
        })
        .await
    }

    async fn append(&self, draft: &Draft) -> Result<Appended, StoreError> {
        // With the head in mind nothing has to be read: the writes leave in the tap's own task, ahead of the painting.
        // Another tab may have been faster, or the draft be there already: then an `add` fails, and the head is read.
        // A connection that was lost may come back to a store that was wiped: the head is read then, too.
        let remembered = self.head.borrow_mut().take().filter(|_| self.connection.borrow().is_some());
        if remembered.is_some()
            && let Ok(appended) = self.append_after(remembered, draft).await
        {
            return Ok(appended);
        }
        self.append_after(None, draft).await
    }

    async fn read(&self, after: Place, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction([EVENTS, TEXTS]).build()?;
            let events = transaction.object_store(EVENTS)?;
            let limit = u32::try_from(limit).unwrap_or(u32::MAX);
            let range = || KeyRange::LowerBound(key_of(after), true);
            let (keys, events) = (keys(&events, range(), limit)?, values(&events, range(), limit)?);
            let (keys, events) = (keys.await?, events.await?);
            let mut parcels: Vec<(f64, String)> = keys.into_iter().zip(events).collect();
            join_texts(&transaction, &mut parcels).await?;
            let entries = parcels.iter().filter_map(|(_, json)| {
                let (event, text) = serde_json::from_str::<CloudEvent>(json).ok()?.take_apart().ok()?;
                Some(Entry { event, text })
            });
            Ok(entries.collect())
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
            let transaction = writing(database, &[EVENTS, TEXTS, OUTBOX, RECORDS])?;
            let records = transaction.object_store(RECORDS)?;
            let frozen = get::<String>(&records, FROZEN)?.await?;
            if let Some(frozen) = frozen.and_then(|record| Frozen::from_record(&record)) {
                return Ok(Some(frozen));
            }
            let wanted = u32::try_from(limits.events + limits.skip.len()).unwrap_or(u32::MAX);
            let outbox = transaction.object_store(OUTBOX)?;
            let (queued_keys, ids) = (keys(&outbox, from_start(), wanted)?, values(&outbox, from_start(), wanted)?);
            let (queued_keys, ids) = (queued_keys.await?, ids.await?);
            let mut parcels = Vec::new();
            let events = transaction.object_store(EVENTS)?;
            // A run of keys without gaps costs two requests. The keys are asked for as well: a row may have been lost.
            for run in queued_keys.chunk_by(|a, b| a + 1.0 == *b) {
                let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
                let range = || KeyRange::Bound(*first, false, *last, false);
                let (found, events) = (keys(&events, range(), u32::MAX)?, values(&events, range(), u32::MAX)?);
                parcels.extend(found.await?.into_iter().zip(events.await?));
            }
            join_texts(&transaction, &mut parcels).await?;
            let parcels = parcels.into_iter().filter_map(|(key, json)| {
                let index = queued_keys.binary_search_by(|other| other.total_cmp(&key)).ok()?;
                Some(Parcel { place: place_of(key), id: EventId::parse(ids.get(index)?)?, json })
            });
            let frozen = Frozen::new(id.clone(), parcels, limits);
            if let Some(frozen) = &frozen {
                put(&records, FROZEN, frozen.to_record())?;
            }
            commit(transaction).await?;
            Ok(frozen)
        })
        .await
    }

    async fn settle(&self, batch: &Frozen, settlement: &Settlement) -> Result<(), StoreError> {
        if *settlement == Settlement::default() {
            return Ok(());
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
                let key = get::<f64>(&transaction.object_store(IDS)?, rejection.id.as_str())?.await?;
                let Some(key) = key else { continue };
                if get::<String>(&outbox, key)?.await?.is_some() {
                    outbox.delete(key).primitive()?;
                    put(&quarantine, key, serde_json::to_string(rejection).unwrap_or_default())?;
                }
            }
            put(&records, ACKNOWLEDGED, acknowledged + newly)?;
            let is_same = |record: &String| Frozen::from_record(record).is_some_and(|frozen| frozen.id == batch.id);
            if settlement.is_thawed && frozen.as_ref().is_some_and(is_same) {
                records.delete(FROZEN).primitive()?;
            }
            commit(transaction).await
        })
        .await
    }

    async fn quarantine(&self) -> Result<Vec<Quarantined>, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction(QUARANTINE).build()?;
            let store = transaction.object_store(QUARANTINE)?;
            let (keys, listed) = (keys(&store, from_start(), u32::MAX)?, values(&store, from_start(), u32::MAX)?);
            let (keys, listed) = (keys.await?, listed.await?);
            let listed = keys.into_iter().zip(listed).filter_map(|(key, json)| {
                Some(Quarantined { place: place_of(key), rejection: serde_json::from_str(&json).ok()? })
            });
            Ok(listed.collect())
        })
        .await
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
            commit(transaction).await
        })
        .await
    }
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
fn commit(transaction: Transaction<'_>) -> Pending<'_, ()> {
    Box::pin(transaction.commit())
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

/// Joins events with the words that belong to them. The events come in the order of their keys.
fn join_texts<'a>(transaction: &'a Transaction<'_>, events: &'a mut [(f64, String)]) -> Pending<'a, ()> {
    Box::pin(async move {
        let (Some((first, _)), Some((last, _))) = (events.first(), events.last()) else { return Ok(()) };
        let range = || KeyRange::Bound(*first, false, *last, false);
        let store = transaction.object_store(TEXTS)?;
        let (keys, texts) = (keys(&store, range(), u32::MAX)?, values(&store, range(), u32::MAX)?);
        let (keys, texts) = (keys.await?, texts.await?);
        for (key, text) in keys.into_iter().zip(texts) {
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

fn silence() -> StoreError {
    StoreError::Closed("no answer within ten seconds".to_owned())
}

fn open_fault(error: &OpenDbError) -> StoreError {
    match error {
        OpenDbError::Base(error) => fault(error),
        _ => StoreError::Broken("this browser offers no IndexedDB here".to_owned()),
    }
}

fn fault(error: &Error) -> StoreError {
    match error {
        Error::DomException(exception) => named_fault(&web_sys::DomException::from(DomException::clone(exception))),
        Error::MissingData(UnexpectedDataError::TransactionAborted) => StoreError::Again("aborted".to_owned()),
        _ => StoreError::Closed("unexpected data".to_owned()),
    }
}

fn named_fault(exception: &web_sys::DomException) -> StoreError {
    let name = exception.name();
    match name.as_str() {
        "QuotaExceededError" => StoreError::Full(name),
        "VersionError" => StoreError::Broken("written by a newer version: an update is needed".to_owned()),
        "ConstraintError" | "AbortError" => StoreError::Again(name),
        _ => StoreError::Closed(name),
    }
}

#[cfg(test)]
mod tests {
    use candor_core::journal::contract::rating;
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::*;
    use crate::browser::clock::random;

    wasm_bindgen_test_configure!(run_in_browser);

    async fn empty() -> IndexedDbJournal {
        IndexedDbJournal::new(&candor_core::chain::hex(&random::<8>()))
    }

    candor_core::journal_contract!(wasm_bindgen_test, empty);

    #[wasm_bindgen_test]
    async fn two_tabs_share_one_chain() {
        let one = empty().await;
        let other = IndexedDbJournal::new(&one.name);
        one.begin_run("tablet").await.unwrap();
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
        journal.begin_run("tablet").await.unwrap();
        journal.connect().await.unwrap().close();
        assert_eq!(journal.append(&rating(1)).await.unwrap().place.seq, 1, "an append tries again by itself");
        journal.connect().await.unwrap().close();
        assert!(matches!(journal.counts().await, Err(StoreError::Closed(_))));
        assert_eq!(journal.counts().await.unwrap().recorded, 1);
    }

    #[wasm_bindgen_test]
    async fn a_later_run_keeps_its_number_beside_a_tab_of_an_earlier_one() {
        let early = empty().await;
        let late = IndexedDbJournal::new(&early.name);
        assert_eq!(early.begin_run("tablet").await.unwrap().run, 1);
        assert_eq!(late.begin_run("tablet").await.unwrap().run, 2);
        early.append(&rating(1)).await.unwrap();
        late.append(&rating(2)).await.unwrap();
        early.append(&rating(3)).await.unwrap();
        let runs = early.read(Place::default(), 9).await.unwrap();
        assert_eq!(runs.iter().map(|entry| entry.event.run).collect::<Vec<_>>(), [1, 2, 1]);
        assert_eq!(IndexedDbJournal::new(&early.name).begin_run("tablet").await.unwrap().run, 3);
    }

    #[wasm_bindgen_test]
    async fn a_store_wiped_under_the_page_begins_a_new_epoch() {
        let journal = empty().await;
        journal.begin_run("tablet").await.unwrap();
        journal.append(&rating(1)).await.unwrap();
        journal.give_up();
        Database::delete_by_name(&journal.name).unwrap().await.unwrap();
        let appended = journal.append(&rating(2)).await.unwrap();
        assert_eq!(appended.place, Place { epoch: 2, seq: 1 });
        let entries = journal.read(Place::default(), 9).await.unwrap();
        assert_eq!((entries.len(), entries[0].event.device.as_str()), (1, "tablet"));
    }

    #[wasm_bindgen_test]
    async fn a_newer_database_is_left_alone() {
        let journal = empty().await;
        Database::open(journal.name.as_str()).with_version(VERSION + 1).await.unwrap().close();
        assert!(matches!(journal.begin_run("tablet").await, Err(StoreError::Broken(_))));
    }
}
