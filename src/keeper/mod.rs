//! The keeper: what the tablet does behind the customer's back. It runs in a worker of each tab; the one that leads
//! delivers what is queued and keeps the second place.
//!
//! It records nothing itself, since events are numbered by the run of a page: what it finds out it tells its page.
//!
//! | a page says | and hears |
//! | --- | --- |
//! | `keep {until} {device} {epoch} {seq} {draft}`: the database, which had come that far, does not take it; the answer is waited for until then | `kept {id} {responses} {epoch} safely`, or `in-memory` where the second place did not take it either |
//! | `recorded` and a line: an event that the database has just taken | |
//! | `recent` and lines: the events that were recorded last, since the database is in trouble, or was | |
//! | `seal {id} {text}`, and on a line of its own the sealing key's record as the page knows it | `sealed {id} {key} {sealed}`; `not-sealed {id}` where there is no key, `unsealable {id}` where it cannot be used |
//! | | `alert {id} {body}`: to be recorded as `alert.raised` |
//! | | `behind {mark}`: the receiver has more of this tablet than the tablet, or other events under its numbers |
//! | | `heir` and lines: the database does not answer here any more, though it may elsewhere; the page starts another keeper and gives it these events as `recent` |
//! | | `erased {epoch} {from} {to} {count}`: pruned, to be recorded |
//! | | `died`: it does not start, or has come upon a bug; the page starts another |
//! | | `mark on`, or `mark off`: whether somebody who looks for it is to see that there is an alert |
//! | | `open`, or `closed {opens at, ms}`, and behind it `long` more than half an hour from when it is open: how the opening hours have it; without a word they are open |
//! | | `joined`: the database has all that page and second place know |
//! | | `reopen`: page and keeper do not see the same database |
//! | nothing: is it still there? | nothing |
//! | `lead`: it is there for a keeper that stood still, and perhaps holds the lock | |
//! | `sign-in {code} {number}`: a clerk at the tablet; `sign-out` | by the channel `candor-staff` what became of it: `signed-in {number}`, `wrong {wait, ms}`, `wait {wait, ms}`, `failed`, `signed-out` |
//! | | `holds now {json}`, or `holds soon {json}`: what holds over the settings at present, since somebody has signed in or out, or by the time of day; without a word nothing does |
//! | | `ready`: what was lost is back, as far as it can be |
//! | | `report {finding} {epoch} {seq} {count}`: to be recorded as `health.reported` |
//!
//! A door that finds no PIN asks the leader whether the second place has one, on a channel of their own ([`KeptPin`](crate::browser::announce::KeptPin)).

mod alerts;
mod bell;
mod duty;
mod garbage;
mod joining;
mod opening;
mod overdue;
mod pruning;
mod reconcile;
mod refuge;
mod releases;
mod scrub;
mod sealing;
mod second;
mod trouble;
mod uploader;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use candor_core::health::{FindingKind, Second};
use candor_core::journal::{Place, StoreError};
use candor_core::outbox::State;
use candor_core::time::Uptime;
use gloo_timers::callback::Interval;

use crate::browser::announce::{Announcer, Channel, DOOR_CHANNEL, IS_THERE_A_PIN, News};
use crate::browser::journal::{IndexedDbJournal, silence};
use crate::browser::lock::{Ask, lead};
use crate::browser::task::spawn;
use crate::browser::{clock, worker};
use crate::code;
use crate::runtime::DATABASE;
use alerts::Vigil;
use bell::Bell;
use duty::Duty;
use opening::Opening;
use reconcile::Reconciler;
use refuge::{Kept, Refuge};
use second::{Beside, SecondPlace};
use trouble::draft_to_keep;
use uploader::{Report, Uploader};

