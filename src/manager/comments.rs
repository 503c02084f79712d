//! The latest comments: the face, the words, the reasons, where and when.

use candor_core::results::{Response, SealedComment};
use candor_vault::OpenFault;
use leptos::prelude::*;

use crate::manager::browser::{self, Written};
use crate::manager::desk::{Desk, survey_of};
use crate::manager::distribution::level_name;
use crate::manager::icon::{CASES, face, icon};
use crate::manager::language::Language;
use crate::manager::text::fill;
use crate::manager::unseal::Unseal;

/// The list, newest first.
#[component]
pub fn Comments(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().results;
    let comments = Memo::new(move |_| {
        desk.figures.with(|figures| figures.as_ref().map(|figures| figures.comments.clone()).unwrap_or_default())
    });
    let sealed = Memo::new(move |_| {
        comments.with(|comments| comments.iter().filter_map(|response| response.sealed.clone()).collect::<Vec<_>>())
    });
    let count = Memo::new(move |_| comments.with(Vec::len));
    let shown = move || match count.get() {
        0 => String::new(),
        count => fill(words.comments_shown, &[&count.to_string()]),
    };
    view! {
        <section class="m-card" aria-labelledby="m-comments">
            <div class="m-card-head">
                <h2 id="m-comments">{words.comments}</h2>
                <span class="m-n">{shown}</span>
            </div>
            <Unseal desk sealed language />
            <ol class="m-comments">
                <For
                    each=move || comments.get()
                    // A corrected level makes it another line.
                    key=|response| (response.id.clone(), response.rating.level())
                    children=move |response| comment(desk, &response, "comment-item", language)
                />
            </ol>
            {move || (count.get() == 0).then(|| view! {
                <p class="m-empty"><b>{words.no_comments}</b><br />{words.no_comments_hint}</p>
            })}
        </section>
    }
}

/// A response with its words, and the way to its case.
pub fn comment(desk: Desk, response: &Response, testid: &'static str, language: Language) -> impl IntoView + use<> {
    let parts = Parts { action: to_case(desk, response, language), ..Parts::of(desk, response, language) };
    comment_with(desk, response, testid, parts, language)
}

/// A response with its words alone.
pub fn rating(desk: Desk, response: &Response, testid: &'static str, language: Language) -> impl IntoView + use<> {
    comment_with(desk, response, testid, Parts::of(desk, response, language), language)
}

/// The way to a response's case.
pub fn to_case(desk: Desk, response: &Response, language: Language) -> AnyView {
    let id = response.id.clone();
    view! {
        <button
            type="button"
            class="m-quiet m-to-case"
            data-testid="to-case"
            on:click=move |_| desk.asked_case.set(Some(id.clone()))
        >
            {icon(CASES)}
            {language.texts().cases.to_case}
        </button>
    }
    .into_any()
}

/// What stands in a comment's line beside the rating.
pub struct Parts {
    /// The customer's words.
    pub said: AnyView,
    /// Below its reasons.
    pub below: AnyView,
    /// What can be done with it.
    pub action: AnyView,
}

impl Parts {
    /// The words alone.
    fn of(desk: Desk, response: &Response, language: Language) -> Self {
        let said = match &response.sealed {
            Some(sealed) => sealed_words(desk, sealed.clone(), language).into_any(),
            None => {
                view! { <p class="m-words" dir="auto" data-sealed="false">{response.comment.clone()}</p> }.into_any()
            }
        };
        Self { said, below: ().into_any(), action: ().into_any() }
    }
}

/// A response with what stands beside its rating.
pub fn comment_with(
    desk: Desk,
    response: &Response,
    testid: &'static str,
    parts: Parts,
    language: Language,
) -> impl IntoView + use<> {
    let (scale, level) = (response.scale, response.rating);
    let (reasons, rating) = (response.reasons.clone(), response.rating);
    let (survey, version) = (response.context.survey.clone(), response.context.version);
    let chips = move || {
        let surveys = desk.surveys.read();
        let survey = survey_of(&surveys, &survey, version);
        let chip = |id: &String| {
            let words = survey.map_or(id.as_str(), |survey| survey.reason_text(rating, id, language.tag()));
            view! { <span class="m-chip">{words.to_owned()}</span> }
        };
        reasons.iter().map(chip).collect_view()
    };
    let point = response.context.point.clone();
    let contact = contact(&response.contact, language);
    let Parts { said, below, action } = parts;
    view! {
        <li class="m-comment" data-testid=testid>
            {face(scale, level)}
            <div class="m-said">
                <span class="sr">{move || level_name(desk, scale, level, language)}" "</span>
                {said}
                {contact}
                <p class="m-chips">
                    {chips}
                    {(!point.is_empty()).then(|| view! { <span class="m-chip m-chip-point">{point}</span> })}
                </p>
                {below}
            </div>
            <div class="m-comment-end">
                <time datetime=response.time.clone()>{browser::time(&response.time, Written::Minute, language)}</time>
                {action}
            </div>
        </li>
    }
}

/// How the customer wants to be reached, if at all.
fn contact(contact: &str, language: Language) -> impl IntoView + use<> {
    let contact = contact.to_owned();
    (!contact.is_empty()).then(|| {
        view! {
            <p class="m-contact" data-testid="comment-contact">
                {language.texts().results.contact}" "<b dir="auto">{contact}</b>
            </p>
        }
    })
}

/// What was sealed: the words once their key is open, else that they are shut.
pub fn sealed_words(desk: Desk, comment: SealedComment, language: Language) -> impl IntoView + use<> {
    let words = &language.texts().results;
    move || match desk.sealing.words(&comment) {
        Ok(opened) => {
            let said = opened.comment().unwrap_or_default().to_owned();
            view! {
                <p class="m-words" dir="auto" data-sealed="opened">{said}</p>
                {contact(opened.contact().unwrap_or_default(), language)}
            }
            .into_any()
        }
        Err(fault) => {
            let text = if fault == OpenFault::Altered { words.comment_altered } else { words.sealed_comment };
            view! { <p class="m-words m-sealed" data-sealed="true">{text}</p> }.into_any()
        }
    }
}
