//! By when a step has to be done: limits in working days and hours, by the opening hours' holiday calendar.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::rules::{Limit, Working};
use crate::hours::{Date, Hours, Span, Week};
use crate::time::{UnixMillis, UtcOffset};

const MS_PER_MINUTE: i64 = 60_000;
const MS_PER_HOUR: i64 = 60 * MS_PER_MINUTE;
const MS_PER_DAY: i64 = 24 * MS_PER_HOUR;
/// When offices work: eight hours, as a working day has them.
const OFFICE: &str = "09:00-17:00";

/// A clock that stands still while nobody works.
#[derive(Debug)]
pub struct Clock {
    hours: Hours,
    /// Ratings of one day have the same working days before them.
    days: RefCell<BTreeMap<(Date, u16), Option<Date>>>,
}

impl Clock {
    /// A clock by what is worked, and by the opening hours in force with their holidays.
    pub fn new(working: Working, hours: &Hours) -> Self {
        let hours = match working {
            Working::Open => hours.clone(),
            Working::Office => Hours { week: Some(office()), days: hours.days.clone(), shifts: Vec::new() },
        };
        Self { hours, days: RefCell::default() }
    }

    /// The last instant that is in time, for something that began at `from` where the offset was `offset`. Days end at
    /// midnight by that offset, so that the last instant is a millisecond before it. `None` where no day is worked for a year.
    pub fn due(&self, from: UnixMillis, offset: UtcOffset, limit: Limit) -> Option<UnixMillis> {
        match limit {
            Limit::Days(days) => self.after_days(Date::at(from, offset), days).map(|day| end_of(day, offset)),
            Limit::Hours(hours) => self.after_hours(from, offset, hours),
        }
    }

    fn after_days(&self, day: Date, days: u16) -> Option<Date> {
        let mut known = self.days.borrow_mut();
        *known.entry((day, days)).or_insert_with(|| self.hours.add_working_days(day, days))
    }

    fn after_hours(&self, from: UnixMillis, offset: UtcOffset, hours: u16) -> Option<UnixMillis> {
        let (mut at, mut left) = (from, i64::from(hours) * MS_PER_HOUR);
        // Each turn is later by a span of work or the pause before one; a limit is a year of hours at most.
        loop {
            let is_open = self.hours.is_open(at, offset);
            match self.hours.next_change(at, offset) {
                Some(change) if is_open && change.0 - at.0 < left => {
                    left -= change.0 - at.0;
                    at = change;
                }
                // It stays open for longer than that, perhaps for ever.
                _ if is_open => return at.0.checked_add(left).map(UnixMillis),
                Some(opens) => at = opens,
                None => return None,
            }
        }
    }
}

fn office() -> Week {
    let day = || Span::parse(OFFICE).into_iter().collect::<Vec<_>>();
    Week { mon: day(), tue: day(), wed: day(), thu: day(), fri: day(), ..Week::default() }
}

/// The last instant of a day, where the offset is `offset`.
fn end_of(day: Date, offset: UtcOffset) -> UnixMillis {
    let epoch = Date::at(UnixMillis(0), UtcOffset(0));
    let midnight = day.plus(1).days_after(epoch).saturating_mul(MS_PER_DAY);
    UnixMillis(midnight.saturating_sub(i64::from(offset.0) * MS_PER_MINUTE + 1))
}
