//! Opening hours: whether the place is open, when that changes next, which shift stands, which days are worked.
//!
//! It is not a time zone: local time is the clock plus the offset of now, and a change of that offset (daylight
//! saving) before the next opening is not known. A caller therefore asks again at least every hour, and never sleeps
//! until [`Hours::next_change`] alone. Hours are valid as a whole or not at all: [`Hours::read`] reports every fault.

pub mod lines;
pub mod roster;

use serde::Serialize;
use serde_json::Value;

use crate::reader::{self, Reader};
use crate::time::{CivilDate, UnixMillis, UtcOffset, civil_date, local_day};

/// The named record of the journal that holds the hours as JSON; none is always open.
pub const HOURS_RECORD: &str = "hours";
/// Morning, noon and evening with a break in each; more do not fit a line of the settings.
pub const MAX_SPANS: usize = 6;
/// China's calendar takes about fifteen entries a year: a decade of them, with room for a town's own days.
pub const MAX_DAYS: usize = 200;
/// A change of shift every two hours; nobody works shorter ones.
pub const MAX_SHIFTS: usize = 12;
/// Characters of a name. It stands in one line of a tablet held upright.
pub const MAX_NAME: usize = 40;
/// How many days ahead the next change and the next working day are looked for: a place that opens for a season only is
/// closed for less than a year.
pub const HORIZON_DAYS: i64 = 366;

/// No kiosk is older, and a year typed with a digit wrong falls out.
const FIRST_YEAR: i64 = 2000;
/// Two centuries hold every calendar that anybody will enter.
const LAST_YEAR: i64 = 2199;
/// A span past midnight ends by noon, so that 17:00-13:30 is seen for the slip that it is. Night shifts end at eight,
/// and no restaurant's evening lasts until lunch.
const LATEST_END_PAST_MIDNIGHT: u16 = 12 * 60;

const MINUTES_PER_DAY: u16 = 24 * 60;
const MS_PER_MINUTE: i64 = 60_000;
const MS_PER_DAY: i64 = 86_400_000;

/// When a place is open and who works there. The default is always open, without shifts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hours {
    /// The hours of each weekday; none means open around the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub week: Option<Week>,
    /// The holiday calendar: days that are not as their weekday is. No two entries share a day.
    pub days: Vec<SpecialDays>,
    /// Who works when, on every day alike, whether the place is open or closed. No two share a minute.
    pub shifts: Vec<Shift>,
}

/// The spans of each weekday; none means closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Week {
    pub mon: Vec<Span>,
    pub tue: Vec<Span>,
    pub wed: Vec<Span>,
    pub thu: Vec<Span>,
    pub fri: Vec<Span>,
    pub sat: Vec<Span>,
    pub sun: Vec<Span>,
}

/// A day or a range of days with hours of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SpecialDays {
    /// The first day.
    pub from: Date,
    /// The last day, the same as the first for a single one.
    pub to: Date,
    /// What people call it: “国庆节”. Empty where it has no name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What holds on each of the days.
    #[serde(flatten)]
    pub plan: Plan,
}

/// What holds on a special day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// These spans; none means closed.
    Hours(Vec<Span>),
    /// The hours of a weekday: a weekend day that is worked (调休).
    As(Weekday),
}

/// A named part of every day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// What it is called: “早班”.
    pub name: String,
    /// From when to when.
    pub hours: Span,
}

/// From one minute to before another: `09:00-12:00`, `18:00-24:00`, `18:00-02:00`.
///
/// An end after the begin is on the same day. An end before the begin is on the next day, and by noon at the latest.
/// An end that equals the begin is refused, since it could mean nothing or a whole day; that is `00:00-24:00`. The
/// whole span belongs to the day on which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Span {
    /// Minutes from the midnight before it: 0 to 1,439.
    begin: u16,
    /// Minutes from that same midnight, more than 1,440 past the next one.
    end: u16,
}

/// The weekdays, in the order of ISO 8601.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A day of the proleptic Gregorian calendar; one after the other in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct Date {
    /// Days since 1970-01-01.
    days: i64,
}

/// One thing that is wrong with opening hours, and where: `week.mon[1]`, `days[0].to`.
pub type Fault = reader::Fault<Wrong>;

/// What can be wrong with opening hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// An object belongs here.
    NotAnObject,
    /// A list belongs here.
    NotAList,
    /// Nothing of this name belongs here.
    UnknownField,
    /// Not one of `mon` to `sun`.
    UnknownWeekday,
    /// Not of the form `09:00-12:00`, or no such time.
    NotASpan,
    /// It ends when it begins, or before that and not by noon of the next day.
    EndBeforeBegin,
    /// It shares a minute with a span of the same day, or a shift of any, that stands before it in the list.
    Overlap,
    /// Not of the form `2026-10-01`, no such day, or not of the years 2000 to 2199.
    NotADate,
    /// The last day is before the first.
    ToBeforeFrom,
    /// An entry before it in the list has one of its days.
    SameDay,
    /// It has hours of its own and those of a weekday.
    HoursAndAs,
    /// It has no hours, not even an empty list of them.
    NeitherHoursNorAs,
    /// No text, or nothing in it.
    NotAName,
    /// More than [`MAX_NAME`] characters.
    NameTooLong,
    /// More than [`MAX_SPANS`], [`MAX_DAYS`] or [`MAX_SHIFTS`]. What stands in the list has not been looked at.
    TooMany,
    /// Neither a weekday nor a special day has hours. Always open is said by leaving `week` out.
    NeverOpen,
}

