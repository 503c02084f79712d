//! `GET /v1/devices`: who is enrolled, when each source was last heard of, and whether its chain is whole.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use candor_core::time::{UnixMillis, UtcOffset, rfc3339};
use serde_json::{Value, json};

use super::{Shared, authorize, json as answer, unavailable};
use crate::problem::Problem;
use crate::store::{HolderReport, SourceReport};
use crate::token::Role;

pub async fn get(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, Problem> {
    authorize(&app, &headers, Role::Reader).await?;
    let holders = app.store.holders().await.map_err(|fault| unavailable(&fault))?;
    let devices: Vec<_> = holders.iter().filter(|holder| holder.role == Role::Device).map(device).collect();
    Ok(answer(&json!({ "devices": devices })))
}

fn device(holder: &HolderReport) -> Value {
    json!({
        "name": holder.name,
        "enrolled": utc(holder.made_at),
        "tokens": holder.good_tokens,
        "fresh_starts": holder.fresh_starts(),
        "sources": holder.sources.iter().map(source).collect::<Vec<_>>(),
    })
}

fn source(source: &SourceReport) -> Value {
    json!({
        "source": source.source,
        "first_seen": utc(source.first_seen),
        "last_seen": utc(source.last_seen),
        "chain": source.chain,
    })
}

fn utc(millis: i64) -> String {
    rfc3339(UnixMillis(millis), UtcOffset(0))
}
