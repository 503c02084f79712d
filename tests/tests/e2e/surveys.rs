//! Every survey that comes with Candor, in a real browser: each level of it, in languages from left and from right.

use candor_core::event::{Rating, Scale};
use candor_core::survey::Survey;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::responses::responses;
use candor_tests::wait::until;
use serde_json::{Value, json};

const TEMPLATES: [&str; 8] =
    ["government", "bank", "hospital", "hotel", "restaurant", "retail", "education", "helpdesk"];

fn template(id: &str) -> Survey {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/templates");
    let json = std::fs::read_to_string(folder.join(format!("{id}.json"))).expect("the template is there");
    Survey::parse(&json).expect("the template is valid")
}

fn button(scale: Scale, rating: Rating) -> String {
    let kind = if scale == Scale::Nps { "nps" } else { "rate" };
    format!("{kind}-{}", rating.level())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_level_of_every_survey_is_given_with_the_same_taps() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    let mut given = Vec::new();
    for id in TEMPLATES {
        let survey = template(id);
        kiosk.go_to(&format!("{}?survey={id}", collector.page())).await;
        kiosk.see_ready().await;
        let mut taps_of_the_first = None;
        for level in survey.scale.levels() {
            let taps = rate_with_a_reason(&kiosk, &survey, level).await;
            assert_eq!(*taps_of_the_first.get_or_insert(taps), taps, "{id}, level {}", level.level());
            assert!(taps <= 4, "{id}: a full answer takes {taps} taps");
            given.push((id.to_owned(), level.level()));
        }
    }
    let events = until("every answer at the collector", async || {
        let events = collector.events().await;
        let count = responses(&events).iter().filter(|response| response.outcome == "complete").count();
        if count == given.len() { Ok(events) } else { Err(format!("{count} of {}", given.len())) }
    })
    .await;
    let came: Vec<(String, u8)> = events
        .iter()
        .filter(|(event, _)| event.kind == "rating.given")
        .map(|(event, _)| {
            let level =
                event.data["value"].as_u64().and_then(|value| u8::try_from(value).ok()).expect("it has a level");
            let survey = event.data["survey"].as_str().expect("it names its survey").to_owned();
            let scale = event.data.get("scale").and_then(Value::as_str).unwrap_or("faces-5");
            assert_eq!(scale, template(&survey).scale.name());
            (survey, level)
        })
        .collect();
    assert_eq!(came, given);
}

