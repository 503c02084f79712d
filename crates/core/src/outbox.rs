//! What to send next. The outbox decides, the shell sends and reports, the outbox decides again.
//!
//! Safety: an event leaves only when a receipt names it. Liveness: after any report there is a next step, and it is
//! [`Step::Idle`] only while nothing is queued.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::batch::Format;
use crate::event::EventId;
use crate::journal::{LAST_OWN_EPOCH, LAST_SHELF, Place, UNREADABLE};
use crate::time::Uptime;
use crate::wire::{Outcome, Receipt, Rejection};

/// A batch begins at this many events: a quarter of a second on a slow uplink.
pub const FIRST_BATCH_EVENTS: usize = 100;
/// And at this many bytes.
pub const FIRST_BATCH_BYTES: usize = 256 * 1024;
/// A backlog that drains well doubles its batches up to this many events.
pub const MAX_BATCH_EVENTS: usize = 2_000;
/// And this many bytes. A batch stands in the tablet's memory some ten times over while it is frozen, packed, sent and
/// settled; a larger one would hardly be faster. Our collector takes twice as much by default.
pub const MAX_BATCH_BYTES: usize = 512 * 1024;

/// The shortest back-off.
const MIN_BACK_OFF_MS: u64 = 1_000;
/// The longest back-off that the outbox chooses by itself, from an endpoint that answers.
const MAX_BACK_OFF_MS: u64 = 5 * 60_000;
/// The longest where nobody answers at all: there is nobody to spare, and not every browser tells when a network is
/// back. Sending then begins within five seconds; asking so often costs a tablet without a network next to nothing, since
/// its browser knows at once.
const MAX_SILENCE_MS: u64 = 4_000;
/// So many requests without an answer, one after the other, are a bad line that most of the time carries something: the
/// waits grow only after them. Half of all answers lost then cost a second and a half for each batch.
const SILENCES_TO_BEAR: u32 = 4;
/// The longest wait that a server may ask for.
const MAX_RETRY_AFTER_MS: u64 = 3_600_000;
/// How often an endpoint that refuses us is asked again without new settings.
const MISCONFIGURED_RETRY_MS: u64 = 15 * 60_000;
/// Restored events that are not taken with this tablet's token are tried again after this.
const SET_APART_MS: u64 = 24 * 3_600_000;
/// So many successes without a receipt look like a captive portal.
const PORTAL_AFTER: u32 = 3;
/// How long an answer may take at first.
const PATIENCE_MS: u32 = 30_000;
/// A phone's hotspot took 40 s for each answer: without more time after a time-out nothing would ever arrive there.
const MAX_PATIENCE_MS: u32 = 2 * 60_000;
/// So many time-outs in a row, and less is sent at once: a line that has become slow may never carry a batch that grew
/// on a fast one.
const HALVE_AFTER_TIME_OUTS: u32 = 2;
/// A 409 may stand for a batch that is still under way under the same key (the IETF draft of `Idempotency-Key`); so
/// many in a row do not.
const CONFLICTS_TO_BEAR: u32 = 5;
/// A batch that was cut down for its size grows again after so many that were taken whole: not at once, or every other
/// one would be too large again.
const SUCCESSES_TO_GROW_AGAIN: u32 = 8;
/// So many single events refused with none taken between them are a fault of the endpoint, not of the events: small
/// enough that a wrong endpoint is not asked for every event there is.
const FIRST_SUSPECTS: usize = 64;
/// It may be a long run of bad events all the same, with good ones behind it: every second try goes twice as far, every
/// fourth four times, up to 1,024 in every sixteenth. That gets over such a run within hours, and asks a wrong endpoint
/// for some 200 events in a quarter of an hour, on average.
const MAX_DOUBLINGS: u32 = 4;

/// What the shell has to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send the frozen batch; where there is none, freeze one within the limits first.
    Send(Limits),
    /// Ask again then, or when something wakes the outbox.
    WaitUntil(Uptime),
    /// Nothing is queued.
    Idle,
}

/// How large a batch may be, and what has to stay out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events.
    pub events: usize,
    /// Bytes of the encoded batch; a single event may be larger.
    pub bytes: usize,
    /// Events set aside while it is found out who is at fault.
    pub skip: Vec<EventId>,
    /// Restored events up to this shelf wait; 0 when none do.
    pub set_apart: u32,
    /// How they stand in the body. The outbox leaves it at the usual one: whoever freezes puts in what the settings say.
    pub format: Format,
}

impl Limits {
    /// Where to look, one span after the other until there is something to send: the device's own epochs, then what was
    /// restored from the back-ups of others. So nothing restored ever stands before an event of one's own.
    pub fn spans(&self) -> impl Iterator<Item = Range<Place>> + use<> {
        let [own, restored, end] = [0, self.set_apart.max(LAST_OWN_EPOCH) + 1, LAST_SHELF + 1].map(Place::first_of);
        [own..Place::first_of(LAST_OWN_EPOCH + 1), restored..end].into_iter().filter(|span| span.start < span.end)
    }
}

/// What the store has to do after a report, in one transaction with dropping or keeping the frozen batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Events that are acknowledged: out of the outbox.
    pub accepted: Vec<EventId>,
    /// Events that go to quarantine with their reason.
    pub rejected: Vec<Rejection>,
    /// Whether the frozen batch is over. While it is not, a retry sends the same bytes.
    pub is_thawed: bool,
}

impl Settlement {
    /// Nothing but the end of the frozen batch: its events stay in the outbox, to be frozen anew.
    pub fn thaw() -> Self {
        Self { is_thawed: true, ..Self::default() }
    }
}

