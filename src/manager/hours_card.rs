//! Opening hours on the settings screen: a line for each weekday, and a line for each entry of the holiday calendar.

use candor_core::hours::lines::Line;
use candor_core::hours::{HOURS_RECORD, Hours, Weekday, Wrong};
use candor_core::journal::StoreError;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::browser::task::spawn;
use crate::manager::browser;
use crate::manager::desk::Desk;
use crate::manager::door_screen::trouble_text;
use crate::manager::language::Language;
use crate::manager::store::Store;
use crate::manager::text::{HoursTexts, fill};

/// How the last attempt to save stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Saving {
    /// The hours in force are not here yet: what would be saved is not what somebody has seen.
    Unread,
    None,
    Running,
    Done,
    Faults(Vec<(Line, Wrong)>),
    Failed(StoreError),
}

/// What is typed, and what became of it.
#[derive(Clone, Copy)]
struct Form {
    week: [RwSignal<String>; 7],
    days: RwSignal<String>,
    /// Whether somebody has typed since the last save: nothing is put over that.
    is_edited: StoredValue<bool>,
    has_read: RwSignal<bool>,
    saving: RwSignal<Saving>,
}

impl Form {
    /// The hours in force, ready to be edited.
    fn new(desk: Desk) -> Self {
        let form = Self {
            week: [(); 7].map(|()| RwSignal::default()),
            days: RwSignal::default(),
            is_edited: StoredValue::new(false),
            has_read: RwSignal::new(false),
            saving: RwSignal::new(Saving::Unread),
        };
        // A restored back-up brings hours with it.
        Effect::new(move |_| {
            desk.settings.track();
            if let Some(store) = desk.store().filter(|_| !form.is_edited.get_value()) {
                spawn(form.read(store));
            }
        });
        form
    }

    async fn read(self, store: Store) {
        let record = match store.load(HOURS_RECORD).await {
            Ok(record) => record,
            Err(error) => return self.saving.set(Saving::Failed(error)),
        };
        if self.is_edited.get_value() {
            return;
        }
        let value = record.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        let (week, days) = Hours::read(&value).unwrap_or_default().to_lines();
        for (field, line) in self.week.into_iter().zip(week) {
            field.set(line);
        }
        self.days.set(days);
        self.has_read.set(true);
        if self.saving.with_untracked(|saving| *saving == Saving::Unread) {
            self.saving.set(Saving::None);
        }
    }

    /// Takes what stands in a field now. A report that repeats the last one is no edit, and wipes no message.
    fn take(self, field: RwSignal<String>, event: &leptos::ev::Event) {
        let typed = event_target_value(event);
        if field.with_untracked(|known| *known != typed) {
            field.set(typed);
            self.edited();
        }
    }

    fn edited(self) {
        self.is_edited.set_value(true);
        if self.saving.with_untracked(|saving| !matches!(saving, Saving::Running | Saving::Unread)) {
            self.saving.set(Saving::None);
        }
    }

    fn has_fault(self, line: Line) -> bool {
        self.saving.with(|saving| matches!(saving, Saving::Faults(faults) if faults.iter().any(|(at, _)| *at == line)))
    }

    fn has_fault_in_days(self) -> bool {
        let is_day = |(at, _): &(Line, Wrong)| matches!(at, Line::Day(_));
        self.saving.with(|saving| matches!(saving, Saving::Faults(faults) if faults.iter().any(is_day)))
    }

    fn save(self, desk: Desk) {
        let Some(store) = desk.store().filter(|_| self.saving.get_untracked() != Saving::Running) else { return };
        let week = self.week.map(|line| line.get_untracked());
        match Hours::from_lines(&week, &self.days.get_untracked()) {
            Err(faults) => self.saving.set(Saving::Faults(faults)),
            Ok(hours) => {
                self.saving.set(Saving::Running);
                spawn(async move {
                    self.saving.set(match put_in_force(&store, &hours).await {
                        Ok(()) => {
                            self.is_edited.set_value(false);
                            Saving::Done
                        }
                        Err(error) => Saving::Failed(error),
                    });
                    desk.refresh();
                });
            }
        }
    }
}

/// Puts hours into force.
///
/// # Errors
/// [`StoreError`].
pub async fn put_in_force(store: &Store, hours: &Hours) -> Result<(), StoreError> {
    store.put_in_force(HOURS_RECORD, &serde_json::to_string(hours).unwrap_or_default()).await
}

