//! The sealing key on the settings screen: what becomes of customers' words, in so many words, and the way to change it.

use candor_vault::{KeyFault, Sealing};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::manager::desk::Desk;
use crate::manager::door_screen::trouble_text;
use crate::manager::field::Field;
use crate::manager::language::Language;
use crate::manager::passphrase::{fault_text, field};
use crate::manager::sealing::{Change, Key};

/// The card.
#[component]
pub fn SealingCard(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().sealing;
    let key = desk.sealing.key;
    let state = move || {
        key.with(|key| match key {
            Key::Unknown => ("unknown", "", ""),
            Key::Off => ("off", words.off, words.is_off),
            Key::On(Sealing { wrapped: Some(_), .. }) => ("on", words.on, words.is_on_own),
            Key::On(_) => ("on", words.on, words.is_on_other),
            Key::Damaged => ("damaged", words.damaged, words.is_damaged),
        })
    };
    view! {
        <section class="m-card m-stack" aria-labelledby="m-sealing" data-testid="sealing" data-state=move || state().0>
            <div class="m-card-head">
                <h2 id="m-sealing">{words.title}</h2>
                <span class="m-mode" data-mode=move || state().0>{move || state().1}</span>
            </div>
            <p class="m-lead">{move || state().2}</p>
            {move || match key.get() {
                Key::Unknown => ().into_any(),
                Key::Off => view! { <Choice desk language /> }.into_any(),
                Key::On(sealing) => view! { <InForce desk sealing language /> }.into_any(),
                Key::Damaged => view! { <TurnOff desk language /> }.into_any(),
            }}
            <p
                class="m-says"
                role="status"
                id="m-sealing-says"
                data-testid="sealing-says"
                class:m-says-calm=move || is_calm(&desk.sealing.change.get())
            >
                {move || outcome(&desk.sealing.change.get(), language)}
            </p>
        </section>
    }
}

/// Two ways to have a key.
#[component]
fn Choice(desk: Desk, language: Language) -> impl IntoView {
    let texts = language.texts();
    let (words, sealing) = (&texts.sealing, desk.sealing);
    let [passphrase, again, entered] = [(); 3].map(|()| RwSignal::new(String::new()));
    let edited = move || sealing.edited();
    let is_running = move || sealing.change.get() == Change::Running;
    let make = move |event: SubmitEvent| {
        event.prevent_default();
        sealing.make(desk, passphrase.get_untracked(), &again.get_untracked());
    };
    let import = move |event: SubmitEvent| {
        event.prevent_default();
        sealing.import(desk, &entered.get_untracked());
    };
    let key = Field {
        is_wrong: Signal::derive(move || matches!(sealing.change.get(), Change::Key(_))),
        class: "m-code",
        ..Field::open("m-sealing-key", words.import_label, "m-import-hint m-sealing-key-fault")
    };
    view! {
        <div class="m-ways">
            <form class="m-way" autocomplete="off" novalidate=true on:submit=make>
                <h3>{words.make}</h3>
                {field("m-sealing-passphrase", texts.passphrase.passphrase, passphrase, "m-make-hint m-sealing-passphrase-fault", edited)}
                {field("m-sealing-again", texts.passphrase.again, again, "m-sealing-passphrase-fault", edited)}
                <p class="m-fault" id="m-sealing-passphrase-fault" role="alert" data-testid="sealing-passphrase-fault">
                    {move || match sealing.change.get() {
                        Change::Passphrase(fault) => Some(fault_text(fault, &texts.passphrase)),
                        _ => None,
                    }}
                </p>
                <p class="m-fine" id="m-make-hint">{words.make_hint}</p>
                <button type="submit" class="m-button m-second" data-testid="make-key" disabled=is_running>
                    {words.make_button}
                </button>
            </form>
            <form class="m-way" autocomplete="off" novalidate=true on:submit=import>
                <h3>{words.import}</h3>
                <div class="m-field">
                    {key.view(entered, edited)}
                    <p class="m-fault" id="m-sealing-key-fault" role="alert" data-testid="sealing-key-fault">
                        {move || match sealing.change.get() {
                            Change::Key(fault) => Some(key_fault_text(fault, language)),
                            _ => None,
                        }}
                    </p>
                </div>
                <p class="m-fine" id="m-import-hint">{words.import_hint}</p>
                <button type="submit" class="m-button m-second" data-testid="import-key" disabled=is_running>
                    {words.import_button}
                </button>
            </form>
        </div>
    }
}

