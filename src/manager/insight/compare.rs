//! Several compared: service points, people, languages, channels; each with its interval, never by the bare figure.

use candor_core::chart::{Axis, percent};
use candor_core::facts::Hidden;
use candor_core::insight::{Compared, Part, channels, languages, points, staff};
use candor_core::statistics::{Estimate, TooFew};
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::insight::table::{Row, table};
use crate::manager::insight::{Insight, names};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// An estimate on its axis: the interval as a bar, the figure as a stroke, what is left once chance is allowed for as a
/// ring, the target as a line through all.
pub fn gauge(axis: &Axis, score: &Estimate, shrunk: Option<f64>, target: Option<f64>) -> impl IntoView + use<> {
    let x = |value: f64| percent(axis.part(value) * 100.0) + "%";
    let width = percent((axis.part(score.high) - axis.part(score.low)) * 100.0) + "%";
    view! {
        <svg class="m-gauge" height="20" aria-hidden="true">
            <rect class="m-track" y="5" width="100%" height="10" rx="5" />
            <rect class="m-interval-bar" x=x(score.low) y="5" width=width height="10" rx="3" />
            {target.map(|target| view! { <line class="m-target" x1=x(target) x2=x(target) y1="0" y2="20" /> })}
            {shrunk.map(|shrunk| view! { <circle class="m-shrunk" cx=x(shrunk) cy="10" r="6" /> })}
            <line class="m-at-value" x1=x(score.value) x2=x(score.value) y1="2" y2="18" />
        </svg>
    }
}

/// Service points, where there are several.
#[component]
pub fn PointsCard(insight: Insight, language: Language) -> impl IntoView {
    let shown = insight.read(points);
    let words = &language.texts().insight;
    let kind = Kind { part: Part::Point, title: words.points, id: "m-points", testid: "table-points" };
    move || shown.with(|shown| (shown.len() > 1).then(|| card(insight, kind, shown, Hidden::default(), language)))
}

/// People, of whom there is enough.
#[component]
pub fn StaffCard(insight: Insight, language: Language) -> impl IntoView {
    let shown = insight.read(|facts, view, today, measure| {
        let (shown, Hidden { people, responses }) = staff(facts, view, today, measure);
        (shown, people, responses)
    });
    let words = &language.texts().insight;
    let kind = Kind { part: Part::Staff, title: words.staff_title, id: "m-staff-compared", testid: "table-staff" };
    move || {
        shown.with(|(shown, people, responses)| {
            let hidden = Hidden { people: *people, responses: *responses };
            (!shown.is_empty() || hidden.people > 0).then(|| card(insight, kind, shown, hidden, language))
        })
    }
}

/// Languages and channels, where there are several.
#[component]
pub fn LanguagesCard(insight: Insight, language: Language) -> impl IntoView {
    let (of_languages, of_channels) = (insight.read(languages), insight.read(channels));
    let words = &language.texts().insight;
    let languages =
        Kind { part: Part::Language, title: words.languages, id: "m-by-language", testid: "table-languages" };
    let channels =
        Kind { part: Part::Channel, title: words.channels_title, id: "m-by-channel", testid: "table-channels" };
    let of = move |shown: Memo<Vec<Compared>>, kind: Kind| {
        shown.with(|shown| (shown.len() > 1).then(|| card(insight, kind, shown, Hidden::default(), language)))
    };
    move || {
        let several =
            [of_languages, of_channels].into_iter().filter(|shown| shown.with(|shown| shown.len() > 1)).count();
        (several > 0).then(|| {
            view! {
                <div class="m-columns" class:m-alone=several == 1>
                    {move || of(of_languages, languages)}
                    {move || of(of_channels, channels)}
                </div>
            }
        })
    }
}

/// What is compared.
#[derive(Clone, Copy)]
struct Kind {
    part: Part,
    title: &'static str,
    id: &'static str,
    testid: &'static str,
}

