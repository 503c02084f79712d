//! The export: one button, and what came of it.

use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::desk::{Desk, Export};
use crate::manager::icon::{EXPORT, icon};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// Exports all responses as CSV.
#[component]
pub fn ExportButton(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().results;
    let progress = move || match desk.export.get() {
        Export::None => None,
        Export::Running => Some(words.exporting.to_owned()),
        Export::Failed => Some(words.export_failed.to_owned()),
        Export::Done { rows, is_recorded } => {
            let rows = words.exported.of(rows, &browser::integer(rows, language));
            Some(if is_recorded { rows } else { fill(words.exported_untraced, &[&rows]) })
        }
    };
    view! {
        <div class="m-export">
            <p class="m-fine" id="m-export-note">{words.export_note}</p>
            // There only while it has something to say: tests wait for it.
            <span class="m-progress-place" role="status">
                {move || progress().map(|text| view! { <span class="m-progress" data-testid="export-progress">{text}</span> })}
            </span>
            <button
                type="button"
                class="m-button"
                data-testid="export-csv"
                aria-describedby="m-export-note"
                disabled=move || desk.export.get() == Export::Running
                on:click=move |_| desk.export_csv()
            >
                {icon(EXPORT)}
                {words.export}
            </button>
        </div>
    }
}
