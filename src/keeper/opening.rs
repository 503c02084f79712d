//! Opening hours: the page is told when the place closes and when it opens. The rules for it are many, and no part of
//! what every tablet loads first.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use candor_core::hours::{HOURS_RECORD, Hours};
use candor_core::journal::JournalStore;
use candor_core::time::UnixMillis;
use gloo_timers::callback::Interval;

use crate::browser::task::spawn;
use crate::browser::{clock, worker};

/// How often it is looked. A clock or a time zone that was set is met with by then.
pub const LOOK_MS: u32 = 20_000;
const MS_PER_MINUTE: i64 = 60_000;
/// Who rates up to so long after the place has closed, or before it opens, may have been served: half an hour.
const GRACE_MS: i64 = 30 * MS_PER_MINUTE;
/// What the page takes for granted until it is told something else.
const OPEN: &str = "open";

/// Watches the hours that a manager has saved; none are always open.
#[derive(Debug)]
pub struct Opening<S> {
    journal: Rc<S>,
    hours: RefCell<Hours>,
    is_to_be_read: Cell<bool>,
    told: RefCell<String>,
}

impl<S: JournalStore + 'static> Opening<S> {
    /// Begins to watch.
    pub fn watch(journal: Rc<S>) -> Rc<Self> {
        let opening = Rc::new(Self {
            journal,
            hours: RefCell::default(),
            is_to_be_read: Cell::new(true),
            // Said in any case: a page may have heard something else from the keeper before.
            told: RefCell::default(),
        });
        let watch = Rc::clone(&opening);
        Interval::new(LOOK_MS, move || watch.look_soon()).forget();
        opening.look_soon();
        opening
    }

    /// The record may be another by now.
    pub fn read_again(self: &Rc<Self>) {
        self.is_to_be_read.set(true);
        self.look_soon();
    }

    fn look_soon(self: &Rc<Self>) {
        spawn(Rc::clone(self).look());
    }

    async fn look(self: Rc<Self>) {
        // What cannot be read now is tried again with the next look; the hours known so far hold.
        if self.is_to_be_read.replace(false) {
            match self.journal.load(HOURS_RECORD).await {
                Ok(record) => *self.hours.borrow_mut() = Hours::from_json(&record.unwrap_or_default()),
                Err(_) => self.is_to_be_read.set(true),
            }
        }
        let now = clock::now();
        let offset = clock::offset_at(now);
        let hours = self.hours.borrow();
        let words = if hours.is_open(now, offset) {
            OPEN.to_owned()
        } else {
            // By the clock on the wall of that day, which may be set forward or back until then.
            let opens = hours.next_change(now, offset).map(|UnixMillis(at)| {
                let later = i64::from(clock::offset_at(UnixMillis(at)).0 - offset.0);
                (at - later * MS_PER_MINUTE).to_string()
            });
            let is_near = |at: i64| hours.is_open(UnixMillis(at), clock::offset_at(UnixMillis(at)));
            let is_long = !is_near(now.0 - GRACE_MS) && !is_near(now.0 + GRACE_MS);
            ["closed ", &opens.unwrap_or_default(), if is_long { " long" } else { "" }].concat()
        };
        if self.told.replace(words.clone()) != words {
            worker::say(&words);
        }
    }
}
