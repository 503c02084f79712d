//! The geometry of charts: where a value lies on an axis, which ticks an axis has, which unit a trend counts by, how dark a
//! cell is. Plain numbers; how they are drawn and what is said beside them is the screen's.

use crate::facts::{Days, Unit};

/// The most marks that lie side by side in a chart: at the least width that a mark may have for a finger (24 CSS pixels,
/// WCAG 2.2, 2.5.8) they fit a tablet that lies across.
pub const MOST_MARKS: usize = 45;
/// From these shares on a cell is a step darker. What managers aim at lies at 80 to 95 %, so the steps are narrow there.
pub const SHADES_FROM: [f64; 4] = [50.0, 70.0, 80.0, 90.0];
/// An axis of shares is never shorter than this, in percentage points: less would make a mountain of a single response.
const SHORTEST: f64 = 20.0;

/// An axis of a chart, between two round numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Where its lines lie, the lowest first; both ends are among them.
    pub ticks: Vec<f64>,
}

impl Axis {
    /// An axis from one number to another, with ticks at round numbers; the ends are moved outwards to ticks.
    ///
    /// The steps are 1, 2 or 5 times a power of ten: Heckbert, P. S. (1990), "Nice numbers for graph labels", Graphics
    /// Gems, 61–63.
    pub fn between(low: f64, high: f64) -> Self {
        let (low, high) = if high > low { (low, high) } else { (low, low + 1.0) };
        let rough = (high - low) / 5.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|step| step * power).into_iter().find(|step| *step * 1.0001 >= rough);
        let step = step.unwrap_or(rough);
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        let count = (last - first) as usize;
        let ticks: Vec<f64> = (0..=count).map(|n| (first + n as f64) * step).collect();
        Self { low: first * step, high: last * step, ticks }
    }

    /// An axis for shares in percent that all lie within it; it need not begin at 0, since points and not lengths are read.
    pub fn of_shares(shares: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) =
            shares.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        if low > high {
            return Self::between(0.0, 100.0);
        }
        let missing = (SHORTEST - (high - low)).max(0.0);
        let (low, high) = (low - missing / 2.0, high + missing / 2.0);
        // Moved, not cut, where it would lie beyond an end.
        let (low, high) = if high > 100.0 { (low - (high - 100.0), 100.0) } else { (low, high) };
        let (low, high) = if low < 0.0 { (0.0, high - low) } else { (low, high) };
        let axis = Self::between(low, high.min(100.0));
        Self { high: axis.high.min(100.0), ..axis }
    }

    /// How far up the axis a value lies, from 0 to 1; what is beyond an end lies at it.
    pub fn part(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The same from the top down in so many pixels, as SVG counts them.
    pub fn y(&self, value: f64, height: f64) -> f64 {
        (1.0 - self.part(value)) * height
    }
}

/// Where the middle of a place lies among so many of the same width, in percent of all.
pub fn middle(place: usize, places: usize) -> f64 {
    (place as f64 + 0.5) * 100.0 / places.max(1) as f64
}

/// Of how many places one has a label, so that no more than `most` have.
pub fn every(places: usize, most: usize) -> usize {
    places.div_ceil(most.max(1)).max(1)
}

