//! The door's own state: what is typed, what it answers, and how long it stays shut.

use candor_core::event::Body;
use candor_core::journal::StoreError;
use candor_core::pin::{PinFault, check_new};
use candor_core::time::Uptime;
use leptos::prelude::*;

use crate::browser::{
    clock,
    task::{sleep, spawn},
};
use crate::manager::gate::{self, Chosen, Lock, Verdict};
use crate::manager::storage;
use crate::manager::store::Store;

/// Hashing holds the page still for a while: two frames, so that “checking…” is on the screen first.
pub const PAINT_MS: u32 = 34;
/// How often it is looked whether a PIN that is awaited has come back.
const AWAIT_MS: u32 = 2_000;

/// What the door asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Storage is being asked.
    Loading,
    /// A first PIN, twice.
    Choose,
    /// Nothing: the database was wiped, and its PIN is not back yet.
    Await,
    /// The PIN.
    Ask,
}

impl Stage {
    /// Whether there is something to type.
    pub fn takes_a_pin(self) -> bool {
        matches!(self, Self::Choose | Self::Ask)
    }
}

/// A field of the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The PIN.
    Pin,
    /// The PIN once more.
    Again,
}

/// What the door says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// The PIN is being judged.
    Checking,
    /// It is wrong.
    Refused,
    /// It was not looked at: another tab has just tried.
    Early,
    /// It was not looked at: storage does not take the count.
    Uncounted {
        /// Until a try without a count; `None` when this tab gets none.
        wait_ms: Option<u64>,
    },
    /// Another tab has chosen the PIN meanwhile.
    ChosenElsewhere,
    /// The second field is still empty.
    EnterAgain,
    /// A new PIN breaks a rule.
    Fault(PinFault),
    /// The stored verifier is of no use.
    Damaged,
    /// Storage failed.
    Trouble(StoreError),
}

/// A door that opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// And the journal says so.
    Recorded,
    /// And the journal could not say so.
    Unrecorded,
}

/// The door.
#[derive(Clone, Copy)]
pub struct Door {
    /// What it asks for.
    pub stage: RwSignal<Stage>,
    /// What is typed.
    pub pin: RwSignal<String>,
    /// What is typed the second time.
    pub again: RwSignal<String>,
    /// Where the number pad writes.
    pub field: RwSignal<Field>,
    /// What it says.
    pub says: RwSignal<Option<Says>>,
    /// Seconds until the next try; 0 when one is possible.
    pub wait_s: RwSignal<u64>,
    /// Set once it is open.
    pub opened: RwSignal<Option<Opened>>,
    shut_until: StoredValue<Uptime>,
    store: StoredValue<Store, LocalStorage>,
}

impl Door {
    /// A door to a store; it looks at once whether there is a PIN.
    pub fn new(store: Store) -> Self {
        let door = Self {
            stage: RwSignal::new(Stage::Loading),
            pin: RwSignal::default(),
            again: RwSignal::default(),
            field: RwSignal::new(Field::Pin),
            says: RwSignal::new(None),
            wait_s: RwSignal::new(0),
            opened: RwSignal::new(None),
            shut_until: StoredValue::new(Uptime(0)),
            store: StoredValue::new_local(store),
        };
        door.look();
        door
    }

    /// The field in which the number pad writes.
    pub fn typed(self) -> RwSignal<String> {
        match self.field.get_untracked() {
            Field::Pin => self.pin,
            Field::Again => self.again,
        }
    }

    /// Whether a try would be taken now.
    pub fn is_ready(self) -> bool {
        self.wait_s.get() == 0 && self.stage.get().takes_a_pin() && self.says.get() != Some(Says::Checking)
    }

    /// Whether a PIN is being judged.
    pub fn is_checking(self) -> bool {
        self.says.with_untracked(|says| *says == Some(Says::Checking))
    }

    /// Counts the wait down.
    pub fn tick(self, uptime: Uptime) {
        // The door may have gone from the page while the PIN was hashed.
        let Some(until) = self.shut_until.try_get_value() else { return };
        let left_s = until.0.saturating_sub(uptime.0).div_ceil(1_000);
        if self.wait_s.try_get_untracked().is_some_and(|shown_s| shown_s != left_s) {
            self.wait_s.set(left_s);
        }
    }

