//! A field that is typed into.

use leptos::prelude::*;

/// What a field is. Its name for tests is its id without the `m-`.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The element's id.
    pub id: &'static str,
    /// What it asks for.
    pub label: &'static str,
    /// What the browser takes it for: `password`, `text`, `url`.
    pub kind: &'static str,
    /// Which keys a tablet shows.
    pub keys: &'static str,
    /// Whether a tablet begins with a capital.
    pub capitals: &'static str,
    /// The ids of what explains it.
    pub described_by: &'static str,
    /// Characters that it takes, where that is limited.
    pub longest: Option<usize>,
    /// What stands in it while it is empty.
    pub example: Signal<&'static str>,
    /// Whether what stands in it cannot be used.
    pub is_wrong: Signal<bool>,
    /// How it looks, where it does not look as others do.
    pub class: &'static str,
    /// The id of a list of what it may be meant to say.
    pub list: Option<&'static str>,
}

impl Field {
    /// A field for what nobody may read over a shoulder.
    pub fn secret(id: &'static str, label: &'static str, described_by: &'static str) -> Self {
        Self {
            id,
            label,
            kind: "password",
            keys: "text",
            capitals: "none",
            described_by,
            longest: None,
            example: "".into(),
            is_wrong: false.into(),
            class: "",
            list: None,
        }
    }

    /// A field for what everybody may read.
    pub fn open(id: &'static str, label: &'static str, described_by: &'static str) -> Self {
        Self { kind: "text", ..Self::secret(id, label, described_by) }
    }

    /// Its label and its input. `edited` hears when what stands in it has become another.
    pub fn view(self, typed: RwSignal<String>, edited: impl Fn() + Copy + 'static) -> impl IntoView {
        let Self { id, label, kind, keys, capitals, described_by, longest, example, is_wrong, class, list } = self;
        view! {
            <label for=id>{label}</label>
            <input
                id=id
                class=class
                data-testid=id.trim_start_matches("m-")
                type=kind
                inputmode=keys
                // A browser would offer to keep a secret beside what it opens.
                autocomplete="off"
                autocapitalize=capitals
                spellcheck="false"
                maxlength=longest.map(|longest| longest.to_string())
                list=list
                placeholder=move || example.get()
                aria-describedby=described_by
                aria-invalid=move || is_wrong.get().then_some("true")
                prop:value=move || typed.get()
                on:input=move |event| take(typed, &event, edited)
                // What clears a field from outside, as an autofill does, may report only this.
                on:change=move |event| take(typed, &event, edited)
            />
        }
    }
}

/// Takes what stands in a field now. A report that repeats the last one is no edit, and wipes no message.
pub fn take(typed: RwSignal<String>, event: &leptos::ev::Event, edited: impl Fn()) {
    let value = event_target_value(event);
    if typed.with_untracked(|typed| *typed != value) {
        typed.set(value);
        edited();
    }
}
