//! Cases: what becomes of a bad rating. They are a reading of the journal like every other figure; nothing is stored but
//! events.
//!
//! A rating at or below the level that the rules of its time name *is* a case, without an event of its own; any other
//! becomes one by `case.opened`. A case bears the name of its response, so that whoever has the events arrives at the same
//! cases. The invariant: folding the same events in any order, in whichever portions and however often, gives the same
//! cases, and no event about a case is ever left out of its history.

mod change;
mod clock;
mod file;
mod fold;
mod list;
mod rates;
mod rules;
#[cfg(test)]
mod tests;

pub use self::change::{Change, Decision, Ground, Recorded, Step, StepResult, What, changed, opened, upheld_appeal};
pub use self::clock::Clock;
pub use self::file::{Appeal, Case, Contact, Origin, Rated, Second, Standing, StepState};
pub use self::fold::{Cases, Outlook};
pub use self::list::{Counts, Sieve, State};
pub use self::rates::{Numbers, Rates};
pub use self::rules::{
    CASES_RECORD, CaseRules, Fault, Limit, MAX_DAYS, MAX_HOURS, MAX_NAME, MAX_ROUTES, Route, Working, Wrong,
    rules_changed,
};
