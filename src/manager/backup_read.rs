//! A back-up on its way out of a file, slice by slice.

use std::collections::VecDeque;

use candor_vault::backup::content::{BackupHeader, BackupLine, Content, ContentFault};
use candor_vault::backup::{BackupFault, BackupReader};

use crate::manager::backup_records::Record;
use crate::manager::file::ChosenFile;

/// Bytes read at once: some milliseconds of deciphering.
const SLICE: u64 = 256 * 1_024;
/// The first slice holds the file's first line, and little else that waits for the passphrase.
const FIRST_SLICE: u64 = 1_024;

/// Why a file cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadFault {
    /// The browser gives no bytes: the file was changed, or taken away.
    Gone,
    /// The file is none of ours, not this passphrase's, damaged or cut off.
    Backup(BackupFault),
    /// What wrote the file made a mistake.
    Content(ContentFault),
}

impl From<BackupFault> for ReadFault {
    fn from(fault: BackupFault) -> Self {
        Self::Backup(fault)
    }
}

impl From<ContentFault> for ReadFault {
    fn from(fault: ContentFault) -> Self {
        Self::Content(fault)
    }
}

/// A file that is being read.
#[derive(Debug)]
pub struct Unpacking {
    file: ChosenFile,
    at: u64,
    /// Gone once the file has been read to its end.
    reading: Option<Reading>,
    lines: VecDeque<BackupLine>,
}

struct Reading {
    reader: BackupReader,
    content: Content,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reading(…)")
    }
}

impl Unpacking {
    /// Opens a file as far as its header and its records. The passphrase takes about a second.
    ///
    /// # Errors
    /// [`ReadFault`].
    pub async fn begin(file: ChosenFile, passphrase: &str) -> Result<(Self, BackupHeader, Vec<Record>), ReadFault> {
        let reading = Reading { reader: BackupReader::new(passphrase), content: Content::default() };
        let mut unpacking = Self { file, at: 0, reading: Some(reading), lines: VecDeque::new() };
        let Some(BackupLine::Header(header)) = unpacking.next().await? else {
            return Err(ContentFault::Line(1).into());
        };
        let mut records = Vec::new();
        while let Some(line) = unpacking.next().await? {
            match line {
                BackupLine::Record { name, value } => records.push((name, value)),
                line => {
                    unpacking.lines.push_front(line);
                    break;
                }
            }
        }
        Ok((unpacking, header, records))
    }

    /// The next line; `None` when the file has been read to its end and was whole.
    ///
    /// # Errors
    /// [`ReadFault`].
    pub async fn next(&mut self) -> Result<Option<BackupLine>, ReadFault> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Ok(Some(line));
            }
            let Some(mut reading) = self.reading.take() else { return Ok(None) };
            if self.at < self.file.size() {
                let length = if self.at == 0 { FIRST_SLICE } else { SLICE };
                let bytes = self.file.slice(self.at, self.at + length).await.ok_or(ReadFault::Gone)?;
                // A file that has shrunk meanwhile would be asked for ever.
                if bytes.is_empty() {
                    return Err(ReadFault::Gone);
                }
                self.at += bytes.len() as u64;
                let plain = reading.reader.push(&bytes)?;
                self.lines.extend(reading.content.push(&plain)?);
                self.reading = Some(reading);
            } else {
                let Reading { reader, mut content } = reading;
                self.lines.extend(content.push(&reader.finish()?)?);
                content.finish()?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use candor_core::journal::Place;
    use candor_vault::backup::BackupWriter;
    use candor_vault::backup::content::Texts;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    const PASSPHRASE: &str = "correct horse";
    /// More than one slice of the file.
    const EVENTS: u64 = 3_000;

    fn written(events: u64) -> Vec<u8> {
        written_with(events, events)
    }

    fn written_with(promised: u64, events: u64) -> Vec<u8> {
        let header = BackupHeader {
            app: "0.1.0".into(),
            device: "tablet".into(),
            epoch: 1,
            events: promised,
            seq: promised,
            texts: Texts::None,
            time: "2026-11-23T09:41:07.120+08:00".into(),
        };
        let mut writer = BackupWriter::new(PASSPHRASE, &[7; 35], &header).unwrap();
        let mut file = writer.push(&line(0)).unwrap();
        for n in 1..=events {
            file.extend(writer.push(&line(n)).unwrap());
        }
        file.extend(writer.finish().unwrap());
        file
    }

    /// The record, or an event.
    fn line(n: u64) -> Vec<u8> {
        let line = if n == 0 {
            BackupLine::Record { name: "settings".into(), value: "{}".into() }
        } else {
            let json = format!("{{\"deviceepoch\":1,\"deviceseq\":{n},\"filler\":\"{}\"}}", "x".repeat(90));
            BackupLine::Event { place: Place { epoch: 1, seq: n }, json }
        };
        line.to_line().into_bytes()
    }

    async fn read(bytes: &[u8], passphrase: &str) -> (u64, Option<ReadFault>) {
        let mut unpacking = match Unpacking::begin(ChosenFile::made_of(bytes), passphrase).await {
            Ok((unpacking, header, records)) => {
                assert_eq!((header.events, records), (EVENTS, vec![("settings".to_owned(), "{}".to_owned())]));
                unpacking
            }
            Err(fault) => return (0, Some(fault)),
        };
        let mut events = 0;
        loop {
            match unpacking.next().await {
                Ok(Some(_)) => events += 1,
                Ok(None) => return (events, None),
                Err(fault) => return (events, Some(fault)),
            }
        }
    }

    #[wasm_bindgen_test]
    async fn gives_every_line_and_then_says_what_is_wrong() {
        let file = written(EVENTS);
        assert!(file.len() as u64 > SLICE, "{}", file.len());
        assert_eq!(read(&file, PASSPHRASE).await, (EVENTS, None));
        let (events, fault) = read(&file[..file.len() - 9], PASSPHRASE).await;
        assert!(events > 0 && events < EVENTS, "{events}");
        assert!(matches!(fault, Some(ReadFault::Backup(BackupFault::Damaged { .. } | BackupFault::Cut { .. }))));
        let mut damaged = file.clone();
        damaged[300_000] ^= 1;
        let (events, fault) = read(&damaged, PASSPHRASE).await;
        assert!(events > 0 && events < EVENTS, "{events}");
        assert!(matches!(fault, Some(ReadFault::Backup(BackupFault::Damaged { from: 1.., .. }))), "{fault:?}");
    }

    #[wasm_bindgen_test]
    async fn counts_what_the_header_promised() {
        let count = ContentFault::Count { promised: EVENTS, found: EVENTS - 1 };
        let (events, fault) = read(&written_with(EVENTS, EVENTS - 1), PASSPHRASE).await;
        assert!(events < EVENTS);
        assert_eq!(fault, Some(ReadFault::Content(count)));
    }

    #[wasm_bindgen_test]
    async fn tells_a_wrong_passphrase_from_a_wrong_file() {
        let file = written(1);
        assert_eq!(read(&file, "wrong horse!").await, (0, Some(ReadFault::Backup(BackupFault::Passphrase))));
        assert_eq!(read(b"{\"a\":1}", PASSPHRASE).await, (0, Some(ReadFault::Backup(BackupFault::NotABackup))));
        assert_eq!(read(b"", PASSPHRASE).await, (0, Some(ReadFault::Backup(BackupFault::NotABackup))));
    }
}
