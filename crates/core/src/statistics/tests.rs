//! Formulas against published examples and against implementations that are not ours.
//!
//! The tables of [`reference`] are printed by `crates/core/tests/data/statistics.py`.

#![allow(clippy::unwrap_used, reason = "a test")]

use proptest::prelude::*;

use super::difference::fisher_irwin;
use super::normal::{t_95, two_sided};
use super::*;
use crate::event::{Rating, Scale};
use crate::results::Summary;
use crate::survey::Metric;

/// Values of statsmodels 0.15.0, scipy 1.17.1 and numpy 2.4.6 to twelve digits.
#[allow(clippy::type_complexity, reason = "a row is a call and what it gives")]
mod reference {
    use crate::event::Scale;

    // statsmodels: 100 × proportion_confint(count, of, method="wilson")
    pub const WILSON: [(u64, u64, f64, f64); 9] = [
        (81, 263, 25.5288519878, 36.6209576983),
        (15, 148, 6.23863995307, 16.0487241723),
        (0, 20, 0.0, 16.1125158053),
        (1, 29, 0.611321429276, 17.1755218793),
        (20, 20, 83.8874841947, 100.0),
        (3, 5, 23.0724281276, 88.2379225767),
        (1, 1, 20.6549314377, 100.0),
        (812, 1000, 78.6606812589, 83.5005290116),
        (149999, 150000, 99.996223477, 99.9998823169),
    ];

    // statsmodels: 100 × confint_proportions_2indep(after…, before…, compare="diff", method="newcomb")
    pub const NEWCOMBE: [(u64, u64, u64, u64, f64, f64); 12] = [
        (48, 80, 56, 70, 5.24314724024, 33.3872654037),
        (3, 10, 9, 10, 17.0522723935, 80.9017973535),
        (2, 7, 6, 7, 5.82279274823, 80.6249637524),
        (0, 29, 5, 56, -3.81371479035, 19.2560013855),
        (0, 20, 0, 10, -16.1125158053, 27.7532799863),
        (0, 10, 0, 10, -27.7532799863, 27.7532799863),
        (0, 20, 10, 10, 67.9086037142, 100.0),
        (0, 10, 10, 10, 60.7509350431, 100.0),
        (812, 1000, 790, 930, 0.39141970226, 7.07626385402),
        (70000, 75000, 70200, 75000, 0.0165489207977, 0.51682484798),
        (5, 9, 4, 9, -47.2677327345, 29.7461214522),
        (1, 40, 9, 45, 3.69227286427, 31.4752290788),
    ];

    // statsmodels: test_proportions_2indep(after…, before…, compare="diff", method="score", correction=True).pvalue
    pub const CHI_SQUARED: [(u64, u64, u64, u64, f64); 9] = [
        (48, 80, 56, 70, 0.00825828792938),
        (3, 10, 9, 10, 0.00760164147522),
        (2, 7, 6, 7, 0.0373729883407),
        (0, 29, 5, 56, 0.0991756545706),
        (812, 1000, 790, 930, 0.0286009262373),
        (1, 40, 9, 45, 0.0129641165376),
        (70000, 75000, 70200, 75000, 0.0366433772729),
        (70000, 75000, 72000, 75000, 7.08038828007e-117),
        (5, 10, 5, 10, 1.0),
    ];

    // scipy: stats.fisher_exact([[hits, misses] before, [hits, misses] after]).pvalue
    pub const FISHER: [(u64, u64, u64, u64, f64); 12] = [
        (0, 3, 1, 200, 1.0),
        (0, 1, 1, 1, 1.0),
        (2, 2, 0, 60, 0.000528820729773),
        (1, 3, 1, 1000, 0.00597608372487),
        (0, 400, 1, 2, 0.00497512437811),
        (3, 3, 0, 3, 0.1),
        (1, 9, 8, 10, 0.00547749464158),
        (4, 30, 11, 27, 0.0333818576695),
        (1, 10, 8, 10, 0.00547749464158),
        (2, 11, 7, 11, 0.0804953560372),
        (3, 17, 9, 17, 0.0707291515533),
        (13, 40, 22, 40, 0.0707021266958),
    ];

