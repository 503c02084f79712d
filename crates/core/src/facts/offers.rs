//! The ledger of offers: who was asked to rate, and what came of it.
//!
//! An offer is answered if a rating names it. One that was neither answered nor closed has been overtaken by the next one,
//! or the tablet stood still: nobody looked at it.

use std::collections::BTreeMap;

use super::filter::Tables;
use super::segment::NO_HOUR;
use super::{Facts, Filter, Setting};
use crate::event::Unanswered;
use crate::statistics::{FEWEST_FOR_A_PERSON, Share, unrated_rate};

/// What came of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// Nothing, so far or for good.
    Open,
    /// A rating.
    Answered,
    /// Nobody touched the tablet in time.
    Expired,
    /// Whoever made it took it back.
    Withdrawn,
}

impl Offered {
    const ALL: [Self; 4] = [Self::Open, Self::Answered, Self::Expired, Self::Withdrawn];
}

impl From<Unanswered> for Offered {
    fn from(outcome: Unanswered) -> Self {
        match outcome {
            Unanswered::Expired => Self::Expired,
            Unanswered::Withdrawn => Self::Withdrawn,
        }
    }
}

/// How many offers, and what came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfferCounts {
    /// All that were made.
    pub made: u64,
    /// Those that were answered.
    pub answered: u64,
    /// Those that nobody touched in time.
    pub expired: u64,
    /// Those that were taken back.
    pub withdrawn: u64,
}

impl OfferCounts {
    /// Those that nobody looked at, or that still stand.
    pub fn open(&self) -> u64 {
        self.made - self.answered - self.expired - self.withdrawn
    }

    /// 未评率: the share of offers that nobody answered.
    pub fn unrated(&self) -> Option<Share> {
        unrated_rate(self.made - self.answered, self.made)
    }

    fn add(&mut self, end: Offered) {
        self.made += 1;
        match end {
            Offered::Open => {}
            Offered::Answered => self.answered += 1,
            Offered::Expired => self.expired += 1,
            Offered::Withdrawn => self.withdrawn += 1,
        }
    }
}

/// Offers as columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Offers {
    pub keys: Vec<u128>,
    pub settings: Vec<u32>,
    pub days: Vec<u32>,
    pub hours: Vec<u8>,
    /// The number of an [`Offered`].
    pub ends: Vec<u8>,
    pub index: BTreeMap<u128, u32>,
}

impl Offers {
    pub fn make(&mut self, key: u128, setting: u32, day: u32, minute: u16) {
        if self.index.contains_key(&key) {
            return;
        }
        self.index.insert(key, self.keys.len() as u32);
        self.keys.push(key);
        self.settings.push(setting);
        self.days.push(day);
        self.hours.push((minute / 60) as u8);
        self.ends.push(Offered::Open as u8);
    }

    /// An answer stands whatever else is said of the offer.
    pub fn end(&mut self, key: u128, end: Offered) {
        let at = self.index.get(&key).map(|at| *at as usize);
        if let Some(old) = at.and_then(|at| self.ends.get_mut(at)).filter(|old| **old != Offered::Answered as u8) {
            *old = end as u8;
        }
    }
}

impl Facts {
    /// What came of the offers. Of the filter holds what an offer has: days, hours, weekdays, point, staff, survey, version,
    /// language and channel; the rest is about responses.
    pub fn offers(&self, filter: &Filter) -> OfferCounts {
        self.offers_by(filter, 1, |_| 0).pop().unwrap_or_default()
    }

    /// The same by service point, in the order in which they first came; the empty name stands for none.
    pub fn offers_by_point(&self, filter: &Filter) -> Vec<(&str, OfferCounts)> {
        let counts = self.offers_by(filter, self.points.values().len(), |setting| setting.point);
        self.points().zip(counts).filter(|(_, counts)| counts.made > 0).collect()
    }

    /// The same by who served, of those to whom at least five belong: whether somebody chooses whom to ask.
    pub fn offers_by_staff(&self, filter: &Filter) -> Vec<(&str, OfferCounts)> {
        let names = self.staff.values().iter().map(String::as_str);
        let counts = self.offers_by(filter, names.len(), |setting| setting.staff);
        let is_enough = |(name, counts): &(&str, OfferCounts)| !name.is_empty() && counts.made >= FEWEST_FOR_A_PERSON;
        names.zip(counts).filter(is_enough).collect()
    }

    fn offers_by(&self, filter: &Filter, groups: usize, part: impl Fn(&Setting) -> u32) -> Vec<OfferCounts> {
        let asked = Filter {
            days: filter.days,
            hours: filter.hours.clone(),
            weekdays: filter.weekdays.clone(),
            points: filter.points.clone(),
            staff: filter.staff.clone(),
            surveys: filter.surveys.clone(),
            versions: filter.versions.clone(),
            languages: filter.languages.clone(),
            channels: filter.channels.clone(),
            ..Filter::default()
        };
        let tables = Tables::of(self, &asked);
        let passes = |table: &Option<Vec<u8>>, id: usize| {
            table.as_ref().is_none_or(|table| table.get(id).is_some_and(|passes| *passes != 0))
        };
        let parts: Vec<usize> = self.settings.values().iter().map(|setting| part(setting) as usize).collect();
        let mut counts = vec![OfferCounts::default(); groups];
        let Offers { settings, days, hours, ends, .. } = &self.offers;
        for (((setting, day), hour), end) in settings.iter().zip(days).zip(hours).zip(ends) {
            let is_chosen = passes(&tables.settings, *setting as usize)
                && passes(&tables.days, *day as usize)
                && passes(&tables.hours, usize::from((*hour).min(NO_HOUR as u8)));
            let group = parts.get(*setting as usize).filter(|_| is_chosen).and_then(|group| counts.get_mut(*group));
            if let (Some(counts), Some(end)) = (group, Offered::ALL.get(usize::from(*end))) {
                counts.add(*end);
            }
        }
        counts
    }
}
