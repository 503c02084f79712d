//! The wire contract: events as CloudEvents 1.0 in batches, receipts, and what an answer means for the outbox.
//!
//! `docs/protocol.md` is the same contract in words; its examples are checked against this file.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chain::{Hash, PersonalText};
use crate::event::{Event, EventId};

/// The media type of a batch.
pub const BATCH_TYPE: &str = "application/cloudevents-batch+json";
/// What stands before the device in `source`.
pub const SOURCE_PREFIX: &str = "urn:candor:device:";
/// What stands before the event's type in `type`.
pub const TYPE_PREFIX: &str = "cn.candor.";

/// One event as it travels: CloudEvents 1.0 in the JSON format, with the chain as extension attributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CloudEvent {
    /// Always `1.0`.
    pub specversion: String,
    /// The event's id: with `source` it is unique for good.
    pub id: EventId,
    /// `urn:candor:device:{device}`.
    pub source: String,
    /// `cn.candor.{type}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The response that the event belongs to, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<EventId>,
    /// RFC 3339 with the tablet's offset.
    pub time: String,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Counts how often the device found its store wiped, from 1.
    pub deviceepoch: u32,
    /// The event's number in its epoch, from 1 without gaps.
    pub deviceseq: u64,
    /// How often the device had been started.
    pub devicerun: u32,
    /// Whole seconds since that start.
    pub deviceuptime: u32,
    /// The hash of the event before it.
    pub prevhash: Hash,
    /// The hash of this event.
    pub eventhash: Hash,
    /// The body; personal text travels in it as `text`, outside the hash.
    pub data: Value,
}

/// Why a [`CloudEvent`] is not an event of a Candor device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireFault {
    /// `specversion` is not 1.0.
    SpecVersion,
    /// `source` is not `urn:candor:device:` and a name.
    Source,
    /// `type` is not one of version 1 of the contract.
    UnknownType,
    /// `eventhash` is not the hash of what came.
    Hash,
    /// `data.text` does not fit `data.textdigest`.
    TextDigest,
}

impl WireFault {
    /// The code that a receipt names.
    pub fn code(self) -> &'static str {
        match self {
            Self::SpecVersion => "spec-version",
            Self::Source => "source",
            Self::UnknownType => "unknown-type",
            Self::Hash => "hash-mismatch",
            Self::TextDigest => "text-mismatch",
        }
    }

    /// What is wrong, for a person.
    pub fn detail(self) -> &'static str {
        match self {
            Self::SpecVersion => "specversion must be 1.0",
            Self::Source => "source must be urn:candor:device: and the device's name",
            Self::UnknownType => "this type is not in version 1 of the contract",
            Self::Hash => "eventhash is not the hash of this event: it was changed on its way or at its origin",
            Self::TextDigest => "data.text does not fit data.textdigest",
        }
    }
}

impl CloudEvent {
    /// Puts a stored event and its personal text into the form that travels.
    pub fn new(event: &Event, text: Option<&PersonalText>) -> Self {
        let mut data = event.data.clone();
        if let (Some(text), Value::Object(fields)) = (text, &mut data) {
            fields.insert("text".to_owned(), serde_json::to_value(text).unwrap_or_default());
        }
        let response = event.data.get("response").and_then(Value::as_str).and_then(EventId::parse);
        let subject = response.or_else(|| (event.kind == "rating.given").then(|| event.id.clone()));
        Self {
            specversion: "1.0".to_owned(),
            id: event.id.clone(),
            source: format!("{SOURCE_PREFIX}{}", event.device),
            kind: format!("{TYPE_PREFIX}{}", event.kind),
            subject,
            time: event.time.clone(),
            datacontenttype: "application/json".to_owned(),
            deviceepoch: event.epoch,
            deviceseq: event.seq,
            devicerun: event.run,
            deviceuptime: event.uptime,
            prevhash: event.prev.clone(),
            eventhash: event.hash.clone(),
            data,
        }
    }

    /// An event as text, without personal text: what a tablet keeps, and sends as it is.
    pub fn to_json(event: &Event) -> String {
        serde_json::to_string(&Self::new(event, None)).unwrap_or_default()
    }

    /// Takes the event and its text apart again and checks both, the hash included.
    ///
    /// # Errors
    /// The first [`WireFault`] found.
    pub fn open(self) -> Result<(Event, Option<PersonalText>), WireFault> {
        let (event, text) = self.take_apart()?;
        if crate::chain::hash(&event) != event.hash {
            return Err(WireFault::Hash);
        }
        let digest = event.data.get("textdigest").and_then(Value::as_str);
        match &text {
            Some(text) if digest != Some(text.digest().as_str()) => Err(WireFault::TextDigest),
            _ => Ok((event, text)),
        }
    }

