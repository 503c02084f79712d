//! The present: both clocks and fresh random bytes, as the rules want them.

use candor_core::time::{Moment, UnixMillis, Uptime, UtcOffset};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;

    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
}

/// The clock that never jumps.
pub fn uptime() -> Uptime {
    Uptime(performance_now() as u64)
}

/// The wall clock.
pub fn now() -> UnixMillis {
    UnixMillis(js_sys::Date::now() as i64)
}

/// The wall clock's distance from UTC at an instant.
pub fn offset_at(now: UnixMillis) -> UtcOffset {
    // The browser counts minutes west of UTC.
    let west = js_sys::Date::new(&JsValue::from_f64(now.0 as f64)).get_timezone_offset();
    UtcOffset(-(west as i16))
}

/// Everything about the present that a rule may need.
pub fn moment() -> Moment {
    let now = now();
    Moment { now, offset: offset_at(now), uptime: uptime(), random: random() }
}

/// Fresh random bytes from the browser's cryptographic source.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Documented to fail only above 65,536 bytes.
    let _ = get_random_values(&mut bytes);
    bytes
}
