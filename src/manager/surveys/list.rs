//! The list of surveys, and the card of the settings that leads to it.

use std::collections::BTreeMap;

use candor_core::survey::shelf::Own;
use candor_core::survey::sketch::Sketch;
use candor_core::survey::{Fault, text};
use leptos::prelude::*;

use super::place::say;
use super::{News, Screen, Surveys};
use crate::manager::button::file_button;
use crate::manager::desk::TEMPLATES;
use crate::manager::door_screen::trouble_text;
use crate::manager::icon::{BACK, COPY, EXPORT, PENCIL, TICK, icon};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// Faults of a file that are listed.
const MOST: usize = 12;

/// The card among the settings.
#[component]
pub fn SurveysCard(surveys: Surveys, language: Language) -> impl IntoView {
    let words = &language.texts().surveys;
    let name = move || {
        let title = surveys.desk.with_survey(|survey| survey.map(|s| text(&s.title, language.tag()).to_owned()));
        title.map(|title| fill(words.now, &[&title]))
    };
    view! {
        <section class="m-card m-stack" aria-labelledby="m-surveys">
            <div class="m-card-head">
                <h2 id="m-surveys">{words.surveys}</h2>
                <span class="m-n">{name}</span>
            </div>
            <p class="m-lead">{words.surveys_hint}</p>
            <div class="m-do-row">
                <button
                    type="button"
                    class="m-button m-second"
                    data-testid="surveys"
                    on:click=move |_| surveys.turn_to(Screen::List)
                >
                    {icon(PENCIL)}
                    {words.open_surveys}
                </button>
            </div>
        </section>
    }
}

/// The list.
#[component]
pub fn ListScreen(surveys: Surveys, language: Language) -> impl IntoView {
    let words = &language.texts().surveys;
    let own = move || {
        let shelf = surveys.desk.shelf.get();
        let drafts = surveys.drafts.read();
        let in_service = surveys.desk.settings.with(|settings| settings.as_ref().map(|s| s.survey.clone()));
        let row = |own: &Own| {
            let is_in_service = in_service.as_deref() == Some(own.id.as_str());
            own_row(surveys, language, own, &drafts, is_in_service)
        };
        shelf.0.iter().map(row).collect_view()
    };
    let has_none = move || surveys.desk.shelf.with(|shelf| shelf.0.is_empty());
    let templates = TEMPLATES.map(|id| template_row(surveys, language, id)).collect_view();
    view! {
        <div class="m-head">
            <div class="m-row">
                <button
                    type="button"
                    class="m-quiet"
                    data-testid="to-settings"
                    on:click=move |_| surveys.turn_to(Screen::Settings)
                >
                    {icon(BACK)}
                    {language.texts().rail.settings}
                </button>
                <h1>{words.surveys}</h1>
            </div>
            {file_button(
                "import-survey",
                ".json,application/json",
                words.import,
                None,
                || false,
                move |file| surveys.import(file),
            )}
        </div>
        {move || says(surveys, language)}
        <section class="m-card" aria-labelledby="m-own-surveys">
            <h2 id="m-own-surveys">{words.own}</h2>
            <ul class="m-surveys" data-testid="own-surveys">{own}</ul>
            {move || has_none().then(|| view! { <p class="m-empty">{words.no_own}</p> })}
        </section>
        <section class="m-card" aria-labelledby="m-templates">
            <h2 id="m-templates">{words.templates}</h2>
            <p class="m-fine">{words.templates_hint}</p>
            <ul class="m-surveys">{templates}</ul>
        </section>
    }
}

/// What was done last, in words; nothing of what only the editor tells.
pub fn said(news: &News, language: Language) -> String {
    let words = &language.texts().surveys;
    match news {
        News::None | News::InService(_) | News::Refused | News::InStep(_) => String::new(),
        News::Working => words.working.to_owned(),
        News::Unreadable => words.unreadable.to_owned(),
        News::FileFaults(_) => words.file_faults.to_owned(),
        News::Replaced => words.replaced.to_owned(),
        News::Renamed(id) => fill(words.renamed, &[id]),
        News::NotTaken => words.not_taken.to_owned(),
        News::NoWords => words.no_words.to_owned(),
        News::Failed(error) => trouble_text(error, &language.texts().trouble).to_owned(),
    }
}

/// The same with the faults of a file.
fn says(surveys: Surveys, language: Language) -> impl IntoView {
    let words = &language.texts().surveys;
    let news = surveys.news.get();
    let said = said(&news, language);
    let is_calm = matches!(news, News::Working | News::Replaced | News::Renamed(_));
    let faults = match news {
        News::FileFaults(faults) => faults,
        _ => Vec::new(),
    };
    let line = |fault: Fault| {
        let (place, what) = (say(&fault.path, words), fault.kind.say(language.tag()));
        view! { <li><b>{place}</b>" "<span>{what}</span></li> }
    };
    let lines = faults.into_iter().take(MOST).map(line).collect_view();
    view! {
        <div role="status" data-testid="surveys-say">
            {(!said.is_empty()).then(|| view! {
                <div class="m-card m-stack">
                    <p class="m-says" class:m-says-calm=is_calm>{said}</p>
                    <ul class="m-file-faults">{lines}</ul>
                </div>
            })}
        </div>
    }
}

