//! The editor's screen: the parts, the form of one of them, and what customers will see of it.

use candor_core::first_screen::language_name;
use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;

use super::faults::Faults;
use super::forms::{FirstForm, ItemsForm, LastForm, SurveyForm};
use super::list::said;
use super::page_form::PageForm;
use super::parts::Parts;
use super::place::Part;
use super::preview::Preview;
use super::{News, Surveys};
use crate::manager::browser::{self, Written};
use crate::manager::icon::{BACK, EXPORT, REDO, UNDO, icon};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The screen.
#[component]
pub fn EditorScreen(surveys: Surveys, language: Language) -> impl IntoView {
    let words = &language.texts().surveys;
    let part = Memo::new(move |_| surveys.part.get());
    let is_enlarged = RwSignal::new(false);
    let title = move || surveys.sketch.with(|sketch| sketch.say("title", language.tag()).to_owned());
    let form = move || match part.get() {
        Part::Survey => view! { <SurveyForm surveys language /> }.into_any(),
        Part::First => view! { <FirstForm surveys language /> }.into_any(),
        Part::Page(page) => view! { <PageForm surveys language page /> }.into_any(),
        Part::Items => view! { <ItemsForm surveys language /> }.into_any(),
        Part::Last => view! { <LastForm surveys language /> }.into_any(),
    };
    let keys = move |event: KeyboardEvent| {
        let is_undo = (event.ctrl_key() || event.meta_key()) && matches!(event.key().as_str(), "z" | "Z" | "y" | "Y");
        // The browser's own way back would know one field only.
        if is_undo && !event.is_composing() {
            event.prevent_default();
            surveys.step_back(event.shift_key() || matches!(event.key().as_str(), "y" | "Y"));
        }
    };
    // Of the whole window: what has just gone from the form has taken the focus with it.
    let listener = window_event_listener(keydown, keys);
    on_cleanup(move || listener.remove());
    view! {
        <div class="m-editor" data-testid="editor" data-enlarged=move || is_enlarged.get().to_string()>
            <div class="m-head m-editor-head">
                <div class="m-row">
                    <button type="button" class="m-quiet" data-testid="to-surveys" on:click=move |_| surveys.close()>
                        {icon(BACK)}
                        {words.surveys}
                    </button>
                    <h1>{title}</h1>
                </div>
                <div class="m-tools">
                    {step_button(surveys, "undo", UNDO, words.undo, false)}
                    {step_button(surveys, "redo", REDO, words.redo, true)}
                    <button
                        type="button"
                        class="m-quiet"
                        data-testid="export-survey"
                        on:click=move |_| surveys.sketch.with_untracked(|sketch| surveys.export(sketch))
                    >
                        {icon(EXPORT)}
                        {words.export}
                    </button>
                    <button
                        type="button"
                        class="m-button"
                        data-testid="put-in-service"
                        disabled=move || {
                            surveys.desk.settings.with(Option::is_none)
                                || surveys.news.with(|news| *news == News::Working)
                        }
                        on:click=move |_| surveys.put_in_service()
                    >
                        {words.put_in_service}
                    </button>
                </div>
            </div>
            <p
                class="m-says m-editor-says"
                role="status"
                data-testid="survey-says"
                data-ok=move || surveys.news.with(|news| matches!(news, News::InService(_))).to_string()
                class:m-says-calm=move || {
                    let is_bad = |news: &News| matches!(news, News::Refused | News::NotTaken | News::Failed(_));
                    surveys.is_kept.get() && !surveys.news.with(is_bad)
                }
            >
                {move || standing(surveys, language)}
            </p>
            <Faults surveys language />
            <div class="m-workbench">
                <Parts surveys language />
                <section class="m-card m-stack m-part-form" aria-label=words.form>
                    <Beside surveys language />
                    {form}
                </section>
                <Preview surveys language is_enlarged />
            </div>
        </div>
    }
}

fn step_button(
    surveys: Surveys,
    test: &'static str,
    sign: &'static str,
    name: &'static str,
    is_forth: bool,
) -> impl IntoView {
    let is_off =
        Memo::new(move |_| surveys.sketch.with(|sketch| !if is_forth { sketch.can_redo() } else { sketch.can_undo() }));
    view! {
        <button
            type="button"
            class="m-quiet m-tool"
            data-testid=test
            title=name
            aria-label=name
            disabled=move || is_off.get()
            on:click=move |_| surveys.step_back(is_forth)
        >
            {icon(sign)}
        </button>
    }
}

/// How the survey stands, and what became of the last attempt to put it into service.
fn standing(surveys: Surveys, language: Language) -> String {
    let words = &language.texts().surveys;
    match surveys.news.get() {
        News::InService(version) => {
            let time = browser::now(Written::Clock, language);
            return fill(words.came_into_service, &[&version.to_string(), &time]);
        }
        News::Refused => return words.refused.to_owned(),
        News::InStep(others) => return words.in_step.of(others as u64, &others.to_string()),
        News::None if !surveys.is_kept.get() => return words.not_kept.to_owned(),
        News::None => {}
        other => return said(&other, language),
    }
    let id = surveys.sketch.with(|sketch| sketch.id().to_owned());
    let own = surveys.desk.shelf.with(|shelf| shelf.own(&id).cloned()).unwrap_or_default();
    match own.versions.last() {
        Some(version) if surveys.is_in_service(&id) => fill(words.edits_of_service, &[&version.to_string()]),
        Some(version) => fill(words.edits_of_former, &[&version.to_string()]),
        None => words.edits_of_new.to_owned(),
    }
}

/// Which language stands beside the first one; each says how much it lacks. With two there is nothing to choose.
#[component]
fn Beside(surveys: Surveys, language: Language) -> impl IntoView {
    let words = &language.texts().surveys;
    let tags = Memo::new(move |_| {
        surveys.sketch.with(|sketch| {
            let with_missing = |tag: String| {
                let missing = sketch.missing(&tag).len();
                (tag, missing)
            };
            sketch.locales().into_iter().skip(1).map(with_missing).collect::<Vec<_>>()
        })
    });
    let button = move |(tag, missing): (String, usize)| {
        let (own, chosen) = (tag.clone(), tag.clone());
        view! {
            <button
                type="button"
                class="m-quiet"
                lang=tag.clone()
                data-testid=format!("beside-{tag}")
                aria-pressed=move || surveys.beside.with(|beside| *beside == own).to_string()
                on:click=move |_| surveys.beside.set(chosen.clone())
            >
                {language_name(&tag).to_owned()}
                {(missing > 0).then(|| view! { <small class="m-missing">{missing}</small> })}
            </button>
        }
    };
    move || {
        let tags = tags.get();
        (tags.len() > 1).then(|| {
            view! {
                <div class="m-beside" role="group" aria-label=words.beside>
                    {tags.into_iter().map(button).collect_view()}
                </div>
            }
        })
    }
}
