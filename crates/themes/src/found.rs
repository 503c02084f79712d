//! What no theme covers: words and pairs of words that came up in a period more than they do otherwise.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Catalogue, joined};
use crate::tokens::{Kind, Token, Tokens};

/// Fewer remarks make no theme.
const FEWEST: u64 = 3;
/// 10.83 is the 0.1 % point of chi-squared with one degree of freedom: many words are looked at.
const SURPRISING: f64 = 10.83;
/// Remarks are a sentence or two.
const WORDS_OF_A_REMARK: f64 = 10.0;
/// The language in general counts as so many remarks: it is known better than any journal.
const LANGUAGE: f64 = 1e6;
/// Characters of a Chinese word that stands for itself.
const SHORTEST_HAN: usize = 2;

/// A word or a pair that may be a theme of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Which phrase.
    pub phrase: u32,
    /// Remarks of the period that have it.
    pub count: u64,
    /// Dunning's G², against the remarks before, or against the language in general.
    pub surprise: f64,
}

/// Every phrase of the remarks that were read, by number.
#[derive(Clone, Debug, Default)]
pub struct Phrases {
    numbers: BTreeMap<String, u32>,
    /// As it is compared, and as it was first written.
    known: Vec<(String, String)>,
}

impl Phrases {
    fn number(&mut self, phrase: String, shown: &str) -> u32 {
        if let Some(number) = self.numbers.get(&phrase) {
            return *number;
        }
        let number = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        self.known.push((phrase.clone(), shown.to_lowercase()));
        self.numbers.insert(phrase, number);
        number
    }

    /// The number of a phrase, once a remark had it.
    pub fn find(&self, phrase: &str) -> Option<u32> {
        self.numbers.get(phrase).copied()
    }

    /// A phrase as it is compared.
    pub fn phrase(&self, number: u32) -> &str {
        self.known.get(number as usize).map(|(phrase, _)| phrase.as_str()).unwrap_or_default()
    }

    /// A phrase as a customer wrote it.
    pub fn shown(&self, number: u32) -> &str {
        self.known.get(number as usize).map(|(_, shown)| shown.as_str()).unwrap_or_default()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

/// How many remarks have which phrase.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    remarks: u64,
    counts: Vec<u32>,
}

impl Sample {
    /// Counts remarks by their phrases, each of which a remark has once.
    pub fn of<'a>(remarks: impl Iterator<Item = &'a [u32]>, phrases: &Phrases) -> Self {
        let mut sample = Self { remarks: 0, counts: vec![0; phrases.len()] };
        for remark in remarks {
            sample.remarks += 1;
            for phrase in remark {
                if let Some(count) = sample.counts.get_mut(*phrase as usize) {
                    *count += 1;
                }
            }
        }
        sample
    }

    fn count(&self, phrase: u32) -> u64 {
        self.counts.get(phrase as usize).copied().unwrap_or_default().into()
    }
}

/// The phrases of a remark that tell of no theme of the catalogue, each once.
pub(crate) fn candidates(text: &str, tokens: &Tokens, catalogue: &Catalogue, phrases: &mut Phrases) -> Vec<u32> {
    let mut found = BTreeSet::new();
    for clause in tokens.clauses() {
        let is_empty = |token: &Token| catalogue.is_empty_word(&token.word);
        let says = |token: &Token| is_long(token) && !is_empty(token) && !catalogue.has(&token.word);
        let is_lone = |token: &Token| is_lone(token) && !is_empty(token);
        let mut take = |words: &[Token]| {
            if let (Some(first), Some(last)) = (words.first(), words.last()) {
                let shown = text.get(first.range.start..last.range.end).unwrap_or_default();
                found.insert(phrases.number(joined(words), shown));
            }
        };
        clause.iter().filter(|token| says(token)).for_each(|token| take(std::slice::from_ref(token)));
        for pair in clause.windows(2) {
            // Two characters that no word is known of may be a word that is not in the dictionary.
            if (pair.iter().all(says) || pair.iter().all(is_lone)) && !catalogue.has(&joined(pair)) {
                take(pair);
            }
        }
    }
    found.into_iter().collect()
}

fn is_lone(token: &Token) -> bool {
    token.kind == Kind::Han && token.word.chars().count() == 1
}

fn is_long(token: &Token) -> bool {
    match token.kind {
        Kind::Han => token.word.chars().count() >= SHORTEST_HAN,
        Kind::Latin => token.word.len() > 2,
        Kind::Number | Kind::Break => false,
    }
}

