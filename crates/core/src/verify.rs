//! The verifier: reads an export or a collector's read-out line by line and says what was done to it.
//!
//! Pure and streaming: of each device and epoch it keeps a few hashes, one more pair for each gap, and what it found; of
//! each event two numbers, by which an id that comes again is known.
//! It never says "whole" of what it could not read. What it cannot know is told in SECURITY.md: a chain needs no secret,
//! so who forges all of it is found by a signed head only.

mod clock;
mod store;
mod track;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher as _};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chain::{Hash, Head, enrolment_hash, hash};
use crate::event::{Event, EventId};
use crate::repeats::repeated_member;
use crate::wire::{CloudEvent, SOURCE_PREFIX, TYPE_PREFIX};
use crate::witness::SignedHead;
use clock::Mark;
use track::{Anchor, Link, Placed, Track};

pub use words::{Language, describe, describe_report};

/// Findings that are listed; of a file that is broken throughout the rest is counted.
const MAX_LISTED: usize = 1_000;

/// Who says that there is more, or something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Witness {
    /// The count that a collector's store keeps of every row that it has written.
    Counter,
    /// The collector's own table of what it has received.
    Store,
    /// The tablet's own record of its newest event.
    Tablet,
    /// The first line of a back-up.
    Backup,
    /// The last line of an export.
    Manifest,
    /// A receiver, under its signature.
    Receiver,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum Fault {
    /// The numbers from the finding's `seq` to this one are missing.
    Removed {
        /// The last of them.
        to: u64,
    },
    /// The epoch begins with the finding's `seq` and not with 1.
    CutAtStart,
    /// The epoch ends with the finding's `seq`, 0 where nothing of it is left, and a witness knows of more.
    CutAtEnd {
        /// The highest number that the witness knows.
        said: u64,
        /// The witness.
        by: Witness,
    },
    /// The event's hash does not fit its content.
    Edited,
    /// An object in the event has this member twice: what it says depends on who reads it.
    Ambiguous {
        /// The member's name.
        member: String,
    },
    /// The number is there twice.
    Doubled,
    /// An event that is here already has the same id.
    SameId,
    /// A further place of an event that is not here itself.
    CopyAlone,
    /// A collector's line or row holds no more than the event's hashes. A collector cuts nothing down.
    CutDown,
    /// The event's own hash fits, and it does not continue the event before it.
    Unlinked,
    /// The line stands behind one with a higher number.
    Reordered {
        /// That number; in a collector's read-out that cursor.
        after: u64,
    },
    /// The words do not fit the digest in the event.
    TextAltered,
    /// Between the event before and this one the clock was turned back.
    ClockBack {
        /// By so many milliseconds.
        ms: u64,
    },
    /// Between the event before and this one the clock went further than the device's own count of time.
    ClockAhead {
        /// By so many milliseconds.
        ms: u64,
    },
    /// The event is another one than the witness knows under this number.
    Contradicted {
        /// The witness.
        by: Witness,
    },
    /// There are events beyond the last one that the witness knows, which knows them all.
    AddedAtEnd {
        /// The highest number that the witness knows.
        said: u64,
        /// The witness.
        by: Witness,
    },
    /// There are more or fewer events than a witness counted.
    CountDiffers {
        /// In the file.
        have: u64,
        /// By the witness.
        said: u64,
        /// The witness.
        by: Witness,
    },
    /// A signed head, up to the finding's `seq`, does not fit its signature.
    BadSignature,
    /// The signed head that a store keeps is older than what the store has last written of the epoch.
    HeadExchanged,
    /// A store knows the device, and there is nothing of it.
    DeviceRemoved,
    /// A signed head is signed with a key that is not trusted.
    UntrustedKey {
        /// The key.
        key: String,
    },
    /// The row of a store says something else than the event in it.
    RowAltered,
    /// The line is no event.
    Unreadable {
        /// Why, in English.
        reason: String,
    },
    /// An export without its last line.
    NoManifest,
    /// A line behind an export's last line.
    AfterManifest,
}

