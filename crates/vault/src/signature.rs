//! Ed25519: is a head signed as it says, and by a key to trust?

use std::str::FromStr;

use candor_core::verify;
use candor_core::witness::SignedHead;
use ed25519_dalek::{Signature, VerifyingKey};

use crate::hex::decode;

/// A receiver's public key, as `candor-collector key` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiverKey(VerifyingKey);

/// Why a text is no [`ReceiverKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiverKeyFault;

impl std::fmt::Display for ReceiverKeyFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a public key is the 64 hexadecimal digits that candor-collector key prints")
    }
}

impl std::error::Error for ReceiverKeyFault {}

impl FromStr for ReceiverKey {
    type Err = ReceiverKeyFault;

    fn from_str(text: &str) -> Result<Self, ReceiverKeyFault> {
        let bytes = decode::<32>(text).ok_or(ReceiverKeyFault)?;
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| ReceiverKeyFault)
    }
}

/// Looks at a head's signature. With no trusted key any key is taken, on first sight.
pub fn judge(head: &SignedHead, trusted: &[ReceiverKey]) -> verify::Signature {
    let key = head.key.parse::<ReceiverKey>().ok();
    let signature = decode::<64>(&head.signature).map(|bytes| Signature::from_bytes(&bytes));
    match (key, signature) {
        (Some(key), Some(signature)) if key.0.verify_strict(&head.payload(), &signature).is_ok() => {
            if trusted.is_empty() || trusted.contains(&key) {
                verify::Signature::Good
            } else {
                verify::Signature::Untrusted
            }
        }
        _ => verify::Signature::Bad,
    }
}

#[cfg(test)]
mod tests {
    use candor_core::chain::hex;
    use ed25519_dalek::{Signer, SigningKey};

    use super::*;

    fn signed(seed: u8) -> SignedHead {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let head = SignedHead { key: hex(key.verifying_key().as_bytes()), seq: 5, ..SignedHead::default() };
        SignedHead { signature: hex(&key.sign(&head.payload()).to_bytes()), ..head }
    }

    #[test]
    fn takes_a_good_signature_of_a_trusted_key_only() {
        let (one, two) = (signed(1), signed(2));
        let keys = [one.key.parse().unwrap()];
        assert_eq!(judge(&one, &[]), verify::Signature::Good);
        assert_eq!(judge(&one, &keys), verify::Signature::Good);
        assert_eq!(judge(&two, &keys), verify::Signature::Untrusted);
        for bad in [
            SignedHead { seq: 6, ..one.clone() },
            SignedHead { key: two.key.clone(), ..one.clone() },
            SignedHead { signature: String::new(), ..one.clone() },
            SignedHead { key: "00".to_owned(), ..one },
        ] {
            assert_eq!(judge(&bad, &keys), verify::Signature::Bad, "{bad:?}");
        }
    }
}