    /// Takes the event and its text apart without checking a hash: for reading one's own journal.
    ///
    /// # Errors
    /// A [`WireFault`] that keeps it from being an event at all.
    pub fn take_apart(self) -> Result<(Event, Option<PersonalText>), WireFault> {
        if self.specversion != "1.0" {
            return Err(WireFault::SpecVersion);
        }
        let device =
            self.source.strip_prefix(SOURCE_PREFIX).filter(|name| !name.is_empty()).ok_or(WireFault::Source)?;
        let kind = self.kind.strip_prefix(TYPE_PREFIX).filter(|kind| crate::event::TYPES.contains(kind));
        let kind = kind.ok_or(WireFault::UnknownType)?;
        let mut data = self.data;
        let text = data.as_object_mut().and_then(|fields| fields.remove("text"));
        let text = match text.map(serde_json::from_value::<PersonalText>) {
            None => None,
            Some(Ok(text)) if data.get("textdigest").and_then(Value::as_str) == Some(text.digest().as_str()) => {
                Some(text)
            }
            Some(_) => return Err(WireFault::TextDigest),
        };
        let event = Event {
            data,
            device: device.to_owned(),
            epoch: self.deviceepoch,
            hash: self.eventhash,
            id: self.id,
            prev: self.prevhash,
            run: self.devicerun,
            seq: self.deviceseq,
            time: self.time,
            kind: kind.to_owned(),
            uptime: self.deviceuptime,
        };
        Ok((event, text))
    }
}

/// Puts personal text into an event that stands as JSON: `data` is its last field.
pub fn add_text(event: &str, text: &str) -> String {
    let front = event.strip_suffix("}}").unwrap_or(event);
    let comma = if front.ends_with('{') { "" } else { "," };
    [front, comma, "\"text\":", text, "}}"].concat()
}

/// Why a receiver will never take an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The event.
    pub id: EventId,
    /// A short name for programs.
    pub code: String,
    /// A sentence for people.
    #[serde(default)]
    pub detail: String,
}

/// Where a receiver stands with one device and epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainState {
    /// The epoch.
    pub epoch: u32,
    /// The highest number that the receiver has.
    pub last_seq: u64,
    /// Numbers below it that the receiver lacks, as inclusive ranges.
    #[serde(default)]
    pub missing: Vec<(u64, u64)>,
    /// Numbers at which an event's `prevhash` is not the hash of the one before it.
    #[serde(default)]
    pub broken_at: Vec<u64>,
}

/// The only answer that lets an event leave the outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Events that the receiver has stored, now or before.
    pub accepted: Vec<EventId>,
    /// Events that it will never take.
    #[serde(default)]
    pub rejected: Vec<Rejection>,
    /// Where the receiver stands, one entry for each epoch in the batch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<ChainState>,
}

impl Receipt {
    /// Reads a receipt as far as the outbox needs it; `None` for anything else that calls itself JSON.
    pub fn from_json(json: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(json).ok()?;
        let list = |name: &str| value.get(name).and_then(Value::as_array);
        let id = |value: &Value| value.as_str().and_then(EventId::parse);
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let rejected = list("rejected").map_or(&[][..], Vec::as_slice).iter().filter_map(|entry| {
            let code = text(entry.get("code"));
            Some(Rejection { id: entry.get("id").and_then(id)?, code, detail: text(entry.get("detail")) })
        });
        Some(Self {
            accepted: list("accepted")?.iter().filter_map(id).collect(),
            rejected: rejected.collect(),
            chain: Vec::new(),
        })
    }
}

/// What came back from an upload, before anybody has judged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type without parameters, in lower case; empty when there is none.
    pub content_type: String,
    /// `Retry-After` in seconds, when it was readable and a number of seconds.
    pub retry_after_s: Option<u32>,
    /// The body as text.
    pub body: String,
}

/// What an upload came to. Policy sees nothing finer than this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver said what it has.
    Receipt(Receipt),
    /// It may well work later: no network, a time-out, 408, 409, 425, 429, 5xx.
    Later {
        /// As the server asked.
        retry_after_s: Option<u32>,
    },
    /// A success that acknowledges nothing: a captive portal, or the wrong endpoint.
    NotAReceipt,
    /// 401 or 403: the token is not taken.
    Unauthorized,
    /// 404, 405, 410, 415 and 3xx: the endpoint is not what the settings say.
    Misconfigured,
    /// 413.
    TooLarge,
    /// 400, 422 and other 4xx: something in the batch is not taken.
    Refused,
}

