//! The figure that the survey is about, with its interval, and how it stands to the period before.

use candor_core::chart::Axis;
use candor_core::facts::Unit;
use candor_core::insight::{Headline, View, headline};
use candor_core::statistics::{Distance, Estimate, FEWEST_FOR_A_SCORE, Standing, distance};
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::insight::compare::gauge;
use crate::manager::insight::{Insight, names};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The card.
#[component]
pub fn HeadlineCard(insight: Insight, language: Language) -> impl IntoView {
    let figures = insight.read(headline);
    move || {
        if insight.is_hidden.get() {
            return ().into_any();
        }
        let (figures, measure) = (figures.get(), insight.measure.get());
        let words = &language.texts().insight;
        let (name, formula) = names::metric(&measure, language);
        let figure = |value: f64| names::figure(value, language) + names::unit(&measure);
        let Headline { score, before, score_before, change } = figures;
        let Some(score) = score else {
            return view! {
                <section class="m-card m-headline" aria-label=name data-testid="headline" data-n="0">
                    <p class="m-empty"><b>{words.none}</b><br />{words.none_hint}</p>
                </section>
            }
            .into_any();
        };
        let (low, high) = measure.ends();
        let target = target_of(insight);
        let interval = fill(
            language.texts().results.interval,
            &[&names::figure(score.low, language), &names::figure(score.high, language)],
        );
        let verdict = change.map(|change| match change {
            change if !change.is_known() => words.unclear,
            change if change.value > 0.0 => words.better,
            _ => words.worse,
        });
        let standing = change.map_or("none", |change| match change {
            change if !change.is_known() => "unclear",
            change if change.value > 0.0 => "better",
            _ => "worse",
        });
        let said = match (before, score_before, change) {
            (None, ..) => vec![words.choose_period.to_owned()],
            // Of a person it may as well have been too few.
            (Some(_), None, _) if insight.view.with(View::is_of_a_person) => vec![words.change_too_few.to_owned()],
            (Some(_), None, _) => vec![words.no_before.to_owned()],
            (Some(days), Some(earlier), change) => {
                let days = names::days(days, Unit::Day, language);
                let n = browser::integer(earlier.n, language);
                let before = fill(words.before, &[&figure(earlier.value), &days, &n]);
                let change = change.map_or_else(
                    || words.change_too_few.to_owned(),
                    |change| {
                        let [value, low, high] =
                            [change.value, change.low, change.high].map(|value| names::signed(value, language));
                        let (unit, formula) = words.change_by[usize::from(!names::is_share(&measure))];
                        let value = format!("{value} {unit}");
                        fill(words.change, &[&value, &low, &high]) + " · " + formula
                    },
                );
                vec![change, before]
            }
        };
        view! {
            <section
                class="m-card m-headline"
                aria-labelledby="m-headline"
                data-testid="headline"
                data-n=score.n.to_string()
                data-change=standing
            >
                <div class="m-headline-figure">
                    <h2 id="m-headline">{name}</h2>
                    <p class="m-figure">{figure(score.value)}</p>
                    {gauge(&Axis::between(low, high), &score, None, target)}
                    <p class="m-fine">{interval}" · n\u{a0}=\u{a0}"{browser::integer(score.n, language)}</p>
                    <p class="m-fine">{formula}</p>
                    {target.map(|target| held_against(&score, target, &figure, language))}
                </div>
                <div class="m-headline-change">
                    {verdict.map(|verdict| view! { <p class="m-lead"><b>{verdict}</b></p> })}
                    {said.into_iter().map(|said| view! { <p>{said}</p> }).collect_view()}
                    {(score.n < FEWEST_FOR_A_SCORE).then(|| view! {
                        <p class="m-few">{language.texts().results.too_few}</p>
                    })}
                </div>
            </section>
        }
        .into_any()
    }
}

/// The target of the survey that is looked at, or of the one in service.
fn target_of(insight: Insight) -> Option<f64> {
    let desk = insight.desk;
    let chosen = insight.view.with(|view| view.survey.clone());
    let in_service = || desk.settings.with(|settings| settings.as_ref().map(|settings| settings.survey.clone()));
    let survey = chosen.or_else(in_service)?;
    desk.targets.with(|targets| targets.of(&survey))
}

/// The target, and how far the score is from it.
fn held_against(score: &Estimate, target: f64, figure: &dyn Fn(f64) -> String, language: Language) -> AnyView {
    let words = &language.texts().insight;
    let Distance { value, standing } = distance(score, target);
    let is_enough = score.n >= FEWEST_FOR_A_SCORE;
    let (name, said) = match standing {
        _ if !is_enough => ("too-few", words.too_few.to_owned()),
        Standing::Met => ("met", words.headline_met.to_owned()),
        Standing::Missed => ("missed", fill(words.headline_missed, &[&names::figure(-value, language)])),
        Standing::Unclear => ("unclear", words.headline_unclear.to_owned()),
    };
    let by = (is_enough && standing != Standing::Missed).then(|| [" (", &names::signed(value, language), ")"].concat());
    view! {
        <p class="m-fine" data-testid="headline-target" data-standing=name>
            <b>{fill(words.headline_target, &[&figure(target)])}</b>
            " · "
            {said}
            {by}
        </p>
    }
    .into_any()
}
