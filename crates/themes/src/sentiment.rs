//! How a remark sounds: a linear model over its words and pairs of words, so that every verdict is a sum whose terms can be
//! shown.
//!
//! Logistic regression, Cox, D. R. (1958), "The regression analysis of binary sequences", Journal of the Royal Statistical
//! Society B 20, 215–242; words in the scope of a negation are words of their own, as Pang, Lee and Vaithyanathan (2002),
//! "Thumbs up? Sentiment classification using machine learning techniques", have it.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::table::Table;
use crate::tokens::{Kind, Token, Tokens};

/// Weights of Chinese features, trained by `examples/train.rs`.
const CHINESE: &str = include_str!("../data/weights.zh.tsv");
/// Weights of English features, from the same.
const ENGLISH: &str = include_str!("../data/weights.en.tsv");
/// The model's constant, among the features.
const BIAS: &str = "#bias";
/// Before a word that is negated.
const NEGATED: char = '!';
/// Weights in the files are of a sixteenth of a nat.
pub const STEPS_PER_NAT: f64 = 16.0;
/// Log odds from which a verdict is given: two to one. Below it the remark is neither; how many those are is in
/// `docs/themes.md`.
const CLEAR: f64 = std::f64::consts::LN_2;
/// Words after a negation that it turns round, unless the clause ends before.
const SCOPE: usize = 2;
/// Chinese words that negate what follows.
const NEGATORS_ZH: [&str; 14] =
    ["不", "没", "没有", "无", "未", "别", "不是", "不够", "不能", "不会", "毫无", "并不", "并非", "没什么"];
/// English words that do; those that end in -n't do as well.
const NEGATORS_EN: [&str; 12] =
    ["not", "no", "never", "nothing", "nobody", "none", "neither", "nor", "cannot", "without", "hardly", "barely"];

/// How a remark sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sentiment {
    /// Like praise.
    Good,
    /// Neither, or both.
    Unclear,
    /// Like a complaint.
    Bad,
}

/// What decided: a word, or two words together.
#[derive(Clone, Debug, PartialEq)]
pub struct Clue {
    /// Its place in the remark, in bytes; where it stands more than once, the first.
    pub range: Range<usize>,
    /// What it adds to the log odds of praise, in nats.
    pub weight: f64,
}

/// What a model says of a remark.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// The log odds of praise, in nats.
    pub log_odds: f64,
    /// Whether any word was known at all.
    pub is_known: bool,
    /// What decided, the heaviest first.
    pub clues: Vec<Clue>,
}

impl Opinion {
    /// The verdict.
    pub fn sentiment(&self) -> Sentiment {
        match self.log_odds {
            _ if !self.is_known => Sentiment::Unclear,
            odds if odds >= CLEAR => Sentiment::Good,
            odds if odds <= -CLEAR => Sentiment::Bad,
            _ => Sentiment::Unclear,
        }
    }
}

/// Weights of features in both languages.
#[derive(Clone, Debug)]
pub struct Model<'a> {
    chinese: Table<'a>,
    english: Table<'a>,
}

impl Default for Model<'static> {
    fn default() -> Self {
        Self::read(CHINESE, ENGLISH)
    }
}

impl<'a> Model<'a> {
    /// Reads lines `feature<TAB>weight` of both languages.
    pub fn read(chinese: &'a str, english: &'a str) -> Self {
        Self { chinese: Table::read(chinese), english: Table::read(english) }
    }

    /// What it says of words.
    pub fn judge(&self, tokens: &[Token]) -> Opinion {
        let han = tokens.iter().filter(|token| token.kind == Kind::Han).count();
        let latin = tokens.iter().filter(|token| token.kind == Kind::Latin).count();
        let weights = if han >= latin { &self.chinese } else { &self.english };
        let nats = |weight: i32| f64::from(weight) / STEPS_PER_NAT;
        let clue = |(feature, range): (String, Range<usize>)| {
            let weight = weights.get(&feature).filter(|weight| *weight != 0)?;
            Some(Clue { range, weight: nats(weight) })
        };
        let mut clues: Vec<Clue> = features(tokens).into_iter().filter_map(clue).collect();
        clues.sort_by(|one, other| other.weight.abs().total_cmp(&one.weight.abs()));
        let bias = nats(weights.get(BIAS).unwrap_or_default());
        let log_odds = bias + clues.iter().map(|clue| clue.weight).sum::<f64>();
        Opinion { log_odds, is_known: !clues.is_empty(), clues }
    }
}

/// The features of a remark, each once, with the place where it first stands: its words, with a mark where they are negated,
/// and pairs of neighbours.
pub fn features(tokens: &[Token]) -> BTreeMap<String, Range<usize>> {
    let mut found = BTreeMap::new();
    for clause in tokens.split(|token| token.kind == Kind::Break) {
        let mut negation: Option<(usize, usize)> = None;
        for (at, token) in clause.iter().enumerate() {
            let negated = negation.filter(|(since, _)| at - since <= SCOPE);
            let (feature, from) = match negated {
                Some((_, from)) => ([&NEGATED.to_string(), token.word.as_str()].concat(), from),
                None => (token.word.clone(), token.range.start),
            };
            found.entry(feature).or_insert(from..token.range.end);
            if is_negator(token) {
                negation = Some((at, token.range.start));
            }
        }
        for pair in clause.windows(2) {
            if let [one, other] = pair {
                found.entry([&one.word, " ", &other.word].concat()).or_insert(one.range.start..other.range.end);
            }
        }
    }
    found
}

fn is_negator(token: &Token) -> bool {
    match token.kind {
        Kind::Han => NEGATORS_ZH.contains(&token.word.as_str()),
        Kind::Latin => NEGATORS_EN.contains(&token.word.as_str()) || token.word.ends_with("n't"),
        Kind::Number | Kind::Break => false,
    }
}

impl Tokens {
    /// What a model says of the whole remark.
    pub fn opinion(&self, model: &Model<'_>) -> Opinion {
        model.judge(&self.0)
    }
}
