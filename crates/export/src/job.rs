//! What is to be written, in the words of whoever asks for it. It travels to the worker as JSON.

use std::collections::{BTreeMap, BTreeSet};

use candor_core::journal::Place;
use serde::{Deserialize, Serialize};

/// The formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// RFC 4180.
    #[default]
    Csv,
    /// ECMA-376, a workbook.
    Xlsx,
    /// The events themselves, as JSON Lines.
    Jsonl,
}

impl Format {
    /// All of them, by the names that `exported` calls them by; they are the endings as well.
    pub const ALL: [(&'static str, Self); 3] = [("xlsx", Self::Xlsx), ("csv", Self::Csv), ("jsonl", Self::Jsonl)];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, format)| *format == self).map_or("csv", |(name, _)| name)
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv;charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Jsonl => "application/jsonl",
        }
    }

    /// How many rows it can hold below its heading.
    pub fn most_rows(self) -> u64 {
        // A sheet has 2^20 rows (ECMA-376 part 1, 18.3.1.73; the limit is the applications').
        if self == Self::Xlsx { (1 << 20) - 1 } else { u64::MAX }
    }
}

/// An export.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// In which format.
    pub format: Format,
    /// Whether a CSV begins with a byte order mark, by which a spreadsheet on Windows knows UTF-8.
    pub has_bom: bool,
    /// The columns of responses.
    pub columns: Columns,
    /// What is said about the file in it.
    pub about: About,
    /// Of JSON Lines: what the manifest says.
    pub manifest: Manifest,
}

/// The columns, and what stands in them in words. Where a dictionary is silent the id stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Columns {
    /// Headings of [`FIXED`](crate::table::FIXED), in its order.
    pub fixed: Vec<String>,
    /// Service items, a column each.
    pub items: Vec<Asked>,
    /// Questions, a column each.
    pub questions: Vec<Asked>,
    /// The heading of answers to questions that have no column.
    pub others: String,
    /// What stands between several things in one cell.
    pub separator: String,
    /// Surveys by `id`, and former versions by `id:version`.
    pub surveys: BTreeMap<String, SurveyWords>,
    /// Who has so few responses here that they are not told of.
    pub few_staff: BTreeSet<String>,
    /// What stands instead.
    pub few: String,
    /// Channels, outcomes, doubts, languages and forms of a comment, as `channel.kiosk`.
    pub words: BTreeMap<String, String>,
}

/// Something that was asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The survey's id.
    pub survey: String,
    /// Its own id.
    pub id: String,
    /// The column's heading.
    pub heading: String,
    /// Its options in words.
    pub options: BTreeMap<String, String>,
}

/// What a survey's ids mean.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SurveyWords {
    /// Its title.
    pub title: String,
    /// What it is about: `CSAT`.
    pub metric: String,
    /// The names of levels.
    pub levels: BTreeMap<u8, String>,
    /// Reasons by the level that they were offered for.
    pub reasons: BTreeMap<u8, BTreeMap<String, String>>,
}

/// What a file says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The name of the sheet with the responses.
    pub sheet: String,
    /// The name of the sheet with the summary.
    pub summary: String,
    /// The heading above all.
    pub title: String,
    /// Period, filters, formula, version: what each is, and what it is.
    pub facts: Vec<(String, String)>,
    /// Figures: what each is, the number, and what stands behind it.
    pub figures: Vec<Figure>,
    /// The distribution: headings of its columns, then level, count and share in percent.
    pub distribution: Distribution,
    /// The heading of the definitions.
    pub definitions_title: String,
    /// Columns of the responses, and what each means.
    pub definitions: Vec<(String, String)>,
}

/// A figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// The number; `None` of nothing.
    pub value: Option<f64>,
    /// How it is made.
    pub note: String,
}

/// How many responses of each level.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// The heading.
    pub title: String,
    /// Level, count, share.
    pub heads: [String; 3],
    /// A row a level, the best first.
    pub rows: Vec<(String, u64, f64)>,
}

impl About {
    /// All that is said about the file in one line: for a format that has no other place for it.
    pub fn line(&self) -> String {
        let said: Vec<String> = self.facts.iter().map(|(what, is)| format!("{what}: {is}")).collect();
        said.join(" | ").replace(['\r', '\n'], " ")
    }
}

/// What the manifest of JSON Lines says beside what the rows say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The app's version.
    pub app: String,
    /// The tablet that writes.
    pub device: String,
    /// When, RFC 3339.
    pub time: String,
    /// The period that it holds, `2026-11-01/2026-11-30`; `None` of the whole journal.
    pub period: Option<String>,
    /// Of a period, from which place to which it goes, in each epoch; `None` of the whole journal.
    pub spans: Option<Vec<(Place, Place)>>,
    /// The signed heads that the tablet has stored, as JSON.
    pub heads: String,
}
