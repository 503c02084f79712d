//! One holder at a time among all tabs of this origin, by the Web Locks API.
//!
//! A lock only spares the network; what keeps an event single is the receiver's unique key.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::browser::task::{spawn, within};

/// A browser answers at once; one that does not (a page on its way out) gets no lock.
const ANSWER_MS: u32 = 2_000;

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method)]
    fn request(this: &LockManager, name: &str, options: &Object, granted: &Function) -> Promise;
}

/// A held lock; dropping it lets the next tab in.
#[derive(Debug)]
pub struct Held {
    release: Option<Function>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

/// Takes the lock if nobody holds it. Where the browser has no locks it is always granted.
pub async fn try_hold(name: &str) -> Option<Held> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object);
    let Some(locks) = locks else { return Some(Held { release: None }) };
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE).ok()?;
    // A grant that comes after we have stopped waiting is given back at once: held, it would stop every tab for good.
    let is_waiting = Rc::new(Cell::new(true));
    let still_waiting = Rc::clone(&is_waiting);
    // The browser holds the lock until the promise that `granted` returns is resolved: its resolver is the release.
    let answer = Promise::new(&mut |decide, _| {
        let still_waiting = Rc::clone(&still_waiting);
        let refused = decide.clone();
        let granted = Closure::once_into_js(move |lock: JsValue| {
            Promise::new(&mut |release, _| {
                let is_granted = !lock.is_null() && still_waiting.get();
                let answer = if is_granted { release.clone().into() } else { JsValue::NULL };
                let _ = decide.call1(&JsValue::NULL, &answer);
                if !is_granted {
                    let _ = release.call0(&JsValue::NULL);
                }
            })
        });
        let request = locks.unchecked_ref::<LockManager>().request(name, &options, granted.unchecked_ref());
        // A browser that refuses to lock at all is as good as one without locks: the answer is no function and no null.
        spawn(async move {
            if JsFuture::from(request).await.is_err() {
                let _ = refused.call1(&JsValue::NULL, &JsValue::TRUE);
            }
        });
    });
    let answer = within(ANSWER_MS, JsFuture::from(answer)).await;
    is_waiting.set(false);
    let answer = answer?.ok().filter(|answer| !answer.is_null())?;
    Some(Held { release: answer.dyn_into().ok() })
}
