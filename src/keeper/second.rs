//! The second place: an OPFS file beside the database with everything that no receipt has named, the high-water mark,
//! and the records that a wiped tablet needs to find its endpoint and its manager again.

use std::cell::RefCell;

use candor_core::alerts::ALERTS_RECORD;
use candor_core::cases::CASES_RECORD;
use candor_core::chain::Head;
use candor_core::hours::HOURS_RECORD;
use candor_core::hours::roster::ROSTER_RECORD;
use candor_core::journal::{JournalStore, Place, Restored, Row, StoreError, open_row};
use candor_core::pin::DOOR_RECORD;
use candor_core::second::{FrameReader, Mark, SLOT_BYTES, Unsettled, frame};
use candor_core::settings::{SETTINGS_RECORD, TOKEN_RECORD};
use candor_core::staff::{CODES_RECORD, STAFF_RECORD};
use candor_core::survey::shelf::{SHELF_RECORD, Shelf};
use candor_core::targets::TARGETS_RECORD;
use candor_core::themes::THEMES_RECORD;
use candor_core::wire::CloudEvent;
use candor_core::witness::HEADS_RECORD;
use candor_vault::{KEPT_KEYS_RECORD, SEALING_RECORD};

use serde::{Deserialize, Serialize};

use crate::browser::announce::KeptPin;
use crate::browser::journal::{IndexedDbJournal, number_of};
use crate::browser::opfs::{File, NoFile};
use crate::browser::task::within;
use crate::keeper::OPEN_MS;
use crate::keeper::garbage::Garbage;

const EVENTS: &str = "candor-second";
const MARK: &str = "candor-mark";
const RECORDS: &str = "candor-records";
/// What is kept of the named records.
const KEPT_RECORDS: [&str; 15] = [
    SETTINGS_RECORD,
    TOKEN_RECORD,
    DOOR_RECORD,
    SEALING_RECORD,
    KEPT_KEYS_RECORD,
    HEADS_RECORD,
    HOURS_RECORD,
    CASES_RECORD,
    ROSTER_RECORD,
    STAFF_RECORD,
    CODES_RECORD,
    THEMES_RECORD,
    SHELF_RECORD,
    ALERTS_RECORD,
    TARGETS_RECORD,
];
/// Read at once.
const PIECE_BYTES: usize = 256 * 1024;
/// Rows at once: some ten milliseconds of a tablet.
pub const ROWS: usize = 250;
/// Some twenty-five thousand events.
const MOST_ROWS_BYTES: f64 = 16.0 * 1024.0 * 1024.0;
/// Kept free for some hundred events.
const ROOM_BYTES: f64 = 256.0 * 1024.0;

/// What the second place has beside events: a slot with its mark, and the records. A keeper leaves it to its heir.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Beside {
    /// A slot with the mark; empty where there is none.
    pub mark: String,
    /// The records, each with its name.
    pub records: Vec<(String, String)>,
    /// How many keepers have left it, one to the other.
    pub heirs: u32,
}

/// The open files.
#[derive(Debug)]
pub struct SecondPlace {
    events: File,
    mark: File,
    records: File,
    /// Where the next frame goes. Behind it lies room that the disk has given already.
    size: f64,
    is_second_slot: bool,
    /// The newest place of this device that the events' file or the mark has.
    last: Place,
    /// The hash of the event there: another one may stand at its place in another database.
    last_hash: String,
    /// The newest place that a page has told of since the last join.
    told: Place,
    /// What no answer has settled yet of this device's events in the file.
    unsettled: Unsettled,
    device: String,
    garbage: Garbage,
}

/// What a start found in the second place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What became of the events that the database lacked.
    pub restored: Restored,
    /// Bytes of no whole event.
    pub damaged_bytes: u64,
    /// Whether records came back.
    pub has_records: bool,
    /// Events of the database that the file lacked.
    pub copied: u64,
    /// Events that the database had otherwise than they were recorded.
    pub repaired: u64,
    /// Those that had a hash that fits all the same, whether they wait or were delivered.
    pub rewritten: u64,
    /// Whether the newest was one of those that were put right.
    pub is_newest_repaired: bool,
}

