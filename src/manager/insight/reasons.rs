//! Why ratings were bad, and what was good: Pareto charts, the most frequent reason on top.

use candor_core::chart::percent;
use candor_core::facts::Key;
use candor_core::insight::{Part, ReasonBar, Side, reasons};
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::insight::table::{Row, table};
use crate::manager::insight::{Insight, names};
use crate::manager::language::Language;

/// Both sides.
#[component]
pub fn ReasonsCard(insight: Insight, language: Language) -> impl IntoView {
    let bad = insight.read(|facts, view, today, measure| reasons(facts, view, today, measure, Side::Bad));
    let good = insight.read(|facts, view, today, measure| reasons(facts, view, today, measure, Side::Good));
    view! {
        <div class="m-columns">
            {move || side(insight, Side::Bad, bad.get(), language)}
            {move || side(insight, Side::Good, good.get(), language)}
        </div>
    }
}

fn side(insight: Insight, side: Side, bars: Vec<ReasonBar>, language: Language) -> impl IntoView {
    let words = &language.texts().insight;
    let (name, title, id, testid) = match side {
        Side::Bad => ("bad", words.bad_reasons, "m-reasons-bad", "table-reasons-bad"),
        Side::Good => ("good", words.good_reasons, "m-reasons-good", "table-reasons-good"),
    };
    let is_empty = bars.is_empty();
    let rows = bars.iter().map(|bar| {
        let key = bar.key.clone();
        let cells =
            vec![browser::integer(bar.count, language), share(bar.percent, language), share(bar.cumulated, language)];
        Row::tapped(reason(insight, side, bar, language), cells, move || tap(insight, side, &key))
    });
    let heads =
        vec![words.reason_head, language.texts().results.count, language.texts().results.share, words.cumulated_head];
    let behind = (!is_empty).then(|| table(testid, title.to_owned(), heads, rows.collect(), language));
    view! {
        <section class="m-card m-insight" aria-labelledby=id data-testid=format!("reasons-{name}")>
            <div class="m-card-head"><h2 id=id>{title}</h2></div>
            {is_empty.then(|| view! { <p class="m-empty">{words.no_reasons}</p> })}
            <ol class="m-pareto">{bars.iter().map(|bar| line(insight, side, name, bar, language)).collect_view()}</ol>
            {(!is_empty).then(|| view! { <p class="m-fine">{words.reasons_note}</p> })}
            {behind}
        </section>
    }
}

fn line(
    insight: Insight,
    side: Side,
    name: &'static str,
    bar: &ReasonBar,
    language: Language,
) -> impl IntoView + use<> {
    let (key, words) = (bar.key.clone(), reason(insight, side, bar, language));
    let chosen = bar.key.clone();
    let tone = if side == Side::Bad { "1" } else { "5" };
    view! {
        <li>
            <button
                type="button"
                class="m-line-button"
                data-testid=format!("mark-{name}-{}", bar.key.id)
                aria-pressed=move || insight.view.with(|view| view.reason == Some((side, chosen.clone()))).to_string()
                on:click=move |_| tap(insight, side, &key)
            >
                <span class="m-line-name">{words}</span>
                <svg class="m-bar" data-tone=tone aria-hidden="true">
                    <rect class="m-track" width="100%" height="100%" rx="6" />
                    <rect class="m-fill" width=percent(bar.percent) + "%" height="100%" rx="6" />
                    <line class="m-sum-mark" x1=percent(bar.cumulated) + "%" x2=percent(bar.cumulated) + "%" y1="0" y2="100%" />
                </svg>
                <b>{browser::integer(bar.count, language)}</b>
                <span class="m-level-share">{share(bar.percent, language)}</span>
            </button>
        </li>
    }
}

fn tap(insight: Insight, side: Side, key: &Key) {
    let key = key.clone();
    insight.tap(Part::Reason, move |view| view.reason = Some((side, key)));
}

fn reason(insight: Insight, side: Side, bar: &ReasonBar, language: Language) -> String {
    insight.measure.with(|measure| names::reason(insight.desk, measure, side, &bar.key, language))
}

fn share(percent: f64, language: Language) -> String {
    names::figure(percent, language) + " %"
}
