//! What happened on a tablet, one event at a time. Every screen, upload and export is a reading of these.
//!
//! An event is made as a [`Draft`] by the rules, takes its place in the chain when the journal stores it, and never
//! changes after that.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::chain::{Hash, PersonalText, hex};
use crate::time::{Moment, rfc3339};

/// Every type of event in version 1 of the contract; a receiver accepts these and no others.
pub const TYPES: [&str; 19] = [
    "offer.made",
    "offer.closed",
    "rating.given",
    "rating.changed",
    "rating.detailed",
    "flag.raised",
    "flag.cleared",
    "case.opened",
    "case.changed",
    "improvement.noted",
    "alert.raised",
    "alert.seen",
    "settings.changed",
    "health.reported",
    "exported",
    "erased",
    "cleared",
    "unlocked",
    "unlock.refused",
];

/// A UUIDv7 in its usual written form; the name of an event for good.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(String);

impl EventId {
    /// A new id from the wall clock and the first ten random bytes of the moment (RFC 9562, section 5.7).
    pub fn new(moment: &Moment) -> Self {
        let mut bytes = [0; 16];
        let millis = u64::try_from(moment.now.0).unwrap_or(0);
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&moment.random[..10]);
        Self::of_version(bytes, 0x70)
    }

    /// An id that is made of content, as a UUID of version 8 (RFC 9562, section 5.8): the same bytes, the same id.
    pub fn of_content(bytes: [u8; 16]) -> Self {
        Self::of_version(bytes, 0x80)
    }

    fn of_version(mut bytes: [u8; 16], version: u8) -> Self {
        bytes[6] = version | bytes[6] & 0x0f;
        bytes[8] = 0x80 | bytes[8] & 0x3f;
        Self::of_number(u128::from_be_bytes(bytes))
    }

    /// The id of an event that is the same whoever comes to make it, from what names it: that of the first 16 bytes of the
    /// name's SHA-256.
    pub fn of_name(name: &str) -> Self {
        let hash = Hash::of(name.as_bytes());
        let digits = hash.as_str().get(..32).unwrap_or_default();
        let mut bytes = u128::from_str_radix(digits, 16).unwrap_or_default().to_be_bytes();
        // Four bits less than the version leaves: names have had ids without them before.
        bytes[8] &= 0x0f;
        Self::of_content(bytes)
    }

    /// Takes an id that was made elsewhere; `None` unless it is a UUID in lower case with hyphens.
    pub fn parse(text: &str) -> Option<Self> {
        is_uuid(text).then(|| Self(text.to_owned()))
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its 16 bytes as one number; `None` of a name that is no UUID, which no receiver takes.
    pub fn number(&self) -> Option<u128> {
        let digits = self.0.chars().filter_map(|digit| digit.to_digit(16));
        is_uuid(&self.0).then(|| digits.fold(0, |number, digit| number << 4 | u128::from(digit)))
    }

    /// The id of that number.
    pub fn of_number(number: u128) -> Self {
        let mut id = hex(&number.to_be_bytes());
        for place in [8, 13, 18, 23] {
            id.insert(place, '-');
        }
        Self(id)
    }

    /// The wall clock that it was made by, in milliseconds since 1970 (RFC 9562, section 5.7); 0 for an id that was made
    /// elsewhere and is not of version 7.
    pub fn millis(&self) -> u64 {
        let high = self.0.get(..8).and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let low = self.0.get(9..13).and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let is_timed = self.0.get(14..15) == Some("7");
        high.zip(low).filter(|_| is_timed).map_or(0, |(high, low)| high << 16 | low)
    }
}

