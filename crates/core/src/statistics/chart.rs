//! Control charts of shares: which points differ by more than chance, by rules that have names.

/// From so many points on limits that were found from the points themselves can be relied on: 20 to 25 in Montgomery,
/// D. C. (2013), "Introduction to statistical quality control", 7th edition, 6.2.2. Before, they are trial limits.
pub const FEWEST_FOR_LIMITS: usize = 20;

/// The distance of the limits from the centre, in standard deviations.
const SIGMAS: f64 = 3.0;
/// The mean range of two normal values in standard deviations, d₂ of the tables: 2/√π.
const RANGE_OF_TWO: f64 = std::f64::consts::FRAC_2_SQRT_PI;
/// The probability beyond either limit: Φ(−3).
const TAIL: f64 = 0.001_349_898_031_630_093_3;

/// How many of how many: one point of a chart, or what a share is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many of `of`.
    pub count: u64,
    /// Of how many.
    pub of: u64,
}

/// On which side of the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Less than usual.
    Below,
    /// More than usual.
    Above,
}

/// How the limits of a point were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// Three standard deviations from the centre.
    ThreeSigma,
    /// By the binomial distribution itself.
    Exact,
}

/// A point with its limits, in percent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plotted {
    /// What was counted.
    pub counted: Counted,
    /// The share; `None` of nothing, then there is no point here.
    pub percent: Option<f64>,
    /// What is less than this is beyond the limits.
    pub low: f64,
    /// What is more than this is beyond the limits.
    pub high: f64,
    /// How they were found.
    pub limits: Limits,
    /// The distance from the centre in standard deviations, negative below it.
    pub sigmas: f64,
}

/// A rule that says when a run of points is more than chance.
///
/// The first four are those of Western Electric (1956), "Statistical quality control handbook", pp. 25–28; the last two
/// are the third and the fourth of Nelson, L. S. (1984), "The Shewhart control chart: tests for special causes", Journal of
/// Quality Technology 16, 237–239. Each has its false alarms: the first alone one in 370 points, the first four together
/// one in 92 (Champ, C. W. and Woodall, W. H. (1987), "Exact results for Shewhart control charts with supplementary runs
/// rules", Technometrics 29, 393–399).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Western Electric 1: a point beyond its limits.
    BeyondLimits,
    /// Western Electric 2: two of three in a row beyond two standard deviations, on one side.
    TwoOfThree,
    /// Western Electric 3: four of five in a row beyond one standard deviation, on one side.
    FourOfFive,
    /// Western Electric 4: eight in a row on one side of the centre.
    EightOnOneSide,
    /// Nelson 3: six in a row, each more than the one before, or each less.
    SixTrending,
    /// Nelson 4: fourteen in a row, up and down by turns.
    FourteenAlternating,
}

/// A run of points that a rule has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleHit {
    /// The rule.
    pub rule: Rule,
    /// The first point of the run: its place among all.
    pub from: usize,
    /// The last point of the run.
    pub to: usize,
    /// On which side of the centre; of a trend, whether it falls or rises; `None` of an alternation.
    pub side: Option<Side>,
}

/// A p-chart.
#[derive(Clone, Debug, PartialEq)]
pub struct PChart {
    /// The share that the points are held against, in percent.
    pub centre: f64,
    /// Whether the limits were found from fewer than [`FEWEST_FOR_LIMITS`] points.
    pub is_trial: bool,
    /// The points in their order.
    pub points: Vec<Plotted>,
    /// What the rules say, by rule and then by place.
    pub hits: Vec<RuleHit>,
    /// How much the points vary against what the binomial distribution allows: about 1 where chance is all there is. Well
    /// above it, days differ by nature, as they do where many hundreds answer on each, and the limits are too narrow for
    /// them. `None` of fewer than two points.
    ///
    /// σz, the mean of the moving ranges of the distances in standard deviations / 1.128: Laney, D. B. (2002), "Improved
    /// control charts for attributes", Quality Engineering 14, 531–537. His p′-chart widens the limits by it.
    pub spread: Option<f64>,
}

