//! What the forms of the editor are made of: texts in two languages, numbers, choices, ticks. Each knows its path, shows
//! the faults that the reader has found there, and takes the focus when somebody is led to one.

use candor_core::first_screen::language_name;
use candor_core::survey::sketch::Edit;
use leptos::prelude::*;

use super::Surveys;
use super::place::{field_id, testid};
use crate::manager::icon::{CHEVRON, icon};
use crate::manager::language::Language;

/// Longer texts are written into more than one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// A few words.
    Line,
    /// A sentence or two.
    Lines,
}

/// What is wrong at exactly these paths, said in the manager's language.
pub fn faults_at(surveys: Surveys, language: Language, path: &str) -> AnyView {
    let id = [&field_id(path), "-fault"].concat();
    let path = path.to_owned();
    let said = Memo::new(move |_| {
        surveys.sketch.with(|sketch| {
            let here = sketch.faults().iter().filter(|fault| fault.path == path);
            language.joined(&here.map(|fault| fault.kind.say(language.tag())).collect::<Vec<String>>())
        })
    });
    view! { <p class="m-fault" id=id>{move || said.get()}</p> }.into_any()
}

/// Whether the reader has found something at this path or inside it.
pub fn is_wrong(surveys: Surveys, path: &str) -> bool {
    surveys.sketch.with(|sketch| sketch.faults().iter().any(|fault| fault.path == path))
}

/// A text in the first language and in the one beside it.
pub fn text(surveys: Surveys, language: Language, at: String, label: String, length: Length) -> AnyView {
    let tags = Memo::new(move |_| {
        let first = surveys.sketch.with(|sketch| sketch.locales().into_iter().next());
        let beside = surveys.beside.get();
        first.into_iter().chain(Some(beside).filter(|tag| !tag.is_empty())).collect::<Vec<String>>()
    });
    let name = label.clone();
    let rows = move || {
        let row = |tag: String| words(surveys, language, at.clone(), tag, &name, length);
        tags.get().into_iter().map(row).collect_view()
    };
    view! {
        <div class="m-field">
            <span class="m-label">{label}</span>
            <div class="m-tongues">{rows}</div>
        </div>
    }
    .into_any()
}

/// The words of a text in one language.
fn words(surveys: Surveys, language: Language, at: String, tag: String, label: &str, length: Length) -> AnyView {
    let path = format!("{at}.{tag}");
    let (id, fault_id) = (field_id(&path), [&field_id(&path), "-fault"].concat());
    let shown = {
        let path = path.clone();
        move || surveys.sketch.with(|sketch| sketch.word(&path).to_owned())
    };
    let wrong = {
        let path = path.clone();
        move || is_wrong(surveys, &path).then_some("true")
    };
    let take = {
        let (at, tag) = (at.clone(), tag.clone());
        move |event: leptos::ev::Event| {
            surveys.edit(&Edit::Words { at: at.clone(), tag: tag.clone(), words: event_target_value(&event) });
        }
    };
    // What clears a field from outside may report only this.
    let change = take.clone();
    let name = format!("{label} · {}", language_name(&tag));
    let test = testid(&path);
    let dir = if tag == "ar" { "rtl" } else { "ltr" };
    let field = match length {
        Length::Line => view! {
            <input
                id=id
                type="text"
                lang=tag.clone()
                dir=dir
                data-testid=test
                aria-label=name
                aria-describedby=fault_id
                aria-invalid=wrong
                autocomplete="off"
                prop:value=shown
                on:input=take
                on:change=change
            />
        }
        .into_any(),
        Length::Lines => view! {
            <textarea
                id=id
                rows="2"
                lang=tag.clone()
                dir=dir
                data-testid=test
                aria-label=name
                aria-describedby=fault_id
                aria-invalid=wrong
                autocomplete="off"
                prop:value=shown
                on:input=take
                on:change=change
            ></textarea>
        }
        .into_any(),
    };
    view! {
        <div class="m-tongue">
            <span class="m-fine" aria-hidden="true">{language_name(&tag).to_owned()}</span>
            {field}
            {faults_at(surveys, language, &path)}
        </div>
    }
    .into_any()
}

/// A whole number, with what explains it.
pub fn number(
    surveys: Surveys,
    language: Language,
    at: &'static str,
    label: &'static str,
    hint: &'static str,
) -> AnyView {
    number_at(surveys, language, at.to_owned(), label, hint)
}

/// The same at a path that is made.
pub fn number_at(surveys: Surveys, language: Language, at: String, label: &'static str, hint: &'static str) -> AnyView {
    let (id, hint_id, fault_id) =
        (field_id(&at), [&field_id(&at), "-hint"].concat(), [&field_id(&at), "-fault"].concat());
    let shown = {
        let at = at.clone();
        move || {
            surveys.sketch.with(|sketch| match sketch.at(&at) {
                serde_json::Value::String(typed) => typed.clone(),
                serde_json::Value::Null => String::new(),
                number => number.to_string(),
            })
        }
    };
    let wrong = {
        let at = at.clone();
        move || is_wrong(surveys, &at).then_some("true")
    };
    let take = {
        let at = at.clone();
        move |event: leptos::ev::Event| {
            surveys.edit(&Edit::Number { at: at.clone(), typed: event_target_value(&event) });
        }
    };
    view! {
        <div class="m-field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                type="text"
                inputmode="numeric"
                autocomplete="off"
                data-testid=testid(&at)
                aria-describedby=[&hint_id, " ", &fault_id].concat()
                aria-invalid=wrong
                prop:value=shown
                on:input=take
            />
            {faults_at(surveys, language, &at)}
            {(!hint.is_empty()).then(|| view! { <p class="m-fine" id=hint_id>{hint}</p> })}
        </div>
    }
    .into_any()
}

/// A list to add something from: whatever is chosen is added, and the list stands as before.
pub fn adder(
    id: &'static str,
    label: &'static str,
    options: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static,
    add: impl Fn(String) + 'static,
) -> AnyView {
    let options = move || {
        let option = |(value, words): (String, String)| view! { <option value=value>{words}</option> };
        options().into_iter().map(option).collect_view()
    };
    let choose = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        // The same once more is another choice. A list has its value where a field has it.
        event_target::<web_sys::HtmlInputElement>(&event).set_value("");
        if !value.is_empty() {
            add(value);
        }
    };
    view! {
        <div class="m-select m-adder">
            <select id=["m-", id].concat() data-testid=id aria-label=label on:change=choose>
                <option value="">{label}</option>
                {options}
            </select>
            {icon(CHEVRON)}
        </div>
    }
    .into_any()
}

/// Something that holds or not.
pub fn tick(
    test: String,
    label: String,
    holds: impl Fn() -> bool + Send + Sync + 'static,
    change: impl Fn(bool) + 'static,
) -> AnyView {
    view! {
        <label class="m-tick">
            <input
                type="checkbox"
                data-testid=test
                prop:checked=holds
                on:change=move |event| change(event_target_checked(&event))
            />
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// A small button with a sign and a name that is read but not shown.
pub fn tool(test: String, sign: &'static str, name: String, is_off: bool, press: impl Fn() + 'static) -> AnyView {
    view! {
        <button
            type="button"
            class="m-quiet m-tool"
            data-testid=test
            title=name.clone()
            aria-label=name
            disabled=is_off
            on:click=move |_| press()
        >
            {icon(sign)}
        </button>
    }
    .into_any()
}
