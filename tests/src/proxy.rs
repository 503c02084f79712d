//! The network between tablet and collector, with its faults.
//!
//! It speaks as much HTTP/1.1 as browsers and the collector do: a head, a body of a stated length, one request a
//! connection. An answer passes as the bytes that came.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::dice::Dice;
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
    /// As [`Self::AnswerLost`], for the first and half of the others.
    AnswerLostHalf,
    /// Whatever a bad line, a busy server and a proxy in between do to them, one after the other by chance.
    Storm,
    /// As [`Self::Storm`], without the answers that never end: those cost half a minute each.
    Squall,
    /// They arrive, and so does the answer, but each takes some seconds: there is nearly always one under way.
    Slow,
    /// 503: nobody behind the proxy.
    Down,
    /// Every connection breaks before anybody has answered, and the browser takes its own network for sound.
    Gone,
    /// 429, with the seconds that it asks for, if any.
    Limited(Option<u32>),
    /// They arrive but for one event in a hundred, which the receipt rejects for good.
    OneInAHundredRejected,
    /// They arrive but for events whose type ends so, which the receipt rejects for good.
    KindRejected(&'static str),
    /// Whatever holds one of those is refused whole with 422.
    OneInAHundredPoison,
}

/// What happens to one upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Pass,
    Delay(Duration),
    Answer(Uploads),
    AnswerLost,
    HalfAnAnswer,
    SlowLoris,
    Reset,
    /// Events whose type ends so; without one those of [`is_refused`].
    Rejected(Option<&'static str>),
    Poison,
}

impl Fate {
    /// Under which name it is counted.
    fn name(self) -> &'static str {
        match self {
            Self::Pass => "passed",
            Self::Delay(_) => "delayed",
            Self::Answer(Uploads::Down) => "503",
            Self::Answer(Uploads::Limited(_)) => "429",
            Self::Answer(_) => "answered by another",
            Self::AnswerLost => "answers lost after the commit",
            Self::HalfAnAnswer => "answers cut in half",
            Self::SlowLoris => "answers that never end",
            Self::Reset => "reset before the server",
            Self::Rejected(_) => "receipts with rejections",
            Self::Poison => "422",
        }
    }
}

/// Whether an endpoint of [`Uploads::OneInAHundredRejected`] or [`Uploads::OneInAHundredPoison`] refuses this event:
/// told by its id, so that it does so each time.
pub fn is_refused(id: &str) -> bool {
    let last = id.get(32..).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    last.is_some_and(|last| last < 0x1_0000 / 100)
}

