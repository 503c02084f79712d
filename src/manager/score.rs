//! A score with its interval, its n and the name of its formula. None of them ever stands alone.

use candor_core::statistics::Share;
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::figures::on_bar;
use crate::manager::language::Language;
use crate::manager::period::Span;
use crate::manager::text::fill;

/// A score. With a span it is the card's own, CSAT; without, the one beside it.
#[component]
pub fn Score(
    span: Option<Span>,
    name: &'static str,
    formula: &'static str,
    share: Memo<Option<Share>>,
    language: Language,
) -> impl IntoView {
    let shown = move || share.get().map_or("—".to_owned(), |share| browser::decimal(share.percent, language));
    let low = move || share.get().map(|share| on_bar(share.low));
    let width = move || share.get().map(|share| on_bar(share.high - share.low));
    let at = move || share.get().map(|share| on_bar(share.percent));
    let fine = move || {
        share.get().map(|share| {
            let [low, high] = [share.low, share.high].map(|end| browser::decimal(end, language));
            let interval = fill(language.texts().results.interval, &[&low, &high]);
            // Without breaking spaces: “n = 412” is one word.
            format!("{interval}\u{a0}· n\u{a0}=\u{a0}{}", browser::integer(share.of, language))
        })
    };
    view! {
        <div class="m-score" class:m-minor=span.is_none()>
            <h3>{name}</h3>
            <p
                class="m-figure"
                data-testid=span.map(|_| "score-csat")
                data-period=span.map(Span::name)
                data-interval=move || share.get().map(|share| machine_interval(&share))
                data-n=move || share.get().map_or(0, |share| share.of).to_string()
            >
                {shown}
                {move || share.get().map(|_| view! { <small>" %"</small> })}
            </p>
            <div class="m-interval" class:m-none=move || share.get().is_none() aria-hidden="true">
                <span class="m-range" style:left=low style:width=width></span>
                <span class="m-at" style:left=at></span>
            </div>
            <p class="m-fine">{fine}</p>
            <p class="m-fine">{formula}</p>
        </div>
    }
}

/// `82.7-89.4`: for programs.
fn machine_interval(share: &Share) -> String {
    format!("{}-{}", browser::machine_decimal(share.low), browser::machine_decimal(share.high))
}
