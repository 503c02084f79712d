//! Reads a settings file member by member, so that every fault is found and each has its path.

use serde_json::{Map, Value};

use super::{Carried, FORMAT, Fault, FaultKind, MARK, MAX_FILE_BYTES, MAX_SURVEYS, Provision};
use crate::alerts::Rules;
use crate::batch::Format;
use crate::cases::CaseRules;
use crate::hours::Hours;
use crate::hours::roster::Roster;
use crate::reader::{Reader, is_text};
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
    let whole = |wrong| Err(vec![Fault { path: String::new(), wrong }]);
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
        return Err(vec![Fault { path, wrong: Form::Twice.into() }]);
    }
    let Some(members) = value.as_object().filter(|members| members.get("candor") == Some(&Value::from(MARK))) else {
        return whole(FaultKind::NotSettings);
    };
    match members.get("format").and_then(Value::as_u64) {
        Some(FORMAT) => {}
        Some(format) if format > FORMAT => return whole(FaultKind::Newer),
        _ => {
            let wrong = Form::NotANumber { min: FORMAT as u32, max: FORMAT as u32 }.into();
            return Err(vec![Fault { path: "format".to_owned(), wrong }]);
        }
    }
    Reader::read(|reader| reader.file(&value))
}

impl Reader<FaultKind> {
    fn form(&mut self, form: Form) {
        self.fault(FaultKind::Form(form));
    }

    fn file(&mut self, value: &Value) -> Provision {
        let mut provision = Provision::default();
        self.each(value, FaultKind::NotSettings, |reader, name, value| match name {
            "candor" | "format" => {}
            "settings" => provision.settings = reader.settings(value),
            "hours" => provision.hours = reader.beside(Hours::read(value), FaultKind::Hours),
            "alerts" => provision.alerts = reader.beside(Rules::read(value), |kind| kind),
            "targets" => provision.targets = reader.beside(Targets::read(value), |kind| kind),
            "cases" => provision.cases = reader.beside(CaseRules::read(value), FaultKind::Cases),
            "staff" => provision.staff = reader.beside(Team::read(value), FaultKind::Staff),
            "roster" => provision.roster = reader.beside(Roster::read(value), FaultKind::Roster),
            "themes" => provision.themes = reader.beside(ThemeEdits::read(value), FaultKind::Themes),
            "surveys" => provision.surveys = reader.surveys(value),
            unknown => reader.unknown(unknown),
        });
        if value.get("settings").is_none() {
            self.fault_at("settings", Form::NotAnObject.into());
        }
        provision
    }

    fn unknown(&mut self, name: &str) {
        let is_secret = SECRETS.contains(&name.to_ascii_lowercase().as_str());
        self.fault(if is_secret { FaultKind::Secret } else { FaultKind::Form(Form::Unknown) });
    }

    fn settings(&mut self, value: &Value) -> Map<String, Value> {
        self.each(value, Form::NotAnObject.into(), Self::setting);
        value.as_object().cloned().unwrap_or_default()
    }

    fn setting(&mut self, name: &str, value: &Value) {
        match name {
            "endpoint" => {
                let is_usable = |text: &str| text.len() <= MAX_ENDPOINT_CHARS && is_usable_endpoint(text);
                self.text(value, is_usable, FaultKind::Endpoint);
            }
            "point" | "staff" => self.text(value, |text| is_text(text, 0..=MAX_PLACE_CHARS), FaultKind::Place),
            "link" => self.text(value, |text| text.is_empty() || is_usable_link(text), FaultKind::Endpoint),
            "survey" => self.text(value, is_name, Form::NotAName.into()),
            "languages" => self.texts(value, (1, MAX_LANGUAGES), is_tag, Form::NotATag.into()),
            "programs" => self.texts(value, (0, MAX_PROGRAMS), is_origin, FaultKind::Origin),
            "format" => self.one_of(value, &Format::ALL.map(Format::name)),
            "acknowledge" => self.one_of(value, &Acknowledge::ALL.map(Acknowledge::name)),
            "appearance" => self.one_of(value, &APPEARANCES),
            "ask_staff" => self.one_of(value, &ASKS),
            "switches" => self.one_of(value, &SWITCHES),
            "scan_ms" => {
                let [min, .., max] = SCAN_PACES;
                if !SCAN_PACES.iter().any(|pace| value.as_u64() == Some(u64::from(*pace))) {
                    self.form(Form::NotANumber { min, max });
                }
            }
            "mask" | "scanner" | "low" | "fullscreen" | "sound" | "sign_in" | "show_staff" => {
                if !value.is_boolean() {
                    self.form(Form::NotABool);
                }
            }
            "retention_days" => {
                if value.as_u64().is_none_or(|days| days > MAX_RETENTION_DAYS.into()) {
                    self.form(Form::NotANumber { min: 0, max: MAX_RETENTION_DAYS });
                }
            }
            unknown => self.unknown(unknown),
        }
    }

    fn text(&mut self, value: &Value, is_right: impl Fn(&str) -> bool, kind: FaultKind) {
        match value.as_str() {
            None => self.fault(FaultKind::NotAText),
            Some(text) if !is_right(text) => self.fault(kind),
            Some(_) => {}
        }
    }

    fn texts(&mut self, value: &Value, (min, max): (usize, usize), is_right: fn(&str) -> bool, kind: FaultKind) {
        let Some(list) = value.as_array().filter(|list| (min..=max).contains(&list.len())) else {
            return self.form(Form::NotAList { min, max });
        };
        let mut before: Vec<&Value> = Vec::new();
        self.items(list, |reader, value| {
            if before.contains(&value) {
                reader.form(Form::Twice);
            } else {
                reader.text(value, is_right, kind.clone());
            }
            before.push(value);
        });
    }

    fn one_of(&mut self, value: &Value, known: &[&'static str]) {
        if !value.as_str().is_some_and(|name| known.contains(&name)) {
            self.form(Form::NotOneOf(known.to_vec()));
        }
    }

    fn surveys(&mut self, value: &Value) -> Vec<Carried> {
        let mut carried: Vec<Carried> = Vec::new();
        let no_list = Form::NotAList { min: 0, max: MAX_SURVEYS };
        let list = self.list(value, MAX_SURVEYS, no_list.into(), FaultKind::TooManySurveys);
        self.items(list, |reader, value| {
            let json = value.to_string();
            match Survey::parse(&json) {
                Ok(survey) if carried.iter().any(|before| before.survey.id == survey.id) => {
                    reader.fault_at("id", Form::Twice.into());
                }
                Ok(survey) => carried.push(Carried { survey, json }),
                Err(faults) => {
                    faults.into_iter().for_each(|fault| reader.fault_at(&fault.path, fault.kind.into()));
                }
            }
        });
        carried
    }
}

/// As a survey's own id is written.
fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_tag(text: &str) -> bool {
    (2..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
