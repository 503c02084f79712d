//! What goes on where the database or the files of this worker cannot be used: answers in memory, deliveries from the second
//! place, an heir.

use std::rc::Rc;

use candor_core::event::Written;
use candor_core::health::FindingKind;
use candor_core::journal::{JournalStore, Place, StoreError, open_row};
use candor_core::outbox::State;
use candor_core::second::{Loss, Mark};

use crate::browser::announce::News;
use crate::browser::journal::is_cut_off;
use crate::browser::task::{sleep, spawn};
use crate::browser::{clock, worker};
use crate::keeper::refuge::Refuge;
use crate::keeper::second::{self, Beside, SecondPlace};
use crate::keeper::uploader::Report;
use crate::keeper::{Keeper, LOOK_FOR_FILES_MS, Unfiled, report};

/// How often a keeper that has just begun looks whether its files are open.
const LOOK_MS: u32 = 20;
/// The database has not answered at all for so long, and no other does: this worker is done with.
const SILENCE_TO_BEAR_MS: u64 = 45_000;
/// An heir waits twice as long before it gives up as the one before, up to about an hour.
const MOST_HEIR_DOUBLINGS: u32 = 6;

impl Keeper {
    /// Whether only a new worker can go on: a full disk may cost an origin its bucket, and only a new worker is told of the
    /// next. The old one gets no answer any more, or goes on with files and a database that nobody will find again.
    pub(super) async fn is_done_with(&self) -> bool {
        let now = clock::uptime();
        // Where an heir is no better off, another one is given time.
        let doublings = self.remembered.borrow().as_ref().map_or(0, |beside| beside.heirs).min(MOST_HEIR_DOUBLINGS);
        if self.silent_since.get().is_some_and(|since| now >= since.after(SILENCE_TO_BEAR_MS << doublings)) {
            self.silent_since.set(Some(now));
            return is_cut_off().await;
        }
        if !self.is_leading.get() || now < self.look_for_files_at.get() {
            return false;
        }
        self.look_for_files_at.set(now.after(LOOK_FOR_FILES_MS << doublings));
        if self.are_files_silent.get() {
            return true;
        }
        // Taken out, as by [`Keeper::keep_up`].
        let Some(second) = self.second.take() else { return false };
        let is_gone = second.is_gone().await;
        self.put_back(second);
        is_gone
    }

    /// A database may stay unusable: a damaged one that opens, and fails at every request. What the second place has is
    /// then delivered from memory, also what comes later. It stays in the file, and goes to the database if that comes back.
    pub(super) async fn do_without(&self) {
        let bytes = self.second.borrow().as_ref().map_or(0, SecondPlace::bytes);
        // What is recorded meanwhile is in the file, too.
        if bytes == 0 || self.taken_in.replace(bytes) == bytes {
            return;
        }
        let mut rows = self.second.borrow().as_ref().map(SecondPlace::rows).unwrap_or_default();
        rows.extend(self.unfiled_events());
        rows.extend(self.recent.borrow().iter().cloned());
        let refuge = self.the_refuge(None).await;
        let count = refuge.take_in(&rows).await;
        refuge.wake().await;
        if !self.is_unusable_told.replace(true) {
            report(FindingKind::StoreUnusable, Place::default(), count);
        }
    }

    /// Delivers from memory what no answer has named and the database does not list, or not whole: a damaged one can open,
    /// answer, and pass over rows.
    pub(super) async fn deliver_hidden(self: &Rc<Self>, second: &SecondPlace) -> Result<(), StoreError> {
        if self.hidden.borrow().is_some() {
            return Ok(());
        }
        let rows = second.unsettled_rows(&self.journal).await?;
        let ears = Rc::clone(self);
        let hear = move |report| match report {
            Report::Settled { places, taken, .. } => {
                ears.settled.borrow_mut().extend(places);
                let keeper = Rc::clone(&ears);
                spawn(async move {
                    // Else it is sent once more, which does no harm where ids count.
                    let _ = keeper.journal.forget(&taken).await;
                    if let Some(uploader) = keeper.uploader.borrow().as_ref() {
                        uploader.tell();
                    }
                    keeper.note(|news| news.delivered = true);
                });
            }
            Report::Stands(State::Idle, _) => drop(ears.hidden.borrow_mut().take()),
            Report::Stands(..) | Report::Clock(..) => {}
        };
        let refuge = Refuge::begin(&[second.mark()], second.records(), hear).await;
        let count = refuge.take_in(&rows).await;
        if count > 0 {
            *self.hidden.borrow_mut() = Some(Rc::clone(&refuge));
            refuge.wake().await;
            report(FindingKind::StoreUnusable, Place::default(), count);
        }
        Ok(())
    }

