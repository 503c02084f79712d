//! One fault, put on trial: its size, its seed, its figures, and the record from which `docs/reliability.md` is made.
//!
//! A record exists from the moment a trial begins, and says "failed" until [`Trial::pass`]: a test that panics, or is
//! ended, leaves no good figure behind.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::browser::Engine;
use crate::dice::Dice;
use crate::tablet::{Backend, Tablet};

/// Why stories of kills, power cuts and damage are not told in WebKit, as the story of the engines finds it: there would be
/// nothing to look for after the end.
pub const NO_SECOND_LIFE: &str = "What a driven session has stored is gone with its browser.";

/// How much of it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// What `make test` runs: minutes.
    Small,
    /// The counts of the table of faults: `make faults`.
    Full,
}

impl Size {
    /// As `CANDOR_FAULTS` says: `full`, or small by default.
    pub fn wanted() -> Self {
        if std::env::var("CANDOR_FAULTS").is_ok_and(|size| size == "full") { Self::Full } else { Self::Small }
    }

    /// One of two counts.
    pub fn of<T>(self, small: T, full: T) -> T {
        match self {
            Self::Small => small,
            Self::Full => full,
        }
    }

    /// As the results name it.
    pub fn name(self) -> &'static str {
        self.of("small", "full")
    }
}

/// What a trial came to, as it is kept between the tests and the document.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// The number in the table of faults; 0 for a story that belongs to none.
    pub fault: u8,
    /// What was done.
    pub name: String,
    /// `small` or `full`.
    pub size: String,
    /// What to put into `CANDOR_SEED` to have it again; 0 where chance plays no part.
    pub seed: u64,
    /// Name and version of the browser; empty where none took part.
    #[serde(default)]
    pub browser: String,
    /// Which of Chromium's stores lay below, where the story asks for them by name.
    #[serde(default)]
    pub stores: Vec<String>,
    /// Engines that the story cannot run in, and why. Of one that is missing here nothing is known: it was not tried.
    #[serde(default)]
    pub not_in: Vec<(String, String)>,
    /// What a running engine has of what the app uses; only from the story that asks.
    #[serde(default)]
    pub abilities: Vec<Ability>,
    /// What had to be there in the end, once.
    pub count: u64,
    /// What was counted: answers that customers were thanked for, or events.
    pub unit: String,
    /// How much of it was not there in the end.
    pub lost: u64,
    /// What was there more than once.
    pub doubled: u64,
    /// Further figures: a name and a number with its unit.
    pub figures: Vec<(String, String)>,
    /// The verdict.
    pub passed: bool,
    /// How long it took.
    pub seconds: u64,
    /// Seconds since 1970 when it ended.
    #[serde(default)]
    pub ended: u64,
    /// The commit that was tested, where the sources come with their history.
    #[serde(default)]
    pub commit: String,
}

/// Something that a browser has or has not.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ability {
    /// What it is.
    pub name: String,
    /// What the running engine said.
    pub answer: String,
    /// What the kiosk does where it is missing.
    pub without: String,
}

impl Record {
    /// The engine alone, without its version.
    pub fn engine(&self) -> &str {
        self.browser.split(' ').next().unwrap_or_default()
    }

    /// Whether it has to lose, which shows that the others would notice.
    pub fn is_control(&self) -> bool {
        self.name.starts_with("control")
    }
}

thread_local! {
    /// What the last panic of this thread said, for the record of the trial that it ends.
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The message of a panic, cut to what a cell of a table takes.
const LONGEST_REASON: usize = 300;

fn remember_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let payload = panic.payload();
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("it did not say");
            LAST_PANIC.set(text.chars().take(LONGEST_REASON).collect());
            before(panic);
        }));
    });
}

/// A trial under way.
#[derive(Debug)]
pub struct Trial {
    /// Chance, from the seed.
    pub dice: Dice,
    /// How much of it runs.
    pub size: Size,
    record: Record,
    begun: Instant,
    file: Option<PathBuf>,
}

impl Trial {
    /// Begins a trial and prints its seed.
    ///
    /// # Panics
    /// When `CANDOR_SEED` is no number.
    pub fn begin(fault: u8, name: &str, unit: &str) -> Self {
        Self::begin_in("", fault, name, unit)
    }

