//! The SQLite store: one connection that writes, a few that read beside it.
//!
//! Lists go into statements as JSON arrays, so that each statement is prepared once whatever the size of a group.

use std::path::Path;
use std::time::Duration;

use candor_core::time::UnixMillis;
use futures_util::TryStreamExt;
use serde_json::json;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, QueryBuilder};

use super::judge::{Batch, ChainKey, ChangedChain, DeviceKey, IdKey, KnownChain, Outcome, Place, Row, SourceKey};
use super::ledger::{Ledger, record};
use super::open::{OpenFault, pending};
use super::rows::{self, ChainRow, IdRow, JsonRow, LinkRow, signed};
use super::sql::{self, HolderRow, SourceRow, TokenRow};
use super::{PAGE_BYTES, StoreFault, Stored};
use crate::arrival::{Digest, Link};
use crate::signer::Signer;
use crate::token::{Role, TokenDigest};

const STEPS: &[&str] = &[
    include_str!("sqlite.sql"),
    include_str!("sqlite-2.sql"),
    include_str!("sqlite-3.sql"),
    include_str!("sqlite-4.sql"),
];

/// Readers beside the writer. Look-ups take microseconds; more would only hold more page caches.
const READERS: u32 = 4;
/// How long to wait for another process, such as `candor-collector enrol`, to end its transaction.
const BUSY: Duration = Duration::from_secs(10);
/// Page cache of a connection in KiB, as SQLite's negative number: the upper levels of the indexes of ten million
/// events fit.
const CACHE: &str = "-32768";
/// Rows in one INSERT. 100 rows of 8 values are far below SQLite's 32,766 parameters, and more bring no speed.
const INSERT_ROWS: usize = 100;

/// An open file.
#[derive(Clone)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens or makes the file and brings its schema up to date.
    pub async fn open(path: &Path) -> Result<Self, OpenFault> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(BUSY)
            .pragma("cache_size", CACHE)
            .disable_statement_logging();
        // FULL: in WAL mode NORMAL may lose the last commits in a power cut, and a receipt must not.
        let writing = options
            .clone()
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(writing).await?;
        migrate(&writer).await?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_with(options.read_only(true)).await?;
        Ok(Self { writer, readers })
    }

    /// Keeps a group of batches in one transaction.
    pub async fn record(
        &self,
        batches: &[Batch],
        now: UnixMillis,
        signer: Option<&Signer>,
    ) -> Result<Vec<Outcome>, StoreFault> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let outcomes = record(&mut *transaction, batches, now, signer).await?;
        transaction.commit().await?;
        Ok(outcomes)
    }

    /// See [`sql::TOKEN`].
    pub async fn token(&self, token: TokenDigest) -> Result<Option<TokenRow>, StoreFault> {
        Ok(sqlx::query_as(sql::TOKEN).bind(token.as_bytes()).fetch_optional(&self.readers).await?)
    }

    /// Gives a name a token and returns the role that the name has; with another role nothing is stored.
    pub async fn issue(
        &self,
        name: &str,
        role: Role,
        token: TokenDigest,
        now: UnixMillis,
    ) -> Result<String, StoreFault> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(sql::ADD_HOLDER).bind(name).bind(role.as_str()).bind(now.0).execute(&mut *transaction).await?;
        let (holder, taken): (i64, String) =
            sqlx::query_as(sql::HOLDER).bind(name).fetch_one(&mut *transaction).await?;
        if taken == role.as_str() {
            sqlx::query(sql::ADD_TOKEN)
                .bind(token.as_bytes())
                .bind(holder)
                .bind(now.0)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        }
        Ok(taken)
    }

    /// Revokes all tokens of a name.
    pub async fn revoke(&self, name: &str, now: UnixMillis) -> Result<Option<u64>, StoreFault> {
        let holder: Option<(i64, String)> = sqlx::query_as(sql::HOLDER).bind(name).fetch_optional(&self.writer).await?;
        let Some((holder, _)) = holder else { return Ok(None) };
        let done = sqlx::query(sql::REVOKE).bind(holder).bind(now.0).execute(&self.writer).await?;
        Ok(Some(done.rows_affected()))
    }

    /// Events after a cursor.
    pub async fn page(&self, after: i64, limit: u32) -> Result<Vec<Stored>, StoreFault> {
        let mut rows = sqlx::query_as::<_, (i64, String)>(sql::PAGE).bind(after).bind(limit).fetch(&self.readers);
        let (mut page, mut bytes) = (Vec::new(), 0);
        while let Some((cursor, json)) = rows.try_next().await? {
            bytes += json.len();
            page.push(Stored { cursor, json });
            if bytes >= PAGE_BYTES {
                break;
            }
        }
        Ok(page)
    }

    /// See [`sql::FORWARDED`].
    pub async fn forwarded(&self) -> Result<Option<i64>, StoreFault> {
        Ok(sqlx::query_scalar(sql::FORWARDED).fetch_optional(&self.readers).await?)
    }

    /// See [`sql::NOTE_FORWARDED`].
    pub async fn note_forwarded(&self, cursor: i64) -> Result<(), StoreFault> {
        sqlx::query(sql::NOTE_FORWARDED).bind(cursor).execute(&self.writer).await?;
        Ok(())
    }

    /// See [`sql::NEWEST`].
    pub async fn newest(&self) -> Result<i64, StoreFault> {
        Ok(sqlx::query_scalar(sql::NEWEST).fetch_one(&self.readers).await?)
    }

    /// See [`sql::HOLDERS`] and [`sql::SOURCES`].
    pub async fn holders(&self) -> Result<(Vec<HolderRow>, Vec<SourceRow>), StoreFault> {
        let mut transaction = self.readers.begin().await?;
        let holders = sqlx::query_as(sql::HOLDERS).fetch_all(&mut *transaction).await?;
        let sources = sqlx::query_as(sql::SOURCES).fetch_all(&mut *transaction).await?;
        Ok((holders, sources))
    }

    /// Reads a page of the file, not only the connection's memory.
    pub async fn ping(&self) -> Result<(), StoreFault> {
        sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&self.readers).await?;
        Ok(())
    }

    /// Closes the file; the last connection folds the write-ahead log into it.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

