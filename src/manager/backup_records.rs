//! The named records in a back-up: what another tablet needs to go on, and how it takes them over.
//!
//! The door is not among them: a new tablet chooses its own PIN.

use candor_core::alerts::ALERTS_RECORD;
use candor_core::cases::{CASES_RECORD, CaseRules};
use candor_core::event::Body;
use candor_core::hours::HOURS_RECORD;
use candor_core::hours::roster::ROSTER_RECORD;
use candor_core::journal::StoreError;
use candor_core::settings::{SETTINGS_RECORD, Settings, TOKEN_RECORD};
use candor_core::staff::{CODES_RECORD, STAFF_RECORD};
use candor_core::survey::shelf::{SHELF_RECORD, SURVEY_RECORD as SURVEY, Shelf, is_version_record};
use candor_core::targets::TARGETS_RECORD;
use candor_core::themes::THEMES_RECORD;
use candor_core::witness::{HEADS_RECORD, SignedHead, keep_furthest};
use candor_vault::{KEPT_KEYS_RECORD, SEALING_RECORD, Sealing};

use crate::manager::cases;
use crate::manager::desk::{TEMPLATES, TOKEN};
use crate::manager::sealing::{SEALING, keep_key};
use crate::manager::store::Store;

/// A name and its text.
pub type Record = (String, String);

/// Records beside the surveys, in the order in which they come into force: the token before the settings, since an
/// upload reads them the other way round.
const NAMES: [&str; 13] = [
    HEADS_RECORD,
    KEPT_KEYS_RECORD,
    SEALING_RECORD,
    TOKEN_RECORD,
    HOURS_RECORD,
    ALERTS_RECORD,
    TARGETS_RECORD,
    CASES_RECORD,
    STAFF_RECORD,
    CODES_RECORD,
    ROSTER_RECORD,
    THEMES_RECORD,
    SETTINGS_RECORD,
];
/// Those that are put over the ones that stand. The rules of cases are not among them: they leave a trace of their own.
const REPLACED: [&str; 10] = [
    SEALING_RECORD,
    TOKEN_RECORD,
    HOURS_RECORD,
    ALERTS_RECORD,
    TARGETS_RECORD,
    STAFF_RECORD,
    CODES_RECORD,
    ROSTER_RECORD,
    THEMES_RECORD,
    SETTINGS_RECORD,
];
/// How often a record is merged anew when somebody else wrote it meanwhile.
const TRIES: usize = 5;

/// Everything that belongs into a back-up of this tablet.
///
/// # Errors
/// [`StoreError`].
pub async fn gather(store: &Store) -> Result<Vec<Record>, StoreError> {
    let settings = store.load(SETTINGS_RECORD).await?.and_then(|json| Settings::from_json(&json)).unwrap_or_default();
    let own = store.load(SHELF_RECORD).await?.map(|json| Shelf::read(&json)).unwrap_or_default().records();
    let ids = TEMPLATES.into_iter().chain([settings.survey.as_str()]);
    let mut surveys: Vec<String> = ids.map(|id| [SURVEY, id].concat()).chain(own).collect();
    surveys.sort_unstable();
    surveys.dedup();
    let mut records = Vec::new();
    for name in surveys.into_iter().chain([SHELF_RECORD.to_owned()]).chain(NAMES.map(str::to_owned)) {
        if let Some(value) = store.load(&name).await?.filter(|value| !value.is_empty()) {
            records.push((name, value));
        }
    }
    Ok(records)
}

/// Adds what receivers have signed about the restored events to what they have signed about this tablet's own.
///
/// # Errors
/// [`StoreError`].
pub async fn join_heads(store: &Store, records: &[Record]) -> Result<(), StoreError> {
    let Some(restored) = value(records, HEADS_RECORD).map(SignedHead::list).filter(|heads| !heads.is_empty()) else {
        return Ok(());
    };
    merge(store, HEADS_RECORD, |stored| {
        let heads = keep_furthest(SignedHead::list(stored), &restored);
        serde_json::to_string(&heads).unwrap_or_default()
    })
    .await
}

