//! The key that customers' words are sealed to: made here, brought from elsewhere, taken out of force, and opened with
//! for as long as the desk is.

use candor_core::chain::PersonalText;
use candor_core::event::Body;
use candor_core::journal::StoreError;
use candor_core::results::SealedComment;
use candor_core::time::Uptime;
use candor_vault::{
    KEPT_KEYS_RECORD, KeyFault, KeyPair, OpenFault, PrivateKey, PublicKey, SEALING_RECORD, Sealing, UnwrapFault, open,
};
use leptos::prelude::*;

use crate::browser::announce::News;
use crate::browser::clock;
use crate::browser::task::{sleep, spawn};
use crate::manager::backup_records::merge;
use crate::manager::browser;
use crate::manager::desk::Desk;
use crate::manager::door::PAINT_MS;
use crate::manager::passphrase::{PassphraseFault, check};
use crate::manager::store::Store;

/// What `settings.changed` calls the key.
pub const SEALING: &str = "sealing";
/// After the first wrong passphrase; doubled with each further one. Argon2 makes each guess dear already, and the door
/// stands in front: this only keeps a script in the page from trying without end.
const FIRST_WAIT_MS: u64 = 2_000;
/// The longest wait.
const LONGEST_WAIT_MS: u64 = 120_000;

/// The key in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Storage has not been asked yet.
    Unknown,
    /// None: words are stored as they are written.
    Off,
    /// This one.
    On(Sealing),
    /// The record cannot be read: words are not stored.
    Damaged,
}

/// What became of the last change of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing was tried yet, or something was edited since.
    None,
    /// Under way.
    Running,
    /// Words are sealed from now on.
    On,
    /// Words are stored in clear from now on.
    Off,
    /// The key was handed to the browser as a file.
    Taken,
    /// The browser took no file.
    NotTaken,
    /// The passphrase cannot be used.
    Passphrase(PassphraseFault),
    /// What was entered is no key.
    Key(KeyFault),
    /// There is no memory for Argon2.
    Memory,
    /// Storage failed.
    Failed(StoreError),
}

/// What became of the last try to open sealed words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// None, or something was edited since.
    None,
    /// The passphrase is tried.
    Running,
    /// The passphrase is wrong.
    Refused,
    /// The passphrase is right, and the key was altered.
    Altered,
    /// There is no memory for Argon2.
    Memory,
}

/// Sealing, as the desk knows it.
#[derive(Clone, Copy)]
pub struct SealingDesk {
    /// The key in force.
    pub key: RwSignal<Key>,
    /// The last change.
    pub change: RwSignal<Change>,
    /// The last try to open.
    pub opening: RwSignal<Opening>,
    /// Seconds until the next try to open.
    pub wait_s: RwSignal<u64>,
    /// How many keys are open.
    pub opened: RwSignal<usize>,
    /// Keys out of force.
    kept: RwSignal<Vec<Sealing>>,
    /// Names and private halves; wiped from memory with the desk.
    private: StoredValue<Vec<(String, PrivateKey)>, LocalStorage>,
    refused: StoredValue<u32>,
    next_try: StoredValue<Uptime>,
}

