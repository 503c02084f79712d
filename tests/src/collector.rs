//! A collector of one's own: the real program, on a free port, with a store in a folder that goes with it.

use std::fs;
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

/// A collector as `make run` starts it, which hands a page its token.
#[derive(Debug)]
pub struct Collector {
    running: Option<Program>,
    address: SocketAddr,
    token: String,
    options: Vec<String>,
    folder: TempDir,
}

impl Collector {
    /// Starts one with an empty store.
    ///
    /// # Panics
    /// When it is not built or does not start.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts one with further options of its command line.
    ///
    /// # Panics
    /// When it is not built or does not start.
    pub async fn start_with(options: &[&str]) -> Self {
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        let folder = tempfile::tempdir().expect("the system has room for a store");
        let token = token_of(&folder, "reader", "end-to-end");
        let mut running = serve(&folder, "127.0.0.1:0", &options);
        let address = address_of(&mut running).await;
        Self { running: Some(running), address, token, options, folder }
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
        let mut running = serve(&self.folder, &self.address.to_string(), &self.options);
        assert_eq!(address_of(&mut running).await, self.address);
        self.running = Some(running);
    }

    /// A copy of the store as it is on disk; only while the collector is stopped.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn copy_store(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = fs::read_dir(self.folder.path()).expect("the store's folder is there").flatten();
        let of_store = files.map(|file| file.path()).filter(|path| path.to_string_lossy().contains("candor.sqlite"));
        of_store.map(|path| (path.clone(), fs::read(path).expect("a stopped store can be read"))).collect()
    }

    /// Puts a copy of the store back, as from yesterday's back-up; only while the collector is stopped.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn put_back_store(&self, copy: &[(PathBuf, Vec<u8>)]) {
        for (path, _) in self.copy_store() {
            fs::remove_file(path).expect("a stopped store can be removed");
        }
        for (path, bytes) in copy {
            fs::write(path, bytes).expect("there is room for the store");
        }
    }

    /// Enrols a device beside the trial's and gives its token.
    ///
    /// # Panics
    /// When it gets none.
    pub fn enrol(&self, name: &str) -> String {
        token_of(&self.folder, "enrol", name)
    }

    /// The public key that it signs with, as its own program prints it for whoever is to trust it.
    ///
    /// # Panics
    /// When it does not tell.
    pub fn public_key(&self) -> String {
        said(&["key", "--store", &store(&self.folder)])
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of the app that it serves.
    pub fn page(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The chains of which the collector lacks a number or sees a break, as it tells them.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn gaps(&self) -> Vec<String> {
        let request =
            reqwest::Client::new().get(format!("http://{}/v1/devices", self.address)).bearer_auth(&self.token);
        let answer = request.send().await.expect("the collector answers").text().await.expect("the answer comes whole");
        let devices: Value = serde_json::from_str(&answer).expect("the collector answers in JSON");
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let sources = list(&devices["devices"]).into_iter().flat_map(|device| list(&device["sources"]));
        let chains = sources.flat_map(|source| list(&source["chain"]));
        let is_faulty = |chain: &Value| !list(&chain["missing"]).is_empty() || !list(&chain["broken_at"]).is_empty();
        chains.filter(is_faulty).map(|chain| chain.to_string()).collect()
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
        // A further place of an event is no event.
        let is_event = |line: &&str| !line.contains(",\"copy\":{");
        let open = |line: &str| {
            let event: CloudEvent = serde_json::from_str(line).unwrap_or_else(|fault| panic!("{fault}: {line}"));
            event.open().unwrap_or_else(|fault| panic!("{}: {line}", fault.detail()))
        };
        lines.lines().filter(is_event).map(open).collect()
    }
}

fn serve(folder: &TempDir, listen: &str, options: &[String]) -> Program {
    let mut command = Command::new(binary());
    command.args(["serve", "--trial", "--listen", listen, "--store", &store(folder)]).args(options);
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

fn token_of(folder: &TempDir, role: &str, name: &str) -> String {
    said(&[role, name, "--store", &store(folder)])
}

/// What the program prints for a command that ends by itself.
fn said(arguments: &[&str]) -> String {
    let output = Command::new(binary()).args(arguments).output();
    let output = output.unwrap_or_else(|fault| panic!("cannot start the collector: {fault}"));
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("what it prints is text").trim().to_owned()
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
