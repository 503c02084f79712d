//! Facts: the responses of a journal in typed columns, from which every figure is counted. They hold no words, only
//! whether there are any and where they stand.
//!
//! The invariant: folding the same events in the same order, in whichever portions, gives the same facts, and they agree
//! with [`crate::results`]. An event that refers to a response which has not been folded in changes nothing and is
//! counted in [`Facts::orphans`]; once a restore has brought the response, who reads begins anew.

mod days;
mod filter;
mod group;
mod intern;
mod kept;
mod offers;
mod placed;
mod segment;
mod staff;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::days::{Days, Unit};
pub use self::filter::{Doubts, Filter, Key, Selection, Words};
pub use self::group::{Bar, Doubted, Group, Heat, ItemLevels, Outcomes, Taken, Tally, WordCounts};
use self::intern::Interned;
pub use self::kept::Kept;
use self::offers::Offers;
pub use self::offers::{OfferCounts, Offered};
pub use self::placed::Placed;
use self::segment::{Given, NO_HOUR, ROWS, Segment, state_of};
pub use self::staff::{Hidden, Staff};
use crate::cases::upheld_appeal;
use crate::chain::{Hash, PersonalText};
use crate::event::{Body, Context, Event, EventId, IMPORT, Outcome, Rating, Scale, Unanswered};
use crate::flags::{Doubt, Watch};
use crate::hours::Date;
use crate::journal::{Entry, Place};
use crate::results::{Details, Response, is_import, time_of};
use crate::vandal::{Figures, Flag, Reason};

/// The highest level that a service item can have; the lowest is 1.
const HIGHEST_ITEM: u64 = 5;

/// A response: its number in the order in which they were given, from 0. It never changes while the facts grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowId(u32);

/// All responses of a journal as columns. Fold entries in as they are read.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// All but the last are full.
    segments: Vec<Segment>,
    index: BTreeMap<u128, RowId>,
    settings: Interned<Setting>,
    surveys: Interned<String>,
    points: Interned<String>,
    staff: Interned<String>,
    languages: Interned<String>,
    channels: Interned<String>,
    /// Days are entries of a dictionary as well, so that a clock that was wrong by a century costs one entry.
    days: Interned<Option<Date>>,
    /// Reasons by the survey that offers them: two surveys may mean different things by one id.
    reasons: Interned<(u32, String)>,
    /// Which reasons were chosen together, in their order. A survey offers few, so there are few such sets, and unlike the
    /// bits of a word they do not run out when versions come and go.
    reason_sets: Interned<Vec<u32>>,
    items: Interned<(u32, String)>,
    offers: Offers,
    watch: Watch,
    orphans: u64,
    /// For each segment the sum of its bytes as they were kept last; `None` where it has changed since.
    kept: Vec<Option<u64>>,
}

/// Where and how a response was given, all in one: of a tablet there are few such combinations, so that a condition on
/// any of the parts is looked at once for each of them and not once for each response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Setting {
    survey: u32,
    version: u32,
    point: u32,
    /// The empty name stands for nobody.
    staff: u32,
    language: u32,
    channel: u32,
    scale: Scale,
}

/// The body of `offer.closed`.
#[derive(Deserialize)]
struct Closed {
    offer: EventId,
    outcome: Unanswered,
}

/// One response as the columns have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact<'a> {
    /// Where the event stands that gave it.
    pub given_at: Place,
    /// Where the event stands that ended the follow-up, and the words beside it.
    pub detailed_at: Option<Place>,
    /// The tablet's own day; `None` where its time is none.
    pub day: Option<Date>,
    /// Minutes since the midnight of that day, 0 to 1,439; `None` where its time is none.
    pub minute: Option<u16>,
    /// The survey's id.
    pub survey: &'a str,
    /// The survey's version.
    pub version: u32,
    /// The service point; empty when there is none.
    pub point: &'a str,
    /// Who served; `None` where nobody is named.
    pub staff: Option<&'a str>,
    /// The language that the customer read.
    pub language: &'a str,
    /// By which way the answer came.
    pub channel: &'a str,
    /// On which scale.
    pub scale: Scale,
    /// The level, after corrections: 0 to 10.
    pub level: u8,
    /// How the follow-up ended; `None` while it has not.
    pub outcome: Option<Outcome>,
    /// Reasons chosen, each once, in alphabetical order.
    pub reasons: Vec<&'a str>,
    /// Service items with their levels from 1 to 5.
    pub items: Vec<(&'a str, u8)>,
    /// From the first tap to the end of the follow-up.
    pub seconds: Option<u32>,
    /// The doubts that were raised, in their order.
    pub doubts: Vec<Doubt>,
    /// Whether there is a comment in clear.
    pub has_comment: bool,
    /// Whether there is a contact in clear.
    pub has_contact: bool,
    /// Whether there are words that wait for their key.
    pub has_sealed_words: bool,
}