fn card(insight: Insight, kind: Kind, shown: &[Compared], hidden: Hidden, language: Language) -> AnyView {
    let (words, measure) = (&language.texts().insight, insight.measure.get());
    let ends = measure.ends();
    let axis = Axis::between(ends.0, ends.1);
    let unit = names::unit(&measure);
    let figure = |value: f64| names::figure(value, language) + unit;
    let name = |one: &Compared| match kind.part {
        Part::Point => names::point(&one.name, language),
        Part::Language => names::of_language(&one.name, language),
        Part::Channel => names::channel(&one.name, language),
        Part::Staff => names::person(insight.desk, &one.name),
        _ => one.name.clone(),
    };
    let too_few = |one: &Compared| match one.too_few {
        Some(TooFew::Responses) => words.too_few,
        Some(TooFew::Interval) => words.too_few_interval,
        None => "",
    };
    let line = |one: &Compared| {
        let (chosen, tapped) = (one.name.clone(), one.name.clone());
        let n = browser::integer(one.score.n, language);
        let is_shown = one.too_few != Some(TooFew::Responses);
        let shown = if is_shown { figure(one.score.value) } else { "—".to_owned() };
        let gauge = is_shown.then(|| gauge(&axis, &one.score, one.shrunk, None));
        view! {
            <li>
                <button
                    type="button"
                    class="m-line-button"
                    data-testid=format!("mark-{}-{}", kind.part.name(), one.name)
                    aria-pressed=move || is_chosen(insight, kind.part, &chosen).to_string()
                    on:click=move |_| tap(insight, kind.part, &tapped)
                >
                    <span class="m-line-name">{name(one)}</span>
                    <span class="m-line-chart">{gauge}</span>
                    <b>{shown}</b>
                    <span class="m-level-share">"n\u{a0}=\u{a0}"{n}</span>
                    <span class="m-line-note">{too_few(one)}</span>
                </button>
            </li>
        }
    };
    let row = |one: &Compared| {
        let is_shown = one.too_few != Some(TooFew::Responses);
        let Estimate { value, low, high, n } = one.score;
        let interval = format!("{}–{}", names::figure(low, language), names::figure(high, language));
        let shrunk = one.shrunk.filter(|_| is_shown).map(figure).unwrap_or_else(|| "—".to_owned());
        let (score, interval) =
            if is_shown { (figure(value), interval) } else { (words.too_few.to_owned(), "—".to_owned()) };
        let tapped = one.name.clone();
        let cells = vec![browser::integer(n, language), score, interval, shrunk];
        Row::tapped(name(one), cells, move || tap(insight, kind.part, &tapped))
    };
    let heads =
        vec![kind.title, language.texts().results.count, words.score_head, words.interval_head, words.shrunk_head];
    let (metric, _) = names::metric(&measure, language);
    let note = (hidden.people > 0).then(|| {
        let [people, responses] = [hidden.people as u64, hidden.responses].map(|n| browser::integer(n, language));
        fill(words.staff_hidden, &[&people, &responses])
    });
    let behind = (!shown.is_empty())
        .then(|| table(kind.testid, kind.title.to_owned(), heads, shown.iter().map(row).collect(), language));
    view! {
        <section class="m-card m-insight" aria-labelledby=kind.id data-testid=format!("compare-{}", kind.part.name())>
            <div class="m-card-head"><h2 id=kind.id>{kind.title}" "<small>{metric}</small></h2></div>
            <ol class="m-pareto">{shown.iter().map(line).collect_view()}</ol>
            {(!shown.is_empty()).then(|| view! { <p class="m-fine">{words.compare_note}</p> })}
            {note.map(|note| view! { <p class="m-fine" data-testid="staff-hidden">{note}</p> })}
            {behind}
        </section>
    }
    .into_any()
}

fn is_chosen(insight: Insight, part: Part, name: &str) -> bool {
    insight.view.with(|view| {
        let chosen = match part {
            Part::Point => &view.point,
            Part::Language => &view.language,
            Part::Channel => &view.channel,
            _ => &view.staff,
        };
        chosen.as_deref() == Some(name)
    })
}

fn tap(insight: Insight, part: Part, name: &str) {
    let name = Some(name.to_owned());
    insight.tap(part, move |view| match part {
        Part::Point => view.point = name,
        Part::Language => view.language = name,
        Part::Channel => view.channel = name,
        _ => view.staff = name,
    });
}