/// At most one keeper of this device leads, in however many tabs.
const LOCK: &str = "candor-keeper";
/// Where `loop.js` asks for the code of an address.
const CODES_CHANNEL: &str = "candor-code";
/// What failed is tried again after this; it doubles, so that for a while nobody holds the database open: LevelDB comes
/// to itself only then.
const RETRY_MS: u32 = 3_000;
const MOST_DOUBLINGS: u32 = 2;
/// So many times in a row, ten to thirty seconds, and what the second place has is delivered without the database.
const FAILURES_TO_BEAR: u32 = 3;
/// Files are opened, and found, in milliseconds, or there is no answer.
const OPEN_MS: u32 = 10_000;
/// How often it is looked whether the files of the second place are still there, the first time so long after a start.
const LOOK_FOR_FILES_MS: u64 = 20_000;
/// And so often where nothing else happens.
const IDLE_MS: u32 = 60_000;
/// How the line of an heir begins that has what was beside the events.
const BESIDE: &str = r#"{"mark":"#;
/// How often a keeper asks whether one leads.
const ASK_MS: u32 = 20_000;
/// A leader that has not answered for this long is frozen or gone: the lock is taken from it.
const SILENCE_MS: u64 = 65_000;
/// How often the second place and the witness of what was delivered are brought up to date while a backlog drains: to
/// look whether anything is left takes the longer, the more has gone.
const NOTE_DELIVERY_MS: u64 = 2_000;
/// How often it is looked whether storage is under pressure, and whether a release has failed.
const PRUNE_MS: u32 = 3_600_000;

/// Starts the keeper of this worker.
pub fn start() {
    let keeper = Rc::new(Keeper {
        journal: Rc::new(IndexedDbJournal::new(DATABASE)),
        announcer: RefCell::default(),
        door: RefCell::default(),
        codes: RefCell::default(),
        bell: Bell::default(),
        stands: RefCell::new((State::Idle, "")),
        is_leading: Cell::new(false),
        has_joined: Cell::new(false),
        reopened: Cell::default(),
        joins_asked: Cell::default(),
        has_looked: Cell::new(false),
        has_second: Cell::new(false),
        is_ready: Cell::new(false),
        heard_at: Cell::new(clock::uptime()),
        news: Cell::default(),
        second: RefCell::default(),
        second_says: RefCell::default(),
        is_second_lost: Cell::default(),
        full_again_at: Cell::new(Uptime(0)),
        uploader: RefCell::default(),
        refuge: RefCell::default(),
        unfiled: RefCell::default(),
        will_file: Cell::default(),
        recent: RefCell::default(),
        taken_in: Cell::default(),
        is_unusable_told: Cell::default(),
        settled: RefCell::default(),
        join_again_at: Cell::new(Uptime(0)),
        joins_in_vain: Cell::default(),
        was_damaged: Cell::default(),
        hidden: RefCell::default(),
        failures: Cell::default(),
        silent_since: Cell::default(),
        are_files_silent: Cell::default(),
        look_for_files_at: Cell::new(Uptime(0).after(LOOK_FOR_FILES_MS)),
        remembered: RefCell::default(),
        reconciler: Reconciler::default(),
        is_delivery_unnoted: Cell::default(),
        note_delivery_at: Cell::new(Uptime(0)),
        opening: RefCell::default(),
        duty: RefCell::default(),
        vigil: Vigil::default(),
    });
    let ears = Rc::clone(&keeper);
    *keeper.announcer.borrow_mut() = Announcer::open(move |news| ears.hear(news));
    let ears = Rc::clone(&keeper);
    *keeper.door.borrow_mut() = Channel::open(DOOR_CHANNEL, move |words| {
        if words == IS_THERE_A_PIN && ears.is_leading.get() {
            ears.note(|news| news.door = true);
        }
    });
    let ears = Rc::clone(&keeper);
    *keeper.codes.borrow_mut() = Channel::open(CODES_CHANNEL, move |words| {
        if let Some(text) = words.strip_prefix("draw ")
            && let Some(code::Drawing { side, path }) = code::draw(text)
            && let Some(codes) = ears.codes.borrow().as_ref()
        {
            codes.tell(&format!("drawn {side} {path}\n{text}"));
        }
    });
    let ears = Rc::clone(&keeper);
    worker::listen(move |words| ears.listen(&words));
    Rc::clone(&keeper).run_for_office(Ask::InTurn);
    keeper.tell(News::Hello);
    let watch = Rc::clone(&keeper);
    Interval::new(ASK_MS, move || watch.look_after_the_leader()).forget();
    let pruner = Rc::clone(&keeper);
    Interval::new(PRUNE_MS, move || pruner.note(|news| news.room = true)).forget();
    *keeper.opening.borrow_mut() = Some(Opening::watch(Rc::clone(&keeper.journal)));
    *keeper.duty.borrow_mut() = Some(Duty::watch(Rc::clone(&keeper.journal)));
    spawn(scrub::watch(Rc::clone(&keeper)));
    spawn(alerts::watch(Rc::clone(&keeper)));
    spawn(keeper.serve());
}

