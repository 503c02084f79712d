//! One event as it came in, checked and ready to be kept. Nothing gets into a store but by way of [`Arrival::read`].

use std::fmt;

use candor_core::chain::{Hash, enrolment_hash};
use candor_core::event::{Event, EventId};
use candor_core::journal::{LAST_OWN_EPOCH, SEQS_PER_EPOCH};
use candor_core::printable::is_printable;
use candor_core::repeats::repeated_member;
use candor_core::time::parse_rfc3339;
use candor_core::wire::{CloudEvent, Rejection, SOURCE_PREFIX};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Number, Value};
use uuid::Uuid;

/// The attribute that `GET /v1/events` adds to each event; one that comes in with an event is dropped.
pub const CURSOR_ATTRIBUTE: &str = "collectorcursor";
/// The longest `source` taken, in bytes. Ours are 54; the bound keeps an index entry on one page of either store.
const MAX_SOURCE: usize = 255;
/// The longest `time` taken, in bytes: an RFC 3339 time with nanoseconds and an offset has 35.
const MAX_TIME: usize = 40;
/// The largest integer in `data`, and with a minus the smallest: RFC 8785 writes numbers as IEEE 754 doubles, which have
/// every integer up to here.
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// 32 bytes of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Takes 32 bytes; `None` for any other number.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// `None` unless the text is 64 lower-case hexadecimal digits.
    pub fn from_hash(hash: &Hash) -> Option<Self> {
        let digits = hash.as_str().as_bytes();
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = value(pair[0])? << 4 | value(pair[1])?;
        }
        Some(Self(bytes))
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({:02x}{:02x}{:02x}{:02x}…)", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

/// The two hashes by which an event hangs in its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The event's own hash.
    pub hash: Digest,
    /// What it says the hash of the event before it is.
    pub prev: Digest,
}

/// An event that opened: its hash is right, its type is known, and its words fit their digest.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// `urn:candor:device:{device}`.
    pub source: String,
    /// The event's id; with `source` it is unique for good.
    pub id: EventId,
    /// The id as the 16 bytes that a store keeps.
    pub uuid: Uuid,
    /// From 1.
    pub epoch: u32,
    /// From 1 in each epoch.
    pub seq: u64,
    /// Its place in the chain.
    pub link: Link,
    /// The event's JSON as it came, on one line.
    pub json: String,
}

/// Why an item cannot even be named in a receipt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unnamed {
    /// It is no JSON object.
    #[error("is not a JSON object")]
    NotAnObject,
    /// It has no `id`, or one that is not a text.
    #[error("has no readable id ({0})")]
    NoId(String),
}

#[derive(Deserialize)]
struct Name {
    id: EventId,
    #[serde(rename = "collectorcursor")]
    cursor: Option<IgnoredAny>,
}

impl Arrival {
    /// Reads and checks one item of a batch. The inner error goes into the receipt.
    ///
    /// # Errors
    /// [`Unnamed`] where there is no id that a receipt could name.
    pub fn read(json: &str) -> Result<Result<Self, Rejection>, Unnamed> {
        if !json.starts_with('{') {
            return Err(Unnamed::NotAnObject);
        }
        let name: Name = serde_json::from_str(json).map_err(|fault| Unnamed::NoId(fault.to_string()))?;
        if name.id.as_str().is_empty() {
            return Err(Unnamed::NoId("it is empty".to_owned()));
        }
        let reject = |code: &str, detail: String| Rejection { id: name.id.clone(), code: code.to_owned(), detail };
        Ok(Self::check(json, &reject).map(|arrival| match name.cursor {
            None => arrival,
            Some(_) => Self { json: without_cursor(&arrival.json), ..arrival },
        }))
    }

