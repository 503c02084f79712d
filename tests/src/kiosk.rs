//! What a customer does at the kiosk, and sees there.

use std::time::Duration;

use fantoccini::Locator;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use serde_json::{Value, json};

use crate::browser::{Browser, Engine, Launch, Loading};
use crate::journal::Journal;
use crate::remarks::Remark;
use crate::wait::until;
use crate::witness::Witness;

/// A browser that shows the kiosk.
#[derive(Debug)]
pub struct Kiosk {
    /// The browser.
    pub browser: Browser,
}

/// A point of the screen, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// Opens the kiosk in a browser that has never seen it, and waits until the app has taken over.
///
/// # Panics
/// When it does not.
pub async fn open_kiosk(engine: Engine, page: &str) -> Kiosk {
    let kiosk = Kiosk { browser: Browser::start(engine, Loading::Whole).await };
    kiosk.go_to(page).await;
    kiosk.see_ready().await;
    kiosk
}

/// Opens the kiosk in a browser that is started as `launch` says.
///
/// # Panics
/// When the app does not take over.
pub async fn open_kiosk_in(launch: Launch, page: &str) -> Kiosk {
    let kiosk = Kiosk { browser: Browser::launch(launch).await };
    kiosk.go_to(page).await;
    kiosk.see_ready().await;
    kiosk
}

/// Opens the kiosk and waits for nothing but the first buttons.
///
/// # Panics
/// When they do not come.
pub async fn open_kiosk_before_it_is_ready(engine: Engine, page: &str) -> Kiosk {
    let kiosk = Kiosk { browser: Browser::start(engine, Loading::Begun).await };
    kiosk.go_to(page).await;
    kiosk.see("rate-5").await;
    kiosk
}

