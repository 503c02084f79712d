//! The contents of the settings screen: a button for each card, since the cards are many and some lie far below.

use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::language::Language;

/// The buttons, in the order of the cards.
#[component]
pub fn Contents(language: Language) -> impl IntoView {
    let button = |(heading, name): (&'static str, &'static str)| {
        view! {
            <button
                type="button"
                class="m-quiet"
                data-testid=["to-", heading.trim_start_matches("m-")].concat()
                on:click=move |_| browser::lead_to(heading)
            >
                {name}
            </button>
        }
    };
    view! {
        <nav class="m-contents" aria-label=language.texts().settings.contents data-testid="contents">
            {cards(language).map(button).collect_view()}
        </nav>
    }
}

/// The id of each card's heading, and what stands in it.
fn cards(language: Language) -> [(&'static str, &'static str); 18] {
    let texts = language.texts();
    let settings = &texts.settings;
    [
        ("m-delivery", settings.delivery),
        ("m-kiosk", settings.kiosk),
        ("m-counter", settings.counter),
        ("m-advanced", settings.advanced),
        ("m-privacy", settings.privacy),
        ("m-team", texts.staff.title),
        ("m-hours", texts.hours.title),
        ("m-roster", texts.roster.title),
        ("m-case-rules", texts.cases.rules),
        ("m-alert-rules", texts.alerts.rules),
        ("m-attract", texts.attract.title),
        ("m-pin-change", settings.change_pin),
        ("m-sealing", texts.sealing.title),
        ("m-provision", texts.provision.title),
        ("m-backup-title", texts.backup.title),
        ("m-restore-title", texts.restore.title),
        ("m-former", texts.import.title),
        ("m-install", texts.install.title),
    ]
}
