//! The app starts where the browser does not do all that it should.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::open_kiosk;
use serde_json::json;

/// As Firefox is once it has lost the threads that compile: what is compiled already can still be instantiated.
const NOTHING_COMPILES_IN_THE_BACKGROUND: &str = r"
const never = () => new Promise(() => {});
const { instantiate } = WebAssembly;
Object.assign(WebAssembly, {
  compile: never,
  compileStreaming: never,
  instantiateStreaming: never,
  instantiate: (what, imports) => what instanceof WebAssembly.Module ? instantiate(what, imports) : never(),
});
";

#[tokio::test(flavor = "multi_thread")]
async fn kiosk_and_manager_start_where_nothing_compiles_in_the_background() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    let script = json!({ "source": NOTHING_COMPILES_IN_THE_BACKGROUND });
    kiosk.browser.devtools("Page.addScriptToEvaluateOnNewDocument", script).await;
    kiosk.reload().await;
    kiosk.see_ready().await;
    kiosk.rate_and_skip(4).await;
    kiosk.see_everything_sent().await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.see("tab-results").await;
}
