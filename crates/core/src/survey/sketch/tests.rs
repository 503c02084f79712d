use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::survey::FaultKind;
use crate::survey::tests::{TEMPLATES, template};

fn sketch(id: &str) -> Sketch {
    Sketch::read(&template(id)).unwrap()
}

/// Government: three pages for bad, middling and good ratings, with reasons, a comment and more; then pages for all.
fn government() -> Sketch {
    sketch("government")
}

fn words(at: &str, tag: &str, words: &str) -> Edit {
    Edit::Words { at: at.into(), tag: tag.into(), words: words.into() }
}

fn paths(sketch: &Sketch) -> Vec<&str> {
    sketch.faults().iter().map(|fault| fault.path.as_str()).collect()
}

fn is_uneven(sketch: &Sketch) -> bool {
    sketch.faults().iter().any(|fault| matches!(fault.kind, FaultKind::UnevenEffort { .. }))
}

/// Writes something wherever words are missing.
fn fill(sketch: &mut Sketch) {
    for tag in sketch.locales() {
        for at in sketch.missing(&tag) {
            sketch.apply(&words(&at, &tag, "words"));
        }
    }
}

#[test]
fn a_template_is_written_as_its_file_stands() {
    for id in TEMPLATES {
        let (file, sketch) = (template(id), sketch(id));
        let written = sketch.to_json();
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), *sketch.value(), "{id}");
        let members = |json: &str| -> Vec<String> {
            json.lines()
                .filter_map(|line| line.strip_prefix("  \"")?.split_once('"'))
                .map(|(name, _)| name.to_owned())
                .collect()
        };
        assert_eq!(members(&written), members(&file), "{id}: the members in their order");
        assert!(written.lines().filter(|line| line.chars().count() > 160).count() == 0, "{id}:\n{written}");
    }
}

#[test]
fn a_copy_has_its_own_id_and_begins_anew() {
    let copy = Sketch::copy(&template("hotel"), "hotel-2", |tag, title| format!("{title} {tag}")).unwrap();
    assert_eq!((copy.id(), copy.version(), copy.word("title.en")), ("hotel-2", 1, "Hotel stay en"));
    assert!(copy.survey().is_some() && !copy.can_undo());
    assert_eq!(free_id("hotel", |_| false), "hotel-2");
    assert_eq!(free_id("hotel-2", |id| ["hotel-2", "hotel-3"].contains(&id)), "hotel-4");
    assert_eq!(free_id("酒店", |_| false), "survey-2");
}

#[test]
fn a_text_is_changed_in_one_language_and_what_is_typed_in_one_field_is_one_step() {
    let mut survey = government();
    let before = survey.value().clone();
    for typed in ["H", "Ho", "How"] {
        assert!(survey.apply(&words("question", "en", typed)));
    }
    assert_eq!((survey.word("question.en"), survey.word("question.zh-CN")), ("How", "刚才的服务，您满意吗？"));
    survey.apply(&words("hint", "en", "Tap"));
    assert!(survey.undo() && survey.word("question.en") == "How");
    assert!(survey.undo() && *survey.value() == before && !survey.can_undo());
    assert!(survey.redo() && survey.word("question.en") == "How" && survey.can_redo());
    assert!(!survey.apply(&words("question", "en", "How")) && survey.can_redo(), "the same again is no step");
}

#[test]
fn a_text_that_is_missing_is_a_fault_and_can_be_looked_at_all_the_same() {
    let mut survey = government();
    survey.apply(&words("question", "en", ""));
    assert_eq!(paths(&survey), ["question.en"]);
    assert_eq!((survey.missing("en"), survey.missing("zh-CN").len()), (vec!["question".to_owned()], 0));
    let glimpse = survey.glimpse().unwrap();
    assert_eq!(crate::survey::text(&glimpse.question, "en"), "刚才的服务，您满意吗？");
}

