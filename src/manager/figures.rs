//! What the results screen shows of a period, and its lists. Plain values: no signal, no text.

use candor_core::event::{Rating, Scale};
use candor_core::facts::{Doubts, Facts, Filter};
use candor_core::hours::Date;
use candor_core::insight::{Measure, View};
use candor_core::results::{Response, Responses, Summary};
use candor_core::statistics::Share;

/// Below so many responses a score says little.
pub const FEW: u64 = 5;
/// Comments listed.
pub const COMMENTS: usize = 20;
/// Doubts listed.
pub const DOUBTS: usize = 20;

/// The lists of the results screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// The newest responses with words, newest first.
    pub comments: Vec<Response>,
    /// The newest responses that are or were in doubt, newest first.
    pub doubts: Vec<Response>,
}

impl Figures {
    /// Takes the newest.
    pub fn of(responses: &Responses) -> Self {
        Self {
            comments: responses.latest_comments(COMMENTS).into_iter().cloned().collect(),
            doubts: responses.latest_doubts(DOUBTS).into_iter().cloned().collect(),
        }
    }
}

/// What the responses of a period add up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Period {
    /// Counts on the scale that is looked at.
    pub summary: Summary,
    /// The same without the responses that are in doubt.
    pub undoubted: Summary,
    /// The share of bad ratings.
    pub negative: Option<Share>,
    /// The levels that were taken for bad.
    pub bad: Vec<Rating>,
    /// The day of the first response.
    pub since: Option<Date>,
    /// Whether nothing is said, since it would be about one person.
    pub is_hidden: bool,
}

impl Period {
    /// Counts what a view chooses.
    pub fn of(facts: &Facts, view: &View, today: Date, measure: &Measure) -> Self {
        let Measure { scale, bad, .. } = measure.clone();
        let filter = view.filter(today, measure);
        let chosen = facts.select(&filter);
        if chosen.is_too_few_for_a_person() {
            let summary = Summary::of(scale, []);
            return Self { undoubted: summary.clone(), summary, bad, is_hidden: true, ..Self::default() };
        }
        let summary = chosen.tally(scale).summary(scale);
        // Of a person the difference between the two would tell what the doubtful ones said.
        let is_compared = view.doubts == Doubts::Counted && !view.is_of_a_person();
        let undoubted = is_compared.then(|| facts.select(&Filter { doubts: Doubts::LeftOut, ..filter }));
        let undoubted = undoubted.map_or_else(|| summary.clone(), |chosen| chosen.tally(scale).summary(scale));
        let negative = summary.share_of(bad.iter().copied());
        let since = chosen.span().map(|days| days.from);
        Self { summary, undoubted, negative, bad, since, is_hidden: false }
    }

    /// The figure that leads: the NPS of its scale, else the share of good ratings.
    pub fn score(&self) -> Option<Share> {
        score(&self.summary)
    }

    /// How many are in doubt, and what the figure would be without them.
    pub fn doubtful(&self) -> (u64, Option<Share>) {
        (self.summary.n.saturating_sub(self.undoubted.n), score(&self.undoubted))
    }

    /// How many of a level, and their share in percent.
    pub fn of_level(&self, rating: Rating) -> (u64, f64) {
        let count = self.summary.of_level(rating);
        let percent = if self.summary.n == 0 { 0.0 } else { count as f64 * 100.0 / self.summary.n as f64 };
        (count, percent)
    }
}

fn score(summary: &Summary) -> Option<Share> {
    if summary.scale == Scale::Nps { summary.nps() } else { summary.good() }
}

/// Levels as a formula has them: `4 + 5`.
pub fn sum_of(ratings: impl IntoIterator<Item = Rating>) -> String {
    let levels: Vec<String> = ratings.into_iter().map(|rating| rating.level().to_string()).collect();
    levels.join(" + ")
}

/// A place on a bar from 0 to 100, as CSS and SVG take it; without the formatting of floats.
pub fn on_bar(percent: f64) -> String {
    let permille = (percent.clamp(0.0, 100.0) * 10.0).round() as u32;
    format!("{}.{}%", permille / 10, permille % 10)
}

/// The name of a file with the results of a tablet: of its service point, or else of the device.
pub fn file_name(point: &str, device: &str, day: &str) -> String {
    file_name_with(point, device, day, ".csv")
}

/// The same with another ending.
pub fn file_name_with(point: &str, device: &str, day: &str, ending: &str) -> String {
    let whose = if point.trim().is_empty() { device.get(..8).unwrap_or(device) } else { point.trim() };
    let is_safe = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let whose: String = whose.chars().map(|c| if is_safe(c) { c } else { '-' }).collect();
    format!("candor-{whose}-{day}{ending}")
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn places_are_written_without_floats() {
        assert_eq!([0.0, 43.21, 99.96, 120.0].map(on_bar), ["0.0%", "43.2%", "100.0%", "100.0%"]);
    }

    #[wasm_bindgen_test]
    fn a_file_is_named_after_the_point_or_the_device() {
        let name = |point| file_name(point, "0197a1b2-0000-7000-8000-000000000000", "2026-11-23");
        assert_eq!(name("3 号窗口"), "candor-3-号窗口-2026-11-23.csv");
        assert_eq!(name("../a:b"), "candor----a-b-2026-11-23.csv");
        assert_eq!(name(" "), "candor-0197a1b2-2026-11-23.csv");
    }

    #[wasm_bindgen_test]
    fn an_empty_period_divides_by_nothing() {
        let (today, measure) = (Date::parse("2026-11-23").unwrap(), Measure::default());
        let period = Period::of(&Facts::default(), &View::default(), today, &measure);
        assert_eq!((period.score(), period.negative, period.since), (None, None, None));
        let levels = [0, 1, 5, 6].map(|level| period.of_level(Rating::new(level).unwrap()));
        assert_eq!(levels, [(0, 0.0); 4]);
        assert_eq!(sum_of(measure.bad), "1 + 2");
    }
}
