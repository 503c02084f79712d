//! A server on a free port, a store that nobody else has, and tablets that make real events.

use std::sync::atomic::{AtomicU64, Ordering};

use candor_collector::http::{EmbeddedFile, Settings, Site, Trial, router};
use candor_collector::serve::{Limits, serve};
use candor_collector::signer::KeySource;
use candor_collector::store::{Store, StoreUrl, now};
use candor_collector::token::{Role, Token};
use candor_core::chain::{Hash, Head, PersonalText};
use candor_core::event::{Body, Draft, Event, EventId, Outcome, Written};
use candor_core::time::{Moment, UnixMillis, Uptime, UtcOffset};
use candor_core::wire::{BATCH_TYPE, CloudEvent, Receipt};
use candor_core::witness::SignedHead;
use ed25519_dalek::{Signature, VerifyingKey};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// An empty store of its own, gone when the test is over.
pub struct Fresh {
    pub url: String,
    _folder: Option<tempfile::TempDir>,
}

pub async fn fresh_sqlite() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    Fresh { url: format!("sqlite:{}", folder.path().join("candor.sqlite").display()), _folder: Some(folder) }
}

/// # Panics
/// Without a server: a part that cannot run fails.
pub async fn fresh_postgres() -> Fresh {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let server = std::env::var("CANDOR_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "CANDOR_TEST_POSTGRES is not set: it names a PostgreSQL server for tests, as in \
             postgres://candor@127.0.0.1:5432/postgres; make test-collector starts one by itself"
        )
    });
    let name = format!("candor_{}_{}_{}", std::process::id(), now().0, NEXT.fetch_add(1, Ordering::Relaxed));
    let pool = sqlx::PgPool::connect(&server).await.expect("CANDOR_TEST_POSTGRES names a server that answers");
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
    pool.close().await;
    let (host, _) = server.rsplit_once('/').unwrap();
    Fresh { url: format!("{host}/{name}"), _folder: None }
}

/// What a test can ask of a server beyond the usual.
#[derive(Default)]
pub struct Options {
    pub settings: Settings,
    pub limits: Limits,
    pub trial: Option<Trial>,
    pub files: Vec<EmbeddedFile>,
    pub key: KeySource,
}

