//! `docs/protocol.md` cannot drift: its examples are golden files, made here from real code and sent to a real server.
//!
//! `UPDATE_GOLDEN=1 cargo test -p candor-collector protocol` writes them anew; the document then has to follow by hand.

use std::path::{Path, PathBuf};

use candor_core::chain::{Head, PersonalText, canonical_event, enrolment_hash};
use candor_core::event::{Body, Context, Draft, EventId, Outcome, Rating, Scale, TYPES};
use candor_core::export::JsonLines;
use candor_core::time::{Moment, UnixMillis, Uptime, UtcOffset};
use candor_core::verify::{Pruned, Verifier};
use candor_core::wire::{BATCH_TYPE, CloudEvent, Receipt};
use candor_core::witness::SignedHead;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::support::{Options, Server, fresh_sqlite, is_signed, send};
use candor_collector::http::Settings;
use candor_collector::signer::{KeySource, Signer};

const DEVICE: &str = "019adc1e-7a40-7c3e-9d52-6b1f3a8e4c07";

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn document() -> String {
    std::fs::read_to_string(docs().join("protocol.md")).unwrap()
}

/// Is this text in the golden file, and the file's text in the document?
fn check(name: &str, text: &str) {
    let path = docs().join("protocol").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, format!("{text}\n")).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(golden.trim_end(), text, "{name}: UPDATE_GOLDEN=1 writes it anew, if the contract was meant to change");
    assert!(document().contains(golden.trim_end()), "docs/protocol.md does not show {name} as it is");
}

/// The receiver's key in the examples. A real one is 32 random bytes.
const KEY: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

/// A receipt as it came, but for the receiver's clock: its heads are of a fixed time, and signed anew for it.
fn at_fixed_time(receipt: Receipt) -> Receipt {
    let signer = Signer::parse(KEY).unwrap();
    let fixed = |head: SignedHead| {
        assert!(is_signed(&head), "{head:?}");
        signer.sign(SignedHead { time: "2026-11-23T01:41:50.000+00:00".to_owned(), ..head })
    };
    Receipt { heads: receipt.heads.into_iter().map(fixed).collect(), ..receipt }
}

/// A line that was read back.
#[derive(Serialize, Deserialize)]
struct Line {
    collectorcursor: String,
    #[serde(flatten)]
    event: CloudEvent,
}

/// A problem, in the order in which people read it.
#[derive(Serialize, Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

fn draft(step: u8, body: Body) -> Draft {
    let now = UnixMillis(1_795_398_067_120 + 4_200 * i64::from(step));
    let uptime = Uptime(61_500 + 4_200 * u64::from(step));
    Draft::new(&Moment { now, offset: UtcOffset(480), uptime, random: [step + 1; 26] }, body)
}

/// A morning at a service hall: the door, the settings, one customer, an export.
fn batch() -> Vec<CloudEvent> {
    let context = Context {
        survey: "government".to_owned(),
        version: 1,
        locale: "zh-CN".to_owned(),
        point: "window-3".to_owned(),
        staff: Some("1024".to_owned()),
        ticket: Some("A017".to_owned()),
        ..Context::default()
    };
    let [bad, worse] = [Rating::new(2).unwrap(), Rating::new(1).unwrap()];
    let given = draft(3, Body::RatingGiven { value: bad, scale: Scale::Faces5, context });
    let response = given.id.clone();
    let detailed = Body::detailed(response.clone(), Outcome::Complete, &["wait", "explain"], 8);
    let drafts = [
        draft(0, Body::UnlockRefused { in_a_row: 1 }),
        draft(1, Body::Unlocked {}),
        draft(2, Body::SettingsChanged { changed: vec!["endpoint".to_owned(), "token".to_owned()] }),
        given,
        draft(4, Body::RatingChanged { response, from: bad, value: worse }),
        Draft { text: PersonalText::new("排队太久。", &[0x5a; 16]), ..draft(5, detailed) },
        draft(6, Body::Exported { format: "csv".to_owned(), rows: 1 }),
    ];
    let mut head = Head { run: 3, ..Head::enrol(DEVICE, 1) };
    let mut events = Vec::new();
    for draft in drafts {
        let (event, next) = head.link(&draft);
        events.push(CloudEvent::new(&event, draft.text.as_ref()));
        head = next;
    }
    events
}

/// The next one is missing, one after it was altered on its way.
fn faulty_batch() -> Vec<CloudEvent> {
    let mut head = Head { run: 3, ..Head::enrol(DEVICE, 1) };
    for event in batch() {
        let (event, _) = event.open().unwrap();
        head = Head { seq: event.seq, hash: event.hash, ..head };
    }
    let mut events = Vec::new();
    for step in 7..10 {
        let (event, next) = head.link(&draft(step, Body::Unlocked {}));
        events.push(CloudEvent::new(&event, None));
        head = next;
    }
    events.remove(0);
    events[1].deviceuptime += 60;
    events
}

