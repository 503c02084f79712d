//! Nobody is there any more: a warning, then the first screen, with nothing of the customer before.

use std::time::Duration;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::kiosk::open_kiosk;
use candor_tests::responses::{Response, responses};
use candor_tests::wait::until;

/// As the template `government` has them.
const IDLE: Duration = Duration::from_secs(45);
const WARNING: Duration = Duration::from_secs(20);
const MOMENT: Duration = Duration::from_secs(1);
/// Counts the tones that the page makes.
const LISTEN: &str = "window.tones = 0;
    const make = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this); };";
const CAN_SOUND: &str =
    "return performance.getEntriesByType('resource').some(({ name }) => name.endsWith('chime.js'));";

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_has_left_is_recorded_as_far_as_they_came_and_forgotten() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.hold_the_clock().await;
    kiosk.choose_language("en").await;
    kiosk.rate(1).await;
    kiosk.choose_reason("attitude").await;
    kiosk.write_comment("half a sen").await;

    kiosk.let_pass(IDLE - MOMENT).await;
    kiosk.see_no("idle-warning").await;
    kiosk.let_pass(2 * MOMENT).await;
    kiosk.see("idle-warning").await;
    kiosk.tap("stay").await;
    kiosk.see_no("idle-warning").await;
    assert!(kiosk.is_pressed("reason-attitude").await, "what was there stays");

    until("what sounds to be there", async || {
        let is_there = kiosk.browser.run(CAN_SOUND, vec![]).await;
        if is_there == true { Ok(()) } else { Err("it is fetched after ten seconds".to_owned()) }
    })
    .await;
    kiosk.browser.run(LISTEN, vec![]).await;
    kiosk.let_pass(IDLE + MOMENT).await;
    kiosk.see("idle-warning").await;
    until("two tones", async || {
        let tones = kiosk.browser.run("return window.tones;", vec![]).await;
        if tones == 2 { Ok(()) } else { Err(tones.to_string()) }
    })
    .await;
    kiosk.let_pass(WARNING - 2 * MOMENT).await;
    kiosk.see("idle-warning").await;
    kiosk.let_pass(2 * MOMENT).await;
    kiosk.see_no("idle-warning").await;
    kiosk.see_first_screen().await;
    kiosk.see_on_root("lang", "zh-CN").await;

    let left = see_stored(&kiosk.browser).await;
    assert_eq!((left.rating, left.outcome.as_str(), left.locale.as_str()), (1, "timed_out", "en"));
    assert_eq!(left.reasons, ["attitude"]);
    assert_eq!(left.comment, "", "unsent words are not taken");

    kiosk.rate(1).await;
    let comment = kiosk.see("comment").await.prop("value").await.expect("a text area has a value");
    assert_eq!(comment.as_deref(), Some(""), "the next customer finds an empty field");
    assert!(!kiosk.is_pressed("reason-attitude").await);
}

async fn see_stored(browser: &candor_tests::browser::Browser) -> Response {
    until("the part of an answer in the journal", async || {
        let responses = responses(&Journal::read(browser).await.entries);
        let ended = responses.iter().find(|response| !response.outcome.is_empty());
        ended.cloned().ok_or_else(|| format!("{responses:?}"))
    })
    .await
}
