//! Scores with their uncertainty. Every function names its formula and where it comes from.
//!
//! Intervals are at 95 %. Shares, differences of shares and everything made of them are in percent. Nothing here gives a
//! number that is not one: of nothing there is no score, and then the answer is `None`.

mod chart;
mod difference;
mod mean;
mod normal;
mod nps;
mod power;
mod quantile;
mod rates;
mod score;
mod shrink;
#[cfg(test)]
mod tests;

pub use self::chart::{
    Counted, FEWEST_FOR_LIMITS, Limits, PChart, Plotted, Rule, RuleHit, Side, p_chart, p_chart_against,
};
pub use self::difference::{Change, PValue, Test, change_of, difference, p_value};
pub use self::mean::{Mean, happiness, happiness_of, mean};
pub use self::nps::nps;
pub use self::power::{POWER, answers_needed, power};
pub use self::quantile::quantile;
pub use self::rates::{
    bad_rate, called_back_rate, fixed_in_time_rate, fixed_rate, good_rate, satisfied_on_call_back_rate, unrated_rate,
};
pub use self::score::{
    Distance, Estimate, FEWEST_FOR_A_PERSON, FEWEST_FOR_A_SCORE, Moments, Standing, TooFew, distance, enough, moments,
    score,
};
pub use self::shrink::{Shrinkage, shrink, shrinkage, shrinkage_of};

/// The two-sided 95 % point of the normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// A share in percent with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// How many of `of`.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// `count / of × 100`.
    pub percent: f64,
    /// Lower end of the interval, in percent.
    pub low: f64,
    /// Upper end of the interval, in percent.
    pub high: f64,
}

/// A proportion with its Wilson score interval at 95 %; `None` of nothing.
///
/// Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference", JASA 22, 209–212.
pub fn wilson(count: u64, of: u64) -> Option<Share> {
    if of == 0 || count > of {
        return None;
    }
    let n = of as f64;
    let p = count as f64 / n;
    let z2 = Z_95 * Z_95;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z_95 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt() / (1.0 + z2 / n);
    Some(Share {
        count,
        of,
        percent: p * 100.0,
        low: (centre - half).max(0.0) * 100.0,
        high: (centre + half).min(1.0) * 100.0,
    })
}
