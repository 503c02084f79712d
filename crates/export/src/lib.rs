//! What leaves the tablet for a spreadsheet, and what comes back from one: responses as CSV (RFC 4180) and as XLSX
//! (ECMA-376), former ratings from CSV. Plain values: no file, no clock, no browser.
//!
//! A response is written from its events as they lie in the journal, a slice of rows at a time, so that memory does not
//! grow with the file.

pub mod cell;
pub mod csv;
pub mod import;
pub mod job;
pub mod plan;
pub mod record;
pub mod table;
pub mod xlsx;
pub mod zip;

#[cfg(test)]
pub(crate) mod tests;
