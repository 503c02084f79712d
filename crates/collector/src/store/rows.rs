//! What the databases' rows hold, in the types of the rules. Both databases know only signed integers.

use candor_core::wire::ChainState;
use candor_core::witness::SignedHead;
use uuid::Uuid;

use super::StoreFault;
use super::judge::{DeviceKey, IdKey, KnownChain, Place, SourceKey};
use crate::arrival::{Digest, Link};
use crate::continuity::Continuity;

/// Name, source and the device it is bound to.
pub type SourceRow = (String, i64, i64);
/// Source, epoch, continuity, newest signed head.
pub type ChainRow = (i64, i64, String, Option<String>);
/// Source, id, hash.
pub type IdRow = (i64, Uuid, Vec<u8>);
/// Source, id, the event.
pub type JsonRow = (i64, Uuid, String);
/// Source, epoch, number, hash, prev.
pub type LinkRow = (i64, i64, i64, Vec<u8>, Vec<u8>);

/// Reads a [`SourceRow`].
pub fn source((name, source, device): SourceRow) -> (String, SourceKey, DeviceKey) {
    (name, SourceKey(source), DeviceKey(device))
}

/// Reads a [`ChainRow`].
pub fn chain((source, epoch, json, head): ChainRow) -> Result<KnownChain, StoreFault> {
    // A head that cannot be read is as good as none: the event that it named is looked up.
    let head =
        head.and_then(|json| self::head(&json)).and_then(|head| Some((head.seq, Digest::from_hash(&head.hash)?)));
    Ok(KnownChain { key: (SourceKey(source), self::epoch(epoch)?), continuity: continuity(&json)?, head })
}

/// Reads a `head` column.
pub fn head(json: &str) -> Option<SignedHead> {
    SignedHead::read(&serde_json::from_str(json).ok()?)
}

/// Writes what a `head` column holds.
pub fn head_json(head: &SignedHead) -> Result<String, StoreFault> {
    serde_json::to_string(head).map_err(|_| StoreFault::Unreadable("a signed head"))
}

/// Reads an [`IdRow`].
pub fn id((source, id, hash): IdRow) -> Result<(IdKey, Digest), StoreFault> {
    Ok(((SourceKey(source), id), digest(&hash)?))
}

/// Reads a [`JsonRow`].
pub fn json((source, id, json): JsonRow) -> (IdKey, String) {
    ((SourceKey(source), id), json)
}

/// Reads a [`LinkRow`].
pub fn link((source, epoch, seq, hash, prev): LinkRow) -> Result<(Place, Link), StoreFault> {
    let seq = u64::try_from(seq).map_err(|_| StoreFault::Unreadable("a number"))?;
    let link = Link { hash: digest(&hash)?, prev: digest(&prev)? };
    Ok(((SourceKey(source), self::epoch(epoch)?, seq), link))
}

/// What a receipt says of a stored chain.
pub fn state(epoch: i64, json: &str) -> Result<ChainState, StoreFault> {
    Ok(continuity(json)?.state(self::epoch(epoch)?))
}

/// Writes what a `continuity` column holds.
pub fn continuity_json(continuity: &Continuity) -> Result<String, StoreFault> {
    serde_json::to_string(continuity).map_err(|_| StoreFault::Unreadable("a chain"))
}

/// Writes what a `seq` column holds. Arrivals stay below 2^53.
pub fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn continuity(json: &str) -> Result<Continuity, StoreFault> {
    serde_json::from_str(json).map_err(|_| StoreFault::Unreadable("a chain"))
}

fn epoch(epoch: i64) -> Result<u32, StoreFault> {
    u32::try_from(epoch).map_err(|_| StoreFault::Unreadable("an epoch"))
}

fn digest(bytes: &[u8]) -> Result<Digest, StoreFault> {
    Digest::from_bytes(bytes).ok_or(StoreFault::Unreadable("a hash"))
}
