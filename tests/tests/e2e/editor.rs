//! A manager's own survey: copied, changed, looked at, refused while it is not whole, put into service, and met.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::wait::until;
use serde_json::Value;

const QUESTION: &str = "今天的茶怎么样？";
const REASON: &str = "茶凉了";

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_of_one_s_own_comes_into_service_once_it_is_whole() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    kiosk.tap("surveys").await;
    kiosk.tap("copy-restaurant").await;

    kiosk.replace("edit-question-zh-CN", QUESTION).await;
    see_in_preview(&kiosk, "question", QUESTION).await;
    kiosk.tap("part-page-0").await;
    kiosk.replace("edit-pages-0-fields-0-options-0-text-zh-CN", REASON).await;
    see_in_preview(&kiosk, "reason-speed", REASON).await;
    tap_through_the_preview(&kiosk).await;

    // One reason more stands on the pages of the other levels as well, and lacks its words there too.
    kiosk.tap("add-option-0").await;
    let faults = kiosk.text("survey-faults").await;
    assert!(faults.contains("还有 6 处要改") && faults.contains("第 3 页 › 第 1 部分 › 第 7 个选项"), "{faults}");
    kiosk.tap("part-survey").await;
    kiosk.tap("put-in-service").await;
    see_focus(&kiosk, "edit-pages-0-fields-0-options-6-text-zh-CN").await;
    assert!(kiosk.text("survey-says").await.contains("没有启用"), "an unfinished survey was taken");
    kiosk.tap("undo").await;
    kiosk.see_no("survey-faults").await;

    // Another section loses nothing, and neither does the lock.
    kiosk.tap("tab-results").await;
    kiosk.tap("tab-settings").await;
    kiosk.see("editor").await;
    see_in_preview(&kiosk, "reason-speed", REASON).await;
    kiosk.lock_manager().await;
    kiosk.open_manager().await;
    kiosk.tap("tab-settings").await;
    kiosk.tap("surveys").await;
    kiosk.tap("edit-restaurant-2").await;
    kiosk.tap("put-in-service").await;
    kiosk.see_attribute("survey-says", "data-ok", "true").await;
    kiosk.lock_manager().await;

    until("the customers' own question", async || {
        let script = "return document.getElementById('question').textContent;";
        let question = kiosk.browser.run(script, vec![]).await;
        if question == QUESTION { Ok(()) } else { Err(question.to_string()) }
    })
    .await;
    kiosk.rate(1).await;
    assert_eq!(kiosk.text("reason-speed").await, REASON);
    kiosk.choose_reason("speed").await;
    kiosk.submit().await;
    kiosk.see_thanks().await;
    kiosk.see_everything_sent().await;
    let given: Vec<Value> = collector
        .events()
        .await
        .into_iter()
        .filter(|(event, _)| event.kind == "rating.given")
        .map(|(event, _)| Value::Array(vec![event.data["survey"].clone(), event.data["version"].clone()]))
        .collect();
    assert_eq!(given, [serde_json::json!(["restaurant-2", 1])], "the customer's answer, and nothing of the preview");
}

/// What stands in the frame is a page of its own: whoever looks into it comes out again.
async fn in_preview<T>(kiosk: &Kiosk, look: impl AsyncFnOnce() -> T) -> T {
    kiosk.see("preview-frame").await.enter_frame().await.expect("the preview has a frame");
    let seen = look().await;
    kiosk.browser.client.enter_parent_frame().await.expect("the frame has a page around it");
    seen
}

async fn see_in_preview(kiosk: &Kiosk, testid: &str, text: &str) {
    in_preview(kiosk, async || {
        until(&format!("{text:?} in the preview"), async || {
            let seen = kiosk.text(testid).await;
            if seen == text { Ok(()) } else { Err(seen) }
        })
        .await;
    })
    .await;
}

async fn tap_through_the_preview(kiosk: &Kiosk) {
    kiosk.tap("preview-again").await;
    in_preview(kiosk, async || {
        for (shown, tapped) in
            [("question", "rate-5"), ("follow-up", "skip"), ("thanks", "done"), ("question", "rate-1")]
        {
            kiosk.see(shown).await;
            tap_by_script(kiosk, tapped).await;
        }
        kiosk.see("follow-up").await;
    })
    .await;
}

/// A driver does not know that the frame is shown smaller than it is, and would tap beside.
async fn tap_by_script(kiosk: &Kiosk, testid: &str) {
    let script = "document.querySelector(`[data-testid='${arguments[0]}']`).click();";
    kiosk.browser.run(script, vec![Value::from(testid)]).await;
}

async fn see_focus(kiosk: &Kiosk, testid: &str) {
    until(&format!("the focus on {testid}"), async || {
        let script = "return document.activeElement?.dataset.testid ?? null;";
        let focused = kiosk.browser.run(script, vec![]).await;
        if focused == testid { Ok(()) } else { Err(focused.to_string()) }
    })
    .await;
}
