//! The manager's PIN in storage: choosing it, checking it, changing it, and what the journal says of all three.
//!
//! A try is counted before it is judged, in one transaction that fails for whoever has not seen the try before: pulling
//! the plug in between wins nothing, and neither does a second tab. How long to wait is the core's affair.
//!
//! A database that was wiped has no PIN either. Nobody may choose one there while a copy is known, or may be known, to
//! the keeper: see [`find`].

use std::cell::RefCell;

use candor_core::chain::{Head, hex};
use candor_core::event::Body;
use candor_core::journal::StoreError;
use candor_core::pin::{DOOR_RECORD, Tally, Watch};
use candor_core::second::Mark;
use serde::{Deserialize, Serialize};

use crate::browser::announce::KeptPin;
use crate::browser::{clock, page};
use crate::manager::browser;
use crate::manager::kept_pin;
use crate::manager::store::Store;
use crate::verifier::{self, Costs};

/// OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane. About 0.1 s of a cheap tablet.
const PIN: Costs = Costs { memory_kib: 19_456, passes: 2 };
/// Held by the one tab that may make tries which cannot be counted.
const UNCOUNTED_LOCK: &str = "candor-door";
/// How often a write that must not be lost is repeated when another tab was faster.
const EXCHANGES: u8 = 5;

thread_local! {
    /// What this page has seen of the door, however often it was opened and closed since the page was loaded.
    static WATCH: RefCell<Watch> = RefCell::default();
    /// The record as this page has last seen it: where the database is wiped under the page, it is put back from here if
    /// it is nowhere else.
    static SEEN: RefCell<Option<String>> = const { RefCell::new(None) };
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Record {
    /// A PHC string.
    verifier: String,
    #[serde(flatten)]
    tally: Tally,
    /// Made anew for each try, so that a page knows one that it has not seen.
    #[serde(default)]
    attempt: String,
}

impl Record {
    fn new(verifier: String, tally: Tally) -> Self {
        Self { verifier, tally, attempt: hex(&clock::random::<8>()) }
    }

    fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// How the door stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Nobody has chosen a PIN yet.
    Unset,
    /// There is a PIN.
    Set {
        /// Until a try is possible; 0 when it is.
        wait_ms: u64,
    },
    /// There may be one that is not back yet in a database that was wiped.
    Awaited,
    /// The record cannot be read. It stays shut: a damaged lock must not open by itself.
    Damaged,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the PIN.
    Right,
    /// It is not.
    Wrong {
        /// Until the next try.
        wait_ms: u64,
    },
    /// It was not judged: somebody tried in another tab meanwhile.
    Early {
        /// Until the next try.
        wait_ms: u64,
    },
    /// It was not judged: storage does not take the count, and the wait of a try without one is not over. The disk may be
    /// full; it may also be a moment's trouble, so that another try is worth it at any time.
    Uncounted {
        /// Until a try without a count; `None` when this tab gets none.
        wait_ms: Option<u64>,
    },
    /// There is none to compare with, or none yet.
    Unset,
    /// It cannot be found out.
    Damaged,
}

/// What became of a first PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// It is in force.
    Yes,
    /// Another tab was faster, whose PIN holds.
    Elsewhere,
    /// There may be one that is not back yet.
    Awaited,
}

/// The record of the door, as far as it is found.
enum Found {
    /// As JSON.
    Record(String),
    /// There never was one, as far as anybody knows.
    Never,
    /// There was one, or may have been.
    Awaited,
}

/// Begins to watch: asks for the one place from which uncounted tries can be made.
pub fn watch() {
    browser::hold_while_open(UNCOUNTED_LOCK, || WATCH.with_borrow_mut(|watch| watch.stand_alone(clock::uptime())));
}

/// How the door stands.
///
/// # Errors
/// As the store has it; the same for all that follow.
pub async fn lock(store: &Store) -> Result<Lock, StoreError> {
    Ok(match find(store).await? {
        Found::Record(json) => parse(&json).map_or(Lock::Damaged, |record| Lock::Set { wait_ms: see(&record) }),
        Found::Never => Lock::Unset,
        Found::Awaited => Lock::Awaited,
    })
}

