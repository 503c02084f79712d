//! From the tap to the disk, and from the tap to the next frame, as the page itself measures it.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::wait::until;

/// Other work on the machine only ever adds to a time: the bar holds when the quietest of these rounds meets it.
const ROUNDS: usize = 3;
/// Enough for a median and a 95th percentile that hold still.
const TAPS: usize = 40;
/// From tap to the transaction's `complete`, in headless Chromium.
const STORED_MEDIAN_MS: f64 = 10.0;

/// Notes, for each tap on a level: when it was stored, and what the very next frame was about to paint.
///
/// The time of a tap is when the browser got it, not when the page heard of it. `requestAnimationFrame` calls back
/// just before a frame is painted, so what stands in the document then is what that frame shows.
const WATCH: &str = r#"
const taps = window.candorTaps = [];
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-testid^=rate-]")) return;
  const tap = { at: event.timeStamp, heard: performance.now() };
  taps.push(tap);
  requestAnimationFrame(() => {
    tap.frame = performance.now();
    const button = document.querySelector("[data-testid=submit]");
    tap.isShown = button !== null && button.checkVisibility();
  });
}, { capture: true });
const begin = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (stores, mode, ...rest) {
  const transaction = begin.call(this, stores, mode, ...rest);
  if (mode === "readwrite" && [stores].flat().includes("events")) {
    const tap = taps.findLast((tap) => tap.stored === undefined && tap.began === undefined);
    if (tap) {
      tap.began = performance.now();
      tap.durability = transaction.durability;
      transaction.addEventListener("complete", () => { tap.stored = performance.now(); });
    }
  }
  return transaction;
};
"#;

#[tokio::test(flavor = "multi_thread")]
async fn speed_from_the_tap_to_the_disk_and_to_the_next_frame() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    let mut quietest = f64::INFINITY;
    kiosk.browser.run(WATCH, vec![]).await;
    for _ in 0..ROUNDS {
        quietest = quietest.min(stored_median(&kiosk).await);
        if quietest < STORED_MEDIAN_MS {
            break;
        }
    }
    assert!(quietest < STORED_MEDIAN_MS, "a tap is on disk in less than {STORED_MEDIAN_MS} ms, not {quietest}");
}

/// One round: prints what the page measured, and gives the median from tap to `complete` in milliseconds.
async fn stored_median(kiosk: &Kiosk) -> f64 {
    kiosk.browser.run("window.candorTaps.length = 0", vec![]).await;
    for customer in 0..TAPS {
        kiosk.rate([1, 2, 3, 4, 5][customer % 5]).await;
        see_stored(kiosk, customer + 1).await;
        kiosk.skip().await;
        kiosk.see_thanks().await;
        kiosk.leave_thanks().await;
    }
    let taps = kiosk.browser.run("return window.candorTaps", vec![]).await;
    let taps = taps.as_array().expect("the page has noted its taps");
    assert_eq!(taps.len(), TAPS);
    assert!(
        taps.iter().all(|tap| tap["durability"] == "strict"),
        "relaxed durability would be faster and lose answers"
    );
    let late = taps.iter().filter(|tap| tap["isShown"] != true).count();

    let since_tap = |what: &str| -> Vec<f64> {
        let mut times: Vec<f64> =
            taps.iter().map(|tap| tap[what].as_f64().unwrap() - tap["at"].as_f64().unwrap()).collect();
        times.sort_by(f64::total_cmp);
        times
    };
    let (heard, begun, stored, framed) =
        (since_tap("heard"), since_tap("began"), since_tap("stored"), since_tap("frame"));
    println!("{TAPS} taps in headless Chromium, in ms from the tap:");
    let rows = [
        ("page hears of it", &heard),
        ("transaction opened", &begun),
        ("transaction complete", &stored),
        ("next frame", &framed),
    ];
    for (what, times) in rows {
        println!("  {what:<20} median {:6.2}  p95 {:6.2}  max {:6.2}", at(times, 50), at(times, 95), at(times, 100));
    }
    println!("  answer shown in the very next frame: {} of {TAPS}", TAPS - late);
    assert_eq!(late, 0, "every tap is answered in the next frame");
    at(&stored, 50)
}

async fn see_stored(kiosk: &Kiosk, count: usize) {
    until("the tap to be stored and painted", async || {
        let script = "return window.candorTaps.filter((tap) => tap.stored && tap.frame).length";
        let stored = kiosk.browser.run(script, vec![]).await;
        if stored == count { Ok(()) } else { Err(format!("{stored} of {count}")) }
    })
    .await;
}

fn at(sorted: &[f64], percent: usize) -> f64 {
    sorted[((sorted.len() - 1) * percent).div_ceil(100)]
}
