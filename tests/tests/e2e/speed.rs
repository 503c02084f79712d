//! From the tap to the disk, and from the tap to the next frame, as the page itself measures it.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, Place, open_kiosk};
use candor_tests::wait::until;
use serde_json::json;

/// Other work on the machine only ever adds to a time: the bar holds when the quietest of these rounds meets it.
const ROUNDS: usize = 3;
/// Enough for a median and a 95th percentile that hold still.
const TAPS: usize = 40;
/// How much longer a tap may take to the disk, with all that is hashed, chained and queued for it, than a tap on a button
/// of the test's own that does nothing but the barest strict write. The kiosk draws its next screen meanwhile, which the
/// browser does before it tells of the disk.
const MOST_OF_A_BARE_WRITE: f64 = 5.0;

/// Notes, for each tap on a level: when it was stored, and what the very next frame was about to paint.
///
/// The time of a tap is when the browser got it, not when the page heard of it. `requestAnimationFrame` calls back
/// just before a frame is painted, so what stands in the document then is what that frame shows.
const WATCH: &str = r#"
const taps = window.candorTaps = [];
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-testid^=rate-]")) return;
  const tap = { at: event.timeStamp, heard: performance.now(), transactions: 0 };
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
  const tap = taps.findLast((tap) => tap.stored === undefined);
  if (tap) tap.transactions += 1;
  if (mode === "readwrite" && [stores].flat().includes("events")) {
    if (tap && tap.began === undefined) {
      tap.began = performance.now();
      tap.durability = transaction.durability;
      transaction.addEventListener("complete", () => { tap.stored = performance.now(); });
    }
  }
  return transaction;
};
const bare = window.candorBare = [];
const opening = indexedDB.open("bare");
opening.onupgradeneeded = () => opening.result.createObjectStore("events");
opening.onsuccess = () => {
  const button = Object.assign(document.createElement("button"), { textContent: "0" });
  button.dataset.testid = "bare-write";
  button.style.cssText = "position: fixed; inset: 0 auto auto 0; z-index: 9; inline-size: 80px; block-size: 80px";
  button.addEventListener("click", ({ timeStamp }) => {
    const transaction = begin.call(opening.result, "events", "readwrite", { durability: "strict" });
    transaction.objectStore("events").put("x".repeat(800), timeStamp);
    transaction.oncomplete = () => bare.push(performance.now() - timeStamp);
    // As after any tap, the browser draws a frame before it tells of anything else.
    button.textContent = bare.length + 1;
  });
  document.body.append(button);
};
"#;

#[tokio::test(flavor = "multi_thread")]
async fn speed_from_the_tap_to_the_disk_and_to_the_next_frame() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    let mut quietest = f64::INFINITY;
    kiosk.browser.run(WATCH, vec![]).await;
    for _ in 0..ROUNDS {
        quietest = quietest.min(stored_by_bare_write(&kiosk).await);
        if quietest < MOST_OF_A_BARE_WRITE {
            break;
        }
    }
    assert!(quietest < MOST_OF_A_BARE_WRITE, "{quietest:.2} times a bare write is more than {MOST_OF_A_BARE_WRITE}");
}

/// One round: prints what the page measured, and gives the median from tap to `complete` as a multiple of that of a bare
/// write, one after each customer.
async fn stored_by_bare_write(kiosk: &Kiosk) -> f64 {
    kiosk.browser.run("window.candorTaps.length = 0; window.candorBare.length = 0;", vec![]).await;
    for customer in 0..TAPS {
        kiosk.rate([1, 2, 3, 4, 5][customer % 5]).await;
        see_noted(kiosk, "candorTaps.filter((tap) => tap.stored && tap.frame)", customer + 1).await;
        kiosk.skip().await;
        kiosk.see_thanks().await;
        kiosk.leave_thanks().await;
        kiosk.tap("bare-write").await;
        see_noted(kiosk, "candorBare", customer + 1).await;
    }
    let mut bare: Vec<f64> = serde_json::from_value(kiosk.browser.run("return window.candorBare", vec![]).await)
        .expect("the page has noted its bare writes");
    bare.sort_by(f64::total_cmp);
    let taps = kiosk.browser.run("return window.candorTaps", vec![]).await;
    let taps = taps.as_array().expect("the page has noted its taps");
    assert_eq!(taps.len(), TAPS);
    assert!(
        taps.iter().all(|tap| tap["durability"] == "strict"),
        "relaxed durability would be faster and lose answers"
    );
    assert!(taps.iter().all(|tap| tap["transactions"] == 1), "a tap is written at once, nothing is read for it first");
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
        ("a bare write complete", &bare),
    ];
    for (what, times) in rows {
        println!("  {what:<21} median {:6.2}  p95 {:6.2}  max {:6.2}", at(times, 50), at(times, 95), at(times, 100));
    }
    println!("  answer shown in the very next frame: {} of {TAPS}", TAPS - late);
    assert_eq!(late, 0, "every tap is answered in the next frame");
    let ratio = at(&stored, 50) / at(&bare, 50);
    println!("  tap to disk, of a bare write: {ratio:.2}");
    ratio
}

