//! A collector's store read directly: its events with their columns, and what it keeps of each chain besides.

use std::path::Path;

use candor_core::time::UnixMillis;
use candor_core::verify::{Columns, Tip, Verifier, Witness};
use candor_core::wire::SOURCE_PREFIX;
use futures_util::TryStreamExt;
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use crate::source::SourceFault;

/// Source, epoch, continuity, newest signed head, when the store last wrote of it in Unix milliseconds.
type ChainRow = (Option<String>, i64, String, Option<String>, Option<i64>);
/// Cursor, source, id (empty for a further place), epoch, number, hash, the hash before it, the event.
type EventRow = (i64, Option<String>, String, i64, i64, String, String, String);

// Cast, since somebody who edits an SQLite file can put anything anywhere.
const SQLITE_EVENTS: &str = "SELECT e.cursor, s.name, lower(hex(e.id)), CAST(e.epoch AS INTEGER), \
     CAST(e.seq AS INTEGER), lower(hex(e.hash)), lower(hex(e.prev)), CAST(e.json AS TEXT) \
     FROM events e LEFT JOIN sources s ON s.source = e.source ORDER BY e.cursor";
const POSTGRES_EVENTS: &str = "SELECT e.cursor, s.name, replace(e.id::text, '-', ''), e.epoch, e.seq, \
     encode(e.hash, 'hex'), encode(e.prev, 'hex'), e.json \
     FROM events e LEFT JOIN sources s ON s.source = e.source ORDER BY e.cursor";

const SQLITE_COPIES: &str = "SELECT c.cursor, s.name, '', CAST(c.epoch AS INTEGER), \
     CAST(c.seq AS INTEGER), lower(hex(c.hash)), lower(hex(c.prev)), CAST(c.json AS TEXT) \
     FROM copies c LEFT JOIN sources s ON s.source = c.source ORDER BY c.cursor";
const POSTGRES_COPIES: &str = "SELECT c.cursor, s.name, '', c.epoch, c.seq, \
     encode(c.hash, 'hex'), encode(c.prev, 'hex'), c.json \
     FROM copies c LEFT JOIN sources s ON s.source = c.source ORDER BY c.cursor";

/// A device is entered in the transaction that stores its first event.
const EMPTY_SOURCES: &str = "SELECT s.name FROM sources s \
     WHERE NOT EXISTS (SELECT 1 FROM chains c WHERE c.source = s.source) \
     AND NOT EXISTS (SELECT 1 FROM events e WHERE e.source = s.source) ORDER BY s.name";
const SILENT_HOLDERS: &str = "SELECT CAST(h.name AS TEXT) FROM holders h WHERE h.role = 'device' \
     AND NOT EXISTS (SELECT 1 FROM sources s WHERE s.holder = h.holder) ORDER BY h.name";
/// Rows that there are, rows that were ever written, and where these differ the lowest number that is not there. SQLite's AUTOINCREMENT gives
/// each number once, and a transaction that fails takes its numbers back, so that there are no gaps. (In PostgreSQL it does
/// not, and there are.)
const SQLITE_ROWS: &str = "SELECT have, said, CASE WHEN have = said THEN 0 ELSE \
     (SELECT min(n) FROM (SELECT 1 AS n UNION ALL SELECT cursor + 1 FROM events{next_to_copies}) \
     WHERE NOT EXISTS (SELECT 1 FROM events WHERE cursor = n){not_in_copies}) END \
     FROM (SELECT (SELECT count(*) FROM events) + {copies} AS have, \
     coalesce((SELECT CAST(seq AS INTEGER) FROM sqlite_sequence WHERE name = 'events'), 0) AS said)";

/// Runs one reading to its end.
pub fn block_on(reading: impl Future<Output = Result<(), SourceFault>>) -> Result<(), SourceFault> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(reading)
}

