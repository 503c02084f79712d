//! Settings: where answers go, what customers see, and the PIN.

use candor_core::batch::Format;
use candor_core::first_screen::language_name;
use candor_core::settings::{APPEARANCES, ASKS, SCAN_PACES, SWITCHES, SettingsFault};
use candor_core::survey::shelf::Shelf;
use candor_core::survey::text;
use candor_core::wire::Acknowledge;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::manager::alerts::RulesCard as AlertRulesCard;
use crate::manager::attract_card::AttractCard;
use crate::manager::backup_card::BackupCard;
use crate::manager::browser::{self, Written};
use crate::manager::cases::RulesCard;
use crate::manager::choice::choice;
use crate::manager::contents::Contents;
use crate::manager::desk::{Desk, TEMPLATES};
use crate::manager::door_screen::trouble_text;
use crate::manager::field::Field;
use crate::manager::hours_card::HoursCard;
use crate::manager::import::ImportCard;
use crate::manager::install::InstallCard;
use crate::manager::language::Language;
use crate::manager::pin_change::PinChange;
use crate::manager::provision::{ProvisionCard, Provisioning};
use crate::manager::record_form::Saving;
use crate::manager::roster_card::RosterCard;
use crate::manager::sealing_card::SealingCard;
use crate::manager::settings_form::SettingsForm;
use crate::manager::staff::StaffCard;
use crate::manager::surveys::{Surveys, SurveysCard};
use crate::manager::text::{SettingsTexts, fill};
use crate::manager::tick::tick;

/// The settings screen.
#[component]
pub fn SettingsScreen(
    desk: Desk,
    form: SettingsForm,
    surveys: Surveys,
    provisioning: Provisioning,
    language: Language,
) -> impl IntoView {
    let words = &language.texts().settings;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save();
    };
    follow_saving(desk, form);
    view! {
        <div class="m-head"><h1>{language.texts().rail.settings}</h1></div>
        <Contents language />
        <SurveysCard surveys language />
        <form class="m-form" novalidate=true autocomplete="off" on:submit=submit>
            <div class="m-columns">
                <Delivery desk form words />
                <Kiosk desk form language />
                <Counter form words />
                <Advanced form words />
                <Privacy form words />
            </div>
            <div class="m-save">
                <p class="m-says" role="status" data-testid="settings-saved" data-ok=move || (desk.saving.get() == Saving::Done).to_string() class:m-says-calm=move || desk.saving.with(Saving::is_calm)>
                    {move || outcome(&desk.saving.get(), language)}
                </p>
                <button
                    type="submit"
                    class="m-button"
                    data-testid="save-settings"
                    disabled=move || desk.saving.get() == Saving::Running || desk.settings.with(Option::is_none)
                >
                    {words.save}
                </button>
            </div>
        </form>
        <StaffCard desk language />
        <HoursCard desk language />
        <RosterCard desk language />
        <RulesCard desk language />
        <AlertRulesCard desk language />
        <AttractCard desk language />
        <PinChange desk language />
        <SealingCard desk language />
        <ProvisionCard desk provisioning language />
        <BackupCard desk language />
        <ImportCard desk language />
        <InstallCard language />
    }
}

/// The first faulty field takes the keyboard; a token that is stored leaves the screen.
fn follow_saving(desk: Desk, form: SettingsForm) {
    Effect::new(move |_| match desk.saving.get() {
        Saving::Done => form.forget_token(),
        Saving::Faults(faults) => {
            if let Some(fault) = faults.first() {
                browser::focus(field_id(*fault));
            }
        }
        _ => {}
    });
}

