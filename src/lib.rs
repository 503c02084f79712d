//! Candor in the browser: the kiosk that customers meet, and the manager's part, which is a module of its own and is
//! fetched when somebody opens the door.

pub mod browser;
pub mod code;
pub mod exporter;
pub mod keeper;
pub mod kiosk;
pub mod manager;
mod phc;
pub mod runtime;
mod verifier;
