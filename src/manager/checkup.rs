//! The tablet's health as the desk knows it: signals for the screen, and the tasks that measure.

use candor_core::event::{Body, EventId};
use candor_core::health::{ACKNOWLEDGED_RECORD, Finding, Health, Pace, Room, SECOND_RECORD, Second};
use candor_core::journal::{Place, Quarantined, StoreError};
use candor_core::time::{UnixMillis, civil_date};
use candor_core::verify::{Report, Sleep, Tip, Verifier, Witness};
use candor_core::wire::CloudEvent;
use candor_core::witness::{HEADS_RECORD, SignedHead};
use candor_vault::signature;
use leptos::prelude::*;
use serde_json::json;

use crate::browser::announce::News;
use crate::browser::task::{sleep, spawn};
use crate::browser::{clock, quota};
use crate::manager::store::Store;
use crate::manager::{browser, storage};

/// Events checked in one go: some ten milliseconds of a tablet, since each is hashed.
const SLICE: usize = 250;
/// Days that the pace may be taken from.
const DAYS: i64 = 7;
const MS_PER_DAY: i64 = 86_400_000;

/// The browser's promise not to delete the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Not known yet, or being asked for.
    Asking,
    /// Given.
    Given,
    /// Not given, and not asked for since the page was loaded.
    Withheld,
    /// Asked for, and the browser, or the person that it asked, has said no.
    Refused,
    /// This browser makes none.
    None,
}

impl Promise {
    fn of(answer: Option<bool>) -> Self {
        match answer {
            Some(true) => Self::Given,
            Some(false) if storage::was_refused() => Self::Refused,
            Some(false) => Self::Withheld,
            None => Self::None,
        }
    }
}

/// The check of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// Not asked for.
    None,
    /// So many events are checked.
    Running(u64),
    /// All are.
    Done(Box<Report>),
    /// Storage failed.
    Failed(StoreError),
}

/// Something done with the quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Release {
    /// Nothing yet.
    None,
    /// Under way.
    Running,
    /// So many events wait to be sent again.
    Queued(u64),
    /// So many events were handed to the browser as a file.
    Exported(u64),
    /// The browser took no file.
    NoFile,
    /// Storage failed.
    Failed(StoreError),
}

/// The tablet's health.
#[derive(Clone, Copy)]
pub struct Checkup {
    /// Room for the data; `None` where the browser does not say.
    pub room: RwSignal<Option<Room>>,
    /// The browser's promise.
    pub promise: RwSignal<Promise>,
    /// How the second place stands; `None` until it has said so.
    pub second: RwSignal<Option<Second>>,
    /// Everything that was found, newest first.
    pub findings: RwSignal<Vec<Finding>>,
    /// Up to here findings are acknowledged; `None` until that is known.
    pub acknowledged: RwSignal<Option<Place>>,
    /// How fast the journal grows.
    pub pace: RwSignal<Option<Pace>>,
    /// The check of the chain.
    pub check: RwSignal<Check>,
    /// What became of the quarantine.
    pub release: RwSignal<Release>,
    store: StoredValue<Store, LocalStorage>,
}

impl Checkup {
    /// A checkup of a store; it measures at once.
    pub fn new(store: Store) -> Self {
        let checkup = Self {
            room: RwSignal::new(None),
            promise: RwSignal::new(Promise::Asking),
            second: RwSignal::new(None),
            findings: RwSignal::default(),
            acknowledged: RwSignal::new(None),
            pace: RwSignal::new(None),
            check: RwSignal::new(Check::None),
            release: RwSignal::new(Release::None),
            store: StoredValue::new_local(store),
        };
        checkup.measure();
        checkup
    }

    /// Measures what time and others change.
    pub fn measure(self) {
        let Some(store) = self.store.try_get_value() else { return };
        spawn(async move {
            self.room.set(quota::room().await);
            self.promise.set(Promise::of(quota::is_persistent().await));
            let second = store.load(SECOND_RECORD).await.ok().flatten();
            self.second.set(second.and_then(|json| serde_json::from_str(&json).ok()));
            if let Ok(acknowledged) = store.load(ACKNOWLEDGED_RECORD).await {
                let place = acknowledged.and_then(|json| serde_json::from_str(&json).ok());
                self.acknowledged.set(Some(place.unwrap_or_default()));
            }
        });
    }

    /// Takes over what was read from the journal.
    pub fn show(self, health: &Health) {
        let (now, offset) = (clock::now(), clock::offset_at(clock::now()));
        let day = |ago: i64| civil_date(UnixMillis(now.0 - ago * MS_PER_DAY), offset).to_string();
        let days: Vec<String> = (1..=DAYS).map(day).collect();
        self.pace.set(health.pace(days.iter().map(String::as_str)));
        self.findings.set(health.findings());
    }

