//! `candor verify`: whether anything was done to an export or a collector's store, and where.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use candor_core::verify::{Fault, Language, Report, Sleep, Verifier};
use candor_core::witness::SignedHead;
use clap::{Args, ValueEnum};

use crate::output::{self, Checked};
use crate::source::{Source, SourceFault, Unit};
use candor_vault::signature::{self, ReceiverKey};

/// Something was found.
const FOUND: u8 = 1;
/// Nothing was found, and nobody says how far it should go.
const END_UNKNOWN: u8 = 3;
/// Something could not be read, or was asked for in the wrong way; clap ends with the same.
const NOT_CHECKED: u8 = 2;

/// Check whether anything was removed, edited, inserted, reordered, cut off or recorded under a moved clock
///
/// Ends with 0 when everything is whole, 3 when it is whole as far as it goes and nothing vouches for its end (no signed
/// head and no manifest; of a store, no signed head that goes as far as its events; with --key, nothing signed by that
/// key), 1 when something was found, 2 when something could not be read or held no event. Of several files the worst
/// counts, in this order.
///
/// A store speaks for itself alone: that a device was taken out of all its tables, or that it was put back to an older
/// state, shows only beside --heads from elsewhere.
#[derive(Args)]
pub struct Verify {
    /// An export (JSON Lines), what read-backup writes, a collector's read-out, its SQLite file, postgres://…, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// A receiver's public key that you trust, as candor-collector key prints it; can be given several times. Without
    /// one, any key is taken on first sight
    #[arg(long, value_name = "HEX")]
    key: Vec<ReceiverKey>,
    /// Signed heads from elsewhere to compare with: a tablet's export, a receipt, a kept answer of GET /v1/devices, as
    /// JSON; can be given several times
    #[arg(long, value_name = "FILE")]
    heads: Vec<PathBuf>,
    /// The tablets sleep: a clock that ran ahead of the tablet's own count is a pause and no finding
    #[arg(long)]
    sleeps: bool,
    /// Print one line of JSON for each file
    #[arg(long)]
    json: bool,
    /// The language of the answer; otherwise that of the terminal
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// A language of the answer.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Lang {
    /// English
    En,
    /// 简体中文
    Zh,
}

impl Verify {
    fn language(&self) -> Language {
        let of_terminal = || {
            let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
            let set = names.into_iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty());
            if set.is_some_and(|value| value.starts_with("zh")) { Language::Chinese } else { Language::English }
        };
        match self.lang {
            Some(Lang::En) => Language::English,
            Some(Lang::Zh) => Language::Chinese,
            None => of_terminal(),
        }
    }
}

/// Checks every file, says what came of it, and gives the worst outcome as the program's own.
pub fn run(options: &Verify) -> ExitCode {
    let mut heads = Vec::new();
    for file in &options.heads {
        match read_heads(file) {
            Ok(found) => heads.extend(found),
            Err(reason) => {
                output::tell(&format!("candor: {}: {reason}", file.display()));
                return ExitCode::from(NOT_CHECKED);
            }
        }
    }
    let severity = |outcome: &u8| [0, END_UNKNOWN, FOUND, NOT_CHECKED].iter().position(|other| other == outcome);
    let mut worst = 0;
    for name in &options.files {
        let outcome = match check(name, options, &heads) {
            Ok((report, unit)) => {
                let is_key_trusted = !options.key.is_empty();
                // Without a signature by the trusted key whoever has the file may have written all of it anew.
                let is_vouched = report.is_end_told() && !(is_key_trusted && output::is_unsigned(&report));
                let outcome = match (report.is_whole(), is_vouched) {
                    (false, _) => FOUND,
                    (true, false) => END_UNKNOWN,
                    (true, true) => 0,
                };
                let checked = Checked { name: shown(name), report, unit, is_key_trusted, given: &heads };
                print!(
                    "{}",
                    if options.json { output::json(&checked) } else { output::text(&checked, options.language()) }
                );
                outcome
            }
            Err(fault) => {
                output::tell(&format!("candor: {} {fault}", shown(name)));
                NOT_CHECKED
            }
        };
        worst = [worst, outcome].into_iter().max_by_key(severity).unwrap_or(outcome);
    }
    ExitCode::from(worst)
}

fn check(name: &str, options: &Verify, heads: &[SignedHead]) -> Result<(Report, Unit), SourceFault> {
    let source = Source::open(name)?;
    let unit = source.unit();
    let sleep = if options.sleeps { Sleep::Allowed } else { Sleep::Never };
    let mut verifier = Verifier::with_signatures(|head| signature::judge(head, &options.key)).sleeping(sleep);
    heads.iter().for_each(|head| verifier.expect(head));
    source.read(&mut verifier)?;
    let report = verifier.finish();
    let is_unreadable = |fault: &Fault| matches!(fault, Fault::Unreadable { .. });
    let is_foreign = report.events == 0 && report.findings.iter().any(|finding| is_unreadable(&finding.fault));
    match report.events {
        0 if is_foreign && unit == Unit::Line => Err(SourceFault::Foreign),
        // Where events should be and none is, that is a finding.
        0 if report.is_whole() => Err(SourceFault::NoEvent),
        _ => Ok((report, unit)),
    }
}

/// Heads to compare with. JSON, or JSON Lines with heads in any of them.
fn read_heads(file: &Path) -> Result<Vec<SignedHead>, String> {
    let text = fs::read_to_string(file).map_err(|fault| format!("cannot be read: {fault}"))?;
    let whole = SignedHead::find_all(&text);
    let heads = whole.unwrap_or_else(|| text.lines().filter_map(SignedHead::find_all).flatten().collect());
    if heads.is_empty() { Err("holds no signed head".to_owned()) } else { Ok(heads) }
}

/// A name as it may be shown: a URL without its password.
fn shown(name: &str) -> String {
    match (name, name.split_once("://"), name.rsplit_once('@')) {
        ("-", _, _) => "standard input".to_owned(),
        (_, Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => name.to_owned(),
    }
}
