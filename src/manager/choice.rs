//! A choice of one, from a list.

use leptos::prelude::*;

use crate::manager::icon::{CHEVRON, icon};

/// An option: its value, and what stands for it.
pub type Choice = (String, String);

/// The list with its label, and what explains it. Its name for tests is its id without the `m-`, and that of what explains
/// it ends in `-hint`. `choose` hears the value of the option.
pub fn choice(
    id: &'static str,
    label: &'static str,
    options: impl IntoView + 'static,
    choose: impl Fn(String) + 'static,
    hint: Option<Signal<&'static str>>,
) -> AnyView {
    let hint_id = hint.map(|_| [id, "-hint"].concat());
    let described_by = hint_id.clone();
    let select = view! {
        <select
            id=id
            data-testid=id.trim_start_matches("m-")
            aria-describedby=described_by
            on:change=move |event| choose(event_target_value(&event))
        >
            {options}
        </select>
    };
    let hint = hint.map(|hint| view! { <p class="m-fine" id=hint_id>{move || hint.get()}</p> });
    labelled(id.to_owned(), label.to_owned(), select, hint)
}

/// A list whose options change, with the one that holds.
pub fn choice_of(
    id: impl Into<String>,
    test: impl Into<String>,
    label: impl Into<String>,
    options: impl Fn() -> Vec<Choice> + Send + 'static,
    chosen: impl Fn() -> String + Send + Sync + 'static,
    choose: impl Fn(String) + 'static,
) -> AnyView {
    let chosen = Memo::new(move |_| chosen());
    let option = move |(value, words): Choice| {
        let this = value.clone();
        view! { <option value=value selected=move || chosen.get() == this>{words}</option> }
    };
    let (id, test) = (id.into(), test.into());
    let select = view! {
        <select
            id=id.clone()
            data-testid=test
            prop:value=move || chosen.get()
            on:change=move |event| choose(event_target_value(&event))
        >
            {move || options().into_iter().map(option).collect_view()}
        </select>
    };
    labelled(id, label.into(), select, ())
}

/// A list to choose from, named for tests by its id without the `m-`.
pub fn choice_list(
    id: &'static str,
    label: &'static str,
    choices: impl Fn() -> Vec<Choice> + Send + 'static,
    chosen: impl Fn() -> String + Send + Sync + 'static,
    choose: impl Fn(String) + 'static,
) -> AnyView {
    choice_of(id, id.trim_start_matches("m-"), label, choices, chosen, choose)
}

fn labelled(id: String, label: String, select: impl IntoView + 'static, hint: impl IntoView + 'static) -> AnyView {
    view! {
        <div class="m-field">
            <label for=id>{label}</label>
            <div class="m-select">{select}{icon(CHEVRON)}</div>
            {hint}
        </div>
    }
    .into_any()
}
