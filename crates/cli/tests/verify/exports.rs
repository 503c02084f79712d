use candor_core::wire::CloudEvent;
use candor_core::witness::SignedHead;

use super::support::{Tablet, exported, forged, json, received, signed, verify, verify_with_input};

/// Ten events, signed for up to the eighth.
fn original() -> (Vec<CloudEvent>, SignedHead) {
    let events = Tablet::new("t").take(10);
    let head = signed(&events[7], 1);
    (events, head)
}

fn check(tamper: impl FnOnce(&mut Vec<String>), words: &[&str]) {
    let (events, head) = original();
    let mut lines = exported(&events, &[head]);
    tamper(&mut lines);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("export.jsonl");
    std::fs::write(&file, lines.join("\n") + "\n").unwrap();
    let said = verify(&[file.to_str().unwrap()]);
    said.is(1, words);
    assert!(said.out.contains("Not whole: 1 finding in"), "one tampering is one finding: {}", said.out);
}

#[test]
fn an_untouched_export_is_whole() {
    let (events, head) = original();
    let said = verify_with_input(&["-"], &(exported(&events, &[head]).join("\n") + "\n"));
    said.is(0, &["standard input: Whole: 10 events", "t, epoch 1: numbers 1 to 10", "vouches for it up to 8"]);
    said.is(0, &["customers' words: 10 here and checked, 0 erased", "taken on first sight"]);
}

#[test]
fn each_tampering_of_an_export_is_told_with_its_place() {
    let events = original().0;
    let replaced = || json(&forged(&events[4], |event| event.data["seconds"] = 1.into()));
    check(|lines| drop(lines.remove(4)), &["line 5: number 5 of epoch 1 is missing: it was removed"]);
    check(|lines| drop(lines.drain(2..5)), &["line 3: numbers 3 to 5 of epoch 1 are missing"]);
    check(|lines| drop(lines.drain(..3)), &["line 1: epoch 1 was cut at the start: it begins with number 4"]);
    check(|lines| drop(lines.drain(6..10)), &["line 6: epoch 1 was cut at the end: it ends with number 6"]);
    check(|lines| drop(lines.drain(6..10)), &["the manifest says that it goes up to 10"]);
    check(|lines| drop(lines.pop()), &["the export was cut at the end: its last line"]);
    check(|lines| lines[4] = lines[4].replace("\"seconds\":9", "\"seconds\":1"), &["line 5: number 5", "was edited"]);
    check(|lines| lines[4] = lines[4].replace("排队太久", "很好"), &["line 5: the words of number 5", "altered"]);
    check(|lines| lines[4] = replaced(), &["line 6: number 6", "inserted, or put in the place of another"]);
    check(|lines| lines.insert(5, replaced()), &["line 6: number 5", "is there twice: one of the two was inserted"]);
    let twice = "\"seconds\":1,\"seconds\":9";
    check(|lines| lines[4] = lines[4].replace("\"seconds\":9", twice), &["line 5: number 5", "“seconds” twice"]);
    check(|lines| lines.swap(4, 5), &["line 6: number 5", "stands after 6: the lines were reordered"]);
}

#[test]
fn an_end_that_nobody_vouches_for_has_a_status_of_its_own() {
    let (events, head) = original();
    let read_out = received(&events[..6]).join("\n");
    let said = verify_with_input(&["-"], &read_out);
    said.is(3, &["Whole as far as it goes: 6 events", "nothing vouches for its end: events behind it may"]);
    verify_with_input(&["--lang", "zh", "-"], &read_out).is(3, &["现有部分完整", "末尾无从证明"]);
    let answer = verify_with_input(&["--json", "-"], &read_out).out;
    assert!(answer.contains("\"whole\":true") && answer.contains("\"end_told\":false"), "{answer}");

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let (open, whole) = (file("open", &read_out), file("whole", &exported(&events, &[]).join("\n")));
    verify(&[&open, &whole]).is(3, &["Whole: 10 events"]);
    let broken = file("broken", &received(&events[1..6]).join("\n"));
    verify(&[&broken, &open]).is(1, &["cut at the start"]);

    // With heads from elsewhere: what agrees is said, with the hash as the tablet's screen shows it.
    let other = Tablet::new("u").next();
    let heads = file("heads", &serde_json::json!([head, signed(&other, 1)]).to_string());
    let hash = |event: &CloudEvent| event.eventhash.in_groups();
    let agrees = format!("agrees with the head given for t, epoch 1: number 8, hash {}", hash(&events[7]));
    let newest = format!("newest hash {};", hash(&events[9]));
    let all = file("all", &exported(&events, &[]).join("\n"));
    verify(&["--heads", &heads, &all]).is(0, &[&agrees, &newest, "not compared: a head was given for u, epoch 1"]);
    let said = verify(&["--heads", &heads, &open]);
    said.is(1, &["says that it goes up to 8"]);
    assert!(!said.out.contains("agrees"), "{}", said.out);
}

#[test]
fn an_event_with_two_numbers_is_one_event() {
    let mut tablet = Tablet::new("t");
    let mut events = tablet.take(3);
    events.push(tablet.again(&events[1]));
    verify_with_input(&["-"], &exported(&events, &[]).join("\n")).is(0, &["1 number belongs to an event that stands"]);
    let mut read_out = received(&events);
    verify_with_input(&["-"], &read_out.join("\n"))
        .is(1, &["line 4: number 1 of epoch 2", "id of an event that is here"]);
    read_out[3] = read_out[3].replacen(",", ",\"copy\":{", 1) + "}";
    verify_with_input(&["-"], &read_out.join("\n")).is(3, &["3 events", "1 number belongs"]);
}

