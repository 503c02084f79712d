//! What the desk knows and does: signals for the screens, and the place behind the door that works on the journal.
//!
//! A task may outlive the desk: it writes signals, which then goes nowhere, and reads none.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use candor_core::alerts::{ALERTS_RECORD, Alerts, Rules};
use candor_core::cases::Cases;
use candor_core::chain::Hash;
use candor_core::event::{Body, EventId};
use candor_core::facts::{Facts, RowId};
use candor_core::first_screen::LANGUAGES;
use candor_core::health::Health;
use candor_core::hours::Date;
use candor_core::improvement::Improvements;
use candor_core::journal::{Counts, Entry, LAST_SHELF, Place, Quarantined, Row, StoreError};
use candor_core::pin::{PinFault, check_new};
use candor_core::results::{Response, Responses};
use candor_core::settings::{SETTINGS_RECORD, Settings, SettingsFault, TOKEN_RECORD, origin, token_for, token_record};
use candor_core::staff::{STAFF_RECORD, Team};
use candor_core::survey::Survey;
use candor_core::survey::shelf::{Own, Shelf};
use candor_core::targets::{TARGETS_RECORD, Targets};
use candor_core::time::{Uptime, civil_date};
use candor_core::vandal::Reason;
use candor_core::wire::CloudEvent;
use leptos::prelude::*;

use crate::browser::announce::{Announcer, News};
use crate::browser::{
    clock, fetch,
    task::{sleep, spawn},
};
use crate::manager::backup::Backup;
use crate::manager::backup_restore::Restore;
use crate::manager::browser;
use crate::manager::checkup::Checkup;
use crate::manager::door::PAINT_MS;
use crate::manager::export::Exporting;
use crate::manager::figures::{Figures, file_name, file_name_with};
use crate::manager::gate::{self, Verdict};
use crate::manager::import::Importing;
use crate::manager::record_form::Saving;
use crate::manager::sealing::SealingDesk;
use crate::manager::store::Store;
use crate::manager::surveys::records;

/// The surveys that come with this release.
pub const TEMPLATES: [&str; 8] =
    ["government", "bank", "hospital", "hotel", "restaurant", "retail", "education", "helpdesk"];
/// How soon reading is tried again after it failed.
const RETRY_MS: u64 = 3_000;
/// Events read at once: some ten milliseconds of a tablet.
pub const PAGE: usize = 1_000;
/// What `settings.changed` calls the token.
pub const TOKEN: &str = "token";
/// Before the first row that was restored from another tablet's back-up.
const BEFORE_RESTORED: Place = Place { epoch: LAST_SHELF / 2, seq: 0 };

/// The newest event of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// The device.
    pub device: String,
    /// Where the event stands.
    pub place: Place,
    /// Its hash.
    pub hash: Hash,
}

/// How the upload stands, as the kiosk's runtime reports it on the root element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncState {
    /// `data-sync`.
    pub name: String,
    /// `data-sync-why`.
    pub why: String,
}

/// What to do with the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenChange {
    /// Leave it.
    Keep,
    /// Store this one.
    Set(String),
    /// Store none.
    Remove,
}

/// What became of changing the PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinChange {
    /// Nothing was tried yet.
    None,
    /// Under way.
    Running,
    /// The new PIN is in force.
    Done,
    /// The new PIN breaks a rule.
    Fault(PinFault),
    /// The current PIN is wrong.
    Refused,
    /// Too many wrong ones, here or in another tab.
    Wait {
        /// Until the next try.
        seconds: u64,
    },
    /// It was not looked at: storage does not take the count.
    Uncounted {
        /// Until a try without a count; `None` when this tab gets none.
        wait_ms: Option<u64>,
    },
    /// Storage failed.
    Failed(StoreError),
}

