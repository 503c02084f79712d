use serde_json::json;

use super::*;
use crate::chain::{Head, PersonalText};
use crate::event::{Body, Context, Draft, EventId, IMPORT, Outcome, Rating, Scale, Written};
use crate::hours::Hours;
use crate::journal::Entry;
use crate::time::{Moment, UnixMillis, Uptime, UtcOffset, parse_rfc3339};

mod merging;
mod working_days;

/// A tablet's journal.
struct Tablet {
    head: Head,
    entries: Vec<Entry>,
    /// How many events there are on all tablets of a test: ids differ by it.
    n: u8,
}

/// An instant in China, `2026-09-30 10:00`.
fn at(written: &str) -> UnixMillis {
    parse_rfc3339(&[&written.replace(' ', "T"), ":00+08:00"].concat()).unwrap()
}

impl Tablet {
    /// A tablet whose random bytes begin at `n`, so that no two make the same ids.
    fn new(device: &str, n: u8) -> Self {
        Self { head: Head::enrol(device, 1), entries: Vec::new(), n }
    }

    fn moment(&mut self, now: UnixMillis) -> Moment {
        self.n += 1;
        Moment { now, offset: UtcOffset(480), uptime: Uptime(0), random: [self.n; 26] }
    }

    fn record(&mut self, written: Written) -> EventId {
        let (id, text) = (written.id.clone(), written.text.clone());
        let (event, head) = self.head.link_written(written);
        self.head = head;
        self.entries.push(Entry { place: Default::default(), event, text });
        id
    }

    fn rate_with(&mut self, now: &str, level: u8, context: Context) -> EventId {
        let moment = self.moment(at(now));
        let value = Rating::new(level).unwrap();
        self.record(Written::new(&Draft::new(&moment, Body::RatingGiven { value, scale: Scale::Faces5, context })))
    }

    fn rate(&mut self, now: &str, level: u8) -> EventId {
        self.rate_with(now, level, Context::default())
    }

    fn detail(&mut self, now: &str, response: &EventId, reasons: &[&str], text: Option<PersonalText>) {
        let moment = self.moment(at(now));
        let body = Body::detailed(response.clone(), Outcome::Complete, reasons, 8);
        self.record(Written::new(&Draft { text, ..Draft::new(&moment, body) }));
    }

    fn say(&mut self, now: &str, body: Body) -> EventId {
        let moment = self.moment(at(now));
        self.record(Written::new(&Draft::new(&moment, body)))
    }

    fn change(&mut self, now: &str, response: &EventId, change: Change) {
        self.say(now, changed(response, &change, ""));
    }

    fn step(&mut self, now: &str, response: &EventId, result: StepResult) {
        self.change(now, response, Change::Step(result));
    }

    fn rule(&mut self, now: &str, before: &CaseRules, after: &CaseRules) {
        self.say(now, rules_changed(before, after));
    }

    fn cases(&self) -> Cases {
        folded(&self.entries)
    }

    /// All cases, without a holiday.
    fn all(&self) -> Vec<Case> {
        self.cases().all(&Outlook { own: None, hours: &Hours::default() })
    }

    fn only(&self) -> Case {
        let [case] = &self.all()[..] else { panic!("{:?}", self.all()) };
        case.clone()
    }
}

fn folded(entries: &[Entry]) -> Cases {
    let mut cases = Cases::default();
    cases.fold(entries);
    cases
}

fn up_to(level: Option<u8>) -> CaseRules {
    let mut rules = CaseRules::default();
    rules.levels.insert(Scale::Faces5, level);
    rules
}

#[test]
fn a_former_rating_that_was_brought_in_is_a_case_by_hand_alone() {
    let mut tablet = Tablet::new("a", 0);
    let id = tablet.rate_with("2026-11-02 10:00", 1, Context { channel: IMPORT.into(), ..Context::default() });
    assert_eq!(tablet.all(), []);
    tablet.change("2026-11-02 11:00", &id, Change::Noted);
    let case = tablet.only();
    assert_eq!((case.origin, case.rated.map(|rated| rated.level)), (Origin::ByHand, Some(1)));
}