/// One thing that was done, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    #[serde(flatten)]
    pub fault: Fault,
    /// The line of the file from 1, or the cursor of a store's row; `None` for what is not there.
    pub line: Option<u64>,
    /// The device; empty where it is not known.
    pub device: String,
    /// The epoch; 0 where it is not known.
    pub epoch: u32,
    /// The number; 0 where there is none.
    pub seq: u64,
    /// The time that the event carries; empty where there is none.
    pub time: String,
}

/// What is known of a head's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// It fits, and the key is one to trust.
    Good,
    /// It does not fit.
    Bad,
    /// It fits, and the key is not one of those to trust.
    Untrusted,
    /// Nobody has looked.
    Unchecked,
}

/// Whether a tablet may sleep between two events. The browser's count of time stands still meanwhile, so that a sleep
/// and a clock that was set forward look alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sleep {
    /// A clock that ran ahead is a finding.
    #[default]
    Never,
    /// A clock that ran ahead is a pause, listed by itself. One that was turned back stays a finding.
    Allowed,
}

/// One epoch of a device in what was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChainSummary {
    /// The device.
    pub device: String,
    /// The epoch.
    pub epoch: u32,
    /// The lowest number.
    pub first: u64,
    /// The highest.
    pub last: u64,
    /// How many events, the pruned ones included.
    pub events: u64,
    /// The time of the lowest.
    pub first_time: String,
    /// The time of the highest.
    pub last_time: String,
    /// The hash of the highest.
    pub hash: Hash,
    /// Up to this number a good signature vouches; 0 without one.
    pub signed_to: u64,
    /// Whether anybody says how far it goes: a signed head, or whoever wrote the file. Of a store a signed head that goes
    /// as far as its events: whoever can cut the events can change the store's own table beside them. Else an end that
    /// was cut leaves no trace.
    pub is_end_told: bool,
}

/// What came of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What was done, in the order of the file, then what is missing at its end.
    pub findings: Vec<Finding>,
    /// Findings beyond the thousand that are listed.
    pub unlisted: u64,
    /// With [`Sleep::Allowed`] the places where the clock ran ahead; no findings.
    pub pauses: Vec<Finding>,
    /// Events, the pruned ones included.
    pub events: u64,
    /// Events of which only the hashes are left.
    pub pruned: u64,
    /// Further numbers of events that were linked twice: no fault, and no further events.
    pub copies: u64,
    /// Events with their words.
    pub with_words: u64,
    /// Events whose words are not there: erased, or left out. No fault: the chain holds without them.
    pub without_words: u64,
    /// Every epoch of every device.
    pub chains: Vec<ChainSummary>,
    /// The signed heads that were read, with what is known of their signatures.
    pub heads: Vec<(SignedHead, Signature)>,
    /// Those of them whose event is here.
    pub agreed: Vec<SignedHead>,
    /// Heads that came too late: behind the event that they name. Known from the start, they would have been compared.
    pub uncompared: u64,
    /// Of a store: names that may send and of which nothing is here. They have not sent yet, or all of it was removed.
    pub silent: Vec<String>,
}

impl Report {
    /// Whether nothing was found.
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty() && self.unlisted == 0
    }

    /// Whether somebody says of every chain how far it goes. Of one of which nobody does, events may be missing at the
    /// end though nothing was found.
    pub fn is_end_told(&self) -> bool {
        self.chains.iter().all(|chain| chain.is_end_told)
    }
}

/// What an export's manifest, or a store's own table, says of one epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// The device.
    pub device: String,
    /// The epoch.
    pub epoch: u32,
    /// The lowest number written.
    pub first: u64,
    /// The hash of the highest; blank where it is not known.
    pub hash: Hash,
    /// The highest number written.
    pub last: u64,
}

impl Tip {
    /// What a tablet's own head says.
    pub fn of(head: &Head) -> Self {
        let Head { device, epoch, hash, seq, .. } = head.clone();
        Self { device, epoch, first: 1, hash, last: seq }
    }
}

