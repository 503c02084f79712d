//! The normal distribution and Student's, as far as intervals and p-values need them.

use super::Z_95;
use std::f64::consts::{FRAC_2_SQRT_PI, FRAC_PI_2, SQRT_2};

/// Below this the series converges fast; from there on the continued fraction does.
const SERIES_BELOW: f64 = 2.5;
/// Terms of the series, or steps of the fraction, after which neither changes any more where each is used.
const STEPS: u32 = 100;
/// From so many degrees of freedom on the expansion of the t quantile errs by less than 10⁻⁹.
const EXPANDED_FROM: u64 = 100;
/// Halvings of the bracket around a t quantile: the bracket is below 16 wide, and a double has 53 bits.
const HALVINGS: u32 = 60;

/// The probability that a standard normal variable is farther from 0 than `z`: the two-sided p-value of a z statistic.
///
/// The complementary error function of |z|/√2, by its series for small and its continued fraction for large arguments:
/// Abramowitz, M. and Stegun, I. A. (1964), "Handbook of mathematical functions", 7.1.6 and 7.1.14.
pub(super) fn two_sided(z: f64) -> f64 {
    let x = z.abs() / SQRT_2;
    if x < SERIES_BELOW {
        let (mut term, mut sum) = (x, x);
        for n in 1..STEPS {
            term *= 2.0 * x * x / f64::from(2 * n + 1);
            sum += term;
        }
        return 1.0 - FRAC_2_SQRT_PI * (-x * x).exp() * sum;
    }
    let fraction = (1..STEPS).rev().fold(x, |tail, n| x + f64::from(n) / 2.0 / tail);
    (-x * x).exp() * FRAC_2_SQRT_PI / 2.0 / fraction
}

/// The two-sided 95 % point of Student's t distribution, for at least one degree of freedom.
///
/// Few degrees: the root of its distribution function, which for a whole number of degrees is a finite sum (Abramowitz and
/// Stegun 26.7.3 and 26.7.4). Many: its expansion about the normal point (26.7.5).
pub(super) fn t_95(degrees: u64) -> f64 {
    let nu = degrees as f64;
    if degrees >= EXPANDED_FROM {
        let z = Z_95;
        let z2 = z * z;
        let g1 = z * (z2 + 1.0) / 4.0;
        let g2 = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
        let g3 = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
        let g4 = z * ((((79.0 * z2 + 776.0) * z2 + 1_482.0) * z2 - 1_920.0) * z2 - 945.0) / 92_160.0;
        return z + (g1 + (g2 + (g3 + g4 / nu) / nu) / nu) / nu;
    }
    // One degree has the largest, 12.71.
    let (mut low, mut high) = (Z_95, 13.0);
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if within_t(middle, degrees) < 0.95 { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// The probability that a variable with so many degrees of freedom is not farther from 0 than `t`.
fn within_t(t: f64, degrees: u64) -> f64 {
    let theta = (t / (degrees as f64).sqrt()).atan();
    let (sine, cosine) = theta.sin_cos();
    // The products grow by two: from 2/3 on for an odd number of degrees, from 1/2 on for an even one.
    let is_odd = degrees % 2 == 1;
    let terms = if is_odd { (degrees - 1) / 2 } else { degrees / 2 };
    let (mut term, mut sum) = (if is_odd { cosine } else { 1.0 }, 0.0);
    for n in 1..=terms {
        sum += term;
        let n = n as f64;
        let ratio = if is_odd { 2.0 * n / (2.0 * n + 1.0) } else { (2.0 * n - 1.0) / (2.0 * n) };
        term *= ratio * cosine * cosine;
    }
    if is_odd { (theta + sine * sum) / FRAC_PI_2 } else { sine * sum }
}
