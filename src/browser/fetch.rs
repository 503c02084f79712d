//! Small things that the app fetches from where it came from.

use gloo_net::http::Request;
use serde_json::Value;

use crate::browser::task::within;

/// The kiosk does not start before these have answered or this is over.
const PATIENCE_MS: u32 = 5_000;
/// In the folder of this release: the build puts its name in place of the zeros (`scripts/release.mjs`).
const RELEASE: &str = "./release-0000000000000000/";

/// A survey template of this release, as its file has it.
pub async fn template(id: &str) -> Option<String> {
    file("templates/", id).await
}

/// A language of this release, as its file has it.
pub async fn language(tag: &str) -> Option<String> {
    file("languages/", tag).await
}

async fn file(folder: &str, name: &str) -> Option<String> {
    let address = [RELEASE, folder, name, ".json"].concat();
    let response = within(PATIENCE_MS, Request::get(&address).send()).await?.ok()?;
    if response.ok() { within(PATIENCE_MS, response.text()).await?.ok() } else { None }
}

/// What a collector in trial mode hands to a page of its own.
#[derive(Clone, Debug)]
pub struct Trial {
    /// A device token.
    pub token: String,
    /// A service point to begin with.
    pub point: String,
}

/// The trial's token; `None` anywhere but on a collector that was started for a trial.
pub async fn trial() -> Option<Trial> {
    let response = within(PATIENCE_MS, Request::get("./v1/trial").send()).await?.ok()?;
    if !response.ok() {
        return None;
    }
    let answer: Value = serde_json::from_str(&response.text().await.ok()?).ok()?;
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Trial { token: text("token")?, point: text("point").unwrap_or_default() })
}
