//! Verifiers of the manager's PIN and of clerks' codes: Argon2id, so that a copy of the tablet's storage does not give a PIN
//! away cheaply.

use argon2::{Algorithm, Argon2, Params, Version};

use crate::phc::Phc;

const LANES: u32 = 1;
const HASH_BYTES: usize = 32;

/// What a guess costs whoever has the storage, and a try this tablet.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

/// A verifier for a PIN, as a PHC string; `None` when there is no memory for it.
pub fn make(pin: &str, salt: &[u8; 16], costs: Costs) -> Option<String> {
    let Costs { memory_kib, passes } = costs;
    let made = Phc { memory_kib, passes, lanes: LANES, salt: salt.to_vec(), hash: Vec::new() };
    let hash = hash(pin, &made, HASH_BYTES)?;
    Some(Phc { hash, ..made }.to_string())
}

/// Whether a PIN is the one that the verifier was made of; `None` when that cannot be found out: the verifier is
/// damaged, or there is no memory for the work.
pub fn verify(pin: &str, verifier: &str) -> Option<bool> {
    let known = Phc::parse(verifier)?;
    let tried = hash(pin, &known, known.hash.len())?;
    // Compared to the end, so that the time taken says nothing.
    let difference = tried.iter().zip(&known.hash).fold(0, |all, (a, b)| all | (a ^ b));
    Some(difference == 0)
}

fn hash(pin: &str, with: &Phc, bytes: usize) -> Option<Vec<u8>> {
    let params = Params::new(with.memory_kib, with.passes, with.lanes, Some(bytes)).ok()?;
    let mut hash = vec![0; bytes];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(pin.as_bytes(), &with.salt, &mut hash).ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn agrees_with_the_reference_program() {
        // echo -n password | argon2 somesalt -id -t 2 -k 256 -p 1
        let verifier = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert_eq!(verify("password", verifier), Some(true));
        assert_eq!(verify("Password", verifier), Some(false));
    }

    #[wasm_bindgen_test]
    fn takes_the_pin_and_no_other() {
        let costs = Costs { memory_kib: 19_456, passes: 2 };
        let verifier = make("471902", &[7; 16], costs).unwrap();
        assert!(verifier.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(verify("471902", &verifier), Some(true));
        assert_eq!(verify("471903", &verifier), Some(false));
        assert_eq!(verify("471902", "damaged"), None);
        assert_ne!(make("471902", &[8; 16], costs).unwrap(), verifier);
    }
}
