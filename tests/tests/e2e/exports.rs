//! What is shown goes out as a file, and former ratings come in from one: once, however often the file is taken.

use std::fs;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::export::read_csv;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::Proxy;

const FORMER: &str =
    "时间,评分,意见\n2024-05-03 10:00,5,很好\n2024-05-03 10:00,5,很好\n2024-05-04,不满意,\n03/04/2024,5,\n";

async fn bring_in(kiosk: &Kiosk, file: &std::path::Path) -> String {
    kiosk.tap("tab-settings").await;
    kiosk.choose_file("former-file", file).await;
    kiosk.see_attribute("former-ready", "data-n", "3").await;
    kiosk.see_attribute("former-fault", "data-line", "5").await;
    kiosk.tap("former-import").await;
    kiosk.see_attribute("former-says", "data-ok", "true").await;
    kiosk.see("former-says").await.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn former_ratings_come_in_once_and_everything_goes_out_again() {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(Engine::Chromium, &proxy.page()).await;
    kiosk.rate_and_skip(4).await;
    kiosk.open_manager_and_choose_a_pin().await;
    let file = std::env::temp_dir().join(format!("candor-former-{}.csv", std::process::id()));
    fs::write(&file, FORMER).unwrap();

    println!("{}", bring_in(&kiosk, &file).await);
    let before = kiosk.see_counts("what was brought in", |counts| counts.recorded >= 7).await;
    println!("{}", bring_in(&kiosk, &file).await);
    assert_eq!(kiosk.read_counts().await.recorded, before.recorded, "the same file again adds nothing");
    fs::remove_file(file).unwrap();

    kiosk.tap("tab-results").await;
    let rows = read_csv(&kiosk.export_csv().await);
    let mut levels: Vec<u8> = rows.iter().map(|row| row.rating).collect();
    levels.sort_unstable();
    assert_eq!(levels, [2, 4, 5, 5]);
    assert_eq!(rows.iter().filter(|row| row.comment == "很好").count(), 2);
    kiosk.export("xlsx").await;
    let workbook = fs::read(kiosk.downloaded("xlsx").await).unwrap();
    assert!(workbook.starts_with(b"PK\x03\x04") && workbook.windows(4).any(|bytes| bytes == b"PK\x05\x06"));
    kiosk.see_counts("everything delivered", |counts| counts.queued == 0).await;
    let given = collector.events().await.into_iter().filter(|(event, _)| event.kind == "rating.given").count();
    assert_eq!(given, 4, "the receiver has them as well, once");
}

/// A file that somebody has chosen: one of the browser's own stands for it, since no test can answer its question.
const CHOOSE: &str = "const folder = await navigator.storage.getDirectory(); \
    window.showSaveFilePicker = async ({ suggestedName }) => { window.chosen = suggestedName; return folder.getFileHandle('chosen', { create: true }); };";

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_place_gets_the_file_and_whoever_wants_none_gets_none() {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(Engine::Chromium, &proxy.page()).await;
    kiosk.rate_and_skip(5).await;
    kiosk.open_manager_and_choose_a_pin().await;
    let before = kiosk.read_counts().await.recorded;
    let refuse = "window.showSaveFilePicker = async () => { throw new DOMException('', 'AbortError'); };";
    kiosk.browser.run(refuse, vec![]).await;
    kiosk.tap("export-open").await;
    kiosk.tap("export-csv").await;
    kiosk.tap("export-save").await;
    kiosk.see_no("export-progress").await;
    assert_eq!(kiosk.read_counts().await.recorded, before, "no file, and no trace of one");

    kiosk.browser.run(&format!("return (async () => {{ {CHOOSE} }})()"), vec![]).await;
    kiosk.tap("export-save").await;
    kiosk.see_attribute("export-result", "data-ok", "true").await;
    let script = "return (async () => { const folder = await navigator.storage.getDirectory(); \
        const file = await (await folder.getFileHandle('chosen')).getFile(); return [window.chosen, await file.text()]; })()";
    let seen = kiosk.browser.run(script, vec![]).await;
    assert!(seen[0].as_str().is_some_and(|name| name.ends_with(".csv")), "{seen}");
    assert_eq!(seen[1].as_str().map(|file| file.lines().count()), Some(2), "{seen}");
    kiosk.see_counts("that it was exported", |counts| counts.recorded == before + 1).await;
}
