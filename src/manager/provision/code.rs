//! The code for another tablet: this one's settings as an address, drawn for that one's camera.

use candor_core::hours::Hours;
use candor_core::provision::{setup_address, write_compact};
use candor_core::settings::Settings;
use candor_core::survey::shelf::Shelf;
use leptos::prelude::*;

use super::{Provisioning, hours_in_force};
use crate::browser::task::spawn;
use crate::manager::address;
use crate::manager::desk::Desk;
use crate::manager::field::Field;
use crate::manager::language::Language;
use crate::manager::qr::qr;

/// Up to here a code stays coarse enough for any camera: 109 modules a side.
const MAX_ADDRESS_CHARS: usize = 1_100;

/// A code, and what had to stay out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Made {
    address: String,
    has_hours: bool,
    has_survey: bool,
}

/// The settings for another tablet: with its own service point, without who serves here and without a survey that only
/// this tablet has.
fn make(page: &str, settings: &Settings, own: &[String], hours: Option<&Hours>) -> Made {
    let has_survey = !own.contains(&settings.survey);
    let mut left_out = vec!["staff"];
    left_out.extend((!has_survey).then_some(["survey", "languages"]).into_iter().flatten());
    left_out.extend(settings.point.is_empty().then_some("point"));
    let with = |hours| setup_address(page, &write_compact(settings, hours, &left_out));
    let (whole, plain) = (with(hours), with(None));
    let has_hours = whole.len() <= MAX_ADDRESS_CHARS;
    Made { address: if has_hours { whole } else { plain }, has_hours, has_survey }
}

/// The part of the card that shows it.
#[component]
pub fn Code(desk: Desk, provisioning: Provisioning, language: Language) -> impl IntoView {
    let words = &language.texts().provision;
    let Provisioning { is_code_shown, code_point, .. } = provisioning;
    let hours = RwSignal::new(None::<Hours>);
    // Hours that are saved meanwhile belong into the code.
    Effect::new(move |_| {
        desk.settings.track();
        if let Some(store) = desk.store().filter(|_| is_code_shown.get()) {
            spawn(async move {
                if let Ok(found) = hours_in_force(&store).await {
                    hours.try_set(found);
                }
            });
        }
    });
    let typed = RwSignal::new(code_point.get_untracked().unwrap_or_default());
    Effect::new(move |_| {
        let in_force = desk.settings.with(|settings| settings.as_ref().map(|settings| settings.point.clone()));
        if code_point.with_untracked(Option::is_none) {
            typed.set(in_force.unwrap_or_default());
        }
    });
    let made = Memo::new(move |_| {
        if !is_code_shown.get() {
            return None;
        }
        let settings = desk.settings.get()?;
        let settings = Settings { point: typed.with(|typed| typed.trim().to_owned()), ..settings };
        let own = desk.shelf.with(Shelf::in_service);
        Some(make(&address::of_the_kiosk(), &settings, &own, hours.get().as_ref()))
    });
    let drawing = move || {
        let Made { address, has_hours, has_survey } = made.get()?;
        let drawn = qr("code-address", &address, words.code_name);
        let hint =
            |is_said: bool, what: &'static str| is_said.then(|| view! { <p class="m-fault" role="status">{what}</p> });
        Some(view! {
            {hint(drawn.is_none(), words.code_too_long)}
            {hint(!has_survey, words.code_without_survey)}
            {hint(!has_hours, words.code_without_hours)}
            {drawn}
        })
    };
    let point = Field {
        capitals: "sentences",
        longest: Some(60),
        ..Field::open("m-code-point", words.code_point, "m-code-hint")
    };
    view! {
        <div class="m-stack">
            <h3>{words.code_title}</h3>
            <p class="m-fine" id="m-code-hint">{words.code_hint}</p>
            {move || is_code_shown.get().then(|| view! {
                <div class="m-field">{point.view(typed, move || code_point.set(Some(typed.get_untracked())))}</div>
            })}
            {drawing}
            <div class="m-do-row">
                <button
                    type="button"
                    class="m-button m-second"
                    data-testid="show-code"
                    aria-expanded=move || is_code_shown.get().to_string()
                    disabled=move || desk.settings.with(Option::is_none)
                    on:click=move |_| is_code_shown.update(|is_shown| *is_shown = !*is_shown)
                >
                    {move || if is_code_shown.get() { words.code_hide } else { words.code_show }}
                </button>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use candor_core::provision::{Provision, from_fragment};

    use super::*;

    fn carried(made: &Made) -> Provision {
        let fragment = made.address.strip_prefix("https://kiosk.example.com/").unwrap();
        Provision::read(&from_fragment(fragment).unwrap().unwrap()).unwrap()
    }

    #[wasm_bindgen_test]
    fn leaves_out_what_the_other_tablet_cannot_have() {
        let settings = Settings { staff: "0417".into(), survey: "lobby-2".into(), ..Settings::default() };
        let made = make("https://kiosk.example.com/", &settings, &["lobby-2".to_owned()], None);
        let provision = carried(&made);
        assert!(!made.has_survey && provision.has("endpoint"));
        assert!(["staff", "survey", "point"].iter().all(|name| !provision.has(name)));
    }

    #[wasm_bindgen_test]
    fn hours_come_along_while_the_code_stays_readable() {
        let days: Vec<String> = (1..=28).map(|day| format!("2026-02-{day:02} closed")).collect();
        let none = [(); 7].map(|()| String::new());
        let few = Hours::from_lines(&none, &days[0]).unwrap();
        let many = Hours::from_lines(&none, &days.join("\n")).unwrap();
        let make = |hours| make("https://kiosk.example.com/", &Settings::default(), &[], Some(hours));
        assert_eq!(carried(&make(&few)).hours.as_ref(), Some(&few));
        assert!(!make(&many).has_hours && carried(&make(&many)).hours.is_none());
    }
}
