//! The manager's own language switch.

use candor_core::first_screen::language_name;
use leptos::prelude::*;

use crate::manager::language::Language;

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
            {move || language_name(other().tag())}
        </button>
    }
}
