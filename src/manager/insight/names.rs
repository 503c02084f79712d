//! What things are called to a manager: periods, points, surveys, reasons, rules.

use candor_core::event::{CHANNELS, IMPORT};
use candor_core::facts::{Days, Key, Unit};
use candor_core::first_screen::language_name;
use candor_core::insight::{Measure, Side, Span};
use candor_core::statistics::Rule;
use candor_core::survey::{Metric, Survey, text};

use leptos::prelude::*;

use crate::manager::browser::{self, Written};
use crate::manager::desk::Desk;
use crate::manager::figures::sum_of;
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The language of a response that says none, like one brought in from a file (ISO 639-3).
const UNDETERMINED: &str = "und";

/// A period.
pub fn span(span: Span, language: Language) -> &'static str {
    let at = Span::NAMED.into_iter().position(|(_, known)| known == span).unwrap_or(Span::NAMED.len());
    language.texts().insight.periods.get(at).copied().unwrap_or_default()
}

/// Days, as short as they can be said.
pub fn days(days: Days, unit: Unit, language: Language) -> String {
    if unit == Unit::Month {
        return browser::day(days.from, Written::Month, language);
    }
    let [from, to] = [days.from, days.to].map(|day| browser::day(day, Written::Date, language));
    if days.from == days.to { from } else { format!("{from}\u{2060}–\u{2060}{to}") }
}

/// A mark of an axis of days.
pub fn axis_day(days: Days, unit: Unit, language: Language) -> String {
    let written = if unit == Unit::Month { Written::Month } else { Written::MonthDay };
    browser::day(days.from, written, language)
}

/// A service point.
pub fn point(name: &str, language: Language) -> String {
    if name.is_empty() { language.texts().insight.no_point.to_owned() } else { name.to_owned() }
}

/// A channel.
pub fn channel(name: &str, language: Language) -> String {
    if name == IMPORT {
        return language.texts().export.import_channel.to_owned();
    }
    let at = CHANNELS.iter().position(|known| *known == name);
    at.and_then(|at| language.texts().insight.channels.get(at)).copied().unwrap_or(name).to_owned()
}

/// Somebody who serves: by name and number where the list of staff has the number.
pub fn person(desk: Desk, number: &str) -> String {
    let named = |name: &String| [name.as_str(), " ", number].concat();
    desk.people.with(|people| people.get(number).map_or_else(|| number.to_owned(), named))
}

/// A language, in itself.
pub fn of_language(tag: &str, language: Language) -> String {
    if tag == UNDETERMINED { language.texts().insight.no_language } else { language_name(tag) }.to_owned()
}

/// A survey.
pub fn survey(desk: Desk, id: &str, language: Language) -> String {
    with_survey(desk, id, |survey| text(&survey.title, language.tag()).to_owned()).unwrap_or_else(|| id.to_owned())
}

/// A reason, in the words that a side was offered.
pub fn reason(desk: Desk, measure: &Measure, side: Side, key: &Key, language: Language) -> String {
    let level = measure.levels(side).first().copied();
    let words = |survey: &Survey| level.map(|level| survey.reason_text(level, &key.id, language.tag()).to_owned());
    with_survey(desk, &key.survey, words).flatten().unwrap_or_else(|| key.id.clone())
}

/// A service item.
pub fn item(desk: Desk, key: &Key, language: Language) -> String {
    let words = |survey: &Survey| {
        let item = survey.items.iter().find(|item| item.id == key.id)?;
        Some(text(&item.text, language.tag()).to_owned())
    };
    with_survey(desk, &key.survey, words).flatten().unwrap_or_else(|| key.id.clone())
}

fn with_survey<T>(desk: Desk, id: &str, look: impl FnOnce(&Survey) -> T) -> Option<T> {
    desk.surveys.with(|surveys| surveys.get(id).map(look))
}

/// A rule of the control chart.
pub fn rule(rule: Rule, language: Language) -> &'static str {
    language.texts().insight.rules.get(rule as usize).copied().unwrap_or_default()
}

/// The figure that leads, and how it is made.
pub fn metric(measure: &Measure, language: Language) -> (&'static str, String) {
    let at = Metric::ALL.into_iter().position(|(_, metric)| metric == measure.metric).unwrap_or_default();
    let (name, formula) = language.texts().insight.metrics.get(at).copied().unwrap_or_default();
    (name, fill(formula, &[&sum_of(measure.good())]))
}

/// A figure, with one decimal.
pub fn figure(value: f64, language: Language) -> String {
    browser::decimal(value, language)
}

/// A change, with its sign.
pub fn signed(value: f64, language: Language) -> String {
    let size = browser::decimal(value.abs(), language);
    // A change that rounds to nothing has no sign.
    let sign = if value.abs() < 0.05 {
        ""
    } else if value < 0.0 {
        "−"
    } else {
        "+"
    };
    format!("{sign}{size}")
}

/// Whether the figure is a share in percent.
pub fn is_share(measure: &Measure) -> bool {
    matches!(measure.metric, Metric::Csat | Metric::GoodRate)
}

/// The unit of the figure: ` %` where it is a share.
pub fn unit(measure: &Measure) -> &'static str {
    if is_share(measure) { "\u{a0}%" } else { "" }
}
