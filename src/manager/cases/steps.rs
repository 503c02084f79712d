//! The five steps of a case, one beside the other: what came of each, when, and by when the rest has to be done.

use candor_core::cases::{Case, Standing, Step, StepState};
use candor_core::time::UnixMillis;
use leptos::prelude::*;

use super::{CasesDesk, names};
use crate::manager::browser::{self, Written};
use crate::manager::icon::{TICK, WARNING, icon};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The card.
#[component]
pub fn StepsCard(cases: CasesDesk, case: Memo<Option<Case>>, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    view! {
        <section class="m-card" aria-labelledby="m-case-steps">
            <h2 id="m-case-steps" class="sr">{words.progress}</h2>
            <ol class="m-steps">
                {move || case.get().map(|case| {
                    let now = cases.now.get();
                    Step::ALL.map(|step| step_view(&case, step, now, language)).collect_view()
                })}
            </ol>
        </section>
    }
}

fn step_view(case: &Case, step: Step, now: UnixMillis, language: Language) -> impl IntoView + use<> {
    let state = *case.step(step);
    let is_now = case.standing == Standing::Open(step);
    let is_late = state.is_late(now) && (state.is_over() || case.is_open());
    let name = match (state.is_over(), is_now) {
        (true, _) => "done",
        (false, true) => "now",
        (false, false) => "later",
    };
    let number = (step as usize + 1).to_string();
    let lines = lines(&state, case.is_open(), is_late, language);
    view! {
        <li
            class="m-step"
            data-testid=["step-", step.name()].concat()
            data-state=name
            data-late=is_late.to_string()
            aria-current=is_now.then_some("step")
        >
            <span class="m-step-sign" aria-hidden="true">
                {if state.is_over() { icon(TICK).into_any() } else { number.into_any() }}
            </span>
            <b>{names::step(step, language)}</b>
            {lines.into_iter().map(|line| view! { <span>{line}</span> }).collect_view()}
            {is_late.then(|| view! { <span class="m-late">{icon(WARNING)}{late(&state, language)}</span> })}
        </li>
    }
}

/// What came of it and when, or by when it has to be done.
fn lines(state: &StepState, is_open: bool, is_late: bool, language: Language) -> Vec<String> {
    let words = &language.texts().cases;
    let mut lines = Vec::new();
    match state.result {
        Some(result) => lines.push(names::result(result, language).to_owned()),
        None if state.is_needless => lines.push(words.needless.to_owned()),
        None => {}
    }
    if state.tries > 0 && state.result.is_none() {
        lines.push(words.tries.of(state.tries.into(), &browser::integer(state.tries.into(), language)));
    }
    lines.extend(state.done.map(|done| names::instant(done, Written::Minute, language)));
    if let Some(due) = state.due.filter(|_| !state.is_over() && is_open && !is_late) {
        lines.push(fill(words.due, &[&names::last_instant(due, language)]));
    }
    lines
}

fn late(state: &StepState, language: Language) -> String {
    let due = state.due.map(|due| names::last_instant(due, language)).unwrap_or_default();
    fill(language.texts().cases.was_due, &[&due])
}