impl Facts {
    /// Takes the next entries of the journal, oldest first.
    pub fn fold<'a>(&mut self, entries: impl IntoIterator<Item = &'a Entry>) {
        for entry in entries {
            self.push(entry);
        }
    }

    /// Takes the next entry of the journal. One that says nothing of a response, or is of a type that this version does
    /// not read, changes nothing.
    pub fn push(&mut self, Entry { place, event, text }: &Entry) {
        match event.kind.as_str() {
            // A body without a tag reads as the first that fits: of offers the type says all.
            "offer.made" => {
                if let Ok(context) = Context::deserialize(&event.data) {
                    self.offer(event, &context);
                }
                return;
            }
            "offer.closed" => {
                if let Ok(Closed { offer, outcome }) = Closed::deserialize(&event.data) {
                    self.offers.end(key_of(&offer), outcome.into());
                }
                return;
            }
            "case.changed" => {
                if let Some(response) = upheld_appeal(event)
                    && let Some((segment, at)) = self.own(&response)
                {
                    segment.raise_doubt(at, Reason::Appeal, Figures::default());
                }
                return;
            }
            kind if kind.starts_with("rating.") || kind == "flag.cleared" => {}
            _ => return,
        }
        match Body::deserialize(&event.data) {
            Ok(Body::RatingGiven { value, scale, context, .. }) if event.kind == "rating.given" => {
                self.give(*place, event, value, scale, &context);
            }
            Ok(Body::RatingChanged { response, value, .. }) => {
                if let Some((segment, at)) = self.own(&response) {
                    segment.change_level(at, value);
                }
            }
            Ok(Body::RatingDetailed { response, outcome, reasons, answers, items, seconds, staff }) => {
                if let Some(staff) = staff {
                    self.serve(&response, &staff);
                }
                let things = reasons.len() + answers.len() + items.len();
                self.finish(event, &response, outcome, things);
                let details = Details { event: event.id.clone(), outcome, reasons, answers, items, seconds };
                self.detail(*place, &response, &details, text.as_ref());
            }
            Ok(Body::FlagCleared { response, reason }) if event.kind == "flag.cleared" => {
                if let Some((segment, at)) = self.own(&response) {
                    segment.clear_doubt(at, Reason::parse(&reason));
                }
            }
            _ => {}
        }
    }

    fn give(&mut self, place: Place, event: &Event, value: Rating, scale: Scale, context: &Context) {
        // One that was linked twice stands at two places of the journal and is one response.
        let (key, row) = (key_of(&event.id), RowId(u32::try_from(self.len()).unwrap_or(u32::MAX)));
        if self.index.contains_key(&key) {
            return;
        }
        let given = Given {
            key,
            place,
            setting: self.setting(context, scale),
            day: self.days.id(&Date::of_time(time_of(event))),
            minute: minute_of(time_of(event)),
            level: value.level(),
            no_reasons: self.reason_sets.id([].as_slice()),
        };
        if self.segments.last().is_none_or(|segment| segment.len() == ROWS) {
            self.segments.push(Segment::default());
            self.kept.push(None);
        }
        if let Some(segment) = self.segments.last_mut() {
            segment.push(&given);
        }
        if let Some(kept) = self.kept.last_mut() {
            *kept = None;
        }
        self.index.insert(key, row);
        if let Some(offer) = &context.offer {
            self.offers.end(key_of(offer), Offered::Answered);
        }
        // What was brought in from elsewhere came all at once.
        if !is_import(context) {
            let flags = self.watch.given(event, value, scale);
            self.doubt(&flags);
        }
    }

    fn setting(&mut self, context: &Context, scale: Scale) -> u32 {
        let setting = Setting {
            survey: self.surveys.id(context.survey.as_str()),
            version: context.version,
            point: self.points.id(context.point.as_str()),
            staff: self.staff.id(context.staff.as_deref().unwrap_or_default()),
            language: self.languages.id(context.locale.as_str()),
            channel: self.channels.id(context.channel()),
            scale,
        };
        self.settings.id(&setting)
    }

    /// The customer has named who served, after the rating.
    fn serve(&mut self, response: &EventId, staff: &str) {
        let setting = self.at(response).and_then(|(segment, at)| self.settings.get(segment.settings[at]).cloned());
        let Some(setting) = setting else { return };
        let setting = self.settings.id(&Setting { staff: self.staff.id(staff), ..setting });
        if let Some((segment, at)) = self.own(response) {
            segment.settings[at] = setting;
        }
    }

    fn is_import(&self, setting: u32) -> bool {
        let channel = self.settings.get(setting).and_then(|setting| self.channels.get(setting.channel));
        channel.is_some_and(|channel| channel == IMPORT)
    }

    fn offer(&mut self, event: &Event, context: &Context) {
        // The scale is the survey's, and nobody counts offers by it.
        let setting = self.setting(context, Scale::default());
        let day = self.days.id(&Date::of_time(&event.time));
        self.offers.make(key_of(&event.id), setting, day, minute_of(&event.time));
    }

    /// The vandal filter hears how the follow-up was left; who was timed out had left before.
    fn finish(&mut self, event: &Event, response: &EventId, outcome: Outcome, things: usize) {
        let level = self.at(response).map(|(segment, at)| segment.levels[at]);
        if let Some(rating) = level.and_then(Rating::new).filter(|_| outcome != Outcome::TimedOut) {
            let flags = self.watch.finished(event, response, rating, things);
            self.doubt(&flags);
        }
    }

    fn detail(&mut self, place: Place, response: &EventId, details: &Details, text: Option<&PersonalText>) {
        let Details { outcome, reasons, items, seconds, .. } = details;
        let Some(setting) = self.at(response).map(|(segment, at)| segment.settings[at]) else {
            self.orphans += 1;
            return;
        };
        let survey = self.settings.get(setting).map(|setting| setting.survey).unwrap_or_default();
        let mut set: Vec<u32> = reasons.iter().map(|reason| self.reasons.id(&(survey, reason.clone()))).collect();
        set.sort_unstable();
        set.dedup();
        let set = self.reason_sets.id(set.as_slice());
        let level = |value: &Value| value.as_u64().filter(|level| (1..=HIGHEST_ITEM).contains(level));
        let rated = items.iter().filter_map(|(item, value)| Some((item, level(value)? as u32)));
        let rated: Vec<u32> = rated.map(|(item, level)| self.items.id(&(survey, item.clone())) << 3 | level).collect();
        if let Some((segment, at)) = self.own(response) {
            segment.detail(at, place, set, &rated, *seconds, state_of(*outcome, text));
        }
    }

    fn doubt(&mut self, flags: &[Flag<EventId>]) {
        for flag in flags {
            let row = self.row(&flag.response);
            if let Some((segment, at)) = row.and_then(|row| self.change(row)) {
                segment.raise_doubt(at, flag.reason, flag.figures);
            }
        }
    }

    fn at(&self, response: &EventId) -> Option<(&Segment, usize)> {
        let (number, at) = self.row(response)?.split();
        Some((self.segments.get(number)?, at))
    }

    /// The row of a response that an event is about, to change it; one that is not there is counted.
    fn own(&mut self, response: &EventId) -> Option<(&mut Segment, usize)> {
        let Some(row) = self.row(response) else {
            self.orphans += 1;
            return None;
        };
        self.change(row)
    }

    fn change(&mut self, row: RowId) -> Option<(&mut Segment, usize)> {
        let (number, at) = row.split();
        *self.kept.get_mut(number)? = None;
        Some((self.segments.get_mut(number)?, at))
    }

    /// How many responses there are.
    pub fn len(&self) -> usize {
        self.segments.last().map_or(0, |last| (self.segments.len() - 1) * ROWS + last.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Events about a response that was not there when they came: they were passed over, as [`crate::results`] does.
    pub fn orphans(&self) -> u64 {
        self.orphans
    }

    /// The row of a response, by the id of its first event.
    pub fn row(&self, response: &EventId) -> Option<RowId> {
        self.index.get(&key_of(response)).copied()
    }

    /// One response; `None` of a row of other facts.
    pub fn fact(&self, row: RowId) -> Option<Fact<'_>> {
        let (number, at) = row.split();
        let segment = self.segments.get(number)?;
        let setting = self.settings.get(*segment.settings.get(at)?)?;
        let named = |(id, level)| Some((self.items.get(id)?.1.as_str(), level));
        let set = self.reason_sets.get(segment.reasons[at])?;
        let mut reasons: Vec<&str> = set.iter().filter_map(|id| Some(self.reasons.get(*id)?.1.as_str())).collect();
        reasons.sort_unstable();
        Some(Fact {
            given_at: segment.given_at(at),
            detailed_at: segment.detailed_at(at),
            day: self.days.get(segment.days[at]).copied().flatten(),
            minute: segment.minute(at),
            survey: self.surveys.get(setting.survey)?,
            version: setting.version,
            point: self.points.get(setting.point)?,
            staff: self.staff.get(setting.staff).map(String::as_str).filter(|staff| !staff.is_empty()),
            language: self.languages.get(setting.language)?,
            channel: self.channels.get(setting.channel)?,
            scale: setting.scale,
            level: segment.levels[at],
            outcome: segment.outcome(at),
            reasons,
            items: segment.items(at).filter_map(named).collect(),
            // Nobody has taken the time of what was brought in.
            seconds: segment.seconds(at).filter(|_| !self.is_import(segment.settings[at])),
            doubts: segment.doubts(at),
            has_comment: segment.has(at, Words::Comment),
            has_contact: segment.has(at, Words::Contact),
            has_sealed_words: segment.has(at, Words::Sealed),
        })
    }

    /// A whole response, from its facts and the entries that stand at [`Fact::given_at`] and [`Fact::detailed_at`]: what a
    /// list needs, without the rest of the journal. `None` where the entries are not the response's.
    pub fn response(&self, row: RowId, given: &Entry, detailed: Option<&Entry>) -> Option<Response> {
        let (number, at) = row.split();
        let segment = self.segments.get(number)?;
        (*segment.keys.get(at)? == key_of(&given.event.id)).then_some(())?;
        let Ok(Body::RatingGiven { scale, context, .. }) = Body::deserialize(&given.event.data) else { return None };
        let rating = Rating::new(segment.levels[at])?;
        let mut whole = Response::given(given.event.clone(), rating, scale, context);
        whole.doubts = segment.doubts(at);
        // The customer may have named somebody after the rating.
        let staff = self.settings.get(segment.settings[at]).and_then(|setting| self.staff.get(setting.staff));
        whole.context.staff = staff.filter(|staff| !staff.is_empty()).cloned();
        if segment.outcome(at).is_some() {
            let Entry { event, text, .. } = detailed?;
            let Ok(Body::RatingDetailed { response, outcome, reasons, answers, items, seconds, .. }) =
                Body::deserialize(&event.data)
            else {
                return None;
            };
            (response == whole.id).then_some(())?;
            whole.detail(Details { event: event.id.clone(), outcome, reasons, answers, items, seconds }, text.clone());
        }
        Some(whole)
    }

    /// The ids of the surveys, in the order in which they first came.
    pub fn surveys(&self) -> impl Iterator<Item = &str> {
        self.surveys.values().iter().map(String::as_str)
    }

    /// The service points, in the order in which they first came; the empty name stands for none.
    pub fn points(&self) -> impl Iterator<Item = &str> {
        self.points.values().iter().map(String::as_str)
    }

    /// The staff numbers, in the order in which they first came.
    pub fn staff(&self) -> impl Iterator<Item = &str> {
        self.staff.values().iter().map(String::as_str).filter(|staff| !staff.is_empty())
    }

    /// The languages, in the order in which they first came.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.languages.values().iter().map(String::as_str)
    }

    /// The channels, in the order in which they first came.
    pub fn channels(&self) -> impl Iterator<Item = &str> {
        self.channels.values().iter().map(String::as_str)
    }

    /// The reasons that were ever chosen.
    pub fn reasons(&self) -> impl Iterator<Item = Key> {
        self.reasons.values().iter().filter_map(|reason| self.key(reason))
    }

    /// The service items that were ever rated.
    pub fn items(&self) -> impl Iterator<Item = Key> {
        self.items.values().iter().filter_map(|item| self.key(item))
    }

    fn key(&self, (survey, id): &(u32, String)) -> Option<Key> {
        Some(Key { survey: self.surveys.get(*survey)?.clone(), id: id.clone() })
    }
}

