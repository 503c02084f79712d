//! Opening hours as a manager writes them: a line for each weekday, and one for each entry of the holiday calendar.
//!
//! | line | means |
//! | --- | --- |
//! | `9:00-12:00, 13:00-17:00` | of a weekday: its spans; an empty one is closed |
//! | `2026-10-01..2026-10-07 closed 国庆节` | closed on these days, with a name |
//! | `2026-10-10 =mon 调休` | worked like a Monday |
//! | `2026-12-24 9:00-12:00` | these spans |
//!
//! `休` stands for `closed`, `周一` for `mon`, and full-width signs for their plain ones: that is what a Chinese keyboard
//! writes.

use serde_json::{Map, Value, json};

use super::{Hours, Plan, Span, SpecialDays, Week, Weekday, Wrong};

/// A line that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// That of a weekday.
    Weekday(Weekday),
    /// One of the calendar, counted from 1 with empty ones.
    Day(usize),
    /// All of them together.
    All,
}

const CLOSED: [&str; 3] = ["closed", "休", "休息"];
const CHINESE_WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

impl Hours {
    /// Reads the lines of the weekdays, Monday first, and those of the calendar. Nothing at all is always open.
    ///
    /// # Errors
    /// Each line that is at fault, and what is wrong with it.
    pub fn from_lines(week: &[String; 7], days: &str) -> Result<Self, Vec<(Line, Wrong)>> {
        let mut fields = Map::new();
        if week.iter().any(|line| !line.trim().is_empty()) {
            let spans = Weekday::NAMES.iter().zip(week).map(|(name, line)| ((*name).to_owned(), spans_of(line)));
            fields.insert("week".to_owned(), spans.collect());
        }
        let lines: Vec<(usize, &str)> = (1..).zip(days.lines()).filter(|(_, line)| !line.trim().is_empty()).collect();
        fields.insert("days".to_owned(), lines.iter().map(|(_, line)| day_of(line)).collect());
        Self::read(&Value::Object(fields)).map_err(|faults| {
            let mut wrong = Vec::new();
            for fault in faults {
                // Three words that are no times are one line that is wrong.
                let found = (line_of(&fault.path, &lines), fault.wrong);
                if !wrong.contains(&found) {
                    wrong.push(found);
                }
            }
            wrong
        })
    }

    /// The lines that say the same. Shifts are in none of them.
    pub fn to_lines(&self) -> ([String; 7], String) {
        // Never, but for special days, is not always.
        let is_never = self.week == Some(Week::default());
        let week = Weekday::ALL.map(|weekday| match &self.week {
            _ if is_never => CLOSED[0].to_owned(),
            Some(_) => written(self.spans_of(weekday)),
            None => String::new(),
        });
        let days: Vec<String> = self.days.iter().map(day_line).collect();
        (week, days.join("\n"))
    }
}

/// Where a path of [`Hours::read`] leads to.
fn line_of(path: &str, lines: &[(usize, &str)]) -> Line {
    let weekday = path.strip_prefix("week.").and_then(|rest| Weekday::named(rest.get(..3)?));
    let index = || path.strip_prefix("days[")?.split(']').next()?.parse::<usize>().ok();
    let line = || Some(lines.get(index()?)?.0);
    weekday.map(Line::Weekday).or_else(|| line().map(Line::Day)).unwrap_or(Line::All)
}

/// A line or a word as a plain keyboard would have written it.
fn plain(written: &str) -> String {
    let sign = |sign| match sign {
        '：' => ':',
        '，' | '、' | '；' | ';' => ',',
        '–' | '—' | '－' | '～' | '~' | '至' | '到' => '-',
        '。' => '.',
        '＝' => '=',
        '０'..='９' => char::from(b'0' + (u32::from(sign) - u32::from('０')) as u8),
        sign => sign.to_ascii_lowercase(),
    };
    written.chars().map(sign).collect()
}

