//! Fault 2: the browser is killed while customers tap.
//!
//! *Thanked* is a customer whose thank-you screen the witness has heard of before the kill, known by words that nobody
//! else wrote. A thanked answer is lost unless the journal of the next life holds a whole response with these words.

use std::time::Duration;

use candor_tests::balance::{Balance, lost_and_doubled};
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::tablet::{Backend, Tablet};
use candor_tests::trial::{NO_SECOND_LIFE, Trial};
use candor_tests::witness::Witness;

/// Kills on both backends together, small and full.
const KILLS: (usize, usize) = (6, 200);
/// A life is killed at a time of its own up to this after the first tap: in the middle of whatever is under way.
const LONGEST_LIFE_MS: u64 = 1_500;

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_customers_tap_on_leveldb() {
    kill_again_and_again(Backend::LevelDb).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_customers_tap_on_sqlite() {
    kill_again_and_again(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_customers_tap_in_firefox() {
    kill_again_and_again(Backend::Firefox).await;
}

async fn kill_again_and_again(backend: Backend) {
    let place = format!("{} {}", backend.engine().name(), backend.name());
    let mut trial = Trial::begin_in(&place, 2, "SIGKILL of the browser while customers tap", "answers thanked for");
    trial.store(backend);
    trial.not_in(&[(Engine::WebKit, NO_SECOND_LIFE)]);
    let kills = trial.size.of(KILLS.0, KILLS.1) / Backend::ALL.len();
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    proxy.seed(trial.dice.number());
    // Deliveries are under way, too, when the end comes.
    proxy.set_uploads(Uploads::AnswerLostHalf);
    let witness = Witness::start().await;
    let folder = tempfile::tempdir().expect("the system has room for a profile");
    let tablet = Tablet { profile: folder.path().join("profile"), backend, page: proxy.page() };
    let mut missed = 0;
    for life in 0..kills {
        let kiosk = tablet.start().await;
        if life == 0 {
            trial.browser(&kiosk.browser.version().await);
        }
        let thanked = witness.thanked();
        let (lost, doubled) = lost_and_doubled(&Journal::read(&kiosk.browser).await.entries, &thanked);
        let before = thanked.len();
        if lost > 0 {
            trial.fail((before as u64, lost, doubled), &format!("answers are gone before life {life}"));
        }
        kiosk.let_a_crowd_in(&format!("life-{life}"), &witness, Duration::ZERO).await;
        tokio::time::sleep(Duration::from_millis(trial.dice.below(LONGEST_LIFE_MS))).await;
        kiosk.browser.kill();
        trial.see_store(&tablet);
        missed += usize::from(witness.thanked().len() == before);
    }
    proxy.set_uploads(Uploads::Pass);
    let kiosk = tablet.start().await;
    let balance = Balance::settle(&kiosk, &collector, Duration::from_secs(60)).await;
    let thanked = witness.thanked();
    let (lost, _) = lost_and_doubled(&balance.journal.entries, &thanked);
    let (undelivered, doubled) = balance.of_words(&thanked);
    // What is recorded and neither delivered nor refused is lost as well.
    let lost = lost.max(undelivered) + balance.lost();
    trial.count(thanked.len() as u64, lost, doubled + balance.doubled());
    trial.figure("kills", kills);
    trial.figure("kills before the first thanks of a life", missed);
    trial.figure("events recorded", balance.journal.entries.len());
    assert_eq!(balance.journal.queued, 0, "everything is drained");
    trial.pass();
}
