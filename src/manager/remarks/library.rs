//! What was found in comments, each read once: in slices, so that the screen answers meanwhile.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use candor_core::event::EventId;
use candor_core::results::Response;
use candor_themes::{Query, Reader, Reading};
use leptos::prelude::*;

use crate::browser::clock;
use crate::browser::task::{sleep, spawn};
use crate::manager::desk::Desk;

/// A slice. On a tablet a comment takes about one millisecond, a long one some: it ends well before 50.
const SLICE_MS: u64 = 16;
/// How often what was read so far is shown.
const SHOWN_MS: u64 = 1_000;

/// All that was read.
#[derive(Clone, Copy)]
pub struct Library {
    desk: Desk,
    /// Counts up whenever there is more.
    pub edition: RwSignal<u64>,
    /// How far the reading has come, of how many; `None` while there is none.
    pub progress: RwSignal<Option<(u64, u64)>>,
    /// Whether everything has been read once.
    pub has_read: RwSignal<bool>,
    shelves: StoredValue<Rc<RefCell<Shelves>>, LocalStorage>,
}

/// What is known of a response's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// They are read: the number of the reading.
    Read(usize),
    /// There was nothing to read but a contact.
    Wordless,
    /// They are sealed, and no key is open.
    Shut,
}

#[derive(Default)]
struct Shelves {
    /// Made with the first comment.
    reader: Option<Reader>,
    readings: Vec<Reading>,
    known: BTreeMap<EventId, Known>,
    is_running: bool,
    is_asked_again: bool,
}

impl Library {
    /// Nothing is read yet.
    pub fn new(desk: Desk) -> Self {
        let (edition, progress) = (RwSignal::new(0), RwSignal::new(None));
        let has_read = RwSignal::new(false);
        Self { desk, edition, progress, has_read, shelves: StoredValue::new_local(Rc::default()) }
    }

    /// Reads what has come, and what was shut.
    pub fn read_on(self) {
        let shelves = self.shelves.get_value();
        if shelves.borrow().is_running {
            shelves.borrow_mut().is_asked_again = true;
            return;
        }
        shelves.borrow_mut().is_running = true;
        spawn(async move {
            loop {
                self.read_all(&shelves).await;
                if !std::mem::take(&mut shelves.borrow_mut().is_asked_again) {
                    break;
                }
            }
            shelves.borrow_mut().is_running = false;
            self.progress.try_set(None);
            self.has_read.try_set(true);
        });
    }

    async fn read_all(self, shelves: &RefCell<Shelves>) {
        let waits = |response: &Response| {
            let has_words = !response.comment.is_empty() || response.sealed.is_some();
            has_words && matches!(shelves.borrow().known.get(&response.id), None | Some(Known::Shut))
        };
        let rows = self.desk.with_responses(|all| {
            // The newest first: they are on top of the list.
            all.iter().enumerate().rev().filter(|(_, response)| waits(response)).map(|(row, _)| row).collect::<Vec<_>>()
        });
        let mut rest = rows.as_deref().unwrap_or_default();
        let all = rest.len() as u64;
        let mut shown_at = clock::uptime();
        while !rest.is_empty() {
            let begin = clock::uptime();
            let read = self.desk.with_responses(|responses| {
                let read = |row: &usize| responses.get(*row).map(|response| self.read(shelves, response));
                let in_time = rest.iter().take_while(|row| {
                    read(row);
                    clock::uptime() < begin.after(SLICE_MS)
                });
                in_time.count() + 1
            });
            // Locked meanwhile.
            let Some(read) = read else { return };
            rest = rest.get(read..).unwrap_or_default();
            self.progress.try_set((!rest.is_empty()).then_some((all - rest.len() as u64, all)));
            if rest.is_empty() || clock::uptime() >= shown_at.after(SHOWN_MS) {
                shown_at = clock::uptime();
                self.edition.try_update(|edition| *edition += 1);
            }
            sleep(0).await;
        }
    }

    fn read(self, shelves: &RefCell<Shelves>, response: &Response) {
        let opened = match &response.sealed {
            None => Some(response.comment.clone()),
            Some(sealed) => {
                let opened = untrack(|| self.desk.sealing.words(sealed));
                opened.ok().map(|text| text.comment().unwrap_or_default().to_owned())
            }
        };
        let mut shelves = shelves.borrow_mut();
        let known = match opened.as_deref() {
            None => Known::Shut,
            Some("") => Known::Wordless,
            Some(text) => {
                let reading = shelves.reader.get_or_insert_default().read(text);
                shelves.readings.push(reading);
                Known::Read(shelves.readings.len() - 1)
            }
        };
        shelves.known.insert(response.id.clone(), known);
    }

    /// What is known of a response's words; `None` while nobody has looked.
    pub fn known(self, id: &EventId) -> Option<Known> {
        self.shelves.with_value(|shelves| shelves.borrow().known.get(id).copied())
    }

    /// Looks at the readings, by their numbers, and at what they were made with; `None` while there is none.
    pub fn with<T>(self, look: impl FnOnce(&[Reading], &Reader) -> T) -> Option<T> {
        self.shelves.with_value(|shelves| {
            let shelves = shelves.borrow();
            shelves.reader.as_ref().map(|reader| look(&shelves.readings, reader))
        })
    }

    /// Whether a comment has what is looked for.
    pub fn is_in(self, reading: usize, query: &Query) -> bool {
        let has = |readings: &[Reading], _: &Reader| readings.get(reading).is_some_and(|one| query.is_in(&one.folded));
        self.with(has).unwrap_or(false)
    }
}
