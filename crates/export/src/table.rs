//! The rows of an export: which columns there are, and what of a response stands in each.

use std::borrow::Cow;

use candor_core::event::CHANNELS;
use candor_core::vandal::Reason;
use candor_core::wire::SOURCE_PREFIX;
use serde_json::{Map, Value};

use crate::cell::{Cell, LocalTime};
use crate::job::{Asked, Columns, SurveyWords};
use crate::record::{Detailed, Record};

/// The columns that every export has, by their names for programs. Service items stand behind the first
/// [`BEFORE_ITEMS`], then the questions.
pub const FIXED: [&str; 27] = [
    "time",
    "utc_offset",
    "rating",
    "level",
    "scale",
    "survey",
    "version",
    "metric",
    "point",
    "staff",
    "ticket",
    "language",
    "channel",
    "outcome",
    "reasons",
    "comment",
    "comment_form",
    "contact",
    "seconds",
    "doubts",
    "doubts_cleared",
    "epoch",
    "number",
    "recorded",
    "device",
    "response",
    "survey_id",
];
/// Up to the contact.
pub const BEFORE_ITEMS: usize = 18;
/// The scale of a rating that names none.
const USUAL_SCALE: &str = "faces-5";

/// Makes rows of records.
#[derive(Debug)]
pub struct Table<'a> {
    columns: &'a Columns,
}

impl<'a> Table<'a> {
    /// A table with these columns.
    pub fn new(columns: &'a Columns) -> Self {
        Self { columns }
    }

