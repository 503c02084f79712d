//! Shifts on the settings screen: what stands on the kiosk by weekday and time.

use candor_core::hours::lines::plain_span;
use candor_core::hours::roster::{Fault, MAX_SHIFTS, ROSTER_RECORD, Roster, Shift, Wrong};
use candor_core::hours::{Weekday, Wrong as HoursWrong};
use candor_core::journal::StoreError;
use candor_core::survey::shelf::Shelf;
use candor_core::survey::text;
use leptos::prelude::*;
use serde_json::{Value, json};

use crate::manager::button::button;
use crate::manager::desk::{Desk, TEMPLATES};
use crate::manager::icon::{CHEVRON, PLUS, TRASH, icon};
use crate::manager::language::Language;
use crate::manager::record_form::{RecordForm, SaveLine, SaveWords};
use crate::manager::store::Store;
use crate::manager::text::{RosterTexts, fill};
use crate::manager::tick::tick;

/// A shift, as typed.
#[derive(Clone, Copy)]
struct Row {
    /// For as long as the card stands.
    id: usize,
    name: RwSignal<String>,
    hours: RwSignal<String>,
    /// Monday first.
    days: [RwSignal<bool>; 7],
    survey: RwSignal<String>,
    point: RwSignal<String>,
    staff: RwSignal<String>,
    attract: RwSignal<String>,
}

impl Row {
    fn new(id: usize, shift: Option<&Shift>) -> Self {
        let typed = |of: fn(&Shift) -> String| RwSignal::new(shift.map(of).unwrap_or_default());
        Self {
            id,
            name: typed(|shift| shift.name.clone()),
            hours: typed(|shift| String::from(shift.hours)),
            days: Weekday::ALL.map(|day| RwSignal::new(shift.is_none_or(|shift| shift.is_on(day)))),
            survey: typed(|shift| shift.survey.clone()),
            point: typed(|shift| shift.point.clone()),
            staff: typed(|shift| shift.staff.clone()),
            attract: typed(|shift| shift.attract.clone()),
        }
    }

    fn to_value(self) -> Value {
        let of = |typed: RwSignal<String>| typed.get_untracked().trim().to_owned();
        let on = Weekday::ALL.into_iter().zip(self.days).filter(|(_, is_on)| is_on.get_untracked());
        let days: Vec<&str> = on.map(|(day, _)| day.name()).collect();
        // None would be all of them.
        let days = if days.is_empty() { Value::Null } else { json!(days) };
        json!({
            "name": of(self.name), "hours": plain_span(&of(self.hours)), "days": days, "survey": of(self.survey),
            "point": of(self.point), "staff": of(self.staff), "attract": of(self.attract),
        })
    }
}

#[derive(Clone, Copy)]
struct Form {
    rows: RwSignal<Vec<Row>>,
    next: StoredValue<usize>,
    state: RecordForm<Fault>,
}

impl Form {
    fn new(desk: Desk) -> Self {
        let form = Self { rows: RwSignal::default(), next: StoredValue::new(0), state: RecordForm::new() };
        let load = |store: Store| async move { store.load(ROSTER_RECORD).await };
        form.state.follow(desk, load, move |record| {
            let roster = Roster::from_json(&record.unwrap_or_default());
            form.rows.set(roster.shifts.iter().map(|shift| form.row(Some(shift))).collect());
        });
        form
    }

    fn row(self, shift: Option<&Shift>) -> Row {
        self.next.update_value(|next| *next += 1);
        Row::new(self.next.get_value(), shift)
    }

    fn save(self, desk: Desk) {
        self.state.save(desk, |store| {
            let value: Value = self.rows.with_untracked(|rows| rows.iter().map(|row| row.to_value()).collect());
            let roster = Roster::read(&value)?;
            Ok(async move { put_in_force(&store, &roster).await })
        });
    }
}

/// Puts shifts in force.
///
/// # Errors
/// [`StoreError`].
pub async fn put_in_force(store: &Store, roster: &Roster) -> Result<(), StoreError> {
    store.put_in_force(ROSTER_RECORD, &roster.to_json()).await
}

