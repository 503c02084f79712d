//! Candor end to end: what a test needs to stand at a real kiosk in a real browser, with a real collector behind it.
//!
//! Every process, port, profile and store belongs to one test and ends with it, also when it panics. Nothing here
//! sleeps for a while and hopes: [`wait::until`] asks again until the answer is right or the deadline has passed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the harness of tests: whatever it did not expect is a failure of the test"
)]

pub mod browser;
pub mod collector;
pub mod export;
pub mod journal;
pub mod kiosk;
pub mod manager;
pub mod process;
pub mod proxy;
pub mod remarks;
pub mod responses;
pub mod wait;
