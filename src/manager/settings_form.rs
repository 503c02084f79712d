//! What is being edited on the settings screen. It outlives the screen: changing the section or the language loses
//! nothing that was typed.

use candor_core::batch::Format;
use candor_core::settings::{RETENTION_DAYS, Settings, SettingsFault, origin};
use candor_core::wire::Acknowledge;
use leptos::prelude::*;

use crate::manager::desk::{Desk, TokenChange};
use crate::manager::record_form::Saving;

/// The fields, as typed.
#[derive(Clone, Copy)]
pub struct SettingsForm {
    /// The endpoint.
    pub endpoint: RwSignal<String>,
    /// A new token; empty keeps the stored one.
    pub token: RwSignal<String>,
    /// Whether the stored token is to go.
    pub is_token_removed: RwSignal<bool>,
    /// The service point.
    pub point: RwSignal<String>,
    /// The survey's id.
    pub survey: RwSignal<String>,
    /// The languages offered, in any order.
    pub offered: RwSignal<Vec<String>>,
    /// The one that is shown first.
    pub first: RwSignal<String>,
    /// How events stand in a request.
    pub format: RwSignal<Format>,
    /// What makes an event count as delivered.
    pub acknowledge: RwSignal<Acknowledge>,
    /// Whether comments are masked.
    pub mask: RwSignal<bool>,
    /// For how many days acknowledged events are kept, as typed.
    pub retention_days: RwSignal<String>,
    /// The number of the person who serves here.
    pub staff: RwSignal<String>,
    /// Origins of pages that may ask for a rating, as typed: with white space between them.
    pub programs: RwSignal<String>,
    /// Whether a scanner that types tells the ticket.
    pub scanner: RwSignal<bool>,
    /// Light, dark, or as the system has it.
    pub appearance: RwSignal<String>,
    /// Whether everything to tap stands in the lower half.
    pub low: RwSignal<bool>,
    /// Whether the page takes the whole screen.
    pub fullscreen: RwSignal<bool>,
    /// Where customers' own phones reach the page.
    pub link: RwSignal<String>,
    /// Whether the kiosk is heard.
    pub sound: RwSignal<bool>,
    /// When customers are asked who served.
    pub ask_staff: RwSignal<String>,
    /// Whether clerks sign in at the tablet.
    pub sign_in: RwSignal<bool>,
    /// Whether customers see who serves.
    pub show_staff: RwSignal<bool>,
    /// How a switch is used.
    pub switches: RwSignal<String>,
    /// The pace of one, in milliseconds.
    pub scan_ms: RwSignal<u32>,
    desk: Desk,
}

impl SettingsForm {
    /// The settings in force, ready to be edited. What is typed before they are loaded is overwritten; what is typed
    /// after that stays.
    pub fn new(desk: Desk) -> Self {
        let form = Self {
            endpoint: RwSignal::default(),
            token: RwSignal::default(),
            is_token_removed: RwSignal::new(false),
            point: RwSignal::default(),
            survey: RwSignal::default(),
            offered: RwSignal::default(),
            first: RwSignal::default(),
            format: RwSignal::default(),
            acknowledge: RwSignal::default(),
            mask: RwSignal::new(true),
            retention_days: RwSignal::new(RETENTION_DAYS.to_string()),
            staff: RwSignal::default(),
            programs: RwSignal::default(),
            scanner: RwSignal::new(false),
            appearance: RwSignal::default(),
            low: RwSignal::new(false),
            fullscreen: RwSignal::new(false),
            sound: RwSignal::new(true),
            link: RwSignal::default(),
            ask_staff: RwSignal::default(),
            sign_in: RwSignal::new(false),
            show_staff: RwSignal::new(false),
            switches: RwSignal::default(),
            scan_ms: RwSignal::default(),
            desk,
        };
        let is_loaded = Memo::new(move |_| {
            desk.surveys.track();
            desk.settings.with(Option::is_some) && !desk.in_force().languages.is_empty()
        });
        Effect::new(move |_| {
            if is_loaded.get() {
                form.fill(desk.in_force());
            }
        });
        form
    }

    /// The languages that the chosen survey speaks.
    pub fn locales(self) -> Vec<String> {
        self.desk.surveys.track();
        self.desk.locales(&self.survey.get())
    }

    /// Whether the last attempt to save found this fault.
    pub fn has(self, fault: SettingsFault) -> bool {
        self.desk.saving.with(|saving| matches!(saving, Saving::Faults(faults) if faults.contains(&fault)))
    }

    /// Whether saving what is typed removes the stored token, since it is for another origin.
    pub fn loses_token(self) -> bool {
        let in_force = self.desk.settings.with(|settings| settings.as_ref().map(|settings| origin(&settings.endpoint)));
        self.desk.has_token.get()
            && self.token.with(|typed| typed.trim().is_empty())
            && in_force.is_some_and(|in_force| self.endpoint.with(|typed| origin(typed.trim()) != in_force))
    }

    /// Something was edited: what was said about the last attempt is out of date.
    pub fn edited(self) {
        if self.desk.saving.with_untracked(|saving| !matches!(saving, Saving::None | Saving::Running)) {
            self.desk.saving.set(Saving::None);
        }
    }

