//! Takes a picture of every screen, in each language and size, with data that came in through the screens:
//!
//!     cargo run -p candor-tests --bin screenshots -- [FOLDER]
//!
//! Without a folder it makes anew the pictures of the documents, in `docs/screenshots`.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a picture that cannot be taken ends the program")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use candor_core::event::Rating;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::remarks::Remark;
use serde_json::json;

/// A tablet upright and across, an old tablet, a phone.
const SIZES: [(u32, u32); 4] = [(800, 1280), (1280, 800), (1024, 768), (390, 844)];
const LANGUAGES: [(&str, &str, &str); 2] = [("zh", "zh-CN", "三号窗口"), ("en", "en", "Counter 3")];
/// Those in which the customers' screens of every survey are shown.
const CUSTOMERS_LANGUAGES: [(&str, &str, &str); 3] =
    [("zh", "zh-CN", "三号窗口"), ("en", "en", "Counter 3"), ("ar", "ar", "الشباك 3")];
/// The surveys, each with the button of its worst level and whether a second page follows.
const SURVEYS: [(&str, &str, bool); 8] = [
    ("government", "rate-1", false),
    ("bank", "rate-1", false),
    ("hospital", "rate-1", true),
    ("hotel", "nps-0", true),
    ("restaurant", "rate-1", false),
    ("retail", "rate-1", false),
    ("education", "rate-1", true),
    ("helpdesk", "rate-1", false),
];
/// How many customers tapped each level before the manager looks, the worst first: made up, like their words.
const CUSTOMERS: [usize; 5] = [3, 5, 7, 19, 28];
/// What the documents show: the name of a picture here and there.
const OF_THE_DOCUMENTS: [(&str, &str); 4] = [
    ("rate-zh-1280x800", "rating"),
    ("follow-up-bad-zh-800x1280", "follow-up"),
    ("rate-en-1280x800", "rating-en"),
    ("results-zh-1280x800", "results"),
];

#[tokio::main]
async fn main() {
    let wanted = std::env::args_os().nth(1).map(PathBuf::from);
    let scratch = tempfile::tempdir().expect("the system has room for pictures");
    let folder = wanted.clone().unwrap_or_else(|| scratch.path().to_owned());
    fs::create_dir_all(&folder).expect("the folder can be made");

    let collector = Collector::start().await;
    for (short, language, point) in LANGUAGES {
        let page = format!("{}?lang={language}&point={point}", collector.page());
        let studio = Studio { kiosk: open_kiosk(Engine::Chromium, &page).await, folder: folder.clone(), short };
        studio.show_the_door().await;
        studio.show_customer_screens().await;
        studio.show_manager_screens().await;
    }
    for (short, language, point) in CUSTOMERS_LANGUAGES {
        for (survey, worst, has_items) in SURVEYS {
            let page = format!("{}?lang={language}&point={point}&survey={survey}", collector.page());
            let studio = Studio { kiosk: open_kiosk(Engine::Chromium, &page).await, folder: folder.clone(), short };
            studio.show_a_survey(survey, worst, has_items).await;
        }
    }
    if wanted.is_none() {
        let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/screenshots");
        fs::create_dir_all(&documents).expect("the folder of the documents can be made");
        for (picture, name) in OF_THE_DOCUMENTS {
            let from = folder.join(format!("{picture}.png"));
            fs::copy(from, documents.join(format!("{name}.png"))).expect("every picture of the documents was taken");
        }
    }
}

struct Studio {
    kiosk: Kiosk,
    folder: PathBuf,
    short: &'static str,
}

impl Studio {
    async fn show_the_door(&self) {
        self.kiosk.knock().await;
        self.kiosk.see("pin").await;
        self.take("pin").await;
        self.kiosk.choose_a_pin().await;
        self.kiosk.lock_manager().await;
    }

    async fn show_customer_screens(&self) {
        let kiosk = &self.kiosk;
        let is_chinese = self.short == "zh";
        self.take("rate").await;

        // Thanks stand for six seconds and a quiet customer is asked after forty-five: pictures take their time.
        kiosk.hold_the_clock().await;
        kiosk.rate(1).await;
        kiosk.choose_reason("wait").await;
        kiosk.choose_reason("repeat-visits").await;
        let said = if is_chinese {
            "材料上次没有一次说清，今天又排了一个多小时。"
        } else {
            "Nobody told me which papers to bring."
        };
        kiosk.write_comment(said).await;
        self.take("follow-up-bad").await;
        kiosk.submit().await;
        kiosk.see_thanks().await;
        kiosk.leave_thanks().await;

        kiosk.rate(5).await;
        kiosk.choose_reason("warm").await;
        self.take("follow-up-good").await;
        kiosk.let_pass(Duration::from_secs(46)).await;
        kiosk.see("idle-warning").await;
        self.take("idle-warning").await;
        kiosk.tap("stay").await;
        kiosk.submit().await;
        kiosk.see_thanks().await;
        self.take("thanks").await;
    }

