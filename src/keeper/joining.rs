//! The database and the second place: joined at every start and after every trouble, and kept up to date with each other.

use std::rc::Rc;

use candor_core::health::{FindingKind, SECOND_RECORD, Second};
use candor_core::journal::{JournalStore, Place, Restored, StoreError};
use candor_core::second::Mark;

use crate::browser::announce::{KeptPin, News};
use crate::browser::opfs::NoFile;
use crate::browser::task::{sleep, spawn, within};
use crate::browser::{clock, worker};
use crate::keeper::second::{self, BegunAnew, Beside, SecondPlace};
use crate::keeper::uploader::Uploader;
use crate::keeper::{FAILURES_TO_BEAR, Keeper, Noted, OPEN_MS, Unfiled, reconcile, report};

/// Events that are kept in memory for want of room in the file: some five megabytes.
const MOST_UNFILED: usize = 5_000;
/// So long after one join another one is not yet of use where it has not helped; it doubles, since joining reads all that
/// waits.
const JOIN_AGAIN_MS: u64 = 15_000;
const MOST_JOIN_DOUBLINGS: u32 = 5;

impl Keeper {
    /// Says whether the second place has a PIN, and puts back what the database lacks of its records.
    pub(super) async fn answer_the_door(&self) {
        // Taken out, as by [`Keeper::keep_up`].
        let answer = match self.second.take() {
            Some(second) => {
                let kept = second.kept_pin();
                // A connection that was lost with its database is opened anew by the second call.
                if self.give_back(&second).await.is_err() {
                    let _ = self.give_back(&second).await;
                }
                self.put_back(second);
                kept
            }
            None => KeptPin::Unread,
        };
        if let Some(door) = self.door.borrow().as_ref() {
            door.tell(answer.words());
        }
    }

    pub(super) async fn give_back(&self, second: &SecondPlace) -> Result<(), StoreError> {
        if second.give_records(&self.journal).await? {
            self.tell_of_records();
        }
        // A database without a head was made anew under the page: that goes on in a new epoch, and the events come back.
        if self.refuge.borrow().is_none()
            && self.journal.head().await?.is_none()
            && let Some(mark) = second.mark()
        {
            reconcile::say_behind(&mark);
        }
        Ok(())
    }

    pub(super) fn tell_of_records(&self) {
        self.tell(News::Settings);
        // Whoever speaks does not hear itself, and its upload may have been refused without the token.
        if let Some(uploader) = self.uploader.borrow().as_ref() {
            uploader.reconsider();
        }
        self.read_hours_again();
    }

    pub(super) async fn open_second(&self) {
        let opened = within(OPEN_MS, SecondPlace::open()).await;
        self.are_files_silent.set(opened.is_none());
        let opened = opened.unwrap_or_else(|| Err(NoFile::Failed("no answer".to_owned())));
        let is_blank = opened.as_ref().is_ok_and(SecondPlace::is_blank);
        if is_blank {
            // Whoever said before that it stood has written a mark into it.
            let record = self.journal.load(SECOND_RECORD).await.ok().flatten();
            let before = record.and_then(|json| serde_json::from_str::<Second>(&json).ok()).unwrap_or_default();
            self.is_second_lost.set(before.state == "ok");
        }
        let (state, why) = match &opened {
            Ok(_) => ("ok", String::new()),
            Err(NoFile::Unsupported) => ("unsupported", String::new()),
            Err(NoFile::Busy) => ("busy", String::new()),
            Err(NoFile::Failed(why)) => ("failed", why.clone()),
        };
        if self.is_leading.get() {
            // What it has and what the database has are to be joined, whenever it comes.
            if opened.is_ok() {
                self.has_joined.set(false);
            }
            self.has_second.set(opened.is_ok());
            *self.second.borrow_mut() = opened.ok();
            self.put_remembered();
        }
        self.has_looked.set(true);
        self.file();
        // That it stands is said only once there is a mark in it.
        if !is_blank {
            self.say_of_second(state, &why).await;
        }
    }

