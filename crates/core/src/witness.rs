//! Signed heads: how far a receiver has a tablet's chain, said under its signature. Whoever cuts the chain shorter, or
//! makes another one of the same length, contradicts a head that somebody holds.
//!
//! The signature itself (Ed25519) is made and checked elsewhere: this file only says over which bytes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chain::Hash;

/// The named record of a tablet that holds the heads to keep, as a JSON list.
pub const HEADS_RECORD: &str = "heads";
/// What stands before the signed bytes, so that a signature for this is never one for something else.
pub const DOMAIN: &str = "candor-head-v1\n";

/// Where a receiver stands with one device and epoch, under its signature.
///
/// The fields stand in the order of RFC 8785, so that writing a head writes its canonical form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// The device.
    pub device: String,
    /// Its epoch, from 1.
    pub epoch: u32,
    /// How many events of the epoch the receiver has, those beyond a gap too.
    pub events: u64,
    /// The hash of event `seq`; for number 0 the enrolment hash.
    pub hash: Hash,
    /// The receiver's Ed25519 public key as 64 lower-case hexadecimal digits.
    pub key: String,
    /// The highest number up to which nothing is missing.
    pub seq: u64,
    /// Ed25519 over [`SignedHead::payload`], as 128 lower-case hexadecimal digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signature: String,
    /// When it was signed, RFC 3339 in UTC by the receiver's clock.
    pub time: String,
}

impl SignedHead {
    /// The bytes under the signature: [`DOMAIN`] and the canonical object without `signature`.
    pub fn payload(&self) -> Vec<u8> {
        let unsigned = Self { signature: String::new(), ..self.clone() };
        let mut bytes = DOMAIN.as_bytes().to_vec();
        bytes.extend(serde_json::to_vec(&unsigned).unwrap_or_default());
        bytes
    }

    /// Reads a head; `None` when a member is missing or of the wrong kind.
    pub fn read(value: &Value) -> Option<Self> {
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            device: text("device")?,
            epoch: u32::try_from(number("epoch")?).ok()?,
            events: number("events")?,
            hash: Hash::parse(value.get("hash")?.as_str()?)?,
            key: text("key")?,
            seq: number("seq")?,
            signature: text("signature")?,
            time: text("time")?,
        })
    }

    /// Reads a list of heads as it is stored; what is no head in it is left out.
    pub fn list(json: &str) -> Vec<Self> {
        let value: Value = serde_json::from_str(json).unwrap_or_default();
        value.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Self::read).collect()
    }

    /// Every head in a JSON text, however deep: a receipt, a list of devices, an export's last line, or a head alone.
    /// `None` when it is no JSON.
    pub fn find_all(json: &str) -> Option<Vec<Self>> {
        let mut found = Vec::new();
        collect(&serde_json::from_str(json).ok()?, &mut found);
        Some(found)
    }
}

fn collect(value: &Value, found: &mut Vec<SignedHead>) {
    if let Some(head) = SignedHead::read(value) {
        found.push(head);
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
        _ => {}
    }
}

/// The heads to store once new ones have come: for each device and epoch the one that reaches furthest, and of two
/// that reach as far the newer.
///
/// A receiver that lost events says less than before; its older, longer head is the witness to keep.
pub fn keep_furthest(stored: Vec<SignedHead>, fresh: &[SignedHead]) -> Vec<SignedHead> {
    let mut kept = stored;
    for head in fresh {
        match kept.iter_mut().find(|old| old.device == head.device && old.epoch == head.epoch) {
            Some(old) if old.seq <= head.seq => *old = head.clone(),
            Some(_) => {}
            None => kept.push(head.clone()),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn head(device: &str, epoch: u32, seq: u64) -> SignedHead {
        SignedHead {
            device: device.to_owned(),
            epoch,
            events: seq + 1,
            hash: Hash::of(b"event"),
            key: "00".repeat(32),
            seq,
            signature: "11".repeat(64),
            time: "2026-11-23T01:41:07.120+00:00".to_owned(),
        }
    }

    #[test]
    fn reads_what_it_wrote_and_nothing_else() {
        let heads = vec![head("a", 1, 7), head("a", 2, 0)];
        let json = serde_json::to_string(&heads).unwrap();
        assert_eq!(SignedHead::list(&json), heads);
        let receipt = format!(r#"{{"accepted":[],"heads":{json},"deep":{{"er":[{json}]}}}}"#);
        assert_eq!(SignedHead::find_all(&receipt), Some([heads.clone(), heads].concat()));
        assert_eq!(SignedHead::find_all("{"), None);
        assert_eq!(SignedHead::list(r#"[{"device":"a"},7]"#), []);
        assert_eq!(SignedHead::list("no JSON"), []);
        let mut odd = serde_json::to_value(head("a", 1, 7)).unwrap();
        odd["hash"] = "ABC".into();
        assert_eq!(SignedHead::read(&odd), None);
    }

    #[test]
    fn keeps_the_head_that_reaches_furthest() {
        let kept = keep_furthest(vec![head("a", 1, 7), head("b", 1, 3)], &[head("a", 1, 5), head("b", 1, 4)]);
        assert_eq!(kept, [head("a", 1, 7), head("b", 1, 4)]);
        let newer = SignedHead { time: "2027".to_owned(), ..head("a", 1, 7) };
        assert_eq!(keep_furthest(kept, &[newer.clone(), head("a", 2, 0)])[0], newer);
    }

    proptest! {
        #[test]
        fn signs_the_canonical_form_of_rfc_8785(device in ".*", time in ".*", seq in 0_u64..(1 << 53)) {
            let head = SignedHead { device, time, ..head("", 1, seq) };
            let mut unsigned = serde_json::to_value(&head).unwrap();
            unsigned.as_object_mut().unwrap().remove("signature");
            let expected = format!("{DOMAIN}{}", serde_json_canonicalizer::to_string(&unsigned).unwrap());
            prop_assert_eq!(String::from_utf8(head.payload()).unwrap(), expected);
        }
    }
}