impl Hours {
    /// Reads and checks hours. A field that is left out or null has its default: always open, no special days, no
    /// shifts; within `week`, closed on that weekday.
    ///
    /// # Errors
    /// Every fault found, each with its path.
    pub fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        Reader::read(|reader| reader.hours(value)).map(Option::unwrap_or_default)
    }

    /// Reads the record; always open where it cannot be read.
    pub fn from_json(json: &str) -> Self {
        reader::from_record(json, Self::read)
    }

    /// Whether the place is open.
    pub fn is_open(&self, now: UnixMillis, offset: UtcOffset) -> bool {
        let (today, in_day) = local(now, offset);
        self.end_of_span(today, in_day / MS_PER_MINUTE).is_some()
    }

    /// When the place closes if it is open, when it opens if it is closed, by the offset of now. Spans that touch or
    /// overlap, also from one day to the next, are one. `None` where nothing changes on the [`HORIZON_DAYS`] days from
    /// today on.
    pub fn next_change(&self, now: UnixMillis, offset: UtcOffset) -> Option<UnixMillis> {
        let (today, in_day) = local(now, offset);
        let minute = in_day / MS_PER_MINUTE;
        let mut closes = minute;
        // A span ends after each minute that it covers: every turn is later, and the horizon is the end of it.
        while let Some(end) = self.end_of_span(today, closes) {
            if end >= HORIZON_DAYS * i64::from(MINUTES_PER_DAY) {
                return None;
            }
            closes = end;
        }
        let change = if closes > minute { closes } else { self.next_begin(today, minute)? };
        now.0.checked_add(change * MS_PER_MINUTE - in_day).map(UnixMillis)
    }

    /// The shift that stands.
    pub fn shift(&self, now: UnixMillis, offset: UtcOffset) -> Option<&Shift> {
        self.shifts.iter().find(|shift| shift.hours.stands(now, offset))
    }

    /// The entry of the holiday calendar that a day falls into.
    pub fn special_days(&self, date: Date) -> Option<&SpecialDays> {
        self.days.iter().find(|special| special.from <= date && date <= special.to)
    }

    /// Whether the place opens on that day. A span that only reaches into it from the day before does not count.
    pub fn is_working_day(&self, date: Date) -> bool {
        !self.spans(date).is_empty()
    }

    /// The `n`th working day after a day; for 0 that day itself, worked or not. `None` where no day is worked for
    /// [`HORIZON_DAYS`] days.
    pub fn add_working_days(&self, date: Date, n: u16) -> Option<Date> {
        let mut reached = date;
        for _ in 0..n {
            reached = (1..=HORIZON_DAYS).map(|days| reached.plus(days)).find(|date| self.is_working_day(*date))?;
        }
        Some(reached)
    }

    /// The spans that begin on a day.
    fn spans(&self, date: Date) -> &[Span] {
        match self.special_days(date).map(|special| &special.plan) {
            Some(Plan::Hours(spans)) => spans,
            Some(Plan::As(weekday)) => self.spans_of(*weekday),
            None => self.spans_of(date.weekday()),
        }
    }

    fn spans_of(&self, weekday: Weekday) -> &[Span] {
        static ALL_DAY: [Span; 1] = [Span { begin: 0, end: MINUTES_PER_DAY }];
        let Some(week) = &self.week else { return &ALL_DAY };
        match weekday {
            Weekday::Mon => &week.mon,
            Weekday::Tue => &week.tue,
            Weekday::Wed => &week.wed,
            Weekday::Thu => &week.thu,
            Weekday::Fri => &week.fri,
            Weekday::Sat => &week.sat,
            Weekday::Sun => &week.sun,
        }
    }

    /// The end of a span that covers a minute; both counted from today's midnight.
    fn end_of_span(&self, today: Date, minute: i64) -> Option<i64> {
        let day = minute.div_euclid(i64::from(MINUTES_PER_DAY));
        [day - 1, day].into_iter().find_map(|day| {
            let midnight = day * i64::from(MINUTES_PER_DAY);
            let span = self.spans(today.plus(day)).iter().find(|span| span.covers(minute - midnight))?;
            Some(midnight + i64::from(span.end))
        })
    }

    /// The next begin of a span after a minute; both counted from today's midnight.
    fn next_begin(&self, today: Date, minute: i64) -> Option<i64> {
        (0..HORIZON_DAYS).find_map(|day| {
            let spans = self.spans(today.plus(day)).iter();
            let begins = spans.map(|span| day * i64::from(MINUTES_PER_DAY) + i64::from(span.begin));
            begins.filter(|begin| *begin > minute).min()
        })
    }
}

impl Span {
    /// Whether it stands at an instant, where it is there every day.
    pub fn stands(self, now: UnixMillis, offset: UtcOffset) -> bool {
        let minute = local(now, offset).1 / MS_PER_MINUTE;
        self.covers(minute) || self.covers(minute + i64::from(MINUTES_PER_DAY))
    }

    /// Reads `09:00-12:00`. An end at `00:00` is that at `24:00`, and is written so.
    ///
    /// # Errors
    /// [`Wrong::NotASpan`] or [`Wrong::EndBeforeBegin`].
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let [a, b, b':', c, d, b'-', e, f, b':', g, h] = *text.as_bytes() else { return Err(Wrong::NotASpan) };
        let minute = |hour: [u8; 2], minute: [u8; 2]| {
            let (hour, minute) = (number(&hour)?, number(&minute)?);
            (minute < 60).then_some(hour * 60 + minute)
        };
        let (Some(begin), Some(end)) = (minute([a, b], [c, d]), minute([e, f], [g, h])) else {
            return Err(Wrong::NotASpan);
        };
        if begin >= MINUTES_PER_DAY || end > MINUTES_PER_DAY {
            return Err(Wrong::NotASpan);
        }
        if begin < end {
            Ok(Self { begin, end })
        } else if end < begin && end <= LATEST_END_PAST_MIDNIGHT {
            Ok(Self { begin, end: end + MINUTES_PER_DAY })
        } else {
            Err(Wrong::EndBeforeBegin)
        }
    }

    /// Whether it covers a minute, counted from the midnight before it.
    fn covers(self, minute: i64) -> bool {
        i64::from(self.begin) <= minute && minute < i64::from(self.end)
    }

    /// Whether it shares a minute with a span of the same day.
    fn overlaps(self, other: Self) -> bool {
        self.begin < other.end && other.begin < self.end
    }

    /// Whether it shares a minute with a span if both are there every day.
    fn overlaps_daily(self, other: Self) -> bool {
        let tomorrow = |span: Self| Self { begin: span.begin + MINUTES_PER_DAY, end: span.end + MINUTES_PER_DAY };
        self.overlaps(other) || self.overlaps(tomorrow(other)) || tomorrow(self).overlaps(other)
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        let end = if span.end > MINUTES_PER_DAY { span.end - MINUTES_PER_DAY } else { span.end };
        format!("{:02}:{:02}-{:02}:{:02}", span.begin / 60, span.begin % 60, end / 60, end % 60)
    }
}

impl Weekday {
    /// All of them, in their order.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// As it is written.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The weekday that is written so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().zip(Self::NAMES).find(|(_, known)| *known == name).map(|(weekday, _)| weekday)
    }
}

impl Date {
    /// The local day of an instant, by the offset of that instant.
    pub fn at(now: UnixMillis, offset: UtcOffset) -> Self {
        local(now, offset).0
    }

    /// Reads `2026-10-01`; `None` for anything else, also for a day before 2000 or after 2199.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text).filter(|date| (FIRST_YEAR..=LAST_YEAR).contains(&date.civil().year))
    }

    /// The local day that an RFC 3339 text names, by its first ten characters; `None` where they are no day. Of any year
    /// that RFC 3339 can write: a tablet that has lost its clock begins in 1970.
    pub fn of_time(rfc3339: &str) -> Option<Self> {
        Self::read(local_day(rfc3339))
    }

    fn read(text: &str) -> Option<Self> {
        let [a, b, c, d, b'-', e, f, b'-', g, h] = *text.as_bytes() else { return None };
        let civil = CivilDate {
            year: number(&[a, b, c, d])?.into(),
            month: number(&[e, f])?.into(),
            day: number(&[g, h])?.into(),
        };
        let date = (1..=12).contains(&civil.month).then(|| Self { days: days_from_civil(civil) })?;
        // A day that its month does not have comes back as one of another month.
        (date.civil() == civil).then_some(date)
    }

    /// Its year, month and day.
    pub fn civil(self) -> CivilDate {
        civil_date(UnixMillis(self.days.saturating_mul(MS_PER_DAY)), UtcOffset(0))
    }

    /// Its weekday.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        match self.days.rem_euclid(7) {
            0 => Weekday::Thu,
            1 => Weekday::Fri,
            2 => Weekday::Sat,
            3 => Weekday::Sun,
            4 => Weekday::Mon,
            5 => Weekday::Tue,
            _ => Weekday::Wed,
        }
    }

    /// The day so many days later; earlier for a negative number.
    pub fn plus(self, days: i64) -> Self {
        Self { days: self.days.saturating_add(days) }
    }

    /// How many days this one is after another; negative where it is before.
    pub fn days_after(self, other: Self) -> i64 {
        self.days.saturating_sub(other.days)
    }

    /// The Monday of its week: weeks begin on Monday (ISO 8601).
    pub fn monday(self) -> Self {
        self.plus(-(self.weekday() as i64))
    }

    /// The first day of its month.
    pub fn first_of_month(self) -> Self {
        self.plus(1 - i64::from(self.civil().day))
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.civil().to_string()
    }
}

