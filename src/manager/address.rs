//! The page's own address, what stands behind its `#`, and where an endpoint leads to. `JsValue` stops here.

use wasm_bindgen::JsValue;
use web_sys::{Location, Url};

use crate::browser::page;

/// Told to `lock.js`, which would bring the fragment back on the next swipe.
const ANSWERED: &str = "candor:answered";

/// Where an endpoint leads to, as a browser understands it: what looks like a known name in other letters does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Host and port.
    pub host: String,
    /// The whole address.
    pub address: String,
    /// Whether this page comes from there.
    pub is_own: bool,
}

impl Target {
    /// The target of an endpoint; empty where it leads nowhere.
    pub fn of(endpoint: &str) -> Self {
        let base = location().and_then(|location| location.href().ok()).unwrap_or_default();
        let Ok(url) = Url::new_with_base(endpoint, &base) else { return Self::default() };
        let own = location().and_then(|location| location.origin().ok());
        Self { host: url.host(), address: url.href(), is_own: own == Some(url.origin()) }
    }
}

/// The kiosk's address, without what stands behind `?` and `#`.
pub fn of_the_kiosk() -> String {
    let parts = location().and_then(|location| Some([location.origin().ok()?, location.pathname().ok()?].concat()));
    parts.unwrap_or_default()
}

/// What stands behind `#`, with it; empty for nothing.
pub fn fragment() -> String {
    location().and_then(|location| location.hash().ok()).unwrap_or_default()
}

/// Takes away what stands behind `#`: it has been answered, and is not asked again.
pub fn drop_fragment() {
    let plain = location().and_then(|location| Some([location.pathname().ok()?, location.search().ok()?].concat()));
    let history = web_sys::window().and_then(|window| window.history().ok());
    if let (Some(plain), Some(history)) = (plain, history) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&plain));
    }
    page::send(ANSWERED);
}

fn location() -> Option<Location> {
    Some(web_sys::window()?.location())
}
