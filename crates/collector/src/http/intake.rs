//! From the bytes of a body to events that can be kept and rejections that can be told.

use candor_core::wire::Rejection;
use serde_json::value::RawValue;

use super::media::Form;
use crate::arrival::{Arrival, Unnamed};
use crate::problem::{Kind, Problem};

/// One item of a body, in its place.
pub type Item = Result<Arrival, Rejection>;

/// Reads a body.
pub fn items(form: Form, body: &[u8]) -> Result<Vec<Item>, Problem> {
    // Parsed whole first, so that bad JSON is told from JSON of another shape.
    let whole: &RawValue = serde_json::from_slice(body).map_err(|fault| {
        let text = fault.to_string();
        let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
        Problem::new(Kind::BadJson, format!("at line {}, column {}: {reason}", fault.line(), fault.column()))
    })?;
    match form {
        Form::Single => Ok(vec![item(whole, "the event")?]),
        Form::Batch => {
            let raw: Vec<&RawValue> = serde_json::from_str(whole.get()).map_err(|_| {
                Problem::new(
                    Kind::NotABatch,
                    "a batch is a JSON array of events; for one event by itself send application/cloudevents+json",
                )
            })?;
            raw.iter().enumerate().map(|(index, raw)| item(raw, &format!("the item at index {index}"))).collect()
        }
    }
}

fn item(raw: &RawValue, place: &str) -> Result<Item, Problem> {
    Arrival::read(raw.get()).map_err(|fault| match fault {
        Unnamed::NotAnObject => Problem::new(Kind::NotABatch, format!("{place} {fault}")),
        Unnamed::NoId(_) => {
            let detail = format!("{place} {fault}, so no receipt could name it: nothing of the request was stored");
            Problem::new(Kind::UnnamedEvent, detail)
        }
    })
}
