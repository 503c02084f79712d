use std::path::{Path, PathBuf};

use candor_collector::arrival::Arrival;
use candor_collector::signer::KeySource;
use candor_collector::store::{Batch, Outcome, Store, StoreUrl, now};
use candor_collector::token::{Role, Token};
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
        let token = Token::generate(Role::Device).unwrap();
        store.issue(name, Role::Device, token.digest(), now()).await.unwrap();
        let device = store.holder(token.digest()).await.unwrap().unwrap().key;
        let arrivals = events.iter().map(|event| Arrival::read(&json(event)).unwrap().unwrap()).collect();
        let outcome = store.record(Batch { device, arrivals }).await.unwrap();
        assert!(matches!(outcome, Outcome::Recorded { heads, .. } if heads.len() == 1));
    }
    store.close().await;
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
    let devices: String = {
        let mut connection =
            sqlx::SqliteConnection::connect(&format!("sqlite:{}", store.file.display())).await.unwrap();
        sqlx::query_scalar("SELECT head FROM chains WHERE source = 1").fetch_one(&mut connection).await.unwrap()
    };
    let witness = store.file.with_extension("heads");
    std::fs::write(&witness, format!(r#"{{"devices":[{{"chain":[{{"head":{devices}}}]}}]}}"#)).unwrap();

    let cut = "DELETE FROM events WHERE source = 1 AND seq > 7; UPDATE chains SET continuity = '{\"ranges\":[[1,7]],\"breaks\":[]}' WHERE source = 1 AND epoch = 1";
    store.run(cut).await;
    store.verify(&[]).is(1, &["cut at the end", "the receiver's signature"]);
    store.run("UPDATE chains SET head = NULL WHERE source = 1 AND epoch = 1").await;
    store.verify(&[]).is(0, &["t, epoch 1: numbers 1 to 7", "no receiver's signature vouches for its end"]);
    store.verify(&["--heads", witness.to_str().unwrap()]).is(1, &["cut at the end", "goes up to 10"]);
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
    let hands = [
        ("UPDATE events SET json = replace(json, '\"seconds\":9', '\"seconds\":1') WHERE seq = 5", "was edited"),
        ("UPDATE events SET hash = prev WHERE source = 1 AND seq = 6", "was edited or exchanged"),
        ("DELETE FROM events WHERE source = 1 AND seq = 4", "number 4 of epoch 1 is missing"),
        ("DELETE FROM events WHERE source = 1 AND seq > 7", "cut at the end"),
    ];
    for (sql, words) in hands {
        sqlx::raw_sql(sql).execute(&mut store).await.unwrap();
        verify(&[&url]).is(1, &[words]);
    }
}
