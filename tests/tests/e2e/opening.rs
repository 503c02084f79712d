//! What opens: the place by its hours, where a quiet screen goes dark while it is closed; and the page from the home screen.

use std::time::Duration;

use candor_core::hours::Weekday;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::wait::until;
use serde_json::Value;

use crate::accessibility::{open_without_motion, see_no_violation};

/// After so long without a touch the loop begins, in the template that is in service.
const QUIET: Duration = Duration::from_secs(601);

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_place_is_dark_until_somebody_comes() {
    let collector = Collector::start().await;
    let kiosk = open_without_motion(&collector).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;

    kiosk.replace("hours-mon", "nine to five").await;
    kiosk.replace("hours-days", "2026-10-01 closed\n2026-02-30 closed").await;
    let said = save(&kiosk).await;
    assert!(said.contains("周一：时间段应写成") && said.contains("节假日第 2 行：日期应写成"), "{said}");

    // Open three days from now, whatever day it is: neither today, nor past a midnight that comes meanwhile.
    let today = kiosk.browser.run("return (new Date().getDay() + 6) % 7;", vec![]).await.as_u64().unwrap() as usize;
    let open = Weekday::ALL[(today + 3) % 7];
    kiosk.replace("hours-mon", "").await;
    kiosk.replace("hours-days", "").await;
    kiosk.replace(&["hours-", open.name()].concat(), "９：00－12：00").await;
    let said = save(&kiosk).await;
    assert_eq!(said, "已保存，即刻生效。");
    kiosk.lock_manager().await;
    kiosk.see_first_screen().await;

    kiosk.reload().await;
    kiosk.see_ready().await;
    kiosk.hold_the_clock().await;
    // A touch, so that the quiet begins by the clock that is held.
    kiosk.tap("contrast").await;
    kiosk.tap("contrast").await;
    kiosk.let_pass(QUIET).await;
    let asleep = kiosk.text("asleep").await;
    let weekday = ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"][(today + 3) % 7];
    assert!(asleep.contains("现在不是营业时间") && asleep.contains(weekday) && asleep.contains("09:00"), "{asleep}");
    let background = kiosk.browser.run(BACKGROUND, vec![]).await;
    assert_eq!(background, Value::from("rgb(0, 0, 0)"), "dark");

    see_no_violation(&kiosk, "the screen of a closed place", &mut Vec::new()).await;

    kiosk.tap("start").await;
    kiosk.see_first_screen().await;
    kiosk.rate_and_skip(4).await;
    kiosk.see_everything_sent().await;
    let given = collector.events().await.into_iter().filter(|(event, _)| event.kind == "rating.given").count();
    assert_eq!(given, 1, "who comes is served");
}

const BACKGROUND: &str = "return getComputedStyle(document.getElementById('kiosk')).backgroundColor;";

async fn save(kiosk: &Kiosk) -> String {
    kiosk.tap("save-hours").await;
    until("the hours to be saved or refused", async || {
        let said = kiosk.text("hours-says").await;
        if said.is_empty() || said.contains('…') { Err(said) } else { Ok(said) }
    })
    .await
}

/// The browser's offer is kept from the public, and made to the manager.
#[tokio::test(flavor = "multi_thread")]
async fn the_home_screen_is_offered_behind_the_door() {
    const OFFER: &str = "const offer = new Event('beforeinstallprompt', { cancelable: true });
        offer.prompt = () => Promise.resolve({ outcome: 'accepted' });
        dispatchEvent(offer);
        return offer.defaultPrevented;";
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    assert_eq!(kiosk.browser.run(OFFER, vec![]).await, Value::Bool(true), "no customer is asked");
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    kiosk.tap("install").await;
    kiosk.see_no("install").await;
    assert_eq!(kiosk.text("install-says").await, "已经放好。以后请从主屏幕打开。");
}
