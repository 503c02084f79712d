//! An appeal against a rating: made with its ground, decided with a reason. It deletes nothing.

use candor_core::cases::{Appeal, Case, Change, Decision, Ground};
use candor_core::event::EventId;
use leptos::prelude::*;

use super::actions::{note_field, quiet};
use super::case::says;
use super::{CasesDesk, Form, Saving, names};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The card.
#[component]
pub fn AppealCard(cases: CasesDesk, id: EventId, case: Memo<Option<Case>>, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let appeal = Memo::new(move |_| case.with(|case| case.as_ref().map(|case| case.appeal)).unwrap_or_default());
    let (ground, note) = (RwSignal::new(None::<Ground>), RwSignal::new(String::new()));
    let record = move |id: &EventId, change: Change| {
        if note.with_untracked(|note| note.trim().is_empty()) {
            return cases.saving.set((Form::Appeal, Saving::NoNote));
        }
        let done = move || {
            ground.try_set(None);
            note.try_set(String::new());
        };
        cases.change(Form::Appeal, id, vec![change], &note.get_untracked(), done);
    };
    let said = move || match appeal.get() {
        Appeal::None => None,
        Appeal::Pending(ground) => Some(fill(words.is_pending, &[names::ground(ground, language)])),
        Appeal::Decided(Decision::Upheld) => Some(words.was_upheld.to_owned()),
        Appeal::Decided(Decision::Rejected) => Some(words.was_rejected.to_owned()),
        Appeal::TakenBack => Some(words.taken_back.to_owned()),
    };
    let is_over = move || matches!(appeal.get(), Appeal::Decided(Decision::Upheld) | Appeal::TakenBack);
    let is_pending = move || matches!(appeal.get(), Appeal::Pending(_));
    let machine = move || match appeal.get() {
        Appeal::None => "none",
        Appeal::Pending(_) => "pending",
        Appeal::Decided(Decision::Upheld) => "upheld",
        Appeal::Decided(Decision::Rejected) => "rejected",
        Appeal::TakenBack => "taken-back",
    };
    let id = StoredValue::new(id);
    let press = move |change: Change| id.with_value(|id| record(id, change));
    let button = move |testid: &'static str, label: &'static str, change: Change| {
        view! {
            <button
                type="button"
                class="m-button m-second"
                data-testid=testid
                disabled=move || cases.is_running()
                on:click=move |_| press(change.clone())
            >
                {label}
            </button>
        }
    };
    let make = move || match ground.get_untracked() {
        Some(ground) => press(Change::Appealed(ground)),
        None => cases.saving.set((Form::Appeal, Saving::NoChoice)),
    };
    view! {
        <section class="m-card m-stack" aria-labelledby="m-case-appeal" data-testid="case-appeal" data-appeal=machine>
            <div class="m-card-head"><h2 id="m-case-appeal">{words.appeal}</h2></div>
            <p class="m-fine">{words.appeal_hint}</p>
            {move || said().map(|said| view! { <p role="status"><b>{said}</b></p> })}
            {move || (!is_over()).then(|| view! {
                {(!is_pending()).then(|| grounds(cases, ground, language))}
                {note_field(cases, "m-appeal-note", note, language)}
                <div class="m-save">
                    {says(cases, Form::Appeal, language)}
                    {if is_pending() {
                        view! {
                            {button("appeal-reject", words.reject, Change::Decided(Decision::Rejected))}
                            {button("appeal-uphold", words.uphold, Change::Decided(Decision::Upheld))}
                        }
                        .into_any()
                    } else {
                        view! {
                            <button
                                type="button"
                                class="m-button m-second"
                                data-testid="appeal-make"
                                disabled=move || cases.is_running()
                                on:click=move |_| make()
                            >
                                {words.make_appeal}
                            </button>
                        }
                        .into_any()
                    }}
                </div>
            })}
        </section>
    }
}

fn grounds(cases: CasesDesk, ground: RwSignal<Option<Ground>>, language: Language) -> impl IntoView {
    let radio = move |(name, this): (&'static str, Ground)| {
        view! {
            <label class="m-choice">
                <input
                    type="radio"
                    name="m-appeal-ground"
                    data-testid=["ground-", name].concat()
                    prop:checked=move || ground.get() == Some(this)
                    on:change=move |_| {
                        ground.set(Some(this));
                        quiet(cases, Form::Appeal);
                    }
                />
                <span>{names::ground(this, language)}</span>
            </label>
        }
    };
    view! { <fieldset class="m-choices" aria-labelledby="m-case-appeal">{Ground::ALL.map(radio).collect_view()}</fieldset> }
}
