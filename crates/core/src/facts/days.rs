//! Periods: from one local day to another, both included, and the period before one.

use crate::hours::Date;

/// A period of whole local days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// What a trend counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Local days.
    Day,
    /// Weeks from Monday to Sunday (ISO 8601).
    Week,
    /// Calendar months.
    Month,
}

impl Unit {
    /// The first day of the day, week or month that a day belongs to.
    pub fn begin(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => day.monday(),
            Self::Month => day.first_of_month(),
        }
    }

    /// The first day of the next one.
    pub fn next(self, day: Date) -> Date {
        match self {
            Self::Day => day.plus(1),
            Self::Week => day.monday().plus(7),
            // No month has more than 31 days, none so few that this leads past the next one.
            Self::Month => day.first_of_month().plus(31).first_of_month(),
        }
    }

    /// The day, week or month that a day belongs to.
    pub fn around(self, day: Date) -> Days {
        Days { from: self.begin(day), to: self.next(day).plus(-1) }
    }
}

impl Days {
    /// Whether a day is one of them.
    pub fn has(self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// How many days; 0 where the last is before the first.
    pub fn count(self) -> i64 {
        (self.to.days_after(self.from) + 1).max(0)
    }

    /// The days that are in both; `None` where there are none.
    pub fn and(self, other: Self) -> Option<Self> {
        let both = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        (both.from <= both.to).then_some(both)
    }

    /// The period that this one is compared with: as many calendar months where it is made of whole ones, which have not
    /// all the same number of days, else as many days, up to the day before the first.
    pub fn before(self) -> Self {
        let to = self.from.plus(-1);
        let is_whole = Unit::Month.begin(self.from) == self.from && Unit::Month.next(self.to).plus(-1) == self.to;
        if !is_whole || self.to < self.from {
            return Self { from: self.from.plus(-self.count()), to };
        }
        let month = |day: Date| day.civil().year * 12 + i64::from(day.civil().month);
        let months = month(self.to) - month(self.from) + 1;
        let from = (0..months).fold(self.from, |from, _| Unit::Month.begin(from.plus(-1)));
        Self { from, to }
    }
}