    /// Tries what is typed.
    pub fn submit(self) {
        if !untrack(|| self.is_ready()) {
            return;
        }
        let (pin, again) = (self.pin.get_untracked(), self.again.get_untracked());
        if self.stage.get_untracked() == Stage::Choose {
            match check_new(&pin, &again) {
                Err(PinFault::Differs) if again.is_empty() => {
                    self.field.set(Field::Again);
                    self.says.set(Some(Says::EnterAgain));
                }
                Err(fault) => self.says.set(Some(Says::Fault(fault))),
                Ok(()) => self.choose(pin),
            }
        } else if !pin.is_empty() {
            self.try_pin(pin);
        }
    }

    fn look(self) {
        let store = self.store.get_value();
        spawn(async move {
            let mut found = gate::lock(&store).await;
            // Until it is back, or the door has gone from the page.
            while found == Ok(Lock::Awaited) && self.stage.try_set(Stage::Await).is_none() {
                sleep(AWAIT_MS).await;
                found = gate::lock(&store).await;
            }
            match found {
                Ok(Lock::Awaited) => {}
                Ok(Lock::Unset) => self.stage.set(Stage::Choose),
                Ok(Lock::Set { wait_ms }) => {
                    self.shut(wait_ms);
                    self.stage.set(Stage::Ask);
                }
                Ok(Lock::Damaged) => {
                    self.stage.set(Stage::Ask);
                    self.says.set(Some(Says::Damaged));
                }
                Err(error) => {
                    self.stage.set(Stage::Ask);
                    self.says.set(Some(Says::Trouble(error)));
                }
            }
        });
    }

    /// The record is gone: what was typed goes, and what the door asks for is found out anew.
    fn look_again(self) {
        for typed in [self.pin, self.again] {
            typed.set(String::new());
        }
        self.says.set(None);
        self.look();
    }

    fn choose(self, pin: String) {
        let store = self.store.get_value();
        self.says.set(Some(Says::Checking));
        spawn(async move {
            sleep(PAINT_MS).await;
            match gate::choose(&store, &pin).await {
                Ok(Chosen::Yes) => {
                    // Some browsers ask the person, and answer when that person has: nobody waits for it.
                    spawn(async {
                        let _ = storage::persist().await;
                    });
                    self.open(&store).await;
                }
                Ok(Chosen::Elsewhere) => self.ask_for_the_other(),
                Ok(Chosen::Awaited) => self.look_again(),
                Err(error) => self.says.set(Some(Says::Trouble(error))),
            }
        });
    }

    fn try_pin(self, pin: String) {
        let store = self.store.get_value();
        self.says.set(Some(Says::Checking));
        spawn(async move {
            sleep(PAINT_MS).await;
            match gate::check(&store, &pin).await {
                Ok(Verdict::Right) => self.open(&store).await,
                Ok(Verdict::Wrong { wait_ms }) => self.refuse(Says::Refused, wait_ms),
                Ok(Verdict::Early { wait_ms }) => self.refuse(Says::Early, wait_ms),
                Ok(Verdict::Uncounted { wait_ms }) => self.refuse(Says::Uncounted { wait_ms }, 0),
                Ok(Verdict::Unset) => self.look_again(),
                Ok(Verdict::Damaged) => self.says.set(Some(Says::Damaged)),
                Err(error) => self.says.set(Some(Says::Trouble(error))),
            }
        });
    }

    async fn open(self, store: &Store) {
        let recorded = store.record(Body::Unlocked {}).await;
        self.opened.set(Some(if recorded.is_ok() { Opened::Recorded } else { Opened::Unrecorded }));
    }

    fn refuse(self, says: Says, wait_ms: u64) {
        self.shut(wait_ms);
        self.pin.set(String::new());
        self.says.set(Some(says));
    }

    fn ask_for_the_other(self) {
        for typed in [self.pin, self.again] {
            typed.set(String::new());
        }
        self.field.set(Field::Pin);
        self.stage.set(Stage::Ask);
        self.says.set(Some(Says::ChosenElsewhere));
    }

    fn shut(self, wait_ms: u64) {
        let uptime = clock::uptime();
        let _ = self.shut_until.try_set_value(uptime.after(wait_ms));
        self.tick(uptime);
    }
}
