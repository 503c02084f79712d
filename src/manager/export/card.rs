//! The card of the export: what goes into the file, in which form, and how far it has come.

use candor_core::insight::selection;
use candor_export::job::Format;
use leptos::prelude::*;

use super::{Done, Fault, State, about};
use crate::manager::browser;
use crate::manager::icon::{EXPORT, icon};
use crate::manager::insight::{Insight, names};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// Opens the card.
#[component]
pub fn ExportButton(insight: Insight, language: Language) -> impl IntoView {
    let exporting = insight.desk.export;
    let words = &language.texts().export;
    view! {
        <button
            type="button"
            class="m-button"
            data-testid="export-open"
            aria-expanded=move || exporting.is_open.get().to_string()
            aria-controls="m-export-card"
            on:click=move |_| exporting.is_open.update(|is_open| *is_open = !*is_open)
        >
            {icon(EXPORT)}
            {words.open}
        </button>
    }
}

/// The card, while it is open.
#[component]
pub fn ExportCard(insight: Insight, language: Language) -> impl IntoView {
    let exporting = insight.desk.export;
    view! {
        <div id="m-export-card">
            {move || exporting.is_open.get().then(|| view! { <Card insight language /> })}
        </div>
    }
}

#[component]
fn Card(insight: Insight, language: Language) -> impl IntoView {
    let (exporting, words) = (insight.desk.export, &language.texts().export);
    let count = insight.read(|facts, view, today, measure| selection(facts, view, today, measure).count());
    let format = Memo::new(move |_| exporting.options.with(|options| options.format));
    let is_running =
        Memo::new(move |_| exporting.state.with(|state| matches!(state, State::Preparing | State::Running { .. })));
    let chosen = move || {
        let ratings = words.ratings.of(count.get(), &browser::integer(count.get(), language));
        let period = insight.view.with(|view| names::span(view.period, language));
        let filters = about::filters(insight, language);
        let what = if filters == words.no_filters { period.to_owned() } else { format!("{period}; {filters}") };
        fill(words.chosen, &[&ratings, &what])
    };
    view! {
        <section class="m-card m-stack m-export" aria-labelledby="m-export" data-testid="export-card">
            <div class="m-card-head">
                <h2 id="m-export">{words.title}</h2>
                <button type="button" class="m-quiet" data-testid="export-close" on:click=move |_| exporting.is_open.set(false)>
                    {words.close}
                </button>
            </div>
            <p class="m-lead" data-testid="export-chosen">{chosen}</p>
            <fieldset class="m-picks" disabled=move || is_running.get()>
                <legend>{words.format}</legend>
                {Format::ALL
                    .into_iter()
                    .zip(&words.formats)
                    .map(|((name, this), (title, hint))| choice(
                        "m-export-format", name, title, hint,
                        move || format.get() == this,
                        move || exporting.choose(|options| options.format = this),
                    ))
                    .collect_view()}
            </fieldset>
            {move || (format.get() != Format::Jsonl).then(|| table_options(insight, is_running, language))}
            <p class="m-fine" id="m-export-note">{words.warning}</p>
            {move || is_running.get().then(|| view! {
                <div class="m-work" data-testid="export-progress">
                    {move || bar(&exporting.state.get())}
                    <p role="status">{move || exporting.state.with(|state| progress(state, language))}</p>
                </div>
            })}
            <p
                class="m-says"
                role="status"
                data-testid="export-result"
                data-ok=move || exporting.state.with(|state| matches!(state, State::Done(_))).to_string()
                class:m-says-calm=move || exporting.state.with(|state| matches!(state, State::Done(_) | State::Failed(Fault::Cancelled)))
            >
                {move || exporting.state.with(|state| outcome(state, language))}
            </p>
            <div class="m-do-row">
                {move || is_running.get().then(|| view! {
                    <button type="button" class="m-quiet" data-testid="export-cancel" on:click=move |_| exporting.cancel()>
                        {words.cancel}
                    </button>
                })}
                <button
                    type="button"
                    class="m-button"
                    data-testid="export-save"
                    aria-describedby="m-export-note"
                    disabled=move || is_running.get()
                    on:click=move |_| exporting.start(insight, language)
                >
                    {icon(EXPORT)}
                    {words.save}
                </button>
            </div>
        </section>
    }
}