/// Reads an SQLite file. One that nobody is writing is left without a trace, not even a lock.
pub async fn read_sqlite(path: &Path, verifier: &mut Verifier<'_>) -> Result<(), SourceFault> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let is_at_rest = !Path::new(&log).exists();
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(is_at_rest);
    let mut store = options.disable_statement_logging().connect().await?;
    let mut snapshot = store.begin().await?;
    let tables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('events', 'sources', 'chains')";
    let (tables,): (i64,) = sqlx::query_as(tables).fetch_one(&mut *snapshot).await?;
    if tables != 3 {
        return Err(SourceFault::ForeignStore);
    }
    let column = "SELECT count(*) FROM pragma_table_info('chains') WHERE name = 'head'";
    let (has_heads,): (i64,) = sqlx::query_as(column).fetch_one(&mut *snapshot).await?;
    let chains: Vec<ChainRow> =
        sqlx::query_as(AssertSqlSafe(chains_query(has_heads > 0))).fetch_all(&mut *snapshot).await?;
    chains.iter().for_each(|chain| expect(verifier, chain));
    let mut rows = sqlx::query_as::<_, EventRow>(SQLITE_EVENTS).fetch(&mut *snapshot);
    while let Some(row) = rows.try_next().await? {
        take(verifier, row);
    }
    drop(rows);
    let table = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'copies'";
    let (has_copies,): (i64,) = sqlx::query_as(table).fetch_one(&mut *snapshot).await?;
    if has_copies > 0 {
        let copies: Vec<EventRow> = sqlx::query_as(SQLITE_COPIES).fetch_all(&mut *snapshot).await?;
        copies.into_iter().for_each(|row| take_copy(verifier, row));
    }
    let rows = sqlx::query_as(AssertSqlSafe(sqlite_rows(has_copies > 0)));
    let (have, said, first_missing): (i64, i64, i64) = rows.fetch_one(&mut *snapshot).await?;
    let [have, said, first_missing] = [have, said, first_missing].map(|n| u64::try_from(n).unwrap_or_default());
    verifier.count_rows(have, said, first_missing);
    let empty: Vec<(String,)> = sqlx::query_as(EMPTY_SOURCES).fetch_all(&mut *snapshot).await?;
    // Who hands the file to an auditor may have taken the tokens out.
    let table = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'holders'";
    let (has_holders,): (i64,) = sqlx::query_as(table).fetch_one(&mut *snapshot).await?;
    let silent: Vec<(String,)> =
        if has_holders > 0 { sqlx::query_as(SILENT_HOLDERS).fetch_all(&mut *snapshot).await? } else { Vec::new() };
    take_names(verifier, &empty, &silent);
    Ok(())
}

/// Reads a PostgreSQL database as it is at one instant.
pub async fn read_postgres(url: &str, verifier: &mut Verifier<'_>) -> Result<(), SourceFault> {
    let options: PgConnectOptions = url.parse()?;
    let mut store = options.application_name("candor").disable_statement_logging().connect().await?;
    let mut snapshot = store.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let tables =
        "SELECT count(*) FROM unnest(ARRAY['events', 'sources', 'chains']) AS name WHERE to_regclass(name) IS NOT NULL";
    let (tables,): (i64,) = sqlx::query_as(tables).fetch_one(&mut *snapshot).await?;
    if tables != 3 {
        return Err(SourceFault::ForeignStore);
    }
    let column = "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('chains') AND attname = 'head'";
    let (has_heads,): (i64,) = sqlx::query_as(column).fetch_one(&mut *snapshot).await?;
    let chains: Vec<ChainRow> =
        sqlx::query_as(AssertSqlSafe(chains_query(has_heads > 0))).fetch_all(&mut *snapshot).await?;
    chains.iter().for_each(|chain| expect(verifier, chain));
    let mut rows = sqlx::query_as::<_, EventRow>(POSTGRES_EVENTS).fetch(&mut *snapshot);
    while let Some(row) = rows.try_next().await? {
        take(verifier, row);
    }
    drop(rows);
    let table = "SELECT to_regclass('copies') IS NOT NULL";
    let (has_copies,): (bool,) = sqlx::query_as(table).fetch_one(&mut *snapshot).await?;
    if has_copies {
        let copies: Vec<EventRow> = sqlx::query_as(POSTGRES_COPIES).fetch_all(&mut *snapshot).await?;
        copies.into_iter().for_each(|row| take_copy(verifier, row));
    }
    let empty: Vec<(String,)> = sqlx::query_as(EMPTY_SOURCES).fetch_all(&mut *snapshot).await?;
    // A role for auditing may be allowed to read the events and not who holds a token.
    let may_read = "SELECT coalesce(has_table_privilege(to_regclass('holders'), 'SELECT'), false)";
    let (may_read,): (bool,) = sqlx::query_as(may_read).fetch_one(&mut *snapshot).await?;
    let silent: Vec<(String,)> =
        if may_read { sqlx::query_as(SILENT_HOLDERS).fetch_all(&mut *snapshot).await? } else { Vec::new() };
    take_names(verifier, &empty, &silent);
    Ok(())
}