#[test]
fn a_line_that_cannot_be_read_is_told_with_what_it_leaves_open() {
    let (events, _) = original();
    let mut lines = exported(&events, &[]);
    lines[4].insert(0, '{');
    verify_with_input(&["-"], &lines.join("\n"))
        .is(1, &["2 findings", "line 5: this is no event", "number 5 of epoch 1"]);
}

#[test]
fn a_moved_clock_is_told_and_a_sleep_is_on_request() {
    let mut tablet = Tablet::new("t");
    let mut events = tablet.take(3);
    tablet.turn_clock(-3_600_000);
    events.extend(tablet.take(3));
    let said = verify_with_input(&["-"], &exported(&events, &[]).join("\n"));
    said.is(1, &["line 4: number 4", "recorded under a moved clock: it was turned back by 1 h 0 min"]);

    let mut tablet = Tablet::new("t");
    let mut events = tablet.take(3);
    tablet.turn_clock(10 * 3_600_000);
    events.extend(tablet.take(3));
    let export = exported(&events, &[]).join("\n");
    verify_with_input(&["-"], &export).is(1, &["line 4: number 4", "set forward by 10 h 0 min, or the tablet slept"]);
    verify_with_input(&["--sleeps", "-"], &export).is(0, &["Whole", "~ line 4"]);
}

#[test]
fn signatures_are_checked_and_keys_compared() {
    let (events, head) = original();
    let export = exported(&events, std::slice::from_ref(&head)).join("\n");
    let stranger = signed(&events[7], 2);
    verify_with_input(&["--key", &head.key, "-"], &export).is(0, &["signed by the trusted key"]);
    verify_with_input(&["--key", &stranger.key, "-"], &export).is(1, &["not the trusted one"]);
    let unsigned = exported(&events, &[]).join("\n");
    verify_with_input(&["-"], &unsigned).is(0, &["Whole"]);
    verify_with_input(&["--key", &head.key, "-"], &unsigned).is(3, &["not all of it is signed by the trusted key"]);
    verify_with_input(&["--key", "abc", "-"], &export).is(2, &["64 hexadecimal digits"]);
    let altered = export.replace("\"events\":8", "\"events\":9");
    verify_with_input(&["-"], &altered).is(1, &["the signature for epoch 1 up to number 8 is not good"]);
}

/// What SECURITY.md says of an owner of the operating system, and of what a receipt changes about it.
#[test]
fn a_chain_made_anew_is_found_by_a_signed_head_only() {
    let (events, head) = original();
    let folder = tempfile::tempdir().unwrap();
    let heads = folder.path().join("receipt.json");
    let receipt = serde_json::json!({ "accepted": [], "heads": [head] });
    std::fs::write(&heads, receipt.to_string()).unwrap();
    let heads = heads.to_str().unwrap();

    let shorter = exported(&events[..6], &[]).join("\n");
    verify_with_input(&["-"], &shorter).is(0, &["no receiver's signature vouches for its end"]);
    verify_with_input(&["--heads", heads, "-"], &shorter)
        .is(1, &["the receiver's signature says that it goes up to 8"]);
    let mut tablet = Tablet::new("t");
    tablet.turn_clock(1_000);
    let other = exported(&tablet.take(10), &[]).join("\n");
    verify_with_input(&["-"], &other).is(0, &["Whole"]);
    verify_with_input(&["--heads", heads, "-"], &other)
        .is(1, &["line 8: number 8", "events before it were replaced", "receiver's signature"]);
}

#[test]
fn answers_in_chinese_and_in_json() {
    let (events, head) = original();
    let mut lines = exported(&events, &[head]);
    lines.remove(4);
    let export = lines.join("\n");
    verify_with_input(&["--lang", "zh", "-"], &export).is(1, &["不完整", "第 5 行：第 1 世代第 5 号缺失"]);
    let said = verify_with_input(&["--json", "-"], &export);
    let answer: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &answer["whole"]), (1, &false.into()));
    let finding = serde_json::json!(
        { "fault": "removed", "to": 5, "line": 5, "device": "t", "epoch": 1, "seq": 5, "time": events[5].time }
    );
    assert_eq!(answer["report"]["findings"], serde_json::json!([finding]));
}

#[test]
fn says_why_there_is_nothing_to_check() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, content: &[u8]| {
        let file = folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let empty = at("empty", b"");
    verify(&[&empty]).is(2, &["is empty"]);
    verify(&[&at("picture.png", b"\x89PNG\r\n\x1a\n\xff\xfe")]).is(2, &["not one event can be read"]);
    let none = at("none.jsonl", exported(&[], &[]).join("\n").as_bytes());
    verify(&[&none]).is(2, &["holds no event"]);
    verify(&["/nowhere/export.jsonl"]).is(2, &["/nowhere/export.jsonl cannot be read"]);
    verify(&[]).is(2, &["FILE"]);
    verify(&["--heads", &empty, "-"]).is(2, &["holds no signed head"]);
    verify(&["postgres://c:s3cret@127.0.0.1:1/c"]).is(2, &["postgres://127.0.0.1:1/c"]);
    assert!(!verify(&["postgres://c:s3cret@127.0.0.1:1/c"]).err.contains("s3cret"));
    let (events, _) = original();
    let whole = at("whole.jsonl", exported(&events, &[]).join("\n").as_bytes());
    verify(&[&whole, &empty]).is(2, &["Whole: 10 events", "is empty"]);
}
