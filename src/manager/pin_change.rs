//! Changing the PIN: whoever knows the current one may choose another.

use candor_core::pin::MAX_DIGITS;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::desk::{Desk, PinChange as State};
use crate::manager::door_screen::{fault_text, trouble_text, uncounted_text};
use crate::manager::field::Field;
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The card on the settings screen.
#[component]
pub fn PinChange(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().settings;
    let [old, new, again] = [(); 3].map(|()| RwSignal::new(String::new()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        desk.change_pin(old.get_untracked(), new.get_untracked(), again.get_untracked());
    };
    Effect::new(move |_| match desk.pin_change.get() {
        State::Done => [old, new, again].map(|typed| typed.set(String::new())).into_iter().collect(),
        State::Refused => old.set(String::new()),
        _ => {}
    });
    view! {
        <form class="m-card m-pin-change" autocomplete="off" novalidate=true aria-labelledby="m-pin-change" on:submit=submit>
            <div class="m-card-head">
                <h2 id="m-pin-change">{words.change_pin}</h2>
                <span class="m-n">{words.change_pin_hint}</span>
            </div>
            <div class="m-three">
                {field(desk, "m-pin-old", words.old_pin, old)}
                {field(desk, "m-pin-new", words.new_pin, new)}
                {field(desk, "m-pin-new-again", words.new_pin_again, again)}
            </div>
            <div class="m-save">
                <p class="m-says" role="status" id="m-pin-says" data-testid="pin-changed" class:m-says-calm=move || is_calm(&desk.pin_change.get())>
                    {move || outcome(&desk.pin_change.get(), language)}
                </p>
                <button
                    type="submit"
                    class="m-button m-second"
                    data-testid="change-pin"
                    disabled=move || desk.pin_change.get() == State::Running
                >
                    {words.change}
                </button>
            </div>
        </form>
    }
}

fn field(desk: Desk, id: &'static str, label: &'static str, typed: RwSignal<String>) -> impl IntoView {
    let edited = move || {
        if desk.pin_change.get_untracked() != State::Running {
            desk.pin_change.set(State::None);
        }
    };
    let pin = Field { keys: "numeric", longest: Some(MAX_DIGITS), ..Field::secret(id, label, "m-pin-says") };
    view! { <div class="m-field">{pin.view(typed, edited)}</div> }
}

fn is_calm(state: &State) -> bool {
    matches!(state, State::None | State::Running | State::Done)
}

fn outcome(state: &State, language: Language) -> Option<String> {
    let texts = language.texts();
    let (words, door) = (&texts.settings, &texts.door);
    match state {
        State::None => None,
        State::Running => Some(door.checking.to_owned()),
        State::Done => Some(words.changed.to_owned()),
        State::Fault(fault) => Some(fault_text(*fault, door).to_owned()),
        State::Refused => Some(words.old_refused.to_owned()),
        State::Wait { seconds } => Some(fill(door.wait, &[&browser::duration(*seconds, language)])),
        State::Uncounted { wait_ms: Some(wait_ms) } => Some(uncounted_text(*wait_ms, language)),
        State::Uncounted { wait_ms: None } => Some(door.uncounted_elsewhere.to_owned()),
        State::Failed(error) => Some(trouble_text(error, &texts.trouble).to_owned()),
    }
}
