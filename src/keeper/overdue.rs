//! Which cases are overdue, for the alert about them: the journal folded into cases, from its beginning.

use candor_core::cases::{CASES_RECORD, CaseRules, Cases, Outlook};
use candor_core::event::EventId;
use candor_core::hours::{HOURS_RECORD, Hours};
use candor_core::journal::{JournalStore, Place, StoreError};

use super::alerts::read_own;
use crate::browser::clock;

/// What is known of cases since this keeper leads.
#[derive(Default)]
pub struct Overdue {
    cases: Cases,
    /// How far the journal is read.
    read: Place,
    rules: CaseRules,
    hours: Hours,
}

impl Overdue {
    /// Reads which rules of cases and which opening hours are in force.
    pub async fn read_rules(&mut self, journal: &impl JournalStore) -> Result<(), StoreError> {
        self.rules = CaseRules::from_json(&journal.load(CASES_RECORD).await?.unwrap_or_default());
        self.hours = Hours::from_json(&journal.load(HOURS_RECORD).await?.unwrap_or_default());
        Ok(())
    }

    /// The cases that are overdue now.
    pub async fn find(&mut self, journal: &impl JournalStore) -> Result<Vec<EventId>, StoreError> {
        read_own(journal, &mut self.read, |entry| self.cases.push(&entry)).await?;
        let Some(head) = journal.head().await? else { return Ok(Vec::new()) };
        let outlook = Outlook { own: Some((&head.device, &self.rules)), hours: &self.hours };
        let now = clock::now();
        Ok(self.cases.all(&outlook).into_iter().filter(|case| case.is_overdue(now)).map(|case| case.id).collect())
    }
}
