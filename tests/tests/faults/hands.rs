//! Fault 12: a page that is frozen and goes on, hands that drum, a screen that goes while its answer is being written.

use std::time::{Duration, Instant};

use candor_tests::balance::Balance;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::responses::{Response, responses};
use candor_tests::trial::Trial;
use candor_tests::witness::Witness;

use crate::tabs::BY_DEVTOOLS;

/// Times that the page is frozen, small and full.
const FREEZES: (usize, usize) = (5, 50);
/// Customers who drum, small and full, by mouse and by touch in turns.
const DRUMMERS: (u32, u32) = (4, 40);
const TAPS: u32 = 20;
/// Twenty in a second; the way to the browser takes its share.
const BETWEEN_TAPS: Duration = Duration::from_millis(30);
/// The journal gives a silent transaction up after ten seconds, and writes again under the same id.
const LONGER_THAN_THE_WATCHDOG: Duration = Duration::from_secs(12);
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_frozen_goes_on_where_it_was() {
    let mut trial = Trial::begin(12, "frozen and resumed while customers tap", "events");
    trial.only_in_chromium(BY_DEVTOOLS);
    let (collector, kiosk) = open(&mut trial).await;
    let witness = Witness::start().await;
    kiosk.let_a_crowd_in("guest", &witness, Duration::ZERO).await;
    let freezes = trial.size.of(FREEZES.0, FREEZES.1);
    for _ in 0..freezes {
        tokio::time::sleep(Duration::from_millis(trial.dice.below(400))).await;
        kiosk.set_frozen(true).await;
        tokio::time::sleep(Duration::from_millis(trial.dice.below(1_000))).await;
        kiosk.set_frozen(false).await;
    }
    kiosk.see_the_crowd_off().await;
    kiosk.see_drained(PATIENCE).await;
    trial.figure("times frozen", freezes);
    Balance::take(&kiosk, &collector).await.count_into(&mut trial, &witness.thanked());
    trial.pass();
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_taps_in_a_second_are_one_response() {
    let mut trial = Trial::begin(12, "twenty taps in a second", "events");
    trial.only_in_chromium(BY_DEVTOOLS);
    let (collector, kiosk) = open(&mut trial).await;
    let drummers = trial.size.of(DRUMMERS.0, DRUMMERS.1);
    let mut slowest: f64 = 0.0;
    for drummer in 1..=drummers {
        let place = kiosk.place_of(&format!("rate-{}", 1 + drummer % 5)).await;
        let begun = Instant::now();
        if drummer % 2 == 0 {
            kiosk.drum_at(&place, TAPS, BETWEEN_TAPS).await;
        } else {
            kiosk.drum_by_touch_at(&place, TAPS, BETWEEN_TAPS).await;
        }
        slowest = slowest.max(begun.elapsed().as_secs_f64());
        kiosk.see("follow-up").await;
        kiosk.skip().await;
        kiosk.see_thanks().await;
        kiosk.leave_thanks().await;
        let (had, wanted) = (recorded(&kiosk).await.len() as u64, u64::from(drummer));
        if had != wanted {
            let counted = (wanted, wanted.saturating_sub(had), had.saturating_sub(wanted));
            trial.fail(counted, &format!("{had} responses of {wanted} customers"));
        }
    }
    kiosk.see_drained(PATIENCE).await;
    trial.figure("customers who drummed", drummers);
    trial.figure("taps", drummers * TAPS);
    trial.figure("slowest twenty, s", format!("{slowest:.1}"));
    Balance::take(&kiosk, &collector).await.count_into(&mut trial, &[]);
    trial.pass();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_written_though_its_screen_has_gone() {
    let mut trial = Trial::begin(12, "the screen gone while its answer is being written", "events");
    let (collector, kiosk) = open(&mut trial).await;
    kiosk.hold_the_store().await;
    for level in [1, 3] {
        kiosk.rate(level).await;
        kiosk.write_comment(&format!("level {level}")).await;
        kiosk.submit().await;
        // Five seconds, then the customer is told; the screen goes, the answer stays in the tablet's hands.
        kiosk.see("not-saved").await;
        kiosk.tap("not-saved").await;
        kiosk.see_first_screen().await;
    }
    tokio::time::sleep(LONGER_THAN_THE_WATCHDOG).await;
    kiosk.let_go_of_the_store().await;
    kiosk.rate_and_skip(5).await;
    let balance = Balance::settle(&kiosk, &collector, PATIENCE).await;
    trial.figure("events with two numbers", balance.journal.further.len());
    balance.count_into(&mut trial, &["level 1".to_owned(), "level 3".to_owned()]);
    let mut ratings: Vec<u64> = recorded(&kiosk).await.iter().map(|response| response.rating).collect();
    ratings.sort_unstable();
    assert_eq!(ratings, [1, 3, 5], "one response for each customer, in time");
    // The writes that were given up come to pass as well: what was linked twice has two numbers and is delivered once.
    assert_eq!(balance.journal.quarantined, 0, "{:?}", balance.journal.refused);
    assert_eq!(collector.gaps().await, Vec::<String>::new(), "no number is missing on either chain");
    trial.pass();
}

async fn open(trial: &mut Trial) -> (Collector, Kiosk) {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    trial.browser(&kiosk.browser.version().await);
    (collector, kiosk)
}

async fn recorded(kiosk: &Kiosk) -> Vec<Response> {
    responses(&Journal::read(&kiosk.browser).await.entries)
}
