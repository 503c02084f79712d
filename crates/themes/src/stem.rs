//! English words brought to a common form, lightly: plurals, -ing and -ed. The form is compared and never shown.

/// The common form of a word in small letters.
pub fn stem(word: &str) -> String {
    let word = word.trim_end_matches("'s").trim_matches('\'');
    if word.ends_with("n't") || !word.is_ascii() || word.len() < 4 {
        return word.to_owned();
    }
    let singular = without_plural(word);
    let root = without_ending(&singular);
    match root.strip_suffix('e') {
        Some(short) if short.len() > 3 => short.to_owned(),
        _ => root,
    }
}

fn without_plural(word: &str) -> String {
    if let Some(start) = word.strip_suffix("ies").filter(|start| start.len() > 1) {
        return [start, "y"].concat();
    }
    let hissing = ["sses", "xes", "zes", "ches", "shes"];
    if hissing.iter().any(|ending| word.ends_with(ending)) {
        return word.trim_end_matches("es").to_owned();
    }
    let is_plural = word.ends_with('s') && !["ss", "us", "is"].iter().any(|ending| word.ends_with(ending));
    if is_plural { word.trim_end_matches('s').to_owned() } else { word.to_owned() }
}

fn without_ending(word: &str) -> String {
    let has_vowel = |start: &&str| start.len() > 2 && start.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    let start = word.strip_suffix("ing").or_else(|| word.strip_suffix("ed")).filter(has_vowel);
    let Some(start) = start else { return word.to_owned() };
    // "stopped" is of "stop"; "called" of "call".
    let mut ends = start.chars().rev();
    match (ends.next(), ends.next()) {
        (Some(last), Some(before)) if last == before && !"aeiouls".contains(last) => {
            start.trim_end_matches(last).to_owned() + &last.to_string()
        }
        _ => start.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_meet() {
        for forms in [
            &["wait", "waits", "waiting", "waited"][..],
            &["queue", "queues", "queued"],
            &["price", "prices", "pricing", "priced"],
            &["stop", "stopped", "stopping"],
            &["dish", "dishes"],
            &["company", "companies", "company's"],
            &["toilet", "toilets"],
        ] {
            let stems: Vec<String> = forms.iter().map(|form| stem(form)).collect();
            assert!(stems.iter().all(|found| *found == stems[0]), "{forms:?} became {stems:?}");
        }
    }

    #[test]
    fn short_words_and_other_endings_stay() {
        for word in ["bus", "this", "glass", "bad", "need", "don't", "naïve", "red", "king"] {
            assert_eq!(stem(word), word);
        }
    }
}
