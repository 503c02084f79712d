//! What the cards share that edit a record of the settings: it is read, edited and saved as a whole, and a line says how
//! that stands.
//!
//! The invariant: nothing is put over what somebody has edited, and nothing is saved over what nobody has seen.

use std::future::Future;

use candor_core::journal::StoreError;
use leptos::prelude::*;

use crate::browser::task::spawn;
use crate::manager::browser;
use crate::manager::desk::Desk;
use crate::manager::door_screen::trouble_text;
use crate::manager::language::Language;
use crate::manager::store::Store;

/// How the last attempt to save stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saving<Fault> {
    /// Nothing was tried since the last edit.
    None,
    /// Under way.
    Running,
    /// Stored and announced.
    Done,
    /// Something cannot be used.
    Faults(Vec<Fault>),
    /// Storage failed.
    Failed(StoreError),
}

impl<Fault> Saving<Fault> {
    /// Whether it asks nothing of anybody.
    pub fn is_calm(&self) -> bool {
        !matches!(self, Self::Faults(_) | Self::Failed(_))
    }
}

/// How the form of a record stands.
pub struct RecordForm<Fault> {
    saving: RwSignal<Saving<Fault>>,
    /// Whether what is in force has been shown.
    has_read: RwSignal<bool>,
    /// Whether somebody has edited since the last save.
    is_edited: RwSignal<bool>,
}

impl<Fault> Clone for RecordForm<Fault> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Fault> Copy for RecordForm<Fault> {}

impl<Fault: Send + Sync + 'static> RecordForm<Fault> {
    /// Of a record that is not here yet.
    pub fn new() -> Self {
        Self { saving: RwSignal::new(Saving::None), has_read: RwSignal::new(false), is_edited: RwSignal::new(false) }
    }

    /// Shows what is in force, now and whenever settings have come another way: with a back-up or a settings file. What
    /// `load` looks at is followed as well.
    pub fn follow<T: 'static, L>(
        self,
        desk: Desk,
        load: impl Fn(Store) -> L + 'static,
        show: impl Fn(T) + Copy + 'static,
    ) where
        L: Future<Output = Result<T, StoreError>> + 'static,
    {
        Effect::new(move |_| {
            desk.settings.track();
            let Some(store) = desk.store() else { return };
            let record = load(store);
            if self.is_edited.get_untracked() {
                return;
            }
            spawn(async move {
                match record.await {
                    Ok(record) => self.show(|| show(record)),
                    Err(error) => drop(self.saving.try_set(Saving::Failed(error))),
                }
            });
        });
    }

    /// Has `show` put what is in force into the fields, unless somebody has edited them.
    pub fn show(self, show: impl FnOnce()) {
        if self.is_edited.try_get_untracked() == Some(false) {
            show();
            self.has_read.try_set(true);
        }
    }

    /// Something was edited: what was said about the last attempt is out of date.
    pub fn edited(self) {
        self.is_edited.set(true);
        if self.saving.with_untracked(|saving| !matches!(saving, Saving::Running | Saving::None)) {
            self.saving.set(Saving::None);
        }
    }

    /// Says what cannot be used.
    pub fn refuse(self, faults: Vec<Fault>) {
        self.saving.try_set(Saving::Faults(faults));
    }

    /// Puts in force what is typed: `write` gives what does so, or what is wrong.
    pub fn save<W>(self, desk: Desk, write: impl FnOnce(Store) -> Result<W, Vec<Fault>>)
    where
        W: Future<Output = Result<(), StoreError>> + 'static,
    {
        let Some(store) = desk.store().filter(|_| untrack(|| self.is_ready())) else { return };
        let written = match write(store) {
            Ok(written) => written,
            Err(faults) => return self.refuse(faults),
        };
        self.saving.set(Saving::Running);
        spawn(async move {
            let saving = match written.await {
                Ok(()) => {
                    self.is_edited.try_set(false);
                    Saving::Done
                }
                Err(error) => Saving::Failed(error),
            };
            self.saving.try_set(saving);
            desk.refresh();
        });
    }

    /// Whether somebody has edited since the last save.
    pub fn is_edited(self) -> bool {
        self.is_edited.get()
    }

    /// Whether what is in force has been shown.
    pub fn has_read(self) -> bool {
        self.has_read.get()
    }

    /// Whether it can be saved.
    pub fn is_ready(self) -> bool {
        self.has_read.get() && self.saving.with(|saving| !matches!(saving, Saving::Running))
    }

    /// Whether the last attempt found such a fault.
    pub fn has(self, is_it: impl Fn(&Fault) -> bool) -> bool {
        self.saving.with(|saving| matches!(saving, Saving::Faults(faults) if faults.iter().any(is_it)))
    }

    /// Leads whoever reads with the ear to the first field at fault, by the field's id.
    pub fn lead(self, field: impl Fn(&Fault) -> String + 'static) {
        Effect::new(move |_| {
            let first = self.saving.with(|saving| match saving {
                Saving::Faults(faults) => faults.first().map(&field),
                _ => None,
            });
            if let Some(id) = first {
                browser::focus(&id);
            }
        });
    }

    /// The card's last line, which submits the form around it. `said` is what is wrong, a line for each fault.
    pub fn line(
        self,
        name: &'static str,
        words: SaveWords,
        language: Language,
        said: impl Fn(&Fault) -> String + Send + Sync + 'static,
    ) -> SaveLine {
        let of = move |saving: &Saving<Fault>| match saving {
            Saving::None => String::new(),
            Saving::Running => words.saving.to_owned(),
            Saving::Done => words.saved.to_owned(),
            Saving::Failed(error) => trouble_text(error, &language.texts().trouble).to_owned(),
            Saving::Faults(faults) => faults.iter().map(&said).collect::<Vec<_>>().join("\n"),
        };
        SaveLine {
            name,
            save: words.save,
            says: Signal::derive(move || self.saving.with(&of)),
            is_ok: Signal::derive(move || self.saving.with(|saving| matches!(saving, Saving::Done))),
            is_calm: Signal::derive(move || self.saving.with(Saving::is_calm)),
            is_ready: Signal::derive(move || self.is_ready()),
            press: None,
        }
    }
}

