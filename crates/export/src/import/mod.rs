//! Former ratings, brought in from a CSV: which column is what, what is wrong with a line, and the events that it makes.
//!
//! The invariant: the same file makes the same ids, so that whoever imports it twice has everything once. A rating is
//! named by the id that its line gives, or else by what stands in the line and the how manieth of such lines it is.

mod fault;
mod line;
mod name;
#[cfg(test)]
mod tests;
mod when;

use std::collections::HashMap;

use candor_core::chain::PersonalText;
use candor_core::event::{Body, Context, EventId, IMPORT, Outcome, Rating, Written};
use candor_core::survey::Survey;
use candor_core::time::{Moment, UnixMillis, UtcOffset, rfc3339};
use serde_json::Value;

pub use self::fault::{Fault, Wrong};
use self::line::{Former, read};
use self::name::derived;
pub use self::when::Given;
use crate::csv::{Reader, delimiter_of};

/// Faults that are listed; of more only the number is told.
pub const MOST_LISTED: usize = 100;

/// What a column can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// When the rating was given.
    Time,
    /// The level, as a number or in the survey's words.
    Rating,
    /// The service point.
    Point,
    /// Who served.
    Staff,
    /// The survey, by its id or its title.
    Survey,
    /// Reasons, by ids or in the survey's words.
    Reasons,
    /// The customer's words.
    Comment,
    /// The language that the customer read.
    Language,
    /// The ticket.
    Ticket,
    /// What names the rating.
    Id,
}

impl Part {
    /// All of them, by their names for programs.
    pub const ALL: [(&'static str, Self); 10] = [
        ("time", Self::Time),
        ("rating", Self::Rating),
        ("point", Self::Point),
        ("staff", Self::Staff),
        ("survey", Self::Survey),
        ("reasons", Self::Reasons),
        ("comment", Self::Comment),
        ("language", Self::Language),
        ("ticket", Self::Ticket),
        ("response", Self::Id),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, part)| *part == self).map_or("", |(name, _)| name)
    }

    /// What a heading most likely means.
    fn guess(heading: &str) -> Option<Self> {
        const KNOWN: [(Part, &[&str]); 10] = [
            (
                Part::Time,
                &[
                    "time",
                    "date",
                    "datetime",
                    "timestamp",
                    "created",
                    "created at",
                    "given",
                    "时间",
                    "日期",
                    "评价时间",
                ],
            ),
            (
                Part::Rating,
                &["rating", "score", "level", "stars", "value", "评分", "分数", "评价", "满意度", "星级", "得分"],
            ),
            (Part::Point, &["point", "location", "window", "counter", "site", "服务点", "窗口", "网点", "地点"]),
            (Part::Staff, &["staff", "agent", "employee", "clerk", "工号", "员工", "服务人员", "柜员"]),
            (Part::Survey, &["survey", "survey_id", "问卷", "问卷编号"]),
            (Part::Reasons, &["reasons", "reason", "tags", "原因", "评价原因"]),
            (
                Part::Comment,
                &["comment", "comments", "text", "feedback", "remark", "意见", "评论", "留言", "建议", "备注"],
            ),
            (Part::Language, &["language", "locale", "lang", "语言"]),
            (Part::Ticket, &["ticket", "case", "order", "办件编号", "票号", "单号", "编号"]),
            (Part::Id, &["response", "id", "uuid", "response id", "评价编号"]),
        ];
        let heading = heading.trim().to_lowercase();
        KNOWN.into_iter().find(|(_, names)| names.contains(&heading.as_str())).map(|(part, _)| part)
    }
}

/// Which column is what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping(pub Vec<Option<Part>>);

impl Mapping {
    /// As the headings have it; the first of two that mean the same.
    pub fn guess(headings: &[String]) -> Self {
        let mut mapping = Self(Vec::new());
        for heading in headings {
            let part = Part::guess(heading).filter(|part| !mapping.0.contains(&Some(*part)));
            mapping.0.push(part);
        }
        mapping
    }

    /// What has to be there and is not.
    pub fn lacks(&self) -> Option<Part> {
        [Part::Time, Part::Rating].into_iter().find(|part| !self.0.contains(&Some(*part)))
    }

    /// Makes a column something; whichever column was that before is nothing now.
    pub fn choose(&mut self, column: usize, part: Option<Part>) {
        self.0.iter_mut().filter(|known| part.is_some() && **known == part).for_each(|known| *known = None);
        if let Some(known) = self.0.get_mut(column) {
            *known = part;
        }
    }
}

/// A file before it is decided which column is what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// What parts the fields.
    pub delimiter: char,
    /// The headings.
    pub headings: Vec<String>,
    /// The first rows, as far as there are headings for them.
    pub first: Vec<Vec<String>>,
}

impl Outline {
    /// Looks at the beginning of a file; `None` where there is not even a heading.
    pub fn of(file: &str, rows: usize) -> Option<Self> {
        let delimiter = delimiter_of(file);
        let mut lines = Reader::new(file, delimiter);
        let headings = lines.next()?.fields;
        let first = lines.take(rows).map(|line| line.fields).collect();
        Some(Self { delimiter, headings, first })
    }
}

