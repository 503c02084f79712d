//! One case as its history has made it: where each step stands, whose it is, by when something has to be done.

use super::change::{Change, Decision, Ground, Recorded, Step, StepResult, What};
use super::clock::Clock;
use super::rules::CaseRules;
use crate::event::{EventId, Scale};
use crate::hours::Date;
use crate::time::{UnixMillis, UtcOffset};

/// A moment with the offset of the tablet that it was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct When {
    pub at: UnixMillis,
    pub offset_minutes: i16,
}

impl When {
    fn offset(self) -> UtcOffset {
        UtcOffset(self.offset_minutes)
    }
}

/// How a case came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The rating is at or below the level of its time.
    Level,
    /// Somebody made one of it.
    ByHand,
}

/// What is known of a way to reach the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// None was left.
    None,
    /// One was left.
    Left,
    /// The customer's words are sealed: nobody here can tell.
    Unknown,
}

/// The rating that a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rated {
    /// On which scale.
    pub scale: Scale,
    /// The level, after corrections.
    pub level: u8,
    /// Whether the customer can be reached.
    pub contact: Contact,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// This step is to be done.
    Open(Step),
    /// All is done.
    Closed,
    /// An appeal was upheld: nothing is to be done. The rating stays.
    Withdrawn,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepState {
    /// What came of it; `None` while it is to be done.
    pub result: Option<StepResult>,
    /// When that was.
    pub done: Option<UnixMillis>,
    /// The last instant in time; `None` where there is no limit, or its clock has not begun.
    pub due: Option<UnixMillis>,
    /// How often it was tried in vain: calls that nobody answered.
    pub tries: u32,
    /// Whether there is nothing to do: what is unfounded is not put right.
    pub is_needless: bool,
}

impl StepState {
    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.is_needless || self.result.is_some()
    }

    /// Whether it was done too late, or is not done and should have been by `now`.
    pub fn is_late(&self, now: UnixMillis) -> bool {
        !self.is_needless && self.due.is_some_and(|due| self.done.unwrap_or(now) > due)
    }
}

/// Whether a rating was appealed against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Appeal {
    /// No.
    #[default]
    None,
    /// It waits for a decision.
    Pending(Ground),
    /// It was decided.
    Decided(Decision),
    /// It was upheld, and the rating counts again all the same: that is the end of it.
    TakenBack,
}

/// A second rating of the same customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Second {
    /// The response.
    pub response: EventId,
    /// Whether it was found by its ticket, and nobody has said so.
    pub is_by_ticket: bool,
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name, which is that of the response.
    pub id: EventId,
    /// How it came to be.
    pub origin: Origin,
    /// The rating; `None` where this journal does not have it.
    pub rated: Option<Rated>,
    /// When its clocks began.
    pub began: UnixMillis,
    /// The tablet's own day of that.
    pub day: Date,
    /// Where it stands.
    pub standing: Standing,
    /// The steps, in their order.
    pub steps: [StepState; 5],
    /// The last instant at which the cause was put right in time; what had to be put right once more was not.
    pub first_fix_due: Option<UnixMillis>,
    /// Whose it is; empty for nobody's.
    pub owner: String,
    /// Which department deals with it; empty for none.
    pub department: String,
    /// Whether it was appealed against.
    pub appeal: Appeal,
    /// The customer's second rating.
    pub second: Option<Second>,
    /// When something was last done about it; its begin where nothing was.
    pub touched: UnixMillis,
}

impl Case {
    /// A step.
    pub fn step(&self, step: Step) -> &StepState {
        let [verify, call_back, fix, tell, recheck] = &self.steps;
        match step {
            Step::Verify => verify,
            Step::CallBack => call_back,
            Step::Fix => fix,
            Step::Tell => tell,
            Step::Recheck => recheck,
        }
    }

    /// Whether something is to be done.
    pub fn is_open(&self) -> bool {
        matches!(self.standing, Standing::Open(_))
    }

    /// The last instant in time of what is to be done first.
    pub fn due(&self) -> Option<UnixMillis> {
        self.open_steps().filter_map(|step| step.due).min()
    }

    /// Whether anything that is to be done should have been by `now`.
    pub fn is_overdue(&self, now: UnixMillis) -> bool {
        self.open_steps().any(|step| step.is_late(now))
    }

    /// Whether the cause was found to be real, wholly or in part.
    pub fn is_founded(&self) -> bool {
        matches!(self.step(Step::Verify).result, Some(StepResult::Confirmed | StepResult::Partly))
    }

    /// Whether the customer was reached.
    pub fn is_reached(&self) -> bool {
        matches!(self.step(Step::CallBack).result, Some(StepResult::Satisfied | StepResult::Dissatisfied))
    }

    fn open_steps(&self) -> impl Iterator<Item = &StepState> {
        let is_open = self.is_open();
        self.steps.iter().filter(move |step| is_open && !step.is_over())
    }
}

