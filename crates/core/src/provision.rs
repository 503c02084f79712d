//! All settings of a tablet as one file: to keep them, or to bring them to another tablet.
//!
//! Neither the token nor the PIN nor a key is ever in it: those are typed where they are used. A file is read whole or
//! refused, with the path of every fault; what it leaves out stays as it is. Reading changes nothing: what would change
//! is shown to a person first.

mod code;
mod fault;
mod read;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde_json::{Map, Value};

pub use self::code::{MAX_CODE_CHARS, SETUP, from_fragment, setup_address};
pub use self::fault::{Fault, FaultKind};
use crate::alerts::Rules;
use crate::cases::CaseRules;
use crate::hours::Hours;
use crate::hours::roster::Roster;
use crate::settings::{Settings, SettingsFault};
use crate::staff::Team;
use crate::survey::Survey;
use crate::targets::Targets;
use crate::themes::ThemeEdits;

/// Settings and hours are some kilobytes, a survey ten, a photo up to 24: room for every survey that one owner keeps, and
/// for the longest list of staff.
pub const MAX_FILE_BYTES: usize = 6 * 1024 * 1024;
/// More surveys of one's own than anybody keeps in service.
pub const MAX_SURVEYS: usize = 20;
/// The format that this version writes and reads.
const FORMAT: u64 = 1;

/// A settings file that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provision {
    /// Each fit by itself, by its name.
    settings: Map<String, Value>,
    /// Opening hours, if it has any.
    pub hours: Option<Hours>,
    /// The rules of cases, if it has any.
    pub cases: Option<CaseRules>,
    /// Who serves, if it says so.
    pub staff: Option<Team>,
    /// Shifts, if it has any.
    pub roster: Option<Roster>,
    /// Names, merges and pins of comments' themes, if it has any.
    pub themes: Option<ThemeEdits>,
    /// Surveys of the owner's.
    pub surveys: Vec<Carried>,
    /// The rules of alerts, if it has any.
    pub alerts: Option<Rules>,
    /// The targets of surveys, if it has any.
    pub targets: Option<Targets>,
}

/// What is set beside the settings, in records of its own. What is `None` is not said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Beside {
    /// Opening hours.
    pub hours: Option<Hours>,
    /// The rules of alerts.
    pub alerts: Option<Rules>,
    /// The targets of surveys.
    pub targets: Option<Targets>,
    /// The rules of cases.
    pub cases: Option<CaseRules>,
    /// Who serves.
    pub staff: Team,
    /// Shifts.
    pub roster: Roster,
    /// Names, merges and pins of comments' themes.
    pub themes: Option<ThemeEdits>,
}

/// A survey that a file carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The survey.
    pub survey: Survey,
    /// As the file has it.
    pub json: String,
}

/// What a file is held against: the tablet that would take it.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// The settings in force.
    pub in_force: &'a Settings,
    /// The surveys that come with the app.
    pub templates: &'a [&'a str],
    /// The owner's surveys that can be in service here.
    pub own: &'a [String],
}

/// A setting that would become another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// What stands.
    pub before: Value,
    /// What would stand.
    pub after: Value,
}

impl Here<'_> {
    /// Whether a survey can be in service here.
    fn has(&self, survey: &str) -> bool {
        self.templates.contains(&survey) || self.own.iter().any(|own| own == survey)
    }
}

impl Provision {
    /// Reads a file.
    ///
    /// # Errors
    /// Every fault found, each with its path.
    pub fn read(text: &str) -> Result<Self, Vec<Fault>> {
        read::provision(text)
    }

