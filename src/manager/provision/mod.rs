//! Settings that come as a file or in the page's address: read, shown, and put in force once a manager has said so.

mod apply;
mod card;
mod code;
mod preview;

use candor_core::alerts::{ALERTS_RECORD, Rules};
use candor_core::cases::{CASES_RECORD, CaseRules};
use candor_core::hours::roster::{ROSTER_RECORD, Roster};
use candor_core::hours::{HOURS_RECORD, Hours};
use candor_core::journal::StoreError;
use candor_core::provision::{Beside, Change, Fault, Here, MAX_FILE_BYTES, Provision, changes, from_fragment};
use candor_core::settings::{Settings, SettingsFault, origin};
use candor_core::staff::{STAFF_RECORD, Team};
use candor_core::survey::Survey;
use candor_core::survey::shelf::Shelf;
use candor_core::targets::{TARGETS_RECORD, Targets};
use candor_core::themes::ThemeEdits;
use leptos::prelude::*;

pub use self::card::{AskedCard, ProvisionCard};
use crate::browser::task::spawn;
use crate::manager::address;
use crate::manager::desk::{Desk, TEMPLATES, TokenChange};
use crate::manager::file::ChosenFile;
use crate::manager::record_form::Saving;
use crate::manager::remarks::themes as themes_record;
use crate::manager::settings_form::SettingsForm;
use crate::manager::store::Store;

/// Where settings come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file that somebody has chosen.
    File,
    /// The page's address.
    Address,
}

/// How far it has come.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Nothing is asked.
    None,
    /// It is being read.
    Reading,
    /// The file is gone, too large, or no text.
    Unreadable,
    /// Nothing of it can be taken.
    Faults(Vec<Fault>),
    /// It waits for a word.
    Asking {
        /// What it says.
        provision: Box<Provision>,
        /// What is in force beside the settings.
        beside: Box<Beside>,
    },
    /// Hours and surveys are being written.
    Writing,
    /// The desk is saving the settings.
    Saving,
    /// In force.
    Done,
    /// Storage failed.
    Failed(StoreError),
}

/// What would become of this tablet.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The settings as they would be.
    pub settings: Settings,
    /// Settings that would become others.
    pub changes: Vec<Change>,
    /// The hours in force and those that would be, where they differ.
    pub hours: Option<(Hours, Hours)>,
    /// The rules of alerts that would be, where they differ.
    pub alerts: Option<Rules>,
    /// The targets in force and those that would be, where they differ.
    pub targets: Option<(Targets, Targets)>,
    /// The rules of cases in force and those that would be, where they differ.
    pub cases: Option<(CaseRules, CaseRules)>,
    /// The same of the list of staff.
    pub staff: Option<(Team, Team)>,
    /// The same of the shifts.
    pub roster: Option<(Roster, Roster)>,
    /// What has been done to themes and what would be, where they differ.
    pub themes: Option<(ThemeEdits, ThemeEdits)>,
    /// The owner's surveys that would be new, or another version.
    pub surveys: Vec<Survey>,
    /// Whether a token is stored that is for another server.
    pub loses_token: bool,
}

impl Plan {
    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        let is_beside_same = self.hours.is_none()
            && self.alerts.is_none()
            && self.targets.is_none()
            && self.cases.is_none()
            && self.staff.is_none()
            && self.roster.is_none()
            && self.themes.is_none();
        self.changes.is_empty() && is_beside_same && self.surveys.is_empty()
    }
}

/// Settings from one source. It outlives the screens.
#[derive(Clone, Copy)]
pub struct Import {
    /// Where they come from.
    pub source: Source,
    /// How far they have come.
    pub state: RwSignal<State>,
    /// What they would change, or what is wrong with them here; `None` while nothing is asked.
    pub plan: Memo<Option<Result<Plan, Vec<Fault>>>>,
    desk: Desk,
    form: SettingsForm,
}

