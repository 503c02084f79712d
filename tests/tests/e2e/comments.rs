//! A manager reads comments: looks for words, follows a theme, sees what decided, and arranges the themes.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::Proxy;
use candor_tests::remarks;
use candor_tests::wait::until;
use serde_json::{Value, json};

/// Remarks read while long tasks are counted: enough for some ten slices.
const MANY: usize = 300;
/// A task over this is a long one: the page's own measure, <https://w3c.github.io/longtasks/>.
const LONG_MS: f64 = 50.0;

/// The comments on the screen.
async fn read_remarks(kiosk: &Kiosk) -> Vec<String> {
    let script =
        "return [...document.querySelectorAll('[data-testid=remark-words]')].map((words) => words.textContent)";
    serde_json::from_value(kiosk.browser.run(script, vec![]).await).unwrap()
}

async fn see_remarks(kiosk: &Kiosk, expected: &[&str]) {
    until(&format!("{expected:?} listed"), async || {
        let listed = read_remarks(kiosk).await;
        if listed == expected { Ok(()) } else { Err(format!("{listed:?}")) }
    })
    .await;
}

/// The words that are marked, by class.
async fn read_marks(kiosk: &Kiosk, class: &str) -> Vec<String> {
    let script = "return [...document.querySelectorAll(`[data-testid=remark-words] .${arguments[0]}`)]
                  .map((mark) => mark.textContent)";
    serde_json::from_value(kiosk.browser.run(script, vec![json!(class)]).await).unwrap()
}

async fn see_nothing_on_its_way(kiosk: &Kiosk) {
    until("the step to be stored", async || {
        let is_busy =
            kiosk.browser.run("return document.querySelector('[data-testid=themes-undo]').disabled", vec![]).await;
        if is_busy == json!(false) { Ok(()) } else { Err("busy".to_owned()) }
    })
    .await;
}

async fn names_of_changes(kiosk: &Kiosk) -> Vec<Value> {
    let journal = Journal::read(&kiosk.browser).await;
    let events = journal.entries.into_iter().map(|(event, _)| event);
    events.filter(|event| event.kind == "settings.changed").map(|event| event.data["changed"].clone()).collect()
}

const WAIT: &str = "排队太久了，态度差";
const CLEAN: &str = "大厅很干净，护士很耐心";
const WIFI: &str = "ＷｉＦｉ太慢了";

#[tokio::test(flavor = "multi_thread")]
async fn comments_are_found_explained_and_arranged_by_theme() {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(Engine::Chromium, &proxy.page()).await;
    for (level, comment) in [(1, WAIT), (5, CLEAN), (2, WIFI)] {
        kiosk.rate_and_say(level, comment).await;
    }
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-comments").await;
    see_remarks(&kiosk, &[WIFI, CLEAN, WAIT]).await;
    assert!(read_marks(&kiosk, "m-mark-bad").await.iter().any(|words| words.contains('差')));
    assert!(read_marks(&kiosk, "m-mark-good").await.iter().any(|words| words.contains("干净")));

    kiosk.type_into("search", "wifi").await;
    see_remarks(&kiosk, &[WIFI]).await;
    assert_eq!(read_marks(&kiosk, "m-mark-found").await, ["ＷｉＦｉ"], "whatever its case and width");
    kiosk.replace("search", "护士 耐心").await;
    see_remarks(&kiosk, &[CLEAN]).await;
    kiosk.replace("search", "").await;

    kiosk.choose("sentiment-asked", "good").await;
    see_remarks(&kiosk, &[CLEAN]).await;
    kiosk.choose("sentiment-asked", "*").await;
    kiosk.choose("score-asked", "1").await;
    see_remarks(&kiosk, &[WAIT]).await;
    kiosk.choose("score-asked", "*").await;

    kiosk.tap("theme-attitude").await;
    see_remarks(&kiosk, &[CLEAN, WAIT]).await;
    kiosk.tap("theme-attitude").await;
    see_remarks(&kiosk, &[WIFI, CLEAN, WAIT]).await;

    kiosk.tap("arrange-attitude").await;
    kiosk.type_into("theme-name", "窗口服务").await;
    kiosk.tap("theme-rename").await;
    until("the new name", async || {
        let shown = kiosk.text("theme-attitude").await;
        if shown.contains("窗口服务") { Ok(()) } else { Err(shown) }
    })
    .await;
    see_nothing_on_its_way(&kiosk).await;
    kiosk.choose("theme-into", "clean").await;
    kiosk.tap("theme-merge").await;
    kiosk.see_no("theme-attitude").await;
    kiosk.see_attribute("theme-clean", "data-n", "2").await;
    see_nothing_on_its_way(&kiosk).await;
    kiosk.tap("themes-undo").await;
    kiosk.see_attribute("theme-attitude", "data-n", "2").await;
    kiosk.see_attribute("theme-clean", "data-n", "1").await;

    let changes = names_of_changes(&kiosk).await;
    let steps: Vec<&Value> = changes.iter().filter(|changed| **changed == json!(["themes"])).collect();
    assert_eq!(steps.len(), 3, "each step is an event: {changes:?}");
    kiosk.lock_manager().await;
    kiosk.open_manager().await;
    kiosk.tap("tab-comments").await;
    until("the name that was kept", async || {
        let shown = kiosk.text("theme-attitude").await;
        if shown.contains("窗口服务") { Ok(()) } else { Err(shown) }
    })
    .await;
    assert_eq!(proxy.reports(), Vec::<String>::new(), "marks keep to the security policy");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_comments_are_read_without_a_long_task() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.serve(&remarks::all()[..MANY]).await;
    kiosk.open_manager_and_choose_a_pin().await;
    until("the results", async || {
        let has_score =
            kiosk.browser.run("return document.querySelector('[data-testid=headline]') !== null", vec![]).await;
        if has_score == json!(true) { Ok(()) } else { Err("reading".to_owned()) }
    })
    .await;
    let watch = "window.longTasks = [];
                 new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((task) => task.duration)))
                   .observe({ type: 'longtask' });";
    kiosk.browser.run(watch, vec![]).await;
    kiosk.tap("tab-comments").await;
    kiosk.see_attribute("remarks-count", "data-n", &MANY.to_string()).await;
    let tasks: Vec<f64> = serde_json::from_value(kiosk.browser.run("return longTasks", vec![]).await).unwrap();
    println!("comments: {MANY} read, tasks over {LONG_MS} ms: {tasks:?}");
    // The first is the screen that comes up with the tap; reading itself is cut into slices.
    let longest = tasks.iter().skip(1).copied().fold(0.0, f64::max);
    // Five times as long still shows that it is cut; how long a slice takes is for a quiet machine to say.
    assert!(longest < 5.0 * LONG_MS, "{tasks:?}");
}
