//! Which cases are looked at, and in which order.

use super::change::Step;
use super::file::{Appeal, Case, Standing};
use crate::facts::Days;
use crate::time::UnixMillis;

/// A state that cases are chosen by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Whatever is to be done.
    #[default]
    Open,
    /// To be done, and too late.
    Overdue,
    /// A step is to be done.
    At(Step),
    /// An appeal waits for a decision.
    Appealed,
    /// All is done.
    Closed,
    /// An appeal was upheld.
    Withdrawn,
    /// All of them.
    All,
}

impl State {
    /// All of them, by name, in the order in which they are offered.
    pub const ALL: [(&'static str, Self); 11] = [
        ("open", Self::Open),
        ("overdue", Self::Overdue),
        ("verify", Self::At(Step::Verify)),
        ("call-back", Self::At(Step::CallBack)),
        ("fix", Self::At(Step::Fix)),
        ("tell", Self::At(Step::Tell)),
        ("recheck", Self::At(Step::Recheck)),
        ("appealed", Self::Appealed),
        ("closed", Self::Closed),
        ("withdrawn", Self::Withdrawn),
        ("all", Self::All),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, state)| *state == self).map_or("", |(name, _)| name)
    }

    fn has(self, case: &Case, now: UnixMillis) -> bool {
        match self {
            Self::Open => case.is_open(),
            Self::Overdue => case.is_overdue(now),
            Self::At(step) => case.standing == Standing::Open(step),
            Self::Appealed => matches!(case.appeal, Appeal::Pending(_)),
            Self::Closed => case.standing == Standing::Closed,
            Self::Withdrawn => case.standing == Standing::Withdrawn,
            Self::All => true,
        }
    }
}

/// What is asked of each case; of what is `None` nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sieve {
    /// Where it stands.
    pub state: State,
    /// The days on which it began.
    pub days: Option<Days>,
    /// Whose it is; empty for nobody's.
    pub owner: Option<String>,
    /// Who deals with it; empty for nobody in particular.
    pub department: Option<String>,
}

impl Sieve {
    /// The cases that pass: what is overdue first, the longest first of all; then by when something is due; then what has
    /// no limit; what is done with last, the newest first.
    pub fn pass<'a>(&self, cases: &'a [Case], now: UnixMillis) -> Vec<&'a Case> {
        let mut passed: Vec<&Case> = cases.iter().filter(|case| self.has(case, now)).collect();
        let order = |case: &Case| match case.is_open() {
            true => (0, case.due().map_or(i64::MAX, |due| due.0), case.began.0),
            false => (1, -case.began.0, 0),
        };
        passed.sort_by(|a, b| (order(a), &a.id).cmp(&(order(b), &b.id)));
        passed
    }

    fn has(&self, case: &Case, now: UnixMillis) -> bool {
        let is = |asked: &Option<String>, name: &str| asked.as_ref().is_none_or(|asked| asked == name);
        self.state.has(case, now)
            && self.days.is_none_or(|days| days.has(case.day))
            && is(&self.owner, &case.owner)
            && is(&self.department, &case.department)
    }
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Something is to be done.
    pub open: u64,
    /// Of these, too late.
    pub overdue: u64,
    /// An appeal waits for a decision.
    pub appealed: u64,
    /// All is done.
    pub closed: u64,
    /// An appeal was upheld.
    pub withdrawn: u64,
}

impl Counts {
    /// Counts cases.
    pub fn of(cases: &[Case], now: UnixMillis) -> Self {
        let count = |state: State| cases.iter().filter(|case| state.has(case, now)).count() as u64;
        Self {
            open: count(State::Open),
            overdue: count(State::Overdue),
            appealed: count(State::Appealed),
            closed: count(State::Closed),
            withdrawn: count(State::Withdrawn),
        }
    }
}