/// Spans as [`Hours::read`] wants them: `9:00` is `09:00`. `closed` stands alone: beside a span it is left, and refused.
fn spans_of(line: &str) -> Value {
    // Around a dash people leave room, and a Chinese one is two signs long.
    let line = plain(line).split('-').filter(|part| !part.is_empty()).map(str::trim).collect::<Vec<_>>().join("-");
    let words = line.split([',', ' ', '\t', '\u{3000}']).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(padded).collect();
    if let [word] = &words[..]
        && is_closed(word)
    {
        return json!([]);
    }
    json!(words)
}

/// A single span as [`Span::parse`] wants it, of what either keyboard writes; empty where it is none or more than one.
pub fn plain_span(line: &str) -> String {
    match spans_of(line).as_array().map(Vec::as_slice) {
        Some([span]) => span.as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

fn is_closed(word: &str) -> bool {
    CLOSED.contains(&word)
}

fn padded(span: &str) -> String {
    let pad = |time: &str| if time.len() == 4 { format!("0{time}") } else { time.to_owned() };
    span.split('-').map(pad).collect::<Vec<_>>().join("-")
}

fn day_of(line: &str) -> Value {
    let mut words = line.split_whitespace();
    let dates = plain(words.next().unwrap_or_default());
    let (from, to) = range(&dates);
    let mut day = Map::from_iter([("from".to_owned(), json!(from)), ("to".to_owned(), json!(to))]);
    let mut plan: Vec<String> = Vec::new();
    let mut name = Vec::new();
    for word in words {
        let sign = plain(word);
        if !name.is_empty() {
            name.push(word);
        } else if let Some(weekday) = sign.strip_prefix('=') {
            day.insert("as".to_owned(), json!(weekday_named(weekday)));
        } else if sign.contains(':') || plan.is_empty() && is_closed(&sign) {
            plan.push(sign);
        } else {
            name.push(word);
        }
    }
    if !plan.is_empty() {
        day.insert("hours".to_owned(), spans_of(&plan.join(" ")));
    }
    day.insert("name".to_owned(), json!(name.join(" ")));
    Value::Object(day)
}

/// The first and the last of `2026-10-01..2026-10-07`, or of `2026-10-01至2026-10-07`, whose sign is a dash by now.
fn range(dates: &str) -> (&str, &str) {
    let by_dash = || {
        let (at, _) = dates.match_indices('-').nth(2)?;
        Some((dates.get(..at)?, dates.get(at + 1..)?.trim_start_matches('-')))
    };
    dates.split_once("..").or_else(by_dash).unwrap_or((dates, dates))
}

fn weekday_named(name: &str) -> String {
    let index = CHINESE_WEEKDAYS.iter().position(|known| *known == name);
    index.and_then(|index| Weekday::NAMES.get(index)).map_or_else(|| name.to_lowercase(), |name| (*name).to_owned())
}

fn written(spans: &[Span]) -> String {
    spans.iter().map(|span| String::from(*span)).collect::<Vec<_>>().join(", ")
}

fn day_line(day: &SpecialDays) -> String {
    let mut line = String::from(day.from);
    if day.to != day.from {
        line.push_str("..");
        line.push_str(&String::from(day.to));
    }
    line.push(' ');
    match &day.plan {
        Plan::Hours(spans) if spans.is_empty() => line.push_str(CLOSED[0]),
        Plan::Hours(spans) => line.push_str(&written(spans)),
        Plan::As(weekday) => {
            line.push('=');
            line.push_str(weekday.name());
        }
    }
    if !day.name.is_empty() {
        line.push(' ');
        line.push_str(&day.name);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{UnixMillis, UtcOffset};

    fn week(line: &str) -> [String; 7] {
        Weekday::ALL.map(|weekday| if weekday == Weekday::Sun { String::new() } else { line.to_owned() })
    }

    #[test]
    fn reads_what_either_keyboard_writes() {
        let calendar =
            "2026-10-01..2026-10-07 closed 国庆节\n\n2026-10-10 =mon 调休\n2026-12-24 9:00-12:00, 13:00-15:00 Eve";
        let plain = Hours::from_lines(&week("9:00-12:00, 13:00-17:00"), calendar).unwrap();
        let calendar =
            "2026-10-01至2026-10-07 休 国庆节\n2026-10-10 ＝周一 调休\n2026-12-24 ９：00－12：00，13:00－15:00 Eve";
        let chinese = Hours::from_lines(&week("９：00－12：00，13：00－17：00"), calendar).unwrap();
        assert_eq!(plain, chinese);
        let is_open = |at: i64| plain.is_open(UnixMillis(at), UtcOffset(0));
        // 2026-10-10 is a Saturday, worked like a Monday; 2026-10-02 is a Friday of the holidays.
        assert_eq!([1_791_626_400_000, 1_790_935_200_000].map(is_open), [true, false]);
    }

    #[test]
    fn dashes_are_what_people_make_of_them() {
        let plain =
            Hours::from_lines(&week("09:00-12:00, 13:00-17:00"), "2026-10-01..2026-10-07 closed 中秋、国庆").unwrap();
        for line in ["9:00 - 12:00, 13:00 – 17:00", "9:00～12:00、13:00——17:00", "9:00到12:00，13:00至17:00"]
        {
            for day in ["2026-10-01~2026-10-07 Closed 中秋、国庆", "2026-10-01。。2026-10-07 休息 中秋、国庆"]
            {
                assert_eq!(Hours::from_lines(&week(line), day).as_ref(), Ok(&plain), "{line} {day}");
            }
        }
    }

    #[test]
    fn a_single_span_is_plain_whichever_keyboard_wrote_it() {
        for written in ["8:00-14:00", "８：00～14：00", " 08:00 - 14:00 "] {
            assert_eq!(plain_span(written), "08:00-14:00", "{written}");
        }
        assert_eq!(["", "8:00-9:00, 10:00-11:00"].map(plain_span), ["", ""]);
    }

    #[test]
    fn what_is_read_is_written_back() {
        let calendar = "2026-10-01..2026-10-07 closed 国庆节\n2026-10-10 =mon\n2026-12-24 09:00-12:00, 13:00-15:00 Eve";
        let hours = Hours::from_lines(&week("09:00-12:00, 18:00-02:00"), calendar).unwrap();
        assert_eq!(hours.to_lines(), (week("09:00-12:00, 18:00-02:00"), calendar.to_owned()));
        let season = Hours::from_lines(&week("closed"), "2026-07-01..2026-08-31 09:00-18:00").unwrap();
        let (lines, days) = season.to_lines();
        assert_eq!(Hours::from_lines(&lines, &days).unwrap(), season, "a place for a season is not always open");
        let none = [(); 7].map(|()| String::new());
        assert_eq!(Hours::from_lines(&none, " \n").unwrap(), Hours::default(), "always open");
        assert_eq!(Hours::default().to_lines(), (none, String::new()));
    }

    #[test]
    fn each_line_at_fault_is_named() {
        let mut lines = week("9:00-17:00");
        lines[2] = "nine to five".to_owned();
        let calendar = "2026-10-01 closed\n\n2026-13-01 closed\n2026-10-05 Monday";
        let wrong = Hours::from_lines(&lines, calendar).unwrap_err();
        let named = |line, what| wrong.contains(&(line, what));
        assert!(named(Line::Weekday(Weekday::Wed), Wrong::NotASpan), "{wrong:?}");
        assert!(named(Line::Day(3), Wrong::NotADate), "{wrong:?}");
        assert!(named(Line::Day(4), Wrong::NeitherHoursNorAs), "{wrong:?}");
        assert_eq!(wrong.len(), 3, "each once: {wrong:?}");
        let both =
            Hours::from_lines(&week("9:00-17:00"), "2026-10-01 closed 9:00-12:00\n2026-10-02 9:00-12:00 closed early");
        assert_eq!(both.unwrap_err(), [(Line::Day(1), Wrong::NotASpan)], "behind times it is a name");
        let never = Hours::from_lines(&week("closed"), "").unwrap_err();
        assert_eq!(never, [(Line::All, Wrong::NeverOpen)]);
    }
}
