//! The header fields of an answer that matter to a delivery, read as RFC 9110 has them. Nothing here waits or sends.

use crate::time::{UnixMillis, UtcOffset, civil_date};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MS_PER_DAY: i64 = 86_400_000;

/// An HTTP-date (section 5.6.7) in any of its three forms; `None` for anything else.
///
/// One of the forms has two digits for the year: it is taken for the year nearest to `near`.
pub fn date(text: &str, near: UnixMillis) -> Option<UnixMillis> {
    let text = text.trim();
    let (year, month, day, time) = if let Some((_, rest)) = text.split_once(", ") {
        let (date, time) = rest.strip_suffix(" GMT")?.rsplit_once(' ')?;
        let mut parts = date.split(['-', ' ']);
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        let year = match (parts.next(), date.contains('-'), year.len()) {
            (None, false, 4) => number(year)?,
            (None, true, 2) => nearest(number(year)?, civil_date(near, UtcOffset(0)).year),
            _ => return None,
        };
        (year, month, day, time)
    } else {
        let mut parts = text.split_ascii_whitespace().skip(1);
        let (month, day, time, year) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        (number(year).filter(|_| year.len() == 4 && parts.next().is_none())?, month, day, time)
    };
    let month = 1 + MONTHS.iter().position(|name| *name == month)? as i64;
    let midnight = UnixMillis(days_to(year, month, number(day)?) * MS_PER_DAY);
    // A day that the month does not have falls into the next one.
    let is_real = civil_date(midnight, UtcOffset(0)).month == month as u32;
    Some(UnixMillis(midnight.0 + seconds(time)? * 1_000)).filter(|_| is_real)
}

/// `Retry-After` (section 10.2.3) in milliseconds from now, 0 for what is over; `None` when it cannot be read.
///
/// A date is counted from the answer's own `date` where there is one, since the tablet's clock may lie, else from `now`.
pub fn retry_after(value: &str, date_of_answer: Option<&str>, now: UnixMillis) -> Option<u64> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1_000));
    }
    let sent = date_of_answer.and_then(|text| date(text, now)).unwrap_or(now);
    Some(u64::try_from(date(value, sent)?.0 - sent.0).unwrap_or(0))
}

