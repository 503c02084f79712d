//! An improvement under edit, and how it is noted: an event, and where the manager wants it, a card of the attract screen.

use candor_core::attract::{ATTRACT_RECORD, Attract, Card, MAX_CARDS};
use candor_core::event::EventId;
use candor_core::hours::Date;
use candor_core::improvement::{Aim, Improvement, USUAL_DAYS, Wrong};
use candor_core::journal::StoreError;
use leptos::prelude::*;

use crate::browser::clock;
use crate::browser::task::spawn;
use crate::manager::desk::Desk;
use crate::manager::store::Store;

/// How the last attempt to save stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saving {
    /// Nothing was tried since the last edit.
    None,
    /// Under way.
    Running,
    /// Something cannot be used.
    Faults(Vec<Wrong>),
    /// The attract screen has no room for another card.
    CardsFull,
    /// Storage failed.
    Failed(StoreError),
}

/// Which one is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Which {
    None,
    New,
    /// The one of this event, as it stood.
    Known(EventId, Box<Improvement>),
}

/// The fields, as typed. They outlive the screen: changing the section loses nothing.
#[derive(Clone, Copy)]
pub struct UnderEdit {
    which: RwSignal<Which>,
    /// The day of the change.
    pub day: RwSignal<String>,
    /// What was changed.
    pub note: RwSignal<String>,
    /// What people had said.
    pub said: RwSignal<String>,
    /// What it is meant for.
    pub aim: RwSignal<Aim>,
    /// At which service point.
    pub point: RwSignal<Option<String>>,
    /// The share that is aimed at.
    pub target: RwSignal<String>,
    /// Days before.
    pub before_days: RwSignal<String>,
    /// Days after.
    pub after_days: RwSignal<String>,
    /// Whether it is to stand on the attract screen.
    pub is_card: RwSignal<bool>,
    /// What became of the last attempt.
    pub saving: RwSignal<Saving>,
}

impl UnderEdit {
    /// Nothing.
    pub fn new() -> Self {
        Self {
            which: RwSignal::new(Which::None),
            day: RwSignal::default(),
            note: RwSignal::default(),
            said: RwSignal::default(),
            aim: RwSignal::default(),
            point: RwSignal::default(),
            target: RwSignal::default(),
            before_days: RwSignal::default(),
            after_days: RwSignal::default(),
            is_card: RwSignal::default(),
            saving: RwSignal::new(Saving::None),
        }
    }

    /// Whether there is one.
    pub fn is_open(self) -> bool {
        self.which.with(|which| *which != Which::None)
    }

    /// A new one, of today.
    pub fn begin(self, desk: Desk) {
        let today = untrack(|| desk.with_facts(|_, today| today)).unwrap_or_else(today);
        self.fill(&Improvement {
            day: String::from(today),
            before_days: USUAL_DAYS,
            after_days: USUAL_DAYS,
            ..Improvement::default()
        });
        self.is_card.set(false);
        self.which.set(Which::New);
    }

    /// One that was noted before.
    pub fn change(self, id: &EventId, noted: &Improvement, attract: RwSignal<Attract>) {
        self.fill(noted);
        self.is_card.set(attract.with_untracked(|attract| attract.cards.iter().any(|card| is_card_of(card, noted))));
        self.which.set(Which::Known(id.clone(), Box::new(noted.clone())));
    }

    /// Lets go of it.
    pub fn close(self) {
        self.which.set(Which::None);
        self.saving.set(Saving::None);
    }

    fn fill(self, noted: &Improvement) {
        self.day.set(noted.day.clone());
        self.note.set(noted.note.clone());
        self.said.set(noted.said.clone());
        self.aim.set(noted.aim.clone());
        self.point.set(noted.point.clone());
        self.target.set(noted.target.map(|target| target.to_string()).unwrap_or_default());
        self.before_days.set(noted.before_days.to_string());
        self.after_days.set(noted.after_days.to_string());
        self.saving.set(Saving::None);
    }

    /// Something was edited: what was said about the last attempt is out of date.
    pub fn edited(self) {
        if self.saving.with_untracked(|saving| *saving != Saving::Running) {
            self.saving.set(Saving::None);
        }
    }

