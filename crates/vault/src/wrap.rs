//! A private key under a passphrase, and the record `sealing` that a tablet keeps.

use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::key::{KeyPair, PrivateKey, PublicKey};
use crate::passphrase::{Costs, derive};

/// The named record of the journal that holds the key that words are sealed to; absent or empty where they are not.
pub const SEALING_RECORD: &str = "sealing";
/// The named record of keys made here that are no longer in force, a line each: what they sealed they still open.
pub const KEPT_KEYS_RECORD: &str = "sealing:kept";
/// Stands in front of the public key in what is bound to a wrapped one.
const DOMAIN: &[u8] = b"candor key v1\n";

/// A private key encrypted with XChaCha20-Poly1305 under a key that Argon2id makes of a passphrase. As JSON it can be
/// kept on a tablet or in a file. Bytes are base64url without padding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapped {
    /// What a guess at the passphrase costs.
    pub argon2: Costs,
    /// 16 bytes that know the right passphrase again.
    pub check: String,
    /// 24 bytes.
    pub nonce: String,
    /// 16 bytes.
    pub salt: String,
    /// The key, 32 bytes, and the tag, 16.
    pub wrapped: String,
}

/// Why a wrapped key stays wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnwrapFault {
    /// The passphrase is another one.
    Passphrase,
    /// The passphrase is right, and the key was altered or belongs to another public one; or the record is none.
    Altered,
    /// There is no memory for Argon2, or more is asked for than is ever used.
    Costs,
    /// The tablet has the public half only.
    Absent,
}

impl Wrapped {
    /// Wraps the private half of a pair. `random`: 40 bytes fresh from the system, salt and nonce.
    ///
    /// # Errors
    /// [`UnwrapFault::Costs`].
    pub fn new(pair: &KeyPair, passphrase: &str, random: &[u8; 40]) -> Result<Self, UnwrapFault> {
        Self::with_costs(pair, passphrase, random, Costs::default())
    }

    pub(crate) fn with_costs(
        pair: &KeyPair,
        passphrase: &str,
        random: &[u8; 40],
        costs: Costs,
    ) -> Result<Self, UnwrapFault> {
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        salt.copy_from_slice(&random[..16]);
        nonce.copy_from_slice(&random[16..]);
        let derived = derive(passphrase, &salt, costs).ok_or(UnwrapFault::Costs)?;
        let bound_to = bound_to(&pair.public);
        let payload = Payload { msg: pair.private.as_bytes(), aad: &bound_to };
        let cipher = XChaCha20Poly1305::new((&*derived.key).into());
        let wrapped = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| UnwrapFault::Altered)?;
        Ok(Self {
            argon2: costs,
            check: Base64UrlUnpadded::encode_string(&derived.check),
            nonce: Base64UrlUnpadded::encode_string(&nonce),
            salt: Base64UrlUnpadded::encode_string(&salt),
            wrapped: Base64UrlUnpadded::encode_string(&wrapped),
        })
    }

    fn unwrap(&self, public: &PublicKey, passphrase: &str) -> Result<KeyPair, UnwrapFault> {
        let bytes = |text: &str| Base64UrlUnpadded::decode_vec(text).map_err(|_| UnwrapFault::Altered);
        let salt: [u8; 16] = bytes(&self.salt)?.try_into().map_err(|_| UnwrapFault::Altered)?;
        let nonce: [u8; 24] = bytes(&self.nonce)?.try_into().map_err(|_| UnwrapFault::Altered)?;
        let (check, wrapped) = (bytes(&self.check)?, bytes(&self.wrapped)?);
        let derived = derive(passphrase, &salt, self.argon2).ok_or(UnwrapFault::Costs)?;
        if check != derived.check {
            return Err(UnwrapFault::Passphrase);
        }
        let bound_to = bound_to(public);
        let payload = Payload { msg: &wrapped, aad: &bound_to };
        let cipher = XChaCha20Poly1305::new((&*derived.key).into());
        let opened = Zeroizing::new(cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| UnwrapFault::Altered)?);
        let mut private = Zeroizing::new([0; 32]);
        if opened.len() != private.len() {
            return Err(UnwrapFault::Altered);
        }
        private.copy_from_slice(&opened);
        let pair = KeyPair::of(PrivateKey::from_bytes(&private)).ok_or(UnwrapFault::Altered)?;
        if pair.public == *public { Ok(pair) } else { Err(UnwrapFault::Altered) }
    }
}

fn bound_to(public: &PublicKey) -> Vec<u8> {
    [DOMAIN, public.as_bytes()].concat()
}

/// What a tablet keeps of its sealing key, and what a key file holds: `{"public":…,"wrapped":{…}|null}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealing {
    /// What words are sealed to.
    pub public: PublicKey,
    /// The private half; a tablet that was given an organisation's public key has none.
    pub wrapped: Option<Wrapped>,
}

#[derive(Serialize, Deserialize)]
struct Record {
    public: String,
    wrapped: Option<Wrapped>,
}

