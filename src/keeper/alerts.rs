//! Alerts: follows the journal, finds what the owner's rules ask for, and has the page record it. What is recorded goes to
//! the endpoint as every other event does.

use std::cell::Cell;
use std::rc::Rc;

use candor_core::alerts::{ALERTS_RECORD, Alert, Marks, Outside, Rules, STATE_RECORD, Watch};
use candor_core::insight::Measure;
use candor_core::journal::{Entry, JournalStore, Place, Row, StoreError};
use candor_core::settings::{SETTINGS_RECORD, Settings};
use candor_core::targets::{TARGETS_RECORD, Targets};
use candor_core::time::{UnixMillis, Uptime, parse_rfc3339};
use candor_core::wire::CloudEvent;

use super::Keeper;
use super::overdue::Overdue;
use crate::browser::journal::IndexedDbJournal;
use crate::browser::task::sleep;
use crate::browser::{clock, quota, worker};

/// How often it is looked whether there was news: the words of a follow-up have come by then as well.
const LOOK_MS: u32 = 2_000;
/// Without news: a rating may wait for a follow-up that nobody ends any more.
const OPEN_MS: u64 = 60_000;
/// And what no news tells of: a day that begins, quiet hours that are over, a delivery that has stopped.
const SLOW_MS: u64 = 3_600_000;
/// Quiet hours end on a minute; so soon behind it what was held back is told.
const QUIET_MS: u64 = 60_000;
/// Rows at once: some ten milliseconds of a tablet.
const ROWS: usize = 250;
/// Between two reads of a long journal.
const PAUSE_MS: u32 = 50;

/// What the keeper knows of alerts.
#[derive(Debug, Default)]
pub struct Vigil {
    has_news: Cell<bool>,
    has_new_rules: Cell<bool>,
}

impl Vigil {
    /// The journal has grown.
    pub fn note(&self) {
        self.has_news.set(true);
    }

    /// Rules, targets or settings may be others.
    pub fn note_rules(&self) {
        self.has_new_rules.set(true);
        self.has_news.set(true);
    }
}

/// What is followed since this keeper leads.
struct Following {
    rules: Rules,
    watch: Watch,
    outside: Outside,
    overdue: Overdue,
    /// How far the journal is read.
    read: Place,
    /// What was saved last.
    saved: Marks,
}

/// Follows for as long as this keeper leads.
pub async fn watch(keeper: Rc<Keeper>) {
    let mut following: Option<Following> = None;
    let (mut looked_at, mut told) = (Uptime(0), false);
    keeper.vigil.note_rules();
    loop {
        sleep(LOOK_MS).await;
        if !keeper.is_joined() {
            // Another one may lead meanwhile, and tell of what is new.
            following = None;
            keeper.vigil.note_rules();
            continue;
        }
        let silent_ms = clock::uptime().0.saturating_sub(looked_at.0);
        let soon_ms = following.as_ref().map_or(SLOW_MS, Following::looks_again_after_ms);
        if !keeper.vigil.has_news.take() && silent_ms < soon_ms {
            continue;
        }
        looked_at = clock::uptime();
        if look(&keeper, &mut following).await.is_err() {
            // Begun anew: what was said before is not given out again by the same watch.
            following = None;
            keeper.vigil.note_rules();
            continue;
        }
        let is_marked = following.as_ref().is_some_and(Following::is_marked);
        if std::mem::replace(&mut told, is_marked) != is_marked {
            worker::say(if is_marked { "mark on" } else { "mark off" });
        }
    }
}

async fn look(keeper: &Keeper, following: &mut Option<Following>) -> Result<(), StoreError> {
    let journal: &IndexedDbJournal = &keeper.journal;
    if keeper.vigil.has_new_rules.take() {
        let rules = Rules::from_record(&journal.load(ALERTS_RECORD).await?.unwrap_or_default());
        if rules.is_none() {
            *following = None;
            // What happens until there are rules again is no news then.
            if journal.load(STATE_RECORD).await?.is_some_and(|state| !state.is_empty()) {
                journal.save(STATE_RECORD, "").await?;
            }
            return Ok(());
        }
        let outside = outside(journal).await?;
        match following {
            Some(following) => (following.rules, following.outside) = (rules, outside),
            None => *following = Some(Following::begin(journal, rules, outside).await?),
        }
        if let Some(following) = following {
            following.overdue.read_rules(journal).await?;
        }
    }
    let Some(following) = following else { return Ok(()) };
    following.read_on(journal).await?;
    following.measure(journal).await?;
    let now = clock::moment();
    let due = following.watch.due(&following.rules, &following.outside, &now);
    if let Some(head) = journal.head().await?.filter(|_| !due.is_empty()) {
        due.iter().for_each(|alert| say(alert, &head.device));
    }
    let marks = following.watch.marks();
    if marks != following.saved {
        journal.save(STATE_RECORD, &serde_json::to_string(&marks).unwrap_or_default()).await?;
        following.saved = marks;
    }
    Ok(())
}

