//! Tablet, network and endpoint through all that happens to them, and what is left to be said afterwards.

use std::collections::{BTreeMap, BTreeSet};

use candor_core::chain::{enrolment_hash, hash};
use candor_core::event::{Event, EventId, Rating};
use candor_core::journal::{JournalStore, Place};
use candor_core::session::Input;
use candor_core::survey::Survey;
use candor_core::time::{Moment, UnixMillis, Uptime, UtcOffset};
use candor_core::wire::{Answer, Silence};
use pollster::block_on;

use crate::dice::Dice;
use crate::disk::{Disk, Durability, Fault, PowerCut, begin_run};
use crate::receiver::{Fate, Mood, Receiver, fate};
use crate::tab::{Tab, Trust};

/// Times that a tablet is started again.
pub const RESTARTS: usize = 4;
/// Steps from one start to the next.
pub const STEPS: usize = 150;
/// Pages of one tablet at a time.
const TABS: usize = 3;
/// Ten years in milliseconds: how far the wall clock jumps.
const TEN_YEARS_MS: u64 = 315_576_000_000;
/// The longest wait that an endpoint may ask for, and half a minute: what is queued is delivered by then.
const DRAINED_WITHIN_MS: u64 = 3_600_000 + 30_000;

/// What is broken on purpose, to see that the simulation notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Nothing.
    None,
    /// The store says that it has what a power cut still takes.
    RelaxedDisk,
    /// The endpoint stores what comes again a second time.
    EndpointWithoutKeys,
    /// The tablet takes any success for a receipt.
    AnySuccessCounts,
}

/// What one seed came to. Sums are made of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events in the journal.
    pub recorded: u64,
    /// Events that a customer was thanked for.
    pub thanked: u64,
    /// Of those, the ones that are not at the endpoint and not in quarantine with a reason.
    pub lost: u64,
    /// Rows too many at the endpoint, and responses that begin or end twice.
    pub doubled: u64,
    /// Events in quarantine.
    pub quarantined: u64,
    /// Events that came to the endpoint again.
    pub repeated: u64,
    /// Milliseconds from the end of all faults to the empty outbox.
    pub drained_ms: u64,
}

/// Everything there is.
pub struct World {
    dice: Dice,
    survey: Survey,
    trust: Trust,
    disk: Disk,
    tabs: Vec<Tab>,
    receiver: Receiver,
    /// Requests on their way, and the tab that waits for each.
    requests: Vec<(u64, String)>,
    /// Answers on their way, and connections that broke.
    answers: Vec<(u64, Result<Answer, Silence>)>,
    exchanges: u64,
    uptime: u64,
    wall: i64,
    thanked: BTreeSet<EventId>,
}

impl World {
    /// A tablet that has never been started.
    pub fn new(seed: u64, survey: &Survey, sabotage: Sabotage) -> Self {
        let relaxed = sabotage == Sabotage::RelaxedDisk;
        Self {
            dice: Dice::new(seed),
            survey: survey.clone(),
            trust: if sabotage == Sabotage::AnySuccessCounts { Trust::AnySuccess } else { Trust::Receipts },
            disk: Disk::new(if relaxed { Durability::Relaxed } else { Durability::Strict }),
            tabs: Vec::new(),
            receiver: Receiver::new(sabotage != Sabotage::EndpointWithoutKeys),
            requests: Vec::new(),
            answers: Vec::new(),
            exchanges: 0,
            uptime: 0,
            wall: 1_795_398_067_120,
            thanked: BTreeSet::new(),
        }
    }

    /// Lives through everything, then lets the faults end, and adds up.
    pub fn run(mut self) -> Result<Tally, String> {
        for _ in 0..=RESTARTS {
            self.start()?;
            for _ in 0..STEPS {
                // Without a fuse the power holds.
                self.step()?.map_err(|PowerCut| "the power went too early".to_owned())?;
            }
            self.disk.fuse = Some(self.dice.below(12));
            while self.step()?.is_ok() {}
            self.disk.start_again(&mut self.dice);
        }
        let drained_ms = self.heal_and_drain()?;
        self.add_up(drained_ms)
    }

    /// The power comes: what was in memory is gone, what the network has swallowed may still come out of it.
    fn start(&mut self) -> Result<(), String> {
        self.uptime = 0;
        self.answers.clear();
        self.tabs.clear();
        for _ in 0..TABS {
            self.open_tab()?;
        }
        Ok(())
    }

    fn open_tab(&mut self) -> Result<(), String> {
        // The app tries until it works; the page keeps the taps meanwhile.
        for _ in 0..100 {
            match self.disk.run(&mut self.dice, begin_run) {
                Ok(()) => {
                    self.tabs.push(Tab::new(&self.survey, Uptime(self.uptime), self.trust));
                    return Ok(());
                }
                Err(Fault::Store(_)) => {}
                Err(Fault::Cut) => return Ok(()),
            }
        }
        Err("the journal does not open".to_owned())
    }

    fn moment(&mut self) -> Moment {
        Moment {
            now: UnixMillis(self.wall),
            offset: UtcOffset(480),
            uptime: Uptime(self.uptime),
            random: self.dice.bytes(),
        }
    }

