//! What holds over the settings at present: a shift of the roster, and a clerk who has signed in at the tablet with a code.
//! The rules for both are many, and no part of what every tablet loads first.
//!
//! The invariant: a try is counted, in storage, before it is judged.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use candor_core::chain::hex;
use candor_core::hours::roster::{ROSTER_RECORD, Roster};
use candor_core::hours::{HOURS_RECORD, Hours};
use candor_core::journal::{JournalStore, StoreError};
use candor_core::pin::Watch;
use candor_core::staff::{CODES_RECORD, SIGN_IN_RECORD, STAFF_RECORD, SignIn, TRIES_RECORD, Team, Tries};
use gloo_timers::callback::Interval;
use serde_json::{Map, Value};

use super::opening::LOOK_MS;
use crate::browser::announce::Channel;
use crate::browser::task::spawn;
use crate::browser::{clock, worker};
use crate::verifier;

/// On which the page hears what became of a sign-in. The code comes by the page's own line to its worker, and never here.
const STAFF_CHANNEL: &str = "candor-staff";
/// Somebody in another tab was faster: the page asks again after this.
const AGAIN_MS: u64 = 1_000;

/// Watches shifts and sign-ins.
#[derive(Debug)]
pub struct Duty<S> {
    journal: Rc<S>,
    known: RefCell<Known>,
    is_to_be_read: Cell<bool>,
    told: RefCell<String>,
    watch: RefCell<Watch>,
    channel: Option<Channel>,
}

/// What a manager has saved.
#[derive(Clone, Debug, Default)]
struct Known {
    hours: Hours,
    roster: Roster,
    team: Team,
}

/// Who wants to know: whoever stands at the tablet, or the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Person,
    Clock,
}