/// Why an event went to quarantine, where the tablet has found that out itself. It is stored as a code without words: a
/// screen has them in the manager's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnReason {
    /// 409 to this event alone, while others are taken.
    Conflict,
    /// 413 to this event alone, while others are taken.
    TooLarge,
    /// 400 or 422 to this event alone, while others are taken.
    Refused {
        /// Which of them.
        status: u16,
    },
    /// The tablet's own storage cannot read it any more.
    Unreadable,
}

impl OwnReason {
    /// `None` where the rejection has words: an endpoint's, or those that an earlier release wrote.
    pub fn of(rejection: &Rejection) -> Option<Self> {
        match (rejection.code.as_str(), rejection.detail.as_str()) {
            ("conflict", "") => Some(Self::Conflict),
            ("too-large", "") => Some(Self::TooLarge),
            ("refused", status) => status.parse().ok().map(|status| Self::Refused { status }),
            (UNREADABLE, "") => Some(Self::Unreadable),
            _ => None,
        }
    }

    fn against(self, id: &EventId) -> Rejection {
        let (code, detail) = match self {
            Self::Conflict => ("conflict", String::new()),
            Self::TooLarge => ("too-large", String::new()),
            Self::Refused { status } => ("refused", status.to_string()),
            Self::Unreadable => (UNREADABLE, String::new()),
        };
        Rejection { id: id.clone(), code: code.to_owned(), detail }
    }
}

/// How things stand with the endpoint, for the manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Everything is delivered.
    Idle,
    /// A batch is on its way.
    Sending,
    /// There was no answer to the last try; another follows by itself.
    Waiting,
    /// The endpoint answered that it takes nothing just now; another try follows by itself.
    Deferred,
    /// As [`State::Deferred`], and the answers look like a captive portal or a wrong endpoint.
    Portal,
    /// The endpoint does not take the token.
    Paused,
    /// Everything of this tablet is delivered; what was restored from another's back-up is not taken with its token.
    SetApart,
    /// The endpoint is not what the settings say.
    Misconfigured,
}

impl State {
    /// The value of `data-state`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Sending => "sending",
            Self::Waiting | Self::Deferred | Self::Portal => "waiting",
            Self::Paused | Self::SetApart => "paused",
            Self::Misconfigured => "misconfigured",
        }
    }
}

/// The policy of the upload. Nothing in it needs to be stored: a restart begins it anew and loses only patience.
#[derive(Clone, Debug)]
pub struct Outbox {
    state: State,
    events: usize,
    bytes: usize,
    /// Batches taken whole since the last one that was cut down for its size.
    successes: u32,
    /// As many of those as it takes to send more at once.
    successes_to_grow: u32,
    /// Answers in a row that were no receipt; where the server said how long to wait, none.
    failures: u32,
    /// Requests without an answer since the last receipt.
    silences: u32,
    time_outs: u32,
    conflicts: u32,
    not_receipts: u32,
    not_before: Uptime,
    queued: u64,
    suspects: Vec<Rejection>,
    /// How often in a row there were too many of them.
    blames: u32,
    /// Restored events up to this shelf wait until then.
    set_apart: (u32, Uptime),
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            state: State::Idle,
            events: FIRST_BATCH_EVENTS,
            bytes: FIRST_BATCH_BYTES,
            successes: 0,
            successes_to_grow: 1,
            failures: 0,
            silences: 0,
            time_outs: 0,
            conflicts: 0,
            not_receipts: 0,
            not_before: Uptime(0),
            queued: 0,
            suspects: Vec::new(),
            blames: 0,
            set_apart: (0, Uptime(0)),
        }
    }
}

impl Outbox {
    /// How things stand.
    pub fn state(&self) -> State {
        self.state
    }

    /// How long the next answer may take: longer after a time-out.
    pub fn patience_ms(&self) -> u32 {
        PATIENCE_MS.saturating_mul(1 << self.time_outs.min(8)).min(MAX_PATIENCE_MS)
    }

    /// Until when nothing is sent, whatever is queued; `None` when it is time. Counting what is queued takes a while where
    /// months of it are.
    pub fn rests_until(&self, now: Uptime) -> Option<Uptime> {
        (now < self.not_before).then_some(self.not_before)
    }

    /// What to do now, with `queued` events in the outbox.
    pub fn next_step(&mut self, queued: u64, now: Uptime) -> Step {
        self.queued = queued;
        if queued == 0 {
            self.suspects.clear();
            self.conflicts = 0;
            self.state = State::Idle;
            return Step::Idle;
        }
        if now >= self.set_apart.1 {
            self.set_apart.0 = 0;
        }
        if let Some(at) = self.rests_until(now) {
            return Step::WaitUntil(at);
        }
        let tries = self.blames.saturating_add(1);
        let bearable = FIRST_SUSPECTS << tries.trailing_zeros().min(MAX_DOUBLINGS);
        if self.suspects.len() as u64 >= queued || self.suspects.len() >= bearable {
            // Nobody is left to tell a bad event from a bad endpoint.
            self.blames = tries;
            return self.blame_the_endpoint(now);
        }
        self.state = State::Sending;
        let skip = self.suspects.iter().map(|suspect| suspect.id.clone()).collect();
        let set_apart = self.set_apart.0;
        Step::Send(Limits { events: self.events, bytes: self.bytes, skip, set_apart, format: Format::default() })
    }

