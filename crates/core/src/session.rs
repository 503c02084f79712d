//! One customer at the tablet: from the first tap to the thanks, and back to the next.
//!
//! The session decides which screen stands and which event is recorded. It is a plain value: the shell hands in what
//! happened and when, appends the draft it gets back, and reports that it was stored. Thanks come after that report only.

use serde_json::{Map, Value};

use crate::chain::PersonalText;
use crate::event::{Body, Context, Draft, EventId, Outcome, Rating, Scale, Unanswered};
use crate::survey::{Choice, Circumstances, Field, Page, Survey};
use crate::time::{Moment, Uptime};

/// A customer who waits longer than this for the disk is told so; the answer is still being written.
const PATIENCE_S: u64 = 5;
/// An offer that nobody answers within this is over: the customer has gone.
const OFFER_S: u64 = 60;
/// How long the apology for a full or broken store stands before the next customer.
const NOT_SAVED_S: u64 = 15;
/// A comment is cut here: longer than anybody writes at a counter, short enough for a batch of 256 KiB.
pub const MAX_COMMENT_CHARS: usize = 4_000;
/// A telephone number or an address for mail is shorter.
pub const MAX_CONTACT_CHARS: usize = 120;
/// Service items are rated from 1 to this.
pub const BEST_ITEM_LEVEL: u8 = 5;

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
    /// One of the survey's pages after the rating.
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
    /// For this ticket there is a rating already.
    Known,
}

/// What was done for a customer, as somebody beside the tablet tells it: a clerk's program, a scanner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// Who tells it: `program`, `scanner`.
    pub by: String,
    /// The service point, where it is not the tablet's own.
    pub point: Option<String>,
    /// The number of the person who served.
    pub staff: Option<String>,
    /// The ticket or case number.
    pub ticket: Option<String>,
    /// Whether that has been rated.
    pub is_rated: bool,
}

/// How the last offer stands, for whoever made it: in a word, and never what was tapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// There was none.
    #[default]
    None,
    /// The customer is being asked.
    Open,
    /// The customer has rated.
    Rated,
    /// Somebody is in the middle of an answer: nobody was asked.
    Busy,
    /// The ticket was rated before.
    Known,
    /// Nobody has answered.
    Expired,
    /// It was taken back.
    Withdrawn,
}

impl Standing {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Open => "open",
            Self::Rated => "rated",
            Self::Busy => "busy",
            Self::Known => "known",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }
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
    /// Which of the survey's pages stands.
    pub page: usize,
    /// Reasons tapped, in the survey's order.
    pub reasons: Vec<String>,
    /// Options chosen: what was asked, and what was tapped.
    pub chosen: Vec<(String, String)>,
    /// Service items with their levels.
    pub items: Vec<(String, u8)>,
    /// Words typed.
    pub comment: String,
    /// How to be reached.
    pub contact: String,
    /// Whether the contact may be used for that.
    pub has_consented: bool,
    /// What was missing when it was to be sent.
    pub lack: Option<Lack>,
    /// The number of the person who served, where the customer has named somebody after the rating.
    pub staff: Option<String>,
    /// Words and contact of the pages that were sent.
    said: (String, String),
}

/// Why a page cannot be sent yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// This page has to ask for a reason.
    Reason,
    /// A contact was left, and not the consent to use it.
    Consent,
}

impl Answer {
    fn new(response: Response, page: usize) -> Self {
        Self {
            response,
            page,
            reasons: Vec::new(),
            chosen: Vec::new(),
            items: Vec::new(),
            comment: String::new(),
            contact: String::new(),
            has_consented: false,
            lack: None,
            staff: None,
            said: Default::default(),
        }
    }

    /// Whether this option was chosen.
    pub fn has_chosen(&self, field: &str, option: &str) -> bool {
        self.chosen.iter().any(|(asked, chosen)| asked == field && chosen == option)
    }

    /// The level that a service item was given.
    pub fn item(&self, id: &str) -> Option<u8> {
        self.items.iter().find(|(item, _)| item == id).map(|(_, level)| *level)
    }

    /// What is on the page that stands counts as said from now on.
    fn say(&mut self) {
        self.said.0.clone_from(&self.comment);
        self.said.1 = if self.has_consented { self.contact.clone() } else { String::new() };
    }
}

/// Everything that can happen to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A level was tapped.
    Rated(Rating),
    /// The customer has named who served, by number; empty for nobody in particular.
    StaffNamed(String),
    /// A reason was tapped.
    ReasonToggled(String),
    /// An option was tapped: of what, and which.
    OptionToggled(String, String),
    /// A service item was given a level.
    ItemRated(String, u8),
    /// The comment field holds this now.
    CommentEdited(String),
    /// The field for a contact holds this now.
    ContactEdited(String),
    /// The customer agrees, or no longer, that the contact is used.
    ConsentToggled,
    /// The page before.
    BackAsked,
    /// The customer wants to correct the level.
    ChangeAsked,
    /// The page was sent: the next one follows, or the end.
    Submitted,
    /// The page was passed over; on the first one that goes for all of them.
    Skipped,
    /// A language was chosen.
    LocaleChosen(String),
    /// Large text, or no longer.
    LargeToggled,
    /// High contrast, or no longer.
    ContrastToggled,
    /// A touch or a key that means nothing but that somebody is there.
    Touched,
    /// The thanks, the apology or the attract loop were tapped away.
    Dismissed,
    /// Somebody beside the tablet asks the customer to rate.
    Offered(Visit),
    /// And no longer.
    OfferWithdrawn,
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
    /// What the context is for whoever comes by themselves.
    usual: Context,
    standing: Standing,
    /// Offers that were asked for, made or not.
    offers: u32,
    /// The page is the page of one ticket, and that has been rated.
    is_spent: bool,
    look: Look,
    deadline: Option<Uptime>,
    is_warning: bool,
}

