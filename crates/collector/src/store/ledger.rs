//! One transaction that keeps a group of batches, written once for both stores.

use std::collections::BTreeSet;

use candor_core::time::UnixMillis;

use super::StoreFault;
use super::judge::{Batch, Bindings, ChainKey, DeviceKey, IdKey, Known, Outcome, Place, Row, SourceKey};
use crate::arrival::{Arrival, Digest, Link};
use crate::continuity::Continuity;

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
    fn chains(
        &mut self,
        keys: &[ChainKey],
    ) -> impl Future<Output = Result<Vec<(ChainKey, Continuity)>, StoreFault>> + Send;
    /// The hashes of the events that have these ids.
    fn ids(&mut self, keys: &[IdKey]) -> impl Future<Output = Result<Vec<(IdKey, Digest)>, StoreFault>> + Send;
    /// The links of the events at these places.
    fn links(&mut self, places: &[Place]) -> impl Future<Output = Result<Vec<(Place, Link)>, StoreFault>> + Send;
    /// Inserts events; their order becomes the order of reading back.
    fn insert(&mut self, rows: &[Row<'_>], now: UnixMillis) -> impl Future<Output = Result<(), StoreFault>> + Send;
    /// Writes chains, new or changed.
    fn keep_chains(
        &mut self,
        chains: &[(ChainKey, &Continuity)],
    ) -> impl Future<Output = Result<(), StoreFault>> + Send;
    /// Notes that these sources were heard of.
    fn touch(&mut self, sources: &[SourceKey], now: UnixMillis) -> impl Future<Output = Result<(), StoreFault>> + Send;
}

/// Reads what the group touches, judges, and writes. The caller commits; until then nothing has happened.
pub async fn record(ledger: &mut impl Ledger, group: &[Batch], now: UnixMillis) -> Result<Vec<Outcome>, StoreFault> {
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
    known.chains.extend(ledger.chains(&chain_keys).await?);
    known.ids.extend(ledger.ids(&known.id_keys(arrivals.iter().copied())).await?);
    let places = known.neighbour_places(arrivals.iter().copied());
    if !places.is_empty() {
        known.links.extend(ledger.links(&places).await?);
    }

    let mut rows = Vec::with_capacity(arrivals.len());
    let mut outcomes = Vec::with_capacity(group.len());
    for batch in admitted {
        outcomes.push(match batch {
            Ok(batch) => known.judge(batch, &mut rows),
            Err(source) => Outcome::ForeignSource(source.to_owned()),
        });
    }
    if !rows.is_empty() {
        ledger.insert(&rows, now).await?;
        let changed: BTreeSet<ChainKey> = rows.iter().map(|row| (row.source, row.arrival.epoch)).collect();
        let changed: Vec<_> = changed.iter().filter_map(|key| Some((*key, known.chains.get(key)?))).collect();
        ledger.keep_chains(&changed).await?;
    }
    let heard: BTreeSet<_> = chain_keys.into_iter().map(|(source, _)| source).collect();
    ledger.touch(&heard.into_iter().collect::<Vec<_>>(), now).await?;
    Ok(outcomes)
}