/// What became of beginning the file anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BegunAnew {
    /// It is.
    Done,
    /// Something was recorded meanwhile, or there is too much in quarantine.
    Later,
    /// The database has something in quarantine otherwise than it was recorded, or has lost what nobody has taken: the file
    /// may have it.
    Damaged,
    /// This is not the database that was followed so far.
    AnotherDatabase,
}

impl SecondPlace {
    /// Opens the files.
    ///
    /// # Errors
    /// As [`NoFile`] says.
    pub async fn open() -> Result<Self, NoFile> {
        let (events, mark, records) = (File::open(EVENTS).await?, File::open(MARK).await?, File::open(RECORDS).await?);
        let size = end_of_content(&events);
        Ok(Self {
            events,
            mark,
            records,
            size,
            is_second_slot: false,
            last: Place::default(),
            last_hash: String::new(),
            told: Place::default(),
            unsettled: Unsettled::default(),
            device: String::new(),
            garbage: Garbage::default(),
        })
    }

    /// Whether the browser has dropped the files, or does not say. What was opened before can still be read and written, by
    /// nobody else and for as long as this worker lives.
    pub async fn is_gone(&self) -> bool {
        !within(OPEN_MS, File::is_there(MARK)).await.unwrap_or_default()
    }

    /// Gives the files back, for another keeper to open. Those that the browser has dropped stay open: Chromium does not
    /// return from closing one whose bucket it has deleted, and this worker would stand still for good.
    pub async fn close(self) {
        if self.is_gone().await {
            std::mem::forget(self);
        }
    }

    /// What it has beside events.
    pub fn beside(&self) -> Beside {
        Beside { mark: self.mark().map(|mark| mark.to_slot()).unwrap_or_default(), records: self.records(), heirs: 0 }
    }

    /// Puts that into files in which there is nothing yet. What a full disk does not take is written later, when the
    /// database is joined.
    pub fn put_beside(&self, beside: &Beside) {
        if self.is_blank() {
            let frames = beside.records.iter().flat_map(|(name, value)| frame(&[name, "\n", value].concat()));
            let _ = self.mark.write(0.0, beside.mark.as_bytes());
            let _ = self.records.write(0.0, &frames.collect::<Vec<u8>>());
        }
    }

    /// The length of what is in the events' file.
    pub fn bytes(&self) -> u64 {
        self.size as u64
    }

    /// Whether nothing has ever been written into it.
    pub fn is_blank(&self) -> bool {
        self.size == 0.0 && self.mark.size() == 0.0
    }

    /// The mark as it stands.
    pub fn mark(&self) -> Option<Mark> {
        let mut slots = vec![0; SLOT_BYTES * 2];
        let count = self.mark.read(0.0, &mut slots);
        Mark::read(&String::from_utf8_lossy(&slots[..count.min(SLOT_BYTES * 2)]))
    }

