use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::batch::Format;
use crate::cases::{self, CaseRules, Limit, Step};
use crate::hours::Span;
use crate::survey::FaultKind as Form;
use crate::themes::ThemeEdit;
use crate::wire::Acknowledge;

const HOTEL: &str = include_str!("../../../../public/templates/hotel.json");
const TEMPLATES: [&str; 2] = ["government", "hotel"];

fn everything() -> Settings {
    Settings {
        endpoint: "https://example.org/in".into(),
        point: "3 号窗口".into(),
        survey: "hotel".into(),
        languages: vec!["en".into(), "zh-CN".into()],
        format: Format::Lines,
        acknowledge: Acknowledge::Status,
        mask: false,
        retention_days: 30,
        staff: "0417".into(),
        programs: vec!["https://counter.example.org".into()],
        scanner: true,
        appearance: "auto".into(),
        low: true,
        fullscreen: true,
        sound: false,
        link: "https://feedback.example.org/".into(),
        ask_staff: "before".into(),
        sign_in: true,
        show_staff: true,
        switches: "two".into(),
        scan_ms: 5_000,
    }
}

fn here(in_force: &Settings) -> Here<'_> {
    Here { in_force, templates: &TEMPLATES, own: &[] }
}

fn spoken(_: &str) -> Option<Vec<String>> {
    Some(["zh-CN", "en"].map(str::to_owned).to_vec())
}

fn own_survey() -> String {
    HOTEL.replacen("\"hotel\"", "\"hotel-2\"", 1)
}

fn file(settings: Value) -> String {
    json!({ "candor": "settings", "format": 1, "settings": settings }).to_string()
}

/// Faults as `path: what`, in the order in which they are found.
fn faults(text: &str) -> Vec<String> {
    Provision::read(text).unwrap_err().iter().map(Fault::to_string).collect()
}

fn check(settings: Value, expected: &[(&str, FaultKind)]) {
    let found = Provision::read(&file(settings.clone())).err().unwrap_or_default();
    let found: Vec<_> = found.iter().map(|fault| (fault.path.as_str(), fault.wrong.clone())).collect();
    assert_eq!(found, expected, "{settings}");
}

/// A setting that is new has to be read here as well.
#[test]
fn every_setting_comes_to_the_other_tablet_as_it_was() {
    let hours = Hours::read(&json!({ "week": { "mon": ["09:00-12:00"] } })).unwrap();
    let list = json!([{ "number": "0417", "name": "李娜", "points": ["3"] }, { "number": "0418", "name": "Bo", "active": false }]);
    let staff = Team::read(&list).unwrap();
    let roster = Roster::read(&json!([{ "name": "晚班", "hours": "18:00-02:00", "survey": "hotel" }])).unwrap();
    let mut cases = CaseRules { department: "值班室".into(), ..CaseRules::default() };
    cases.limits.insert(Step::Fix, Some(Limit::Days(5)));
    let alerts = Rules { quiet: vec![Span::parse("20:00-08:00").unwrap()], ..Rules::recommended() };
    let targets = Targets([("hotel".to_owned(), 87.5)].into());
    let beside = Beside {
        hours: Some(hours.clone()),
        cases: Some(cases.clone()),
        staff: staff.clone(),
        roster: roster.clone(),
        alerts: Some(alerts.clone()),
        targets: Some(targets.clone()),
        ..Beside::default()
    };
    let written = write(&everything(), &beside, &[own_survey(), "no json".to_owned()]);
    let read = Provision::read(&written).unwrap();
    assert_eq!(read.onto(here(&Settings::default()), spoken), Ok(everything()));
    assert_eq!((read.hours, read.cases), (Some(hours), Some(cases)));
    assert_eq!((read.alerts, read.targets), (Some(alerts), Some(targets)));
    assert_eq!((read.staff, read.roster), (Some(staff), Some(roster)));
    let ids: Vec<_> = read.surveys.iter().map(|carried| carried.survey.id.as_str()).collect();
    assert_eq!(ids, ["hotel-2"]);
    assert_eq!(Survey::parse(&read.surveys[0].json).as_ref(), Ok(&read.surveys[0].survey));
}

#[test]
fn the_defaults_can_be_read_as_well() {
    let read = Provision::read(&write(&Settings::default(), &Beside::default(), &[])).unwrap();
    let languages = vec!["zh-CN".to_owned(), "en".to_owned()];
    assert_eq!(read.onto(here(&Settings::default()), spoken), Ok(Settings { languages, ..Settings::default() }));
}

