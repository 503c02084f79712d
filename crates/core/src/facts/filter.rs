//! Which responses are counted: a filter becomes one table for each column, and the columns are passed once.

use super::segment::{NO_HOUR, ROWS, STATES, Segment, ended, has};
use super::{Days, Facts, RowId, Setting};
use crate::event::{Outcome, Rating, Scale};
use crate::hours::Weekday;
use crate::journal::Place;

/// What has to hold for a response to be counted; of what is empty nothing is asked. Within one list it is enough to be
/// one of it, between them all have to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Given on one of these local days. A response whose time is none is given on no day.
    pub days: Option<Days>,
    /// Given in one of these local hours, 0 to 23.
    pub hours: Vec<u8>,
    /// Given on one of these weekdays.
    pub weekdays: Vec<Weekday>,
    /// Given at one of these service points; the empty name stands for none.
    pub points: Vec<String>,
    /// After being served by one of these; the empty name stands for nobody named.
    pub staff: Vec<String>,
    /// In answer to one of these surveys, by their ids.
    pub surveys: Vec<String>,
    /// In answer to one of these versions of a survey.
    pub versions: Vec<(String, u32)>,
    /// On one of these scales.
    pub scales: Vec<Scale>,
    /// At one of these levels, after corrections.
    pub levels: Vec<Rating>,
    /// Read in one of these languages.
    pub languages: Vec<String>,
    /// Come by one of these ways.
    pub channels: Vec<String>,
    /// With one of these reasons.
    pub reasons: Vec<Key>,
    /// With one of these service items rated, at one of the levels beside it, from 1 to 5; at any where none stands there.
    pub items: Vec<(Key, Vec<u8>)>,
    /// Whose follow-up ended in one of these ways; `None` stands for one that has not ended.
    pub outcomes: Vec<Option<Outcome>>,
    /// With words of this kind.
    pub words: Option<Words>,
    /// With, without or only those in doubt.
    pub doubts: Doubts,
}

/// A reason or a service item: its id means something only together with its survey's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The survey's id.
    pub survey: String,
    /// The id of the reason or of the item.
    pub id: String,
}

/// What a customer may have left beside the taps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// A comment in clear.
    Comment,
    /// A contact in clear.
    Contact,
    /// Words that wait for their key.
    Sealed,
    /// Any of these.
    Any,
}

/// What becomes of responses that were hardly given by customers. A doubt that was taken back is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doubts {
    /// They are counted: the raw figures.
    #[default]
    Counted,
    /// They are left out: the filtered figures.
    LeftOut,
    /// Only they are counted.
    Alone,
}

/// The tables of a filter: 1 for a value that passes, 0 for one that does not. `None` where nothing is asked.
pub(super) struct Tables {
    pub settings: Option<Vec<u8>>,
    pub days: Option<Vec<u8>>,
    pub hours: Option<Vec<u8>>,
    levels: Option<Vec<u8>>,
    reasons: Option<Vec<u8>>,
    states: Option<Vec<u8>>,
    /// A bit for each level of an item that passes.
    items: Option<Vec<u8>>,
    doubts: Doubts,
}

/// A bit for each response of a segment.
type Bits = [u64; ROWS / 64];

/// The responses that a filter has chosen. Figures and groupings are counted from it, each in one pass.
#[derive(Clone, Debug)]
pub struct Selection<'a> {
    pub(super) facts: &'a Facts,
    pub(super) names_staff: bool,
    bits: Vec<Bits>,
    count: u64,
}

impl Facts {
    /// Chooses responses.
    pub fn select(&self, filter: &Filter) -> Selection<'_> {
        let tables = Tables::of(self, filter);
        let bits: Vec<Bits> = self.segments.iter().map(|segment| tables.choose(segment)).collect();
        let count = bits.iter().flatten().map(|word| u64::from(word.count_ones())).sum();
        Selection { facts: self, names_staff: filter.staff.iter().any(|staff| !staff.is_empty()), bits, count }
    }
}

