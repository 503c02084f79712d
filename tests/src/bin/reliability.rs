//! Writes `docs/reliability.md` from the records of the trials' last runs, each with its size, and the figures that a
//! README quotes. Nothing of it is typed by hand. It ends with 1 when a fault of the table was not tried or a trial has
//! failed; the page is written all the same, and says so.
//!
//!     cargo run -p candor-tests --bin reliability -- RESULTS DOCUMENT [README…]
//!
//! The records are kept beside the document, a line each: a trial that was not run again keeps the one of its last run.
#![allow(clippy::expect_used, clippy::panic, reason = "a document that cannot be written ends the program")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitCode};

use candor_core::time::{UnixMillis, UtcOffset, local_day, rfc3339};
use candor_tests::browser::Engine;
use candor_tests::summary::{FAULTS, Summary, not_tried};
use candor_tests::trial::{Record, Size};

/// What the trial of tampering counts, which are no events.
const TAMPERINGS: &str = "tamperings";

/// Around the figures in a README.
const MARKS: [&str; 2] = ["<!-- figures of the fault suite -->", "<!-- end of the figures -->"];

const HEAD: &str = "\
# Reliability

What the fault suite found. The program `reliability` writes this page from the records of the trials' last runs; nothing
here is typed by hand. Each row says which size that run had: *full*, with the counts of `make faults`, or *small*, with
those of `make test-faults`, of which day and of which commit. Each trial prints its seed, and `CANDOR_SEED` gives the same chance again. What each number
means, and why the suite is as it is, stands in [ADR 20](adr/0020-the-fault-suite.md).

*Lost* is what had to be there in the end and was not; *doubled* is what was there more than once. Of tampering, *lost* is
what was not found. A trial that failed may have ended before all was counted: it lost *at least* what stands there. The control of fault 3
takes away the durability that the app asks for, and its second place: it has to lose, which shows that the test would notice.
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(results), Some(document)) = (arguments.next(), arguments.next()) else {
        panic!("usage: reliability RESULTS DOCUMENT");
    };
    let kept = Path::new(&document).with_extension("jsonl");
    let records = with_kept(read(Path::new(&results)), &kept);
    let parts = [circumstances, faults, table, browsers, figures].map(|part| part(&records));
    let page = format!("{HEAD}\n{}", parts.join("\n"));
    std::fs::write(&document, page).unwrap_or_else(|fault| panic!("{document}: {fault}"));
    let totals = Totals::of(&records);
    for readme in arguments {
        quote(&readme, &totals);
    }
    println!("{document}: {} trials, {} failed", totals.trials, totals.failed);
    let missing = not_tried(&records);
    if !missing.is_empty() {
        println!("{document}: of the faults {missing:?} there is no trial");
    }
    if totals.failed > 0 || !missing.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What the whole suite came to, without the control, which has to lose.
#[derive(Default)]
struct Totals {
    trials: usize,
    failed: usize,
    full: usize,
    answers: u64,
    events: u64,
    tamperings: u64,
    unfound: u64,
    lost: u64,
    doubled: u64,
    lost_by_control: u64,
    of_control: u64,
}

impl Totals {
    fn of(records: &[Record]) -> Self {
        let mut totals = Self::default();
        for record in records {
            totals.trials += 1;
            totals.failed += usize::from(!record.passed);
            totals.full += usize::from(record.size == Size::Full.name());
            if record.unit == TAMPERINGS {
                totals.tamperings += record.count;
                totals.unfound += record.lost;
                continue;
            }
            if record.is_control() {
                totals.lost_by_control += record.lost;
                totals.of_control += record.count;
                continue;
            }
            match record.unit.as_str() {
                unit if unit.contains("answer") || unit.contains("thanked") => totals.answers += record.count,
                _ => totals.events += record.count,
            }
            totals.lost += record.lost;
            totals.doubled += record.doubled;
        }
        totals
    }

