//! Writes a survey's file as a person would: members in the order of `docs/surveys.md`, short things on one line.

use serde_json::Value;

/// Members in the order of a file; what is none of them stands behind.
const ORDER: [&str; 38] = [
    "format",
    "kind",
    "id",
    "version",
    "theme",
    "metric",
    "locales",
    "when",
    "rating",
    "answer",
    "field",
    "any",
    "point",
    "channel",
    "hours",
    "title",
    "promise",
    "question",
    "hint",
    "scale",
    "levels",
    "bad",
    "label",
    "consent",
    "text",
    "target",
    "items",
    "options",
    "required",
    "pages",
    "fields",
    "thanks",
    "thanks_hint",
    "timeouts",
    "idle_s",
    "warning_s",
    "thanks_s",
    "attract_s",
];
/// As long as lines of the templates are.
const LINE_CHARS: usize = 120;

/// The file's text.
pub fn write(survey: &Value) -> String {
    let locales = super::words::locales(survey);
    let mut text = String::new();
    put(survey, &locales, 0, &mut text);
    text.push('\n');
    text
}

fn put(value: &Value, locales: &[String], depth: usize, text: &mut String) {
    let flat = flat(value, locales);
    // The survey and its pages are always opened: that is what somebody looks for.
    let is_opened = depth == 0 || value.get("fields").is_some();
    if !is_opened && 2 * depth + flat.chars().count() <= LINE_CHARS {
        text.push_str(&flat);
        return;
    }
    let indent = "  ".repeat(depth + 1);
    let end = "  ".repeat(depth);
    match value {
        Value::Object(members) if !members.is_empty() => {
            text.push_str("{\n");
            let members = ordered(members.iter().collect(), locales);
            for (place, (name, member)) in members.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { ",\n" });
                text.push_str(&indent);
                text.push_str(&format!("{}: ", Value::from(name.as_str())));
                put(member, locales, depth + 1, text);
            }
            text.push_str(&format!("\n{end}}}"));
        }
        Value::Array(items) if !items.is_empty() => {
            text.push_str("[\n");
            for (place, item) in items.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { ",\n" });
                text.push_str(&indent);
                put(item, locales, depth + 1, text);
            }
            text.push_str(&format!("\n{end}]"));
        }
        _ => text.push_str(&flat),
    }
}

fn flat(value: &Value, locales: &[String]) -> String {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let members = ordered(members.iter().collect(), locales);
            let member =
                |(name, value): &(&String, &Value)| format!("{}: {}", Value::from(name.as_str()), flat(value, locales));
            format!("{{ {} }}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| flat(item, locales)).collect::<Vec<_>>().join(", "))
        }
        _ => value.to_string(),
    }
}

fn ordered<'a>(mut members: Vec<(&'a String, &'a Value)>, locales: &[String]) -> Vec<(&'a String, &'a Value)> {
    let place = |name: &str| {
        let of_locale = locales.iter().position(|tag| tag == name).map(|place| ORDER.len() + place);
        of_locale.or_else(|| ORDER.iter().position(|known| *known == name)).unwrap_or(usize::MAX)
    };
    members.sort_by_key(|(name, _)| place(name));
    members
}
