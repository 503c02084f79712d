//! What a store knows of devices and readers, put together from its rows.

use candor_core::time::{UnixMillis, UtcOffset, rfc3339};
use candor_core::wire::ChainState;
use candor_core::witness::SignedHead;
use serde::{Serialize, Serializer};

use super::sql::{HolderRow, SourceRow};
use super::{StoreFault, rows};
use crate::token::Role;

/// One name that has or had a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderReport {
    /// As it was enrolled.
    pub name: String,
    /// What its tokens are good for.
    pub role: Role,
    /// When it was enrolled first, in Unix milliseconds.
    pub made_at: i64,
    /// How many of its tokens are not revoked.
    pub good_tokens: i64,
    /// What has sent with them.
    pub sources: Vec<SourceReport>,
}

/// One source that is bound to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceReport {
    /// `urn:candor:device:{device}`.
    pub source: String,
    /// Unix milliseconds.
    pub first_seen: i64,
    /// Unix milliseconds.
    pub last_seen: i64,
    /// One entry for each epoch.
    pub chain: Vec<ChainReport>,
}

/// One epoch of a source: a store on the tablet, from its first event until it was wiped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChainReport {
    /// As in a receipt.
    #[serde(flatten)]
    pub state: ChainState,
    /// When its first event was received, in Unix milliseconds.
    #[serde(serialize_with = "utc")]
    pub first_seen: Option<i64>,
    /// When its newest event was received, in Unix milliseconds.
    #[serde(serialize_with = "utc")]
    pub last_seen: Option<i64>,
    /// What the collector signed last of it; `None` for one that was received before there were signatures.
    pub head: Option<SignedHead>,
}

impl HolderReport {
    /// How often the tablet of this name began anew: epochs and sources beyond its first. A wiped store begins an
    /// epoch or, when nothing of it was left, comes back as another source; so does a replaced tablet.
    pub fn fresh_starts(&self) -> usize {
        self.sources.iter().map(|source| source.chain.len()).sum::<usize>().saturating_sub(1)
    }
}

fn utc<S: Serializer>(millis: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    millis.map(|millis| rfc3339(UnixMillis(millis), UtcOffset(0))).serialize(serializer)
}

/// Both lists come sorted by the holder's name, the second also by source and epoch.
pub fn assemble(holders: Vec<HolderRow>, sources: Vec<SourceRow>) -> Result<Vec<HolderReport>, StoreFault> {
    let mut sources_left = sources.into_iter().peekable();
    let mut reports = Vec::with_capacity(holders.len());
    for (name, role, made_at, good_tokens) in holders {
        let role = Role::parse(&role).ok_or(StoreFault::Unreadable("a role"))?;
        let mut sources: Vec<SourceReport> = Vec::new();
        while let Some(row) = sources_left.next_if(|row| row.0 == name) {
            let (_, source, first_seen, last_seen, epoch, continuity, chain_first_seen, chain_last_seen, head) = row;
            if sources.last().is_none_or(|last| last.source != source) {
                sources.push(SourceReport { source, first_seen, last_seen, chain: Vec::new() });
            }
            let (Some(last), Some(epoch), Some(continuity)) = (sources.last_mut(), epoch, continuity) else { continue };
            last.chain.push(ChainReport {
                state: rows::state(epoch, &continuity)?,
                first_seen: chain_first_seen,
                last_seen: chain_last_seen,
                head: head.as_deref().and_then(rows::head),
            });
        }
        reports.push(HolderReport { name, role, made_at, good_tokens, sources });
    }
    Ok(reports)
}
