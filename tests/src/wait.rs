//! Waiting for a condition with a deadline: the only way in which time passes in these tests.

use std::time::{Duration, Instant};

/// How long most things may take. Two cores that also compile are slow; a test that passes never waits for it.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks. Short beside what a person notices, long beside what a look costs.
const INTERVAL: Duration = Duration::from_millis(20);

/// Looks again and again until there is something to give back.
///
/// `look` says what it saw instead, so that a failure tells more than that it took too long.
///
/// # Panics
/// After [`PATIENCE`].
pub async fn until<T>(what: &str, look: impl AsyncFnMut() -> Result<T, String>) -> T {
    until_within(PATIENCE, what, look).await
}

/// As [`until`], with a deadline of its own.
///
/// # Panics
/// After `limit`.
pub async fn until_within<T>(limit: Duration, what: &str, look: impl AsyncFnMut() -> Result<T, String>) -> T {
    in_time(limit, look)
        .await
        .unwrap_or_else(|instead| panic!("waited {} s in vain for {what}; last seen: {instead}", limit.as_secs()))
}

/// As [`until_within`], for whoever has something to do before it fails.
///
/// # Errors
/// What was seen last, after `limit`.
pub async fn in_time<T>(limit: Duration, mut look: impl AsyncFnMut() -> Result<T, String>) -> Result<T, String> {
    let start = Instant::now();
    loop {
        match look().await {
            Err(_) if start.elapsed() < limit => tokio::time::sleep(INTERVAL).await,
            seen => return seen,
        }
    }
}
