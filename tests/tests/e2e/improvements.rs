//! A manager notes what was changed, sees what is not yet known of it, and shows it to the public.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::open_kiosk;
use candor_tests::wait::until;
use serde_json::Value;

use crate::accessibility::see_no_violation;

const NOTE: &str = "11:30 至 13:30 加开两个窗口";
const SAID: &str = "中午窗口没人";

#[tokio::test(flavor = "multi_thread")]
async fn an_improvement_is_noted_changed_shown_and_taken_off() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.rate(1).await;
    kiosk.choose_reason("wait").await;
    kiosk.submit().await;
    kiosk.see_thanks().await;
    kiosk.leave_thanks().await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-improvements").await;
    kiosk.tap("add-improvement").await;

    kiosk.replace("improvement-target", "101").await;
    kiosk.tap("improvement-card").await;
    kiosk.tap("save-improvement").await;
    let said = until("what is wrong to be said", async || {
        let said = kiosk.text("improvement-says").await;
        if said.contains("没有保存") { Ok(said) } else { Err(said) }
    })
    .await;
    assert!(said.contains("最多 300 字") && said.contains("卡片的两半") && said.contains("0 至 100"), "{said}");
    see_no_violation(&kiosk, "an improvement with faults", &mut Vec::new()).await;
    kiosk.replace("improvement-target", "10").await;
    kiosk.replace("improvement-note", NOTE).await;
    kiosk.replace("improvement-said", SAID).await;
    kiosk.choose("improvement-aim", "1").await;
    kiosk.tap("save-improvement").await;
    kiosk.see_no("improvement-form").await;
    let shown = kiosk.text("improvement").await;
    assert!(shown.contains(NOTE) && shown.contains("在待机画面展示") && shown.contains("尚不明确"), "{shown}");
    kiosk.see_attribute("effect", "data-verdict", "too-few-before").await;
    see_no_violation(&kiosk, "an improvement", &mut Vec::new()).await;

    kiosk.tap("tab-settings").await;
    until("the card among the others", async || {
        let cards = kiosk.browser.run("return document.querySelector('[data-testid=cards]')?.value", vec![]).await;
        if cards == format!("{SAID} | {NOTE}").as_str() { Ok(()) } else { Err(cards.to_string()) }
    })
    .await;
    kiosk.tap("tab-improvements").await;
    kiosk.tap("change-improvement").await;
    kiosk.replace("improvement-after", "14").await;
    kiosk.tap("save-improvement").await;
    kiosk.see_no("improvement-form").await;
    kiosk.tap("withdraw").await;
    kiosk.tap("really-withdraw").await;
    kiosk.see_no("improvement").await;

    until("every version at the collector", async || {
        let events = collector.events().await.into_iter().map(|(event, _)| event);
        let noted: Vec<_> = events.filter(|event| event.kind == "improvement.noted").collect();
        let [first, second, third] = &noted[..] else { return Err(format!("{}", noted.len())) };
        assert_eq!((&first.data["note"], &first.data["aim"]["reason"]["id"]), (&NOTE.into(), &"wait".into()));
        let id = Value::from(first.id.as_str());
        assert_eq!((&second.data["of"], &second.data["after_days"]), (&id, &14.into()));
        assert_eq!((&third.data["of"], &third.data["withdrawn"]), (&id, &true.into()));
        Ok(())
    })
    .await;
}
