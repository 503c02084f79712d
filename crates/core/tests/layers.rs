//! The core stays pure: no browser crate below it, no clock, randomness, file or socket inside it.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources has to fail")]

use std::fs;
use std::path::Path;
use std::process::Command;

/// Crates that would bring the outside world in.
const FOREIGN: [&str; 10] = [
    "js-sys",
    "web-sys",
    "wasm-bindgen",
    "gloo",
    "leptos",
    "indexed_db_futures",
    "tokio",
    "rand",
    "getrandom",
    "chrono",
];
/// Names that would read it without a crate.
const IMPURE: [&str; 7] =
    ["SystemTime", "Instant::now", "std::fs", "std::net", "std::env", "std::process", "thread_local!"];

#[test]
fn the_core_builds_without_any_browser_crate() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--package", "candor-core", "--edges", "normal,build", "--prefix", "none", "--target", "all"])
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let listed = String::from_utf8(tree.stdout).unwrap();
    assert!(listed.starts_with("candor-core"), "{listed}");
    for line in listed.lines() {
        let name = line.split(' ').next().unwrap_or_default();
        assert!(!FOREIGN.iter().any(|foreign| name.starts_with(foreign)), "the core depends on {name}");
    }
}

#[test]
fn nothing_turns_off_the_order_of_keys_that_the_hash_needs() {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--workspace",
            "--edges",
            "features",
            "--prefix",
            "none",
            "--target",
            "all",
            "--invert",
            "serde_json",
        ])
        .output()
        .unwrap();
    let listed = String::from_utf8(tree.stdout).unwrap();
    assert!(listed.contains("serde_json feature \"std\""), "{listed}");
    assert!(!listed.contains("preserve_order"), "serde_json would keep keys as they came: RFC 8785 wants them sorted");
}

#[test]
fn the_core_reads_no_clock_and_no_file() {
    let is_rule = |(path, _): &(String, String)| !path.ends_with("tests.rs");
    for (path, source) in sources(Path::new("src")).into_iter().filter(is_rule) {
        let rules = source.split("#[cfg(test)]").next().unwrap_or_default();
        for name in IMPURE {
            assert!(!rules.contains(name), "{path} uses {name}");
        }
    }
}

fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}
