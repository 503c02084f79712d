//! What can be done to a survey under edit. Each edit is one step that can be taken back.

use serde_json::{Value, json};

use super::blocks::{self, block_of, even_out, kind, level_sizes, option, ratings, rename, size};
use super::path::{get, get_mut, list, list_mut, numbers, remove, word};
use super::scale::{self, scale_of};
use super::words::{Preset, locales, text, texts};
use crate::event::Scale;

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// The words of a text in a language are these.
    Words {
        /// The text's path.
        at: String,
        /// The language.
        tag: String,
        /// As typed.
        words: String,
    },
    /// A number is this; what is none stands there as typed, for the reader to find.
    Number {
        /// Its path.
        at: String,
        /// As typed.
        typed: String,
    },
    /// The colours.
    Theme(String),
    /// What the survey is about, by its name.
    Metric(String),
    /// What is tapped. Pages and bad levels go with their levels.
    Scale(Scale),
    /// So many of the lowest levels count as a bad rating.
    Bad(u8),
    /// A language more, with the words that are known in it already: paths and words.
    AddLanguage(String, Vec<(String, String)>),
    /// A language less; the last one stays.
    RemoveLanguage(String),
    /// The language that is shown first.
    FirstLanguage(String),
    /// A page with a field of this kind, behind the pages that stand for the one named, or at the end.
    AddPage {
        /// The page.
        after: Option<usize>,
        /// The kind of its field.
        kind: &'static str,
    },
    /// The page and those that stand for it.
    RemovePage(usize),
    /// The page and those that stand for it change places with what stands before them, or behind.
    MovePage {
        /// The page.
        page: usize,
        /// Whether towards the first screen.
        is_up: bool,
    },
    /// A page for every level becomes one for the bad levels and one for the others.
    Split(usize),
    /// The page is for every level from now on; those that stood for it go.
    Join(usize),
    /// A level meets this page among those that stand for each other.
    Assign {
        /// The page.
        page: usize,
        /// The level.
        level: u8,
    },
    /// What else the page and those that stand for it depend on.
    When {
        /// The page.
        page: usize,
        /// The condition.
        condition: Condition,
    },
    /// A field at the end of the page and of those that stand for it.
    AddField {
        /// The page.
        page: usize,
        /// Its kind.
        kind: &'static str,
    },
    /// The field, here and on the pages that stand for this one.
    RemoveField {
        /// The page.
        page: usize,
        /// The field.
        field: usize,
    },
    /// The field changes places with the one before it, or behind; here and on the pages that stand for this one.
    MoveField {
        /// The page.
        page: usize,
        /// The field.
        field: usize,
        /// Whether upwards.
        is_up: bool,
    },
    /// One thing more to tap, here and on the pages that stand for this one.
    AddOption {
        /// The page.
        page: usize,
        /// The field.
        field: usize,
    },
    /// One thing less to tap, here and on the pages that stand for this one.
    RemoveOption {
        /// The page.
        page: usize,
        /// The field.
        field: usize,
        /// The option.
        option: usize,
    },
    /// The option changes places with the one before it, or behind.
    MoveOption {
        /// The page.
        page: usize,
        /// The field.
        field: usize,
        /// The option.
        option: usize,
        /// Whether upwards.
        is_up: bool,
    },
    /// Whether a reason has to be given.
    Required {
        /// The page.
        page: usize,
        /// The field.
        field: usize,
        /// Whether it has.
        is_required: bool,
    },
    /// A service item more.
    AddItem,
    /// A service item less, also where it is asked for.
    RemoveItem(usize),
    /// The service item changes places with the one before it, or behind.
    MoveItem {
        /// The item.
        item: usize,
        /// Whether upwards.
        is_up: bool,
    },
    /// Whether a service item is asked for, here and on the pages that stand for this one.
    AskItem {
        /// The page.
        page: usize,
        /// The field.
        field: usize,
        /// The item's id.
        id: String,
        /// Whether it is.
        is_asked: bool,
    },
    /// Every level is to lead to as much.
    EvenOut,
    /// Another survey stands in the stead of this one, under its id.
    Replace(Value),
}

/// What a page depends on beside the rating.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// One of these options of an earlier question was chosen.
    Answer(Option<(String, Vec<String>)>),
    /// The kiosk stands at one of these; none for anywhere.
    Point(Vec<String>),
    /// The customer answers by this channel.
    Channel(Option<&'static str>),
    /// From one hour to another.
    Hours(Option<(u8, u8)>),
}

impl Edit {
    /// What is typed into, where several of these in a row are one step.
    pub(super) fn typed_into(&self) -> Option<String> {
        match self {
            Self::Words { at, tag, .. } => Some(format!("{at}.{tag}")),
            Self::Number { at, .. } => Some(at.clone()),
            _ => None,
        }
    }

