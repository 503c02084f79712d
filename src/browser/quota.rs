//! The browser's storage as a whole: how much room there is, and whether the browser may take it back.

use candor_core::health::Room;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// How much room there is; `None` where the browser does not say.
pub async fn room() -> Option<Room> {
    let estimate = ask("estimate").await?;
    let bytes = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok()?.as_f64().map(|bytes| bytes as u64);
    let details = Reflect::get(&estimate, &"usageDetails".into()).ok().filter(JsValue::is_object);
    Some(Room {
        quota: bytes(&estimate, "quota").filter(|quota| *quota > 0)?,
        used: bytes(&estimate, "usage")?,
        database: details.and_then(|details| bytes(&details, "indexedDB")),
    })
}

/// Whether the browser has promised to keep the data; `None` where it makes no such promises.
pub async fn is_persistent() -> Option<bool> {
    ask("persisted").await?.as_bool()
}

/// Asks for that promise. Some browsers ask the person in turn, and answer when that person has.
pub async fn persist() -> Option<bool> {
    ask("persist").await?.as_bool()
}

async fn ask(method: &str) -> Option<JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let storage = Reflect::get(&navigator, &"storage".into()).ok().filter(JsValue::is_object)?;
    let method: Function = Reflect::get(&storage, &method.into()).ok()?.dyn_into().ok()?;
    let answer: Promise = method.call0(&storage).ok()?.dyn_into().ok()?;
    JsFuture::from(answer).await.ok()
}
