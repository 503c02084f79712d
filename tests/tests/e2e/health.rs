//! What a tablet says of its own journal: whole, tampered with, or of a version that it does not know.

use candor_core::chain::hash;
use candor_core::event::Event;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::dice::Dice;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::responses::responses;
use candor_tests::wait::until;
use serde_json::{Value, json};

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

/// Days before today on which customers came, and how many on each.
const DAYS: u64 = 3;
const A_DAY: u64 = 200;
/// Room that somebody might plan with: Chromium tells every site of ten spare gibibytes.
const QUOTA: u64 = 40_000_000;
const SMALL_DISK: &str = "const [quota] = arguments;
    const { estimate } = StorageManager.prototype;
    StorageManager.prototype.estimate = async function () { return { ...await estimate.call(this), quota }; };";
/// Noon of each of the days before today, in Unix milliseconds.
const NOONS: &str = "return Array.from({ length: arguments[0] }, (_, day) => new Date().setHours(12, 0, 0, 0) - (day + 1) * 86_400_000)";
const ESTIMATE: &str = "const [done] = arguments; navigator.storage.estimate()
    .then(({ quota, usage, usageDetails }) => done([quota, usage, usageDetails.indexedDB]))";

#[tokio::test(flavor = "multi_thread")]
async fn the_health_screen_tells_of_the_browser_s_promise_the_room_and_the_days_left() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    let noons = kiosk.browser.run(NOONS, vec![json!(DAYS)]).await;
    let noons = noons.as_array().into_iter().flatten().filter_map(Value::as_u64);
    let moments: Vec<u64> = noons.flat_map(|noon| (0..A_DAY).map(move |tap| noon + tap * 1_000)).collect();
    kiosk.record_early_taps_of(&moments, &mut Dice::new(3)).await;
    kiosk.see_everything_sent().await;
    kiosk.browser.run(SMALL_DISK, vec![json!(QUOTA)]).await;

    kiosk.open_manager_and_choose_a_pin().await;
    let recorded = kiosk.see_counts("the days before", |counts| counts.recorded > DAYS * A_DAY).await.recorded;
    kiosk.tap("tab-health").await;
    // It was asked for with the first PIN, and nobody is there to say yes.
    kiosk.see_attribute("persistence", "data-state", "refused").await;
    let refused = kiosk.text("persistence").await;
    let permission = json!({ "origin": collector.page(), "permissions": ["durableStorage"] });
    kiosk.browser.devtools("Browser.grantPermissions", permission).await;
    kiosk.tap("persist").await;
    kiosk.see_attribute("persistence", "data-state", "given").await;
    assert_ne!(kiosk.text("persistence").await, refused);
    kiosk.see_no("persist").await;
    kiosk.see_attribute("second-place", "data-state", "ok").await;

    let figures = until("figures as the browser has them", async || {
        measure_again(&kiosk).await;
        let quota = figure(&kiosk, "storage-quota").await?;
        let (used, days) = (figure(&kiosk, "storage-used").await?, figure(&kiosk, "storage-days").await?);
        let told = kiosk.browser.run_until_called_back(ESTIMATE, vec![]).await;
        let told = |place: usize| told[place].as_f64().unwrap_or_default();
        // As the screen says it: bytes free over bytes per event times events per day.
        let left = (told(0) - told(1)) / (told(2) / recorded as f64 * A_DAY as f64);
        let is_near = |shown: f64, told: f64| (shown - told).abs() <= told * 0.1;
        let are_right = quota == QUOTA as f64 && is_near(used, told(1)) && is_near(days, left) && days >= 2.0;
        let told = [told(0), told(1), told(2)];
        let seen = format!("quota {quota}, used {used}, days {days}; of {told:?} {left}");
        if are_right { Ok(seen) } else { Err(seen) }
    })
    .await;
    println!("{figures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_second_place_the_health_screen_says_so_and_the_kiosk_goes_on() {
    let mut collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::WebKit, &collector.page()).await;
    kiosk.see_kept_for_offline().await;
    kiosk.rate_and_skip(4).await;
    kiosk.see_everything_sent().await;
    kiosk.open_manager_and_choose_a_pin().await;
    until("that there is no second place", async || {
        measure_again(&kiosk).await;
        let state = kiosk.attribute("second-place", "data-state").await;
        if state.as_deref() == Some("unsupported") { Ok(()) } else { Err(format!("{state:?}")) }
    })
    .await;
    assert!(!kiosk.text("second-place").await.is_empty());
    // This engine makes no promises and tells of no room.
    kiosk.see_attribute("persistence", "data-state", "none").await;
    kiosk.see_no("storage-quota").await;
    kiosk.lock_manager().await;

    collector.stop();
    kiosk.rate_and_skip(2).await;
    collector.start_again().await;
    kiosk.browser.run("dispatchEvent(new Event('online'))", vec![]).await;
    kiosk.see_everything_sent().await;
    let levels: Vec<u64> = responses(&collector.events().await).iter().map(|response| response.rating).collect();
    assert_eq!(levels, [4, 2]);
}

/// The health screen measures when it is opened.
async fn measure_again(kiosk: &Kiosk) {
    kiosk.tap("tab-sync").await;
    kiosk.tap("tab-health").await;
    kiosk.see("second-place").await;
}

/// A number as it is written for people, in bytes where it has a unit of bytes.
async fn figure(kiosk: &Kiosk, testid: &str) -> Result<f64, String> {
    let text = kiosk.text(testid).await;
    let number: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    let unit = units.iter().find(|(name, _)| text.contains(name)).map_or(1.0, |(_, bytes)| *bytes);
    let number = number.parse::<f64>().map_err(|_| format!("{testid} is no number: {text}"))?;
    Ok(number * unit)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_calls_a_journal_whole_until_a_row_of_it_is_tampered_with() {
    for engine in Engine::ALL {
        tamper(engine).await;
    }
}

async fn tamper(engine: Engine) {
    println!("in {}", engine.name());
    let collector = Collector::start().await;
    let kiosk = open_kiosk(engine, &collector.page()).await;
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
