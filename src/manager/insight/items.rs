//! Service items against their targets: what to coach first stands on top.

use candor_core::chart::Axis;
use candor_core::facts::Key;
use candor_core::insight::{ItemRow, items};
use candor_core::statistics::Standing;
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::insight::compare::gauge;
use crate::manager::insight::table::{Row, table};
use crate::manager::insight::{Insight, names};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The card; nothing at all where no item was rated.
#[component]
pub fn ItemsCard(insight: Insight, language: Language) -> impl IntoView {
    let desk = insight.desk;
    let shown = insight.read(move |facts, view, today, measure| {
        desk.surveys.with(|surveys| {
            let target = |key: &Key| {
                let items = surveys.get(&key.survey).map(|survey| survey.items.iter());
                items?.find(|item| item.id == key.id).map(|item| item.target)
            };
            items(facts, view, today, measure, target)
        })
    });
    move || shown.with(|shown| (!shown.is_empty()).then(|| card(insight, shown, language)))
}

fn card(insight: Insight, shown: &[ItemRow], language: Language) -> AnyView {
    let words = &language.texts().insight;
    let axis = Axis::between(0.0, 100.0);
    let share = |value: f64| names::figure(value, language) + " %";
    let said = |row: &ItemRow| {
        let Some((target, distance)) = row.target else { return String::new() };
        let target = fill(words.target, &[&browser::integer(target.into(), language)]);
        let standing = match distance.standing {
            _ if !row.is_enough => words.too_few.to_owned(),
            Standing::Met => words.met.to_owned(),
            Standing::Missed => fill(words.missed, &[&names::figure(-distance.value, language)]),
            Standing::Unclear => words.not_clear.to_owned(),
        };
        format!("{target} · {standing}")
    };
    let line = |row: &ItemRow| {
        let target = row.target.map(|(target, _)| f64::from(target));
        let shown = if row.is_enough { share(row.share.value) } else { "—".to_owned() };
        let gauge = row.is_enough.then(|| gauge(&axis, &row.share, None, target));
        view! {
            <li class="m-line-plain">
                <span class="m-line-name">{names::item(insight.desk, &row.key, language)}</span>
                <span class="m-line-chart">{gauge}</span>
                <b>{shown}</b>
                <span class="m-level-share">"n\u{a0}=\u{a0}"{browser::integer(row.share.n, language)}</span>
                <span class="m-line-note">{said(row)}</span>
            </li>
        }
    };
    let row = |row: &ItemRow| {
        let interval =
            format!("{}–{}", names::figure(row.share.low, language), names::figure(row.share.high, language));
        let (score, interval) = if row.is_enough {
            (share(row.share.value), interval)
        } else {
            (words.too_few.to_owned(), "—".to_owned())
        };
        let cells = vec![browser::integer(row.share.n, language), score, interval, said(row)];
        Row::new(names::item(insight.desk, &row.key, language), cells)
    };
    let heads =
        vec![words.item_head, language.texts().results.count, words.score_head, words.interval_head, words.target_head];
    let behind = table("table-items", words.items.to_owned(), heads, shown.iter().map(row).collect(), language);
    view! {
        <section class="m-card m-insight" aria-labelledby="m-items" data-testid="items">
            <div class="m-card-head"><h2 id="m-items">{words.items}</h2></div>
            <ol class="m-pareto">{shown.iter().map(line).collect_view()}</ol>
            <p class="m-fine">{words.items_note}</p>
            {behind}
        </section>
    }
    .into_any()
}
