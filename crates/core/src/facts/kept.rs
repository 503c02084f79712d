//! Facts as bytes, so that a screen of results need not wait until a long journal has been read again.
//!
//! They are a reading of the journal, never a source: what cannot be read back, does not fit together, or was written by
//! another release, whose rules may find other doubts, is thrown away and read anew. Whoever wipes the journal wipes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::intern::Interned;
use super::offers::Offers;
use super::segment::{Segment, read, write};
use super::{Date, Facts, ROWS, RowId, Setting, Watch};

/// What facts are kept as. All parts belong together: a store writes them in one transaction, with the place up to which
/// the journal has been folded in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Everything but the segments.
    pub frame: Vec<u8>,
    /// The segments that have changed since they were kept last, with their numbers from 0.
    pub segments: Vec<(usize, Vec<u8>)>,
}

/// The frame, before the columns of the offers.
#[derive(Serialize, Deserialize)]
struct Frame {
    release: String,
    /// The sum of each segment's bytes.
    segments: Vec<u64>,
    surveys: Vec<String>,
    points: Vec<String>,
    staff: Vec<String>,
    languages: Vec<String>,
    channels: Vec<String>,
    days: Vec<Option<String>>,
    settings: Vec<Setting>,
    reasons: Vec<(u32, String)>,
    reason_sets: Vec<Vec<u32>>,
    items: Vec<(u32, String)>,
    watch: Watch,
    orphans: u64,
    offers: usize,
}

impl Facts {
    /// What has to be written to keep these facts: the frame, and of the segments those that have changed since the last
    /// call. `release` names the program. Where it could not be written, [`Facts::forget_kept`] has all written again.
    pub fn keep(&mut self, release: &str) -> Kept {
        let mut segments = Vec::new();
        for (number, (segment, kept)) in self.segments.iter().zip(&mut self.kept).enumerate() {
            if kept.is_none() {
                let bytes = segment.to_bytes();
                *kept = Some(sum(&bytes));
                segments.push((number, bytes));
            }
        }
        let Offers { keys, settings, days, hours, ends, .. } = &self.offers;
        let frame = Frame {
            release: release.to_owned(),
            segments: self.kept.iter().copied().map(Option::unwrap_or_default).collect(),
            surveys: self.surveys.values().to_vec(),
            points: self.points.values().to_vec(),
            staff: self.staff.values().to_vec(),
            languages: self.languages.values().to_vec(),
            channels: self.channels.values().to_vec(),
            days: self.days.values().iter().map(|day| day.map(String::from)).collect(),
            settings: self.settings.values().to_vec(),
            reasons: self.reasons.values().to_vec(),
            reason_sets: self.reason_sets.values().to_vec(),
            items: self.items.values().to_vec(),
            watch: self.watch.clone(),
            orphans: self.orphans,
            offers: keys.len(),
        };
        let json = serde_json::to_vec(&frame).unwrap_or_default();
        let mut bytes = vec![0; 8];
        bytes.extend((json.len() as u32).to_le_bytes());
        bytes.extend(json);
        write(&mut bytes, keys, |key| key.to_le_bytes());
        write(&mut bytes, settings, |id| id.to_le_bytes());
        write(&mut bytes, days, |id| id.to_le_bytes());
        bytes.extend(hours);
        bytes.extend(ends);
        let sum = sum(&bytes[8..]);
        bytes[..8].copy_from_slice(&sum.to_le_bytes());
        Kept { frame: bytes, segments }
    }

    /// Has the next [`Facts::keep`] give every segment.
    pub fn forget_kept(&mut self) {
        self.kept.fill(None);
    }

    /// Reads kept facts back, `segments` in their order; `None` of what does not fit together, is damaged, or was written
    /// by another release. What comes after them in the journal can be folded in as if they had never been written.
    pub fn restore(release: &str, frame: &[u8], segments: &[Vec<u8>]) -> Option<Self> {
        let (expected, rest) = frame.split_first_chunk::<8>()?;
        (u64::from_le_bytes(*expected) == sum(rest)).then_some(())?;
        let (len, rest) = rest.split_first_chunk::<4>()?;
        let (json, mut offers) = rest.split_at_checked(u32::from_le_bytes(*len) as usize)?;
        let frame: Frame = serde_json::from_slice(json).ok()?;
        let sums = segments.iter().map(|bytes| sum(bytes));
        (frame.release == release && frame.segments.iter().copied().eq(sums)).then_some(())?;
        let segments: Vec<Segment> = segments.iter().map(|bytes| Segment::from_bytes(bytes)).collect::<Option<_>>()?;
        let all_but_last = segments.iter().rev().skip(1);
        all_but_last.clone().all(|segment| segment.len() == ROWS).then_some(())?;

        let rest = &mut offers;
        let count = frame.offers;
        let keys = read(rest, count, u128::from_le_bytes)?;
        let offers = Offers {
            index: keys.iter().copied().zip(0..).collect(),
            keys,
            settings: read(rest, count, u32::from_le_bytes)?,
            days: read(rest, count, u32::from_le_bytes)?,
            hours: read(rest, count, u8::from_le_bytes)?,
            ends: read(rest, count, u8::from_le_bytes)?,
        };
        let keys = segments.iter().flat_map(|segment| &segment.keys).copied();
        let index: BTreeMap<u128, RowId> = keys.zip((0..).map(RowId)).collect();
        let days = frame.days.iter().map(|day| day.as_deref().and_then(Date::of_time)).collect();
        Some(Self {
            index,
            kept: frame.segments.into_iter().map(Some).collect(),
            segments,
            settings: Interned::of(frame.settings),
            surveys: Interned::of(frame.surveys),
            points: Interned::of(frame.points),
            staff: Interned::of(frame.staff),
            languages: Interned::of(frame.languages),
            channels: Interned::of(frame.channels),
            days: Interned::of(days),
            reasons: Interned::of(frame.reasons),
            reason_sets: Interned::of(frame.reason_sets),
            items: Interned::of(frame.items),
            offers,
            watch: frame.watch,
            orphans: frame.orphans,
        })
    }
}

/// A sum that tells damage and mixed-up parts, not an attack: FNV-1a, of words in place of bytes for the sake of speed.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let words = words.iter().chain([&last]).map(|word| u64::from_le_bytes(*word));
    words.chain([bytes.len() as u64]).fold(0xcbf2_9ce4_8422_2325, |sum, word| {
        // The rotation brings the high bits of a word back into what the next one changes.
        ((sum ^ word).wrapping_mul(0x0100_0000_01b3)).rotate_left(23)
    })
}
