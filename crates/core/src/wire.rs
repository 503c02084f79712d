//! The wire contract: events as CloudEvents 1.0 in batches, receipts, and what an answer means for the outbox.
//!
//! `docs/protocol.md` is the same contract in words; its examples are checked against this file.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chain::{Hash, PersonalText};
use crate::event::{Event, EventId};
use crate::http;
use crate::journal::{LAST_OWN_EPOCH, SEQS_PER_EPOCH};
use crate::time::UnixMillis;
use crate::witness::SignedHead;

/// The media type of a batch.
pub const BATCH_TYPE: &str = "application/cloudevents-batch+json";
/// What stands before the device in `source`.
pub const SOURCE_PREFIX: &str = "urn:candor:device:";
/// The problem type of a refusal of one event by itself.
const REJECTED_EVENT: &str = "urn:candor:problem:rejected-event";
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
    /// A sentence for people; empty or a status where the tablet has found it out itself, see
    /// [`OwnReason`](crate::outbox::OwnReason).
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

impl ChainState {
    /// Reads one that may be anybody's; `None` without an epoch or a number, and where no tablet can have got as far.
    fn read(value: &Value) -> Option<Self> {
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        let range = |range: &Value| match range.as_array()?.as_slice() {
            [first, last] => Some((first.as_u64()?, last.as_u64()?)),
            _ => None,
        };
        let list = |name: &str| value.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let epoch = u32::try_from(number("epoch")?).ok().filter(|epoch| (1..LAST_OWN_EPOCH).contains(epoch))?;
        Some(Self {
            epoch,
            last_seq: number("last_seq").filter(|seq| *seq < SEQS_PER_EPOCH)?,
            missing: list("missing").iter().filter_map(range).collect(),
            broken_at: list("broken_at").iter().filter_map(Value::as_u64).collect(),
        })
    }
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
    /// The same under the receiver's signature, one entry for each device and epoch in the batch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heads: Vec<SignedHead>,
}

impl Receipt {
    /// Reads a receipt as far as a tablet needs it; `None` for anything else that calls itself JSON. An entry that
    /// cannot be read is left out: what the receiver means by it is then not acted upon.
    pub fn from_json(json: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(json).ok()?;
        let list = |name: &str| value.get(name).and_then(Value::as_array);
        let entries = |name: &str| list(name).map_or(&[][..], Vec::as_slice).iter();
        let id = |value: &Value| value.as_str().and_then(EventId::parse);
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let rejected = entries("rejected").filter_map(|entry| {
            let code = text(entry.get("code"));
            Some(Rejection { id: entry.get("id").and_then(id)?, code, detail: text(entry.get("detail")) })
        });
        Some(Self {
            accepted: list("accepted")?.iter().filter_map(id).collect(),
            rejected: rejected.collect(),
            chain: entries("chain").filter_map(ChainState::read).collect(),
            heads: entries("heads").filter_map(SignedHead::read).collect(),
        })
    }
}

/// What makes an event count as delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acknowledge {
    /// A receipt that names it.
    #[default]
    Receipt,
    /// A plain success, for an endpoint that cannot write receipts: see [`judge`].
    Status,
}

impl Acknowledge {
    /// Both, the safe one first.
    pub const ALL: [Self; 2] = [Self::Receipt, Self::Status];

    /// The name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Status => "status",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acknowledge| acknowledge.name() == name)
    }
}

/// What came back from an upload, before anybody has judged it. Header fields stand as they came, `None` where there
/// were none or the browser may not show them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status. For a redirect 302: the browser hides which one it was.
    pub status: u16,
    /// Whether nobody on the way can have given it: it came over TLS, or from this very machine.
    pub is_authentic: bool,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// `Date`.
    pub date: Option<String>,
    /// `Accept-Encoding`: what the endpoint takes in the next requests.
    pub accept_encoding: Option<String>,
    /// The body as text, whole.
    pub body: String,
}

impl Answer {
    /// The server's clock when it answered, where it says.
    pub fn server_time(&self, now: UnixMillis) -> Option<UnixMillis> {
        http::date(self.date.as_deref()?, now)
    }