/// Everything behind the door.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The four counts.
    pub counts: RwSignal<Option<Counts>>,
    /// The newest event.
    pub tip: RwSignal<Option<Tip>>,
    /// The figures; `None` until the journal has been read once.
    pub figures: RwSignal<Option<Figures>>,
    /// Events read so far.
    pub read: RwSignal<u64>,
    /// How the upload stands.
    pub sync: RwSignal<SyncState>,
    /// Whether a sync was asked for since the desk was opened.
    pub is_sync_asked: RwSignal<bool>,
    /// What the endpoint refused.
    pub quarantine: RwSignal<Vec<Quarantined>>,
    /// The settings in force.
    pub settings: RwSignal<Option<Settings>>,
    /// Whether a token is stored.
    pub has_token: RwSignal<bool>,
    /// The surveys, by id, as far as they could be fetched; those before them by id and version.
    pub surveys: RwSignal<BTreeMap<String, Survey>>,
    /// The owner's own surveys.
    pub shelf: RwSignal<Shelf>,
    /// The alerts of this tablet.
    pub alerts: RwSignal<Alerts>,
    /// The rules of alerts in force; `None` until they are read.
    pub rules: RwSignal<Option<Rules>>,
    /// The targets of surveys in force.
    pub targets: RwSignal<Targets>,
    /// The names of the list of staff in force, by number.
    pub people: RwSignal<BTreeMap<String, String>>,
    /// What was noted as improved.
    pub improvements: RwSignal<Improvements>,
    /// The export.
    pub export: Exporting,
    /// Former ratings on their way in.
    pub import: Importing,
    /// Saving settings.
    pub saving: RwSignal<Saving<SettingsFault>>,
    /// Changing the PIN.
    pub pin_change: RwSignal<PinChange>,
    /// The tablet's health.
    pub checkup: Checkup,
    /// The key that customers' words are sealed to.
    pub sealing: SealingDesk,
    /// The back-up.
    pub backup: Backup,
    /// The restore of another tablet's back-up.
    pub restore: Restore,
    /// Why reading failed, as long as it does.
    pub trouble: RwSignal<Option<StoreError>>,
    /// The response whose case somebody wants to see.
    pub asked_case: RwSignal<Option<EventId>>,
    touched: StoredValue<bool>,
    work: StoredValue<Rc<Work>, LocalStorage>,
}

/// What tasks share, and what is gone when the last of them ends.
struct Work {
    store: Store,
    ears: RefCell<Option<Announcer>>,
    responses: RefCell<Responses>,
    /// The same as columns: what every figure is counted from.
    facts: RefCell<Facts>,
    cases: RefCell<Cases>,
    health: RefCell<Health>,
    alerts: RefCell<Alerts>,
    improvements: RefCell<Improvements>,
    /// How far this tablet's own events are read.
    last: Cell<Place>,
    /// How far is read what was restored from other tablets.
    restored: Cell<Place>,
    /// Rows read, restored and pruned ones included.
    rows: Cell<u64>,
    day: RefCell<String>,
    pass: Cell<Pass>,
    retry_at: Cell<Uptime>,
}

/// Reading the journal: one pass at a time, and another after it when there was news meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    None,
    Running,
    Again,
}

impl Work {
    fn begin_anew(&self) {
        *self.responses.borrow_mut() = Responses::default();
        *self.facts.borrow_mut() = Facts::default();
        *self.cases.borrow_mut() = Cases::default();
        *self.health.borrow_mut() = Health::default();
        *self.alerts.borrow_mut() = Alerts::default();
        *self.improvements.borrow_mut() = Improvements::default();
        self.last.set(Place::default());
        self.restored.set(BEFORE_RESTORED);
        self.rows.set(0);
    }

    fn figures(&self) -> Figures {
        Figures::of(&self.responses.borrow())
    }
}

