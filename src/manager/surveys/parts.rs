//! The survey's parts, in the order in which a customer meets them.

use std::ops::Range;

use candor_core::survey::sketch::{Edit, Sketch};
use leptos::prelude::*;

use super::Surveys;
use super::control::adder;
use super::place::Part;
use crate::manager::language::Language;
use crate::manager::text::{SurveysTexts, fill};

/// Kinds of fields, in the order in which they are offered.
pub const KINDS: [&str; 7] = ["choice", "choices", "reasons", "items", "comment", "contact", "message"];

/// One entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    part: Part,
    name: String,
    /// For whom a page is.
    of: String,
    has_fault: bool,
}

/// The list.
#[component]
pub fn Parts(surveys: Surveys, language: Language) -> impl IntoView {
    let words = &language.texts().surveys;
    let entries = Memo::new(move |_| surveys.sketch.with(|sketch| entries(sketch, language)));
    let entry = move |Entry { part, name, of, has_fault }: Entry| {
        let test = match part {
            Part::Survey => "part-survey".to_owned(),
            Part::First => "part-first".to_owned(),
            Part::Page(page) => format!("part-page-{page}"),
            Part::Items => "part-items".to_owned(),
            Part::Last => "part-last".to_owned(),
        };
        let is_sister = !of.is_empty();
        view! {
            <li class:m-sister=is_sister>
                <button
                    type="button"
                    class="m-part"
                    data-testid=test
                    aria-current=move || (surveys.part.get() == part).then_some("true")
                    on:click=move |_| surveys.part.set(part)
                >
                    <span>{name}</span>
                    {is_sister.then(|| view! { <small>{of}</small> })}
                    {has_fault.then(|| view! { <span class="m-mark-fault"><span class="sr">{words.has_fault}</span></span> })}
                </button>
            </li>
        }
    };
    let add = move |kind: String| {
        let Some(kind) = KINDS.into_iter().find(|known| *known == kind) else { return };
        let after = match surveys.part.get_untracked() {
            Part::Page(page) => Some(page),
            _ => None,
        };
        let at = surveys
            .sketch
            .with_untracked(|sketch| after.map_or(sketch.count("pages"), |page| sketch.block_of(page).end));
        surveys.edit(&Edit::AddPage { after, kind });
        surveys.part.set(Part::Page(at));
    };
    let kinds = move || kinds(words);
    view! {
        <nav class="m-parts" aria-label=words.parts>
            <ol>{move || entries.get().into_iter().map(entry).collect_view()}</ol>
            {adder("add-page", words.add_page, kinds, add)}
        </nav>
    }
}

/// Kinds of fields with their names.
pub fn kinds(words: &'static SurveysTexts) -> Vec<(String, String)> {
    KINDS.into_iter().map(|kind| (kind.to_owned(), kind_name(kind, words).to_owned())).collect()
}

/// What a kind of field is called.
pub fn kind_name(kind: &str, words: &'static SurveysTexts) -> &'static str {
    let place = KINDS.into_iter().position(|known| known == kind);
    place.and_then(|place| words.kinds.get(place)).copied().unwrap_or_default()
}

fn entries(sketch: &Sketch, language: Language) -> Vec<Entry> {
    let words = &language.texts().surveys;
    let has_fault = |part: Part| {
        let is_of = |path: &str| path != "pages" && Part::of(path) == part;
        sketch.faults().iter().any(|fault| is_of(&fault.path))
    };
    let plain =
        |part: Part, name: &str| Entry { part, name: name.to_owned(), of: String::new(), has_fault: has_fault(part) };
    let mut entries = vec![plain(Part::Survey, words.part_survey), plain(Part::First, words.part_first)];
    for Range { start, end } in sketch.blocks() {
        for page in start..end {
            let at = format!("pages[{page}]");
            let title = sketch.say(&format!("{at}.title"), language.tag());
            let name = if title.is_empty() { fill(words.page_n, &[&(page + 1).to_string()]) } else { title.to_owned() };
            let of = levels(&sketch.numbers(&format!("{at}.when.rating")), words);
            entries.push(Entry { part: Part::Page(page), name, of, has_fault: has_fault(Part::Page(page)) });
        }
    }
    entries.push(plain(Part::Items, words.part_items));
    entries.push(plain(Part::Last, words.part_last));
    entries
}

/// Levels as people write them: `0–6`, `1, 3`.
fn levels(levels: &[u8], words: &SurveysTexts) -> String {
    match levels {
        [] => String::new(),
        [one] => fill(words.after_level, &[&one.to_string()]),
        [first, .., last] if usize::from(last.saturating_sub(*first)) == levels.len() - 1 => {
            fill(words.after_level, &[&format!("{first}–{last}")])
        }
        _ => fill(words.after_level, &[&levels.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")]),
    }
}