    fn in_english(&self) -> String {
        let Self { trials, failed, full, answers, events, lost, doubled, lost_by_control, of_control, .. } = self;
        let small = trials - full;
        let tampering = match (self.tamperings, self.unfound) {
            (0, _) => String::new(),
            (all, 0) => format!(" Each of {} tamperings was found.", grouped(all)),
            (all, unfound) => format!(" Of {} tamperings {unfound} were not found.", grouped(all)),
        };
        let verdict = match failed {
            0 => "all passed".to_owned(),
            _ => format!("{failed} failed, perhaps before all was counted"),
        };
        format!(
            "{trials} trials, each in its last run, {full} of full size and {small} of small size: {verdict}. Of {} answers \
             that customers were thanked for and {} other events {lost} were lost and {doubled} doubled. The control, \
             which takes durability and second place away, lost {lost_by_control} of {of_control}.{tampering}",
            grouped(*answers),
            grouped(*events)
        )
    }

    fn in_chinese(&self) -> String {
        let Self { trials, failed, full, answers, events, lost, doubled, lost_by_control, of_control, .. } = self;
        let small = trials - full;
        let tampering = match (self.tamperings, self.unfound) {
            (0, _) => String::new(),
            (all, 0) => format!("篡改 {} 次，全部发现。", grouped(all)),
            (all, unfound) => format!("篡改 {} 次，其中 {unfound} 次未被发现。", grouped(all)),
        };
        let verdict = if *failed == 0 {
            "全部通过".to_owned()
        } else {
            format!("{failed} 项未通过，可能未及计数就已中止")
        };
        format!(
            "共 {trials} 项试验，各取最近一次运行（完整规模 {full} 项，小规模 {small} 项）：{verdict}。已致谢的评价 {} 条、其他事件 {} 个，\
             丢失 {lost}，重复 {doubled}。去掉持久写入和第二份保存的对照组，在 {of_control} 条中丢失 {lost_by_control} 条。{tampering}",
            grouped(*answers),
            grouped(*events)
        )
    }
}

/// Puts the figures between the two marks of a README.
fn quote(readme: &str, totals: &Totals) {
    let text = std::fs::read_to_string(readme).unwrap_or_else(|fault| panic!("{readme}: {fault}"));
    let (before, rest) = text.split_once(MARKS[0]).unwrap_or_else(|| panic!("{readme} has no {}", MARKS[0]));
    let (_, after) = rest.split_once(MARKS[1]).unwrap_or_else(|| panic!("{readme} has no {}", MARKS[1]));
    let figures = if readme.contains("zh-CN") { totals.in_chinese() } else { totals.in_english() };
    let text = [before, MARKS[0], &figures, MARKS[1], after].concat();
    std::fs::write(readme, text).unwrap_or_else(|fault| panic!("{readme}: {fault}"));
}

fn read(folder: &Path) -> Vec<Record> {
    let files = std::fs::read_dir(folder).unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()));
    let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
    paths.sort();
    let record = |path: &std::path::PathBuf| {
        let json = std::fs::read_to_string(path).expect("a record can be read");
        serde_json::from_str(&json).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
    };
    paths.iter().map(record).collect()
}

/// Puts what earlier runs have left beside what this one has, and keeps both.
fn with_kept(new: Vec<Record>, kept: &Path) -> Vec<Record> {
    let commit = commit();
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    let lines = std::fs::read_to_string(kept).unwrap_or_default();
    let old = lines.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|fault| panic!("{line}: {fault}")));
    // Records that come from another checkout say of which commit they are.
    let of_commit = |record: Record| match record.commit.is_empty() {
        true => Record { commit: commit.clone(), ..record },
        false => record,
    };
    for record in old.chain(new.into_iter().map(of_commit)) {
        // Stories that belong to no fault of the table come last.
        let group = if record.fault == 0 { u8::MAX } else { record.fault };
        // One that failed before it came to the last of its stores takes the place of the run that did.
        let is_beyond = |other: &Record| {
            let key = |record: &Record| (record.fault, record.name.clone(), record.engine().to_owned());
            key(other) == key(&record) && other.stores.starts_with(&record.stores)
        };
        records.retain(|_, other| record.passed || !is_beyond(other));
        records.insert(format!("{group:03} {}", full_name(&record)), record);
    }
    let lines: Vec<String> =
        records.values().map(|record| serde_json::to_string(record).expect("a record is JSON")).collect();
    std::fs::write(kept, lines.join("\n") + "\n").unwrap_or_else(|fault| panic!("{}: {fault}", kept.display()));
    records.into_values().collect()
}

