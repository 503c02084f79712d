//! A survey: what is asked, in which words, and what follows which answer.
//!
//! A survey is valid as a whole or not at all; [`Survey::parse`] reports every fault with its path.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::event::Rating;

/// The format that this version reads.
const FORMAT: u32 = 1;
/// More reasons than this do not fit a screen at finger size, and the results keep them as bits of a word.
const MAX_REASONS: usize = 8;

/// One text in every language of the survey, by BCP 47 tag.
pub type LocalText = BTreeMap<String, String>;

/// A survey as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Stable name; the same in every language and version.
    pub id: String,
    /// What the customer reads.
    pub text: LocalText,
}

/// How long the screens wait, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// Where: `follow_ups[1].reasons[0].text.en`.
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
    /// Every fault found; where the text is no survey at all, the one that stopped the reading.
    pub fn parse(json: &str) -> Result<Self, Vec<Fault>> {
        let survey: Self = serde_json::from_str(json)
            .map_err(|error| vec![Fault { path: "$".to_owned(), message: error.to_string() }])?;
        let faults = survey.faults();
        if faults.is_empty() { Ok(survey) } else { Err(faults) }
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

    fn faults(&self) -> Vec<Fault> {
        let mut check = Check { locales: &self.locales, faults: Vec::new() };
        if self.format != FORMAT {
            check.fault("format", format!("this version reads format {FORMAT}"));
        }
        check.name("id", &self.id);
        check.name("theme", &self.theme);
        if self.version == 0 {
            check.fault("version", "must be 1 or more");
        }
        if self.locales.is_empty() {
            check.fault("locales", "at least one language is needed");
        }
        for (path, local) in [
            ("title", &self.title),
            ("question", &self.question),
            ("hint", &self.hint),
            ("promise", &self.promise),
            ("thanks", &self.thanks),
            ("thanks_hint", &self.thanks_hint),
        ] {
            check.text(path, local);
        }
        if self.levels.len() != usize::from(Rating::BEST) {
            check.fault("levels", format!("{} names are needed", Rating::BEST));
        }
        for (index, level) in self.levels.iter().enumerate() {
            check.text(&format!("levels[{index}]"), level);
        }
        self.check_follow_ups(&mut check);
        self.timeouts.check(&mut check);
        check.faults
    }

    fn check_follow_ups(&self, check: &mut Check<'_>) {
        for level in (1..=Rating::BEST).filter_map(Rating::new) {
            let count = self.follow_ups.iter().flat_map(|f| &f.levels).filter(|l| **l == level).count();
            if count != 1 {
                check.fault("follow_ups", format!("level {} belongs to {count} follow-ups, not to one", level.level()));
            }
        }
        for (index, follow_up) in self.follow_ups.iter().enumerate() {
            let path = format!("follow_ups[{index}]");
            check.text(&format!("{path}.title"), &follow_up.title);
            check.text(&format!("{path}.comment"), &follow_up.comment);
            if follow_up.reasons.len() > MAX_REASONS {
                check.fault(&format!("{path}.reasons"), format!("{MAX_REASONS} reasons at most"));
            }
            let mut seen = BTreeSet::new();
            for (number, reason) in follow_up.reasons.iter().enumerate() {
                let path = format!("{path}.reasons[{number}]");
                check.name(&format!("{path}.id"), &reason.id);
                check.text(&format!("{path}.text"), &reason.text);
                if !seen.insert(&reason.id) {
                    check.fault(&format!("{path}.id"), format!("“{}” stands here twice", reason.id));
                }
            }
        }
    }
}

impl Timeouts {
    fn check(&self, check: &mut Check<'_>) {
        for (path, value, range) in [
            ("timeouts.idle_s", self.idle_s, 15..=600),
            ("timeouts.warning_s", self.warning_s, 20..=120),
            ("timeouts.thanks_s", self.thanks_s, 3..=60),
            ("timeouts.attract_s", self.attract_s, 60..=7_200),
        ] {
            if !range.contains(&value) {
                check.fault(path, format!("must be {} to {} seconds", range.start(), range.end()));
            }
        }
    }
}

/// A text in a language, or in any where that one is missing.
pub fn text<'a>(local: &'a LocalText, locale: &str) -> &'a str {
    local.get(locale).or_else(|| local.values().next()).map_or("", String::as_str)
}

struct Check<'a> {
    locales: &'a [String],
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn fault(&mut self, path: &str, message: impl Into<String>) {
        self.faults.push(Fault { path: path.to_owned(), message: message.into() });
    }

    fn name(&mut self, path: &str, name: &str) {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 40 || !name.chars().all(allowed) {
            self.fault(path, "must be 1 to 40 of a–z, 0–9 and -");
        }
    }

    fn text(&mut self, path: &str, local: &LocalText) {
        for locale in self.locales {
            if local.get(locale).is_none_or(|text| text.trim().is_empty()) {
                self.fault(&format!("{path}.{locale}"), "the text is missing");
            }
        }
        for locale in local.keys().filter(|locale| !self.locales.contains(locale)) {
            self.fault(&format!("{path}.{locale}"), "this language is not among the survey's locales");
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::Value;

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
        check(|s| s["surprise"] = 1.into(), &["$"]);
        check(|s| s["follow_ups"][0]["levels"] = Value::from(vec![9]), &["$"]);
    }
}