#[test]
fn an_option_more_stands_on_every_page_of_its_kind() {
    let mut survey = government();
    let counts = |survey: &Sketch| [0, 1, 2].map(|page| survey.count(&format!("pages[{page}].fields[0].options")));
    let [before, ..] = counts(&survey);
    assert!(survey.apply(&Edit::AddOption { page: 0, field: 0 }));
    assert_eq!(counts(&survey), [before + 1; 3]);
    assert!(!is_uneven(&survey) && !paths(&survey).is_empty(), "only the words are missing: {:?}", survey.faults());
    fill(&mut survey);
    assert_eq!(paths(&survey), <[&str; 0]>::default());
    assert!(survey.apply(&Edit::RemoveOption { page: 1, field: 0, option: before }));
    assert_eq!(counts(&survey), [before; 3]);
    assert!(survey.survey().is_some());
}

#[test]
fn a_name_is_never_given_twice() {
    let mut survey = government();
    survey.apply(&Edit::AddOption { page: 0, field: 0 });
    let last = |survey: &Sketch| {
        let options = survey.count("pages[0].fields[0].options");
        survey.word(&format!("pages[0].fields[0].options[{}].id", options - 1)).to_owned()
    };
    let first = last(&survey);
    survey.undo();
    survey.apply(&Edit::AddOption { page: 0, field: 0 });
    assert_ne!(last(&survey), first);
    let mut again = government();
    again.avoid_names_of(&survey.to_json());
    again.apply(&Edit::AddOption { page: 0, field: 0 });
    assert_ne!(last(&again), last(&survey));
}

#[test]
fn options_change_places() {
    let mut survey = government();
    let id =
        |survey: &Sketch, option: usize| survey.word(&format!("pages[0].fields[0].options[{option}].id")).to_owned();
    let (first, second) = (id(&survey, 0), id(&survey, 1));
    let edit = |option, is_up| Edit::MoveOption { page: 0, field: 0, option, is_up };
    assert!(survey.apply(&edit(0, false)));
    assert_eq!((id(&survey, 0), id(&survey, 1)), (second, first));
    assert!(!survey.apply(&edit(0, true)), "there is nothing above");
    assert!(survey.survey().is_some());
}

#[test]
fn fields_come_go_and_move_at_every_level_at_once() {
    let mut survey = government();
    let kinds = |survey: &Sketch, page: usize| -> Vec<String> {
        (0..survey.count(&format!("pages[{page}].fields")))
            .map(|field| survey.word(&format!("pages[{page}].fields[{field}].kind")).to_owned())
            .collect()
    };
    let before = kinds(&survey, 0);
    assert!(survey.apply(&Edit::AddField { page: 1, kind: "choice" }));
    assert!([0, 1, 2].iter().all(|page| kinds(&survey, *page).last().is_some_and(|kind| kind == "choice")));
    assert!(!is_uneven(&survey));
    let last = before.len();
    assert!(survey.apply(&Edit::MoveField { page: 2, field: last, is_up: true }));
    assert!([0, 1, 2].iter().all(|page| kinds(&survey, *page)[last - 1] == "choice"));
    assert!(survey.apply(&Edit::RemoveField { page: 0, field: last - 1 }));
    assert!([0, 1, 2].iter().all(|page| kinds(&survey, *page) == before));
    assert!(survey.survey().is_some());
}

#[test]
fn every_kind_of_field_is_whole_once_it_has_words() {
    for kind in ["reasons", "choice", "choices", "items", "comment", "contact", "message"] {
        let mut survey = government();
        while survey.count("pages") > 0 {
            survey.apply(&Edit::RemovePage(0));
        }
        assert!(survey.survey().is_some(), "one tap, and thanks");
        assert!(survey.apply(&Edit::AddPage { after: None, kind }));
        fill(&mut survey);
        assert_eq!(survey.faults(), [], "{kind}");
        assert_eq!(survey.count("pages"), if kind == "reasons" { 2 } else { 1 }, "{kind}");
    }
}

#[test]
fn pages_that_stand_for_each_other_move_and_go_together() {
    let mut survey = sketch("hotel");
    let ids = |survey: &Sketch| -> Vec<String> {
        (0..survey.count("pages")).map(|page| survey.word(&format!("pages[{page}].id")).to_owned()).collect()
    };
    let before = ids(&survey);
    assert_eq!(survey.block_of(1), 0..3);
    assert!(survey.apply(&Edit::MovePage { page: 1, is_up: false }));
    assert_eq!(ids(&survey)[1..4], before[..3]);
    assert!(survey.survey().is_some(), "{:?}", survey.faults());
    assert!(survey.apply(&Edit::MovePage { page: 0, is_up: false }));
    assert_eq!(ids(&survey), before);
    assert!(!survey.apply(&Edit::MovePage { page: 2, is_up: true }));
    assert!(survey.apply(&Edit::RemovePage(2)));
    assert_eq!(ids(&survey), before[3..]);
    assert!(survey.survey().is_some());
}

