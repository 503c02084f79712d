//! Clocks against tables that were computed by hand from the State Council's calendar, and against a slow calculation.

use proptest::prelude::*;
use serde_json::json;

use super::super::clock::Clock;
use super::super::rules::{Limit, Working};
use super::at;
use crate::hours::Hours;
use crate::time::{UnixMillis, UtcOffset, rfc3339};

/// China, autumn of 2026: closed from 1 to 7 October; Sunday 20 September and Saturday 10 October are worked. And spring:
/// closed from 15 to 23 February; Saturdays 14 and 28 February are worked.
fn calendar() -> Hours {
    Hours::read(&json!({
        "week": {
            "mon": ["08:30-12:00", "13:30-17:30"], "tue": ["08:30-12:00", "13:30-17:30"], "wed": ["08:30-12:00", "13:30-17:30"],
            "thu": ["08:30-12:00", "13:30-17:30"], "fri": ["08:30-12:00", "13:30-16:30"], "sat": ["09:00-11:00"]
        },
        "days": [
            { "from": "2026-02-14", "to": "2026-02-14", "as": "fri" },
            { "from": "2026-02-15", "to": "2026-02-23", "name": "春节", "hours": [] },
            { "from": "2026-02-28", "to": "2026-02-28", "as": "mon" },
            { "from": "2026-09-20", "to": "2026-09-20", "as": "thu" },
            { "from": "2026-10-01", "to": "2026-10-07", "name": "国庆节", "hours": [] },
            { "from": "2026-10-10", "to": "2026-10-10", "as": "wed" }
        ]
    }))
    .unwrap()
}

fn check(working: Working, from: &str, limit: Limit, expected: &str) {
    let due = Clock::new(working, &calendar()).due(at(from), UtcOffset(480), limit).unwrap();
    assert_eq!(rfc3339(due, UtcOffset(480)).replace('T', " ").get(..23).unwrap(), expected, "{from} {limit:?}");
}

#[test]
fn working_days_leave_out_weekends_and_holidays_and_count_days_that_are_worked_instead() {
    for (from, days, last) in [
        // A Wednesday before the holidays: 8, 9, 10 (Saturday, worked), 12 to 16, 19 to 23, 26, 27 October.
        ("2026-09-30 10:00", 15, "2026-10-27"),
        ("2026-09-30 23:59", 1, "2026-10-08"),
        // Given within the holidays: the day does not count.
        ("2026-10-03 15:00", 1, "2026-10-08"),
        ("2026-10-08 00:00", 1, "2026-10-09"),
        // The Saturday is worked, the Sunday is not.
        ("2026-10-09 16:00", 1, "2026-10-10"),
        ("2026-10-10 16:00", 1, "2026-10-12"),
        ("2026-10-11 16:00", 1, "2026-10-12"),
        // The Sunday in September is worked, the Saturday before it is not.
        ("2026-09-18 09:00", 1, "2026-09-20"),
        ("2026-09-18 09:00", 2, "2026-09-21"),
        // 13 (Friday), 14 (Saturday, worked), 24 to 27, 28 (Saturday, worked) February, 2 to 6, 9 to 11 March.
        ("2026-02-12 09:00", 2, "2026-02-14"),
        ("2026-02-12 09:00", 3, "2026-02-24"),
        ("2026-02-12 09:00", 15, "2026-03-11"),
        // An ordinary weekend, and one over the end of a year.
        ("2026-11-27 17:00", 1, "2026-11-30"),
        ("2026-12-31 17:00", 1, "2027-01-01"),
        ("2026-11-02 10:00", 5, "2026-11-09"),
    ] {
        check(Working::Office, from, Limit::Days(days), &[last, " 23:59:59.999"].concat());
    }
    // Where the place is open on Saturdays, they are worked.
    check(Working::Open, "2026-11-27 17:00", Limit::Days(1), "2026-11-28 23:59:59.999");
    check(Working::Open, "2026-11-27 17:00", Limit::Days(2), "2026-11-30 23:59:59.999");
    check(Working::Open, "2026-09-30 10:00", Limit::Days(3), "2026-10-10 23:59:59.999");
}

#[test]
fn working_hours_stand_still_at_noon_at_night_and_on_holidays() {
    for (from, hours, last) in [
        ("2026-11-02 08:30", 3, "2026-11-02 11:30"),
        ("2026-11-02 11:00", 2, "2026-11-02 14:30"),
        ("2026-11-02 17:00", 1, "2026-11-03 09:00"),
        ("2026-11-02 20:00", 1, "2026-11-03 09:30"),
        // A short Friday, a shorter Saturday, then Monday.
        ("2026-11-06 15:30", 4, "2026-11-09 09:30"),
        // 17:30 the day before the holidays, then 8 October.
        ("2026-09-30 16:30", 3, "2026-10-08 10:30"),
        // It ends as the place closes, and not when it opens again.
        ("2026-11-02 16:30", 1, "2026-11-02 17:30"),
    ] {
        check(Working::Open, from, Limit::Hours(hours), &[last, ":00.000"].concat());
    }
    check(Working::Office, "2026-11-06 16:00", Limit::Hours(9), "2026-11-09 17:00:00.000");
    check(Working::Office, "2026-10-09 16:30", Limit::Hours(8), "2026-10-10 16:30:00.000");
}