/// What the history of a case comes to. The events have to come in their order.
#[derive(Debug, Default)]
pub(super) struct File {
    /// What came of each step, and when; `None` again where it is to be done anew.
    results: [Option<(StepResult, When)>; 5],
    tries: u32,
    /// Since when it is to be put right once more.
    again: Option<When>,
    pub owner: Option<String>,
    pub department: Option<String>,
    pub appeal: Appeal,
    pub opened: Option<When>,
    pub touched: Option<When>,
    linked: Vec<EventId>,
    unlinked: Vec<EventId>,
}

impl File {
    /// Takes the next event.
    pub fn take(&mut self, recorded: &Recorded, when: When) {
        self.touched = Some(when);
        match &recorded.what {
            What::Opened => self.opened = self.opened.or(Some(when)),
            What::Changed(change) => self.change(change, when),
            What::Other(_) => {}
        }
    }

    fn change(&mut self, change: &Change, when: When) {
        match change {
            Change::Step(StepResult::NoAnswer) => self.tries += 1,
            // What has not held is to be done anew, and so is the looking.
            Change::Step(StepResult::Failed) => self.begin_again(when),
            Change::Step(result) => self.set(result.step(), Some((*result, when))),
            Change::Owner(name) => self.owner = Some(name.clone()),
            Change::Department(name) => self.department = Some(name.clone()),
            Change::Appealed(ground) => self.appeal = Appeal::Pending(*ground),
            Change::Decided(decision) => self.appeal = Appeal::Decided(*decision),
            Change::Linked(second) => {
                self.unlinked.retain(|other| other != second);
                self.linked.retain(|other| other != second);
                self.linked.push(second.clone());
            }
            Change::Unlinked(second) => {
                self.linked.retain(|other| other != second);
                self.unlinked.push(second.clone());
            }
            Change::Reopened => {
                if matches!(self.result(Step::Verify), Some((StepResult::Unfounded, _))) {
                    self.set(Step::Verify, None);
                }
                self.begin_again(when);
            }
            Change::Noted => {}
        }
    }

    fn begin_again(&mut self, when: When) {
        self.again = Some(when);
        [Step::Fix, Step::Tell, Step::Recheck].into_iter().for_each(|step| self.set(step, None));
    }

    fn set(&mut self, step: Step, result: Option<(StepResult, When)>) {
        if let Some(place) = self.results.get_mut(step as usize) {
            *place = result;
        }
    }

    fn result(&self, step: Step) -> Option<(StepResult, When)> {
        self.results.get(step as usize).copied().flatten()
    }

    /// The second rating: the last that somebody has named, else the one of the same ticket that nobody has refused.
    pub fn second(&self, by_ticket: Option<EventId>) -> Option<Second> {
        let said = self.linked.last().map(|response| Second { response: response.clone(), is_by_ticket: false });
        let found = by_ticket.filter(|response| !self.unlinked.contains(response));
        said.or_else(|| found.map(|response| Second { response, is_by_ticket: true }))
    }

    /// Where the case stands.
    pub fn standing(&self) -> Standing {
        let is_over = |step: &Step| self.result(*step).is_some() || *step == Step::Fix && self.is_unfounded();
        match Step::ALL.into_iter().find(|step| !is_over(step)) {
            _ if self.appeal == Appeal::Decided(Decision::Upheld) => Standing::Withdrawn,
            Some(step) => Standing::Open(step),
            None => Standing::Closed,
        }
    }

    /// Where each step stands, by the rules and the clock of the case.
    pub fn steps(&self, began: When, rules: &CaseRules, clock: &Clock) -> [StepState; 5] {
        Step::ALL.map(|step| StepState {
            result: self.result(step).map(|(result, _)| result),
            done: self.result(step).map(|(_, when)| when.at),
            due: self.due(step, began, rules, clock),
            tries: if step == Step::CallBack { self.tries } else { 0 },
            is_needless: step == Step::Fix && self.is_unfounded() && self.result(step).is_none(),
        })
    }

    fn is_unfounded(&self) -> bool {
        matches!(self.result(Step::Verify), Some((StepResult::Unfounded, _)))
    }

    /// Verifying, calling back and putting right count from the begin; telling from when there is something to tell; the
    /// second look from the telling.
    fn due(&self, step: Step, began: When, rules: &CaseRules, clock: &Clock) -> Option<UnixMillis> {
        let done = |step: Step| self.result(step).map(|(_, when)| when);
        let from = match step {
            Step::Verify | Step::CallBack => began,
            Step::Fix => self.again.unwrap_or(began),
            Step::Tell if self.is_unfounded() => done(Step::Fix).or(self.again).or(done(Step::Verify))?,
            Step::Tell => done(Step::Fix)?,
            Step::Recheck => done(Step::Tell)?,
        };
        clock.due(from.at, from.offset(), rules.limit(step)?)
    }

    /// By when the cause had to be put right for the first time: what has not held was not in time.
    pub fn first_fix_due(&self, began: When, rules: &CaseRules, clock: &Clock) -> Option<UnixMillis> {
        clock.due(began.at, began.offset(), rules.limit(Step::Fix)?)
    }
}
