//! The manager's door against somebody who guesses: a wait stands whatever is done to the page, and each try counts.

use std::ops::RangeInclusive;
use std::time::Duration;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::manager::PIN;
use candor_tests::tablet::{Backend, Tablet};
use candor_tests::wait::{until, until_within};
use fantoccini::key::Key;
use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};

const WRONG: &str = "739164";
/// The longest wait of the door.
const LONGEST: Duration = Duration::from_secs(90 * 60);
const SECOND: Duration = Duration::from_secs(1);
/// Puts changes into the stored record of the door, and gives it back as it is then.
const RECORD: &str = r#"
const [changes, done] = arguments;
const opening = indexedDB.open("candor");
opening.onsuccess = () => {
  const database = opening.result;
  const transaction = database.transaction(["records"], "readwrite");
  const records = transaction.objectStore("records");
  let record = null;
  records.get("named:door").onsuccess = ({ target }) => {
    if (!target.result) return;
    record = { ...JSON.parse(target.result), ...changes };
    if (Object.keys(changes).length > 0) records.put(JSON.stringify(record), "named:door");
  };
  transaction.oncomplete = () => { database.close(); done(record); };
};
"#;
/// Whether the second place has a copy of the door's record, and of what the receiver has signed.
const KEPT_DOOR: &str = r#"
const [done] = arguments;
(async () => {
  const folder = await navigator.storage.getDirectory();
  const file = await (await folder.getFileHandle("candor-records")).getFile();
  const text = await file.text();
  return text.includes("door\n{") && text.includes("heads\n[");
})().then(done, (fault) => done(String(fault)));
"#;
const WIPE: &str = r#"
const [done] = arguments;
const wiping = indexedDB.deleteDatabase("candor");
wiping.onsuccess = () => done("wiped");
wiping.onerror = () => done(String(wiping.error));
"#;
/// The door of this page speaks where no keeper hears it.
const WITHOUT_A_KEEPER: &str = r#"
const Channel = window.BroadcastChannel;
window.BroadcastChannel = function (name) { return new Channel(name === "candor-door" ? "candor-nobody" : name); };
"#;
/// Whether a small write of this origin is still taken.
const PROBE: &str = r#"
const [done] = arguments;
const opening = indexedDB.open("candor-test");
opening.onupgradeneeded = () => opening.result.createObjectStore("rows");
opening.onerror = () => done("full");
opening.onsuccess = () => {
  const database = opening.result;
  const transaction = database.transaction(["rows"], "readwrite");
  transaction.objectStore("rows").put("x".repeat(100), 1);
  const end = (seen) => { database.close(); done(seen); };
  transaction.oncomplete = () => end("room");
  transaction.onabort = () => end(transaction.error?.name === "QuotaExceededError" ? "full" : String(transaction.error));
};
"#;
/// Every tab that listens submits what is typed, in the same moment.
const LISTEN: &str = r#"
window.candorTest = new BroadcastChannel("candor-test");
window.candorTest.onmessage = () => document.querySelector("[data-testid=unlock]").click();
"#;
const SUBMIT_EVERYWHERE: &str = r#"
window.candorTest.postMessage("now");
document.querySelector("[data-testid=unlock]").click();
"#;

#[tokio::test(flavor = "multi_thread")]
async fn wrong_pins_are_counted_shut_the_door_and_are_forgotten_after_the_right_one() {
    for engine in Engine::ALL {
        try_wrong_pins(engine).await;
    }
}

