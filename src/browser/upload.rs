//! One batch to the endpoint, and what came back. Judging it is the core's business.

use candor_core::journal::Frozen;
use candor_core::wire::{Answer, BATCH_TYPE};
use gloo_net::http::Request;
use web_sys::{AbortController, RequestCache, RequestCredentials, RequestRedirect};

use crate::browser::task::within;

/// A phone's hotspot took 40 s for an answer once; most that take longer than this never come.
const TIME_OUT_MS: u32 = 30_000;
/// The status that stands for a redirect: the browser hides which one it was.
const REDIRECT: u16 = 302;

/// Sends the batch; `None` when there was no answer in time.
///
/// Redirects are not followed and no cookie travels, so that the token reaches the endpoint and nobody else.
pub async fn send(endpoint: &str, token: &str, batch: &Frozen) -> Option<Answer> {
    let controller = AbortController::new().ok();
    let exchange = exchange(endpoint, token, batch, controller.as_ref());
    let answer = within(TIME_OUT_MS, exchange).await;
    if answer.is_none()
        && let Some(controller) = controller
    {
        controller.abort();
    }
    answer?.ok()
}

async fn exchange(
    endpoint: &str,
    token: &str,
    batch: &Frozen,
    controller: Option<&AbortController>,
) -> Result<Answer, gloo_net::Error> {
    let mut request = Request::post(endpoint)
        .header("Content-Type", BATCH_TYPE)
        .header("Idempotency-Key", &format!("\"{}\"", batch.id))
        .abort_signal(controller.map(AbortController::signal).as_ref())
        .cache(RequestCache::NoStore)
        .credentials(RequestCredentials::Omit)
        .redirect(RequestRedirect::Manual);
    if !token.is_empty() {
        request = request.header("Authorization", &format!("Bearer {token}"));
    }
    let response = request.body(batch.body.as_str())?.send().await?;
    let headers = response.headers();
    let content_type = headers.get("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Ok(Answer {
        status: if response.status() == 0 { REDIRECT } else { response.status() },
        content_type: media_type,
        retry_after_s: headers.get("retry-after").and_then(|seconds| seconds.trim().parse().ok()),
        body: response.text().await?,
    })
}
