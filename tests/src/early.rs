//! Many answers in little time: taps that a page has kept because its wasm had not come yet.
//!
//! The page keeps such taps in localStorage and the app records them when it starts, one strict transaction each, with
//! the code that records every tap. So a test can have a tablet with a hundred thousand answers, and no way into the
//! app that the public has not.

use std::time::Duration;

use serde_json::json;

use crate::dice::Dice;
use crate::kiosk::Kiosk;
use crate::wait::until_within;

/// Taps kept at a time: forgetting them takes time that grows with the square.
const AT_ONCE: usize = 5_000;
/// A slow disk takes some milliseconds each.
const PATIENCE: Duration = Duration::from_secs(180);
/// Between two looks: each takes the page some of the time in which it records.
const LOOK: Duration = Duration::from_millis(500);
const KEEP: &str = "localStorage.setItem('candor.early', arguments[0])";
const KEPT: &str = "return (localStorage.getItem('candor.early') ?? '').length";

impl Kiosk {
    /// Has `count` customers tap at pages whose wasm never came, and starts the page that records them.
    ///
    /// # Panics
    /// When they are not recorded.
    pub async fn record_early_taps(&self, count: usize, dice: &mut Dice) {
        let moments: Vec<u64> = (0..count as u64).map(|tap| 1_795_398_067_120 + tap * 40).collect();
        self.record_early_taps_of(&moments, dice).await;
    }

    /// As [`Self::record_early_taps`], each at a moment of its own in Unix milliseconds.
    ///
    /// # Panics
    /// When they are not recorded.
    pub async fn record_early_taps_of(&self, moments: &[u64], dice: &mut Dice) {
        for moments in moments.chunks(AT_ONCE) {
            let lines: String = moments.iter().enumerate().map(|(tap, now)| line(tap, *now, dice)).collect();
            self.browser.run(KEEP, vec![json!(lines)]).await;
            self.reload().await;
            self.see_ready().await;
            until_within(PATIENCE, "the early taps to be recorded", async || {
                tokio::time::sleep(LOOK).await;
                let kept = self.browser.run(KEPT, vec![]).await;
                if kept == 0 { Ok(()) } else { Err(format!("{kept} characters are still kept")) }
            })
            .await;
        }
    }
}

/// As `first_paint.js` keeps a tap: level, wall clock, uptime, random bytes, page.
fn line(tap: usize, now: u64, dice: &mut Dice) -> String {
    let random: String = dice.bytes::<26>().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{} {now} {} {random} 1\n", 1 + tap % 5, 900 + tap % 100)
}
