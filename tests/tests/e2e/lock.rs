//! Nobody leaves the kiosk: a monkey with a mouse, fingers and a keyboard, and what a browser would open over the page.

use candor_tests::balance::Balance;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::dice::Dice;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::wait::until;
use serde_json::{Value, json};

/// Gestures and keys, in `make test`; `CANDOR_MONKEY` sets another number: 10,000 are the full size.
const GESTURES: usize = 1_000;
const WIDTH: f64 = 1280.0;
const HEIGHT: f64 = 800.0;

#[tokio::test(flavor = "multi_thread")]
async fn a_monkey_neither_leaves_nor_sees_a_manager_s_element_nor_loses_an_answer() {
    let gestures = std::env::var("CANDOR_MONKEY").ok().and_then(|count| count.parse().ok()).unwrap_or(GESTURES);
    let seed = std::env::var("CANDOR_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_130);
    let mut dice = Dice::new(seed);
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    // With a PIN there is a door to open. Then somebody who knows nothing of it stands there.
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.lock_manager().await;
    kiosk.see_first_screen().await;
    kiosk.browser.run(WATCH, vec![]).await;
    let metrics = json!({ "width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": false });
    kiosk.browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    for _ in 0..gestures {
        gesture(&kiosk, &mut dice).await;
    }
    let seen = kiosk.browser.run(SEEN, vec![]).await;
    assert_eq!(seen["left"], json!(0), "the page was left: {seen}");
    assert_eq!(seen["managed"], json!([]), "a manager's element was there: {seen}");
    assert!(seen["here"].as_str().is_some_and(|here| here.starts_with(&collector.page())), "{seen}");
    let windows = kiosk.browser.client.windows().await.expect("the driver knows its windows").len();
    assert_eq!(windows, 1, "another window was opened");

    // Whoever comes next is served, and every answer of the monkey is where it belongs.
    kiosk.reload().await;
    kiosk.rate_and_skip(4).await;
    let balance = until("journal and collector to agree", async || {
        let balance = Balance::take(&kiosk, &collector).await;
        let is_settled = balance.journal.queued == 0 && balance.lost() == 0;
        if is_settled {
            Ok(balance)
        } else {
            Err(format!("{} queued, {} lost", balance.journal.queued, balance.lost()))
        }
    })
    .await;
    let ratings = |journal: &Journal| journal.entries.iter().filter(|(event, _)| event.kind == "rating.given").count();
    let given = ratings(&balance.journal);
    println!("monkey: {gestures} gestures and keys with CANDOR_SEED={seed}, {given} ratings, none lost");
    assert!(given > 1, "the monkey rated something");
}

/// Counts what must not happen: not even the door is found. What is known of a page that is left is kept for the next one.
const WATCH: &str = "window.monkey = { left: 0, managed: [] };
    const keep = (what) => { window.monkey.left += 1; sessionStorage.setItem('monkey', `${sessionStorage.getItem('monkey') ?? ''}${what}; `); };
    addEventListener('pagehide', () => keep('hidden'));
    navigation.addEventListener('navigate', ({ navigationType, userInitiated, destination }) =>
      keep(`${navigationType} to ${destination.url}, by a hand: ${userInitiated}, ${new Error().stack}`));
    const look = () => {
      const found = document.querySelector('.m-root, .m-desk, [data-testid^=tab-], [data-testid^=count-], [data-testid^=export-]');
      if (found) window.monkey.managed.push(found.dataset.testid || found.className);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true });";

const SEEN: &str =
    "return { ...window.monkey, here: location.href, windows: window.length, how: sessionStorage.getItem('monkey') };";

const KEYS: [&str; 26] = [
    "Tab",
    "Enter",
    "Escape",
    "Backspace",
    "ArrowLeft",
    "ArrowRight",
    "ArrowUp",
    "ArrowDown",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "F1",
    "F3",
    "F5",
    "F6",
    "F7",
    "F11",
    "F12",
    "f",
    "p",
    "s",
    "r",
    "1",
    " ",
    "ContextMenu",
];
/// Of DevTools: Alt 1, Ctrl 2, Meta 4, Shift 8. Ctrl with W, N, T and Q belongs to the operating system's lock.
const MODIFIERS: [u32; 5] = [0, 0, 1, 2, 8];

