//! The journal as JSON Lines, which `candor verify` checks, written page by page.

use candor_core::event::Body;
use candor_core::export::JsonLines;
use candor_core::journal::{Place, StoreError};
use candor_core::time::rfc3339;
use candor_core::witness::{HEADS_RECORD, SignedHead};
use leptos::prelude::*;

use crate::browser::clock;
use crate::browser::task::spawn;
use crate::manager::desk::{Desk, Export, PAGE};
use crate::manager::file::{NotTaken, Parts};
use crate::manager::store::Store;

/// What the file is called behind the point and the day.
const ENDING: &str = ".jsonl";
/// What `exported` calls it.
const FORMAT: &str = "jsonl";

enum Fault {
    Store(StoreError),
    NotTaken,
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<NotTaken> for Fault {
    fn from(NotTaken: NotTaken) -> Self {
        Self::NotTaken
    }
}

/// Writes the whole journal to a file and hands it to the browser.
pub fn export_lines(desk: Desk) {
    if desk.export.with_untracked(Export::is_running) {
        return;
    }
    let Some(store) = desk.store() else { return };
    desk.export.set(Export::Lines { events: 0 });
    spawn(async move {
        let outcome = match write(desk, &store).await {
            Ok(Some(outcome)) => outcome,
            // The desk was locked meanwhile.
            Ok(None) => return,
            Err(Fault::NotTaken) => Export::Failed,
            Err(Fault::Store(error)) => {
                desk.trouble.set(Some(error));
                Export::Failed
            }
        };
        desk.export.set(outcome);
        desk.refresh();
    });
}

async fn write(desk: Desk, store: &Store) -> Result<Option<Export>, Fault> {
    // Before the rows: a head that was signed meanwhile may name events that are not in the file.
    let heads = store.load(HEADS_RECORD).await?.map(|json| SignedHead::list(&json)).unwrap_or_default();
    let head = store.head().await?;
    // Of a tablet that was restored from its back-up the receiver has seen more than the back-up.
    let is_own = |signed: &SignedHead| head.as_ref().is_some_and(|head| head.device == signed.device);
    let heads: Vec<SignedHead> = heads.into_iter().filter(is_own).collect();
    let (parts, mut lines, mut after) = (Parts::default(), JsonLines::new(), Place::default());
    loop {
        let page = store.rows(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.place;
        let mut piece = String::new();
        page.iter().for_each(|row| lines.push(&row.json, &mut piece));
        parts.push(piece.as_bytes())?;
        if desk.export.try_set(Export::Lines { events: lines.events() }).is_some() {
            return Ok(None);
        }
    }
    let (rows, now) = (lines.events(), clock::now());
    let device = head.map(|head| head.device).unwrap_or_default();
    let manifest = lines.finish(env!("CARGO_PKG_VERSION"), &device, &rfc3339(now, clock::offset_at(now)), &heads);
    parts.push(manifest.as_bytes())?;
    parts.offer(&desk.file_name(&device, ENDING), "application/jsonl")?;
    let body = Body::Exported { format: FORMAT.to_owned(), rows: u32::try_from(rows).unwrap_or(u32::MAX) };
    let is_recorded = store.record(body).await.is_ok();
    Ok(Some(Export::DoneLines { events: rows, is_recorded }))
}