    /// Joins the second place with the journal, both ways, by id: what the journal lacks is put back, what the file
    /// lacks is added to it. `settled` is what answers have settled by then.
    ///
    /// # Errors
    /// As the store has it; the join can be begun again.
    pub async fn join(
        &mut self,
        journal: &IndexedDbJournal,
        settled: &RefCell<Vec<Place>>,
    ) -> Result<Found, StoreError> {
        let Some(head) = journal.head().await? else {
            return Err(StoreError::Again("no run has begun".to_owned()));
        };
        self.device.clone_from(&head.device);
        let has_records = self.give_records(journal).await?;
        // In ascending order, and beside each whether the file has it: months of a backlog take little room so.
        let (waiting, refused) = journal.waiting_by_id().await?;
        // Not before: what that has not seen any more is among them.
        self.settle(&settled.take());
        let end = Place { epoch: head.epoch, seq: head.seq };
        self.look_after(&waiting, &refused, end);
        // Of the file's events those that do not wait: delivered, unless the database has lost that they were not. Of some
        // that is known.
        let (mut delivered, mut lost) = (Unsettled::default(), Unsettled::default());
        let (mut filed, mut found) = (vec![false; waiting.len()], Found { has_records, ..Found::default() });
        let mut reader = FrameReader::default();
        let (mut lacking, mut both) = (Vec::new(), Vec::new());
        let (mut at, mut piece) = (0.0, vec![0; PIECE_BYTES]);
        loop {
            let count = self.events.read(at, &mut piece);
            at += count as f64;
            let is_end = count == 0;
            let (payloads, damaged) =
                if is_end { std::mem::take(&mut reader).finish() } else { (reader.push(&piece[..count]), 0) };
            found.damaged_bytes += damaged;
            for json in payloads {
                let wanted = self.place_and_id(&json);
                let index =
                    wanted.and_then(|(place, _)| waiting.binary_search_by_key(&place, |(place, _)| *place).ok());
                match index.and_then(|index| Some((filed.get_mut(index)?, waiting.get(index)?))) {
                    Some((is_filed, waits)) => {
                        let has_id = wanted == Some(*waits);
                        *is_filed |= has_id;
                        both.push((Row { place: waits.0, json }, has_id));
                    }
                    None => {
                        if let Some((place, _)) = wanted {
                            delivered.file(place);
                            if self.unsettled.contains(place) {
                                lost.file(place);
                            }
                        }
                        lacking.push(json);
                    }
                }
                if both.len() >= ROWS {
                    self.garbage.add(ROWS);
                    lacking.extend(repair(journal, std::mem::take(&mut both), &mut found).await?);
                }
                if lacking.len() >= ROWS {
                    found.restored = found.restored.and(journal.restore(&std::mem::take(&mut lacking)).await?);
                }
            }
            if is_end {
                break;
            }
        }
        lacking.extend(repair(journal, both, &mut found).await?);
        found.restored = found.restored.and(journal.restore(&lacking).await?);
        found.repaired += found.restored.mended;
        found.rewritten += found.restored.contradicted;
        let is_another_join = self.last != Place::default();
        let is_in_doubt = found.repaired > 0 || !lost.is_empty() || is_another_join;
        // Counting takes long, and nobody can record meanwhile: only where something may be wrong.
        let shortfall = if is_in_doubt { journal.shortfall().await? } else { 0 };
        let is_damaged = found.repaired > 0 || shortfall > 0;
        let mut queued = 0;
        for (epoch, first, last) in if is_damaged { &delivered } else { &lost }.runs() {
            for first in (first..=last).step_by(ROWS) {
                queued += journal.queue_again(epoch, &[(first, last.min(first + ROWS as u64 - 1))]).await?;
            }
        }
        found.repaired += queued.min(shortfall);
        if shortfall > 0 && queued >= shortfall {
            journal.count_anew().await?;
        }
        self.unsettled = Unsettled::default();
        self.look_after(&waiting, &refused, end);
        if queued + found.restored.added + found.restored.mended > 0 {
            let (waiting, refused) = journal.waiting_by_id().await?;
            self.look_after(&waiting, &refused, end);
        }
        // A damaged database may not list what it has just taken. An answer has to name these before the file is begun anew.
        for (epoch, first, last) in if is_damaged { &delivered } else { &lost }.runs() {
            (first..=last).for_each(|seq| self.unsettled.file(Place { epoch, seq }));
        }
        let unfiled = waiting.into_iter().zip(filed).filter(|(_, is_filed)| !is_filed).map(|((place, _), _)| place);
        let unfiled: Vec<Place> = unfiled.collect();
        found.copied = unfiled.len() as u64;
        for places in unfiled.chunks(ROWS) {
            self.garbage.add(ROWS);
            let rows = journal.rows_at(places).await?;
            self.append(rows.iter().map(|row| row.json.as_str())).map_err(StoreError::Full)?;
        }
        // What it came to may have been repaired.
        let newest = if found.repaired > 0 { journal.rows_at(&[end]).await?.pop() } else { None };
        let hash = newest.and_then(|row| self.own(&row.json)).map_or(head.hash.as_str().to_owned(), |(_, hash)| hash);
        found.is_newest_repaired = hash != head.hash.as_str();
        self.come_to(end, &hash);
        self.told = Place::default();
        Ok(found)
    }

    /// What waits and was not refused is not settled. What came after that end is followed.
    fn look_after(&mut self, waiting: &[(Place, u64)], refused: &[Place], end: Place) {
        waiting.iter().take_while(|(place, _)| *place <= end).for_each(|(place, _)| self.unsettled.file(*place));
        self.unsettled.reach(end);
        self.settle(refused);
    }

