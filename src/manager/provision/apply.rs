//! What a settings file brings beside the settings, which the desk saves: opening hours, rules of alerts, targets, and the
//! owner's surveys.

use candor_core::event::Body;
use candor_core::journal::StoreError;
use candor_core::provision::{Beside, Carried};
use candor_core::survey::shelf::draft_record;
use candor_core::survey::sketch::Sketch;

use crate::manager::store::Store;
use crate::manager::surveys::records;
use crate::manager::{alerts, hours_card};

/// Writes all of it, each after its trace. Surveys first, so that no settings name one that is not here. Done a second time
/// it changes nothing.
pub async fn write(store: &Store, surveys: &[Carried], beside: &Beside) -> Result<(), StoreError> {
    let Beside { hours, alerts, targets } = beside;
    for carried in surveys {
        take_survey(store, carried).await?;
    }
    if let Some(hours) = hours {
        hours_card::put_in_force(store, hours).await?;
    }
    alerts::put_in_force(store, alerts.as_ref(), targets.as_ref()).await
}

/// A version that has collected answers stays as it was: what differs from it comes in under the next number. What
/// somebody is still editing stays the draft.
async fn take_survey(store: &Store, Carried { survey, json }: &Carried) -> Result<(), StoreError> {
    let id = &survey.id;
    let Some(mut sketch) = Sketch::read(json) else { return Ok(()) };
    let own = records::load_shelf(store).await?.own(id).cloned().unwrap_or_default();
    let last = match own.versions.last() {
        Some(version) => records::load_version(store, id, *version).await?,
        None => None,
    };
    if last.as_ref().is_some_and(|last| sketch.is_same_as(last)) {
        return Ok(());
    }
    let is_edited = |draft: &String| {
        let is_last = |last: &String| Sketch::read(draft).is_some_and(|draft| draft.is_same_as(last));
        !draft.is_empty() && !last.as_ref().is_some_and(is_last)
    };
    let draft = store.load(&draft_record(id)).await?.filter(is_edited);
    let version = own.next_version(sketch.version(), false);
    sketch.set_version(version);
    store.record(Body::SettingsChanged { changed: vec![records::SURVEY.to_owned()] }).await?;
    records::keep_version(store, (id, version), &sketch.to_json()).await?;
    match draft {
        Some(draft) => store.save(&draft_record(id), &draft).await,
        None => Ok(()),
    }
}
