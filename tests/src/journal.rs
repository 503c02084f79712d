//! The journal of a kiosk as it lies in the browser's IndexedDB, read past the app.

use std::collections::BTreeMap;

use candor_core::chain::PersonalText;
use candor_core::event::Event;
use candor_core::wire::CloudEvent;
use serde_json::{Value, json};

use crate::browser::Browser;

/// Reads whole stores of the database, keys and values.
const READ: &str = r#"
const [stores, done] = arguments;
const opening = indexedDB.open("candor");
opening.onerror = () => done({ fault: String(opening.error) });
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
#[derive(Debug)]
pub struct Journal {
    /// Every event in its place, with the words that belong to it, the hashes of both found to be right.
    pub entries: Vec<(Event, Option<PersonalText>)>,
    /// Keys of what is still to be sent.
    pub queued: usize,
    /// Keys of what the endpoint refused.
    pub quarantined: usize,
}

impl Journal {
    /// Reads it in the page that the browser shows.
    ///
    /// # Panics
    /// When it cannot be read or holds what no journal holds.
    pub async fn read(browser: &Browser) -> Self {
        let stores = json!(["events", "texts", "outbox", "quarantine"]);
        let read = browser.run_until_called_back(READ, vec![stores]).await;
        assert!(read["fault"].is_null(), "the journal cannot be read: {}", read["fault"]);
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
        Self {
            entries: store("events").into_iter().map(entry).collect(),
            queued: store("outbox").len(),
            quarantined: store("quarantine").len(),
        }
    }
}

fn parse<T: for<'a> serde::Deserialize<'a>>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_else(|fault| panic!("{fault}: {json}"))
}
