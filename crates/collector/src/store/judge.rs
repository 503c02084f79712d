//! What becomes of each event of a group of batches. Pure: what the store holds comes in, what it has to write goes out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use candor_core::wire::ChainState;
use uuid::Uuid;

use crate::arrival::{Arrival, Digest, Link};
use crate::continuity::{Continuity, Neighbours};

/// A device as the store numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceKey(pub i64);

/// A source as the store numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceKey(pub i64);

/// One epoch of a source.
pub type ChainKey = (SourceKey, u32);
/// One id of a source.
pub type IdKey = (SourceKey, Uuid);
/// One number in an epoch of a source.
pub type Place = (SourceKey, u32, u64);

/// The readable events of one request.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Whose token it came with.
    pub device: DeviceKey,
    /// In the order of the request.
    pub arrivals: Vec<Arrival>,
}

/// What became of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Stored, now or before.
    Accepted,
    /// Its id is taken by another event of the source.
    IdConflict,
    /// Its number is taken by another event of the epoch.
    SeqConflict,
}

/// What became of one batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// One verdict for each arrival, in order.
    Recorded {
        /// In the order of the batch.
        verdicts: Vec<Verdict>,
        /// Each epoch in it; empty when the batch is of more than one source, which a chain state cannot name.
        chain: Vec<ChainState>,
    },
    /// Nothing was stored: this source is bound to another device.
    ForeignSource(String),
}

/// Who may use which source.
#[derive(Debug, Default)]
pub struct Bindings {
    /// Sources that were bound before.
    pub bound: HashMap<String, (SourceKey, DeviceKey)>,
    /// Sources that this group binds.
    pub fresh: BTreeMap<String, DeviceKey>,
}

impl Bindings {
    /// Binds what is new in a batch, or names the source that the batch's device may not use.
    pub fn admit<'a>(&mut self, batch: &'a Batch) -> Result<(), &'a str> {
        let sources: BTreeSet<_> = batch.arrivals.iter().map(|arrival| arrival.source.as_str()).collect();
        let owner = |source: &str| {
            self.bound.get(source).map(|&(_, device)| device).or_else(|| self.fresh.get(source).copied())
        };
        if let Some(foreign) = sources.iter().find(|source| owner(source).is_some_and(|device| device != batch.device))
        {
            return Err(foreign);
        }
        for source in sources {
            if !self.bound.contains_key(source) {
                self.fresh.insert(source.to_owned(), batch.device);
            }
        }
        Ok(())
    }
}

/// What the store holds of all that a group touches, kept up to date while the group is judged.
#[derive(Debug, Default)]
pub struct Known {
    /// Every source of the group.
    pub sources: HashMap<String, SourceKey>,
    /// Every chain of the group that the store has.
    pub chains: HashMap<ChainKey, Continuity>,
    /// The group's ids that are taken, and by what.
    pub ids: HashMap<IdKey, Digest>,
    /// Stored neighbours of the group's events.
    pub links: HashMap<Place, Link>,
}

/// One row to insert.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its source.
    pub source: SourceKey,
    /// The event.
    pub arrival: &'a Arrival,
}

impl Known {
    /// The chains that a group touches.
    pub fn chain_keys<'a>(&self, arrivals: impl Iterator<Item = &'a Arrival>) -> Vec<ChainKey> {
        let keys: HashSet<_> = arrivals.filter_map(|arrival| self.chain_key(arrival)).collect();
        keys.into_iter().collect()
    }

    /// The ids that a group names.
    pub fn id_keys<'a>(&self, arrivals: impl Iterator<Item = &'a Arrival>) -> Vec<IdKey> {
        arrivals.filter_map(|arrival| Some((*self.sources.get(&arrival.source)?, arrival.uuid))).collect()
    }

    /// Stored places next to the group's events; for a batch that continues a chain it is one. Needs `chains`.
    pub fn neighbour_places<'a>(&self, arrivals: impl Iterator<Item = &'a Arrival>) -> Vec<Place> {
        let mut places = HashSet::new();
        for arrival in arrivals {
            let Some((source, epoch)) = self.chain_key(arrival) else { continue };
            let Some(chain) = self.chains.get(&(source, epoch)) else { continue };
            if chain.contains(arrival.seq) {
                continue;
            }
            let beside = [arrival.seq - 1, arrival.seq + 1].into_iter().filter(|&seq| chain.contains(seq));
            places.extend(beside.map(|seq| (source, epoch, seq)));
        }
        places.into_iter().collect()
    }

    /// Decides on one batch and pushes what is to be inserted.
    pub fn judge<'a>(&mut self, batch: &'a Batch, rows: &mut Vec<Row<'a>>) -> Outcome {
        let mut touched = BTreeSet::new();
        let mut verdicts = Vec::with_capacity(batch.arrivals.len());
        for arrival in &batch.arrivals {
            let Some(key) = self.chain_key(arrival) else { return Outcome::ForeignSource(arrival.source.clone()) };
            touched.insert(key);
            verdicts.push(self.judge_one(key, arrival, rows));
        }
        let one_source = touched.iter().map(|&(source, _)| source).collect::<BTreeSet<_>>().len() == 1;
        let state = |key: &ChainKey| self.chains.get(key).map(|chain| chain.state(key.1));
        let chain = if one_source { touched.iter().filter_map(state).collect() } else { Vec::new() };
        Outcome::Recorded { verdicts, chain }
    }

    fn judge_one<'a>(&mut self, key: ChainKey, arrival: &'a Arrival, rows: &mut Vec<Row<'a>>) -> Verdict {
        let (source, epoch) = key;
        let Arrival { uuid: id, seq, link, .. } = *arrival;
        if let Some(stored) = self.ids.get(&(source, id)) {
            return if *stored == link.hash { Verdict::Accepted } else { Verdict::IdConflict };
        }
        let chain = self.chains.entry(key).or_default();
        if chain.contains(seq) {
            return Verdict::SeqConflict;
        }
        let before = self.links.get(&(source, epoch, seq - 1)).map(|link| link.hash);
        let hash_before = if seq == 1 { arrival.enrolment() } else { before };
        let prev_after = self.links.get(&(source, epoch, seq + 1)).map(|link| link.prev);
        chain.add(seq, link, Neighbours { hash_before, prev_after });
        self.ids.insert((source, id), link.hash);
        self.links.insert((source, epoch, seq), link);
        rows.push(Row { source, arrival });
        Verdict::Accepted
    }

    fn chain_key(&self, arrival: &Arrival) -> Option<ChainKey> {
        Some((*self.sources.get(&arrival.source)?, arrival.epoch))
    }
}
