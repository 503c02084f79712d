//! Cuts the dictionary and trains the model: `cargo run --release --example train FOLDER`, after `corpora.py collect`.
//! The same input gives the same files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a tool of the project: it stops where something is wrong")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use candor_themes::{Dictionary, Kind, SEEDS, Tokens, cost_of, features};
use serde_json::Value;

/// Words of jieba's dictionary that come at least so often are kept, whether the corpus has them or not.
const COMMON: u64 = 1_500;
/// Words that so many remarks of the corpus have are kept.
const IN_CORPUS: usize = 3;
/// Features that fewer remarks have are not learnt.
const FEWEST: usize = 3;
/// The inverse of the ridge: more of it learns single remarks by heart. The best is chosen on remarks of the training, so that
/// those that are held back decide nothing.
const FITS: [f64; 5] = [0.025, 0.05, 0.1, 0.2, 0.4];
/// Of the training one remark in so many says which is best.
const TUNING: usize = 8;
/// The first rate of learning.
const RATE: f64 = 0.1;
/// Passes over the remarks.
const PASSES: usize = 30;
/// Steps of a nat that a weight in a file has: as `sentiment.rs` reads them.
const STEPS_PER_NAT: f64 = 16.0;
/// Weights below are not kept: they change no verdict by themselves.
const LIGHTEST: i32 = 3;

#[derive(Clone)]
struct Example {
    features: Vec<usize>,
    is_good: bool,
}

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| panic!("train FOLDER"));
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/data");
    let chinese = remarks(&format!("{folder}/train.zh.jsonl"));
    let (words, agreement) = words(&fs::read_to_string(format!("{folder}/dict.txt")).unwrap(), &chinese);
    fs::write(format!("{data}/words.zh.tsv"), &words).unwrap();
    let dictionary = Dictionary::read(&words);
    println!("{} words; cut as by all of jieba's: {:.1} %", dictionary.len(), agreement);
    for (language, remarks) in [("zh", chinese), ("en", remarks(&format!("{folder}/train.en.jsonl")))] {
        let weights = train(&remarks, &dictionary);
        println!("{language}: {} remarks, {} weights", remarks.len(), weights.lines().count());
        fs::write(format!("{data}/weights.{language}.tsv"), weights).unwrap();
    }
}

fn remarks(path: &str) -> Vec<(String, bool)> {
    let lines = fs::read_to_string(path).unwrap();
    let remark = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        (value["comment"].as_str().unwrap().to_owned(), value["label"] == "good")
    };
    lines.lines().map(remark).collect()
}

/// The words that are kept, of jieba's lines `word count kind`, with what each costs; and how well they cut.
fn words(jieba: &str, remarks: &[(String, bool)]) -> (String, f64) {
    let line = |line: &str| {
        let mut parts = line.split(' ');
        Some((parts.next()?.to_owned(), parts.next()?.parse::<u64>().ok()?))
    };
    let all: BTreeMap<String, u64> = jieba.lines().filter_map(line).collect();
    let sum = all.values().sum();
    let lines: String = all.iter().map(|(word, count)| format!("{word}\t{}\n", cost_of(*count, sum))).collect();
    let whole = Dictionary::read(&lines);
    let mut in_corpus: BTreeMap<String, usize> = BTreeMap::new();
    for (remark, _) in remarks {
        let words: BTreeSet<String> = Tokens::of(remark, &whole).0.into_iter().map(|token| token.word).collect();
        words.into_iter().for_each(|word| *in_corpus.entry(word).or_default() += 1);
    }
    let seeds: BTreeSet<&str> = SEEDS.split(['\t', '\n', ' ']).collect();
    let is_kept = |(word, count): &(&String, &u64)| {
        let length = word.chars().count();
        let is_han = word.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        let is_known = in_corpus.get(*word).is_some_and(|count| *count >= IN_CORPUS);
        is_han && length <= 4 && (**count >= COMMON || is_known || seeds.contains(word.as_str()))
    };
    let line = |(word, count): (&String, &u64)| format!("{word}\t{}\n", cost_of(*count, sum));
    let kept: String = all.iter().filter(is_kept).map(line).collect();
    let agreement = agreement(&whole, &Dictionary::read(&kept), remarks);
    (kept, agreement)
}

