//! Which alerts an owner wants, and when nobody is to be disturbed.

use serde::Serialize;
use serde_json::Value;

use crate::hours::Span;
use crate::provision::{Fault, FaultKind};
use crate::reader::{self, Reader};
use crate::survey::FaultKind as Form;
use crate::time::{UnixMillis, UtcOffset};

/// The named record of the journal that holds the rules as JSON; without it there are no alerts.
pub const ALERTS_RECORD: &str = "alerts";
/// Night, noon and one more; who wants more wants no alerts.
pub const MAX_QUIET: usize = 3;

/// Two are a coincidence that every hall has; more than twenty are seen without an alert.
const COUNTS: (u32, u32) = (2, 20);
/// From the shortest time in which two customers rate, to a working day.
const MINUTES: (u32, u32) = (5, 480);
/// From a week, so that no weekday is missing, to a quarter.
const TARGET_DAYS: (u32, u32) = (7, 90);

/// The rules; the default is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Each bad rating, once its follow-up is over.
    pub bad: bool,
    /// So many bad ratings within so many minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeated: Option<Repeated>,
    /// The control chart of the last 30 days breaks a rule on the side below its centre.
    pub chart: bool,
    /// The figure that leads has missed its target over so many days: all of its interval is below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_days: Option<u32>,
    /// A case is overdue.
    pub overdue: bool,
    /// The tablet needs somebody: its storage, its clock, its delivery.
    pub unwell: bool,
    /// When alerts are held back until it is over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quiet: Vec<Span>,
    /// Whether the attract screen has a discreet mark while an alert has not been seen.
    pub mark: bool,
}

/// How many bad ratings are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Repeated {
    /// So many.
    pub count: u32,
    /// Within so many minutes.
    pub minutes: u32,
}

impl Rules {
    /// What is offered to who has none yet: what needs somebody today, and not each bad rating, which a busy hall has many
    /// of.
    pub fn recommended() -> Self {
        Self {
            bad: false,
            repeated: Some(Repeated { count: 3, minutes: 30 }),
            chart: true,
            target_days: Some(7),
            overdue: true,
            unwell: true,
            quiet: Vec::new(),
            mark: false,
        }
    }

    /// Whether nothing is asked.
    pub fn is_none(&self) -> bool {
        let Self { bad, repeated, chart, target_days, overdue, unwell, .. } = self;
        !(*bad || *chart || *overdue || *unwell) && repeated.is_none() && target_days.is_none()
    }

    /// Whether alerts are held back at an instant.
    pub fn is_quiet(&self, now: UnixMillis, offset: UtcOffset) -> bool {
        self.quiet.iter().any(|span| span.stands(now, offset))
    }

    /// Reads what was saved; what cannot be read asks for nothing.
    pub fn from_record(record: &str) -> Self {
        reader::from_record(record, Self::read)
    }

    /// The rules as they are saved.
    pub fn to_record(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads and checks rules. What is left out or null asks for nothing.
    ///
    /// # Errors
    /// Every fault, each with its path.
    pub fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        Reader::read(|reader| reader.rules(value))
    }
}

impl Reader<FaultKind> {
    fn rules(&mut self, value: &Value) -> Rules {
        let mut rules = Rules::default();
        self.each(value, Form::NotAnObject.into(), |reader, name, value| match name {
            _ if value.is_null() => {}
            "bad" => rules.bad = reader.yes(value),
            "chart" => rules.chart = reader.yes(value),
            "overdue" => rules.overdue = reader.yes(value),
            "unwell" => rules.unwell = reader.yes(value),
            "mark" => rules.mark = reader.yes(value),
            "repeated" => rules.repeated = reader.repeated(value),
            "target_days" => rules.target_days = reader.number(value, TARGET_DAYS),
            "quiet" => rules.quiet = reader.quiet(value),
            _ => reader.fault(Form::Unknown.into()),
        });
        rules
    }

    fn yes(&mut self, value: &Value) -> bool {
        value.as_bool().or_else(|| self.refuse(Form::NotABool.into())).unwrap_or_default()
    }

    fn number(&mut self, value: &Value, (min, max): (u32, u32)) -> Option<u32> {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|number| (min..=max).contains(number));
        number.or_else(|| self.refuse(Form::NotANumber { min, max }.into()))
    }

    fn repeated(&mut self, value: &Value) -> Option<Repeated> {
        let fields = self.fields(value, &["count", "minutes"], Form::NotAnObject.into(), Form::Unknown.into())?;
        let count = self.field("count", fields, |reader, value| reader.number(value, COUNTS));
        let minutes = self.field("minutes", fields, |reader, value| reader.number(value, MINUTES));
        Some(Repeated { count: count?, minutes: minutes? })
    }

    fn quiet(&mut self, value: &Value) -> Vec<Span> {
        let mut spans = Vec::new();
        let no_list = FaultKind::from(Form::NotAList { min: 0, max: MAX_QUIET });
        let list = self.list(value, MAX_QUIET, no_list.clone(), no_list);
        self.items(list, |reader, value| match Span::parse(value.as_str().unwrap_or_default()) {
            Ok(span) => spans.push(span),
            Err(wrong) => reader.fault(FaultKind::Hours(wrong)),
        });
        spans
    }
}
