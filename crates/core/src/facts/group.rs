//! What the responses of a selection add up to, as a whole and by groups: each is one pass over them.

use super::filter::Selection;
use super::segment::{Segment, has};
use super::{Facts, Setting, Unit, Words};
use crate::event::{Outcome, Scale};
use crate::hours::{Date, Weekday};
use crate::results::Summary;
use crate::statistics::{Share, quantile, wilson};
use crate::vandal::Reason;

/// The levels that any scale has: 0 to 10.
const LEVELS: usize = 11;

/// How many responses of each level. One that is on another scale than was asked for counts among the others: nothing
/// adds levels of two scales up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    levels: [u32; LEVELS],
    others: u32,
}

impl Tally {
    /// How many of a level, 0 to 10.
    pub fn of_level(&self, level: u8) -> u64 {
        self.levels.get(usize::from(level)).copied().map_or(0, u64::from)
    }

    /// How many on the scale.
    pub fn n(&self) -> u64 {
        self.levels.iter().copied().map(u64::from).sum()
    }

    /// How many on other scales.
    pub fn others(&self) -> u64 {
        self.others.into()
    }

    /// As the results have it.
    pub fn summary(&self, scale: Scale) -> Summary {
        let levels: Vec<u64> = scale.levels().map(|rating| self.of_level(rating.level())).collect();
        Summary { scale, n: levels.iter().sum(), others: self.others(), levels }
    }

    /// Both together.
    pub fn and(mut self, other: &Self) -> Self {
        for (level, more) in self.levels.iter_mut().zip(other.levels) {
            *level += more;
        }
        self.others += other.others;
        self
    }
}

/// A group of responses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<K> {
    /// What they have in common.
    pub key: K,
    /// What they add up to.
    pub tally: Tally,
}

/// Responses by weekday and hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heat {
    cells: Vec<Tally>,
    /// Those whose time is none.
    pub undated: Tally,
}

impl Heat {
    /// The responses of an hour, 0 to 23, of all those weekdays.
    pub fn cell(&self, weekday: Weekday, hour: u8) -> Tally {
        let is_hour = usize::from(hour) < 24;
        let place = weekday as usize * 24 + usize::from(hour);
        self.cells.get(place).filter(|_| is_hour).copied().unwrap_or_default()
    }
}

/// A bar of the Pareto chart of reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar<'a> {
    /// The survey that offers the reason.
    pub survey: &'a str,
    /// The reason's id.
    pub reason: &'a str,
    /// The responses that chose it, on all scales.
    pub count: u64,
    /// How the responses were rated that chose it.
    pub tally: Tally,
    /// This and all longer bars, in percent of all choices: the line over the bars. A response may choose several reasons.
    pub cumulated_percent: f64,
}

/// How a service item was rated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemLevels<'a> {
    /// The survey that asks for the item.
    pub survey: &'a str,
    /// The item's id.
    pub item: &'a str,
    /// How many rated it 1, 2, 3, 4 and 5.
    pub levels: [u64; 5],
}

impl ItemLevels<'_> {
    /// How many rated it.
    pub fn n(&self) -> u64 {
        self.levels.iter().sum()
    }

    /// The share of 4 and 5 with its Wilson interval: what an item's target is about.
    pub fn good(&self) -> Option<Share> {
        wilson(self.levels[3] + self.levels[4], self.n())
    }
}

/// How the follow-ups ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Sent.
    pub complete: u64,
    /// Passed over.
    pub skipped: u64,
    /// Left alone until the time was up.
    pub timed_out: u64,
    /// Not ended: it goes on, or the tablet lost power.
    pub open: u64,
}

/// How long customers took, from the first tap to the end of the follow-up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    /// How many sent the follow-up or passed it over. Who was timed out is left out: those seconds are the kiosk's.
    pub n: u64,
    /// Half took no longer, in seconds.
    pub median: f64,
    /// Nine in ten took no longer, in seconds.
    pub p90: f64,
}

