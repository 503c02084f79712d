//! The card of one period: its scores and its distribution.

use candor_core::event::Scale;
use candor_core::insight::Span;
use leptos::prelude::*;

use crate::manager::browser::{self, Written};
use crate::manager::distribution::Distribution;
use crate::manager::figures::{FEW, Period, sum_of};
use crate::manager::insight::{Insight, names};
use crate::manager::language::Language;
use crate::manager::score::{Naming, Score};
use crate::manager::text::{ResultsTexts, fill};

/// One period of what is looked at.
#[component]
pub fn PeriodCard(insight: Insight, span: Span, language: Language) -> impl IntoView {
    let words = &language.texts().results;
    let period = insight.read(move |facts, view, today, measure| Period::of(facts, &view.of(span), today, measure));
    let n = Memo::new(move |_| period.with(|period| period.summary.n));
    let score = Memo::new(move |_| period.with(Period::score));
    let negative = Memo::new(move |_| period.with(|period| period.negative));
    let doubtful = Memo::new(move |_| period.with(Period::doubtful));
    let others = Memo::new(move |_| period.with(|period| period.summary.others));
    let leading = Memo::new(move |_| leading(period.with(|period| period.summary.scale), words));
    let minor = Memo::new(move |_| Naming {
        name: words.negative,
        formula: fill(words.negative_formula, &[&period.with(|period| sum_of(period.bad.iter().copied()))]),
        testid: None,
        is_signed: false,
    });
    let when = move || match span {
        // Read again with every change, so that it turns with the day.
        Span::Today => period.with(|_| browser::now(Written::Day, language)),
        _ => {
            let since = period.with(|period| period.since);
            since.map(|day| fill(words.since, &[&browser::day(day, Written::Date, language)])).unwrap_or_default()
        }
    };
    let title = names::span(span, language);
    // Where something is chosen, nothing is said of the tablet as a whole.
    let is_all = move || span == Span::All && insight.view.with(|view| view.parts().next().is_none());
    let title_id = if span == Span::Today { "m-period-today" } else { "m-period-chosen" };
    view! {
        <section class="m-card m-period" data-period=span.name() aria-labelledby=title_id>
            <div class="m-card-head">
                <h2 id=title_id>{title}" "<small>{when}</small></h2>
                <span class="m-n">{move || words.responses.of(n.get(), &browser::integer(n.get(), language))}</span>
            </div>
            <div class="m-scores">
                {move || view! { <Score span naming=leading.get() share=score language /> }}
                {move || view! { <Score span naming=minor.get() share=negative language /> }}
            </div>
            {move || {
                let (count, share) = doubtful.get();
                (count > 0).then(|| {
                    let without = share.map_or("—".to_owned(), |share| browser::decimal(share.percent, language));
                    let said = words.doubtful.of(count, &browser::integer(count, language));
                    view! { <p class="m-fine" data-testid="doubtful" data-n=count.to_string()>{said}" "{fill(words.without_them, &[&without])}</p> }
                })
            }}
            {move || (others.get() > 0).then(|| view! {
                <p class="m-fine">{words.on_other_scales.of(others.get(), &browser::integer(others.get(), language))}</p>
            })}
            {move || match n.get() {
                0 if period.with(|period| period.is_hidden) => {
                    view! { <p class="m-few">{language.texts().insight.hidden}</p> }.into_any()
                }
                0 if is_all() || span == Span::Today => {
                    let none = if span == Span::Today { words.none_today } else { words.none_ever };
                    view! { <p class="m-few"><b>{none}</b>" · "{words.none_hint}</p> }.into_any()
                }
                0 => view! { <p class="m-few">{language.texts().insight.none}</p> }.into_any(),
                1..FEW => view! { <p class="m-few">{words.too_few}</p> }.into_any(),
                _ => ().into_any(),
            }}
            <Distribution desk=insight.desk span period language />
        </section>
    }
}

/// The score that the results of a scale lead with.
fn leading(scale: Scale, words: &'static ResultsTexts) -> Naming {
    let good = sum_of(scale.levels().filter(|rating| rating.level() >= scale.good_from()));
    let (name, formula, testid) = match scale {
        Scale::Nps => (words.nps, words.nps_formula.to_owned(), "score-nps"),
        Scale::Ces => (words.ces, fill(words.ces_formula, &[&good]), "score-ces"),
        _ => (words.csat, fill(words.csat_formula, &[&good]), "score-csat"),
    };
    Naming { name, formula, testid: Some(testid), is_signed: scale == Scale::Nps }
}
