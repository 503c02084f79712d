//! From a passphrase to a key: Argon2id.

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Fewer characters than this are refused: what is wrapped may be copied, and then guessed at without a wait.
pub const MIN_PASSPHRASE_CHARS: usize = 12;
/// Of the key that a passphrase leads to, so many bytes are written down to know it again.
const CHECK_BYTES: usize = 16;

/// Whether a passphrase may be chosen.
pub fn is_long_enough(passphrase: &str) -> bool {
    passphrase.chars().count() >= MIN_PASSPHRASE_CHARS
}

/// What one guess at a passphrase costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Costs {
    /// Lanes, computed one after the other here.
    pub lanes: u32,
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
}

impl Default for Costs {
    /// OWASP's Password Storage Cheat Sheet has 46 MiB with one pass, as strong as 19 MiB with two. That is for servers
    /// that answer many; here a person waits once, so it is three passes. The memory stays with the page until it is
    /// closed, hence not the 64 MiB of RFC 9106.
    fn default() -> Self {
        Self { lanes: 1, memory_kib: 47_104, passes: 3 }
    }
}

impl Costs {
    /// Whether these can be paid: a file from elsewhere could ask for more than a tablet has.
    fn are_bearable(self) -> bool {
        (1..=8).contains(&self.lanes)
            && (8 * 1_024..=256 * 1_024).contains(&self.memory_kib)
            && (1..=16).contains(&self.passes)
    }
}

/// A key made of a passphrase, with what may be written down to know it again. Argon2 gives both in one go; nothing of
/// the key can be told from the check.
pub(crate) struct Derived {
    pub key: Zeroizing<[u8; 32]>,
    pub check: [u8; CHECK_BYTES],
}

/// `None` when the costs are out of bounds or there is no memory for them.
pub(crate) fn derive(passphrase: &str, salt: &[u8; 16], costs: Costs) -> Option<Derived> {
    if !costs.are_bearable() {
        return None;
    }
    let mut output = Zeroizing::new([0; 32 + CHECK_BYTES]);
    let params = Params::new(costs.memory_kib, costs.passes, costs.lanes, Some(output.len())).ok()?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(passphrase.as_bytes(), salt, &mut output[..]).ok()?;
    let mut derived = Derived { key: Zeroizing::new([0; 32]), check: [0; CHECK_BYTES] };
    let (key, check) = output.split_at(32);
    derived.key.copy_from_slice(key);
    derived.check.copy_from_slice(check);
    Some(derived)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// As cheap as is taken at all.
    pub(crate) const CHEAP: Costs = Costs { lanes: 1, memory_kib: 8 * 1_024, passes: 1 };

    #[test]
    fn the_same_passphrase_leads_to_the_same_key_and_another_to_another() {
        let key = |passphrase: &str, salt: u8| *derive(passphrase, &[salt; 16], CHEAP).unwrap().key;
        assert_eq!(key("correct horse", 1), key("correct horse", 1));
        assert_ne!(key("correct horse", 1), key("correct horse ", 1));
        assert_ne!(key("correct horse", 1), key("correct horse", 2));
    }

    #[test]
    fn agrees_with_the_reference_program() {
        // echo -n 'correct horse' | argon2 0123456789abcdef -id -t 1 -k 8192 -p 1 -l 48 -r
        let derived = derive("correct horse", b"0123456789abcdef", CHEAP).unwrap();
        assert_eq!(
            candor_core::chain::hex(&*derived.key),
            "5d987a6386b3df27ed94695e742daea23a5d3639d670dad63e471197cfd3f6e5"
        );
        assert_eq!(candor_core::chain::hex(&derived.check), "f5052aea6989c4d54a379787a6dd0443");
    }

    #[test]
    fn refuses_costs_that_nobody_could_pay_or_that_cost_nothing() {
        let refused = |costs: Costs| derive("correct horse", &[1; 16], costs).is_none();
        assert!(refused(Costs { memory_kib: u32::MAX, ..CHEAP }));
        assert!(refused(Costs { passes: u32::MAX, ..CHEAP }));
        assert!(refused(Costs { memory_kib: 64, ..CHEAP }));
        assert!(refused(Costs { lanes: 0, ..CHEAP }));
        assert!(Costs::default().are_bearable());
    }

    #[test]
    fn counts_characters_and_not_bytes() {
        assert!(is_long_enough("十二个汉字的口令就够长了呀"));
        assert!(!is_long_enough("十二个汉字"));
        assert!(!is_long_enough("elevenchars"));
    }
}
