//! What a request says its body is.

use axum::http::{HeaderMap, HeaderName, header};
use candor_core::wire::BATCH_TYPE;

use crate::problem::{Kind, Problem};

/// The media type of one event by itself.
const SINGLE_TYPE: &str = "application/cloudevents+json";

/// How events are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An array of events.
    Batch,
    /// One event.
    Single,
}

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip.
    Gzip,
}

/// Reads `Content-Type`; parameters such as a character set may follow.
pub fn form(headers: &HeaderMap) -> Result<Form, Problem> {
    let value = value(headers, &header::CONTENT_TYPE);
    let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media_type.as_str() {
        BATCH_TYPE => Ok(Form::Batch),
        SINGLE_TYPE => Ok(Form::Single),
        _ => {
            let found = if value.is_empty() { "there is none".to_owned() } else { format!("it is {value:?}") };
            let detail = format!("Content-Type must be {BATCH_TYPE} or {SINGLE_TYPE}; {found}");
            Err(Problem::new(Kind::UnsupportedType, detail))
        }
    }
}

/// Reads `Content-Encoding`.
pub fn packing(headers: &HeaderMap) -> Result<Packing, Problem> {
    let value = value(headers, &header::CONTENT_ENCODING);
    match value.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(Packing::Plain),
        "gzip" | "x-gzip" => Ok(Packing::Gzip),
        _ => Err(Problem::new(
            Kind::UnsupportedType,
            format!("Content-Encoding must be gzip or absent; it is {value:?}"),
        )),
    }
}

fn value<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap_or("unreadable"))
}
