//! Reading a request's body to a limit, packed or not.

use std::io::Read;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use flate2::read::MultiGzDecoder;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::media::Packing;
use crate::problem::{Kind, Problem};

/// Bytes of a refused body that are read and thrown away. A client that is still writing when the connection closes
/// never sees the refusal and takes it for a broken network; the largest honest batch is far below this.
const DRAIN: usize = 16 * 1024 * 1024;

/// Reads and unpacks; `limit` holds before and after, so that a small bomb does not grow.
pub async fn read(headers: &HeaderMap, body: &mut Body, packing: Packing, limit: usize) -> Result<Vec<u8>, Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    let bytes = Limited::new(&mut *body, limit).collect().await.map_err(|fault| {
        if fault.is::<LengthLimitError>() {
            too_large(limit)
        } else {
            Problem::new(Kind::UnreadableBody, "the body broke off: send it again")
        }
    })?;
    match packing {
        Packing::Plain => Ok(bytes.to_bytes().into()),
        Packing::Gzip => unpack(&bytes.to_bytes(), limit),
    }
}

fn unpack(packed: &Bytes, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::with_capacity(limit.min(packed.len().saturating_mul(8)));
    // One byte more than the limit tells "full" from "too large".
    let read = MultiGzDecoder::new(packed.as_ref()).take(limit as u64 + 1).read_to_end(&mut bytes);
    match read {
        Ok(_) if bytes.len() > limit => Err(too_large(limit)),
        Ok(_) => Ok(bytes),
        Err(fault) => {
            Err(Problem::new(Kind::UnreadableBody, format!("the body is not gzip as Content-Encoding says: {fault}")))
        }
    }
}

/// Takes in what is left of a body that nobody will read.
pub async fn drain(body: &mut Body) {
    let mut left = DRAIN;
    while let Some(Ok(frame)) = body.frame().await {
        match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Kind::TooLarge, format!("a body has at most {limit} bytes, unpacked: send fewer events at once"))
}
