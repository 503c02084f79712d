//! Something that holds or not, to be ticked.

use leptos::prelude::*;

/// A yes or no, with what explains it, where `hint` is not empty: its id is `m-`, the name for tests, and `-hint`. `edited`
/// hears when it has become another.
pub fn tick(
    testid: &'static str,
    label: &'static str,
    hint: &'static str,
    is_on: RwSignal<bool>,
    edited: impl Fn() + 'static,
) -> AnyView {
    let hint_id = (!hint.is_empty()).then(|| ["m-", testid, "-hint"].concat());
    view! {
        <label class="m-tick">
            <input
                type="checkbox"
                data-testid=(!testid.is_empty()).then_some(testid)
                aria-describedby=hint_id.clone()
                prop:checked=move || is_on.get()
                on:change=move |event| {
                    is_on.set(event_target_checked(&event));
                    edited();
                }
            />
            <span>{label}</span>
        </label>
        {hint_id.map(|id| view! { <p class="m-fine" id=id>{hint}</p> })}
    }
    .into_any()
}
