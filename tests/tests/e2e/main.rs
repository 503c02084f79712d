//! End to end: real browsers, the built app, the real collector. Run them by `make test-e2e`, one at a time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, whatever was not expected is a failure"
)]

mod accessibility;
mod alerts;
mod backup;
mod captive_portal;
mod cases;
mod clerk;
mod comments;
mod door;
mod early_tap;
mod editor;
mod exports;
mod health;
mod idle_reset;
mod improvements;
mod insight;
mod keeper;
mod lock;
mod main_story;
mod offline_story;
mod opening;
mod provision;
mod quarantine;
mod receivers;
mod refuge;
mod releases;
mod replay;
mod schema;
mod second_place;
mod security_policy;
mod settings;
mod soak;
mod speed;
mod staff;
mod starting;
mod surveys;
mod switches;
mod wake_ups;