async fn migrate(writer: &SqlitePool) -> Result<(), OpenFault> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let (found,): (i64,) = sqlx::query_as("PRAGMA user_version").fetch_one(&mut *transaction).await?;
    for step in pending(STEPS, found)? {
        sqlx::raw_sql(step).execute(&mut *transaction).await?;
    }
    // A pragma takes no parameter; this one is a number of our own.
    let mark = AssertSqlSafe(format!("PRAGMA user_version = {}", STEPS.len()));
    sqlx::raw_sql(mark).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

impl Ledger for SqliteConnection {
    async fn sources(&mut self, names: &[&str]) -> Result<Vec<(String, SourceKey, DeviceKey)>, StoreFault> {
        let query = "SELECT name, source, holder FROM sources WHERE name IN (SELECT value FROM json_each($1))";
        let rows: Vec<rows::SourceRow> = sqlx::query_as(query).bind(json!(names).to_string()).fetch_all(self).await?;
        Ok(rows.into_iter().map(rows::source).collect())
    }

    async fn bind(&mut self, name: &str, device: DeviceKey, now: UnixMillis) -> Result<SourceKey, StoreFault> {
        let (source,) = sqlx::query_as(sql::BIND).bind(name).bind(device.0).bind(now.0).fetch_one(self).await?;
        Ok(SourceKey(source))
    }

    async fn chains(&mut self, keys: &[ChainKey]) -> Result<Vec<KnownChain>, StoreFault> {
        let query = "SELECT c.source, c.epoch, c.continuity, c.head FROM json_each($1) AS wanted \
             CROSS JOIN chains c ON c.source = wanted.value ->> 0 AND c.epoch = wanted.value ->> 1";
        let keys: Vec<_> = keys.iter().map(|&(source, epoch)| (source.0, epoch)).collect();
        let rows: Vec<ChainRow> = sqlx::query_as(query).bind(json!(keys).to_string()).fetch_all(self).await?;
        rows.into_iter().map(rows::chain).collect()
    }

    async fn ids(&mut self, keys: &[IdKey]) -> Result<Vec<(IdKey, Digest)>, StoreFault> {
        let query = "SELECT e.source, e.id, e.hash FROM json_each($1) AS wanted \
             CROSS JOIN events e ON e.source = wanted.value ->> 0 AND e.id = unhex(wanted.value ->> 1)";
        let keys: Vec<_> = keys.iter().map(|(source, id)| (source.0, id.simple().to_string())).collect();
        let rows: Vec<IdRow> = sqlx::query_as(query).bind(json!(keys).to_string()).fetch_all(self).await?;
        rows.into_iter().map(rows::id).collect()
    }

