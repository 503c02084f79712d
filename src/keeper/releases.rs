//! A release that did not start is told of once: the service worker has gone back to the one before, which is this.

use candor_core::health::{FindingKind, release_number};
use candor_core::journal::{JournalStore, Place, StoreError};

use crate::browser::journal::IndexedDbJournal;
use crate::browser::release;

/// The named record with the name of the release that was last told of.
const TOLD_RECORD: &str = "release-failed";

/// Looks what the service worker says, and reports what is new.
///
/// # Errors
/// As the store has it; it is looked again later.
pub async fn look(journal: &IndexedDbJournal) -> Result<(), StoreError> {
    let Some(failed) = release::failed().await else { return Ok(()) };
    if journal.load(TOLD_RECORD).await?.as_ref() == Some(&failed) {
        return Ok(());
    }
    // Told first: twice is better than never.
    super::report(FindingKind::ReleaseFailed, Place::default(), release_number(&failed).unwrap_or_default());
    journal.save(TOLD_RECORD, &failed).await
}
