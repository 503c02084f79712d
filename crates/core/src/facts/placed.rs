//! Where the events of a response stand, and what has become of it since they were recorded: what an export needs beside
//! the events themselves.

use super::{Facts, RowId, Segment, Selection};
use crate::journal::Place;
use crate::vandal::Reason;

/// A response as an export looks it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Where the event stands that gave it.
    pub given_at: Place,
    /// Where the event stands that ended the follow-up; `None` while none has.
    pub detailed_at: Option<Place>,
    /// The level, after corrections.
    pub level: u8,
    /// The doubts that were raised, a bit for each place in [`Reason::ALL`].
    pub raised: u8,
    /// Those of them that were taken back.
    pub cleared: u8,
}

// The bit of a doubt in the columns is its place in the list.
const _: () = assert!(Reason::Burst as u8 == 0 && Reason::NoPause as usize == Reason::ALL.len() - 1);

impl Placed {
    fn of(segment: &Segment, at: usize) -> Self {
        Self {
            given_at: segment.given_at(at),
            detailed_at: segment.detailed_at(at),
            level: segment.levels[at],
            raised: segment.raised[at],
            cleared: segment.cleared[at],
        }
    }
}

impl Facts {
    /// Where one response stands; `None` of a row of other facts.
    pub fn placed(&self, row: RowId) -> Option<Placed> {
        let (number, at) = row.split();
        let segment = self.segments.get(number).filter(|segment| at < segment.len())?;
        Some(Placed::of(segment, at))
    }
}

impl Selection<'_> {
    /// Where the responses stand, oldest first.
    pub fn each_placed(&self, mut take: impl FnMut(Placed)) {
        self.each(|segment, at| take(Placed::of(segment, at)));
    }
}
