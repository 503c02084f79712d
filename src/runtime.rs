//! The one interpreter of what the rules decide, and the one place of the kiosk that spawns tasks.
//!
//! Writes belong to the runtime, never to a component: a future that a component drops would roll its transaction back.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use candor_core::event::{Context, Draft};
use candor_core::first_screen::first_screen;
use candor_core::journal::JournalStore;
use candor_core::pin::DOOR_RECORD;
use candor_core::session::{Input, Session};
use candor_core::settings::{SETTINGS_RECORD, Settings, TOKEN_RECORD};
use candor_core::survey::Survey;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use crate::browser::announce::{Announcer, News};
use crate::browser::journal::IndexedDbJournal;
use crate::browser::page::{self, EarlyTap, Tap};
use crate::browser::task::{sleep, spawn};
use crate::browser::{clock, fetch};
use crate::uploader::Uploader;

/// The database of the journal, for the kiosk and for the manager's module.
pub const DATABASE: &str = "candor";

/// From the first failure to the next try; it doubles.
const FIRST_RETRY_MS: u32 = 250;
/// And no further than this.
const LAST_RETRY_MS: u32 = 10_000;

/// The kiosk of this page. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct Kiosk {
    /// The session, once a survey is there.
    pub session: RwSignal<Option<Session>>,
    /// Whether a manager has to be asked for a PIN.
    pub needs_pin: RwSignal<bool>,
    /// Whether the manager's module stands on the screen.
    pub is_managed: RwSignal<bool>,
    /// Whether the manager's module could not be fetched.
    pub is_door_stuck: RwSignal<bool>,
    parts: StoredValue<Rc<Parts>, LocalStorage>,
}

struct Parts {
    journal: Rc<IndexedDbJournal>,
    uploader: Rc<Uploader>,
    drafts: RefCell<VecDeque<Draft>>,
    is_writing: Cell<bool>,
    is_manager_loaded: Cell<bool>,
    early_lines: RefCell<Vec<String>>,
    wants_reload: Cell<bool>,
    alarm: RefCell<Option<Timeout>>,
    announcer: RefCell<Option<Announcer>>,
}

impl Kiosk {
    /// Starts the kiosk: takes the first screen over, opens the journal, loads the survey.
    pub fn start() -> Self {
        let journal = Rc::new(IndexedDbJournal::new(DATABASE));
        let parts = Parts {
            uploader: Rc::new(Uploader::new(Rc::clone(&journal))),
            journal,
            drafts: RefCell::default(),
            is_writing: Cell::new(false),
            is_manager_loaded: Cell::new(false),
            early_lines: RefCell::default(),
            wants_reload: Cell::new(false),
            alarm: RefCell::default(),
            announcer: RefCell::default(),
        };
        let kiosk = Self {
            session: RwSignal::new(None),
            needs_pin: RwSignal::new(false),
            is_managed: RwSignal::new(false),
            is_door_stuck: RwSignal::new(false),
            parts: StoredValue::new_local(Rc::new(parts)),
        };
        spawn(kiosk.begin());
        kiosk
    }

    fn parts(self) -> Rc<Parts> {
        self.parts.get_value()
    }

    async fn begin(self) {
        let parts = self.parts();
        self.open_journal(&parts).await;
        let settings = self.load_settings(&parts).await;
        self.load_survey(&settings).await;
        self.check_door(&parts).await;
        *parts.announcer.borrow_mut() = Announcer::open(move |news| self.hear(news));
        self.take_over();
        self.write(&parts);
        parts.uploader.wake();
        let uploader = Rc::clone(&parts.uploader);
        page::listen(&["online"], move || uploader.wake());
        let uploader = Rc::clone(&parts.uploader);
        page::listen(&["visibilitychange", "pageshow"], move || {
            uploader.tell();
            self.dispatch(Input::TimePassed);
        });
        page::listen(&["keydown", "compositionupdate"], move || self.dispatch(Input::Touched));
        // The warning takes a tap anywhere itself, as a click: gone earlier, it would let the tap through to what is below.
        page::listen(&["pointerdown", "touchmove"], move || {
            if !self.session.with_untracked(|session| session.as_ref().is_some_and(Session::is_warning)) {
                self.dispatch(Input::Touched);
            }
        });
        page::listen(&["candor:locked"], move || self.close_door());
        page::set_root_data("ready", "");
        if self.is_at_rest() {
            page::tell_at_rest();
        }
    }

