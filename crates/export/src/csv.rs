//! CSV by RFC 4180, safe from formulas by OWASP's rules, and read again.

use crate::cell::Cell;

/// Makes a spreadsheet on Windows read the file as UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{FEFF}";
/// What a text begins with that a spreadsheet takes for a formula: OWASP, "CSV Injection", its forms of full width among
/// them.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
/// A field with one of these is quoted. A comma, a quote and an end of line have to be (RFC 4180); a semicolon and a tab
/// end a field where a spreadsheet has been told so.
const QUOTED: [u8; 6] = *b",\"\r\n;\t";

/// Appends a row.
///
/// A text that a spreadsheet would take for a formula gets an apostrophe in front; so does one that begins with apostrophes
/// and then would, so that [`unguarded`] gives every text back as it was. Numbers and times are written as they are.
pub fn push_row<'a>(file: &mut String, cells: impl IntoIterator<Item = &'a Cell<'a>>) {
    for (column, cell) in cells.into_iter().enumerate() {
        if column > 0 {
            file.push(',');
        }
        match cell {
            Cell::Empty => {}
            Cell::Text(text) | Cell::Name(text) => push_text(file, text),
            Cell::Integer(number) => push_integer(file, *number),
            Cell::Number(number) => file.push_str(&number.to_string()),
            Cell::Time(time) => time.push_to(file),
        }
    }
    file.push_str("\r\n");
}

/// Appends the headings.
pub fn push_headings<'a>(file: &mut String, headings: impl IntoIterator<Item = &'a str>) {
    let cells: Vec<Cell<'_>> = headings.into_iter().map(Cell::text).collect();
    push_row(file, &cells);
}

fn push_integer(file: &mut String, number: u64) {
    if number >= 10 {
        push_integer(file, number / 10);
    }
    file.push(char::from(b'0' + (number % 10) as u8));
}

fn push_text(file: &mut String, text: &str) {
    let is_guarded = would_run(text);
    // A text without anything would be read as a cell without anything.
    let is_quoted = is_guarded || text.bytes().any(|byte| QUOTED.contains(&byte)) || text.trim() != text;
    if !is_quoted {
        file.push_str(text);
        return;
    }
    file.push('"');
    if is_guarded {
        file.push('\'');
    }
    for (n, part) in text.split('"').enumerate() {
        if n > 0 {
            file.push_str("\"\"");
        }
        file.push_str(part);
    }
    file.push('"');
}

/// Whether a spreadsheet would take it for a formula, now or once apostrophes in front are taken off.
fn would_run(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// The text as it was before an export put an apostrophe in front of it.
pub fn unguarded(field: &str) -> &str {
    field.strip_prefix('\'').filter(|rest| would_run(rest)).unwrap_or(field)
}

/// A row of a file, and the line on which it begins, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line of the file, counted as an editor counts.
    pub number: u64,
    /// The fields.
    pub fields: Vec<String>,
    /// What is wrong with it.
    pub fault: Option<LineFault>,
}

/// What can be wrong with a row as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// A quote is never closed: the file ends inside it.
    Open,
    /// Behind a closing quote something else stands than the end of the field.
    Behind,
}

/// Reads rows, one at a time. Lines may end as they like, and empty ones are passed over.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a str,
    delimiter: char,
    line: u64,
}

impl<'a> Reader<'a> {
    /// A reader of a file whose fields are parted by this.
    pub fn new(file: &'a str, delimiter: char) -> Self {
        Self { rest: file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file), delimiter, line: 1 }
    }

    /// How many bytes are still to be read.
    pub fn rest(&self) -> usize {
        self.rest.len()
    }

    fn take_line_end(&mut self) -> bool {
        let rest = ["\r\n", "\n", "\r"].into_iter().find_map(|end| self.rest.strip_prefix(end));
        if let Some(rest) = rest {
            (self.rest, self.line) = (rest, self.line + 1);
        }
        rest.is_some()
    }

    /// Takes a field; the reader then stands at what ended it.
    fn field(&mut self) -> (String, Option<LineFault>) {
        let Some(quoted) = self.rest.strip_prefix('"') else {
            let end = self.rest.find([self.delimiter, '\r', '\n']).unwrap_or(self.rest.len());
            let (field, rest) = self.rest.split_at(end);
            self.rest = rest;
            return (field.to_owned(), None);
        };
        let (mut field, mut rest) = (String::new(), quoted);
        loop {
            let Some((part, behind)) = rest.split_once('"') else {
                self.pass(rest);
                field.push_str(rest);
                self.rest = "";
                return (field, Some(LineFault::Open));
            };
            self.pass(part);
            field.push_str(part);
            rest = behind;
            match rest.strip_prefix('"') {
                Some(behind) => {
                    field.push('"');
                    rest = behind;
                }
                None => break,
            }
        }
        self.rest = rest;
        let end = rest.find([self.delimiter, '\r', '\n']).unwrap_or(rest.len());
        let (behind, rest) = rest.split_at(end);
        self.rest = rest;
        (field, (!behind.trim().is_empty()).then_some(LineFault::Behind))
    }

    fn pass(&mut self, part: &str) {
        self.line += part.matches('\n').count() as u64;
    }
}

