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

pub mod balance;
pub mod browser;
pub mod cli;
pub mod collector;
/// Chance from a seed: the same dice that the simulation of the rules throws.
#[path = "../../crates/core/tests/simulation/dice.rs"]
pub mod dice;
pub mod disk;
pub mod early;
pub mod export;
pub mod journal;
pub mod kiosk;
pub mod manager;
pub mod process;
pub mod proxy;
pub mod receiver;
pub mod release;
pub mod remarks;
pub mod responses;
pub mod site;
pub mod summary;
pub mod tablet;
pub mod trial;
pub mod wait;
pub mod witness;
