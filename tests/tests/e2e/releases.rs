//! Releases come, come broken, come halfway and go back: the first screen always stands, no page gets files of two
//! releases, and no answer is lost or doubled.

use std::time::{Duration, Instant};

use candor_core::health::release_number;
use candor_tests::balance::Balance;
use candor_tests::browser::{Browser, Engine, Launch};
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk, open_kiosk_in};
use candor_tests::release::{Release, Start, WORKER};
use candor_tests::responses::responses;
use candor_tests::site::{Fault, Site};
use candor_tests::trial::{NO_SECOND_LIFE, Trial};
use candor_tests::wait::{PATIENCE, until, until_within};
use serde_json::{Value, json};

/// How long a release has to start, as `sw.js` has it.
const TRIAL: Duration = Duration::from_secs(15);
/// What two cores that also compile may need on top of it.
const MARGIN: Duration = Duration::from_secs(15);

/// What the pages say of what they are made of. Style sheets and the manager speak only once the door is open.
const TAGS: &str = r#"
if (document.readyState !== "complete") return { said: {}, folders: [] };
const { page, kiosk, switch: switched, manager } = document.documentElement.dataset;
const sheet = getComputedStyle(document.getElementById("manager")).getPropertyValue("--release").trim();
const folders = performance.getEntriesByType("resource").map((entry) => entry.name.match(/release-[0-9a-f]{16}/)?.[0]);
return {
  said: { page, kiosk, switch: switched, manager, sheet: sheet || undefined, survey: document.getElementById("hint").textContent },
  folders: [...new Set(folders.filter(Boolean))],
};
"#;

/// Why a page may still be of another release: what it, the workers and their notes say of themselves.
const REASONS: &str = r#"
const [done] = arguments;
const part = (name) => document.getElementById(name)?.dataset ?? {};
const note = caches.match(new URL("./state.json", location.href), { cacheName: "candor-state" })
  .then((answer) => answer?.json());
Promise.all([navigator.serviceWorker.getRegistration(), note, caches.keys()])
  .then(([registration, note, kept]) => done({
    root: { ...document.documentElement.dataset }, kiosk: { ...part("kiosk") },
    workers: ["installing", "waiting", "active"].map((role) => `${role}: ${registration?.[role]?.state}`),
    note, kept, age_ms: Math.round(performance.now()),
  }))
  .catch((fault) => done(String(fault)));
"#;

const ASK_A_WORKER: &str = r#"
const [address, done] = arguments;
const worker = new Worker(address, { type: "module" });
worker.onmessage = ({ data }) => done(data);
worker.onerror = () => done("failed");
"#;

const LOOK_FOR_A_RELEASE: &str = r#"
const [done] = arguments;
navigator.serviceWorker.getRegistration()
  .then((registration) => registration.update())
  .then(() => done("looked"), (fault) => done(String(fault)));
"#;

const REST: &str = "dispatchEvent(new Event('visibilitychange'))";

const WORKERS: &str = r#"
const [done] = arguments;
navigator.serviceWorker.getRegistration().then((registration) => done({
  installing: Boolean(registration.installing), waiting: Boolean(registration.waiting), active: registration.active?.state ?? null,
}));
"#;

const IN_SERVICE: &str = r#"
const [done] = arguments;
caches.match(new URL("./state.json", location.href), { cacheName: "candor-state" })
  .then((answer) => answer?.json())
  .then((state) => done(state ?? {}), (fault) => done(String(fault)));
"#;

const KEPT_RELEASES: &str = r#"
const [done] = arguments;
caches.keys().then((names) => done(names.filter((name) => name.startsWith("candor-release-")).sort()));
"#;

/// What a driver of another browser than Chromium has no words for.
const BY_DEVTOOLS: &str = "It needs DevTools: the quota is set.";

/// As the story found it there.
const NOT_FOUND_AGAIN: &str = "After an installation that failed, WebKit's driven session does not look at the same \
                               release again within half a minute.";

/// One tablet, its site and its collector, and what customers have told it so far.
struct Story {
    collector: Collector,
    site: Site,
    kiosk: Kiosk,
    rated: Vec<u64>,
    installed: u32,
    trial: Trial,
}

