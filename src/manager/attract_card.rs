//! What the attract screen shows, on the settings screen: pictures, clips, and cards.

use candor_core::attract::{ATTRACT_RECORD, Attract, MAX_PICTURES, MAX_SET_CHARS, Picture, Wrong, read_cards};
use candor_core::first_screen::LANGUAGES;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::browser::task::spawn;
use crate::manager::desk::Desk;
use crate::manager::language::Language;
use crate::manager::picture::{self, Unfit};
use crate::manager::record_form::{RecordForm, SaveWords};
use crate::manager::store::Store;
use crate::manager::text::{AttractTexts, fill};

/// What cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    /// A card, by its line.
    Card(usize, Wrong),
    /// A file that cannot be shown, by its name.
    File(String, Unfit),
    /// More than [`MAX_PICTURES`].
    TooMany,
}

/// What is being edited.
#[derive(Clone, Copy)]
struct Form {
    pictures: RwSignal<Vec<Picture>>,
    cards: RwSignal<String>,
    state: RecordForm<Fault>,
}

impl Form {
    fn new(desk: Desk) -> Self {
        let form = Self { pictures: RwSignal::default(), cards: RwSignal::default(), state: RecordForm::new() };
        let load = |store: Store| async move { store.load(ATTRACT_RECORD).await };
        form.state.follow(desk, load, move |record| {
            let attract = Attract::from_json(&record.unwrap_or_default());
            form.cards.set(attract.card_lines());
            form.pictures.set(attract.pictures);
        });
        form
    }

    fn add(self, event: &leptos::ev::Event) {
        let files = picture::chosen(event);
        spawn(async move {
            for file in files {
                if self.pictures.with_untracked(Vec::len) >= MAX_PICTURES {
                    return self.state.refuse(vec![Fault::TooMany]);
                }
                match picture::read(&file).await {
                    Ok(picture) => self.change(|pictures| pictures.push(picture)),
                    Err(unfit) => self.state.refuse(vec![Fault::File(file.name(), unfit)]),
                }
            }
        });
    }

    fn change(self, change: impl FnOnce(&mut Vec<Picture>)) {
        self.pictures.update(change);
        self.state.edited();
    }

    fn save(self, desk: Desk) {
        self.state.save(desk, |store| {
            let cards = read_cards(&self.cards.get_untracked(), &LANGUAGES.map(|(tag, _)| tag)).map_err(|faults| {
                let of_card = |(line, wrong)| Fault::Card(line, wrong);
                faults.into_iter().map(of_card).collect::<Vec<_>>()
            })?;
            let json = Attract { cards, pictures: self.pictures.get_untracked() }.to_json();
            Ok(async move { store.put_in_force(ATTRACT_RECORD, &json).await })
        });
    }
}

/// The card.
#[component]
pub fn AttractCard(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().attract;
    let form = Form::new(desk);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(desk);
    };
    let is_wrong = move || form.state.has(|fault| matches!(fault, Fault::Card(..))).then_some("true");
    let rows = move || {
        let pictures = form.pictures.get();
        let count = pictures.len();
        let row = |(at, picture): (usize, Picture)| row(form, at, count, &picture, words);
        pictures.into_iter().enumerate().map(row).collect_view()
    };
    let said = SaveWords { save: words.save, saving: words.saving, saved: words.saved };
    let line = form.state.line("attract", said, language, move |fault| fault_text(fault, words));
    view! {
        <section class="m-card m-stack" aria-labelledby="m-attract" data-testid="attract-card">
            <div class="m-card-head"><h2 id="m-attract">{words.title}</h2></div>
            <p class="m-lead">{words.hint}</p>
            <form class="m-stack" autocomplete="off" novalidate=true on:submit=submit>
                <h3>{words.pictures}</h3>
                <p class="m-fine" id="m-pictures-hint">{words.pictures_hint}</p>
                <ol class="m-pictures" data-testid="pictures">{rows}</ol>
                <div class="m-file">
                    <input
                        class="sr"
                        type="file"
                        id="m-pictures"
                        data-testid="add-pictures"
                        accept="image/*,video/mp4,video/webm"
                        aria-describedby="m-pictures-hint m-attract-says"
                        multiple=true
                        disabled=move || !form.state.is_ready()
                        on:change=move |event| form.add(&event)
                    />
                    <label class="m-button m-second" for="m-pictures">{words.add}</label>
                    <span>{move || form.pictures.with(Vec::is_empty).then_some(words.none)}</span>
                </div>
                <div class="m-field">
                    <label for="m-cards">{words.cards}</label>
                    <textarea
                        id="m-cards"
                        data-testid="cards"
                        rows="4"
                        aria-describedby="m-cards-hint m-attract-says"
                        aria-invalid=is_wrong
                        disabled=move || !form.state.has_read()
                        prop:value=move || form.cards.get()
                        on:input=move |event| {
                            form.cards.set(event_target_value(&event));
                            form.state.edited();
                        }
                    ></textarea>
                    <p class="m-fine" id="m-cards-hint">{words.cards_hint}</p>
                </div>
                {line.view()}
            </form>
        </section>
    }
}

fn row(form: Form, at: usize, count: usize, picture: &Picture, words: &'static AttractTexts) -> impl IntoView + use<> {
    let small = if picture.is_clip() {
        view! { <video class="m-picture" src=picture.data.clone() muted=true playsinline=true></video> }.into_any()
    } else {
        view! { <img class="m-picture" src=picture.data.clone() alt="" /> }.into_any()
    };
    let press = |label: &'static str, is_there: bool, change: fn(&mut Vec<Picture>, usize)| {
        let named = [label, ": ", &picture.name].concat();
        is_there.then(|| {
            view! {
                <button type="button" class="m-quiet" aria-label=named on:click=move |_| form.change(|all| change(all, at))>
                    {label}
                </button>
            }
        })
    };
    view! {
        <li class="m-picture-row">
            {small}
            <span>{picture.name.clone()}</span>
            <label class="m-set">
                <span>{words.set}</span>
                <input
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength=MAX_SET_CHARS.to_string()
                    data-testid=format!("picture-set-{}", at + 1)
                    aria-label=[words.set, ": ", &picture.name].concat()
                    prop:value=picture.set.clone()
                    on:change=move |event| {
                        let set = event_target_value(&event).trim().to_owned();
                        form.change(|all| all.iter_mut().skip(at).take(1).for_each(|picture| picture.set.clone_from(&set)));
                    }
                />
            </label>
            {press(words.earlier, at > 0, |all, at| all.swap(at, at - 1))}
            {press(words.later, at + 1 < count, |all, at| all.swap(at, at + 1))}
            {press(words.remove, true, |all, at| drop(all.remove(at)))}
        </li>
    }
}

fn fault_text(fault: &Fault, words: &AttractTexts) -> String {
    match fault {
        Fault::TooMany => words.too_many.to_owned(),
        Fault::File(name, Unfit::Unusable) => fill(words.unusable, &[name]),
        Fault::File(name, Unfit::TooLarge) => fill(words.too_large, &[name]),
        Fault::Card(line, wrong) => {
            let what = match wrong {
                Wrong::NotACard => words.not_a_card,
                Wrong::TooLong => words.too_long,
                Wrong::TooMany => words.too_many_cards,
            };
            fill(words.at, &[&line.to_string(), what])
        }
    }
}
