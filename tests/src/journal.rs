//! The journal of a kiosk as it lies in the browser's IndexedDB, read past the app.

use candor_core::chain::{Head, PersonalText};
use candor_core::event::Event;
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
    /// Every event in its place, with the words that belong to it.
    pub entries: Vec<(Event, Option<PersonalText>)>,
    /// Keys of what is still to be sent.
    pub queued: usize,
    /// Keys of what the endpoint refused.
    pub quarantined: usize,
    /// The newest place of the chain.
    pub head: Head,
}

impl Journal {
    /// Reads it in the page that the browser shows.
    ///
    /// # Panics
    /// When it cannot be read or holds what no journal holds.
    pub async fn read(browser: &Browser) -> Self {
        let stores = json!(["events", "texts", "outbox", "quarantine", "records"]);
        let read = browser.run_until_called_back(READ, vec![stores]).await;
        assert!(read["fault"].is_null(), "the journal cannot be read: {}", read["fault"]);
        let store = |name: &str| -> Vec<(Value, &str)> {
            let pairs = read[name].as_array().expect("a store is a list of pairs");
            pairs.iter().map(|pair| (pair[0].clone(), pair[1].as_str().unwrap_or_default())).collect()
        };
        let texts = store("texts");
        let entry = |(key, event): &(Value, &str)| {
            let text = texts.iter().find(|(of, _)| of == key).map(|(_, text)| parse(text));
            (parse(event), text)
        };
        let records = store("records");
        let head = records.iter().find(|(name, _)| name == "head").expect("a journal has a head");
        Self {
            entries: store("events").iter().map(entry).collect(),
            queued: store("outbox").len(),
            quarantined: store("quarantine").len(),
            head: parse(head.1),
        }
    }
}

fn parse<T: for<'a> serde::Deserialize<'a>>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_else(|fault| panic!("{fault}: {json}"))
}
