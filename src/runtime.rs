//! The one interpreter of what the rules decide, and the one place of the kiosk that spawns tasks.
//!
//! Writes belong to the runtime, never to a component: a future that a component drops would roll its transaction back.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use candor_core::alerts::Alert;
use candor_core::chain::PersonalText;
use candor_core::event::{Body, CHANNELS, Context, Draft, EventId, Written};
use candor_core::first_screen::first_screen;
use candor_core::health::FindingKind;
use candor_core::journal::{Appended, Begun, JournalStore, StoreError};
use candor_core::pin::DOOR_RECORD;
use candor_core::second::Mark;
use candor_core::session::{Input, Session, Visit};
use candor_core::settings::{KioskSettings, SETTINGS_RECORD, TOKEN_RECORD};
use candor_core::survey::Survey;
use candor_core::time::Uptime;
use candor_core::words::Pack;
use candor_vault::SEALING_RECORD;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use crate::browser::announce::{Announcer, News};
use crate::browser::journal::{IndexedDbJournal, silence};
use crate::browser::page::{self, EarlyTap, Tap};
use crate::browser::task::{sleep, spawn};
use crate::browser::{clock, fetch};
use crate::kiosk::text;

/// The database of the journal, for the kiosk and for the manager's module.
pub const DATABASE: &str = "candor";

/// From the first failure to the next try; it doubles.
const FIRST_RETRY_MS: u32 = 250;
/// And no further than this.
const LAST_RETRY_MS: u32 = 10_000;
/// A start that finds something missing waits so long for the keeper to put it back.
const RECOVERY_MS: u32 = 10_000;
/// A keeper that came to its end is started again after this.
const KEEPER_RESTART_MS: u32 = 15_000;
/// What a page can give to another keeper, should one end while there is no database: half a megabyte.
const MOST_IN_REFUGE: usize = 1_000;
/// A page whose database has failed for so long while the keeper's holds everything is loaded anew.
const APART_MS: u64 = 45_000;
/// How soon the keeper's answer is looked for, and how often before it is asked again.
const SEALING_PAUSE_MS: u32 = 4;
const SEALING_PAUSES: u32 = 500;
/// So often it is asked, a quarter of an hour long: then something is broken for good.
const SEALING_TRIES: u32 = 450;
/// So many failures in a row, and what is to be recorded goes to the keeper as well.
const REFUGE_AFTER: u32 = 2;
/// How soon the keeper's answer to that is looked for, and how often before the database is tried again.
const REFUGE_PAUSE_MS: u32 = 50;
const REFUGE_TRIES: u32 = 300;

/// The kiosk of this page. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct Kiosk {
    /// The session, once a survey is there.
    pub session: RwSignal<Option<Session>>,
    /// Whether a manager has to be asked for a PIN.
    pub needs_pin: RwSignal<bool>,
    /// Whether answers go to memory, because the database cannot be used.
    pub is_without_storage: RwSignal<bool>,
    /// Whether that is since the database is of a newer version than this release.
    pub is_outdated: RwSignal<bool>,
    /// Whether the manager's module stands on the screen.
    pub is_managed: RwSignal<bool>,
    /// Whether the manager's module could not be fetched.
    pub is_door_stuck: RwSignal<bool>,
    /// Whether a language that somebody chose could not be fetched.
    pub lacks_language: RwSignal<bool>,
    /// The place is closed.
    pub is_closed: RwSignal<bool>,
    parts: StoredValue<Rc<Parts>, LocalStorage>,
}

/// What the keeper made of words that were to be sealed.
enum Sealed {
    Text(PersonalText),
    /// There is no key after all: the words are stored as they are.
    NoKey,
    /// There is one that cannot be used.
    BadKey,
}

/// What the keeper has kept of what the database did not take.
struct Kept {
    id: String,
    /// The number of responses so far.
    responses: u64,
    /// The epoch that it stands in.
    epoch: u32,
}

