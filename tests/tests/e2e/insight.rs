//! A manager looks behind a figure: the reason that is given most, the ratings behind it, and back to all of them.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::Proxy;
use candor_tests::wait::until;
use serde_json::json;

const COMMENT: &str = "三个窗口只开一个";

/// The rows of a table behind a chart, folded or not.
async fn read_table(kiosk: &Kiosk, table: &str) -> Vec<Vec<String>> {
    let script = "return [...document.querySelectorAll(`[data-testid=${arguments[0]}] tbody tr`)].map((row) =>
                  [...row.children].map((cell) => cell.textContent.trim()))";
    let seen = kiosk.browser.run(script, vec![json!(table)]).await;
    serde_json::from_value(seen).unwrap()
}

async fn see_behind(kiosk: &Kiosk, count: usize) {
    kiosk.see_attribute("behind-count", "data-n", &count.to_string()).await;
    until(&format!("{count} ratings listed"), async || {
        let script = "return document.querySelectorAll('[data-testid=behind-item]').length";
        let listed = kiosk.browser.run(script, vec![]).await;
        if listed == json!(count) { Ok(()) } else { Err(listed.to_string()) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_leads_to_the_ratings_behind_it_and_its_chip_leads_back() {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(Engine::Chromium, &proxy.page()).await;
    for (level, comment) in [(1, COMMENT), (2, "")] {
        kiosk.rate(level).await;
        kiosk.choose_reason("wait").await;
        if !comment.is_empty() {
            kiosk.write_comment(comment).await;
        }
        kiosk.submit().await;
        kiosk.see_thanks().await;
        kiosk.leave_thanks().await;
    }
    kiosk.rate_and_skip(5).await;

    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-results").await;
    assert_eq!(kiosk.read_score("score-csat").await.1, 3);
    kiosk.see_attribute("headline", "data-n", "3").await;
    kiosk.see_no("behind").await;
    let reasons = read_table(&kiosk, "table-reasons-bad").await;
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert_eq!(reasons[0][1], "2", "both chose it: {reasons:?}");
    let trend = read_table(&kiosk, "table-trend").await;
    assert_eq!(
        trend.iter().map(|row| (row[1].as_str(), row[2].as_str())).collect::<Vec<_>>(),
        [("1", "3")],
        "{trend:?}"
    );

    kiosk.tap("mark-bad-wait").await;
    see_behind(&kiosk, 2).await;
    assert!(kiosk.text("behind").await.contains(COMMENT));
    assert!(kiosk.is_pressed("mark-bad-wait").await);
    kiosk.see_attribute("headline", "data-n", "2").await;

    kiosk.tap("tab-health").await;
    kiosk.tap("tab-results").await;
    see_behind(&kiosk, 2).await;

    kiosk.tap("chip-reason").await;
    kiosk.see_no("behind").await;
    kiosk.see_attribute("headline", "data-n", "3").await;

    kiosk.choose("filter-period", "last-month").await;
    kiosk.see_attribute("headline", "data-n", "0").await;
    kiosk.choose("filter-period", "7").await;
    see_behind(&kiosk, 3).await;
    kiosk.tap("chip-period").await;
    kiosk.see_no("behind").await;
    assert_eq!(proxy.reports(), Vec::<String>::new(), "charts keep to the security policy");
}
