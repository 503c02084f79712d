//! What stands on the cards, of a journal made by hand.

#![allow(clippy::unwrap_used, reason = "a test")]

use super::*;
use crate::chain::Head;
use crate::event::{Body, Context, Draft, Outcome};
use crate::facts::{Days, Doubts, Facts, Hidden, Key, Unit};
use crate::hours::{Date, Weekday};
use crate::journal::Entry;
use crate::results::Responses;
use crate::statistics::{Counted, Rule, Standing, TooFew};
use crate::time::{Moment, UnixMillis, Uptime, UtcOffset};

/// 2026-11-23 was a Monday; half past eight of it in Shanghai.
const MORNING: i64 = 1_795_393_800_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A customer: when, the level, at which point, served by whom, and why.
#[derive(Clone, Copy)]
struct Customer {
    at: i64,
    level: u8,
    point: &'static str,
    staff: &'static str,
    reasons: &'static [&'static str],
    item: u8,
}

const CUSTOMER: Customer = Customer { at: 0, level: 5, point: "1", staff: "", reasons: &[], item: 0 };

struct Journal {
    facts: Facts,
    responses: Responses,
}

fn journal(customers: &[Customer]) -> Journal {
    let (mut head, mut entries, mut n) = (Head::enrol("tablet", 1), Vec::new(), 0_u32);
    for customer in customers {
        let Customer { at, level, point, staff, reasons, item } = *customer;
        let mut moment = || {
            n += 1;
            let mut random = [0; 26];
            random[4..8].copy_from_slice(&n.to_le_bytes());
            // Nobody hammers: the vandal filter is tested elsewhere.
            Moment {
                now: UnixMillis(MORNING + at),
                offset: UtcOffset(480),
                uptime: Uptime(u64::from(n) * 600_000),
                random,
            }
        };
        let context = Context {
            survey: "bank".into(),
            version: 1,
            locale: "zh-CN".into(),
            point: point.into(),
            staff: (!staff.is_empty()).then(|| staff.into()),
            ..Context::default()
        };
        let value = Rating::new(level).unwrap();
        let given = Draft::new(&moment(), Body::RatingGiven { value, scale: Scale::Faces5, context });
        let Body::RatingDetailed { response, outcome, reasons, answers, mut items, seconds, staff } =
            Body::detailed(given.id.clone(), Outcome::Complete, reasons, 9)
        else {
            panic!("a detail")
        };
        if item > 0 {
            items.insert("wait".into(), item.into());
        }
        let body = Body::RatingDetailed { response, outcome, reasons, answers, items, seconds, staff };
        for draft in [given, Draft::new(&moment(), body)] {
            let (event, next) = head.link(&draft);
            head = next;
            entries.push(Entry { place: Default::default(), event, text: None });
        }
    }
    let mut facts = Facts::default();
    facts.fold(&entries);
    let mut responses = Responses::default();
    responses.fold(entries);
    Journal { facts, responses }
}

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// The Sunday of that week.
fn today() -> Date {
    date("2026-11-29")
}

fn many(count: usize, customer: Customer) -> impl Iterator<Item = Customer> {
    std::iter::repeat_n(customer, count)
}

#[test]
fn periods_are_whole_local_days() {
    let days = |span: Span| span.days(today()).map(|days| (String::from(days.from), String::from(days.to)));
    let pair = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
    assert_eq!(days(Span::Today), pair("2026-11-29", "2026-11-29"));
    assert_eq!(days(Span::Days7), pair("2026-11-23", "2026-11-29"));
    assert_eq!(days(Span::Days30), pair("2026-10-31", "2026-11-29"));
    assert_eq!(days(Span::ThisMonth), pair("2026-11-01", "2026-11-29"));
    assert_eq!(days(Span::LastMonth), pair("2026-10-01", "2026-10-31"));
    assert_eq!(days(Span::Own(date("2026-05-02"), date("2026-05-01"))), pair("2026-05-01", "2026-05-02"));
    assert_eq!(days(Span::All), None);
    let names = Span::NAMED.map(|(name, span)| name == span.name());
    assert_eq!((names, Span::Own(today(), today()).name()), ([true; 6], Span::OWN));
}

