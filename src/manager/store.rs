//! The journal as the manager uses it. What fails for a reason that may pass is tried once more: a closed connection
//! is opened anew by the second call.

use std::rc::Rc;

use candor_core::chain::Head;
use candor_core::event::{Body, Draft, EventId, Written};
use candor_core::journal::{Counts, JournalStore, Place, Quarantined, Restored, Row, StoreError};
use candor_core::second::Mark;

use crate::browser::announce::{Announcer, News};
use crate::browser::clock;
use crate::browser::journal::IndexedDbJournal;
use crate::manager::browser;

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
    pub fn tell(&self, news: &News) {
        if let Some(announcer) = self.announcer.as_ref() {
            announcer.tell(news);
        }
    }

    /// Stores that something happens now. The second try is the same draft: the id keeps it single.
    pub async fn record(&self, body: Body) -> Result<(), StoreError> {
        self.record_written(&Written::new(&Draft::new(&clock::moment(), body))).await
    }

    /// The same of an event whose body is written already.
    pub async fn record_written(&self, draft: &Written) -> Result<(), StoreError> {
        // Another tab may have recorded last: its run counts other seconds.
        if let Ok(run) = browser::root_data("run").parse() {
            self.journal.record_in(run);
        }
        twice(async || self.journal.append_written(draft).await).await?;
        if let Some((loss, Mark { epoch, seq, .. })) = self.journal.take_loss() {
            let body = Body::HealthReported { finding: loss.name().to_owned(), epoch, seq, count: 0 };
            let draft = Draft::new(&clock::moment(), body);
            twice(async || self.journal.append(&draft).await).await?;
        }
        self.tell(&News::Journal);
        Ok(())
    }

    /// Stores what is written already, in one transaction; what is there already is passed over. Gives how many
    /// ratings were new.
    pub async fn append_all(&self, drafts: &[Written]) -> Result<u64, StoreError> {
        if let Ok(run) = browser::root_data("run").parse() {
            self.journal.record_in(run);
        }
        let added = twice(async || self.journal.append_all(drafts).await).await?;
        self.tell(&News::Journal);
        let is_new = |draft: &&Written| draft.kind == "rating.given" && added.contains(&draft.id);
        Ok(drafts.iter().filter(is_new).count() as u64)
    }

    /// Rows after a place as they stand, those of pruned events among them.
    pub async fn rows(&self, after: Place, limit: usize) -> Result<Vec<Row>, StoreError> {
        twice(async || self.journal.rows(after, limit).await).await
    }

    /// Puts back events that another store has kept. The second try finds what the first one did.
    pub async fn restore(&self, rows: &[String]) -> Result<Restored, StoreError> {
        twice(async || self.journal.restore(rows).await).await
    }

    /// The newest place.
    pub async fn head(&self) -> Result<Option<Head>, StoreError> {
        twice(async || self.journal.head().await).await
    }

    /// The four counts.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        twice(async || self.journal.counts().await).await
    }

    /// Everything in quarantine.
    pub async fn quarantine(&self) -> Result<Vec<Quarantined>, StoreError> {
        twice(async || self.journal.quarantine().await).await
    }

    /// Moves refused events from quarantine to the outbox.
    pub async fn send_again(&self, ids: &[EventId]) -> Result<(), StoreError> {
        twice(async || self.journal.send_again(ids).await).await?;
        self.tell(&News::Journal);
        Ok(())
    }

    /// A named record.
    pub async fn load(&self, name: &str) -> Result<Option<String>, StoreError> {
        twice(async || self.journal.load(name).await).await
    }

    /// Writes a named record.
    pub async fn save(&self, name: &str, value: &str) -> Result<(), StoreError> {
        twice(async || self.journal.save(name, value).await).await
    }

    /// Writes a named record that is a setting, and announces it: the trace first, as of every setting. What stays the
    /// same leaves none.
    pub async fn put_in_force(&self, name: &str, value: &str) -> Result<(), StoreError> {
        if self.load(name).await?.as_deref().unwrap_or_default() == value {
            return Ok(());
        }
        self.record(Body::SettingsChanged { changed: vec![name.to_owned()] }).await?;
        self.save(name, value).await?;
        self.tell(&News::Settings);
        Ok(())
    }

    /// Writes a named record if it still is what was expected. After a silence the second try may find the first one's
    /// work, and say no.
    pub async fn exchange(&self, name: &str, expected: Option<&str>, value: &str) -> Result<bool, StoreError> {
        twice(async || self.journal.exchange(name, expected, value).await).await
    }
}

async fn twice<T>(call: impl AsyncFn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    match call().await {
        Err(StoreError::Again(_) | StoreError::Closed(_)) => call().await,
        outcome => outcome,
    }
}
