//! The database's stores: made, or added where they are missing, before the library opens it.
//!
//! By the browser's own calls, since the library's handler of an upgrade writes its error as a text, and with that the
//! formatting of floats into the first load: 4 kB in brotli that nobody ever reads.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbFactory, IdbOpenDbRequest};

/// Why the stores could not be made.
#[derive(Debug)]
pub enum NoStores {
    /// This browser has no IndexedDB here.
    Unsupported,
    /// As the browser calls it.
    Refused(DomException),
}

/// Opens the database once and closes it: then it is of this version and has these stores. Migrations only add: what is
/// there stays as it is.
///
/// # Errors
/// As [`NoStores`] says.
pub async fn make_ready(name: &str, version: u32, stores: &'static [&'static str]) -> Result<(), NoStores> {
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into()).ok();
    let factory = factory.and_then(|factory| factory.dyn_into::<IdbFactory>().ok()).ok_or(NoStores::Unsupported)?;
    let request = factory.open_with_u32(name, version).map_err(|thrown| NoStores::Refused(thrown.unchecked_into()))?;
    let upgrading = request.clone();
    let upgrade = handler(move || {
        if let Some(database) = database_of(&upgrading) {
            let names = database.object_store_names();
            for store in stores.iter().filter(|store| !names.contains(store)) {
                // What fails here fails the request.
                let _ = database.create_object_store(store);
            }
        }
    });
    request.set_onupgradeneeded(Some(&upgrade));
    let opened = Promise::new(&mut |resolve, reject| {
        let done = request.clone();
        // Closed here, also if nobody waits for it any more.
        let close = handler(move || {
            if let Some(database) = database_of(&done) {
                database.close();
            }
            let _ = resolve.call0(&JsValue::NULL);
        });
        request.set_onsuccess(Some(&close));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(opened).await {
        Ok(_) => Ok(()),
        Err(_) => Err(request.error().ok().flatten().map_or(NoStores::Unsupported, NoStores::Refused)),
    }
}

fn handler(handle: impl Fn() + 'static) -> Function {
    Closure::<dyn Fn()>::new(handle).into_js_value().unchecked_into()
}

fn database_of(request: &IdbOpenDbRequest) -> Option<IdbDatabase> {
    request.result().ok()?.dyn_into().ok()
}
