//! The kiosk itself, from files that were put into the program when it was built.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::RangeInclusive;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use candor_core::chain::hex;
use sha2::{Digest, Sha256};

use super::Shared;
use super::csp::{Inline, policy};
use crate::problem::{Kind, Problem};

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// A name with a hash in it never changes its content; a year is as long as caches look ahead.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Everything else is asked for again each time, and mostly answered by 304.
const REVALIDATE: &str = "no-cache";
/// Hexadecimal digits of the hash that Trunk puts into a file's name: 64 bits, written without leading zeros, so one
/// name in sixteen has fewer than 16. Fewer than 12 would be one in a million.
const NAME_HASH: RangeInclusive<usize> = 12..=16;

/// A file of the built app with its packed copies.
#[derive(Clone, Debug)]
pub struct EmbeddedFile {
    /// Below the root, without a leading slash.
    pub path: &'static str,
    /// As it is.
    pub plain: Cow<'static, [u8]>,
    /// Packed by Brotli, where that makes it smaller.
    pub brotli: Option<Cow<'static, [u8]>>,
    /// Packed by gzip, where that makes it smaller.
    pub gzip: Option<Cow<'static, [u8]>>,
}

/// How a file can be packed, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Brotli,
    Gzip,
    Plain,
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Plain => "identity",
        }
    }
}

struct File {
    content_type: &'static str,
    cache_control: &'static str,
    policy: Option<HeaderValue>,
    copies: Vec<(Coding, Bytes, String)>,
}

type Bytes = axum::body::Bytes;

/// All files by their address.
pub struct Site(HashMap<String, File>);

impl Site {
    /// Takes the files and reads the pages among them for their inline blocks.
    pub fn new(files: impl IntoIterator<Item = EmbeddedFile>) -> Self {
        Self(files.into_iter().map(|file| (format!("/{}", file.path), File::new(file))).collect())
    }

    fn find(&self, path: &str) -> Option<&File> {
        self.0.get(if path == "/" { "/index.html" } else { path })
    }
}

impl File {
    fn new(file: EmbeddedFile) -> Self {
        let etag: String = hex(&Sha256::digest(&file.plain)).chars().take(32).collect();
        let is_page = file.path.ends_with(".html");
        let policy = is_page.then(|| policy(&Inline::of_page(&String::from_utf8_lossy(&file.plain))));
        let copies = [(Coding::Brotli, file.brotli), (Coding::Gzip, file.gzip), (Coding::Plain, Some(file.plain))];
        Self {
            content_type: content_type(file.path),
            cache_control: if has_hash(file.path) || is_of_release(file.path) { IMMUTABLE } else { REVALIDATE },
            policy: policy.and_then(|policy| HeaderValue::from_str(&policy).ok()),
            copies: copies
                .into_iter()
                .filter_map(|(coding, bytes)| {
                    let bytes = match bytes? {
                        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                        Cow::Owned(bytes) => Bytes::from(bytes),
                    };
                    // Strong: each copy has different bytes, so each has a tag of its own.
                    Some((coding, bytes, format!("\"{etag}-{}\"", coding.name())))
                })
                .collect(),
        }
    }

    fn answer(&self, method: &Method, headers: &HeaderMap) -> Response {
        let accepted = header_text(headers, header::ACCEPT_ENCODING);
        let best = self.copies.iter().find(|(coding, ..)| accepts(&accepted, *coding)).or(self.copies.last());
        let Some((coding, bytes, etag)) = best else { return StatusCode::NOT_FOUND.into_response() };
        let mut response = if is_known(&header_text(headers, header::IF_NONE_MATCH), etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let body = if method == Method::HEAD { Bytes::new() } else { bytes.clone() };
            let mut response = body.into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            if *coding != Coding::Plain {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
            }
            response
        };
        let out = response.headers_mut();
        out.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache_control));
        if let Ok(etag) = HeaderValue::from_str(etag) {
            out.insert(header::ETAG, etag);
        }
        if let Some(policy) = &self.policy {
            out.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        }
        response
    }
}

