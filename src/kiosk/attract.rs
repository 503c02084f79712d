//! The loop after a long quiet. A touch anywhere leads back to the rating.

use candor_core::event::Scale;
use candor_core::session::Input;
use candor_core::survey;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::text::text;
use super::{face, is_meant};
use crate::runtime::Kiosk;

pub fn view(kiosk: Kiosk, locale: &str) -> impl IntoView {
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
    view! {
        <section class="attract" data-testid="attract" on:click=leave>
            <div class="row-of-faces" aria-hidden="true">{row.levels().map(|level| face(row, level)).collect_view()}</div>
            <h1>{question}</h1>
            <button type="button" class="button" data-testid="start">{text(locale).start}</button>
        </section>
    }
}
