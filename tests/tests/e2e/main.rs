//! End to end: real browsers, the built app, the real collector. Run them by `make test-e2e`, one at a time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, whatever was not expected is a failure"
)]

mod captive_portal;
mod early_tap;
mod idle_reset;
mod main_story;
mod offline_story;
mod replay;
mod security_policy;
mod speed;
