//! What becomes of each event of a group of batches. Pure: what the store holds comes in, what it has to write goes out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use candor_core::event::Event;
use candor_core::wire::ChainState;
use candor_core::witness::SignedHead;
use uuid::Uuid;

use crate::arrival::{Arrival, Digest, Link, event};
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

/// What a store holds of one chain.
#[derive(Clone, Debug)]
pub struct KnownChain {
    /// Which.
    pub key: ChainKey,
    /// Its numbers.
    pub continuity: Continuity,
    /// Number and hash of the newest signed head.
    pub head: Option<(u64, Digest)>,
}

/// A chain to write.
#[derive(Clone, Copy, Debug)]
pub struct ChangedChain<'a> {
    /// Which.
    pub key: ChainKey,
    /// Its numbers.
    pub continuity: &'a Continuity,
    /// The newest signed head; without one the store keeps what it has.
    pub head: Option<&'a SignedHead>,
}

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
        /// Each source and epoch in it, signed, as they are once the whole group is stored.
        heads: Vec<SignedHead>,
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
    /// Number and hash of the newest signed head of each.
    pub heads: HashMap<ChainKey, (u64, Digest)>,
    /// The group's ids that are taken, and by what.
    pub ids: HashMap<IdKey, Digest>,
    /// Stored neighbours of the group's events.
    pub links: HashMap<Place, Link>,
    /// The JSON of those that are stored under an id of the group with another hash.
    pub others: HashMap<IdKey, String>,
}

/// One row to insert.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its source.
    pub source: SourceKey,
    /// The event.
    pub arrival: &'a Arrival,
    /// Whether the event is there already and this is a further place of it: it fills its number and is no second
    /// event.
    pub is_copy: bool,
}

impl Known {
    /// The chains that a group touches.
    pub fn chain_keys<'a>(&self, arrivals: impl Iterator<Item = &'a Arrival>) -> Vec<ChainKey> {
        let keys: HashSet<_> = arrivals.filter_map(|arrival| self.chain_key(arrival)).collect();
        keys.into_iter().collect()
    }

    /// The ids that a group names.
    pub fn id_keys<'a>(&self, arrivals: impl Iterator<Item = &'a Arrival>) -> Vec<IdKey> {
        arrivals.filter_map(|arrival| self.id_key(arrival)).collect()
    }

    /// The ids of a group that are taken by something else than what came: another event, or the same at another place.
    /// Needs `ids`.
    pub fn contested_ids<'a>(&self, arrivals: impl Iterator<Item = &'a Arrival>) -> Vec<IdKey> {
        arrivals.filter(|arrival| self.is_contested(arrival)).filter_map(|arrival| self.id_key(arrival)).collect()
    }

    fn is_contested(&self, arrival: &Arrival) -> bool {
        let stored = self.id_key(arrival).and_then(|key| self.ids.get(&key));
        stored.is_some_and(|stored| *stored != arrival.link.hash)
    }

    fn id_key(&self, arrival: &Arrival) -> Option<IdKey> {
        Some((*self.sources.get(&arrival.source)?, arrival.uuid))
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
        Outcome::Recorded { verdicts, chain, heads: Vec::new() }
    }

    fn judge_one<'a>(&mut self, key: ChainKey, arrival: &'a Arrival, rows: &mut Vec<Row<'a>>) -> Verdict {
        let source = key.0;
        let Arrival { uuid: id, seq, link, .. } = *arrival;
        if let Some(stored) = self.ids.get(&(source, id)) {
            let is_there = *stored == link.hash;
            return if is_there { Verdict::Accepted } else { self.judge_another_place(key, arrival, rows) };
        }
        if self.chains.entry(key).or_default().contains(seq) {
            return Verdict::SeqConflict;
        }
        self.ids.insert((source, id), link.hash);
        self.take(key, Row { source, arrival, is_copy: false }, rows);
        Verdict::Accepted
    }

    /// The id is taken. By the same event at another place it may be: then there is one event with two numbers, and
    /// neither is missing. Where the number is another event's, the event is had all the same.
    fn judge_another_place<'a>(&mut self, key: ChainKey, arrival: &'a Arrival, rows: &mut Vec<Row<'a>>) -> Verdict {
        let source = key.0;
        let of_group = || rows.iter().find(|row| row.source == source && row.arrival.uuid == arrival.uuid);
        let stored = match self.others.get(&(source, arrival.uuid)) {
            Some(json) => event(json),
            None => of_group().and_then(|row| row.arrival.event()),
        };
        let is_same = |stored: Event| arrival.event().is_some_and(|event| event.is_same_as(&stored));
        if !stored.is_some_and(is_same) {
            return Verdict::IdConflict;
        }
        if !self.chains.entry(key).or_default().contains(arrival.seq) {
            self.take(key, Row { source, arrival, is_copy: true }, rows);
        }
        Verdict::Accepted
    }

    /// Takes an event at a number that is free.
    fn take<'a>(&mut self, key: ChainKey, row: Row<'a>, rows: &mut Vec<Row<'a>>) {
        let (source, epoch) = key;
        let Arrival { seq, link, .. } = *row.arrival;
        let before = self.links.get(&(source, epoch, seq - 1)).map(|link| link.hash);
        let hash_before = if seq == 1 { row.arrival.enrolment() } else { before };
        let prev_after = self.links.get(&(source, epoch, seq + 1)).map(|link| link.prev);
        self.chains.entry(key).or_default().add(seq, link, Neighbours { hash_before, prev_after });
        self.links.insert((source, epoch, seq), link);
        rows.push(row);
    }

    /// The hash of the event at a place, as far as the group has read or brought it, or signed it before.
    pub fn hash_at(&self, place: Place) -> Option<Digest> {
        let (source, epoch, seq) = place;
        let signed = self.heads.get(&(source, epoch)).filter(|&&(at, _)| at == seq).map(|&(_, hash)| hash);
        self.links.get(&place).map(|link| link.hash).or(signed)
    }

    /// The chain that an arrival belongs to, if its source is known.
    pub fn chain_key(&self, arrival: &Arrival) -> Option<ChainKey> {
        Some((*self.sources.get(&arrival.source)?, arrival.epoch))
    }
}
