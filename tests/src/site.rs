//! A site whose release can be changed while pages of it stand open, with the faults of a site in the middle of that.
//!
//! It serves one folder with the collector's media types and security policy, and hands everything below `/v1` to the
//! collector. It packs nothing and knows no conditional requests.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::collector::Collector;
use crate::release::Release;
use crate::wait::until;

/// What happens to a release on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It arrives.
    None,
    /// After so many files of the release's folder the server is gone: every connection breaks.
    DiesAfter(usize),
    /// A file is not there: any whose path ends so.
    Missing(&'static str),
    /// A file comes with one byte turned over.
    Altered(&'static str),
    /// A file is asked for, and the answer does not come.
    Stuck(&'static str),
    /// Somebody else answers everything, 200 and a page to log in at.
    Portal,
}

#[derive(Debug)]
struct State {
    folder: PathBuf,
    fault: Fault,
    /// Files of a release's folder that were asked for since the fault was set.
    asked: Vec<String>,
    takes_uploads: bool,
}

#[derive(Debug)]
struct Shared {
    collector: SocketAddr,
    /// As the collector sends it with its own page.
    policy: String,
    state: Mutex<State>,
    is_up: watch::Sender<bool>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no task of the site panics with it")
    }
}

/// A running site. Dropping it ends it.
#[derive(Debug)]
pub struct Site {
    shared: Arc<Shared>,
    address: SocketAddr,
    accepting: Option<JoinHandle<()>>,
}

impl Site {
    /// Serves a release on a free port. It takes no uploads until [`Self::take_uploads`].
    ///
    /// # Panics
    /// When there is no free port, or the collector does not answer.
    pub async fn start(collector: &Collector, release: &Release) -> Self {
        let page = reqwest::get(collector.page()).await.expect("the collector answers");
        let policy = page.headers().get("content-security-policy").expect("its page has a policy").to_str();
        let state =
            State { folder: release.path().to_owned(), fault: Fault::None, asked: Vec::new(), takes_uploads: false };
        let shared = Arc::new(Shared {
            collector: collector.address(),
            policy: policy.expect("a policy is ASCII").to_owned(),
            state: Mutex::new(state),
            is_up: watch::channel(true).0,
        });
        let mut site = Self { shared, address: ([127, 0, 0, 1], 0).into(), accepting: None };
        site.start_again();
        site
    }

    /// The address to open.
    pub fn page(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on this release is there, and no other.
    pub fn offer(&self, release: &Release) {
        release.path().clone_into(&mut self.shared.state().folder);
    }

    /// From now on this happens to what is asked for.
    pub fn set_fault(&self, fault: Fault) {
        let mut state = self.shared.state();
        state.fault = fault;
        state.asked.clear();
    }

    /// Until a file was asked for whose path ends so.
    ///
    /// # Panics
    /// When it is not.
    pub async fn see_asked(&self, end: &str) {
        until(&format!("{end} to be asked for"), async || {
            let asked = &self.shared.state().asked;
            if asked.iter().any(|path| path.ends_with(end)) { Ok(()) } else { Err(format!("{asked:?}")) }
        })
        .await;
    }

    /// Files of a release's folder that were asked for since the fault was set.
    pub fn asked(&self) -> Vec<String> {
        self.shared.state().asked.clone()
    }

    /// From now on uploads reach the collector.
    pub fn take_uploads(&self) {
        self.shared.state().takes_uploads = true;
    }

    /// Ends the server: nobody listens, and every connection is cut.
    pub fn stop(&mut self) {
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
        }
        self.shared.is_up.send_replace(false);
    }

    /// Listens again on the same address.
    ///
    /// # Panics
    /// When somebody else has taken it.
    pub fn start_again(&mut self) {
        let socket = TcpSocket::new_v4().expect("the system has sockets");
        socket.set_reuseaddr(true).expect("a socket can be told so");
        socket.bind(self.address).expect("the address is free");
        let listener = socket.listen(64).expect("a bound socket listens");
        self.address = listener.local_addr().expect("a listener has an address");
        self.shared.is_up.send_replace(true);
        self.accepting = Some(tokio::spawn(accept(listener, Arc::clone(&self.shared))));
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let mut is_up = shared.is_up.subscribe();
            tokio::select! {
                _ = serve(client, &shared) => {}
                _ = is_up.wait_for(|is_up| !is_up) => {}
            }
        });
    }
}