    /// The findings that mean a loss and that nobody has acknowledged.
    pub fn losses(self) -> Vec<Finding> {
        let Some(acknowledged) = self.acknowledged.get() else { return Vec::new() };
        let is_open = |finding: &Finding| finding.is_loss() && finding.place > acknowledged;
        self.findings.get().into_iter().filter(is_open).collect()
    }

    /// A person has read the findings.
    pub fn acknowledge(self) {
        let newest = self.findings.with_untracked(|findings| findings.first().map(|finding| finding.place));
        let Some(newest) = newest else { return };
        let store = self.store.get_value();
        spawn(async move {
            let json = serde_json::to_string(&newest).unwrap_or_default();
            if store.save(ACKNOWLEDGED_RECORD, &json).await.is_ok() {
                self.acknowledged.set(Some(newest));
            }
        });
    }

    /// Asks the browser for its promise.
    pub fn ask_for_promise(self) {
        self.promise.set(Promise::Asking);
        spawn(async move {
            self.promise.set(Promise::of(storage::persist().await));
            self.measure();
        });
    }

    /// Checks the whole chain, a slice at a time, so that the screen goes on.
    pub fn verify(self) {
        if matches!(self.check.get_untracked(), Check::Running(_)) {
            return;
        }
        self.check.set(Check::Running(0));
        let store = self.store.get_value();
        spawn(async move {
            let outcome = self.check_chain(&store).await;
            self.check.try_set(outcome.unwrap_or_else(Check::Failed));
        });
    }

    async fn check_chain(self, store: &Store) -> Result<Check, StoreError> {
        // A tablet may sleep: its clock then runs ahead of the seconds that it counts.
        let mut verifier =
            Verifier::with_signatures(|head| signature::judge(head, &[])).of_journal().sleeping(Sleep::Allowed);
        let heads = store.load(HEADS_RECORD).await?.map(|json| SignedHead::list(&json)).unwrap_or_default();
        let head = store.head().await?;
        // Of a tablet that was restored from its back-up the receiver has seen more than the back-up.
        let is_own = |signed: &&SignedHead| head.as_ref().is_some_and(|head| head.device == signed.device);
        heads.iter().filter(is_own).for_each(|head| verifier.expect(head));
        if let Some(head) = &head {
            verifier.expect_tip(&Tip::of(head), Witness::Tablet);
        }
        let (mut after, mut count) = (Place::default(), 0);
        loop {
            let page = store.rows(after, SLICE).await?;
            let Some(last) = page.last() else { break };
            after = last.place;
            page.iter().for_each(|row| verifier.line(&row.json));
            count += page.len() as u64;
            // Whoever locks the desk does not wait for the rest.
            if self.check.try_set(Check::Running(count)).is_some() {
                break;
            }
            sleep(0).await;
        }
        Ok(Check::Done(Box::new(verifier.finish())))
    }

    /// Puts refused events back into the outbox.
    pub fn send_again(self, ids: Vec<EventId>) {
        let store = self.store.get_value();
        self.release.set(Release::Running);
        spawn(async move {
            let outcome = store.send_again(&ids).await;
            if outcome.is_ok() {
                store.tell(&News::SyncNow);
            }
            self.release.set(outcome.map_or_else(Release::Failed, |()| Release::Queued(ids.len() as u64)));
        });
    }

    /// Hands the refused events to the browser as JSON Lines, each as it travels and with its reason.
    pub fn export_quarantine(self, refused: Vec<Quarantined>, name: String) {
        let store = self.store.get_value();
        self.release.set(Release::Running);
        spawn(async move {
            let outcome = export(&store, &refused, &name).await;
            self.release.set(outcome.unwrap_or_else(Release::Failed));
        });
    }
}

async fn export(store: &Store, refused: &[Quarantined], name: &str) -> Result<Release, StoreError> {
    let mut lines = String::new();
    let mut rows = 0;
    for refused in refused {
        let before = Place { seq: refused.place.seq.saturating_sub(1), ..refused.place };
        let found = store.rows(before, 1).await?;
        let Some(row) = found.first().filter(|row| row.place == refused.place) else { continue };
        let Ok(event) = serde_json::from_str::<CloudEvent>(&row.json) else { continue };
        lines.push_str(&json!({ "event": event, "rejection": refused.rejection }).to_string());
        lines.push('\n');
        rows += 1;
    }
    if !browser::download(name, "application/x-ndjson", &lines) {
        return Ok(Release::NoFile);
    }
    // The file is gone already: an export without its trace is told on the screen no less than one with it.
    let _ = store.record(Body::Exported { format: "quarantine-jsonl".to_owned(), rows }).await;
    Ok(Release::Exported(rows.into()))
}