/// The card.
#[component]
pub fn RosterCard(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().roster;
    let form = Form::new(desk);
    let add = move || {
        form.rows.update(|rows| rows.push(form.row(None)));
        form.state.edited();
    };
    let said = SaveWords { save: words.save, saving: words.saving, saved: words.saved };
    let line = SaveLine {
        press: Some(Callback::new(move |()| form.save(desk))),
        ..form.state.line("roster", said, language, move |fault| fault_text(fault, words))
    };
    let is_full = move || !form.state.is_ready() || form.rows.with(Vec::len) >= MAX_SHIFTS;
    view! {
        <section class="m-card m-stack" aria-labelledby="m-roster" data-testid="roster">
            <div class="m-card-head"><h2 id="m-roster">{words.title}</h2></div>
            <p class="m-lead">{words.hint}</p>
            <For each=move || form.rows.get() key=|row| row.id children=move |row| shift(desk, form, row, language) />
            <div class="m-do-row m-do-start">
                {button("m-button m-second", "add-shift", PLUS, words.add, is_full, add)}
            </div>
            {line.view()}
        </section>
    }
}

fn shift(desk: Desk, form: Form, row: Row, language: Language) -> impl IntoView {
    let words = &language.texts().roster;
    let place = move || {
        let at = form.rows.with(|rows| rows.iter().position(|known| known.id == row.id)).unwrap_or_default();
        (at + 1).to_string()
    };
    let field = move |part: &'static str, label: &'static str, example: &'static str, typed: RwSignal<String>| {
        let id = format!("m-shift-{}-{part}", row.id);
        view! {
            <div class="m-field">
                <label for=id.clone()>{label}</label>
                <input
                    id=id
                    data-testid=move || ["shift-", &place(), "-", part].concat()
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="60"
                    placeholder=example
                    aria-describedby="m-roster-says"
                    prop:value=move || typed.get()
                    on:input=move |event| {
                        typed.set(event_target_value(&event));
                        form.state.edited();
                    }
                />
            </div>
        }
    };
    let day =
        move |(label, is_on): (&'static str, RwSignal<bool>)| tick("", label, "", is_on, move || form.state.edited());
    let days = language.texts().hours.weekdays.into_iter().zip(row.days).map(day).collect_view();
    let surveys = move || {
        let option = |id: String| {
            let title = desk.surveys.with(|surveys| {
                surveys.get(&id).map_or_else(|| id.clone(), |survey| text(&survey.title, language.tag()).to_owned())
            });
            let is_chosen = row.survey.get() == id;
            view! { <option value=id selected=is_chosen>{title}</option> }
        };
        let ids = TEMPLATES.map(str::to_owned).into_iter().chain(desk.shelf.with(Shelf::in_service));
        view! {
            <option value="" selected=move || row.survey.get().is_empty()>{words.as_set}</option>
            {ids.map(option).collect_view()}
        }
    };
    let survey_id = format!("m-shift-{}-survey", row.id);
    let remove = move |_| {
        form.rows.update(|rows| rows.retain(|known| known.id != row.id));
        form.state.edited();
    };
    view! {
        <fieldset class="m-shift" data-testid=move || ["shift-", &place()].concat()>
            <legend class="sr">{move || fill(words.shift, &[&place()])}</legend>
            <div class="m-three">
                {field("name", words.name, words.name_example, row.name)}
                {field("hours", words.hours, "8:00-16:00", row.hours)}
                <div class="m-field">
                    <label for=survey_id.clone()>{words.survey}</label>
                    <div class="m-select">
                        <select
                            id=survey_id
                            data-testid=move || ["shift-", &place(), "-survey"].concat()
                            on:change=move |event| {
                                row.survey.set(event_target_value(&event));
                                form.state.edited();
                            }
                        >
                            {surveys}
                        </select>
                        {icon(CHEVRON)}
                    </div>
                </div>
                {field("point", words.point, words.as_set, row.point)}
                {field("staff", words.staff, words.as_set, row.staff)}
                {field("attract", words.attract, words.attract_example, row.attract)}
            </div>
            <div class="m-shift-days" role="group" aria-label=words.days>{days}</div>
            <div class="m-do-row">
                <button type="button" class="m-quiet" data-testid=move || ["remove-shift-", &place()].concat() on:click=remove>
                    {icon(TRASH)}
                    {words.remove}
                </button>
            </div>
        </fieldset>
    }
}

fn fault_text(Fault { path, wrong }: &Fault, words: &RosterTexts) -> String {
    let what = match wrong {
        Wrong::Name => words.name_fault,
        Wrong::Days => words.days_fault,
        Wrong::Hours(HoursWrong::EndBeforeBegin) => words.end_before_begin,
        Wrong::Hours(_) => words.hours_fault,
        Wrong::Overlap => words.overlap,
        Wrong::Text => words.text_fault,
        // The card makes none of these.
        Wrong::NotAList | Wrong::NotAnObject | Wrong::UnknownField | Wrong::TooMany => words.too_many,
    };
    let at = path.strip_prefix('[').and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
    at.map_or_else(|| what.to_owned(), |at| fill(words.at, &[&(at + 1).to_string(), what]))
}
