//! The journal in IndexedDB.
//!
//! Between opening a transaction and committing it nothing is awaited but that transaction's own requests: anything
//! else would end it, with what was written so far committed. Hashing is synchronous for that reason.
//!
//! | store | key | value |
//! | --- | --- | --- |
//! | events | place | the event as JSON |
//! | texts | place | the customer's words as JSON |
//! | ids | event id | place |
//! | outbox | place | event id |
//! | quarantine | place | the rejection as JSON |
//! | records | name | text: `head`, `acknowledged`, `frozen`, and what [`JournalStore::save`] is given |

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use candor_core::chain::{Head, PersonalText};
use candor_core::event::{Draft, Event, EventId};
use candor_core::journal::{Appended, Counts, Entry, Frozen, JournalStore, Place, Quarantined, StoreError};
use candor_core::outbox::{Limits, Settlement};
use candor_core::wire::Rejection;
use indexed_db_futures::KeyRange;
use indexed_db_futures::database::Database;
use indexed_db_futures::error::{DomException, Error, OpenDbError, UnexpectedDataError};
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::primitive::TryToJs;
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen_futures::spawn_local;

use crate::browser::sleep::within;

const VERSION: u32 = 1;
const EVENTS: &str = "events";
const TEXTS: &str = "texts";
const IDS: &str = "ids";
const OUTBOX: &str = "outbox";
const QUARANTINE: &str = "quarantine";
const RECORDS: &str = "records";
const STORES: [&str; 6] = [EVENTS, TEXTS, IDS, OUTBOX, QUARANTINE, RECORDS];

const HEAD: &str = "head";
const ACKNOWLEDGED: &str = "acknowledged";
const FROZEN: &str = "frozen";

/// Numbers of one epoch in a key: more than any tablet records, and `epoch × this + seq` stays below 2^53.
const SEQS_PER_EPOCH: u64 = 1 << 40;
/// With a full disk a transaction may never report at all; a slow flash takes 0.1 s.
const WATCHDOG_MS: u32 = 10_000;

/// A journal in the IndexedDB database of that name. Opened when first needed, and again after it was closed.
#[derive(Debug)]
pub struct IndexedDbJournal {
    name: String,
    connection: Rc<RefCell<Option<Database>>>,
}

impl IndexedDbJournal {
    /// Names the database; nothing is opened yet.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), connection: Rc::default() }
    }

    /// The open connection, or a new one. Boxed: one copy of the opening, not one in every transaction.
    fn connect(&self) -> Pin<Box<dyn Future<Output = Result<Database, StoreError>> + '_>> {
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
        spawn_local(async move {
            changes.recv().await;
            connection.borrow_mut().take();
            database.close();
        });
    }

    /// Runs one transaction under a watchdog. After any failure the connection is given up: the next call opens anew.
    async fn run<T>(&self, work: impl AsyncFnOnce(&Database) -> Result<T, Error>) -> Result<T, StoreError> {
        let database = within(WATCHDOG_MS, self.connect()).await.unwrap_or_else(|| Err(silence()))?;
        let work: Pin<Box<dyn Future<Output = Result<T, Error>> + '_>> = Box::pin(work(&database));
        let outcome = within(WATCHDOG_MS, work).await;
        let outcome = outcome.map_or_else(|| Err(silence()), |outcome| outcome.map_err(|error| fault(&error)));
        if outcome.is_err() {
            self.give_up();
        }
        outcome
    }

    fn give_up(&self) {
        if let Some(database) = self.connection.borrow_mut().take() {
            database.close();
        }
    }
}

