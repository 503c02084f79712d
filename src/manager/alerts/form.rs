//! The rules of alerts under edit, with the target of the survey in service.

use candor_core::alerts::{ALERTS_RECORD, Marks, Repeated, Rules, STATE_RECORD};
use candor_core::insight::Measure;
use candor_core::journal::{Place, StoreError};
use candor_core::provision::{Fault, FaultKind};
use candor_core::targets::{TARGETS_RECORD, Targets};
use leptos::prelude::*;
use serde_json::{Value, json};

use crate::manager::desk::Desk;
use crate::manager::record_form::RecordForm;
use crate::manager::store::Store;

/// The path of the target's fault; those of the rules are their own.
pub const TARGET: &str = "target";

/// The fields, as typed.
#[derive(Clone, Copy)]
pub struct Form {
    /// Each bad rating.
    pub bad: RwSignal<bool>,
    /// Several in a short time.
    pub repeated: RwSignal<bool>,
    /// How many.
    pub count: RwSignal<String>,
    /// Within so many minutes.
    pub minutes: RwSignal<String>,
    /// The control chart.
    pub chart: RwSignal<bool>,
    /// The target is missed.
    pub missed: RwSignal<bool>,
    /// Over so many days.
    pub days: RwSignal<String>,
    /// Overdue cases.
    pub overdue: RwSignal<bool>,
    /// The tablet.
    pub unwell: RwSignal<bool>,
    /// Quiet hours, separated by commas or white space.
    pub quiet: RwSignal<String>,
    /// The mark on the attract screen.
    pub mark: RwSignal<bool>,
    /// The target of the survey in service.
    pub target: RwSignal<String>,
    /// How that stands.
    pub state: RecordForm<Fault>,
}

impl Form {
    /// What is in force, or where nothing is, what is recommended.
    pub fn new(desk: Desk) -> Self {
        let form = Self {
            bad: RwSignal::default(),
            repeated: RwSignal::default(),
            count: RwSignal::default(),
            minutes: RwSignal::default(),
            chart: RwSignal::default(),
            missed: RwSignal::default(),
            days: RwSignal::default(),
            overdue: RwSignal::default(),
            unwell: RwSignal::default(),
            quiet: RwSignal::default(),
            mark: RwSignal::default(),
            target: RwSignal::default(),
            state: RecordForm::new(),
        };
        Effect::new(move |_| {
            let (Some(rules), Some(survey)) = (desk.rules.get(), survey_of(desk)) else { return };
            let target = desk.targets.with(|targets| targets.of(&survey));
            form.state.show(|| form.fill(&rules, target));
        });
        form
    }

    fn fill(self, rules: &Rules, target: Option<f64>) {
        let recommended = Rules::recommended();
        let shown = if rules.is_none() && rules.quiet.is_empty() { &recommended } else { rules };
        self.bad.set(shown.bad);
        self.repeated.set(shown.repeated.is_some());
        // What a rule would ask for stands there also while it is off.
        let usual = |repeated: Option<Repeated>| repeated.map(|it| (it.count.to_string(), it.minutes.to_string()));
        let (count, minutes) = usual(shown.repeated).or_else(|| usual(recommended.repeated)).unwrap_or_default();
        self.count.set(count);
        self.minutes.set(minutes);
        self.chart.set(shown.chart);
        self.missed.set(shown.target_days.is_some());
        let days = shown.target_days.or(recommended.target_days).map(|days| days.to_string());
        self.days.set(days.unwrap_or_default());
        self.overdue.set(shown.overdue);
        self.unwell.set(shown.unwell);
        self.quiet.set(shown.quiet.iter().map(|span| String::from(*span)).collect::<Vec<_>>().join(", "));
        self.mark.set(shown.mark);
        self.target.set(target.map(|target| target.to_string()).unwrap_or_default());
    }

    /// Whether the last attempt found a fault at this path, or inside it.
    pub fn has_fault(self, path: &str) -> bool {
        self.state.has(|fault| fault.path.starts_with(path))
    }

