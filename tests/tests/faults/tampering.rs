//! Fault 10, by a hand: what a real tablet has recorded is changed by somebody who knows the format, mostly with hashes and
//! links that fit again, as an export or as a collector's read-out, and `candor verify` is asked. It has the heads that the
//! collector signed, as somebody keeps who does not trust the file, and the collector's key. Found is what the program ends
//! with 1 for and names as what it is; of an export that bears another tablet's name throughout it has to say that the
//! trusted key vouches for none of it. The control: the untouched file passes, and so does a chain that was made anew where
//! there is no head, since nobody could tell (SECURITY.md).

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use candor_core::chain::{PersonalText, enrolment_hash, hash};
use candor_core::event::{Event, EventId};
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
use serde_json::Value;

/// Files that are tampered with in each way, small and full.
const FILES: (usize, usize) = (2, 40);
const CUSTOMERS: usize = 12;
const PATIENCE: Duration = Duration::from_secs(60);
/// What `candor verify` ends with where it has found something.
const FOUND: i32 = 1;
/// And where it has found nothing, and nothing that is trusted vouches for what it has read.
const NOT_VOUCHED_FOR: i32 = 3;
/// Without heads and a key to trust: nothing was noticed.
const UNNOTICED: [i32; 2] = [0, NOT_VOUCHED_FOR];
const ANY_BROWSER: &str = "What is checked is a file, and all engines write the same.";

