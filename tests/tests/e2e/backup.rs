//! A tablet is backed up, breaks, and another takes its place: nothing is lost, nothing doubled.

use std::path::{Path, PathBuf};

use candor_core::chain::PersonalText;
use candor_tests::browser::Engine;
use candor_tests::cli::verified;
use candor_tests::collector::Collector;
use candor_tests::dice::Dice;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::responses::responses;
use candor_tests::wait::until;
use serde_json::json;

const PASSPHRASE: &str = "seven quiet herons";
const KEY_PASSPHRASE: &str = "a lock for words only";
const CLEAR: &str = "窗口的人很耐心。";
const SEALED: &str = "她说下午再来，我等了两个小时。";

/// Responses that take both the back-up and its restore a while.
const MANY: usize = 5_000;
/// Looks at each frame that is drawn whether a progress is shown, and keeps what it says: its value, its end, its words.
const WATCH: &str = "
const [what] = arguments;
const seen = window.candorProgress = [];
const look = () => {
  const shown = document.querySelector(`[data-testid=${what}-progress]`);
  const bar = shown?.querySelector('progress[value]');
  if (bar && shown.getClientRects().length > 0 && seen.at(-1)?.[0] !== bar.value) {
    seen.push([bar.value, bar.max, shown.textContent]);
  }
  requestAnimationFrame(look);
};
look();
";

#[tokio::test(flavor = "multi_thread")]
async fn a_large_journal_s_backup_and_restore_show_how_far_they_have_come() {
    let collector = Collector::start().await;
    let first = open_kiosk(Engine::Chromium, &collector.page()).await;
    first.record_early_taps(MANY, &mut Dice::new(7)).await;
    first.open_manager_and_choose_a_pin().await;
    let total = first.see_counts("all of them", |counts| counts.recorded > MANY as u64).await.recorded;
    let drive = tempfile::tempdir().unwrap();
    first.browser.run(WATCH, vec![json!("backup")]).await;
    let backup = back_up(&first, drive.path()).await;
    check_progress(&first, total).await;
    first.see_no("backup-progress").await;
    drop(first);

    let second = open_kiosk(Engine::Chromium, &collector.page()).await;
    second.open_manager_and_choose_a_pin().await;
    second.tap("tab-settings").await;
    open_backup(&second, &backup).await;
    second.browser.run(WATCH, vec![json!("restore")]).await;
    assert_eq!(put_back(&second).await, (total, 0, 0));
    check_progress(&second, total).await;
    second.see_no("restore-progress").await;
}

