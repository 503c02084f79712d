//! Cases: the list with what is overdue first, one case with what is to be done, and the rules by which a rating is one.
//!
//! Nothing is stored here but events. What somebody types stays until it has been recorded.

mod actions;
mod appeal;
mod case;
mod history;
mod list;
mod names;
mod rates;
mod record;
mod rules_card;
mod rules_form;
mod second;
mod steps;

use candor_core::cases::{CASES_RECORD, Case, CaseRules, Outlook, State};
use candor_core::event::EventId;
use candor_core::hours::{Date, HOURS_RECORD, Hours};
use candor_core::insight::Span;
use candor_core::journal::StoreError;
use candor_core::results::Response;
use candor_core::time::UnixMillis;
use gloo_timers::callback::Interval;
use leptos::prelude::*;

pub use self::names::rules_text;
pub use self::record::put_in_force;
pub use self::rules_card::RulesCard;
use crate::browser::clock;
use crate::browser::task::spawn;
use crate::manager::desk::Desk;
use crate::manager::language::Language;
use crate::manager::store::Store;

/// How often the clocks are looked at.
const TICK_MS: u32 = 30_000;
/// Cases listed at first, and with each "more".
const LISTED: usize = 30;

/// What is chosen of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Chosen {
    state: State,
    period: Span,
    owner: Option<String>,
    department: Option<String>,
}

/// What became of recording something.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Saving {
    None,
    Running,
    Done,
    /// Nothing was chosen.
    NoChoice,
    /// A note is needed.
    NoNote,
    /// The note cannot be sealed.
    NotSealed,
    Failed(StoreError),
}

/// The form that something is recorded with; each says for itself what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Step,
    Who,
    Appeal,
    Second,
    Reopen,
}

/// The section. It outlives its screens.
#[derive(Clone, Copy)]
pub struct CasesDesk {
    /// The desk.
    pub desk: Desk,
    /// The case on the screen; the list while there is none.
    pub open: RwSignal<Option<EventId>>,
    /// Every case.
    all: Memo<Vec<Case>>,
    rules: RwSignal<Option<CaseRules>>,
    hours: RwSignal<Hours>,
    now: RwSignal<UnixMillis>,
    chosen: RwSignal<Chosen>,
    listed: RwSignal<usize>,
    saving: RwSignal<(Form, Saving)>,
    /// Who does this, as they call themselves.
    by: RwSignal<String>,
}

impl CasesDesk {
    /// The section at a desk.
    pub fn new(desk: Desk) -> Self {
        let (rules, hours) = (RwSignal::new(None::<CaseRules>), RwSignal::new(Hours::default()));
        let all = Memo::new(move |_| {
            let (rules, hours) = (rules.get(), hours.get());
            desk.with_cases(|cases, own| {
                let own = rules.as_ref().map(|rules| (own, rules));
                cases.all(&Outlook { own, hours: &hours })
            })
            .unwrap_or_default()
        });
        let now = RwSignal::new(clock::now());
        StoredValue::new_local(Interval::new(TICK_MS, move || {
            now.try_set(clock::now());
        }));
        let this = Self {
            desk,
            open: RwSignal::new(None),
            all,
            rules,
            hours,
            now,
            chosen: RwSignal::default(),
            listed: RwSignal::new(LISTED),
            saving: RwSignal::new((Form::Step, Saving::None)),
            by: RwSignal::default(),
        };
        // A restored back-up and a settings file bring rules and hours with them.
        Effect::new(move |_| {
            desk.settings.track();
            if let Some(store) = desk.store() {
                spawn(this.read(store));
            }
        });
        this
    }

    async fn read(self, store: Store) {
        match (store.load(CASES_RECORD).await, store.load(HOURS_RECORD).await) {
            (Ok(rules), Ok(hours)) => {
                self.hours.try_set(Hours::from_json(&hours.unwrap_or_default()));
                self.rules.try_set(Some(CaseRules::from_json(&rules.unwrap_or_default())));
            }
            (Err(error), _) | (_, Err(error)) => {
                self.desk.trouble.try_set(Some(error));
            }
        }
    }

    /// Shows the case of a response, or that it is none yet.
    pub fn show(self, response: EventId) {
        self.saving.set((Form::Step, Saving::None));
        self.open.set(Some(response));
    }

    fn today(self) -> Date {
        let now = self.now.get();
        Date::at(now, clock::offset_at(now))
    }

    /// A response, if this tablet's journal has it.
    fn response(self, id: &EventId) -> Option<Response> {
        self.desk.response_of(id)
    }

    /// What cases have been given a name for, each once, in alphabetical order.
    fn names(self, of: fn(&Case) -> &String) -> Vec<String> {
        let mut names = self.all.with(|all| all.iter().map(|case| of(case).clone()).collect::<Vec<_>>());
        names.sort_unstable();
        names.dedup();
        names
    }

    fn is_running(self) -> bool {
        self.saving.with(|(_, saving)| *saving == Saving::Running)
    }
}

/// The section's screen.
#[component]
pub fn CasesScreen(cases: CasesDesk, language: Language) -> impl IntoView {
    let open = Memo::new(move |_| cases.open.get());
    move || match open.get() {
        None => view! { <list::ListScreen cases language /> }.into_any(),
        Some(id) => view! { <case::CaseScreen cases id language /> }.into_any(),
    }
}