#[test]
fn a_bad_rating_is_a_case_and_goes_through_its_steps() {
    let mut tablet = Tablet::new("a", 0);
    tablet.rate("2026-11-02 09:00", 3);
    let id = tablet.rate("2026-11-02 10:00", 2);
    let case = tablet.only();
    assert_eq!((&case.id, case.origin, case.standing), (&id, Origin::Level, Standing::Open(Step::Verify)));
    for (now, result, standing) in [
        ("2026-11-02 11:00", StepResult::Confirmed, Standing::Open(Step::CallBack)),
        ("2026-11-03 09:00", StepResult::NoAnswer, Standing::Open(Step::CallBack)),
        ("2026-11-03 10:00", StepResult::Dissatisfied, Standing::Open(Step::Fix)),
        ("2026-11-10 10:00", StepResult::Fixed, Standing::Open(Step::Tell)),
        ("2026-11-11 10:00", StepResult::Told, Standing::Open(Step::Recheck)),
        ("2026-11-12 10:00", StepResult::Failed, Standing::Open(Step::Fix)),
        ("2026-11-13 10:00", StepResult::Fixed, Standing::Open(Step::Tell)),
        ("2026-11-13 11:00", StepResult::Told, Standing::Open(Step::Recheck)),
        ("2026-11-16 10:00", StepResult::Passed, Standing::Closed),
    ] {
        tablet.step(now, &id, result);
        assert_eq!(tablet.only().standing, standing, "after {}", result.name());
    }
    let case = tablet.only();
    assert_eq!((case.step(Step::CallBack).tries, case.touched), (1, at("2026-11-16 10:00")));
    assert_eq!(case.step(Step::Fix).done, Some(at("2026-11-13 10:00")));
    tablet.change("2026-11-20 10:00", &id, Change::Reopened);
    assert_eq!(tablet.only().standing, Standing::Open(Step::Fix));
    assert_eq!(tablet.cases().history(&id).len(), 10);
}

#[test]
fn what_is_unfounded_needs_no_fix_and_can_be_looked_at_anew() {
    let mut tablet = Tablet::new("a", 0);
    let id = tablet.rate("2026-11-02 10:00", 1);
    tablet.step("2026-11-02 11:00", &id, StepResult::Unfounded);
    tablet.step("2026-11-02 12:00", &id, StepResult::NoContact);
    let case = tablet.only();
    assert!(case.step(Step::Fix).is_needless && !case.step(Step::Fix).is_late(at("2027-11-02 10:00")));
    assert_eq!(case.standing, Standing::Open(Step::Tell));
    // Two working days after the verifying.
    assert_eq!(case.due(), Some(UnixMillis(at("2026-11-05 00:00").0 - 1)));
    tablet.change("2026-11-03 10:00", &id, Change::Reopened);
    assert_eq!(tablet.only().standing, Standing::Open(Step::Verify));
}

#[test]
fn steps_may_be_done_before_their_turn() {
    let mut tablet = Tablet::new("a", 0);
    let id = tablet.rate("2026-11-02 10:00", 1);
    tablet.step("2026-11-02 10:30", &id, StepResult::Satisfied);
    assert_eq!(tablet.only().standing, Standing::Open(Step::Verify));
    tablet.step("2026-11-02 10:40", &id, StepResult::Confirmed);
    assert_eq!(tablet.only().standing, Standing::Open(Step::Fix));
}