    /// Does it. `fresh` gives a name that nothing has or had.
    pub(super) fn apply(&self, survey: &mut Value, fresh: &mut impl FnMut(&Value, &str) -> String) {
        match self {
            Self::Words { at, tag, words } => put(survey, &format!("{at}.{tag}"), json!(words)),
            Self::Number { at, typed } => {
                let number = typed.trim().parse::<u32>();
                put(survey, at, number.map_or_else(|_| json!(typed), |number| json!(number)));
            }
            Self::Theme(name) => put(survey, "theme", json!(name)),
            Self::Metric(name) => put(survey, "metric", json!(name)),
            Self::Scale(to) => scale::change(survey, *to),
            Self::Bad(count) => {
                let bad = scale::lowest(scale_of(survey), *count);
                put(survey, "bad", bad);
            }
            Self::AddLanguage(tag, words) => add_language(survey, tag, words),
            Self::RemoveLanguage(tag) => remove_language(survey, tag),
            Self::FirstLanguage(tag) => {
                if let Some(tags) = list_mut(survey, "locales")
                    && let Some(place) = tags.iter().position(|known| known.as_str() == Some(tag))
                {
                    tags[..=place].rotate_right(1);
                }
            }
            Self::AddPage { after, kind } => add_page(survey, *after, kind, fresh),
            Self::RemovePage(page) => {
                let block = block_of(survey, *page);
                drop(list_mut(survey, "pages").map(|pages| pages.drain(block)));
            }
            Self::MovePage { page, is_up } => move_page(survey, *page, *is_up),
            Self::Split(page) => split(survey, *page, fresh),
            Self::Join(page) => join(survey, *page),
            Self::Assign { page, level } => assign(survey, *page, *level),
            Self::When { page, condition } => {
                for page in block_of(survey, *page) {
                    set_condition(survey, page, condition);
                }
            }
            Self::AddField { page, kind } => {
                for page in block_of(survey, *page) {
                    let field = field(survey, kind, fresh);
                    list_mut(survey, &fields(page)).into_iter().for_each(|fields| fields.push(field.clone()));
                }
            }
            Self::RemoveField { page, field } => {
                for page in alike(survey, *page, *field) {
                    drop(list_mut(survey, &fields(page)).map(|fields| fields.remove(*field)));
                }
            }
            Self::MoveField { page, field, is_up } => {
                for page in alike(survey, *page, *field) {
                    swap(survey, &fields(page), *field, *is_up);
                }
            }
            Self::AddOption { page, field } => {
                let option = option(survey, fresh);
                let at = format!("{}[{field}].options", fields(*page));
                if let Some(options) = list_mut(survey, &at) {
                    options.push(option);
                    level_sizes(survey, block_of(survey, *page), fresh);
                }
            }
            Self::RemoveOption { page, field, option } => remove_option(survey, *page, *field, *option),
            Self::MoveOption { page, field, option, is_up } => {
                swap(survey, &format!("{}[{field}].options", fields(*page)), *option, *is_up);
            }
            Self::Required { page, field, is_required } => {
                let at = format!("{}[{field}]", fields(*page));
                if *is_required {
                    put(survey, &format!("{at}.required"), json!(true));
                } else {
                    remove(survey, &at, "required");
                }
            }
            Self::AddItem => {
                let item = json!({ "id": fresh(survey, "item"), "text": text(survey, Preset::Empty), "target": 80 });
                list_mut(survey, "items").into_iter().for_each(|items| items.push(item.clone()));
            }
            Self::RemoveItem(item) => remove_item(survey, *item),
            Self::MoveItem { item, is_up } => swap(survey, "items", *item, *is_up),
            Self::AskItem { page, field, id, is_asked } => {
                for page in alike(survey, *page, *field) {
                    ask_item(survey, &format!("{}[{field}].items", fields(page)), id, *is_asked);
                }
            }
            Self::EvenOut => {
                let scale = scale_of(survey);
                even_out(survey, scale, fresh);
            }
            Self::Replace(other) => {
                let id = survey.get("id").cloned().unwrap_or_default();
                *survey = other.clone();
                put(survey, "id", id);
            }
        }
    }
}

fn fields(page: usize) -> String {
    format!("pages[{page}].fields")
}

fn put(survey: &mut Value, at: &str, value: Value) {
    if let Some(place) = get_mut(survey, at) {
        *place = value;
    }
}

