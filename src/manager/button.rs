//! A button that does something at once, apart from those that submit a form.

use leptos::prelude::*;

use crate::manager::icon::icon;

/// A button with its sign and its words; `class` is `m-button`, alone or with what it is besides. It takes no press while
/// `is_busy`.
pub fn button(
    class: &'static str,
    testid: &'static str,
    sign: &'static str,
    words: &'static str,
    is_busy: impl Fn() -> bool + Send + Sync + 'static,
    press: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button type="button" class=class data-testid=testid disabled=is_busy on:click=move |_| press()>
            {icon(sign)}
            {words}
        </button>
    }
}
