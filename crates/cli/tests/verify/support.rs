//! Chains to tamper with, and the program run on them.

use std::io::Write;
use std::process::{Command, Stdio};

use candor_core::chain::{Head, PersonalText, hash, hex};
use candor_core::event::{Body, Draft, Event, EventId, Outcome, Written};
use candor_core::export::JsonLines;
use candor_core::time::{Moment, UnixMillis, Uptime, UtcOffset};
use candor_core::wire::CloudEvent;
use candor_core::witness::SignedHead;
use ed25519_dalek::{Signer, SigningKey};

/// What the program said and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn verify(arguments: &[&str]) -> Said {
    verify_with_input(arguments, "")
}

pub fn verify_with_input(arguments: &[&str], input: &str) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    command.arg("verify").args(arguments).env("LC_ALL", "C.UTF-8");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The program may end before it has read all.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Said {
    /// Ended with this code and said these words?
    pub fn is(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for words in words {
            assert!(self.out.contains(words) || self.err.contains(words), "{words:?} in {}{}", self.out, self.err);
        }
    }
}

/// Makes events as a tablet does, four seconds apart.
pub struct Tablet {
    head: Head,
    now: i64,
    uptime: u64,
}

impl Tablet {
    pub fn new(device: &str) -> Self {
        Self { head: Head { run: 1, ..Head::enrol(device, 1) }, now: 1_795_398_067_120, uptime: 61_500 }
    }

    pub fn turn_clock(&mut self, ms: i64) {
        self.now += ms;
    }

    pub fn next(&mut self) -> CloudEvent {
        self.now += 4_000;
        self.uptime += 4_000;
        let mut random = [0; 26];
        random[..8].copy_from_slice(&(self.head.seq + 1).to_be_bytes());
        let moment = Moment { now: UnixMillis(self.now), offset: UtcOffset(480), uptime: Uptime(self.uptime), random };
        let body = Body::detailed(EventId::new(&moment), Outcome::Complete, &["wait"], 9);
        let text = PersonalText::new("排队太久", &[7; 16]);
        let (event, head) = self.head.link(&Draft { text: text.clone(), ..Draft::new(&moment, body) });
        self.head = head;
        CloudEvent::new(&event, text.as_ref())
    }

    /// The same event once more, at the next place of another epoch of the same tablet.
    pub fn again(&self, event: &CloudEvent) -> CloudEvent {
        let (Event { data, id, time, kind, uptime, .. }, text) = event.clone().open().unwrap();
        let written = Written { id, kind, data, time, uptime, text: text.clone() };
        let refuge = Head { run: 7, ..Head::enrol(&self.head.device, self.head.epoch + 1) };
        CloudEvent::new(&refuge.link_written(written).0, text.as_ref())
    }

    pub fn take(&mut self, count: usize) -> Vec<CloudEvent> {
        (0..count).map(|_| self.next()).collect()
    }
}

/// As a collector gives it back.
pub fn received(events: &[CloudEvent]) -> Vec<String> {
    let line = |(at, event)| json(event).replacen('{', &format!("{{\"collectorcursor\":\"{}\",", at + 1), 1);
    events.iter().enumerate().map(line).collect()
}

pub fn json(event: &CloudEvent) -> String {
    serde_json::to_string(event).unwrap()
}

/// The same event with something else in it, and a hash that fits again.
pub fn forged(event: &CloudEvent, change: impl FnOnce(&mut Event)) -> CloudEvent {
    let (mut event, text) = event.clone().open().unwrap();
    change(&mut event);
    event.hash = hash(&event);
    CloudEvent::new(&event, text.as_ref())
}

/// A receiver's key and what it signs.
pub fn signed(event: &CloudEvent, seed: u8) -> SignedHead {
    let key = SigningKey::from_bytes(&[seed; 32]);
    let head = SignedHead {
        device: event.source.trim_start_matches("urn:candor:device:").to_owned(),
        epoch: event.deviceepoch,
        events: event.deviceseq,
        hash: event.eventhash.clone(),
        key: hex(key.verifying_key().as_bytes()),
        seq: event.deviceseq,
        time: "2026-11-23T01:50:00.000+00:00".to_owned(),
        signature: String::new(),
    };
    SignedHead { signature: hex(&key.sign(&head.payload()).to_bytes()), ..head }
}

/// The lines of a tablet's export, the manifest the last.
pub fn exported(events: &[CloudEvent], heads: &[SignedHead]) -> Vec<String> {
    let (mut lines, mut file) = (JsonLines::new(), String::new());
    events.iter().for_each(|event| lines.push(&json(event), &mut file));
    file.push_str(&lines.finish("0.1.0", "t", "2026-11-23T09:50:00.000+08:00", None, heads));
    file.lines().map(str::to_owned).collect()
}
