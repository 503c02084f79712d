//! Where events rest: an SQLite file or a PostgreSQL database, alike to everybody outside this folder.
//!
//! All events are written by one task, [`writer`], a group of requests in one transaction. An answer goes out after
//! the commit, so what a receipt names survives a power cut; and cursors grow in the order in which events become
//! visible, so a reader that goes on after the last one it saw misses nothing.

mod judge;
mod ledger;
mod open;
mod postgres;
mod report;
mod rows;
mod sql;
mod sqlite;
mod writer;

use std::path::{Path, PathBuf};

use candor_core::time::UnixMillis;
use tokio::sync::mpsc;

pub use judge::{Batch, DeviceKey, Outcome, Verdict};
pub use open::{OpenFault, StoreUrl};
pub use report::{ChainReport, HolderReport, SourceReport};
pub use writer::now;

use crate::signer::{KeyFault, KeySource, Signer};
use crate::token::{Role, TokenDigest};
use writer::Command;

/// Bytes of JSON after which a page ends, so that a page of large events stays small in memory.
const PAGE_BYTES: usize = 512 * 1024;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// The database refused or is out of reach.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The database holds something that this program never wrote.
    #[error("the database holds something unreadable: {0}")]
    Unreadable(&'static str),
    /// The store is being closed.
    #[error("the store is being closed")]
    Closed,
}

/// Why a name did not get a token.
#[derive(Debug, thiserror::Error)]
pub enum IssueFault {
    /// The name has the other role.
    #[error("the name is taken by a {role}", role = .0.as_str())]
    NameTaken(Role),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Who holds a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// As the store numbers it.
    pub key: DeviceKey,
    /// As it was enrolled.
    pub name: String,
    /// What the token is good for.
    pub role: Role,
}

/// One stored event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its place in the order received; grows, with gaps.
    pub cursor: i64,
    /// The event's JSON on one line.
    pub json: String,
}

#[derive(Clone)]
enum Database {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Database {
    async fn open(url: &StoreUrl) -> Result<Self, OpenFault> {
        Ok(match url {
            StoreUrl::Sqlite(path) => Self::Sqlite(sqlite::Sqlite::open(path).await?),
            StoreUrl::Postgres(options) => Self::Postgres(postgres::Postgres::open(options).await?),
        })
    }
}

/// Beside the file and not in it: who gets a copy of the events to check them does not get the key with it.
fn key_beside(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".key");
    name.into()
}

/// An open store. Clones share it.
#[derive(Clone)]
pub struct Store {
    database: Database,
    writer: mpsc::Sender<Command>,
    public_key: Option<String>,
}

impl Store {
    /// Opens the store for looking after it, and makes what is missing in it. No key is made, and what it records is
    /// not signed.
    ///
    /// # Errors
    /// [`OpenFault`]; also when the store was written by a newer version.
    pub async fn open(url: &StoreUrl) -> Result<Self, OpenFault> {
        let database = Database::open(url).await?;
        Ok(Self { writer: writer::start(database.clone(), None), database, public_key: None })
    }

    /// Opens the store for taking events, and signs what it has of each chain. The first time the key is made.
    ///
    /// # Errors
    /// [`OpenFault`]; also when the key cannot be had.
    pub async fn open_signing(url: &StoreUrl, source: &KeySource) -> Result<Self, OpenFault> {
        let database = Database::open(url).await?;
        let signer = match (source, url, &database) {
            (KeySource::File(path), _, _) => Signer::in_file(path)?,
            (KeySource::OfStore, StoreUrl::Sqlite(path), _) => Signer::in_file(&key_beside(path))?,
            (KeySource::OfStore, _, Database::Postgres(database)) => {
                let fresh = Signer::generate().map_err(KeyFault::Random)?;
                let kept = database.signing_key(&fresh, now()).await?;
                Signer::parse(&kept).ok_or(StoreFault::Unreadable("a signing key"))?
            }
            (KeySource::OfStore, _, Database::Sqlite(_)) => return Err(OpenFault::NoFile),
        };
        let public_key = Some(signer.public_key());
        Ok(Self { writer: writer::start(database.clone(), Some(signer)), database, public_key })
    }

    /// The public half of the key that heads are signed with, as 64 hexadecimal digits; `None` when none are.
    pub fn public_key(&self) -> Option<&str> {
        self.public_key.as_deref()
    }

