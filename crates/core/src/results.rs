//! What the answers add up to: events folded into responses, responses into figures.

use std::collections::BTreeMap;

use crate::cases::upheld_appeal;
use crate::chain::PersonalText;
use serde_json::{Map, Value};

use crate::event::{Body, Context, Event, EventId, IMPORT, Outcome, Rating, Scale};
use crate::flags::{Doubt, Watch};
use crate::journal::Entry;
use crate::statistics::{Share, nps, wilson};
use crate::time::local_day;
use crate::vandal::{Figures, Flag, Reason};

/// One customer's answer as it stands after all its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The id of its first event.
    pub id: EventId,
    /// When it was given: RFC 3339 with the tablet's offset.
    pub time: String,
    /// The level, after corrections.
    pub rating: Rating,
    /// On which scale.
    pub scale: Scale,
    /// Where and how it was given.
    pub context: Context,
    /// How the follow-up ended; `None` while it has not, or when the tablet lost power in the middle.
    pub outcome: Option<Outcome>,
    /// Reasons chosen.
    pub reasons: Vec<String>,
    /// Options chosen, by the id of what was asked.
    pub answers: Map<String, Value>,
    /// Service items from 1 to 5, by their ids.
    pub items: Map<String, Value>,
    /// The customer's words; empty while they are sealed.
    pub comment: String,
    /// How to reach the customer, who has agreed to it; empty while it is sealed.
    pub contact: String,
    /// The customer's words, when they wait for their key.
    pub sealed: Option<SealedComment>,
    /// From the first tap to the end of the follow-up.
    pub seconds: Option<u32>,
    /// Why it may not be a customer's.
    pub doubts: Vec<Doubt>,
}

/// What the follow-up of a response brought, in clear or not.
pub(crate) struct Details {
    /// The event that brought it.
    pub event: EventId,
    pub outcome: Outcome,
    pub reasons: Vec<String>,
    pub answers: Map<String, Value>,
    pub items: Map<String, Value>,
    pub seconds: u32,
}

impl Response {
    /// A response at its first tap.
    pub(crate) fn given(event: Event, rating: Rating, scale: Scale, context: Context) -> Self {
        Self {
            time: time_of(&event).to_owned(),
            id: event.id,
            rating,
            scale,
            context,
            outcome: None,
            reasons: Vec::new(),
            answers: Map::new(),
            items: Map::new(),
            comment: String::new(),
            contact: String::new(),
            sealed: None,
            seconds: None,
            doubts: Vec::new(),
        }
    }

    /// Takes what the follow-up brought, and the words beside it.
    pub(crate) fn detail(&mut self, details: Details, text: Option<PersonalText>) {
        self.outcome = Some(details.outcome);
        self.reasons = details.reasons;
        self.answers = details.answers;
        self.items = details.items;
        // Nobody has taken the time of what was brought in.
        self.seconds = Some(details.seconds).filter(|_| !is_import(&self.context));
        let clear = |part: fn(&PersonalText) -> Option<&str>| text.as_ref().and_then(part).unwrap_or_default();
        self.comment = clear(PersonalText::comment).to_owned();
        self.contact = clear(PersonalText::contact).to_owned();
        let event = details.event;
        self.sealed = text.filter(|text| text.comment().is_none()).map(|text| SealedComment { event, text });
    }

    /// Whether a doubt stands that nobody has taken back.
    pub fn is_doubtful(&self) -> bool {
        self.doubts.iter().any(|doubt| !doubt.is_cleared)
    }
}

/// Words that only the holder of a key can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedComment {
    /// The event that they belong to, and that they are sealed to beside the key.
    pub event: EventId,
    /// The words as they lie in the journal.
    pub text: PersonalText,
}

/// Whether a rating was brought in from elsewhere.
pub(crate) fn is_import(context: &Context) -> bool {
    context.channel == IMPORT
}

/// When a rating was given: of one that was brought in the time that it had there, else when it was recorded.
pub fn time_of(event: &Event) -> &str {
    let member = |name: &str| event.data.get(name).and_then(Value::as_str);
    let is_import = event.kind == "rating.given" && member("channel") == Some(IMPORT);
    member("given").filter(|_| is_import).unwrap_or(&event.time)
}

/// All responses of a journal, in the order in which they were given. Fold entries in as they are read.
#[derive(Clone, Debug, Default)]
pub struct Responses {
    all: Vec<Response>,
    index: BTreeMap<EventId, usize>,
    watch: Watch,
}

