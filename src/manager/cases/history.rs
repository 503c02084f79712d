//! What was done about a case, in words, the newest first.

use candor_core::cases::{Change, Decision, Recorded, What};
use candor_core::event::EventId;
use candor_core::results::SealedComment;
use leptos::prelude::*;

use super::{CasesDesk, names};
use crate::manager::browser::{self, Written};
use crate::manager::comments::sealed_words;
use crate::manager::language::Language;
use crate::manager::text::fill;

/// Everything that was recorded about a case, oldest first.
pub fn recorded(cases: CasesDesk, id: &EventId) -> Vec<Recorded> {
    let all = cases.desk.with_cases(|known, _| known.history(id).into_iter().cloned().collect());
    all.unwrap_or_default()
}

/// A note that waits for its key.
pub fn sealed_note(recorded: &Recorded) -> Option<SealedComment> {
    let text = recorded.note.clone().filter(|note| note.comment().is_none())?;
    Some(SealedComment { event: recorded.id.clone(), text })
}

/// The card.
#[component]
pub fn HistoryCard(cases: CasesDesk, history: Memo<Vec<Recorded>>, language: Language) -> impl IntoView {
    let words = &language.texts().cases;
    view! {
        <section class="m-card" aria-labelledby="m-case-history" data-testid="case-history">
            <div class="m-card-head"><h2 id="m-case-history">{words.history}</h2></div>
            {move || history.with(Vec::is_empty).then(|| view! { <p class="m-fine">{words.history_empty}</p> })}
            <ol class="m-comments">
                <For
                    each=move || history.get().into_iter().rev()
                    key=|recorded| (recorded.id.clone(), recorded.is_note_erased)
                    children=move |recorded| row(cases, &recorded, language)
                />
            </ol>
        </section>
    }
}

fn row(cases: CasesDesk, recorded: &Recorded, language: Language) -> impl IntoView + use<> {
    let words = &language.texts().cases;
    let own = cases.desk.with_cases(|_, own| own == recorded.device).unwrap_or(true);
    let who = [recorded.by.as_str(), if own { "" } else { words.h_elsewhere }];
    let who = who.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let note = match (sealed_note(recorded), &recorded.note) {
        (Some(sealed), _) => sealed_words(cases.desk, sealed, language).into_any(),
        (None, Some(note)) => {
            view! { <p class="m-words" dir="auto">{note.comment().unwrap_or_default().to_owned()}</p> }.into_any()
        }
        (None, None) if recorded.is_note_erased => view! { <p class="m-fine">{words.note_erased}</p> }.into_any(),
        (None, None) => ().into_any(),
    };
    view! {
        <li class="m-comment m-recorded" data-testid="case-recorded">
            <div class="m-said">
                <p><b>{what(&recorded.what, language)}</b>{(!who.is_empty()).then(|| view! { <span class="m-fine">" "{who}</span> })}</p>
                {note}
            </div>
            <time datetime=recorded.time.clone()>{browser::time(&recorded.time, Written::Minute, language)}</time>
        </li>
    }
}

fn what(what: &What, language: Language) -> String {
    let words = &language.texts().cases;
    let change = match what {
        What::Opened => return words.h_opened.to_owned(),
        What::Other(name) => return fill(words.h_other, &[name]),
        What::Changed(change) => change,
    };
    match change {
        Change::Step(result) => {
            fill(words.h_step, &[names::step(result.step(), language), names::result(*result, language)])
        }
        Change::Owner(name) if name.is_empty() => words.h_no_owner.to_owned(),
        Change::Owner(name) => fill(words.h_owner, &[name]),
        Change::Department(name) if name.is_empty() => words.h_no_department.to_owned(),
        Change::Department(name) => fill(words.h_department, &[name]),
        Change::Noted => words.h_noted.to_owned(),
        Change::Appealed(ground) => fill(words.h_appealed, &[names::ground(*ground, language)]),
        Change::Decided(Decision::Upheld) => words.h_upheld.to_owned(),
        Change::Decided(Decision::Rejected) => words.h_rejected.to_owned(),
        Change::Linked(_) => words.h_linked.to_owned(),
        Change::Unlinked(_) => words.h_unlinked.to_owned(),
        Change::Reopened => words.h_reopened.to_owned(),
    }
}
