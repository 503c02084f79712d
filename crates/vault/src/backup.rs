//! A back-up: one encrypted file with all that another tablet needs to go on.
//!
//! In front stands one readable line: what the file is, how dear a guess at the passphrase is, and whether customers'
//! words inside are sealed besides. Then come chunks of 64 KiB, encrypted with XChaCha20-Poly1305 in the STREAM
//! construction, so that none can be left out, moved or put in, and the last one is known as the last. What is inside
//! is in [`content`].
//!
//! What a reader gives out before [`BackupReader::finish`] has said `Ok` is genuine, and may yet prove to be cut off.

pub mod content;

use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use base64ct::{Base64UrlUnpadded, Encoding};
use candor_core::chain::Hash;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::Payload;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::backup::content::{BackupHeader, Texts};
use crate::passphrase::{Costs, derive};

/// What a back-up begins with; the version follows.
pub const MAGIC: &str = "CANDOR-BACKUP ";
/// The version written, and the only one read.
const VERSION: &str = "1";
/// The first line is shorter than this; without a line break by then it is none of ours.
const MAX_FRONT: usize = 1_024;
/// Plain bytes in a chunk. Small enough to hold two on any tablet, large enough that 16 bytes of tag do not count.
const CHUNK: usize = 65_536;
/// What the cipher adds to each chunk.
const TAG: usize = 16;
/// Digits of the checksum that ends the first line.
const SUM_DIGITS: usize = 8;

type Stream = StreamBE32<XChaCha20Poly1305>;

/// Why a back-up cannot be written or read. Numbers are bytes from the beginning of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupFault {
    /// The file begins with something else.
    NotABackup,
    /// A later version of Candor wrote it.
    Version,
    /// The first line was damaged.
    Front,
    /// There is no memory for Argon2, or the file asks for more than is ever used.
    Costs,
    /// The passphrase is another one.
    Passphrase,
    /// The passphrase is right, and between these two bytes the file was damaged, altered, put in another order, or
    /// cut off.
    Damaged {
        /// The first byte of the chunk that does not open.
        from: u64,
        /// The byte after it, as far as the file goes.
        to: u64,
    },
    /// The file is whole up to this byte, and that is not its end.
    Cut {
        /// Where it ends.
        at: u64,
    },
    /// More than 2^32 chunks.
    TooLong,
}

impl std::fmt::Display for BackupFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotABackup => f.write_str("this is no back-up of Candor"),
            Self::Version => f.write_str("a later version of Candor wrote this back-up"),
            Self::Front => f.write_str("the first line of the back-up is damaged"),
            Self::Costs => f.write_str("there is not enough memory to try the passphrase"),
            Self::Passphrase => f.write_str("the passphrase is wrong"),
            Self::Damaged { from, to } => write!(
                f,
                "the passphrase is right, but the back-up is damaged, altered or cut off between byte {from} and byte {to}"
            ),
            Self::Cut { at } => write!(f, "the back-up is cut off at byte {at}: its end is missing"),
            Self::TooLong => f.write_str("the back-up is too long"),
        }
    }
}

impl std::error::Error for BackupFault {}

#[derive(Serialize, Deserialize)]
struct Front {
    argon2: Costs,
    check: String,
    nonce: String,
    salt: String,
    texts: Texts,
}

/// Encrypts a back-up as it is written.
pub struct BackupWriter {
    chunks: Chunks,
    /// The first line, until it has been given out.
    front: Vec<u8>,
    waiting: Zeroizing<Vec<u8>>,
}

impl BackupWriter {
    /// Begins a back-up; its header is the first line inside. `random`: 35 bytes fresh from the system, 16 of salt and
    /// 19 of nonce. Takes about a second.
    ///
    /// # Errors
    /// [`BackupFault::Costs`].
    pub fn new(passphrase: &str, random: &[u8; 35], header: &BackupHeader) -> Result<Self, BackupFault> {
        Self::with_costs(passphrase, random, header, Costs::default())
    }

