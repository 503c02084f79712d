//! What stands on each card.

use super::Measure;
use super::view::{Part, Side, View};
use crate::chart::{shade, slots, unit_of};
use crate::facts::{Bar, Days, Facts, Filter, Group, Hidden, ItemLevels, Key, RowId, Selection, Taken, Tally, Unit};
use crate::hours::{Date, Weekday};
use crate::results::Summary;
use crate::statistics::{
    Change, Counted, Distance, Estimate, FEWEST_FOR_A_PERSON, FEWEST_FOR_A_SCORE, Moments, PChart, Rule, TooFew,
    change_of, distance, enough, p_chart, shrink, shrinkage_of,
};

/// The figure that leads, and what it is held against.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Headline {
    /// The figure; `None` of nothing.
    pub score: Option<Estimate>,
    /// The period before; `None` where everything is looked at.
    pub before: Option<Days>,
    /// The figure of the period before; `None` of nothing.
    pub score_before: Option<Estimate>,
    /// The one less the other; `None` where either is of too few.
    pub change: Option<Change>,
}

/// A mark of the trend.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The days that it counts.
    pub days: Days,
    /// How many are good, of how many.
    pub counted: Counted,
    /// The rules that have found it.
    pub rules: Vec<Rule>,
}

/// Shares of good ratings, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// What a mark counts.
    pub unit: Unit,
    /// The marks, the earliest first.
    pub slots: Vec<Slot>,
    /// What the rules say of them; `None` where there is nothing.
    pub chart: Option<PChart>,
    /// Responses on days for which there is no room, or that a wrong clock has told.
    pub left_out: u64,
}

impl Default for Trend {
    fn default() -> Self {
        Self { unit: Unit::Day, slots: Vec::new(), chart: None, left_out: 0 }
    }
}

/// What a cell of the heat map shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shade {
    /// Nobody has rated.
    Empty,
    /// Too few for a share.
    TooFew,
    /// A share, 0 to 4 the better the darker.
    Of(u8),
}

/// An hour of a weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its weekday.
    pub weekday: Weekday,
    /// Its hour, 0 to 23.
    pub hour: u8,
    /// How many are good, of how many.
    pub counted: Counted,
    /// What it shows.
    pub shade: Shade,
}

/// Shares of good ratings by hour and weekday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeatMap {
    /// From the first hour in which somebody rated to the last.
    pub hours: Vec<u8>,
    /// The cells, Monday first, each day's hours in their order.
    pub cells: Vec<Cell>,
}

impl HeatMap {
    /// The cells of a weekday.
    pub fn row(&self, weekday: Weekday) -> &[Cell] {
        let from = weekday as usize * self.hours.len();
        self.cells.get(from..from + self.hours.len()).unwrap_or_default()
    }
}

/// A reason with how often it was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct ReasonBar {
    /// The reason.
    pub key: Key,
    /// How often it was chosen.
    pub count: u64,
    /// In percent of all choices.
    pub percent: f64,
    /// This and all longer ones, in percent of all choices.
    pub cumulated: f64,
}

/// A service item against its target.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemRow {
    /// The item.
    pub key: Key,
    /// The share of 4 and 5 with its interval.
    pub share: Estimate,
    /// Whether that is enough to say something.
    pub is_enough: bool,
    /// The target in percent, and how far it is; `None` where the survey no longer has the item.
    pub target: Option<(u8, Distance)>,
}

/// One of several that are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// Its figure.
    pub score: Estimate,
    /// Its figure drawn to the mean of all; `None` of fewer than three.
    pub shrunk: Option<f64>,
    /// Why it gets no rank.
    pub too_few: Option<TooFew>,
}

/// The responses of a view.
pub fn selection<'a>(facts: &'a Facts, view: &View, today: Date, measure: &Measure) -> Selection<'a> {
    facts.select(&view.filter(today, measure))
}

/// Whether nothing of a view may be shown, since it asks for a person and has too few responses.
pub fn is_hidden(facts: &Facts, view: &View, today: Date, measure: &Measure) -> bool {
    selection(facts, view, today, measure).is_too_few_for_a_person()
}

/// The newest responses of a view; none of a person.
pub fn newest(facts: &Facts, view: &View, today: Date, measure: &Measure, limit: usize) -> Vec<RowId> {
    if view.is_of_a_person() {
        return Vec::new();
    }
    selection(facts, view, today, measure).newest(limit)
}

