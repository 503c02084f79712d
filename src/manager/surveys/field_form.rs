//! The form of a field: what it asks, and what can be tapped.

use candor_core::survey::sketch::Edit;
use leptos::prelude::*;

use super::Surveys;
use super::control::{Length, faults_at, text, tick, tool};
use super::parts::kind_name;
use super::place::field_id;
use crate::manager::icon::{DOWN, PLUS, TRASH, UP, icon};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The form of one of `count` fields.
pub fn field_form(
    surveys: Surveys,
    language: Language,
    (page, field): (usize, usize),
    kind: &str,
    count: usize,
) -> AnyView {
    let words = &language.texts().surveys;
    let at = format!("pages[{page}].fields[{field}]");
    let name = kind_name(kind, words);
    let local = |member: &str, label: &str, length: Length| {
        text(surveys, language, format!("{at}.{member}"), label.to_owned(), length)
    };
    let body = match kind {
        "reasons" => view! {
            {options(surveys, language, page, field)}
            {required(surveys, language, page, field)}
        }
        .into_any(),
        "choice" | "choices" => view! {
            {local("label", words.label, Length::Line)}
            {faults_at(surveys, language, &format!("{at}.id"))}
            {options(surveys, language, page, field)}
        }
        .into_any(),
        "items" => view! {
            {local("label", words.label, Length::Line)}
            {items(surveys, language, page, field)}
        }
        .into_any(),
        "comment" => local("label", words.placeholder, Length::Line),
        "contact" => view! {
            {local("label", words.label, Length::Lines)}
            {local("consent", words.consent, Length::Lines)}
        }
        .into_any(),
        _ => local("text", words.message, Length::Lines),
    };
    let step = move |edit: Edit| move || surveys.edit_page(page, &edit);
    let moved = move |is_up: bool| Edit::MoveField { page, field, is_up };
    view! {
        <section class="m-entry" id=field_id(&at) tabindex="-1" aria-label=name>
            <div class="m-entry-head">
                <h3>{name}</h3>
                <span class="m-tools">
                    {tool(format!("field-up-{field}"), UP, fill(words.up_named, &[name]), field == 0, step(moved(true)))}
                    {tool(format!("field-down-{field}"), DOWN, fill(words.down_named, &[name]), field + 1 == count, step(moved(false)))}
                    {tool(format!("field-remove-{field}"), TRASH, fill(words.remove_named, &[name]), false, step(Edit::RemoveField { page, field }))}
                </span>
            </div>
            {faults_at(surveys, language, &at)}
            {faults_at(surveys, language, &format!("{at}.kind"))}
            {body}
        </section>
    }
    .into_any()
}

fn options(surveys: Surveys, language: Language, page: usize, field: usize) -> AnyView {
    let words = &language.texts().surveys;
    let at = format!("pages[{page}].fields[{field}].options");
    let count = surveys.sketch.with_untracked(|sketch| sketch.count(&at));
    let row = |option: usize| {
        let name = fill(words.option_n, &[&(option + 1).to_string()]);
        let path = format!("{at}[{option}]");
        let moved = move |is_up: bool| {
            move || {
                surveys.edit(&Edit::MoveOption { page, field, option, is_up });
            }
        };
        view! {
            <li class="m-option" id=field_id(&path) tabindex="-1">
                {text(surveys, language, format!("{path}.text"), name.clone(), Length::Line)}
                {faults_at(surveys, language, &path)}
                {faults_at(surveys, language, &format!("{path}.id"))}
                <span class="m-tools">
                    {tool(format!("option-up-{field}-{option}"), UP, fill(words.up_named, &[&name]), option == 0, moved(true))}
                    {tool(format!("option-down-{field}-{option}"), DOWN, fill(words.down_named, &[&name]), option + 1 == count, moved(false))}
                    {tool(format!("option-remove-{field}-{option}"), TRASH, fill(words.remove_named, &[&name]), false, {
                        let list = at.clone();
                        move || {
                            surveys.edit_page(page, &Edit::RemoveOption { page, field, option });
                            surveys.go_to(&list);
                        }
                    })}
                </span>
            </li>
        }
    };
    let first = surveys.sketch.with_untracked(|sketch| sketch.locales().into_iter().next()).unwrap_or_default();
    // Where somebody goes on after one more.
    let added = format!("{at}[{count}].text.{first}");
    view! {
        <div class="m-field" id=field_id(&at) tabindex="-1">
            <ol class="m-options">{(0..count).map(row).collect_view()}</ol>
            {faults_at(surveys, language, &at)}
            <button
                type="button"
                class="m-quiet m-add"
                data-testid=format!("add-option-{field}")
                on:click=move |_| {
                    surveys.edit_page(page, &Edit::AddOption { page, field });
                    surveys.go_to(&added);
                }
            >
                {icon(PLUS)}
                {words.add_option}
            </button>
        </div>
    }
    .into_any()
}

fn required(surveys: Surveys, language: Language, page: usize, field: usize) -> AnyView {
    let words = &language.texts().surveys;
    let at = format!("pages[{page}].fields[{field}].required");
    let path = at.clone();
    view! {
        <div class="m-field" id=field_id(&at) tabindex="-1">
            {tick(
                format!("required-{field}"),
                words.required.to_owned(),
                move || surveys.sketch.with(|sketch| sketch.at(&path).as_bool() == Some(true)),
                move |is_required| {
                    surveys.edit(&Edit::Required { page, field, is_required });
                },
            )}
            {faults_at(surveys, language, &at)}
            <p class="m-fine">{words.required_hint}</p>
        </div>
    }
    .into_any()
}

/// The survey's service items; those that are asked for are ticked.
fn items(surveys: Surveys, language: Language, page: usize, field: usize) -> AnyView {
    let words = &language.texts().surveys;
    let at = format!("pages[{page}].fields[{field}].items");
    let known = surveys.sketch.with_untracked(|sketch| {
        let item = |item: usize| {
            let name = sketch.say(&format!("items[{item}].text"), language.tag());
            let name = if name.is_empty() { fill(words.item_n, &[&(item + 1).to_string()]) } else { name.to_owned() };
            (sketch.word(&format!("items[{item}].id")).to_owned(), name)
        };
        (0..sketch.count("items")).map(item).collect::<Vec<_>>()
    });
    let path = at.clone();
    let asked = Memo::new(move |_| {
        surveys.sketch.with(|sketch| {
            let asked = sketch.at(&path).as_array().cloned().unwrap_or_default();
            asked.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect::<Vec<String>>()
        })
    });
    let row = |(id, name): (String, String)| {
        let of = id.clone();
        tick(
            format!("ask-item-{id}"),
            name,
            move || asked.with(|asked| asked.contains(&of)),
            move |is_asked| {
                surveys.edit(&Edit::AskItem { page, field, id: id.clone(), is_asked });
            },
        )
    };
    view! {
        <div class="m-field" id=field_id(&at) tabindex="-1">
            <div class="m-ticks">{known.into_iter().map(row).collect_view()}</div>
            {faults_at(surveys, language, &at)}
            <p class="m-fine">{words.ask_items_hint}</p>
        </div>
    }
    .into_any()
}
