//! The two halves of a sealing key (X25519): anybody may seal with the one, only the other opens.

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
use candor_core::chain::{Hash, hex};
use hpke::{Deserializable, Kem as _, OpModeS, Serializable, setup_sender_with_rng};
use zeroize::Zeroizing;

use crate::hex::decode;
use crate::seal::{Aead, Given, Kdf, Kem};

/// How many digits of the key's SHA-256 name it.
const NAME_DIGITS: usize = 16;

/// Why a text is no public key to seal to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// Neither 64 hexadecimal digits nor the base64 of 32 bytes.
    Form,
    /// The name behind the colon is another key's: something was mistyped or lost in copying.
    Name,
    /// A point that every private key gives the same secret with: what is sealed to it, anybody can open.
    Weak,
}

/// What words are sealed to. It is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Takes the 32 bytes of a key.
    ///
    /// # Errors
    /// [`KeyFault::Weak`].
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, KeyFault> {
        let key = Self(bytes);
        // HPKE refuses a point of small order when it is first sealed to. Better here, while a person is looking.
        let trial = setup_sender_with_rng::<Aead, Kdf, Kem>(
            &OpModeS::Base,
            &key.for_hpke().ok_or(KeyFault::Weak)?,
            b"",
            &mut Given::new(&[1; 32]),
        );
        trial.map(|_| key).map_err(|_| KeyFault::Weak)
    }

    /// Reads a key as a person enters it: hexadecimal or base64 (either alphabet), alone or with a colon and its name
    /// behind it, which [`Self::written`] gives and which is checked.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        let text = text.trim();
        let (digits, name) = text.split_once(':').map_or((text, None), |(digits, name)| (digits, Some(name)));
        let key = Self::from_bytes(decode(digits).or_else(|| from_base64(digits)).ok_or(KeyFault::Form)?)?;
        match name {
            Some(name) if !name.eq_ignore_ascii_case(&key.name()) => Err(KeyFault::Name),
            _ => Ok(key),
        }
    }

    /// 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// The first 16 hexadecimal digits of the SHA-256 of the key: what a sealed text and people call it.
    pub fn name(&self) -> String {
        let mut name = Hash::of(&self.0).as_str().to_owned();
        name.truncate(NAME_DIGITS);
        name
    }

    /// The key with its name as a check, to be copied: `{hex}:{name}`.
    pub fn written(&self) -> String {
        [&self.to_hex(), ":", &self.name()].concat()
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn for_hpke(&self) -> Option<<Kem as hpke::Kem>::PublicKey> {
        <Kem as hpke::Kem>::PublicKey::from_bytes(&self.0).ok()
    }
}

fn from_base64(text: &str) -> Option<[u8; 32]> {
    let readers =
        [Base64::decode_vec, Base64Unpadded::decode_vec, Base64Url::decode_vec, Base64UrlUnpadded::decode_vec];
    readers.iter().find_map(|read| read(text).ok()?.try_into().ok())
}

/// What opens sealed words. Wiped from memory when it is dropped, and never shown.
#[derive(Clone)]
pub struct PrivateKey(Zeroizing<[u8; 32]>);

impl PrivateKey {
    pub(crate) fn from_bytes(bytes: &Zeroizing<[u8; 32]>) -> Self {
        Self(bytes.clone())
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn for_hpke(&self) -> Option<<Kem as hpke::Kem>::PrivateKey> {
        <Kem as hpke::Kem>::PrivateKey::from_bytes(&*self.0).ok()
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

/// Both halves.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// What opens.
    pub private: PrivateKey,
    /// What seals.
    pub public: PublicKey,
}

impl KeyPair {
    /// The pair that 32 random bytes lead to (`DeriveKeyPair` of RFC 9180).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let (private, public) = Kem::derive_keypair(seed);
        Self {
            private: PrivateKey(Zeroizing::new(private.to_bytes().into())),
            public: PublicKey(public.to_bytes().into()),
        }
    }

    /// The pair of a private half; `None` for bytes that are none.
    pub(crate) fn of(private: PrivateKey) -> Option<Self> {
        let public = Kem::sk_to_pk(&private.for_hpke()?);
        Some(Self { private, public: PublicKey(public.to_bytes().into()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> KeyPair {
        KeyPair::from_seed(&[7; 32])
    }

    fn check(text: &str, expected: Result<PublicKey, KeyFault>) {
        assert_eq!(PublicKey::parse(text), expected, "{text}");
    }

    #[test]
    fn reads_a_key_in_every_form_that_people_copy() {
        let key = pair().public;
        let bytes = key.as_bytes();
        check(&key.to_hex(), Ok(key));
        check(&key.to_hex().to_uppercase(), Ok(key));
        check(&key.written(), Ok(key));
        check(&format!("  {}\n", key.written()), Ok(key));
        check(&Base64::encode_string(bytes), Ok(key));
        check(&Base64UrlUnpadded::encode_string(bytes), Ok(key));
        check(&format!("{}:{}", Base64Unpadded::encode_string(bytes), key.name().to_uppercase()), Ok(key));
    }

    #[test]
    fn refuses_what_is_mistyped() {
        let written = pair().public.written();
        check("", Err(KeyFault::Form));
        check(&written[1..], Err(KeyFault::Form));
        check(&written.replacen(&written[..1], "g", 1), Err(KeyFault::Form));
        let other = if written.starts_with('0') { "1" } else { "0" };
        check(&format!("{other}{}", &written[1..]), Err(KeyFault::Name));
        check(&written[..70], Err(KeyFault::Name));
    }

    #[test]
    fn refuses_the_points_that_keep_no_secret() {
        // RFC 7748, section 6.1, and the points of order 8 of the curve.
        for weak in [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ] {
            check(weak, Err(KeyFault::Weak));
        }
    }

    #[test]
    fn derives_the_pair_of_rfc_9180() {
        let seed = decode("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df").unwrap();
        let pair = KeyPair::from_seed(&seed);
        assert_eq!(pair.public.to_hex(), "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
        assert_eq!(KeyPair::of(pair.private.clone()).unwrap().public, pair.public);
        assert_eq!(format!("{:?}", pair.private), "PrivateKey(…)");
    }
}
