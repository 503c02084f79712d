//! One person under edit.

use candor_core::staff::{CodeFault, MAX_MEMBERS, MAX_NAME_CHARS, MAX_NUMBER_CHARS, Member, Wrong, check_code};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::List;
use crate::browser::task::spawn;
use crate::manager::browser;
use crate::manager::field::Field;
use crate::manager::language::Language;
use crate::manager::picture::{self, Unfit};
use crate::manager::text::StaffTexts;
use crate::manager::tick::tick;

/// What is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Draft {
    /// Where in the list; `None` for somebody new.
    pub at: Option<usize>,
    number: RwSignal<String>,
    name: RwSignal<String>,
    points: RwSignal<String>,
    photo: RwSignal<String>,
    code: RwSignal<String>,
    is_code_removed: RwSignal<bool>,
    is_active: RwSignal<bool>,
    faults: RwSignal<Vec<Lapse>>,
}

/// What cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lapse {
    Member(Wrong),
    Code(CodeFault),
    Picture(Unfit),
}

impl Draft {
    /// Somebody of the list, or somebody new.
    pub fn new(at: Option<usize>, member: &Member) -> Self {
        Self {
            at,
            number: RwSignal::new(member.number.clone()),
            name: RwSignal::new(member.name.clone()),
            points: RwSignal::new(member.points.join(", ")),
            photo: RwSignal::new(member.photo.clone()),
            code: RwSignal::default(),
            is_code_removed: RwSignal::new(false),
            is_active: RwSignal::new(member.is_active),
            faults: RwSignal::default(),
        }
    }

    fn member(self) -> Member {
        let points = self.points.get_untracked();
        let points = points.split([',', '，', '、', ';', '；']).map(str::trim).filter(|point| !point.is_empty());
        Member {
            number: self.number.get_untracked().trim().to_owned(),
            name: self.name.get_untracked().trim().to_owned(),
            photo: self.photo.get_untracked(),
            points: points.map(str::to_owned).collect(),
            is_active: self.is_active.get_untracked(),
        }
    }

    /// Into the list, if nothing is wrong with it.
    fn take(self, list: List) {
        let (member, code) = (self.member(), self.code.get_untracked().trim().to_owned());
        let mut faults: Vec<Lapse> = member.faults().into_iter().map(|(_, wrong)| Lapse::Member(wrong)).collect();
        list.team.with_untracked(|team| {
            let is_other = |(place, known): (usize, &Member)| known.number == member.number && self.at != Some(place);
            if team.members.iter().enumerate().any(is_other) {
                faults.push(Lapse::Member(Wrong::NumberTwice));
            }
            if self.at.is_none() && team.members.len() >= MAX_MEMBERS {
                faults.push(Lapse::Member(Wrong::TooMany));
            }
        });
        if !code.is_empty()
            && let Err(fault) = check_code(&code)
        {
            faults.push(Lapse::Code(fault));
        }
        if !faults.is_empty() {
            return self.faults.set(faults);
        }
        let is_removed = self.is_code_removed.get_untracked();
        list.step(|team, codes| {
            if !code.is_empty() {
                codes.insert(member.number.clone(), Some(code));
            } else if is_removed {
                codes.insert(member.number.clone(), None);
            }
            match self.at.and_then(|at| team.members.get_mut(at)) {
                Some(place) => *place = member,
                None => team.members.push(member),
            }
        });
        list.draft.set(None);
    }

    fn has(self, wanted: fn(Lapse) -> bool) -> Signal<bool> {
        Signal::derive(move || self.faults.with(|faults| faults.iter().any(|fault| wanted(*fault))))
    }

    fn choose(self, event: &leptos::ev::Event) {
        let Some(file) = picture::chosen(event).into_iter().next() else { return };
        spawn(async move {
            match picture::portrait(&file).await {
                Ok(photo) => {
                    self.photo.set(photo);
                    self.faults.set(Vec::new());
                }
                Err(unfit) => self.faults.set(vec![Lapse::Picture(unfit)]),
            }
        });
    }
}

