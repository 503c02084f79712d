//! The two languages of the manager's part.

use crate::manager::text::{Texts, en::EN, zh::ZH};

/// A language that the manager reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Chinese as written in mainland China.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The nearest to a BCP 47 tag.
    pub fn of(tag: &str) -> Self {
        if tag.starts_with("zh") { Self::Chinese } else { Self::English }
    }

    /// Its BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Chinese => Self::English,
            Self::English => Self::Chinese,
        }
    }

    /// Sentences one after the other: Chinese puts no space between them.
    pub fn joined(self, sentences: &[String]) -> String {
        sentences.join(if self == Self::Chinese { "" } else { " " })
    }

    /// Everything that is said in it.
    pub fn texts(self) -> &'static Texts {
        match self {
            Self::Chinese => &ZH,
            Self::English => &EN,
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn reads_the_page_s_language() {
        assert_eq!(
            ["zh-CN", "zh-Hans", "en", "en-GB", ""].map(|tag| Language::of(tag).tag()),
            ["zh-CN", "zh-CN", "en", "en", "en"]
        );
    }
}