#[test]
fn a_correction_within_the_answer_decides() {
    let mut tablet = Tablet::new("a", 0);
    for (from, to) in [(5, 1), (1, 5)] {
        let response = tablet.rate("2026-11-02 10:00", from);
        let [from, value] = [from, to].map(|level| Rating::new(level).unwrap());
        let moment = tablet.moment(at("2026-11-02 10:01"));
        tablet.record(Written::new(&Draft::new(&moment, Body::RatingChanged { response, from, value })));
    }
    assert_eq!(tablet.only().rated.map(|rated| rated.level), Some(1));
}

#[test]
fn any_rating_becomes_a_case_by_hand_and_its_clocks_begin_then() {
    let mut tablet = Tablet::new("a", 0);
    let id = tablet.rate("2026-10-02 10:00", 5);
    tablet.say("2026-11-02 10:00", opened(&id, "王敏"));
    tablet.say("2026-11-03 10:00", opened(&id, "李强"));
    let case = tablet.only();
    assert_eq!((case.origin, case.began), (Origin::ByHand, at("2026-11-02 10:00")));
    let cases = tablet.cases();
    let by: Vec<&str> = cases.history(&id).iter().map(|recorded| recorded.by.as_str()).collect();
    assert_eq!(by, ["王敏", "李强"], "opened twice it is one case, and both stand in its history");
}

#[test]
fn new_rules_touch_no_case_that_was_or_was_not_one() {
    let (two, one, none) = (up_to(Some(2)), up_to(Some(1)), up_to(None));
    let mut tablet = Tablet::new("a", 0);
    let before = tablet.rate("2026-11-02 10:00", 2);
    tablet.rule("2026-11-02 11:00", &two, &one);
    tablet.rate("2026-11-02 12:00", 2);
    let lowest = tablet.rate("2026-11-02 12:01", 1);
    tablet.rule("2026-11-02 13:00", &one, &none);
    tablet.rate("2026-11-02 14:00", 1);
    let ids = |cases: Vec<Case>| cases.into_iter().map(|case| case.id).collect::<Vec<_>>();
    assert_eq!(ids(tablet.all()), [before.clone(), lowest.clone()]);

    // What the journal no longer has, the next change says of before; with none left, the rules in force stand for it.
    let is_rule = |entry: &Entry, nth: usize| entry.event.seq == [2, 5][nth];
    let without_first: Vec<Entry> = tablet.entries.iter().filter(|entry| !is_rule(entry, 0)).cloned().collect();
    let outlook = Outlook { own: Some(("a", &none)), hours: &Hours::default() };
    assert_eq!(ids(folded(&without_first).all(&outlook)), [lowest], "below the first change that is left, one holds");
    let without: Vec<Entry> =
        tablet.entries.iter().filter(|entry| entry.event.kind == "rating.given").cloned().collect();
    assert_eq!(ids(folded(&without).all(&outlook)), Vec::<EventId>::new());
    let elsewhere = Outlook { own: Some(("b", &none)), hours: &Hours::default() };
    assert_eq!(folded(&without).all(&elsewhere).len(), 4, "another tablet's rules are not this one's");
}

#[test]
fn a_case_keeps_the_limits_and_departments_that_it_began_with() {
    let mut tablet = Tablet::new("a", 0);
    let id = tablet.rate("2026-11-02 10:00", 1);
    tablet.detail("2026-11-02 10:01", &id, &["wait"], None);
    let mut after = CaseRules { department: "别处".into(), ..CaseRules::default() };
    after.limits.insert(Step::Verify, Some(Limit::Hours(1)));
    let before = tablet.only();
    tablet.rule("2026-11-02 10:05", &CaseRules::default(), &after);
    assert_eq!(tablet.only(), before);
}

