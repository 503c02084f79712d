//! What a settings file would change, before anything does: the host in large letters, and every value beside the one
//! that stands.

use candor_core::batch::Format;
use candor_core::first_screen::language_name;
use candor_core::hours::Hours;
use candor_core::hours::roster::Roster;
use candor_core::provision::Fault;
use candor_core::settings::{APPEARANCES, ASKS, SCAN_PACES, SWITCHES};
use candor_core::staff::Team;
use candor_core::survey::text;
use candor_core::targets::Targets;
use candor_core::themes::ThemeEdits;
use candor_core::wire::Acknowledge;
use candor_themes::Theme;
use leptos::prelude::*;
use serde_json::Value;

use super::{Import, Plan, Source};
use crate::manager::address::Target;
use crate::manager::cases::rules_text;
use crate::manager::desk::Desk;
use crate::manager::insight::names;
use crate::manager::language::Language;
use crate::manager::remarks::own_name;
use crate::manager::text::fill;

/// Faults that are listed; more would be a wall.
const MOST: usize = 12;
/// What is shown even where it stays, since it makes a tablet what it is.
const ALWAYS: [&str; 3] = ["point", "survey", "languages"];

/// What is asked, with the buttons that answer it.
pub fn asks(import: Import, plan: &Plan, language: Language) -> AnyView {
    let words = &language.texts().provision;
    let (host, take, discard) = match import.source {
        Source::File => ("import-host", "import-take", "import-discard"),
        Source::Address => ("asked-host", "asked-take", "asked-discard"),
    };
    let target = Target::of(&plan.settings.endpoint);
    let is_empty = plan.is_empty();
    view! {
        <div class="m-asks">
            <div>
                <p class="m-fine">{words.host}</p>
                <p class="m-host" data-testid=host><bdi>{target.host}</bdi></p>
                <p class="m-fine">{if target.is_own { words.own_server } else { words.other_server }}</p>
            </div>
            {(!is_empty).then(|| table(import.desk, plan, language))}
            {is_empty.then_some(view! { <p class="m-lead">{words.nothing}</p> })}
            {plan.loses_token.then_some(view! { <p class="m-fault" role="status">{words.loses_token}</p> })}
            <div class="m-do-row">
                <button type="button" class="m-quiet" data-testid=discard on:click=move |_| import.discard()>
                    {words.discard}
                </button>
                {(!is_empty).then(|| view! {
                    <button type="button" class="m-button" data-testid=take on:click=move |_| import.take()>
                        {words.take}
                    </button>
                })}
            </div>
        </div>
    }
    .into_any()
}

/// What is wrong, each with its place.
pub fn faults(faults: &[Fault], language: Language) -> AnyView {
    let words = &language.texts().provision;
    let line = |fault: &Fault| {
        view! { <li><b><bdi>{fault.path.clone()}</bdi></b>" "<span>{fault.wrong.say(language.tag())}</span></li> }
    };
    let rest = faults.len().saturating_sub(MOST);
    view! {
        <ul class="m-file-faults">
            {faults.iter().take(MOST).map(line).collect_view()}
            {(rest > 0).then(|| view! { <li>{fill(words.more_faults, &[&rest.to_string()])}</li> })}
        </ul>
    }
    .into_any()
}

