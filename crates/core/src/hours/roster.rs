//! What stands on the screen by the time of day: shifts of a week, each with the survey, the service point, the person
//! and the attract set that hold while it lasts.
//!
//! A shift belongs to the day on which it begins, also past midnight. Days are those of the holiday calendar: one that is
//! worked like a Monday has Monday's shifts, one that is closed has none.

use serde_json::{Map, Value, json};

use super::{Date, Hours, MINUTES_PER_DAY, MS_PER_MINUTE, Plan, Span, Weekday, local};
use crate::reader::{self, Reader, is_text};
use crate::time::{UnixMillis, UtcOffset};

/// The named record of the journal that holds the shifts as JSON.
pub const ROSTER_RECORD: &str = "roster";
/// More than a week of three shifts a day.
pub const MAX_SHIFTS: usize = 30;
/// Characters of a name.
pub const MAX_NAME_CHARS: usize = 40;
/// Characters of a service point, a staff number or an attract set, as the settings allow them.
pub const MAX_CHARS: usize = 60;

/// A part of the week, and what holds in it. What is empty is as the settings have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// What it is called: “晚班”.
    pub name: String,
    /// On which weekdays it begins; none means on all of them.
    pub days: Vec<Weekday>,
    /// From when to when.
    pub hours: Span,
    /// The survey that is asked.
    pub survey: String,
    /// The service point.
    pub point: String,
    /// The number of the person who serves.
    pub staff: String,
    /// The pictures and cards of this name are shown, besides those without any.
    pub attract: String,
}

/// The shifts. The default is none: always as the settings have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// In the manager's order. No two of them share a minute of the week.
    pub shifts: Vec<Shift>,
}

/// One thing that is wrong with shifts, and where: `[1].hours`.
pub type Fault = reader::Fault<Wrong>;

/// What can be wrong with shifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A list belongs here.
    NotAList,
    /// An object belongs here.
    NotAnObject,
    /// Nothing of this name belongs here.
    UnknownField,
    /// No text, nothing in it, or longer than [`MAX_NAME_CHARS`].
    Name,
    /// Not a list of `mon` to `sun`, or one of them twice.
    Days,
    /// As opening hours have it: no span, or one that ends before it begins.
    Hours(super::Wrong),
    /// It shares a minute with a shift before it.
    Overlap,
    /// No text, longer than [`MAX_CHARS`], or with what nobody sees.
    Text,
    /// More than [`MAX_SHIFTS`].
    TooMany,
}

const FIELDS: [&str; 7] = ["name", "days", "hours", "survey", "point", "staff", "attract"];

impl Roster {
    /// Reads and checks shifts.
    ///
    /// # Errors
    /// Every fault found, each with its path.
    pub fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        Reader::read(|reader| {
            let mut roster = Self::default();
            let list = reader.list(value, MAX_SHIFTS, Wrong::NotAList, Wrong::TooMany);
            reader.items(list, |reader, value| {
                let Some(shift) = reader.shift(value) else { return };
                if roster.shifts.iter().any(|before| before.overlaps(&shift)) {
                    reader.fault_at("hours", Wrong::Overlap);
                }
                roster.shifts.push(shift);
            });
            roster
        })
    }

    /// Reads the record; none where it cannot be read.
    pub fn from_json(json: &str) -> Self {
        reader::from_record(json, Self::read)
    }

    /// The shifts as a file has them.
    pub fn to_value(&self) -> Value {
        self.shifts.iter().map(Shift::to_value).collect()
    }

    /// The record; empty where there are none.
    pub fn to_json(&self) -> String {
        if self.shifts.is_empty() { String::new() } else { self.to_value().to_string() }
    }

    /// The shift that stands, with its end by the offset of now.
    pub fn at(&self, hours: &Hours, now: UnixMillis, offset: UtcOffset) -> Option<(&Shift, UnixMillis)> {
        let (today, in_day) = local(now, offset);
        let minute = in_day / MS_PER_MINUTE;
        [0, 1].into_iter().find_map(|ago| {
            let weekday = hours.worked_as(today.plus(-ago))?;
            let minute = minute + ago * i64::from(MINUTES_PER_DAY);
            let stands = |shift: &&Shift| shift.is_on(weekday) && shift.hours.covers(minute);
            let shift = self.shifts.iter().find(stands)?;
            let left = (i64::from(shift.hours.end) - minute) * MS_PER_MINUTE;
            Some((shift, UnixMillis(now.0 - in_day % MS_PER_MINUTE + left)))
        })
    }
}

