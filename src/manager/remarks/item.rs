//! A comment: its words with what decided, how it sounds, and what it is about.

use candor_core::results::Response;
use candor_themes::{Mark, Query, Reading, Sentiment, Theme, Topic, marked};
use leptos::prelude::*;

use crate::manager::comments::{Parts, comment_with, to_case};
use crate::manager::icon::{COMPLAINT, PRAISE, UNCLEAR, icon};
use crate::manager::insight::names;
use crate::manager::language::Language;
use crate::manager::remarks::Remarks;
use crate::manager::remarks::finder::SENTIMENTS;
use crate::manager::remarks::looked::Line;
use crate::manager::text::fill;

/// A line of the list.
pub fn item(remarks: Remarks, line: &Line, language: Language) -> AnyView {
    let desk = remarks.insight.desk;
    let response = desk.with_responses(|responses| responses.get(line.row).cloned()).flatten();
    let Some(response) = response else { return ().into_any() };
    let text = text_of(remarks, &response);
    let look = |readings: &[Reading]| readings.get(line.reading).map(|reading| said(remarks, reading, &text, language));
    let said = remarks.library.with(|readings, _| look(readings)).flatten();
    let Some((words, reasons)) = said else { return ().into_any() };
    let action = to_case(desk, &response, language);
    let below = view! {
        <p class="m-chips m-about" data-testid="about">
            {sounds(line.sentiment, language)}
            {themes(remarks, line, language)}
        </p>
        {reasons}
    };
    let parts = Parts { said: words, below: below.into_any(), action };
    comment_with(desk, &response, "remark", parts, language).into_any()
}

fn text_of(remarks: Remarks, response: &Response) -> String {
    match &response.sealed {
        None => response.comment.clone(),
        Some(sealed) => {
            let opened = untrack(|| remarks.insight.desk.sealing.words(sealed)).ok();
            opened.and_then(|text| text.comment().map(str::to_owned)).unwrap_or_default()
        }
    }
}

/// The words with their marks, and the sum behind the verdict.
fn said(remarks: Remarks, reading: &Reading, text: &str, language: Language) -> (AnyView, AnyView) {
    let words = &language.texts().remarks;
    let deciding = reading.opinion.deciding(text);
    let found = remarks.typed.with_untracked(|typed| Query::new(typed)).places(text);
    let piece = |(piece, mark): (String, Option<Mark>)| match mark {
        None => piece.into_any(),
        Some(Mark::Found) => view! { <mark class="m-mark-found">{piece}</mark> }.into_any(),
        Some(Mark::Good) => view! { <span class="m-mark-good">{piece}</span> }.into_any(),
        Some(Mark::Bad) => view! { <span class="m-mark-bad">{piece}</span> }.into_any(),
    };
    let pieces = marked(text, &found, &deciding).into_iter().map(piece).collect_view();
    let sum = names::signed(reading.opinion.log_odds, language);
    let hint = if deciding.is_empty() { words.why_none } else { words.why_hint };
    let reason = |(_, clue, weight): &(_, &str, f64)| {
        let (class, speaks) =
            if *weight > 0.0 { ("m-mark-good", words.speaks_good) } else { ("m-mark-bad", words.speaks_bad) };
        let weight = names::signed(*weight, language);
        view! { <li><b class=class>{(*clue).to_owned()}</b>" "<span>{weight}" · "{speaks}</span></li> }
    };
    let reasons = view! {
        <details class="m-why">
            <summary>{words.why}</summary>
            <p class="m-fine">{fill(hint, &[&sum])}</p>
            <ul>{deciding.iter().map(reason).collect_view()}</ul>
        </details>
    };
    (view! { <p class="m-words" dir="auto" data-testid="remark-words">{pieces}</p> }.into_any(), reasons.into_any())
}

/// A sentiment as programs call it, as people do, and its sign.
fn parts(sentiment: Sentiment, language: Language) -> (&'static str, &'static str, &'static str) {
    let at = SENTIMENTS.iter().position(|(_, known)| *known == sentiment).unwrap_or_default();
    let name = SENTIMENTS.get(at).map_or("", |(name, _)| name);
    let words = language.texts().remarks.sentiments.get(at).copied().unwrap_or_default();
    let sign = match sentiment {
        Sentiment::Good => PRAISE,
        Sentiment::Unclear => UNCLEAR,
        Sentiment::Bad => COMPLAINT,
    };
    (name, words, sign)
}

/// How it sounds: a sign and a word.
fn sounds(sentiment: Sentiment, language: Language) -> AnyView {
    let (name, words, sign) = parts(sentiment, language);
    view! { <span class="m-sounds" data-testid="sounds" data-sentiment=name>{icon(sign)}{words}</span> }.into_any()
}

fn themes(remarks: Remarks, line: &Line, language: Language) -> AnyView {
    let words = &language.texts().remarks;
    let named = remarks.looked.with_untracked(|looked| {
        let of_place = |(at, sentiment): &(usize, Sentiment)| {
            let theme = looked.groups.theme(*at)?.clone();
            let topic = looked.topics.iter().find(|topic| topic.theme == theme);
            Some((topic.cloned(), theme, *sentiment))
        };
        line.themes.iter().filter_map(of_place).collect::<Vec<_>>()
    });
    let chip = |(topic, theme, sentiment): (Option<Topic>, Theme, Sentiment)| {
        let (tone, says, sign) = parts(sentiment, language);
        // A name that is given while the comment stands there is shown at once.
        let name = move || {
            topic.as_ref().map_or_else(|| remarks.name(&theme, language), |topic| remarks.name_of(topic, language))
        };
        view! {
            <span class="m-chip m-theme-chip" data-sentiment=tone>
                {icon(sign)}{name}<span class="sr">" ("{says}")"</span>
            </span>
        }
    };
    let is_empty = named.is_empty();
    view! {
        {(!is_empty).then(|| view! { <span class="sr">{words.about}" "</span> })}
        {named.into_iter().map(chip).collect_view()}
    }
    .into_any()
}