    /// One thing happens; the inner error is the power cut.
    fn step(&mut self) -> Result<Result<(), PowerCut>, String> {
        if self.tabs.is_empty() {
            return Ok(Err(PowerCut));
        }
        let tab = self.dice.place(self.tabs.len());
        let fault = match self.dice.below(100) {
            0..28 => self.let_a_customer_act(tab),
            28..50 => self.write(tab),
            50..66 => self.begin_upload(tab),
            66..76 => {
                self.let_a_request_arrive()?;
                Ok(())
            }
            76..88 => self.let_an_answer_arrive(),
            88..93 => self.let_time_pass(),
            93 => {
                self.turn_the_clock();
                Ok(())
            }
            94..97 => {
                self.receiver.mood = Mood::any(&mut self.dice);
                Ok(())
            }
            97 => {
                self.tabs.iter_mut().for_each(Tab::wake);
                Ok(())
            }
            98 => {
                self.tabs.iter_mut().for_each(Tab::reconsider);
                Ok(())
            }
            _ => {
                self.tabs.swap_remove(tab);
                self.open_tab()?;
                Ok(())
            }
        };
        let counts = block_on(self.disk.journal().counts()).map_err(|fault| fault.to_string())?;
        if !counts.add_up() {
            return Err(format!("the counts do not add up: {counts:?}"));
        }
        Ok(match fault {
            Ok(()) | Err(Fault::Store(_)) => Ok(()),
            Err(Fault::Cut) => Err(PowerCut),
        })
    }

    fn let_a_customer_act(&mut self, tab: usize) -> Result<(), Fault> {
        let input = self.tabs[tab].choose(&mut self.dice);
        self.dispatch(tab, input);
        Ok(())
    }

    fn dispatch(&mut self, tab: usize, input: Input) {
        let moment = self.moment();
        self.thanked.extend(self.tabs[tab].take(input, &moment));
    }

    fn write(&mut self, tab: usize) -> Result<(), Fault> {
        let moment = self.moment();
        self.thanked.extend(self.tabs[tab].write(&mut self.disk, &mut self.dice, &moment)?);
        Ok(())
    }

    fn begin_upload(&mut self, tab: usize) -> Result<(), Fault> {
        let moment = self.moment();
        // A lock may have been stolen, or its holder be frozen: the old holder goes on regardless.
        let is_lock_free = self.tabs.iter().all(|tab| tab.upload.is_none()) || self.dice.percent(10);
        self.exchanges += 1;
        let begun =
            self.tabs[tab].begin_upload(&mut self.disk, &mut self.dice, &moment, is_lock_free, self.exchanges)?;
        if let Some(upload) = begun {
            self.requests.push((upload.exchange, upload.batch.body));
        }
        Ok(())
    }

    /// Requests overtake one another, come twice, or do not come; answers get lost.
    fn let_a_request_arrive(&mut self) -> Result<(), String> {
        if self.requests.is_empty() {
            return Ok(());
        }
        let place = self.dice.place(self.requests.len());
        let (exchange, body) =
            if self.dice.percent(15) { self.requests[place].clone() } else { self.requests.swap_remove(place) };
        if self.dice.percent(10) {
            self.answers.push((exchange, Err(Silence::Unreachable)));
            return Ok(());
        }
        let answer = self.receiver.take(&body)?;
        let is_lost = self.dice.percent(25);
        self.answers.push((exchange, if is_lost { Err(Silence::Unreachable) } else { Ok(answer) }));
        Ok(())
    }

    fn let_an_answer_arrive(&mut self) -> Result<(), Fault> {
        if self.answers.is_empty() {
            return Ok(());
        }
        let place = self.dice.place(self.answers.len());
        let (exchange, answer) = self.answers.swap_remove(place);
        let waits = |tab: &Tab| tab.upload.as_ref().is_some_and(|upload| upload.exchange == exchange);
        match self.tabs.iter().position(waits) {
            Some(tab) => self.end_upload(tab, answer),
            None => Ok(()),
        }
    }

    fn end_upload(&mut self, tab: usize, reply: Result<Answer, Silence>) -> Result<(), Fault> {
        let moment = self.moment();
        self.tabs[tab].end_upload(reply, &mut self.disk, &mut self.dice, &moment)
    }

    fn let_time_pass(&mut self) -> Result<(), Fault> {
        let most = [1_000, 10_000, 60_000, 1_000_000][self.dice.place(4)];
        let millis = self.dice.below(most);
        self.advance(millis)
    }

    fn advance(&mut self, millis: u64) -> Result<(), Fault> {
        self.uptime += millis;
        self.wall += i64::try_from(millis).unwrap_or_default();
        for tab in 0..self.tabs.len() {
            self.dispatch(tab, Input::TimePassed);
            if self.tabs[tab].is_out_of_patience(Uptime(self.uptime)) {
                self.end_upload(tab, Err(Silence::TimedOut))?;
            }
        }
        Ok(())
    }

