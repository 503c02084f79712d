//! The view: what a manager has chosen to look at, part by part, and the filter that it makes.

use super::Measure;
use crate::facts::{Days, Doubts, Filter, Key, Unit};
use crate::hours::{Date, Weekday};

/// Which days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// The tablet's own day.
    Today,
    /// Seven days up to today.
    Days7,
    /// Thirty days up to today.
    Days30,
    /// From the first of the month to today.
    ThisMonth,
    /// The calendar month before.
    LastMonth,
    /// Everything.
    #[default]
    All,
    /// From one day to another, in whichever order.
    Own(Date, Date),
}

impl Span {
    /// All of them by name, but for the days of one's own.
    pub const NAMED: [(&'static str, Self); 6] = [
        ("today", Self::Today),
        ("7", Self::Days7),
        ("30", Self::Days30),
        ("month", Self::ThisMonth),
        ("last-month", Self::LastMonth),
        ("all", Self::All),
    ];
    /// What the days of one's own are called.
    pub const OWN: &'static str = "own";

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMED.into_iter().find(|(_, period)| *period == self).map_or(Self::OWN, |(name, _)| name)
    }

    /// Its days; `None` of everything.
    pub fn days(self, today: Date) -> Option<Days> {
        let up_to_today = |count: i64| Days { from: today.plus(1 - count), to: today };
        match self {
            Self::Today => Some(up_to_today(1)),
            Self::Days7 => Some(up_to_today(7)),
            Self::Days30 => Some(up_to_today(30)),
            Self::ThisMonth => Some(Days { from: today.first_of_month(), to: today }),
            Self::LastMonth => Some(Unit::Month.around(today.first_of_month().plus(-1))),
            Self::All => None,
            Self::Own(one, other) => Some(Days { from: one.min(other), to: one.max(other) }),
        }
    }
}

/// The two sides that reasons are looked at from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Bad ratings.
    Bad,
    /// Good ratings.
    Good,
}

/// What is chosen; of what is `None` nothing is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Which days.
    pub period: Span,
    /// A service point; the empty name stands for none.
    pub point: Option<String>,
    /// A survey.
    pub survey: Option<String>,
    /// A language.
    pub language: Option<String>,
    /// A channel.
    pub channel: Option<String>,
    /// Who served.
    pub staff: Option<String>,
    /// With, without or only those in doubt.
    pub doubts: Doubts,
    /// A mark of the trend.
    pub slot: Option<Days>,
    /// A cell of the heat map.
    pub cell: Option<(Weekday, u8)>,
    /// A reason, as it was given for good or for bad.
    pub reason: Option<(Side, Key)>,
}

/// A part of the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named like the parts")]
pub enum Part {
    Period,
    Point,
    Survey,
    Language,
    Channel,
    Staff,
    Doubts,
    Slot,
    Cell,
    Reason,
}

impl Part {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Period,
        Self::Point,
        Self::Survey,
        Self::Language,
        Self::Channel,
        Self::Staff,
        Self::Doubts,
        Self::Slot,
        Self::Cell,
        Self::Reason,
    ];

    /// Its name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::Point => "point",
            Self::Survey => "survey",
            Self::Language => "language",
            Self::Channel => "channel",
            Self::Staff => "staff",
            Self::Doubts => "doubts",
            Self::Slot => "slot",
            Self::Cell => "cell",
            Self::Reason => "reason",
        }
    }
}

impl View {
    /// Whether something is asked of a part.
    pub fn has(&self, part: Part) -> bool {
        match part {
            Part::Period => self.period != Span::All,
            Part::Point => self.point.is_some(),
            Part::Survey => self.survey.is_some(),
            Part::Language => self.language.is_some(),
            Part::Channel => self.channel.is_some(),
            Part::Staff => self.staff.is_some(),
            Part::Doubts => self.doubts != Doubts::Counted,
            Part::Slot => self.slot.is_some(),
            Part::Cell => self.cell.is_some(),
            Part::Reason => self.reason.is_some(),
        }
    }

    /// The parts of which something is asked.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(|part| self.has(*part))
    }

    /// Asks nothing of a part any more.
    pub fn remove(&mut self, part: Part) {
        match part {
            // A mark of the trend is one of its period.
            Part::Period => (self.period, self.slot) = (Span::All, None),
            Part::Point => self.point = None,
            Part::Survey => self.survey = None,
            Part::Language => self.language = None,
            Part::Channel => self.channel = None,
            Part::Staff => self.staff = None,
            Part::Doubts => self.doubts = Doubts::Counted,
            Part::Slot => self.slot = None,
            Part::Cell => self.cell = None,
            Part::Reason => self.reason = None,
        }
    }

    /// The same without a part.
    pub fn without(&self, part: Part) -> Self {
        let mut view = self.clone();
        view.remove(part);
        view
    }

    /// The same of other days; a mark of the trend is left out.
    pub fn of(&self, period: Span) -> Self {
        Self { period, slot: None, ..self.clone() }
    }

    /// Whether it asks for one person: then only figures are given out, and no marks that would tell of single responses.
    pub fn is_of_a_person(&self) -> bool {
        self.staff.is_some()
    }

    /// The days; `None` where nothing is asked of them.
    pub fn days(&self, today: Date) -> Option<Days> {
        match (self.period.days(today), self.slot) {
            // A mark that lies outside its period chooses nothing: an empty period says so.
            (Some(period), Some(slot)) => {
                Some(period.and(slot).unwrap_or(Days { from: slot.to.plus(1), to: slot.from }))
            }
            (days, slot) => slot.or(days),
        }
    }

    /// What is asked of each response.
    pub fn filter(&self, today: Date, measure: &Measure) -> Filter {
        let one = |name: &Option<String>| name.iter().cloned().collect();
        let (levels, reasons) = match &self.reason {
            Some((side, key)) => (measure.levels(*side), vec![key.clone()]),
            None => Default::default(),
        };
        Filter {
            days: self.days(today),
            hours: self.cell.iter().map(|(_, hour)| *hour).collect(),
            weekdays: self.cell.iter().map(|(weekday, _)| *weekday).collect(),
            points: one(&self.point),
            staff: one(&self.staff),
            surveys: one(&self.survey),
            languages: one(&self.language),
            channels: one(&self.channel),
            levels,
            reasons,
            doubts: self.doubts,
            ..Filter::default()
        }
    }
}
