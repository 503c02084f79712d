//! The door: a PIN, by keyboard or by the pad on the screen.

use candor_core::journal::StoreError;
use candor_core::pin::{MAX_DIGITS, PinFault};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::door::{Door, Field, Says, Stage};
use crate::manager::field;
use crate::manager::icon::{BACK, icon, mark};
use crate::manager::language::Language;
use crate::manager::pad::{Key, Pad};
use crate::manager::switch::LanguageSwitch;
use crate::manager::text::{DoorTexts, Texts, TroubleTexts, fill};

/// The door's screen.
#[component]
pub fn DoorScreen(door: Door, language: RwSignal<Language>) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        door.submit();
    };
    follow_field(door);
    view! {
        <div class="m-door">
            <header class="m-door-bar">
                {mark()}
                <span class="m-brand">{move || language.get().texts().product}</span>
                <span class="m-push"></span>
                <LanguageSwitch language />
                <button type="button" class="m-quiet" data-testid="door-back" on:click=move |_| super::close()>
                    {icon(BACK)}
                    {move || language.get().texts().to_kiosk}
                </button>
            </header>
            <main class="m-door-main">
                <form
                    class="m-door-form"
                    autocomplete="off"
                    aria-labelledby="m-door-title"
                    aria-busy=move || (door.stage.get() == Stage::Loading).to_string()
                    on:submit=submit
                >
                    {move || match door.stage.get() {
                        Stage::Loading => ().into_any(),
                        Stage::Await => awaiting(&language.get().texts().door).into_any(),
                        stage => form(door, stage, language.get()).into_any(),
                    }}
                </form>
            </main>
        </div>
    }
}

/// The keyboard goes where the door writes, unless that would pop one up on the screen.
fn follow_field(door: Door) {
    let has_mouse = browser::has_mouse();
    Effect::new(move |_| {
        let field = door.field.get();
        if door.stage.get().takes_a_pin() && has_mouse {
            request_animation_frame(move || browser::focus(input_id(field)));
        }
    });
}

fn awaiting(words: &'static DoorTexts) -> impl IntoView {
    view! {
        <div class="m-door-ask" role="status" data-testid="pin-awaited">
            <h1 id="m-door-title">{words.awaited}</h1>
            <p class="m-door-hint">{words.awaited_hint}</p>
            <p class="m-door-hint">{words.awaited_long}</p>
        </div>
    }
}

fn form(door: Door, stage: Stage, language: Language) -> impl IntoView {
    let texts: &'static Texts = language.texts();
    let words = &texts.door;
    let (title, hint, action) = match stage {
        Stage::Choose => (words.choose, words.choose_hint, words.set),
        _ => (words.ask, words.ask_hint, words.unlock),
    };
    let press = Callback::new(move |key: Key| {
        door.typed().update(|typed| key.press(typed, MAX_DIGITS));
        forget_message(door);
    });
    view! {
        <div class="m-door-ask">
            <h1 id="m-door-title">{title}</h1>
            <p class="m-door-hint">{hint}</p>
            <div class="m-pins">
                {pin_field(door, Field::Pin, words)}
                {(stage == Stage::Choose).then(|| pin_field(door, Field::Again, words))}
            </div>
            <p class="m-says" id="m-says" data-testid="pin-says" role="alert" class:m-says-calm=move || door.says.get() == Some(Says::Checking)>
                {move || door.says.get().map(|says| message(&says, language))}
            </p>
            <p class="m-wait" role="timer" data-testid="pin-wait" data-seconds=move || door.wait_s.get().to_string()>
                {move || {
                    let wait_s = door.wait_s.get();
                    (wait_s > 0).then(|| fill(words.wait, &[&browser::duration(wait_s, language)]))
                }}
            </p>
        </div>
        <div class="m-door-keys">
            <Pad texts=words press />
            <button type="submit" class="m-button m-wide" data-testid="unlock" disabled=move || !door.is_ready()>
                {action}
            </button>
        </div>
    }
}

fn pin_field(door: Door, field: Field, words: &'static DoorTexts) -> impl IntoView {
    let (typed, label) = match field {
        Field::Pin => (door.pin, words.pin),
        Field::Again => (door.again, words.again),
    };
    let pin = field::Field {
        keys: "numeric",
        longest: Some(MAX_DIGITS),
        class: "m-pin",
        ..field::Field::secret(input_id(field), label, "m-says")
    };
    view! {
        <div class="m-field" class:m-active=move || door.field.get() == field on:focusin=move |_| door.field.set(field)>
            {pin.view(typed, move || forget_message(door))}
        </div>
    }
}

fn forget_message(door: Door) {
    if !matches!(door.says.get_untracked(), None | Some(Says::Checking)) {
        door.says.set(None);
    }
}

fn input_id(field: Field) -> &'static str {
    match field {
        Field::Pin => "m-pin",
        Field::Again => "m-pin-again",
    }
}

fn message(says: &Says, language: Language) -> String {
    let texts = language.texts();
    let words = &texts.door;
    let said = match says {
        Says::Uncounted { wait_ms: Some(wait_ms) } => {
            return uncounted_text(*wait_ms, language);
        }
        Says::Checking => words.checking,
        Says::Refused => words.refused,
        Says::Early => words.early,
        Says::Uncounted { wait_ms: None } => words.uncounted_elsewhere,
        Says::ChosenElsewhere => words.chosen_elsewhere,
        Says::EnterAgain => words.enter_again,
        Says::Fault(fault) => fault_text(*fault, words),
        Says::Damaged => words.damaged,
        Says::Trouble(error) => trouble_text(error, &texts.trouble),
    };
    said.to_owned()
}

/// Why a PIN was not looked at that could not be counted, and when it would be.
pub fn uncounted_text(wait_ms: u64, language: Language) -> String {
    fill(language.texts().door.uncounted, &[&browser::duration(wait_ms.div_ceil(1_000), language)])
}

/// Why a new PIN is not taken.
pub fn fault_text(fault: PinFault, words: &DoorTexts) -> &'static str {
    match fault {
        PinFault::Digits => words.fault_digits,
        PinFault::Guessable => words.fault_guessable,
        PinFault::Differs => words.fault_differs,
    }
}

/// What a failure of storage means to a manager.
pub fn trouble_text(error: &StoreError, words: &TroubleTexts) -> &'static str {
    match error {
        StoreError::Again(_) | StoreError::Closed(_) => words.again,
        StoreError::Full(_) => words.full,
        StoreError::Broken(_) => words.broken,
        StoreError::Newer => words.newer,
    }
}
