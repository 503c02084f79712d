//! A survey: what is asked, in which words, and what follows which answer. `docs/surveys.md` describes the file.
//!
//! A survey is valid as a whole or not at all; [`Survey::parse`] reports every fault with its path.

mod fault;
mod read;
pub mod shelf;
pub mod sketch;
#[cfg(test)]
pub(crate) mod tests;

use serde::Serialize;

pub use self::fault::{Fault, FaultKind};
use crate::event::{Rating, Scale};
use crate::first_screen::LANGUAGES;

/// One text in every language of the survey: BCP 47 tag and words, in the order of the survey's languages.
pub type LocalText = Vec<(String, String)>;

/// A survey as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Survey {
    /// The version of the file format: 2.
    pub format: u32,
    /// Short name, also the file's: `government`.
    pub id: String,
    /// Counts up with every change of meaning; each answer carries it.
    pub version: u32,
    /// Which colours it wears: a `data-theme` of the style sheet.
    pub theme: String,
    /// What the results lead with.
    pub metric: Metric,
    /// Languages in the order in which they are offered; the first is the default.
    pub locales: Vec<String>,
    /// The survey's own name, for the manager.
    pub title: LocalText,
    /// The promise in the corner; it has to be true.
    pub promise: LocalText,
    /// What is asked on the first screen.
    pub question: LocalText,
    /// The line below the question.
    pub hint: LocalText,
    /// What is tapped on the first screen.
    pub scale: Scale,
    /// The levels' names, the worst first; of a scale of numbers the names of its two ends.
    pub levels: Vec<LocalText>,
    /// The levels that count as a bad rating: the lowest ones.
    pub bad: Vec<Rating>,
    /// The service items with their standards.
    pub items: Vec<Item>,
    /// What comes after the rating, in order.
    pub pages: Vec<Page>,
    /// The heading of the last screen.
    pub thanks: LocalText,
    /// The line below it.
    pub thanks_hint: LocalText,
    /// How long the screens wait.
    pub timeouts: Timeouts,
}

/// The figure that a survey is about. The formulas are in [`crate::statistics`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The share of good ratings.
    Csat,
    /// The share of ratings that are not bad: 好评率.
    GoodRate,
    /// The mean of levels spread from 0 to 100.
    Happiness,
    /// Promoters less detractors.
    Nps,
    /// How easy it was.
    Ces,
}

impl Metric {
    /// All of them, by the names that a file has.
    pub const ALL: [(&'static str, Self); 5] = [
        ("csat", Self::Csat),
        ("good-rate", Self::GoodRate),
        ("happiness", Self::Happiness),
        ("nps", Self::Nps),
        ("ces", Self::Ces),
    ];
}

/// A service item with its standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Stable name; the same in every language and version.
    pub id: String,
    /// What the customer reads.
    pub text: LocalText,
    /// The percentage of 4 and 5 aimed at, 1 to 100.
    pub target: u8,
}

/// One screen after the rating.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Stable name.
    pub id: String,
    /// When it is shown.
    pub when: When,
    /// The heading.
    pub title: LocalText,
    /// What stands on it, in order.
    pub fields: Vec<Field>,
}

/// What has to hold for a page to be shown; of what is empty nothing is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct When {
    /// The rating is one of these.
    pub rating: Vec<Rating>,
    /// One of these options of an earlier field was chosen.
    pub answer: Option<(String, Vec<String>)>,
    /// The kiosk stands at one of these service points.
    pub point: Vec<String>,
    /// The customer answers by one of these channels.
    pub channel: Vec<String>,
    /// The local hour is at or after the first and before the second.
    pub hours: Option<(u8, u8)>,
}

/// What a page asks or says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Field {
    /// Why the rating was given: any of these.
    Reasons {
        /// What can be tapped.
        options: Vec<Choice>,
        /// Whether one has to be: only for bad ratings, and only where a site's rule says so.
        is_required: bool,
    },
    /// A question with options.
    Choice {
        /// Stable name.
        id: String,
        /// The question.
        label: LocalText,
        /// What can be tapped.
        options: Vec<Choice>,
        /// Whether several can be chosen.
        is_multiple: bool,
    },
    /// Service items, each from 1 to 5.
    Items {
        /// The question.
        label: LocalText,
        /// Ids of the survey's items.
        items: Vec<String>,
    },
    /// The customer's own words.
    Comment {
        /// What stands in the empty field.
        label: LocalText,
    },
    /// A way to be called back.
    Contact {
        /// The question.
        label: LocalText,
        /// What the customer agrees to.
        consent: LocalText,
    },
    /// Something to read.
    Message {
        /// The words.
        text: LocalText,
    },
}

/// One thing that can be tapped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Stable name; the same in every language and version.
    pub id: String,
    /// What the customer reads.
    pub text: LocalText,
}

/// How long the screens wait, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Timeouts {
    /// Quiet after the rating before the warning: 15 to 600.
    pub idle_s: u16,
    /// From the warning to the reset: 20 to 120 (WCAG 2.2, 2.2.1 asks for 20 at least).
    pub warning_s: u16,
    /// How long the thanks stand: 3 to 60.
    pub thanks_s: u16,
    /// Quiet on the first screen before the attract loop: 60 to 7,200.
    pub attract_s: u16,
}

/// Where and when a customer answers, as far as pages depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The service point; empty when there is none.
    pub point: &'a str,
    /// `kiosk`, `link`.
    pub channel: &'a str,
    /// The local hour, 0 to 23.
    pub hour: u8,
}

