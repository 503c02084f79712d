//! Former ratings, brought in from a CSV: the file is read and checked before anything is written, and written in slices.
//!
//! A task may outlive the desk: it writes signals, which then goes nowhere, and reads none.

mod card;

pub use self::card::ImportCard;

use std::rc::Rc;

use candor_core::chain::PersonalText;
use candor_core::event::Written;
use candor_core::journal::StoreError;
use candor_core::survey::Survey;
use candor_export::import::{Fault, Importer, Mapping, Outline, Ready, Rules};
use candor_vault::{Sealing, seal};
use leptos::prelude::*;

use crate::browser::clock;
use crate::browser::task::{sleep, spawn};
use crate::manager::desk::Desk;
use crate::manager::file::ChosenFile;
use crate::manager::sealing::Key;
use crate::manager::store::Store;

/// The largest file that is taken, in megabytes: some 150,000 ratings with comments, twice over.
pub const MOST_MB: u64 = 64;
/// Rows of the preview.
const SHOWN: usize = 5;
/// Lines checked between two breaths of the page: some ten milliseconds of a tablet.
const CHECKED_AT_ONCE: usize = 300;
/// Ratings written in one transaction.
const WRITTEN_AT_ONCE: usize = 100;

/// How an import stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum State {
    /// No file is chosen.
    #[default]
    None,
    /// The file is read.
    Reading,
    /// It cannot be.
    Unreadable,
    /// There is nothing in it.
    Empty,
    /// It is looked at; what is in it is in [`Importing::check`].
    Looking,
    /// Ratings are on their way into the journal.
    Running {
        /// Ratings looked up or written.
        done: u64,
        /// Ratings to be.
        total: u64,
    },
    /// They are there.
    Done(Done),
    /// Storage failed.
    Failed(StoreError),
}

/// What an import came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Ratings that are new.
    pub added: u64,
    /// Ratings that were here already.
    pub known: u64,
    /// Lines that could not be taken.
    pub refused: u64,
    /// Whether somebody stopped it.
    pub is_stopped: bool,
    /// Whether comments had to be left out.
    pub lacks_words: bool,
}

/// What is wrong and what is ready, as far as the file was checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Check {
    /// Whether it was checked to its end.
    pub is_whole: bool,
    /// Ratings that can be taken.
    pub ready: u64,
    /// Lines that cannot.
    pub refused: u64,
    /// What is wrong with the first of them.
    pub faults: Vec<Fault>,
}

/// The import of a desk.
#[derive(Clone, Copy)]
pub struct Importing {
    /// How it stands.
    pub state: RwSignal<State>,
    /// The file's beginning.
    pub outline: RwSignal<Option<Outline>>,
    /// Which column is what.
    pub mapping: RwSignal<Mapping>,
    /// The survey of lines that name none.
    pub survey: RwSignal<String>,
    /// What the check has found.
    pub check: RwSignal<Check>,
    file: StoredValue<Rc<str>, LocalStorage>,
    ready: StoredValue<Vec<Ready>, LocalStorage>,
    /// Counts the checks: an older one stops when a newer one has begun.
    round: StoredValue<u32>,
    stop: RwSignal<bool>,
}

impl Importing {
    /// None yet.
    pub fn new() -> Self {
        Self {
            state: RwSignal::default(),
            outline: RwSignal::new(None),
            mapping: RwSignal::new(Mapping(Vec::new())),
            survey: RwSignal::default(),
            check: RwSignal::default(),
            file: StoredValue::new_local(Rc::from("")),
            ready: StoredValue::new_local(Vec::new()),
            round: StoredValue::new(0),
            stop: RwSignal::new(false),
        }
    }

    /// Whether ratings are being written.
    pub fn is_running(self) -> bool {
        self.state.with_untracked(|state| matches!(state, State::Running { .. }))
    }

    /// Reads a file, and looks what is in it.
    pub fn choose(self, desk: Desk, file: ChosenFile) {
        if self.is_running() {
            return;
        }
        self.discard();
        self.state.set(State::Reading);
        self.survey.set(desk.settings.get_untracked().map(|settings| settings.survey).unwrap_or_default());
        spawn(async move {
            let Some(text) = file.text(MOST_MB << 20).await else {
                self.state.try_set(State::Unreadable);
                return;
            };
            let Some(outline) = Outline::of(&text, SHOWN) else {
                self.state.try_set(State::Empty);
                return;
            };
            if self.file.try_set_value(Rc::from(text)).is_some() {
                return;
            }
            self.mapping.set(Mapping::guess(&outline.headings));
            self.outline.set(Some(outline));
            self.state.set(State::Looking);
            self.check_anew(desk);
        });
    }