#[test]
fn each_part_of_a_view_is_asked_for_and_taken_back() {
    let key = Key { survey: "bank".into(), id: "queue".into() };
    let view = View {
        period: Span::Days7,
        point: Some("1".into()),
        survey: Some("bank".into()),
        language: Some("zh-CN".into()),
        channel: Some("kiosk".into()),
        staff: Some("007".into()),
        doubts: Doubts::LeftOut,
        slot: Some(Days { from: today(), to: today() }),
        cell: Some((Weekday::Mon, 8)),
        reason: Some((Side::Bad, key.clone())),
    };
    assert!(View::default().parts().next().is_none());
    assert!(view.parts().eq(Part::ALL));
    for part in Part::ALL {
        let without = view.without(part);
        // With the period goes the mark in it.
        let gone = |other: &Part| *other == part || part == Part::Period && *other == Part::Slot;
        assert!(without.parts().eq(Part::ALL.into_iter().filter(|other| !gone(other))), "{part:?}");
        assert_ne!(without.filter(today(), &Measure::default()), view.filter(today(), &Measure::default()), "{part:?}");
    }
    let filter = view.filter(today(), &Measure::default());
    assert_eq!((filter.reasons, filter.levels), (vec![key], Measure::default().bad));
    assert_eq!(filter.days.map(Days::count), Some(1), "the mark within its period");
    let elsewhere = View { slot: Some(Days { from: date("2026-10-01"), to: date("2026-10-07") }), ..view };
    assert_eq!(elsewhere.days(today()).map(Days::count), Some(0), "a mark outside its period chooses nothing");
}

#[test]
fn a_row_is_the_place_of_its_response() {
    let Journal { facts, responses } =
        journal(&[CUSTOMER, Customer { level: 1, ..CUSTOMER }, Customer { at: HOUR, ..CUSTOMER }]);
    let rows = newest(&facts, &View::default(), today(), &Measure::default(), 2);
    assert_eq!(rows.iter().map(|row| row.number()).collect::<Vec<_>>(), [2, 1]);
    for row in rows {
        let fact = facts.fact(row).unwrap();
        let response = &responses.all()[row.number()];
        assert_eq!((fact.level, fact.seconds), (response.rating.level(), response.seconds));
        assert_eq!(facts.row(&response.id), Some(row));
    }
}

#[test]
fn the_headline_is_held_against_the_period_before() {
    let before =
        many(40, Customer { at: -3 * DAY, ..CUSTOMER }).chain(many(10, Customer { at: -DAY, level: 1, ..CUSTOMER }));
    let after = many(10, CUSTOMER).chain(many(10, Customer { at: 2 * DAY, level: 2, ..CUSTOMER }));
    let Journal { facts, .. } = journal(&before.chain(after).collect::<Vec<_>>());
    let view = View { period: Span::Days7, ..View::default() };
    let shown = headline(&facts, &view, today(), &Measure::default());
    let (score, earlier) = (shown.score.unwrap(), shown.score_before.unwrap());
    assert_eq!((score.value, score.n, earlier.value, earlier.n), (50.0, 20, 80.0, 50));
    assert_eq!(shown.before, Some(Days { from: date("2026-11-16"), to: date("2026-11-22") }));
    let change = shown.change.unwrap();
    assert!(change.value == -30.0 && change.is_known(), "{change:?}");
    let all = headline(&facts, &View::default(), today(), &Measure::default());
    assert_eq!((all.score.map(|score| score.n), all.before, all.change), (Some(70), None, None));
}

