//! The sheet that sums the responses up: what the file is about, its figures, the distribution, and what columns mean.

use std::ops::RangeInclusive;

use super::xml::escaped;
use super::{DECIMAL, HEAD, HEADING, MAIN, RELATIONS, STRONG, TITLE, WRAPPED};
use crate::job::About;

/// The sheet, and the rows of it that the chart shows.
pub struct Summary {
    pub sheet: String,
    /// `None` where there is nothing to show.
    pub charted: Option<RangeInclusive<usize>>,
}

struct Rows {
    xml: String,
    /// The row that is written next.
    next: usize,
}

impl Rows {
    fn push(&mut self, cells: &[String]) {
        if !cells.is_empty() {
            self.xml.push_str(&format!("<row r=\"{}\">", self.next));
            let cells = cells.iter().zip(["A", "B", "C"]);
            cells.for_each(|(cell, column)| {
                self.xml.push_str(&cell.replacen('@', &format!("{column}{}", self.next), 1))
            });
            self.xml.push_str("</row>");
        }
        self.next += 1;
    }
}

fn text(words: &str, style: u8) -> String {
    format!("<c r=\"@\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>", escaped(words))
}

fn number(number: f64, style: u8) -> String {
    format!("<c r=\"@\" s=\"{style}\"><v>{number}</v></c>")
}

impl Summary {
    pub fn of(about: &About) -> Self {
        let mut rows = Rows { xml: String::new(), next: 1 };
        rows.push(&[text(&about.title, TITLE)]);
        for (what, is) in &about.facts {
            rows.push(&[text(what, STRONG), text(is, WRAPPED)]);
        }
        rows.push(&[]);
        for figure in &about.figures {
            let value = figure.value.map_or_else(|| text("—", WRAPPED), |value| number(value, DECIMAL));
            rows.push(&[text(&figure.name, STRONG), value, text(&figure.note, WRAPPED)]);
        }
        rows.push(&[]);
        let distribution = &about.distribution;
        rows.push(&[text(&distribution.title, STRONG)]);
        rows.push(&distribution.heads.each_ref().map(|head| text(head, HEADING)));
        let first = rows.next;
        for (level, count, share) in &distribution.rows {
            rows.push(&[text(level, 0), number(*count as f64, 0), number(*share, DECIMAL)]);
        }
        let charted = (rows.next > first).then(|| first..=rows.next - 1);
        rows.push(&[]);
        rows.push(&[text(&about.definitions_title, STRONG)]);
        for (column, means) in &about.definitions {
            rows.push(&[text(column, STRONG), text(means, WRAPPED)]);
        }
        let drawing = if charted.is_some() { "<drawing r:id=\"rId1\"/>" } else { "" };
        let sheet = format!(
            "{HEAD}<worksheet xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheetViews><sheetView showGridLines=\"0\" \
             tabSelected=\"1\" workbookViewId=\"0\"/></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/><cols>\
             <col min=\"1\" max=\"1\" width=\"28\" customWidth=\"1\"/><col min=\"2\" max=\"2\" width=\"60\" \
             customWidth=\"1\"/><col min=\"3\" max=\"3\" width=\"48\" customWidth=\"1\"/></cols><sheetData>{}\
             </sheetData><pageSetup orientation=\"landscape\" fitToHeight=\"0\"/>{drawing}</worksheet>",
            rows.xml
        );
        Self { sheet, charted }
    }
}