struct Parts {
    journal: Rc<IndexedDbJournal>,
    has_begun: Cell<bool>,
    has_enrolled: Cell<bool>,
    is_keeper_started: Cell<bool>,
    is_keeper_ready: Cell<bool>,
    /// Whether numbers that name a person are masked in words.
    masks: Cell<bool>,
    /// Whether words are sealed before they are stored.
    seals: Cell<bool>,
    /// The keeper's answer about the words of an event.
    sealed: RefCell<Option<(String, Sealed)>>,
    /// What the keeper has taken.
    kept: RefCell<Option<Kept>>,
    /// Drafts that a keeper has, and the database perhaps not yet.
    in_refuge: RefCell<VecDeque<Draft>>,
    /// What is asked.
    survey: RefCell<Asked>,
    /// Counts choices of a language, and customers: what was fetched for an earlier one comes too late.
    choices: Cell<u32>,
    drafts: RefCell<VecDeque<Draft>>,
    /// Drafts whose words the keeper has not sealed yet, and how often it was asked. Whoever comes goes first.
    unsealed: RefCell<VecDeque<(Draft, u32)>>,
    /// Whether all that the keeper has kept is in the second place, too.
    is_kept_safely: Cell<bool>,
    /// The page was hidden when that changed last.
    was_hidden: Cell<bool>,
    /// It has been closed for a while, and is for a while to come.
    is_long_closed: Cell<bool>,
    /// When a closed place opens: in Unix milliseconds, 0 where that is not known.
    opens_at: Cell<u64>,
    /// What holds over the settings at present, as JSON; empty before the keeper has said so.
    holds: RefCell<String>,
    /// Whether that is to come into service when nobody is there.
    has_new_hold: Cell<bool>,
    /// Whether the database has failed since it last took something.
    was_in_trouble: Cell<bool>,
    /// Whether the database is asked until it answers.
    is_awaiting: Cell<bool>,
    /// Whether another keeper goes on for one that was done with.
    has_heir: Cell<bool>,
    /// Whether this page is to be loaded anew when nobody is there.
    is_done_with: Cell<bool>,
    /// Since when it has taken nothing from this page.
    failing_since: Cell<Option<Uptime>>,
    is_writing: Cell<bool>,
    is_manager_loaded: Cell<bool>,
    early_lines: RefCell<Vec<String>>,
    wants_reload: Cell<bool>,
    alarm: RefCell<Option<Timeout>>,
    announcer: RefCell<Option<Announcer>>,
}

impl Parts {
    fn next_choice(&self) -> u32 {
        self.choices.set(self.choices.get().wrapping_add(1));
        self.choices.get()
    }
}

impl Kiosk {
    /// Starts the kiosk: takes the first screen over, opens the journal, loads the survey.
    pub fn start() -> Self {
        let kiosk = Self::new();
        spawn(kiosk.begin());
        kiosk
    }

    /// A kiosk that a manager looks at. It opens nothing and stores nothing: its drafts wait for a task that never comes,
    /// and it is never at rest.
    pub fn preview() -> Self {
        let kiosk = Self::new();
        kiosk.parts().is_writing.set(true);
        kiosk.is_managed.set(true);
        kiosk
    }

    fn new() -> Self {
        let journal = Rc::new(IndexedDbJournal::new(DATABASE));
        let parts = Parts {
            journal,
            has_begun: Cell::new(false),
            has_enrolled: Cell::new(false),
            is_keeper_started: Cell::new(false),
            is_keeper_ready: Cell::new(false),
            masks: Cell::new(true),
            seals: Cell::new(false),
            sealed: RefCell::default(),
            kept: RefCell::default(),
            in_refuge: RefCell::default(),
            survey: RefCell::default(),
            choices: Cell::default(),
            drafts: RefCell::default(),
            unsealed: RefCell::default(),
            is_kept_safely: Cell::new(true),
            was_hidden: Cell::default(),
            is_long_closed: Cell::default(),
            opens_at: Cell::default(),
            holds: RefCell::default(),
            has_new_hold: Cell::default(),
            was_in_trouble: Cell::new(false),
            is_awaiting: Cell::new(false),
            has_heir: Cell::default(),
            is_done_with: Cell::default(),
            failing_since: Cell::default(),
            is_writing: Cell::new(false),
            is_manager_loaded: Cell::new(false),
            early_lines: RefCell::default(),
            wants_reload: Cell::new(false),
            alarm: RefCell::default(),
            announcer: RefCell::default(),
        };
        Self {
            session: RwSignal::new(None),
            needs_pin: RwSignal::new(false),
            is_without_storage: RwSignal::new(false),
            is_outdated: RwSignal::new(false),
            is_managed: RwSignal::new(false),
            is_door_stuck: RwSignal::new(false),
            lacks_language: RwSignal::new(false),
            is_closed: RwSignal::new(false),
            parts: StoredValue::new_local(Rc::new(parts)),
        }
    }

