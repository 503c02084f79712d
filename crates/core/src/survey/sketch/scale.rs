//! Another scale for the same survey: pages and bad levels go with their levels, names that fit stay.

use serde_json::{Map, Value, json};

use super::blocks::ratings;
use super::path::{get, get_mut, list, list_mut, numbers};
use super::words::locales;
use crate::event::{Rating, Scale};
use crate::first_screen::Key;

const FIVE: [[&str; 2]; 5] = [
    ["非常不满意", "Very poor"],
    ["不满意", "Poor"],
    ["基本满意", "Fair"],
    ["满意", "Good"],
    ["非常满意", "Very good"],
];
const RECOMMENDING: [[&str; 2]; 2] = [["完全不会", "Not at all likely"], ["一定会", "Extremely likely"]];
const AGREEING: [[&str; 2]; 2] = [["非常不同意", "Strongly disagree"], ["非常同意", "Strongly agree"]];

/// The scale of a survey; the usual one where it has none that is known.
pub fn scale_of(survey: &Value) -> Scale {
    let name = survey.get("scale").and_then(Value::as_str).unwrap_or_default();
    named(name).unwrap_or_default()
}

/// The scale of this name.
pub fn named(name: &str) -> Option<Scale> {
    Scale::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, scale)| scale)
}

/// How many of the lowest levels are bad where nobody has said.
pub fn usually_bad(scale: Scale) -> u8 {
    match scale {
        Scale::Thumbs | Scale::Faces3 => 1,
        Scale::Faces4 | Scale::Faces5 | Scale::Stars5 => 2,
        Scale::Ces => 3,
        Scale::Nps => 7,
    }
}

/// The lowest levels, so many of them: one at least, and never all.
pub fn lowest(scale: Scale, count: u8) -> Value {
    let most = usize::from(scale.best() - scale.worst());
    let levels = scale.levels().take(usize::from(count).clamp(1, most));
    Value::Array(levels.map(|level| json!(level.level())).collect())
}

/// A level is bad, good, or neither.
fn class(scale: Scale, bad: &[u8], level: u8) -> u8 {
    match level {
        _ if bad.contains(&level) => 0,
        _ if level < scale.good_from() => 1,
        _ => 2,
    }
}

/// For each new level the old one in whose place it comes: of the same class where there is one, as far up in it.
fn origins(from: (Scale, &[u8]), to: (Scale, &[u8])) -> Vec<(u8, u8)> {
    let all = |scale: Scale| scale.levels().map(Rating::level).collect::<Vec<u8>>();
    let (old, new) = (all(from.0), all(to.0));
    let of_class = |levels: &[u8], of: (Scale, &[u8]), wanted: u8| -> Vec<u8> {
        levels.iter().copied().filter(|level| class(of.0, of.1, *level) == wanted).collect()
    };
    let origin = |level: u8| {
        let wanted = class(to.0, to.1, level);
        let (mut own, mut theirs) = (of_class(&new, to, wanted), of_class(&old, from, wanted));
        if theirs.is_empty() {
            (own, theirs) = (new.clone(), old.clone());
        }
        let place = own.iter().position(|known| *known == level).unwrap_or_default();
        // Neither is empty: a level is one of its own class, and every scale has levels.
        let (steps, last) = (own.len().saturating_sub(1), theirs.len().saturating_sub(1));
        let found = match wanted {
            _ if steps > 0 => (2 * place * last + steps) / (2 * steps),
            // One level alone stands for the outermost.
            0 => 0,
            1 => last / 2,
            _ => last,
        };
        theirs.get(found).copied().unwrap_or(level)
    };
    new.iter().map(|level| (*level, origin(*level))).collect()
}

/// Changes the scale.
pub fn change(survey: &mut Value, to: Scale) {
    let from = scale_of(survey);
    let old_bad = numbers(survey.get("bad").unwrap_or(&Value::Null));
    let bad = lowest(to, usually_bad(to));
    let origins = origins((from, &old_bad), (to, &numbers(&bad)));
    survey["levels"] = names(survey, from, to, &origins);
    survey["scale"] = json!(to.name());
    survey["bad"] = bad;
    let pages = list(survey, "pages").len();
    for page in 0..pages {
        let at = format!("pages[{page}].when.rating");
        if get(survey, &at).is_null() {
            continue;
        }
        let Some(place) = get_mut(survey, &at) else { continue };
        let old = numbers(place);
        let new = origins.iter().filter(|(_, origin)| old.contains(origin)).map(|(level, _)| json!(level));
        *place = Value::Array(new.collect());
    }
    // A page for levels that there are no longer is met by nobody.
    if let Some(pages) = list_mut(survey, "pages") {
        pages.retain(|page| get(page, "when.rating").is_null() || !ratings(page).is_empty());
    }
}

fn names(survey: &Value, from: Scale, to: Scale, origins: &[(u8, u8)]) -> Value {
    let old = list(survey, "levels");
    if from.names() == to.names() && from.is_numbers() == to.is_numbers() && old.len() == to.names() {
        return Value::Array(old.to_vec());
    }
    let is_same_kind = !from.is_numbers() && !to.is_numbers();
    let name = |place: usize| -> Value {
        let usual = usual_name(to, place);
        let kept = origins.get(place).filter(|_| is_same_kind).and_then(|(_, origin)| {
            let is_one = origins.iter().filter(|(_, other)| other == origin).count() == 1;
            old.get(usize::from(origin.checked_sub(from.worst())?)).filter(|_| is_one)
        });
        kept.cloned().unwrap_or_else(|| {
            let words = |tag: &str| match tag {
                "zh-CN" => usual[0],
                "en" => usual[1],
                _ => "",
            };
            locales(survey).into_iter().map(|tag| (tag.clone(), json!(words(&tag)))).collect::<Map<_, _>>().into()
        })
    };
    Value::Array((0..to.names()).map(name).collect())
}

/// What a level is called where nobody has called it otherwise, in Chinese and in English.
fn usual_name(scale: Scale, place: usize) -> [&'static str; 2] {
    let of_five = |tone: usize| FIVE.get(tone.clamp(1, 5) - 1).copied().unwrap_or_default();
    match scale {
        Scale::Nps => RECOMMENDING.get(place).copied().unwrap_or_default(),
        Scale::Ces => AGREEING.get(place).copied().unwrap_or_default(),
        Scale::Stars5 => of_five(place + 1),
        Scale::Thumbs => of_five(2 * place + 2),
        Scale::Faces3 | Scale::Faces4 | Scale::Faces5 => {
            scale.levels().nth(place).map(|level| of_five(usize::from(Key::of(scale, level).tone))).unwrap_or_default()
        }
    }
}