#[component]
fn Delivery(desk: Desk, form: SettingsForm, words: &'static SettingsTexts) -> impl IntoView {
    let has_token = move || desk.has_token.get();
    let endpoint = Field {
        kind: "url",
        keys: "url",
        example: "/v1/events".into(),
        ..Field::open("m-endpoint", words.endpoint, "m-endpoint-hint m-endpoint-fault")
    };
    let token = Field {
        example: Signal::derive(move || if has_token() { words.token_keep } else { "" }),
        ..Field::secret("m-token", words.token, "m-token-hint m-token-fault")
    };
    view! {
        <fieldset class="m-card">
            <legend id="m-delivery">{words.delivery}</legend>
            <div class="m-field">
                {field(form, endpoint, SettingsFault::Endpoint, form.endpoint)}
                {fault("m-endpoint-fault", form, SettingsFault::Endpoint, words.endpoint_fault)}
                <p class="m-fine" id="m-endpoint-hint">{words.endpoint_hint}</p>
            </div>
            <div class="m-field">
                {field(form, token, SettingsFault::Token, form.token)}
                {fault("m-token-fault", form, SettingsFault::Token, words.token_fault)}
                <p class="m-fine" id="m-token-hint">
                    {move || if has_token() { words.token_set } else { words.token_unset }}
                </p>
                <p class="m-fault" role="status" data-testid="token-lost">
                    {move || form.loses_token().then_some(words.token_lost)}
                </p>
                {move || has_token().then(|| view! {
                    {tick("token-remove", words.token_remove, "", form.is_token_removed, move || form.edited())}
                })}
            </div>
        </fieldset>
    }
}

#[component]
fn Kiosk(desk: Desk, form: SettingsForm, language: Language) -> impl IntoView {
    let words = &language.texts().settings;
    let ids = move || {
        let mut ids: Vec<String> = TEMPLATES.map(str::to_owned).to_vec();
        ids.extend(desk.shelf.with(Shelf::in_service));
        let chosen = form.survey.get();
        if !chosen.is_empty() && !ids.contains(&chosen) {
            ids.push(chosen);
        }
        ids
    };
    let option = move |id: String| {
        let title = desk.surveys.with(|surveys| {
            surveys.get(&id).map_or_else(|| id.clone(), |survey| text(&survey.title, language.tag()).to_owned())
        });
        let is_chosen = form.survey.get() == id;
        view! { <option value=id selected=is_chosen>{title}</option> }
    };
    let point = Field {
        capitals: "sentences",
        example: words.point_example.into(),
        ..Field::open("m-point", words.point, "m-point-hint m-point-fault")
    };
    view! {
        <fieldset class="m-card">
            <legend id="m-kiosk">{words.kiosk}</legend>
            <div class="m-field">
                {field(form, point, SettingsFault::Point, form.point)}
                {fault("m-point-fault", form, SettingsFault::Point, words.point_fault)}
                <p class="m-fine" id="m-point-hint">{words.point_hint}</p>
            </div>
            {choice(
                "m-survey",
                words.survey,
                move || ids().into_iter().map(option).collect_view(),
                move |id| {
                    form.survey.set(id);
                    form.edited();
                },
                Some(words.survey_hint.into()),
            )}
            {named("m-appearance", words.appearance, (&APPEARANCES, words.appearances), form.appearance, words.appearance_hint, form)}
            <div class="m-field">{tick("low", words.low, words.low_hint, form.low, move || form.edited())}</div>
            <div class="m-field">
                {tick("fullscreen", words.fullscreen, words.fullscreen_hint, form.fullscreen, move || form.edited())}
            </div>
            {named("m-switches", words.switches, (&SWITCHES, words.switch_ways), form.switches, words.switches_hint, form)}
            {choice(
                "m-scan-ms",
                words.scan,
                paces(form, words),
                move |pace| {
                    form.scan_ms.set(pace.parse().unwrap_or_default());
                    form.edited();
                },
                Some(words.scan_hint.into()),
            )}
            <div class="m-field">{tick("sound", words.sound, words.sound_hint, form.sound, move || form.edited())}</div>
            <fieldset class="m-field m-languages" id="m-languages" tabindex="-1" aria-describedby="m-languages-hint m-languages-fault">
                <legend>{words.languages}</legend>
                {move || form.locales().into_iter().map(|tag| language_row(form, tag, words)).collect_view()}
                {fault("m-languages-fault", form, SettingsFault::Languages, words.languages_fault)}
                <p class="m-fine" id="m-languages-hint">{words.languages_hint}</p>
            </fieldset>
        </fieldset>
    }
}

