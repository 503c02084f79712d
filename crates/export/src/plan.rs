//! Which responses are to be written, and where their events stand: so that whoever writes them reads the journal once,
//! in slices, and counts nothing.

use candor_core::facts::{Placed, Selection};
use candor_core::journal::Place;

/// Bytes of a response: two places, the level, the doubts, those that were taken back.
const WIDTH: usize = 2 * PLACE + 3;
/// An epoch and a number.
const PLACE: usize = 12;

/// The rows of a selection as bytes, which travel to another worker without being copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan(Vec<u8>);

impl Plan {
    /// Writes down the rows of a selection, oldest first.
    pub fn of(selection: &Selection<'_>) -> Self {
        let mut plan = Self(Vec::with_capacity(usize::try_from(selection.count()).unwrap_or_default() * WIDTH));
        selection.each_placed(|placed| plan.push(&placed));
        plan
    }

    /// Appends a row.
    pub fn push(&mut self, placed: &Placed) {
        let nowhere = Place::default();
        for place in [placed.given_at, placed.detailed_at.unwrap_or(nowhere)] {
            self.0.extend(place.epoch.to_le_bytes());
            self.0.extend(place.seq.to_le_bytes());
        }
        self.0.extend([placed.level, placed.raised, placed.cleared]);
    }

    /// Takes bytes that were written elsewhere; what does not fill a row at the end is left out.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.0.len() / WIDTH
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// So many rows from one on; fewer at the end.
    pub fn rows(&self, from: usize, count: usize) -> impl Iterator<Item = Placed> {
        self.0.chunks_exact(WIDTH).skip(from).take(count).filter_map(read)
    }
}

fn read(bytes: &[u8]) -> Option<Placed> {
    let place = |at: usize| {
        let epoch = u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
        let seq = u64::from_le_bytes(bytes.get(at + 4..at + PLACE)?.try_into().ok()?);
        Some(Place { epoch, seq })
    };
    let [level, raised, cleared] = *bytes.get(2 * PLACE..)? else { return None };
    let detailed_at = place(PLACE).filter(|place| *place != Place::default());
    Some(Placed { given_at: place(0)?, detailed_at, level, raised, cleared })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_the_rows_that_were_written_down() {
        let place = |seq| Place { epoch: 7, seq };
        let rows: Vec<Placed> = (1..5)
            .map(|n| Placed {
                given_at: place(n),
                detailed_at: (n % 2 == 0).then(|| place(n + 1)),
                level: n as u8,
                raised: 5,
                cleared: 4,
            })
            .collect();
        let mut plan = Plan::default();
        rows.iter().for_each(|placed| plan.push(placed));
        let mut bytes = plan.as_bytes().to_vec();
        bytes.push(0);
        let plan = Plan::from_bytes(bytes);
        assert_eq!((plan.len(), plan.is_empty()), (4, false));
        assert_eq!(plan.rows(0, 10).collect::<Vec<_>>(), rows);
        assert_eq!(plan.rows(1, 2).collect::<Vec<_>>(), rows[1..3]);
    }
}