fn table(desk: Desk, plan: &Plan, language: Language) -> AnyView {
    let words = &language.texts().provision;
    let after = serde_json::to_value(&plan.settings).unwrap_or_default();
    let stays = |name: &&'static str| !plan.changes.iter().any(|change| change.name == **name);
    let mut rows: Vec<(String, String, String)> = plan
        .changes
        .iter()
        .map(|change| {
            let said = |value: &Value| value_text(desk, &change.name, value, language);
            (label(&change.name, language), said(&change.before), said(&change.after))
        })
        .collect();
    rows.extend(ALWAYS.into_iter().filter(stays).map(|name| {
        let value = value_text(desk, name, &after[name], language);
        (label(name, language), value, words.stays.to_owned())
    }));
    if let Some((before, after)) = &plan.hours {
        let title = language.texts().hours.title.to_owned();
        rows.push((title, hours_text(before, language), hours_text(after, language)));
    }
    if let Some(rules) = &plan.alerts {
        let said = if rules.is_none() { words.no } else { words.yes };
        rows.push((language.texts().alerts.rules.to_owned(), String::new(), said.to_owned()));
    }
    if let Some((before, after)) = &plan.targets {
        let said = |targets: &Targets| {
            let line = |(survey, target): (&String, &f64)| {
                [&names::survey(desk, survey, language), " ", &names::figure(*target, language)].concat()
            };
            targets.0.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        rows.push((language.texts().insight.target_head.to_owned(), said(before), said(after)));
    }
    if let Some((before, after)) = &plan.cases {
        let title = language.texts().cases.rules.to_owned();
        rows.push((title, rules_text(before, language), rules_text(after, language)));
    }
    if let Some((before, after)) = &plan.staff {
        let names = |team: &Team| {
            let names = team.members.iter().map(|member| [&member.name, " ", &member.number].concat());
            names.collect::<Vec<_>>().join("\n")
        };
        rows.push((language.texts().staff.title.to_owned(), names(before), names(after)));
    }
    if let Some((before, after)) = &plan.roster {
        let names = |roster: &Roster| {
            let lines = roster.shifts.iter().map(|shift| [&shift.name, " ", &String::from(shift.hours)].concat());
            lines.collect::<Vec<_>>().join("\n")
        };
        rows.push((language.texts().roster.title.to_owned(), names(before), names(after)));
    }
    if let Some((before, after)) = &plan.themes {
        let title = language.texts().remarks.themes.to_owned();
        rows.push((title, themes_text(before, language), themes_text(after, language)));
    }
    if !plan.surveys.is_empty() {
        let titles = plan.surveys.iter().map(|survey| text(&survey.title, language.tag()));
        let titles: Vec<&str> = titles.collect();
        rows.push((language.texts().surveys.own.to_owned(), String::new(), titles.join("\n")));
    }
    let row = |(name, before, after): (String, String, String)| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="m-lines"><bdi>{before}</bdi></td>
                <td class="m-lines"><bdi><b>{after}</b></bdi></td>
            </tr>
        }
    };
    view! {
        <table class="m-table m-table-words" data-testid="provision-changes">
            <thead>
                <tr><th scope="col">{words.setting}</th><th scope="col">{words.now}</th><th scope="col">{words.then}</th></tr>
            </thead>
            <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// What a setting is called on the settings screen; its own name where this version has no words for it.
fn label(name: &str, language: Language) -> String {
    let words = &language.texts().settings;
    let label = match name {
        "endpoint" => words.endpoint,
        "point" => words.point,
        "survey" => words.survey,
        "languages" => words.languages,
        "format" => words.format,
        "acknowledge" => words.acknowledge,
        "mask" => words.mask,
        "retention_days" => words.retention_days,
        "staff" => words.staff,
        "programs" => words.programs,
        "scanner" => words.scanner,
        "appearance" => words.appearance,
        "low" => words.low,
        "fullscreen" => words.fullscreen,
        "sound" => words.sound,
        "link" => words.link,
        "ask_staff" => words.ask_staff,
        "sign_in" => words.sign_in,
        "show_staff" => words.show_staff,
        "switches" => words.switches,
        "scan_ms" => words.scan,
        other => other,
    };
    label.to_owned()
}

/// A value as the settings screen would show it.
fn value_text(desk: Desk, name: &str, value: &Value, language: Language) -> String {
    let texts = language.texts();
    let (words, settings) = (&texts.provision, &texts.settings);
    let named = |known: &[&str], labels: &[&'static str], name: &str| {
        let found = known.iter().zip(labels).find(|(known, _)| **known == name);
        found.map_or_else(|| name.to_owned(), |(_, label)| (*label).to_owned())
    };
    match value {
        Value::Bool(true) => words.yes.to_owned(),
        Value::Bool(false) => words.no.to_owned(),
        Value::String(empty) if empty.is_empty() => words.none.to_owned(),
        Value::String(value) => match name {
            "endpoint" => Target::of(value).address,
            // Titles become known while this stands.
            "survey" => desk.surveys.with(|surveys| {
                surveys
                    .get(value)
                    .map_or_else(|| value.clone(), |survey| text(&survey.title, language.tag()).to_owned())
            }),
            "format" => named(&Format::ALL.map(Format::name), &settings.formats, value),
            "acknowledge" => named(&Acknowledge::ALL.map(Acknowledge::name), &settings.acknowledgements, value),
            "appearance" => named(&APPEARANCES, &settings.appearances, value),
            "ask_staff" => named(&ASKS, &settings.asks, value),
            "switches" => named(&SWITCHES, &settings.switch_ways, value),
            _ => value.clone(),
        },
        Value::Array(list) => {
            let said = |value: &Value| match (name, value.as_str().unwrap_or_default()) {
                ("languages", tag) => language_name(tag).to_owned(),
                (_, other) => other.to_owned(),
            };
            let all: Vec<String> = list.iter().map(said).collect();
            if all.is_empty() { words.none.to_owned() } else { all.join("\n") }
        }
        Value::Number(pace) if name == "scan_ms" => named(
            &SCAN_PACES.map(|pace| pace.to_string()).each_ref().map(String::as_str),
            &settings.scan_paces,
            &pace.to_string(),
        ),
        other => other.to_string(),
    }
}

/// Opening hours, a line for each weekday and each entry of the calendar.
fn hours_text(hours: &Hours, language: Language) -> String {
    let texts = language.texts();
    let (week, days) = hours.to_lines();
    if week.iter().all(String::is_empty) && days.is_empty() {
        return texts.provision.always_open.to_owned();
    }
    let weekdays = texts.hours.weekdays.into_iter().zip(week).filter(|(_, line)| !line.is_empty());
    let mut lines: Vec<String> = weekdays.map(|(weekday, line)| format!("{weekday} {line}")).collect();
    lines.extend((!days.is_empty()).then_some(days));
    lines.join("\n")
}

/// What was done to themes, a line each: the name that was given, what was merged, what is kept on top.
fn themes_text(edits: &ThemeEdits, language: Language) -> String {
    let words = &language.texts().remarks;
    let own = |key: &str| own_name(&Theme::new(key), language);
    let line = |key: &str| {
        let target = edits.target(key);
        let named = edits.name(key).map(|name| format!("{} → {name}", own(key)));
        let merged = (target != key).then(|| format!("{} · {} {}", own(key), words.merge, own(&target)));
        let pinned = edits.is_pinned(key).then(|| format!("{} · {}", own(key), words.pinned));
        [named, merged, pinned].into_iter().flatten().collect::<Vec<_>>()
    };
    let mut keys: Vec<&str> = edits.touched().collect();
    keys.sort_unstable();
    keys.dedup();
    let lines: Vec<String> = keys.into_iter().flat_map(line).collect();
    if lines.is_empty() { language.texts().provision.none.to_owned() } else { lines.join("\n") }
}
