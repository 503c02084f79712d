//! An owner's surveys in the journal's named records: the list, the version in service, those before it, and drafts.

use candor_core::event::Body;
use candor_core::journal::StoreError;
use candor_core::settings::{SETTINGS_RECORD, Settings};
use candor_core::survey::shelf::{SHELF_RECORD, SURVEY_RECORD, Shelf, draft_record, version_record};
use candor_core::survey::sketch::Sketch;

use crate::browser::announce::News;
use crate::manager::backup_records::merge;
use crate::manager::store::Store;

/// What `settings.changed` calls a survey that comes into service.
pub const SURVEY: &str = "survey";

/// The list of the owner's surveys.
///
/// # Errors
/// [`StoreError`].
pub async fn load_shelf(store: &Store) -> Result<Shelf, StoreError> {
    Ok(store.load(SHELF_RECORD).await?.map(|json| Shelf::read(&json)).unwrap_or_default())
}

/// A version that has been in service.
///
/// # Errors
/// [`StoreError`].
pub async fn load_version(store: &Store, id: &str, version: u32) -> Result<Option<String>, StoreError> {
    store.load(&version_record(id, version)).await
}

/// What the kiosk reads of a survey that is or was in service.
///
/// # Errors
/// [`StoreError`].
pub async fn load_in_service(store: &Store, id: &str) -> Result<Option<String>, StoreError> {
    store.load(&[SURVEY_RECORD, id].concat()).await
}

/// What is being edited of a survey: its draft, else what is in service. No name of an earlier version is given again.
///
/// # Errors
/// [`StoreError`].
pub async fn load_draft(store: &Store, shelf: &Shelf, id: &str) -> Result<Option<Sketch>, StoreError> {
    let draft = store.load(&draft_record(id)).await?.filter(|json| !json.is_empty());
    let json = match draft {
        Some(draft) => Some(draft),
        None => store.load(&[SURVEY_RECORD, id].concat()).await?,
    };
    let Some(mut sketch) = json.as_deref().and_then(Sketch::read) else { return Ok(None) };
    for version in shelf.own(id).map(|own| own.versions.as_slice()).unwrap_or_default() {
        if let Some(json) = load_version(store, id, *version).await? {
            sketch.avoid_names_of(&json);
        }
    }
    Ok(Some(sketch))
}

/// Takes a survey in that was copied or imported.
///
/// # Errors
/// [`StoreError`].
pub async fn take_in(store: &Store, id: &str, json: &str) -> Result<(), StoreError> {
    // The draft first: a name on the list leads to something.
    store.save(&draft_record(id), json).await?;
    change_shelf(store, |shelf| shelf.add(id)).await
}

/// Lets go of a survey that has never been in service.
///
/// # Errors
/// [`StoreError`].
pub async fn remove(store: &Store, id: &str) -> Result<(), StoreError> {
    change_shelf(store, |shelf| {
        shelf.remove(id);
    })
    .await?;
    if !load_shelf(store).await?.has(id) {
        store.save(&draft_record(id), "").await?;
    }
    Ok(())
}

/// Puts a version into service. The trace first, as of every setting; then the version, so that no answer is given to
/// words that are kept nowhere; then what the kiosk reads, and last the settings that name it.
///
/// # Errors
/// [`StoreError`]; also where another tab has put something else into service under this number.
pub async fn put_in_service(
    store: &Store,
    (id, version): (&str, u32),
    json: &str,
    (before, after): (&Settings, &Settings),
) -> Result<(), StoreError> {
    let mut changed = before.differences(after);
    if !changed.iter().any(|name| name == SURVEY) {
        changed.push(SURVEY.to_owned());
    }
    store.record(Body::SettingsChanged { changed }).await?;
    keep_version(store, (id, version), json).await?;
    store.save(SETTINGS_RECORD, &after.to_json()).await?;
    store.tell(&News::Settings);
    Ok(())
}

/// Keeps a version that may be in service from now on, and makes it the draft.
///
/// # Errors
/// [`StoreError`]; also where another tab has put something else into service under this number.
pub async fn keep_version(store: &Store, (id, version): (&str, u32), json: &str) -> Result<(), StoreError> {
    let kept = version_record(id, version);
    if !store.exchange(&kept, None, json).await? && store.load(&kept).await?.as_deref() != Some(json) {
        return Err(StoreError::Again([&kept, " is another survey"].concat()));
    }
    store.save(&[SURVEY_RECORD, id].concat(), json).await?;
    store.save(&draft_record(id), json).await?;
    change_shelf(store, |shelf| shelf.note(id, version)).await
}

/// Other tabs change the list as well.
async fn change_shelf(store: &Store, change: impl Fn(&mut Shelf)) -> Result<(), StoreError> {
    merge(store, SHELF_RECORD, |stored| {
        let mut shelf = Shelf::read(stored);
        change(&mut shelf);
        shelf.to_json()
    })
    .await
}
