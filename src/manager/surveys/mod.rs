//! The owner's own surveys: the list, the editor, and what is done to them. It outlives the screens, so that neither
//! another section nor another language loses anything.

mod control;
mod draft_keeper;
mod editor;
mod faults;
mod field_form;
mod forms;
mod list;
mod page_form;
mod parts;
mod place;
mod preview;
mod preview_frame;
mod rate;
pub mod records;

use std::collections::BTreeMap;

use candor_core::first_screen::LANGUAGES;
use candor_core::journal::StoreError;
use candor_core::settings::Settings;
use candor_core::survey::shelf::Own;
use candor_core::survey::sketch::{Dictionary, Edit, Sketch, free_id};
use candor_core::survey::{Fault, Survey};
use leptos::prelude::*;
use serde_json::{Value, json};

use self::draft_keeper::DraftKeeper;
pub use self::editor::EditorScreen;
pub use self::list::{ListScreen, SurveysCard};
use self::place::{Part, around, field_id};
use crate::browser::task::{sleep, spawn};
use crate::browser::{fetch, page};
use crate::manager::browser;
use crate::manager::desk::{Desk, TEMPLATES};
use crate::manager::file::ChosenFile;
use crate::manager::settings_form::SettingsForm;

/// A survey is some ten kilobytes; what is larger is another file.
const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// Until a part's form stands, so that something in it can take the focus.
const FORM_MS: u32 = 60;

/// What stands in the settings' section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The settings.
    Settings,
    /// The list of surveys.
    List,
    /// The editor.
    Editor,
}

/// What was done last, as far as somebody has to hear of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Nothing.
    None,
    /// Under way.
    Working,
    /// This version is in service.
    InService(u32),
    /// It has faults, and was not put into service.
    Refused,
    /// The file cannot be read: too large, or gone.
    Unreadable,
    /// The file has these faults, and nothing of it was taken.
    FileFaults(Vec<Fault>),
    /// It was taken in the stead of a survey of the same id, whose draft can be had back.
    Replaced,
    /// It was taken under another id, since its own is a template's.
    Renamed(String),
    /// The browser did not take the file.
    NotTaken,
    /// The words of a language could not be fetched: they are to be written.
    NoWords,
    /// What was done to a page was done to those that stand for it.
    InStep(usize),
    /// Storage failed.
    Failed(StoreError),
}

/// Everything about the owner's surveys.
#[derive(Clone, Copy)]
pub struct Surveys {
    /// The desk.
    pub desk: Desk,
    /// What stands.
    pub screen: RwSignal<Screen>,
    /// The drafts, by id, as far as they are read.
    pub drafts: RwSignal<BTreeMap<String, Sketch>>,
    /// What is being edited.
    pub sketch: RwSignal<Sketch>,
    /// Counts the steps, for what follows them at leisure.
    pub steps: RwSignal<u32>,
    /// The part that is being edited.
    pub part: RwSignal<Part>,
    /// The language beside the first one.
    pub beside: RwSignal<String>,
    /// What was done last.
    pub news: RwSignal<News>,
    /// Whether the last draft was kept.
    pub is_kept: RwSignal<bool>,
    form: SettingsForm,
    keeper: StoredValue<DraftKeeper, LocalStorage>,
}

impl Surveys {
    /// Reads the drafts whenever the list changes.
    pub fn new(desk: Desk, form: SettingsForm) -> Self {
        let surveys = Self {
            desk,
            screen: RwSignal::new(Screen::Settings),
            drafts: RwSignal::default(),
            sketch: RwSignal::new(Sketch::new(json!({}))),
            steps: RwSignal::default(),
            part: RwSignal::default(),
            beside: RwSignal::default(),
            news: RwSignal::new(News::None),
            is_kept: RwSignal::new(true),
            form,
            keeper: StoredValue::new_local(DraftKeeper::default()),
        };
        Effect::new(move |_| {
            desk.shelf.track();
            surveys.load_drafts();
        });
        surveys
    }

    /// Whether the desk has locked meanwhile: nothing is left to work on.
    fn is_locked(self) -> bool {
        self.sketch.try_with_untracked(|_| ()).is_none()
    }

    fn load_drafts(self) {
        let Some(store) = self.desk.store() else { return };
        let shelf = self.desk.shelf.get_untracked();
        spawn(async move {
            for Own { id, .. } in &shelf.0 {
                // What is known may have been edited since.
                if self.drafts.try_with_untracked(|drafts| drafts.contains_key(id)) != Some(false) {
                    continue;
                }
                if let Ok(Some(sketch)) = records::load_draft(&store, &shelf, id).await {
                    self.drafts.try_update(|drafts| {
                        drafts.entry(id.clone()).or_insert(sketch);
                    });
                }
            }
        });
    }