    // scipy: stats.t.interval(0.95, n − 1, loc=mean, scale=stats.sem(levels)), cut off at the ends of the scale
    pub const MEANS: [(Scale, &[u64], f64, f64, f64, f64); 8] = [
        (Scale::Ces, &[3, 1, 4, 10, 22, 31, 17], 5.36363636364, 1.39935796593, 5.06714074103, 5.66013198624),
        (Scale::Ces, &[0, 1, 0, 0, 0, 0, 1], 4.5, 3.53553390593, 1.0, 7.0),
        (Scale::Ces, &[1, 0, 0, 2, 0, 0, 1], 4.0, 2.44948974278, 1.0, 7.0),
        (Scale::Faces5, &[4, 2, 12, 23, 51], 4.25, 1.05481626961, 4.03155373788, 4.46844626212),
        (Scale::Faces4, &[17, 16, 60, 126], 3.34703196347, 0.917779457169, 3.22480075688, 3.46926317006),
        (Scale::Stars5, &[900, 1100, 9000, 41000, 98000], 4.56066666667, 0.694494615559, 4.55715207521, 4.56418125812),
        (Scale::Faces5, &[10, 20, 30, 20, 20], 3.2, 1.25529182892, 2.95092286739, 3.44907713261),
        (Scale::Faces5, &[10, 20, 30, 20, 21], 3.21782178218, 1.26177621151, 2.96873132964, 3.46691223471),
    ];

    // scipy: stats.t.interval over np.linspace(0, 100, levels)
    pub const HAPPINESS: [(Scale, &[u64], f64, f64, f64); 3] = [
        (Scale::Faces5, &[4, 2, 12, 23, 51], 81.25, 75.788843447, 86.711156553),
        (Scale::Faces4, &[17, 16, 60, 126], 78.2343987823, 74.1600252293, 82.3087723354),
        (Scale::Thumbs, &[9, 40], 81.6326530612, 70.3952039627, 92.8701021597),
    ];

    // scipy: stats.t.ppf(0.975, degrees)
    pub const STUDENT: [(u64, f64); 16] = [
        (1, 12.7062047362),
        (2, 4.30265272975),
        (3, 3.18244630528),
        (4, 2.7764451052),
        (5, 2.57058183564),
        (9, 2.2621571628),
        (10, 2.22813885199),
        (29, 2.04522964213),
        (30, 2.0422724563),
        (98, 1.98446745451),
        (99, 1.98421695159),
        (100, 1.98397151852),
        (101, 1.98373100296),
        (250, 1.96949839342),
        (1000, 1.96233908083),
        (149999, 1.95997979991),
    ];

    // scipy: 2 × stats.norm.sf(z)
    pub const NORMAL: [(f64, f64); 13] = [
        (0.0, 1.0),
        (1e-06, 0.999999202115),
        (0.3, 0.764177155622),
        (1.0, 0.317310507863),
        (1.95996398454, 0.05),
        (2.5758, 0.0100008474756),
        (3.5, 0.000465258158071),
        (3.53, 0.000415559666961),
        (3.54, 0.000400127032015),
        (5.0, 5.73303143758e-07),
        (8.0, 1.24419211485e-15),
        (20.0, 5.50724823721e-89),
        (37.0, 1.1451142445e-299),
    ];

    // scipy: stats.t.interval of each, put together by hand
    pub const MOVER: [(&[u64], &[u64], f64, f64, f64); 2] = [
        (&[3, 1, 4, 10, 22, 31, 17], &[1, 1, 2, 8, 25, 40, 30], 0.393372982158, 0.024160258123, 0.762585706193),
        (&[2, 2, 2, 2, 2, 2, 2], &[0, 0, 1, 1, 1, 2, 9], 2.21428571429, 0.796758290225, 3.63181313835),
    ];

    // numpy: the weighted mean and variance of −1, 0 and 1 after adding ¾, 1½ and ¾
    pub const NPS: [([u64; 11], f64, f64, f64); 3] = [
        ([1, 1, 1, 1, 2, 2, 2, 10, 10, 15, 15], 33.3333333333, 13.3011825356, 50.1908809564),
        ([0, 0, 0, 0, 0, 0, 3, 9, 14, 30, 44], 71.0, 58.5865684184, 79.2775092515),
        ([5, 0, 1, 0, 0, 2, 0, 0, 0, 1, 0], -77.7777777778, -99.7067688242, -16.9598978425),
    ];

    // scipy: stats.binom.ppf(Φ(−3), n, p) and stats.binom.isf(Φ(−3), n, p)
    pub const EXACT_LIMITS: [(u64, u64, u64, u64, u64); 9] = [
        (20, 1000, 50, 0, 5),
        (20, 1000, 10, 0, 2),
        (20, 1000, 400, 1, 18),
        (985, 1000, 60, 55, 60),
        (985, 1000, 3, 2, 3),
        (1, 2, 5, 0, 5),
        (1, 2, 9, 0, 9),
        (3, 1000, 2500, 1, 17),
        (999, 1000, 5000, 4987, 5000),
    ];