impl Story {
    /// The kiosk of a release that has started, and is kept on the tablet.
    async fn begin(name: &str, launch: Launch, release: &Release) -> Self {
        let mut trial = Trial::begin_in(launch.engine.name(), 11, name, "answers");
        let collector = Collector::start().await;
        let site = Site::start(&collector, release).await;
        let kiosk = open_kiosk_in(launch, &site.page()).await;
        trial.browser(&kiosk.browser.version().await);
        let mut story = Self { collector, site, kiosk, rated: Vec::new(), installed: 1, trial };
        story.kiosk.see_kept_for_offline().await;
        story.see_in_service(release).await;
        // Its page came from the network, before there was a worker to bring it.
        story.open_again().await;
        story.see_whole(release).await;
        story.rate(1).await;
        story
    }

    /// Loads the page anew. By its address: geckodriver's reload passes the service worker by.
    async fn open_again(&self) {
        self.kiosk.go_to(&self.site.page()).await;
    }

    /// One customer, from the first screen to the first screen.
    async fn rate(&mut self, level: u8) {
        self.kiosk.see_ready().await;
        self.kiosk.rate_and_skip(level).await;
        self.rated.push(level.into());
    }

    /// The first screen stands and works, and everything on it is of this release.
    async fn see_whole(&self, release: &Release) {
        self.kiosk.see_ready().await;
        self.kiosk.see_first_screen().await;
        until(&format!("a page of {} and of nothing else", release.tag), async || {
            let seen = self.kiosk.browser.run(TAGS, vec![]).await;
            let is_whole = ["page", "kiosk", "switch", "survey"].iter().all(|part| seen["said"][part] == *release.tag);
            if is_whole && seen["folders"] == json!([release.name]) { Ok(()) } else { Err(seen.to_string()) }
        })
        .await;
    }

    /// The door opens, and what is behind it is of this release as well.
    async fn see_manager_of(&self, release: &Release) {
        self.kiosk.knock().await;
        self.kiosk.see("unlock").await;
        until(&format!("a manager of {}", release.tag), async || {
            let seen = self.kiosk.browser.run(TAGS, vec![]).await;
            let tag = release.tag.as_str();
            let is_whole = seen["said"]["manager"] == tag && seen["said"]["sheet"] == tag;
            if is_whole && seen["folders"] == json!([release.name]) { Ok(()) } else { Err(seen.to_string()) }
        })
        .await;
    }

    async fn look_for_a_release(&self) -> Value {
        self.kiosk.browser.run_until_called_back(LOOK_FOR_A_RELEASE, vec![]).await
    }

    async fn see_workers(&self, what: &str, is_expected: impl Fn(&Value) -> bool) {
        until(what, async || {
            let workers = self.kiosk.browser.run_until_called_back(WORKERS, vec![]).await;
            if is_expected(&workers) { Ok(()) } else { Err(workers.to_string()) }
        })
        .await;
    }

    /// The site has this release, and the tablet has fetched it; the page is still of the one before.
    async fn install(&mut self, release: &Release) {
        self.installed += 1;
        self.site.offer(release);
        self.look_for_a_release().await;
        self.see_workers("a release that waits", |workers| workers["waiting"] == true).await;
    }

    /// The site has this release; the tablet tries to fetch it and gives up.
    async fn fail_to_install(&self, release: &Release) {
        self.site.offer(release);
        self.look_for_a_release().await;
        let nothing_new = |workers: &Value| workers["installing"] == false && workers["waiting"] == false;
        self.see_workers("the installation to fail", nothing_new).await;
    }

    /// Nobody is there; the clock goes on, as far as the kiosk can tell.
    async fn let_it_rest(&self) {
        self.kiosk.browser.run(REST, vec![]).await;
    }

    /// As [`Self::let_it_rest`], until the page is another: one that has only begun may not know yet that a release
    /// waits. No oftener than the page itself would: each time may load it once more.
    async fn rest_until_page(&self, what: &str, is_there: impl Fn(&str) -> bool) {
        const EVERY: Duration = Duration::from_secs(5);
        let browser = &self.kiosk.browser;
        let mut rested: Option<Instant> = None;
        until(what, async || {
            let tag = self.tag_of_page().await?;
            if is_there(&tag) {
                return Ok(());
            }
            if rested.is_none_or(|rested| rested.elapsed() >= EVERY) {
                rested = Some(Instant::now());
                browser.client.execute(REST, vec![]).await.map_err(|fault| fault.to_string())?;
            }
            Err(format!("{tag}; {:?}", browser.try_until_called_back(REASONS, vec![]).await))
        })
        .await;
    }

