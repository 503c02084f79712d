//! Who asks for a rating from beside the tablet: a counter's program, a scanner that types, the address of one ticket.

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::wait::until;
use serde_json::{Value, json};

/// A counter's page, so to speak: it shares the origin, and keeps what it is told.
const COUNTER: &str = "window.counter = new BroadcastChannel('candor-clerk'); window.told = [];
    window.counter.onmessage = ({ data }) => window.told.push(`${data.id} ${data.standing}`);";
/// A page of another origin that has opened the kiosk: the browser names the origin, which a script cannot; so the event is
/// made by hand, and the answer goes to a window of its own.
const STRANGER: &str = "const frame = document.body.appendChild(document.createElement('iframe'));
    window.answers = []; frame.contentWindow.addEventListener('message', ({ data }) => window.answers.push(data.standing));
    for (const origin of ['https://evil.example', location.origin]) {
      const data = { candor: 1, type: 'ask', id: origin };
      dispatchEvent(new MessageEvent('message', { data, origin, source: frame.contentWindow }));
    }";
/// As fast as a scanner.
const SCAN: &str = "for (const key of [...arguments[0], 'Enter']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));";

async fn says(kiosk: &Kiosk, message: Value) {
    kiosk.browser.run("window.counter.postMessage({ candor: 1, ...arguments[0] });", vec![message]).await;
}

async fn is_told(kiosk: &Kiosk, expected: &[&str]) {
    until("the counter to be told", async || {
        let told = kiosk.browser.run("return window.told;", vec![]).await;
        if told == json!(expected) { Ok(()) } else { Err(told.to_string()) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_asks_for_one_rating_a_ticket_and_the_journal_knows_who_was_asked() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.browser.run(COUNTER, vec![]).await;
    let mut told = Vec::new();
    let offer =
        |id: &str, ticket: &str| json!({ "type": "offer", "id": id, "point": "3", "staff": "0417", "ticket": ticket });

    says(&kiosk, offer("first", "A137")).await;
    told.push("first open");
    is_told(&kiosk, &told).await;
    assert_eq!(kiosk.text("manager-door").await, "3 · 0417");
    kiosk.rate(5).await;
    told.push("first rated");
    is_told(&kiosk, &told).await;
    says(&kiosk, offer("interrupting", "A138")).await;
    told.push("interrupting busy");
    is_told(&kiosk, &told).await;
    kiosk.skip().await;
    kiosk.see_thanks().await;

    says(&kiosk, offer("twice", "A137")).await;
    told.push("twice known");
    is_told(&kiosk, &told).await;
    assert!(kiosk.text("known").await.contains("这次服务已经评价过了"));
    kiosk.tap("done").await;
    kiosk.see_first_screen().await;

    says(&kiosk, offer("gone", "A139")).await;
    told.push("gone open");
    is_told(&kiosk, &told).await;
    says(&kiosk, json!({ "type": "withdraw" })).await;
    told.push("gone withdrawn");
    is_told(&kiosk, &told).await;

    kiosk.browser.run(STRANGER, vec![]).await;
    until("the page that is known to be answered", async || {
        let answers = kiosk.browser.run("return window.answers;", vec![]).await;
        if answers == json!(["withdrawn"]) { Ok(()) } else { Err(answers.to_string()) }
    })
    .await;

    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    kiosk.tap("scanner").await;
    kiosk.save_settings().await;
    kiosk.lock_manager().await;
    kiosk.see_on_root("data-scanner", "on").await;
    kiosk.browser.run(SCAN, vec![json!("https://t.example/?ticket=B7&staff=88")]).await;
    until("the scanned ticket to be asked about", async || {
        let place = kiosk.text("manager-door").await;
        if place.ends_with("88") { Ok(()) } else { Err(place) }
    })
    .await;
    kiosk.rate_and_skip(4).await;
    kiosk.see_everything_sent().await;

    let events = collector.events().await;
    let of_kind =
        |kind: &str| events.iter().map(|(event, _)| event).filter(|event| event.kind == kind).collect::<Vec<_>>();
    let (made, closed, given) = (of_kind("offer.made"), of_kind("offer.closed"), of_kind("rating.given"));
    let by: Vec<&str> = made.iter().filter_map(|event| event.data["by"].as_str()).collect();
    assert_eq!(by, ["program", "program", "scanner"], "the one that interrupted and the known one were never made");
    assert_eq!((closed.len(), &closed[0].data["outcome"]), (1, &json!("withdrawn")));
    let answered: Vec<&Value> = given.iter().map(|event| &event.data["offer"]).collect();
    assert_eq!(answered, [&json!(made[0].id), &json!(made[2].id)]);
    assert_eq!((&given[1].data["ticket"], &given[1].data["staff"]), (&json!("B7"), &json!("88")));

    // On a customer's own phone, behind the code on the slip.
    kiosk.go_to(&format!("{}?ticket=B7&channel=link", collector.page())).await;
    kiosk.see("known").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_s_own_phone_sends_its_rating_where_the_owner_takes_some() {
    let collector = Collector::start_with(&["--links"]).await;
    let address = format!("{}?channel=link&survey=bank&point=7", collector.page());
    let phone = open_kiosk(Engine::Chromium, &address).await;
    phone.rate_and_skip(2).await;
    phone.see_everything_sent().await;
    let events = collector.events().await;
    let given = events.iter().map(|(event, _)| event).find(|event| event.kind == "rating.given").unwrap();
    let told = ["channel", "survey", "point"].map(|name| given.data[name].as_str().unwrap_or_default());
    assert_eq!(told, ["link", "bank", "7"]);
}
