//! A survey: what is asked, in which words, and what follows which answer.
//!
//! A survey is valid as a whole or not at all; [`Survey::parse`] reports every fault with its path.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::event::Rating;

/// The format that this version reads.
const FORMAT: u32 = 1;
/// More reasons than this do not fit a screen at finger size, and the results keep them as bits of a word.
const MAX_REASONS: usize = 8;

/// One text in every language of the survey: BCP 47 tag and words, in the order of the survey's languages.
pub type LocalText = Vec<(String, String)>;

/// A survey as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Survey {
    /// The version of the file format: 1.
    pub format: u32,
    /// Short name, also the file's: `government`.
    pub id: String,
    /// Counts up with every change of meaning; each answer carries it.
    pub version: u32,
    /// Which colours it wears: a `data-theme` of the style sheet.
    pub theme: String,
    /// Languages in the order in which they are offered; the first is the default.
    pub locales: Vec<String>,
    /// The survey's own name, for the manager.
    pub title: LocalText,
    /// What is asked on the first screen.
    pub question: LocalText,
    /// The line below the question.
    pub hint: LocalText,
    /// The promise in the corner; it has to be true.
    pub promise: LocalText,
    /// The five levels' names, the worst first.
    pub levels: Vec<LocalText>,
    /// What is asked next; every level belongs to exactly one.
    pub follow_ups: Vec<FollowUp>,
    /// The heading of the last screen.
    pub thanks: LocalText,
    /// The line below it.
    pub thanks_hint: LocalText,
    /// How long the screens wait.
    pub timeouts: Timeouts,
}

/// The second screen, for some of the levels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FollowUp {
    /// The levels that lead here.
    pub levels: Vec<Rating>,
    /// The heading.
    pub title: LocalText,
    /// What can be tapped.
    pub reasons: Vec<Reason>,
    /// What stands in the empty comment field.
    pub comment: LocalText,
}

/// One reason that can be tapped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Stable name; the same in every language and version.
    pub id: String,
    /// What the customer reads.
    pub text: LocalText,
}

/// How long the screens wait, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Timeouts {
    /// Quiet on the follow-up before the warning: 15 to 600.
    pub idle_s: u16,
    /// From the warning to the reset: 20 to 120 (WCAG 2.2, 2.2.1 asks for 20 at least).
    pub warning_s: u16,
    /// How long the thanks stand: 3 to 60.
    pub thanks_s: u16,
    /// Quiet on the first screen before the attract loop: 60 to 7,200.
    pub attract_s: u16,
}

/// One thing that is wrong with a survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: `follow_ups[1].reasons[0].text.en`; empty for the survey as a whole.
    pub path: String,
    /// What: for a person, in English.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl Survey {
    /// Reads and checks a survey.
    ///
    /// # Errors
    /// Every fault found, each with its path.
    pub fn parse(json: &str) -> Result<Self, Vec<Fault>> {
        let value: Value = serde_json::from_str(json).map_err(|error| {
            let message =
                ["this is not JSON: line ", &error.line().to_string(), ", column ", &error.column().to_string()];
            vec![Fault { path: String::new(), message: message.concat() }]
        })?;
        let mut reader = Reader::default();
        let survey = reader.survey(&value);
        if reader.faults.is_empty() { Ok(survey) } else { Err(reader.faults) }
    }

    /// The survey in these languages only, in their order. None of them left, or none given, keeps the survey's own.
    #[must_use]
    pub fn offering(mut self, languages: &[String]) -> Self {
        let chosen: Vec<String> = languages.iter().filter(|tag| self.locales.contains(tag)).cloned().collect();
        if !chosen.is_empty() {
            self.locales = chosen;
        }
        self
    }

    /// The follow-up for a level. A valid survey has one for each.
    pub fn follow_up(&self, rating: Rating) -> Option<&FollowUp> {
        self.follow_ups.iter().find(|follow_up| follow_up.levels.contains(&rating))
    }

    /// The language that is shown when nobody has chosen one.
    pub fn default_locale(&self) -> &str {
        self.locales.first().map_or("en", String::as_str)
    }

    /// A reason's words, for the manager and for exports; the id where the survey no longer has it.
    pub fn reason_text<'a>(&'a self, id: &'a str, locale: &str) -> &'a str {
        let reasons = self.follow_ups.iter().flat_map(|follow_up| &follow_up.reasons);
        reasons.into_iter().find(|reason| reason.id == id).map_or(id, |reason| text(&reason.text, locale))
    }
}

