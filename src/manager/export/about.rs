//! What a file says about itself: period, filters, formula and version, and the figures of what is in it.

use candor_core::facts::{Facts, Unit};
use candor_core::insight::{Part, headline, selection};
use candor_core::survey::text;
use candor_export::job::{About, Columns, Distribution, Figure};
use candor_export::table::BEFORE_ITEMS;
use leptos::prelude::*;

use crate::manager::browser::{self, Written};
use crate::manager::distribution::level_name;
use crate::manager::figures::sum_of;
use crate::manager::insight::{Insight, names, said};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// What is said of an export of what is shown now.
pub fn about(
    insight: Insight,
    facts: &Facts,
    columns: &Columns,
    time: &str,
    device: &str,
    is_in_words: bool,
    language: Language,
) -> About {
    let words = &language.texts().export;
    let (view, measure) = (insight.view.get_untracked(), insight.measure.get_untracked());
    let today = candor_core::hours::Date::of_time(time);
    let (name, formula) = names::metric(&measure, language);
    let survey = insight.desk.with_survey(|own| match &view.survey {
        Some(id) => names::survey(insight.desk, id, language),
        None => own.map(|survey| text(&survey.title, language.tag()).to_owned()).unwrap_or_default(),
    });
    let chosen = today.map(|today| selection(facts, &view, today, &measure));
    let n = chosen.as_ref().map_or(0, |chosen| chosen.count());
    let pair = |what: &str, is: String| (what.to_owned(), is);
    let stamp = format!("{} ({time})", browser::time(time, Written::Date, language));
    let facts_said = vec![
        pair(words.period, period(insight, today, language)),
        pair(words.filters, filters(insight, language)),
        pair(words.formula, format!("{name} ({survey}): {formula}")),
        pair(words.version, fill(words.candor, &[env!("CARGO_PKG_VERSION")])),
        pair(words.device, device.to_owned()),
        pair(words.exported_at, stamp),
        pair(words.n, n.to_string()),
    ];
    let score = today.and_then(|today| headline(facts, &view, today, &measure).score);
    let summary = chosen.map(|chosen| chosen.tally(measure.scale).summary(measure.scale)).unwrap_or_default();
    let figure = |name: &str, value: Option<f64>, note: String| Figure { name: name.to_owned(), value, note };
    let results = &language.texts().results;
    let bad = summary.share_of(measure.bad.iter().copied());
    let figures = vec![
        figure(name, score.map(|score| score.value), formula),
        figure(words.low, score.map(|score| score.low), words.interval_note.to_owned()),
        figure(words.high, score.map(|score| score.high), words.interval_note.to_owned()),
        figure(words.responses, Some(summary.n as f64), words.responses_note.to_owned()),
        figure(
            results.negative,
            bad.map(|share| share.percent),
            fill(results.negative_formula, &[&sum_of(measure.bad.iter().copied())]),
        ),
    ];
    let level = |rating: candor_core::event::Rating| {
        let count = summary.of_level(rating);
        let percent = if summary.n == 0 { 0.0 } else { count as f64 * 100.0 / summary.n as f64 };
        let name = level_name(insight.desk, measure.scale, rating, language);
        (format!("{} {name}", rating.level()).trim_end().to_owned(), count, percent)
    };
    let distribution = Distribution {
        title: results.distribution.to_owned(),
        heads: [results.level, results.count, results.share].map(str::to_owned),
        rows: measure.scale.levels().rev().map(level).collect(),
    };
    About {
        sheet: words.sheet.to_owned(),
        summary: words.summary.to_owned(),
        title: words.about.to_owned(),
        facts: facts_said,
        figures,
        distribution,
        definitions_title: words.definitions.to_owned(),
        definitions: definitions(columns, is_in_words, language),
    }
}

/// The days, by their names and by their dates.
fn period(insight: Insight, today: Option<candor_core::hours::Date>, language: Language) -> String {
    let view = insight.view.get_untracked();
    let named = names::span(view.period, language);
    match today.and_then(|today| view.days(today)) {
        Some(days) => format!("{named} ({})", names::days(days, Unit::Day, language).replace('\u{2060}', "")),
        None => named.to_owned(),
    }
}

/// What is chosen beside the period.
pub fn filters(insight: Insight, language: Language) -> String {
    let view = insight.view.get_untracked();
    let parts = view.parts().filter(|part| *part != Part::Period);
    let said: Vec<String> = parts.map(|part| said(insight, &view, part, language).replace('\u{2060}', "")).collect();
    if said.is_empty() { language.texts().export.no_filters.to_owned() } else { said.join("; ") }
}

fn definitions(columns: &Columns, is_in_words: bool, language: Language) -> Vec<(String, String)> {
    let words = &language.texts().export;
    let means = words
        .columns
        .map(|(heading, means)| if is_in_words { means.to_owned() } else { format!("{heading}: {means}") });
    let mut fixed = columns.fixed.iter().cloned().zip(means);
    let mut all: Vec<(String, String)> = fixed.by_ref().take(BEFORE_ITEMS).collect();
    let asked = |asked: &[candor_export::job::Asked], means: &str| {
        asked.iter().map(|asked| (asked.heading.clone(), means.to_owned())).collect::<Vec<_>>()
    };
    all.extend(asked(&columns.items, words.item_means));
    all.extend(asked(&columns.questions, words.question_means));
    all.push((columns.others.clone(), words.others.1.to_owned()));
    all.extend(fixed);
    all
}
