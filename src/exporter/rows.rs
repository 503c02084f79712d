//! Responses as rows: a slice is read while the one before is written.

use candor_core::facts::Placed;
use candor_core::journal::Place;
use candor_export::cell::Cell;
use candor_export::csv::{self, BYTE_ORDER_MARK};
use candor_export::job::Job;
use candor_export::plan::Plan;
use candor_export::record::Record;
use candor_export::table::Table;
use candor_export::xlsx::{self, Sheet};
use candor_export::zip::Archive;

use super::stream::Stream;
use super::{Fault, Written};
use crate::browser::journal::{IndexedDbJournal, Span};
use crate::browser::task::both;

/// Responses in a slice: some two megabytes of events.
const SLICE: usize = 1_500;
/// A gap of so many places is read over; behind a wider one another reading begins.
const GAP: u64 = 400;

/// Responses as CSV.
pub async fn write_csv(job: &Job, plan: &Plan, journal: &IndexedDbJournal, stream: &Stream) -> Result<Written, Fault> {
    let table = Table::new(&job.columns);
    let mut file = String::new();
    if job.has_bom {
        file.push_str(BYTE_ORDER_MARK);
    }
    // What the file is about stands behind the last heading: a line of its own would be no row of the table (RFC 4180).
    csv::push_headings(&mut file, table.headings().into_iter().chain([job.about.line().as_str()]));
    let mut rows = 0;
    each_slice(plan, journal, stream, async |slice| {
        for record in slice.records() {
            csv::push_row(&mut file, table.cells(&record).iter().chain([&Cell::Empty]));
            rows += 1;
        }
        stream.write(file.as_bytes()).await?;
        file.clear();
        Ok(())
    })
    .await?;
    // Where there is no row at all.
    stream.write(file.as_bytes()).await?;
    Ok(Written { rows, lost: plan.len() as u64 - rows })
}

/// Responses as a workbook.
pub async fn write_xlsx(job: &Job, plan: &Plan, journal: &IndexedDbJournal, stream: &Stream) -> Result<Written, Fault> {
    let (table, mut archive, mut rows) = (Table::new(&job.columns), Archive::default(), 0);
    let (mut sheet, mut xml) = Sheet::begin(&table.headings(), plan.len() as u64);
    stream.write(&archive.begin(xlsx::RESPONSES)).await?;
    each_slice(plan, journal, stream, async |slice| {
        for record in slice.records() {
            sheet.push_row(&mut xml, &table.cells(&record));
            rows += 1;
        }
        archive.take(xml.as_bytes());
        stream.pack(xml.as_bytes()).await?;
        xml.clear();
        Ok(())
    })
    .await?;
    xml.push_str(&sheet.end());
    archive.take(xml.as_bytes());
    stream.pack(xml.as_bytes()).await?;
    stream.write(&archive.end(stream.packed().await?)).await?;
    for (name, content) in xlsx::parts(&job.about, sheet) {
        stream.write(&archive.begin(name)).await?;
        archive.take(content.as_bytes());
        stream.pack(content.as_bytes()).await?;
        stream.write(&archive.end(stream.packed().await?)).await?;
    }
    stream.write(&archive.finish()).await?;
    Ok(Written { rows, lost: plan.len() as u64 - rows })
}

/// Some responses with what was read of them.
struct Slice {
    rows: Vec<Placed>,
    spans: Vec<Span>,
}

/// Reads the responses of a plan, in slices: while one is written, the next one is on its way.
async fn each_slice(
    plan: &Plan,
    journal: &IndexedDbJournal,
    stream: &Stream,
    mut write: impl AsyncFnMut(&Slice) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut next = Slice::read(plan, 0, journal).await?;
    let mut done = 0;
    while !next.rows.is_empty() {
        let slice = next;
        done += slice.rows.len();
        let (ahead, written) = both(Slice::read(plan, done, journal), write(&slice)).await;
        written?;
        next = ahead?;
        stream.go_on(done as u64, plan.len() as u64)?;
    }
    Ok(())
}

impl Slice {
    async fn read(plan: &Plan, from: usize, journal: &IndexedDbJournal) -> Result<Self, Fault> {
        let rows: Vec<Placed> = plan.rows(from, SLICE).collect();
        let places = rows.iter().flat_map(|row| [Some(row.given_at), row.detailed_at]);
        let mut places: Vec<Place> = places.flatten().collect();
        places.sort_unstable();
        let mut spans = Vec::new();
        for run in places.chunk_by(|a, b| a.epoch == b.epoch && b.seq - a.seq <= GAP) {
            if let (Some(first), Some(last)) = (run.first(), run.last()) {
                spans.push(journal.span(*first, *last).await?);
            }
        }
        Ok(Self { rows, spans })
    }

    fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.rows.iter().filter_map(|placed| {
            let given = self.spans.iter().find_map(|span| span.events.at(placed.given_at))?;
            let at = |at: Place| self.spans.iter().find_map(|span| Some((span.events.at(at)?, span.texts.at(at))));
            let (event, words) = placed.detailed_at.and_then(at).unzip();
            Record::read(*placed, given, event, words.flatten())
        })
    }
}
