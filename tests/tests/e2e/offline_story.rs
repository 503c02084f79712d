//! The collector is gone for a while, and so is the page; no answer is.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::open_kiosk;
use candor_tests::responses::responses;

const CUSTOMERS: u8 = 50;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_ratings_without_a_collector_arrive_once() {
    let mut collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.see_kept_for_offline().await;
    collector.stop();

    let levels: Vec<u8> = (0..CUSTOMERS).map(|customer| 1 + customer % 5).collect();
    for level in &levels {
        kiosk.rate_and_skip(*level).await;
    }
    kiosk.reload().await;
    kiosk.see_ready().await;
    kiosk.open_manager_and_choose_a_pin().await;
    let counts = kiosk.see_counts("all fifty", |counts| counts.recorded >= 2 * u64::from(CUSTOMERS)).await;
    assert_eq!((counts.acknowledged, counts.queued), (0, counts.recorded), "nobody was there to take them");

    collector.start_again().await;
    kiosk.tap("tab-sync").await;
    kiosk.tap("sync-now").await;
    let counts = kiosk.see_counts("nothing queued", |counts| counts.queued == 0).await;
    let events = collector.events().await;
    assert_eq!((counts.acknowledged, counts.quarantined), (events.len() as u64, 0));
    let arrived: Vec<u64> = responses(&events).iter().map(|response| response.rating).collect();
    assert_eq!(arrived, levels.iter().map(|level| u64::from(*level)).collect::<Vec<_>>());
}