impl RowId {
    /// The number of the response, in the order in which they were given: its place in the results.
    pub fn number(self) -> usize {
        self.0 as usize
    }

    fn of(segment: usize, at: usize) -> Self {
        Self(u32::try_from(segment * ROWS + at).unwrap_or(u32::MAX))
    }

    /// The number of its segment, and its place there.
    fn split(self) -> (usize, usize) {
        let row = self.0 as usize;
        (row / ROWS, row % ROWS)
    }
}

/// The 16 bytes of a UUID. An id that is none was made elsewhere, and stands by the first 16 bytes of its digest.
fn key_of(id: &EventId) -> u128 {
    let digest = || u128::from_str_radix(Hash::of(id.as_str().as_bytes()).as_str().get(..32)?, 16).ok();
    id.number().or_else(digest).unwrap_or_default()
}

/// The local minute of the day in an RFC 3339 text; [`NO_HOUR`] hours where there is none.
fn minute_of(time: &str) -> u16 {
    let number = |from: usize| {
        let digits = time.as_bytes().get(from..from + 2)?;
        digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u16::from(digit - b'0')))
    };
    let is_time = matches!(time.as_bytes(), [_, _, _, _, _, _, _, _, _, _, b'T', _, _, b':', ..]);
    let minute = number(11).zip(number(14)).filter(|(hour, minute)| is_time && *hour < 24 && *minute < 60);
    minute.map_or(NO_HOUR * 60, |(hour, minute)| hour * 60 + minute)
}
