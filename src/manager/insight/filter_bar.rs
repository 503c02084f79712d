//! The bar above the results: what is shown, and each thing that is chosen as a chip that takes it back.

use candor_core::facts::{Days, Doubts, Facts, Unit};
use candor_core::hours::{Date, Weekday};
use candor_core::insight::{Part, Side, Span, View};
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::choice::{Choice, choice_list};
use crate::manager::icon::icon;
use crate::manager::insight::{Insight, names};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The list that always stands there.
const PERIOD: &str = "m-filter-period";
/// What is chosen from a list where nothing is asked. No name of a point begins so.
const ANY: &str = "\u{1}";
const DOUBTS: [(&str, Doubts); 3] = [("raw", Doubts::Counted), ("clean", Doubts::LeftOut), ("doubtful", Doubts::Alone)];

/// The bar.
#[component]
pub fn FilterBar(insight: Insight, language: Language) -> impl IntoView {
    let words = &language.texts().insight;
    let names_of = |names: fn(&Facts) -> Vec<String>| insight.read(move |facts, _, _, _| names(facts));
    let points = names_of(|facts| facts.points().map(str::to_owned).collect());
    let surveys = names_of(|facts| facts.surveys().map(str::to_owned).collect());
    let languages = names_of(|facts| facts.languages().map(str::to_owned).collect());
    let channels = names_of(|facts| facts.channels().map(str::to_owned).collect());
    let staff = names_of(|facts| facts.staff().map(str::to_owned).collect());
    let own = Memo::new(move |_| match insight.view.with(|view| view.period) {
        Span::Own(from, to) => Some((from, to)),
        _ => None,
    });
    // The fields stay where they are while somebody types into them.
    let is_own = Memo::new(move |_| own.with(Option::is_some));
    let spans = {
        let names = Span::NAMED.into_iter().map(|(name, _)| name).chain([Span::OWN]);
        names.zip(words.periods).map(|(name, words)| (name.to_owned(), words.to_owned())).collect::<Vec<Choice>>()
    };
    let doubts: Vec<Choice> = DOUBTS
        .iter()
        .zip(words.doubts_choices)
        .map(|((name, _), words)| ((*name).to_owned(), words.to_owned()))
        .collect();
    view! {
        <section class="m-card m-filters" aria-label=words.filters data-testid="filters">
            <div class="m-filter-row">
                {choice_list(
                    PERIOD,
                    words.period,
                    move || spans.clone(),
                    move || insight.view.with(|view| view.period.name().to_owned()),
                    move |name| choose_span(insight, &name),
                )}
                {move || is_own.get().then(|| own_days(insight, own, language))}
                {of_names(insight, Part::Point, points, language)}
                {of_names(insight, Part::Survey, surveys, language)}
                {of_names(insight, Part::Language, languages, language)}
                {of_names(insight, Part::Channel, channels, language)}
                {of_names(insight, Part::Staff, staff, language)}
                {choice_list(
                    "m-filter-doubts",
                    words.doubts,
                    move || doubts.clone(),
                    move || {
                        let chosen = insight.view.with(|view| view.doubts);
                        let known = DOUBTS.iter().find(|(_, doubts)| *doubts == chosen);
                        known.map_or("raw", |(name, _)| name).to_owned()
                    },
                    move |name| {
                        if let Some((_, doubts)) = DOUBTS.iter().find(|(known, _)| *known == name) {
                            insight.view.update(|view| view.doubts = *doubts);
                        }
                    },
                )}
            </div>
            {move || chips(insight, language)}
            {move || insight.is_hidden.get().then(|| view! {
                <p class="m-few" role="status" data-testid="too-few-person">{words.hidden}</p>
            })}
            {move || (!insight.is_hidden.get() && insight.view.with(View::is_of_a_person)).then(|| view! {
                <p class="m-fine" role="status">{words.of_a_person}</p>
            })}
        </section>
    }
}

/// A list of what the facts know, where there is anything to choose.
fn of_names(insight: Insight, part: Part, names: Memo<Vec<String>>, language: Language) -> impl IntoView {
    let words = &language.texts().insight;
    let (id, label) = match part {
        Part::Point => ("m-filter-point", words.point),
        Part::Survey => ("m-filter-survey", words.survey),
        Part::Language => ("m-filter-language", words.language),
        Part::Channel => ("m-filter-channel", words.channel),
        _ => ("m-filter-staff", words.staff),
    };
    // Of people already one is somebody to ask for; of anything else one is all there is.
    let fewest = if part == Part::Staff { 1 } else { 2 };
    let is_offered = Memo::new(move |_| names.with(Vec::len) >= fewest || insight.view.with(|view| view.has(part)));
    let choices = move || {
        let any = (ANY.to_owned(), words.any.to_owned());
        let named = |name: &String| (name.clone(), name_of(insight, part, name, language));
        std::iter::once(any).chain(names.get().iter().map(named)).collect()
    };
    let chosen = move || insight.view.with(|view| slot_of(view, part).clone()).unwrap_or_else(|| ANY.to_owned());
    let choose = move |name: String| {
        insight.view.update(|view| {
            // Reasons are a survey's own.
            if part == Part::Survey {
                view.reason = None;
            }
            *slot_of_mut(view, part) = Some(name).filter(|name| name != ANY);
        });
    };
    move || is_offered.get().then(|| choice_list(id, label, choices, chosen, choose))
}

fn slot_of(view: &View, part: Part) -> &Option<String> {
    match part {
        Part::Point => &view.point,
        Part::Survey => &view.survey,
        Part::Language => &view.language,
        Part::Channel => &view.channel,
        _ => &view.staff,
    }
}

