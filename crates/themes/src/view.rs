//! What the remarks of a period are about: each theme with its figures, and what has changed since the period before.

use std::collections::BTreeMap;

use candor_core::statistics::{Change, Share, difference, wilson};
use candor_core::themes::ThemeEdits;

use crate::catalogue::THEMES;
use crate::found::{Found, Phrases, Sample, find};
use crate::reading::{Reader, Reading};
use crate::sentiment::Sentiment;

/// Themes found beside those that come with the program.
const MOST_FOUND: usize = 8;
/// What the key of a found theme begins with.
const FOUND: &str = "found:";

/// A theme's key: one of [`crate::THEMES`], or a phrase that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Theme(String);

impl Theme {
    /// By its key, as it is stored.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// One that was found.
    pub fn found(phrase: &str) -> Self {
        Self([FOUND, phrase].concat())
    }

    /// Its key.
    pub fn key(&self) -> &str {
        &self.0
    }

    /// The phrase of one that was found.
    pub fn phrase(&self) -> Option<&str> {
        self.0.strip_prefix(FOUND)
    }
}

/// A remark with what is known of its response.
#[derive(Clone, Copy, Debug)]
pub struct Remark<'a> {
    /// What was found in it.
    pub reading: &'a Reading,
    /// The level on a scale from 0 for the worst to 100 for the best.
    pub happiness: f64,
}

/// Whether a theme is told of more or less than before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// The share before.
    pub before: Share,
    /// The change in percentage points, with Newcombe's interval.
    pub change: Change,
}

/// A theme with its figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Which one.
    pub theme: Theme,
    /// As customers wrote it, where it was found; empty otherwise.
    pub shown: String,
    /// The remarks that tell of it, among all of the period.
    pub share: Share,
    /// Against the period before; `None` where there is none, or nothing was written in it.
    pub trend: Option<Trend>,
    /// Remarks that sound like praise of it, neither, and like a complaint.
    pub sounds: [u64; 3],
    /// The mean of the levels of the responses, from 0 for the worst to 100 for the best; `None` of none.
    pub happiness: Option<f64>,
    /// Whether the manager has pinned it.
    pub is_pinned: bool,
}

/// The themes that stand for others, made ready to be counted: which hits and phrases are of which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    themes: Vec<Theme>,
    of_hits: BTreeMap<&'static str, usize>,
    of_phrases: BTreeMap<u32, usize>,
}

impl Groups {
    /// The themes of the program, those that were found and those that a manager has touched, as they were merged.
    pub fn new(found: &[Found], edits: &ThemeEdits, phrases: &Phrases) -> Self {
        let mut groups = Self::default();
        for theme in THEMES {
            let at = groups.place(&Theme::new(theme), edits);
            groups.of_hits.insert(theme, at);
        }
        for found in found {
            let at = groups.place(&Theme::found(phrases.phrase(found.phrase)), edits);
            groups.of_phrases.insert(found.phrase, at);
        }
        for key in edits.touched() {
            let theme = Theme::new(key);
            let at = groups.place(&theme, edits);
            if let Some(phrase) = theme.phrase().and_then(|phrase| phrases.find(phrase)) {
                groups.of_phrases.insert(phrase, at);
            }
        }
        groups
    }

    fn place(&mut self, theme: &Theme, edits: &ThemeEdits) -> usize {
        let target = Theme::new(edits.target(theme.key()));
        self.themes.iter().position(|known| *known == target).unwrap_or_else(|| {
            self.themes.push(target);
            self.themes.len() - 1
        })
    }

    /// A theme by its place.
    pub fn theme(&self, place: usize) -> Option<&Theme> {
        self.themes.get(place)
    }

    /// The place of a theme, of one that was merged that of what it became part of.
    pub fn place_of(&self, theme: &Theme, edits: &ThemeEdits) -> Option<usize> {
        let target = edits.target(theme.key());
        self.themes.iter().position(|known| known.key() == target)
    }

    /// The themes of a remark by their places, each once, with how it sounds about each.
    pub fn of(&self, reading: &Reading) -> BTreeMap<usize, Sentiment> {
        let hits = reading.hits.iter().filter_map(|hit| Some((*self.of_hits.get(hit.theme)?, hit.sentiment)));
        let said = reading.opinion.sentiment();
        let phrases = reading.phrases.iter().filter_map(|phrase| Some((*self.of_phrases.get(phrase)?, said)));
        let mut places = BTreeMap::new();
        for (at, sentiment) in hits.chain(phrases) {
            let both = places.entry(at).or_insert(sentiment);
            // Of what is praised in one clause and complained of in another it is neither.
            if *both != sentiment {
                *both = Sentiment::Unclear;
            }
        }
        places
    }
}

