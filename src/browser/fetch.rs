//! Small things that the app fetches from where it came from.

use serde_json::Value;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

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
    text_at(&[RELEASE, folder, name, ".json"].concat()).await
}

/// What is at an address of this origin, where something is and comes in time.
async fn text_at(address: &str) -> Option<String> {
    within(PATIENCE_MS, async {
        let response = JsFuture::from(web_sys::window()?.fetch_with_str(address)).await.ok()?;
        let response: Response = response.unchecked_into();
        if response.ok() { JsFuture::from(response.text().ok()?).await.ok()?.as_string() } else { None }
    })
    .await?
}

/// What a collector in trial mode hands to a page of its own.
#[derive(Clone, Debug)]
pub struct Trial {
    /// A device token.
    pub token: String,
    /// A service point to begin with.
    pub point: String,
}

/// A token for a page that has none: of a trial, or for a customer's own device. `None` where the collector was not started
/// for that.
pub async fn trial(is_link: bool) -> Option<Trial> {
    let address = if is_link { "./v1/link" } else { "./v1/trial" };
    let answer: Value = serde_json::from_str(&text_at(address).await?).ok()?;
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Trial { token: text("token")?, point: text("point").unwrap_or_default() })
}