fn slot_of_mut(view: &mut View, part: Part) -> &mut Option<String> {
    match part {
        Part::Point => &mut view.point,
        Part::Survey => &mut view.survey,
        Part::Language => &mut view.language,
        Part::Channel => &mut view.channel,
        _ => &mut view.staff,
    }
}

fn name_of(insight: Insight, part: Part, name: &str, language: Language) -> String {
    match part {
        Part::Point => names::point(name, language),
        Part::Survey => names::survey(insight.desk, name, language),
        Part::Language => names::of_language(name, language),
        Part::Channel => names::channel(name, language),
        Part::Staff => names::person(insight.desk, name),
        _ => name.to_owned(),
    }
}

fn choose_span(insight: Insight, name: &str) {
    let named = Span::NAMED.into_iter().find(|(known, _)| *known == name).map(|(_, span)| span);
    // Days of one's own begin with those that are shown.
    let shown = untrack(|| {
        let view = insight.view.get();
        insight.desk.with_facts(|facts, today| {
            let days = view.period.days(today).or_else(|| facts.select(&Default::default()).span());
            days.map_or(Span::Own(today, today), |days| Span::Own(days.from, days.to))
        })
    });
    if let Some(span) = named.or(shown) {
        insight.view.update(|view| *view = view.of(span));
    }
}

/// The two days of a period of one's own.
fn own_days(insight: Insight, own: Memo<Option<(Date, Date)>>, language: Language) -> impl IntoView {
    let words = &language.texts().insight;
    let field = move |id: &'static str, label: &'static str, is_first: bool| {
        let day =
            move || own.get().map(|(from, to)| String::from(if is_first { from } else { to })).unwrap_or_default();
        let choose = move |text: String| {
            let (Some(day), Some((from, to))) = (Date::parse(&text), own.get_untracked()) else { return };
            let span = if is_first { Span::Own(day, to) } else { Span::Own(from, day) };
            insight.view.update(|view| *view = view.of(span));
        };
        view! {
            <div class="m-field">
                <label for=id>{label}</label>
                <input
                    id=id
                    type="date"
                    data-testid=id.trim_start_matches("m-")
                    prop:value=day
                    on:change=move |event| choose(event_target_value(&event))
                />
            </div>
        }
    };
    view! {
        {field("m-filter-from", words.from, true)}
        {field("m-filter-to", words.to, false)}
    }
}

/// What is chosen, one chip each.
fn chips(insight: Insight, language: Language) -> impl IntoView {
    let words = &language.texts().insight;
    let view = insight.view.get();
    let parts: Vec<Part> = view.parts().collect();
    let is_several = parts.len() > 1;
    let chip = move |part: Part| {
        let said = said(insight, &view, part, language);
        view! {
            <li>
                <button
                    type="button"
                    class="m-remover"
                    data-testid=format!("chip-{}", part.name())
                    aria-label=fill(words.remove, &[&said])
                    on:click=move |_| {
                        insight.view.update(|view| view.remove(part));
                        // The chip is gone, and the focus would be with it.
                        browser::focus(PERIOD);
                    }
                >
                    <span>{said.clone()}</span>
                    {icon(CROSS)}
                </button>
            </li>
        }
    };
    (!parts.is_empty()).then(|| {
        view! {
            <ul class="m-removers" data-testid="chips">
                {parts.into_iter().map(chip).collect_view()}
                {is_several.then(|| view! {
                    <li>
                        <button
                            type="button"
                            class="m-quiet"
                            data-testid="chips-clear"
                            on:click=move |_| {
                                insight.view.set(View::default());
                                browser::focus(PERIOD);
                            }
                        >
                            {words.remove_all}
                        </button>
                    </li>
                })}
            </ul>
        }
    })
}

/// Takes something away.
const CROSS: &str = "M7 7l10 10M17 7L7 17";

/// What is chosen of a part, in words.
pub fn said(insight: Insight, view: &View, part: Part, language: Language) -> String {
    let words = &language.texts().insight;
    match part {
        Part::Period => match view.period {
            Span::Own(from, to) => names::days(Days { from: from.min(to), to: from.max(to) }, Unit::Day, language),
            span => names::span(span, language).to_owned(),
        },
        Part::Doubts => {
            let at = DOUBTS.iter().position(|(_, doubts)| *doubts == view.doubts).unwrap_or_default();
            let choice = words.doubts_choices.get(at).copied().unwrap_or_default();
            format!("{}: {choice}", words.doubts)
        }
        Part::Slot => view.slot.map(|days| names::days(days, Unit::Day, language)).unwrap_or_default(),
        Part::Cell => view.cell.map(|(day, hour)| cell_name(day, hour, language)).unwrap_or_default(),
        Part::Reason => {
            let Some((side, key)) = &view.reason else { return String::new() };
            let reason = insight.measure.with(|measure| names::reason(insight.desk, measure, *side, key, language));
            fill(if *side == Side::Bad { words.reason_bad } else { words.reason_good }, &[&reason])
        }
        Part::Point | Part::Survey | Part::Language | Part::Channel | Part::Staff => {
            let name = slot_of(view, part).as_ref().map(|name| name_of(insight, part, name, language));
            let label = match part {
                Part::Point => words.point,
                Part::Survey => words.survey,
                Part::Language => words.language,
                Part::Channel => words.channel,
                _ => words.staff,
            };
            format!("{label}: {}", name.unwrap_or_default())
        }
    }
}

/// An hour of a weekday.
pub fn cell_name(weekday: Weekday, hour: u8, language: Language) -> String {
    let [from, to] = [hour, (hour + 1) % 24].map(|hour| browser::hour(hour, language));
    format!("{} {from}\u{2060}–\u{2060}{to}", browser::weekday(weekday, language))
}
