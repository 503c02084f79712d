//! A customer is unhappy and says why; a manager reads it; the collector has it.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::Proxy;
use candor_tests::responses::responses;
use candor_tests::wait::until;

const COMMENT: &str = "窗口的人说\"下午再来\"，我等了'两个小时'。<b>&amp;";

#[tokio::test(flavor = "multi_thread")]
async fn main_story_in_chromium() {
    tell("zh-CN", Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn main_story_in_firefox() {
    tell("en", Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn main_story_in_webkit() {
    tell("zh-CN", Engine::WebKit).await;
}

async fn tell(language: &str, engine: Engine) {
    let collector = Collector::start().await;
    // It passes everything on, and hears of what the security policy refuses.
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(engine, &proxy.page()).await;
    be_a_customer(&kiosk, language).await;
    be_the_manager(&kiosk).await;
    see_all_at_the_collector(&kiosk, &collector, language).await;
    assert_eq!(proxy.reports(), Vec::<String>::new(), "the app keeps to its security policy");
}

async fn be_a_customer(kiosk: &Kiosk, language: &str) {
    assert_eq!(kiosk.language().await, "zh-CN");
    kiosk.choose_language(language).await;
    kiosk.rate(2).await;
    kiosk.choose_reason("wait").await;
    assert!(kiosk.is_pressed("reason-wait").await);
    kiosk.write_comment(COMMENT).await;
    kiosk.submit().await;
    kiosk.see_thanks().await;
    kiosk.leave_thanks().await;
    kiosk.see_on_root("lang", "zh-CN").await;
}

async fn be_the_manager(kiosk: &Kiosk) {
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-results").await;
    let (interval, n) = kiosk.read_score("score-csat").await;
    assert_eq!(n, 1);
    assert!(!interval.is_empty(), "a score of one answer needs its interval most");
    let comments = kiosk.read_comments().await;
    assert!(comments.iter().any(|item| item.contains(COMMENT)), "{comments:?}");
    kiosk.tap("tab-sync").await;
    kiosk.see_attribute("sync-state", "data-state", "idle").await;
}

async fn see_all_at_the_collector(kiosk: &Kiosk, collector: &Collector, language: &str) {
    let events = until("the kiosk and the collector to agree", async || {
        let (counts, events) = (kiosk.read_counts().await, collector.events().await);
        let is_agreed = counts.queued == 0 && counts.acknowledged == events.len() as u64;
        if is_agreed { Ok(events) } else { Err(format!("{counts:?}, {} events at the collector", events.len())) }
    })
    .await;
    let [response] = &responses(&events)[..] else { panic!("one customer came: {:?}", responses(&events)) };
    assert_eq!(response.rating, 2);
    assert_eq!(response.outcome, "complete");
    assert_eq!(response.reasons, ["wait"]);
    assert_eq!(response.comment, COMMENT, "byte for byte");
    assert_eq!(response.locale, language);
}
