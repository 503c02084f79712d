//! The forms of what is no page: the survey itself, the first screen, the service items, the last screen.

use candor_core::event::{Rating, Scale};
use candor_core::first_screen::{Key, language_name};
use candor_core::survey::Metric;
use candor_core::survey::sketch::{Edit, Sketch};
use leptos::prelude::*;

use super::Surveys;
use super::control::{Length, adder, faults_at, number, number_at, text, tool};
use super::place::field_id;
use crate::manager::choice::choice_of;
use crate::manager::icon::{DOWN, PLUS, TRASH, UP, face, icon};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The themes of the style sheet, in the order of their names' texts.
const THEMES: [&str; 8] = ["government", "bank", "hospital", "hotel", "restaurant", "retail", "education", "helpdesk"];

/// Its name, what it promises, its colours and its languages.
#[component]
pub fn SurveyForm(surveys: Surveys, language: Language) -> impl IntoView {
    let words = &language.texts().surveys;
    let named = |names: &[&'static str], ids: Vec<&'static str>| -> Vec<(String, String)> {
        ids.into_iter().zip(names).map(|(id, name)| (id.to_owned(), (*name).to_owned())).collect()
    };
    let themes = move || {
        let mut themes = named(&words.themes, THEMES.to_vec());
        let own = surveys.sketch.with(|sketch| sketch.word("theme").to_owned());
        if !themes.iter().any(|(id, _)| *id == own) {
            themes.push((own.clone(), own));
        }
        themes
    };
    let metrics = move || named(&words.metrics, Metric::ALL.map(|(name, _)| name).to_vec());
    let tags = Memo::new(move |_| surveys.sketch.with(Sketch::locales));
    let rows = move || {
        let tags = tags.get();
        let is_only = tags.len() < 2;
        let row = |(place, tag): (usize, String)| language_row(surveys, language, place, tag, is_only);
        tags.into_iter().enumerate().map(row).collect_view()
    };
    let others =
        move || surveys.other_languages().into_iter().map(|(tag, name)| (tag.to_owned(), name.to_owned())).collect();
    view! {
        {text(surveys, language, "title".to_owned(), words.title.to_owned(), Length::Line)}
        {text(surveys, language, "promise".to_owned(), words.promise.to_owned(), Length::Line)}
        <p class="m-fine">{words.promise_hint}</p>
        {choice_of(
            field_id("theme"),
            "edit-theme".to_owned(),
            words.theme.to_owned(),
            themes,
            move || surveys.sketch.with(|sketch| sketch.word("theme").to_owned()),
            move |theme| {
                surveys.edit(&Edit::Theme(theme));
            },
        )}
        {choice_of(
            field_id("metric"),
            "edit-metric".to_owned(),
            words.metric.to_owned(),
            metrics,
            move || surveys.sketch.with(|sketch| sketch.word("metric").to_owned()),
            move |metric| {
                surveys.edit(&Edit::Metric(metric));
            },
        )}
        <div class="m-field m-languages" id=field_id("locales") tabindex="-1">
            <span class="m-label">{words.languages}</span>
            {rows}
            {faults_at(surveys, language, "locales")}
            {adder("add-language", words.add_language, others, move |tag| surveys.add_language(tag))}
            <p class="m-fine">{words.add_language_hint}</p>
        </div>
    }
}

fn language_row(surveys: Surveys, language: Language, place: usize, tag: String, is_only: bool) -> AnyView {
    let words = &language.texts().surveys;
    let missing = {
        let tag = tag.clone();
        Memo::new(move |_| surveys.sketch.with(|sketch| sketch.missing(&tag).len()))
    };
    let state = move || match missing.get() {
        0 => words.translated.to_owned(),
        count => words.untranslated.of(count as u64, &count.to_string()),
    };
    let name = language_name(&tag).to_owned();
    let (first, less) = (tag.clone(), tag.clone());
    view! {
        <div class="m-language">
            <span class="m-language-name">
                <span lang=tag.clone()>{name.clone()}</span>
                " "
                <small class="m-fine">{state}</small>
            </span>
            <span class="m-tools">
                {if place == 0 {
                    view! { <span class="m-chip">{words.first_language}</span> }.into_any()
                } else {
                    view! {
                        <button
                            type="button"
                            class="m-quiet"
                            data-testid=format!("first-language-{tag}")
                            on:click=move |_| {
                                surveys.edit(&Edit::FirstLanguage(first.clone()));
                            }
                        >
                            {words.make_first}
                        </button>
                    }
                    .into_any()
                }}
                {tool(format!("remove-language-{less}"), TRASH, fill(words.remove_named, &[&name]), is_only, move || {
                    surveys.edit(&Edit::RemoveLanguage(less.clone()));
                })}
            </span>
        </div>
    }
    .into_any()
}

/// The question, and what is tapped.
#[component]
pub fn FirstForm(surveys: Surveys, language: Language) -> impl IntoView {
    let words = &language.texts().surveys;
    let scale = Memo::new(move |_| surveys.sketch.with(Sketch::scale));
    let scales = move || {
        let scales = Scale::ALL.into_iter().zip(words.scales);
        scales.map(|((name, _), words)| (name.to_owned(), words.to_owned())).collect()
    };
    let shape = Memo::new(move |_| surveys.sketch.with(|sketch| (sketch.scale(), sketch.count("levels"))));
    let names = move || {
        let (scale, count) = shape.get();
        let name = |place: usize| {
            let number = scale.worst() + u8::try_from(place).unwrap_or_default();
            let label = match (scale.is_numbers(), place) {
                (true, 0) => fill(words.lowest, &[&scale.worst().to_string()]),
                (true, _) => fill(words.highest, &[&scale.best().to_string()]),
                (false, _) => fill(words.level_n, &[&number.to_string()]),
            };
            text(surveys, language, format!("levels[{place}]"), label, Length::Line)
        };
        (0..count).map(name).collect_view()
    };
    view! {
        {text(surveys, language, "question".to_owned(), words.question.to_owned(), Length::Lines)}
        {text(surveys, language, "hint".to_owned(), words.hint.to_owned(), Length::Line)}
        {choice_of(
            field_id("scale"),
            "edit-scale".to_owned(),
            words.scale.to_owned(),
            scales,
            move || surveys.sketch.with(|sketch| sketch.word("scale").to_owned()),
            move |name| {
                if let Some((_, scale)) = Scale::ALL.into_iter().find(|(known, _)| *known == name) {
                    surveys.edit(&Edit::Scale(scale));
                }
            },
        )}
        <p class="m-fine">{words.scale_hint}</p>
        <div class="m-field" id=field_id("levels") tabindex="-1">
            <h3>{words.levels}</h3>
            {faults_at(surveys, language, "levels")}
            <div class="m-stack">{names}</div>
        </div>
        <div class="m-field" id=field_id("bad") tabindex="-1">
            <h3>{words.bad}</h3>
            <div class="m-levels" role="group" aria-label=words.bad>
                {move || scale.get().levels().map(|level| bad_button(surveys, scale.get(), level)).collect_view()}
            </div>
            {faults_at(surveys, language, "bad")}
            <p class="m-fine">{words.bad_hint}</p>
        </div>
    }
}

/// A level that counts as a bad rating or not; pressed, it is the highest one that does.
fn bad_button(surveys: Surveys, scale: Scale, level: Rating) -> AnyView {
    let Key { tone, .. } = Key::of(scale, level);
    let number = level.level();
    let is_bad = Memo::new(move |_| surveys.sketch.with(|sketch| sketch.numbers("bad").contains(&number)));
    let count = number - scale.worst() + 1;
    view! {
        <button
            type="button"
            class="m-level-button"
            data-tone=tone.to_string()
            data-testid=format!("bad-{number}")
            aria-pressed=move || is_bad.get().to_string()
            disabled=number == scale.best()
            on:click=move |_| {
                // The highest bad one, tapped again, is none any more.
                let is_highest = surveys.sketch.with_untracked(|sketch| sketch.numbers("bad").last() == Some(&number));
                surveys.edit(&Edit::Bad(if is_highest { count - 1 } else { count }));
            }
        >
            {face(scale, level)}
            <span>{number}</span>
        </button>
    }
    .into_any()
}

/// The service items with their standards.
#[component]
pub fn ItemsForm(surveys: Surveys, language: Language) -> impl IntoView {
    let words = &language.texts().surveys;
    let ids = Memo::new(move |_| {
        surveys.sketch.with(|sketch| {
            (0..sketch.count("items"))
                .map(|item| sketch.word(&format!("items[{item}].id")).to_owned())
                .collect::<Vec<_>>()
        })
    });
    let rows = move || {
        let count = ids.get().len();
        (0..count).map(|item| item_row(surveys, language, item, count)).collect_view()
    };
    view! {
        <p class="m-fine">{words.items_hint}</p>
        <div class="m-field" id=field_id("items") tabindex="-1">
            {faults_at(surveys, language, "items")}
            {rows}
        </div>
        <button
            type="button"
            class="m-quiet m-add"
            data-testid="add-item"
            on:click=move |_| {
                surveys.edit(&Edit::AddItem);
            }
        >
            {icon(PLUS)}
            {words.add_item}
        </button>
    }
}

fn item_row(surveys: Surveys, language: Language, item: usize, count: usize) -> AnyView {
    let words = &language.texts().surveys;
    let name = fill(words.item_n, &[&(item + 1).to_string()]);
    let at = format!("items[{item}]");
    view! {
        <div class="m-entry" id=field_id(&at) tabindex="-1">
            <div class="m-entry-head">
                <h3>{name.clone()}</h3>
                <span class="m-tools">
                    {tool(format!("item-up-{item}"), UP, fill(words.up_named, &[&name]), item == 0, move || {
                        surveys.edit(&Edit::MoveItem { item, is_up: true });
                    })}
                    {tool(format!("item-down-{item}"), DOWN, fill(words.down_named, &[&name]), item + 1 == count, move || {
                        surveys.edit(&Edit::MoveItem { item, is_up: false });
                    })}
                    {tool(format!("item-remove-{item}"), TRASH, fill(words.remove_named, &[&name]), false, move || {
                        surveys.edit(&Edit::RemoveItem(item));
                    })}
                </span>
            </div>
            {faults_at(surveys, language, &at)}
            {text(surveys, language, format!("{at}.text"), words.item_text.to_owned(), Length::Line)}
            {number_at(surveys, language, format!("{at}.target"), words.target, words.target_hint)}
        </div>
    }
    .into_any()
}

/// The thanks, and how long screens wait.
#[component]
pub fn LastForm(surveys: Surveys, language: Language) -> impl IntoView {
    let words = &language.texts().surveys;
    let times = ["timeouts.idle_s", "timeouts.warning_s", "timeouts.thanks_s", "timeouts.attract_s"];
    let times = times
        .into_iter()
        .zip(words.timeouts)
        .map(move |(at, (label, hint))| number(surveys, language, at, label, hint));
    view! {
        {text(surveys, language, "thanks".to_owned(), words.thanks.to_owned(), Length::Line)}
        {text(surveys, language, "thanks_hint".to_owned(), words.thanks_hint.to_owned(), Length::Lines)}
        <h3>{words.times}</h3>
        <div class="m-times">{times.collect_view()}</div>
    }
}
