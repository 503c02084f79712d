//! The program as an owner runs it: keys, exports and back-ups in files.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has to fail")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use candor_core::chain::{Head, PersonalText};
use candor_core::event::{Body, Draft, EventId};
use candor_core::journal::Place;
use candor_core::time::{Moment, UnixMillis, Uptime, UtcOffset};
use candor_core::wire::CloudEvent;
use candor_vault::backup::BackupWriter;
use candor_vault::backup::content::{BackupHeader, BackupLine, Texts};
use candor_vault::{PublicKey, seal};
use serde_json::Value;
use tempfile::TempDir;

const PASSPHRASE: &str = "correct horse battery staple";

/// A folder with a passphrase in it, and the program.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        desk.write("passphrase", format!("{PASSPHRASE}\r\nand a second line\n").as_bytes());
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        command.current_dir(self.folder.path()).args(arguments).output().unwrap()
    }

    /// Makes a key file and gives its public half.
    fn key(&self, name: &str) -> PublicKey {
        let made = self.run(&["keygen", "--out", name, "--passphrase-file", "passphrase"]);
        assert_eq!(status(&made), 0, "{}", said(&made));
        PublicKey::parse(&written(&made)).unwrap()
    }

    fn open(&self, file: &str) -> Output {
        self.run(&["open", file, "--key", "key", "--passphrase-file", "passphrase"])
    }
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn written(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Events with these words, as lines of an export; `None` is an event without any.
fn export(words: &[Option<&str>], write: impl Fn(&EventId, PersonalText) -> PersonalText) -> Vec<String> {
    let mut head = Head::enrol("019adc1e-7a40-7c3e-9d52-6b1f3a8e4c07", 1);
    let mut lines = Vec::new();
    for (n, comment) in (1_u8..).zip(words) {
        let moment =
            Moment { now: UnixMillis(1_795_398_067_120), offset: UtcOffset(480), uptime: Uptime(0), random: [n; 26] };
        let draft = Draft::new(&moment, Body::UnlockRefused { in_a_row: 1 });
        let text = comment.and_then(|comment| PersonalText::new(comment, &[n; 16])).map(|text| write(&draft.id, text));
        let (event, next) = head.link(&Draft { text: text.clone(), ..draft });
        head = next;
        lines.push(serde_json::to_string(&CloudEvent::new(&event, text.as_ref())).unwrap());
    }
    lines
}

fn to(key: PublicKey) -> impl Fn(&EventId, PersonalText) -> PersonalText {
    move |event, text| seal(&key, event, &text, &[9; 32]).unwrap()
}

fn comments(output: &Output) -> Vec<Option<String>> {
    let comment = |line: &str| serde_json::from_str::<Value>(line).unwrap()["comment"].as_str().map(str::to_owned);
    written(output).lines().map(comment).collect()
}

#[test]
fn opens_an_export_and_leaves_every_event_as_it_was() {
    let desk = Desk::new();
    let key = desk.key("key");
    let mut lines = export(&[Some("排队太久，\"两小时\"\n"), None], to(key));
    lines.extend(export(&[Some("clear")], |_, text| text));
    lines.push(r#"{"pruned":{"device":"x","epoch":1,"hash":"aa","prev":"bb","seq":7}}"#.to_owned());
    lines.push(r#"{"manifest":{"app":"0.1.0","events":4,"texts":"mixed"}}"#.to_owned());
    desk.write("export", format!("{}\n", lines.join("\n")).as_bytes());
    let opened = desk.open("export");
    assert_eq!(status(&opened), 0, "{}", said(&opened));
    let expected = [Some("排队太久，\"两小时\"\n".to_owned()), None, Some("clear".to_owned()), None, None];
    assert_eq!(comments(&opened), expected);
    assert!(said(&opened).contains("1 sealed text opened, 1 in clear"), "{}", said(&opened));
    for (line, before) in written(&opened).lines().zip(&lines) {
        assert!(line.starts_with(before.strip_suffix('}').unwrap()), "{line}");
        if line.contains("specversion") {
            serde_json::from_str::<CloudEvent>(line).unwrap().open().expect("its hash and its digest still fit");
        }
    }
    desk.write("again", written(&opened).as_bytes());
    assert_eq!(written(&desk.open("again")), written(&opened), "opened twice is opened once");
}

#[test]
fn says_which_words_stay_sealed_and_why() {
    let desk = Desk::new();
    let (key, other) = (desk.key("key"), desk.key("other"));
    let mut lines = export(&[Some("one")], to(key));
    let foreign = export(&[Some("two")], to(other));
    let moved = EventId::parse("01a20610-b5b8-7606-8606-060606060606").unwrap();
    let altered = export(&[Some("three")], move |_, text| seal(&key, &moved, &text, &[9; 32]).unwrap());
    lines.extend(foreign.iter().chain(&altered).cloned());
    lines.push("nonsense".to_owned());
    desk.write("export", lines.join("\n").as_bytes());
    let opened = desk.open("export");
    assert_eq!(status(&opened), 1);
    let words = said(&opened);
    assert!(words.contains("1 sealed text opened"), "{words}");
    assert!(words.contains(&format!("1 left sealed: to the key {}", other.name())), "{words}");
    assert!(words.contains("1 left sealed: altered"), "{words}");
    assert!(words.contains("1 line is no event"), "{words}");
    assert_eq!(written(&opened).lines().skip(1).collect::<Vec<_>>(), lines[1..].iter().collect::<Vec<_>>());
}

#[test]
fn a_key_s_name_does_not_write_to_the_terminal() {
    let desk = Desk::new();
    let (_, other) = (desk.key("key"), desk.key("other"));
    let foreign = export(&[Some("two")], to(other)).join("\n");
    // The digest covers the name: whoever makes an event makes it fit, and `open` does not look.
    desk.write("export", foreign.replace(&other.name(), "\\u001b[2K\\u009b1A\u{202e}x").as_bytes());
    let words = said(&desk.open("export"));
    assert!(words.contains("to the key \\u001b[2K\\u009b1A\\u202ex, which is not this one"), "{words}");
}

#[test]
fn cannot_work_without_the_key_its_passphrase_and_the_file() {
    let desk = Desk::new();
    let key = desk.key("key");
    desk.write("export", export(&[Some("one")], to(key)).join("\n").as_bytes());
    desk.write("wrong", b"another passphrase\n");
    desk.write("public", format!(r#"{{"public":"{}","wrapped":null}}"#, key.to_hex()).as_bytes());
    let altered = fs::read_to_string(desk.path("key")).unwrap();
    let from = altered.find(r#""wrapped":""#).unwrap() + r#""wrapped":""#.len();
    let flipped = if altered[from..].starts_with('A') { "B" } else { "A" };
    desk.write("altered", [&altered[..from], flipped, &altered[from + 1..]].concat().as_bytes());
    for (file, key, passphrase, why) in [
        ("none", "key", "passphrase", "none cannot be read"),
        ("export", "none", "passphrase", "none cannot be read"),
        ("export", "export", "passphrase", "no key file"),
        ("export", "public", "passphrase", "no private key"),
        ("export", "altered", "passphrase", "altered or damaged"),
        ("export", "key", "wrong", "the passphrase is wrong"),
        ("export", "key", "none", "none cannot be read"),
    ] {
        let opened = desk.run(&["open", file, "--key", key, "--passphrase-file", passphrase]);
        assert_eq!((status(&opened), written(&opened).as_str()), (2, ""), "{file} {key} {passphrase}");
        assert!(said(&opened).contains(why), "{}", said(&opened));
    }
    assert_eq!(status(&desk.run(&["open", "export"])), 2);
}

#[test]
fn makes_a_key_that_only_its_owner_can_read_and_overwrites_none() {
    let desk = Desk::new();
    let first = desk.key("key");
    let file = fs::read_to_string(desk.path("key")).unwrap();
    assert!(file.contains(&first.to_hex()) && !file.contains(PASSPHRASE), "{file}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(desk.path("key")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = desk.run(&["keygen", "--out", "key", "--passphrase-file", "passphrase"]);
    assert_eq!(status(&again), 2);
    assert!(said(&again).contains("key exists already and is left alone"), "{}", said(&again));
    assert_eq!(fs::read_to_string(desk.path("key")).unwrap(), file);
    assert_ne!(desk.key("second"), first);
    desk.write("short", b"short\n");
    let refused = desk.run(&["keygen", "--out", "third", "--passphrase-file", "short"]);
    assert_eq!(status(&refused), 2);
    assert!(said(&refused).contains("at least 12 characters") && !desk.path("third").exists());
}

/// A back-up of these lines, with a record in front, and its first line's length.
fn backup(lines: &[String], promised: u64) -> Vec<u8> {
    let header = BackupHeader {
        app: "0.1.0".into(),
        device: "019adc1e-7a40-7c3e-9d52-6b1f3a8e4c07".into(),
        epoch: 1,
        events: promised,
        seq: promised,
        texts: Texts::Clear,
        time: "2026-11-23T09:41:07.120+08:00".into(),
    };
    let mut writer = BackupWriter::new(PASSPHRASE, &[4; 35], &header).unwrap();
    let token = BackupLine::Record { name: "token".into(), value: "cdt_secret".into() };
    let mut file = writer.push(token.to_line().as_bytes()).unwrap();
    for (seq, json) in (1..).zip(lines) {
        let line = BackupLine::Event { place: Place { epoch: 1, seq }, json: json.clone() };
        file.extend(writer.push(line.to_line().as_bytes()).unwrap());
    }
    file.extend(writer.finish().unwrap());
    file
}

#[test]
fn reads_a_back_up_and_keeps_the_token_to_itself() {
    let desk = Desk::new();
    let lines = export(&[Some("one"), None, Some("three")], |_, text| text);
    desk.write("backup", &backup(&lines, 3));
    let read = desk.run(&["read-backup", "backup", "--passphrase-file", "passphrase"]);
    assert_eq!(status(&read), 0, "{}", said(&read));
    assert_eq!(written(&read).lines().skip(1).collect::<Vec<_>>(), lines.iter().collect::<Vec<_>>());
    assert!(written(&read).starts_with(r#"{"backup":{"app":"0.1.0","#));
    assert!(!written(&read).contains("cdt_secret") && said(&read).contains("is whole: 3 events"));
    let all = desk.run(&["read-backup", "backup", "--records", "--passphrase-file", "passphrase"]);
    assert!(written(&all).contains("cdt_secret"));
}

#[test]
fn says_where_a_back_up_is_damaged_and_gives_what_came_before() {
    let desk = Desk::new();
    // Two of them fit into the first chunk.
    let long = "长".repeat(10_000);
    let lines = export(&[Some(long.as_str()); 5], |_, text| text);
    let whole = backup(&lines, 5);
    let front = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let chunk = 65_536 + 16;
    let read = |bytes: &[u8]| {
        desk.write("backup", bytes);
        let read = desk.run(&["read-backup", "backup", "--passphrase-file", "passphrase"]);
        (status(&read), said(&read), written(&read).lines().count())
    };
    assert_eq!((read(&whole).0, read(&whole).2), (0, 6));
    let (code, why, count) = read(&whole[..front + 2 * chunk]);
    assert_eq!((code, count), (1, 3), "{why}");
    assert!(why.contains(&format!("cut off at byte {}", front + 2 * chunk)), "{why}");
    let mut damaged = whole.clone();
    damaged[front + chunk] ^= 1;
    let (code, why, count) = read(&damaged);
    assert_eq!((code, count), (1, 3), "{why}");
    assert!(why.contains(&format!("between byte {} and byte {}", front + chunk, front + 2 * chunk)), "{why}");
    let (code, why, _) = read(&backup(&lines, 6));
    assert_eq!(code, 1);
    assert!(why.contains("says that it has 6 events, and has 5"), "{why}");
    assert_eq!(read(b"PK\x03\x04 something else").0, 2);
    assert_eq!(read(b"").0, 2, "an empty file is no back-up");
    desk.write("wrong", b"another passphrase\n");
    desk.write("backup", &whole);
    let wrong = desk.run(&["read-backup", "backup", "--passphrase-file", "wrong"]);
    assert_eq!((status(&wrong), written(&wrong).as_str()), (2, ""));
    assert!(said(&wrong).contains("the passphrase is wrong"));
}

#[test]
fn checks_what_was_read_from_a_back_up() {
    let desk = Desk::new();
    let lines = export(&[Some("one"), None, Some("three")], |_, text| text);
    desk.write("backup", &backup(&lines, 3));
    let read = written(&desk.run(&["read-backup", "backup", "--records", "--passphrase-file", "passphrase"]));
    let verify = |lines: &[&str]| {
        desk.write("lines", lines.join("\n").as_bytes());
        let verified = desk.run(&["verify", "lines"]);
        (status(&verified), written(&verified))
    };
    let all: Vec<_> = read.lines().collect();
    let (code, words) = verify(&all);
    assert_eq!(code, 0, "{words}");
    assert!(words.contains("Whole: 3 events"), "{words}");
    for (lines, why) in [
        (&all[..all.len() - 1], "the back-up's first line says that it goes up to 3"),
        (&all[..2], "the back-up's first line says that it goes up to number 3"),
        (&all[1..], "no event"),
        (&[&all[..], &all[..1]].concat()[..], "at its beginning only"),
    ] {
        let (code, words) = verify(lines);
        assert_eq!(code, 1, "{words}");
        assert!(words.contains(why), "{words}");
    }
}

#[test]
fn sends_whoever_gives_it_a_back_up_to_read_backup() {
    let desk = Desk::new();
    desk.key("key");
    desk.write("backup", &backup(&export(&[None], |_, text| text), 1));
    for output in [desk.run(&["verify", "backup"]), desk.open("backup")] {
        assert_eq!((status(&output), written(&output).as_str()), (2, ""));
        assert!(said(&output).contains("candor read-backup"), "{}", said(&output));
    }
}

#[test]
fn helps_by_a_word_as_by_an_option() {
    let desk = Desk::new();
    let helped = desk.run(&["help"]);
    assert_eq!((status(&helped), written(&helped)), (0, written(&desk.run(&["--help"]))));
    assert_eq!(status(&desk.run(&["help", "verify"])), 0);
}
