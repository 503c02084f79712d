//! One page of the kiosk: its customer, the drafts that wait for the disk, its upload. All of it is gone when it ends.
//!
//! It does what `runtime.rs` and `uploader.rs` do in the app, one small step at a time.

use std::collections::VecDeque;

use candor_core::batch::Frozen;
use candor_core::event::{Context, Draft, EventId, Rating};
use candor_core::journal::JournalStore;
use candor_core::outbox::{Limits, Outbox, Step};
use candor_core::session::{Input, Screen, Session, Visit};
use candor_core::survey::Survey;
use candor_core::time::{Moment, Uptime};
use candor_core::wire::Acknowledge;
use candor_core::wire::{Answer, Outcome, Receipt, Silence, judge};
use pollster::block_on;

use crate::dice::Dice;
use crate::disk::{Disk, Fault};

/// As in the app: another tab is sending, or the store did not answer.
const LOOK_AGAIN_MS: u64 = 3_000;

/// What was said of an upload's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Only a receipt acknowledges.
    Receipts,
    /// Any success does: what the product must not do.
    AnySuccess,
}

/// A request on its way.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Which exchange this is, among all of a simulation.
    pub exchange: u64,
    /// The batch.
    pub batch: Frozen,
    /// What has been read meanwhile, to be sent next.
    next: Option<Frozen>,
    given_up_at: Uptime,
    generation: u32,
}

/// A page.
pub struct Tab {
    session: Session,
    drafts: VecDeque<Draft>,
    /// Drafts of the customer who stands here.
    current: Vec<EventId>,
    outbox: Outbox,
    /// The request that it waits for.
    pub upload: Option<Upload>,
    generation: u32,
    look_again_at: Uptime,
    trust: Trust,
}

impl Tab {
    /// A page that has just been opened.
    pub fn new(survey: &Survey, uptime: Uptime, trust: Trust) -> Self {
        let locale = survey.default_locale().to_owned();
        let context = Context { survey: survey.id.clone(), version: survey.version, locale, ..Context::default() };
        Self {
            session: Session::new(survey.clone(), context, uptime),
            drafts: VecDeque::new(),
            current: Vec::new(),
            outbox: Outbox::default(),
            upload: None,
            generation: 0,
            look_again_at: Uptime(0),
            trust,
        }
    }

    /// What a customer does next, whoever it is.
    pub fn choose(&self, dice: &mut Dice) -> Input {
        let rating = Rating::new(1 + dice.below(5) as u8).map_or(Input::Touched, Input::Rated);
        match (self.session.screen(), dice.below(8)) {
            (Screen::Rating { .. } | Screen::Attract, 0) => Input::LocaleChosen("en".to_owned()),
            (Screen::Rating { .. } | Screen::Attract, 1) => {
                Input::Offered(Visit { by: "program".into(), ..Visit::default() })
            }
            (Screen::Rating { .. } | Screen::Attract, _) => rating,
            (Screen::FollowUp { .. }, 0) => rating,
            (Screen::FollowUp { .. }, 1) => Input::ChangeAsked,
            (Screen::FollowUp { .. }, 2) => Input::ReasonToggled("wait".to_owned()),
            (Screen::FollowUp { .. }, 3) => Input::CommentEdited(format!("第 {} 位顾客", dice.below(1_000))),
            (Screen::FollowUp { .. }, 4 | 5) => Input::Skipped,
            (Screen::FollowUp { .. }, _) => Input::Submitted,
            (Screen::Saving { .. }, _) => Input::Touched,
            (Screen::Thanks { .. } | Screen::NotSaved | Screen::Known, _) => Input::Dismissed,
        }
    }

    /// Takes what happened at the screen. Gives the events that the customer has just been thanked for.
    pub fn take(&mut self, input: Input, moment: &Moment) -> Vec<EventId> {
        let was_thanking = self.is_thanking();
        let is_first_tap = matches!(input, Input::Rated(_)) && self.session.is_at_rest();
        if is_first_tap {
            self.current.clear();
        }
        if let Some(draft) = self.session.handle(input, moment) {
            self.current.push(draft.id.clone());
            self.drafts.push_back(draft);
        }
        if self.is_thanking() && !was_thanking { self.current.clone() } else { Vec::new() }
    }

    fn is_thanking(&self) -> bool {
        matches!(self.session.screen(), Screen::Thanks { .. })
    }

    /// Whether the first screen stands and every draft is written.
    pub fn is_at_rest(&self) -> bool {
        self.session.is_at_rest() && self.drafts.is_empty()
    }