/// Whether a text is a UUID in lower case with hyphens.
fn is_uuid(text: &str) -> bool {
    let is_in_place = |(index, byte): (usize, u8)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    text.len() == 36 && text.bytes().enumerate().all(is_in_place)
}

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A level on a scale: which numbers there are, and which end is which, the [`Scale`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Rating(u8);

impl Rating {
    /// The highest level of any scale.
    const HIGHEST: u8 = 10;

    /// `None` above 10.
    pub fn new(level: u8) -> Option<Self> {
        (level <= Self::HIGHEST).then_some(Self(level))
    }

    /// 0 to 10.
    pub fn level(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Rating {
    type Error = &'static str;

    fn try_from(level: u8) -> Result<Self, Self::Error> {
        Self::new(level).ok_or("a rating is a level from 0 to 10")
    }
}

impl From<Rating> for u8 {
    fn from(rating: Rating) -> Self {
        rating.0
    }
}

/// What a customer rates on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Five faces, 1 to 5.
    #[default]
    #[serde(rename = "faces-5")]
    Faces5,
    /// Four faces, 1 to 4: there is no middle.
    #[serde(rename = "faces-4")]
    Faces4,
    /// Three faces, 1 to 3.
    #[serde(rename = "faces-3")]
    Faces3,
    /// Five stars, 1 to 5.
    #[serde(rename = "stars-5")]
    Stars5,
    /// Thumb down or up, 1 or 2.
    Thumbs,
    /// How likely to recommend, 0 to 10.
    Nps,
    /// How easy it was, 1 to 7.
    Ces,
}

impl Scale {
    /// All of them, by the names that a file has.
    pub const ALL: [(&'static str, Self); 7] = [
        ("faces-5", Self::Faces5),
        ("faces-4", Self::Faces4),
        ("faces-3", Self::Faces3),
        ("stars-5", Self::Stars5),
        ("thumbs", Self::Thumbs),
        ("nps", Self::Nps),
        ("ces", Self::Ces),
    ];

    /// Its name in files and events.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, scale)| *scale == self).map_or("", |(name, _)| name)
    }

    /// The lowest level.
    pub fn worst(self) -> u8 {
        if self == Self::Nps { 0 } else { 1 }
    }

    /// The highest level.
    pub fn best(self) -> u8 {
        match self {
            Self::Thumbs => 2,
            Self::Faces3 => 3,
            Self::Faces4 => 4,
            Self::Faces5 | Self::Stars5 => 5,
            Self::Ces => 7,
            Self::Nps => 10,
        }
    }

    /// From here on a rating is a good one: the two best of five faces or stars and of four faces, the best of three and of
    /// two, promoters (9 and 10) of the NPS, 5 to 7 of the CES.
    pub fn good_from(self) -> u8 {
        match self {
            Self::Thumbs => 2,
            Self::Faces3 | Self::Faces4 => 3,
            Self::Faces5 | Self::Stars5 => 4,
            Self::Ces => 5,
            Self::Nps => 9,
        }
    }

    /// Whether numbers are tapped, of which only the two ends have names.
    pub fn is_numbers(self) -> bool {
        matches!(self, Self::Nps | Self::Ces)
    }

    /// How many names a survey gives to it.
    pub fn names(self) -> usize {
        if self.is_numbers() { 2 } else { usize::from(self.best()) }
    }

    /// Every level, the worst first.
    pub fn levels(self) -> impl DoubleEndedIterator<Item = Rating> {
        (self.worst()..=self.best()).map(Rating)
    }

    /// Whether a level is one of this scale.
    pub fn has(self, rating: Rating) -> bool {
        (self.worst()..=self.best()).contains(&rating.level())
    }

    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// By which ways an answer comes: the tablet itself, or a link that the customer opened elsewhere.
pub const CHANNELS: [&str; 2] = ["kiosk", "link"];
/// The channel of what was brought in from elsewhere: such a `rating.given` says in `given` when it was given.
pub const IMPORT: &str = "import";

/// Where and in what circumstances a rating was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The survey's id.
    pub survey: String,
    /// The survey's version, so that an old answer keeps its question.
    pub version: u32,
    /// The language that the customer read, as a BCP 47 tag.
    pub locale: String,
    /// The service point, as the owner names it; empty when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub point: String,
    /// The number of the person who served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    /// The ticket or case number of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// By which way the answer came, one of [`CHANNELS`]; empty for the first of them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
    /// The `offer.made` that this answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<EventId>,
    /// Whether the place was closed by its opening hours, for half an hour before and after.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

impl Context {
    /// By which way the answer came.
    pub fn channel(&self) -> &str {
        if self.channel.is_empty() { CHANNELS[0] } else { &self.channel }
    }
}

/// How an offer ended that nobody answered. One that was answered is named by the rating; one that another offer follows
/// without either was never looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unanswered {
    /// Nobody touched the tablet in time.
    Expired,
    /// Whoever made it took it back.
    Withdrawn,
}

/// How a customer left the follow-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Sent.
    Complete,
    /// Passed over with the skip button.
    Skipped,
    /// Left alone until the time was up.
    TimedOut,
}

/// The body of an event. Only what the foundation writes has a variant; the rest of [`TYPES`] is read as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// `rating.given`: the first tap. Its event id names the response from then on.
    RatingGiven {
        /// The level tapped.
        value: Rating,
        /// On which scale; not written for the usual one, five faces.
        #[serde(default, skip_serializing_if = "Scale::is_usual")]
        scale: Scale,
        /// The circumstances.
        #[serde(flatten)]
        context: Context,
    },
    /// `rating.changed`: the customer corrected the tap.
    RatingChanged {
        /// The response.
        response: EventId,
        /// The level before.
        from: Rating,
        /// The level now.
        value: Rating,
    },
    /// `rating.detailed`: what the follow-up brought.
    RatingDetailed {
        /// The response.
        response: EventId,
        /// How it ended.
        outcome: Outcome,
        /// Ids of the reasons chosen, in the survey's order.
        reasons: Vec<String>,
        /// Ids of the options chosen, by the id of what was asked.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        answers: Map<String, Value>,
        /// Service items rated from 1 to 5, by their ids.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        items: Map<String, Value>,
        /// Whole seconds from the first tap to this.
        seconds: u32,
        /// The number of the person whom the customer named after the rating: it counts before that of `rating.given`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        staff: Option<String>,
    },
    /// `settings.changed`: which settings, never their values: one of them is a secret.
    SettingsChanged {
        /// Names of the settings.
        changed: Vec<String>,
    },
    /// `exported`: somebody took the results away.
    Exported {
        /// `csv`, and later others.
        format: String,
        /// Rows written.
        rows: u32,
    },
    /// `health.reported`: the tablet found something out about itself.
    HealthReported {
        /// The name of a [`FindingKind`](crate::health::FindingKind).
        finding: String,
        /// The epoch that it is about.
        epoch: u32,
        /// The number that it is about: how far the journal had come.
        seq: u64,
        /// How much: as the finding says.
        count: u64,
    },
    /// `erased`: words or whole events were taken away, their hashes stay.
    Erased {
        /// How many events.
        count: u64,
        /// Their epoch.
        epoch: u32,
        /// The first number.
        from: u64,
        /// `retention`: delivered, older than the owner keeps them, and the storage was nearly full.
        reason: String,
        /// The last number.
        to: u64,
    },
    /// `flag.cleared`: a manager takes a doubt back (see [`crate::flags`]).
    FlagCleared {
        /// The response.
        response: EventId,
        /// Which doubt: the name of a [`Reason`](crate::vandal::Reason).
        reason: String,
    },
    /// `unlock.refused`: a wrong PIN.
    UnlockRefused {
        /// How many refusals there have been in a row, this one included.
        in_a_row: u32,
    },
    /// `offer.made`: somebody beside the tablet asks a customer to rate what was done for them.
    OfferMade {
        /// Who: `program`, `scanner`.
        by: String,
        /// The circumstances.
        #[serde(flatten)]
        context: Context,
    },
    /// `offer.closed`: nobody answered it.
    OfferClosed {
        /// The `offer.made`.
        offer: EventId,
        /// How it ended.
        outcome: Unanswered,
    },
    /// `unlocked`: the manager's door was opened. The last that is read: without its type, it fits any object.
    Unlocked {},
    /// An event whose body its own module has written: see [`Noted`].
    #[serde(skip_deserializing)]
    Noted(Noted),
}