    /// The newest events that it has, as they travel: as many as a worker's memory should hold. A database that cannot
    /// be used is not waited for to deliver them.
    pub fn rows(&self) -> Vec<String> {
        let length = self.size.min(MOST_ROWS_BYTES);
        let mut bytes = vec![0; length as usize];
        let count = self.events.read(self.size - length, &mut bytes);
        let mut reader = FrameReader::default();
        let mut rows = reader.push(bytes.get(..count).unwrap_or_default());
        rows.extend(reader.finish().0);
        rows
    }

    /// What no answer has settled, as it travels: of the file, else of the journal.
    ///
    /// # Errors
    /// As the store has it.
    pub async fn unsettled_rows(&self, journal: &IndexedDbJournal) -> Result<Vec<String>, StoreError> {
        let mut unsettled = self.unsettled.clone();
        let mut rows = self.rows();
        rows.retain(|json| {
            let place = self.place_of(json).filter(|place| unsettled.contains(*place));
            place.map(|place| unsettled.settle(place)).is_some()
        });
        for (epoch, first, last) in unsettled.runs() {
            let places: Vec<Place> = (first..=last).map(|seq| Place { epoch, seq }).collect();
            rows.extend(journal.rows_at(&places).await?.into_iter().map(|row| row.json));
        }
        Ok(rows)
    }

    /// Adds what the journal has recorded since.
    ///
    /// # Errors
    /// As the store or the file has it; it can be tried again.
    pub async fn follow(&mut self, journal: &IndexedDbJournal) -> Result<Followed, StoreError> {
        let mut followed = Followed::default();
        loop {
            // With the one that was followed last: only a database that has it is the one that was followed so far.
            let mut rows = journal.rows(Place { seq: self.last.seq.saturating_sub(1), ..self.last }, ROWS).await?;
            let is_full = rows.len() == ROWS;
            if self.last.seq > 0 {
                if !rows.first().is_some_and(|row| self.is_last(row)) && !self.is_head(journal).await? {
                    return Ok(Followed { is_another_database: true, ..followed });
                }
                rows.retain(|row| row.place > self.last);
            }
            // Events restored from other tablets lie behind the device's own.
            let own: Vec<&Row> = rows.iter().filter(|row| self.place_of(&row.json) == Some(row.place)).collect();
            let Some(newest) = own.last().and_then(|row| self.own(&row.json)) else {
                return Ok(Followed { is_another_database: self.told > self.last, ..followed });
            };
            let appended = self.append(own.iter().map(|row| row.json.as_str()));
            let (place, hash) = newest;
            if let Err(fault) = appended {
                // It has its room on the disk, and numbers are not used twice though the disk is full.
                self.write_mark(place);
                return Err(StoreError::Full(fault));
            }
            followed.has_new_epoch |= place.epoch > self.last.epoch;
            followed.may_have_records |= own.iter().any(|row| tells_of_records(&row.json));
            own.iter().for_each(|row| self.unsettled.file(row.place));
            self.come_to(place, &hash);
            if !is_full {
                return Ok(Followed { is_another_database: self.told > self.last, ..followed });
            }
        }
    }

    /// Everything is delivered but what is in quarantine: the file is begun anew with that, once the database has all of
    /// it as it was recorded.
    ///
    /// # Errors
    /// As the store or the file has it.
    pub async fn begin_anew(&mut self, journal: &IndexedDbJournal) -> Result<BegunAnew, StoreError> {
        let refused = journal.waiting().await?;
        // Nothing waits in a database that was made anew either.
        let is_the_same = if self.last.seq > 0 {
            journal.rows_at(&[self.last]).await?.first().is_some_and(|row| self.is_last(row))
                || self.is_head(journal).await?
        } else {
            journal.head().await?.is_some_and(|head| head.device == self.device && head.epoch >= self.last.epoch)
        };
        if !is_the_same {
            return Ok(BegunAnew::AnotherDatabase);
        }
        let in_quarantine: Vec<Place> = journal.quarantine().await?.into_iter().map(|refused| refused.place).collect();
        self.settle(&in_quarantine);
        let rows = journal.rows_at(&refused).await?;
        if !self.unsettled.is_empty()
            || rows.len() < refused.len()
            || rows.iter().any(|row| open_row(&row.json).is_none())
        {
            return Ok(BegunAnew::Damaged);
        }
        let own_tail = rows.iter().any(|row| row.place > self.last && self.place_of(&row.json).is_some());
        // Something was recorded meanwhile: it is followed first, and the file begun anew after the next receipt.
        if own_tail || refused.len() > ROWS {
            return Ok(BegunAnew::Later);
        }
        // Written over, and cut off only beyond the room that is kept: a full disk would not give it back.
        let length = self.events.size().min(ROOM_BYTES * 2.0);
        if length < self.events.size() {
            self.events.truncate(length).map_err(StoreError::Full)?;
        }
        let written = self.size.min(length);
        if written > 0.0 {
            self.events.write(0.0, &vec![0; written as usize]).map_err(StoreError::Full)?;
        }
        self.size = 0.0;
        self.append(rows.iter().map(|row| row.json.as_str())).map_err(StoreError::Full)?;
        self.make_room();
        Ok(BegunAnew::Done)
    }

