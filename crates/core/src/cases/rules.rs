//! What an owner sets about cases: which ratings are one, who deals with what, and by when.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::change::Step;
use crate::event::{Body, Scale};
use crate::reader::{self, Reader, is_text};

/// The named record of the journal that holds the rules as JSON; none is the default.
pub const CASES_RECORD: &str = "cases";
/// Working days of a limit: a year of them. More is a slip of the finger.
pub const MAX_DAYS: u16 = 250;
/// Working hours of a limit: a year of them.
pub const MAX_HOURS: u16 = 2_000;
/// Characters of a department's name or a reason's id.
pub const MAX_NAME: usize = 40;
/// More reasons than all surveys of one house offer.
pub const MAX_ROUTES: usize = 100;

/// The rules. A case keeps those that were in force where and when its rating was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseRules {
    /// Of each scale the highest level that is a case; `None` where none is. A good level never is.
    #[serde(serialize_with = "by_scale")]
    pub levels: BTreeMap<Scale, Option<u8>>,
    /// Of each step, by when it has to be done; `None` where nothing is set.
    #[serde(serialize_with = "by_step")]
    pub limits: BTreeMap<Step, Option<Limit>>,
    /// Which days are working days.
    pub working: Working,
    /// Which department deals with a reason; the first that fits.
    pub routes: Vec<Route>,
    /// Who deals with the rest; empty for nobody in particular.
    pub department: String,
}

/// How long a step may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// To the end of so many working days after the day on which it begins: 1 to [`MAX_DAYS`].
    Days(u16),
    /// So many hours of work: 1 to [`MAX_HOURS`].
    Hours(u16),
}

/// Which days are worked by those who deal with cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Working {
    /// Monday to Friday, 9:00 to 17:00, and what the holiday calendar makes of them.
    #[default]
    Office,
    /// Whenever the place is open.
    Open,
}

/// A reason and who deals with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The reason's id.
    pub reason: String,
    /// The department.
    pub department: String,
}

/// One thing that is wrong with rules, and where: `limits.fix`, `routes[1].department`.
pub type Fault = reader::Fault<Wrong>;

/// What can be wrong with rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// An object belongs here.
    NotAnObject,
    /// A list of at most [`MAX_ROUTES`] belongs here.
    NotAList,
    /// Nothing of this name belongs here.
    Unknown,
    /// Neither null nor a level of that scale that is not a good one.
    NotALevel,
    /// Neither null nor `{"days": …}` nor `{"hours": …}` of its range.
    NotALimit,
    /// Neither `office` nor `open`.
    NotWorking,
    /// No text, nothing in it, or longer than [`MAX_NAME`].
    NotAName,
    /// An entry before it is about the same reason.
    SameReason,
}