#[test]
fn a_page_is_split_by_level_and_joined_again() {
    let mut survey = government();
    survey.apply(&Edit::AddPage { after: None, kind: "choice" });
    fill(&mut survey);
    let page = survey.count("pages") - 1;
    let before = survey.value().clone();
    assert!(survey.apply(&Edit::Split(page)));
    let ratings = |survey: &Sketch, page: usize| survey.numbers(&format!("pages[{page}].when.rating"));
    assert_eq!((ratings(&survey, page), ratings(&survey, page + 1)), (vec![1, 2], vec![3, 4, 5]));
    assert!(survey.survey().is_some(), "{:?}", survey.faults());
    assert!(survey.apply(&Edit::Assign { page, level: 3 }));
    assert_eq!((ratings(&survey, page), ratings(&survey, page + 1)), (vec![1, 2, 3], vec![4, 5]));
    assert!(survey.survey().is_some());
    assert!(survey.apply(&Edit::Join(page)));
    assert_eq!(*survey.value(), before);
}

#[test]
fn a_page_that_lost_its_last_level_goes() {
    let mut survey = government();
    assert_eq!(survey.numbers("pages[1].when.rating"), [3]);
    survey.apply(&Edit::Assign { page: 0, level: 3 });
    assert_eq!(survey.block_of(0), 0..2);
    assert!(survey.survey().is_some());
}

#[test]
fn another_scale_takes_pages_and_bad_levels_along() {
    let ratings = |survey: &Sketch| -> Vec<Vec<u8>> {
        (0..survey.count("pages"))
            .map(|page| survey.numbers(&format!("pages[{page}].when.rating")))
            .filter(|levels| !levels.is_empty())
            .collect()
    };
    let mut survey = government();
    survey.apply(&Edit::Scale(Scale::Nps));
    assert_eq!(ratings(&survey), [vec![0, 1, 2, 3, 4, 5, 6], vec![7, 8], vec![9, 10]]);
    assert_eq!((survey.word("levels[1].en"), survey.count("levels")), ("Extremely likely", 2));
    assert!(survey.survey().is_some(), "{:?}", survey.faults());
    survey.apply(&Edit::Scale(Scale::Faces3));
    assert_eq!(ratings(&survey), [vec![1], vec![2], vec![3]]);
    survey.apply(&Edit::Scale(Scale::Thumbs));
    assert_eq!(ratings(&survey), [vec![1], vec![2]], "there is nothing in the middle");
    assert_eq!((survey.word("levels[1].zh-CN"), survey.numbers("bad")), ("非常满意", vec![1]));
    let mut survey = government();
    survey.apply(&words("levels[4].en", "en", "ignored"));
    survey.undo();
    survey.apply(&words("levels[4]", "en", "Splendid"));
    survey.apply(&Edit::Scale(Scale::Stars5));
    assert_eq!(survey.word("levels[4].en"), "Splendid", "as many levels: their names stay");
    survey.apply(&Edit::Scale(Scale::Faces3));
    assert_eq!(survey.count("levels"), 3);
}

#[test]
fn every_template_is_whole_on_every_scale() {
    for id in TEMPLATES {
        for (name, scale) in Scale::ALL {
            let mut survey = sketch(id);
            survey.apply(&Edit::Scale(scale));
            assert_eq!(survey.faults(), [], "{id} on {name}");
        }
    }
}

#[test]
fn bad_levels_are_the_lowest_ones() {
    let mut survey = government();
    for (count, expected) in [(3, vec![1, 2, 3]), (0, vec![1]), (9, vec![1, 2, 3, 4])] {
        survey.apply(&Edit::Bad(count));
        assert_eq!(survey.numbers("bad"), expected);
        assert!(survey.survey().is_some());
    }
}

