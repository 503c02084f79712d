//! A collector of one's own: the real program, on a free port, with a store in a folder that goes with it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use candor_core::chain::PersonalText;
use candor_core::event::Event;
use candor_core::wire::CloudEvent;
use tempfile::TempDir;

use crate::process::Program;
use crate::wait::until;

/// A collector as `make run` starts it, which hands a page its token.
#[derive(Debug)]
pub struct Collector {
    running: Option<Program>,
    address: SocketAddr,
    token: String,
    folder: TempDir,
}

impl Collector {
    /// Starts one with an empty store.
    ///
    /// # Panics
    /// When it is not built or does not start.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("the system has room for a store");
        let token = reader_token(&folder);
        let mut running = serve(&folder, "127.0.0.1:0");
        let address = address_of(&mut running).await;
        Self { running: Some(running), address, token, folder }
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
        let mut running = serve(&self.folder, &self.address.to_string());
        assert_eq!(address_of(&mut running).await, self.address);
        self.running = Some(running);
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of the app that it serves.
    pub fn page(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Everything stored, in the order in which it came, each event's hash and its text's digest found to be right.
    ///
    /// # Panics
    /// When the collector does not answer, or something in it is not as a tablet sends it.
    pub async fn events(&self) -> Vec<(Event, Option<PersonalText>)> {
        let request = reqwest::Client::new().get(format!("http://{}/v1/events", self.address)).bearer_auth(&self.token);
        let answer = request.send().await.expect("the collector answers");
        let status = answer.status();
        let lines = answer.text().await.expect("the answer comes whole");
        assert!(status.is_success(), "the collector refused to be read: {status} {lines}");
        let open = |line: &str| {
            let event: CloudEvent = serde_json::from_str(line).unwrap_or_else(|fault| panic!("{fault}: {line}"));
            event.open().unwrap_or_else(|fault| panic!("{}: {line}", fault.detail()))
        };
        lines.lines().map(open).collect()
    }
}

fn serve(folder: &TempDir, listen: &str) -> Program {
    let mut command = Command::new(binary());
    command.args(["serve", "--trial", "--listen", listen, "--store", &store(folder)]);
    Program::start(&mut command, &folder.path().join("collector.log"))
}

async fn address_of(running: &mut Program) -> SocketAddr {
    until("the collector to say where it listens", async || {
        if let Some(end) = running.ended() {
            panic!("the collector did not start: {end}");
        }
        let said = running.said();
        let address = said.lines().find_map(|line| line.split_once("http://")?.1.strip_suffix('/')?.parse().ok());
        address.ok_or(said)
    })
    .await
}

fn reader_token(folder: &TempDir) -> String {
    let output = Command::new(binary())
        .args(["reader", "end-to-end", "--store", &store(folder)])
        .output()
        .unwrap_or_else(|fault| panic!("cannot start the collector: {fault}"));
    assert!(output.status.success(), "no token to read with: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a token is text").trim().to_owned()
}

fn store(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("candor.sqlite").display())
}

/// The built collector: where `CANDOR_COLLECTOR` says, or where `make build` puts it.
///
/// # Panics
/// When it is not there.
fn binary() -> PathBuf {
    let built = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/candor-collector");
    let path = std::env::var_os("CANDOR_COLLECTOR").map_or_else(built, PathBuf::from);
    assert!(path.is_file(), "there is no collector at {}: `make build` makes it", path.display());
    path
}
