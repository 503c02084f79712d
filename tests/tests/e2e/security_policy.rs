//! The content security policy is in force: what an attacker could put into the page does not run.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::Proxy;
use candor_tests::wait::until;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn security_policy_in_chromium() {
    check(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn security_policy_in_firefox() {
    check(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn security_policy_in_webkit() {
    check(Engine::WebKit).await;
}

async fn check(engine: Engine) {
    let collector = Collector::start().await;
    let proxy = Proxy::start(collector.address()).await;
    let kiosk = open_kiosk(engine, &proxy.page()).await;
    refuse_inline_script(&kiosk).await;
    refuse_text_as_code(&kiosk).await;
    refuse_inline_style(&kiosk).await;
    refuse_foreign_script(&kiosk).await;
    // That the main story leads to no report says something only if refusals are reported.
    until("the refusals to be reported", async || {
        let reports = proxy.reports();
        if reports.len() >= 4 { Ok(()) } else { Err(format!("{reports:?}")) }
    })
    .await;
}

async fn refuse_inline_script(kiosk: &Kiosk) {
    let script = r##"
const injected = document.createElement("script");
injected.textContent = "document.documentElement.dataset.injected = 'ran'";
document.body.append(injected);
const button = document.createElement("button");
button.setAttribute("onclick", "document.documentElement.dataset.injected = 'ran'");
document.body.append(button);
button.click();
button.remove();
return document.documentElement.dataset.injected ?? "refused";
"##;
    assert_eq!(kiosk.browser.run(script, vec![]).await, "refused");
}

/// Drivers may turn text into code while a script of theirs runs, so the page does it in a task of its own.
async fn refuse_text_as_code(kiosk: &Kiosk) {
    let script = r##"
const [done] = arguments;
const outcome = (attempt) => { try { attempt(); return "ran"; } catch (fault) { return fault.name; } };
setTimeout(() => done([outcome(() => window.eval("1")), outcome(() => new window.Function("return 1")())]), 0);
"##;
    let outcome = kiosk.browser.run_until_called_back(script, vec![]).await;
    assert_eq!(outcome, json!(["EvalError", "EvalError"]));
}

async fn refuse_inline_style(kiosk: &Kiosk) {
    let script = r##"
const styled = document.createElement("div");
styled.id = "styled";
styled.setAttribute("style", "width: 5px");
const sheet = document.createElement("style");
sheet.textContent = "#styled { position: absolute; width: 7px; height: 7px }";
document.body.append(sheet, styled);
const width = styled.getBoundingClientRect().width;
styled.remove();
return width === 5 || width === 7 ? "styled" : "refused";
"##;
    assert_eq!(kiosk.browser.run(script, vec![]).await, "refused");
}

async fn refuse_foreign_script(kiosk: &Kiosk) {
    let script = r##"
const [done] = arguments;
const foreign = document.createElement("script");
foreign.onload = () => done("loaded");
foreign.onerror = () => done("refused");
foreign.src = "data:text/javascript,document.documentElement.dataset.injected='ran'";
document.body.append(foreign);
"##;
    assert_eq!(kiosk.browser.run_until_called_back(script, vec![]).await, "refused");
}