    // numpy: np.quantile(values, q), whose default is type 7
    pub const QUANTILES: [(&[u32], f64, f64); 5] = [
        (&[3], 3.0, 3.0),
        (&[3, 9], 6.0, 8.4),
        (&[5, 1, 4, 2], 3.0, 4.7),
        (&[8, 8, 8, 21, 65, 3, 0, 12, 12, 40, 7], 8.0, 40.0),
        (&[12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 6.5, 10.9),
    ];

    // numpy: the moments of Kleinman (1973) with general weights
    pub const SHRUNK: [(&[(u64, u64)], f64, f64, &[f64]); 3] = [
        (
            &[(45, 50), (80, 100), (10, 20), (198, 200), (3, 3)],
            90.0804289544,
            2.69559558957,
            &[90.0041142705, 80.2645951822, 54.7604226596, 98.8813809629, 95.3052930918],
        ),
        (&[(8, 10), (16, 20), (24, 30)], 80.0, f64::INFINITY, &[80.0, 80.0, 80.0]),
        (
            &[(480, 500), (450, 500), (430, 500), (470, 500), (2, 4), (1, 1)],
            91.421446384,
            35.195981011,
            &[95.6989015392, 90.0934782803, 86.3565294411, 93.8304271196, 87.194334796, 91.6584493158],
        ),
    ];

    // numpy: the moments of Bühlmann and Straub (1970) over single responses
    pub const CREDIBILITY: [(&[&[u64]], f64, f64); 2] = [
        (
            &[&[3, 1, 4, 10, 22, 31, 17], &[0, 0, 1, 2, 5, 9, 8], &[9, 8, 7, 7, 7, 5, 2], &[0, 0, 0, 0, 1, 0, 1]],
            4.89375,
            1.54780770363,
        ),
        (&[&[1, 1, 1, 1, 1, 1, 1], &[2, 2, 2, 2, 2, 2, 2], &[3, 3, 3, 3, 3, 3, 3]], 4.0, f64::INFINITY),
    ];

    // numpy: the mean moving range of z / (2/√π)
    pub const SPREAD: [(&[(u64, u64)], f64); 2] = [
        (&[(12, 50), (15, 50), (8, 50), (10, 50), (4, 50)], 1.42074583722),
        (&[(812, 1000), (700, 900), (930, 1100), (640, 800)], 3.48712519156),
    ];

    // statsmodels: power_proportions_2indep(after − before, before, n, ratio=m / n)
    pub const POWERS: [(f64, u64, f64, u64, f64); 7] = [
        (0.6, 200, 0.8, 20, 0.40398271803),
        (0.6, 200, 0.8, 60, 0.84083144048),
        (0.82, 1000, 0.85, 900, 0.418794247814),
        (0.3, 80, 0.15, 300, 0.840033886476),
        (0.5, 40, 0.5, 70, 0.05),
        (0.9, 5, 0.2, 5, 0.645269985338),
        (0.02, 400, 0.05, 150, 0.478706612922),
    ];
}

/// To ten digits, relative or absolute.
fn check(found: f64, expected: f64, what: &dyn std::fmt::Debug) {
    assert!((found - expected).abs() <= 1e-10 * expected.abs().max(1.0), "{found} is not {expected}: {what:?}");
}

fn share(count: u64, of: u64) -> Share {
    wilson(count, of).unwrap()
}

fn summary(scale: Scale, levels: &[u64]) -> Summary {
    Summary { scale, n: levels.iter().sum(), others: 0, levels: levels.to_vec() }
}

fn percent(point: Counted) -> f64 {
    point.count as f64 * 100.0 / point.of as f64
}

fn counted(points: &[(u64, u64)]) -> Vec<Counted> {
    points.iter().map(|(count, of)| Counted { count: *count, of: *of }).collect()
}

#[test]
fn agrees_with_published_wilson_intervals() {
    // Newcombe, R. G. (1998), "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17,
    // table I, method 3.
    for (count, of, low, high) in
        [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0.0, 16.11), (1, 29, 0.61, 17.18)]
    {
        let share = share(count, of);
        assert!((share.low - low).abs() < 0.005 && (share.high - high).abs() < 0.005, "{share:?}");
    }
}

#[test]
fn wilson_intervals_are_those_of_statsmodels() {
    for row @ (count, of, low, high) in reference::WILSON {
        check(share(count, of).low, low, &row);
        check(share(count, of).high, high, &row);
    }
    assert_eq!((wilson(0, 0), wilson(2, 1)), (None, None));
}