/// Who serves, and who beside the tablet may ask for a rating.
#[component]
fn Counter(form: SettingsForm, words: &'static SettingsTexts) -> impl IntoView {
    let staff = Field { example: "0417".into(), ..Field::open("m-staff", words.staff, "m-staff-hint m-staff-fault") };
    let link = Field {
        kind: "url",
        keys: "url",
        example: "https://feedback.example.com/".into(),
        ..Field::open("m-link", words.link, "m-link-hint m-link-fault")
    };
    let programs = Field {
        keys: "url",
        example: "https://counter.example.com".into(),
        ..Field::open("m-programs", words.programs, "m-programs-hint m-programs-fault")
    };
    view! {
        <fieldset class="m-card">
            <legend id="m-counter">{words.counter}</legend>
            <div class="m-field">
                {field(form, staff, SettingsFault::Staff, form.staff)}
                {fault("m-staff-fault", form, SettingsFault::Staff, words.staff_fault)}
                <p class="m-fine" id="m-staff-hint">{words.staff_hint}</p>
            </div>
            {named("m-ask-staff", words.ask_staff, (&ASKS, words.asks), form.ask_staff, words.ask_staff_hint, form)}
            <div class="m-field">{tick("sign-in-setting", words.sign_in, words.sign_in_hint, form.sign_in, move || form.edited())}</div>
            <div class="m-field">{tick("show-staff", words.show_staff, words.show_staff_hint, form.show_staff, move || form.edited())}</div>
            <div class="m-field">
                {field(form, programs, SettingsFault::Programs, form.programs)}
                {fault("m-programs-fault", form, SettingsFault::Programs, words.programs_fault)}
                <p class="m-fine" id="m-programs-hint">{words.programs_hint}</p>
            </div>
            <div class="m-field">
                {field(form, link, SettingsFault::Link, form.link)}
                {fault("m-link-fault", form, SettingsFault::Link, words.link_fault)}
                <p class="m-fine" id="m-link-hint">{words.link_hint}</p>
            </div>
            <div class="m-field">
                {tick("scanner", words.scanner, words.scanner_hint, form.scanner, move || form.edited())}
            </div>
        </fieldset>
    }
}

/// A choice among names, each with its words.
fn named<const N: usize>(
    id: &'static str,
    label: &'static str,
    options: (&[&'static str; N], [&'static str; N]),
    chosen: RwSignal<String>,
    hint: &'static str,
    form: SettingsForm,
) -> AnyView {
    let option = |(name, label): (&'static str, &'static str)| {
        view! { <option value=name selected=move || chosen.with(|chosen| chosen == name)>{label}</option> }
    };
    let (names, labels) = options;
    let choose = move |name| {
        chosen.set(name);
        form.edited();
    };
    choice(id, label, names.iter().copied().zip(labels).map(option).collect_view(), choose, Some(hint.into()))
}

fn paces(form: SettingsForm, words: &'static SettingsTexts) -> impl IntoView {
    let option = |(pace, label): (u32, &'static str)| {
        view! { <option value=pace.to_string() selected=move || form.scan_ms.get() == pace>{label}</option> }
    };
    SCAN_PACES.into_iter().zip(words.scan_paces).map(option).collect_view()
}

/// What an endpoint that is not Candor's own needs.
#[component]
fn Advanced(form: SettingsForm, words: &'static SettingsTexts) -> impl IntoView {
    let formats = move || {
        let option = |(format, name): (Format, &'static str)| {
            view! { <option value=format.name() selected=move || form.format.get() == format>{name}</option> }
        };
        Format::ALL.into_iter().zip(words.formats).map(option).collect_view()
    };
    let ways = move || {
        let option = |(way, name): (Acknowledge, &'static str)| {
            view! { <option value=way.name() selected=move || form.acknowledge.get() == way>{name}</option> }
        };
        Acknowledge::ALL.into_iter().zip(words.acknowledgements).map(option).collect_view()
    };
    view! {
        <fieldset class="m-card">
            <legend id="m-advanced">{words.advanced}</legend>
            {choice(
                "m-format",
                words.format,
                formats(),
                move |name| {
                    form.format.set(Format::named(&name).unwrap_or_default());
                    form.edited();
                },
                Some(words.format_hint.into()),
            )}
            {choice(
                "m-acknowledge",
                words.acknowledge,
                ways(),
                move |name| {
                    form.acknowledge.set(Acknowledge::named(&name).unwrap_or_default());
                    form.edited();
                },
                Some(Signal::derive(move || match form.acknowledge.get() {
                    Acknowledge::Receipt => words.receipt_hint,
                    Acknowledge::Status => words.status_hint,
                })),
            )}
        </fieldset>
    }
}

