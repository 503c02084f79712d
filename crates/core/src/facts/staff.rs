//! Results by person, of whom nothing is shown that rests on fewer than five responses.
//!
//! The invariant: of what is given out here, neither a group nor the difference between the groups and the total tells
//! what fewer than five responses say about one person. A total that is one person's responses and no others it cannot
//! hide: see [`Selection::is_too_few_for_a_person`] for those that a filter asks for.

use super::Tally;
use super::filter::Selection;
use super::group::Group;
use crate::event::Scale;
use crate::statistics::FEWEST_FOR_A_PERSON;

/// Responses by who served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff<'a> {
    /// Those of whom there is enough, in the order in which they first came.
    pub shown: Vec<Group<&'a str>>,
    /// Those of whom there is not, or with whom the others could be told.
    pub hidden: Hidden,
    /// Responses that name nobody; `None` where there is nobody else, and these would leave the hidden ones over.
    pub unnamed: Option<Tally>,
}

/// People whose results are not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// How many.
    pub people: usize,
    /// How many responses they have together.
    pub responses: u64,
}

impl Hidden {
    /// Whether the difference to the total tells what fewer than five responses say. It does for any single one of those
    /// who are hidden first; with the next person there are enough.
    fn can_be_told(self) -> bool {
        (1..FEWEST_FOR_A_PERSON).contains(&self.responses)
    }
}

impl<'a> Selection<'a> {
    /// By who served. People of whom there are fewer than five responses are hidden. Since the total is known, those who
    /// are shown leave over what the hidden ones have together: where that is fewer than five responses, the one with the
    /// fewest of the others is hidden as well.
    ///
    /// The first is the threshold rule, the second complementary suppression: Hundepool, A. et al. (2012), "Statistical
    /// disclosure control".
    pub fn staff(&self, scale: Scale) -> Staff<'a> {
        let mut groups = self.by(scale, self.facts.staff.values(), |setting| setting.staff);
        let unnamed = groups.iter().position(|group| group.key.is_empty()).map(|at| groups.remove(at).tally);
        // Who was rated on other scales only has no figure here that could be told.
        groups.retain(|group| group.tally.n() > 0);
        let (mut shown, few): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|group| group.tally.n() >= FEWEST_FOR_A_PERSON);
        let mut hidden = Hidden { people: few.len(), responses: few.iter().map(|group| group.tally.n()).sum() };
        while hidden.can_be_told() {
            let fewest = shown.iter().enumerate().min_by_key(|(_, group)| group.tally.n()).map(|(at, _)| at);
            let Some(at) = fewest else { break };
            hidden.people += 1;
            hidden.responses += shown.remove(at).tally.n();
        }
        let unnamed = Some(unnamed.unwrap_or_default()).filter(|_| !hidden.can_be_told());
        Staff { shown, hidden, unnamed }
    }

    /// Whether this selection asks for people by name and has so few responses, but any, that neither its figures nor the
    /// responses themselves may be shown.
    pub fn is_too_few_for_a_person(&self) -> bool {
        self.names_staff && (1..FEWEST_FOR_A_PERSON).contains(&self.count())
    }
}
