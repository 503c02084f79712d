//! What an endpoint refuses for good is set aside with its reason, can be taken along as a file, and goes out once the
//! endpoint takes it. The four counts add up on each look.

use std::fs;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::manager::Counts;
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::responses::responses;
use candor_tests::wait::until;
use serde_json::{Value, json};

const WORDS: &str = "窗口的人很耐心。";
/// As the proxy refuses.
const CODE: &str = "refused-for-good";
const REASON: &str = "by the test";
const LISTED: &str = "return [...document.querySelectorAll('[data-testid=quarantine-item]')].map((row) =>
    [row.querySelector('th').title, ...[...row.querySelectorAll('td')].slice(0, 2).map((cell) => cell.textContent)])";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_listed_exported_and_sent_again_in_chromium() {
    tell(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_listed_exported_and_sent_again_in_firefox() {
    tell(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_listed_exported_and_sent_again_in_webkit() {
    tell(Engine::WebKit).await;
}

async fn tell(engine: Engine) {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(engine, &proxy.page()).await;
    kiosk.rate_and_skip(5).await;
    kiosk.see_everything_sent().await;
    proxy.set_uploads(Uploads::KindRejected("rating.detailed"));
    kiosk.rate_and_say(2, WORDS).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-sync").await;
    see_one_set_aside(&kiosk, &collector).await;
    let refused = Journal::read(&kiosk.browser).await.refused;
    let [(id, code)] = &refused[..] else { panic!("one is refused: {refused:?}") };
    assert_eq!(code, CODE);
    see_listed(&kiosk, &json!([[id, CODE, REASON]])).await;
    // WebKit's driver keeps no downloads.
    if engine != Engine::WebKit {
        see_exported(&kiosk, id).await;
    }

    // In vain, as long as the endpoint is as it was.
    let refusals = proxy.met()["receipts with rejections"];
    kiosk.tap("send-again").await;
    until("a second refusal", async || {
        let met = proxy.met()["receipts with rejections"];
        if met > refusals { Ok(()) } else { Err(format!("{met} so far")) }
    })
    .await;
    see_one_set_aside(&kiosk, &collector).await;
    see_listed(&kiosk, &json!([[id, CODE, REASON]])).await;

    proxy.set_uploads(Uploads::Pass);
    kiosk.tap("send-again").await;
    let counts = kiosk.see_counts("everything delivered", |now| now.queued + now.quarantined == 0).await;
    see_listed(&kiosk, &json!([])).await;
    let events = collector.events().await;
    assert_eq!((counts.acknowledged, events.len() as u64), (counts.recorded, counts.recorded));
    let said: Vec<_> = responses(&events).into_iter().map(|response| response.comment).collect();
    assert_eq!(said, ["", WORDS]);
    assert_eq!(collector.gaps().await, Vec::<String>::new());
}

/// A file has the refused event with its words and the reason, and that it was written is no delivery.
async fn see_exported(kiosk: &Kiosk, id: &str) {
    let before = kiosk.read_counts().await;
    kiosk.tap("export-quarantine").await;
    let file = fs::read_to_string(kiosk.downloaded("jsonl").await).expect("a downloaded file can be read");
    let lines: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let [line] = &lines[..] else { panic!("one is exported: {file}") };
    assert_eq!(line["rejection"], json!({ "id": id, "code": CODE, "detail": REASON }));
    assert_eq!((&line["event"]["id"], &line["event"]["data"]["text"]["comment"]), (&json!(id), &json!(WORDS)));
    let after = kiosk.see_counts("that it was exported", |counts| counts.recorded == before.recorded + 1).await;
    assert_eq!(after.quarantined, before.quarantined);
}

/// One event is in quarantine, the collector has all others, and nothing waits.
async fn see_one_set_aside(kiosk: &Kiosk, collector: &Collector) -> Counts {
    until("one event set aside and the others delivered", async || {
        let (counts, events) = (kiosk.read_counts().await, collector.events().await);
        let is_so = (counts.queued, counts.quarantined, counts.acknowledged) == (0, 1, events.len() as u64);
        if is_so { Ok(counts) } else { Err(format!("{counts:?}, {} events at the collector", events.len())) }
    })
    .await
}

/// What the sync screen lists: each event's id, the reason's code, the reason.
async fn see_listed(kiosk: &Kiosk, expected: &Value) {
    until("the list of what is refused", async || {
        let listed = kiosk.browser.run(LISTED, vec![]).await;
        if listed == *expected { Ok(()) } else { Err(listed.to_string()) }
    })
    .await;
}
