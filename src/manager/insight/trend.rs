//! The trend: a p-chart of good ratings, its band as wide as so many ratings leave it, with the rules that it breaks.

use candor_core::chart::{Axis, every, middle, percent};
use candor_core::facts::{Days, Unit};
use candor_core::insight::{Part, Slot, Trend, trend};
use candor_core::statistics::{FEWEST_FOR_A_SCORE, Plotted};
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::figures::sum_of;
use crate::manager::insight::spots::{Spots, room};
use crate::manager::insight::table::{Row, table};
use crate::manager::insight::{Insight, names};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The height of what is plotted, in CSS pixels.
const HEIGHT: f64 = 200.0;
/// Labels of days that fit side by side.
const LABELS: usize = 8;
/// What a finger needs at least, in CSS pixels.
const MARK: usize = 24;

/// The card.
#[component]
pub fn TrendCard(insight: Insight, language: Language) -> impl IntoView {
    let shown = insight.read(trend);
    move || {
        let (shown, words) = (shown.get(), &language.texts().insight);
        if shown.slots.is_empty() {
            return ().into_any();
        }
        let good = fill(words.good_share, &[&insight.measure.with(|measure| sum_of(measure.good()))]);
        let unit = words.units.get(shown.unit as usize).copied().unwrap_or_default();
        let centre = shown.chart.as_ref().map(|chart| names::figure(chart.centre, language));
        let is_trial = shown.chart.as_ref().is_some_and(|chart| chart.is_trial);
        let left_out = (shown.left_out > 0)
            .then(|| words.left_out.of(shown.left_out, &browser::integer(shown.left_out, language)));
        let caption = format!("{}, {good}, {unit}", words.trend);
        view! {
            <section class="m-card m-insight" aria-labelledby="m-trend" data-testid="trend">
                <div class="m-card-head">
                    <h2 id="m-trend">{words.trend}" "<small>{good}" · "{unit}</small></h2>
                </div>
                {chart(insight, &shown, caption.clone(), language)}
                <ul class="m-legend">
                    <li><svg width="26" height="12" aria-hidden="true"><line class="m-centre" x1="0" x2="26" y1="6" y2="6" /></svg>
                        {fill(words.centre, &[&centre.unwrap_or_default()])}</li>
                    <li><svg width="26" height="12" aria-hidden="true"><rect class="m-band" width="26" height="12" /></svg>{words.limits}</li>
                    <li><svg width="26" height="12" aria-hidden="true"><circle class="m-dot-point m-hollow" cx="13" cy="6" r="4" /></svg>{words.hollow}</li>
                    <li><svg width="26" height="20" aria-hidden="true"><circle class="m-ring" cx="13" cy="10" r="8" /><circle class="m-dot-point" cx="13" cy="10" r="4" /></svg>{words.broken}</li>
                </ul>
                {said(&shown, language)}
                {is_trial.then(|| view! { <p class="m-fine">{words.trial}</p> })}
                {left_out.map(|said| view! { <p class="m-fine">{said}</p> })}
                {behind(insight, &shown, caption, language)}
            </section>
        }
        .into_any()
    }
}

fn share(slot: &Slot) -> Option<f64> {
    (slot.counted.of > 0).then(|| slot.counted.count as f64 * 100.0 / slot.counted.of as f64)
}

fn chart(insight: Insight, shown: &Trend, caption: String, language: Language) -> impl IntoView + use<> {
    let count = shown.slots.len();
    let plotted: Vec<Plotted> = shown.chart.iter().flat_map(|chart| chart.points.clone()).collect();
    let drawn = plotted.iter().filter(|point| point.percent.is_some());
    let axis = Axis::of_shares(drawn.flat_map(|point| [point.low, point.high].into_iter().chain(point.percent)));
    let y = |value: f64| percent(axis.y(value, HEIGHT));
    let at = |place: usize| percent(middle(place, count)) + "%";
    let width = percent(100.0 / count as f64) + "%";
    let label = |tick: &f64| {
        view! { <text x="44" y=y(*tick) dy="0.35em" text-anchor="end">{names::figure(*tick, language).trim_end_matches(".0").to_owned()}</text> }
    };
    let labels = axis.ticks.iter().map(label).collect_view();
    let line = |tick: &f64| view! { <line class="m-grid" x1="0" x2="100%" y1=y(*tick) y2=y(*tick) /> };
    let grid = axis.ticks.iter().map(line).collect_view();
    let band = plotted.iter().enumerate().filter(|(_, point)| point.percent.is_some()).map(|(place, point)| {
        let (top, bottom) = (axis.y(point.high, HEIGHT), axis.y(point.low, HEIGHT));
        let left = percent(place as f64 * 100.0 / count as f64) + "%";
        view! { <rect class="m-band" x=left y=percent(top) width=width.clone() height=percent(bottom - top) /> }
    });
    let band = band.collect_view();
    let centre = shown.chart.as_ref().map(|chart| y(chart.centre));
    let centre = centre.map(|y| view! { <line class="m-centre" x1="0" x2="100%" y1=y.clone() y2=y /> });
    let points: Vec<(usize, f64)> =
        shown.slots.iter().enumerate().filter_map(|(place, slot)| Some((place, share(slot)?))).collect();
    // Over days without ratings the line goes on, as the rules do.
    let segment = |pair: &[(usize, f64)]| {
        let [(from, low), (to, high)] = [pair[0], pair[1]];
        view! { <line class="m-line" x1=at(from) x2=at(to) y1=y(low) y2=y(high) /> }
    };
    let line = points.windows(2).map(segment).collect_view();
    let step = every(count, LABELS);
    let days = shown.slots.iter().enumerate().filter(|(place, _)| place % step == 0).map(|(place, slot)| {
        let words = names::axis_day(slot.days, shown.unit, language);
        // Of many the first would begin outside, and one of the last days end there.
        let (x, anchor) = match place {
            0 if count > LABELS => ("0".to_owned(), "start"),
            _ if count > LABELS && (count - place) * 20 < count => ("100%".to_owned(), "end"),
            _ => (at(place), "middle"),
        };
        view! { <text x=x y="222" text-anchor=anchor>{words}</text> }
    });
    let days = days.collect_view();
    let spots = Spots::new("trend", count, count, count.saturating_sub(1));
    let marks = shown.slots.iter().enumerate().map(|(place, slot)| {
        let name = mark_name(shown, slot, language);
        let spot = share(slot).map(|share| {
            let (x, y) = (at(place), y(share));
            let ring =
                (!slot.rules.is_empty()).then(|| view! { <circle class="m-ring" cx=x.clone() cy=y.clone() r="10" /> });
            let class = if slot.counted.of < FEWEST_FOR_A_SCORE { "m-dot-point m-hollow" } else { "m-dot-point" };
            view! { {ring}<circle class=class cx=x cy=y r="5" /> }
        });
        let (days, left) = (slot.days, percent(place as f64 * 100.0 / count as f64) + "%");
        view! {
            <g
                class="m-spot"
                id=spots.id(place)
                role="button"
                tabindex=move || spots.tabindex(place)
                aria-label=name.clone()
                aria-pressed=move || is_chosen(insight, days).to_string()
                data-testid="trend-mark"
                on:click=move |_| tap(insight, days)
                on:keydown=move |event| {
                    if spots.hears(&event, place) {
                        tap(insight, days);
                    }
                }
            >
                <title>{name.clone()}</title>
                <rect class="m-hit" x=left y="0" width=width.clone() height="200" />
                {spot}
            </g>
        }
    });
    let marks = marks.collect_view();
    view! {
        <div class="m-chart">
            <svg class="m-axis" width="48" height="230" aria-hidden="true">{labels}</svg>
            <div class="m-scroll m-latest">
                <svg class="m-plot" height="230" data-room=room(count, MARK) role="group" aria-label=caption>
                    <g aria-hidden="true">{grid}{band}{centre}{line}{days}</g>
                    {marks}
                </svg>
            </div>
        </div>
    }
}