/// Reads an answer; `None` stands for no answer at all.
pub fn judge(answer: Option<Answer>) -> Outcome {
    let Some(answer) = answer else { return Outcome::Later { retry_after_s: None } };
    match answer.status {
        200..=299 => match (answer.content_type.as_str(), Receipt::from_json(&answer.body)) {
            ("application/json", Some(receipt)) => Outcome::Receipt(receipt),
            _ => Outcome::NotAReceipt,
        },
        401 | 403 => Outcome::Unauthorized,
        300..=399 | 404 | 405 | 410 | 415 => Outcome::Misconfigured,
        408 | 409 | 425 | 429 => Outcome::Later { retry_after_s: answer.retry_after_s },
        413 => Outcome::TooLarge,
        400..=499 => Outcome::Refused,
        _ => Outcome::Later { retry_after_s: answer.retry_after_s },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Head;
    use crate::event::{Body, Draft};
    use crate::time::{Moment, UnixMillis, Uptime, UtcOffset};

    fn sample() -> (Event, PersonalText) {
        let moment = Moment { now: UnixMillis(0), offset: UtcOffset(0), uptime: Uptime(0), random: [1; 26] };
        let text = PersonalText::new("谢谢\n\u{1F600}", &[2; 16]).unwrap();
        let draft = Draft { text: Some(text.clone()), ..Draft::new(&moment, Body::UnlockRefused { in_a_row: 1 }) };
        (Head::enrol("tablet", 1).link(&draft).0, text)
    }

    fn opened(change: impl Fn(&mut CloudEvent)) -> Result<(Event, Option<PersonalText>), WireFault> {
        let (event, text) = sample();
        let mut travelling = CloudEvent::new(&event, Some(&text));
        change(&mut travelling);
        serde_json::from_str::<CloudEvent>(&serde_json::to_string(&travelling).unwrap()).unwrap().open()
    }

    #[test]
    fn arrives_as_it_was_sent() {
        let (event, text) = sample();
        assert_eq!(opened(|_| ()), Ok((event.clone(), Some(text))));
        let erased = opened(|e| drop(e.data.as_object_mut().unwrap().remove("text")));
        assert_eq!(erased, Ok((event, None)), "words can be erased and the event still verifies");
    }

    #[test]
    fn adds_the_text_where_a_reader_looks_for_it() {
        let (event, text) = sample();
        let travelling: CloudEvent =
            serde_json::from_str(&add_text(&CloudEvent::to_json(&event), &text.to_json())).unwrap();
        assert_eq!(travelling, CloudEvent::new(&event, Some(&text)));
        let bare = Event { data: serde_json::json!({}), ..event };
        let travelling: CloudEvent =
            serde_json::from_str(&add_text(&CloudEvent::to_json(&bare), &text.to_json())).unwrap();
        assert_eq!(travelling, CloudEvent::new(&bare, Some(&text)));
    }

    #[test]
    fn names_what_is_wrong_with_a_foreign_event() {
        let fault = |change: fn(&mut CloudEvent)| opened(change).unwrap_err();
        assert_eq!(fault(|e| e.specversion = "0.3".into()), WireFault::SpecVersion);
        assert_eq!(fault(|e| e.source = "urn:candor:device:".into()), WireFault::Source);
        assert_eq!(fault(|e| e.kind = "cn.candor.rating.guessed".into()), WireFault::UnknownType);
        assert_eq!(fault(|e| e.kind = "com.example.x".into()), WireFault::UnknownType);
        assert_eq!(fault(|e| e.deviceseq = 2), WireFault::Hash);
        assert_eq!(fault(|e| e.data["text"]["comment"] = "好".into()), WireFault::TextDigest);
    }

    #[test]
    fn reads_a_receipt_as_it_was_written() {
        let id = sample().0.id;
        let rejected = vec![Rejection { id: id.clone(), code: "unknown-type".into(), detail: "no".into() }];
        let receipt = Receipt { accepted: vec![id], rejected, chain: Vec::new() };
        assert_eq!(Receipt::from_json(&serde_json::to_string(&receipt).unwrap()), Some(receipt));
        assert_eq!(Receipt::from_json(r#"{"accepted":"all"}"#), None);
    }

    fn check(status: u16, content_type: &str, body: &str, expected: Outcome) {
        let answer = Answer { status, content_type: content_type.into(), retry_after_s: Some(7), body: body.into() };
        assert_eq!(judge(Some(answer)), expected, "{status} {content_type} {body}");
    }

    #[test]
    fn judges_every_answer() {
        let later = Outcome::Later { retry_after_s: Some(7) };
        let receipt = Outcome::Receipt(Receipt::default());
        check(200, "application/json", r#"{"accepted":[]}"#, receipt.clone());
        check(202, "application/json", r#"{"accepted":[],"rejected":[],"new":1}"#, receipt);
        check(200, "text/html", r#"{"accepted":[]}"#, Outcome::NotAReceipt);
        check(200, "application/json", r#"{"status":"ok"}"#, Outcome::NotAReceipt);
        check(200, "application/json", r#"["accepted"]"#, Outcome::NotAReceipt);
        check(200, "text/html", "<html>", Outcome::NotAReceipt);
        check(204, "", "", Outcome::NotAReceipt);
        for status in [408, 409, 425, 429, 500, 502, 503, 504, 599] {
            check(status, "application/json", r#"{"accepted":[]}"#, later.clone());
        }
        for status in [401, 403] {
            check(status, "", "", Outcome::Unauthorized);
        }
        for status in [301, 302, 307, 404, 405, 410, 415] {
            check(status, "text/html", "", Outcome::Misconfigured);
        }
        check(413, "", "", Outcome::TooLarge);
        for status in [400, 422, 418] {
            check(status, "", "", Outcome::Refused);
        }
        assert_eq!(judge(None), Outcome::Later { retry_after_s: None });
    }
}
