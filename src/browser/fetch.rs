//! Small things that the app fetches from where it came from.

use gloo_net::http::Request;
use serde::Deserialize;

/// A survey template of this release, as its file has it.
pub async fn template(id: &str) -> Option<String> {
    let response = Request::get(&format!("./templates/{id}.json")).send().await.ok()?;
    if response.ok() { response.text().await.ok() } else { None }
}

/// What a collector in trial mode hands to a page of its own.
#[derive(Clone, Debug, Deserialize)]
pub struct Trial {
    /// A device token.
    pub token: String,
    /// A service point to begin with.
    #[serde(default)]
    pub point: String,
}

/// The trial's token; `None` anywhere but on a collector that was started for a trial.
pub async fn trial() -> Option<Trial> {
    let response = Request::get("./v1/trial").send().await.ok()?;
    if response.ok() { serde_json::from_str(&response.text().await.ok()?).ok() } else { None }
}
