//! A slow look through the whole journal: what a disk has spoilt is found although nobody reads it.
//!
//! An upload reads what waits, and the second place has that as well. What was delivered months ago is read only by
//! results, exports and `candor verify`; a database without checksums may have lost it long before.

use crate::chain::Head;
use crate::journal::{Place, Row, is_pruned, lacks_words, open_row};

/// Goes over the rows of a journal, in the order of their places.
#[derive(Clone, Debug)]
pub struct Scrub {
    /// The end of the journal when this began.
    end: Place,
    /// The next place of the epoch that is in use: in this one no number may be missing.
    next: Place,
    found: Damage,
}

/// What a scrub found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Events that cannot be read, are not as they were recorded, or are gone from the epoch that is in use.
    pub count: u64,
    /// Where the first of them stands, or stood.
    pub first: Place,
}

impl Scrub {
    /// Begins before the first row of a journal that ends there.
    pub fn of(head: &Head) -> Self {
        let end = Place { epoch: head.epoch, seq: head.seq };
        Self { end, next: Place { epoch: head.epoch, seq: 1 }, found: Damage::default() }
    }

    /// Looks at the next row; an empty text is one that cannot be read.
    pub fn look_at(&mut self, row: &Row) {
        if row.place.epoch == self.end.epoch {
            self.miss_until(row.place.seq);
            self.next.seq = row.place.seq + 1;
        }
        if !is_pruned(&row.json) && (lacks_words(&row.json) || open_row(&row.json).is_none()) {
            self.add(1, row.place);
        }
    }

    /// What all rows together have shown.
    pub fn finish(mut self) -> Damage {
        self.miss_until(self.end.seq + 1);
        self.found
    }

    fn miss_until(&mut self, seq: u64) {
        let missing = seq.saturating_sub(self.next.seq);
        if missing > 0 {
            self.add(missing, self.next);
        }
    }

    fn add(&mut self, count: u64, place: Place) {
        if self.found.count == 0 {
            self.found.first = place;
        }
        self.found.count += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::PersonalText;
    use crate::event::Draft;
    use crate::journal::contract::rating;
    use crate::journal::pruned;
    use crate::wire::CloudEvent;

    /// The rows of five ratings, the third with words, and the head behind them.
    fn journal() -> (Vec<Row>, Head) {
        let mut head = Head::enrol("tablet", 3);
        let row = |n: u8| {
            let text = PersonalText::new("排队太久", &[n; 16]).filter(|_| n == 3);
            let (event, next) = head.link(&Draft { text: text.clone(), ..rating(n) });
            head = next;
            let json = serde_json::to_string(&CloudEvent::new(&event, text.as_ref())).unwrap();
            Row { place: Place { epoch: event.epoch, seq: event.seq }, json }
        };
        ((1..=5).map(row).collect(), head)
    }

    fn scrub(rows: &[Row], head: &Head) -> Damage {
        let mut scrub = Scrub::of(head);
        rows.iter().for_each(|row| scrub.look_at(row));
        scrub.finish()
    }

    fn damage(count: u64, seq: u64) -> Damage {
        Damage { count, first: Place { epoch: 3, seq } }
    }

    #[test]
    fn a_whole_journal_shows_nothing_pruned_or_not() {
        let (mut rows, head) = journal();
        assert_eq!(scrub(&rows, &head), Damage::default());
        rows[0].json = pruned(&open_row(&rows[0].json).unwrap().0);
        assert_eq!(scrub(&rows, &head), Damage::default());
        assert_eq!(scrub(&[], &Head::enrol("tablet", 1)), Damage::default(), "nothing was recorded yet");
    }

    #[test]
    fn an_event_that_is_not_as_it_was_recorded_is_found() {
        let (rows, head) = journal();
        let spoilt = |index: usize, spoil: &dyn Fn(&str) -> String| {
            let mut rows = rows.clone();
            rows[index].json = spoil(&rows[index].json);
            scrub(&rows, &head)
        };
        assert_eq!(spoilt(1, &|_| String::new()), damage(1, 2), "cannot be read");
        assert_eq!(spoilt(3, &|json| json.replace("rating.given", "rating.giveN")), damage(1, 4), "another byte");
        assert_eq!(spoilt(2, &|json| json.replace("太久", "太快")), damage(1, 3), "other words");
        let wordless = |json: &str| CloudEvent::to_json(&open_row(json).unwrap().0);
        assert_eq!(spoilt(2, &wordless), damage(1, 3), "its words are gone");
    }

    #[test]
    fn what_is_gone_is_counted_in_the_epoch_that_is_in_use_alone() {
        let (rows, head) = journal();
        assert_eq!(scrub(&rows[1..], &head), damage(1, 1));
        assert_eq!(scrub(&[&rows[..1], &rows[3..]].concat(), &head), damage(2, 2));
        assert_eq!(scrub(&rows[..2], &head), damage(3, 3), "what went was the end");
        // Of an epoch that ended with a loss nobody knows better than what was reported then.
        let later = Head::enrol("tablet", 4);
        assert_eq!(scrub(&rows[1..], &later), Damage::default());
        // What is recorded while this looks is behind the end.
        assert_eq!(scrub(&rows, &Head { seq: 2, ..head }), Damage::default());
    }
}