fn circumstances(records: &[Record]) -> String {
    let list = |of: fn(&Record) -> String| -> String {
        let found: BTreeSet<String> = records.iter().map(of).filter(|found| !found.is_empty()).collect();
        found.into_iter().collect::<Vec<_>>().join(", ")
    };
    let minutes = records.iter().map(|record| record.seconds).sum::<u64>() / 60;
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let mut lines = String::new();
    let mut line = |name: &str, value: String| {
        writeln!(lines, "| {name} | {value} |").expect("a text takes a line");
    };
    line("Candor", format!("{}, commit {}", env!("CARGO_PKG_VERSION"), list(|record| record.commit.clone())));
    line("Browser", list(|record| record.browser.clone()));
    line("Day", list(day));
    line("Size", list(|record| record.size.clone()));
    line("Machine", format!("{cores} cores, {} {}", std::env::consts::OS, std::env::consts::ARCH));
    line("Minutes", minutes.to_string());
    format!("| | |\n| --- | --- |\n{lines}")
}

/// The commit that was tested, where the sources come with their history.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|files| !files.is_empty());
    let suffix = if changed { " and changes" } else { "" };
    git(&["rev-parse", "--short", "HEAD"]).map_or_else(String::new, |commit| [&commit, suffix].concat())
}

/// The UTC day on which the trial ended.
fn day(record: &Record) -> String {
    let millis = i64::try_from(record.ended * 1_000).unwrap_or_default();
    local_day(&rfc3339(UnixMillis(millis), UtcOffset(0))).to_owned()
}

/// Each fault of the table with the totals of its trials, also one that was not tried.
fn faults(records: &[Record]) -> String {
    let failed = records.iter().filter(|record| !record.passed).count();
    let missing: Vec<String> = not_tried(records).iter().map(u8::to_string).collect();
    let mut page = match (failed, missing.is_empty()) {
        (0, true) => format!("## All {} trials passed\n", records.len()),
        _ => format!("## {} of {} trials passed\n", records.len() - failed, records.len()),
    };
    if !missing.is_empty() {
        writeln!(page, "\n**Not tried: {}.** The suite is not whole without.", missing.join(", "))
            .expect("a text takes a line");
    }
    page.push_str(
        "\nThe thirteen faults, each with the sums of its trials; those of a control are left out.\n\n\
         | # | fault | trials passed | of full size | had to be there | lost | doubled |\n| --: | --- | --: | --: | --: | --: | --: |\n",
    );
    for (fault, name) in (1..).zip(FAULTS) {
        let Summary { trials, passed, full, counts, lost, doubled } = Summary::of(fault, records);
        let row = if trials == 0 {
            "**not tried** | | | |".to_owned()
        } else {
            let counts: Vec<String> =
                counts.iter().map(|(unit, count)| format!("{} {unit}", grouped(*count))).collect();
            let trials = if passed == trials { trials.to_string() } else { format!("**{passed} of {trials}**") };
            format!("{trials} | {full} | {} | {lost} | {doubled}", counts.join(", "))
        };
        writeln!(page, "| {fault} | {name} | {row} |").expect("a text takes a line");
    }
    page
}

/// Each trial.
fn table(records: &[Record]) -> String {
    let mut page = "## Trials\n\n| # | trial | size | day | commit | had to be there | lost | doubled | verdict |\n\
         | --: | --- | --- | --- | --- | --: | --: | --: | --- |\n"
        .to_owned();
    for record in records {
        let Record { size, commit, count, unit, lost, doubled, passed, .. } = record;
        let (number, name, day, count) = (number(record), full_name(record), day(record), grouped(*count));
        let (at_least, verdict) = if *passed { ("", "passed") } else { ("at least ", "**failed**") };
        writeln!(
            page,
            "| {number} | {name} | {size} | {day} | {commit} | {count} {unit} | {at_least}{lost} | {at_least}{doubled} | {verdict} |"
        )
        .expect("a text takes a line");
    }
    page
}

/// The fault's number in the table.
fn number(record: &Record) -> String {
    if record.fault == 0 { "–".to_owned() } else { record.fault.to_string() }
}