#[test]
fn the_department_follows_the_reason_until_somebody_names_another() {
    let routes = vec![Route { reason: "wait".into(), department: "大厅".into() }];
    let rules = CaseRules { routes, ..CaseRules::default() };
    let mut tablet = Tablet::new("a", 0);
    tablet.rule("2026-11-02 08:00", &CaseRules::default(), &rules);
    let id = tablet.rate("2026-11-02 10:00", 1);
    assert_eq!(tablet.only().department, "");
    tablet.detail("2026-11-02 10:01", &id, &["price", "wait"], None);
    assert_eq!(tablet.only().department, "大厅");
    tablet.change("2026-11-02 10:02", &id, Change::Department("窗口科".into()));
    tablet.change("2026-11-02 10:03", &id, Change::Owner("王敏".into()));
    let case = tablet.only();
    assert_eq!((case.department.as_str(), case.owner.as_str()), ("窗口科", "王敏"));
}

#[test]
fn an_upheld_appeal_ends_the_work_and_doubts_the_rating_which_stays() {
    use crate::facts::{Doubts, Facts, Filter};
    use crate::results::Responses;
    let mut tablet = Tablet::new("a", 0);
    let id = tablet.rate("2026-11-02 10:00", 1);
    tablet.change("2026-11-02 11:00", &id, Change::Appealed(Ground::Malicious));
    assert_eq!(tablet.only().appeal, Appeal::Pending(Ground::Malicious));
    tablet.change("2026-11-02 12:00", &id, Change::Decided(Decision::Rejected));
    assert_eq!(tablet.only().standing, Standing::Open(Step::Verify));
    tablet.change("2026-11-02 13:00", &id, Change::Appealed(Ground::Mistaken));
    tablet.change("2026-11-02 14:00", &id, Change::Decided(Decision::Upheld));
    assert_eq!(tablet.only().standing, Standing::Withdrawn);
    let counted = |tablet: &Tablet| {
        let (mut facts, mut responses) = (Facts::default(), Responses::default());
        facts.fold(&tablet.entries);
        responses.fold(tablet.entries.clone());
        let of = |doubts| facts.select(&Filter { doubts, ..Filter::default() }).count();
        assert_eq!(responses.all().iter().filter(|response| response.is_doubtful()).count() as u64, of(Doubts::Alone));
        (of(Doubts::Counted), of(Doubts::LeftOut))
    };
    assert_eq!(counted(&tablet), (1, 0), "raw it counts, filtered it does not");
    let reason = crate::vandal::Reason::Appeal.as_str().to_owned();
    tablet.say("2026-11-02 15:00", Body::noted("flag.cleared", json!({ "response": id, "reason": reason })));
    assert_eq!(counted(&tablet), (1, 1));
    assert_eq!((tablet.only().standing, tablet.only().appeal), (Standing::Open(Step::Verify), Appeal::TakenBack));
}

#[test]
fn the_second_rating_is_found_by_its_ticket_or_named() {
    let mut tablet = Tablet::new("a", 0);
    let ticket = |ticket: &str| Context { ticket: Some(ticket.into()), ..Context::default() };
    tablet.rate_with("2026-11-01 10:00", 5, ticket("A1"));
    let id = tablet.rate_with("2026-11-02 10:00", 1, ticket("A1"));
    let other = tablet.rate_with("2026-11-03 10:00", 4, ticket("B2"));
    assert_eq!(tablet.only().second, None);
    let again = tablet.rate_with("2026-11-09 10:00", 5, ticket("A1"));
    assert_eq!(tablet.only().second, Some(Second { response: again.clone(), is_by_ticket: true }));
    tablet.change("2026-11-10 10:00", &id, Change::Unlinked(again.clone()));
    assert_eq!(tablet.only().second, None);
    for (now, second) in [("2026-11-10 11:00", &other), ("2026-11-10 12:00", &again)] {
        tablet.change(now, &id, Change::Linked(second.clone()));
        assert_eq!(tablet.only().second, Some(Second { response: second.clone(), is_by_ticket: false }));
    }
}

