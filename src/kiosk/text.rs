//! The kiosk's own words in the languages that this page has read so far.

use std::cell::RefCell;

use candor_core::words::{Pack, Words};
use serde_json::Value;

thread_local! {
    /// By their tags. A language that was read stays: there are few.
    static PACKS: RefCell<Vec<(String, Pack)>> = const { RefCell::new(Vec::new()) };
}

/// The words of a language; Chinese or English where this page has not read them.
pub fn text(locale: &str) -> &'static Words {
    let own = if locale.starts_with("zh") { "zh-CN" } else { "en" };
    let read = PACKS.with_borrow(|packs| {
        let of = |wanted: &str| packs.iter().find(|(tag, _)| tag == wanted).map(|(_, pack)| pack.words);
        of(locale).or_else(|| of(own))
    });
    read.unwrap_or_else(|| {
        // A test of the core holds the files together; a kiosk without words would still take ratings.
        let Some(pack) = Words::own(own) else { return Box::leak(Box::default()) };
        let words = pack.words;
        keep(own, pack);
        words
    })
}

/// Keeps a language that was read.
pub fn keep(tag: &str, pack: Pack) {
    PACKS.with_borrow_mut(|packs| packs.push((tag.to_owned(), pack)));
}

/// Whether a language has to be fetched: all but the two of the first load.
pub fn is_fetched(tag: &str) -> bool {
    !["zh-CN", "en"].contains(&tag)
}

/// Whether the words of a language are here.
pub fn has(tag: &str) -> bool {
    PACKS.with_borrow(|packs| packs.iter().any(|(known, _)| known == tag))
}

/// The texts of a survey in the languages that were read, but for those that it has itself.
pub fn further_texts(survey: &str, own: &[String]) -> Vec<(String, Value)> {
    let texts = |(tag, pack): &(String, Pack)| {
        let texts = pack.survey(survey).filter(|_| !own.contains(tag))?;
        Some((tag.clone(), texts.clone()))
    };
    PACKS.with_borrow(|packs| packs.iter().filter_map(texts).collect())
}