    /// Which release's page stands; a page that goes just now has no answer.
    async fn tag_of_page(&self) -> Result<String, String> {
        let tag = self.kiosk.browser.client.execute("return document.documentElement.dataset.page ?? 'none'", vec![]);
        tag.await.map(|tag| tag.as_str().unwrap_or_default().to_owned()).map_err(|fault| fault.to_string())
    }

    /// The change to a release that waits.
    async fn switch_to(&self, release: &Release) {
        self.rest_until_page(&format!("the change to {}", release.tag), |tag| tag == release.tag).await;
        self.see_whole(release).await;
        self.see_in_service(release).await;
    }

    /// The worker of this release answers, and has heard that it has started.
    async fn see_in_service(&self, release: &Release) {
        self.see_verdict(release, "started").await;
    }

    async fn see_verdict(&self, release: &Release, verdict: &str) {
        until_within(TRIAL + MARGIN, &format!("{} to have {verdict}", release.tag), async || {
            let state = self.kiosk.browser.run_until_called_back(IN_SERVICE, vec![]).await;
            let is_so = state["release"] == release.name.as_str() && state["verdict"] == verdict;
            if is_so { Ok(()) } else { Err(state.to_string()) }
        })
        .await;
    }

    /// The journal says, once, that this release did not start.
    async fn see_told(&self, release: &Release) {
        until("the finding in the journal", async || {
            let entries = Journal::read(&self.kiosk.browser).await.entries;
            let told = entries.iter().filter(|(event, _)| event.data["finding"] == "release-failed");
            let told: Vec<_> = told.map(|(event, _)| event.data["count"].as_u64()).collect();
            if told == [release_number(&release.name)] { Ok(()) } else { Err(format!("{told:?}")) }
        })
        .await;
    }

    async fn see_kept(&self, releases: &[&Release]) {
        let mut wanted: Vec<String> = releases.iter().map(|release| format!("candor-{}", release.name)).collect();
        wanted.sort();
        until("the releases that are kept", async || {
            let kept = self.kiosk.browser.run_until_called_back(KEPT_RELEASES, vec![]).await;
            if kept == json!(wanted) { Ok(()) } else { Err(kept.to_string()) }
        })
        .await;
    }

    /// Every answer is in the journal, then at the collector, once and in its order.
    async fn end(mut self) {
        let journal = Journal::read(&self.kiosk.browser).await;
        self.site.take_uploads();
        self.open_again().await;
        self.kiosk.see_ready().await;
        let balance = Balance::settle(&self.kiosk, &self.collector, PATIENCE).await;
        // Of each level as many as customers gave: fewer are lost, more are doubled.
        let delivered = ratings(&balance.events);
        let beyond = |had: &[u64], other: &[u64]| -> usize {
            let times = |list: &[u64], level: u64| list.iter().filter(|other| **other == level).count();
            (1..=5).map(|level| times(had, level).saturating_sub(times(other, level))).sum()
        };
        let lost = beyond(&self.rated, &delivered) as u64 + balance.lost();
        let doubled = beyond(&delivered, &self.rated) as u64 + balance.doubled();
        self.trial.count(self.rated.len() as u64, lost, doubled);
        self.trial.figure("releases installed", self.installed);
        assert_eq!(ratings(&journal.entries), self.rated, "the journal has what customers said");
        assert_eq!(journal.queued, journal.entries.len(), "nothing had been sent yet, and all of it was to be");
        assert_eq!(balance.journal.queued, 0, "everything is sent");
        assert_eq!(ratings(&balance.events), self.rated, "so does the collector");
        self.trial.pass();
    }
}

fn ratings(entries: &[(candor_core::event::Event, Option<candor_core::chain::PersonalText>)]) -> Vec<u64> {
    responses(entries).iter().map(|response| response.rating).collect()
}

fn chromium() -> Launch {
    Launch::of(Engine::Chromium)
}

/// One after the other, as the machine is small.
async fn in_every_engine(story: impl AsyncFn(Engine)) {
    for engine in Engine::ALL {
        story(engine).await;
    }
}

