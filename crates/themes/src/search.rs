//! Looking for words in remarks: whatever case and width they have, and in the midst of Chinese text as well.

use std::ops::Range;

/// A character as it is compared: small, and of the narrow form. One character stays one, so that places stay places.
pub fn fold(c: char) -> char {
    let narrow = match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{2018}' | '\u{2019}' => '\'',
        other => other,
    };
    let mut small = narrow.to_lowercase();
    match (small.next(), small.next()) {
        (Some(one), None) => one,
        _ => narrow,
    }
}

/// What is looked for: parts between spaces, all of which have to be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    parts: Vec<String>,
}

impl Query {
    /// Reads what somebody typed.
    pub fn new(typed: &str) -> Self {
        let folded: String = typed.chars().map(fold).collect();
        Self { parts: folded.split_whitespace().map(str::to_owned).collect() }
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether every part is somewhere in a text that was folded.
    pub fn is_in(&self, folded: &str) -> bool {
        self.parts.iter().all(|part| folded.contains(part))
    }

    /// Where the parts are, as byte ranges of a text as it was written.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let folded: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, fold(c))).collect();
        let end = |place: usize| folded.get(place).map_or(text.len(), |(at, _)| *at);
        let of_part = |part: &String| {
            let part: Vec<char> = part.chars().collect();
            let is_here = |window: &[(usize, char)]| window.iter().map(|(_, c)| c).eq(&part);
            let windows = folded.windows(part.len()).enumerate();
            let found = windows.filter(|(_, window)| is_here(window));
            found.map(|(place, window)| end(place)..end(place + window.len())).collect::<Vec<_>>()
        };
        self.parts.iter().flat_map(of_part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_whatever_case_and_width() {
        let text = "自助机的ＷｉＦｉ很慢, WIFI slow";
        let query = Query::new(" wifi ");
        let folded: String = text.chars().map(fold).collect();
        assert!(query.is_in(&folded));
        let found: Vec<&str> = query.places(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["ＷｉＦｉ", "WIFI"]);
        assert!(Query::new("助机　慢").is_in(&folded), "in the midst of words, and both parts");
        assert!(!Query::new("助机 快").is_in(&folded), "one part is not enough");
        assert!(Query::new("  ").is_empty() && Query::new("").is_in(&folded));
    }
}
