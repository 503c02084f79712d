//! One tablet is set up from another: by a file, and by an address that a camera reads from a screen.

use std::fs;

use candor_core::provision::{Provision, from_fragment};
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::wait::until;
use serde_json::{Value, json};

use crate::accessibility::see_no_violation;

const WRONG: &str = r#"{ "candor": "settings", "format": 1,
    "settings": { "endpoint": "http://example.org/in", "point": "9", "token": "cdt_1" } }"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_is_set_up_from_another_once_its_manager_has_seen_the_host() {
    let collector = Collector::start().await;
    let host = collector.address().to_string();
    let first = open_kiosk(Engine::Chromium, &collector.page()).await;
    first.open_manager_and_choose_a_pin().await;
    first.tap("tab-settings").await;
    first.replace("point", "3 号窗口").await;
    first.replace("staff", "0417").await;
    first.choose("survey", "bank").await;
    first.save_settings().await;
    first.tap("export-settings").await;
    let file = first.downloaded("json").await;
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.starts_with("candor-settings-3-号窗口-"), "{name}");
    let address = code_for(&first, "4 号窗口").await;
    assert!(address.starts_with(&collector.page()), "{address}");

    let second = open_kiosk(Engine::Chromium, &collector.page()).await;
    second.open_manager_and_choose_a_pin().await;
    second.tap("tab-settings").await;
    let drive = tempfile::tempdir().unwrap();
    let wrong = drive.path().join("wrong.json");
    fs::write(&wrong, WRONG).unwrap();
    second.choose_file("import-settings", &wrong).await;
    let said = until("the wrong file to be refused", async || {
        let said = second.text("import").await;
        if said.contains("没有导入") { Ok(said) } else { Err(said) }
    })
    .await;
    assert!(said.contains("settings.endpoint") && said.contains("settings.token"), "{said}");
    second.choose_file("import-settings", &file).await;
    assert_eq!(second.text("import-host").await, host);
    let shown = second.text("provision-changes").await;
    assert!(shown.contains("3 号窗口") && shown.contains("0417"), "{shown}");
    second.tap("import-take").await;
    second.see_attribute("import-says", "data-ok", "true").await;
    second.lock_manager().await;
    see_place(&second, "3 号窗口").await;

    second.go_to(&address).await;
    second.browser.run("history.back();", vec![]).await;
    see_asked(&second, true).await;
    second.open_manager().await;
    assert_eq!(second.text("asked-host").await, host);
    let shown = second.text("asked").await;
    assert!(shown.contains("4 号窗口"), "{shown}");
    see_place(&second, "3 号窗口").await;
    see_no_violation(&second, "what the address asks for", &mut Vec::new()).await;
    second.tap("asked-take").await;
    second.see_attribute("asked-says", "data-ok", "true").await;
    see_asked(&second, false).await;
    second.lock_manager().await;
    second.browser.run("history.back();", vec![]).await;
    see_place(&second, "4 号窗口").await;
    see_asked(&second, false).await;

    until("both changes at the collector", async || {
        let events = collector.events().await.into_iter().map(|(event, _)| event);
        let changed: Vec<Value> = events
            .filter(|event| event.kind == "settings.changed")
            .map(|event| event.data["changed"].clone())
            .collect();
        let names = json!(["point", "survey", "staff"]);
        let is_file = |changed: &Value| names.as_array().unwrap().iter().all(|name| has(changed, name));
        let is_whole =
            changed.iter().filter(|changed| is_file(changed)).count() == 2 && changed.contains(&json!(["point"]));
        if is_whole { Ok(()) } else { Err(format!("{changed:?}")) }
    })
    .await;
}

fn has(list: &Value, name: &Value) -> bool {
    list.as_array().is_some_and(|list| list.contains(name))
}

/// The address in the code for a tablet at this service point.
async fn code_for(kiosk: &Kiosk, point: &str) -> String {
    kiosk.tap("show-code").await;
    kiosk.replace("code-point", point).await;
    until("a code for the other tablet", async || {
        let address = kiosk.text("code-address").await;
        let fragment = address.find('#').map(|at| &address[at..]).unwrap_or_default();
        let file = from_fragment(fragment).and_then(Result::ok).unwrap_or_default();
        let is_whole = Provision::read(&file).is_ok_and(|provision| !provision.has("staff")) && file.contains(point);
        if is_whole { Ok(address) } else { Err(file) }
    })
    .await
}

/// Until the customers' screen stands for this service point; it stands below the manager's.
async fn see_place(kiosk: &Kiosk, point: &str) {
    until(&format!("the place {point}"), async || {
        let place = kiosk.browser.run("return document.getElementById('place').textContent;", vec![]).await;
        if place == point { Ok(()) } else { Err(place.to_string()) }
    })
    .await;
}

/// Until the address asks for something, or does not.
async fn see_asked(kiosk: &Kiosk, is_asked: bool) {
    until("what the address asks for", async || {
        let fragment = kiosk.browser.run("return location.hash;", vec![]).await;
        let seen = fragment.as_str().is_some_and(|fragment| fragment.starts_with("#setup="));
        if seen == is_asked { Ok(()) } else { Err(fragment.to_string()) }
    })
    .await;
}