impl Hours {
    /// The weekday that a day is worked like; `None` for one that the calendar has closed.
    fn worked_as(&self, date: Date) -> Option<Weekday> {
        match self.special_days(date).map(|special| &special.plan) {
            Some(Plan::As(weekday)) => Some(*weekday),
            Some(Plan::Hours(spans)) if spans.is_empty() => None,
            _ => Some(date.weekday()),
        }
    }
}

impl Shift {
    /// Whether it begins on that weekday.
    pub fn is_on(&self, weekday: Weekday) -> bool {
        self.days.is_empty() || self.days.contains(&weekday)
    }

    /// What it changes of the settings, by their names; and its attract set.
    pub fn changes(&self) -> Map<String, Value> {
        let parts =
            [("survey", &self.survey), ("point", &self.point), ("staff", &self.staff), ("attract", &self.attract)];
        let said = parts.into_iter().filter(|(_, text)| !text.is_empty());
        said.map(|(name, text)| (name.to_owned(), json!(text))).collect()
    }

    fn to_value(&self) -> Value {
        let mut value = self.changes();
        value.insert("name".to_owned(), json!(self.name));
        value.insert("hours".to_owned(), json!(String::from(self.hours)));
        if !self.days.is_empty() {
            value.insert("days".to_owned(), self.days.iter().map(|day| day.name()).collect());
        }
        Value::Object(value)
    }

    /// Whether both stand in one minute of some week. What reaches past midnight meets what begins the day after.
    fn overlaps(&self, other: &Self) -> bool {
        let shifted = |span: Span, days: u16| {
            let by = days * MINUTES_PER_DAY;
            Span { begin: span.begin + by, end: span.end + by }
        };
        let meet = |one: &Self, other: &Self, later: u16| {
            one.hours.overlaps(shifted(other.hours, later))
                && Weekday::ALL.into_iter().zip(0_usize..).any(|(weekday, at)| {
                    let after = Weekday::ALL.get((at + usize::from(later)) % 7).copied().unwrap_or(weekday);
                    one.is_on(weekday) && other.is_on(after)
                })
        };
        meet(self, other, 0) || meet(self, other, 1) || meet(other, self, 1)
    }
}

impl Reader<Wrong> {
    fn shift(&mut self, value: &Value) -> Option<Shift> {
        let fields = self.fields(value, &FIELDS, Wrong::NotAnObject, Wrong::UnknownField)?;
        let name = text(fields, "name", MAX_NAME_CHARS).filter(|name| !name.is_empty());
        if name.is_none() {
            self.fault_at("name", Wrong::Name);
        }
        let days = days(fields.get("days"));
        if days.is_none() {
            self.fault_at("days", Wrong::Days);
        }
        let span = fields.get("hours").and_then(Value::as_str).ok_or(super::Wrong::NotASpan).and_then(Span::parse);
        if let Err(wrong) = span {
            self.fault_at("hours", Wrong::Hours(wrong));
        }
        let [survey, point, staff, attract] = ["survey", "point", "staff", "attract"].map(|field| {
            let text = text(fields, field, MAX_CHARS);
            if text.is_none() {
                self.fault_at(field, Wrong::Text);
            }
            text.unwrap_or_default()
        });
        Some(Shift { name: name?, days: days?, hours: span.ok()?, survey, point, staff, attract })
    }
}

/// A text that may be left out; `None` for one that does not fit.
fn text(fields: &Map<String, Value>, name: &str, most: usize) -> Option<String> {
    let Some(value) = fields.get(name) else { return Some(String::new()) };
    let text = value.as_str()?.trim();
    is_text(text, 0..=most).then(|| text.to_owned())
}