fn said(fault: Lapse, words: &'static StaffTexts) -> &'static str {
    match fault {
        Lapse::Member(wrong) => wrong_text(wrong, words),
        Lapse::Code(CodeFault::Digits) => words.code_digits,
        Lapse::Code(CodeFault::Guessable) => words.code_guessable,
        Lapse::Picture(_) => words.photo_unusable,
    }
}

/// What is wrong with somebody.
pub fn wrong_text(wrong: Wrong, words: &'static StaffTexts) -> &'static str {
    match wrong {
        Wrong::Number => words.number_fault,
        Wrong::NumberTwice => words.number_twice,
        Wrong::Name => words.name_fault,
        Wrong::Points => words.points_fault,
        Wrong::TooMany => words.too_many,
        // No form and no table makes these.
        Wrong::Photo | Wrong::NotAList | Wrong::NotAnObject | Wrong::UnknownField | Wrong::NotABool => {
            words.photo_unusable
        }
    }
}

/// The fields of one person.
pub fn view(list: List, draft: Draft, language: Language) -> impl IntoView {
    let words = &language.texts().staff;
    // It stands below a list that may be long.
    Effect::new(move |_| browser::focus("m-person-number"));
    let says = "m-person-says";
    let number = Field {
        longest: Some(MAX_NUMBER_CHARS),
        is_wrong: draft.has(|fault| matches!(fault, Lapse::Member(Wrong::Number | Wrong::NumberTwice))),
        ..Field::open("m-person-number", words.number, says)
    };
    let name = Field {
        capitals: "words",
        longest: Some(MAX_NAME_CHARS),
        is_wrong: draft.has(|fault| fault == Lapse::Member(Wrong::Name)),
        ..Field::open("m-person-name", words.name, says)
    };
    let points = Field {
        capitals: "sentences",
        is_wrong: draft.has(|fault| fault == Lapse::Member(Wrong::Points)),
        ..Field::open("m-person-points", words.points, "m-person-points-hint m-person-says")
    };
    let has_code = draft.at.is_some() && list.has_code(&draft.number.get_untracked());
    let code = Field {
        keys: "numeric",
        longest: Some(6),
        example: if has_code { words.code_keep } else { "" }.into(),
        is_wrong: draft.has(|fault| matches!(fault, Lapse::Code(_))),
        ..Field::secret("m-person-code", words.code, "m-person-code-hint m-person-says")
    };
    let edited = move || draft.faults.set(Vec::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        draft.take(list);
    };
    let photo = move || {
        let data = draft.photo.get();
        (!data.is_empty()).then(|| view! { <img class="m-portrait" src=data alt="" /> })
    };
    view! {
        <form class="m-person-form m-stack" autocomplete="off" novalidate=true on:submit=submit data-testid="person-form">
            <h3>{if draft.at.is_some() { words.edit } else { words.new }}</h3>
            <div class="m-three">
                <div class="m-field">{number.view(draft.number, edited)}</div>
                <div class="m-field">{name.view(draft.name, edited)}</div>
                <div class="m-field">
                    {points.view(draft.points, edited)}
                    <p class="m-fine" id="m-person-points-hint">{words.points_hint}</p>
                </div>
            </div>
            <div class="m-file">
                {photo}
                <input
                    class="sr"
                    type="file"
                    id="m-person-photo"
                    data-testid="person-photo"
                    accept="image/*"
                    aria-describedby=says
                    on:change=move |event| draft.choose(&event)
                />
                <label class="m-button m-second" for="m-person-photo">{words.photo}</label>
                {move || draft.photo.with(|photo| !photo.is_empty()).then(|| view! {
                    <button type="button" class="m-quiet" on:click=move |_| draft.photo.set(String::new())>
                        {words.photo_remove}
                    </button>
                })}
            </div>
            <div class="m-field m-code-field">
                {code.view(draft.code, edited)}
                <p class="m-fine" id="m-person-code-hint">{words.code_hint}</p>
                {has_code.then(|| tick("person-code-remove", words.code_remove, "", draft.is_code_removed, || ()))}
            </div>
            {tick("person-active", words.active, "", draft.is_active, || ())}
            <p class="m-says m-lines" id=says role="alert" data-testid="person-says">
                {move || draft.faults.with(|faults| faults.iter().map(|fault| said(*fault, words)).collect::<Vec<_>>().join("\n"))}
            </p>
            <div class="m-do-row">
                <button type="button" class="m-quiet" data-testid="person-cancel" on:click=move |_| list.draft.set(None)>
                    {words.cancel}
                </button>
                <button type="submit" class="m-button" data-testid="person-take">{words.take}</button>
            </div>
        </form>
    }
}
