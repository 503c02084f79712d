//! What the keeper does behind the customers' backs, and what the manager and the endpoint hear of it.

use std::path::Path;
use std::process::Command;

use candor_core::chain::PersonalText;
use candor_core::event::Event;
use candor_tests::browser::Engine;
use candor_tests::cli::{candor, verified};
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::Proxy;
use candor_tests::release::Release;
use candor_tests::responses::responses;
use candor_tests::site::{Fault, Site};
use candor_tests::tablet::{Backend, Tablet};
use candor_tests::wait::until;
use serde_json::{Value, json};

const DAY_MS: i64 = 86_400_000;
/// A page that lives so many milliseconds before its time.
const LIVE_EARLIER: &str = "{ const Now = Date; const shift = -EARLIER; \
    Date = class extends Now { constructor(...parts) { super(...(parts.length ? parts : [Now.now() + shift])); } \
    static now() { return Now.now() + shift; } }; }";
/// Everything that this origin has stored where a script can read it.
const EVERYTHING: &str = r#"
const [done] = arguments;
const files = async () => {
  const folder = await navigator.storage.getDirectory();
  const texts = [];
  for await (const [name, handle] of folder.entries()) texts.push(name, await (await handle.getFile()).text());
  return texts;
};
const database = () => new Promise((resolve) => {
  const opening = indexedDB.open("candor");
  opening.onsuccess = () => {
    const names = [...opening.result.objectStoreNames];
    const transaction = opening.result.transaction(names, "readonly");
    const reads = names.map((name) => transaction.objectStore(name).getAll());
    transaction.oncomplete = () => { opening.result.close(); resolve(reads.map((read) => read.result)); };
  };
});
Promise.all([database(), files()]).then((all) => done(JSON.stringify([all, { ...localStorage }])), (fault) => done(String(fault)));
"#;
const PUT_RECORD: &str = r#"
const [name, value, done] = arguments;
const opening = indexedDB.open("candor");
opening.onsuccess = () => {
  const transaction = opening.result.transaction(["records"], "readwrite");
  transaction.objectStore("records").put(value, name);
  transaction.oncomplete = () => { opening.result.close(); done(true); };
};
"#;

const SECRET: &str = "经理和他的表弟说了这件事";
const PHONE: &str = "13812345678";
const KEY_PASSPHRASE: &str = "a lock for words only";

