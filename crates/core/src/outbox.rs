//! What to send next. The outbox decides, the shell sends and reports, the outbox decides again.
//!
//! Safety: an event leaves only when a receipt names it. Liveness: after any report there is a next step, and it is
//! [`Step::Idle`] only while nothing is queued.

use std::collections::BTreeSet;

use crate::event::EventId;
use crate::time::Uptime;
use crate::wire::{Outcome, Receipt, Rejection};

/// A batch begins at this many events: a quarter of a second on a slow uplink.
pub const FIRST_BATCH_EVENTS: usize = 100;
/// And at this many bytes.
pub const FIRST_BATCH_BYTES: usize = 256 * 1024;
/// A backlog that drains well doubles its batches up to this many events.
pub const MAX_BATCH_EVENTS: usize = 2_000;
/// And this many bytes: what our collector takes by default.
pub const MAX_BATCH_BYTES: usize = 1024 * 1024;

/// The shortest back-off.
const MIN_BACK_OFF_MS: u64 = 1_000;
/// The longest back-off that the outbox chooses by itself.
const MAX_BACK_OFF_MS: u64 = 5 * 60_000;
/// The longest wait that a server may ask for.
const MAX_RETRY_AFTER_S: u32 = 3_600;
/// How often an endpoint that refuses us is asked again without new settings.
const MISCONFIGURED_RETRY_MS: u64 = 15 * 60_000;
/// So many successes without a receipt look like a captive portal.
const PORTAL_AFTER: u32 = 3;
/// So many single events refused with none taken between them are a fault of the endpoint, not of the events. Large
/// enough that a run of bad events is got over, small enough that a wrong endpoint is not asked for every event there is.
const MAX_SUSPECTS: usize = 64;

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

/// How things stand with the endpoint, for the manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Everything is delivered.
    Idle,
    /// A batch is on its way.
    Sending,
    /// The last try did not work; another follows by itself.
    Waiting,
    /// As [`State::Waiting`], and the answers look like a captive portal or a wrong endpoint.
    Portal,
    /// The endpoint does not take the token.
    Paused,
    /// The endpoint is not what the settings say.
    Misconfigured,
}

impl State {
    /// The value of `data-state`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Sending => "sending",
            Self::Waiting | Self::Portal => "waiting",
            Self::Paused => "paused",
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
    failures: u32,
    not_receipts: u32,
    not_before: Uptime,
    suspects: Vec<Rejection>,
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            state: State::Idle,
            events: FIRST_BATCH_EVENTS,
            bytes: FIRST_BATCH_BYTES,
            failures: 0,
            not_receipts: 0,
            not_before: Uptime(0),
            suspects: Vec::new(),
        }
    }
}

impl Outbox {
    /// How things stand.
    pub fn state(&self) -> State {
        self.state
    }

    /// What to do now, with `queued` events in the outbox.
    pub fn next_step(&mut self, queued: u64, now: Uptime) -> Step {
        if queued == 0 {
            self.suspects.clear();
            self.state = State::Idle;
            return Step::Idle;
        }
        if now < self.not_before {
            return Step::WaitUntil(self.not_before);
        }
        if self.suspects.len() as u64 >= queued || self.suspects.len() >= MAX_SUSPECTS {
            // Nobody is left to tell a bad event from a bad endpoint.
            return self.blame_the_endpoint(now);
        }
        self.state = State::Sending;
        let skip = self.suspects.iter().map(|suspect| suspect.id.clone()).collect();
        Step::Send(Limits { events: self.events, bytes: self.bytes, skip })
    }

    /// The network came back, or a person asked: what waits only for time need not wait longer.
    pub fn wake(&mut self) {
        self.not_before = Uptime(0);
    }

    /// The settings changed: what was held against the endpoint is forgotten.
    pub fn reconsider(&mut self) {
        *self = Self::default();
    }