impl Desk {
    /// A desk at a store; it begins to read at once.
    pub fn new(store: Store) -> Self {
        let checkup = Checkup::new(store.clone());
        let work = Work {
            store,
            ears: RefCell::default(),
            responses: RefCell::default(),
            facts: RefCell::default(),
            cases: RefCell::default(),
            health: RefCell::default(),
            alerts: RefCell::default(),
            improvements: RefCell::default(),
            last: Cell::default(),
            restored: Cell::new(BEFORE_RESTORED),
            rows: Cell::default(),
            day: RefCell::new(today()),
            pass: Cell::new(Pass::None),
            retry_at: Cell::default(),
        };
        let desk = Self {
            counts: RwSignal::new(None),
            tip: RwSignal::new(None),
            figures: RwSignal::new(None),
            read: RwSignal::new(0),
            sync: RwSignal::new(read_sync()),
            is_sync_asked: RwSignal::new(false),
            quarantine: RwSignal::default(),
            settings: RwSignal::new(None),
            has_token: RwSignal::new(false),
            surveys: RwSignal::default(),
            shelf: RwSignal::default(),
            alerts: RwSignal::default(),
            rules: RwSignal::default(),
            targets: RwSignal::default(),
            people: RwSignal::default(),
            improvements: RwSignal::default(),
            export: Exporting::new(),
            import: Importing::new(),
            saving: RwSignal::new(Saving::None),
            pin_change: RwSignal::new(PinChange::None),
            checkup,
            sealing: SealingDesk::new(),
            backup: Backup::new(),
            restore: Restore::new(),
            trouble: RwSignal::new(None),
            asked_case: RwSignal::new(None),
            touched: StoredValue::new(false),
            work: StoredValue::new_local(Rc::new(work)),
        };
        desk.listen();
        desk.load_settings();
        desk.sealing.load(desk);
        desk.load_surveys();
        desk.load_own_surveys();
        desk.refresh();
        desk
    }

    /// Reads what is new in the journal.
    pub fn refresh(self) {
        let Some(work) = self.work.try_get_value() else { return };
        if work.pass.get() != Pass::None {
            work.pass.set(Pass::Again);
            return;
        }
        work.pass.set(Pass::Running);
        spawn(async move {
            loop {
                let outcome = self.read_on(&work).await;
                work.retry_at.set(clock::uptime().after(RETRY_MS));
                self.trouble.set(outcome.err());
                if work.pass.replace(Pass::Running) != Pass::Again {
                    break;
                }
                work.pass.set(Pass::Running);
            }
            work.pass.set(Pass::None);
        });
    }

    /// What time alone changes: the state of the upload, the day, and a storage that may answer again.
    pub fn tick(self, uptime: Uptime) {
        self.look_at_sync();
        self.sealing.tick(uptime);
        let Some(work) = self.work.try_get_value() else { return };
        if uptime >= work.retry_at.get() && self.trouble.with_untracked(Option::is_some) {
            self.refresh();
            if self.settings.with_untracked(Option::is_none) {
                self.load_settings();
            }
        }
        let day = today();
        if *work.day.borrow() != day {
            *work.day.borrow_mut() = day;
            self.figures.set(Some(work.figures()));
        }
    }

    /// The journal; `None` once the desk is locked.
    pub fn store(self) -> Option<Store> {
        self.work.try_get_value().map(|work| work.store.clone())
    }

    /// Somebody taps where the desk itself does not hear it.
    pub fn touch(self) {
        self.touched.try_set_value(true);
    }

    /// Whether somebody has since this was last asked.
    pub fn was_touched(self) -> bool {
        self.touched.try_update_value(std::mem::take).unwrap_or_default()
    }

    /// Whether something long is under way, which the desk does not lock upon.
    pub fn is_busy(self) -> bool {
        self.backup.state.with_untracked(|state| state.is_running())
            || self.restore.state.with_untracked(|state| state.is_running())
            || self.export.is_running()
            || self.import.is_running()
    }

    /// Whether the journal has any response, one that was restored included.
    pub fn has_responses(self) -> bool {
        untrack(|| self.with_facts(|facts, _| !facts.is_empty())).unwrap_or(true)
    }

    /// Looks at the facts, with the tablet's own day: whoever reads a signal in it is told of news. `None` until the journal
    /// has been read once, and once the desk is locked.
    pub fn with_facts<T>(self, look: impl FnOnce(&Facts, Date) -> T) -> Option<T> {
        self.figures.try_with(Option::is_some).filter(|is_read| *is_read)?;
        let work = self.work.try_get_value()?;
        let today = Date::of_time(&work.day.borrow())?;
        let facts = work.facts.borrow();
        Some(look(&facts, today))
    }

