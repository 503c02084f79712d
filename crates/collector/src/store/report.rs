//! What a store knows of devices and readers, put together from its rows.

use candor_core::wire::ChainState;

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
    pub chain: Vec<ChainState>,
}

/// Both lists come sorted by the holder's name, the second also by source and epoch.
pub fn assemble(holders: Vec<HolderRow>, sources: Vec<SourceRow>) -> Result<Vec<HolderReport>, StoreFault> {
    let mut sources_left = sources.into_iter().peekable();
    let mut reports = Vec::with_capacity(holders.len());
    for (name, role, made_at, good_tokens) in holders {
        let role = Role::parse(&role).ok_or(StoreFault::Unreadable("a role"))?;
        let mut sources: Vec<SourceReport> = Vec::new();
        while let Some((_, source, first_seen, last_seen, epoch, continuity)) =
            sources_left.next_if(|row| row.0 == name)
        {
            if sources.last().is_none_or(|last| last.source != source) {
                sources.push(SourceReport { source, first_seen, last_seen, chain: Vec::new() });
            }
            let state = epoch.zip(continuity).map(|(epoch, json)| rows::state(epoch, &json)).transpose()?;
            if let Some(last) = sources.last_mut() {
                last.chain.extend(state);
            }
        }
        reports.push(HolderReport { name, role, made_at, good_tokens, sources });
    }
    Ok(reports)
}
