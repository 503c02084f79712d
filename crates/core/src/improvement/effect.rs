//! The effect of an improvement: the share before, the share after, their difference, and what can be said of it.

use super::{Aim, Improvement};
use crate::facts::{Days, Facts, Filter};
use crate::hours::Date;
use crate::insight::Measure;
use crate::statistics::{
    Change, Counted, Distance, Estimate, PValue, Share, Standing, answers_needed, difference, distance, p_value, wilson,
};

/// Below so many answers on a side nothing is said.
const FEWEST: u64 = 5;
/// Where no target is set, or it was met before: a difference of ten percentage points is what is looked for.
const USUAL_DIFFERENCE: f64 = 10.0;

/// The days that are compared. The day of the change belongs to neither: it was half the one and half the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Before the change.
    pub before: Days,
    /// After it, as far as it is to go.
    pub after: Days,
}

impl Windows {
    /// Those of an improvement; `None` where its day is none.
    pub fn of(improvement: &Improvement) -> Option<Self> {
        let day = Date::parse(&improvement.day)?;
        let (before, after) = (i64::from(improvement.before_days), i64::from(improvement.after_days));
        Some(Self {
            before: Days { from: day.plus(-before), to: day.plus(-1) },
            after: Days { from: day.plus(1), to: day.plus(after) },
        })
    }
}

/// What can be said of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The interval leaves out 0, on the side that is meant.
    Better,
    /// It leaves out 0 on the other side.
    Worse,
    /// It covers 0, and there were enough answers to find the difference that was looked for.
    NoDifference,
    /// It covers 0, and so many more answers are needed to find that difference.
    NotYet {
        /// How many more after the change.
        more: u64,
        /// Whether the window after the change is over: then they come only if it is made longer.
        is_over: bool,
    },
    /// However many come after, there were too few before.
    TooFewBefore,
}

/// The effect of an improvement.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The days that were compared.
    pub windows: Windows,
    /// The share before; `None` of nothing.
    pub before: Option<Share>,
    /// The share after, so far.
    pub after: Option<Share>,
    /// After less before, in percentage points, with Newcombe's interval; `None` where a side has fewer than five answers.
    pub change: Option<Change>,
    /// How probable a difference at least as large is by chance alone.
    pub p: Option<PValue>,
    /// What can be said.
    pub verdict: Verdict,
    /// The share after against the target; `None` where there is none, or nothing to hold against it.
    pub distance: Option<Distance>,
}

/// What became of an improvement up to today; `None` where its day is none.
pub fn effect(improvement: &Improvement, facts: &Facts, today: Date, measure: &Measure) -> Option<Effect> {
    let windows = Windows::of(improvement)?;
    let count = |days: Days| counted(improvement, facts, days, measure);
    let (before, after) = (count(windows.before), count(windows.after));
    let shares = [before, after].map(|Counted { count, of }| wilson(count, of));
    let [share_before, share_after] = shares;
    let enough = share_before.zip(share_after).filter(|(before, after)| before.of >= FEWEST && after.of >= FEWEST);
    let change = enough.map(|(before, after)| difference(&before, &after));
    let is_over = today > windows.after.to;
    let verdict = verdict(improvement, share_before, after.of, change, is_over);
    let target = improvement.target.map(f64::from);
    let held = share_after.filter(|after| after.of >= FEWEST).zip(target);
    let distance = held.map(|(after, target)| held_against(&Estimate::from(after), target, &improvement.aim));
    let p = enough.and_then(|(before, after)| p_value(&before, &after));
    Some(Effect { windows, before: share_before, after: share_after, change, p, verdict, distance })
}

fn verdict(
    improvement: &Improvement,
    before: Option<Share>,
    n_after: u64,
    change: Option<Change>,
    is_over: bool,
) -> Verdict {
    if let Some(change) = change.filter(Change::is_known) {
        let is_better = (change.value > 0.0) != improvement.aim.is_less_better();
        return if is_better { Verdict::Better } else { Verdict::Worse };
    }
    let Some(before) = before.filter(|before| before.of >= FEWEST) else { return Verdict::TooFewBefore };
    let Some(needed) = answers_needed(before.percent / 100.0, before.of, looked_for(improvement, &before) / 100.0)
    else {
        return Verdict::TooFewBefore;
    };
    match needed.max(FEWEST).saturating_sub(n_after) {
        0 => Verdict::NoDifference,
        more => Verdict::NotYet { more, is_over },
    }
}

/// The share that would be an effect: the target, where it is better than what was there before.
fn looked_for(improvement: &Improvement, before: &Share) -> f64 {
    let sign = if improvement.aim.is_less_better() { -1.0 } else { 1.0 };
    let target = improvement.target.map(f64::from).filter(|target| (target - before.percent) * sign > 0.0);
    let usual = before.percent + sign * USUAL_DIFFERENCE;
    // Nine in ten cannot become better by ten points for everybody; the end of the scale is as far as it goes.
    target.unwrap_or(usual).clamp(0.0, 100.0)
}

/// Of a reason less is better, and the interval's other end decides.
fn held_against(share: &Estimate, target: f64, aim: &Aim) -> Distance {
    if !aim.is_less_better() {
        return distance(share, target);
    }
    let standing = match (share.high <= target, share.low > target) {
        (true, _) => Standing::Met,
        (false, true) => Standing::Missed,
        (false, false) => Standing::Unclear,
    };
    Distance { value: target - share.value, standing }
}

/// How many of how many: good ratings of all, ratings with the reason of all of its survey, 4 and 5 of those who rated the
/// item.
fn counted(improvement: &Improvement, facts: &Facts, days: Days, measure: &Measure) -> Counted {
    let mut filter =
        Filter { days: Some(days), points: improvement.point.iter().cloned().collect(), ..Filter::default() };
    match &improvement.aim {
        Aim::Good => {
            let summary = facts.select(&filter).tally(measure.scale).summary(measure.scale);
            measure.counted(&summary)
        }
        Aim::Reason { survey, .. } => {
            filter.surveys = vec![survey.clone()];
            // Only a bad rating is asked why: of all ratings, so that fewer bad ones show as well.
            let of = facts.select(&filter).count();
            filter.reasons = improvement.aim.key().into_iter().collect();
            filter.levels = measure.bad.clone();
            Counted { count: facts.select(&filter).count(), of }
        }
        Aim::Item { .. } => {
            let key = improvement.aim.key();
            let item = facts.select(&filter).items();
            let item = item
                .iter()
                .find(|item| key.as_ref().is_some_and(|key| key.survey == item.survey && key.id == item.item));
            let good = item.and_then(|item| item.good());
            good.map_or(Counted::default(), |good| Counted { count: good.count, of: good.of })
        }
    }
}
