//! What the rules find in journals made by hand, and what they do not find twice.

#![allow(clippy::unwrap_used, reason = "a test")]

use serde_json::{Value, json};

use super::*;
use crate::chain::Head;
use crate::event::{Body, Context, Draft, EventId, IMPORT, Outcome, Rating, Scale};
use crate::health::FindingKind;
use crate::hours::Span;
use crate::journal::{Entry, Place};
use crate::provision::{Fault, FaultKind};
use crate::statistics::Rule;
use crate::survey::FaultKind as Form;
use crate::time::{Moment, UnixMillis, Uptime, UtcOffset};

/// 2026-11-23 was a Monday; half past eight of it in Shanghai.
const MORNING: i64 = 1_795_393_800_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A tablet with its journal.
struct Tablet {
    head: Head,
    entries: Vec<Entry>,
    n: u32,
}

impl Tablet {
    fn new() -> Self {
        Self { head: Head::enrol("tablet", 1), entries: Vec::new(), n: 0 }
    }

    fn moment(&mut self, at: i64) -> Moment {
        self.n += 1;
        let mut random = [0; 26];
        random[4..8].copy_from_slice(&self.n.to_le_bytes());
        // Nobody hammers: the vandal filter is tested elsewhere.
        let uptime = Uptime(u64::from(self.n) * 600_000);
        Moment { now: UnixMillis(MORNING + at), offset: UtcOffset(480), uptime, random }
    }

    fn record(&mut self, draft: Draft) -> EventId {
        let (event, next) = self.head.link(&draft);
        self.head = next;
        let place = Place { epoch: event.epoch, seq: event.seq };
        self.entries.push(Entry { place, event, text: None });
        draft.id
    }

    /// A customer who taps a level, and nothing more yet.
    fn tap(&mut self, at: i64, level: u8) -> EventId {
        self.tap_by("", at, level)
    }

    fn tap_by(&mut self, channel: &str, at: i64, level: u8) -> EventId {
        let channel = channel.to_owned();
        let context = Context { survey: "bank".into(), version: 1, point: "3".into(), channel, ..Context::default() };
        let body = Body::RatingGiven { value: Rating::new(level).unwrap(), scale: Scale::Faces5, context };
        let moment = self.moment(at);
        self.record(Draft::new(&moment, body))
    }

    /// One who goes to the end.
    fn rate(&mut self, at: i64, level: u8) -> EventId {
        let response = self.tap(at, level);
        let moment = self.moment(at + 8_000);
        self.record(Draft::new(&moment, Body::detailed(response.clone(), Outcome::Complete, &[], 8)));
        response
    }

    /// Raises what was found, as the page does, and gives their names.
    fn raise(&mut self, at: i64, due: Vec<Alert>) -> Vec<String> {
        for alert in &due {
            let json = serde_json::to_string(alert).unwrap();
            let moment = self.moment(at);
            let draft = Draft { id: alert.id("tablet"), ..Draft::new(&moment, Alert::body(&json).unwrap()) };
            self.record(draft);
        }
        due.into_iter().map(|alert| alert.key).collect()
    }

    /// A watch that has read all of the journal behind a place.
    fn watch(&self, marks: Marks) -> Watch {
        let mut watch = Watch::new(marks);
        self.entries.iter().filter(|entry| entry.place > marks.from).for_each(|entry| watch.fold(entry));
        watch
    }
}

fn at(at: i64) -> Moment {
    Moment { now: UnixMillis(MORNING + at), offset: UtcOffset(480), uptime: Uptime(0), random: [0; 26] }
}

fn outside() -> Outside {
    Outside { survey: "bank".into(), ..Outside::default() }
}

/// The names of what a fresh keeper finds.
fn found(tablet: &Tablet, rules: &Rules, now: i64) -> Vec<String> {
    let due = tablet.watch(Marks::default()).due(rules, &outside(), &at(now));
    due.into_iter().map(|alert| alert.key).collect()
}

const BAD: Rules = Rules {
    bad: true,
    repeated: None,
    chart: false,
    target_days: None,
    overdue: false,
    unwell: false,
    quiet: Vec::new(),
    mark: false,
};

