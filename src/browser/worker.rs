//! The worker's side of the talk between a page and its worker.

use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Hears what the page says, and first what it said before the wasm was here.
pub fn listen(hear: impl Fn(String) + 'static) {
    let early = js_sys::Reflect::get(&scope(), &"early".into()).ok();
    for words in early.and_then(|early| early.dyn_into::<js_sys::Array>().ok()).iter().flat_map(js_sys::Array::iter) {
        hear(words.as_string().unwrap_or_default());
    }
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        hear(message.data().as_string().unwrap_or_default());
    });
    scope().set_onmessage(Some(listener.into_js_value().unchecked_ref()));
}

/// Says something to the page.
pub fn say(words: &str) {
    let _ = scope().post_message(&words.into());
}