/// Both sources, and what goes out.
#[derive(Clone, Copy)]
pub struct Provisioning {
    /// What a file brings.
    pub file: Import,
    /// What the page's address asks for.
    pub asked: Import,
    /// Whether the browser took the last file.
    pub exported: RwSignal<Option<Result<String, StoreError>>>,
    /// Whether the code for another tablet is shown.
    pub is_code_shown: RwSignal<bool>,
    /// The service point of the other tablet, as typed; `None` before that.
    pub code_point: RwSignal<Option<String>>,
}

impl Provisioning {
    /// Nothing from a file yet; what the address asks for is read at once, and shown.
    pub fn new(desk: Desk, form: SettingsForm) -> Self {
        let provisioning = Self {
            file: Import::new(Source::File, desk, form),
            asked: Import::new(Source::Address, desk, form),
            exported: RwSignal::new(None),
            is_code_shown: RwSignal::new(false),
            code_point: RwSignal::new(None),
        };
        provisioning.asked.look_at_address();
        provisioning
    }
}

impl Import {
    fn new(source: Source, desk: Desk, form: SettingsForm) -> Self {
        let state = RwSignal::new(State::None);
        let plan = Memo::new(move |_| {
            state.with(|state| match state {
                State::Asking { provision, beside } => plan(desk, provision, beside),
                _ => None,
            })
        });
        let import = Self { source, state, plan, desk, form };
        Effect::new(move |_| {
            if state.with(|state| *state == State::Saving) {
                import.hear(desk.saving.get());
            }
        });
        import
    }

    fn look_at_address(self) {
        match from_fragment(&address::fragment()) {
            None => {}
            Some(Err(faults)) => self.state.set(State::Faults(faults)),
            Some(Ok(text)) => self.ask(text),
        }
    }

    /// Reads a file that somebody has chosen.
    pub fn choose(self, file: ChosenFile) {
        self.state.set(State::Reading);
        spawn(async move {
            let is_small = file.size() <= MAX_FILE_BYTES as u64;
            let bytes = if is_small { file.slice(0, file.size()).await } else { None };
            match bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
                None => {
                    self.state.try_set(State::Unreadable);
                }
                Some(text) => self.ask(text),
            }
        });
    }

    fn ask(self, text: String) {
        let Some(store) = self.desk.store() else { return };
        let provision = match Provision::read(&text) {
            Ok(provision) => Box::new(provision),
            Err(faults) => return self.state.set(State::Faults(faults)),
        };
        self.state.set(State::Reading);
        spawn(async move {
            self.state.try_set(match in_force_beside(&store).await {
                Ok(beside) => State::Asking { provision, beside: Box::new(beside) },
                Err(error) => State::Failed(error),
            });
        });
    }

    /// Lets go of what is asked.
    pub fn discard(self) {
        self.answered();
        self.state.set(State::None);
    }

    /// Puts what was shown in force.
    pub fn take(self) {
        let Some(Ok(plan)) = self.plan.get_untracked() else { return };
        let Some(store) = self.desk.store().filter(|_| !self.is_desk_saving()) else { return };
        let carried = self.state.with_untracked(|state| match state {
            State::Asking { provision, .. } => provision.surveys.clone(),
            _ => Vec::new(),
        });
        self.state.set(State::Writing);
        spawn(async move {
            let written = apply::write(&store, &carried, &plan).await;
            // The desk may have been locked meanwhile; then nobody is here to save the rest.
            if self.desk.store().is_none() {
                return;
            }
            match written {
                Ok(()) if self.is_desk_saving() => {
                    self.state.set(State::Failed(StoreError::Again("other settings are being saved".to_owned())));
                }
                Ok(()) => {
                    self.desk.save_settings(plan.settings, TokenChange::Keep);
                    self.state.set(State::Saving);
                }
                Err(error) => self.state.set(State::Failed(error)),
            }
            self.desk.refresh();
        });
    }

    fn is_desk_saving(self) -> bool {
        self.desk.saving.with_untracked(|saving| *saving == Saving::Running)
    }

    /// What became of saving.
    fn hear(self, saving: Saving<SettingsFault>) {
        match saving {
            Saving::Running => {}
            Saving::None | Saving::Done => {
                self.answered();
                self.form.fill(self.desk.in_force());
                self.state.set(State::Done);
            }
            // The plan was held against the same rules.
            Saving::Faults(_) => self.state.set(State::Faults(Vec::new())),
            Saving::Failed(error) => self.state.set(State::Failed(error)),
        }
    }

    fn answered(self) {
        if self.source == Source::Address {
            address::drop_fragment();
        }
    }
}

