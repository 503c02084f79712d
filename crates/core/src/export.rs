//! The journal itself as a file: JSON Lines, which `candor verify` checks. Tables of responses are made by
//! `candor-export`.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::chain::Hash;
use crate::verify::{Manifest, Pruned, Tip};
use crate::wire::SOURCE_PREFIX;
use crate::witness::SignedHead;

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
    ///
    /// With a `period` it is an excerpt. A head that was signed later than it ends says nothing about it, and is left out.
    pub fn finish(self, app: &str, device: &str, time: &str, period: Option<String>, heads: &[SignedHead]) -> String {
        let texts = match (self.has_clear_texts, self.has_sealed_texts) {
            (false, false) => "none",
            (true, false) => "clear",
            (false, true) => "sealed",
            (true, true) => "mixed",
        };
        let is_within = |head: &&SignedHead| {
            let is_of = |tip: &Tip| {
                tip.device == head.device && tip.epoch == head.epoch && (tip.first..=tip.last).contains(&head.seq)
            };
            period.is_none() || self.tips.iter().any(is_of)
        };
        let manifest = Manifest {
            app: app.to_owned(),
            device: device.to_owned(),
            events: self.events,
            heads: heads.iter().filter(is_within).cloned().collect(),
            period: period.clone(),
            texts: texts.to_owned(),
            time: time.to_owned(),
            tips: self.tips,
        };
        format!("{{\"manifest\":{}}}\n", serde_json::to_string(&manifest).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{Head, PersonalText};
    use crate::event::{Body, Draft};
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
        file + &lines.finish("0.1.0", "tablet", "2026-11-23T09:41:07.120+08:00", None, heads)
    }

    /// An excerpt, as a tablet writes it.
    fn excerpt(rows: &[String], period: Option<&str>, heads: &[SignedHead]) -> String {
        let (mut lines, mut file) = (JsonLines::new(), String::new());
        rows.iter().for_each(|row| lines.push(row, &mut file));
        let period = period.map(str::to_owned);
        file + &lines.finish("0.1.0", "tablet", "2026-11-23T09:41:07.120+08:00", period, heads)
    }

    #[test]
    fn an_excerpt_verifies_as_what_it_is_and_nothing_is_taken_from_it_unnoticed() {
        let rows = rows();
        let head = |seq| SignedHead { device: "tablet".into(), epoch: 1, events: 4, seq, ..Default::default() };
        let heads = [head(1), head(4)];
        let part = excerpt(&rows[1..3], Some("2026-11-01/2026-11-30"), &heads);
        let report = verified(&part);
        assert_eq!((report.findings, report.events), (vec![], 2));
        assert!(SignedHead::find_all(part.lines().last().unwrap()).unwrap_or_default().is_empty());
        let cut: Vec<&str> = part.lines().skip(1).collect();
        assert!(!verified(&cut.join("\n")).is_whole(), "its beginning was taken away");
        let cut: Vec<&str> = part.lines().enumerate().filter(|(n, _)| *n != 1).map(|(_, line)| line).collect();
        assert!(!verified(&cut.join("\n")).is_whole(), "its end was taken away");
        assert!(!verified(&excerpt(&rows[1..3], None, &[])).is_whole(), "it does not say that it is one");
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
}