/// Puts settings, token, sealing key and surveys of a back-up in force. The trace first.
///
/// # Errors
/// [`StoreError`].
pub async fn put_in_force(store: &Store, records: &[Record]) -> Result<(), StoreError> {
    let mut present = Vec::new();
    for name in NAMES {
        present.push((name.to_owned(), store.load(name).await?.unwrap_or_default()));
    }
    let changed = changes(&present, records);
    if !changed.is_empty() {
        store.record(Body::SettingsChanged { changed }).await?;
    }
    let kept = value(records, KEPT_KEYS_RECORD).unwrap_or_default();
    for key in kept.lines().filter_map(Sealing::from_json) {
        keep_key(store, &key).await?;
    }
    // The key that is replaced may have sealed words here, and opens them still.
    if let Some(sealing) = value(records, SEALING_RECORD)
        && let Some(replaced) = value(&present, SEALING_RECORD).filter(|replaced| *replaced != sealing)
        && let Some(replaced) = Sealing::from_json(replaced)
    {
        keep_key(store, &replaced).await?;
    }
    for (name, text) in records {
        if is_version_record(name) {
            // Answers were given to the one that is here.
            store.exchange(name, None, text).await?;
        } else if name.starts_with(SURVEY) {
            store.save(name, text).await?;
        }
    }
    if let Some(restored) = value(records, SHELF_RECORD).map(Shelf::read) {
        merge(store, SHELF_RECORD, |stored| {
            let mut shelf = Shelf::read(stored);
            shelf.join(&restored);
            shelf.to_json()
        })
        .await?;
    }
    // They leave a trace of their own, with both values.
    if let Some(rules) = value(records, CASES_RECORD) {
        cases::put_in_force(store, &CaseRules::from_json(rules)).await?;
    }
    for name in REPLACED {
        if let Some(text) = value(records, name) {
            store.save(name, text).await?;
        }
    }
    Ok(())
}

/// Merges something into a record that others write too.
///
/// # Errors
/// [`StoreError`].
pub async fn merge(store: &Store, name: &str, merged: impl Fn(&str) -> String) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        let stored = store.load(name).await?;
        let new = merged(stored.as_deref().unwrap_or_default());
        if stored.as_ref() == Some(&new) || store.exchange(name, stored.as_deref(), &new).await? {
            return Ok(());
        }
    }
    Err(StoreError::Again(["somebody else writes ", name].concat()))
}

fn value<'a>(records: &'a [Record], name: &str) -> Option<&'a str> {
    records.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

/// Names of what becomes another than it is.
fn changes(present: &[Record], records: &[Record]) -> Vec<String> {
    let settings = |of| value(of, SETTINGS_RECORD).and_then(Settings::from_json);
    let mut changed =
        settings(records).map(|new| settings(present).unwrap_or_default().differences(&new)).unwrap_or_default();
    let named = [HOURS_RECORD, ALERTS_RECORD, TARGETS_RECORD, STAFF_RECORD, CODES_RECORD, ROSTER_RECORD, THEMES_RECORD];
    let named = named.map(|record| (record, record));
    for (record, name) in [(TOKEN_RECORD, TOKEN), (SEALING_RECORD, SEALING)].into_iter().chain(named) {
        if value(records, record).is_some_and(|new| new != value(present, record).unwrap_or_default()) {
            changed.push(name.to_owned());
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn check(present: &[(&str, &str)], records: &[(&str, &str)], expected: &[&str]) {
        let owned = |pairs: &[(&str, &str)]| -> Vec<Record> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(changes(&owned(present), &owned(records)), expected);
    }

    #[wasm_bindgen_test]
    fn names_what_becomes_another_and_nothing_else() {
        let settings = Settings { point: "3".to_owned(), ..Settings::default() }.to_json();
        check(&[], &[("settings", &settings), ("token", "t /")], &["point", "token"]);
        check(&[("settings", &settings), ("token", "t /")], &[("settings", &settings), ("token", "t /")], &[]);
        check(&[("sealing", "a")], &[("sealing", "b")], &["sealing"]);
        check(&[("staff-list", "a")], &[("staff-list", "b"), ("roster", "c")], &["staff-list", "roster"]);
        check(&[("sealing", "a"), ("token", "t /")], &[], &[]);
    }
}