    fn check(json: &str, reject: &dyn Fn(&str, String) -> Rejection) -> Result<Self, Rejection> {
        let event: CloudEvent = serde_json::from_str(json).map_err(|fault| reject("malformed", fault.to_string()))?;
        // Whoever reads it back might take the other of the two.
        if let Some(member) = repeated_member(json) {
            return Err(reject("malformed", format!("the member {member} stands twice")));
        }
        let source = event.source.clone();
        if source.len() > MAX_SOURCE || !source.chars().all(is_printable) {
            let detail = format!(
                "source must be at most {MAX_SOURCE} bytes long and free of control characters and of what does not show"
            );
            return Err(reject("source", detail));
        }
        // It is shown to people, and what moves a clock has to be read.
        if event.time.len() > MAX_TIME || parse_rfc3339(&event.time).is_none() {
            return Err(reject("malformed", "time must be a date and a time as RFC 3339 has them".to_owned()));
        }
        if let Some(number) = odd_number(&event.data) {
            let detail =
                format!("data holds the number {number}: numbers are integers below 2^53, without point or exponent");
            return Err(reject("malformed", detail));
        }
        let (event, _) = event.open().map_err(|fault| reject(fault.code(), fault.detail().to_owned()))?;
        let (Some(id), Ok(uuid)) = (EventId::parse(event.id.as_str()), Uuid::try_parse(event.id.as_str())) else {
            return Err(reject("id", "id must be a UUID in lower case with hyphens".to_owned()));
        };
        if !(1..LAST_OWN_EPOCH).contains(&event.epoch) || !(1..SEQS_PER_EPOCH).contains(&event.seq) {
            let detail = "deviceepoch and deviceseq count from 1; no tablet comes to";
            return Err(reject("sequence", format!("{detail} deviceepoch {LAST_OWN_EPOCH} or deviceseq 2^40")));
        }
        let (Some(hash), Some(prev)) = (Digest::from_hash(&event.hash), Digest::from_hash(&event.prev)) else {
            return Err(reject("malformed", "prevhash and eventhash are 64 lower-case hexadecimal digits".to_owned()));
        };
        let json = json.replace(['\n', '\r'], " ");
        Ok(Self { source, id, uuid, epoch: event.epoch, seq: event.seq, link: Link { hash, prev }, json })
    }

    /// The event without the customer's words, as [`Event::is_same_as`] compares it.
    pub fn event(&self) -> Option<Event> {
        event(&self.json)
    }

    /// The JSON without the customer's words: for a place that the event has besides its own. They stand with the event.
    pub fn without_words(&self) -> String {
        match serde_json::from_str(&self.json) {
            Ok(Value::Object(mut fields)) => {
                if let Some(data) = fields.get_mut("data").and_then(Value::as_object_mut) {
                    data.remove("text");
                }
                Value::Object(fields).to_string()
            }
            _ => self.json.clone(),
        }
    }

    /// The `prev` that the first event of this source and epoch must carry.
    pub fn enrolment(&self) -> Option<Digest> {
        let device = self.source.strip_prefix(SOURCE_PREFIX)?;
        Digest::from_hash(&enrolment_hash(device, self.epoch))
    }
}

/// A number that the hash does not cover in one way only: a fraction, one with an exponent, or one that a double does not
/// hold exactly. `1`, `1.0` and `1e0` are the same to one reader and three to the next.
fn odd_number(value: &Value) -> Option<&Number> {
    match value {
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            size.is_none_or(|size| size > MAX_INTEGER).then_some(number)
        }
        Value::Array(items) => items.iter().find_map(odd_number),
        Value::Object(fields) => fields.values().find_map(odd_number),
        _ => None,
    }
}

/// The event in the JSON of one that was checked when it came; `None` when somebody has changed that since.
pub fn event(json: &str) -> Option<Event> {
    serde_json::from_str::<CloudEvent>(json).ok()?.take_apart().ok().map(|(event, _)| event)
}

