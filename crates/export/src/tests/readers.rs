//! What other people's programs find in an export: LibreOffice, pandas, openpyxl and csvkit, as `scripts/setup.sh test`
//! installs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{columns, record};
use crate::cell::Cell;
use crate::csv::{self, BYTE_ORDER_MARK, Reader};
use crate::table::Table;
use crate::xlsx::tests::{about, workbook};

/// Texts that have harmed somebody's spreadsheet.
const COMMENTS: [&str; 11] = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+86 138 0013 8000",
    "-5",
    "@SUM(A1)",
    "'=x",
    "排队,\"很久\"\n两小时",
    " 前后有空格 ",
    "<b>&amp;</b>",
    "😀；;\t制表",
    "007",
];

/// What stands for it in a workbook openpyxl leaves as it stands there; LibreOffice and Excel read it by the standard
/// (ECMA-376 part 1, 22.9.2.19).
const CODED: &str = "_x0041_";

/// The comments that a program finds, and how many columns there are.
const PANDAS: &str = r#"
import sys, json, pandas
folder = sys.argv[1]
csv = pandas.read_csv(folder + "/export.csv", dtype=str, keep_default_na=False)
xlsx = pandas.read_excel(folder + "/export.xlsx", sheet_name="评价", dtype=str, keep_default_na=False)
times = pandas.read_csv(folder + "/export.csv", parse_dates=["time"])["time"]
guard = lambda text: text[1:] if text[:1] == "'" and text.lstrip("'")[:1] in tuple("=+-@\t\r\n＝＋－＠") else text
same = all((csv[name].map(guard).reset_index(drop=True) == xlsx[name].reset_index(drop=True)).all() for name in xlsx.columns)
print(json.dumps({
    "comments": csv["comment"].tolist(),
    "columns": len(csv.columns),
    "about": csv.columns[-1],
    "times": str(times.dtype).startswith("datetime64"),
    "same": bool(same),
}))
"#;

const OPENPYXL: &str = r#"
import sys, json, datetime, openpyxl
book = openpyxl.load_workbook(sys.argv[1] + "/export.xlsx")
summary, sheet = book.worksheets
heads = [cell.value for cell in sheet[1]]
comment = heads.index("comment")
print(json.dumps({
    "comments": [row[comment].value for row in sheet.iter_rows(min_row=2)],
    "kinds": sorted({row[comment].data_type for row in sheet.iter_rows(min_row=2)}),
    "times": all(isinstance(row[0].value, datetime.datetime) for row in sheet.iter_rows(min_row=2)),
    "frozen": sheet.freeze_panes,
    "filter": sheet.auto_filter.ref is not None,
    "charts": len(summary._charts),
    "title": summary["A1"].value,
}))
"#;

const CSVKIT: &str = r#"
import sys, json, subprocess, os
run = lambda tool, *rest: subprocess.run([os.path.join(os.path.dirname(sys.executable), tool), *rest, sys.argv[1] + "/export.csv"], capture_output=True, text=True, check=True).stdout
rows = json.loads(run("csvjson", "--no-inference", "--blanks"))
run("csvclean", "--length-mismatch")
print(json.dumps({"comments": [row["comment"] for row in rows]}))
"#;

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools")
}

