//! One customer at the tablet: from the first tap to the thanks, and back to the next.
//!
//! The session decides which screen stands and which event is recorded. It is a plain value: the shell hands in what
//! happened and when, appends the draft it gets back, and reports that it was stored. Thanks come after that report only.

use crate::chain::PersonalText;
use crate::event::{Body, Context, Draft, EventId, Outcome, Rating};
use crate::survey::Survey;
use crate::time::{Moment, Uptime};

/// A customer who waits longer than this for the disk is told so; the answer is still being written.
const PATIENCE_S: u64 = 5;
/// How long the apology for a full or broken store stands before the next customer.
const NOT_SAVED_S: u64 = 15;
/// A comment is cut here: longer than anybody writes at a counter, short enough for a batch of 256 KiB.
pub const MAX_COMMENT_CHARS: usize = 4_000;

/// What stands on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The loop after a long quiet.
    Attract,
    /// The first screen. `changing` holds the answer that the customer came back to correct.
    Rating {
        /// The answer so far.
        changing: Option<Answer>,
    },
    /// Reasons and a comment.
    FollowUp {
        /// The answer so far.
        answer: Answer,
    },
    /// The answer is on its way to the disk.
    Saving {
        /// The response, with its number once that is known.
        response: Response,
        /// The event whose storage ends the wait.
        awaiting: EventId,
    },
    /// It is on disk.
    Thanks {
        /// The number of the response on this tablet.
        number: u64,
    },
    /// The tablet cannot write at the moment; the answer is kept in memory and tried again.
    NotSaved,
}

/// A recorded rating that a customer may still add to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The id of its `rating.given` event.
    pub id: EventId,
    /// The level as it stands.
    pub rating: Rating,
    /// When it was tapped.
    pub since: Uptime,
    /// Its number on this tablet, once stored.
    pub number: Option<u64>,
}

/// A response and what the customer has added to it without sending it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The response.
    pub response: Response,
    /// Reasons tapped, in the survey's order.
    pub reasons: Vec<String>,
    /// Words typed.
    pub comment: String,
}

/// Everything that can happen to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A level was tapped.
    Rated(Rating),
    /// A reason was tapped.
    ReasonToggled(String),
    /// The comment field holds this now.
    CommentEdited(String),
    /// The customer wants to correct the level.
    ChangeAsked,
    /// The answer was sent.
    Submitted,
    /// The follow-up was passed over.
    Skipped,
    /// A language was chosen.
    LocaleChosen(String),
    /// A touch or a key that means nothing but that somebody is there.
    Touched,
    /// The thanks, the apology or the attract loop were tapped away.
    Dismissed,
    /// A deadline may have passed.
    TimePassed,
    /// The journal holds this event; the number of responses on the tablet is this now.
    Stored(EventId, u64),
}

/// The session of whoever stands at the tablet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    screen: Screen,
    survey: Survey,
    context: Context,
    default_locale: String,
    deadline: Option<Uptime>,
    is_warning: bool,
}

impl Session {
    /// A session at rest on the first screen.
    ///
    /// `context.locale` is the language to start from and to come back to.
    pub fn new(survey: Survey, context: Context, uptime: Uptime) -> Self {
        let default_locale = context.locale.clone();
        let mut session = Self {
            screen: Screen::Rating { changing: None },
            survey,
            context,
            default_locale,
            deadline: None,
            is_warning: false,
        };
        session.restart_clock(uptime);
        session
    }

    /// What stands on the screen.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The survey in service.
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// The language in use, as a BCP 47 tag.
    pub fn locale(&self) -> &str {
        &self.context.locale
    }

    /// When [`Input::TimePassed`] is due, unless something happens before.
    pub fn deadline(&self) -> Option<Uptime> {
        self.deadline
    }

    /// Whether the customer is being asked for a sign of life.
    pub fn is_warning(&self) -> bool {
        self.is_warning
    }

    /// Whether nobody is in the middle of anything: the time for an update of the page.
    pub fn is_at_rest(&self) -> bool {
        matches!(self.screen, Screen::Attract | Screen::Rating { changing: None })
    }