/// A text in a language, or in any where that one is missing.
pub fn text<'a>(local: &'a LocalText, locale: &str) -> &'a str {
    let exact = local.iter().find(|(tag, _)| tag == locale);
    exact.or_else(|| local.first()).map_or("", |(_, text)| text)
}

/// Reads a survey field by field, so that every fault is found and each has its path. What is at fault is read as
/// empty and never leaves [`Survey::parse`].
#[derive(Default)]
struct Reader {
    path: String,
    locales: Vec<String>,
    faults: Vec<Fault>,
}

/// What stands where nothing does.
static NOTHING: Value = Value::Null;

impl Reader {
    fn survey(&mut self, value: &Value) -> Survey {
        const FIELDS: [&str; 14] = [
            "format",
            "id",
            "version",
            "theme",
            "locales",
            "title",
            "question",
            "hint",
            "promise",
            "levels",
            "follow_ups",
            "thanks",
            "thanks_hint",
            "timeouts",
        ];
        let fields = self.fields(value, &FIELDS);
        self.locales = self.at("locales", fields, |reader, value| reader.list(value, 1..=20, Self::tag));
        let mut local = |name| self.at(name, fields, Self::local);
        let [title, question, hint] = ["title", "question", "hint"].map(&mut local);
        let [promise, thanks, thanks_hint] = ["promise", "thanks", "thanks_hint"].map(&mut local);
        let best = usize::from(Rating::BEST);
        let survey = Survey {
            format: self.at("format", fields, |reader, value| reader.number(value, FORMAT..=FORMAT)),
            id: self.at("id", fields, Self::name),
            version: self.at("version", fields, |reader, value| reader.number(value, 1..=u32::MAX)),
            theme: self.at("theme", fields, Self::name),
            locales: self.locales.clone(),
            title,
            question,
            hint,
            promise,
            levels: self.at("levels", fields, |reader, value| reader.list(value, best..=best, Self::local)),
            follow_ups: self.at("follow_ups", fields, |reader, value| reader.list(value, 1..=best, Self::follow_up)),
            thanks,
            thanks_hint,
            timeouts: self.at("timeouts", fields, Self::timeouts),
        };
        for level in (1..=Rating::BEST).filter_map(Rating::new) {
            let count = survey.follow_ups.iter().flat_map(|f| &f.levels).filter(|l| **l == level).count();
            if count != 1 {
                let level = level.level().to_string();
                self.path = "follow_ups".to_owned();
                self.fault(["level ", &level, " has to belong to exactly one follow-up"].concat());
            }
        }
        survey
    }

    fn follow_up(&mut self, value: &Value) -> FollowUp {
        let fields = self.fields(value, &["levels", "title", "reasons", "comment"]);
        let best = usize::from(Rating::BEST);
        let levels: Vec<Option<Rating>> = self.at("levels", fields, |reader, value| {
            reader.list(value, 1..=best, |reader, value| {
                Rating::new(u8::try_from(reader.number(value, 1..=u32::from(Rating::BEST))).unwrap_or_default())
            })
        });
        let reasons: Vec<Reason> =
            self.at("reasons", fields, |reader, value| reader.list(value, 0..=MAX_REASONS, Self::reason));
        for (index, reason) in reasons.iter().enumerate() {
            if reasons.iter().take(index).any(|other| other.id == reason.id) {
                self.at("reasons", fields, |reader, _| {
                    reader.path.push_str(&["[", &index.to_string(), "].id"].concat());
                    reader.fault("this id stands here twice");
                });
            }
        }
        FollowUp {
            levels: levels.into_iter().flatten().collect(),
            title: self.at("title", fields, Self::local),
            reasons,
            comment: self.at("comment", fields, Self::local),
        }
    }

