//! The exports: results for a spreadsheet, the journal for whoever checks it, and what came of them.

use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::desk::{Desk, Export};
use crate::manager::export_lines::export_lines;
use crate::manager::icon::{EXPORT, icon};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// Exports all responses as CSV, or the whole journal as JSON Lines.
#[component]
pub fn ExportButton(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().results;
    let traced = |said: String, is_recorded| {
        if is_recorded { said } else { fill(words.exported_untraced, &[&said]) }
    };
    let progress = move || match desk.export.get() {
        Export::None => None,
        Export::Running => Some(words.exporting.to_owned()),
        Export::Failed => Some(words.export_failed.to_owned()),
        Export::Lines { events } => Some(fill(words.exporting_lines, &[&browser::integer(events, language)])),
        Export::Done { rows, is_recorded } => {
            Some(traced(words.exported.of(rows, &browser::integer(rows, language)), is_recorded))
        }
        Export::DoneLines { events, is_recorded } => {
            Some(traced(words.exported_lines.of(events, &browser::integer(events, language)), is_recorded))
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
                class="m-button m-second"
                data-testid="export-jsonl"
                aria-describedby="m-export-note"
                disabled=move || desk.export.with(Export::is_running)
                on:click=move |_| export_lines(desk)
            >
                {words.export_lines}
            </button>
            <button
                type="button"
                class="m-button"
                data-testid="export-csv"
                aria-describedby="m-export-note"
                disabled=move || desk.export.with(Export::is_running)
                on:click=move |_| desk.export_csv()
            >
                {icon(EXPORT)}
                {words.export}
            </button>
        </div>
    }
}
