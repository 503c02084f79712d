//! The card of settings as a file, and the card of what the page's address asks for.

use candor_core::journal::StoreError;
use candor_core::provision::write;
use candor_core::survey::shelf::Shelf;
use leptos::prelude::*;

use super::code::Code;
use super::preview::{asks, faults};
use super::{Import, Provisioning, Source, State, in_force_beside};
use crate::browser::task::spawn;
use crate::manager::button::{button, file_button};
use crate::manager::desk::Desk;
use crate::manager::door_screen::trouble_text;
use crate::manager::file::Parts;
use crate::manager::icon::EXPORT;
use crate::manager::language::Language;
use crate::manager::surveys::records;
use crate::manager::text::fill;

/// The card among the settings.
#[component]
pub fn ProvisionCard(desk: Desk, provisioning: Provisioning, language: Language) -> impl IntoView {
    let words = &language.texts().provision;
    let exported = move || match provisioning.exported.get() {
        None => String::new(),
        Some(Ok(name)) if name.is_empty() => words.not_taken.to_owned(),
        Some(Ok(name)) => fill(words.exported, &[&name]),
        Some(Err(error)) => trouble_text(&error, &language.texts().trouble).to_owned(),
    };
    let is_unread = move || desk.settings.with(Option::is_none);
    view! {
        <section class="m-card m-stack" aria-labelledby="m-provision" data-testid="provision">
            <div class="m-card-head"><h2 id="m-provision">{words.title}</h2></div>
            <p class="m-lead">{words.hint}</p>
            <div class="m-do-row">
                {file_button(
                    "import-settings",
                    ".json,application/json",
                    words.import,
                    None,
                    || false,
                    move |file| provisioning.file.choose(file),
                )}
                {button("m-button m-second", "export-settings", EXPORT, words.export, is_unread, move || export(desk, provisioning))}
            </div>
            <p
                class="m-says"
                role="status"
                data-testid="export-says"
                class:m-says-calm=move || provisioning.exported.with(|exported| matches!(exported, Some(Ok(name)) if !name.is_empty()))
            >
                {exported}
            </p>
            <div data-testid="import">{move || body(provisioning.file, language)}</div>
            <Code desk provisioning language />
        </section>
    }
}

/// What the page's address asks for; nothing where it asks for nothing.
#[component]
pub fn AskedCard(asked: Import, language: Language) -> impl IntoView {
    let words = &language.texts().provision;
    let is_shown = Memo::new(move |_| asked.state.with(|state| *state != State::None));
    move || {
        is_shown.get().then(|| {
            view! {
                <section class="m-card m-stack m-asked" aria-labelledby="m-asked" data-testid="asked">
                    <div class="m-card-head"><h2 id="m-asked">{words.asked_title}</h2></div>
                    <p class="m-lead">{words.asked_hint}</p>
                    {move || body(asked, language)}
                </section>
            }
        })
    }
}

/// How far it has come, in words, with what is to be decided.
fn body(import: Import, language: Language) -> AnyView {
    let texts = language.texts();
    let words = &texts.provision;
    let refused = |found: &[_]| {
        let what = if import.source == Source::File { words.file_faults } else { words.asked_faults };
        view! {
            {says(import, what, false)}
            {faults(found, language)}
            {put_away(import, words.discard)}
        }
        .into_any()
    };
    match import.state.get() {
        State::None => ().into_any(),
        State::Reading => says(import, words.reading, true),
        State::Unreadable => says(import, words.unreadable, false),
        State::Faults(found) => refused(&found),
        State::Asking { .. } => match import.plan.get() {
            None => says(import, words.reading, true),
            Some(Err(found)) => refused(&found),
            Some(Ok(plan)) => asks(import, &plan, language),
        },
        State::Writing | State::Saving => says(import, texts.settings.saving, true),
        State::Done if import.desk.has_token.get() => done(import, words.done, words.close),
        State::Done => done(import, words.done_without_token, words.close),
        State::Failed(error) => view! {
            {says(import, trouble_text(&error, &texts.trouble), false)}
            {put_away(import, words.discard)}
        }
        .into_any(),
    }
}

fn done(import: Import, what: &'static str, close: &'static str) -> AnyView {
    view! {
        {says(import, what, true)}
        {put_away(import, close)}
    }
    .into_any()
}

fn says(import: Import, what: &'static str, is_calm: bool) -> AnyView {
    let testid = if import.source == Source::File { "import-says" } else { "asked-says" };
    let is_done = import.state.with_untracked(|state| *state == State::Done);
    view! {
        <p class="m-says" class:m-says-calm=is_calm role="status" data-testid=testid data-ok=is_done.to_string()>{what}</p>
    }
    .into_any()
}

fn put_away(import: Import, words: &'static str) -> AnyView {
    let testid = if import.source == Source::File { "import-discard" } else { "asked-discard" };
    view! {
        <div class="m-do-row">
            <button type="button" class="m-quiet" data-testid=testid on:click=move |_| import.discard()>{words}</button>
        </div>
    }
    .into_any()
}

/// Hands everything to the browser as a file.
fn export(desk: Desk, provisioning: Provisioning) {
    let (Some(store), Some(settings)) = (desk.store(), desk.settings.get_untracked()) else { return };
    let own = desk.shelf.with_untracked(Shelf::in_service);
    let device = desk.tip.with_untracked(|tip| tip.as_ref().map(|tip| tip.device.clone())).unwrap_or_default();
    let name = desk.file_name(&device, ".json").replacen("candor-", "candor-settings-", 1);
    spawn(async move {
        let gathered = async {
            let mut surveys = Vec::new();
            for id in &own {
                surveys.extend(records::load_in_service(&store, id).await?);
            }
            Ok::<_, StoreError>((in_force_beside(&store).await?, surveys))
        };
        let outcome = gathered.await.map(|(beside, surveys)| {
            let parts = Parts::default();
            let text = write(&settings, &beside, &surveys);
            let is_taken = parts.push(text.as_bytes()).is_ok() && parts.offer(&name, "application/json").is_ok();
            if is_taken { name } else { String::new() }
        });
        provisioning.exported.try_set(Some(outcome));
    });
}