    /// Whether the journal's head is the event that the file has come to.
    async fn is_head(&self, journal: &IndexedDbJournal) -> Result<bool, StoreError> {
        let head = journal.head().await?;
        let is_last = |head: &Head| (head.epoch, head.seq) == (self.last.epoch, self.last.seq);
        Ok(head.is_some_and(|head| is_last(&head) && head.hash.as_str() == self.last_hash))
    }

    /// Has the disk give room for what may come when it is full. Without, events are still kept for as long as it is not.
    fn make_room(&self) {
        let length = self.events.size();
        if length < self.size + ROOM_BYTES / 2.0 {
            let _ = self.events.write(length, &vec![0; ROOM_BYTES as usize]);
        }
    }

    /// Keeps events that the database could not take, and moves the mark to the newest of them.
    ///
    /// # Errors
    /// As the browser calls it.
    pub fn keep(&mut self, json: &str, mark: &Mark) -> Result<(), String> {
        // A refuge that knew nothing of this tablet is a device of its own, and says nothing of this one's numbers.
        if self.mark().is_none_or(|present| present.device == mark.device) {
            self.device.clone_from(&mark.device);
            let hash = self.own(json).map(|(_, hash)| hash).unwrap_or_default();
            let place = Place { epoch: mark.epoch, seq: mark.seq };
            self.unsettled.file(place);
            self.come_to(place, &hash);
        }
        self.append([json].into_iter())
    }

    /// Takes events that have just been recorded, without asking a database that may have lost them already. Those that
    /// do not follow the last one, and whatever tells of records, [`Self::follow`] reads once more: to have an event
    /// twice does no harm.
    ///
    /// # Errors
    /// As the browser calls it; then none of them is in the file.
    pub fn take(&mut self, jsons: &[String]) -> Result<(), String> {
        let (mut newest, mut is_following) = (None, true);
        for json in jsons {
            let Some((place, hash)) = self.own(json) else { continue };
            self.told = self.told.max(place);
            let last = newest.as_ref().map_or(self.last, |(place, _)| *place);
            is_following &= place == Place { seq: last.seq + 1, ..last } && !tells_of_records(json);
            if is_following {
                newest = Some((place, hash));
            }
        }
        self.append(jsons.iter().map(String::as_str))?;
        if let Some((place, hash)) = newest {
            (self.last.seq + 1..=place.seq).for_each(|seq| self.unsettled.file(Place { seq, ..place }));
            self.come_to(place, &hash);
        }
        Ok(())
    }

    /// The endpoint has taken or refused these.
    pub fn settle(&mut self, places: &[Place]) {
        places.iter().for_each(|place| self.unsettled.settle(*place));
    }

    /// The file is as far as this.
    fn come_to(&mut self, place: Place, hash: &str) {
        self.last = place;
        hash.clone_into(&mut self.last_hash);
        self.write_mark(place);
    }

    /// Whether this is the event that the file has come to.
    fn is_last(&self, row: &Row) -> bool {
        row.place == self.last && row.json.contains(&self.last_hash)
    }

    /// Takes an event that was recorded a while ago, whatever became of it since. It does no harm to have it twice.
    ///
    /// # Errors
    /// As the browser calls it.
    pub fn take_again(&mut self, json: &str) -> Result<(), String> {
        self.append([json].into_iter())
    }