    pub(super) async fn say_of_second(&self, state: &str, why: &str) {
        let second = Second { state: state.to_owned(), detail: why.to_owned() };
        if *self.second_says.borrow() != second {
            let record = serde_json::to_string(&second).unwrap_or_default();
            // Told again at the next change, if the store does not take it.
            if self.journal.save(SECOND_RECORD, &record).await.is_ok() {
                *self.second_says.borrow_mut() = second;
            }
        }
    }

    /// What is remembered goes into files in which there is nothing.
    pub(super) fn put_remembered(&self) {
        if let (Some(second), Some(beside)) = (self.second.borrow().as_ref(), self.remembered.borrow().as_ref()) {
            second.put_beside(beside);
        }
    }

    /// The files are there again for whoever needs them, if this keeper still leads.
    pub(super) fn put_back(&self, second: SecondPlace) {
        if self.is_leading.get() {
            *self.second.borrow_mut() = Some(second);
            self.file();
        } else {
            self.hand_in(second);
        }
    }

    /// Closes the files, and keeps what was in them: a browser that drops what an origin has stores takes the office as
    /// well, and nobody finds these files again.
    pub(super) fn hand_in(&self, second: SecondPlace) {
        self.unfiled.borrow_mut().extend(second.rows().into_iter().map(Unfiled::Recent));
        self.remember(&second);
        spawn(second.close());
    }

    /// What is in the files beside events is known from now on, whatever becomes of them: of files that the browser has
    /// dropped nothing can be read, and no database may be there any more.
    pub(super) fn remember(&self, second: &SecondPlace) {
        let known = self.remembered.take().unwrap_or_default();
        let found = second.beside();
        let marks = [Mark::read(&known.mark), Mark::read(&found.mark), self.journal.last_head().as_ref().map(Mark::of)];
        let newest = marks.into_iter().flatten().max_by_key(|mark| (mark.epoch, mark.seq));
        let records = if found.records.is_empty() { known.records } else { found.records };
        let mark = newest.map(|mark| mark.to_slot()).unwrap_or_default();
        *self.remembered.borrow_mut() = Some(Beside { heirs: known.heirs, mark, records });
    }

    /// What was recorded and is not in the file, as it travels.
    pub(super) fn unfiled_events(&self) -> Vec<String> {
        let events = |unfiled: &Unfiled| match unfiled {
            Unfiled::Recorded(json) | Unfiled::Recent(json) => Some(json.clone()),
            Unfiled::Kept(_) => None,
        };
        self.unfiled.borrow().iter().filter_map(events).collect()
    }

    /// What has come by then is filed together: each time costs a flush.
    pub(super) fn file_soon(self: &Rc<Self>) {
        if !self.will_file.replace(true) {
            let keeper = Rc::clone(self);
            spawn(async move {
                sleep(0).await;
                keeper.will_file.set(false);
                keeper.file();
            });
        }
    }

    /// What is new goes to the second place as soon as that is at hand.
    pub(super) fn file(&self) {
        let mut second = self.second.borrow_mut();
        // Out on loan: whoever has it puts it back soon. Where there is none, memory has to do, under the warning.
        if second.is_none() && self.has_second.get() {
            return;
        }
        let mut recorded = Vec::new();
        self.unfiled.borrow_mut().retain_mut(|unfiled| match unfiled {
            Unfiled::Kept(kept) => {
                let is_filed = second.as_mut().is_some_and(|second| second.keep(&kept.json, &kept.mark).is_ok());
                if !std::mem::replace(&mut kept.is_said, true) {
                    let how = if is_filed { "safely" } else { "in-memory" };
                    worker::say(&format!("kept {} {} {} {how}", kept.id, kept.responses, kept.mark.epoch));
                }
                !is_filed
            }
            Unfiled::Recorded(json) => {
                recorded.push(std::mem::take(json));
                false
            }
            Unfiled::Recent(json) => second.as_mut().is_some_and(|second| second.take_again(json).is_err()),
        });
        if let Some(second) = second.as_mut().filter(|_| !recorded.is_empty())
            && second.take(&recorded).is_err()
        {
            // A full disk has no room for them, and a database that has said it has them may drop them.
            let surplus = recorded.len().saturating_sub(MOST_UNFILED);
            self.unfiled.borrow_mut().extend(recorded.drain(surplus..).map(Unfiled::Recorded));
        }
    }

