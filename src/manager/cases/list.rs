//! The list of cases: how many there are, which are chosen, and each with what is to be done and by when.

use candor_core::cases::{Case, Counts, Origin, Sieve, State};
use candor_core::event::{EventId, Rating};
use candor_core::insight::Span;
use leptos::prelude::*;

use super::rates::RatesCard;
use super::{CasesDesk, Chosen, LISTED, names};
use crate::manager::browser::{self, Written};
use crate::manager::button::more;
use crate::manager::choice::choice_list;
use crate::manager::desk::survey_of;
use crate::manager::icon::{WARNING, face, icon};
use crate::manager::insight::names as insight_names;
use crate::manager::language::Language;
use crate::manager::text::fill;

/// What is chosen from a list where nothing is asked. No name begins so.
const ANY: &str = "\u{1}";

/// The list with its filters and the rates.
#[component]
pub fn ListScreen(cases: CasesDesk, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let passed = Memo::new(move |_| {
        let (chosen, now, today) = (cases.chosen.get(), cases.now.get(), cases.today());
        let Chosen { state, period, owner, department } = chosen;
        let sieve = Sieve { state, days: period.days(today), owner, department };
        cases.all.with(|all| sieve.pass(all, now).into_iter().cloned().collect::<Vec<Case>>())
    });
    let count = Memo::new(move |_| passed.with(Vec::len));
    let shown =
        Memo::new(move |_| passed.with(|passed| passed.iter().take(cases.listed.get()).cloned().collect::<Vec<_>>()));
    view! {
        <div class="m-head">
            <h1 id="m-cases-title" tabindex="-1">{language.texts().rail.cases}</h1>
            {totals(cases, language)}
        </div>
        <div><p class="m-lead">{words.hint}</p></div>
        {filters(cases, language)}
        <section class="m-card" aria-label=language.texts().rail.cases data-testid="cases" data-n=move || count.get().to_string()>
            {move || match count.get() {
                0 => view! { <p class="m-empty"><b>{words.none}</b><br />{words.none_hint}</p> }.into_any(),
                all => {
                    let [listed, all] = [shown.with(Vec::len), all].map(|n| browser::integer(n as u64, language));
                    view! { <p class="m-n" role="status">{fill(words.shown, &[&listed, &all])}</p> }.into_any()
                }
            }}
            <ol class="m-cases">
                {move || shown.with(|shown| shown.iter().map(|case| row(cases, case, language)).collect_view())}
            </ol>
            {move || (shown.with(Vec::len) < count.get())
                .then(|| more("cases-more", words.more, move || cases.listed.update(|listed| *listed += LISTED)))}
        </section>
        <RatesCard cases language />
    }
}

/// How many there are in all, whatever is chosen; each leads to its list.
fn totals(cases: CasesDesk, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let counts = Memo::new(move |_| {
        let now = cases.now.get();
        cases.all.with(|all| Counts::of(all, now))
    });
    let total = move |state: State, label: &'static str, of: fn(&Counts) -> u64| {
        let n = move || counts.with(of);
        let testid = ["cases-", state.name()].concat();
        view! {
            <button
                type="button"
                class="m-total"
                class:m-total-late=move || state == State::Overdue && (n() > 0)
                data-testid=testid
                data-n=move || n().to_string()
                aria-pressed=move || (cases.chosen.with(|chosen| chosen.state) == state).to_string()
                on:click=move |_| choose(cases, |chosen| chosen.state = state)
            >
                <b>{move || browser::integer(n(), language)}</b>
                <span>{label}</span>
            </button>
        }
    };
    view! {
        <div class="m-totals" role="group" aria-label=words.filters>
            {total(State::Open, words.open, |counts| counts.open)}
            {total(State::Overdue, words.overdue, |counts| counts.overdue)}
            {total(State::Appealed, words.appealed, |counts| counts.appealed)}
            {total(State::Closed, words.closed, |counts| counts.closed)}
        </div>
    }
}

fn choose(cases: CasesDesk, change: impl FnOnce(&mut Chosen)) {
    cases.listed.set(LISTED);
    cases.chosen.update(change);
}

