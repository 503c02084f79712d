//! What stands in one cell: the same in every format.

use std::borrow::Cow;

use candor_core::hours::Date;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Words that hardly stand anywhere else.
    Text(Cow<'a, str>),
    /// Words that many rows share: a point, a level, a reason.
    Name(Cow<'a, str>),
    /// A whole number.
    Integer(u64),
    /// A number with decimals.
    Number(f64),
    /// A time on the clock of the place.
    Time(LocalTime),
}

impl<'a> Cell<'a> {
    /// Words that many rows share; nothing where there are none.
    pub fn name(words: impl Into<Cow<'a, str>>) -> Self {
        let words = words.into();
        if words.is_empty() { Self::Empty } else { Self::Name(words) }
    }

    /// Words; nothing where there are none.
    pub fn text(words: impl Into<Cow<'a, str>>) -> Self {
        let words = words.into();
        if words.is_empty() { Self::Empty } else { Self::Text(words) }
    }

    /// A whole number, where there is one.
    pub fn integer(number: Option<impl Into<u64>>) -> Self {
        number.map_or(Self::Empty, |number| Self::Integer(number.into()))
    }
}

/// A local time to the second, as the clock on the wall showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// The day.
    pub day: Date,
    /// Seconds since its midnight, 0 to 86,399.
    pub second: u32,
}

impl LocalTime {
    /// Reads the local part of an RFC 3339 text; what comes after the seconds is left out. `None` of anything else.
    pub fn parse(rfc3339: &str) -> Option<Self> {
        let day = Date::of_time(rfc3339)?;
        let clock = rfc3339.get(11..19)?.as_bytes();
        let two = |tens: u8, ones: u8| {
            (tens.is_ascii_digit() && ones.is_ascii_digit())
                .then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
        };
        let [h, hh, b':', m, mm, b':', s, ss] = *clock else { return None };
        let (hour, minute, second) = (two(h, hh)?, two(m, mm)?, two(s, ss)?);
        // A leap second belongs to the minute that it ends.
        let is_time = hour < 24 && minute < 60 && second <= 60;
        is_time.then(|| Self { day, second: hour * 3_600 + minute * 60 + second.min(59) })
    }

    /// `2026-11-23 09:41:07`: every spreadsheet and ISO 8601 reader takes it for a time.
    pub fn push_to(self, text: &mut String) {
        text.push_str(&String::from(self.day));
        let (hour, minute, second) = (self.second / 3_600, self.second / 60 % 60, self.second % 60);
        for (mark, number) in [(' ', hour), (':', minute), (':', second)] {
            text.push(mark);
            text.push(digit(number / 10));
            text.push(digit(number % 10));
        }
    }

    /// Days since 30 December 1899 with the time of day as their fraction: how a spreadsheet counts.
    pub fn push_serial_to(self, text: &mut String) {
        const PLACES: u64 = 10_000_000_000;
        let epoch = Date::of_time("1899-12-30");
        let days = epoch.map_or(0, |epoch| self.day.days_after(epoch));
        let fraction = (u64::from(self.second) * PLACES + 43_200) / 86_400;
        text.push_str(&format!("{days}.{fraction:010}"));
    }
}

fn digit(number: u32) -> char {
    char::from_digit(number, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rfc3339: &str, written: &str, serial: &str) {
        let time = LocalTime::parse(rfc3339).unwrap();
        let (mut text, mut number) = (String::new(), String::new());
        time.push_to(&mut text);
        time.push_serial_to(&mut number);
        assert_eq!((text.as_str(), number.as_str()), (written, serial));
    }

    #[test]
    fn a_time_is_what_the_clock_on_the_wall_showed() {
        check("2026-11-23T09:41:07.120+08:00", "2026-11-23 09:41:07", "46349.4035532407");
        check("2026-11-23T00:00:00Z", "2026-11-23 00:00:00", "46349.0000000000");
        check("1969-12-31T23:59:60-03:30", "1969-12-31 23:59:59", "25568.9999884259");
        for wrong in ["", "2026-11-23", "2026-11-23T9:41:07", "2026-13-23T09:41:07Z", "2026-11-23T24:00:00Z"] {
            assert_eq!(LocalTime::parse(wrong), None, "{wrong}");
        }
    }
}
