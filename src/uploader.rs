//! Carries out what the outbox decides: asks it, sends, reports, and wakes it again.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use candor_core::event::EventId;
use candor_core::journal::{JournalStore, StoreError};
use candor_core::outbox::{Limits, Outbox, State, Step};
use candor_core::settings::{SETTINGS_RECORD, Settings, TOKEN_RECORD};
use candor_core::time::Uptime;
use candor_core::wire::{Outcome, judge};
use gloo_timers::callback::Timeout;

use crate::browser::announce::{Announcer, News};
use crate::browser::journal::IndexedDbJournal;
use crate::browser::lock::try_hold;
use crate::browser::task::spawn;
use crate::browser::{clock, page, upload};

/// At most one upload of this device is under way, in however many tabs.
const LOCK: &str = "candor-upload";
/// Another tab is sending, or the store did not answer: look again after this.
const LOOK_AGAIN_MS: u64 = 3_000;

/// The upload of this tab.
pub struct Uploader {
    journal: Rc<IndexedDbJournal>,
    outbox: RefCell<Outbox>,
    is_running: Cell<bool>,
    is_told: Cell<bool>,
    /// Counts changes of endpoint and token: an answer to a request from before one says nothing about the new.
    generation: Cell<u32>,
    alarm: RefCell<Option<Timeout>>,
    announcer: Option<Announcer>,
}

impl Uploader {
    /// An upload that begins when it is first told.
    pub fn new(journal: Rc<IndexedDbJournal>) -> Self {
        Self {
            journal,
            outbox: RefCell::default(),
            is_running: Cell::new(false),
            is_told: Cell::new(false),
            generation: Cell::new(0),
            alarm: RefCell::default(),
            // It speaks only: the kiosk listens for all.
            announcer: Announcer::open(|_| ()),
        }
    }

    /// Something was queued. A back-off goes on undisturbed.
    pub fn tell(self: &Rc<Self>) {
        self.is_told.set(true);
        if !self.is_running.replace(true) {
            spawn(Rc::clone(self).run());
        }
    }

    /// The network came back or a person asks: try now.
    pub fn wake(self: &Rc<Self>) {
        self.outbox.borrow_mut().wake();
        self.tell();
    }

    /// Endpoint or token changed.
    pub fn reconsider(self: &Rc<Self>) {
        self.generation.set(self.generation.get().wrapping_add(1));
        self.outbox.borrow_mut().reconsider();
        self.tell();
    }

    async fn run(self: Rc<Self>) {
        // What comes while this runs is not missed: it runs once more.
        while self.is_told.take() {
            let wake_up = match self.drain().await {
                Ok(wake_up) => wake_up,
                Err(_) => {
                    page::set_root_data("sync", State::Waiting.name());
                    page::set_root_data("sync-why", "storage");
                    Some(clock::uptime().after(LOOK_AGAIN_MS))
                }
            };
            *self.alarm.borrow_mut() = wake_up.map(|at| {
                let wait = at.0.saturating_sub(clock::uptime().0) + 1;
                let uploader = Rc::clone(&self);
                Timeout::new(u32::try_from(wait).unwrap_or(u32::MAX >> 1), move || uploader.tell())
            });
        }
        self.is_running.set(false);
    }

    /// Sends until nothing is left or a wait is due; gives the end of that wait.
    async fn drain(&self) -> Result<Option<Uptime>, StoreError> {
        loop {
            let queued = self.journal.queued().await?;
            let step = self.outbox.borrow_mut().next_step(queued, clock::uptime());
            self.show();
            match step {
                Step::Idle => return Ok(None),
                Step::WaitUntil(at) => return Ok(Some(at)),
                Step::Send(limits) => {
                    let Some(_held) = try_hold(LOCK).await else {
                        return Ok(Some(clock::uptime().after(LOOK_AGAIN_MS)));
                    };
                    if !self.send(&limits).await? {
                        return Ok(Some(clock::uptime().after(LOOK_AGAIN_MS)));
                    }
                }
            }
        }
    }

    /// Sends one batch and settles it; `false` when another tab has emptied the outbox meanwhile.
    async fn send(&self, limits: &Limits) -> Result<bool, StoreError> {
        let generation = self.generation.get();
        let settings = self.journal.load(SETTINGS_RECORD).await?;
        let settings = settings.and_then(|json| Settings::from_json(&json)).unwrap_or_default();
        let token = self.journal.load(TOKEN_RECORD).await?.unwrap_or_default();
        let id = EventId::new(&clock::moment());
        let Some(batch) = self.journal.freeze(&id, limits).await? else { return Ok(false) };
        let outcome = judge(upload::send(&settings.endpoint, &token, &batch).await);
        if generation != self.generation.get() && !matches!(outcome, Outcome::Receipt(_)) {
            return Ok(true);
        }
        let jitter = u32::from_le_bytes(clock::random());
        let settlement = self.outbox.borrow_mut().report(&batch.ids(), outcome, clock::uptime(), jitter);
        self.journal.settle(&batch, &settlement).await?;
        self.show();
        if let Some(announcer) = &self.announcer {
            announcer.tell(News::Journal);
        }
        Ok(true)
    }

    /// The state stands on the root element: for the manager's screen, and for whoever tests it.
    fn show(&self) {
        let state = self.outbox.borrow().state();
        let why = match state {
            State::Idle | State::Sending => "",
            State::Waiting => "offline",
            State::Portal => "portal",
            State::Paused => "token",
            State::Misconfigured => "endpoint",
        };
        page::set_root_data("sync", state.name());
        page::set_root_data("sync-why", why);
    }
}