/// Whether an answer's `Accept-Encoding` (section 12.5.3) names gzip as welcome in the next requests.
pub fn takes_gzip(accept_encoding: &str) -> bool {
    accept_encoding.to_ascii_lowercase().split(',').any(|element| {
        let mut parts = element.split(';').map(str::trim);
        let is_gzip = matches!(parts.next(), Some("gzip" | "x-gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        is_gzip && weight.is_none_or(|weight| weight.bytes().any(|byte| matches!(byte, b'1'..=b'9')))
    })
}

/// Whether bodies go packed to one endpoint: only where it said that it takes them, and no longer than it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packing {
    is_welcome: bool,
    silences: u8,
    is_refused: bool,
}

/// Packing less than this costs more time than it spares.
pub const MIN_PACKED_BYTES: usize = 1_024;
/// So many packed requests without any answer, each with answers to plain ones around it, are no accident: something
/// on the way, or the endpoint's rules for foreign pages, stops what has `Content-Encoding`.
const MAX_SILENCES: u8 = 3;

impl Packing {
    /// Whether a body of so many bytes goes packed.
    pub fn packs(&self, bytes: usize) -> bool {
        self.is_welcome && !self.is_refused && self.silences < MAX_SILENCES && bytes >= MIN_PACKED_BYTES
    }

    /// Hears an answer of the endpoint to a body that went packed or plain. `true`: it does not take packed bodies
    /// after all, so the same bytes are to go plain at once.
    pub fn hear(&mut self, was_packed: bool, status: u16, accept_encoding: Option<&str>) -> bool {
        // 415 is the answer that RFC 9110 has for it; 400 is that of a program that took the packed bytes for JSON.
        let is_refused = was_packed && matches!(status, 400 | 415);
        self.is_refused |= is_refused;
        if was_packed {
            self.silences = 0;
        }
        if let Some(accepted) = accept_encoding {
            self.is_welcome = takes_gzip(accepted);
        }
        is_refused
    }

    /// Nothing came back. The next body goes plain, until the endpoint says again that it takes packed ones.
    pub fn hear_nothing(&mut self, was_packed: bool) {
        if was_packed {
            self.silences = self.silences.saturating_add(1);
            self.is_welcome = false;
        }
    }
}

fn number(digits: &str) -> Option<i64> {
    digits.parse().ok().filter(|_| digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `hh:mm:ss` as seconds; 60 seconds are a leap second.
fn seconds(time: &str) -> Option<i64> {
    let mut parts = time.split(':').map(|part| number(part).filter(|_| part.len() == 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    (hour < 24 && minute < 60 && second <= 60 && parts.next().is_none()).then_some((hour * 60 + minute) * 60 + second)
}

/// The year with these last two digits that is nearest: less than 50 years back, at most 50 ahead.
fn nearest(two_digits: i64, year: i64) -> i64 {
    let first = year - 49;
    first + (two_digits - first).rem_euclid(100)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar, by Howard Hinnant as [`civil_date`].
fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 23 November 2026, 01:41:07 UTC.
    const NOW: UnixMillis = UnixMillis(1_795_398_067_000);

    fn check_date(text: &str, expected: Option<i64>) {
        assert_eq!(date(text, NOW), expected.map(|seconds| UnixMillis(seconds * 1_000)), "{text}");
    }

    #[test]
    fn reads_the_three_forms_of_a_date() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            check_date(text, Some(784_111_777));
        }
        check_date(" Mon, 23 Nov 2026 01:41:07 GMT ", Some(1_795_398_067));
        check_date("Thu, 29 Feb 2024 23:59:60 GMT", Some(1_709_251_200));
        check_date("Thu Jan  1 00:00:00 1970", Some(0));
        for refused in [
            "",
            "soon",
            "120",
            "Mon, 23 Nov 2026 01:41:07",
            "Mon, 23 Nov 2026 01:41:07 CET",
            "Mon, 23 Nov 26 01:41:07 GMT",
            "Monday, 23-Nov-2026 01:41:07 GMT",
            "Mon, 31 Nov 2026 01:41:07 GMT",
            "Mon, 23 nov 2026 01:41:07 GMT",
            "Mon, 23 Nov 2026 24:00:00 GMT",
            "Mon, 23 Nov 2026 1:41:07 GMT",
            "Mon, 23 Nov 2026 01:41 GMT",
            "Mon, -3 Nov 2026 01:41:07 GMT",
            "Mon Nov 23 01:41:07 2026 GMT",
            "2026-11-23T01:41:07Z",
        ] {
            check_date(refused, None);
        }
    }

    #[test]
    fn takes_two_digits_for_the_nearest_year() {
        for (year, two, expected) in
            [(2026, 26, 2026), (2026, 76, 2076), (2026, 77, 1977), (2099, 1, 2101), (1970, 26, 1926)]
        {
            assert_eq!(nearest(two, year), expected, "{two} near {year}");
        }
    }

    fn check_wait(value: &str, date_of_answer: Option<&str>, expected_s: Option<u64>) {
        assert_eq!(
            retry_after(value, date_of_answer, NOW),
            expected_s.map(|s| s * 1_000),
            "{value} {date_of_answer:?}"
        );
    }

    #[test]
    fn counts_a_wait_from_the_servers_own_clock() {
        check_wait("120", None, Some(120));
        check_wait(" 0 ", None, Some(0));
        check_wait("Mon, 23 Nov 2026 01:42:07 GMT", None, Some(60));
        check_wait("Mon, 23 Nov 2026 01:40:07 GMT", None, Some(0));
        // The tablet believes in 2026, the server in 2031: the difference is what counts.
        check_wait("Sun, 23 Nov 2031 05:00:30 GMT", Some("Sun, 23 Nov 2031 05:00:00 GMT"), Some(30));
        check_wait("Sunday, 23-Nov-31 05:00:30 GMT", Some("Sun Nov 23 05:00:00 2031"), Some(30));
        check_wait("Mon, 23 Nov 2026 01:42:07 GMT", Some("yesterday"), Some(60));
        for unreadable in ["", "-1", "1.5", "1e3", "a while"] {
            check_wait(unreadable, None, None);
        }
        assert_eq!(retry_after("99999999999999999999999", None, NOW), Some(u64::MAX));
    }

    fn check_gzip(accept_encoding: &str, expected: bool) {
        assert_eq!(takes_gzip(accept_encoding), expected, "{accept_encoding}");
    }

    #[test]
    fn packs_only_where_gzip_is_named() {
        for welcome in ["gzip", "GZIP", "br, gzip", "deflate;q=0.5,gzip;q=0.1", "x-gzip", "gzip ; q=1.0"] {
            check_gzip(welcome, true);
        }
        for not in ["", "identity", "br", "gzip;q=0", "gzip; q=0.000", "*", "gzipped"] {
            check_gzip(not, false);
        }
    }

    #[test]
    fn packs_after_it_was_welcome_and_until_it_is_refused() {
        let mut packing = Packing::default();
        assert!(!packing.packs(9_999), "nobody asked for it");
        assert!(!packing.hear(false, 200, Some("gzip")));
        assert!(packing.packs(1_024) && !packing.packs(1_023));
        assert!(!packing.hear(true, 200, None), "an answer that says nothing changes nothing");
        assert!(!packing.hear(true, 503, None) && packing.packs(1_024));
        assert!(packing.hear(true, 415, Some("gzip")), "to be sent plain at once");
        packing.hear(false, 200, Some("gzip"));
        assert!(!packing.packs(9_999), "not a second time, whatever it says");
    }

    #[test]
    fn an_endpoint_may_take_its_welcome_back() {
        let mut packing = Packing::default();
        packing.hear(false, 200, Some("gzip"));
        packing.hear(true, 200, Some("identity"));
        assert!(!packing.packs(9_999));
    }

    #[test]
    fn gives_packing_up_where_only_packed_bodies_are_never_answered() {
        let mut packing = Packing::default();
        for _ in 0..MAX_SILENCES {
            packing.hear(false, 200, Some("gzip"));
            assert!(packing.packs(9_999));
            packing.hear_nothing(true);
            assert!(!packing.packs(9_999), "the next one goes plain");
            packing.hear_nothing(false);
        }
        packing.hear(false, 200, Some("gzip"));
        assert!(!packing.packs(9_999));
    }

    proptest! {
        #[test]
        fn agrees_with_a_calendar_library(seconds in -62_000_000_000_i64..250_000_000_000) {
            let written = jiff::fmt::rfc2822::DateTimePrinter::new()
                .timestamp_to_rfc9110_string(&jiff::Timestamp::from_second(seconds).unwrap())
                .unwrap();
            prop_assert_eq!(date(&written, NOW), Some(UnixMillis(seconds * 1_000)), "{}", written);
        }

        #[test]
        fn reads_anything_without_harm(text in ".{0,40}") {
            let _ = (date(&text, NOW), retry_after(&text, Some(&text), NOW), takes_gzip(&text));
        }
    }
}
