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
//! | | `open`, or `closed {opens at, ms}`: how the opening hours have it; without a word they are open |
//! | | `joined`: the database has all that page and second place know |
//! | | `reopen`: page and keeper do not see the same database |
//! | nothing: is it still there? | nothing |
//! | `lead`: it is there for a keeper that stood still, and perhaps holds the lock | |
//! | `sign-in {code} {number}`: a clerk at the tablet; `sign-out` | by the channel `candor-staff` what became of it: `signed-in {number}`, `wrong {wait, ms}`, `wait {wait, ms}`, `failed`, `signed-out` |
//! | | `holds now {json}`, or `holds soon {json}`: what holds over the settings at present, since somebody has signed in or out, or by the time of day; without a word nothing does |
//! | | `ready`: what was lost is back, as far as it can be |
//! | | `report {finding} {epoch} {seq} {count}`: to be recorded as `health.reported` |
//!
//! A door that finds no PIN asks the leader whether the second place has one, on a channel of their own ([`KeptPin`]).

mod alerts;
mod bell;
mod duty;
mod garbage;
mod opening;
mod overdue;
mod pruning;
mod reconcile;
mod refuge;
mod releases;
mod scrub;
mod second;
mod uploader;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use candor_core::chain::PersonalText;
use candor_core::event::{EventId, Written};
use candor_core::health::{FindingKind, SECOND_RECORD, Second};
use candor_core::journal::{JournalStore, Place, Restored, StoreError, open_row};
use candor_core::outbox::State;
use candor_core::second::{Loss, Mark};
use candor_core::time::Uptime;
use candor_vault::{SEALING_RECORD, Sealing};
use gloo_timers::callback::Interval;