    /// Takes what happened; a draft that comes back has to be stored.
    pub fn handle(&mut self, input: Input, moment: &Moment) -> Option<Draft> {
        if input == Input::TimePassed {
            return self.pass_time(moment);
        }
        let draft = match input {
            Input::Rated(rating) => self.rate(rating, moment),
            Input::Submitted => self.finish(Outcome::Complete, moment),
            Input::Skipped => self.finish(Outcome::Skipped, moment),
            Input::ReasonToggled(id) => self.toggle(&id),
            Input::CommentEdited(comment) => self.edit(&comment),
            Input::ChangeAsked => self.ask_change(),
            Input::LocaleChosen(locale) => self.choose_locale(locale),
            Input::Dismissed => self.dismiss(),
            Input::Stored(id, responses) => return self.note_stored(&id, responses, moment.uptime),
            // Touching the screen does not make the disk faster.
            Input::Touched if matches!(self.screen, Screen::Saving { .. }) => return None,
            Input::Touched | Input::TimePassed => None,
        };
        self.restart_clock(moment.uptime);
        draft
    }

    fn rate(&mut self, rating: Rating, moment: &Moment) -> Option<Draft> {
        match &mut self.screen {
            Screen::Rating { changing: None } | Screen::Attract => {
                let body = Body::RatingGiven { value: rating, context: self.context.clone() };
                let draft = Draft::new(moment, body);
                let response = Response { id: draft.id.clone(), rating, since: moment.uptime, number: None };
                let answer = Answer { response, reasons: Vec::new(), comment: String::new() };
                self.screen = Screen::FollowUp { answer };
                Some(draft)
            }
            Screen::Rating { changing: Some(answer) } | Screen::FollowUp { answer } => {
                let mut answer = answer.clone();
                let from = std::mem::replace(&mut answer.response.rating, rating);
                let offered = self.survey.follow_up(rating).map_or(&[][..], |follow_up| &follow_up.reasons);
                answer.reasons.retain(|id| offered.iter().any(|reason| reason.id == *id));
                let body = Body::RatingChanged { response: answer.response.id.clone(), from, value: rating };
                self.screen = Screen::FollowUp { answer };
                (from != rating).then(|| Draft::new(moment, body))
            }
            Screen::Saving { .. } | Screen::Thanks { .. } | Screen::NotSaved => None,
        }
    }

    fn toggle(&mut self, id: &str) -> Option<Draft> {
        if let Screen::FollowUp { answer } = &mut self.screen {
            let offered = self.survey.follow_up(answer.response.rating).map_or(&[][..], |f| &f.reasons);
            let was_chosen = answer.reasons.iter().any(|chosen| chosen == id);
            let is_chosen =
                |reason: &str| if reason == id { !was_chosen } else { answer.reasons.iter().any(|c| c == reason) };
            let chosen =
                offered.iter().filter(|reason| is_chosen(&reason.id)).map(|reason| reason.id.clone()).collect();
            answer.reasons = chosen;
        }
        None
    }

    fn edit(&mut self, comment: &str) -> Option<Draft> {
        if let Screen::FollowUp { answer } = &mut self.screen {
            answer.comment = comment.chars().take(MAX_COMMENT_CHARS).collect();
        }
        None
    }

    fn ask_change(&mut self) -> Option<Draft> {
        if let Screen::FollowUp { answer } = &self.screen {
            self.screen = Screen::Rating { changing: Some(answer.clone()) };
        }
        None
    }

    fn choose_locale(&mut self, locale: String) -> Option<Draft> {
        if self.survey.locales.contains(&locale) {
            self.context.locale = locale;
        }
        None
    }

    fn dismiss(&mut self) -> Option<Draft> {
        if matches!(self.screen, Screen::Thanks { .. } | Screen::NotSaved | Screen::Attract) {
            self.reset();
        }
        None
    }