fn tap(insight: Insight, days: Days) {
    insight.tap(Part::Slot, move |view| view.slot = Some(days));
}

fn is_chosen(insight: Insight, days: Days) -> bool {
    insight.view.with(|view| view.slot == Some(days))
}

fn mark_name(shown: &Trend, slot: &Slot, language: Language) -> String {
    let words = &language.texts().insight;
    let days = names::days(slot.days, shown.unit, language);
    let [count, of] = [slot.counted.count, slot.counted.of].map(|n| browser::integer(n, language));
    let said = match share(slot) {
        None => fill(words.mark_none, &[&days]),
        Some(share) => fill(words.mark, &[&days, &names::figure(share, language), &count, &of]),
    };
    let rules = slot.rules.iter().map(|rule| names::rule(*rule, language));
    std::iter::once(said.as_str()).chain(rules).collect::<Vec<_>>().join("; ")
}

/// The rules that are broken, in words.
fn said(shown: &Trend, language: Language) -> AnyView {
    let words = &language.texts().insight;
    let hits = shown.chart.iter().flat_map(|chart| &chart.hits);
    let hits: Vec<String> = hits
        .filter_map(|hit| {
            let (from, to) = (shown.slots.get(hit.from)?, shown.slots.get(hit.to)?);
            let days = Days { from: from.days.from, to: to.days.to };
            Some(format!("{}: {}", names::days(days, Unit::Day, language), names::rule(hit.rule, language)))
        })
        .collect();
    if hits.is_empty() {
        let is_drawn = shown.slots.iter().filter(|slot| slot.counted.of > 0).count() > 1;
        return is_drawn.then(|| view! { <p class="m-fine">{words.all_usual}</p> }).into_any();
    }
    view! { <ul class="m-hits" data-testid="rules">{hits.into_iter().map(|hit| view! { <li>{hit}</li> }).collect_view()}</ul> }
        .into_any()
}

fn behind(insight: Insight, shown: &Trend, caption: String, language: Language) -> AnyView {
    let words = &language.texts().insight;
    let row = |(place, slot): (usize, &Slot)| {
        let point =
            shown.chart.as_ref().and_then(|chart| chart.points.get(place)).filter(|point| point.percent.is_some());
        let [low, high] = [point.map(|point| point.low), point.map(|point| point.high)]
            .map(|limit| limit.map(|limit| names::figure(limit, language)));
        let limits = low.zip(high).map(|(low, high)| format!("{low}–{high} %")).unwrap_or_default();
        let rules: Vec<&str> = slot.rules.iter().map(|rule| names::rule(*rule, language)).collect();
        let share = share(slot).map(|share| names::figure(share, language) + " %").unwrap_or_else(|| "—".to_owned());
        let [count, of] = [slot.counted.count, slot.counted.of].map(|n| browser::integer(n, language));
        let days = slot.days;
        let cells = vec![count, of, share, limits, rules.join("; ")];
        Row::tapped(names::days(days, shown.unit, language), cells, move || tap(insight, days))
    };
    let results = &language.texts().results;
    let heads =
        vec![words.day_head, words.good_share_head, results.total, results.share, words.limits_head, words.rule_head];
    // The newest first: the oldest is rarely what is looked for.
    let rows = shown.slots.iter().enumerate().rev().map(row).collect();
    table("table-trend", caption, heads, rows, language)
}
