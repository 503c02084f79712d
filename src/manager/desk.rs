//! What the desk knows and does: signals for the screens, and the place behind the door that works on the journal.
//!
//! A task may outlive the desk: it writes signals, which then goes nowhere, and reads none.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use candor_core::chain::Hash;
use candor_core::event::Body;
use candor_core::export;
use candor_core::journal::{Counts, Place, Quarantined, StoreError};
use candor_core::pin::{PinFault, check_new, delay_ms};
use candor_core::results::Responses;
use candor_core::settings::{SETTINGS_RECORD, Settings, SettingsFault, TOKEN_RECORD};
use candor_core::survey::Survey;
use candor_core::time::{Uptime, civil_date};
use leptos::prelude::*;

use crate::browser::announce::{Announcer, News};
use crate::browser::{
    clock, fetch,
    task::{sleep, spawn},
};
use crate::manager::browser;
use crate::manager::door::PAINT_MS;
use crate::manager::figures::{Figures, file_name};
use crate::manager::gate::{self, Verdict};
use crate::manager::store::Store;

/// The surveys that come with this release.
pub const TEMPLATES: [&str; 2] = ["government", "bank"];
/// How soon reading is tried again after it failed.
const RETRY_MS: u64 = 3_000;
/// Events read at once: some ten milliseconds of a tablet.
const PAGE: usize = 1_000;
/// What `settings.changed` calls the token.
const TOKEN: &str = "token";

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

/// An export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// None yet.
    None,
    /// Being written.
    Running,
    /// The browser took no file.
    Failed,
    /// Handed to the browser.
    Done {
        /// Rows without the heading.
        rows: u64,
        /// Whether the journal says so.
        is_recorded: bool,
    },
}

/// What became of saving settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saving {
    /// Nothing was saved yet, or something was edited since.
    None,
    /// Under way.
    Running,
    /// Stored and announced.
    Done,
    /// Something cannot be used.
    Faults(Vec<SettingsFault>),
    /// Storage failed.
    Failed(StoreError),
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
    /// Too many wrong ones.
    Wait {
        /// Until the next try.
        seconds: u64,
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
    /// The surveys, by id, as far as they could be fetched.
    pub surveys: RwSignal<BTreeMap<String, Survey>>,
    /// The export.
    pub export: RwSignal<Export>,
    /// Saving settings.
    pub saving: RwSignal<Saving>,
    /// Changing the PIN.
    pub pin_change: RwSignal<PinChange>,
    /// Why reading failed, as long as it does.
    pub trouble: RwSignal<Option<StoreError>>,
    work: StoredValue<Rc<Work>, LocalStorage>,
}

/// What tasks share, and what is gone when the last of them ends.
struct Work {
    store: Store,
    ears: RefCell<Option<Announcer>>,
    responses: RefCell<Responses>,
    last: Cell<Place>,
    day: RefCell<String>,
    pass: Cell<Pass>,
    retry_at: Cell<Uptime>,
    pin_shut_until: Cell<Uptime>,
}

/// Reading the journal: one pass at a time, and another after it when there was news meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    None,
    Running,
    Again,
}

impl Work {
    fn figures(&self) -> Figures {
        Figures::of(&self.responses.borrow(), &self.day.borrow())
    }
}

