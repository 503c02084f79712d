//! `POST /v1/events`: events come in, a receipt goes out. The receipt is written after the commit.

use std::collections::HashSet;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use candor_core::event::EventId;
use candor_core::wire::{Receipt, Rejection};

use super::intake::items;
use super::media::{self, Form};
use super::{App, Shared, authorize, body, json, unavailable};
use crate::problem::{Kind, Problem};
use crate::store::{Batch, Outcome, Verdict};
use crate::token::Role;

/// What a body may be packed with; RFC 9110, section 12.5.3, has a server say so in its answers.
const ACCEPT_ENCODING: HeaderValue = HeaderValue::from_static("gzip");

pub async fn post(State(app): State<Shared>, request: Request) -> Response {
    let (parts, mut body) = request.into_parts();
    let answer = answer(&app, &parts.headers, &mut body).await;
    if answer.is_err() {
        body::drain(&mut body).await;
    }
    let mut response = answer.into_response();
    response.headers_mut().insert(header::ACCEPT_ENCODING, ACCEPT_ENCODING);
    response
}

async fn answer(app: &App, headers: &HeaderMap, body: &mut Body) -> Result<Response, Problem> {
    let device = authorize(app, headers, Role::Device).await?;
    let form = media::form(headers)?;
    let packing = media::packing(headers)?;
    let body = body::read(headers, body, packing, app.settings.max_body).await?;
    let items = items(form, &body)?;
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or("none");
    tracing::debug!(device = device.name, events = items.len(), idempotency_key = key, "a batch came");

    let mut ids = Vec::with_capacity(items.len());
    let mut batch = Batch { device: device.key, arrivals: Vec::with_capacity(items.len()) };
    for item in items {
        ids.push(item.map(|arrival| {
            let id = arrival.id.clone();
            batch.arrivals.push(arrival);
            id
        }));
    }
    let (verdicts, chain, heads) = match app.store.record(batch).await.map_err(|fault| unavailable(&fault))? {
        Outcome::Recorded { verdicts, chain, heads } => (verdicts, chain, heads),
        Outcome::ForeignSource(source) => {
            let detail = format!(
                "{source} is bound to another device than {}: each tablet needs a token of its own; nothing was stored",
                device.name
            );
            return Err(Problem::new(Kind::ForeignSource, detail));
        }
    };
    let receipt = Receipt { chain, heads, ..receipt(ids, verdicts) };
    match (form, receipt.rejected.first()) {
        (Form::Single, Some(Rejection { code, detail, .. })) => {
            Err(Problem::new(Kind::RejectedEvent, detail.clone()).with_code(code.clone()))
        }
        _ => Ok(json(&receipt)),
    }
}

/// One verdict for each item that was readable, in order.
fn receipt(items: Vec<Result<EventId, Rejection>>, verdicts: Vec<Verdict>) -> Receipt {
    let mut receipt = Receipt::default();
    let mut named = HashSet::new();
    let mut verdicts = verdicts.into_iter();
    for item in items {
        let verdict = match &item {
            Ok(_) => verdicts.next(),
            Err(_) => None,
        };
        match (item, verdict) {
            (Ok(id), Some(Verdict::Accepted)) => {
                if named.insert(id.clone()) {
                    receipt.accepted.push(id);
                }
            }
            (Ok(id), Some(verdict)) => receipt.rejected.push(conflict(id, verdict)),
            (Err(rejection), _) => receipt.rejected.push(rejection),
            // Without a verdict it is not named, and the tablet sends it again.
            (Ok(_), None) => {}
        }
    }
    receipt
}

fn conflict(id: EventId, verdict: Verdict) -> Rejection {
    let (code, detail) = match verdict {
        Verdict::IdConflict => ("id-conflict", "another event of this source has this id"),
        _ => ("seq-conflict", "another event of this source and epoch has this number"),
    };
    Rejection { id, code: code.to_owned(), detail: detail.to_owned() }
}
