//! The rules of alerts on the settings screen, with the target of the figure that leads.

use candor_core::insight::Measure;
use candor_core::provision::Fault;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::form::{Form, TARGET};
use crate::manager::desk::Desk;
use crate::manager::field::{Field, take};
use crate::manager::insight::names;
use crate::manager::language::Language;
use crate::manager::record_form::{SaveLine, SaveWords};
use crate::manager::text::{AlertsTexts, fill};
use crate::manager::tick::tick;

/// Its heading, which takes the focus of who is led here.
pub const TITLE: &str = "m-alert-rules";

/// The card.
#[component]
pub fn RulesCard(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().alerts;
    let form = Form::new(desk);
    let measure = Memo::new(move |_| desk.with_survey(Measure::of));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(desk, &measure.get_untracked());
    };
    let is_off = Memo::new(move |_| desk.rules.with(|rules| rules.as_ref().is_none_or(|rules| rules.is_none())));
    form.state.lead(|fault| field_of(&fault.path).to_owned());
    let number =
        |id: &'static str, label: &'static str, hint: &'static str, path: &'static str, typed: RwSignal<String>| {
            let field = Field {
                keys: "numeric",
                is_wrong: Signal::derive(move || form.has_fault(path)),
                ..Field::open(id, label, hint)
            };
            view! { <div class="m-field">{field.view(typed, move || form.state.edited())}</div> }
        };
    let quiet = Field {
        is_wrong: Signal::derive(move || form.has_fault("quiet")),
        example: "20:00-08:00".into(),
        ..Field::open("m-alert-quiet", words.quiet, "m-alert-quiet-hint m-alerts-says")
    };
    view! {
        <section class="m-card m-stack" aria-labelledby=TITLE data-testid="alert-rules">
            <div class="m-card-head">
                <h2 id=TITLE tabindex="-1">{words.rules}</h2>
                <span class="m-mode" data-testid="alerts-mode" data-mode=move || if is_off.get() { "off" } else { "on" }>
                    {move || if is_off.get() { words.is_off } else { words.is_on }}
                </span>
            </div>
            <p class="m-lead">{words.rules_hint}</p>
            {move || is_off.get().then(|| view! { <p class="m-few">{words.recommended}</p> })}
            <form class="m-stack" autocomplete="off" novalidate=true on:submit=submit>
                {move || target(desk, form, &measure.get(), language)}
                <div class="m-rules">
                    {rule(form, "rule-repeated", words.rule_repeated, words.rule_repeated_hint, form.repeated)}
                    <div class="m-rule-more" hidden=move || !form.repeated.get()>
                        {number("m-alert-count", words.count, "m-rule-repeated-hint", "repeated.count", form.count)}
                        {number("m-alert-minutes", words.minutes, "m-rule-repeated-hint", "repeated.minutes", form.minutes)}
                    </div>
                    {rule(form, "rule-bad", words.rule_bad, words.rule_bad_hint, form.bad)}
                    {rule(form, "rule-chart", words.rule_chart, words.rule_chart_hint, form.chart)}
                    {rule(form, "rule-target", words.rule_target, words.rule_target_hint, form.missed)}
                    <div class="m-rule-more" hidden=move || !form.missed.get()>
                        {number("m-alert-days", words.target_days, "m-rule-target-hint", "target_days", form.days)}
                    </div>
                    {rule(form, "rule-overdue", words.rule_overdue, words.rule_overdue_hint, form.overdue)}
                    {rule(form, "rule-unwell", words.rule_unwell, words.rule_unwell_hint, form.unwell)}
                </div>
                <div class="m-field">
                    {quiet.view(form.quiet, move || form.state.edited())}
                    <p class="m-fine" id="m-alert-quiet-hint">{words.quiet_hint}</p>
                </div>
                {rule(form, "rule-mark", words.mark, words.mark_hint, form.mark)}
                {line(form, language).view()}
            </form>
        </section>
    }
}

/// What is aimed at, in the unit of the survey in service.
fn target(desk: Desk, form: Form, measure: &Measure, language: Language) -> impl IntoView + use<> {
    let words = &language.texts().alerts;
    let id =
        desk.settings.with(|settings| settings.as_ref().map(|settings| settings.survey.clone())).unwrap_or_default();
    let label = fill(words.target_label, &[names::metric(measure, language).0, &names::survey(desk, &id, language)]);
    let (low, high) = measure.ends();
    // Both are whole.
    let end = |end: f64| end.to_string().replace('-', "−");
    let hint = fill(words.target_field_hint, &[&end(low), &end(high)]);
    let take = move |event: leptos::ev::Event| take(form.target, &event, || form.state.edited());
    view! {
        <div class="m-field">
            <label for="m-alert-target">{label}</label>
            <input
                id="m-alert-target"
                data-testid="alert-target"
                type="text"
                inputmode="decimal"
                autocomplete="off"
                aria-describedby="m-alert-target-hint m-alerts-says"
                aria-invalid=move || form.has_fault(TARGET).then_some("true")
                prop:value=move || form.target.get()
                on:input=take
                on:change=take
            />
            <p class="m-fine" id="m-alert-target-hint">{hint}</p>
        </div>
    }
}

/// A yes or no, with what explains it.
fn rule(
    form: Form,
    testid: &'static str,
    label: &'static str,
    hint: &'static str,
    is_on: RwSignal<bool>,
) -> impl IntoView {
    view! { <div class="m-field">{tick(testid, label, hint, is_on, move || form.state.edited())}</div> }
}

fn field_of(path: &str) -> &'static str {
    match path {
        "repeated.count" => "m-alert-count",
        "repeated.minutes" => "m-alert-minutes",
        "target_days" => "m-alert-days",
        TARGET => "m-alert-target",
        _ => "m-alert-quiet",
    }
}

fn label_of(path: &str, words: &'static AlertsTexts, language: Language) -> &'static str {
    match path {
        "repeated.count" => words.count,
        "repeated.minutes" => words.minutes,
        "target_days" => words.target_days,
        TARGET => language.texts().insight.target_head,
        _ => words.quiet,
    }
}

/// The last line; what is wrong stands below its heading.
fn line(form: Form, language: Language) -> SaveLine {
    let texts = language.texts();
    let words = &texts.alerts;
    let said = SaveWords { save: words.save, saving: texts.settings.saving, saved: words.saved };
    let fault_text = move |fault: &Fault| {
        fill(texts.hours.at, &[label_of(&fault.path, words, language), &fault.wrong.say(language.tag())])
    };
    let line = form.state.line("alerts", said, language, fault_text);
    let says = move || {
        let heading = if form.state.has(|_| true) { [words.see_faults, "\n"].concat() } else { String::new() };
        heading + &line.says.get()
    };
    SaveLine { says: Signal::derive(says), ..line }
}