pub struct Server {
    pub base: String,
    pub store: Store,
    client: Client,
    stop: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

/// An answer that has come in whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|fault| panic!("{fault}: {}", self.text))
    }

    pub fn receipt(&self) -> Receipt {
        assert_eq!((self.status, self.header("content-type")), (200, "application/json"), "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    /// Is it a problem of this kind, told well?
    pub fn is_problem(&self, status: u16, kind: &str) {
        assert_eq!((self.status, self.header("content-type")), (status, "application/problem+json"), "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["type"], format!("urn:candor:problem:{kind}"), "{problem}");
        assert_eq!(problem["status"], status);
        assert!(!problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty());
    }
}

impl Server {
    pub async fn start(fresh: &Fresh) -> Self {
        Self::start_with(fresh, Options::default()).await
    }

    pub async fn start_with(fresh: &Fresh, options: Options) -> Self {
        let url: StoreUrl = fresh.url.parse().unwrap();
        let store = Store::open_signing(&url, &options.key).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let router = router(store.clone(), options.settings, options.trial, Site::new(options.files));
        let done = tokio::spawn(serve(listener, router, options.limits, async {
            let _ = stopped.await;
        }));
        Self { base, store, client: Client::new(), stop, done }
    }

    /// Stops as a signal would, and closes the store.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.done.await.unwrap();
        self.store.close().await;
    }

    /// Starts to stop; the handle ends when the server has.
    pub fn begin_stop(self) -> JoinHandle<()> {
        self.stop.send(()).unwrap();
        self.done
    }

    pub async fn enrol(&self, name: &str) -> String {
        self.issue(name, Role::Device).await
    }

    pub async fn reader(&self) -> String {
        self.issue("reader", Role::Reader).await
    }

    async fn issue(&self, name: &str, role: Role) -> String {
        let token = Token::generate(role).unwrap();
        self.store.issue(name, role, token.digest(), now()).await.unwrap();
        token.reveal().to_owned()
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn get_with(&self, path: &str, token: &str) -> Answer {
        send(self.request(Method::GET, path).header("authorization", format!("Bearer {token}"))).await
    }

    pub fn posting(&self, token: &str) -> RequestBuilder {
        self.request(Method::POST, "/v1/events")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", BATCH_TYPE)
    }

    pub async fn post(&self, token: &str, events: &[CloudEvent]) -> Answer {
        send(self.posting(token).body(serde_json::to_string(events).unwrap())).await
    }

    /// What is stored, as the events that came.
    pub async fn stored(&self, token: &str) -> Vec<CloudEvent> {
        self.read_out(token).await.into_iter().map(|line| serde_json::from_value(line).unwrap()).collect()
    }

    /// What is read back, line by line.
    pub async fn read_out(&self, token: &str) -> Vec<Value> {
        let answer = self.get_with("/v1/events", token).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

/// Makes events as a tablet does.
#[derive(Clone)]
pub struct Tablet {
    head: Head,
    made: u64,
}

impl Tablet {
    pub fn new(device: &str) -> Self {
        Self::in_epoch(device, 1)
    }

    pub fn in_epoch(device: &str, epoch: u32) -> Self {
        Self { head: Head { run: 1, ..Head::enrol(device, epoch) }, made: u64::from(epoch) << 32 }
    }

    pub fn in_run(mut self, run: u32) -> Self {
        self.head.run = run;
        self
    }

    pub fn next(&mut self) -> CloudEvent {
        self.next_saying("谢谢 \u{1F600} \"\\\n\u{0}")
    }

    pub fn next_saying(&mut self, comment: &str) -> CloudEvent {
        self.made += 1;
        let mut random = [0; 26];
        random[..8].copy_from_slice(&self.made.to_be_bytes());
        let now = UnixMillis(1_795_398_067_120 + i64::try_from(self.made & 0xffff_ffff).unwrap());
        let moment = Moment { now, offset: UtcOffset(480), uptime: Uptime(self.made & 0xffff), random };
        let body = Body::detailed(EventId::new(&moment), Outcome::Complete, &["wait"], 9);
        let text = PersonalText::new(comment, &[7; 16]);
        let draft = Draft { text: text.clone(), ..Draft::new(&moment, body) };
        let (event, head) = self.head.link(&draft);
        self.head = head;
        CloudEvent::new(&event, text.as_ref())
    }

    /// An event of another kind than a customer's.
    pub fn note(&mut self, body: Body) -> CloudEvent {
        self.made += 1;
        let mut random = [0; 26];
        random[..8].copy_from_slice(&self.made.to_be_bytes());
        let (now, uptime) = (UnixMillis(1_795_398_067_120), Uptime(self.made & 0xffff));
        let moment = Moment { now, offset: UtcOffset(480), uptime, random };
        let (event, head) = self.head.link(&Draft::new(&moment, body));
        self.head = head;
        CloudEvent::new(&event, None)
    }

    pub fn take(&mut self, count: usize) -> Vec<CloudEvent> {
        (0..count).map(|_| self.next()).collect()
    }

    /// Records an event of another tablet of the same name once more, at this one's next place.
    pub fn again(&mut self, event: &CloudEvent) -> CloudEvent {
        let (Event { data, id, time, kind, uptime, .. }, text) = event.clone().open().unwrap();
        let written = Written { id, kind, data, time, uptime, text: text.clone() };
        let (event, head) = self.head.link_written(written);
        self.head = head;
        CloudEvent::new(&event, text.as_ref())
    }

    /// Goes on as if the newest event had been another one.
    pub fn forget_the_newest_hash(&mut self) {
        self.head.hash = Hash::of(b"another event");
    }
}

pub fn ids(events: &[CloudEvent]) -> Vec<EventId> {
    events.iter().map(|event| event.id.clone()).collect()
}

/// The same event with a hash that fits what was made of it.
pub fn resealed(event: &CloudEvent) -> CloudEvent {
    let (mut event, text) = event.clone().take_apart().unwrap();
    event.hash = candor_core::chain::hash(&event);
    CloudEvent::new(&event, text.as_ref())
}

/// Is this head what its key signed?
pub fn is_signed(head: &SignedHead) -> bool {
    let bytes = |digits: &str| -> Vec<u8> {
        digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    };
    let key = VerifyingKey::from_bytes(&bytes(&head.key).try_into().unwrap()).unwrap();
    key.verify_strict(&head.payload(), &Signature::from_slice(&bytes(&head.signature)).unwrap()).is_ok()
}

/// Takes a store back to the schema of version 0.1.0, before there were signatures.
pub async fn downgrade(url: &str) {
    let columns = "ALTER TABLE chains DROP COLUMN first_seen; ALTER TABLE chains DROP COLUMN last_seen; \
         ALTER TABLE chains DROP COLUMN head; DROP TABLE copies; DROP TABLE forwarded;";
    if url.starts_with("sqlite:") {
        let pool = sqlx::SqlitePool::connect(url).await.unwrap();
        let back = format!("{columns} PRAGMA user_version = 1");
        sqlx::raw_sql(sqlx::AssertSqlSafe(back)).execute(&pool).await.unwrap();
        pool.close().await;
    } else {
        let pool = sqlx::PgPool::connect(url).await.unwrap();
        let back = format!("{columns} DROP TABLE signing_key; UPDATE candor_schema SET version = 1");
        sqlx::raw_sql(sqlx::AssertSqlSafe(back)).execute(&pool).await.unwrap();
        pool.close().await;
    }
}
