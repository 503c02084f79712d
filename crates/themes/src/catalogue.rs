//! What remarks at a counter are about: themes that every place has, each with the words that tell of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::dictionary::Dictionary;
use crate::tokens::{Kind, Token, Tokens};

/// Themes and their words, `theme<TAB>language<TAB>words`: written for this program, and held against the remarks of the
/// corpora. Chinese words are apart by a space, English ones by a comma.
pub const SEEDS: &str = include_str!("../data/themes.tsv");
/// All of them, in the order in which they are listed where nothing else decides.
pub const THEMES: [&str; 16] = [
    "waiting",
    "attitude",
    "skill",
    "process",
    "signs",
    "price",
    "clean",
    "space",
    "noise",
    "food",
    "room",
    "equipment",
    "selfservice",
    "location",
    "safety",
    "thanks",
];
/// Words that say nothing of what a remark is about: Chinese, then English stems, then single characters.
const EMPTY_WORDS: &str = include_str!("../data/empty.txt");
/// Words that a term is made of, at most.
const LONGEST: usize = 4;

/// The words of all themes, by what they are compared as.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// A term can tell of more than one theme.
    terms: BTreeMap<String, Vec<&'static str>>,
    empty: BTreeSet<&'static str>,
}

impl Catalogue {
    /// Reads the seeds.
    pub fn new(dictionary: &Dictionary<'_>) -> Self {
        let mut catalogue = Self { terms: BTreeMap::new(), empty: EMPTY_WORDS.split_whitespace().collect() };
        for line in SEEDS.lines() {
            let mut parts = line.split('\t');
            let (Some(name), Some(language), Some(words)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            let Some(theme) = THEMES.into_iter().find(|theme| *theme == name) else { continue };
            let between = if language == "zh" { " " } else { ", " };
            for term in words.split(between) {
                let themes = catalogue.terms.entry(joined(&Tokens::of(term, dictionary).0)).or_default();
                if !themes.contains(&theme) {
                    themes.push(theme);
                }
            }
        }
        catalogue
    }

    /// Whether a word or some words together tell of a theme.
    pub fn has(&self, term: &str) -> bool {
        self.terms.contains_key(term)
    }

    /// Whether a word says nothing of what a remark is about.
    pub fn is_empty_word(&self, word: &str) -> bool {
        self.empty.contains(word)
    }

    /// The themes of a clause, with the places that tell of them: the longest term at each word.
    pub fn find(&self, clause: &[Token]) -> Vec<(&'static str, Range<usize>)> {
        let mut found = Vec::new();
        let mut rest = clause;
        while let Some(first) = rest.first() {
            let longest = (1..=LONGEST.min(rest.len())).rev().find_map(|count| {
                let words = rest.get(..count)?;
                Some((count, words.last()?.range.end, self.terms.get(&joined(words))?))
            });
            let (count, end, themes) = longest.unwrap_or((1, 0, const { &Vec::new() }));
            found.extend(themes.iter().map(|theme| (*theme, first.range.start..end)));
            rest = rest.get(count..).unwrap_or_default();
        }
        found
    }
}

/// Words as a term is compared: Chinese without anything between, so that it does not matter how they were cut.
pub(crate) fn joined(words: &[Token]) -> String {
    let mut term = String::new();
    let mut before = Kind::Han;
    for token in words {
        if before != Kind::Han && token.kind != Kind::Han {
            term.push(' ');
        }
        term.push_str(&token.word);
        before = token.kind;
    }
    term
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let dictionary = Dictionary::default();
        let catalogue = Catalogue::new(&dictionary);
        let tokens = Tokens::of(text, &dictionary);
        let found: BTreeSet<&str> =
            tokens.clauses().flat_map(|clause| catalogue.find(clause)).map(|(theme, _)| theme).collect();
        assert_eq!(found, expected.iter().copied().collect(), "{text}");
    }

    #[test]
    fn words_tell_of_their_themes_in_both_languages() {
        check("排队两个小时，窗口只开一个", &["waiting", "process"]);
        check("护士很耐心，谢谢", &["attitude", "thanks"]);
        check("找不到停车场", &["signs", "location"]);
        check("自助机坏了", &["selfservice", "equipment"]);
        check("We waited an hour and the toilets were filthy.", &["waiting", "clean"]);
        check("Staff was rude, the hot water did not work", &["attitude", "room"]);
        check("一切都还行", &[]);
    }

    #[test]
    fn every_seed_is_of_a_theme_and_none_is_lost() {
        let catalogue = Catalogue::new(&Dictionary::default());
        for line in SEEDS.lines() {
            let parts: Vec<&str> = line.split('\t').collect();
            assert!(
                matches!(parts.as_slice(), [theme, "zh" | "en", words] if THEMES.contains(theme) && !words.is_empty())
            );
        }
        for theme in THEMES {
            assert!(catalogue.terms.values().any(|themes| themes.contains(&theme)), "{theme}");
        }
    }
}
