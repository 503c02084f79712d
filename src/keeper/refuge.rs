//! Where answers go while the database cannot be used: memory, and the second place where there is one. They are
//! delivered from here, too.

use std::rc::Rc;

use candor_core::event::{EventId, Written};
use candor_core::journal::{Appended, JournalStore, MemoryJournal, Place};
use candor_core::second::Mark;
use candor_core::settings::SETTINGS_RECORD;

use super::uploader::{Report, Uploader};
use crate::browser::clock;

/// An event that the refuge has.
pub struct Kept {
    /// As it travels, with its words.
    pub json: String,
    /// Its place.
    pub mark: Mark,
    /// Responses so far.
    pub responses: u64,
    /// Its id.
    pub id: EventId,
    /// Whether the page has been told that it is kept.
    pub is_said: bool,
}

/// A journal in memory, as an epoch of its own.
pub struct Refuge {
    memory: Rc<MemoryJournal>,
    uploader: Rc<Uploader<MemoryJournal>>,
}

impl Refuge {
    /// Begins a new epoch after whatever is known of the journal that cannot be read: by the page, by this worker, and
    /// by the second place, of which the named records come as well. `hear` is told how the delivery goes.
    pub async fn begin(
        marks: &[Option<Mark>],
        records: Vec<(String, String)>,
        hear: impl Fn(Report) + 'static,
    ) -> Rc<Self> {
        let memory = Rc::new(MemoryJournal::default());
        let newest = marks.iter().flatten().max_by_key(|mark| (mark.epoch, mark.seq));
        // A number never recorded stands for the unknown tail: what follows is a new epoch in any case.
        let mark = newest.map(|mark| Mark { seq: mark.seq + 1, ..mark.clone() });
        let device = EventId::new(&clock::moment());
        // Memory does not fail.
        let _ = memory.begin_run(device.as_str(), mark.as_ref()).await;
        for (name, value) in records {
            let _ = memory.save(&name, &value).await;
        }
        let uploader = Rc::new(Uploader::new(Rc::clone(&memory), hear));
        Rc::new(Self { memory, uploader })
    }

    /// Keeps a draft in memory; gives what is to go to the second place. A draft that is there is given once more.
    pub async fn keep(&self, draft: Written) -> Option<Kept> {
        let id = draft.id.clone();
        let Appended { place, responses } = self.memory.append_written(draft).ok()?;
        let row = self.memory.rows_at(&[place]).await.ok()?.pop()?;
        let device = self.memory.head().await.ok().flatten()?.device;
        let mark = Mark { device, epoch: place.epoch, seq: place.seq };
        Some(Kept { json: row.json, mark, responses, id, is_said: false })
    }

    /// Takes events that stand in the second place, to deliver them from here. Gives how many are new to it.
    pub async fn take_in(&self, rows: &[String]) -> u64 {
        self.memory.restore(rows).await.map_or(0, |restored| restored.added)
    }

    /// Tries to deliver, once it is known where to: words go to no endpoint that the owner did not choose.
    pub async fn wake(&self) {
        if self.memory.load(SETTINGS_RECORD).await.is_ok_and(|settings| settings.is_some()) {
            self.uploader.wake();
        }
    }

    /// Everything kept, as rows.
    pub async fn rows(&self) -> Vec<String> {
        let rows = self.memory.rows(Place::default(), usize::MAX).await.unwrap_or_default();
        rows.into_iter().map(|row| row.json).collect()
    }

    /// How far it has come, which is further than anything that was known when it began.
    pub async fn mark(&self) -> Option<Mark> {
        self.memory.head().await.ok().flatten().as_ref().map(Mark::of)
    }

    /// It is in the database now.
    pub fn close(&self) {
        self.uploader.stop();
    }
}
