//! Customers' words, sealed for the page that records them.

use std::rc::Rc;

use candor_core::chain::PersonalText;
use candor_core::event::EventId;
use candor_core::journal::{JournalStore, StoreError};
use candor_vault::{SEALING_RECORD, Sealing};

use crate::browser::{clock, worker};
use crate::keeper::Keeper;
use crate::keeper::second::SecondPlace;

impl Keeper {
    /// Seals a customer's words to the owner's key, for the page that records them.
    pub(super) async fn seal(self: Rc<Self>, id: String, text: String) {
        let (text, known) = text.split_once('\n').unwrap_or((&text, ""));
        // Without an answer the page asks again.
        if let Ok(answer) = self.sealed(&id, text, known).await {
            worker::say(&answer);
        }
    }

    pub(super) async fn sealed(&self, id: &str, text: &str, known: &str) -> Result<String, StoreError> {
        let stored = self.journal.load(SEALING_RECORD).await;
        // A database that was made anew says as little of keys as one that cannot be read: in clear is worse than late.
        // Then the second place may know, or the page.
        let record = match &stored {
            Ok(Some(record)) => record.clone(),
            _ => {
                let of_second = self.second.borrow().as_ref().and_then(sealing_of).filter(|record| !record.is_empty());
                let is_on_loan = self.second.borrow().is_none() && self.has_second.get();
                let is_to_come = !self.has_looked.get() && (self.is_leading.get() || stored.is_err());
                if of_second.is_none() && known.is_empty() && (is_on_loan || is_to_come) {
                    return Err(StoreError::Again("the second place is at work".to_owned()));
                }
                of_second.unwrap_or_else(|| known.to_owned())
            }
        };
        if record.is_empty() {
            return Ok(format!("not-sealed {id}"));
        }
        let sealed = Sealing::from_json(&record).and_then(|sealing| {
            let text = serde_json::from_str::<PersonalText>(text).ok()?;
            candor_vault::seal(&sealing.public, &EventId::parse(id)?, &text, &clock::random()).ok()
        });
        Ok(match sealed {
            Some(PersonalText::Sealed { key, sealed }) => format!("sealed {id} {key} {sealed}"),
            _ => format!("unsealable {id}"),
        })
    }
}

fn sealing_of(second: &SecondPlace) -> Option<String> {
    second.records().into_iter().find(|(name, _)| name == SEALING_RECORD).map(|(_, value)| value)
}
