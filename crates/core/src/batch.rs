//! A batch: queued events, and the one body in which they travel. What is sent next is the outbox's business.
//!
//! The one invariant: a frozen batch never changes. Whoever wants other bytes thaws it and freezes a new one.

use std::ops::Range;

use serde::Serialize;

use crate::event::EventId;
use crate::journal::{LAST_OWN_EPOCH, Place};
use crate::outbox::Limits;
use crate::wire::BATCH_TYPE;

/// How the events of a batch stand in its body. The owner chooses what the endpoint reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Format {
    /// A JSON array of CloudEvents, named as such.
    #[default]
    #[serde(rename = "cloudevents-batch")]
    Batch,
    /// The same array as plain JSON.
    #[serde(rename = "json-array")]
    Array,
    /// One event a line.
    #[serde(rename = "json-lines")]
    Lines,
    /// One event a request.
    #[serde(rename = "cloudevents")]
    Single,
}

impl Format {
    /// All there are, the usual one first.
    pub const ALL: [Self; 4] = [Self::Batch, Self::Array, Self::Lines, Self::Single];

    /// The name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Batch => "cloudevents-batch",
            Self::Array => "json-array",
            Self::Lines => "json-lines",
            Self::Single => "cloudevents",
        }
    }

    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The body's `Content-Type`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Batch => BATCH_TYPE,
            Self::Array => "application/json",
            Self::Lines => "application/x-ndjson",
            Self::Single => "application/cloudevents+json",
        }
    }

    /// What stands before the first event, between two, and after the last.
    fn around(self) -> [&'static str; 3] {
        match self {
            Self::Batch | Self::Array => ["[", ",", "]"],
            Self::Lines => ["", "\n", "\n"],
            Self::Single => ["", "", ""],
        }
    }
}

/// One queued event as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Where it stands in the journal.
    pub place: Place,
    /// Its id.
    pub id: EventId,
    /// The CloudEvent with its text, as JSON.
    pub json: String,
}

/// A batch whose bytes are fixed: a retry sends the same, from whichever tab, after whatever crash. Which events are in
/// it, in which order and format, is kept; the row of an event that waits never changes, so the bytes are made of rows
/// again and need not be written once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// Names the batch in `Idempotency-Key`.
    pub id: EventId,
    /// Its events, in the order of the journal.
    pub events: Vec<(Place, EventId)>,
    /// How they stand in the body. Where the settings have another by now, the batch is thawed before it is sent.
    pub format: Format,
    /// The request's body, before any coding.
    pub body: String,
}

impl Frozen {
    /// Freezes as many parcels as the limits allow, at least one; `None` when there is nothing to send. What was restored
    /// from another tablet's back-up travels by itself, each shelf of it: a receiver may refuse the whole batch for it.
    pub fn new(id: EventId, parcels: impl IntoIterator<Item = Parcel>, limits: &Limits) -> Option<Self> {
        let most = if limits.format == Format::Single { 1 } else { limits.events };
        let [before, between, after] = limits.format.around();
        let mut events: Vec<(Place, EventId)> = Vec::new();
        // Room for all of it at once: a text that doubles its room leaves holes behind in a memory that never shrinks.
        let mut body = String::with_capacity(if most > 1 { limits.bytes } else { 0 });
        body.push_str(before);
        let sendable = parcels.into_iter().filter(|parcel| !limits.skip.contains(&parcel.id)).take(most);
        for Parcel { place, id, json } in sendable {
            if let Some((first, _)) = events.first() {
                if is_of_another(*first, place) {
                    break;
                }
                if body.len() + between.len() + json.len() + after.len() > limits.bytes {
                    break;
                }
                body.push_str(between);
            }
            body.push_str(&json);
            events.push((place, id));
        }
        body.push_str(after);
        (!events.is_empty()).then_some(Self { id, events, format: limits.format, body })
    }

    /// What is kept of the batch: everything but its bytes, as one text.
    pub fn to_record(&self) -> String {
        // A line of the list has an id of 36 characters and two numbers.
        let mut record = String::with_capacity(64 * (self.events.len() + 1));
        record.push_str(&format!("{} {} {}", self.id, self.format.name(), self.body.len()));
        for (place, id) in &self.events {
            record.push_str(&format!("\n{} {} {id}", place.epoch, place.seq));
        }
        record
    }

    /// The shelf that its events stand on if they were restored from another tablet's back-up.
    pub fn shelf(&self) -> Option<u32> {
        self.events.last().filter(|(place, _)| place.is_restored()).map(|(place, _)| place.epoch)
    }

    /// Where the device's own events lie behind those of this batch; `None` behind restored ones.
    pub fn own_behind(&self) -> Option<Range<Place>> {
        let (last, _) = self.events.last().filter(|(place, _)| !place.is_restored())?;
        Some(Place { seq: last.seq + 1, ..*last }..Place::first_of(LAST_OWN_EPOCH + 1))
    }

    /// The ids of its events.
    pub fn ids(&self) -> Vec<EventId> {
        self.events.iter().map(|(_, id)| id.clone()).collect()
    }
}

/// What [`Frozen::to_record`] has kept of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// As in [`Frozen`].
    pub events: Vec<(Place, EventId)>,
    id: EventId,
    format: Format,
    /// Of the body, in bytes.
    length: usize,
}