#[test]
fn conditions_hold_for_all_that_stand_for_each_other() {
    let mut survey = government();
    let all =
        [Condition::Point(vec!["3 号窗口".into()]), Condition::Channel(Some("kiosk")), Condition::Hours(Some((9, 17)))];
    let before = survey.value().clone();
    for condition in all {
        assert!(survey.apply(&Edit::When { page: 0, condition }));
    }
    assert!(survey.survey().is_some_and(|survey| survey.pages[2].when.hours == Some((9, 17))), "{:?}", survey.faults());
    for condition in [Condition::Point(vec![]), Condition::Channel(None), Condition::Hours(None)] {
        survey.apply(&Edit::When { page: 2, condition });
    }
    assert_eq!(*survey.value(), before);
    survey.apply(&Edit::When { page: 0, condition: Condition::Hours(Some((17, 9))) });
    assert!(paths(&survey).contains(&"pages[0].when.hours"));
}

#[test]
fn a_page_can_depend_on_an_earlier_answer() {
    let mut survey = government();
    survey.apply(&Edit::AddPage { after: None, kind: "choice" });
    let asked = survey.count("pages") - 1;
    survey.apply(&Edit::AddPage { after: Some(asked), kind: "message" });
    fill(&mut survey);
    let field = survey.word(&format!("pages[{asked}].fields[0].id")).to_owned();
    let option = survey.word(&format!("pages[{asked}].fields[0].options[1].id")).to_owned();
    let edit = |answer| Edit::When { page: asked + 1, condition: Condition::Answer(answer) };
    survey.apply(&edit(Some((field.clone(), vec![option.clone()]))));
    assert_eq!(survey.survey().unwrap().pages[asked + 1].when.answer, Some((field, vec![option])));
    survey.apply(&edit(None));
    assert!(survey.at(&format!("pages[{}].when", asked + 1)).is_null());
}

#[test]
fn a_reason_may_be_required_of_bad_ratings_alone() {
    let mut survey = government();
    let edit = |page, is_required| Edit::Required { page, field: 0, is_required };
    survey.apply(&edit(0, true));
    assert!(survey.survey().is_some());
    survey.apply(&edit(2, true));
    assert_eq!(paths(&survey), ["pages[2].fields[0].required"]);
    survey.apply(&edit(2, false));
    assert!(survey.survey().is_some());
}

#[test]
fn a_language_comes_with_the_words_that_are_known_in_it() {
    let mut survey = government();
    let pack: Value =
        serde_json::from_str(&std::fs::read_to_string("../../public/languages/ja.json").unwrap()).unwrap();
    let mut dictionary = Dictionary::default();
    dictionary.learn(survey.value(), &pack["surveys"]["government"]);
    survey.apply(&words("question", "zh-CN", "今天的服务怎么样？"));
    survey.apply(&words("question", "en", "How was it today?"));
    survey.apply(&Edit::AddOption { page: 0, field: 0 });
    let known = dictionary.translate(survey.value());
    survey.apply(&Edit::AddLanguage("ja".into(), known));
    assert_eq!(survey.locales(), ["zh-CN", "en", "ja"]);
    let missing = survey.missing("ja");
    assert!(missing.contains(&"question".to_owned()) && missing.len() == 4, "what is new: {missing:?}");
    assert_eq!(survey.word("thanks.ja"), pack["surveys"]["government"]["thanks"].as_str().unwrap());
    survey.apply(&Edit::FirstLanguage("ja".into()));
    assert_eq!(survey.locales(), ["ja", "zh-CN", "en"]);
    survey.apply(&Edit::RemoveLanguage("zh-CN".into()));
    survey.apply(&Edit::RemoveLanguage("en".into()));
    assert!(!survey.apply(&Edit::RemoveLanguage("ja".into())), "one language stays");
    fill(&mut survey);
    assert_eq!(survey.faults(), []);
}