    /// Ends the follow-up. Words that were not sent are not taken; what was tapped is.
    fn finish(&mut self, outcome: Outcome, moment: &Moment) -> Option<Draft> {
        let answer = match &self.screen {
            Screen::FollowUp { answer } | Screen::Rating { changing: Some(answer) } => answer.clone(),
            _ => return None,
        };
        let Answer { response, reasons, comment } = answer;
        let seconds = moment.uptime.0.saturating_sub(response.since.0) / 1_000;
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        let body = Body::RatingDetailed { response: response.id.clone(), outcome, reasons, seconds };
        let mut draft = Draft::new(moment, body);
        if outcome == Outcome::Complete {
            let mut salt = [0; 16];
            salt.copy_from_slice(&moment.random[10..]);
            draft.text = PersonalText::new(&comment, &salt);
        }
        if outcome == Outcome::TimedOut {
            self.reset();
        } else {
            self.screen = Screen::Saving { response, awaiting: draft.id.clone() };
        }
        Some(draft)
    }

    fn note_stored(&mut self, id: &EventId, responses: u64, uptime: Uptime) -> Option<Draft> {
        match &mut self.screen {
            Screen::FollowUp { answer } | Screen::Rating { changing: Some(answer) } if answer.response.id == *id => {
                answer.response.number = Some(responses);
            }
            Screen::Saving { response, .. } if response.id == *id => response.number = Some(responses),
            Screen::Saving { response, awaiting } if awaiting == id => {
                self.screen = Screen::Thanks { number: response.number.unwrap_or(responses) };
                self.restart_clock(uptime);
            }
            _ => {}
        }
        None
    }

    fn pass_time(&mut self, moment: &Moment) -> Option<Draft> {
        if self.deadline.is_none_or(|deadline| moment.uptime < deadline) {
            return None;
        }
        match &self.screen {
            Screen::FollowUp { .. } | Screen::Rating { changing: Some(_) } if !self.is_warning => {
                self.is_warning = true;
                self.deadline = Some(moment.uptime.after(u64::from(self.survey.timeouts.warning_s) * 1_000));
                None
            }
            Screen::FollowUp { .. } | Screen::Rating { changing: Some(_) } => {
                let draft = self.finish(Outcome::TimedOut, moment);
                self.restart_clock(moment.uptime);
                draft
            }
            Screen::Rating { changing: None } if self.context.locale == self.default_locale => {
                self.screen = Screen::Attract;
                self.deadline = None;
                None
            }
            Screen::Rating { changing: None } | Screen::Thanks { .. } | Screen::NotSaved => {
                self.reset();
                self.restart_clock(moment.uptime);
                None
            }
            Screen::Saving { .. } => {
                self.screen = Screen::NotSaved;
                self.restart_clock(moment.uptime);
                None
            }
            Screen::Attract => None,
        }
    }

    /// The next customer finds the first screen in the default language, and nothing of the one before.
    fn reset(&mut self) {
        self.screen = Screen::Rating { changing: None };
        self.context.locale.clone_from(&self.default_locale);
    }

