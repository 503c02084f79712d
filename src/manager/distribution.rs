//! How many gave which level: bars beside the faces, and the same as a table.

use candor_core::event::Rating;
use candor_core::survey::text;
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::desk::Desk;
use crate::manager::figures::{Period, on_bar};
use crate::manager::icon::face;
use crate::manager::language::Language;
use crate::manager::period::Span;

/// The distribution of a period, the best level first.
#[component]
pub fn Distribution(desk: Desk, span: Span, period: Memo<Period>, language: Language) -> impl IntoView {
    let words = &language.texts().results;
    let levels = || (1..=Rating::BEST).rev();
    let label = move |level: u8| level_name(desk, level, language);
    let count = move |level: u8| browser::integer(period.with(|period| period.of_level(level).0), language);
    let share = move |level: u8| {
        let percent = period.with(|period| period.of_level(level).1);
        format!("{} %", browser::decimal(percent, language))
    };
    let width = move |level: u8| on_bar(period.with(|period| period.of_level(level).1));
    let total = move || browser::integer(period.with(|period| period.summary.n), language);
    let bar = move |level: u8| {
        view! {
            <li>
                {face(level)}
                <span class="m-level">{move || label(level)}</span>
                <svg class="m-bar" data-level=level.to_string() aria-hidden="true">
                    <rect class="m-track" width="100%" height="100%" rx="6" />
                    <rect class="m-fill" width=move || width(level) height="100%" rx="6" />
                </svg>
                <span class="m-level-count">{move || count(level)}</span>
                <span class="m-level-share">{move || share(level)}</span>
            </li>
        }
    };
    let row = move |level: u8| {
        view! {
            <tr>
                <th scope="row">{level}" · "{move || label(level)}</th>
                <td>{move || count(level)}</td>
                <td>{move || share(level)}</td>
            </tr>
        }
    };
    view! {
        <div class="m-distribution">
            <h3>{words.distribution}</h3>
            <ul class="m-bars" aria-label=words.distribution data-chart=span.name()>
                {levels().map(bar).collect_view()}
            </ul>
            <details>
                <summary>{words.as_table}</summary>
                <table class="m-table">
                    <caption class="sr">{words.distribution}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{words.level}</th>
                            <th scope="col">{words.count}</th>
                            <th scope="col">{words.share}</th>
                        </tr>
                    </thead>
                    <tbody>{levels().map(row).collect_view()}</tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">{words.total}</th>
                            <td>{total}</td>
                            <td></td>
                        </tr>
                    </tfoot>
                </table>
            </details>
        </div>
    }
}

/// What the survey in service calls a level, or what it is usually called.
pub fn level_name(desk: Desk, level: u8, language: Language) -> String {
    let index = usize::from(level.wrapping_sub(1));
    let survey = desk.settings.with(|settings| settings.as_ref().map(|settings| settings.survey.clone()));
    let named = desk.surveys.with(|surveys| {
        let local = surveys.get(survey.as_deref()?)?.levels.get(index)?;
        Some(text(local, language.tag()).to_owned())
    });
    named.unwrap_or_else(|| language.texts().results.levels.get(index).copied().unwrap_or_default().to_owned())
}
