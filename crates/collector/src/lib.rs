//! The reference endpoint of Candor: takes events from tablets, keeps each once, says what it has, gives it back to
//! whoever may read it, and serves the kiosk itself.
//!
//! It does not count, chart or judge: a reading of the events is somebody else's. `docs/protocol.md` is its contract.

pub mod arrival;
pub mod cli;
pub mod continuity;
pub mod http;
pub mod problem;
pub mod serve;
pub mod signer;
pub mod store;
pub mod token;
pub mod webhook;
