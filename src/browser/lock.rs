//! One leader at a time among all tabs of this origin, by the Web Locks API.
//!
//! A lock only spares work; what keeps an event single is the receiver's unique key.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::browser::task::spawn;

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method)]
    fn request(this: &LockManager, name: &str, options: &Object, granted: &Function) -> Promise;
}

/// How a lock is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Waits until nobody holds it.
    InTurn,
    /// Takes it from whoever holds it and does not answer.
    Steal,
}

/// Asks for the lock and holds it for as long as this page or worker lives: `granted` is called once it is held, `lost`
/// when it was taken away. Where the browser has no locks, or refuses them here, it is granted at once.
pub fn lead(name: &str, ask: Ask, granted: impl FnOnce() + 'static, lost: impl FnOnce() + 'static) {
    let Some(locks) = locks() else { return granted() };
    let options = Object::new();
    let _ = Reflect::set(&options, &"steal".into(), &(ask == Ask::Steal).into());
    let granted = Rc::new(RefCell::new(Some(granted)));
    let grant = Rc::clone(&granted);
    // The browser holds the lock until the promise that this gives is resolved: never.
    let hold = Closure::once_into_js(move |_: JsValue| {
        if let Some(granted) = grant.borrow_mut().take() {
            granted();
        }
        Promise::new(&mut |_, _| ())
    });
    let request = locks.request(name, &options, hold.unchecked_ref());
    spawn(async move {
        if JsFuture::from(request).await.is_err() {
            match granted.borrow_mut().take() {
                Some(granted) => granted(),
                None => lost(),
            }
        }
    });
}

fn locks() -> Option<LockManager> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let locks = Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)?;
    Some(locks.unchecked_into())
}
