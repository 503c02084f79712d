//! What is typed about the rules of cases, and what becomes of it.

use std::collections::BTreeMap;

use candor_core::cases::{CASES_RECORD, CaseRules, Limit, MAX_DAYS, MAX_HOURS, MAX_NAME, Route, Step, Working};
use candor_core::event::Scale;
use candor_core::survey::Survey;
use leptos::prelude::*;

use super::record::put_in_force;
use crate::manager::desk::Desk;
use crate::manager::record_form::RecordForm;
use crate::manager::store::Store;

/// What cannot be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The number of a limit, which has to be from 1 to this.
    Limit(Step, u16),
    /// The department of a reason; of the empty one, of everything else.
    Department(String),
}

/// A reason and the department that is typed for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The reason's id.
    pub reason: String,
    /// The department.
    pub department: RwSignal<String>,
}

/// A limit as it is typed.
#[derive(Clone, Copy)]
pub struct LimitField {
    pub step: Step,
    pub number: RwSignal<String>,
    /// One of [`UNITS`].
    pub unit: RwSignal<String>,
}

/// What a limit is counted in, by name.
pub const UNITS: [&str; 3] = ["days", "hours", "none"];

/// The form.
#[derive(Clone, Copy)]
pub struct RulesForm {
    /// Of each scale the highest level that is a case; empty for none.
    pub levels: RwSignal<BTreeMap<Scale, String>>,
    pub limits: [LimitField; 5],
    pub working: RwSignal<String>,
    pub lines: RwSignal<Vec<Line>>,
    pub department: RwSignal<String>,
    pub state: RecordForm<Fault>,
}

impl RulesForm {
    /// A form that is filled once the rules are read.
    pub fn new(desk: Desk) -> Self {
        let limit = |step| LimitField { step, number: RwSignal::default(), unit: RwSignal::default() };
        let form = Self {
            levels: RwSignal::default(),
            limits: Step::ALL.map(limit),
            working: RwSignal::default(),
            lines: RwSignal::default(),
            department: RwSignal::default(),
            state: RecordForm::new(),
        };
        // Another survey has other reasons.
        let load = move |store: Store| {
            let offered = desk.with_survey(|survey| survey.map(bad_reasons)).unwrap_or_default();
            async move { Ok((store.load(CASES_RECORD).await?, offered)) }
        };
        form.state.follow(desk, load, move |(record, offered)| {
            form.fill(&CaseRules::from_json(&record.unwrap_or_default()), &offered);
        });
        form
    }

    fn fill(self, rules: &CaseRules, offered: &[String]) {
        let written = |level: &Option<u8>| level.map(|level| level.to_string()).unwrap_or_default();
        self.levels.set(rules.levels.iter().map(|(scale, level)| (*scale, written(level))).collect());
        for LimitField { step, number, unit } in self.limits {
            let (n, of) = match rules.limit(step) {
                Some(Limit::Days(n)) => (n.to_string(), UNITS[0]),
                Some(Limit::Hours(n)) => (n.to_string(), UNITS[1]),
                None => (String::new(), UNITS[2]),
            };
            number.set(n);
            unit.set(of.to_owned());
        }
        let working = Working::ALL.into_iter().find(|(_, working)| *working == rules.working);
        self.working.set(working.map_or("", |(name, _)| name).to_owned());
        let line = |reason: &String, department: &str| Line {
            reason: reason.clone(),
            department: RwSignal::new(department.to_owned()),
        };
        let is_new = |reason: &&String| !rules.routes.iter().any(|route| route.reason == **reason);
        let known = rules.routes.iter().map(|route| line(&route.reason, &route.department));
        self.lines.set(known.chain(offered.iter().filter(is_new).map(|reason| line(reason, ""))).collect());
        self.department.set(rules.department.clone());
    }

    /// Puts in force what is typed, if it can be.
    pub fn save(self, desk: Desk) {
        self.state.save(desk, |store| {
            let rules = self.typed()?;
            Ok(async move { put_in_force(&store, &rules).await })
        });
    }

    fn typed(self) -> Result<CaseRules, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut rules = CaseRules::default();
        self.levels.with_untracked(|levels| {
            rules.levels.extend(levels.iter().map(|(scale, level)| (*scale, level.parse().ok())));
        });
        for field in self.limits {
            match limit(field) {
                Ok(limit) => drop(rules.limits.insert(field.step, limit)),
                Err(most) => faults.push(Fault::Limit(field.step, most)),
            }
        }
        let working = self.working.get_untracked();
        if let Some((_, working)) = Working::ALL.into_iter().find(|(name, _)| *name == working) {
            rules.working = working;
        }
        let mut name = |of: RwSignal<String>, reason: &str| {
            let name = of.get_untracked().trim().to_owned();
            if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
                faults.push(Fault::Department(reason.to_owned()));
            }
            name
        };
        for Line { reason, department } in self.lines.get_untracked() {
            let department = name(department, &reason);
            if !department.is_empty() {
                rules.routes.push(Route { reason, department });
            }
        }
        rules.department = name(self.department, "");
        if faults.is_empty() { Ok(rules) } else { Err(faults) }
    }
}

/// The limit that is typed, or up to what it may go.
fn limit(field: LimitField) -> Result<Option<Limit>, u16> {
    let number = field.number.get_untracked().trim().parse();
    let (limit, most): (fn(u16) -> Limit, u16) = match field.unit.get_untracked().as_str() {
        "days" => (Limit::Days, MAX_DAYS),
        "hours" => (Limit::Hours, MAX_HOURS),
        _ => return Ok(None),
    };
    number.ok().and_then(|number| limit(number).checked()).map(Some).ok_or(most)
}

/// What a survey offers to those who rate badly, each once.
fn bad_reasons(survey: &Survey) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for reason in survey.bad.iter().flat_map(|rating| survey.reasons_for(*rating)) {
        if !ids.contains(&reason.id) {
            ids.push(reason.id.clone());
        }
    }
    ids
}
