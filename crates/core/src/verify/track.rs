//! One epoch of a device while it is being checked: the numbers that have come, and what is needed to link the next.

use super::clock::Mark;
use super::{ChainSummary, Fault, Witness};
use crate::chain::Hash;
use crate::witness::SignedHead;

/// An event as its chain sees it.
#[derive(Clone, Debug)]
pub struct Link {
    pub seq: u64,
    pub line: u64,
    pub time: String,
    pub prev: Hash,
    pub hash: Hash,
    /// The hash that would fit, where the one that it carries does not.
    pub edited: Option<Hash>,
    pub mark: Option<Mark>,
}

impl Link {
    /// Whether the later event hangs on this one. An edited one counts under the hash that it carries and under the one
    /// that would fit: one edit is one finding.
    fn carries(&self, later: &Self) -> bool {
        later.edited.is_some() || later.prev == self.hash || self.edited.as_ref() == Some(&later.prev)
    }
}

/// Numbers without a gap. Of those between the two ends nothing is kept.
#[derive(Clone, Debug)]
struct Range {
    first: Link,
    last: Link,
    /// The first clocks known in it.
    first_mark: Option<Mark>,
    /// The newest clocks known in it; pruned events have none.
    last_mark: Option<Mark>,
    /// The clocks since which nothing was found in this run: small moves add up.
    base: Option<Mark>,
}

/// What somebody knows of the chain.
#[derive(Clone, Debug)]
pub struct Anchor {
    pub seq: u64,
    /// The event's hash; blank where it is not known.
    pub hash: Hash,
    /// How many events there are at the least.
    pub events: Option<u64>,
    /// Whether it knows the chain to its end.
    pub is_all: bool,
    pub by: Witness,
    /// Whether its hash vouches for what comes before.
    pub is_signed: bool,
    /// Whether its event has come and is the one that it names.
    pub is_met: bool,
}

/// A fault at a number, with line and time.
type At = (Fault, u64, u64, String);

/// What came of adding an event.
#[derive(Debug, Default)]
pub struct Placed {
    pub is_double: bool,
    pub faults: Vec<At>,
    pub clock: Vec<At>,
}

/// One epoch.
#[derive(Debug, Default)]
pub struct Track {
    ranges: Vec<Range>,
    events: u64,
    pub anchors: Vec<Anchor>,
    /// The number on the line before, where lines stand by their numbers.
    pub line_before: u64,
    signed_to: u64,
    is_contradicted: bool,
}

impl Track {
    /// Whether nothing has come.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether this number has come.
    pub fn has_passed(&self, seq: u64) -> bool {
        let at = self.ranges.partition_point(|range| range.last.seq < seq);
        self.ranges.get(at).is_some_and(|range| range.first.seq <= seq)
    }

    /// Hash, line and time of an event that has come, while they are kept.
    pub fn hash_at(&self, seq: u64) -> Option<(Hash, u64, String)> {
        let ends = self.ranges.iter().flat_map(|range| [&range.first, &range.last]);
        ends.filter(|link| link.seq == seq).map(|link| (link.hash.clone(), link.line, link.time.clone())).next()
    }

    /// Takes an event. `enrolment` is what number 1 has to hang on.
    pub fn add(&mut self, link: Link, enrolment: Option<Hash>) -> Placed {
        self.events += 1;
        let mut placed = Placed::default();
        if self.has_passed(link.seq) {
            placed.is_double = true;
            return placed;
        }
        let at = self.ranges.partition_point(|range| range.last.seq < link.seq);
        let left =
            at.checked_sub(1).and_then(|left| self.ranges.get(left)).filter(|left| left.last.seq + 1 == link.seq);
        let right = self.ranges.get(at).filter(|right| right.first.seq == link.seq + 1);

        let is_enrolled = enrolment.is_none_or(|enrolment| link.prev == enrolment || link.edited.is_some());
        if !is_enrolled || left.is_some_and(|left| !left.last.carries(&link)) {
            placed.faults.push((Fault::Unlinked, link.seq, link.line, link.time.clone()));
        }
        if let Some(Range { first, .. }) = right.filter(|right| !link.carries(&right.first)) {
            placed.faults.push((Fault::Unlinked, first.seq, first.line, first.time.clone()));
        }
        let named = self.anchors.iter_mut().filter(|anchor| anchor.seq == link.seq && !anchor.hash.is_blank());
        for anchor in named {
            if anchor.hash == link.hash {
                anchor.is_met = true;
                self.signed_to = self.signed_to.max(if anchor.is_signed { link.seq } else { 0 });
            } else if link.edited.is_none() && !self.is_contradicted {
                self.is_contradicted = true;
                let fault = Fault::Contradicted { by: anchor.by };
                placed.faults.push((fault, link.seq, link.line, link.time.clone()));
            }
        }

        let mut range =
            Range { first_mark: link.mark, last_mark: link.mark, base: link.mark, first: link.clone(), last: link };
        if let Some(left) = left {
            let (fault, base) = clocks(left, &range);
            placed
                .clock
                .extend(fault.map(|fault| (fault, range.first.seq, range.first.line, range.first.time.clone())));
            range = Range {
                first: left.first.clone(),
                first_mark: left.first_mark.or(range.first_mark),
                last_mark: range.last_mark.or(left.last_mark),
                base,
                last: range.last,
            };
        }
        let mut replaced = at - usize::from(left.is_some())..at;
        if let Some(right) = right {
            let (fault, _) = clocks(&range, right);
            placed
                .clock
                .extend(fault.map(|fault| (fault, right.first.seq, right.first.line, right.first.time.clone())));
            range = Range {
                last: right.last.clone(),
                first_mark: range.first_mark.or(right.first_mark),
                last_mark: right.last_mark.or(range.last_mark),
                base: right.base.or(range.base),
                first: range.first,
            };
            replaced.end += 1;
        }
        self.ranges.splice(replaced, [range]);
        placed
    }

