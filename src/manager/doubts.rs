//! Responses that were hardly given by customers: each with its reason and its figures, and the way to count it again.

use candor_core::flags::Doubt;
use candor_core::results::Response;
use candor_core::vandal::Reason;
use leptos::prelude::*;

use crate::manager::browser::{self, Written};
use crate::manager::desk::Desk;
use crate::manager::distribution::level_name;
use crate::manager::icon::face;
use crate::manager::language::Language;
use crate::manager::text::{ResultsTexts, fill};

/// The list, newest first; nothing at all while nothing is in doubt.
#[component]
pub fn Doubts(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().results;
    let doubts = Memo::new(move |_| {
        desk.figures.with(|figures| figures.as_ref().map(|figures| figures.doubts.clone()).unwrap_or_default())
    });
    move || {
        let list = doubts.get();
        (!list.is_empty()).then(|| {
            view! {
                <section class="m-card" aria-labelledby="m-doubts" data-testid="doubts">
                    <div class="m-card-head">
                        <h2 id="m-doubts">{words.doubts}</h2>
                        <span class="m-n">{fill(words.comments_shown, &[&list.len().to_string()])}</span>
                    </div>
                    <p class="m-fine">{words.doubts_note}</p>
                    <ol class="m-comments">{list.iter().map(|response| row(desk, response, language)).collect_view()}</ol>
                </section>
            }
        })
    }
}

fn row(desk: Desk, response: &Response, language: Language) -> impl IntoView + use<> {
    let words = &language.texts().results;
    let (scale, rating) = (response.scale, response.rating);
    let lines = response.doubts.iter().map(|doubt| {
        let said = said(doubt, words, language);
        let (id, reason) = (response.id.clone(), doubt.reason);
        let way_back = if doubt.is_cleared {
            view! { <span class="m-fine">{words.counted_again}</span> }.into_any()
        } else {
            view! {
                <button
                    type="button"
                    class="m-quiet"
                    data-testid="clear-doubt"
                    on:click=move |_| desk.clear_doubt(id.clone(), reason)
                >
                    {words.count_again}
                </button>
            }
            .into_any()
        };
        view! { <p class="m-doubt" data-reason=doubt.reason.as_str() data-cleared=doubt.is_cleared.to_string()><span>{said}</span>{way_back}</p> }
    });
    let lines = lines.collect_view();
    view! {
        <li class="m-comment" data-testid="doubt">
            {face(scale, rating)}
            <div class="m-said">
                <span class="sr">{level_name(desk, scale, rating, language)}" "</span>
                {lines}
            </div>
            <time datetime=response.time.clone()>{browser::time(&response.time, Written::Minute, language)}</time>
        </li>
    }
}

/// The reason with its figures.
fn said(doubt: &Doubt, words: &'static ResultsTexts, language: Language) -> String {
    let text = match doubt.reason {
        Reason::Burst => words.doubt_burst,
        Reason::Alternation => words.doubt_alternation,
        Reason::Streak => words.doubt_streak,
        Reason::OutsideHours => words.doubt_outside_hours,
        Reason::HastyAnswer => words.doubt_hasty,
        Reason::NoPause => words.doubt_no_pause,
        Reason::Appeal => words.doubt_appeal,
    };
    let count = browser::integer(u64::from(doubt.figures.count), language);
    let seconds = browser::decimal(f64::from(doubt.figures.millis) / 1_000.0, language);
    fill(text, &[&count, &seconds])
}
