//! The hash chain: each event carries the hash of the one before it, so that a removal, an edit or an insertion shows.
//!
//! `hash = SHA-256(canonical bytes of the event without "hash")`, canonical by RFC 8785. Personal text is outside the
//! chain and its salted digest inside, so that words can be erased and the chain still verifies.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::event::{Draft, Event, Written};
use crate::mask::mask;

/// A SHA-256 digest, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hash(String);

impl Hash {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex(&Sha256::digest(bytes)))
    }

    /// Takes a written digest; `None` unless it is 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 64 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The beginning in groups of four, to be read aloud and written down: `0123 4567 89ab cdef`.
    pub fn in_groups(&self) -> String {
        let groups: Vec<&str> = (0..4).filter_map(|group| self.0.get(group * 4..group * 4 + 4)).collect();
        groups.join(" ")
    }

    /// Whether it is still to be computed.
    pub fn is_blank(&self) -> bool {
        self.0.is_empty()
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// What a customer wrote, beside the event it belongs to: in clear, or sealed to a key that the tablet does not have.
///
/// An object is one or the other: a field too many makes it neither, since no digest would cover it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum PersonalText {
    /// As it was typed, apart from what was masked.
    Clear {
        /// The words; empty where only a contact was left.
        comment: String,
        /// How to reach the customer, who has agreed to it; empty where that was not wanted.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        contact: String,
        /// 32 hexadecimal digits; without it a short comment could be guessed from its digest.
        salt: String,
    },
    /// The canonical clear form, sealed by HPKE (`docs/sealing.md`). Read by `candor-vault` alone.
    Sealed {
        /// The first 16 hexadecimal digits of the SHA-256 of the public key.
        key: String,
        /// What HPKE gave, the encapsulated key in front: base64url without padding.
        sealed: String,
    },
}

impl PersonalText {
    /// `None` when nothing but white space was written.
    pub fn new(comment: &str, salt: &[u8; 16]) -> Option<Self> {
        Self::with_contact(comment, "", salt)
    }

    /// The same with a way to reach the customer, or only that.
    pub fn with_contact(comment: &str, contact: &str, salt: &[u8; 16]) -> Option<Self> {
        let kept = |text: &str| if text.trim().is_empty() { String::new() } else { text.to_owned() };
        let (comment, contact) = (kept(comment), kept(contact));
        let is_something = !comment.is_empty() || !contact.is_empty();
        is_something.then(|| Self::Clear { comment, contact, salt: hex(salt) })
    }

    /// The same without the numbers and addresses that name a person ([`crate::mask`]) in the words. A contact is just
    /// that, given on purpose, and stays; so does what is sealed.
    pub fn masked(self) -> Self {
        match self {
            Self::Clear { comment, contact, salt } => Self::Clear { comment: mask(&comment), contact, salt },
            sealed => sealed,
        }
    }

    /// The words; `None` while they are sealed.
    pub fn comment(&self) -> Option<&str> {
        match self {
            Self::Clear { comment, .. } => Some(comment),
            Self::Sealed { .. } => None,
        }
    }

    /// How to reach the customer, empty where that was not wanted; `None` while it is sealed.
    pub fn contact(&self) -> Option<&str> {
        match self {
            Self::Clear { contact, .. } => Some(contact),
            Self::Sealed { .. } => None,
        }
    }

    /// The text as it is kept and travels: canonical, the fields being in their order.
    pub fn to_json(&self) -> String {
        canonical(self)
    }

    /// What the chain holds of the text: SHA-256 over its canonical form as it stands, clear or sealed.
    pub fn digest(&self) -> Hash {
        Hash::of(canonical(self).as_bytes())
    }
}

/// The newest place of the chain: what the next event is linked to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The device: a UUID made at the first start.
    pub device: String,
    /// 1, and one more when the kiosk finds its store wiped under it.
    pub epoch: u32,
    /// How often the device has been started.
    pub run: u32,
    /// The number of the newest event, 0 before the first.
    pub seq: u64,
    /// The hash of the newest event; before the first, the enrolment hash.
    pub hash: Hash,
    /// How many responses the device has recorded: the number on the thank-you screen.
    pub responses: u64,
}

