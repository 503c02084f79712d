//! Fault 13 and the times that go with it: months of answers recorded offline, then the network comes.

use std::fs;
use std::time::{Duration, Instant};

use candor_core::chain::enrolment_hash;
use candor_tests::balance::Balance;
use candor_tests::browser::{Browser, Engine};
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::tablet::{Backend, Tablet};
use candor_tests::trial::{Size, Trial};
use candor_tests::wait::{until, until_within};
use serde_json::json;

use crate::tabs::BY_DEVTOOLS;

/// Responses recorded offline, small and full.
const RESPONSES: (usize, usize) = (1_000, 150_000);
/// What the collector takes in from one tablet, at least; in the full size, where the start is a small part of it.
const EVENTS_A_SECOND: f64 = 5_000.0;
/// What the page may use meanwhile, at most.
const PAGE_MIB: u64 = 100;
/// From the network's return to the first upload.
const SENDING_WITHIN: Duration = Duration::from_secs(5);
/// Times that it returns, small and full.
const RETURNS: (usize, usize) = (2, 20);
/// Times that it returns and nobody tells, and uploads that had no answer before, small and full: with the waits grown
/// a little, and to their longest.
const UNTOLD_RETURNS: (usize, usize) = (1, 4);
const UNANSWERED: (usize, usize) = (5, 11);
/// What an endpoint asks a tablet to wait, small and full.
const RETRY_AFTER_S: (u32, u32) = (5, 60);
/// 429s that ask for nothing, small and full: the last wait is then up to so many times two seconds long.
const LIMITED: (usize, usize) = (4, 8);
/// The longest wait that a tablet chooses by itself: `MAX_BACK_OFF_MS` of the outbox.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(300);
/// Over the longest wait, for a backlog that was limited.
const DRAINED_OVER_THE_CAP: Duration = Duration::from_secs(30);
/// A start that has found a backlog.
const SETTLED_AFTER: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_offline_for_months_is_delivered_at_once() {
    let mut trial = Trial::begin(13, "recorded offline, then the network comes", "responses");
    trial.only_in_chromium(BY_DEVTOOLS);
    let mut collector = Collector::start().await;
    let folder = tempfile::tempdir().expect("the system has room for a profile");
    let profile = folder.path().join("profile");
    let tablet = Tablet { profile, backend: Backend::LevelDb, page: collector.page() };
    let kiosk = tablet.start().await;
    trial.browser(&kiosk.browser.version().await);
    kiosk.see_kept_for_offline().await;
    collector.stop();
    let recording = Instant::now();
    let responses = trial.size.of(RESPONSES.0, RESPONSES.1);
    kiosk.record_early_taps(responses, &mut trial.dice).await;
    trial.figure("recorded in, s", format!("{:.0}", recording.elapsed().as_secs_f64()));

    // What recording so much so fast has left in memory is not the page's that has stood there for months.
    drop(kiosk);
    let kiosk = tablet.start_empty().await;
    let empty = renderer_bytes(&kiosk.browser);
    kiosk.go_to(&tablet.page).await;
    kiosk.see_ready().await;
    // Whatever a start does beside the screen is over by then.
    tokio::time::sleep(SETTLED_AFTER).await;
    let at_rest = renderer_bytes(&kiosk.browser);
    set_offline(&kiosk.browser, true).await;
    assert_eq!(kiosk.count_queued().await, responses as u64, "nothing is sent before the network is back");
    let begun = Instant::now();
    collector.start_again().await;
    set_offline(&kiosk.browser, false).await;
    let most = watch_until_sent(&kiosk).await;
    let taken = begun.elapsed().as_secs_f64();
    trial.figure("page memory at rest with the backlog, MiB", at_rest.saturating_sub(empty) >> 20);
    let page_mib = most.saturating_sub(empty) >> 20;
    let rate = responses as f64 / taken;
    trial.figure("delivered in, s", format!("{taken:.1}"));
    trial.figure("events a second", format!("{rate:.0}"));
    trial.figure("page memory at most, MiB (its process above that of an empty page)", page_mib);
    trial.figure("its process at most, MiB (private)", most >> 20);
    check_chain_at(&collector, responses, &mut trial).await;
    if trial.size == Size::Full {
        assert!(rate >= EVENTS_A_SECOND, "{rate:.0} events a second are less than {EVENTS_A_SECOND}");
    }
    assert!(page_mib < PAGE_MIB, "the page used {page_mib} MiB");
    trial.pass();
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_starts_soon_after_the_network_returns() {
    let mut trial = Trial::begin(13, "the network returns after some failures", "events");
    trial.only_in_chromium(BY_DEVTOOLS);
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(Engine::Chromium, &proxy.page()).await;
    trial.browser(&kiosk.browser.version().await);
    let mut waits = Vec::new();
    for _ in 0..trial.size.of(RETURNS.0, RETURNS.1) {
        proxy.set_uploads(Uploads::Down);
        kiosk.rate_and_skip(3).await;
        // The pauses have grown by then.
        proxy.see_faulty_uploads(3).await;
        set_offline(&kiosk.browser, true).await;
        proxy.set_uploads(Uploads::Pass);
        let returned = Instant::now();
        set_offline(&kiosk.browser, false).await;
        let (first, _) = until("an upload", async || proxy.came().ok_or_else(|| "none came".to_owned())).await;
        waits.push(first.duration_since(returned).as_secs_f64());
        kiosk.see_drained(PATIENCE).await;
    }
    check_waits(&mut trial, waits, SENDING_WITHIN);
    Balance::take(&kiosk, &collector).await.count_into(&mut trial, &[]);
    trial.pass();
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_starts_soon_though_nobody_tells_that_the_network_is_back() {
    for engine in Engine::ALL {
        return_untold(engine).await;
    }
}

async fn return_untold(engine: Engine) {
    let mut trial = Trial::begin_in(engine.name(), 13, "the network returns and no event tells of it", "events");
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(engine, &proxy.page()).await;
    trial.browser(&kiosk.browser.version().await);
    let mut waits = Vec::new();
    let unanswered = trial.size.of(UNANSWERED.0, UNANSWERED.1);
    for _ in 0..trial.size.of(UNTOLD_RETURNS.0, UNTOLD_RETURNS.1) {
        proxy.set_uploads(Uploads::Gone);
        kiosk.rate_and_skip(3).await;
        let met = || proxy.met().get("reset before the server").copied().unwrap_or_default();
        let before = met();
        until_within(PATIENCE, "uploads without an answer", async || {
            let met = met() - before;
            if met >= unanswered as u64 { Ok(()) } else { Err(format!("{met} uploads")) }
        })
        .await;
        proxy.set_uploads(Uploads::Pass);
        let returned = Instant::now();
        let came =
            until_within(SENDING_WITHIN * 2, "an upload", async || proxy.came().ok_or_else(|| "none came".to_owned()));
        waits.push(came.await.0.duration_since(returned).as_secs_f64());
        kiosk.see_drained(PATIENCE).await;
    }
    trial.figure("uploads without an answer before", unanswered);
    check_waits(&mut trial, waits, SENDING_WITHIN);
    Balance::take(&kiosk, &collector).await.count_into(&mut trial, &[]);
    trial.pass();
}

fn check_waits(trial: &mut Trial, mut waits: Vec<f64>, most: Duration) {
    waits.sort_by(f64::total_cmp);
    let longest = waits[waits.len() - 1];
    trial.figure("times that the network returned", waits.len());
    trial.figure("first upload after, median, s", format!("{:.2}", waits[waits.len() / 2]));
    trial.figure("first upload after, at most, s", format!("{longest:.2}"));
    assert!(longest <= most.as_secs_f64(), "the first upload came after {longest:.1} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_under_429s_drains_soon_after_they_end() {
    for engine in Engine::ALL {
        let trial = Trial::begin_in(engine.name(), 5, "429 with Retry-After, for a while", "events");
        let asked = trial.size.of(RETRY_AFTER_S.0, RETRY_AFTER_S.1);
        drain_after_429s(trial, engine, Some(asked), 1, Duration::from_secs(asked.into())).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_under_429s_without_a_word_drains_soon_after_they_end() {
    for engine in Engine::ALL {
        let trial = Trial::begin_in(engine.name(), 5, "429 without Retry-After, for a while", "events");
        let limited = trial.size.of(LIMITED.0, LIMITED.1);
        drain_after_429s(trial, engine, None, limited, LONGEST_BACK_OFF).await;
    }
}

/// A backlog meets so many 429s; then the endpoint takes everything, and the tablet has as long as its wait may be and
/// half a minute.
async fn drain_after_429s(mut trial: Trial, engine: Engine, asked: Option<u32>, limited: usize, longest: Duration) {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    proxy.set_uploads(Uploads::Limited(asked));
    let kiosk = open_kiosk(engine, &proxy.page()).await;
    trial.browser(&kiosk.browser.version().await);
    kiosk.record_early_taps(trial.size.of(500, 5_000), &mut trial.dice).await;
    // One more with the whole backlog there, so that the whole wait lies ahead.
    let met = || proxy.met().get("429").copied().unwrap_or_default();
    let wanted = (met() + 1).max(limited as u64);
    until_within(2 * LONGEST_BACK_OFF, "the 429s", async || {
        let met = met();
        if met >= wanted { Ok(()) } else { Err(format!("{met} of {wanted} were met")) }
    })
    .await;
    let ended = Instant::now();
    proxy.set_uploads(Uploads::Pass);
    kiosk.see_drained(longest + DRAINED_OVER_THE_CAP).await;
    if let Some(asked) = asked {
        trial.figure("Retry-After, s", asked);
    }
    trial.figure("429s met", met());
    trial.figure("longest wait that the tablet may take, s", longest.as_secs());
    trial.figure("drained after the last 429, s", format!("{:.1}", ended.elapsed().as_secs_f64()));
    Balance::take(&kiosk, &collector).await.count_into(&mut trial, &[]);
    trial.pass();
}

/// Looks at the memory until nothing is queued any more; gives the most that was used, in bytes.
async fn watch_until_sent(kiosk: &Kiosk) -> u64 {
    let mut most = 0;
    until_within(PATIENCE, "everything to be sent", async || {
        most = most.max(renderer_bytes(&kiosk.browser));
        tokio::time::sleep(Duration::from_millis(100)).await;
        let queued = kiosk.count_queued().await;
        if queued == 0 { Ok(()) } else { Err(format!("{queued} are queued")) }
    })
    .await;
    most
}

/// The largest of the browser's renderer processes, in memory that it shares with no other.
fn renderer_bytes(browser: &Browser) -> u64 {
    let is_renderer = |id: &u32| {
        let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&command).contains("--type=renderer")
    };
    let private = |id: u32| -> u64 {
        let map = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
        let lines = map.lines().filter(|line| line.starts_with("Private_"));
        lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum::<u64>() * 1024
    };
    browser.processes().into_iter().filter(is_renderer).map(private).max().unwrap_or_default()
}

async fn set_offline(browser: &Browser, is_offline: bool) {
    browser.devtools("Network.enable", json!({})).await;
    let conditions = json!({ "offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser.devtools("Network.emulateNetworkConditions", conditions).await;
}

/// Too many to read the journal as well: the numbers without a gap and the chain without a break say the same.
async fn check_chain_at(collector: &Collector, responses: usize, trial: &mut Trial) {
    let mut events: Vec<_> = collector.events().await.into_iter().map(|(event, _)| event).collect();
    events.sort_by_key(|event| event.seq);
    let rows = events.len();
    let mut prev = enrolment_hash(&events[0].device, events[0].epoch);
    for (seq, event) in (1..).zip(&events) {
        assert_eq!((event.seq, &event.prev), (seq, &prev), "one event after the other");
        prev = event.hash.clone();
    }
    let ratings = events.iter().filter(|event| event.kind == "rating.given").count();
    events.dedup_by_key(|event| event.id.clone());
    trial.count(responses as u64, responses.saturating_sub(ratings) as u64, (rows - events.len()) as u64);
}