/// What is in force beside the settings.
async fn in_force_beside(store: &Store) -> Result<Beside, StoreError> {
    let staff = Team::from_json(&store.load(STAFF_RECORD).await?.unwrap_or_default());
    let roster = Roster::from_json(&store.load(ROSTER_RECORD).await?.unwrap_or_default());
    let (hours, cases) = (hours_in_force(store).await?, rules_in_force(store).await?);
    let themes = Some(themes_record::load(store).await?).filter(|themes| !themes.is_empty());
    let alerts = store.load(ALERTS_RECORD).await?.filter(|record| !record.is_empty());
    let targets = store.load(TARGETS_RECORD).await?.filter(|record| !record.is_empty());
    let alerts = alerts.map(|record| Rules::from_record(&record));
    let targets = targets.map(|record| Targets::from_record(&record));
    Ok(Beside { hours, alerts, targets, cases, staff, roster, themes })
}

/// The opening hours in force.
async fn hours_in_force(store: &Store) -> Result<Option<Hours>, StoreError> {
    let record = store.load(HOURS_RECORD).await?;
    Ok(record.and_then(|json| serde_json::from_str(&json).ok()).and_then(|value| Hours::read(&value).ok()))
}

/// The rules of cases in force.
async fn rules_in_force(store: &Store) -> Result<Option<CaseRules>, StoreError> {
    let record = store.load(CASES_RECORD).await?.filter(|json| !json.is_empty());
    Ok(record.map(|json| CaseRules::from_json(&json)))
}

/// What it would change, followed as settings and surveys become known; `None` before the settings are.
fn plan(desk: Desk, provision: &Provision, beside: &Beside) -> Option<Result<Plan, Vec<Fault>>> {
    desk.settings.with(Option::is_some).then_some(())?;
    desk.surveys.track();
    let in_force = desk.in_force();
    let own = desk.shelf.with(Shelf::in_service);
    let here = Here { in_force: &in_force, templates: &TEMPLATES, own: &own };
    let is_known = |id: &str| desk.surveys.with_untracked(|surveys| surveys.contains_key(id));
    let settings = provision.onto(here, |id| is_known(id).then(|| desk.locales(id)));
    Some(settings.map(|settings| Plan {
        changes: changes(&in_force, &settings),
        hours: becomes(&beside.hours.clone().unwrap_or_default(), provision.hours.as_ref()),
        alerts: becomes(&beside.alerts.clone().unwrap_or_default(), provision.alerts.as_ref()).map(|(_, after)| after),
        targets: becomes(&beside.targets.clone().unwrap_or_default(), provision.targets.as_ref()),
        cases: becomes(&beside.cases.clone().unwrap_or_default(), provision.cases.as_ref()),
        staff: becomes(&beside.staff, provision.staff.as_ref()),
        roster: becomes(&beside.roster, provision.roster.as_ref()),
        themes: becomes(&beside.themes.clone().unwrap_or_default(), provision.themes.as_ref()),
        surveys: desk.surveys.with_untracked(|known| {
            let is_new = |survey: &Survey| known.get(&survey.id).is_none_or(|known| !is_same(known, survey));
            provision.surveys.iter().map(|carried| carried.survey.clone()).filter(is_new).collect()
        }),
        loses_token: desk.has_token.get() && origin(&in_force.endpoint) != origin(&settings.endpoint),
        settings,
    }))
}

/// What stands and what would stand, where a file says something else.
fn becomes<T: Clone + PartialEq>(before: &T, after: Option<&T>) -> Option<(T, T)> {
    after.filter(|after| *after != before).map(|after| (before.clone(), after.clone()))
}

/// Whether both are the same survey but for their versions.
fn is_same(one: &Survey, other: &Survey) -> bool {
    *one == Survey { version: one.version, ..other.clone() }
}
