//! One batch to the endpoint, and what came back. Judging it is the core's business.

use std::cell::RefCell;

use candor_core::batch::Frozen;
use candor_core::http::Packing;
use candor_core::settings::{is_usable_endpoint, token_for};
use candor_core::wire::{Answer, Silence};
use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStream, ReadableWritablePair, RequestCache, RequestCredentials, RequestInit,
    RequestRedirect, Response, Window, WorkerGlobalScope,
};

use crate::browser::task::within;

/// The status that stands for a redirect: the browser hides which one it was.
const REDIRECT: u16 = 302;

/// Carries batches to the endpoint, and remembers whether that one takes them packed.
#[derive(Debug, Default)]
pub struct Courier {
    /// The endpoint of the last batch, and how bodies go there.
    packing: RefCell<(String, Packing)>,
}

impl Courier {
    /// Sends the batch and gives the answer, if it comes whole within `patience_ms`. `token_record` is what is stored:
    /// of it only a token that is for this endpoint is sent.
    ///
    /// Redirects are not followed and no cookie travels, so that the token reaches the endpoint and nobody else.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn send(
        &self,
        endpoint: &str,
        token_record: &str,
        batch: &Frozen,
        patience_ms: u32,
    ) -> Result<Answer, Silence> {
        let token = token_for(token_record, endpoint);
        if self.packing(endpoint).packs(batch.body.len())
            && let Some(packed) = gzip(&batch.body).await
        {
            let reply = exchange(endpoint, token, batch, Some(&packed), patience_ms).await;
            if !self.hear(true, &reply) {
                return reply;
            }
        }
        let reply = exchange(endpoint, token, batch, None, patience_ms).await;
        self.hear(false, &reply);
        reply
    }

    /// What is known of an endpoint; of a new one nothing is.
    fn packing(&self, endpoint: &str) -> Packing {
        let mut known = self.packing.borrow_mut();
        if known.0 != endpoint {
            *known = (endpoint.to_owned(), Packing::default());
        }
        known.1.clone()
    }

    /// Whether the same bytes are to go plain at once.
    fn hear(&self, was_packed: bool, reply: &Result<Answer, Silence>) -> bool {
        let packing = &mut self.packing.borrow_mut().1;
        match reply {
            Ok(answer) => packing.hear(was_packed, answer.status, answer.accept_encoding.as_deref()),
            Err(_) => {
                packing.hear_nothing(was_packed);
                false
            }
        }
    }
}

async fn exchange(
    endpoint: &str,
    token: &str,
    batch: &Frozen,
    packed: Option<&Uint8Array>,
    patience_ms: u32,
) -> Result<Answer, Silence> {
    let controller = AbortController::new().ok();
    let reply = within(patience_ms, post(endpoint, token, batch, packed, controller.as_ref())).await;
    match reply {
        Some(reply) => reply.map_err(|_| Silence::Unreachable),
        None => {
            if let Some(controller) = controller {
                controller.abort();
            }
            Err(Silence::TimedOut)
        }
    }
}

async fn post(
    endpoint: &str,
    token: &str,
    batch: &Frozen,
    packed: Option<&Uint8Array>,
    controller: Option<&AbortController>,
) -> Result<Answer, JsValue> {
    let headers = Headers::new()?;
    headers.set("Content-Type", batch.format.media_type())?;
    headers.set("Idempotency-Key", &format!("\"{}\"", batch.id))?;
    if !token.is_empty() {
        headers.set("Authorization", &format!("Bearer {token}"))?;
    }
    let request = RequestInit::new();
    match packed {
        Some(packed) => {
            headers.set("Content-Encoding", "gzip")?;
            request.set_body(packed);
        }
        None => request.set_body(&batch.body.as_str().into()),
    }
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_cache(RequestCache::NoStore);
    request.set_credentials(RequestCredentials::Omit);
    request.set_redirect(RequestRedirect::Manual);
    request.set_signal(controller.map(AbortController::signal).as_ref());
    let response: Response = fetch(endpoint, &request).await?.unchecked_into();
    let headers = response.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    Ok(Answer {
        status: if response.status() == 0 { REDIRECT } else { response.status() },
        is_authentic: is_usable_endpoint(&response.url()),
        content_type: header("content-type"),
        retry_after: header("retry-after"),
        date: header("date"),
        accept_encoding: header("accept-encoding"),
        body: JsFuture::from(response.text()?).await?.as_string().unwrap_or_default(),
    })
}

/// The same in a page and in a worker.
async fn fetch(address: &str, request: &RequestInit) -> Result<JsValue, JsValue> {
    let global = js_sys::global();
    let promise = match global.dyn_ref::<WorkerGlobalScope>() {
        Some(worker) => worker.fetch_with_str_and_init(address, request),
        None => global.unchecked_ref::<Window>().fetch_with_str_and_init(address, request),
    };
    JsFuture::from(promise).await
}

/// The text packed; `None` where the browser cannot.
async fn gzip(text: &str) -> Option<Uint8Array> {
    let packer: Function = Reflect::get(&js_sys::global(), &"CompressionStream".into()).ok()?.dyn_into().ok()?;
    let packer = Reflect::construct(&packer, &Array::of1(&"gzip".into())).ok()?;
    through(text, packer).await.ok()
}

async fn through(text: &str, coder: JsValue) -> Result<Uint8Array, JsValue> {
    // As bytes: a string of that size would wait for the browser's collector, one for each batch of a backlog.
    let bytes = Uint8Array::from(text.as_bytes());
    let plain: ReadableStream = Response::new_with_opt_js_u8_array(Some(&bytes))?.body().ok_or(JsValue::NULL)?;
    let coded = plain.pipe_through(&coder.unchecked_into::<ReadableWritablePair>());
    let bytes = Response::new_with_opt_readable_stream(Some(&coded))?.array_buffer()?;
    Ok(Uint8Array::new(&JsFuture::from(bytes).await?))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::*;

    wasm_bindgen_test_configure!(run_in_browser);

    #[wasm_bindgen_test]
    async fn packs_what_unpacks_to_the_same_bytes() {
        let text = "排队太久。\u{1F600}".repeat(10_000);
        let packed = gzip(&text).await.unwrap();
        assert!((packed.length() as usize) < text.len() / 50);
        let unpacker: Function =
            Reflect::get(&js_sys::global(), &"DecompressionStream".into()).unwrap().dyn_into().unwrap();
        let unpacker = Reflect::construct(&unpacker, &Array::of1(&"gzip".into())).unwrap();
        let stream: ReadableStream = Response::new_with_opt_js_u8_array(Some(&packed)).unwrap().body().unwrap();
        let unpacked = stream.pipe_through(&unpacker.unchecked_into::<ReadableWritablePair>());
        let text_again = Response::new_with_opt_readable_stream(Some(&unpacked)).unwrap().text().unwrap();
        assert_eq!(JsFuture::from(text_again).await.unwrap(), text.as_str());
    }
}
