//! What a kiosk has recorded against what the collector has: each event there once, or refused with a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use candor_core::chain::PersonalText;
use candor_core::event::Event;

use crate::collector::Collector;
use crate::journal::Journal;
use crate::kiosk::Kiosk;
use crate::responses::responses;
use crate::trial::Trial;
use crate::wait::until_within;

/// Journal and collector, side by side.
#[derive(Clone, Debug)]
pub struct Balance {
    /// The kiosk's journal.
    pub journal: Journal,
    /// What the collector has, in the order in which it came.
    pub events: Vec<(Event, Option<PersonalText>)>,
}

impl Balance {
    /// Reads both, as they stand.
    ///
    /// # Panics
    /// When one cannot be read.
    pub async fn take(kiosk: &Kiosk, collector: &Collector) -> Self {
        Self { journal: Journal::read(&kiosk.browser).await, events: collector.events().await }
    }

    /// Waits until both hold the same and nothing is queued, and gives them as they stand then, or as they stood last.
    ///
    /// # Panics
    /// When one cannot be read.
    pub async fn settle(kiosk: &Kiosk, collector: &Collector, within: Duration) -> Self {
        let is_settled = |balance: &Self| balance.journal.queued == 0 && balance.lost() == 0 && balance.foreign() == 0;
        Self::settle_when(kiosk, collector, within, is_settled).await
    }

    /// As [`Self::settle`]; but what the browser has lost may be missing from the journal, if the kiosk has said so.
    ///
    /// # Panics
    /// When one cannot be read.
    pub async fn settle_after_a_loss(kiosk: &Kiosk, collector: &Collector, within: Duration) -> Self {
        let is_settled = |balance: &Self| {
            let is_the_same = balance.foreign() == 0 || balance.tells_of_a_loss();
            balance.journal.queued == 0 && balance.lost() == 0 && is_the_same
        };
        Self::settle_when(kiosk, collector, within, is_settled).await
    }

