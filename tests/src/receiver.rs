//! Receivers that are not ours: programs made of other people's libraries, in `tests/receivers`, run by Node.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use candor_core::chain::PersonalText;
use candor_core::event::Event;
use candor_core::wire::CloudEvent;
use serde_json::Value;
use tempfile::TempDir;

use crate::process::Program;
use crate::wait::until;

/// Which program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The CloudEvents SDK for JavaScript reads what comes, and answers with receipts.
    Sdk,
    /// A webhook that knows nothing of Candor and answers plainly.
    Webhook,
}

/// A running receiver with a store of its own. Dropping it ends it.
#[derive(Debug)]
pub struct Receiver {
    kind: Kind,
    running: Option<Program>,
    address: SocketAddr,
    folder: TempDir,
}

impl Receiver {
    /// Starts one with an empty store.
    ///
    /// # Panics
    /// When it is not installed or does not start.
    pub async fn start(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("the system has room for a store");
        let mut running = serve(kind, &folder, "127.0.0.1:0");
        let address = address_of(&mut running).await;
        Self { kind, running: Some(running), address, folder }
    }

    /// Ends the process as a power cut would.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Starts it on the same address with the same store.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_again(&mut self) {
        let mut running = serve(self.kind, &self.folder, &self.address.to_string());
        assert_eq!(address_of(&mut running).await, self.address);
        self.running = Some(running);
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything stored, in the order in which it came, each event's hash found to be right.
    ///
    /// # Panics
    /// When the receiver does not answer, or something in it is not as a tablet sends it.
    pub async fn events(&self) -> Vec<(Event, Option<PersonalText>)> {
        let column = if self.kind == Kind::Sdk { "event" } else { "object" };
        let open = |row: &Value| {
            let json = row[column].as_str().expect("a stored event is text");
            let event: CloudEvent = serde_json::from_str(json).unwrap_or_else(|fault| panic!("{fault}: {json}"));
            event.open().unwrap_or_else(|fault| panic!("{}: {json}", fault.detail()))
        };
        self.rows("stored").await.iter().map(open).collect()
    }

    /// Every request that was taken, in order.
    ///
    /// # Panics
    /// When the receiver does not answer.
    pub async fn requests(&self) -> Vec<Value> {
        self.rows("requests").await
    }

    async fn rows(&self, of: &str) -> Vec<Value> {
        let answer = reqwest::get(format!("http://{}/{of}", self.address)).await.expect("the receiver answers");
        let text = answer.text().await.expect("the answer comes whole");
        serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{fault}: {text}"))
    }
}

fn serve(kind: Kind, folder: &TempDir, listen: &str) -> Program {
    let program = match kind {
        Kind::Sdk => "sdk.js",
        Kind::Webhook => "webhook.js",
    };
    let mut command = Command::new("node");
    command.arg(here().join("receivers").join(program)).arg(listen).arg(folder.path().join("store.sqlite"));
    command.env("NODE_PATH", libraries());
    Program::start(&mut command, &folder.path().join("receiver.log"))
}

async fn address_of(running: &mut Program) -> SocketAddr {
    until("the receiver to say where it listens", async || {
        if let Some(end) = running.ended() {
            panic!("the receiver did not start: {end}");
        }
        let said = running.said();
        let address = said.lines().find_map(|line| line.split_once("http://")?.1.strip_suffix('/')?.parse().ok());
        address.ok_or(said)
    })
    .await
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Other people's libraries for Node: where `CANDOR_RECEIVERS` says, or where the set-up puts them.
///
/// # Panics
/// When they are not there.
pub fn libraries() -> PathBuf {
    let installed = || here().join("../.tools/receivers/node_modules");
    let path = std::env::var_os("CANDOR_RECEIVERS").map_or_else(installed, PathBuf::from);
    assert!(path.is_dir(), "there is no {}: `scripts/setup.sh test` installs the receivers", path.display());
    path
}
