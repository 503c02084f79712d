//! All that is found in a remark.

use std::ops::Range;

use crate::catalogue::Catalogue;
use crate::dictionary::Dictionary;
use crate::found::{Phrases, candidates};
use crate::search::fold;
use crate::sentiment::{Model, Opinion, Sentiment};
use crate::tokens::Tokens;

/// A word of which nothing is known comes once in a hundred thousand.
const RARE: f64 = 1e-5;

/// What remarks are read with. Making it takes some milliseconds; reading a remark a few hundredths of one.
#[derive(Clone, Debug)]
pub struct Reader {
    dictionary: Dictionary<'static>,
    model: Model<'static>,
    catalogue: Catalogue,
    phrases: Phrases,
}

/// A theme in a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which one.
    pub theme: &'static str,
    /// How the clause sounds that tells of it; where the clause says nothing, how the remark does.
    pub sentiment: Sentiment,
    /// The words that tell of it, in bytes of the remark.
    pub words: Vec<Range<usize>>,
}

/// What was found in a remark.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// How it sounds, with what decided.
    pub opinion: Opinion,
    /// The themes that come with the program, each once, in the order in which they are told of.
    pub hits: Vec<Hit>,
    /// Words and pairs of words that may become themes, each once, by their numbers among the reader's.
    pub phrases: Vec<u32>,
    /// The remark as a query is held against it.
    pub folded: String,
}

impl Default for Reader {
    fn default() -> Self {
        let dictionary = Dictionary::default();
        let catalogue = Catalogue::new(&dictionary);
        Self { dictionary, model: Model::default(), catalogue, phrases: Phrases::default() }
    }
}

impl Reader {
    /// The phrases of all remarks that it has read.
    pub fn phrases(&self) -> &Phrases {
        &self.phrases
    }

    /// How often a word comes in general, as a share from 0 to 1. Of a word that the dictionary has not, and of every
    /// English one, as of a rare word.
    pub fn share_of(&self, word: &str) -> f64 {
        self.dictionary.share_of(word).unwrap_or(RARE)
    }

    /// Reads a remark.
    pub fn read(&mut self, text: &str) -> Reading {
        let tokens = Tokens::of(text, &self.dictionary);
        let opinion = tokens.opinion(&self.model);
        let mut hits: Vec<Hit> = Vec::new();
        for clause in tokens.clauses() {
            let found = self.catalogue.find(clause);
            if found.is_empty() {
                continue;
            }
            let said = match self.model.judge(clause).sentiment() {
                Sentiment::Unclear => opinion.sentiment(),
                clear => clear,
            };
            for (theme, words) in found {
                match hits.iter_mut().find(|hit| hit.theme == theme) {
                    Some(hit) => {
                        // Of a theme that is praised in one clause and complained of in another it is neither.
                        if hit.sentiment != said {
                            hit.sentiment = Sentiment::Unclear;
                        }
                        hit.words.push(words);
                    }
                    None => hits.push(Hit { theme, sentiment: said, words: vec![words] }),
                }
            }
        }
        let phrases = candidates(text, &tokens, &self.catalogue, &mut self.phrases);
        Reading { opinion, hits, phrases, folded: text.chars().map(fold).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounds(text: &str) -> Sentiment {
        Reader::default().read(text).opinion.sentiment()
    }

    #[test]
    fn plain_remarks_sound_as_they_are_meant() {
        for good in [
            "服务很好，房间干净",
            "护士很热情，谢谢",
            "The food was delicious and the staff friendly.",
            "Great service!",
        ] {
            assert_eq!(sounds(good), Sentiment::Good, "{good}");
        }
        for bad in ["态度太差了", "房间很脏，服务差", "The service was terrible and slow.", "Never again, awful food"]
        {
            assert_eq!(sounds(bad), Sentiment::Bad, "{bad}");
        }
        for neither in ["", "……", "12345", "zxqv"] {
            assert_eq!(sounds(neither), Sentiment::Unclear, "{neither}");
        }
    }

    #[test]
    fn a_negation_turns_a_word_round_and_is_shown_with_it() {
        let mut reader = Reader::default();
        let mut odds = |text: &str| reader.read(text).opinion.log_odds;
        assert!(odds("not good") < odds("good"), "English");
        assert!(odds("服务不热情") < odds("服务热情"), "Chinese");
        let text = "the food was not good";
        let reading = reader.read(text);
        assert!(reading.opinion.clues.iter().any(|clue| &text[clue.range.clone()] == "not good" && clue.weight < 0.0));
    }

    #[test]
    fn the_clues_and_the_constant_make_the_verdict() {
        let mut reader = Reader::default();
        let mut constant = |text: &str| {
            let opinion = reader.read(text).opinion;
            opinion.log_odds - opinion.clues.iter().map(|clue| clue.weight).sum::<f64>()
        };
        let remarks = ["服务很好，房间干净", "态度太差了", "早餐不错"];
        let first = constant("");
        for remark in remarks {
            assert!((constant(remark) - first).abs() < 1e-9, "{remark}");
        }
    }

    #[test]
    fn each_theme_sounds_as_its_clause_does() {
        let reading = Reader::default().read("房间很干净，服务态度太差了");
        let of = |theme: &str| reading.hits.iter().find(|hit| hit.theme == theme).map(|hit| hit.sentiment);
        assert_eq!((of("clean"), of("attitude")), (Some(Sentiment::Good), Some(Sentiment::Bad)));
    }
}
