//! The four counts, always in sight, and whether they add up.

use candor_core::journal::Counts as FourCounts;
use leptos::prelude::*;

use crate::manager::desk::Desk;
use crate::manager::icon::{TICK, WARNING, icon};
use crate::manager::language::Language;
use crate::manager::text::RailTexts;

type Part = (&'static str, fn(&RailTexts) -> &'static str, fn(&FourCounts) -> u64);

const PARTS: [Part; 4] = [
    ("count-recorded", |words| words.recorded, |counts| counts.recorded),
    ("count-acknowledged", |words| words.acknowledged, |counts| counts.acknowledged),
    ("count-queued", |words| words.queued, |counts| counts.queued),
    ("count-quarantined", |words| words.quarantined, |counts| counts.quarantined),
];

/// The counts in the rail, in events.
#[component]
pub fn Counts(desk: Desk, language: RwSignal<Language>) -> impl IntoView {
    let words = move || &language.get().texts().rail;
    let add_up = move || desk.counts.get().is_none_or(|counts| counts.add_up());
    let line = move |(testid, label, count): Part| {
        view! {
            <div class="m-count" data-count=testid>
                <dt>{move || label(words())}</dt>
                // A bare integer: tests and tools read it.
                <dd data-testid=testid>{move || desk.counts.get().map(|counts| count(&counts).to_string())}</dd>
            </div>
        }
    };
    view! {
        <section class="m-counts" aria-label=move || words().counts class:m-off=move || !add_up()>
            <h2>{move || words().counts}</h2>
            <dl>{PARTS.map(line).collect_view()}</dl>
            <p class="m-balance">
                {move || {
                    let (sign, text) = match desk.counts.get()?.add_up() {
                        true => (TICK, words().add_up),
                        false => (WARNING, words().do_not_add_up),
                    };
                    Some(view! { {icon(sign)}<span>{text}</span> })
                }}
            </p>
        </section>
    }
}
