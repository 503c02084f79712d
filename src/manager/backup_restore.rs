//! A back-up put back into this tablet's journal, batch by batch. Doing it again adds nothing: an event is known by its
//! id.

use candor_core::journal::{Restored, StoreError};
use candor_vault::backup::content::{BackupHeader, BackupLine};
use leptos::prelude::*;

use crate::browser::announce::News;
use crate::browser::task::{sleep, spawn};
use crate::manager::backup_read::{ReadFault, Unpacking};
use crate::manager::backup_records::{Record, join_heads, put_in_force};
use crate::manager::desk::Desk;
use crate::manager::door::PAINT_MS;
use crate::manager::file::ChosenFile;
use crate::manager::store::Store;

/// Events in a transaction: some ten milliseconds of a tablet.
const BATCH: usize = 250;

/// How a restore stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// None was asked for, or something was edited since.
    None,
    /// The passphrase is tried.
    Opening,
    /// The file is open, and this is its header: shall it be restored?
    Asking(BackupHeader),
    /// Rows are on their way into the journal.
    Running {
        /// Rows read.
        done: u64,
        /// Rows in the file.
        total: u64,
    },
    /// It is over.
    Ended {
        /// What it has done.
        tally: Tally,
        /// Why it ended before the end of the file; `None` when it did not.
        stop: Option<Stop>,
    },
}

impl State {
    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Opening | Self::Running { .. })
    }
}

/// What a restore has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// What became of the events.
    pub restored: Restored,
    /// Events of which the file has no more than the hash.
    pub pruned: u64,
    /// Whether settings, token and sealing key of the file are in force.
    pub has_records: bool,
}

/// Why a restore ended before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Somebody ended it.
    Cancelled,
    /// The file cannot be read on.
    File(ReadFault),
    /// Storage failed.
    Store(StoreError),
}

impl From<ReadFault> for Stop {
    fn from(fault: ReadFault) -> Self {
        Self::File(fault)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A file that is open and waits for an answer.
#[derive(Debug)]
struct Open {
    unpacking: Unpacking,
    header: BackupHeader,
    records: Vec<Record>,
}

/// The restore of a desk.
#[derive(Clone, Copy)]
pub struct Restore {
    /// How it stands.
    pub state: RwSignal<State>,
    /// The name of the chosen file; empty without one.
    pub file_name: RwSignal<String>,
    /// Whether settings, token and sealing key are to be put in force.
    pub takes_records: RwSignal<bool>,
    file: StoredValue<Option<ChosenFile>, LocalStorage>,
    open: StoredValue<Option<Open>, LocalStorage>,
    stop: RwSignal<bool>,
}

impl Restore {
    /// None yet.
    pub fn new() -> Self {
        Self {
            state: RwSignal::new(State::None),
            file_name: RwSignal::default(),
            takes_records: RwSignal::new(false),
            file: StoredValue::new_local(None),
            open: StoredValue::new_local(None),
            stop: RwSignal::new(false),
        }
    }

    /// Takes the file that was chosen.
    pub fn choose(self, file: Option<ChosenFile>) {
        self.file_name.set(file.as_ref().map(ChosenFile::name).unwrap_or_default());
        self.file.set_value(file);
        self.put_away();
    }

    /// Closes the file; it stays chosen.
    pub fn put_away(self) {
        if !self.state.with_untracked(State::is_running) {
            self.open.set_value(None);
            self.state.set(State::None);
        }
    }

    /// Opens the chosen file, as far as to say whose it is.
    pub fn open(self, desk: Desk, passphrase: String) {
        if self.state.with_untracked(State::is_running) {
            return;
        }
        let Some(file) = self.file.get_value() else { return };
        self.state.set(State::Opening);
        spawn(async move {
            sleep(PAINT_MS).await;
            match Unpacking::begin(file, &passphrase).await {
                Ok((unpacking, header, records)) => {
                    self.takes_records.set(!desk.has_responses() && !desk.is_known_to_an_endpoint());
                    self.open.try_update_value(|open| {
                        *open = Some(Open { unpacking, header: header.clone(), records });
                    });
                    self.state.set(State::Asking(header));
                }
                Err(fault) => self.state.set(State::Ended { tally: Tally::default(), stop: Some(fault.into()) }),
            }
        });
    }

    /// Puts the events of the open file into the journal, and its records in force if that is wanted.
    pub fn restore(self, desk: Desk) {
        let (Some(mut open), Some(store)) = (self.open.try_update_value(Option::take).flatten(), desk.store()) else {
            return;
        };
        let takes_records = self.takes_records.get_untracked();
        self.stop.set(false);
        self.state.set(State::Running { done: 0, total: open.header.events });
        spawn(async move {
            let mut tally = Tally::default();
            let outcome = self.work_through(&store, &mut open, takes_records, &mut tally).await;
            // Word goes out whatever the end was: what is in the journal is to be delivered.
            store.tell(&News::Journal);
            // Also on a tablet that waits with what was restored before.
            store.tell(&News::SyncNow);
            if tally.has_records {
                store.tell(&News::Settings);
            }
            self.state.set(State::Ended { tally, stop: outcome.err() });
            desk.refresh();
        });
    }

    /// Ends it before its time.
    pub fn cancel(self) {
        self.stop.set(true);
    }

    async fn work_through(
        self,
        store: &Store,
        open: &mut Open,
        takes_records: bool,
        tally: &mut Tally,
    ) -> Result<(), Stop> {
        let outcome = self.put_back(store, open, tally).await;
        // Also after a fault: the heads belong to the events that are there now.
        if tally.restored.added > 0 {
            join_heads(store, &open.records).await?;
        }
        outcome?;
        // Last, so that a file that proves to be cut off has changed no setting.
        if takes_records {
            put_in_force(store, &open.records).await?;
            tally.has_records = true;
        }
        Ok(())
    }

    async fn put_back(self, store: &Store, open: &mut Open, tally: &mut Tally) -> Result<(), Stop> {
        let (mut done, mut batch) = (0, Vec::with_capacity(BATCH));
        loop {
            let line = open.unpacking.next().await;
            match &line {
                Ok(Some(BackupLine::Event { json, .. })) => {
                    batch.push(json.clone());
                    done += 1;
                }
                Ok(Some(BackupLine::Pruned { .. })) => {
                    tally.pruned += 1;
                    done += 1;
                }
                _ => {}
            }
            let is_over = !matches!(line, Ok(Some(_)));
            if batch.len() == BATCH || is_over && !batch.is_empty() {
                tally.restored = tally.restored.and(store.restore(&batch).await?);
                batch.clear();
                // Gone with the desk as well.
                if self.stop.try_get_untracked().unwrap_or(true) {
                    return Err(Stop::Cancelled);
                }
                self.state.set(State::Running { done, total: open.header.events });
            }
            if line?.is_none() {
                return Ok(());
            }
        }
    }
}
