//! Pages that stand for each other: each asks its own levels, and every level meets one of them. What is asked of one
//! level is asked of all, so they are kept in step.

use std::ops::Range;

use serde_json::{Value, json};

use super::path::{get, list, list_mut, numbers};
use crate::event::Scale;

/// The page's condition without the rating: pages that stand for each other have the same.
fn gate(page: &Value) -> Value {
    let mut when = page.get("when").cloned().unwrap_or_else(|| json!({}));
    if let Some(when) = when.as_object_mut() {
        when.remove("rating");
    }
    when
}

/// The levels that a page is for; empty for all.
pub fn ratings(page: &Value) -> Vec<u8> {
    numbers(get(page, "when.rating"))
}

/// The pages in runs that stand for each other, in order; a page for every level is a run of its own.
pub fn blocks(survey: &Value) -> Vec<Range<usize>> {
    let pages = list(survey, "pages");
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut taken: Vec<u8> = Vec::new();
    for (index, page) in pages.iter().enumerate() {
        let own = ratings(page);
        let is_apart = own.is_empty() || own.iter().any(|level| taken.contains(level));
        let joins = !is_apart && !taken.is_empty() && pages.get(index.wrapping_sub(1)).map(gate) == Some(gate(page));
        match blocks.last_mut().filter(|_| joins) {
            Some(block) => block.end = index + 1,
            None => {
                taken.clear();
                blocks.push(index..index + 1);
            }
        }
        taken.extend(own);
    }
    blocks
}

/// The run that a page stands in; nothing where there is no such page.
pub fn block_of(survey: &Value, page: usize) -> Range<usize> {
    blocks(survey).into_iter().find(|block| block.contains(&page)).unwrap_or(0..0)
}

/// Where a field keeps what is tapped, and how many that is.
pub fn size(field: &Value) -> (&'static str, usize) {
    let member = if field.get("items").is_some() { "items" } else { "options" };
    (member, list(field, member).len())
}

/// The kind of a field.
pub fn kind(field: &Value) -> &str {
    field.get("kind").and_then(Value::as_str).unwrap_or_default()
}

/// Makes every level lead to as much: levels that a run leaves out get a page like the others, pages get the fields and
/// the number of options that they lack. What is new waits for its words. Nothing is taken away.
pub fn even_out(survey: &mut Value, scale: Scale, fresh: &mut impl FnMut(&Value, &str) -> String) {
    gather(survey);
    let mut at = 0;
    while let Some(block) = blocks(survey).get(at).cloned() {
        at += 1;
        let levels: Vec<u8> = list(survey, "pages")[block.clone()].iter().flat_map(ratings).collect();
        if levels.is_empty() {
            continue;
        }
        let left: Vec<u8> = scale.levels().map(|level| level.level()).filter(|level| !levels.contains(level)).collect();
        let mut block = block;
        if !left.is_empty() {
            let mut page = list(survey, "pages")[block.end - 1].clone();
            page["id"] = json!(fresh(survey, "page"));
            page["when"]["rating"] = json!(left);
            rename(&mut page, survey, fresh);
            if let Some(pages) = list_mut(survey, "pages") {
                pages.insert(block.end, page);
            }
            block.end += 1;
        }
        level_fields(survey, block.clone(), fresh);
        level_sizes(survey, block, fresh);
    }
}

/// Brings pages that stand for each other together: with another page between them their levels would meet them in
/// another order.
fn gather(survey: &mut Value) {
    let Some(pages) = list_mut(survey, "pages") else { return };
    let mut sorted: Vec<Value> = Vec::new();
    for page in std::mem::take(pages) {
        let own = ratings(&page);
        let joins = |place: &usize| {
            let other = &sorted[*place];
            let is_free =
                |from: usize| sorted[from..].iter().all(|page| !ratings(page).iter().any(|l| own.contains(l)));
            !own.is_empty() && !ratings(other).is_empty() && gate(other) == gate(&page) && is_free(*place)
        };
        let first = (0..sorted.len()).find(joins);
        let end = first.map(|first| {
            let is_sister = |page: &&Value| !ratings(page).is_empty();
            let gate_of = gate(&page);
            first + sorted[first..].iter().take_while(is_sister).take_while(|other| gate(other) == gate_of).count()
        });
        sorted.insert(end.unwrap_or(sorted.len()), page);
    }
    *pages = sorted;
}

/// Names of questions are used once, also where one page is made after another.
pub fn rename(page: &mut Value, survey: &Value, fresh: &mut impl FnMut(&Value, &str) -> String) {
    for field in list_mut(page, "fields").into_iter().flatten() {
        if field.get("id").is_some() {
            field["id"] = json!(fresh(survey, "question"));
        }
    }
}

/// The same kinds in the same order on every page of a run: those of its fullest page, and what else one has.
fn level_fields(survey: &mut Value, block: Range<usize>, fresh: &mut impl FnMut(&Value, &str) -> String) {
    let fields: Vec<Vec<Value>> =
        list(survey, "pages")[block.clone()].iter().map(|page| list(page, "fields").to_vec()).collect();
    let Some(fullest) = fields.iter().rev().max_by_key(|fields| fields.len()) else { return };
    let mut model = fullest.clone();
    for page in &fields {
        let count = |all: &[Value], of: &Value| all.iter().filter(|field| kind(field) == kind(of)).count();
        for (place, field) in page.iter().enumerate() {
            if count(&page[..=place], field) > count(&model, field) {
                model.push(field.clone());
            }
        }
    }
    for (page, mut own) in block.zip(fields) {
        let mut levelled = Vec::new();
        for wanted in &model {
            let found = own.iter().position(|field| kind(field) == kind(wanted));
            levelled.push(match found {
                Some(found) => own.remove(found),
                None => {
                    let mut field = wanted.clone();
                    if field.get("id").is_some() {
                        field["id"] = json!(fresh(survey, "question"));
                    }
                    if let Some(field) = field.as_object_mut() {
                        field.remove("required");
                    }
                    field
                }
            });
        }
        if let Some(place) = list_mut(survey, &format!("pages[{page}].fields")) {
            *place = levelled;
        }
    }
}

/// As many things to tap in each field as in the longest of its run.
pub fn level_sizes(survey: &mut Value, block: Range<usize>, fresh: &mut impl FnMut(&Value, &str) -> String) {
    let count = list(survey, &format!("pages[{}].fields", block.start)).len();
    for place in 0..count {
        let of = |page: usize| get(survey, &format!("pages[{page}].fields[{place}]"));
        let Some(longest) = block.clone().rev().max_by_key(|page| size(of(*page)).1) else { continue };
        let (member, most) = size(of(longest));
        let longest = list(of(longest), member).to_vec();
        for page in block.clone() {
            let at = format!("pages[{page}].fields[{place}].{member}");
            if member == "items" {
                if list(survey, &at).len() < most
                    && let Some(items) = list_mut(survey, &at)
                {
                    items.clone_from(&longest);
                }
                continue;
            }
            while list(survey, &at).len() < most {
                let option = option(survey, fresh);
                let Some(options) = list_mut(survey, &at) else { break };
                options.push(option);
            }
        }
    }
}

/// A new thing to tap, which waits for its words.
pub fn option(survey: &Value, fresh: &mut impl FnMut(&Value, &str) -> String) -> Value {
    json!({ "id": fresh(survey, "option"), "text": super::words::text(survey, super::words::Preset::Empty) })
}
