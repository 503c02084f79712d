//! What the results screen shows, taken from the responses in one go. Plain values: no signal, no text.

use candor_core::results::{Response, Responses, Summary};
use candor_core::statistics::{Share, wilson};

/// Below so many responses a score says little.
pub const FEW: u64 = 5;
/// Comments listed.
pub const COMMENTS: usize = 20;

/// All that the results screen shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// The responses of the tablet's own day.
    pub today: Period,
    /// All responses.
    pub all: Period,
    /// The newest responses with words, newest first.
    pub comments: Vec<Response>,
}

impl Figures {
    /// Counts, with `day` for today.
    pub fn of(responses: &Responses, day: &str) -> Self {
        Self {
            today: Period::of(|| responses.on_day(day)),
            all: Period::of(|| responses.all().iter()),
            comments: responses.latest_comments(COMMENTS).into_iter().cloned().collect(),
        }
    }
}

/// What the responses of a period add up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Period {
    /// Counts and CSAT.
    pub summary: Summary,
    /// The share of the two worst levels.
    pub negative: Option<Share>,
    /// When the first response was given.
    pub since: Option<String>,
}

impl Period {
    fn of<'a, I: Iterator<Item = &'a Response>>(responses: impl Fn() -> I) -> Self {
        let summary = Summary::of(responses());
        let negative = wilson(summary.levels[0] + summary.levels[1], summary.n);
        Self { summary, negative, since: responses().next().map(|response| response.time.clone()) }
    }

    /// How many of a level, 1 to 5, and their share in percent.
    pub fn of_level(&self, level: u8) -> (u64, f64) {
        let count = self.summary.levels.get(usize::from(level.wrapping_sub(1))).copied().unwrap_or(0);
        let percent = if self.summary.n == 0 { 0.0 } else { count as f64 * 100.0 / self.summary.n as f64 };
        (count, percent)
    }
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
        let figures = Figures::of(&Responses::default(), "2026-11-23");
        assert_eq!(figures, Figures::default());
        assert_eq!([0, 1, 5, 6].map(|level| figures.today.of_level(level)), [(0, 0.0); 4]);
    }
}