    fn reason(&mut self, value: &Value) -> Reason {
        let fields = self.fields(value, &["id", "text"]);
        Reason { id: self.at("id", fields, Self::name), text: self.at("text", fields, Self::local) }
    }

    fn timeouts(&mut self, value: &Value) -> Timeouts {
        let fields = self.fields(value, &["idle_s", "warning_s", "thanks_s", "attract_s"]);
        let mut seconds = |name, range| {
            let number = self.at(name, fields, |reader, value| reader.number(value, range));
            u16::try_from(number).unwrap_or_default()
        };
        Timeouts {
            idle_s: seconds("idle_s", 15..=600),
            warning_s: seconds("warning_s", 20..=120),
            thanks_s: seconds("thanks_s", 3..=60),
            attract_s: seconds("attract_s", 60..=7_200),
        }
    }

    /// Reads one field of an object; inside, the path leads to it.
    fn at<T>(
        &mut self,
        name: &str,
        fields: Option<&Map<String, Value>>,
        read: impl FnOnce(&mut Self, &Value) -> T,
    ) -> T {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        let value = read(self, fields.and_then(|fields| fields.get(name)).unwrap_or(&NOTHING));
        self.path.truncate(length);
        value
    }

    fn fault(&mut self, message: impl Into<String>) {
        self.faults.push(Fault { path: self.path.clone(), message: message.into() });
    }

