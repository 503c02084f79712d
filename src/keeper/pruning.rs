//! Room under pressure: of the oldest acknowledged events only the hashes are kept. Nothing else is ever removed.

use candor_core::journal::{JournalStore, Place, StoreError};
use candor_core::settings::{SETTINGS_RECORD, Settings};
use candor_core::time::{UnixMillis, parse_rfc3339};
use candor_core::wire::Acknowledge;
use candor_core::witness::{HEADS_RECORD, SignedHead};
use gloo_timers::future::TimeoutFuture;

use crate::browser::journal::IndexedDbJournal;
use crate::browser::{clock, quota, worker};

/// From this share of the quota on, storage is under pressure.
const PRESSURE: f64 = 0.8;
const DAY_MS: i64 = 86_400_000;
/// Rows looked at in one transaction.
const ROWS: usize = 500;

/// Rows looked at in one transaction when the storage takes nothing more: it may still take little.
const ROWS_WHEN_FULL: usize = 25;

/// Prunes while storage is under pressure and there is something that may go. `is_signed`: whether the endpoint signs what
/// it has, as far as that is known.
///
/// # Errors
/// As the store has it.
pub async fn relieve(journal: &IndexedDbJournal, is_signed: Option<bool>) -> Result<(), StoreError> {
    if is_under_pressure().await { prune(journal, is_signed, ROWS).await.map(drop) } else { Ok(()) }
}

/// Prunes a little, whatever the browser says of its quota: a write has failed for want of room. (Chromium tells every
/// site of ten spare gibibytes.) Gives how many events were pruned.
///
/// # Errors
/// As the store has it.
pub async fn relieve_full(journal: &IndexedDbJournal, is_signed: Option<bool>) -> Result<u64, StoreError> {
    prune(journal, is_signed, ROWS_WHEN_FULL).await
}

async fn prune(journal: &IndexedDbJournal, is_signed: Option<bool>, step: usize) -> Result<u64, StoreError> {
    let settings = journal.load(SETTINGS_RECORD).await?;
    let settings = settings.and_then(|json| Settings::from_json(&json)).unwrap_or_default();
    let days = settings.retention_days;
    if days == 0 {
        return Ok(0);
    }
    let is_signed = is_signed.unwrap_or(settings.acknowledge == Acknowledge::Receipt);
    let now = if is_signed { believable_now(journal).await? } else { clock::now() };
    let before = UnixMillis(now.0 - i64::from(days) * DAY_MS);
    let (mut after, mut count) = (Place::default(), 0);
    loop {
        let rows = journal.rows(after, step).await?;
        let Some(last) = rows.last().map(|row| row.place) else { return Ok(count) };
        let pruned = journal.prune(after, before, step).await?;
        after = last;
        if pruned.count == 0 {
            continue;
        }
        count += pruned.count;
        let (first, last) = (pruned.first, pruned.last);
        worker::say(&format!("erased {} {} {} {}", first.epoch, first.seq, last.seq, pruned.count));
        // The browser tells of the space only when it has tidied up.
        TimeoutFuture::new(1_000).await;
        if step < ROWS || !is_under_pressure().await {
            return Ok(count);
        }
    }
}

/// No later than the newest word for it of a receiver that signs what it has: a wall clock that was set forward would
/// make yesterday's answers old. Of an endpoint that does not sign, old heads of another say nothing.
async fn believable_now(journal: &IndexedDbJournal) -> Result<UnixMillis, StoreError> {
    let heads = journal.load(HEADS_RECORD).await?.map(|json| SignedHead::list(&json)).unwrap_or_default();
    let witnessed = heads.iter().filter_map(|head| parse_rfc3339(&head.time)).max();
    Ok(witnessed.map_or(clock::now(), |witnessed| witnessed.min(clock::now())))
}

async fn is_under_pressure() -> bool {
    quota::room().await.is_some_and(|room| room.used as f64 >= room.quota as f64 * PRESSURE)
}