impl Kept {
    /// Reads what was kept; `None` for anything else.
    pub fn from_record(record: &str) -> Option<Self> {
        let mut lines = record.split('\n');
        let mut words = lines.next()?.split(' ');
        let (id, format) = (EventId::parse(words.next()?)?, Format::named(words.next()?)?);
        let length = words.next()?.parse().ok()?;
        let mut events = Vec::new();
        for line in lines {
            let mut words = line.split(' ');
            let place = Place { epoch: words.next()?.parse().ok()?, seq: words.next()?.parse().ok()? };
            events.push((place, EventId::parse(words.next()?)?));
        }
        Some(Self { events, id, format, length })
    }

    /// The batch with its bytes, made of the rows of its events in their order. `None` where they are not what they
    /// were: then another batch is frozen.
    pub fn with_rows(self, rows: impl IntoIterator<Item = String>) -> Option<Frozen> {
        let Self { events, id, format, length } = self;
        let [before, between, after] = format.around();
        let mut body = String::with_capacity(length);
        body.push_str(before);
        let mut count = 0;
        for json in rows {
            if count > 0 {
                body.push_str(between);
            }
            body.push_str(&json);
            count += 1;
        }
        body.push_str(after);
        (count == events.len() && body.len() == length).then_some(Frozen { id, events, format, body })
    }
}

fn is_of_another(first: Place, place: Place) -> bool {
    first.epoch != place.epoch && (first.is_restored() || place.is_restored())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::contract::rating;

    fn parcel(n: u8) -> Parcel {
        let place = Place { epoch: 2, seq: n.into() };
        Parcel { place, id: rating(n).id, json: format!("{{\"n\":\"第 {n} 条\\n\"}}") }
    }

    fn check_body(format: Format, expected: &str) {
        let limits = Limits { events: 9, bytes: 9_999, skip: vec![parcel(2).id], set_apart: 0, format };
        let frozen = Frozen::new(rating(99).id, (1..4).map(parcel), &limits).unwrap();
        assert_eq!(frozen.body, expected, "{}", format.name());
        let rows = [1, 3].map(|n| parcel(n).json).into_iter().take(frozen.events.len());
        let again = Kept::from_record(&frozen.to_record()).and_then(|kept| kept.with_rows(rows));
        assert_eq!(again, Some(frozen), "byte for byte");
    }

    #[test]
    fn a_batch_is_written_as_its_format_says_and_kept_byte_for_byte() {
        for format in [Format::Batch, Format::Array] {
            check_body(format, "[{\"n\":\"第 1 条\\n\"},{\"n\":\"第 3 条\\n\"}]");
        }
        check_body(Format::Lines, "{\"n\":\"第 1 条\\n\"}\n{\"n\":\"第 3 条\\n\"}\n");
        check_body(Format::Single, "{\"n\":\"第 1 条\\n\"}");
    }

    #[test]
    fn a_batch_whose_rows_are_not_what_they_were_is_none() {
        let limits = Limits { events: 9, bytes: 9_999, skip: Vec::new(), set_apart: 0, format: Format::Batch };
        let record = Frozen::new(rating(99).id, (1..4).map(parcel), &limits).unwrap().to_record();
        let again = |rows: &[u8]| Kept::from_record(&record)?.with_rows(rows.iter().map(|n| parcel(*n).json));
        assert!(again(&[1, 2, 3]).is_some());
        assert_eq!([again(&[1, 2]), again(&[1, 2, 3, 3]), again(&[1, 2, 30])], [None, None, None]);
        let id = rating(1).id;
        for broken in ["", "x", "x json-lines 2", &format!("{id} xml 2"), &format!("{id} json-array 2\n1 1 nobody")] {
            assert_eq!(Kept::from_record(broken), None, "{broken}");
        }
    }

    #[test]
    fn never_mixes_what_is_its_own_with_what_was_restored_from_others() {
        let places = [(1, 1), (2, 1), (2, 2), (8_190, 7), (8_190, 8), (8_191, 1)];
        let parcels = places.map(|(epoch, seq)| Parcel { place: Place { epoch, seq }, ..parcel(1) });
        let limits = Limits { events: 9, bytes: 9_999, skip: Vec::new(), set_apart: 0, format: Format::Batch };
        let (mut at, mut batches) = (0, Vec::new());
        while let Some(frozen) = Frozen::new(rating(99).id, parcels[at..].to_vec(), &limits) {
            at += frozen.events.len();
            batches.push((frozen.events.len(), frozen.shelf()));
        }
        assert_eq!(batches, [(3, None), (2, Some(8_190)), (1, Some(8_191))]);
    }

    #[test]
    fn names_each_format_once() {
        for format in Format::ALL {
            assert_eq!(Format::named(format.name()), Some(format));
            assert_eq!(serde_json::to_string(&format).unwrap(), format!("{:?}", format.name()));
        }
        assert_eq!(Format::named("xml"), None);
    }

    #[test]
    fn a_batch_keeps_to_its_bytes_but_for_a_single_large_event() {
        let parcel = |n: u8| Parcel { json: "x".repeat(60), ..parcel(n) };
        let count = |format, bytes| {
            let limits = Limits { events: 9, bytes, skip: Vec::new(), set_apart: 0, format };
            let frozen = Frozen::new(rating(99).id, (1..9).map(parcel), &limits).unwrap();
            assert!(frozen.events.len() == 1 || frozen.body.len() <= bytes);
            frozen.events.len()
        };
        assert_eq!([10, 122, 123, 1_000].map(|bytes| count(Format::Batch, bytes)), [1, 1, 2, 8]);
        assert_eq!([10, 121, 122, 1_000].map(|bytes| count(Format::Lines, bytes)), [1, 1, 2, 8]);
        assert_eq!(count(Format::Single, 1_000), 1);
    }
}