    /// Puts the file away.
    pub fn discard(self) {
        self.round.update_value(|round| *round += 1);
        self.state.set(State::None);
        self.outline.set(None);
        self.check.set(Check::default());
        self.file.set_value(Rc::from(""));
        self.ready.set_value(Vec::new());
    }

    /// Reads every line by what is chosen now, some at a time.
    pub fn check_anew(self, desk: Desk) {
        self.round.update_value(|round| *round += 1);
        self.check.set(Check::default());
        self.ready.set_value(Vec::new());
        let (round, file) = (self.round.get_value(), self.file.get_value());
        let (Some(rules), Some(outline)) = (self.rules(desk), self.outline.get_untracked()) else { return };
        if rules.mapping.lacks().is_some() {
            return;
        }
        spawn(async move {
            let mut importer = Importer::new(&file, outline.delimiter, &rules);
            let mut ready = Vec::new();
            loop {
                let lines = importer.next_lines(CHECKED_AT_ONCE);
                if self.round.try_get_value() != Some(round) {
                    return;
                }
                let is_whole = lines.is_none();
                ready.extend(lines.into_iter().flatten());
                let (refused, faults) = (importer.refused, importer.faults.clone());
                self.check.set(Check { is_whole, ready: ready.len() as u64, refused, faults });
                if is_whole {
                    self.ready.set_value(ready);
                    return;
                }
                sleep(0).await;
            }
        });
    }

    fn rules(self, desk: Desk) -> Option<Rules> {
        let surveys: Vec<Survey> = desk.surveys.with_untracked(|known| {
            known.iter().filter(|(key, _)| !key.contains(':')).map(|(_, survey)| survey.clone()).collect()
        });
        let chosen = self.survey.get_untracked();
        let survey = surveys.iter().find(|survey| survey.id == chosen).or(surveys.first())?.clone();
        let point = desk.settings.get_untracked().map(|settings| settings.point).unwrap_or_default();
        let (mapping, now) = (self.mapping.get_untracked(), clock::now());
        Some(Rules { mapping, survey, surveys, now, offset_at: clock::offset_at, point })
    }

    /// Stops the writing: what is there stays.
    pub fn stop(self) {
        self.stop.set(true);
    }

    /// Writes what is ready into the journal.
    pub fn write(self, desk: Desk) {
        let (Some(store), Some(settings)) = (desk.store(), desk.settings.get_untracked()) else { return };
        if self.is_running() {
            return;
        }
        let (ready, key) = (self.ready.get_value(), desk.sealing.key.get_untracked());
        let refused = self.check.with_untracked(|check| check.refused);
        self.stop.set(false);
        self.state.set(State::Running { done: 0, total: ready.len() as u64 });
        spawn(async move {
            let done = Done { refused, ..Done::default() };
            let outcome = self.write_slices(&store, &ready, settings.mask, &key, done).await;
            let state = outcome.map_or_else(State::Failed, State::Done);
            self.state.try_set(state);
            desk.refresh();
        });
    }

    async fn write_slices(
        self,
        store: &Store,
        ready: &[Ready],
        masks: bool,
        key: &Key,
        mut done: Done,
    ) -> Result<Done, StoreError> {
        let total = ready.len() as u64;
        let mut at = 0;
        for slice in ready.chunks(WRITTEN_AT_ONCE) {
            let moment = clock::moment();
            let mut events: Vec<Written> = slice.iter().flat_map(|rating| rating.events(&moment, masks)).collect();
            for event in &mut events {
                done.lacks_words |= !keep_words(event, key);
            }
            let added = store.append_all(&events).await?;
            done.added += added;
            done.known += (slice.len() as u64).saturating_sub(added);
            at += slice.len() as u64;
            let is_over = self.state.try_set(State::Running { done: at, total }).is_some();
            if is_over || self.stop.try_get_untracked().unwrap_or(true) {
                done.is_stopped = at < total;
                break;
            }
        }
        Ok(done)
    }
}

/// Seals the words of an event where the owner wants that; without the key they are left out, as on the kiosk. `false`
/// where they were.
fn keep_words(event: &mut Written, key: &Key) -> bool {
    let Some(text) = event.text.take() else { return true };
    event.text = match key {
        Key::Off => Some(text),
        Key::On(sealing) => sealed(event, &text, sealing),
        Key::Unknown | Key::Damaged => None,
    };
    event.text.is_some()
}

fn sealed(event: &Written, text: &PersonalText, sealing: &Sealing) -> Option<PersonalText> {
    seal(&sealing.public, &event.id, text, &clock::random()).ok()
}
