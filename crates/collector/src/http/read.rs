//! `GET /v1/events`: what is stored, as JSON Lines in the order received. Memory holds one page, however much there is.
//! A further place of an event is a line with the one member `copy`.

use std::collections::VecDeque;
use std::fmt::Write as _;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;

use super::{Shared, authorize, unavailable};
use crate::arrival::CURSOR_ATTRIBUTE;
use crate::problem::{Kind, Problem};
use crate::store::{Store, StoreFault, Stored};
use crate::token::Role;

/// Events read at once; the store ends a page earlier where events are large.
const PAGE: u32 = 500;

/// The parameters of the address.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The cursor of the last event already seen.
    #[serde(default)]
    after: Whole,
    /// How many events at most.
    limit: Option<Whole>,
}

/// Digits and nothing else, at most 2^63 − 1. (`+7` is a number to Rust.)
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(try_from = "String")]
struct Whole(i64);

impl TryFrom<String> for Whole {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_digits).map(Self).ok_or_else(|| format!("{text:?} is no number from 0 on"))
    }
}

pub async fn get(
    State(app): State<Shared>,
    headers: HeaderMap,
    range: Result<Query<Range>, QueryRejection>,
) -> Result<Response, Problem> {
    authorize(&app, &headers, Role::Reader).await?;
    let Query(range) = range.map_err(|fault| {
        let detail =
            format!("{}: after is the {CURSOR_ATTRIBUTE} of an event, limit a number of events", fault.body_text());
        Problem::new(Kind::BadQuery, detail)
    })?;
    let left = range.limit.map_or(u64::MAX, |Whole(limit)| limit.unsigned_abs());
    let mut reading = Reading { store: app.store.clone(), after: range.after.0, left };
    // The first page comes before the headers, so that a store that does not answer is a 503 and not a broken stream.
    let first = reading.page().await.map_err(|fault| unavailable(&fault))?;
    let lines = stream::try_unfold((reading, VecDeque::from_iter(first)), |(mut reading, mut ready)| async move {
        let page = match ready.pop_front() {
            Some(page) => Some(page),
            None => {
                reading.page().await.inspect_err(|fault| tracing::error!(%fault, "a stream of events broke off"))?
            }
        };
        Ok::<_, StoreFault>(page.map(|page| (page, (reading, ready))))
    });
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}

struct Reading {
    store: Store,
    after: i64,
    left: u64,
}

impl Reading {
    /// The next lines; `None` at the end.
    async fn page(&mut self) -> Result<Option<Bytes>, StoreFault> {
        let limit = u32::try_from(self.left).unwrap_or(PAGE).min(PAGE);
        if limit == 0 {
            return Ok(None);
        }
        let page = self.store.page(self.after, limit).await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after = last.cursor;
        self.left = self.left.saturating_sub(page.len() as u64);
        Ok(Some(lines(&page)))
    }
}

/// Puts the cursor in front of each event's own attributes.
fn lines(page: &[Stored]) -> Bytes {
    let mut lines = String::with_capacity(page.iter().map(|event| event.json.len() + 48).sum());
    for Stored { cursor, json } in page {
        let attributes = json.strip_prefix('{').unwrap_or(json);
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{{\"{CURSOR_ATTRIBUTE}\":\"{cursor}\",{attributes}");
    }
    lines.into()
}
