//! What customers said, put together from events by a reading of its own, so that the app's reading is checked too.

use std::collections::BTreeSet;

use candor_core::chain::PersonalText;
use candor_core::event::Event;
use serde_json::Value;

/// One customer's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The id of its `rating.given`.
    pub id: String,
    /// The level tapped first.
    pub rating: u64,
    /// The language that the customer read.
    pub locale: String,
    /// How the follow-up ended; empty while it has not.
    pub outcome: String,
    /// Reasons chosen.
    pub reasons: Vec<String>,
    /// The words; empty when there are none.
    pub comment: String,
}

/// Reads every response out of events in any order.
///
/// # Panics
/// When two events share an id, or a response ends twice.
pub fn responses(entries: &[(Event, Option<PersonalText>)]) -> Vec<Response> {
    let ids: BTreeSet<_> = entries.iter().map(|(event, _)| &event.id).collect();
    assert_eq!(ids.len(), entries.len(), "every event is there once");
    let of_kind = |kind: &'static str| entries.iter().filter(move |(event, _)| event.kind == kind);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let given = of_kind("rating.given").map(|(event, _)| Response {
        id: event.id.to_string(),
        rating: event.data["value"].as_u64().expect("a rating has a value"),
        locale: text(&event.data["locale"]),
        outcome: String::new(),
        reasons: Vec::new(),
        comment: String::new(),
    });
    let mut responses: Vec<Response> = given.collect();
    for (event, words) in of_kind("rating.detailed") {
        let of = text(&event.data["response"]);
        // Its beginning may still be on its way: half a response is none.
        let Some(response) = responses.iter_mut().find(|response| response.id == of) else { continue };
        assert!(response.outcome.is_empty(), "{of} ended twice");
        response.outcome = text(&event.data["outcome"]);
        response.reasons = event.data["reasons"].as_array().into_iter().flatten().map(text).collect();
        response.comment = words.as_ref().and_then(PersonalText::comment).unwrap_or_default().to_owned();
    }
    responses
}