/// A folder of the test's own with both files in it.
fn exported(name: &str, comments: &[&str]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("candor-readers-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("export.xlsx"), workbook(comments)).unwrap();
    let columns = columns();
    let table = Table::new(&columns);
    let mut file = BYTE_ORDER_MARK.to_owned();
    csv::push_headings(&mut file, table.headings().into_iter().chain([about().line().as_str()]));
    for comment in comments {
        csv::push_row(&mut file, table.cells(&record(comment)).iter().chain([&Cell::Empty]));
    }
    fs::write(folder.join("export.csv"), file).unwrap();
    folder
}

fn python(script: &str, name: &str) -> serde_json::Value {
    let folder = exported(name, &COMMENTS);
    let python = tools().join("readers/bin/python3");
    let output = Command::new(&python).args(["-c", script]).arg(&folder).output();
    let output =
        output.unwrap_or_else(|fault| panic!("{}: {fault}; scripts/setup.sh test installs it", python.display()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::remove_dir_all(folder).unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn unguarded(found: &serde_json::Value) -> Vec<String> {
    found.as_array().unwrap().iter().map(|text| csv::unguarded(text.as_str().unwrap()).to_owned()).collect()
}

#[test]
fn pandas_reads_both_files_alike() {
    let found = python(PANDAS, "pandas");
    assert_eq!(unguarded(&found["comments"]), COMMENTS);
    let columns = columns();
    let headings = Table::new(&columns).headings().len();
    assert_eq!(found["columns"], headings + 1);
    assert_eq!(found["about"], about().line());
    assert_eq!((&found["times"], &found["same"]), (&true.into(), &true.into()), "{found}");
}

#[test]
fn openpyxl_finds_texts_times_a_frozen_heading_and_a_chart() {
    let found = python(OPENPYXL, "openpyxl");
    assert_eq!(found["comments"], serde_json::json!(COMMENTS));
    assert_eq!(found["kinds"], serde_json::json!(["s"]), "no text became a formula or a number");
    assert_eq!((&found["times"], &found["frozen"]), (&true.into(), &"A2".into()));
    assert_eq!((&found["filter"], &found["charts"], &found["title"]), (&true.into(), &1.into(), &"坦言".into()));
}

#[test]
fn csvkit_has_nothing_to_clean() {
    assert_eq!(unguarded(&python(CSVKIT, "csvkit")["comments"]), COMMENTS);
}

/// What LibreOffice makes of a file: the sheet of that number as CSV, as it would show it.
fn opened(folder: &Path, file: &str, sheet: u32, reader: &[&str]) -> Vec<Vec<String>> {
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let filter = format!("csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,{sheet}");
    let out = folder.join("out");
    let mut office = Command::new("soffice");
    office.args([&profile, "--headless"]).args(reader).args(["--convert-to", &filter, "--outdir"]).arg(&out);
    let status = office.arg(folder.join(file)).output().map(|output| output.status);
    let status = status.unwrap_or_else(|fault| panic!("soffice: {fault}; scripts/setup.sh test installs it"));
    assert!(status.success());
    let made = fs::read_dir(&out).unwrap().flatten().map(|entry| entry.path()).next().expect("LibreOffice opened it");
    let text = fs::read_to_string(&made).unwrap();
    fs::remove_dir_all(out).unwrap();
    Reader::new(&text, ',').map(|line| line.fields).collect()
}

#[test]
fn libreoffice_shows_in_the_workbook_what_the_csv_has() {
    let folder = exported("libreoffice", &[&COMMENTS[..], &[CODED]].concat());
    let file = fs::read_to_string(folder.join("export.csv")).unwrap();
    let unguard = |fields: Vec<String>| fields.iter().map(|field| csv::unguarded(field).to_owned()).collect::<Vec<_>>();
    let mut expected: Vec<Vec<String>> = Reader::new(&file, ',').map(|line| unguard(line.fields)).collect();
    // The workbook says what it is about on a sheet of its own.
    expected.iter_mut().for_each(|fields| {
        fields.pop();
    });
    let shown = opened(&folder, "export.xlsx", 2, &[]);
    assert_eq!(shown, expected);
    let summary = opened(&folder, "export.xlsx", 1, &[]);
    assert!(summary.iter().any(|row| row[0] == "CSAT" && row[1] == "87.5"), "{summary:?}");
    // As a person opens it: comma, quotes, UTF-8.
    let from_csv = opened(&folder, "export.csv", 1, &["--infilter=CSV:44,34,76,1"]);
    let from_csv: Vec<Vec<String>> = from_csv.into_iter().map(unguard).collect();
    let comment = expected[0].iter().position(|heading| heading == "comment").unwrap();
    let of = |rows: &[Vec<String>]| rows.iter().skip(1).map(|row| row[comment].clone()).collect::<Vec<_>>();
    // It takes figures for numbers, as it does in every CSV, and shows them as such.
    let as_number = |text: &str| if text == "007" { "7".to_owned() } else { text.to_owned() };
    assert_eq!(of(&from_csv), of(&expected).iter().map(|text| as_number(text)).collect::<Vec<_>>());
    fs::remove_dir_all(folder).unwrap();
}
