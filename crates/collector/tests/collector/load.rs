//! How fast events are taken, beside a bare loop that puts the same rows into the same table. Not part of the suite:
//! `make bench` runs it, and `cargo test --release -p candor-collector load -- --ignored --nocapture` prints the figures, a line
//! of JSON each. `CANDOR_LOAD_ROUNDS` and `CANDOR_LOAD_BATCHES` say how often and how much.

use std::time::{Duration, Instant};

use candor_core::wire::CloudEvent;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, PgConnection, QueryBuilder, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::support::{Fresh, Server, Tablet, fresh_postgres, fresh_sqlite, send};

/// At once, each with one batch under way: a chain of branches on a Monday morning.
const TABLETS: usize = 50;
/// What a tablet sends at most before a backlog has drained well for a while.
const EVENTS: usize = 100;

/// Of a tablet, unless the environment says otherwise.
fn batches() -> usize {
    from_environment("CANDOR_LOAD_BATCHES", 20)
}

fn from_environment(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// One figure, for people and programs.
fn tell(database: &str, row: &str, round: usize, events: usize, took: Duration, p99: Option<Duration>) {
    let line = serde_json::json!({
        "database": database,
        "row": row,
        "round": round,
        "events_per_second": events as f64 / took.as_secs_f64(),
        "p99_ms": p99.map(|p99| p99.as_secs_f64() * 1_000.0),
    });
    println!("\nload: {line}");
}

/// Events of all tablets, batch by batch as they take turns.
fn all_batches() -> Vec<Vec<CloudEvent>> {
    let mut tablets: Vec<Tablet> = (0..TABLETS).map(|n| Tablet::new(&format!("t{n}"))).collect();
    (0..batches()).flat_map(|_| tablets.iter_mut().map(|tablet| tablet.take(EVENTS)).collect::<Vec<_>>()).collect()
}

async fn collector(database: &str, round: usize, fresh: Fresh) {
    let server = std::sync::Arc::new(Server::start(&fresh).await);
    let mut bodies: Vec<Vec<String>> = vec![Vec::new(); TABLETS];
    for (place, batch) in all_batches().iter().enumerate() {
        bodies[place % TABLETS].push(serde_json::to_string(batch).unwrap());
    }
    let mut tablets = Vec::new();
    for (n, bodies) in bodies.into_iter().enumerate() {
        tablets.push((server.enrol(&format!("tablet {n}")).await, bodies));
    }
    let start = Instant::now();
    let sending = tablets.into_iter().map(|(token, bodies)| {
        let server = server.clone();
        tokio::spawn(async move {
            let mut waits = Vec::new();
            for body in bodies {
                let asked = Instant::now();
                assert_eq!(send(server.posting(&token).body(body)).await.receipt().accepted.len(), EVENTS);
                waits.push(asked.elapsed());
            }
            waits
        })
    });
    let mut waits = Vec::new();
    for tablet in sending.collect::<Vec<_>>() {
        waits.extend(tablet.await.unwrap());
    }
    let took = start.elapsed();
    waits.sort();
    let p99 = waits[(waits.len() - 1) * 99 / 100];
    tell(database, "Candor", round, waits.len() * EVENTS, took, Some(p99));
}

/// An event as its row: id, epoch, number, hash, previous hash, JSON.
type Row = (Uuid, i64, i64, Vec<u8>, Vec<u8>, String);

fn row(event: &CloudEvent) -> Row {
    let number = |seq: u64| i64::try_from(seq).unwrap();
    let id = Uuid::parse_str(event.id.as_str()).unwrap();
    let (hash, prev) = (bytes(event.eventhash.as_str()), bytes(event.prevhash.as_str()));
    (id, i64::from(event.deviceepoch), number(event.deviceseq), hash, prev, serde_json::to_string(event).unwrap())
}

fn bytes(digits: &str) -> Vec<u8> {
    digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// What the bare loop puts in: the rows of each batch, with the number of its tablet.
fn all_rows() -> Vec<(i64, Vec<Row>)> {
    let of = |(place, batch): (usize, Vec<CloudEvent>)| {
        (i64::try_from(place % TABLETS + 1).unwrap(), batch.iter().map(row).collect())
    };
    all_batches().into_iter().enumerate().map(of).collect()
}

/// How many batches the bare loop puts into one transaction, and how a table calls that.
const BARE: [(usize, &str); 2] =
    [(1, "bare loop, a commit a batch"), (TABLETS, "bare loop, a commit for fifty batches")];

async fn bare_sqlite(round: usize, (together, name): (usize, &str), fresh: Fresh) {
    // Makes the schema.
    Server::start(&fresh).await.stop().await;
    let file = fresh.url.strip_prefix("sqlite:").unwrap();
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let rows = all_rows();
    let start = Instant::now();
    for group in rows.chunks(together) {
        let mut transaction = connection.begin().await.unwrap();
        for (source, rows) in group {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "INSERT INTO events (source, id, epoch, seq, hash, prev, received_at, json) ",
            );
            insert.push_values(rows, |mut values, (id, epoch, seq, hash, prev, json)| {
                let values = values.push_bind(*source).push_bind(id.as_bytes().as_slice()).push_bind(*epoch);
                values.push_bind(*seq).push_bind(hash.as_slice()).push_bind(prev.as_slice()).push_bind(0);
                values.push_bind(json.as_str());
            });
            insert.build().execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    tell("sqlite", name, round, rows.len() * EVENTS, start.elapsed(), None);
}

async fn bare_postgres(round: usize, (together, name): (usize, &str), fresh: Fresh) {
    Server::start(&fresh).await.stop().await;
    let mut connection = PgConnection::connect(&fresh.url).await.unwrap();
    // The same columns and indexes; the reference to a source is left out, and what it costs with it.
    sqlx::raw_sql("CREATE TABLE bare (LIKE events INCLUDING ALL)").execute(&mut connection).await.unwrap();
    let rows = all_rows();
    let query = "INSERT INTO bare (source, id, epoch, seq, hash, prev, received_at, json) \
        SELECT $1, id, epoch, seq, hash, prev, 0, json FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], \
        $5::bytea[], $6::bytea[], $7::text[]) AS row (id, epoch, seq, hash, prev, json)";
    let start = Instant::now();
    for group in rows.chunks(together) {
        let mut transaction = connection.begin().await.unwrap();
        for (source, rows) in group {
            let ids: Vec<_> = rows.iter().map(|row| row.0).collect();
            let numbers = |of: fn(&Row) -> i64| rows.iter().map(of).collect::<Vec<_>>();
            let hashes = |of: fn(&Row) -> &[u8]| rows.iter().map(of).collect::<Vec<_>>();
            let jsons: Vec<_> = rows.iter().map(|row| row.5.as_str()).collect();
            let insert =
                sqlx::query(query).bind(*source).bind(ids).bind(numbers(|row| row.1)).bind(numbers(|row| row.2));
            let insert = insert.bind(hashes(|row| &row.3)).bind(hashes(|row| &row.4)).bind(jsons);
            insert.execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    tell("postgres", name, round, rows.len() * EVENTS, start.elapsed(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, and only in a release build"]
async fn events_a_second_into_sqlite() {
    for round in 0..from_environment("CANDOR_LOAD_ROUNDS", 1) {
        for way in BARE {
            bare_sqlite(round, way, fresh_sqlite().await).await;
        }
        collector("sqlite", round, fresh_sqlite().await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, and only in a release build"]
async fn events_a_second_into_postgres() {
    for round in 0..from_environment("CANDOR_LOAD_ROUNDS", 1) {
        for way in BARE {
            bare_postgres(round, way, fresh_postgres().await).await;
        }
        collector("postgres", round, fresh_postgres().await).await;
    }
}
