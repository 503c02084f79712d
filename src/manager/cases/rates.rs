//! How cases are dealt with: the four rates of the chosen period, each with its formula, its numbers and its interval.

use candor_core::cases::{Numbers, Rates};
use candor_core::statistics::Share;
use leptos::prelude::*;

use super::CasesDesk;
use crate::manager::browser;
use crate::manager::insight::names;
use crate::manager::language::Language;
use crate::manager::text::fill;

/// Names for programs, in the order of the texts.
const TESTIDS: [&str; 4] = ["rate-called-back", "rate-content", "rate-fixed", "rate-fixed-in-time"];

/// The card.
#[component]
pub fn RatesCard(cases: CasesDesk, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let period = Memo::new(move |_| cases.chosen.with(|chosen| chosen.period));
    let numbers = Memo::new(move |_| {
        let (now, days) = (cases.now.get(), period.get().days(cases.today()));
        cases.all.with(|all| Numbers::of(all, days, now))
    });
    let rates = move || {
        let Rates { called_back, satisfied, fixed, fixed_in_time } = numbers.get().rates();
        let rates = [called_back, satisfied, fixed, fixed_in_time];
        let rates = TESTIDS.into_iter().zip(words.rate_names).zip(rates);
        rates.map(|((testid, (name, formula)), rate)| rate_view(testid, name, formula, rate, language)).collect_view()
    };
    let besides = move || {
        let Numbers { unknown, withdrawn, .. } = numbers.get();
        let of = [
            (words.unknown.of(unknown, &browser::integer(unknown, language)), unknown),
            (words.withdrawn.of(withdrawn, &browser::integer(withdrawn, language)), withdrawn),
        ];
        of.into_iter().filter(|(_, n)| *n > 0).map(|(said, _)| view! { <p class="m-fine">{said}</p> }).collect_view()
    };
    view! {
        <section class="m-card m-insight" aria-labelledby="m-case-rates" data-testid="case-rates">
            <div class="m-card-head">
                <h2 id="m-case-rates">{words.rates}</h2>
                <span class="m-n">{move || names::span(period.get(), language)}</span>
            </div>
            <p class="m-fine">{words.rates_hint}</p>
            <dl class="m-rates">{rates}</dl>
            {besides}
        </section>
    }
}

fn rate_view(
    testid: &'static str,
    name: &'static str,
    formula: &'static str,
    rate: Option<Share>,
    language: Language,
) -> impl IntoView {
    let words = &language.texts().cases;
    let shown = rate.map_or("—".to_owned(), |rate| format!("{}\u{a0}%", browser::decimal(rate.percent, language)));
    let of = rate.map(|rate| {
        let [count, of] = [rate.count, rate.of].map(|n| browser::integer(n, language));
        let [low, high] = [rate.low, rate.high].map(|end| browser::decimal(end, language));
        let interval = fill(language.texts().results.interval, &[&low, &high]);
        format!("{count}\u{a0}/\u{a0}{of} · {interval}")
    });
    let is_few = rate.is_some_and(|rate| Rates::is_few(&rate));
    let machine = rate.map(|rate| format!("{}/{}", rate.count, rate.of)).unwrap_or_default();
    view! {
        <div class="m-rate" data-testid=testid data-of=machine>
            <dt>{name}</dt>
            <dd class="m-figure" class:m-few-figure=is_few>{shown}{is_few.then(|| view! { <small>" "{words.few}</small> })}</dd>
            <dd class="m-fine">{of}</dd>
            <dd class="m-fine">{formula}</dd>
        </div>
    }
}
