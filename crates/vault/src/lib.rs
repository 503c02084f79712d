//! What is kept from eyes: customers' words sealed to a key, that key under a passphrase, and back-ups.
//!
//! Like the core it reads no clock, draws no random bytes and touches nothing outside: random bytes are arguments, and
//! whoever calls takes them from the system. It invents no cipher either; what it uses, and why, is in
//! `docs/sealing.md` and ADR 16.
#![forbid(unsafe_code)]

pub mod backup;
mod hex;
mod key;
mod passphrase;
mod seal;
pub mod signature;
mod wrap;

pub use key::{KeyFault, KeyPair, PrivateKey, PublicKey};
pub use passphrase::{Costs, MIN_PASSPHRASE_CHARS, is_long_enough};
pub use seal::{OpenFault, SealFault, open, seal};
pub use wrap::{KEPT_KEYS_RECORD, SEALING_RECORD, Sealing, UnwrapFault, Wrapped};
