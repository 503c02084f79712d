//! `GET /v1/key`: the public key under which receipts are signed. Anybody may have it: it is in every receipt, and who
//! checks an export wants it from the collector itself.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{Shared, json as answer};
use crate::problem::{Kind, Problem};

pub async fn get(State(app): State<Shared>) -> Result<Response, Problem> {
    match app.store.public_key() {
        Some(key) => Ok(answer(&json!({ "algorithm": "Ed25519", "key": key }))),
        None => Err(Problem::new(Kind::NotFound, "this collector signs nothing")),
    }
}
