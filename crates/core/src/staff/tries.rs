//! Signing in at the tablet with a code: how often somebody may guess, and how long a sign-in holds.
//!
//! The wait is that of the manager's door ([`crate::pin`]), with one tally for everybody: whoever guesses for one clerk
//! after the other waits as long as for one.

use serde::{Deserialize, Serialize};

use crate::pin::Tally;
use crate::time::UnixMillis;

/// The named record of the journal that holds the tally of tries.
pub const TRIES_RECORD: &str = "staff-tries";
/// The named record that holds who has signed in; empty for nobody.
pub const SIGN_IN_RECORD: &str = "signed-in";
/// Where neither a shift nor the opening hours say when it ends: longer than anybody serves.
const LONGEST_MS: i64 = 12 * 60 * 60 * 1_000;

/// The tries so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// As at the manager's door.
    #[serde(flatten)]
    pub tally: Tally,
    /// Made anew for each try, so that a page knows one that it has not seen.
    #[serde(default)]
    pub attempt: String,
}

impl Tries {
    /// Reads the record; `None` where there is something that cannot be read. None yet is no try.
    pub fn from_json(record: Option<&str>) -> Option<Self> {
        match record {
            None | Some("") => Some(Self::default()),
            Some(json) => serde_json::from_str(json).ok(),
        }
    }

    /// The record.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Somebody who has signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Who, by number.
    pub number: String,
    /// When, in Unix milliseconds.
    pub since: i64,
    /// When it ends by itself, in Unix milliseconds.
    pub until: i64,
}

impl SignIn {
    /// Somebody signs in now. `ends` are the ends of what goes on, as far as they are known: of the shift, of the opening
    /// hours. The first of them counts.
    pub fn new(number: &str, now: UnixMillis, ends: [Option<UnixMillis>; 2]) -> Self {
        let longest = now.0.saturating_add(LONGEST_MS);
        let until = ends.into_iter().flatten().map(|end| end.0).chain([longest]).min().unwrap_or(longest);
        Self { number: number.to_owned(), since: now.0, until }
    }

    /// Whether it still holds. A clock that was set back to before it ends it as well.
    pub fn holds(&self, now: UnixMillis) -> bool {
        (self.since..self.until).contains(&now.0)
    }

    /// The record.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_ends_with_the_first_end_that_comes() {
        let at = |hour: i64| UnixMillis(hour * 3_600_000);
        let until = |ends| SignIn::new("7", at(8), ends).until;
        assert_eq!(until([Some(at(14)), Some(at(17))]), at(14).0);
        assert_eq!(until([None, Some(at(17))]), at(17).0);
        assert_eq!(until([None, None]), at(20).0);
        assert_eq!(until([None, Some(at(90))]), at(20).0, "a place that is always open");
        let signed = SignIn::new("7", at(8), [Some(at(14)), None]);
        assert_eq!([7, 8, 13, 14].map(|hour| signed.holds(at(hour))), [false, true, true, false]);
        assert_eq!(serde_json::from_str::<SignIn>(&signed.to_json()).ok(), Some(signed));
    }

    #[test]
    fn tries_that_cannot_be_read_are_not_none() {
        assert_eq!(Tries::from_json(None), Some(Tries::default()));
        assert_eq!(Tries::from_json(Some("no")), None);
        let tries = Tries { tally: Tally::default().tried(0), attempt: "a1".into() };
        assert_eq!(Tries::from_json(Some(&tries.to_json())), Some(tries));
    }
}
