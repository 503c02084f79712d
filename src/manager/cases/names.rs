//! What things about a case are called to a manager.

use candor_core::cases::{Case, CaseRules, Ground, Limit, Standing, State, Step, StepResult, Working};
use candor_core::event::{Rating, Scale};
use candor_core::time::{UnixMillis, UtcOffset, rfc3339};

use crate::browser::clock;
use crate::manager::browser::{self, Written};
use crate::manager::desk::Desk;
use crate::manager::distribution::level_name;
use crate::manager::language::Language;
use crate::manager::text::fill;

/// A step.
pub fn step(step: Step, language: Language) -> &'static str {
    language.texts().cases.steps.get(step as usize).copied().unwrap_or_default()
}

/// That a step is to be done.
fn todo(step: Step, language: Language) -> &'static str {
    let at = State::ALL.into_iter().position(|(_, state)| state == State::At(step));
    at.and_then(|at| language.texts().cases.states.get(at)).copied().unwrap_or_default()
}

/// What is to be found out at a step.
pub fn task(step: Step, language: Language) -> &'static str {
    language.texts().cases.tasks.get(step as usize).copied().unwrap_or_default()
}

/// What came of a step.
pub fn result(result: StepResult, language: Language) -> &'static str {
    let at = StepResult::ALL.into_iter().position(|(_, known)| known == result);
    at.and_then(|at| language.texts().cases.results.get(at)).copied().unwrap_or_default()
}

/// Why somebody has appealed.
pub fn ground(ground: Ground, language: Language) -> &'static str {
    let at = Ground::ALL.into_iter().position(|(_, known)| known == ground);
    at.and_then(|at| language.texts().cases.grounds.get(at)).copied().unwrap_or_default()
}

/// A level in words, or as its number where it has none.
pub fn level(desk: Desk, scale: Scale, rating: Rating, language: Language) -> String {
    let named = level_name(desk, scale, rating, language);
    if named.is_empty() { rating.level().to_string() } else { named }
}

/// Where a case stands.
pub fn standing(standing: Standing, language: Language) -> &'static str {
    let words = &language.texts().cases;
    match standing {
        Standing::Open(step) => todo(step, language),
        Standing::Closed => words.all_done,
        Standing::Withdrawn => words.is_withdrawn,
    }
}

/// By when what is to be done first has to be: in words, and whether that is over. `None` where nothing is due.
pub fn due(case: &Case, now: UnixMillis, language: Language) -> Option<(String, bool)> {
    let words = &language.texts().cases;
    let (due, is_late) = (case.due()?, case.is_overdue(now));
    let when = last_instant(due, language);
    Some((fill(if is_late { words.was_due } else { words.due }, &[&when]), is_late))
}

/// The last instant in time: a day where it is the end of one, else to the minute.
pub fn last_instant(due: UnixMillis, language: Language) -> String {
    let is_end_of_day = rfc3339(due, offset(due)).get(11..19) == Some("23:59:59");
    instant(due, if is_end_of_day { Written::Day } else { Written::Minute }, language)
}

/// An instant as this tablet's clock shows it.
pub fn instant(at: UnixMillis, written: Written, language: Language) -> String {
    browser::time(&rfc3339(at, offset(at)), written, language)
}

fn offset(at: UnixMillis) -> UtcOffset {
    clock::offset_at(at)
}

/// Rules as lines: the levels that are a case, the limit of each step, and the departments.
pub fn rules_text(rules: &CaseRules, language: Language) -> String {
    let texts = language.texts();
    let words = &texts.cases;
    let [days, hours, none] = words.units;
    let scales = Scale::ALL.into_iter().zip(texts.surveys.scales);
    let level = |((_, scale), name): ((&str, Scale), &str)| {
        let highest = rules.levels.get(&scale).copied().flatten();
        let said = highest.map_or(words.level_none.to_owned(), |level| fill(words.level_up_to, &[&level.to_string()]));
        fill(words.h_step, &[name, &said])
    };
    let limit = |at: Step| {
        let said = match rules.limit(at) {
            Some(Limit::Days(n)) => format!("{n} {days}"),
            Some(Limit::Hours(n)) => format!("{n} {hours}"),
            None => none.to_owned(),
        };
        fill(words.h_step, &[step(at, language), &said])
    };
    let working = Working::ALL.into_iter().zip(words.workings).find(|((_, working), _)| *working == rules.working);
    let working = working.map(|(_, said)| fill(words.h_step, &[words.working, said]));
    let routes = rules.routes.iter().map(|route| fill(words.h_step, &[&route.reason, &route.department]));
    let rest = Some(&rules.department).filter(|name| !name.is_empty());
    let rest = rest.map(|name| fill(words.h_step, &[words.otherwise, name]));
    let lines = scales.map(level).chain(Step::ALL.map(limit)).chain(working).chain(routes).chain(rest);
    lines.collect::<Vec<_>>().join("\n")
}