/// It was drawn several times on the way, each time further, with the end in sight and with words.
async fn check_progress(kiosk: &Kiosk, total: u64) {
    let seen = kiosk.browser.run("return window.candorProgress", vec![]).await;
    let told: Vec<(u64, u64, &str)> = seen
        .as_array()
        .into_iter()
        .flatten()
        .map(|told| (told[0].as_f64().unwrap() as u64, told[1].as_f64().unwrap() as u64, told[2].as_str().unwrap()))
        .collect();
    let on_the_way = told.iter().filter(|(done, ..)| (1..total).contains(done)).count();
    assert!(on_the_way >= 2, "it was seen to go on: {told:?}");
    assert!(told.is_sorted_by(|a, b| a.0 < b.0), "it only grows: {told:?}");
    assert!(told.iter().all(|(_, end, words)| *end == total && words.contains(char::is_numeric)), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tablet_takes_over_from_a_backup() {
    let mut collector = Collector::start().await;
    let broken = open_kiosk(Engine::Chromium, &collector.page()).await;
    broken.rate_and_say(2, CLEAR).await;
    broken.see_everything_sent().await;
    broken.open_manager_and_choose_a_pin().await;
    seal_words(&broken).await;
    // What follows is on the first tablet alone when it breaks.
    collector.stop();
    broken.lock_manager().await;
    broken.rate_and_say(2, SEALED).await;
    broken.open_manager().await;
    let recorded = broken.read_counts().await.recorded;
    // The browser's own folder goes with the browser.
    let drive = tempfile::tempdir().unwrap();
    let backup = back_up(&broken, drive.path()).await;
    drop(broken);

    collector.start_again().await;
    let other = open_kiosk(Engine::Chromium, &collector.page()).await;
    other.open_manager_and_choose_a_pin().await;
    refuse_to_open(&other, &backup).await;
    let before = other.read_counts().await.recorded;
    open_backup(&other, &backup).await;
    assert!(!is_ticked(&other).await, "it has a token of its own already, from the trial");
    other.tap("restore-records").await;
    assert_eq!(put_back(&other).await, (recorded, 0, 0));
    assert_eq!(restore(&other, &backup).await, (0, recorded, 0), "a second restore adds nothing");
    let counts = other.see_counts("everything delivered", |counts| counts.queued == 0).await;
    // Once more the settings: whose they are now.
    assert!(counts.recorded >= before + recorded, "{counts:?}");
    assert_eq!(counts.quarantined, 0);

    let events = until("every event at the collector", async || {
        let (counts, events) = (other.read_counts().await, collector.events().await);
        let is_agreed = counts.queued == 0 && events.len() as u64 == counts.recorded;
        if is_agreed { Ok(events) } else { Err(format!("{counts:?}, {} events", events.len())) }
    })
    .await;
    // Every id once, as the reading of responses makes sure.
    let said: Vec<_> = responses(&events).into_iter().map(|response| response.comment).collect();
    assert_eq!(said, [CLEAR, ""]);
    let sealed = events.iter().filter(|(_, text)| matches!(text, Some(PersonalText::Sealed { .. }))).count();
    assert_eq!(sealed, 1, "one story was told under seal");

    open_the_sealed_words(&other).await;
    let export = export_jsonl(&other).await;
    verified(&export);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_past_is_not_taken_for_one_s_own() {
    let collector = Collector::start().await;
    let first = open_kiosk(Engine::Chromium, &collector.page()).await;
    for level in 1..=5 {
        first.rate_and_skip(level).await;
    }
    first.open_manager_and_choose_a_pin().await;
    let drive = tempfile::tempdir().unwrap();
    let backup = back_up(&first, drive.path()).await;
    drop(first);

    let second = open_kiosk(Engine::Chromium, &collector.page()).await;
    second.open_manager_and_choose_a_pin().await;
    second.see_counts("its own delivered", |counts| counts.queued == 0).await;
    second.tap("tab-settings").await;
    // Without settings nothing of its own is recorded: the batch, and the receipt, are of the first tablet alone.
    open_backup(&second, &backup).await;
    let (added, ..) = put_back(&second).await;
    second.see_counts("what was restored delivered", |counts| counts.recorded > added && counts.queued == 0).await;
    second.lock_manager().await;
    second.rate_and_skip(4).await;
    let entries = Journal::read(&second.browser).await.entries;
    let odd: Vec<_> = entries.iter().filter(|(event, _)| event.epoch > 1 || event.kind == "health.reported").collect();
    assert!(odd.is_empty(), "its own past goes on as it was: {odd:?}");
}

/// The endpoint knows the two tablets as two: what the first has sent is not taken with the second one's token.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_restored_and_is_refused_holds_nothing_up_and_is_kept() {
    let mut collector = Collector::start().await;
    let token = collector.enrol("the first one");
    let first = open_kiosk(Engine::Chromium, &collector.page()).await;
    first.see_kept_for_offline().await;
    // Nothing has been sent yet: the source is bound to whoever sends it first.
    collector.stop();
    first.open_manager_and_choose_a_pin().await;
    first.tap("tab-settings").await;
    first.type_into("token", &token).await;
    first.save_settings().await;
    first.lock_manager().await;
    for level in [1, 2] {
        first.rate_and_skip(level).await;
    }
    collector.start_again().await;
    first.open_manager().await;
    first.tap("tab-sync").await;
    first.tap("sync-now").await;
    first.see_counts("everything delivered", |counts| counts.queued == 0).await;
    let drive = tempfile::tempdir().unwrap();
    let backup = back_up(&first, drive.path()).await;
    drop(first);

    let second = open_kiosk(Engine::Chromium, &collector.page()).await;
    second.rate_and_skip(5).await;
    second.see_everything_sent().await;
    second.open_manager_and_choose_a_pin().await;
    second.tap("tab-settings").await;
    open_backup(&second, &backup).await;
    assert!(!is_ticked(&second).await, "it has settings of its own");
    let (added, ..) = put_back(&second).await;
    second.tap("tab-sync").await;
    let see_kept = async || {
        second.see_attribute("sync-state", "data-why", "foreign").await;
        let counts = second.see_counts("only those left", |counts| counts.queued == added).await;
        assert_eq!(counts.quarantined, 0);
    };
    see_kept().await;
    second.lock_manager().await;
    second.rate_and_skip(4).await;
    second.open_manager().await;
    second.tap("tab-sync").await;
    see_kept().await;
    second.tap("sync-now").await;
    see_kept().await;
    second.reload().await;
    second.see_ready().await;
    second.rate_and_skip(3).await;
    second.open_manager().await;
    second.tap("tab-sync").await;
    see_kept().await;
    let ratings: Vec<_> = responses(&collector.events().await).into_iter().map(|response| response.rating).collect();
    assert_eq!(ratings, [1, 2, 5, 4, 3], "the first one's came from itself, the second one's went on");
    second.tap("tab-results").await;
    verified(&export_jsonl(&second).await);
}

async fn seal_words(kiosk: &Kiosk) {
    kiosk.tap("tab-settings").await;
    kiosk.see_attribute("sealing", "data-state", "off").await;
    kiosk.type_into("sealing-passphrase", KEY_PASSPHRASE).await;
    kiosk.type_into("sealing-again", KEY_PASSPHRASE).await;
    kiosk.tap("make-key").await;
    kiosk.see_attribute("sealing", "data-state", "on").await;
}

async fn back_up(kiosk: &Kiosk, drive: &Path) -> PathBuf {
    kiosk.tap("tab-settings").await;
    kiosk.type_into("backup-passphrase", PASSPHRASE).await;
    kiosk.type_into("backup-again", PASSPHRASE).await;
    kiosk.tap("backup").await;
    kiosk.see_attribute("backup-result", "data-ok", "true").await;
    let kept = drive.join("tablet.candor");
    std::fs::copy(kiosk.downloaded("candor").await, &kept).unwrap();
    kept
}

async fn refuse_to_open(kiosk: &Kiosk, backup: &Path) {
    kiosk.tap("tab-settings").await;
    kiosk.choose_file("restore-file", backup).await;
    kiosk.type_into("restore-passphrase", "not this passphrase").await;
    kiosk.tap("restore").await;
    kiosk.see_attribute("restore-result", "data-ok", "false").await;
    kiosk.see_attribute("restore-result", "data-added", "0").await;
}

/// Added, known, refused.
async fn restore(kiosk: &Kiosk, backup: &Path) -> (u64, u64, u64) {
    open_backup(kiosk, backup).await;
    put_back(kiosk).await
}

async fn open_backup(kiosk: &Kiosk, backup: &Path) {
    kiosk.choose_file("restore-file", backup).await;
    kiosk.replace("restore-passphrase", PASSPHRASE).await;
    kiosk.tap("restore").await;
    kiosk.see("restore-header").await;
}

/// Whether settings and token would be taken over.
async fn is_ticked(kiosk: &Kiosk) -> bool {
    kiosk.browser.run("return document.querySelector('[data-testid=restore-records]').checked", vec![]).await == true
}

async fn put_back(kiosk: &Kiosk) -> (u64, u64, u64) {
    kiosk.tap("restore").await;
    kiosk.see_no("restore-header").await;
    kiosk.see_attribute("restore-result", "data-ok", "true").await;
    let mut counted = [0; 3];
    for (count, name) in counted.iter_mut().zip(["data-added", "data-known", "data-refused"]) {
        *count = kiosk.attribute("restore-result", name).await.unwrap().parse().unwrap();
    }
    let [added, known, refused] = counted;
    (added, known, refused)
}

async fn open_the_sealed_words(kiosk: &Kiosk) {
    kiosk.tap("tab-results").await;
    assert!(!kiosk.read_comments().await.concat().contains(SEALED), "it is shut");
    kiosk.type_into("unseal", KEY_PASSPHRASE).await;
    kiosk.tap("open-comments").await;
    until("the sealed words on the screen", async || {
        let comments = kiosk.read_comments().await.concat();
        if comments.contains(SEALED) && comments.contains(CLEAR) { Ok(()) } else { Err(comments) }
    })
    .await;
}

async fn export_jsonl(kiosk: &Kiosk) -> PathBuf {
    kiosk.export("jsonl").await;
    kiosk.downloaded("jsonl").await
}
