//! The database's stores, made where they are missing while the library opens it.
//!
//! By a handler of our own, since the library's handler of an upgrade writes its error as a text, and with that the
//! formatting of floats into the first load: 5 kB in brotli that nobody ever reads. The library hands nobody its request
//! before it is answered, and one that was opened before it, to be made ready, leaves a full disk without an answer: hence
//! the browser's own `indexedDB.open` is looked over the shoulder, once.

use js_sys::{Function, Object, Reflect, global};
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbOpenDbRequest};

const OPEN: &str = "open";

/// Has the next opening of a database make these stores where it is of an older version or new. Migrations only add: what is
/// there stays as it is.
pub fn make_with_the_next_opening(stores: &'static [&'static str]) {
    let Ok(factory) = Reflect::get(&global(), &"indexedDB".into()) else { return };
    let Some(open) = method(&factory, OPEN) else { return };
    let opener = factory.clone();
    let watched = Closure::once_into_js(move |name: JsValue, version: JsValue| -> Result<JsValue, JsValue> {
        // The prototype's own shows again.
        Reflect::delete_property::<Object>(opener.unchecked_ref(), &OPEN.into())?;
        let request = open.call2(&opener, &name, &version)?;
        let upgrading: IdbOpenDbRequest = request.clone().unchecked_into();
        // Dropped by the browser with the request.
        let upgrade = Closure::once_into_js(move || make(&upgrading, stores));
        Reflect::set(&request, &"onupgradeneeded".into(), &upgrade)?;
        Ok(request)
    });
    // Where the property cannot be set, opening fails as in a browser without stores.
    let _ = Reflect::set(&factory, &OPEN.into(), &watched);
}

fn make(request: &IdbOpenDbRequest, stores: &[&str]) {
    let database = request.result().ok().and_then(|database| database.dyn_into::<IdbDatabase>().ok());
    if let Some(database) = database {
        let names = database.object_store_names();
        for store in stores.iter().filter(|store| !names.contains(store)) {
            // What fails here fails the request.
            let _ = database.create_object_store(store);
        }
    }
}

fn method(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &name.into()).ok()?.dyn_into().ok()
}