    /// What is not there, lowest first, with the line behind it.
    pub fn missing(&self) -> Vec<(Fault, u64, Option<u64>, String)> {
        let mut missing = Vec::new();
        if let Some(Range { first, .. }) = self.ranges.first().filter(|range| range.first.seq > 1) {
            missing.push((Fault::CutAtStart, first.seq, Some(first.line), first.time.clone()));
        }
        for pair in self.ranges.windows(2) {
            if let [before, after] = pair {
                let fault = Fault::Removed { to: after.first.seq - 1 };
                missing.push((fault, before.last.seq + 1, Some(after.first.line), after.first.time.clone()));
            }
        }
        let (have, line, time) = match self.ranges.last() {
            Some(Range { last, .. }) => (last.seq, Some(last.line), last.time.clone()),
            None => (0, None, String::new()),
        };
        // Of several witnesses the one that knows most, and of two that know as much the better.
        let furthest = self.anchors.iter().max_by_key(|anchor| (anchor.seq, anchor.by));
        if let Some(anchor) = furthest.filter(|anchor| anchor.seq > have) {
            missing.push((Fault::CutAtEnd { said: anchor.seq, by: anchor.by }, have, line, time.clone()));
        }
        for anchor in self.anchors.iter().filter(|anchor| anchor.is_all && anchor.seq < have) {
            missing.push((Fault::AddedAtEnd { said: anchor.seq, by: anchor.by }, have, line, time.clone()));
        }
        let most = self.anchors.iter().filter_map(|anchor| Some((anchor.events?, anchor.by))).max();
        if let Some((said, by)) = most.filter(|&(said, _)| said > self.events && missing.is_empty()) {
            missing.push((Fault::CountDiffers { have: self.events, said, by }, have, line, time));
        }
        missing
    }

    /// Whether anybody vouches that `last` is the end. A store's own table does not: it lies beside the events, so whoever
    /// cuts them can change it as well.
    fn is_end_told(&self, last: u64) -> bool {
        match self.anchors.iter().any(|anchor| anchor.by == Witness::Store) {
            true => self.anchors.iter().any(|anchor| anchor.by == Witness::Receiver && anchor.seq >= last),
            false => self.anchors.iter().any(|anchor| anchor.seq > 0),
        }
    }

    /// Whether the event that a head names has come and is that one.
    pub fn is_met(&self, head: &SignedHead) -> bool {
        self.anchors.iter().any(|anchor| anchor.is_met && anchor.seq == head.seq && anchor.hash == head.hash)
    }

    /// What the report says of it; nothing of a chain of which nothing has come.
    pub fn summary(&self, device: &str, epoch: u32) -> Option<ChainSummary> {
        let (Range { first, .. }, Range { last, .. }) = (self.ranges.first()?, self.ranges.last()?);
        // A head that came behind its event, as in a manifest, vouches as well if that event is the last one.
        let late = self.anchors.iter().filter(|anchor| anchor.is_signed && anchor.hash == last.hash);
        Some(ChainSummary {
            device: device.to_owned(),
            epoch,
            first: first.seq,
            last: last.seq,
            events: self.events,
            first_time: first.time.clone(),
            last_time: last.time.clone(),
            hash: last.hash.clone(),
            is_end_told: self.is_end_told(last.seq),
            signed_to: late.map(|anchor| anchor.seq).max().unwrap_or(0).max(self.signed_to),
        })
    }
}

/// What happened to the clock where one range joins another, and since when nothing happened.
fn clocks(left: &Range, right: &Range) -> (Option<Fault>, Option<Mark>) {
    let (Some(before), Some(after)) = (left.last_mark, right.first_mark) else {
        return (None, right.base.or(left.base));
    };
    let base = left.base.filter(|base| base.is_same_run(&after));
    let fault = before.moved(&after).or_else(|| base.and_then(|base| base.moved(&after)));
    let base = if fault.is_some() { right.base } else { base.or(right.base) };
    (fault, base)
}
