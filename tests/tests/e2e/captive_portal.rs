//! The network lies: only the collector's own receipt acknowledges anything.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::responses::responses;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_to_log_in_at_acknowledges_nothing() {
    check(Uploads::PortalPage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_acknowledges_nothing() {
    check(Uploads::PortalRedirect).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_success_acknowledges_nothing() {
    check(Uploads::PortalNoContent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_of_something_else_acknowledges_nothing() {
    check(Uploads::PortalJson).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_after_the_commit_leads_to_no_second_copy() {
    for engine in Engine::ALL {
        let (collector, proxy, kiosk) = rate_through(engine, Uploads::AnswerLost).await;
        let before = collector.events().await;
        assert!(!before.is_empty(), "the collector has stored what it could not confirm, in {}", engine.name());
        see_delivered_once(&collector, &proxy, &kiosk).await;
    }
}

async fn check(portal: Uploads) {
    let (collector, proxy, kiosk) = rate_through(Engine::Chromium, portal).await;
    assert_eq!(collector.events().await, []);
    see_delivered_once(&collector, &proxy, &kiosk).await;
}

/// A customer rates, the upload meets the fault, and the manager sees that nothing is acknowledged.
async fn rate_through(engine: Engine, fault: Uploads) -> (Collector, Proxy, Kiosk) {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    proxy.set_uploads(fault);
    let kiosk = open_kiosk(engine, &proxy.page()).await;
    kiosk.rate_and_skip(1).await;
    proxy.see_faulty_uploads(1).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-sync").await;
    // Somebody who does not trust the screen tries by hand.
    for attempt in 2..=4 {
        kiosk.tap("sync-now").await;
        proxy.see_faulty_uploads(attempt).await;
    }
    let counts = kiosk.see_counts("the unlocking, too", |counts| counts.recorded >= 3).await;
    assert_eq!((counts.acknowledged, counts.queued), (0, counts.recorded));
    (collector, proxy, kiosk)
}

async fn see_delivered_once(collector: &Collector, proxy: &Proxy, kiosk: &Kiosk) {
    proxy.set_uploads(Uploads::Pass);
    kiosk.tap("sync-now").await;
    let counts = kiosk.see_counts("everything acknowledged", |counts| counts.queued == 0).await;
    let events = collector.events().await;
    assert_eq!((counts.acknowledged, counts.quarantined), (events.len() as u64, 0));
    let ratings: Vec<u64> = responses(&events).iter().map(|response| response.rating).collect();
    assert_eq!(ratings, [1]);
}