#[test]
fn what_a_later_version_says_stands_in_the_history() {
    let mut tablet = Tablet::new("a", 0);
    let id = tablet.rate("2026-11-02 10:00", 1);
    tablet.say(
        "2026-11-02 11:00",
        Body::noted("case.changed", json!({ "response": id, "change": "escalated", "by": "x" })),
    );
    tablet.say(
        "2026-11-02 12:00",
        Body::noted("case.changed", json!({ "response": id, "change": "step", "result": "wondered" })),
    );
    let cases = tablet.cases();
    let said: Vec<&What> = cases.history(&id).into_iter().map(|recorded| &recorded.what).collect();
    assert_eq!(said, [&What::Other("escalated".into()), &What::Other("step".into())]);
}

#[test]
fn every_change_reads_back_from_its_event() {
    let id = EventId::of_number(7);
    let results = StepResult::ALL.map(|(_, result)| Change::Step(result));
    let others = [
        Change::Owner("王敏".into()),
        Change::Department(String::new()),
        Change::Noted,
        Change::Appealed(Ground::Mistaken),
        Change::Decided(Decision::Rejected),
        Change::Linked(EventId::of_number(8)),
        Change::Unlinked(EventId::of_number(8)),
        Change::Reopened,
    ];
    for change in results.into_iter().chain(others) {
        let mut tablet = Tablet::new("a", 0);
        let note = PersonalText::new("已致电", &[1; 16]);
        let moment = tablet.moment(at("2026-11-02 11:00"));
        let body = changed(&id, &change, "王敏");
        tablet.record(Written::new(&Draft { text: note.clone(), ..Draft::new(&moment, body) }));
        let cases = tablet.cases();
        let [recorded] = cases.history(&id)[..] else { panic!("{change:?}") };
        assert_eq!((&recorded.what, &recorded.by, &recorded.note), (&What::Changed(change), &"王敏".to_owned(), &note));
        tablet.entries[0].text = None;
        assert!(tablet.cases().history(&id)[0].is_note_erased);
        assert_eq!(tablet.only().rated, None, "a case whose rating is elsewhere is a case");
    }
}

#[test]
fn what_is_overdue_comes_first_and_what_is_done_last() {
    let mut tablet = Tablet::new("a", 0);
    let late = tablet.rate("2026-11-02 10:00", 1);
    let done = tablet.rate("2026-11-02 11:00", 1);
    for result in [StepResult::Unfounded, StepResult::NoContact, StepResult::NotTold, StepResult::Passed] {
        tablet.step("2026-11-02 12:00", &done, result);
    }
    let later = tablet.rate("2026-11-03 10:00", 2);
    tablet.change("2026-11-03 10:30", &later, Change::Owner("王敏".into()));
    let now = at("2026-11-04 09:00");
    let all = tablet.all();
    let passed = |sieve: Sieve| sieve.pass(&all, now).into_iter().map(|case| case.id.clone()).collect::<Vec<_>>();
    let of = |state| Sieve { state, ..Sieve::default() };
    assert_eq!(passed(of(State::All)), [late.clone(), later.clone(), done.clone()]);
    assert_eq!(passed(of(State::Open)), [late.clone(), later.clone()]);
    assert_eq!(passed(of(State::Overdue)), [late]);
    assert_eq!(passed(of(State::Closed)), [done]);
    assert_eq!(passed(Sieve { owner: Some("王敏".into()), ..Sieve::default() }), std::slice::from_ref(&later));
    assert_eq!(passed(Sieve { owner: Some(String::new()), ..of(State::Open) }).len(), 1);
    let day = crate::hours::Date::parse("2026-11-03").unwrap();
    assert_eq!(passed(Sieve { days: Some(crate::facts::Days { from: day, to: day }), ..Sieve::default() }), [later]);
    let expected = Counts { open: 2, overdue: 1, closed: 1, ..Counts::default() };
    assert_eq!(Counts::of(&all, now), expected);
}