#[test]
fn agrees_with_newcombe_s_published_intervals_for_a_difference() {
    // Newcombe (1998), "Interval estimation for the difference between independent proportions", table II, method 10.
    for (b, n, a, m, low, high) in [
        (56, 70, 48, 80, 5.24, 33.39),
        (9, 10, 3, 10, 17.05, 80.90),
        (6, 7, 2, 7, 5.82, 80.62),
        (5, 56, 0, 29, -3.81, 19.26),
        (0, 10, 0, 20, -16.11, 27.75),
        (0, 10, 0, 10, -27.75, 27.75),
        (10, 10, 0, 20, 67.91, 100.0),
        (10, 10, 0, 10, 60.75, 100.0),
    ] {
        let Change { low: found_low, high: found_high, .. } = difference(&share(a, m), &share(b, n));
        assert!((found_low - low).abs() < 0.005 && (found_high - high).abs() < 0.005, "{b}/{n} - {a}/{m}");
    }
}

#[test]
fn differences_are_those_of_statsmodels() {
    for row @ (a, m, b, n, low, high) in reference::NEWCOMBE {
        let change = difference(&share(a, m), &share(b, n));
        check(change.low, low, &row);
        check(change.high, high, &row);
        check(change.value, 100.0 * (b as f64 / n as f64 - a as f64 / m as f64), &row);
    }
}

#[test]
fn p_values_of_enough_are_those_of_statsmodels() {
    for row @ (a, m, b, n, p) in reference::CHI_SQUARED {
        let PValue { p: found, test } = p_value(&share(a, m), &share(b, n)).unwrap();
        assert_eq!(test, Test::ChiSquared, "{row:?}");
        // The smallest is far below what anybody shows.
        assert!((found - p).abs() <= 1e-9 * p.max(1e-100), "{found} is not {p}: {row:?}");
        let turned = p_value(&share(b, n), &share(a, m)).unwrap();
        check(turned.p, found, &row);
    }
}

#[test]
fn p_values_of_few_are_those_of_scipy() {
    for row @ (a, m, b, n, p) in reference::FISHER {
        check(fisher_irwin(a, m, a + b, m + n), p, &row);
        check(fisher_irwin(b, n, a + b, m + n), p, &row);
        let smallest = (m.min(n) * (a + b).min(m + n - a - b)) as f64 / (m + n) as f64;
        let PValue { p: found, test } = p_value(&share(a, m), &share(b, n)).unwrap();
        assert_eq!(test == Test::FisherIrwin, smallest < 1.0, "{row:?}");
        assert!((0.0..=1.0).contains(&found));
    }
    let nobody = Share { count: 0, of: 0, percent: 0.0, low: 0.0, high: 100.0 };
    assert_eq!(p_value(&nobody, &share(1, 2)), None);
}

#[test]
fn means_are_those_of_scipy() {
    for row @ (scale, levels, value, deviation, low, high) in reference::MEANS {
        let mean = mean(&summary(scale, levels)).unwrap();
        check(mean.value, value, &row);
        check(mean.deviation, deviation, &row);
        check(mean.low, low, &row);
        check(mean.high, high, &row);
    }
    for row @ (scale, levels, value, low, high) in reference::HAPPINESS {
        let index = happiness(&summary(scale, levels)).unwrap();
        check(index.value, value, &row);
        check(index.low, low, &row);
        check(index.high, high, &row);
    }
}

#[test]
fn agrees_with_published_happiness_indices() {
    let index = |scale, levels: &[u64]| happiness(&summary(scale, levels)).unwrap().value;
    assert!((index(Scale::Faces5, &[4, 2, 12, 23, 51]) - 81.25).abs() < 0.005);
    assert!((index(Scale::Faces4, &[17, 16, 60, 126]) - 78.23).abs() < 0.005);
}

#[test]
fn a_mean_of_equals_is_as_uncertain_as_a_share_of_none() {
    let mean_of = |levels: &[u64]| mean(&summary(Scale::Faces5, levels)).unwrap();
    let alike = mean_of(&[0, 0, 0, 4, 0]);
    let elsewhere = share(0, 4).high / 100.0;
    assert!((alike.low - (4.0 - 3.0 * elsewhere)).abs() < 1e-12 && (alike.high - (4.0 + elsewhere)).abs() < 1e-12);
    let one = mean_of(&[0, 0, 0, 0, 1]);
    assert!(one.low < 2.0 && (one.high - 5.0).abs() < 1e-12, "{one:?}");
    assert_eq!(mean(&summary(Scale::Faces5, &[0; 5])), None);
    assert_eq!(happiness(&summary(Scale::Nps, &[0; 11])), None);
}

#[test]
fn distributions_are_those_of_scipy() {
    for row @ (degrees, t) in reference::STUDENT {
        // The expansion is good to nine digits where it begins.
        assert!((t_95(degrees) - t).abs() < 1e-9, "{} {row:?}", t_95(degrees));
    }
    for row @ (z, p) in reference::NORMAL {
        assert!((two_sided(z) - p).abs() <= 1e-10 * p, "{} {row:?}", two_sided(z));
    }
}