#[test]
fn service_items_come_go_move_and_are_asked_for() {
    let mut survey = sketch("hotel");
    let page = survey.count("pages") - 1;
    let asked = |survey: &Sketch| survey.count(&format!("pages[{page}].fields[0].items"));
    survey.apply(&Edit::AddItem);
    let count = survey.count("items");
    let id = survey.word(&format!("items[{}].id", count - 1)).to_owned();
    fill(&mut survey);
    survey.apply(&Edit::AskItem { page, field: 0, id, is_asked: true });
    assert_eq!((asked(&survey), survey.faults().len()), (5, 0), "{:?}", survey.faults());
    survey.apply(&Edit::Number { at: "items[0].target".into(), typed: "95".into() });
    assert_eq!(survey.survey().unwrap().items[0].target, 95);
    survey.apply(&Edit::Number { at: "items[0].target".into(), typed: "many".into() });
    assert_eq!((paths(&survey), survey.word("items[0].target")), (vec!["items[0].target"], "many"));
    survey.undo();
    survey.apply(&Edit::MoveItem { item: 0, is_up: false });
    assert_eq!(survey.word("items[1].id"), "clean");
    survey.apply(&Edit::RemoveItem(1));
    assert_eq!((asked(&survey), survey.count("items")), (4, count - 1));
    assert!(survey.survey().is_some());
}

#[test]
fn what_is_uneven_is_evened_out() {
    for id in TEMPLATES {
        let mut survey = sketch(id);
        let mut value = survey.value().clone();
        value["pages"][0]["fields"][0]["options"].as_array_mut().unwrap().pop();
        value["pages"][2]["fields"].as_array_mut().unwrap().pop();
        let fair = value["pages"].as_array_mut().unwrap().remove(1);
        value["pages"].as_array_mut().unwrap().push(fair);
        value["pages"].as_array_mut().unwrap().swap(0, 1);
        survey.apply(&Edit::Replace(value));
        assert!(is_uneven(&survey), "{id}");
        assert!(survey.apply(&Edit::EvenOut));
        assert!(!is_uneven(&survey), "{id}: {:?}", survey.faults());
        fill(&mut survey);
        assert_eq!(survey.faults(), [], "{id}");
        assert!(!survey.apply(&Edit::EvenOut), "{id}: nothing is left to do");
    }
}

#[test]
fn levels_that_are_left_out_get_a_page_like_the_others() {
    let mut survey = government();
    let mut value = survey.value().clone();
    value["pages"].as_array_mut().unwrap().remove(1);
    survey.apply(&Edit::Replace(value));
    assert!(is_uneven(&survey));
    survey.apply(&Edit::EvenOut);
    assert_eq!(survey.numbers("pages[2].when.rating"), [3]);
    assert_eq!(survey.faults(), []);
}

#[test]
fn an_import_keeps_the_id_and_can_be_taken_back() {
    let mut survey = Sketch::copy(&template("hotel"), "lobby", |_, title| title.to_owned()).unwrap();
    let before = survey.value().clone();
    survey.apply(&Edit::Replace(serde_json::from_str(&template("bank")).unwrap()));
    assert_eq!((survey.id(), survey.word("theme")), ("lobby", "bank"));
    survey.undo();
    assert_eq!(*survey.value(), before);
}

#[test]
fn the_version_in_service_is_no_step() {
    let mut survey = government();
    survey.apply(&words("question", "en", "How was it?"));
    survey.set_version(4);
    survey.undo();
    assert_eq!((survey.version(), survey.word("question.en")), (4, "How was the service just now?"));
    assert!(survey.is_same_as(&template("government")));
}

