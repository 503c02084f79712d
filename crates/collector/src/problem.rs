//! Every refusal: RFC 9457 problem details that say what is wrong, where, and what to do about it.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Seconds after which a client may come back when the store does not answer.
const RETRY_AFTER_S: &str = "5";

/// The kinds of refusal. The name is part of the contract; the sentence in `detail` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The body is not JSON.
    BadJson,
    /// The body is JSON and no batch of events.
    NotABatch,
    /// An item has no id that a receipt could name.
    UnnamedEvent,
    /// The body is not what `Content-Encoding` says, or it broke off.
    UnreadableBody,
    /// A parameter of the address cannot be read.
    BadQuery,
    /// More than one token, of which different programs would take different ones.
    SeveralTokens,
    /// No token, or one that is unknown or revoked.
    Unauthorized,
    /// A good token, of the wrong kind for this.
    WrongToken,
    /// The source is bound to another device.
    ForeignSource,
    /// The trial's settings are for a page of this collector only.
    NotForThisPage,
    /// There is nothing under this address.
    NotFound,
    /// The app was not built when the collector was.
    AppNotBuilt,
    /// Not a method of this address.
    MethodNotAllowed,
    /// The request took too long to come.
    TooSlow,
    /// The body is larger than the limit.
    TooLarge,
    /// The content type or encoding is none of those that are taken.
    UnsupportedType,
    /// A single event that is not taken.
    RejectedEvent,
    /// The store does not answer.
    Unavailable,
}

impl Kind {
    /// The last part of `type`.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    pub fn status(self) -> StatusCode {
        self.row().1
    }

    fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::BadJson => ("bad-json", StatusCode::BAD_REQUEST, "The body is not JSON"),
            Self::NotABatch => ("not-a-batch", StatusCode::BAD_REQUEST, "The body is not a batch of events"),
            Self::UnnamedEvent => ("unnamed-event", StatusCode::BAD_REQUEST, "An event cannot be named"),
            Self::UnreadableBody => ("unreadable-body", StatusCode::BAD_REQUEST, "The body cannot be read"),
            Self::BadQuery => ("bad-query", StatusCode::BAD_REQUEST, "A parameter cannot be read"),
            Self::SeveralTokens => ("several-tokens", StatusCode::BAD_REQUEST, "There is more than one token"),
            Self::Unauthorized => ("unauthorized", StatusCode::UNAUTHORIZED, "The token is not taken"),
            Self::WrongToken => ("wrong-token", StatusCode::FORBIDDEN, "The token is for something else"),
            Self::ForeignSource => ("foreign-source", StatusCode::FORBIDDEN, "The source belongs to another device"),
            Self::NotForThisPage => ("not-for-this-page", StatusCode::FORBIDDEN, "Not for this page"),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "There is nothing here"),
            Self::AppNotBuilt => ("app-not-built", StatusCode::NOT_FOUND, "The app is not in this collector"),
            Self::MethodNotAllowed => {
                ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "Not a method of this address")
            }
            Self::TooSlow => ("too-slow", StatusCode::REQUEST_TIMEOUT, "The request took too long"),
            Self::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
            Self::UnsupportedType => {
                ("unsupported-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The content type is not taken")
            }
            Self::RejectedEvent => ("rejected-event", StatusCode::UNPROCESSABLE_ENTITY, "The event is not taken"),
            Self::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "The store does not answer"),
        }
    }
}

/// One refusal.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: Kind,
    detail: String,
    code: Option<String>,
    allow: Option<&'static str>,
}

impl Problem {
    /// `detail` is for people: what is wrong, where, and what to do.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), code: None, allow: None }
    }

    /// Adds the code that a receipt would have named.
    pub fn with_code(self, code: impl Into<String>) -> Self {
        Self { code: Some(code.into()), ..self }
    }

    /// A method that this address does not have.
    pub fn method_not_allowed(allow: &'static str) -> Self {
        let detail = format!("this address takes {allow}");
        Self { allow: Some(allow), ..Self::new(Kind::MethodNotAllowed, detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (name, status, title) = self.kind.row();
        let mut body = json!({
            "type": format!("urn:candor:problem:{name}"),
            "title": title,
            "status": status.as_u16(),
            "detail": self.detail,
        });
        if let Some(code) = self.code {
            body["code"] = code.into();
        }
        let extra: Option<(HeaderName, &'static str)> = match self.kind {
            Kind::Unauthorized => Some((header::WWW_AUTHENTICATE, "Bearer realm=\"candor\"")),
            Kind::Unavailable => Some((header::RETRY_AFTER, RETRY_AFTER_S)),
            Kind::MethodNotAllowed => self.allow.map(|allow| (header::ALLOW, allow)),
            _ => None,
        };
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
        if let Some((name, value)) = extra {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