impl Iterator for Reader<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        while self.take_line_end() {}
        if self.rest.is_empty() {
            return None;
        }
        let (number, mut fields, mut fault) = (self.line, Vec::new(), None);
        loop {
            let (field, wrong) = self.field();
            fields.push(field);
            fault = fault.or(wrong);
            match self.rest.strip_prefix(self.delimiter) {
                Some(rest) => self.rest = rest,
                None => break,
            }
        }
        self.take_line_end();
        Some(Line { number, fields, fault })
    }
}

/// What parts the fields: whichever of these stands most often, and as often, in the first lines outside quotes.
pub fn delimiter_of(file: &str) -> char {
    const KNOWN: [char; 4] = [',', ';', '\t', '|'];
    const LOOKED_AT: usize = 10;
    let score = |delimiter: char| {
        let widths: Vec<usize> = Reader::new(file, delimiter).take(LOOKED_AT).map(|line| line.fields.len()).collect();
        let first = widths.first().copied().unwrap_or_default();
        let alike = widths.iter().filter(|width| **width == first).count();
        if first > 1 { (alike, first) } else { (0, 0) }
    };
    // The first of equals: a comma.
    KNOWN.into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(',')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(texts: &[&str]) -> String {
        let cells: Vec<Cell<'_>> = texts.iter().map(|text| Cell::text(*text)).collect();
        let mut file = String::new();
        push_row(&mut file, &cells);
        file
    }

    /// As a reader of somebody else's finds it.
    fn read_row(file: &str, row: usize) -> Vec<String> {
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(file.as_bytes());
        reader.records().nth(row).unwrap().unwrap().iter().map(str::to_owned).collect()
    }

    fn read(file: &str) -> Vec<String> {
        read_row(file, 0)
    }

    #[test]
    fn a_text_never_becomes_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "=cmd|' /C calc'!A0", "＝1+1", "'=1", "''-1"] {
            let field = read(&written(&[formula])).remove(0);
            assert_eq!(field, format!("'{formula}"));
            assert_eq!(unguarded(&field), formula);
        }
        for harmless in ["1=1", "5 - 3", "'tis", "'", "很好=", " =1"] {
            let field = read(&written(&[harmless])).remove(0);
            assert_eq!((field.as_str(), unguarded(&field)), (harmless, harmless));
        }
    }

    #[test]
    fn numbers_and_times_stay_what_they_are() {
        let time = crate::cell::LocalTime::parse("2026-11-23T09:41:07Z").unwrap();
        let mut file = String::new();
        push_row(&mut file, &[Cell::Integer(1_204), Cell::Number(-0.5), Cell::Time(time), Cell::Empty]);
        assert_eq!(file, "1204,-0.5,2026-11-23 09:41:07,\r\n");
    }

    #[test]
    fn nothing_splits_a_field_whatever_a_spreadsheet_parts_fields_by() {
        assert_eq!(written(&["a;=1", "b\t=1", "c,d", " e"]), "\"a;=1\",\"b\t=1\",\"c,d\",\" e\"\r\n");
    }

    fn lines(file: &str) -> Vec<(u64, Vec<String>, Option<LineFault>)> {
        Reader::new(file, ',').map(|line| (line.number, line.fields, line.fault)).collect()
    }

    #[test]
    fn counts_lines_as_an_editor_does() {
        let fields = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>();
        let found = lines("\u{FEFF}a,b\r\n\r\n\"x\ny\",1\n,\"z\"\"\"\rlast");
        let expected = [
            (1, fields(&["a", "b"]), None),
            (3, fields(&["x\ny", "1"]), None),
            (5, fields(&["", "z\""]), None),
            (6, fields(&["last"]), None),
        ];
        assert_eq!(found, expected);
        assert_eq!(lines("a,\"b\n"), [(1, fields(&["a", "b\n"]), Some(LineFault::Open))]);
        assert_eq!(lines("\"a\"b,c"), [(1, fields(&["a", "c"]), Some(LineFault::Behind))]);
        assert!(lines("\r\n\n").is_empty());
    }

    #[test]
    fn finds_out_what_parts_the_fields() {
        let check = |file, expected| assert_eq!(delimiter_of(file), expected, "{file}");
        check("time,score\n2024-01-01,5\n", ',');
        check("time;score;comment\n2024-01-01;5;a, b, c, d\n", ';');
        check("time\tscore\n2024-01-01\t5", '\t');
        check("a|b\n1|2", '|');
        check("\"a;b;c\",d\n1,2", ',');
        check("alone\n", ',');
    }

    proptest! {
        #[test]
        fn every_text_comes_back_as_it_was(texts in prop::collection::vec("(?s)['=+@\t\r\n,;\"-]{0,3}.{0,20}", 2..5)) {
            // Below headings, as in every export: at a file's beginning U+FEFF is its mark.
            let row = written(&texts.iter().map(String::as_str).collect::<Vec<_>>());
            let file = [&written(&vec!["heading"; texts.len()]), &row].map(String::as_str).concat();
            // A line that has nothing in it is none.
            prop_assume!(texts.iter().any(|text| !text.is_empty()));
            let theirs: Vec<String> = read_row(&file, 1).iter().map(|field| unguarded(field).to_owned()).collect();
            prop_assert_eq!(&theirs, &texts);
            let own = Reader::new(&file, ',').nth(1).unwrap();
            prop_assert_eq!(own.fault, None);
            let own: Vec<String> = own.fields.iter().map(|field| unguarded(field).to_owned()).collect();
            prop_assert_eq!(&own, &texts);
        }
    }
}