/// The columns that a collector's store keeps beside an event's JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The place in the order received.
    pub cursor: u64,
    /// The source's name; `None` when the row names a source that is not there.
    pub source: Option<String>,
    /// The id, in lower case with hyphens; empty where there is no such column.
    pub id: String,
    /// The epoch.
    pub epoch: i64,
    /// The number.
    pub seq: i64,
    /// The hash, in hexadecimal.
    pub hash: String,
    /// The hash before it, in hexadecimal.
    pub prev: String,
}

impl Columns {
    fn fit(&self, event: &Event) -> bool {
        let device = self.source.as_deref().and_then(|source| source.strip_prefix(SOURCE_PREFIX));
        device == Some(&event.device)
            && (self.id.is_empty() || self.id == event.id.as_str())
            && i64::from(event.epoch) == self.epoch
            && u64::try_from(self.seq) == Ok(event.seq)
            && self.hash == event.hash.as_str()
            && self.prev == event.prev.as_str()
    }
}

/// A pruned event: its place and its hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pruned {
    /// The device.
    pub device: String,
    /// The epoch.
    pub epoch: u32,
    /// The hash that the event had.
    pub hash: Hash,
    /// The hash of the event before it.
    pub prev: Hash,
    /// The number.
    pub seq: u64,
}

/// The last line of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the app that wrote it.
    pub app: String,
    /// The device that wrote it.
    pub device: String,
    /// How many events it wrote, the pruned ones included.
    pub events: u64,
    /// The heads that the device holds.
    #[serde(default)]
    pub heads: Vec<SignedHead>,
    /// Of an excerpt the period that it holds, `2026-11-01/2026-11-30`: it begins where its tips say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// `none`, `clear`, `sealed` or `mixed`: how customers' words stand in it.
    pub texts: String,
    /// When it was written, RFC 3339.
    pub time: String,
    /// Where each epoch ends.
    pub tips: Vec<Tip>,
}

impl Manifest {
    /// Whether it says of a chain that it begins there, since it is of a period.
    fn begins_at(&self, device: &str, epoch: u32, seq: u64) -> bool {
        let is_it = |tip: &Tip| tip.device == device && tip.epoch == epoch && tip.first == seq;
        self.period.is_some() && self.tips.iter().any(is_it)
    }
}

/// The first line of a back-up that was read without a tablet: what is to come. It stands for the manifest, which a
/// back-up has not.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Announcement {
    device: String,
    epoch: u32,
    events: u64,
    seq: u64,
    time: String,
}

/// What a collector puts in front of each line.
const CURSOR: &str = "collectorcursor";

#[derive(Deserialize)]
struct Cursor {
    collectorcursor: Option<String>,
}

/// A line that is not an event.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Other {
    Pruned(Pruned),
    Manifest(Manifest),
    Backup(Announcement),
    /// A further place of an event.
    Copy(Box<CloudEvent>),
    /// A setting, a token or a key of a back-up: none of a verifier's business.
    Record(IgnoredAny),
}

/// The members of which a line has one that is not an event.
const OTHERS: [&str; 5] = ["pruned", "manifest", "backup", "copy", "record"];

/// How an event stands in what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// In a tablet's journal, which may hold it at two places.
    Plain,
    /// Among the events of a collector, where each stands once.
    Received,
    /// Among a collector's further places.
    Copy,
}

type CheckSignature<'a> = Box<dyn Fn(&SignedHead) -> Signature + 'a>;

/// A check under way. Lines go in by their order, [`Verifier::finish`] gives the report.
pub struct Verifier<'a> {
    check: CheckSignature<'a>,
    sleep: Sleep,
    place: u64,
    last_cursor: Option<u64>,
    has_plain_lines: bool,
    is_journal: bool,
    /// Pruned lines before the first that tells whose file this is.
    undecided: Vec<Finding>,
    /// Of each event read: its id in the device, and what it says; `None` where that was edited.
    contents: BTreeMap<u64, Option<u64>>,
    announcement: Option<Announcement>,
    manifest: Option<Manifest>,
    tracks: BTreeMap<(String, u32), Track>,
    report: Report,
}

