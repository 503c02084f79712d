//! What is to be checked: a file of lines, or a collector's store. Opened for reading only.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use candor_core::verify::Verifier;
use candor_core::witness::SignedHead;
use candor_vault::backup::MAGIC;

use crate::stores;

/// The longest line taken as one, in bytes. An event has at most a megabyte; the bound keeps a file that is something
/// else from filling memory.
const MAX_LINE: u64 = 16 * 1024 * 1024;
/// What an SQLite file begins with.
const SQLITE: &[u8] = b"SQLite format 3\0";
/// What an export's last line begins with.
const MANIFEST: &[u8] = b"{\"manifest\"";

/// Why there was nothing to check.
#[derive(Debug, thiserror::Error)]
pub enum SourceFault {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// There is not one line in it.
    #[error("is empty: there is nothing to check")]
    Empty,
    /// It can be read, and has no event in it.
    #[error("holds no event: there is nothing to check")]
    NoEvent,
    /// It is encrypted.
    #[error("is a back-up, encrypted as a whole: candor read-backup makes lines of it, which can be checked")]
    Backup,
    /// Not one line is an event.
    #[error("is no export and no store of Candor's: not one event can be read in it")]
    Foreign,
    /// A database that no collector made.
    #[error("is a database, and not a collector's")]
    ForeignStore,
    /// The database failed. The message does not repeat its URL, which may hold a password.
    #[error("the database cannot be read: {0}")]
    Database(#[from] sqlx::Error),
}

/// Something to check, opened.
pub enum Source {
    /// Lines: an export or a collector's read-out.
    Lines(File),
    /// A collector's SQLite file.
    Sqlite(PathBuf),
    /// A collector's PostgreSQL database, by its URL.
    Postgres(String),
}

/// How the place of a finding is to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A line of a file.
    Line,
    /// A row of a store, by its cursor.
    Row,
}

impl Source {
    /// Opens what a name stands for: `-` is standard input, a URL a database, anything else a file.
    pub fn open(name: &str) -> Result<Self, SourceFault> {
        if name.starts_with("postgres://") || name.starts_with("postgresql://") {
            return Ok(Self::Postgres(name.to_owned()));
        }
        if name == "-" {
            // The heads stand at its end and are wanted at its beginning: it is read twice.
            let mut file = tempfile::tempfile()?;
            io::copy(&mut io::stdin().lock(), &mut file)?;
            return Self::lines(file);
        }
        let path = Path::new(name.strip_prefix("sqlite:").unwrap_or(name));
        let mut file = File::open(path)?;
        let mut start = Vec::new();
        file.by_ref().take(SQLITE.len() as u64).read_to_end(&mut start)?;
        if start == SQLITE {
            return Ok(Self::Sqlite(path.to_owned()));
        }
        Self::lines(file)
    }

    fn lines(mut file: File) -> Result<Self, SourceFault> {
        let mut start = Vec::new();
        file.rewind()?;
        file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut start)?;
        file.rewind()?;
        if start == MAGIC.as_bytes() { Err(SourceFault::Backup) } else { Ok(Self::Lines(file)) }
    }

    /// What a finding's `line` counts.
    pub fn unit(&self) -> Unit {
        match self {
            Self::Lines(_) => Unit::Line,
            Self::Sqlite(_) | Self::Postgres(_) => Unit::Row,
        }
    }

    /// Gives everything in it to a verifier, what it says of its own end first.
    pub fn read(self, verifier: &mut Verifier<'_>) -> Result<(), SourceFault> {
        match self {
            Self::Lines(mut file) => {
                each_line(&mut file, |line| {
                    if line.starts_with(MANIFEST) {
                        let heads = SignedHead::find_all(&String::from_utf8_lossy(line)).unwrap_or_default();
                        heads.iter().for_each(|head| verifier.expect(head));
                    }
                })?;
                file.rewind()?;
                let mut is_empty = true;
                each_line(&mut file, |line| {
                    is_empty &= line.trim_ascii().is_empty();
                    verifier.line(&String::from_utf8_lossy(line));
                })?;
                if is_empty { Err(SourceFault::Empty) } else { Ok(()) }
            }
            Self::Sqlite(path) => stores::block_on(stores::read_sqlite(&path, verifier)),
            Self::Postgres(url) => stores::block_on(stores::read_postgres(&url, verifier)),
        }
    }
}

fn each_line(file: &mut File, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let (mut reader, mut line) = (BufReader::new(file), Vec::new());
    loop {
        line.clear();
        if reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        take(line.strip_suffix(b"\n").unwrap_or(&line));
    }
}
