//! Who stands beside the kiosk and writes down what customers are told. What it has heard survives the browser: a
//! message that a kill cuts off is not counted, so that the witness claims too little rather than too much.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::wait::until_within;

/// What a customer saw at the end.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Seen {
    /// The words of this customer and of no other.
    pub tag: String,
    /// `thanks` or `not-saved`.
    pub screen: String,
    /// What the page said of its storage in that moment: `ok`, or the warning.
    pub storage: String,
}

impl Seen {
    /// Whether the tablet said that all is well: thanks without a warning.
    pub fn is_stored(&self) -> bool {
        self.screen == "thanks" && self.storage == "ok"
    }
}

/// A small server of its own; the page posts to it.
#[derive(Debug)]
pub struct Witness {
    seen: Arc<Mutex<Vec<Seen>>>,
    address: SocketAddr,
    listening: JoinHandle<()>,
}

impl Witness {
    /// Listens on a free port.
    ///
    /// # Panics
    /// When there is none.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&seen);
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(hear(stream, Arc::clone(&shared)));
            }
        });
        Self { seen, address, listening }
    }

    /// Where the page posts to.
    pub fn address(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Everything heard so far, in its order.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no task of the witness panics with it").clone()
    }

    /// The words of everybody who was thanked, under a warning or not.
    pub fn thanked(&self) -> Vec<String> {
        self.seen().into_iter().filter(|seen| seen.screen == "thanks").map(|seen| seen.tag).collect()
    }

    /// Waits until so many were thanked.
    ///
    /// # Panics
    /// When they are not in time.
    pub async fn see_thanked(&self, count: usize, within: Duration) {
        until_within(within, "customers to be thanked", async || {
            let thanked = self.thanked().len();
            if thanked >= count { Ok(()) } else { Err(format!("{thanked} were")) }
        })
        .await;
    }

    /// How many were told that all is well, and how many heard or saw otherwise.
    pub fn stored_and_warned(&self) -> (usize, usize) {
        let seen = self.seen();
        let stored = seen.iter().filter(|seen| seen.is_stored()).count();
        (stored, seen.len() - stored)
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn hear(mut stream: TcpStream, seen: Arc<Mutex<Vec<Seen>>>) -> Option<()> {
    loop {
        let mut bytes = Vec::new();
        // The message is one line of JSON, and the only thing in a request that begins with a brace.
        let message = loop {
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
            let text = std::str::from_utf8(&bytes).ok()?;
            let body = text.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
            if let Ok(message) = serde_json::from_str::<Seen>(body) {
                break message;
            }
        };
        seen.lock().ok()?.push(message);
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.ok()?;
    }
}
