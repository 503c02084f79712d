//! A theme is given a name, put together with another, taken out again, or kept on top.

use candor_core::themes::{ThemeEdit, Wrong};
use candor_themes::{Theme, Topic};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::manager::door_screen::trouble_text;
use crate::manager::icon::{CHEVRON, PIN, icon};
use crate::manager::language::Language;
use crate::manager::remarks::Remarks;
use crate::manager::remarks::themes::Done;
use crate::manager::text::fill;

/// The form below a theme.
pub fn arrange(
    remarks: Remarks,
    topics: Memo<Vec<Topic>>,
    theme: &Theme,
    name: Memo<String>,
    language: Language,
) -> AnyView {
    let words = &language.texts().remarks;
    let themes = remarks.themes;
    let key = theme.key().to_owned();
    let is_busy = move || themes.is_busy.get();
    let given = themes.edits.with_untracked(|edits| edits.name(&key).unwrap_or_default().to_owned());
    let typed = RwSignal::new(given);
    let of_name = key.clone();
    let rename = move |event: SubmitEvent| {
        event.prevent_default();
        themes.apply(ThemeEdit::Rename { key: of_name.clone(), name: typed.get_untracked() });
    };
    let of_pin = key.clone();
    let is_pinned = Memo::new(move |_| themes.edits.with(|edits| edits.is_pinned(&of_pin)));
    let of_press = key.clone();
    let pin = move |_| {
        themes.apply(ThemeEdit::Pin { key: of_press.clone(), is_pinned: !is_pinned.get_untracked() });
    };
    view! {
        <div class="m-arranging" role="group" aria-label=move || fill(words.arranging, &[&name.get()]) data-testid="arranging">
            <form class="m-field" autocomplete="off" novalidate=true on:submit=rename>
                <label for="m-theme-name">{words.name}</label>
                <div class="m-with-button">
                    <input
                        id="m-theme-name"
                        data-testid="theme-name"
                        type="text"
                        placeholder=move || name.get()
                        aria-describedby="m-theme-name-hint"
                        prop:value=move || typed.get()
                        on:input=move |event| typed.set(event_target_value(&event))
                    />
                    <button type="submit" class="m-button m-second" data-testid="theme-rename" disabled=is_busy>
                        {words.save_name}
                    </button>
                </div>
                <p class="m-fine" id="m-theme-name-hint">{words.name_hint}</p>
            </form>
            {merging(remarks, topics, &key, language)}
            {members(remarks, &key, language)}
            <button
                type="button"
                class="m-quiet"
                data-testid="theme-pin"
                aria-pressed=move || is_pinned.get().to_string()
                disabled=is_busy
                on:click=pin
            >
                {icon(PIN)}
                {move || if is_pinned.get() { words.unpin } else { words.pin }}
            </button>
        </div>
    }
    .into_any()
}

/// What it could become part of.
fn merging(remarks: Remarks, topics: Memo<Vec<Topic>>, key: &str, language: Language) -> AnyView {
    let words = &language.texts().remarks;
    let themes = remarks.themes;
    let chosen = RwSignal::new(String::new());
    let own = key.to_owned();
    let others = move || {
        let known = candor_themes::THEMES.into_iter().map(Theme::new);
        let found = topics.get().into_iter().map(|topic| topic.theme);
        let mut all: Vec<Theme> = known.chain(found).collect();
        all.sort();
        all.dedup();
        // What was put away is no theme to put another one into.
        let stands = |theme: &Theme| themes.edits.with(|edits| edits.target(theme.key()) == theme.key());
        all.retain(|theme| theme.key() != own && stands(theme));
        let option = |theme: Theme| {
            let name = topics.with(|topics| {
                topics.iter().find(|topic| topic.theme == theme).map(|topic| remarks.name_of(topic, language))
            });
            let name = name.unwrap_or_else(|| remarks.name(&theme, language));
            view! { <option value=theme.key().to_owned()>{name}</option> }
        };
        all.into_iter().map(option).collect_view()
    };
    let key = key.to_owned();
    let merge = move |_| {
        let into = chosen.get_untracked();
        if !into.is_empty() {
            themes.apply(ThemeEdit::Merge { key: key.clone(), into });
        }
    };
    view! {
        <div class="m-field">
            <label for="m-theme-into">{words.merge}</label>
            <div class="m-with-button">
                <div class="m-select">
                    <select
                        id="m-theme-into"
                        data-testid="theme-into"
                        on:change=move |event| chosen.set(event_target_value(&event))
                    >
                        <option value="">{words.merge_hint}</option>
                        {others}
                    </select>
                    {icon(CHEVRON)}
                </div>
                <button
                    type="button"
                    class="m-button m-second"
                    data-testid="theme-merge"
                    disabled=move || themes.is_busy.get() || chosen.with(String::is_empty)
                    on:click=merge
                >
                    {words.merge_do}
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// What was merged into it, each with the way out.
fn members(remarks: Remarks, key: &str, language: Language) -> AnyView {
    let words = &language.texts().remarks;
    let themes = remarks.themes;
    let own = key.to_owned();
    let members =
        Memo::new(move |_| themes.edits.with(|edits| edits.members(&own).map(str::to_owned).collect::<Vec<_>>()));
    let member = move |key: String| {
        let name = remarks.name(&Theme::new(key.clone()), language);
        let testid = format!("split-{key}");
        view! {
            <li>
                <span>{name}</span>
                <button
                    type="button"
                    class="m-quiet"
                    data-testid=testid
                    disabled=move || themes.is_busy.get()
                    on:click=move |_| themes.apply(ThemeEdit::Split { key: key.clone() })
                >
                    {words.split}
                </button>
            </li>
        }
    };
    (move || {
        let members = members.get();
        (!members.is_empty()).then(|| {
            view! {
                <div class="m-members">
                    <p>{words.merged}</p>
                    <ul>{members.into_iter().map(member).collect_view()}</ul>
                </div>
            }
        })
    })
    .into_any()
}

/// What became of the last step.
pub fn outcome(done: &Done, language: Language) -> &'static str {
    let words = &language.texts().remarks;
    match done {
        Done::None => "",
        Done::Edit(ThemeEdit::Rename { .. }) => words.renamed,
        Done::Edit(ThemeEdit::Merge { .. }) => words.merged_done,
        Done::Edit(ThemeEdit::Split { .. }) => words.split_done,
        Done::Edit(ThemeEdit::Pin { is_pinned: true, .. }) => words.pinned_done,
        Done::Edit(ThemeEdit::Pin { is_pinned: false, .. }) => words.unpinned_done,
        Done::Undone => words.undone,
        Done::Wrong(Wrong::Circle) => words.circle,
        Done::Wrong(Wrong::TooMany) => words.too_many,
        // What is typed is only ever a name.
        Done::Wrong(_) => words.name_wrong,
        Done::Elsewhere => words.changed_elsewhere,
        Done::Failed(error) => trouble_text(error, &language.texts().trouble),
    }
}
