//! The loop after a long quiet; while the place is closed a dark screen that says when it opens. A touch anywhere leads
//! back to the rating: whoever stands there may have been served before the doors were shut.

use candor_core::event::Scale;
use candor_core::session::Input;
use candor_core::survey;
use candor_core::words::fill;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::text::text;
use super::{face, is_meant};
use crate::browser::page;
use crate::runtime::Kiosk;

pub fn view(kiosk: Kiosk, is_closed: bool, locale: &str) -> impl IntoView {
    let words = text(locale);
    let (question, scale) = kiosk.session.with_untracked(|session| {
        let survey = session.as_ref().map(|session| session.survey());
        survey.map(|survey| (survey::text(&survey.question, locale).to_owned(), survey.scale)).unwrap_or_default()
    });
    // Of numbers eleven in a row would say nothing.
    let row = if scale.is_numbers() { Scale::Faces5 } else { scale };
    let leave = move |event: MouseEvent| {
        if is_meant(&event) {
            kiosk.dispatch(Input::Dismissed);
        }
    };
    let (testid, title) = if is_closed { ("asleep", words.closed.to_owned()) } else { ("attract", question) };
    let when = match kiosk.opens_at() {
        opens_at if is_closed && opens_at > 0 => fill(words.opens, &page::when(opens_at)),
        _ => String::new(),
    };
    view! {
        <section class="attract" data-testid=testid on:click=leave>
            <div class="row-of-faces" aria-hidden="true">{row.levels().map(|level| face(row, level)).collect_view()}</div>
            <h1>{title}</h1>
            <p class="sub">{when}</p>
            <button type="button" class="button" data-testid="start">{words.start}</button>
        </section>
    }
}
