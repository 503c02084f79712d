//! The card of the import: the file, what each column is, what is wrong and how to mend it, and how far it has come.

use candor_export::csv::LineFault;
use candor_export::import::{Fault, Outline, Part, Wrong};
use leptos::prelude::*;

use super::{Done, Importing, MOST_MB, State};
use crate::manager::browser;
use crate::manager::button::file_button;
use crate::manager::choice::choice;
use crate::manager::desk::Desk;
use crate::manager::door_screen::trouble_text;
use crate::manager::icon::{CHEVRON, icon};
use crate::manager::insight::names;
use crate::manager::language::Language;
use crate::manager::sealing::Key;
use crate::manager::text::fill;

/// The card among the settings.
#[component]
pub fn ImportCard(desk: Desk, language: Language) -> impl IntoView {
    let (importing, words) = (desk.import, &language.texts().import);
    let is_running = Memo::new(move |_| importing.state.with(|state| matches!(state, State::Running { .. })));
    view! {
        <section class="m-card m-stack" aria-labelledby="m-former" data-testid="former">
            <div class="m-card-head"><h2 id="m-former">{words.title}</h2></div>
            <p class="m-lead">{words.hint}</p>
            <div class="m-do-row">
                {file_button(
                    "former-file",
                    ".csv,.tsv,.txt,text/csv",
                    words.choose,
                    None,
                    move || is_running.get(),
                    move |file| importing.choose(desk, file),
                )}
            </div>
            {move || importing.outline.get().filter(|_| importing.state.get() == State::Looking)
                .map(|outline| view! { <Look desk outline language /> })}
            {move || is_running.get().then(|| view! { <Progress importing language /> })}
            <p
                class="m-says"
                role="status"
                data-testid="former-says"
                data-ok=move || importing.state.with(|state| matches!(state, State::Done(_))).to_string()
                class:m-says-calm=move || importing.state.with(|state| matches!(state, State::Done(_) | State::Reading))
            >
                {move || importing.state.with(|state| said(state, language))}
            </p>
        </section>
    }
}

/// The file before it is taken.
#[component]
fn Look(desk: Desk, outline: Outline, language: Language) -> impl IntoView {
    let (importing, words) = (desk.import, &language.texts().import);
    let lacks = Memo::new(move |_| importing.mapping.with(|mapping| mapping.lacks()));
    let count = Memo::new(move |_| importing.check.with(|check| if check.is_whole { check.ready } else { 0 }));
    let is_sealed = move || desk.sealing.key.with(|key| matches!(key, Key::On(_)));
    view! {
        <h3>{words.columns}</h3>
        {table(desk, outline, language)}
        {survey(desk, language)}
        <div role="status" data-testid="former-check">
            {move || match lacks.get() {
                Some(part) => view! { <p class="m-fault">{fill(words.lacks, &[name(part, language)])}</p> }.into_any(),
                None => checked(importing, language),
            }}
        </div>
        {move || is_sealed().then(|| view! { <p class="m-fine">{words.sealed}</p> })}
        <div class="m-do-row">
            <button type="button" class="m-quiet" data-testid="former-discard" on:click=move |_| importing.discard()>
                {words.discard}
            </button>
            <button
                type="button"
                class="m-button"
                data-testid="former-import"
                disabled=move || count.get() == 0
                on:click=move |_| importing.write(desk)
            >
                {move || words.import.of(count.get(), &browser::integer(count.get(), language))}
            </button>
        </div>
    }
}