/// Has the page record something that was found out.
fn report(finding: FindingKind, about: Place, count: u64) {
    worker::say(&format!("report {} {} {} {count}", finding.as_str(), about.epoch, about.seq));
}

/// What has happened since the keeper last looked.
#[derive(Clone, Copy, Default)]
struct Noted {
    journal: bool,
    records: bool,
    delivered: bool,
    room: bool,
    /// A door has found no PIN, and asks.
    door: bool,
    /// A write has failed for want of room.
    full: bool,
    /// What is to be sent cannot be read, also after a join.
    unreadable: bool,
}

/// What the second place has not yet.
enum Unfiled {
    /// Of the refuge, which the database has not either.
    Kept(Kept),
    /// An event that was just recorded, as it travels.
    Recorded(String),
    /// One that was recorded a while ago, and that the database may have lost.
    Recent(String),
}

struct Keeper {
    journal: Rc<IndexedDbJournal>,
    announcer: RefCell<Option<Announcer>>,
    door: RefCell<Option<Channel>>,
    /// On which the page asks for codes to be drawn: what does that is no part of the first load.
    codes: RefCell<Option<Channel>>,
    bell: Bell,
    /// How the upload stands, as it was last told.
    stands: RefCell<(State, &'static str)>,
    is_leading: Cell<bool>,
    /// Whether the second place and the database have been joined since this keeper leads.
    has_joined: Cell<bool>,
    /// Joins in a row in which the database was opened anew.
    reopened: Cell<u32>,
    /// How often a join was asked for.
    joins_asked: Cell<u32>,
    /// Whether the files have been looked for since this keeper leads.
    has_looked: Cell<bool>,
    /// Whether this keeper has the files, at hand or out on loan.
    has_second: Cell<bool>,
    is_ready: Cell<bool>,
    /// When the leader was last heard.
    heard_at: Cell<Uptime>,
    news: Cell<Noted>,
    second: RefCell<Option<SecondPlace>>,
    second_says: RefCell<Second>,
    /// Whether it stood once and was empty when it was opened.
    is_second_lost: Cell<bool>,
    /// When it may be looked again for something to prune on a full tablet: it means reading the whole journal.
    full_again_at: Cell<Uptime>,
    uploader: RefCell<Option<Rc<Uploader<IndexedDbJournal>>>>,
    refuge: RefCell<Option<Rc<Refuge>>>,
    /// What is to go to the second place as soon as that is at hand.
    unfiled: RefCell<Vec<Unfiled>>,
    /// Whether that is about to be filed.
    will_file: Cell<bool>,
    /// What the page recorded last, when the database was last in trouble.
    recent: RefCell<Vec<String>>,
    /// The length of the second place when it was last taken into the refuge.
    taken_in: Cell<u64>,
    /// Whether it is known to the page that the database cannot be used.
    is_unusable_told: Cell<bool>,
    /// Places of what was taken or refused, and of which the second place has not heard.
    settled: RefCell<Vec<Place>>,
    /// When a failing upload may be met by a further join.
    join_again_at: Cell<Uptime>,
    /// How many were since all was well.
    joins_in_vain: Cell<u32>,
    /// Whether the database was found damaged when it was last drained.
    was_damaged: Cell<bool>,
    /// What is delivered from memory, since a damaged database does not list it.
    hidden: RefCell<Option<Rc<Refuge>>>,
    /// Times in a row that something had to be tried again.
    failures: Cell<u32>,
    /// Since when the database has not answered at all.
    silent_since: Cell<Option<Uptime>>,
    /// Whether they could not be opened for want of an answer.
    are_files_silent: Cell<bool>,
    /// When it is looked whether the files are still there.
    look_for_files_at: Cell<Uptime>,
    /// What the second place has beside events, as this keeper read it last or the one before left it.
    remembered: RefCell<Option<Beside>>,
    reconciler: Reconciler,
    /// Whether something was delivered and the files have not heard of it.
    is_delivery_unnoted: Cell<bool>,
    /// When they hear of it in the middle of a backlog.
    note_delivery_at: Cell<Uptime>,
    opening: RefCell<Option<Rc<Opening<IndexedDbJournal>>>>,
    duty: RefCell<Option<Rc<Duty<IndexedDbJournal>>>>,
    vigil: Vigil,
}

impl Keeper {
    fn tell(&self, news: News) {
        if let Some(announcer) = self.announcer.borrow().as_ref() {
            announcer.tell(&news);
        }
    }

