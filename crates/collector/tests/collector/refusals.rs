//! Every refusal says what is wrong, where, and what to do, and stores nothing.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use candor_collector::http::Settings;
use candor_collector::serve::Limits;
use candor_core::wire::BATCH_TYPE;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Answer, Options, Server, Tablet, fresh_sqlite, send};

const SINGLE_TYPE: &str = "application/cloudevents+json";

/// Posts a body and gives the problem back, once it is sure that nothing was stored.
async fn refusal(content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let fresh = fresh_sqlite().await;
    let server = Server::start(&fresh).await;
    let (token, reader) = (server.enrol("lobby").await, server.reader().await);
    let request = server.request(Method::POST, "/v1/events").header("authorization", format!("Bearer {token}"));
    let answer = send(request.header("content-type", content_type).body(body)).await;
    assert!(server.stored(&reader).await.is_empty());
    answer
}

async fn check(content_type: &str, body: impl Into<reqwest::Body>, status: u16, kind: &str, says: &str) {
    let answer = refusal(content_type, body).await;
    answer.is_problem(status, kind);
    assert!(answer.json()["detail"].as_str().unwrap().contains(says), "{says:?} in {}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn bad_json_is_told_with_its_place() {
    check(BATCH_TYPE, "[\n {]", 400, "bad-json", "line 2, column 3").await;
    check(BATCH_TYPE, "", 400, "bad-json", "line 1, column 0").await;
    check(BATCH_TYPE, b"[\"\xff\"]".to_vec(), 400, "bad-json", "line 1").await;
    check(SINGLE_TYPE, "{", 400, "bad-json", "line 1").await;
}

#[tokio::test]
async fn what_is_no_batch_is_told_with_its_index() {
    let event = serde_json::to_string(&Tablet::new("t").next()).unwrap();
    check(BATCH_TYPE, event.clone(), 400, "not-a-batch", "array").await;
    check(BATCH_TYPE, format!("[{event}, 7]"), 400, "not-a-batch", "index 1").await;
    check(BATCH_TYPE, format!("[{event}, [\"id\"]]"), 400, "not-a-batch", "index 1").await;
    check(BATCH_TYPE, format!("[{event}, {{}}]"), 400, "unnamed-event", "index 1").await;
    check(SINGLE_TYPE, "[]", 400, "not-a-batch", "the event").await;
}

#[tokio::test]
async fn only_cloudevents_are_taken() {
    check("application/json", "[]", 415, "unsupported-type", BATCH_TYPE).await;
    check("text/plain", "[]", 415, "unsupported-type", "text/plain").await;
    let fresh = fresh_sqlite().await;
    let server = Server::start(&fresh).await;
    let token = server.enrol("lobby").await;
    let request = server.request(Method::POST, "/v1/events").header("authorization", format!("bearer {token}"));
    send(request.body("[]")).await.is_problem(415, "unsupported-type");
    let parameters = "Application/CloudEvents-Batch+JSON; charset=utf-8";
    let request = server.request(Method::POST, "/v1/events").header("authorization", format!("bearer {token}"));
    send(request.header("content-type", parameters).body("[]")).await.receipt();
}

#[tokio::test]
async fn one_event_alone_is_accepted_or_refused_as_a_whole() {
    let event = serde_json::to_value(Tablet::new("t").next()).unwrap();
    let faulty = |key: &str, value: Value| {
        let mut event = event.clone();
        event[key] = value;
        event.to_string()
    };
    let unknown = refusal(SINGLE_TYPE, faulty("type", json!("cn.candor.rating.guessed"))).await;
    unknown.is_problem(422, "rejected-event");
    assert_eq!(unknown.json()["code"], "unknown-type");
    assert_eq!(refusal(SINGLE_TYPE, faulty("deviceseq", json!(2))).await.json()["code"], "hash-mismatch");

    let fresh = fresh_sqlite().await;
    let server = Server::start(&fresh).await;
    let token = server.enrol("lobby").await;
    let post = || {
        let request = server.request(Method::POST, "/v1/events").header("authorization", format!("Bearer {token}"));
        send(request.header("content-type", SINGLE_TYPE).body(event.to_string()))
    };
    assert_eq!(post().await.receipt().accepted.len(), 1);
    assert_eq!(post().await.receipt().accepted.len(), 1, "a duplicate is accepted");
}

fn small() -> Options {
    Options { settings: Settings { max_body: 20_000, ..Settings::default() }, ..Options::default() }
}

#[tokio::test]
async fn too_large_is_told_however_it_is_packed() {
    let fresh = fresh_sqlite().await;
    let server = Server::start_with(&fresh, small()).await;
    let token = server.enrol("lobby").await;
    let large = format!("[{}]", " ".repeat(5_000_000));
    let check = async |request: reqwest::RequestBuilder| {
        let answer = send(request).await;
        answer.is_problem(413, "too-large");
        assert!(answer.text.contains("20000"), "{}", answer.text);
    };
    check(server.posting(&token).body(large.clone())).await;
    let bomb = gzip(large.as_bytes());
    assert!(bomb.len() < 20_000);
    check(server.posting(&token).header("content-encoding", "gzip").body(bomb)).await;
    let piece = gzip(&[b' '; 15_000]);
    let pieces = [piece.clone(), piece.clone(), piece].concat();
    check(server.posting(&token).header("content-encoding", "gzip").body(pieces)).await;
    check(server.posting(&token).body(format!("[{}]", " ".repeat(19_999)))).await;
    send(server.posting(&token).body(format!("[{}]", " ".repeat(19_998)))).await.receipt();
}

#[tokio::test]
async fn packed_bodies_are_unpacked_by_gzip_only() {
    let fresh = fresh_sqlite().await;
    let server = Server::start(&fresh).await;
    let (token, reader) = (server.enrol("lobby").await, server.reader().await);
    let events = Tablet::new("t").take(40);
    let packed = gzip(serde_json::to_string(&events).unwrap().as_bytes());
    let answer = send(server.posting(&token).header("content-encoding", "gzip").body(packed.clone())).await;
    assert_eq!(answer.header("accept-encoding"), "gzip");
    answer.receipt();
    assert_eq!(server.stored(&reader).await, events);

    let post = |encoding, body: Vec<u8>| send(server.posting(&token).header("content-encoding", encoding).body(body));
    let refused = post("br", packed.clone()).await;
    refused.is_problem(415, "unsupported-type");
    assert_eq!(refused.header("accept-encoding"), "gzip", "a refusal says what is taken");
    post("gzip", b"[]".to_vec()).await.is_problem(400, "unreadable-body");
    post("gzip", packed[..packed.len() / 2].to_vec()).await.is_problem(400, "unreadable-body");
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(plain).unwrap();
    packer.finish().unwrap()
}

#[tokio::test]
async fn without_the_right_token_nothing_is_taken_and_nothing_shown() {
    let fresh = fresh_sqlite().await;
    let server = Server::start(&fresh).await;
    let (device, reader) = (server.enrol("lobby").await, server.reader().await);
    let post = |header: &'static str| {
        send(server.request(Method::POST, "/v1/events").header("authorization", header).body("x".repeat(3_000_000)))
    };
    for header in ["", "Bearer", "Bearer cdt_unknown", "Basic Zm9vOmJhcg=="] {
        let answer = post(header).await;
        answer.is_problem(401, "unauthorized");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{header:?}");
    }
    send(server.request(Method::POST, "/v1/events")).await.is_problem(401, "unauthorized");
    for path in ["/v1/events", "/v1/devices"] {
        server.get(path).await.is_problem(401, "unauthorized");
        server.get_with(path, &device).await.is_problem(403, "wrong-token");
    }
    server.post(&reader, &Tablet::new("t").take(1)).await.is_problem(403, "wrong-token");
}

