//! Fault 9: the quota is reached, the disk is full, and then there is room again.
//!
//! No answer that is not in the database passes for one that is: its customer sees the apology, or thanks under the
//! warning that storage does not work. All of them are kept, tried again, and delivered, without a reload. Chromium on
//! LevelDB may drop the whole database meanwhile, synced transactions included: then the kiosk has to notice, and nothing
//! may be missing that was thanked for. The browser has promised to keep what is stored, as it has to at the set-up;
//! without, it may drop everything of the origin, and give this page no database until it is loaded anew (ADR 14).

use std::cell::Cell;
use std::time::Duration;

use candor_tests::balance::{Balance, lost_and_doubled};
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::disk::Disk;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::tablet::{Backend, Tablet};
use candor_tests::trial::{Size, Trial};
use candor_tests::wait::in_time;
use candor_tests::witness::Witness;
use serde_json::json;

use crate::tabs::BY_DEVTOOLS;

/// Times that there is no room, small and full.
const ROUNDS: (usize, usize) = (1, 5);
/// Customers who come meanwhile, each time.
const WARNED: usize = 2;
/// Room for a profile and not much more.
const DISK_MIB: u64 = 64;
/// A keeper that lost its database with the disk's last room gets a successor after 45 seconds, and that one its turn.
const PATIENCE: Duration = Duration::from_secs(240);
/// Between two customers.
const CROWD_PAUSE: Duration = Duration::from_millis(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_reached_quota_is_reported_and_got_over() {
    let mut trial = Trial::begin(9, "quota reached, then raised", "events");
    trial.only_in_chromium(BY_DEVTOOLS);
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    let origin = collector.page();
    let quota = async |bytes: Option<u64>| {
        let mut parameters = json!({ "origin": origin });
        if let Some(bytes) = bytes {
            parameters["quotaSize"] = json!(bytes);
        }
        kiosk.browser.devtools("Storage.overrideQuotaForOrigin", parameters).await;
    };
    go_through(trial_of(&mut trial, &kiosk).await, &kiosk, &collector, async |is_full| {
        quota(is_full.then_some(1)).await;
    })
    .await;
    trial.pass();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_reported_and_got_over_on_leveldb() {
    fill_the_disk(Backend::LevelDb).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_reported_and_got_over_on_sqlite() {
    fill_the_disk(Backend::Sqlite).await;
}

async fn fill_the_disk(backend: Backend) {
    let mut trial = Trial::begin(9, &format!("disk full, then freed, {}", backend.name()), "events");
    trial.only_in_chromium(BY_DEVTOOLS);
    let disk = match Disk::make(DISK_MIB) {
        Ok(disk) => disk,
        Err(why) if trial.size == Size::Small => return println!("a full disk cannot be had here: {why}"),
        Err(why) => panic!("a full disk cannot be had here: {why}"),
    };
    let collector = Collector::start().await;
    let tablet = Tablet { profile: disk.path().join("profile"), backend, page: collector.page() };
    let kiosk = tablet.start().await;
    kiosk.promise_to_keep(&tablet.page).await;
    go_through(
        trial_of(&mut trial, &kiosk).await,
        &kiosk,
        &collector,
        async |is_full| {
            if is_full { disk.fill() } else { disk.free() }
        },
    )
    .await;
    kiosk.browser.kill();
    trial.see_store(&tablet);
    trial.pass();
}

async fn trial_of<'a>(trial: &'a mut Trial, kiosk: &Kiosk) -> &'a mut Trial {
    trial.browser(&kiosk.browser.version().await);
    trial
}

async fn go_through(trial: &mut Trial, kiosk: &Kiosk, collector: &Collector, set_full: impl AsyncFn(bool)) {
    let witness = Witness::start().await;
    let rounds = trial.size.of(ROUNDS.0, ROUNDS.1);
    let loads = Cell::new(1);
    kiosk.let_a_crowd_in("guest", &witness, CROWD_PAUSE).await;
    for _ in 0..rounds {
        let (stored, _) = witness.stored_and_warned();
        let before = see(kiosk, &witness, &loads, async |now, _| now > stored + 5).await;
        fail_unless(before, "answers stored before", trial, collector, &witness).await;
        let (_, warned) = witness.stored_and_warned();
        let meanwhile = see(kiosk, &witness, &loads, async |_, now| {
            // A browser that tidies up makes room again.
            set_full(true).await;
            now >= warned + WARNED
        })
        .await;
        fail_unless(meanwhile, "customers under a warning", trial, collector, &witness).await;
        set_full(false).await;
        let (stored, _) = witness.stored_and_warned();
        let again = see(kiosk, &witness, &loads, async |now, _| now > stored + 5).await;
        fail_unless(again, "answers stored again", trial, collector, &witness).await;
    }
    let loads = loads.get();
    if kiosk.browser.run("return window.candorCrowd != null", vec![]).await == true {
        kiosk.see_the_crowd_off().await;
    }
    // A page that was loaded anew meanwhile knows nothing of those who came.
    let came = kiosk.browser.run("return window.candorCrowd?.came ?? null", vec![]).await;
    let balance = Balance::settle_after_a_loss(kiosk, collector, PATIENCE).await;
    let everybody: Vec<String> = witness.seen().into_iter().map(|seen| seen.tag).collect();
    trial.figure("times the page was loaded", loads);
    trial.figure("times without room", rounds);
    trial.figure("customers under a warning", witness.stored_and_warned().1);
    let findings: Vec<&str> = balance.findings().into_iter().collect();
    trial.figure("findings reported", if findings.is_empty() { "none".to_owned() } else { findings.join(", ") });
    balance.count_after_a_loss(trial, &everybody);
    let are_all_told = came.as_u64().is_none_or(|came| came as usize == everybody.len());
    assert!(are_all_told || loads > 1, "{came} came, and {} were told how it stands", everybody.len());
}

/// A customer waits in vain: the trial ends with what the collector has by then of everybody who was told something.
async fn fail_unless(
    seen: Result<(), String>,
    what: &str,
    trial: &mut Trial,
    collector: &Collector,
    witness: &Witness,
) {
    let Err(seen) = seen else { return };
    let everybody: Vec<String> = witness.seen().into_iter().map(|seen| seen.tag).collect();
    let (lost, doubled) = lost_and_doubled(&collector.events().await, &everybody);
    trial.fail((everybody.len() as u64, lost, doubled), &format!("waited in vain for {what}: {seen}"));
}

async fn see(
    kiosk: &Kiosk,
    witness: &Witness,
    loads: &Cell<usize>,
    is_enough: impl AsyncFn(usize, usize) -> bool,
) -> Result<(), String> {
    in_time(PATIENCE, async || {
        let (stored, warned) = witness.stored_and_warned();
        if is_enough(stored, warned).await {
            return Ok(());
        }
        let script = "return [document.getElementById('kiosk').dataset.screen, document.documentElement.dataset, \
                      window.candorCrowd ?? null]";
        let page = kiosk.browser.run(script, vec![]).await;
        // With the disk full the browser may drop the release as well, which is then installed anew between two customers.
        if page[2].is_null() && page[1]["ready"].is_string() {
            loads.set(loads.get() + 1);
            kiosk.let_a_crowd_in(&format!("guest-{}", loads.get()), witness, CROWD_PAUSE).await;
        }
        Err(format!("{stored} stored, {warned} under a warning, {page}"))
    })
    .await
}