    fn run_for_office(self: Rc<Self>, ask: Ask) {
        let (winner, loser) = (Rc::clone(&self), self);
        lead(LOCK, ask, move || winner.take_office(), move || loser.leave_office());
    }

    /// Takes the lock from whoever has it.
    fn seize_office(self: &Rc<Self>) {
        if !self.is_leading.get() {
            Rc::clone(self).run_for_office(Ask::Steal);
        }
    }

    fn take_office(&self) {
        self.is_leading.set(true);
        self.has_joined.set(false);
        self.has_looked.set(false);
        self.bell.ring();
    }

    fn leave_office(&self) {
        self.is_leading.set(false);
        self.heard_at.set(clock::uptime());
        self.has_second.set(false);
        if let Some(second) = self.second.borrow_mut().take() {
            self.hand_in(second);
        }
        if let Some(uploader) = self.uploader.borrow_mut().take() {
            uploader.stop();
        }
    }

    fn look_after_the_leader(self: &Rc<Self>) {
        if self.is_leading.get() {
            return;
        }
        self.tell(News::Hello);
        if clock::uptime().0.saturating_sub(self.heard_at.get().0) > SILENCE_MS {
            self.heard_at.set(clock::uptime());
            Rc::clone(self).run_for_office(Ask::Steal);
        }
    }

    fn note(&self, note: impl FnOnce(&mut Noted)) {
        let mut news = self.news.get();
        note(&mut news);
        self.news.set(news);
        self.bell.ring();
    }

    fn hear(self: &Rc<Self>, news: News) {
        if let News::Sync(..) = news {
            self.heard_at.set(clock::uptime());
            self.be_ready();
        }
        let uploader = self.uploader.borrow().clone();
        match news {
            News::Journal => {
                self.note(|news| news.journal = true);
                self.vigil.note();
            }
            News::Settings => {
                self.note(|news| news.records = true);
                self.vigil.note_rules();
                self.read_hours_again();
            }
            News::Hello if self.is_joined() => self.tell_how_it_stands(),
            _ => {}
        }
        if let Some(uploader) = uploader {
            match news {
                News::Journal => uploader.tell(),
                News::SyncNow => uploader.wake(),
                News::Settings => uploader.reconsider(),
                News::Hello | News::Sync(..) => {}
            }
        }
        if let (Some(refuge), News::SyncNow) = (self.refuge.borrow().as_ref(), news) {
            let refuge = Rc::clone(refuge);
            spawn(async move { refuge.wake().await });
        }
    }

