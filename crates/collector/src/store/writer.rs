//! The one task that writes events. It takes whatever requests are waiting into one transaction, so that fifty tablets
//! at once cost one flush of the disk and not fifty.
//!
//! Liveness: the task ends at [`Command::Stop`] or when every sender is gone; each submission gets exactly one answer.

use std::time::{SystemTime, UNIX_EPOCH};

use candor_core::time::UnixMillis;
use tokio::sync::{mpsc, oneshot};

use super::judge::{Batch, Outcome};
use super::{Database, StoreFault};
use crate::signer::Signer;

/// Events after which a group takes no further batch: some 30 ms of SQLite, so that the last in the queue does not
/// wait long. A group is over by at most one batch.
const GROUP_EVENTS: usize = 4_000;
/// Requests that may wait; as many again are kept waiting at the door.
const QUEUE: usize = 256;

/// What the writer is asked to do.
pub enum Command {
    /// Keep this batch and say what became of it.
    Record(Batch, oneshot::Sender<Result<Outcome, StoreFault>>),
    /// End, after what came before.
    Stop,
}

/// Starts the task. Without a signer its outcomes carry no heads.
pub fn start(database: Database, signer: Option<Signer>) -> mpsc::Sender<Command> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    tokio::spawn(run(database, signer, receiver));
    sender
}

/// Hands a batch in and waits for the commit. Dropping the future does not undo it.
pub async fn record(writer: &mpsc::Sender<Command>, batch: Batch) -> Result<Outcome, StoreFault> {
    let (answer, outcome) = oneshot::channel();
    writer.send(Command::Record(batch, answer)).await.map_err(|_| StoreFault::Closed)?;
    outcome.await.map_err(|_| StoreFault::Closed)?
}

/// Lets the task finish what is queued.
pub async fn stop(writer: &mpsc::Sender<Command>) {
    // An error means that it has stopped already.
    let _ = writer.send(Command::Stop).await;
    writer.closed().await;
}

async fn run(database: Database, signer: Option<Signer>, mut commands: mpsc::Receiver<Command>) {
    while let Some(Command::Record(batch, answer)) = commands.recv().await {
        let mut events = batch.arrivals.len();
        let (mut batches, mut answers) = (vec![batch], vec![answer]);
        let mut stopping = false;
        while events < GROUP_EVENTS && !stopping {
            match commands.try_recv() {
                Ok(Command::Record(batch, answer)) => {
                    events += batch.arrivals.len();
                    batches.push(batch);
                    answers.push(answer);
                }
                Ok(Command::Stop) => stopping = true,
                Err(_) => break,
            }
        }
        for (outcome, answer) in commit(&database, signer.as_ref(), &batches).await.into_iter().zip(answers) {
            // Whoever asked may have gone; what was committed stays.
            let _ = answer.send(outcome);
        }
        if stopping {
            return;
        }
    }
}

/// One transaction for all; when it fails, one for each, so that no batch suffers for its neighbours.
async fn commit(database: &Database, signer: Option<&Signer>, batches: &[Batch]) -> Vec<Result<Outcome, StoreFault>> {
    match try_commit(database, signer, batches).await {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(fault) if batches.len() == 1 => vec![Err(fault)],
        Err(fault) => {
            tracing::warn!(%fault, batches = batches.len(), "a group was not stored; trying its batches one by one");
            let mut outcomes = Vec::with_capacity(batches.len());
            for batch in batches {
                let alone = try_commit(database, signer, std::slice::from_ref(batch)).await;
                outcomes.push(alone.and_then(|outcomes| outcomes.into_iter().next().ok_or(StoreFault::Closed)));
            }
            outcomes
        }
    }
}

async fn try_commit(
    database: &Database,
    signer: Option<&Signer>,
    batches: &[Batch],
) -> Result<Vec<Outcome>, StoreFault> {
    let now = now();
    match database {
        Database::Sqlite(database) => database.record(batches, now, signer).await,
        Database::Postgres(database) => database.record(batches, now, signer).await,
    }
}

/// The collector's own clock, for `received_at` and `last_seen`; nothing is decided by it.
pub fn now() -> UnixMillis {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}
