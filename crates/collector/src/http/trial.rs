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

/// What the trial hands out, or a collector that takes ratings from customers' own devices.
#[derive(Clone)]
pub struct Trial {
    /// The token of the trial's device, or of all those that came by a link.
    pub token: Token,
    /// The service point that the tablet starts with.
    pub point: String,
}

/// Without the token, which has none.
impl std::fmt::Debug for Trial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trial").field("point", &self.point).finish_non_exhaustive()
    }
}

pub async fn get(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, Problem> {
    let Some(trial) = &app.trial else {
        return Err(Problem::new(Kind::NotFound, "this collector was not started with --trial"));
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !is_loopback(host) {
        return Err(Problem::new(Kind::NotForThisPage, "open the trial by the address that the collector has printed"));
    }
    hand_out(trial, &headers)
}

/// `GET /v1/link`: what a customer's own device needs to send a rating. Whoever can open the kiosk's address can have it:
/// it names what came by a link, and lets nobody read anything.
pub async fn link(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, Problem> {
    let Some(links) = &app.settings.links else {
        return Err(Problem::new(Kind::NotFound, "this collector was not started with --links"));
    };
    hand_out(links, &headers)
}

fn hand_out(trial: &Trial, headers: &HeaderMap) -> Result<Response, Problem> {
    if headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Err(Problem::new(Kind::NotForThisPage, "this is for the kiosk's own page"));
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
