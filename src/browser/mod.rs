//! Adapters to the browser: each turns one browser interface into plain Rust. `JsValue` stops here.

pub mod announce;
pub mod clock;
pub mod fetch;
pub mod journal;
pub mod lock;
pub mod page;
pub mod release;
pub mod sleep;
pub mod upload;
