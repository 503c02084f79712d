//! The journal of a kiosk as it lies in the browser's IndexedDB, read past the app.

use std::collections::BTreeMap;

use candor_core::chain::PersonalText;
use candor_core::event::Event;
use candor_core::journal::is_pruned;
use candor_core::wire::{CloudEvent, Rejection};
use serde_json::{Value, json};

use crate::browser::Browser;

/// Reads whole stores of the database, keys and values.
const READ: &str = r#"
const [stores, done] = arguments;
const opening = indexedDB.open("candor");
opening.onerror = () => done({ fault: String(opening.error) });
// There is none: looking must not make one.
opening.onupgradeneeded = () => opening.transaction.abort();
opening.onsuccess = () => {
  const database = opening.result;
  const transaction = database.transaction(stores, "readonly");
  const read = {};
  for (const name of stores) {
    const store = transaction.objectStore(name);
    const keys = store.getAllKeys(), values = store.getAll();
    values.onsuccess = () => { read[name] = keys.result.map((key, place) => [key, values.result[place]]); };
  }
  transaction.oncomplete = () => { database.close(); done(read); };
  transaction.onabort = () => done({ fault: String(transaction.error) });
};
"#;

/// What lies in the journal.
#[derive(Debug, Default)]
pub struct Journal {
    /// Every event in its place, once, with the words that belong to it, the hashes of both found to be right.
    pub entries: Vec<(Event, Option<PersonalText>)>,
    /// Those of them that were linked once more, at their further places.
    pub further: Vec<(Event, Option<PersonalText>)>,
    /// Places of events that were cut down to their hashes: epoch and number.
    pub pruned: Vec<(u64, u64)>,
    /// Keys of what is still to be sent.
    pub queued: usize,
    /// Keys of what the endpoint refused.
    pub quarantined: usize,
    /// The ids of what the endpoint refused, with the reasons' codes.
    pub refused: Vec<(String, String)>,
}

impl Journal {
    /// Reads it in the page that the browser shows.
    ///
    /// # Panics
    /// When it cannot be read or holds what no journal holds.
    pub async fn read(browser: &Browser) -> Self {
        Self::try_read(browser).await.unwrap_or_else(|fault| panic!("the journal cannot be read: {fault}"))
    }

    /// As [`Self::read`]; `None` where there is no journal.
    ///
    /// # Panics
    /// When it holds what no journal holds.
    pub async fn read_if_any(browser: &Browser) -> Option<Self> {
        Self::try_read(browser).await.ok()
    }

    async fn try_read(browser: &Browser) -> Result<Self, String> {
        let stores = json!(["events", "texts", "outbox", "quarantine"]);
        let read = browser.run_until_called_back(READ, vec![stores]).await;
        if let Some(fault) = read["fault"].as_str() {
            return Err(fault.to_owned());
        }
        let store = |name: &str| -> Vec<(Value, &str)> {
            let pairs = read[name].as_array().expect("a store is a list of pairs");
            pairs.iter().map(|pair| (pair[0].clone(), pair[1].as_str().unwrap_or_default())).collect()
        };
        let texts: BTreeMap<String, &str> =
            store("texts").into_iter().map(|(key, text)| (key.to_string(), text)).collect();
        let entry = |(key, event): (Value, &str)| {
            let mut travelling: CloudEvent = parse(event);
            if let Some(text) = texts.get(&key.to_string()) {
                travelling.data["text"] = parse(text);
            }
            travelling.open().unwrap_or_else(|fault| panic!("{}: {event}", fault.detail()))
        };
        let rejection = |(_, rejection): (Value, &str)| {
            let rejection: Rejection = parse(rejection);
            (rejection.id.to_string(), rejection.code)
        };
        let (pruned, whole): (Vec<_>, Vec<_>) = store("events").into_iter().partition(|(_, row)| is_pruned(row));
        let place = |(_, row): (Value, &str)| {
            let row: Value = parse(row);
            let number = |name: &str| row["pruned"][name].as_u64().expect("a pruned event keeps its place");
            (number("epoch"), number("seq"))
        };
        let (mut entries, mut further): (Vec<(Event, _)>, Vec<_>) = (Vec::new(), Vec::new());
        let mut known = BTreeMap::new();
        for entry in whole.into_iter().map(entry) {
            let index = *known.entry(entry.0.id.clone()).or_insert(entries.len());
            match entries.get(index) {
                None => entries.push(entry),
                Some((event, _)) => {
                    assert!(entry.0.is_same_as(event), "{event:?} and {:?} share an id", entry.0);
                    further.push(entry);
                }
            }
        }
        Ok(Self {
            further,
            pruned: pruned.into_iter().map(place).collect(),
            refused: store("quarantine").into_iter().map(rejection).collect(),
            entries,
            queued: store("outbox").len(),
            quarantined: store("quarantine").len(),
        })
    }
}

fn parse<T: for<'a> serde::Deserialize<'a>>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_else(|fault| panic!("{fault}: {json}"))
}