    // --- The list ---------------------------------------------------------------------------------------------------

    /// Whether a survey of this id is in service.
    pub fn is_in_service(self, id: &str) -> bool {
        self.desk.settings.with(|settings| settings.as_ref().is_some_and(|settings| settings.survey == id))
    }

    fn is_taken(self, id: &str) -> bool {
        TEMPLATES.contains(&id)
            || self.desk.shelf.with_untracked(|shelf| shelf.has(id))
            || self.drafts.with_untracked(|drafts| drafts.contains_key(id))
    }

    /// Opens a survey of the owner's in the editor.
    pub fn open(self, id: &str) {
        let Some(sketch) = self.drafts.with_untracked(|drafts| drafts.get(id).cloned()) else { return };
        self.show(sketch);
    }

    fn show(self, sketch: Sketch) {
        self.drafts.update(|drafts| {
            drafts.insert(sketch.id().to_owned(), sketch.clone());
        });
        self.news.set(News::None);
        self.part.set(Part::First);
        self.beside.set(sketch.locales().get(1).cloned().unwrap_or_default());
        self.sketch.set(sketch);
        self.steps.update(|steps| *steps += 1);
        self.turn_to(Screen::Editor);
    }

    /// Back to the list; what was edited goes there as well.
    pub fn close(self) {
        let sketch = self.sketch.get_untracked();
        self.drafts.update(|drafts| {
            drafts.insert(sketch.id().to_owned(), sketch);
        });
        self.turn_to(Screen::List);
    }

    /// Turns to a screen, which begins at its top.
    pub fn turn_to(self, screen: Screen) {
        self.news.set(News::None);
        self.screen.set(screen);
        if let Some(main) = page::element("m-main") {
            main.set_scroll_top(0);
        }
    }

    /// Makes a copy of a template and opens it.
    pub fn copy_template(self, id: &'static str) {
        spawn(async move {
            let json = fetch::template(id).await;
            if let Some(json) = json.filter(|_| !self.is_locked()) {
                self.copy(id, &json);
            }
        });
    }

    /// Makes a copy of an own survey and opens it.
    pub fn copy_own(self, id: &str) {
        let json = self.drafts.with_untracked(|drafts| drafts.get(id).map(Sketch::to_json));
        if let Some(json) = json {
            self.copy(id, &json);
        }
    }

    fn copy(self, of: &str, json: &str) {
        let id = free_id(of, |id| self.is_taken(id));
        let copied =
            |tag: &str, title: &str| [title, if tag.starts_with("zh") { "（副本）" } else { " (copy)" }].concat();
        if let Some(sketch) = Sketch::copy(json, &id, copied) {
            self.take_in(sketch);
        }
    }

    fn take_in(self, sketch: Sketch) {
        let Some(store) = self.desk.store() else { return };
        let (id, json) = (sketch.id().to_owned(), sketch.to_json());
        self.show(sketch);
        self.desk.shelf.update(|shelf| shelf.add(&id));
        spawn(async move {
            if let Err(error) = records::take_in(&store, &id, &json).await {
                self.news.set(News::Failed(error));
            }
        });
    }

    /// Lets go of a survey that has never been in service.
    pub fn remove(self, id: &str) {
        let Some(store) = self.desk.store() else { return };
        let mut is_gone = false;
        self.desk.shelf.update(|shelf| is_gone = shelf.remove(id));
        if !is_gone {
            return;
        }
        self.keeper.with_value(|keeper| keeper.forget(id));
        self.drafts.update(|drafts| {
            drafts.remove(id);
        });
        let id = id.to_owned();
        spawn(async move {
            if let Err(error) = records::remove(&store, &id).await {
                self.news.set(News::Failed(error));
            }
        });
    }

    /// Hands a survey to the browser as a file.
    pub fn export(self, sketch: &Sketch) {
        let name = [sketch.id(), ".json"].concat();
        let is_taken = browser::download(&name, "application/json", &sketch.to_json());
        self.news.set(if is_taken { News::None } else { News::NotTaken });
    }

    /// Takes a file in, whole or not at all.
    pub fn import(self, file: ChosenFile) {
        self.news.set(News::Working);
        spawn(async move {
            let bytes = if file.size() <= MAX_FILE_BYTES { file.slice(0, file.size()).await } else { None };
            let json = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            if self.is_locked() {
                return;
            }
            match json.as_deref().map(|json| json.trim_start_matches('\u{feff}')) {
                None => self.news.set(News::Unreadable),
                Some(json) => match Survey::parse(json) {
                    Err(faults) => self.news.set(News::FileFaults(faults)),
                    Ok(survey) => self.take_file(&survey.id, json),
                },
            }
        });
    }

