//! The program itself: how it starts, what it says when it cannot, and how it ends.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use candor_collector::serve::Limits;

use super::support::{Fresh, Options, Server, Tablet, fresh_sqlite, send};

fn collector(store: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor-collector"));
    command.args(arguments).env("CANDOR_STORE", store).env("CANDOR_LOG", "info");
    command
}

fn run(store: &str, arguments: &[&str]) -> Output {
    collector(store, arguments).output().unwrap()
}

fn said(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8(output.stderr.clone()).unwrap())
}

/// A running collector, its address, and what it said up to there. Killed if the test ends early.
struct Running {
    child: Child,
    base: String,
    said: String,
}

impl Running {
    fn start(store: &str, arguments: &[&str], until: &str) -> Self {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut child = collector(store, &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains(until) {
            assert_ne!(lines.read_line(&mut said).unwrap(), 0, "it ended early: {said}");
        }
        child.stdout = Some(lines.into_inner());
        let at = said.find("http://").unwrap();
        let base = said[at..].split(['/', '\n']).nth(2).map(|address| format!("http://{address}")).unwrap();
        Self { child, base, said }
    }

    /// Sends a signal, waits, and gives the exit code and what was logged.
    fn end(&mut self, signal: &str) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let mut logged = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut logged).unwrap();
        (self.child.wait().unwrap().code(), logged)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_trial_starts_says_where_it_is_and_stops_when_told() {
    let fresh = fresh_sqlite().await;
    for signal in ["-INT", "-TERM"] {
        let mut running = Running::start(&fresh.url, &["--trial"], "curl");
        let client = reqwest::Client::new();
        let trial = send(client.get(format!("{}/v1/trial", running.base))).await;
        let token = trial.json()["token"].as_str().unwrap().to_owned();
        let body = serde_json::to_string(&Tablet::new("t").take(2)).unwrap();
        let post = client.post(format!("{}/v1/events", running.base)).bearer_auth(&token);
        let post = post.header("content-type", "application/cloudevents-batch+json").body(body);
        assert_eq!(send(post).await.receipt().accepted.len(), 2);

        let reader = running.said.split("Bearer ").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        let stored = send(client.get(format!("{}/v1/events?after=0", running.base)).bearer_auth(&reader)).await;
        assert_eq!(stored.text.lines().count(), 2);

        let (code, logged) = running.end(signal);
        assert_eq!(code, Some(0), "{logged}");
        assert_eq!(logged.matches("answered").count(), 3, "one line a request: {logged}");
        for secret in [token.as_str(), reader.as_str(), "after=0", "wait"] {
            assert!(!logged.contains(secret), "{logged}");
        }
    }
}

#[tokio::test]
async fn names_get_tokens_by_the_command_line() {
    let Fresh { url, .. } = &fresh_sqlite().await;
    let output = run(url, &["enrol", "lobby"]);
    let token = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    assert!(token.starts_with("cdt_"), "{token}");
    assert!(!said(&run(url, &["reader", "lobby"])).1.contains("cdr_"));
    assert_eq!(said(&run(url, &["reader", "lobby"])).0, Some(1), "the name is a device's");
    assert_eq!(run(url, &["reader", "office"]).stdout[..4], *b"cdr_");
    let listed = String::from_utf8(run(url, &["devices"]).stdout).unwrap();
    assert!(listed.contains("lobby: device, 1 good token(s)") && listed.contains("office: reader"), "{listed}");
    assert!(!listed.contains(&token));
    assert_eq!(run(url, &["revoke", "lobby"]).stdout, b"1 token of lobby revoked\n");
    assert_eq!(said(&run(url, &["revoke", "nobody"])).0, Some(1));
    assert_eq!(said(&run(url, &["enrol", ""])).0, Some(1));
}

#[tokio::test]
async fn the_public_key_is_shown_and_stays() {
    let fresh = fresh_sqlite().await;
    let show = |arguments: &[&str]| {
        let output = run(&fresh.url, &[&["key"], arguments].concat());
        (output.status.code(), String::from_utf8(output.stdout).unwrap().trim().to_owned())
    };
    run(&fresh.url, &["enrol", "lobby"]);
    let file = std::path::PathBuf::from(format!("{}.key", fresh.url.trim_start_matches("sqlite:")));
    assert!(!file.exists(), "only what signs makes a key");
    let (_, key) = show(&[]);
    assert_eq!((key.len(), file.exists()), (64, true));
    assert_eq!(show(&[]), (Some(0), key.clone()));
    let own = file.with_extension("own");
    let (_, other) = show(&["--signing-key", own.to_str().unwrap()]);
    assert!(own.exists() && other != key);

    let running = Running::start(&fresh.url, &["--signing-key", own.to_str().unwrap()], "Ctrl-C");
    assert!(running.said.contains(&other), "{}", running.said);
    let answer = send(reqwest::Client::new().get(format!("{}/v1/key", running.base))).await;
    assert_eq!(answer.text, format!(r#"{{"algorithm":"Ed25519","key":"{other}"}}"#));

    std::fs::write(&file, "no key").unwrap();
    let (code, message) = said(&run(&fresh.url, &["key"]));
    assert!(code == Some(1) && message.contains("64 hexadecimal digits"), "{message}");
}

#[tokio::test]
async fn says_what_to_do_when_it_cannot_start() {
    let fresh = fresh_sqlite().await;
    let running = Running::start(&fresh.url, &[], "Ctrl-C");
    let address = running.base.trim_start_matches("http://").to_owned();
    let check = |store: &str, arguments: &[&str], expected: &str| {
        let (code, message) = said(&run(store, arguments));
        assert_eq!(code, Some(1), "{message}");
        assert!(message.contains(expected), "{expected:?} in {message}");
        assert!(!message.contains("s3cret"), "{message}");
    };
    check(&fresh.url, &["serve", "--listen", &address], "is taken by another program");
    check(&fresh.url, &["serve", "--trial", "--listen", "0.0.0.0:0"], "--listen 127.0.0.1");
    check("mysql://c:s3cret@db/c", &["devices"], "a store is sqlite:<file> or postgres://");
    check("postgres://c:s3cret@127.0.0.1:1/c", &["devices"], "the PostgreSQL database c at 127.0.0.1:1");
    check("sqlite:/nowhere/at/all/candor.sqlite", &["enrol", "lobby"], "/nowhere/at/all/candor.sqlite");
    let help = run("postgres://c:s3cret@db/c", &["serve", "--help"]);
    assert!(!String::from_utf8(help.stdout).unwrap().contains("s3cret"));
}

#[tokio::test]
async fn looking_into_a_store_that_is_not_there_makes_none() {
    let fresh = fresh_sqlite().await;
    for arguments in [&["devices"][..], &["revoke", "lobby"]] {
        let (code, message) = said(&run(&fresh.url, arguments));
        assert!(code == Some(1) && message.contains("candor.sqlite is not there"), "{message}");
    }
    assert!(!std::path::Path::new(fresh.url.trim_start_matches("sqlite:")).exists());
}

#[tokio::test]
async fn refuses_the_store_of_a_newer_version() {
    let fresh = fresh_sqlite().await;
    Server::start(&fresh).await.stop().await;
    let pool = sqlx::SqlitePool::connect(&fresh.url).await.unwrap();
    sqlx::raw_sql("PRAGMA user_version = 99").execute(&pool).await.unwrap();
    pool.close().await;
    let (code, message) = said(&run(&fresh.url, &["devices"]));
    assert!(code == Some(1) && message.contains("schema 99"), "{message}");
}

#[tokio::test]
async fn finishes_what_is_under_way_and_takes_nothing_new() {
    let fresh = fresh_sqlite().await;
    let server = Server::start(&fresh).await;
    let token = server.enrol("lobby").await;
    let store = server.store.clone();
    let base = server.base.clone();
    // A body that comes in two halves; between them the server is told to stop.
    let body = serde_json::to_string(&Tablet::new("t").take(2)).unwrap();
    let (half, rest) = body.split_at(body.len() / 2);
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-type: application/cloudevents-batch+json\r\ncontent-length: {}\r\n\r\n{half}",
        body.len()
    );
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = base.trim_start_matches("http://").to_owned();
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    // An answer on a second connection shows that the first is being attended.
    server.get("/healthz").await;
    let done = server.begin_stop();
    while tokio::net::TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stream.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("accepted"), "{answer}");
    done.await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn does_not_wait_for_ever_for_a_client_that_hangs() {
    let fresh = fresh_sqlite().await;
    let limits = Limits { farewell_time: Duration::from_millis(200), ..Limits::default() };
    let server = Server::start_with(&fresh, Options { limits, ..Options::default() }).await;
    let token = server.enrol("lobby").await;
    use tokio::io::AsyncWriteExt;
    let mut stream = tokio::net::TcpStream::connect(server.base.trim_start_matches("http://")).await.unwrap();
    let head =
        format!("POST /v1/events HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\ncontent-length: 9\r\n\r\n[");
    stream.write_all(head.as_bytes()).await.unwrap();
    server.get("/healthz").await;
    tokio::time::timeout(Duration::from_secs(5), server.begin_stop()).await.unwrap().unwrap();
}
