use std::path::{Path, PathBuf};

use candor_collector::arrival::Arrival;
use candor_collector::signer::KeySource;
use candor_collector::store::{Batch, Outcome, Store, StoreUrl, now};
use candor_collector::token::{Role, Token};
use candor_core::wire::CloudEvent;
use sqlx::{AssertSqlSafe, Connection};

use super::support::{Said, Tablet, json, verify};

/// A collector's store with ten events of one tablet and three of another, as a collector has written it.
async fn fill(url: &StoreUrl) {
    let store = Store::open_signing(url, &KeySource::OfStore).await.unwrap();
    let (mut tablet, mut other) = (Tablet::new("t"), Tablet::new("u"));
    let events = tablet.take(10);
    // The third was linked once more by a tablet whose first write came to pass after all.
    let again = [tablet.again(&events[2])];
    let batches =
        [("lobby", &events[..6]), ("lobby", &events[6..]), ("desk", &other.take(3)[..]), ("lobby", &again[..])];
    for (name, events) in batches {
        record(&store, name, events).await;
    }
    store.close().await;
}

/// Stores events of one epoch as a device's.
async fn record(store: &Store, name: &str, events: &[CloudEvent]) {
    let token = Token::generate(Role::Device).unwrap();
    store.issue(name, Role::Device, token.digest(), now()).await.unwrap();
    let device = store.holder(token.digest()).await.unwrap().unwrap().key;
    let arrivals = events.iter().map(|event| Arrival::read(&json(event)).unwrap().unwrap()).collect();
    let outcome = store.record(Batch { device, arrivals }).await.unwrap();
    assert!(matches!(outcome, Outcome::Recorded { heads, .. } if heads.len() == 1));
}

struct Sqlite {
    file: PathBuf,
    _folder: tempfile::TempDir,
}

impl Sqlite {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("candor.sqlite");
        fill(&format!("sqlite:{}", file.display()).parse().unwrap()).await;
        Self { file, _folder: folder }
    }

    /// Lays hands on the file.
    async fn run(&self, sql: &str) {
        let mut store = sqlx::SqliteConnection::connect(&format!("sqlite:{}", self.file.display())).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut store).await.unwrap();
        store.close().await.unwrap();
    }

    /// The first row of a query of one text.
    async fn text(&self, sql: &str) -> String {
        let mut store = sqlx::SqliteConnection::connect(&format!("sqlite:{}", self.file.display())).await.unwrap();
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut store).await.unwrap()
    }

    fn url(&self) -> StoreUrl {
        format!("sqlite:{}", self.file.display()).parse().unwrap()
    }

    fn verify(&self, arguments: &[&str]) -> Said {
        verify(&[arguments, &[self.file.to_str().unwrap()]].concat())
    }
}

async fn check(sql: &str, words: &[&str]) {
    let store = Sqlite::new().await;
    store.verify(&[]).is(0, &["Whole: 13 events"]);
    store.run(sql).await;
    store.verify(&[]).is(1, words);
}

#[tokio::test]
async fn an_untouched_store_is_whole_and_stays_as_it_is() {
    let store = Sqlite::new().await;
    let content = || std::fs::read(&store.file).unwrap();
    let files = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
    let (before, count) = (content(), files(store.file.parent().unwrap()));
    store
        .verify(&[])
        .is(0, &["Whole: 13 events", "t, epoch 1: numbers 1 to 10", "vouches for it up to 10", "1 number belongs to"]);
    assert!(content() == before && files(store.file.parent().unwrap()) == count, "not one byte was written");
    let collector = Store::open_signing(&store.url(), &KeySource::OfStore).await.unwrap();
    let key = collector.public_key().unwrap().to_owned();
    collector.close().await;
    store.verify(&["--key", &key]).is(0, &["signed by the trusted key"]);
}

#[tokio::test]
async fn a_store_that_is_being_written_can_be_checked() {
    let store = Sqlite::new().await;
    let collector = Store::open(&store.url()).await.unwrap();
    store.verify(&[]).is(0, &["Whole: 13 events"]);
    collector.close().await;
}

#[tokio::test]
async fn deletions_in_a_store_are_told() {
    check("DELETE FROM events WHERE source = 1 AND seq = 4", &["number 4 of epoch 1 is missing: it was removed"]).await;
    check("DELETE FROM events WHERE source = 1 AND seq < 3", &["cut at the start: it begins with number 3"]).await;
    let tail = "DELETE FROM events WHERE source = 1 AND seq > 7";
    check(tail, &["row 7: t: epoch 1 was cut at the end", "the receiver's signature says that it goes up to 10"]).await;
    check("DELETE FROM events WHERE source = 2", &["u: epoch 1 was removed: nothing of it is here"]).await;
    check("DELETE FROM copies", &["t: epoch 2 was removed: nothing of it is here"]).await;
    let hidden = "INSERT INTO copies SELECT cursor, source, epoch, seq, hash, prev, received_at, json FROM events WHERE source = 1 AND seq = 4;
         DELETE FROM events WHERE source = 1 AND seq = 4";
    check(hidden, &["number 4 of epoch 1", "the event itself was removed"]).await;
}