/// Changes places with the neighbour, if there is one.
fn swap(survey: &mut Value, at: &str, place: usize, is_up: bool) {
    let other = if is_up { place.checked_sub(1) } else { place.checked_add(1) };
    if let Some(items) = list_mut(survey, at)
        && let Some(other) = other.filter(|other| *other < items.len() && place < items.len())
    {
        items.swap(place, other);
    }
}

/// The pages that stand for each other and have a field of the same kind in this place, this one among them.
fn alike(survey: &Value, page: usize, field: usize) -> Vec<usize> {
    let kind_on = |page: usize| {
        let found = get(survey, &format!("{}[{field}]", fields(page)));
        (!found.is_null()).then(|| kind(found))
    };
    let Some(own) = kind_on(page) else { return Vec::new() };
    block_of(survey, page).filter(|other| kind_on(*other) == Some(own)).collect()
}

fn add_language(survey: &mut Value, tag: &str, words: &[(String, String)]) {
    if locales(survey).iter().any(|known| known == tag) {
        return;
    }
    list_mut(survey, "locales").into_iter().for_each(|tags| tags.push(json!(tag)));
    let paths: Vec<String> = texts(survey).into_iter().map(|(path, _)| path).collect();
    for path in paths {
        let known = words.iter().find(|(at, _)| *at == path).map_or("", |(_, words)| words);
        put(survey, &format!("{path}.{tag}"), json!(known));
    }
}

fn remove_language(survey: &mut Value, tag: &str) {
    if locales(survey).len() < 2 {
        return;
    }
    list_mut(survey, "locales").into_iter().for_each(|tags| tags.retain(|known| known.as_str() != Some(tag)));
    let paths: Vec<String> = texts(survey).into_iter().map(|(path, _)| path).collect();
    for path in paths {
        remove(survey, &path, tag);
    }
}

/// A field of a kind as it is when it is new.
fn field(survey: &Value, kind: &str, fresh: &mut impl FnMut(&Value, &str) -> String) -> Value {
    let mut pair = |survey: &Value| {
        let first = option(survey, fresh);
        json!([first, option(survey, fresh)])
    };
    match kind {
        "reasons" => json!({ "kind": kind, "options": pair(survey) }),
        "choice" | "choices" => {
            let options = pair(survey);
            let id = fresh(survey, "question");
            json!({ "kind": kind, "id": id, "label": text(survey, Preset::Empty), "options": options })
        }
        "items" => {
            let ids: Vec<&Value> = list(survey, "items").iter().filter_map(|item| item.get("id")).take(4).collect();
            json!({ "kind": kind, "label": text(survey, Preset::Items), "items": ids })
        }
        "comment" => json!({ "kind": kind, "label": text(survey, Preset::Comment) }),
        "contact" => {
            json!({ "kind": kind, "label": text(survey, Preset::Contact), "consent": text(survey, Preset::Consent) })
        }
        _ => json!({ "kind": "message", "text": text(survey, Preset::Empty) }),
    }
}

/// Reasons differ by level, so they come as pages for the bad levels and for the others; all else is for every level.
fn add_page(survey: &mut Value, after: Option<usize>, kind: &str, fresh: &mut impl FnMut(&Value, &str) -> String) {
    let field = field(survey, kind, fresh);
    let page = json!({ "id": fresh(survey, "page"), "title": text(survey, Preset::Empty), "fields": [field] });
    let end = list(survey, "pages").len();
    let at = after.map_or(end, |page| block_of(survey, page).end).min(end);
    list_mut(survey, "pages").into_iter().for_each(|pages| pages.insert(at, page.clone()));
    if kind == "reasons" {
        split(survey, at, fresh);
    }
}

fn move_page(survey: &mut Value, page: usize, is_up: bool) {
    let blocks = blocks::blocks(survey);
    let Some(own) = blocks.iter().position(|block| block.contains(&page)) else { return };
    let other = if is_up { own.checked_sub(1) } else { own.checked_add(1) };
    let Some(other) = other.and_then(|other| blocks.get(other)).cloned() else { return };
    let own = blocks[own].clone();
    let (all, first) = (own.start.min(other.start)..own.end.max(other.end), own.start.min(other.start));
    let shift = if first == own.start { own.len() } else { other.len() };
    list_mut(survey, "pages").into_iter().for_each(|pages| pages[all.clone()].rotate_left(shift));
}

