//! What a browser should collect while rows by the ten thousand pass through a worker.

use std::cell::Cell;

use js_sys::{Array, Function, Reflect, global};
use wasm_bindgen::JsCast;

/// Some five megabytes of garbage, by measurement in Chromium.
const ROWS: usize = 1_000;
/// V8 begins to collect when array buffers have grown by 64 MiB.
const BYTES: u32 = 66 << 20;

/// Counts the rows that a worker has read.
///
/// What IndexedDB hands over lies outside V8's heap: in the heap itself there is so little that it is not collected for
/// a long time, and months of a backlog leave two hundred megabytes behind. A large array buffer that nobody writes into
/// takes no memory, and is what makes V8 look ([ADR 13](../../docs/adr/0013-a-keeper-in-a-worker.md)).
#[derive(Debug, Default)]
pub struct Garbage {
    rows: Cell<usize>,
}

impl Garbage {
    /// So many rows were read, and are done with.
    pub fn add(&self, rows: usize) {
        self.rows.set(self.rows.get() + rows);
        if self.rows.get() >= ROWS {
            self.rows.set(0);
            // A browser that does not give so much needs no telling.
            let constructor = Reflect::get(&global(), &"ArrayBuffer".into()).ok();
            let _ = constructor
                .and_then(|constructor| constructor.dyn_into::<Function>().ok())
                .map(|constructor| Reflect::construct(&constructor, &Array::of1(&BYTES.into())));
        }
    }
}