/// The first lines, below what each column is.
fn table(desk: Desk, outline: Outline, language: Language) -> impl IntoView {
    let words = &language.texts().import;
    let Outline { headings, first, .. } = outline;
    let width = headings.len();
    let head = |(at, heading): (usize, String)| {
        let label = format!("{}: {heading}", words.column_is);
        view! { <th scope="col"><b>{heading}</b>{part_list(desk, at, label, language)}</th> }
    };
    let row = |mut fields: Vec<String>| {
        fields.resize(width, String::new());
        view! { <tr>{fields.into_iter().map(|field| view! { <td dir="auto">{field}</td> }).collect_view()}</tr> }
    };
    view! {
        <div class="m-import-table" tabindex="0" role="region" aria-label=words.first_lines data-testid="former-table">
            <table>
                <thead><tr>{headings.into_iter().enumerate().map(head).collect_view()}</tr></thead>
                <tbody>{first.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn part_list(desk: Desk, at: usize, label: String, language: Language) -> impl IntoView {
    let (importing, words) = (desk.import, &language.texts().import);
    let chosen = move || importing.mapping.with(|mapping| mapping.0.get(at).copied().flatten());
    let choose = move |name: String| {
        let part = Part::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, part)| part);
        importing.mapping.update(|mapping| mapping.choose(at, part));
        importing.check_anew(desk);
    };
    let option = move |(id, part): (&'static str, Part)| {
        view! { <option value=id selected=move || chosen() == Some(part)>{name(part, language)}</option> }
    };
    view! {
        <div class="m-select">
            <select
                aria-label=label
                data-testid=format!("former-column-{at}")
                prop:value=move || chosen().map_or("", Part::name)
                on:change=move |event| choose(event_target_value(&event))
            >
                <option value="" selected=move || chosen().is_none()>{words.nothing}</option>
                {Part::ALL.into_iter().map(option).collect_view()}
            </select>
            {icon(CHEVRON)}
        </div>
    }
}

/// Which survey a line belongs to that names none.
fn survey(desk: Desk, language: Language) -> impl IntoView {
    let (importing, words) = (desk.import, &language.texts().import);
    let ids = move || {
        let keys = desk.surveys.with(|surveys| surveys.keys().cloned().collect::<Vec<_>>());
        keys.into_iter().filter(|key| !key.contains(':')).collect::<Vec<_>>()
    };
    let option = move |id: String| {
        let is_chosen = {
            let id = id.clone();
            move || importing.survey.with(|chosen| *chosen == id)
        };
        let title = names::survey(desk, &id, language);
        view! { <option value=id selected=is_chosen>{title}</option> }
    };
    let choose = move |id| {
        importing.survey.set(id);
        importing.check_anew(desk);
    };
    let options = move || ids().into_iter().map(option).collect_view();
    choice("m-former-survey", words.survey, options, choose, Some(words.survey_hint.into()))
}

/// How many can be taken, and what is wrong with the others.
fn checked(importing: Importing, language: Language) -> AnyView {
    let words = &language.texts().import;
    let check = importing.check.get();
    let number = |n: u64| browser::integer(n, language);
    if !check.is_whole {
        return view! { <p>{fill(words.checking, &[&number(check.ready + check.refused)])}</p> }.into_any();
    }
    let more = check.refused.saturating_sub(check.faults.len() as u64);
    let item = |fault: &Fault| {
        view! {
            <li data-testid="former-fault" data-line=fault.line.to_string()>
                <b>{fill(words.line, &[&number(fault.line)])}</b>
                <span>{fault_text(&fault.wrong, language)}</span>
            </li>
        }
    };
    view! {
        <p data-testid="former-ready" data-n=check.ready.to_string()>{words.ready.of(check.ready, &number(check.ready))}</p>
        {(check.refused > 0).then(|| view! {
            <p class="m-fault">{words.refused.of(check.refused, &number(check.refused))}</p>
            <ul class="m-faults-list">
                {check.faults.iter().map(item).collect_view()}
                {(more > 0).then(|| view! { <li>{words.more.of(more, &number(more))}</li> })}
            </ul>
        })}
    }
    .into_any()
}

#[component]
fn Progress(importing: Importing, language: Language) -> impl IntoView {
    let words = &language.texts().import;
    let of = move || match importing.state.get() {
        State::Running { done, total } => (done, total),
        _ => (0, 0),
    };
    view! {
        <div class="m-work" data-testid="former-progress">
            <progress value=move || of().0.to_string() max=move || of().1.max(1).to_string()></progress>
            <p role="status">
                {move || {
                    let (done, total) = of();
                    fill(words.running, &[&browser::integer(done, language), &browser::integer(total, language)])
                }}
            </p>
        </div>
        <div class="m-do-row">
            <button type="button" class="m-quiet" data-testid="former-stop" on:click=move |_| importing.stop()>
                {words.cancel}
            </button>
        </div>
    }
}

fn said(state: &State, language: Language) -> Option<String> {
    let words = &language.texts().import;
    Some(match state {
        State::None | State::Looking | State::Running { .. } => return None,
        State::Reading => words.reading.to_owned(),
        State::Unreadable => fill(words.unreadable, &[&MOST_MB.to_string()]),
        State::Empty => words.empty.to_owned(),
        State::Done(done) => done_text(done, language),
        State::Failed(error) => trouble_text(error, &language.texts().trouble).to_owned(),
    })
}

fn done_text(done: &Done, language: Language) -> String {
    let words = &language.texts().import;
    let number = |n: u64| browser::integer(n, language);
    let mut said = vec![words.added.of(done.added, &number(done.added))];
    if done.known > 0 {
        said.push(words.known.of(done.known, &number(done.known)));
    }
    if done.refused > 0 {
        said.push(words.left_out.of(done.refused, &number(done.refused)));
    }
    said.extend(done.lacks_words.then(|| words.words_left_out.to_owned()));
    said.extend(done.is_stopped.then(|| words.stopped.to_owned()));
    language.joined(&said)
}

fn name(part: Part, language: Language) -> &'static str {
    let at = Part::ALL.into_iter().position(|(_, known)| known == part);
    at.and_then(|at| language.texts().import.parts.get(at)).copied().unwrap_or_default()
}

fn fault_text(wrong: &Wrong, language: Language) -> String {
    let words = &language.texts().import;
    match wrong {
        Wrong::Quotes(LineFault::Open) => words.quotes_open.to_owned(),
        Wrong::Quotes(LineFault::Behind) => words.quotes_behind.to_owned(),
        Wrong::Fields { has, wants } => fill(words.fields, &[&has.to_string(), &wants.to_string()]),
        Wrong::Missing(part) => fill(words.missing, &[name(*part, language)]),
        Wrong::Time(text) => fill(words.time, &[text]),
        Wrong::Future(text) => fill(words.future, &[text]),
        Wrong::Level { text, scale } => {
            fill(words.level, &[text, &scale.worst().to_string(), &scale.best().to_string()])
        }
        Wrong::Survey(text) => fill(words.no_survey, &[text]),
        Wrong::Long { part, most } => fill(words.long, &[name(*part, language), &most.to_string()]),
        Wrong::Doubled { line } => fill(words.doubled, &[&line.to_string()]),
    }
}
