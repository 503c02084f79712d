//! A page whose database cannot be used: what the tablet goes by afterwards, what becomes of the page, and what it gives to
//! another keeper.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::release::Release;
use candor_tests::responses::responses;
use candor_tests::site::Site;
use candor_tests::wait::{until, until_within};
use serde_json::{Value, json};

/// A page is done with when its database has failed for so long and the keeper's has everything.
const APART: Duration = Duration::from_secs(45);
/// Another keeper is started a quarter of a minute after the one before has come to its end.
const PATIENCE: Duration = Duration::from_secs(120);
/// Puts another survey into the stored settings, past the app, which hears nothing of it.
const CHANGE_SURVEY: &str = r#"
const [survey, done] = arguments;
const opening = indexedDB.open("candor");
opening.onsuccess = () => {
  const transaction = opening.result.transaction(["records"], "readwrite");
  const records = transaction.objectStore("records");
  records.get("named:settings").onsuccess = ({ target: { result } }) => {
    records.put(JSON.stringify({ ...JSON.parse(result), survey }), "named:settings");
  };
  transaction.oncomplete = () => { opening.result.close(); done("changed"); };
  transaction.onabort = () => done(String(transaction.error));
};
"#;
/// There is no room for the page's next write, nor when it has looked anew where that belongs.
const FAIL_TWICE: &str = r#"
const { transaction } = IDBDatabase.prototype;
window.failures = 0;
IDBDatabase.prototype.transaction = function (stores, mode, options) {
  if (mode !== "readwrite" || window.failures === 2) return transaction.call(this, stores, mode, options);
  window.failures += 1;
  throw new DOMException("none left", "QuotaExceededError");
};
"#;
/// This page has no database any more; its keeper has.
const FAIL_FOR_GOOD: &str = r#"
window.isFirstPage = true;
const fail = () => { throw new DOMException("none here", "InvalidStateError"); };
IDBFactory.prototype.open = fail;
IDBDatabase.prototype.transaction = fail;
"#;
/// What the page hears of its keepers from now on.
const LISTEN: &str = r#"
window.heard = [];
const listen = (worker) => worker.addEventListener("message", ({ data }) => window.heard.push(data));
listen(candor.worker);
const Before = window.Worker;
window.Worker = function (...rest) { const worker = new Before(...rest); listen(worker); return worker; };
"#;
const BREAK: &str =
    "localStorage.setItem('test-broken', 'broken'); new BroadcastChannel('test-storage').postMessage('broken')";