    fn fields<'a>(&mut self, value: &'a Value, known: &[&str]) -> Option<&'a Map<String, Value>> {
        let Some(fields) = value.as_object() else {
            self.fault("an object is needed here");
            return None;
        };
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            self.at(name, None, |reader, _| reader.fault("this field is unknown"));
        }
        Some(fields)
    }

    fn list<T>(
        &mut self,
        value: &Value,
        count: std::ops::RangeInclusive<usize>,
        read: impl Fn(&mut Self, &Value) -> T,
    ) -> Vec<T> {
        let items = value.as_array().map_or(&[][..], Vec::as_slice);
        if !count.contains(&items.len()) || !value.is_array() {
            self.fault(
                ["a list of ", &count.start().to_string(), " to ", &count.end().to_string(), " is needed here"]
                    .concat(),
            );
        }
        let length = self.path.len();
        let mut list = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.path.push_str(&["[", &index.to_string(), "]"].concat());
            list.push(read(self, item));
            self.path.truncate(length);
        }
        list
    }

    fn number(&mut self, value: &Value, range: std::ops::RangeInclusive<u32>) -> u32 {
        let number =
            value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| range.contains(number));
        if number.is_none() {
            let [from, to] = [range.start(), range.end()].map(u32::to_string);
            self.fault(["a whole number from ", &from, " to ", &to, " is needed here"].concat());
        }
        number.unwrap_or(*range.start())
    }

    fn name(&mut self, value: &Value) -> String {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let name = value.as_str().filter(|name| (1..=40).contains(&name.len()) && name.chars().all(allowed));
        if name.is_none() {
            self.fault("1 to 40 of a–z, 0–9 and - are needed here");
        }
        name.unwrap_or_default().to_owned()
    }

    fn tag(&mut self, value: &Value) -> String {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let tag = value.as_str().filter(|tag| (2..=20).contains(&tag.len()) && tag.chars().all(allowed));
        if tag.is_none() {
            self.fault("a language tag such as zh-CN is needed here");
        }
        tag.unwrap_or_default().to_owned()
    }

    fn local(&mut self, value: &Value) -> LocalText {
        let locales = self.locales.clone();
        let known: Vec<&str> = locales.iter().map(String::as_str).collect();
        let Some(fields) = self.fields(value, &known) else { return Vec::new() };
        let mut local = Vec::with_capacity(locales.len());
        for tag in locales {
            let text = fields.get(&tag).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
            if text.is_none() {
                self.at(&tag, None, |reader, _| reader.fault("the text is missing"));
            }
            local.push((tag, text.unwrap_or_default().to_owned()));
        }
        local
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use super::*;

    pub(crate) fn template(id: &str) -> String {
        std::fs::read_to_string(format!("../../public/templates/{id}.json")).unwrap()
    }

    #[test]
    fn every_template_is_whole_in_both_languages() {
        for id in ["government", "bank"] {
            let survey = Survey::parse(&template(id)).unwrap_or_else(|faults| panic!("{id}: {faults:#?}"));
            assert_eq!(survey.id, id);
            assert_eq!(survey.locales, ["zh-CN", "en"]);
        }
    }

    #[test]
    fn asks_for_the_same_effort_at_every_level() {
        for id in ["government", "bank"] {
            let survey = Survey::parse(&template(id)).unwrap();
            let counts: BTreeSet<usize> = survey.follow_ups.iter().map(|f| f.reasons.len()).collect();
            assert_eq!(counts.len(), 1, "{id} offers a different number of reasons to different levels");
        }
    }

    #[test]
    fn offers_the_languages_that_were_chosen_and_never_none() {
        let offered = |languages: &[&str]| {
            let languages: Vec<String> = languages.iter().map(|tag| (*tag).to_owned()).collect();
            Survey::parse(&template("bank")).unwrap().offering(&languages).locales
        };
        assert_eq!(offered(&["en", "zh-CN"]), ["en", "zh-CN"]);
        assert_eq!(offered(&["en", "tlh"]), ["en"]);
        assert_eq!(offered(&["tlh"]), ["zh-CN", "en"]);
        assert_eq!(offered(&[]), ["zh-CN", "en"]);
    }

    fn check(change: impl Fn(&mut Value), expected: &[&str]) {
        let mut survey: Value = serde_json::from_str(&template("government")).unwrap();
        change(&mut survey);
        let faults = Survey::parse(&survey.to_string()).unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.path.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn names_every_fault_with_its_path() {
        check(|s| s["question"]["en"] = " ".into(), &["question.en"]);
        check(|s| s["question"]["fr"] = "Content ?".into(), &["question.fr"]);
        check(|s| s["id"] = "Gov Hall".into(), &["id"]);
        check(|s| s["version"] = 0.into(), &["version"]);
        check(|s| s["format"] = 2.into(), &["format"]);
        check(|s| drop(s["levels"].as_array_mut().unwrap().pop()), &["levels"]);
        check(|s| s["timeouts"]["warning_s"] = 5.into(), &["timeouts.warning_s"]);
        check(|s| s["follow_ups"][0]["levels"] = Value::from(vec![1]), &["follow_ups"]);
        check(
            |s| {
                s["follow_ups"][1]["reasons"][1]["id"] = s["follow_ups"][1]["reasons"][0]["id"].clone();
                s["follow_ups"][0]["reasons"][0]["text"]["zh-CN"] = "".into();
            },
            &["follow_ups[0].reasons[0].text.zh-CN", "follow_ups[1].reasons[1].id"],
        );
        check(|s| s["surprise"] = 1.into(), &["surprise"]);
        check(|s| s["follow_ups"][0]["levels"] = Value::from(vec![9]), &["follow_ups[0].levels[0]", "follow_ups"]);
        check(|s| s["follow_ups"][0]["levels"] = Value::Null, &["follow_ups[0].levels", "follow_ups", "follow_ups"]);
        check(|s| s["timeouts"]["idle_s"] = "long".into(), &["timeouts.idle_s"]);
        check(|s| drop(s.as_object_mut().unwrap().remove("thanks")), &["thanks"]);
        assert_eq!(Survey::parse("{").unwrap_err()[0].message, "this is not JSON: line 1, column 1");
        assert_eq!(Survey::parse("[]").unwrap_err()[0].path, "");
    }
}