#[tokio::test]
async fn two_tokens_are_refused_whichever_comes_first() {
    let fresh = fresh_sqlite().await;
    let server = Server::start(&fresh).await;
    let (device, reader) = (server.enrol("lobby").await, server.reader().await);
    for tokens in [[&device, &reader], [&reader, &device], [&device, &device]] {
        for (method, path) in [(Method::POST, "/v1/events"), (Method::GET, "/v1/events"), (Method::GET, "/v1/devices")]
        {
            let bearing = |request: reqwest::RequestBuilder, token: &String| {
                request.header("authorization", format!("Bearer {token}"))
            };
            let request = tokens.into_iter().fold(server.request(method, path), bearing);
            send(request.header("content-type", BATCH_TYPE).body("[]")).await.is_problem(400, "several-tokens");
        }
    }
}

#[tokio::test]
async fn other_methods_and_addresses_are_told() {
    let fresh = fresh_sqlite().await;
    let server = Server::start(&fresh).await;
    let check = async |method: Method, path: &str, allow: &str| {
        let answer = send(server.request(method, path)).await;
        answer.is_problem(405, "method-not-allowed");
        assert_eq!(answer.header("allow"), allow, "{path}");
    };
    check(Method::PUT, "/v1/events", "GET, HEAD, OPTIONS, POST").await;
    check(Method::POST, "/v1/devices", "GET, HEAD").await;
    check(Method::DELETE, "/v1/trial", "GET, HEAD").await;
    check(Method::POST, "/v1/key", "GET, HEAD").await;
    check(Method::POST, "/healthz", "GET, HEAD").await;
    for path in ["/v1", "/v1/", "/v1/event", "/v2/events", "/app.js", "/../Cargo.toml"] {
        server.get(path).await.is_problem(404, "not-found");
    }
    let reader = server.reader().await;
    let nonsense = ["x", "-1", "%2B1", "", "1.5", "0x10", "9223372036854775808", "1&after=2"];
    let nonsense = nonsense.iter().map(|after| format!("after={after}"));
    for query in nonsense.chain(["limit=-1".into(), "limit=".into(), "before=2".into()]) {
        let answer = server.get_with(&format!("/v1/events?{query}"), &reader).await;
        answer.is_problem(400, "bad-query");
        assert!(answer.text.contains("after is the collectorcursor of an event"), "{}", answer.text);
    }
    assert_eq!(server.get_with("/v1/events?after=9223372036854775807&limit=9", &reader).await.status, 200);
}

