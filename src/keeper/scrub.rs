//! Goes over the whole journal once a day, slowly: a database without checksums may lose what was delivered, and nobody
//! reads that for months.

use std::rc::Rc;

use candor_core::health::FindingKind;
use candor_core::journal::{JournalStore, Place, StoreError};
use candor_core::scrub::{Damage, Scrub};

use super::Keeper;
use super::garbage::Garbage;
use crate::browser::journal::is_unreadable;
use crate::browser::task::sleep;

/// The first time after a start: by then the customer's first screen has long been there.
const FIRST_MS: u32 = 10_000;
const EVERY_MS: u32 = 24 * 3_600_000;
/// The store did not answer, or this keeper does not lead: it is tried again after this.
const AGAIN_MS: u32 = 60_000;
/// Rows at once: some ten milliseconds of a tablet.
const ROWS: usize = 250;
/// Between two reads. Of a journal of 150,000 events that makes two minutes, with nine tenths of the time for others.
const PAUSE_MS: u32 = 150;
/// What was found is looked at again after this: what waits the second place may have put right by then.
const MEND_MS: u32 = 10_000;
/// The named record with what was last told.
const TOLD_RECORD: &str = "damage";

/// Looks again and again, for as long as this keeper leads.
pub async fn watch(keeper: Rc<Keeper>) {
    sleep(FIRST_MS).await;
    loop {
        let is_done = keeper.is_joined() && look(&keeper).await.is_ok();
        sleep(if is_done { EVERY_MS } else { AGAIN_MS }).await;
    }
}

async fn look(keeper: &Keeper) -> Result<(), StoreError> {
    let told = keeper.journal.load(TOLD_RECORD).await?.unwrap_or_default();
    let mut damage = find(keeper).await?;
    if words_of(damage) != told && damage.count > 0 {
        keeper.join_again();
        sleep(MEND_MS).await;
        damage = find(keeper).await?;
    }
    let words = words_of(damage);
    if words == told {
        return Ok(());
    }
    if damage.count > 0 {
        // Told first: twice is better than never.
        super::report(FindingKind::StoreDamaged, damage.first, damage.count);
    }
    keeper.journal.save(TOLD_RECORD, &words).await
}

async fn find(keeper: &Keeper) -> Result<Damage, StoreError> {
    let Some(head) = keeper.journal.head().await? else { return Ok(Damage::default()) };
    let (mut scrub, mut after, garbage) = (Scrub::of(&head), Place::default(), Garbage::default());
    loop {
        let rows = match keeper.journal.rows(after, ROWS).await {
            // Not even which there are: all that follow cannot be had.
            Err(error) if is_unreadable(&error) => return Ok(scrub.finish()),
            rows => rows?,
        };
        let Some(last) = rows.last() else { return Ok(scrub.finish()) };
        after = last.place;
        rows.iter().for_each(|row| scrub.look_at(row));
        garbage.add(rows.len());
        sleep(PAUSE_MS).await;
    }
}

/// Nothing where nothing is damaged, as in a record that is not there.
fn words_of(damage: Damage) -> String {
    let Damage { count, first } = damage;
    if count == 0 { String::new() } else { format!("{count} {} {}", first.epoch, first.seq) }
}
