//! The exported file, read as a spreadsheet reads it.

/// One response in an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The response's id.
    pub response: String,
    /// The level.
    pub rating: u8,
    /// The words, as written.
    pub comment: String,
}

/// Reads an exported file.
///
/// An apostrophe that the export puts in front of what a spreadsheet would take for a formula is taken off again:
/// it is the only change that an export makes.
///
/// # Panics
/// When it is no such file.
pub fn read_csv(file: &str) -> Vec<Row> {
    let file = file.strip_prefix('\u{FEFF}').expect("an export begins with the byte order mark");
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let columns = reader.headers().expect("an export names its columns").clone();
    let place = |name: &str| columns.iter().position(|column| column == name).expect("an export has this column");
    let (response, rating, comment) = (place("response"), place("rating"), place("comment"));
    let row = |record: csv::StringRecord| Row {
        response: record[response].to_owned(),
        rating: record[rating].parse().expect("a rating is a level"),
        comment: without_guard(&record[comment]).to_owned(),
    };
    reader.records().map(|record| row(record.expect("an export is well-formed"))).collect()
}

fn without_guard(field: &str) -> &str {
    match field.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => field,
    }
}