#[test]
fn no_change_is_told_of_too_few() {
    let Journal { facts, .. } =
        journal(&many(4, Customer { at: -3 * DAY, ..CUSTOMER }).chain(many(9, CUSTOMER)).collect::<Vec<_>>());
    let view = View { period: Span::Days7, ..View::default() };
    let shown = headline(&facts, &view, today(), &Measure::default());
    assert_eq!((shown.score_before.map(|score| score.n), shown.change), (Some(4), None));
}

#[test]
fn a_trend_has_no_gaps_and_marks_what_a_rule_has_found() {
    // Good days, and then one on which nobody is content.
    let usual = (0..30).filter(|day| day % 7 != 6).flat_map(|day| {
        let at = (day - 30) * DAY;
        many(18, Customer { at, ..CUSTOMER }).chain(many(2, Customer { at, level: 2, ..CUSTOMER }))
    });
    let bad = many(20, Customer { level: 1, ..CUSTOMER });
    let Journal { facts, .. } = journal(&usual.chain(bad).collect::<Vec<_>>());
    let view = View { period: Span::Days30, ..View::default() };
    let shown = trend(&facts, &view, today(), &Measure::default());
    assert_eq!((shown.unit, shown.slots.len(), shown.left_out), (Unit::Day, 30, 0));
    assert!(shown.slots.windows(2).all(|pair| pair[1].days.from == pair[0].days.from.plus(1)));
    let monday = shown.slots.iter().find(|slot| slot.days.from == date("2026-11-23")).unwrap();
    assert_eq!(monday.counted, Counted { count: 0, of: 20 });
    assert!(monday.rules.contains(&Rule::BeyondLimits), "{:?}", monday.rules);
    let last = shown.slots.last().unwrap();
    assert_eq!((last.days.to, last.counted.of, last.rules.len()), (today(), 0, 0));
    // A mark that is chosen leaves the others where they are, and narrows what lies behind.
    let chosen = View { slot: Some(monday.days), ..view };
    assert_eq!(trend(&facts, &chosen, today(), &Measure::default()), shown);
    assert_eq!(selection(&facts, &chosen, today(), &Measure::default()).count(), 20);
    // Of everything it begins with the first response, and counts by the unit that fits.
    let all = trend(&facts, &View::default(), today(), &Measure::default());
    assert_eq!((all.unit, all.slots[0].days.from), (Unit::Day, date("2026-10-24")));
    assert_eq!(trend(&Facts::default(), &View::default(), today(), &Measure::default()), Trend::default());
}

#[test]
fn what_a_trend_has_no_room_for_is_told() {
    let Journal { facts, .. } = journal(&[Customer { at: -3_000 * DAY, ..CUSTOMER }, CUSTOMER]);
    let shown = trend(&facts, &View::default(), today(), &Measure::default());
    assert_eq!((shown.unit, shown.slots.len(), shown.left_out), (Unit::Month, 45, 1));
    assert_eq!(shown.slots.last().unwrap().counted.of, 1);
}

#[test]
fn a_clock_that_was_wrong_squeezes_nothing() {
    let lost = Customer { at: -MORNING, ..CUSTOMER };
    let ahead = Customer { at: 9_000 * DAY, ..CUSTOMER };
    let Journal { facts, .. } = journal(&[lost, ahead, CUSTOMER, Customer { at: 2 * DAY, ..CUSTOMER }]);
    let shown = trend(&facts, &View::default(), today(), &Measure::default());
    assert_eq!((shown.unit, shown.slots.len(), shown.left_out), (Unit::Day, 7, 2));
    // Where no day can be right, all are shown as they were told.
    let Journal { facts, .. } = journal(&[lost, Customer { at: DAY - MORNING, ..CUSTOMER }]);
    let shown = trend(&facts, &View::default(), today(), &Measure::default());
    assert_eq!((shown.unit, shown.slots.len(), shown.left_out), (Unit::Day, 2, 0));
}

