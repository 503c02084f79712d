//! Who serves: the manager's list, the customer's choice before or after the rating, clerks who sign in with a code, and
//! what a shift puts on the screen.

use std::fs;
use std::path::Path;
use std::time::Duration;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::wait::until;
use serde_json::{Value, json};

use crate::accessibility::{open_without_motion, resize, see_no_violation};

const TEAM: &str = "工号,姓名,窗口,在岗\n0417,李娜,,是\n0418,王波,9 号窗口,是\n0419,赵敏,,否\n";

async fn see_text(kiosk: &Kiosk, testid: &str, expected: &str) {
    until(&format!("{testid} to say {expected}"), async || {
        let said = kiosk.text(testid).await;
        if said.contains(expected) { Ok(()) } else { Err(said) }
    })
    .await;
}

/// What `staff` is in every event of a kind, in their order.
async fn named_in(collector: &Collector, kind: &str) -> Vec<Value> {
    let events = collector.events().await;
    events.iter().filter(|(event, _)| event.kind == kind).map(|(event, _)| event.data["staff"].clone()).collect()
}

/// Behind the door, on the settings screen: a table of three people, one of whom serves elsewhere and one of whom has left.
async fn import_the_team(kiosk: &Kiosk) {
    let drive = tempfile::tempdir().unwrap();
    let table = drive.path().join("team.csv");
    fs::write(&table, TEAM).unwrap();
    kiosk.choose_file("import-team", &table).await;
    see_text(kiosk, "table-asks", "新增 3 人").await;
    kiosk.tap("table-take").await;
    kiosk.tap("save-team").await;
    see_text(kiosk, "team-says", "已保存").await;
}

/// A rating and nothing more, up to the question who serves the next one.
async fn rate_and_leave(kiosk: &Kiosk, level: u8) {
    kiosk.rate(level).await;
    kiosk.skip().await;
    kiosk.see_thanks().await;
    kiosk.tap("thanks").await;
    kiosk.see("person-0417").await;
}