const MEND: &str = "localStorage.removeItem('test-broken'); new BroadcastChannel('test-storage').postMessage('mended')";
/// As `watchdog.js` has it where a keeper does not answer.
const END_THE_KEEPER: &str = "candor.worker.terminate(); candor.worker.onmessage({ data: 'died' })";

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_read_again_after_a_trouble() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.rate_and_skip(5).await;
    let changed = kiosk.browser.run_until_called_back(CHANGE_SURVEY, vec![json!("bank")]).await;
    assert_eq!(changed, "changed");
    kiosk.rate_and_skip(4).await;
    kiosk.rate_and_skip(4).await;
    kiosk.see_everything_sent().await;
    assert_eq!(surveys(&collector).await, ["government"; 3], "nobody has told of the change");

    kiosk.browser.run(FAIL_TWICE, vec![]).await;
    kiosk.rate_and_skip(3).await;
    assert_eq!(kiosk.browser.run("return window.failures", vec![]).await, 2);
    until("the other survey in service", async || {
        kiosk.rate_and_skip(2).await;
        kiosk.see_everything_sent().await;
        let surveys = surveys(&collector).await;
        if surveys.last().is_some_and(|survey| survey == "bank") { Ok(()) } else { Err(format!("{surveys:?}")) }
    })
    .await;
    assert_eq!(surveys(&collector).await[3], "government", "not in the middle of a visit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_done_with_is_loaded_anew_when_its_customer_has_gone() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.rate_and_skip(5).await;
    kiosk.see_everything_sent().await;
    kiosk.browser.run(&[FAIL_FOR_GOOD, LISTEN].concat(), vec![]).await;
    let failing = Instant::now();
    kiosk.rate_and_skip(4).await;
    see_joined(&kiosk, 1).await;
    let left = (APART + Duration::from_secs(1)).saturating_sub(failing.elapsed());
    tokio::time::sleep(left).await;
    let before = joined(&kiosk).await;
    kiosk.rate(2).await;
    see_joined(&kiosk, before + 1).await;
    assert!(is_first_page(&kiosk).await, "somebody still stands there");
    kiosk.skip().await;
    kiosk.see_thanks().await;
    kiosk.tap("thanks").await;
    until(
        "a new page",
        async || {
            if is_first_page(&kiosk).await { Err("it is the first one still".to_owned()) } else { Ok(()) }
        },
    )
    .await;
    kiosk.see_ready().await;
    kiosk.see_on_root("data-storage", "ok").await;
    kiosk.rate_and_skip(3).await;
    kiosk.see_everything_sent().await;
    assert_eq!(levels(&collector).await, [5, 4, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_gives_what_no_database_has_to_the_heir_of_a_keeper_that_died() {
    let collector = Collector::start().await;
    let release = Release::with_storage_that_breaks();
    let site = Site::start(&collector, &release).await;
    site.take_uploads();
    let proxy = Proxy::start(site.address()).await;
    let kiosk = open_kiosk(Engine::Chromium, &proxy.page()).await;
    kiosk.rate_and_skip(5).await;
    kiosk.see_everything_sent().await;

    proxy.set_uploads(Uploads::Down);
    kiosk.browser.run(&[LISTEN, BREAK].concat(), vec![]).await;
    for level in [4, 2] {
        kiosk.rate_and_skip(level).await;
    }
    kiosk.see_on_root("data-storage", "refuge").await;
    let first = see_kept(&kiosk, "of two customers", |ids| ids.len() >= 4).await;
    kiosk.browser.run("window.heard = []", vec![]).await;
    kiosk.browser.run(END_THE_KEEPER, vec![]).await;
    // Nothing else has them: there are no files, and the database takes nothing.
    see_kept(&kiosk, "that its forerunner had", |ids| ids.is_superset(&first)).await;
    kiosk.see_on_root("data-storage", "refuge").await;

    kiosk.browser.run(MEND, vec![]).await;
    proxy.set_uploads(Uploads::Pass);
    let levels = until_within(PATIENCE, "all ratings at the collector", async || {
        let levels = levels(&collector).await;
        if levels.len() == 3 { Ok(levels) } else { Err(format!("{levels:?}")) }
    })
    .await;
    assert_eq!(levels, [5, 4, 2]);
}

/// What the page has heard that begins with this word.
async fn heard(kiosk: &Kiosk, word: &str) -> Vec<String> {
    let heard = kiosk.browser.run("return window.heard ?? []", vec![]).await;
    let heard = heard.as_array().into_iter().flatten().filter_map(Value::as_str);
    heard.filter(|words| words.split(' ').next() == Some(word)).map(str::to_owned).collect()
}

async fn joined(kiosk: &Kiosk) -> usize {
    heard(kiosk, "joined").await.len()
}

/// Until the keeper has said so often that the database has everything.
async fn see_joined(kiosk: &Kiosk, times: usize) {
    until_within(PATIENCE, "the database to have everything", async || {
        let joined = joined(kiosk).await;
        if joined >= times { Ok(()) } else { Err(format!("{joined} times")) }
    })
    .await;
}

/// Until a keeper has said of all these events that it keeps them; gives their ids.
async fn see_kept(kiosk: &Kiosk, which: &str, are_all: impl Fn(&BTreeSet<String>) -> bool) -> BTreeSet<String> {
    until_within(PATIENCE, &format!("a keeper to have all events {which}"), async || {
        let heard = heard(kiosk, "kept").await;
        let ids = heard.iter().filter_map(|words| words.split(' ').nth(1).map(str::to_owned)).collect();
        if are_all(&ids) { Ok(ids) } else { Err(format!("{heard:?}")) }
    })
    .await
}

async fn is_first_page(kiosk: &Kiosk) -> bool {
    // Between two pages there is none to ask.
    let asked = kiosk.browser.client.execute("return window.isFirstPage === true", vec![]).await;
    asked.is_ok_and(|is_first| is_first == true)
}

async fn levels(collector: &Collector) -> Vec<u64> {
    responses(&collector.events().await).iter().map(|response| response.rating).collect()
}

/// Which survey each rating at the collector answers, in order.
async fn surveys(collector: &Collector) -> Vec<String> {
    let events = collector.events().await;
    let given = events.iter().map(|(event, _)| event).filter(|event| event.kind == "rating.given");
    given.map(|event| event.data["survey"].as_str().unwrap_or_default().to_owned()).collect()
}
