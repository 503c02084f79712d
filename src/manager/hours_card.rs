//! Opening hours on the settings screen: a line for each weekday, and a line for each entry of the holiday calendar.

use candor_core::hours::lines::Line;
use candor_core::hours::{HOURS_RECORD, Hours, Weekday, Wrong};
use candor_core::journal::StoreError;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::manager::desk::Desk;
use crate::manager::field::take;
use crate::manager::language::Language;
use crate::manager::record_form::{RecordForm, SaveWords};
use crate::manager::store::Store;
use crate::manager::text::{HoursTexts, fill};

/// What is typed, and what became of it.
#[derive(Clone, Copy)]
struct Form {
    week: [RwSignal<String>; 7],
    days: RwSignal<String>,
    state: RecordForm<(Line, Wrong)>,
}

impl Form {
    /// The hours in force, ready to be edited.
    fn new(desk: Desk) -> Self {
        let form =
            Self { week: [(); 7].map(|()| RwSignal::default()), days: RwSignal::default(), state: RecordForm::new() };
        let load = |store: Store| async move { store.load(HOURS_RECORD).await };
        form.state.follow(desk, load, move |record| {
            form.fill(&Hours::from_json(&record.unwrap_or_default()));
        });
        form
    }

    fn fill(self, hours: &Hours) {
        let (week, days) = hours.to_lines();
        for (field, line) in self.week.into_iter().zip(week) {
            field.set(line);
        }
        self.days.set(days);
    }

    fn save(self, desk: Desk) {
        self.state.save(desk, |store| {
            let week = self.week.map(|line| line.get_untracked());
            let hours = Hours::from_lines(&week, &self.days.get_untracked())?;
            Ok(async move { put_in_force(&store, &hours).await })
        });
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
    form.state.lead(|(line, _)| match line {
        Line::Weekday(weekday) => field_id(*weekday),
        Line::Day(_) | Line::All => "m-hours-days".to_owned(),
    });
    let said = SaveWords { save: words.save, saving: words.saving, saved: words.saved };
    let says = form.state.line("hours", said, language, move |(line, wrong)| fault_text(*line, *wrong, words));
    let edited = move || form.state.edited();
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
                    aria-invalid=move || form.state.has(|(at, _)| *at == Line::Weekday(weekday)).then_some("true")
                    disabled=move || !form.state.has_read()
                    prop:value=move || line.get()
                    on:input=move |event| take(line, &event, edited)
                    // What clears a field from outside may report only this.
                    on:change=move |event| take(line, &event, edited)
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
                        aria-invalid=move || form.state.has(|(at, _)| matches!(at, Line::Day(_))).then_some("true")
                        disabled=move || !form.state.has_read()
                        prop:value=move || form.days.get()
                        on:input=move |event| take(form.days, &event, edited)
                        on:change=move |event| take(form.days, &event, edited)
                    ></textarea>
                    <p class="m-fine m-lines" id="m-hours-days-hint">{words.days_hint}</p>
                </div>
                {says.view()}
            </form>
        </section>
    }
}

fn field_id(weekday: Weekday) -> String {
    ["m-hours-", weekday.name()].concat()
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