/// The local day of an instant and the milliseconds since its midnight.
fn local(now: UnixMillis, offset: UtcOffset) -> (Date, i64) {
    let local = now.0.saturating_add(i64::from(offset.0) * MS_PER_MINUTE);
    (Date { days: local.div_euclid(MS_PER_DAY) }, local.rem_euclid(MS_PER_DAY))
}

/// Days since 1970-01-01; the month has to be 1 to 12.
///
/// `days_from_civil` by Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, so that
/// the leap day is the last, and are counted in eras of 400, which all have 146,097 days.
fn days_from_civil(civil: CivilDate) -> i64 {
    let (month, day) = (i64::from(civil.month), i64::from(civil.day));
    let year = if month <= 2 { civil.year - 1 } else { civil.year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The number that at most four digits make. Unlike `parse`, it takes no sign.
fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u16::from(digit - b'0')))
}

impl Reader<Wrong> {
    fn hours(&mut self, value: &Value) -> Option<Hours> {
        let fields = self.fields(value, &["week", "days", "shifts"], Wrong::NotAnObject, Wrong::UnknownField)?;
        let hours = Hours {
            week: self.field("week", fields, |reader, value| if value.is_null() { None } else { reader.week(value) }),
            days: self.field("days", fields, |reader, value| {
                let shares_a_day = |a: &SpecialDays, b: &SpecialDays| a.from <= b.to && b.from <= a.to;
                reader.apart(value, MAX_DAYS, Self::special_days, shares_a_day, Wrong::SameDay)
            }),
            shifts: self.field("shifts", fields, |reader, value| {
                let shares_a_minute = |a: &Shift, b: &Shift| a.hours.overlaps_daily(b.hours);
                reader.apart(value, MAX_SHIFTS, Self::shift, shares_a_minute, Wrong::Overlap)
            }),
        };
        let opens_specially = hours.days.iter().any(|special| match &special.plan {
            Plan::Hours(spans) => !spans.is_empty(),
            Plan::As(_) => false,
        });
        if self.is_content() && hours.week == Some(Week::default()) && !opens_specially {
            self.fault_at("week", Wrong::NeverOpen);
        }
        Some(hours)
    }

    fn week(&mut self, value: &Value) -> Option<Week> {
        let fields = self.fields(value, &Weekday::NAMES, Wrong::NotAnObject, Wrong::UnknownWeekday)?;
        let [mon, tue, wed, thu, fri, sat, sun] = Weekday::NAMES.map(|name| self.field(name, fields, Self::spans));
        Some(Week { mon, tue, wed, thu, fri, sat, sun })
    }

    fn special_days(&mut self, value: &Value) -> Option<SpecialDays> {
        let fields =
            self.fields(value, &["from", "to", "name", "hours", "as"], Wrong::NotAnObject, Wrong::UnknownField)?;
        let from = self.field("from", fields, Self::date);
        let to = self.field("to", fields, |reader, value| match reader.date(value) {
            to if to.is_some() && to < from => reader.refuse(Wrong::ToBeforeFrom),
            to => to,
        });
        let name = match fields.get("name") {
            None | Some(Value::Null) => String::new(),
            Some(empty) if empty == "" => String::new(),
            Some(_) => self.field("name", fields, Self::name),
        };
        let is_given = |name: &str| fields.get(name).is_some_and(|value| !value.is_null());
        let plan = match (is_given("hours"), is_given("as")) {
            (true, false) => Some(Plan::Hours(self.field("hours", fields, Self::spans))),
            (false, true) => self.field("as", fields, Self::weekday).map(Plan::As),
            (true, true) => self.refuse(Wrong::HoursAndAs),
            (false, false) => self.refuse(Wrong::NeitherHoursNorAs),
        };
        Some(SpecialDays { from: from?, to: to?, name, plan: plan.unwrap_or(Plan::Hours(Vec::new())) })
    }

    fn shift(&mut self, value: &Value) -> Option<Shift> {
        let fields = self.fields(value, &["name", "hours"], Wrong::NotAnObject, Wrong::UnknownField)?;
        let name = self.field("name", fields, Self::name);
        Some(Shift { name, hours: self.field("hours", fields, Self::span)? })
    }

    fn spans(&mut self, value: &Value) -> Vec<Span> {
        self.apart(value, MAX_SPANS, Self::span, |a, b| a.overlaps(*b), Wrong::Overlap)
    }

    fn span(&mut self, value: &Value) -> Option<Span> {
        match Span::parse(value.as_str().unwrap_or_default()) {
            Ok(span) => Some(span),
            Err(wrong) => self.refuse(wrong),
        }
    }

    fn date(&mut self, value: &Value) -> Option<Date> {
        value.as_str().and_then(Date::parse).or_else(|| self.refuse(Wrong::NotADate))
    }

    fn weekday(&mut self, value: &Value) -> Option<Weekday> {
        value.as_str().and_then(Weekday::named).or_else(|| self.refuse(Wrong::UnknownWeekday))
    }

    fn name(&mut self, value: &Value) -> String {
        let name = value.as_str().unwrap_or_default();
        if name.trim().is_empty() {
            self.fault(Wrong::NotAName);
        } else if name.chars().count() > MAX_NAME {
            self.fault(Wrong::NameTooLong);
        }
        name.to_owned()
    }

