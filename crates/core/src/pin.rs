//! The manager's door: what a PIN may be and how long a wrong one makes everybody wait.
//!
//! The verifier itself (Argon2id) is computed by the shell with random bytes of its own; the rules are here.

/// The named record of the journal that holds the door: the PIN's verifier and the refusals in a row.
pub const DOOR_RECORD: &str = "door";
/// The fewest digits of a PIN.
pub const MIN_DIGITS: usize = 6;
/// The most.
pub const MAX_DIGITS: usize = 12;
/// Wrong tries that cost nothing: fingers slip.
const FREE_REFUSALS: u32 = 2;
/// The longest wait between two tries: 15 minutes.
const MAX_DELAY_MS: u64 = 15 * 60_000;

/// Why a new PIN is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinFault {
    /// Something in it is no digit, or there are fewer than [`MIN_DIGITS`] or more than [`MAX_DIGITS`].
    Digits,
    /// One digit over and over, or digits in a row: the first that anybody tries.
    Guessable,
    /// The second entry differs from the first.
    Differs,
}

/// Checks a PIN that is being chosen.
///
/// # Errors
/// The first [`PinFault`].
pub fn check_new(pin: &str, again: &str) -> Result<(), PinFault> {
    let digits: Vec<u8> = pin.bytes().collect();
    if !(MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(PinFault::Digits);
    }
    let steps: Vec<i16> = digits.windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0])).collect();
    if steps.iter().all(|step| *step == 0)
        || steps.iter().all(|step| *step == 1)
        || steps.iter().all(|step| *step == -1)
    {
        return Err(PinFault::Guessable);
    }
    if pin == again { Ok(()) } else { Err(PinFault::Differs) }
}

/// How long the door stays shut after so many refusals in a row, in milliseconds: nothing twice, then 2 s doubling to
/// 15 minutes. A million PINs take centuries.
pub fn delay_ms(refusals: u32) -> u64 {
    match refusals.checked_sub(FREE_REFUSALS + 1) {
        None => 0,
        Some(more) => (2_000_u64 << more.min(16)).min(MAX_DELAY_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_pin_that_is_not_the_first_guess() {
        assert_eq!(check_new("471902", "471902"), Ok(()));
        for short in ["", "12345", "47190a", "四七一九零二", "4719024719024"] {
            assert_eq!(check_new(short, short), Err(PinFault::Digits), "{short}");
        }
        for guessable in ["000000", "123456", "987654", "77777777"] {
            assert_eq!(check_new(guessable, guessable), Err(PinFault::Guessable), "{guessable}");
        }
        assert_eq!(check_new("471902", "471903"), Err(PinFault::Differs));
    }

    #[test]
    fn the_wait_grows_and_is_bounded() {
        let waits: Vec<u64> = (0..7).map(delay_ms).collect();
        assert_eq!(waits, [0, 0, 0, 2_000, 4_000, 8_000, 16_000]);
        assert_eq!(delay_ms(u32::MAX), MAX_DELAY_MS);
    }
}
