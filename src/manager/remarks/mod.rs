//! Comments: looked for, filtered, with what they are about and how they sound. What is decided about them is in
//! `candor-themes`; this is read from the tablet's own memory, and forgotten with the desk.

mod arrange;
mod finder;
mod item;
mod library;
mod list;
mod looked;
pub mod themes;
mod themes_card;

use candor_core::insight::View;
use candor_themes::{Query, Sentiment, THEMES, Theme, Topic};
use leptos::prelude::*;

use crate::manager::insight::{FilterBar, Insight};
use crate::manager::language::Language;
use crate::manager::remarks::finder::Finder;
use crate::manager::remarks::library::Library;
use crate::manager::remarks::list::List;
use crate::manager::remarks::looked::{Looked, look};
use crate::manager::remarks::themes::ThemeDesk;
use crate::manager::remarks::themes_card::ThemesCard;
use crate::manager::text::fill;

/// Comments listed at first, and more with each press.
const PAGE: usize = 30;

/// What is looked at; it lives as long as the desk, so that a change of section loses nothing.
#[derive(Clone, Copy)]
pub struct Remarks {
    /// The filter that it shares with the results.
    pub insight: Insight,
    /// What was found in comments.
    library: Library,
    /// What the manager has done to themes.
    themes: ThemeDesk,
    /// What is looked for, as typed.
    typed: RwSignal<String>,
    /// The level that is asked for.
    level: RwSignal<Option<u8>>,
    /// How they have to sound.
    sentiment: RwSignal<Option<Sentiment>>,
    /// What they have to be about.
    theme: RwSignal<Option<Theme>>,
    /// How many are listed.
    listed: RwSignal<usize>,
    /// The comments of the filter, before anything is looked for in them.
    looked: Memo<Looked>,
    /// The lines that fit, newest first.
    fitting: Memo<Vec<usize>>,
}

impl Remarks {
    /// A look at the comments that a filter chooses.
    pub fn new(insight: Insight) -> Self {
        let (library, themes) = (Library::new(insight.desk), ThemeDesk::new(insight.desk));
        let looked = Memo::new(move |_| look(insight, library, themes));
        let (typed, theme) = (RwSignal::new(String::new()), RwSignal::new(None::<Theme>));
        let (level, sentiment) = (RwSignal::new(None), RwSignal::new(None));
        let query = Memo::new(move |_| typed.with(|typed| Query::new(typed)));
        let fitting = Memo::new(move |_| {
            looked.with(|looked| {
                let about = theme.get().map(|theme| themes.edits.with(|edits| looked.groups.place_of(&theme, edits)));
                let scale = insight.measure.with(|measure| measure.scale);
                let (query, level, sentiment) = (query.get(), level.get(), sentiment.get());
                let fits = |line: &looked::Line| {
                    let sounds = match about {
                        None => Some(line.sentiment),
                        Some(place) => {
                            line.themes.iter().find(|(at, _)| Some(*at) == place).map(|(_, sentiment)| *sentiment)
                        }
                    };
                    level.is_none_or(|level| line.scale == scale && line.level == level)
                        && sounds.is_some_and(|sounds| sentiment.is_none_or(|asked| asked == sounds))
                        && (query.is_empty() || library.is_in(line.reading, &query))
                };
                looked.lines.iter().enumerate().filter(|(_, line)| fits(line)).map(|(at, _)| at).collect::<Vec<_>>()
            })
        });
        let listed = RwSignal::new(PAGE);
        Self { insight, library, themes, typed, level, sentiment, theme, listed, looked, fitting }
    }

    /// Shows the comments about a theme, or all again.
    fn toggle(self, theme: &Theme) {
        self.theme.update(|chosen| *chosen = if chosen.as_ref() == Some(theme) { None } else { Some(theme.clone()) });
        self.show_first();
    }

    /// Another choice begins with its newest, and with as many as at first.
    fn show_first(self) {
        self.listed.set(PAGE);
    }

    /// What a theme is called: by the manager, else as it comes.
    fn name(self, theme: &Theme, language: Language) -> String {
        let given = self.themes.edits.with(|edits| edits.name(theme.key()).map(str::to_owned));
        given.unwrap_or_else(|| own_name(theme, language))
    }

    /// The same, as customers wrote it.
    fn name_of(self, topic: &Topic, language: Language) -> String {
        match topic.shown.as_str() {
            "" => self.name(&topic.theme, language),
            shown => {
                let given = self.themes.edits.with(|edits| edits.name(topic.theme.key()).map(str::to_owned));
                given.unwrap_or_else(|| fill(language.texts().remarks.found_name, &[shown]))
            }
        }
    }
}

/// What a theme is called by the app, or by the word that it was found by.
pub fn own_name(theme: &Theme, language: Language) -> String {
    let words = &language.texts().remarks;
    let known = THEMES.iter().position(|known| *known == theme.key());
    match known.and_then(|at| words.theme_names.get(at)) {
        Some(name) => (*name).to_owned(),
        None => fill(words.found_name, &[theme.phrase().unwrap_or(theme.key())]),
    }
}

/// The screen.
#[component]
pub fn RemarksScreen(remarks: Remarks, language: Language) -> impl IntoView {
    let insight = remarks.insight;
    let words = &language.texts().remarks;
    // Read while somebody is here, and again with news and once a key is open.
    Effect::new(move |_| {
        insight.desk.figures.track();
        insight.desk.sealing.opened.track();
        remarks.library.read_on();
    });
    remarks.themes.follow();
    let is_read = Memo::new(move |_| insight.desk.figures.with(Option::is_some));
    let is_of_a_person = Memo::new(move |_| insight.view.with(View::is_of_a_person));
    view! {
        <div class="m-head"><h1>{language.texts().rail.comments}</h1></div>
        {move || is_read.get().then(|| view! { <FilterBar insight language /> })}
        {move || match (is_read.get(), is_of_a_person.get()) {
            (false, _) => {
                let read = crate::manager::browser::integer(insight.desk.read.get(), language);
                view! {
                    <p class="m-card m-empty" role="status">{fill(language.texts().results.reading, &[&read])}</p>
                }
                    .into_any()
            }
            (true, true) => view! { <p class="m-card m-empty" role="status">{words.of_a_person}</p> }.into_any(),
            (true, false) => view! {
                <ThemesCard remarks language />
                <Finder remarks language />
                <List remarks language />
            }
                .into_any(),
        }}
    }
}
