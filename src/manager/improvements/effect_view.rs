//! The effect of an improvement in words and on an axis: before, after, the difference with its interval, and what can be
//! said of it.

use candor_core::chart::Axis;
use candor_core::facts::{Days, Unit};
use candor_core::improvement::{Effect, Verdict};
use candor_core::statistics::{Estimate, Share, Standing, Test};
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::insight::{gauge, names};
use crate::manager::language::Language;
use crate::manager::text::{ImprovementsTexts, fill};

/// Below this a p-value is said to be smaller, not written out.
const TINY: f64 = 0.001;

/// The effect.
pub fn effect_view(effect: &Effect, target: Option<u8>, language: Language) -> AnyView {
    let words = &language.texts().improvements;
    let (name, title, said) = verdict(effect.verdict, words, language);
    let target_line = target.map(f64::from);
    view! {
        <div class="m-effect" data-testid="effect" data-verdict=name>
            <div class="m-effect-said">
                <p><span class="m-mode" data-mode=mode(effect.verdict)>{title}</span></p>
                <p>{said}</p>
                {effect.change.map(|change| {
                    let [value, low, high] = [change.value, change.low, change.high].map(|x| names::signed(x, language));
                    view! { <p data-testid="effect-change"><b>{fill(words.change_said, &[&value, &low, &high])}</b></p> }
                })}
                {effect.p.map(|p| {
                    let test = words.tests[usize::from(p.test == Test::FisherIrwin)];
                    let said = if p.p < TINY {
                        fill(words.p_tiny, &[test])
                    } else {
                        fill(words.p, &[&browser::precise(p.p, language), test])
                    };
                    view! { <p class="m-fine" data-testid="effect-p">{said}</p> }
                })}
                {effect.change.map(|_| view! { <p class="m-fine">{words.formula}</p> })}
            </div>
            <dl class="m-effect-sides">
                {side(words.before, effect.windows.before, effect.before, None, words, language)}
                {side(words.after, effect.windows.after, effect.after, target_line, words, language)}
                {target.map(|target| held_against(effect, target, words, language))}
            </dl>
        </div>
    }
    .into_any()
}

fn side(
    head: &'static str,
    days: Days,
    share: Option<Share>,
    target: Option<f64>,
    words: &'static ImprovementsTexts,
    language: Language,
) -> AnyView {
    let head = fill(head, &[&names::days(days, Unit::Day, language)]);
    let said = match &share {
        None => words.no_answers.to_owned(),
        Some(share) => {
            fill(words.share, &[&names::figure(share.percent, language), &browser::integer(share.of, language)])
        }
    };
    let axis = Axis::between(0.0, 100.0);
    let drawn = share.map(|share| gauge(&axis, &Estimate::from(share), None, target));
    view! {
        <div>
            <dt>{head}</dt>
            <dd>{said}{drawn}</dd>
        </div>
    }
    .into_any()
}

fn held_against(effect: &Effect, target: u8, words: &'static ImprovementsTexts, language: Language) -> AnyView {
    let standing = effect.distance.map(|distance| match distance.standing {
        Standing::Met => words.met.to_owned(),
        Standing::Missed => fill(words.missed, &[&names::figure(distance.value.abs(), language)]),
        Standing::Unclear => words.not_clear.to_owned(),
    });
    view! {
        <div>
            <dt>{fill(words.target_said, &[&target.to_string()])}</dt>
            <dd>{standing.unwrap_or_else(|| words.not_clear.to_owned())}</dd>
        </div>
    }
    .into_any()
}

/// Its name for programs, its title, and what it means.
fn verdict(
    verdict: Verdict,
    words: &'static ImprovementsTexts,
    language: Language,
) -> (&'static str, &'static str, String) {
    match verdict {
        Verdict::Better => ("better", words.better, words.better_said.to_owned()),
        Verdict::Worse => ("worse", words.worse, words.worse_said.to_owned()),
        Verdict::NoDifference => ("no-difference", words.no_difference, words.no_difference_said.to_owned()),
        Verdict::NotYet { more, is_over } => {
            let text = if is_over { &words.not_yet_over } else { &words.not_yet_more };
            ("not-yet", words.not_yet, text.of(more, &browser::integer(more, language)))
        }
        Verdict::TooFewBefore => ("too-few-before", words.not_yet, words.too_few_before.to_owned()),
    }
}

fn mode(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "on",
        Verdict::Worse => "damaged",
        Verdict::NoDifference | Verdict::NotYet { .. } | Verdict::TooFewBefore => "off",
    }
}
