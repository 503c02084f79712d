//! Alerts: what a manager wants to be told without looking. Rules are chosen by the owner, what they find is an event
//! `alert.raised`, and what a person has seen is an event `alert.seen`.
//!
//! The invariant: an alert is named by what it is about, and its event's id is made of that name. Whoever finds the same a
//! second time, after a restart or in another tab, makes the same event, which a journal stores once.

mod alert;
mod rules;
#[cfg(test)]
mod tests;
mod watch;

pub use self::alert::{About, Alert, Alerts, MOST_CASES, RULES, Raised, seen};
pub use self::rules::{ALERTS_RECORD, MAX_QUIET, Repeated, Rules};
pub use self::watch::{Marks, Outside, STATE_RECORD, Watch};
