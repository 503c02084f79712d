//! The rules of cases among the settings: which ratings are one, by when each step has to be done, who deals with what.

use candor_core::cases::{CaseRules, MAX_NAME, Step, Working};
use candor_core::event::{Rating, Scale};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::names;
use super::rules_form::{Fault, LimitField, Line, RulesForm, UNITS};
use crate::manager::desk::Desk;
use crate::manager::icon::{CHEVRON, icon};
use crate::manager::language::Language;
use crate::manager::record_form::SaveWords;
use crate::manager::text::fill;

/// The card.
#[component]
pub fn RulesCard(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let form = RulesForm::new(desk);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(desk);
    };
    form.state.lead(field_id);
    let said = SaveWords { save: words.save, saving: words.saving, saved: words.saved };
    let line = form.state.line("case-rules", said, language, move |fault| fault_text(desk, fault, language));
    let in_service =
        Memo::new(move |_| desk.with_survey(|survey| survey.map(|survey| survey.scale)).unwrap_or_default());
    let others = move || Scale::ALL.into_iter().map(|(_, scale)| scale).filter(move |scale| *scale != in_service.get());
    view! {
        <section class="m-card m-stack" aria-labelledby="m-case-rules" data-testid="case-rules">
            <div class="m-card-head"><h2 id="m-case-rules">{words.rules}</h2></div>
            <p class="m-lead">{words.rules_hint}</p>
            <form class="m-stack" autocomplete="off" novalidate=true on:submit=submit>
                <h3>{words.levels}</h3>
                <p class="m-fine">{words.levels_hint}</p>
                <div class="m-filter-row">{move || level(desk, form, in_service.get(), language)}</div>
                <details>
                    <summary>{words.other_scales}</summary>
                    <div class="m-filter-row">
                        {move || others().map(|scale| level(desk, form, scale, language)).collect_view()}
                    </div>
                </details>
                <h3>{words.limits}</h3>
                <p class="m-fine" id="m-case-limits-hint">{words.limits_hint}</p>
                <div class="m-limits">{form.limits.map(|field| limit(form, field, language)).collect_view()}</div>
                {working(form, language)}
                <h3>{words.routes}</h3>
                <p class="m-fine" id="m-case-routes-hint">{words.routes_hint}</p>
                <div class="m-week">
                    {move || form.lines.get().into_iter().map(|line| route(desk, form, &line, language)).collect_view()}
                    {department(form, "m-route-", words.otherwise.to_owned(), form.department, String::new())}
                </div>
                {line.view()}
            </form>
        </section>
    }
}

/// Which ratings of a scale are a case.
fn level(desk: Desk, form: RulesForm, scale: Scale, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let id = ["m-case-level-", scale.name()].concat();
    let chosen = move || form.levels.with(|levels| levels.get(&scale).cloned()).unwrap_or_default();
    let of_level = move |level: u8| {
        let named = Rating::new(level).map(|rating| names::level(desk, scale, rating, language)).unwrap_or_default();
        let words = fill(words.level_up_to, &[&named]);
        let value = level.to_string();
        let this = value.clone();
        view! { <option value=value selected=move || chosen() == this>{words}</option> }
    };
    let label = Scale::ALL
        .into_iter()
        .position(|(_, known)| known == scale)
        .and_then(|at| language.texts().surveys.scales.get(at))
        .copied()
        .unwrap_or_default();
    view! {
        <div class="m-field">
            <label for=id.clone()>{label}</label>
            <div class="m-select">
                <select
                    id=id.clone()
                    data-testid=id.trim_start_matches("m-").to_owned()
                    prop:value=chosen
                    on:change=move |event| {
                        form.levels.update(|levels| drop(levels.insert(scale, event_target_value(&event))));
                        form.state.edited();
                    }
                >
                    <option value="" selected=move || chosen().is_empty()>{words.level_none}</option>
                    {CaseRules::choices(scale).map(of_level).collect_view()}
                </select>
                {icon(CHEVRON)}
            </div>
        </div>
    }
}

