//! What a manager looks at: a view chooses responses, and each card says one thing about them. Plain values, no words.
//!
//! The invariant: a card leaves out what was chosen on it itself, so that its other marks stand there to compare with; and
//! of one person nothing is given out that rests on fewer than five responses.

mod cards;
#[cfg(test)]
mod tests;
mod view;

pub use self::cards::{
    Cell, Compared, Headline, HeatMap, ItemRow, ReasonBar, Shade, Slot, Trend, channels, headline, heat, is_hidden,
    items, languages, newest, points, reasons, selection, staff, taken, trend,
};
pub use self::view::{Part, Side, Span, View};

use serde_json::Value;

use crate::event::{Rating, Scale};
use crate::results::Summary;
use crate::statistics::{Counted, Estimate, Moments, moments, score};
use crate::survey::{Metric, Survey};

/// What responses are measured by: the figure, the scale, and which levels are bad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The figure that leads.
    pub metric: Metric,
    /// The scale that is counted; what is on another one is told apart.
    pub scale: Scale,
    /// The levels that are bad.
    pub bad: Vec<Rating>,
}

impl Default for Measure {
    fn default() -> Self {
        let scale = Scale::Faces5;
        Self { metric: Metric::Csat, scale, bad: scale.levels().take(2).collect() }
    }
}

impl Measure {
    /// That of a survey; of none, the share of the two best of five faces.
    pub fn of(survey: Option<&Survey>) -> Self {
        survey.map_or_else(Self::default, |Survey { metric, scale, bad, .. }| {
            Self::measured(*metric, *scale, bad.clone())
        })
    }

    /// That of a survey's file, of which nothing else is looked at; where it cannot be read, that of none.
    pub fn of_json(json: &str) -> Self {
        let survey: Value = serde_json::from_str(json).unwrap_or_default();
        let named = |name: &str| survey.get(name).and_then(Value::as_str).unwrap_or_default();
        let scale = Scale::ALL.into_iter().find(|(name, _)| *name == named("scale"));
        let metric = Metric::ALL.into_iter().find(|(name, _)| *name == named("metric"));
        let (Some((_, scale)), Some((_, metric))) = (scale, metric) else { return Self::default() };
        let levels = survey.get("bad").and_then(Value::as_array);
        let level = |value: &Value| Rating::new(u8::try_from(value.as_u64()?).ok()?);
        let bad = levels.into_iter().flatten().filter_map(level).collect();
        Self::measured(metric, scale, bad)
    }

    fn measured(metric: Metric, scale: Scale, bad: Vec<Rating>) -> Self {
        // An NPS needs its own scale; of another, the share of good ratings leads.
        let metric = if metric == Metric::Nps && scale != Scale::Nps { Metric::Csat } else { metric };
        Self { metric, scale, bad }
    }

    /// The levels whose share charts show: those that are not bad where that is the figure, else from
    /// [`Scale::good_from`] on.
    pub fn good(&self) -> Vec<Rating> {
        let is_good = |rating: &Rating| match self.metric {
            Metric::GoodRate => !self.bad.contains(rating),
            _ => rating.level() >= self.scale.good_from(),
        };
        self.scale.levels().filter(is_good).collect()
    }

    /// The levels of a side.
    pub fn levels(&self, side: Side) -> Vec<Rating> {
        match side {
            Side::Bad => self.bad.clone(),
            Side::Good => self.good(),
        }
    }

    /// How many are good, of how many.
    pub fn counted(&self, summary: &Summary) -> Counted {
        let count = self.good().into_iter().map(|rating| summary.of_level(rating)).sum();
        Counted { count, of: summary.n }
    }

    /// The figure with its interval.
    pub fn score(&self, summary: &Summary) -> Option<Estimate> {
        score(self.metric, summary, &self.bad)
    }

    /// The figure as a mean, for comparing.
    pub fn moments(&self, summary: &Summary) -> Option<Moments> {
        moments(self.metric, summary, &self.bad)
    }

    /// Between which ends the figure lies.
    pub fn ends(&self) -> (f64, f64) {
        match self.metric {
            Metric::Csat | Metric::GoodRate | Metric::Happiness => (0.0, 100.0),
            Metric::Nps => (-100.0, 100.0),
            Metric::Ces => (self.scale.worst().into(), self.scale.best().into()),
        }
    }

    /// An interval that is wider than this gives no rank: a quarter of all that the figure can be.
    pub fn widest(&self) -> f64 {
        let (low, high) = self.ends();
        (high - low) / 4.0
    }
}
