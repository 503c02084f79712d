//! The heat map: how good ratings were in each hour of each weekday.

use candor_core::chart::{SHADES_FROM, middle, percent};
use candor_core::hours::Weekday;
use candor_core::insight::{Cell, HeatMap, Part, Shade, heat};
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::figures::sum_of;
use crate::manager::insight::filter_bar::cell_name;
use crate::manager::insight::spots::{Spots, room};
use crate::manager::insight::table::{Row, table};
use crate::manager::insight::{Insight, names};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The height of a row, in CSS pixels: what a finger needs.
const ROW: usize = 44;

/// The card.
#[component]
pub fn HeatCard(insight: Insight, language: Language) -> impl IntoView {
    let shown = insight.read(heat);
    move || {
        let (shown, words) = (shown.get(), &language.texts().insight);
        if shown.cells.is_empty() {
            return ().into_any();
        }
        let good = fill(words.good_share, &[&insight.measure.with(|measure| sum_of(measure.good()))]);
        let caption = format!("{}, {good}", words.heat);
        view! {
            <section class="m-card m-insight" aria-labelledby="m-heat" data-testid="heat">
                <div class="m-card-head">
                    <h2 id="m-heat">{words.heat}" "<small>{good}</small></h2>
                </div>
                {chart(insight, &shown, caption.clone(), language)}
                {legend(language)}
                <p class="m-fine">{words.heat_note}</p>
                {behind(insight, &shown, caption, language)}
            </section>
        }
        .into_any()
    }
}

fn chart(insight: Insight, shown: &HeatMap, caption: String, language: Language) -> impl IntoView + use<> {
    let columns = shown.hours.len();
    let height = (ROW * 7).to_string();
    let days = Weekday::ALL.into_iter().enumerate().map(|(row, weekday)| {
        view! { <text x="44" y=(row * ROW + ROW / 2).to_string() dy="0.35em" text-anchor="end">{browser::weekday(weekday, language)}</text> }
    });
    let days = days.collect_view();
    let hours = shown.hours.iter().enumerate().map(|(column, hour)| {
        let x = percent(middle(column, columns)) + "%";
        view! { <text x=x y=(ROW * 7 + 20).to_string() text-anchor="middle">{hour.to_string()}</text> }
    });
    let hours = hours.collect_view();
    let spots = Spots::new("heat", shown.cells.len(), columns, 0);
    let cell = |(place, cell): (usize, &Cell)| {
        let Cell { weekday, hour, counted, shade } = *cell;
        let (column, row) = (place % columns, place / columns);
        let left = percent(column as f64 * 100.0 / columns as f64) + "%";
        let width = percent(100.0 / columns as f64) + "%";
        let x = percent(middle(column, columns)) + "%";
        let share = counted.count as f64 * 100.0 / counted.of.max(1) as f64;
        let (shade, words) = match shade {
            Shade::Empty => ("empty".to_owned(), String::new()),
            Shade::TooFew => ("few".to_owned(), "·".to_owned()),
            Shade::Of(shade) => (shade.to_string(), browser::integer(share.round() as u64, language)),
        };
        let name = cell_words(cell, language);
        let tap = move || insight.tap(Part::Cell, move |view| view.cell = Some((weekday, hour)));
        view! {
            <g
                class="m-spot m-cell"
                id=spots.id(place)
                role="button"
                tabindex=move || spots.tabindex(place)
                aria-label=name.clone()
                aria-pressed=move || insight.view.with(|view| view.cell == Some((weekday, hour))).to_string()
                data-testid="heat-cell"
                data-shade=shade
                on:click=move |_| tap()
                on:keydown=move |event| {
                    if spots.hears(&event, place) {
                        tap();
                    }
                }
            >
                <title>{name.clone()}</title>
                <rect x=left y=(row * ROW).to_string() width=width height=ROW.to_string() />
                <text x=x y=(row * ROW + ROW / 2).to_string() dy="0.35em" text-anchor="middle">{words}</text>
            </g>
        }
    };
    let cells = shown.cells.iter().enumerate().map(cell).collect_view();
    let plot = (ROW * 7 + 28).to_string();
    view! {
        <div class="m-chart">
            <svg class="m-axis" width="48" height=height aria-hidden="true">{days}</svg>
            <div class="m-scroll">
                <svg class="m-plot" height=plot data-room=room(columns, ROW) role="group" aria-label=caption>
                    {cells}
                    <g aria-hidden="true">{hours}</g>
                </svg>
            </div>
        </div>
    }
}

fn legend(language: Language) -> impl IntoView {
    let (below, more) = language.texts().insight.legend.split_once('|').unwrap_or_default();
    let from = |shade: usize| match shade.checked_sub(1).and_then(|at| SHADES_FROM.get(at)) {
        None => fill(below, &[&browser::integer(SHADES_FROM[0] as u64, language)]),
        Some(from) => fill(more, &[&browser::integer(*from as u64, language)]),
    };
    let item = |shade: usize| {
        view! {
            <li>
                <svg class="m-cell" data-shade=shade.to_string() width="26" height="18" aria-hidden="true"><rect width="26" height="18" /></svg>
                {from(shade)}
            </li>
        }
    };
    view! { <ul class="m-legend">{(0..=SHADES_FROM.len()).map(item).collect_view()}</ul> }
}

fn cell_words(cell: &Cell, language: Language) -> String {
    let words = &language.texts().insight;
    let name = cell_name(cell.weekday, cell.hour, language);
    let [count, of] = [cell.counted.count, cell.counted.of].map(|n| browser::integer(n, language));
    match cell.shade {
        Shade::Empty => fill(words.mark_none, &[&name]),
        Shade::TooFew => fill(words.mark_few, &[&name, &of]),
        Shade::Of(_) => {
            let share = cell.counted.count as f64 * 100.0 / cell.counted.of as f64;
            fill(words.mark, &[&name, &names::figure(share, language), &count, &of])
        }
    }
}

fn behind(insight: Insight, shown: &HeatMap, caption: String, language: Language) -> AnyView {
    let words = &language.texts().insight;
    let row = |cell: &Cell| {
        let Cell { weekday, hour, counted, shade } = *cell;
        let share = match shade {
            Shade::Of(_) => names::figure(counted.count as f64 * 100.0 / counted.of as f64, language) + " %",
            _ => words.too_few.to_owned(),
        };
        let [count, of] = [counted.count, counted.of].map(|n| browser::integer(n, language));
        let tap = move || insight.tap(Part::Cell, move |view| view.cell = Some((weekday, hour)));
        Row::tapped(cell_name(weekday, hour, language), vec![count, of, share], tap)
    };
    let heads =
        vec![words.hour_head, words.good_share_head, language.texts().results.total, language.texts().results.share];
    let rows = shown.cells.iter().filter(|cell| cell.counted.of > 0).map(row).collect();
    table("table-heat", caption, heads, rows, language)
}