    /// The endpoint does not take the restored events of this shelf with this token. They stay queued and are tried again
    /// in a day; this tablet's own go on, and so do those of the shelves behind.
    pub fn set_apart(&mut self, shelf: u32, now: Uptime) -> Settlement {
        let until = if self.set_apart.0 == 0 { now.after(SET_APART_MS) } else { self.set_apart.1 };
        self.set_apart = (shelf, until);
        self.not_before = Uptime(0);
        self.not_receipts = 0;
        self.time_outs = 0;
        Settlement::thaw()
    }

    /// Within the limits there was nothing to send. Gives the time until which that stays so, if what is queued was set
    /// apart.
    pub fn rest(&mut self, now: Uptime) -> Option<Uptime> {
        if self.set_apart.0 == 0 {
            return None;
        }
        if !self.suspects.is_empty() {
            self.blame_the_endpoint(now);
            return Some(self.not_before);
        }
        self.state = State::SetApart;
        Some(self.set_apart.1)
    }

    /// The network came back, or a person asked: what waits only for time need not wait longer.
    pub fn wake(&mut self) {
        self.not_before = Uptime(0);
        self.set_apart.0 = 0;
    }

    /// The settings changed: what was held against the endpoint is forgotten.
    pub fn reconsider(&mut self) {
        *self = Self::default();
    }

    /// Takes what became of `batch` and says what the store has to do. `random` is any number, for the jitter.
    pub fn report(&mut self, batch: &[EventId], outcome: Outcome, now: Uptime, random: u32) -> Settlement {
        if outcome != Outcome::NotAReceipt {
            self.not_receipts = 0;
        }
        if !matches!(outcome, Outcome::TooSlow { .. } | Outcome::Later { .. } | Outcome::NoAnswer) {
            self.time_outs = 0;
        }
        match outcome {
            Outcome::Receipt(receipt) => self.settle(batch, receipt, now, random),
            Outcome::Taken => {
                self.settle(batch, Receipt { accepted: batch.to_vec(), ..Receipt::default() }, now, random)
            }
            Outcome::NoAnswer => {
                let growth = self.silences.saturating_sub(SILENCES_TO_BEAR - 1);
                self.silences = self.silences.saturating_add(1);
                self.pause(full_jitter(growth, MAX_SILENCE_MS, random), now)
            }
            Outcome::Later { retry_after_ms } => self.wait(retry_after_ms, now, random),
            Outcome::TooSlow { retry_after_ms } => {
                self.time_outs = self.time_outs.saturating_add(1);
                let settlement = self.wait(retry_after_ms, now, random);
                self.state = State::Waiting;
                if self.time_outs < HALVE_AFTER_TIME_OUTS || batch.len() < 2 { settlement } else { self.shrink(batch) }
            }
            Outcome::Conflict { retry_after_ms } => {
                self.conflicts = self.conflicts.saturating_add(1);
                if self.conflicts < CONFLICTS_TO_BEAR {
                    return self.wait(retry_after_ms, now, random);
                }
                self.search(batch, OwnReason::Conflict)
            }
            Outcome::NotAReceipt => {
                self.not_receipts += 1;
                let settlement = self.wait(None, now, random);
                if self.not_receipts >= PORTAL_AFTER {
                    self.state = State::Portal;
                }
                settlement
            }
            Outcome::Unauthorized | Outcome::Forbidden | Outcome::Misconfigured => {
                let is_token = outcome != Outcome::Misconfigured;
                self.state = if is_token { State::Paused } else { State::Misconfigured };
                self.not_before = now.after(MISCONFIGURED_RETRY_MS);
                Settlement::default()
            }
            Outcome::TooLarge if batch.len() > 1 => {
                self.not_before = Uptime(0);
                self.shrink(batch)
            }
            Outcome::TooLarge => {
                // What is too large alone says nothing about the size of the others.
                self.successes_to_grow = 1;
                self.search(batch, OwnReason::TooLarge)
            }
            Outcome::Rejected { code, detail } => match batch {
                [single] => {
                    let rejected = vec![Rejection { id: single.clone(), code, detail }];
                    self.settle(batch, Receipt { rejected, ..Receipt::default() }, now, random)
                }
                _ => self.search_on(batch),
            },
            Outcome::Refused { status } => self.search(batch, OwnReason::Refused { status }),
        }
    }

    fn settle(&mut self, batch: &[EventId], receipt: Receipt, now: Uptime, random: u32) -> Settlement {
        let (mut sent, mut named) = (BTreeSet::new(), BTreeSet::new());
        // Inserted one by one, and never removed: collecting would bring a sort, and removing a rebalancing, into the
        // module that every tablet loads.
        for id in batch {
            sent.insert(id.as_str());
        }
        let mut is_ours = |id: &EventId| sent.get(id.as_str()).is_some_and(|id| named.insert(*id));
        let accepted: Vec<EventId> = receipt.accepted.into_iter().filter(&mut is_ours).collect();
        let mut rejected: Vec<Rejection> = receipt.rejected.into_iter().filter(|r| is_ours(&r.id)).collect();
        let answered = accepted.len() + rejected.len();
        if answered == 0 {
            // A receipt that names nothing of ours would come back for ever without a pause.
            return Settlement { is_thawed: true, ..self.wait(None, now, random) };
        }
        (self.failures, self.silences) = (0, 0);
        self.not_before = Uptime(0);
        if answered == batch.len() {
            self.successes += 1;
            let is_backlog = (batch.len() as u64) < self.queued;
            if is_backlog && self.successes >= self.successes_to_grow {
                self.successes = 0;
                self.events = (self.events * 2).min(MAX_BATCH_EVENTS);
                self.bytes = (self.bytes * 2).min(MAX_BATCH_BYTES);
            }
        }
        if !accepted.is_empty() {
            // The endpoint does take events: those it refused one by one are at fault themselves.
            rejected.append(&mut self.suspects);
            self.blames = 0;
        }
        Settlement { accepted, rejected, is_thawed: true }
    }