    /// Without a journal there is nothing to record into: tried until it opens, the page keeping the taps meanwhile.
    async fn open_journal(self, parts: &Parts) {
        let mut pause = FIRST_RETRY_MS;
        let device = candor_core::event::EventId::new(&clock::moment());
        while let Err(error) = parts.journal.begin_run(device.as_str()).await {
            page::set_root_data("storage", &error.to_string());
            sleep(pause).await;
            pause = (pause * 2).min(LAST_RETRY_MS);
        }
        page::set_root_data("storage", "ok");
    }

    /// The settings; on the very first start those of a trial, where the app came from one.
    async fn load_settings(self, parts: &Parts) -> Settings {
        let saved = parts.journal.load(SETTINGS_RECORD).await.ok().flatten();
        if let Some(settings) = saved.and_then(|json| Settings::from_json(&json)) {
            return settings;
        }
        let mut settings = Settings::default();
        if parts.journal.load(TOKEN_RECORD).await == Ok(None)
            && let Some(trial) = fetch::trial().await
        {
            settings.point = trial.point;
            let is_saved = parts.journal.save(TOKEN_RECORD, &trial.token).await.is_ok()
                && parts.journal.save(SETTINGS_RECORD, &settings.to_json()).await.is_ok();
            page::set_root_data("trial", if is_saved { "enrolled" } else { "failed" });
        }
        settings
    }

    /// The survey in service: from this release, else as it was kept when it was last read.
    async fn load_survey(self, settings: &Settings) {
        let parts = self.parts();
        let wanted = page::parameter("survey").unwrap_or_else(|| settings.survey.clone());
        let is_name = |id: &str| id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let wanted = if is_name(&wanted) { wanted } else { settings.survey.clone() };
        let mut pause = FIRST_RETRY_MS;
        let survey = loop {
            if let Some(survey) = read_survey(&parts.journal, &wanted).await {
                break survey;
            }
            if let Some(survey) = read_survey(&parts.journal, &settings.survey).await {
                break survey;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LAST_RETRY_MS);
        };
        let survey = survey.offering(&settings.languages);
        let point = page::parameter("point").unwrap_or_else(|| settings.point.clone());
        let asked = page::parameter("lang").filter(|tag| survey.locales.contains(tag));
        let locale = asked.unwrap_or_else(|| survey.default_locale().to_owned());
        page::show_first_screen(&first_screen(&survey, &point, &locale), &locale);
        let context = Context {
            survey: survey.id.clone(),
            version: survey.version,
            locale,
            point,
            staff: page::parameter("staff"),
            ticket: page::parameter("ticket"),
        };
        self.session.set(Some(Session::new(survey, context, clock::uptime())));
        self.set_alarm();
    }

    fn take_over(self) {
        let knocked = page::take_over(move |tap| match tap {
            Tap::Rate(rating) => self.dispatch(Input::Rated(rating)),
            Tap::Locale(locale) => self.dispatch(Input::LocaleChosen(locale)),
            Tap::Door => self.open_door(),
        });
        // What an earlier page left behind is recorded first; what this one kept continues where the customer stands.
        let (now, before): (Vec<EarlyTap>, Vec<EarlyTap>) =
            page::early_taps().into_iter().partition(|tap| tap.is_of_this_page);
        let lines = now.iter().chain(&before).map(|tap| tap.line.clone());
        self.parts().early_lines.borrow_mut().extend(lines);
        for tap in before {
            self.record_abandoned(&tap);
        }
        for tap in now {
            self.handle(Input::Rated(tap.rating), &tap.moment);
        }
        if knocked {
            self.open_door();
        }
    }

    /// A tap whose page was gone before the wasm came: a rating without a follow-up.
    fn record_abandoned(self, tap: &EarlyTap) {
        let draft = self.session.with_untracked(|session| {
            let mut session = session.clone()?;
            session.handle(Input::Rated(tap.rating), &tap.moment)
        });
        self.parts().drafts.borrow_mut().extend(draft);
    }

    /// Takes what happened. The screen changes at once; what is to be recorded is written behind it.
    pub fn dispatch(self, input: Input) {
        self.handle(input, &clock::moment());
    }

    fn handle(self, input: Input, moment: &candor_core::time::Moment) {
        let is_clock = input == Input::TimePassed;
        let mut draft = None;
        self.session.try_update(|session| {
            if let Some(session) = session {
                draft = session.handle(input, moment);
            }
        });
        self.set_alarm();
        let parts = self.parts();
        if let Some(draft) = draft {
            parts.drafts.borrow_mut().push_back(draft);
            self.write(&parts);
        }
        if self.is_at_rest() {
            if parts.wants_reload.take() {
                spawn(self.reload());
            }
            // By the clock only: a touch is somebody who begins.
            if is_clock {
                page::tell_at_rest();
            }
        }
    }

