//! Carries out what the outbox decides: asks it, sends, reports, and wakes it again.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use candor_core::event::EventId;
use candor_core::journal::{Frozen, JournalStore, Place, StoreError};
use candor_core::outbox::{Limits, Outbox, Settlement, State, Step};
use candor_core::settings::{SETTINGS_RECORD, Settings, TOKEN_RECORD};
use candor_core::time::{UnixMillis, Uptime};
use candor_core::wire::{Outcome, Receipt, judge};
use gloo_timers::callback::Timeout;

use crate::browser::clock;
use crate::browser::task::{both, spawn};
use crate::browser::upload::Courier;
use crate::keeper::garbage::Garbage;

/// The store did not answer: ask it again after this.
const LOOK_AGAIN_MS: u64 = 10_000;
/// After so many failures what cannot be read is set aside.
const FAILURES_TO_BEAR: u32 = 3;

/// A backlog above this is counted once and then reckoned: counting takes longer, the more there is.
const RECKON_ABOVE: u64 = 10_000;

/// What an upload tells its keeper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// How things stand, and the reason in a word.
    Stands(State, &'static str),
    /// What the server's clock says, and the tablet's.
    Clock(UnixMillis, UnixMillis),
    /// An answer has been settled.
    Settled {
        /// Of what was taken or refused.
        places: Vec<Place>,
        /// Of what was taken.
        taken: Vec<Place>,
        /// If the answer was one.
        receipt: Option<Receipt>,
        /// Whether the next batch is ready to be sent.
        goes_on: bool,
    },
}

/// The upload of one journal.
pub struct Uploader<S> {
    journal: Rc<S>,
    outbox: RefCell<Outbox>,
    courier: Courier,
    is_running: Cell<bool>,
    is_told: Cell<bool>,
    is_over: Cell<bool>,
    /// Times in a row that the store could not be read.
    failures: Cell<u32>,
    garbage: Garbage,
    /// Counts changes of endpoint and token: an answer to a request from before one says nothing about the new.
    generation: Cell<u32>,
    alarm: RefCell<Option<Timeout>>,
    hear: Box<dyn Fn(Report)>,
}

