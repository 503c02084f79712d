//! The way to sealed comments: a passphrase, in the list of comments.

use candor_core::results::SealedComment;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::desk::Desk;
use crate::manager::language::Language;
use crate::manager::passphrase::field;
use crate::manager::sealing::Opening;
use crate::manager::text::fill;

/// Asks for the passphrase while one of these is shut that it would open, and says where the key is otherwise.
#[component]
pub fn Unseal(desk: Desk, sealed: Memo<Vec<SealedComment>>, language: Language) -> impl IntoView {
    let words = &language.texts().results;
    let is_shut = move |comment: &SealedComment| desk.sealing.words(comment).is_err();
    let shut = Memo::new(move |_| {
        let mut sealed = sealed.get();
        sealed.retain(is_shut);
        sealed
    });
    let way =
        Memo::new(move |_| match shut.with(|shut| (shut.is_empty(), shut.iter().any(|c| desk.sealing.can_open(c)))) {
            (true, _) => Way::None,
            (_, true) => Way::Here,
            (_, false) => Way::Elsewhere,
        });
    move || match way.get() {
        Way::None => ().into_any(),
        Way::Here => view! { <Ask desk shut language /> }.into_any(),
        Way::Elsewhere => view! { <p class="m-fine m-unseal">{words.open_comments_elsewhere}</p> }.into_any(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    None,
    Here,
    Elsewhere,
}

#[component]
fn Ask(desk: Desk, shut: Memo<Vec<SealedComment>>, language: Language) -> impl IntoView {
    let (words, sealing) = (&language.texts().results, desk.sealing);
    let passphrase = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        sealing.unlock(&shut.get_untracked(), passphrase.get_untracked());
    };
    let must_wait = move || sealing.wait_s.get() > 0;
    let says = move || {
        let waits = |what: &str| match sealing.wait_s.get() {
            0 => what.to_owned(),
            left => {
                let wait = fill(language.texts().door.wait, &[&browser::duration(left, language)]);
                language.joined(&[what.to_owned(), wait])
            }
        };
        match sealing.opening.get() {
            Opening::None => None,
            Opening::Running => Some(language.texts().passphrase.working.to_owned()),
            Opening::Refused => Some(waits(words.open_refused)),
            Opening::Altered => Some(words.open_altered.to_owned()),
            Opening::Memory => Some(language.texts().passphrase.memory.to_owned()),
        }
    };
    view! {
        <form class="m-unseal" autocomplete="off" novalidate=true on:submit=submit>
            {field("m-unseal", words.open_comments, passphrase, "m-unseal-hint m-unseal-says", move || sealing.retyped())}
            <button
                type="submit"
                class="m-button m-second"
                data-testid="open-comments"
                disabled=move || must_wait() || sealing.opening.get() == Opening::Running
            >
                {words.open}
            </button>
            <p class="m-fine" id="m-unseal-hint">{words.open_comments_hint}</p>
            <p
                class="m-says"
                role="status"
                id="m-unseal-says"
                data-testid="unseal-says"
                class:m-says-calm=move || matches!(sealing.opening.get(), Opening::None | Opening::Running)
            >
                {says}
            </p>
        </form>
    }
}
