//! A moved clock: the wall clock compared with the device's own count of seconds.

use super::Fault;

/// What two clocks may differ by at any distance, in milliseconds: uptime is written in whole seconds, a network's time
/// corrects a quartz by a second or two, and a busy tablet may take a while between the two readings.
const TOLERANCE_MS: i64 = 5_000;
/// And besides by one part in so many of the distance. A bad quartz is wrong by one in ten thousand; a browser that
/// slows its timers down is worse.
const TOLERANCE_PART: i64 = 100;

/// The clocks at one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    run: u32,
    uptime_ms: i64,
    wall_ms: i64,
}

impl Mark {
    /// `None` when the time cannot be read.
    pub fn new(run: u32, uptime_s: u32, time: &str) -> Option<Self> {
        Some(Self { run, uptime_ms: i64::from(uptime_s) * 1_000, wall_ms: unix_millis(time)? })
    }

    /// Whether both are of the same start of the device.
    pub fn is_same_run(&self, other: &Self) -> bool {
        self.run == other.run
    }

    /// What happened to the clock from one event to a later one, if anything.
    ///
    /// Within a run both clocks are compared. From one run to a later one nothing counts the time between, so that only
    /// a clock that went back shows. An event of an earlier run behind one of a later run was recorded by another tab, or
    /// was linked again: its clocks say nothing of those before it.
    pub fn moved(&self, later: &Self) -> Option<Fault> {
        if later.run < self.run {
            return None;
        }
        let wall = later.wall_ms - self.wall_ms;
        let (ahead, tolerance) = if self.run == later.run {
            let uptime = later.uptime_ms - self.uptime_ms;
            (wall - uptime, TOLERANCE_MS + uptime.abs() / TOLERANCE_PART)
        } else {
            (wall.min(0), TOLERANCE_MS)
        };
        let ms = ahead.unsigned_abs();
        match ahead {
            _ if ahead.abs() <= tolerance => None,
            ..0 => Some(Fault::ClockBack { ms }),
            _ => Some(Fault::ClockAhead { ms }),
        }
    }
}

/// Reads RFC 3339 as Unix milliseconds; a fraction beyond milliseconds is cut off.
///
/// Civil to days by Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn unix_millis(time: &str) -> Option<i64> {
    let number = |from: usize, to: usize| {
        let digits = time.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i64>().ok())?
    };
    let is_at = |at: usize, marks: &[u8]| time.as_bytes().get(at).is_some_and(|byte| marks.contains(byte));
    let marks = [(4, b"-" as &[u8]), (7, b"-"), (10, b"Tt "), (13, b":"), (16, b":")];
    if !marks.iter().all(|&(at, marks)| is_at(at, marks)) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let rest = time.get(19..)?;
    let zone_at = rest.find(['Z', 'z', '+', '-'])?;
    let (fraction, zone) = rest.split_at(zone_at);
    let millis = match fraction.strip_prefix('.') {
        None if fraction.is_empty() => 0,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{digits:0<3}").get(..3)?.parse::<i64>().ok()?
        }
        _ => return None,
    };
    let at = 19 + zone_at;
    let offset_minutes = match zone {
        "Z" | "z" => 0,
        _ if zone.len() == 6 && is_at(at + 3, b":") => {
            let minutes = number(at + 1, at + 3)? * 60 + number(at + 4, at + 6)?;
            if zone.starts_with('-') { -minutes } else { minutes }
        }
        _ => return None,
    };
    let shifted_year = year - i64::from(month <= 2);
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    Some((((days * 24 + hour) * 60 + minute - offset_minutes) * 60 + second) * 1_000 + millis)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::{UnixMillis, UtcOffset, rfc3339};

    fn check(before: (u32, u32, &str), after: (u32, u32, &str), expected: Option<Fault>) {
        let mark = |(run, uptime, time): (u32, u32, &str)| Mark::new(run, uptime, time).unwrap();
        assert_eq!(mark(before).moved(&mark(after)), expected, "{before:?} {after:?}");
    }

    #[test]
    fn compares_both_clocks_within_a_run_and_one_across_runs() {
        let start = (1, 100, "2026-11-23T09:00:00.000+08:00");
        check(start, (1, 160, "2026-11-23T09:01:04.900+08:00"), None);
        check(start, (1, 160, "2026-11-23T02:01:00.000+01:00"), None);
        check(start, (1, 160, "2026-11-23T09:01:10.000+08:00"), Some(Fault::ClockAhead { ms: 10_000 }));
        check(start, (1, 160, "2026-11-23T08:01:00.000+08:00"), Some(Fault::ClockBack { ms: 3_600_000 }));
        check(start, (1, 100, "2026-11-23T08:59:54.000+08:00"), Some(Fault::ClockBack { ms: 6_000 }));
        // A day on, a hundredth is a quarter of an hour.
        check(start, (1, 86_500, "2026-11-24T09:14:00.000+08:00"), None);
        check(start, (1, 86_500, "2026-11-24T09:15:00.000+08:00"), Some(Fault::ClockAhead { ms: 900_000 }));
        check(start, (2, 0, "2027-01-01T00:00:00.000+08:00"), None);
        check(start, (2, 0, "2026-11-23T08:59:58.000+08:00"), None);
        check(start, (2, 0, "2026-11-23T08:00:00.000+08:00"), Some(Fault::ClockBack { ms: 3_600_000 }));
        check((2, 100, "2026-11-23T09:00:00.000+08:00"), (1, 900, "2026-11-22T09:00:00.000+08:00"), None);
    }

    #[test]
    fn reads_no_time_where_there_is_none() {
        for text in
            ["", "yesterday", "2026-11-23", "2026-11-23T09:00:00", "2026-11-23T09:00:00+8", "2026-11-23T0a:00:00Z"]
        {
            assert_eq!(unix_millis(text), None, "{text}");
        }
        assert_eq!(unix_millis("1970-01-01T00:00:01Z"), Some(1_000));
        assert_eq!(unix_millis("1970-01-01T00:00:00.1234567Z"), Some(123));
    }

    proptest! {
        #[test]
        fn reads_what_the_tablet_wrote(now in -60_000_000_000_000_i64..250_000_000_000_000, offset in -720_i16..=840) {
            prop_assert_eq!(unix_millis(&rfc3339(UnixMillis(now), UtcOffset(offset))), Some(now));
        }

        #[test]
        fn never_fails_on_any_text(text in ".*") {
            unix_millis(&text);
        }
    }
}
