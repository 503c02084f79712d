//! What leaves the tablet as a file: responses as CSV by RFC 4180 for a spreadsheet, and the journal itself as JSON
//! Lines, which `candor verify` checks.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::chain::Hash;
use crate::event::Outcome;
use crate::results::Response;
use crate::verify::{Manifest, Pruned, Tip};
use crate::wire::SOURCE_PREFIX;
use crate::witness::SignedHead;

/// Makes a spreadsheet on Windows read the file as UTF-8.
const BYTE_ORDER_MARK: &str = "\u{FEFF}";
/// The columns. Names are part of the contract: tools read them.
const COLUMNS: &str = "response,time,survey,version,point,staff,ticket,language,rating,outcome,reasons,comment,seconds,comment_form,\
     scale,channel,answers,items,contact\r\n";

/// Writes responses as CSV: one row each, the columns named in the first.
///
/// A field that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV Injection"); nothing
/// else about a text is changed. Where words are sealed the comment is empty, and `comment_form` says `sealed`.
pub fn csv<'a>(responses: impl IntoIterator<Item = &'a Response>) -> String {
    let mut file = format!("{BYTE_ORDER_MARK}{COLUMNS}");
    for response in responses {
        let context = &response.context;
        let outcome = match response.outcome {
            Some(Outcome::Complete) => "complete",
            Some(Outcome::Skipped) => "skipped",
            Some(Outcome::TimedOut) => "timed_out",
            None => "",
        };
        let form = match (&response.sealed, response.comment.is_empty()) {
            (Some(_), _) => "sealed",
            (None, false) => "clear",
            (None, true) => "",
        };
        let fields = [
            response.id.as_str(),
            &response.time,
            &context.survey,
            &context.version.to_string(),
            &context.point,
            context.staff.as_deref().unwrap_or_default(),
            context.ticket.as_deref().unwrap_or_default(),
            &context.locale,
            &response.rating.level().to_string(),
            outcome,
            &response.reasons.join(" "),
            &response.comment,
            &response.seconds.map(|seconds| seconds.to_string()).unwrap_or_default(),
            form,
            response.scale.name(),
            context.channel(),
            &pairs(&response.answers),
            &pairs(&response.items),
            &response.contact,
        ];
        for (column, field) in fields.into_iter().enumerate() {
            if column > 0 {
                file.push(',');
            }
            push_field(&mut file, field);
        }
        file.push_str("\r\n");
    }
    file
}

/// `visit=first area=loans,cards`: what was asked and what was chosen, by their ids.
fn pairs(answers: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (asked, chosen) in answers {
        let separator = if text.is_empty() { "" } else { " " };
        text.push_str(&[separator, asked, "="].concat());
        match chosen {
            Value::Array(options) => {
                let options: Vec<&str> = options.iter().filter_map(Value::as_str).collect();
                text.push_str(&options.join(","));
            }
            other => text.push_str(&other.to_string()),
        }
    }
    text
}

fn push_field(file: &mut String, field: &str) {
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_quoted = is_formula || field.contains([',', '"', '\r', '\n']) || field.trim() != field;
    if !is_quoted {
        file.push_str(field);
        return;
    }
    file.push('"');
    if is_formula {
        file.push('\'');
    }
    file.push_str(&field.replace('"', "\"\""));
    file.push('"');
}

/// A journal on its way into JSON Lines: the rows go in by their order, page by page, and at the end the manifest is
/// written. Of the rows nothing is kept but where each epoch ends.
///
/// `docs/protocol.md` describes the file.
#[derive(Debug, Default)]
pub struct JsonLines {
    events: u64,
    tips: Vec<Tip>,
    has_clear_texts: bool,
    has_sealed_texts: bool,
}

/// What the export needs to know of a row.
#[derive(Deserialize)]
struct RowPlace {
    source: String,
    deviceepoch: u32,
    deviceseq: u64,
    eventhash: Hash,
    data: RowData,
}

#[derive(Deserialize)]
struct RowData {
    text: Option<RowText>,
}

