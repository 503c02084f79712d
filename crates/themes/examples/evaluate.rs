//! Measures the model and writes `docs/themes.json` and the tables of `docs/themes.md`:
//! `cargo run --release -p candor-themes --example evaluate`.

#![allow(clippy::unwrap_used, reason = "a tool of the project: it stops where something is wrong")]

mod measure;

use std::fs;

fn main() {
    let measured = measure::measure();
    let table = measure::table(&measured);
    fs::write(measure::path("docs/themes.json"), serde_json::to_string_pretty(&measured).unwrap() + "\n").unwrap();
    println!("{table}");
    let document = measure::path("docs/themes.md");
    let Ok(text) = fs::read_to_string(&document) else { return };
    let (before, rest) = text.split_once(measure::BEGIN).unwrap();
    let (_, after) = rest.split_once(measure::END).unwrap();
    fs::write(document, [before, measure::BEGIN, "\n\n", &table, "\n", measure::END, after].concat()).unwrap();
}