impl Sealing {
    /// A key made here, its private half wrapped. `random`: 40 bytes fresh from the system.
    ///
    /// # Errors
    /// [`UnwrapFault::Costs`].
    pub fn wrap(pair: &KeyPair, passphrase: &str, random: &[u8; 40]) -> Result<Self, UnwrapFault> {
        Ok(Self { public: pair.public, wrapped: Some(Wrapped::new(pair, passphrase, random)?) })
    }

    /// Reads the record; `None` for anything else. A kiosk that gets `None` for a record that is there must not store
    /// words in clear.
    pub fn from_json(json: &str) -> Option<Self> {
        let Record { public, wrapped } = serde_json::from_str(json).ok()?;
        Some(Self { public: PublicKey::parse(&public).ok()?, wrapped })
    }

    /// The record as it is kept.
    pub fn to_json(&self) -> String {
        let record = Record { public: self.public.to_hex(), wrapped: self.wrapped.clone() };
        serde_json::to_string(&record).unwrap_or_default()
    }

    /// The pair, by the passphrase. Takes about a second.
    ///
    /// # Errors
    /// [`UnwrapFault`].
    pub fn unwrap(&self, passphrase: &str) -> Result<KeyPair, UnwrapFault> {
        self.wrapped.as_ref().ok_or(UnwrapFault::Absent)?.unwrap(&self.public, passphrase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passphrase::tests::CHEAP;

    const PASSPHRASE: &str = "正确的口令 correct horse";

    fn sealing() -> (KeyPair, Sealing) {
        let pair = KeyPair::from_seed(&[3; 32]);
        let wrapped = Wrapped::with_costs(&pair, PASSPHRASE, &[4; 40], CHEAP).unwrap();
        (pair.clone(), Sealing { public: pair.public, wrapped: Some(wrapped) })
    }

    fn check(change: impl Fn(&mut Wrapped), expected: UnwrapFault) {
        let (_, mut sealing) = sealing();
        sealing.wrapped.as_mut().map(change).unwrap();
        assert_eq!(sealing.unwrap(PASSPHRASE).map(|_| ()), Err(expected));
    }

    #[test]
    fn comes_back_by_the_passphrase_and_no_other() {
        let (pair, sealing) = sealing();
        let opened = sealing.unwrap(PASSPHRASE).unwrap();
        assert_eq!((opened.private.as_bytes(), opened.public), (pair.private.as_bytes(), pair.public));
        assert_eq!(sealing.unwrap("correct horse").map(|_| ()), Err(UnwrapFault::Passphrase));
        assert_eq!(sealing.unwrap("").map(|_| ()), Err(UnwrapFault::Passphrase));
    }

    #[test]
    fn tells_an_altered_key_from_a_wrong_passphrase() {
        check(|wrapped| wrapped.wrapped.replace_range(..1, "_"), UnwrapFault::Altered);
        check(|wrapped| wrapped.wrapped = String::new(), UnwrapFault::Altered);
        check(|wrapped| wrapped.nonce.replace_range(..1, "_"), UnwrapFault::Altered);
        check(|wrapped| wrapped.nonce.push('!'), UnwrapFault::Altered);
        check(|wrapped| wrapped.argon2.memory_kib = u32::MAX, UnwrapFault::Costs);
        // Another salt leads to another key: that cannot be told from another passphrase.
        check(|wrapped| wrapped.salt.replace_range(..1, "_"), UnwrapFault::Passphrase);
    }

    #[test]
    fn is_bound_to_its_public_half() {
        let (_, sealing) = sealing();
        let other = Sealing { public: KeyPair::from_seed(&[5; 32]).public, ..sealing };
        assert_eq!(other.unwrap(PASSPHRASE).map(|_| ()), Err(UnwrapFault::Altered));
    }

    #[test]
    fn a_tablet_with_the_public_half_alone_opens_nothing() {
        let (pair, _) = sealing();
        let sealing = Sealing { public: pair.public, wrapped: None };
        assert_eq!(sealing.to_json(), format!(r#"{{"public":"{}","wrapped":null}}"#, pair.public.to_hex()));
        assert_eq!(sealing.unwrap(PASSPHRASE).map(|_| ()), Err(UnwrapFault::Absent));
    }

    #[test]
    fn survives_being_written_and_read_again() {
        let (_, sealing) = sealing();
        assert_eq!(Sealing::from_json(&sealing.to_json()), Some(sealing.clone()));
        let json = sealing.to_json();
        assert_eq!(json, serde_json_canonicalizer::to_string(&serde_json::from_str::<Record>(&json).unwrap()).unwrap());
        for other in ["", "{}", "null", r#"{"public":"00"}"#] {
            assert_eq!(Sealing::from_json(other), None, "{other}");
        }
    }

    #[test]
    fn a_record_with_the_public_key_alone_is_read_as_one_without_a_private() {
        let (pair, _) = sealing();
        let json = format!(r#"{{"public":"{}"}}"#, pair.public.to_hex());
        assert_eq!(Sealing::from_json(&json), Some(Sealing { public: pair.public, wrapped: None }));
    }
}
