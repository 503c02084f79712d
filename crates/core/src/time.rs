//! Instants as the tablet's clock tells them. The clock may be wrong: order comes from the journal's sequence, never from here.

use std::fmt;

use serde::{Deserialize, Serialize};

const MS_PER_DAY: i64 = 86_400_000;

/// Milliseconds since 1970-01-01T00:00:00Z by the tablet's wall clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixMillis(pub i64);

/// Milliseconds since the page was started, by a clock that never jumps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Uptime(pub u64);

impl Uptime {
    /// The instant `milliseconds` later.
    pub fn after(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }
}

/// The tablet's distance from UTC in minutes, east positive, as it was at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UtcOffset(pub i16);

/// Everything a rule may know about the present: handed in by the shell, read nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The wall clock.
    pub now: UnixMillis,
    /// The wall clock's distance from UTC.
    pub offset: UtcOffset,
    /// The clock that never jumps.
    pub uptime: Uptime,
    /// Fresh random bytes: enough for one event id (10) and one salt (16).
    pub random: [u8; 26],
}

/// A day of the proleptic Gregorian calendar in the tablet's own time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CivilDate {
    /// Astronomical year.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The local calendar day of an instant.
///
/// Days to civil by Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
pub fn civil_date(now: UnixMillis, offset: UtcOffset) -> CivilDate {
    let days = (now.0 + i64::from(offset.0) * 60_000).div_euclid(MS_PER_DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    CivilDate {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month: month as u32,
        day: (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32,
    }
}

/// RFC 3339 with milliseconds and the local offset: `2026-11-23T09:41:07.120+08:00`.
///
/// The clock is kept within the years 0 to 9999, the only ones RFC 3339 can write.
pub fn rfc3339(now: UnixMillis, offset: UtcOffset) -> String {
    const FIRST: i64 = -62_167_219_200_000;
    const LAST: i64 = 253_402_300_799_999;
    let shift = i64::from(offset.0) * 60_000;
    let local = (now.0.saturating_add(shift)).clamp(FIRST, LAST);
    let date = civil_date(UnixMillis(local), UtcOffset(0));
    let in_day = local.rem_euclid(MS_PER_DAY);
    let (sign, minutes) = if offset.0 < 0 { ('-', offset.0.unsigned_abs()) } else { ('+', offset.0.unsigned_abs()) };
    format!(
        "{date}T{:02}:{:02}:{:02}.{:03}{sign}{:02}:{:02}",
        in_day / 3_600_000,
        in_day / 60_000 % 60,
        in_day / 1_000 % 60,
        in_day % 1_000,
        minutes / 60,
        minutes % 60,
    )
}

/// The instant that an RFC 3339 text names, to the millisecond; `None` for anything else.
///
/// Civil to days by Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
pub fn parse_rfc3339(text: &str) -> Option<UnixMillis> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok().map(i64::from);
    let separators = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")];
    separators.iter().all(|(at, mark)| text.get(*at..at + 1) == Some(mark)).then_some(())?;
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let rest = text.get(19..)?;
    let digits = rest
        .strip_prefix('.')
        .map_or(0, |rest| rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    let fraction = if digits > 0 { rest.get(1..1 + digits.min(3))?.parse::<i64>().ok()? } else { 0 };
    let millis = fraction * [0, 100, 10, 1][digits.min(3)];
    let zone = rest.get(if digits > 0 { digits + 1 } else { 0 }..)?;
    let east_minutes = match zone.get(..1)? {
        "Z" if zone.len() == 1 => 0,
        sign @ ("+" | "-") if zone.len() == 6 && zone.get(3..4) == Some(":") => {
            let minutes = i64::from(zone.get(1..3)?.parse::<u32>().ok()? * 60 + zone.get(4..6)?.parse::<u32>().ok()?);
            if sign == "-" { -minutes } else { minutes }
        }
        _ => return None,
    };
    let is_real = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    let seconds = days * 86_400 + hour * 3_600 + (minute - east_minutes) * 60 + second;
    is_real.then_some(UnixMillis(seconds * 1_000 + millis))
}

/// The local day that an RFC 3339 text names: its first ten characters.
pub fn local_day(rfc3339: &str) -> &str {
    rfc3339.get(..10).unwrap_or(rfc3339)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn writes_what_the_tablet_on_the_wall_shows() {
        let shown = rfc3339(UnixMillis(1_795_398_067_120), UtcOffset(480));
        assert_eq!(shown, "2026-11-23T09:41:07.120+08:00");
        assert_eq!(rfc3339(UnixMillis(0), UtcOffset(-210)), "1969-12-31T20:30:00.000-03:30");
    }

    #[test]
    fn reads_every_form_of_an_instant_and_nothing_else() {
        let at = |text| parse_rfc3339(text).map(|instant| instant.0);
        for same in ["1970-01-01T00:00:01.5Z", "1970-01-01T00:00:01.500000Z", "1970-01-01T05:30:01.50+05:30"] {
            assert_eq!(at(same), Some(1_500), "{same}");
        }
        assert_eq!(at("1970-01-01T00:00:01Z"), Some(1_000));
        for wrong in [
            "",
            "1970-01-01",
            "1970-13-01T00:00:01Z",
            "1970-01-01T00:00:01",
            "1970-01-01T00:00:01.Z",
            "1970-01-01 00:00:01Z",
            "好970-01-01T00:00:01Z",
        ] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_calendar_library(now in -60_000_000_000_000_i64..250_000_000_000_000, offset in -720_i16..=840) {
            let written = rfc3339(UnixMillis(now), UtcOffset(offset));
            let read: jiff::Timestamp = written.parse().unwrap();
            prop_assert_eq!(read.as_millisecond(), now);
            prop_assert_eq!(parse_rfc3339(&written), Some(UnixMillis(now)));
            let zone = jiff::tz::Offset::from_seconds(i32::from(offset) * 60).unwrap().to_time_zone();
            prop_assert_eq!(read.to_zoned(zone).date().to_string(), local_day(&written));
        }

        #[test]
        fn a_wild_clock_still_gives_a_readable_time(now in any::<i64>(), offset in -1_440_i16..=1_440) {
            let written = rfc3339(UnixMillis(now), UtcOffset(offset));
            prop_assert_eq!(written.len(), "2026-11-23T09:41:07.120+08:00".len());
        }
    }
}
