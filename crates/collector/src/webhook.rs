//! Hands alerts on to the owner's webhook: what tablets record as `alert.raised` goes there as soon as it has come, each at
//! least once, in the order received.
//!
//! How far it has come is kept in the store, so that a restart neither forgets nor repeats. An address that does not answer
//! holds up nothing but the alerts behind it.

use std::io;
use std::str::FromStr;
use std::time::Duration;

use axum::body::Bytes;
use candor_core::settings::is_usable_endpoint;
use candor_core::wire::{BATCH_TYPE, TYPE_PREFIX};
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderName};
use hyper::{Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::store::{Store, StoreFault, Stored};

/// The type of an alert's event, behind the prefix.
const ALERT: &str = "alert.raised";
/// Events looked through at once.
const PAGE: u32 = 500;
/// Names a batch of alerts for a receiver that wants none twice.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Where alerts go.
#[derive(Clone, Debug)]
pub struct Webhook(Uri);

impl FromStr for Webhook {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong =
            "an address with https:// is needed, or with http:// on this machine; it has no name or password in it";
        let uri = Some(text).filter(|text| is_usable_endpoint(text) && !text.starts_with('/'));
        uri.and_then(|text| text.parse().ok()).map(Self).ok_or(wrong)
    }
}

/// How often it is looked, and how long to wait for an answer and after a failure.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two looks into the store.
    pub look: Duration,
    /// For an answer.
    pub patience: Duration,
    /// After the first failure; it doubles.
    pub first_retry: Duration,
    /// And no further than this.
    pub last_retry: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_secs(2),
            patience: Duration::from_secs(15),
            first_retry: Duration::from_secs(5),
            last_retry: Duration::from_secs(600),
        }
    }
}

/// A webhook with what it takes to reach it.
#[derive(Clone, Debug)]
pub struct Reached {
    address: Uri,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Webhook {
    /// Reads the certificates that this machine trusts.
    ///
    /// # Errors
    /// When it has none.
    pub fn client(&self) -> io::Result<Reached> {
        let connector = HttpsConnectorBuilder::new().with_native_roots()?.https_or_http().enable_http1().build();
        Ok(Reached { address: self.0.clone(), client: Client::builder(TokioExecutor::new()).build(connector) })
    }
}

/// Why alerts were not handed on. No variant carries the address, which may hold a secret.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error("the webhook answered {0}")]
    Status(u16),
    #[error("the webhook cannot be reached")]
    Unreachable,
    #[error("the webhook does not answer")]
    Silent,
}

/// Forwards for ever.
pub async fn forward(store: Store, webhook: Reached, pace: Pace) {
    let mut retry = pace.first_retry;
    loop {
        match hand_on(&store, &webhook, pace).await {
            Ok(true) => retry = pace.first_retry,
            Ok(false) => {
                retry = pace.first_retry;
                tokio::time::sleep(pace.look).await;
            }
            Err(fault) => {
                tracing::warn!(%fault, "alerts wait for their webhook");
                tokio::time::sleep(retry).await;
                retry = (retry * 2).min(pace.last_retry);
            }
        }
    }
}

/// Looks through the next page; says whether there was one.
async fn hand_on(store: &Store, webhook: &Reached, pace: Pace) -> Result<bool, Fault> {
    let from = store.forwarded().await?;
    let page = store.page(from, PAGE).await?;
    let Some(last) = page.last().map(|stored| stored.cursor) else { return Ok(false) };
    let alerts: Vec<&Stored> = page.iter().filter(|stored| is_alert(&stored.json)).collect();
    if let Some(first) = alerts.first() {
        let key = format!("alerts-{}-{last}", first.cursor);
        post(webhook, &alerts, &key, pace).await?;
    }
    store.note_forwarded(last).await?;
    Ok(true)
}

async fn post(webhook: &Reached, alerts: &[&Stored], key: &str, pace: Pace) -> Result<(), Fault> {
    let events: Vec<&str> = alerts.iter().map(|stored| stored.json.as_str()).collect();
    let body = ["[", &events.join(","), "]"].concat();
    let request = Request::post(webhook.address.clone()).header(CONTENT_TYPE, BATCH_TYPE).header(KEY, key);
    let request = request.body(Full::new(Bytes::from(body))).map_err(|_| Fault::Unreachable)?;
    let answer = tokio::time::timeout(pace.patience, webhook.client.request(request)).await;
    let answer = answer.map_err(|_| Fault::Silent)?.map_err(|_| Fault::Unreachable)?;
    if answer.status().is_success() { Ok(()) } else { Err(Fault::Status(answer.status().as_u16())) }
}

/// Whether a line of the store is an alert; a further place of an event is none.
fn is_alert(json: &str) -> bool {
    #[derive(Deserialize)]
    struct Typed<'a> {
        #[serde(borrow, rename = "type")]
        kind: &'a RawValue,
    }
    let kind = serde_json::from_str::<Typed<'_>>(json)
        .ok()
        .and_then(|typed| serde_json::from_str::<String>(typed.kind.get()).ok());
    kind.as_deref().and_then(|kind| kind.strip_prefix(TYPE_PREFIX)) == Some(ALERT)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn alerts_go_where_nobody_reads_along() {
        for usable in ["https://hooks.example.org/a?key=1", "http://127.0.0.1:9000/", "http://localhost/x"] {
            assert!(usable.parse::<Webhook>().is_ok(), "{usable}");
        }
        for refused in ["http://example.org/", "/v1", "hooks.example.org", "https://user:pw@example.org/", ""] {
            assert!(refused.parse::<Webhook>().is_err(), "{refused}");
        }
    }

    #[test]
    fn an_alert_is_told_by_its_type_alone() {
        assert!(is_alert(r#"{"id":"x", "type" : "cn.candor.alert.raised"}"#));
        for other in [
            r#"{"type":"cn.candor.rating.given","data":{"type":"cn.candor.alert.raised"}}"#,
            r#"{"copy":{"type":"cn.candor.alert.raised"}}"#,
            r#"{"type":"cn.candor.alert.seen"}"#,
            "no",
        ] {
            assert!(!is_alert(other), "{other}");
        }
    }
}