    fn with_costs(
        passphrase: &str,
        random: &[u8; 35],
        header: &BackupHeader,
        costs: Costs,
    ) -> Result<Self, BackupFault> {
        let (mut salt, mut nonce) = ([0; 16], [0; 19]);
        salt.copy_from_slice(&random[..16]);
        nonce.copy_from_slice(&random[16..]);
        let derived = derive(passphrase, &salt, costs).ok_or(BackupFault::Costs)?;
        let front = Front {
            argon2: costs,
            check: Base64UrlUnpadded::encode_string(&derived.check),
            nonce: Base64UrlUnpadded::encode_string(&nonce),
            salt: Base64UrlUnpadded::encode_string(&salt),
            texts: header.texts,
        };
        let json = serde_json::to_string(&front).unwrap_or_default();
        let line = [MAGIC, VERSION, " ", &json].concat();
        let front = [&line, " ", &sum(&line), "\n"].concat().into_bytes();
        let mut writer =
            Self { chunks: Chunks::new(&derived.key, &nonce, &front), front, waiting: Zeroizing::default() };
        writer.waiting.extend_from_slice(header.to_line().as_bytes());
        Ok(writer)
    }

    /// Takes the next bytes of the content, and gives the bytes of the file that are ready.
    ///
    /// # Errors
    /// [`BackupFault::TooLong`].
    pub fn push(&mut self, content: &[u8]) -> Result<Vec<u8>, BackupFault> {
        let mut ready = std::mem::take(&mut self.front);
        self.waiting.extend_from_slice(content);
        let mut done = 0;
        // One byte at least stays, so that the last chunk is not empty.
        while self.waiting.len() - done > CHUNK {
            ready.extend(self.chunks.encrypt(&self.waiting[done..done + CHUNK], false)?);
            done += CHUNK;
        }
        self.waiting.drain(..done);
        Ok(ready)
    }

    /// The rest of the file.
    ///
    /// # Errors
    /// [`BackupFault::TooLong`].
    pub fn finish(mut self) -> Result<Vec<u8>, BackupFault> {
        let mut ready = std::mem::take(&mut self.front);
        ready.extend(self.chunks.encrypt(&self.waiting, true)?);
        Ok(ready)
    }
}

/// Opens a back-up as it is read.
pub struct BackupReader {
    passphrase: Zeroizing<String>,
    /// What has come and is not opened yet.
    waiting: Vec<u8>,
    opening: Option<Opening>,
}

struct Opening {
    chunks: Chunks,
    texts: Texts,
    /// Bytes of the file before those that wait.
    at: u64,
}

impl BackupReader {
    /// A reader for one file.
    pub fn new(passphrase: &str) -> Self {
        Self { passphrase: Zeroizing::new(passphrase.to_owned()), waiting: Vec::new(), opening: None }
    }

    /// What the first line says of the words inside; `None` while it has not come.
    pub fn texts(&self) -> Option<Texts> {
        self.opening.as_ref().map(|opening| opening.texts)
    }

    /// Takes the next bytes of the file, and gives the content that they open. The first line takes about a second.
    ///
    /// # Errors
    /// [`BackupFault`]; nothing more can be read then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, BackupFault> {
        self.waiting.extend_from_slice(bytes);
        let Some(opening) = &mut self.opening else {
            let Some(end) = self.waiting.iter().position(|byte| *byte == b'\n') else {
                return if self.may_become_front() { Ok(Vec::new()) } else { Err(BackupFault::NotABackup) };
            };
            let rest = self.waiting.split_off(end + 1);
            self.opening = Some(Opening::begin(&self.waiting, &self.passphrase)?);
            self.waiting.clear();
            return self.push(&rest);
        };
        let mut content = Vec::new();
        let mut done = 0;
        // A whole chunk waits until more has come, since it may be the last.
        while self.waiting.len() - done > CHUNK + TAG {
            let chunk = &self.waiting[done..done + CHUNK + TAG];
            let end = opening.at + (CHUNK + TAG) as u64;
            let damaged = BackupFault::Damaged { from: opening.at, to: end };
            content.extend(opening.chunks.decrypt(chunk, false)?.ok_or(damaged)?);
            opening.at = end;
            done += CHUNK + TAG;
        }
        self.waiting.drain(..done);
        Ok(content)
    }

    /// The rest of the content, once the file has been read to its end.
    ///
    /// # Errors
    /// [`BackupFault`], [`BackupFault::Cut`] above all.
    pub fn finish(mut self) -> Result<Vec<u8>, BackupFault> {
        let Some(opening) = &mut self.opening else {
            let at = self.waiting.len() as u64;
            // Of an empty file nobody can say that it ever was one.
            let is_start = at > 0 && self.may_become_front();
            return Err(if is_start { BackupFault::Cut { at } } else { BackupFault::NotABackup });
        };
        let at = opening.at + self.waiting.len() as u64;
        if let Some(content) = opening.chunks.decrypt(&self.waiting, true)? {
            return Ok(content);
        }
        // A whole chunk that opens as one of the middle says for certain that others followed.
        let is_cut = self.waiting.is_empty() || opening.chunks.decrypt(&self.waiting, false)?.is_some();
        Err(if is_cut { BackupFault::Cut { at } } else { BackupFault::Damaged { from: opening.at, to: at } })
    }

    fn may_become_front(&self) -> bool {
        let known = self.waiting.len().min(MAGIC.len());
        self.waiting.len() < MAX_FRONT && self.waiting[..known] == MAGIC.as_bytes()[..known]
    }
}