/// A p-chart whose centre is the share of all its points together; `None` where there is none.
///
/// Centre p = Σcount / Σof, limits p ± 3√(p(1 − p)/n), for each point by its own n: Montgomery (2013), 7.2.
///
/// Where one of these limits would lie beyond 0 or 100 %, which is where p is so near to it, or n so small, that the
/// normal distribution does not hold, both limits are those of the binomial distribution: the numbers beyond which lies
/// less than Φ(−3) = 0.00135 on either side. Rules that ask for standard deviations then pass the point over. A p of 0 or
/// 100 % itself would allow nothing at all; it is taken as (count + ½)/(n + 1), the mean of Jeffreys' posterior.
pub fn p_chart(points: &[Counted]) -> Option<PChart> {
    let baseline = points
        .iter()
        .fold(Counted::default(), |sum, point| Counted { count: sum.count + point.count, of: sum.of + point.of });
    let used = points.iter().filter(|point| point.of > 0).count();
    Some(PChart { is_trial: used < FEWEST_FOR_LIMITS, ..p_chart_against(baseline, points)? })
}

/// A p-chart whose centre is the share of an earlier time, at which everything was as it should be; else as [`p_chart`].
/// `None` of an earlier time without responses, or with counts that cannot be.
pub fn p_chart_against(baseline: Counted, points: &[Counted]) -> Option<PChart> {
    if baseline.of == 0 || baseline.count > baseline.of || points.iter().any(|point| point.count > point.of) {
        return None;
    }
    let is_all_or_none = baseline.count == 0 || baseline.count == baseline.of;
    let p = if is_all_or_none {
        (baseline.count as f64 + 0.5) / (baseline.of as f64 + 1.0)
    } else {
        baseline.count as f64 / baseline.of as f64
    };
    let points: Vec<Plotted> = points.iter().map(|point| plot(*point, p)).collect();
    let hits = hits(baseline, &points);
    let spread = spread(&points);
    let centre = baseline.count as f64 * 100.0 / baseline.of as f64;
    Some(PChart { centre, is_trial: false, points, hits, spread })
}

fn plot(counted: Counted, p: f64) -> Plotted {
    let n = counted.of as f64;
    if counted.of == 0 {
        return Plotted { counted, percent: None, low: 0.0, high: 100.0, limits: Limits::Exact, sigmas: 0.0 };
    }
    let sigma = (p * (1.0 - p) / n).sqrt();
    let share = counted.count as f64 / n;
    let (low, high) = (p - SIGMAS * sigma, p + SIGMAS * sigma);
    let (low, high, limits) = if low > 0.0 && high < 1.0 {
        (low, high, Limits::ThreeSigma)
    } else {
        let (low, high) = exact_limits(counted.of, p);
        (low as f64 / n, high as f64 / n, Limits::Exact)
    };
    Plotted {
        counted,
        percent: Some(share * 100.0),
        low: low * 100.0,
        high: high * 100.0,
        limits,
        sigmas: (share - p) / sigma,
    }
}

fn spread(points: &[Plotted]) -> Option<f64> {
    let sigmas: Vec<f64> = points.iter().filter(|point| point.counted.of > 0).map(|point| point.sigmas).collect();
    let ranges = sigmas.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    (sigmas.len() > 1).then(|| ranges.sum::<f64>() / (sigmas.len() - 1) as f64 / RANGE_OF_TWO)
}

/// The least and the greatest number of `n` that is not beyond the limits: up to the one, and from the other on, lies at
/// least [`TAIL`].
fn exact_limits(n: u64, p: f64) -> (u64, u64) {
    // Counted from the end that p is near to: there the first probability is not next to nothing.
    let (rare, is_mirrored) = if p <= 0.5 { (p, false) } else { (1.0 - p, true) };
    let mut probability = (n as f64 * (-rare).ln_1p()).exp();
    let (mut below, mut low, mut k) = (0.0, None, 0);
    let high = loop {
        let through = below + probability;
        if low.is_none() && through >= TAIL {
            low = Some(k);
        }
        // What lies from the next number on is too little.
        if k == n || 1.0 - through < TAIL {
            break k;
        }
        below = through;
        probability *= (n - k) as f64 / (k + 1) as f64 * (rare / (1.0 - rare));
        k += 1;
    };
    let low = low.unwrap_or(high);
    if is_mirrored { (n - high, n - low) } else { (low, high) }
}