#[test]
fn a_bad_rating_is_one_alert_once_its_follow_up_is_over() {
    let mut tablet = Tablet::new();
    let first = tablet.rate(0, 1);
    tablet.rate(MINUTE, 5);
    let second = tablet.tap(2 * MINUTE, 2);
    let key = |id: &EventId| format!("bad:{id}");
    assert_eq!(found(&tablet, &BAD, 3 * MINUTE), [key(&first)], "the second one may still be corrected");
    assert_eq!(found(&tablet, &BAD, 8 * MINUTE), [key(&first), key(&second)], "nobody ends it any more");
    let from = Rating::new(2).unwrap();
    let changed = Body::RatingChanged { response: second.clone(), from, value: Rating::new(4).unwrap() };
    let moment = tablet.moment(3 * MINUTE);
    tablet.record(Draft::new(&moment, changed));
    assert_eq!(found(&tablet, &BAD, 8 * MINUTE), [key(&first)], "it was a slip");
}

#[test]
fn a_former_rating_that_was_brought_in_is_no_news() {
    let mut tablet = Tablet::new();
    tablet.tap_by(IMPORT, 0, 1);
    let here = tablet.tap_by("", MINUTE, 1);
    assert_eq!(found(&tablet, &BAD, 8 * MINUTE), [format!("bad:{here}")]);
}

#[test]
fn nothing_is_raised_twice_by_a_restart_another_tab_or_a_second_look() {
    let mut tablet = Tablet::new();
    let rules = Rules { repeated: Some(Repeated { count: 3, minutes: 30 }), ..BAD };
    for n in 0..7 {
        tablet.rate(n * 5 * MINUTE, 1);
    }
    let mut watch = tablet.watch(Marks::default());
    let due = watch.due(&rules, &outside(), &at(HOUR));
    assert_eq!(watch.due(&rules, &outside(), &at(HOUR)), [], "a second look");
    let other = tablet.watch(Marks::default()).due(&rules, &outside(), &at(HOUR));
    assert_eq!(other, due, "a second tab finds the same");
    let ids = |alerts: &[Alert]| alerts.iter().map(|alert| alert.id("tablet")).collect::<Vec<_>>();
    assert_eq!(ids(&other), ids(&due), "and it is the same events, which a journal stores once");
    let repeated = due.iter().filter(|alert| alert.key.starts_with("repeated:")).count();
    assert_eq!((due.len(), repeated), (9, 2), "seven bad ones, and twice three of them");

    tablet.raise(HOUR, due);
    assert_eq!(found(&tablet, &rules, HOUR), [] as [&str; 0], "a restart from the first event");
    for from in 0..tablet.entries.len() as u64 {
        let marks = Marks { from: Place { epoch: 1, seq: from }, ..watch.marks() };
        assert_eq!(tablet.watch(marks).due(&rules, &outside(), &at(HOUR)), [], "a restart from {from}");
    }
    tablet.rate(HOUR, 1);
    let late = tablet.rate(HOUR + MINUTE, 1);
    assert!(!found(&tablet, &rules, 2 * HOUR).contains(&format!("repeated:{late}")), "only two of the last half hour");
}

#[test]
fn so_many_within_so_many_minutes_and_no_fewer() {
    let rules = Rules { bad: false, repeated: Some(Repeated { count: 3, minutes: 30 }), ..BAD };
    for (minutes, is_alert) in [([0, 15, 30], true), ([0, 15, 31], false), ([0, 1, 2], true)] {
        let mut tablet = Tablet::new();
        minutes.iter().for_each(|minute| drop(tablet.rate(minute * MINUTE, 2)));
        tablet.rate(HOUR, 5);
        let due = tablet.watch(Marks::default()).due(&rules, &outside(), &at(2 * HOUR));
        let about: Vec<_> = due.iter().map(|alert| alert.about.clone()).collect();
        assert_eq!(!about.is_empty(), is_alert, "{minutes:?}");
        assert!(about.iter().all(|about| matches!(about, About::Repeated { count: 3, minutes: 30, .. })));
    }
}

#[test]
fn quiet_hours_hold_back_and_lose_nothing() {
    let mut tablet = Tablet::new();
    let rules = Rules { quiet: vec![Span::parse("20:00-08:00").unwrap()], ..BAD };
    // Half past nine in the evening.
    let late = tablet.rate(13 * HOUR, 1);
    let mut watch = tablet.watch(Marks::default());
    for hour in [13, 18, 23] {
        assert_eq!(watch.due(&rules, &outside(), &at(hour * HOUR)), [], "hour {hour}");
    }
    // Half past eight of the next morning, for the watch that waited and for one that has begun since.
    let due = watch.due(&rules, &outside(), &at(DAY));
    assert_eq!(due.iter().map(|alert| alert.key.clone()).collect::<Vec<_>>(), [format!("bad:{late}")]);
    assert_eq!(due[0].at, "2026-11-23T21:30:00.000+08:00", "it says when that was");
    assert_eq!(tablet.watch(watch.marks()).due(&rules, &outside(), &at(DAY)), []);
    assert_eq!(found(&tablet, &rules, DAY).len(), 1);
}

