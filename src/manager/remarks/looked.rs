//! The comments that the filter chooses, each with its themes, and what they are about as a whole.

use candor_core::event::Scale;
use candor_core::facts::{Days, Facts, Filter, Words};
use candor_core::hours::Date;
use candor_core::insight::{Measure, View};
use candor_core::results::{Response, SealedComment};
use candor_core::statistics::happiness_of;
use candor_themes::{Groups, Reader, Reading, Remark, Sentiment, Topic, topics};
use leptos::prelude::*;

use crate::manager::insight::Insight;
use crate::manager::remarks::library::{Known, Library};
use crate::manager::remarks::themes::ThemeDesk;

/// Shut comments that are asked for a passphrase about: one key opens all that are sealed to it.
const ASKED: usize = 20;

/// A comment that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of the response.
    pub row: usize,
    /// The number of the reading.
    pub reading: usize,
    /// The scale of the response.
    pub scale: Scale,
    /// Its level.
    pub level: u8,
    /// How it sounds.
    pub sentiment: Sentiment,
    /// The places of its themes, with how it sounds about each.
    pub themes: Vec<(usize, Sentiment)>,
}

/// Everything about the comments of a filter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    /// Newest first.
    pub lines: Vec<Line>,
    /// What they are about.
    pub topics: Vec<Topic>,
    /// Where a theme is among a line's.
    pub groups: Groups,
    /// How many are sealed and not open.
    pub shut: u64,
    /// Some of those.
    pub shut_ones: Vec<SealedComment>,
    /// Whether a period is chosen that has one before it.
    pub has_before: bool,
}

/// The number of a response and of its reading.
type Place = (usize, usize);

/// Looks; whoever does so in a memo is told of everything that changes it.
pub fn look(insight: Insight, library: Library, themes: ThemeDesk) -> Looked {
    library.edition.track();
    let (view, measure) = (insight.view.get(), insight.measure.get());
    if view.is_of_a_person() {
        return Looked::default();
    }
    let rows = insight.desk.with_facts(|facts, today| chosen(facts, &view, today, &measure));
    let Some((now, before)) = rows else { return Looked::default() };
    let looked = insight.desk.with_responses(|responses| {
        let of_period = |rows: &[usize]| {
            let mut period = Period::default();
            rows.iter().filter_map(|row| Some((*row, responses.get(*row)?))).for_each(|(row, response)| {
                period.take(row, response, library);
            });
            period
        };
        let (now, before) = (of_period(&now), before.as_deref().map(of_period));
        let found = library.with(|readings, reader| {
            let remark = |(row, reading): &Place| {
                let response = responses.get(*row)?;
                let happiness = happiness_of(response.scale, response.rating.level());
                Some(Remark { reading: readings.get(*reading)?, happiness })
            };
            let remarks = |period: &Period| period.read.iter().filter_map(remark).collect::<Vec<_>>();
            let earlier = before.as_ref().map(remarks).unwrap_or_default();
            let (topics, groups) = themes.edits.with(|edits| topics(&remarks(&now), &earlier, edits, reader));
            let lines = now.read.iter().rev().filter_map(|place| line(place, responses, (readings, reader), &groups));
            (lines.collect(), topics, groups)
        });
        let (lines, topics, groups) = found.unwrap_or_default();
        Looked { lines, topics, groups, shut: now.shut, shut_ones: now.shut_ones, has_before: before.is_some() }
    });
    looked.unwrap_or_default()
}

#[derive(Default)]
struct Period {
    read: Vec<Place>,
    shut: u64,
    shut_ones: Vec<SealedComment>,
}

impl Period {
    fn take(&mut self, row: usize, response: &Response, library: Library) {
        match library.known(&response.id) {
            Some(Known::Read(reading)) => self.read.push((row, reading)),
            Some(Known::Shut) => {
                self.shut += 1;
                if self.shut_ones.len() < ASKED {
                    self.shut_ones.extend(response.sealed.clone());
                }
            }
            Some(Known::Wordless) | None => {}
        }
    }
}

/// The rows with words, of the view and of the period before it, oldest first.
fn chosen(facts: &Facts, view: &View, today: Date, measure: &Measure) -> (Vec<usize>, Option<Vec<usize>>) {
    let filter = Filter { words: Some(Words::Any), ..view.filter(today, measure) };
    let rows = |filter: &Filter| facts.select(filter).rows().map(|row| row.number()).collect::<Vec<_>>();
    let before = filter.days.filter(|days| days.count() > 0).map(Days::before);
    let before = before.map(|days| rows(&Filter { days: Some(days), ..filter.clone() }));
    (rows(&filter), before)
}

fn line(
    (row, reading): &Place,
    responses: &[Response],
    (readings, _): (&[Reading], &Reader),
    groups: &Groups,
) -> Option<Line> {
    let (response, found) = (responses.get(*row)?, readings.get(*reading)?);
    let themes = groups.of(found).into_iter().collect();
    let sentiment = found.opinion.sentiment();
    let (scale, level) = (response.scale, response.rating.level());
    Some(Line { row: *row, reading: *reading, scale, level, sentiment, themes })
}