    async fn jsons(&mut self, keys: &[IdKey]) -> Result<Vec<(IdKey, String)>, StoreFault> {
        let query = "SELECT e.source, e.id, e.json FROM json_each($1) AS wanted \
             CROSS JOIN events e ON e.source = wanted.value ->> 0 AND e.id = unhex(wanted.value ->> 1)";
        let keys: Vec<_> = keys.iter().map(|(source, id)| (source.0, id.simple().to_string())).collect();
        let rows: Vec<JsonRow> = sqlx::query_as(query).bind(json!(keys).to_string()).fetch_all(self).await?;
        Ok(rows.into_iter().map(rows::json).collect())
    }

    async fn links(&mut self, places: &[Place]) -> Result<Vec<(Place, Link)>, StoreFault> {
        let query = "SELECT e.source, e.epoch, e.seq, e.hash, e.prev FROM json_each($1) AS wanted \
             CROSS JOIN events e ON e.source = wanted.value ->> 0 AND e.epoch = wanted.value ->> 1 \
             AND e.seq = wanted.value ->> 2 \
             UNION ALL SELECT c.source, c.epoch, c.seq, c.hash, c.prev FROM json_each($1) AS wanted \
             CROSS JOIN copies c ON c.source = wanted.value ->> 0 AND c.epoch = wanted.value ->> 1 \
             AND c.seq = wanted.value ->> 2";
        let places: Vec<_> = places.iter().map(|&(source, epoch, seq)| (source.0, epoch, seq)).collect();
        let rows: Vec<LinkRow> = sqlx::query_as(query).bind(json!(places).to_string()).fetch_all(self).await?;
        rows.into_iter().map(rows::link).collect()
    }

    async fn insert(&mut self, rows: &[Row<'_>], now: UnixMillis) -> Result<(), StoreFault> {
        for rows in rows.chunks(INSERT_ROWS) {
            let mut insert =
                QueryBuilder::new("INSERT INTO events (source, id, epoch, seq, hash, prev, received_at, json) ");
            insert.push_values(rows, |mut values, row| {
                let arrival = row.arrival;
                values
                    .push_bind(row.source.0)
                    .push_bind(arrival.uuid)
                    .push_bind(arrival.epoch)
                    .push_bind(signed(arrival.seq))
                    .push_bind(arrival.link.hash.as_bytes().as_slice())
                    .push_bind(arrival.link.prev.as_bytes().as_slice())
                    .push_bind(now.0)
                    .push_bind(arrival.json.as_str());
            });
            insert.build().execute(&mut *self).await?;
        }
        Ok(())
    }

    async fn insert_copies(&mut self, rows: &[Row<'_>], now: UnixMillis) -> Result<(), StoreFault> {
        let query = "INSERT INTO copies (cursor, source, epoch, seq, hash, prev, received_at, json) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        for Row { source, arrival, .. } in rows {
            // The next number of the events' own count: it is taken by nobody else, and the count goes on behind it.
            let next = "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'events' RETURNING seq";
            let (cursor,): (i64,) = sqlx::query_as(next).fetch_one(&mut *self).await?;
            let insert = sqlx::query(query).bind(cursor).bind(source.0).bind(arrival.epoch).bind(signed(arrival.seq));
            let Link { hash, prev } = &arrival.link;
            let insert = insert.bind(hash.as_bytes().as_slice()).bind(prev.as_bytes().as_slice()).bind(now.0);
            insert.bind(arrival.without_words()).execute(&mut *self).await?;
        }
        Ok(())
    }

    async fn keep_chains(&mut self, chains: &[ChangedChain<'_>], now: UnixMillis) -> Result<(), StoreFault> {
        let query = "INSERT INTO chains (source, epoch, continuity, head, first_seen, last_seen) \
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, $2, $2 FROM json_each($1) WHERE true \
             ON CONFLICT (source, epoch) DO UPDATE SET continuity = excluded.continuity, \
             head = coalesce(excluded.head, head), last_seen = excluded.last_seen";
        let mut rows = Vec::with_capacity(chains.len());
        for &ChangedChain { key: (source, epoch), continuity, head } in chains {
            let head = head.map(rows::head_json).transpose()?;
            rows.push((source.0, epoch, rows::continuity_json(continuity)?, head));
        }
        sqlx::query(query).bind(json!(rows).to_string()).bind(now.0).execute(self).await?;
        Ok(())
    }

    async fn touch(&mut self, sources: &[SourceKey], now: UnixMillis) -> Result<(), StoreFault> {
        let query = "UPDATE sources SET last_seen = $2 WHERE source IN (SELECT value FROM json_each($1))";
        let sources: Vec<_> = sources.iter().map(|source| source.0).collect();
        sqlx::query(query).bind(json!(sources).to_string()).bind(now.0).execute(self).await?;
        Ok(())
    }
}