/// By when a step has to be done.
fn limit(form: RulesForm, field: LimitField, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let LimitField { step, number, unit } = field;
    let (name, from) = (names::step(step, language), words.limits_from.get(step as usize).copied());
    let id = limit_id(step);
    let option = move |(value, words): (&'static str, &'static str)| {
        view! { <option value=value selected=move || unit.get() == value>{words}</option> }
    };
    view! {
        <div class="m-limit">
            <label for=id.clone()>{name}<small>{from}</small></label>
            <input
                id=id.clone()
                type="text"
                inputmode="numeric"
                data-testid=["limit-", step.name()].concat()
                aria-describedby="m-case-limits-hint m-case-rules-says"
                aria-invalid=move || form.state.has(|fault| matches!(fault, Fault::Limit(of, _) if *of == step)).then_some("true")
                disabled=move || unit.get() == UNITS[2]
                prop:value=move || number.get()
                on:input=move |event| {
                    number.set(event_target_value(&event));
                    form.state.edited();
                }
            />
            <div class="m-select">
                <select
                    data-testid=["limit-unit-", step.name()].concat()
                    aria-label=fill(words.unit_of, &[name])
                    prop:value=move || unit.get()
                    on:change=move |event| {
                        unit.set(event_target_value(&event));
                        form.state.edited();
                    }
                >
                    {UNITS.into_iter().zip(words.units).map(option).collect_view()}
                </select>
                {icon(CHEVRON)}
            </div>
        </div>
    }
}

fn working(form: RulesForm, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let option = move |((value, _), words): ((&'static str, Working), &'static str)| {
        view! { <option value=value selected=move || form.working.get() == value>{words}</option> }
    };
    view! {
        <div class="m-field m-case-by">
            <label for="m-case-working">{words.working}</label>
            <div class="m-select">
                <select
                    id="m-case-working"
                    data-testid="case-working"
                    aria-describedby="m-case-working-hint"
                    prop:value=move || form.working.get()
                    on:change=move |event| {
                        form.working.set(event_target_value(&event));
                        form.state.edited();
                    }
                >
                    {Working::ALL.into_iter().zip(words.workings).map(option).collect_view()}
                </select>
                {icon(CHEVRON)}
            </div>
            <p class="m-fine" id="m-case-working-hint">{words.working_hint}</p>
        </div>
    }
}

fn route(desk: Desk, form: RulesForm, line: &Line, language: Language) -> impl IntoView + use<> {
    let Line { reason, department: typed } = line.clone();
    let label = reason_name(desk, &reason, language);
    department(form, "m-route-", label, typed, reason)
}

fn department(
    form: RulesForm,
    prefix: &'static str,
    label: String,
    typed: RwSignal<String>,
    reason: String,
) -> impl IntoView {
    let id = [prefix, &reason].concat();
    view! {
        <div class="m-day m-route">
            <label for=id.clone()>{label}</label>
            <input
                id=id.clone()
                type="text"
                maxlength=MAX_NAME.to_string()
                data-testid=id.trim_start_matches("m-").to_owned()
                aria-describedby="m-case-routes-hint m-case-rules-says"
                aria-invalid=move || {
                    form.state.has(|fault| matches!(fault, Fault::Department(of) if *of == reason)).then_some("true")
                }
                prop:value=move || typed.get()
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    form.state.edited();
                }
            />
        </div>
    }
}

/// A reason in the words of the survey in service; its id where that does not have it.
fn reason_name(desk: Desk, reason: &str, language: Language) -> String {
    let worst = |scale: Scale| Rating::new(scale.worst());
    desk.with_survey(|survey| {
        let named = |survey: &candor_core::survey::Survey| {
            Some(survey.reason_text(worst(survey.scale)?, reason, language.tag()).to_owned())
        };
        survey.and_then(named).unwrap_or_else(|| reason.to_owned())
    })
}

fn limit_id(step: Step) -> String {
    ["m-limit-", step.name()].concat()
}

fn field_id(fault: &Fault) -> String {
    match fault {
        Fault::Limit(step, _) => limit_id(*step),
        Fault::Department(reason) => ["m-route-", reason].concat(),
    }
}

fn fault_text(desk: Desk, fault: &Fault, language: Language) -> String {
    let words = &language.texts().cases;
    match fault {
        Fault::Limit(step, most) => fill(words.fault_limit, &[names::step(*step, language), &most.to_string()]),
        Fault::Department(reason) if reason.is_empty() => fill(words.fault_name, &[words.otherwise]),
        Fault::Department(reason) => fill(words.fault_name, &[&reason_name(desk, reason, language)]),
    }
}
