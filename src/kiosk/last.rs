//! The last screens: it is being stored, it is stored, it could not be stored.

use candor_core::session::Input;
use candor_core::survey;
use candor_core::words::fill;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::is_meant;
use super::text::text;
use crate::browser::page;
use crate::runtime::Kiosk;

fn dismiss(kiosk: Kiosk) -> impl Fn(MouseEvent) {
    move |event| {
        if is_meant(&event) {
            kiosk.dispatch(Input::Dismissed);
        }
    }
}

pub fn saving(locale: &str) -> impl IntoView {
    view! {
        <section class="centred" role="status" data-testid="saving">
            <p class="sub">{text(locale).saving}</p>
        </section>
    }
}

/// Shown once the answer is on disk, with its number on this tablet.
pub fn thanks(kiosk: Kiosk, number: u64, locale: &str) -> impl IntoView {
    let words = text(locale);
    let (heading, hint) = kiosk.session.with_untracked(|session| {
        let say = |local| survey::text(local, locale).to_owned();
        session.as_ref().map(|s| (say(&s.survey().thanks), say(&s.survey().thanks_hint))).unwrap_or_default()
    });
    let saved = fill(words.saved, &page::number(number, locale));
    view! {
        <section class="centred" role="status" data-testid="thanks" on:click=dismiss(kiosk)>
            <svg class="tick" viewBox="0 0 120 120" aria-hidden="true">
                <circle cx="60" cy="60" r="58" />
                <path d="M36 62 L54 79 L86 44" />
            </svg>
            <div>
                <h1>{heading}</h1>
                <p class="sub">{hint}</p>
            </div>
            <p class="proof">{saved}</p>
            <button type="button" class="button plain" data-testid="done">{words.done}</button>
        </section>
    }
}

pub fn not_saved(kiosk: Kiosk, locale: &str) -> impl IntoView {
    let words = text(locale);
    apology(kiosk, "not-saved", words.not_saved, words.not_saved_hint, words.done)
}

/// This ticket has its rating.
pub fn known(kiosk: Kiosk, locale: &str) -> impl IntoView {
    let words = text(locale);
    apology(kiosk, "known", words.known, words.known_hint, words.done)
}

fn apology(
    kiosk: Kiosk,
    testid: &'static str,
    heading: &'static str,
    hint: &'static str,
    done: &'static str,
) -> impl IntoView {
    view! {
        <section class="centred" role="alert" data-testid=testid on:click=dismiss(kiosk)>
            <svg class="tick care" viewBox="0 0 120 120" aria-hidden="true">
                <circle cx="60" cy="60" r="58" />
                <path d="M60 32 V68 M60 86 V87" />
            </svg>
            <div>
                <h1>{heading}</h1>
                <p class="sub">{hint}</p>
            </div>
            <button type="button" class="button plain" data-testid="done">{done}</button>
        </section>
    }
}