impl Opening {
    fn begin(line: &[u8], passphrase: &str) -> Result<Self, BackupFault> {
        let rest = line.strip_prefix(MAGIC.as_bytes()).ok_or(BackupFault::NotABackup)?;
        let text = std::str::from_utf8(line).map_err(|_| BackupFault::Front)?;
        // The version comes first: another one may have another line behind it.
        let version = rest.split(|byte| *byte == b' ').next().unwrap_or_default();
        if version != VERSION.as_bytes() {
            let is_number = !version.is_empty() && version.iter().all(u8::is_ascii_digit);
            return Err(if is_number { BackupFault::Version } else { BackupFault::Front });
        }
        let (said, checksum) = text.trim_end_matches('\n').rsplit_once(' ').ok_or(BackupFault::Front)?;
        if checksum != sum(said) {
            return Err(BackupFault::Front);
        }
        let json = said.get(MAGIC.len() + VERSION.len() + 1..).ok_or(BackupFault::Front)?;
        let front: Front = serde_json::from_str(json).map_err(|_| BackupFault::Front)?;
        let bytes = |text: &str| Base64UrlUnpadded::decode_vec(text).map_err(|_| BackupFault::Front);
        let salt: [u8; 16] = bytes(&front.salt)?.try_into().map_err(|_| BackupFault::Front)?;
        let nonce: [u8; 19] = bytes(&front.nonce)?.try_into().map_err(|_| BackupFault::Front)?;
        let derived = derive(passphrase, &salt, front.argon2).ok_or(BackupFault::Costs)?;
        if bytes(&front.check)? != derived.check {
            return Err(BackupFault::Passphrase);
        }
        Ok(Self { chunks: Chunks::new(&derived.key, &nonce, line), texts: front.texts, at: line.len() as u64 })
    }
}

/// The cipher and the number of the next chunk. Every chunk is bound to the first line of the file.
struct Chunks {
    stream: Stream,
    front: Vec<u8>,
    next: u32,
}

impl Chunks {
    fn new(key: &[u8; 32], nonce: &[u8; 19], front: &[u8]) -> Self {
        Self { stream: Stream::new(key.into(), nonce.into()), front: front.to_vec(), next: 0 }
    }

    fn encrypt(&mut self, plain: &[u8], is_last: bool) -> Result<Vec<u8>, BackupFault> {
        let payload = Payload { msg: plain, aad: &self.front };
        let sealed = self.stream.encrypt(self.next, is_last, payload).map_err(|_| BackupFault::TooLong)?;
        self.next = self.next.checked_add(1).ok_or(BackupFault::TooLong)?;
        Ok(sealed)
    }

    /// `None` when the chunk is not the one that belongs here.
    fn decrypt(&mut self, sealed: &[u8], is_last: bool) -> Result<Option<Vec<u8>>, BackupFault> {
        let Ok(plain) = self.stream.decrypt(self.next, is_last, Payload { msg: sealed, aad: &self.front }) else {
            return Ok(None);
        };
        self.next = self.next.checked_add(1).ok_or(BackupFault::TooLong)?;
        Ok(Some(plain))
    }
}

