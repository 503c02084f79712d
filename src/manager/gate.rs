//! The manager's PIN in storage: choosing it, checking it, and what the journal says of both.
//!
//! A try is counted before it is judged, so that pulling the plug in between wins nothing.

use candor_core::event::Body;
use candor_core::journal::StoreError;
use candor_core::pin::DOOR_RECORD;
use serde::{Deserialize, Serialize};

use crate::browser::clock;
use crate::manager::store::Store;
use crate::manager::verifier;

#[derive(Deserialize, Serialize)]
struct Record {
    /// A PHC string.
    verifier: String,
    /// Wrong tries in a row.
    refusals: u32,
}

/// How the door stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Nobody has chosen a PIN yet.
    Unset,
    /// There is a PIN; so many wrong tries in a row came last.
    Set {
        /// Wrong tries.
        refusals: u32,
    },
    /// The record cannot be read. It stays shut: a damaged lock must not open by itself.
    Damaged,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the PIN.
    Right,
    /// It is not.
    Wrong {
        /// Wrong tries in a row, this one included.
        in_a_row: u32,
    },
    /// There is none to compare with.
    Unset,
    /// It cannot be found out.
    Damaged,
}

/// How the door stands.
///
/// # Errors
/// As the store has it; the same for all that follow.
pub async fn lock(store: &Store) -> Result<Lock, StoreError> {
    let Some(json) = store.load(DOOR_RECORD).await? else { return Ok(Lock::Unset) };
    Ok(match serde_json::from_str::<Record>(&json) {
        Ok(record) => Lock::Set { refusals: record.refusals },
        Err(_) => Lock::Damaged,
    })
}

/// Tries a PIN. A wrong one is recorded.
pub async fn check(store: &Store, pin: &str) -> Result<Verdict, StoreError> {
    let Some(json) = store.load(DOOR_RECORD).await? else { return Ok(Verdict::Unset) };
    let Ok(record) = serde_json::from_str::<Record>(&json) else { return Ok(Verdict::Damaged) };
    let in_a_row = record.refusals.saturating_add(1);
    let counted = Record { refusals: in_a_row, ..record };
    match write(store, &counted).await {
        // A full tablet must still let the manager in, to export.
        Ok(()) | Err(StoreError::Full(_)) => {}
        Err(error) => return Err(error),
    }
    match verifier::verify(pin, &counted.verifier) {
        Some(true) => {
            let _ = write(store, &Record { refusals: 0, ..counted }).await;
            Ok(Verdict::Right)
        }
        Some(false) => {
            let _ = store.record(Body::UnlockRefused { in_a_row }).await;
            Ok(Verdict::Wrong { in_a_row })
        }
        None => Ok(Verdict::Damaged),
    }
}

/// Sets a PIN that the rules have passed. The journal says so first: a PIN that changes leaves its trace.
pub async fn set(store: &Store, pin: &str) -> Result<(), StoreError> {
    let verifier = verifier::make(pin, &clock::random::<16>());
    let verifier = verifier.ok_or_else(|| StoreError::Again("no memory to hash the PIN".to_owned()))?;
    store.record(Body::SettingsChanged { changed: vec!["pin".to_owned()] }).await?;
    write(store, &Record { verifier, refusals: 0 }).await
}

async fn write(store: &Store, record: &Record) -> Result<(), StoreError> {
    store.save(DOOR_RECORD, &serde_json::to_string(record).unwrap_or_default()).await
}