#[tokio::test]
async fn the_examples_are_what_is_sent_and_answered() {
    let fresh = fresh_sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, KEY).unwrap();
    let server = Server::start_with(&fresh, Options { key: KeySource::File(key), ..Options::default() }).await;
    let (token, reader) = (server.enrol("window-3").await, server.reader().await);
    check("key.json", &server.get("/v1/key").await.text);

    let request = pretty(&batch());
    check("batch.json", &request);
    let receipt = at_fixed_time(send(server.posting(&token).body(request)).await.receipt());
    check("receipt.json", &pretty(&receipt));
    let [head] = &receipt.heads[..] else { panic!("one device and epoch, one head") };
    check("head-payload.txt", &String::from_utf8(head.payload()).unwrap());

    let (mut lines, mut file) = (JsonLines::new(), String::new());
    let mut rows: Vec<_> = batch().iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    let CloudEvent { deviceepoch, deviceseq, eventhash, prevhash, .. } = &batch()[1];
    let pruned = Pruned {
        device: DEVICE.to_owned(),
        epoch: *deviceepoch,
        hash: eventhash.clone(),
        prev: prevhash.clone(),
        seq: *deviceseq,
    };
    rows[1] = json!({ "pruned": pruned }).to_string();
    check("pruned.json", &rows[1]);
    rows.iter().for_each(|row| lines.push(row, &mut file));
    let manifest = lines.finish("0.1.0", DEVICE, "2026-11-23T09:42:00.000+08:00", None, &receipt.heads);
    check("manifest.json", &pretty(&serde_json::from_str::<Value>(&manifest).unwrap()));
    let mut verifier = Verifier::new();
    (file + &manifest).lines().for_each(|line| verifier.line(line));
    assert_eq!(verifier.finish().findings, []);

    let request = pretty(&faulty_batch());
    check("batch-with-faults.json", &request);
    let receipt = send(server.posting(&token).body(request)).await;
    check("receipt-with-faults.json", &pretty(&at_fixed_time(receipt.receipt())));

    let stored = server.get_with("/v1/events?after=1&limit=1", &reader).await.text;
    check("stored.json", &pretty(&serde_json::from_str::<Line>(&stored).unwrap()));
}

#[tokio::test]
async fn the_problems_are_what_is_answered() {
    let fresh = fresh_sqlite().await;
    let settings = Settings { max_body: 64 * 1024, ..Settings::default() };
    let server = Server::start_with(&fresh, Options { settings, ..Options::default() }).await;
    let (token, other) = (server.enrol("window-3").await, server.enrol("window-4").await);
    server.post(&token, &batch()).await.receipt();

    let bearer = |token: &str| format!("Bearer {token}");
    let post = |token: &str, content_type: &str, body: String| {
        let request = server.request(Method::POST, "/v1/events").header("authorization", bearer(token));
        send(request.header("content-type", content_type.to_owned()).body(body))
    };
    let unknown = CloudEvent { kind: "cn.candor.rating.guessed".to_owned(), ..batch().remove(0) };
    let cases = [
        ("bad-json", post(&token, BATCH_TYPE, "[{\"id\":}]".to_owned()).await),
        ("not-a-batch", post(&token, BATCH_TYPE, "{}".to_owned()).await),
        ("unnamed-event", post(&token, BATCH_TYPE, "[{\"specversion\":\"1.0\"}]".to_owned()).await),
        ("unauthorized", post("cdt_unknown", BATCH_TYPE, "[]".to_owned()).await),
        ("foreign-source", post(&other, BATCH_TYPE, pretty(&batch())).await),
        ("too-large", post(&token, BATCH_TYPE, " ".repeat(65 * 1024)).await),
        ("unsupported-type", post(&token, "application/json", "[]".to_owned()).await),
        ("rejected-event", post(&token, "application/cloudevents+json", pretty(&unknown)).await),
    ];
    for (kind, answer) in cases {
        answer.is_problem(answer.status, kind);
        check(&format!("problem-{kind}.json"), &pretty(&serde_json::from_str::<Problem>(&answer.text).unwrap()));
    }
}

#[test]
fn the_worked_example_can_be_recomputed() {
    let [first, .., with_text, _] = &batch()[..] else { panic!("the example has several events") };
    let document = document();
    let (event, _) = first.clone().open().unwrap();
    check("canonical.json", &canonical_event(&event));
    for shown in [event.hash.as_str(), enrolment_hash(DEVICE, 1).as_str()] {
        assert!(document.contains(&format!("\n{shown}\n")), "{shown}");
    }
    assert!(document.contains(&format!("'candor:{DEVICE}:1'")));
    let (_, text) = with_text.clone().open().unwrap();
    let text = text.unwrap();
    let hashed = text.to_json();
    assert!(document.contains(&hashed) && document.contains(&format!("\n{}\n", text.digest().as_str())), "{hashed}");
    assert_eq!(candor_core::chain::Hash::of(hashed.as_bytes()), text.digest());
}

#[test]
fn the_document_names_every_type_code_and_problem() {
    let document = document();
    for kind in TYPES {
        assert!(document.contains(&format!("`{kind}`")), "{kind}");
    }
    let codes = [
        "spec-version",
        "source",
        "unknown-type",
        "hash-mismatch",
        "text-mismatch",
        "malformed",
        "id",
        "sequence",
        "id-conflict",
        "seq-conflict",
    ];
    let problems = [
        "bad-json",
        "not-a-batch",
        "unnamed-event",
        "unreadable-body",
        "bad-query",
        "several-tokens",
        "unauthorized",
        "wrong-token",
        "foreign-source",
        "not-for-this-page",
        "not-found",
        "app-not-built",
        "method-not-allowed",
        "too-slow",
        "too-large",
        "unsupported-type",
        "rejected-event",
        "unavailable",
    ];
    for name in codes.iter().chain(&problems) {
        assert!(document.contains(&format!("| `{name}` |")), "{name}");
    }
    // An id is shown as the tablet writes it.
    assert!(EventId::parse(batch()[0].id.as_str()).is_some());
}