    fn take_file(self, id: &str, json: &str) {
        if TEMPLATES.contains(&id) {
            let new = free_id(id, |id| self.is_taken(id));
            if let Some(sketch) = Sketch::copy(json, &new, |_, title| title.to_owned()) {
                self.take_in(sketch);
                self.news.set(News::Renamed(new));
            }
            return;
        }
        let known = self.drafts.with_untracked(|drafts| drafts.get(id).cloned());
        let value: Value = serde_json::from_str(json).unwrap_or_default();
        match known {
            Some(sketch) => {
                self.show(sketch);
                self.edit(&Edit::Replace(value));
                self.news.set(News::Replaced);
            }
            None => self.take_in(Sketch::new(value)),
        }
    }

    // --- The editor -------------------------------------------------------------------------------------------------

    /// Does one step, and keeps the draft. Says whether anything became another.
    pub fn edit(self, edit: &Edit) -> bool {
        let mut is_done = false;
        self.sketch.update(|sketch| is_done = sketch.apply(edit));
        if is_done {
            self.news.set(News::None);
            self.step();
        }
        is_done
    }

    /// Does one step to a page, with which the part goes. Says whether anything became another.
    pub fn edit_staying(self, page: usize, edit: &Edit) -> bool {
        let name = |sketch: &Sketch, page: usize| sketch.word(&format!("pages[{page}].id")).to_owned();
        let id = self.sketch.with_untracked(|sketch| name(sketch, page));
        if !self.edit(edit) {
            return false;
        }
        let found =
            self.sketch.with_untracked(|sketch| (0..sketch.count("pages")).find(|page| name(sketch, *page) == id));
        if let Some(found) = found.filter(|found| *found != page) {
            self.part.set(Part::Page(found));
        }
        true
    }

    /// The same with what those that stand for the page have in common with it, which is said.
    pub fn edit_page(self, page: usize, edit: &Edit) {
        let others = self.sketch.with_untracked(|sketch| sketch.block_of(page).len().saturating_sub(1));
        if self.edit_staying(page, edit) && others > 0 {
            self.news.set(News::InStep(others));
        }
    }

    /// Takes the last step back, or does it again.
    pub fn step_back(self, is_forth: bool) {
        let mut is_done = false;
        self.sketch.update(|sketch| is_done = if is_forth { sketch.redo() } else { sketch.undo() });
        if is_done {
            self.news.set(News::None);
            self.step();
        }
    }

    fn step(self) {
        let (id, json, pages, locales) = self.sketch.with_untracked(|sketch| {
            (sketch.id().to_owned(), sketch.to_json(), sketch.count("pages"), sketch.locales())
        });
        if let Part::Page(page) = self.part.get_untracked()
            && page >= pages
        {
            self.part.set(pages.checked_sub(1).map_or(Part::First, Part::Page));
        }
        let is_beside = self.beside.with_untracked(|tag| locales.iter().skip(1).any(|known| known == tag));
        if !is_beside {
            self.beside.set(locales.get(1).cloned().unwrap_or_default());
        }
        if let Some(store) = self.desk.store() {
            self.keeper.with_value(|keeper| {
                keeper.keep(&store, &id, json, move |is_kept| {
                    self.is_kept.try_set(is_kept);
                });
            });
        }
        self.steps.update(|steps| *steps += 1);
    }

    /// Adds a language, with the words that Candor's own surveys have in it.
    pub fn add_language(self, tag: String) {
        self.news.set(News::Working);
        spawn(async move {
            let pack: Option<Value> = fetch::language(&tag).await.and_then(|json| serde_json::from_str(&json).ok());
            let mut dictionary = Dictionary::default();
            if let Some(pack) = &pack {
                for id in TEMPLATES {
                    let survey = fetch::template(id).await.and_then(|json| serde_json::from_str::<Value>(&json).ok());
                    if let Some(survey) = survey {
                        let translated = pack.get("surveys").and_then(|surveys| surveys.get(id));
                        dictionary.learn(&survey, translated.unwrap_or(&Value::Null));
                    }
                }
            }
            let Some(words) = self.sketch.try_with_untracked(|sketch| dictionary.translate(sketch.value())) else {
                return;
            };
            self.edit(&Edit::AddLanguage(tag.clone(), words));
            self.beside.set(tag);
            self.news.set(if pack.is_some() { News::None } else { News::NoWords });
        });
    }