/// One request a connection.
async fn serve(mut client: TcpStream, shared: &Shared) -> Option<()> {
    let (head, rest) = read_head(&mut client).await?;
    let mut line = head.split(' ');
    let (method, address) = (line.next()?, line.next()?);
    let path = address.split('?').next()?.trim_start_matches('/');
    if path.starts_with("v1/") || path == "healthz" {
        let takes_uploads = shared.state().takes_uploads;
        if method == "POST" && !takes_uploads {
            return client.write_all(&answer("503 Service Unavailable", "text/plain", "", b"")).await.ok();
        }
        return forward(client, &head, &rest, shared.collector).await;
    }
    let bytes = answer_file(path, shared).await?;
    client.write_all(&bytes).await.ok()?;
    client.shutdown().await.ok()
}

async fn read_head(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Some((String::from_utf8(bytes).ok()?, rest));
        }
        if client.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

async fn forward(mut client: TcpStream, head: &str, rest: &[u8], collector: SocketAddr) -> Option<()> {
    let mut upstream = TcpStream::connect(collector).await.ok()?;
    // Else the browser would ask the collector for files on the same connection.
    let kept = |line: &&str| !line.is_empty() && !line.to_ascii_lowercase().starts_with("connection:");
    let lines: Vec<&str> = head.lines().filter(kept).collect();
    upstream.write_all(format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n")).as_bytes()).await.ok()?;
    upstream.write_all(rest).await.ok()?;
    copy_bidirectional(&mut client, &mut upstream).await.ok().map(drop)
}

/// `None` when the connection is to break.
async fn answer_file(path: &str, shared: &Shared) -> Option<Vec<u8>> {
    let (file, fault) = {
        let mut state = shared.state();
        if path.starts_with("release-") {
            state.asked.push(path.to_owned());
        }
        let is_dead = matches!(state.fault, Fault::DiesAfter(files) if state.asked.len() > files);
        if is_dead {
            return None;
        }
        (state.folder.join(if path.is_empty() { "index.html" } else { path }), state.fault.clone())
    };
    let mut body = fs::read(&file).ok().filter(|_| !path.contains(".."));
    match fault {
        Fault::Portal => {
            return Some(answer("200 OK", "text/html", "", b"<!doctype html><title>Wi-Fi</title>"));
        }
        Fault::Missing(end) if path.ends_with(end) => body = None,
        Fault::Altered(end) if path.ends_with(end) => {
            if let Some(byte) = body.as_mut().and_then(|body| body.last_mut()) {
                *byte ^= 1;
            }
        }
        Fault::Stuck(end) if path.ends_with(end) => std::future::pending().await,
        _ => {}
    }
    let Some(body) = body else {
        return Some(answer("404 Not Found", "application/problem+json", "", b"{}"));
    };
    let is_page = file.extension().is_some_and(|extension| extension == "html");
    let policy = if is_page { policy_of(&String::from_utf8_lossy(&body), &shared.policy) } else { String::new() };
    Some(answer("200 OK", content_type(&file), &policy, &body))
}

fn answer(status: &str, content_type: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\n\
         X-Content-Type-Options: nosniff\r\n{headers}Connection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

/// The collector's policy with the hashes of this page's inline blocks. A built page has no other elements' attributes
/// or comments that would look like them.
fn policy_of(page: &str, policy: &str) -> String {
    let directive = |directive: &str| {
        let plain = directive.split_whitespace().filter(|word| !word.starts_with("'sha256-"));
        let hashes = match directive.split_whitespace().next() {
            Some("script-src") => hashes(page, "script"),
            Some("style-src") => hashes(page, "style"),
            _ => Vec::new(),
        };
        plain.map(str::to_owned).chain(hashes).collect::<Vec<_>>().join(" ")
    };
    let directives: Vec<String> = policy.split(';').map(directive).collect();
    format!("Content-Security-Policy: {}\r\n", directives.join("; "))
}

fn hashes(page: &str, element: &str) -> Vec<String> {
    let (begin, end) = (format!("<{element}"), format!("</{element}>"));
    let blocks = page.split(&begin).skip(1).filter_map(|block| {
        let (_, content) = block.split_once('>')?;
        content.split_once(&end).map(|(content, _)| content)
    });
    blocks.map(|content| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(content)))).collect()
}