/// Looks for the record: in the database, in the second place by way of the keeper, in this page's memory.
async fn find(store: &Store) -> Result<Found, StoreError> {
    if let Some(json) = load(store).await? {
        return Ok(Found::Record(json));
    }
    let kept = kept_pin::ask().await;
    if let Some(json) = load(store).await? {
        return Ok(Found::Record(json));
    }
    if kept == Some(KeptPin::Kept) {
        return Ok(Found::Awaited);
    }
    if let Some(seen) = SEEN.with_borrow(Clone::clone) {
        store.exchange(DOOR_RECORD, None, &seen).await?;
        return Ok(load(store).await?.map_or(Found::Awaited, Found::Record));
    }
    // Nobody can say. It is a new tablet, unless this one is known to have lost what it had.
    let is_unsure = kept != Some(KeptPin::None);
    let has_lost = is_unsure && has_lost(Mark::read(&page::mark().await).as_ref(), store.head().await?.as_ref());
    Ok(if has_lost { Found::Awaited } else { Found::Never })
}

/// Whether the database is another one than that of which the mark tells: it lies behind the mark, or goes on in a later
/// epoch.
fn has_lost(mark: Option<&Mark>, head: Option<&Head>) -> bool {
    let Some(mark) = mark.filter(|mark| mark.seq > 0 || mark.epoch > 1) else { return false };
    !head.is_some_and(|head| head.device == mark.device && head.epoch == 1 && mark.epoch == 1 && head.seq >= mark.seq)
}

async fn load(store: &Store) -> Result<Option<String>, StoreError> {
    let json = store.load(DOOR_RECORD).await?;
    if json.is_some() {
        SEEN.set(json.clone());
    }
    Ok(json)
}

/// Tries a PIN. A wrong one is recorded.
pub async fn check(store: &Store, pin: &str) -> Result<Verdict, StoreError> {
    let Found::Record(json) = find(store).await? else { return Ok(Verdict::Unset) };
    let Some(record) = parse(&json) else { return Ok(Verdict::Damaged) };
    let wait_ms = see(&record);
    if wait_ms > 0 {
        return Ok(Verdict::Early { wait_ms });
    }
    let untouched_ms = WATCH.with_borrow(|watch| watch.untouched_ms(clock::uptime()));
    let counted = Record::new(record.verifier.clone(), record.tally.tried(untouched_ms));
    let is_counted = match exchange(store, Some(&json), &counted).await {
        Ok(true) => true,
        Ok(false) => {
            return Ok(match lock(store).await? {
                Lock::Set { wait_ms } => Verdict::Early { wait_ms },
                Lock::Damaged => Verdict::Damaged,
                Lock::Unset | Lock::Awaited => Verdict::Unset,
            });
        }
        // Storage that was read a moment ago does not write. Browsers seldom say that this is for want of room.
        Err(_) => match WATCH.with_borrow(|watch| watch.uncounted_left_ms(clock::uptime())) {
            Some(0) => false,
            wait_ms => return Ok(Verdict::Uncounted { wait_ms }),
        },
    };
    if is_counted {
        see(&counted);
    } else {
        WATCH.with_borrow_mut(|watch| watch.try_uncounted(clock::uptime()));
    }
    match verifier::verify(pin, &counted.verifier) {
        Some(true) if is_counted => {
            // A tally that stays too high costs a wait, not the visit.
            let _ = update(store, &counted.verifier, |found| Record { tally: found.tally.opened(), ..found }).await;
            Ok(Verdict::Right)
        }
        Some(true) => {
            WATCH.with_borrow_mut(Watch::open_uncounted);
            Ok(Verdict::Right)
        }
        Some(false) => {
            let _ = store.record(Body::UnlockRefused { in_a_row: counted.tally.refusals }).await;
            let left_ms = |watch: &Watch| match is_counted {
                true => Some(watch.left_ms(counted.tally, clock::uptime())),
                false => watch.uncounted_left_ms(clock::uptime()),
            };
            Ok(Verdict::Wrong { wait_ms: WATCH.with_borrow(left_ms).unwrap_or_default() })
        }
        None => Ok(Verdict::Damaged),
    }
}