    /// Reads a list in which no two may clash; null is an empty one.
    fn apart<T>(
        &mut self,
        value: &Value,
        most: usize,
        read: fn(&mut Self, &Value) -> Option<T>,
        clash: fn(&T, &T) -> bool,
        otherwise: Wrong,
    ) -> Vec<T> {
        let mut list = Vec::new();
        if value.is_null() {
            return list;
        }
        let items = self.list(value, most, Wrong::NotAList, Wrong::TooMany);
        self.items(items, |reader, item| {
            let Some(item) = read(reader, item) else { return };
            if list.iter().any(|earlier| clash(earlier, &item)) {
                reader.fault(otherwise);
            }
            list.push(item);
        });
        list
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A town office with a break at noon, the National Day of 2026 and the days worked for it.
    fn office() -> Hours {
        let day = ["09:00-12:00", "13:30-17:00"];
        Hours::read(&json!({
            "week": { "mon": day, "tue": day, "wed": day, "thu": day, "fri": ["09:00-12:00"], "sat": [], "sun": [] },
            "days": [
                { "from": "2026-09-20", "to": "2026-09-20", "name": "调休", "as": "thu" },
                { "from": "2026-10-01", "to": "2026-10-07", "name": "国庆节", "hours": [] },
                { "from": "2026-10-10", "to": "2026-10-10", "name": "调休", "as": "fri" },
                { "from": "2026-12-31", "to": "2026-12-31", "hours": ["09:00-11:00"] },
            ],
            "shifts": [
                { "name": "早班", "hours": "08:00-14:00" },
                { "name": "晚班", "hours": "14:00-22:00" },
                { "name": "夜班", "hours": "23:00-07:00" },
            ],
        }))
        .unwrap()
    }

    /// Open until two at night but on Mondays; around the clock at the weekend.
    fn restaurant() -> Hours {
        let (evening, day) = (["18:00-02:00"], ["00:00-24:00"]);
        let week = json!({ "tue": evening, "wed": evening, "thu": evening, "fri": evening, "sat": day, "sun": day });
        let closed = json!([{ "from": "2026-10-01", "to": "2026-10-01", "hours": [] }]);
        Hours::read(&json!({ "week": week, "days": closed })).unwrap()
    }

    const SHANGHAI: UtcOffset = UtcOffset(480);

    /// `2026-09-30 11:59:30` in Shanghai.
    fn at(local: &str) -> UnixMillis {
        let civil: jiff::civil::DateTime = local.parse().unwrap();
        let zone = jiff::tz::Offset::constant(8).to_time_zone();
        UnixMillis(civil.to_zoned(zone).unwrap().timestamp().as_millisecond())
    }

    fn check(hours: &Hours, now: &str, is_open: bool, change: Option<&str>) {
        assert_eq!(hours.is_open(at(now), SHANGHAI), is_open, "{now}");
        assert_eq!(hours.next_change(at(now), SHANGHAI), change.map(at), "{now}");
    }

    #[test]
    fn opens_and_closes_by_the_weekday() {
        let office = office();
        check(&office, "2026-09-28 08:59:59.999", false, Some("2026-09-28 09:00"));
        check(&office, "2026-09-28 09:00", true, Some("2026-09-28 12:00"));
        check(&office, "2026-09-28 11:59:59.999", true, Some("2026-09-28 12:00"));
        check(&office, "2026-09-28 12:00", false, Some("2026-09-28 13:30"));
        check(&office, "2026-09-28 17:00", false, Some("2026-09-29 09:00"));
        check(&office, "2026-09-25 12:00", false, Some("2026-09-28 09:00"));
    }

    #[test]
    fn a_holiday_and_a_day_worked_for_it_count_before_the_weekday() {
        let office = office();
        check(&office, "2026-09-30 17:00", false, Some("2026-10-08 09:00"));
        check(&office, "2026-10-01 10:00", false, Some("2026-10-08 09:00"));
        check(&office, "2026-09-20 10:00", true, Some("2026-09-20 12:00"));
        check(&office, "2026-10-10 10:00", true, Some("2026-10-10 12:00"));
        check(&office, "2026-10-10 14:00", false, Some("2026-10-12 09:00"));
        check(&office, "2026-12-31 11:00", false, Some("2027-01-01 09:00"));
    }

    #[test]
    fn the_hours_past_midnight_belong_to_the_evening_before() {
        let restaurant = restaurant();
        check(&restaurant, "2026-09-29 18:00", true, Some("2026-09-30 02:00"));
        check(&restaurant, "2026-09-30 01:59", true, Some("2026-09-30 02:00"));
        check(&restaurant, "2026-10-01 01:00", true, Some("2026-10-01 02:00"));
        check(&restaurant, "2026-10-01 02:00", false, Some("2026-10-02 18:00"));
        check(&restaurant, "2026-10-02 01:00", false, Some("2026-10-02 18:00"));
    }

    #[test]
    fn spans_that_meet_or_overlap_across_midnight_are_one() {
        let restaurant = restaurant();
        check(&restaurant, "2026-10-02 18:00", true, Some("2026-10-05 00:00"));
        check(&restaurant, "2026-10-04 23:59:59", true, Some("2026-10-05 00:00"));
        check(&restaurant, "2026-10-05 00:00", false, Some("2026-10-06 18:00"));
        let bakery = Hours::read(&json!({ "week": { "mon": ["12:00-14:00", "06:00-12:00"] } })).unwrap();
        check(&bakery, "2026-09-28 06:00", true, Some("2026-09-28 14:00"));
    }

    #[test]
    fn without_a_week_it_is_always_open_but_on_special_days() {
        check(&Hours::default(), "2026-09-30 03:00", true, None);
        let days = json!([{ "from": "2026-10-01", "to": "2026-10-01", "hours": [] }]);
        let shop = Hours::read(&json!({ "days": days })).unwrap();
        check(&shop, "2026-09-30 03:00", true, Some("2026-10-01 00:00"));
        check(&shop, "2026-10-01 03:00", false, Some("2026-10-02 00:00"));
        check(&shop, "2026-10-02 00:00", true, None);
    }

    #[test]
    fn looks_no_further_than_the_horizon() {
        let july = |hours: Value| json!([{ "from": "2027-07-01", "to": "2027-07-02", "hours": hours }]);
        let fair = Hours::read(&json!({ "week": {}, "days": july(json!(["00:00-22:00"])) })).unwrap();
        check(&fair, "2026-06-30 23:59:59", false, None);
        check(&fair, "2026-07-01 00:00", false, Some("2027-07-01 00:00"));
        check(&fair, "2027-07-02 21:59", true, Some("2027-07-02 22:00"));
        check(&fair, "2027-07-02 22:00", false, None);
        let shop = Hours::read(&json!({ "days": july(json!([])) })).unwrap();
        check(&shop, "2026-06-30 23:59:59", true, None);
        check(&shop, "2026-07-01 00:00", true, Some("2027-07-01 00:00"));
    }

    #[test]
    fn the_offset_moves_the_day() {
        let office = office();
        let now = at("2026-09-28 09:00");
        assert!(office.is_open(now, SHANGHAI));
        // Eight hours behind it is one o'clock, in Auckland two in the afternoon, in Honolulu Sunday.
        assert_eq!(office.next_change(now, UtcOffset(0)), Some(at("2026-09-28 17:00")));
        assert_eq!(office.next_change(now, UtcOffset(780)), Some(at("2026-09-28 12:00")));
        assert_eq!(office.next_change(now, UtcOffset(-600)), Some(at("2026-09-29 03:00")));
    }

    #[test]
    fn a_shift_stands_whether_the_place_is_open_or_closed() {
        let office = office();
        let shift = |now| office.shift(at(now), SHANGHAI).map(|shift| shift.name.as_str());
        assert_eq!(shift("2026-10-01 07:59:59.999"), None);
        assert_eq!(shift("2026-10-01 08:00"), Some("早班"));
        assert_eq!(shift("2026-10-01 14:00"), Some("晚班"));
        assert_eq!(shift("2026-10-01 22:30"), None);
        assert_eq!(shift("2026-10-01 23:00"), Some("夜班"));
        assert_eq!(shift("2026-10-02 06:59"), Some("夜班"));
        assert_eq!(shift("2026-10-02 07:00"), None);
        assert_eq!(Hours::default().shift(at("2026-10-01 08:00"), SHANGHAI), None);
    }

    #[test]
    fn names_the_special_day() {
        let office = office();
        let name = |date| office.special_days(Date::parse(date).unwrap()).map(|special| special.name.as_str());
        assert_eq!(name("2026-09-30"), None);
        assert_eq!(name("2026-10-01"), Some("国庆节"));
        assert_eq!(name("2026-10-07"), Some("国庆节"));
        assert_eq!(name("2026-10-10"), Some("调休"));
        assert_eq!(name("2026-12-31"), Some(""));
    }

    #[test]
    fn counts_working_days_over_weekends_holidays_and_days_worked_for_them() {
        let office = office();
        let after = |date, n| office.add_working_days(Date::parse(date).unwrap(), n).map(String::from);
        for (from, n, reached) in [
            ("2026-09-28", 0, "2026-09-28"),
            ("2026-10-03", 0, "2026-10-03"),
            ("2026-09-28", 1, "2026-09-29"),
            ("2026-09-18", 1, "2026-09-20"),
            ("2026-09-30", 1, "2026-10-08"),
            ("2026-09-30", 3, "2026-10-10"),
            ("2026-09-30", 4, "2026-10-12"),
            ("2026-12-31", 1, "2027-01-01"),
        ] {
            assert_eq!(after(from, n).as_deref(), Some(reached), "{n} after {from}");
        }
        let always = Hours::default().add_working_days(Date::parse("2026-02-28").unwrap(), 1);
        assert_eq!(always, Date::parse("2026-03-01"));
    }

    #[test]
    fn finds_no_working_day_where_none_is_near() {
        let days = json!([{ "from": "2027-07-02", "to": "2027-07-02", "hours": ["10:00-12:00"] }]);
        let fair = Hours::read(&json!({ "week": {}, "days": days })).unwrap();
        let after = |date, n| fair.add_working_days(Date::parse(date).unwrap(), n);
        assert_eq!(after("2026-07-01", 1), Date::parse("2027-07-02"));
        assert_eq!(after("2026-06-30", 1), None);
        assert_eq!(after("2027-07-01", 2), None);
    }

    #[test]
    fn a_night_that_reaches_into_a_day_does_not_make_it_a_working_day() {
        let is_worked = |date| restaurant().is_working_day(Date::parse(date).unwrap());
        assert!(is_worked("2026-10-04") && is_worked("2026-09-30"));
        assert!(!is_worked("2026-10-05") && !is_worked("2026-10-01"));
    }

    fn check_span(text: &str, read: Result<&str, Wrong>) {
        assert_eq!(Span::parse(text).map(String::from), read.map(str::to_owned), "{text}");
    }

    #[test]
    fn reads_spans_and_nothing_like_them() {
        for whole in ["09:00-12:00", "00:00-24:00", "00:00-00:01", "23:59-24:00", "18:00-02:00", "12:01-12:00"] {
            check_span(whole, Ok(whole));
        }
        check_span("18:00-00:00", Ok("18:00-24:00"));
        for backwards in ["17:00-13:30", "12:02-12:01", "09:00-09:00", "00:00-00:00"] {
            check_span(backwards, Err(Wrong::EndBeforeBegin));
        }
        for other in [
            "",
            "09:00",
            "9:00-12:00",
            "09:00–12:00",
            "09:00-12:00 ",
            "09:60-12:00",
            "24:00-24:00",
            "09:00-24:01",
            "09:00-26:00",
            "+9:00-12:00",
            "09:0a-12:00",
            "九:00-12:00",
        ] {
            check_span(other, Err(Wrong::NotASpan));
        }
    }

    fn check_faults(hours: Value, expected: &[(&str, Wrong)]) {
        let faults = Hours::read(&hours).err().unwrap_or_default();
        let found: Vec<_> = faults.iter().map(|fault| (fault.path.as_str(), fault.wrong)).collect();
        assert_eq!(found, expected, "{hours}");
    }

    #[test]
    fn names_every_fault_of_the_week() {
        use Wrong::*;
        check_faults(Value::Null, &[("", NotAnObject)]);
        check_faults(json!([]), &[("", NotAnObject)]);
        check_faults(json!({ "weeks": {}, "day": [] }), &[("day", UnknownField), ("weeks", UnknownField)]);
        check_faults(json!({ "week": [] }), &[("week", NotAnObject)]);
        check_faults(json!({ "week": { "monday": [] } }), &[("week.monday", UnknownWeekday)]);
        check_faults(json!({ "week": { "mon": "09:00-12:00" } }), &[("week.mon", NotAList)]);
        check_faults(
            json!({ "week": { "mon": ["09:00-12:00", "nine", 9], "sun": ["17:00-13:30", null] } }),
            &[
                ("week.mon[1]", NotASpan),
                ("week.mon[2]", NotASpan),
                ("week.sun[0]", EndBeforeBegin),
                ("week.sun[1]", NotASpan),
            ],
        );
        let [meeting, nested] =
            [["09:00-12:00", "12:00-13:00", "11:59-12:01"], ["18:00-02:00", "03:00-04:00", "23:00-24:00"]];
        let expected = [("week.mon[2]", Overlap), ("week.fri[2]", Overlap)];
        check_faults(json!({ "week": { "mon": meeting, "fri": nested } }), &expected);
        let seven = ["01:00-02:00", "03:00-04:00", "05:00-06:00", "07:00-08:00", "09:00-10:00", "11:00-12:00", "x"];
        check_faults(json!({ "week": { "mon": seven } }), &[("week.mon", TooMany)]);
        check_faults(json!({ "week": { "mon": seven[..6] } }), &[]);
        check_faults(json!({ "week": { "mon": null, "tue": ["09:00-12:00"] }, "days": null, "shifts": null }), &[]);
    }

    #[test]
    fn a_place_that_never_opens_is_a_slip() {
        check_faults(json!({ "week": {} }), &[("week", Wrong::NeverOpen)]);
        let day = |plan: &str, holds: Value| json!([{ "from": "2026-10-01", "to": "2026-10-01", plan: holds }]);
        let closed = day("hours", json!([]));
        check_faults(json!({ "week": { "mon": [] }, "days": closed }), &[("week", Wrong::NeverOpen)]);
        check_faults(json!({ "week": {}, "days": day("as", json!("fri")) }), &[("week", Wrong::NeverOpen)]);
        check_faults(json!({ "week": {}, "days": day("hours", json!(["09:00-12:00"])) }), &[]);
        check_faults(json!({ "week": null, "days": closed }), &[]);
        check_faults(json!({}), &[]);
        assert_eq!(Hours::read(&json!({})), Ok(Hours::default()));
    }

    #[test]
    fn names_every_fault_of_a_special_day() {
        use Wrong::*;
        let check_day = |entry: Value, expected: &[(&str, Wrong)]| check_faults(json!({ "days": [entry] }), expected);
        check_faults(json!({ "days": {} }), &[("days", NotAList)]);
        check_day(json!("2026-10-01"), &[("days[0]", NotAnObject)]);
        check_day(json!({}), &[("days[0].from", NotADate), ("days[0].to", NotADate), ("days[0]", NeitherHoursNorAs)]);
        let entry = |from: &str, to: &str| json!({ "from": from, "to": to, "hours": [] });
        check_day(entry("2026-10-01", "2026-10-07"), &[]);
        check_day(entry("2026-02-29", "2028-02-29"), &[("days[0].from", NotADate)]);
        check_day(entry("2026-10-01", "2026-09-30"), &[("days[0].to", ToBeforeFrom)]);
        check_day(entry("1999-12-31", "2200-01-01"), &[("days[0].from", NotADate), ("days[0].to", NotADate)]);
        let with = |name: &str, value: Value| {
            let mut entry = entry("2026-10-01", "2026-10-07");
            entry[name] = value;
            entry
        };
        check_day(with("message", "closed".into()), &[("days[0].message", UnknownField)]);
        check_day(with("as", "fri".into()), &[("days[0]", HoursAndAs)]);
        check_day(with("hours", Value::Null), &[("days[0]", NeitherHoursNorAs)]);
        check_day(with("hours", json!(["12:00"])), &[("days[0].hours[0]", NotASpan)]);
        check_day(with("name", "节".repeat(40).into()), &[]);
        check_day(with("name", "节".repeat(41).into()), &[("days[0].name", NameTooLong)]);
        check_day(with("name", 1.into()), &[("days[0].name", NotAName)]);
        check_day(with("name", " ".into()), &[("days[0].name", NotAName)]);
        for none in ["".into(), Value::Null] {
            check_day(with("name", none), &[]);
        }
        let friday = json!({ "from": "2026-10-10", "to": "2026-10-10", "as": "Fri" });
        check_day(friday, &[("days[0].as", UnknownWeekday)]);
    }

    #[test]
    fn a_day_stands_in_one_entry_only() {
        let entry = |from: &str, to: &str| json!({ "from": from, "to": to, "hours": [] });
        let week = entry("2026-10-01", "2026-10-07");
        let check_two = |second: Value, expected: &[(&str, Wrong)]| {
            check_faults(json!({ "days": [week, second] }), expected);
        };
        check_two(entry("2026-09-30", "2026-09-30"), &[]);
        check_two(entry("2026-10-08", "2026-10-09"), &[]);
        for (from, to) in [("2026-10-07", "2026-10-09"), ("2026-09-01", "2026-11-01"), ("2026-10-03", "2026-10-03")] {
            check_two(entry(from, to), &[("days[1]", Wrong::SameDay)]);
        }
        check_two(entry("2026-10-05", "2026-09-05"), &[("days[1].to", Wrong::ToBeforeFrom)]);
        let days = |count: i64| -> Vec<Value> {
            let first = Date::parse("2026-01-01").unwrap();
            (0..count).map(|n| String::from(first.plus(n))).map(|day| entry(&day, &day)).collect()
        };
        check_faults(json!({ "days": days(200) }), &[]);
        check_faults(json!({ "days": days(201) }), &[("days", Wrong::TooMany)]);
    }

    #[test]
    fn names_every_fault_of_a_shift() {
        use Wrong::*;
        let shift = |hours: &str| json!({ "name": "班", "hours": hours });
        check_faults(json!({ "shifts": "早班" }), &[("shifts", NotAList)]);
        check_faults(
            json!({ "shifts": [{ "name": "", "hours": "8-14", "who": "me" }, 1] }),
            &[
                ("shifts[0].who", UnknownField),
                ("shifts[0].name", NotAName),
                ("shifts[0].hours", NotASpan),
                ("shifts[1]", NotAnObject),
            ],
        );
        check_faults(json!({ "shifts": [shift("08:00-14:00"), shift("14:00-22:00"), shift("22:00-08:00")] }), &[]);
        check_faults(json!({ "shifts": [shift("08:00-14:00"), shift("13:59-22:00")] }), &[("shifts[1]", Overlap)]);
        check_faults(json!({ "shifts": [shift("22:00-08:00"), shift("07:59-14:00")] }), &[("shifts[1]", Overlap)]);
        check_faults(json!({ "shifts": [shift("07:59-14:00"), shift("22:00-08:00")] }), &[("shifts[1]", Overlap)]);
        check_faults(
            json!({ "shifts": [{ "name": "x".repeat(41), "hours": "08:00-14:00" }] }),
            &[("shifts[0].name", NameTooLong)],
        );
        let every_hour = |count: usize| -> Vec<Value> {
            (0..count).map(|hour| shift(&format!("{hour:02}:00-{:02}:00", hour + 1))).collect()
        };
        check_faults(json!({ "shifts": every_hour(12) }), &[]);
        check_faults(json!({ "shifts": every_hour(13) }), &[("shifts", TooMany)]);
    }

    #[test]
    fn is_written_as_it_is_read() {
        let hours = json!({
            "week": {
                "mon": ["09:00-12:00", "13:30-24:00"], "tue": ["18:00-02:00"], "wed": [], "thu": [], "fri": [],
                "sat": [], "sun": [],
            },
            "days": [
                { "from": "2026-10-01", "to": "2026-10-07", "name": "国庆节", "hours": [] },
                { "from": "2026-10-10", "to": "2026-10-10", "as": "fri" },
            ],
            "shifts": [{ "name": "早班", "hours": "08:00-14:00" }],
        });
        assert_eq!(serde_json::to_value(Hours::read(&hours).unwrap()).unwrap(), hours);
        assert_eq!(serde_json::to_value(Hours::default()).unwrap(), json!({ "days": [], "shifts": [] }));
    }

    fn check_date(text: &str, days: i64, weekday: Weekday) {
        let date = Date::parse(text).unwrap();
        assert_eq!((date.days, date.weekday(), String::from(date)), (days, weekday, text.to_owned()));
    }

    #[test]
    fn counts_days_from_1970() {
        assert_eq!(days_from_civil(CivilDate { year: 1970, month: 1, day: 1 }), 0);
        assert_eq!(days_from_civil(CivilDate { year: 0, month: 3, day: 1 }), -719_468);
        check_date("2000-01-01", 10_957, Weekday::Sat);
        check_date("2000-02-29", 11_016, Weekday::Tue);
        check_date("2026-10-01", 20_727, Weekday::Thu);
        check_date("2038-01-19", 24_855, Weekday::Tue);
        check_date("2100-03-01", 47_541, Weekday::Mon);
        check_date("2199-12-31", 84_005, Weekday::Tue);
        assert_eq!(Weekday::ALL.map(|weekday| serde_json::to_value(weekday).unwrap()), Weekday::NAMES.map(Value::from));
    }

    #[test]
    fn reads_no_day_that_there_is_not() {
        for other in [
            "",
            "2026-10",
            "2026-10-1",
            "2026-10-01T00:00",
            "2026/10/01",
            "1999-12-31",
            "2200-01-01",
            "2026-00-01",
            "2026-13-01",
            "2026-01-00",
            "2026-01-32",
            "2026-04-31",
            "2026-02-29",
            "2100-02-29",
            "+026-10-01",
            "2026-1a-01",
            "二026-1-01",
        ] {
            assert_eq!(Date::parse(other), None, "{other}");
        }
    }

    #[test]
    fn every_day_of_two_centuries_is_read_as_it_is_written() {
        let mut expected = jiff::civil::date(2000, 1, 1);
        let mut date = Date::parse("2000-01-01").unwrap();
        while expected.year() < 2200 {
            let text = expected.to_string();
            assert_eq!(String::from(date), text);
            assert_eq!(Date::parse(&text), Some(date));
            let weekday = expected.weekday().to_monday_zero_offset();
            assert_eq!(Some(&date.weekday()), Weekday::ALL.get(weekday as usize), "{text}");
            (expected, date) = (expected.tomorrow().unwrap(), date.plus(1));
        }
        assert_eq!(date.days - 10_957, 73_049);
    }

    /// Times of the day that meet often: every quarter of an hour, `24:00` being the last.
    fn time(quarter: u32) -> String {
        format!("{:02}:{:02}", quarter / 4, quarter % 4 * 15)
    }

    /// Up to six spans of a day in any order, the latest perhaps past midnight.
    fn spans() -> impl Strategy<Value = Vec<String>> {
        let edges = proptest::collection::btree_set(0_u32..=96, 0..=12);
        (edges, proptest::option::weighted(0.3, 1_u32..48), any::<bool>()).prop_map(|(edges, late, is_turned)| {
            let edges: Vec<u32> = edges.into_iter().collect();
            let mut spans: Vec<(u32, u32)> = edges.chunks_exact(2).map(|edge| (edge[0], edge[1])).collect();
            if let (Some((begin, end)), Some(late)) = (spans.last_mut(), late)
                && late < *begin
            {
                *end = late;
            }
            if is_turned {
                spans.reverse();
            }
            spans.into_iter().map(|(begin, end)| [time(begin), "-".into(), time(end)].concat()).collect()
        })
    }

    /// What a special day says: closed, hours of its own, or a weekday's.
    fn plan() -> impl Strategy<Value = (&'static str, Value)> {
        prop_oneof![
            Just(("hours", json!([]))),
            spans().prop_map(|spans| ("hours", json!(spans))),
            proptest::sample::select(&Weekday::NAMES[..]).prop_map(|weekday| ("as", json!(weekday))),
        ]
    }

    /// Hours as somebody may write them, and an instant among their special days.
    fn hours_and_now() -> impl Strategy<Value = (Value, UnixMillis, UtcOffset)> {
        let spans_or_closed = prop_oneof![2 => spans(), 1 => Just(Vec::new())];
        let week = proptest::option::weighted(0.95, proptest::collection::vec(spans_or_closed, 7));
        let days = proptest::collection::vec((1_i64..6, 0_i64..5, "[a-z国庆]{0,8}", plan()), 0..8);
        let now = (Date::parse("2001-01-01").unwrap().days..Date::parse("2198-01-01").unwrap().days, 0..MS_PER_DAY);
        (week, days, now, -720_i16..=840)
            .prop_map(|(week, days, (today, in_day), offset)| {
                let mut day = Date { days: today - 10 };
                let mut entries = Vec::new();
                for (gap, length, name, (plan, holds)) in days {
                    let (from, to) = (day.plus(gap), day.plus(gap + length));
                    let mut entry = json!({ "from": String::from(from), "to": String::from(to), plan: holds });
                    if !name.is_empty() {
                        entry["name"] = name.into();
                    }
                    entries.push(entry);
                    day = to;
                }
                let mut hours = json!({ "days": entries, "shifts": [] });
                if let Some(week) = week {
                    hours["week"] =
                        Weekday::NAMES.into_iter().zip(week).map(|(name, spans)| (name, json!(spans))).collect();
                }
                (hours, UnixMillis(today * MS_PER_DAY + in_day), UtcOffset(offset))
            })
            // Only in a time of the day a colon stands before a digit.
            .prop_filter("it never opens", |(hours, ..)| {
                let is_in_a_time = |pair: &[u8]| pair[0] == b':' && pair[1].is_ascii_digit();
                hours["week"].is_null() || hours.to_string().as_bytes().windows(2).any(is_in_a_time)
            })
    }

    /// The slow way: another's calendar, and every minute's text compared with the texts of the settings.
    struct Slowly<'a> {
        hours: &'a Value,
        offset: UtcOffset,
        /// `00:00` to `23:59`.
        clock: Vec<String>,
    }

