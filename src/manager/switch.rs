//! The manager's own language switch.

use leptos::prelude::*;

use crate::manager::language::{Language, own_name};

/// Changes to the other language; named in that language.
#[component]
pub fn LanguageSwitch(language: RwSignal<Language>) -> impl IntoView {
    let other = move || language.get().other();
    view! {
        <button
            type="button"
            class="m-quiet"
            data-testid="manager-language"
            lang=move || other().tag()
            on:click=move |_| language.update(|language| *language = language.other())
        >
            {move || own_name(other().tag())}
        </button>
    }
}
