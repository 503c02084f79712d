//! What can be done about a case: record what came of a step, note something, say whose it is, open it once more.

use candor_core::cases::{Case, Change, MAX_NAME, Standing, Step, StepResult};
use candor_core::event::EventId;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::case::says;
use super::{CasesDesk, Form, Saving, names};
use crate::manager::button::button;
use crate::manager::field::Field;
use crate::manager::icon::{AGAIN, CHEVRON, icon};
use crate::manager::language::Language;
use crate::manager::sealing::Key;
use crate::manager::text::fill;

/// Characters of a note: a page of it.
const MAX_NOTE: usize = 2_000;

/// What somebody wants to record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    Result(StepResult),
    Note,
}

/// The form of the step that is to be done, or of another.
#[component]
pub fn ActionCard(cases: CasesDesk, id: EventId, case: Memo<Option<Case>>, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let (choice, note) = (RwSignal::new(None::<Choice>), RwSignal::new(String::new()));
    let elsewhere = RwSignal::new(None::<Step>);
    let standing = Memo::new(move |_| case.with(|case| case.as_ref().map(|case| case.standing)));
    let to_do = move || match standing.get() {
        Some(Standing::Open(step)) => Some(step),
        _ => None,
    };
    let step = Memo::new(move |_| elsewhere.get().or(to_do()));
    let submit = {
        let id = id.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let change = match choice.get_untracked() {
                None => return cases.saving.set((Form::Step, Saving::NoChoice)),
                Some(Choice::Note) if note.with_untracked(|note| note.trim().is_empty()) => {
                    return cases.saving.set((Form::Step, Saving::NoNote));
                }
                Some(Choice::Note) => Change::Noted,
                Some(Choice::Result(result)) => Change::Step(result),
            };
            let done = move || {
                choice.try_set(None);
                note.try_set(String::new());
                elsewhere.try_set(None);
            };
            cases.change(Form::Step, &id, vec![change], &note.get_untracked(), done);
        }
    };
    let heading =
        move || step.get().map_or(words.note.to_owned(), |step| fill(words.next, &[names::step(step, language)]));
    view! {
        <form class="m-card m-stack" autocomplete="off" novalidate=true aria-labelledby="m-case-next" data-testid="case-next" on:submit=submit>
            <div class="m-card-head">
                <h2 id="m-case-next">{heading}</h2>
                {move || to_do().is_some().then(|| other_steps(step, elsewhere, choice, language))}
            </div>
            {move || (standing.get() == Some(Standing::Closed)).then(|| view! {
                <Reopen cases id=id.clone() language />
            })}
            <fieldset class="m-choices">
                <legend>{move || step.get().map(|step| names::task(step, language))}</legend>
                {move || {
                    let results = step.get().into_iter().flat_map(Step::results);
                    let results = results.map(|result| {
                        radio(cases, choice, Choice::Result(result), ["result-", result.name()].concat(), names::result(result, language))
                    });
                    results.collect_view()
                }}
                {radio(cases, choice, Choice::Note, "result-note".to_owned(), words.only_note)}
            </fieldset>
            {note_field(cases, "m-case-note", note, language)}
            <div class="m-case-by">{by_field(cases, language)}</div>
            <div class="m-save">
                {says(cases, Form::Step, language)}
                <button type="submit" class="m-button" data-testid="case-record" disabled=move || cases.is_running()>
                    {words.record}
                </button>
            </div>
        </form>
    }
}

/// Steps may be done before their turn, and corrected after it.
fn other_steps(
    step: Memo<Option<Step>>,
    elsewhere: RwSignal<Option<Step>>,
    choice: RwSignal<Option<Choice>>,
    language: Language,
) -> impl IntoView {
    let words = &language.texts().cases;
    let name = move || step.get().map(Step::name).unwrap_or_default();
    let option = move |of: Step| {
        view! { <option value=of.name() selected=move || name() == of.name()>{names::step(of, language)}</option> }
    };
    view! {
        <div class="m-field m-case-step">
            <label for="m-case-step" class="sr">{words.other_step}</label>
            <div class="m-select">
                <select
                    id="m-case-step"
                    data-testid="case-step"
                    prop:value=name
                    on:change=move |event| {
                        elsewhere.set(Step::named(&event_target_value(&event)));
                        choice.set(None);
                    }
                >
                    {Step::ALL.map(option).collect_view()}
                </select>
                {icon(CHEVRON)}
            </div>
        </div>
    }
}

fn radio(
    cases: CasesDesk,
    choice: RwSignal<Option<Choice>>,
    this: Choice,
    testid: String,
    words: &'static str,
) -> impl IntoView {
    view! {
        <label class="m-choice">
            <input
                type="radio"
                name="m-case-result"
                data-testid=testid
                prop:checked=move || choice.get() == Some(this)
                on:change=move |_| {
                    choice.set(Some(this));
                    quiet(cases, Form::Step);
                }
            />
            <span>{words}</span>
        </label>
    }
}

