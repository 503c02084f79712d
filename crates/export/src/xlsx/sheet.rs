//! The sheet of responses, row by row.

use std::collections::HashMap;

use super::xml::{escaped, fitting, push_escaped};
use super::{HEAD, HEADING, MAIN, TIME};
use crate::cell::Cell;

/// Shared words beyond these are written where they stand: memory must not grow with the rows.
const MOST_SHARED: usize = 20_000;
/// Widths of columns, in letters.
const NARROW: u32 = 11;
const WIDE: u32 = 20;

/// A sheet under way.
#[derive(Debug)]
pub struct Sheet {
    /// `A`, `B`, …, `AA`.
    letters: Vec<String>,
    rows: u64,
    row: String,
    strings: Vec<String>,
    places: HashMap<String, usize>,
    uses: u64,
}

impl Sheet {
    /// Begins a sheet of so many rows below these headings; gives its beginning.
    pub fn begin(headings: &[&str], rows: u64) -> (Self, String) {
        let letters: Vec<String> = (0..headings.len()).map(letters_of).collect();
        let last = letters.last().cloned().unwrap_or_else(|| "A".to_owned());
        let mut xml = format!(
            "{HEAD}<worksheet xmlns=\"{MAIN}\"><dimension ref=\"A1:{last}{}\"/><sheetViews><sheetView \
             workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>\
             <selection pane=\"bottomLeft\" activeCell=\"A2\" sqref=\"A2\"/></sheetView></sheetViews><sheetFormatPr \
             defaultRowHeight=\"15\"/><cols>",
            rows + 1
        );
        for (at, heading) in headings.iter().enumerate() {
            // The first is a time. A letter of Chinese is two wide.
            let letters = heading.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<u32>() + 3;
            let width = if at == 0 { WIDE } else { letters.clamp(NARROW, 2 * WIDE) };
            let at = at + 1;
            xml.push_str(&format!("<col min=\"{at}\" max=\"{at}\" width=\"{width}\" customWidth=\"1\"/>"));
        }
        xml.push_str("</cols><sheetData><row r=\"1\">");
        for (letters, heading) in letters.iter().zip(headings) {
            let heading = escaped(heading);
            xml.push_str(&format!("<c r=\"{letters}1\" s=\"{HEADING}\" t=\"inlineStr\"><is><t>{heading}</t></is></c>"));
        }
        xml.push_str("</row>");
        let sheet = Self { letters, rows: 1, row: String::new(), strings: Vec::new(), places: HashMap::new(), uses: 0 };
        (sheet, xml)
    }

    /// Appends a row.
    pub fn push_row<'a>(&mut self, xml: &mut String, cells: impl IntoIterator<Item = &'a Cell<'a>>) {
        self.rows += 1;
        self.row = self.rows.to_string();
        xml.push_str("<row r=\"");
        xml.push_str(&self.row);
        xml.push_str("\">");
        for (at, cell) in cells.into_iter().enumerate() {
            self.push_cell(xml, at, cell);
        }
        xml.push_str("</row>");
    }

    fn push_cell(&mut self, xml: &mut String, at: usize, cell: &Cell<'_>) {
        if *cell == Cell::Empty {
            return;
        }
        xml.push_str("<c r=\"");
        xml.push_str(self.letters.get(at).map_or("", String::as_str));
        xml.push_str(&self.row);
        match cell {
            Cell::Empty => {}
            Cell::Integer(number) => {
                xml.push_str("\"><v>");
                xml.push_str(&number.to_string());
                xml.push_str("</v></c>");
            }
            Cell::Number(number) => xml.push_str(&format!("\"><v>{number}</v></c>")),
            Cell::Time(time) => {
                xml.push_str(TIME_CELL);
                time.push_serial_to(xml);
                xml.push_str("</v></c>");
            }
            Cell::Name(words) => match self.shared(words) {
                Some(place) => {
                    xml.push_str("\" t=\"s\"><v>");
                    xml.push_str(&place.to_string());
                    xml.push_str("</v></c>");
                }
                None => push_inline(xml, words),
            },
            Cell::Text(words) => push_inline(xml, words),
        }
    }

    fn shared(&mut self, words: &str) -> Option<usize> {
        let place = match self.places.get(words) {
            Some(place) => *place,
            None if self.strings.len() >= MOST_SHARED => return None,
            None => {
                let place = self.strings.len();
                self.strings.push(words.to_owned());
                self.places.insert(words.to_owned(), place);
                place
            }
        };
        self.uses += 1;
        Some(place)
    }

    /// Its end.
    pub fn end(&self) -> String {
        let last = self.letters.last().map_or("A", String::as_str);
        format!("</sheetData><autoFilter ref=\"A1:{last}{}\"/></worksheet>", self.rows)
    }

    /// The part with the shared words.
    pub(super) fn into_strings(self) -> String {
        let (uses, count) = (self.uses, self.strings.len());
        let mut xml = format!("{HEAD}<sst xmlns=\"{MAIN}\" count=\"{uses}\" uniqueCount=\"{count}\">");
        for words in &self.strings {
            xml.push_str("<si>");
            push_words(&mut xml, words);
            xml.push_str("</si>");
        }
        xml.push_str("</sst>");
        xml
    }
}

/// How a cell with a time goes on behind its place.
const TIME_CELL: &str = "\" s=\"2\"><v>";
const _: () = assert!(TIME == 2, "the style of a time stands in the text");

/// A text that is one, whatever it begins with: no reader takes it for a formula.
fn push_inline(xml: &mut String, words: &str) {
    xml.push_str("\" t=\"inlineStr\"><is>");
    push_words(xml, words);
    xml.push_str("</is></c>");
}

fn push_words(xml: &mut String, words: &str) {
    let words = fitting(words);
    // Without it a reader may drop white space at the ends.
    xml.push_str(if words.trim() == words { "<t>" } else { "<t xml:space=\"preserve\">" });
    push_escaped(xml, words);
    xml.push_str("</t>");
}

/// The letters of a column, the first being 0.
fn letters_of(column: usize) -> String {
    let (more, last) = (column / 26, char::from(b'A' + (column % 26) as u8));
    let mut letters = if more == 0 { String::new() } else { letters_of(more - 1) };
    letters.push(last);
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_called_as_a_spreadsheet_calls_them() {
        let check = |column, letters| assert_eq!(letters_of(column), letters);
        check(0, "A");
        check(25, "Z");
        check(26, "AA");
        check(701, "ZZ");
        check(702, "AAA");
    }

    #[test]
    fn shared_words_stand_once_and_do_not_grow_without_end() {
        let (mut sheet, _) = Sheet::begin(&["a"], 3);
        let mut xml = String::new();
        for _ in 0..3 {
            sheet.push_row(&mut xml, &[Cell::name("窗口")]);
        }
        assert_eq!(xml.matches("t=\"s\"><v>0</v>").count(), 3);
        assert_eq!(sheet.strings, ["窗口"]);
        for n in 0..MOST_SHARED {
            sheet.push_row(&mut xml, &[Cell::name(n.to_string())]);
        }
        assert_eq!(sheet.strings.len(), MOST_SHARED);
        assert!(xml.contains("<is><t>19999</t></is>"));
    }
}
