//! The second place: what is not yet acknowledged, kept once more outside the database, and the mark that tells how far
//! the journal had come.
//!
//! A browser wipes a damaged database in silence, and all databases of an origin lie in one store: only a file beside
//! them tells a wiped tablet from a new one. The file is a row of [frames](frame) with room of zeros behind it, the mark
//! two slots of fixed size that are written in turn, so that one of them is whole whatever happens to the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::chain::{Hash, Head};
use crate::health::FindingKind;
use crate::journal::Place;

/// Begins each frame, and is looked for after damage.
const MAGIC: &[u8; 4] = b"CNDR";
/// Magic, length, checksum.
const HEADER_BYTES: usize = 4 + 4 + CHECK_DIGITS;
/// So many digits of SHA-256 tell whole from damaged: nobody forges here, flash decays.
const CHECK_DIGITS: usize = 16;
/// Larger than any event with its words: a length above it is damage.
const MAX_PAYLOAD_BYTES: usize = 4 * 1024 * 1024;
/// One of the mark's two slots; a sector of any disk holds both.
pub const SLOT_BYTES: usize = 128;

fn check(payload: &[u8]) -> String {
    Hash::of(payload).as_str().chars().take(CHECK_DIGITS).collect()
}

/// One payload as it stands in the file: magic, length (32 bits, little-endian), sixteen digits of its SHA-256, payload.
pub fn frame(payload: &str) -> Vec<u8> {
    let bytes = payload.as_bytes();
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&MAGIC[..], &length.to_le_bytes(), check(bytes).as_bytes(), bytes].concat()
}

/// Reads frames from a file that comes piece by piece. Damage costs the frames that it lies in and no other.
#[derive(Debug, Default)]
pub struct FrameReader {
    buffer: Vec<u8>,
    damaged_bytes: u64,
}

impl FrameReader {
    /// Takes the next piece and gives the payloads that are whole by now.
    pub fn push(&mut self, piece: &[u8]) -> Vec<String> {
        self.buffer.extend_from_slice(piece);
        self.take(false)
    }

    /// The file has ended: gives the payloads that were still waited for, and how many bytes of the whole file belong
    /// to no whole frame: a write that was cut short, or damage.
    pub fn finish(mut self) -> (Vec<String>, u64) {
        (self.take(true), self.damaged_bytes)
    }

    fn take(&mut self, is_end: bool) -> Vec<String> {
        let (mut payloads, mut at) = (Vec::new(), 0);
        loop {
            // Between frames zeros are room that is kept free.
            at += self.buffer.iter().skip(at).take_while(|byte| **byte == 0).count();
            let Some(rest) = self.buffer.get(at..).filter(|rest| !rest.is_empty()) else { break };
            match whole_frame(rest) {
                Some((payload, length)) => {
                    payloads.push(payload);
                    at += length;
                }
                None if !is_end && rest.len() < HEADER_BYTES + MAX_PAYLOAD_BYTES && may_become_whole(rest) => break,
                None => {
                    let next = rest.windows(MAGIC.len()).skip(1).position(|bytes| bytes == MAGIC);
                    // The last bytes of a piece may be the beginning of the next frame's magic.
                    let kept = if is_end { 0 } else { MAGIC.len() - 1 };
                    let lost = next.map_or(rest.len().saturating_sub(kept), |position| position + 1);
                    if lost == 0 {
                        break;
                    }
                    self.damaged_bytes += lost as u64;
                    at += lost;
                }
            }
        }
        self.buffer.drain(..at);
        payloads
    }
}

/// Whether more bytes could make a whole frame of these.
fn may_become_whole(rest: &[u8]) -> bool {
    let Some(header) = rest.get(..8) else { return MAGIC.starts_with(&rest[..rest.len().min(MAGIC.len())]) };
    let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
    header.starts_with(MAGIC) && length <= MAX_PAYLOAD_BYTES && rest.len() < HEADER_BYTES + length
}

fn whole_frame(file: &[u8]) -> Option<(String, usize)> {
    let header = file.get(..HEADER_BYTES).filter(|header| header.starts_with(MAGIC))?;
    let length = u32::from_le_bytes(header[4..8].try_into().ok()?) as usize;
    let end = HEADER_BYTES.checked_add(length).filter(|_| length <= MAX_PAYLOAD_BYTES)?;
    let payload = file.get(HEADER_BYTES..end)?;
    (check(payload).as_bytes() == &header[8..]).then_some(())?;
    Some((String::from_utf8(payload.to_vec()).ok()?, end))
}