/// A text that stays in its cell.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// The story, and where it was told if that is not in Chromium.
fn full_name(record: &Record) -> String {
    let stores = record.stores.join(" and ");
    match record.engine() {
        "" | "Chromium" if stores.is_empty() => record.name.clone(),
        "" | "Chromium" => format!("{}, on {stores}", record.name),
        engine => format!("{}, in {engine}", record.name),
    }
}

/// Which story was told in which engine, why some were not, and what each engine has.
fn browsers(records: &[Record]) -> String {
    let engines = Engine::ALL.map(Engine::name);
    let mut reasons: Vec<&str> = Vec::new();
    let mut rows: Vec<(u8, &str)> = Vec::new();
    let in_a_browser = || records.iter().filter(|record| !record.browser.is_empty() && record.abilities.is_empty());
    for record in in_a_browser() {
        if !rows.contains(&(record.fault, &record.name)) {
            rows.push((record.fault, &record.name));
        }
    }
    let mut page = format!("## Browsers\n\n| # | story | {} |\n| --: | --- | --- | --- | --- |\n", engines.join(" | "));
    for (fault, name) in rows {
        let is_told = |record: &&Record| (record.fault, record.name.as_str()) == (fault, name);
        let told: Vec<&Record> = in_a_browser().filter(is_told).collect();
        let mut cell = |engine: &str| {
            let in_it: Vec<&&Record> = told.iter().filter(|record| record.engine() == engine).collect();
            let stores: Vec<&str> = in_it.iter().flat_map(|record| &record.stores).map(String::as_str).collect();
            if in_it.iter().any(|record| !record.passed) {
                return "**failed**".to_owned();
            }
            if !in_it.is_empty() {
                return if stores.is_empty() {
                    "passed".to_owned()
                } else {
                    format!("passed on {}", stores.join(", "))
                };
            }
            let why = told.iter().flat_map(|record| &record.not_in).find(|(not_in, _)| not_in == engine);
            let why = why.map_or("Not tried.", |(_, why)| why);
            let place = reasons.iter().position(|known| *known == why).unwrap_or_else(|| {
                reasons.push(why);
                reasons.len() - 1
            });
            format!("no ({})", place + 1)
        };
        let cells = engines.map(&mut cell).join(" | ");
        let number = if fault == 0 { "–".to_owned() } else { fault.to_string() };
        writeln!(page, "| {number} | {name} | {cells} |").expect("a text takes a line");
    }
    page.push('\n');
    for (place, why) in (1..).zip(&reasons) {
        writeln!(page, "{place}. {why}").expect("a text takes a line");
    }
    let asked: Vec<&Record> = records.iter().filter(|record| !record.abilities.is_empty()).collect();
    if let Some(first) = asked.first() {
        let versions: Vec<&str> = asked.iter().map(|record| record.browser.as_str()).collect();
        writeln!(page, "\nWhat the running engines have of what the app uses, as they answered:\n").expect("a text");
        writeln!(page, "| | {} | without it |\n| ---{} | --- |", versions.join(" | "), " | ---".repeat(asked.len()))
            .expect("a text takes a line");
        for (place, ability) in first.abilities.iter().enumerate() {
            let answers = asked.iter().map(|record| record.abilities.get(place).map_or("", |of| of.answer.as_str()));
            let answers = answers.collect::<Vec<_>>().join(" | ");
            writeln!(page, "| {} | {answers} | {} |", ability.name, ability.without).expect("a text takes a line");
        }
    }
    page
}

fn figures(records: &[Record]) -> String {
    let mut page = String::from("## Figures\n\n| # | fault | what | figure |\n| --: | --- | --- | --: |\n");
    for record in records {
        let (fault, Record { seed, seconds, .. }) = (number(record), record);
        let name = &full_name(record);
        for (what, figure) in &record.figures {
            writeln!(page, "| {fault} | {name} | {what} | {} |", cell(figure)).expect("a text takes a line");
        }
        writeln!(page, "| {fault} | {name} | seed; seconds | {seed}; {seconds} |").expect("a text takes a line");
    }
    page
}

/// With a comma after each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let comma = |(place, digit): (usize, char)| {
        let is_first_of_three = place > 0 && (digits.len() - place).is_multiple_of(3);
        [is_first_of_three.then_some(','), Some(digit)]
    };
    digits.chars().enumerate().flat_map(comma).flatten().collect()
}
