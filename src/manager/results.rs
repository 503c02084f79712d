//! Results: the alerts, what is looked at, its figures and charts, what customers wrote, and the way out as a file.

use candor_core::insight::Span;
use leptos::prelude::*;

use crate::manager::alerts::AlertsCard;
use crate::manager::browser;
use crate::manager::comments::Comments;
use crate::manager::doubts::Doubts;
use crate::manager::export::{ExportButton, ExportCard};
use crate::manager::frame::Tab;
use crate::manager::insight::{Behind, Cards, FilterBar, HeadlineCard, Insight};
use crate::manager::language::Language;
use crate::manager::period::PeriodCard;
use crate::manager::text::fill;

/// The results screen.
#[component]
pub fn ResultsScreen(insight: Insight, tab: RwSignal<Tab>, language: Language) -> impl IntoView {
    let desk = insight.desk;
    let words = &language.texts().results;
    let choice = Memo::new(move |_| insight.view.with(|view| (view.period, view.is_of_a_person())));
    let is_read = Memo::new(move |_| desk.figures.with(Option::is_some));
    view! {
        <div class="m-head">
            <h1>{language.texts().rail.results}</h1>
            {move || is_read.get().then(|| view! { <ExportButton insight language /> })}
        </div>
        <ExportCard insight language />
        <AlertsCard insight tab language />
        {move || {
            if is_read.get() {
                view! {
                    <FilterBar insight language />
                    <HeadlineCard insight language />
                    {move || {
                        let (chosen, is_of_a_person) = choice.get();
                        let is_today_apart = chosen != Span::Today && !is_of_a_person;
                        view! {
                            <div class="m-columns" class:m-alone=!is_today_apart>
                                {is_today_apart.then(|| view! { <PeriodCard insight span=Span::Today language /> })}
                                <PeriodCard insight span=chosen language />
                            </div>
                        }
                    }}
                    <Behind insight language />
                    <Cards insight language />
                    <Comments desk language />
                    <Doubts desk language />
                }
                    .into_any()
            } else {
                view! {
                    <p class="m-card m-empty" role="status">
                        {move || fill(words.reading, &[&browser::integer(desk.read.get(), language)])}
                    </p>
                }
                    .into_any()
            }
        }}
    }
}