    /// A browser that drops a database may leave one that is gone to whoever has it open. Page and keeper open it anew,
    /// and what it lacks is put back.
    pub(super) fn begin_again(&self) -> Result<(), StoreError> {
        self.journal.give_up();
        worker::say("reopen");
        self.has_joined.set(false);
        Err(StoreError::Closed("another database".to_owned()))
    }

    pub(super) async fn keep_second_up(
        self: &Rc<Self>,
        second: &mut SecondPlace,
        news: Noted,
    ) -> Result<(), StoreError> {
        let mut records = news.records;
        if news.journal {
            let followed = second.follow(&self.journal).await?;
            if followed.is_another_database {
                return self.begin_again();
            }
            records |= followed.may_have_records;
            if followed.has_new_epoch {
                self.report(second).await?;
            }
        }
        if records {
            second.take_records(&self.journal).await?;
            self.remember(second);
        }
        let is_drained = news.delivered && self.journal.is_drained().await?;
        // Not before: what that has seen settled is among them.
        second.settle(&self.settled.take());
        if is_drained && self.is_as_joined() {
            match second.begin_anew(&self.journal).await? {
                BegunAnew::Done => {
                    self.joins_in_vain.set(0);
                    self.was_damaged.set(false);
                }
                BegunAnew::Later => {}
                // Joined once more, and it still lists nothing.
                BegunAnew::Damaged if self.was_damaged.replace(true) => {
                    // What is recorded meanwhile is queued, and what was settled meanwhile is no longer.
                    if self.journal.is_drained().await? {
                        second.settle(&self.settled.take());
                        self.deliver_hidden(second).await?;
                    }
                }
                BegunAnew::Damaged => self.join_again(),
                BegunAnew::AnotherDatabase => return self.begin_again(),
            }
        }
        if news.unreadable {
            self.deliver_hidden(second).await?;
        }
        if news.delivered {
            // What the receiver has signed is the witness of a wipe. Without room for it the next receipt tries again.
            let _ = second.take_records(&self.journal).await;
        }
        Ok(())
    }