/// What was said of the last attempt is out of date.
pub fn quiet(cases: CasesDesk, form: Form) {
    let is_said = cases.saving.with_untracked(|(of, saving)| *of == form && *saving != Saving::Running);
    if is_said {
        cases.saving.set((form, Saving::None));
    }
}

/// A note, with what becomes of it.
pub fn note_field(cases: CasesDesk, id: &'static str, note: RwSignal<String>, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let hint_id = [id, "-hint"].concat();
    let is_sealed = move || cases.desk.sealing.key.with(|key| matches!(key, Key::On(_)));
    view! {
        <div class="m-field">
            <label for=id>{words.note}</label>
            <textarea
                id=id
                data-testid=id.trim_start_matches("m-")
                rows="2"
                maxlength=MAX_NOTE.to_string()
                aria-describedby=hint_id.clone()
                prop:value=move || note.get()
                on:input=move |event| note.set(event_target_value(&event))
                on:change=move |event| note.set(event_target_value(&event))
            ></textarea>
            <p class="m-fine" id=hint_id>
                {words.note_hint}
                {move || is_sealed().then(|| [" ", words.note_sealed_hint].concat())}
            </p>
        </div>
    }
}

fn by_field(cases: CasesDesk, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let by = Field {
        longest: Some(MAX_NAME),
        capitals: "words",
        list: Some("m-case-people"),
        ..Field::open("m-case-by", words.by, "m-case-by-hint")
    };
    view! {
        <div class="m-field">
            {by.view(cases.by, || {})}
            <p class="m-fine" id="m-case-by-hint">{words.by_hint}</p>
        </div>
    }
}

#[component]
fn Reopen(cases: CasesDesk, id: EventId, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let reopen = move || cases.change(Form::Reopen, &id, vec![Change::Reopened], "", || {});
    view! {
        <div class="m-case-reopen">
            <p>{words.reopen_hint}</p>
            {button("m-button m-second", "case-reopen", AGAIN, words.reopen, move || cases.is_running(), reopen)}
            {says(cases, Form::Reopen, language)}
        </div>
    }
}

/// Whose it is, and which department deals with it.
#[component]
pub fn WhoCard(cases: CasesDesk, id: EventId, case: Memo<Option<Case>>, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let (owner, department) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let is_edited = RwSignal::new(false);
    let in_force = Memo::new(move |_| {
        case.with(|case| case.as_ref().map(|case| (case.owner.clone(), case.department.clone())).unwrap_or_default())
    });
    // Nothing is put over what somebody types.
    Effect::new(move |_| {
        let (known_owner, known_department) = in_force.get();
        if !is_edited.get() {
            owner.set(known_owner);
            department.set(known_department);
        }
    });
    let edited = move || {
        is_edited.set(true);
        quiet(cases, Form::Who);
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (known_owner, known_department) = in_force.get_untracked();
        let typed = |of: RwSignal<String>| of.get_untracked().trim().to_owned();
        let owner = Some(typed(owner)).filter(|owner| *owner != known_owner).map(Change::Owner);
        let department = Some(typed(department)).filter(|name| *name != known_department).map(Change::Department);
        let changes: Vec<Change> = owner.into_iter().chain(department).collect();
        if !changes.is_empty() {
            let done = move || {
                is_edited.try_set(false);
            };
            cases.change(Form::Who, &id, changes, "", done);
        }
    };
    let field = |id, label, list| Field {
        longest: Some(MAX_NAME),
        capitals: "words",
        list: Some(list),
        ..Field::open(id, label, "")
    };
    let offered = move |of: fn(&Case) -> &String| {
        let names = cases.names(of).into_iter().filter(|name| !name.is_empty());
        names.map(|name| view! { <option value=name></option> }).collect_view()
    };
    view! {
        <form class="m-card m-stack" autocomplete="off" novalidate=true aria-labelledby="m-case-who" data-testid="case-who" on:submit=submit>
            <div class="m-card-head"><h2 id="m-case-who">{words.who}</h2></div>
            <datalist id="m-case-people">{move || offered(|case| &case.owner)}</datalist>
            <datalist id="m-case-departments">{move || offered(|case| &case.department)}</datalist>
            <div class="m-field">{field("m-case-owner", words.owner, "m-case-people").view(owner, edited)}</div>
            <div class="m-field">
                {field("m-case-department", words.department, "m-case-departments").view(department, edited)}
            </div>
            <div class="m-save">
                {says(cases, Form::Who, language)}
                <button
                    type="submit"
                    class="m-button m-second"
                    data-testid="case-assign"
                    disabled=move || cases.is_running() || !is_edited.get()
                >
                    {words.assign}
                </button>
            </div>
        </form>
    }
}
