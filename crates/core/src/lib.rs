//! The rules of Candor: what is asked, what is recorded, what is sent next and what the answers add up to.
//!
//! Nothing in here reads a clock, draws random bytes, touches a browser or a network: time and randomness come in
//! as arguments, decisions go out as values. `tests/layers.rs` holds the crate to that.

pub mod alerts;
pub mod attract;
pub mod batch;
pub mod cases;
pub mod chain;
pub mod chart;
pub mod event;
pub mod export;
pub mod facts;
pub mod first_screen;
pub mod flags;
pub mod health;
pub mod hours;
pub mod http;
pub mod improvement;
pub mod insight;
pub mod journal;
pub mod mask;
pub mod outbox;
pub mod pin;
pub mod printable;
pub mod provision;
pub mod reader;
pub mod rehearsal;
pub mod repeats;
pub mod results;
pub mod scrub;
pub mod second;
pub mod session;
pub mod settings;
pub mod staff;
pub mod statistics;
pub mod survey;
pub mod targets;
pub mod themes;
pub mod time;
pub mod vandal;
pub mod verify;
pub mod wire;
pub mod witness;
pub mod words;