    /// The same bytes again, after as long as the server asked for or a while that grows with every failure.
    fn wait(&mut self, retry_after_ms: Option<u64>, now: Uptime, random: u32) -> Settlement {
        if let Some(asked) = retry_after_ms {
            return self.defer(asked.clamp(MIN_BACK_OFF_MS, MAX_RETRY_AFTER_MS), now);
        }
        let growth = self.failures;
        self.failures = self.failures.saturating_add(1);
        self.defer(full_jitter(growth, MAX_BACK_OFF_MS, random), now)
    }

    fn defer(&mut self, milliseconds: u64, now: Uptime) -> Settlement {
        let settlement = self.pause(milliseconds, now);
        self.state = State::Deferred;
        settlement
    }

    fn pause(&mut self, milliseconds: u64, now: Uptime) -> Settlement {
        self.not_before = now.after(milliseconds);
        self.state = State::Waiting;
        Settlement::default()
    }

    /// Sends less at once, down to one event at a time, until it is clear which one is at fault. One that is alone is
    /// set aside until another is taken: then it is the event, and else it is the endpoint.
    fn search(&mut self, batch: &[EventId], reason: OwnReason) -> Settlement {
        if let [single] = batch {
            self.suspects.push(reason.against(single));
        }
        self.search_on(batch)
    }

    fn search_on(&mut self, batch: &[EventId]) -> Settlement {
        self.not_before = Uptime(0);
        self.halve(batch)
    }

    /// Sends less at once, and takes its time to send more again.
    fn shrink(&mut self, batch: &[EventId]) -> Settlement {
        (self.successes, self.successes_to_grow) = (0, SUCCESSES_TO_GROW_AGAIN);
        self.halve(batch)
    }

    fn halve(&mut self, batch: &[EventId]) -> Settlement {
        self.events = (batch.len() / 2).max(1);
        self.state = State::Waiting;
        Settlement::thaw()
    }

    fn blame_the_endpoint(&mut self, now: Uptime) -> Step {
        self.suspects.clear();
        self.state = State::Misconfigured;
        self.not_before = now.after(MISCONFIGURED_RETRY_MS);
        Step::WaitUntil(self.not_before)
    }
}

