//! Quiet: how long nobody has touched the screen. Deadlines are absolute, so that neither sleep nor a stopped clock
//! stretches them.

use candor_core::time::{UnixMillis, Uptime};

/// A stretch without a touch, and how long it may be.
#[derive(Clone, Copy, Debug)]
pub struct Quiet {
    limit_ms: u64,
    since: (UnixMillis, Uptime),
}

impl Quiet {
    /// A stretch that begins now.
    pub fn begin(limit_ms: u64, now: UnixMillis, uptime: Uptime) -> Self {
        Self { limit_ms, since: (now, uptime) }
    }

    /// Somebody touched the screen.
    pub fn touch(&mut self, now: UnixMillis, uptime: Uptime) {
        self.since = (now, uptime);
    }

    /// Milliseconds left, by whichever clock has run further: one stands still while the tablet sleeps, the other can
    /// be set back.
    pub fn left_ms(&self, now: UnixMillis, uptime: Uptime) -> u64 {
        let by_wall = u64::try_from(now.0.saturating_sub(self.since.0.0)).unwrap_or(0);
        let by_uptime = uptime.0.saturating_sub(self.since.1.0);
        self.limit_ms.saturating_sub(by_wall.max(by_uptime))
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn ends_by_the_clock_that_ran_further() {
        let mut quiet = Quiet::begin(120_000, UnixMillis(1_000_000), Uptime(5_000));
        assert_eq!(quiet.left_ms(UnixMillis(1_000_000), Uptime(5_000)), 120_000);
        assert_eq!(quiet.left_ms(UnixMillis(1_100_000), Uptime(5_000)), 20_000, "asleep: the uptime stood still");
        assert_eq!(quiet.left_ms(UnixMillis(0), Uptime(125_000)), 0, "the wall clock was set back");
        quiet.touch(UnixMillis(0), Uptime(125_000));
        assert_eq!(quiet.left_ms(UnixMillis(10), Uptime(125_000)), 119_990);
    }
}