impl<S: JournalStore + 'static> Duty<S> {
    /// Begins to watch.
    pub fn watch(journal: Rc<S>) -> Rc<Self> {
        let duty = Rc::new(Self {
            journal,
            known: RefCell::default(),
            is_to_be_read: Cell::new(true),
            told: RefCell::default(),
            watch: RefCell::default(),
            channel: Channel::open(STAFF_CHANNEL, |_| {}),
        });
        let watch = Rc::clone(&duty);
        Interval::new(LOOK_MS, move || spawn(Rc::clone(&watch).look(By::Clock))).forget();
        spawn(Rc::clone(&duty).look(By::Clock));
        duty
    }

    /// The records may be others by now.
    pub fn read_again(self: &Rc<Self>) {
        self.is_to_be_read.set(true);
        spawn(Rc::clone(self).look(By::Clock));
    }

    /// Hears what a page says of clerks.
    pub fn listen(self: &Rc<Self>, words: &str) {
        if let Some((code, number)) = words.strip_prefix("sign-in ").and_then(|words| words.split_once(' ')) {
            spawn(Rc::clone(self).sign_in(code.to_owned(), number.to_owned()));
        }
        if words == "sign-out" {
            spawn(Rc::clone(self).sign_out());
        }
    }

    async fn look(self: Rc<Self>, by: By) {
        // What cannot be read now is tried again with the next look; what is known so far holds.
        if self.is_to_be_read.replace(false) && self.read().await.is_err() {
            self.is_to_be_read.set(true);
        }
        let Ok(record) = self.journal.load(SIGN_IN_RECORD).await else { return };
        let signed = record.and_then(|json| serde_json::from_str::<SignIn>(&json).ok());
        let now = clock::now();
        let is_known = |signed: &SignIn| self.known.borrow().is_active(&signed.number);
        let ended = signed.as_ref().is_some_and(|signed| !signed.holds(now) || !is_known(signed));
        if ended {
            // Said again with the next look where it is not stored.
            let _ = self.journal.save(SIGN_IN_RECORD, "").await;
        }
        let mut holds = self.shift().await;
        if let Some(SignIn { number, .. }) = signed.filter(|_| !ended) {
            holds.insert("staff".to_owned(), number.clone().into());
            holds.insert("signed_in".to_owned(), number.into());
        }
        let holds = Value::Object(holds).to_string();
        if self.told.replace(holds.clone()) != holds {
            worker::say(&[if by == By::Person { "holds now " } else { "holds soon " }, &holds].concat());
        }
    }

    async fn read(&self) -> Result<(), StoreError> {
        let text = async |name: &str| Ok::<_, StoreError>(self.journal.load(name).await?.unwrap_or_default());
        let hours = Hours::from_json(&self.journal.load(HOURS_RECORD).await?.unwrap_or_default());
        let (roster, team) = (text(ROSTER_RECORD).await?, text(STAFF_RECORD).await?);
        let known = Known { hours, roster: Roster::from_json(&roster), team: Team::from_json(&team) };
        *self.known.borrow_mut() = known;
        Ok(())
    }

    /// What the shift that stands changes. A survey of the owner's that is not here any more changes nothing: a kiosk
    /// without a survey would take no rating.
    async fn shift(&self) -> Map<String, Value> {
        let now = clock::now();
        let mut changes = {
            let Known { hours, roster, .. } = &*self.known.borrow();
            roster.at(hours, now, clock::offset_at(now)).map(|(shift, _)| shift.changes()).unwrap_or_default()
        };
        // Owners' surveys have a hyphen in their names.
        let own = changes.get("survey").and_then(Value::as_str).filter(|id| id.contains('-')).map(str::to_owned);
        if let Some(id) = own {
            let record = self.journal.load(&["survey:", &id].concat()).await;
            if !record.is_ok_and(|record| record.is_some_and(|json| !json.is_empty())) {
                changes.remove("survey");
            }
        }
        changes
    }

    async fn sign_in(self: Rc<Self>, code: String, number: String) {
        let said = self.judge(&code, &number).await.unwrap_or_else(|_| "failed".to_owned());
        if said.starts_with("signed-in") {
            Rc::clone(&self).look(By::Person).await;
        }
        self.tell(&said);
    }

    async fn sign_out(self: Rc<Self>) {
        let is_out = self.journal.save(SIGN_IN_RECORD, "").await.is_ok();
        Rc::clone(&self).look(By::Person).await;
        self.tell(if is_out { "signed-out" } else { "failed" });
    }

    /// What becomes of a try.
    async fn judge(&self, code: &str, number: &str) -> Result<String, StoreError> {
        let record = self.journal.load(TRIES_RECORD).await?;
        // A damaged lock must not open by itself. Saving the list makes it anew.
        let Some(tries) = Tries::from_json(record.as_deref()) else { return Ok("failed".to_owned()) };
        let uptime = clock::uptime();
        let (left, untouched) = {
            let mut watch = self.watch.borrow_mut();
            watch.see(&tries.attempt, uptime);
            (watch.left_ms(tries.tally, uptime), watch.untouched_ms(uptime))
        };
        if left > 0 {
            return Ok(format!("wait {left}"));
        }
        let counted = Tries { tally: tries.tally.tried(untouched), attempt: hex(&clock::random::<8>()) };
        if !self.journal.exchange(TRIES_RECORD, record.as_deref(), &counted.to_json()).await? {
            return Ok(format!("wait {AGAIN_MS}"));
        }
        self.watch.borrow_mut().see(&counted.attempt, clock::uptime());
        self.read().await?;
        let codes = self.journal.load(CODES_RECORD).await?.unwrap_or_default();
        let codes: Value = serde_json::from_str(&codes).unwrap_or_default();
        let verifier = codes.get(number).and_then(Value::as_str);
        let is_right = verifier.is_some_and(|verifier| verifier::verify(code, verifier) == Some(true));
        if !is_right || !self.known.borrow().is_active(number) {
            let left = self.watch.borrow().left_ms(counted.tally, clock::uptime());
            return Ok(format!("wrong {left}"));
        }
        let opened = Tries { tally: counted.tally.opened(), ..counted.clone() };
        // A tally that stays too high costs a wait, not the sign-in.
        let _ = self.journal.exchange(TRIES_RECORD, Some(&counted.to_json()), &opened.to_json()).await;
        let signed = self.known.borrow().sign_in(number);
        self.journal.save(SIGN_IN_RECORD, &signed.to_json()).await?;
        Ok(["signed-in ", number].concat())
    }

    fn tell(&self, words: &str) {
        if let Some(channel) = &self.channel {
            channel.tell(words);
        }
    }
}

impl Known {
    fn is_active(&self, number: &str) -> bool {
        self.team.member(number).is_some_and(|member| member.is_active)
    }

    /// It ends with the shift, or when the place closes.
    fn sign_in(&self, number: &str) -> SignIn {
        let now = clock::now();
        let offset = clock::offset_at(now);
        let shift = self.roster.at(&self.hours, now, offset).map(|(_, end)| end);
        let closes = self.hours.next_change(now, offset).filter(|_| self.hours.is_open(now, offset));
        SignIn::new(number, now, [shift, closes])
    }
}