/// The figure that leads.
pub fn headline(facts: &Facts, view: &View, today: Date, measure: &Measure) -> Headline {
    let summary_of = |filter| -> Summary { facts.select(&filter).tally(measure.scale).summary(measure.scale) };
    let filter = view.filter(today, measure);
    let before = filter.days.filter(|days| days.count() > 0).map(Days::before);
    let earlier = before.map(|days| summary_of(Filter { days: Some(days), ..filter.clone() }));
    // The same holds of a person yesterday as of one today.
    let earlier = earlier.filter(|summary| !view.is_of_a_person() || summary.n >= FEWEST_FOR_A_PERSON);
    let summary = summary_of(filter);
    let (score, score_before) = (measure.score(&summary), earlier.and_then(|summary| measure.score(&summary)));
    let is_enough = |estimate: &Estimate| estimate.n >= FEWEST_FOR_A_SCORE;
    let change = score_before.filter(is_enough).zip(score.filter(is_enough));
    let change = change.map(|(before, after)| change_of(&before, &after));
    Headline { score, before, score_before, change }
}

/// The trend. It begins with the first response and ends with the period, or today. A tablet that has lost its clock begins
/// in 1970: what it recorded then, or on days to come, must not squeeze everything else into one mark.
pub fn trend(facts: &Facts, view: &View, today: Date, measure: &Measure) -> Trend {
    let view = view.without(Part::Slot);
    let chosen = selection(facts, &view, today, measure);
    let by_day = chosen.trend(Unit::Day, measure.scale);
    let is_told_right = |day: &Date| *day <= today && Date::parse("2000-01-01").is_none_or(|first| first <= *day);
    let all = || by_day.iter().map(|group| group.key);
    let first = all().find(is_told_right).map(|first| Days { from: first, to: today });
    let Some(span) = first.or_else(|| all().next().zip(all().next_back()).map(|(from, to)| Days { from, to })) else {
        return Trend::default();
    };
    let period = view.period.days(today).unwrap_or(span);
    let days = Days { from: period.from.max(span.from), to: period.to.min(span.to) };
    let unit = unit_of(days);
    let groups = chosen.trend(unit, measure.scale);
    let slots = slots(days, unit);
    let of_slot = |days: &Days| {
        let begin = unit.begin(days.from);
        let group = groups.iter().find(|group| group.key == begin);
        group.map_or(Counted::default(), |group| measure.counted(&group.tally.summary(measure.scale)))
    };
    let counted: Vec<Counted> = slots.iter().map(of_slot).collect();
    let drawn: u64 = counted.iter().map(|counted| counted.of).sum();
    let left_out = chosen.tally(measure.scale).n().saturating_sub(drawn);
    let chart = p_chart(&counted);
    let rules = |at: usize| {
        let hits = chart.iter().flat_map(|chart| &chart.hits).filter(|hit| (hit.from..=hit.to).contains(&at));
        let mut rules: Vec<Rule> = hits.map(|hit| hit.rule).collect();
        rules.dedup();
        if counted[at].of == 0 { Vec::new() } else { rules }
    };
    let slots = slots.iter().enumerate();
    let slots = slots.map(|(at, days)| Slot { days: *days, counted: counted[at], rules: rules(at) }).collect();
    Trend { unit, slots, chart, left_out }
}

/// The heat map; without cells where no response has a time.
pub fn heat(facts: &Facts, view: &View, today: Date, measure: &Measure) -> HeatMap {
    let heat = selection(facts, &view.without(Part::Cell), today, measure).heat(measure.scale);
    let counted = |weekday, hour| measure.counted(&heat.cell(weekday, hour).summary(measure.scale));
    let is_used = |hour: &u8| Weekday::ALL.into_iter().any(|weekday| counted(weekday, *hour).of > 0);
    let used: Vec<u8> = (0..24).filter(is_used).collect();
    let (Some(first), Some(last)) = (used.first(), used.last()) else { return HeatMap::default() };
    let hours: Vec<u8> = (*first..=*last).collect();
    let cell = |weekday, hour| {
        let counted = counted(weekday, hour);
        let shade = match counted.of {
            0 => Shade::Empty,
            1..FEWEST_FOR_A_SCORE => Shade::TooFew,
            of => Shade::Of(shade(counted.count as f64 * 100.0 / of as f64)),
        };
        Cell { weekday, hour, counted, shade }
    };
    let cells = Weekday::ALL.into_iter().flat_map(|weekday| hours.iter().map(move |hour| cell(weekday, *hour)));
    HeatMap { cells: cells.collect(), hours }
}

