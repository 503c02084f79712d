//! The fault suite: what goes wrong on a tablet, one fault after the other, against the built app in a real browser.
//!
//! It comes in two sizes: `make test` runs the small one, `make faults` the full counts. Each trial prints its seed;
//! `CANDOR_SEED` gives the same chance again. `docs/reliability.md` is made of the records that trials leave behind,
//! each with the size that it ran in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, whatever was not expected is a failure"
)]

mod backlog;
mod corruption;
mod engines;
mod full;
mod hands;
mod kill;
mod network;
mod portal;
mod power;
mod refuge;
mod starts;
mod stories;
mod tabs;
mod tampering;