#[test]
fn a_place_that_is_always_open_never_stands_still() {
    let clock = Clock::new(Working::Open, &Hours::default());
    let due = |limit| clock.due(at("2026-11-28 10:00"), UtcOffset(480), limit);
    assert_eq!(due(Limit::Hours(30)), Some(at("2026-11-29 16:00")));
    assert_eq!(due(Limit::Days(1)), Some(UnixMillis(at("2026-11-30 00:00").0 - 1)));
}

#[test]
fn where_nothing_is_worked_for_a_year_nothing_is_due() {
    let closed = json!({ "days": [{ "from": "2026-01-01", "to": "2028-12-31", "hours": [] }] });
    let hours = Hours::read(&closed).unwrap();
    for working in [Working::Office, Working::Open] {
        for limit in [Limit::Days(1), Limit::Hours(1)] {
            assert_eq!(Clock::new(working, &hours).due(at("2026-11-28 10:00"), UtcOffset(480), limit), None);
        }
    }
}

/// Minute by minute and day by day, from the calendar as it is printed: weekdays by Zeller's rule, no table of hours.
mod slow {
    use super::*;

    /// Year, month, day; hour and minute.
    fn parts(at: i64, offset: i64) -> (i64, i64, i64, i64) {
        let written = rfc3339(UnixMillis(at), UtcOffset(i16::try_from(offset).unwrap()));
        let number = |from: usize, to: usize| written[from..to].parse::<i64>().unwrap();
        (number(0, 4), number(5, 7), number(8, 10), number(11, 13) * 60 + number(14, 16))
    }

    /// 0 for Saturday to 6 for Friday.
    fn weekday(year: i64, month: i64, day: i64) -> i64 {
        let (year, month) = if month < 3 { (year - 1, month + 12) } else { (year, month) };
        (day + 13 * (month + 1) / 5 + year % 100 + year % 100 / 4 + year / 400 - 2 * (year / 100)).rem_euclid(7)
    }

    /// The weekday that a day is worked as; `None` where it is free.
    fn worked_as(year: i64, month: i64, day: i64) -> Option<i64> {
        match (year, month, day) {
            (2026, 2, 14) => Some(6),
            (2026, 2, 28) => Some(2),
            (2026, 9, 20) => Some(5),
            (2026, 10, 10) => Some(4),
            (2026, 2, 15..=23) | (2026, 10, 1..=7) => None,
            _ => Some(weekday(year, month, day)),
        }
    }

    fn is_worked(working: Working, at: i64, offset: i64) -> bool {
        let (year, month, day, minute) = parts(at, offset);
        match (working, worked_as(year, month, day)) {
            (_, None | Some(1)) | (Working::Office, Some(0)) => false,
            (Working::Office, _) => (540..1_020).contains(&minute),
            (Working::Open, Some(0)) => (540..660).contains(&minute),
            (Working::Open, Some(6)) => (510..720).contains(&minute) || (810..990).contains(&minute),
            (Working::Open, _) => (510..720).contains(&minute) || (810..1_050).contains(&minute),
        }
    }

    fn is_working_day(working: Working, at: i64, offset: i64) -> bool {
        let (year, month, day, _) = parts(at, offset);
        let weekday = worked_as(year, month, day);
        weekday.is_some_and(|weekday| weekday != 1 && (weekday != 0 || working == Working::Open))
    }

    pub fn due(working: Working, from: i64, offset: i64, limit: Limit) -> i64 {
        match limit {
            Limit::Hours(hours) => {
                let (mut at, mut left) = (from, i64::from(hours) * 60);
                while left > 0 {
                    left -= i64::from(is_worked(working, at, offset));
                    at += 60_000;
                }
                at
            }
            Limit::Days(days) => {
                // From noon to noon, so that no midnight is missed.
                let midnight = from - (from + offset * 60_000).rem_euclid(86_400_000);
                let (mut noon, mut left) = (midnight + 43_200_000, days);
                while left > 0 {
                    noon += 86_400_000;
                    left -= u16::from(is_working_day(working, noon, offset));
                }
                noon + 43_200_000 - 1
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn agrees_with_a_slow_calculation(
        minute in 0_i64..525_600, offset in prop_oneof![Just(480_i64), Just(0), Just(-210), Just(345)], is_open: bool,
        limit in prop_oneof![(1_u16..=20).prop_map(Limit::Days), (1_u16..=40).prop_map(Limit::Hours)],
    ) {
        let working = if is_open { Working::Open } else { Working::Office };
        let from = at("2026-01-01 00:00").0 + minute * 60_000;
        let offset_of = UtcOffset(i16::try_from(offset).unwrap());
        let due = Clock::new(working, &calendar()).due(UnixMillis(from), offset_of, limit);
        prop_assert_eq!(due, Some(UnixMillis(slow::due(working, from, offset, limit))));
    }
}