    fn listen(self: &Rc<Self>, words: &str) {
        match words {
            "" => worker::say(""),
            "lead" => self.seize_office(),
            _ => {}
        }
        if let Some(duty) = self.duty.borrow().as_ref() {
            duty.listen(words);
        }
        if let Some((id, text)) = words.strip_prefix("seal ").and_then(|words| words.split_once(' ')) {
            spawn(Rc::clone(self).seal(id.to_owned(), text.to_owned()));
        }
        if let Some(line) = words.strip_prefix("recorded\n") {
            self.unfiled.borrow_mut().push(Unfiled::Recorded(line.to_owned()));
            self.file_soon();
            self.vigil.note();
            // A browser without BroadcastChannel brings no other news of it.
            if let Some(uploader) = self.uploader.borrow().as_ref() {
                uploader.tell();
            }
        }
        if let Some(lines) = words.strip_prefix("recent\n") {
            let (beside, lines): (Vec<&str>, Vec<&str>) = lines.lines().partition(|line| line.starts_with(BESIDE));
            if let Some(beside) = beside.first().and_then(|line| serde_json::from_str(line).ok()) {
                *self.remembered.borrow_mut() = Some(beside);
                self.put_remembered();
                // The one before may not have ended.
                self.seize_office();
            }
            let lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
            self.unfiled.borrow_mut().extend(lines.iter().cloned().map(Unfiled::Recent));
            self.file();
            *self.recent.borrow_mut() = lines;
            self.ask_for_join();
            self.bell.ring();
        }
        if let Some((until, known, written)) = words.strip_prefix("keep ").and_then(draft_to_keep) {
            spawn(Rc::clone(self).take_refuge(until, known, written));
        }
    }

    fn be_ready(&self) {
        if !self.is_ready.replace(true) {
            worker::say("ready");
        }
    }

    fn tell_how_it_stands(&self) {
        let (state, why) = *self.stands.borrow();
        self.tell(News::Sync(state.name().to_owned(), why.to_owned()));
    }

    /// The one task that touches the files.
    async fn serve(self: Rc<Self>) {
        loop {
            let is_done = self.attend().await;
            let failures = if is_done { 0 } else { self.failures.get() + 1 };
            self.failures.set(failures);
            if failures >= FAILURES_TO_BEAR && !self.has_joined.get() {
                self.do_without().await;
            }
            if self.is_done_with().await {
                self.silent_since.set(None);
                self.name_an_heir().await;
            }
            let pause = RETRY_MS << failures.saturating_sub(1).min(MOST_DOUBLINGS);
            // Files may be dropped while nothing happens, too.
            self.bell.wait(if is_done { IDLE_MS } else { pause }).await;
        }
    }

    /// Does what there is to do; `false` when some of it has to be tried again.
    async fn attend(self: &Rc<Self>) -> bool {
        if self.is_leading.get() && self.second.borrow().is_none() {
            self.open_second().await;
        }
        if !self.is_leading.get() {
            return self.leave_refuge(0).await.is_ok();
        }
        self.file();
        let news = self.news.take();
        if news.door {
            // Before anything that may fail on a database that was made anew: nobody may choose a PIN meanwhile.
            self.answer_the_door().await;
        }
        let outcome = self.keep_up(news).await;
        let is_without =
            outcome.as_ref().is_err_and(|error| *error == silence() || matches!(error, StoreError::Closed(_)));
        self.silent_since.set(is_without.then(|| self.silent_since.get().unwrap_or(clock::uptime())));
        if outcome.is_err() {
            let now = self.news.get();
            self.news.set(Noted {
                journal: true,
                records: now.records | news.records,
                delivered: now.delivered | news.delivered,
                room: now.room | news.room,
                door: now.door,
                full: matches!(outcome, Err(StoreError::Full(_))),
                unreadable: now.unreadable | news.unreadable,
            });
        }
        // What is in the refuge goes home when the database takes it, also when nobody comes meanwhile.
        outcome.is_ok()
            && self.refuge.borrow().is_none()
            && (self.second.borrow().is_some() || self.second_says.borrow().state == "unsupported")
    }