/// How many of the words that one dictionary cuts the other cuts as well: F1 of their places, in percent.
fn agreement(whole: &Dictionary<'_>, cut: &Dictionary<'_>, remarks: &[(String, bool)]) -> f64 {
    let (mut both, mut all) = (0, 0);
    for (remark, _) in remarks.iter().step_by(10) {
        let places = |words: &Dictionary<'_>| {
            let tokens = Tokens::of(remark, words).0.into_iter().filter(|token| token.kind == Kind::Han);
            tokens.map(|token| (token.range.start, token.range.end)).collect::<BTreeSet<_>>()
        };
        let (one, other) = (places(whole), places(cut));
        both += one.intersection(&other).count();
        all += one.len() + other.len();
    }
    200.0 * f64::from(u32::try_from(both).unwrap()) / f64::from(u32::try_from(all).unwrap())
}

/// Logistic regression with a ridge; the lines of the weights.
fn train(remarks: &[(String, bool)], dictionary: &Dictionary<'_>) -> String {
    let of = |remark: &str| features(&Tokens::of(remark, dictionary).0).into_keys().collect::<Vec<_>>();
    let read: Vec<(Vec<String>, bool)> = remarks.iter().map(|(remark, is_good)| (of(remark), *is_good)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    read.iter().flat_map(|(features, _)| features).for_each(|feature| *counts.entry(feature).or_default() += 1);
    let known: Vec<&str> = counts.iter().filter(|(_, count)| **count >= FEWEST).map(|(feature, _)| *feature).collect();
    let example = |(features, is_good): &(Vec<String>, bool)| Example {
        features: features.iter().filter_map(|feature| known.binary_search(&feature.as_str()).ok()).collect(),
        is_good: *is_good,
    };
    let examples: Vec<Example> = read.iter().map(example).collect();
    let (weights, bias) = descend(&examples, known.len(), best_fit(&examples, known.len()));
    let step = |weight: f64| (weight * STEPS_PER_NAT).round() as i32;
    let mut lines = vec![format!("#bias\t{}\n", step(bias))];
    let kept = known.iter().zip(weights).filter(|(_, weight)| step(*weight).abs() >= LIGHTEST);
    lines.extend(kept.map(|(feature, weight)| format!("{feature}\t{}\n", step(weight))));
    lines.sort();
    lines.concat()
}

/// The fit that does best on some of the training, after the rest.
fn best_fit(examples: &[Example], count: usize) -> f64 {
    // The same remark is always on the same side, though it may be there more than once.
    let is_asked = |example: &Example| example.features.iter().sum::<usize>() % TUNING == 0;
    let (asked, rest): (Vec<Example>, Vec<Example>) = examples.iter().cloned().partition(is_asked);
    let right = |fit: f64| {
        let (weights, bias) = descend(&rest, count, fit);
        let odds = |example: &Example| bias + example.features.iter().map(|feature| weights[*feature]).sum::<f64>();
        let right = asked.iter().filter(|example| (odds(example) >= 0.0) == example.is_good).count();
        println!("  fit {fit}: {:.1} % of {} right", right as f64 * 100.0 / asked.len() as f64, asked.len());
        right
    };
    FITS.into_iter().max_by_key(|fit| right(*fit)).unwrap()
}

/// Stochastic gradient descent with a falling rate, Bottou, L. (2012), "Stochastic gradient descent tricks". The weights are
/// `scale` times what is kept, so that the ridge costs nothing for the features that a remark has not.
fn descend(examples: &[Example], count: usize, fit: f64) -> (Vec<f64>, f64) {
    let ridge = 1.0 / (fit * examples.len() as f64);
    let (mut kept, mut scale, mut bias) = (vec![0.0; count], 1.0, 0.0);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut state = 20_261_130_u64;
    let mut steps = 0.0;
    for _ in 0..PASSES {
        for at in (1..order.len()).rev() {
            // Knuth's linear congruential generator, MMIX.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(at, (state >> 33) as usize % (at + 1));
        }
        for example in order.iter().map(|at| &examples[*at]) {
            let rate = RATE / (1.0 + RATE * ridge * steps);
            let odds = bias + scale * example.features.iter().map(|feature| kept[*feature]).sum::<f64>();
            let slope = 1.0 / (1.0 + (-odds).exp()) - f64::from(u8::from(example.is_good));
            scale *= 1.0 - rate * ridge;
            for feature in &example.features {
                kept[*feature] -= rate * slope / scale;
            }
            bias -= rate * slope * 0.1;
            steps += 1.0;
        }
    }
    (kept.into_iter().map(|weight| weight * scale).collect(), bias)
}