impl Head {
    /// Reads a stored head; `None` for anything else.
    pub fn from_json(json: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(json).ok()?;
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            device: text("device")?,
            epoch: u32::try_from(number("epoch")?).ok()?,
            run: u32::try_from(number("run")?).ok()?,
            seq: number("seq")?,
            hash: Hash(text("hash")?),
            responses: number("responses")?,
        })
    }

    /// The head as it is stored.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The place before the first event of an epoch.
    pub fn enrol(device: &str, epoch: u32) -> Self {
        Self { device: device.to_owned(), epoch, run: 0, seq: 0, hash: enrolment_hash(device, epoch), responses: 0 }
    }

    /// The head after an event that was recorded elsewhere, if that is a newer one of this device.
    pub fn overtaken_by(self, event: &Event) -> Self {
        if event.device != self.device || (event.epoch, event.seq) <= (self.epoch, self.seq) {
            return self;
        }
        let responses = self.responses + u64::from(event.kind == "rating.given");
        Self { epoch: event.epoch, seq: event.seq, hash: event.hash.clone(), responses, ..self }
    }

    /// The head after events that were recorded elsewhere, where the journal had come to that epoch. Behind those of a newer
    /// one another epoch begins: whoever recorded there may not be done, and has the next numbers.
    pub fn beyond(self, epoch: u32) -> Self {
        let newest = self.epoch;
        if newest > epoch { self.above(newest) } else { self }
    }

    /// The head, or the beginning of a new epoch where its own is not above one that is taken.
    pub fn above(self, taken: u32) -> Self {
        if self.epoch > taken {
            return self;
        }
        Self { run: self.run, responses: self.responses, ..Self::enrol(&self.device, taken + 1) }
    }

    /// Links an event to the chain that was linked elsewhere before: whole, under its id, with its run and its times. It
    /// has been counted as a response already.
    pub fn link_again(&self, event: &Event) -> (Event, Head) {
        let hash = Hash::default();
        let mut event = Event { epoch: self.epoch, seq: self.seq + 1, prev: self.hash.clone(), hash, ..event.clone() };
        event.hash = self::hash(&event);
        let head = Self { seq: event.seq, hash: event.hash.clone(), ..self.clone() };
        (event, head)
    }

    /// Links a draft to the chain and gives the event with the head after it.
    pub fn link(&self, draft: &Draft) -> (Event, Head) {
        self.link_written(Written::new(draft))
    }

    /// Links a draft whose body is written already.
    pub fn link_written(&self, draft: Written) -> (Event, Head) {
        let mut data = draft.data;
        if let (Some(text), Value::Object(fields)) = (&draft.text, &mut data) {
            fields.insert("textdigest".to_owned(), Value::String(text.digest().0));
        }
        let mut event = Event {
            data,
            device: self.device.clone(),
            epoch: self.epoch,
            hash: Hash::default(),
            id: draft.id,
            prev: self.hash.clone(),
            run: self.run,
            seq: self.seq + 1,
            time: draft.time,
            kind: draft.kind,
            uptime: draft.uptime,
        };
        event.hash = hash(&event);
        let responses = self.responses + u64::from(event.kind == "rating.given");
        let head = Self { seq: event.seq, hash: event.hash.clone(), responses, ..self.clone() };
        (event, head)
    }
}

/// The `prev` of the first event of an epoch: SHA-256 of `candor:{device}:{epoch}`.
pub fn enrolment_hash(device: &str, epoch: u32) -> Hash {
    Hash::of(format!("candor:{device}:{epoch}").as_bytes())
}

/// The hash that an event must carry: over everything in it but the hash itself.
pub fn hash(event: &Event) -> Hash {
    Hash::of(canonical_event(event).as_bytes())
}

