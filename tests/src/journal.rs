//! The journal of a kiosk as it lies in the browser's IndexedDB, read past the app.

use std::collections::BTreeMap;

use candor_core::chain::PersonalText;
use candor_core::event::Event;
use candor_core::journal::{is_pruned, lacks_words};
use candor_core::wire::{CloudEvent, Rejection};
use serde_json::{Value, json};

use crate::browser::Browser;

/// Reads whole stores of the database, keys and values. Of a store that is damaged each row by itself, and `null` for one that
/// cannot be read.
const READ: &str = r#"
const [stores, done] = arguments;
const finished = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = event => { event.preventDefault(); reject(request.error); };
});
const readEach = async (database, name) => {
  const store = () => database.transaction(name, "readonly").objectStore(name);
  const pairs = [];
  for (const key of await finished(store().getAllKeys())) {
    pairs.push([key, await finished(store().get(key)).catch(() => null)]);
  }
  return pairs;
};
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
  transaction.onabort = async () => {
    try {
      for (const name of stores) read[name] = await readEach(database, name);
      done(read);
    } catch (fault) {
      done({ fault: String(fault) });
    } finally {
      database.close();
    }
  };
};
"#;

/// What lies in the journal.
#[derive(Clone, Debug, Default)]
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
    /// What lies there and is nothing of a journal, or not any more.
    pub damaged: Vec<String>,
    /// The ids of what the endpoint refused, with the reasons' codes.
    pub refused: Vec<(String, String)>,
}

impl Journal {
    /// Reads it in the page that the browser shows.
    ///
    /// # Panics
    /// When it cannot be read or holds what no journal holds.
    pub async fn read(browser: &Browser) -> Self {
        Self::try_read(browser).await.unwrap_or_else(|fault| panic!("the journal cannot be read: {fault}")).intact()
    }

    /// As [`Self::read`]; `None` where there is no journal.
    ///
    /// # Panics
    /// When it holds what no journal holds.
    pub async fn read_if_any(browser: &Browser) -> Option<Self> {
        Self::try_read(browser).await.ok().map(Self::intact)
    }

    /// As [`Self::read_if_any`], of a database that may be damaged.
    pub async fn read_damaged(browser: &Browser) -> Option<Self> {
        Self::try_read(browser).await.ok()
    }

    fn intact(self) -> Self {
        assert!(self.damaged.is_empty(), "rows that are no events: {:?}", self.damaged);
        self
    }

    /// How many events are still to be sent; `None` where there is no journal, or none that can be read.
    pub async fn queued_now(browser: &Browser) -> Option<usize> {
        let read = read_stores(browser, &["outbox"]).await.ok()?;
        read["outbox"].as_array().map(Vec::len)
    }

    async fn try_read(browser: &Browser) -> Result<Self, String> {
        let read = read_stores(browser, &["events", "texts", "outbox", "quarantine"]).await?;
        let store = |name: &str| -> Vec<(&Value, &str)> {
            let pairs = read[name].as_array().expect("a store is a list of pairs");
            pairs.iter().map(|pair| (&pair[0], pair[1].as_str().unwrap_or_default())).collect()
        };
        let texts: BTreeMap<String, &str> =
            store("texts").into_iter().map(|(key, text)| (key.to_string(), text)).collect();
        let mut journal =
            Self { queued: store("outbox").len(), quarantined: store("quarantine").len(), ..Self::default() };
        let mut known = BTreeMap::new();
        for (key, row) in store("events") {
            if let Some(place) = pruned_place(row) {
                journal.pruned.push(place);
                continue;
            }
            let Some(entry) = entry_of(row, texts.get(&key.to_string()).copied()) else {
                journal.damaged.push(format!("{key}: {row}"));
                continue;
            };
            let index = *known.entry(entry.0.id.clone()).or_insert(journal.entries.len());
            match journal.entries.get(index) {
                None => journal.entries.push(entry),
                Some((event, _)) => {
                    assert!(entry.0.is_same_as(event), "{event:?} and {:?} share an id", entry.0);
                    journal.further.push(entry);
                }
            }
        }
        for (key, rejection) in store("quarantine") {
            match serde_json::from_str::<Rejection>(rejection) {
                Ok(rejection) => journal.refused.push((rejection.id.to_string(), rejection.code)),
                Err(fault) => journal.damaged.push(format!("{key}: {fault}: {rejection}")),
            }
        }
        Ok(journal)
    }
}

/// These stores, each a list of pairs.
async fn read_stores(browser: &Browser, stores: &[&str]) -> Result<Value, String> {
    let read = browser.run_until_called_back(READ, vec![json!(stores)]).await;
    match read["fault"].as_str() {
        Some(fault) => Err(fault.to_owned()),
        None => Ok(read),
    }
}

/// Epoch and number of what is left of a pruned event.
fn pruned_place(row: &str) -> Option<(u64, u64)> {
    let row: Value = serde_json::from_str(row).ok().filter(|_| is_pruned(row))?;
    let number = |name: &str| row["pruned"][name].as_u64();
    Some((number("epoch")?, number("seq")?))
}

/// An event with its words, if that is what was recorded.
fn entry_of(row: &str, text: Option<&str>) -> Option<(Event, Option<PersonalText>)> {
    let mut travelling: CloudEvent = serde_json::from_str(row).ok()?;
    if let Some(text) = text {
        travelling.data["text"] = serde_json::from_str(text).ok()?;
    } else if lacks_words(row) {
        return None;
    }
    travelling.open().ok()
}
