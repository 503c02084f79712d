//! What axe finds on every screen, in every theme, large, in high contrast, and on half the screen, which is what a zoom
//! of 200 % leaves that whoever runs the tablet has set: nothing.

use std::time::Duration;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::wait::until;
use serde_json::{Value, json};

const THEMES: [&str; 8] = ["government", "bank", "hospital", "hotel", "restaurant", "retail", "education", "helpdesk"];
/// The success criteria of WCAG 2.2 at A and AA, as far as a program can judge them.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

fn axe() -> String {
    let file =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/receivers/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&file).unwrap_or_else(|fault| panic!("{}: {fault}; make setup-test", file.display()))
}

/// Has axe look at the page as it stands.
pub async fn see_no_violation(kiosk: &Kiosk, screen: &str, seen: &mut Vec<String>) {
    kiosk.browser.run(&axe(), vec![]).await;
    let violations = kiosk
        .browser
        .run_until_called_back(
            "const done = arguments[arguments.length - 1];
             // An animation halfway has colours that nobody will read.
             Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})))
               .catch(() => {})
               .then(() => axe.run(document, { runOnly: { type: 'tag', values: arguments[0] } }))
               .then(({ violations }) => done(violations.flatMap(({ id, nodes }) =>
                 nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}: ${failureSummary}`))),
                 (fault) => done([String(fault)]));",
            vec![json!(RULES)],
        )
        .await;
    assert_eq!(violations, json!([]), "on {screen}");
    seen.push(screen.to_owned());
}

/// The kiosk as somebody meets it who wants no motion: faces that bob never come to an end.
pub async fn open_without_motion(collector: &Collector) -> Kiosk {
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    prefer(&kiosk, "light").await;
    kiosk
}

/// No motion, and these colours: what a system tells the page that somebody prefers.
async fn prefer(kiosk: &Kiosk, scheme: &str) {
    let features = json!([
        { "name": "prefers-reduced-motion", "value": "reduce" },
        { "name": "prefers-color-scheme", "value": scheme },
    ]);
    kiosk.browser.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
}

/// Has the page in dark colours for as long as axe looks.
async fn see_no_violation_in_the_dark(kiosk: &Kiosk, screen: &str, seen: &mut Vec<String>) {
    prefer(kiosk, "dark").await;
    until("the dark colours", async || {
        let paper = kiosk.browser.run(PAPER, vec![]).await;
        if paper.as_str().is_some_and(|paper| paper.starts_with("#1")) { Ok(()) } else { Err(paper.to_string()) }
    })
    .await;
    see_no_violation(kiosk, &format!("{screen}, dark"), seen).await;
    prefer(kiosk, "light").await;
}

const PAPER: &str = "return getComputedStyle(document.documentElement).getPropertyValue('--paper').trim();";

/// Colours as the system has them: that comes into service between two customers.
async fn follow_the_system_s_colours(kiosk: &Kiosk) {
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    kiosk.choose("appearance", "auto").await;
    kiosk.save_settings().await;
    kiosk.lock_manager().await;
}

/// Gives the page another size.
pub async fn resize(kiosk: &Kiosk, width: u32, height: u32) {
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    kiosk.browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_screen_of_a_customer_in_any_theme() {
    let collector = Collector::start().await;
    let kiosk = open_without_motion(&collector).await;
    let mut seen = Vec::new();
    follow_the_system_s_colours(&kiosk).await;
    for theme in THEMES {
        kiosk.go_to(&format!("{}?survey={theme}", collector.page())).await;
        kiosk.see_ready().await;
        for (look, width, height) in [("plain", 1280, 800), ("upright", 800, 1280), ("zoom", 640, 400)] {
            resize(&kiosk, width, height).await;
            see_no_violation(&kiosk, &format!("{theme}, rating, {look}"), &mut seen).await;
        }
        resize(&kiosk, 1280, 800).await;
        see_no_violation_in_the_dark(&kiosk, &format!("{theme}, rating"), &mut seen).await;
        for look in ["elder-mode", "contrast"] {
            kiosk.tap(look).await;
            see_no_violation(&kiosk, &format!("{theme}, rating, {look}"), &mut seen).await;
        }
        kiosk.tap("elder-mode").await;
        kiosk.tap("contrast").await;
        kiosk.tap(if theme == "hotel" { "nps-1" } else { "rate-1" }).await;
        kiosk.see("follow-up").await;
        see_no_violation(&kiosk, &format!("{theme}, reasons"), &mut seen).await;
        see_no_violation_in_the_dark(&kiosk, &format!("{theme}, reasons"), &mut seen).await;
        kiosk.tap("elder-mode").await;
        see_no_violation(&kiosk, &format!("{theme}, reasons, large"), &mut seen).await;
        if ["hospital", "hotel", "education"].contains(&theme) {
            kiosk.tap("next").await;
            kiosk.see("back").await;
            see_no_violation(&kiosk, &format!("{theme}, items, large"), &mut seen).await;
        }
        kiosk.tap("change").await;
        see_no_violation(&kiosk, &format!("{theme}, changing"), &mut seen).await;
        kiosk.tap(if theme == "hotel" { "nps-1" } else { "rate-1" }).await;
        kiosk.skip().await;
        kiosk.see_thanks().await;
        see_no_violation(&kiosk, &format!("{theme}, thanks, large"), &mut seen).await;
        see_no_violation_in_the_dark(&kiosk, &format!("{theme}, thanks, large"), &mut seen).await;
        kiosk.leave_thanks().await;
    }
    kiosk.tap("language").await;
    see_no_violation(&kiosk, "languages", &mut seen).await;
    kiosk.tap("language-ar").await;
    kiosk.see_on_root("dir", "rtl").await;
    see_no_violation(&kiosk, "rating, from right to left", &mut seen).await;
    println!("axe: nothing found on {} screens: {}", seen.len(), seen.join("; "));
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_what_time_brings_and_behind_the_door() {
    let collector = Collector::start().await;
    let kiosk = open_without_motion(&collector).await;
    let mut seen = Vec::new();
    for level in [5, 2] {
        kiosk.rate_and_say(level, "很好").await;
    }
    follow_the_system_s_colours(&kiosk).await;
    kiosk.open_manager().await;
    kiosk.tap("tab-cases").await;
    kiosk.tap("case-row").await;
    kiosk.see("case-standing").await;
    see_no_violation(&kiosk, "a case", &mut seen).await;
    see_no_violation_in_the_dark(&kiosk, "a case", &mut seen).await;
    kiosk.tap("cases-back").await;
    for tab in
        ["tab-results", "tab-comments", "tab-cases", "tab-improvements", "tab-sync", "tab-health", "tab-settings"]
    {
        kiosk.tap(tab).await;
        see_no_violation(&kiosk, tab, &mut seen).await;
        see_no_violation_in_the_dark(&kiosk, tab, &mut seen).await;
    }
    kiosk.tap("surveys").await;
    kiosk.see("copy-hotel").await;
    see_no_violation(&kiosk, "surveys", &mut seen).await;
    kiosk.tap("copy-hotel").await;
    kiosk.tap("part-page-0").await;
    kiosk.tap("add-option-0").await;
    see_no_violation(&kiosk, "the editor, with a fault", &mut seen).await;
    see_no_violation_in_the_dark(&kiosk, "the editor, with a fault", &mut seen).await;
    kiosk.lock_manager().await;
    kiosk.knock().await;
    kiosk.see("pin").await;
    see_no_violation(&kiosk, "the door", &mut seen).await;

    kiosk.go_to(&collector.page()).await;
    kiosk.see_ready().await;
    kiosk.hold_the_clock().await;
    kiosk.rate(3).await;
    kiosk.let_pass(Duration::from_secs(46)).await;
    kiosk.see("idle-warning").await;
    see_no_violation(&kiosk, "the warning", &mut seen).await;
    kiosk.let_pass(Duration::from_secs(21)).await;
    kiosk.see_first_screen().await;
    kiosk.let_pass(Duration::from_secs(601)).await;
    kiosk.see("attract").await;
    see_no_violation(&kiosk, "the loop after a long quiet", &mut seen).await;
    println!("axe: nothing found on {} screens: {}", seen.len(), seen.join("; "));
}

/// By the keyboard alone: the focus is seen on whatever it comes to, and a rating is given and sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_uses_keys_alone_rates_and_is_thanked() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    tab_to(&kiosk, "rate-2").await;
    press(&kiosk, "Enter", 13).await;
    kiosk.see("follow-up").await;
    tab_to(&kiosk, "reason-wait").await;
    press(&kiosk, " ", 32).await;
    assert!(kiosk.is_pressed("reason-wait").await);
    tab_to(&kiosk, "submit").await;
    press(&kiosk, "Enter", 13).await;
    kiosk.see_thanks().await;
}

/// Presses a key and lets it go.
pub async fn press(kiosk: &Kiosk, key: &str, code: u32) {
    let text = match key {
        "Enter" => "\r",
        " " => " ",
        digit if digit.len() == 1 => digit,
        _ => "",
    };
    for kind in ["keyDown", "keyUp"] {
        let event = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text });
        kiosk.browser.devtools("Input.dispatchKeyEvent", event).await;
    }
}

/// Goes on with Tab until the element has the focus; whatever has it on the way shows that.
async fn tab_to(kiosk: &Kiosk, testid: &str) {
    for _ in 0..60 {
        press(kiosk, "Tab", 9).await;
        let focus = kiosk
            .browser
            .run(
                "const focus = document.activeElement;
                 const style = getComputedStyle(focus);
                 return [focus.dataset.testid || focus.tagName, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2];",
                vec![],
            )
            .await;
        if focus[0] == "BODY" {
            continue;
        }
        assert_eq!(focus[1], Value::Bool(true), "the focus is not seen on {}", focus[0]);
        if focus[0] == testid {
            return;
        }
    }
    panic!("Tab never comes to {testid}");
}
