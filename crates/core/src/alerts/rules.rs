//! Which alerts an owner wants, and when nobody is to be disturbed.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::hours::Span;
use crate::provision::{Fault, FaultKind};
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
        let value = serde_json::from_str(record).unwrap_or(Value::Null);
        Self::read(&value).unwrap_or_default()
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
        let mut reader = Reader::default();
        let rules = reader.rules(value);
        if reader.faults.is_empty() { Ok(rules) } else { Err(reader.faults) }
    }
}

#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn fault(&mut self, path: impl Into<String>, kind: FaultKind) {
        self.faults.push(Fault { path: path.into(), kind });
    }

    fn rules(&mut self, value: &Value) -> Rules {
        let mut rules = Rules::default();
        let Some(members) = value.as_object() else {
            self.fault("", FaultKind::Form(Form::NotAnObject));
            return rules;
        };
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            match name.as_str() {
                "bad" => rules.bad = self.yes(name, value),
                "chart" => rules.chart = self.yes(name, value),
                "overdue" => rules.overdue = self.yes(name, value),
                "unwell" => rules.unwell = self.yes(name, value),
                "mark" => rules.mark = self.yes(name, value),
                "repeated" => rules.repeated = self.repeated(value),
                "target_days" => rules.target_days = self.number(name, value, TARGET_DAYS),
                "quiet" => rules.quiet = self.quiet(value),
                unknown => self.fault(unknown, FaultKind::Form(Form::Unknown)),
            }
        }
        rules
    }

    fn yes(&mut self, path: &str, value: &Value) -> bool {
        value.as_bool().unwrap_or_else(|| {
            self.fault(path, FaultKind::Form(Form::NotABool));
            false
        })
    }

    fn number(&mut self, path: &str, value: &Value, (min, max): (u32, u32)) -> Option<u32> {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|number| (min..=max).contains(number));
        if number.is_none() {
            self.fault(path, FaultKind::Form(Form::NotANumber { min, max }));
        }
        number
    }

    fn repeated(&mut self, value: &Value) -> Option<Repeated> {
        let nothing = Map::new();
        let members = value.as_object().unwrap_or_else(|| {
            self.fault("repeated", FaultKind::Form(Form::NotAnObject));
            &nothing
        });
        for name in members.keys().filter(|name| !["count", "minutes"].contains(&name.as_str())) {
            self.fault(["repeated.", name].concat(), FaultKind::Form(Form::Unknown));
        }
        if !value.is_object() {
            return None;
        }
        let member = |name: &str| members.get(name).unwrap_or(&Value::Null);
        let count = self.number("repeated.count", member("count"), COUNTS);
        let minutes = self.number("repeated.minutes", member("minutes"), MINUTES);
        Some(Repeated { count: count?, minutes: minutes? })
    }

    fn quiet(&mut self, value: &Value) -> Vec<Span> {
        let Some(list) = value.as_array().filter(|list| list.len() <= MAX_QUIET) else {
            self.fault("quiet", FaultKind::Form(Form::NotAList { min: 0, max: MAX_QUIET }));
            return Vec::new();
        };
        let mut spans = Vec::new();
        for (place, value) in list.iter().enumerate() {
            match Span::parse(value.as_str().unwrap_or_default()) {
                Ok(span) => spans.push(span),
                Err(wrong) => self.fault(format!("quiet[{place}]"), FaultKind::Hours(wrong)),
            }
        }
        spans
    }
}
