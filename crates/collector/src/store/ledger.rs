//! One transaction that keeps a group of batches, written once for both stores.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use candor_core::chain::{Hash, enrolment_hash, hex};
use candor_core::time::{UnixMillis, UtcOffset, rfc3339};
use candor_core::wire::SOURCE_PREFIX;
use candor_core::witness::SignedHead;

use super::StoreFault;
use super::judge::{
    Batch, Bindings, ChainKey, ChangedChain, DeviceKey, IdKey, Known, KnownChain, Outcome, Place, Row, SourceKey,
};
use crate::arrival::{Arrival, Digest, Link};
use crate::signer::Signer;

/// What a store's open transaction can do. Each call is one statement, whatever the size of the group; no other
/// transaction writes events while it is open.
pub trait Ledger: Send {
    /// The sources of these names that are bound.
    fn sources(
        &mut self,
        names: &[&str],
    ) -> impl Future<Output = Result<Vec<(String, SourceKey, DeviceKey)>, StoreFault>> + Send;
    /// Binds a source to a device for good.
    fn bind(
        &mut self,
        name: &str,
        device: DeviceKey,
        now: UnixMillis,
    ) -> impl Future<Output = Result<SourceKey, StoreFault>> + Send;
    /// The chains of these keys that there are.
    fn chains(&mut self, keys: &[ChainKey]) -> impl Future<Output = Result<Vec<KnownChain>, StoreFault>> + Send;
    /// The hashes of the events that have these ids.
    fn ids(&mut self, keys: &[IdKey]) -> impl Future<Output = Result<Vec<(IdKey, Digest)>, StoreFault>> + Send;
    /// The JSON of the events that have these ids.
    fn jsons(&mut self, keys: &[IdKey]) -> impl Future<Output = Result<Vec<(IdKey, String)>, StoreFault>> + Send;
    /// The links of what is at these places, further places of events included.
    fn links(&mut self, places: &[Place]) -> impl Future<Output = Result<Vec<(Place, Link)>, StoreFault>> + Send;
    /// Inserts events; their order becomes the order of reading back.
    fn insert(&mut self, rows: &[Row<'_>], now: UnixMillis) -> impl Future<Output = Result<(), StoreFault>> + Send;
    /// Inserts further places of events, in the same order of reading back.
    fn insert_copies(
        &mut self,
        rows: &[Row<'_>],
        now: UnixMillis,
    ) -> impl Future<Output = Result<(), StoreFault>> + Send;
    /// Writes chains, new or changed.
    fn keep_chains(
        &mut self,
        chains: &[ChangedChain<'_>],
        now: UnixMillis,
    ) -> impl Future<Output = Result<(), StoreFault>> + Send;
    /// Notes that these sources were heard of.
    fn touch(&mut self, sources: &[SourceKey], now: UnixMillis) -> impl Future<Output = Result<(), StoreFault>> + Send;
}

/// Reads what the group touches, judges, and writes. The caller commits; until then nothing has happened.
/// With a signer, each chain that the group touches is signed as it will be after the commit.
pub async fn record(
    ledger: &mut impl Ledger,
    group: &[Batch],
    now: UnixMillis,
    signer: Option<&Signer>,
) -> Result<Vec<Outcome>, StoreFault> {
    let names: BTreeSet<_> =
        group.iter().flat_map(|batch| &batch.arrivals).map(|arrival| arrival.source.as_str()).collect();
    let names: Vec<_> = names.into_iter().collect();
    let mut bindings = Bindings::default();
    for (name, source, device) in ledger.sources(&names).await? {
        bindings.bound.insert(name, (source, device));
    }
    let admitted: Vec<Result<&Batch, &str>> = group.iter().map(|batch| bindings.admit(batch).map(|()| batch)).collect();

    let mut known = Known::default();
    for (name, device) in &bindings.fresh {
        known.sources.insert(name.clone(), ledger.bind(name, *device, now).await?);
    }
    known.sources.extend(bindings.bound.into_iter().map(|(name, (source, _))| (name, source)));

    let arrivals: Vec<&Arrival> = admitted.iter().flatten().flat_map(|batch| &batch.arrivals).collect();
    let chain_keys = known.chain_keys(arrivals.iter().copied());
    for KnownChain { key, continuity, head } in ledger.chains(&chain_keys).await? {
        known.chains.insert(key, continuity);
        known.heads.extend(head.map(|head| (key, head)));
    }
    known.ids.extend(ledger.ids(&known.id_keys(arrivals.iter().copied())).await?);
    let contested = known.contested_ids(arrivals.iter().copied());
    if !contested.is_empty() {
        known.others.extend(ledger.jsons(&contested).await?);
    }
    let places = known.neighbour_places(arrivals.iter().copied());
    if !places.is_empty() {
        known.links.extend(ledger.links(&places).await?);
    }

    let mut rows = Vec::with_capacity(arrivals.len());
    let mut outcomes = Vec::with_capacity(group.len());
    for batch in &admitted {
        outcomes.push(match batch {
            Ok(batch) => known.judge(batch, &mut rows),
            Err(source) => Outcome::ForeignSource((*source).to_owned()),
        });
    }
    let heads = match signer {
        Some(signer) => sign(ledger, &known, &chain_keys, now, signer).await?,
        None => BTreeMap::new(),
    };
    for (outcome, batch) in outcomes.iter_mut().zip(group) {
        if let Outcome::Recorded { heads: told, .. } = outcome {
            let keys: BTreeSet<_> = batch.arrivals.iter().filter_map(|arrival| known.chain_key(arrival)).collect();
            told.extend(keys.iter().filter_map(|key| heads.get(key)).cloned());
        }
    }
    if !rows.is_empty() {
        let (copies, events): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.is_copy);
        if !events.is_empty() {
            ledger.insert(&events, now).await?;
        }
        // Behind the events: a further place is read after the event that it belongs to.
        if !copies.is_empty() {
            ledger.insert_copies(&copies, now).await?;
        }
        let changed: BTreeSet<ChainKey> = rows.iter().map(|row| (row.source, row.arrival.epoch)).collect();
        let changed: Vec<_> = changed
            .into_iter()
            .filter_map(|key| Some(ChangedChain { key, continuity: known.chains.get(&key)?, head: heads.get(&key) }))
            .collect();
        ledger.keep_chains(&changed, now).await?;
    }
    let heard: BTreeSet<_> = chain_keys.into_iter().map(|(source, _)| source).collect();
    ledger.touch(&heard.into_iter().collect::<Vec<_>>(), now).await?;
    Ok(outcomes)
}

/// Signs the chains. One whose newest event the store has lost gets no head: nobody could stand for it.
async fn sign(
    ledger: &mut impl Ledger,
    known: &Known,
    keys: &[ChainKey],
    now: UnixMillis,
    signer: &Signer,
) -> Result<BTreeMap<ChainKey, SignedHead>, StoreFault> {
    let names: HashMap<SourceKey, &str> = known.sources.iter().map(|(name, source)| (*source, name.as_str())).collect();
    let chains = || keys.iter().filter_map(|key| Some((*key, known.chains.get(key)?)));
    // As a rule the head is in the group itself. It is not when a gap was closed from below, or nothing was new.
    let places = chains().map(|((source, epoch), chain)| (source, epoch, chain.whole_up_to()));
    let lacking: Vec<Place> = places.filter(|&place| place.2 > 0 && known.hash_at(place).is_none()).collect();
    let mut found = HashMap::new();
    if !lacking.is_empty() {
        found.extend(ledger.links(&lacking).await?.into_iter().map(|(place, link)| (place, link.hash)));
    }
    let time = rfc3339(now, UtcOffset(0));
    let mut heads = BTreeMap::new();
    for ((source, epoch), chain) in chains() {
        let Some(device) = names.get(&source).and_then(|name| name.strip_prefix(SOURCE_PREFIX)) else { continue };
        let place = (source, epoch, chain.whole_up_to());
        let hash = match place.2 {
            0 => Some(enrolment_hash(device, epoch)),
            _ => known.hash_at(place).or_else(|| found.get(&place).copied()).map(written),
        };
        let Some(hash) = hash else {
            tracing::warn!(device, epoch, seq = place.2, "the newest event of a chain is not in the store: not signed");
            continue;
        };
        let head = SignedHead {
            device: device.to_owned(),
            epoch,
            events: chain.events(),
            hash,
            seq: place.2,
            time: time.clone(),
            ..SignedHead::default()
        };
        heads.insert((source, epoch), signer.sign(head));
    }
    Ok(heads)
}

fn written(digest: Digest) -> Hash {
    Hash::parse(&hex(digest.as_bytes())).unwrap_or_default()
}
