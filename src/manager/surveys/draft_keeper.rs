//! Keeps what is being edited: whatever was typed last is in the journal a moment later, also when the desk locks
//! meanwhile.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use candor_core::survey::shelf::draft_record;

use crate::browser::task::{sleep, spawn};
use crate::manager::store::Store;

/// Between two writes: a keystroke is not worth one.
const PAUSE_MS: u32 = 400;
/// A store that does not take it is asked again so often; the next edit asks anew.
const TRIES: u32 = 10;

/// Drafts that wait to be written, by id.
#[derive(Clone, Debug, Default)]
pub struct DraftKeeper(Rc<RefCell<BTreeMap<String, String>>>);

impl DraftKeeper {
    /// Keeps a draft, in a moment. `said` hears whether the store takes it.
    pub fn keep(&self, store: &Store, id: &str, json: String, said: impl Fn(bool) + 'static) {
        let is_idle = self.0.borrow().is_empty();
        self.0.borrow_mut().insert(id.to_owned(), json);
        if is_idle {
            spawn(self.clone().write(store.clone(), said));
        }
    }

    /// A draft that waits is in service by now, or gone.
    pub fn forget(&self, id: &str) {
        self.0.borrow_mut().remove(id);
    }

    async fn write(self, store: Store, said: impl Fn(bool)) {
        let mut failures = 0;
        loop {
            let next = self.0.borrow().iter().next().map(|(id, json)| (id.clone(), json.clone()));
            let Some((id, json)) = next else { break };
            let is_kept = store.save(&draft_record(&id), &json).await.is_ok();
            said(is_kept);
            failures = if is_kept { 0 } else { failures + 1 };
            let is_newest = self.0.borrow().get(&id) == Some(&json);
            // What is not taken in the end still stands on the screen.
            if is_newest && (is_kept || failures >= TRIES) {
                self.0.borrow_mut().remove(&id);
            }
            sleep(PAUSE_MS).await;
        }
    }
}