/// Counted by hand: eight cases.
#[test]
fn rates_are_made_of_what_was_done() {
    use StepResult::{
        Confirmed, Dissatisfied, Failed, Fixed, NoAnswer, NoContact, NotFixable, Partly, Satisfied, Told, Unfounded,
    };
    let contact = || PersonalText::with_contact("", "13800138000", &[1; 16]);
    let sealed = || Some(PersonalText::Sealed { key: "0011223344556677".into(), sealed: "AA".into() });
    type Steps<'a> = &'a [(&'a str, StepResult)];
    let plans: [(Option<PersonalText>, Steps<'_>); 8] = [
        // Reached and content; put right in time.
        (contact(), &[("2026-11-02 11:00", Confirmed), ("2026-11-03 9:00", Satisfied), ("2026-11-20 10:00", Fixed)]),
        // Left a contact, never answered; put right on the last day of fifteen.
        (contact(), &[("2026-11-02 11:00", Partly), ("2026-11-03 9:00", NoAnswer), ("2026-11-23 23:59", Fixed)]),
        // The number was wrong; put right a minute too late.
        (contact(), &[("2026-11-02 11:00", Confirmed), ("2026-11-03 9:00", NoContact), ("2026-11-24 00:00", Fixed)]),
        // No contact, reached by the ticket; fixed in time, has not held, fixed again too late.
        (
            None,
            &[
                ("2026-11-02 11:00", Confirmed),
                ("2026-11-02 12:00", Dissatisfied),
                ("2026-11-03 10:00", Fixed),
                ("2026-11-04 10:00", Told),
                ("2026-11-20 10:00", Failed),
                ("2026-11-24 10:00", Fixed),
            ],
        ),
        // Cannot be put right.
        (None, &[("2026-11-02 11:00", Confirmed), ("2026-11-20 12:00", NotFixable)]),
        // Unfounded; whether there is a contact is sealed.
        (sealed(), &[("2026-11-02 11:00", Unfounded)]),
        // Sealed, and somebody has looked: there is none.
        (sealed(), &[("2026-11-02 11:00", NoContact)]),
        (None, &[]),
    ];
    let mut tablet = Tablet::new("a", 0);
    for (text, steps) in plans {
        let id = tablet.rate("2026-11-02 10:00", 1);
        tablet.detail("2026-11-02 10:00", &id, &["wait"], text);
        for (now, result) in steps {
            tablet.step(&now.replace(" 9:", " 09:"), &id, *result);
        }
    }
    let gone = tablet.rate("2026-11-02 10:00", 1);
    tablet.change("2026-11-02 11:00", &gone, Change::Decided(Decision::Upheld));
    let expected = Numbers {
        cases: 8,
        reachable: 4,
        reached: 2,
        satisfied: 1,
        unknown: 1,
        verified: 5,
        fixed: 4,
        due: 5,
        in_time: 2,
        withdrawn: 1,
    };
    let numbers = Numbers::of(&tablet.all(), None, at("2026-11-25 10:00"));
    assert_eq!(numbers, expected);
    let rates = numbers.rates();
    let percent = |share: Option<crate::statistics::Share>| share.map(|share| share.percent);
    assert_eq!(
        [rates.called_back, rates.satisfied, rates.fixed, rates.fixed_in_time].map(percent),
        [Some(50.0), Some(50.0), Some(80.0), Some(40.0)]
    );
    assert!(
        rates.called_back.is_some_and(|rate| Rates::is_few(&rate))
            && !rates.fixed.is_some_and(|rate| Rates::is_few(&rate))
    );
    // While the limit runs, what is not put right is in neither number.
    let early = Numbers::of(&tablet.all(), None, at("2026-11-23 10:00"));
    assert_eq!((early.due, early.in_time), (4, 2));
    let day = crate::hours::Date::parse("2026-11-03").unwrap();
    let none = Numbers::of(&tablet.all(), Some(crate::facts::Days { from: day, to: day }), at("2026-11-25 10:00"));
    assert_eq!((none, none.rates()), (Numbers::default(), Rates::default()));
}
