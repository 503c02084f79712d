//! A tap before the wasm has come is answered at once, and recorded once.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk_before_it_is_ready};
use candor_tests::proxy::Proxy;
use candor_tests::responses::{Response, responses};
use candor_tests::wait::until;

/// The compiled app, as opposed to the page, its styles and its glue.
const WASM: &str = "_bg.wasm";

#[tokio::test(flavor = "multi_thread")]
async fn a_tap_before_the_wasm_is_answered_at_once_and_recorded_once() {
    let (collector, proxy, kiosk) = tap_early().await;
    proxy.release();
    kiosk.see_ready().await;
    kiosk.choose_reason("unclear").await;
    kiosk.submit().await;
    kiosk.see_thanks().await;
    let responses = see_at_the_collector(&kiosk, &collector).await;
    let [response] = &responses[..] else { panic!("one customer came: {responses:?}") };
    assert_eq!((response.rating, response.outcome.as_str()), (2, "complete"));
    assert_eq!(response.reasons, ["unclear"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tap_before_the_wasm_survives_a_reload_and_is_recorded_once() {
    let (collector, proxy, kiosk) = tap_early().await;
    kiosk.reload().await;
    kiosk.see("rate-5").await;
    proxy.release();
    kiosk.see_ready().await;
    let responses = see_at_the_collector(&kiosk, &collector).await;
    assert_eq!(responses.iter().map(|response| response.rating).collect::<Vec<_>>(), [2]);

    kiosk.reload().await;
    kiosk.see_ready().await;
    assert_eq!(count_ratings(&Journal::read(&kiosk.browser).await), 1, "a third start records nothing again");
}

async fn tap_early() -> (Collector, Proxy, Kiosk) {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    proxy.hold_back(WASM);
    let kiosk = open_kiosk_before_it_is_ready(Engine::Chromium, &proxy.page()).await;
    kiosk.rate(2).await;
    assert!(kiosk.is_pressed("rate-2").await, "the tap is answered in the same moment");
    assert!(!kiosk.is_ready().await, "the wasm has not come yet");
    (collector, proxy, kiosk)
}

/// Until the early tap is at the collector, and the kiosk's journal holds nothing more.
async fn see_at_the_collector(kiosk: &Kiosk, collector: &Collector) -> Vec<Response> {
    let events = until("the early tap at the collector", async || {
        let (journal, events) = (Journal::read(&kiosk.browser).await, collector.events().await);
        let is_done = count_ratings(&journal) > 0 && journal.entries.len() == events.len();
        let seen = || format!("{} events in the journal, {} at the collector", journal.entries.len(), events.len());
        if is_done { Ok(events.clone()) } else { Err(seen()) }
    })
    .await;
    responses(&events)
}

fn count_ratings(journal: &Journal) -> usize {
    journal.entries.iter().filter(|(event, _)| event.kind == "rating.given").count()
}