#[test]
fn a_cell_with_too_few_shows_no_share() {
    let tuesday = Customer { at: DAY + 3 * HOUR, ..CUSTOMER };
    let customers = many(4, CUSTOMER).chain(many(9, tuesday)).chain([Customer { level: 3, ..tuesday }]);
    let Journal { facts, .. } = journal(&customers.collect::<Vec<_>>());
    let shown = heat(&facts, &View::default(), today(), &Measure::default());
    assert_eq!((shown.hours.as_slice(), shown.cells.len()), ([8, 9, 10, 11].as_slice(), 28));
    let shades = |weekday| shown.row(weekday).iter().map(|cell| cell.shade).collect::<Vec<_>>();
    assert_eq!(shades(Weekday::Mon), [Shade::TooFew, Shade::Empty, Shade::Empty, Shade::Empty]);
    assert_eq!(shades(Weekday::Tue), [Shade::Empty, Shade::Empty, Shade::Empty, Shade::Of(4)]);
    let view = View { cell: Some((Weekday::Tue, 11)), ..View::default() };
    assert_eq!(heat(&facts, &view, today(), &Measure::default()), shown, "its own choice leaves it as it is");
    assert_eq!(selection(&facts, &view, today(), &Measure::default()).count(), 10);
    assert_eq!(heat(&Facts::default(), &View::default(), today(), &Measure::default()), HeatMap::default());
}

#[test]
fn reasons_of_each_side_stand_alone() {
    let customers = [
        many(6, Customer { level: 1, reasons: &["queue", "tone"], ..CUSTOMER }),
        many(2, Customer { level: 2, reasons: &["queue"], ..CUSTOMER }),
        many(5, Customer { level: 5, reasons: &["tone"], ..CUSTOMER }),
        many(1, Customer { level: 3, reasons: &["queue"], ..CUSTOMER }),
    ];
    let Journal { facts, .. } = journal(&customers.into_iter().flatten().collect::<Vec<_>>());
    let measure = Measure::default();
    let bars = |side| {
        let bars = reasons(&facts, &View::default(), today(), &measure, side);
        bars.into_iter().map(|bar| (bar.key.id, bar.count, bar.cumulated.round())).collect::<Vec<_>>()
    };
    assert_eq!(bars(Side::Bad), [("queue".to_owned(), 8, 57.0), ("tone".to_owned(), 6, 100.0)]);
    assert_eq!(bars(Side::Good), [("tone".to_owned(), 5, 100.0)]);
    let reason = Some((Side::Bad, Key { survey: "bank".into(), id: "tone".into() }));
    let view = View { reason, ..View::default() };
    assert_eq!(selection(&facts, &view, today(), &measure).count(), 6);
    assert_eq!(reasons(&facts, &view, today(), &measure, Side::Bad).len(), 2, "its own choice leaves it as it is");
    let nothing_is_bad = Measure { bad: Vec::new(), ..measure };
    assert!(reasons(&facts, &View::default(), today(), &nothing_is_bad, Side::Bad).is_empty());
}

#[test]
fn items_that_miss_their_target_stand_on_top_and_too_few_miss_none() {
    let customers = many(12, Customer { item: 2, ..CUSTOMER }).chain(many(8, Customer { item: 5, ..CUSTOMER }));
    let Journal { facts, .. } = journal(&customers.collect::<Vec<_>>());
    let rows = items(&facts, &View::default(), today(), &Measure::default(), |_| Some(80));
    assert_eq!((rows.len(), rows[0].share.value, rows[0].is_enough), (1, 40.0, true));
    let (target, distance) = rows[0].target.unwrap();
    assert_eq!((target, distance.value, distance.standing), (80, -40.0, Standing::Missed));
    let Journal { facts, .. } = journal(&many(4, Customer { item: 1, ..CUSTOMER }).collect::<Vec<_>>());
    let rows = items(&facts, &View::default(), today(), &Measure::default(), |_| None);
    assert_eq!((rows[0].is_enough, rows[0].target), (false, None));
}