    /// A flat battery, a person, or the network's own idea of the time.
    fn turn_the_clock(&mut self) {
        let jump = i64::try_from(self.dice.below(2 * TEN_YEARS_MS)).unwrap_or_default();
        self.wall = match self.dice.below(4) {
            0 => 0,
            _ => 1_795_398_067_120 + jump - i64::try_from(TEN_YEARS_MS).unwrap_or_default(),
        };
    }

    /// The faults end. Gives the milliseconds until nothing is queued any more.
    fn heal_and_drain(&mut self) -> Result<u64, String> {
        self.disk.is_failing = false;
        self.receiver.mood = Mood::Well;
        self.start()?;
        // Nobody comes any more but for one customer now and then, whose answer shows that the endpoint is well.
        let begun = self.uptime;
        for round in 0.. {
            for tab in 0..self.tabs.len() {
                let outcome = self.write(tab).and_then(|()| self.begin_upload(tab));
                outcome.map_err(|fault| format!("after the faults: {fault}"))?;
            }
            while !self.requests.is_empty() {
                let (exchange, body) = self.requests.remove(0);
                let answer = self.receiver.take(&body)?;
                self.answers.push((exchange, Ok(answer)));
            }
            while !self.answers.is_empty() {
                self.let_an_answer_arrive().map_err(|fault| format!("after the faults: {fault}"))?;
            }
            let queued = block_on(self.disk.journal().queued()).map_err(|fault| fault.to_string())?;
            let is_at_rest = self.tabs.iter().all(Tab::is_at_rest);
            if queued == 0 && is_at_rest {
                return Ok(self.uptime - begun);
            }
            if self.uptime - begun > DRAINED_WITHIN_MS {
                return Err(format!("{queued} events are still queued after {} s", (self.uptime - begun) / 1_000));
            }
            if round % 500 == 499 {
                self.serve_one_good_customer();
            }
            self.advance(100).map_err(|fault| format!("after the faults: {fault}"))?;
        }
        Err("unreachable: the loop above has no end of its own".to_owned())
    }

    fn serve_one_good_customer(&mut self) {
        let Some(rating) = Rating::new(5) else { return };
        for input in [Input::Rated(rating), Input::Skipped] {
            let mut moment = self.moment();
            while fate(&EventId::new(&moment)) != Fate::Taken {
                moment = self.moment();
            }
            self.thanked.extend(self.tabs[0].take(input, &moment));
        }
    }

    fn add_up(self, drained_ms: u64) -> Result<Tally, String> {
        let journal = self.disk.journal();
        let entries = block_on(journal.read(Place::default(), usize::MAX)).map_err(|fault| fault.to_string())?;
        let counts = block_on(journal.counts()).map_err(|fault| fault.to_string())?;
        let quarantine = block_on(journal.quarantine()).map_err(|fault| fault.to_string())?;
        let quarantined: BTreeSet<&EventId> = quarantine.iter().map(|entry| &entry.rejection.id).collect();
        let mut rows: BTreeMap<&EventId, u64> = BTreeMap::new();
        for row in &self.receiver.rows {
            *rows.entry(&row.id).or_default() += 1;
        }
        let events: Vec<&Event> = entries.iter().map(|entry| &entry.event).collect();
        check_chain(&events)?;
        for event in &events {
            let is_refused = fate(&event.id) != Fate::Taken;
            if is_refused != quarantined.contains(&event.id) {
                return Err(format!("{} is {:?}, and quarantined: {}", event.id, fate(&event.id), !is_refused));
            }
        }
        let has = |id: &EventId| rows.contains_key(id) || quarantined.contains(id);
        Ok(Tally {
            recorded: counts.recorded,
            thanked: self.thanked.len() as u64,
            lost: self.thanked.iter().filter(|id| !has(id)).count() as u64,
            doubled: rows.values().map(|count| count - 1).sum::<u64>() + begun_or_ended_twice(&self.receiver.rows),
            quarantined: counts.quarantined,
            repeated: self.receiver.repeated,
            drained_ms,
        })
    }
}

/// Numbers without a gap, each event linked to the one before, whatever the clock said.
fn check_chain(events: &[&Event]) -> Result<(), String> {
    let Some(first) = events.first() else { return Ok(()) };
    let mut prev = enrolment_hash(&first.device, 1);
    for (seq, event) in (1..).zip(events) {
        if event.seq != seq || event.epoch != 1 || event.prev != prev || event.hash != hash(event) {
            return Err(format!("the chain breaks at number {seq}: {event:?}"));
        }
        prev = event.hash.clone();
    }
    Ok(())
}

/// Responses with a second beginning or a second end.
fn begun_or_ended_twice(rows: &[Event]) -> u64 {
    let mut seen = BTreeSet::new();
    let names = rows.iter().filter_map(|event| match event.kind.as_str() {
        "rating.given" => Some(("begun", event.id.as_str().to_owned())),
        "rating.detailed" => Some(("ended", event.data["response"].as_str()?.to_owned())),
        _ => None,
    });
    names.filter(|name| !seen.insert(name.clone())).count() as u64
}
