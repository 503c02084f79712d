//! The written form of a verifier: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`, after the PHC string format.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What a verifier was made with, and the hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phc {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// The salt.
    pub salt: Vec<u8>,
    /// The hash.
    pub hash: Vec<u8>,
}

impl Phc {
    /// Reads the written form; `None` when it is not an Argon2id verifier of version 19.
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = text.strip_prefix("$argon2id$v=19$")?.split('$');
        let (costs, salt, hash) = (fields.next()?, fields.next()?, fields.next()?);
        if fields.next().is_some() {
            return None;
        }
        let mut costs = costs.split(',');
        let mut cost = |name: &str| costs.next()?.strip_prefix(name)?.parse().ok();
        let (memory_kib, passes, lanes) = (cost("m=")?, cost("t=")?, cost("p=")?);
        Some(Self { memory_kib, passes, lanes, salt: decode(salt)?, hash: decode(hash)? })
    }
}

impl std::fmt::Display for Phc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { memory_kib, passes, lanes, salt, hash } = self;
        write!(f, "$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${}${}", encode(salt), encode(hash))
    }
}

/// Base64 without padding (RFC 4648, section 4).
fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, i| bits << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        for digit in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(bits >> (18 - 6 * digit) & 63) as usize]));
        }
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for index in 0..4 {
            let digit = match chunk.get(index) {
                Some(byte) => ALPHABET.iter().position(|known| known == byte)?,
                None => 0,
            };
            bits = bits << 6 | digit as u32;
        }
        let [_, decoded @ ..] = bits.to_be_bytes();
        bytes.extend_from_slice(decoded.get(..chunk.len().checked_sub(1)?)?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn check(bytes: &[u8], text: &str) {
        assert_eq!(encode(bytes), text);
        assert_eq!(decode(text).as_deref(), Some(bytes));
    }

    #[wasm_bindgen_test]
    fn writes_base64_as_the_rfc_has_it_without_padding() {
        for (bytes, text) in
            [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("foobar", "Zm9vYmFy")]
        {
            check(bytes.as_bytes(), text);
        }
        check(&[0xFB, 0xFF, 0xBF], "+/+/");
    }

    #[wasm_bindgen_test]
    fn reads_what_it_writes_and_nothing_else() {
        let written = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$AAECAw";
        let phc = Phc::parse(written).unwrap();
        assert_eq!((phc.memory_kib, phc.passes, phc.lanes), (19_456, 2, 1));
        assert_eq!((phc.salt.as_slice(), phc.hash.as_slice()), (&b"saltsalt"[..], &[0, 1, 2, 3][..]));
        assert_eq!(phc.to_string(), written);
        for other in ["", "$argon2i$v=19$m=1,t=1,p=1$AA$AA", "$argon2id$v=19$m=1,t=1$AA$AA", &format!("{written}$")] {
            assert_eq!(Phc::parse(other), None, "{other}");
        }
    }
}