async fn try_wrong_pins(engine: Engine) {
    println!("in {}", engine.name());
    let collector = Collector::start().await;
    let kiosk = open_kiosk_with_a_pin(engine, &collector).await;
    kiosk.knock().await;
    for refusals in 1..=3 {
        try_pin(&kiosk, WRONG).await;
        see_record(&kiosk, "refusals", refusals).await;
    }
    see_wait(&kiosk, 1..=2).await;
    see_wait(&kiosk, 0..=0).await;
    try_pin(&kiosk, PIN).await;
    kiosk.see("count-recorded").await;
    see_record(&kiosk, "refusals", 0).await;
    assert_eq!(refusals(&kiosk).await, [1, 2, 3], "every refusal is an event");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hidden_door_takes_five_taps_within_three_seconds_or_three_keys_at_once() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    let corner = kiosk.place_of("manager-door").await;
    for pause in [Duration::from_millis(900), Duration::ZERO] {
        let taps = if pause.is_zero() { 4 } else { 7 };
        kiosk.drum_by_touch_at(&corner, taps, pause).await;
        tokio::time::sleep(Duration::from_millis(3_200)).await;
        kiosk.see_no("pin").await;
    }
    kiosk.drum_by_touch_at(&corner, 5, Duration::from_millis(150)).await;
    kiosk.see("pin").await;
    kiosk.tap("door-back").await;
    kiosk.see_first_screen().await;
    let keys = "document.body.dispatchEvent(new KeyboardEvent('keydown', \
                { code: 'KeyM', key: 'm', ctrlKey: true, altKey: true, bubbles: true }));";
    kiosk.browser.run(keys, vec![]).await;
    kiosk.see("pin").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_wiped_under_the_page_does_not_open_the_door_in_chromium() {
    wipe_under_the_page(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_wiped_under_the_page_does_not_open_the_door_in_firefox() {
    wipe_under_the_page(Engine::Firefox).await;
}

/// A kiosk whose manager has chosen a PIN and gone.
async fn open_kiosk_with_a_pin(engine: Engine, collector: &Collector) -> Kiosk {
    let kiosk = open_kiosk(engine, &collector.page()).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.lock_manager().await;
    kiosk
}

async fn wipe_under_the_page(engine: Engine) {
    let collector = Collector::start().await;
    let kiosk = open_kiosk_with_a_pin(engine, &collector).await;
    wipe(&kiosk).await;
    kiosk.knock().await;
    try_pin(&kiosk, WRONG).await;
    see_record(&kiosk, "refusals", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_was_never_opened_in_its_page_finds_the_pin_of_a_wiped_database_and_brings_the_rest_back() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk_with_a_pin(Engine::Chromium, &collector).await;
    open_tab(&kiosk, &collector.page()).await;
    wipe(&kiosk).await;
    kiosk.knock().await;
    try_pin(&kiosk, WRONG).await;
    see_record(&kiosk, "refusals", 1).await;
    try_pin(&kiosk, PIN).await;
    kiosk.see("count-recorded").await;
    until("the loss in a new epoch", async || {
        let journal = Journal::read(&kiosk.browser).await;
        let is_told =
            journal.entries.iter().any(|(event, _)| event.epoch == 2 && event.data["finding"] == "store-wiped");
        if is_told {
            Ok(())
        } else {
            Err(format!("{:?}", journal.entries.iter().map(|(event, _)| event.epoch).collect::<Vec<_>>()))
        }
    })
    .await;
    // The collector has signed for what the database lost: the check says that this is known.
    kiosk.tap("tab-health").await;
    until("the gap to be explained", async || {
        kiosk.tap("verify").await;
        kiosk.see("verify-result").await;
        if is_there(&kiosk, "explained").await { Ok(()) } else { Err(kiosk.text("verify-result").await) }
    })
    .await;
    kiosk.see_attribute("second-place", "data-state", "ok").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_chooses_a_pin_while_it_is_not_known_whether_there_was_one() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk_with_a_pin(Engine::Chromium, &collector).await;
    open_tab(&kiosk, &collector.page()).await;
    kiosk.browser.run(WITHOUT_A_KEEPER, vec![]).await;
    wipe(&kiosk).await;
    kiosk.knock().await;
    kiosk.see("pin-awaited").await;
    assert!(!is_there(&kiosk, "pin-again").await);
    // As the keeper of the other tab does it when the next answer comes, or a door that it hears.
    open_tab(&kiosk, &collector.page()).await;
    kiosk.knock().await;
    kiosk.see("unlock").await;
    assert!(!is_there(&kiosk, "pin-again").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_that_has_lost_nothing_needs_no_keeper_for_its_first_pin() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    for _ in 0..2 {
        kiosk.browser.run(WITHOUT_A_KEEPER, vec![]).await;
        kiosk.knock().await;
        kiosk.see("pin-again").await;
        kiosk.reload().await;
        kiosk.see_ready().await;
    }
    kiosk.browser.run(WITHOUT_A_KEEPER, vec![]).await;
    kiosk.open_manager_and_choose_a_pin().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_stands_after_a_reload_in_another_tab_under_a_moved_clock_and_after_a_kill() {
    let collector = Collector::start().await;
    let folder = tempfile::tempdir().expect("the system has room for a profile");
    let profile = folder.path().join("profile");
    let tablet = Tablet { profile, backend: Backend::LevelDb, page: collector.page() };
    let kiosk = tablet.start().await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.lock_manager().await;
    // As after seven wrong ones.
    record(&kiosk, json!({ "refusals": 7, "debt": 7, "attempt": "seventh" })).await;
    kiosk.knock().await;
    find_shut(&kiosk, "as it stands").await;

    kiosk.browser.run("const now = Date.now; Date.now = () => now() + 86_400_000 * 365", vec![]).await;
    // By that clock nobody has touched the door for a year: it closes.
    kiosk.see_first_screen().await;
    kiosk.knock().await;
    find_shut(&kiosk, "under a moved clock").await;

    kiosk.reload().await;
    kiosk.see_ready().await;
    kiosk.knock().await;
    find_shut(&kiosk, "after a reload").await;

    open_tab(&kiosk, &collector.page()).await;
    kiosk.knock().await;
    find_shut(&kiosk, "in another tab").await;

    kiosk.browser.kill();
    drop(kiosk);
    let kiosk = tablet.start().await;
    kiosk.knock().await;
    find_shut(&kiosk, "after a kill").await;
    assert_eq!(record(&kiosk, json!({})).await["refusals"], 7, "nobody has tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_tabs_that_try_at_once_one_counts_and_the_other_waits() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk_with_a_pin(Engine::Chromium, &collector).await;
    record(&kiosk, json!({ "refusals": 3, "debt": 3, "attempt": "third" })).await;
    let first = kiosk.browser.client.window().await.expect("there is a first tab");
    let second = open_tab(&kiosk, &collector.page()).await;
    for tab in [&first, &second] {
        switch_to(&kiosk, tab).await;
        kiosk.knock().await;
        see_wait(&kiosk, 1..=2).await;
        see_wait(&kiosk, 0..=0).await;
        kiosk.type_into("pin", WRONG).await;
        kiosk.browser.run(LISTEN, vec![]).await;
    }
    kiosk.browser.run(SUBMIT_EVERYWHERE, vec![]).await;
    for tab in [&first, &second] {
        switch_to(&kiosk, tab).await;
        until("the door to answer", async || match value_of(&kiosk, "pin").await.as_str() {
            "" => Ok(()),
            typed => Err(format!("still {typed}")),
        })
        .await;
    }
    assert_eq!(record(&kiosk, json!({})).await["refusals"], 4, "of two at once one is looked at");
    assert_eq!(refusals(&kiosk).await, [4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_tabs_that_choose_a_pin_the_first_one_does() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    let first = kiosk.browser.client.window().await.expect("there is a first tab");
    kiosk.knock().await;
    let second = open_tab(&kiosk, &collector.page()).await;
    kiosk.knock().await;
    kiosk.see("pin-again").await;
    switch_to(&kiosk, &first).await;
    kiosk.choose_a_pin().await;
    switch_to(&kiosk, &second).await;
    kiosk.type_into("pin", WRONG).await;
    kiosk.type_into("pin-again", WRONG).await;
    kiosk.tap("unlock").await;
    kiosk.see_no("pin-again").await;
    try_pin(&kiosk, PIN).await;
    kiosk.see("count-recorded").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_changed_only_by_who_knows_it_and_at_the_same_price() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    let change = async |current: &str| {
        for (field, typed) in [("pin-old", current), ("pin-new", "904162"), ("pin-new-again", "904162")] {
            let field_of = kiosk.see(field).await;
            field_of.clear().await.expect("a field can be emptied");
            kiosk.type_into(field, typed).await;
        }
        kiosk.tap("change-pin").await;
    };
    change(WRONG).await;
    see_record(&kiosk, "refusals", 1).await;
    record(&kiosk, json!({ "refusals": 7, "debt": 7, "attempt": "seventh" })).await;
    let before = record(&kiosk, json!({})).await;
    change(PIN).await;
    until("the wait on the screen", async || {
        let says = kiosk.text("pin-changed").await;
        if says.contains('8') { Ok(()) } else { Err(says) }
    })
    .await;
    assert_eq!(record(&kiosk, json!({})).await, before, "not even looked at");
    record(&kiosk, json!({ "refusals": 0, "debt": 0, "attempt": "none" })).await;
    change(PIN).await;
    until("another verifier", async || {
        let now = record(&kiosk, json!({})).await;
        if now["verifier"] != before["verifier"] { Ok(()) } else { Err(now.to_string()) }
    })
    .await;
    kiosk.lock_manager().await;
    kiosk.knock().await;
    try_pin(&kiosk, "904162").await;
    kiosk.see("count-recorded").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_tablet_lets_the_manager_in_after_the_longest_wait() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk_with_a_pin(Engine::Chromium, &collector).await;
    kiosk.hold_the_clock().await;
    let quota = json!({ "origin": collector.page(), "quotaSize": 1 });
    kiosk.browser.devtools("Storage.overrideQuotaForOrigin", quota).await;
    // For half a minute after it has last asked, Chromium takes small writes without looking at the quota.
    until_within(Duration::from_secs(60), "a full store", async || {
        let seen = kiosk.browser.run_until_called_back(PROBE, vec![]).await;
        if seen == "full" { Ok(()) } else { Err(seen.to_string()) }
    })
    .await;
    let before = record(&kiosk, json!({})).await;
    kiosk.knock().await;
    try_pin(&kiosk, PIN).await;
    until("the PIN to be sent back", async || {
        // Nothing on a held clock happens by itself.
        kiosk.let_pass(SECOND / 10).await;
        match value_of(&kiosk, "pin").await.as_str() {
            "" => Ok(()),
            typed => Err(format!("still {typed}")),
        }
    })
    .await;
    assert_ne!(kiosk.text("pin-says").await, "", "it says why");
    assert!(!is_there(&kiosk, "count-recorded").await, "without a count it is not looked at");
    assert_eq!(record(&kiosk, json!({})).await, before);
    // The door closes meanwhile; the page stays.
    kiosk.let_pass(LONGEST).await;
    // By now the tablet shows what it shows when nobody is there.
    kiosk.tap("start").await;
    kiosk.see_first_screen().await;
    kiosk.knock().await;
    try_pin(&kiosk, PIN).await;
    until("the desk", async || {
        kiosk.let_pass(SECOND / 10).await;
        let seen = kiosk.browser.run("return document.body.innerText", vec![]).await;
        if is_there(&kiosk, "count-recorded").await { Ok(()) } else { Err(seen.to_string()) }
    })
    .await;
}

/// Wipes the database under all pages, once the second place has a copy of the PIN and of the signed heads.
async fn wipe(kiosk: &Kiosk) {
    until("the second place to have the door", async || {
        let kept = kiosk.browser.run_until_called_back(KEPT_DOOR, vec![]).await;
        if kept == true { Ok(()) } else { Err(kept.to_string()) }
    })
    .await;
    assert_eq!(kiosk.browser.run_until_called_back(WIPE, vec![]).await, "wiped");
}

/// Types a PIN at the open door and submits it, once the door takes one.
async fn try_pin(kiosk: &Kiosk, pin: &str) {
    until("the door to be ready", async || match kiosk.see("unlock").await.attr("disabled").await {
        Ok(None) => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    kiosk.type_into("pin", pin).await;
    kiosk.tap("unlock").await;
}

/// Until the door says how long it stays shut, and this is within `seconds`.
async fn see_wait(kiosk: &Kiosk, seconds: RangeInclusive<u64>) {
    until("the wait", async || match seconds_left(kiosk).await {
        Some(left) if seconds.contains(&left) => Ok(()),
        left => Err(format!("{left:?} s")),
    })
    .await;
}

/// Seven refusals shut the door for 512 s. Neither button nor key opens it, and the whole wait is still to come.
async fn find_shut(kiosk: &Kiosk, when: &str) {
    see_wait(kiosk, 450..=512).await;
    kiosk.type_into("pin", PIN).await;
    kiosk.type_into("pin", &String::from(char::from(Key::Enter))).await;
    assert!(kiosk.attribute("unlock", "disabled").await.is_some(), "{when}");
    assert!(!is_there(kiosk, "count-recorded").await, "{when}");
}

/// What the door says, also when that is nothing to be seen; `None` while there is no door.
async fn seconds_left(kiosk: &Kiosk) -> Option<u64> {
    let script = "return document.querySelector('[data-testid=pin-wait]')?.dataset.seconds ?? null";
    kiosk.browser.run(script, vec![]).await.as_str()?.parse().ok()
}

async fn is_there(kiosk: &Kiosk, testid: &str) -> bool {
    let script = "return document.querySelector(`[data-testid=${arguments[0]}]`) !== null";
    kiosk.browser.run(script, vec![json!(testid)]).await == true
}

/// What stands in a field; the page may draw it anew at any moment.
async fn value_of(kiosk: &Kiosk, testid: &str) -> String {
    let script = "return document.querySelector(`[data-testid=${arguments[0]}]`)?.value ?? ''";
    kiosk.browser.run(script, vec![json!(testid)]).await.as_str().unwrap_or_default().to_owned()
}

/// The door's record, after `changes` were put into it.
async fn record(kiosk: &Kiosk, changes: Value) -> Value {
    kiosk.browser.run_until_called_back(RECORD, vec![changes]).await
}

async fn see_record(kiosk: &Kiosk, name: &str, value: u64) {
    until(&format!("{name} = {value} in the record"), async || {
        let record = record(kiosk, json!({})).await;
        if record[name] == value { Ok(()) } else { Err(record.to_string()) }
    })
    .await;
}

/// What the journal has of refusals: how many in a row each was.
async fn refusals(kiosk: &Kiosk) -> Vec<u64> {
    let journal = Journal::read(&kiosk.browser).await;
    let refused = journal.entries.iter().filter(|(event, _)| event.kind == "unlock.refused");
    refused.map(|(event, _)| event.data["in_a_row"].as_u64().unwrap_or_default()).collect()
}

/// Opens the kiosk in a further tab, which is then the one that is looked at.
async fn open_tab(kiosk: &Kiosk, page: &str) -> WindowHandle {
    let opened = kiosk.browser.client.new_window(true).await.expect("a further tab opens");
    switch_to(kiosk, &opened.handle).await;
    kiosk.go_to(page).await;
    kiosk.see_ready().await;
    opened.handle
}

async fn switch_to(kiosk: &Kiosk, tab: &WindowHandle) {
    kiosk.browser.client.switch_to_window(tab.clone()).await.expect("the tab is there");
}
