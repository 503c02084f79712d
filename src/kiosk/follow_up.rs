//! Reasons and a comment: one tap each, words if anybody likes, leaving as easy as sending.

use candor_core::event::Rating;
use candor_core::session::{Answer, Input, MAX_COMMENT_CHARS, Screen, Session};
use candor_core::survey;
use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;

use super::text::text;
use super::{face, is_meant};
use crate::runtime::Kiosk;

fn answer(session: &Session) -> Option<&Answer> {
    match session.screen() {
        Screen::FollowUp { answer } => Some(answer),
        _ => None,
    }
}

pub fn view(kiosk: Kiosk, rating: Rating, locale: &str) -> impl IntoView {
    let words = text(locale);
    let (title, placeholder, level, reasons) = kiosk.session.with_untracked(|session| {
        let survey = session.as_ref().map(Session::survey);
        let follow_up = survey.and_then(|survey| survey.follow_up(rating));
        let level = survey.and_then(|survey| survey.levels.get(usize::from(rating.level()) - 1));
        let say = |local: &survey::LocalText| survey::text(local, locale).to_owned();
        let reasons: Vec<(String, String)> =
            follow_up.iter().flat_map(|f| &f.reasons).map(|reason| (reason.id.clone(), say(&reason.text))).collect();
        (
            follow_up.map(|f| say(&f.title)).unwrap_or_default(),
            follow_up.map(|f| say(&f.comment)).unwrap_or_default(),
            level.map(say).unwrap_or_default(),
            reasons,
        )
    });
    let chosen = Memo::new(move |_| {
        let reasons = |session: &Session| answer(session).map(|answer| answer.reasons.clone());
        kiosk.session.with(|session| session.as_ref().and_then(reasons).unwrap_or_default())
    });
    let typed = kiosk.session.with_untracked(|session| {
        session.as_ref().and_then(answer).map(|answer| answer.comment.clone()).unwrap_or_default()
    });
    let heading = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            // A screen reader begins to read here; no keyboard opens.
            let _ = heading.focus();
        }
    });
    let act = move |input: Input| {
        move |event: MouseEvent| {
            if is_meant(&event) {
                kiosk.dispatch(input.clone());
            }
        }
    };
    let reason = move |(id, words): (String, String)| {
        let own = id.clone();
        let is_chosen = move || chosen.with(|chosen| chosen.contains(&own)).to_string();
        view! {
            <button
                type="button"
                class="reason"
                data-testid=format!("reason-{id}")
                aria-pressed=is_chosen
                on:click=act(Input::ReasonToggled(id))
            >
                <svg viewBox="0 0 30 30" aria-hidden="true">
                    <rect class="box" x="2" y="2" width="26" height="26" rx="8" />
                    <path class="check" d="M9 15.5l4.5 4.5 8-9" />
                </svg>
                <span>{words}</span>
            </button>
        }
    };
    view! {
        <section class="why" data-testid="follow-up">
            <div class="given" data-level=rating.level().to_string()>
                {face(rating.level())}
                <span>{level}</span>
                <button type="button" data-testid="change" on:click=act(Input::ChangeAsked)>{words.change}</button>
            </div>
            <h2 tabindex="-1" node_ref=heading>{title}</h2>
            <div class="reasons" role="group" aria-label=words.reasons>{reasons.into_iter().map(reason).collect_view()}</div>
            <div>
                <textarea
                    class="words"
                    data-testid="comment"
                    aria-label=words.comment
                    aria-describedby="privacy"
                    placeholder=placeholder
                    maxlength=MAX_COMMENT_CHARS.to_string()
                    autocomplete="off"
                    prop:value=typed
                    on:input=move |event| kiosk.dispatch(Input::CommentEdited(event_target_value(&event)))
                ></textarea>
                <p id="privacy" class="privacy">{words.privacy}</p>
            </div>
            <div class="go">
                <button type="button" class="button plain" data-testid="skip" on:click=act(Input::Skipped)>{words.skip}</button>
                <button type="button" class="button" data-testid="submit" on:click=act(Input::Submitted)>{words.submit}</button>
            </div>
        </section>
    }
}