impl Tables {
    pub fn of(facts: &Facts, filter: &Filter) -> Self {
        let is_one_of =
            |names: &[String], name: Option<&String>| names.is_empty() || name.is_some_and(|name| names.contains(name));
        let setting_passes = |setting: &Setting| {
            let survey = facts.surveys.get(setting.survey);
            let is_version = |(id, version): &(String, u32)| survey == Some(id) && *version == setting.version;
            is_one_of(&filter.surveys, survey)
                && (filter.versions.is_empty() || filter.versions.iter().any(is_version))
                && is_one_of(&filter.points, facts.points.get(setting.point))
                && is_one_of(&filter.staff, facts.staff.get(setting.staff))
                && is_one_of(&filter.languages, facts.languages.get(setting.language))
                && is_one_of(&filter.channels, facts.channels.get(setting.channel))
                && (filter.scales.is_empty() || filter.scales.contains(&setting.scale))
        };
        let names = [&filter.surveys, &filter.points, &filter.staff, &filter.languages, &filter.channels];
        let asks_setting = names.iter().any(|names| !names.is_empty());
        let asks_setting = asks_setting || !filter.versions.is_empty() || !filter.scales.is_empty();

        let day_passes = |day: &Option<crate::hours::Date>| {
            day.is_some_and(|day| filter.days.is_none_or(|days| days.has(day)))
                && (filter.weekdays.is_empty() || day.is_some_and(|day| filter.weekdays.contains(&day.weekday())))
        };
        let asks_day = filter.days.is_some() || !filter.weekdays.is_empty();

        let is_key = |key: &Key, (survey, id): &(u32, String)| {
            key.id == *id && facts.surveys.get(*survey).is_some_and(|survey| *survey == key.survey)
        };
        let reason = |reason: &u32| facts.reasons.get(*reason);
        let is_wanted = |set: &(u32, String)| filter.reasons.iter().any(|key| is_key(key, set));
        let set_passes = |set: &Vec<u32>| set.iter().filter_map(reason).any(is_wanted);

        let every_level = 0b11_1110;
        let item_levels = |item: &(u32, String)| {
            let wanted = filter.items.iter().filter(|(key, _)| is_key(key, item));
            wanted.fold(0, |bits, (_, levels)| {
                let chosen = levels.iter().fold(0, |bits, level| bits | 1_u8.checked_shl((*level).into()).unwrap_or(0));
                bits | if levels.is_empty() { every_level } else { chosen & every_level }
            })
        };

        let state_passes = |state: u8| {
            let has_ended = filter.outcomes.iter().any(|outcome| ended(state, *outcome));
            (filter.outcomes.is_empty() || has_ended) && filter.words.is_none_or(|words| has(state, words))
        };
        let asks_state = !filter.outcomes.is_empty() || filter.words.is_some();
        let levels = 0..=Scale::Nps.best();
        let level_passes = |level: u8| filter.levels.iter().any(|rating| rating.level() == level);
        let hours = 0..=NO_HOUR as u8;
        Self {
            settings: asks_setting.then(|| table(facts.settings.values(), setting_passes)),
            days: asks_day.then(|| table(facts.days.values(), day_passes)),
            hours: (!filter.hours.is_empty())
                .then(|| hours.map(|hour| u8::from(hour < NO_HOUR as u8 && filter.hours.contains(&hour))).collect()),
            levels: (!filter.levels.is_empty()).then(|| levels.map(|level| u8::from(level_passes(level))).collect()),
            reasons: (!filter.reasons.is_empty()).then(|| table(facts.reason_sets.values(), set_passes)),
            states: asks_state.then(|| (0..STATES as u8).map(|state| u8::from(state_passes(state))).collect()),
            items: (!filter.items.is_empty()).then(|| facts.items.values().iter().map(item_levels).collect()),
            doubts: filter.doubts,
        }
    }

