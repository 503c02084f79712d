//! A switch or a few keys instead of a touch: everything here is done by keyboard events alone, and the frame is seen
//! wherever it stands.

use std::time::Duration;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::wait::until;
use serde_json::{Value, json};

use crate::accessibility::press;

/// What the frame stands around, and whether it is as thick as it has to be.
const FRAME: &str = "return Array.from(document.querySelectorAll('[data-scan]'), (element) =>
    [element.dataset.testid || element.dataset.do, parseFloat(getComputedStyle(element).outlineWidth) >= 4]);";

async fn open_with(way: &str) -> (Collector, Kiosk) {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    kiosk.choose("switches", way).await;
    kiosk.choose("scan-ms", "1000").await;
    kiosk.save_settings().await;
    kiosk.lock_manager().await;
    kiosk.see_on_root("data-switches", way).await;
    (collector, kiosk)
}

/// The places that the frame is drawn around, each of them visibly.
async fn framed(kiosk: &Kiosk) -> Vec<String> {
    let found = kiosk.browser.run(FRAME, vec![]).await;
    let found = found.as_array().cloned().unwrap_or_default();
    assert!(found.iter().all(|place| place[1] == Value::Bool(true)), "the frame is not seen: {found:?}");
    found.iter().map(|place| place[0].as_str().unwrap_or_default().to_owned()).collect()
}

async fn space(kiosk: &Kiosk) {
    press(kiosk, " ", 32).await;
}

async fn enter(kiosk: &Kiosk) {
    press(kiosk, "Enter", 13).await;
}

/// Moves the frame with the first of two switches until it stands around this, into rows where it has to.
async fn move_to(kiosk: &Kiosk, testid: &str) {
    until(&format!("the frame around {testid}"), async || {
        let stands = framed(kiosk).await;
        match &stands[..] {
            [one] if one == testid => return Ok(()),
            [_, _, ..] if stands.iter().any(|member| member == testid) => enter(kiosk).await,
            _ => space(kiosk).await,
        }
        Err(stands.join(", "))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_two_switches_a_customer_rates_gives_a_reason_and_is_thanked() {
    let (collector, kiosk) = open_with("two").await;
    move_to(&kiosk, "rate-2").await;
    enter(&kiosk).await;
    kiosk.see("follow-up").await;
    until("the frame on the next screen", async || {
        let stands = framed(&kiosk).await;
        if stands.is_empty() { Err("none".to_owned()) } else { Ok(()) }
    })
    .await;
    move_to(&kiosk, "reason-wait").await;
    enter(&kiosk).await;
    assert!(kiosk.is_pressed("reason-wait").await);
    move_to(&kiosk, "submit").await;
    enter(&kiosk).await;
    kiosk.see_thanks().await;
    kiosk.see_everything_sent().await;
    let events = collector.events().await;
    let detailed = events.iter().map(|(event, _)| event).find(|event| event.kind == "rating.detailed").unwrap();
    assert_eq!(detailed.data["reasons"], json!(["wait"]));
}

/// Longer than a tap waits for what it leads to, and shorter than any screen stands.
const DRAWN: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_press_right_after_a_tap_is_not_taken_back() {
    let (_collector, kiosk) = open_with("two").await;
    kiosk.hold_the_clock().await;
    move_to(&kiosk, "rate-2").await;
    enter(&kiosk).await;
    kiosk.see("follow-up").await;
    // No time has passed since the tap.
    space(&kiosk).await;
    let first = framed(&kiosk).await;
    space(&kiosk).await;
    let second = framed(&kiosk).await;
    assert!(!second.is_empty() && second != first, "the frame goes on from {first:?}: {second:?}");
    // Whoever looks now finds another screen than the one that the presses were for.
    kiosk.browser.run("document.querySelector('[data-testid=skip]').disabled = true", vec![]).await;
    kiosk.let_pass(DRAWN).await;
    assert_eq!(framed(&kiosk).await, second);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_one_switch_the_frame_moves_by_itself_and_a_press_takes() {
    let (_collector, kiosk) = open_with("one").await;
    assert!(framed(&kiosk).await.is_empty(), "nobody is there yet");
    let stand_at = async |testid: &str| {
        until(&format!("the frame around {testid}"), async || {
            let stands = framed(&kiosk).await;
            match &stands[..] {
                [one] if one == testid => Ok(()),
                [_, _, ..] if stands.iter().any(|member| member == testid) => {
                    space(&kiosk).await;
                    Err(stands.join(", "))
                }
                _ => Err(stands.join(", ")),
            }
        })
        .await;
        space(&kiosk).await;
    };
    space(&kiosk).await;
    stand_at("rate-4").await;
    kiosk.see("follow-up").await;
    stand_at("skip").await;
    kiosk.see_thanks().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_its_own_gives_each_level() {
    let (collector, kiosk) = open_with("keys").await;
    press(&kiosk, "3", 51).await;
    kiosk.skip().await;
    kiosk.see_thanks().await;
    kiosk.see_everything_sent().await;
    let events = collector.events().await;
    let given = events.iter().map(|(event, _)| event).find(|event| event.kind == "rating.given").unwrap();
    assert_eq!(given.data["value"], json!(3));
}