    /// The screens of one survey, as somebody meets them who is not content; those that all share in the first one only.
    async fn show_a_survey(&self, survey: &str, worst: &str, has_items: bool) {
        let kiosk = &self.kiosk;
        kiosk.see_on_root("lang", CUSTOMERS_LANGUAGES.iter().find(|(short, ..)| *short == self.short).unwrap().1).await;
        self.take(&format!("{survey}-rate")).await;
        kiosk.hold_the_clock().await;
        if survey == "government" {
            kiosk.tap("language").await;
            self.take("languages").await;
            kiosk.tap(if self.short == "ar" { "language-ar" } else { "languages-zh-CN" }).await;
            kiosk.tap("elder-mode").await;
            self.take("large-rate").await;
            kiosk.tap("contrast").await;
            self.take("contrast-rate").await;
        }
        kiosk.tap(worst).await;
        kiosk.see("follow-up").await;
        self.take(&format!("{survey}-follow-up")).await;
        if has_items {
            kiosk.tap("next").await;
            kiosk.see("back").await;
            self.take(&format!("{survey}-items")).await;
        }
        kiosk.tap(if has_items { "submit" } else { "skip" }).await;
        kiosk.see_thanks().await;
        self.take(&format!("{survey}-thanks")).await;
        kiosk.leave_thanks().await;
        if survey == "government" {
            kiosk.let_pass(Duration::from_secs(700)).await;
            kiosk.see("attract").await;
            self.take("attract").await;
        }
    }

    async fn show_manager_screens(&self) {
        let kiosk = &self.kiosk;
        kiosk.reload().await;
        kiosk.see_ready().await;
        // At a pace of customers: the filter would doubt those of a machine.
        kiosk.hold_the_clock().await;
        for Remark { rating, comment } in self.customers() {
            match comment.as_str() {
                "" => kiosk.rate_and_skip(rating.level()).await,
                said => kiosk.rate_and_say(rating.level(), said).await,
            }
            kiosk.let_pass(Duration::from_secs(25)).await;
        }
        kiosk.see_everything_sent().await;
        kiosk.open_manager().await;
        for tab in ["results", "sync", "health", "settings"] {
            kiosk.tap(&format!("tab-{tab}")).await;
            self.take(tab).await;
        }
    }

    /// One after the other from each level that has some left, so that they come mixed.
    fn customers(&self) -> Vec<Remark> {
        let mut left = CUSTOMERS;
        let mut customers = Vec::new();
        while left != [0; 5] {
            for (place, count) in left.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
                *count -= 1;
                let words = self.words(place);
                let comment = words.get(*count).copied().unwrap_or_default().to_owned();
                let rating = Rating::new(u8::try_from(place + 1).unwrap()).expect("there are five levels");
                customers.push(Remark { rating, comment });
            }
        }
        customers
    }

    /// What some customers of a level say; the others say nothing, as most people do.
    fn words(&self, level: usize) -> &'static [&'static str] {
        let all: [[&[&str]; 5]; 2] = [
            [
                &["排了一个半小时，窗口只开了两个。", "跑了三趟，每次说的材料都不一样。"],
                &["流程单上的字太小，老人看不清。", "中午没有人叫号，白等了四十分钟。"],
                &["办得还行，就是停车不方便。"],
                &["工作人员解释得很清楚。", "比上次快多了。", "自助机旁边有人教，很好。"],
                &["一次就办成了，谢谢三号窗口的同志。", "态度特别好，还帮我复印了材料。", "五分钟办完，没想到这么快。"],
            ],
            [
                &[
                    "An hour and a half, with two counters open.",
                    "Third visit, and a different list of papers each time.",
                ],
                &["The print on the form is too small for my mother.", "Nobody called a number over lunch."],
                &["All right in the end, but nowhere to park."],
                &["Explained very clearly.", "Much faster than last time.", "Good to have help at the machine."],
                &[
                    "Done in one visit. Thank you, counter 3.",
                    "So friendly, and copied my papers for me.",
                    "Five minutes!",
                ],
            ],
        ];
        all[usize::from(self.short == "en")][level]
    }

    async fn take(&self, screen: &str) {
        for (width, height) in SIZES {
            let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
            self.kiosk.browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
            self.kiosk.see_still().await;
            let picture = self.kiosk.browser.client.screenshot().await.expect("the browser takes a picture");
            let name = format!("{screen}-{}-{width}x{height}.png", self.short);
            fs::write(self.folder.join(&name), picture).expect("the folder takes a picture");
            println!("{name}");
        }
    }
}