fn split(survey: &mut Value, page: usize, fresh: &mut impl FnMut(&Value, &str) -> String) {
    let found = get(survey, &format!("pages[{page}]"));
    if found.is_null() || !ratings(found).is_empty() {
        return;
    }
    let scale = scale_of(survey);
    let bad = numbers(get(survey, "bad"));
    let (bad, rest): (Vec<u8>, Vec<u8>) = scale.levels().map(|level| level.level()).partition(|l| bad.contains(l));
    if bad.is_empty() || rest.is_empty() {
        return;
    }
    let mut other = found.clone();
    other["id"] = json!(fresh(survey, "page"));
    rename(&mut other, survey, fresh);
    for (page, levels) in [(Some(page), bad), (None, rest)] {
        match page {
            Some(page) => put(survey, &format!("pages[{page}].when.rating"), json!(levels)),
            None => put(&mut other, "when.rating", json!(levels)),
        }
    }
    list_mut(survey, "pages").into_iter().for_each(|pages| pages.insert(page + 1, other.clone()));
}

fn join(survey: &mut Value, page: usize) {
    let block = block_of(survey, page);
    remove(survey, &format!("pages[{page}].when"), "rating");
    tidy_when(survey, page);
    for other in list_mut(survey, &fields(page)).into_iter().flatten() {
        // What every level meets has to be free.
        other.as_object_mut().into_iter().for_each(|field| drop(field.remove("required")));
    }
    let mut index = 0;
    list_mut(survey, "pages").into_iter().for_each(|pages| {
        pages.retain(|_| {
            index += 1;
            index - 1 == page || !block.contains(&(index - 1))
        });
    });
}

fn assign(survey: &mut Value, page: usize, level: u8) {
    let block = block_of(survey, page);
    let is_of_scale = scale_of(survey).levels().any(|known| known.level() == level);
    if !is_of_scale || ratings(get(survey, &format!("pages[{page}]"))).is_empty() {
        return;
    }
    for other in block {
        let at = format!("pages[{other}].when.rating");
        let mut levels = numbers(get(survey, &at));
        levels.retain(|known| *known != level);
        if other == page {
            levels.push(level);
            levels.sort_unstable();
        }
        put(survey, &at, json!(levels));
    }
    // A page that lost its last level is met by nobody.
    list_mut(survey, "pages").into_iter().for_each(|pages| {
        pages.retain(|page| get(page, "when.rating").is_null() || !ratings(page).is_empty());
    });
}

fn set_condition(survey: &mut Value, page: usize, condition: &Condition) {
    let (name, value) = match condition {
        Condition::Answer(answer) => {
            ("answer", answer.as_ref().map(|(field, any)| json!({ "field": field, "any": any })))
        }
        Condition::Point(places) => ("point", (!places.is_empty()).then(|| json!(places))),
        Condition::Channel(channel) => ("channel", channel.map(|channel| json!([channel]))),
        Condition::Hours(hours) => ("hours", hours.map(|(from, to)| json!([from, to]))),
    };
    let at = format!("pages[{page}].when");
    match value {
        Some(value) => put(survey, &format!("{at}.{name}"), value),
        None => remove(survey, &at, name),
    }
    tidy_when(survey, page);
}

/// Without conditions there is no member for them.
fn tidy_when(survey: &mut Value, page: usize) {
    let when = get(survey, &format!("pages[{page}].when"));
    if when.is_null() || when.as_object().is_some_and(serde_json::Map::is_empty) {
        remove(survey, &format!("pages[{page}]"), "when");
    }
}

/// Pages that have as many lose theirs in the same place.
fn remove_option(survey: &mut Value, page: usize, field: usize, option: usize) {
    let of = |survey: &Value, page: usize| size(get(survey, &format!("{}[{field}]", fields(page)))).1;
    let count = of(survey, page);
    for page in alike(survey, page, field) {
        if of(survey, page) == count
            && let Some(options) = list_mut(survey, &format!("{}[{field}].options", fields(page)))
            && option < options.len()
        {
            options.remove(option);
        }
    }
}

fn remove_item(survey: &mut Value, item: usize) {
    let id = word(survey, &format!("items[{item}].id")).to_owned();
    if let Some(items) = list_mut(survey, "items")
        && item < items.len()
    {
        items.remove(item);
    }
    for page in 0..list(survey, "pages").len() {
        for field in 0..list(survey, &fields(page)).len() {
            ask_item(survey, &format!("{}[{field}].items", fields(page)), &id, false);
        }
    }
}

/// Items stand in the survey's own order.
fn ask_item(survey: &mut Value, at: &str, id: &str, is_asked: bool) {
    if get(survey, at).is_null() {
        return;
    }
    let order: Vec<String> = list(survey, "items").iter().map(|item| word(item, "id").to_owned()).collect();
    if let Some(asked) = list_mut(survey, at) {
        asked.retain(|known| known.as_str() != Some(id));
        if is_asked {
            asked.push(json!(id));
            asked.sort_by_key(|known| order.iter().position(|id| known.as_str() == Some(id)));
        }
    }
}
