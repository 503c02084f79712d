//! Real remarks of customers, with levels that are made up.

use candor_core::event::Rating;
use serde_json::Value;

/// What one customer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Made up: see [`all`].
    pub rating: Rating,
    /// Real.
    pub comment: String,
}

/// The 3,000 remarks of `data/comments.zh.jsonl`, good ones and bad ones taken in turns.
///
/// Only text and label are real. The level is made up from the label and the remark's place: good is 5 or 4, bad is
/// 1 or 2, in turns, so that every run has the same ones.
///
/// # Panics
/// When the file is not what its README says.
pub fn all() -> Vec<Remark> {
    let of_label = |label: &str, levels: [u8; 2]| -> Vec<Remark> {
        let lines = include_str!("../data/comments.zh.jsonl").lines();
        let remarks = lines.map(|line| serde_json::from_str::<Value>(line).expect("each line is an object"));
        let labelled = remarks.filter(|remark| remark["label"] == label);
        let remark = |(place, remark): (usize, Value)| Remark {
            rating: Rating::new(levels[place % 2]).expect("levels are from 1 to 5"),
            comment: remark["comment"].as_str().expect("a remark has a comment").to_owned(),
        };
        labelled.enumerate().map(remark).collect()
    };
    let (good, bad) = (of_label("good", [5, 4]), of_label("bad", [1, 2]));
    assert_eq!((good.len(), bad.len()), (1_500, 1_500), "half of the remarks are good");
    good.into_iter().zip(bad).flat_map(<[Remark; 2]>::from).collect()
}
