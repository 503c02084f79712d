//! The columns of a table, and what stands in them, in the manager's words or as codes.

use std::collections::{BTreeMap, BTreeSet};

use candor_core::event::{CHANNELS, IMPORT};
use candor_core::facts::Facts;
use candor_core::first_screen::language_name;
use candor_core::hours::Date;
use candor_core::insight::{Measure, View};
use candor_core::statistics::FEWEST_FOR_A_PERSON;
use candor_core::survey::{Field, Metric, Survey, text};
use candor_core::vandal::Reason;
use candor_export::job::{Asked, Columns, SurveyWords};
use candor_export::table::FIXED;
use leptos::prelude::*;

use crate::manager::desk::Desk;
use crate::manager::language::Language;

/// Between several things in one cell: words may have anything else in them.
const BETWEEN_WORDS: &str = "; ";
/// Between codes, which have no space.
const BETWEEN_CODES: &str = " ";

/// The columns of what a view chooses.
pub fn columns(
    desk: Desk,
    facts: &Facts,
    view: &View,
    today: Date,
    measure: &Measure,
    is_in_words: bool,
    language: Language,
) -> Columns {
    let words = &language.texts().export;
    let chosen = facts.select(&view.filter(today, measure));
    let [staff, surveys] = chosen.staff_and_surveys();
    let surveys: Vec<&str> = surveys.into_keys().collect();
    let few = staff.into_iter().filter(|(_, count)| *count < FEWEST_FOR_A_PERSON);
    let few_staff: BTreeSet<String> = few.map(|(name, _)| name.to_owned()).collect();
    let fixed =
        if is_in_words { words.columns.map(|(heading, _)| heading.to_owned()) } else { FIXED.map(str::to_owned) };
    let mut columns = Columns {
        fixed: fixed.to_vec(),
        others: if is_in_words { words.others.0 } else { "other_answers" }.to_owned(),
        separator: if is_in_words { BETWEEN_WORDS } else { BETWEEN_CODES }.to_owned(),
        few_staff,
        few: words.few.to_owned(),
        ..Columns::default()
    };
    desk.surveys.with_untracked(|known| {
        for id in &surveys {
            for survey in versions(known, id) {
                add_asked(&mut columns, survey, surveys.len() > 1, is_in_words, language);
            }
        }
        if is_in_words {
            let is_needed = |key: &str| surveys.contains(&key.split(':').next().unwrap_or_default());
            let needed = known.iter().filter(|(key, _)| is_needed(key));
            columns.surveys = needed.map(|(key, survey)| (key.clone(), survey_words(survey, language))).collect();
        }
    });
    if is_in_words {
        columns.words = dictionary(facts, language);
    }
    columns
}

/// The versions of a survey that are known, the newest first: its words head the columns.
fn versions<'a>(known: &'a BTreeMap<String, Survey>, id: &str) -> Vec<&'a Survey> {
    let mut versions: Vec<&Survey> = known.values().filter(|survey| survey.id == id).collect();
    versions.sort_by_key(|survey| std::cmp::Reverse(survey.version));
    versions.dedup_by_key(|survey| survey.version);
    versions
}

fn add_asked(columns: &mut Columns, survey: &Survey, is_one_of_several: bool, is_in_words: bool, language: Language) {
    let tag = language.tag();
    let heading = |kind: &str, id: &str, words: &str| match (is_in_words, is_one_of_several) {
        (true, true) => format!("{} · {words}", text(&survey.title, tag)),
        (true, false) => words.to_owned(),
        (false, true) => [&survey.id, ".", kind, ".", id].concat(),
        (false, false) => [kind, ".", id].concat(),
    };
    let add = |asked: &mut Vec<Asked>, new: Asked| {
        match asked.iter_mut().find(|known| known.survey == new.survey && known.id == new.id) {
            // Options that a former version had.
            Some(known) => new.options.into_iter().for_each(|(id, words)| {
                known.options.entry(id).or_insert(words);
            }),
            None => asked.push(new),
        }
    };
    for item in &survey.items {
        let heading = heading("item", &item.id, text(&item.text, tag));
        add(&mut columns.items, Asked { survey: survey.id.clone(), id: item.id.clone(), heading, ..Asked::default() });
    }
    for field in survey.pages.iter().flat_map(|page| &page.fields) {
        if let Field::Choice { id, label, options, .. } = field {
            let heading = heading("answer", id, text(label, tag));
            let words = |option: &candor_core::survey::Choice| (option.id.clone(), text(&option.text, tag).to_owned());
            let options = if is_in_words { options.iter().map(words).collect() } else { BTreeMap::new() };
            add(&mut columns.questions, Asked { survey: survey.id.clone(), id: id.clone(), heading, options });
        }
    }
}

fn survey_words(survey: &Survey, language: Language) -> SurveyWords {
    let tag = language.tag();
    let named = survey.scale.levels().filter_map(|rating| {
        let name = survey.level_text(rating, tag).filter(|name| !name.is_empty())?;
        Some((rating.level(), name.to_owned()))
    });
    let reasons = survey.scale.levels().map(|rating| {
        let offered = survey.reasons_for(rating);
        (rating.level(), offered.map(|reason| (reason.id.clone(), text(&reason.text, tag).to_owned())).collect())
    });
    let metric = Metric::ALL.into_iter().position(|(_, metric)| metric == survey.metric);
    let metric = metric.and_then(|at| language.texts().insight.metrics.get(at)).map_or("", |(name, _)| name);
    SurveyWords {
        title: text(&survey.title, tag).to_owned(),
        metric: metric.to_owned(),
        levels: named.collect(),
        reasons: reasons.collect(),
    }
}

fn dictionary(facts: &Facts, language: Language) -> BTreeMap<String, String> {
    let texts = language.texts();
    let words = &texts.export;
    let mut pairs: Vec<(&str, &str, &str)> = Vec::new();
    pairs.extend(CHANNELS.into_iter().zip(texts.insight.channels).map(|(id, name)| ("channel", id, name)));
    pairs.push(("channel", IMPORT, words.import_channel));
    let outcomes = ["complete", "skipped", "timed_out"];
    pairs.extend(outcomes.into_iter().zip(words.outcomes).map(|(id, name)| ("outcome", id, name)));
    pairs.extend(["clear", "sealed"].into_iter().zip(words.forms).map(|(id, name)| ("comment_form", id, name)));
    pairs.extend(Reason::ALL.into_iter().zip(words.doubts).map(|(reason, name)| ("doubt", reason.as_str(), name)));
    pairs.extend(facts.languages().map(|tag| ("language", tag, language_name(tag))));
    pairs.into_iter().map(|(kind, id, name)| ([kind, ".", id].concat(), name.to_owned())).collect()
}