impl Responses {
    /// Takes the next entries of the journal, oldest first.
    pub fn fold(&mut self, entries: impl IntoIterator<Item = Entry>) {
        for entry in entries {
            self.fold_one(entry);
        }
    }

    fn fold_one(&mut self, Entry { event, text, .. }: Entry) {
        if let Some(response) = upheld_appeal(&event) {
            return self.appeal(&response);
        }
        // The type decides what the body is; one that this version does not read says nothing about a response.
        if !event.kind.starts_with("rating.") && event.kind != "flag.cleared" {
            return;
        }
        match serde_json::from_value::<Body>(event.data.clone()) {
            // One that was linked twice stands at two places of the journal and is one response.
            Ok(Body::RatingGiven { .. }) if self.index.contains_key(&event.id) => {}
            Ok(Body::RatingGiven { value, scale, context }) if event.kind == "rating.given" => {
                let flags = if is_import(&context) { Vec::new() } else { self.watch.given(&event, value, scale) };
                self.index.insert(event.id.clone(), self.all.len());
                self.all.push(Response::given(event, value, scale, context));
                self.doubt(flags);
            }
            Ok(Body::RatingChanged { response, value, .. }) => {
                if let Some(response) = self.find(&response) {
                    response.rating = value;
                }
            }
            Ok(Body::FlagCleared { response, reason }) if event.kind == "flag.cleared" => {
                let doubts = self.find(&response).map(|response| response.doubts.iter_mut());
                for doubt in doubts.into_iter().flatten().filter(|doubt| doubt.reason.as_str() == reason) {
                    doubt.is_cleared = true;
                }
            }
            Ok(Body::RatingDetailed { response, outcome, reasons, answers, items, seconds, staff }) => {
                let things = reasons.len() + answers.len() + items.len();
                let rating = self.find(&response).map(|response| response.rating);
                // Who was timed out had left.
                if let Some(rating) = rating.filter(|_| outcome != Outcome::TimedOut) {
                    let flags = self.watch.finished(&event, &response, rating, things);
                    self.doubt(flags);
                }
                if let Some(response) = self.find(&response) {
                    // Named after the rating, by whoever was served.
                    response.context.staff = staff.or_else(|| response.context.staff.take());
                    response.detail(Details { event: event.id, outcome, reasons, answers, items, seconds }, text);
                }
            }
            _ => {}
        }
    }

    fn doubt(&mut self, flags: Vec<Flag<EventId>>) {
        for Flag { response, reason, figures } in flags {
            if let Some(response) = self.find(&response) {
                response.doubts.push(Doubt { reason, figures, is_cleared: false });
            }
        }
    }

    /// An appeal was upheld. Once it is taken back it stays so.
    fn appeal(&mut self, response: &EventId) {
        let is_new = |response: &&mut Response| response.doubts.iter().all(|doubt| doubt.reason != Reason::Appeal);
        if let Some(response) = self.find(response).filter(is_new) {
            response.doubts.push(Doubt { reason: Reason::Appeal, figures: Figures::default(), is_cleared: false });
        }
    }

    fn find(&mut self, id: &EventId) -> Option<&mut Response> {
        let place = self.index.get(id)?;
        self.all.get_mut(*place)
    }

    /// Every response, oldest first.
    pub fn all(&self) -> &[Response] {
        &self.all
    }

    /// The responses of one local day, `2026-11-23`.
    pub fn on_day<'a>(&'a self, day: &'a str) -> impl Iterator<Item = &'a Response> {
        self.all.iter().filter(move |response| local_day(&response.time) == day)
    }

    /// The newest responses that are in doubt, or were, newest first.
    pub fn latest_doubts(&self, limit: usize) -> Vec<&Response> {
        self.all.iter().rev().filter(|response| !response.doubts.is_empty()).take(limit).collect()
    }

    /// The newest responses that say something in words or leave a contact, sealed or not, newest first.
    pub fn latest_comments(&self, limit: usize) -> Vec<&Response> {
        let has_words = |response: &&Response| {
            !response.comment.is_empty() || !response.contact.is_empty() || response.sealed.is_some()
        };
        self.all.iter().rev().filter(has_words).take(limit).collect()
    }
}

/// What the responses on one scale add up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Their scale.
    pub scale: Scale,
    /// How many responses.
    pub n: u64,
    /// How many there are besides, on other scales: nothing adds them up with these.
    pub others: u64,
    /// How many of each level, the worst first.
    pub levels: Vec<u64>,
}