/// Places of events that stand in the file and that no answer of the endpoint has settled yet, kept apart from the
/// database, which may lose its own list of them. As runs of numbers: months of a backlog are a few of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsettled {
    /// The first place of each run, and the last number of it.
    runs: BTreeMap<Place, u64>,
    /// Settled before they were filed.
    early: BTreeSet<Place>,
    newest: Place,
}

impl Unsettled {
    /// An event stands in the file.
    pub fn file(&mut self, place: Place) {
        self.newest = self.newest.max(place);
        if self.early.remove(&place) || self.contains(place) {
            return;
        }
        let before = self.runs.range_mut(..place).next_back();
        match before.filter(|(first, last)| first.epoch == place.epoch && **last + 1 == place.seq) {
            Some((_, last)) => *last = place.seq,
            None => _ = self.runs.insert(place, place.seq),
        }
    }

    /// An event was taken by the endpoint, or refused. Those restored from other tablets are not looked after.
    pub fn settle(&mut self, place: Place) {
        if let Some((first, last)) = self.run_of(place) {
            self.runs.remove(&first);
            if first < place {
                self.runs.insert(first, place.seq - 1);
            }
            if place.seq < last {
                self.runs.insert(Place { seq: place.seq + 1, ..place }, last);
            }
        } else if place > self.newest && !place.is_restored() {
            self.early.insert(place);
        }
    }

    /// The file is as far as this, whatever of it still waits.
    pub fn reach(&mut self, place: Place) {
        self.newest = self.newest.max(place);
    }

    /// Whether the event there stands in the file and is not settled.
    pub fn contains(&self, place: Place) -> bool {
        self.run_of(place).is_some()
    }

    /// Whether every event in the file is settled.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The runs: epoch, first number, last number.
    pub fn runs(&self) -> impl Iterator<Item = (u32, u64, u64)> {
        self.runs.iter().map(|(first, last)| (first.epoch, first.seq, *last))
    }

    fn run_of(&self, place: Place) -> Option<(Place, u64)> {
        let (first, last) = self.runs.range(..=place).next_back()?;
        (first.epoch == place.epoch && place.seq <= *last).then_some((*first, *last))
    }
}

/// How far the journal had come when it was last looked at: the high-water mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The device.
    pub device: String,
    /// Its newest epoch.
    pub epoch: u32,
    /// The newest number in it, 0 before the first.
    pub seq: u64,
}

impl Mark {
    /// The mark of a journal that stands there.
    pub fn of(head: &Head) -> Self {
        Self { device: head.device.clone(), epoch: head.epoch, seq: head.seq }
    }

    /// The mark as one slot of [`SLOT_BYTES`].
    pub fn to_slot(&self) -> String {
        let words = format!("{} {} {}", self.device, self.epoch, self.seq);
        let mut slot = format!("{words} {}", check(words.as_bytes()));
        while slot.len() < SLOT_BYTES - 1 {
            slot.push(' ');
        }
        slot.push('\n');
        slot
    }

    /// The newest mark among the slots that are whole.
    pub fn read(slots: &str) -> Option<Self> {
        let marks = slots.lines().filter_map(Self::from_slot);
        marks.reduce(|a, b| if (b.epoch, b.seq) < (a.epoch, a.seq) { a } else { b })
    }

    fn from_slot(slot: &str) -> Option<Self> {
        let (words, digits) = slot.trim_end().rsplit_once(' ')?;
        (check(words.as_bytes()) == digits).then_some(())?;
        let mut words = words.split(' ');
        let device = words.next()?.to_owned();
        Some(Self { device, epoch: words.next()?.parse().ok()?, seq: words.next()?.parse().ok()? })
    }
}

/// What a start found missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The database is empty, and the mark says that it was not.
    Wiped,
    /// The database ends before the mark: its newest events are gone.
    Cut,
}

impl Loss {
    /// The name in the event `health.reported`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wiped => const { FindingKind::StoreWiped.as_str() },
            Self::Cut => const { FindingKind::StoreCut.as_str() },
        }
    }
}