/// Answers whatever no other address has taken.
pub async fn serve(State(app): State<Shared>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let is_reading = method == Method::GET || method == Method::HEAD;
    match app.site.find(uri.path()) {
        Some(file) if is_reading => file.answer(&method, &headers),
        Some(_) => Problem::method_not_allowed("GET, HEAD").into_response(),
        None if uri.path() == "/" => {
            let detail = "the kiosk was not built when this collector was: run make build, and start it again";
            Problem::new(Kind::AppNotBuilt, detail).into_response()
        }
        None => Problem::new(Kind::NotFound, "no file and no part of the interface has this address").into_response(),
    }
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> String {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.collect::<Vec<_>>().join(",")
}

/// RFC 9110, section 12.5.3, without weighing one coding against another: any that is not refused will do.
fn accepts(accepted: &str, coding: Coding) -> bool {
    let quality = |wanted: &str| {
        accepted.split(',').find_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let name = parts.next()?;
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
            name.eq_ignore_ascii_case(wanted).then(|| quality.unwrap_or(0.0))
        })
    };
    let default = if coding == Coding::Plain { 1.0 } else { 0.0 };
    quality(coding.name()).or_else(|| quality("*")).unwrap_or(default) > 0.0
}

/// RFC 9110, section 13.1.2: the comparison is the weak one.
fn is_known(if_none_match: &str, etag: &str) -> bool {
    let mut tags = if_none_match.split(',').map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// Does the name carry a hash of the content, as in `app-0123456789abcdef.js` and `app-0123456789abcdef_bg.wasm`?
fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.match_indices('-').any(|(at, _)| {
        let after = &name.as_bytes()[at + 1..];
        let digits = after.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
        NAME_HASH.contains(&digits) && (after[digits..].starts_with(b".") || after[digits..].starts_with(b"_bg.wasm"))
    })
}

/// Does the file lie in the folder of a release, whose name is a hash of all that it holds?
fn is_of_release(path: &str) -> bool {
    let hash = path.split_once('/').and_then(|(folder, _)| folder.strip_prefix("release-"));
    hash.is_some_and(|hash| hash.len() == 16 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "jpg" | "jpeg" => "image/jpeg",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "wav" => "audio/wav",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_names_that_never_change() {
        for path in [
            "app-0123456789abcdef.js",
            "app-0123456789abcdef_bg.wasm",
            "css/kiosk-00aa11bb22cc33dd.css",
            "kiosk-e256bb285979966.js",
        ] {
            assert!(has_hash(path), "{path}");
        }
        for path in ["index.html", "sw.js", "app-0123456789a.js", "app-0123456789abcdef0.js", "a-0123456789abcdef/b.js"]
        {
            assert!(!has_hash(path), "{path}");
        }
    }

    #[test]
    fn knows_the_folder_of_a_release() {
        assert!(is_of_release("release-0123456789abcdef/templates/bank.json"));
        for path in ["release-0123456789abcdef", "release-0123456789abcde/kiosk.js", "a/release-0123456789abcdef/b.js"]
        {
            assert!(!is_of_release(path), "{path}");
        }
    }

    #[test]
    fn weighs_what_a_browser_accepts() {
        let best = |accepted: &str| {
            let all = [Coding::Brotli, Coding::Gzip, Coding::Plain];
            all.into_iter().find(|coding| accepts(accepted, *coding)).map(Coding::name)
        };
        assert_eq!(best("gzip, deflate, br, zstd"), Some("br"));
        assert_eq!(best("gzip;q=0.5"), Some("gzip"));
        assert_eq!(best("br;q=0, gzip"), Some("gzip"));
        assert_eq!(best("*"), Some("br"));
        assert_eq!(best("*;q=0.1, br;q=0"), Some("gzip"));
        assert_eq!(best(""), Some("identity"));
        assert_eq!(best("identity;q=0"), None);
    }

    #[test]
    fn compares_tags_weakly() {
        assert!(is_known("\"a\", W/\"b\"", "\"b\""));
        assert!(is_known("*", "\"b\""));
        assert!(!is_known("\"a\"", "\"b\"") && !is_known("", "\"b\""));
    }
}
