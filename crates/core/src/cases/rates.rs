//! How well cases are dealt with: 回访率, 整改率, 按时整改率 and 回访满意率. The formulas are those of
//! [`crate::statistics`]; here is what goes into them.

use super::change::{Step, StepResult};
use super::file::{Case, Contact, Standing};
use crate::facts::Days;
use crate::statistics::{
    FEWEST_FOR_A_SCORE, Share, called_back_rate, fixed_in_time_rate, fixed_rate, satisfied_on_call_back_rate,
};
use crate::time::UnixMillis;

/// What the rates are made of. Cases whose rating was successfully appealed against are in none of the numbers but the
/// last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// All cases.
    pub cases: u64,
    /// Customers who can be reached: they left a contact, or were reached without.
    pub reachable: u64,
    /// Customers who were reached.
    pub reached: u64,
    /// Of these, content with what was said.
    pub satisfied: u64,
    /// Nobody was called, and whether a contact was left is sealed: in neither number of the call-back rate.
    pub unknown: u64,
    /// Cases that were found to be so, wholly or in part.
    pub verified: u64,
    /// Of these, put right.
    pub fixed: u64,
    /// Of the verified, those whose limit is over or that were put right.
    pub due: u64,
    /// Of these, put right within the limit, and it has held.
    pub in_time: u64,
    /// Cases that an upheld appeal has ended.
    pub withdrawn: u64,
}

/// The rates; `None` of nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// 回访率: [`called_back_rate`].
    pub called_back: Option<Share>,
    /// 回访满意率: [`satisfied_on_call_back_rate`].
    pub satisfied: Option<Share>,
    /// 整改率: [`fixed_rate`].
    pub fixed: Option<Share>,
    /// 按时整改率: [`fixed_in_time_rate`].
    pub fixed_in_time: Option<Share>,
}

impl Numbers {
    /// Counts the cases that began on these days; `None` for all.
    pub fn of(cases: &[Case], days: Option<Days>, now: UnixMillis) -> Self {
        let mut numbers = Self::default();
        let is_meant = |case: &&Case| days.is_none_or(|days| days.has(case.day));
        cases.iter().filter(is_meant).for_each(|case| numbers.add(case, now));
        numbers
    }

    fn add(&mut self, case: &Case, now: UnixMillis) {
        if case.standing == Standing::Withdrawn {
            self.withdrawn += 1;
            return;
        }
        let count = |is_so: bool| u64::from(is_so);
        self.cases += 1;
        let (call_back, fix) = (case.step(Step::CallBack), case.step(Step::Fix));
        let contact = case.rated.map_or(Contact::Unknown, |rated| rated.contact);
        self.reached += count(case.is_reached());
        self.reachable += count(case.is_reached() || contact == Contact::Left);
        self.unknown += count(call_back.result.is_none() && contact == Contact::Unknown);
        self.satisfied += count(call_back.result == Some(StepResult::Satisfied));
        if case.is_founded() {
            let is_fixed = fix.result == Some(StepResult::Fixed);
            let is_in_time = |due: UnixMillis| is_fixed && fix.done.is_some_and(|done| done <= due);
            self.verified += 1;
            self.fixed += count(is_fixed);
            // Without a limit nothing is in time or late.
            self.due += count(case.first_fix_due.is_some_and(|due| is_fixed || now > due));
            self.in_time += count(case.first_fix_due.is_some_and(is_in_time));
        }
    }

    /// The rates.
    pub fn rates(&self) -> Rates {
        Rates {
            called_back: called_back_rate(self.reached, self.reachable),
            satisfied: satisfied_on_call_back_rate(self.satisfied, self.reached),
            fixed: fixed_rate(self.fixed, self.verified),
            fixed_in_time: fixed_in_time_rate(self.in_time, self.due),
        }
    }
}

impl Rates {
    /// Whether a rate rests on so few that it says little.
    pub fn is_few(rate: &Share) -> bool {
        rate.of < FEWEST_FOR_A_SCORE
    }
}