#[tokio::test]
async fn a_tail_that_was_cut_everywhere_needs_a_head_from_elsewhere() {
    let store = Sqlite::new().await;
    let devices = store.text("SELECT head FROM chains WHERE source = 1").await;
    let witness = store.file.with_extension("heads");
    std::fs::write(&witness, format!(r#"{{"devices":[{{"chain":[{{"head":{devices}}}]}}]}}"#)).unwrap();

    let cut = "DELETE FROM events WHERE source = 1 AND seq > 7; UPDATE chains SET continuity = '{\"ranges\":[[1,7]],\"breaks\":[]}' WHERE source = 1 AND epoch = 1";
    store.run(cut).await;
    store.verify(&[]).is(1, &["cut at the end", "the receiver's signature"]);
    store.run("UPDATE chains SET head = NULL WHERE source = 1 AND epoch = 1").await;
    store
        .verify(&[])
        .is(1, &["11 events are here, and the store's own count", "says 14: events were removed", "row 8: "]);
    // Whoever knows of the count, too.
    renumber(&store).await;
    store.verify(&[]).is(
        3,
        &[
            "Whole as far as it goes: 10 events",
            "t, epoch 1: numbers 1 to 7",
            "nothing vouches for its end: events behind it may have been cut off",
            "give signed heads from elsewhere with --heads FILE",
        ],
    );
    store.verify(&["--heads", witness.to_str().unwrap()]).is(1, &["cut at the end", "goes up to 10"]);
}

/// Gives the rows that are left the numbers that they would have had if the others had never come.
async fn renumber(store: &Sqlite) {
    let sql = "CREATE TEMP TABLE kept AS SELECT cursor, row_number() OVER (ORDER BY cursor) AS n
             FROM (SELECT cursor FROM events UNION ALL SELECT cursor FROM copies);
         UPDATE events SET cursor = (SELECT n FROM kept WHERE kept.cursor = events.cursor);
         UPDATE copies SET cursor = (SELECT n FROM kept WHERE kept.cursor = copies.cursor);
         UPDATE sqlite_sequence SET seq = (SELECT max(n) FROM kept) WHERE name = 'events'";
    store.run(sql).await;
}

#[tokio::test]
async fn a_head_that_was_taken_away_leaves_an_end_that_nobody_vouches_for() {
    for sql in [
        "UPDATE chains SET head = NULL WHERE source = 1 AND epoch = 1",
        "DELETE FROM chains WHERE source = 1 AND epoch = 1",
        "ALTER TABLE chains DROP COLUMN head",
    ] {
        let store = Sqlite::new().await;
        store.run(sql).await;
        store.verify(&[]).is(3, &["Whole as far as it goes: 13 events", "nothing vouches for its end", "--heads FILE"]);
        store.verify(&["--lang", "zh"]).is(3, &["末尾无从证明", "请用 --heads FILE"]);
    }
}

#[tokio::test]
async fn a_head_that_was_altered_is_told() {
    let update = |what: &str| format!("UPDATE chains SET {what} WHERE source = 1 AND epoch = 1");
    for head in [
        "head = replace(head, '\"seq\":10', '\"seq\":7')",
        "head = replace(head, '\"signature\"', '\"unsigned\"')",
        "head = '{}'",
        "head = 'null'",
        "head = (SELECT head FROM chains WHERE source = 2)",
        "head = (SELECT head FROM chains WHERE source = 1 AND epoch = 2)",
    ] {
        check(&update(head), &["for epoch 1", "is not good: the signed head was altered or forged"]).await;
    }
}

#[tokio::test]
async fn an_older_head_in_the_place_of_the_newest_is_told() {
    let store = Sqlite::new().await;
    let head = "SELECT head FROM chains WHERE source = 1 AND epoch = 1";
    let older = store.text(head).await;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let mut tablet = Tablet::new("t");
    let collector = Store::open_signing(&store.url(), &KeySource::OfStore).await.unwrap();
    record(&collector, "lobby", &tablet.take(12)[10..]).await;
    collector.close().await;
    store.verify(&[]).is(0, &["Whole: 15 events", "vouches for it up to 12"]);
    assert_ne!(store.text(head).await, older);
    let cut = "DELETE FROM events WHERE source = 1 AND seq > 10;
         UPDATE chains SET continuity = '{\"ranges\":[[1,10]],\"breaks\":[]}' WHERE source = 1 AND epoch = 1";
    store.run(&format!("{cut}; UPDATE chains SET head = '{older}' WHERE source = 1 AND epoch = 1")).await;
    renumber(&store).await;
    store.verify(&[]).is(1, &["up to number 10", "is older than what the store has written", "exchanged for it"]);
}

#[tokio::test]
async fn a_device_that_was_removed_is_told_as_far_as_the_store_can_tell() {
    let store = Sqlite::new().await;
    let witness = store.file.with_extension("heads");
    std::fs::write(&witness, store.text("SELECT head FROM chains WHERE source = 2").await).unwrap();

    store.run("DELETE FROM events WHERE source = 2; DELETE FROM chains WHERE source = 2").await;
    store.verify(&[]).is(1, &["u: the store knows this device, and nothing of it is here", "the store's own count"]);
    store.run("DELETE FROM sources WHERE source = 2").await;
    store.verify(&[]).is(1, &["11 events are here, and the store's own count", "says 14", "row 11: "]);
    renumber(&store).await;
    let alone = ["Whole: 10 events", "nothing of them is here: desk", "a store speaks for itself alone", "--heads"];
    store.verify(&[]).is(0, &alone);
    store.verify(&["--lang", "zh"]).is(0, &["没有任何记录：desk", "仅凭存储自身"]);
    store.run("DELETE FROM tokens; DELETE FROM holders WHERE name = 'desk'").await;
    let said = store.verify(&[]);
    said.is(0, &["Whole: 10 events", "a store speaks for itself alone"]);
    assert!(!said.out.contains("desk"), "{}", said.out);
    let said = store.verify(&["--heads", witness.to_str().unwrap()]);
    said.is(1, &["u: epoch 1 was removed: nothing of it is here, and the receiver's signature says"]);
    assert!(!said.out.contains("speaks for itself"), "{}", said.out);
}

#[tokio::test]
async fn a_store_without_the_tokens_can_be_checked() {
    let store = Sqlite::new().await;
    store.run("PRAGMA foreign_keys = OFF; DROP TABLE tokens; DROP TABLE holders").await;
    store.verify(&[]).is(0, &["Whole: 13 events"]);
}

#[tokio::test]
async fn nothing_that_is_stored_writes_to_the_terminal() {
    let store = Sqlite::new().await;
    store.run("UPDATE sources SET name = name || char(27) || '[2K' || char(155) || char(8238) || char(8233) || 'x' WHERE source = 2").await;
    store.run("UPDATE events SET json = replace(json, '\"time\":\"2', '\"time\":\"\\u001b[2J2') WHERE source = 1 AND seq = 5").await;
    for options in [&["--lang", "en"][..], &["--lang", "zh"], &["--json"]] {
        let said = store.verify(options);
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.out.lines().all(|line| line.chars().all(candor_core::printable::is_printable)), "{said:?}");
        assert!(
            said.out.contains("\\u001b[2K\\u009b\\u202e\\u2029x") && said.out.contains("\\u001b[2J2026"),
            "{said:?}"
        );
    }
}

#[tokio::test]
async fn edits_in_a_store_are_told() {
    let update = |what: &str| format!("UPDATE events SET {what} WHERE source = 1 AND seq = 5");
    let edited = update("json = replace(json, '\"seconds\":9', '\"seconds\":1')");
    check(&edited, &["row 5: t: number 5", "was edited: its hash does not fit"]).await;
    check(&update("json = replace(json, '排队太久', '很好')"), &["the words of number 5", "were altered"]).await;
    check(&update("json = replace(json, '\"seconds\":9', '\"seconds\":1,\"seconds\":9')"), &["“seconds” twice"]).await;
    let pruned = update(
        "json = '{\"pruned\":{\"device\":\"t\",\"epoch\":1,\"seq\":5,\"hash\":\"' || lower(hex(hash)) || '\",\"prev\":\"' || lower(hex(prev)) || '\"}}'",
    );
    check(&pruned, &["row 5: t: number 5", "cut down to its hashes: a collector never does that"]).await;
    check(
        "UPDATE copies SET json = replace(json, '\"seconds\":9', '\"seconds\":1')",
        &["number 1 of epoch 2", "edited"],
    )
    .await;
    check("UPDATE copies SET hash = prev", &["the row of number 1 of epoch 2", "edited or exchanged"]).await;
    check(&update("json = '{}'"), &["row 5: this is no event"]).await;
    for columns in ["hash = zeroblob(32)", "prev = zeroblob(32)", "id = zeroblob(16)", "epoch = 7", "source = 9"] {
        check(&update(columns), &["row 5: t: the row of number 5", "was edited or exchanged"]).await;
    }
    check("UPDATE chains SET head = replace(head, '\"seq\":10', '\"seq\":9') WHERE source = 1", &["is not good"]).await;
}

#[tokio::test]
async fn rows_that_were_swapped_are_told() {
    let swap = |column: &str| {
        format!(
            "CREATE TEMP TABLE two AS SELECT seq, {column} AS kept FROM events WHERE source = 1 AND seq IN (3, 4);
             UPDATE events SET {column} = (SELECT kept FROM two WHERE two.seq = 7 - events.seq) WHERE source = 1 AND seq IN (3, 4)"
        )
    };
    check(&swap("json"), &["the row of number 3", "the row of number 4", "exchanged"]).await;
    let numbers = "UPDATE events SET seq = 999 WHERE source = 1 AND seq = 3;
         UPDATE events SET seq = 3 WHERE source = 1 AND seq = 4; UPDATE events SET seq = 4 WHERE seq = 999";
    check(numbers, &["the row of number 3", "the row of number 4", "exchanged"]).await;
}

#[tokio::test]
async fn events_inserted_into_a_store_are_told() {
    let copy = "INSERT INTO events (source, id, epoch, seq, hash, prev, received_at, json)
         SELECT source, randomblob(16), epoch, 11, hash, prev, received_at, json FROM events WHERE source = 1 AND seq = 10";
    check(copy, &["row 15: t: number 10", "is there twice: one of the two was inserted"]).await;

    let mut forger = Tablet::new("t");
    let eleventh = forger.take(11).pop().unwrap();
    let insert = format!(
        "INSERT INTO events (source, id, epoch, seq, hash, prev, received_at, json)
         VALUES (1, x'{}', 1, 11, x'{}', x'{}', 0, '{}')",
        eleventh.id.as_str().replace('-', ""),
        eleventh.eventhash.as_str(),
        eleventh.prevhash.as_str(),
        json(&eleventh),
    );
    check(&insert, &["events were inserted at the end of epoch 1", "the collector's own table says 10"]).await;
}

#[tokio::test]
async fn another_database_is_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.sqlite");
    let url = format!("sqlite:{}?mode=rwc", file.display());
    let mut other = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("CREATE TABLE events (a)").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    verify(&[file.to_str().unwrap()]).is(2, &["is a database, and not a collector's"]);
    std::fs::write(&file, [b"SQLite format 3\0".as_slice(), &[7; 4_000]].concat()).unwrap();
    verify(&[file.to_str().unwrap()]).is(2, &["the database cannot be read"]);
}