#[test]
fn who_has_the_fewest_responses_does_not_lead() {
    let customers = [
        many(5, Customer { point: "few", ..CUSTOMER }),
        many(190, Customer { point: "best", ..CUSTOMER }),
        many(10, Customer { point: "best", level: 2, ..CUSTOMER }),
        many(120, Customer { point: "worst", ..CUSTOMER }),
        many(80, Customer { point: "worst", level: 2, ..CUSTOMER }),
        many(2, Customer { point: "", ..CUSTOMER }),
    ];
    let Journal { facts, .. } = journal(&customers.into_iter().flatten().collect::<Vec<_>>());
    let shown = points(&facts, &View::default(), today(), &Measure::default());
    let names: Vec<(&str, Option<TooFew>)> = shown.iter().map(|one| (one.name.as_str(), one.too_few)).collect();
    let few = |name, too_few| (name, Some(too_few));
    assert_eq!(names[..2], [("best", None), ("worst", None)]);
    assert!(names.contains(&few("few", TooFew::Interval)) && names.contains(&few("", TooFew::Responses)), "{names:?}");
    assert!(shown.iter().all(|one| one.shrunk.is_some()));
    let view = View { point: Some("best".into()), ..View::default() };
    assert_eq!(points(&facts, &view, today(), &Measure::default()), shown);
}

#[test]
fn of_one_person_nothing_is_told_that_rests_on_fewer_than_five() {
    let customers = many(4, Customer { staff: "007", reasons: &["tone"], ..CUSTOMER })
        .chain(many(9, Customer { staff: "008", ..CUSTOMER }))
        .chain(many(6, Customer { staff: "009", ..CUSTOMER }));
    let Journal { facts, .. } = journal(&customers.collect::<Vec<_>>());
    let (measure, of) = (Measure::default(), |name: &str| View { staff: Some(name.into()), ..View::default() });
    assert!(is_hidden(&facts, &of("007"), today(), &measure) && !is_hidden(&facts, &of("008"), today(), &measure));
    assert!(newest(&facts, &of("008"), today(), &measure, 9).is_empty(), "no single responses of anybody");
    let (shown, hidden) = staff(&facts, &View::default(), today(), &measure);
    // Four alone could be told from the total, so the next one is not shown either.
    assert_eq!(shown.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["008"]);
    assert_eq!(hidden, Hidden { people: 2, responses: 10 });
    assert_eq!(taken(&facts, &of("007"), today(), &measure), None);
    assert_eq!(taken(&facts, &View::default(), today(), &measure).map(|taken| taken.n), Some(19));
    let yesterday = View { period: Span::Days7, ..of("007") };
    let next_week = headline(&facts, &yesterday, date("2026-12-02"), &measure);
    assert_eq!((next_week.score, next_week.score_before), (None, None));
}

#[test]
fn a_measure_says_what_is_good() {
    let good = |metric, scale: Scale, bad: usize| {
        let measure = Measure { metric, scale, bad: scale.levels().take(bad).collect() };
        (measure.good().into_iter().map(Rating::level).collect::<Vec<_>>(), measure.widest())
    };
    assert_eq!(good(Metric::Csat, Scale::Faces5, 2), (vec![4, 5], 25.0));
    assert_eq!(good(Metric::GoodRate, Scale::Faces5, 2), (vec![3, 4, 5], 25.0));
    assert_eq!(good(Metric::Nps, Scale::Nps, 7), (vec![9, 10], 50.0));
    assert_eq!(good(Metric::Ces, Scale::Ces, 3), (vec![5, 6, 7], 1.5));
}

#[test]
fn a_survey_s_file_alone_says_what_is_measured() {
    for id in ["bank", "government", "helpdesk", "hospital"] {
        let file = std::fs::read_to_string(format!("../../public/templates/{id}.json")).unwrap();
        let survey = crate::survey::Survey::parse(&file).unwrap();
        assert_eq!(Measure::of_json(&file), Measure::of(Some(&survey)), "{id}");
    }
    assert_eq!(Measure::of_json("no"), Measure::default());
}