fn filters(cases: CasesDesk, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    let states = State::ALL.into_iter().zip(words.states);
    let states: Vec<_> = states.map(|((name, _), words)| (name.to_owned(), words.to_owned())).collect();
    let spans: Vec<_> = Span::NAMED
        .into_iter()
        .map(|(name, span)| (name.to_owned(), insight_names::span(span, language).to_owned()))
        .collect();
    let names_of = move |of: fn(&Case) -> &String| Memo::new(move |_| cases.names(of));
    let (owners, departments) = (names_of(|case| &case.owner), names_of(|case| &case.department));
    let choices = move |names: Vec<String>| {
        let named = |name: String| {
            let shown = if name.is_empty() { words.nobody.to_owned() } else { name.clone() };
            (name, shown)
        };
        std::iter::once((ANY.to_owned(), words.any.to_owned())).chain(names.into_iter().map(named)).collect::<Vec<_>>()
    };
    let slot = |name: String| Some(name).filter(|name| name != ANY);
    let any = || ANY.to_owned();
    view! {
        <section class="m-card m-filters" aria-label=words.filters>
            <div class="m-filter-row">
                {choice_list(
                    "m-cases-state",
                    words.state,
                    move || states.clone(),
                    move || cases.chosen.with(|chosen| chosen.state.name().to_owned()),
                    move |name| {
                        if let Some((_, state)) = State::ALL.into_iter().find(|(known, _)| *known == name) {
                            choose(cases, |chosen| chosen.state = state);
                        }
                    },
                )}
                {choice_list(
                    "m-cases-period",
                    words.period,
                    move || spans.clone(),
                    move || cases.chosen.with(|chosen| chosen.period.name().to_owned()),
                    move |name| {
                        if let Some((_, span)) = Span::NAMED.into_iter().find(|(known, _)| *known == name) {
                            choose(cases, |chosen| chosen.period = span);
                        }
                    },
                )}
                {choice_list(
                    "m-cases-owner",
                    words.owner,
                    move || choices(owners.get()),
                    move || cases.chosen.with(|chosen| chosen.owner.clone()).unwrap_or_else(any),
                    move |name| choose(cases, |chosen| chosen.owner = slot(name)),
                )}
                {choice_list(
                    "m-cases-department",
                    words.department,
                    move || choices(departments.get()),
                    move || cases.chosen.with(|chosen| chosen.department.clone()).unwrap_or_else(any),
                    move |name| choose(cases, |chosen| chosen.department = slot(name)),
                )}
            </div>
        </section>
    }
}

/// A case as a line that opens it.
fn row(cases: CasesDesk, case: &Case, language: Language) -> impl IntoView + use<> {
    let desk = cases.desk;
    let words = &language.texts().cases;
    let id = case.id.clone();
    let rating = case.rated.and_then(|rated| Some((rated.scale, Rating::new(rated.level)?)));
    let response = cases.response(&case.id);
    let point = response.as_ref().map(|response| response.context.point.clone()).unwrap_or_default();
    let reasons = response.map(|response| (response.reasons, response.context.survey, response.context.version));
    let chips = move || {
        let (reasons, survey, version) = reasons.as_ref()?;
        let surveys = desk.surveys.read();
        let survey = survey_of(&surveys, survey, *version);
        let chip = |id: &String| {
            let known = survey.zip(rating).map(|(survey, (_, rating))| survey.reason_text(rating, id, language.tag()));
            view! { <span class="m-chip">{known.unwrap_or(id).to_owned()}</span> }
        };
        Some(reasons.iter().map(chip).collect_view())
    };
    let standing = case.standing;
    let due = {
        let case = case.clone();
        move || names::due(&case, cases.now.get(), language)
    };
    let who = [case.department.clone(), case.owner.clone()].into_iter().filter(|name| !name.is_empty());
    let who = who.collect::<Vec<_>>().join(" · ");
    let is_by_hand = case.origin == Origin::ByHand;
    let began = names::instant(case.began, Written::Minute, language);
    view! {
        <li>
            <button type="button" class="m-case-row" data-testid="case-row" data-id=id.to_string() on:click=move |_| open(cases, id.clone())>
                {rating.map(|(scale, rating)| face(scale, rating))}
                <span class="m-case-what">
                    <b>{move || rating.map_or(words.no_rating.to_owned(), |(scale, rating)| names::level(desk, scale, rating, language))}</b>
                    <span class="m-chips">
                        {chips}
                        {(!point.is_empty()).then(|| view! { <span class="m-chip m-chip-point">{point}</span> })}
                        {is_by_hand.then(|| view! { <span class="m-chip m-chip-point">{words.by_hand}</span> })}
                    </span>
                    <small>{began}{(!who.is_empty()).then(|| [" · ", &who].concat())}</small>
                </span>
                <span class="m-case-due">
                    <b>{names::standing(standing, language)}</b>
                    {move || due().map(|(said, is_late)| view! {
                        <span class="m-due" class:m-late=is_late>{is_late.then(|| icon(WARNING))}{said}</span>
                    })}
                </span>
            </button>
        </li>
    }
}

fn open(cases: CasesDesk, id: EventId) {
    cases.show(id);
    browser::scroll_to_top("m-main");
}