/// An event that is made and read by one module alone, whose body the rest hands on as it stands: what every tablet loads
/// first need not know of what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Noted {
    /// The type, one of [`TYPES`].
    #[serde(skip)]
    pub kind: &'static str,
    /// The body, an object.
    pub data: Value,
}

impl Body {
    /// A follow-up that brought reasons and nothing else.
    pub fn detailed(response: EventId, outcome: Outcome, reasons: &[&str], seconds: u32) -> Self {
        let reasons = reasons.iter().map(|id| (*id).to_owned()).collect();
        let (answers, items) = (Map::new(), Map::new());
        Self::RatingDetailed { response, outcome, reasons, answers, items, seconds, staff: None }
    }

    /// One whose own module has written it.
    pub fn noted(kind: &'static str, data: Value) -> Self {
        Self::Noted(Noted { kind, data })
    }

    /// The type that the event carries, one of [`TYPES`].
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OfferMade { .. } => "offer.made",
            Self::OfferClosed { .. } => "offer.closed",
            Self::RatingGiven { .. } => "rating.given",
            Self::RatingChanged { .. } => "rating.changed",
            Self::RatingDetailed { .. } => "rating.detailed",
            Self::SettingsChanged { .. } => "settings.changed",
            Self::Exported { .. } => "exported",
            Self::HealthReported { .. } => "health.reported",
            Self::Erased { .. } => "erased",
            Self::FlagCleared { .. } => "flag.cleared",
            Self::Unlocked {} => "unlocked",
            Self::UnlockRefused { .. } => "unlock.refused",
            Self::Noted(noted) => noted.kind,
        }
    }
}