/// The phrases that a period has more of than the remarks before it, the most surprising first; where there are none before,
/// than the language in general, of which `general` gives the share of a word.
///
/// G² of a two by two table: Dunning, T. (1993), "Accurate methods for the statistics of surprise and coincidence",
/// Computational Linguistics 19, 61–74.
pub fn find(
    now: &Sample,
    before: &Sample,
    phrases: &Phrases,
    general: impl Fn(&str) -> f64,
    limit: usize,
) -> Vec<Found> {
    let surprise_of = |phrase: u32, count: u64| {
        let (other, of) = if before.remarks > 0 {
            (before.count(phrase) as f64, before.remarks as f64)
        } else {
            (general(phrases.phrase(phrase)) * WORDS_OF_A_REMARK * LANGUAGE, LANGUAGE)
        };
        g2((count as f64, now.remarks as f64), (other, of))
    };
    let mut found: Vec<Found> = (0..)
        .zip(&now.counts)
        .map(|(phrase, count)| (phrase, u64::from(*count)))
        .filter(|(_, count)| *count >= FEWEST)
        .map(|(phrase, count)| Found { phrase, count, surprise: surprise_of(phrase, count) })
        .filter(|found| found.surprise > SURPRISING)
        .collect();
    found.sort_by(|one, other| other.surprise.total_cmp(&one.surprise).then_with(|| one.phrase.cmp(&other.phrase)));
    let mut kept: Vec<Found> = Vec::new();
    for one in found {
        // "充电" says nothing beside "充电宝" that comes as often, nor the other way round.
        let is_part = |other: &Found| {
            let [this, that] = [&one, other].map(|found| phrases.phrase(found.phrase));
            (this.contains(that) || that.contains(this)) && other.count * 2 >= one.count
        };
        if kept.len() < limit && !kept.iter().any(is_part) {
            kept.push(one);
        }
    }
    kept
}

/// G² where the first share is the larger; 0 where it is not.
fn g2((a, m): (f64, f64), (b, n): (f64, f64)) -> f64 {
    if m <= 0.0 || n <= 0.0 || a * n <= b * m {
        return 0.0;
    }
    let all = (a + b) / (m + n);
    let term = |seen: f64, expected: f64| if seen > 0.0 { seen * (seen / expected).ln() } else { 0.0 };
    let of_one = |hits: f64, of: f64| term(hits, of * all) + term(of - hits, of * (1.0 - all));
    2.0 * (of_one(a, m) + of_one(b, n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Reader;

    /// The phrases of the first remarks that the others have less of, with their counts.
    fn found(now: &[&str], before: &[&str], share: f64) -> Vec<(String, u64)> {
        let mut reader = Reader::default();
        let mut read = |remarks: &[&str]| remarks.iter().map(|remark| reader.read(remark).phrases).collect::<Vec<_>>();
        let [now, before] = [read(now), read(before)];
        let phrases = reader.phrases();
        let [now, before] = [&now, &before].map(|read| Sample::of(read.iter().map(Vec::as_slice), phrases));
        let found = find(&now, &before, phrases, |_| share, 5);
        found.into_iter().map(|found| (phrases.shown(found.phrase).to_owned(), found.count)).collect()
    }

    #[test]
    fn what_is_new_is_found_and_what_was_there_before_is_not() {
        let now = ["雨伞借不到", "雨伞都坏了", "没有雨伞", "想借雨伞", "雨伞呢", "孩子哭了", "带孩子来的", "孩子开心"];
        let before =
            ["孩子哭了", "带孩子来的", "孩子开心", "一切顺利", "还可以吧", "下次再来", "孩子", "路过", "随便看看"];
        let against_before: Vec<String> = found(&now, &before, 0.0).into_iter().map(|(shown, _)| shown).collect();
        assert!(!against_before.contains(&"孩子".to_owned()), "{against_before:?}");
        let in_general = found(&now, &[], 1e-5);
        assert_eq!(in_general.first(), Some(&("雨伞".to_owned(), 5)), "{in_general:?}");
    }

    #[test]
    fn forms_of_an_english_word_are_one_and_shown_as_written() {
        let now = ["Umbrellas are gone", "no umbrella left", "The umbrella broke", "where are umbrellas?"];
        assert_eq!(found(&now, &[], 1e-6).first(), Some(&("umbrellas".to_owned(), 4)));
    }

    #[test]
    fn g2_agrees_with_dunning() {
        // "the swiss" in the paper's table: k(AB) 110, k(A~B) 2442, k(~AB) 111, k(~A~B) 29114; -2 log λ 270.72.
        let found = g2((110.0, 2_552.0), (111.0, 29_225.0));
        assert!((found - 270.72).abs() < 0.01, "{found}");
        assert_eq!(g2((1.0, 100.0), (50.0, 100.0)), 0.0);
    }
}
