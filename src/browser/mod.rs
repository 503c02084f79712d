//! Adapters to the browser: each turns one browser interface into plain Rust. `JsValue` stops here.

pub mod announce;
pub mod clock;
pub mod fetch;
pub mod journal;
pub mod lock;
pub mod page;
pub mod task;
pub mod upload;
