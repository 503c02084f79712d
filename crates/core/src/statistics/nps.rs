//! The Net Promoter Score.

use super::{Share, Z_95};

/// The Net Promoter Score, % of 9 and 10 less % of 0 to 6, from −100 to 100, with its 95 % interval; `None` of nothing.
/// `levels` counts 0 to 10; `count` is the promoters less the detractors, at least 0.
///
/// The interval is the adjusted Wald interval: three quarters of a promoter and of a detractor are added, three to n.
/// Rocks, B. (2016), "Interval estimation for the Net Promoter Score", The American Statistician 70, 365–372.
pub fn nps(levels: &[u64; 11]) -> Option<Share> {
    let of: u64 = levels.iter().sum();
    if of == 0 {
        return None;
    }
    let [detractors, promoters] = [levels[..7].iter().sum::<u64>(), levels[9] + levels[10]];
    let n = of as f64;
    let score = (promoters as f64 - detractors as f64) / n;
    let [p, d] = [promoters, detractors].map(|count| (count as f64 + 0.75) / (n + 3.0));
    let half = Z_95 * ((p + d - (p - d) * (p - d)) / (n + 3.0)).sqrt();
    Some(Share {
        count: promoters.saturating_sub(detractors),
        of,
        percent: score * 100.0,
        low: (p - d - half).max(-1.0) * 100.0,
        high: (p - d + half).min(1.0) * 100.0,
    })
}