#[test]
fn what_was_before_the_rules_is_no_news() {
    let mut tablet = Tablet::new();
    tablet.rate(0, 1);
    let head = tablet.entries.last().unwrap().place;
    let fresh = tablet.rate(HOUR, 1);
    let due = tablet.watch(Marks::at(head)).due(&BAD, &outside(), &at(2 * HOUR));
    assert_eq!(due.into_iter().map(|alert| alert.key).collect::<Vec<_>>(), [format!("bad:{fresh}")]);
    assert_eq!(found(&tablet, &BAD, 9 * DAY), [] as [&str; 0], "nor what is long past");
}

/// So many days, each with 20 ratings of which so many are good; the last is today.
fn days(good: &[i64]) -> Tablet {
    let mut tablet = Tablet::new();
    let last = good.len() as i64 - 1;
    for (day, good) in (0..).zip(good) {
        for n in 0..20 {
            tablet.rate((day - last) * DAY + n * 10 * MINUTE, if n < *good { 5 } else { 1 });
        }
    }
    tablet
}

#[test]
fn the_chart_s_signal_is_told_once_for_the_days_that_it_is_about() {
    let rules = Rules { bad: false, chart: true, ..BAD };
    let mut usual: Vec<i64> = (0..24).map(|n| if n % 4 < 2 { 17 } else { 18 }).collect();
    assert_eq!(found(&days(&usual), &rules, 9 * HOUR), [] as [&str; 0]);
    usual.push(8);
    let mut tablet = days(&usual);
    let due = tablet.watch(Marks::default()).due(&rules, &outside(), &at(9 * HOUR));
    let beyond = due.iter().find(|alert| alert.key == "chart:0:2026-11-23").unwrap();
    let About::Chart { broken, from, to, share, centre } = &beyond.about else { panic!("{beyond:?}") };
    assert_eq!((RULES[usize::from(*broken)], from, to, *share), (Rule::BeyondLimits, from, from, 400));
    assert!((800..900).contains(centre), "{centre}");
    tablet.raise(9 * HOUR, due);
    assert_eq!(found(&tablet, &rules, 10 * HOUR), [] as [&str; 0]);
    assert_eq!(found(&tablet, &rules, DAY), [] as [&str; 0], "nor the day after");
    assert_eq!(found(&days(&[17, 17, 17, 8]), &rules, HOUR), [] as [&str; 0], "four days set no limits");
    usual.extend([17, 18, 17]);
    assert_eq!(found(&days(&usual), &rules, HOUR), [] as [&str; 0], "what was three days ago is no news");
}

#[test]
fn a_target_is_missed_when_all_of_the_interval_is_below() {
    let rules = Rules { bad: false, target_days: Some(7), ..BAD };
    let tablet = days(&[17; 7]);
    let missed = |target: f64| {
        let outside = Outside { target: Some(target), ..outside() };
        tablet.watch(Marks::default()).due(&rules, &outside, &at(9 * HOUR))
    };
    assert_eq!(missed(89.0), [], "119 of 140 may as well be 89 %: Wilson's interval ends at 89.98 %");
    let [alert] = &missed(95.0)[..] else { panic!("95 % is beyond the interval") };
    assert_eq!(alert.key, "target:bank:2026-11-23", "once a week");
    let About::Target { days, score, target, n, .. } = alert.about else { panic!("{alert:?}") };
    assert_eq!((days, score, target, n), (7, 850, 950, 140));
    assert_eq!(found(&tablet, &rules, HOUR), [] as [&str; 0], "without a target nothing is missed");
}

#[test]
fn cases_are_named_once_and_those_that_follow_are_another_alert() {
    let rules = Rules { bad: false, overdue: true, ..BAD };
    let mut tablet = Tablet::new();
    let cases: Vec<EventId> = ["a", "b", "c"].into_iter().map(EventId::of_name).collect();
    let due_of = |tablet: &Tablet, cases: &[EventId]| {
        let outside = Outside { overdue: cases.to_vec(), ..outside() };
        tablet.watch(Marks::default()).due(&rules, &outside, &at(HOUR))
    };
    let first = due_of(&tablet, &cases[..2]);
    assert!(matches!(&first[..], [Alert { about: About::Overdue { cases, count: 2 }, .. }] if cases.len() == 2));
    tablet.raise(HOUR, first);
    assert_eq!(due_of(&tablet, &cases[..2]), []);
    let next = due_of(&tablet, &cases);
    let About::Overdue { cases: named, count } = &next[0].about else { panic!("{next:?}") };
    assert_eq!((named.as_slice(), *count), (&cases[2..], 3));
}

