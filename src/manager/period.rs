//! The card of one period: its scores and its distribution.

use leptos::prelude::*;

use crate::manager::browser::{self, Written};
use crate::manager::desk::Desk;
use crate::manager::distribution::Distribution;
use crate::manager::figures::{FEW, Period};
use crate::manager::language::Language;
use crate::manager::score::Score;
use crate::manager::text::fill;

/// A period that results are shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// The tablet's own day.
    Today,
    /// Everything in the journal.
    All,
}

impl Span {
    /// The value of `data-period`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::All => "all",
        }
    }
}

/// One period.
#[component]
pub fn PeriodCard(desk: Desk, span: Span, language: Language) -> impl IntoView {
    let words = &language.texts().results;
    let period = Memo::new(move |_| {
        desk.figures.with(|figures| match (figures, span) {
            (Some(figures), Span::Today) => figures.today.clone(),
            (Some(figures), Span::All) => figures.all.clone(),
            (None, _) => Period::default(),
        })
    });
    let n = Memo::new(move |_| period.with(|period| period.summary.n));
    let csat = Memo::new(move |_| period.with(|period| period.summary.csat));
    let negative = Memo::new(move |_| period.with(|period| period.negative));
    let when = move || match span {
        // Read again with every change, so that it turns with the day.
        Span::Today => period.with(|_| browser::now(Written::Day, language)),
        Span::All => {
            let since = period.with(|period| period.since.clone());
            since.map(|time| fill(words.since, &[&browser::time(&time, Written::Date, language)])).unwrap_or_default()
        }
    };
    let (title, none) = match span {
        Span::Today => (words.today, words.none_today),
        Span::All => (words.all, words.none_ever),
    };
    let title_id = match span {
        Span::Today => "m-period-today",
        Span::All => "m-period-all",
    };
    view! {
        <section class="m-card m-period" data-period=span.name() aria-labelledby=title_id>
            <div class="m-card-head">
                <h2 id=title_id>{title}" "<small>{when}</small></h2>
                <span class="m-n">{move || words.responses.of(n.get(), &browser::integer(n.get(), language))}</span>
            </div>
            <div class="m-scores">
                <Score span=Some(span) name=words.csat formula=words.csat_formula share=csat language />
                <Score span=None name=words.negative formula=words.negative_formula share=negative language />
            </div>
            {move || match n.get() {
                0 => view! { <p class="m-few"><b>{none}</b>" · "{words.none_hint}</p> }.into_any(),
                1..FEW => view! { <p class="m-few">{words.too_few}</p> }.into_any(),
                _ => ().into_any(),
            }}
            <Distribution desk span period language />
        </section>
    }
}
