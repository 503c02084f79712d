//! Fault 9, the end of it: there is no database at all. The kiosk still collects, in memory and in the second place,
//! under a warning that nobody can miss, and everything is delivered once the database is back.

use std::time::Duration;

use candor_tests::balance::{Balance, lost_and_doubled};
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::open_kiosk;
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::release::Release;
use candor_tests::site::Site;
use candor_tests::tablet::{Backend, Tablet};
use candor_tests::trial::Trial;
use candor_tests::wait::in_time;
use candor_tests::witness::Witness;
use serde_json::json;

use crate::tabs::BY_DEVTOOLS;

/// Customers without a database, small and full.
const CUSTOMERS: (usize, usize) = (3, 20);
const PATIENCE: Duration = Duration::from_secs(60);
/// A keeper looks every minute whether there is a database again.
const UNTIL_JOINED: Duration = Duration::from_secs(120);
/// As [`Release::with_storage_that_breaks`] hears it.
const BREAK: &str =
    "localStorage.setItem('test-broken', 'broken'); new BroadcastChannel('test-storage').postMessage('broken')";
const MEND: &str = "localStorage.removeItem('test-broken'); new BroadcastChannel('test-storage').postMessage('mended')";
/// A browser that opens no database in this page.
const NO_DATABASE: &str = "IDBFactory.prototype.open = () => { throw new DOMException('none here', 'UnknownError'); };";

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_the_kiosk_collects_and_delivers_later() {
    let mut trial = Trial::begin(9, "no database at all, then one", "answers thanked for");
    trial.only_in_chromium(BY_DEVTOOLS);
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let folder = tempfile::tempdir().expect("the system has room for a profile");
    let tablet = Tablet { profile: folder.path().join("profile"), backend: Backend::LevelDb, page: proxy.page() };
    let witness = Witness::start().await;

    // A tablet that was in service, and whose database fails from now on.
    let kiosk = tablet.start().await;
    trial.browser(&kiosk.browser.version().await);
    kiosk.rate_and_skip(3).await;
    kiosk.see_drained(PATIENCE).await;
    proxy.set_uploads(Uploads::Down);
    kiosk.browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": NO_DATABASE })).await;
    kiosk.go_to(&tablet.page).await;
    kiosk.see_ready().await;
    kiosk.let_a_crowd_in("refuge", &witness, Duration::ZERO).await;
    let wanted = trial.size.of(CUSTOMERS.0, CUSTOMERS.1);
    witness.see_thanked(wanted, PATIENCE).await;
    kiosk.see_the_crowd_off().await;
    kiosk.see_on_root("data-storage", "refuge").await;
    let notice = kiosk.text("notice").await;
    kiosk.browser.kill();
    drop(kiosk);

    // The next start has its database again.
    proxy.set_uploads(Uploads::Pass);
    let kiosk = tablet.start().await;
    kiosk.rate_and_skip(5).await;
    let balance = Balance::settle(&kiosk, &collector, PATIENCE).await;
    let thanked = witness.thanked();
    let (lost, doubled) = lost_and_doubled(&balance.events, &thanked);
    trial.count(thanked.len() as u64, lost + balance.lost(), doubled + balance.doubled());
    assert_eq!(balance.journal.queued, 0, "everything is drained");
    assert!(notice.contains("存储"), "the warning stood: {notice}");
    trial.pass();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_and_a_second_place_words_hold_nobody_up() {
    let release = Release::with_storage_that_breaks();
    for engine in Engine::ALL {
        let mut trial =
            Trial::begin_in(engine.name(), 9, "neither a database nor a second place", "answers thanked for");
        let collector = Collector::start().await;
        let site = Site::start(&collector, &release).await;
        let kiosk = open_kiosk(engine, &site.page()).await;
        trial.browser(&kiosk.browser.version().await);
        kiosk.rate_and_skip(5).await;
        kiosk.browser.run(BREAK, vec![]).await;
        kiosk.go_to(&site.page()).await;
        kiosk.see_ready().await;
        let mut thanked = Vec::new();
        for (level, words) in [(1, "排队太久"), (4, "还可以")] {
            kiosk.rate(level).await;
            kiosk.write_comment(words).await;
            kiosk.submit().await;
            kiosk.see_thanks().await;
            thanked.push(words.to_owned());
            kiosk.leave_thanks().await;
        }
        kiosk.see_on_root("data-storage", "refuge").await;
        let notice = kiosk.text("notice").await;
        // They are in the memory of a page and its keeper, and would go with it. Here it outlasts the trouble.
        site.take_uploads();
        kiosk.browser.run(MEND, vec![]).await;
        let delivered = in_time(UNTIL_JOINED, async || {
            let (lost, _) = lost_and_doubled(&collector.events().await, &thanked);
            if lost == 0 { Ok(()) } else { Err(format!("{lost} are missing")) }
        })
        .await;
        let (lost, doubled) = lost_and_doubled(&collector.events().await, &thanked);
        trial.count(thanked.len() as u64, lost, doubled);
        assert!(notice.contains("存储"), "the warning stood: {notice}");
        assert_eq!(delivered, Ok(()));
        trial.pass();
    }
}
