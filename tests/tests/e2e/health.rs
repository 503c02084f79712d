//! What a tablet says of its own journal: whole, tampered with, or of a version that it does not know.

use candor_core::chain::hash;
use candor_core::event::Event;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::responses::responses;
use candor_tests::wait::until;
use serde_json::json;

/// Makes the worst rating of the journal the best, past the app; gives how many it has found.
const TAMPER: &str = r#"
const [done] = arguments;
const opening = indexedDB.open("candor");
opening.onsuccess = () => {
  const database = opening.result;
  const transaction = database.transaction(["events"], "readwrite");
  let count = 0;
  transaction.objectStore("events").openCursor().onsuccess = ({ target: { result: cursor } }) => {
    if (!cursor) return;
    const row = JSON.parse(cursor.value);
    if (row.type?.endsWith("rating.given") && row.data.value === 1) {
      row.data.value = 5;
      cursor.update(JSON.stringify(row));
      count += 1;
    }
    cursor.continue();
  };
  transaction.oncomplete = () => { database.close(); done(count); };
  transaction.onabort = () => done(String(transaction.error));
};
"#;
/// Puts other events into the places of the journal's own, as its first argument has them by their numbers, and a head that
/// fits; gives how many.
const REWRITE: &str = r#"
const [events, done] = arguments;
const opening = indexedDB.open("candor");
opening.onsuccess = () => {
  const database = opening.result;
  const transaction = database.transaction(["events", "records"], "readwrite");
  let count = 0;
  transaction.objectStore("events").openCursor().onsuccess = ({ target: { result: cursor } }) => {
    if (!cursor) return;
    const row = JSON.parse(cursor.value);
    cursor.update(JSON.stringify({ ...row, ...events[row.deviceseq] }));
    count += 1;
    cursor.continue();
  };
  const records = transaction.objectStore("records");
  records.get("head").onsuccess = ({ target: { result } }) => {
    const head = JSON.parse(result);
    records.put(JSON.stringify({ ...head, hash: events[head.seq].eventhash }), "head");
  };
  transaction.oncomplete = () => { database.close(); done(count); };
  transaction.onabort = () => done(String(transaction.error));
};
"#;
/// Leaves the database as a later version of the app would.
const UPGRADE: &str = r#"
const [done] = arguments;
const opening = indexedDB.open("candor", 2);
opening.onerror = () => done(String(opening.error));
opening.onsuccess = () => { opening.result.close(); done("upgraded"); };
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_check_calls_a_journal_whole_until_a_row_of_it_is_tampered_with() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.rate_and_skip(1).await;
    kiosk.rate_and_skip(4).await;
    // What waits to be sent could be put right from the second place.
    kiosk.see_everything_sent().await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-health").await;
    kiosk.tap("verify").await;
    kiosk.see_attribute("verify-result", "data-ok", "true").await;
    assert_ne!(kiosk.attribute("verify-result", "data-n").await.as_deref(), Some("0"), "it has looked at something");
    assert_eq!(kiosk.browser.run_until_called_back(TAMPER, vec![]).await, 1);
    kiosk.tap("verify").await;
    kiosk.see_attribute("verify-result", "data-ok", "false").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rewritten_after_it_was_delivered_stays_visible_whatever_is_delivered_next() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.rate_and_skip(1).await;
    kiosk.rate_and_skip(4).await;
    kiosk.see_everything_sent().await;

    let count = rewrite_the_journal(&kiosk).await;
    kiosk.reload().await;
    kiosk.see_ready().await;

    kiosk.rate_and_skip(3).await;
    let told = until("the tablet to tell of the break", async || {
        let events = collector.events().await;
        let told = events.into_iter().find(|(event, _)| event.data["finding"] == "chain-broken");
        told.map(|(event, _)| event).ok_or_else(|| "it has not".to_owned())
    })
    .await;
    assert_eq!(told.data["seq"], json!(count + 1), "where the next event was linked to another past");
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.see_everything_sent().await;
    kiosk.tap("tab-health").await;
    kiosk.tap("verify").await;
    kiosk.see_attribute("verify-result", "data-ok", "false").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rewritten_before_it_is_delivered_is_told_of_and_sent_as_it_was_recorded() {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(Engine::Chromium, &proxy.page()).await;
    proxy.set_uploads(Uploads::Down);
    kiosk.rate_and_skip(1).await;
    kiosk.rate_and_skip(4).await;
    let count = rewrite_the_journal(&kiosk).await;
    kiosk.reload().await;
    kiosk.see_ready().await;
    let told = until("the tablet to tell of what was rewritten", async || {
        let events = Journal::read(&kiosk.browser).await.entries;
        let told = events.into_iter().find(|(event, _)| event.data["finding"] == "store-rewritten");
        told.map(|(event, _)| event).ok_or_else(|| "it has not".to_owned())
    })
    .await;
    let first = told.data["count"].as_u64().unwrap();
    assert!((2..=count as u64).contains(&first), "what was delivered before the line was cut is not compared: {first}");

    proxy.set_uploads(Uploads::Pass);
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-sync").await;
    kiosk.tap("sync-now").await;
    kiosk.see_everything_sent().await;
    let levels: Vec<u64> = responses(&collector.events().await).iter().map(|response| response.rating).collect();
    assert_eq!(levels, [1, 4]);
    kiosk.tap("tab-health").await;
    kiosk.tap("verify").await;
    kiosk.see_attribute("verify-result", "data-ok", "true").await;
}

/// Makes the worst rating the best, and gives every event behind it a hash that fits; says how many events there are.
async fn rewrite_the_journal(kiosk: &Kiosk) -> usize {
    let mut events: Vec<Event> =
        Journal::read(&kiosk.browser).await.entries.into_iter().map(|(event, _)| event).collect();
    events.sort_by_key(|event| event.seq);
    let mut rewritten = serde_json::Map::new();
    let mut before = None;
    for mut event in events {
        if event.data["value"] == 1 {
            event.data["value"] = json!(5);
        }
        event.prev = before.unwrap_or(event.prev);
        event.hash = hash(&event);
        let row = json!({ "data": event.data, "prevhash": event.prev, "eventhash": event.hash });
        rewritten.insert(event.seq.to_string(), row);
        before = Some(event.hash);
    }
    let count = rewritten.len();
    assert_eq!(kiosk.browser.run_until_called_back(REWRITE, vec![json!(rewritten)]).await, count);
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_left_alone_and_named_on_both_sides_of_the_door() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.rate_and_skip(5).await;
    kiosk.see_everything_sent().await;
    let before = Journal::read(&kiosk.browser).await.entries;
    assert_eq!(kiosk.browser.run_until_called_back(UPGRADE, vec![]).await, "upgraded");
    kiosk.reload().await;
    kiosk.see_ready().await;
    let notice = kiosk.text("notice").await;
    assert!(notice.contains("较新版本"), "{notice}");
    kiosk.knock().await;
    until("the door to name the newer version", async || {
        let says = kiosk.text("pin-says").await;
        if says.contains("较新版本") { Ok(()) } else { Err(says) }
    })
    .await;
    assert_eq!(Journal::read(&kiosk.browser).await.entries, before, "nothing is touched");
}
