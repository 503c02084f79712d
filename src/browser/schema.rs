//! The database's stores, made where they are missing while the library opens it.
//!
//! By a handler of our own, since the library's handler of an upgrade writes its error as a text, and with that the
//! formatting of floats into the first load: 7 kB in brotli that nobody ever reads. The library hands nobody its request
//! before it is answered, and one that was opened before it, to be made ready, leaves a full disk without an answer: hence
//! the browser's own `indexedDB.open` is looked over the shoulder, once.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Object, Reflect, global};
use wasm_bindgen::prelude::*;
use web_sys::{EventTarget, IdbDatabase, IdbOpenDbRequest};

const OPEN: &str = "open";

/// An opening that is under way. Where whoever waits for it gives it up, and it comes to pass after all, the connection is
/// closed: one that nobody knows of would keep a database that fails from ever being opened afresh.
#[derive(Debug)]
pub struct Opening {
    is_given_up: Rc<Cell<bool>>,
    is_taken: bool,
}

impl Opening {
    /// Watches over the next opening of a database, and has it make these stores where it is of an older version or new.
    /// Migrations only add: what is there stays as it is.
    pub fn watch(stores: &'static [&'static str]) -> Self {
        let is_given_up = Rc::<Cell<bool>>::default();
        if let Ok(factory) = Reflect::get(&global(), &"indexedDB".into()) {
            // Where the property cannot be set, opening fails as in a browser without stores.
            let _ = look_over_the_shoulder(factory, stores, Rc::clone(&is_given_up));
        }
        Self { is_given_up, is_taken: false }
    }

    /// Somebody has the connection.
    pub fn take(mut self) {
        self.is_taken = true;
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        self.is_given_up.set(!self.is_taken);
    }
}

fn look_over_the_shoulder(
    factory: JsValue,
    stores: &'static [&'static str],
    is_given_up: Rc<Cell<bool>>,
) -> Result<bool, JsValue> {
    let open: Function = Reflect::get(&factory, &OPEN.into())?.dyn_into()?;
    let opener = factory.clone();
    let watched = Closure::once_into_js(move |name: JsValue, version: JsValue| -> Result<JsValue, JsValue> {
        // The prototype's own shows again.
        Reflect::delete_property::<Object>(opener.unchecked_ref(), &OPEN.into())?;
        let request = open.call2(&opener, &name, &version)?;
        let (upgrading, opened) = (request.clone(), request.clone());
        let target: &EventTarget = request.unchecked_ref();
        let on =
            |event: &str, handler: JsValue| target.add_event_listener_with_callback(event, handler.unchecked_ref());
        on("upgradeneeded", Closure::once_into_js(move || make(database_of(&upgrading), stores)))?;
        on(
            "success",
            Closure::once_into_js(move || {
                if let Some(database) = database_of(&opened).filter(|_| is_given_up.get()) {
                    database.close();
                }
            }),
        )?;
        Ok(request)
    });
    Reflect::set(&factory, &OPEN.into(), &watched)
}

fn make(database: Option<IdbDatabase>, stores: &[&str]) {
    let Some(database) = database else { return };
    let names = database.object_store_names();
    for store in stores.iter().filter(|store| !names.contains(store)) {
        // What fails here fails the request.
        let _ = database.create_object_store(store);
    }
}

fn database_of(request: &JsValue) -> Option<IdbDatabase> {
    request.unchecked_ref::<IdbOpenDbRequest>().result().ok()?.dyn_into().ok()
}
