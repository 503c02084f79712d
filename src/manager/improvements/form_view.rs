//! The form of an improvement.

use candor_core::facts::{Bar, Facts, Filter, Key};
use candor_core::improvement::{Aim, Wrong};
use candor_core::insight::Side;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::aim_text;
use super::form::{Saving, UnderEdit};
use crate::manager::browser;
use crate::manager::choice::choice;
use crate::manager::door_screen::trouble_text;
use crate::manager::field::{Field, take};
use crate::manager::insight::{Insight, names};
use crate::manager::language::Language;
use crate::manager::text::ImprovementsTexts;
use crate::manager::tick::tick;

/// Every point; no name of one begins so.
const ALL_POINTS: &str = "\u{1}";
/// What explains the windows.
const WINDOWS: &str = "m-improvement-windows-hint m-improvement-says";

/// The form, as a card of its own.
pub fn form_view(insight: Insight, form: UnderEdit, language: Language) -> AnyView {
    let words = &language.texts().improvements;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(insight.desk);
    };
    lead_to_the_first_fault(form);
    view! {
        <form class="m-card m-stack" autocomplete="off" novalidate=true aria-label=words.add data-testid="improvement-form" on:submit=submit>
            {area("m-improvement-note", words.note, words.note_example, Wrong::Note, form.note, form)}
            <div class="m-three">
                <div class="m-field">
                    {Field {
                        kind: "date",
                        is_wrong: Signal::derive(move || form.has(Wrong::Day) || form.has(Wrong::DayToCome)),
                        ..Field::open("m-improvement-day", words.day, "m-improvement-day-hint m-improvement-says")
                    }.view(form.day, move || form.edited())}
                    <p class="m-fine" id="m-improvement-day-hint">{words.day_hint}</p>
                </div>
                {aims(insight, form, language)}
                {points(insight, form, language)}
            </div>
            <div class="m-three">
                <div class="m-field">
                    {number("m-improvement-target", words.target, "m-improvement-target-hint m-improvement-says", Wrong::Target, form.target, form)}
                    <p class="m-fine" id="m-improvement-target-hint">{words.target_hint}</p>
                </div>
                <div class="m-field">
                    {number("m-improvement-before", words.before_days, WINDOWS, Wrong::Windows, form.before_days, form)}
                    <p class="m-fine" id="m-improvement-windows-hint">{words.windows_hint}</p>
                </div>
                <div class="m-field">
                    {number("m-improvement-after", words.after_days, WINDOWS, Wrong::Windows, form.after_days, form)}
                </div>
            </div>
            <div class="m-field">
                {tick("improvement-card", words.card, words.card_hint, form.is_card, move || form.edited())}
            </div>
            <div hidden=move || !form.is_card.get()>
                {area("m-improvement-said", words.said, words.said_example, Wrong::Card, form.said, form)}
            </div>
            <div class="m-save">
                <p
                    class="m-says m-lines"
                    role="status"
                    id="m-improvement-says"
                    data-testid="improvement-says"
                    class:m-says-calm=move || matches!(form.saving.get(), Saving::None | Saving::Running)
                >
                    {move || outcome(&form.saving.get(), words, language)}
                </p>
                <button type="button" class="m-quiet" data-testid="cancel-improvement" on:click=move |_| form.close()>
                    {words.cancel}
                </button>
                <button
                    type="submit"
                    class="m-button"
                    data-testid="save-improvement"
                    disabled=move || form.saving.get() == Saving::Running
                >
                    {words.save}
                </button>
            </div>
        </form>
    }
    .into_any()
}

/// A whole number.
fn number(
    id: &'static str,
    label: &'static str,
    described_by: &'static str,
    wrong: Wrong,
    typed: RwSignal<String>,
    form: UnderEdit,
) -> impl IntoView {
    let is_wrong = Signal::derive(move || form.has(wrong));
    Field { keys: "numeric", is_wrong, ..Field::open(id, label, described_by) }.view(typed, move || form.edited())
}

/// A text of a sentence or two.
fn area(
    id: &'static str,
    label: &'static str,
    example: &'static str,
    wrong: Wrong,
    typed: RwSignal<String>,
    form: UnderEdit,
) -> impl IntoView {
    let take = move |event: leptos::ev::Event| take(typed, &event, || form.edited());
    view! {
        <div class="m-field">
            <label for=id>{label}</label>
            <textarea
                id=id
                data-testid=id.trim_start_matches("m-")
                rows="2"
                placeholder=example
                aria-describedby="m-improvement-says"
                aria-invalid=move || form.has(wrong).then_some("true")
                prop:value=move || typed.get()
                on:input=take
                on:change=take
            ></textarea>
        </div>
    }
}