#[test]
fn a_release_is_named_by_what_it_holds() {
    let mut built = Release::built();
    let name = built.name.clone();
    built.seal();
    assert_eq!(built.name, name, "sealed again, it has the same name");
    assert_ne!(Release::tagged("a").name, Release::tagged("b").name);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_release_comes_between_two_customers() {
    in_every_engine(be_changed_between_two_customers).await;
}

async fn be_changed_between_two_customers(engine: Engine) {
    let (a, b) = (Release::tagged("a"), Release::tagged("b"));
    let mut story = Story::begin("a release that comes while a customer answers", Launch::of(engine), &a).await;
    story.kiosk.rate(2).await;
    story.install(&b).await;
    story.let_it_rest().await;
    story.kiosk.write_comment("太慢").await;
    story.kiosk.submit().await;
    story.kiosk.see_thanks().await;
    story.rated.push(2);
    // The thanks go by the clock, and with them the release.
    story.see_whole(&b).await;
    story.see_in_service(&b).await;
    story.see_kept(&[&a, &b]).await;
    story.rate(5).await;
    story.see_manager_of(&b).await;
    story.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_does_not_come_whole_is_not_installed() {
    for engine in [Engine::Chromium, Engine::Firefox] {
        refuse_what_is_not_whole(engine).await;
    }
}

async fn refuse_what_is_not_whole(engine: Engine) {
    let a = Release::tagged("a");
    let mut story = Story::begin(
        "releases that do not come whole: a portal, a server that dies, files altered or missing",
        Launch::of(engine),
        &a,
    )
    .await;
    story.trial.not_in(&[(Engine::WebKit, NOT_FOUND_AGAIN)]);
    let faults = [
        Fault::Portal,
        Fault::DiesAfter(3),
        Fault::Altered("kiosk_bg.wasm"),
        Fault::Altered("index.html"),
        Fault::Missing("manager_bg.wasm"),
    ];
    for (fault, level) in faults.into_iter().zip(1..) {
        // Another each time: what has come right of one stays, and is not fetched from the fault again.
        let b = Release::tagged(&format!("b{level}"));
        story.site.set_fault(fault.clone());
        story.fail_to_install(&b).await;
        // A portal's page instead of the worker ends it before; an altered page is met before any file of the folder.
        let is_met_earlier = [Fault::Portal, Fault::Altered("index.html")].contains(&fault);
        assert_eq!(story.site.asked().is_empty(), is_met_earlier, "{fault:?} is met: {:?}", story.site.asked());
        story.let_it_rest().await;
        story.open_again().await;
        story.see_whole(&a).await;
        story.rate(level).await;
    }
    let c = Release::tagged("c");
    story.site.set_fault(Fault::Missing("manager_bg.wasm"));
    story.fail_to_install(&c).await;
    story.site.set_fault(Fault::None);
    story.install(&c).await;
    let asked = story.site.asked();
    assert!(!asked.iter().any(|path| path.ends_with("kiosk.js")), "what has come is not fetched again: {asked:?}");
    story.switch_to(&c).await;
    story.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_during_an_installation_leaves_the_old_release() {
    let (a, b) = (Release::tagged("a"), Release::tagged("b"));
    let profile = tempfile::tempdir().unwrap();
    let launch = Launch { profile: Some(profile.path().join("profile")), ..chromium() };
    let mut story = Story::begin("a kill while a release is installed", launch.clone(), &a).await;
    story.trial.not_in(&[(Engine::WebKit, NO_SECOND_LIFE)]);
    story.site.set_fault(Fault::Stuck("manager_bg.wasm"));
    story.site.offer(&b);
    story.look_for_a_release().await;
    story.site.see_asked("manager_bg.wasm").await;
    story.kiosk.browser.kill();
    story.site.stop();

    story.kiosk = open_kiosk_in(launch, &story.site.page()).await;
    story.see_whole(&a).await;
    story.rate(2).await;
    story.site.set_fault(Fault::None);
    story.site.start_again();
    story.install(&b).await;
    story.switch_to(&b).await;
    story.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_right_after_a_switch_leaves_a_release_that_starts_without_a_network() {
    let (a, b) = (Release::tagged("a"), Release::tagged("b"));
    let profile = tempfile::tempdir().unwrap();
    let launch = Launch { profile: Some(profile.path().join("profile")), ..chromium() };
    let mut story =
        Story::begin("a kill right after the change to a release, then no network", launch.clone(), &a).await;
    story.trial.not_in(&[(Engine::WebKit, NO_SECOND_LIFE)]);
    story.install(&b).await;
    story.switch_to(&b).await;
    story.kiosk.browser.kill();
    story.site.stop();

    // Chromium may have lost the newest cache by then.
    story.kiosk = open_kiosk_in(launch, &story.site.page()).await;
    let tag = story.tag_of_page().await.unwrap();
    println!("killed right after the switch from a to b, it starts with {tag}");
    story.see_whole(if tag == "a" { &a } else { &b }).await;
    story.rate(2).await;
    story.site.start_again();
    story.open_again().await;
    story.see_whole(&b).await;
    story.see_in_service(&b).await;
    story.rate(3).await;
    story.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_without_room_for_a_release_keeps_the_old_one() {
    let (a, b) = (Release::tagged("a"), Release::tagged("b"));
    let mut story = Story::begin("no room for a release", chromium(), &a).await;
    story.trial.only_in_chromium(BY_DEVTOOLS);
    let set_quota = async |browser: &Browser, spare: Option<u64>| {
        let used = "const [done] = arguments; navigator.storage.estimate().then(({ usage }) => done(usage))";
        let used = browser.run_until_called_back(used, vec![]).await.as_u64().unwrap();
        let origin = browser.run("return location.origin", vec![]).await;
        let quota =
            spare.map_or(json!({ "origin": origin }), |spare| json!({ "origin": origin, "quotaSize": used + spare }));
        browser.devtools("Storage.overrideQuotaForOrigin", quota).await;
    };
    set_quota(&story.kiosk.browser, Some(400_000)).await;
    story.fail_to_install(&b).await;
    story.see_kept(&[&a]).await;
    story.open_again().await;
    story.see_whole(&a).await;
    story.rate(4).await;
    set_quota(&story.kiosk.browser, None).await;
    story.install(&b).await;
    story.switch_to(&b).await;
    story.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_note_was_cut_short_still_brings_the_page() {
    let a = Release::tagged("a");
    let mut story = Story::begin("a worker's note cut short", chromium(), &a).await;
    story.trial.only_in_chromium("It needs DevTools: the worker is stopped.");
    let spoil = r#"
        const [done] = arguments;
        const note = new URL("./state.json", location.href);
        caches.open("candor-state").then((cache) => cache.put(note, new Response('{"release":"rel'))).then(() => done());
    "#;
    story.kiosk.browser.run_until_called_back(spoil, vec![]).await;
    // What it has in mind goes with it.
    story.kiosk.browser.devtools("ServiceWorker.enable", json!({})).await;
    story.kiosk.browser.devtools("ServiceWorker.stopAllWorkers", json!({})).await;
    story.site.stop();
    story.open_again().await;
    story.see_whole(&a).await;
    story.rate(4).await;
    story.site.start_again();
    story.see_in_service(&a).await;
    story.end().await;
}

/// Who has to notice that a release does not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    /// The release's worker, by itself.
    Worker,
    /// Its page, since the browser has stopped the worker meanwhile.
    Page,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_does_not_start_gives_way_to_the_one_before() {
    tokio::join!(
        fall_back_from(Engine::Chromium, Start::Trap, Watch::Page),
        fall_back_from(Engine::Chromium, Start::Never, Watch::Worker),
        fall_back_from(Engine::Chromium, Start::White, Watch::Worker),
    );
}

async fn fall_back_from(engine: Engine, start: Start, watch: Watch) {
    let (a, c) = (Release::tagged("a"), Release::tagged("c"));
    let b = Release::starting("b", start);
    let name = match start {
        Start::Trap => "a release whose wasm traps",
        Start::Never => "a release that never comes to anything",
        Start::White => "a release with an empty page",
        Start::Well => "a release that starts",
    };
    let mut story = Story::begin(name, Launch::of(engine), &a).await;
    story.install(&b).await;
    story.rest_until_page(&format!("the page of a release that starts {start:?}"), |tag| tag != "a").await;
    let begun = Instant::now();
    if watch == Watch::Page {
        story.kiosk.browser.devtools("ServiceWorker.enable", json!({})).await;
        story.kiosk.browser.devtools("ServiceWorker.stopAllWorkers", json!({})).await;
    }
    let mut early = None;
    if start != Start::White {
        // Somebody comes just then: the tap is kept, and recorded by the release that starts.
        story.kiosk.rate(3).await;
        early = Some(3);
    }
    until_within(TRIAL + MARGIN, "the release before", async || match story.tag_of_page().await {
        Ok(tag) if tag == "a" => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    let back_after = format!("{:.1}", begun.elapsed().as_secs_f64());
    story.trial.figure("seconds until the release before was back", back_after);
    story.trial.figure("noticed by", format!("{watch:?}").to_lowercase());
    story.rated.extend(early);
    story.see_whole(&a).await;
    story.see_verdict(&b, "failed").await;

    // It is not tried again, not even by a start of the page.
    story.open_again().await;
    story.see_whole(&a).await;
    story.rate(2).await;
    story.see_told(&b).await;
    story.see_manager_of(&a).await;
    story.open_again().await;
    story.install(&c).await;
    story.switch_to(&c).await;
    story.see_kept(&[&a, &c]).await;
    story.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_that_is_cut_short_three_times_has_failed() {
    in_every_engine(cut_a_trial_short).await;
}

async fn cut_a_trial_short(engine: Engine) {
    let (a, b) = (Release::tagged("a"), Release::starting("b", Start::Never));
    let mut story = Story::begin("a start that is cut short three times", Launch::of(engine), &a).await;
    story.install(&b).await;
    story.rest_until_page("the page of b", |tag| tag == "b").await;
    for _ in 0..2 {
        story.open_again().await;
        assert_eq!(story.tag_of_page().await.unwrap(), "b");
    }
    story.open_again().await;
    story.see_whole(&a).await;
    story.rate(2).await;
    story.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_release_comes_back_into_service() {
    in_every_engine(go_back).await;
}

async fn go_back(engine: Engine) {
    let (a, b) = (Release::tagged("a"), Release::tagged("b"));
    let mut story = Story::begin("a downgrade", Launch::of(engine), &a).await;
    story.install(&b).await;
    story.switch_to(&b).await;
    story.rate(2).await;
    story.install(&a).await;
    story.switch_to(&a).await;
    story.see_kept(&[&a, &b]).await;
    story.rate(3).await;
    story.see_manager_of(&a).await;
    story.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_keeps_its_release_while_others_come_and_go() {
    in_every_engine(keep_a_page).await;
}

async fn keep_a_page(engine: Engine) {
    let (a, b, c) = (Release::tagged("a"), Release::tagged("b"), Release::tagged("c"));
    let mut story = Story::begin("a page that stays while releases come and go", Launch::of(engine), &a).await;
    // Somebody stands at the first page and takes long; the second is nobody's.
    story.kiosk.rate(4).await;
    let client = story.kiosk.browser.client.clone();
    let first = client.window().await.unwrap();
    let second = client.new_window(true).await.unwrap().handle;
    client.switch_to_window(second.clone()).await.unwrap();
    story.kiosk.go_to(&story.site.page()).await;
    story.see_whole(&a).await;
    for release in [&b, &c] {
        story.install(release).await;
        story.switch_to(release).await;
    }
    story.see_kept(&[&a, &b, &c]).await;

    client.switch_to_window(first).await.unwrap();
    story.site.stop();
    let worker = json!(format!("./{}/{WORKER}", a.name));
    assert_eq!(story.kiosk.browser.run_until_called_back(ASK_A_WORKER, vec![worker]).await, "a");
    story.see_manager_of(&a).await;
    story.open_again().await;
    story.see_whole(&c).await;
    story.see_kept(&[&b, &c]).await;
    story.site.start_again();
    story.rated.push(4);
    story.rate(5).await;
    story.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kiosk_starts_cold_without_a_network() {
    let a = Release::tagged("a");
    let profile = tempfile::tempdir().unwrap();
    let launch = Launch { profile: Some(profile.path().join("profile")), ..chromium() };
    let mut story = Story::begin("a cold start without a network", launch.clone(), &a).await;
    story.trial.not_in(&[(Engine::WebKit, NO_SECOND_LIFE)]);
    story.site.stop();
    story.kiosk.browser.kill();
    story.kiosk = open_kiosk_in(launch, &story.site.page()).await;
    story.see_whole(&a).await;
    story.rate(3).await;
    story.see_manager_of(&a).await;
    story.site.start_again();
    story.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_in_firefox() {
    fall_back_in(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_in_webkit() {
    fall_back_in(Engine::WebKit).await;
}

/// One after the other: two cores are few for three browsers that each wait for a clock.
async fn fall_back_in(engine: Engine) {
    for start in [Start::Trap, Start::Never, Start::White] {
        fall_back_from(engine, start, Watch::Worker).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_built_app_is_served_from_the_folder_of_its_release() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    let folders = kiosk.browser.run(TAGS, vec![]).await["folders"].clone();
    assert_eq!(folders, json!([Release::built().name]));
}
