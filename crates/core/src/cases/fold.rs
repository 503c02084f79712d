//! The journal folded into cases. What is kept is what the events say, so that their order does not matter; what it comes
//! to is found when somebody looks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::change::{Change, Decision, Recorded, What};
use super::clock::Clock;
use super::file::{Appeal, Case, Contact, File, Origin, Rated, When};
use super::rules::{CASES_RECORD, CaseRules, Working};
use crate::event::{Event, EventId, IMPORT, Rating, Scale};
use crate::hours::{Date, Hours};
use crate::journal::Entry;
use crate::time::{UnixMillis, UtcOffset, parse_rfc3339};
use crate::vandal::Reason;

/// Epoch and number: where an event stands in its own tablet's chain.
type Seat = (u32, u64);

/// All cases of a journal. Fold entries in as they are read, in whichever order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cases {
    /// Every response, in as little room as it takes: whether one is a case is known only when all rules are.
    ratings: BTreeMap<u128, Given>,
    /// The last correction of a response, by the event that made it.
    corrections: BTreeMap<u128, (EventId, u8)>,
    /// What the follow-up brought, where it brought reasons or words.
    details: BTreeMap<u128, Detail>,
    /// Responses by their tickets, oldest first.
    tickets: BTreeMap<String, BTreeSet<(UnixMillis, u128)>>,
    /// New rules, by the tablet and their place in its chain.
    rules: BTreeMap<String, BTreeMap<Seat, RuleChange>>,
    devices: Vec<String>,
    /// Everything about each case, by the response.
    files: BTreeMap<u128, BTreeMap<EventId, Recorded>>,
    /// Responses that count again although an appeal was upheld.
    counted_again: BTreeSet<u128>,
}

/// A response at its first tap.
#[derive(Clone, Debug, PartialEq)]
struct Given {
    /// Which of the devices.
    device: u32,
    seat: Seat,
    when: When,
    scale: Scale,
    level: u8,
    ticket: Option<Box<str>>,
    /// Whether it was brought in from elsewhere, where somebody has followed it up or not: it is a case by hand alone.
    is_former: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Detail {
    event: EventId,
    reasons: Vec<String>,
    contact: Contact,
}

#[derive(Clone, Debug, PartialEq)]
struct RuleChange {
    before: CaseRules,
    after: CaseRules,
}

#[derive(Deserialize)]
struct GivenBody {
    value: Rating,
    #[serde(default)]
    scale: Scale,
    #[serde(default)]
    ticket: Option<String>,
    #[serde(default)]
    channel: String,
}

#[derive(Deserialize)]
struct ChangedBody {
    response: EventId,
    value: Rating,
}

#[derive(Deserialize)]
struct DetailedBody {
    response: EventId,
    #[serde(default)]
    reasons: Vec<String>,
}

#[derive(Deserialize)]
struct ClearedBody {
    response: EventId,
    reason: String,
}

/// From where cases are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Outlook<'a> {
    /// The tablet itself and the rules in force on it: they stand for those that its journal no longer has.
    pub own: Option<(&'a str, &'a CaseRules)>,
    /// The opening hours in force, for their holidays.
    pub hours: &'a Hours,
}