#[derive(Deserialize)]
struct RowText {
    sealed: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct PrunedRow {
    pruned: Pruned,
}

impl JsonLines {
    /// A file of which nothing is written.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a row's line to `file`. The row is the event as it travels, with its words where they are kept, or
    /// `{"pruned":{…}}`.
    ///
    /// A row that cannot be read is written as it stands: an export leaves nothing out, and the check names it.
    pub fn push(&mut self, row: &str, file: &mut String) {
        self.events += 1;
        file.extend(row.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
        file.push('\n');
        if let Ok(place) = serde_json::from_str::<RowPlace>(row) {
            match place.data.text {
                Some(RowText { sealed: Some(_) }) => self.has_sealed_texts = true,
                Some(RowText { sealed: None }) => self.has_clear_texts = true,
                None => {}
            }
            let device = place.source.strip_prefix(SOURCE_PREFIX).unwrap_or(&place.source);
            self.reach(device, place.deviceepoch, place.deviceseq, place.eventhash);
        } else if let Ok(PrunedRow { pruned }) = serde_json::from_str(row) {
            self.reach(&pruned.device, pruned.epoch, pruned.seq, pruned.hash);
        }
    }

    fn reach(&mut self, device: &str, epoch: u32, seq: u64, hash: Hash) {
        match self.tips.iter_mut().rev().find(|tip| tip.device == device && tip.epoch == epoch) {
            Some(tip) => (tip.last, tip.hash) = (seq, hash),
            None => self.tips.push(Tip { device: device.to_owned(), epoch, first: seq, hash, last: seq }),
        }
    }

    /// How many rows were written.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The last line: how many events there are, where each epoch ends, and what receivers have signed.
    ///
    /// `app` is the app's version, `device` the tablet that writes, `time` RFC 3339, `heads` what the tablet stores.
    pub fn finish(self, app: &str, device: &str, time: &str, heads: &[SignedHead]) -> String {
        let texts = match (self.has_clear_texts, self.has_sealed_texts) {
            (false, false) => "none",
            (true, false) => "clear",
            (false, true) => "sealed",
            (true, true) => "mixed",
        };
        let manifest = Manifest {
            app: app.to_owned(),
            device: device.to_owned(),
            events: self.events,
            heads: heads.to_vec(),
            texts: texts.to_owned(),
            time: time.to_owned(),
            tips: self.tips,
        };
        format!("{{\"manifest\":{}}}\n", serde_json::to_string(&manifest).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chain::{Head, PersonalText};
    use crate::event::{Body, Draft};
    use crate::results::tests::{journal, sealed_journal};
    use crate::time::{Moment, UnixMillis, Uptime, UtcOffset};
    use crate::verify::{Report, Signature, Verifier};
    use crate::wire::CloudEvent;

    /// Rows of a journal: two epochs, every second event with words.
    fn rows() -> Vec<String> {
        let mut rows = Vec::new();
        for epoch in [1, 2] {
            let mut head = Head::enrol("tablet", epoch);
            for n in 0..4 {
                let moment = Moment { now: UnixMillis(0), offset: UtcOffset(0), uptime: Uptime(0), random: [n; 26] };
                let text = PersonalText::new(if n % 2 == 0 { "" } else { "很好\n" }, &[n; 16]);
                let draft = Draft { text: text.clone(), ..Draft::new(&moment, Body::Unlocked {}) };
                let (event, next) = head.link(&draft);
                rows.push(serde_json::to_string(&CloudEvent::new(&event, text.as_ref())).unwrap());
                head = next;
            }
        }
        rows
    }

    fn exported(rows: &[String], heads: &[SignedHead]) -> String {
        let (mut lines, mut file) = (JsonLines::new(), String::new());
        rows.iter().for_each(|row| lines.push(row, &mut file));
        assert_eq!(lines.events(), rows.len() as u64);
        file + &lines.finish("0.1.0", "tablet", "2026-11-23T09:41:07.120+08:00", heads)
    }

    fn verified(file: &str) -> Report {
        let mut verifier = Verifier::with_signatures(|_| Signature::Good);
        file.lines().for_each(|line| verifier.line(line));
        verifier.finish()
    }

    #[test]
    fn a_journal_as_json_lines_verifies() {
        let heads = [SignedHead {
            device: "tablet".into(),
            epoch: 2,
            events: 4,
            seq: 3,
            hash: Hash::of(b""),
            signature: "00".into(),
            ..Default::default()
        }];
        let file = exported(&rows(), &heads);
        let report = verified(&file);
        assert_eq!((report.findings, report.events, report.with_words), (vec![], 8, 4));
        let last: serde_json::Value = serde_json::from_str(file.lines().last().unwrap()).unwrap();
        let manifest = &last["manifest"];
        assert_eq!((&manifest["events"], &manifest["texts"]), (&8.into(), &"clear".into()));
        let tips: Vec<_> = manifest["tips"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tip| (&tip["epoch"], &tip["first"], &tip["last"]))
            .collect();
        assert_eq!(tips, [(&1.into(), &1.into(), &4.into()), (&2.into(), &1.into(), &4.into())]);
        assert_eq!(SignedHead::find_all(&last.to_string()).unwrap(), heads);
        assert!(verified(&exported(&[], &[])).is_whole(), "an empty journal");
    }

    #[test]
    fn says_how_the_words_stand_in_it() {
        let check = |rows: &[String], texts: &str| {
            let file = exported(rows, &[]);
            assert!(file.ends_with('\n') && file.contains(&format!("\"texts\":\"{texts}\"")), "{texts}: {file}");
        };
        let rows = rows();
        let sealed = rows[1].replace("\"comment\":\"很好\\n\"", "\"sealed\":\"AAEC\"");
        assert_ne!(sealed, rows[1]);
        check(&rows[..1], "none");
        check(&rows[1..2], "clear");
        check(std::slice::from_ref(&sealed), "sealed");
        check(&[rows[1].clone(), sealed], "mixed");
    }

    #[test]
    fn leaves_out_nothing_that_it_cannot_read() {
        let mut rows = rows();
        rows[2] = "half an\nevent".to_owned();
        let file = exported(&rows, &[]);
        assert_eq!(file.lines().count(), 9);
        assert!(!verified(&file).is_whole());
    }

    #[test]
    fn pruned_rows_count_and_reach() {
        let mut rows = rows();
        let row: serde_json::Value = serde_json::from_str(&rows[3]).unwrap();
        let (hash, prev) = (&row["eventhash"], &row["prevhash"]);
        let pruned = serde_json::json!({ "device": "tablet", "epoch": 1, "seq": 4, "hash": hash, "prev": prev });
        rows[3] = serde_json::json!({ "pruned": pruned }).to_string();
        let report = verified(&exported(&rows, &[]));
        assert_eq!((report.findings, report.events, report.pruned), (vec![], 8, 1));
    }

    fn read(file: &str) -> Vec<csv::StringRecord> {
        let mut reader = csv::ReaderBuilder::new().from_reader(file.trim_start_matches(BYTE_ORDER_MARK).as_bytes());
        reader.records().map(|record| record.unwrap()).collect()
    }

    fn check(comment: &str, expected: &str) {
        let file = super::csv(journal(&[(1, 0, comment)]).all());
        assert_eq!(read(&file)[0][11].to_owned(), expected);
    }

    #[test]
    fn a_text_never_becomes_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "=\"a\",\"b\""] {
            check(formula, &format!("'{formula}"));
        }
        check("1=1", "1=1");
        check("5 - 3", "5 - 3");
    }

    #[test]
    fn writes_the_columns_and_one_row_a_response() {
        let file = super::csv(journal(&[(2, 0, "排队,\"很久\"\n两小时"), (5, 1, "")]).all());
        assert!(file.starts_with("\u{FEFF}response,time,"));
        assert!(file.contains(",\"排队,\"\"很久\"\"\n两小时\",8,clear,faces-5,kiosk,,,\r\n"));
        assert_eq!(file.matches("\r\n").count(), 3);
        let row = &read(&file)[0];
        assert_eq!(
            (&row[1], &row[2], &row[8], &row[9], &row[10]),
            ("2026-11-23T09:41:07.120+08:00", "bank", "2", "complete", "queue")
        );
    }

    #[test]
    fn says_where_words_are_sealed() {
        let file = super::csv(sealed_journal(&[(2, 0, "排队"), (5, 1, "")]).all());
        let forms: Vec<_> = read(&file).iter().map(|row| (row[11].to_owned(), row[13].to_owned())).collect();
        assert_eq!(forms, [(String::new(), "sealed".to_owned()), (String::new(), String::new())]);
    }

    proptest! {
        #[test]
        fn every_text_comes_back_as_it_was_written(comment in "[^=+@\t\r-].{0,40}") {
            let file = super::csv(journal(&[(3, 0, &comment)]).all());
            let kept = if comment.trim().is_empty() { "" } else { comment.as_str() };
            prop_assert_eq!(&read(&file)[0][11], kept);
        }
    }
}