    /// Offers a language or not. The first one is always among those offered.
    pub fn offer(self, tag: &str, is_offered: bool) {
        self.offered.update(|offered| {
            offered.retain(|other| other != tag);
            if is_offered {
                offered.push(tag.to_owned());
            }
        });
        let offered = self.offered.get_untracked();
        if !offered.contains(&self.first.get_untracked()) {
            self.first.set(offered.into_iter().next().unwrap_or_default());
        }
        self.edited();
    }

    /// Saves what is typed.
    pub fn save(self) {
        let typed = self.token.get_untracked().trim().to_owned();
        let token = match (self.is_token_removed.get_untracked(), typed.is_empty()) {
            (_, false) => TokenChange::Set(typed),
            (true, true) => TokenChange::Remove,
            (false, true) => TokenChange::Keep,
        };
        let offered = self.offered.get_untracked();
        let first = self.first.get_untracked();
        let locales = untrack(|| self.locales());
        let settings = Settings {
            endpoint: self.endpoint.get_untracked().trim().to_owned(),
            point: self.point.get_untracked().trim().to_owned(),
            survey: self.survey.get_untracked(),
            languages: in_order(&locales, &offered, &first),
            format: self.format.get_untracked(),
            acknowledge: self.acknowledge.get_untracked(),
            mask: self.mask.get_untracked(),
            // What is no number is no number of days either: the check says so.
            retention_days: self.retention_days.with_untracked(|days| days.trim().parse().unwrap_or(u32::MAX)),
            staff: self.staff.get_untracked().trim().to_owned(),
            programs: self.programs.with_untracked(|typed| typed.split_whitespace().map(str::to_owned).collect()),
            scanner: self.scanner.get_untracked(),
            appearance: self.appearance.get_untracked(),
            low: self.low.get_untracked(),
            fullscreen: self.fullscreen.get_untracked(),
            sound: self.sound.get_untracked(),
            link: self.link.get_untracked().trim().to_owned(),
            ask_staff: self.ask_staff.get_untracked(),
            sign_in: self.sign_in.get_untracked(),
            show_staff: self.show_staff.get_untracked(),
            switches: self.switches.get_untracked(),
            scan_ms: self.scan_ms.get_untracked(),
        };
        self.desk.save_settings(settings, token);
    }

    /// The survey in service has become another, with its languages.
    pub fn show_survey(self, settings: &Settings) {
        self.survey.set(settings.survey.clone());
        self.first.set(settings.languages.first().cloned().unwrap_or_default());
        self.offered.set(settings.languages.clone());
    }

    /// After a save: the secret leaves the screen.
    pub fn forget_token(self) {
        self.token.set(String::new());
        self.is_token_removed.set(false);
    }

    /// Puts settings over what is typed: they have come into force another way.
    pub fn fill(self, settings: Settings) {
        self.endpoint.set(settings.endpoint);
        self.point.set(settings.point);
        self.survey.set(settings.survey);
        self.first.set(settings.languages.first().cloned().unwrap_or_default());
        self.offered.set(settings.languages);
        self.format.set(settings.format);
        self.acknowledge.set(settings.acknowledge);
        self.mask.set(settings.mask);
        self.retention_days.set(settings.retention_days.to_string());
        self.staff.set(settings.staff);
        self.programs.set(settings.programs.join(" "));
        self.scanner.set(settings.scanner);
        self.appearance.set(settings.appearance);
        self.low.set(settings.low);
        self.fullscreen.set(settings.fullscreen);
        self.sound.set(settings.sound);
        self.link.set(settings.link);
        self.ask_staff.set(settings.ask_staff);
        self.sign_in.set(settings.sign_in);
        self.show_staff.set(settings.show_staff);
        self.switches.set(settings.switches);
        self.scan_ms.set(settings.scan_ms);
    }
}

/// The offered ones among a survey's languages, the first one first and the rest in the survey's order; all of them where
/// the survey has not been read.
fn in_order(locales: &[String], offered: &[String], first: &str) -> Vec<String> {
    let locales = if locales.is_empty() { offered } else { locales };
    let is_offered = |tag: &&String| offered.contains(tag);
    let leading = locales.iter().filter(is_offered).filter(|tag| *tag == first);
    let rest = locales.iter().filter(is_offered).filter(|tag| *tag != first);
    leading.chain(rest).cloned().collect()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn check(offered: &[&str], first: &str, expected: &[&str]) {
        let owned = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        assert_eq!(in_order(&owned(&["zh-CN", "en"]), &owned(offered), first), owned(expected));
    }

    #[wasm_bindgen_test]
    fn the_first_language_leads_and_only_the_survey_s_own_count() {
        check(&["zh-CN", "en"], "en", &["en", "zh-CN"]);
        check(&["en", "zh-CN"], "zh-CN", &["zh-CN", "en"]);
        check(&["en"], "zh-CN", &["en"]);
        check(&["fr", "en"], "fr", &["en"]);
        check(&[], "en", &[]);
    }

    #[wasm_bindgen_test]
    fn languages_of_a_survey_that_was_not_read_stay_as_they_are() {
        let offered = ["fr", "en"].map(str::to_owned);
        assert_eq!(in_order(&[], &offered, "en"), ["en", "fr"]);
    }
}