    /// The headings, in the order of the cells.
    pub fn headings(&self) -> Vec<&'a str> {
        let Columns { fixed, items, questions, others, .. } = self.columns;
        let (before, after) = fixed.split_at(BEFORE_ITEMS.min(fixed.len()));
        let asked = items.iter().chain(questions).map(|asked| asked.heading.as_str());
        let fixed = |part: &'a [String]| part.iter().map(String::as_str);
        fixed(before).chain(asked).chain([others.as_str()]).chain(fixed(after)).collect()
    }

    /// The cells of a response.
    pub fn cells<'r>(&'r self, record: &'r Record<'_>) -> Vec<Cell<'r>> {
        let (given, placed) = (&record.given.data, record.placed);
        let survey = self.survey(&given.survey, given.version);
        let channel = if given.channel.is_empty() { CHANNELS[0] } else { &given.channel };
        let level = survey.and_then(|survey| survey.levels.get(&placed.level));
        let comment = record.words.as_ref().and_then(|words| words.comment()).unwrap_or_default();
        let contact = record.words.as_ref().and_then(|words| words.contact()).unwrap_or_default();
        let form = match &record.words {
            Some(words) if words.comment().is_none() => "sealed",
            Some(_) if !comment.is_empty() => "clear",
            _ => "",
        };
        let detailed = record.detailed.as_ref();
        let is_import = record.given.data.given.is_some();
        let outcome = detailed.map_or("", |detailed| detailed.outcome.as_str());
        let offset =
            record.time().get(19..).map(|rest| rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()));
        let mut cells = vec![
            time(record.time()),
            Cell::name(offset.map(utc).unwrap_or_default()),
            Cell::Integer(placed.level.into()),
            Cell::name(level.map_or("", String::as_str)),
            Cell::name(self.word("scale", given.scale.as_deref().unwrap_or(USUAL_SCALE))),
            Cell::name(survey.map_or(&*given.survey, |survey| &survey.title)),
            Cell::Integer(given.version.into()),
            Cell::name(survey.map_or("", |survey| &survey.metric)),
            Cell::name(&*given.point),
            Cell::name(self.staff(given.staff.as_deref().unwrap_or_default())),
            Cell::text(given.ticket.as_deref().unwrap_or_default()),
            Cell::name(self.word("language", &given.locale)),
            Cell::name(self.word("channel", channel)),
            Cell::name(self.word("outcome", outcome)),
            Cell::name(self.reasons(survey, placed.level, detailed)),
            Cell::text(comment),
            Cell::name(self.word("comment_form", form)),
            Cell::text(contact),
        ];
        self.push_answers(&mut cells, &given.survey, detailed);
        cells.extend([
            // Nobody has taken the time of what was brought in from elsewhere.
            Cell::integer(detailed.filter(|_| !is_import).map(|detailed| detailed.seconds)),
            Cell::name(self.doubts(placed.raised & !placed.cleared)),
            Cell::name(self.doubts(placed.cleared)),
            Cell::Integer(record.given.deviceepoch.into()),
            Cell::Integer(record.given.deviceseq),
            time(&record.given.time),
            Cell::name(record.given.source.strip_prefix(SOURCE_PREFIX).unwrap_or(&record.given.source)),
            Cell::text(&*record.given.id),
            Cell::name(&*given.survey),
        ]);
        cells
    }

    fn push_answers<'r>(&'r self, cells: &mut Vec<Cell<'r>>, survey: &str, detailed: Option<&'r Detailed>) {
        let is_own = |asked: &&Asked| asked.survey == survey;
        for asked in &self.columns.items {
            let level = detailed.filter(|_| is_own(&asked)).and_then(|detailed| detailed.items.get(&asked.id));
            cells.push(Cell::integer(level.and_then(Value::as_u64)));
        }
        for asked in &self.columns.questions {
            let answer = detailed.filter(|_| is_own(&asked)).and_then(|detailed| detailed.answers.get(&asked.id));
            cells.push(answer.map_or(Cell::Empty, |answer| Cell::name(self.chosen(&asked.options, answer))));
        }
        let of = |asked: &'r [Asked]| asked.iter().filter(is_own).map(|asked| asked.id.as_str()).collect::<Vec<_>>();
        let others = detailed.map_or(String::new(), |Detailed { answers, items, .. }| {
            let mut others = Vec::new();
            rest(answers, &of(&self.columns.questions), &mut others);
            rest(items, &of(&self.columns.items), &mut others);
            others.join(&self.columns.separator)
        });
        cells.push(Cell::text(others));
    }

    fn survey(&self, id: &str, version: u32) -> Option<&'a SurveyWords> {
        self.columns.surveys.get(&format!("{id}:{version}")).or_else(|| self.columns.surveys.get(id))
    }

    /// What an id is called; the id where nobody has said.
    fn word<'r>(&'r self, kind: &str, id: &'r str) -> &'r str {
        if id.is_empty() || self.columns.words.is_empty() {
            return id;
        }
        self.columns.words.get(&[kind, ".", id].concat()).map_or(id, String::as_str)
    }

    /// Who served; of whom there are too few, only that there are.
    fn staff<'r>(&'r self, staff: &'r str) -> &'r str {
        if self.columns.few_staff.contains(staff) { &self.columns.few } else { staff }
    }

    fn reasons(&self, survey: Option<&SurveyWords>, level: u8, detailed: Option<&Detailed>) -> String {
        let words = survey.and_then(|survey| survey.reasons.get(&level));
        let reason = |id: &String| words.and_then(|words| words.get(id)).unwrap_or(id).clone();
        let chosen: Vec<String> = detailed.iter().flat_map(|detailed| &detailed.reasons).map(reason).collect();
        chosen.join(&self.columns.separator)
    }

    fn chosen<'r>(&self, options: &'r std::collections::BTreeMap<String, String>, answer: &'r Value) -> Cow<'r, str> {
        let words = |id: &'r str| options.get(id).map_or(id, String::as_str);
        match answer {
            Value::String(id) => Cow::Borrowed(words(id)),
            Value::Array(ids) => {
                let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).map(words).collect();
                Cow::Owned(ids.join(&self.columns.separator))
            }
            other => Cow::Owned(other.to_string()),
        }
    }

    fn doubts(&self, bits: u8) -> String {
        let standing = Reason::ALL.into_iter().enumerate().filter(|(at, _)| bits >> at & 1 != 0);
        let named: Vec<&str> = standing.map(|(_, reason)| self.word("doubt", reason.as_str())).collect();
        named.join(&self.columns.separator)
    }
}

