use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

/// The surveys that come with Candor.
pub(crate) const TEMPLATES: [&str; 8] =
    ["bank", "education", "government", "helpdesk", "hospital", "hotel", "restaurant", "retail"];

pub(crate) fn template(id: &str) -> String {
    std::fs::read_to_string(format!("../../public/templates/{id}.json")).unwrap()
}

pub(crate) fn rating(level: u8) -> Rating {
    Rating::new(level).unwrap()
}

#[test]
fn every_template_is_whole_in_both_languages() {
    for id in TEMPLATES {
        let survey = Survey::parse(&template(id)).unwrap_or_else(|faults| panic!("{id}: {faults:#?}"));
        assert_eq!((survey.id.as_str(), survey.theme.as_str()), (id, id));
        assert_eq!(survey.locales, ["zh-CN", "en"]);
    }
    let files = std::fs::read_dir("../../public/templates").unwrap().map(|file| file.unwrap().file_name());
    let files: BTreeSet<String> = files.map(|name| name.into_string().unwrap()).collect();
    let known = TEMPLATES.map(|id| format!("{id}.json"));
    assert!(
        known.iter().all(|name| files.contains(name))
            && files.iter().all(|name| known.iter().any(|id| name.starts_with(&id[..id.len() - 5]))),
        "{files:?}"
    );
}

#[test]
fn every_template_offers_reasons_for_every_level_and_a_standard_for_every_item() {
    for id in TEMPLATES {
        let survey = Survey::parse(&template(id)).unwrap();
        for level in survey.scale.levels() {
            assert!(survey.effort(level).reasons >= 5, "{id}, level {}", level.level());
        }
        assert!(survey.items.len() >= 4, "{id}");
    }
}

#[test]
fn offers_the_languages_that_were_chosen_and_never_none() {
    let offered = |languages: &[&str]| {
        let languages: Vec<String> = languages.iter().map(|tag| (*tag).to_owned()).collect();
        Survey::parse(&template("bank")).unwrap().offered(&languages)
    };
    assert_eq!(offered(&["en", "zh-CN"]), ["en", "zh-CN"]);
    assert_eq!(offered(&["ja", "tlh"]), ["ja"]);
    assert_eq!(offered(&["tlh"]).len(), 14);
    assert_eq!(offered(&[])[..3], ["zh-CN", "en", "zh-TW"]);
}

#[test]
fn only_the_ends_of_a_scale_of_numbers_have_names() {
    let hotel = Survey::parse(&template("hotel")).unwrap();
    let named: Vec<u8> = (0..=11)
        .filter(|level| Rating::new(*level).is_some_and(|level| hotel.level_text(level, "en").is_some()))
        .collect();
    assert_eq!(named, [0, 10]);
    let government = Survey::parse(&template("government")).unwrap();
    assert_eq!(government.level_text(rating(3), "zh-CN"), Some("基本满意"));
    assert_eq!((government.level_text(rating(0), "en"), government.level_text(rating(6), "en")), (None, None));
}

#[test]
fn a_reason_reads_as_it_was_offered() {
    let survey = Survey::parse(&template("government")).unwrap();
    let words = |level, id| survey.reason_text(rating(level), id, "en");
    assert_eq!((words(1, "wait"), words(3, "wait")), ("Long wait", "A shorter wait"));
    assert_eq!((words(5, "wait"), words(5, "gone")), ("Long wait", "gone"));
}

/// The survey of the government with something changed.
fn changed(change: impl Fn(&mut Value)) -> Result<Survey, Vec<Fault>> {
    let mut survey: Value = serde_json::from_str(&template("government")).unwrap();
    change(&mut survey);
    Survey::parse(&survey.to_string())
}

fn check(change: impl Fn(&mut Value), expected: &[&str]) {
    let faults = changed(change).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.path.as_str()).collect::<Vec<_>>(), expected, "{faults:?}");
}

