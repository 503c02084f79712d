//! What the health screen asks about the browser's storage beyond its room.

use std::cell::Cell;

use candor_core::health::is_deleted_when_unused;
use js_sys::Reflect;

use crate::browser::quota;

thread_local! {
    /// Whether the browser has said no when it was asked last.
    static WAS_REFUSED: Cell<bool> = const { Cell::new(false) };
}

/// Asks the browser to promise to keep the data, and remembers a refusal; `None` where it makes no such promises.
pub async fn persist() -> Option<bool> {
    let answered = quota::persist().await;
    WAS_REFUSED.set(answered == Some(false));
    answered
}

/// Whether the browser was asked for the promise since the page was loaded, and said no.
pub fn was_refused() -> bool {
    WAS_REFUSED.get()
}

/// Whether this browser deletes the data of a site that nobody visits for seven days.
pub fn is_deleted_unused() -> bool {
    let Some(navigator) = web_sys::window().map(|window| window.navigator()) else { return false };
    let property = |name: &str| Reflect::get(&navigator, &name.into()).unwrap_or_default();
    let touch_points = property("maxTouchPoints").as_f64().unwrap_or_default() as u32;
    is_deleted_when_unused(&navigator.user_agent().unwrap_or_default(), touch_points, is_from_home_screen())
}

/// Whether the page was opened from the home screen.
pub fn is_from_home_screen() -> bool {
    let navigator = web_sys::window().map(|window| window.navigator());
    let standalone = navigator.and_then(|navigator| Reflect::get(&navigator, &"standalone".into()).ok());
    standalone.and_then(|standalone| standalone.as_bool()) == Some(true) || has_a_window_of_its_own()
}

fn has_a_window_of_its_own() -> bool {
    let modes = "(display-mode: standalone), (display-mode: fullscreen)";
    let query = web_sys::window().and_then(|window| window.match_media(modes).ok().flatten());
    query.is_some_and(|query| query.matches())
}
