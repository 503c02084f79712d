//! Adapters to the browser: each turns one browser interface into plain Rust. `JsValue` stops here.

pub mod announce;
pub mod clock;
pub mod console;
pub mod dom;
pub mod fetch;
pub mod journal;
pub mod lock;
pub mod opfs;
pub mod page;
pub mod quota;
pub mod release;
pub mod schema;
pub mod task;
pub mod upload;
pub mod worker;