fn template_row(surveys: Surveys, language: Language, id: &'static str) -> AnyView {
    let words = &language.texts().surveys;
    let title = move || {
        surveys.desk.surveys.with(|known| {
            known.get(id).map_or_else(|| id.to_owned(), |survey| text(&survey.title, language.tag()).to_owned())
        })
    };
    view! {
        <li class="m-survey">
            <span class="m-swatch" data-theme=id aria-hidden="true"></span>
            <div class="m-survey-name">
                <b>{title}</b>
                {move || surveys.is_in_service(id).then(|| view! { <span class="m-chip">{words.in_service}</span> })}
            </div>
            <button
                type="button"
                class="m-quiet"
                data-testid=format!("copy-{id}")
                on:click=move |_| surveys.copy_template(id)
            >
                {icon(COPY)}
                {words.copy_and_edit}
            </button>
        </li>
    }
    .into_any()
}

fn own_row(
    surveys: Surveys,
    language: Language,
    own: &Own,
    drafts: &BTreeMap<String, Sketch>,
    is_in_service: bool,
) -> AnyView {
    let words = &language.texts().surveys;
    let sketch = drafts.get(&own.id);
    let title = sketch.map(|sketch| sketch.say("title", language.tag())).filter(|title| !title.is_empty());
    let title = title.unwrap_or(&own.id).to_owned();
    let theme = sketch.map(|sketch| sketch.word("theme").to_owned()).unwrap_or_default();
    let state = match own.versions.last() {
        Some(version) if is_in_service => fill(words.in_service_version, &[&version.to_string()]),
        Some(version) => fill(words.was_in_service, &[&version.to_string()]),
        None => words.never_in_service.to_owned(),
    };
    let has_faults = sketch.is_some_and(|sketch| !sketch.faults().is_empty());
    let is_changed = surveys.desk.surveys.with(|known| {
        let (newest, drafted) = (known.get(&own.id), sketch.and_then(Sketch::survey));
        newest.is_some() && drafted.is_some() && newest != drafted
    });
    let act = |name: &str| format!("{name}-{}", own.id);
    let [edit, serve, copy, export, remove] = [(); 5].map(|()| own.id.clone());
    let is_removable = own.versions.is_empty();
    view! {
        <li class="m-survey" data-testid=act("survey")>
            <span class="m-swatch" data-theme=theme aria-hidden="true"></span>
            <div class="m-survey-name">
                <b>{title}</b>
                <small class="m-fine">{own.id.clone()}</small>
                <span class="m-chip">{state}</span>
                {is_changed.then(|| view! { <span class="m-chip">{words.changed}</span> })}
                {has_faults.then(|| view! { <span class="m-chip m-chip-fault">{words.unfinished}</span> })}
            </div>
            <div class="m-survey-do">
                <button type="button" class="m-quiet" data-testid=act("edit") on:click=move |_| surveys.open(&edit)>
                    {icon(PENCIL)}
                    {words.edit}
                </button>
                {(!is_in_service).then(|| view! {
                    <button
                        type="button"
                        class="m-quiet"
                        data-testid=act("serve")
                        on:click=move |_| {
                            // Seen while it happens: what was to be mended would be there.
                            surveys.open(&serve);
                            surveys.put_in_service();
                        }
                    >
                        {icon(TICK)}
                        {words.put_in_service}
                    </button>
                })}
                <button type="button" class="m-quiet" data-testid=act("copy") on:click=move |_| surveys.copy_own(&copy)>
                    {icon(COPY)}
                    {words.copy}
                </button>
                <button
                    type="button"
                    class="m-quiet"
                    data-testid=act("export")
                    on:click=move |_| {
                        let sketch = surveys.drafts.with_untracked(|drafts| drafts.get(&export).cloned());
                        if let Some(sketch) = sketch {
                            surveys.export(&sketch);
                        }
                    }
                >
                    {icon(EXPORT)}
                    {words.export}
                </button>
                {is_removable.then(|| view! {
                    <details class="m-remove">
                        <summary data-testid=act("remove")>{words.remove}</summary>
                        <button
                            type="button"
                            class="m-button"
                            data-testid=act("really-remove")
                            on:click=move |_| surveys.remove(&remove)
                        >
                            {words.really_remove}
                        </button>
                    </details>
                })}
            </div>
        </li>
    }
    .into_any()
}
