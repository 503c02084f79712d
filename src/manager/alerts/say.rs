//! What an alert says, what to do about it, and where that is.

use candor_core::alerts::{About, Alert, RULES};
use candor_core::event::{Rating, Scale};
use candor_core::facts::{Days, Unit};
use candor_core::hours::Date;
use candor_core::insight::{Span, View};
use leptos::prelude::*;

use crate::browser::task::{sleep, spawn};
use crate::manager::browser;
use crate::manager::distribution::level_name;
use crate::manager::frame::Tab;
use crate::manager::health::finding_text;
use crate::manager::insight::{BEHIND, Insight, names};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// An alert in words.
pub struct Said {
    /// What has happened.
    pub meaning: String,
    /// What to do.
    pub action: String,
    /// Where more of it stands.
    pub show: Option<Show>,
}

/// Where more of it stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Show {
    /// The ratings of some days.
    Ratings(Box<View>),
    /// Another section.
    Section(Tab),
}

impl Show {
    /// Leads there.
    pub fn go(&self, insight: Insight, tab: RwSignal<Tab>) {
        match self {
            Self::Section(section) => tab.set(*section),
            Self::Ratings(view) => {
                insight.view.set(View::clone(view));
                spawn(async {
                    // Once it stands there.
                    sleep(0).await;
                    browser::focus(BEHIND);
                });
            }
        }
    }
}

/// An alert in the manager's language.
pub fn said(insight: Insight, alert: &Alert, language: Language) -> Said {
    let desk = insight.desk;
    let words = &language.texts().alerts;
    let integer = |n: u64| browser::integer(n, language);
    let tenths = |n: i32| names::figure(f64::from(n) / 10.0, language);
    let days_of = |from: Option<Date>, to: Option<Date>| from.zip(to).map(|(from, to)| Span::Own(from, to));
    let ratings = |period: Option<Span>, point: Option<String>| {
        period.map(|period| Show::Ratings(Box::new(View { period, point, ..View::default() })))
    };
    let day = Date::of_time(&alert.at);
    match &alert.about {
        About::Bad { level, scale, point, .. } => Said {
            meaning: fill(
                words.bad.meaning,
                &[&level_text(insight, *scale, *level, language), &at(point, words.at_point)],
            ),
            action: words.bad.action.to_owned(),
            show: ratings(days_of(day, day), Some(point.clone())),
        },
        About::Repeated { count, minutes, .. } => Said {
            meaning: fill(words.repeated.meaning, &[&integer((*count).into()), &integer((*minutes).into())]),
            action: words.repeated.action.to_owned(),
            show: ratings(days_of(day, day), None),
        },
        About::Chart { broken, from, to, share, centre } => {
            let rule = RULES.get(usize::from(*broken)).map_or("", |rule| names::rule(*rule, language));
            let (from, to) = (Date::parse(from), Date::parse(to));
            let days = from.zip(to).map(|(from, to)| names::days(Days { from, to }, Unit::Day, language));
            let [share, centre] = [share, centre].map(|n| names::figure(f64::from(*n) / 10.0, language));
            Said {
                meaning: fill(words.chart.meaning, &[&share, &centre, &days.unwrap_or_default(), rule]),
                action: words.chart.action.to_owned(),
                show: ratings(days_of(from, to), None),
            }
        }
        About::Target { survey, days, score, target, n, .. } => {
            let (name, _) = names::metric(&insight.measure.get_untracked(), language);
            let from = day.map(|day| day.plus(1 - i64::from(*days)));
            let parts = [tenths(*score), tenths(*target), integer((*days).into()), integer(*n)];
            let [score, target, over, n] = &parts;
            let view = |period| View { period, survey: Some(survey.clone()), ..View::default() };
            Said {
                meaning: fill(words.target.meaning, &[name, score, target, over, n]),
                action: words.target.action.to_owned(),
                show: days_of(from, day).map(|period| Show::Ratings(Box::new(view(period)))),
            }
        }
        About::Overdue { count, .. } => Said {
            meaning: words.overdue.of(*count, &integer(*count)),
            action: words.overdue_do.to_owned(),
            show: Some(Show::Section(Tab::Cases)),
        },
        About::Finding { finding, .. } => {
            let texts = &language.texts().health;
            let known = desk.checkup.findings.with(|findings| {
                let found = findings.iter().find(|known| known.time == alert.at && known.name == *finding);
                found.map(|found| finding_text(found, texts, language))
            });
            let unknown = || (fill(texts.other_finding.meaning, &[finding]), texts.other_finding.action);
            let (meaning, action) = known.unwrap_or_else(unknown);
            Said { meaning, action: action.to_owned(), show: Some(Show::Section(Tab::Health)) }
        }
        About::Quarantined { count } => Said {
            meaning: words.quarantined.of(*count, &integer(*count)),
            action: words.quarantined_do.to_owned(),
            show: Some(Show::Section(Tab::Sync)),
        },
        About::Undelivered { hours, count } => {
            let text = if *count == 1 { words.undelivered.one } else { words.undelivered.other };
            Said {
                meaning: fill(text, &[&integer(*count), &integer((*hours).into())]),
                action: words.undelivered_do.to_owned(),
                show: Some(Show::Section(Tab::Sync)),
            }
        }
        About::Storage { percent } => Said {
            meaning: fill(words.storage.meaning, &[&integer((*percent).into())]),
            action: words.storage.action.to_owned(),
            show: Some(Show::Section(Tab::Health)),
        },
    }
}

fn at(point: &str, pattern: &'static str) -> String {
    if point.is_empty() { String::new() } else { fill(pattern, &[point]) }
}

/// A level in the survey's words.
fn level_text(insight: Insight, scale: Scale, level: u8, language: Language) -> String {
    let name = Rating::new(level).map(|rating| level_name(insight.desk, scale, rating, language));
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| level.to_string())
}