/// How many responses say something in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordCounts {
    /// With a comment in clear.
    pub comments: u64,
    /// With a contact in clear.
    pub contacts: u64,
    /// With words that wait for their key.
    pub sealed: u64,
}

/// How many responses were doubted for a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubted {
    /// Why.
    pub reason: Reason,
    /// How many in all.
    pub raised: u64,
    /// Of how many a manager has taken the doubt back.
    pub cleared: u64,
}

impl<'a> Selection<'a> {
    /// All of them.
    pub fn tally(&self, scale: Scale) -> Tally {
        self.tallies(scale, 1, |_, _| Some(0)).pop().unwrap_or_default()
    }

    /// On which scales they are, the most usual first.
    pub fn scales(&self) -> Vec<(Scale, u64)> {
        let settings = self.facts.settings.values();
        let mut counts = vec![0_u64; settings.len()];
        self.each(|segment, at| add(&mut counts, segment.settings[at]));
        let of = |scale: Scale| settings.iter().zip(&counts).filter(move |(setting, _)| setting.scale == scale);
        let count = |(_, scale)| (scale, of(scale).map(|(_, count)| count).sum());
        let mut scales: Vec<(Scale, u64)> = Scale::ALL.into_iter().map(count).filter(|(_, n)| *n > 0).collect();
        scales.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        scales
    }

    /// The first and the last local day on which one was given.
    pub fn span(&self) -> Option<super::Days> {
        let mut is_there = vec![0_u64; self.facts.days.values().len()];
        self.each(|segment, at| add(&mut is_there, segment.days[at]));
        let days = self.facts.days.values().iter().zip(&is_there).filter(|(_, n)| **n > 0).filter_map(|(day, _)| *day);
        let (from, to) = days.fold(None, |span: Option<(Date, Date)>, day| {
            Some(span.map_or((day, day), |(from, to)| (from.min(day), to.max(day))))
        })?;
        Some(super::Days { from, to })
    }

    /// By day, week or month, the earliest first. One without any response is not among them.
    pub fn trend(&self, unit: Unit, scale: Scale) -> Vec<Group<Date>> {
        let days = self.facts.days.values();
        let mut begins: Vec<Date> = days.iter().flatten().map(|day| unit.begin(*day)).collect();
        begins.sort_unstable();
        begins.dedup();
        let place = |day: &Option<Date>| begins.binary_search(&unit.begin((*day)?)).ok();
        let places: Vec<Option<usize>> = days.iter().map(place).collect();
        let tallies =
            self.tallies(scale, begins.len(), |segment, at| places.get(segment.days[at] as usize).copied().flatten());
        groups(begins, tallies)
    }

    /// By weekday and hour.
    pub fn heat(&self, scale: Scale) -> Heat {
        const CELLS: usize = 7 * 24;
        let row = |day: &Option<Date>| day.map(|day| day.weekday() as usize * 24);
        let rows: Vec<Option<usize>> = self.facts.days.values().iter().map(row).collect();
        let mut cells = self.tallies(scale, CELLS + 1, |segment, at| {
            let row = rows.get(segment.days[at] as usize).copied().flatten();
            let hour = usize::from(segment.hours[at]);
            Some(row.filter(|_| hour < 24).map_or(CELLS, |row| row + hour))
        });
        let undated = cells.pop().unwrap_or_default();
        Heat { cells, undated }
    }

