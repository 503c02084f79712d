//! The customer's second rating: found by its ticket, or chosen among those of a later day.

use candor_core::cases::{Case, Change};
use candor_core::event::EventId;
use candor_core::hours::Date;
use candor_core::results::Response;
use leptos::prelude::*;

use super::case::says;
use super::{CasesDesk, Form, names};
use crate::manager::browser::{self, Written};
use crate::manager::button::button;
use crate::manager::choice::{Choice, choice_list};
use crate::manager::comments::rating;
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The card.
#[component]
pub fn SecondCard(
    cases: CasesDesk,
    id: EventId,
    case: Memo<Option<Case>>,
    response: Memo<Option<Response>>,
    language: Language,
) -> impl IntoView {
    let words = &language.texts().cases;
    let second = Memo::new(move |_| case.with(|case| case.as_ref().and_then(|case| case.second.clone())));
    let id = StoredValue::new(id);
    let record = move |change: Change| id.with_value(|id| cases.change(Form::Second, id, vec![change], "", || {}));
    let body = move || match second.get() {
        Some(second) => {
            let found = cases.response(&second.response);
            let how = if second.is_by_ticket { words.second_by_ticket } else { words.second_named };
            let from_to = found.as_ref().zip(response.get()).map(|(second, first)| {
                let [from, to] = [&first, second].map(|of| names::level(cases.desk, of.scale, of.rating, language));
                fill(words.from_to, &[&from, &to])
            });
            let unlinked = second.response.clone();
            let unlink = move || record(Change::Unlinked(unlinked.clone()));
            view! {
                <p><b data-testid="second-change">{from_to}</b>" "<span class="m-fine">{how}</span></p>
                <ol class="m-comments">
                    {found.map(|found| rating(cases.desk, &found, "second-response", language))}
                </ol>
                <div class="m-save">
                    {says(cases, Form::Second, language)}
                    {button("m-quiet", "second-unlink", "", words.unlink, move || cases.is_running(), unlink)}
                </div>
            }
            .into_any()
        }
        None => view! { <Choose cases response record language /> }.into_any(),
    };
    view! {
        <section class="m-card m-stack" aria-labelledby="m-case-second" data-testid="case-second">
            <div class="m-card-head"><h2 id="m-case-second">{words.second}</h2></div>
            <p class="m-fine">{words.second_hint}</p>
            {body}
        </section>
    }
}

/// A day, and the ratings that were given on it after this one.
#[component]
fn Choose(
    cases: CasesDesk,
    response: Memo<Option<Response>>,
    record: impl Fn(Change) + Copy + 'static,
    language: Language,
) -> impl IntoView {
    let words = &language.texts().cases;
    let (day, chosen) = (RwSignal::new(cases.today()), RwSignal::new(String::new()));
    let offered = Memo::new(move |_| {
        cases.desk.figures.track();
        let first = response.get();
        let is_later = |of: &Response| {
            first.as_ref().is_none_or(|first| of.id != first.id && (&of.time, &of.id) > (&first.time, &first.id))
        };
        let mut offered = cases.desk.responses_on(day.get());
        offered.retain(is_later);
        offered
    });
    let choices = move || {
        let none = (String::new(), if offered.with(Vec::is_empty) { words.second_none } else { "—" }.to_owned());
        let named = |of: &Response| -> Choice {
            let time = browser::time(&of.time, Written::Clock, language);
            let level = names::level(cases.desk, of.scale, of.rating, language);
            let parts = [Some(time), Some(level), of.context.ticket.clone(), Some(of.context.point.clone())];
            let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
            (of.id.to_string(), parts.join(" · "))
        };
        std::iter::once(none).chain(offered.with(|offered| offered.iter().map(named).collect::<Vec<_>>())).collect()
    };
    let is_off = move || cases.is_running() || chosen.with(String::is_empty);
    let link = move || {
        if let Some(second) = EventId::parse(&chosen.get_untracked()) {
            record(Change::Linked(second));
        }
    };
    view! {
        <div class="m-pair">
            <div class="m-field">
                <label for="m-second-day">{words.second_day}</label>
                <input
                    id="m-second-day"
                    type="date"
                    data-testid="second-day"
                    prop:value=move || String::from(day.get())
                    on:change=move |event| {
                        if let Some(typed) = Date::parse(&event_target_value(&event)) {
                            day.set(typed);
                            chosen.set(String::new());
                        }
                    }
                />
            </div>
            {choice_list("m-second-rating", words.second_choose, choices, move || chosen.get(), move |id| chosen.set(id))}
        </div>
        <div class="m-save">
            {says(cases, Form::Second, language)}
            {button("m-button m-second", "second-link", "", words.link, is_off, link)}
        </div>
    }
}
