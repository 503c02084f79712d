//! A line read by the rules.

use candor_core::event::{Rating, Scale};
use candor_core::hours::Date;
use candor_core::session::MAX_COMMENT_CHARS;
use candor_core::survey::Survey;

use super::when::Given;
use super::{Part, Rules, Wrong};
use crate::csv::{Line, unguarded};

/// What parts several reasons in one field.
const BETWEEN_REASONS: [char; 5] = [';', '；', '、', '|', '\n'];
/// Names of points, people, tickets and ids.
const MOST_NAME: usize = 200;
/// The language of words of which nobody says in which they are (BCP 47).
const UNDETERMINED: &str = "und";

/// A former rating.
#[derive(Clone, Debug, PartialEq)]
pub struct Former {
    pub given: Given,
    pub rating: Rating,
    pub scale: Scale,
    pub survey: String,
    pub version: u32,
    pub point: String,
    pub staff: String,
    pub ticket: String,
    pub language: String,
    pub reasons: Vec<String>,
    pub comment: String,
    pub id: String,
}

impl Former {
    /// All that it says, in one text.
    pub fn content(&self) -> String {
        let level = self.rating.level().to_string();
        let parts = [
            &self.given.to_text(),
            &level,
            &self.survey,
            &self.point,
            &self.staff,
            &self.ticket,
            &self.language,
            &self.reasons.join("\u{1F}"),
            &self.comment,
        ];
        parts.map(String::as_str).join("\u{1E}")
    }

    /// A number for it.
    pub fn number(&self) -> [u8; 16] {
        super::name::bytes(&[&self.content()])
    }
}

/// Reads a line.
pub fn read(line: Line, width: usize, rules: &Rules) -> Result<Former, Wrong> {
    if let Some(fault) = line.fault {
        return Err(Wrong::Quotes(fault));
    }
    // Many a spreadsheet leaves out empty fields at the end, or writes some too many.
    let has = line.fields.len();
    if line.fields.iter().skip(width).any(|field| !field.is_empty()) {
        return Err(Wrong::Fields { has, wants: width });
    }
    let field = |part: Part| {
        let at = rules.mapping.0.iter().position(|known| *known == Some(part));
        at.and_then(|at| line.fields.get(at)).map_or("", |field| unguarded(field).trim())
    };
    let name = |part: Part| {
        let text = field(part);
        let is_fit = text.chars().count() <= MOST_NAME;
        if is_fit { Ok(text.to_owned()) } else { Err(Wrong::Long { part, most: MOST_NAME }) }
    };
    let survey = survey(field(Part::Survey), rules)?;
    let rating = level(field(Part::Rating), survey)?;
    let comment = field(Part::Comment).to_owned();
    if comment.chars().count() > MAX_COMMENT_CHARS {
        return Err(Wrong::Long { part: Part::Comment, most: MAX_COMMENT_CHARS });
    }
    let point = name(Part::Point)?;
    let language = name(Part::Language)?;
    Ok(Former {
        given: given(field(Part::Time), rules)?,
        rating,
        scale: survey.scale,
        survey: survey.id.clone(),
        version: survey.version,
        point: if point.is_empty() { rules.point.clone() } else { point },
        staff: name(Part::Staff)?,
        ticket: name(Part::Ticket)?,
        language: if language.is_empty() { UNDETERMINED.to_owned() } else { language },
        reasons: reasons(&name(Part::Reasons)?, survey),
        comment,
        id: name(Part::Id)?,
    })
}

fn given(text: &str, rules: &Rules) -> Result<Given, Wrong> {
    if text.is_empty() {
        return Err(Wrong::Missing(Part::Time));
    }
    let given = Given::read(text, rules.offset_at).ok_or_else(|| Wrong::Time(text.to_owned()))?;
    let today = Date::at(rules.now, (rules.offset_at)(rules.now));
    if given.day.days_after(today) > 0 { Err(Wrong::Future(text.to_owned())) } else { Ok(given) }
}

fn survey<'a>(text: &str, rules: &'a Rules) -> Result<&'a Survey, Wrong> {
    if text.is_empty() {
        return Ok(&rules.survey);
    }
    let is_it = |survey: &&Survey| survey.id == text || survey.title.iter().any(|(_, title)| title == text);
    rules.surveys.iter().find(is_it).ok_or_else(|| Wrong::Survey(text.to_owned()))
}

/// A number of the scale, or what the survey calls a level, in any of its languages.
fn level(text: &str, survey: &Survey) -> Result<Rating, Wrong> {
    if text.is_empty() {
        return Err(Wrong::Missing(Part::Rating));
    }
    // `4.0` is how a spreadsheet with empty cells writes 4.
    let number =
        text.split_once('.').filter(|(_, rest)| rest.bytes().all(|digit| digit == b'0')).map_or(text, |(n, _)| n);
    let by_number = number.parse().ok().and_then(Rating::new).filter(|rating| survey.scale.has(*rating));
    let is_called = |rating: &Rating| {
        let lowered = text.to_lowercase();
        survey
            .locales
            .iter()
            .any(|locale| survey.level_text(*rating, locale).is_some_and(|name| name.to_lowercase() == lowered))
    };
    let rating = by_number.or_else(|| survey.scale.levels().find(is_called));
    rating.ok_or_else(|| Wrong::Level { text: text.to_owned(), scale: survey.scale })
}

/// Reasons by their ids where the survey knows them, each once; in their own words where it does not.
fn reasons(text: &str, survey: &Survey) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for words in text.split(BETWEEN_REASONS).map(str::trim).filter(|words| !words.is_empty()) {
        let is_it = |text: &(String, String)| text.1 == words;
        let mut offered = survey.scale.levels().flat_map(|rating| survey.reasons_for(rating));
        let known = offered.find(|reason| reason.id == words || reason.text.iter().any(is_it));
        let id = known.map_or(words, |reason| &reason.id).to_owned();
        if !reasons.contains(&id) {
            reasons.push(id);
        }
    }
    reasons
}