type Entry = (Event, Option<PersonalText>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hand {
    Removes,
    RemovesAndLinks,
    CutsTheEnd,
    Edits,
    EditsWords,
    EditsAndHashes,
    EditsAndLinks,
    Inserts,
    InsertsAndLinks,
    Reorders,
    ReordersAndLinks,
    MovesTheClock,
    RenamesOne,
    RenamesTheTablet,
    ChangesTheEpoch,
}

impl Hand {
    const ALL: [Self; 15] = [
        Self::Removes,
        Self::RemovesAndLinks,
        Self::CutsTheEnd,
        Self::Edits,
        Self::EditsWords,
        Self::EditsAndHashes,
        Self::EditsAndLinks,
        Self::Inserts,
        Self::InsertsAndLinks,
        Self::Reorders,
        Self::ReordersAndLinks,
        Self::MovesTheClock,
        Self::RenamesOne,
        Self::RenamesTheTablet,
        Self::ChangesTheEpoch,
    ];

    /// Those that leave a chain without a fault in it, shorter or other than it was: a signed head finds them, and
    /// nothing else can.
    const NEED_A_HEAD: [Self; 5] =
        [Self::RemovesAndLinks, Self::CutsTheEnd, Self::EditsAndLinks, Self::RenamesTheTablet, Self::ChangesTheEpoch];

    /// As the results name it, and the findings of which one has to be there.
    fn found_as(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Removes => ("an event removed", &["removed", "cut-at-start", "cut-at-end"]),
            Self::RemovesAndLinks => {
                ("an event removed, the rest numbered and linked anew", &["contradicted", "cut-at-end"])
            }
            Self::CutsTheEnd => ("the end cut off", &["cut-at-end"]),
            Self::Edits => ("an event edited", &["edited"]),
            Self::EditsWords => ("a customer's words edited", &["text-altered"]),
            Self::EditsAndHashes => ("an event edited, with a hash that fits", &["unlinked", "contradicted"]),
            Self::EditsAndLinks => ("an event edited, everything behind it linked anew", &["contradicted"]),
            Self::Inserts => ("an event inserted under another's number", &["doubled"]),
            Self::InsertsAndLinks => {
                ("an event inserted, everything behind it numbered and linked anew", &["contradicted"])
            }
            Self::Reorders => ("two lines exchanged", &["reordered"]),
            Self::ReordersAndLinks => ("two events exchanged, everything linked anew", &["contradicted"]),
            Self::MovesTheClock => {
                ("the clock moved from one event on, everything linked anew", &["clock-back", "clock-ahead"])
            }
            Self::RenamesOne => {
                ("an event put under another tablet's name", &["removed", "cut-at-start", "cut-at-end"])
            }
            Self::RenamesTheTablet => {
                ("another tablet's name on all of them, linked anew (an export: not vouched for)", &["cut-at-end"])
            }
            Self::ChangesTheEpoch => ("another epoch for all of them, linked anew", &["cut-at-end"]),
        }
    }

    /// What it makes of a journal of which somebody holds signed heads up to so many events.
    fn tamper(self, journal: &[Entry], signed: usize, dice: &mut Dice) -> Vec<Entry> {
        let mut journal = journal.to_vec();
        let at = dice.place(signed);
        match self {
            Self::Removes | Self::RemovesAndLinks => drop(journal.remove(at)),
            // Something is left: of an empty file there is nothing to say.
            Self::CutsTheEnd => journal.truncate(1 + dice.place(signed - 1)),
            Self::Edits | Self::EditsAndHashes | Self::EditsAndLinks => edit(&mut journal[at].0),
            Self::EditsWords => {
                let with_words: Vec<usize> = (0..signed).filter(|at| journal[*at].1.is_some()).collect();
                let at = with_words[dice.place(with_words.len())];
                journal[at].1 = PersonalText::new(&format!("forged {}", dice.number()), &dice.bytes());
            }
            Self::Inserts | Self::InsertsAndLinks => {
                let (mut forged, text) = journal[dice.place(signed)].clone();
                forged.id = another_id(&forged.id, dice);
                forged.seq = journal[at].0.seq;
                forged.hash = hash(&forged);
                journal.insert(at, (forged, text));
            }
            // The first does so with the lines.
            Self::Reorders => {}
            Self::ReordersAndLinks => journal.swap(at, (at + 1 + dice.place(signed - 1)) % signed),
            Self::MovesTheClock => {
                let year = 1970 + dice.below(100);
                let from = 1 + dice.place(signed - 1);
                let is_now = journal[from].0.time.starts_with(&year.to_string());
                let year = if is_now { year + 1 } else { year }.to_string();
                journal.iter_mut().skip(from).for_each(|(event, _)| event.time.replace_range(..year.len(), &year));
            }
            Self::RenamesOne => {
                let (event, _) = &mut journal[at];
                event.device.push('x');
                event.hash = hash(event);
            }
            Self::RenamesTheTablet => journal.iter_mut().for_each(|(event, _)| event.device.push('x')),
            Self::ChangesTheEpoch => journal.iter_mut().for_each(|(event, _)| event.epoch += 1),
        }
        match self {
            Self::EditsAndHashes => journal[at].0.hash = hash(&journal[at].0),
            Self::Removes
            | Self::CutsTheEnd
            | Self::Edits
            | Self::EditsWords
            | Self::Inserts
            | Self::Reorders
            | Self::RenamesOne => {}
            _ => link(&mut journal),
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

/// An id of the same moment that nobody has given.
fn another_id(id: &EventId, dice: &mut Dice) -> EventId {
    let front = id.as_str().get(..24).expect("an id has 36 digits");
    let forged = format!("{front}{:012x}", dice.number() >> 16);
    EventId::parse(&forged).expect("the last twelve digits are free")
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

/// What is given to the program.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// A tablet's export. Its last line fits: whoever forges the others writes that one anew, but for the signatures.
    Export,
    /// A collector's lines.
    ReadOut,
}

impl Form {
    fn lines(self, journal: &[Entry]) -> Vec<String> {
        let json = journal.iter().map(|(event, text)| {
            serde_json::to_string(&CloudEvent::new(event, text.as_ref())).expect("an event is plain data")
        });
        match self {
            Self::Export => {
                let (mut export, mut file) = (JsonLines::new(), String::new());
                json.for_each(|line| export.push(&line, &mut file));
                let (event, _) = &journal[0];
                file.push_str(&export.finish(env!("CARGO_PKG_VERSION"), &event.device, &event.time, None, &[]));
                file.lines().map(str::to_owned).collect()
            }
            Self::ReadOut => {
                let cursor = |cursor: usize| format!("{{\"collectorcursor\":\"{cursor}\",");
                (1..).zip(json).map(|(place, line)| line.replacen('{', &cursor(place), 1)).collect()
            }
        }
    }
}

/// The program, with a file to write to and what somebody holds who does not trust it.
struct Examiner {
    file: PathBuf,
    witnesses: PathBuf,
    key: String,
    _folder: tempfile::TempDir,
}

impl Examiner {
    fn new(heads: &[SignedHead], key: String) -> Self {
        let folder = tempfile::tempdir().expect("the system has room for a folder");
        let [witnesses, file] = ["heads.json", "tampered.jsonl"].map(|name| folder.path().join(name));
        let heads = serde_json::to_string(heads).expect("heads are plain data");
        fs::write(&witnesses, heads).expect("a file can be written");
        Self { file, witnesses, key, _folder: folder }
    }

    /// Asks with the heads and the key.
    fn examine(&self, lines: &[String]) -> Output {
        self.ask(lines, &["--key".into(), self.key.clone().into(), "--heads".into(), self.witnesses.clone().into()])
    }

    /// Asks as somebody does who has nothing but the file.
    fn examine_alone(&self, lines: &[String]) -> Output {
        self.ask(lines, &[])
    }

    fn ask(&self, lines: &[String], witnesses: &[OsString]) -> Output {
        fs::write(&self.file, lines.join("\n") + "\n").expect("a file can be written");
        let command = ["verify".into(), "--json".into(), self.file.clone().into()];
        let arguments: Vec<_> = command.iter().chain(witnesses).map(OsString::as_os_str).collect();
        candor(&arguments)
    }
}

/// What the program has found, by name.
fn findings(output: &Output) -> Vec<String> {
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let findings = said["report"]["findings"].as_array().cloned().unwrap_or_default();
    findings.iter().filter_map(|finding| finding["fault"].as_str().map(str::to_owned)).collect()
}

fn told(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    format!("{}, {:?} {said}", output.status, findings(output))
}

/// What a tablet has recorded and the collector has signed: its events and the heads.
async fn recorded(trial: &mut Trial, collector: &Collector) -> (Vec<Entry>, Vec<SignedHead>) {
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
    let events = export.lines().filter_map(|line| serde_json::from_str::<CloudEvent>(line).ok());
    let journal = events.map(|event| event.open().expect("an exported event is whole")).collect();
    (journal, export.lines().filter_map(SignedHead::find_all).flatten().collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_hand_does_to_what_is_recorded_is_found() {
    let mut trial = Trial::begin(10, "tampering, many times", "tamperings");
    trial.not_in(&[Engine::Firefox, Engine::WebKit].map(|engine| (engine, ANY_BROWSER)));
    let collector = Collector::start().await;
    let (journal, heads) = recorded(&mut trial, &collector).await;
    let signed = heads.iter().map(|head| head.seq).max().unwrap_or_default() as usize;
    assert!(signed >= CUSTOMERS * 2 && signed <= journal.len(), "{signed} of {} events are signed for", journal.len());
    let examiner = Examiner::new(&heads, collector.public_key());
    for form in [Form::Export, Form::ReadOut] {
        let untouched = examiner.examine(&form.lines(&journal));
        assert!(untouched.status.success(), "the untouched {form:?} passes: {}", told(&untouched));
    }

    let files = trial.size.of(FILES.0, FILES.1);
    let mut found = BTreeMap::new();
    let (mut missed, mut unnoticed) = (Vec::new(), 0);
    for hand in Hand::ALL {
        let (name, expected) = hand.found_as();
        for form in [Form::Export, Form::ReadOut].into_iter().cycle().take(files) {
            let mut lines = form.lines(&hand.tamper(&journal, signed, &mut trial.dice));
            if hand == Hand::Reorders {
                let at = trial.dice.place(journal.len());
                lines.swap(at, (at + 1 + trial.dice.place(journal.len() - 1)) % journal.len());
            }
            let output = examiner.examine(&lines);
            let is_named = findings(&output).iter().any(|fault| expected.contains(&fault.as_str()));
            let is_found = output.status.code() == Some(FOUND) && is_named;
            // An export is one tablet's, and need not be the one that somebody holds a head of. It is not vouched for.
            let is_foreign = matches!((hand, form), (Hand::RenamesTheTablet, Form::Export));
            if is_found || is_foreign && output.status.code() == Some(NOT_VOUCHED_FOR) {
                *found.entry(name).or_insert(0) += 1;
            } else {
                missed.push(format!("{form:?}, {name}: {}", told(&output)));
            }
            if Hand::NEED_A_HEAD.contains(&hand) {
                let alone = examiner.examine_alone(&lines);
                unnoticed += usize::from(alone.status.code().is_some_and(|code| UNNOTICED.contains(&code)));
            }
        }
    }
    for (name, _) in Hand::ALL.map(Hand::found_as) {
        let found = found.get(name).copied().unwrap_or_default();
        trial.figure(&format!("{name}: found of {files}"), found);
    }
    let needing = Hand::NEED_A_HEAD.len() * files;
    trial.figure(&format!("control: of {needing} that only a signed head can tell, unnoticed without one"), unnoticed);
    trial.figure("events in the file", journal.len());
    trial.count((Hand::ALL.len() * files) as u64, missed.len() as u64, 0);
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert_eq!(unnoticed, needing, "it is the heads that tell");
    trial.pass();
}
