//! The card: the list, what a table would do to it, and saving.

use candor_core::staff::{CsvFault, Member, Merged};
use leptos::prelude::*;

use super::form::{self, Draft, wrong_text};
use super::{List, Table};
use crate::manager::button::{button, file_button};
use crate::manager::desk::Desk;
use crate::manager::icon::{DOWN, PENCIL, PLUS, TRASH, UNDO, UP, icon};
use crate::manager::language::Language;
use crate::manager::record_form::{SaveLine, SaveWords};
use crate::manager::text::{StaffTexts, fill};

/// Faults and people that are listed; more would be a wall.
const MOST: usize = 12;

/// The card among the settings.
#[component]
pub fn StaffCard(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().staff;
    let list = List::new(desk);
    let is_busy = move || !list.state.is_ready() || list.draft.with(Option::is_some);
    let rows = move || {
        let members = list.team.with(|team| team.members.clone());
        let count = members.len();
        let row = |(at, member): (usize, Member)| row(list, (at, count), &member, words);
        members.into_iter().enumerate().map(row).collect_view()
    };
    let add = move || list.draft.set(Some(Draft::new(None, &Member { is_active: true, ..Member::default() })));
    view! {
        <section class="m-card m-stack" aria-labelledby="m-team" data-testid="team">
            <div class="m-card-head"><h2 id="m-team">{words.title}</h2></div>
            <p class="m-lead">{words.hint}</p>
            <ol class="m-pictures" data-testid="team-list">{rows}</ol>
            {move || list.team.with(|team| team.members.is_empty()).then(|| view! { <p class="m-fine">{words.none}</p> })}
            {move || list.draft.get().map(|draft| form::view(list, draft, language))}
            <div class="m-do-row m-do-start">
                {button("m-button m-second", "add-person", PLUS, words.add, is_busy, add)}
                {file_button(
                    "import-team",
                    ".csv,.txt,text/csv",
                    words.import,
                    Some("m-import-team-hint"),
                    is_busy,
                    move |file| list.choose(file),
                )}
                {button("m-button m-second", "undo-team", UNDO, words.undo, move || list.before.with(Vec::is_empty) || is_busy(), move || list.undo())}
            </div>
            <p class="m-fine" id="m-import-team-hint">{words.import_hint}</p>
            {move || table(list, &list.table.get(), words)}
            {line(desk, list, is_busy, language).view()}
        </section>
    }
}

/// The last line, which says as well that something has not been saved yet.
fn line(desk: Desk, list: List, is_busy: impl Fn() -> bool + Send + Sync + 'static, language: Language) -> SaveLine {
    let words = &language.texts().staff;
    let said = SaveWords { save: words.save, saving: words.saving, saved: words.saved };
    let line = list.state.line("team", said, language, |never| match *never {});
    let says = move || match line.says.get() {
        said if said.is_empty() && list.state.is_edited() => words.unsaved.to_owned(),
        said => said,
    };
    SaveLine {
        says: Signal::derive(says),
        is_ready: Signal::derive(move || !is_busy()),
        press: Some(Callback::new(move |()| list.save(desk))),
        ..line
    }
}

