//! A manager is told that something is wrong, once: on the tablet, behind the door, and at the endpoint.

use std::time::Duration;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::open_kiosk;
use candor_tests::wait::until;
use serde_json::Value;

use crate::accessibility::see_no_violation;

/// After so long without a touch the loop begins, in the template that is in service.
const QUIET: Duration = Duration::from_secs(601);

/// What the keeper has written down once it goes by rules: what happened before is no news.
const ALERTS_STATE: &str = r#"
const [done] = arguments;
const opening = indexedDB.open("candor");
opening.onsuccess = () => {
  const asked = opening.result.transaction("records").objectStore("records").get("named:alerts-state");
  asked.onsuccess = () => { opening.result.close(); done(asked.result ?? null); };
};
"#;

/// The alerts at the collector, by their rules.
async fn raised(collector: &Collector) -> Vec<String> {
    let events = collector.events().await.into_iter().map(|(event, _)| event);
    let raised = events.filter(|event| event.kind == "alert.raised");
    raised.map(|event| event.data["rule"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_ratings_in_a_row_are_told_once_everywhere() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("set-up-alerts").await;
    kiosk.see_attribute("alerts-mode", "data-mode", "off").await;

    kiosk.replace("alert-count", "1").await;
    kiosk.replace("alert-quiet", "25:00-08:00").await;
    kiosk.replace("alert-target", "101").await;
    kiosk.tap("save-alerts").await;
    let said = until("what is wrong to be said", async || {
        let said = kiosk.text("alerts-says").await;
        if said.contains("没有保存") { Ok(said) } else { Err(said) }
    })
    .await;
    assert!(said.contains("条数：") && said.contains("免打扰时段：") && said.contains("目标："), "{said}");
    see_no_violation(&kiosk, "rules with faults", &mut Vec::new()).await;
    kiosk.replace("alert-count", "2").await;
    kiosk.replace("alert-quiet", "").await;
    kiosk.replace("alert-target", "90").await;
    kiosk.tap("rule-mark").await;
    kiosk.tap("save-alerts").await;
    kiosk.see_attribute("alerts-says", "data-ok", "true").await;
    kiosk.see_attribute("alerts-mode", "data-mode", "on").await;
    until("the keeper to go by the rules", async || {
        let state = kiosk.browser.run_until_called_back(ALERTS_STATE, vec![]).await;
        if state.is_string() { Ok(()) } else { Err(state.to_string()) }
    })
    .await;
    kiosk.lock_manager().await;

    for level in [1, 5, 2] {
        kiosk.rate_and_skip(level).await;
    }
    kiosk.see_on_root("data-mark", "on").await;
    until("the alert at the collector", async || {
        let raised = raised(&collector).await;
        if raised == ["repeated"] { Ok(()) } else { Err(format!("{raised:?}")) }
    })
    .await;
    kiosk.reload().await;
    kiosk.see_ready().await;
    kiosk.see_on_root("data-mark", "on").await;
    kiosk.hold_the_clock().await;
    kiosk.tap("contrast").await;
    kiosk.tap("contrast").await;
    kiosk.let_pass(QUIET).await;
    kiosk.see("attract").await;
    let mark = "return getComputedStyle(document.querySelector('.attract'), '::after').content";
    let mark = kiosk.browser.run(mark, vec![]).await;
    assert_eq!(mark, Value::from("\"•\""), "a dot and no word");

    kiosk.reload().await;
    kiosk.see_ready().await;
    kiosk.see_on_root("data-mark", "on").await;
    kiosk.open_manager().await;
    kiosk.see_attribute("alerts", "data-unseen", "1").await;
    assert_eq!(kiosk.text("alerts-badge").await, "1");
    assert!(kiosk.text("alert").await.contains("30 分钟内出现 2 条差评"), "{}", kiosk.text("alert").await);
    kiosk.see_attribute("headline-target", "data-standing", "too-few").await;
    see_no_violation(&kiosk, "an alert", &mut Vec::new()).await;
    kiosk.tap("show-alert").await;
    kiosk.see_attribute("behind-count", "data-n", "3").await;
    kiosk.tap("alert-seen").await;
    kiosk.see_attribute("alerts", "data-unseen", "0").await;
    kiosk.see_no("alerts-badge").await;
    kiosk.see_on_root("data-mark", "off").await;
    kiosk.see_everything_sent().await;
    assert_eq!(raised(&collector).await, ["repeated"], "two starts later it is still one");
}
