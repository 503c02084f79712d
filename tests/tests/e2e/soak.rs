//! A day in one sitting: what the page holds on to after so many customers, beside what it held after the first hundred.
//!
//! `CANDOR_SOAK=5000` is the full size.

use std::time::Duration;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::witness::Witness;
use serde_json::{Value, json};

/// Customers of `make test`.
const CUSTOMERS: usize = 200;
/// What the first of them leave behind is there for good: code that was compiled, caches that were filled.
const WARM_UP: usize = 100;
/// For all of them.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// Of the heap after the warm-up, at most.
const MOST_GROWTH: f64 = 1.10;
/// Elements and listeners that may be there more than after the warm-up: customers may stand at different screens.
const FEW: f64 = 20.0;

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_customers_leaves_nothing_behind_in_the_page() {
    let customers = std::env::var("CANDOR_SOAK").ok().and_then(|count| count.parse().ok()).unwrap_or(CUSTOMERS);
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.browser.devtools("Performance.enable", json!({})).await;
    // The browser's own notes of what the test's scripts fetch.
    kiosk.browser.run("performance.setResourceTimingBufferSize(0)", vec![]).await;
    let witness = Witness::start().await;
    serve(&kiosk, &witness, "first", WARM_UP).await;
    let before = Held::look(&kiosk).await;
    serve(&kiosk, &witness, "further", customers).await;
    let after = Held::look(&kiosk).await;
    let customers = witness.thanked().len();
    println!("soak: after {WARM_UP} customers {before:?}");
    println!("soak: after {customers} customers {after:?}, the heap {:.3} times as large", after.heap / before.heap);
    assert!(after.heap <= before.heap * MOST_GROWTH, "the page has grown");
    assert!(after.nodes <= before.nodes + FEW, "elements were left behind");
    assert!(after.listeners <= before.listeners + FEW, "listeners were left behind");
    kiosk.see_everything_sent().await;
    let events = collector.events().await;
    let given = events.iter().filter(|(event, _)| event.kind == "rating.given").count();
    assert_eq!(given, customers, "every one of them has arrived");
}

/// Serves until so many in all have been thanked. By one script: the browser keeps the sources of all that a driver runs.
async fn serve(kiosk: &Kiosk, witness: &Witness, prefix: &str, customers: usize) {
    kiosk.let_a_crowd_in(prefix, witness, Duration::ZERO).await;
    witness.see_thanked(customers, PATIENCE).await;
    kiosk.see_the_crowd_off().await;
}

/// What the page holds once nothing is left to be collected.
#[derive(Debug)]
struct Held {
    /// The heap of its JavaScript, in bytes.
    heap: f64,
    /// Nodes of its documents.
    nodes: f64,
    /// Listeners on them.
    listeners: f64,
}

impl Held {
    async fn look(kiosk: &Kiosk) -> Self {
        // Twice: what the first round lets go of may be all that holds on to something else.
        for _ in 0..2 {
            kiosk.browser.devtools("HeapProfiler.collectGarbage", json!({})).await;
        }
        let told = kiosk.browser.devtools("Performance.getMetrics", json!({})).await;
        let metric = |name: &str| -> f64 {
            let metrics = told["metrics"].as_array().expect("the browser lists its metrics");
            let metric = metrics.iter().find(|metric| metric["name"] == name).unwrap_or(&Value::Null);
            metric["value"].as_f64().unwrap_or_else(|| panic!("there is no {name} in {told}"))
        };
        Self { heap: metric("JSHeapUsedSize"), nodes: metric("Nodes"), listeners: metric("JSEventListeners") }
    }
}
