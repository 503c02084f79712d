//! Fault 10, by a hand: an export is changed, with hashes and links that fit again, and `candor verify` is asked. It has the
//! heads that the collector signed, as somebody keeps who does not trust the tablet: without any a whole chain can be made
//! anew, and nobody could tell.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use candor_core::chain::{PersonalText, enrolment_hash, hash};
use candor_core::event::Event;
use candor_core::export::JsonLines;
use candor_core::wire::CloudEvent;
use candor_core::witness::SignedHead;
use candor_tests::browser::Engine;
use candor_tests::cli::candor;
use candor_tests::collector::Collector;
use candor_tests::dice::Dice;
use candor_tests::kiosk::open_kiosk;
use candor_tests::trial::Trial;
use candor_tests::witness::Witness;

/// Files that are tampered with, small and full.
const FILES: (usize, usize) = (27, 900);
const CUSTOMERS: usize = 12;
const PATIENCE: Duration = Duration::from_secs(60);
/// What `candor verify` ends with where it has found something.
const FOUND: i32 = 1;
/// And where nobody vouches for what it was given: the heads are of another tablet.
const NOT_VOUCHED_FOR: i32 = 3;
const ANY_BROWSER: &str = "What is checked is a file, and all engines write the same.";

type Entry = (Event, Option<PersonalText>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hand {
    Removes,
    RemovesAndLinks,
    CutsTheEnd,
    Edits,
    EditsAndLinks,
    Inserts,
    Reorders,
    MovesTheClock,
    RenamesTheTablet,
}

impl Hand {
    const ALL: [Self; 9] = [
        Self::Removes,
        Self::RemovesAndLinks,
        Self::CutsTheEnd,
        Self::Edits,
        Self::EditsAndLinks,
        Self::Inserts,
        Self::Reorders,
        Self::MovesTheClock,
        Self::RenamesTheTablet,
    ];

    /// As the results name it.
    fn name(self) -> &'static str {
        match self {
            Self::Removes => "an event removed",
            Self::RemovesAndLinks => "an event removed, the rest numbered and linked anew",
            Self::CutsTheEnd => "the end cut off",
            Self::Edits => "an event edited, with a hash that fits",
            Self::EditsAndLinks => "an event edited, everything behind it linked anew",
            Self::Inserts => "an event inserted, everything behind it numbered and linked anew",
            Self::Reorders => "two events exchanged, everything linked anew",
            Self::MovesTheClock => "a time moved, everything behind it linked anew",
            Self::RenamesTheTablet => "another tablet's name on all of them, linked anew",
        }
    }

    /// What the check has to end with.
    fn verdict(self) -> i32 {
        if self == Self::RenamesTheTablet { NOT_VOUCHED_FOR } else { FOUND }
    }

    /// What it makes of a journal of which somebody holds signed heads up to so many events.
    fn tamper(self, journal: &[Entry], signed: usize, dice: &mut Dice) -> Vec<Entry> {
        let mut journal = journal.to_vec();
        let mut draw = |below: usize| dice.below(below as u64) as usize;
        let at = draw(signed);
        match self {
            Self::Removes => drop(journal.remove(at)),
            Self::RemovesAndLinks => {
                journal.remove(at);
                link(&mut journal);
            }
            Self::CutsTheEnd => journal.truncate(at),
            Self::Edits => {
                edit(&mut journal[at].0);
                journal[at].0.hash = hash(&journal[at].0);
            }
            Self::EditsAndLinks => {
                edit(&mut journal[at].0);
                link(&mut journal);
            }
            Self::Inserts => {
                let forged = journal[draw(signed)].clone();
                journal.insert(at, forged);
                link(&mut journal);
            }
            Self::Reorders => {
                let other = (at + 1 + draw(signed - 1)) % signed;
                journal.swap(at, other);
                link(&mut journal);
            }
            Self::MovesTheClock => {
                let time = &mut journal[at].0.time;
                let year = if time.starts_with("2020") { "2021" } else { "2020" };
                time.replace_range(..year.len(), year);
                link(&mut journal);
            }
            Self::RenamesTheTablet => {
                journal.iter_mut().for_each(|(event, _)| event.device.push('x'));
                link(&mut journal);
            }
        }
        journal
    }
}