fn days(value: Option<&Value>) -> Option<Vec<Weekday>> {
    let mut days = Vec::new();
    for day in value.map_or(Some(&Vec::new()), Value::as_array)? {
        let day = Weekday::named(day.as_str()?).filter(|day| !days.contains(day))?;
        days.push(day);
    }
    Some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster() -> Roster {
        let weekdays = ["mon", "tue", "wed", "thu", "fri"];
        Roster::read(&json!([
            { "name": "早班", "days": weekdays, "hours": "08:00-14:00", "staff": "0417" },
            { "name": "晚班", "days": weekdays, "hours": "14:00-22:00", "survey": "bank", "attract": "evening" },
            { "name": "夜班", "days": ["fri", "sat"], "hours": "22:00-06:00", "point": "9" },
        ]))
        .unwrap()
    }

    /// Of which the calendar has a holiday, and a Saturday that is worked like a Monday.
    fn hours() -> Hours {
        Hours::read(&json!({ "days": [
            { "from": "2026-10-01", "to": "2026-10-02", "name": "国庆节", "hours": [] },
            { "from": "2026-10-10", "to": "2026-10-10", "name": "调休", "as": "mon" },
            { "from": "2026-10-12", "to": "2026-10-12", "hours": ["09:00-11:00"] },
        ]}))
        .unwrap()
    }

    fn at(local: &str) -> UnixMillis {
        let civil: jiff::civil::DateTime = local.parse().unwrap();
        let zone = jiff::tz::Offset::constant(8).to_time_zone();
        UnixMillis(civil.to_zoned(zone).unwrap().timestamp().as_millisecond())
    }

    #[track_caller]
    fn check(now: &str, expected: Option<(&str, &str)>) {
        let (roster, hours) = (roster(), hours());
        let stands = roster.at(&hours, at(now), UtcOffset(480)).map(|(shift, end)| (shift.name.as_str(), end));
        assert_eq!(stands, expected.map(|(name, end)| (name, at(end))), "{now}");
    }

    #[test]
    fn a_shift_stands_from_its_first_minute_to_before_its_last() {
        check("2026-09-28 07:59:59.999", None);
        check("2026-09-28 08:00", Some(("早班", "2026-09-28 14:00")));
        check("2026-09-28 13:59:30", Some(("早班", "2026-09-28 14:00")));
        check("2026-09-28 14:00", Some(("晚班", "2026-09-28 22:00")));
        check("2026-09-28 22:00", None);
    }

    #[test]
    fn past_midnight_it_is_still_the_shift_of_the_evening() {
        check("2026-09-25 23:00", Some(("夜班", "2026-09-26 06:00")));
        check("2026-09-26 05:59", Some(("夜班", "2026-09-26 06:00")));
        check("2026-09-26 06:00", None);
        check("2026-09-27 05:00", Some(("夜班", "2026-09-27 06:00")));
        check("2026-09-28 05:00", None);
    }

    #[test]
    fn the_calendar_says_which_day_it_is() {
        check("2026-10-01 09:00", None);
        check("2026-10-02 23:00", None);
        check("2026-10-10 09:00", Some(("早班", "2026-10-10 14:00")));
        check("2026-10-10 23:00", None);
        check("2026-10-12 15:00", Some(("晚班", "2026-10-12 22:00")));
    }

    #[test]
    fn shifts_are_read_back_as_they_were_written() {
        assert_eq!(Roster::from_json(&roster().to_json()), roster());
        assert_eq!((Roster::default().to_json(), Roster::from_json("no")), (String::new(), Roster::default()));
        let changes = Value::Object(roster().shifts[1].changes());
        assert_eq!(changes, json!({ "survey": "bank", "attract": "evening" }), "what is empty changes nothing");
    }

    #[test]
    fn every_fault_has_its_path() {
        let faults = Roster::read(&json!([
            { "name": " ", "days": ["mon", "mon"], "hours": "8-14" },
            { "name": "a", "hours": "08:00-14:00", "point": "a\u{1b}", "colour": "red" },
            { "name": "b", "hours": "22:00-08:30", "days": ["sun"] },
            { "name": "c", "hours": "10:00-09:59" },
            7,
        ]))
        .unwrap_err();
        let found: Vec<(&str, Wrong)> = faults.iter().map(|fault| (fault.path.as_str(), fault.wrong)).collect();
        use crate::hours::Wrong::NotASpan;
        let expected = [
            ("[0].name", Wrong::Name),
            ("[0].days", Wrong::Days),
            ("[0].hours", Wrong::Hours(NotASpan)),
            ("[1].colour", Wrong::UnknownField),
            ("[1].point", Wrong::Text),
            ("[2].hours", Wrong::Overlap),
            ("[3].hours", Wrong::Overlap),
            ("[4]", Wrong::NotAnObject),
        ];
        assert_eq!(found, expected, "a shift past midnight meets that of the morning after");
    }
}
