//! What is inside a back-up: JSON Lines. First the header, then named records, then every event in the journal's order.

use candor_core::journal::Place;
use serde::{Deserialize, Serialize};

/// Whether the customers' words in a file can be read without a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Texts {
    /// There are none.
    #[default]
    None,
    /// All are in clear.
    Clear,
    /// All are sealed.
    Sealed,
    /// Some are in clear and some sealed.
    Mixed,
}

impl Texts {
    /// What a file with one more text is.
    pub fn with(self, text: &candor_core::chain::PersonalText) -> Self {
        match (self, text.comment().is_some()) {
            (Self::None | Self::Clear, true) => Self::Clear,
            (Self::None | Self::Sealed, false) => Self::Sealed,
            _ => Self::Mixed,
        }
    }
}

/// The first line: whose back-up it is, and how much is to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupHeader {
    /// The version of the app that wrote it.
    pub app: String,
    /// The device.
    pub device: String,
    /// Its epoch.
    pub epoch: u32,
    /// How many events follow, pruned ones included: what progress is measured against.
    pub events: u64,
    /// The number of the newest event.
    pub seq: u64,
    /// Whether words are sealed.
    pub texts: Texts,
    /// When it was written, by the tablet's clock: RFC 3339 with offset.
    pub time: String,
}

impl BackupHeader {
    /// The line, its line break included.
    pub fn to_line(&self) -> String {
        line("backup", self)
    }
}

/// One line of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackupLine {
    /// The first one.
    Header(BackupHeader),
    /// A named record: the settings, the token, the sealing key. The token is a secret.
    Record {
        /// Its name.
        name: String,
        /// Its text.
        value: String,
    },
    /// An event as it travels, with its words.
    Event {
        /// Where it stands.
        place: Place,
        /// The CloudEvent as JSON, as it is stored and sent.
        json: String,
    },
    /// An event of which the hashes were kept.
    Pruned {
        /// Where it stood.
        place: Place,
        /// The line, `{"pruned":{…}}`.
        json: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Record {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Named {
    Backup(BackupHeader),
    Record(Record),
    Pruned(Stump),
}

#[derive(Deserialize)]
struct Stump {
    epoch: u32,
    seq: u64,
}

#[derive(Deserialize)]
struct Travelling {
    deviceepoch: u32,
    deviceseq: u64,
}

impl BackupLine {
    /// Reads one line without its line break; `None` for what is none. That an event is whole, its hash says, and the
    /// verifier looks at that: a restore takes an event as it was stored, damaged or not.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(Travelling { deviceepoch, deviceseq }) = serde_json::from_str(text) {
            let place = Place { epoch: deviceepoch, seq: deviceseq };
            return Some(Self::Event { place, json: text.to_owned() });
        }
        Some(match serde_json::from_str(text).ok()? {
            Named::Backup(header) => Self::Header(header),
            Named::Record(Record { name, value }) => Self::Record { name, value },
            Named::Pruned(Stump { epoch, seq }) => Self::Pruned { place: Place { epoch, seq }, json: text.to_owned() },
        })
    }

    /// The line, its line break included.
    pub fn to_line(&self) -> String {
        match self {
            Self::Header(header) => header.to_line(),
            Self::Record { name, value } => line("record", &Record { name: name.clone(), value: value.clone() }),
            Self::Event { json, .. } | Self::Pruned { json, .. } => [json, "\n"].concat(),
        }
    }
}

fn line(name: &str, value: &impl Serialize) -> String {
    let value = serde_json::to_string(value).unwrap_or_default();
    ["{\"", name, "\":", &value, "}\n"].concat()
}

/// Why the content of a back-up is not one. Its bytes were genuine, so this is a fault of what wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentFault {
    /// This line, counted from 1, is none of those known, or stands where it may not.
    Line(u64),
    /// Another number of events came than the header said.
    Count {
        /// What the header said.
        promised: u64,
        /// What came.
        found: u64,
    },
}

impl std::fmt::Display for ContentFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line} of the back-up cannot be read"),
            Self::Count { promised, found } => {
                write!(f, "the back-up says that it has {promised} events, and has {found}")
            }
        }
    }
}

impl std::error::Error for ContentFault {}

/// Puts the content together from the pieces that a [`super::BackupReader`] gives.
#[derive(Debug, Default)]
pub struct Content {
    waiting: Vec<u8>,
    header: Option<BackupHeader>,
    lines: u64,
    events: u64,
}

impl Content {
    /// Takes the next piece, and gives the lines that it completes.
    ///
    /// # Errors
    /// [`ContentFault::Line`]
    pub fn push(&mut self, piece: &[u8]) -> Result<Vec<BackupLine>, ContentFault> {
        self.waiting.extend_from_slice(piece);
        let Some(end) = self.waiting.iter().rposition(|byte| *byte == b'\n') else { return Ok(Vec::new()) };
        let rest = self.waiting.split_off(end + 1);
        let whole = std::mem::replace(&mut self.waiting, rest);
        let mut lines = Vec::new();
        for line in whole[..end].split(|byte| *byte == b'\n') {
            lines.push(self.take(line)?);
        }
        Ok(lines)
    }