/// The card.
#[component]
pub fn HoursCard(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().hours;
    let form = Form::new(desk);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(desk);
    };
    // Whoever reads with the ear is led to the first line at fault.
    Effect::new(move |_| {
        let first = form.saving.with(|saving| match saving {
            Saving::Faults(faults) => faults.first().map(|(line, _)| *line),
            _ => None,
        });
        match first {
            Some(Line::Weekday(weekday)) => browser::focus(&field_id(weekday)),
            Some(Line::Day(_) | Line::All) => browser::focus("m-hours-days"),
            None => {}
        }
    });
    let weekdays = Weekday::ALL.into_iter().zip(form.week).zip(words.weekdays).map(move |((weekday, line), label)| {
        let id = field_id(weekday);
        view! {
            <div class="m-day">
                <label for=id.clone()>{label}</label>
                <input
                    id=id.clone()
                    data-testid=["hours-", weekday.name()].concat()
                    type="text"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby="m-hours-hint m-hours-says"
                    aria-invalid=move || form.has_fault(Line::Weekday(weekday)).then_some("true")
                    disabled=move || !form.has_read.get()
                    prop:value=move || line.get()
                    on:input=move |event| form.take(line, &event)
                    // What clears a field from outside may report only this.
                    on:change=move |event| form.take(line, &event)
                />
            </div>
        }
    });
    view! {
        <section class="m-card m-stack" aria-labelledby="m-hours" data-testid="hours">
            <div class="m-card-head"><h2 id="m-hours">{words.title}</h2></div>
            <p class="m-lead">{words.hint}</p>
            <form class="m-stack" autocomplete="off" novalidate=true on:submit=submit>
                <p class="m-fine" id="m-hours-hint">{words.week_hint}</p>
                <div class="m-week">{weekdays.collect_view()}</div>
                <div class="m-field">
                    <label for="m-hours-days">{words.days}</label>
                    <textarea
                        id="m-hours-days"
                        data-testid="hours-days"
                        rows="5"
                        autocapitalize="none"
                        spellcheck="false"
                        aria-describedby="m-hours-days-hint m-hours-says"
                        aria-invalid=move || form.has_fault_in_days().then_some("true")
                        disabled=move || !form.has_read.get()
                        prop:value=move || form.days.get()
                        on:input=move |event| form.take(form.days, &event)
                        on:change=move |event| form.take(form.days, &event)
                    ></textarea>
                    <p class="m-fine m-lines" id="m-hours-days-hint">{words.days_hint}</p>
                </div>
                <div class="m-save">
                    <p
                        class="m-says m-lines"
                        role="status"
                        id="m-hours-says"
                        data-testid="hours-says"
                        class:m-says-calm=move || matches!(form.saving.get(), Saving::Unread | Saving::None | Saving::Running | Saving::Done)
                    >
                        {move || outcome(&form.saving.get(), language)}
                    </p>
                    <button
                        type="submit"
                        class="m-button"
                        data-testid="save-hours"
                        disabled=move || form.saving.get() == Saving::Running || !form.has_read.get()
                    >
                        {words.save}
                    </button>
                </div>
            </form>
        </section>
    }
}

fn field_id(weekday: Weekday) -> String {
    ["m-hours-", weekday.name()].concat()
}

/// What became of the last attempt, a line for each fault.
fn outcome(saving: &Saving, language: Language) -> String {
    let words = &language.texts().hours;
    match saving {
        Saving::Unread | Saving::None => String::new(),
        Saving::Running => words.saving.to_owned(),
        Saving::Done => words.saved.to_owned(),
        Saving::Failed(error) => trouble_text(error, &language.texts().trouble).to_owned(),
        Saving::Faults(faults) => {
            let said: Vec<String> = faults.iter().map(|(line, wrong)| fault_text(*line, *wrong, words)).collect();
            said.join("\n")
        }
    }
}

fn fault_text(line: Line, wrong: Wrong, words: &HoursTexts) -> String {
    let what = match wrong {
        Wrong::NotASpan => words.not_a_span,
        Wrong::EndBeforeBegin => words.end_before_begin,
        Wrong::Overlap => words.overlap,
        Wrong::NotADate => words.not_a_date,
        Wrong::ToBeforeFrom => words.to_before_from,
        Wrong::SameDay => words.same_day,
        Wrong::UnknownWeekday => words.unknown_weekday,
        Wrong::HoursAndAs | Wrong::NeitherHoursNorAs => words.no_plan,
        Wrong::NameTooLong => words.name_too_long,
        Wrong::TooMany => words.too_many,
        Wrong::NeverOpen => words.never_open,
        // Lines are never read into these.
        Wrong::NotAnObject | Wrong::NotAList | Wrong::UnknownField | Wrong::NotAName => words.not_understood,
    };
    let place = match line {
        Line::Weekday(weekday) => words.weekdays[weekday as usize].to_owned(),
        Line::Day(number) => fill(words.line, &[&number.to_string()]),
        Line::All => return what.to_owned(),
    };
    fill(words.at, &[&place, what])
}
