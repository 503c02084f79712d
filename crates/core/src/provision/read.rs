//! Reads a settings file member by member, so that every fault is found and each has its path.

use serde_json::{Map, Value};

use super::{Carried, FORMAT, Fault, FaultKind, MARK, MAX_FILE_BYTES, MAX_SURVEYS, Provision};
use crate::alerts::Rules;
use crate::batch::Format;
use crate::cases::CaseRules;
use crate::hours::Hours;
use crate::hours::roster::Roster;
use crate::repeats::repeated_member;
use crate::settings::{
    APPEARANCES, ASKS, MAX_RETENTION_DAYS, SCAN_PACES, SWITCHES, is_origin, is_usable_endpoint, is_usable_link,
};
use crate::staff::Team;
use crate::survey::{FaultKind as Form, Survey};
use crate::targets::Targets;
use crate::themes::ThemeEdits;
use crate::wire::Acknowledge;

/// As long as browsers and servers let an address be without asking.
const MAX_ENDPOINT_CHARS: usize = 2_000;
/// As long as the settings allow.
const MAX_PLACE_CHARS: usize = 60;
/// More pages than one counter has.
const MAX_PROGRAMS: usize = 20;
/// More languages than anybody offers.
const MAX_LANGUAGES: usize = 40;
/// Members that somebody may think belong here.
const SECRETS: [&str; 8] = ["token", "pin", "key", "sealing", "password", "passphrase", "code", "codes"];

pub(super) fn provision(text: &str) -> Result<Provision, Vec<Fault>> {
    let whole = |kind| Err(vec![Fault { path: String::new(), kind }]);
    if text.len() > MAX_FILE_BYTES {
        return whole(FaultKind::TooLarge);
    }
    let text = text.trim_start_matches('\u{feff}');
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            return whole(FaultKind::Form(Form::NotJson { line: error.line(), column: error.column() }));
        }
    };
    // What stands twice is not what whoever looked at the file has seen.
    if let Some(path) = repeated_member(text) {
        return Err(vec![Fault { path, kind: FaultKind::Form(Form::Twice) }]);
    }
    let Some(members) = value.as_object().filter(|members| members.get("candor") == Some(&Value::from(MARK))) else {
        return whole(FaultKind::NotSettings);
    };
    match members.get("format").and_then(Value::as_u64) {
        Some(FORMAT) => {}
        Some(format) if format > FORMAT => return whole(FaultKind::Newer),
        _ => {
            let kind = FaultKind::Form(Form::NotANumber { min: FORMAT as u32, max: FORMAT as u32 });
            return Err(vec![Fault { path: "format".to_owned(), kind }]);
        }
    }
    let mut reader = Reader::default();
    let provision = reader.file(members);
    if reader.faults.is_empty() { Ok(provision) } else { Err(reader.faults) }
}

