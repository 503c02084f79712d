//! The documents' links lead somewhere: every relative one names a file that is there, and a heading in it.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the documents has to fail")]

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold other people's documents, or what was built.
const NOT_OURS: [&str; 3] = ["target", "dist", "node_modules"];

#[test]
fn every_relative_link_of_the_documents_leads_to_a_file_and_a_heading() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut documents = Vec::new();
    collect(&root, &mut documents);
    assert!(documents.len() > 20, "only {} documents were found", documents.len());
    let mut dead = Vec::new();
    for document in &documents {
        let text = fs::read_to_string(document).unwrap();
        for link in links(&text) {
            if !leads_somewhere(document, &text, link) {
                dead.push(format!("{}: {link}", document.strip_prefix(&root).unwrap().display()));
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere:\n{}", dead.join("\n"));
}

fn collect(folder: &Path, documents: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap_or_default();
        let is_folder = entry.file_type().unwrap().is_dir();
        if is_folder && !name.starts_with('.') && !NOT_OURS.contains(&name.as_str()) {
            collect(&entry.path(), documents);
        } else if !is_folder && name.ends_with(".md") {
            documents.push(entry.path());
        }
    }
}

/// The targets of `[…](target)`, outside blocks of code.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("```")
        .step_by(2)
        .flat_map(|prose| prose.split("](").skip(1).filter_map(|after| after.split_once(')')).map(|(target, _)| target))
}

fn leads_somewhere(document: &Path, text: &str, link: &str) -> bool {
    if link.contains("://") || link.starts_with("mailto:") {
        return true;
    }
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    if file.is_empty() {
        return has_heading(text, heading);
    }
    let target = document.with_file_name("").join(file);
    match fs::read_to_string(&target) {
        Ok(text) => heading.is_empty() || has_heading(&text, heading),
        Err(_) => target.exists() && heading.is_empty(),
    }
}

fn has_heading(text: &str, wanted: &str) -> bool {
    text.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line.trim_start_matches('#').trim()) == wanted)
}

/// The name that a page of the repository gives a heading.
fn anchor(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}