impl<S: JournalStore + 'static> Uploader<S> {
    /// An upload that begins when it is first told.
    pub fn new(journal: Rc<S>, hear: impl Fn(Report) + 'static) -> Self {
        Self {
            journal,
            outbox: RefCell::default(),
            courier: Courier::default(),
            is_running: Cell::new(false),
            is_told: Cell::new(false),
            is_over: Cell::new(false),
            failures: Cell::default(),
            garbage: Garbage::default(),
            generation: Cell::new(0),
            alarm: RefCell::default(),
            hear: Box::new(hear),
        }
    }

    /// Something was queued. A back-off goes on undisturbed.
    pub fn tell(self: &Rc<Self>) {
        self.is_told.set(true);
        if !self.is_over.get() && !self.is_running.replace(true) {
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

    /// Sends nothing more; a request that is under way is settled when it is answered.
    pub fn stop(&self) {
        self.is_over.set(true);
        self.alarm.borrow_mut().take();
    }

    async fn run(self: Rc<Self>) {
        // What comes while this runs is not missed: it runs once more.
        while self.is_told.take() && !self.is_over.get() {
            let wake_up = match self.drain().await {
                Ok(wake_up) => {
                    self.failures.set(0);
                    wake_up
                }
                Err(_) => {
                    // The keeper has had its time to put it right.
                    self.failures.set(self.failures.get() + 1);
                    if self.failures.get() >= FAILURES_TO_BEAR && self.journal.set_unreadable_aside().await.is_ok() {
                        self.failures.set(0);
                    }
                    (self.hear)(Report::Stands(State::Waiting, "storage"));
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
        let mut queued = 0;
        let mut ahead = None;
        while !self.is_over.get() {
            if let Some(at) = self.outbox.borrow().rests_until(clock::uptime()) {
                return Ok(Some(at));
            }
            if queued <= RECKON_ABOVE {
                queued = self.journal.queued().await?;
            }
            let step = self.outbox.borrow_mut().next_step(queued, clock::uptime());
            self.show();
            match step {
                Step::Idle => return Ok(None),
                Step::WaitUntil(at) => return Ok(Some(at)),
                Step::Send(limits) => match self.send(&limits, queued, &mut ahead).await? {
                    Some(settled) => queued = queued.saturating_sub(settled),
                    None => {
                        let now = clock::uptime();
                        let rest = self.outbox.borrow_mut().rest(now);
                        self.show();
                        return Ok(Some(rest.unwrap_or(now.after(LOOK_AGAIN_MS))));
                    }
                },
            }
        }
        Ok(None)
    }

    /// Sends one batch and settles it; gives how many events left the queue, `None` when there was nothing to send after
    /// all. `ahead` is the batch that was frozen when the one before was settled.
    async fn send(&self, limits: &Limits, queued: u64, ahead: &mut Option<Frozen>) -> Result<Option<u64>, StoreError> {
        let generation = self.generation.get();
        let (settings, token) = both(self.journal.load(SETTINGS_RECORD), self.journal.load(TOKEN_RECORD)).await;
        let settings = settings?.and_then(|json| Settings::from_json(&json)).unwrap_or_default();
        let token = token?.unwrap_or_default();
        let limits = Limits { format: settings.format, ..limits.clone() };
        // The database may have been emptied since, or another tab have taken over.
        let batch = match ahead.take() {
            Some(batch) if self.journal.is_frozen(&batch.id).await? => Some(batch),
            _ => self.journal.freeze(&new_id(), &limits).await?,
        };
        let Some(batch) = batch else { return Ok(None) };
        if batch.format != settings.format {
            self.journal.settle(&batch, &Settlement::thaw()).await?;
            return Ok(Some(0));
        }
        let patience_ms = self.outbox.borrow().patience_ms();
        let reply = self.courier.send(&settings.endpoint, &token, &batch, patience_ms);
        // While a backlog drains, the next batch is read while this one is under way.
        let looking = async {
            let has_more = queued > batch.events.len() as u64 && limits.skip.is_empty();
            if has_more { self.journal.look_ahead(&batch, &new_id(), &limits).await } else { Ok(None) }
        };
        let (reply, next) = both(reply, looking).await;
        let now = clock::now();
        if let Some(theirs) = reply.as_ref().ok().and_then(|answer| answer.server_time(now)) {
            (self.hear)(Report::Clock(theirs, now));
        }
        let outcome = judge(&reply, settings.acknowledge, now);
        if generation != self.generation.get() && !matches!(outcome, Outcome::Receipt(_) | Outcome::Taken) {
            return Ok(Some(0));
        }
        let mut receipt = if let Outcome::Receipt(receipt) = &outcome { Some(receipt.clone()) } else { None };
        // A chain does not say whose it is: that of a restored tablet would pass for this one's.
        if let Some(receipt) = receipt.as_mut().filter(|_| batch.events.iter().any(|(place, _)| place.is_restored())) {
            receipt.chain.clear();
        }
        let jitter = u32::from_le_bytes(clock::random());
        let settlement = match batch.shelf() {
            Some(shelf) if outcome == Outcome::Forbidden => self.outbox.borrow_mut().set_apart(shelf, clock::uptime()),
            shelf => {
                let settlement = self.outbox.borrow_mut().report(&batch.ids(), outcome, clock::uptime(), jitter);
                // What was restored gives way to what is recorded here meanwhile.
                Settlement { is_thawed: settlement.is_thawed || shelf.is_some(), ..settlement }
            }
        };
        self.garbage.add(batch.events.len());
        // Where not all of it was taken, what comes next is not what was behind it. One that cannot be read is met again
        // when it is frozen.
        let is_all_taken = settlement.is_thawed && settlement.accepted.len() == batch.events.len();
        let next = next.ok().flatten().filter(|_| is_all_taken && generation == self.generation.get());
        let outcome = self.journal.settle_and_freeze(&batch, &settlement, next.as_ref()).await;
        self.show();
        let places_of = |ids: &BTreeSet<&EventId>| -> Vec<Place> {
            batch.events.iter().filter(|(_, id)| ids.contains(id)).map(|(place, _)| *place).collect()
        };
        let mut ids: BTreeSet<&EventId> = settlement.accepted.iter().collect();
        let taken = places_of(&ids);
        ids.extend(settlement.rejected.iter().map(|rejection| &rejection.id));
        // Whatever the store says: the endpoint has them, and a commit that was given up may come to pass.
        let places = places_of(&ids);
        *ahead = next.filter(|_| outcome == Ok(true));
        (self.hear)(Report::Settled { places, taken, receipt, goes_on: ahead.is_some() });
        outcome?;
        Ok(Some((settlement.accepted.len() + settlement.rejected.len()) as u64))
    }

    fn show(&self) {
        let state = self.outbox.borrow().state();
        let why = match state {
            State::Idle | State::Sending => "",
            State::Waiting => "offline",
            State::Deferred => "busy",
            State::Portal => "portal",
            State::Paused => "token",
            State::SetApart => "foreign",
            State::Misconfigured => "endpoint",
        };
        (self.hear)(Report::Stands(state, why));
    }
}

fn new_id() -> EventId {
    EventId::new(&clock::moment())
}
