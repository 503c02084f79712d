//! Means of levels.

use super::normal::t_95;
use super::wilson;
use crate::event::{Rating, Scale};
use crate::results::Summary;

/// A mean of levels with its 95 % interval, in the unit of the levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Of how many responses.
    pub n: u64,
    /// The mean.
    pub value: f64,
    /// The standard deviation of the sample; 0 of one response.
    pub deviation: f64,
    /// Lower end of the interval, not below the worst level.
    pub low: f64,
    /// Upper end of the interval, not above the best level.
    pub high: f64,
}

/// The mean level of a summary, such as the CES from 1 to 7; `None` of nothing.
///
/// The interval is Student's, mean ± t × s / √n with n − 1 degrees of freedom ("Student" (1908), "The probable error of
/// a mean", Biometrika 6, 1–25), cut off at the ends of the scale.
///
/// Where all responses agree, or there is one, s says nothing and that interval would be a point. Instead it is as wide as
/// a share of none of n is uncertain: up to the upper end of Wilson's interval of 0 of n may be elsewhere, at worst at an
/// end of the scale.
pub fn mean(summary: &Summary) -> Option<Mean> {
    let Summary { scale, levels, .. } = summary;
    mean_of(*scale, levels, |rating| rating.level().into())
}

/// The happiness index: the mean of levels that are spread evenly from 0 for the worst to 100 for the best, such as 0, 25,
/// 50, 75 and 100, or 0, 33.33, 66.67 and 100; `None` of nothing. The interval is that of [`mean`].
///
/// The index and its weights: HappyOrNot, "Happiness Index", whose examples are 51/23/12/2/4 → 81.25 and
/// 126/60/16/17 → 78.23, the best level first.
pub fn happiness(summary: &Summary) -> Option<Mean> {
    let Summary { scale, levels, .. } = summary;
    mean_of(*scale, levels, |rating| happiness_of(*scale, rating.level()))
}

/// What a level adds to the happiness index, 0 to 100.
pub fn happiness_of(scale: Scale, level: u8) -> f64 {
    let [worst, best, level] = [scale.worst(), scale.best(), level].map(f64::from);
    (level - worst) * 100.0 / (best - worst)
}

/// The mean of what the levels are worth; `worth` grows with the level.
pub(super) fn mean_of(scale: Scale, counts: &[u64], worth: impl Fn(Rating) -> f64) -> Option<Mean> {
    let levels = || scale.levels().map(&worth).zip(counts.iter().copied());
    let of: u64 = counts.iter().sum();
    let none = wilson(0, of)?;
    let n = of as f64;
    let value = levels().map(|(level, count)| level * count as f64).sum::<f64>() / n;
    let squares: f64 = levels().map(|(level, count)| (level - value).powi(2) * count as f64).sum();
    let deviation = if of > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 };
    let ends = [scale.levels().next()?, scale.levels().next_back()?];
    let [worst, best] = ends.map(&worth);
    let is_of_one_mind = counts.iter().filter(|count| **count > 0).count() == 1;
    let (below, above) = if is_of_one_mind {
        let elsewhere = none.high / 100.0;
        ((value - worst) * elsewhere, (best - value) * elsewhere)
    } else {
        let half = t_95(of - 1) * deviation / n.sqrt();
        (half, half)
    };
    Some(Mean { n: of, value, deviation, low: (value - below).max(worst), high: (value + above).min(best) })
}