    /// Whether the last attempt found this fault.
    pub fn has(self, wrong: Wrong) -> bool {
        self.saving.with(|saving| matches!(saving, Saving::Faults(faults) if faults.contains(&wrong)))
    }

    /// What is typed. What is no number becomes one that the check refuses.
    fn typed(self) -> Improvement {
        let text = |typed: RwSignal<String>| typed.with_untracked(|typed| typed.trim().to_owned());
        let days = |typed: RwSignal<String>| text(typed).parse().unwrap_or_default();
        let target = text(self.target);
        Improvement {
            day: text(self.day),
            note: text(self.note),
            said: text(self.said),
            aim: self.aim.get_untracked(),
            point: self.point.get_untracked(),
            target: (!target.is_empty()).then(|| target.parse().unwrap_or(u8::MAX)),
            before_days: days(self.before_days),
            after_days: days(self.after_days),
            withdrawn: false,
        }
    }

    /// Notes what is typed, or says what is wrong with it.
    pub fn save(self, desk: Desk) {
        let Some(store) = desk.store().filter(|_| self.saving.get_untracked() != Saving::Running) else { return };
        let (typed, is_card) = (self.typed(), self.is_card.get_untracked());
        let today = untrack(|| desk.with_facts(|_, today| today)).unwrap_or_else(today);
        if let Err(faults) = typed.check(today, is_card) {
            return self.saving.set(Saving::Faults(faults));
        }
        let which = self.which.get_untracked();
        self.saving.set(Saving::Running);
        spawn(async move {
            let (of, before) = match &which {
                Which::Known(id, before) => (Some(id), Some(before.as_ref())),
                Which::None | Which::New => (None, None),
            };
            match note(&store, of, before, &typed, is_card).await {
                Ok(true) => self.close(),
                Ok(false) => drop(self.saving.try_set(Saving::CardsFull)),
                Err(error) => drop(self.saving.try_set(Saving::Failed(error))),
            }
            desk.refresh();
        });
    }
}

/// The card first, which may find no room: nothing is half done. `false` where it finds none.
async fn note(
    store: &Store,
    of: Option<&EventId>,
    before: Option<&Improvement>,
    typed: &Improvement,
    is_card: bool,
) -> Result<bool, StoreError> {
    let record = store.load(ATTRACT_RECORD).await?.unwrap_or_default();
    let mut attract = Attract::from_json(&record);
    let known = attract.cards.iter().position(|card| before.is_some_and(|before| is_card_of(card, before)));
    let card = Card { said: typed.said.clone(), done: typed.note.clone(), ..Card::default() };
    match (known, is_card) {
        (Some(at), true) => {
            if let Some(stood) = attract.cards.get_mut(at) {
                // A manager may have chosen a set and a language for it.
                (stood.said, stood.done) = (card.said, card.done);
            }
        }
        (Some(at), false) => drop(attract.cards.remove(at)),
        (None, true) if attract.cards.len() >= MAX_CARDS => return Ok(false),
        (None, true) => attract.cards.push(card),
        (None, false) => {}
    }
    store.put_in_force(ATTRACT_RECORD, &attract.to_json()).await?;
    if before != Some(typed) {
        store.record(typed.body(of)).await?;
    }
    Ok(true)
}

/// Takes one off the list, and its card off the attract screen.
pub fn withdraw(desk: Desk, id: &EventId, noted: &Improvement) {
    let Some(store) = desk.store() else { return };
    let (id, noted) = (id.clone(), noted.clone());
    spawn(async move {
        let gone = Improvement { withdrawn: true, ..noted.clone() };
        if let Err(error) = note(&store, Some(&id), Some(&noted), &gone, false).await {
            desk.trouble.try_set(Some(error));
        }
        desk.refresh();
    });
}

/// Whether a card says what an improvement says.
pub fn is_card_of(card: &Card, noted: &Improvement) -> bool {
    !noted.said.is_empty() && card.said == noted.said && card.done == noted.note
}

fn today() -> Date {
    let now = clock::now();
    Date::at(now, clock::offset_at(now))
}
