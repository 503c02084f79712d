//! The list of staff and the clerks' codes in storage.

use std::collections::BTreeMap;

use candor_core::journal::StoreError;
use candor_core::staff::{CODES_RECORD, STAFF_RECORD, TRIES_RECORD, Team};

use crate::browser::clock;
use crate::manager::store::Store;
use crate::verifier::{self, Costs};

/// Of a code of four digits there are ten thousand: no cost makes a copy of the storage safe, and what limits guesses at the
/// tablet is the wait. It is low because the keeper checks it, whose memory never shrinks.
const CODE: Costs = Costs { memory_kib: 4_096, passes: 3 };

/// Verifiers by number.
pub type Codes = BTreeMap<String, String>;
/// What is to become of codes: a new one, or none any more.
pub type CodeChanges = BTreeMap<String, Option<String>>;

/// The list in force, and the codes.
///
/// # Errors
/// [`StoreError`].
pub async fn load(store: &Store) -> Result<(Team, Codes), StoreError> {
    let team = Team::from_json(&store.load(STAFF_RECORD).await?.unwrap_or_default());
    Ok((team, load_codes(store).await?))
}

async fn load_codes(store: &Store) -> Result<Codes, StoreError> {
    let codes = store.load(CODES_RECORD).await?.unwrap_or_default();
    Ok(serde_json::from_str(&codes).unwrap_or_default())
}

/// Puts a list in force.
///
/// # Errors
/// [`StoreError`].
pub async fn put_in_force(store: &Store, team: &Team) -> Result<(), StoreError> {
    store.put_in_force(STAFF_RECORD, &team.to_json()).await
}

/// Puts codes in force: those that change, and none of people who are not in the list any more. With new codes the row of
/// wrong tries ends: the manager has looked after it. Gives the codes as they are then.
///
/// # Errors
/// [`StoreError`].
pub async fn change_codes(store: &Store, team: &Team, changes: &CodeChanges) -> Result<Codes, StoreError> {
    let mut codes = load_codes(store).await?;
    for (number, code) in changes {
        match code {
            None => drop(codes.remove(number)),
            Some(code) => {
                let made = verifier::make(code, &clock::random::<16>(), CODE);
                let made = made.ok_or_else(|| StoreError::Again("no memory to hash a code".to_owned()))?;
                codes.insert(number.clone(), made);
            }
        }
    }
    codes.retain(|number, _| team.member(number).is_some());
    let json = if codes.is_empty() { String::new() } else { serde_json::to_string(&codes).unwrap_or_default() };
    store.put_in_force(CODES_RECORD, &json).await?;
    if !changes.is_empty() {
        store.save(TRIES_RECORD, "").await?;
    }
    Ok(codes)
}