    /// When a closed place opens, in Unix milliseconds; 0 where that is not known.
    pub fn opens_at(self) -> u64 {
        self.parts().opens_at.get()
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
        // The keeper may have been refused before the trial's token was here.
        self.tell(if parts.has_enrolled.get() { &News::Settings } else { &News::Hello });
        self.take_over();
        self.write(&parts);
        self.start_keeper();
        page::listen(&["online"], move || self.tell(&News::SyncNow));
        page::listen(&["visibilitychange", "pageshow"], move || {
            let is_hidden = page::is_hidden();
            // A tablet that was taken up again may have a network again, whatever it was told to wait for.
            let is_back = self.parts().was_hidden.replace(is_hidden) && !is_hidden;
            self.tell(if is_back { &News::SyncNow } else { &News::Journal });
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
        self.tell_at_rest(&parts);
    }

    /// Opens the journal. Where that fails for good, the kiosk goes on without: the keeper has a refuge.
    async fn open_journal(self, parts: &Parts) {
        let mut pause = FIRST_RETRY_MS;
        for _ in 0..REFUGE_AFTER {
            match self.begin_run(parts).await {
                Ok(()) => return,
                Err(error) => self.show_trouble(&error),
            }
            sleep(pause).await;
            pause *= 2;
        }
    }

    /// Begins the run, once. What has been lost since the last one is put back before anything else is read.
    async fn begin_run(self, parts: &Parts) -> Result<(), StoreError> {
        let device = candor_core::event::EventId::new(&clock::moment());
        let mark = Mark::read(&page::mark().await);
        let begun = parts.journal.begin_run(device.as_str(), mark.as_ref()).await?;
        parts.has_begun.set(true);
        show_run(&begun);
        self.show_storage("ok");
        if let (Some(loss), Some(mark)) = (begun.loss, mark) {
            self.report(loss.name(), mark.epoch, mark.seq, 0);
            self.start_keeper();
            let mut waited = 0;
            while !parts.is_keeper_ready.get() && waited < RECOVERY_MS {
                sleep(FIRST_RETRY_MS).await;
                waited += FIRST_RETRY_MS;
            }
        }
        Ok(())
    }

    /// The receiver has higher numbers than this tablet: its store was cut, and goes on in a new epoch.
    fn catch_up(self, mark: &str) {
        let parts = self.parts();
        let Some(mark) = Mark::read(mark) else { return };
        spawn(async move {
            let begun = parts.journal.begin_run(&mark.device, Some(&mark)).await;
            let Ok(begun) = begun else { return };
            show_run(&begun);
            if let Some(loss) = begun.loss {
                self.report(loss.name(), mark.epoch, mark.seq, 0);
            }
        });
    }

    fn show_storage(self, state: &str) {
        page::set_root_data("storage", state);
        self.is_without_storage.set(state != "ok");
    }

    fn show_trouble(self, error: &StoreError) {
        self.is_outdated.set(*error == StoreError::Newer);
        self.show_storage(&error.to_string());
    }

    /// What the tablet has found out about itself becomes an event.
    fn report(self, finding: &str, epoch: u32, seq: u64, count: u64) {
        let body = Body::HealthReported { finding: finding.to_owned(), epoch, seq, count };
        self.record(Draft::new(&clock::moment(), body));
    }

    fn record(self, draft: Draft) {
        let parts = self.parts();
        parts.drafts.borrow_mut().push_back(draft);
        self.write(&parts);
    }

    /// The warning stands until this page's own database answers: the keeper can have one where this page has none. While
    /// an event is written, how that ends is what shows.
    async fn await_database(self) {
        let parts = self.parts();
        let mut pause = FIRST_RETRY_MS;
        while self.is_without_storage.get_untracked() && !parts.is_writing.get() {
            if self.check_door(&parts).await {
                self.show_storage("ok");
                self.reload_soon(&parts);
                break;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LAST_RETRY_MS);
        }
        parts.is_awaiting.set(false);
    }

    fn start_keeper(self) {
        if !self.parts().is_keeper_started.replace(true) {
            page::start_keeper(move |words| self.hear_keeper(&words));
        }
    }

    fn hear_keeper(self, words: &str) {
        let parts = self.parts();
        if let Some(lines) = words.strip_prefix("heir\n") {
            parts.is_keeper_started.set(false);
            parts.has_heir.set(true);
            self.start_keeper();
            page::ask_keeper(&["recent\n", lines, "\n", &parts.journal.recent()].concat());
        }
        let words: Vec<&str> = words.split(' ').collect();
        let number = |index: usize| words.get(index).and_then(|word| word.parse().ok()).unwrap_or_default();
        match words[..] {
            // Whoever needs it has it started at once.
            ["died"] if parts.is_keeper_started.replace(false) => {
                parts.drafts.borrow_mut().append(&mut parts.in_refuge.borrow_mut());
                self.write(&parts);
                Timeout::new(KEEPER_RESTART_MS, move || self.hand_over(&self.parts())).forget();
            }
            ["ready"] => parts.is_keeper_ready.set(true),
            ["joined"] => {
                // All that was kept so far is in the database.
                parts.is_kept_safely.set(true);
                parts.in_refuge.borrow_mut().clear();
                // The keeper's answers, and this page's does not, or will not be found again: only a new page is given another.
                let is_apart = |since: Uptime| clock::uptime() >= since.after(APART_MS);
                parts.is_done_with.set(parts.has_heir.get() || parts.failing_since.get().is_some_and(is_apart));
                // What this page knew besides is there as well: it may go.
                if parts.drafts.borrow().is_empty() {
                    parts.was_in_trouble.set(false);
                    if !parts.is_awaiting.replace(true) {
                        spawn(self.await_database());
                    }
                }
                self.tell_at_rest(&parts);
            }
            ["open"] | ["closed", ..] => {
                parts.opens_at.set(number(1));
                parts.is_long_closed.set(words.len() > 2);
                self.is_closed.set(words.len() > 1);
                // No screen changes by it.
                self.session.update_untracked(|session| {
                    if let Some(session) = session {
                        session.set_closed(words.len() > 2);
                    }
                });
            }
            ["holds", when, ..] => self.hold(&parts, when, words[2..].join(" ")),
            ["reopen"] => parts.journal.give_up(),
            ["kept", id, _, _, how] => {
                parts.is_kept_safely.set(parts.is_kept_safely.get() && how == "safely");
                let kept = Kept { id: id.to_owned(), responses: number(2), epoch: number(3) as u32 };
                *parts.kept.borrow_mut() = Some(kept);
            }
            ["sealed", id, key, sealed] => {
                let text = PersonalText::Sealed { key: key.to_owned(), sealed: sealed.to_owned() };
                *parts.sealed.borrow_mut() = Some((id.to_owned(), Sealed::Text(text)));
            }
            ["not-sealed", id] => *parts.sealed.borrow_mut() = Some((id.to_owned(), Sealed::NoKey)),
            ["unsealable", id] => *parts.sealed.borrow_mut() = Some((id.to_owned(), Sealed::BadKey)),
            ["behind", ..] => self.catch_up(&words[1..].join(" ")),
            ["erased", ..] => {
                let (epoch, from, to, count) = (number(1) as u32, number(2), number(3), number(4));
                let body = Body::Erased { count, epoch, from, reason: "retention".to_owned(), to };
                self.record(Draft::new(&clock::moment(), body));
            }
            ["mark", how] => page::set_root_data("mark", how),
            // Its id is made of what it is about: whoever says it again says the same.
            ["alert", id, ..] => {
                if let (Some(id), Some(body)) = (EventId::parse(id), Alert::body(&words[2..].join(" "))) {
                    self.record(Draft { id, ..Draft::new(&clock::moment(), body) });
                }
            }
            ["report", finding, ..] => self.report(finding, number(2) as u32, number(3), number(4)),
            _ => {}
        }
    }

    /// Something else holds from now on: at once where a person wants it or the page has just started, else while the
    /// loop stands, or when the screen of a customer who has gone ends by the clock.
    fn hold(self, parts: &Parts, when: &str, holds: String) {
        page::set_root_data("holds", &holds);
        let before = parts.holds.replace(holds.clone());
        // Nothing, and nothing after nothing, is no news.
        if before == holds || before.len() + holds.len() <= 2 {
            return;
        }
        let is_resting = self.session.with_untracked(|session| session.as_ref().is_none_or(Session::rests));
        if when == "now" || before.is_empty() || is_resting {
            self.reload_soon(parts);
        } else {
            parts.has_new_hold.set(true);
        }
    }

    /// The settings; on the very first start those of a trial, where the app came from one.
    async fn load_settings(self, parts: &Parts) -> KioskSettings {
        parts.seals.set(match parts.journal.load(SEALING_RECORD).await {
            Ok(Some(record)) => {
                page::keep_sealing(&record);
                !record.is_empty()
            }
            // It may have been made anew. The manager reads the record as well.
            Ok(None) => {
                let kept = page::kept_sealing();
                !kept.is_empty() && {
                    let _ = parts.journal.save(SEALING_RECORD, &kept).await;
                    true
                }
            }
            // Words wait for the keeper, who can tell.
            Err(_) => true,
        });
        let settings = self.read_settings(parts).await;
        parts.masks.set(settings.mask);
        page::set_root_data("programs", &settings.programs.join(" "));
        page::set_root_data("scanner", if settings.scanner { "on" } else { "" });
        settings
    }

    async fn read_settings(self, parts: &Parts) -> KioskSettings {
        let saved = parts.journal.load(SETTINGS_RECORD).await.ok().flatten();
        let saved = saved.and_then(|json| KioskSettings::from_json(&json, &parts.holds.borrow()));
        let is_new = saved.is_none();
        let mut settings = saved.unwrap_or_default();
        // A full disk may have cost the token alone.
        if parts.journal.load(TOKEN_RECORD).await == Ok(None)
            && let Some(trial) = fetch::trial(!link_channel().is_empty()).await
        {
            if is_new {
                settings.point = trial.point;
            }
            let is_saved = parts.journal.save(TOKEN_RECORD, &trial.token).await.is_ok()
                && (!is_new || parts.journal.save(SETTINGS_RECORD, &settings.to_json()).await.is_ok());
            parts.has_enrolled.set(is_saved);
            page::set_root_data("trial", if is_saved { "enrolled" } else { "failed" });
        }
        settings
    }

    /// The survey in service: from this release, else as it was kept when it was last read.
    async fn load_survey(self, settings: &KioskSettings) {
        let parts = self.parts();
        let wanted = page::parameter("survey").unwrap_or_else(|| settings.survey.clone());
        let is_name = |id: &str| id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let wanted = if is_name(&wanted) { wanted } else { settings.survey.clone() };
        let mut pause = FIRST_RETRY_MS;
        let (json, survey) = loop {
            if let Some(read) = read_survey(&parts.journal, &wanted).await {
                break read;
            }
            if let Some(read) = read_survey(&parts.journal, &settings.survey).await {
                break read;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LAST_RETRY_MS);
        };
        let offered = survey.offered(&settings.languages);
        let point = page::parameter("point").unwrap_or_else(|| settings.point.clone());
        let asked = page::parameter("lang").filter(|tag| offered.contains(tag));
        let locale = asked.or_else(|| offered.first().cloned()).unwrap_or_default();
        let ways = [(settings.low, "low "), (settings.fullscreen, "fullscreen "), (!settings.sound, "quiet")];
        let ways = ways.into_iter().filter(|(is_chosen, _)| *is_chosen).map(|(_, name)| name).collect();
        let asked = Asked { json, offered, appearance: settings.appearance.clone(), ways };
        let survey = asked.in_language(&locale).await.unwrap_or(survey);
        // While this was read a customer may have begun: what is new then waits for the next one.
        if self.session.with_untracked(Option::is_some) && !self.is_at_rest() {
            parts.wants_reload.set(true);
            return;
        }
        *parts.survey.borrow_mut() = asked;
        parts.next_choice();
        let is_known = survey.locales.contains(&locale);
        let locale = if is_known { locale } else { survey.default_locale().to_owned() };
        self.show_first_screen(&survey, &point, &locale, &locale);
        let context = Context {
            survey: survey.id.clone(),
            version: survey.version,
            locale,
            point,
            staff: page::parameter("staff").or_else(|| Some(settings.staff.clone()).filter(|staff| !staff.is_empty())),
            ticket: page::parameter("ticket"),
            channel: link_channel(),
            offer: None,
            closed: parts.is_long_closed.get(),
        };
        let ticket = context.ticket.clone();
        let mut session = Session::new(survey, context, clock::uptime());
        if self.session.with_untracked(|before| before.as_ref().is_some_and(Session::rests)) {
            session.rest();
        }
        self.session.set(Some(session));
        self.set_alarm();
        self.offer_visit(Visit { ticket, ..Visit::default() }).await;
    }

    /// Somebody beside the tablet asks the customer to rate: who, and, each in a line, point, staff and ticket.
    fn offer(self, words: &str) {
        let mut words = words.split('\n').map(str::to_owned);
        let by = words.next().unwrap_or_default();
        let mut next = || words.next().filter(|word| !word.is_empty());
        let (point, staff, ticket) = (next(), next(), next());
        spawn(self.offer_visit(Visit { by, point, staff, ticket, is_rated: false }));
    }

    /// A store that does not answer must not keep a customer from rating.
    async fn offer_visit(self, visit: Visit) {
        let journal = Rc::clone(&self.parts().journal);
        let is_rated = match &visit.ticket {
            Some(ticket) => journal.has_ticket(ticket).await == Ok(true),
            None => false,
        };
        // The ticket of the page's address is no offer: it only asks whether it may be rated.
        if is_rated || !visit.by.is_empty() {
            self.dispatch(Input::Offered(Visit { is_rated, ..visit }));
        }
    }

    fn take_over(self) {
        let knocked = page::take_over(move |tap| match tap {
            Tap::Rate(rating) => self.dispatch(Input::Rated(rating)),
            Tap::Locale(locale) => self.choose_language(locale),
            Tap::Large => self.dispatch(Input::LargeToggled),
            Tap::Contrast => self.dispatch(Input::ContrastToggled),
            Tap::Door => self.open_door(),
            Tap::Offer(words) => self.offer(&words),
            Tap::Withdrawal => self.dispatch(Input::OfferWithdrawn),
            Tap::Staff(number) => self.dispatch(Input::StaffNamed(number)),
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
            // What stood on the screen may have been another survey than the one that is in service.
            let is_of_this_survey = self.session.with_untracked(|session| {
                let survey = session.as_ref().map(Session::survey);
                let is_same = |id: &String| survey.is_some_and(|survey| survey.id == *id);
                survey.is_some_and(|survey| survey.scale == tap.scale) && tap.survey.as_ref().is_none_or(is_same)
            });
            if is_of_this_survey {
                self.handle(Input::Rated(tap.rating), &tap.moment);
            } else {
                self.record_abandoned(&tap);
            }
        }
        let looks = [("large", Input::LargeToggled), ("contrast", Input::ContrastToggled)];
        for (_, input) in looks.into_iter().filter(|(name, _)| page::has_look(name)) {
            self.dispatch(input);
        }
        let wanted = page::wanted_locale();
        if !wanted.is_empty() {
            page::show_locale(&wanted);
            self.choose_language(wanted);
        }
        if knocked {
            self.open_door();
        }
    }

    /// Changes to a language; one that this page has not read is fetched first.
    fn choose_language(self, locale: String) {
        let is_known = self.session.with_untracked(|session| {
            session.as_ref().is_some_and(|session| session.survey().locales.contains(&locale))
        });
        self.lacks_language.set(false);
        let parts = self.parts();
        let choice = parts.next_choice();
        if is_known {
            return self.dispatch(Input::LocaleChosen(locale));
        }
        self.dispatch(Input::Touched);
        let asked = parts.survey.borrow().clone();
        spawn(async move {
            let survey = asked.in_language(&locale).await;
            // Meanwhile another language was chosen, or another customer stands there.
            if parts.choices.get() != choice {
                return;
            }
            let Some(survey) = survey else { return self.lacks_language.set(true) };
            let mut shown = None;
            self.session.update(|session| {
                if let Some(session) = session
                    && session.learn(&survey)
                {
                    shown = Some((session.point().to_owned(), session.default_locale().to_owned()));
                }
            });
            if let Some((point, default)) = shown {
                self.show_first_screen(&survey, &point, &default, &locale);
                self.dispatch(Input::LocaleChosen(locale));
            }
        });
    }

    fn show_first_screen(self, survey: &Survey, point: &str, default: &str, shown: &str) {
        let parts = self.parts();
        let asked = parts.survey.borrow();
        let looks = [("appearance", asked.appearance.as_str()), ("ways", asked.ways.as_str())];
        let first = first_screen(survey, &asked.offered, point, default, &looks, text::text);
        page::show_first_screen(&first, shown);
    }

    /// A tap whose page was gone before the wasm came, or showed another survey: a rating without a follow-up.
    fn record_abandoned(self, tap: &EarlyTap) {
        let draft = self.session.with_untracked(|session| {
            session.as_ref()?.given_before(tap.rating, tap.scale, tap.survey.as_deref(), &tap.moment)
        });
        self.parts().drafts.borrow_mut().extend(draft);
    }

    /// Takes what happened. The screen changes at once; what is to be recorded is written behind it.
    pub fn dispatch(self, input: Input) {
        self.handle(input, &clock::moment());
    }

    fn handle(self, input: Input, moment: &candor_core::time::Moment) {
        let is_clock = input == Input::TimePassed;
        let is_end = is_clock || input == Input::Dismissed;
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
            // Who comes next has chosen nothing yet.
            if is_end {
                parts.next_choice();
                self.lacks_language.set(false);
            }
            if is_clock && parts.has_new_hold.take() || parts.wants_reload.take() {
                spawn(self.reload());
            }
            // By the clock only: a touch is somebody who begins. Where a page has no database any more, a tap while it is
            // loaded anew is the lesser evil.
            if is_clock || is_end && parts.is_done_with.get() {
                self.tell_at_rest(&parts);
            }
        }
    }

    /// The next release may come. Not while the store is in trouble or words wait for their key: this page may be the only
    /// one that knows what was recorded last. A database of a newer version is no trouble of its own: nothing but the next
    /// release ends it.
    fn tell_at_rest(self, parts: &Parts) {
        let is_of_no_use = self.is_outdated.get_untracked() || parts.is_done_with.get();
        let knows_more = parts.was_in_trouble.get() && !(is_of_no_use && parts.is_kept_safely.get())
            || !parts.unsealed.borrow().is_empty();
        if self.is_at_rest() && !knows_more {
            if parts.is_done_with.take() {
                page::start_again();
            }
            page::tell_at_rest();
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
            if let Some(draft) = next {
                match self.seal(&parts, draft.clone(), 1).await {
                    Some(draft) => self.write_one(&parts, &draft).await,
                    None => parts.unsealed.borrow_mut().push_back((draft, 0)),
                }
                parts.drafts.borrow_mut().pop_front();
                continue;
            }
            let next = parts.unsealed.borrow().front().cloned();
            let Some((draft, tries)) = next else { break };
            let sealed = self.seal(&parts, draft.clone(), 0).await;
            let sealed = sealed.or_else(|| (tries >= SEALING_TRIES).then(|| self.without_words(draft.clone())));
            match &sealed {
                Some(draft) => self.write_one(&parts, draft).await,
                None => parts.unsealed.borrow_mut().push_back((draft, tries + 1)),
            }
            parts.unsealed.borrow_mut().pop_front();
        }
        parts.is_writing.set(false);
        page::forget_early_taps(&parts.early_lines.take());
    }

    /// Writes until it is written. The id makes it safe to write again after a failure or a silence.
    async fn write_one(self, parts: &Parts, draft: &Draft) {
        let mut pause = FIRST_RETRY_MS;
        let mut failures = 0;
        loop {
            match self.append(parts, draft).await {
                Ok(appended) => {
                    parts.failing_since.set(None);
                    if let Some(json) = parts.journal.newest() {
                        page::ask_keeper(&["recorded\n", &json].concat());
                    }
                    self.show_storage("ok");
                    self.dispatch(Input::Stored(draft.id.clone(), appended.responses));
                    if parts.was_in_trouble.take() {
                        self.hand_over(parts);
                        // It may be another database, with other settings or none.
                        parts.wants_reload.set(true);
                    }
                    // The database was wiped or cut under this page, which went on in a new epoch.
                    if let Some((loss, mark)) = parts.journal.take_loss() {
                        self.hand_over(parts);
                        self.report(loss.name(), mark.epoch, mark.seq, 0);
                    }
                    break;
                }
                Err(error) => {
                    failures += 1;
                    parts.failing_since.set(parts.failing_since.get().or_else(|| Some(clock::uptime())));
                    if !parts.was_in_trouble.replace(true) {
                        self.hand_over(parts);
                    }
                    self.show_trouble(&error);
                    // One try that only ended by its watchdog has kept a customer waiting for long enough.
                    let is_hopeless = matches!(error, StoreError::Broken(_) | StoreError::Newer) || error == silence();
                    if (failures >= REFUGE_AFTER || is_hopeless) && self.take_refuge(parts, draft).await {
                        break;
                    }
                }
            }
            sleep(pause).await;
            pause = (pause * 2).min(LAST_RETRY_MS);
        }
        self.tell(&News::Journal);
    }

    /// What was recorded last may be nowhere else: a database in trouble, and one that was made anew, is not relied on.
    fn hand_over(self, parts: &Parts) {
        self.start_keeper();
        page::ask_keeper(&["recent\n", &parts.journal.recent()].concat());
    }

    /// Has the keeper keep what the database does not take; says whether it did. While it is asked nothing else is
    /// tried: one event must not get two places.
    async fn take_refuge(self, parts: &Parts, draft: &Draft) -> bool {
        self.start_keeper();
        let known = match parts.journal.last_head() {
            Some(head) => Some(Mark::of(&head)),
            None => Mark::read(&page::mark().await),
        };
        let Mark { device, epoch, seq } = known.unwrap_or(Mark { device: String::new(), epoch: 0, seq: 0 });
        let until = clock::now().0 + i64::from(REFUGE_PAUSE_MS * (REFUGE_TRIES - 1));
        page::ask_keeper(&format!("keep {until} {device} {epoch} {seq} {}", Written::new(draft).to_json()));
        for _ in 0..REFUGE_TRIES {
            sleep(REFUGE_PAUSE_MS).await;
            let kept = parts.kept.borrow_mut().take().filter(|kept| kept.id == draft.id.as_str());
            if let Some(kept) = kept {
                parts.journal.reserve(kept.epoch);
                if parts.in_refuge.borrow().len() < MOST_IN_REFUGE {
                    parts.in_refuge.borrow_mut().push_back(draft.clone());
                }
                self.show_storage("refuge");
                self.dispatch(Input::Stored(draft.id.clone(), kept.responses));
                return true;
            }
        }
        false
    }

    /// Words of a draft as they may be stored: masked, and sealed where the owner wants that. They never reach the disk
    /// before. `None` while the keeper does not answer; sooner if more than `own` drafts are waiting, since nobody has to
    /// wait for another's words.
    async fn seal(self, parts: &Parts, draft: Draft, own: usize) -> Option<Draft> {
        let text = draft.text.clone().map(|text| if parts.masks.get() { text.masked() } else { text });
        let Some(clear) = text.clone().filter(|_| parts.seals.get()) else { return Some(Draft { text, ..draft }) };
        self.start_keeper();
        let id = draft.id.as_str();
        page::ask_keeper(&["seal ", id, " ", &clear.to_json(), "\n", &page::kept_sealing()].concat());
        for _ in 0..SEALING_PAUSES {
            sleep(SEALING_PAUSE_MS).await;
            let sealed = parts.sealed.borrow_mut().take().filter(|(of, _)| of == id);
            match sealed {
                Some((_, Sealed::Text(text))) => return Some(Draft { text: Some(text), ..draft }),
                Some((_, Sealed::NoKey)) => return Some(Draft { text: Some(clear), ..draft }),
                Some((_, Sealed::BadKey)) => return Some(self.without_words(draft)),
                None if parts.drafts.borrow().len() > own => return None,
                None => {}
            }
        }
        None
    }

    /// In clear is worse than not at all: the rating stays, the words go.
    fn without_words(self, draft: Draft) -> Draft {
        self.report(const { FindingKind::SealingDamaged.as_str() }, 0, 0, 1);
        Draft { text: None, ..draft }
    }

    async fn append(self, parts: &Parts, draft: &Draft) -> Result<Appended, StoreError> {
        if !parts.has_begun.get() {
            self.begin_run(parts).await?;
            // The start has not read any settings.
            parts.wants_reload.set(true);
        }
        parts.journal.append(draft).await
    }

    fn tell(self, news: &News) {
        if let Some(announcer) = self.parts().announcer.borrow().as_ref() {
            announcer.tell(news);
        }
    }

    fn hear(self, news: News) {
        let parts = self.parts();
        match news {
            News::Sync(state, why) => {
                page::set_root_data("sync", &state);
                page::set_root_data("sync-why", &why);
            }
            News::Settings => self.reload_soon(&parts),
            News::Journal | News::SyncNow | News::Hello => {}
        }
    }

    fn reload_soon(self, parts: &Parts) {
        parts.wants_reload.set(true);
        if self.is_at_rest() && parts.wants_reload.take() {
            spawn(self.reload());
        }
    }

    /// New settings come into service between two customers.
    async fn reload(self) {
        let parts = self.parts();
        let settings = self.load_settings(&parts).await;
        self.load_survey(&settings).await;
        // A PIN that was lost with the database may be back.
        self.check_door(&parts).await;
    }

    /// Whether there is a PIN; says whether the database has told.
    async fn check_door(self, parts: &Parts) -> bool {
        let door = parts.journal.load(DOOR_RECORD).await;
        if let Ok(door) = &door {
            self.needs_pin.set(door.is_none());
        }
        door.is_ok()
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
        // Without BroadcastChannel no news of new settings comes.
        parts.wants_reload.set(true);
        spawn(async move {
            self.check_door(&parts).await;
        });
        self.dispatch(Input::Touched);
    }
}

/// The survey in service as its file has it, the languages to choose from, and how the page looks.
#[derive(Clone, Default)]
struct Asked {
    json: String,
    offered: Vec<String>,
    appearance: String,
    /// `low`, `fullscreen`, `quiet`.
    ways: String,
}

impl Asked {
    /// The survey with a language in it, which is fetched if this page has not read it; `None` where it is not to be had.
    async fn in_language(&self, tag: &str) -> Option<Survey> {
        if !text::has(tag) && text::is_fetched(tag) {
            let pack = fetch::language(tag).await.and_then(|json| Pack::parse(&json));
            if let Some(pack) = pack {
                text::keep(tag, pack);
            }
        }
        let survey = Survey::parse(&self.json).ok()?;
        let further = text::further_texts(&survey.id, &survey.locales);
        let merged = if further.is_empty() { Some(survey) } else { Survey::parse_with(&self.json, &further).ok() };
        merged.filter(|survey| survey.locales.iter().any(|known| known == tag))
    }
}

/// The channel, where it is a customer's own device; else empty.
fn link_channel() -> String {
    page::parameter("channel").filter(|channel| channel == CHANNELS[1]).unwrap_or_default()
}

async fn read_survey(journal: &IndexedDbJournal, id: &str) -> Option<(String, Survey)> {
    let record = format!("survey:{id}");
    // Owners' surveys have a hyphen in their names and no file: nobody is to wait for one where the network hangs.
    let fetched = if id.contains('-') { None } else { fetch::template(id).await };
    if let Some(json) = fetched
        && let Ok(survey) = Survey::parse(&json)
    {
        let _ = journal.save(&record, &json).await;
        return Some((json, survey));
    }
    let kept = journal.load(&record).await.ok().flatten()?;
    let survey = Survey::parse(&kept).ok()?;
    Some((kept, survey))
}

/// Tells the manager's module which run this page records in.
fn show_run(begun: &Begun) {
    page::set_root_data("run", &begun.head.run.to_string());
}
