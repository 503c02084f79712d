//! The table behind a chart: the same figures, for whoever reads them, and the same marks to tap, in a list.

use leptos::prelude::*;

use crate::manager::language::Language;

/// A row: what it is about, its cells, and what a tap on it does.
pub struct Row {
    /// What it is about.
    pub name: String,
    /// What stands in it.
    pub cells: Vec<String>,
    /// What a tap does, if anything.
    pub press: Option<Box<dyn Fn() + 'static>>,
}

impl Row {
    /// A row to read.
    pub fn new(name: String, cells: Vec<String>) -> Self {
        Self { name, cells, press: None }
    }

    /// A row to tap as well.
    pub fn tapped(name: String, cells: Vec<String>, press: impl Fn() + 'static) -> Self {
        Self { name, cells, press: Some(Box::new(press)) }
    }
}

/// The table, folded.
pub fn table(
    testid: &'static str,
    caption: String,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
    language: Language,
) -> AnyView {
    let shows = language.texts().insight.shows;
    let row = move |Row { name, cells, press }: Row| {
        let name = match press {
            Some(press) => view! {
                <button type="button" class="m-link" title=shows on:click=move |_| press()>{name}</button>
            }
            .into_any(),
            None => name.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{name}</th>
                {cells.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}
            </tr>
        }
    };
    view! {
        <details>
            <summary>{language.texts().results.as_table}</summary>
            <div class="m-scroll">
                <table class="m-table" data-testid=testid>
                    <caption class="sr">{caption}</caption>
                    <thead>
                        <tr>{heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view()}</tr>
                    </thead>
                    <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}