/// A store from before events could have further places has no table for them.
fn sqlite_rows(has_copies: bool) -> String {
    let [copies, next, not_in] = match has_copies {
        true => [
            "(SELECT count(*) FROM copies)",
            " UNION ALL SELECT cursor + 1 FROM copies",
            " AND NOT EXISTS (SELECT 1 FROM copies WHERE cursor = n)",
        ],
        false => ["0", "", ""],
    };
    SQLITE_ROWS.replace("{copies}", copies).replace("{next_to_copies}", next).replace("{not_in_copies}", not_in)
}

/// Devices that are entered and empty, and names that may send and have not.
fn take_names(verifier: &mut Verifier<'_>, empty: &[(String,)], silent: &[(String,)]) {
    empty.iter().for_each(|(source,)| verifier.lacks(source.strip_prefix(SOURCE_PREFIX).unwrap_or(source)));
    silent.iter().for_each(|(name,)| verifier.note_silent(name));
}

/// A store from before there were signatures has no column for them.
fn chains_query(has_heads: bool) -> String {
    let head =
        if has_heads { "c.head, CAST(c.last_seen AS BIGINT)" } else { "CAST(NULL AS TEXT), CAST(NULL AS BIGINT)" };
    format!(
        "SELECT s.name, c.epoch, c.continuity, {head} FROM chains c LEFT JOIN sources s ON s.source = c.source \
         ORDER BY c.source, c.epoch"
    )
}

/// What the store says of a chain: how far it goes, and what was signed.
fn expect(verifier: &mut Verifier<'_>, (source, epoch, continuity, head, written): &ChainRow) {
    let device = source.as_deref().and_then(|source| source.strip_prefix(SOURCE_PREFIX));
    if let (Some(device), Ok(epoch), Some(head)) = (device, u32::try_from(*epoch), head) {
        verifier.expect_stored_head(device, epoch, head, written.map(UnixMillis));
    }
    let continuity: Value = serde_json::from_str(continuity).unwrap_or_default();
    let ranges = continuity["ranges"].as_array();
    let bound = |range: Option<&Value>, at: usize| range.and_then(|range| range[at].as_u64());
    let first = bound(ranges.and_then(|ranges| ranges.first()), 0);
    let last = bound(ranges.and_then(|ranges| ranges.last()), 1);
    if let (Some(device), Ok(epoch), Some(first), Some(last)) = (device, u32::try_from(*epoch), first, last) {
        let tip = Tip { device: device.to_owned(), epoch, first, last, ..Tip::default() };
        verifier.expect_tip(&tip, Witness::Store);
    }
}

fn take_copy(verifier: &mut Verifier<'_>, (cursor, source, id, epoch, seq, hash, prev, json): EventRow) {
    let cursor = u64::try_from(cursor).unwrap_or_default();
    verifier.copy(&Columns { cursor, source, id, epoch, seq, hash, prev }, &json);
}

fn take(verifier: &mut Verifier<'_>, (cursor, source, mut id, epoch, seq, hash, prev, json): EventRow) {
    for place in [8, 13, 18, 23] {
        if id.len() > place {
            id.insert(place, '-');
        }
    }
    let cursor = u64::try_from(cursor).unwrap_or_default();
    verifier.row(&Columns { cursor, source, id, epoch, seq, hash, prev }, &json);
}
