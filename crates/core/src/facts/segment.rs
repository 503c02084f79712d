//! A segment: so many responses, one column for each thing that is counted or asked for.
//!
//! The invariant: all columns have the same length, at most [`ROWS`].

use super::filter::Words;
use crate::chain::PersonalText;
use crate::event::{Outcome, Rating};
use crate::flags::Doubt;
use crate::journal::Place;
use crate::vandal::{Figures, Reason};

/// Responses in a segment: what is chosen of them are 64 words of bits, and a column stays in a tablet's first cache.
pub(super) const ROWS: usize = 4_096;
/// The hour of a response whose time is none.
pub(super) const NO_HOUR: u16 = 24;
/// The states of [`state_of`] are below this.
pub(super) const STATES: usize = 32;

const NO_SECONDS: u32 = u32::MAX;
/// In which the number in the epoch is kept, as in the key of the store.
const SEQ_BITS: u32 = 40;

/// A state is an [`Outcome`] in its two lowest bits, 0 for none, and a bit for each kind of words.
const OUTCOME_BITS: u8 = 0b11;
const COMMENT: u8 = 1 << 2;
const CONTACT: u8 = 1 << 3;
const SEALED: u8 = 1 << 4;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    pub settings: Vec<u32>,
    pub days: Vec<u32>,
    pub hours: Vec<u8>,
    pub levels: Vec<u8>,
    pub reasons: Vec<u32>,
    pub states: Vec<u8>,
    /// A bit for each [`Reason`].
    pub raised: Vec<u8>,
    /// Those of them that were taken back.
    pub cleared: Vec<u8>,
    /// The ids of the first events.
    pub keys: Vec<u128>,
    /// What doubts rest on, in the order in which they were raised. Few responses have any.
    figures: Vec<(u32, Reason, Figures)>,
    minutes: Vec<u16>,
    seconds: Vec<u32>,
    given: Vec<u64>,
    detailed: Vec<u64>,
    /// Where the items of a response begin in `item_levels`, and how many there are.
    items: Vec<(u32, u32)>,
    /// Number of the item × 8 + level.
    item_levels: Vec<u32>,
}

/// A response at its first tap.
pub(super) struct Given {
    pub key: u128,
    pub place: Place,
    pub setting: u32,
    pub day: u32,
    pub minute: u16,
    pub level: u8,
    pub no_reasons: u32,
}

impl Segment {
    pub fn len(&self) -> usize {
        self.levels.len()
    }

    pub fn push(&mut self, given: &Given) {
        self.settings.push(given.setting);
        self.days.push(given.day);
        // At most 24.
        self.hours.push((given.minute / 60) as u8);
        self.levels.push(given.level);
        self.reasons.push(given.no_reasons);
        self.states.push(0);
        self.raised.push(0);
        self.cleared.push(0);
        self.keys.push(given.key);
        self.minutes.push(given.minute);
        self.seconds.push(NO_SECONDS);
        self.given.push(key(given.place));
        self.detailed.push(0);
        self.items.push((0, 0));
    }

    pub fn change_level(&mut self, at: usize, rating: Rating) {
        self.levels[at] = rating.level();
    }

    pub fn detail(&mut self, at: usize, place: Place, reasons: u32, items: &[u32], seconds: u32, state: u8) {
        self.reasons[at] = reasons;
        self.states[at] = state;
        self.seconds[at] = seconds;
        self.detailed[at] = key(place);
        let (from, count) = self.items[at];
        let from = if items.len() <= count as usize {
            // It is mostly the same event at its second place.
            self.item_levels[from as usize..][..items.len()].copy_from_slice(items);
            from
        } else {
            let from = self.item_levels.len() as u32;
            self.item_levels.extend_from_slice(items);
            from
        };
        self.items[at] = (from, items.len() as u32);
    }

    /// A doubt is raised once.
    pub fn raise_doubt(&mut self, at: usize, reason: Reason, figures: Figures) {
        if self.raised[at] & bit(reason) == 0 {
            self.raised[at] |= bit(reason);
            self.figures.push((at as u32, reason, figures));
        }
    }

    /// Takes a doubt back that stands; one that comes later stands again.
    pub fn clear_doubt(&mut self, at: usize, reason: Option<Reason>) {
        self.cleared[at] |= self.raised[at] & reason.map_or(0, bit);
    }