impl JournalStore for IndexedDbJournal {
    async fn begin_run(&self, new_device: &str) -> Result<Head, StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &[RECORDS])?;
            let records = transaction.object_store(RECORDS)?;
            let mut head = read_json(&records, HEAD)?.await?.unwrap_or_else(|| Head::enrol(new_device, 1));
            head.run += 1;
            put_json(&records, HEAD, &head)?;
            transaction.commit().await?;
            Ok(head)
        })
        .await
    }

    async fn append(&self, draft: &Draft) -> Result<Appended, StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &[EVENTS, TEXTS, IDS, OUTBOX, RECORDS])?;
            let records = transaction.object_store(RECORDS)?;
            let ids = transaction.object_store(IDS)?;
            // Both requests go out before either is awaited.
            let known = ids.get::<f64, _, _>(draft.id.as_str()).primitive()?;
            let head = read_json::<Head>(&records, HEAD)?;
            let (known, head) = (known.await?, head.await?);
            // Without a run there is no device to record for; `begin_run` comes first.
            let head = head.ok_or(UnexpectedDataError::PollState)?;
            if let Some(key) = known {
                return Ok(Appended { place: place_of(key), responses: head.responses });
            }
            let (event, head) = head.link(draft);
            let appended = Appended { place: Place { epoch: event.epoch, seq: event.seq }, responses: head.responses };
            let key = key_of(appended.place);
            put_json(&transaction.object_store(EVENTS)?, key, &event)?;
            if let Some(text) = &draft.text {
                put_json(&transaction.object_store(TEXTS)?, key, text)?;
            }
            put(&ids, draft.id.as_str(), key)?;
            put(&transaction.object_store(OUTBOX)?, key, draft.id.as_str())?;
            put_json(&records, HEAD, &head)?;
            transaction.commit().await?;
            Ok(appended)
        })
        .await
    }

    async fn read(&self, after: Place, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction([EVENTS, TEXTS]).build()?;
            let events = read_after(&transaction.object_store(EVENTS)?, after, limit).await?;
            let events: Vec<Event> = events.iter().filter_map(|json| serde_json::from_str(json).ok()).collect();
            with_texts(&transaction.object_store(TEXTS)?, events).await
        })
        .await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction([EVENTS, OUTBOX, QUARANTINE, RECORDS]).build()?;
            let count = async |store: &str| transaction.object_store(store)?.count().primitive()?.await;
            Ok(Counts {
                recorded: count(EVENTS).await?.into(),
                queued: count(OUTBOX).await?.into(),
                quarantined: count(QUARANTINE).await?.into(),
                acknowledged: read_json(&transaction.object_store(RECORDS)?, ACKNOWLEDGED)?.await?.unwrap_or_default(),
            })
        })
        .await
    }

    async fn queued(&self) -> Result<u64, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction(OUTBOX).build()?;
            let queued = transaction.object_store(OUTBOX)?.count().primitive()?.await?;
            Ok(queued.into())
        })
        .await
    }

    async fn freeze(&self, id: &EventId, limits: &Limits) -> Result<Option<Frozen>, StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &[EVENTS, TEXTS, OUTBOX, RECORDS])?;
            let records = transaction.object_store(RECORDS)?;
            if let Some(frozen) = read_json(&records, FROZEN)?.await? {
                return Ok(Some(frozen));
            }
            let wanted = u32::try_from(limits.events + limits.skip.len()).unwrap_or(u32::MAX);
            let outbox = transaction.object_store(OUTBOX)?;
            let keys: Vec<f64> =
                outbox.get_all_keys::<f64>().with_limit(wanted).primitive()?.await?.collect::<Result<_, _>>()?;
            let events = read_at(&transaction.object_store(EVENTS)?, &keys).await?;
            let entries = with_texts(&transaction.object_store(TEXTS)?, events).await?;
            let frozen = Frozen::new(id.clone(), &entries, limits);
            if let Some(frozen) = &frozen {
                put_json(&records, FROZEN, frozen)?;
            }
            transaction.commit().await?;
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
            let frozen = read_json::<Frozen>(&records, FROZEN)?;
            let acknowledged = read_json::<u64>(&records, ACKNOWLEDGED)?;
            let (frozen, acknowledged) = (frozen.await?, acknowledged.await?.unwrap_or_default());
            let newly = forget_accepted(&outbox, batch, &settlement.accepted).await?;
            let quarantine = transaction.object_store(QUARANTINE)?;
            for rejection in &settlement.rejected {
                let key = transaction.object_store(IDS)?.get::<f64, _, _>(rejection.id.as_str()).primitive()?.await?;
                let Some(key) = key else { continue };
                if outbox.get::<String, _, _>(key).primitive()?.await?.is_some() {
                    outbox.delete(key).primitive()?;
                    put_json(&quarantine, key, rejection)?;
                }
            }
            put_json(&records, ACKNOWLEDGED, &(acknowledged + newly))?;
            if settlement.is_thawed && frozen.is_some_and(|frozen| frozen.id == batch.id) {
                records.delete(FROZEN).primitive()?;
            }
            transaction.commit().await
        })
        .await
    }

    async fn quarantine(&self) -> Result<Vec<Quarantined>, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction(QUARANTINE).build()?;
            let store = transaction.object_store(QUARANTINE)?;
            let keys = store.get_all_keys::<f64>().primitive()?;
            let values = store.get_all::<String>().primitive()?;
            let (keys, values) = (keys.await?, values.await?);
            let mut listed = Vec::new();
            for (key, json) in keys.zip(values) {
                if let Ok(rejection) = serde_json::from_str::<Rejection>(&json?) {
                    listed.push(Quarantined { place: place_of(key?), rejection });
                }
            }
            Ok(listed)
        })
        .await
    }

    async fn load(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.run(async |database| {
            let transaction = database.transaction(RECORDS).build()?;
            transaction.object_store(RECORDS)?.get::<String, _, _>(record(name)).primitive()?.await
        })
        .await
    }

    async fn save(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.run(async |database| {
            let transaction = writing(database, &[RECORDS])?;
            put(&transaction.object_store(RECORDS)?, record(name), value)?;
            transaction.commit().await
        })
        .await
    }
}