    impl<'a> Slowly<'a> {
        fn new(hours: &'a Value, offset: UtcOffset) -> Self {
            Self {
                hours,
                offset,
                clock: (0..1_440).map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60)).collect(),
            }
        }

        fn spans(&self, date: jiff::civil::Date) -> Vec<&str> {
            let weekday = Weekday::NAMES[date.weekday().to_monday_zero_offset() as usize];
            let text = date.to_string();
            let is_in = |entry: &&Value| entry["from"].as_str() <= Some(&text) && entry["to"].as_str() >= Some(&text);
            let entry = self.hours["days"].as_array().unwrap().iter().find(is_in).unwrap_or(&Value::Null);
            let week = &self.hours["week"];
            let list = match (&entry["hours"], entry["as"].as_str()) {
                (Value::Array(_), _) => &entry["hours"],
                _ if week.is_null() => return vec!["00:00-24:00"],
                (_, weekday_in_its_place) => &week[weekday_in_its_place.unwrap_or(weekday)],
            };
            list.as_array().unwrap().iter().map(|span| span.as_str().unwrap()).collect()
        }

        /// For each minute of a local day whether the place is open.
        fn minutes(&self, date: jiff::civil::Date) -> Vec<bool> {
            let ends = |date| self.spans(date).into_iter().filter_map(|span| span.split_once('-')).collect::<Vec<_>>();
            let (today, yesterday) = (ends(date), ends(date.yesterday().unwrap()));
            let is_open = |now: &String| {
                let now = now.as_str();
                today.iter().any(|(begin, end)| *begin <= now && (now < *end || end < begin))
                    || yesterday.iter().any(|(begin, end)| end < begin && now < *end)
            };
            self.clock.iter().map(is_open).collect()
        }

        /// Whether the place is open at an instant, and when that changes, both minute by minute.
        fn look(&self, now: UnixMillis) -> (bool, Option<UnixMillis>) {
            let zone = jiff::tz::Offset::from_seconds(i32::from(self.offset.0) * 60).unwrap().to_time_zone();
            let local = jiff::Timestamp::from_millisecond(now.0).unwrap().to_zoned(zone.clone());
            let first = usize::try_from(i64::from(local.hour()) * 60 + i64::from(local.minute())).unwrap();
            let is_open = self.minutes(local.date())[first];
            let mut date = local.date();
            for day in 0..HORIZON_DAYS {
                let minutes = self.minutes(date);
                let from = if day == 0 { first } else { 0 };
                if let Some(minute) = (from..1_440).find(|minute| minutes[*minute] != is_open) {
                    let midnight = date.to_zoned(zone).unwrap().timestamp().as_millisecond();
                    return (is_open, Some(UnixMillis(midnight + minute as i64 * MS_PER_MINUTE)));
                }
                date = date.tomorrow().unwrap();
            }
            (is_open, None)
        }
    }

    #[test]
    fn the_day_of_a_time_is_read_in_any_year() {
        let day = |time: &str| Date::of_time(time).map(String::from);
        assert_eq!(day("1970-01-01T08:00:09.000+08:00").as_deref(), Some("1970-01-01"));
        assert_eq!(day("9999-12-31").as_deref(), Some("9999-12-31"));
        for wrong in ["", "yesterday", "2026-02-30T08:00:09Z", "2026-13-01T08:00:09Z", "2026-1-1T08:00:09Z", "好"] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
        assert_eq!(Date::parse("1999-12-31"), None, "not in a calendar of holidays");
    }

    proptest! {
        #[test]
        fn weeks_and_months_begin_as_a_calendar_library_has_it(days in -700_000_i64..2_900_000) {
            let date = Date { days };
            let known = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            let back = jiff::Span::new().days(known.weekday().to_monday_zero_offset());
            let monday = known.checked_sub(back).unwrap();
            prop_assert_eq!(date.civil().to_string(), known.to_string());
            prop_assert_eq!(date.monday().civil().to_string(), monday.to_string());
            prop_assert_eq!(date.first_of_month().civil().to_string(), known.first_of_month().to_string());
            prop_assert_eq!(date.plus(40).days_after(date), 40);
            prop_assert_eq!(Date::of_time(&date.civil().to_string()), Some(date));
        }

        #[test]
        fn nothing_changes_before_the_next_change_and_then_it_does((value, now, offset) in hours_and_now()) {
            let hours = Hours::read(&value).unwrap();
            let slowly = Slowly::new(&value, offset);
            let (mut now, mut changes) = (now, 0);
            while changes < 4 {
                let (is_open, change) = slowly.look(now);
                prop_assert_eq!(hours.is_open(now, offset), is_open);
                prop_assert_eq!(hours.next_change(now, offset), change);
                let Some(change) = change else { break };
                prop_assert!(change > now);
                prop_assert_eq!(hours.is_open(UnixMillis(change.0 - 1), offset), is_open);
                prop_assert_eq!(hours.is_open(change, offset), !is_open);
                (now, changes) = (change, changes + 1);
            }
        }

        #[test]
        fn every_minute_of_three_days_is_as_it_is_written((value, now, offset) in hours_and_now()) {
            let hours = Hours::read(&value).unwrap();
            let slowly = Slowly::new(&value, offset);
            let mut date: jiff::civil::Date = String::from(Date::at(now, offset)).parse().unwrap();
            let midnight = now.0 - local(now, offset).1;
            for day in 0..3 {
                for (minute, is_open) in slowly.minutes(date).into_iter().enumerate() {
                    let instant = UnixMillis(midnight + day * MS_PER_DAY + minute as i64 * MS_PER_MINUTE);
                    prop_assert_eq!(hours.is_open(instant, offset), is_open, "{} {}", date, minute);
                }
                date = date.tomorrow().unwrap();
            }
        }

        #[test]
        fn reading_what_was_written_gives_the_same((value, ..) in hours_and_now()) {
            let hours = Hours::read(&value).unwrap();
            let written = serde_json::to_value(&hours).unwrap();
            prop_assert_eq!(&written, &value);
            prop_assert_eq!(Hours::read(&written), Ok(hours));
        }

        #[test]
        fn as_many_working_days_lie_between_as_were_added((value, now, offset) in hours_and_now(), n in 1_u16..40) {
            let hours = Hours::read(&value).unwrap();
            let slowly = Slowly::new(&value, offset);
            let start = Date::at(now, offset);
            if let Some(reached) = hours.add_working_days(start, n) {
                let is_worked = |date: &Date| !slowly.spans(String::from(*date).parse().unwrap()).is_empty();
                let days = (1..=reached.days - start.days).map(|days| start.plus(days));
                prop_assert_eq!(days.filter(is_worked).count(), usize::from(n));
                prop_assert!(is_worked(&reached));
            }
        }

        #[test]
        fn a_list_is_refused_where_a_minute_stands_twice(
            times in proptest::collection::vec((0_u32..96, 0_u32..=96), 1..5),
        ) {
            let texts = times.iter().map(|(begin, end)| [time(*begin), "-".into(), time(*end)].concat());
            let texts: Vec<String> = texts.filter(|text| Span::parse(text).is_ok()).collect();
            let spans: Vec<Span> = texts.iter().filter_map(|text| Span::parse(text).ok()).collect();
            let standing = |minute: i64| spans.iter().filter(move |span| span.covers(minute)).count();
            let day = Hours::read(&json!({ "days": [{ "from": "2026-10-01", "to": "2026-10-01", "hours": &texts }] }));
            prop_assert_eq!(day.is_ok(), (0..2_880).all(|minute| standing(minute) <= 1));
            let shifts: Vec<Value> = texts.iter().map(|text| json!({ "name": text, "hours": text })).collect();
            let shifts = Hours::read(&json!({ "shifts": shifts }));
            prop_assert_eq!(shifts.is_ok(), (0..1_440).all(|minute| standing(minute) + standing(minute + 1_440) <= 1));
            for minute in (0..1_440).filter(|_| shifts.is_ok()) {
                let shift = shifts.as_ref().unwrap().shift(UnixMillis(minute * MS_PER_MINUTE), UtcOffset(0));
                let stands = shift.map(|shift| shift.hours);
                let expected = spans.iter().find(|span| span.covers(minute) || span.covers(minute + 1_440));
                prop_assert_eq!(stands.as_ref(), expected);
            }
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".{0,12}", almost in "[0-9+:-]{10,11}") {
            for text in [text, almost] {
                if let Ok(span) = Span::parse(&text) {
                    prop_assert_eq!(Span::parse(&String::from(span)), Ok(span));
                }
                prop_assert!(Date::parse(&text).is_none_or(|date| String::from(date) == text));
            }
        }

        #[test]
        fn a_wild_clock_is_answered(now in any::<i64>(), offset in any::<i16>()) {
            let (now, offset, office) = (UnixMillis(now), UtcOffset(offset), office());
            if let Some(change) = office.next_change(now, offset) {
                prop_assert!(change > now);
                prop_assert_ne!(office.is_open(change, offset), office.is_open(now, offset));
            }
            prop_assert!(office.add_working_days(Date::at(now, offset), 3).is_some());
            prop_assert!(!String::from(Date::at(now, offset)).is_empty());
        }
    }

    #[test]
    fn the_ends_of_the_clock_are_answered() {
        for now in [i64::MIN, i64::MAX].map(UnixMillis) {
            for offset in [i16::MIN, 0, i16::MAX].map(UtcOffset) {
                assert!(office().next_change(now, offset).is_none_or(|change| change > now));
                assert!(office().add_working_days(Date::at(now, offset), 3).is_some());
                assert!(!String::from(Date::at(now, offset)).is_empty());
            }
        }
    }
}
