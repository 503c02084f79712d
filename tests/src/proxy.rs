//! The network between tablet and collector, with its faults.
//!
//! It speaks as much HTTP/1.1 as browsers and the collector do: a head, a body of a stated length, one request a
//! connection. An answer passes as the bytes that came.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::wait::until;

/// Where violations of the security policy are reported to.
const REPORTS: &str = "/policy-reports";

/// What happens to `POST /v1/events`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uploads {
    /// They arrive, and so does the answer.
    Pass,
    /// Somebody else answers 200 with a page to log in at.
    PortalPage,
    /// Somebody else sends the tablet elsewhere.
    PortalRedirect,
    /// Somebody else answers that there is nothing to say.
    PortalNoContent,
    /// Somebody else answers 200 with JSON that is no receipt.
    PortalJson,
    /// They arrive and are stored; then the connection breaks before the answer.
    AnswerLost,
}

impl Uploads {
    fn answer_of_another(self) -> Option<String> {
        let of = |status: &str, kind: &str, body: &str| {
            format!("HTTP/1.1 {status}\r\n{kind}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        };
        match self {
            Self::Pass | Self::AnswerLost => None,
            Self::PortalPage => {
                Some(of("200 OK", "Content-Type: text/html\r\n", "<!doctype html><title>Wi-Fi</title>"))
            }
            Self::PortalRedirect => Some(of("302 Found", "Location: /healthz\r\n", "")),
            Self::PortalNoContent => Some("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_owned()),
            Self::PortalJson => Some(of("200 OK", "Content-Type: application/json\r\n", r#"{"status":"ok"}"#)),
        }
    }
}

#[derive(Debug)]
struct Network {
    collector: SocketAddr,
    uploads: Mutex<Uploads>,
    /// How many uploads have met something else than [`Uploads::Pass`] since it was set.
    faulty: Mutex<usize>,
    /// Answered after the gate has opened: parts of paths.
    held: Mutex<Vec<String>>,
    gate: watch::Sender<bool>,
    reports: Mutex<Vec<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no task of the proxy panics with it")
}

/// A proxy in front of a collector. Dropping it cuts every connection.
#[derive(Debug)]
pub struct Proxy {
    network: Arc<Network>,
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port and passes everything on.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start(collector: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let network = Arc::new(Network {
            collector,
            uploads: Mutex::new(Uploads::Pass),
            faulty: Mutex::new(0),
            held: Mutex::default(),
            gate: watch::channel(true).0,
            reports: Mutex::default(),
        });
        let shared = Arc::clone(&network);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // A browser that hangs up is none of the proxy's business.
                tokio::spawn(serve(client, Arc::clone(&shared)));
            }
        });
        Self { network, address, accepting }
    }

    /// The address to open instead of the collector's.
    pub fn page(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// From now on this happens to uploads.
    pub fn set_uploads(&self, uploads: Uploads) {
        *lock(&self.network.faulty) = 0;
        *lock(&self.network.uploads) = uploads;
    }

    /// Until the fault has been met that often.
    ///
    /// # Panics
    /// When the tablet does not try so often in time.
    pub async fn see_faulty_uploads(&self, count: usize) {
        until(&format!("{count} uploads to meet the fault"), async || {
            let met = *lock(&self.network.faulty);
            if met >= count { Ok(()) } else { Err(format!("{met} uploads")) }
        })
        .await;
    }

    /// Answers nothing whose path contains `part`, until [`Self::release`].
    pub fn hold_back(&self, part: &str) {
        lock(&self.network.held).push(part.to_owned());
        self.network.gate.send_replace(false);
    }

    /// Answers what was held back.
    pub fn release(&self) {
        lock(&self.network.held).clear();
        self.network.gate.send_replace(true);
    }

    /// Has each page report what its security policy refuses. The policy itself stays as the collector sent it.
    pub fn reports(&self) -> Vec<String> {
        lock(&self.network.reports).clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(mut client: TcpStream, network: Arc<Network>) -> Option<()> {
    let request = Message::read(&mut client).await?;
    let path = request.path().to_owned();
    if path == REPORTS {
        lock(&network.reports).push(String::from_utf8_lossy(&request.body).into_owned());
        let thanks = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
        return client.write_all(thanks).await.ok();
    }
    if lock(&network.held).iter().any(|part| path.contains(part.as_str())) {
        network.gate.subscribe().wait_for(|is_open| *is_open).await.ok()?;
    }
    let is_upload = request.head.starts_with("POST /v1/events");
    let uploads = if is_upload { *lock(&network.uploads) } else { Uploads::Pass };
    if let Some(answer) = uploads.answer_of_another() {
        client.write_all(answer.as_bytes()).await.ok()?;
    } else {
        let mut answer = forward(&request, network.collector).await?;
        if uploads == Uploads::Pass {
            answer.report_violations();
            client.write_all(&answer.bytes()).await.ok()?;
        }
    }
    if uploads != Uploads::Pass {
        *lock(&network.faulty) += 1;
    }
    client.shutdown().await.ok()
}

/// `None` when the collector does not answer: the browser then gets no answer either.
async fn forward(request: &Message, collector: SocketAddr) -> Option<Message> {
    let mut upstream = TcpStream::connect(collector).await.ok()?;
    upstream.write_all(&request.closing().bytes()).await.ok()?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).await.ok()?;
    let end = end_of_head(&answer)?;
    let head = String::from_utf8(answer[..end].to_vec()).ok()?;
    Some(Message { head, body: answer.split_off(end) }.closing())
}

/// A request or an answer: its head, with the empty line that ends it, and the bytes that follow.
#[derive(Debug)]
struct Message {
    head: String,
    body: Vec<u8>,
}

impl Message {
    async fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = end_of_head(&bytes) {
                break end;
            }
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        };
        let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
        let mut message = Self { head, body: bytes.split_off(end) };
        let length = message.header("content-length").map_or(Some(0), |length| length.parse().ok())?;
        while message.body.len() < length {
            if stream.read_buf(&mut message.body).await.ok()? == 0 {
                return None;
            }
        }
        Some(message)
    }

    fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }

    /// The same, with a connection that ends after it.
    fn closing(&self) -> Self {
        let kept = |line: &&str| !line.is_empty() && !line.to_ascii_lowercase().starts_with("connection:");
        let lines: Vec<&str> = self.head.lines().filter(kept).collect();
        Self { head: format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n")), body: self.body.clone() }
    }

    fn report_violations(&mut self) {
        if let Some(policy) = self.header("content-security-policy").map(str::to_owned) {
            self.head = self.head.replace(&policy, &format!("{policy}; report-uri {REPORTS}"));
        }
    }

    fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), &self.body].concat()
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}