/// How the customer wants to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Large text and targets, for old eyes and hands.
    pub is_large: bool,
    /// Black on white, without tints.
    pub has_contrast: bool,
}

impl Session {
    /// A session at rest on the first screen.
    ///
    /// `context.locale` is the language to start from and to come back to.
    pub fn new(survey: Survey, context: Context, uptime: Uptime) -> Self {
        let mut session = Self {
            screen: Screen::Rating { changing: None },
            survey,
            usual: context.clone(),
            context,
            standing: Standing::default(),
            offers: 0,
            is_spent: false,
            look: Look::default(),
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

    /// The same survey with more languages in it.
    ///
    /// `false` where it is not the survey in service: nothing changes then.
    pub fn learn(&mut self, survey: &Survey) -> bool {
        let is_same = (&survey.id, survey.version) == (&self.survey.id, self.survey.version);
        if is_same {
            self.survey = survey.clone();
        }
        is_same
    }

    /// Whether the place is closed by its opening hours, and was for a while: a rating says so.
    pub fn set_closed(&mut self, is_closed: bool) {
        (self.context.closed, self.usual.closed) = (is_closed, is_closed);
    }

    /// The language to come back to.
    pub fn default_locale(&self) -> &str {
        &self.usual.locale
    }

    /// How the last offer stands, and how many there were, made or not.
    pub fn standing(&self) -> (u32, Standing) {
        (self.offers, self.standing)
    }

    /// Where the customer was served and by whom, if somebody has said so: `3 · 0417`; empty otherwise.
    pub fn visit(&self) -> String {
        if self.context.offer.is_none() {
            return String::new();
        }
        let staff = self.context.staff.as_deref().unwrap_or_default();
        let gap = if self.context.point.is_empty() || staff.is_empty() { "" } else { " · " };
        [&self.context.point, gap, staff].concat()
    }

    /// A rating from before the session, on the scale and of the survey (this one, if none is named) that stood on the
    /// screen then. `None` for a level that the scale has not.
    pub fn given_before(&self, rating: Rating, scale: Scale, survey: Option<&str>, moment: &Moment) -> Option<Draft> {
        let mut context = self.context.clone();
        if let Some(other) = survey.filter(|id| *id != self.survey.id) {
            // Which version it was nobody knows.
            (context.survey, context.version) = (other.to_owned(), 0);
        }
        scale.has(rating).then(|| Draft::new(moment, Body::RatingGiven { value: rating, scale, context }))
    }

    /// The service point that the customer stands at; empty when there is none.
    pub fn point(&self) -> &str {
        &self.context.point
    }

    /// The language in use, as a BCP 47 tag.
    pub fn locale(&self) -> &str {
        &self.context.locale
    }

    /// How the customer wants to read.
    pub fn look(&self) -> Look {
        self.look
    }

    /// The page that stands, with the answer so far.
    pub fn page(&self) -> Option<(&Page, &Answer)> {
        match &self.screen {
            Screen::FollowUp { answer } => self.survey.pages.get(answer.page).map(|page| (page, answer)),
            _ => None,
        }
    }

    /// Whether a page was there before the one that stands.
    pub fn has_page_before(&self, moment: &Moment) -> bool {
        matches!(&self.screen, Screen::FollowUp { answer } if self.page_before(answer, moment).is_some())
    }

    /// Whether another page follows the one that stands, as things are now.
    pub fn has_page_after(&self, moment: &Moment) -> bool {
        matches!(&self.screen, Screen::FollowUp { answer } if self.page_after(answer, answer.page + 1, moment).is_some())
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
        let is_first = matches!(self.screen, Screen::Attract | Screen::Rating { changing: None });
        is_first && self.context.offer.is_none() && self.context.staff == self.usual.staff
    }

    /// Whether somebody is in the middle of something, and who serves or has served, by number: `+0417`, `-`. What asks
    /// customers for that is no part of the session.
    pub fn served(&self) -> String {
        let named = match &self.screen {
            Screen::FollowUp { answer } | Screen::Rating { changing: Some(answer) } => answer.staff.as_deref(),
            _ => None,
        };
        let staff = named.or(self.context.staff.as_deref()).unwrap_or_default();
        [if self.is_at_rest() { "-" } else { "+" }, staff].concat()
    }

    /// Whether the loop stands.
    pub fn rests(&self) -> bool {
        self.screen == Screen::Attract
    }

    /// Begins with the loop: the session before this one had come to it.
    pub fn rest(&mut self) {
        self.screen = Screen::Attract;
        self.deadline = None;
    }

    /// Takes what happened; a draft that comes back has to be stored.
    pub fn handle(&mut self, input: Input, moment: &Moment) -> Option<Draft> {
        if input == Input::TimePassed {
            return self.pass_time(moment);
        }
        let draft = match input {
            Input::Rated(rating) => self.rate(rating, moment),
            Input::Submitted => self.go_on(moment),
            Input::Skipped => self.skip(moment),
            Input::BackAsked => self.go_back(moment),
            Input::StaffNamed(number) => self.name_staff(number),
            Input::ReasonToggled(id) => self.toggle(&id),
            Input::OptionToggled(field, option) => self.toggle_option(field, option),
            Input::ItemRated(item, level) => self.rate_item(item, level),
            Input::CommentEdited(comment) => self.edit(|answer| &mut answer.comment, &comment, MAX_COMMENT_CHARS),
            Input::ContactEdited(contact) => self.edit(|answer| &mut answer.contact, &contact, MAX_CONTACT_CHARS),
            Input::ConsentToggled => self.toggle_consent(),
            Input::ChangeAsked => self.ask_change(),
            Input::LocaleChosen(locale) => self.choose_locale(locale),
            Input::LargeToggled => self.change_look(|look| look.is_large = !look.is_large),
            Input::ContrastToggled => self.change_look(|look| look.has_contrast = !look.has_contrast),
            Input::Dismissed => self.dismiss(),
            Input::Offered(visit) => self.offer(visit, moment),
            Input::OfferWithdrawn => self.close_offer(Unanswered::Withdrawn, moment),
            Input::Stored(id, responses) => return self.note_stored(&id, responses, moment.uptime),
            // Touching the screen does not make the disk faster.
            Input::Touched if matches!(self.screen, Screen::Saving { .. }) => return None,
            Input::Touched | Input::TimePassed => None,
        };
        self.restart_clock(moment.uptime);
        draft
    }

    /// Whoever is in the middle of an answer is not interrupted; whoever only looks gives way.
    fn offer(&mut self, visit: Visit, moment: &Moment) -> Option<Draft> {
        self.offers += 1;
        self.is_spent |= visit.is_rated && self.usual.ticket == visit.ticket;
        if !matches!(self.screen, Screen::Rating { changing: None }) {
            match self.screen {
                Screen::Attract | Screen::Thanks { .. } | Screen::NotSaved | Screen::Known => {}
                _ => {
                    self.standing = Standing::Busy;
                    return None;
                }
            }
        }
        self.reset();
        if visit.is_rated || self.is_spent {
            self.standing = Standing::Known;
            self.screen = Screen::Known;
            return None;
        }
        let Visit { by, point, staff, ticket, .. } = visit;
        let usual = &self.usual;
        let context = Context {
            point: point.unwrap_or_else(|| usual.point.clone()),
            staff: staff.or_else(|| usual.staff.clone()),
            ticket,
            ..usual.clone()
        };
        let draft = Draft::new(moment, Body::OfferMade { by, context: context.clone() });
        self.context = Context { offer: Some(draft.id.clone()), ..context };
        self.standing = Standing::Open;
        Some(draft)
    }

    /// Ends an offer that is open.
    fn close_offer(&mut self, outcome: Unanswered, moment: &Moment) -> Option<Draft> {
        if self.standing != Standing::Open {
            return None;
        }
        let offer = self.context.offer.take()?;
        self.reset();
        self.standing = if outcome == Unanswered::Expired { Standing::Expired } else { Standing::Withdrawn };
        Some(Draft::new(moment, Body::OfferClosed { offer, outcome }))
    }

    fn rate(&mut self, rating: Rating, moment: &Moment) -> Option<Draft> {
        if !self.survey.scale.has(rating) {
            return None;
        }
        match &self.screen {
            Screen::Rating { changing: None } | Screen::Attract => {
                let scale = self.survey.scale;
                let body = Body::RatingGiven { value: rating, scale, context: self.context.clone() };
                let draft = Draft::new(moment, body);
                if self.standing == Standing::Open {
                    self.standing = Standing::Rated;
                }
                self.is_spent |= self.usual.ticket.is_some() && self.usual.ticket == self.context.ticket;
                let response = Response { id: draft.id.clone(), rating, since: moment.uptime, number: None };
                let answer = Answer::new(response, 0);
                self.screen = match self.page_after(&answer, 0, moment) {
                    Some(page) => Screen::FollowUp { answer: Answer { page, ..answer } },
                    None => Screen::Saving { awaiting: answer.response.id.clone(), response: answer.response },
                };
                Some(draft)
            }
            Screen::Rating { changing: Some(answer) } | Screen::FollowUp { answer } => {
                let mut answer = answer.clone();
                let from = std::mem::replace(&mut answer.response.rating, rating);
                answer.reasons.retain(|id| self.survey.reasons_for(rating).any(|reason| reason.id == *id));
                answer.lack = None;
                // A valid survey leads every level to as many pages.
                answer.page = self.page_after(&answer, 0, moment).unwrap_or(answer.page);
                let body = Body::RatingChanged { response: answer.response.id.clone(), from, value: rating };
                self.screen = Screen::FollowUp { answer };
                (from != rating).then(|| Draft::new(moment, body))
            }
            Screen::Saving { .. } | Screen::Thanks { .. } | Screen::NotSaved | Screen::Known => None,
        }
    }

    /// The first page at or after this one that is to be shown.
    fn page_after(&self, answer: &Answer, from: usize, moment: &Moment) -> Option<usize> {
        let here = self.circumstances(moment);
        self.survey.page_from(from, answer.response.rating, here, |field, option| answer.has_chosen(field, option))
    }

    fn page_before(&self, answer: &Answer, moment: &Moment) -> Option<usize> {
        (0..answer.page).rev().find(|page| self.page_after(answer, *page, moment) == Some(*page))
    }

    fn circumstances(&self, moment: &Moment) -> Circumstances<'_> {
        let Context { point, .. } = &self.context;
        Circumstances { point, channel: self.context.channel(), hour: local_hour(moment) }
    }

    /// Before the rating it is of the circumstances, after it of the answer.
    fn name_staff(&mut self, number: String) -> Option<Draft> {
        let named = Some(number).filter(|number| !number.is_empty());
        match &mut self.screen {
            Screen::FollowUp { answer } | Screen::Rating { changing: Some(answer) } => answer.staff = named,
            Screen::Rating { changing: None } => self.context.staff = named.or_else(|| self.usual.staff.clone()),
            _ => {}
        }
        None
    }

    fn go_on(&mut self, moment: &Moment) -> Option<Draft> {
        let (page, answer) = self.page()?;
        let asks_for_contact = page.fields.iter().any(|field| matches!(field, Field::Contact { .. }));
        let lack = if answer.reasons.is_empty() && asks_for_reason(page) {
            Some(Lack::Reason)
        } else if asks_for_contact && !answer.contact.trim().is_empty() && !answer.has_consented {
            Some(Lack::Consent)
        } else {
            None
        };
        let mut answer = Answer { lack, ..answer.clone() };
        if lack.is_some() {
            self.screen = Screen::FollowUp { answer };
            return None;
        }
        answer.say();
        let next = self.page_after(&answer, answer.page + 1, moment);
        self.screen = Screen::FollowUp { answer: Answer { page: next.unwrap_or(answer.page), ..answer } };
        if next.is_some() { None } else { self.finish(Outcome::Complete, moment) }
    }

    fn skip(&mut self, moment: &Moment) -> Option<Draft> {
        let (page, answer) = self.page()?;
        if asks_for_reason(page) && answer.reasons.is_empty() {
            return None;
        }
        if self.page_before(answer, moment).is_none() {
            // Also what was sent once and come back to: it was passed over in the end.
            let mut answer = answer.clone();
            answer.said = Default::default();
            self.screen = Screen::FollowUp { answer };
            return self.finish(Outcome::Skipped, moment);
        }
        // What was sent before stands; of this page nothing is taken.
        let mut answer = answer.clone();
        for field in &page.fields {
            match field {
                Field::Reasons { .. } => answer.reasons.clear(),
                Field::Choice { id, .. } => answer.chosen.retain(|(asked, _)| asked != id),
                Field::Items { items, .. } => answer.items.retain(|(item, _)| !items.contains(item)),
                Field::Comment { .. } => answer.comment.clear(),
                Field::Contact { .. } => answer.contact.clear(),
                Field::Message { .. } => {}
            }
        }
        self.screen = Screen::FollowUp { answer };
        self.go_on(moment)
    }

    fn go_back(&mut self, moment: &Moment) -> Option<Draft> {
        let answer = self.answer()?;
        let page = self.page_before(answer, moment)?;
        self.screen = Screen::FollowUp { answer: Answer { page, lack: None, ..answer.clone() } };
        None
    }

    fn answer(&self) -> Option<&Answer> {
        match &self.screen {
            Screen::FollowUp { answer } => Some(answer),
            _ => None,
        }
    }

    /// The options of the page that stands: of the field of this id, or of the reasons.
    fn offered(&self, asked: Option<&str>) -> Option<(&[Choice], bool)> {
        self.page()?.0.fields.iter().find_map(|field| match field {
            Field::Reasons { options, .. } if asked.is_none() => Some((options.as_slice(), true)),
            Field::Choice { id, options, is_multiple, .. } if asked == Some(id) => {
                Some((options.as_slice(), *is_multiple))
            }
            _ => None,
        })
    }

    fn toggle(&mut self, id: &str) -> Option<Draft> {
        let (offered, _) = self.offered(None)?;
        let answer = self.answer()?;
        let is_chosen = |reason: &str| answer.reasons.iter().any(|chosen| chosen == reason) != (reason == id);
        let here = offered.iter().filter(|reason| is_chosen(&reason.id)).map(|reason| reason.id.clone());
        let reasons = here.collect();
        self.screen = Screen::FollowUp { answer: Answer { reasons, lack: None, ..answer.clone() } };
        None
    }

    fn toggle_option(&mut self, field: String, option: String) -> Option<Draft> {
        let (offered, is_multiple) = self.offered(Some(&field))?;
        if !offered.iter().any(|known| known.id == option) {
            return None;
        }
        let mut answer = self.answer()?.clone();
        let was_chosen = answer.has_chosen(&field, &option);
        answer.chosen.retain(|(asked, chosen)| *asked != field || is_multiple && *chosen != option);
        if !was_chosen {
            answer.chosen.push((field, option));
        }
        self.screen = Screen::FollowUp { answer };
        None
    }

    /// The same level once more takes it back.
    fn rate_item(&mut self, item: String, level: u8) -> Option<Draft> {
        let (page, answer) = self.page()?;
        let is_asked = |field: &Field| matches!(field, Field::Items { items, .. } if items.contains(&item));
        if !page.fields.iter().any(is_asked) || !(1..=BEST_ITEM_LEVEL).contains(&level) {
            return None;
        }
        let mut answer = answer.clone();
        let before = answer.item(&item);
        answer.items.retain(|(known, _)| *known != item);
        if before != Some(level) {
            answer.items.push((item, level));
        }
        self.screen = Screen::FollowUp { answer };
        None
    }

    fn edit(&mut self, field: impl FnOnce(&mut Answer) -> &mut String, words: &str, most: usize) -> Option<Draft> {
        if let Screen::FollowUp { answer } = &mut self.screen {
            *field(answer) = words.chars().take(most).collect();
            // What is taken back counts no longer, even if it was sent with its page before.
            if answer.comment.trim().is_empty() {
                answer.said.0.clear();
            }
            if answer.contact.trim().is_empty() {
                answer.said.1.clear();
            }
        }
        None
    }

    fn toggle_consent(&mut self) -> Option<Draft> {
        if let Screen::FollowUp { answer } = &mut self.screen {
            answer.has_consented = !answer.has_consented;
            answer.lack = None;
            if !answer.has_consented {
                answer.said.1.clear();
            }
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
        match self.screen {
            Screen::Thanks { .. } | Screen::NotSaved | Screen::Known => self.reset(),
            // Whoever has chosen a language or large text over the loop is a customer who begins.
            Screen::Attract => self.screen = Screen::Rating { changing: None },
            _ => {}
        }
        None
    }

    fn change_look(&mut self, change: impl FnOnce(&mut Look)) -> Option<Draft> {
        change(&mut self.look);
        None
    }

    /// Ends the follow-up. Words that were not sent are not taken; what was tapped is.
    fn finish(&mut self, outcome: Outcome, moment: &Moment) -> Option<Draft> {
        let answer = match &self.screen {
            Screen::FollowUp { answer } | Screen::Rating { changing: Some(answer) } => answer.clone(),
            _ => return None,
        };
        let answer = self.without_strays(answer, moment);
        let Answer { response, reasons, chosen, items, staff, said: (comment, contact), .. } = answer;
        let seconds = moment.uptime.0.saturating_sub(response.since.0) / 1_000;
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        let body = Body::RatingDetailed {
            response: response.id.clone(),
            outcome,
            reasons,
            answers: by_question(chosen),
            items: by_item(items),
            seconds,
            staff,
        };
        let mut draft = Draft::new(moment, body);
        let mut salt = [0; 16];
        salt.copy_from_slice(&moment.random[10..]);
        draft.text = PersonalText::with_contact(&comment, &contact, &salt);
        if outcome == Outcome::TimedOut {
            self.reset();
        } else {
            self.screen = Screen::Saving { response, awaiting: draft.id.clone() };
        }
        Some(draft)
    }

    /// What was answered on pages that are not asked any more, since the rating or another answer has changed, goes.
    fn without_strays(&self, mut answer: Answer, moment: &Moment) -> Answer {
        let fields = |answer: &Answer| -> Vec<&Field> {
            let is_shown = |index: &usize| self.page_after(answer, *index, moment) == Some(*index);
            let pages = (0..self.survey.pages.len()).filter(is_shown).filter_map(|index| self.survey.pages.get(index));
            pages.flat_map(|page| &page.fields).collect()
        };
        let asked = fields(&answer);
        answer
            .chosen
            .retain(|(field, _)| asked.iter().any(|known| matches!(known, Field::Choice { id, .. } if id == field)));
        answer.items.retain(|(item, _)| {
            asked.iter().any(|known| matches!(known, Field::Items { items, .. } if items.contains(item)))
        });
        answer
    }

    fn note_stored(&mut self, id: &EventId, responses: u64, uptime: Uptime) -> Option<Draft> {
        match &mut self.screen {
            Screen::FollowUp { answer } | Screen::Rating { changing: Some(answer) } if answer.response.id == *id => {
                answer.response.number = Some(responses);
            }
            Screen::Saving { response, awaiting } if awaiting == id => {
                self.screen = Screen::Thanks { number: response.number.unwrap_or(responses) };
                self.restart_clock(uptime);
            }
            Screen::Saving { response, .. } if response.id == *id => response.number = Some(responses),
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
            Screen::Rating { changing: None } if self.standing == Standing::Open => {
                let draft = self.close_offer(Unanswered::Expired, moment);
                self.restart_clock(moment.uptime);
                draft
            }
            Screen::Rating { changing: None } if self.is_as_at_first() => {
                self.screen = Screen::Attract;
                self.deadline = None;
                None
            }
            Screen::Rating { changing: None } | Screen::Thanks { .. } | Screen::NotSaved | Screen::Known => {
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

    fn is_as_at_first(&self) -> bool {
        self.context.locale == self.usual.locale
            && self.context.staff == self.usual.staff
            && self.look == Look::default()
    }

    /// The next customer finds the first screen in the default language and look, and nothing of the one before.
    fn reset(&mut self) {
        self.screen = if self.is_spent { Screen::Known } else { Screen::Rating { changing: None } };
        self.look = Look::default();
        self.context.clone_from(&self.usual);
    }

    fn restart_clock(&mut self, uptime: Uptime) {
        let timeouts = self.survey.timeouts;
        let seconds = match &self.screen {
            Screen::Attract => None,
            Screen::Known if self.is_spent => None,
            Screen::Saving { .. } => Some(PATIENCE_S),
            Screen::Rating { changing: None } if self.standing == Standing::Open => Some(OFFER_S),
            Screen::Rating { changing: None } if self.is_as_at_first() => Some(u64::from(timeouts.attract_s)),
            Screen::Rating { .. } | Screen::FollowUp { .. } => Some(u64::from(timeouts.idle_s)),
            Screen::Thanks { .. } | Screen::Known => Some(u64::from(timeouts.thanks_s)),
            Screen::NotSaved => Some(NOT_SAVED_S),
        };
        self.is_warning = false;
        self.deadline = seconds.map(|seconds| uptime.after(seconds * 1_000));
    }
}

/// Whether the page cannot be sent without a reason.
fn asks_for_reason(page: &Page) -> bool {
    page.fields.iter().any(|field| matches!(field, Field::Reasons { is_required: true, .. }))
}

/// What was chosen, in the order of the taps, by the id of what was asked.
fn by_question(chosen: Vec<(String, String)>) -> Map<String, Value> {
    let mut answers = Map::new();
    for (asked, option) in chosen {
        match answers.get_mut(&asked) {
            Some(Value::Array(options)) => options.push(option.into()),
            _ => drop(answers.insert(asked, Value::Array(vec![option.into()]))),
        }
    }
    answers
}

/// Inserted one by one: collecting would bring a sort into the module that every tablet loads.
fn by_item(rated: Vec<(String, u8)>) -> Map<String, Value> {
    let mut items = Map::new();
    for (item, level) in rated {
        items.insert(item, level.into());
    }
    items
}

/// The hour on the tablet's wall, 0 to 23.
fn local_hour(moment: &Moment) -> u8 {
    let minutes = moment.now.0.div_euclid(60_000) + i64::from(moment.offset.0);
    u8::try_from(minutes.div_euclid(60).rem_euclid(24)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::survey::tests::{TEMPLATES, template};
    use crate::time::{UnixMillis, UtcOffset};

    /// A customer with a clock of their own.
    struct Customer {
        session: Session,
        uptime: u64,
        drawn: u8,
    }

    impl Customer {
        fn arrives() -> Self {
            Self::arrives_at(&template("government"))
        }

        fn arrives_at(survey: &str) -> Self {
            let survey = Survey::parse(survey).unwrap();
            let context = Context { locale: "zh-CN".into(), survey: survey.id.clone(), ..Context::default() };
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
    fn a_rating_says_that_the_place_was_closed() {
        let says = |changes: &[bool]| {
            let mut customer = Customer::arrives();
            changes.iter().for_each(|is_closed| customer.session.set_closed(*is_closed));
            serde_json::to_value(customer.rates(4).body).unwrap().get("closed").cloned()
        };
        assert_eq!([says(&[]), says(&[true]), says(&[true, false])], [None, Some(true.into()), None]);
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
    fn who_served_is_named_before_the_rating_or_after_it() {
        let named = |draft: Option<Draft>| match draft.map(|draft| draft.body) {
            Some(Body::RatingGiven { context, .. }) => context.staff,
            Some(Body::RatingDetailed { staff, .. }) => staff,
            other => panic!("{other:?}"),
        };
        let name = |number: &str| Input::StaffNamed(number.to_owned());
        let mut customer = Customer::arrives();
        assert_eq!(customer.session.served(), "-");
        customer.does(name("0417"));
        assert_eq!((customer.session.served().as_str(), customer.session.is_at_rest()), ("+0417", false));
        assert_eq!(named(Some(customer.rates(4))), Some("0417".into()));
        assert_eq!(named(customer.does(Input::Skipped)), None, "it stands in the rating already");

        let mut customer = Customer::arrives();
        assert_eq!(named(Some(customer.rates(4))), None);
        customer.does(name("0418"));
        customer.does(Input::ChangeAsked);
        assert_eq!(customer.session.served(), "+0418");
        customer.does(name("0419"));
        customer.does(Input::Rated(Rating::new(5).unwrap()));
        assert_eq!(named(customer.does(Input::Submitted)), Some("0419".into()));

        let mut customer = Customer::arrives();
        customer.rates(2);
        customer.does(name("0418"));
        customer.does(name(""));
        customer.waits(45);
        assert_eq!(named(customer.waits(20)), None, "taken back");
        customer.does(name("0417"));
        customer.waits(45);
        assert_eq!(customer.session.served(), "-", "whoever named somebody and left is nobody to the next");
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

    /// The survey of the government with something changed.
    fn changed(change: impl Fn(&mut Value)) -> String {
        let mut survey: Value = serde_json::from_str(&template("government")).unwrap();
        change(&mut survey);
        survey.to_string()
    }

    /// A hospital asks for reasons first, then for its items.
    #[test]
    fn a_page_follows_the_other_and_leads_back() {
        let mut customer = Customer::arrives_at(&template("hospital"));
        customer.rates(2);
        customer.does(Input::ReasonToggled("wait".into()));
        customer.does(Input::CommentEdited("排队太久".into()));
        assert_eq!(customer.does(Input::Submitted), None, "another page follows");
        let items = match customer.session.page().unwrap().0.fields[..] {
            [Field::Items { ref items, .. }] => items.clone(),
            ref other => panic!("{other:?}"),
        };
        customer.does(Input::ItemRated(items[0].clone(), 2));
        customer.does(Input::ItemRated(items[1].clone(), 5));
        customer.does(Input::ItemRated(items[1].clone(), 5));
        customer.does(Input::ItemRated(items[2].clone(), 6));
        customer.does(Input::ItemRated("nonsense".into(), 1));
        customer.does(Input::BackAsked);
        let (_, answer) = customer.session.page().unwrap();
        assert_eq!((answer.reasons.as_slice(), answer.comment.as_str()), (&["wait".to_owned()][..], "排队太久"));
        assert_eq!(customer.does(Input::BackAsked), None, "there is nothing before the first");
        customer.does(Input::Submitted);
        let Some(Draft { body: Body::RatingDetailed { outcome, items: rated, reasons, .. }, text, .. }) =
            customer.does(Input::Submitted)
        else {
            panic!("the last page is sent")
        };
        assert_eq!((outcome, reasons), (Outcome::Complete, vec!["wait".to_owned()]));
        assert_eq!(Value::Object(rated), serde_json::json!({ items[0].clone(): 2 }));
        assert_eq!(text.unwrap().comment(), Some("排队太久"));
    }

    #[test]
    fn what_was_sent_with_a_page_stays_when_the_next_one_is_left_or_passed_over() {
        for end in [Some(Input::Skipped), None] {
            let mut customer = Customer::arrives_at(&template("hospital"));
            customer.rates(2);
            customer.does(Input::CommentEdited("排队太久".into()));
            customer.does(Input::Submitted);
            let draft = match &end {
                Some(input) => customer.does(input.clone()),
                None => {
                    customer.waits(60);
                    customer.waits(30)
                }
            };
            let expected = if end.is_some() { Outcome::Complete } else { Outcome::TimedOut };
            let (outcome, _, comment) = detail(draft);
            assert_eq!((outcome, comment.as_deref()), (expected, Some("排队太久")));
        }
    }

    #[test]
    fn a_reason_that_has_to_be_given_is_asked_for_and_walking_away_stays_free() {
        let survey = changed(|survey| survey["pages"][0]["fields"][0]["required"] = true.into());
        let mut customer = Customer::arrives_at(&survey);
        customer.rates(1);
        let lacks = |customer: &Customer| customer.session.page().unwrap().1.lack;
        for input in [Input::Submitted, Input::Skipped] {
            assert_eq!(customer.does(input), None);
        }
        assert_eq!(lacks(&customer), Some(Lack::Reason));
        customer.does(Input::ReasonToggled("wait".into()));
        assert_eq!(lacks(&customer), None);
        assert_eq!(detail(customer.does(Input::Submitted)).0, Outcome::Complete);
        let mut other = Customer::arrives_at(&survey);
        other.rates(2);
        other.waits(45);
        assert_eq!(detail(other.waits(20)), (Outcome::TimedOut, vec![], None), "the rating counts all the same");
        let mut pleased = Customer::arrives_at(&survey);
        pleased.rates(5);
        assert_eq!(detail(pleased.does(Input::Submitted)).0, Outcome::Complete);
    }

    #[test]
    fn a_contact_is_kept_only_with_consent() {
        let mut customer = Customer::arrives();
        customer.rates(1);
        customer.does(Input::ContactEdited("13800138000".into()));
        assert_eq!(customer.does(Input::Submitted), None);
        assert_eq!(customer.session.page().unwrap().1.lack, Some(Lack::Consent));
        customer.does(Input::ConsentToggled);
        let Some(Draft { text: Some(text), .. }) = customer.does(Input::Submitted) else { panic!("it is sent") };
        assert_eq!((text.comment(), text.contact()), (Some(""), Some("13800138000")));
        let mut other = Customer::arrives();
        other.rates(1);
        other.does(Input::ContactEdited("13800138000".into()));
        assert_eq!(detail(other.does(Input::Skipped)), (Outcome::Skipped, vec![], None));
    }

    #[test]
    fn what_a_customer_takes_back_is_not_recorded_though_its_page_was_sent() {
        let take_back: [fn(&mut Customer); 3] = [
            |customer| drop(customer.does(Input::ConsentToggled)),
            |customer| drop(customer.does(Input::ContactEdited(String::new()))),
            |customer| drop(customer.does(Input::Skipped)),
        ];
        for take_back in take_back {
            let mut customer = Customer::arrives_at(&template("hospital"));
            customer.rates(1);
            customer.does(Input::ContactEdited("13800138000".into()));
            customer.does(Input::ConsentToggled);
            customer.does(Input::Submitted);
            customer.does(Input::BackAsked);
            take_back(&mut customer);
            let is_over = matches!(customer.sees(), Screen::Saving { .. });
            let draft = if is_over {
                None
            } else {
                customer.waits(60);
                customer.waits(30)
            };
            assert_eq!(draft.and_then(|draft| draft.text), None);
        }
        let mut passed_over = Customer::arrives_at(&template("hospital"));
        passed_over.rates(1);
        passed_over.does(Input::CommentEdited("排队太久".into()));
        passed_over.does(Input::Submitted);
        passed_over.does(Input::BackAsked);
        assert_eq!(detail(passed_over.does(Input::Skipped)), (Outcome::Skipped, vec![], None));
    }

    #[test]
    fn what_was_chosen_over_the_loop_stays_for_the_customer_who_chose_it() {
        let mut customer = Customer::arrives();
        customer.waits(600);
        assert_eq!(customer.sees(), &Screen::Attract);
        customer.does(Input::LocaleChosen("en".into()));
        customer.does(Input::LargeToggled);
        customer.does(Input::Dismissed);
        assert_eq!((customer.session.locale(), customer.session.look().is_large), ("en", true));
        assert_eq!(customer.sees(), &Screen::Rating { changing: None });
    }

    #[test]
    fn a_tap_on_another_survey_is_recorded_as_what_it_was() {
        let customer = Customer::arrives();
        let moment = Moment { now: UnixMillis(0), offset: UtcOffset(0), uptime: Uptime(0), random: [1; 26] };
        let given = |level, scale, survey| {
            let draft = customer.session.given_before(Rating::new(level).unwrap(), scale, survey, &moment)?;
            let Body::RatingGiven { value, scale, context } = draft.body else { panic!("a rating") };
            Some((value.level(), scale, context.survey))
        };
        let hotel = Some((9, Scale::Nps, "hotel".to_owned()));
        assert_eq!(given(9, Scale::Nps, Some("hotel")), hotel);
        assert_eq!(given(4, Scale::Faces5, None), Some((4, Scale::Faces5, "government".to_owned())));
        assert_eq!(given(9, Scale::Faces5, None), None);
    }

    #[test]
    fn a_survey_without_pages_takes_one_tap() {
        let mut customer = Customer::arrives_at(&changed(|survey| survey["pages"] = Value::Array(vec![])));
        let given = customer.rates(4);
        assert!(matches!(customer.sees(), Screen::Saving { .. }));
        customer.does(Input::Stored(given.id, 7));
        assert_eq!(customer.sees(), &Screen::Thanks { number: 7 });
    }

    #[test]
    fn a_level_of_another_scale_is_no_answer() {
        let mut customer = Customer::arrives();
        assert_eq!(customer.does(Input::Rated(Rating::new(0).unwrap())), None);
        assert_eq!(customer.does(Input::Rated(Rating::new(6).unwrap())), None);
        let mut guest = Customer::arrives_at(&template("hotel"));
        let given = guest.rates(0);
        assert!(matches!(given.body, Body::RatingGiven { scale: crate::event::Scale::Nps, .. }));
    }

    #[test]
    fn how_one_customer_reads_does_not_stay_for_the_next() {
        let mut customer = Customer::arrives();
        customer.does(Input::LargeToggled);
        customer.does(Input::ContrastToggled);
        assert_eq!(customer.session.look(), Look { is_large: true, has_contrast: true });
        customer.waits(45);
        assert_eq!((customer.session.look(), customer.sees()), (Look::default(), &Screen::Rating { changing: None }));
    }

    /// Taps from the first screen to the thanks with one reason, for every level of every template: nobody pays more.
    #[test]
    fn every_level_takes_as_many_taps() {
        for id in TEMPLATES {
            let survey = Survey::parse(&template(id)).unwrap();
            let taps = |rating: Rating| {
                let mut customer = Customer::arrives_at(&template(id));
                let given = customer.does(Input::Rated(rating)).unwrap();
                customer.does(Input::Stored(given.id, 1));
                let reason = survey.reasons_for(rating).next().unwrap().id.clone();
                customer.does(Input::ReasonToggled(reason));
                let mut taps = 2;
                loop {
                    taps += 1;
                    if let Some(draft) = customer.does(Input::Submitted) {
                        customer.does(Input::Stored(draft.id, 1));
                        assert!(matches!(customer.sees(), Screen::Thanks { .. }), "{id}");
                        return taps;
                    }
                }
            };
            let taps: Vec<usize> = survey.scale.levels().map(taps).collect();
            assert!(taps.iter().all(|count| *count == taps[0] && *count <= 4), "{id}: {taps:?}");
        }
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

    fn visit(ticket: &str) -> Visit {
        Visit { by: "program".into(), staff: Some("0417".into()), ticket: Some(ticket.into()), ..Visit::default() }
    }

    fn unanswered(draft: Option<Draft>) -> (EventId, Unanswered) {
        match draft {
            Some(Draft { body: Body::OfferClosed { offer, outcome }, .. }) => (offer, outcome),
            other => panic!("no end of an offer: {other:?}"),
        }
    }

    #[test]
    fn a_rating_names_the_offer_that_it_answers_and_the_next_customer_s_names_none() {
        let mut customer = Customer::arrives();
        let offer = customer.does(Input::Offered(visit("A137"))).expect("an offer is recorded");
        assert_eq!(customer.session.visit(), "0417");
        assert!(!customer.session.is_at_rest(), "nobody changes the page under a customer who is asked");
        let given = customer.rates(5);
        let Body::RatingGiven { context, .. } = &given.body else { panic!("{given:?}") };
        assert_eq!((context.offer.as_ref(), context.ticket.as_deref()), (Some(&offer.id), Some("A137")));
        assert_eq!(customer.session.standing(), (1, Standing::Rated));
        let done = customer.does(Input::Skipped).unwrap();
        customer.does(Input::Stored(done.id, 1));
        customer.does(Input::Dismissed);
        let Body::RatingGiven { context, .. } = customer.rates(4).body else { panic!("a rating") };
        assert_eq!((context.offer, context.staff, context.ticket), (None, None, None));
    }

    #[test]
    fn an_offer_that_nobody_answers_ends_as_expired_or_withdrawn() {
        let mut customer = Customer::arrives();
        let first = customer.does(Input::Offered(visit("A1"))).unwrap();
        assert!(customer.waits(OFFER_S - 1).is_none());
        assert_eq!(unanswered(customer.waits(1)), (first.id, Unanswered::Expired));
        assert_eq!((customer.session.standing(), customer.session.visit()), ((1, Standing::Expired), String::new()));
        let second = customer.does(Input::Offered(visit("A2"))).unwrap();
        assert_eq!(unanswered(customer.does(Input::OfferWithdrawn)), (second.id, Unanswered::Withdrawn));
        assert!(customer.does(Input::OfferWithdrawn).is_none(), "there is none any more");
    }

    #[test]
    fn an_offer_does_not_interrupt_and_the_next_one_takes_the_place_of_one_nobody_answered() {
        let mut customer = Customer::arrives();
        customer.rates(2);
        assert!(customer.does(Input::Offered(visit("A1"))).is_none());
        assert_eq!(customer.session.standing(), (1, Standing::Busy));
        let done = customer.does(Input::Skipped).unwrap();
        customer.does(Input::Stored(done.id, 1));
        customer.does(Input::Offered(visit("A2"))).expect("thanks give way");
        let third = customer.does(Input::Offered(visit("A3"))).expect("so does an offer without an answer");
        let Body::RatingGiven { context, .. } = customer.rates(3).body else { panic!("a rating") };
        assert_eq!((context.offer, context.ticket.as_deref()), (Some(third.id), Some("A3")));
    }

    #[test]
    fn a_ticket_that_was_rated_is_told_so_and_nothing_is_recorded() {
        let mut customer = Customer::arrives();
        assert!(customer.does(Input::Offered(Visit { is_rated: true, ..visit("A1") })).is_none());
        assert_eq!((customer.sees(), customer.session.standing()), (&Screen::Known, (1, Standing::Known)));
        assert!(customer.does(Input::Rated(Rating::new(1).unwrap())).is_none());
        customer.waits(10);
        assert_eq!(customer.sees(), &Screen::Rating { changing: None });
    }

    #[test]
    fn the_page_of_one_ticket_takes_one_rating() {
        let arrives = || {
            let survey = Survey::parse(&template("government")).unwrap();
            let ticket = Some("A137".to_owned());
            let context = Context { locale: "zh-CN".into(), channel: "link".into(), ticket, ..Context::default() };
            Customer { session: Session::new(survey, context, Uptime(0)), uptime: 0, drawn: 0 }
        };
        let mut customer = arrives();
        customer.rates(4);
        let done = customer.does(Input::Skipped).unwrap();
        customer.does(Input::Stored(done.id, 1));
        for _ in 0..3 {
            customer.waits(1_000);
            customer.does(Input::Dismissed);
            assert_eq!((customer.sees(), customer.session.deadline()), (&Screen::Known, None));
        }
        let mut again = arrives();
        again.does(Input::Offered(Visit { is_rated: true, ..visit("A137") }));
        again.does(Input::Dismissed);
        assert_eq!(again.sees(), &Screen::Known);
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
            Just(Input::Offered(visit("A137"))),
            Just(Input::Offered(Visit { is_rated: true, ..visit("A137") })),
            Just(Input::OfferWithdrawn),
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
