//! The service worker: keeps a whole release of the app, and changes to the next one only when nobody is served.

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ServiceWorkerContainer, ServiceWorkerRegistration};

thread_local! {
    static IS_SWITCHING: Cell<bool> = const { Cell::new(false) };
}

fn container() -> Option<ServiceWorkerContainer> {
    let navigator = web_sys::window()?.navigator();
    // Absent outside a secure context: the kiosk then works as long as the network does.
    let offers = js_sys::Reflect::has(&navigator, &"serviceWorker".into()).unwrap_or(false);
    offers.then(|| navigator.service_worker())
}

async fn registration() -> Option<ServiceWorkerRegistration> {
    JsFuture::from(container()?.get_registration()).await.ok()?.dyn_into().ok()
}

/// Registers the worker of this release.
pub fn install() {
    let Some(container) = container() else { return };
    let registered = container.register("./sw.js");
    spawn_local(async move {
        let _ = JsFuture::from(registered).await;
    });
}

/// Asks whether there is a newer release; the browser fetches it whole before it is offered.
pub fn look_for_another() {
    spawn_local(async {
        if let Some(registration) = registration().await
            && let Ok(update) = registration.update()
        {
            let _ = JsFuture::from(update).await;
        }
    });
}

/// Changes to a release that waits, if there is one: call only while nobody is in the middle of anything.
pub fn switch_if_waiting() {
    if IS_SWITCHING.get() {
        return;
    }
    spawn_local(async {
        let Some(waiting) = registration().await.and_then(|registration| registration.waiting()) else { return };
        let Some(container) = container() else { return };
        if IS_SWITCHING.replace(true) {
            return;
        }
        let reload = Closure::once_into_js(|| {
            if let Some(window) = web_sys::window() {
                let _ = window.location().reload();
            }
        });
        container.set_oncontrollerchange(Some(reload.unchecked_ref()));
        let _ = waiting.post_message(&"switch".into());
    });
}
