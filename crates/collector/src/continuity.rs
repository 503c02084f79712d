//! Which numbers of one source and epoch have come, and where the chain is broken. Pure; the order of arrival does
//! not matter.

use std::collections::BTreeSet;

use candor_core::wire::ChainState;
use serde::{Deserialize, Serialize};

use crate::arrival::{Digest, Link};

/// The most missing ranges, and the most breaks, that one receipt lists. The device sends again what it reads here and
/// learns of the rest by the next receipt.
const MAX_LISTED: usize = 100;

/// The state of one chain as a receiver sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continuity {
    /// What has come, as inclusive ranges: sorted, apart by at least one number.
    ranges: Vec<(u64, u64)>,
    /// Numbers whose `prev` is not the hash of the event before.
    breaks: BTreeSet<u64>,
}

/// What a receiver knows of the two places beside an event.
#[derive(Clone, Copy, Debug, Default)]
pub struct Neighbours {
    /// The hash of the event before, where that has come; for number 1 the enrolment hash.
    pub hash_before: Option<Digest>,
    /// The `prev` of the event after, where that has come.
    pub prev_after: Option<Digest>,
}

impl Continuity {
    /// Has this number come?
    pub fn contains(&self, seq: u64) -> bool {
        let at = self.ranges.partition_point(|&(_, last)| last < seq);
        self.ranges.get(at).is_some_and(|&(first, _)| first <= seq)
    }

    /// Takes an event at a number that has not come yet.
    pub fn add(&mut self, seq: u64, link: Link, beside: Neighbours) {
        self.insert(seq);
        if beside.hash_before.is_some_and(|hash| hash != link.prev) {
            self.breaks.insert(seq);
        }
        if beside.prev_after.is_some_and(|prev| prev != link.hash) {
            self.breaks.insert(seq.saturating_add(1));
        }
    }

    /// How many numbers have come.
    pub fn events(&self) -> u64 {
        self.ranges.iter().map(|&(first, last)| last - first + 1).sum()
    }

    /// The highest number up to which nothing is missing and each follows the one before; 0 while number 1 does not.
    pub fn whole_up_to(&self) -> u64 {
        let unbroken = self.breaks.first().map_or(u64::MAX, |broken| broken.saturating_sub(1));
        self.ranges.first().map_or(0, |&(first, last)| if first == 1 { last.min(unbroken) } else { 0 })
    }

    fn insert(&mut self, seq: u64) {
        let at = self.ranges.partition_point(|&(_, last)| last < seq);
        let joins_left = at > 0 && self.ranges[at - 1].1 + 1 == seq;
        let right = self.ranges.get(at).copied();
        match right {
            Some((first, _)) if first <= seq => {}
            Some((first, last)) if first == seq + 1 && joins_left => {
                self.ranges[at - 1].1 = last;
                self.ranges.remove(at);
            }
            Some((first, last)) if first == seq + 1 => self.ranges[at] = (seq, last),
            _ if joins_left => self.ranges[at - 1].1 = seq,
            _ => self.ranges.insert(at, (seq, seq)),
        }
    }