impl Uploads {
    fn answer_of_another(self) -> Option<String> {
        let of = |status: &str, kind: &str, body: &str| {
            format!("HTTP/1.1 {status}\r\n{kind}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        };
        match self {
            Self::Pass
            | Self::AnswerLost
            | Self::AnswerLostHalf
            | Self::Gone
            | Self::Slow
            | Self::Storm
            | Self::Squall
            | Self::OneInAHundredRejected
            | Self::KindRejected(_)
            | Self::OneInAHundredPoison => None,
            Self::Down => Some(of("503 Service Unavailable", "", "")),
            Self::Limited(None) => Some(of("429 Too Many Requests", "", "")),
            Self::Limited(Some(seconds)) => {
                Some(of("429 Too Many Requests", &format!("Retry-After: {seconds}\r\n"), ""))
            }
            Self::PortalPage => {
                Some(of("200 OK", "Content-Type: text/html\r\n", "<!doctype html><title>Wi-Fi</title>"))
            }
            Self::PortalRedirect => Some(of("302 Found", "Location: /healthz\r\n", "")),
            Self::PortalNoContent => Some("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_owned()),
            Self::PortalJson => Some(of("200 OK", "Content-Type: application/json\r\n", r#"{"status":"ok"}"#)),
        }
    }

    /// What a storm is made of, each with its share of a hundred; of other networks nothing.
    fn weather(self) -> Vec<(Fate, usize)> {
        let endless = match self {
            Self::Storm => 2,
            Self::Squall => 0,
            _ => return Vec::new(),
        };
        let mut weather = vec![
            (Fate::Pass, 35),
            (Fate::Delay(Duration::ZERO), 15),
            (Fate::Answer(Self::Down), 10),
            (Fate::Answer(Self::Limited(Some(1))), 10),
            (Fate::HalfAnAnswer, 10),
            (Fate::SlowLoris, endless),
            (Fate::Reset, 11 - endless),
            (Fate::AnswerLost, 9),
        ];
        weather.retain(|(_, share)| *share > 0);
        weather
    }

    /// What a storm brings, as [`Proxy::met`] names it; of other networks nothing.
    pub fn storm(self) -> Vec<&'static str> {
        self.weather().iter().map(|(fate, _)| fate.name()).collect()
    }

    /// A storm's fates to come, shuffled: first one of each, so that a short storm passes none over, then a hundred in
    /// their shares.
    fn deal(self, is_first: bool, dice: &mut Dice) -> Vec<Fate> {
        let count = |share: usize| if is_first { 1 } else { share };
        let mut deck: Vec<Fate> =
            self.weather().into_iter().flat_map(|(fate, share)| vec![fate; count(share)]).collect();
        for last in (1..deck.len()).rev() {
            deck.swap(last, dice.place(last + 1));
        }
        deck
    }

    /// What happens to the next upload. `met` has those that others have met, `deck` what was dealt of a storm.
    fn fate(self, dice: &mut Dice, met: &BTreeMap<&'static str, u64>, deck: &mut Option<Vec<Fate>>) -> Fate {
        match self {
            Self::Pass => Fate::Pass,
            Self::AnswerLost => Fate::AnswerLost,
            Self::Gone => Fate::Reset,
            Self::AnswerLostHalf => {
                if !met.contains_key(Fate::AnswerLost.name()) || dice.percent(50) {
                    Fate::AnswerLost
                } else {
                    Fate::Pass
                }
            }
            Self::Storm | Self::Squall => {
                if deck.as_ref().is_none_or(Vec::is_empty) {
                    *deck = Some(self.deal(deck.is_none(), dice));
                }
                match deck.as_mut().and_then(Vec::pop) {
                    Some(Fate::Delay(_)) => Fate::Delay(Duration::from_millis(200 + dice.below(3_000))),
                    drawn => drawn.expect("a storm has been dealt"),
                }
            }
            Self::Slow => Fate::Delay(Duration::from_millis(500 + dice.below(1_500))),
            Self::OneInAHundredRejected => Fate::Rejected(None),
            Self::KindRejected(kind) => Fate::Rejected(Some(kind)),
            Self::OneInAHundredPoison => Fate::Poison,
            other => Fate::Answer(other),
        }
    }
}

#[derive(Debug)]
struct Network {
    collector: SocketAddr,
    uploads: Mutex<Uploads>,
    /// How many uploads have met something else than [`Uploads::Pass`] since it was set.
    faulty: Mutex<usize>,
    dice: Mutex<Dice>,
    /// What a storm will bring, the next last; `None` before it begins.
    deck: Mutex<Option<Vec<Fate>>>,
    /// How often each fate was met since the proxy was started.
    met: Mutex<BTreeMap<&'static str, u64>>,
    /// When the first and the last upload came since [`Proxy::set_uploads`].
    came: Mutex<Option<(Instant, Instant)>>,
    /// Answered after the gate has opened: parts of paths.
    held: Mutex<Vec<String>>,
    gate: watch::Sender<bool>,
    reports: Mutex<Vec<String>>,
    /// Seconds that the answers' clock is ahead.
    clock_s: Mutex<i64>,
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
            dice: Mutex::new(Dice::new(0)),
            deck: Mutex::default(),
            met: Mutex::default(),
            came: Mutex::default(),
            held: Mutex::default(),
            gate: watch::channel(true).0,
            reports: Mutex::default(),
            clock_s: Mutex::default(),
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
        *lock(&self.network.came) = None;
        *lock(&self.network.deck) = None;
        *lock(&self.network.uploads) = uploads;
    }

    /// From now on the answers to uploads say that it is so many seconds later than it is.
    pub fn set_clock(&self, seconds: i64) {
        *lock(&self.network.clock_s) = seconds;
    }

    /// Chance from now on comes from this seed.
    pub fn seed(&self, seed: u64) {
        *lock(&self.network.dice) = Dice::new(seed);
    }

    /// What became of uploads, and how often, since the proxy was started.
    pub fn met(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.network.met).clone()
    }

    /// When the first and the last upload came since the last change of what happens to them.
    pub fn came(&self) -> Option<(Instant, Instant)> {
        *lock(&self.network.came)
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
    if !request.head.starts_with("POST /v1/events") {
        let mut answer = forward(&request, network.collector).await?;
        answer.report_violations();
        client.write_all(&answer.bytes()).await.ok()?;
        return client.shutdown().await.ok();
    }
    let now = Instant::now();
    lock(&network.came).get_or_insert((now, now)).1 = now;
    let uploads = *lock(&network.uploads);
    let fate = {
        let mut met = lock(&network.met);
        let fate = uploads.fate(&mut lock(&network.dice), &met, &mut lock(&network.deck));
        *met.entry(fate.name()).or_default() += 1;
        fate
    };
    let outcome = upload(client, &request, fate, &network).await;
    if uploads != Uploads::Pass {
        *lock(&network.faulty) += 1;
    }
    outcome
}

async fn upload(mut client: TcpStream, request: &Message, fate: Fate, network: &Network) -> Option<()> {
    let answer = match fate {
        Fate::Reset => return None,
        Fate::Answer(other) => other.answer_of_another()?.into_bytes(),
        Fate::Poison if request.batch().iter().any(is_refused_event) => {
            b"HTTP/1.1 422 Unprocessable Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
        }
        Fate::Rejected(kind) => {
            let is_rejected =
                |event: &Value| kind.map_or_else(|| is_refused_event(event), |kind| is_of_kind(event, kind));
            without_the_refused(request, network.collector, is_rejected).await?.bytes()
        }
        Fate::Delay(delay) => {
            tokio::time::sleep(delay).await;
            forward(request, network.collector).await?.bytes()
        }
        _ => {
            let mut answer = forward(request, network.collector).await?;
            answer.move_clock(*lock(&network.clock_s));
            answer.bytes()
        }
    };
    match fate {
        Fate::AnswerLost => return None,
        Fate::HalfAnAnswer => client.write_all(&answer[..answer.len() / 2]).await.ok()?,
        Fate::SlowLoris => {
            for byte in answer {
                client.write_all(&[byte]).await.ok()?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        _ => client.write_all(&answer).await.ok()?,
    }
    client.shutdown().await.ok()
}

fn is_refused_event(event: &Value) -> bool {
    event["id"].as_str().is_some_and(is_refused)
}

fn is_of_kind(event: &Value, kind: &str) -> bool {
    event["type"].as_str().is_some_and(|name| name.ends_with(kind))
}

/// Passes on what is not refused, and puts the rest into the collector's receipt.
async fn without_the_refused(
    request: &Message,
    collector: SocketAddr,
    is_refused: impl Fn(&Value) -> bool,
) -> Option<Message> {
    let (refused, taken): (Vec<Value>, Vec<Value>) = request.batch().into_iter().partition(is_refused);
    let mut answer = forward(&request.with_body(Value::from(taken).to_string()), collector).await?;
    let mut receipt: Value = serde_json::from_slice(&answer.body).ok()?;
    let rejection = |event: &Value| json!({ "id": event["id"], "code": "refused-for-good", "detail": "by the test" });
    if let Some(rejected) = receipt["rejected"].as_array_mut() {
        rejected.extend(refused.iter().map(rejection));
        answer = answer.with_body(receipt.to_string());
    }
    Some(answer)
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

    /// The events of a batch, packed or not.
    fn batch(&self) -> Vec<Value> {
        let mut unpacked = Vec::new();
        let body = if self.header("content-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("gzip")) {
            GzDecoder::new(&self.body[..]).read_to_end(&mut unpacked).expect("a packed batch can be unpacked");
            &unpacked
        } else {
            &self.body
        };
        serde_json::from_slice(body).expect("a batch travels as JSON")
    }

    /// The same with another body, which is not packed.
    fn with_body(&self, body: String) -> Self {
        let of_the_body = |line: &str| {
            let line = line.to_ascii_lowercase();
            line.starts_with("content-length:") || line.starts_with("content-encoding:")
        };
        let kept = |line: &&str| !line.is_empty() && !of_the_body(line);
        let lines: Vec<&str> = self.head.lines().filter(kept).collect();
        let head = format!("{}\r\nContent-Length: {}\r\n\r\n", lines.join("\r\n"), body.len());
        Self { head, body: body.into_bytes() }
    }

    fn move_clock(&mut self, seconds: i64) {
        let Some(date) = self.header("date").map(str::to_owned) else { return };
        let time = httpdate::parse_http_date(&date).expect("the collector writes a date");
        let span = Duration::from_secs(seconds.unsigned_abs());
        let moved = if seconds < 0 { time - span } else { time + span };
        self.head = self.head.replace(&date, &httpdate::fmt_http_date(moved));
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