/// A number as SVG takes it, with two decimals and without the formatting of floats: fine enough for a percentage of any
/// screen.
pub fn percent(x: f64) -> String {
    let hundredths = (x * 100.0).round() as i64;
    let sign = if hundredths < 0 { "-" } else { "" };
    let size = hundredths.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

/// The smallest unit by which these days make no more than [`MOST_MARKS`] marks; months where none does.
pub fn unit_of(days: Days) -> Unit {
    let marks = |length: i64| days.count().div_euclid(length) as usize + 1;
    if days.count() <= MOST_MARKS as i64 {
        Unit::Day
    } else if marks(7) < MOST_MARKS {
        Unit::Week
    } else {
        Unit::Month
    }
}

/// The days, weeks or months of a period, without a gap, the earliest first: the newest [`MOST_MARKS`], each cut to the
/// period.
pub fn slots(days: Days, unit: Unit) -> Vec<Days> {
    let mut slots = Vec::new();
    let mut to = days.to;
    while to >= days.from && slots.len() < MOST_MARKS {
        let from = unit.begin(to).max(days.from);
        slots.push(Days { from, to });
        to = from.plus(-1);
    }
    slots.reverse();
    slots
}

/// How dark a cell of this share is: 0 to 4.
pub fn shade(percent: f64) -> u8 {
    SHADES_FROM.iter().filter(|from| percent >= **from).count() as u8
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;
    use crate::hours::Date;

    fn days(from: &str, to: &str) -> Days {
        Days { from: Date::parse(from).unwrap(), to: Date::parse(to).unwrap() }
    }

    #[test]
    fn ticks_are_round_and_hold_everything_between_them() {
        let ticks = |low, high| Axis::between(low, high).ticks;
        assert_eq!(ticks(0.0, 100.0), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks(3.0, 41.0), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
        assert_eq!(ticks(-100.0, 100.0), [-100.0, -50.0, 0.0, 50.0, 100.0]);
        assert_eq!(ticks(4.2, 4.2).len(), 6, "of one value as well");
        for (low, high) in [(0.1, 0.9), (61.2, 97.0), (7.0, 7_000.0), (-3.0, 8.0)] {
            let axis = Axis::between(low, high);
            assert!(axis.low <= low && axis.high >= high && (3..=8).contains(&axis.ticks.len()), "{axis:?}");
        }
    }

    #[test]
    fn an_axis_of_shares_keeps_to_what_a_share_can_be() {
        let axis = Axis::of_shares([97.0, 100.0]);
        assert_eq!((axis.low, axis.high), (80.0, 100.0));
        let axis = Axis::of_shares([0.0, 1.0]);
        assert_eq!((axis.low, axis.high), (0.0, 20.0));
        let axis = Axis::of_shares([0.0, 100.0]);
        assert_eq!((axis.low, axis.high), (0.0, 100.0));
        assert_eq!(Axis::of_shares([]), Axis::between(0.0, 100.0));
        for shares in [[3.0, 5.0], [48.0, 52.0], [99.9, 100.0], [12.0, 88.0]] {
            let axis = Axis::of_shares(shares);
            assert!(axis.low >= 0.0 && axis.high <= 100.0 && axis.high - axis.low >= SHORTEST, "{axis:?}");
            assert!(shares.iter().all(|share| axis.low <= *share && *share <= axis.high), "{axis:?}");
            assert!(axis.ticks.iter().all(|tick| (axis.low..=axis.high).contains(tick)), "{axis:?}");
        }
    }

    #[test]
    fn a_value_lies_where_its_share_of_the_axis_says() {
        let axis = Axis::between(0.0, 100.0);
        assert_eq!([0.0, 25.0, 100.0, 120.0].map(|value| axis.y(value, 200.0)), [200.0, 150.0, 0.0, 0.0]);
        assert_eq!([middle(0, 4), middle(3, 4), middle(0, 0)], [12.5, 87.5, 50.0]);
        assert_eq!([every(7, 10), every(30, 10), every(45, 8), every(0, 8)], [1, 3, 6, 1]);
        assert_eq!([0.0, 12.346, -0.25, 99.999].map(percent), ["0.00", "12.35", "-0.25", "100.00"]);
    }

    #[test]
    fn a_trend_counts_by_the_smallest_unit_that_leaves_room_for_a_finger() {
        let unit = |from, to| unit_of(days(from, to));
        assert_eq!(unit("2026-11-30", "2026-11-30"), Unit::Day);
        assert_eq!(unit("2026-11-01", "2026-12-15"), Unit::Day);
        assert_eq!(unit("2026-11-01", "2026-12-16"), Unit::Week);
        assert_eq!(unit("2026-01-01", "2026-10-31"), Unit::Week);
        assert_eq!(unit("2026-01-01", "2026-12-31"), Unit::Month);
        for to in (1..1_200).map(|days| Date::parse("2026-01-03").unwrap().plus(days)) {
            let period = Days { from: Date::parse("2026-01-03").unwrap(), to };
            let (unit, slots) = (unit_of(period), slots(period, unit_of(period)));
            assert!(slots.len() <= MOST_MARKS && slots.last().unwrap().to == to, "{period:?}");
            assert!(slots[0].from == period.from, "only decades do not fit: {period:?} {unit:?}");
            assert!(slots.windows(2).all(|pair| pair[1].from == pair[0].to.plus(1)), "{period:?}");
        }
    }

    #[test]
    fn of_decades_the_newest_months_are_drawn() {
        let slots = slots(days("2000-01-01", "2026-11-30"), Unit::Month);
        assert_eq!((slots.len(), slots[0]), (MOST_MARKS, days("2023-03-01", "2023-03-31")));
        assert_eq!(slots[MOST_MARKS - 1], days("2026-11-01", "2026-11-30"));
        assert!(super::slots(days("2026-11-30", "2026-11-01"), Unit::Day).is_empty());
    }

    #[test]
    fn a_cell_is_the_darker_the_better_its_share() {
        assert_eq!([0.0, 49.9, 50.0, 79.0, 80.0, 100.0].map(shade), [0, 0, 1, 2, 3, 4]);
    }
}