    /// Takes what became of `batch` and says what the store has to do. `random` is any number, for the jitter.
    pub fn report(&mut self, batch: &[EventId], outcome: Outcome, now: Uptime, random: u32) -> Settlement {
        match outcome {
            Outcome::Receipt(receipt) => self.settle(batch, receipt, now, random),
            Outcome::Later { retry_after_s } => {
                self.not_receipts = 0;
                self.back_off(retry_after_s, now, random);
                self.state = State::Waiting;
                Settlement::default()
            }
            Outcome::NotAReceipt => {
                self.not_receipts += 1;
                self.back_off(None, now, random);
                self.state = if self.not_receipts < PORTAL_AFTER { State::Waiting } else { State::Portal };
                Settlement::default()
            }
            Outcome::Unauthorized | Outcome::Misconfigured => {
                let is_token = outcome == Outcome::Unauthorized;
                self.state = if is_token { State::Paused } else { State::Misconfigured };
                self.not_before = now.after(MISCONFIGURED_RETRY_MS);
                Settlement::default()
            }
            Outcome::TooLarge => match batch {
                [single] => Settlement {
                    rejected: vec![rejection(single, "too-large", "the endpoint takes no request of this size")],
                    is_thawed: true,
                    ..Settlement::default()
                },
                _ => self.halve(batch),
            },
            Outcome::Refused => {
                if let [single] = batch {
                    self.suspects.push(rejection(
                        single,
                        "refused",
                        "the endpoint refuses this event and takes others",
                    ));
                }
                self.halve(batch)
            }
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
        self.not_receipts = 0;
        if answered == 0 {
            // A receipt that names nothing of ours would come back for ever without a pause.
            self.back_off(None, now, random);
            self.state = State::Waiting;
            return Settlement { is_thawed: true, ..Settlement::default() };
        }
        self.failures = 0;
        self.not_before = Uptime(0);
        if answered == batch.len() && batch.len() >= self.events {
            self.events = (self.events * 2).min(MAX_BATCH_EVENTS);
            self.bytes = (self.bytes * 2).min(MAX_BATCH_BYTES);
        }
        if !accepted.is_empty() {
            // The endpoint does take events: those it refused one by one are at fault themselves.
            rejected.append(&mut self.suspects);
        }
        Settlement { accepted, rejected, is_thawed: true }
    }

    /// Sends less at once, down to one event at a time, until it is clear which one is at fault.
    fn halve(&mut self, batch: &[EventId]) -> Settlement {
        self.events = (batch.len() / 2).max(1);
        self.not_before = Uptime(0);
        self.state = State::Waiting;
        Settlement { is_thawed: true, ..Settlement::default() }
    }

    fn blame_the_endpoint(&mut self, now: Uptime) -> Step {
        self.suspects.clear();
        self.state = State::Misconfigured;
        self.not_before = now.after(MISCONFIGURED_RETRY_MS);
        Step::WaitUntil(self.not_before)
    }

    /// Full jitter (Brooker, "Exponential Backoff And Jitter"), or what the server asked for.
    fn back_off(&mut self, retry_after_s: Option<u32>, now: Uptime, random: u32) {
        let ceiling = MIN_BACK_OFF_MS.saturating_mul(1 << self.failures.min(20)).min(MAX_BACK_OFF_MS);
        self.failures = self.failures.saturating_add(1);
        let chosen = MIN_BACK_OFF_MS + u64::from(random) % ceiling;
        let asked = retry_after_s.map(|seconds| u64::from(seconds.min(MAX_RETRY_AFTER_S)) * 1_000);
        self.not_before = now.after(asked.unwrap_or(chosen.min(MAX_BACK_OFF_MS)));
    }
}

fn rejection(id: &EventId, code: &str, detail: &str) -> Rejection {
    Rejection { id: id.clone(), code: code.to_owned(), detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(n: usize) -> EventId {
        EventId::parse(&format!("00000000-0000-7000-8000-{n:012}")).unwrap()
    }

    fn ids(range: std::ops::Range<usize>) -> Vec<EventId> {
        range.map(id).collect()
    }

    fn receipt(accepted: Vec<EventId>) -> Outcome {
        Outcome::Receipt(Receipt { accepted, ..Receipt::default() })
    }

    /// A queue and a receiver that answers as it is told, run until the outbox waits or is idle.
    fn drain(outbox: &mut Outbox, queue: &mut Vec<EventId>, answer: impl Fn(&[EventId]) -> Outcome) -> Drained {
        let mut drained = Drained::default();
        for _ in 0..100_000 {
            match outbox.next_step(queue.len() as u64, Uptime(0)) {
                Step::Send(limits) => {
                    let fitting = queue.iter().filter(|id| !limits.skip.contains(id)).take(limits.events);
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
        let outcome = Outcome::Receipt(Receipt { accepted: vec![id(0)], rejected: rejected.clone(), chain: vec![] });
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
        check_wait(Outcome::Later { retry_after_s: None }, State::Waiting, 1_000, 2_000);
        check_wait(Outcome::Later { retry_after_s: Some(90) }, State::Waiting, 90_000, 90_000);
        check_wait(Outcome::Later { retry_after_s: Some(999_999) }, State::Waiting, 3_600_000, 3_600_000);
        check_wait(Outcome::NotAReceipt, State::Waiting, 1_000, 2_000);
        check_wait(Outcome::Unauthorized, State::Paused, 900_000, 900_000);
        check_wait(Outcome::Misconfigured, State::Misconfigured, 900_000, 900_000);
    }

    #[test]
    fn names_a_captive_portal_after_three_empty_successes() {
        let mut outbox = Outbox::default();
        for state in [State::Waiting, State::Waiting, State::Portal] {
            outbox.report(&ids(0..1), Outcome::NotAReceipt, Uptime(0), 0);
            assert_eq!(outbox.state(), state);
        }
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
            if batch.iter().any(|id| bad.contains(id)) { Outcome::Refused } else { receipt(batch.to_vec()) }
        });
        drained.quarantined.sort();
        // The last one is refused with nothing behind it to prove the endpoint good: it waits for a witness.
        assert_eq!(drained.quarantined, bad[..3]);
        assert_eq!((drained.accepted.len(), queue.as_slice()), (296, &bad[3..]));
        queue.push(id(300));
        outbox.reconsider();
        let drained = drain(&mut outbox, &mut queue, |batch| {
            if batch.contains(&id(299)) { Outcome::Refused } else { receipt(batch.to_vec()) }
        });
        assert_eq!((drained.quarantined, queue.len()), (vec![id(299)], 0));
    }

    #[test]
    fn quarantines_nothing_when_every_event_is_refused() {
        for count in [1, 7, 500] {
            let (mut outbox, mut queue) = (Outbox::default(), ids(0..count));
            let drained = drain(&mut outbox, &mut queue, |_| Outcome::Refused);
            assert_eq!((drained.quarantined.len(), queue.len()), (0, count));
            assert_eq!(outbox.state(), State::Misconfigured);
        }
    }

    #[test]
    fn halves_what_is_too_large_and_quarantines_what_is_too_large_alone() {
        let (mut outbox, mut queue) = (Outbox::default(), ids(0..100));
        let drained = drain(&mut outbox, &mut queue, |batch| {
            if batch.len() > 10 || batch.contains(&id(5)) { Outcome::TooLarge } else { receipt(batch.to_vec()) }
        });
        assert_eq!((drained.quarantined, drained.accepted.len(), queue.len()), (vec![id(5)], 99, 0));
    }

    proptest! {
        #[test]
        fn never_forgets_an_event_without_a_receipt_and_always_has_a_next_step(
            answers in prop::collection::vec((0_u8..8, any::<u32>()), 1..80)
        ) {
            let mut outbox = Outbox::default();
            let mut queue = ids(0..40);
            let mut now = Uptime(0);
            for (answer, random) in answers {
                match outbox.next_step(queue.len() as u64, now) {
                    Step::Idle => prop_assert!(queue.is_empty()),
                    Step::WaitUntil(at) => {
                        prop_assert!(at > now && at.0 - now.0 <= u64::from(MAX_RETRY_AFTER_S) * 1_000);
                        now = at;
                    }
                    Step::Send(limits) => {
                        let fitting = queue.iter().filter(|id| !limits.skip.contains(id)).take(limits.events);
                        let batch: Vec<EventId> = fitting.cloned().collect();
                        prop_assert!(!batch.is_empty());
                        let named: Vec<EventId> = batch.iter().filter(|_| random % 3 != 0).cloned().collect();
                        let outcome = match answer {
                            0 | 1 => receipt(named.clone()),
                            2 => Outcome::Later { retry_after_s: Some(random) },
                            3 => Outcome::NotAReceipt,
                            4 => Outcome::Unauthorized,
                            5 => Outcome::Misconfigured,
                            6 => Outcome::TooLarge,
                            _ => Outcome::Refused,
                        };
                        let is_receipt = matches!(outcome, Outcome::Receipt(_));
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