    /// Waits until it is as wanted, and gives it as it stands then, or as it stood last.
    ///
    /// # Panics
    /// When journal or collector cannot be read.
    pub async fn settle_when(
        kiosk: &Kiosk,
        collector: &Collector,
        within: Duration,
        is_settled: impl Fn(&Self) -> bool,
    ) -> Self {
        let begun = Instant::now();
        loop {
            let balance = Self::take(kiosk, collector).await;
            if is_settled(&balance) || begun.elapsed() >= within {
                return balance;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Findings that the kiosk has reported to the collector, each once, in the order of their names.
    pub fn findings(&self) -> BTreeSet<&str> {
        self.events.iter().filter_map(|(event, _)| event.data["finding"].as_str()).collect()
    }

    /// Whether the kiosk has noticed that its browser lost what it had stored: then the collector may have more.
    pub fn tells_of_a_loss(&self) -> bool {
        self.findings().iter().any(|finding| ["store-wiped", "store-cut"].contains(finding))
    }

    /// Events of the collector that the journal lacks.
    pub fn foreign(&self) -> u64 {
        let recorded: BTreeSet<&str> = self.journal.entries.iter().map(|(event, _)| event.id.as_str()).collect();
        self.events.iter().filter(|(event, _)| !recorded.contains(event.id.as_str())).count() as u64
    }

    /// Whether the journal has all that the collector has, each with the hash of the one before. That it has its own hash
    /// was found when it was read.
    pub fn is_whole(&self) -> bool {
        let hashes: Vec<_> = self.journal.entries.iter().map(|(event, _)| &event.hash).collect();
        let is_linked = |event: &Event| event.seq == 1 || hashes.contains(&&event.prev);
        self.foreign() == 0
            && self.journal.damaged.is_empty()
            && self.journal.entries.iter().all(|(event, _)| is_linked(event))
    }

    /// Events of the journal that the collector lacks and that are not in quarantine.
    pub fn lost(&self) -> u64 {
        let there: BTreeSet<&str> = self.events.iter().map(|(event, _)| event.id.as_str()).collect();
        let refused: BTreeSet<&str> = self.journal.refused.iter().map(|(id, _)| id.as_str()).collect();
        let recorded = self.journal.entries.iter().map(|(event, _)| event.id.as_str());
        recorded.filter(|id| !there.contains(id) && !refused.contains(id)).count() as u64
    }

    /// Rows of the collector that are there already under the same id.
    pub fn doubled(&self) -> u64 {
        let ids: BTreeSet<&str> = self.events.iter().map(|(event, _)| event.id.as_str()).collect();
        (self.events.len() - ids.len()) as u64
    }

    /// Of these words, how many are the comment of no response, delivered or in quarantine, and of more than one.
    pub fn of_words(&self, words: &[String]) -> (u64, u64) {
        // A response of which one part was refused for good has the other at the collector.
        let refused: BTreeSet<&str> = self.journal.refused.iter().map(|(id, _)| id.as_str()).collect();
        let in_quarantine = self.journal.entries.iter().filter(|(event, _)| refused.contains(event.id.as_str()));
        let all: Vec<_> = self.events.iter().chain(in_quarantine).cloned().collect();
        lost_and_doubled(&all, words)
    }

    /// Counts every event of the journal into a trial, and the words of those who were thanked.
    ///
    /// # Panics
    /// When something is at the collector that the journal has not, or still queued.
    pub fn count_into(&self, trial: &mut Trial, thanked: &[String]) {
        self.count(trial, thanked);
        assert_eq!(self.foreign(), 0, "the collector has events that nobody recorded");
        assert_eq!(self.journal.queued, 0, "everything is drained");
    }

    /// As [`Self::count_into`], for a browser that may have lost what it had stored: a kiosk has to say so.
    ///
    /// # Panics
    /// When something is at the collector that the journal has not and nothing was reported, or something is queued.
    pub fn count_after_a_loss(&self, trial: &mut Trial, thanked: &[String]) {
        self.count(trial, thanked);
        assert!(self.foreign() == 0 || self.tells_of_a_loss(), "a loss has to be noticed: {:?}", self.findings());
        assert_eq!(self.journal.queued, 0, "everything is drained");
    }

    /// As they stand: whatever else is wrong then, the record has what was lost and doubled.
    fn count(&self, trial: &mut Trial, thanked: &[String]) {
        let everything = self.journal.entries.iter().chain(&self.events);
        let recorded: BTreeSet<&str> = everything.map(|(event, _)| event.id.as_str()).collect();
        let (lost, doubled) = self.of_words(thanked);
        trial.count(recorded.len() as u64, self.lost() + lost, self.doubled() + doubled);
        if !thanked.is_empty() {
            trial.figure("answers with words, each looked for", thanked.len());
        }
    }
}

/// Of these words, how many are the comment of no whole response among the events, and of more than one.
pub fn lost_and_doubled(events: &[(Event, Option<PersonalText>)], words: &[String]) -> (u64, u64) {
    let mut count: BTreeMap<String, u64> = BTreeMap::new();
    for response in responses(events).into_iter().filter(|response| response.outcome == "complete") {
        *count.entry(response.comment).or_default() += 1;
    }
    let times = |words: &String| count.get(words).copied().unwrap_or_default();
    let lost = words.iter().filter(|words| times(words) == 0).count() as u64;
    (lost, words.iter().map(|words| times(words).saturating_sub(1)).sum())
}

const COUNT_QUEUED: &str = r#"
const [done] = arguments;
const opening = indexedDB.open("candor");
opening.onsuccess = () => {
  const count = opening.result.transaction("outbox").objectStore("outbox").count();
  count.onsuccess = () => { opening.result.close(); done(count.result); };
};
"#;

impl Kiosk {
    /// How many events wait to be sent.
    ///
    /// # Panics
    /// When the journal cannot be read.
    pub async fn count_queued(&self) -> u64 {
        let queued = self.browser.run_until_called_back(COUNT_QUEUED, vec![]).await;
        queued.as_u64().unwrap_or_else(|| panic!("{queued} is no count"))
    }

    /// Until nothing waits to be sent.
    ///
    /// # Panics
    /// When it takes longer than that.
    pub async fn see_drained(&self, within: Duration) {
        until_within(within, "the outbox to be empty", async || {
            let queued = self.count_queued().await;
            if queued == 0 { Ok(()) } else { Err(format!("{queued} events queued")) }
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use candor_core::chain::Head;
    use candor_core::event::{Body, Context, Draft, EventId, Outcome, Rating};
    use candor_core::time::{Moment, UnixMillis, Uptime, UtcOffset};

    use super::*;

    type Entries = Vec<(Event, Option<PersonalText>)>;

    /// Two customers who said `first` and `second`, as a journal has them.
    fn journal() -> Entries {
        let moment = |n: u8| Moment { now: UnixMillis(0), offset: UtcOffset(0), uptime: Uptime(0), random: [n; 26] };
        let mut head = Head::enrol("tablet", 1);
        let mut entries = Entries::new();
        for (n, words) in [(1, "first"), (3, "second")] {
            let value = Rating::new(n).expect("it is a level");
            let given = Draft::new(
                &moment(n),
                Body::RatingGiven { value, scale: Default::default(), context: Context::default() },
            );
            let response: EventId = given.id.clone();
            let detailed = Body::detailed(response, Outcome::Complete, &[], 0);
            let text = PersonalText::new(words, &[n; 16]);
            for draft in [given, Draft { text, ..Draft::new(&moment(n + 1), detailed) }] {
                let (event, next) = head.link(&draft);
                entries.push((event, draft.text));
                head = next;
            }
        }
        entries
    }

    fn balance(recorded: Entries, events: Entries) -> (u64, u64, u64) {
        let journal = Journal { entries: recorded, ..Journal::default() };
        let balance = Balance { journal, events };
        (balance.lost(), balance.doubled(), balance.foreign())
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|words| (*words).to_owned()).collect()
    }

    #[test]
    fn finds_nothing_where_both_sides_agree() {
        assert_eq!(balance(journal(), journal()), (0, 0, 0));
        assert_eq!(lost_and_doubled(&journal(), &words(&["first", "second"])), (0, 0));
    }

    #[test]
    fn finds_each_event_that_is_missing_too_many_or_from_elsewhere() {
        let cut = journal()[..3].to_vec();
        let twice = [journal(), journal()[1..2].to_vec()].concat();
        assert_eq!(balance(journal(), cut.clone()), (1, 0, 0));
        assert_eq!(balance(journal(), twice), (0, 1, 0));
        assert_eq!(balance(cut, journal()), (0, 0, 1));
    }

    #[test]
    fn finds_words_that_are_missing_or_cut_off() {
        assert_eq!(lost_and_doubled(&journal()[..2], &words(&["first", "second"])), (1, 0));
        assert_eq!(lost_and_doubled(&journal()[..3], &words(&["first", "second"])), (1, 0), "half a response is none");
        assert_eq!(lost_and_doubled(&journal(), &words(&["first", "third"])), (1, 0));
    }
}