impl Desk {
    /// A desk at a store; it begins to read at once.
    pub fn new(store: Store) -> Self {
        let work = Work {
            store,
            ears: RefCell::default(),
            responses: RefCell::default(),
            last: Cell::default(),
            day: RefCell::new(today()),
            pass: Cell::new(Pass::None),
            retry_at: Cell::default(),
            pin_shut_until: Cell::default(),
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
            export: RwSignal::new(Export::None),
            saving: RwSignal::new(Saving::None),
            pin_change: RwSignal::new(PinChange::None),
            trouble: RwSignal::new(None),
            work: StoredValue::new_local(Rc::new(work)),
        };
        desk.listen();
        desk.load_settings();
        desk.load_surveys();
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

    /// Asks the kiosk's runtime for an upload now.
    pub fn sync_now(self) {
        self.is_sync_asked.set(true);
        self.work.with_value(|work| work.store.tell(News::SyncNow));
    }

    /// Writes all responses to a file and hands it to the browser.
    pub fn export_csv(self) {
        if self.export.get_untracked() == Export::Running {
            return;
        }
        self.export.set(Export::Running);
        let work = self.work.get_value();
        let point = self.settings.get_untracked().map(|settings| settings.point).unwrap_or_default();
        spawn(async move {
            sleep(PAINT_MS).await;
            let tip = self.read_on(&work).await.ok().flatten();
            let (file, rows) = {
                let responses = work.responses.borrow();
                (export::csv(responses.all()), responses.all().len())
            };
            let device = tip.map(|tip| tip.device).unwrap_or_default();
            if !browser::download(&file_name(&point, &device, &today()), "text/csv;charset=utf-8", &file) {
                self.export.set(Export::Failed);
                return;
            }
            let body = Body::Exported { format: "csv".to_owned(), rows: u32::try_from(rows).unwrap_or(u32::MAX) };
            let is_recorded = work.store.record(body).await.is_ok();
            self.export.set(Export::Done { rows: rows as u64, is_recorded });
            self.refresh();
        });
    }

    /// Checks and saves settings. What stays the same leaves no event.
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
        let mut changed = self.in_force().differences(&settings);
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
                    work.store.tell(News::Settings);
                }
                Err(error) => self.saving.set(Saving::Failed(error)),
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
        let wait_ms = work.pin_shut_until.get().0.saturating_sub(clock::uptime().0);
        if wait_ms > 0 {
            self.pin_change.set(PinChange::Wait { seconds: wait_ms.div_ceil(1_000) });
            return;
        }
        if let Err(fault) = check_new(&new, &again) {
            self.pin_change.set(PinChange::Fault(fault));
            return;
        }
        self.pin_change.set(PinChange::Running);
        spawn(async move {
            sleep(PAINT_MS).await;
            let outcome = match gate::check(&work.store, &old).await {
                Ok(Verdict::Right) => match gate::set(&work.store, &new).await {
                    Ok(()) => PinChange::Done,
                    Err(error) => PinChange::Failed(error),
                },
                Ok(Verdict::Wrong { in_a_row }) => {
                    work.pin_shut_until.set(clock::uptime().after(delay_ms(in_a_row)));
                    PinChange::Refused
                }
                Ok(Verdict::Unset | Verdict::Damaged) => PinChange::Refused,
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

    /// The languages of a survey.
    pub fn locales(self, survey: &str) -> Vec<String> {
        let of_survey = self.surveys.with_untracked(|surveys| surveys.get(survey).map(|survey| survey.locales.clone()));
        of_survey.unwrap_or_else(|| ["zh-CN", "en"].map(str::to_owned).to_vec())
    }

    fn listen(self) {
        let ears = Announcer::open(move |news| match news {
            News::Journal => {
                self.look_at_sync();
                self.refresh();
            }
            News::Settings => self.load_settings(),
            News::SyncNow => {}
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
                    self.has_token.set(token.is_some_and(|token| !token.is_empty()));
                    self.settings.set(Some(settings));
                }
                (Err(error), _) | (_, Err(error)) => self.trouble.set(Some(error)),
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

    /// Reads from the last place on to the end, and counts anew.
    async fn read_on(self, work: &Work) -> Result<Option<Tip>, StoreError> {
        let counts = work.store.counts().await?;
        self.counts.set(Some(counts));
        let mut tip = self.tip.try_get_untracked().flatten();
        let known = work.last.get();
        loop {
            let after = work.last.get();
            let page = work.store.read(after, PAGE).await?;
            // Another pass was here meanwhile: what it took is not taken again.
            if work.last.get() != after {
                continue;
            }
            let Some(newest) = page.last() else { break };
            let event = &newest.event;
            work.last.set(newest.place());
            tip = Some(Tip { device: event.device.clone(), place: newest.place(), hash: event.hash.clone() });
            let (is_last, count) = (page.len() < PAGE, page.len() as u64);
            work.responses.borrow_mut().fold(page);
            self.read.try_update(|read| *read += count);
            if is_last {
                break;
            }
        }
        self.tip.set(tip.clone());
        if work.last.get() != known || self.figures.try_with_untracked(Option::is_none) == Some(true) {
            self.figures.set(Some(work.figures()));
        }
        self.quarantine.set(if counts.quarantined == 0 { Vec::new() } else { work.store.quarantine().await? });
        Ok(tip)
    }
}

/// The trace first: settings that change without one would be worse than a trace of a change that failed.
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
        TokenChange::Set(token) => work.store.save(TOKEN_RECORD, token).await?,
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
