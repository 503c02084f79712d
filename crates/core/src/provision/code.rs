//! A settings file as an address: what a QR code holds, and what a tablet's camera opens. It stands behind `#`, which no
//! browser sends anywhere, and changes nothing by itself.

use super::{Fault, FaultKind};

/// What an address says in front of a file.
pub const SETUP: &str = "#setup=";
/// Of the file in an address: more than the largest QR code holds.
pub const MAX_CODE_CHARS: usize = 3_000;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The address that brings a file to whoever opens it; `page` is that of the kiosk, without a fragment.
pub fn setup_address(page: &str, file: &str) -> String {
    [page, SETUP, &encode(file.as_bytes())].concat()
}

/// The file in the fragment of an address; `None` where the address asks for nothing.
///
/// # Errors
/// One fault: the code is not whole, or longer than any.
pub fn from_fragment(fragment: &str) -> Option<Result<String, Vec<Fault>>> {
    let code = fragment.strip_prefix(SETUP)?;
    let fault = |wrong| Err(vec![Fault { path: String::new(), wrong }]);
    if code.len() > MAX_CODE_CHARS {
        return Some(fault(FaultKind::TooLarge));
    }
    let text = decode(code).and_then(|bytes| String::from_utf8(bytes).ok());
    Some(text.map_or_else(|| fault(FaultKind::Garbled), Ok))
}

/// Base64 in the alphabet for addresses, without padding (RFC 4648, 5).
fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0u32, |group, place| group << 8 | u32::from(chunk.get(place).copied().unwrap_or(0)));
        for place in 0..=chunk.len() {
            let digit = group >> (18 - 6 * place) & 63;
            text.push(char::from(DIGITS[digit as usize]));
        }
    }
    text
}

/// The bytes; `None` for anything that [`encode`] would not have written so.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.as_bytes().chunks(4) {
        let mut group = 0u32;
        for place in 0..4 {
            let digit = match chunk.get(place) {
                Some(known) => DIGITS.iter().position(|digit| digit == known)?,
                None => 0,
            };
            group = group << 6 | digit as u32;
        }
        let [_, first, second, third] = group.to_be_bytes();
        let whole = chunk.len().checked_sub(1).filter(|whole| *whole > 0)?;
        bytes.extend(&[first, second, third][..whole]);
        if [first, second, third][whole..].iter().any(|rest| *rest != 0) {
            return None;
        }
    }
    Some(bytes)
}
