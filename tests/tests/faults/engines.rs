//! What each engine has of what the app uses, asked in the running engine, and what the kiosk does where it is missing.

use candor_tests::balance::Balance;
use candor_tests::browser::{Engine, Launch};
use candor_tests::collector::Collector;
use candor_tests::kiosk::{open_kiosk, open_kiosk_in};
use candor_tests::release::Release;
use candor_tests::site::Site;
use candor_tests::trial::{Ability, Trial};
use serde_json::{Value, json};

/// As `abilities.js` names it, as the table does, and what the kiosk does without.
const ABILITIES: [(&str, &str, &str); 13] = [
    (
        "sync-handles",
        "OPFS files with synchronous handles, in a worker",
        "there is no second place: what a browser wipes before it was delivered is gone, and that it was wiped only a receiver's numbers tell",
    ),
    ("strict", "strict durability of IndexedDB", "a power cut may take what the system had not yet written"),
    ("persisted", "`navigator.storage.persist`", "the browser may clear the site under pressure of storage"),
    (
        "estimate",
        "`navigator.storage.estimate`",
        "nothing is pruned before the quota is reached, and the manager sees no figure",
    ),
    (
        "locks",
        "Web Locks, with `steal`, in a worker",
        "each tab delivers by itself; the receiver keeps each event once",
    ),
    (
        "channel",
        "BroadcastChannel",
        "other tabs and the manager hear of no news; the kiosk's own keeper hears of each answer directly",
    ),
    ("compression", "CompressionStream", "batches travel as they are"),
    (
        "service-worker",
        "service worker",
        "the page needs its server to be loaded, and releases come as the server has them",
    ),
    (
        "module-worker",
        "module workers",
        "the keeper does not start: answers are recorded and are not delivered, and while sealing is on, words are not stored",
    ),
    ("wake-lock", "screen wake lock", "not used: a kiosk's screen is kept on by its system"),
    ("keepalive", "`keepalive` of fetch", "not used: what was not delivered is queued"),
    ("driver", "the driver freezes, crashes or limits pages (DevTools)", "stories that need it run in Chromium alone"),
    ("profile", "the driver keeps a profile for the next life", "stories of kills and power cuts cannot be told"),
];

/// Of these, what a worker is asked.
const IN_A_WORKER: [&str; 4] = ["sync-handles", "locks", "channel", "compression"];
/// In the release's folder.
const WORKER: &str = "ability-worker.js";

#[tokio::test(flavor = "multi_thread")]
async fn each_engine_says_what_it_has() {
    for engine in Engine::ALL {
        ask(engine).await;
    }
}

async fn ask(engine: Engine) {
    let mut trial = Trial::begin_in(engine.name(), 0, "what the engine has of what the app uses", "events");
    let collector = Collector::start().await;
    let mut release = Release::built();
    release.add(&format!("{}/{WORKER}", release.name), include_str!("../../src/ability-worker.js"));
    release.seal();
    let site = Site::start(&collector, &release).await;
    site.take_uploads();
    let kiosk = open_kiosk(engine, &site.page()).await;
    trial.browser(&kiosk.browser.version().await);
    kiosk.see_kept_for_offline().await;
    kiosk.rate_and_skip(4).await;
    kiosk.see_everything_sent().await;
    Balance::take(&kiosk, &collector).await.count_into(&mut trial, &[]);
    let worker = json!(format!("./{}/{WORKER}", release.name));
    let script = include_str!("../../src/abilities.js");
    let answers = kiosk.browser.run_until_called_back(script, vec![worker, json!(IN_A_WORKER)]).await;
    let of_page = |key: &str| {
        let pairs = answers.as_array().into_iter().flatten();
        pairs.filter(|pair| pair[0] == key).find_map(|pair| pair[1].as_str().map(str::to_owned))
    };
    for (key, name, without) in ABILITIES {
        let answer = match key {
            "driver" => {
                said(kiosk.browser.try_devtools("Browser.getVersion", Value::Object(Default::default())).await.is_ok())
            }
            "profile" => keeps_a_profile(engine, &collector.page()).await,
            key => of_page(key).unwrap_or_else(|| panic!("{engine:?} was not asked for {key}: {answers}")),
        };
        println!("    {name}: {answer}");
        trial.ability(Ability { name: name.to_owned(), answer, without: without.to_owned() });
    }
    trial.pass();
}

/// Leaves a word in one life of the browser and looks for it in the next.
async fn keeps_a_profile(engine: Engine, page: &str) -> String {
    let folder = tempfile::tempdir().expect("the system has room for a profile");
    let launch = Launch { profile: Some(folder.path().join("profile")), ..Launch::of(engine) };
    let first = open_kiosk_in(launch.clone(), page).await;
    first.browser.run("localStorage.setItem('ability', 'kept')", vec![]).await;
    drop(first);
    let second = open_kiosk_in(launch, page).await;
    said(second.browser.run("return localStorage.getItem('ability')", vec![]).await == "kept")
}

fn said(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}