/// Named records of others live apart from the journal's own.
fn record(name: &str) -> String {
    format!("named:{name}")
}

fn key_of(place: Place) -> f64 {
    (u64::from(place.epoch) * SEQS_PER_EPOCH + place.seq) as f64
}

fn place_of(key: f64) -> Place {
    let key = key as u64;
    Place { epoch: (key / SEQS_PER_EPOCH) as u32, seq: key % SEQS_PER_EPOCH }
}

/// A customer is thanked for what is in here: on disk, not on its way there.
fn writing<'a>(database: &'a Database, stores: &[&str]) -> Result<Transaction<'a>, Error> {
    database
        .transaction(stores)
        .with_mode(TransactionMode::Readwrite)
        .with_options(TransactionOptions::new().with_durability(TransactionDurability::Strict))
        .build()
}

/// Sends a put on its way. Its outcome is the transaction's.
fn put(store: &ObjectStore<'_>, key: impl TryToJs, value: impl TryToJs) -> Result<(), Error> {
    store.put(value).with_key(key).without_key_type().primitive().map(drop)
}

fn put_json(store: &ObjectStore<'_>, key: impl TryToJs, value: &impl Serialize) -> Result<(), Error> {
    // What is written here always serialises: text, numbers, and maps with text for keys.
    put(store, key, serde_json::to_string(value).unwrap_or_default())
}

/// Sends a get on its way. A value that cannot be read counts as absent.
fn read_json<T: DeserializeOwned>(
    store: &ObjectStore<'_>,
    key: &str,
) -> Result<impl Future<Output = Result<Option<T>, Error>> + use<T>, Error> {
    let request = store.get::<String, _, _>(key).primitive()?;
    Ok(async move { Ok(request.await?.and_then(|json| serde_json::from_str(&json).ok())) })
}

async fn read_after(store: &ObjectStore<'_>, after: Place, limit: usize) -> Result<Vec<String>, Error> {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let range = KeyRange::LowerBound(key_of(after), true);
    store.get_all::<String>().with_query::<f64, _>(range).with_limit(limit).primitive()?.await?.collect()
}

/// The events at these keys, in their order. A run of keys without gaps costs one request.
async fn read_at(store: &ObjectStore<'_>, keys: &[f64]) -> Result<Vec<Event>, Error> {
    let mut events = Vec::with_capacity(keys.len());
    for run in keys.chunk_by(|a, b| a + 1.0 == *b) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let range = KeyRange::Bound(*first, false, *last, false);
        for json in store.get_all::<String>().with_query::<f64, _>(range).primitive()?.await? {
            events.extend(serde_json::from_str::<Event>(&json?).ok());
        }
    }
    Ok(events)
}