    pub fn is_doubtful(&self, at: usize) -> bool {
        self.raised[at] & !self.cleared[at] != 0
    }

    /// The doubts of a response, in the order in which they were raised.
    pub fn doubts(&self, at: usize) -> Vec<Doubt> {
        if self.raised[at] == 0 {
            return Vec::new();
        }
        let own = self.figures.iter().filter(|(of, ..)| *of as usize == at);
        let is_cleared = |reason| self.cleared[at] & bit(reason) != 0;
        own.map(|(_, reason, figures)| Doubt { reason: *reason, figures: *figures, is_cleared: is_cleared(*reason) })
            .collect()
    }

    pub fn given_at(&self, at: usize) -> Place {
        place(self.given[at])
    }

    pub fn detailed_at(&self, at: usize) -> Option<Place> {
        self.outcome(at).map(|_| place(self.detailed[at]))
    }

    pub fn minute(&self, at: usize) -> Option<u16> {
        Some(self.minutes[at]).filter(|minute| *minute < NO_HOUR * 60)
    }

    pub fn outcome(&self, at: usize) -> Option<Outcome> {
        match self.states[at] & OUTCOME_BITS {
            1 => Some(Outcome::Complete),
            2 => Some(Outcome::Skipped),
            3 => Some(Outcome::TimedOut),
            _ => None,
        }
    }

    pub fn seconds(&self, at: usize) -> Option<u32> {
        // The outcome tells, not the number: somebody may have taken as many seconds as stand for none.
        self.outcome(at).map(|_| self.seconds[at])
    }

    pub fn has(&self, at: usize, words: Words) -> bool {
        has(self.states[at], words)
    }

    /// Numbers of items with their levels.
    pub fn items(&self, at: usize) -> impl Iterator<Item = (u32, u8)> {
        let (from, count) = self.items[at];
        self.item_levels[from as usize..][..count as usize].iter().map(|item| (item >> 3, (item & 7) as u8))
    }
}

impl Segment {
    /// The columns as bytes, the least significant first. The hours follow from the minutes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len() * 70 + self.item_levels.len() * 4 + 12);
        bytes.extend((self.len() as u32).to_le_bytes());
        bytes.extend((self.item_levels.len() as u32).to_le_bytes());
        bytes.extend((self.figures.len() as u32).to_le_bytes());
        write(&mut bytes, &self.keys, |key| key.to_le_bytes());
        for column in [&self.given, &self.detailed] {
            write(&mut bytes, column, |place| place.to_le_bytes());
        }
        for column in [&self.settings, &self.days, &self.reasons, &self.seconds, &self.item_levels] {
            write(&mut bytes, column, |id| id.to_le_bytes());
        }
        write(&mut bytes, &self.items, |(from, _)| from.to_le_bytes());
        write(&mut bytes, &self.items, |(_, count)| count.to_le_bytes());
        write(&mut bytes, &self.minutes, |minute| minute.to_le_bytes());
        for column in [&self.levels, &self.states, &self.raised, &self.cleared] {
            bytes.extend(column);
        }
        write(&mut bytes, &self.figures, |(at, ..)| at.to_le_bytes());
        write(&mut bytes, &self.figures, |(_, reason, _)| [*reason as u8]);
        write(&mut bytes, &self.figures, |(.., figures)| figures.count.to_le_bytes());
        write(&mut bytes, &self.figures, |(.., figures)| figures.millis.to_le_bytes());
        bytes
    }

    /// Reads what [`Segment::to_bytes`] wrote; `None` for anything else.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let rest = &mut bytes;
        let len = u32::from_le_bytes(take(rest)?) as usize;
        let items = u32::from_le_bytes(take(rest)?) as usize;
        let doubts = u32::from_le_bytes(take(rest)?) as usize;
        let mut segment = Self {
            keys: read(rest, len, u128::from_le_bytes)?,
            given: read(rest, len, u64::from_le_bytes)?,
            detailed: read(rest, len, u64::from_le_bytes)?,
            settings: read(rest, len, u32::from_le_bytes)?,
            days: read(rest, len, u32::from_le_bytes)?,
            reasons: read(rest, len, u32::from_le_bytes)?,
            seconds: read(rest, len, u32::from_le_bytes)?,
            item_levels: read(rest, items, u32::from_le_bytes)?,
            ..Self::default()
        };
        let (from, count) = (read(rest, len, u32::from_le_bytes)?, read(rest, len, u32::from_le_bytes)?);
        segment.items = from.into_iter().zip(count).collect();
        segment.minutes = read(rest, len, u16::from_le_bytes)?;
        for column in [&mut segment.levels, &mut segment.states, &mut segment.raised, &mut segment.cleared] {
            *column = read(rest, len, u8::from_le_bytes)?;
        }
        let of = read(rest, doubts, u32::from_le_bytes)?;
        let reasons = read(rest, doubts, |[reason]| Reason::ALL.get(usize::from(reason)).copied())?;
        let counts = read(rest, doubts, u32::from_le_bytes)?;
        let millis = read(rest, doubts, u32::from_le_bytes)?;
        let figures = of.into_iter().zip(reasons).zip(counts.into_iter().zip(millis));
        let figures = figures.map(|((at, reason), (count, millis))| Some((at, reason?, Figures { count, millis })));
        segment.figures = figures.collect::<Option<_>>()?;
        segment.hours = segment.minutes.iter().map(|minute| (minute / 60) as u8).collect();
        let is_within = |(from, count): &(u32, u32)| *from as usize + *count as usize <= items;
        let is_whole = rest.is_empty() && len <= ROWS && segment.items.iter().all(is_within);
        is_whole.then_some(segment)
    }
}