#[component]
fn Privacy(form: SettingsForm, words: &'static SettingsTexts) -> impl IntoView {
    let days = Field {
        keys: "numeric",
        ..Field::open("m-retention-days", words.retention_days, "m-retention-days-hint m-retention-days-fault")
    };
    view! {
        <fieldset class="m-card">
            <legend id="m-privacy">{words.privacy}</legend>
            <div class="m-field">{tick("mask", words.mask, words.mask_hint, form.mask, move || form.edited())}</div>
            <div class="m-field">
                {field(form, days, SettingsFault::RetentionDays, form.retention_days)}
                {fault("m-retention-days-fault", form, SettingsFault::RetentionDays, words.retention_days_fault)}
                <p class="m-fine" id="m-retention-days-hint">{words.retention_days_hint}</p>
            </div>
        </fieldset>
    }
}

fn language_row(form: SettingsForm, tag: String, words: &'static SettingsTexts) -> impl IntoView {
    let tag = StoredValue::new(tag);
    let is_offered = move || tag.with_value(|tag| form.offered.with(|offered| offered.contains(tag)));
    let is_first = move || tag.with_value(|tag| form.first.with(|first| first == tag));
    let (id, testid, first_testid) = tag.with_value(|tag| {
        (format!("m-language-{tag}"), format!("language-setting-{tag}"), format!("language-default-{tag}"))
    });
    view! {
        <div class="m-language">
            <label class="m-tick">
                <input
                    type="checkbox"
                    id=id
                    data-testid=testid
                    prop:checked=is_offered
                    on:change=move |event| tag.with_value(|tag| form.offer(tag, event_target_checked(&event)))
                />
                <span lang=tag.get_value()>{language_name(&tag.get_value()).to_owned()}</span>
            </label>
            <label class="m-tick">
                <input
                    type="radio"
                    name="m-first-language"
                    data-testid=first_testid
                    disabled=move || !is_offered()
                    prop:checked=is_first
                    on:change=move |_| {
                        form.first.set(tag.get_value());
                        form.edited();
                    }
                />
                <span>{words.first}</span>
            </label>
        </div>
    }
}

/// A field that saving may find a fault in.
fn field(form: SettingsForm, field: Field, of: SettingsFault, typed: RwSignal<String>) -> impl IntoView {
    Field { is_wrong: Signal::derive(move || form.has(of)), ..field }.view(typed, move || form.edited())
}

fn fault(id: &'static str, form: SettingsForm, fault: SettingsFault, text: &'static str) -> impl IntoView {
    view! { <p class="m-fault" id=id role="alert">{move || form.has(fault).then_some(text)}</p> }
}

fn field_id(fault: SettingsFault) -> &'static str {
    match fault {
        SettingsFault::Endpoint => "m-endpoint",
        SettingsFault::Point => "m-point",
        SettingsFault::Languages => "m-languages",
        SettingsFault::Token => "m-token",
        SettingsFault::RetentionDays => "m-retention-days",
        SettingsFault::Staff => "m-staff",
        SettingsFault::Programs => "m-programs",
        SettingsFault::Link => "m-link",
    }
}

fn outcome(saving: &Saving<SettingsFault>, language: Language) -> Option<String> {
    let words = &language.texts().settings;
    match saving {
        Saving::None => None,
        Saving::Running => Some(words.saving.to_owned()),
        Saving::Done => Some(fill(words.saved, &[&browser::now(Written::Clock, language)])),
        Saving::Faults(_) => Some(words.see_faults.to_owned()),
        Saving::Failed(error) => {
            Some(format!("{} {}", words.not_saved, trouble_text(error, &language.texts().trouble)))
        }
    }
}
