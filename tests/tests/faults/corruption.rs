//! Fault 10: the browser's store is damaged, cut or gone. Each wipe is noticed, and what no endpoint had acknowledged is
//! delivered from the second place.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use candor_tests::balance::{Balance, lost_and_doubled};
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::dice::Dice;
use candor_tests::journal::Journal;
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::tablet::{Backend, Tablet, files_in};
use candor_tests::trial::{NO_SECOND_LIFE, Trial};
use candor_tests::wait::in_time;
use candor_tests::witness::Witness;

/// Times for each kind of damage and each backend, small and full.
const ROUNDS: (usize, usize) = (1, 10);
/// Customers thanked before the network goes, and after.
const CUSTOMERS: usize = 15;
const PATIENCE: Duration = Duration::from_secs(90);
/// A store that was harmed is found out sooner.
const UNHARMED_AFTER: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Damage {
    /// 64 random bytes in the middle of the largest file.
    RandomBytes,
    /// 64 random bytes over the words of an answer that waits, wherever they lie.
    AnAnswer,
    /// The largest file cut in half.
    CutInHalf,
    /// The whole folder of IndexedDB removed. The second place stays, which "clear site data" would take as well.
    Removed,
}

#[tokio::test(flavor = "multi_thread")]
async fn random_bytes_in_the_store_are_noticed_and_nothing_is_lost() {
    check(Damage::RandomBytes, "64 random bytes in the middle of the store").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_bytes_in_an_answer_that_waits_lose_nothing() {
    check(Damage::AnAnswer, "64 random bytes in an answer that waits").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_cut_in_half_is_noticed_and_nothing_is_lost() {
    check(Damage::CutInHalf, "the store cut in half").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_gone_is_noticed_and_nothing_is_lost() {
    check(Damage::Removed, "the store removed").await;
}

async fn check(damage: Damage, name: &str) {
    check_in(&Backend::ALL, damage, name).await;
    check_in(&[Backend::Firefox], damage, name).await;
}

async fn check_in(backends: &[Backend], damage: Damage, name: &str) {
    let mut trial = Trial::begin_in(backends[0].engine().name(), 10, name, "answers thanked for");
    trial.not_in(&[(Engine::WebKit, NO_SECOND_LIFE)]);
    let mut findings = Vec::new();
    let (mut harmed, mut unharmed) = (0, 0);
    for backend in backends.iter().copied() {
        trial.store(backend);
        for _ in 0..trial.size.of(ROUNDS.0, ROUNDS.1) {
            let found = damage_one_tablet(&mut trial, backend, damage).await;
            harmed += 1;
            unharmed += u32::from(found.is_empty());
            findings.extend(found);
        }
    }
    findings.sort();
    findings.dedup();
    trial.figure("stores damaged", harmed);
    if unharmed > 0 {
        trial.figure("of them without harm: the journal was whole", unharmed);
    }
    trial.figure("findings reported", findings.join(", "));
    trial.pass();
}

/// Damages the store of one tablet; gives what it reports of it.
async fn damage_one_tablet(trial: &mut Trial, backend: Backend, damage: Damage) -> Vec<String> {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let witness = Witness::start().await;
    let folder = tempfile::tempdir().expect("the system has room for a profile");
    let tablet = Tablet { profile: folder.path().join("profile"), backend, page: proxy.page() };
    let kiosk = tablet.start().await;
    trial.browser(&kiosk.browser.version().await);
    kiosk.let_a_crowd_in("before", &witness, Duration::ZERO).await;
    witness.see_thanked(CUSTOMERS, PATIENCE).await;
    kiosk.see_the_crowd_off().await;
    kiosk.see_drained(PATIENCE).await;
    proxy.set_uploads(Uploads::Down);
    let before = witness.thanked().len();
    kiosk.let_a_crowd_in("after", &witness, Duration::ZERO).await;
    witness.see_thanked(before + CUSTOMERS, PATIENCE).await;
    kiosk.see_the_crowd_off().await;
    // Between `complete` and the flush of the second place an event stands in one place only (ADR 14).
    tokio::time::sleep(Duration::from_millis(300)).await;
    // One that ends as it should writes its log into the database, whose pages have no checksums.
    if damage != Damage::AnAnswer {
        kiosk.browser.kill();
    }
    drop(kiosk);

    trial.see_store(&tablet);
    harm(&tablet, damage, &mut trial.dice);
    proxy.set_uploads(Uploads::Pass);
    let kiosk = tablet.start().await;
    let begun = Instant::now();
    let noticed = in_time(PATIENCE, async || {
        let events = collector.events().await;
        let reported = events.iter().filter(|(event, _)| event.kind == "health.reported");
        let findings: Vec<String> =
            reported.filter_map(|(event, _)| event.data["finding"].as_str().map(str::to_owned)).collect();
        let (lost, _) = lost_and_doubled(&events, &witness.thanked());
        let is_noticed = findings.iter().any(|finding| finding.starts_with("store-"));
        // A database has room that it does not use: what is damaged there harms nobody, and nobody can notice it.
        let can_miss = matches!(damage, Damage::RandomBytes | Damage::CutInHalf);
        let is_unharmed = lost == 0 && can_miss && begun.elapsed() > UNHARMED_AFTER && {
            let journal = Journal::read_damaged(&kiosk.browser).await;
            journal.is_some_and(|journal| Balance { journal, events: events.clone() }.is_whole())
        };
        let is_right = lost == 0 && is_noticed || is_unharmed;
        if is_right { Ok(()) } else { Err(format!("{findings:?}, {lost} are missing")) }
    })
    .await;
    if let Err(seen) = noticed {
        fail(trial, &collector, &witness, &format!("no finding with everything there: {seen}")).await;
    }
    // The tablet is in service again.
    let before = witness.thanked().len();
    kiosk.let_a_crowd_in("again", &witness, Duration::ZERO).await;
    witness.see_thanked(before + 1, PATIENCE).await;
    kiosk.see_the_crowd_off().await;
    let thanked = witness.thanked();
    let delivered = in_time(PATIENCE, async || {
        let journal = Journal::read_damaged(&kiosk.browser).await;
        let can_be_read = journal.is_some();
        let balance = Balance { journal: journal.unwrap_or_default(), events: collector.events().await };
        let findings: Vec<String> = balance.findings().into_iter().map(str::to_owned).collect();
        // A database that is damaged for good may keep its queue: all of that is delivered from the second place.
        let is_drained = can_be_read && balance.journal.queued == 0 || findings.iter().any(|is| is == "store-unusable");
        let (lost, _) = lost_and_doubled(&balance.events, &thanked);
        let missing = lost + balance.lost();
        if is_drained && missing == 0 {
            Ok((balance, findings))
        } else {
            Err(format!("{findings:?}, {missing} are missing"))
        }
    })
    .await;
    let (balance, findings) = match delivered {
        Ok(delivered) => delivered,
        Err(seen) => fail(trial, &collector, &witness, &format!("not delivered: {seen}")).await,
    };
    let (lost, doubled) = lost_and_doubled(&balance.events, &thanked);
    trial.count(thanked.len() as u64, lost + balance.lost(), doubled + balance.doubled());
    // Chance writes no event with a hash that fits.
    assert!(!findings.iter().any(|finding| finding == "store-rewritten"), "somebody is accused: {findings:?}");
    findings
}

/// Ends the trial with what the collector has by then.
async fn fail(trial: &mut Trial, collector: &Collector, witness: &Witness, why: &str) -> ! {
    let thanked = witness.thanked();
    let (lost, doubled) = lost_and_doubled(&collector.events().await, &thanked);
    trial.fail((thanked.len() as u64, lost, doubled), why);
}

/// Where the browser keeps the databases of the kiosk's origin.
fn store_of(tablet: &Tablet) -> PathBuf {
    match tablet.backend {
        Backend::LevelDb | Backend::Sqlite => tablet.profile.join("Default/IndexedDB"),
        Backend::Firefox => {
            let origin = tablet.page.trim_end_matches('/').replace(['/', ':'], "+");
            tablet.profile.join("storage/default").join(origin).join("idb")
        }
    }
}

fn harm(tablet: &Tablet, damage: Damage, dice: &mut Dice) {
    let store = store_of(tablet);
    if damage == Damage::Removed {
        return fs::remove_dir_all(store).expect("the store can be removed");
    }
    let mut files = files_in(&store);
    let mut put_noise = |bytes: &mut [u8]| bytes.iter_mut().take(64).for_each(|byte| *byte = dice.number() as u8);
    if damage == Damage::AnAnswer {
        let words = format!("after-{}", CUSTOMERS / 2);
        let mut count = 0;
        for file in files {
            let mut bytes = fs::read(&file).expect("a file can be read");
            let places: Vec<usize> = places_of(words.as_bytes(), &bytes);
            count += places.len();
            for place in &places {
                put_noise(&mut bytes[*place..]);
            }
            fs::write(file, bytes).expect("a file can be written");
        }
        assert!(count > 0, "the words lie in the store as they are");
        return;
    }
    files.sort_by_key(|file| fs::metadata(file).map(|file| file.len()).unwrap_or_default());
    let largest = files.last().expect("a store has files");
    let mut bytes = fs::read(largest).expect("a file can be read");
    let middle = bytes.len() / 2;
    match damage {
        Damage::CutInHalf => bytes.truncate(middle),
        _ => put_noise(&mut bytes[middle..]),
    }
    fs::write(largest, bytes).expect("a file can be written");
}

/// Where these bytes stand, as they are or as every second one of UTF-16.
fn places_of(words: &[u8], bytes: &[u8]) -> Vec<usize> {
    let wide: Vec<u8> = words.iter().flat_map(|byte| [*byte, 0]).collect();
    let of = |wanted: &[u8]| -> Vec<usize> {
        let windows = bytes.windows(wanted.len()).enumerate();
        windows.filter(|(_, window)| *window == wanted).map(|(place, _)| place).collect()
    };
    [of(words), of(&wide)].concat()
}