/// Where a start goes on: at the stored head, or at the beginning of a new epoch if the mark knows of more. No number is
/// ever used twice. `new_device` is the name for a tablet that has none.
pub fn resume(stored: Option<Head>, mark: Option<&Mark>, new_device: &str) -> (Head, Option<Loss>) {
    match (stored, mark) {
        (Some(head), Some(mark)) if mark.device == head.device && (mark.epoch, mark.seq) > (head.epoch, head.seq) => {
            let begun = Head { run: head.run, responses: head.responses, ..Head::enrol(&mark.device, mark.epoch + 1) };
            (begun, Some(Loss::Cut))
        }
        (Some(head), _) => (head, None),
        (None, Some(mark)) => {
            // A tablet that never recorded anything lost nothing but its name.
            let loss = (mark.seq > 0 || mark.epoch > 1).then_some(Loss::Wiped);
            (Head::enrol(&mark.device, mark.epoch + u32::from(loss.is_some())), loss)
        }
        (None, None) => (Head::enrol(new_device, 1), None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The whole payloads of a file that comes in pieces of that size, and the bytes of none.
    fn read_in_pieces(file: &[u8], size: usize) -> (Vec<String>, u64) {
        let mut reader = FrameReader::default();
        let mut payloads: Vec<String> = file.chunks(size).flat_map(|piece| reader.push(piece)).collect();
        let (rest, damaged_bytes) = reader.finish();
        payloads.extend(rest);
        (payloads, damaged_bytes)
    }

    fn payloads(file: &[u8]) -> Vec<String> {
        read_in_pieces(file, 7).0
    }

    fn file(payloads: &[&str]) -> Vec<u8> {
        payloads.iter().flat_map(|payload| frame(payload)).collect()
    }

    #[test]
    fn reads_back_what_was_framed() {
        for size in [1, 5, 29, 1_000] {
            let read = read_in_pieces(&file(&["{}", "排队太久", ""]), size);
            assert_eq!(read, (vec!["{}".into(), "排队太久".into(), String::new()], 0), "{size}");
        }
        assert_eq!(read_in_pieces(b"", 9), (Vec::new(), 0));
        assert_eq!(read_in_pieces(b"nothing of ours", 4), (Vec::new(), 15));
        for size in [1, 5, 29, 1_000] {
            let with_room = [&frame("{}")[..], &[0; 40], &frame("x"), &[0; 100]].concat();
            assert_eq!(
                read_in_pieces(&with_room, size),
                (vec!["{}".into(), "x".into()], 0),
                "room is no damage, {size}"
            );
        }
    }

    #[test]
    fn a_length_beyond_reason_is_damage() {
        let mut bytes = frame("x");
        bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        bytes.extend(frame("y"));
        assert_eq!(payloads(&bytes), ["y"]);
    }

    fn head(epoch: u32, seq: u64) -> Head {
        Head { run: 7, seq, responses: 3, ..Head::enrol("tablet", epoch) }
    }

    fn check_resume(stored: Option<(u32, u64)>, mark: Option<(u32, u64)>, place: (u32, u64), loss: Option<Loss>) {
        let mark = mark.map(|(epoch, seq)| Mark::of(&head(epoch, seq)));
        let (resumed, found) = resume(stored.map(|(epoch, seq)| head(epoch, seq)), mark.as_ref(), "new");
        assert_eq!(((resumed.epoch, resumed.seq), found), (place, loss), "{stored:?} {mark:?}");
        assert_eq!(resumed.device == "new", stored.is_none() && mark.is_none());
        assert_eq!(resumed.responses, if stored.is_some() { 3 } else { 0 });
    }

    #[test]
    fn a_start_that_knows_less_than_the_mark_begins_a_new_epoch() {
        check_resume(None, None, (1, 0), None);
        check_resume(Some((1, 9)), None, (1, 9), None);
        check_resume(Some((1, 9)), Some((1, 9)), (1, 9), None);
        check_resume(Some((1, 9)), Some((1, 4)), (1, 9), None);
        check_resume(Some((2, 1)), Some((1, 4)), (2, 1), None);
        check_resume(Some((1, 9)), Some((1, 10)), (2, 0), Some(Loss::Cut));
        check_resume(Some((1, 9)), Some((2, 1)), (3, 0), Some(Loss::Cut));
        check_resume(None, Some((1, 9)), (2, 0), Some(Loss::Wiped));
        check_resume(None, Some((3, 0)), (4, 0), Some(Loss::Wiped));
        check_resume(None, Some((1, 0)), (1, 0), None);
    }

    #[test]
    fn the_mark_of_another_device_says_nothing() {
        let foreign = Mark { device: "other".into(), epoch: 9, seq: 9 };
        assert_eq!(resume(Some(head(1, 4)), Some(&foreign), "new"), (head(1, 4), None));
    }

    #[test]
    fn one_whole_slot_is_enough() {
        let (old, new) = (Mark::of(&head(1, 9)), Mark::of(&head(2, 1)));
        let slots = |a: &str, b: &str| Mark::read(&[a, b].concat());
        assert_eq!((old.to_slot().len(), new.to_slot().len()), (SLOT_BYTES, SLOT_BYTES));
        assert_eq!(slots(&old.to_slot(), &new.to_slot()), Some(new.clone()));
        assert_eq!(slots(&new.to_slot(), &old.to_slot()), Some(new.clone()));
        assert_eq!(slots(&old.to_slot(), &new.to_slot()[..12]), Some(old.clone()));
        assert_eq!(slots(&old.to_slot().replace('9', "8"), &new.to_slot()), Some(new));
        assert_eq!(slots("", "\n\0\0"), None);
    }

    proptest! {
        #[test]
        fn damage_costs_the_frames_that_it_lies_in_and_no_other(
            payloads in prop::collection::vec("[a-z ]{0,40}", 1..20),
            size in 1_usize..200,
            at in any::<prop::sample::Index>(),
            bytes in prop::collection::vec(any::<u8>(), 1..64),
        ) {
            let whole: Vec<&str> = payloads.iter().map(String::as_str).collect();
            let mut damaged = file(&whole);
            let at = at.index(damaged.len());
            let end = damaged.len().min(at + bytes.len());
            damaged[at..end].copy_from_slice(&bytes[..end - at]);
            let (read, _) = read_in_pieces(&damaged, size);
            let (mut begin, mut expected) = (0, Vec::new());
            for payload in &whole {
                let length = frame(payload).len();
                if begin + length <= at || begin >= end || damaged[begin..begin + length] == frame(payload)[..] {
                    expected.push((*payload).to_owned());
                }
                begin += length;
            }
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn a_write_that_was_cut_short_costs_itself(payloads in prop::collection::vec(".{0,20}", 1..9), cut in 1_usize..20) {
            let whole: Vec<&str> = payloads.iter().map(String::as_str).collect();
            let mut bytes = file(&whole);
            bytes.truncate(bytes.len() - cut.min(frame(whole[whole.len() - 1]).len()));
            prop_assert_eq!(&read_in_pieces(&bytes, 11).0[..], &payloads[..payloads.len() - 1]);
        }
    }

    proptest! {
        #[test]
        fn what_is_filed_is_unsettled_until_it_is_settled(
            steps in proptest::collection::vec(proptest::option::of(1_u64..12), 1..80),
        ) {
            let (mut unsettled, mut model) = (Unsettled::default(), BTreeSet::new());
            let (mut filed, mut settled_early) = (0, BTreeSet::new());
            for step in steps {
                if let Some(seq) = step {
                    unsettled.settle(Place { epoch: 1, seq });
                    if !model.remove(&seq) && seq > filed {
                        settled_early.insert(seq);
                    }
                } else {
                    filed += 1;
                    unsettled.file(Place { epoch: 1, seq: filed });
                    if !settled_early.remove(&filed) {
                        model.insert(filed);
                    }
                }
                let runs: Vec<u64> = unsettled.runs().flat_map(|(_, first, last)| first..=last).collect();
                prop_assert_eq!(&runs, &model.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(unsettled.is_empty(), model.is_empty());
                let contains = |seq| unsettled.contains(Place { epoch: 1, seq });
                prop_assert_eq!((0..99).filter(|seq| contains(*seq)).collect::<Vec<_>>(), runs);
            }
        }
    }

    #[test]
    fn an_epoch_is_a_run_of_its_own_and_what_was_restored_is_not_looked_after() {
        let mut unsettled = Unsettled::default();
        for (epoch, seq) in [(1, 7), (1, 8), (2, 1), (2, 2), (2, 2)] {
            unsettled.file(Place { epoch, seq });
        }
        unsettled.settle(Place { epoch: u32::MAX, seq: 1 });
        unsettled.reach(Place { epoch: 2, seq: 4 });
        unsettled.settle(Place { epoch: 2, seq: 4 });
        assert_eq!(unsettled.runs().collect::<Vec<_>>(), [(1, 7, 8), (2, 1, 2)]);
        assert!(unsettled.early.is_empty());
    }
}
