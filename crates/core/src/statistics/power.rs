//! How many answers it takes to see a difference of two shares: the power of the two-sided test at 5 %.

use super::Z_95;
use super::normal::two_sided;

/// A difference is looked for with enough answers to find it four times in five, the usual choice: Cohen, J. (1988),
/// "Statistical power analysis for the behavioral sciences", 2nd edition, 2.4.
pub const POWER: f64 = 0.8;
/// More answers than any place gets: who needs more will not know.
const MOST: u64 = 1 << 30;

/// The probability that the test of two shares finds a difference, 0 to 1: of `before` in `m` answers and `after` in `n`,
/// both shares from 0 to 1.
///
/// The normal approximation with the pooled variance under no difference and the separate ones under this difference, both
/// tails counted: Fleiss, J. L., Levin, B. and Paik, M. C. (2003), "Statistical methods for rates and proportions", 3rd
/// edition, 4.3. Of nothing it is 0.
pub fn power(before: f64, m: u64, after: f64, n: u64) -> f64 {
    if m == 0 || n == 0 {
        return 0.0;
    }
    let (m, n) = (m as f64, n as f64);
    let pooled = (before * m + after * n) / (m + n);
    let under_none = (pooled * (1.0 - pooled) * (1.0 / m + 1.0 / n)).sqrt();
    let under_this = (before * (1.0 - before) / m + after * (1.0 - after) / n).sqrt();
    let found = |z: f64| if z > 0.0 { two_sided(z) / 2.0 } else { 1.0 - two_sided(z) / 2.0 };
    let difference = (after - before).abs();
    if under_this == 0.0 {
        return if difference > Z_95 * under_none { 1.0 } else { 0.0 };
    }
    let beyond = |side: f64| found((Z_95 * under_none - side * difference) / under_this);
    beyond(1.0) + beyond(-1.0)
}

/// How many answers after it takes to find the difference of `before`, of which there are `m`, and `after`, with the
/// probability [`POWER`]; `None` where even any number would not do, since there are too few before.
pub fn answers_needed(before: f64, m: u64, after: f64) -> Option<u64> {
    let is_enough = |n: u64| power(before, m, after, n) >= POWER;
    let mut high = 1;
    while !is_enough(high) {
        high *= 2;
        if high > MOST {
            return None;
        }
    }
    let mut low = high / 2;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if is_enough(middle) { high = middle } else { low = middle }
    }
    Some(high)
}