/// What it is meant for: the whole, a reason that was chosen, a service item that was rated.
fn aims(insight: Insight, form: UnderEdit, language: Language) -> impl IntoView {
    let words = &language.texts().improvements;
    let known = insight.read(|facts, _, _, measure| {
        // Of good ratings nothing is to become less.
        let bad = facts.select(&Filter { levels: measure.levels(Side::Bad), ..Default::default() });
        let reason = |bar: Bar<'_>| Aim::Reason { survey: bar.survey.into(), id: bar.reason.into() };
        let item = |Key { survey, id }: Key| Aim::Item { survey, id };
        let reasons = bad.reasons(measure.scale).into_iter().map(reason);
        [Aim::Good].into_iter().chain(reasons).chain(facts.items().map(item)).collect::<Vec<Aim>>()
    });
    // The one that was noted stays among them, also where nobody has chosen it any more.
    let offered = Memo::new(move |_| {
        let (mut offered, chosen) = (known.get(), form.aim.get());
        if !offered.contains(&chosen) {
            offered.push(chosen);
        }
        offered
    });
    let options = move || {
        let option = |(at, aim): (usize, Aim)| {
            let is_chosen = form.aim.with(|chosen| *chosen == aim);
            view! { <option value=at.to_string() selected=is_chosen>{aim_text(insight, &aim, language)}</option> }
        };
        offered.get().into_iter().enumerate().map(option).collect_view()
    };
    let choose = move |value: String| {
        let chosen = value.parse().ok().and_then(|at: usize| offered.get_untracked().into_iter().nth(at));
        form.aim.set(chosen.unwrap_or_default());
        form.edited();
    };
    choice("m-improvement-aim", words.aim, options, choose, None)
}

/// At which service point.
fn points(insight: Insight, form: UnderEdit, language: Language) -> impl IntoView {
    let words = &language.texts().improvements;
    let known = insight.read(|facts: &Facts, _, _, _| facts.points().map(str::to_owned).collect::<Vec<String>>());
    let options = move || {
        let chosen = form.point.get();
        let all = view! { <option value=ALL_POINTS selected=chosen.is_none()>{words.all_points}</option> };
        let mut names = known.get();
        names.extend(chosen.clone().filter(|chosen| !known.with(|known| known.contains(chosen))));
        let option = |name: String| {
            let is_chosen = chosen.as_ref() == Some(&name);
            let shown = names::point(&name, language);
            view! { <option value=name selected=is_chosen>{shown}</option> }
        };
        (all, names.into_iter().map(option).collect_view())
    };
    let choose = move |value: String| {
        form.point.set(Some(value).filter(|value| value != ALL_POINTS));
        form.edited();
    };
    choice("m-improvement-point", words.point, options, choose, None)
}

/// Whoever reads with the ear is led to the first field at fault.
fn lead_to_the_first_fault(form: UnderEdit) {
    Effect::new(move |_| {
        let first = form.saving.with(|saving| match saving {
            Saving::Faults(faults) => faults.first().copied(),
            _ => None,
        });
        match first {
            Some(Wrong::Day | Wrong::DayToCome) => browser::focus("m-improvement-day"),
            Some(Wrong::Note) => browser::focus("m-improvement-note"),
            Some(Wrong::Card) => browser::focus("m-improvement-said"),
            Some(Wrong::Target) => browser::focus("m-improvement-target"),
            Some(Wrong::Windows) => browser::focus("m-improvement-before"),
            None => {}
        }
    });
}

/// What became of the last attempt, a line for each fault.
fn outcome(saving: &Saving, words: &'static ImprovementsTexts, language: Language) -> String {
    let lines = match saving {
        Saving::None => return String::new(),
        Saving::Running => return language.texts().settings.saving.to_owned(),
        Saving::CardsFull => vec![words.fault_cards_full],
        Saving::Failed(error) => vec![trouble_text(error, &language.texts().trouble)],
        Saving::Faults(faults) => faults
            .iter()
            .map(|wrong| match wrong {
                Wrong::Day => words.fault_day,
                Wrong::DayToCome => words.fault_day_to_come,
                Wrong::Note => words.fault_note,
                Wrong::Card => words.fault_card,
                Wrong::Target => words.fault_target,
                Wrong::Windows => words.fault_windows,
            })
            .collect(),
    };
    [words.not_saved].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}