    fn choose(&self, segment: &Segment) -> Bits {
        let mut passes = [1_u8; ROWS];
        let passes = &mut passes[..segment.len()];
        narrow(passes, &segment.settings, self.settings.as_deref(), |id| *id as usize);
        narrow(passes, &segment.days, self.days.as_deref(), |id| *id as usize);
        narrow(passes, &segment.hours, self.hours.as_deref(), |hour| usize::from(*hour));
        narrow(passes, &segment.levels, self.levels.as_deref(), |level| usize::from(*level));
        narrow(passes, &segment.reasons, self.reasons.as_deref(), |id| *id as usize);
        narrow(passes, &segment.states, self.states.as_deref(), |state| usize::from(*state));
        if let Some(items) = &self.items {
            let is_wanted =
                |(item, level): (u32, u8)| items.get(item as usize).is_some_and(|levels| levels >> level & 1 != 0);
            for (at, passes) in passes.iter_mut().enumerate().filter(|(_, passes)| **passes != 0) {
                *passes = u8::from(segment.items(at).any(is_wanted));
            }
        }
        if self.doubts != Doubts::Counted {
            let wanted = self.doubts == Doubts::Alone;
            for (at, passes) in passes.iter_mut().enumerate() {
                *passes &= u8::from(segment.is_doubtful(at) == wanted);
            }
        }
        let mut bits = [0; ROWS / 64];
        for (word, passes) in bits.iter_mut().zip(passes.chunks(64)) {
            *word = passes.iter().rev().fold(0, |word, passes| word << 1 | u64::from(*passes));
        }
        bits
    }
}

fn table<T>(values: &[T], passes: impl Fn(&T) -> bool) -> Vec<u8> {
    values.iter().map(|value| u8::from(passes(value))).collect()
}

fn narrow<T>(passes: &mut [u8], column: &[T], table: Option<&[u8]>, index: impl Fn(&T) -> usize) {
    let Some(table) = table else { return };
    for (passes, value) in passes.iter_mut().zip(column) {
        *passes &= table.get(index(value)).copied().unwrap_or(0);
    }
}

impl<'a> Selection<'a> {
    /// How many responses.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> impl Iterator<Item = RowId> {
        self.bits.iter().enumerate().flat_map(|(number, bits)| ones(bits).map(move |at| RowId::of(number, at)))
    }

    /// The newest rows, newest first: what stands behind a mark.
    pub fn newest(&self, limit: usize) -> Vec<RowId> {
        let rows = self.bits.iter().enumerate().rev().flat_map(|(number, bits)| {
            let words = bits.iter().enumerate().rev().filter(|(_, word)| **word != 0);
            words.flat_map(move |(word, bits)| {
                let set = (0..64).rev().filter(move |bit| bits >> bit & 1 != 0);
                set.map(move |bit| RowId::of(number, word * 64 + bit))
            })
        });
        rows.take(limit).collect()
    }

    /// Where the events stand that gave the newest responses, newest first.
    pub fn newest_places(&self, limit: usize) -> Vec<Place> {
        let place = |row: RowId| {
            let (number, at) = row.split();
            Some(self.facts.segments.get(number)?.given_at(at))
        };
        self.newest(limit).into_iter().filter_map(place).collect()
    }

    /// Passes the rows once, oldest first.
    pub(super) fn each(&self, mut take: impl FnMut(&'a Segment, usize)) {
        let facts: &'a Facts = self.facts;
        for (segment, bits) in facts.segments.iter().zip(&self.bits) {
            ones(bits).for_each(|at| take(segment, at));
        }
    }
}

/// The places of the bits that are set, the lowest first.
fn ones(bits: &Bits) -> impl Iterator<Item = usize> {
    bits.iter().enumerate().flat_map(|(word, bits)| {
        let mut rest = *bits;
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros() as usize;
            (rest != 0).then(|| {
                rest &= rest - 1;
                word * 64 + bit
            })
        })
    })
}