async fn set_up(kiosk: &Kiosk, when: &str) {
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    import_the_team(kiosk).await;
    kiosk.choose("ask-staff", when).await;
    kiosk.save_settings().await;
    kiosk.tap("lock").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_keeps_the_list_and_takes_steps_back() {
    let collector = Collector::start().await;
    let kiosk = open_without_motion(&collector).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;

    let drive = tempfile::tempdir().unwrap();
    let wrong = drive.path().join("wrong.csv");
    fs::write(&wrong, "工号,姓名,在岗\n0417,,是\n0418,王波,也许\n").unwrap();
    kiosk.choose_file("import-team", &wrong).await;
    see_text(&kiosk, "team", "第 2 行：姓名").await;
    see_text(&kiosk, "team", "第 3 行：“在岗”").await;
    kiosk.tap("table-discard").await;
    import_the_team(&kiosk).await;

    kiosk.tap("edit-0417").await;
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/icon-192.png").canonicalize().unwrap();
    kiosk.choose_file("person-photo", &picture).await;
    kiosk.type_into("person-code", "1234").await;
    kiosk.tap("person-take").await;
    see_text(&kiosk, "person-says", "连号").await;
    see_no_violation(&kiosk, "the form of one person, with a fault", &mut Vec::new()).await;
    kiosk.replace("person-code", "4719").await;
    kiosk.replace("person-number", "0418").await;
    kiosk.tap("person-take").await;
    see_text(&kiosk, "person-says", "已有别人").await;
    kiosk.replace("person-number", "0417").await;
    kiosk.tap("person-take").await;
    see_text(&kiosk, "team-list", "有签到码").await;
    until("the photo", async || {
        const PHOTO: &str = "return document.querySelector('[data-testid=team-list] img')?.src.slice(0, 23) ?? null;";
        let photo = kiosk.browser.run(PHOTO, vec![]).await;
        if photo == json!("data:image/jpeg;base64,") { Ok(()) } else { Err(photo.to_string()) }
    })
    .await;

    kiosk.tap("remove-0418").await;
    kiosk.see_no("edit-0418").await;
    kiosk.tap("undo-team").await;
    kiosk.see("edit-0418").await;
    kiosk.tap("later-0417").await;
    let list = kiosk.text("team-list").await;
    assert!(list.find("王波") < list.find("李娜"), "{list}");
    kiosk.tap("save-team").await;
    see_text(&kiosk, "team-says", "已保存").await;

    kiosk.tap("export-settings").await;
    let file = fs::read_to_string(kiosk.downloaded("json").await).unwrap();
    let file: Value = serde_json::from_str(&file).unwrap();
    let numbers: Vec<&str> = file["staff"].as_array().unwrap().iter().filter_map(|of| of["number"].as_str()).collect();
    assert_eq!(numbers, ["0418", "0417", "0419"]);
    assert!(!file.to_string().contains("argon2"), "codes go into no file");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_rating_a_customer_says_who_served_and_the_rating_is_stored_before() {
    let collector = Collector::start().await;
    let kiosk = open_without_motion(&collector).await;
    set_up(&kiosk, "after").await;
    kiosk.see_first_screen().await;
    let mut seen = Vec::new();

    kiosk.rate(2).await;
    kiosk.see("person-0417").await;
    until("the rating to be stored before anybody is named", async || {
        let given = named_in(&collector, "rating.given").await;
        if given == [Value::Null] { Ok(()) } else { Err(format!("{given:?}")) }
    })
    .await;
    kiosk.see_no("person-0418").await;
    kiosk.see_no("person-0419").await;
    for (look, width, height) in [("across", 1280, 800), ("upright", 800, 1280), ("zoom", 640, 400)] {
        resize(&kiosk, width, height).await;
        see_no_violation(&kiosk, &format!("who served, {look}"), &mut seen).await;
    }
    resize(&kiosk, 1280, 800).await;
    for look in ["elder-mode", "contrast"] {
        kiosk.tap(look).await;
        kiosk.see("person-0417").await;
        see_no_violation(&kiosk, &format!("who served, {look}"), &mut seen).await;
        kiosk.tap(look).await;
    }
    kiosk.tap("language").await;
    kiosk.choose_language("ar").await;
    see_text(&kiosk, "staff-who", "من الذي خدمك؟").await;
    see_no_violation(&kiosk, "who served, from right to left", &mut seen).await;
    kiosk.tap("person-0417").await;
    kiosk.see("follow-up").await;
    kiosk.skip().await;
    kiosk.see_thanks().await;
    kiosk.leave_thanks().await;

    kiosk.rate(5).await;
    kiosk.tap("staff-unknown").await;
    kiosk.see("follow-up").await;
    // Whoever corrects the level is not asked again.
    kiosk.tap("change").await;
    kiosk.tap("rate-4").await;
    kiosk.skip().await;
    kiosk.see_thanks().await;
    kiosk.see_everything_sent().await;
    assert_eq!(named_in(&collector, "rating.detailed").await, [json!("0417"), Value::Null]);
    println!("axe: nothing found on {} screens: {}", seen.len(), seen.join("; "));
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_rating_the_next_customer_is_asked_anew() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    set_up(&kiosk, "before").await;

    kiosk.tap("person-0417").await;
    see_text(&kiosk, "served-by", "李娜").await;
    kiosk.tap("change-staff").await;
    kiosk.tap("person-0417").await;
    rate_and_leave(&kiosk, 4).await;
    kiosk.tap("staff-unknown").await;
    rate_and_leave(&kiosk, 5).await;

    kiosk.hold_the_clock().await;
    kiosk.tap("person-0417").await;
    see_text(&kiosk, "served-by", "李娜").await;
    kiosk.let_pass(Duration::from_secs(46)).await;
    kiosk.see("person-0417").await;
    kiosk.tap("staff-unknown").await;
    rate_and_leave(&kiosk, 3).await;
    kiosk.see_everything_sent().await;
    assert_eq!(named_in(&collector, "rating.given").await, [json!("0417"), Value::Null, Value::Null]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_signs_in_with_a_code_and_guesses_have_to_wait() {
    let collector = Collector::start().await;
    let kiosk = open_without_motion(&collector).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    import_the_team(&kiosk).await;
    kiosk.tap("edit-0418").await;
    kiosk.type_into("person-code", "4719").await;
    kiosk.tap("person-take").await;
    kiosk.tap("save-team").await;
    see_text(&kiosk, "team-says", "已保存").await;
    kiosk.tap("sign-in-setting").await;
    kiosk.tap("show-staff").await;
    kiosk.save_settings().await;
    kiosk.lock_manager().await;

    let mut seen = Vec::new();
    let try_code = async |digits: [&str; 4]| {
        for digit in digits {
            kiosk.tap(&["code-", digit].concat()).await;
        }
        kiosk.tap("code-send").await;
    };
    kiosk.tap("staff-sign-in").await;
    kiosk.see_no("person-0419").await;
    see_no_violation(&kiosk, "who signs in", &mut seen).await;
    kiosk.tap("person-0418").await;
    kiosk.see("staff-code").await;
    see_no_violation(&kiosk, "the pad for a code", &mut seen).await;
    for _ in 0..2 {
        try_code(["4", "7", "1", "8"]).await;
        see_text(&kiosk, "code-says", "签到码不对").await;
    }
    try_code(["4", "7", "1", "8"]).await;
    see_text(&kiosk, "code-says", "秒再试").await;
    until("the wait to pass", async || {
        let said = kiosk.text("code-says").await;
        if said.contains('秒') { Err(said) } else { Ok(()) }
    })
    .await;
    try_code(["4", "7", "1", "9"]).await;
    kiosk.see_first_screen().await;
    see_text(&kiosk, "served-by", "王波").await;
    see_text(&kiosk, "staff-sign-in", "王波").await;
    see_no_violation(&kiosk, "rating, with who serves", &mut seen).await;
    kiosk.rate_and_skip(4).await;

    // It outlives the page, and ends by a tap.
    kiosk.reload().await;
    kiosk.see_ready().await;
    see_text(&kiosk, "served-by", "王波").await;
    kiosk.tap("staff-sign-in").await;
    kiosk.tap("sign-out").await;
    kiosk.see_no("served-by").await;
    kiosk.rate_and_skip(4).await;
    kiosk.see_everything_sent().await;
    assert_eq!(named_in(&collector, "rating.given").await, [json!("0418"), Value::Null]);
    println!("axe: nothing found on {} screens: {}", seen.len(), seen.join("; "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_changes_the_screen_while_nobody_is_there() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    kiosk.tap("add-shift").await;
    kiosk.replace("shift-1-name", "全天").await;
    kiosk.replace("shift-1-hours", "白天").await;
    kiosk.tap("save-roster").await;
    see_text(&kiosk, "roster-says", "第 1 个班次：时间应写成").await;
    kiosk.replace("shift-1-hours", "0:00-24:00").await;
    kiosk.choose("shift-1-survey", "bank").await;
    kiosk.replace("shift-1-point", "夜间窗口").await;
    kiosk.replace("shift-1-staff", "0423").await;
    kiosk.replace("shift-1-attract", "晚间").await;
    kiosk.replace("cards", "[晚间] 太暗 | 换了新灯\n[早间] 太亮 | 加了窗帘").await;
    kiosk.tap("save-attract").await;
    see_text(&kiosk, "attract-says", "已保存").await;
    kiosk.hold_the_clock().await;
    kiosk.tap("save-roster").await;
    see_text(&kiosk, "roster-says", "已保存").await;
    kiosk.lock_manager().await;
    until("the keeper to say what holds", async || {
        let holds = kiosk.browser.run("return document.documentElement.dataset.holds ?? null;", vec![]).await;
        if holds.as_str().is_some_and(|holds| holds.contains("夜间窗口")) { Ok(()) } else { Err(holds.to_string()) }
    })
    .await;

    kiosk.let_pass(Duration::from_secs(601)).await;
    kiosk.let_pass(Duration::from_secs(601)).await;
    kiosk.see("attract").await;
    see_text(&kiosk, "manager-door", "夜间窗口").await;
    until("the set that the shift names", async || {
        let shown = kiosk.browser.run("return document.querySelector('.loop')?.textContent ?? null;", vec![]).await;
        if shown == json!("太暗换了新灯") { Ok(()) } else { Err(shown.to_string()) }
    })
    .await;
    kiosk.tap("start").await;
    kiosk.rate_and_skip(4).await;
    kiosk.see_everything_sent().await;
    let events = collector.events().await;
    let given = events.iter().map(|(event, _)| event).find(|event| event.kind == "rating.given").unwrap();
    let told = ["survey", "point", "staff"].map(|name| given.data[name].as_str().unwrap_or_default());
    assert_eq!(told, ["bank", "夜间窗口", "0423"]);
}
