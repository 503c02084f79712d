//! What a receipt tells beyond the events it names: the receiver's clock, what it has signed, what it lacks, and
//! whether it knows of events that this tablet does not.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use candor_core::health::FindingKind;
use candor_core::journal::{JournalStore, LinkedAgain, Place, SEQ_CONFLICT, StoreError};
use candor_core::second::Mark;
use candor_core::time::UnixMillis;
use candor_core::wire::{ChainState, Receipt};
use candor_core::witness::{HEADS_RECORD, SignedHead, keep_furthest};

use crate::browser::journal::IndexedDbJournal;
use crate::browser::worker;

/// A clock that is off by less is as good as any on a wall.
const TOLERANCE_S: i64 = 120;
/// A clock is reported again once it has moved by this much against the receiver's.
const NEWS_S: i64 = 60;
/// A receiver that lacks more than this at once is sent it in several goes.
const MOST_AT_ONCE: u64 = 2_000;

/// A receiver that takes no number of so many epochs, one after the other, takes none: each further one would double what
/// waits once more. A tablet that is put back meets as many as it had begun since.
const MOST_ROUNDS: u32 = 8;
/// The named record with the place of the break that was last told of.
const BROKEN_RECORD: &str = "chain-broken";

/// Has the page begin a new epoch behind what is known elsewhere.
pub fn say_behind(mark: &Mark) {
    worker::say(&format!("behind {}", mark.to_slot().trim_end()));
}

/// What does not follow the receiver's past is told of once.
async fn tell_of_breaks(journal: &IndexedDbJournal, chain: &ChainState) -> Result<(), StoreError> {
    let Some(&seq) = chain.broken_at.first() else { return Ok(()) };
    let place = format!("{} {seq}", chain.epoch);
    if journal.load(BROKEN_RECORD).await?.as_ref() == Some(&place) {
        return Ok(());
    }
    // Told first: twice is better than never.
    super::report(FindingKind::ChainBroken, Place { epoch: chain.epoch, seq }, chain.broken_at.len() as u64);
    journal.save(BROKEN_RECORD, &place).await
}

/// What has been compared since the worker was started.
#[derive(Debug)]
pub struct Reconciler {
    receipts: RefCell<Vec<Receipt>>,
    clock_off_s: Cell<i64>,
    /// Whether the receiver may know other events under numbers of this tablet's: looked for at the start, and whenever a
    /// receipt says so.
    is_contested: Cell<bool>,
    /// In how many epochs that was so since the start.
    rounds: Cell<u32>,
    /// Whether the newest receipt of this run came with signed heads.
    is_signed: Cell<Option<bool>>,
    /// The epoch for which the page was last asked to begin another.
    asked_after: Cell<u32>,
    /// Ranges that were queued again once: a receiver that keeps on lacking them is not asked for ever.
    queued_again: RefCell<BTreeSet<(u32, u64, u64)>>,
}

impl Default for Reconciler {
    fn default() -> Self {
        Self {
            receipts: RefCell::default(),
            clock_off_s: Cell::default(),
            is_contested: Cell::new(true),
            rounds: Cell::default(),
            is_signed: Cell::default(),
            asked_after: Cell::default(),
            queued_again: RefCell::default(),
        }
    }
}

impl Reconciler {
    /// Notes a receipt for [`Reconciler::work_through`].
    pub fn note(&self, receipt: Receipt) {
        if receipt.rejected.iter().any(|rejection| rejection.code == SEQ_CONFLICT) {
            self.is_contested.set(true);
        }
        self.is_signed.set(Some(!receipt.heads.is_empty()));
        self.receipts.borrow_mut().push(receipt);
    }

    /// Whether the endpoint signs what it has; `None` before the first receipt of this run.
    pub fn is_signed(&self) -> Option<bool> {
        self.is_signed.get()
    }

