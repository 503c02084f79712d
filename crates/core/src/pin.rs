//! The manager's door: what a PIN may be, and how long a wrong one makes everybody wait.
//!
//! No wall clock is asked. A wait is measured by a page that sees it pass, from the moment at which that page first saw
//! the door as it stands: a reload, another tab or a new start of the tablet can only make it longer. The verifier
//! itself (Argon2id) is computed by the shell with random bytes of its own.

use serde::{Deserialize, Serialize};

use crate::time::Uptime;

/// The named record of the journal that holds the door: the PIN's verifier and the tally of tries.
pub const DOOR_RECORD: &str = "door";
/// The fewest digits of a PIN.
pub const MIN_DIGITS: usize = 6;
/// The most.
pub const MAX_DIGITS: usize = 12;
/// Wrong tries in a row that cost nothing: fingers slip.
const FREE_REFUSALS: u32 = 2;
/// The first wait, in milliseconds; each later one is four times as long. A third slip hardly hurts, a seventh does.
const FIRST_WAIT_MS: u64 = 2_000;
/// The longest wait between two tries, and the time in which one wrong try is paid off: 90 minutes. A day has 16 of
/// these, see [`MAX_DEBT`].
pub const LONGEST_WAIT_MS: u64 = 90 * 60_000;
/// Wrong tries that may be unpaid at once. With [`LONGEST_WAIT_MS`] it bounds the guesses of any 24 hours:
/// 9 at once + 16 as time pays them off + 17 that no full disk can count + 1 for each right PIN in between. With up to
/// 18 right PINs a day that is 60.
const MAX_DEBT: u32 = 9;

/// Why a new PIN is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinFault {
    /// Something in it is no digit, or there are fewer than [`MIN_DIGITS`] or more than [`MAX_DIGITS`].
    Digits,
    /// One of the patterns that are tried first, see [`check_new`].
    Guessable,
    /// The second entry differs from the first.
    Differs,
}

/// Checks a PIN that is being chosen. Guessable is what runs in equal steps, whole or in halves (000000, 123456,
/// 147258), repeats a block (121212, 123123), or is made of pairs (112233): of a million PINs about 4,500, and the ones
/// that lists of stolen PINs begin with.
///
/// # Errors
/// The first [`PinFault`].
pub fn check_new(pin: &str, again: &str) -> Result<(), PinFault> {
    let digits = pin.as_bytes();
    if !(MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(PinFault::Digits);
    }
    if is_guessable(digits) {
        return Err(PinFault::Guessable);
    }
    if pin == again { Ok(()) } else { Err(PinFault::Differs) }
}

fn is_guessable(digits: &[u8]) -> bool {
    let half = digits.len() / 2;
    let (first, second) = digits.split_at(half);
    let repeats = |block: usize| digits.iter().zip(digits.iter().skip(block)).all(|(one, next)| one == next);
    let is_paired = || digits.chunks(2).all(|pair| pair.iter().all(|digit| pair.first() == Some(digit)));
    has_equal_steps(first) && has_equal_steps(second) || (1..=half).any(repeats) || is_paired()
}

pub(crate) fn has_equal_steps(digits: &[u8]) -> bool {
    digits.windows(3).all(|three| three[1].wrapping_sub(three[0]) == three[2].wrapping_sub(three[1]))
}

/// The tries at the door, as far as they still count. It is stored before a try is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Wrong tries since the last right one.
    pub refusals: u32,
    /// Wrong tries that neither time nor right ones have paid off: a right PIN must not hand a whole row of new guesses
    /// to whoever stands behind the manager.
    #[serde(default)]
    pub debt: u32,
}

impl Tally {
    /// How long the door has to stand untouched before the next try, in milliseconds.
    pub fn wait_ms(self) -> u64 {
        if self.debt >= MAX_DEBT {
            return LONGEST_WAIT_MS;
        }
        match self.refusals.checked_sub(FREE_REFUSALS + 1) {
            None => 0,
            Some(more) => (FIRST_WAIT_MS << (2 * more.min(8))).min(LONGEST_WAIT_MS),
        }
    }

    /// The tally with a try more, made after the door stood untouched for so long. Until it is judged it counts as wrong.
    pub fn tried(self, untouched_ms: u64) -> Self {
        let paid = u32::try_from(untouched_ms / LONGEST_WAIT_MS).unwrap_or(u32::MAX);
        Self { refusals: self.refusals.saturating_add(1), debt: self.debt.saturating_sub(paid).saturating_add(1) }
    }

    /// The tally once the last try turned out right: the row ends, and one earlier slip is forgiven.
    pub fn opened(self) -> Self {
        Self { refusals: 0, debt: self.debt.saturating_sub(2) }
    }
}

/// What one page has seen of the door. It lives in that page's memory, and begins anew with it.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// The mark of the last try, and when this page first saw it.
    seen: Option<(String, Uptime)>,
    /// Since when this page alone, of all tabs, may make tries that cannot be counted.
    alone_since: Option<Uptime>,
    /// The last such try.
    uncounted_at: Option<Uptime>,
}

impl Watch {
    /// Looks at the mark that the last try left in the record. One that this page has not seen begins the wait anew.
    pub fn see(&mut self, mark: &str, now: Uptime) {
        if self.seen.as_ref().is_none_or(|(seen, _)| seen != mark) {
            self.seen = Some((mark.to_owned(), now));
        }
    }

    /// How long the door has stood untouched before this page's eyes, in milliseconds.
    pub fn untouched_ms(&self, now: Uptime) -> u64 {
        self.seen.as_ref().map_or(0, |(_, since)| now.0.saturating_sub(since.0))
    }

    /// How long this page has to wait yet, in milliseconds.
    pub fn left_ms(&self, tally: Tally, now: Uptime) -> u64 {
        tally.wait_ms().saturating_sub(self.untouched_ms(now))
    }

    /// This page holds the one lock under which tries may go uncounted, and keeps it while it lives.
    pub fn stand_alone(&mut self, now: Uptime) {
        self.alone_since = Some(now);
    }

    /// How long a try has to wait that a full disk cannot count, in milliseconds; `None` while another tab holds the
    /// lock, or where the browser has no locks.
    pub fn uncounted_left_ms(&self, now: Uptime) -> Option<u64> {
        let since = self.alone_since?.max(self.uncounted_at.unwrap_or_default());
        Some(LONGEST_WAIT_MS.saturating_sub(now.0.saturating_sub(since.0)))
    }

    /// A try goes uncounted.
    pub fn try_uncounted(&mut self, now: Uptime) {
        self.uncounted_at = Some(now);
    }

    /// The uncounted try was right: the next need not wait for it.
    pub fn open_uncounted(&mut self) {
        self.uncounted_at = None;
    }
}

#[cfg(test)]
mod tests;
