//! The settings are many: each card is reached from the top.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::open_kiosk;
use serde_json::json;

use crate::accessibility::see_no_violation;

/// The buttons that do not lead to the heading whose words they bear.
const ASTRAY: &str = "const lead = [...document.querySelectorAll('[data-testid=contents] button')]; \
    return lead.filter((of) => { of.click(); return document.activeElement.textContent !== of.textContent; }).map((of) => of.textContent)";

#[tokio::test(flavor = "multi_thread")]
async fn the_contents_lead_to_every_card() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    kiosk.see("contents").await;
    see_no_violation(&kiosk, "the settings with their contents", &mut Vec::new()).await;
    assert_eq!(kiosk.browser.run(ASTRAY, vec![]).await, json!([]));
    kiosk.tap("to-hours").await;
    let heard = kiosk.browser.run("return document.activeElement.id", vec![]).await;
    assert_eq!(heard, json!("m-hours"));
}
