//! The console of a page or a worker.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn log_error(message: &str);
}

/// A panic is a bug: it goes to the console, where a test and a developer see it. Then its module is done with, and
/// `end` is called.
pub fn report_panics(end: impl Fn() + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |info| {
        log_error(&info.to_string());
        end();
    }));
}
