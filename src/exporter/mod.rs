//! The export: reads the journal in slices, writes rows, and tells the page how far it has come. It runs in a worker, so
//! that no screen waits, and holds neither the journal nor the file in memory.
//!
//! The invariant: there is a whole file or none. The task names the responses; nothing is counted here.

mod lines;
mod rows;
mod stream;

use candor_core::journal::StoreError;
use candor_export::job::{Format, Job};
use candor_export::plan::Plan;

use self::stream::{NotTaken, Stream, Task};
use crate::browser::journal::IndexedDbJournal;
use crate::browser::task::spawn;

/// The database that the kiosk writes to.
const DATABASE: &str = "candor";

/// Why there is no file.
#[derive(Debug)]
enum Fault {
    /// Storage failed.
    Store(StoreError),
    /// The file or the browser takes no more, or the browser cannot deflate.
    NotTaken,
    /// Somebody stopped it.
    Cancelled,
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

impl Fault {
    /// What the page is told.
    fn name(&self) -> &'static str {
        match self {
            Self::Store(StoreError::Newer) => "newer",
            Self::Store(_) => "store",
            Self::NotTaken => "not-taken",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, Default)]
struct Written {
    /// Rows or events in the file.
    rows: u64,
    /// Responses that could no longer be read, and are not in it.
    lost: u64,
}

/// Does the one thing that this worker is there for.
pub fn start() {
    spawn(async {
        let Some(Task { job, plan, stream }) = stream::task().await else { return died() };
        match write(&job, &plan, &stream).await {
            Ok(written) => stream.finish(job.format.media_type(), written.rows, written.lost).await,
            Err(fault) => stream.give_up(fault.name()).await,
        }
    });
}

/// Tells the page that this module is done with.
pub fn died() {
    stream::say_fault("died");
}

async fn write(job: &Job, plan: &Plan, stream: &Stream) -> Result<Written, Fault> {
    stream.open().await?;
    let journal = IndexedDbJournal::new(DATABASE);
    match job.format {
        Format::Csv => rows::write_csv(job, plan, &journal, stream).await,
        Format::Xlsx => rows::write_xlsx(job, plan, &journal, stream).await,
        Format::Jsonl => lines::write(job, &journal, stream).await,
    }
}