    /// The responses of some rows, with their words.
    pub fn responses(self, rows: &[RowId]) -> Vec<Response> {
        let Some(work) = self.work.try_get_value() else { return Vec::new() };
        let responses = work.responses.borrow();
        rows.iter().filter_map(|row| responses.all().get(row.number())).cloned().collect()
    }

    /// One response, by the id of its first event.
    pub fn response_of(self, id: &EventId) -> Option<Response> {
        let row = self.with_facts(|facts, _| facts.row(id)).flatten()?;
        self.responses(&[row]).into_iter().next()
    }

    /// The responses of a local day, oldest first.
    pub fn responses_on(self, day: Date) -> Vec<Response> {
        let Some(work) = self.work.try_get_value() else { return Vec::new() };
        let responses = work.responses.borrow();
        responses.on_day(&String::from(day)).cloned().collect()
    }

    /// Looks at the cases, with the tablet's own name: whoever reads a signal in it is told of news. `None` as of the facts.
    pub fn with_cases<T>(self, look: impl FnOnce(&Cases, &str) -> T) -> Option<T> {
        self.figures.try_with(Option::is_some).filter(|is_read| *is_read)?;
        let work = self.work.try_get_value()?;
        let device = self.tip.with(|tip| tip.as_ref().map(|tip| tip.device.clone())).unwrap_or_default();
        let cases = work.cases.borrow();
        Some(look(&cases, &device))
    }

    /// Looks at all responses, by the numbers of their rows; `None` once the desk is locked.
    pub fn with_responses<T>(self, look: impl FnOnce(&[Response]) -> T) -> Option<T> {
        let work = self.work.try_get_value()?;
        let responses = work.responses.borrow();
        Some(look(responses.all()))
    }

    /// Whether an endpoint knows this tablet, or may: it has a token, or something was delivered.
    pub fn is_known_to_an_endpoint(self) -> bool {
        let has_delivered = |counts: &Option<Counts>| counts.is_none_or(|counts| counts.acknowledged > 0);
        self.has_token.try_get_untracked().unwrap_or(true)
            || self.counts.try_with_untracked(has_delivered).unwrap_or(true)
    }

    /// What a file of this tablet is called, from today.
    pub fn file_name(self, device: &str, ending: &str) -> String {
        let settings = self.settings.try_get_untracked().flatten();
        let point = settings.map(|settings| settings.point).unwrap_or_default();
        file_name_with(&point, device, &today(), ending)
    }

    /// Asks the kiosk's runtime for an upload now.
    pub fn sync_now(self) {
        self.is_sync_asked.set(true);
        self.work.with_value(|work| work.store.tell(&News::SyncNow));
    }

    /// Puts every refused event back into the outbox.
    pub fn send_all_again(self) {
        let refused = self.quarantine.get_untracked();
        self.checkup.send_again(refused.into_iter().map(|refused| refused.rejection.id).collect());
    }

    /// Hands the refused events to the browser as a file.
    pub fn export_quarantine(self) {
        let point = self.settings.get_untracked().map(|settings| settings.point).unwrap_or_default();
        let device = self.tip.get_untracked().map(|tip| tip.device).unwrap_or_default();
        let name = file_name(&point, &device, &today()).replace(".csv", "-quarantine.jsonl");
        self.checkup.export_quarantine(self.quarantine.get_untracked(), name);
    }

    /// Checks and saves settings. What stays the same leaves no event. A token stays with its origin: where the
    /// endpoint moves to another one and no new token comes with it, the stored one is removed.
    pub fn save_settings(self, settings: Settings, token: TokenChange) {
        if self.saving.get_untracked() == Saving::Running {
            return;
        }
        let entered = if let TokenChange::Set(token) = &token { token.as_str() } else { "" };
        if let Err(faults) = settings.check(entered) {
            self.saving.set(Saving::Faults(faults));
            return;
        }
        self.saving.set(Saving::Running);
        let in_force = self.in_force();
        let is_moving = origin(&in_force.endpoint) != origin(&settings.endpoint);
        let is_orphaned = token == TokenChange::Keep && is_moving && self.has_token.get_untracked();
        let token = if is_orphaned { TokenChange::Remove } else { token };
        let mut changed = in_force.differences(&settings);
        changed.extend((token != TokenChange::Keep).then(|| TOKEN.to_owned()));
        let work = self.work.get_value();
        spawn(async move {
            match store_settings(&work, &settings, &token, changed).await {
                Ok(()) => {
                    if token != TokenChange::Keep {
                        self.has_token.set(matches!(token, TokenChange::Set(_)));
                    }
                    self.settings.set(Some(settings));
                    self.saving.set(Saving::Done);
                    work.store.tell(&News::Settings);
                }
                Err(error) => self.saving.set(Saving::Failed(error)),
            }
            self.refresh();
        });
    }

