//! What is looked for in the comments: words, a rating, how they sound, what they are about.

use candor_core::event::Rating;
use candor_themes::{Sentiment, Theme, Topic};
use leptos::prelude::*;

use crate::manager::choice::choice_list;
use crate::manager::distribution::level_name;
use crate::manager::icon::{SEARCH, icon};
use crate::manager::language::Language;
use crate::manager::remarks::Remarks;

/// Chosen where nothing is asked.
const ANY: &str = "*";
/// By name, in the order of the texts.
pub const SENTIMENTS: [(&str, Sentiment); 3] =
    [("good", Sentiment::Good), ("unclear", Sentiment::Unclear), ("bad", Sentiment::Bad)];
/// The field of the search.
const SEARCH_FIELD: &str = "m-search";

/// The card.
#[component]
pub fn Finder(remarks: Remarks, language: Language) -> impl IntoView {
    let words = &language.texts().remarks;
    let type_in = move |typed: String| {
        remarks.typed.set(typed);
        remarks.show_first();
    };
    view! {
        <section class="m-card m-filters" role="search" aria-label=words.search>
            <div class="m-filter-row m-finder">
                <div class="m-field m-search">
                    <label for=SEARCH_FIELD>{words.search}</label>
                    <div class="m-search-field">
                        {icon(SEARCH)}
                        <input
                            id=SEARCH_FIELD
                            data-testid="search"
                            type="search"
                            autocomplete="off"
                            autocapitalize="none"
                            spellcheck="false"
                            aria-describedby="m-search-hint"
                            prop:value=move || remarks.typed.get()
                            on:input=move |event| type_in(event_target_value(&event))
                            // What clears a field from outside may report only this.
                            on:change=move |event| type_in(event_target_value(&event))
                        />
                    </div>
                </div>
                {score(remarks, language)}
                {sentiment(remarks, language)}
                {theme(remarks, language)}
            </div>
            <p class="m-fine" id="m-search-hint">{words.search_hint}</p>
        </section>
    }
}

fn score(remarks: Remarks, language: Language) -> impl IntoView {
    let words = &language.texts().remarks;
    let desk = remarks.insight.desk;
    let choices = move || {
        let scale = remarks.insight.measure.with(|measure| measure.scale);
        let named = |rating: Rating| {
            let (level, name) = (rating.level().to_string(), level_name(desk, scale, rating, language));
            let shown = if name.is_empty() { level.clone() } else { format!("{level} · {name}") };
            (level, shown)
        };
        let any = (ANY.to_owned(), words.any_score.to_owned());
        std::iter::once(any).chain(scale.levels().rev().map(named)).collect()
    };
    let chosen = move || remarks.level.get().map_or_else(|| ANY.to_owned(), |level| level.to_string());
    choice_list("m-score-asked", words.score, choices, chosen, move |value| {
        remarks.level.set(value.parse().ok());
        remarks.show_first();
    })
}

fn sentiment(remarks: Remarks, language: Language) -> impl IntoView {
    let words = &language.texts().remarks;
    let choices = move || {
        let named =
            SENTIMENTS.into_iter().zip(words.sentiments).map(|((value, _), name)| (value.to_owned(), name.to_owned()));
        std::iter::once((ANY.to_owned(), words.any_sentiment.to_owned())).chain(named).collect()
    };
    let chosen = move || {
        let chosen = remarks.sentiment.get();
        let known = SENTIMENTS.into_iter().find(|(_, sentiment)| Some(*sentiment) == chosen);
        known.map_or(ANY, |(value, _)| value).to_owned()
    };
    choice_list("m-sentiment-asked", words.sentiment, choices, chosen, move |value| {
        let known = SENTIMENTS.into_iter().find(|(name, _)| *name == value);
        remarks.sentiment.set(known.map(|(_, sentiment)| sentiment));
        remarks.show_first();
    })
}

fn theme(remarks: Remarks, language: Language) -> impl IntoView {
    let words = &language.texts().remarks;
    let choices = move || {
        let topics = remarks.looked.with(|looked| looked.topics.clone());
        let named = |topic: &Topic| (topic.theme.key().to_owned(), remarks.name_of(topic, language));
        let mut choices: Vec<(String, String)> = topics.iter().map(named).collect();
        // One that is chosen stays on the list, though another period has nothing of it.
        let chosen = remarks.theme.get();
        let missing = chosen.filter(|chosen| !topics.iter().any(|topic| topic.theme == *chosen));
        choices.extend(missing.map(|theme| (theme.key().to_owned(), remarks.name(&theme, language))));
        choices.insert(0, (ANY.to_owned(), words.any_theme.to_owned()));
        choices
    };
    let chosen = move || remarks.theme.with(|theme| theme.as_ref().map_or(ANY, Theme::key).to_owned());
    choice_list("m-theme-asked", words.theme, choices, chosen, move |value| {
        remarks.theme.set(Some(value).filter(|value| value != ANY).map(Theme::new));
        remarks.show_first();
    })
}
