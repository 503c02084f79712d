//! A score of any metric as one kind of figure; what it is held against; and when it is of too few.

use super::mean::{happiness_of, mean_of};
use super::{Mean, Share, good_rate, happiness, mean};
use crate::event::{Rating, Scale};
use crate::results::Summary;
use crate::survey::Metric;

/// Nothing is shown about a person that rests on fewer responses: the rule of five. A minimum for each cell of a table about
/// people is the threshold rule of Hundepool, A. et al. (2012), "Statistical disclosure control".
pub const FEWEST_FOR_A_PERSON: u64 = 5;
/// Below so many responses a score says little: Wilson's interval of 4 of 4 still begins at 51 %.
pub const FEWEST_FOR_A_SCORE: u64 = 5;

/// A score with its 95 % interval, in the unit of its metric: percent, points from −100 to 100, or levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The score.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Of how many responses.
    pub n: u64,
}

impl From<Share> for Estimate {
    fn from(Share { of, percent, low, high, .. }: Share) -> Self {
        Self { value: percent, low, high, n: of }
    }
}

impl From<Mean> for Estimate {
    fn from(Mean { n, value, low, high, .. }: Mean) -> Self {
        Self { value, low, high, n }
    }
}

/// The figure that a survey is about, counted from the responses on its scale; `None` of none, and of an NPS on another
/// scale than its own. `bad` are the levels that the survey takes for bad: only [`Metric::GoodRate`] asks for them.
///
/// The CES is the mean level here; the share of 5 to 7 is [`Summary::good`].
pub fn score(metric: Metric, summary: &Summary, bad: &[Rating]) -> Option<Estimate> {
    match metric {
        Metric::Csat => summary.good().map(Estimate::from),
        Metric::GoodRate => good_rate(summary, bad).map(Estimate::from),
        Metric::Happiness => happiness(summary).map(Estimate::from),
        Metric::Nps => summary.nps().map(Estimate::from),
        Metric::Ces => mean(summary).map(Estimate::from),
    }
}

/// A score as the mean of what each response is worth, for comparing points: see [`super::shrinkage_of`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// Of how many responses.
    pub n: u64,
    /// The score, in the unit of its metric.
    pub mean: f64,
    /// The standard deviation of what the responses are worth; 0 of one.
    pub deviation: f64,
}

/// The moments of a score: for a share a response is worth 100 or 0, for the NPS 100, 0 or −100, else what it adds to the
/// mean. The mean is that of [`score`].
pub fn moments(metric: Metric, summary: &Summary, bad: &[Rating]) -> Option<Moments> {
    let Summary { scale, levels, .. } = summary;
    let share = |is_counted: bool| if is_counted { 100.0 } else { 0.0 };
    let worth = |rating: Rating| match (metric, rating.level()) {
        (Metric::Csat, level) => share(level >= scale.good_from()),
        (Metric::GoodRate, _) => share(!bad.contains(&rating)),
        (Metric::Happiness, level) => happiness_of(*scale, level),
        (Metric::Nps, 9..) => 100.0,
        (Metric::Nps, 7..) => 0.0,
        (Metric::Nps, _) => -100.0,
        (Metric::Ces, level) => f64::from(level),
    };
    if metric == Metric::Nps && *scale != Scale::Nps {
        return None;
    }
    let Mean { n, value, deviation, .. } = mean_of(*scale, levels, worth)?;
    Some(Moments { n, mean: value, deviation })
}

/// How a score stands to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// All of the interval is at the target or above.
    Met,
    /// All of it is below.
    Missed,
    /// The target is within it: not yet known.
    Unclear,
}

/// A score held against its target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// The score less the target, in the unit of the score; negative below it.
    pub value: f64,
    /// What the interval says.
    pub standing: Standing,
}

/// Holds a score against a target of the same unit. More is better.
pub fn distance(estimate: &Estimate, target: f64) -> Distance {
    let standing = match (estimate.low >= target, estimate.high < target) {
        (true, _) => Standing::Met,
        (false, true) => Standing::Missed,
        (false, false) => Standing::Unclear,
    };
    Distance { value: estimate.value - target, standing }
}

/// Why a score cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooFew {
    /// Fewer than [`FEWEST_FOR_A_SCORE`] responses.
    Responses,
    /// Its interval is wider than is allowed.
    Interval,
}

/// Whether there is enough behind a score to give it a rank: its interval must not be wider than `widest`, in the unit of
/// the score.
///
/// # Errors
/// Why there is not.
pub fn enough(estimate: &Estimate, widest: f64) -> Result<(), TooFew> {
    if estimate.n < FEWEST_FOR_A_SCORE {
        Err(TooFew::Responses)
    } else if estimate.high - estimate.low > widest {
        Err(TooFew::Interval)
    } else {
        Ok(())
    }
}