/// An event that was read back from a collector and sent on still carries that collector's cursor.
fn without_cursor(json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(Value::Object(mut fields)) => {
            fields.remove(CURSOR_ATTRIBUTE);
            Value::Object(fields).to_string()
        }
        _ => json.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use candor_core::chain::{Head, PersonalText};
    use candor_core::event::{Body, Draft};
    use candor_core::time::{Moment, UnixMillis, Uptime, UtcOffset};
    use serde_json::json;

    use super::*;

    fn event() -> Value {
        sealed(|_| ())
    }

    /// An event whose hash fits whatever `change` made of it.
    fn sealed(change: fn(&mut Event)) -> Value {
        let moment = Moment { now: UnixMillis(0), offset: UtcOffset(0), uptime: Uptime(0), random: [1; 26] };
        let text = PersonalText::new("谢谢", &[2; 16]);
        let draft = Draft { text: text.clone(), ..Draft::new(&moment, Body::UnlockRefused { in_a_row: 1 }) };
        let (mut event, _) = Head::enrol("tablet", 1).link(&draft);
        change(&mut event);
        event.hash = candor_core::chain::hash(&event);
        serde_json::to_value(CloudEvent::new(&event, text.as_ref())).unwrap()
    }

    fn check(item: Value, code: &str) {
        let rejection = Arrival::read(&item.to_string()).unwrap().unwrap_err();
        assert_eq!(rejection.code, code, "{item}");
        assert!(!rejection.detail.is_empty());
    }

    fn changed(key: &str, value: Value) -> Value {
        let mut event = event();
        event[key] = value;
        event
    }

    #[test]
    fn rejects_each_fault_by_its_code() {
        check(changed("specversion", json!("0.3")), "spec-version");
        check(changed("source", json!("urn:other")), "source");
        check(changed("source", json!(format!("urn:candor:device:{}", "x".repeat(300)))), "source");
        for hidden in ['\u{0}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{200b}', '\u{2028}', '\u{fdd0}'] {
            check(changed("source", json!(format!("urn:candor:device:a{hidden}b"))), "source");
        }
        check(changed("time", json!("2026-02-30 25:61")), "malformed");
        check(changed("time", json!("\u{1b}[2K2026-11-23T09:41:07.120+08:00")), "malformed");
        check(changed("type", json!("cn.candor.rating.guessed")), "unknown-type");
        check(changed("deviceuptime", json!(7)), "hash-mismatch");
        check(changed("deviceseq", json!("1")), "malformed");
        check(changed("data", json!({ "in_a_row": 1 })), "hash-mismatch");
        check(sealed(|event| event.seq = 0), "sequence");
        check(sealed(|event| event.seq = 1 << 40), "sequence");
        check(sealed(|event| event.epoch = 0), "sequence");
        check(sealed(|event| event.epoch = LAST_OWN_EPOCH), "sequence");
        check(sealed(|event| event.prev = serde_json::from_str("\"none\"").unwrap()), "malformed");
        check(sealed(|event| event.id = serde_json::from_str("\"seven\"").unwrap()), "id");
        let mut reworded = event();
        reworded["data"]["text"]["comment"] = json!("好");
        check(reworded, "text-mismatch");
    }

    #[test]
    fn takes_whatever_number_a_tablet_can_give() {
        let last = sealed(|event| (event.epoch, event.seq) = (LAST_OWN_EPOCH - 1, SEQS_PER_EPOCH - 1));
        let arrival = Arrival::read(&last.to_string()).unwrap().unwrap();
        assert_eq!((arrival.epoch, arrival.seq), (LAST_OWN_EPOCH - 1, SEQS_PER_EPOCH - 1));
    }

    /// An event with a number spelled like this in its `data`, under the hash that this collector would find fitting.
    fn with_number(spelled: &str) -> Result<Arrival, Rejection> {
        let mut event = event();
        event["data"]["deep"] = serde_json::from_str(&format!("[{{\"n\":{spelled}}}]")).unwrap();
        let read: CloudEvent = serde_json::from_value(event.clone()).unwrap();
        event["eventhash"] = candor_core::chain::hash(&read.take_apart().unwrap().0).as_str().into();
        let hole = event["data"]["deep"][0]["n"].to_string();
        Arrival::read(&event.to_string().replacen(&format!("\"n\":{hole}"), &format!("\"n\":{spelled}"), 1)).unwrap()
    }

    #[test]
    fn takes_no_number_that_two_readers_would_hash_differently() {
        for number in ["0", "-7", "9007199254740991", "-9007199254740991"] {
            assert!(with_number(number).is_ok(), "{number}");
        }
        let odd = ["1.0", "0.5", "-0", "1e2", "9007199254740992", "-9007199254740992", "18446744073709551616"];
        for number in odd {
            let rejection = with_number(number).unwrap_err();
            assert_eq!(
                (rejection.code.as_str(), rejection.detail.contains("below 2^53")),
                ("malformed", true),
                "{number}"
            );
        }
    }

    #[test]
    fn rejects_an_event_that_says_two_things() {
        let twice = event().to_string().replace("\"in_a_row\":1", "\"in_a_row\":2,\"in_a_row\":1");
        assert_eq!(Arrival::read(&twice).unwrap().unwrap_err().code, "malformed", "whichever of them the hash is over");
    }

    #[test]
    fn cannot_name_an_item_without_an_id() {
        for item in ["7", "[\"a\"]", "null", "\"text\""] {
            assert_eq!(Arrival::read(item).unwrap_err(), Unnamed::NotAnObject, "{item}");
        }
        for item in ["{}", r#"{"id":7}"#, r#"{"id":""}"#, r#"{"id":"a","id":"b"}"#] {
            assert!(matches!(Arrival::read(item), Err(Unnamed::NoId(_))), "{item}");
        }
    }

    #[test]
    fn keeps_the_json_as_it_came_on_one_line() {
        let pretty = serde_json::to_string_pretty(&event()).unwrap().replace('\n', "\r\n");
        let kept = Arrival::read(&pretty).unwrap().unwrap().json;
        assert!(!kept.contains(['\n', '\r']));
        assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), event());
    }

    #[test]
    fn drops_the_cursor_of_another_collector() {
        let kept = Arrival::read(&changed(CURSOR_ATTRIBUTE, json!("9")).to_string()).unwrap().unwrap().json;
        assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), event());
    }
}
