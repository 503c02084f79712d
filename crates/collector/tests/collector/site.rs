//! The kiosk's files: what they weigh, how long they keep, and what may run in them.

use std::borrow::Cow;

use candor_collector::http::{EMBEDDED, EmbeddedFile};
use reqwest::Method;

use super::support::{Answer, Options, Server, fresh_sqlite, send};

const PAGE: &str = "<!doctype html><style>p{color:red}</style><script type=\"module\">go()</script>\
    <script type=\"application/json\">{}</script><script src=\"/a.js\"></script>";

fn file(path: &'static str, plain: &'static str) -> EmbeddedFile {
    EmbeddedFile { path, plain: Cow::Borrowed(plain.as_bytes()), brotli: None, gzip: None }
}

async fn serving() -> Server {
    let packed = |text: &'static str| Some(Cow::Borrowed(text.as_bytes()));
    let wasm = file("app-0123456789abcdef_bg.wasm", "the wasm");
    let files = vec![
        file("index.html", PAGE),
        file("manager.html", "<script>other()</script>"),
        EmbeddedFile { brotli: packed("B"), gzip: packed("G"), ..wasm },
        file("app-0123456789abcdef.js", "go()"),
        file("sw.js", "sw"),
        file("templates/bank.json", "{}"),
        file("manifest.webmanifest", "{}"),
    ];
    Server::start_with(&fresh_sqlite().await, Options { files, ..Options::default() }).await
}

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = server.request(Method::GET, path);
    send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test]
async fn each_file_has_its_type_and_its_lifetime() {
    let server = serving().await;
    let check = async |path: &str, content_type: &str, cache_control: &str| {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!((answer.header("content-type"), answer.header("cache-control")), (content_type, cache_control));
        assert_eq!(answer.header("vary"), "Accept-Encoding");
    };
    let forever = "public, max-age=31536000, immutable";
    check("/", "text/html; charset=utf-8", "no-cache").await;
    check("/index.html", "text/html; charset=utf-8", "no-cache").await;
    check("/sw.js", "text/javascript; charset=utf-8", "no-cache").await;
    check("/templates/bank.json", "application/json", "no-cache").await;
    check("/manifest.webmanifest", "application/manifest+json", "no-cache").await;
    check("/app-0123456789abcdef.js", "text/javascript; charset=utf-8", forever).await;
    check("/app-0123456789abcdef_bg.wasm", "application/wasm", forever).await;
    for path in ["/nothing", "/templates", "/templates/", "/app-0123456789abcdef_bg.wasm.br", "/index.html/"] {
        server.get(path).await.is_problem(404, "not-found");
    }
    send(server.request(Method::POST, "/")).await.is_problem(405, "method-not-allowed");
}

#[tokio::test]
async fn sends_the_smallest_copy_that_is_understood() {
    let server = serving().await;
    let check = async |accepted: &str, coding: &str, body: &str| {
        let answer = get(&server, "/app-0123456789abcdef_bg.wasm", &[("accept-encoding", accepted)]).await;
        assert_eq!((answer.header("content-encoding"), answer.text.as_str()), (coding, body), "{accepted}");
        answer.header("etag").to_owned()
    };
    let tags = [
        check("gzip, deflate, br", "br", "B").await,
        check("gzip", "gzip", "G").await,
        check("identity", "", "the wasm").await,
    ];
    assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags.iter().all(|tag| tag.starts_with('"')), "{tags:?}");

    let known = [("accept-encoding", "br"), ("if-none-match", tags[0].as_str())];
    let answer = get(&server, "/app-0123456789abcdef_bg.wasm", &known).await;
    assert_eq!((answer.status, answer.text.as_str(), answer.header("etag")), (304, "", tags[0].as_str()));
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    let stale = [("accept-encoding", "gzip"), ("if-none-match", tags[0].as_str())];
    assert_eq!(get(&server, "/app-0123456789abcdef_bg.wasm", &stale).await.status, 200);

    let head = send(server.request(Method::HEAD, "/sw.js")).await;
    assert_eq!((head.status, head.text.as_str(), head.header("content-length")), (200, "", "2"));
}

#[tokio::test]
async fn only_the_pages_own_inline_blocks_may_run() {
    let server = serving().await;
    let answer = server.get("/").await;
    let policy = answer.header("content-security-policy");
    // printf '%s' 'go()' | openssl dgst -sha256 -binary | base64, and so for the style and the other page's script.
    let go = "'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='";
    let style = "'sha256-p0bF+un5yUb9MBO6xRb8kPHlY2BdpHVtLiFkDrZPF64='";
    let other = "'sha256-b7ZWi3LsNpdSzQMhFSRcnH0HxREup64aTXaFV5IXYCM='";
    assert!(policy.contains(&format!("script-src 'self' 'wasm-unsafe-eval' {go};")), "{policy}");
    assert!(policy.contains(&format!("style-src 'self' {style};")), "{policy}");
    for denied in ["unsafe-inline", "'unsafe-eval'", other] {
        assert!(!policy.contains(denied), "{policy}");
    }
    assert!(server.get("/manager.html").await.header("content-security-policy").contains(other));
    let elsewhere = server.get("/healthz").await;
    assert!(elsewhere.header("content-security-policy").contains("script-src 'self' 'wasm-unsafe-eval';"));
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = serving().await;
    for path in ["/", "/sw.js", "/nothing", "/healthz", "/v1/events", "/v1/trial"] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("permissions-policy"), "camera=(), microphone=(), geolocation=()");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'; "));
        assert!(answer.header("content-security-policy").ends_with("frame-ancestors 'none'"));
    }
}

#[tokio::test]
async fn without_the_app_the_first_page_says_how_to_build_it() {
    let server = Server::start(&fresh_sqlite().await).await;
    let answer = server.get("/").await;
    answer.is_problem(404, "app-not-built");
    assert!(answer.text.contains("make build"));
}

#[test]
fn packed_copies_are_smaller_than_what_they_pack() {
    for file in EMBEDDED {
        for copy in [&file.brotli, &file.gzip].into_iter().flatten() {
            assert!(copy.len() < file.plain.len(), "{}", file.path);
        }
        assert!(!file.path.ends_with(".br") && !file.path.ends_with(".gz"), "{}", file.path);
    }
}
