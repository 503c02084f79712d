//! The document says what the model does: the figures are measured anew on the remarks that are held back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot read its files has to fail")]

#[path = "../examples/measure/mod.rs"]
mod measure;

use std::fs;

#[test]
fn the_documented_figures_are_those_that_the_model_reaches() {
    let measured = measure::measure();
    let stored = fs::read_to_string(measure::path("docs/themes.json")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&stored).unwrap(), measured, "run the example `evaluate`");
    let document = fs::read_to_string(measure::path("docs/themes.md")).unwrap();
    let (_, rest) = document.split_once(measure::BEGIN).unwrap();
    let (tables, _) = rest.split_once(measure::END).unwrap();
    assert_eq!(tables.trim(), measure::table(&measured).trim());
}

#[test]
fn the_model_is_better_than_the_class_that_comes_most() {
    for language in measure::measure()["languages"].as_array().unwrap() {
        let programs = language["programs"].as_array().unwrap();
        let own = programs.last().unwrap();
        assert!(own["accuracy"]["low"].as_f64() > programs[0]["accuracy"]["high"].as_f64(), "{language}");
    }
}