/// Sets the first PIN, one that the rules have passed.
pub async fn choose(store: &Store, pin: &str) -> Result<Chosen, StoreError> {
    // The database may have been wiped since it was asked for one.
    match find(store).await? {
        Found::Record(_) => return Ok(Chosen::Elsewhere),
        Found::Awaited => return Ok(Chosen::Awaited),
        Found::Never => {}
    }
    let record = Record::new(make_verifier(pin)?, Tally::default());
    let is_first = exchange(store, None, &record).await?;
    if !is_first {
        return Ok(Chosen::Elsewhere);
    }
    see(&record);
    // Without room for the trace there would have been none for the PIN.
    let _ = store.record(changed()).await;
    Ok(Chosen::Yes)
}

/// Puts a new PIN in force, one that the rules have passed, for whoever knows the current one. The journal says so
/// first: a PIN that changes leaves its trace.
pub async fn change(store: &Store, current: &str, new: &str) -> Result<Verdict, StoreError> {
    let verifier = store.load(DOOR_RECORD).await?.and_then(|json| parse(&json)).map(|record| record.verifier);
    let verdict = check(store, current).await?;
    if verdict == Verdict::Right {
        let made = make_verifier(new)?;
        store.record(changed()).await?;
        // Only over the PIN that was judged.
        update(store, &verifier.unwrap_or_default(), |found| Record::new(made.clone(), found.tally)).await?;
    }
    Ok(verdict)
}

fn changed() -> Body {
    Body::SettingsChanged { changed: vec!["pin".to_owned()] }
}

fn make_verifier(pin: &str) -> Result<String, StoreError> {
    let verifier = verifier::make(pin, &clock::random::<16>(), PIN);
    verifier.ok_or_else(|| StoreError::Again("no memory to hash the PIN".to_owned()))
}

fn parse(json: &str) -> Option<Record> {
    serde_json::from_str(json).ok()
}

/// Looks at the record and says how long this page has to wait.
fn see(record: &Record) -> u64 {
    let now = clock::uptime();
    WATCH.with_borrow_mut(|watch| {
        watch.see(&record.attempt, now);
        watch.left_ms(record.tally, now)
    })
}

/// Makes something else of the record as it stands, as long as the PIN is the one of `verifier`.
async fn update(store: &Store, verifier: &str, make: impl Fn(Record) -> Record) -> Result<(), StoreError> {
    for _ in 0..EXCHANGES {
        let json = store.load(DOOR_RECORD).await?.unwrap_or_default();
        let Some(found) = parse(&json).filter(|found| found.verifier == verifier) else { break };
        let made = make(found);
        if exchange(store, Some(&json), &made).await? {
            see(&made);
            return Ok(());
        }
    }
    Err(StoreError::Again("the door was changed in another tab".to_owned()))
}

/// A silence may have been a success: the mark tells.
async fn exchange(store: &Store, expected: Option<&str>, record: &Record) -> Result<bool, StoreError> {
    let json = record.to_json();
    let is_written = store.exchange(DOOR_RECORD, expected, &json).await? || load(store).await?.as_ref() == Some(&json);
    if is_written {
        SEEN.set(Some(json));
    }
    Ok(is_written)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn check(mark: Option<(u32, u64)>, head: Option<(u32, u64)>, expected: bool) {
        let mark = mark.map(|(epoch, seq)| Mark { device: "a".to_owned(), epoch, seq });
        let head = head.map(|(epoch, seq)| Head { seq, ..Head::enrol("a", epoch) });
        assert_eq!(has_lost(mark.as_ref(), head.as_ref()), expected, "{mark:?} {head:?}");
    }

    #[wasm_bindgen_test]
    fn only_a_tablet_that_has_lost_something_waits_for_a_pin_that_nobody_can_tell_of() {
        check(None, None, false);
        check(None, Some((1, 5)), false);
        check(Some((1, 0)), None, false);
        check(Some((1, 5)), Some((1, 5)), false);
        check(Some((1, 5)), Some((1, 9)), false);
        check(Some((1, 5)), None, true);
        check(Some((1, 5)), Some((1, 4)), true);
        check(Some((1, 5)), Some((2, 1)), true);
        check(Some((2, 1)), Some((2, 1)), true);
        check(Some((2, 0)), None, true);
    }

    #[wasm_bindgen_test]
    fn another_device_s_database_is_not_the_one_of_the_mark() {
        let mark = Mark { device: "a".to_owned(), epoch: 1, seq: 3 };
        assert!(has_lost(Some(&mark), Some(&Head { seq: 9, ..Head::enrol("b", 1) })));
    }
}
