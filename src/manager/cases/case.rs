//! One case: the rating, where its steps stand, what can be done, and what was done.

use candor_core::cases::{Case, Contact, Standing, Step};
use candor_core::event::{EventId, Rating};
use candor_core::results::{Response, SealedComment};
use leptos::prelude::*;

use super::actions::{ActionCard, WhoCard};
use super::appeal::AppealCard;
use super::history::{HistoryCard, recorded, sealed_note};
use super::second::SecondCard;
use super::steps::StepsCard;
use super::{CasesDesk, Form, Saving, names};
use crate::manager::browser::{self, Written};
use crate::manager::button::button;
use crate::manager::comments::rating;
use crate::manager::door_screen::trouble_text;
use crate::manager::icon::{BACK, PLUS, WARNING, icon};
use crate::manager::language::Language;
use crate::manager::text::fill;
use crate::manager::unseal::Unseal;

/// The screen.
#[component]
pub fn CaseScreen(cases: CasesDesk, id: EventId, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let response = {
        let id = id.clone();
        Memo::new(move |_| cases.response(&id))
    };
    let case = {
        let id = id.clone();
        Memo::new(move |_| cases.all.with(|all| all.iter().find(|case| case.id == id).cloned()))
    };
    let history = {
        let id = id.clone();
        Memo::new(move |_| recorded(cases, &id))
    };
    let sealed = Memo::new(move |_| {
        let of_rating = response.with(|response| response.as_ref().and_then(|response| response.sealed.clone()));
        let notes = history.with(|history| history.iter().filter_map(sealed_note).collect::<Vec<_>>());
        of_rating.into_iter().chain(notes).collect::<Vec<SealedComment>>()
    });
    let is_case = Memo::new(move |_| case.with(Option::is_some));
    // The parts of the screen stay as they are while somebody types and news comes in.
    let cards = move || match (is_case.get(), id.clone()) {
        (false, id) => view! { <NoCase cases id language /> }.into_any(),
        (true, id) => view! {
            <StepsCard cases case language />
            <ActionCard cases id=id.clone() case language />
            <div class="m-columns">
                <WhoCard cases id=id.clone() case language />
                <SecondCard cases id=id.clone() case response language />
            </div>
            <AppealCard cases id case language />
            <HistoryCard cases history language />
        }
        .into_any(),
    };
    view! {
        <div class="m-head m-case-head">
            <button type="button" class="m-quiet" data-testid="cases-back" on:click=move |_| back(cases)>
                {icon(BACK)}
                {words.back}
            </button>
            <h1>{move || title(response, case, language)}</h1>
            {move || standing(cases, case, language)}
        </div>
        <section class="m-card" aria-label=words.rating data-testid="case-rating">
            {move || response.get().map_or_else(
                || view! { <p class="m-lead">{words.no_rating}</p> }.into_any(),
                |response| view! {
                    <ol class="m-comments m-case-rating">
                        {rating(cases.desk, &response, "case-response", language)}
                    </ol>
                }
                .into_any(),
            )}
            {move || case.with(|case| case.as_ref().map(|case| said_of(cases, case, language))).map(|said| view! {
                <p class="m-fine m-case-said">{said}</p>
            })}
            <Unseal desk=cases.desk sealed language />
        </section>
        {cards}
    }
}

fn back(cases: CasesDesk) {
    cases.open.set(None);
    browser::scroll_to_top("m-main");
}

fn title(response: Memo<Option<Response>>, case: Memo<Option<Case>>, language: Language) -> String {
    let given = response.with(|response| response.as_ref().map(|response| response.time.clone()));
    let given = given.map(|time| browser::time(&time, Written::Minute, language));
    let began = || case.with(|case| case.as_ref().map(|case| names::instant(case.began, Written::Minute, language)));
    fill(language.texts().cases.case_of, &[&given.or_else(began).unwrap_or_default()])
}

fn standing(cases: CasesDesk, case: Memo<Option<Case>>, language: Language) -> Option<impl IntoView> {
    let case = case.get()?;
    let due = names::due(&case, cases.now.get(), language);
    let is_late = due.as_ref().is_some_and(|(_, is_late)| *is_late);
    let standing = names::standing(case.standing, language);
    let machine = match case.standing {
        Standing::Open(step) => step.name(),
        Standing::Closed => "closed",
        Standing::Withdrawn => "withdrawn",
    };
    Some(view! {
        <p class="m-standing" class:m-late=is_late role="status" data-testid="case-standing" data-standing=machine data-late=is_late.to_string()>
            {is_late.then(|| icon(WARNING))}
            <b>{standing}</b>
            {due.map(|(said, _)| view! { <span>{said}</span> })}
        </p>
    })
}

/// The level in words, and whether the customer can be reached.
fn said_of(cases: CasesDesk, case: &Case, language: Language) -> String {
    let rating = case.rated.and_then(|rated| Some((rated.scale, Rating::new(rated.level)?)));
    let level = rating.map(|(scale, rating)| names::level(cases.desk, scale, rating, language));
    let parts = [level, contact(case, language).map(str::to_owned)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Whether the customer can be reached, as long as nobody has called.
fn contact(case: &Case, language: Language) -> Option<&'static str> {
    let words = &language.texts().cases;
    let is_called = case.step(Step::CallBack).is_over();
    case.rated.filter(|_| !is_called).map(|rated| match rated.contact {
        Contact::Left => words.contact_left,
        Contact::None => words.contact_none,
        Contact::Unknown => words.contact_unknown,
    })
}

/// A rating that is no case yet.
#[component]
fn NoCase(cases: CasesDesk, id: EventId, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    view! {
        <section class="m-card m-stack" aria-labelledby="m-no-case" data-testid="no-case">
            <div class="m-card-head"><h2 id="m-no-case">{words.no_case}</h2></div>
            <p class="m-lead">{words.no_case_hint}</p>
            <div class="m-save">
                {says(cases, Form::Step, language)}
                {button("m-button", "open-case", PLUS, words.open_case, move || cases.is_running(), move || cases.open_by_hand(&id))}
            </div>
        </section>
    }
}

/// What became of the last attempt to record with a form.
pub fn says(cases: CasesDesk, form: Form, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let of = move || cases.saving.with(|(of, saving)| (*of == form).then(|| saving.clone())).unwrap_or(Saving::None);
    let said = move || match of() {
        Saving::None => String::new(),
        Saving::Running => words.recording.to_owned(),
        Saving::Done => words.recorded.to_owned(),
        Saving::NoChoice => words.choose_first.to_owned(),
        Saving::NoNote => words.write_note.to_owned(),
        Saving::NotSealed => words.not_sealed.to_owned(),
        Saving::Failed(error) => trouble_text(&error, &language.texts().trouble).to_owned(),
    };
    view! {
        <p
            class="m-says"
            role="status"
            data-testid="case-says"
            data-ok=move || (of() == Saving::Done).to_string()
            class:m-says-calm=move || matches!(of(), Saving::None | Saving::Running | Saving::Done)
        >
            {said}
        </p>
    }
}
