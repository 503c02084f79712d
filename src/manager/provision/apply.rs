//! What a settings file brings beside the settings, which the desk saves: opening hours, rules of alerts, targets, rules of
//! cases, staff, shifts, what was done to themes, and the owner's surveys.

use candor_core::event::Body;
use candor_core::journal::StoreError;
use candor_core::provision::Carried;
use candor_core::survey::shelf::draft_record;
use candor_core::survey::sketch::Sketch;

use super::Plan;
use crate::manager::remarks::themes as themes_record;
use crate::manager::store::Store;
use crate::manager::surveys::records;
use crate::manager::{alerts, cases, hours_card, roster_card, staff};

/// Writes all of it, each after its trace. Surveys first, so that neither settings nor shifts name one that is not here.
/// Done a second time it changes nothing.
pub async fn write(store: &Store, surveys: &[Carried], plan: &Plan) -> Result<(), StoreError> {
    for carried in surveys {
        take_survey(store, carried).await?;
    }
    if let Some((_, hours)) = &plan.hours {
        hours_card::put_in_force(store, hours).await?;
    }
    alerts::put_in_force(store, plan.alerts.as_ref(), plan.targets.as_ref().map(|(_, after)| after)).await?;
    if let Some((_, rules)) = &plan.cases {
        cases::put_in_force(store, rules).await?;
    }
    if let Some((_, team)) = &plan.staff {
        staff::put_in_force(store, team).await?;
    }
    if let Some((_, roster)) = &plan.roster {
        roster_card::put_in_force(store, roster).await?;
    }
    if let Some((_, themes)) = &plan.themes {
        themes_record::put_in_force(store, themes).await?;
    }
    Ok(())
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
