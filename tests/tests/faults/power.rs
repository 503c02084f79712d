//! Fault 3: the power goes while customers tap.
//!
//! The profile lies on an ext4 file system of its own, in a file. The browser is stopped where it is, the blocks of the
//! file are copied and mounted afresh: that is what the disk holds when the power goes. What still waits in the memory
//! of the system is not in it. *Thanked* is as in the kills; it is looked for before the app can repair anything.
//!
//! The control is the same app, from whose transactions the durability is taken away: it has to lose.

use std::time::Duration;

use candor_tests::balance::lost_and_doubled;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::disk::Disk;
use candor_tests::journal::Journal;
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::tablet::{Backend, Tablet};
use candor_tests::trial::{NO_SECOND_LIFE, Size, Trial};
use candor_tests::witness::Witness;
use serde_json::json;

use crate::tabs::BY_DEVTOOLS;

/// Power cuts on both backends together, small and full.
const CUTS: (usize, usize) = (4, 50);
/// Power cuts of the control, small and full.
const CONTROL_CUTS: (usize, usize) = (1, 10);
/// Room for a profile.
const DISK_MIB: u64 = 192;
/// The power goes at a time of its own after the first tap, between these.
const LIFE_MS: (u64, u64) = (1_500, 5_000);
/// About ten answers a second: what a tablet never sees, and what leaves the system time to lose.
const PAUSE: Duration = Duration::from_millis(60);
/// The app's transactions, without the durability that it asks for: Chromium's default is relaxed. Nor does the keeper
/// start: what it flushes to its own files takes much of the database to the disk as well.
const RELAX: &str = "\
const begin = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (stores, mode) { return begin.call(this, stores, mode); };
window.Worker = class extends EventTarget { postMessage() {} terminate() {} };
";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Durability {
    AsTheAppAsks,
    Default,
}

#[tokio::test(flavor = "multi_thread")]
async fn power_cut_while_customers_tap_on_leveldb() {
    cut_again_and_again(Backend::LevelDb).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn power_cut_while_customers_tap_on_sqlite() {
    cut_again_and_again(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn power_cut_with_default_durability_loses_more_than_half() {
    let mut trial = Trial::begin(3, "control: power cut with default durability", "answers thanked for");
    trial.only_in_chromium(BY_DEVTOOLS);
    if !can_run_here(trial.size) {
        return;
    }
    let cuts = trial.size.of(CONTROL_CUTS.0, CONTROL_CUTS.1);
    let (thanked, lost) = cut(&mut trial, cuts, Backend::LevelDb, Durability::Default).await;
    assert!(2 * lost > thanked, "the test bites: of {thanked} thanked only {lost} were lost");
    trial.pass_though_it_lost();
}

async fn cut_again_and_again(backend: Backend) {
    let name = format!("power cut while customers tap, {}", backend.name());
    let mut trial = Trial::begin(3, &name, "answers thanked for");
    trial.not_in(&[(Engine::WebKit, NO_SECOND_LIFE)]);
    if !can_run_here(trial.size) {
        return;
    }
    let cuts = trial.size.of(CUTS.0, CUTS.1) / Backend::ALL.len();
    cut(&mut trial, cuts, backend, Durability::AsTheAppAsks).await;
    trial.pass();
}

/// # Panics
/// In the full size, where a fault that was not tried is a fault that was not survived.
fn can_run_here(size: Size) -> bool {
    match Disk::make(8) {
        Ok(_) => true,
        Err(why) if size == Size::Small => {
            println!("power cuts cannot run here: {why}");
            false
        }
        Err(why) => panic!("power cuts cannot run here: {why}"),
    }
}

/// Each cut hits a tablet of its own. Gives how many were thanked and how many of them are lost.
async fn cut(trial: &mut Trial, cuts: usize, backend: Backend, durability: Durability) -> (u64, u64) {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    proxy.set_uploads(Uploads::Down);
    let (mut all_thanked, mut all_lost) = (0, 0);
    for round in 0..cuts {
        let witness = Witness::start().await;
        let disk = Disk::make(DISK_MIB).unwrap_or_else(|fault| panic!("{fault}"));
        let tablet = Tablet { profile: disk.path().join("profile"), backend, page: proxy.page() };
        let kiosk = tablet.start_empty().await;
        if round == 0 {
            trial.browser(&kiosk.browser.version().await);
        }
        if durability == Durability::Default {
            let script = json!({ "source": RELAX });
            kiosk.browser.devtools("Page.addScriptToEvaluateOnNewDocument", script).await;
        }
        kiosk.go_to(&tablet.page).await;
        kiosk.see_ready().await;
        kiosk.let_a_crowd_in(&format!("cut-{round}"), &witness, PAUSE).await;
        let life = LIFE_MS.0 + trial.dice.below(LIFE_MS.1 - LIFE_MS.0);
        tokio::time::sleep(Duration::from_millis(life)).await;
        kiosk.browser.stop();
        let thanked = witness.thanked();
        let left = disk.as_after_a_power_cut().unwrap_or_else(|fault| panic!("{fault}"));
        kiosk.browser.kill();
        drop(kiosk);

        let after = tablet.with_profile(&left.path().join("profile")).start_without_the_app().await;
        let entries = Journal::read_if_any(&after.browser).await.map_or_else(Vec::new, |journal| journal.entries);
        after.browser.kill();
        trial.see_store(&tablet);
        let (lost, doubled) = lost_and_doubled(&entries, &thanked);
        trial.count(thanked.len() as u64, lost, doubled);
        all_thanked += thanked.len() as u64;
        all_lost += lost;
    }
    trial.figure("power cuts", cuts);
    (all_thanked, all_lost)
}