    /// Keeps a copy of the named records that a wiped tablet needs.
    ///
    /// # Errors
    /// As the store has it.
    pub async fn take_records(&mut self, journal: &IndexedDbJournal) -> Result<(), StoreError> {
        let mut frames = Vec::new();
        let kept = self.records();
        // What a store that was made anew lacks is not dropped here as well.
        let of_file = |name: &str| kept.iter().find(|(of, _)| of == name).map(|(_, value)| value.clone());
        // The owner's surveys: without the one in service the kiosk would have nothing to ask.
        let shelf = journal.load(SHELF_RECORD).await?.or_else(|| of_file(SHELF_RECORD));
        let own = Shelf::read(&shelf.unwrap_or_default()).records();
        for name in KEPT_RECORDS.into_iter().chain(own.iter().map(String::as_str)) {
            if let Some(value) = journal.load(name).await?.or_else(|| of_file(name)) {
                frames.extend(frame(&[name, "\n", &value].concat()));
            }
        }
        let present = content(&self.records);
        if frames.is_empty() || present == frames {
            return Ok(());
        }
        // Appended first: cut short at any point, one whole copy stands.
        let end = present.len() as f64;
        self.records.write(end, &frames).map_err(StoreError::Full)?;
        self.records.write(0.0, &frames).map_err(StoreError::Full)?;
        self.records.truncate(frames.len() as f64).map_err(StoreError::Full)
    }

    /// The records as they were kept last.
    pub fn records(&self) -> Vec<(String, String)> {
        self.read_records().0
    }

    /// Whether the manager's PIN is among them.
    pub fn kept_pin(&self) -> KeptPin {
        match self.read_records() {
            (records, _) if records.iter().any(|(name, _)| name == DOOR_RECORD) => KeptPin::Kept,
            // Zeros are no damage to a reader of frames, and no answer either.
            (records, 0) if !records.is_empty() || self.records.size() == 0.0 => KeptPin::None,
            _ => KeptPin::Unread,
        }
    }

    /// The records, and the number of bytes that are none.
    fn read_records(&self) -> (Vec<(String, String)>, u64) {
        let bytes = content(&self.records);
        let mut reader = FrameReader::default();
        let mut payloads = reader.push(&bytes);
        let (rest, damaged_bytes) = reader.finish();
        payloads.extend(rest);
        let record =
            |payload: &String| payload.split_once('\n').map(|(name, value)| (name.to_owned(), value.to_owned()));
        (payloads.iter().filter_map(record).collect(), damaged_bytes)
    }

    /// As [`give_records`], of those that it has.
    ///
    /// # Errors
    /// As the store has it.
    pub async fn give_records(&self, journal: &IndexedDbJournal) -> Result<bool, StoreError> {
        give_records(journal, self.records()).await
    }

    fn append<'a>(&mut self, jsons: impl Iterator<Item = &'a str>) -> Result<(), String> {
        // An empty one could not be read.
        let bytes: Vec<u8> = jsons.filter(|json| !json.is_empty()).flat_map(frame).collect();
        if !bytes.is_empty() {
            self.events.write(self.size, &bytes)?;
            self.size += bytes.len() as f64;
            self.make_room();
        }
        Ok(())
    }

    /// The two slots are written in turn.
    fn write_mark(&mut self, Place { epoch, seq }: Place) {
        let mark = Mark { device: self.device.clone(), epoch, seq };
        let at = if self.is_second_slot { SLOT_BYTES as f64 } else { 0.0 };
        // A mark that is too low is found out by the frames; the next one tries again.
        if self.mark.write(at, mark.to_slot().as_bytes()).is_ok() {
            self.is_second_slot = !self.is_second_slot;
        }
    }

    /// Where an event of this device stands in the journal, and its id as a number.
    fn place_and_id(&self, json: &str) -> Option<(Place, u64)> {
        let event = self.own_event(json)?;
        Some((Place { epoch: event.deviceepoch, seq: event.deviceseq }, number_of(event.id.as_str())))
    }

    /// The place and the hash of an event of this device.
    fn own(&self, json: &str) -> Option<(Place, String)> {
        let event = self.own_event(json)?;
        Some((Place { epoch: event.deviceepoch, seq: event.deviceseq }, event.eventhash.as_str().to_owned()))
    }

    fn own_event(&self, json: &str) -> Option<CloudEvent> {
        let event: CloudEvent = serde_json::from_str(json).ok()?;
        (event.source.strip_prefix(candor_core::wire::SOURCE_PREFIX) == Some(self.device.as_str())).then_some(event)
    }

    /// Where an event of this device stands in the journal.
    fn place_of(&self, json: &str) -> Option<Place> {
        self.place_and_id(json).map(|(place, _)| place)
    }
}