    /// By survey, in the order in which they first came.
    pub fn surveys(&self, scale: Scale) -> Vec<Group<&'a str>> {
        self.by(scale, self.facts.surveys.values(), |setting| setting.survey)
    }

    /// By version of a survey, in order.
    pub fn versions(&self, survey: &str, scale: Scale) -> Vec<Group<u32>> {
        let facts = self.facts;
        let is_it = |setting: &&Setting| facts.surveys.get(setting.survey).is_some_and(|known| known == survey);
        let settings = facts.settings.values();
        let mut versions: Vec<u32> = settings.iter().filter(is_it).map(|setting| setting.version).collect();
        versions.sort_unstable();
        versions.dedup();
        let place = |setting: &Setting| {
            Some(setting).filter(is_it).and_then(|setting| versions.binary_search(&setting.version).ok())
        };
        let places: Vec<Option<usize>> = settings.iter().map(place).collect();
        let tallies = self
            .tallies(scale, versions.len(), |segment, at| places.get(segment.settings[at] as usize).copied().flatten());
        groups(versions, tallies)
    }

    /// By service point, in the order in which they first came; the empty name stands for none.
    pub fn points(&self, scale: Scale) -> Vec<Group<&'a str>> {
        self.by(scale, self.facts.points.values(), |setting| setting.point)
    }

    /// By language, in the order in which they first came.
    pub fn languages(&self, scale: Scale) -> Vec<Group<&'a str>> {
        self.by(scale, self.facts.languages.values(), |setting| setting.language)
    }

    /// By channel, in the order in which they first came.
    pub fn channels(&self, scale: Scale) -> Vec<Group<&'a str>> {
        self.by(scale, self.facts.channels.values(), |setting| setting.channel)
    }

    /// By a part of the setting. Groups without any response are left out.
    pub(super) fn by(&self, scale: Scale, names: &'a [String], part: impl Fn(&Setting) -> u32) -> Vec<Group<&'a str>> {
        let parts: Vec<usize> = self.facts.settings.values().iter().map(|setting| part(setting) as usize).collect();
        let tallies = self.tallies(scale, names.len(), |segment, at| parts.get(segment.settings[at] as usize).copied());
        groups(names.iter().map(String::as_str), tallies)
    }

    /// The reasons chosen, the most frequent first: the bars of a Pareto chart.
    ///
    /// Juran, J. M. (1954), "Universals in management planning and controlling", The Management Review 43: most of the
    /// effect comes of few causes.
    pub fn reasons(&self, scale: Scale) -> Vec<Bar<'a>> {
        let facts: &'a Facts = self.facts;
        let sets = facts.reason_sets.values();
        let of_sets = self.tallies(scale, sets.len(), |segment, at| Some(segment.reasons[at] as usize));
        let mut tallies = vec![Tally::default(); facts.reasons.values().len()];
        for (set, tally) in sets.iter().zip(&of_sets) {
            for reason in set {
                if let Some(sum) = tallies.get_mut(*reason as usize) {
                    *sum = sum.and(tally);
                }
            }
        }
        let named = |((survey, reason), tally): (&'a (u32, String), Tally)| {
            let count = tally.n() + tally.others();
            let survey = facts.surveys.get(*survey).filter(|_| count > 0)?;
            Some(Bar { survey, reason, count, tally, cumulated_percent: 0.0 })
        };
        let mut bars: Vec<Bar<'a>> = facts.reasons.values().iter().zip(tallies).filter_map(named).collect();
        bars.sort_by(|a, b| (b.count, a.survey, a.reason).cmp(&(a.count, b.survey, b.reason)));
        let all: u64 = bars.iter().map(|bar| bar.count).sum();
        let mut so_far = 0;
        for bar in &mut bars {
            so_far += bar.count;
            bar.cumulated_percent = so_far as f64 * 100.0 / all as f64;
        }
        bars
    }

    /// The service items, in the order in which they first came.
    pub fn items(&self) -> Vec<ItemLevels<'a>> {
        let facts: &'a Facts = self.facts;
        let mut counts = vec![[0_u64; 5]; facts.items.values().len()];
        self.each(|segment, at| {
            for (item, level) in segment.items(at) {
                let levels = counts.get_mut(item as usize);
                if let Some(count) = levels.and_then(|levels| levels.get_mut(usize::from(level).wrapping_sub(1))) {
                    *count += 1;
                }
            }
        });
        let named = |((survey, item), levels): (&'a (u32, String), [u64; 5])| {
            Some(ItemLevels { survey: facts.surveys.get(*survey)?, item, levels })
        };
        let items = facts.items.values().iter().zip(counts).filter_map(named);
        items.filter(|item| item.n() > 0).collect()
    }

    /// How the follow-ups ended.
    pub fn outcomes(&self) -> Outcomes {
        let mut outcomes = Outcomes::default();
        self.each(|segment, at| match segment.outcome(at) {
            Some(Outcome::Complete) => outcomes.complete += 1,
            Some(Outcome::Skipped) => outcomes.skipped += 1,
            Some(Outcome::TimedOut) => outcomes.timed_out += 1,
            None => outcomes.open += 1,
        });
        outcomes
    }

    /// How long customers took; `None` where none ended a follow-up by hand.
    pub fn taken(&self) -> Option<Taken> {
        let mut seconds = Vec::new();
        let facts = self.facts;
        let is_import: Vec<bool> = (0..facts.settings.values().len() as u32).map(|id| facts.is_import(id)).collect();
        self.each(|segment, at| {
            if is_import.get(segment.settings[at] as usize) != Some(&true)
                && segment.outcome(at).is_some_and(|outcome| outcome != Outcome::TimedOut)
            {
                seconds.extend(segment.seconds(at));
            }
        });
        let (median, p90) = (quantile(&mut seconds, 0.5)?, quantile(&mut seconds, 0.9)?);
        Some(Taken { n: seconds.len() as u64, median, p90 })
    }

    /// How many say something in words.
    pub fn words(&self) -> WordCounts {
        let mut counts = WordCounts::default();
        self.each(|segment, at| {
            let state = segment.states[at];
            counts.comments += u64::from(has(state, Words::Comment));
            counts.contacts += u64::from(has(state, Words::Contact));
            counts.sealed += u64::from(has(state, Words::Sealed));
        });
        counts
    }

    /// Why responses were doubted; reasons for which none was are left out. A response may be doubted for several.
    pub fn doubts(&self) -> Vec<Doubted> {
        let mut counts = Reason::ALL.map(|reason| Doubted { reason, raised: 0, cleared: 0 });
        self.each(|segment, at| {
            let (raised, cleared) = (segment.raised[at], segment.cleared[at]);
            if raised != 0 {
                for count in &mut counts {
                    count.raised += u64::from(raised & super::segment::bit(count.reason) != 0);
                    count.cleared += u64::from(cleared & super::segment::bit(count.reason) != 0);
                }
            }
        });
        counts.into_iter().filter(|count| count.raised > 0).collect()
    }

    fn tallies(&self, scale: Scale, groups: usize, group: impl Fn(&Segment, usize) -> Option<usize>) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); groups];
        let is_on_scale: Vec<bool> =
            self.facts.settings.values().iter().map(|setting| setting.scale == scale).collect();
        let levels = usize::from(scale.worst())..=usize::from(scale.best());
        self.each(|segment, at| {
            let Some(tally) = group(segment, at).and_then(|group| tallies.get_mut(group)) else { return };
            let level = usize::from(segment.levels[at]);
            let is_counted = is_on_scale.get(segment.settings[at] as usize).copied().unwrap_or_default();
            match tally.levels.get_mut(level).filter(|_| is_counted && levels.contains(&level)) {
                Some(count) => *count += 1,
                None => tally.others += 1,
            }
        });
        tallies
    }
}

fn add(counts: &mut [u64], id: u32) {
    if let Some(count) = counts.get_mut(id as usize) {
        *count += 1;
    }
}

/// Keys with their tallies, without those that count nothing.
fn groups<K>(keys: impl IntoIterator<Item = K>, tallies: Vec<Tally>) -> Vec<Group<K>> {
    let groups = keys.into_iter().zip(tallies).map(|(key, tally)| Group { key, tally });
    groups.filter(|group| group.tally != Tally::default()).collect()
}