    /// What a receipt says of it, with at most 100 missing ranges and as many breaks, the lowest first.
    pub fn state(&self, epoch: u32) -> ChainState {
        let starts = self.ranges.iter().map(|&(first, _)| first);
        let ends = std::iter::once(0).chain(self.ranges.iter().map(|&(_, last)| last));
        let gaps = ends.zip(starts).filter(|&(end, start)| end + 1 < start).map(|(end, start)| (end + 1, start - 1));
        ChainState {
            epoch,
            last_seq: self.ranges.last().map_or(0, |&(_, last)| last),
            missing: gaps.take(MAX_LISTED).collect(),
            broken_at: self.breaks.iter().copied().take(MAX_LISTED).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn digest(n: u64) -> Digest {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&n.to_be_bytes());
        Digest::from_bytes(&bytes).unwrap()
    }

    /// The link of event `seq`; a tampered one points elsewhere.
    fn link(seq: u64, tampered: bool) -> Link {
        Link { hash: digest(seq), prev: digest(if tampered { 1 << 40 } else { seq - 1 }) }
    }

    /// Lets events come in the given order; `digest(0)` stands for the enrolment hash.
    fn arrive(order: &[(u64, bool)]) -> Continuity {
        let mut links = BTreeMap::from([(0, Link { hash: digest(0), prev: digest(0) })]);
        let mut continuity = Continuity::default();
        for &(seq, tampered) in order {
            let hash_before = links.get(&(seq - 1)).map(|link| link.hash);
            let prev_after = links.get(&(seq + 1)).map(|link| link.prev);
            continuity.add(seq, link(seq, tampered), Neighbours { hash_before, prev_after });
            links.insert(seq, link(seq, tampered));
        }
        continuity
    }

    fn check(order: &[u64], last_seq: u64, missing: &[(u64, u64)]) {
        let order: Vec<_> = order.iter().map(|&seq| (seq, false)).collect();
        let expected = ChainState { epoch: 3, last_seq, missing: missing.to_vec(), broken_at: vec![] };
        let continuity = arrive(&order);
        assert_eq!(continuity.state(3), expected, "{order:?}");
        assert_eq!(continuity.events(), order.len() as u64);
        assert_eq!(continuity.whole_up_to(), missing.first().map_or(last_seq, |&(first, _)| first - 1));
    }

    #[test]
    fn lists_what_is_missing_below_the_highest_number() {
        check(&[], 0, &[]);
        check(&[1, 2, 3], 3, &[]);
        check(&[5], 5, &[(1, 4)]);
        check(&[1, 2, 5, 9], 9, &[(3, 4), (6, 8)]);
        check(&[1, 5, 9, 3, 2, 4], 9, &[(6, 8)]);
    }

    #[test]
    fn lists_at_most_a_hundred_ranges() {
        let odd: Vec<_> = (1..=400).map(|n| (2 * n, false)).collect();
        let state = arrive(&odd).state(1);
        assert_eq!((state.last_seq, state.missing.len(), state.missing[99]), (800, 100, (199, 199)));
    }

    #[test]
    fn sees_a_break_from_either_side() {
        assert_eq!(arrive(&[(1, false), (2, true)]).state(1).broken_at, [2]);
        assert_eq!(
            arrive(&[(1, false), (2, true), (3, false)]).whole_up_to(),
            1,
            "nobody vouches for what was put there"
        );
        assert_eq!(arrive(&[(2, true), (1, false)]).state(1).broken_at, [2]);
        assert_eq!(arrive(&[(1, true)]).state(1).broken_at, [1], "the first event hangs on the enrolment hash");
    }

    /// Numbers in the order of their arrival, and whether each was tampered with.
    type Order = Vec<(u64, bool)>;

    /// The same events sorted and shuffled.
    fn shuffled() -> impl Strategy<Value = (Order, Order)> {
        prop::collection::btree_map(1_u64..60, prop::bool::weighted(0.2), 0..40)
            .prop_map(|events| events.into_iter().collect::<Vec<_>>())
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
    }

    proptest! {
        #[test]
        fn any_order_of_arrival_gives_the_same_state((sorted, shuffled) in shuffled()) {
            let continuity = arrive(&shuffled);
            prop_assert_eq!(&continuity, &arrive(&sorted));

            let tampered: BTreeMap<_, _> = sorted.iter().copied().collect();
            for seq in 1..61 {
                prop_assert_eq!(continuity.contains(seq), tampered.contains_key(&seq));
            }
            let broken: Vec<_> = sorted
                .iter()
                .filter(|(seq, tampered_here)| *tampered_here && (*seq == 1 || tampered.contains_key(&(seq - 1))))
                .map(|(seq, _)| *seq)
                .collect();
            prop_assert_eq!(continuity.state(1).broken_at, broken);
        }

        #[test]
        fn survives_being_stored((_, shuffled) in shuffled()) {
            let continuity = arrive(&shuffled);
            let read: Continuity = serde_json::from_str(&serde_json::to_string(&continuity).unwrap()).unwrap();
            prop_assert_eq!(read, continuity);
        }
    }
}