impl Kiosk {
    /// Opens an address.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn go_to(&self, page: &str) {
        self.browser.client.goto(page).await.unwrap_or_else(|fault| panic!("{page} does not open: {fault}"));
    }

    /// Loads the page again, as after a power cut; the profile stays.
    ///
    /// # Panics
    /// When it does not load.
    pub async fn reload(&self) {
        self.browser.client.refresh().await.unwrap_or_else(|fault| panic!("the page does not load again: {fault}"));
    }

    /// Until the app has taken over from the first paint.
    ///
    /// # Panics
    /// When it does not.
    pub async fn see_ready(&self) {
        self.see_on_root("data-ready", "").await;
    }

    /// Whether the app has taken over from the first paint.
    pub async fn is_ready(&self) -> bool {
        self.browser.run("return document.documentElement.hasAttribute('data-ready')", vec![]).await == true
    }

    /// Until nothing that is recorded waits to be sent. A rating is, once its customer is thanked.
    ///
    /// # Panics
    /// When it does not come to that.
    pub async fn see_everything_sent(&self) {
        until("everything sent", async || {
            // Whoever delivers may not have heard yet of what was recorded last.
            let queued = Journal::queued_now(&self.browser).await.unwrap_or_default();
            if queued > 0 {
                return Err(format!("{queued} are queued"));
            }
            let state = self.browser.run("return document.documentElement.dataset.sync ?? null", vec![]).await;
            if state == "idle" { Ok(()) } else { Err(format!("the upload is {state}")) }
        })
        .await;
    }

    /// Until an attribute of the root element has this value.
    ///
    /// # Panics
    /// When it does not come to that.
    pub async fn see_on_root(&self, attribute: &str, value: &str) {
        until(&format!("{attribute}={value:?} on the root element"), async || {
            let script =
                "const root = document.documentElement; return [root.getAttribute(arguments[0]), { ...root.dataset }]";
            let seen = self.browser.run(script, vec![json!(attribute)]).await;
            if seen[0] == value { Ok(()) } else { Err(seen.to_string()) }
        })
        .await;
    }

    /// The language that the page says it is in.
    pub async fn language(&self) -> String {
        let language = self.browser.run("return document.documentElement.lang", vec![]).await;
        language.as_str().unwrap_or_default().to_owned()
    }

    /// Until an element with this test id is on the screen.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn see(&self, testid: &str) -> Element {
        until(&format!("{testid} on the screen"), async || {
            let element = match self.find(testid).await {
                Ok(element) => element,
                Err(fault) => return Err(format!("{fault} {}", self.describe().await)),
            };
            match element.is_displayed().await {
                Ok(true) => Ok(element),
                Ok(false) => Err(format!("it is hidden {}", self.describe().await)),
                Err(fault) => Err(fault.to_string()),
            }
        })
        .await
    }

    /// What the page shows instead of what a test waits for: not every driver says why it finds nothing.
    async fn describe(&self) -> String {
        const SCRIPT: &str = "const ids = [...document.querySelectorAll('[data-testid]')];
            return [{ ...document.documentElement.dataset },
                ids.filter(e => e.getClientRects().length).map(e => e.dataset.testid)]";
        match self.browser.client.execute(SCRIPT, vec![]).await {
            Ok(seen) => format!("on {seen}"),
            Err(fault) => format!("on a page that does not answer: {fault}"),
        }
    }

    /// Until no element with this test id is on the screen.
    ///
    /// # Panics
    /// When it stays.
    pub async fn see_no(&self, testid: &str) {
        until(&format!("{testid} to go"), async || match self.find(testid).await {
            Err(_) => Ok(()),
            Ok(element) if element.is_displayed().await.unwrap_or(false) => Err("it is still there".to_owned()),
            Ok(_) => Ok(()),
        })
        .await;
    }

    async fn find(&self, testid: &str) -> Result<Element, String> {
        let selector = format!("[data-testid={testid:?}]");
        self.browser.client.find(Locator::Css(&selector)).await.map_err(|fault| fault.to_string())
    }

    /// Taps an element as a person does: where it is, once it can be tapped.
    ///
    /// # Panics
    /// When that does not come to be.
    pub async fn tap(&self, testid: &str) {
        until(&format!("{testid} to be tapped"), async || {
            let element = self.see(testid).await;
            // A driver refuses when something else is on top, and an element can be replaced between the two. What lies
            // below a bar is scrolled up, as a person would.
            let tapped = element.click().await.map_err(|fault| fault.to_string());
            if tapped.is_err() {
                const SCROLL: &str =
                    "document.querySelector(`[data-testid='${arguments[0]}']`)?.scrollIntoView({ block: 'center' });";
                let _ = self.browser.client.execute(SCROLL, vec![json!(testid)]).await;
            }
            tapped
        })
        .await;
    }

    /// Taps five times in the corner, as fast as a finger does: the way to the manager's door.
    ///
    /// # Panics
    /// When the corner does not take it.
    pub async fn knock(&self) {
        let corner = self.see("manager-door").await;
        let mut taps = MouseActions::new("finger".to_owned()).then(PointerAction::MoveToElement {
            element: corner,
            duration: None,
            x: 0.0,
            y: 0.0,
        });
        for _ in 0..5 {
            taps = taps
                .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
                .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT })
                .then(PointerAction::Pause { duration: Duration::from_millis(80) });
        }
        self.browser.client.perform_actions(taps).await.unwrap_or_else(|fault| panic!("nobody can knock: {fault}"));
    }

    /// The text that an element shows.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn text(&self, testid: &str) -> String {
        // An element can be drawn anew between the two.
        until(&format!("the text of {testid}"), async || {
            self.see(testid).await.text().await.map_err(|fault| fault.to_string())
        })
        .await
    }

    /// The value of an attribute.
    ///
    /// # Panics
    /// When the element does not come.
    pub async fn attribute(&self, testid: &str, attribute: &str) -> Option<String> {
        // As above.
        until(&format!("{attribute} of {testid}"), async || {
            self.see(testid).await.attr(attribute).await.map_err(|fault| fault.to_string())
        })
        .await
    }

    /// Taps a level, 1 the worst.
    ///
    /// # Panics
    /// When it cannot be tapped.
    pub async fn rate(&self, level: u8) {
        self.tap(&format!("rate-{level}")).await;
    }

    /// Taps a reason.
    ///
    /// # Panics
    /// When it is not offered.
    pub async fn choose_reason(&self, id: &str) {
        self.tap(&format!("reason-{id}")).await;
    }

    /// Writes into the comment field.
    ///
    /// # Panics
    /// When the field does not hold it afterwards.
    pub async fn write_comment(&self, comment: &str) {
        self.type_into("comment", comment).await;
        let held = self.see("comment").await.prop("value").await.expect("a text area has a value");
        assert_eq!(held.as_deref(), Some(comment), "the comment field holds what was typed");
    }

    /// Types into a field.
    ///
    /// # Panics
    /// When it takes no keys.
    pub async fn type_into(&self, testid: &str, text: &str) {
        let field = self.see(testid).await;
        field.send_keys(text).await.unwrap_or_else(|fault| panic!("{testid} takes no keys: {fault}"));
    }

    /// Sends the answer.
    ///
    /// # Panics
    /// When it cannot be sent.
    pub async fn submit(&self) {
        self.tap("submit").await;
    }

    /// Passes the follow-up over.
    ///
    /// # Panics
    /// When it cannot be.
    pub async fn skip(&self) {
        self.tap("skip").await;
    }

    /// Until the answer is on disk.
    ///
    /// # Panics
    /// When no thanks come.
    pub async fn see_thanks(&self) {
        self.see("thanks").await;
    }

    /// Taps the thanks away and finds the first screen.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn leave_thanks(&self) {
        self.tap("thanks").await;
        self.see_first_screen().await;
    }

    /// Until the first screen stands, with nobody's answer on it.
    ///
    /// # Panics
    /// When it does not.
    pub async fn see_first_screen(&self) {
        self.see_question().await;
        self.see_no("submit").await;
    }

    /// Until the buttons of the first screen stand, of whatever scale.
    async fn see_question(&self) {
        const LOOK: &str = "return document.querySelector('#rate [data-level]').getClientRects().length > 0;";
        until("the first screen", async || {
            let is_there = self.browser.run(LOOK, vec![]).await;
            if is_there == Value::Bool(true) { Ok(()) } else { Err(self.describe().await) }
        })
        .await;
    }

    /// Chooses a language.
    ///
    /// # Panics
    /// When it is not offered, or the page does not change to it.
    pub async fn choose_language(&self, tag: &str) {
        self.tap(&format!("language-{tag}")).await;
        self.see_on_root("lang", tag).await;
    }

    /// A whole customer who says something.
    ///
    /// # Panics
    /// When a screen does not come.
    pub async fn rate_and_say(&self, level: u8, comment: &str) {
        self.rate(level).await;
        self.write_comment(comment).await;
        self.submit().await;
        self.see_thanks().await;
        self.leave_thanks().await;
    }

    /// A rating and nothing more, from the first screen to the first screen.
    ///
    /// # Panics
    /// When one of the steps fails.
    pub async fn rate_and_skip(&self, level: u8) {
        self.rate(level).await;
        self.skip().await;
        self.see_thanks().await;
        self.leave_thanks().await;
    }

    /// Until an attribute of an element has this value.
    ///
    /// # Panics
    /// When it does not come to that.
    pub async fn see_attribute(&self, testid: &str, attribute: &str, value: &str) {
        until(&format!("{attribute}={value:?} on {testid}"), async || {
            let seen = self.attribute(testid, attribute).await;
            if seen.as_deref() == Some(value) { Ok(()) } else { Err(format!("{seen:?}")) }
        })
        .await;
    }

    /// Whether a button counts as pressed.
    ///
    /// # Panics
    /// When it is not there.
    pub async fn is_pressed(&self, testid: &str) -> bool {
        self.attribute(testid, "aria-pressed").await.as_deref() == Some("true")
    }

    /// Serves one customer after the other by a script in the page, which uses what they would use.
    ///
    /// # Panics
    /// When one of them gets stuck.
    pub async fn serve(&self, customers: &[Remark]) {
        let list: Vec<Value> = customers
            .iter()
            .map(|remark| json!({ "level": remark.rating.level(), "comment": remark.comment }))
            .collect();
        let script = seeing(20_000, include_str!("customers.js"));
        let served = self.browser.run_until_called_back(&script, vec![list.into()]).await;
        assert_eq!(served, customers.len(), "every customer is served");
    }

    /// Lets customers come without end, each with words of their own that begin with `prefix`; the witness hears what
    /// they see at the end.
    pub async fn let_a_crowd_in(&self, prefix: &str, witness: &Witness, pause: Duration) {
        let arguments = vec![json!(prefix), json!(witness.address()), json!(pause.as_millis() as u64)];
        // Long, since the disk may be full for a while.
        self.browser.run(&seeing(120_000, include_str!("crowd.js")), arguments).await;
    }

    /// Has the browser promise not to drop what the kiosk stores, as a manager does at the set-up. Chromium alone: elsewhere
    /// a person is asked.
    ///
    /// # Panics
    /// When it does not.
    pub async fn promise_to_keep(&self, origin: &str) {
        let parameters = json!({ "origin": origin, "permissions": ["durableStorage"] });
        self.browser.devtools("Browser.grantPermissions", parameters).await;
        let promised = self.browser.run("return navigator.storage.persist()", vec![]).await;
        assert_eq!(promised, true, "what is stored is kept");
    }

    /// Keeps every other transaction out of the journal's stores, as a disk does that has stopped to answer, until
    /// [`Self::let_go_of_the_store`].
    ///
    /// # Panics
    /// When it cannot be had.
    pub async fn hold_the_store(&self) {
        let held = self.browser.run_until_called_back(include_str!("hold.js"), vec![]).await;
        assert_eq!(held, "held", "the store can be held");
    }

    /// Lets the journal have its store back.
    pub async fn let_go_of_the_store(&self) {
        self.browser.run("window.candorHold.isOver = true", vec![]).await;
    }

    /// Where an element is on the screen: its middle.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn place_of(&self, testid: &str) -> Place {
        self.see(testid).await;
        let script = "const box = document.querySelector(`[data-testid=${arguments[0]}]`).getBoundingClientRect(); \
                      return [box.x + box.width / 2, box.y + box.height / 2]";
        let place = self.browser.run(script, vec![json!(testid)]).await;
        Place { x: place[0].as_f64().unwrap_or_default(), y: place[1].as_f64().unwrap_or_default() }
    }

    /// Taps at a place, whatever is there.
    pub async fn tap_at(&self, place: &Place) {
        self.click_at(place, 1).await;
    }

    /// Taps twice at a place, as fast as a finger bounces.
    pub async fn tap_twice_at(&self, place: &Place) {
        self.click_at(place, 1).await;
        self.click_at(place, 2).await;
    }

    /// Taps so often at one place, as a finger that drums does, without looking where it falls.
    pub async fn drum_at(&self, place: &Place, taps: u32, pause: Duration) {
        for tap in 1..=taps {
            self.click_at(place, tap).await;
            tokio::time::sleep(pause).await;
        }
    }

    /// `count` is the browser's own: of clicks that follow each other at one place.
    async fn click_at(&self, place: &Place, count: u32) {
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": place.x, "y": place.y, "button": "left", "clickCount": count });
            self.browser.devtools("Input.dispatchMouseEvent", event).await;
        }
    }

    /// As [`Self::drum_at`] by touch.
    pub async fn drum_by_touch_at(&self, place: &Place, taps: u32, pause: Duration) {
        for _ in 0..taps {
            let begin = json!({ "type": "touchStart", "touchPoints": [{ "x": place.x, "y": place.y }] });
            self.browser.devtools("Input.dispatchTouchEvent", begin).await;
            let end = json!({ "type": "touchEnd", "touchPoints": [] });
            self.browser.devtools("Input.dispatchTouchEvent", end).await;
            tokio::time::sleep(pause).await;
        }
    }

    /// Freezes the page, as a browser does with one that nobody looks at, or lets it go on.
    ///
    /// # Panics
    /// When the browser cannot.
    pub async fn set_frozen(&self, is_frozen: bool) {
        let state = json!({ "state": if is_frozen { "frozen" } else { "active" } });
        self.browser.devtools("Page.setWebLifecycleState", state).await;
    }

    /// No further customer comes; the last one is served.
    ///
    /// # Panics
    /// When a customer got stuck.
    pub async fn see_the_crowd_off(&self) {
        self.browser.run("window.candorCrowd.isStopped = true", vec![]).await;
        until("the last customer to be served", async || {
            let crowd = self.browser.run("return window.candorCrowd", vec![]).await;
            assert!(crowd["fault"].is_null(), "a customer got stuck: {crowd}");
            if crowd["isDone"] == true { Ok(()) } else { Err(crowd.to_string()) }
        })
        .await;
    }

    /// Stops the page's clock and its timers: from now on time passes by [`Self::let_pass`] only. Timers set before
    /// go by the old clock.
    ///
    /// The app's wasm has no clock of its own: it asks the page's, each time.
    pub async fn hold_the_clock(&self) {
        self.browser.run(include_str!("clock.js"), vec![]).await;
    }

    /// Moves the page's clock on; timers that are due then go off in their order.
    ///
    /// # Panics
    /// Without [`Self::hold_the_clock`].
    pub async fn let_pass(&self, time: Duration) {
        let script = "const [millis, done] = arguments; window.candorClock.letPass(millis).then(done)";
        self.browser.run_until_called_back(script, vec![json!(time.as_millis() as u64)]).await;
    }

    /// Until nothing on the screen moves any more and every letter is there.
    pub async fn see_still(&self) {
        let script = "const [done] = arguments; \
                      const settled = () => Promise.all(document.getAnimations() \
                        .filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity) \
                        .map((animation) => animation.finished.catch(() => null))); \
                      document.fonts.ready.then(settled).then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
        self.browser.run_until_called_back(script, vec![]).await;
    }

    /// Until the page can be loaded without the collector.
    ///
    /// # Panics
    /// When the service worker does not come to that.
    pub async fn see_kept_for_offline(&self) {
        until("the service worker in charge of the page", async || {
            let script = "return navigator.serviceWorker?.controller?.state ?? 'none'";
            let state = self.browser.run(script, vec![]).await;
            if state == "activated" { Ok(()) } else { Err(state.to_string()) }
        })
        .await;
    }
}

/// A script that sees what the page shows, and waits for so many ms for what is to appear.
fn seeing(patience_ms: u32, script: &str) -> String {
    format!("const patience = {patience_ms};\n{}\n{script}", include_str!("see.js"))
}
