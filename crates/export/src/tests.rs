//! What the tests of this crate share: a response, and columns for it.

mod readers;

use std::collections::BTreeMap;

use candor_core::chain::PersonalText;
use candor_core::facts::Placed;
use candor_core::journal::Place;
use serde_json::json;

use crate::job::{Asked, Columns, SurveyWords};
use crate::record::Record;
use crate::table::FIXED;

fn map<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(id, words)| (id.to_owned(), words.to_owned())).collect()
}

fn asked(id: &str, heading: &str, options: BTreeMap<String, String>) -> Asked {
    Asked { survey: "bank".into(), id: id.into(), heading: heading.into(), options }
}

/// Columns whose headings are their names, with some words of a bank.
pub fn columns() -> Columns {
    let survey = SurveyWords {
        title: "银行".into(),
        metric: "CSAT".into(),
        levels: BTreeMap::from([(2, "不满意".to_owned())]),
        reasons: BTreeMap::from([(2, map([("queue", "排队")]))]),
    };
    Columns {
        fixed: FIXED.map(str::to_owned).to_vec(),
        items: vec![asked("wait", "等候", BTreeMap::new())],
        questions: vec![asked("area", "来办什么", map([("loans", "贷款")]))],
        others: "others".into(),
        few: String::new(),
        few_staff: Default::default(),
        separator: "; ".into(),
        surveys: BTreeMap::from([("bank".to_owned(), survey)]),
        words: map([("doubt.burst", "连点")]),
    }
}

const GIVEN: &str = r#"{"specversion":"1.0","id":"019ab3c4-5678-7000-8000-000000000001","source":"urn:candor:device:tablet",
    "type":"app.candor.rating.given.v1","time":"2026-11-23T09:41:07.120+08:00","deviceepoch":1,"deviceseq":41,
    "data":{"value":3,"survey":"bank","version":3,"locale":"zh-CN","point":"3 号窗口","ticket":"A-17"}}"#;

/// A response with these words.
pub fn record(comment: &str) -> Record<'static> {
    let detailed = json!({ "data": {
        "outcome": "complete", "reasons": ["queue", "attitude"], "seconds": 8,
        "answers": { "area": ["loans", "card"], "visit": "first" }, "items": { "wait": 2, "unknown": 3 },
    } });
    let words = PersonalText::new(comment, &[7; 16]).map(|words| words.to_json());
    let at = |seq| Place { epoch: 1, seq };
    let placed = Placed { given_at: at(41), detailed_at: Some(at(42)), level: 2, raised: 0b11, cleared: 0b10 };
    Record::read(placed, GIVEN, Some(&detailed.to_string()), words.as_deref()).unwrap()
}