    /// Compares the receiver's clock with the tablet's; a new difference is reported, and no record is changed for it.
    pub fn compare_clocks(&self, theirs: UnixMillis, ours: UnixMillis) {
        let off_s = (ours.0 - theirs.0) / 1_000;
        let known_s = self.clock_off_s.get();
        let is_off = off_s.abs() >= TOLERANCE_S;
        if (off_s - known_s).abs() < NEWS_S || (!is_off && known_s == 0) {
            return;
        }
        self.clock_off_s.set(if is_off { off_s } else { 0 });
        let finding = match off_s {
            _ if !is_off => FindingKind::ClockRight,
            1.. => FindingKind::ClockFast,
            _ => FindingKind::ClockSlow,
        };
        super::report(finding, Place::default(), off_s.unsigned_abs());
    }

    /// Does what the noted receipts ask for. Says whether something was queued again.
    ///
    /// # Errors
    /// As the store has it; what is left is done the next time.
    pub async fn work_through(&self, journal: &IndexedDbJournal) -> Result<bool, StoreError> {
        let receipts = self.receipts.take();
        let Some(newest) = receipts.last() else { return Ok(false) };
        let stored = journal.load(HEADS_RECORD).await?.map(|json| SignedHead::list(&json)).unwrap_or_default();
        let fresh: Vec<SignedHead> = receipts.iter().flat_map(|receipt| receipt.heads.clone()).collect();
        let heads = keep_furthest(stored, &fresh);
        if !fresh.is_empty() {
            journal.save(HEADS_RECORD, &serde_json::to_string(&heads).unwrap_or_default()).await?;
        }
        self.look_for_a_longer_past(journal, newest).await?;
        let mut queued = 0;
        for chain in &newest.chain {
            tell_of_breaks(journal, chain).await?;
            for (from, to) in &chain.missing {
                let to = (*to).min(from.saturating_add(MOST_AT_ONCE));
                let range = (chain.epoch, *from, to);
                if !self.queued_again.borrow().contains(&range) {
                    queued += journal.queue_again(chain.epoch, &[(*from, to)]).await?;
                    self.queued_again.borrow_mut().insert(range);
                }
            }
        }
        Ok(queued > 0)
    }

    /// Delivers what the receiver has not taken under its number, since it knows another event there: the tablet was put
    /// back to an older state. In a new epoch, which the page begins, each is linked once more. Says whether something
    /// was queued.
    ///
    /// # Errors
    /// As the store has it; it can be tried again.
    pub async fn link_contested(&self, journal: &IndexedDbJournal) -> Result<bool, StoreError> {
        let mut is_queued = false;
        while self.is_contested.get() {
            let LinkedAgain { count, waits } = journal.link_again().await?;
            is_queued |= count > 0;
            if count > 0 {
                continue;
            }
            // What waits for a new epoch is looked at again with the first event in it.
            self.is_contested.set(waits.is_some());
            if let Some(mark) = waits {
                self.ask_for_an_epoch(&mark);
            }
            break;
        }
        Ok(is_queued)
    }

    fn ask_for_an_epoch(&self, mark: &Mark) {
        let is_new = self.asked_after.replace(mark.epoch) != mark.epoch;
        self.rounds.set(self.rounds.get() + u32::from(is_new));
        // As long as it has not: somebody may have recorded meanwhile, or the store not have answered.
        if self.rounds.get() <= MOST_ROUNDS {
            say_behind(mark);
        }
    }

    /// A receiver that has higher numbers than the tablet has ever given is the witness of a store that was cut, where
    /// there was no second place to tell.
    async fn look_for_a_longer_past(&self, journal: &IndexedDbJournal, receipt: &Receipt) -> Result<(), StoreError> {
        let Some(head) = journal.head().await? else { return Ok(()) };
        let furthest = receipt.chain.iter().map(|chain| (chain.epoch, chain.last_seq)).max();
        if let Some((epoch, seq)) = furthest.filter(|place| *place > (head.epoch, head.seq)) {
            say_behind(&Mark { device: head.device, epoch, seq });
            self.asked_after.set(epoch);
        }
        Ok(())
    }
}