impl SealingDesk {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self {
            key: RwSignal::new(Key::Unknown),
            change: RwSignal::new(Change::None),
            opening: RwSignal::new(Opening::None),
            wait_s: RwSignal::new(0),
            opened: RwSignal::new(0),
            kept: RwSignal::default(),
            private: StoredValue::new_local(Vec::new()),
            refused: StoredValue::new(0),
            next_try: StoredValue::new(Uptime(0)),
        }
    }

    /// Asks storage for the key in force and those before it.
    pub fn load(self, desk: Desk) {
        let Some(store) = desk.store() else { return };
        spawn(async move {
            match (store.load(SEALING_RECORD).await, store.load(KEPT_KEYS_RECORD).await) {
                (Ok(record), Ok(kept)) => {
                    self.kept.set(kept.as_deref().unwrap_or_default().lines().filter_map(Sealing::from_json).collect());
                    self.key.set(match record.as_deref().unwrap_or_default() {
                        "" => Key::Off,
                        json => Sealing::from_json(json).map_or(Key::Damaged, Key::On),
                    });
                }
                (Err(error), _) | (_, Err(error)) => desk.trouble.set(Some(error)),
            }
        });
    }

    /// The time that a wait takes.
    pub fn tick(self, uptime: Uptime) {
        let left_ms = self.next_try.get_value().0.saturating_sub(uptime.0);
        if self.wait_s.get_untracked() != left_ms.div_ceil(1_000) {
            self.wait_s.set(left_ms.div_ceil(1_000));
        }
    }

    /// What was said about the last change is out of date.
    pub fn edited(self) {
        if self.change.with_untracked(|change| *change != Change::Running) {
            self.change.set(Change::None);
        }
    }

    /// Makes a key and puts it in force.
    pub fn make(self, desk: Desk, passphrase: String, again: &str) {
        if let Err(fault) = check(&passphrase, again) {
            self.change.set(Change::Passphrase(fault));
            return;
        }
        self.perform(desk, async move |store| {
            sleep(PAINT_MS).await;
            let pair = KeyPair::from_seed(&clock::random());
            let Ok(sealing) = Sealing::wrap(&pair, &passphrase, &clock::random()) else { return Ok(Change::Memory) };
            put_in_force(store, Some(&sealing)).await?;
            Ok(Change::On)
        });
    }

    /// Puts a key in force that was made elsewhere. One that was made here and is entered again keeps its private half.
    pub fn import(self, desk: Desk, entered: &str) {
        let public = match PublicKey::parse(entered) {
            Ok(public) => public,
            Err(fault) => {
                self.change.set(Change::Key(fault));
                return;
            }
        };
        let known = self.kept.with_untracked(|kept| kept.iter().find(|key| key.public == public).cloned());
        let sealing = known.unwrap_or(Sealing { public, wrapped: None });
        self.perform(desk, async move |store| {
            put_in_force(store, Some(&sealing)).await?;
            Ok(Change::On)
        });
    }

    /// Takes the key out of force.
    pub fn turn_off(self, desk: Desk) {
        self.perform(desk, async |store| {
            put_in_force(store, None).await?;
            Ok(Change::Off)
        });
    }

    fn perform(self, desk: Desk, work: impl AsyncFnOnce(&Store) -> Result<Change, StoreError> + 'static) {
        let is_running = self.change.with_untracked(|change| *change == Change::Running);
        let Some(store) = desk.store().filter(|_| !is_running) else { return };
        self.change.set(Change::Running);
        spawn(async move {
            self.change.set(work(&store).await.unwrap_or_else(Change::Failed));
            self.load(desk);
            desk.refresh();
        });
    }

    /// Hands the key in force to the browser, wrapped as it is: `candor open` reads the file.
    pub fn take_away(self) {
        let Key::On(sealing) = self.key.get_untracked() else { return };
        let name = ["candor-key-", &sealing.public.name(), ".json"].concat();
        let json = [&sealing.to_json(), "\n"].concat();
        let is_taken = browser::download(&name, "application/json", &json);
        self.change.set(if is_taken { Change::Taken } else { Change::NotTaken });
    }

    /// The words of a comment; [`OpenFault::OtherKey`] also while its key is not open.
    pub fn words(self, comment: &SealedComment) -> Result<PersonalText, OpenFault> {
        self.opened.track();
        let name = name_of(comment);
        self.private.with_value(|keys| {
            let (_, private) =
                keys.iter().find(|(of, _)| *of == name).ok_or_else(|| OpenFault::OtherKey(name.clone()))?;
            open(private, &comment.event, &comment.text)
        })
    }

    /// Whether a passphrase would open a comment that is still shut.
    pub fn can_open(self, comment: &SealedComment) -> bool {
        self.wrapped_for(&[name_of(comment)]).is_some()
    }

    /// Tries a passphrase on the keys that these comments wait for.
    pub fn unlock(self, comments: &[SealedComment], passphrase: String) {
        let is_early = clock::uptime() < self.next_try.get_value();
        if is_early || self.opening.get_untracked() == Opening::Running {
            return;
        }
        let names: Vec<String> = comments.iter().map(name_of).collect();
        let Some(keys) = self.wrapped_for(&names) else { return };
        self.opening.set(Opening::Running);
        spawn(async move {
            let mut outcome = Opening::Refused;
            for key in keys {
                sleep(PAINT_MS).await;
                match key.unwrap(&passphrase) {
                    Ok(pair) => {
                        self.private.try_update_value(|keys| keys.push((pair.public.name(), pair.private)));
                        outcome = Opening::None;
                    }
                    Err(UnwrapFault::Altered) if outcome == Opening::Refused => outcome = Opening::Altered,
                    Err(UnwrapFault::Costs) if outcome == Opening::Refused => outcome = Opening::Memory,
                    Err(_) => {}
                }
            }
            // The desk may be locked by now, and nothing of this be left.
            let (Some(refused), Some(opened)) = (self.refused.try_get_value(), self.private.try_with_value(Vec::len))
            else {
                return;
            };
            let refused = if outcome == Opening::Refused { refused + 1 } else { 0 };
            self.refused.set_value(refused);
            self.next_try.set_value(clock::uptime().after(wait_ms(refused)));
            self.tick(clock::uptime());
            self.opened.set(opened);
            self.opening.set(outcome);
        });
    }

    /// What was said about the last try is out of date.
    pub fn retyped(self) {
        if self.opening.get_untracked() != Opening::Running {
            self.opening.set(Opening::None);
        }
    }

    /// Keys of these names that are here, wrapped, and not open; `None` when there are none.
    fn wrapped_for(self, names: &[String]) -> Option<Vec<Sealing>> {
        self.opened.track();
        let in_force = self.key.with(|key| if let Key::On(sealing) = key { Some(sealing.clone()) } else { None });
        let is_open = |name: &String| self.private.with_value(|keys| keys.iter().any(|(of, _)| of == name));
        let is_wanted = |key: &Sealing| {
            let name = key.public.name();
            key.wrapped.is_some() && names.contains(&name) && !is_open(&name)
        };
        let keys: Vec<Sealing> = self.kept.get().into_iter().chain(in_force).filter(is_wanted).collect();
        Some(keys).filter(|keys| !keys.is_empty())
    }
}