#[test]
fn changes_of_means_are_made_of_both_intervals() {
    for row @ (before, after, value, low, high) in reference::MOVER {
        let [before, after] = [before, after].map(|levels| mean(&summary(Scale::Ces, levels)).unwrap().into());
        let change = change_of(&before, &after);
        check(change.value, value, &row);
        check(change.low, low, &row);
        check(change.high, high, &row);
        assert!(change.is_known());
    }
}

#[test]
fn nps_is_promoters_less_detractors_with_an_adjusted_interval() {
    for row @ (levels, value, low, high) in reference::NPS {
        let share = nps(&levels).unwrap();
        check(share.percent, value, &row);
        check(share.low, low, &row);
        check(share.high, high, &row);
    }
    assert_eq!(nps(&[0; 11]), None);
    let all_bad = nps(&[9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    assert_eq!((all_bad.count, all_bad.percent), (0, -100.0));
}

/// Cans of orange juice that leak, of 50 each: Montgomery, D. C., "Introduction to statistical quality control", table 7.1.
const CANS: [u64; 30] =
    [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6];

fn cans(without: &[usize]) -> Vec<Counted> {
    let kept = CANS.iter().enumerate().filter(|(at, _)| !without.contains(at));
    kept.map(|(_, count)| Counted { count: *count, of: 50 }).collect()
}

fn beyond(chart: &PChart) -> Vec<usize> {
    chart.hits.iter().filter(|hit| hit.rule == Rule::BeyondLimits).map(|hit| hit.from).collect()
}

#[test]
fn agrees_with_montgomery_s_p_chart() {
    let chart = p_chart(&cans(&[])).unwrap();
    let Plotted { low, high, limits, .. } = chart.points[0];
    assert!((chart.centre - 23.13).abs() < 0.005 && (low - 5.24).abs() < 0.005 && (high - 41.02).abs() < 0.005);
    assert_eq!((limits, chart.is_trial), (Limits::ThreeSigma, false));
    assert_eq!(beyond(&chart), [14, 22], "samples 15 and 23");
    // Without these two the limits are narrower, and sample 21 is beyond them, at 40 %.
    let chart = p_chart(&cans(&[14, 22])).unwrap();
    let Plotted { low, high, .. } = chart.points[0];
    assert!(
        (chart.centre - 21.50).abs() < 0.005 && (low - 4.07).abs() < 0.01 && (high - 38.93).abs() < 0.005,
        "{low} {high}"
    );
    assert_eq!(beyond(&chart), [19]);
}

#[test]
fn limits_near_0_and_100_percent_are_those_of_the_binomial_distribution() {
    for row @ (hits, all, n, low, high) in reference::EXACT_LIMITS {
        let baseline = Counted { count: hits, of: all };
        let [low, high] = [low, high].map(|count| Counted { count, of: n });
        let chart = p_chart_against(baseline, &[low, high]).unwrap();
        let point = chart.points[0];
        assert_eq!(point.limits, Limits::Exact, "{row:?}");
        check(point.low, low.count as f64 * 100.0 / n as f64, &row);
        check(point.high, high.count as f64 * 100.0 / n as f64, &row);
        assert!(beyond(&chart).is_empty(), "what lies on a limit is within it: {row:?}");
        let outside = [low.count.checked_sub(1), Some(high.count + 1).filter(|count| *count <= n)];
        let outside: Vec<Counted> = outside.into_iter().flatten().map(|count| Counted { count, of: n }).collect();
        let chart = p_chart_against(baseline, &outside).unwrap();
        assert_eq!(beyond(&chart).len(), outside.len(), "{row:?}");
    }
}

#[test]
fn limits_go_by_the_responses_of_each_day() {
    let chart = p_chart_against(Counted { count: 50, of: 100 }, &counted(&[(50, 100), (200, 400), (0, 0)])).unwrap();
    let width = |at: usize| chart.points[at].high - chart.points[at].low;
    assert!((width(0) - 30.0).abs() < 1e-9 && (width(1) - 15.0).abs() < 1e-9);
    assert_eq!((chart.points[2].percent, chart.hits.len()), (None, 0));
}

#[test]
fn a_centre_of_nothing_or_all_still_allows_for_chance() {
    let chart = p_chart(&counted(&[(0, 40); 25])).unwrap();
    assert!(chart.centre.abs() < 1e-12 && chart.points[0].high > 0.0 && chart.hits.is_empty());
    let chart = p_chart_against(Counted { count: 500, of: 500 }, &counted(&[(39, 40), (30, 40)])).unwrap();
    assert_eq!(beyond(&chart), [1]);
}

#[test]
fn a_chart_of_a_few_days_is_a_trial() {
    assert!(p_chart(&counted(&[(5, 50); 19])).unwrap().is_trial);
    assert!(!p_chart(&counted(&[(5, 50); 20])).unwrap().is_trial);
    let with_closed_days = [[(5, 50); 19].as_slice(), &[(0, 0); 9]].concat();
    assert!(p_chart(&counted(&with_closed_days)).unwrap().is_trial);
    assert_eq!((p_chart(&[]), p_chart(&counted(&[(0, 0)])), p_chart(&counted(&[(1, 2), (3, 2)]))), (None, None, None));
}

/// Points of 100 around a centre of 50 %, whose standard deviation is 5 %.
fn runs_of(counts: &[u64]) -> Vec<RuleHit> {
    let points: Vec<Counted> = counts.iter().map(|count| Counted { count: *count, of: 100 }).collect();
    p_chart_against(Counted { count: 50, of: 100 }, &points).unwrap().hits
}

fn hit(rule: Rule, from: usize, to: usize, side: Side) -> RuleHit {
    RuleHit { rule, from, to, side: Some(side) }
}

#[test]
fn each_rule_marks_its_run() {
    use Side::{Above, Below};
    for (counts, expected) in [
        (&[50, 65, 50][..], vec![]),
        (&[50, 66, 50], vec![hit(Rule::BeyondLimits, 1, 1, Above)]),
        (&[50, 34, 50], vec![hit(Rule::BeyondLimits, 1, 1, Below)]),
        (&[61, 50, 61], vec![hit(Rule::TwoOfThree, 0, 2, Above)]),
        (&[61, 50, 50, 61], vec![]),
        (&[61, 50, 39], vec![]),
        (&[60, 50, 60], vec![]),
        (&[39, 39, 50, 39], vec![hit(Rule::TwoOfThree, 0, 3, Below)]),
        (&[44, 44, 50, 44, 44], vec![hit(Rule::FourOfFive, 0, 4, Below)]),
        (&[44, 44, 50, 50, 44, 44], vec![]),
        (&[45, 45, 45, 45, 45], vec![]),
        (&[51, 52, 51, 52, 52, 51, 53], vec![]),
        (&[51, 52, 51, 52, 52, 51, 53, 51], vec![hit(Rule::EightOnOneSide, 0, 7, Above)]),
        (&[49, 48, 48, 49, 50, 48, 48, 49, 49], vec![]),
        (&[48, 49, 50, 51, 52], vec![]),
        (&[48, 49, 50, 51, 52, 53], vec![hit(Rule::SixTrending, 0, 5, Above)]),
        (&[48, 49, 50, 50, 51, 52, 53], vec![]),
        (&[53, 53, 52, 51, 50, 49, 48, 48], vec![hit(Rule::SixTrending, 1, 6, Below)]),
    ] {
        assert_eq!(runs_of(counts), expected, "{counts:?}");
    }
    let turns: Vec<u64> = (0..14).map(|n| if n % 2 == 0 { 49 } else { 51 }).collect();
    let all = RuleHit { rule: Rule::FourteenAlternating, from: 0, to: 13, side: None };
    assert_eq!((runs_of(&turns), runs_of(&turns[1..])), (vec![all], vec![]));
}

#[test]
fn the_spread_of_a_chart_says_when_its_limits_are_too_narrow() {
    for row @ (points, spread) in reference::SPREAD {
        check(p_chart(&counted(points)).unwrap().spread.unwrap(), spread, &row);
    }
    assert_eq!(p_chart(&counted(&[(1, 9), (0, 0)])).unwrap().spread, None);
}

#[test]
fn a_run_goes_on_behind_a_day_without_responses() {
    let mut points = counted(&[(52, 100); 4]);
    points.extend(counted(&[(0, 0), (0, 0)]));
    points.extend(counted(&[(52, 100); 4]));
    let chart = p_chart_against(Counted { count: 50, of: 100 }, &points).unwrap();
    assert_eq!(chart.hits, [hit(Rule::EightOnOneSide, 0, 9, Side::Above)]);
}

#[test]
fn quantiles_are_those_of_numpy() {
    for row @ (values, median, p90) in reference::QUANTILES {
        let mut values = values.to_vec();
        check(quantile(&mut values, 0.5).unwrap(), median, &row);
        check(quantile(&mut values, 0.9).unwrap(), p90, &row);
    }
    assert_eq!(quantile(&mut [], 0.5), None);
}

#[test]
fn shares_are_drawn_to_the_mean_by_kleinman_s_moments() {
    for row @ (points, mean, weight, drawn) in reference::SHRUNK {
        let points = counted(points);
        let found = shrinkage(&points).unwrap();
        check(found.mean, mean, &row);
        assert_eq!(found.weight.is_infinite(), weight.is_infinite());
        if weight.is_finite() {
            check(found.weight, weight, &row);
        }
        for (point, drawn) in points.iter().zip(drawn) {
            check(shrink(&found, percent(*point), point.of), *drawn, &row);
        }
    }
    let fixed = Shrinkage { mean: 80.0, weight: 20.0 };
    check(shrink(&fixed, 100.0, 20), 90.0, &"(mean × W + index × n) / (W + n)");
    check(shrink(&fixed, 0.0, 0), 80.0, &"nothing");
    assert_eq!(shrinkage(&counted(&[(1, 2), (3, 4), (0, 0)])), None);
    let all_good = shrinkage(&counted(&[(2, 2), (3, 3), (9, 9)])).unwrap();
    check(shrink(&all_good, 100.0, 2), 100.0, &all_good);
}

#[test]
fn scores_are_drawn_to_the_mean_by_their_credibility() {
    let moments_of = |levels: &[u64]| moments(Metric::Ces, &summary(Scale::Ces, levels), &[]);
    for row @ (points, mean, weight) in reference::CREDIBILITY {
        let points: Vec<Moments> = points.iter().filter_map(|levels| moments_of(levels)).collect();
        let found = shrinkage_of(&points).unwrap();
        check(found.mean, mean, &row);
        assert_eq!(found.weight.is_infinite(), weight.is_infinite());
        if weight.is_finite() {
            check(found.weight, weight, &row);
        }
    }
    let single: Vec<Moments> = [[0, 0, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0]]
        .iter()
        .filter_map(|levels| moments_of(levels))
        .collect();
    assert!(shrinkage_of(&single).unwrap().weight.is_infinite());
    assert_eq!(shrinkage_of(&single[..2]), None);
}

#[test]
fn a_score_is_the_figure_of_its_metric() {
    let faces = summary(Scale::Faces5, &[4, 2, 12, 23, 51]);
    let bad: Vec<Rating> = [1, 2].into_iter().filter_map(Rating::new).collect();
    let value = |metric, summary: &Summary| score(metric, summary, &bad).map(|estimate| estimate.value);
    check(value(Metric::Csat, &faces).unwrap(), 7_400.0 / 92.0, &"4 and 5 of all");
    check(value(Metric::GoodRate, &faces).unwrap(), 8_600.0 / 92.0, &"all but 1 and 2");
    check(value(Metric::Happiness, &faces).unwrap(), 81.25, &"happiness");
    assert_eq!(value(Metric::Nps, &faces), None);
    let ces = summary(Scale::Ces, &[3, 1, 4, 10, 22, 31, 17]);
    check(value(Metric::Ces, &ces).unwrap(), 472.0 / 88.0, &"mean");
    check(ces.good().unwrap().percent, 7_000.0 / 88.0, &"5 to 7");
    let likely = summary(Scale::Nps, &[1, 1, 1, 1, 2, 2, 2, 10, 10, 15, 15]);
    check(value(Metric::Nps, &likely).unwrap(), 100.0 / 3.0, &"nps");
    let empty = summary(Scale::Faces5, &[0; 5]);
    for (_, metric) in Metric::ALL {
        assert_eq!((value(metric, &empty), moments(metric, &empty, &bad)), (None, None));
        for summary in [&faces, &ces, &likely] {
            let (score, moments) = (value(metric, summary), moments(metric, summary, &bad));
            assert_eq!(score.is_some(), moments.is_some(), "{metric:?}");
            if let (Some(score), Some(moments)) = (score, moments) {
                check(moments.mean, score, &metric);
            }
        }
    }
}

#[test]
fn the_rates_of_good_and_bad_ratings_make_a_whole() {
    let faces = summary(Scale::Faces5, &[4, 2, 12, 23, 51]);
    let bad: Vec<Rating> = [1, 2].into_iter().filter_map(Rating::new).collect();
    let (good, bad) = (good_rate(&faces, &bad).unwrap(), bad_rate(&faces, &bad).unwrap());
    assert_eq!((good.count, bad.count, good.of), (86, 6, 92));
    for rate in [called_back_rate, fixed_rate, fixed_in_time_rate, satisfied_on_call_back_rate, unrated_rate] {
        assert_eq!((rate(3, 4), rate(0, 0)), (wilson(3, 4), None));
    }
}

#[test]
fn a_target_is_met_or_missed_only_when_the_interval_says_so() {
    let estimate = |low, high| Estimate { value: 80.0, low, high, n: 100 };
    for (low, high, standing) in [
        (75.0, 85.0, Standing::Unclear),
        (78.0, 82.0, Standing::Met),
        (70.0, 77.9, Standing::Missed),
        (70.0, 78.0, Standing::Unclear),
    ] {
        let distance = distance(&estimate(low, high), 78.0);
        assert_eq!(distance.standing, standing, "{low} {high}");
        check(distance.value, 2.0, &distance);
    }
}

#[test]
fn too_few_is_said_of_responses_and_of_intervals() {
    let of = |count, of| Estimate::from(share(count, of));
    assert_eq!(enough(&of(4, 4), 100.0), Err(TooFew::Responses));
    assert_eq!(enough(&of(4, 5), 20.0), Err(TooFew::Interval));
    assert_eq!(enough(&of(160, 200), 20.0), Ok(()));
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

    #[test]
    fn a_difference_lies_in_its_interval_and_turns_round(
        (a, m) in (0_u64..300, 0_u64..300), (b, n) in (0_u64..300, 0_u64..300),
    ) {
        let (before, after) = (share(a, (a + m).max(1)), share(b, (b + n).max(1)));
        let (change, back) = (difference(&before, &after), difference(&after, &before));
        prop_assert!(-100.0 - 1e-9 <= change.low && change.low <= change.value + 1e-9);
        prop_assert!(change.value - 1e-9 <= change.high && change.high <= 100.0 + 1e-9);
        prop_assert!((change.low + back.high).abs() < 1e-9 && (change.high + back.low).abs() < 1e-9);
        let p = p_value(&before, &after).unwrap().p;
        prop_assert!((0.0..=1.0).contains(&p));
    }

    #[test]
    fn a_mean_lies_in_its_interval_and_on_its_scale(levels in prop::collection::vec(0_u64..50, 7)) {
        if let Some(mean) = mean(&summary(Scale::Ces, &levels)) {
            prop_assert!(1.0 <= mean.low && mean.low <= mean.value && mean.value <= mean.high && mean.high <= 7.0);
        }
    }

    #[test]
    fn a_drawn_share_lies_between_its_own_and_the_mean(
        points in prop::collection::vec((0_u64..200, 0_u64..200), 3..20),
    ) {
        let points: Vec<Counted> = points.iter().map(|(a, b)| Counted { count: *a, of: a + b }).collect();
        let Some(found) = shrinkage(&points) else { return Ok(()) };
        prop_assert!(found.weight >= 0.0);
        for point in points.iter().filter(|point| point.of > 0) {
            let own = percent(*point);
            let drawn = shrink(&found, own, point.of);
            prop_assert!(own.min(found.mean) - 1e-9 <= drawn && drawn <= own.max(found.mean) + 1e-9);
        }
    }

    #[test]
    fn a_chart_marks_what_its_limits_say(
        points in prop::collection::vec((0_u64..60, 0_u64..60), 1..60),
    ) {
        let points: Vec<Counted> = points.iter().map(|(a, b)| Counted { count: *a, of: a + b }).collect();
        let Some(chart) = p_chart(&points) else { return Ok(()) };
        for (at, point) in chart.points.iter().enumerate() {
            prop_assert!(0.0 <= point.low && point.low <= point.high && point.high <= 100.0);
            let is_beyond = point.percent.is_some_and(|percent| {
                percent < point.low - 1e-9 || percent > point.high + 1e-9
            });
            prop_assert_eq!(is_beyond, beyond(&chart).contains(&at), "{:?}", point);
        }
        for hit in &chart.hits {
            prop_assert!(hit.from <= hit.to && hit.to < points.len());
        }
    }
}

#[test]
fn the_power_of_a_comparison_is_that_of_statsmodels() {
    for row @ (before, m, after, n, expected) in reference::POWERS {
        check(power(before, m, after, n), expected, &row);
    }
    assert_eq!((power(0.5, 0, 0.9, 10), power(0.0, 10, 0.0, 10), power(0.0, 10, 1.0, 10)), (0.0, 0.0, 1.0));
}

/// statsmodels: of 0.6 in 82 answers and 0.8, power_proportions_2indep is 0.7985 with 80 and 0.8012 with 81.
#[test]
fn answers_needed_are_the_fewest_with_enough_power() {
    assert_eq!(answers_needed(0.6, 82, 0.8), Some(81));
    for (before, m, after) in [(0.6, 200, 0.8), (0.3, 80, 0.1), (0.9, 500, 0.95), (0.5, 12, 1.0)] {
        let needed = answers_needed(before, m, after).unwrap();
        assert!(
            power(before, m, after, needed) >= POWER && power(before, m, after, needed - 1) < POWER,
            "{before} {m}"
        );
    }
    assert_eq!(answers_needed(0.6, 200, 0.62), None, "too few before, however many come after");
    assert_eq!(answers_needed(0.6, 200, 0.6), None);
}
