//! The faults of the table, and what the trials of each came to together.

use std::collections::BTreeMap;

use crate::trial::{Record, Size};

/// The faults that the suite has to have, from number 1.
pub const FAULTS: [&str; 13] = [
    "simulation of the rules, from seeds",
    "the browser killed while customers tap",
    "the power cut while customers tap",
    "answers lost after the server committed",
    "delays, 5xx, 429, half a body, slow answers, resets",
    "captive portals",
    "1 % refused for good",
    "three tabs, the one that delivers killed, stopped or closed",
    "quota reached, disk full, no database",
    "the store damaged, cut or gone; tampering",
    "releases that come halfway, broken, or go back",
    "frozen and resumed, hands that drum, a screen that goes",
    "months of answers recorded offline, then the network",
];

/// What the trials of one fault came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many there are.
    pub trials: usize,
    /// How many of them passed.
    pub passed: usize,
    /// How many ran with the full counts.
    pub full: usize,
    /// What had to be there, by what was counted, without a control.
    pub counts: BTreeMap<String, u64>,
    /// What of it was not there.
    pub lost: u64,
    /// What was there more than once.
    pub doubled: u64,
}

impl Summary {
    /// Of all trials of a fault.
    pub fn of(fault: u8, records: &[Record]) -> Self {
        let mut summary = Self::default();
        for record in records.iter().filter(|record| record.fault == fault) {
            summary.trials += 1;
            summary.passed += usize::from(record.passed);
            summary.full += usize::from(record.size == Size::Full.name());
            if !record.is_control() {
                *summary.counts.entry(record.unit.clone()).or_default() += record.count;
                summary.lost += record.lost;
                summary.doubled += record.doubled;
            }
        }
        summary
    }
}

/// The numbers of the table of which there is no trial.
pub fn not_tried(records: &[Record]) -> Vec<u8> {
    let numbers = (1..).zip(FAULTS).map(|(fault, _)| fault);
    numbers.filter(|fault| !records.iter().any(|record| record.fault == *fault)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fault: u8, name: &str, (count, lost): (u64, u64), passed: bool) -> Record {
        let (name, unit, size) =
            (name.to_owned(), "answers".to_owned(), if passed { "full" } else { "small" }.to_owned());
        Record { fault, name, unit, size, count, lost, doubled: lost, passed, ..Record::default() }
    }

    #[test]
    fn adds_up_the_trials_of_a_fault_and_leaves_its_control_out() {
        let records = [
            record(3, "power cut", (40, 0), true),
            record(3, "power cut, in another engine", (2, 1), false),
            record(3, "control: power cut", (7, 7), true),
            record(4, "answers lost", (100, 0), true),
        ];
        let counts = BTreeMap::from([("answers".to_owned(), 42)]);
        let expected = Summary { trials: 3, passed: 2, full: 2, counts, lost: 1, doubled: 1 };
        assert_eq!(Summary::of(3, &records), expected);
        assert_eq!(Summary::of(5, &records), Summary::default());
    }

    #[test]
    fn names_each_fault_without_a_trial() {
        let all: Vec<Record> = (0..=13).map(|fault| record(fault, "story", (1, 0), true)).collect();
        assert_eq!(not_tried(&all), Vec::<u8>::new());
        assert_eq!(not_tried(&all[..11]), [11, 12, 13]);
        assert_eq!(not_tried(&[]).len(), FAULTS.len());
    }
}