impl Survey {
    /// The languages to choose from, the first one the default: those that an owner has chosen, else the survey's own and
    /// then all others that Candor speaks.
    pub fn offered(&self, chosen: &[String]) -> Vec<String> {
        let mut known = self.locales.clone();
        for (tag, _) in LANGUAGES {
            if !known.iter().any(|own| own == tag) {
                known.push(tag.to_owned());
            }
        }
        let offered: Vec<String> = chosen.iter().filter(|tag| known.contains(tag)).cloned().collect();
        if offered.is_empty() { known } else { offered }
    }

    /// The page that comes next at or after `from`, given what was chosen so far.
    pub fn page_from(
        &self,
        from: usize,
        rating: Rating,
        here: Circumstances<'_>,
        is_chosen: impl Fn(&str, &str) -> bool,
    ) -> Option<usize> {
        let pages = self.pages.iter().enumerate().skip(from);
        pages.filter(|(_, page)| page.when.holds(rating, here, &is_chosen)).map(|(index, _)| index).next()
    }

    /// The language that is shown when nobody has chosen one.
    pub fn default_locale(&self) -> &str {
        self.locales.first().map_or("en", String::as_str)
    }

    /// What a level is called; of a scale of numbers only its two ends have names.
    pub fn level_text(&self, rating: Rating, locale: &str) -> Option<&str> {
        let place = usize::from(rating.level().checked_sub(self.scale.worst())?);
        let name = if self.scale.is_numbers() {
            match rating.level() {
                level if level == self.scale.worst() => self.levels.first(),
                level if level == self.scale.best() => self.levels.last(),
                _ => None,
            }
        } else {
            self.levels.get(place)
        };
        name.map(|name| text(name, locale))
    }

    /// The reasons that are offered for a rating, page by page.
    pub fn reasons_for(&self, rating: Rating) -> impl Iterator<Item = &Choice> {
        self.reasons(move |page| page.when.may_follow(rating))
    }

    fn reasons(&self, is_wanted: impl Fn(&Page) -> bool) -> impl Iterator<Item = &Choice> {
        let fields = self.pages.iter().filter(move |page| is_wanted(page)).flat_map(|page| &page.fields);
        fields.flat_map(|field| match field {
            Field::Reasons { options, .. } => options.as_slice(),
            _ => &[],
        })
    }

    /// A reason's words, for the manager and for exports: as they were offered for this rating, or for another; the id
    /// where the survey no longer has it.
    pub fn reason_text<'a>(&'a self, rating: Rating, id: &'a str, locale: &str) -> &'a str {
        let mut offered = self.reasons_for(rating).chain(self.reasons(|_| true));
        offered.find(|reason| reason.id == id).map_or(id, |reason| text(&reason.text, locale))
    }

    /// What a rating leads to, counted in what a customer meets: two levels with the same effort are as easy to give.
    pub fn effort(&self, rating: Rating) -> Effort {
        let pages = self.pages.iter().filter(|page| page.when.may_follow(rating));
        let page = |page: &Page| {
            let gate = When { rating: Vec::new(), ..page.when.clone() };
            (gate, page.fields.iter().map(|field| (field.kind(), field.size())).collect())
        };
        Effort { pages: pages.map(page).collect(), reasons: self.reasons_for(rating).count() }
    }
}

/// What a customer meets after a rating.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effort {
    /// For each page what else it depends on, and the kinds of its fields with the number of things to tap.
    pub pages: Vec<(When, Vec<(&'static str, usize)>)>,
    /// How many reasons there are to choose from.
    pub reasons: usize,
}

impl When {
    /// Whether the page is shown.
    pub fn holds(&self, rating: Rating, here: Circumstances<'_>, is_chosen: impl Fn(&str, &str) -> bool) -> bool {
        let is_at = |places: &[String], place: &str| places.is_empty() || places.iter().any(|known| known == place);
        let was_answered =
            |(field, any): &(String, Vec<String>)| any.iter().any(|option| is_chosen(field.as_str(), option.as_str()));
        self.may_follow(rating)
            && is_at(&self.point, here.point)
            && is_at(&self.channel, here.channel)
            && self.answer.as_ref().is_none_or(was_answered)
            && self.hours.is_none_or(|(from, to)| (from..to).contains(&here.hour))
    }

    /// Whether the rating alone allows the page.
    pub fn may_follow(&self, rating: Rating) -> bool {
        self.rating.is_empty() || self.rating.contains(&rating)
    }
}

impl Field {
    /// How many things there are to tap.
    fn size(&self) -> usize {
        match self {
            Self::Reasons { options, .. } | Self::Choice { options, .. } => options.len(),
            Self::Items { items, .. } => items.len(),
            Self::Comment { .. } | Self::Contact { .. } | Self::Message { .. } => 0,
        }
    }

    /// The name of its kind in a file.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Reasons { .. } => "reasons",
            Self::Choice { is_multiple: false, .. } => "choice",
            Self::Choice { is_multiple: true, .. } => "choices",
            Self::Items { .. } => "items",
            Self::Comment { .. } => "comment",
            Self::Contact { .. } => "contact",
            Self::Message { .. } => "message",
        }
    }
}

/// A text in a language, or in any where that one is missing.
pub fn text<'a>(local: &'a LocalText, locale: &str) -> &'a str {
    let exact = local.iter().find(|(tag, _)| tag == locale);
    exact.or_else(|| local.first()).map_or("", |(_, text)| text)
}