#[tokio::test(flavor = "multi_thread")]
async fn under_pressure_only_what_is_acknowledged_and_old_is_cut_down_to_its_hashes() {
    let collector = Collector::start().await;
    let release = Release::with_a_gauge();
    let mut site = Site::start(&collector, &release).await;
    site.take_uploads();
    let kiosk = open_kiosk(Engine::Chromium, &site.page()).await;
    kiosk.see_kept_for_offline().await;
    let script = LIVE_EARLIER.replace("EARLIER", &(500 * DAY_MS).to_string());
    let added = kiosk.browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    start_again(&kiosk).await;
    for level in [1, 2, 3] {
        kiosk.rate_and_skip(level).await;
    }
    kiosk.see_everything_sent().await;
    let delivered = Journal::read(&kiosk.browser).await.entries;
    site.stop();
    kiosk.rate_and_skip(4).await;
    let identifier = json!({ "identifier": added["identifier"] });
    kiosk.browser.devtools("Page.removeScriptToEvaluateOnNewDocument", identifier).await;
    start_again(&kiosk).await;
    kiosk.rate_and_skip(5).await;
    let before = Journal::read(&kiosk.browser).await;
    assert!(before.pruned.is_empty() && before.queued == 4, "{} queued", before.queued);

    let set_gauge = "const [done] = arguments; caches.open('test-gauge').then(() => done(true));";
    kiosk.browser.run_until_called_back(set_gauge, vec![]).await;
    start_again(&kiosk).await;
    let journal = see_pruned(&kiosk, &places(&delivered)).await;
    let kept: Vec<_> = journal.entries.iter().filter(|(event, _)| event.kind != "erased").cloned().collect();
    assert_eq!(kept, before.entries[delivered.len()..], "what nobody has acknowledged stays, however old");

    site.start_again();
    kiosk.browser.run("dispatchEvent(new Event('online'))", vec![]).await;
    kiosk.see_everything_sent().await;
    start_again(&kiosk).await;
    // By now the fourth customer's answer is acknowledged, and as old.
    see_pruned(&kiosk, &places(&before.entries[..delivered.len() + 2])).await;
    kiosk.open_manager_and_choose_a_pin().await;
    let counts = kiosk.see_counts("everything delivered", |counts| counts.queued == 0).await;
    let stored = collector.events().await;
    assert_eq!(stored.len() as u64, counts.recorded, "the endpoint has all of it whole");
    let erased: Vec<u64> = of_kind(&stored, "erased").iter().filter_map(|event| event.data["count"].as_u64()).collect();
    assert_eq!(erased, [6, 2], "each time an event says so");
    kiosk.tap("tab-results").await;
    kiosk.export("jsonl").await;
    println!("{}", verified(&kiosk.downloaded("jsonl").await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_and_right_again_is_told_to_the_manager_and_the_endpoint() {
    for engine in Engine::ALL {
        move_the_clock(engine).await;
    }
}

async fn move_the_clock(engine: Engine) {
    println!("in {}", engine.name());
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(engine, &proxy.page()).await;
    kiosk.rate_and_skip(5).await;
    kiosk.see_everything_sent().await;
    let told = async |finding: &str, off_s: u64| {
        until(finding, async || {
            let events = collector.events().await;
            let newest = findings(&events).pop().unwrap_or_default();
            let is_told = newest.0 == finding && newest.2.abs_diff(off_s) <= 5;
            if is_told { Ok(()) } else { Err(format!("{newest:?}")) }
        })
        .await;
    };
    for (clock_s, finding, off_s) in [(-7_000, "clock-fast", 7_000), (400, "clock-slow", 400), (0, "clock-right", 0)] {
        proxy.set_clock(clock_s);
        kiosk.rate_and_skip(4).await;
        told(finding, off_s).await;
        kiosk.see_everything_sent().await;
    }
    kiosk.rate_and_skip(3).await;
    kiosk.see_everything_sent().await;
    let told: Vec<_> = findings(&collector.events().await).into_iter().map(|(finding, ..)| finding).collect();
    assert_eq!(told, ["clock-fast", "clock-slow", "clock-right"], "each change once");
    kiosk.open_manager_and_choose_a_pin().await;
    see_findings(&kiosk, &["clock-right", "clock-slow", "clock-fast"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_has_more_than_the_tablet_begins_a_new_epoch() {
    let collector = Collector::start().await;
    let folder = tempfile::tempdir().unwrap();
    let [profile, earlier] = ["profile", "earlier"].map(|name| folder.path().join(name));
    let tablet = Tablet { profile: profile.clone(), backend: Backend::LevelDb, page: collector.page() };
    let live = async |levels: &[u8]| {
        let kiosk = tablet.start().await;
        for level in levels {
            kiosk.rate_and_skip(*level).await;
            kiosk.see_everything_sent().await;
        }
        kiosk
    };
    live(&[5, 5]).await.browser.kill();
    copy(&profile, &earlier);
    live(&[4, 4]).await.browser.kill();
    let known = collector.events().await.len();
    // As from an image of the whole disk: the second place knows no more than the database.
    std::fs::remove_dir_all(&profile).unwrap();
    copy(&earlier, &profile);

    let kiosk = tablet.start().await;
    kiosk.rate_and_skip(1).await;
    let about = until("the finding at the collector", async || {
        let events = collector.events().await;
        let cut = findings(&events).into_iter().find(|(finding, ..)| finding == "store-cut");
        cut.ok_or_else(|| format!("{} events", events.len()))
    })
    .await;
    assert_eq!(about.1, (1, known as u64), "as far as the receiver had it");
    kiosk.rate_and_skip(2).await;
    let (journal, stored) = until("everything delivered", async || {
        let (journal, stored) = (Journal::read(&kiosk.browser).await, collector.events().await);
        let stands = format!("{} queued, {:?} refused", journal.queued, journal.refused);
        if journal.queued + journal.quarantined == 0 { Ok((journal, stored)) } else { Err(stands) }
    })
    .await;
    let of_second: Vec<_> = journal.entries.iter().filter(|(event, _)| event.epoch == 2).cloned().collect();
    assert!(of_second.iter().any(|(event, _)| event.data["value"] == 2), "{of_second:?}");
    assert!(of_second.iter().all(|entry| stored.contains(entry)), "the new epoch is delivered");
    // What was recorded before anybody could know has numbers that are taken: it was linked once more, and is delivered
    // in the new epoch.
    let taken: Vec<_> = journal.entries.iter().filter(|entry| !stored.contains(entry)).collect();
    assert!(!taken.is_empty() && taken.iter().all(|old| journal.further.iter().any(|new| new.0.is_same_as(&old.0))));
    assert!(journal.further.iter().all(|entry| entry.0.epoch == 2 && stored.contains(entry)));
    println!("{} events had numbers that the receiver knew", taken.len());
    let mut ratings: Vec<_> = responses(&stored).into_iter().map(|response| response.rating).collect();
    ratings.sort_unstable();
    assert_eq!(ratings, [1, 2, 4, 4, 5, 5], "every thanked answer once");
    kiosk.open_manager_and_choose_a_pin().await;
    see_findings(&kiosk, &["store-cut"]).await;
    kiosk.see("loss").await;
    let counts = kiosk.see_counts("all acknowledged", |counts| counts.queued + counts.quarantined == 0).await;
    assert_eq!(counts.recorded, counts.acknowledged);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_that_does_not_start_is_started_again() {
    let collector = Collector::start().await;
    let app = Release::built();
    for missing in ["keeper.js", "keeper_bg.wasm"] {
        let site = Site::start(&collector, &app).await;
        site.take_uploads();
        site.set_fault(Fault::Missing(missing));
        let kiosk = open_kiosk(Engine::Chromium, &site.page()).await;
        site.see_asked(missing).await;
        site.set_fault(Fault::None);
        kiosk.rate_and_skip(4).await;
        kiosk.see_everything_sent().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_that_comes_upon_a_bug_starts_again_and_keeps_the_taps() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.rate_and_skip(5).await;
    kiosk.see_everything_sent().await;
    kiosk.browser.run("window.isOld = true; window.candor.startAgain();", vec![]).await;
    kiosk.rate(2).await;
    until("a page that was started again", async || {
        let is_old = kiosk.browser.client.execute("return window.isOld ?? false", vec![]).await.ok();
        if is_old == Some(json!(false)) { Ok(()) } else { Err(format!("{is_old:?}")) }
    })
    .await;
    kiosk.see_ready().await;
    kiosk.see_everything_sent().await;
    let ratings: Vec<_> = responses(&collector.events().await).into_iter().map(|response| response.rating).collect();
    assert_eq!(ratings, [5, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_receiver_has_lost_is_sent_again_and_nothing_twice() {
    for engine in Engine::ALL {
        lose_at_the_receiver(engine).await;
    }
}

async fn lose_at_the_receiver(engine: Engine) {
    println!("in {}", engine.name());
    let mut collector = Collector::start().await;
    let kiosk = open_kiosk(engine, &collector.page()).await;
    kiosk.rate_and_skip(5).await;
    kiosk.see_everything_sent().await;
    collector.stop();
    let yesterday = collector.copy_store();
    collector.start_again().await;
    for level in [1, 2, 3] {
        kiosk.rate_and_skip(level).await;
    }
    kiosk.see_everything_sent().await;
    collector.stop();
    collector.put_back_store(&yesterday);
    collector.start_again().await;
    assert_eq!(collector.events().await.len(), 2);
    kiosk.rate_and_skip(4).await;
    until("the collector to have all again", async || {
        let (mut stored, journal) = (collector.events().await, Journal::read(&kiosk.browser).await);
        stored.sort_by_key(|(event, _)| (event.epoch, event.seq));
        let both = format!("{} of {}, {} queued", stored.len(), journal.entries.len(), journal.queued);
        if stored == journal.entries && journal.queued == 0 { Ok(()) } else { Err(both) }
    })
    .await;
    let ratings: Vec<_> = responses(&collector.events().await).into_iter().map(|response| response.rating).collect();
    assert_eq!(ratings.len(), 5, "{ratings:?}");
}

/// Behind the open door: from now on words are sealed.
async fn make_a_key(kiosk: &Kiosk) {
    kiosk.tap("tab-settings").await;
    for field in ["sealing-passphrase", "sealing-again"] {
        kiosk.type_into(field, KEY_PASSPHRASE).await;
    }
    kiosk.tap("make-key").await;
    kiosk.see_attribute("sealing", "data-state", "on").await;
}

/// A keeper that seals nothing until it is told to.
const DEAF_TO_WORDS: &str = r#"
window.isDeaf = true;
const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (words) { if (!isDeaf || !words.startsWith("seal ")) postMessage.call(this, words); };
"#;

#[tokio::test(flavor = "multi_thread")]
async fn words_that_wait_for_their_key_hold_nobody_up() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.open_manager_and_choose_a_pin().await;
    make_a_key(&kiosk).await;
    kiosk.lock_manager().await;
    kiosk.browser.run(DEAF_TO_WORDS, vec![]).await;
    kiosk.rate(2).await;
    kiosk.write_comment(SECRET).await;
    kiosk.submit().await;
    kiosk.see("not-saved").await;
    kiosk.tap("done").await;
    kiosk.rate_and_skip(5).await;
    let details = async || {
        let entries = Journal::read(&kiosk.browser).await.entries;
        entries
            .into_iter()
            .filter(|(event, _)| event.kind == "rating.detailed")
            .map(|(_, text)| text)
            .collect::<Vec<_>>()
    };
    assert_eq!(details().await, [None], "the one who came later is done");
    kiosk.browser.run("window.isDeaf = false", vec![]).await;
    let words = until("the words in the journal", async || match details().await.as_slice() {
        [None, words] => Ok(words.clone()),
        other => Err(format!("{other:?}")),
    })
    .await;
    assert!(matches!(words, Some(PersonalText::Sealed { .. })), "{words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_words_lie_nowhere_in_clear_and_open_with_the_passphrase() {
    let mut collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.open_manager_and_choose_a_pin().await;
    make_a_key(&kiosk).await;
    kiosk.tap("export-key").await;
    let key = kiosk.downloaded("json").await;
    kiosk.lock_manager().await;
    kiosk.see_everything_sent().await;

    // Undelivered, it lies in the second place as well.
    collector.stop();
    kiosk.rate_and_say(2, SECRET).await;
    let lies = until("the event in the second place", async || {
        let lies = kiosk.browser.run_until_called_back(EVERYTHING, vec![]).await;
        let lies = lies.as_str().unwrap_or_default().to_owned();
        // Once in the outbox's events, once in the file, where it stands escaped.
        if lies.matches("rating.detailed").count() >= 2 { Ok(lies) } else { Err(lies) }
    })
    .await;
    assert!(!lies.contains(SECRET), "{lies}");
    collector.start_again().await;
    kiosk.browser.run("dispatchEvent(new Event('online'))", vec![]).await;
    kiosk.see_everything_sent().await;
    let events = collector.events().await;
    let text = events.iter().find_map(|(_, text)| text.clone());
    assert!(matches!(text, Some(PersonalText::Sealed { .. })), "{text:?}");

    kiosk.open_manager().await;
    kiosk.tap("tab-results").await;
    kiosk.export("jsonl").await;
    let export = kiosk.downloaded("jsonl").await;
    assert!(!std::fs::read_to_string(&export).unwrap().contains(SECRET));
    verified(&export);
    let passphrase = export.with_extension("passphrase");
    std::fs::write(&passphrase, KEY_PASSPHRASE).unwrap();
    let arguments: [&std::ffi::OsStr; 6] = [
        "open".as_ref(),
        export.as_ref(),
        "--key".as_ref(),
        key.as_ref(),
        "--passphrase-file".as_ref(),
        passphrase.as_ref(),
    ];
    let opened = candor(&arguments);
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    assert!(String::from_utf8_lossy(&opened.stdout).contains(SECRET));
    kiosk.type_into("unseal", KEY_PASSPHRASE).await;
    kiosk.tap("open-comments").await;
    until("the words on the screen", async || {
        let comments = kiosk.read_comments().await.concat();
        if comments.contains(SECRET) { Ok(()) } else { Err(comments) }
    })
    .await;
    kiosk.lock_manager().await;
    collector.stop();
    for (path, bytes) in collector.copy_store() {
        let lies = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!lies, "{} has the words", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_not_kept_under_a_key_that_cannot_be_used_and_the_manager_hears_of_it() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    let damaged = vec![json!("named:sealing"), json!("{\"public\":\"no key\"}")];
    kiosk.browser.run_until_called_back(PUT_RECORD, damaged).await;
    start_again(&kiosk).await;
    kiosk.rate_and_say(2, SECRET).await;
    kiosk.see_everything_sent().await;
    let events = collector.events().await;
    assert_eq!(responses(&events).iter().map(|response| response.comment.as_str()).collect::<Vec<_>>(), [""]);
    assert_eq!(findings(&events), [("sealing-damaged".to_owned(), (0, 0), 1)]);
    let lies = kiosk.browser.run_until_called_back(EVERYTHING, vec![]).await;
    assert!(!lies.as_str().unwrap_or_default().contains(SECRET), "{lies}");
    kiosk.open_manager_and_choose_a_pin().await;
    see_findings(&kiosk, &["sealing-damaged"]).await;
    kiosk.see("loss").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_in_words_are_masked_unless_the_owner_says_otherwise() {
    for engine in Engine::ALL {
        mask(engine).await;
    }
}

async fn mask(engine: Engine) {
    println!("in {}", engine.name());
    let collector = Collector::start().await;
    let kiosk = open_kiosk(engine, &collector.page()).await;
    kiosk.rate_and_say(2, &format!("请打{PHONE}给我")).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    kiosk.tap("mask").await;
    kiosk.save_settings().await;
    kiosk.lock_manager().await;
    kiosk.rate_and_say(2, &format!("再打{PHONE}给我")).await;
    kiosk.see_everything_sent().await;
    let said: Vec<_> = responses(&collector.events().await).into_iter().map(|response| response.comment).collect();
    assert_eq!(said.len(), 2);
    assert!(said[0].starts_with("请打") && said[0].ends_with("给我") && !said[0].contains("138"), "{said:?}");
    assert_eq!(said[1], format!("再打{PHONE}给我"));
}

/// The page loads anew and its keeper has taken office.
async fn start_again(kiosk: &Kiosk) {
    kiosk.reload().await;
    kiosk.see_ready().await;
}

fn places(entries: &[(Event, Option<PersonalText>)]) -> Vec<(u64, u64)> {
    entries.iter().map(|(event, _)| (u64::from(event.epoch), event.seq)).collect()
}

async fn see_pruned(kiosk: &Kiosk, expected: &[(u64, u64)]) -> Journal {
    until(&format!("{} events cut down", expected.len()), async || {
        let journal = Journal::read(&kiosk.browser).await;
        let is_told = journal.entries.iter().any(|(event, _)| event.kind == "erased");
        if journal.pruned == expected && is_told { Ok(journal) } else { Err(format!("{:?}", journal.pruned)) }
    })
    .await
}

fn of_kind<'a>(entries: &'a [(Event, Option<PersonalText>)], kind: &str) -> Vec<&'a Event> {
    entries.iter().map(|(event, _)| event).filter(|event| event.kind == kind).collect()
}

/// What the tablet has found: the name, the place that it is about, how much.
fn findings(entries: &[(Event, Option<PersonalText>)]) -> Vec<(String, (u64, u64), u64)> {
    let number = |data: &Value, name: &str| data[name].as_u64().unwrap_or_default();
    let found = of_kind(entries, "health.reported").into_iter().map(|Event { data, .. }| {
        let name = data["finding"].as_str().unwrap_or_default().to_owned();
        (name, (number(data, "epoch"), number(data, "seq")), number(data, "count"))
    });
    found.collect()
}

/// What the health screen lists, newest first, each with words.
async fn see_findings(kiosk: &Kiosk, expected: &[&str]) {
    kiosk.tap("tab-health").await;
    let script = "return [...document.querySelectorAll('[data-testid=finding]')].map((item) => [item.dataset.finding, item.textContent])";
    let listed = until("the findings on the health screen", async || {
        let listed = kiosk.browser.run(script, vec![]).await;
        let names: Vec<_> = listed.as_array().into_iter().flatten().filter_map(|item| item[0].as_str()).collect();
        if names == expected { Ok(listed.clone()) } else { Err(listed.to_string()) }
    })
    .await;
    println!("{listed}");
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([from, to]).status().unwrap();
    assert!(copied.success());
}