fn row(list: List, (at, count): (usize, usize), member: &Member, words: &'static StaffTexts) -> impl IntoView + use<> {
    let Member { number, name, photo, points, is_active } = member.clone();
    let portrait = if photo.is_empty() {
        let first = name.chars().take(1).collect::<String>();
        view! { <span class="m-portrait" aria-hidden="true">{first}</span> }.into_any()
    } else {
        view! { <img class="m-portrait" src=photo alt="" /> }.into_any()
    };
    let is_drawn = move || !list.state.is_ready() || list.draft.with(Option::is_some);
    let press = |sign: &'static str, label: &'static str, testid: &str, act: Box<dyn Fn()>| {
        let named = [label, ": ", &name].concat();
        view! {
            <button
                type="button"
                class="m-quiet"
                aria-label=named.clone()
                title=named
                data-testid=[testid, "-", &number].concat()
                disabled=is_drawn
                on:click=move |_| act()
            >
                {icon(sign)}
            </button>
        }
    };
    let of = member.clone();
    let edit = move || list.draft.set(Some(Draft::new(Some(at), &of)));
    let swap = move |with: usize| list.change(|members| members.swap(at, with));
    let code_of = number.clone();
    view! {
        <li class="m-picture-row" class:m-away=!is_active>
            {portrait}
            <span>
                <b><bdi>{name.clone()}</bdi></b>
                <span class="m-fine m-person-facts">
                    <bdi>{number.clone()}</bdi>
                    {(!points.is_empty()).then(|| view! { <span><bdi>{points.join(" · ")}</bdi></span> })}
                    {(!is_active).then(|| view! { <span class="m-chip">{words.inactive}</span> })}
                    {move || list.has_code(&code_of).then(|| view! { <span class="m-chip">{words.has_code}</span> })}
                </span>
            </span>
            {(at > 0).then(|| press(UP, words.earlier, "earlier", Box::new(move || swap(at - 1))))}
            {(at + 1 < count).then(|| press(DOWN, words.later, "later", Box::new(move || swap(at + 1))))}
            {press(PENCIL, words.edit, "edit", Box::new(edit))}
            {press(TRASH, words.remove, "remove", Box::new(move || list.change(|members| drop(members.remove(at)))))}
        </li>
    }
}

/// What a table would do, or what is wrong in it.
fn table(list: List, table: &Table, words: &'static StaffTexts) -> AnyView {
    let put_away = move || {
        view! {
            <button type="button" class="m-quiet" data-testid="table-discard" on:click=move |_| list.table.set(Table::None)>
                {words.discard}
            </button>
        }
    };
    let says = |what: &'static str| view! { <p class="m-says" role="status" data-testid="table-says">{what}</p> };
    match table {
        Table::None => ().into_any(),
        Table::Unreadable => view! { {says(words.unreadable)} {put_away()} }.into_any(),
        Table::TooMany => view! { {says(words.too_many)} {put_away()} }.into_any(),
        Table::Faults(faults) => {
            let line = |(line, wrong): &(usize, CsvFault)| {
                let what = match wrong {
                    CsvFault::Quote => words.csv_quote,
                    CsvFault::Column => words.csv_column,
                    CsvFault::Active => words.csv_active,
                    CsvFault::Member(wrong) => wrong_text(*wrong, words),
                };
                view! { <li>{fill(words.at, &[&line.to_string(), what])}</li> }
            };
            let rest = faults.len().saturating_sub(MOST);
            view! {
                {says(words.csv_faults)}
                <ul class="m-file-faults">
                    {faults.iter().take(MOST).map(line).collect_view()}
                    {(rest > 0).then(|| view! { <li>{fill(words.more_faults, &[&rest.to_string()])}</li> })}
                </ul>
                <div class="m-do-row">{put_away()}</div>
            }
            .into_any()
        }
        Table::Asking(merged) => {
            let Merged { team, added, changed, same } = &**merged;
            let named = |numbers: &[String]| {
                let names = numbers.iter().take(MOST).filter_map(|number| team.member(number));
                names.map(|member| [&member.name, " ", &member.number].concat()).collect::<Vec<_>>().join(", ")
            };
            let part = |said: &'static str, numbers: &[String]| {
                (!numbers.is_empty()).then(|| {
                    let rest = if numbers.len() > MOST { " …" } else { "" };
                    let line = [&fill(said, &[&numbers.len().to_string()]), ": ", &named(numbers), rest].concat();
                    view! { <li><bdi>{line}</bdi></li> }
                })
            };
            view! {
                <div class="m-sure" data-testid="table-asks">
                    <ul>
                        {part(words.added, added)}
                        {part(words.changed, changed)}
                        <li>{fill(words.same, &[&same.to_string()])}</li>
                    </ul>
                    <div class="m-do-row">
                        {put_away()}
                        <button type="button" class="m-button" data-testid="table-take" on:click=move |_| list.take_table()>
                            {words.take_table}
                        </button>
                    </div>
                </div>
            }
            .into_any()
        }
    }
}
