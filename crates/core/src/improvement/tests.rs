//! What is said of improvements, of journals made by hand.

#![allow(clippy::unwrap_used, reason = "a test")]

use serde_json::Map;

use super::*;
use crate::chain::Head;
use crate::event::{Context, Draft, Outcome, Rating, Scale};
use crate::facts::Facts;
use crate::insight::Measure;
use crate::journal::Entry;
use crate::statistics::{Standing, Test};
use crate::time::{Moment, UnixMillis, Uptime, UtcOffset};

/// Half past eight of 2026-11-23 in Shanghai.
const MORNING: i64 = 1_795_393_800_000;
const DAY: i64 = 86_400_000;

struct Tablet {
    head: Head,
    facts: Facts,
    n: u32,
}

impl Tablet {
    fn new() -> Self {
        Self { head: Head::enrol("tablet", 1), facts: Facts::default(), n: 0 }
    }

    fn record(&mut self, day: i64, body: Body) -> (Event, EventId) {
        self.n += 1;
        let mut random = [0; 26];
        random[4..8].copy_from_slice(&self.n.to_le_bytes());
        let uptime = Uptime(u64::from(self.n) * 600_000);
        let moment = Moment { now: UnixMillis(MORNING + day * DAY), offset: UtcOffset(480), uptime, random };
        let (event, next) = self.head.link(&Draft::new(&moment, body));
        self.head = next;
        self.facts.push(&Entry { place: Default::default(), event: event.clone(), text: None });
        let id = event.id.clone();
        (event, id)
    }

    /// So many customers on a day, of whom so many are satisfied; the rest name a reason. Each rates the item as the whole.
    fn day(&mut self, day: i64, point: &str, good: u64, of: u64) {
        for n in 0..of {
            let level = if n < good { 5 } else { 1 };
            let context = Context { survey: "bank".into(), version: 1, point: point.into(), ..Context::default() };
            let value = Rating::new(level).unwrap();
            let (_, response) = self.record(day, Body::RatingGiven { value, scale: Scale::Faces5, context });
            let mut items = Map::new();
            items.insert("speed".into(), level.into());
            let reasons = if n < good { vec![] } else { vec!["wait".to_owned()] };
            let answers = Map::new();
            self.record(
                day,
                Body::RatingDetailed {
                    response,
                    outcome: Outcome::Complete,
                    reasons,
                    answers,
                    items,
                    staff: None,
                    seconds: 5,
                },
            );
        }
    }

    fn effect(&self, improvement: &Improvement, days: i64) -> Effect {
        effect(improvement, &self.facts, today(days), &Measure::default()).unwrap()
    }
}

fn today(days: i64) -> Date {
    Date::parse("2026-11-23").unwrap().plus(days)
}

fn improvement(aim: Aim) -> Improvement {
    Improvement {
        day: "2026-11-23".into(),
        note: "Two more counters at noon".into(),
        aim,
        target: Some(80),
        before_days: 28,
        after_days: 28,
        ..Improvement::default()
    }
}

fn of(id: &str) -> (String, String) {
    ("bank".to_owned(), id.to_owned())
}

/// Newcombe's first example, 48 of 80 and 56 of 70, whose interval he gives as −0.3339 to −0.0524 for the one less the other.
#[test]
fn the_effect_is_the_difference_with_newcombe_s_interval() {
    let mut tablet = Tablet::new();
    tablet.day(-3, "1", 48, 80);
    tablet.day(0, "1", 0, 40);
    tablet.day(5, "1", 56, 70);
    tablet.day(29, "1", 0, 40);
    let effect = tablet.effect(&improvement(Aim::Good), 30);
    let change = effect.change.unwrap();
    assert!((change.value - 20.0).abs() < 1e-9 && (change.low - 5.24).abs() < 0.005, "{change:?}");
    assert!((change.high - 33.39).abs() < 0.005, "{change:?}");
    let p = effect.p.unwrap();
    assert!(p.test == Test::ChiSquared && (p.p - 0.008_4).abs() < 0.000_5, "{p:?}");
    assert_eq!((effect.verdict, effect.distance.unwrap().standing), (Verdict::Better, Standing::Unclear));
}

#[test]
fn what_was_better_before_is_worse() {
    let mut tablet = Tablet::new();
    tablet.day(-3, "1", 56, 70);
    tablet.day(5, "1", 48, 80);
    assert_eq!(tablet.effect(&improvement(Aim::Good), 30).verdict, Verdict::Worse);
}