#[component]
fn InForce(desk: Desk, sealing: Sealing, language: Language) -> impl IntoView {
    let words = &language.texts().sealing;
    let is_own = sealing.wrapped.is_some();
    view! {
        <dl class="m-facts">
            <div><dt>{words.name}</dt><dd class="m-code" data-testid="sealing-name">{sealing.public.name()}</dd></div>
            <div><dt>{words.private_half}</dt><dd>{if is_own { words.here } else { words.elsewhere }}</dd></div>
            <div class="m-long">
                <dt>{words.public_key}</dt>
                <dd class="m-code m-select-all">{sealing.public.written()}</dd>
            </div>
        </dl>
        {is_own.then(|| view! { <p class="m-fine">{words.take_hint}</p> })}
        <TurnOff desk language />
    }
}

/// The way out, which asks once more, and beside it the key as a file.
#[component]
fn TurnOff(desk: Desk, language: Language) -> impl IntoView {
    let (words, sealing) = (&language.texts().sealing, desk.sealing);
    let is_asking = RwSignal::new(false);
    let is_running = move || sealing.change.get() == Change::Running;
    let has_private = Memo::new(move |_| sealing.key.with(|key| matches!(key, Key::On(key) if key.wrapped.is_some())));
    let question = move || {
        view! {
            <div class="m-sure" role="group" aria-labelledby="m-sure">
                <p><b id="m-sure">{words.turn_off_sure}</b><br />{words.turn_off_hint}</p>
                <div class="m-do-row">
                    <button type="button" class="m-quiet" data-testid="sealing-keep" on:click=move |_| is_asking.set(false)>
                        {words.keep}
                    </button>
                    <button
                        type="button"
                        class="m-button m-second"
                        data-testid="sealing-off-confirm"
                        disabled=is_running
                        on:click=move |_| sealing.turn_off(desk)
                    >
                        {words.turn_off_do}
                    </button>
                </div>
            </div>
        }
    };
    let buttons = move || {
        view! {
            <div class="m-do-row">
                <button
                    type="button"
                    class="m-quiet"
                    data-testid="sealing-off"
                    on:click=move |_| {
                        sealing.edited();
                        is_asking.set(true);
                    }
                >
                    {words.turn_off}
                </button>
                {move || has_private.get().then(|| view! {
                    <button type="button" class="m-button m-second" data-testid="export-key" on:click=move |_| sealing.take_away()>
                        {words.take}
                    </button>
                })}
            </div>
        }
    };
    move || if is_asking.get() { question().into_any() } else { buttons().into_any() }
}

fn key_fault_text(fault: KeyFault, language: Language) -> &'static str {
    let words = &language.texts().sealing;
    match fault {
        KeyFault::Form => words.key_form,
        KeyFault::Name => words.key_name,
        KeyFault::Weak => words.key_weak,
    }
}

fn is_calm(change: &Change) -> bool {
    matches!(change, Change::None | Change::Running | Change::On | Change::Off | Change::Taken)
}

fn outcome(change: &Change, language: Language) -> Option<&'static str> {
    let texts = language.texts();
    let words = &texts.sealing;
    match change {
        // Faults stand beside their fields.
        Change::None | Change::Passphrase(_) | Change::Key(_) => None,
        Change::Running => Some(texts.passphrase.working),
        Change::On => Some(words.turned_on),
        Change::Off => Some(words.turned_off),
        Change::Taken => Some(words.taken),
        Change::NotTaken => Some(words.not_taken),
        Change::Memory => Some(texts.passphrase.memory),
        Change::Failed(error) => Some(trouble_text(error, &texts.trouble)),
    }
}
