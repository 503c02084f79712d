//! What is wrong with the survey under edit, all of it in one place: each line leads to what it is about.

use candor_core::survey::FaultKind;
use candor_core::survey::sketch::Edit;
use leptos::prelude::*;

use super::Surveys;
use super::place::say;
use crate::manager::browser;
use crate::manager::icon::{WARNING, icon};
use crate::manager::language::Language;

/// More would be a wall; when these are mended the next ones show.
const MOST: usize = 6;

/// The summary; nothing while there is no fault.
#[component]
pub fn Faults(surveys: Surveys, language: Language) -> impl IntoView {
    let words = &language.texts().surveys;
    let faults = Memo::new(move |_| surveys.sketch.with(|sketch| sketch.faults().to_vec()));
    let line = move |path: String, kind: FaultKind| {
        let place = say(&path, words);
        let is_uneven = matches!(kind, FaultKind::UnevenEffort { .. });
        view! {
            <li>
                <button type="button" class="m-quiet m-leads" on:click=move |_| surveys.go_to(&path)>
                    <b>{place}</b>
                    <span>{kind.say(language.tag())}</span>
                </button>
                {is_uneven.then(|| view! {
                    <button
                        type="button"
                        class="m-button m-second"
                        data-testid="even-out"
                        on:click=move |_| {
                            surveys.edit(&Edit::EvenOut);
                        }
                    >
                        {words.even_out}
                    </button>
                })}
            </li>
        }
    };
    let summary = move || {
        let faults = faults.get();
        let count = faults.len();
        (count > 0).then(|| {
            let lines = faults.into_iter().take(MOST).map(|fault| line(fault.path, fault.kind)).collect_view();
            view! {
                <div class="m-faults-head">
                    {icon(WARNING)}
                    <h2 id="m-survey-faults" tabindex="-1">{words.faults.of(count as u64, &browser::integer(count as u64, language))}</h2>
                </div>
                <ul>{lines}</ul>
            }
        })
    };
    view! {
        <section
            class="m-card m-faults"
            aria-labelledby="m-survey-faults"
            data-testid="survey-faults"
            hidden=move || faults.with(Vec::is_empty)
        >
            {summary}
        </section>
    }
}