#[test]
fn of_a_reason_less_is_better_and_of_an_item_more() {
    let mut tablet = Tablet::new();
    tablet.day(-3, "1", 48, 80);
    tablet.day(5, "1", 56, 70);
    let (survey, id) = of("wait");
    let reason = Improvement { target: Some(35), ..improvement(Aim::Reason { survey, id }) };
    let effect = tablet.effect(&reason, 30);
    assert_eq!((effect.before.unwrap().count, effect.before.unwrap().of), (32, 80));
    assert!((effect.change.unwrap().value + 20.0).abs() < 1e-9);
    assert_eq!((effect.verdict, effect.distance.unwrap().standing), (Verdict::Better, Standing::Met));
    let (survey, id) = of("speed");
    let effect = tablet.effect(&improvement(Aim::Item { survey, id }), 30);
    assert_eq!((effect.after.unwrap().count, effect.after.unwrap().of, effect.verdict), (56, 70, Verdict::Better));
    let (survey, id) = of("nobody");
    let effect = tablet.effect(&improvement(Aim::Item { survey, id }), 30);
    assert_eq!((effect.before, effect.change, effect.verdict), (None, None, Verdict::TooFewBefore));
}

#[test]
fn only_its_own_service_point_counts() {
    let mut tablet = Tablet::new();
    tablet.day(-3, "1", 48, 80);
    tablet.day(5, "1", 56, 70);
    tablet.day(5, "2", 0, 100);
    let point = Improvement { point: Some("1".into()), ..improvement(Aim::Good) };
    assert_eq!(tablet.effect(&point, 30).after.unwrap().of, 70);
}

#[test]
fn not_yet_known_says_how_many_answers_are_missing_until_they_are_there() {
    let mut tablet = Tablet::new();
    tablet.day(-3, "1", 120, 200);
    tablet.day(5, "1", 13, 20);
    let note = improvement(Aim::Good);
    let Verdict::NotYet { more, is_over: false } = tablet.effect(&note, 6).verdict else { panic!("not yet") };
    // From 60 % of 200 to 80 %.
    assert_eq!(Some(more + 20), crate::statistics::answers_needed(0.6, 200, 0.8));
    assert!(matches!(tablet.effect(&note, 29).verdict, Verdict::NotYet { is_over: true, .. }));
    tablet.day(6, "1", more * 62 / 100, more);
    assert_eq!(tablet.effect(&note, 7).verdict, Verdict::NoDifference);
    let modest = Improvement { target: Some(62), ..note };
    assert_eq!(tablet.effect(&modest, 7).verdict, Verdict::TooFewBefore, "200 never tell 60 % from 62 %");
    assert_eq!(Tablet::new().effect(&modest, 7).verdict, Verdict::TooFewBefore);
}

#[test]
fn a_later_note_takes_the_place_of_the_one_it_names() {
    let mut tablet = Tablet::new();
    let mut all = Improvements::default();
    let first = improvement(Aim::Good);
    let (event, id) = tablet.record(0, first.body(None));
    assert!(all.fold(&event));
    let later = Improvement { day: "2026-11-24".into(), ..first.clone() };
    let (other, other_id) = tablet.record(1, later.body(None));
    all.fold(&other);
    assert_eq!(all.list(), [(&other_id, &later), (&id, &first)]);
    let changed = Improvement { after_days: 14, ..first.clone() };
    let (event, _) = tablet.record(2, changed.body(Some(&id)));
    all.fold(&event);
    assert_eq!(all.get(&id), Some(&changed));
    let (event, _) = tablet.record(3, Improvement { withdrawn: true, ..changed }.body(Some(&id)));
    all.fold(&event);
    assert_eq!(all.list(), [(&other_id, &later)]);
    assert!(!all.fold(&tablet.record(3, Body::Unlocked {}).0));
}

#[test]
fn what_is_typed_is_checked_and_every_fault_named() {
    let right = improvement(Aim::Good);
    assert_eq!(right.check(today(0), false), Ok(()));
    assert_eq!(right.check(today(-1), false), Err(vec![Wrong::DayToCome]));
    assert_eq!(right.check(today(0), true), Err(vec![Wrong::Card]), "what people said is missing");
    let said = Improvement { said: "No one at noon".into(), ..right.clone() };
    assert_eq!(said.check(today(0), true), Ok(()));
    let wrong = Improvement {
        day: "2026-02-30".into(),
        note: " ".into(),
        target: Some(101),
        before_days: 6,
        ..Improvement::default()
    };
    use Wrong::{Card, Day, Note, Target, Windows};
    assert_eq!(wrong.check(today(0), true), Err(vec![Day, Note, Card, Target, Windows]));
}
