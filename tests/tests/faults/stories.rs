//! Small stories of things that went wrong once, or could: each is one fault and what has to follow.

use std::time::Duration;

use candor_tests::balance::Balance;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk, open_kiosk_before_it_is_ready};
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::responses::responses;
use candor_tests::trial::Trial;
use candor_tests::wait::{until, until_within};
use serde_json::json;

use crate::tabs::BY_DEVTOOLS;

const PATIENCE: Duration = Duration::from_secs(60);
/// As the template `government` has them.
const IDLE: Duration = Duration::from_secs(46);

/// Holds the locks of delivery in the page, as another tab does, until it is let go.
const HOLD_THE_LOCKS: &str = "\
window.candorLocks = ['candor-keeper', 'candor-upload'].map((name) => {
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  navigator.locks.request(name, { steal: true }, () => held).catch(() => {});
  return release;
});
";

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_granted_late_delivers_late_and_once() {
    let mut trial = Trial::begin(0, "the lock of delivery granted late", "events");
    let (collector, proxy, kiosk) = open(&mut trial).await;
    kiosk.rate_and_skip(2).await;
    kiosk.see_drained(PATIENCE).await;
    kiosk.browser.run(HOLD_THE_LOCKS, vec![]).await;
    kiosk.rate_and_skip(4).await;
    // The page that comes now has to wait for its lock.
    let waiting = kiosk.browser.client.new_window(true).await.expect("a further tab opens");
    kiosk.browser.client.switch_to_window(waiting.handle).await.expect("the tab can be shown");
    kiosk.go_to(&proxy.page()).await;
    kiosk.see_ready().await;
    kiosk.rate_and_skip(5).await;
    assert!(kiosk.count_queued().await > 0, "somebody else holds the lock");
    let first = kiosk.browser.client.windows().await.expect("the tabs are known")[0].clone();
    kiosk.browser.client.switch_to_window(first).await.expect("the tab can be shown");
    kiosk.browser.run("window.candorLocks.forEach((release) => release())", vec![]).await;
    kiosk.see_drained(PATIENCE).await;
    Balance::take(&kiosk, &collector).await.count_into(&mut trial, &[]);
    trial.pass();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tap_on_the_idle_warning_does_not_fall_through() {
    let mut trial = Trial::begin(0, "a tap on the idle warning", "events");
    trial.only_in_chromium(BY_DEVTOOLS);
    let (collector, _proxy, kiosk) = open(&mut trial).await;
    kiosk.hold_the_clock().await;
    for testid in ["skip", "submit", "change", "reason-wait"] {
        kiosk.rate(1).await;
        let place = kiosk.place_of(testid).await;
        kiosk.let_pass(IDLE).await;
        kiosk.see("idle-warning").await;
        kiosk.tap_at(&place).await;
        kiosk.see_no("idle-warning").await;
        kiosk.see("follow-up").await;
        assert!(!kiosk.is_pressed("reason-wait").await, "what lies below the warning at {testid} is not meant");
        kiosk.skip().await;
        kiosk.see_thanks().await;
        kiosk.leave_thanks().await;
    }
    see_as_many_responses(&kiosk, 4).await;
    kiosk.see_drained(PATIENCE).await;
    Balance::take(&kiosk, &collector).await.count_into(&mut trial, &[]);
    trial.pass();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_click_of_a_double_tap_is_no_answer() {
    let mut trial = Trial::begin(0, "double taps on every screen", "events");
    trial.only_in_chromium(BY_DEVTOOLS);
    let (collector, _proxy, kiosk) = open(&mut trial).await;
    for (customer, end) in (1..).zip(["skip", "submit"]) {
        for testid in ["rate-3", end] {
            let place = kiosk.place_of(testid).await;
            kiosk.tap_twice_at(&place).await;
        }
        kiosk.see_thanks().await;
        kiosk.leave_thanks().await;
        see_as_many_responses(&kiosk, customer).await;
    }
    kiosk.see_drained(PATIENCE).await;
    Balance::take(&kiosk, &collector).await.count_into(&mut trial, &[]);
    trial.pass();
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_change_during_an_upload_lose_nothing() {
    let mut trial = Trial::begin(0, "settings changed during an upload", "events");
    let (collector, proxy, kiosk) = open(&mut trial).await;
    proxy.set_uploads(Uploads::Slow);
    kiosk.rate_and_skip(2).await;
    kiosk.open_manager_and_choose_a_pin().await;
    for point in ["Counter 1", "Counter 2", "Counter 3"] {
        kiosk.tap("tab-sync").await;
        kiosk.tap("sync-now").await;
        save_point(&kiosk, point).await;
    }
    kiosk.lock_manager().await;
    see_place(&kiosk, "Counter 3").await;
    kiosk.rate_and_skip(5).await;
    kiosk.see_drained(PATIENCE).await;
    let balance = Balance::settle(&kiosk, &collector, PATIENCE).await;
    let changes = balance.journal.entries.iter().filter(|(event, _)| event.kind == "settings.changed").count();
    assert!(changes >= 3, "each change is an event: {changes}");
    balance.count_into(&mut trial, &[]);
    trial.pass();
}

#[tokio::test(flavor = "multi_thread")]
async fn new_settings_do_not_take_the_screen_from_a_customer() {
    let mut trial = Trial::begin(0, "new settings while a customer answers", "events");
    let (collector, _proxy, kiosk) = open(&mut trial).await;
    kiosk.open_manager_and_choose_a_pin().await;
    save_point(&kiosk, "Counter 1").await;
    // Reading them takes a while; the next customer does not wait for it.
    kiosk.hold_the_store().await;
    kiosk.lock_manager().await;
    kiosk.rate(1).await;
    kiosk.choose_reason("wait").await;
    kiosk.let_go_of_the_store().await;
    let stays = tokio::time::timeout(Duration::from_secs(5), see_place(&kiosk, "Counter 1")).await;
    println!("the new settings came {}", if stays.is_ok() { "meanwhile" } else { "not yet" });
    kiosk.see("follow-up").await;
    assert!(kiosk.is_pressed("reason-wait").await, "what the customer has tapped stays");
    kiosk.submit().await;
    kiosk.see_thanks().await;
    kiosk.leave_thanks().await;
    see_place(&kiosk, "Counter 1").await;
    Balance::settle(&kiosk, &collector, PATIENCE).await.count_into(&mut trial, &[]);
    trial.pass();
}

async fn save_point(kiosk: &Kiosk, point: &str) {
    kiosk.tap("tab-settings").await;
    let field = kiosk.see("point").await;
    field.clear().await.expect("the field can be emptied");
    kiosk.type_into("point", point).await;
    kiosk.tap("save-settings").await;
    until("the change in the journal", async || {
        let settings = "const [done] = arguments; const opening = indexedDB.open('candor'); \
                        opening.onsuccess = () => { \
                          const read = opening.result.transaction('records').objectStore('records').get('named:settings'); \
                          read.onsuccess = () => { opening.result.close(); done(read.result ?? ''); }; };";
        let saved = kiosk.browser.run_until_called_back(settings, vec![]).await;
        if saved.as_str().is_some_and(|saved| saved.contains(point)) { Ok(()) } else { Err(saved.to_string()) }
    })
    .await;
}

async fn see_place(kiosk: &Kiosk, place: &str) {
    until(&format!("{place} on the first screen"), async || {
        let shown = kiosk.browser.run("return document.getElementById('place').textContent", vec![]).await;
        if shown == place { Ok(()) } else { Err(shown.to_string()) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_early_tap_of_another_tab_is_recorded_once() {
    let mut trial = Trial::begin(0, "an early tap while another tab records", "events");
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    proxy.hold_back("_bg.wasm");
    let kiosk = open_kiosk_before_it_is_ready(Engine::Chromium, &proxy.page()).await;
    trial.browser(&kiosk.browser.version().await);
    kiosk.rate(2).await;
    let second = kiosk.browser.client.new_window(true).await.expect("a further tab opens");
    kiosk.browser.client.switch_to_window(second.handle).await.expect("the tab can be shown");
    kiosk.go_to(&proxy.page()).await;
    kiosk.see("rate-4").await;
    kiosk.rate(4).await;
    proxy.release();
    kiosk.see_ready().await;
    // Both pages find both taps; each tap is one response.
    see_as_many_responses(&kiosk, 2).await;
    kiosk.reload().await;
    kiosk.see_ready().await;
    see_as_many_responses(&kiosk, 2).await;
    let mut ratings: Vec<u64> =
        responses(&Journal::read(&kiosk.browser).await.entries).iter().map(|response| response.rating).collect();
    ratings.sort_unstable();
    assert_eq!(ratings, [2, 4]);
    Balance::settle(&kiosk, &collector, PATIENCE).await.count_into(&mut trial, &[]);
    trial.pass();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_that_does_not_come_keeps_nobody_waiting() {
    let mut trial = Trial::begin(0, "the survey's file held back", "events");
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(Engine::Chromium, &proxy.page()).await;
    trial.browser(&kiosk.browser.version().await);
    kiosk.rate_and_skip(2).await;
    // Past the service worker's copy, to the network that does not answer.
    let unregister = "const [done] = arguments; navigator.serviceWorker.getRegistrations() \
                      .then((all) => Promise.all(all.map((one) => one.unregister()))) \
                      .then(() => caches.keys()).then((names) => Promise.all(names.map((name) => caches.delete(name)))) \
                      .then(() => done(true))";
    kiosk.browser.run_until_called_back(unregister, vec![]).await;
    proxy.hold_back("/templates/");
    kiosk.reload().await;
    let ready = "return document.documentElement.hasAttribute('data-ready')";
    until_within(Duration::from_secs(20), "the kiosk to start with the survey that it has kept", async || {
        let is_ready = kiosk.browser.run(ready, vec![]).await;
        if is_ready == true { Ok(()) } else { Err("it waits".to_owned()) }
    })
    .await;
    kiosk.rate_and_skip(4).await;
    proxy.release();
    see_as_many_responses(&kiosk, 2).await;
    Balance::settle(&kiosk, &collector, PATIENCE).await.count_into(&mut trial, &[]);
    trial.pass();
}

async fn open(trial: &mut Trial) -> (Collector, Proxy, Kiosk) {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(Engine::Chromium, &proxy.page()).await;
    trial.browser(&kiosk.browser.version().await);
    (collector, proxy, kiosk)
}

async fn see_as_many_responses(kiosk: &Kiosk, count: usize) {
    until(&format!("{count} responses in the journal"), async || {
        let recorded = responses(&Journal::read(&kiosk.browser).await.entries);
        if recorded.len() == count { Ok(()) } else { Err(format!("{}: {recorded:?}", json!(recorded.len()))) }
    })
    .await;
}
