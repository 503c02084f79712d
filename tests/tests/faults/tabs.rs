//! Fault 8: three tabs of one tablet deliver, and whoever holds the lock is killed or stands still for a while.

use std::time::Duration;

use candor_tests::balance::Balance;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::trial::Trial;
use candor_tests::wait::until_within;
use candor_tests::witness::Witness;
use fantoccini::wd::WindowHandle;
use serde_json::json;

/// Rounds, small and full: in one the victim is killed, in the next it stands still.
const ROUNDS: (usize, usize) = (4, 20);
/// How long it stands still, small and full: more than a minute, after which another tab may take its place.
const STANDSTILL: (Duration, Duration) = (Duration::from_secs(4), Duration::from_secs(75));
const TABS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(120);
/// Who holds the lock of delivery: any page can ask for the name, though not whose it is.
const HOLDER: &str = r#"
const [done] = arguments;
navigator.locks.query().then(({ held }) => done(held.find((lock) => /^candor-(keeper|upload)$/.test(lock.name))?.clientId ?? ""));
"#;

/// What the driver of another browser has no words for.
pub const BY_DEVTOOLS: &str = "It needs DevTools: a page is killed or frozen, taps come at a pace of their own, the quota is full, the network gone, a script runs before the page's own, or the browser promises to keep what is stored.";

/// Rounds of the story that every engine can tell, small and full.
const CLOSED: (usize, usize) = (2, 10);

#[tokio::test(flavor = "multi_thread")]
async fn three_tabs_lose_and_double_nothing_when_the_leader_s_is_closed() {
    for engine in Engine::ALL {
        close_leaders(engine).await;
    }
}

async fn close_leaders(engine: Engine) {
    let mut trial = Trial::begin_in(engine.name(), 8, "three tabs, the one that delivers closed", "events");
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let witness = Witness::start().await;
    proxy.seed(trial.dice.number());
    let kiosk = open_kiosk(engine, &proxy.page()).await;
    trial.browser(&kiosk.browser.version().await);
    proxy.set_uploads(Uploads::Slow);
    let mut tabs = vec![kiosk.browser.client.window().await.expect("there is a first tab")];
    let rounds = trial.size.of(CLOSED.0, CLOSED.1);
    for round in 0..rounds {
        while tabs.len() < TABS {
            tabs.push(open_tab(&kiosk, &proxy).await);
        }
        for (place, tab) in tabs.iter().enumerate() {
            switch_to(&kiosk, tab).await;
            kiosk.let_a_crowd_in(&format!("round-{round}-tab-{place}"), &witness, Duration::from_millis(50)).await;
            // A tab behind another may run its timers once a second or not at all: each has its customers in front.
            tokio::time::sleep(Duration::from_millis(1_000 + trial.dice.below(1_000))).await;
        }
        // Locks are given in the order in which they were asked for: the oldest tab has it, and an upload under way.
        switch_to(&kiosk, &tabs[0]).await;
        kiosk.browser.client.close_window().await.expect("a tab can be closed");
        tabs.remove(0);
        for tab in &tabs {
            switch_to(&kiosk, tab).await;
            kiosk.see_the_crowd_off().await;
        }
    }
    kiosk.see_drained(PATIENCE).await;
    trial.figure("tabs closed", rounds);
    trial.figure("uploads", proxy.met().values().sum::<u64>());
    Balance::take(&kiosk, &collector).await.count_into(&mut trial, &witness.thanked());
    trial.pass();
}

#[tokio::test(flavor = "multi_thread")]
async fn three_tabs_lose_and_double_nothing_when_one_dies_or_stands_still() {
    let mut trial = Trial::begin(8, "three tabs, one killed or stopped", "events");
    trial.only_in_chromium(BY_DEVTOOLS);
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let witness = Witness::start().await;
    proxy.seed(trial.dice.number());
    let kiosk = open_kiosk(Engine::Chromium, &proxy.page()).await;
    trial.browser(&kiosk.browser.version().await);
    proxy.set_uploads(Uploads::Slow);
    let mut tabs = vec![kiosk.browser.client.window().await.expect("there is a first tab")];
    while tabs.len() < TABS {
        tabs.push(open_tab(&kiosk, &proxy).await);
    }
    let mut holders = 0;
    let rounds = trial.size.of(ROUNDS.0, ROUNDS.1);
    for round in 0..rounds {
        for (place, tab) in tabs.iter().enumerate() {
            switch_to(&kiosk, tab).await;
            kiosk.let_a_crowd_in(&format!("round-{round}-tab-{place}"), &witness, Duration::from_millis(50)).await;
        }
        tokio::time::sleep(Duration::from_millis(500 + trial.dice.below(1_500))).await;
        // Locks are given in the order in which they were asked for: the oldest tab has it.
        let victim = 0;
        switch_to(&kiosk, &tabs[victim]).await;
        let holder = kiosk.browser.run_until_called_back(HOLDER, vec![]).await;
        if round % 2 == 0 {
            // It does not answer any more.
            let crash = kiosk.browser.try_devtools("Page.crash", json!({}));
            let _ = tokio::time::timeout(Duration::from_secs(2), crash).await;
            tabs.remove(victim);
            switch_to(&kiosk, &tabs[0]).await;
            let next = kiosk.browser.run_until_called_back(HOLDER, vec![]).await;
            holders += usize::from(holder != next);
        } else {
            kiosk.set_frozen(true).await;
            tokio::time::sleep(trial.size.of(STANDSTILL.0, STANDSTILL.1)).await;
            kiosk.set_frozen(false).await;
        }
        tokio::time::sleep(Duration::from_millis(trial.dice.below(1_000))).await;
        for tab in &tabs {
            switch_to(&kiosk, tab).await;
            kiosk.see_the_crowd_off().await;
        }
        while tabs.len() < TABS {
            tabs.push(open_tab(&kiosk, &proxy).await);
        }
    }
    kiosk.see_drained(PATIENCE).await;
    trial.figure("tabs killed", rounds.div_ceil(2));
    trial.figure("tabs stopped", rounds / 2);
    trial.figure("of the killed, holders of the lock", holders);
    trial.figure("uploads", proxy.met().values().sum::<u64>());
    Balance::take(&kiosk, &collector).await.count_into(&mut trial, &witness.thanked());
    trial.pass();
}

async fn open_tab(kiosk: &Kiosk, proxy: &Proxy) -> WindowHandle {
    let opened = kiosk.browser.client.new_window(true).await.expect("a further tab opens");
    switch_to(kiosk, &opened.handle).await;
    kiosk.go_to(&proxy.page()).await;
    kiosk.see_ready().await;
    opened.handle
}

/// A driver whose tab has just died needs a moment.
async fn switch_to(kiosk: &Kiosk, tab: &WindowHandle) {
    until_within(PATIENCE, "the tab to answer", async || {
        kiosk.browser.client.switch_to_window(tab.clone()).await.map_err(|fault| fault.to_string())
    })
    .await;
}
