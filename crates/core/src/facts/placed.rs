//! Where the events of a response stand, and what has become of it since they were recorded: what an export needs beside
//! the events themselves.

use std::collections::BTreeMap;

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
const _: () = assert!(Reason::Burst as u8 == 0 && Reason::Appeal as usize == Reason::ALL.len() - 1);

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

    /// How many responses there are by whoever served and by survey, those of which there are any: one pass for both.
    pub fn staff_and_surveys(&self) -> [BTreeMap<&str, u64>; 2] {
        let facts = self.facts;
        let mut by_setting = vec![0_u64; facts.settings.values().len()];
        self.each(|segment, at| {
            if let Some(count) = by_setting.get_mut(segment.settings[at] as usize) {
                *count += 1;
            }
        });
        let (mut staff, mut surveys) = (BTreeMap::new(), BTreeMap::new());
        for (setting, count) in facts.settings.values().iter().zip(by_setting).filter(|(_, count)| *count > 0) {
            if let Some(name) = facts.staff.get(setting.staff).filter(|name| !name.is_empty()) {
                *staff.entry(name.as_str()).or_default() += count;
            }
            if let Some(name) = facts.surveys.get(setting.survey) {
                *surveys.entry(name.as_str()).or_default() += count;
            }
        }
        [staff, surveys]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Head;
    use crate::event::{Body, Context, Draft, Outcome, Rating, Scale};
    use crate::facts::Filter;
    use crate::journal::Entry;
    use crate::time::{Moment, UnixMillis, Uptime, UtcOffset};

    #[test]
    fn says_where_a_response_stands_and_whose_it_is() {
        let (mut head, mut facts) = (Head::enrol("tablet", 1), Facts::default());
        let mut record = |body: Body, n: u8| {
            let now = UnixMillis(1_795_398_067_120 + i64::from(n) * 60_000);
            let moment = Moment { now, offset: UtcOffset(0), uptime: Uptime(u64::from(n) * 60_000), random: [n; 26] };
            let (event, next) = head.link(&Draft::new(&moment, body));
            head = next;
            let place = Place { epoch: event.epoch, seq: event.seq };
            facts.push(&Entry { place, event: event.clone(), text: None });
            event.id
        };
        for (n, staff) in [(0, Some("007")), (2, Some("007")), (4, None)] {
            let context = Context { survey: "bank".into(), staff: staff.map(str::to_owned), ..Context::default() };
            let value = Rating::new(4).unwrap();
            let id = record(Body::RatingGiven { value, scale: Scale::Faces5, context }, n);
            if n == 2 {
                record(Body::detailed(id, Outcome::Complete, &[], 60), n + 1);
            }
        }
        let chosen = facts.select(&Filter::default());
        let mut placed = Vec::new();
        chosen.each_placed(|row| placed.push((row.given_at.seq, row.detailed_at.map(|place| place.seq), row.level)));
        assert_eq!(placed, [(1, None, 4), (2, Some(3), 4), (4, None, 4)]);
        let rows: Vec<_> = chosen.rows().filter_map(|row| facts.placed(row)).map(|row| row.given_at.seq).collect();
        assert_eq!(rows, [1, 2, 4]);
        let [staff, surveys] = chosen.staff_and_surveys();
        assert_eq!((staff, surveys), (BTreeMap::from([("007", 2)]), BTreeMap::from([("bank", 3)])));
    }
}
