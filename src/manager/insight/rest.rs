//! How long customers took, and the ledger of offers: who was asked, and what came of it.

use candor_core::facts::OfferCounts;
use candor_core::insight::taken;
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::insight::table::{Row, table};
use crate::manager::insight::{Insight, names};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// Both; each only where there is any.
#[component]
pub fn RestCard(insight: Insight, language: Language) -> impl IntoView {
    let words = &language.texts().insight;
    let taken = insight.read(taken);
    let offers = insight.read(|facts, view, today, measure| {
        let filter = view.filter(today, measure);
        let points = facts.offers_by_point(&filter);
        let points = points.into_iter().map(|(name, counts)| (name.to_owned(), counts)).collect::<Vec<_>>();
        (facts.offers(&filter), points)
    });
    let took = move || {
        taken.get().map(|taken| {
            let [median, p90] = [taken.median, taken.p90].map(|seconds| names::figure(seconds, language));
            let said = fill(words.taken_said, &[&median, &p90, &browser::integer(taken.n, language)]);
            view! {
                <section class="m-card m-insight" aria-labelledby="m-taken" data-testid="taken">
                    <div class="m-card-head"><h2 id="m-taken">{words.taken}</h2></div>
                    <p>{said}</p>
                </section>
            }
        })
    };
    let asked = move || offers.with(|(all, points)| (all.made > 0).then(|| ledger(all, points, language)));
    let alone = move || taken.with(Option::is_some) != offers.with(|(all, _)| all.made > 0);
    view! { <div class="m-columns" class:m-alone=alone>{took}{asked}</div> }
}

fn ledger(all: &OfferCounts, points: &[(String, OfferCounts)], language: Language) -> AnyView {
    let words = &language.texts().insight;
    let cells = |counts: &OfferCounts| {
        let counts = [counts.made, counts.answered, counts.expired, counts.withdrawn, counts.open()];
        counts.map(|n| browser::integer(n, language)).to_vec()
    };
    let said = all.unrated().map(|share| {
        let [percent, low, high] = [share.percent, share.low, share.high].map(|value| names::figure(value, language));
        fill(words.offers_unrated, &[&percent, &low, &high, &browser::integer(share.of, language)])
    });
    let total = Row::new(language.texts().results.total.to_owned(), cells(all));
    let of_points = points.iter().filter(|_| points.len() > 1);
    let rows = of_points.map(|(name, counts)| Row::new(names::point(name, language), cells(counts)));
    let rows = rows.chain([total]).collect();
    let heads = std::iter::once(words.point).chain(words.offers_heads).collect();
    let counts = words.offers_heads.into_iter().zip(cells(all));
    view! {
        <section class="m-card m-insight" aria-labelledby="m-offers" data-testid="offers">
            <div class="m-card-head"><h2 id="m-offers">{words.offers}</h2></div>
            <dl class="m-facts">
                {counts.map(|(name, n)| view! { <div><dt>{name}</dt><dd>{n}</dd></div> }).collect_view()}
            </dl>
            <p>{said}</p>
            <p class="m-fine">{words.offers_note}</p>
            {table("table-offers", words.offers.to_owned(), heads, rows, language)}
        </section>
    }
    .into_any()
}