#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn fault(&mut self, path: impl Into<String>, kind: FaultKind) {
        self.faults.push(Fault { path: path.into(), kind });
    }

    fn form(&mut self, path: impl Into<String>, kind: Form) {
        self.fault(path, FaultKind::Form(kind));
    }

    fn file(&mut self, members: &Map<String, Value>) -> Provision {
        let mut provision = Provision::default();
        for (name, value) in members {
            match name.as_str() {
                "candor" | "format" => {}
                "settings" => provision.settings = self.settings(value),
                "hours" => provision.hours = self.hours(value),
                "alerts" => provision.alerts = self.beside("alerts", Rules::read(value)),
                "targets" => provision.targets = self.beside("targets", Targets::read(value)),
                "cases" => provision.cases = self.cases(value),
                "staff" => provision.staff = self.staff(value),
                "roster" => provision.roster = self.roster(value),
                "themes" => provision.themes = self.themes(value),
                "surveys" => provision.surveys = self.surveys(value),
                unknown => self.unknown(unknown, unknown),
            }
        }
        if !members.contains_key("settings") {
            self.form("settings", Form::NotAnObject);
        }
        provision
    }

    fn unknown(&mut self, path: &str, name: &str) {
        let is_secret = SECRETS.contains(&name.to_ascii_lowercase().as_str());
        self.fault(path, if is_secret { FaultKind::Secret } else { FaultKind::Form(Form::Unknown) });
    }

    fn settings(&mut self, value: &Value) -> Map<String, Value> {
        let Some(members) = value.as_object() else {
            self.form("settings", Form::NotAnObject);
            return Map::new();
        };
        for (name, value) in members {
            let path = ["settings.", name].concat();
            match name.as_str() {
                "endpoint" => {
                    let is_usable = |text: &str| text.len() <= MAX_ENDPOINT_CHARS && is_usable_endpoint(text);
                    self.text(path, value, is_usable, FaultKind::Endpoint);
                }
                "point" | "staff" => {
                    let is_short =
                        |text: &str| text.chars().count() <= MAX_PLACE_CHARS && !text.chars().any(char::is_control);
                    self.text(path, value, is_short, FaultKind::Place);
                }
                "link" => {
                    self.text(path, value, |text| text.is_empty() || is_usable_link(text), FaultKind::Endpoint);
                }
                "survey" => self.text(path, value, is_name, FaultKind::Form(Form::NotAName)),
                "languages" => self.texts(path, value, (1, MAX_LANGUAGES), is_tag, FaultKind::Form(Form::NotATag)),
                "programs" => self.texts(path, value, (0, MAX_PROGRAMS), is_origin, FaultKind::Origin),
                "format" => self.one_of(path, value, &Format::ALL.map(Format::name)),
                "acknowledge" => self.one_of(path, value, &Acknowledge::ALL.map(Acknowledge::name)),
                "appearance" => self.one_of(path, value, &APPEARANCES),
                "ask_staff" => self.one_of(path, value, &ASKS),
                "switches" => self.one_of(path, value, &SWITCHES),
                "scan_ms" => {
                    let [min, .., max] = SCAN_PACES;
                    if !SCAN_PACES.iter().any(|pace| value.as_u64() == Some(u64::from(*pace))) {
                        self.form(path, Form::NotANumber { min, max });
                    }
                }
                "mask" | "scanner" | "low" | "fullscreen" | "sound" | "sign_in" | "show_staff" => {
                    if !value.is_boolean() {
                        self.form(path, Form::NotABool);
                    }
                }
                "retention_days" => {
                    if value.as_u64().is_none_or(|days| days > MAX_RETENTION_DAYS.into()) {
                        self.form(path, Form::NotANumber { min: 0, max: MAX_RETENTION_DAYS });
                    }
                }
                unknown => self.unknown(&path, unknown),
            }
        }
        members.clone()
    }

    fn text(&mut self, path: String, value: &Value, is_right: impl Fn(&str) -> bool, kind: FaultKind) {
        match value.as_str() {
            None => self.fault(path, FaultKind::NotAText),
            Some(text) if !is_right(text) => self.fault(path, kind),
            Some(_) => {}
        }
    }

    fn texts(
        &mut self,
        path: String,
        value: &Value,
        (min, max): (usize, usize),
        is_right: fn(&str) -> bool,
        kind: FaultKind,
    ) {
        let Some(list) = value.as_array().filter(|list| (min..=max).contains(&list.len())) else {
            return self.form(path, Form::NotAList { min, max });
        };
        for (place, value) in list.iter().enumerate() {
            let at = format!("{path}[{place}]");
            if list.iter().take(place).any(|before| before == value) {
                self.form(at, Form::Twice);
            } else {
                self.text(at, value, is_right, kind.clone());
            }
        }
    }

    fn one_of(&mut self, path: String, value: &Value, known: &[&'static str]) {
        if !value.as_str().is_some_and(|name| known.contains(&name)) {
            self.form(path, Form::NotOneOf(known.to_vec()));
        }
    }

    fn hours(&mut self, value: &Value) -> Option<Hours> {
        match Hours::read(value) {
            Ok(hours) => Some(hours),
            Err(faults) => {
                for fault in faults {
                    self.fault(below("hours", &fault.path), FaultKind::Hours(fault.wrong));
                }
                None
            }
        }
    }

    fn cases(&mut self, value: &Value) -> Option<CaseRules> {
        let faults = match CaseRules::read(value) {
            Ok(rules) => return Some(rules),
            Err(faults) => faults,
        };
        for fault in faults {
            self.fault(below("cases", &fault.path), FaultKind::Cases(fault.wrong));
        }
        None
    }

    fn themes(&mut self, value: &Value) -> Option<ThemeEdits> {
        let faults = match ThemeEdits::read(value) {
            Ok(edits) => return Some(edits),
            Err(faults) => faults,
        };
        for fault in faults {
            self.fault(below("themes", &fault.path), FaultKind::Themes(fault.wrong));
        }
        None
    }

    fn staff(&mut self, value: &Value) -> Option<Team> {
        let faults = match Team::read(value) {
            Ok(team) => return Some(team),
            Err(faults) => faults,
        };
        faults.into_iter().for_each(|fault| self.fault(below("staff", &fault.path), FaultKind::Staff(fault.wrong)));
        None
    }

    fn roster(&mut self, value: &Value) -> Option<Roster> {
        let faults = match Roster::read(value) {
            Ok(roster) => return Some(roster),
            Err(faults) => faults,
        };
        faults.into_iter().for_each(|fault| self.fault(below("roster", &fault.path), FaultKind::Roster(fault.wrong)));
        None
    }

    fn beside<T>(&mut self, name: &str, read: Result<T, Vec<Fault>>) -> Option<T> {
        read.map_err(|faults| faults.into_iter().for_each(|Fault { path, kind }| self.fault(below(name, &path), kind)))
            .ok()
    }

    fn surveys(&mut self, value: &Value) -> Vec<Carried> {
        let Some(list) = value.as_array() else {
            self.form("surveys", Form::NotAList { min: 0, max: MAX_SURVEYS });
            return Vec::new();
        };
        if list.len() > MAX_SURVEYS {
            self.fault("surveys", FaultKind::TooManySurveys);
            return Vec::new();
        }
        let mut carried: Vec<Carried> = Vec::new();
        for (place, value) in list.iter().enumerate() {
            let (path, json) = (format!("surveys[{place}]"), value.to_string());
            match Survey::parse(&json) {
                Ok(survey) if carried.iter().any(|before| before.survey.id == survey.id) => {
                    self.form(below(&path, "id"), Form::Twice);
                }
                Ok(survey) => carried.push(Carried { survey, json }),
                Err(faults) => {
                    for fault in faults {
                        self.form(below(&path, &fault.path), fault.kind);
                    }
                }
            }
        }
        carried
    }
}

fn below(path: &str, inner: &str) -> String {
    let between = if inner.is_empty() || inner.starts_with('[') { "" } else { "." };
    [path, between, inner].concat()
}

/// As a survey's own id is written.
fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_tag(text: &str) -> bool {
    (2..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
