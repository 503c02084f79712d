//! Sending events from a kiosk that is served elsewhere: only for the origins that the operator has named.

use std::str::FromStr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{App, Shared};

/// How long a browser may remember a permission: Chromium's own limit of two hours.
const MAX_AGE_S: &str = "7200";

/// A web origin as browsers write it: scheme, host and, where it is not the usual one, port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(HeaderValue);

/// Why a text is no [`Origin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an origin is a scheme and a host without a path, such as https://kiosk.example.com")]
pub struct OriginFault;

impl FromStr for Origin {
    type Err = OriginFault;

    fn from_str(text: &str) -> Result<Self, OriginFault> {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(OriginFault)?;
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:[]".contains(c);
        if host.is_empty() || !host.chars().all(is_plain) {
            return Err(OriginFault);
        }
        HeaderValue::from_str(text).map(Self).map_err(|_| OriginFault)
    }
}

/// Answers whether a page may send.
pub async fn preflight() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Adds what an allowed page needs to see the answer, whatever the answer is.
pub async fn admit(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let origin = allowed(&app, request.headers());
    let is_preflight = request.method() == Method::OPTIONS;
    let is_sending = is_preflight || request.method() == Method::POST;
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin.filter(|_| is_sending) else { return response };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if is_preflight {
        let allow = "authorization, content-encoding, content-type, idempotency-key";
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(allow));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE_S));
    } else {
        let exposed = HeaderValue::from_static("Accept-Encoding, Date, Retry-After");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    response
}

fn allowed(app: &App, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    app.settings.allow_origins.iter().any(|allowed| allowed.0 == origin).then(|| origin.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_origins_as_browsers_write_them() {
        for text in ["https://kiosk.example.com", "http://localhost:8081", "https://[::1]:8443"] {
            assert!(text.parse::<Origin>().is_ok(), "{text}");
        }
        for text in
            ["*", "null", "kiosk.example.com", "https://", "https://kiosk.example.com/", "https://Kiosk.example"]
        {
            assert_eq!(text.parse::<Origin>(), Err(OriginFault), "{text}");
        }
    }
}
