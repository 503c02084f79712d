//! Words sealed to a key: HPKE (RFC 9180) in base mode with X25519, HKDF-SHA256 and ChaCha20-Poly1305.
//!
//! What is sealed is bound to the event that it belongs to: moved to another event it does not open.

use std::convert::Infallible;

use base64ct::{Base64UrlUnpadded, Encoding};
use candor_core::chain::PersonalText;
use candor_core::event::EventId;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal_with_rng};

use crate::key::{PrivateKey, PublicKey};

pub(crate) type Aead = hpke::aead::ChaCha20Poly1305;
pub(crate) type Kdf = hpke::kdf::HkdfSha256;
pub(crate) type Kem = hpke::kem::X25519HkdfSha256;

/// Says what these keys are for, so that nothing sealed elsewhere with the same key passes for a text.
const INFO: &[u8] = b"candor text v1";
/// The encapsulated key that stands in front.
const ENCAPSULATED: usize = 32;

/// The words could not be sealed: the key is none. A key that was read by [`PublicKey`] does not come to this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealFault;

/// Why sealed words stay sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenFault {
    /// They are sealed to another key, of this name.
    OtherKey(String),
    /// They were altered, or belong to another event.
    Altered,
}

/// Random bytes that were drawn outside, given to a library that wants to draw them.
///
/// HPKE draws once, 32 bytes. Were it ever to draw more, it would get the same again, which the test against RFC 9180
/// would show.
pub(crate) struct Given<'a> {
    bytes: std::iter::Cycle<std::slice::Iter<'a, u8>>,
}

impl<'a> Given<'a> {
    pub(crate) fn new(bytes: &'a [u8; 32]) -> Self {
        Self { bytes: bytes.iter().cycle() }
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.bytes.next().copied().unwrap_or_default())
    }
}

impl TryRng for Given<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.array()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.array()))
    }

    fn try_fill_bytes(&mut self, filled: &mut [u8]) -> Result<(), Infallible> {
        filled.iter_mut().zip(&mut self.bytes).for_each(|(byte, given)| *byte = *given);
        Ok(())
    }
}

impl TryCryptoRng for Given<'_> {}

/// Seals the words of an event. `random`: fresh from the system for every text. What is sealed already stays as it is.
///
/// # Errors
/// [`SealFault`].
pub fn seal(
    public: &PublicKey,
    event: &EventId,
    text: &PersonalText,
    random: &[u8; 32],
) -> Result<PersonalText, SealFault> {
    if text.comment().is_none() {
        return Ok(text.clone());
    }
    let sealed = seal_bytes(public, INFO, event.as_str().as_bytes(), text.to_json().as_bytes(), random)?;
    Ok(PersonalText::Sealed { key: public.name(), sealed: Base64UrlUnpadded::encode_string(&sealed) })
}

fn seal_bytes(
    public: &PublicKey,
    info: &[u8],
    bound_to: &[u8],
    plain: &[u8],
    random: &[u8; 32],
) -> Result<Vec<u8>, SealFault> {
    let recipient = public.for_hpke().ok_or(SealFault)?;
    let (encapsulated, sealed) = single_shot_seal_with_rng::<Aead, Kdf, Kem>(
        &OpModeS::Base,
        &recipient,
        info,
        plain,
        bound_to,
        &mut Given::new(random),
    )
    .map_err(|_| SealFault)?;
    Ok([&encapsulated.to_bytes()[..], &sealed].concat())
}

/// Opens the words of an event. What is clear already stays as it is.
///
/// # Errors
/// [`OpenFault`].
pub fn open(private: &PrivateKey, event: &EventId, text: &PersonalText) -> Result<PersonalText, OpenFault> {
    let PersonalText::Sealed { key, sealed } = text else { return Ok(text.clone()) };
    let bytes = Base64UrlUnpadded::decode_vec(sealed).map_err(|_| OpenFault::Altered)?;
    let opened = open_bytes(private, INFO, event.as_str().as_bytes(), &bytes).ok_or_else(|| {
        // The name is looked at only now: it could have been altered alone.
        let own = crate::KeyPair::of(private.clone()).map(|pair| pair.public.name());
        if own.as_ref() == Some(key) { OpenFault::Altered } else { OpenFault::OtherKey(key.clone()) }
    })?;
    match serde_json::from_slice(&opened) {
        Ok(text @ PersonalText::Clear { .. }) => Ok(text),
        _ => Err(OpenFault::Altered),
    }
}

fn open_bytes(private: &PrivateKey, info: &[u8], bound_to: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (encapsulated, sealed) = sealed.split_at_checked(ENCAPSULATED)?;
    let encapsulated = <Kem as hpke::Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
    let recipient = private.for_hpke()?;
    single_shot_open::<Aead, Kdf, Kem>(&OpModeR::Base, &recipient, &encapsulated, info, sealed, bound_to).ok()
}

