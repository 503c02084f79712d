//! The PostgreSQL store. Lists go into statements as arrays, so that each statement is prepared once.
//!
//! Several collectors may share a database: an advisory lock lets one transaction at a time write events, so that
//! cursors become visible in their order.

use std::time::Duration;

use candor_core::time::UnixMillis;
use futures_util::TryStreamExt;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};

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
    include_str!("postgres.sql"),
    include_str!("postgres-2.sql"),
    include_str!("postgres-3.sql"),
    include_str!("postgres-4.sql"),
];

/// Held while events are written. "candor" in ASCII: any number that nobody else uses.
const LOCK: i64 = 0x6361_6e64_6f72;
/// One writes, the others look up tokens and read. PostgreSQL's own default allows 100 in all.
const CONNECTIONS: u32 = 8;
/// A server that does not take a connection in this time is out of reach; the tablet tries again later anyway.
const ACQUIRE: Duration = Duration::from_secs(10);

/// A pool of connections.
#[derive(Clone)]
pub struct Postgres {
    pool: PgPool,
}

impl Postgres {
    /// Connects and brings the schema up to date.
    pub async fn open(options: &PgConnectOptions) -> Result<Self, OpenFault> {
        let options = options.clone().application_name("candor-collector").disable_statement_logging();
        let pool =
            PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(ACQUIRE).connect_with(options).await?;
        migrate(&pool).await?;
        Ok(Self { pool })
    }

    /// Keeps a group of batches in one transaction.
    pub async fn record(
        &self,
        batches: &[Batch],
        now: UnixMillis,
        signer: Option<&Signer>,
    ) -> Result<Vec<Outcome>, StoreFault> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
        let outcomes = record(&mut *transaction, batches, now, signer).await?;
        transaction.commit().await?;
        Ok(outcomes)
    }

    /// See [`sql::TOKEN`].
    pub async fn token(&self, token: TokenDigest) -> Result<Option<TokenRow>, StoreFault> {
        Ok(sqlx::query_as(sql::TOKEN).bind(token.as_bytes()).fetch_optional(&self.pool).await?)
    }

    /// Gives a name a token and returns the role that the name has; with another role nothing is stored.
    pub async fn issue(
        &self,
        name: &str,
        role: Role,
        token: TokenDigest,
        now: UnixMillis,
    ) -> Result<String, StoreFault> {
        let mut transaction = self.pool.begin().await?;
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
        let holder: Option<(i64, String)> = sqlx::query_as(sql::HOLDER).bind(name).fetch_optional(&self.pool).await?;
        let Some((holder, _)) = holder else { return Ok(None) };
        let done = sqlx::query(sql::REVOKE).bind(holder).bind(now.0).execute(&self.pool).await?;
        Ok(Some(done.rows_affected()))
    }

    /// The database's signing key. Where there is none, `fresh` becomes it, unless another collector was first.
    pub async fn signing_key(&self, fresh: &Signer, now: UnixMillis) -> Result<String, StoreFault> {
        let insert = "INSERT INTO signing_key (secret, made_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        sqlx::query(insert).bind(fresh.secret_text()).bind(now.0).execute(&self.pool).await?;
        let (secret,) = sqlx::query_as("SELECT secret FROM signing_key").fetch_one(&self.pool).await?;
        Ok(secret)
    }

    /// Events after a cursor.
    pub async fn page(&self, after: i64, limit: u32) -> Result<Vec<Stored>, StoreFault> {
        let limit = i64::from(limit);
        let mut rows = sqlx::query_as::<_, (i64, String)>(sql::PAGE).bind(after).bind(limit).fetch(&self.pool);
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
        Ok(sqlx::query_scalar(sql::FORWARDED).fetch_optional(&self.pool).await?)
    }

    /// See [`sql::NOTE_FORWARDED`].
    pub async fn note_forwarded(&self, cursor: i64) -> Result<(), StoreFault> {
        sqlx::query(sql::NOTE_FORWARDED).bind(cursor).execute(&self.pool).await?;
        Ok(())
    }

    /// See [`sql::NEWEST`].
    pub async fn newest(&self) -> Result<i64, StoreFault> {
        Ok(sqlx::query_scalar(sql::NEWEST).fetch_one(&self.pool).await?)
    }

    /// See [`sql::HOLDERS`] and [`sql::SOURCES`].
    pub async fn holders(&self) -> Result<(Vec<HolderRow>, Vec<SourceRow>), StoreFault> {
        let mut transaction = self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let holders = sqlx::query_as(sql::HOLDERS).fetch_all(&mut *transaction).await?;
        let sources = sqlx::query_as(sql::SOURCES).fetch_all(&mut *transaction).await?;
        Ok((holders, sources))
    }

    /// Goes to the server and back.
    pub async fn ping(&self) -> Result<(), StoreFault> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Takes leave of the server.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