/// What only tables can be.
fn table_options(insight: Insight, is_running: Memo<bool>, language: Language) -> impl IntoView {
    let (exporting, words) = (insight.desk.export, &language.texts().export);
    let is_csv = move || exporting.options.with(|options| options.format == Format::Csv);
    view! {
        <fieldset class="m-picks m-picks-row" disabled=move || is_running.get()>
            <legend>{words.written_in}</legend>
            {[("words", true), ("codes", false)]
                .into_iter()
                .zip(words.writings)
                .map(|((name, this), title)| choice(
                    "m-export-words", name, title, "",
                    move || exporting.options.with(|options| options.is_in_words == this),
                    move || exporting.choose(|options| options.is_in_words = this),
                ))
                .collect_view()}
        </fieldset>
        {move || is_csv().then(|| view! {
            <label class="m-tick">
                <input
                    type="checkbox"
                    data-testid="export-bom"
                    disabled=move || is_running.get()
                    prop:checked=move || exporting.options.with(|options| options.has_bom)
                    on:change=move |event| exporting.choose(|options| options.has_bom = event_target_checked(&event))
                />
                <span>{words.bom}</span>
            </label>
        })}
    }
}

/// One of several, with what it is good for.
fn choice(
    group: &'static str,
    name: &'static str,
    title: &'static str,
    hint: &'static str,
    is_chosen: impl Fn() -> bool + Send + Sync + 'static,
    choose: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <label class="m-pick">
            <input
                type="radio"
                name=group
                value=name
                data-testid=["export-", name].concat()
                prop:checked=is_chosen
                on:change=move |_| choose()
            />
            <span>
                <b>{title}</b>
                {(!hint.is_empty()).then(|| view! { <small>{hint}</small> })}
            </span>
        </label>
    }
}

fn bar(state: &State) -> impl IntoView + use<> {
    let of = if let State::Running { done, total } = state {
        Some((done.to_string(), total.max(&1).to_string()))
    } else {
        None
    };
    let (done, total) = of.unzip();
    view! { <progress value=done max=total></progress> }
}

fn progress(state: &State, language: Language) -> String {
    let words = &language.texts().export;
    match state {
        State::Running { done, total } => {
            fill(words.running, &[&browser::integer(*done, language), &browser::integer(*total, language)])
        }
        _ => words.preparing.to_owned(),
    }
}

fn outcome(state: &State, language: Language) -> Option<String> {
    let words = &language.texts().export;
    Some(match state {
        State::None | State::Preparing | State::Running { .. } => return None,
        State::Done(done) => done_text(done, language),
        State::Failed(fault) => match fault {
            Fault::Cancelled => words.cancelled,
            Fault::NotTaken => words.not_taken,
            Fault::Unreadable => words.unreadable,
            Fault::Died => words.died,
            Fault::Nothing => words.nothing,
            Fault::TooMany => words.too_many,
            Fault::Hidden => language.texts().insight.hidden,
        }
        .to_owned(),
    })
}

fn done_text(done: &Done, language: Language) -> String {
    let words = &language.texts().export;
    let rows = if done.format == Format::Jsonl { &words.events } else { &words.rows };
    let rows = rows.of(done.rows, &browser::integer(done.rows, language));
    let mut said = vec![fill(if done.is_placed { words.saved } else { words.handed }, &[&done.name, &rows])];
    if done.lost > 0 {
        said.push(words.lost.of(done.lost, &browser::integer(done.lost, language)));
    }
    if !done.is_recorded {
        said.push(words.untraced.to_owned());
    }
    language.joined(&said)
}
