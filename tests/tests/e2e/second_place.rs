//! The keeper and its second place, where the browser has dropped the files that it has open, as Chromium does when a full
//! disk has cost an origin its bucket; and where it does not return from a call.

use std::time::Duration;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::responses::responses;
use candor_tests::wait::{until, until_within};
use serde_json::{Value, json};

/// A keeper looks every minute, its heir joins what there is, and the page is loaded anew between two customers.
const PATIENCE: Duration = Duration::from_secs(120);
const FILES: &str = r#"
const [done] = arguments;
(async () => {
  const folder = await navigator.storage.getDirectory();
  const found = {};
  for await (const [name, handle] of folder.entries()) found[name] = await (await handle.getFile()).text();
  return found;
})().then(done, (fault) => done({ fault: String(fault) }));
"#;
/// When what a page needs later has been asked for.
const AFTER_THE_START: Duration = Duration::from_secs(11);
/// Between two questions of the page's whether its keeper is there.
const ASKED: Duration = Duration::from_secs(20);
/// So many of them, and another keeper is started.
const UNANSWERED: usize = 5;
const HAS_WATCHDOG: &str =
    "return performance.getEntriesByType('resource').some(({ name }) => name.endsWith('watchdog.js'))";
const COUNT_ANSWERS: &str = "window.firstKeeper = candor.worker; window.candorAnswers = 0;
    candor.worker.addEventListener('message', ({ data }) => { if (data === '') window.candorAnswers += 1; });";
const IS_FIRST_KEEPER: &str = "return candor.worker === window.firstKeeper";
const FIRST_PAGE: &str = "window.isFirstPage = true";
const IS_FIRST_PAGE: &str = "return window.isFirstPage === true";

#[tokio::test(flavor = "multi_thread")]
async fn files_that_the_browser_has_dropped_are_made_anew_with_all_that_was_in_them() {
    let (collector, proxy, kiosk) = open_behind_a_proxy().await;
    proxy.set_uploads(Uploads::Down);
    for level in [4, 2] {
        kiosk.rate_and_skip(level).await;
    }
    see_files(&kiosk, "the second place to be full", is_whole).await;
    kiosk.browser.run(FIRST_PAGE, vec![]).await;

    let origin = proxy.page();
    let dropped = json!({ "origin": origin.trim_end_matches('/'), "storageTypes": "all" });
    kiosk.browser.devtools("Storage.clearDataForOrigin", dropped).await;
    see_files(&kiosk, "the files to be gone", |files| files["candor-mark"].is_null()).await;

    see_files(&kiosk, "files that are made anew", is_whole).await;
    until_within(PATIENCE, "a new page", async || {
        let is_first = kiosk.browser.run(IS_FIRST_PAGE, vec![]).await;
        if is_first == false { Ok(()) } else { Err("it is the first one still".to_owned()) }
    })
    .await;
    kiosk.see_ready().await;
    kiosk.rate_and_skip(5).await;
    proxy.set_uploads(Uploads::Pass);
    let levels = until_within(PATIENCE, "three ratings at the collector", async || {
        let levels: Vec<u64> = responses(&collector.events().await).iter().map(|response| response.rating).collect();
        if levels.len() == 3 { Ok(levels) } else { Err(format!("{levels:?}")) }
    })
    .await;
    assert_eq!(levels, [4, 2, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_that_stands_still_is_replaced() {
    let (collector, proxy, kiosk) = open_behind_a_proxy().await;
    // Before the page has the timers that look after the keeper.
    kiosk.hold_the_clock().await;
    proxy.set_uploads(Uploads::Down);
    kiosk.rate_and_skip(4).await;
    kiosk.let_pass(AFTER_THE_START).await;
    until("the watchdog", async || {
        let is_there = kiosk.browser.run(HAS_WATCHDOG, vec![]).await;
        if is_there == true { Ok(()) } else { Err("it was not fetched".to_owned()) }
    })
    .await;
    kiosk.browser.run(COUNT_ANSWERS, vec![]).await;
    until("an answer of the keeper", async || {
        kiosk.let_pass(ASKED).await;
        let answers = kiosk.browser.run("return window.candorAnswers", vec![]).await;
        if answers.as_u64() > Some(2) { Ok(()) } else { Err(format!("{answers} answers")) }
    })
    .await;
    let worker = json!({ "type": "worker", "exclude": false });
    let targets = kiosk.browser.devtools("Target.getTargets", json!({ "filter": [worker] })).await;
    let target = targets["targetInfos"][0]["targetId"].clone();
    let attached = kiosk.browser.devtools("Target.attachToTarget", json!({ "targetId": target })).await;
    let message =
        json!({ "id": 1, "method": "Runtime.evaluate", "params": { "expression": "for (;;) {}" } }).to_string();
    let parameters = json!({ "sessionId": attached["sessionId"], "message": message });
    kiosk.browser.devtools("Target.sendMessageToTarget", parameters).await;
    assert_eq!(kiosk.browser.run(IS_FIRST_KEEPER, vec![]).await, true);
    proxy.set_uploads(Uploads::Pass);
    for _ in 0..UNANSWERED {
        kiosk.let_pass(ASKED).await;
    }
    assert_eq!(kiosk.browser.run(IS_FIRST_KEEPER, vec![]).await, false);
    kiosk.let_pass(ASKED).await;
    kiosk.rate_and_skip(2).await;
    kiosk.see_everything_sent().await;
    let levels: Vec<u64> = responses(&collector.events().await).iter().map(|response| response.rating).collect();
    assert_eq!(levels, [4, 2]);
}

async fn open_behind_a_proxy() -> (Collector, Proxy, Kiosk) {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(Engine::Chromium, &proxy.page()).await;
    (collector, proxy, kiosk)
}

/// Whether they have the mark, the events that wait and what a tablet needs to find its endpoint.
fn is_whole(files: &Value) -> bool {
    let has = |name: &str, what: &str| files[name].as_str().is_some_and(|text| text.contains(what));
    has("candor-mark", "-") && has("candor-second", "rating.given") && has("candor-records", "token")
}

async fn see_files(kiosk: &Kiosk, what: &str, is_so: impl Fn(&Value) -> bool) {
    until_within(PATIENCE, what, async || {
        let files = kiosk.browser.run_until_called_back(FILES, vec![]).await;
        if is_so(&files) { Ok(()) } else { Err(files.to_string()) }
    })
    .await;
}