/// What lines are read by.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Which column is what.
    pub mapping: Mapping,
    /// The survey that a line without one belongs to.
    pub survey: Survey,
    /// The surveys that a line may name.
    pub surveys: Vec<Survey>,
    /// The day and time of the import: nothing was given after it.
    pub now: UnixMillis,
    /// The clock's distance from UTC at an instant.
    pub offset_at: fn(UnixMillis) -> UtcOffset,
    /// The service point of a line that names none.
    pub point: String,
}

/// A file on its way in, some lines at a time.
#[derive(Debug)]
pub struct Importer<'a> {
    reader: Reader<'a>,
    width: usize,
    rules: &'a Rules,
    /// How often such a line has come.
    alike: HashMap<[u8; 16], u32>,
    /// On which line an id stands.
    named: HashMap<String, u64>,
    /// What is wrong, the first [`MOST_LISTED`].
    pub faults: Vec<Fault>,
    /// Lines that something is wrong with.
    pub refused: u64,
}

/// A rating that was read: its name, and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Ready {
    id: EventId,
    former: Former,
}

impl<'a> Importer<'a> {
    /// An importer of a file that begins with a line of headings.
    pub fn new(file: &'a str, delimiter: char, rules: &'a Rules) -> Self {
        let mut reader = Reader::new(file, delimiter);
        let width = reader.next().map_or(0, |line| line.fields.len());
        let (alike, named) = (HashMap::new(), HashMap::new());
        Self { reader, width, rules, alike, named, faults: Vec::new(), refused: 0 }
    }

    /// Bytes of the file that are still to be read.
    pub fn rest(&self) -> usize {
        self.reader.rest()
    }

    /// Reads so many lines; gives the ratings of those that nothing is wrong with. `None` at the end of the file.
    pub fn next_lines(&mut self, count: usize) -> Option<Vec<Ready>> {
        let lines: Vec<_> = self.reader.by_ref().take(count).collect();
        if lines.is_empty() {
            return None;
        }
        let mut ready = Vec::new();
        for line in lines {
            let number = line.number;
            match read(line, self.width, self.rules).and_then(|former| self.name(former, number)) {
                Ok(rating) => ready.push(rating),
                Err(wrong) => {
                    self.refused += 1;
                    if self.faults.len() < MOST_LISTED {
                        self.faults.push(Fault { line: number, wrong });
                    }
                }
            }
        }
        Some(ready)
    }

    fn name(&mut self, former: Former, line: u64) -> Result<Ready, Wrong> {
        let id = if former.id.is_empty() {
            let alike = self.alike.entry(former.number()).or_default();
            *alike += 1;
            derived(&["line", &former.content(), &alike.to_string()])
        } else {
            if let Some(before) = self.named.insert(former.id.clone(), line) {
                return Err(Wrong::Doubled { line: before });
            }
            // One of Candor's own: where it is here already, it stays what it is.
            EventId::parse(&former.id).unwrap_or_else(|| derived(&["id", &former.id]))
        };
        Ok(Ready { id, former })
    }
}

impl Ready {
    /// When it was given, and at which level.
    pub fn shown(&self) -> (&Given, Rating) {
        (&self.former.given, self.former.rating)
    }

    /// The events that it makes, as they go into the journal now. The chain says when they were recorded, `given` when the
    /// rating was given.
    pub fn events(&self, moment: &Moment, masks: bool) -> Vec<Written> {
        let Former { given, rating, scale, survey, version, point, staff, ticket, language, .. } = &self.former;
        let named = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
        let context = Context {
            survey: survey.clone(),
            version: *version,
            locale: language.clone(),
            point: point.clone(),
            staff: named(staff),
            ticket: named(ticket),
            channel: IMPORT.to_owned(),
            ..Context::default()
        };
        let body = Body::RatingGiven { value: *rating, scale: *scale, context };
        let written = |id: EventId, body: &Body| Written {
            id,
            kind: body.kind().to_owned(),
            data: serde_json::to_value(body).unwrap_or_default(),
            time: rfc3339(moment.now, moment.offset),
            uptime: u32::try_from(moment.uptime.0 / 1_000).unwrap_or(u32::MAX),
            text: None,
        };
        let mut first = written(self.id.clone(), &body);
        if let Value::Object(members) = &mut first.data {
            members.insert("given".to_owned(), Value::String(given.to_text()));
        }
        let mut events = vec![first];
        events.extend(self.details().map(|(body, text)| {
            let id = derived(&["details", self.id.as_str()]);
            let text = text.map(|text| if masks { text.masked() } else { text });
            Written { text, ..written(id, &body) }
        }));
        events
    }

    fn details(&self) -> Option<(Body, Option<PersonalText>)> {
        let Former { reasons, comment, .. } = &self.former;
        // The salt is made of the words and of what names them: the same file makes the same event.
        let salt = name::bytes(&["salt", self.id.as_str(), comment]);
        let text = PersonalText::new(comment, &salt);
        if reasons.is_empty() && text.is_none() {
            return None;
        }
        let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
        Some((Body::detailed(self.id.clone(), Outcome::Complete, &reasons, 0), text))
    }
}