    /// Joins the second place with the database, then begins to deliver.
    pub(super) async fn join(self: &Rc<Self>) -> Result<(), StoreError> {
        let asked = self.joins_asked.get();
        self.journal.head().await?;
        let opening = self.journal.openings();
        let mut recent = self.unfiled_events();
        recent.extend(self.recent.borrow().iter().cloned());
        let mut restored = Restored::default();
        for rows in recent.chunks(second::ROWS) {
            restored = restored.and(self.journal.restore(rows).await?);
        }
        self.say_what_came_back(restored, Place::default());
        if let Some(mut second) = self.second.take() {
            let joined = match self.report(&mut second).await {
                Ok(()) => second.take_records(&self.journal).await,
                failed => failed,
            };
            self.remember(&second);
            // In any case: closed, it may be gone, if the browser has dropped it with everything else of this origin.
            self.put_back(second);
            joined?;
        }
        // Files that cannot be opened again: what they had is known.
        let records = self.remembered.borrow().as_ref().map(|beside| beside.records.clone()).unwrap_or_default();
        if self.second.borrow().is_none() && second::give_records(&self.journal, records).await? {
            self.tell_of_records();
        }
        if let Some((loss, mark)) = self.journal.take_loss() {
            worker::say(&format!("report {} {} {} 0", loss.name(), mark.epoch, mark.seq));
        }
        self.journal.set_joined(opening);
        self.has_joined.set(self.joins_asked.get() == asked);
        // One that is opened anew in every join is never joined otherwise.
        let is_again = !self.is_as_joined();
        let reopened = if is_again { self.reopened.get() + 1 } else { 0 };
        self.reopened.set(reopened);
        if reopened >= FAILURES_TO_BEAR {
            self.journal.set_joined(self.journal.openings());
            self.has_joined.set(true);
        }
        self.taken_in.set(0);
        self.is_unusable_told.set(false);
        if !self.is_leading.get() {
            return Ok(());
        }
        let uploader = self.uploader.borrow().clone();
        match uploader {
            // What has come back is to be delivered.
            Some(uploader) => uploader.tell(),
            None => {
                let ears = Rc::clone(self);
                let uploader = Rc::new(Uploader::new(Rc::clone(&self.journal), move |report| ears.take_report(report)));
                uploader.wake();
                *self.uploader.borrow_mut() = Some(uploader);
            }
        }
        self.be_ready();
        Ok(())
    }

    /// Whether the database was not opened anew since it was joined. Otherwise it is joined again: it may have been repaired
    /// or made anew.
    pub(super) fn is_as_joined(&self) -> bool {
        let is_same = self.journal.is_as_joined();
        if !is_same && self.has_joined.get() {
            self.ask_for_join();
            self.bell.ring();
        }
        is_same
    }

    /// Whether this keeper leads and database and second place have been joined.
    pub(super) fn is_joined(&self) -> bool {
        self.is_leading.get() && self.has_joined.get()
    }

    /// The second place may have right what the database has not: a row that cannot be read holds everything up.
    pub(super) fn join_again(&self) {
        if clock::uptime() >= self.join_again_at.get() {
            let times = self.joins_in_vain.replace(self.joins_in_vain.get() + 1);
            self.join_again_at.set(clock::uptime().after(JOIN_AGAIN_MS << times.min(MOST_JOIN_DOUBLINGS)));
            self.ask_for_join();
            self.bell.ring();
        }
    }

    /// Also of one that is under way, which may have looked too early.
    pub(super) fn ask_for_join(&self) {
        self.has_joined.set(false);
        self.joins_asked.set(self.joins_asked.get().wrapping_add(1));
    }

    pub(super) async fn report(&self, second: &mut SecondPlace) -> Result<(), StoreError> {
        // A database that was made anew does not know how it stands.
        self.second_says.take();
        let mark = second.mark();
        let found = second.join(&self.journal, &self.settled).await?;
        if found.has_records {
            self.tell_of_records();
        }
        let about = mark.map(|mark| Place { epoch: mark.epoch, seq: mark.seq }).unwrap_or_default();
        if found.is_newest_repaired {
            // The page remembers what it was made into, and would record what comes behind that.
            worker::say("reopen");
        }
        self.say_what_came_back(found.restored, about);
        for (finding, count) in [
            (FindingKind::StoreRepaired, found.repaired.saturating_sub(found.rewritten)),
            (FindingKind::StoreRewritten, found.rewritten),
        ] {
            if count > 0 {
                report(finding, about, count);
                self.tell(News::Journal);
            }
        }
        if found.damaged_bytes > 0 {
            report(FindingKind::SecondPlaceDamaged, Place::default(), found.damaged_bytes);
        }
        if self.is_second_lost.take() {
            report(FindingKind::SecondPlaceLost, Place::default(), found.copied);
        }
        Ok(())
    }

    pub(super) fn say_what_came_back(&self, restored: Restored, about: Place) {
        if restored.added > 0 {
            report(FindingKind::Recovered, about, restored.added);
            self.tell(News::Journal);
        }
    }
}
