//! The loop after a long quiet. A touch anywhere leads back to the rating.

use candor_core::session::Input;
use candor_core::survey;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::text::text;
use super::{face, is_meant};
use crate::runtime::Kiosk;

pub fn view(kiosk: Kiosk, locale: &str) -> impl IntoView {
    let question = kiosk.session.with_untracked(|session| {
        session.as_ref().map_or(String::new(), |s| survey::text(&s.survey().question, locale).to_owned())
    });
    let leave = move |event: MouseEvent| {
        if is_meant(&event) {
            kiosk.dispatch(Input::Dismissed);
        }
    };
    view! {
        <section class="attract" data-testid="attract" on:click=leave>
            <div class="row-of-faces" aria-hidden="true">{(1..=5).map(face).collect_view()}</div>
            <h1>{question}</h1>
            <button type="button" class="button" data-testid="start">{text(locale).start}</button>
        </section>
    }
}
