//! The form of a page: its heading, whom it is shown to, and its fields.

use candor_core::event::{CHANNELS, Rating, Scale};
use candor_core::survey::sketch::{Condition, Edit, Sketch};
use leptos::prelude::*;

use super::Surveys;
use super::control::{Length, adder, faults_at, text, tick, tool};
use super::field_form::field_form;
use super::parts::{KINDS, kinds};
use super::place::field_id;
use crate::manager::choice::choice_of;
use crate::manager::icon::{DOWN, TRASH, UP, face};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// What the form is made for; drawn anew when it becomes another. What changes within it does not take the focus away.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shape {
    id: String,
    scale: Scale,
    is_by_level: bool,
    sisters: usize,
    /// Kinds and sizes of the fields.
    fields: Vec<(String, usize)>,
    items: usize,
}

impl Shape {
    fn of(sketch: &Sketch, page: usize) -> Self {
        let at = format!("pages[{page}]");
        let field = |field: usize| {
            let at = format!("{at}.fields[{field}]");
            (sketch.word(&format!("{at}.kind")).to_owned(), sketch.count(&format!("{at}.options")))
        };
        Self {
            id: sketch.word(&format!("{at}.id")).to_owned(),
            scale: sketch.scale(),
            is_by_level: !sketch.at(&format!("{at}.when.rating")).is_null(),
            sisters: sketch.block_of(page).len().saturating_sub(1),
            fields: (0..sketch.count(&format!("{at}.fields"))).map(field).collect(),
            items: sketch.count("items"),
        }
    }
}

/// The form.
#[component]
pub fn PageForm(surveys: Surveys, language: Language, page: usize) -> impl IntoView {
    let shape = Memo::new(move |_| surveys.sketch.with(|sketch| Shape::of(sketch, page)));
    move || form(surveys, language, page, &shape.get())
}

fn form(surveys: Surveys, language: Language, page: usize, shape: &Shape) -> AnyView {
    let words = &language.texts().surveys;
    let at = format!("pages[{page}]");
    let name = words.these_pages;
    let count = shape.fields.len();
    let fields = shape.fields.iter().enumerate();
    let fields =
        fields.map(|(field, (kind, _))| field_form(surveys, language, (page, field), kind, count)).collect_view();
    let add = move |kind: String| {
        if let Some(kind) = KINDS.into_iter().find(|known| *known == kind) {
            surveys.edit_page(page, &Edit::AddField { page, kind });
            surveys.go_to(&format!("pages[{page}].fields[{count}]"));
        }
    };
    let step = move |edit: Edit| move || surveys.edit_page(page, &edit);
    let in_step = (shape.sisters > 0).then(|| {
        let others = shape.sisters as u64;
        view! { <p class="m-fine m-in-step">{words.in_step_hint.of(others, &others.to_string())}</p> }
    });
    view! {
        <div class="m-page-tools">
            {tool("page-up".to_owned(), UP, fill(words.up_named, &[name]), false, step(Edit::MovePage { page, is_up: true }))}
            {tool("page-down".to_owned(), DOWN, fill(words.down_named, &[name]), false, step(Edit::MovePage { page, is_up: false }))}
            {tool("page-remove".to_owned(), TRASH, fill(words.remove_named, &[name]), false, move || {
                surveys.edit(&Edit::RemovePage(page));
            })}
        </div>
        {text(surveys, language, format!("{at}.title"), words.page_title.to_owned(), Length::Lines)}
        {faults_at(surveys, language, &format!("{at}.id"))}
        {levels(surveys, language, page, shape)}
        {conditions(surveys, language, page)}
        {in_step}
        <div class="m-field" id=field_id(&format!("{at}.fields")) tabindex="-1">
            {faults_at(surveys, language, &format!("{at}.fields"))}
            {fields}
            {adder("add-field", words.add_field, move || kinds(words), add)}
        </div>
    }
    .into_any()
}

