//! Chinese words: a text without spaces is cut where the words are most probable together.

use std::ops::Range;

use crate::table::Table;

/// The words that come with the program: cut from jieba's dictionary by `examples/train.rs`.
const WORDS: &str = include_str!("../data/words.zh.tsv");
/// The longest word, in characters.
const LONGEST: usize = 6;
/// A quarter of a nat is one step: finer changes no cut that matters.
const STEPS_PER_NAT: f64 = 4.0;
/// Of a character that no word of one is known of: as if it stood once in jieba's sixty million words.
const UNKNOWN: i32 = 72;

/// What a word costs that comes `count` times among `all`: its surprise, in steps of a quarter nat.
pub fn cost_of(count: u64, all: u64) -> i32 {
    ((all.max(1) as f64 / count.max(1) as f64).ln() * STEPS_PER_NAT).round() as i32
}

/// Words and what each costs.
#[derive(Clone, Debug)]
pub struct Dictionary<'a> {
    words: Table<'a>,
}

impl Default for Dictionary<'static> {
    fn default() -> Self {
        Self::read(WORDS)
    }
}

impl<'a> Dictionary<'a> {
    /// Reads lines `word<TAB>cost`.
    pub fn read(lines: &'a str) -> Self {
        Self { words: Table::read(lines) }
    }

    /// How many words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How often a word comes in general, as a share from 0 to 1; `None` where it is not known.
    pub fn share_of(&self, word: &str) -> Option<f64> {
        self.words.get(word).map(|cost| (-f64::from(cost) / STEPS_PER_NAT).exp())
    }

    /// Cuts characters into words: the ranges whose words cost least together (Viterbi over single words).
    pub fn cut(&self, characters: &[char]) -> Vec<Range<usize>> {
        let text: String = characters.iter().collect();
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        // For each place the cheapest way to it: what it costs, and where its last word begins.
        let mut ways: Vec<(i32, usize)> = vec![(0, 0)];
        for end in 1..=characters.len() {
            let first = end.saturating_sub(LONGEST);
            let from = |begin: usize| {
                let (before, _) = ways.get(begin)?;
                let known = self.words.get(text.get(*places.get(begin)?..*places.get(end)?)?);
                let cost = known.or_else(|| (end - begin == 1).then_some(UNKNOWN))?;
                Some((before + cost, begin))
            };
            ways.push((first..end).filter_map(from).min().unwrap_or((i32::MAX, first)));
        }
        let mut words = Vec::new();
        let mut end = characters.len();
        while let Some((_, begin)) = ways.get(end).filter(|_| end > 0) {
            words.push(*begin..end);
            end = *begin;
        }
        words.reverse();
        words
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cuts_where_the_words_are() {
        let dictionary = Dictionary::default();
        let cut = |text: &str| {
            let characters: Vec<char> = text.chars().collect();
            let words = dictionary.cut(&characters);
            words.into_iter().map(|word| characters[word].iter().collect()).collect::<Vec<String>>().join("/")
        };
        for expected in ["房间/很/干净", "服务态度/不好", "排队/时间/太/长", "护士/很/耐心"] {
            assert_eq!(cut(&expected.replace('/', "")), expected);
        }
    }

    proptest! {
        #[test]
        fn every_character_is_in_one_word(text in "[房间干净服务态度不好龘齉]{0,30}") {
            let characters: Vec<char> = text.chars().collect();
            let words = Dictionary::default().cut(&characters);
            let covered: Vec<usize> = words.into_iter().flatten().collect();
            prop_assert_eq!(covered, (0..characters.len()).collect::<Vec<_>>());
        }
    }
}