#[test]
fn a_tablet_is_unwell_by_what_it_has_found_and_by_how_it_stands() {
    let rules = Rules { bad: false, unwell: true, ..BAD };
    let mut tablet = Tablet::new();
    for finding in [FindingKind::StoreDamaged, FindingKind::Recovered, FindingKind::ClockRight] {
        let body = Body::HealthReported { finding: finding.as_str().into(), epoch: 1, seq: 1, count: 2 };
        let moment = tablet.moment(0);
        tablet.record(Draft::new(&moment, body));
    }
    let due = tablet.watch(Marks::default()).due(&rules, &outside(), &at(HOUR));
    assert!(matches!(&due[..], [Alert { about: About::Finding { finding, .. }, .. }] if finding == "store-damaged"));
    let sick = |waits: i64, quarantined, used_percent| {
        let waiting = Some((7, UnixMillis(MORNING - waits * HOUR)));
        let outside = Outside { waiting, quarantined, used_percent, ..outside() };
        let due = Watch::new(Marks::default()).due(&rules, &outside, &at(0));
        due.into_iter().map(|alert| alert.key).collect::<Vec<_>>()
    };
    assert_eq!(sick(23, 0, Some(89)), [] as [&str; 0]);
    assert_eq!(
        sick(24, 1, Some(90)),
        ["quarantined:", "undelivered:", "storage:"].map(|name| [name, "2026-11-23"].concat())
    );
}

#[test]
fn an_alert_reads_back_from_its_event_and_is_seen_once() {
    let mut tablet = Tablet::new();
    tablet.rate(0, 1);
    let due = tablet.watch(Marks::default()).due(&BAD, &outside(), &at(HOUR));
    let alert = due[0].clone();
    tablet.raise(HOUR, due);
    tablet.entries.push(tablet.entries.last().unwrap().clone());
    let watch = tablet.watch(Marks::default());
    let [raised] = watch.alerts().all() else { panic!("one alert at two places is one") };
    assert_eq!((&raised.alert, watch.alerts().unseen()), (&alert, 1));
    let moment = tablet.moment(HOUR);
    tablet.record(Draft::new(&moment, seen(&raised.id.clone())));
    assert_eq!(tablet.watch(Marks::default()).alerts().unseen(), 0);
}

#[test]
fn the_next_start_reads_from_the_first_day_that_a_rule_looks_at() {
    let mut tablet = Tablet::new();
    for day in [-200, -120, -94, -1, 0] {
        tablet.rate(day * DAY, 5);
    }
    let mut watch = tablet.watch(Marks::default());
    let rules = Rules { chart: true, ..BAD };
    watch.due(&rules, &outside(), &at(HOUR));
    let marks = watch.marks();
    assert_eq!((marks.from.seq, marks.judged.seq), (4, 9), "each is two events");
    assert_eq!(serde_json::from_str::<Marks>(&serde_json::to_string(&marks).unwrap()).unwrap(), marks);
}

#[test]
fn rules_read_back_and_every_fault_has_its_path() {
    let rules =
        Rules { bad: true, mark: true, quiet: vec![Span::parse("20:00-08:00").unwrap()], ..Rules::recommended() };
    assert_eq!(Rules::from_record(&rules.to_record()), rules);
    assert_eq!((Rules::from_record(""), Rules::default().is_none()), (Rules::default(), true));
    assert!(Rules { mark: true, ..Rules::default() }.is_none(), "a mark alone marks nothing");
    let wrong = json!({
        "bad": 1, "repeated": { "count": 1, "minutes": 481, "x": 0 }, "target_days": 6, "quiet": ["25:00-08:00"], "y": true,
    });
    let path = |fault: &Fault| fault.path.clone();
    let faults: Vec<String> = Rules::read(&wrong).unwrap_err().iter().map(path).collect();
    assert_eq!(faults, ["bad", "quiet[0]", "repeated.x", "repeated.count", "repeated.minutes", "target_days", "y"]);
    let not_whole = |value: &Value| Rules::read(value).unwrap_err()[0].wrong.clone();
    assert_eq!(not_whole(&json!([])), FaultKind::Form(Form::NotAnObject));
    assert_eq!(not_whole(&json!({ "quiet": ["", "", "", ""] })), FaultKind::Form(Form::NotAList { min: 0, max: 3 }));
}
