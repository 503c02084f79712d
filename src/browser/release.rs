//! What the service worker keeps about the releases of the app: see `public/sw.js`.

use js_sys::{Array, Promise, Reflect};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::browser::task::within;

/// The cache that holds it, as its only file.
const STATE: &str = "candor-state";
/// Nothing else waits for a browser that does not answer.
const PATIENCE_MS: u32 = 5_000;

#[wasm_bindgen]
extern "C" {
    type CacheStorage;
    type Cache;

    #[wasm_bindgen(method, catch)]
    fn has(this: &CacheStorage, name: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn open(this: &CacheStorage, name: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = matchAll)]
    fn match_all(this: &Cache) -> Result<Promise, JsValue>;
}

/// As the service worker writes it.
#[derive(Deserialize)]
struct State {
    release: String,
    verdict: String,
}

/// The name of the release that did not start, so that the one before is in service.
pub async fn failed() -> Option<String> {
    let stored = within(PATIENCE_MS, stored()).await??;
    let state: State = serde_json::from_str(&stored).ok()?;
    (state.verdict == "failed").then_some(state.release)
}

async fn stored() -> Option<String> {
    // Absent outside a secure context.
    let caches = Reflect::get(&js_sys::global(), &"caches".into()).ok().filter(JsValue::is_object)?;
    let caches: CacheStorage = caches.unchecked_into();
    // To open one makes it.
    if !done(caches.has(STATE)).await?.as_bool()? {
        return None;
    }
    let cache: Cache = done(caches.open(STATE)).await?.unchecked_into();
    let files: Array = done(cache.match_all()).await?.dyn_into().ok()?;
    let file: Response = files.get(0).dyn_into().ok()?;
    done(file.text()).await?.as_string()
}

async fn done(asked: Result<Promise, JsValue>) -> Option<JsValue> {
    JsFuture::from(asked.ok()?).await.ok()
}
