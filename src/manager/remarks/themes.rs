//! What the manager does to themes: kept as a named record, each change after its trace, and the way back.

use candor_core::journal::StoreError;
use candor_core::themes::{THEMES_RECORD, ThemeEdit, ThemeEdits, Wrong};
use leptos::prelude::*;

use crate::browser::task::spawn;
use crate::manager::desk::Desk;
use crate::manager::store::Store;

/// Steps that can be taken back.
const STEPS: usize = 50;

/// What became of the last step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing was done yet.
    None,
    /// This is in force.
    Edit(ThemeEdit),
    /// The last step was taken back.
    Undone,
    /// It cannot be done.
    Wrong(Wrong),
    /// Another window has changed themes since.
    Elsewhere,
    /// Storage failed.
    Failed(StoreError),
}

/// Names, merges and pins, as the desk knows them.
#[derive(Clone, Copy)]
pub struct ThemeDesk {
    desk: Desk,
    /// What is in force.
    pub edits: RwSignal<ThemeEdits>,
    /// What became of the last step.
    pub done: RwSignal<Done>,
    /// Whether something is being stored.
    pub is_busy: RwSignal<bool>,
    /// What was in force before each step, and after it.
    steps: RwSignal<Vec<(ThemeEdits, ThemeEdits)>>,
}

impl ThemeDesk {
    /// Nothing is read yet.
    pub fn new(desk: Desk) -> Self {
        Self {
            desk,
            edits: RwSignal::default(),
            done: RwSignal::new(Done::None),
            is_busy: RwSignal::new(false),
            steps: RwSignal::default(),
        }
    }

    /// Reads the record now and whenever settings change, here or in another window.
    pub fn follow(self) {
        Effect::new(move |_| {
            self.desk.settings.track();
            let Some(store) = self.desk.store() else { return };
            spawn(async move {
                match load(&store).await {
                    Ok(edits) if self.edits.try_with_untracked(|known| *known != edits) == Some(true) => {
                        self.edits.set(edits);
                    }
                    Ok(_) => {}
                    Err(error) => {
                        self.done.try_set(Done::Failed(error));
                    }
                }
            });
        });
    }

    /// Whether there is a step to take back.
    pub fn has_steps(self) -> bool {
        self.steps.with(|steps| !steps.is_empty())
    }

    /// Does something, on top of what is stored.
    pub fn apply(self, edit: ThemeEdit) {
        self.change(move |stored| {
            let mut after = stored.clone();
            match after.apply(&edit) {
                Ok(()) => Ok((after, Done::Edit(edit))),
                Err(wrong) => Err(Done::Wrong(wrong)),
            }
        });
    }

    /// Takes the last step back, where nobody has changed anything since.
    pub fn undo(self) {
        let Some((before, after)) = self.steps.with_untracked(|steps| steps.last().cloned()) else { return };
        self.change(move |stored| if *stored == after { Ok((before, Done::Undone)) } else { Err(Done::Elsewhere) });
    }

    fn change(self, step: impl FnOnce(&ThemeEdits) -> Result<(ThemeEdits, Done), Done> + 'static) {
        let Some(store) = self.desk.store().filter(|_| !self.is_busy.get_untracked()) else { return };
        self.is_busy.set(true);
        spawn(async move {
            let done = match load(&store).await {
                Ok(stored) => match step(&stored) {
                    Ok((after, done)) => self.store(&store, (stored, after), done).await,
                    Err(done) => done,
                },
                Err(error) => Done::Failed(error),
            };
            if done == Done::Elsewhere {
                self.steps.try_update(Vec::clear);
            }
            self.done.try_set(done);
            self.is_busy.try_set(false);
            self.desk.refresh();
        });
    }

    async fn store(self, store: &Store, (before, after): (ThemeEdits, ThemeEdits), done: Done) -> Done {
        if let Err(error) = put_in_force(store, &after).await {
            return Done::Failed(error);
        }
        self.steps.try_update(|steps| {
            if done == Done::Undone {
                steps.pop();
            } else if before != after {
                steps.push((before, after.clone()));
                let over = steps.len().saturating_sub(STEPS);
                steps.drain(..over);
            }
        });
        self.edits.try_set(after);
        done
    }
}

/// What is stored; of a record that cannot be read, nothing.
///
/// # Errors
/// [`StoreError`].
pub async fn load(store: &Store) -> Result<ThemeEdits, StoreError> {
    let record = store.load(THEMES_RECORD).await?;
    let value = record.and_then(|json| serde_json::from_str(&json).ok());
    Ok(value.and_then(|value| ThemeEdits::read(&value).ok()).unwrap_or_default())
}

/// Puts names, merges and pins in force.
///
/// # Errors
/// [`StoreError`].
pub async fn put_in_force(store: &Store, edits: &ThemeEdits) -> Result<(), StoreError> {
    let json = if edits.is_empty() { String::new() } else { edits.to_json().to_string() };
    store.put_in_force(THEMES_RECORD, &json).await
}