    /// Has a response count again that was in doubt.
    pub fn clear_doubt(self, response: EventId, reason: Reason) {
        let Some(work) = self.work.try_get_value() else { return };
        spawn(async move {
            let body = Body::FlagCleared { response, reason: reason.as_str().to_owned() };
            if let Err(error) = work.store.record(body).await {
                self.trouble.set(Some(error));
            }
            self.refresh();
        });
    }

    /// Puts a new PIN in force, for whoever knows the current one.
    pub fn change_pin(self, old: String, new: String, again: String) {
        if self.pin_change.get_untracked() == PinChange::Running {
            return;
        }
        let work = self.work.get_value();
        if let Err(fault) = check_new(&new, &again) {
            self.pin_change.set(PinChange::Fault(fault));
            return;
        }
        self.pin_change.set(PinChange::Running);
        spawn(async move {
            sleep(PAINT_MS).await;
            let outcome = match gate::change(&work.store, &old, &new).await {
                Ok(Verdict::Right) => PinChange::Done,
                Ok(Verdict::Early { wait_ms }) => PinChange::Wait { seconds: wait_ms.div_ceil(1_000) },
                Ok(Verdict::Uncounted { wait_ms }) => PinChange::Uncounted { wait_ms },
                Ok(Verdict::Wrong { .. } | Verdict::Unset | Verdict::Damaged) => PinChange::Refused,
                Err(error) => PinChange::Failed(error),
            };
            self.pin_change.set(outcome);
            self.refresh();
        });
    }

    /// The settings in force, with the languages that none stand for.
    pub fn in_force(self) -> Settings {
        let settings = self.settings.get_untracked().unwrap_or_default();
        let languages = if settings.languages.is_empty() { self.locales(&settings.survey) } else { settings.languages };
        Settings { languages, ..settings }
    }

    /// The languages of a survey; none as long as an owner's survey has not been read.
    pub fn locales(self, survey: &str) -> Vec<String> {
        // Known before any survey is fetched: whoever saves at once must not narrow what is offered.
        if TEMPLATES.contains(&survey) {
            return LANGUAGES.map(|(tag, _)| tag.to_owned()).to_vec();
        }
        // An owner's survey speaks what its owner has written, and nothing else.
        let own = self.surveys.with_untracked(|surveys| surveys.get(survey).map(|known| known.locales.clone()));
        own.unwrap_or_default()
    }

    fn listen(self) {
        let ears = Announcer::open(move |news| match news {
            News::Journal => {
                self.look_at_sync();
                self.refresh();
            }
            News::Sync(..) => self.look_at_sync(),
            News::Settings => {
                self.load_settings();
                self.load_own_surveys();
                self.sealing.load(self);
            }
            News::SyncNow | News::Hello => {}
        });
        self.work.with_value(|work| *work.ears.borrow_mut() = ears);
    }

    fn look_at_sync(self) {
        let sync = read_sync();
        if self.sync.try_with_untracked(|shown| *shown != sync).unwrap_or(false) {
            self.sync.set(sync);
        }
    }