/// An event before it has a place in the chain. Storing the same draft twice stores it once: the id decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The event's id.
    pub id: EventId,
    /// RFC 3339 with the local offset.
    pub time: String,
    /// Whole seconds since the page was started: shows a moved clock.
    pub uptime: u32,
    /// What happened.
    pub body: Body,
    /// The customer's own words, kept beside the event and covered by a digest in it.
    pub text: Option<PersonalText>,
}

impl Draft {
    /// A draft of something that happens now.
    pub fn new(moment: &Moment, body: Body) -> Self {
        Self {
            id: EventId::new(moment),
            time: rfc3339(moment.now, moment.offset),
            uptime: u32::try_from(moment.uptime.0 / 1_000).unwrap_or(u32::MAX),
            body,
            text: None,
        }
    }
}

/// A draft whose body is written already: as it goes from a page to its keeper.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Written {
    /// The event's id.
    pub id: EventId,
    /// One of [`TYPES`].
    pub kind: String,
    /// The body.
    pub data: Value,
    /// RFC 3339 with the local offset.
    pub time: String,
    /// Whole seconds since the page was started.
    pub uptime: u32,
    /// The customer's own words.
    pub text: Option<PersonalText>,
}

impl Written {
    /// Writes a draft's body.
    pub fn new(draft: &Draft) -> Self {
        Self {
            id: draft.id.clone(),
            kind: draft.body.kind().to_owned(),
            data: serde_json::to_value(&draft.body).unwrap_or_default(),
            time: draft.time.clone(),
            uptime: draft.uptime,
            text: draft.text.clone(),
        }
    }

    /// The draft as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Written::to_json`] wrote; `None` for anything else.
    pub fn from_json(json: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(json).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        Some(Self {
            id: EventId::parse(text("id")?)?,
            kind: text("kind")?.to_owned(),
            data: value.get("data")?.clone(),
            time: text("time")?.to_owned(),
            uptime: u32::try_from(value.get("uptime")?.as_u64()?).ok()?,
            text: value
                .get("text")
                .filter(|text| !text.is_null())
                .map(|text| serde_json::from_value(text.clone()))
                .transpose()
                .ok()?,
        })
    }
}

/// An event in its place in the journal, exactly as it was hashed.
///
/// The fields stand in the order of RFC 8785, so that writing an event writes its canonical form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The body, and `textdigest` where personal text belongs to it.
    pub data: Value,
    /// The device: a UUID made at the first start.
    pub device: String,
    /// 1, and one more when the kiosk finds its store wiped under it.
    pub epoch: u32,
    /// The hash of all the rest: see [`crate::chain`].
    #[serde(default, skip_serializing_if = "Hash::is_blank")]
    pub hash: Hash,
    /// The event's id.
    pub id: EventId,
    /// The hash of the event before it.
    pub prev: Hash,
    /// How often the device had been started; with `uptime` it shows a moved clock.
    pub run: u32,
    /// Counts from 1 in each epoch, without gaps.
    pub seq: u64,
    /// RFC 3339 with the local offset.
    pub time: String,
    /// One of [`TYPES`].
    #[serde(rename = "type")]
    pub kind: String,
    /// Whole seconds since the start.
    pub uptime: u32,
}

impl Event {
    /// Whether both are one event at two places: the same content under the same id. Place, links and run may differ: a
    /// commit that came to pass after all has left the event where nobody looked for it any more, and it was linked once
    /// more elsewhere.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let content = |event: &Self| (event.device.clone(), event.id.clone(), event.time.clone(), event.kind.clone());
        content(self) == content(other) && self.uptime == other.uptime && self.data == other.data
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{UnixMillis, Uptime, UtcOffset};

    pub(crate) fn moment(n: u8) -> Moment {
        Moment { now: UnixMillis(1_795_398_067_120), offset: UtcOffset(480), uptime: Uptime(61_500), random: [n; 26] }
    }

