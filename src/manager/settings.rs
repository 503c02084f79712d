//! Settings: where answers go, what customers see, and the PIN.

use candor_core::settings::SettingsFault;
use candor_core::survey::text;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::manager::browser::{self, Written};
use crate::manager::desk::{Desk, Saving, TEMPLATES};
use crate::manager::door_screen::trouble_text;
use crate::manager::icon::{CHEVRON, icon};
use crate::manager::language::{Language, own_name};
use crate::manager::pin_change::PinChange;
use crate::manager::settings_form::SettingsForm;
use crate::manager::text::{SettingsTexts, fill};

/// The settings screen.
#[component]
pub fn SettingsScreen(desk: Desk, form: SettingsForm, language: Language) -> impl IntoView {
    let words = &language.texts().settings;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save();
    };
    follow_saving(desk, form);
    view! {
        <div class="m-head"><h1>{language.texts().rail.settings}</h1></div>
        <form class="m-form" novalidate=true autocomplete="off" on:submit=submit>
            <div class="m-columns">
                <Delivery desk form words />
                <Kiosk desk form language />
            </div>
            <div class="m-save">
                <p class="m-says" role="status" data-testid="settings-saved" data-ok=move || (desk.saving.get() == Saving::Done).to_string() class:m-says-calm=move || is_calm(&desk.saving.get())>
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
        <PinChange desk language />
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
    view! {
        <fieldset class="m-card">
            <legend>{words.delivery}</legend>
            <div class="m-field">
                <label for="m-endpoint">{words.endpoint}</label>
                <input
                    id="m-endpoint"
                    data-testid="endpoint"
                    type="url"
                    inputmode="url"
                    autocapitalize="none"
                    spellcheck="false"
                    placeholder="/v1/events"
                    aria-describedby="m-endpoint-hint m-endpoint-fault"
                    aria-invalid=move || form.has(SettingsFault::Endpoint).to_string()
                    prop:value=move || form.endpoint.get()
                    on:input=move |event| form.take(form.endpoint, event_target_value(&event))
                    on:change=move |event| form.take(form.endpoint, event_target_value(&event))
                />
                {fault("m-endpoint-fault", form, SettingsFault::Endpoint, words.endpoint_fault)}
                <p class="m-fine" id="m-endpoint-hint">{words.endpoint_hint}</p>
            </div>
            <div class="m-field">
                <label for="m-token">{words.token}</label>
                <input
                    id="m-token"
                    data-testid="token"
                    type="password"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=move || if has_token() { words.token_keep } else { "" }
                    aria-describedby="m-token-hint m-token-fault"
                    aria-invalid=move || form.has(SettingsFault::Token).to_string()
                    prop:value=move || form.token.get()
                    on:input=move |event| form.take(form.token, event_target_value(&event))
                    on:change=move |event| form.take(form.token, event_target_value(&event))
                />
                {fault("m-token-fault", form, SettingsFault::Token, words.token_fault)}
                <p class="m-fine" id="m-token-hint">
                    {move || if has_token() { words.token_set } else { words.token_unset }}
                </p>
                {move || has_token().then(|| view! {
                    <label class="m-tick">
                        <input
                            type="checkbox"
                            data-testid="token-remove"
                            prop:checked=move || form.is_token_removed.get()
                            on:change=move |event| {
                                form.is_token_removed.set(event_target_checked(&event));
                                form.edited();
                            }
                        />
                        <span>{words.token_remove}</span>
                    </label>
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
    view! {
        <fieldset class="m-card">
            <legend>{words.kiosk}</legend>
            <div class="m-field">
                <label for="m-point">{words.point}</label>
                <input
                    id="m-point"
                    data-testid="point"
                    type="text"
                    autocomplete="off"
                    placeholder=words.point_example
                    aria-describedby="m-point-hint m-point-fault"
                    aria-invalid=move || form.has(SettingsFault::Point).to_string()
                    prop:value=move || form.point.get()
                    on:input=move |event| form.take(form.point, event_target_value(&event))
                    on:change=move |event| form.take(form.point, event_target_value(&event))
                />
                {fault("m-point-fault", form, SettingsFault::Point, words.point_fault)}
                <p class="m-fine" id="m-point-hint">{words.point_hint}</p>
            </div>
            <div class="m-field">
                <label for="m-survey">{words.survey}</label>
                <div class="m-select">
                    <select
                        id="m-survey"
                        data-testid="survey"
                        aria-describedby="m-survey-hint"
                        on:change=move |event| {
                            form.survey.set(event_target_value(&event));
                            form.edited();
                        }
                    >
                        {move || ids().into_iter().map(option).collect_view()}
                    </select>
                    {icon(CHEVRON)}
                </div>
                <p class="m-fine" id="m-survey-hint">{words.survey_hint}</p>
            </div>
            <fieldset class="m-field m-languages" id="m-languages" tabindex="-1" aria-describedby="m-languages-hint m-languages-fault">
                <legend>{words.languages}</legend>
                {move || form.locales().into_iter().map(|tag| language_row(form, tag, words)).collect_view()}
                {fault("m-languages-fault", form, SettingsFault::Languages, words.languages_fault)}
                <p class="m-fine" id="m-languages-hint">{words.languages_hint}</p>
            </fieldset>
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
                <span lang=tag.get_value()>{own_name(&tag.get_value()).to_owned()}</span>
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

fn fault(id: &'static str, form: SettingsForm, fault: SettingsFault, text: &'static str) -> impl IntoView {
    view! { <p class="m-fault" id=id role="alert">{move || form.has(fault).then_some(text)}</p> }
}

fn field_id(fault: SettingsFault) -> &'static str {
    match fault {
        SettingsFault::Endpoint => "m-endpoint",
        SettingsFault::Point => "m-point",
        SettingsFault::Languages => "m-languages",
        SettingsFault::Token => "m-token",
    }
}

fn is_calm(saving: &Saving) -> bool {
    matches!(saving, Saving::None | Saving::Running | Saving::Done)
}

fn outcome(saving: &Saving, language: Language) -> Option<String> {
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
