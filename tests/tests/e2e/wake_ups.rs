//! What wakes the delivery beside a timer, which a tablet that sleeps stops.

use std::time::Duration;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::kiosk::open_kiosk;
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::release::Release;
use candor_tests::responses::responses;
use candor_tests::site::Site;
use candor_tests::wait::{until, until_within};

/// What the endpoint asks the tablet to wait.
const ASKED_S: u32 = 2;
/// That wait and as long again: whoever was to try by itself has done so.
const QUIET: Duration = Duration::from_secs(5);
/// From the moment when somebody looks at the tablet again to the first upload.
const SENDING_WITHIN: Duration = Duration::from_secs(5);
const SLEEP: &str = "new BroadcastChannel('test-sleep').postMessage('sleep')";
const BACK_IN_FRONT: &str =
    "document.dispatchEvent(new Event('visibilitychange', { bubbles: true })); return document.visibilityState";

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_that_is_looked_at_again_delivers_though_its_timer_slept() {
    for engine in Engine::ALL {
        wake(engine).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_that_was_away_asks_again_before_the_time_that_the_endpoint_named() {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(Engine::Chromium, &proxy.page()).await;
    proxy.set_uploads(Uploads::Limited(Some(600)));
    kiosk.rate_and_skip(2).await;
    proxy.see_faulty_uploads(1).await;
    kiosk.see_on_root("data-sync", "waiting").await;
    proxy.set_uploads(Uploads::Pass);
    kiosk.browser.run(&[SET_HIDDEN, "(false)"].concat(), vec![]).await;
    tokio::time::sleep(QUIET).await;
    assert_eq!(proxy.came(), None, "what has not been away is no reason");

    for is_hidden in ["(true)", "(false)"] {
        kiosk.browser.run(&[SET_HIDDEN, is_hidden].concat(), vec![]).await;
    }
    until_within(SENDING_WITHIN, "an upload", async || proxy.came().ok_or_else(|| "none came".to_owned())).await;
    kiosk.see_everything_sent().await;
}

/// Has the page say that it is hidden, or that it is not, and tells it of a change.
const SET_HIDDEN: &str = "return ((isHidden) => {
    Object.defineProperty(document, 'hidden', { get: () => isHidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
})";

async fn wake(engine: Engine) {
    let collector = Collector::start().await;
    let release = Release::with_a_keeper_that_sleeps();
    let site = Site::start(&collector, &release).await;
    site.take_uploads();
    let proxy = Proxy::start(site.address()).await;
    let kiosk = open_kiosk(engine, &proxy.page()).await;
    kiosk.rate_and_skip(5).await;
    kiosk.see_everything_sent().await;

    proxy.set_uploads(Uploads::Limited(Some(ASKED_S)));
    kiosk.browser.run(SLEEP, vec![]).await;
    kiosk.rate_and_skip(2).await;
    proxy.see_faulty_uploads(1).await;
    kiosk.see_on_root("data-sync", "waiting").await;
    proxy.set_uploads(Uploads::Pass);
    tokio::time::sleep(QUIET).await;
    assert_eq!(proxy.came(), None, "in {}: no timer has woken it", engine.name());
    assert_eq!(Journal::queued_now(&kiosk.browser).await, Some(2), "in {}", engine.name());

    assert_eq!(kiosk.browser.run(BACK_IN_FRONT, vec![]).await, "visible");
    until_within(SENDING_WITHIN, "an upload", async || proxy.came().ok_or_else(|| "none came".to_owned())).await;
    let levels = until("both ratings at the collector", async || {
        let levels: Vec<u64> = responses(&collector.events().await).iter().map(|response| response.rating).collect();
        if levels.len() == 2 { Ok(levels) } else { Err(format!("{levels:?}")) }
    })
    .await;
    assert_eq!(levels, [5, 2], "in {}", engine.name());
}