fn edits() -> impl Strategy<Value = Edit> {
    let place = 0_usize..5;
    let at = prop_oneof![
        Just("question"),
        Just("title"),
        Just("pages[0].title"),
        Just("pages[1].fields[1].label"),
        Just("levels[0]")
    ];
    let kind = prop::sample::select(vec!["reasons", "choice", "choices", "items", "comment", "contact", "message"]);
    let scale = prop::sample::select(Scale::ALL.map(|(_, scale)| scale).to_vec());
    let tag = prop::sample::select(vec!["zh-CN", "en", "ja", "ar"]).prop_map(str::to_owned);
    let three = (place.clone(), place.clone(), place.clone());
    let condition = prop_oneof![
        Just(Condition::Point(vec!["3".into()])),
        Just(Condition::Hours(Some((9, 17)))),
        Just(Condition::Hours(None)),
        Just(Condition::Channel(Some("link"))),
        Just(Condition::Answer(None)),
    ];
    prop_oneof![
        (at, tag.clone(), "[a-c]{0,2}").prop_map(|(at, tag, words)| Edit::Words { at: at.into(), tag, words }),
        "[0-9]{1,3}".prop_map(|typed| Edit::Number { at: "timeouts.idle_s".into(), typed }),
        scale.prop_map(Edit::Scale),
        (0_u8..12).prop_map(Edit::Bad),
        tag.clone().prop_map(|tag| Edit::AddLanguage(tag, Vec::new())),
        tag.clone().prop_map(Edit::RemoveLanguage),
        tag.prop_map(Edit::FirstLanguage),
        (prop::option::of(place.clone()), kind.clone()).prop_map(|(after, kind)| Edit::AddPage { after, kind }),
        place.clone().prop_map(Edit::RemovePage),
        (place.clone(), any::<bool>()).prop_map(|(page, is_up)| Edit::MovePage { page, is_up }),
        place.clone().prop_map(Edit::Split),
        place.clone().prop_map(Edit::Join),
        (place.clone(), 0_u8..11).prop_map(|(page, level)| Edit::Assign { page, level }),
        (place.clone(), condition).prop_map(|(page, condition)| Edit::When { page, condition }),
        (place.clone(), kind).prop_map(|(page, kind)| Edit::AddField { page, kind }),
        (place.clone(), place.clone()).prop_map(|(page, field)| Edit::RemoveField { page, field }),
        (place.clone(), place.clone(), any::<bool>()).prop_map(|(page, field, is_up)| Edit::MoveField {
            page,
            field,
            is_up
        }),
        (place.clone(), place.clone()).prop_map(|(page, field)| Edit::AddOption { page, field }),
        three.clone().prop_map(|(page, field, option)| Edit::RemoveOption { page, field, option }),
        (three, any::<bool>()).prop_map(|((page, field, option), is_up)| Edit::MoveOption {
            page,
            field,
            option,
            is_up
        }),
        (place.clone(), place.clone(), any::<bool>()).prop_map(|(page, field, is_required)| Edit::Required {
            page,
            field,
            is_required
        }),
        Just(Edit::AddItem),
        place.clone().prop_map(Edit::RemoveItem),
        (place.clone(), any::<bool>()).prop_map(|(item, is_up)| Edit::MoveItem { item, is_up }),
        (place.clone(), place, any::<bool>()).prop_map(|(page, field, is_asked)| Edit::AskItem {
            page,
            field,
            id: "item-1".into(),
            is_asked
        }),
        Just(Edit::EvenOut),
        Just(Edit::Replace(json!({ "id": "other", "pages": 3 }))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_done_is_taken_back_step_by_step_and_done_again(
        id in prop::sample::select(TEMPLATES.to_vec()),
        edits in prop::collection::vec(edits(), 1..30),
    ) {
        let mut survey = sketch(id);
        let before = survey.value().clone();
        let mut steps = 0;
        for edit in &edits {
            steps += usize::from(survey.apply(edit));
        }
        let after = survey.value().clone();
        let mut undone = 0;
        while survey.undo() {
            undone += 1;
        }
        prop_assert_eq!(survey.value(), &before);
        prop_assert!(undone <= steps && !survey.can_undo());
        while survey.redo() {}
        prop_assert_eq!(survey.value(), &after);
    }

    #[test]
    fn whatever_was_done_every_level_can_be_made_to_lead_to_as_much(
        id in prop::sample::select(TEMPLATES.to_vec()),
        edits in prop::collection::vec(edits(), 1..20),
    ) {
        let mut survey = sketch(id);
        for edit in edits.iter().filter(|edit| !matches!(edit, Edit::Replace(_))) {
            survey.apply(edit);
        }
        survey.apply(&Edit::EvenOut);
        prop_assert!(!is_uneven(&survey), "{}", survey.to_json());
    }
}

#[test]
fn only_so_many_steps_are_kept() {
    let mut survey = government();
    for count in 0..(MAX_STEPS + 20) {
        survey.apply(&Edit::Theme(format!("theme-{count}")));
    }
    let mut undone = 0;
    while survey.undo() {
        undone += 1;
    }
    assert_eq!(undone, MAX_STEPS);
}