#[test]
fn what_a_file_leaves_out_stays_as_it_is() {
    let in_force = everything();
    let read = Provision::read(&file(json!({ "point": "4" }))).unwrap();
    assert_eq!(read.onto(here(&in_force), spoken), Ok(Settings { point: "4".into(), ..in_force }));
    let brought = (read.hours, read.cases, read.staff, read.roster);
    assert_eq!((brought, read.surveys.len()), ((None, None, None, None), 0));
    let read = Provision::read(&file(json!({}))).unwrap();
    assert_eq!(read.onto(here(&everything()), spoken), Ok(everything()));
}

#[test]
fn a_file_never_carries_a_secret() {
    let written = write(&everything(), &Beside::default(), &[]);
    for secret in ["token", "pin", "key", "sealing", "code", "codes"] {
        assert!(!written.contains(&format!("\"{secret}\"")), "{written}");
    }
    check(json!({ "token": "cdt_1" }), &[("settings.token", FaultKind::Secret)]);
    let outside = json!({ "candor": "settings", "format": 1, "settings": {}, "PIN": "482915" }).to_string();
    assert_eq!(faults(&outside), ["PIN: a settings file carries no token, PIN or key: type it on the tablet"]);
}

#[test]
fn every_fault_has_its_path() {
    let not_a_number = Form::NotANumber { min: 0, max: crate::settings::MAX_RETENTION_DAYS };
    check(
        json!({
            "acknowledge": "hope", "appearance": 1, "colour": "red", "endpoint": "http://example.org/", "format": "xml",
            "languages": ["en", "x", "en"], "low": 1, "mask": "no", "point": "a\u{1b}b", "retention_days": 36_501,
            "programs": ["https://a.example", "https://b.example/"], "scanner": null, "staff": 7, "survey": "A",
            "ask_staff": true, "scan_ms": 2_001, "sign_in": "yes"
        }),
        &[
            ("settings.acknowledge", FaultKind::Form(Form::NotOneOf(vec!["receipt", "status"]))),
            ("settings.appearance", FaultKind::Form(Form::NotOneOf(vec!["light", "dark", "auto"]))),
            ("settings.ask_staff", FaultKind::Form(Form::NotOneOf(vec!["never", "before", "after"]))),
            ("settings.colour", FaultKind::Form(Form::Unknown)),
            ("settings.endpoint", FaultKind::Endpoint),
            ("settings.format", FaultKind::Form(Form::NotOneOf(Format::ALL.map(Format::name).to_vec()))),
            ("settings.languages[1]", FaultKind::Form(Form::NotATag)),
            ("settings.languages[2]", FaultKind::Form(Form::Twice)),
            ("settings.low", FaultKind::Form(Form::NotABool)),
            ("settings.mask", FaultKind::Form(Form::NotABool)),
            ("settings.point", FaultKind::Place),
            ("settings.programs[1]", FaultKind::Origin),
            ("settings.retention_days", FaultKind::Form(not_a_number)),
            ("settings.scan_ms", FaultKind::Form(Form::NotANumber { min: 1_000, max: 5_000 })),
            ("settings.scanner", FaultKind::Form(Form::NotABool)),
            ("settings.sign_in", FaultKind::Form(Form::NotABool)),
            ("settings.staff", FaultKind::NotAText),
            ("settings.survey", FaultKind::Form(Form::NotAName)),
        ],
    );
    check(json!({ "languages": [] }), &[("settings.languages", FaultKind::Form(Form::NotAList { min: 1, max: 40 }))]);
    check(json!([]), &[("settings", FaultKind::Form(Form::NotAnObject))]);
    let inner = json!({
        "candor": "settings", "format": 1, "settings": {}, "hours": { "week": { "mon": ["9 to 5"] } },
        "surveys": [{ "id": "x" }]
    });
    let found = faults(&inner.to_string());
    assert_eq!(found[0], "hours.week.mon[0]: times are written as 09:00-12:00");
    let lists = json!({
        "candor": "settings", "format": 1, "settings": {}, "staff": [{ "number": "1", "name": "" }],
        "roster": [{ "name": "a", "hours": "8-9" }, { "name": "", "hours": "08:00-09:00" }]
    });
    let expected = [
        "roster[0].hours: times are written as 09:00-12:00",
        "roster[1].name: a name of 1 to 40 characters is needed here",
        "staff[0].name: a name of 1 to 40 characters is needed here",
    ];
    assert_eq!(faults(&lists.to_string()), expected);
    assert!(found.len() > 2 && found[1..].iter().all(|fault| fault.starts_with("surveys[0].")), "{found:?}");
}