/// Whatever kind of event it is, it says something else.
fn edit(event: &mut Event) {
    match event.data.get_mut("value") {
        Some(value) => *value = if *value == 5 { 1.into() } else { 5.into() },
        None => event.data["edited"] = true.into(),
    }
}

/// Numbers and links all events anew, as a tablet would have.
fn link(journal: &mut [Entry]) {
    let mut before = None;
    for (seq, (event, _)) in (1..).zip(journal) {
        event.seq = seq;
        event.prev = before.unwrap_or_else(|| enrolment_hash(&event.device, event.epoch));
        event.hash = hash(event);
        before = Some(event.hash.clone());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_hand_does_to_an_export_is_found() {
    let mut trial = Trial::begin(10, "exports tampered with, beside signed heads", "files tampered with");
    trial.not_in(&[Engine::Firefox, Engine::WebKit].map(|engine| (engine, ANY_BROWSER)));
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    trial.browser(&kiosk.browser.version().await);
    let witness = Witness::start().await;
    kiosk.let_a_crowd_in("guest", &witness, Duration::ZERO).await;
    witness.see_thanked(CUSTOMERS, PATIENCE).await;
    kiosk.see_the_crowd_off().await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.see_everything_sent().await;
    kiosk.export("jsonl").await;
    let export = fs::read_to_string(kiosk.downloaded("jsonl").await).expect("an export can be read");
    let journal: Vec<Entry> = export
        .lines()
        .filter_map(|line| serde_json::from_str::<CloudEvent>(line).ok())
        .map(|event| event.open().expect("an exported event is whole"))
        .collect();
    let heads: Vec<SignedHead> = export.lines().filter_map(SignedHead::find_all).flatten().collect();
    let signed = heads.iter().map(|head| head.seq).max().unwrap_or_default() as usize;
    assert!(signed >= CUSTOMERS * 2 && signed <= journal.len(), "{signed} of {} events are signed for", journal.len());

    let folder = tempfile::tempdir().expect("the system has room for a folder");
    let [witnesses, file] = ["heads.json", "export.jsonl"].map(|name| folder.path().join(name));
    fs::write(&witnesses, serde_json::to_string(&heads).expect("heads are plain data")).expect("a file can be written");
    let verify = |journal: &[Entry]| {
        // With a last line that fits, as the app itself would write it, and without the heads that the tablet had.
        let (mut lines, mut export) = (JsonLines::new(), String::new());
        for (event, text) in journal {
            let row = serde_json::to_string(&CloudEvent::new(event, text.as_ref())).expect("an event is plain data");
            lines.push(&row, &mut export);
        }
        let device = journal.last().map(|(event, _)| event.device.clone()).unwrap_or_default();
        export += &lines.finish("0.1.0", &device, "2026-12-01T10:00:00.000+08:00", None, &[]);
        fs::write(&file, export).expect("a file can be written");
        let key = heads[0].key.as_str();
        candor(&[
            "verify".as_ref(),
            "--key".as_ref(),
            key.as_ref(),
            "--heads".as_ref(),
            witnesses.as_ref(),
            file.as_ref(),
        ])
    };
    let untouched = verify(&journal);
    assert!(untouched.status.success(), "{}", String::from_utf8_lossy(&untouched.stdout));

    let mut found = BTreeMap::new();
    let files = trial.size.of(FILES.0, FILES.1);
    let mut missed = Vec::new();
    for round in 0..files {
        let hand = Hand::ALL[round % Hand::ALL.len()];
        let output = verify(&hand.tamper(&journal, signed, &mut trial.dice));
        if output.status.code() == Some(hand.verdict()) {
            *found.entry(hand).or_insert(0) += 1;
        } else {
            missed.push(format!("{hand:?}: {} {}", output.status, String::from_utf8_lossy(&output.stdout)));
        }
    }
    for (hand, count) in &found {
        trial.figure(hand.name(), format!("{count} found"));
    }
    trial.figure("events in the export", journal.len());
    trial.figure("not found", missed.len());
    trial.count(files as u64, missed.len() as u64, 0);
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    trial.pass();
}
