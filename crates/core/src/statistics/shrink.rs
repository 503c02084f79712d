//! Scores of many points drawn towards their mean, so that a rank is not decided by who has the fewest responses.

use super::{Counted, Moments};

/// Of fewer points nothing can be said about how much points differ.
const FEWEST_POINTS: usize = 3;

/// How far the scores of some points are drawn to their mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shrinkage {
    /// The mean score; of shares in percent.
    pub mean: f64,
    /// How many responses the mean weighs: a point with as many lies half-way. Infinite where the points do not differ by
    /// more than chance makes them; 0 where each tells nothing of the others.
    pub weight: f64,
}

/// The mean share of some points and its weight, by empirical Bayes: each point's share is taken to be drawn from one beta
/// distribution, which is found from the points by its moments. `None` of fewer than three points with responses.
///
/// Kleinman, J. C. (1973), "Proportions with extraneous variance: single and independent samples", JASA 68, 46–54, with
/// the numbers of responses as weights: γ = (S − pq(k − 1)) / (pq(N − Σn²/N − (k − 1))), S = Σn(pᵢ − p)², and the weight is
/// 1/γ − 1.
pub fn shrinkage(points: &[Counted]) -> Option<Shrinkage> {
    let points: Vec<(f64, f64)> =
        points.iter().filter(|point| point.of > 0).map(|point| (point.count as f64, point.of as f64)).collect();
    if points.len() < FEWEST_POINTS {
        return None;
    }
    let (hits, all) = points.iter().fold((0.0, 0.0), |(hits, all), (count, of)| (hits + count, all + of));
    let (p, others) = (hits / all, points.len() as f64 - 1.0);
    let variance = p * (1.0 - p);
    let spread: f64 = points.iter().map(|(count, of)| of * (count / of - p).powi(2)).sum();
    let squares: f64 = points.iter().map(|(_, of)| of * of).sum();
    let gamma = (spread - variance * others) / (variance * (all - squares / all - others));
    // Shares that all are 0 or 1, and points of one response each, leave nothing to divide by.
    let weight = if gamma > 0.0 && gamma.is_finite() { (1.0 / gamma - 1.0).max(0.0) } else { f64::INFINITY };
    Some(Shrinkage { mean: p * 100.0, weight })
}

/// The same for scores of any metric, by empirical Bayes as well: `None` of fewer than three points with responses.
///
/// The weight is σ²/τ², the variance within the points over that between them, both by their moments. Bühlmann, H. and
/// Straub, E. (1970), "Glaubwürdigkeit für Schadensätze", Mitteilungen der Vereinigung schweizerischer
/// Versicherungsmathematiker 70, 111–133: σ² = Σ(nᵢ − 1)sᵢ² / Σ(nᵢ − 1) and
/// τ² = (Σnᵢ(mᵢ − m)² − (k − 1)σ²) / (N − Σnᵢ²/N).
pub fn shrinkage_of(points: &[Moments]) -> Option<Shrinkage> {
    let points: Vec<(f64, &Moments)> =
        points.iter().filter(|point| point.n > 0).map(|point| (point.n as f64, point)).collect();
    if points.len() < FEWEST_POINTS {
        return None;
    }
    let sum = |term: &dyn Fn(f64, &Moments) -> f64| points.iter().map(|(n, point)| term(*n, point)).sum::<f64>();
    let all = sum(&|n, _| n);
    let mean = sum(&|n, point| n * point.mean) / all;
    let others = points.len() as f64 - 1.0;
    let within = sum(&|n, point| (n - 1.0) * point.deviation.powi(2)) / sum(&|n, _| n - 1.0);
    let spread = sum(&|n, point| n * (point.mean - mean).powi(2));
    let between = (spread - others * within) / (all - sum(&|n, _| n * n) / all);
    // Points of one response each tell nothing of the variance within them.
    let weight = if between > 0.0 && within.is_finite() { within / between } else { f64::INFINITY };
    Some(Shrinkage { mean, weight })
}

/// A score drawn to the mean: (mean × W + score × n) / (W + n), in the unit of both. Of a share it is the mean of the beta
/// distribution after the responses. A weight of one's own makes it a fixed prior.
pub fn shrink(shrinkage: &Shrinkage, score: f64, n: u64) -> f64 {
    let Shrinkage { mean, weight } = *shrinkage;
    let n = n as f64;
    if weight.is_infinite() || weight + n <= 0.0 { mean } else { (mean * weight + score * n) / (weight + n) }
}