#[tokio::test]
async fn health_is_the_stores_health() {
    let fresh = fresh_sqlite().await;
    let server = Server::start(&fresh).await;
    let answer = server.get("/healthz").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, r#"{"status":"ok"}"#));
    assert!(!answer.header("date").is_empty());
    let token = server.enrol("lobby").await;
    server.store.close().await;
    let answer = server.get("/healthz").await;
    answer.is_problem(503, "unavailable");
    assert_eq!(answer.header("retry-after"), "5");
    server.post(&token, &[]).await.is_problem(503, "unavailable");
}

#[tokio::test]
async fn pages_of_other_origins_send_only_when_they_are_named() {
    let fresh = fresh_sqlite().await;
    let settings = Settings { allow_origins: vec!["https://kiosk.example".parse().unwrap()], ..Settings::default() };
    let server = Server::start_with(&fresh, Options { settings, ..Options::default() }).await;
    let asked = async |method: Method, origin: &'static str| {
        let request = server.request(method, "/v1/events").header("origin", origin);
        send(request.header("access-control-request-method", "POST")).await
    };
    let answer = asked(Method::OPTIONS, "https://kiosk.example").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, "https://kiosk.example"));
    assert!(answer.header("access-control-allow-headers").contains("authorization"));
    assert_eq!(answer.header("access-control-allow-methods"), "POST");

    let answer = asked(Method::POST, "https://kiosk.example").await;
    answer.is_problem(401, "unauthorized");
    assert_eq!(answer.header("access-control-allow-origin"), "https://kiosk.example", "a refusal can be read too");
    assert_eq!(answer.header("access-control-expose-headers"), "Accept-Encoding, Date, Retry-After");
    for (method, origin) in [(Method::OPTIONS, "https://evil.example"), (Method::GET, "https://kiosk.example")] {
        let answer = asked(method, origin).await;
        assert_eq!((answer.header("access-control-allow-origin"), answer.header("vary")), ("", "Origin"));
    }
}

#[tokio::test]
async fn a_slow_client_is_let_go() {
    let fresh = fresh_sqlite().await;
    let settings = Settings { request_time: Duration::from_millis(300), ..Settings::default() };
    let limits = Limits { header_time: Duration::from_millis(300), ..Limits::default() };
    let server = Server::start_with(&fresh, Options { settings, limits, ..Options::default() }).await;
    let token = server.enrol("lobby").await;
    let address = server.base.trim_start_matches("http://").to_owned();
    let speak = move |text: String| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let (start, mut answer) = (Instant::now(), String::new());
        stream.read_to_string(&mut answer).unwrap();
        assert!(start.elapsed() < Duration::from_secs(5));
        answer
    };
    let half_a_body = format!(
        "POST /v1/events HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\ncontent-type: {BATCH_TYPE}\r\ncontent-length: 9\r\n\r\n["
    );
    let answers = tokio::task::spawn_blocking(move || [speak(half_a_body), speak("GET / HTTP/1.1\r\nhost:".into())]);
    let [body, headers] = answers.await.unwrap();
    assert!(body.starts_with("HTTP/1.1 408") && body.contains("urn:candor:problem:too-slow"), "{body}");
    assert!(!headers.contains("200 OK"), "{headers}");
}