/// A card's own words for its last line.
#[derive(Clone, Copy, Debug)]
pub struct SaveWords {
    /// On the button.
    pub save: &'static str,
    /// Under way.
    pub saving: &'static str,
    /// In force.
    pub saved: &'static str,
}

/// A card's last line: what became of the last attempt to save, and the button for the next.
#[derive(Clone, Copy, Debug)]
pub struct SaveLine {
    /// What the ids are made of: `m-NAME-says`, for tests `NAME-says` and `save-NAME`.
    pub name: &'static str,
    /// On the button.
    pub save: &'static str,
    /// What became of it.
    pub says: Signal<String>,
    /// Whether it is saved.
    pub is_ok: Signal<bool>,
    /// Whether it asks nothing of anybody.
    pub is_calm: Signal<bool>,
    /// Whether the button takes a press.
    pub is_ready: Signal<bool>,
    /// What the button does where no form is around it.
    pub press: Option<Callback<()>>,
}

impl SaveLine {
    /// The line.
    pub fn view(self) -> impl IntoView {
        let Self { name, save, says, is_ok, is_calm, is_ready, press } = self;
        view! {
            <div class="m-save">
                <p
                    class="m-says m-lines"
                    role="status"
                    id=["m-", name, "-says"].concat()
                    data-testid=[name, "-says"].concat()
                    data-ok=move || is_ok.get().to_string()
                    class:m-says-calm=move || is_calm.get()
                >
                    {move || says.get()}
                </p>
                <button
                    type=if press.is_some() { "button" } else { "submit" }
                    class="m-button"
                    data-testid=["save-", name].concat()
                    disabled=move || !is_ready.get()
                    on:click=move |_| press.into_iter().for_each(|press| press.run(()))
                >
                    {save}
                </button>
            </div>
        }
    }
}