#[test]
fn names_every_fault_with_its_path() {
    check(|s| s["question"]["en"] = " ".into(), &["question.en"]);
    check(|s| s["question"]["fr"] = "Content ?".into(), &["question.fr"]);
    check(|s| s["id"] = "Gov Hall".into(), &["id"]);
    check(|s| s["version"] = 0.into(), &["version"]);
    check(|s| s["format"] = 1.into(), &["format"]);
    check(|s| s["metric"] = "joy".into(), &["metric"]);
    check(|s| drop(s["levels"].as_array_mut().unwrap().pop()), &["levels"]);
    check(|s| s["timeouts"]["warning_s"] = 5.into(), &["timeouts.warning_s"]);
    check(|s| s["surprise"] = 1.into(), &["surprise"]);
    check(|s| s["timeouts"]["idle_s"] = "long".into(), &["timeouts.idle_s"]);
    check(|s| drop(s.as_object_mut().unwrap().remove("thanks")), &["thanks"]);
    check(|s| s["pages"][0]["when"]["rating"] = json!([9]), &["pages[0].when.rating[0]", "pages"]);
    check(|s| s["pages"][1]["id"] = s["pages"][0]["id"].clone(), &["pages[1].id"]);
    check(|s| s["pages"][0]["fields"][0]["kind"] = "riddle".into(), &["pages[0].fields[0].kind", "pages"]);
    check(|s| s["items"][0]["target"] = 101.into(), &["items[0].target"]);
    check(|s| s["items"][1]["id"] = s["items"][0]["id"].clone(), &["items[1]"]);
    check(
        |s| {
            let options = &mut s["pages"][1]["fields"][0]["options"];
            options[1]["id"] = options[0]["id"].clone();
            s["pages"][0]["fields"][0]["options"][0]["text"]["zh-CN"] = "".into();
        },
        &["pages[0].fields[0].options[0].text.zh-CN", "pages[1].fields[0].options[1]"],
    );
    let [not_json, not_object] = ["{", "[]"].map(|json| Survey::parse(json).unwrap_err().swap_remove(0));
    assert_eq!(not_json.to_string(), ": this is not JSON: line 1, column 1");
    assert_eq!((not_object.path.as_str(), not_object.kind.say("zh-CN").as_str()), ("", "这里需要一个对象"));
}

#[test]
fn bad_levels_are_the_lowest_ones_and_never_all() {
    for bad in [json!([2]), json!([1, 3]), json!([2, 1]), json!([1, 2, 3, 4, 5])] {
        check(|s| s["bad"] = bad.clone(), &["bad"]);
    }
    assert!(changed(|s| s["bad"] = json!([1, 2, 3])).is_ok());
}

#[test]
fn a_reason_may_be_asked_for_after_a_bad_rating_and_never_after_a_good_one() {
    let survey = changed(|s| s["pages"][0]["fields"][0]["required"] = true.into()).unwrap();
    assert!(matches!(survey.pages[0].fields[0], Field::Reasons { is_required: true, .. }));
    for page in [1, 2] {
        let path = format!("pages[{page}].fields[0].required");
        check(|s| s["pages"][page]["fields"][0]["required"] = true.into(), &[path.as_str()]);
    }
    check(|s| s["pages"][0]["fields"][0]["required"] = "yes".into(), &["pages[0].fields[0].required"]);
}

#[test]
fn a_survey_that_asks_more_of_one_level_is_refused() {
    let uneven = |change: &dyn Fn(&mut Value)| {
        let faults = changed(change).unwrap_err();
        assert!(matches!(faults[..], [Fault { kind: FaultKind::UnevenEffort { .. }, .. }]), "{faults:?}");
    };
    uneven(&|s| drop(s["pages"][2]["fields"][0]["options"].as_array_mut().unwrap().pop()));
    uneven(&|s| drop(s["pages"][0]["fields"].as_array_mut().unwrap().pop()));
    uneven(&|s| s["pages"][2]["when"]["channel"] = json!(["link"]));
    uneven(&|s| {
        let page = json!({ "id": "more", "when": { "rating": [1] }, "title": s["title"],
            "fields": [{ "kind": "message", "text": s["title"] }] });
        s["pages"].as_array_mut().unwrap().push(page);
    });
}