#[test]
fn another_file_is_told_from_one_with_faults() {
    for (text, expected) in [
        ("", ": this is not JSON: line 1, column 0"),
        ("[]", ": this is not a settings file of Candor’s"),
        (HOTEL, ": this is not a settings file of Candor’s"),
        (r#"{"candor":"settings","format":2}"#, ": it was written by a later version: update this tablet first"),
        (r#"{"candor":"settings","format":"1"}"#, "format: a whole number from 1 to 1 is needed here"),
        (r#"{"candor":"settings","format":1}"#, "settings: an object is needed here"),
        (
            r#"{"candor":"settings","format":1,"settings":{"endpoint":"/a","endpoint":"/b"}}"#,
            "endpoint: this stands here twice",
        ),
    ] {
        assert_eq!(faults(text), [expected], "{text}");
    }
    let large = file(json!({ "point": "x".repeat(MAX_FILE_BYTES) }));
    assert_eq!(faults(&large), [": the file is larger than 6 MB"]);
    assert_eq!(FaultKind::TooLarge.say("zh-CN"), "文件超过 6 MB");
    assert!(Provision::read(&["\u{feff}", &file(json!({}))].concat()).is_ok(), "as some editors save it");
}

fn check_onto(text: &str, in_force: &Settings, expected: &[(&str, FaultKind)]) {
    let found = Provision::read(text).unwrap().onto(here(in_force), spoken).err().unwrap_or_default();
    let found: Vec<_> = found.iter().map(|fault| (fault.path.as_str(), fault.wrong.clone())).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_survey_has_to_be_here_and_to_speak_what_is_offered() {
    let in_force = everything();
    check_onto(&file(json!({ "survey": "lobby-2" })), &in_force, &[("settings.survey", FaultKind::NotHere)]);
    check_onto(
        &file(json!({ "languages": ["en", "fr"] })),
        &in_force,
        &[("settings.languages[1]", FaultKind::NotSpoken)],
    );
    let with = |survey: &str, settings: Value| {
        let survey: Value = serde_json::from_str(survey).unwrap();
        json!({ "candor": "settings", "format": 1, "settings": settings, "surveys": [survey] }).to_string()
    };
    check_onto(&with(&own_survey(), json!({ "survey": "hotel-2" })), &in_force, &[]);
    check_onto(&with(HOTEL, json!({})), &in_force, &[("surveys[0].id", FaultKind::Template)]);
    let own = ["lobby-2".to_owned()];
    let read = Provision::read(&file(json!({ "survey": "lobby-2", "languages": ["fr"] }))).unwrap();
    let known = Here { own: &own, ..here(&in_force) };
    assert_eq!(read.onto(known, |_| None).unwrap().survey, "lobby-2", "its languages are not known yet");
}

#[test]
fn of_the_languages_in_force_those_stay_that_another_survey_speaks() {
    let in_force = Settings { languages: vec!["fr".into(), "en".into()], ..everything() };
    let read = Provision::read(&file(json!({ "survey": "government" }))).unwrap();
    assert_eq!(read.onto(here(&in_force), spoken).unwrap().languages, ["en"]);
    let in_force = Settings { languages: vec!["fr".into()], ..everything() };
    assert_eq!(read.onto(here(&in_force), spoken).unwrap().languages, ["zh-CN", "en"]);
}

#[test]
fn names_what_would_change_with_both_values() {
    let after = Settings { point: "4".into(), mask: true, ..everything() };
    let expected = [("point", json!("3 号窗口"), json!("4")), ("mask", json!(false), json!(true))]
        .map(|(name, before, after)| Change { name: name.into(), before, after });
    assert_eq!(changes(&everything(), &after), expected);
    assert_eq!(changes(&everything(), &everything()), []);
}

#[test]
fn a_code_carries_the_settings_but_what_is_each_tablet_s_own() {
    let file = write_compact(&everything(), None, &["staff"]);
    let address = setup_address("https://kiosk.example.com/", &file);
    let fragment = address.strip_prefix("https://kiosk.example.com/").unwrap();
    assert_eq!(from_fragment(fragment), Some(Ok(file.clone())));
    // A code of this size is read from a screen by any tablet's camera.
    assert!(address.len() < 700, "{}", address.len());
    let staff = Settings { staff: "7".into(), ..Settings::default() };
    let read = Provision::read(&file).unwrap();
    assert_eq!(read.onto(here(&staff), spoken), Ok(Settings { staff: "7".into(), ..everything() }));
}

fn check_fragment(fragment: &str, expected: Option<FaultKind>) {
    let found = from_fragment(fragment).map(|read| read.unwrap_err());
    let expected = expected.map(|wrong| vec![Fault { path: String::new(), wrong }]);
    assert_eq!(found, expected, "{fragment}");
}

#[test]
fn a_code_that_is_not_whole_is_refused() {
    for other in ["", "#", "#results", "setup=e30", "#Setup=e30"] {
        check_fragment(other, None);
    }
    for garbled in ["#setup=e", "#setup=e31", "#setup=e30=", "#setup=e3 0", "#setup=e3/0", "#setup=_w"] {
        check_fragment(garbled, Some(FaultKind::Garbled));
    }
    check_fragment(&[SETUP, &"e".repeat(MAX_CODE_CHARS + 1)].concat(), Some(FaultKind::TooLarge));
    assert_eq!(from_fragment("#setup=e30"), Some(Ok("{}".to_owned())));
    assert_eq!(from_fragment("#setup="), Some(Ok(String::new())), "which is no file");
}

proptest! {
    #[test]
    fn any_text_comes_out_of_an_address_as_it_went_in(text in "\\PC{0,200}") {
        let address = setup_address("", &text);
        prop_assert!(address[SETUP.len()..].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        prop_assert_eq!(from_fragment(&address), Some(Ok(text)));
    }

    #[test]
    fn no_file_and_no_code_is_too_odd_to_be_refused(text in "\\PC{0,100}", code in "[A-Za-z0-9_=-]{0,40}") {
        let _ = Provision::read(&text);
        let _ = from_fragment(&[SETUP, &code].concat()).map(|file| file.map(|file| Provision::read(&file)));
    }
}

#[test]
fn rules_of_cases_that_cannot_be_used_have_their_path() {
    let file =
        json!({ "candor": "settings", "format": 1, "settings": {}, "cases": { "limits": { "fix": 15 }, "x": 1 } });
    let found = Provision::read(&file.to_string()).unwrap_err();
    let found: Vec<_> = found.iter().map(|fault| (fault.path.as_str(), fault.wrong.clone())).collect();
    use cases::Wrong::{NotALimit, Unknown};
    assert_eq!(found, [("cases.limits.fix", FaultKind::Cases(NotALimit)), ("cases.x", FaultKind::Cases(Unknown))]);
}

#[test]
fn a_shift_asks_no_survey_that_is_not_here() {
    let roster = json!([
        { "name": "a", "hours": "08:00-09:00", "survey": "hotel" },
        { "name": "b", "hours": "09:00-10:00", "survey": "hotel-2" },
        { "name": "c", "hours": "10:00-11:00", "survey": "elsewhere-1" },
    ]);
    let own: Value = serde_json::from_str(&own_survey()).unwrap();
    let text = json!({ "candor": "settings", "format": 1, "settings": {}, "roster": roster, "surveys": [own] });
    let in_force = everything();
    let faults = Provision::read(&text.to_string()).unwrap().onto(here(&in_force), spoken).unwrap_err();
    assert_eq!(faults, [Fault { path: "roster[2].survey".to_owned(), wrong: FaultKind::NotHere }]);
}

#[test]
fn a_file_carries_what_was_done_to_themes() {
    let mut edits = ThemeEdits::default();
    edits.apply(&ThemeEdit::Merge { key: "noise".to_owned(), into: "space".to_owned() }).unwrap();
    edits.apply(&ThemeEdit::Rename { key: "space".to_owned(), name: "大厅".to_owned() }).unwrap();
    let beside = Beside { themes: Some(edits.clone()), ..Beside::default() };
    let written = write(&Settings::default(), &beside, &[]);
    assert_eq!(Provision::read(&written).unwrap().themes, Some(edits));

    let circle =
        r#"{ "candor": "settings", "format": 1, "settings": {}, "themes": { "into": { "a": "b", "b": "a" } } }"#;
    let faults = Provision::read(circle).unwrap_err();
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["themes.into.a", "themes.into.b"]);
    assert!(faults[0].wrong.say("zh-CN").contains("圈"));
}