    /// Keeps a batch, each event once. When this returns, what it accepted is on disk.
    ///
    /// # Errors
    /// [`StoreFault`]; then nothing is known of what was stored, and sending it again is safe.
    pub async fn record(&self, batch: Batch) -> Result<Outcome, StoreFault> {
        if batch.arrivals.is_empty() {
            return Ok(Outcome::Recorded { verdicts: Vec::new(), chain: Vec::new(), heads: Vec::new() });
        }
        writer::record(&self.writer, batch).await
    }

    /// The holder of a token, unless it is unknown or revoked.
    ///
    /// # Errors
    /// [`StoreFault`]
    pub async fn holder(&self, token: TokenDigest) -> Result<Option<Holder>, StoreFault> {
        let found = match &self.database {
            Database::Sqlite(database) => database.token(token).await?,
            Database::Postgres(database) => database.token(token).await?,
        };
        let Some((digest, key, name, role)) = found else { return Ok(None) };
        let role = Role::parse(&role).ok_or(StoreFault::Unreadable("a role"))?;
        Ok(token.matches(&digest).then_some(Holder { key: DeviceKey(key), name, role }))
    }

    /// Gives a name a token, the first or a further one.
    ///
    /// # Errors
    /// [`IssueFault`]
    pub async fn issue(&self, name: &str, role: Role, token: TokenDigest, now: UnixMillis) -> Result<(), IssueFault> {
        let taken = match &self.database {
            Database::Sqlite(database) => database.issue(name, role, token, now).await?,
            Database::Postgres(database) => database.issue(name, role, token, now).await?,
        };
        match Role::parse(&taken) {
            Some(taken) if taken == role => Ok(()),
            Some(taken) => Err(IssueFault::NameTaken(taken)),
            None => Err(StoreFault::Unreadable("a role").into()),
        }
    }

    /// Revokes every token of a name; `None` when nobody has that name, else how many were good until now.
    ///
    /// # Errors
    /// [`StoreFault`]
    pub async fn revoke(&self, name: &str, now: UnixMillis) -> Result<Option<u64>, StoreFault> {
        match &self.database {
            Database::Sqlite(database) => database.revoke(name, now).await,
            Database::Postgres(database) => database.revoke(name, now).await,
        }
    }

    /// Events after a cursor in the order received: at most `limit`, fewer where they are large, none at the end.
    ///
    /// # Errors
    /// [`StoreFault`]
    pub async fn page(&self, after: i64, limit: u32) -> Result<Vec<Stored>, StoreFault> {
        match &self.database {
            Database::Sqlite(database) => database.page(after, limit).await,
            Database::Postgres(database) => database.page(after, limit).await,
        }
    }

    /// Up to which cursor alerts have been forwarded; of a store from which none ever were, its newest, so that what was
    /// before is no news.
    ///
    /// # Errors
    /// [`StoreFault`]
    pub async fn forwarded(&self) -> Result<i64, StoreFault> {
        let (forwarded, newest) = match &self.database {
            Database::Sqlite(database) => (database.forwarded().await?, database.newest().await?),
            Database::Postgres(database) => (database.forwarded().await?, database.newest().await?),
        };
        if forwarded.is_none() {
            self.note_forwarded(newest).await?;
        }
        Ok(forwarded.unwrap_or(newest))
    }

    /// Notes that alerts have been forwarded up to a cursor.
    ///
    /// # Errors
    /// [`StoreFault`]
    pub async fn note_forwarded(&self, cursor: i64) -> Result<(), StoreFault> {
        match &self.database {
            Database::Sqlite(database) => database.note_forwarded(cursor).await,
            Database::Postgres(database) => database.note_forwarded(cursor).await,
        }
    }

    /// Everybody who has or had a token, and what came from them.
    ///
    /// # Errors
    /// [`StoreFault`]
    pub async fn holders(&self) -> Result<Vec<HolderReport>, StoreFault> {
        let (holders, sources) = match &self.database {
            Database::Sqlite(database) => database.holders().await?,
            Database::Postgres(database) => database.holders().await?,
        };
        report::assemble(holders, sources)
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`StoreFault`]
    pub async fn ping(&self) -> Result<(), StoreFault> {
        match &self.database {
            Database::Sqlite(database) => database.ping().await,
            Database::Postgres(database) => database.ping().await,
        }
    }

    /// Finishes what was handed in before, and closes the database.
    pub async fn close(&self) {
        writer::stop(&self.writer).await;
        match &self.database {
            Database::Sqlite(database) => database.close().await,
            Database::Postgres(database) => database.close().await,
        }
    }
}