/// After which ratings the page is shown.
fn levels(surveys: Surveys, language: Language, page: usize, shape: &Shape) -> AnyView {
    let words = &language.texts().surveys;
    let at = format!("pages[{page}].when.rating");
    if !shape.is_by_level {
        return view! {
            <div class="m-field">
                <span class="m-label">{words.shown_after}</span>
                <div class="m-row">
                    <span>{words.after_all}</span>
                    <button
                        type="button"
                        class="m-quiet"
                        data-testid="split"
                        on:click=move |_| {
                            surveys.edit_staying(page, &Edit::Split(page));
                        }
                    >
                        {words.split}
                    </button>
                </div>
            </div>
        }
        .into_any();
    }
    let scale = shape.scale;
    let path = at.clone();
    let own = Memo::new(move |_| surveys.sketch.with(|sketch| sketch.numbers(&path)));
    let button = |level: Rating| {
        let number = level.level();
        view! {
            <button
                type="button"
                class="m-level-button"
                data-testid=format!("after-{number}")
                aria-pressed=move || own.with(|own| own.contains(&number)).to_string()
                on:click=move |_| {
                    surveys.edit_staying(page, &Edit::Assign { page, level: number });
                }
            >
                {face(scale, level)}
                <span class:sr=scale.is_numbers()>{number}</span>
            </button>
        }
    };
    view! {
        <div class="m-field" id=field_id(&at) tabindex="-1">
            <span class="m-label">{words.shown_after}</span>
            <div class="m-levels" role="group" aria-label=words.shown_after>{scale.levels().map(button).collect_view()}</div>
            {faults_at(surveys, language, &at)}
            <div class="m-row">
                <span class="m-fine">{words.levels_hint}</span>
                <button
                    type="button"
                    class="m-quiet"
                    data-testid="join"
                    on:click=move |_| {
                        surveys.edit_staying(page, &Edit::Join(page));
                    }
                >
                    {words.join}
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// What else the page depends on: folded away, since few pages do.
fn conditions(surveys: Surveys, language: Language, page: usize) -> AnyView {
    let words = &language.texts().surveys;
    let at = format!("pages[{page}].when");
    let has_any = surveys.sketch.with_untracked(|sketch| {
        ["answer", "point", "channel", "hours"].iter().any(|name| !sketch.at(&format!("{at}.{name}")).is_null())
    });
    view! {
        <details class="m-conditions" open=has_any>
            <summary data-testid="conditions">{words.conditions}</summary>
            <div class="m-stack">
                {answer(surveys, language, page)}
                {points(surveys, language, page)}
                {channel(surveys, language, page)}
                {hours(surveys, language, page)}
            </div>
        </details>
    }
    .into_any()
}

fn set(surveys: Surveys, page: usize, condition: Condition) {
    surveys.edit(&Edit::When { page, condition });
}

/// A question of an earlier page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Question {
    id: String,
    label: String,
    /// Ids and words.
    options: Vec<(String, String)>,
}

fn questions(sketch: &Sketch, page: usize, language: Language) -> Vec<Question> {
    let mut questions = Vec::new();
    for earlier in 0..page {
        for field in 0..sketch.count(&format!("pages[{earlier}].fields")) {
            let at = format!("pages[{earlier}].fields[{field}]");
            let id = sketch.word(&format!("{at}.id"));
            if id.is_empty() {
                continue;
            }
            let option = |option: usize| {
                let at = format!("{at}.options[{option}]");
                let words = sketch.say(&format!("{at}.text"), language.tag()).to_owned();
                (sketch.word(&format!("{at}.id")).to_owned(), words)
            };
            let options = (0..sketch.count(&format!("{at}.options"))).map(option).collect();
            let label = sketch.say(&format!("{at}.label"), language.tag()).to_owned();
            questions.push(Question { id: id.to_owned(), label, options });
        }
    }
    questions
}

fn answer(surveys: Surveys, language: Language, page: usize) -> AnyView {
    let words = &language.texts().surveys;
    let at = format!("pages[{page}].when.answer");
    let path = at.clone();
    let known = Memo::new(move |_| surveys.sketch.with(|sketch| questions(sketch, page, language)));
    let chosen = Memo::new(move |_| {
        surveys.sketch.with(|sketch| {
            let any = sketch.at(&format!("{path}.any")).as_array().cloned().unwrap_or_default();
            let any = any.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect::<Vec<String>>();
            (sketch.word(&format!("{path}.field")).to_owned(), any)
        })
    });
    let fields = move || {
        let none = (String::new(), words.any_answer.to_owned());
        let known = known.get().into_iter().map(|Question { id, label, .. }| (id, label));
        std::iter::once(none).chain(known).collect::<Vec<_>>()
    };
    let choose = move |id: String| {
        let known = known.get_untracked();
        let first = known.iter().find(|question| question.id == id).and_then(|question| question.options.first());
        set(surveys, page, Condition::Answer(first.map(|(option, _)| (id.clone(), vec![option.clone()]))));
    };
    let asked = Memo::new(move |_| chosen.with(|(field, _)| field.clone()));
    let options = move || {
        let field = asked.get();
        let options = known.get().into_iter().find(|question| question.id == field).map(|question| question.options);
        let option = |(id, label): (String, String)| {
            let (field, of) = (field.clone(), id.clone());
            tick(
                format!("answer-{id}"),
                label,
                move || chosen.with(|(_, any)| any.contains(&of)),
                move |is_on| {
                    let (_, mut any) = chosen.get_untracked();
                    any.retain(|known| *known != id);
                    if is_on {
                        any.push(id.clone());
                    }
                    let answer = (!any.is_empty()).then(|| (field.clone(), any));
                    set(surveys, page, Condition::Answer(answer));
                },
            )
        };
        options.unwrap_or_default().into_iter().map(option).collect_view()
    };
    view! {
        <div class="m-field" id=field_id(&at) tabindex="-1">
            {choice_of(
                format!("{}-field", field_id(&at)),
                "when-answer".to_owned(),
                words.when_answer.to_owned(),
                fields,
                move || asked.get(),
                choose,
            )}
            <div class="m-ticks">{options}</div>
            {faults_at(surveys, language, &at)}
        </div>
    }
    .into_any()
}

/// One place a line. It is taken when somebody leaves the field: until then a line may be half written.
fn points(surveys: Surveys, language: Language, page: usize) -> AnyView {
    let words = &language.texts().surveys;
    let at = format!("pages[{page}].when.point");
    let id = field_id(&at);
    let path = at.clone();
    let shown = move || {
        surveys.sketch.with(|sketch| {
            let places = sketch.at(&path).as_array().cloned().unwrap_or_default();
            places.iter().filter_map(|place| place.as_str()).collect::<Vec<_>>().join("\n")
        })
    };
    let take = move |event: leptos::ev::Event| {
        let typed = event_target_value(&event);
        let places = typed.lines().map(str::trim).filter(|place| !place.is_empty()).map(str::to_owned).collect();
        set(surveys, page, Condition::Point(places));
    };
    view! {
        <div class="m-field">
            <label for=id.clone()>{words.when_point}</label>
            <textarea id=id rows="2" data-testid="when-point" autocomplete="off" prop:value=shown on:change=take></textarea>
            {faults_at(surveys, language, &at)}
            <p class="m-fine">{words.when_point_hint}</p>
        </div>
    }
    .into_any()
}

fn channel(surveys: Surveys, language: Language, page: usize) -> AnyView {
    let words = &language.texts().surveys;
    let at = format!("pages[{page}].when.channel");
    let id = field_id(&at);
    let options = move || {
        let known = CHANNELS.into_iter().zip([words.channel_kiosk, words.channel_link]);
        let known = known.map(|(id, words)| (id.to_owned(), words.to_owned()));
        std::iter::once((String::new(), words.any_channel.to_owned())).chain(known).collect::<Vec<_>>()
    };
    choice_of(
        id,
        "when-channel".to_owned(),
        words.when_channel.to_owned(),
        options,
        move || surveys.sketch.with(|sketch| sketch.word(&format!("{at}[0]")).to_owned()),
        move |id| {
            let channel = CHANNELS.into_iter().find(|known| *known == id);
            set(surveys, page, Condition::Channel(channel));
        },
    )
}

fn hours(surveys: Surveys, language: Language, page: usize) -> AnyView {
    let words = &language.texts().surveys;
    let at = format!("pages[{page}].when.hours");
    let path = at.clone();
    let chosen = Memo::new(move |_| {
        surveys.sketch.with(|sketch| match sketch.numbers(&path)[..] {
            [from, to] => Some((from, to)),
            _ => None,
        })
    });
    let hour = |hour: u8| (hour.to_string(), format!("{hour}:00"));
    let from_options = move || {
        let always = (String::new(), words.any_hour.to_owned());
        std::iter::once(always).chain((0..24).map(hour)).collect::<Vec<_>>()
    };
    let to_options = move || match chosen.get() {
        Some(_) => (1..=24).map(hour).collect::<Vec<_>>(),
        None => vec![(String::new(), "–".to_owned())],
    };
    let choose_from = move |typed: String| {
        let hours = typed.parse::<u8>().ok().map(|from| {
            let to = chosen.get_untracked().map(|(_, to)| to).filter(|to| *to > from);
            (from, to.unwrap_or(24))
        });
        set(surveys, page, Condition::Hours(hours));
    };
    let choose_to = move |typed: String| {
        if let Some(((from, _), to)) = chosen.get_untracked().zip(typed.parse::<u8>().ok()) {
            set(surveys, page, Condition::Hours(Some((from, to))));
        }
    };
    let said = |hour: Option<u8>| hour.map(|hour| hour.to_string()).unwrap_or_default();
    view! {
        <div class="m-field" id=field_id(&at) tabindex="-1">
            <div class="m-pair">
                {choice_of(
                    format!("{}-from", field_id(&at)),
                    "when-from".to_owned(),
                    words.when_from.to_owned(),
                    from_options,
                    move || said(chosen.get().map(|(from, _)| from)),
                    choose_from,
                )}
                {choice_of(
                    format!("{}-to", field_id(&at)),
                    "when-to".to_owned(),
                    words.when_to.to_owned(),
                    to_options,
                    move || said(chosen.get().map(|(_, to)| to)),
                    choose_to,
                )}
            </div>
            {faults_at(surveys, language, &at)}
        </div>
    }
    .into_any()
}
