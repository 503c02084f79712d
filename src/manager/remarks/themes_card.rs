//! What comments are about: a line a theme, with its share, how it sounds, and what has changed.

use candor_core::chart::percent;
use candor_themes::{Theme, Topic};
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::button::button;
use crate::manager::icon::{PENCIL, PIN, UNDO, icon};
use crate::manager::insight::names;
use crate::manager::language::Language;
use crate::manager::remarks::Remarks;
use crate::manager::remarks::arrange::{arrange, outcome};
use crate::manager::remarks::themes::Done;
use crate::manager::text::fill;

/// The card.
#[component]
pub fn ThemesCard(remarks: Remarks, language: Language) -> impl IntoView {
    let words = &language.texts().remarks;
    let themes = remarks.themes;
    let topics = Memo::new(move |_| remarks.looked.with(|looked| looked.topics.clone()));
    let keys = move || topics.with(|topics| topics.iter().map(|topic| topic.theme.clone()).collect::<Vec<_>>());
    let has_before = Memo::new(move |_| remarks.looked.with(|looked| looked.has_before));
    let is_empty = Memo::new(move |_| topics.with(Vec::is_empty));
    // The one that is being arranged.
    let open = RwSignal::new(None::<Theme>);
    let is_calm = move || themes.done.with(|done| matches!(done, Done::None | Done::Edit(_) | Done::Undone));
    let has_no_step = move || themes.is_busy.get() || !themes.has_steps();
    view! {
        <section class="m-card m-insight" aria-labelledby="m-themes" data-testid="themes">
            <div class="m-card-head">
                <h2 id="m-themes">{words.themes}</h2>
                {button("m-quiet", "themes-undo", UNDO, words.undo, has_no_step, move || themes.undo())}
            </div>
            <p class="m-fine">{words.themes_hint}</p>
            <p
                class="m-says"
                role="status"
                data-testid="themes-says"
                class:m-says-calm=is_calm
            >
                {move || themes.done.with(|done| outcome(done, language))}
            </p>
            {move || {
                let is_compared = topics.with(|topics| topics.iter().any(|topic| topic.trend.is_some()));
                let said = if has_before.get() { words.no_before } else { words.choose_period };
                (!is_compared && !is_empty.get()).then(|| view! { <p class="m-fine">{said}</p> })
            }}
            {move || is_empty.get().then(|| view! { <p class="m-empty">{words.no_themes}</p> })}
            <ul class="m-themes">
                <For
                    each=keys
                    key=Theme::clone
                    children=move |theme| line(remarks, topics, &theme, open, language)
                />
            </ul>
        </section>
    }
}

/// A theme. It stays where it is while its figures change, so that a form in it keeps what is typed.
fn line(
    remarks: Remarks,
    topics: Memo<Vec<Topic>>,
    theme: &Theme,
    open: RwSignal<Option<Theme>>,
    language: Language,
) -> impl IntoView + use<> {
    let key = theme.key().to_owned();
    let [this, pressed, shown, toggled, tapped] = [(); 5].map(|()| theme.clone());
    let topic = Memo::new(move |_| topics.with(|topics| topics.iter().find(|topic| topic.theme == this).cloned()));
    let most =
        Memo::new(move |_| topics.with(|topics| topics.iter().map(|topic| topic.share.count).max().unwrap_or(1)));
    let name = Memo::new(move |_| {
        topic.with(|topic| topic.as_ref().map(|topic| remarks.name_of(topic, language)).unwrap_or_default())
    });
    let is_open = Memo::new(move |_| open.with(|open| open.as_ref() == Some(&shown)));
    let words = &language.texts().remarks;
    let own = theme.clone();
    view! {
        <li class="m-theme" data-testid="theme">
            <button
                type="button"
                class="m-line-button m-theme-line"
                data-testid=format!("theme-{key}")
                data-n=move || topic.with(|topic| topic.as_ref().map_or(0, |topic| topic.share.count).to_string())
                aria-pressed=move || remarks.theme.with(|theme| theme.as_ref() == Some(&pressed)).to_string()
                on:click=move |_| remarks.toggle(&tapped)
            >
                {move || topic.get().map(|topic| face(&topic, name.get(), most.get(), language))}
            </button>
            <button
                type="button"
                class="m-quiet m-arrange"
                data-testid=format!("arrange-{key}")
                aria-label=move || fill(words.arrange, &[&name.get()])
                aria-expanded=move || is_open.get().to_string()
                on:click=move |_| open.update(|open| *open = if open.as_ref() == Some(&toggled) { None } else { Some(toggled.clone()) })
            >
                {icon(PENCIL)}
            </button>
            {move || topic.with(|topic| topic.as_ref().map(|topic| figures(topic, language)))}
            {move || is_open.get().then(|| arrange(remarks, topics, &own, name, language))}
        </li>
    }
}

/// Name, bar and count.
fn face(topic: &Topic, name: String, most: u64, language: Language) -> AnyView {
    let words = &language.texts().remarks;
    let whole = most.max(1) as f64;
    let widths = topic.sounds.map(|count| count as f64 * 100.0 / whole);
    let [good, unclear, bad] = widths;
    let rect = |class: &'static str, from: f64, width: f64| {
        view! { <rect class=class x=percent(from) + "%" width=percent(width) + "%" height="100%" /> }
    };
    let share = fill(words.share, &[&names::figure(topic.share.percent, language)]);
    view! {
        <span class="m-line-name">
            {name}
            {topic.is_pinned.then(|| view! { <span class="m-pinned">{icon(PIN)}<span class="sr">" "{words.pinned}</span></span> })}
        </span>
        <svg class="m-bar m-three" aria-hidden="true">
            <rect class="m-track" width="100%" height="100%" rx="6" />
            {rect("m-three-good", 0.0, good)}
            {rect("m-three-unclear", good, unclear)}
            {rect("m-three-bad", good + unclear, bad)}
        </svg>
        <b>{browser::integer(topic.share.count, language)}</b>
        <span class="m-level-share">{share}</span>
    }
    .into_any()
}

/// How it sounds, the mean of the ratings, and what has changed.
fn figures(topic: &Topic, language: Language) -> AnyView {
    let words = &language.texts().remarks;
    let [good, unclear, bad] = topic.sounds.map(|count| browser::integer(count, language));
    let sounds = fill(words.by_sentiment, &[&good, &unclear, &bad]);
    let score = topic.happiness.map(|mean| fill(words.score_of, &[&names::figure(mean, language)]));
    let change = topic.trend.map(|trend| {
        let change = trend.change;
        if !change.is_known() {
            return (words.no_change.to_owned(), "unclear");
        }
        let [value, low, high] = [change.value, change.low, change.high].map(|value| names::signed(value, language));
        (fill(words.change, &[&value, &low, &high]), if change.value > 0.0 { "more" } else { "less" })
    });
    let found = topic.theme.phrase().map(|_| words.found.to_owned());
    let direction = change.as_ref().map_or("none", |(_, direction)| *direction);
    let parts = [Some(sounds), score, change.map(|(said, _)| said), found];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    view! { <p class="m-fine m-theme-figures" data-change=direction>{said.join(" · ")}</p> }.into_any()
}
