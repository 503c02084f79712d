//! A score with its interval, its n and the name of its formula. None of them ever stands alone.

use candor_core::insight::Span;
use candor_core::statistics::Share;
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::figures::on_bar;
use crate::manager::language::Language;
use crate::manager::text::fill;

/// What a score is called, how it is made, and between which ends it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Naming {
    /// Its name.
    pub name: &'static str,
    /// How it is made.
    pub formula: String,
    /// The `data-testid`; none for a score that stands beside the leading one.
    pub testid: Option<&'static str>,
    /// From −100 to 100 without a unit, as the NPS has it, and not from 0 to 100 %.
    pub is_signed: bool,
}

/// A score.
#[component]
pub fn Score(span: Span, naming: Naming, share: Memo<Option<Share>>, language: Language) -> impl IntoView {
    let Naming { name, formula, testid, is_signed } = naming;
    let place = move |value: f64| if is_signed { (value + 100.0) / 2.0 } else { value };
    let shown = move || share.get().map_or("—".to_owned(), |share| browser::decimal(share.percent, language));
    let low = move || share.get().map(|share| on_bar(place(share.low)));
    let width = move || share.get().map(|share| on_bar(place(share.high) - place(share.low)));
    let at = move || share.get().map(|share| on_bar(place(share.percent)));
    let fine = move || {
        share.get().map(|share| {
            let [low, high] = [share.low, share.high].map(|end| browser::decimal(end, language));
            let interval = fill(language.texts().results.interval, &[&low, &high]);
            // Without breaking spaces: “n = 412” is one word.
            format!("{interval}\u{a0}· n\u{a0}=\u{a0}{}", browser::integer(share.of, language))
        })
    };
    let unit = move || (!is_signed && share.with(Option::is_some)).then(|| view! { <small>" %"</small> });
    view! {
        <div class="m-score" class:m-minor=testid.is_none()>
            <h3>{name}</h3>
            <p
                class="m-figure"
                data-testid=testid
                data-period=testid.map(|_| span.name())
                data-interval=move || share.get().map(|share| machine_interval(&share))
                data-n=move || share.get().map_or(0, |share| share.of).to_string()
            >
                {shown}
                {unit}
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