impl Default for Verifier<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> Verifier<'a> {
    /// A check that takes signatures as they are, unchecked.
    pub fn new() -> Self {
        Self::with_signatures(|_| Signature::Unchecked)
    }

    /// A check that has each head's signature looked at.
    pub fn with_signatures(check: impl Fn(&SignedHead) -> Signature + 'a) -> Self {
        Self {
            check: Box::new(check),
            sleep: Sleep::Never,
            place: 0,
            last_cursor: None,
            has_plain_lines: false,
            is_journal: false,
            undecided: Vec::new(),
            contents: BTreeMap::new(),
            announcement: None,
            manifest: None,
            tracks: BTreeMap::new(),
            report: Report::default(),
        }
    }

    /// Says whether the tablet may have slept.
    pub fn sleeping(self, sleep: Sleep) -> Self {
        Self { sleep, ..self }
    }

    /// Makes a head known that somebody holds. Before the first line, so that it can be compared with its event.
    pub fn expect(&mut self, head: &SignedHead) {
        if self.report.heads.iter().any(|(known, _)| known == head) {
            return;
        }
        let signature = (self.check)(head);
        self.report.heads.push((head.clone(), signature));
        let fault = match signature {
            Signature::Good | Signature::Unchecked => {
                let anchor = Anchor {
                    seq: head.seq,
                    hash: head.hash.clone(),
                    events: Some(head.events),
                    is_all: false,
                    by: Witness::Receiver,
                    is_signed: signature == Signature::Good,
                    is_met: false,
                };
                self.anchor(&head.device, head.epoch, anchor);
                return;
            }
            Signature::Bad => Fault::BadSignature,
            Signature::Untrusted => Fault::UntrustedKey { key: head.key.clone() },
        };
        let (device, time) = (head.device.clone(), head.time.clone());
        self.found(Finding { fault, line: None, device, epoch: head.epoch, seq: head.seq, time });
    }

    /// Reads a tablet's journal itself, page by page, which has no last line as an export has. What the tablet's own
    /// head says is then to be given by [`Verifier::expect_tip`].
    pub fn of_journal(self) -> Self {
        Self { is_journal: true, ..self }
    }

    /// Makes known what a store's own table, or a tablet's own head, says of an epoch.
    pub fn expect_tip(&mut self, tip: &Tip, by: Witness) {
        let (seq, hash) = (tip.last, tip.hash.clone());
        let anchor = Anchor { seq, hash, events: None, is_all: true, by, is_signed: false, is_met: false };
        self.anchor(&tip.device, tip.epoch, anchor);
    }

    fn anchor(&mut self, device: &str, epoch: u32, anchor: Anchor) {
        let track = self.tracks.entry((device.to_owned(), epoch)).or_default();
        if track.has_passed(anchor.seq) && !anchor.hash.is_blank() {
            match track.hash_at(anchor.seq) {
                Some((hash, line, time)) if hash != anchor.hash => {
                    let (fault, device) = (Fault::Contradicted { by: anchor.by }, device.to_owned());
                    let seq = anchor.seq;
                    self.found(Finding { fault, line: Some(line), device, epoch, seq, time });
                    return;
                }
                Some(_) => {
                    track.anchors.push(Anchor { is_met: true, ..anchor });
                    return;
                }
                None => {
                    // The number counts all the same.
                    self.report.uncompared += u64::from(anchor.by == Witness::Receiver);
                    track.anchors.push(Anchor { is_signed: false, ..anchor });
                    return;
                }
            }
        }
        track.anchors.push(anchor);
    }

    /// Reads the next line of an export or a read-out. An empty one is passed over.
    pub fn line(&mut self, line: &str) {
        self.place += 1;
        if !line.trim().is_empty() {
            self.take(line, None);
        }
    }

    /// Reads the next row of a collector's events.
    pub fn row(&mut self, columns: &Columns, json: &str) {
        self.place = columns.cursor;
        self.take(json, Some(columns));
    }

    /// Reads the next row of a collector's further places. After the events.
    pub fn copy(&mut self, columns: &Columns, json: &str) {
        self.place = columns.cursor;
        match serde_json::from_str::<CloudEvent>(json) {
            Ok(event) => self.event(event, Some(columns), Standing::Copy, repeated_member(json)),
            Err(fault) => self.unreadable(&fault.to_string()),
        }
    }

    fn take(&mut self, line: &str, columns: Option<&Columns>) {
        if self.manifest.is_some() {
            self.found_here(Fault::AfterManifest, "", 0, 0, "");
        }
        let repeated = repeated_member(line);
        match serde_json::from_str::<CloudEvent>(line) {
            Ok(event) => {
                let cursor = || serde_json::from_str::<Cursor>(line).ok()?.collectorcursor?.parse().ok();
                let cursor = if columns.is_some() { None } else { cursor() };
                let device = event.source.strip_prefix(SOURCE_PREFIX).unwrap_or(&event.source);
                let standing = if cursor.is_some() || columns.is_some() { Standing::Received } else { Standing::Plain };
                if standing == Standing::Plain {
                    self.has_plain_lines = true;
                }
                if columns.is_none() {
                    self.note_order(cursor, device, event.deviceepoch, event.deviceseq, &event.time);
                }
                self.event(event, columns, standing, repeated);
            }
            Err(fault) => self.take_other(line, columns.is_some(), repeated, &fault.to_string()),
        }
    }

    /// Reads a line that is no event by itself. `fault` says why.
    fn take_other(&mut self, line: &str, is_row: bool, repeated: Option<String>, fault: &str) {
        let Ok(Value::Object(mut fields)) = serde_json::from_str(line) else { return self.unreadable(fault) };
        if !OTHERS.iter().any(|name| fields.contains_key(*name)) {
            return self.unreadable(fault);
        }
        let cursor = fields.remove(CURSOR).and_then(|cursor| cursor.as_str()?.parse().ok());
        match (serde_json::from_value::<Other>(Value::Object(fields)), repeated) {
            (Ok(Other::Pruned(pruned)), None) => self.pruned(pruned, cursor, is_row),
            (Ok(Other::Copy(event)), repeated) => {
                let device = event.source.strip_prefix(SOURCE_PREFIX).unwrap_or(&event.source);
                self.note_order(cursor, device, event.deviceepoch, event.deviceseq, &event.time);
                self.event(*event, None, Standing::Copy, repeated);
            }
            (Ok(_), Some(member)) => self.unreadable(&format!("it has the member {member} twice")),
            (Ok(Other::Manifest(manifest)), None) => self.take_manifest(manifest),
            (Ok(Other::Backup(announcement)), None) => self.take_announcement(announcement),
            (Ok(Other::Record(_)), None) if self.announcement.is_some() => {}
            (Ok(Other::Record(_)), None) => self.unreadable("a record stands in a back-up only"),
            // Of a line that means to be one of these, this reason is the one that helps.
            (Err(fault), _) => self.unreadable(&fault.to_string()),
        }
    }

    /// A collector's read-out stands in the order received, by its cursor; an export in the order of its numbers.
    fn note_order(&mut self, cursor: Option<u64>, device: &str, epoch: u32, seq: u64, time: &str) {
        let Some(cursor) = cursor else { return self.note_number(device, epoch, seq, time) };
        if let Some(after) = self.last_cursor.filter(|&last| last >= cursor) {
            self.found_here(Fault::Reordered { after }, device, epoch, seq, time);
        }
        self.last_cursor = Some(cursor);
    }

    fn note_number(&mut self, device: &str, epoch: u32, seq: u64, time: &str) {
        let track = self.tracks.entry((device.to_owned(), epoch)).or_default();
        let after = std::mem::replace(&mut track.line_before, seq);
        // A number twice is told as such.
        if after > seq && !track.has_passed(seq) {
            self.found_here(Fault::Reordered { after }, device, epoch, seq, time);
        }
    }

    fn event(
        &mut self,
        travelling: CloudEvent,
        columns: Option<&Columns>,
        standing: Standing,
        repeated: Option<String>,
    ) {
        let form_is_ours = travelling.specversion == "1.0" && travelling.datacontenttype == "application/json";
        let subject = travelling.subject.clone();
        let (event, text) = match taken_apart(travelling) {
            Ok(parts) => parts,
            Err(reason) => return self.unreadable(reason),
        };
        let Event { device, epoch, seq, time, .. } = &event;
        let response = event.data.get("response").and_then(Value::as_str).and_then(EventId::parse);
        let belongs_to = response.or_else(|| (event.kind == "rating.given").then(|| event.id.clone()));
        let fits = hash(&event);
        let is_edited = fits != event.hash || !form_is_ours || belongs_to.is_some() && belongs_to != subject;
        match repeated {
            Some(member) => self.found_here(Fault::Ambiguous { member }, device, *epoch, *seq, time),
            None if is_edited => self.found_here(Fault::Edited, device, *epoch, *seq, time),
            None => {}
        }
        if columns.is_some_and(|columns| !columns.fit(&event)) {
            self.found_here(Fault::RowAltered, device, *epoch, *seq, time);
        }
        let digest = event.data.get("textdigest").and_then(Value::as_str);
        match (&text, digest) {
            (Some(text), digest) => {
                self.report.with_words += u64::from(standing != Standing::Copy);
                if digest != Some(Hash::of(text.to_string().as_bytes()).as_str()) {
                    self.found_here(Fault::TextAltered, device, *epoch, *seq, time);
                }
            }
            (None, Some(_)) if standing != Standing::Copy => self.report.without_words += 1,
            (None, _) => {}
        }
        let link = Link {
            seq: *seq,
            line: self.place,
            time: time.clone(),
            prev: event.prev.clone(),
            edited: is_edited.then_some(fits),
            hash: event.hash.clone(),
            // An edited event's clocks say nothing; one edit is one finding.
            mark: if is_edited { None } else { Mark::new(event.run, event.uptime, time) },
        };
        self.report.events += u64::from(standing != Standing::Copy);
        if self.place(&event.device, event.epoch, link) {
            self.note_content(&event, is_edited, standing);
        }
    }

    /// Compares an event with what has come under its id.
    fn note_content(&mut self, event: &Event, is_edited: bool, standing: Standing) {
        let id = number_of((&event.device, event.id.as_str()));
        // As `Event::is_same_as` compares.
        let content = number_of((&event.kind, &event.time, event.uptime, &event.data));
        let content = (!is_edited).then_some(content);
        let known = self.contents.get(&id).copied();
        // What was edited has been told already.
        let is_same = known.is_some_and(|known| known.is_none() || content.is_none() || known == content);
        let fault = match (known, standing) {
            (Some(_), Standing::Plain | Standing::Copy) if is_same => {
                self.report.copies += 1;
                return;
            }
            (None, Standing::Plain | Standing::Received) => {
                self.contents.insert(id, content);
                return;
            }
            (None, Standing::Copy) => Fault::CopyAlone,
            (Some(_), _) => Fault::SameId,
        };
        self.found_here(fault, &event.device, event.epoch, event.seq, &event.time);
    }

    fn pruned(&mut self, pruned: Pruned, cursor: Option<u64>, is_row: bool) {
        if pruned.seq == 0 {
            return self.unreadable("number 0");
        }
        self.report.events += 1;
        self.report.pruned += 1;
        let Pruned { device, epoch, hash, prev, seq } = pruned;
        if !is_row {
            self.note_order(cursor, &device, epoch, seq, "");
        }
        let is_of_collector = is_row || cursor.is_some() || self.last_cursor.is_some();
        if is_of_collector {
            self.found_here(Fault::CutDown, &device, epoch, seq, "");
        } else if !self.has_plain_lines && self.undecided.len() < MAX_LISTED {
            let (device, time) = (device.clone(), String::new());
            self.undecided.push(Finding { fault: Fault::CutDown, line: Some(self.place), device, epoch, seq, time });
        }
        let link = Link { seq, line: self.place, time: String::new(), prev, hash, edited: None, mark: None };
        self.place(&device, epoch, link);
    }

    /// Puts an event into its chain and looks at what it hangs on. Says whether its number was free.
    fn place(&mut self, device: &str, epoch: u32, link: Link) -> bool {
        let (seq, time) = (link.seq, link.time.clone());
        let track = self.tracks.entry((device.to_owned(), epoch)).or_default();
        let enrolment = (seq == 1).then(|| enrolment_hash(device, epoch));
        let placed = track.add(link, enrolment);
        let Placed { is_double, faults, clock } = placed;
        if is_double {
            self.found_here(Fault::Doubled, device, epoch, seq, &time);
            return false;
        }
        for (fault, seq, line, time) in faults {
            self.found(Finding { fault, line: Some(line), device: device.to_owned(), epoch, seq, time });
        }
        for (drift, seq, line, time) in clock {
            let finding = Finding { fault: drift, line: Some(line), device: device.to_owned(), epoch, seq, time };
            match (self.sleep, &finding.fault) {
                (Sleep::Allowed, Fault::ClockAhead { .. }) => {
                    if self.report.pauses.len() < MAX_LISTED {
                        self.report.pauses.push(finding);
                    }
                }
                _ => self.found(finding),
            }
        }
        true
    }

    fn take_manifest(&mut self, manifest: Manifest) {
        for tip in &manifest.tips {
            self.expect_tip(tip, Witness::Manifest);
        }
        for head in &manifest.heads {
            self.expect(head);
        }
        self.manifest = Some(manifest);
    }

    fn take_announcement(&mut self, announcement: Announcement) {
        if self.announcement.is_some() || self.report.events > 0 {
            return self.unreadable("a back-up's first line stands at its beginning only");
        }
        let Announcement { device, epoch, seq, .. } = announcement.clone();
        if seq > 0 {
            self.expect_tip(&Tip { device, epoch, first: 1, last: seq, ..Tip::default() }, Witness::Backup);
        }
        self.announcement = Some(announcement);
    }

    /// Looks at what is missing, and gives the report.
    pub fn finish(mut self) -> Report {
        let has_frame = self.manifest.is_some() || self.announcement.is_some();
        let undecided = std::mem::take(&mut self.undecided);
        if self.last_cursor.is_some() {
            undecided.into_iter().for_each(|finding| self.found(finding));
        } else {
            self.has_plain_lines |= !undecided.is_empty();
        }
        if self.has_plain_lines && !self.is_journal && !has_frame {
            self.found(Finding {
                fault: Fault::NoManifest,
                line: None,
                device: String::new(),
                epoch: 0,
                seq: 0,
                time: String::new(),
            });
        }
        let concerned = self.concerned();
        for ((device, epoch), track) in std::mem::take(&mut self.tracks) {
            if concerned.as_ref().is_some_and(|devices| !devices.contains(&device)) {
                continue;
            }
            for (fault, seq, line, time) in track.missing() {
                // What an excerpt leaves out in front of it is not said to be there.
                let is_left_out = |said: &Manifest| fault == Fault::CutAtStart && said.begins_at(&device, epoch, seq);
                if self.manifest.as_ref().is_some_and(is_left_out) {
                    continue;
                }
                self.found(Finding { fault, line, device: device.clone(), epoch, seq, time });
            }
            let of_track = |head: &SignedHead| head.device == device && head.epoch == epoch;
            let agreed =
                self.report.heads.iter().map(|(head, _)| head).filter(|head| of_track(head) && track.is_met(head));
            self.report.agreed.extend(agreed.cloned());
            let summary = track.summary(&device, epoch);
            self.report
                .chains
                .extend(summary.map(|chain| ChainSummary { is_end_told: chain.is_end_told || has_frame, ..chain }));
        }
        // What explains another number of events: then it is no finding of its own.
        let explains = |finding: &Finding| {
            use Fault::{AddedAtEnd, AfterManifest, CutAtEnd, CutAtStart, Doubled, Removed, Unreadable};
            matches!(
                finding.fault,
                Removed { .. }
                    | CutAtStart
                    | CutAtEnd { .. }
                    | Doubled
                    | AddedAtEnd { .. }
                    | Unreadable { .. }
                    | AfterManifest
            )
        };
        let by_manifest = self.manifest.take().map(|said| (said.events, Witness::Manifest, said.device, said.time));
        let by_backup = self.announcement.take().map(|said| (said.events, Witness::Backup, said.device, said.time));
        if let Some((said, by, device, time)) = by_manifest.or(by_backup)
            && said != self.report.events
            && !self.report.findings.iter().any(explains)
        {
            let fault = Fault::CountDiffers { have: self.report.events, said, by };
            self.found(Finding { fault, line: Some(self.place), device, epoch: 0, seq: 0, time });
        }
        self.report
    }

    /// The devices of which something should be there: in a whole collector, or a tablet's own journal, every one that
    /// is known (`None`); in a tablet's export those that it names.
    fn concerned(&self) -> Option<BTreeSet<String>> {
        let has_frame = self.manifest.is_some() || self.announcement.is_some();
        if !has_frame && (self.is_journal || !self.has_plain_lines) {
            return None;
        }
        let there = self.tracks.iter().filter(|(_, track)| !track.is_empty()).map(|((device, _), _)| device);
        let named = self
            .manifest
            .iter()
            .flat_map(|manifest| manifest.tips.iter().map(|tip| &tip.device).chain([&manifest.device]));
        let announced = self.announcement.iter().map(|announcement| &announcement.device);
        Some(there.chain(named).chain(announced).cloned().collect())
    }

    fn unreadable(&mut self, reason: &str) {
        self.found_here(Fault::Unreadable { reason: reason.to_owned() }, "", 0, 0, "");
    }

    fn found_here(&mut self, fault: Fault, device: &str, epoch: u32, seq: u64, time: &str) {
        let (device, time) = (device.to_owned(), time.to_owned());
        self.found(Finding { fault, line: Some(self.place), device, epoch, seq, time });
    }

    fn found(&mut self, finding: Finding) {
        if self.report.findings.len() < MAX_LISTED {
            self.report.findings.push(finding);
        } else {
            self.report.unlisted += 1;
        }
    }
}