    fn is_at_rest(self) -> bool {
        let is_resting = self.session.with_untracked(|session| session.as_ref().is_none_or(Session::is_at_rest));
        is_resting && !self.is_managed.get_untracked() && self.parts().drafts.borrow().is_empty()
    }

    fn set_alarm(self) {
        let deadline = self.session.with_untracked(|session| session.as_ref().and_then(Session::deadline));
        let alarm = deadline.map(|deadline| {
            let wait = deadline.0.saturating_sub(clock::uptime().0) + 1;
            Timeout::new(u32::try_from(wait).unwrap_or(u32::MAX >> 1), move || self.dispatch(Input::TimePassed))
        });
        *self.parts().alarm.borrow_mut() = alarm;
    }

    /// Sees to it that exactly one task writes drafts, in their order, for as long as there are any.
    fn write(self, parts: &Rc<Parts>) {
        if !parts.drafts.borrow().is_empty() && !parts.is_writing.replace(true) {
            spawn(self.write_drafts(Rc::clone(parts)));
        }
    }

    async fn write_drafts(self, parts: Rc<Parts>) {
        loop {
            let next = parts.drafts.borrow().front().cloned();
            let Some(draft) = next else { break };
            self.write_one(&parts, &draft).await;
            parts.drafts.borrow_mut().pop_front();
        }
        parts.is_writing.set(false);
        page::forget_early_taps(&parts.early_lines.take());
    }

    /// Writes until it is written. The id makes it safe to write again after a failure or a silence.
    async fn write_one(self, parts: &Parts, draft: &Draft) {
        let mut pause = FIRST_RETRY_MS;
        loop {
            match parts.journal.append(draft).await {
                Ok(appended) => {
                    page::set_root_data("storage", "ok");
                    self.dispatch(Input::Stored(draft.id.clone(), appended.responses));
                    parts.uploader.tell();
                    self.tell(News::Journal);
                    return;
                }
                Err(error) => page::set_root_data("storage", &error.to_string()),
            }
            sleep(pause).await;
            pause = (pause * 2).min(LAST_RETRY_MS);
        }
    }

    fn tell(self, news: News) {
        if let Some(announcer) = self.parts().announcer.borrow().as_ref() {
            announcer.tell(news);
        }
    }

    fn hear(self, news: News) {
        let parts = self.parts();
        match news {
            News::Journal => parts.uploader.tell(),
            News::SyncNow => parts.uploader.wake(),
            News::Settings => {
                parts.uploader.reconsider();
                parts.wants_reload.set(true);
                if self.is_at_rest() && parts.wants_reload.take() {
                    spawn(self.reload());
                }
            }
        }
    }

    /// New settings come into service between two customers.
    async fn reload(self) {
        let parts = self.parts();
        let settings = self.load_settings(&parts).await;
        self.load_survey(&settings).await;
    }

    async fn check_door(self, parts: &Parts) {
        if let Ok(door) = parts.journal.load(DOOR_RECORD).await {
            self.needs_pin.set(door.is_none());
        }
    }

    /// Fetches the manager's module the first time; it asks for the PIN itself.
    pub fn open_door(self) {
        let parts = self.parts();
        if self.is_managed.get_untracked() {
            return;
        }
        self.is_managed.set(true);
        self.is_door_stuck.set(false);
        if parts.is_manager_loaded.get() {
            page::send("candor:door");
            return;
        }
        spawn(async move {
            let is_started = page::start_manager().await;
            parts.is_manager_loaded.set(is_started);
            if !is_started {
                self.is_managed.set(false);
                self.is_door_stuck.set(true);
            }
        });
    }

    fn close_door(self) {
        self.is_managed.set(false);
        let parts = self.parts();
        spawn(async move { self.check_door(&parts).await });
        self.dispatch(Input::Touched);
    }
}

async fn read_survey(journal: &IndexedDbJournal, id: &str) -> Option<Survey> {
    let record = format!("survey:{id}");
    let fetched = fetch::template(id).await;
    if let Some(json) = fetched
        && let Ok(survey) = Survey::parse(&json)
    {
        let _ = journal.save(&record, &json).await;
        return Some(survey);
    }
    let kept = journal.load(&record).await.ok().flatten()?;
    Survey::parse(&kept).ok()
}