    fn load_settings(self) {
        let Some(work) = self.work.try_get_value() else { return };
        spawn(async move {
            let loaded = work.store.load(SETTINGS_RECORD).await;
            let token = work.store.load(TOKEN_RECORD).await;
            match (loaded, token) {
                (Ok(json), Ok(token)) => {
                    let settings = json.and_then(|json| Settings::from_json(&json)).unwrap_or_default();
                    self.has_token.set(token.is_some_and(|token| !token_for(&token, &settings.endpoint).is_empty()));
                    self.settings.set(Some(settings));
                }
                (Err(error), _) | (_, Err(error)) => return self.trouble.set(Some(error)),
            }
            match (work.store.load(ALERTS_RECORD).await, work.store.load(TARGETS_RECORD).await) {
                (Ok(rules), Ok(targets)) => {
                    self.rules.try_set(Some(Rules::from_record(&rules.unwrap_or_default())));
                    self.targets.try_set(Targets::from_record(&targets.unwrap_or_default()));
                }
                (Err(error), _) | (_, Err(error)) => self.trouble.set(Some(error)),
            }
            match work.store.load(STAFF_RECORD).await {
                Ok(team) => {
                    let Team { members } = Team::from_json(&team.unwrap_or_default());
                    self.people.try_set(members.into_iter().map(|member| (member.number, member.name)).collect());
                }
                Err(error) => self.trouble.set(Some(error)),
            }
        });
    }

    fn load_surveys(self) {
        spawn(async move {
            for id in TEMPLATES {
                if let Some(survey) = fetch::template(id).await.and_then(|json| Survey::parse(&json).ok()) {
                    self.surveys.try_update(|surveys| surveys.insert(id.to_owned(), survey));
                }
            }
        });
    }

    /// The owner's surveys with every version that has been in service.
    fn load_own_surveys(self) {
        let Some(work) = self.work.try_get_value() else { return };
        spawn(async move {
            let shelf = match records::load_shelf(&work.store).await {
                Ok(shelf) => shelf,
                Err(error) => return self.trouble.set(Some(error)),
            };
            for Own { id, versions } in &shelf.0 {
                for version in versions {
                    let json = records::load_version(&work.store, id, *version).await.ok().flatten();
                    if let Some(survey) = json.and_then(|json| Survey::parse(&json).ok()) {
                        self.surveys.try_update(|surveys| keep_version(surveys, survey));
                    }
                }
            }
            if self.shelf.try_with_untracked(|known| *known != shelf) == Some(true) {
                self.shelf.set(shelf);
            }
        });
    }

    /// A survey of the owner's has come into service, by these settings.
    pub fn take_survey(self, survey: Survey, settings: Settings) {
        self.shelf.update(|shelf| shelf.note(&survey.id, survey.version));
        self.surveys.update(|surveys| keep_version(surveys, survey));
        self.settings.set(Some(settings));
    }

    /// The survey in service, if it is known.
    pub fn with_survey<T>(self, look: impl FnOnce(Option<&Survey>) -> T) -> T {
        let id = self.settings.with(|settings| settings.as_ref().map(|settings| settings.survey.clone()));
        self.surveys.with(|surveys| look(id.and_then(|id| surveys.get(&id))))
    }

    /// Reads from the last place on to the end, and counts anew.
    async fn read_on(self, work: &Work) -> Result<Option<Tip>, StoreError> {
        let counts = work.store.counts().await?;
        self.counts.set(Some(counts));
        let known = work.rows.get();
        self.read_both(work).await?;
        // Rows were put in between, by a restore or by the second place: everything is read again, in its order.
        if work.rows.get() < counts.recorded {
            work.begin_anew();
            self.read.set(0);
            self.read_both(work).await?;
        }
        if work.rows.get() != known || self.figures.try_with_untracked(Option::is_none) == Some(true) {
            self.figures.set(Some(work.figures()));
            self.checkup.show(&work.health.borrow());
            show(self.alerts, &work.alerts);
            show(self.improvements, &work.improvements);
        }
        self.quarantine.set(if counts.quarantined == 0 { Vec::new() } else { work.store.quarantine().await? });
        Ok(self.tip.try_get_untracked().flatten())
    }

    /// What was restored first, so that the newest of one's own come last.
    async fn read_both(self, work: &Work) -> Result<(), StoreError> {
        while let Some(page) = self.next_page(work, &work.restored).await? {
            self.take(work, page);
        }
        while let Some(page) = self.next_page(work, &work.last).await? {
            if let Some(Entry { place, event, .. }) = self.take(work, page) {
                self.tip.set(Some(Tip { device: event.device, place, hash: event.hash }));
            }
        }
        Ok(())
    }

