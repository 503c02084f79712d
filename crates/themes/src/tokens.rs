//! A remark as words: Chinese cut by the dictionary, English at its spaces and in a common form.

use std::ops::Range;

use crate::dictionary::Dictionary;
use crate::search::fold;
use crate::stem::stem;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Chinese word.
    Han,
    /// A word of letters, in its common form.
    Latin,
    /// Digits.
    Number,
    /// Where a clause ends; of no letters.
    Break,
}

/// A word with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The word as it is compared.
    pub word: String,
    /// Its place in the remark, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// The words of a remark, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens(pub Vec<Token>);

/// What a character is part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Han,
    Letter,
    Digit,
    Space,
    Other,
}

fn class(c: char) -> Class {
    match c {
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '〇' => Class::Han,
        '\'' => Class::Letter,
        c if c.is_ascii_digit() => Class::Digit,
        c if c.is_alphabetic() => Class::Letter,
        c if c.is_whitespace() && c != '\n' => Class::Space,
        _ => Class::Other,
    }
}

impl Tokens {
    /// Cuts a remark.
    pub fn of(text: &str, dictionary: &Dictionary<'_>) -> Self {
        let characters: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, fold(c))).collect();
        let mut tokens = Self::default();
        let mut rest = characters.as_slice();
        while let Some((_, first)) = rest.first() {
            let kind = class(*first);
            let (run, after) = rest.split_at(rest.iter().take_while(|(_, c)| class(*c) == kind).count());
            let end = after.first().map_or(text.len(), |(at, _)| *at);
            let next = after.first().map(|(_, c)| class(*c));
            tokens.push_run(run, kind, end, next, dictionary);
            rest = after;
        }
        tokens
    }

    fn push_run(
        &mut self,
        run: &[(usize, char)],
        kind: Class,
        end: usize,
        next: Option<Class>,
        dictionary: &Dictionary<'_>,
    ) {
        let Some((begin, _)) = run.first() else { return };
        let letters: Vec<char> = run.iter().map(|(_, c)| *c).collect();
        let all: String = letters.iter().collect();
        let is_after_han = self.0.last().is_some_and(|last| last.kind == Kind::Han);
        let (word, kind) = match kind {
            Class::Han => {
                for word in dictionary.cut(&letters) {
                    let place = |at: usize| run.get(at).map_or(end, |(at, _)| *at);
                    let range = place(word.start)..place(word.end);
                    let word = letters.get(word).unwrap_or_default().iter().collect();
                    self.0.push(Token { word, range, kind: Kind::Han });
                }
                return;
            }
            Class::Letter => (stem(&all), Kind::Latin),
            Class::Digit => (all, Kind::Number),
            // Between Chinese words a space stands for a comma.
            Class::Space if is_after_han && next == Some(Class::Han) => (String::new(), Kind::Break),
            Class::Space => return,
            Class::Other => (String::new(), Kind::Break),
        };
        if kind == Kind::Break || !word.is_empty() {
            self.0.push(Token { word, range: *begin..end, kind });
        }
    }

    /// The clauses: runs of words between breaks.
    pub fn clauses(&self) -> impl Iterator<Item = &[Token]> {
        self.0.split(|token| token.kind == Kind::Break).filter(|clause| !clause.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_remark() {
        let text = "房间很干净 Ｗａｉｔｅｄ 3 hours，don’t come!";
        let tokens = Tokens::of(text, &Dictionary::default());
        let seen: Vec<(&str, &str)> =
            tokens.0.iter().map(|token| (token.word.as_str(), &text[token.range.clone()])).collect();
        let expected = [
            ("房间", "房间"),
            ("很", "很"),
            ("干净", "干净"),
            ("wait", "Ｗａｉｔｅｄ"),
            ("3", "3"),
            ("hour", "hours"),
            ("", "，"),
            ("don't", "don’t"),
            ("come", "come"),
            ("", "!"),
        ];
        assert_eq!(seen, expected);
        assert_eq!(tokens.clauses().count(), 2);
    }

    #[test]
    fn a_space_between_chinese_words_ends_a_clause() {
        assert_eq!(Tokens::of("房间干净 服务不错", &Dictionary::default()).clauses().count(), 2);
    }
}