#[cfg(test)]
mod tests {
    use candor_core::chain::hex;
    use proptest::prelude::*;

    use super::*;
    use crate::KeyPair;
    use crate::hex::decode;

    const EVENT: &str = "01a20610-b5b8-7606-8606-060606060606";
    const OTHER: &str = "01a20610-b5b8-7606-8606-060606060607";

    fn id(id: &str) -> EventId {
        EventId::parse(id).unwrap()
    }

    fn pair(n: u8) -> KeyPair {
        KeyPair::from_seed(&[n; 32])
    }

    fn words(comment: &str) -> PersonalText {
        PersonalText::new(comment, &[0x5a; 16]).unwrap()
    }

    fn sealed(comment: &str) -> PersonalText {
        seal(&pair(1).public, &id(EVENT), &words(comment), &[9; 32]).unwrap()
    }

    #[test]
    fn agrees_with_rfc_9180() {
        // Appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode, sequence number 0.
        let recipient = decode("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df").unwrap();
        let ephemeral = decode("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b").unwrap();
        let pair = KeyPair::from_seed(&recipient);
        let (info, bound_to, plain) = (b"Ode on a Grecian Urn", b"Count-0", b"Beauty is truth, truth beauty");
        let sealed = seal_bytes(&pair.public, info, bound_to, plain, &ephemeral).unwrap();
        let expected = concat!(
            "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
            "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
        );
        assert_eq!(hex(&sealed), expected);
        assert_eq!(open_bytes(&pair.private, info, bound_to, &sealed).unwrap(), plain);
    }

    #[test]
    fn opens_with_the_right_key_at_the_right_event_and_never_otherwise() {
        let text = sealed("排队太久。");
        assert_eq!(open(&pair(1).private, &id(EVENT), &text), Ok(words("排队太久。")));
        assert_eq!(open(&pair(1).private, &id(OTHER), &text), Err(OpenFault::Altered));
        assert_eq!(open(&pair(2).private, &id(EVENT), &text), Err(OpenFault::OtherKey(pair(1).public.name())));
    }

    #[test]
    fn names_the_key_and_shows_nothing_of_the_words() {
        let PersonalText::Sealed { key, sealed: said } = sealed("排队太久。") else { panic!("it is sealed") };
        assert_eq!((key.len(), key), (16, pair(1).public.name()));
        assert!(!said.contains('=') && !said.contains('+') && !said.contains('/'));
        let bytes = Base64UrlUnpadded::decode_vec(&said).unwrap();
        assert_eq!(bytes.len(), ENCAPSULATED + words("排队太久。").to_json().len() + 16);
    }

    #[test]
    fn leaves_alone_what_is_done_already() {
        let text = sealed("x");
        assert_eq!(seal(&pair(2).public, &id(EVENT), &text, &[1; 32]), Ok(text));
        assert_eq!(open(&pair(2).private, &id(EVENT), &words("x")), Ok(words("x")));
    }

    #[test]
    fn the_same_words_never_look_the_same_twice() {
        let again = seal(&pair(1).public, &id(EVENT), &words("x"), &[8; 32]).unwrap();
        assert_ne!(again, sealed("x"));
    }

    #[test]
    fn does_not_take_something_else_under_the_seal_for_words() {
        let event = id(EVENT);
        for inner in ["", "好", "{}", r#"{"key":"0011223344556677","sealed":"AA"}"#, "\u{0}"] {
            let bytes = seal_bytes(&pair(1).public, INFO, EVENT.as_bytes(), inner.as_bytes(), &[9; 32]).unwrap();
            let text =
                PersonalText::Sealed { key: pair(1).public.name(), sealed: Base64UrlUnpadded::encode_string(&bytes) };
            assert_eq!(open(&pair(1).private, &event, &text), Err(OpenFault::Altered), "{inner}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_text_comes_back_as_it_was(comment in ".*[^\\s].*", key in any::<u8>(), random in any::<[u8; 32]>()) {
            let text = words(&comment);
            let sealed = seal(&pair(key).public, &id(EVENT), &text, &random).unwrap();
            prop_assert_eq!(sealed.to_json(), serde_json_canonicalizer::to_string(&sealed).unwrap());
            prop_assert_eq!(open(&pair(key).private, &id(EVENT), &sealed), Ok(text));
        }

        #[test]
        fn an_altered_byte_anywhere_keeps_it_shut(at in 0_usize..200, flip in 1_u8..) {
            let PersonalText::Sealed { key, sealed } = sealed("排队太久。") else { panic!("it is sealed") };
            let mut bytes = Base64UrlUnpadded::decode_vec(&sealed).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            // The highest bit of an X25519 point is not looked at (RFC 7748); HPKE binds it all the same.
            let text = PersonalText::Sealed { key, sealed: Base64UrlUnpadded::encode_string(&bytes) };
            prop_assert_eq!(open(&pair(1).private, &id(EVENT), &text), Err(OpenFault::Altered));
        }
    }
}