    /// The settings as they would be on this tablet. `locales` gives the languages of a survey; `None` while they are not
    /// known here, and then nothing is held against them.
    ///
    /// # Errors
    /// What this tablet has not, each with its path.
    pub fn onto(&self, here: Here<'_>, locales: impl Fn(&str) -> Option<Vec<String>>) -> Result<Settings, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fault = |path: String, wrong: FaultKind| faults.push(Fault { path, wrong });
        for (place, carried) in self.surveys.iter().enumerate() {
            if here.templates.contains(&carried.survey.id.as_str()) {
                fault(format!("surveys[{place}].id"), FaultKind::Template);
            }
        }
        for (place, shift) in self.roster.iter().flat_map(|roster| &roster.shifts).enumerate() {
            let is_carried = self.surveys.iter().any(|carried| carried.survey.id == shift.survey);
            if !shift.survey.is_empty() && !is_carried && !here.has(&shift.survey) {
                fault(format!("roster[{place}].survey"), FaultKind::NotHere);
            }
        }
        let mut settings = self.merged(here.in_force);
        let carried = self.surveys.iter().find(|carried| carried.survey.id == settings.survey);
        if self.has("survey") && carried.is_none() && !here.has(&settings.survey) {
            fault("settings.survey".to_owned(), FaultKind::NotHere);
        } else {
            let spoken = carried.map(|carried| carried.survey.locales.clone()).or_else(|| locales(&settings.survey));
            if let Some(spoken) = spoken {
                if self.has("languages") {
                    let foreign = settings.languages.iter().enumerate().filter(|(_, tag)| !spoken.contains(tag));
                    foreign.for_each(|(place, _)| fault(format!("settings.languages[{place}]"), FaultKind::NotSpoken));
                } else {
                    settings.languages.retain(|tag| spoken.contains(tag));
                }
                if settings.languages.is_empty() {
                    settings.languages = spoken;
                }
            }
        }
        for wrong in settings.check("").err().unwrap_or_default() {
            let (name, kind) = match wrong {
                SettingsFault::Endpoint => ("endpoint", FaultKind::Endpoint),
                SettingsFault::Point => ("point", FaultKind::Place),
                SettingsFault::Languages | SettingsFault::Token => ("languages", FaultKind::NotSpoken),
                SettingsFault::RetentionDays => ("retention_days", FaultKind::Days),
                SettingsFault::Staff => ("staff", FaultKind::Place),
                SettingsFault::Programs => ("programs", FaultKind::Origin),
                SettingsFault::Link => ("link", FaultKind::Endpoint),
            };
            fault(["settings.", name].concat(), kind);
        }
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }

    /// Whether it says anything about a setting.
    pub fn has(&self, name: &str) -> bool {
        self.settings.contains_key(name)
    }

    /// What the file says, on top of what is in force.
    fn merged(&self, in_force: &Settings) -> Settings {
        let mut all = members(in_force);
        all.extend(self.settings.clone());
        Settings::from_json(&Value::Object(all).to_string()).unwrap_or_default()
    }
}

/// What would become another, by name, in the order of the settings.
pub fn changes(before: &Settings, after: &Settings) -> Vec<Change> {
    let (old, new) = (members(before), members(after));
    let value = |of: &Map<String, Value>, name: &str| of.get(name).cloned().unwrap_or_default();
    let change = |name: String| Change { before: value(&old, &name), after: value(&new, &name), name };
    before.differences(after).into_iter().map(change).collect()
}

/// A file as it is kept. `surveys` are the owner's own, as they stand in the journal; what is no JSON is left out.
pub fn write(settings: &Settings, beside: &Beside, surveys: &[String]) -> String {
    let surveys: Vec<Value> = surveys.iter().filter_map(|json| serde_json::from_str(json).ok()).collect();
    let list = |value: Value| value.as_array().cloned().unwrap_or_default();
    let (staff, roster) = (list(beside.staff.to_value()), list(beside.roster.to_value()));
    let settings = said(settings, &[]);
    let (hours, cases) = (beside.hours.as_ref(), beside.cases.as_ref());
    let themes = beside.themes.as_ref().map(ThemeEdits::to_json);
    let (alerts, targets) = (beside.alerts.as_ref(), beside.targets.as_ref().map(Targets::to_value));
    let file =
        File { candor: MARK, format: FORMAT, settings, hours, alerts, targets, cases, staff, roster, themes, surveys };
    serde_json::to_string_pretty(&file).unwrap_or_default()
}

/// The same for a code: settings and hours alone, without what `left_out` names.
pub fn write_compact(settings: &Settings, hours: Option<&Hours>, left_out: &[&str]) -> String {
    let settings = said(settings, left_out);
    let (alerts, targets, cases, themes) = (None, None, None, None);
    let nothing = Vec::new;
    let (staff, roster, surveys) = (nothing(), nothing(), nothing());
    let file =
        File { candor: MARK, format: FORMAT, settings, hours, alerts, targets, cases, staff, roster, themes, surveys };
    serde_json::to_string(&file).unwrap_or_default()
}

/// What `candor` says in a settings file, and in nothing else that Candor writes.
const MARK: &str = "settings";

#[derive(Serialize)]
struct File<'a> {
    candor: &'static str,
    format: u64,
    settings: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<&'a Hours>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alerts: Option<&'a Rules>,
    #[serde(skip_serializing_if = "Option::is_none")]
    targets: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cases: Option<&'a CaseRules>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    staff: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roster: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    themes: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    surveys: Vec<Value>,
}

/// What a file says of settings: no languages stand for those of the survey, and are not said.
fn said(settings: &Settings, left_out: &[&str]) -> Map<String, Value> {
    let mut said = members(settings);
    said.retain(|name, value| {
        let is_default = name == "languages" && *value == Value::Array(Vec::new());
        !is_default && !left_out.contains(&name.as_str())
    });
    said
}

fn members(settings: &Settings) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}
