//! Where something stands in a survey, for people: which part of the editor, which element of its form, and in words.

use candor_core::first_screen::language_name;

use crate::manager::text::{SurveysTexts, fill};

/// A part of a survey, as the editor divides it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// Its name, colours and languages.
    Survey,
    /// The first screen.
    #[default]
    First,
    /// A page.
    Page(usize),
    /// The service items.
    Items,
    /// The last screen, and how long screens wait.
    Last,
}

impl Part {
    /// The part that a path leads to.
    pub fn of(path: &str) -> Self {
        let mut steps = steps(path);
        match (steps.next(), steps.next()) {
            (Some("pages"), Some(place)) => Self::Page(place.parse().unwrap_or_default()),
            (Some("question" | "hint" | "scale" | "levels" | "bad"), _) => Self::First,
            (Some("items"), _) => Self::Items,
            (Some("thanks" | "thanks_hint" | "timeouts"), _) => Self::Last,
            _ => Self::Survey,
        }
    }
}

fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '[', ']']).filter(|step| !step.is_empty())
}

/// The id of the element that edits what stands at a path.
pub fn field_id(path: &str) -> String {
    steps(path).fold("m-s".to_owned(), |id, step| [&id, "-", &step.replace('_', "-")].concat())
}

/// The element's name for tests.
pub fn testid(path: &str) -> String {
    steps(path).fold("edit".to_owned(), |id, step| [&id, "-", &step.replace('_', "-")].concat())
}

/// The paths around a path, the nearest first, itself among them.
pub fn around(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rfind(['.', '[']).and_then(|end| path.get(..end)))
}

/// A path in words: “Page 2 › Part 1 › Option 3 › English”.
pub fn say(path: &str, words: &SurveysTexts) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut steps = steps(path).peekable();
    while let Some(step) = steps.next() {
        let number = steps.peek().and_then(|next| next.parse::<usize>().ok());
        if let Some(place) = number {
            let pattern = match step {
                "pages" => words.page_n,
                "fields" => words.field_n,
                "options" => words.option_n,
                "items" => words.item_n,
                "levels" => words.level_n,
                _ => words.entry_n,
            };
            said.push(fill(pattern, &[&(place + 1).to_string()]));
            steps.next();
            continue;
        }
        let known = words.members.iter().find(|(name, _)| *name == step).map(|(_, words)| *words);
        said.push(known.unwrap_or_else(|| language_name(step)).to_owned());
    }
    said.join(" › ")
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::manager::language::Language;

    #[wasm_bindgen_test]
    fn a_path_is_said_in_words() {
        let say = |path| [Language::English, Language::Chinese].map(|language| say(path, &language.texts().surveys));
        assert_eq!(
            say("pages[1].fields[0].options[2].text.en"),
            ["Page 2 › Part 1 › Option 3 › Words › English", "第 2 页 › 第 1 部分 › 第 3 个选项 › 文字 › English"]
        );
        assert_eq!(say("question.zh-CN")[0], "Question › 中文");
        assert_eq!(say("pages")[0], "Pages");
    }

    #[wasm_bindgen_test]
    fn a_path_leads_to_its_part_and_its_element() {
        assert_eq!(Part::of("pages[3].title.en"), Part::Page(3));
        assert_eq!([Part::of("levels[0]"), Part::of("thanks_hint.en")], [Part::First, Part::Last]);
        assert_eq!(field_id("pages[0].fields[1].label.en"), "m-s-pages-0-fields-1-label-en");
        assert_eq!(
            around("items[0].text.en").collect::<Vec<_>>(),
            ["items[0].text.en", "items[0].text", "items[0]", "items"]
        );
    }
}