#[test]
fn a_rating_is_asked_once_for_reasons_and_words() {
    let again = |s: &mut Value| {
        let mut page = s["pages"][0].clone();
        page["id"] = "again".into();
        page.as_object_mut().unwrap().remove("when");
        s["pages"].as_array_mut().unwrap().push(page);
    };
    check(again, &["pages[3].fields[0]", "pages[3].fields[1]", "pages[3].fields[2]"]);
}

#[test]
fn a_condition_names_what_stands_before_it() {
    let page = |answer: Value| {
        move |s: &mut Value| {
            let title = s["title"].clone();
            let option = |id: &str| json!({ "id": id, "text": title });
            let visit = json!({ "kind": "choice", "id": "visit", "label": title, "options": [option("first"), option("again")] });
            let message = json!({ "kind": "message", "text": title });
            let pages = s["pages"].as_array_mut().unwrap();
            pages.push(json!({ "id": "visit", "title": title, "fields": [visit] }));
            pages.push(json!({ "id": "welcome", "title": title, "when": { "answer": answer, "hours": [9, 17],
                "point": ["3"], "channel": ["kiosk"] }, "fields": [message] }));
        }
    };
    let survey = changed(page(json!({ "field": "visit", "any": ["first"] }))).unwrap();
    let welcome = survey.pages.len() - 1;
    let shown = |point, channel, hour, option: &str| {
        let here = Circumstances { point, channel, hour };
        survey.page_from(welcome, rating(5), here, |field, chosen| field == "visit" && chosen == option).is_some()
    };
    assert!(shown("3", "kiosk", 9, "first") && shown("3", "kiosk", 16, "first"));
    assert!(!shown("4", "kiosk", 9, "first") && !shown("3", "link", 9, "first"));
    assert!(!shown("3", "kiosk", 17, "first") && !shown("3", "kiosk", 9, "again"));
    let of_bad_alone = |s: &mut Value| {
        page(json!({ "field": "visit", "any": ["first"] }))(s);
        s["pages"][welcome - 1]["when"] = json!({ "rating": [1, 2] });
    };
    assert!(changed(of_bad_alone).unwrap_err().iter().any(|fault| fault.path.ends_with("when.answer")));
    let at = format!("pages[{welcome}].when.answer");
    check(page(json!({ "field": "visit", "any": ["never"] })), &[at.as_str()]);
    check(page(json!({ "field": "age", "any": ["first"] })), &[at.as_str()]);
}

#[test]
fn a_further_language_has_every_text_or_is_refused() {
    let mut pack = serde_json::Map::new();
    let missing = |pack: &serde_json::Map<String, Value>| {
        Survey::parse_with(&template("government"), &[("fr".to_owned(), Value::Object(pack.clone()))])
    };
    let faults = missing(&pack).unwrap_err();
    for fault in &faults {
        assert_eq!(fault.kind, FaultKind::TextMissing);
        pack.insert(fault.path.trim_end_matches(".fr").to_owned(), "oui".into());
    }
    assert!(pack.contains_key("pages[0].fields[0].options[0].text"), "{pack:?}");
    let survey = missing(&pack).unwrap();
    assert_eq!(survey.locales, ["zh-CN", "en", "fr"]);
    assert_eq!((text(&survey.question, "fr"), text(&survey.question, "tlh")), ("oui", "刚才的服务，您满意吗？"));
}

#[test]
fn every_fault_is_told_in_both_languages() {
    let kinds = [
        FaultKind::NotJson { line: 3, column: 9 },
        FaultKind::Unknown,
        FaultKind::NotAList { min: 2, max: 8 },
        FaultKind::NotOneOf(vec!["kiosk", "link"]),
        FaultKind::UnevenEffort { level: 1, other: 5 },
    ];
    for kind in kinds {
        let (zh, en) = (kind.say("zh-CN"), kind.say("en"));
        assert!(!zh.is_ascii() && !en.contains('这'), "{zh} {en}");
    }
}
