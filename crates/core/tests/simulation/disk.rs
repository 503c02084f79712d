//! The tablet's storage with its faults: each call is one transaction that happens whole or not at all, but what the
//! caller hears of it is another matter.

use candor_core::journal::{JournalStore, MemoryJournal, StoreError};
use pollster::block_on;

use crate::dice::Dice;

/// The power went. Everything that was not on the disk is gone with it.
#[derive(Debug)]
pub struct PowerCut;

/// Why a call brought nothing.
#[derive(Debug)]
pub enum Fault {
    /// The store says that it did not work, or says nothing at all.
    Store(StoreError),
    /// Nobody is there any more to hear of it.
    Cut,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(fault) => fault.fmt(f),
            Self::Cut => f.write_str("the power is gone"),
        }
    }
}

/// When a transaction counts as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Once it is on the disk.
    Strict,
    /// Once the system has it: a power cut takes the last ones back. What the product must not use.
    Relaxed,
}

/// One transaction, as it can be carried out again on an empty disk.
type Transaction = Box<dyn Fn(&MemoryJournal)>;

/// The last transactions that a power cut takes from a relaxed disk, at most.
const NOT_YET_WRITTEN: u64 = 40;

/// A disk with a journal on it.
pub struct Disk {
    journal: MemoryJournal,
    durability: Durability,
    /// Kept for a relaxed disk only.
    written: Vec<Transaction>,
    /// Whether calls fail now and then.
    pub is_failing: bool,
    /// Calls until the power goes, counted twice: before and after the transaction.
    pub fuse: Option<u64>,
}

impl Disk {
    /// An empty disk.
    pub fn new(durability: Durability) -> Self {
        Self { journal: MemoryJournal::default(), durability, written: Vec::new(), is_failing: true, fuse: None }
    }

    /// Runs one transaction, with whatever goes wrong with it.
    pub fn run<T: 'static>(
        &mut self,
        dice: &mut Dice,
        transaction: impl Fn(&MemoryJournal) -> Result<T, StoreError> + 'static,
    ) -> Result<T, Fault> {
        self.burn()?;
        if self.is_failing && dice.percent(4) {
            let why = "by the simulation".to_owned();
            return Err(Fault::Store(match dice.below(3) {
                0 => StoreError::Full(why),
                1 => StoreError::Closed(why),
                _ => StoreError::Again(why),
            }));
        }
        let outcome = transaction(&self.journal).map_err(Fault::Store);
        if self.durability == Durability::Relaxed {
            self.written.push(Box::new(move |journal| drop(transaction(journal))));
        }
        self.burn()?;
        if self.is_failing && dice.percent(2) {
            // Stored, and the watchdog has given the transaction up.
            return Err(Fault::Store(StoreError::Closed("silence".to_owned())));
        }
        outcome
    }

    /// What lies on the disk, for whoever checks it.
    pub fn journal(&self) -> &MemoryJournal {
        &self.journal
    }

    /// The power comes back.
    pub fn start_again(&mut self, dice: &mut Dice) {
        self.fuse = None;
        if self.durability == Durability::Relaxed {
            let taken = dice.below(NOT_YET_WRITTEN) as usize;
            self.written.truncate(self.written.len().saturating_sub(taken));
            self.journal = MemoryJournal::default();
            self.written.iter().for_each(|transaction| transaction(&self.journal));
        }
    }

    fn burn(&mut self) -> Result<(), Fault> {
        match &mut self.fuse {
            Some(0) => Err(Fault::Cut),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// Begins a run of the device, whose name is new or known.
pub fn begin_run(journal: &MemoryJournal) -> Result<(), StoreError> {
    block_on(journal.begin_run("4b1d7a52-6a53-4a57-9d15-2f0d7c8a9e10", None)).map(drop)
}