async fn migrate(pool: &PgPool) -> Result<(), OpenFault> {
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    // Asked first: CREATE TABLE IF NOT EXISTS would have the server print a notice at each start.
    let (is_new,): (bool,) =
        sqlx::query_as("SELECT to_regclass('candor_schema') IS NULL").fetch_one(&mut *transaction).await?;
    if is_new {
        sqlx::raw_sql("CREATE TABLE candor_schema (version BIGINT NOT NULL); INSERT INTO candor_schema VALUES (0)")
            .execute(&mut *transaction)
            .await?;
    }
    let (found,): (i64,) = sqlx::query_as("SELECT version FROM candor_schema").fetch_one(&mut *transaction).await?;
    for step in pending(STEPS, found)? {
        sqlx::raw_sql(step).execute(&mut *transaction).await?;
    }
    let known = signed(STEPS.len() as u64);
    sqlx::query("UPDATE candor_schema SET version = $1").bind(known).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

impl Ledger for PgConnection {
    async fn sources(&mut self, names: &[&str]) -> Result<Vec<(String, SourceKey, DeviceKey)>, StoreFault> {
        let query = "SELECT name, source, holder FROM sources WHERE name = ANY($1)";
        let rows: Vec<rows::SourceRow> = sqlx::query_as(query).bind(names).fetch_all(self).await?;
        Ok(rows.into_iter().map(rows::source).collect())
    }

    async fn bind(&mut self, name: &str, device: DeviceKey, now: UnixMillis) -> Result<SourceKey, StoreFault> {
        let (source,) = sqlx::query_as(sql::BIND).bind(name).bind(device.0).bind(now.0).fetch_one(self).await?;
        Ok(SourceKey(source))
    }

    async fn chains(&mut self, keys: &[ChainKey]) -> Result<Vec<KnownChain>, StoreFault> {
        let query = "SELECT source, epoch, continuity, head FROM chains \
             JOIN unnest($1::bigint[], $2::bigint[]) AS wanted (source, epoch) USING (source, epoch)";
        let sources: Vec<_> = keys.iter().map(|key| key.0.0).collect();
        let epochs: Vec<_> = keys.iter().map(|key| i64::from(key.1)).collect();
        let rows: Vec<ChainRow> = sqlx::query_as(query).bind(sources).bind(epochs).fetch_all(self).await?;
        rows.into_iter().map(rows::chain).collect()
    }

    async fn ids(&mut self, keys: &[IdKey]) -> Result<Vec<(IdKey, Digest)>, StoreFault> {
        let query = "SELECT e.source, e.id, e.hash FROM unnest($1::bigint[], $2::uuid[]) AS wanted (source, id) \
             JOIN events e ON e.source = wanted.source AND e.id = wanted.id";
        let sources: Vec<_> = keys.iter().map(|key| key.0.0).collect();
        let ids: Vec<_> = keys.iter().map(|key| key.1).collect();
        let rows: Vec<IdRow> = sqlx::query_as(query).bind(sources).bind(ids).fetch_all(self).await?;
        rows.into_iter().map(rows::id).collect()
    }

    async fn jsons(&mut self, keys: &[IdKey]) -> Result<Vec<(IdKey, String)>, StoreFault> {
        let query = "SELECT e.source, e.id, e.json FROM unnest($1::bigint[], $2::uuid[]) AS wanted (source, id) \
             JOIN events e ON e.source = wanted.source AND e.id = wanted.id";
        let sources: Vec<_> = keys.iter().map(|key| key.0.0).collect();
        let ids: Vec<_> = keys.iter().map(|key| key.1).collect();
        let rows: Vec<JsonRow> = sqlx::query_as(query).bind(sources).bind(ids).fetch_all(self).await?;
        Ok(rows.into_iter().map(rows::json).collect())
    }

    async fn links(&mut self, places: &[Place]) -> Result<Vec<(Place, Link)>, StoreFault> {
        let query = "WITH wanted AS (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) \
             AS wanted (source, epoch, seq)) \
             SELECT e.source, e.epoch, e.seq, e.hash, e.prev FROM wanted JOIN events e USING (source, epoch, seq) \
             UNION ALL \
             SELECT c.source, c.epoch, c.seq, c.hash, c.prev FROM wanted JOIN copies c USING (source, epoch, seq)";
        let sources: Vec<_> = places.iter().map(|place| place.0.0).collect();
        let epochs: Vec<_> = places.iter().map(|place| i64::from(place.1)).collect();
        let seqs: Vec<_> = places.iter().map(|place| signed(place.2)).collect();
        let rows: Vec<LinkRow> = sqlx::query_as(query).bind(sources).bind(epochs).bind(seqs).fetch_all(self).await?;
        rows.into_iter().map(rows::link).collect()
    }

    async fn insert(&mut self, rows: &[Row<'_>], now: UnixMillis) -> Result<(), StoreFault> {
        // ORDER BY: cursors are given out in the order of the request.
        let query = "INSERT INTO events (source, id, epoch, seq, hash, prev, received_at, json) \
             SELECT source, id, epoch, seq, hash, prev, $7, json FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], \
             $4::bigint[], $5::bytea[], $6::bytea[], $8::text[]) WITH ORDINALITY \
             AS row (source, id, epoch, seq, hash, prev, json, at) ORDER BY at";
        let sources: Vec<_> = rows.iter().map(|row| row.source.0).collect();
        let ids: Vec<_> = rows.iter().map(|row| row.arrival.uuid).collect();
        let epochs: Vec<_> = rows.iter().map(|row| i64::from(row.arrival.epoch)).collect();
        let seqs: Vec<_> = rows.iter().map(|row| signed(row.arrival.seq)).collect();
        let hashes: Vec<_> = rows.iter().map(|row| row.arrival.link.hash.as_bytes().as_slice()).collect();
        let prevs: Vec<_> = rows.iter().map(|row| row.arrival.link.prev.as_bytes().as_slice()).collect();
        let jsons: Vec<_> = rows.iter().map(|row| row.arrival.json.as_str()).collect();
        let insert = sqlx::query(query).bind(sources).bind(ids).bind(epochs).bind(seqs).bind(hashes).bind(prevs);
        insert.bind(now.0).bind(jsons).execute(self).await?;
        Ok(())
    }

    async fn insert_copies(&mut self, rows: &[Row<'_>], now: UnixMillis) -> Result<(), StoreFault> {
        // The cursor is the next of the events' own count.
        let query = "INSERT INTO copies (cursor, source, epoch, seq, hash, prev, received_at, json) \
             VALUES (nextval(pg_get_serial_sequence('events', 'cursor')), $1, $2, $3, $4, $5, $6, $7)";
        for Row { source, arrival, .. } in rows {
            let insert = sqlx::query(query).bind(source.0).bind(i64::from(arrival.epoch)).bind(signed(arrival.seq));
            let Link { hash, prev } = &arrival.link;
            let insert = insert.bind(hash.as_bytes().as_slice()).bind(prev.as_bytes().as_slice()).bind(now.0);
            insert.bind(arrival.without_words()).execute(&mut *self).await?;
        }
        Ok(())
    }

    async fn keep_chains(&mut self, chains: &[ChangedChain<'_>], now: UnixMillis) -> Result<(), StoreFault> {
        let query = "INSERT INTO chains (source, epoch, continuity, head, first_seen, last_seen) \
             SELECT source, epoch, continuity, head, $5, $5 FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) \
             AS row (source, epoch, continuity, head) \
             ON CONFLICT (source, epoch) DO UPDATE SET continuity = excluded.continuity, \
             head = coalesce(excluded.head, chains.head), last_seen = excluded.last_seen";
        let sources: Vec<_> = chains.iter().map(|chain| chain.key.0.0).collect();
        let epochs: Vec<_> = chains.iter().map(|chain| i64::from(chain.key.1)).collect();
        let states: Result<Vec<_>, _> = chains.iter().map(|chain| rows::continuity_json(chain.continuity)).collect();
        let heads: Result<Vec<_>, _> = chains.iter().map(|chain| chain.head.map(rows::head_json).transpose()).collect();
        sqlx::query(query).bind(sources).bind(epochs).bind(states?).bind(heads?).bind(now.0).execute(self).await?;
        Ok(())
    }

    async fn touch(&mut self, sources: &[SourceKey], now: UnixMillis) -> Result<(), StoreFault> {
        let sources: Vec<_> = sources.iter().map(|source| source.0).collect();
        let query = "UPDATE sources SET last_seen = $2 WHERE source = ANY($1)";
        sqlx::query(query).bind(sources).bind(now.0).execute(self).await?;
        Ok(())
    }
}