    /// The rules as typed. What is no number stays a text, and the reader says what is needed.
    fn rules(self) -> Result<Rules, Vec<Fault>> {
        let number = |typed: RwSignal<String>| {
            typed
                .with_untracked(|typed| typed.trim().parse::<u64>().map_or_else(|_| typed.as_str().into(), Value::from))
        };
        let is_on = |on: RwSignal<bool>, value: Value| if on.get_untracked() { value } else { Value::Null };
        let repeated = json!({ "count": number(self.count), "minutes": number(self.minutes) });
        let quiet = self.quiet.get_untracked();
        let spans = quiet.split([',', '，', ';', '；', '、', ' ']).map(str::trim).filter(|span| !span.is_empty());
        Rules::read(&json!({
            "bad": self.bad.get_untracked(),
            "repeated": is_on(self.repeated, repeated),
            "chart": self.chart.get_untracked(),
            "target_days": is_on(self.missed, number(self.days)),
            "overdue": self.overdue.get_untracked(),
            "unwell": self.unwell.get_untracked(),
            "quiet": spans.map(|span| span.replace('：', ":").replace('–', "-")).collect::<Vec<_>>(),
            "mark": self.mark.get_untracked(),
        }))
    }

    /// The target as typed; `None` where there is none.
    fn aimed_at(self, measure: &Measure) -> Result<Option<f64>, Fault> {
        let typed = self.target.with_untracked(|typed| typed.trim().replace(',', ".").replace('−', "-"));
        if typed.is_empty() {
            return Ok(None);
        }
        let (low, high) = measure.ends();
        let target = typed.parse::<f64>().ok().filter(|target| (low..=high).contains(target));
        target.map(Some).ok_or_else(|| Fault { path: TARGET.to_owned(), wrong: FaultKind::Target })
    }

    /// Saves what is typed, or says what is wrong with it.
    pub fn save(self, desk: Desk, measure: &Measure) {
        let Some(survey) = untrack(|| survey_of(desk)) else { return };
        self.state.save(desk, |store| {
            let (rules, target) = match (self.rules(), self.aimed_at(measure)) {
                (Ok(rules), Ok(target)) => (rules, target),
                (rules, target) => {
                    let mut faults = rules.err().unwrap_or_default();
                    faults.extend(target.err());
                    return Err(faults);
                }
            };
            let mut targets = desk.targets.get_untracked();
            match target {
                Some(target) => drop(targets.0.insert(survey, target)),
                None => drop(targets.0.remove(&survey)),
            }
            Ok(async move {
                put_in_force(&store, Some(&rules), Some(&targets)).await?;
                desk.targets.try_set(targets);
                desk.rules.try_set(Some(rules));
                Ok(())
            })
        });
    }
}

/// The survey in service.
fn survey_of(desk: Desk) -> Option<String> {
    desk.settings.with(|settings| settings.as_ref().map(|settings| settings.survey.clone()))
}

/// Puts targets and rules into force; `None` stays as it is. What was before the first rules is no news: where that ends is
/// noted first, so that nothing is missed that happens from now on.
///
/// # Errors
/// [`StoreError`].
pub async fn put_in_force(store: &Store, rules: Option<&Rules>, targets: Option<&Targets>) -> Result<(), StoreError> {
    if let Some(targets) = targets {
        store.put_in_force(TARGETS_RECORD, &targets.to_record()).await?;
    }
    let Some(rules) = rules else { return Ok(()) };
    let stored = store.load(ALERTS_RECORD).await?.unwrap_or_default();
    if Rules::from_record(&stored).is_none()
        && !rules.is_none()
        && let Some(head) = store.head().await?
    {
        let marks = Marks::at(Place { epoch: head.epoch, seq: head.seq });
        store.save(STATE_RECORD, &serde_json::to_string(&marks).unwrap_or_default()).await?;
    }
    store.put_in_force(ALERTS_RECORD, &rules.to_record()).await
}