/// A whole answer with one reason; gives the number of taps before the thanks.
async fn rate_with_a_reason(kiosk: &Kiosk, survey: &Survey, level: Rating) -> usize {
    kiosk.tap(&button(survey.scale, level)).await;
    let reason = survey.reasons_for(level).next().expect("every level has reasons").id.clone();
    kiosk.choose_reason(&reason).await;
    let mut taps = 2;
    let pages = survey.pages.iter().filter(|page| page.when.may_follow(level)).count();
    for page in 1..=pages {
        kiosk.tap(if page < pages { "next" } else { "submit" }).await;
        taps += 1;
    }
    kiosk.see_thanks().await;
    kiosk.leave_thanks().await;
    kiosk.see(&button(survey.scale, level)).await;
    taps
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_rates_items_and_leaves_a_contact_only_with_consent() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &format!("{}?survey=hospital", collector.page())).await;
    let survey = template("hospital");
    kiosk.rate(2).await;
    kiosk.type_into("contact", "138 0013 8000").await;
    kiosk.tap("next").await;
    kiosk.see_attribute("follow-up", "data-page", "why-bad").await;
    kiosk.tap("contact-consent").await;
    kiosk.tap("next").await;
    kiosk.see_attribute("follow-up", "data-page", "items").await;
    kiosk.tap("back").await;
    let kept = kiosk.see("contact").await.prop("value").await.expect("a field has a value");
    assert_eq!(kept.as_deref(), Some("138 0013 8000"));
    kiosk.tap("next").await;
    let item = &survey.items[0].id;
    kiosk.tap(&format!("item-{item}-4")).await;
    assert!(kiosk.is_pressed(&format!("item-{item}-4")).await);
    kiosk.submit().await;
    kiosk.see_thanks().await;
    let (event, text) = until("the answer at the collector", async || {
        let events = collector.events().await;
        let detailed = events.into_iter().find(|(event, _)| event.kind == "rating.detailed");
        detailed.ok_or_else(|| "it is not there".to_owned())
    })
    .await;
    assert_eq!(event.data["items"], json!({ item: 4 }));
    assert_eq!(text.expect("it has a contact").contact(), Some("138 0013 8000"));
    kiosk.leave_thanks().await;
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-results").await;
    let shown = kiosk.text("comment-contact").await;
    assert!(shown.contains("138 0013 8000"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hotel_s_results_are_a_net_promoter_score() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &format!("{}?survey=hotel", collector.page())).await;
    let survey = template("hotel");
    for level in [10, 9, 7, 3] {
        rate_with_a_reason(&kiosk, &survey, Rating::new(level).expect("it is a level")).await;
    }
    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-settings").await;
    kiosk.choose("survey", "hotel").await;
    kiosk.save_settings().await;
    kiosk.tap("tab-results").await;
    let (interval, n) = kiosk.read_score("score-nps").await;
    assert_eq!((n, kiosk.text("score-nps").await.trim()), (4, "25.0"), "{interval}");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_language_is_two_taps_away_and_the_next_customer_finds_the_first() {
    for engine in Engine::ALL {
        let collector = Collector::start().await;
        let kiosk = open_kiosk(engine, &collector.page()).await;
        for (tag, direction, question) in [("ar", "rtl", "ar"), ("ja", "ltr", "ja"), ("id", "ltr", "id")] {
            kiosk.tap("language").await;
            kiosk.tap(&format!("language-{tag}")).await;
            kiosk.see_on_root("lang", question).await;
            kiosk.see_on_root("dir", direction).await;
            kiosk.rate(1).await;
            kiosk.choose_reason("wait").await;
            kiosk.submit().await;
            kiosk.see_thanks().await;
            kiosk.leave_thanks().await;
            kiosk.see_on_root("lang", "zh-CN").await;
            kiosk.see_on_root("dir", "ltr").await;
        }
        let events = until("three answers at the collector", async || {
            let events = collector.events().await;
            if responses(&events).len() == 3 { Ok(events) } else { Err(format!("{} events", events.len())) }
        })
        .await;
        let locales: Vec<String> = responses(&events).into_iter().map(|response| response.locale).collect();
        assert_eq!(locales, ["ar", "ja", "id"], "in {}", engine.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn large_text_and_contrast_are_one_tap_away_and_end_with_the_customer() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.tap("elder-mode").await;
    kiosk.tap("contrast").await;
    kiosk.see_on_root("data-large", "").await;
    kiosk.see_on_root("data-contrast", "").await;
    assert!(kiosk.is_pressed("elder-mode").await);
    see_targets(&kiosk, 72.0).await;
    kiosk.rate(1).await;
    kiosk.see("follow-up").await;
    see_targets(&kiosk, 72.0).await;
    kiosk.submit().await;
    kiosk.see_thanks().await;
    see_targets(&kiosk, 72.0).await;
    kiosk.leave_thanks().await;
    kiosk.see_first_screen().await;
    let has = kiosk.browser.run("return document.documentElement.hasAttribute('data-large');", vec![]).await;
    assert_eq!(has, Value::Bool(false), "the next customer finds the usual size");
    see_targets(&kiosk, 44.0).await;
}

/// What can be tapped is at least this large, both ways.
async fn see_targets(kiosk: &Kiosk, least: f64) {
    let small = kiosk
        .browser
        .run(
            "return Array.from(document.querySelectorAll('#kiosk button, #kiosk textarea, #kiosk input'))
               .filter((element) => element.getClientRects().length > 0)
               .map((element) => [element.dataset.testid || element.className, element.getBoundingClientRect()])
               .filter(([, box]) => box.width < arguments[0] - 0.5 || box.height < arguments[0] - 0.5)
               .map(([name, box]) => `${name}: ${box.width} x ${box.height}`);",
            vec![least.into()],
        )
        .await;
    assert_eq!(small, json!([]), "smaller than {least} px");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_aloud_is_captioned_and_ends_with_any_tap() {
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
    kiosk.see_no("read-aloud").await;
    // A voice that never comes to an end: this machine has none of its own.
    let voice = "const voices = speechSynthesis;
        window.spoken = [];
        Object.defineProperties(voices, {
          getVoices: { value: () => [{ lang: 'zh-CN', name: 'test' }], configurable: true },
          speak: { value: (utterance) => window.spoken.push(utterance.text), configurable: true },
          cancel: { value: () => window.spoken.push('cancelled'), configurable: true },
        });
        window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
        voices.dispatchEvent(new Event('voiceschanged'));";
    kiosk.browser.run(voice, vec![]).await;
    kiosk.tap("read-aloud").await;
    let caption = kiosk.text("caption").await;
    assert_eq!(caption, "刚才的服务，您满意吗？");
    assert!(kiosk.is_pressed("read-aloud").await);
    kiosk.rate(4).await;
    kiosk.see_no("caption").await;
    let spoken = kiosk.browser.run("return window.spoken;", vec![]).await;
    assert_eq!(spoken, json!(["刚才的服务，您满意吗？", "cancelled"]));
}