    #[test]
    fn ids_sort_by_time_and_carry_their_version() {
        let early = EventId::new(&moment(9));
        let late = EventId::new(&Moment { now: UnixMillis(1_795_398_067_121), ..moment(0) });
        assert!(early < late);
        assert_eq!((early.millis(), late.millis()), (1_795_398_067_120, 1_795_398_067_121));
        let [a, b, c, d, e, f, g, h, i, j, ..] = moment(9).random;
        let expected = uuid::Builder::from_unix_timestamp_millis(1_795_398_067_120, &[a, b, c, d, e, f, g, h, i, j]);
        assert_eq!(early.as_str(), expected.into_uuid().to_string());
        assert_eq!(EventId::parse(early.as_str()), Some(early.clone()));
        assert_eq!(early.number().map(EventId::of_number), Some(early.clone()));
        let upper = early.as_str().to_uppercase();
        for wrong in ["not-an-id", "", &upper, &early.as_str().replace('-', "0"), &early.as_str()[1..]] {
            assert_eq!(EventId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_id_of_content_is_a_uuid_of_its_version() {
        let id = EventId::of_content([0xFF; 16]);
        assert_eq!(id.as_str(), uuid::Builder::from_custom_bytes([0xFF; 16]).into_uuid().to_string());
        assert_eq!((EventId::parse(id.as_str()), id.millis()), (Some(id.clone()), 0));
    }

    #[test]
    fn what_has_one_name_has_one_id_of_version_8() {
        let id = EventId::of_name("candor:alert:tablet:bad:1");
        assert_eq!(EventId::parse(id.as_str()), Some(id.clone()));
        assert_eq!(id.as_str(), "fe927dc9-e813-8212-859e-1a69c8f71046", "as releases before have made it");
        assert_ne!(id, EventId::of_name("candor:alert:tablet:bad:2"));
        let uuid: uuid::Uuid = id.as_str().parse().unwrap();
        assert_eq!((uuid.get_version_num(), uuid.get_variant()), (8, uuid::Variant::RFC4122));
        assert_eq!(id.millis(), 0);
    }

    #[test]
    fn what_a_module_has_written_is_the_body_as_it_stands() {
        let data = serde_json::from_str(r#"{"rule":"bad"}"#).unwrap();
        let body = Body::noted("alert.raised", data);
        assert_eq!(
            (body.kind(), serde_json::to_string(&body).unwrap().as_str()),
            ("alert.raised", r#"{"rule":"bad"}"#)
        );
    }

    #[test]
    fn a_rating_is_a_level_of_its_scale() {
        for (name, scale) in Scale::ALL {
            let levels: Vec<u8> = scale.levels().map(Rating::level).collect();
            assert_eq!((levels.first(), levels.last()), (Some(&scale.worst()), Some(&scale.best())), "{name}");
            assert!(levels.contains(&scale.good_from()) && scale.good_from() > scale.worst(), "{name}");
            assert!((0..=10).filter_map(Rating::new).all(|r| scale.has(r) == levels.contains(&r.level())), "{name}");
            assert_eq!(serde_json::to_value(scale).unwrap(), name);
            assert_eq!(scale.name(), name);
        }
        assert!(serde_json::from_str::<Rating>("11").is_err());
    }

    #[test]
    fn what_is_usual_is_not_written() {
        let value = Rating::new(2).unwrap();
        let body = |scale| Body::RatingGiven { value, scale, context: Context::default() };
        let written = |scale| serde_json::to_string(&body(scale)).unwrap();
        assert_eq!(written(Scale::Faces5), r#"{"value":2,"survey":"","version":0,"locale":""}"#);
        assert!(written(Scale::Nps).contains(r#""scale":"nps""#));
        for scale in [Scale::Faces5, Scale::Ces] {
            assert_eq!(serde_json::from_str::<Body>(&written(scale)).unwrap(), body(scale));
        }
    }

    #[test]
    fn a_written_draft_reads_back() {
        let text = PersonalText::new("排队太久", &[7; 16]);
        let draft = Draft { text, ..Draft::new(&moment(3), Body::UnlockRefused { in_a_row: 2 }) };
        let written = Written::new(&draft);
        assert_eq!(Written::from_json(&written.to_json()), Some(written));
        assert_eq!(Written::from_json("{}"), None);
    }

    #[test]
    fn every_body_has_a_type_of_the_contract() {
        for body in [Body::Unlocked {}, Body::UnlockRefused { in_a_row: 1 }, Body::SettingsChanged { changed: vec![] }]
        {
            assert!(TYPES.contains(&body.kind()));
        }
    }
}
