use candor_core::event::{Draft, Scale};
use candor_core::facts::Facts;
use candor_core::journal::{JournalStore, MemoryJournal};
use candor_core::time::Uptime;
use proptest::prelude::*;

use super::*;
use crate::csv::LineFault;

const NOW: UnixMillis = UnixMillis(1_795_398_067_120);

fn moment() -> Moment {
    Moment { now: NOW, offset: UtcOffset(480), uptime: Uptime(61_500), random: [9; 26] }
}

fn bank() -> Survey {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../public/templates/bank.json");
    Survey::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn rules(headings: &str) -> Rules {
    let headings: Vec<String> = headings.split(',').map(str::to_owned).collect();
    let survey = bank();
    Rules {
        mapping: Mapping::guess(&headings),
        surveys: vec![survey.clone()],
        survey,
        now: NOW,
        offset_at: |_| UtcOffset(480),
        point: "大厅".to_owned(),
    }
}

fn imported(file: &str) -> (Vec<Ready>, Vec<Fault>) {
    let rules = rules(file.lines().next().unwrap());
    let mut importer = Importer::new(file, ',', &rules);
    let mut ready = Vec::new();
    while let Some(some) = importer.next_lines(2) {
        ready.extend(some);
    }
    assert_eq!((importer.rest(), importer.refused), (0, importer.faults.len() as u64));
    (ready, importer.faults)
}

async fn stored(files: &[&str]) -> (usize, Facts) {
    let journal = MemoryJournal::default();
    journal.begin_run("tablet", None).await.unwrap();
    for file in files {
        for event in imported(file).0.iter().flat_map(|ready| ready.events(&moment(), true)) {
            journal.append_written(event).unwrap();
        }
    }
    let entries = journal.read(Default::default(), 1_000).await.unwrap();
    let mut facts = Facts::default();
    facts.fold(&entries);
    (entries.len(), facts)
}

const FILE: &str = "时间,评分,窗口,意见,原因\n\
    2024-05-03 10:00,5,3 号,很好,\n\
    2024-05-03 10:00,5,3 号,很好,\n\
    2024/5/4,不满意,,打 13812345678,排队; 别的\n";

#[test]
fn the_same_file_makes_the_same_events_and_two_alike_lines_are_two_ratings() {
    pollster::block_on(async {
        let (once, facts) = stored(&[FILE]).await;
        assert_eq!((once, facts.len()), (6, 3));
        assert_eq!(stored(&[FILE, FILE]).await.0, once, "the same file again");
        let longer = format!("{FILE}2024-05-05,3,,,\n");
        assert_eq!(stored(&[FILE, &longer]).await.0, once + 1, "a file that goes on");
    });
}

#[test]
fn a_former_rating_stands_on_its_own_day_and_nobody_doubts_it() {
    pollster::block_on(async {
        let lines: String = (0..40).map(|_| "2024-05-03 10:00,1,\n").collect();
        let (_, facts) = stored(&[&format!("time,rating,comment\n{lines}2024-05-04,5,ok\n")]).await;
        let rows: Vec<_> = facts.select(&Default::default()).rows().filter_map(|row| facts.fact(row)).collect();
        assert_eq!(rows.len(), 41);
        assert!(rows.iter().all(|row| row.doubts.is_empty() && row.channel == "import" && row.seconds.is_none()));
        let days: Vec<String> = rows.iter().map(|row| row.day.map(String::from).unwrap()).collect();
        assert_eq!((days[0].as_str(), days[40].as_str()), ("2024-05-03", "2024-05-04"));
        assert_eq!((rows[0].minute, rows[40].minute), (Some(600), None), "a day alone is at no hour");
        assert_eq!((rows[0].point, rows[0].level), ("大厅", 1));
    });
}

#[test]
fn a_rating_of_this_tablet_s_own_export_is_no_second_one() {
    pollster::block_on(async {
        let journal = MemoryJournal::default();
        journal.begin_run("tablet", None).await.unwrap();
        let draft = Draft::new(
            &moment(),
            Body::RatingGiven { value: Rating::new(4).unwrap(), scale: Scale::Faces5, context: Context::default() },
        );
        journal.append(&draft).await.unwrap();
        let (ready, _) = imported(&format!("time,rating,response\n2024-05-03,4,{}\n", draft.id));
        for event in ready[0].events(&moment(), false) {
            journal.append_written(event).unwrap();
        }
        assert_eq!(journal.counts().await.unwrap().recorded, 1);
    });
}

#[test]
fn words_are_masked_and_the_guard_is_taken_off() {
    let words = |text: &str| {
        let (ready, faults) = imported(&format!("time,rating,comment\n2024-05-03,4,{text}\n"));
        assert_eq!(faults, []);
        let events = ready[0].events(&moment(), true);
        events[1].text.as_ref().and_then(PersonalText::comment).map(str::to_owned).unwrap()
    };
    assert!(!words("打 13812345678").contains("13812345678"));
    assert_eq!(words("'=1+1"), "=1+1");
}

#[test]
fn says_of_each_line_what_is_wrong_with_it() {
    let check = |line: &str, expected: Wrong| {
        let (ready, faults) = imported(&format!("time,rating,survey,response,staff\n2024-05-03,5,,a,\n{line}\n"));
        assert_eq!((ready.len(), faults), (1, vec![Fault { line: 3, wrong: expected }]), "{line}");
    };
    let text = |text: &str| text.to_owned();
    check("2024-05-03,5,,b,,x", Wrong::Fields { has: 6, wants: 5 });
    check(",5,,b,", Wrong::Missing(Part::Time));
    check("2024-05-03,,,b,", Wrong::Missing(Part::Rating));
    check("03/04/2024,5,,b,", Wrong::Time(text("03/04/2024")));
    check("2024-02-30,5,,b,", Wrong::Time(text("2024-02-30")));
    check("2027-01-01,5,,b,", Wrong::Future(text("2027-01-01")));
    check("2024-05-03,6,,b,", Wrong::Level { text: text("6"), scale: Scale::Faces5 });
    check("2024-05-03,4.5,,b,", Wrong::Level { text: text("4.5"), scale: Scale::Faces5 });
    check("2024-05-03,5,zoo,b,", Wrong::Survey(text("zoo")));
    check("2024-05-03,5,,a,", Wrong::Doubled { line: 2 });
    check(&format!("2024-05-03,5,,b,{}", "7".repeat(201)), Wrong::Long { part: Part::Staff, most: 200 });
    check("2024-05-03,\"5,,b,", Wrong::Quotes(LineFault::Open));
    check("2024-05-03,\"5\"x,,b,", Wrong::Quotes(LineFault::Behind));
}

#[test]
fn reads_a_time_in_every_form_that_means_one_thing() {
    let check = |text: &str, expected: &str| {
        let given = Given::read(text, |_| UtcOffset(480)).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(given.to_text(), expected, "{text}");
    };
    check("2024-05-03T10:00:00Z", "2024-05-03T10:00:00Z");
    for local in
        ["2024-05-03 10:00", "2024/5/3 10:00:00", "2024.05.03 10:00:00.000", "2024年5月3日 10：00", "2024-05-03T10:00"]
    {
        check(local, "2024-05-03T10:00:00.000+08:00");
    }
    check(" 2024-5-3 ", "2024-05-03");
    for wrong in
        ["", "24-05-03", "2024-13-01", "2024-05", "2024-05-03 24:00", "2024-05-03 10", "45000", "2024-05-03 10:00 PM"]
    {
        assert_eq!(Given::read(wrong, |_| UtcOffset(480)), None, "{wrong}");
    }
}

#[test]
fn an_offset_is_that_of_the_day() {
    // Summer time from the last Sunday of March, as in Berlin in 2024.
    let berlin =
        |at: UnixMillis| UtcOffset(if (1_711_846_800_000..1_729_990_800_000).contains(&at.0) { 120 } else { 60 });
    let text = |text| Given::read(text, berlin).unwrap().to_text();
    assert_eq!(text("2024-03-31 01:59"), "2024-03-31T01:59:00.000+01:00");
    assert_eq!(text("2024-03-31 03:01"), "2024-03-31T03:01:00.000+02:00");
}

#[test]
fn finds_out_which_column_is_what() {
    let headings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mapping = Mapping::guess(&headings(&["ID", "Created At", "Score", "rating", "Comment", "mood"]));
    let expected = [Some(Part::Id), Some(Part::Time), Some(Part::Rating), None, Some(Part::Comment), None];
    assert_eq!((mapping.0.as_slice(), mapping.lacks()), (expected.as_slice(), None));
    let mut mapping = Mapping::guess(&headings(&["when", "stars"]));
    assert_eq!(mapping.lacks(), Some(Part::Time));
    mapping.choose(1, Some(Part::Time));
    assert_eq!((mapping.0.as_slice(), mapping.lacks()), ([None, Some(Part::Time)].as_slice(), Some(Part::Rating)));
    mapping.choose(0, Some(Part::Time));
    assert_eq!(mapping.0, [Some(Part::Time), None]);
    let outline = Outline::of("\u{FEFF}a;b\n1;2\n3;4\n", 1).unwrap();
    assert_eq!((outline.delimiter, outline.headings, outline.first.len()), (';', headings(&["a", "b"]), 1));
    assert_eq!(Outline::of("\n\n", 1), None);
}

proptest! {
    #[test]
    fn no_file_is_too_odd_to_be_read(file in "(?s).{0,200}") {
        let _ = imported(&format!("time,rating,comment\n{file}"));
    }
}