/// # Panics
/// Without a server: a part that cannot run fails.
#[tokio::test]
async fn a_postgresql_store_is_checked_as_well() {
    let server =
        std::env::var("CANDOR_TEST_POSTGRES").expect("CANDOR_TEST_POSTGRES names a PostgreSQL server for tests");
    let name = format!("candor_verify_{}_{}", std::process::id(), now().0);
    let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    fill(&url.parse().unwrap()).await;
    verify(&[&url]).is(0, &["Whole: 13 events", "vouches for it up to 10", "1 number belongs to"]);

    let mut store = sqlx::PgConnection::connect(&url).await.unwrap();
    let unsigned = "CREATE TABLE kept AS SELECT * FROM chains; UPDATE chains SET head = NULL";
    sqlx::raw_sql(unsigned).execute(&mut store).await.unwrap();
    verify(&[&url]).is(3, &["Whole as far as it goes: 13 events", "--heads FILE", "a store speaks for itself alone"]);
    sqlx::raw_sql("DELETE FROM chains; INSERT INTO chains SELECT * FROM kept").execute(&mut store).await.unwrap();
    verify(&[&url]).is(0, &["Whole: 13 events"]);
    let hands = [
        ("UPDATE events SET json = replace(json, '\"seconds\":9', '\"seconds\":1') WHERE seq = 5", "was edited"),
        ("UPDATE events SET hash = prev WHERE source = 1 AND seq = 6", "was edited or exchanged"),
        ("DELETE FROM events WHERE source = 1 AND seq = 4", "number 4 of epoch 1 is missing"),
        ("DELETE FROM events WHERE source = 1 AND seq > 7", "cut at the end"),
        ("DELETE FROM chains WHERE source = 2; DELETE FROM events WHERE source = 2", "u: the store knows this device"),
    ];
    for (sql, words) in hands {
        sqlx::raw_sql(sql).execute(&mut store).await.unwrap();
        verify(&[&url]).is(1, &[words]);
    }
}