    fn take(&mut self, line: &[u8]) -> Result<BackupLine, ContentFault> {
        self.lines += 1;
        let read = std::str::from_utf8(line).ok().and_then(BackupLine::parse);
        match &read {
            Some(BackupLine::Header(header)) if self.lines == 1 => self.header = Some(header.clone()),
            Some(BackupLine::Record { .. }) if self.lines > 1 && self.events == 0 => {}
            Some(BackupLine::Event { .. } | BackupLine::Pruned { .. }) if self.lines > 1 => self.events += 1,
            _ => return Err(ContentFault::Line(self.lines)),
        }
        read.ok_or(ContentFault::Line(self.lines))
    }

    /// The header, once everything has come.
    ///
    /// # Errors
    /// [`ContentFault`].
    pub fn finish(self) -> Result<BackupHeader, ContentFault> {
        let next = ContentFault::Line(self.lines + 1);
        let header = self.header.filter(|_| self.waiting.is_empty()).ok_or(next)?;
        if header.events == self.events {
            Ok(header)
        } else {
            Err(ContentFault::Count { promised: header.events, found: self.events })
        }
    }
}

#[cfg(test)]
mod tests {
    use candor_core::chain::{Head, PersonalText};
    use candor_core::event::{Body, Draft};
    use candor_core::time::{Moment, UnixMillis, Uptime, UtcOffset};
    use candor_core::wire::CloudEvent;

    use super::*;

    fn header(events: u64) -> BackupLine {
        BackupLine::Header(BackupHeader {
            app: "0.1.0".into(),
            device: "tablet".into(),
            epoch: 1,
            events,
            seq: events,
            texts: Texts::None,
            time: "2026-11-23T09:41:07.120+08:00".into(),
        })
    }

    fn record() -> BackupLine {
        BackupLine::Record { name: "settings".into(), value: "{\"point\":\"3 号窗口\"}\n".into() }
    }

    fn event() -> BackupLine {
        let moment = Moment { now: UnixMillis(0), offset: UtcOffset(0), uptime: Uptime(0), random: [1; 26] };
        let (event, _) = Head::enrol("tablet", 2).link(&Draft::new(&moment, Body::UnlockRefused { in_a_row: 1 }));
        BackupLine::Event { place: Place { epoch: 2, seq: 1 }, json: CloudEvent::to_json(&event) }
    }

    fn pruned() -> BackupLine {
        let json = r#"{"pruned":{"device":"tablet","epoch":1,"hash":"aa","prev":"bb","seq":7}}"#;
        BackupLine::Pruned { place: Place { epoch: 1, seq: 7 }, json: json.into() }
    }

    fn check(lines: &[BackupLine], expected: Result<(), ContentFault>) {
        let text: String = lines.iter().map(BackupLine::to_line).collect();
        for piece in [1, 7, 1_000] {
            let mut content = Content::default();
            let read = text.as_bytes().chunks(piece).try_fold(Vec::new(), |mut all, piece| {
                all.extend(content.push(piece)?);
                Ok(all)
            });
            let outcome = read.and_then(|read| {
                content.finish()?;
                assert_eq!(read, lines);
                Ok(())
            });
            assert_eq!(outcome, expected, "in pieces of {piece}: {text}");
        }
    }

    #[test]
    fn gives_back_the_lines_that_were_written() {
        check(&[header(2), record(), record(), pruned(), event()], Ok(()));
        check(&[header(0)], Ok(()));
    }

    #[test]
    fn names_the_line_that_does_not_belong_there() {
        check(&[], Err(ContentFault::Line(1)));
        check(&[record(), header(0)], Err(ContentFault::Line(1)));
        check(&[header(0), header(0)], Err(ContentFault::Line(2)));
        check(&[header(1), event(), record()], Err(ContentFault::Line(3)));
        let nonsense = BackupLine::Event { place: Place::default(), json: "nonsense".into() };
        check(&[header(1), nonsense], Err(ContentFault::Line(2)));
    }

    #[test]
    fn counts_what_was_promised() {
        check(&[header(2), event()], Err(ContentFault::Count { promised: 2, found: 1 }));
        let mut content = Content::default();
        content.push(header(1).to_line().as_bytes()).unwrap();
        content.push(event().to_line().trim_end().as_bytes()).unwrap();
        assert_eq!(content.finish(), Err(ContentFault::Line(2)), "the last line has no end");
    }

    #[test]
    fn writes_the_header_as_the_documents_say() {
        let line = header(3).to_line();
        let expected = concat!(
            r#"{"backup":{"app":"0.1.0","device":"tablet","epoch":1,"events":3,"seq":3,"#,
            r#""texts":"none","time":"2026-11-23T09:41:07.120+08:00"}}"#,
            "\n"
        );
        assert_eq!(line, expected);
        assert!(record().to_line().starts_with(r#"{"record":{"name":"settings","value":"#));
    }

    #[test]
    fn says_whether_words_are_sealed() {
        let clear = PersonalText::new("x", &[0; 16]).unwrap();
        let sealed = PersonalText::Sealed { key: "0011223344556677".into(), sealed: "AA".into() };
        assert_eq!(Texts::None.with(&clear), Texts::Clear);
        assert_eq!(Texts::None.with(&sealed), Texts::Sealed);
        assert_eq!(Texts::Clear.with(&clear), Texts::Clear);
        assert_eq!(Texts::Sealed.with(&clear), Texts::Mixed);
        assert_eq!(Texts::Mixed.with(&sealed), Texts::Mixed);
    }
}