/// What was new in the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The database was wiped under a page that went on.
    pub has_new_epoch: bool,
    /// Settings or PIN may have changed.
    pub may_have_records: bool,
    /// What was followed so far, or what a page has just recorded, is not in there.
    pub is_another_database: bool,
}

/// Where the zeros begin that a file ends with. A frame ends with the end of its JSON.
fn end_of_content(file: &File) -> f64 {
    let mut piece = vec![0; PIECE_BYTES];
    let mut end = file.size();
    while end > 0.0 {
        let from = (end - PIECE_BYTES as f64).max(0.0);
        let length = file.read(from, &mut piece).min((end - from) as usize);
        if let Some(last) = piece[..length].iter().rposition(|byte| *byte != 0) {
            return from + last as f64 + 1.0;
        }
        end = from;
    }
    0.0
}

/// Puts records back that the journal has none of; says whether there were any.
///
/// # Errors
/// As the store has it.
pub async fn give_records(journal: &IndexedDbJournal, records: Vec<(String, String)>) -> Result<bool, StoreError> {
    let mut is_given = false;
    for (name, value) in records {
        // Whoever was faster, as a manager with a new PIN, is newer.
        is_given |= journal.load(&name).await?.is_none() && journal.exchange(&name, None, &value).await?;
    }
    Ok(is_given)
}

/// All that is in a small file.
fn content(file: &File) -> Vec<u8> {
    let (mut bytes, mut piece) = (Vec::new(), vec![0; PIECE_BYTES]);
    // To its end, whatever length it is said to have.
    loop {
        let count = file.read(bytes.len() as f64, &mut piece);
        match piece.get(..count) {
            Some(read) if !read.is_empty() => bytes.extend_from_slice(read),
            _ => return bytes,
        }
    }
}

fn tells_of_records(json: &str) -> bool {
    ["settings.changed", "unlocked", "unlock.refused"]
        .iter()
        .any(|kind| json.contains(&format!("\"cn.candor.{kind}\"")))
}

/// Compares what waits in the database with what the file has of it, and writes that over what is not the same event any
/// more: not every browser's database has checksums. Beside each row, whether the outbox has its id. Gives the rows of
/// the file at whose places other events stand.
async fn repair(
    journal: &IndexedDbJournal,
    mut rows: Vec<(Row, bool)>,
    found: &mut Found,
) -> Result<Vec<String>, StoreError> {
    rows.sort_by_key(|(row, _)| row.place);
    let mut places: Vec<Place> = rows.iter().map(|(row, _)| row.place).collect();
    places.dedup();
    let stored = journal.rows_at(&places).await?;
    let (mut damaged, mut others) = (Vec::new(), Vec::new());
    for (row, has_id) in rows {
        let index = stored.binary_search_by_key(&row.place, |stored| stored.place).ok();
        let there = index.and_then(|index| stored.get(index));
        if has_id && there.is_some_and(|there| there.json == row.json) {
            continue;
        }
        // What the file has of it may be damaged as well.
        let Some((event, text)) = open_row(&row.json) else { continue };
        match there.and_then(|there| open_row(&there.json)) {
            // It went aside, or will.
            Some((other, _)) if other.id != event.id => others.push(row.json),
            // The file has it as it was recorded.
            Some((other, _)) if other.hash != event.hash => {
                found.rewritten += 1;
                damaged.push(row);
            }
            // Words that the file has not are no fault of the database.
            Some((_, words)) if has_id && (text.is_none() || words == text) => {}
            _ => damaged.push(row),
        }
    }
    if !damaged.is_empty() {
        found.repaired += journal.repair(&damaged).await?;
    }
    Ok(others)
}
