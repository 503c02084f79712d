//! Records what is done about a case: an event, its note masked and sealed as customers' words are.

use candor_core::cases::{CASES_RECORD, CaseRules, Change, changed, opened, rules_changed};
use candor_core::chain::PersonalText;
use candor_core::event::{Body, Draft, EventId, Written};
use candor_core::journal::StoreError;
use candor_core::time::Moment;
use candor_vault::seal;
use leptos::prelude::*;

use super::{CasesDesk, Form, Saving};
use crate::browser::announce::News;
use crate::browser::clock;
use crate::browser::task::spawn;
use crate::manager::desk::Desk;
use crate::manager::sealing::Key;
use crate::manager::store::Store;

/// The sealing key cannot be used, and a note is not stored in clear.
struct NotSealed;

impl CasesDesk {
    /// Records that something was done; `done` hears when it is stored, and not before.
    pub(super) fn change(self, form: Form, id: &EventId, changes: Vec<Change>, note: &str, done: impl Fn() + 'static) {
        let by = self.by.get_untracked().trim().to_owned();
        let bodies = changes.iter().map(|change| changed(id, change, &by)).collect();
        self.record(form, bodies, note, done);
    }

    /// Makes a case of a rating.
    pub(super) fn open_by_hand(self, id: &EventId) {
        let by = self.by.get_untracked().trim().to_owned();
        self.record(Form::Step, vec![opened(id, &by)], "", || {});
    }

    /// The note goes with the first of the events.
    fn record(self, form: Form, bodies: Vec<Body>, note: &str, done: impl Fn() + 'static) {
        let Some(store) = self.desk.store().filter(|_| !self.is_running_now()) else { return };
        let mut events = Vec::new();
        for body in bodies {
            let moment = clock::moment();
            let mut event = Draft::new(&moment, body);
            let note = if events.is_empty() { note } else { "" };
            match written_note(self.desk, &event.id, note, &moment) {
                Ok(text) => event.text = text,
                Err(NotSealed) => return self.saving.set((form, Saving::NotSealed)),
            }
            events.push(Written::new(&event));
        }
        self.saving.set((form, Saving::Running));
        spawn(async move {
            let outcome = async {
                for event in &events {
                    store.record_written(event).await?;
                }
                Ok::<_, StoreError>(())
            };
            let saving = match outcome.await {
                Ok(()) => {
                    done();
                    Saving::Done
                }
                Err(error) => Saving::Failed(error),
            };
            self.saving.try_set((form, saving));
            self.desk.refresh();
        });
    }

    fn is_running_now(self) -> bool {
        self.saving.with_untracked(|(_, saving)| *saving == Saving::Running)
    }
}

/// A note as it may be stored; `None` of nothing.
fn written_note(desk: Desk, id: &EventId, note: &str, moment: &Moment) -> Result<Option<PersonalText>, NotSealed> {
    let mut salt = [0; 16];
    salt.copy_from_slice(&moment.random[10..]);
    let Some(text) = PersonalText::new(note, &salt) else { return Ok(None) };
    let is_masked = desk.settings.with_untracked(|settings| settings.as_ref().is_none_or(|settings| settings.mask));
    let text = if is_masked { text.masked() } else { text };
    match desk.sealing.key.get_untracked() {
        Key::Off => Ok(Some(text)),
        Key::On(sealing) => seal(&sealing.public, id, &text, &clock::random()).map(Some).map_err(|_| NotSealed),
        Key::Unknown | Key::Damaged => Err(NotSealed),
    }
}

/// Puts rules in force. The trace first, and with both values: whether a rating is a case is found again by it.
///
/// # Errors
/// [`StoreError`].
pub async fn put_in_force(store: &Store, rules: &CaseRules) -> Result<(), StoreError> {
    let before = store.load(CASES_RECORD).await?;
    let (before, json) = (CaseRules::from_json(before.as_deref().unwrap_or_default()), rules.to_json());
    if before == *rules {
        return Ok(());
    }
    store.record(rules_changed(&before, rules)).await?;
    store.save(CASES_RECORD, &json).await?;
    store.tell(&News::Settings);
    Ok(())
}
