//! `GET /v1/trial`: what a tablet that is only tried out on this machine needs, so that nobody has to type a token.
//!
//! It gives a secret away, so it answers only under `--trial`, which listens on a loopback address only, and only to
//! a page of this collector: a web page elsewhere cannot reach it by a name of its own that points to 127.0.0.1.

use std::net::IpAddr;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::json;

use super::{Shared, json as answer};
use crate::problem::{Kind, Problem};
use crate::token::Token;

/// What the trial hands out.
#[derive(Clone)]
pub struct Trial {
    /// The trial device's token.
    pub token: Token,
    /// The service point that the tablet starts with.
    pub point: String,
}

pub async fn get(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, Problem> {
    let Some(trial) = &app.trial else {
        return Err(Problem::new(Kind::NotFound, "this collector was not started with --trial"));
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !is_loopback(host) {
        return Err(Problem::new(Kind::NotForThisPage, "open the trial by the address that the collector has printed"));
    }
    if headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Err(Problem::new(Kind::NotForThisPage, "the trial's settings are for the kiosk's own page"));
    }
    Ok(answer(&json!({ "token": trial.token.reveal(), "point": trial.point })))
}

/// Does a `Host` header name this machine?
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(address, _)| address),
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_names_of_this_machine() {
        for host in ["127.0.0.1", "127.0.0.1:8080", "localhost:8080", "LocalHost", "[::1]:8080", "[::1]", "127.1.2.3:1"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "10.0.0.1:8080", "[::1", "::1"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