    fn restart_clock(&mut self, uptime: Uptime) {
        let timeouts = self.survey.timeouts;
        let seconds = match &self.screen {
            Screen::Attract => None,
            Screen::Saving { .. } => Some(PATIENCE_S),
            Screen::Rating { changing: None } if self.context.locale == self.default_locale => {
                Some(u64::from(timeouts.attract_s))
            }
            Screen::Rating { .. } | Screen::FollowUp { .. } => Some(u64::from(timeouts.idle_s)),
            Screen::Thanks { .. } => Some(u64::from(timeouts.thanks_s)),
            Screen::NotSaved => Some(NOT_SAVED_S),
        };
        self.is_warning = false;
        self.deadline = seconds.map(|seconds| uptime.after(seconds * 1_000));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::survey::tests::template;
    use crate::time::{UnixMillis, UtcOffset};

    /// A customer with a clock of their own.
    struct Customer {
        session: Session,
        uptime: u64,
        drawn: u8,
    }

    impl Customer {
        fn arrives() -> Self {
            let survey = Survey::parse(&template("government")).unwrap();
            let context = Context { locale: "zh-CN".into(), survey: "government".into(), ..Context::default() };
            Self { session: Session::new(survey, context, Uptime(0)), uptime: 0, drawn: 0 }
        }

        fn does(&mut self, input: Input) -> Option<Draft> {
            self.drawn = self.drawn.wrapping_add(1);
            let moment = Moment {
                now: UnixMillis(1_795_398_067_120 + i64::try_from(self.uptime).unwrap()),
                offset: UtcOffset(480),
                uptime: Uptime(self.uptime),
                random: [self.drawn; 26],
            };
            self.session.handle(input, &moment)
        }

        fn rates(&mut self, level: u8) -> Draft {
            self.does(Input::Rated(Rating::new(level).unwrap())).expect("a first tap is recorded")
        }

        fn waits(&mut self, seconds: u64) -> Option<Draft> {
            self.uptime += seconds * 1_000;
            self.does(Input::TimePassed)
        }

        fn sees(&self) -> &Screen {
            self.session.screen()
        }
    }

    fn detail(draft: Option<Draft>) -> (Outcome, Vec<String>, Option<String>) {
        match draft {
            Some(Draft { body: Body::RatingDetailed { outcome, reasons, .. }, text, .. }) => {
                (outcome, reasons, text.and_then(|text| text.comment().map(str::to_owned)))
            }
            other => panic!("no detail: {other:?}"),
        }
    }

    #[test]
    fn thanks_only_after_the_answer_is_stored() {
        let mut customer = Customer::arrives();
        let given = customer.rates(2);
        customer.does(Input::ReasonToggled("wait".into()));
        customer.does(Input::CommentEdited("排队太久".into()));
        let sent = customer.does(Input::Submitted);
        let sent_id = sent.clone().unwrap().id;
        assert_eq!(detail(sent), (Outcome::Complete, vec!["wait".into()], Some("排队太久".into())));
        customer.does(Input::Stored(given.id, 1_284));
        assert!(matches!(customer.sees(), Screen::Saving { .. }), "the detail is not on disk yet");
        customer.does(Input::Stored(sent_id, 1_290));
        assert_eq!(customer.sees(), &Screen::Thanks { number: 1_284 });
    }

    #[test]
    fn warns_before_it_resets_and_any_touch_extends() {
        let mut customer = Customer::arrives();
        customer.rates(1);
        customer.does(Input::ReasonToggled("attitude".into()));
        customer.does(Input::CommentEdited("half a sen".into()));
        for _ in 0..12 {
            assert_eq!(customer.waits(45), None);
            assert!(customer.session.is_warning());
            customer.does(Input::Touched);
            assert!(!customer.session.is_warning());
        }
        customer.waits(45);
        assert_eq!(customer.waits(19), None, "twenty seconds are promised");
        let partial = detail(customer.waits(1));
        assert_eq!(partial, (Outcome::TimedOut, vec!["attitude".into()], None), "unsent words are not taken");
        assert_eq!(customer.sees(), &Screen::Rating { changing: None });
    }

    #[test]
    fn a_corrected_tap_keeps_the_reasons_that_still_fit() {
        let mut customer = Customer::arrives();
        let given = customer.rates(1);
        customer.does(Input::ReasonToggled("wait".into()));
        customer.does(Input::ChangeAsked);
        let changed = customer.does(Input::Rated(Rating::new(3).unwrap())).unwrap();
        let (from, value) = (Rating::new(1).unwrap(), Rating::new(3).unwrap());
        assert_eq!(changed.body, Body::RatingChanged { response: given.id, from, value });
        customer.does(Input::Rated(Rating::new(5).unwrap()));
        assert_eq!(detail(customer.does(Input::Skipped)), (Outcome::Skipped, vec![], None));
    }

    #[test]
    fn the_same_level_again_is_no_change() {
        let mut customer = Customer::arrives();
        customer.rates(4);
        customer.does(Input::ChangeAsked);
        assert_eq!(customer.does(Input::Rated(Rating::new(4).unwrap())), None);
        assert!(matches!(customer.sees(), Screen::FollowUp { .. }));
    }

    #[test]
    fn twenty_taps_in_a_second_are_one_response() {
        let mut customer = Customer::arrives();
        let drafts: Vec<Draft> = (0..20).filter_map(|_| customer.does(Input::Rated(Rating::new(1).unwrap()))).collect();
        assert_eq!(drafts.len(), 1);
    }

    #[test]
    fn the_next_customer_finds_nothing_of_the_one_before() {
        let mut customer = Customer::arrives();
        customer.does(Input::LocaleChosen("en".into()));
        customer.rates(1);
        customer.does(Input::CommentEdited("secret".into()));
        customer.waits(45);
        customer.waits(20);
        assert_eq!(customer.session.locale(), "zh-CN");
        customer.rates(5);
        assert!(matches!(customer.sees(), Screen::FollowUp { answer } if answer.comment.is_empty()));
    }

    #[test]
    fn rests_after_a_long_quiet_and_wakes_on_a_touch() {
        let mut customer = Customer::arrives();
        customer.does(Input::LocaleChosen("en".into()));
        customer.waits(45);
        assert_eq!(customer.session.locale(), "zh-CN", "the language comes back first");
        customer.waits(600);
        assert_eq!(customer.sees(), &Screen::Attract);
        customer.does(Input::Dismissed);
        assert_eq!(customer.sees(), &Screen::Rating { changing: None });
    }

    #[test]
    fn says_so_when_the_tablet_cannot_write() {
        let mut customer = Customer::arrives();
        customer.rates(1);
        customer.does(Input::Submitted);
        customer.does(Input::Touched);
        customer.waits(5);
        assert_eq!(customer.sees(), &Screen::NotSaved);
        customer.waits(15);
        assert!(customer.session.is_at_rest());
    }

    #[test]
    fn an_unknown_reason_or_language_changes_nothing() {
        let mut customer = Customer::arrives();
        customer.rates(1);
        customer.does(Input::ReasonToggled("nonsense".into()));
        customer.does(Input::LocaleChosen("tlh".into()));
        assert_eq!(customer.session.locale(), "zh-CN");
        assert_eq!(detail(customer.does(Input::Submitted)).1, Vec::<String>::new());
    }

    fn inputs() -> impl Strategy<Value = (Input, u64)> {
        let input = prop_oneof![
            (1_u8..=5).prop_map(|level| Input::Rated(Rating::new(level).unwrap())),
            Just(Input::ReasonToggled("wait".into())),
            ".{0,5}".prop_map(Input::CommentEdited),
            Just(Input::ChangeAsked),
            Just(Input::Submitted),
            Just(Input::Skipped),
            Just(Input::LocaleChosen("en".into())),
            Just(Input::Touched),
            Just(Input::Dismissed),
            Just(Input::TimePassed),
        ];
        (input, prop_oneof![Just(0), Just(1), Just(25), Just(700)])
    }

    proptest! {
        #[test]
        fn every_response_begins_once_and_ends_at_most_once(steps in prop::collection::vec(inputs(), 1..60)) {
            let mut customer = Customer::arrives();
            let mut begun = Vec::new();
            let mut ended = Vec::new();
            for (input, seconds) in steps {
                customer.uptime += seconds * 1_000;
                match customer.does(input) {
                    Some(Draft { id, body: Body::RatingGiven { .. }, .. }) => begun.push(id),
                    Some(Draft { id, body: Body::RatingDetailed { response, .. }, .. }) => {
                        prop_assert_eq!(begun.last(), Some(&response));
                        prop_assert!(!ended.contains(&response));
                        ended.push(response);
                        customer.does(Input::Stored(id, 1));
                        let is_saving = matches!(customer.sees(), Screen::Saving { .. });
                        prop_assert!(!is_saving);
                    }
                    _ => {}
                }
                let waits_for_ever = matches!(customer.sees(), Screen::Attract);
                prop_assert!(customer.session.deadline().is_some() || waits_for_ever);
            }
            prop_assert!(begun.len() >= ended.len() && begun.len() <= ended.len() + 1);
        }
    }
}
