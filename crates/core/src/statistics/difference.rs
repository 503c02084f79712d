//! Differences between two independent samples: before and after, one point and another.

use super::Share;
use super::normal::two_sided;
use super::score::Estimate;

/// A difference with its 95 % interval, in the unit of what was compared: for shares, percentage points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The second less the first.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Change {
    /// Whether the interval leaves out 0: then there is a change, and not only chance.
    pub fn is_known(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// How a p-value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// The chi-squared test with (N − 1) in place of N.
    ChiSquared,
    /// The exact test of Fisher and Irwin.
    FisherIrwin,
}

/// The probability of a difference at least as large by chance alone, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PValue {
    /// The probability.
    pub p: f64,
    /// The test that gave it.
    pub test: Test,
}

/// `after` less `before` with its interval, both independent of each other.
///
/// The interval is made of the two that the estimates have: the lower distance is the root of (after − its lower end)² +
/// (before's upper end − before)², the upper one the other way round. Zou, G. Y. and Donner, A. (2008), "Construction of
/// confidence limits about effect measures: a general approach", Statistics in Medicine 27, 1693–1702. For two Wilson
/// intervals it is Newcombe's hybrid score interval, see [`difference`].
pub fn change_of(before: &Estimate, after: &Estimate) -> Change {
    let value = after.value - before.value;
    let below = (after.value - after.low).hypot(before.high - before.value);
    let above = (after.high - after.value).hypot(before.value - before.low);
    Change { value, low: value - below, high: value + above }
}

/// The difference of two shares, `after` less `before`, in percentage points, with Newcombe's hybrid score interval.
///
/// Newcombe, R. G. (1998), "Interval estimation for the difference between independent proportions: comparison of eleven
/// methods", Statistics in Medicine 17, 873–890: method 10, without continuity correction.
pub fn difference(before: &Share, after: &Share) -> Change {
    change_of(&Estimate::from(*before), &Estimate::from(*after))
}

/// The two-sided p-value of the difference of two shares; `None` where one is of nothing.
///
/// The chi-squared test with N − 1 where each of the four expected numbers is at least 1, else the exact test of Fisher and
/// Irwin, two-sided by Irwin's rule: the sum over all tables that are no more probable than this one. So recommended after
/// comparing seven tests: Campbell, I. (2007), "Chi-squared and Fisher–Irwin tests of two-by-two tables with small sample
/// recommendations", Statistics in Medicine 26, 3661–3675. Fisher's test for all small samples, as Cochran had it, finds
/// too few differences.
///
/// It is not the interval of [`difference`] turned round: near 5 % one may say more than the other. Show both.
pub fn p_value(before: &Share, after: &Share) -> Option<PValue> {
    let (a, m) = (before.count, before.of);
    let (b, n) = (after.count, after.of);
    if m == 0 || n == 0 || a > m || b > n {
        return None;
    }
    let (hits, all) = (a + b, m + n);
    // The smallest expected number, as a product against N.
    let smallest = u128::from(m.min(n)) * u128::from(hits.min(all - hits));
    if smallest < u128::from(all) {
        return Some(PValue { p: fisher_irwin(a, m, hits, all), test: Test::FisherIrwin });
    }
    let [a, b, m, n, hits, all] = [a, b, m, n, hits, all].map(|count| count as f64);
    let cross = a * (n - b) - b * (m - a);
    let chi_squared = cross * cross * (all - 1.0) / (m * n * hits * (all - hits));
    Some(PValue { p: two_sided(chi_squared.sqrt()), test: Test::ChiSquared })
}

/// The probability of all numbers of hits among `m` of `all` that are no more probable than `a`, given `hits` in all.
///
/// The hypergeometric probabilities are found from each to the next by their ratio, relative to the most probable, and
/// divided by their sum: no factorials are needed. As in R, a relative 10⁻⁷ makes up for rounding among equals.
pub(super) fn fisher_irwin(a: u64, m: u64, hits: u64, all: u64) -> f64 {
    let n = all - m;
    let (first, last) = (hits.saturating_sub(n), hits.min(m));
    let ratio = |x: u64| {
        let [up, down] = [(m - x) as f64 * (hits - x) as f64, (x + 1) as f64 * ((n + x + 1) - hits) as f64];
        up / down
    };
    let next = |(x, log): &(u64, f64)| (*x < last).then(|| (x + 1, log + ratio(*x).ln()));
    let logs: Vec<f64> = std::iter::successors(Some((first, 0.0)), next).map(|(_, log)| log).collect();
    let highest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs.iter().map(|log| (log - highest).exp()).collect();
    let at = usize::try_from(a.saturating_sub(first)).unwrap_or(usize::MAX);
    let observed = weights.get(at).copied().unwrap_or_default() * (1.0 + 1e-7);
    let all: f64 = weights.iter().sum();
    (weights.iter().filter(|weight| **weight <= observed).sum::<f64>() / all).min(1.0)
}