/// `id=value` of whatever has no column of its own.
fn rest(answers: &Map<String, Value>, known: &[&str], others: &mut Vec<String>) {
    for (asked, answer) in answers.iter().filter(|(asked, _)| !known.contains(&asked.as_str())) {
        let answer = match answer {
            Value::String(id) => id.clone(),
            Value::Array(ids) => ids.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
            other => other.to_string(),
        };
        others.push(format!("{asked}={answer}"));
    }
}

/// `UTC+08:00`: a sign in front would make a formula of it.
fn utc(offset: &str) -> String {
    if offset == "Z" { "UTC".to_owned() } else { ["UTC", offset].concat() }
}

/// A time as a time; one that is none as it was written.
fn time(rfc3339: &str) -> Cell<'_> {
    LocalTime::parse(rfc3339).map_or_else(|| Cell::text(rfc3339), Cell::Time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{columns, record};

    fn cell<'r>(table: &'r Table<'_>, record: &'r Record<'_>, heading: &str) -> Cell<'r> {
        let at = table.headings().iter().position(|known| *known == heading).unwrap();
        table.cells(record)[at].clone()
    }

    #[test]
    fn each_column_has_a_heading_and_each_row_a_cell_for_it() {
        let columns = columns();
        let (table, record) = (Table::new(&columns), record("很好"));
        assert_eq!(table.headings().len(), table.cells(&record).len());
        assert_eq!(table.headings().len(), FIXED.len() + 3);
        assert_eq!(&FIXED[BEFORE_ITEMS - 1..=BEFORE_ITEMS], ["contact", "seconds"]);
    }

    #[test]
    fn says_everything_that_was_recorded() {
        let columns = columns();
        let (table, record) = (Table::new(&columns), record("=1+1"));
        let check = |heading, expected: Cell<'_>| assert_eq!(cell(&table, &record, heading), expected, "{heading}");
        check("rating", Cell::Integer(2));
        check("level", Cell::name("不满意"));
        check("survey", Cell::name("银行"));
        check("reasons", Cell::name("排队; attitude"));
        check("comment", Cell::text("=1+1"));
        check("comment_form", Cell::name("clear"));
        check("等候", Cell::Integer(2));
        check("来办什么", Cell::name("贷款; card"));
        check("others", Cell::text("visit=first; unknown=3"));
        check("doubts", Cell::name("连点"));
        check("doubts_cleared", Cell::name("alternation"));
        check("seconds", Cell::Integer(8));
        check("channel", Cell::name("kiosk"));
        check("utc_offset", Cell::name("UTC+08:00"));
        check("number", Cell::Integer(41));
        check("device", Cell::name("tablet"));
    }

    #[test]
    fn names_nobody_who_has_too_few() {
        let columns = Columns { few_staff: ["007".to_owned()].into(), few: "(few)".into(), ..columns() };
        let table = Table::new(&columns);
        let check = |staff: &str, expected| {
            let mut record = record("");
            record.given.data.staff = Some(staff.to_owned().into());
            assert_eq!(cell(&table, &record, "staff"), Cell::name(expected));
        };
        check("007", "(few)");
        check("008", "008");
    }

    #[test]
    fn says_that_words_are_sealed() {
        let columns = columns();
        let table = Table::new(&columns);
        let sealed = PersonalText::Sealed { key: "0011223344556677".into(), sealed: "AA".into() };
        let record = Record { words: Some(sealed), ..record("") };
        assert_eq!(cell(&table, &record, "comment"), Cell::Empty);
        assert_eq!(cell(&table, &record, "comment_form"), Cell::name("sealed"));
    }

    #[test]
    fn an_import_has_its_own_time_and_no_seconds() {
        let columns = columns();
        let table = Table::new(&columns);
        let mut record = record("");
        record.given.data.given = Some("2024-05-03T10:00:00+08:00".into());
        let time = |text| LocalTime::parse(text).map(Cell::Time).unwrap();
        assert_eq!(cell(&table, &record, "time"), time("2024-05-03T10:00:00+08:00"));
        assert_eq!(cell(&table, &record, "recorded"), time("2026-11-23T09:41:07.120+08:00"));
        assert_eq!(cell(&table, &record, "seconds"), Cell::Empty);
    }

    use candor_core::chain::PersonalText;
}
