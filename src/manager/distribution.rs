//! How many gave which level: bars beside the faces, and the same as a table.

use candor_core::event::{Rating, Scale};
use candor_core::first_screen::Key;
use candor_core::insight::Span;
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::desk::Desk;
use crate::manager::figures::{Period, on_bar};
use crate::manager::icon::face;
use crate::manager::language::Language;

/// The distribution of a period, the best level first.
#[component]
pub fn Distribution(desk: Desk, span: Span, period: Memo<Period>, language: Language) -> impl IntoView {
    let words = &language.texts().results;
    let scale = Memo::new(move |_| period.with(|period| period.summary.scale));
    let levels = move || scale.get().levels().rev();
    let label = move |level: Rating| level_name(desk, scale.get(), level, language);
    let count = move |level: Rating| browser::integer(period.with(|period| period.of_level(level).0), language);
    let share = move |level: Rating| {
        let percent = period.with(|period| period.of_level(level).1);
        format!("{} %", browser::decimal(percent, language))
    };
    let width = move |level: Rating| on_bar(period.with(|period| period.of_level(level).1));
    let total = move || browser::integer(period.with(|period| period.summary.n), language);
    let bar = move |level: Rating| {
        let tone = Key::of(scale.get_untracked(), level).tone.to_string();
        view! {
            <li>
                {face(scale.get_untracked(), level)}
                <span class="m-level">{move || label(level)}</span>
                <svg class="m-bar" data-tone=tone aria-hidden="true">
                    <rect class="m-track" width="100%" height="100%" rx="6" />
                    <rect class="m-fill" width=move || width(level) height="100%" rx="6" />
                </svg>
                <span class="m-level-count">{move || count(level)}</span>
                <span class="m-level-share">{move || share(level)}</span>
            </li>
        }
    };
    let row = move |level: Rating| {
        view! {
            <tr>
                <th scope="row">
                    {level.level()}
                    {move || Some(label(level)).filter(|name| !name.is_empty()).map(|name| format!(" · {name}"))}
                </th>
                <td>{move || count(level)}</td>
                <td>{move || share(level)}</td>
            </tr>
        }
    };
    view! {
        <div class="m-distribution">
            <h3>{words.distribution}</h3>
            <ul class="m-bars" aria-label=words.distribution data-chart=span.name()>
                {move || levels().map(bar).collect_view()}
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
                    <tbody>{move || levels().map(row).collect_view()}</tbody>
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

/// What the survey in service calls a level of its scale, or what one of five is usually called; empty for a number.
pub fn level_name(desk: Desk, scale: Scale, rating: Rating, language: Language) -> String {
    let named = desk.with_survey(|survey| {
        let survey = survey.filter(|survey| survey.scale == scale)?;
        Some(survey.level_text(rating, language.tag()).unwrap_or_default().to_owned())
    });
    let usual = || {
        let index = usize::from(rating.level().wrapping_sub(1));
        let names = &language.texts().results.levels;
        let is_usual = scale.best() == Scale::Faces5.best();
        names.get(index).filter(|_| is_usual).copied().unwrap_or_default().to_owned()
    };
    named.unwrap_or_else(usual)
}
