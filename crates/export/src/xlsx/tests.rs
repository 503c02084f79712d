use super::*;
use crate::cell::Cell;
use crate::job::{Distribution, Figure};
use crate::table::Table;
use crate::tests::{columns, record};
use crate::zip::tests::archive;

/// What a file says about itself.
pub fn about() -> About {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    About {
        sheet: "评价".into(),
        summary: "汇总 & \"说明\"".into(),
        title: "坦言".into(),
        facts: vec![pair("期间", "2026-11"), pair("公式", "(4 + 5) / 全部 × 100")],
        figures: vec![
            Figure { name: "CSAT".into(), value: Some(87.5), note: "95 %".into() },
            Figure { name: "NPS".into(), value: None, note: String::new() },
        ],
        distribution: Distribution {
            title: "分布".into(),
            heads: ["等级".into(), "人数".into(), "占比".into()],
            rows: vec![("非常满意".into(), 7, 87.5), ("不满意".into(), 1, 12.5)],
        },
        definitions_title: "各列".into(),
        definitions: vec![pair("time", "<何时>")],
    }
}

/// A whole workbook of these comments.
pub fn workbook(comments: &[&str]) -> Vec<u8> {
    let columns = columns();
    let (table, about) = (Table::new(&columns), about());
    let (mut sheet, mut xml) = Sheet::begin(&table.headings(), comments.len() as u64);
    for comment in comments {
        sheet.push_row(&mut xml, &table.cells(&record(comment)));
    }
    xml.push_str(&sheet.end());
    let mut entries = vec![(RESPONSES, xml)];
    entries.extend(parts(&about, sheet));
    archive(entries.iter().map(|(name, content)| (*name, content.as_str())))
}

#[test]
fn every_part_is_there_and_every_relation_leads_to_one() {
    let (mut names, mut targets) = (Vec::new(), Vec::new());
    let (sheet, _) = Sheet::begin(&["a"], 0);
    for (name, content) in parts(&about(), sheet) {
        let folder = name.split_once("_rels/").map(|(folder, _)| folder);
        for target in content.split("Target=\"").skip(1).filter_map(|rest| rest.split_once('"')) {
            let folder = folder.unwrap();
            targets.push(match target.0.strip_prefix("../") {
                Some(beside) => format!("xl/{beside}"),
                None => format!("{folder}{}", target.0),
            });
        }
        names.push(name.to_owned());
    }
    names.push(RESPONSES.to_owned());
    assert_eq!(targets.len(), 7);
    assert!(targets.iter().all(|target| names.contains(target)), "{targets:?} in {names:?}");
}

#[test]
fn nothing_to_show_has_no_chart() {
    let (sheet, _) = Sheet::begin(&["a"], 0);
    let nothing = About { distribution: Distribution::default(), ..about() };
    let names: Vec<&str> = parts(&nothing, sheet).into_iter().map(|(name, _)| name).collect();
    assert!(!names.iter().any(|name| name.contains("chart") || name.contains("drawing")), "{names:?}");
}

#[test]
fn a_text_is_a_text_whatever_it_begins_with() {
    let (mut sheet, _) = Sheet::begin(&["a", "b"], 1);
    let mut xml = String::new();
    sheet.push_row(&mut xml, &[Cell::text("=1+1"), Cell::name("=2+2")]);
    assert!(
        xml.contains("<c r=\"A2\" t=\"inlineStr\"><is><t>=1+1</t></is></c><c r=\"B2\" t=\"s\"><v>0</v></c>"),
        "{xml}"
    );
    assert!(!xml.contains("<f>"));
}

#[test]
fn a_workbook_is_an_archive_of_all_its_parts() {
    let file = workbook(&["=1+1", "<好> & \u{7}"]);
    let read = ::zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
    assert_eq!(read.len(), 12);
}