/// The themes of a period: pinned ones first, then by how many remarks tell of them; and how they are told from a remark.
pub fn topics(now: &[Remark<'_>], before: &[Remark<'_>], edits: &ThemeEdits, reader: &Reader) -> (Vec<Topic>, Groups) {
    let phrases = reader.phrases();
    let [of_now, of_before] = [now, before]
        .map(|remarks| Sample::of(remarks.iter().map(|remark| remark.reading.phrases.as_slice()), phrases));
    let found = find(&of_now, &of_before, phrases, |word| reader.share_of(word), MOST_FOUND);
    let groups = Groups::new(&found, edits, phrases);
    let [counted, earlier] = [now, before].map(|remarks| count(remarks, &groups));
    let all = counted.into_iter().zip(earlier);
    let topic = |(theme, (counts, earlier)): (&Theme, (Counts, Counts))| {
        let is_pinned = edits.is_pinned(theme.key());
        let share = wilson(counts.remarks, now.len() as u64).filter(|share| share.count > 0 || is_pinned)?;
        let before = wilson(earlier.remarks, before.len() as u64);
        let trend = before.map(|before| Trend { before, change: difference(&before, &share) });
        let happiness = (counts.remarks > 0).then(|| counts.happiness / counts.remarks as f64);
        let phrase = theme.phrase().map(|phrase| phrases.find(phrase).map_or(phrase, |number| phrases.shown(number)));
        let shown = phrase.unwrap_or_default().to_owned();
        Some(Topic { theme: theme.clone(), shown, share, trend, sounds: counts.sounds, happiness, is_pinned })
    };
    let mut topics: Vec<Topic> = groups.themes.iter().zip(all).filter_map(topic).collect();
    topics.sort_by_key(|topic| (!topic.is_pinned, std::cmp::Reverse(topic.share.count)));
    (topics, groups)
}

#[derive(Clone, Default)]
struct Counts {
    remarks: u64,
    sounds: [u64; 3],
    happiness: f64,
}

fn count(remarks: &[Remark<'_>], groups: &Groups) -> Vec<Counts> {
    let mut all = vec![Counts::default(); groups.themes.len()];
    for remark in remarks {
        for (at, sentiment) in groups.of(remark.reading) {
            let Some(counts) = all.get_mut(at) else { continue };
            counts.remarks += 1;
            counts.happiness += remark.happiness;
            let [good, unclear, bad] = &mut counts.sounds;
            *match sentiment {
                Sentiment::Good => good,
                Sentiment::Unclear => unclear,
                Sentiment::Bad => bad,
            } += 1;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use candor_core::themes::ThemeEdit;

    use super::*;

    fn look(now: &[&str], before: &[&str], edits: &ThemeEdits) -> Vec<Topic> {
        let mut reader = Reader::default();
        let mut read = |remarks: &[&str]| remarks.iter().map(|remark| reader.read(remark)).collect::<Vec<_>>();
        let [now, before] = [read(now), read(before)];
        let remark = |reading| Remark { reading, happiness: 25.0 };
        let [now, before] = [&now, &before].map(|readings| readings.iter().map(remark).collect::<Vec<_>>());
        topics(&now, &before, edits, &reader).0
    }

    fn done(edits: impl IntoIterator<Item = ThemeEdit>) -> ThemeEdits {
        let mut all = ThemeEdits::default();
        edits.into_iter().for_each(|edit| all.apply(&edit).unwrap());
        all
    }

    fn counts(topics: &[Topic]) -> Vec<(&str, u64)> {
        topics.iter().map(|topic| (topic.theme.key(), topic.share.count)).collect()
    }

    const NOW: [&str; 4] = ["排队太久了", "等了半天，态度差", "厕所很脏", "大厅很吵"];

    #[test]
    fn counts_each_remark_once_a_theme_and_compares_with_the_period_before() {
        let topics = look(&NOW, &["排队", "好", "好", "好"], &ThemeEdits::default());
        assert_eq!(topics[0].theme.key(), "waiting");
        assert_eq!((topics[0].share.count, topics[0].share.of), (2, 4));
        assert_eq!(topics[0].sounds.iter().sum::<u64>(), 2);
        assert_eq!(topics[0].happiness, Some(25.0));
        // Newcombe's interval of 2 of 4 less 1 of 4.
        let change = topics[0].trend.unwrap().change;
        assert!((change.value - 25.0).abs() < 1e-9 && change.low < -20.0 && change.high > 60.0, "{change:?}");
    }

    #[test]
    fn what_was_merged_is_counted_together_and_once() {
        let merged = |key: &str, into: &str| ThemeEdit::Merge { key: key.to_owned(), into: into.to_owned() };
        let topics = look(&NOW, &[], &done([merged("noise", "space"), merged("attitude", "waiting")]));
        let seen = counts(&topics);
        assert!(seen.contains(&("space", 1)) && seen.contains(&("waiting", 2)), "{seen:?}");
        assert!(!seen.iter().any(|(key, _)| ["noise", "attitude"].contains(key)), "{seen:?}");
    }

    #[test]
    fn what_is_pinned_comes_first_though_nobody_tells_of_it() {
        let pin = |key: &str| ThemeEdit::Pin { key: key.to_owned(), is_pinned: true };
        let topics = look(&NOW, &[], &done([pin("parking-lot"), pin("food"), pin("noise"), pin("found:雨伞")]));
        let seen = counts(&topics);
        assert_eq!(seen[0], ("noise", 1));
        assert!(seen[1..4].contains(&("food", 0)) && seen[1..4].contains(&("found:雨伞", 0)), "{seen:?}");
        assert!(topics[1..4].iter().all(|topic| topic.is_pinned && topic.happiness.is_none()));
    }

    #[test]
    fn of_no_remarks_there_are_no_themes() {
        assert_eq!(look(&[], &["排队"], &ThemeEdits::default()), []);
    }
}