/// Puts a key in force, or none. The trace first; the key before it is kept where it has a private half.
async fn put_in_force(store: &Store, sealing: Option<&Sealing>) -> Result<(), StoreError> {
    let before = store.load(SEALING_RECORD).await?.and_then(|json| Sealing::from_json(&json));
    if let Some(before) = before.filter(|before| sealing.is_none_or(|new| new.public != before.public)) {
        keep_key(store, &before).await?;
    }
    store.record(Body::SettingsChanged { changed: vec![SEALING.to_owned()] }).await?;
    store.save(SEALING_RECORD, &sealing.map(Sealing::to_json).unwrap_or_default()).await?;
    store.tell(&News::Settings);
    Ok(())
}

/// Keeps a key that goes out of force, if it can open anything and is not kept already.
///
/// # Errors
/// [`StoreError`].
pub async fn keep_key(store: &Store, sealing: &Sealing) -> Result<(), StoreError> {
    if sealing.wrapped.is_none() {
        return Ok(());
    }
    merge(store, KEPT_KEYS_RECORD, |kept| with_key(kept, sealing)).await
}

fn with_key(kept: &str, sealing: &Sealing) -> String {
    let line = [&sealing.to_json(), "\n"].concat();
    if kept.contains(&line) { kept.to_owned() } else { [kept, &line].concat() }
}

fn name_of(comment: &SealedComment) -> String {
    match &comment.text {
        PersonalText::Sealed { key, .. } => key.clone(),
        PersonalText::Clear { .. } => String::new(),
    }
}

/// How long to wait after so many wrong passphrases in a row.
fn wait_ms(refused: u32) -> u64 {
    match refused {
        0 => 0,
        n => FIRST_WAIT_MS.saturating_mul(1 << (n - 1).min(32)).min(LONGEST_WAIT_MS),
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn each_wrong_passphrase_doubles_the_wait_up_to_two_minutes() {
        assert_eq!([0, 1, 2, 3, 6, 7, 99].map(wait_ms), [0, 2_000, 4_000, 8_000, 64_000, 120_000, 120_000]);
    }

    #[wasm_bindgen_test]
    fn a_key_is_kept_once() {
        let sealing = |n| Sealing { public: KeyPair::from_seed(&[n; 32]).public, wrapped: None };
        let one = with_key("", &sealing(1));
        assert_eq!(with_key(&one, &sealing(1)), one);
        let two = with_key(&one, &sealing(2));
        assert_eq!(two.lines().filter_map(Sealing::from_json).collect::<Vec<_>>(), [sealing(1), sealing(2)]);
    }
}
