//! A remark in pieces: what was looked for, what decided, and the rest.

use std::ops::Range;

use crate::sentiment::Opinion;

/// Words that are marked as having decided, at most: more would be a coloured text.
const MOST: usize = 5;
/// Weights below decide nothing by themselves: odds of 1.3 to 1.
const LIGHTEST: f64 = 0.25;

/// Why a piece stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It was looked for.
    Found,
    /// It speaks for praise.
    Good,
    /// It speaks for a complaint.
    Bad,
}

impl Opinion {
    /// What decided most, the heaviest first, as the places, the words and the weight in nats: the terms that are shown. Of
    /// two that overlap only the heavier is.
    pub fn deciding<'a>(&self, text: &'a str) -> Vec<(Range<usize>, &'a str, f64)> {
        let mut kept: Vec<(Range<usize>, &str, f64)> = Vec::new();
        for clue in self.clues.iter().filter(|clue| clue.weight.abs() >= LIGHTEST) {
            let is_apart = |(other, ..): &(Range<usize>, &str, f64)| {
                clue.range.end <= other.start || other.end <= clue.range.start
            };
            let words = text.get(clue.range.clone()).unwrap_or_default();
            if kept.len() < MOST && kept.iter().all(is_apart) && !words.is_empty() {
                kept.push((clue.range.clone(), words, clue.weight));
            }
        }
        kept
    }
}

/// A text in pieces, in their order: together they are the text. What was found covers what decided.
pub fn marked(
    text: &str,
    found: &[Range<usize>],
    deciding: &[(Range<usize>, &str, f64)],
) -> Vec<(String, Option<Mark>)> {
    let places = found.iter().chain(deciding.iter().map(|(range, ..)| range));
    let mut edges: Vec<usize> = places.flat_map(|range| [range.start, range.end]).chain([0, text.len()]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mark_of = |at: usize| {
        if found.iter().any(|range| range.contains(&at)) {
            return Some(Mark::Found);
        }
        let (.., weight) = deciding.iter().find(|(range, ..)| range.contains(&at))?;
        Some(if *weight > 0.0 { Mark::Good } else { Mark::Bad })
    };
    let mut pieces: Vec<(String, Option<Mark>)> = Vec::new();
    for piece in edges.windows(2) {
        let &[from, to] = piece else { continue };
        let (words, mark) = (text.get(from..to).unwrap_or_default(), mark_of(from));
        match pieces.last_mut() {
            Some((before, kind)) if *kind == mark => before.push_str(words),
            _ => pieces.push((words.to_owned(), mark)),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::reading::Reader;
    use crate::search::Query;

    fn pieces(text: &str, typed: &str) -> Vec<(String, Option<Mark>)> {
        let opinion = Reader::default().read(text).opinion;
        marked(text, &Query::new(typed).places(text), &opinion.deciding(text))
    }

    #[test]
    fn what_decided_and_what_was_looked_for_stand_out() {
        let seen = pieces("房间不错，可是服务太差", "服务");
        assert!(seen.contains(&("不错".to_owned(), Some(Mark::Good))), "{seen:?}");
        assert!(seen.contains(&("服务".to_owned(), Some(Mark::Found))), "{seen:?}");
        assert!(seen.iter().any(|(words, mark)| words.contains('差') && *mark == Some(Mark::Bad)), "{seen:?}");
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text(text in "[房间干净不差服务很ab！ ,Ｗ]{0,40}", typed in "[房差aw]{0,2}") {
            let joined: String = pieces(&text, &typed).into_iter().map(|(words, _)| words).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