fn sum(line: &str) -> String {
    let mut sum = Hash::of(line.as_bytes()).as_str().to_owned();
    sum.truncate(SUM_DIGITS);
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::passphrase::tests::CHEAP;

    const PASSPHRASE: &str = "a passphrase for tests";

    fn header() -> BackupHeader {
        BackupHeader {
            app: "0.1.0".into(),
            device: "019adc1e-7a40-7c3e-9d52-6b1f3a8e4c07".into(),
            epoch: 1,
            events: 2,
            seq: 2,
            texts: Texts::Sealed,
            time: "2026-11-23T09:41:07.120+08:00".into(),
        }
    }

    fn written(content: &[u8], piece: usize) -> Vec<u8> {
        let mut writer = BackupWriter::with_costs(PASSPHRASE, &[6; 35], &header(), CHEAP).unwrap();
        let mut file = Vec::new();
        for piece in content.chunks(piece) {
            file.extend(writer.push(piece).unwrap());
        }
        file.extend(writer.finish().unwrap());
        file
    }

    fn read(file: &[u8], piece: usize, passphrase: &str) -> Result<Vec<u8>, BackupFault> {
        let mut reader = BackupReader::new(passphrase);
        let mut content = Vec::new();
        for piece in file.chunks(piece) {
            content.extend(reader.push(piece)?);
        }
        content.extend(reader.finish()?);
        Ok(content)
    }

    fn sample() -> (Vec<u8>, usize) {
        let content: Vec<u8> = (0..3 * CHUNK).map(|n| (n % 251) as u8).collect();
        let file = written(&content, 10_000);
        let front = file.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        (file, front)
    }

    fn check(file: &[u8], expected: BackupFault) {
        assert_eq!(read(file, 50_000, PASSPHRASE), Err(expected));
        assert_eq!(read(file, usize::MAX, PASSPHRASE), Err(expected));
    }

    #[test]
    fn shows_what_it_is_and_nothing_of_what_is_inside() {
        let file = written(b"x", 1);
        let front = String::from_utf8(file[..file.iter().position(|byte| *byte == b'\n').unwrap()].to_vec()).unwrap();
        assert!(
            front.starts_with("CANDOR-BACKUP 1 {\"argon2\":{\"lanes\":1,\"memory_kib\":8192,\"passes\":1},"),
            "{front}"
        );
        assert!(front.contains("\"texts\":\"sealed\""), "{front}");
        assert!(!front.contains("019adc1e") && !front.contains("2026"), "{front}");
    }

    #[test]
    fn gives_back_what_went_in_at_every_length_around_a_chunk() {
        let line = header().to_line();
        for length in [0, 1, CHUNK - line.len() - 1, CHUNK - line.len(), CHUNK - line.len() + 1, CHUNK, 2 * CHUNK] {
            let content = vec![b'x'; length];
            let file = written(&content, 7_777);
            let chunks = (line.len() + length).div_ceil(CHUNK);
            let front = file.iter().position(|byte| *byte == b'\n').unwrap() + 1;
            assert_eq!(file.len(), front + line.len() + length + chunks * TAG, "{length}");
            let expected = [line.as_bytes(), &content].concat();
            assert_eq!(read(&file, 9_999, PASSPHRASE).as_ref(), Ok(&expected), "{length}");
        }
    }

    #[test]
    fn tells_a_wrong_passphrase_from_a_damaged_file() {
        let (file, front) = sample();
        assert_eq!(read(&file, 999, "another passphrase"), Err(BackupFault::Passphrase));
        let mut damaged = file.clone();
        damaged[front + CHUNK + TAG + 5] ^= 1;
        let (from, to) = ((front + CHUNK + TAG) as u64, (front + 2 * (CHUNK + TAG)) as u64);
        check(&damaged, BackupFault::Damaged { from, to });
    }

    #[test]
    fn notices_a_missing_end_wherever_it_was_cut() {
        let (file, front) = sample();
        for at in [front, front + CHUNK + TAG, front + 3 * (CHUNK + TAG)] {
            check(&file[..at], BackupFault::Cut { at: at as u64 });
        }
        check(&file[..5], BackupFault::Cut { at: 5 });
        check(&file[..front - 1], BackupFault::Cut { at: front as u64 - 1 });
        check(&file[..0], BackupFault::NotABackup);
        let at = front + CHUNK + TAG + 700;
        check(&file[..at], BackupFault::Damaged { from: (front + CHUNK + TAG) as u64, to: at as u64 });
    }

    #[test]
    fn notices_chunks_in_another_order_and_chunks_too_many() {
        let (file, front) = sample();
        let chunk = |n: usize| &file[front + n * (CHUNK + TAG)..file.len().min(front + (n + 1) * (CHUNK + TAG))];
        let fault = |n: usize| {
            let from = front + n * (CHUNK + TAG);
            BackupFault::Damaged { from: from as u64, to: (from + CHUNK + TAG) as u64 }
        };
        check(&[&file[..front], chunk(1), chunk(0), chunk(2), chunk(3)].concat(), fault(0));
        check(&[&file[..front], chunk(0), chunk(0), chunk(1), chunk(2), chunk(3)].concat(), fault(1));
        check(&[&file[..front], chunk(0), chunk(2), chunk(3)].concat(), fault(1));
        check(&[&file[..], &[0; 2 * CHUNK]].concat(), fault(3));
        let other = written(&vec![b'y'; 3 * CHUNK], 10_000);
        let mixed = [&file[..front + CHUNK + TAG], &other[front + CHUNK + TAG..]].concat();
        assert_ne!(other, file);
        // The same passphrase and the same random bytes, which never happens: even then the lines in front agree, and
        // only what was encrypted twice under one nonce could be exchanged. So give it another front.
        assert!(read(&mixed, 999, PASSPHRASE).is_ok());
        let mut writer = BackupWriter::with_costs(PASSPHRASE, &[7; 35], &header(), CHEAP).unwrap();
        let mut other = writer.push(&vec![b'y'; 3 * CHUNK]).unwrap();
        other.extend(writer.finish().unwrap());
        check(&[&file[..front + CHUNK + TAG], &other[front + CHUNK + TAG..]].concat(), fault(1));
    }

    #[test]
    fn names_a_first_line_that_cannot_be_used() {
        let (file, front) = sample();
        let line = String::from_utf8(file[..front].to_vec()).unwrap();
        let with = |line: &str| [line.as_bytes(), &file[front..]].concat();
        check(&with(&line.replace("BACKUP 1 ", "BACKUP 2 ")), BackupFault::Version);
        check(&with(&line.replace("BACKUP 1 ", "BACKUP x ")), BackupFault::Front);
        check(&with(&line.replace("\"texts\":\"sealed\"", "\"texts\":\"clear\"")), BackupFault::Front);
        check(b"{\"backup\":1}\n", BackupFault::NotABackup);
        check(b"PK\x03\x04", BackupFault::NotABackup);
        check(&[MAGIC.as_bytes(), &[b'x'; 4_000]].concat(), BackupFault::NotABackup);
        let greedy = line.trim_end().rsplit_once(' ').unwrap().0.replace("8192", "4294967295");
        check(&with(&format!("{greedy} {}\n", sum(&greedy))), BackupFault::Costs);
        // Whoever alters the line and its checksum with it is found out by the first chunk, which is bound to it.
        let forged = line.trim_end().rsplit_once(' ').unwrap().0.replace("sealed", "clear");
        let forged = format!("{forged} {}\n", sum(&forged));
        let (from, to) = (forged.len() as u64, (forged.len() + CHUNK + TAG) as u64);
        check(&with(&forged), BackupFault::Damaged { from, to });
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_altered_byte_is_refused(at in any::<prop::sample::Index>(), flip in 1_u8..) {
            let mut file = written(&[b'x'; 70_000], 70_000);
            let at = at.index(file.len());
            file[at] ^= flip;
            prop_assert!(read(&file, 65_000, PASSPHRASE).is_err());
        }

        #[test]
        fn any_cut_is_refused(at in any::<prop::sample::Index>()) {
            let file = written(&[b'x'; 70_000], 70_000);
            prop_assert!(read(&file[..at.index(file.len())], 65_000, PASSPHRASE).is_err());
        }
    }
}
