//! Buttons that do something at once, apart from those that submit a form.

use leptos::prelude::*;

use crate::manager::file::ChosenFile;
use crate::manager::icon::icon;

/// A button with its words, and a sign where it has one; `class` is `m-button`, alone or with what it is besides. It takes no press while
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
            {(!sign.is_empty()).then(|| icon(sign))}
            {words}
        </button>
    }
}

/// The button below a list that shows more of it.
pub fn more(testid: &'static str, words: &'static str, press: impl Fn() + 'static) -> impl IntoView {
    view! {
        <p class="m-more">
            <button type="button" class="m-button m-second" data-testid=testid on:click=move |_| press()>
                {words}
            </button>
        </p>
    }
}

/// A button that asks for a file with one of the endings and types that are named; `take` hears which. Its id is `m-` and
/// its name for tests.
pub fn file_button(
    testid: &'static str,
    accept: &'static str,
    words: &'static str,
    described_by: Option<&'static str>,
    is_busy: impl Fn() -> bool + Send + Sync + 'static,
    take: impl Fn(ChosenFile) + 'static,
) -> impl IntoView {
    let id = ["m-", testid].concat();
    let choose = move |event: leptos::ev::Event| {
        if let Some(file) = ChosenFile::of(&event) {
            take(file);
        }
        // The same file, mended, is another choice.
        event_target::<web_sys::HtmlInputElement>(&event).set_value("");
    };
    view! {
        <div class="m-file">
            <input
                class="sr"
                type="file"
                id=id.clone()
                data-testid=testid
                accept=accept
                aria-describedby=described_by
                disabled=is_busy
                on:change=choose
            />
            <label class="m-button m-second" for=id>{words}</label>
        </div>
    }
}