impl Summary {
    /// Counts responses on this scale.
    pub fn of<'a>(scale: Scale, responses: impl IntoIterator<Item = &'a Response>) -> Self {
        let mut levels = vec![0; scale.levels().count()];
        let mut others = 0;
        for response in responses {
            let place = response.rating.level().checked_sub(scale.worst()).map(usize::from);
            match place.filter(|_| response.scale == scale).and_then(|place| levels.get_mut(place)) {
                Some(level) => *level += 1,
                None => others += 1,
            }
        }
        Self { scale, n: levels.iter().sum(), others, levels }
    }

    /// Responses on this and on other scales.
    pub fn total(&self) -> u64 {
        self.n + self.others
    }

    /// How many of a level.
    pub fn of_level(&self, rating: Rating) -> u64 {
        let place = rating.level().checked_sub(self.scale.worst()).map(usize::from);
        place.and_then(|place| self.levels.get(place)).copied().unwrap_or_default()
    }

    /// The share of good ratings, from [`Scale::good_from`] on: CSAT, of the CES scale the share of 5 to 7.
    pub fn good(&self) -> Option<Share> {
        self.share_of(self.scale.levels().filter(|rating| rating.level() >= self.scale.good_from()))
    }

    /// The share of these levels.
    pub fn share_of(&self, ratings: impl IntoIterator<Item = Rating>) -> Option<Share> {
        wilson(ratings.into_iter().map(|rating| self.of_level(rating)).sum(), self.n)
    }

    /// The Net Promoter Score; of its own scale only.
    pub fn nps(&self) -> Option<Share> {
        let levels: [u64; 11] = self.levels.as_slice().try_into().ok()?;
        nps(&levels)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::chain::Head;
    use crate::event::Draft;
    use crate::time::{Moment, UnixMillis, Uptime, UtcOffset};

    pub(crate) fn moment(n: u8, hours: i64) -> Moment {
        let now = UnixMillis(1_795_398_067_120 + hours * 3_600_000);
        Moment { now, offset: UtcOffset(480), uptime: Uptime(0), random: [n; 26] }
    }

    /// A journal of responses: level, hours since a morning, comment.
    pub(crate) fn journal(responses: &[(u8, i64, &str)]) -> Responses {
        journal_with(responses, |text| text)
    }

    /// The same with the words sealed; to whom makes no difference here.
    pub(crate) fn sealed_journal(responses: &[(u8, i64, &str)]) -> Responses {
        journal_with(responses, |_| PersonalText::Sealed { key: "0011223344556677".into(), sealed: "c2VhbGVk".into() })
    }

    fn journal_with(responses: &[(u8, i64, &str)], write: fn(PersonalText) -> PersonalText) -> Responses {
        let mut head = Head::enrol("tablet", 1);
        let mut folded = Responses::default();
        let mut append = |draft: Draft| {
            let (event, next) = head.link(&draft);
            head = next;
            folded.fold([Entry { place: Default::default(), event, text: draft.text }]);
        };
        for (n, (level, hours, comment)) in (0_u8..).step_by(3).zip(responses) {
            let context = Context { survey: "bank".into(), version: 1, locale: "zh-CN".into(), ..Context::default() };
            let first = Rating::new(6 - level).unwrap();
            let value = Rating::new(*level).unwrap();
            let given =
                Draft::new(&moment(n, *hours), Body::RatingGiven { value: first, scale: Scale::Faces5, context });
            let response = given.id.clone();
            append(given);
            let changed = Body::RatingChanged { response: response.clone(), from: first, value };
            append(Draft::new(&moment(n + 1, *hours), changed));
            let body = Body::detailed(response, Outcome::Complete, &["queue"], 8);
            let text = PersonalText::new(comment, &[n; 16]).map(write);
            append(Draft { text, ..Draft::new(&moment(n + 2, *hours), body) });
        }
        folded
    }

    #[test]
    fn a_response_is_what_its_last_events_made_of_it() {
        let responses = journal(&[(2, 0, "排队太久")]);
        let [response] = responses.all() else { panic!("one response") };
        assert_eq!(response.rating.level(), 2);
        assert_eq!((response.comment.as_str(), response.outcome), ("排队太久", Some(Outcome::Complete)));
        assert_eq!((response.reasons.as_slice(), response.seconds), (&["queue".to_owned()][..], Some(8)));
    }

    #[test]
    fn an_event_at_two_places_is_one_response() {
        let given = Draft::new(
            &moment(1, 0),
            Body::RatingGiven { value: Rating::new(2).unwrap(), scale: Scale::Faces5, context: Context::default() },
        );
        let (first, second) = (Head::enrol("tablet", 1).link(&given).0, Head::enrol("tablet", 2).link(&given).0);
        let mut folded = Responses::default();
        folded.fold([first, second].map(|event| Entry { place: Default::default(), event, text: None }));
        assert_eq!(Summary::of(Scale::Faces5, folded.all()).n, 1);
    }

    #[test]
    fn sealed_words_are_words_that_cannot_be_read() {
        let responses = sealed_journal(&[(2, 0, "排队太久"), (5, 1, "")]);
        let [response] = responses.latest_comments(2)[..] else { panic!("one response with words") };
        let sealed = response.sealed.as_ref().unwrap();
        assert_eq!((response.comment.as_str(), sealed.text.comment()), ("", None));
        assert_ne!(sealed.event, response.id, "the words belong to the event that brought them");
    }

    #[test]
    fn today_begins_at_midnight_where_the_tablet_stands() {
        let responses = journal(&[(5, 0, ""), (4, 14, ""), (1, 15, "late")]);
        let of = |day| Summary::of(Scale::Faces5, responses.on_day(day));
        assert_eq!(of("2026-11-23").levels, [0, 0, 0, 1, 1]);
        assert_eq!(of("2026-11-24").n, 1);
        let all = Summary::of(Scale::Faces5, responses.all());
        assert_eq!((all.n, all.good().unwrap().count), (3, 2));
        assert_eq!(Summary::of(Scale::Faces5, []).good(), None);
    }

    #[test]
    fn a_doubt_stands_until_a_manager_takes_it_back() {
        let mut head = Head::enrol("tablet", 1);
        let mut folded = Responses::default();
        let mut append = |folded: &mut Responses, draft: Draft| {
            let (event, next) = head.link(&draft);
            head = next;
            folded.fold([Entry { place: Default::default(), event, text: draft.text }]);
        };
        for n in 0..7_u8 {
            let at = u64::from(n) * 600;
            let now = UnixMillis(1_795_398_067_120 + i64::try_from(at).unwrap());
            let moment = Moment { now, offset: UtcOffset(480), uptime: Uptime(at), random: [n; 26] };
            let value = Rating::new(1).unwrap();
            let body = Body::RatingGiven { value, scale: Scale::Faces5, context: Context::default() };
            append(&mut folded, Draft::new(&moment, body));
        }
        assert!(folded.all().iter().all(Response::is_doubtful), "from the first one on");
        let Response { id, doubts, .. } = folded.all()[3].clone();
        let cleared = |doubt: &Doubt| {
            let reason = doubt.reason.as_str().to_owned();
            Draft::new(&moment(90, 1), Body::FlagCleared { response: id.clone(), reason })
        };
        for doubt in &doubts {
            assert!(folded.all()[3].is_doubtful());
            append(&mut folded, cleared(doubt));
        }
        let doubtful = folded.all().iter().filter(|response| response.is_doubtful()).count();
        assert_eq!((doubtful, folded.latest_doubts(50).len(), folded.latest_doubts(2).len()), (6, 7, 2));
    }

    #[test]
    fn what_was_given_on_another_scale_is_told_and_not_added_up() {
        let responses = journal(&[(5, 0, ""), (1, 1, "")]);
        let likely = Response { scale: Scale::Nps, rating: Rating::new(10).unwrap(), ..responses.all()[0].clone() };
        let mixed = || responses.all().iter().chain([&likely]);
        let (faces, nps) = (Summary::of(Scale::Faces5, mixed()), Summary::of(Scale::Nps, mixed()));
        assert_eq!((faces.n, faces.others, faces.nps()), (2, 1, None));
        assert_eq!((nps.n, nps.others, nps.nps().unwrap().percent), (1, 2, 100.0));
    }

    #[test]
    fn lists_the_newest_words_first_and_leaves_silence_out() {
        let responses = journal(&[(5, 0, "a"), (5, 1, ""), (5, 2, "b"), (5, 3, "c")]);
        let words: Vec<&str> = responses.latest_comments(2).iter().map(|r| r.comment.as_str()).collect();
        assert_eq!(words, ["c", "b"]);
    }
}