/// Appends a column.
pub(super) fn write<T, const SIZE: usize>(bytes: &mut Vec<u8>, column: &[T], to_bytes: impl Fn(&T) -> [u8; SIZE]) {
    bytes.extend(column.iter().flat_map(to_bytes));
}

/// Takes a column of so many values off the front; `None` where there are not so many.
pub(super) fn read<T, const SIZE: usize>(
    bytes: &mut &[u8],
    len: usize,
    from_bytes: impl Fn([u8; SIZE]) -> T,
) -> Option<Vec<T>> {
    let (column, rest) = bytes.split_at_checked(len.checked_mul(SIZE)?)?;
    *bytes = rest;
    let (values, _) = column.as_chunks::<SIZE>();
    Some(values.iter().map(|value| from_bytes(*value)).collect())
}

/// Takes so many bytes off the front.
pub(super) fn take<const SIZE: usize>(bytes: &mut &[u8]) -> Option<[u8; SIZE]> {
    let (front, rest) = bytes.split_first_chunk::<SIZE>()?;
    *bytes = rest;
    Some(*front)
}

/// How a follow-up ended and what words it brought.
pub(super) fn state_of(outcome: Outcome, text: Option<&PersonalText>) -> u8 {
    let is_said = |part: Option<&str>| part.is_some_and(|words| !words.is_empty());
    let Some(text) = text else { return outcome_bits(Some(outcome)) };
    let comment = if is_said(text.comment()) { COMMENT } else { 0 };
    let contact = if is_said(text.contact()) { CONTACT } else { 0 };
    let sealed = if text.comment().is_none() { SEALED } else { 0 };
    outcome_bits(Some(outcome)) | comment | contact | sealed
}

/// Whether a state has words of that kind.
pub(super) fn has(state: u8, words: Words) -> bool {
    let bits = match words {
        Words::Comment => COMMENT,
        Words::Contact => CONTACT,
        Words::Sealed => SEALED,
        Words::Any => COMMENT | CONTACT | SEALED,
    };
    state & bits != 0
}

/// Whether a state has that outcome.
pub(super) fn ended(state: u8, outcome: Option<Outcome>) -> bool {
    state & OUTCOME_BITS == outcome_bits(outcome)
}

fn outcome_bits(outcome: Option<Outcome>) -> u8 {
    match outcome {
        None => 0,
        Some(Outcome::Complete) => 1,
        Some(Outcome::Skipped) => 2,
        Some(Outcome::TimedOut) => 3,
    }
}

/// The bit of a doubt.
pub(super) fn bit(reason: Reason) -> u8 {
    1 << reason as u8
}

fn key(place: Place) -> u64 {
    u64::from(place.epoch) << SEQ_BITS | place.seq & ((1 << SEQ_BITS) - 1)
}

fn place(key: u64) -> Place {
    Place { epoch: (key >> SEQ_BITS) as u32, seq: key & ((1 << SEQ_BITS) - 1) }
}