    /// The languages that can still be added.
    pub fn other_languages(self) -> Vec<(&'static str, &'static str)> {
        let locales = self.sketch.with(Sketch::locales);
        LANGUAGES.into_iter().filter(|(tag, _)| !locales.iter().any(|known| known == tag)).collect()
    }

    /// Leads to what a fault is about.
    pub fn go_to(self, path: &str) {
        if path != "pages" {
            self.part.set(Part::of(path));
        }
        let last = path.rsplit('.').next().unwrap_or_default();
        let is_beside = self.sketch.with_untracked(|sketch| sketch.locales().iter().skip(1).any(|tag| tag == last));
        if is_beside {
            self.beside.set(last.to_owned());
        }
        let path = path.to_owned();
        spawn(async move {
            sleep(FORM_MS).await;
            let found = around(&path).map(field_id).find(|id| page::element(id).is_some());
            browser::focus(found.as_deref().unwrap_or("m-survey-faults"));
        });
    }

    /// Puts what is being edited into service, if it is whole. A version that has been in service stays as it was.
    pub fn put_in_service(self) {
        // What would be written beside the survey is not known yet.
        let has_settings = self.desk.settings.with_untracked(Option::is_some);
        if !has_settings || self.news.with_untracked(|news| *news == News::Working) {
            return;
        }
        let fault = self.sketch.with_untracked(|sketch| sketch.faults().first().map(|fault| fault.path.clone()));
        if let Some(path) = fault {
            self.news.set(News::Refused);
            self.go_to(&path);
            return;
        }
        let Some(store) = self.desk.store() else { return };
        let id = self.sketch.with_untracked(|sketch| sketch.id().to_owned());
        let own = self.desk.shelf.with_untracked(|shelf| shelf.own(&id).cloned()).unwrap_or_default();
        let before = self.desk.in_force();
        self.news.set(News::Working);
        spawn(async move {
            let outcome = async {
                let last = match own.versions.last() {
                    Some(last) => records::load_version(&store, &id, *last).await?,
                    None => None,
                };
                let next = self.sketch.try_with_untracked(|sketch| {
                    let is_as_last = last.as_deref().is_some_and(|last| sketch.is_same_as(last));
                    own.next_version(sketch.version(), is_as_last)
                });
                let Some(version) = next else { return Ok(None) };
                self.keeper.try_with_value(|keeper| keeper.forget(&id));
                self.sketch.try_update(|sketch| sketch.set_version(version));
                let sketch = self.sketch.try_get_untracked();
                let Some((sketch, survey)) = sketch.and_then(|sketch| Some((sketch.clone(), sketch.survey()?.clone())))
                else {
                    return Ok(None);
                };
                let after = offering(&before, &survey);
                // Written anew, what is the same would look like another.
                let json = last.filter(|last| sketch.is_same_as(last)).unwrap_or_else(|| sketch.to_json());
                records::put_in_service(&store, (&id, version), &json, (&before, &after)).await?;
                Ok(Some((version, survey, after)))
            };
            match outcome.await {
                Ok(None) => {}
                Ok(Some((version, survey, settings))) => {
                    self.form.show_survey(&settings);
                    self.desk.take_survey(survey, settings);
                    self.news.set(News::InService(version));
                }
                Err(error) => self.news.set(News::Failed(error)),
            }
            self.desk.refresh();
        });
    }
}

/// The settings with this survey in service: of the languages offered those that it has, else all of its own.
fn offering(settings: &Settings, survey: &Survey) -> Settings {
    let kept: Vec<String> = settings.languages.iter().filter(|tag| survey.locales.contains(tag)).cloned().collect();
    let languages = if kept.is_empty() { survey.locales.clone() } else { kept };
    Settings { survey: survey.id.clone(), languages, ..settings.clone() }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn of_the_languages_offered_those_stay_that_the_survey_speaks() {
        let mut survey = Survey::parse(include_str!("../../../public/templates/hotel.json")).unwrap();
        survey.id = "hotel-2".into();
        let check = |offered: &[&str], expected: &[&str]| {
            let languages = offered.iter().map(|tag| (*tag).to_owned()).collect();
            let settings = offering(&Settings { languages, ..Settings::default() }, &survey);
            assert_eq!(
                (settings.survey.as_str(), settings.languages),
                ("hotel-2", expected.iter().map(|tag| (*tag).to_owned()).collect())
            );
        };
        check(&["en", "ja", "zh-CN"], &["en", "zh-CN"]);
        check(&["ja"], &["zh-CN", "en"]);
        check(&[], &["zh-CN", "en"]);
    }
}