/// The canonical bytes that an event's hash covers.
pub fn canonical_event(event: &Event) -> String {
    canonical(&Event { hash: Hash::default(), ..event.clone() })
}

/// RFC 8785 for what is hashed here: structures whose fields stand in order, maps with ASCII keys (`serde_json` keeps
/// them sorted), strings, booleans, null and integers below 2^53. Tests hold it against an implementation of the RFC.
fn canonical(value: &impl Serialize) -> String {
    // Text, numbers and maps with text for keys always serialise.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::{Body, Outcome, Rating};
    use crate::time::{Moment, UnixMillis, Uptime, UtcOffset};

    fn sealed(n: u8) -> PersonalText {
        PersonalText::Sealed { key: hex(&[n; 8]), sealed: format!("{n}-_aZ09") }
    }

    fn draft(n: u8, comment: &str) -> Draft {
        let moment = Moment {
            now: UnixMillis(1_795_398_067_120),
            offset: UtcOffset(480),
            uptime: Uptime(5_000),
            random: [n; 26],
        };
        let body = Body::detailed(crate::event::EventId::new(&moment), Outcome::Complete, &["wait"], 9);
        Draft { text: PersonalText::new(comment, &[n; 16]), ..Draft::new(&moment, body) }
    }

    #[test]
    fn links_each_event_to_the_one_before_it() {
        let start = Head::enrol("tablet", 1);
        let (first, head) = start.link(&draft(1, ""));
        let (second, head) = head.link(&draft(2, "排队太久"));
        assert_eq!((first.seq, second.seq, head.seq), (1, 2, 2));
        assert_eq!(first.prev, enrolment_hash("tablet", 1));
        assert_eq!(second.prev, first.hash);
        assert_eq!(head.hash, second.hash);
    }

    #[test]
    fn keeps_the_words_out_of_the_chain_and_their_digest_in_it() {
        let (event, _) = Head::enrol("tablet", 1).link(&draft(3, "排队太久"));
        assert!(!canonical_event(&event).contains("排队太久"));
        assert_eq!(event.data["textdigest"], draft(3, "排队太久").text.unwrap().digest().as_str());
    }

    #[test]
    fn a_hash_is_read_in_fours() {
        assert_eq!(Hash("0123456789abcdef0000".to_owned()).in_groups(), "0123 4567 89ab cdef");
        assert_eq!(Hash::default().in_groups(), "");
    }

    fn check_form(json: &str, expected: Option<&PersonalText>) {
        assert_eq!(serde_json::from_str::<PersonalText>(json).ok().as_ref(), expected, "{json}");
    }

    #[test]
    fn reads_a_text_as_clear_or_sealed_and_never_as_both() {
        let clear = PersonalText::new("好", &[1; 16]).unwrap();
        check_form(&clear.to_json(), Some(&clear));
        check_form(&sealed(1).to_json(), Some(&sealed(1)));
        check_form(r#"{"comment":"好","salt":"01","sealed":"x","key":"y"}"#, None);
        check_form(r#"{"key":"y","sealed":"x","comment":"好"}"#, None);
        check_form(r#"{"comment":"好"}"#, None);
    }

    #[test]
    fn a_contact_stands_beside_the_words_and_is_not_masked() {
        let text = PersonalText::with_contact("电话13800138000", "13800138000", &[1; 16]).unwrap().masked();
        assert_eq!((text.comment(), text.contact()), (Some("电话[☎▇▇▇]"), Some("13800138000")));
        check_form(&text.to_json(), Some(&text));
        let alone = PersonalText::with_contact(" ", "a@b.example", &[1; 16]).unwrap();
        assert_eq!((alone.comment(), alone.contact()), (Some(""), Some("a@b.example")));
        assert_eq!(PersonalText::with_contact(" ", "", &[1; 16]), None);
        assert!(!PersonalText::new("好", &[1; 16]).unwrap().to_json().contains("contact"));
    }

    #[test]
    fn masks_what_is_clear_and_leaves_what_is_sealed() {
        let text = PersonalText::new("电话13800138000", &[1; 16]).unwrap().masked();
        assert_eq!(text.comment(), Some("电话[☎▇▇▇]"));
        assert_eq!(sealed(1).masked(), sealed(1));
    }

    #[test]
    fn the_chain_holds_the_digest_of_a_sealed_text_as_it_stands() {
        let draft = Draft { text: Some(sealed(7)), ..draft(7, "") };
        let (event, _) = Head::enrol("tablet", 1).link(&draft);
        let form = r#"{"key":"0707070707070707","sealed":"7-_aZ09"}"#;
        assert_eq!(event.data["textdigest"], Hash::of(form.as_bytes()).as_str());
    }

    #[test]
    fn an_edit_anywhere_changes_the_hash() {
        let (event, _) = Head::enrol("tablet", 1).link(&draft(1, "x"));
        let edits: [fn(&mut Event); 6] = [
            |e| e.seq = 9,
            |e| e.time.push('Z'),
            |e| e.uptime += 1,
            |e| e.run += 1,
            |e| e.data["seconds"] = 10.into(),
            |e| e.prev = Hash::of(b"other"),
        ];
        for edit in edits {
            let mut edited = event.clone();
            edit(&mut edited);
            assert_ne!(hash(&edited), event.hash);
        }
    }

    #[test]
    fn counts_responses_and_nothing_else() {
        let moment = Moment { now: UnixMillis(0), offset: UtcOffset(0), uptime: Uptime(0), random: [0; 26] };
        let given = Body::RatingGiven {
            value: Rating::new(5).unwrap(),
            scale: Default::default(),
            context: Default::default(),
        };
        let (_, head) = Head::enrol("tablet", 1).link(&Draft::new(&moment, given));
        let (_, head) = head.link(&draft(1, ""));
        assert_eq!(head.responses, 1);
        assert_eq!(Head::from_json(&head.to_json()), Some(head));
    }

    proptest! {
        #[test]
        fn writes_the_canonical_form_of_rfc_8785(text in ".*", key in "[a-z_]{1,8}", number in 0_u64..(1 << 53)) {
            let value = serde_json::json!({ "z": text, key: [number, null, true], "a": { "y": text, "b": -1 } });
            prop_assert_eq!(canonical(&value), serde_json_canonicalizer::to_string(&value).unwrap());
        }

        #[test]
        fn hashes_the_canonical_form_of_rfc_8785(comment in ".*", n in any::<u8>()) {
            let (event, _) = Head::enrol("tablet", 1).link(&draft(n, &comment));
            let unhashed = Event { hash: Hash::default(), ..event.clone() };
            prop_assert_eq!(canonical_event(&event), serde_json_canonicalizer::to_string(&unhashed).unwrap());
            prop_assert!(!canonical_event(&event).contains("\"hash\""));
            if let Some(text) = draft(n, &comment).text {
                prop_assert_eq!(text.to_json(), serde_json_canonicalizer::to_string(&text).unwrap());
                prop_assert_eq!(serde_json::from_str::<PersonalText>(&text.to_json()).unwrap(), text);
            }
        }

        #[test]
        fn writes_a_sealed_text_in_the_canonical_form_of_rfc_8785(key in "[0-9a-f]{16}", sealed in "[A-Za-z0-9_-]*") {
            let text = PersonalText::Sealed { key, sealed };
            prop_assert_eq!(text.to_json(), serde_json_canonicalizer::to_string(&text).unwrap());
            prop_assert_eq!(serde_json::from_str::<PersonalText>(&text.to_json()).unwrap(), text);
        }

        #[test]
        fn survives_being_written_and_read_again(comment in ".*", n in any::<u8>()) {
            let (event, _) = Head::enrol("tablet", 1).link(&draft(n, &comment));
            let read: Event = serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap();
            prop_assert_eq!(hash(&read), event.hash);
        }
    }
}
