//! Results: today and all time side by side, what customers wrote, and the way out as a file.

use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::comments::Comments;
use crate::manager::desk::Desk;
use crate::manager::doubts::Doubts;
use crate::manager::export_button::ExportButton;
use crate::manager::language::Language;
use crate::manager::period::{PeriodCard, Span};
use crate::manager::text::fill;

/// The results screen.
#[component]
pub fn ResultsScreen(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().results;
    let is_read = Memo::new(move |_| desk.figures.with(Option::is_some));
    view! {
        <div class="m-head">
            <h1>{language.texts().rail.results}</h1>
            <ExportButton desk language />
        </div>
        {move || {
            if is_read.get() {
                view! {
                    <div class="m-columns">
                        <PeriodCard desk span=Span::Today language />
                        <PeriodCard desk span=Span::All language />
                    </div>
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