    /// The rows after a cursor, on its side of [`BEFORE_RESTORED`]; the cursor moves behind them.
    async fn next_page(self, work: &Work, cursor: &Cell<Place>) -> Result<Option<Vec<Row>>, StoreError> {
        loop {
            let after = cursor.get();
            let mut page = work.store.rows(after, PAGE).await?;
            // Another pass was here meanwhile: what it took is not taken again.
            if cursor.get() != after {
                continue;
            }
            if after < BEFORE_RESTORED {
                page.retain(|row| !row.place.is_restored());
            }
            if let Some(newest) = page.last() {
                cursor.set(newest.place);
            }
            return Ok(Some(page).filter(|page| !page.is_empty()));
        }
    }

    /// Folds rows in; gives the last event among them.
    fn take(self, work: &Work, page: Vec<Row>) -> Option<Entry> {
        let count = page.len() as u64;
        let entries: Vec<Entry> = page.into_iter().filter_map(entry).collect();
        let last = entries.last().cloned();
        // Another tablet's trouble is not this one's.
        let own = entries.iter().filter(|entry| !entry.place.is_restored());
        own.for_each(|entry| {
            work.health.borrow_mut().fold(&entry.event);
            work.alerts.borrow_mut().fold(&entry.event);
        });
        for Entry { event, .. } in &entries {
            work.improvements.borrow_mut().fold(event);
        }
        work.facts.borrow_mut().fold(&entries);
        work.cases.borrow_mut().fold(&entries);
        work.responses.borrow_mut().fold(entries);
        work.rows.set(work.rows.get() + count);
        self.read.try_update(|read| *read += count);
        last
    }
}

/// Shows what was read, where it is another than what is shown.
fn show<T: Clone + PartialEq + Send + Sync + 'static>(shown: RwSignal<T>, read: &RefCell<T>) {
    let read = read.borrow();
    if shown.try_with_untracked(|shown| *shown != *read) == Some(true) {
        shown.set(read.clone());
    }
}

/// The survey as an answer met it: in that version, where it is kept.
pub fn survey_of<'a>(surveys: &'a BTreeMap<String, Survey>, id: &str, version: u32) -> Option<&'a Survey> {
    surveys.get(&format!("{id}:{version}")).or_else(|| surveys.get(id))
}

/// Versions come in their order: the newest stands for the survey.
fn keep_version(surveys: &mut BTreeMap<String, Survey>, survey: Survey) {
    surveys.insert(format!("{}:{}", survey.id, survey.version), survey.clone());
    surveys.insert(survey.id.clone(), survey);
}

/// The event of a row; `None` for what is left of a pruned one.
fn entry(Row { place, json }: Row) -> Option<Entry> {
    let (event, text) = serde_json::from_str::<CloudEvent>(&json).ok()?.take_apart().ok()?;
    Some(Entry { place, event, text })
}

/// The trace first: settings that change without one would be worse than a trace of a change that failed.
///
/// The token before the endpoint: an upload reads them in the other order, and a token is bound to its origin, so that
/// neither a crash between the two nor an upload in between brings one to where it does not belong.
async fn store_settings(
    work: &Work,
    settings: &Settings,
    token: &TokenChange,
    changed: Vec<String>,
) -> Result<(), StoreError> {
    if !changed.is_empty() {
        work.store.record(Body::SettingsChanged { changed }).await?;
    }
    match token {
        TokenChange::Keep => {}
        TokenChange::Set(token) => work.store.save(TOKEN_RECORD, &token_record(token, &settings.endpoint)).await?,
        TokenChange::Remove => work.store.save(TOKEN_RECORD, "").await?,
    }
    work.store.save(SETTINGS_RECORD, &settings.to_json()).await
}

fn read_sync() -> SyncState {
    SyncState { name: browser::root_data("sync"), why: browser::root_data("sync-why") }
}

fn today() -> String {
    let now = clock::now();
    civil_date(now, clock::offset_at(now)).to_string()
}