/// Why ratings of a side were given, the most frequent reason first.
pub fn reasons(facts: &Facts, view: &View, today: Date, measure: &Measure, side: Side) -> Vec<ReasonBar> {
    let levels = measure.levels(side);
    if levels.is_empty() {
        return Vec::new();
    }
    let filter = view.without(Part::Reason).filter(today, measure);
    let filter = Filter { levels, scales: vec![measure.scale], ..filter };
    let chosen = facts.select(&filter);
    let bars = chosen.reasons(measure.scale);
    let all: u64 = bars.iter().map(|bar| bar.count).sum();
    let bar = |bar: &Bar<'_>| ReasonBar {
        key: Key { survey: bar.survey.to_owned(), id: bar.reason.to_owned() },
        count: bar.count,
        percent: bar.count as f64 * 100.0 / all as f64,
        cumulated: bar.cumulated_percent,
    };
    bars.iter().map(bar).collect()
}

/// The service items against their targets: those that miss them come first, and of these the farthest. Of a person only
/// items of which there is enough.
pub fn items(
    facts: &Facts,
    view: &View,
    today: Date,
    measure: &Measure,
    target: impl Fn(&Key) -> Option<u8>,
) -> Vec<ItemRow> {
    let row = |item: &ItemLevels<'_>| {
        let key = Key { survey: item.survey.to_owned(), id: item.item.to_owned() };
        let share = Estimate::from(item.good()?);
        let target = target(&key).map(|target| (target, distance(&share, target.into())));
        Some(ItemRow { key, is_enough: share.n >= FEWEST_FOR_A_SCORE, share, target })
    };
    let items = selection(facts, view, today, measure).items();
    let mut rows: Vec<ItemRow> = items.iter().filter_map(row).collect();
    rows.retain(|row| row.is_enough || !view.is_of_a_person());
    let distance = |row: &ItemRow| row.target.map_or(f64::INFINITY, |(_, distance)| distance.value);
    rows.sort_by(|a, b| (!a.is_enough).cmp(&!b.is_enough).then(distance(a).total_cmp(&distance(b))));
    rows
}

/// The service points compared.
pub fn points(facts: &Facts, view: &View, today: Date, measure: &Measure) -> Vec<Compared> {
    let chosen = selection(facts, &view.without(Part::Point), today, measure);
    compare(&chosen.points(measure.scale), measure)
}

/// The languages compared.
pub fn languages(facts: &Facts, view: &View, today: Date, measure: &Measure) -> Vec<Compared> {
    let chosen = selection(facts, &view.without(Part::Language), today, measure);
    compare(&chosen.languages(measure.scale), measure)
}

/// The channels compared.
pub fn channels(facts: &Facts, view: &View, today: Date, measure: &Measure) -> Vec<Compared> {
    let chosen = selection(facts, &view.without(Part::Channel), today, measure);
    compare(&chosen.channels(measure.scale), measure)
}

/// The people compared, and those who are not shown. Who has been chosen is shown alone, elsewhere.
pub fn staff(facts: &Facts, view: &View, today: Date, measure: &Measure) -> (Vec<Compared>, Hidden) {
    let chosen = selection(facts, &view.without(Part::Staff), today, measure);
    let staff = chosen.staff(measure.scale);
    (compare(&staff.shown, measure), staff.hidden)
}

/// How long customers took; of a person only what rests on enough.
pub fn taken(facts: &Facts, view: &View, today: Date, measure: &Measure) -> Option<Taken> {
    let taken = selection(facts, view, today, measure).taken();
    taken.filter(|taken| taken.n >= if view.is_of_a_person() { FEWEST_FOR_A_PERSON } else { 1 })
}

/// Those with a rank come first, by what is left of their figure once chance is allowed for.
fn compare(groups: &[Group<&str>], measure: &Measure) -> Vec<Compared> {
    let summary = |tally: &Tally| tally.summary(measure.scale);
    let moments: Vec<Moments> = groups.iter().filter_map(|group| measure.moments(&summary(&group.tally))).collect();
    let shrinkage = shrinkage_of(&moments);
    let of_group = |group: &Group<&str>| {
        let score = measure.score(&summary(&group.tally))?;
        let shrunk = shrinkage.map(|shrinkage| shrink(&shrinkage, score.value, score.n));
        let too_few = enough(&score, measure.widest()).err();
        Some(Compared { name: group.key.to_owned(), score, shrunk, too_few })
    };
    let mut compared: Vec<Compared> = groups.iter().filter_map(of_group).collect();
    let rank = |one: &Compared| one.shrunk.unwrap_or(one.score.value);
    compared.sort_by(|a, b| a.too_few.is_some().cmp(&b.too_few.is_some()).then(rank(b).total_cmp(&rank(a))));
    compared
}