fn hits(baseline: Counted, points: &[Plotted]) -> Vec<RuleHit> {
    // A day without responses is no point: a run goes on behind it.
    let drawn: Vec<(usize, &Plotted)> = points.iter().enumerate().filter(|(_, point)| point.counted.of > 0).collect();
    let mut found = Vec::new();
    for (place, point) in &drawn {
        if let Some(side) = beyond(point) {
            found.push(RuleHit { rule: Rule::BeyondLimits, from: *place, to: *place, side: Some(side) });
        }
    }
    for (rule, enough, of, sigmas) in [(Rule::TwoOfThree, 2, 3, 2.0), (Rule::FourOfFive, 4, 5, 1.0)] {
        for side in [Side::Below, Side::Above] {
            found.extend(windows(rule, &drawn, enough, of, side, |point| is_farther(point, side, sigmas)));
        }
    }
    let sides: Vec<Option<Side>> = drawn.iter().map(|(_, point)| side_of(point.counted, baseline)).collect();
    found.extend(runs(&sides, 8).map(|(from, to, side)| RuleHit {
        rule: Rule::EightOnOneSide,
        from: drawn[from].0,
        to: drawn[to].0,
        side: Some(side),
    }));
    let steps: Vec<Option<Side>> = drawn.windows(2).map(|pair| side_of(pair[1].1.counted, pair[0].1.counted)).collect();
    // Six points are five steps.
    found.extend(runs(&steps, 5).map(|(from, to, side)| RuleHit {
        rule: Rule::SixTrending,
        from: drawn[from].0,
        to: drawn[to + 1].0,
        side: Some(side),
    }));
    found.extend(alternations(&steps, 13).map(|(from, to)| RuleHit {
        rule: Rule::FourteenAlternating,
        from: drawn[from].0,
        to: drawn[to + 1].0,
        side: None,
    }));
    found.sort_by_key(|hit| (hit.rule, hit.from));
    found
}

/// On which side of a share a point lies, by whole numbers: `None` on it.
fn side_of(point: Counted, than: Counted) -> Option<Side> {
    let cross = |a: Counted, b: Counted| u128::from(a.count) * u128::from(b.of);
    match cross(point, than).cmp(&cross(than, point)) {
        std::cmp::Ordering::Less => Some(Side::Below),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(Side::Above),
    }
}

fn beyond(point: &Plotted) -> Option<Side> {
    // A count on the limit is within it; the tolerance is below what one response makes.
    let step = 1e-6 / point.counted.of as f64;
    let percent = point.percent?;
    if percent < point.low - step {
        Some(Side::Below)
    } else if percent > point.high + step {
        Some(Side::Above)
    } else {
        None
    }
}

fn is_farther(point: &Plotted, side: Side, sigmas: f64) -> bool {
    let distance = match side {
        Side::Below => -point.sigmas,
        Side::Above => point.sigmas,
    };
    point.limits == Limits::ThreeSigma && distance > sigmas
}

/// Where at least `enough` of `of` points in a row pass; the last one does, and hits that share a point are one.
fn windows(
    rule: Rule,
    drawn: &[(usize, &Plotted)],
    enough: usize,
    of: usize,
    side: Side,
    passes: impl Fn(&Plotted) -> bool,
) -> Vec<RuleHit> {
    let passing: Vec<bool> = drawn.iter().map(|(_, point)| passes(point)).collect();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for last in (0..passing.len()).filter(|last| passing[*last]) {
        let window = (last + 1).saturating_sub(of)..=last;
        let mut of_it = window.filter(|at| passing[*at]);
        let first = of_it.next().unwrap_or(last);
        if of_it.count() + 1 < enough {
            continue;
        }
        match found.last_mut().filter(|(_, to)| first <= *to) {
            Some((_, to)) => *to = last,
            None => found.push((first, last)),
        }
    }
    let hit = |(from, to): (usize, usize)| RuleHit { rule, from: drawn[from].0, to: drawn[to].0, side: Some(side) };
    found.into_iter().map(hit).collect()
}

/// The longest runs of one side that have at least so many.
fn runs(sides: &[Option<Side>], enough: usize) -> impl Iterator<Item = (usize, usize, Side)> {
    let mut at = 0;
    sides.chunk_by(|a, b| a == b).filter_map(move |chunk| {
        let from = at;
        at += chunk.len();
        let side = chunk.first().copied().flatten()?;
        (chunk.len() >= enough).then_some((from, at - 1, side))
    })
}

/// The longest runs of steps up and down by turns that have at least so many.
fn alternations(steps: &[Option<Side>], enough: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    let turns = |a: &Option<Side>, b: &Option<Side>| a.is_some() && b.is_some() && a != b;
    steps.chunk_by(turns).filter_map(move |chunk| {
        let from = at;
        at += chunk.len();
        (chunk.len() >= enough).then_some((from, at - 1))
    })
}
