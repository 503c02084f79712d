//! A manager follows a bad rating up: from the list of cases to the last step, with an appeal that deletes nothing; and
//! what was done is at the receiver.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::wait::until;
use serde_json::{Value, json};

const NOTE: &str = "已致电顾客，说明中午会加开窗口";

async fn record(kiosk: &Kiosk, result: &str, note: &str) {
    kiosk.tap(&format!("result-{result}")).await;
    if !note.is_empty() {
        kiosk.replace("case-note", note).await;
    }
    kiosk.tap("case-record").await;
}

async fn see_standing(kiosk: &Kiosk, standing: &str) {
    kiosk.see_attribute("case-standing", "data-standing", standing).await;
}

/// What stands in the history of the case on the screen, the newest first.
async fn read_history(kiosk: &Kiosk, count: usize) -> Vec<String> {
    until(&format!("{count} lines of history"), async || {
        let script =
            "return [...document.querySelectorAll('[data-testid=case-recorded]')].map((line) => line.innerText)";
        let seen = kiosk.browser.run(script, vec![]).await;
        let lines: Vec<String> = serde_json::from_value(seen).map_err(|fault| fault.to_string())?;
        if lines.len() == count { Ok(lines) } else { Err(format!("{lines:?}")) }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_rating_is_followed_up_to_its_end() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.rate(1).await;
    kiosk.choose_reason("wait").await;
    kiosk.write_comment("三个窗口只开一个").await;
    kiosk.submit().await;
    kiosk.see_thanks().await;
    kiosk.leave_thanks().await;
    kiosk.rate_and_skip(5).await;

    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-cases").await;
    kiosk.see_attribute("cases", "data-n", "1").await;
    kiosk.see_attribute("cases-open", "data-n", "1").await;
    kiosk.tap("case-row").await;
    assert!(kiosk.text("case-rating").await.contains("三个窗口只开一个"));
    see_standing(&kiosk, "verify").await;

    // Nothing is recorded before something is chosen.
    kiosk.tap("case-record").await;
    until("a word about what is missing", async || {
        let said = kiosk.text("case-next").await;
        if said.contains("请选择办理结果") { Ok(()) } else { Err(said) }
    })
    .await;
    kiosk.replace("case-by", "王敏").await;
    for (result, note, standing) in [
        ("confirmed", "", "call-back"),
        ("no-answer", "", "call-back"),
        ("dissatisfied", NOTE, "fix"),
        ("fixed", "", "tell"),
        ("told", "", "recheck"),
        ("failed", "", "fix"),
        ("fixed", "", "tell"),
        ("told", "", "recheck"),
        ("passed", "", "closed"),
    ] {
        record(&kiosk, result, note).await;
        if result == "no-answer" {
            read_history(&kiosk, 2).await;
        }
        see_standing(&kiosk, standing).await;
    }
    kiosk.replace("case-owner", "李强").await;
    kiosk.tap("case-assign").await;
    let history = read_history(&kiosk, 10).await;
    assert!(history[0].contains("李强") && history[7].contains(NOTE) && history[7].contains("王敏"), "{history:?}");

    kiosk.tap("cases-back").await;
    kiosk.see_attribute("cases-closed", "data-n", "1").await;
    kiosk.see_attribute("rate-fixed", "data-of", "1/1").await;
    kiosk.see_attribute("rate-content", "data-of", "0/1").await;

    kiosk.see_everything_sent().await;
    let events = collector.events().await;
    let changes: Vec<&Value> =
        events.iter().filter(|(event, _)| event.kind == "case.changed").map(|(event, _)| &event.data).collect();
    assert_eq!(changes.len(), 10);
    let given = events.iter().find(|(event, _)| event.kind == "rating.given").unwrap();
    assert!(changes.iter().all(|data| data["response"] == json!(given.0.id) && data["by"] == "王敏"));
    let notes: Vec<&str> = events
        .iter()
        .filter(|(event, _)| event.kind == "case.changed")
        .filter_map(|(_, text)| text.as_ref().and_then(|text| text.comment()))
        .collect();
    assert_eq!(notes, [NOTE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_rating_is_a_case_by_hand_and_an_upheld_appeal_deletes_nothing() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.rate_and_say(4, "其实不太方便").await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("to-case").await;
    kiosk.see("no-case").await;
    kiosk.tap("open-case").await;
    see_standing(&kiosk, "verify").await;

    kiosk.tap("ground-mistaken").await;
    kiosk.tap("appeal-make").await;
    kiosk.see_attribute("case-appeal", "data-appeal", "none").await;
    kiosk.replace("appeal-note", "顾客点错了窗口").await;
    kiosk.tap("appeal-make").await;
    kiosk.see_attribute("case-appeal", "data-appeal", "pending").await;
    kiosk.replace("appeal-note", "已向顾客核对").await;
    kiosk.tap("appeal-uphold").await;
    kiosk.see_attribute("case-appeal", "data-appeal", "upheld").await;
    see_standing(&kiosk, "withdrawn").await;

    kiosk.tap("tab-results").await;
    kiosk.see_attribute("headline", "data-n", "1").await;
    kiosk.see_attribute("doubtful", "data-n", "1").await;
    kiosk.tap("clear-doubt").await;
    kiosk.see_no("doubtful").await;
    kiosk.tap("tab-cases").await;
    kiosk.see_attribute("case-appeal", "data-appeal", "taken-back").await;
    see_standing(&kiosk, "verify").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_rules_hold_from_then_on_and_old_cases_stay() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.rate_and_skip(2).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    kiosk.choose("case-level-faces-5", "1").await;
    kiosk.replace("limit-fix", "0").await;
    kiosk.tap("save-case-rules").await;
    until("the limit to be refused", async || {
        let said = kiosk.text("case-rules-says").await;
        if said.contains("整改") && said.contains("250") { Ok(()) } else { Err(said) }
    })
    .await;
    kiosk.replace("limit-fix", "5").await;
    kiosk.replace("route-wait", "大厅管理科").await;
    kiosk.tap("save-case-rules").await;
    kiosk.see_attribute("case-rules-says", "data-ok", "true").await;
    kiosk.lock_manager().await;
    kiosk.rate_and_skip(2).await;
    kiosk.rate(1).await;
    kiosk.choose_reason("wait").await;
    kiosk.submit().await;
    kiosk.see_thanks().await;
    kiosk.leave_thanks().await;

    kiosk.open_manager().await;
    kiosk.tap("tab-cases").await;
    kiosk.see_attribute("cases", "data-n", "2").await;
    let listed = kiosk.text("cases").await;
    assert!(listed.contains("大厅管理科"), "{listed}");
    kiosk.see_everything_sent().await;
    let events = collector.events().await;
    let rules = events.iter().find(|(event, _)| event.kind == "settings.changed" && event.data["cases"].is_object());
    let said = &rules.unwrap().0.data["cases"];
    assert_eq!((&said["before"]["levels"]["faces-5"], &said["after"]["levels"]["faces-5"]), (&json!(2), &json!(1)));
}
