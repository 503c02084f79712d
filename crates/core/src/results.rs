//! What the answers add up to: events folded into responses, responses into figures.

use std::collections::BTreeMap;

use crate::chain::PersonalText;
use crate::event::{Body, Context, EventId, Outcome, Rating};
use crate::journal::Entry;
use crate::statistics::{Share, csat};
use crate::time::local_day;

/// One customer's answer as it stands after all its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The id of its first event.
    pub id: EventId,
    /// When it was given: RFC 3339 with the tablet's offset.
    pub time: String,
    /// The level, after corrections.
    pub rating: Rating,
    /// Where and how it was given.
    pub context: Context,
    /// How the follow-up ended; `None` while it has not, or when the tablet lost power in the middle.
    pub outcome: Option<Outcome>,
    /// Reasons chosen.
    pub reasons: Vec<String>,
    /// The customer's words; empty while they are sealed.
    pub comment: String,
    /// The customer's words, when they wait for their key.
    pub sealed: Option<SealedComment>,
    /// From the first tap to the end of the follow-up.
    pub seconds: Option<u32>,
}

/// Words that only the holder of a key can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedComment {
    /// The event that they belong to, and that they are sealed to beside the key.
    pub event: EventId,
    /// The words as they lie in the journal.
    pub text: PersonalText,
}

/// All responses of a journal, in the order in which they were given. Fold entries in as they are read.
#[derive(Clone, Debug, Default)]
pub struct Responses {
    all: Vec<Response>,
    index: BTreeMap<EventId, usize>,
}

impl Responses {
    /// Takes the next entries of the journal, oldest first.
    pub fn fold(&mut self, entries: impl IntoIterator<Item = Entry>) {
        for entry in entries {
            self.fold_one(entry);
        }
    }

    fn fold_one(&mut self, Entry { event, text, .. }: Entry) {
        // The type decides what the body is; one that this version does not read says nothing about a response.
        if !event.kind.starts_with("rating.") {
            return;
        }
        match serde_json::from_value::<Body>(event.data) {
            // One that was linked twice stands at two places of the journal and is one response.
            Ok(Body::RatingGiven { .. }) if self.index.contains_key(&event.id) => {}
            Ok(Body::RatingGiven { value, context }) if event.kind == "rating.given" => {
                self.index.insert(event.id.clone(), self.all.len());
                self.all.push(Response {
                    id: event.id,
                    time: event.time,
                    rating: value,
                    context,
                    outcome: None,
                    reasons: Vec::new(),
                    comment: String::new(),
                    sealed: None,
                    seconds: None,
                });
            }
            Ok(Body::RatingChanged { response, value, .. }) => {
                if let Some(response) = self.find(&response) {
                    response.rating = value;
                }
            }
            Ok(Body::RatingDetailed { response, outcome, reasons, seconds }) => {
                if let Some(response) = self.find(&response) {
                    response.outcome = Some(outcome);
                    response.reasons = reasons;
                    response.seconds = Some(seconds);
                    response.comment = text.as_ref().and_then(PersonalText::comment).unwrap_or_default().to_owned();
                    response.sealed = text
                        .filter(|text| text.comment().is_none())
                        .map(|text| SealedComment { event: event.id, text });
                }
            }
            _ => {}
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

    /// The newest responses that say something in words, sealed or not, newest first.
    pub fn latest_comments(&self, limit: usize) -> Vec<&Response> {
        let has_words = |response: &&Response| !response.comment.is_empty() || response.sealed.is_some();
        self.all.iter().rev().filter(has_words).take(limit).collect()
    }
}

/// What a set of responses adds up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// How many responses.
    pub n: u64,
    /// How many of each level, the worst first.
    pub levels: [u64; 5],
    /// CSAT by top-2-box; `None` without a response.
    pub csat: Option<Share>,
}

impl Summary {
    /// Counts responses.
    pub fn of<'a>(responses: impl IntoIterator<Item = &'a Response>) -> Self {
        let mut levels = [0; 5];
        for response in responses {
            levels[usize::from(response.rating.level()) - 1] += 1;
        }
        Self { n: levels.iter().sum(), levels, csat: csat(&levels) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::chain::{Head, PersonalText};
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
            let given = Draft::new(&moment(n, *hours), Body::RatingGiven { value: first, context });
            let response = given.id.clone();
            append(given);
            let changed = Body::RatingChanged { response: response.clone(), from: first, value };
            append(Draft::new(&moment(n + 1, *hours), changed));
            let reasons = vec!["queue".to_owned()];
            let body = Body::RatingDetailed { response, outcome: Outcome::Complete, reasons, seconds: 8 };
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
            Body::RatingGiven { value: Rating::new(2).unwrap(), context: Context::default() },
        );
        let (first, second) = (Head::enrol("tablet", 1).link(&given).0, Head::enrol("tablet", 2).link(&given).0);
        let mut folded = Responses::default();
        folded.fold([first, second].map(|event| Entry { place: Default::default(), event, text: None }));
        assert_eq!(Summary::of(folded.all()).n, 1);
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
        assert_eq!(Summary::of(responses.on_day("2026-11-23")).levels, [0, 0, 0, 1, 1]);
        assert_eq!(Summary::of(responses.on_day("2026-11-24")).n, 1);
        let all = Summary::of(responses.all());
        assert_eq!((all.n, all.csat.unwrap().count), (3, 2));
        assert_eq!(Summary::default(), Summary::of([]));
    }

    #[test]
    fn lists_the_newest_words_first_and_leaves_silence_out() {
        let responses = journal(&[(5, 0, "a"), (5, 1, ""), (5, 2, "b"), (5, 3, "c")]);
        let words: Vec<&str> = responses.latest_comments(2).iter().map(|r| r.comment.as_str()).collect();
        assert_eq!(words, ["c", "b"]);
    }
}