/// Has the page record an alert.
fn say(alert: &Alert, device: &str) {
    let json = serde_json::to_string(alert).unwrap_or_default();
    worker::say(&["alert ", alert.id(device).as_str(), " ", &json].concat());
}

impl Following {
    async fn begin(journal: &impl JournalStore, rules: Rules, outside: Outside) -> Result<Self, StoreError> {
        let state = journal.load(STATE_RECORD).await?.and_then(|json| serde_json::from_str::<Marks>(&json).ok());
        let marks = match state {
            Some(marks) => marks,
            None => {
                let head = journal.head().await?;
                Marks::at(head.map(|head| Place { epoch: head.epoch, seq: head.seq }).unwrap_or_default())
            }
        };
        // Not what was saved: a state that was not there is saved even where nothing comes of the first look.
        let (overdue, saved) = (Overdue::default(), Marks::default());
        Ok(Self { rules, watch: Watch::new(marks), outside, overdue, read: marks.from, saved })
    }

    /// What came since, of this tablet's own: what was restored from another one's back-up is no news here.
    async fn read_on(&mut self, journal: &impl JournalStore) -> Result<(), StoreError> {
        read_own(journal, &mut self.read, |entry| self.watch.fold(&entry)).await
    }

    /// How cases and the tablet stand.
    async fn measure(&mut self, journal: &impl JournalStore) -> Result<(), StoreError> {
        if self.rules.overdue {
            self.outside.overdue = self.overdue.find(journal).await?;
        }
        if !self.rules.unwell {
            return Ok(());
        }
        let counts = journal.counts().await?;
        self.outside.quarantined = counts.quarantined;
        self.outside.waiting = match counts.queued {
            0 => None,
            queued => oldest_waiting(journal).await?.map(|since| (queued, since)),
        };
        let room = quota::room().await.filter(|room| room.quota > 0);
        self.outside.used_percent = room.map(|room| (room.used.saturating_mul(100) / room.quota).min(100) as u8);
        Ok(())
    }

    fn looks_again_after_ms(&self) -> u64 {
        let now = clock::now();
        if self.rules.is_quiet(now, clock::offset_at(now)) {
            QUIET_MS
        } else if self.watch.is_waiting() {
            OPEN_MS
        } else {
            SLOW_MS
        }
    }

    fn is_marked(&self) -> bool {
        let now = clock::now();
        self.rules.mark && self.watch.alerts().unseen() > 0 && !self.rules.is_quiet(now, clock::offset_at(now))
    }
}

/// Takes what came since a place, of this tablet's own, and moves the place on.
pub async fn read_own(
    journal: &impl JournalStore,
    read: &mut Place,
    mut take: impl FnMut(Entry),
) -> Result<(), StoreError> {
    loop {
        let mut rows = journal.rows(*read, ROWS).await?;
        rows.retain(|row| !row.place.is_restored());
        let Some(last) = rows.last().map(|row| row.place) else { return Ok(()) };
        let is_last = rows.len() < ROWS;
        rows.into_iter().filter_map(entry).for_each(&mut take);
        *read = last;
        if is_last {
            return Ok(());
        }
        sleep(PAUSE_MS).await;
    }
}

/// When the oldest event was recorded that no receipt has named, of this tablet's own.
async fn oldest_waiting(journal: &impl JournalStore) -> Result<Option<UnixMillis>, StoreError> {
    let waiting = journal.waiting().await?;
    let Some(first) = waiting.into_iter().find(|place| !place.is_restored()) else { return Ok(None) };
    let rows = journal.rows_at(&[first]).await?;
    Ok(rows.into_iter().next().and_then(entry).and_then(|entry| parse_rfc3339(&entry.event.time)))
}

/// The event of a row; `None` for what is left of a pruned one.
fn entry(Row { place, json }: Row) -> Option<Entry> {
    let (event, text) = serde_json::from_str::<CloudEvent>(&json).ok()?.take_apart().ok()?;
    Some(Entry { place, event, text })
}

/// What responses are measured by, and against which target.
async fn outside(journal: &impl JournalStore) -> Result<Outside, StoreError> {
    let settings = journal.load(SETTINGS_RECORD).await?.and_then(|json| Settings::from_json(&json)).unwrap_or_default();
    let survey = journal.load(&["survey:", &settings.survey].concat()).await?.unwrap_or_default();
    let targets = Targets::from_record(&journal.load(TARGETS_RECORD).await?.unwrap_or_default());
    let target = targets.of(&settings.survey);
    Ok(Outside { measure: Measure::of_json(&survey), survey: settings.survey, target, ..Outside::default() })
}
