//! What the attract screen shows, on the settings screen: pictures, clips, and cards.

use candor_core::attract::{ATTRACT_RECORD, Attract, MAX_PICTURES, MAX_SET_CHARS, Picture, Wrong, read_cards};
use candor_core::first_screen::LANGUAGES;
use candor_core::journal::StoreError;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::browser::task::spawn;
use crate::manager::desk::Desk;
use crate::manager::door_screen::trouble_text;
use crate::manager::language::Language;
use crate::manager::picture::{self, Unfit};
use crate::manager::store::Store;
use crate::manager::text::{AttractTexts, fill};

/// How the last attempt to save stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Saving {
    /// What is in force is not here yet: what would be saved is not what somebody has seen.
    Unread,
    None,
    Running,
    Done,
    Faults(Vec<(usize, Wrong)>),
    /// A file that cannot be shown, by its name.
    Unfit(String, Unfit),
    TooMany,
    Failed(StoreError),
}

/// What is being edited.
#[derive(Clone, Copy)]
struct Form {
    pictures: RwSignal<Vec<Picture>>,
    cards: RwSignal<String>,
    /// Whether somebody has edited since the last save: nothing is put over that.
    is_edited: StoredValue<bool>,
    saving: RwSignal<Saving>,
}

impl Form {
    fn new(desk: Desk) -> Self {
        let form = Self {
            pictures: RwSignal::default(),
            cards: RwSignal::default(),
            is_edited: StoredValue::new(false),
            saving: RwSignal::new(Saving::Unread),
        };
        // A restored back-up may bring others.
        Effect::new(move |_| {
            desk.settings.track();
            if let Some(store) = desk.store().filter(|_| !form.is_edited.get_value()) {
                spawn(form.read(store));
            }
        });
        form
    }

    async fn read(self, store: Store) {
        match store.load(ATTRACT_RECORD).await {
            Err(error) => self.saving.set(Saving::Failed(error)),
            Ok(_) if self.is_edited.get_value() => {}
            Ok(record) => {
                let attract = Attract::from_json(&record.unwrap_or_default());
                self.cards.set(attract.card_lines());
                self.pictures.set(attract.pictures);
                if self.saving.with_untracked(|saving| *saving == Saving::Unread) {
                    self.saving.set(Saving::None);
                }
            }
        }
    }

    fn is_read(self) -> bool {
        self.saving.with(|saving| !matches!(saving, Saving::Unread | Saving::Running))
    }

    fn edited(self) {
        self.is_edited.set_value(true);
        if self.saving.with_untracked(|saving| !matches!(saving, Saving::Running | Saving::Unread)) {
            self.saving.set(Saving::None);
        }
    }

    fn add(self, event: &leptos::ev::Event) {
        let files = picture::chosen(event);
        spawn(async move {
            for file in files {
                if self.pictures.with_untracked(Vec::len) >= MAX_PICTURES {
                    return self.saving.set(Saving::TooMany);
                }
                match picture::read(&file).await {
                    Ok(picture) => self.change(|pictures| pictures.push(picture)),
                    Err(unfit) => self.saving.set(Saving::Unfit(file.name(), unfit)),
                }
            }
        });
    }

    fn change(self, change: impl FnOnce(&mut Vec<Picture>)) {
        self.pictures.update(change);
        self.edited();
    }

    fn save(self, desk: Desk) {
        let Some(store) = desk.store().filter(|_| self.saving.get_untracked() != Saving::Running) else { return };
        let locales = LANGUAGES.map(|(tag, _)| tag);
        match read_cards(&self.cards.get_untracked(), &locales) {
            Err(faults) => self.saving.set(Saving::Faults(faults)),
            Ok(cards) => {
                let json = Attract { cards, pictures: self.pictures.get_untracked() }.to_json();
                self.saving.set(Saving::Running);
                spawn(async move {
                    self.saving.set(match store.put_in_force(ATTRACT_RECORD, &json).await {
                        Ok(()) => {
                            self.is_edited.set_value(false);
                            Saving::Done
                        }
                        Err(error) => Saving::Failed(error),
                    });
                    desk.refresh();
                });
            }
        }
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
    let is_wrong = move || form.saving.with(|saving| matches!(saving, Saving::Faults(_))).then_some("true");
    let rows = move || {
        let pictures = form.pictures.get();
        let count = pictures.len();
        let row = |(at, picture): (usize, Picture)| row(form, at, count, &picture, words);
        pictures.into_iter().enumerate().map(row).collect_view()
    };
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
                        disabled=move || !form.is_read()
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
                        disabled=move || form.saving.get() == Saving::Unread
                        prop:value=move || form.cards.get()
                        on:input=move |event| {
                            form.cards.set(event_target_value(&event));
                            form.edited();
                        }
                    ></textarea>
                    <p class="m-fine" id="m-cards-hint">{words.cards_hint}</p>
                </div>
                <div class="m-save">
                    <p
                        class="m-says m-lines"
                        role="status"
                        id="m-attract-says"
                        data-testid="attract-says"
                        class:m-says-calm=move || matches!(form.saving.get(), Saving::Unread | Saving::None | Saving::Running | Saving::Done)
                    >
                        {move || outcome(&form.saving.get(), language)}
                    </p>
                    <button type="submit" class="m-button" data-testid="save-attract" disabled=move || !form.is_read()>
                        {words.save}
                    </button>
                </div>
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

/// What became of the last attempt, a line for each fault.
fn outcome(saving: &Saving, language: Language) -> String {
    let words = &language.texts().attract;
    match saving {
        Saving::Unread | Saving::None => String::new(),
        Saving::Running => words.saving.to_owned(),
        Saving::Done => words.saved.to_owned(),
        Saving::TooMany => words.too_many.to_owned(),
        Saving::Unfit(name, Unfit::Unusable) => fill(words.unusable, &[name]),
        Saving::Unfit(name, Unfit::TooLarge) => fill(words.too_large, &[name]),
        Saving::Failed(error) => trouble_text(error, &language.texts().trouble).to_owned(),
        Saving::Faults(faults) => {
            let what = |wrong: &Wrong| match wrong {
                Wrong::NotACard => words.not_a_card,
                Wrong::TooLong => words.too_long,
                Wrong::TooMany => words.too_many_cards,
            };
            let said: Vec<String> =
                faults.iter().map(|(line, wrong)| fill(words.at, &[&line.to_string(), what(wrong)])).collect();
            said.join("\n")
        }
    }
}