    /// Tries once to write the oldest draft. Gives the events that the customer has just been thanked for.
    pub fn write(&mut self, disk: &mut Disk, dice: &mut Dice, moment: &Moment) -> Result<Vec<EventId>, Fault> {
        let Some(draft) = self.drafts.front().cloned() else { return Ok(Vec::new()) };
        let id = draft.id.clone();
        let appended = disk.run(dice, move |journal| block_on(journal.append(&draft)))?;
        self.drafts.pop_front();
        Ok(self.take(Input::Stored(id, appended.responses), moment))
    }

    /// Asks the outbox, and gives the request that is to be sent now, if one is.
    pub fn begin_upload(
        &mut self,
        disk: &mut Disk,
        dice: &mut Dice,
        moment: &Moment,
        is_lock_free: bool,
        exchange: u64,
    ) -> Result<Option<Upload>, Fault> {
        if self.upload.is_some() || moment.uptime < self.look_again_at {
            return Ok(None);
        }
        let queued = disk.run(dice, |journal| block_on(journal.queued())).inspect_err(|_| self.look_again(moment))?;
        let limits = match self.outbox.next_step(queued, moment.uptime) {
            Step::Idle => return Ok(None),
            Step::WaitUntil(at) => {
                assert!(at > moment.uptime, "a wait lies ahead");
                return Ok(None);
            }
            Step::Send(_) if !is_lock_free => {
                self.look_again(moment);
                return Ok(None);
            }
            Step::Send(limits) => limits,
        };
        let (id, limits_ahead) = (EventId::new(moment), limits.clone());
        let frozen = disk.run(dice, move |journal| block_on(journal.freeze(&id, &limits)));
        let Some(batch) = frozen.inspect_err(|_| self.look_again(moment))? else {
            self.look_again(moment);
            return Ok(None);
        };
        let given_up_at = moment.uptime.after(u64::from(self.outbox.patience_ms()));
        // As the uploader does it while a backlog drains; what is not read is frozen later.
        let id = EventId::new(moment);
        let (sent, limits) = (batch.clone(), limits_ahead);
        let next = if queued > batch.events.len() as u64 && limits.skip.is_empty() {
            match disk.run(dice, move |journal| block_on(journal.look_ahead(&sent, &id, &limits))) {
                Err(Fault::Store(_)) => None,
                read => read?,
            }
        } else {
            None
        };
        self.upload = Some(Upload { exchange, batch, next, given_up_at, generation: self.generation });
        Ok(self.upload.clone())
    }

    /// Hears what became of its request: an answer, a broken connection, or that the time is up.
    pub fn end_upload(
        &mut self,
        reply: Result<Answer, Silence>,
        disk: &mut Disk,
        dice: &mut Dice,
        moment: &Moment,
    ) -> Result<(), Fault> {
        let Some(Upload { batch, next, generation, .. }) = self.upload.take() else { return Ok(()) };
        let outcome = match judge(&reply, Acknowledge::Receipt, moment.now) {
            Outcome::NotAReceipt if self.trust == Trust::AnySuccess => {
                Outcome::Receipt(Receipt { accepted: batch.ids(), ..Receipt::default() })
            }
            outcome => outcome,
        };
        if generation != self.generation && !matches!(outcome, Outcome::Receipt(_)) {
            return Ok(());
        }
        let settlement = self.outbox.report(&batch.ids(), outcome, moment.uptime, dice.number() as u32);
        let is_all_taken = settlement.is_thawed && settlement.accepted.len() == batch.events.len();
        let next = next.filter(|_| is_all_taken && generation == self.generation);
        disk.run(dice, move |journal| {
            if block_on(journal.settle_and_freeze(&batch, &settlement, next.as_ref()))? {
                let none = Limits { events: 1, bytes: 1, skip: Vec::new(), set_apart: 0, format: batch.format };
                let frozen = block_on(journal.freeze(&batch.id, &none))?;
                assert_eq!(frozen, next, "what was read ahead is what is sent next");
            }
            Ok(())
        })
        .inspect_err(|_| self.look_again(moment))
    }

    /// Whether it has waited long enough for an answer.
    pub fn is_out_of_patience(&self, uptime: Uptime) -> bool {
        self.upload.as_ref().is_some_and(|upload| upload.given_up_at <= uptime)
    }

    /// The network came back.
    pub fn wake(&mut self) {
        self.outbox.wake();
        self.look_again_at = Uptime(0);
    }

    /// The settings changed.
    pub fn reconsider(&mut self) {
        self.generation += 1;
        self.outbox.reconsider();
        self.look_again_at = Uptime(0);
    }

    fn look_again(&mut self, moment: &Moment) {
        self.look_again_at = moment.uptime.after(LOOK_AGAIN_MS);
    }
}
