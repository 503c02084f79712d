//! The published JSON Schema of surveys and the reader agree: on every survey that comes with Candor, and on each of them
//! spoilt in one place after the other.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use candor_core::survey::Survey;
use candor_tests::receiver::libraries;
use serde_json::{Value, json};

#[test]
fn what_the_schema_of_surveys_refuses_the_reader_refuses() {
    let templates = templates();
    assert_eq!(templates.len(), 8);
    let spoilt: Vec<Value> = templates.iter().flat_map(spoilt).collect();
    let asked: Vec<&Value> = templates.iter().chain(&spoilt).collect();
    let keeps = keep_to_the_schema(&asked);
    assert!(keeps[..templates.len()].iter().all(|keeps| *keeps), "{keeps:?}: every template keeps to it");
    let refused: Vec<&Value> =
        asked.iter().zip(&keeps).filter(|(_, keeps)| !**keeps).map(|(survey, _)| *survey).collect();
    for survey in &refused {
        assert!(Survey::parse(&survey.to_string()).is_err(), "the reader takes {survey}");
    }
    assert!(refused.len() > 3_000, "the schema refuses only {} of {}", refused.len(), spoilt.len());
    // The reader is the stricter one: a schema cannot say that a text is there in every language.
    let taken = spoilt.len() - refused.len();
    assert!(taken < spoilt.len() / 10, "the schema takes {taken} of {} that are spoilt", spoilt.len());
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn templates() -> Vec<Value> {
    let files = std::fs::read_dir(here().join("../public/templates")).unwrap();
    files.map(|file| serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap()).collect()
}

/// Which of them a validator that is not ours finds valid.
fn keep_to_the_schema(surveys: &[&Value]) -> Vec<bool> {
    let mut node = Command::new("node")
        .arg(here().join("receivers/schema.js"))
        .arg(here().join("../docs/schemas/survey-2.json"))
        .env("NODE_PATH", libraries())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is there");
    let lines: String = surveys.iter().map(|survey| format!("{survey}\n")).collect();
    node.stdin.take().unwrap().write_all(lines.as_bytes()).expect("node reads");
    let said = node.wait_with_output().unwrap();
    assert!(said.status.success(), "the validator ended with {}", said.status);
    let keeps: Vec<bool> = said.stdout.iter().map(|sign| *sign == b'1').collect();
    assert_eq!(keeps.len(), surveys.len(), "one sign for each");
    keeps
}

/// A survey with each of its values replaced by what does not belong there.
fn spoilt(survey: &Value) -> Vec<Value> {
    let replaced = |place: &String| {
        [json!(-7), json!({ "surplus": 1 })].map(|other| {
            let mut spoilt = survey.clone();
            *spoilt.pointer_mut(place).expect("it is a place of this survey") = other;
            spoilt
        })
    };
    places(survey, String::new()).iter().flat_map(replaced).collect()
}

/// JSON Pointers (RFC 6901) to everything inside a value.
fn places(value: &Value, at: String) -> Vec<String> {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    let nested = inside.into_iter().flat_map(|(name, value)| places(value, format!("{at}/{name}")));
    std::iter::once(at.clone()).filter(|at| !at.is_empty()).chain(nested).collect()
}