use crate::browser::announce::{Announcer, Channel, DOOR_CHANNEL, IS_THERE_A_PIN, KeptPin, News};
use crate::browser::journal::{IndexedDbJournal, is_cut_off, silence};
use crate::browser::lock::{Ask, lead};
use crate::browser::opfs::NoFile;
use crate::browser::task::{sleep, spawn, within};
use crate::browser::{clock, worker};
use crate::code;
use crate::runtime::DATABASE;
use alerts::Vigil;
use bell::Bell;
use duty::Duty;
use opening::Opening;
use reconcile::Reconciler;
use refuge::{Kept, Refuge};
use second::{BegunAnew, Beside, SecondPlace};
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
/// The database has not answered at all for so long, and no other does: this worker is done with.
const SILENCE_TO_BEAR_MS: u64 = 45_000;
/// An heir waits twice as long before it gives up as the one before, up to about an hour.
const MOST_HEIR_DOUBLINGS: u32 = 6;
/// Files are opened, and found, in milliseconds, or there is no answer.
const OPEN_MS: u32 = 10_000;
/// How often it is looked whether the files of the second place are still there, the first time so long after a start.
const LOOK_FOR_FILES_MS: u64 = 20_000;
/// And so often where nothing else happens.
const IDLE_MS: u32 = 60_000;
/// How the line of an heir begins that has what was beside the events.
const BESIDE: &str = r#"{"mark":"#;
/// How often a keeper that has just begun looks whether its files are open.
const LOOK_MS: u32 = 20;
/// How often a keeper asks whether one leads.
const ASK_MS: u32 = 20_000;
/// A leader that has not answered for this long is frozen or gone: the lock is taken from it.
const SILENCE_MS: u64 = 65_000;
/// So long after one join another one is not yet of use where it has not helped; it doubles, since joining reads all that
/// waits.
const JOIN_AGAIN_MS: u64 = 15_000;
const MOST_JOIN_DOUBLINGS: u32 = 5;
/// How often the second place and the witness of what was delivered are brought up to date while a backlog drains: to
/// look whether anything is left takes the longer, the more has gone.
const NOTE_DELIVERY_MS: u64 = 2_000;
/// Events that are kept in memory for want of room in the file: some five megabytes.
const MOST_UNFILED: usize = 5_000;
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

    /// Closes the files, and keeps what was in them: a browser that drops what an origin has stores takes the office as
    /// well, and nobody finds these files again.
    fn hand_in(&self, second: SecondPlace) {
        self.unfiled.borrow_mut().extend(second.rows().into_iter().map(Unfiled::Recent));
        self.remember(&second);
        spawn(second.close());
    }

    /// What is in the files beside events is known from now on, whatever becomes of them: of files that the browser has
    /// dropped nothing can be read, and no database may be there any more.
    fn remember(&self, second: &SecondPlace) {
        let known = self.remembered.take().unwrap_or_default();
        let found = second.beside();
        let marks = [Mark::read(&known.mark), Mark::read(&found.mark), self.journal.last_head().as_ref().map(Mark::of)];
        let newest = marks.into_iter().flatten().max_by_key(|mark| (mark.epoch, mark.seq));
        let records = if found.records.is_empty() { known.records } else { found.records };
        let mark = newest.map(|mark| mark.to_slot()).unwrap_or_default();
        *self.remembered.borrow_mut() = Some(Beside { heirs: known.heirs, mark, records });
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

    /// What is remembered goes into files in which there is nothing.
    fn put_remembered(&self) {
        if let (Some(second), Some(beside)) = (self.second.borrow().as_ref(), self.remembered.borrow().as_ref()) {
            second.put_beside(beside);
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

    /// Whether only a new worker can go on: a full disk may cost an origin its bucket, and only a new worker is told of the
    /// next. The old one gets no answer any more, or goes on with files and a database that nobody will find again.
    async fn is_done_with(&self) -> bool {
        let now = clock::uptime();
        // Where an heir is no better off, another one is given time.
        let doublings = self.remembered.borrow().as_ref().map_or(0, |beside| beside.heirs).min(MOST_HEIR_DOUBLINGS);
        if self.silent_since.get().is_some_and(|since| now >= since.after(SILENCE_TO_BEAR_MS << doublings)) {
            self.silent_since.set(Some(now));
            return is_cut_off().await;
        }
        if !self.is_leading.get() || now < self.look_for_files_at.get() {
            return false;
        }
        self.look_for_files_at.set(now.after(LOOK_FOR_FILES_MS << doublings));
        if self.are_files_silent.get() {
            return true;
        }
        // Taken out, as by [`Keeper::keep_up`].
        let Some(second) = self.second.take() else { return false };
        let is_gone = second.is_gone().await;
        self.put_back(second);
        is_gone
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

    /// Says whether the second place has a PIN, and puts back what the database lacks of its records.
    async fn answer_the_door(&self) {
        // Taken out, as by [`Keeper::keep_up`].
        let answer = match self.second.take() {
            Some(second) => {
                let kept = second.kept_pin();
                // A connection that was lost with its database is opened anew by the second call.
                if self.give_back(&second).await.is_err() {
                    let _ = self.give_back(&second).await;
                }
                self.put_back(second);
                kept
            }
            None => KeptPin::Unread,
        };
        if let Some(door) = self.door.borrow().as_ref() {
            door.tell(answer.words());
        }
    }

    async fn give_back(&self, second: &SecondPlace) -> Result<(), StoreError> {
        if second.give_records(&self.journal).await? {
            self.tell_of_records();
        }
        // A database without a head was made anew under the page: that goes on in a new epoch, and the events come back.
        if self.refuge.borrow().is_none()
            && self.journal.head().await?.is_none()
            && let Some(mark) = second.mark()
        {
            reconcile::say_behind(&mark);
        }
        Ok(())
    }

    fn tell_of_records(&self) {
        self.tell(News::Settings);
        // Whoever speaks does not hear itself, and its upload may have been refused without the token.
        if let Some(uploader) = self.uploader.borrow().as_ref() {
            uploader.reconsider();
        }
        self.read_hours_again();
    }

    fn read_hours_again(&self) {
        if let Some(opening) = self.opening.borrow().as_ref() {
            opening.read_again();
        }
        if let Some(duty) = self.duty.borrow().as_ref() {
            duty.read_again();
        }
    }

    /// The files are there again for whoever needs them, if this keeper still leads.
    fn put_back(&self, second: SecondPlace) {
        if self.is_leading.get() {
            *self.second.borrow_mut() = Some(second);
            self.file();
        } else {
            self.hand_in(second);
        }
    }

    /// What was recorded and is not in the file, as it travels.
    fn unfiled_events(&self) -> Vec<String> {
        let events = |unfiled: &Unfiled| match unfiled {
            Unfiled::Recorded(json) | Unfiled::Recent(json) => Some(json.clone()),
            Unfiled::Kept(_) => None,
        };
        self.unfiled.borrow().iter().filter_map(events).collect()
    }

    /// What has come by then is filed together: each time costs a flush.
    fn file_soon(self: &Rc<Self>) {
        if !self.will_file.replace(true) {
            let keeper = Rc::clone(self);
            spawn(async move {
                sleep(0).await;
                keeper.will_file.set(false);
                keeper.file();
            });
        }
    }

    /// What is new goes to the second place as soon as that is at hand.
    fn file(&self) {
        let mut second = self.second.borrow_mut();
        // Out on loan: whoever has it puts it back soon. Where there is none, memory has to do, under the warning.
        if second.is_none() && self.has_second.get() {
            return;
        }
        let mut recorded = Vec::new();
        self.unfiled.borrow_mut().retain_mut(|unfiled| match unfiled {
            Unfiled::Kept(kept) => {
                let is_filed = second.as_mut().is_some_and(|second| second.keep(&kept.json, &kept.mark).is_ok());
                if !std::mem::replace(&mut kept.is_said, true) {
                    let how = if is_filed { "safely" } else { "in-memory" };
                    worker::say(&format!("kept {} {} {} {how}", kept.id, kept.responses, kept.mark.epoch));
                }
                !is_filed
            }
            Unfiled::Recorded(json) => {
                recorded.push(std::mem::take(json));
                false
            }
            Unfiled::Recent(json) => second.as_mut().is_some_and(|second| second.take_again(json).is_err()),
        });
        if let Some(second) = second.as_mut().filter(|_| !recorded.is_empty())
            && second.take(&recorded).is_err()
        {
            // A full disk has no room for them, and a database that has said it has them may drop them.
            let surplus = recorded.len().saturating_sub(MOST_UNFILED);
            self.unfiled.borrow_mut().extend(recorded.drain(surplus..).map(Unfiled::Recorded));
        }
    }

    /// A browser that drops a database may leave one that is gone to whoever has it open. Page and keeper open it anew,
    /// and what it lacks is put back.
    fn begin_again(&self) -> Result<(), StoreError> {
        self.journal.give_up();
        worker::say("reopen");
        self.has_joined.set(false);
        Err(StoreError::Closed("another database".to_owned()))
    }

    async fn keep_second_up(self: &Rc<Self>, second: &mut SecondPlace, news: Noted) -> Result<(), StoreError> {
        let mut records = news.records;
        if news.journal {
            let followed = second.follow(&self.journal).await?;
            if followed.is_another_database {
                return self.begin_again();
            }
            records |= followed.may_have_records;
            if followed.has_new_epoch {
                self.report(second).await?;
            }
        }
        if records {
            second.take_records(&self.journal).await?;
            self.remember(second);
        }
        let is_drained = news.delivered && self.journal.is_drained().await?;
        // Not before: what that has seen settled is among them.
        second.settle(&self.settled.take());
        if is_drained && self.is_as_joined() {
            match second.begin_anew(&self.journal).await? {
                BegunAnew::Done => {
                    self.joins_in_vain.set(0);
                    self.was_damaged.set(false);
                }
                BegunAnew::Later => {}
                // Joined once more, and it still lists nothing.
                BegunAnew::Damaged if self.was_damaged.replace(true) => {
                    // What is recorded meanwhile is queued, and what was settled meanwhile is no longer.
                    if self.journal.is_drained().await? {
                        second.settle(&self.settled.take());
                        self.deliver_hidden(second).await?;
                    }
                }
                BegunAnew::Damaged => self.join_again(),
                BegunAnew::AnotherDatabase => return self.begin_again(),
            }
        }
        if news.unreadable {
            self.deliver_hidden(second).await?;
        }
        if news.delivered {
            // What the receiver has signed is the witness of a wipe. Without room for it the next receipt tries again.
            let _ = second.take_records(&self.journal).await;
        }
        Ok(())
    }

    /// Joins the second place with the database, then begins to deliver.
    async fn join(self: &Rc<Self>) -> Result<(), StoreError> {
        let asked = self.joins_asked.get();
        self.journal.head().await?;
        let opening = self.journal.openings();
        let mut recent = self.unfiled_events();
        recent.extend(self.recent.borrow().iter().cloned());
        let mut restored = Restored::default();
        for rows in recent.chunks(second::ROWS) {
            restored = restored.and(self.journal.restore(rows).await?);
        }
        self.say_what_came_back(restored, Place::default());
        if let Some(mut second) = self.second.take() {
            let joined = match self.report(&mut second).await {
                Ok(()) => second.take_records(&self.journal).await,
                failed => failed,
            };
            self.remember(&second);
            // In any case: closed, it may be gone, if the browser has dropped it with everything else of this origin.
            self.put_back(second);
            joined?;
        }
        // Files that cannot be opened again: what they had is known.
        let records = self.remembered.borrow().as_ref().map(|beside| beside.records.clone()).unwrap_or_default();
        if self.second.borrow().is_none() && second::give_records(&self.journal, records).await? {
            self.tell_of_records();
        }
        if let Some((loss, mark)) = self.journal.take_loss() {
            worker::say(&format!("report {} {} {} 0", loss.name(), mark.epoch, mark.seq));
        }
        self.journal.set_joined(opening);
        self.has_joined.set(self.joins_asked.get() == asked);
        // One that is opened anew in every join is never joined otherwise.
        let is_again = !self.is_as_joined();
        let reopened = if is_again { self.reopened.get() + 1 } else { 0 };
        self.reopened.set(reopened);
        if reopened >= FAILURES_TO_BEAR {
            self.journal.set_joined(self.journal.openings());
            self.has_joined.set(true);
        }
        self.taken_in.set(0);
        self.is_unusable_told.set(false);
        if !self.is_leading.get() {
            return Ok(());
        }
        let uploader = self.uploader.borrow().clone();
        match uploader {
            // What has come back is to be delivered.
            Some(uploader) => uploader.tell(),
            None => {
                let ears = Rc::clone(self);
                let uploader = Rc::new(Uploader::new(Rc::clone(&self.journal), move |report| ears.take_report(report)));
                uploader.wake();
                *self.uploader.borrow_mut() = Some(uploader);
            }
        }
        self.be_ready();
        Ok(())
    }

    /// Whether the database was not opened anew since it was joined. Otherwise it is joined again: it may have been repaired
    /// or made anew.
    fn is_as_joined(&self) -> bool {
        let is_same = self.journal.is_as_joined();
        if !is_same && self.has_joined.get() {
            self.ask_for_join();
            self.bell.ring();
        }
        is_same
    }

    /// Whether this keeper leads and database and second place have been joined.
    fn is_joined(&self) -> bool {
        self.is_leading.get() && self.has_joined.get()
    }

    /// The second place may have right what the database has not: a row that cannot be read holds everything up.
    fn join_again(&self) {
        if clock::uptime() >= self.join_again_at.get() {
            let times = self.joins_in_vain.replace(self.joins_in_vain.get() + 1);
            self.join_again_at.set(clock::uptime().after(JOIN_AGAIN_MS << times.min(MOST_JOIN_DOUBLINGS)));
            self.ask_for_join();
            self.bell.ring();
        }
    }

    /// Also of one that is under way, which may have looked too early.
    fn ask_for_join(&self) {
        self.has_joined.set(false);
        self.joins_asked.set(self.joins_asked.get().wrapping_add(1));
    }

    async fn report(&self, second: &mut SecondPlace) -> Result<(), StoreError> {
        // A database that was made anew does not know how it stands.
        self.second_says.take();
        let mark = second.mark();
        let found = second.join(&self.journal, &self.settled).await?;
        if found.has_records {
            self.tell_of_records();
        }
        let about = mark.map(|mark| Place { epoch: mark.epoch, seq: mark.seq }).unwrap_or_default();
        if found.is_newest_repaired {
            // The page remembers what it was made into, and would record what comes behind that.
            worker::say("reopen");
        }
        self.say_what_came_back(found.restored, about);
        for (finding, count) in [
            (FindingKind::StoreRepaired, found.repaired.saturating_sub(found.rewritten)),
            (FindingKind::StoreRewritten, found.rewritten),
        ] {
            if count > 0 {
                report(finding, about, count);
                self.tell(News::Journal);
            }
        }
        if found.damaged_bytes > 0 {
            report(FindingKind::SecondPlaceDamaged, Place::default(), found.damaged_bytes);
        }
        if self.is_second_lost.take() {
            report(FindingKind::SecondPlaceLost, Place::default(), found.copied);
        }
        Ok(())
    }

    fn say_what_came_back(&self, restored: Restored, about: Place) {
        if restored.added > 0 {
            report(FindingKind::Recovered, about, restored.added);
            self.tell(News::Journal);
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

    /// Delivers from memory what no answer has named and the database does not list, or not whole: a damaged one can open,
    /// answer, and pass over rows.
    async fn deliver_hidden(self: &Rc<Self>, second: &SecondPlace) -> Result<(), StoreError> {
        if self.hidden.borrow().is_some() {
            return Ok(());
        }
        let rows = second.unsettled_rows(&self.journal).await?;
        let ears = Rc::clone(self);
        let hear = move |report| match report {
            Report::Settled { places, taken, .. } => {
                ears.settled.borrow_mut().extend(places);
                let keeper = Rc::clone(&ears);
                spawn(async move {
                    // Else it is sent once more, which does no harm where ids count.
                    let _ = keeper.journal.forget(&taken).await;
                    if let Some(uploader) = keeper.uploader.borrow().as_ref() {
                        uploader.tell();
                    }
                    keeper.note(|news| news.delivered = true);
                });
            }
            Report::Stands(State::Idle, _) => drop(ears.hidden.borrow_mut().take()),
            Report::Stands(..) | Report::Clock(..) => {}
        };
        let refuge = Refuge::begin(&[second.mark()], second.records(), hear).await;
        let count = refuge.take_in(&rows).await;
        if count > 0 {
            *self.hidden.borrow_mut() = Some(Rc::clone(&refuge));
            refuge.wake().await;
            report(FindingKind::StoreUnusable, Place::default(), count);
        }
        Ok(())
    }

    /// Seals a customer's words to the owner's key, for the page that records them.
    async fn seal(self: Rc<Self>, id: String, text: String) {
        let (text, known) = text.split_once('\n').unwrap_or((&text, ""));
        // Without an answer the page asks again.
        if let Ok(answer) = self.sealed(&id, text, known).await {
            worker::say(&answer);
        }
    }

    async fn sealed(&self, id: &str, text: &str, known: &str) -> Result<String, StoreError> {
        let stored = self.journal.load(SEALING_RECORD).await;
        // A database that was made anew says as little of keys as one that cannot be read: in clear is worse than late.
        // Then the second place may know, or the page.
        let record = match &stored {
            Ok(Some(record)) => record.clone(),
            _ => {
                let of_second = self.second.borrow().as_ref().and_then(sealing_of).filter(|record| !record.is_empty());
                let is_on_loan = self.second.borrow().is_none() && self.has_second.get();
                let is_to_come = !self.has_looked.get() && (self.is_leading.get() || stored.is_err());
                if of_second.is_none() && known.is_empty() && (is_on_loan || is_to_come) {
                    return Err(StoreError::Again("the second place is at work".to_owned()));
                }
                of_second.unwrap_or_else(|| known.to_owned())
            }
        };
        if record.is_empty() {
            return Ok(format!("not-sealed {id}"));
        }
        let sealed = Sealing::from_json(&record).and_then(|sealing| {
            let text = serde_json::from_str::<PersonalText>(text).ok()?;
            candor_vault::seal(&sealing.public, &EventId::parse(id)?, &text, &clock::random()).ok()
        });
        Ok(match sealed {
            Some(PersonalText::Sealed { key, sealed }) => format!("sealed {id} {key} {sealed}"),
            _ => format!("unsealable {id}"),
        })
    }

    async fn open_second(&self) {
        let opened = within(OPEN_MS, SecondPlace::open()).await;
        self.are_files_silent.set(opened.is_none());
        let opened = opened.unwrap_or_else(|| Err(NoFile::Failed("no answer".to_owned())));
        let is_blank = opened.as_ref().is_ok_and(SecondPlace::is_blank);
        if is_blank {
            // Whoever said before that it stood has written a mark into it.
            let record = self.journal.load(SECOND_RECORD).await.ok().flatten();
            let before = record.and_then(|json| serde_json::from_str::<Second>(&json).ok()).unwrap_or_default();
            self.is_second_lost.set(before.state == "ok");
        }
        let (state, why) = match &opened {
            Ok(_) => ("ok", String::new()),
            Err(NoFile::Unsupported) => ("unsupported", String::new()),
            Err(NoFile::Busy) => ("busy", String::new()),
            Err(NoFile::Failed(why)) => ("failed", why.clone()),
        };
        if self.is_leading.get() {
            // What it has and what the database has are to be joined, whenever it comes.
            if opened.is_ok() {
                self.has_joined.set(false);
            }
            self.has_second.set(opened.is_ok());
            *self.second.borrow_mut() = opened.ok();
            self.put_remembered();
        }
        self.has_looked.set(true);
        self.file();
        // That it stands is said only once there is a mark in it.
        if !is_blank {
            self.say_of_second(state, &why).await;
        }
    }

    async fn say_of_second(&self, state: &str, why: &str) {
        let second = Second { state: state.to_owned(), detail: why.to_owned() };
        if *self.second_says.borrow() != second {
            let record = serde_json::to_string(&second).unwrap_or_default();
            // Told again at the next change, if the store does not take it.
            if self.journal.save(SECOND_RECORD, &record).await.is_ok() {
                *self.second_says.borrow_mut() = second;
            }
        }
    }

    /// Keeps a draft that the database did not take. It never waits for the database, which may take ten seconds for
    /// each of its failures.
    ///
    /// Only the leader keeps any: it has the files. To the page of another tab nothing is said, and its customers see
    /// that their answers are not stored.
    async fn take_refuge(self: Rc<Self>, until: i64, known: Option<Mark>, draft: Written) {
        // A keeper that has only begun may get the office, and open the files, in a moment.
        while !(self.is_leading.get() && self.has_looked.get()) {
            if clock::now().0 >= until {
                return;
            }
            sleep(LOOK_MS).await;
        }
        let refuge = self.the_refuge(known).await;
        let Some(kept) = refuge.keep(draft).await else { return };
        self.unfiled.borrow_mut().push(Unfiled::Kept(kept));
        self.file();
        refuge.wake().await;
        self.bell.ring();
    }

    /// A database may stay unusable: a damaged one that opens, and fails at every request. What the second place has is
    /// then delivered from memory, also what comes later. It stays in the file, and goes to the database if that comes back.
    async fn do_without(&self) {
        let bytes = self.second.borrow().as_ref().map_or(0, SecondPlace::bytes);
        // What is recorded meanwhile is in the file, too.
        if bytes == 0 || self.taken_in.replace(bytes) == bytes {
            return;
        }
        let mut rows = self.second.borrow().as_ref().map(SecondPlace::rows).unwrap_or_default();
        rows.extend(self.unfiled_events());
        rows.extend(self.recent.borrow().iter().cloned());
        let refuge = self.the_refuge(None).await;
        let count = refuge.take_in(&rows).await;
        refuge.wake().await;
        if !self.is_unusable_told.replace(true) {
            report(FindingKind::StoreUnusable, Place::default(), count);
        }
    }

    /// The page starts another keeper, which gets what this one knows.
    async fn name_an_heir(&self) {
        let refuge = self.refuge.borrow().clone();
        let mut rows = if let Some(refuge) = refuge { refuge.rows().await } else { Vec::new() };
        rows.extend(self.second.borrow().as_ref().map(SecondPlace::rows).unwrap_or_default());
        rows.extend(self.unfiled_events());
        rows.extend(self.recent.borrow().iter().cloned());
        if let Some(second) = self.second.borrow().as_ref() {
            self.remember(second);
        }
        let known = self.remembered.borrow().clone().unwrap_or_default();
        rows.extend(serde_json::to_string(&Beside { heirs: known.heirs + 1, ..known }).ok());
        worker::say(&["heir\n", &rows.join("\n")].concat());
        // The page ends this worker, and with it go its files. They are not closed here: see [`SecondPlace::close`].
    }

    async fn the_refuge(&self, known: Option<Mark>) -> Rc<Refuge> {
        if let Some(refuge) = self.refuge.borrow().as_ref() {
            return Rc::clone(refuge);
        }
        let (of_file, records) = self.second.borrow().as_ref().map(|s| (s.mark(), s.records())).unwrap_or_default();
        let of_recent = self.recent.borrow().iter().filter_map(|json| mark_of(json)).max_by_key(|m| (m.epoch, m.seq));
        let marks = [known, self.journal.last_head().as_ref().map(Mark::of), of_file, of_recent];
        let made = Refuge::begin(&marks, records, |_| ()).await;
        Rc::clone(self.refuge.borrow_mut().get_or_insert(made))
    }

    /// Begins an epoch in a database that was made anew, where its page has not: that may be given no database any more, and
    /// nothing can be restored without a device that it belongs to.
    async fn begin_epoch(&self) -> Result<(), StoreError> {
        let refuge = self.refuge.borrow().clone();
        let of_remembered = self.remembered.borrow().as_ref().and_then(|beside| Mark::read(&beside.mark));
        let known = match refuge {
            Some(refuge) => refuge.mark().await,
            None => of_remembered,
        };
        let Some(known) = known.filter(|_| self.journal.last_head().is_none()) else { return Ok(()) };
        if self.journal.head().await?.is_none() {
            let begun = self.journal.begin_run(&known.device, Some(&known)).await?;
            if begun.loss == Some(Loss::Wiped) {
                report(FindingKind::StoreWiped, Place { epoch: known.epoch, seq: known.seq }, 0);
            }
        }
        Ok(())
    }

    /// What was kept in memory goes into the database as soon as that can be used again: all of it but what was brought
    /// before. Gives how many rows are there then.
    async fn bring_home(&self, before: usize) -> Result<usize, StoreError> {
        let refuge = self.refuge.borrow().clone();
        let Some(refuge) = refuge else { return Ok(0) };
        // Asked first: there may be many rows, and it may not answer for hours.
        self.journal.head().await?;
        let mut count = before;
        // Somebody may come meanwhile.
        loop {
            let rows = refuge.rows().await;
            if rows.len() == count {
                return Ok(count);
            }
            for rows in rows.get(count..).unwrap_or_default().chunks(second::ROWS) {
                self.journal.restore(rows).await?;
            }
            count = rows.len();
        }
    }

    /// Ends the refuge once all of it is in the database.
    async fn leave_refuge(&self, brought: usize) -> Result<(), StoreError> {
        self.bring_home(brought).await?;
        if let Some(refuge) = self.refuge.borrow_mut().take() {
            refuge.close();
            // The page goes on behind what it has just got back.
            worker::say("reopen");
            self.unfiled.borrow_mut().retain(|unfiled| !matches!(unfiled, Unfiled::Kept(_)));
            self.tell(News::Journal);
        }
        Ok(())
    }
}

/// The place of an event as a mark.
fn mark_of(json: &str) -> Option<Mark> {
    let (event, _) = open_row(json)?;
    Some(Mark { device: event.device, epoch: event.epoch, seq: event.seq })
}

fn sealing_of(second: &SecondPlace) -> Option<String> {
    second.records().into_iter().find(|(name, _)| name == SEALING_RECORD).map(|(_, value)| value)
}

/// What a page says behind `keep`: until when it waits for the answer, how far it knew the database to have come, if at all, and the draft.
fn draft_to_keep(words: &str) -> Option<(i64, Option<Mark>, Written)> {
    let mut words = words.splitn(5, ' ');
    // Later than this the page has helped itself, and one event must not get two places.
    let until: i64 = words.next()?.parse().ok()?;
    (clock::now().0 < until).then_some(())?;
    let (device, epoch, seq) = (words.next()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let known = (!device.is_empty()).then(|| Mark { device: device.to_owned(), epoch, seq });
    Some((until, known, Written::from_json(words.next()?)?))
}