    /// Begins one of several trials of the same name: the same story in another engine.
    ///
    /// # Panics
    /// As [`Self::begin`].
    pub fn begin_in(engine: &str, fault: u8, name: &str, unit: &str) -> Self {
        let size = Size::wanted();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wanted = std::env::var("CANDOR_SEED").ok();
        let seed = wanted.map_or_else(
            || u64::from(now.subsec_nanos()),
            |seed| seed.parse().unwrap_or_else(|_| panic!("CANDOR_SEED is a number, not {seed:?}")),
        );
        let place = if engine.is_empty() { String::new() } else { format!(" in {engine}") };
        println!("fault {fault}, {name}{place}, {}: CANDOR_SEED={seed}", size.name());
        remember_panics();
        let file = std::env::var_os("CANDOR_RESULTS").map(|folder| {
            let slug: String =
                format!("{name}{place}").chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            Path::new(&folder).join(format!("{fault:02}-{slug}.json"))
        });
        let (name, unit, size_name) = (name.to_owned(), unit.to_owned(), size.name().to_owned());
        // Until the browser has told its version.
        let browser = engine.to_owned();
        let record = Record { fault, name, unit, size: size_name, seed, browser, ..Record::default() };
        let trial = Self { dice: Dice::new(seed), size, record, begun: Instant::now(), file };
        trial.keep();
        trial
    }

    /// Names the browser that takes part.
    pub fn browser(&mut self, version: &str) {
        version.clone_into(&mut self.record.browser);
    }

    /// Names the store that lies below IndexedDB, where a browser has more than one.
    pub fn store(&mut self, backend: Backend) {
        let name = backend.name();
        if backend.engine() == Engine::Chromium && !self.record.stores.iter().any(|known| known == name) {
            self.record.stores.push(name.to_owned());
        }
    }

    /// Holds the trial to the store that it names: what the browser has written to the profile is that and nothing else.
    ///
    /// # Panics
    /// When other files lie there, or none.
    pub fn see_store(&mut self, tablet: &Tablet) {
        let found = tablet.backend_of_files();
        if found != Some(tablet.backend) {
            let why = format!("below IndexedDB lies {found:?} and not {:?}", tablet.backend);
            self.fail((0, 0, 0), &why);
        }
        let figure = ("store, as the profile's files tell".to_owned(), tablet.backend.name().to_owned());
        if !self.record.figures.contains(&figure) {
            self.record.figures.push(figure);
        }
    }

    /// Says in which engines this story cannot run, and why.
    pub fn not_in(&mut self, engines: &[(Engine, &str)]) {
        let named = engines.iter().map(|(engine, why)| (engine.name().to_owned(), (*why).to_owned()));
        self.record.not_in = named.collect();
    }

    /// Says why this story can be told in Chromium alone.
    pub fn only_in_chromium(&mut self, why: &str) {
        self.not_in(&[(Engine::Firefox, why), (Engine::WebKit, why)]);
    }

    /// Notes what the running engine has.
    pub fn ability(&mut self, ability: Ability) {
        self.record.abilities.push(ability);
    }

    /// Counts what had to be there, what of it was not, and what was there more than once.
    pub fn count(&mut self, count: u64, lost: u64, doubled: u64) {
        self.record.count += count;
        self.record.lost += lost;
        self.record.doubled += doubled;
    }

    /// Notes a further figure, with its unit in the name or behind the number.
    pub fn figure(&mut self, name: &str, value: impl std::fmt::Display) {
        self.record.figures.push((name.to_owned(), value.to_string()));
    }

    /// Ends the trial: nothing was lost and nothing doubled.
    ///
    /// # Panics
    /// When something was.
    pub fn pass(self) {
        let Record { count, unit, lost, doubled, .. } = &self.record;
        assert!(*count > 0, "no {unit} at all prove nothing");
        assert!(*lost == 0 && *doubled == 0, "of {count} {unit} {lost} are lost and {doubled} doubled");
        self.pass_though_it_lost();
    }

    /// Ends a trial that has failed, with what was counted until then: the record is to show how.
    ///
    /// # Panics
    /// Always.
    pub fn fail(&mut self, (count, lost, doubled): (u64, u64, u64), why: &str) -> ! {
        self.count(count, lost, doubled);
        panic!("{why}");
    }

    /// Ends a trial whose losses are what it had to show.
    pub fn pass_though_it_lost(mut self) {
        self.record.passed = true;
    }

    fn keep(&self) {
        if let Some(file) = &self.file {
            let json = serde_json::to_string_pretty(&self.record).expect("a record is plain data");
            std::fs::write(file, json).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
        }
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        self.record.seconds = self.begun.elapsed().as_secs();
        self.record.ended = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        if std::thread::panicking() {
            self.figure("why it failed", LAST_PANIC.take());
        }
        let Record { fault, name, count, unit, lost, doubled, figures, passed, seconds, .. } = &self.record;
        let verdict = if *passed { "passed" } else { "FAILED" };
        println!("fault {fault}, {name}: {verdict} in {seconds} s; {count} {unit}, {lost} lost, {doubled} doubled");
        for (name, value) in figures {
            println!("    {name}: {value}");
        }
        self.keep();
    }
}