    async fn keep_up(self: &Rc<Self>, mut news: Noted) -> Result<(), StoreError> {
        if news.full && clock::uptime() >= self.full_again_at.get() {
            // Before anything else, which would need that room. Where it cannot be made, the rest may still work.
            let pruned = pruning::relieve_full(&self.journal, self.reconciler.is_signed()).await.unwrap_or_default();
            if pruned == 0 {
                self.full_again_at.set(clock::uptime().after(u64::from(PRUNE_MS)));
            }
        }
        self.begin_epoch().await?;
        let brought = self.bring_home(0).await?;
        if self.refuge.borrow().is_some() {
            // The database may have been made anew: what else it lacks, and the records, are looked for.
            self.has_joined.set(false);
        }
        let is_to_join = !self.has_joined.get();
        if is_to_join {
            self.join().await?;
            news.room = true;
        }
        // Not before: where a damaged database takes rows and cannot be joined, the refuge goes on delivering.
        self.leave_refuge(brought).await?;
        if is_to_join && self.has_joined.get() {
            worker::say("joined");
            // Whether that has helped shows once nothing is queued, and perhaps nothing is.
            news.delivered |= self.was_damaged.get();
        }
        let looked = self.look_after_the_journal(&mut news).await;
        // Taken out while it is worked with: the keeper may lose its office meanwhile, which closes the files.
        let Some(mut second) = self.second.take() else {
            self.settled.borrow_mut().clear();
            return looked;
        };
        let outcome = self.keep_second_up(&mut second, news).await;
        let (state, why) = match &outcome {
            Err(StoreError::Full(why)) => ("full", why.as_str()),
            _ => ("ok", ""),
        };
        self.say_of_second(state, why).await;
        self.put_back(second);
        // What could not be done there must not keep the second place from going on.
        looked.and(outcome)
    }

    /// What receipts and the room on the disk ask for.
    async fn look_after_the_journal(&self, news: &mut Noted) -> Result<(), StoreError> {
        let mut is_queued = news.delivered && self.reconciler.work_through(&self.journal).await?;
        if self.reconciler.link_contested(&self.journal).await? {
            is_queued = true;
            self.tell(News::Journal);
            self.note(|news| news.journal = true);
        }
        if is_queued && let Some(uploader) = self.uploader.borrow().as_ref() {
            uploader.tell();
        }
        if news.room {
            pruning::relieve(&self.journal, self.reconciler.is_signed()).await?;
            releases::look(&self.journal).await?;
        }
        Ok(())
    }

    fn read_hours_again(&self) {
        if let Some(opening) = self.opening.borrow().as_ref() {
            opening.read_again();
        }
        if let Some(duty) = self.duty.borrow().as_ref() {
            duty.read_again();
        }
    }

    fn take_report(&self, report: Report) {
        self.is_as_joined();
        match report {
            Report::Stands(state, why) => {
                if why == "storage" {
                    // Joined in vain, and it still cannot be read: the file has it as it was recorded.
                    if self.joins_in_vain.get() > 0 {
                        self.note(|news| news.unreadable = true);
                    }
                    self.join_again();
                }
                *self.stands.borrow_mut() = (state, why);
                self.tell_how_it_stands();
                if state != State::Sending && self.is_delivery_unnoted.get() {
                    self.note_delivery();
                }
            }
            Report::Settled { places, receipt, goes_on, .. } => {
                self.tell(News::Journal);
                self.settled.borrow_mut().extend(places);
                if let Some(receipt) = receipt {
                    self.reconciler.note(receipt);
                }
                // While a backlog goes on, what is to be done after a batch is done after some of them.
                if goes_on && clock::uptime() < self.note_delivery_at.get() {
                    self.is_delivery_unnoted.set(true);
                } else {
                    self.note_delivery();
                }
            }
            Report::Clock(theirs, ours) => self.reconciler.compare_clocks(theirs, ours),
        }
    }

    fn note_delivery(&self) {
        self.is_delivery_unnoted.set(false);
        self.note_delivery_at.set(clock::uptime().after(NOTE_DELIVERY_MS));
        self.note(|news| news.delivered = true);
    }
}
