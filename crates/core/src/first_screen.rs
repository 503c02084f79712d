//! What the page needs to paint the first screen by itself, before the wasm is here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::survey::{Survey, text};

/// The languages of this version, each with its own name for itself.
pub const LANGUAGES: [(&str, &str); 2] = [("zh-CN", "中文"), ("en", "English")];

/// A language's own name; its tag where this version does not know it.
pub fn language_name(tag: &str) -> &str {
    LANGUAGES.iter().find(|(known, _)| *known == tag).map_or(tag, |(_, name)| name)
}

/// The first screen in every language: kept by the page from one start to the next, for painting and for nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstScreen {
    /// The survey that it belongs to.
    pub survey: String,
    /// The survey's colours.
    pub theme: String,
    /// The service point; empty means the survey's title stands there.
    pub place: String,
    /// The language to begin with.
    pub locale: String,
    /// The languages offered, in order.
    pub locales: Vec<String>,
    /// The words, by language.
    pub texts: BTreeMap<String, FirstTexts>,
}

/// The words of the first screen in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstTexts {
    /// The language's own name.
    pub name: String,
    /// The survey's title.
    pub title: String,
    /// The question.
    pub question: String,
    /// The line below it.
    pub hint: String,
    /// The promise in the corner.
    pub promise: String,
    /// The levels' names, the worst first.
    pub levels: Vec<String>,
}

impl FirstScreen {
    /// The first screen of a survey at a service point.
    pub fn new(survey: &Survey, place: &str, locale: &str) -> Self {
        let words = |tag: &String| FirstTexts {
            name: language_name(tag).to_owned(),
            title: text(&survey.title, tag).to_owned(),
            question: text(&survey.question, tag).to_owned(),
            hint: text(&survey.hint, tag).to_owned(),
            promise: text(&survey.promise, tag).to_owned(),
            levels: survey.levels.iter().map(|level| text(level, tag).to_owned()).collect(),
        };
        Self {
            survey: survey.id.clone(),
            theme: survey.theme.clone(),
            place: place.to_owned(),
            locale: locale.to_owned(),
            locales: survey.locales.clone(),
            texts: survey.locales.iter().map(|tag| (tag.clone(), words(tag))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::tests::template;

    #[test]
    fn the_page_stands_with_the_words_of_the_government_template() {
        let survey = Survey::parse(&template("government")).unwrap();
        let expected = FirstScreen::new(&survey, "", "zh-CN");
        let page = std::fs::read_to_string("../../index.html").unwrap();
        let block = page.split("id=\"first\">").nth(1).and_then(|rest| rest.split("</script>").next()).unwrap();
        let written: FirstScreen = serde_json::from_str(block)
            .unwrap_or_else(|error| panic!("{error}; index.html should have\n{}", serde_json::to_string(&expected).unwrap()));
        assert_eq!(written, expected, "index.html should have\n{}", serde_json::to_string(&expected).unwrap());
        for words in [&expected.texts["zh-CN"].question, &expected.texts["zh-CN"].levels[4]] {
            assert_eq!(page.matches(words.as_str()).count(), 2, "“{words}” stands in the markup and in the block");
        }
    }
}