    /// The media type without parameters, in lower case; empty when there is none.
    fn media_type(&self) -> String {
        let field = self.content_type.as_deref().unwrap_or_default();
        field.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    fn retry_after_ms(&self, now: UnixMillis) -> Option<u64> {
        http::retry_after(self.retry_after.as_deref()?, self.date.as_deref(), now)
    }

    fn is_html(&self) -> bool {
        let start = self.body.trim_start_matches('\u{feff}').trim_start();
        let begins = |tag: &str| start.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
        self.media_type().ends_with("html")
            || self.media_type() == "application/xhtml+xml"
            || begins("<!doctype html")
            || begins("<html")
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// No connection, or it broke before the answer was whole.
    Unreachable,
    /// The answer was not there in time.
    TimedOut,
}

/// What an upload came to. Policy sees nothing finer than this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver said what it has.
    Receipt(Receipt),
    /// The endpoint cannot say what it has, and is trusted to have all of it.
    Taken,
    /// Nothing came back: no network, or the answer was lost on the way.
    NoAnswer,
    /// Somebody answered that it may well work later: 409, 425, 429, 5xx.
    Later {
        /// As the server asked.
        retry_after_ms: Option<u64>,
    },
    /// A time-out, or 408: as [`Outcome::Later`], and a smaller batch may get through.
    TooSlow {
        /// As the server asked.
        retry_after_ms: Option<u64>,
    },
    /// 409 from an endpoint that cannot write receipts. A batch with the same key may still be under way there; one
    /// that stays so holds an event that the endpoint has already, or never takes.
    Conflict {
        /// As the server asked.
        retry_after_ms: Option<u64>,
    },
    /// A success that acknowledges nothing, or a redirect: a captive portal, or the wrong endpoint.
    NotAReceipt,
    /// 401: the token is not taken.
    Unauthorized,
    /// 403: it is not taken for these events.
    Forbidden,
    /// 404, 405, 410, 415, the rest of 3xx and 4xx: the endpoint is not what the settings say.
    Misconfigured,
    /// 413.
    TooLarge,
    /// 400, 422: something in the batch is not taken.
    Refused {
        /// Which of them.
        status: u16,
    },
    /// The receiver rejects the one event that it was sent, in the words of the contract.
    Rejected {
        /// As in a receipt.
        code: String,
        /// As in a receipt.
        detail: String,
    },
}

/// Reads what came back. `now` is the tablet's clock, for a `Retry-After` that is a date.
pub fn judge(reply: &Result<Answer, Silence>, acknowledge: Acknowledge, now: UnixMillis) -> Outcome {
    let answer = match reply {
        Ok(answer) => answer,
        Err(Silence::Unreachable) => return Outcome::NoAnswer,
        Err(Silence::TimedOut) => return Outcome::TooSlow { retry_after_ms: None },
    };
    let retry_after_ms = answer.retry_after_ms(now);
    match answer.status {
        200..=299 => success(answer, acknowledge),
        // A captive portal sends elsewhere far more often than an endpoint moves.
        301..=303 | 307 | 308 => Outcome::NotAReceipt,
        401 => Outcome::Unauthorized,
        403 => Outcome::Forbidden,
        408 => Outcome::TooSlow { retry_after_ms },
        409 if acknowledge == Acknowledge::Status => Outcome::Conflict { retry_after_ms },
        409 | 425 | 429 => Outcome::Later { retry_after_ms },
        413 => Outcome::TooLarge,
        422 => rejected_event(answer).unwrap_or(Outcome::Refused { status: 422 }),
        400 => Outcome::Refused { status: 400 },
        // What is left of 4xx says nothing about an event: taken for a refusal, it could bring one into quarantine.
        300..=499 => Outcome::Misconfigured,
        _ => Outcome::Later { retry_after_ms },
    }
}

fn success(answer: &Answer, acknowledge: Acknowledge) -> Outcome {
    let is_json = answer.media_type() == "application/json";
    let receipt = Some(&answer.body).filter(|_| is_json).and_then(|body| Receipt::from_json(body));
    match (receipt, acknowledge) {
        (Some(receipt), Acknowledge::Receipt) => Outcome::Receipt(receipt),
        // Whoever names events is taken at their word, also where less would do.
        (Some(receipt), Acknowledge::Status) if !(receipt.accepted.is_empty() && receipt.rejected.is_empty()) => {
            Outcome::Receipt(receipt)
        }
        // 206 and 207 say themselves that they do not stand for the whole.
        (_, Acknowledge::Status) if answer.is_authentic && !answer.is_html() && !matches!(answer.status, 206 | 207) => {
            Outcome::Taken
        }
        _ => Outcome::NotAReceipt,
    }
}

/// A refusal of one event by itself, as `docs/protocol.md` has it.
fn rejected_event(answer: &Answer) -> Option<Outcome> {
    let problem: Value = serde_json::from_str(&answer.body).ok()?;
    let text = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let is_one = answer.media_type() == "application/problem+json" && text("type") == REJECTED_EVENT;
    is_one.then(|| Outcome::Rejected { code: text("code"), detail: text("detail") })
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
    fn a_receiver_without_a_key_takes_sealed_words_as_they_came() {
        let seal = |sealed: &str| PersonalText::Sealed { key: "0011223344556677".into(), sealed: sealed.into() };
        let moment = Moment { now: UnixMillis(0), offset: UtcOffset(0), uptime: Uptime(0), random: [1; 26] };
        let draft = Draft { text: Some(seal("c2VhbGVk")), ..Draft::new(&moment, Body::UnlockRefused { in_a_row: 1 }) };
        let (event, _) = Head::enrol("tablet", 1).link(&draft);
        let json = add_text(&CloudEvent::to_json(&event), &seal("c2VhbGVk").to_json());
        let arrived = serde_json::from_str::<CloudEvent>(&json).unwrap().open();
        assert_eq!(arrived, Ok((event.clone(), Some(seal("c2VhbGVk")))));
        let altered = CloudEvent::new(&event, Some(&seal("c2VhbGVl")));
        assert_eq!(altered.open(), Err(WireFault::TextDigest));
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
        let missing = vec![(2, 3), (7, 7)];
        let chain = vec![ChainState { epoch: 1, last_seq: 9, missing, broken_at: vec![5, 8] }];
        let hash = Hash::of(b"");
        let heads = vec![SignedHead {
            device: "t".into(),
            epoch: 1,
            hash,
            seq: 1,
            signature: "0".into(),
            ..SignedHead::default()
        }];
        let receipt = Receipt { accepted: vec![id], rejected, chain, heads };
        assert_eq!(Receipt::from_json(&serde_json::to_string(&receipt).unwrap()), Some(receipt));
        assert_eq!(Receipt::from_json(r#"{"accepted":"all"}"#), None);
        let odd = r#"{"accepted":[],"chain":[{"epoch":1},{"epoch":2,"last_seq":5,"missing":[[1],[1,2],"x"]},{"epoch":4294967295,"last_seq":5}],"heads":[{}]}"#;
        let read = Receipt::from_json(odd).unwrap();
        assert_eq!((read.chain.len(), read.chain[0].missing.as_slice(), read.heads.len()), (1, &[(1, 2)][..], 0));
    }

    const RECEIPT: &str = r#"{"accepted":["00000000-0000-7000-8000-000000000001"]}"#;

    fn named() -> Receipt {
        Receipt::from_json(RECEIPT).unwrap()
    }

    fn answer(status: u16, content_type: &str, body: &str) -> Answer {
        let content_type = (!content_type.is_empty()).then(|| content_type.to_owned());
        let (retry_after, body) = (Some("7".to_owned()), body.to_owned());
        Answer { status, is_authentic: true, content_type, retry_after, body, ..Answer::default() }
    }

    fn judged(acknowledge: Acknowledge, answer: Answer) -> Outcome {
        judge(&Ok(answer), acknowledge, UnixMillis(0))
    }

    fn check(status: u16, content_type: &str, body: &str, expected: Outcome) {
        let outcome = judged(Acknowledge::Receipt, answer(status, content_type, body));
        assert_eq!(outcome, expected, "{status} {content_type} {body}");
    }

    #[test]
    fn judges_every_answer() {
        let later = Outcome::Later { retry_after_ms: Some(7_000) };
        check(200, "application/json", RECEIPT, Outcome::Receipt(named()));
        check(200, "Application/JSON; charset=utf-8", r#"{"accepted":[]}"#, Outcome::Receipt(Receipt::default()));
        check(202, "application/json", r#"{"accepted":[],"new":1}"#, Outcome::Receipt(Receipt::default()));
        for (content_type, body) in [
            ("text/html", RECEIPT),
            ("text/plain", RECEIPT),
            ("", RECEIPT),
            ("application/json", r#"{"status":"ok"}"#),
            ("application/json", r#"{"accepted":"all"}"#),
            ("application/json", r#"["accepted"]"#),
            ("application/json", &RECEIPT[..RECEIPT.len() - 1]),
            ("application/json", ""),
            ("text/html", "<html>"),
        ] {
            check(200, content_type, body, Outcome::NotAReceipt);
        }
        check(204, "", "", Outcome::NotAReceipt);
        for status in [409, 425, 429, 500, 502, 503, 504, 507, 599] {
            check(status, "application/json", RECEIPT, later.clone());
        }
        check(408, "", "", Outcome::TooSlow { retry_after_ms: Some(7_000) });
        for (status, outcome) in [(401, Outcome::Unauthorized), (403, Outcome::Forbidden)] {
            check(status, "application/json", RECEIPT, outcome);
        }
        for status in [301, 302, 303, 307, 308] {
            check(status, "application/json", RECEIPT, Outcome::NotAReceipt);
        }
        for status in [300, 304, 402, 404, 405, 406, 407, 410, 411, 414, 415, 418, 421, 423, 426, 428, 431, 451] {
            check(status, "application/json", RECEIPT, Outcome::Misconfigured);
        }
        check(413, "", "", Outcome::TooLarge);
        for status in [400, 422] {
            check(status, "application/json", RECEIPT, Outcome::Refused { status });
        }
        for (silence, outcome) in
            [(Silence::Unreachable, Outcome::NoAnswer), (Silence::TimedOut, Outcome::TooSlow { retry_after_ms: None })]
        {
            assert_eq!(judge(&Err(silence), Acknowledge::Receipt, UnixMillis(0)), outcome);
        }
    }

    #[test]
    fn takes_the_contract_s_own_words_for_one_rejected_event() {
        let problem = r#"{"type":"urn:candor:problem:rejected-event","code":"unknown-type","detail":"no"}"#;
        let rejected = Outcome::Rejected { code: "unknown-type".into(), detail: "no".into() };
        check(422, "application/problem+json", problem, rejected);
        for (content_type, body) in [
            ("application/json", problem),
            ("application/problem+json", r#"{"type":"about:blank","code":"x"}"#),
            ("application/problem+json", "{"),
        ] {
            check(422, content_type, body, Outcome::Refused { status: 422 });
        }
    }

    fn check_status(answer: Answer, expected: Outcome) {
        assert_eq!(judged(Acknowledge::Status, answer.clone()), expected, "{answer:?}");
    }

    #[test]
    fn a_plain_success_is_enough_where_the_owner_says_so() {
        for (status, content_type, body) in [
            (200, "application/json", r#"{"ok":true}"#),
            (200, "application/json", r#"{"accepted":["42"]}"#),
            (200, "application/json", r#"{"accepted":3}"#),
            (200, "text/plain", "ok"),
            (200, "", ""),
            (201, "", ""),
            (202, "application/json", ""),
            (204, "", ""),
            (299, "text/xml", "<ok/>"),
        ] {
            check_status(answer(status, content_type, body), Outcome::Taken);
        }
        check_status(answer(200, "application/json", RECEIPT), Outcome::Receipt(named()));
    }

    #[test]
    fn a_portal_s_success_is_not_enough_anywhere() {
        for (content_type, body) in [
            ("text/html", ""),
            ("text/html; charset=utf-8", r#"{"ok":true}"#),
            ("application/xhtml+xml", "<x/>"),
            ("", "\u{feff} <!DOCTYPE html><title>Wi-Fi</title>"),
            ("text/plain", "<HTML>"),
            ("application/json", "<html>"),
        ] {
            check_status(answer(200, content_type, body), Outcome::NotAReceipt);
        }
        for status in [206, 207] {
            check_status(answer(status, "application/json", "{}"), Outcome::NotAReceipt);
        }
        check_status(Answer { is_authentic: false, ..answer(200, "application/json", "{}") }, Outcome::NotAReceipt);
        check_status(Answer { is_authentic: false, ..answer(204, "", "") }, Outcome::NotAReceipt);
        check_status(answer(302, "", ""), Outcome::NotAReceipt);
        check_status(answer(409, "", ""), Outcome::Conflict { retry_after_ms: Some(7_000) });
        for status in [400, 401, 404, 500] {
            let receipt_mode = judged(Acknowledge::Receipt, answer(status, "", ""));
            check_status(answer(status, "", ""), receipt_mode);
        }
    }

    #[test]
    fn reads_retry_after_by_the_answer_s_own_date() {
        let dated = |retry_after: &str, date: Option<&str>| Answer {
            retry_after: Some(retry_after.to_owned()),
            date: date.map(str::to_owned),
            ..answer(503, "", "")
        };
        let check = |answer: Answer, expected: Option<u64>| {
            assert_eq!(judged(Acknowledge::Receipt, answer), Outcome::Later { retry_after_ms: expected });
        };
        check(dated("Mon, 23 Nov 2026 01:42:07 GMT", Some("Mon, 23 Nov 2026 01:41:37 GMT")), Some(30_000));
        check(dated("Thu, 01 Jan 1970 00:00:05 GMT", None), Some(5_000));
        check(dated("soon", None), None);
    }
}