/// Joins events with the words that belong to them.
async fn with_texts(store: &ObjectStore<'_>, events: Vec<Event>) -> Result<Vec<Entry>, Error> {
    let mut entries: Vec<Entry> = events.into_iter().map(|event| Entry { event, text: None }).collect();
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(entries) };
    let range = || KeyRange::Bound(key_of(first.place()), false, key_of(last.place()), false);
    let keys = store.get_all_keys::<f64>().with_query::<f64, _>(range()).primitive()?;
    let texts = store.get_all::<String>().with_query::<f64, _>(range()).primitive()?;
    let (keys, texts) = (keys.await?, texts.await?);
    // Both come in the order of their keys, and every text belongs to one of the events.
    let mut waiting = entries.iter_mut();
    for (key, json) in keys.zip(texts) {
        let (place, json) = (place_of(key?), json?);
        if let Some(entry) = waiting.find(|entry| entry.place() == place) {
            entry.text = serde_json::from_str::<PersonalText>(&json).ok();
        }
    }
    Ok(entries)
}

/// Takes the accepted events of a batch out of the outbox and says how many were still in it.
async fn forget_accepted(outbox: &ObjectStore<'_>, batch: &Frozen, accepted: &[EventId]) -> Result<u64, Error> {
    let mut names = BTreeSet::new();
    for id in accepted {
        names.insert(id.as_str());
    }
    let of_accepted = batch.events.iter().filter(|(_, id)| names.contains(id.as_str()));
    let keys: Vec<f64> = of_accepted.map(|(place, _)| key_of(*place)).collect();
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return Ok(0) };
    let range = KeyRange::Bound(*first, false, *last, false);
    let queued = outbox.get_all_keys::<f64>().with_query::<f64, _>(range).primitive()?.await?;
    let queued: Vec<f64> = queued.collect::<Result<_, _>>()?;
    // A batch is frozen in the order of its keys.
    let is_accepted = |key: &f64| keys.binary_search_by(|other| other.total_cmp(key)).is_ok();
    let mut newly = 0;
    // What lies between two keys of a run is not queued: a run can go as one range.
    for run in queued.chunk_by(|a, b| is_accepted(a) == is_accepted(b)) {
        if let (Some(first), Some(last)) = (run.first().filter(|key| is_accepted(key)), run.last()) {
            outbox.delete::<f64, _>(KeyRange::Bound(*first, false, *last, false)).primitive()?;
            newly += run.len() as u64;
        }
    }
    Ok(newly)
}

fn silence() -> StoreError {
    StoreError::Closed("no answer within ten seconds".to_owned())
}

fn open_fault(error: &OpenDbError) -> StoreError {
    match error {
        OpenDbError::Base(Error::DomException(exception)) if name_of(exception) == "VersionError" => {
            StoreError::Broken("the database was written by a newer version: an update is needed".to_owned())
        }
        OpenDbError::Base(error) => fault(error),
        _ => StoreError::Broken("this browser offers no IndexedDB here".to_owned()),
    }
}

fn fault(error: &Error) -> StoreError {
    let why = error.to_string();
    match error {
        Error::DomException(exception) => match name_of(exception).as_str() {
            "QuotaExceededError" => StoreError::Full(why),
            "InvalidStateError" | "TransactionInactiveError" => StoreError::Closed(why),
            _ => StoreError::Again(why),
        },
        _ => StoreError::Again(why),
    }
}

fn name_of(exception: &DomException) -> String {
    web_sys::DomException::from(exception.clone()).name()
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
        let draft = rating(1);
        assert!(matches!(journal.append(&draft).await, Err(StoreError::Closed(_))));
        assert_eq!(journal.append(&draft).await.unwrap().place.seq, 1);
    }

    #[wasm_bindgen_test]
    async fn a_newer_database_is_left_alone() {
        let journal = empty().await;
        Database::open(journal.name.as_str()).with_version(VERSION + 1).await.unwrap().close();
        assert!(matches!(journal.begin_run("tablet").await, Err(StoreError::Broken(_))));
    }
}
