//! When a former rating was given: a day with a time of day, or the day alone.

use candor_core::hours::Date;
use candor_core::time::{UnixMillis, UtcOffset, parse_rfc3339, rfc3339};

/// A day, and the time of day where it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The local day.
    pub day: Date,
    text: String,
}

impl Given {
    /// As it goes into the event: RFC 3339, or the day alone.
    pub fn to_text(&self) -> String {
        self.text.clone()
    }

    /// Reads a time: RFC 3339, or year, month and day in this order, parted by `-`, `/`, `.` or 年月日, and hour, minute and
    /// second behind them where they are known. A local time is one of this place. `None` of anything else: of
    /// `03/04/2024` nobody knows which of the two is the month.
    pub fn read(text: &str, offset_at: fn(UnixMillis) -> UtcOffset) -> Option<Self> {
        let text = text.trim();
        if parse_rfc3339(text).is_some() {
            return Some(Self { day: Date::of_time(text)?, text: text.to_owned() });
        }
        let (day, rest) = numbers(text, &['-', '/', '.', '年'], &['-', '/', '.', '月'], 4)?;
        let day = Date::parse(&format!("{:04}-{:02}-{:02}", day[0], day[1], day[2]))?;
        let rest = rest.strip_prefix('日').unwrap_or(rest);
        let rest = rest.strip_prefix('T').unwrap_or(rest).trim();
        if rest.is_empty() {
            return Some(Self { day, text: String::from(day) });
        }
        let clock = if rest.matches([':', '：']).count() == 1 { format!("{rest}:00") } else { rest.to_owned() };
        let ([hour, minute, second], rest) = numbers(&clock, &[':', '：'], &[':', '：'], 2)?;
        let is_end = rest.is_empty() || rest.strip_prefix('.').is_some_and(|f| f.bytes().all(|b| b.is_ascii_digit()));
        (is_end && hour < 24 && minute < 60 && second < 60).then_some(())?;
        let local = format!("{}T{hour:02}:{minute:02}:{second:02}", String::from(day));
        // The offset of an instant that is at most a day away, and then that of the instant itself.
        let as_utc = parse_rfc3339(&(local + "Z"))?;
        let shifted = |offset: UtcOffset| UnixMillis(as_utc.0 - i64::from(offset.0) * 60_000);
        let at = shifted(offset_at(shifted(offset_at(as_utc))));
        Some(Self { day, text: rfc3339(at, offset_at(at)) })
    }
}

/// Three numbers, the first with `width` digits or fewer, and what is behind them.
fn numbers<'a>(text: &'a str, first: &[char], second: &[char], width: usize) -> Option<([u32; 3], &'a str)> {
    let take = |text: &str, width: usize| {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        (1..=width).contains(&digits).then_some(digits)
    };
    // A year has all its digits: 24 may be a day.
    let digits = take(text, width).filter(|digits| width != 4 || *digits == 4)?;
    let (a, rest) = text.split_at(digits);
    let rest = rest.strip_prefix(first)?;
    let (b, rest) = rest.split_at(take(rest, 2)?);
    let rest = rest.strip_prefix(second)?;
    let (c, rest) = rest.split_at(take(rest, 2)?);
    Some(([a.parse().ok()?, b.parse().ok()?, c.parse().ok()?], rest))
}