/// A number that tells contents apart. It need not stand up to somebody who looks for two that have the same: whoever
/// can forge a tablet's events can give each an id of its own.
fn number_of(content: impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

/// The event as it was hashed, and its words as they stand. Of any type: a later version's event is checked as well.
fn taken_apart(travelling: CloudEvent) -> Result<(Event, Option<Value>), &'static str> {
    let device = travelling.source.strip_prefix(SOURCE_PREFIX).ok_or("source is not a Candor device's")?;
    let kind = travelling.kind.strip_prefix(TYPE_PREFIX).ok_or("type is not one of Candor's")?;
    if device.is_empty() || travelling.deviceepoch == 0 || travelling.deviceseq == 0 {
        return Err("device, epoch or number is missing");
    }
    let mut data = travelling.data;
    let text = data.as_object_mut().and_then(|fields| fields.remove("text"));
    let event = Event {
        data,
        device: device.to_owned(),
        epoch: travelling.deviceepoch,
        hash: travelling.eventhash,
        id: travelling.id,
        prev: travelling.prevhash,
        run: travelling.devicerun,
        seq: travelling.deviceseq,
        time: travelling.time,
        kind: kind.to_owned(),
        uptime: travelling.deviceuptime,
    };
    Ok((event, text))
}

#[cfg(test)]
mod tests;