    /// The page starts another keeper, which gets what this one knows.
    pub(super) async fn name_an_heir(&self) {
        let refuge = self.refuge.borrow().clone();
        let mut rows = if let Some(refuge) = refuge { refuge.rows().await } else { Vec::new() };
        rows.extend(self.second.borrow().as_ref().map(SecondPlace::rows).unwrap_or_default());
        rows.extend(self.unfiled_events());
        rows.extend(self.recent.borrow().iter().cloned());
        if let Some(second) = self.second.borrow().as_ref() {
            self.remember(second);
        }
        let known = self.remembered.borrow().clone().unwrap_or_default();
        rows.extend(serde_json::to_string(&Beside { heirs: known.heirs + 1, ..known }).ok());
        worker::say(&["heir\n", &rows.join("\n")].concat());
        // The page ends this worker, and with it go its files. They are not closed here: see [`SecondPlace::close`].
    }

    /// Keeps a draft that the database did not take. It never waits for the database, which may take ten seconds for
    /// each of its failures.
    ///
    /// Only the leader keeps any: it has the files. To the page of another tab nothing is said, and its customers see
    /// that their answers are not stored.
    pub(super) async fn take_refuge(self: Rc<Self>, until: i64, known: Option<Mark>, draft: Written) {
        // A keeper that has only begun may get the office, and open the files, in a moment.
        while !(self.is_leading.get() && self.has_looked.get()) {
            if clock::now().0 >= until {
                return;
            }
            sleep(LOOK_MS).await;
        }
        let refuge = self.the_refuge(known).await;
        let Some(kept) = refuge.keep(draft).await else { return };
        self.unfiled.borrow_mut().push(Unfiled::Kept(kept));
        self.file();
        refuge.wake().await;
        self.bell.ring();
    }

    pub(super) async fn the_refuge(&self, known: Option<Mark>) -> Rc<Refuge> {
        if let Some(refuge) = self.refuge.borrow().as_ref() {
            return Rc::clone(refuge);
        }
        let (of_file, records) = self.second.borrow().as_ref().map(|s| (s.mark(), s.records())).unwrap_or_default();
        let of_recent = self.recent.borrow().iter().filter_map(|json| mark_of(json)).max_by_key(|m| (m.epoch, m.seq));
        let marks = [known, self.journal.last_head().as_ref().map(Mark::of), of_file, of_recent];
        let made = Refuge::begin(&marks, records, |_| ()).await;
        Rc::clone(self.refuge.borrow_mut().get_or_insert(made))
    }

    /// Begins an epoch in a database that was made anew, where its page has not: that may be given no database any more, and
    /// nothing can be restored without a device that it belongs to.
    pub(super) async fn begin_epoch(&self) -> Result<(), StoreError> {
        let refuge = self.refuge.borrow().clone();
        let of_remembered = self.remembered.borrow().as_ref().and_then(|beside| Mark::read(&beside.mark));
        let known = match refuge {
            Some(refuge) => refuge.mark().await,
            None => of_remembered,
        };
        let Some(known) = known.filter(|_| self.journal.last_head().is_none()) else { return Ok(()) };
        if self.journal.head().await?.is_none() {
            let begun = self.journal.begin_run(&known.device, Some(&known)).await?;
            if begun.loss == Some(Loss::Wiped) {
                report(FindingKind::StoreWiped, Place { epoch: known.epoch, seq: known.seq }, 0);
            }
        }
        Ok(())
    }

    /// What was kept in memory goes into the database as soon as that can be used again: all of it but what was brought
    /// before. Gives how many rows are there then.
    pub(super) async fn bring_home(&self, before: usize) -> Result<usize, StoreError> {
        let refuge = self.refuge.borrow().clone();
        let Some(refuge) = refuge else { return Ok(0) };
        // Asked first: there may be many rows, and it may not answer for hours.
        self.journal.head().await?;
        let mut count = before;
        // Somebody may come meanwhile.
        loop {
            let rows = refuge.rows().await;
            if rows.len() == count {
                return Ok(count);
            }
            for rows in rows.get(count..).unwrap_or_default().chunks(second::ROWS) {
                self.journal.restore(rows).await?;
            }
            count = rows.len();
        }
    }

    /// Ends the refuge once all of it is in the database.
    pub(super) async fn leave_refuge(&self, brought: usize) -> Result<(), StoreError> {
        self.bring_home(brought).await?;
        if let Some(refuge) = self.refuge.borrow_mut().take() {
            refuge.close();
            // The page goes on behind what it has just got back.
            worker::say("reopen");
            self.unfiled.borrow_mut().retain(|unfiled| !matches!(unfiled, Unfiled::Kept(_)));
            self.tell(News::Journal);
        }
        Ok(())
    }
}

/// The place of an event as a mark.
fn mark_of(json: &str) -> Option<Mark> {
    let (event, _) = open_row(json)?;
    Some(Mark { device: event.device, epoch: event.epoch, seq: event.seq })
}

/// What a page says behind `keep`: until when it waits for the answer, how far it knew the database to have come, if at all, and the draft.
pub(super) fn draft_to_keep(words: &str) -> Option<(i64, Option<Mark>, Written)> {
    let mut words = words.splitn(5, ' ');
    // Later than this the page has helped itself, and one event must not get two places.
    let until: i64 = words.next()?.parse().ok()?;
    (clock::now().0 < until).then_some(())?;
    let (device, epoch, seq) = (words.next()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let known = (!device.is_empty()).then(|| Mark { device: device.to_owned(), epoch, seq });
    Some((until, known, Written::from_json(words.next()?)?))
}
