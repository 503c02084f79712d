//! The desk's frame: the rail with the sections and the four counts, the screen in service, and what everybody must see.

use leptos::prelude::*;

use crate::manager::alerts::badge;
use crate::manager::browser;
use crate::manager::cases::{CasesDesk, CasesScreen};
use crate::manager::counts::Counts;
use crate::manager::desk::Desk;
use crate::manager::door::Opened;
use crate::manager::door_screen::trouble_text;
use crate::manager::health::{HealthScreen, loss_banner};
use crate::manager::icon::{CASES, COMMENTS, HEALTH, IMPROVEMENTS, LOCK, RESULTS, SETTINGS, SYNC, WARNING, icon, mark};
use crate::manager::improvements::{ImprovementsScreen, UnderEdit};
use crate::manager::insight::Insight;
use crate::manager::language::Language;
use crate::manager::provision::{AskedCard, Provisioning};
use crate::manager::remarks::{Remarks, RemarksScreen};
use crate::manager::results::ResultsScreen;
use crate::manager::settings::SettingsScreen;
use crate::manager::settings_form::SettingsForm;
use crate::manager::surveys::{EditorScreen, ListScreen, Screen, Surveys};
use crate::manager::switch::LanguageSwitch;
use crate::manager::sync::SyncScreen;
use crate::manager::text::{RailTexts, fill};

/// From here on the desk says that it is about to lock. WCAG 2.2, 2.2.1 asks for 20 seconds.
const WARNING_S: u64 = 20;

/// A section of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named like the sections")]
pub enum Tab {
    Results,
    Comments,
    Cases,
    Improvements,
    Sync,
    Health,
    Settings,
}

impl Tab {
    const ALL: [Self; 7] =
        [Self::Results, Self::Comments, Self::Cases, Self::Improvements, Self::Sync, Self::Health, Self::Settings];

    fn parts(self) -> (&'static str, &'static str, fn(&RailTexts) -> &'static str) {
        match self {
            Self::Results => ("tab-results", RESULTS, |words| words.results),
            Self::Comments => ("tab-comments", COMMENTS, |words| words.comments),
            Self::Cases => ("tab-cases", CASES, |words| words.cases),
            Self::Improvements => ("tab-improvements", IMPROVEMENTS, |words| words.improvements),
            Self::Sync => ("tab-sync", SYNC, |words| words.sync),
            Self::Health => ("tab-health", HEALTH, |words| words.health),
            Self::Settings => ("tab-settings", SETTINGS, |words| words.settings),
        }
    }
}

/// The desk.
#[component]
pub fn Frame(desk: Desk, language: RwSignal<Language>, opened: Opened, left_s: RwSignal<u64>) -> impl IntoView {
    let tab = RwSignal::new(Tab::Results);
    let insight = Insight::new(desk);
    let remarks = Remarks::new(insight);
    let cases = CasesDesk::new(desk);
    Effect::new(move |_| {
        if let Some(id) = desk.asked_case.get() {
            desk.asked_case.set(None);
            cases.show(id);
            show(tab, Tab::Cases);
        }
    });
    let form = SettingsForm::new(desk);
    let surveys = Surveys::new(desk, form);
    let provisioning = Provisioning::new(desk, form);
    let screen = Memo::new(move |_| surveys.screen.get());
    let improving = UnderEdit::new();
    view! {
        <div class="m-desk">
            <header class="m-rail">
                <div class="m-rail-head">
                    {mark()}
                    <span class="m-brand">
                        {move || language.get().texts().product}
                        <small>{move || language.get().texts().desk}</small>
                    </span>
                    <span class="m-push"></span>
                    <LanguageSwitch language />
                </div>
                <nav class="m-tabs" aria-label=move || language.get().texts().rail.tabs>
                    {Tab::ALL.map(|this| tab_button(this, insight, tab, language)).collect_view()}
                </nav>
                <Counts desk language />
                <button type="button" class="m-lock" data-testid="lock" on:click=move |_| super::close()>
                    {icon(LOCK)}
                    <span>{move || language.get().texts().rail.lock}</span>
                </button>
            </header>
            <main class="m-main" id="m-main">
                {move || banners(desk, opened, language.get())}
                {move || loss_banner(desk.checkup, language.get())}
                {move || view! { <AskedCard asked=provisioning.asked language=language.get() /> }}
                {move || match (tab.get(), language.get()) {
                    (Tab::Results, language) => view! { <ResultsScreen insight tab language /> }.into_any(),
                    (Tab::Comments, language) => view! { <RemarksScreen remarks language /> }.into_any(),
                    (Tab::Cases, language) => view! { <CasesScreen cases language /> }.into_any(),
                    (Tab::Improvements, language) => view! { <ImprovementsScreen insight under_edit=improving language /> }.into_any(),
                    (Tab::Sync, language) => view! { <SyncScreen desk language /> }.into_any(),
                    (Tab::Health, language) => view! { <HealthScreen desk language /> }.into_any(),
                    (Tab::Settings, language) => match screen.get() {
                        Screen::Settings => view! { <SettingsScreen desk form surveys provisioning language /> }.into_any(),
                        Screen::List => view! { <ListScreen surveys language /> }.into_any(),
                        Screen::Editor => view! { <EditorScreen surveys language /> }.into_any(),
                    },
                }}
            </main>
            <div class="m-locking" role="alert" hidden=move || { left_s.get() > WARNING_S }>
                <span>
                    {move || {
                        let words = &language.get().texts().rail;
                        (left_s.get() <= WARNING_S).then(|| fill(words.locking, &[&left_s.get().to_string()]))
                    }}
                </span>
                <button type="button" class="m-quiet">{move || language.get().texts().rail.stay}</button>
            </div>
        </div>
    }
}

fn tab_button(this: Tab, insight: Insight, tab: RwSignal<Tab>, language: RwSignal<Language>) -> impl IntoView {
    let (testid, sign, name) = this.parts();
    view! {
        <button
            type="button"
            class="m-tab"
            data-testid=testid
            aria-current=move || (tab.get() == this).then_some("page")
            on:click=move |_| show(tab, this)
        >
            {icon(sign)}
            <span>{move || name(&language.get().texts().rail)}</span>
            {(this == Tab::Results).then_some(move || badge(insight, language.get()))}
        </button>
    }
}

/// Another section begins at its top.
fn show(tab: RwSignal<Tab>, this: Tab) {
    tab.set(this);
    browser::scroll_to_top("m-main");
}

fn banners(desk: Desk, opened: Opened, language: Language) -> impl IntoView {
    let texts = language.texts();
    let trouble = desk.trouble.get().map(|error| trouble_text(&error, &texts.trouble));
    let balance = desk.counts.get().filter(|counts| !counts.add_up()).map(|_| texts.rail.do_not_add_up_long);
    let unrecorded = (opened == Opened::Unrecorded).then_some(texts.trouble.untraced);
    let banner = |text| view! { <p class="m-banner" role="alert">{icon(WARNING)}<span>{text}</span></p> };
    [balance, trouble, unrecorded].into_iter().flatten().map(banner).collect_view()
}
