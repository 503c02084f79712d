//! The journal as the manager uses it. What fails for a reason that may pass is tried once more: a closed connection
//! is opened anew by the second call.

use std::rc::Rc;

use candor_core::event::{Body, Draft};
use candor_core::journal::{Counts, Entry, JournalStore, Place, Quarantined, StoreError};

use crate::browser::announce::{Announcer, News};
use crate::browser::clock;
use crate::browser::journal::IndexedDbJournal;

/// The journal, shared by everything that is mounted. What is written through it is announced.
#[derive(Clone, Debug)]
pub struct Store {
    journal: Rc<IndexedDbJournal>,
    announcer: Rc<Option<Announcer>>,
}

impl Store {
    /// Uses a journal.
    pub fn new(journal: Rc<IndexedDbJournal>) -> Self {
        Self { journal, announcer: Rc::new(Announcer::open(|_| {})) }
    }

    /// Tells the kiosk, other tabs, and the desk itself.
    pub fn tell(&self, news: News) {
        if let Some(announcer) = self.announcer.as_ref() {
            announcer.tell(news);
        }
    }

    /// Stores that something happens now. The second try is the same draft: the id keeps it single.
    pub async fn record(&self, body: Body) -> Result<(), StoreError> {
        let draft = Draft::new(&clock::moment(), body);
        twice(async || self.journal.append(&draft).await).await?;
        self.tell(News::Journal);
        Ok(())
    }

    /// Events after a place.
    pub async fn read(&self, after: Place, limit: usize) -> Result<Vec<Entry>, StoreError> {
        twice(async || self.journal.read(after, limit).await).await
    }

    /// The four counts.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        twice(async || self.journal.counts().await).await
    }

    /// Everything in quarantine.
    pub async fn quarantine(&self) -> Result<Vec<Quarantined>, StoreError> {
        twice(async || self.journal.quarantine().await).await
    }

    /// A named record.
    pub async fn load(&self, name: &str) -> Result<Option<String>, StoreError> {
        twice(async || self.journal.load(name).await).await
    }

    /// Writes a named record.
    pub async fn save(&self, name: &str, value: &str) -> Result<(), StoreError> {
        twice(async || self.journal.save(name, value).await).await
    }
}

async fn twice<T>(call: impl AsyncFn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    match call().await {
        Err(StoreError::Again(_) | StoreError::Closed(_)) => call().await,
        outcome => outcome,
    }
}
