//! The events themselves as JSON Lines, which `candor verify` checks: the whole journal, or a period of it.

use candor_core::export::JsonLines;
use candor_core::journal::{JournalStore, Place};
use candor_core::witness::SignedHead;
use candor_export::job::Job;

use super::stream::Stream;
use super::{Fault, Written};
use crate::browser::journal::IndexedDbJournal;

/// Events read at once.
const PAGE: usize = 2_000;

/// Events as they lie in the journal, from one end of each span to the other.
pub async fn write(job: &Job, journal: &IndexedDbJournal, stream: &Stream) -> Result<Written, Fault> {
    let manifest = &job.manifest;
    let recorded = journal.counts().await?.recorded;
    let of = |(from, to): &(Place, Place)| to.seq.saturating_sub(from.seq) + 1;
    let total = manifest.spans.as_ref().map_or(recorded, |spans| spans.iter().map(of).sum());
    let whole = vec![(Place::default(), Place { epoch: u32::MAX, seq: u64::MAX })];
    let (mut lines, mut piece) = (JsonLines::new(), String::new());
    for (from, to) in manifest.spans.as_ref().unwrap_or(&whole) {
        let mut after = Place { seq: from.seq.saturating_sub(1), ..*from };
        loop {
            let mut page = journal.rows(after, PAGE).await?;
            let is_last = page.len() < PAGE;
            page.retain(|row| row.place <= *to);
            let Some(last) = page.last() else { break };
            after = last.place;
            piece.clear();
            page.iter().for_each(|row| lines.push(&row.json, &mut piece));
            stream.write(piece.as_bytes()).await?;
            stream.go_on(lines.events(), total)?;
            if is_last {
                break;
            }
        }
    }
    let rows = lines.events();
    let heads = SignedHead::list(&manifest.heads);
    let end = lines.finish(&manifest.app, &manifest.device, &manifest.time, manifest.period.clone(), &heads);
    stream.write(end.as_bytes()).await?;
    Ok(Written { rows, lost: 0 })
}
