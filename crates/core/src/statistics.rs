//! Scores with their uncertainty. Every function names its formula.

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(count: u64, of: u64, low: f64, high: f64) {
        let share = wilson(count, of).unwrap();
        assert!((share.low - low).abs() < 0.05 && (share.high - high).abs() < 0.05, "{share:?}");
    }

    #[test]
    fn agrees_with_published_wilson_intervals() {
        // Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
        check(81, 263, 25.53, 36.62);
        check(15, 148, 6.24, 16.05);
        check(0, 20, 0.0, 16.11);
        check(1, 29, 0.61, 17.18);
    }

    #[test]
    fn nps_is_promoters_less_detractors_with_an_adjusted_interval() {
        // By hand: 30 promoters, 10 detractors of 60; p = 30.75/63, d = 10.75/63, SE = 0.09411.
        let share = nps(&[1, 1, 1, 1, 2, 2, 2, 10, 10, 15, 15]).unwrap();
        assert!((share.percent - 100.0 / 3.0).abs() < 1e-9);
        assert!((share.low - 13.30).abs() < 0.01 && (share.high - 50.19).abs() < 0.01, "{share:?}");
        assert_eq!(nps(&[0; 11]), None);
        let all_bad = nps(&[9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
        assert_eq!((all_bad.count, all_bad.percent), (0, -100.0));
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share_and_narrows_with_n(count in 0_u64..1_000, more in 0_u64..1_000) {
            let of = (count + more).max(1);
            let share = wilson(count, of).unwrap();
            prop_assert!(0.0 <= share.low && share.low <= share.percent + 1e-9);
            prop_assert!(share.percent - 1e-9 <= share.high && share.high <= 100.0);
            let wider = wilson(count * 4, of * 4).unwrap();
            prop_assert!(wider.high - wider.low < share.high - share.low);
        }
    }
}