/// A wait below a ceiling that doubles with `growth` (Brooker, "Exponential Backoff And Jitter").
fn full_jitter(growth: u32, longest: u64, random: u32) -> u64 {
    let ceiling = MIN_BACK_OFF_MS.saturating_mul(1 << growth.min(20)).min(longest);
    (MIN_BACK_OFF_MS + u64::from(random) % ceiling).min(longest)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn id(n: usize) -> EventId {
        EventId::parse(&format!("00000000-0000-7000-8000-{n:012}")).unwrap()
    }

    fn ids(range: std::ops::Range<usize>) -> Vec<EventId> {
        range.map(id).collect()
    }

    fn rejection(id: &EventId, code: &str, detail: &str) -> Rejection {
        Rejection { id: id.clone(), code: code.to_owned(), detail: detail.to_owned() }
    }

    const REFUSED: Outcome = Outcome::Refused { status: 422 };

    fn receipt(accepted: Vec<EventId>) -> Outcome {
        Outcome::Receipt(Receipt { accepted, ..Receipt::default() })
    }

    /// A queue and a receiver that answers as it is told, run until the outbox waits or is idle.
    fn drain(outbox: &mut Outbox, queue: &mut Vec<EventId>, answer: impl Fn(&[EventId]) -> Outcome) -> Drained {
        let mut drained = Drained::default();
        for _ in 0..100_000 {
            match outbox.next_step(queue.len() as u64, Uptime(0)) {
                Step::Send(limits) => {
                    let skip: BTreeSet<&EventId> = limits.skip.iter().collect();
                    let fitting = queue.iter().filter(|id| !skip.contains(id)).take(limits.events);
                    let batch: Vec<EventId> = fitting.cloned().collect();
                    assert!(!batch.is_empty(), "an empty batch is never sent");
                    drained.requests += 1;
                    let settlement = outbox.report(&batch, answer(&batch), Uptime(0), 0);
                    queue.retain(|id| {
                        !settlement.accepted.contains(id) && settlement.rejected.iter().all(|r| r.id != *id)
                    });
                    drained.accepted.extend(settlement.accepted);
                    drained.quarantined.extend(settlement.rejected.into_iter().map(|r| r.id));
                }
                Step::WaitUntil(_) | Step::Idle => return drained,
            }
        }
        panic!("the outbox neither waits nor ends");
    }

    #[derive(Default)]
    struct Drained {
        requests: u32,
        accepted: Vec<EventId>,
        quarantined: Vec<EventId>,
    }

    #[test]
    fn goes_on_at_once_and_grows_while_a_backlog_drains() {
        let (mut outbox, mut queue) = (Outbox::default(), ids(0..10_000));
        let drained = drain(&mut outbox, &mut queue, |batch| receipt(batch.to_vec()));
        assert_eq!((drained.accepted.len(), queue.len(), outbox.state()), (10_000, 0, State::Idle));
        assert_eq!(drained.requests, 9, "100, 200, 400, 800, 1600, then 2000 at a time");
    }

    #[test]
    fn forgets_only_what_a_receipt_names() {
        let mut outbox = Outbox::default();
        let settlement = outbox.report(&ids(0..3), receipt(vec![id(1), id(77)]), Uptime(0), 0);
        assert_eq!(settlement.accepted, [id(1)], "an event that was not sent cannot be acknowledged");
        assert!(matches!(outbox.next_step(2, Uptime(0)), Step::Send(_)), "the rest goes at once");
    }

    #[test]
    fn a_receipt_that_names_nothing_does_not_spin() {
        let mut outbox = Outbox::default();
        let settlement = outbox.report(&ids(0..3), receipt(vec![]), Uptime(0), 0);
        assert_eq!(settlement.accepted, []);
        assert!(matches!(outbox.next_step(3, Uptime(0)), Step::WaitUntil(_)));
    }

    #[test]
    fn quarantines_what_a_receipt_rejects_with_its_reason() {
        let rejected = vec![rejection(&id(1), "unknown-type", "no")];
        let outcome =
            Outcome::Receipt(Receipt { accepted: vec![id(0)], rejected: rejected.clone(), ..Receipt::default() });
        assert_eq!(Outbox::default().report(&ids(0..2), outcome, Uptime(0), 0).rejected, rejected);
    }

    fn check_wait(outcome: Outcome, state: State, shortest_ms: u64, longest_ms: u64) {
        for random in [0, 1, 77_777, u32::MAX] {
            let mut outbox = Outbox::default();
            let settlement = outbox.report(&ids(0..2), outcome.clone(), Uptime(500), random);
            assert_eq!(settlement, Settlement::default(), "the same batch stays frozen");
            assert_eq!(outbox.state(), state);
            match outbox.next_step(2, Uptime(500)) {
                Step::WaitUntil(Uptime(at)) => assert!((500 + shortest_ms..=500 + longest_ms).contains(&at), "{at}"),
                other => panic!("{outcome:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn waits_as_the_table_of_outcomes_says() {
        check_wait(Outcome::NoAnswer, State::Waiting, 1_000, 2_000);
        check_wait(Outcome::Later { retry_after_ms: None }, State::Deferred, 1_000, 2_000);
        check_wait(Outcome::Later { retry_after_ms: Some(90_000) }, State::Deferred, 90_000, 90_000);
        check_wait(Outcome::Later { retry_after_ms: Some(0) }, State::Deferred, 1_000, 1_000);
        check_wait(Outcome::Later { retry_after_ms: Some(u64::MAX) }, State::Deferred, 3_600_000, 3_600_000);
        check_wait(Outcome::TooSlow { retry_after_ms: None }, State::Waiting, 1_000, 2_000);
        check_wait(Outcome::TooSlow { retry_after_ms: Some(7_000) }, State::Waiting, 7_000, 7_000);
        check_wait(Outcome::Conflict { retry_after_ms: Some(7_000) }, State::Deferred, 7_000, 7_000);
        check_wait(Outcome::NotAReceipt, State::Deferred, 1_000, 2_000);
        check_wait(Outcome::Unauthorized, State::Paused, 900_000, 900_000);
        check_wait(Outcome::Forbidden, State::Paused, 900_000, 900_000);
        check_wait(Outcome::Misconfigured, State::Misconfigured, 900_000, 900_000);
    }

    /// The waits after so many outcomes in a row, each the longest that chance can make it.
    fn longest_waits(outbox: &mut Outbox, outcome: &Outcome, times: usize) -> Vec<u64> {
        let wait = |_| {
            let longest = (0..=u32::MAX).step_by(999_983).map(|random| {
                let mut other = outbox.clone();
                other.report(&ids(0..2), outcome.clone(), Uptime(0), random);
                (other.not_before.0, random)
            });
            let (longest, random) = longest.max().unwrap_or_default();
            outbox.report(&ids(0..2), outcome.clone(), Uptime(0), random);
            longest / 1_000
        };
        (0..times).map(wait).collect()
    }

    #[test]
    fn waits_longer_and_longer_for_an_endpoint_that_is_down() {
        let later = Outcome::Later { retry_after_ms: None };
        let waits = longest_waits(&mut Outbox::default(), &later, 12);
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    }

    #[test]
    fn looks_every_few_seconds_whether_the_network_is_back() {
        let waits = longest_waits(&mut Outbox::default(), &Outcome::NoAnswer, 12);
        assert_eq!(waits, [1, 1, 1, 1, 2, 4, 4, 4, 4, 4, 4, 4]);
    }

    #[test]
    fn a_receipt_ends_the_growth_of_all_waits() {
        let mut outbox = Outbox::default();
        for outcome in [Outcome::NoAnswer, Outcome::Later { retry_after_ms: None }] {
            longest_waits(&mut outbox, &outcome, 9);
            outbox.report(&ids(0..2), receipt(ids(0..2)), Uptime(0), 0);
            assert!(longest_waits(&mut outbox, &outcome, 1)[0] <= 2);
        }
    }

    #[test]
    fn what_the_server_asked_for_makes_no_other_wait_longer() {
        let mut outbox = Outbox::default();
        longest_waits(&mut outbox, &Outcome::Later { retry_after_ms: Some(5_000) }, 9);
        assert!(longest_waits(&mut outbox, &Outcome::Later { retry_after_ms: None }, 1)[0] <= 2);
    }

    #[test]
    fn half_of_all_answers_lost_cost_a_few_seconds_for_each_batch() {
        let (batches, mut dice, mut now) = (1_000, 88_172_645_463_325_252_u64, 0);
        let mut number = || {
            // Marsaglia's xorshift: any even chance will do.
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            (dice >> 32) as u32
        };
        let mut outbox = Outbox::default();
        let mut delivered = 0;
        while delivered < batches {
            match outbox.next_step(9, Uptime(now)) {
                Step::WaitUntil(at) => now = at.0,
                _ if number() % 2 == 0 => drop(outbox.report(&ids(0..2), Outcome::NoAnswer, Uptime(now), number())),
                _ => {
                    outbox.report(&ids(0..2), receipt(ids(0..2)), Uptime(now), 0);
                    delivered += 1;
                }
            }
        }
        assert!(now < batches * 3_000, "{} ms for each batch", now / batches);
    }

    #[test]
    fn names_a_captive_portal_after_three_empty_successes() {
        let mut outbox = Outbox::default();
        for state in [State::Deferred, State::Deferred, State::Portal] {
            outbox.report(&ids(0..1), Outcome::NotAReceipt, Uptime(0), 0);
            assert_eq!(outbox.state(), state);
        }
    }

    #[test]
    fn what_was_restored_and_is_not_taken_waits_a_day_and_holds_nothing_up() {
        const DAY: u64 = 86_400_000;
        let mut outbox = Outbox::default();
        let spans = |outbox: &mut Outbox, now| match outbox.next_step(9, now) {
            Step::Send(limits) => limits.spans().collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let span = |first, last| Place::first_of(first)..Place::first_of(last + 1);
        let own = span(0, LAST_OWN_EPOCH);
        assert_eq!(spans(&mut outbox, Uptime(7)), [own.clone(), span(LAST_OWN_EPOCH + 1, LAST_SHELF)]);
        assert_eq!(outbox.rest(Uptime(7)), None, "nothing was set apart");
        assert_eq!(outbox.set_apart(LAST_SHELF - 1, Uptime(7)), Settlement::thaw(), "kept, not quarantined");
        let behind = span(LAST_SHELF, LAST_SHELF);
        assert_eq!(spans(&mut outbox, Uptime(8)), [own.clone(), behind], "the shelf behind is tried as well");
        outbox.set_apart(LAST_SHELF, Uptime(1_000));
        assert_eq!(spans(&mut outbox, Uptime(1_001)), std::slice::from_ref(&own));
        assert_eq!(outbox.rest(Uptime(1_002)), Some(Uptime(7 + DAY)));
        assert_eq!((outbox.state(), outbox.state().name()), (State::SetApart, "paused"));
        assert_eq!(spans(&mut outbox, Uptime(1_003)), [own], "an event of its own is looked for at once");
        assert_eq!(spans(&mut outbox, Uptime(7 + DAY)).len(), 2, "all of it is tried again");
        outbox.set_apart(LAST_SHELF, Uptime(9 + DAY));
        outbox.wake();
        assert_eq!(spans(&mut outbox, Uptime(9 + DAY)).len(), 2, "a person asks");
        outbox.set_apart(LAST_SHELF, Uptime(9 + DAY));
        outbox.reconsider();
        assert_eq!(spans(&mut outbox, Uptime(9 + DAY)).len(), 2, "there is another token");
    }

    #[test]
    fn an_event_of_one_s_own_that_is_refused_alone_is_asked_for_again_beside_what_is_set_apart() {
        let mut outbox = Outbox::default();
        outbox.set_apart(LAST_SHELF, Uptime(0));
        outbox.report(&ids(0..1), REFUSED, Uptime(0), 0);
        assert!(matches!(outbox.next_step(9, Uptime(0)), Step::Send(limits) if limits.skip == ids(0..1)));
        assert_eq!(outbox.rest(Uptime(0)), Some(Uptime(MISCONFIGURED_RETRY_MS)));
        assert!(
            matches!(outbox.next_step(9, Uptime(MISCONFIGURED_RETRY_MS)), Step::Send(limits) if limits.skip.is_empty())
        );
    }

    #[test]
    fn new_settings_end_the_wait() {
        let mut outbox = Outbox::default();
        outbox.report(&ids(0..1), Outcome::Unauthorized, Uptime(0), 0);
        outbox.reconsider();
        assert!(matches!(outbox.next_step(1, Uptime(0)), Step::Send(_)));
    }

    #[test]
    fn finds_the_events_at_fault_and_delivers_the_rest() {
        let bad = [id(0), id(57), id(58), id(299)];
        let (mut outbox, mut queue) = (Outbox::default(), ids(0..300));
        let mut drained = drain(&mut outbox, &mut queue, |batch| {
            if batch.iter().any(|id| bad.contains(id)) { REFUSED } else { receipt(batch.to_vec()) }
        });
        drained.quarantined.sort();
        // The last one is refused with nothing behind it to prove the endpoint good: it waits for a witness.
        assert_eq!(drained.quarantined, bad[..3]);
        assert_eq!((drained.accepted.len(), queue.as_slice()), (296, &bad[3..]));
        queue.push(id(300));
        outbox.reconsider();
        let drained =
            drain(
                &mut outbox,
                &mut queue,
                |batch| {
                    if batch.contains(&id(299)) { REFUSED } else { receipt(batch.to_vec()) }
                },
            );
        assert_eq!((drained.quarantined, queue.len()), (vec![id(299)], 0));
    }

    #[test]
    fn quarantines_nothing_when_every_event_is_refused() {
        for count in [1, 7, 500] {
            let (mut outbox, mut queue) = (Outbox::default(), ids(0..count));
            let drained = drain(&mut outbox, &mut queue, |_| REFUSED);
            assert_eq!((drained.quarantined.len(), queue.len()), (0, count));
            assert_eq!(outbox.state(), State::Misconfigured);
        }
    }

    #[test]
    fn gets_over_a_long_run_of_bad_events_in_a_few_tries() {
        let (mut outbox, mut queue) = (Outbox::default(), ids(0..700));
        let mut quarantined = Vec::new();
        let mut tries = 0;
        while !queue.is_empty() && tries < 10 {
            tries += 1;
            outbox.wake();
            let drained = drain(&mut outbox, &mut queue, |batch| {
                if batch.iter().any(|event| *event < id(500)) { REFUSED } else { receipt(batch.to_vec()) }
            });
            quarantined.extend(drained.quarantined);
        }
        assert_eq!((tries, quarantined.len(), queue.len()), (8, 500, 0), "64, 128, 64, 256, 64, 128, 64, 512");
        assert!(quarantined.iter().all(|event| *event < id(500)));
    }

    #[test]
    fn asks_a_wrong_endpoint_a_bounded_number_of_times() {
        let (mut outbox, mut queue) = (Outbox::default(), ids(0..1_200));
        let mut requests = 0;
        for _ in 0..32 {
            outbox.wake();
            requests += drain(&mut outbox, &mut queue, |_| REFUSED).requests;
        }
        assert!(requests < 32 * 450, "{requests}");
        assert_eq!(queue.len(), 1_200);
    }

    #[test]
    fn halves_what_is_too_large_and_quarantines_what_is_too_large_alone() {
        let (mut outbox, mut queue) = (Outbox::default(), ids(0..100));
        let drained = drain(&mut outbox, &mut queue, |batch| {
            if batch.len() > 10 || batch.contains(&id(5)) { Outcome::TooLarge } else { receipt(batch.to_vec()) }
        });
        assert_eq!((drained.quarantined, drained.accepted.len(), queue.len()), (vec![id(5)], 99, 0));
    }

    #[test]
    fn quarantines_nothing_when_every_event_is_too_large() {
        for count in [1, 7, 500] {
            let (mut outbox, mut queue) = (Outbox::default(), ids(0..count));
            let drained = drain(&mut outbox, &mut queue, |_| Outcome::TooLarge);
            assert_eq!((drained.quarantined.len(), queue.len()), (0, count));
            assert_eq!(outbox.state(), State::Misconfigured);
        }
    }

    #[test]
    fn keeps_to_the_size_that_an_endpoint_takes() {
        let (mut outbox, mut queue) = (Outbox::default(), ids(0..1_000));
        let drained =
            drain(
                &mut outbox,
                &mut queue,
                |batch| {
                    if batch.len() > 10 { Outcome::TooLarge } else { receipt(batch.to_vec()) }
                },
            );
        assert_eq!((drained.accepted.len(), queue.len()), (1_000, 0));
        assert!(drained.requests < 200, "{} requests: it may not ask for too much every other time", drained.requests);
    }

    #[test]
    fn grows_by_bytes_as_well_while_more_is_queued() {
        let mut outbox = Outbox::default();
        let Step::Send(before) = outbox.next_step(500, Uptime(0)) else { panic!("there is something to send") };
        // A few events that were as large as the limit.
        outbox.report(&ids(0..3), receipt(ids(0..3)), Uptime(0), 0);
        let Step::Send(after) = outbox.next_step(497, Uptime(0)) else { panic!("there is something to send") };
        assert_eq!((after.bytes, after.events), (before.bytes * 2, before.events * 2));
        outbox.report(&ids(3..500), receipt(ids(3..500)), Uptime(0), 0);
        outbox.next_step(3, Uptime(0));
        outbox.report(&ids(500..503), receipt(ids(500..503)), Uptime(0), 0);
        let Step::Send(at_the_end) = outbox.next_step(1, Uptime(0)) else { panic!("there is something to send") };
        assert_eq!(at_the_end.events, after.events, "without a backlog nothing grows");
    }

    #[test]
    fn a_slow_line_gets_more_time_and_smaller_batches() {
        let mut outbox = Outbox::default();
        let too_slow = || Outcome::TooSlow { retry_after_ms: None };
        let mut limits = Vec::new();
        for _ in 0..4 {
            let Step::Send(limit) = outbox.next_step(500, Uptime(u64::MAX)) else { panic!("it is time to send") };
            limits.push((limit.events, outbox.patience_ms()));
            let settlement = outbox.report(&ids(0..limit.events), too_slow(), Uptime(0), 0);
            assert_eq!(settlement.is_thawed, limits.len() >= 2, "the first time the same bytes are sent again");
            outbox.wake();
        }
        assert_eq!(limits, [(100, 30_000), (100, 60_000), (50, 120_000), (25, 120_000)]);
        assert_eq!(outbox.report(&ids(0..1), too_slow(), Uptime(0), 0), Settlement::default());
        outbox.report(&ids(0..1), receipt(ids(0..1)), Uptime(0), 0);
        assert_eq!(outbox.patience_ms(), 30_000);
    }

    #[test]
    fn a_plain_success_takes_the_whole_batch() {
        let settlement = Outbox::default().report(&ids(0..3), Outcome::Taken, Uptime(0), 0);
        assert_eq!((settlement.accepted, settlement.is_thawed), (ids(0..3), true));
    }

    #[test]
    fn quarantines_the_one_event_that_a_receiver_rejects_by_name() {
        let rejected = || Outcome::Rejected { code: "unknown-type".into(), detail: "no".into() };
        let settlement = Outbox::default().report(&ids(4..5), rejected(), Uptime(0), 0);
        assert_eq!(settlement.rejected, [rejection(&id(4), "unknown-type", "no")]);
        let mut outbox = Outbox::default();
        assert_eq!(outbox.report(&ids(0..4), rejected(), Uptime(0), 0), Settlement::thaw(), "which one is not said");
    }

    #[test]
    fn a_conflict_that_stays_is_searched_for_and_never_counts_as_delivered() {
        let conflict = || Outcome::Conflict { retry_after_ms: None };
        let (mut outbox, mut queue) = (Outbox::default(), ids(0..100));
        let mut waits = 0;
        let mut quarantined = Vec::new();
        while !queue.is_empty() {
            let drained =
                drain(
                    &mut outbox,
                    &mut queue,
                    |batch| {
                        if batch.contains(&id(42)) { conflict() } else { Outcome::Taken }
                    },
                );
            assert!(!drained.accepted.contains(&id(42)));
            quarantined.extend(drained.quarantined);
            waits += 1;
            assert!(waits < 10, "it goes on");
            outbox.wake();
        }
        assert_eq!((quarantined, waits), (vec![id(42)], CONFLICTS_TO_BEAR as usize));
    }

    #[test]
    fn a_conflict_that_passes_changes_nothing() {
        let mut outbox = Outbox::default();
        for _ in 1..CONFLICTS_TO_BEAR {
            let settlement = outbox.report(&ids(0..9), Outcome::Conflict { retry_after_ms: None }, Uptime(0), 0);
            assert_eq!(settlement, Settlement::default());
        }
        assert_eq!(outbox.report(&ids(0..9), Outcome::Taken, Uptime(0), 0).accepted, ids(0..9));
    }

    #[test]
    fn knows_its_own_reasons_again_and_leaves_words_as_they_are() {
        let refused = OwnReason::Refused { status: 422 };
        for reason in [OwnReason::Conflict, OwnReason::TooLarge, refused, OwnReason::Unreadable] {
            assert_eq!(OwnReason::of(&reason.against(&id(1))), Some(reason));
        }
        // As the stores set it aside.
        assert_eq!(OwnReason::of(&rejection(&id(1), UNREADABLE, "")), Some(OwnReason::Unreadable));
        for (code, detail) in [
            ("conflict", "the endpoint answers 409 to this event alone and takes others: it may have it already"),
            ("refused", "the endpoint refuses this event with 422 and takes others"),
            ("refused", ""),
            ("unknown-type", ""),
            ("unreadable", "no"),
        ] {
            assert_eq!(OwnReason::of(&rejection(&id(1), code, detail)), None, "{code} {detail}");
        }
    }

    #[test]
    fn only_successes_in_a_row_look_like_a_portal() {
        let mut outbox = Outbox::default();
        for _ in 0..2 {
            outbox.report(&ids(0..1), Outcome::NotAReceipt, Uptime(0), 0);
        }
        outbox.report(&ids(0..1), Outcome::Unauthorized, Uptime(0), 0);
        outbox.report(&ids(0..1), Outcome::NotAReceipt, Uptime(0), 0);
        assert_eq!(outbox.state(), State::Deferred);
    }

    proptest! {
        #[test]
        fn never_forgets_an_event_without_a_receipt_and_always_has_a_next_step(
            answers in prop::collection::vec((0_u8..13, any::<u32>()), 1..80)
        ) {
            let mut outbox = Outbox::default();
            let mut queue = ids(0..40);
            let mut now = Uptime(0);
            for (answer, random) in answers {
                match outbox.next_step(queue.len() as u64, now) {
                    Step::Idle => prop_assert!(queue.is_empty()),
                    Step::WaitUntil(at) => {
                        prop_assert!(at > now && at.0 - now.0 <= MAX_RETRY_AFTER_MS);
                        now = at;
                    }
                    Step::Send(limits) => {
                        let skip: BTreeSet<&EventId> = limits.skip.iter().collect();
                    let fitting = queue.iter().filter(|id| !skip.contains(id)).take(limits.events);
                        let batch: Vec<EventId> = fitting.cloned().collect();
                        prop_assert!(!batch.is_empty());
                        let named: Vec<EventId> = batch.iter().filter(|_| random % 3 != 0).cloned().collect();
                        let outcome = match answer {
                            0 | 1 => receipt(named.clone()),
                            2 => Outcome::Later { retry_after_ms: Some(random.into()) },
                            3 => Outcome::NotAReceipt,
                            4 => Outcome::Unauthorized,
                            5 => Outcome::Misconfigured,
                            6 => Outcome::TooLarge,
                            7 => Outcome::TooSlow { retry_after_ms: None },
                            8 => Outcome::Conflict { retry_after_ms: Some(random.into()) },
                            9 => Outcome::Taken,
                            10 => Outcome::NoAnswer,
                            11 => Outcome::Rejected { code: "x".into(), detail: "x".into() },
                            _ => REFUSED,
                        };
                        let is_receipt = matches!(outcome, Outcome::Receipt(_) | Outcome::Taken);
                        let named = if outcome == Outcome::Taken { batch.clone() } else { named };
                        let settlement = outbox.report(&batch, outcome, now, random);
                        prop_assert!(settlement.accepted.is_empty() || is_receipt);
                        prop_assert!(settlement.accepted.iter().all(|id| named.contains(id)));
                        queue.retain(|id| !settlement.accepted.contains(id) && settlement.rejected.iter().all(|r| r.id != *id));
                    }
                }
            }
        }
    }
}
