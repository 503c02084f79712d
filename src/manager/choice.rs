//! A choice of one, from a list.

use leptos::prelude::*;

use crate::manager::icon::{CHEVRON, icon};

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
    view! {
        <div class="m-field">
            <label for=id>{label}</label>
            <div class="m-select">
                <select
                    id=id
                    data-testid=id.trim_start_matches("m-")
                    aria-describedby=hint_id.clone()
                    on:change=move |event| choose(event_target_value(&event))
                >
                    {options}
                </select>
                {icon(CHEVRON)}
            </div>
            {hint.map(|hint| view! { <p class="m-fine" id=hint_id>{move || hint.get()}</p> })}
        </div>
    }
    .into_any()
}