async fn gesture(kiosk: &Kiosk, dice: &mut Dice) {
    let place = |dice: &mut Dice| (dice.below(WIDTH as u64) as f64, dice.below(HEIGHT as u64) as f64);
    let (x, y) = place(dice);
    match dice.below(10) {
        0 => {
            let key = KEYS[dice.below(KEYS.len() as u64) as usize];
            let modifiers = MODIFIERS[dice.below(MODIFIERS.len() as u64) as usize];
            let text = if key.chars().count() == 1 && modifiers == 0 { key } else { "" };
            for kind in ["keyDown", "keyUp"] {
                let event = json!({ "type": kind, "key": key, "modifiers": modifiers, "text": text });
                kiosk.browser.devtools("Input.dispatchKeyEvent", event).await;
            }
        }
        1 => mouse(kiosk, x, y, "right", 1).await,
        2 => mouse(kiosk, x, y, "middle", 1).await,
        3 => mouse(kiosk, x, y, "left", 2).await,
        4 => {
            let (to_x, to_y) = place(dice);
            touch(kiosk, &[(x, y)], &[(to_x, to_y)]).await;
        }
        5 => {
            let (other_x, other_y) = place(dice);
            touch(kiosk, &[(x, y), (other_x, other_y)], &[(other_x, y), (x, other_y)]).await;
        }
        6 => {
            let event = json!({ "type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": 240, "modifiers": 2 });
            kiosk.browser.devtools("Input.dispatchMouseEvent", event).await;
        }
        _ => mouse(kiosk, x, y, "left", 1).await,
    }
}

async fn mouse(kiosk: &Kiosk, x: f64, y: f64, button: &str, clicks: u32) {
    for click in 1..=clicks {
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": button, "clickCount": click });
            kiosk.browser.devtools("Input.dispatchMouseEvent", event).await;
        }
    }
}

async fn touch(kiosk: &Kiosk, from: &[(f64, f64)], to: &[(f64, f64)]) {
    let points = |places: &[(f64, f64)]| -> Value {
        places.iter().enumerate().map(|(id, (x, y))| json!({ "x": x, "y": y, "id": id })).collect()
    };
    for (kind, places) in [("touchStart", points(from)), ("touchMove", points(to)), ("touchEnd", json!([]))] {
        let event = json!({ "type": kind, "touchPoints": places });
        kiosk.browser.devtools("Input.dispatchTouchEvent", event).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_browser_offers_beside_the_page_does_not_open() {
    for engine in Engine::ALL {
        let collector = Collector::start().await;
        let kiosk = open_kiosk(engine, &collector.page()).await;
        let refused = kiosk
            .browser
            .run(
                "const refuses = (target, event) => !target.dispatchEvent(event);
                 const key = (key, keys) => refuses(document.body, new KeyboardEvent('keydown', { key, code: /^[a-zа-я]$/.test(key) ? 'Key' + (keys?.at ?? key).toUpperCase() : key, bubbles: true, cancelable: true, ...keys }));
                 const plain = (name) => refuses(document.getElementById('question'), new Event(name, { bubbles: true, cancelable: true }));
                 return {
                   menu: plain('contextmenu'), drag: plain('dragstart'), drop: plain('drop'),
                   find: key('f', { ctrlKey: true }), print: key('p', { metaKey: true }), reload: key('F5'), back: key('ArrowLeft', { altKey: true }),
                   zoom: key('=', { ctrlKey: true }), cyrillic: key('з', { ctrlKey: true, at: 'p' }), clear: key('Delete', { ctrlKey: true, shiftKey: true }), letter: key('f'), tab: key('Tab'), copy: key('c', { ctrlKey: true }),
                 };",
                vec![],
            )
            .await;
        let expected = json!({
            "menu": true, "drag": true, "drop": true, "find": true, "print": true, "reload": true, "back": true, "zoom": true, "cyrillic": true, "clear": true,
            "letter": false, "tab": false, "copy": false,
        });
        assert_eq!(refused, expected, "in {}", engine.name());
        kiosk.rate(5).await;
        kiosk.see("follow-up").await;
        kiosk.browser.run("history.back();", vec![]).await;
        kiosk.skip().await;
        kiosk.see_thanks().await;
    }
}