impl Working {
    /// Both, by the names that a file has.
    pub const ALL: [(&'static str, Self); 2] = [("office", Self::Office), ("open", Self::Open)];
}

impl Limit {
    /// `None` unless it is within its range.
    pub fn checked(self) -> Option<Self> {
        let is_within = match self {
            Self::Days(n) => (1..=MAX_DAYS).contains(&n),
            Self::Hours(n) => (1..=MAX_HOURS).contains(&n),
        };
        is_within.then_some(self)
    }
}

impl Default for CaseRules {
    /// The levels below the middle, of the NPS the detractors. 15 working days to fix are a published figure of a city's
    /// rules for 好差评; one working day to verify and to call back, two to tell the customer and five to look again are
    /// assumptions of ours.
    fn default() -> Self {
        let level = |scale: Scale| match scale {
            Scale::Faces5 | Scale::Stars5 | Scale::Faces4 => 2,
            Scale::Faces3 | Scale::Thumbs => 1,
            Scale::Nps => 6,
            Scale::Ces => 3,
        };
        let days = |step: Step| match step {
            Step::Verify | Step::CallBack => 1,
            Step::Fix => 15,
            Step::Tell => 2,
            Step::Recheck => 5,
        };
        Self {
            levels: Scale::ALL.into_iter().map(|(_, scale)| (scale, Some(level(scale)))).collect(),
            limits: Step::ALL.into_iter().map(|step| (step, Some(Limit::Days(days(step))))).collect(),
            working: Working::default(),
            routes: Vec::new(),
            department: String::new(),
        }
    }
}

impl CaseRules {
    /// Reads rules; what is left out has its default.
    ///
    /// # Errors
    /// Every fault found, each with its path.
    pub fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        Reader::read(|reader| reader.rules(value))
    }

    /// Reads the record; the default where there is none, or what stands there cannot be read.
    pub fn from_json(json: &str) -> Self {
        reader::from_record(json, Self::read)
    }

    /// The rules as they are stored.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether a level is a case by itself.
    pub fn is_case(&self, scale: Scale, level: u8) -> bool {
        self.levels.get(&scale).copied().flatten().is_some_and(|highest| level <= highest)
    }

    /// By when a step has to be done.
    pub fn limit(&self, step: Step) -> Option<Limit> {
        self.limits.get(&step).copied().flatten()
    }

    /// Who deals with a rating that was given for these reasons.
    pub fn department_of(&self, reasons: &[String]) -> &str {
        let route = self.routes.iter().find(|route| reasons.contains(&route.reason));
        route.map_or(&self.department, |route| &route.department)
    }

    /// The levels of a scale that can be the highest that is a case.
    pub fn choices(scale: Scale) -> impl DoubleEndedIterator<Item = u8> {
        scale.worst()..scale.good_from()
    }
}

/// The body of the `settings.changed` that tells of new rules, as no other tells of values: whether a rating is a case has
/// to be found again by whoever has the events and nothing else.
pub fn rules_changed(before: &CaseRules, after: &CaseRules) -> Body {
    let data = json!({ "changed": [CASES_RECORD], (CASES_RECORD): { "before": before, "after": after } });
    Body::noted("settings.changed", data)
}

fn by_scale<S: serde::Serializer>(levels: &BTreeMap<Scale, Option<u8>>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(levels.iter().map(|(scale, level)| (scale.name(), level)))
}

fn by_step<S: serde::Serializer>(limits: &BTreeMap<Step, Option<Limit>>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(limits.iter().map(|(step, limit)| (step.name(), limit)))
}

impl Reader<Wrong> {
    fn rules(&mut self, value: &Value) -> CaseRules {
        let mut rules = CaseRules::default();
        self.each(value, Wrong::NotAnObject, |reader, name, value| match name {
            "levels" => reader.levels(value, &mut rules),
            "limits" => reader.limits(value, &mut rules),
            "working" => match Working::ALL.into_iter().find(|(name, _)| value == name) {
                Some((_, working)) => rules.working = working,
                None => reader.fault(Wrong::NotWorking),
            },
            "routes" => rules.routes = reader.routes(value),
            "department" if value == "" => rules.department = String::new(),
            "department" => rules.department = reader.name(value),
            _ => reader.fault(Wrong::Unknown),
        });
        rules
    }

    fn levels(&mut self, value: &Value, rules: &mut CaseRules) {
        self.each(value, Wrong::NotAnObject, |reader, name, value| {
            let Some((_, scale)) = Scale::ALL.into_iter().find(|(known, _)| *known == name) else {
                return reader.fault(Wrong::Unknown);
            };
            let level =
                value.as_u64().and_then(|level| CaseRules::choices(scale).find(|known| u64::from(*known) == level));
            if level.is_none() && !value.is_null() {
                reader.fault(Wrong::NotALevel);
            }
            rules.levels.insert(scale, level);
        });
    }

    fn limits(&mut self, value: &Value, rules: &mut CaseRules) {
        self.each(value, Wrong::NotAnObject, |reader, name, value| {
            let Some(step) = Step::named(name) else { return reader.fault(Wrong::Unknown) };
            let limit = limit(value);
            if limit.is_none() && !value.is_null() {
                reader.fault(Wrong::NotALimit);
            }
            rules.limits.insert(step, limit);
        });
    }

    fn routes(&mut self, value: &Value) -> Vec<Route> {
        let mut routes: Vec<Route> = Vec::new();
        let list = self.list(value, MAX_ROUTES, Wrong::NotAList, Wrong::NotAList);
        self.items(list, |reader, value| {
            let fields = reader.fields(value, &["reason", "department"], Wrong::NotAnObject, Wrong::Unknown);
            let Some(fields) = fields else { return };
            let reason = reader.field("reason", fields, Self::name);
            let department = reader.field("department", fields, Self::name);
            if routes.iter().any(|before| before.reason == reason) {
                reader.fault_at("reason", Wrong::SameReason);
            }
            routes.push(Route { reason, department });
        });
        routes
    }

