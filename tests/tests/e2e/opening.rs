//! What opens: the place by its hours, where a quiet screen goes dark while it is closed; and the page from the home screen.

use std::path::Path;
use std::time::Duration;

use candor_core::hours::Weekday;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::wait::until;
use serde_json::{Value, json};

use crate::accessibility::{open_without_motion, see_no_violation};

/// After so long without a touch the loop begins, in the template that is in service.
const QUIET: Duration = Duration::from_secs(601);
/// So long nothing stands in the same place.
const BURNING_IN: Duration = Duration::from_secs(241);

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
    let mut given = collector.events().await;
    given.retain(|(event, _)| event.kind == "rating.given");
    assert_eq!(given.len(), 1, "who comes is served");
    assert_eq!(given[0].0.data["closed"], json!(true), "and it is seen that nobody can have been");
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

#[tokio::test(flavor = "multi_thread")]
async fn pictures_and_cards_stand_in_turn_while_nobody_is_there() {
    const SHOWN: &str = "const shown = document.querySelector('.loop');
        return shown ? (shown.querySelector('img')?.src.slice(0, 23) ?? shown.textContent) : null;";
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    let save = async |expected: &str| {
        kiosk.tap("save-attract").await;
        until("the loop to be saved or refused", async || {
            let said = kiosk.text("attract-says").await;
            if said.contains(expected) { Ok(()) } else { Err(said) }
        })
        .await;
    };
    kiosk.replace("cards", "中间没有竖线").await;
    save("第 1 行：中间要有 |").await;
    kiosk.replace("cards", "等候太久 | 午间加开两个窗口\nen: Long queues | Two more counters").await;
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/icon-192.png").canonicalize().unwrap();
    kiosk.choose_file("add-pictures", &picture).await;
    until("the picture", async || {
        let listed = kiosk.text("pictures").await;
        if listed.contains("icon-192.png") { Ok(()) } else { Err(listed) }
    })
    .await;
    save("已保存").await;
    kiosk.replace("link", &collector.page()).await;
    kiosk.save_settings().await;
    kiosk.lock_manager().await;
    kiosk.see_first_screen().await;

    kiosk.reload().await;
    kiosk.see_ready().await;
    kiosk.hold_the_clock().await;
    kiosk.tap("contrast").await;
    kiosk.tap("contrast").await;
    kiosk.let_pass(QUIET).await;
    kiosk.see("attract").await;
    let see = async |expected: &str| {
        until(expected, async || {
            let shown = kiosk.browser.run(SHOWN, vec![]).await;
            if shown.as_str().is_some_and(|shown| shown.contains(expected)) { Ok(()) } else { Err(shown.to_string()) }
        })
        .await;
    };
    see("data:image/jpeg;base64,").await;
    until("the code for a customer's own phone", async || {
        const CODE: &str = "const card = document.querySelector('.loop-code');
            return card ? [card.dataset.address, card.textContent, card.querySelectorAll('path').length] : null;";
        let code = kiosk.browser.run(CODE, vec![]).await;
        let address = format!("{}?channel=link&survey=government&point=", collector.page());
        if code == json!([address, "用手机评价", 2]) { Ok(()) } else { Err(code.to_string()) }
    })
    .await;
    kiosk.let_pass(Duration::from_secs(9)).await;
    see("午间加开两个窗口").await;
    kiosk.let_pass(Duration::from_secs(8)).await;
    see("data:image/jpeg;base64,").await;
    // The same picture for months burns in.
    let place = async || kiosk.browser.run("return document.querySelector('.attract').style.translate", vec![]).await;
    let first = place().await;
    kiosk.let_pass(BURNING_IN).await;
    assert_ne!(place().await, first, "it stands a little elsewhere");
    kiosk.tap("start").await;
    kiosk.see_first_screen().await;
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