/// How much longer a finger on a level may wait for its frame than one on a button of the test's own that does nothing but
/// change its shadow. What is felt as at once, 50 ms, is for a quiet machine: the figures are printed.
const MOST_OF_A_BARE_FINGER: f64 = 2.5;
/// Rounds at the slow-down, of which the quietest counts.
const SLOW_ROUNDS: usize = 2;
/// Customers of such a round.
const SLOW_TAPS: usize = 20;
/// A tablet of the lobby, beside a developer's machine.
const SLOW_DOWN: u32 = 6;

/// Notes, for each finger on a level, when the first frame after it was painted and whether that one shows it; and how
/// long after the tap the next screen was painted.
const WATCH_PAINT: &str = r#"
const taps = window.candorPainted = [];
const painted = (note) => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = note;
  port2.postMessage(null);
});
const bare = Object.assign(document.createElement("button"), { textContent: "bare" });
bare.dataset.testid = "bare-finger";
bare.style.cssText = "position: fixed; inset: 0 auto auto 0; z-index: 9; inline-size: 80px; block-size: 80px";
const bares = window.candorBares = [];
bare.addEventListener("pointerdown", ({ timeStamp }) => {
  bare.style.boxShadow = `0 0 0 ${1 + bares.length % 2}px`;
  painted(() => bares.push(performance.now() - timeStamp));
});
document.body.append(bare);
const onLevel = (note) => (event) => {
  const level = event.target.closest("[data-testid^=rate-]");
  if (level) note(level, event.timeStamp);
};
document.addEventListener("pointerdown", onLevel((level, at) => {
  const before = getComputedStyle(level).boxShadow;
  painted(() => taps.push({ felt: performance.now() - at, isFelt: getComputedStyle(level).boxShadow !== before }));
}), { capture: true });
document.addEventListener("click", onLevel((level, at) => {
  const tap = taps.at(-1);
  const look = () => painted(() => {
    if (!document.querySelector("[data-testid=submit]")?.checkVisibility()) return look();
    tap.next = performance.now() - at;
  });
  look();
}), { capture: true });
"#;

#[tokio::test(flavor = "multi_thread")]
async fn speed_a_slow_tablet_answers_the_finger_in_the_next_frame() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.browser.run(WATCH_PAINT, vec![]).await;
    let mut quietest = f64::INFINITY;
    for _ in 0..SLOW_ROUNDS {
        kiosk.browser.run("window.candorPainted.length = window.candorBares.length = 0", vec![]).await;
        for customer in 0..SLOW_TAPS {
            let bare = kiosk.place_of("bare-finger").await;
            let place = kiosk.place_of(&format!("rate-{}", 1 + customer % 5)).await;
            kiosk.browser.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": SLOW_DOWN })).await;
            put_finger(&kiosk, "mousePressed", place).await;
            see_noted(&kiosk, "candorPainted", customer + 1).await;
            put_finger(&kiosk, "mouseReleased", place).await;
            see_noted(&kiosk, "candorPainted.filter((tap) => tap.next)", customer + 1).await;
            put_finger(&kiosk, "mousePressed", bare).await;
            see_noted(&kiosk, "candorBares", customer + 1).await;
            put_finger(&kiosk, "mouseReleased", bare).await;
            kiosk.browser.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": 1 })).await;
            kiosk.skip().await;
            kiosk.see_thanks().await;
            kiosk.leave_thanks().await;
        }
        let painted = kiosk.browser.run("return window.candorPainted", vec![]).await;
        let painted = painted.as_array().expect("the page has noted what it painted");
        assert!(painted.iter().all(|tap| tap["isFelt"] == true), "every finger is answered in the next frame");
        let sorted = |what: &str| -> Vec<f64> {
            let mut times: Vec<f64> = painted.iter().filter_map(|tap| tap[what].as_f64()).collect();
            times.sort_by(f64::total_cmp);
            times
        };
        let mut bare: Vec<f64> = serde_json::from_value(kiosk.browser.run("return window.candorBares", vec![]).await)
            .expect("the page has noted the bare ones");
        bare.sort_by(f64::total_cmp);
        let ratio = at(&sorted("felt"), 50) / at(&bare, 50);
        println!("{SLOW_TAPS} taps at a {SLOW_DOWN}× slow-down, in ms:");
        let rows = [
            ("finger to painted", sorted("felt")),
            ("a bare finger", bare),
            ("tap to the next screen", sorted("next")),
        ];
        for (what, times) in rows {
            println!("  {what:<22} median {:6.1}  p95 {:6.1}", at(&times, 50), at(&times, 95));
        }
        println!("  finger to painted, of a bare one: {ratio:.2}");
        quietest = quietest.min(ratio);
        if quietest < MOST_OF_A_BARE_FINGER {
            break;
        }
    }
    assert!(quietest < MOST_OF_A_BARE_FINGER, "{quietest:.2} times a bare one is more than {MOST_OF_A_BARE_FINGER}");
}

async fn put_finger(kiosk: &Kiosk, kind: &str, place: Place) {
    let Place { x, y } = place;
    let parameters = json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1 });
    kiosk.browser.devtools("Input.dispatchMouseEvent", parameters).await;
}

async fn see_noted(kiosk: &Kiosk, what: &str, count: usize) {
    until(&format!("{count} of {what}"), async || {
        let noted = kiosk.browser.run(&format!("return window.{what}.length"), vec![]).await;
        if noted == count { Ok(()) } else { Err(noted.to_string()) }
    })
    .await;
}

fn at(sorted: &[f64], percent: usize) -> f64 {
    sorted[((sorted.len() - 1) * percent).div_ceil(100)]
}
