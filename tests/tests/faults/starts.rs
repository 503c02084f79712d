//! Pages that are loaded anew while their keeper still starts, as after a power cut or a new release.
//!
//! Firefox on few cores loses the threads that compile to workers that end meanwhile: without `src/browser/wasm.js` one of
//! five new profiles ended up with a page that never started.

use candor_tests::balance::Balance;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::dice::Dice;
use candor_tests::kiosk::open_kiosk;
use candor_tests::trial::{Size, Trial};
use candor_tests::wait::PATIENCE;

/// New profiles of each of the browsers that run side by side, small and full.
const PROFILES: (usize, usize) = (2, 20);
const LOADS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn firefox_starts_the_app_however_often_it_is_loaded_anew() {
    let name = "pages loaded anew while their keeper still starts";
    let mut trial = Trial::begin_in(Engine::Firefox.name(), 0, name, "events");
    let [first, second, third] = [(); 3].map(|()| load_again_and_again(Dice::new(trial.dice.number()), trial.size));
    let (first, second, third) = tokio::join!(first, second, third);
    let all = [first, second, third].concat();
    trial.figure("new profiles", all.len());
    for (version, balance) in &all {
        trial.browser(version);
        balance.count_into(&mut trial, &[]);
    }
    trial.pass();
}

/// Gives what each profile came to, with the browser's version.
async fn load_again_and_again(mut dice: Dice, size: Size) -> Vec<(String, Balance)> {
    let mut balances = Vec::new();
    for _ in 0..size.of(PROFILES.0, PROFILES.1) {
        let collector = Collector::start().await;
        let kiosk = open_kiosk(Engine::Firefox, &collector.page()).await;
        kiosk.record_early_taps(30, &mut dice).await;
        for _ in 0..LOADS {
            kiosk.reload().await;
            kiosk.see_ready().await;
        }
        kiosk.rate_and_skip(4).await;
        kiosk.see_everything_sent().await;
        balances.push((kiosk.browser.version().await, Balance::settle(&kiosk, &collector, PATIENCE).await));
    }
    balances
}