    fn name(&mut self, value: &Value) -> String {
        let name = value.as_str().unwrap_or_default().trim();
        if !is_text(name, 1..=MAX_NAME) {
            self.fault(Wrong::NotAName);
        }
        name.to_owned()
    }
}

fn limit(value: &Value) -> Option<Limit> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    let number = |name: &str| members.get(name).and_then(Value::as_u64).and_then(|n| u16::try_from(n).ok());
    number("days").map(Limit::Days).or_else(|| number("hours").map(Limit::Hours))?.checked()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(value: Value) -> Vec<(String, Wrong)> {
        let found = CaseRules::read(&value).err().unwrap_or_default();
        found.into_iter().map(|fault| (fault.path, fault.wrong)).collect()
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut rules = CaseRules { working: Working::Open, department: "值班室".into(), ..CaseRules::default() };
        rules.levels.insert(Scale::Nps, Some(0));
        rules.levels.insert(Scale::Thumbs, None);
        rules.limits.insert(Step::Verify, Some(Limit::Hours(4)));
        rules.limits.insert(Step::Recheck, None);
        rules.routes = vec![Route { reason: "wait".into(), department: "大厅".into() }];
        for rules in [rules, CaseRules::default()] {
            assert_eq!(CaseRules::from_json(&rules.to_json()), rules);
        }
        assert_eq!(CaseRules::read(&json!({})), Ok(CaseRules::default()));
        assert_eq!(CaseRules::from_json("no"), CaseRules::default());
    }

    #[test]
    fn a_good_level_is_never_a_case_by_itself() {
        let rules = CaseRules::default();
        for (name, scale) in Scale::ALL {
            assert!(rules.is_case(scale, scale.worst()), "{name}");
            assert!(!rules.is_case(scale, scale.good_from()), "{name}");
            let good = json!({ "levels": { name: scale.good_from() } });
            assert_eq!(faults(good), [(format!("levels.{name}"), Wrong::NotALevel)]);
        }
        let none = CaseRules::read(&json!({ "levels": { "nps": null } })).unwrap();
        assert!(!none.is_case(Scale::Nps, 0));
        let lowest = CaseRules::read(&json!({ "levels": { "nps": 0 } })).unwrap();
        assert!(lowest.is_case(Scale::Nps, 0) && !lowest.is_case(Scale::Nps, 1));
    }

    #[test]
    fn every_fault_has_its_path() {
        let long = "长".repeat(MAX_NAME + 1);
        let found = faults(json!({
            "colour": 1, "working": "never", "department": long,
            "levels": { "faces-5": "2", "hearts": 1 },
            "limits": { "fix": { "days": 0 }, "tell": { "days": 1, "hours": 1 }, "wait": null, "verify": { "hours": 2_001 } },
            "routes": [{ "reason": "wait", "department": " " }, { "reason": "wait", "department": "a", "x": 1 }, 7]
        }));
        let expected = [
            ("colour", Wrong::Unknown),
            ("department", Wrong::NotAName),
            ("levels.faces-5", Wrong::NotALevel),
            ("levels.hearts", Wrong::Unknown),
            ("limits.fix", Wrong::NotALimit),
            ("limits.tell", Wrong::NotALimit),
            ("limits.verify", Wrong::NotALimit),
            ("limits.wait", Wrong::Unknown),
            ("routes[0].department", Wrong::NotAName),
            ("routes[1].x", Wrong::Unknown),
            ("routes[1].reason", Wrong::SameReason),
            ("routes[2]", Wrong::NotAnObject),
            ("working", Wrong::NotWorking),
        ];
        assert_eq!(found, expected.map(|(path, wrong)| (path.to_owned(), wrong)));
        assert_eq!(faults(json!([])), [(String::new(), Wrong::NotAnObject)]);
        assert_eq!(faults(json!({ "routes": vec![1; MAX_ROUTES + 1] })), [("routes".to_owned(), Wrong::NotAList)]);
    }

    #[test]
    fn the_first_route_that_fits_is_taken() {
        let route = |reason: &str, department: &str| Route { reason: reason.into(), department: department.into() };
        let routes = vec![route("attitude", "人事"), route("wait", "大厅")];
        let rules = CaseRules { routes, department: "办公室".into(), ..CaseRules::default() };
        let of = |reasons: &[&str]| {
            let reasons: Vec<String> = reasons.iter().map(|id| (*id).to_owned()).collect();
            rules.department_of(&reasons).to_owned()
        };
        assert_eq!(
            [of(&["wait", "attitude"]), of(&["wait"]), of(&["price"]), of(&[])],
            ["人事", "大厅", "办公室", "办公室"]
        );
    }
}