impl Cases {
    /// Takes entries of a journal, or of several.
    pub fn fold<'a>(&mut self, entries: impl IntoIterator<Item = &'a Entry>) {
        for entry in entries {
            self.push(entry);
        }
    }

    /// Takes an entry. One that says nothing of a case changes nothing.
    pub fn push(&mut self, Entry { event, text, .. }: &Entry) {
        match event.kind.as_str() {
            "rating.given" => self.give(event),
            "rating.changed" => self.correct(event),
            "rating.detailed" => self.detail(event, text.as_ref().map(|text| text.contact())),
            "settings.changed" => self.rule(event),
            "flag.cleared" => self.clear(event),
            _ => {
                if let Some((response, recorded)) = Recorded::read(event, text.as_ref())
                    && let Some(key) = response.number()
                {
                    self.files.entry(key).or_default().insert(recorded.id.clone(), recorded);
                }
            }
        }
    }

    fn give(&mut self, event: &Event) {
        let (Ok(body), Some(key)) = (GivenBody::deserialize(&event.data), event.id.number()) else { return };
        let seat = (event.epoch, event.seq);
        // One that was linked twice is one response, and stands where it stood first.
        if self.ratings.get(&key).is_some_and(|known| known.seat <= seat) {
            return;
        }
        let (when, device) = (when(event), self.device(&event.device));
        let ticket = body.ticket.filter(|ticket| !ticket.is_empty());
        if let Some(ticket) = &ticket {
            self.tickets.entry(ticket.clone()).or_default().insert((when.at, key));
        }
        let ticket = ticket.map(String::into_boxed_str);
        let (level, is_former) = (body.value.level(), body.channel == IMPORT);
        let given = Given { device, seat, when, scale: body.scale, level, ticket, is_former };
        self.ratings.insert(key, given);
    }

    /// A tablet, by its number here: a response does not repeat its name.
    fn device(&mut self, name: &str) -> u32 {
        let known = self.devices.iter().position(|known| known == name);
        let number = known.unwrap_or_else(|| {
            self.devices.push(name.to_owned());
            self.devices.len() - 1
        });
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    fn correct(&mut self, event: &Event) {
        let Ok(body) = ChangedBody::deserialize(&event.data) else { return };
        let Some(key) = body.response.number() else { return };
        if self.corrections.get(&key).is_none_or(|(known, _)| *known < event.id) {
            self.corrections.insert(key, (event.id.clone(), body.value.level()));
        }
    }

    fn detail(&mut self, event: &Event, contact: Option<Option<&str>>) {
        let Ok(body) = DetailedBody::deserialize(&event.data) else { return };
        let contact = match contact {
            Some(Some("")) | None => Contact::None,
            Some(Some(_)) => Contact::Left,
            Some(None) => Contact::Unknown,
        };
        let Some(key) = body.response.number().filter(|_| !body.reasons.is_empty() || contact != Contact::None) else {
            return;
        };
        if self.details.get(&key).is_none_or(|known| known.event < event.id) {
            self.details.insert(key, Detail { event: event.id.clone(), reasons: body.reasons, contact });
        }
    }

    fn rule(&mut self, event: &Event) {
        let said = |name: &str| event.data.get(CASES_RECORD).and_then(|rules| rules.get(name)).map(CaseRules::read);
        if let (Some(Ok(before)), Some(Ok(after))) = (said("before"), said("after")) {
            let seats = self.rules.entry(event.device.clone()).or_default();
            seats.insert((event.epoch, event.seq), RuleChange { before, after });
        }
    }

    fn clear(&mut self, event: &Event) {
        if let Ok(ClearedBody { response, reason }) = ClearedBody::deserialize(&event.data)
            && Reason::parse(&reason) == Some(Reason::Appeal)
        {
            self.counted_again.extend(response.number());
        }
    }

    /// Every case, in the order in which their ratings were given.
    pub fn all(&self, outlook: &Outlook<'_>) -> Vec<Case> {
        let clocks = Clocks::new(outlook.hours);
        // No rules make a case of a good level: of most responses nothing else has to be asked.
        let is_likely = |(key, given): &(&u128, &Given)| {
            self.level(**key, given) < given.scale.good_from() && !given.is_former || self.files.contains_key(key)
        };
        let rated = self.ratings.iter().filter(is_likely).map(|(key, _)| *key);
        let unrated = self.files.keys().copied().filter(|key| !self.ratings.contains_key(key));
        let mut cases: Vec<Case> = rated.chain(unrated).filter_map(|key| self.look(key, outlook, &clocks)).collect();
        cases.sort_by(|a, b| (a.began, &a.id).cmp(&(b.began, &b.id)));
        cases
    }

    /// The case of a response; `None` where it is none.
    pub fn case(&self, response: &EventId, outlook: &Outlook<'_>) -> Option<Case> {
        self.look(response.number()?, outlook, &Clocks::new(outlook.hours))
    }

    /// Everything that was recorded about a case, oldest first.
    pub fn history(&self, response: &EventId) -> Vec<&Recorded> {
        response.number().map(|key| self.recorded(key)).unwrap_or_default().into_iter().map(|(_, of)| of).collect()
    }

    fn recorded(&self, key: u128) -> Vec<(When, &Recorded)> {
        let all = self.files.get(&key).into_iter().flat_map(BTreeMap::values);
        let mut all: Vec<(When, &Recorded)> = all.map(|of| (when_of(&of.time, &of.id), of)).collect();
        all.sort_by(|(a, one), (b, other)| (a.at, &one.id).cmp(&(b.at, &other.id)));
        all
    }

    /// The level of a response, after corrections.
    fn level(&self, key: u128, given: &Given) -> u8 {
        self.corrections.get(&key).map_or(given.level, |(_, level)| *level)
    }

    fn look(&self, key: u128, outlook: &Outlook<'_>, clocks: &Clocks) -> Option<Case> {
        let given = self.ratings.get(&key);
        let default = CaseRules::default();
        let rules = given.map_or(&default, |given| self.rules_of(given, outlook, &default));
        let is_by_level =
            given.is_some_and(|given| !given.is_former && rules.is_case(given.scale, self.level(key, given)));
        let recorded = self.recorded(key);
        // Most responses are none, and are done with here. What somebody has worked on stays one.
        if !is_by_level && recorded.is_empty() {
            return None;
        }
        let mut file = File::default();
        recorded.iter().for_each(|(when, recorded)| file.take(recorded, *when));
        self.decide(key, &recorded, &mut file);
        let first = recorded.first().map(|(when, _)| *when);
        let by_hand = file.opened.or(first).or(given.map(|given| given.when));
        let began = given.filter(|_| is_by_level).map(|given| given.when).or(by_hand)?;
        let detail = self.details.get(&key);
        let clock = clocks.of(rules);
        let reasons = detail.map_or(&[][..], |detail| &detail.reasons);
        Some(Case {
            id: EventId::of_number(key),
            origin: if is_by_level { Origin::Level } else { Origin::ByHand },
            rated: given.map(|given| Rated {
                scale: given.scale,
                level: self.level(key, given),
                contact: detail.map_or(Contact::None, |detail| detail.contact),
            }),
            began: began.at,
            day: Date::at(began.at, UtcOffset(began.offset_minutes)),
            standing: file.standing(),
            steps: file.steps(began, rules, clock),
            first_fix_due: file.first_fix_due(began, rules, clock),
            owner: file.owner.clone().unwrap_or_default(),
            department: file.department.clone().unwrap_or_else(|| rules.department_of(reasons).to_owned()),
            appeal: file.appeal,
            second: file.second(given.and_then(|given| self.by_ticket(key, given))),
            touched: file.touched.unwrap_or(began).at,
        })
    }

    /// An appeal that was upheld once stays so, whatever else was decided elsewhere meanwhile, until somebody has the
    /// rating count again: that is how the figures take it, and both must agree.
    fn decide(&self, key: u128, recorded: &[(When, &Recorded)], file: &mut File) {
        let upheld = What::Changed(Change::Decided(Decision::Upheld));
        if recorded.iter().any(|(_, recorded)| recorded.what == upheld) {
            let is_cleared = self.counted_again.contains(&key);
            file.appeal = if is_cleared { Appeal::TakenBack } else { Appeal::Decided(Decision::Upheld) };
        }
    }

    /// The rules under which a rating was given: those of the last change before it, or what the first change after it
    /// says of before. Where a tablet's chain knows of none, what is in force on it now has always been.
    fn rules_of<'a>(&'a self, given: &Given, outlook: &Outlook<'a>, default: &'a CaseRules) -> &'a CaseRules {
        let device = self.devices.get(given.device as usize).map(String::as_str).unwrap_or_default();
        let changes = self.rules.get(device);
        let before = changes.and_then(|changes| changes.range(..given.seat).next_back());
        let after = || changes.and_then(|changes| changes.range(given.seat..).next());
        let own = || outlook.own.filter(|(own, _)| *own == device).map(|(_, rules)| rules);
        let of_after = || after().map(|(_, change)| &change.before);
        before.map(|(_, change)| &change.after).or_else(of_after).or_else(own).unwrap_or(default)
    }

    /// The first response after this one that has its ticket.
    fn by_ticket(&self, key: u128, given: &Given) -> Option<EventId> {
        use std::ops::Bound::{Excluded, Unbounded};
        let others = self.tickets.get(given.ticket.as_deref()?)?;
        let later = others.range((Excluded((given.when.at, key)), Unbounded)).next();
        later.map(|(_, key)| EventId::of_number(*key))
    }
}

/// A clock for either way of working.
struct Clocks {
    office: Clock,
    open: Clock,
}

impl Clocks {
    fn new(hours: &Hours) -> Self {
        Self { office: Clock::new(Working::Office, hours), open: Clock::new(Working::Open, hours) }
    }

    fn of(&self, rules: &CaseRules) -> &Clock {
        match rules.working {
            Working::Office => &self.office,
            Working::Open => &self.open,
        }
    }
}

fn when(event: &Event) -> When {
    when_of(&event.time, &event.id)
}

/// By the time that an event carries, and where that is none, by its id.
fn when_of(time: &str, id: &EventId) -> When {
    let at = parse_rfc3339(time).unwrap_or_else(|| UnixMillis(i64::try_from(id.millis()).unwrap_or_default()));
    When { at, offset_minutes: offset_of(time).unwrap_or_default() }
}

/// The offset at the end of an RFC 3339 text, in minutes.
fn offset_of(time: &str) -> Option<i16> {
    let zone = time.get(time.len().checked_sub(6)?..)?;
    let (sign, [hours, minutes]) = match zone.as_bytes() {
        [sign, a, b, b':', c, d] => (sign, [[a, b], [c, d]]),
        _ => return None,
    };
    let number = |[tens, ones]: [&u8; 2]| {
        let digit = |byte: &u8| byte.is_ascii_digit().then(|| i16::from(byte - b'0'));
        Some(digit(tens)? * 10 + digit(ones)?)
    };
    let minutes = number(hours)? * 60 + number(minutes)?;
    match sign {
        b'+' => Some(minutes),
        b'-' => Some(-minutes),
        _ => None,
    }
}
