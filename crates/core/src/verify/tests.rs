use proptest::prelude::*;

use super::*;
use crate::chain::{Head, PersonalText};
use crate::event::{Body, Draft, Outcome, Written};
use crate::time::{Moment, UnixMillis, Uptime, UtcOffset, parse_rfc3339};

/// Events of one device and epoch, four seconds apart.
#[derive(Clone)]
struct Tape {
    head: Head,
    now: i64,
    uptime: u64,
}

impl Tape {
    fn new(device: &str, epoch: u32) -> Self {
        Self { head: Head { run: 1, ..Head::enrol(device, epoch) }, now: 1_795_398_067_120, uptime: 61_500 }
    }

    fn wait(&mut self, wall_ms: i64, uptime_ms: u64) {
        self.now += wall_ms;
        self.uptime += uptime_ms;
    }

    fn next(&mut self) -> CloudEvent {
        self.next_saying("排队太久")
    }

    fn next_saying(&mut self, comment: &str) -> CloudEvent {
        self.wait(4_000, 4_000);
        let mut random = [0; 26];
        random[..8].copy_from_slice(&(u64::from(self.head.epoch) << 32 | (self.head.seq + 1)).to_be_bytes());
        let moment = Moment { now: UnixMillis(self.now), offset: UtcOffset(480), uptime: Uptime(self.uptime), random };
        let body = Body::detailed(EventId::new(&moment), Outcome::Complete, &["wait"], 9);
        let text = PersonalText::new(comment, &[7; 16]);
        let (event, head) = self.head.link(&Draft { text: text.clone(), ..Draft::new(&moment, body) });
        self.head = head;
        CloudEvent::new(&event, text.as_ref())
    }

    /// The same event once more, at the next place of this chain.
    fn again(&mut self, event: &CloudEvent) -> CloudEvent {
        let (Event { data, id, time, kind, uptime, .. }, text) = event.clone().open().unwrap();
        let (event, head) = self.head.link_written(Written { id, kind, data, time, uptime, text: text.clone() });
        self.head = head;
        CloudEvent::new(&event, text.as_ref())
    }

    fn take(&mut self, count: usize) -> Vec<CloudEvent> {
        (0..count).map(|_| self.next()).collect()
    }
}

fn json(event: &CloudEvent) -> String {
    serde_json::to_string(event).unwrap()
}

/// As a collector gives it back.
fn received(events: &[CloudEvent]) -> Vec<String> {
    let line = |(at, event)| json(event).replacen('{', &format!("{{\"collectorcursor\":\"{}\",", at + 1), 1);
    events.iter().enumerate().map(line).collect()
}

/// As a tablet exports it.
fn exported(events: &[CloudEvent], heads: &[SignedHead]) -> Vec<String> {
    let mut lines: Vec<_> = events.iter().map(json).collect();
    let mut tips: Vec<Tip> = Vec::new();
    for event in events {
        let (device, epoch) = (event.source.trim_start_matches(SOURCE_PREFIX).to_owned(), event.deviceepoch);
        tips.retain(|tip| (&tip.device, tip.epoch) != (&device, epoch));
        tips.push(Tip { device, epoch, first: 1, last: event.deviceseq, hash: event.eventhash.clone() });
    }
    let manifest = Manifest {
        period: None,
        app: "0.1.0".to_owned(),
        device: "t".to_owned(),
        events: events.len() as u64,
        heads: heads.to_vec(),
        texts: "clear".to_owned(),
        time: "2026-11-23T09:50:00.000+08:00".to_owned(),
        tips,
    };
    lines.push(serde_json::json!({ "manifest": manifest }).to_string());
    lines
}

fn head_at(event: &CloudEvent) -> SignedHead {
    SignedHead {
        device: event.source.trim_start_matches(SOURCE_PREFIX).to_owned(),
        epoch: event.deviceepoch,
        events: event.deviceseq,
        hash: event.eventhash.clone(),
        seq: event.deviceseq,
        ..SignedHead::default()
    }
}

fn verify(lines: &[String]) -> Report {
    verify_with(lines, &[])
}

fn verify_with(lines: &[String], heads: &[SignedHead]) -> Report {
    let mut verifier = Verifier::with_signatures(|_| Signature::Good);
    heads.iter().for_each(|head| verifier.expect(head));
    lines.iter().for_each(|line| verifier.line(line));
    verifier.finish()
}

fn check(lines: &[String], expected: &[(Fault, u64)]) {
    let report = verify(lines);
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.fault.clone(), finding.seq)).collect();
    assert_eq!(found, expected);
    assert_eq!(report.is_whole(), expected.is_empty());
}

/// The same event with something else in it, and a hash that fits again.
fn forged(event: &CloudEvent, change: impl FnOnce(&mut Event)) -> CloudEvent {
    let (mut event, text) = event.clone().open().unwrap();
    change(&mut event);
    event.hash = hash(&event);
    CloudEvent::new(&event, text.as_ref())
}

/// The same event with a hash that fits what was made of it.
fn resealed(event: &CloudEvent) -> CloudEvent {
    let (mut event, text) = event.clone().take_apart().unwrap();
    event.hash = hash(&event);
    CloudEvent::new(&event, text.as_ref())
}

#[test]
fn a_chain_as_it_was_written_is_whole() {
    let mut events = Tape::new("t", 1).take(5);
    events.extend(Tape::new("t", 2).take(3));
    let report = verify(&exported(&events, &[head_at(&events[4])]));
    assert_eq!(report.findings, []);
    assert_eq!((report.events, report.with_words, report.without_words, report.pruned), (8, 8, 0, 0));
    let [one, two] = &report.chains[..] else { panic!("two epochs") };
    assert_eq!((one.first, one.last, one.signed_to), (1, 5, 5));
    assert_eq!((two.first, two.last, two.signed_to), (1, 3, 0));
    assert_eq!((&one.first_time, &one.last_time, &one.hash), (&events[0].time, &events[4].time, &events[4].eventhash));
    check(&received(&events), &[]);
    check(&[], &[]);
}

#[test]
fn finds_what_was_removed() {
    let mut events = Tape::new("t", 1).take(9);
    let whole = exported(&events, &[]);
    check(&[&whole[..4], &whole[5..]].concat(), &[(Fault::Removed { to: 5 }, 5)]);
    check(&[&whole[..3], &whole[6..]].concat(), &[(Fault::Removed { to: 6 }, 4)]);
    check(&whole[2..], &[(Fault::CutAtStart, 3)]);
    let report = verify(&[&whole[..3], &whole[6..]].concat());
    let finding = &report.findings[0];
    assert_eq!((finding.line, finding.device.as_str(), finding.epoch), (Some(4), "t", 1));
    assert_eq!(finding.time, events[6].time, "of the event behind the gap");
    events.remove(7);
    check(&received(&events), &[(Fault::Removed { to: 8 }, 8)]);
}

#[test]
fn finds_an_end_that_was_cut_where_somebody_knows_of_it() {
    let events = Tape::new("t", 1).take(9);
    let whole = exported(&events, &[head_at(&events[6])]);
    let cut = |said, by| (Fault::CutAtEnd { said, by }, 5);
    check(&[&whole[..5], &whole[9..]].concat(), &[cut(9, Witness::Manifest)]);
    check(&whole[..9], &[(Fault::NoManifest, 0)]);

    let rest = received(&events[..5]);
    let report = verify_with(&rest, &[head_at(&events[6])]);
    assert_eq!(report.findings[0].fault, Fault::CutAtEnd { said: 7, by: Witness::Receiver });
    assert_eq!((report.findings[0].line, report.findings.len()), (Some(5), 1));
    let forged_manifest = exported(&events[..5], &[]);
    let report = verify_with(&forged_manifest, &[head_at(&events[6])]);
    assert_eq!(report.findings[0].fault, Fault::CutAtEnd { said: 7, by: Witness::Receiver });

    let report = verify_with(&[], &[head_at(&events[6])]);
    let nothing = &report.findings[0];
    assert_eq!((&nothing.fault, nothing.seq), (&Fault::CutAtEnd { said: 7, by: Witness::Receiver }, 0));
    let other = Tape::new("u", 1).take(2);
    assert!(verify_with(&exported(&other, &[]), &[]).is_whole());
    assert!(!verify_with(&received(&other), &[head_at(&events[6])]).is_whole(), "a collector has every device");
}

#[test]
fn an_export_of_one_tablet_need_not_hold_another() {
    let events = Tape::new("t", 1).take(3);
    let other = Tape::new("u", 1).take(9);
    assert!(verify_with(&exported(&events, &[]), &[head_at(&other[8])]).is_whole());
    let second = Tape::new("t", 2).take(4);
    let first = Fault::CutAtEnd { said: 3, by: Witness::Receiver };
    let rest = verify_with(&second.iter().map(json).collect::<Vec<_>>(), &[head_at(&events[2])]);
    assert_eq!(rest.findings.iter().map(|f| &f.fault).collect::<Vec<_>>(), [&Fault::NoManifest, &first]);
    assert!(!verify_with(&exported(&events, &[]), &[head_at(&second[3])]).is_whole(), "its own epoch it has to");
}

#[test]
fn a_journal_is_held_against_the_tablets_own_head() {
    let mut tape = Tape::new("t", 1);
    let rows: Vec<_> = tape.take(9).iter().map(json).collect();
    let found = |rows: &[String]| {
        let mut verifier = Verifier::new().of_journal();
        verifier.expect_tip(&Tip::of(&tape.head), Witness::Tablet);
        rows.iter().for_each(|row| verifier.line(row));
        verifier.finish().findings.into_iter().map(|finding| finding.fault).collect::<Vec<_>>()
    };
    assert_eq!(found(&rows), []);
    let by = Witness::Tablet;
    assert_eq!(found(&rows[..5]), [Fault::CutAtEnd { said: 9, by }]);
    assert_eq!(found(&[]), [Fault::CutAtEnd { said: 9, by }]);
    let further: Vec<_> = rows.iter().cloned().chain([json(&Tape::new("t", 1).take(10)[9])]).collect();
    assert_eq!(found(&further), [Fault::AddedAtEnd { said: 9, by }]);
}

/// The limit that SECURITY.md states: with nobody who knows of more, a shorter chain is a whole one.
#[test]
fn an_end_that_was_cut_without_any_witness_is_not_found() {
    let events = Tape::new("t", 1).take(9);
    check(&received(&events[..5]), &[]);
    check(&exported(&events[..5], &[]), &[]);
}

#[test]
fn finds_an_edit_once_however_it_was_made() {
    let events = Tape::new("t", 1).take(9);
    let edit = |change: fn(&mut CloudEvent)| {
        let mut events = events.clone();
        change(&mut events[4]);
        check(&exported(&events, &[]), &[(Fault::Edited, 5)]);
        check(&received(&events), &[(Fault::Edited, 5)]);
    };
    edit(|event| event.data["seconds"] = 1.into());
    edit(|event| event.time = event.time.replace("2026", "2025"));
    edit(|event| event.deviceuptime += 1);
    edit(|event| event.eventhash = Hash::of(b"other"));
    edit(|event| event.prevhash = Hash::of(b"other"));
    edit(|event| event.subject = None);
    edit(|event| event.specversion = "0.3".to_owned());
    edit(|event| event.kind = "cn.candor.unlocked".to_owned());
}

#[test]
fn finds_an_event_that_was_put_in_the_place_of_another() {
    let events = Tape::new("t", 1).take(9);
    let mut replaced = events.clone();
    replaced[4] = forged(&events[4], |event| event.data["seconds"] = 1.into());
    check(&received(&replaced), &[(Fault::Unlinked, 6)]);
    let mut inserted = events.clone();
    inserted.insert(5, replaced[4].clone());
    check(&received(&inserted), &[(Fault::Doubled, 5)]);
    inserted[5] = events[4].clone();
    check(&received(&inserted), &[(Fault::Doubled, 5)]);
    let mut first = events.clone();
    first[0] = forged(&events[0], |event| event.prev = Hash::of(b"other"));
    check(&received(&first[..1]), &[(Fault::Unlinked, 1)]);
}

/// As a collector gives back a further place of an event.
fn as_copy(line: &str) -> String {
    let (cursor, event) = line.split_once(',').unwrap();
    format!("{cursor},\"copy\":{{{event}}}")
}

#[test]
fn finds_an_id_that_stands_under_two_numbers() {
    let mut tape = Tape::new("t", 1);
    let mut events = tape.take(3);
    let mut other = tape.clone().next_saying("很好");
    other.id = events[1].id.clone();
    events.push(resealed(&other));
    check(&received(&events), &[(Fault::SameId, 4)]);
    check(&exported(&events, &[]), &[(Fault::SameId, 4)]);
}

#[test]
fn one_event_that_was_linked_twice_is_no_fault_and_no_second_event() {
    let mut events = Tape::new("t", 1).take(3);
    let mut refuge = Tape::new("t", 2);
    refuge.head.run = 7;
    events.push(refuge.again(&events[1]));
    events.push(refuge.next());
    let export = exported(&events, &[]);
    check(&export, &[]);
    assert_eq!(verify(&export).copies, 1);

    let mut lines = received(&events);
    check(&lines, &[(Fault::SameId, 1)]);
    lines[3] = as_copy(&lines[3]);
    check(&lines, &[]);
    let report = verify(&lines);
    assert_eq!((report.events, report.copies, report.with_words, report.chains[1].events), (4, 1, 4, 2));
    lines[3] = lines[3].replace("\"deviceuptime\":69", "\"deviceuptime\":70");
    check(&lines, &[(Fault::Edited, 1)]);
}

#[test]
fn finds_a_further_place_that_hides_a_removal() {
    let events = Tape::new("t", 1).take(3);
    let mut lines = received(&events);
    lines[1] = as_copy(&lines[1]);
    check(&lines, &[(Fault::CopyAlone, 2)]);
    let forgery = forged(&events[0], |event| {
        (event.seq, event.prev, event.data["seconds"]) = (4, events[2].eventhash.clone(), 1.into());
    });
    let mut lines = received(&[&events[..], &[forgery]].concat());
    lines[3] = as_copy(&lines[3]);
    check(&lines, &[(Fault::SameId, 4)]);
}

#[test]
fn finds_a_member_that_stands_twice() {
    let events = Tape::new("t", 1).take(3);
    for twice in ["\"seconds\":1,\"seconds\":9", "\"seconds\":9,\"seconds\":1"] {
        for lines in [received(&events), exported(&events, &[])] {
            let mut lines = lines;
            lines[1] = lines[1].replace("\"seconds\":9", twice);
            check(&lines, &[(Fault::Ambiguous { member: "seconds".to_owned() }, 2)]);
        }
    }
}

#[test]
fn says_whether_anybody_vouches_for_the_end() {
    let mut events = Tape::new("t", 1).take(3);
    let words = |report: &Report| describe_report(report, Language::English);
    let report = verify(&received(&events));
    assert!(report.is_whole() && !report.is_end_told(), "nobody knows how far it went");
    assert!(words(&report).starts_with("Whole as far as it goes: 3 events") && words(&report).ends_with("for the end"));
    assert!(describe_report(&report, Language::Chinese).contains("无从证明"));
    let head = head_at(&events[1]);
    let report = verify_with(&received(&events), std::slice::from_ref(&head));
    assert!(report.is_end_told() && words(&report).starts_with("Whole: 3 events"));
    assert_eq!(report.agreed, std::slice::from_ref(&head));
    assert!(verify(&exported(&events, &[])).is_end_told(), "the manifest says so");
    events.extend(Tape::new("t", 2).take(2));
    let report = verify_with(&received(&events), std::slice::from_ref(&head));
    assert_eq!(report.chains.iter().map(|chain| chain.is_end_told).collect::<Vec<_>>(), [true, false]);
    let other = SignedHead { hash: Hash::of(b"other"), ..head };
    assert_eq!(verify_with(&received(&events), &[other]).agreed, []);
}

#[test]
fn a_store_s_own_table_vouches_for_nothing() {
    let events = Tape::new("t", 1).take(3);
    let store = |say: &dyn Fn(&mut Verifier<'_>)| {
        let mut verifier = Verifier::new();
        verifier.expect_tip(&Tip { device: "t".to_owned(), epoch: 1, last: 3, ..Tip::default() }, Witness::Store);
        say(&mut verifier);
        received(&events).iter().for_each(|line| verifier.line(line));
        verifier.finish()
    };
    let stored = |head: &SignedHead, written: &str| {
        let (json, written) = (serde_json::to_string(head).unwrap(), parse_rfc3339(written));
        store(&|verifier| verifier.expect_stored_head("t", 1, &json, written))
    };
    let report = store(&|_| ());
    assert!(report.is_whole() && !report.is_end_told(), "whoever cuts the events can change the table");
    let head = |at: usize| {
        let (time, signature) = ("2026-11-23T01:50:00.120+00:00".to_owned(), "00".to_owned());
        SignedHead { time, signature, ..head_at(&events[at]) }
    };
    let report = stored(&head(2), "2026-11-23T01:50:00.120+00:00");
    assert!(report.is_whole() && report.is_end_told());
    let report = stored(&head(1), "2026-11-23T01:50:00.120+00:00");
    assert!(report.is_whole() && !report.is_end_told(), "of the third event nobody has signed anything");
    let exchanged = stored(&head(2), "2026-11-23T01:50:00.121+00:00");
    assert_eq!(exchanged.findings[0].fault, Fault::HeadExchanged);
    for json in ["", "null", "{}", &serde_json::to_string(&SignedHead { epoch: 2, ..head(2) }).unwrap()] {
        let report = store(&|verifier| verifier.expect_stored_head("t", 1, json, None));
        assert_eq!(report.findings[0].fault, Fault::BadSignature, "{json}");
    }
}

#[test]
fn a_store_s_count_of_its_rows_contradicts() {
    let counted = |have, said| {
        let mut verifier = Verifier::new();
        verifier.count_rows(have, said, 4);
        verifier.finish().findings.pop().map(|finding| (finding.fault, finding.line))
    };
    let differs = |have, said| Fault::CountDiffers { have, said, by: Witness::Counter };
    assert_eq!(counted(3, 3), None);
    assert_eq!(counted(3, 5), Some((differs(3, 5), Some(4))), "removed: from there on");
    assert_eq!(counted(5, 3), Some((differs(5, 3), None)), "inserted: it shows nowhere which");
}

#[test]
fn finds_a_chain_that_was_made_anew_by_the_signed_head_alone() {
    let events = Tape::new("t", 1).take(9);
    let mut forger = Tape::new("t", 1);
    let forgery: Vec<_> = (0..9).map(|_| forger.next_saying("一切都好")).collect();
    check(&received(&forgery), &[]);
    let found = |report: Report| report.findings.iter().map(|f| (f.fault.clone(), f.seq)).collect::<Vec<_>>();
    let contradicted = Fault::Contradicted { by: Witness::Receiver };
    let heads = [head_at(&events[5])];
    assert_eq!(found(verify_with(&received(&forgery), &heads)), [(contradicted.clone(), 6)]);
    assert_eq!(found(verify_with(&exported(&forgery, &[head_at(&events[8])]), &[])), [(contradicted, 9)]);
    let late = verify(&exported(&forgery, &heads));
    assert_eq!(
        (late.is_whole(), late.uncompared),
        (true, 1),
        "a head in the last line comes too late, and that is said"
    );
}

#[test]
fn finds_lines_that_were_reordered() {
    let events = Tape::new("t", 1).take(9);
    let mut swapped = exported(&events, &[]);
    swapped.swap(3, 4);
    check(&swapped, &[(Fault::Reordered { after: 5 }, 4)]);
    let mut moved = exported(&events, &[]);
    let line = moved.remove(1);
    moved.insert(7, line);
    check(&moved, &[(Fault::Reordered { after: 8 }, 2)]);
    let mut swapped = received(&events);
    swapped.swap(3, 4);
    check(&swapped, &[(Fault::Reordered { after: 5 }, 4)]);
}

#[test]
fn events_that_a_collector_received_in_another_order_were_not_reordered() {
    let mut events = Tape::new("t", 1).take(9);
    events.extend(Tape::new("u", 1).take(9));
    for (a, b) in [(1, 7), (0, 12), (3, 4), (8, 17)] {
        events.swap(a, b);
    }
    check(&received(&events), &[]);
}

#[test]
fn finds_words_that_were_altered_and_counts_those_that_were_erased() {
    let mut events = Tape::new("t", 1).take(5);
    events[2].data["text"]["comment"] = "很好".into();
    events[3].data.as_object_mut().unwrap().remove("text");
    check(&exported(&events, &[]), &[(Fault::TextAltered, 3)]);
    let report = verify(&exported(&events, &[]));
    assert_eq!((report.with_words, report.without_words), (4, 1));
    let mut added = Tape::new("t", 1);
    let mut events = vec![added.next_saying("")];
    events[0].data["text"] = serde_json::json!({ "comment": "很好", "salt": "00" });
    check(&received(&events), &[(Fault::TextAltered, 1)]);
}

#[test]
fn takes_sealed_words_as_they_stand() {
    let sealed = serde_json::json!({ "key": "0011223344556677", "sealed": "AAECAw" });
    let event = forged(&Tape::new("t", 1).next_saying(""), |event| {
        event.data["textdigest"] = Hash::of(sealed.to_string().as_bytes()).as_str().into();
    });
    let mut event = event;
    event.data["text"] = sealed;
    check(&received(&[event]), &[]);
}

#[test]
fn takes_pruned_events_by_their_hashes() {
    let events = Tape::new("t", 1).take(6);
    let mut lines = exported(&events, &[]);
    let pruned = |event: &CloudEvent| {
        let CloudEvent { deviceepoch, deviceseq, eventhash, prevhash, .. } = event;
        let pruned = serde_json::json!({ "device": "t", "epoch": deviceepoch, "seq": deviceseq, "hash": eventhash, "prev": prevhash });
        serde_json::json!({ "pruned": pruned }).to_string()
    };
    let line = pruned(&events[1]);
    for at in 0..3 {
        lines[at] = pruned(&events[at]);
    }
    let mut read_out = received(&events);
    for cut_down in [line.clone(), line.replacen('{', "{\"collectorcursor\":\"2\",", 1)] {
        read_out[1] = cut_down;
        check(&read_out, &[(Fault::CutDown, 2)]);
    }
    read_out[0] = pruned(&events[0]);
    check(&read_out, &[(Fault::CutDown, 2), (Fault::CutDown, 1)]);
    check(&lines, &[]);
    assert_eq!(verify(&lines).pruned, 3);
    lines[1] = pruned(&CloudEvent { eventhash: Hash::of(b"other"), ..events[1].clone() });
    check(&lines, &[(Fault::Unlinked, 3)]);
    lines.remove(1);
    check(&lines, &[(Fault::Removed { to: 2 }, 2)]);
}

#[test]
fn finds_a_moved_clock_in_a_run_and_across_runs() {
    let mut tape = Tape::new("t", 1);
    let mut events = tape.take(2);
    tape.wait(-3_600_000, 0);
    events.extend(tape.take(2));
    tape.wait(7_200_000, 0);
    events.extend(tape.take(2));
    tape.head.run += 1;
    tape.uptime = 0;
    tape.wait(-60_000, 0);
    events.extend(tape.take(2));
    let expected = [
        (Fault::ClockBack { ms: 3_600_000 }, 3),
        (Fault::ClockAhead { ms: 7_200_000 }, 5),
        (Fault::ClockBack { ms: 56_000 }, 7),
    ];
    check(&exported(&events, &[]), &expected);
    events.swap(2, 3);
    check(&received(&events), &expected);

    let mut verifier = Verifier::new().sleeping(Sleep::Allowed);
    events.swap(2, 3);
    exported(&events, &[]).iter().for_each(|line| verifier.line(line));
    let report = verifier.finish();
    assert_eq!((report.findings.len(), report.pauses.len()), (2, 1));
}

#[test]
fn an_event_that_was_linked_again_moves_no_clock() {
    let mut first = Tape::new("t", 1);
    let early = first.take(2);
    let mut second = Tape { head: Head { run: 2, ..Head::enrol("t", 2) }, now: first.now + 600_000, uptime: 0 };
    let mut events = second.take(2);
    events.extend(early.iter().map(|event| {
        let (event, head) = second.head.link_again(&event.clone().open().unwrap().0);
        second.head = head;
        CloudEvent::new(&event, None)
    }));
    events.extend(second.take(2));
    check(&received(&events), &[]);
    assert_eq!(events.iter().map(|event| event.devicerun).collect::<Vec<_>>(), [2, 2, 1, 1, 2, 2]);
}

#[test]
fn small_moves_of_the_clock_add_up() {
    let mut tape = Tape::new("t", 1);
    let mut events = Vec::new();
    for _ in 0..4 {
        tape.wait(-3_000, 0);
        events.push(tape.next());
    }
    check(&received(&events), &[(Fault::ClockBack { ms: 6_000 }, 3)]);
}

#[test]
fn tells_a_signature_that_is_not_good_and_a_key_that_is_not_trusted() {
    let events = Tape::new("t", 1).take(3);
    let head = SignedHead { seq: 9, ..head_at(&events[2]) };
    for (signature, fault) in
        [(Signature::Bad, Fault::BadSignature), (Signature::Untrusted, Fault::UntrustedKey { key: String::new() })]
    {
        let mut verifier = Verifier::with_signatures(|_| signature);
        exported(&events, std::slice::from_ref(&head)).iter().for_each(|line| verifier.line(line));
        let report = verifier.finish();
        assert_eq!(report.findings.iter().map(|finding| &finding.fault).collect::<Vec<_>>(), [&fault]);
        assert_eq!(report.chains[0].signed_to, 0, "it is no witness");
    }
}

#[test]
fn tells_lines_that_are_no_events() {
    let events = Tape::new("t", 1).take(3);
    let mut lines = exported(&events, &[]);
    lines[1] = "{".to_owned();
    lines.insert(0, String::new());
    let report = verify(&lines);
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.line, finding.seq)).collect();
    assert_eq!(found, [(Some(3), 0), (Some(4), 2)], "the line, and the number that it leaves open");
    for odd in ["7", "{}", "[]", r#"{"pruned":{}}"#, r#"{"manifest":{}}"#, "\u{0}"] {
        let report = verify(&received(&events).into_iter().chain([odd.to_owned()]).collect::<Vec<_>>());
        assert!(
            matches!(report.findings[..], [Finding { fault: Fault::Unreadable { .. }, line: Some(4), .. }]),
            "{odd}"
        );
    }
}

#[test]
fn tells_what_does_not_fit_the_manifest() {
    let mut events = Tape::new("t", 1).take(4);
    let whole = exported(&events, &[]);
    let added = [&whole[..], &whole[..1]].concat();
    check(&added, &[(Fault::AfterManifest, 0), (Fault::Doubled, 1)]);
    let by = Witness::Manifest;
    let behind = [&whole[..4], &exported(&events[..3], &[])[3..]].concat();
    check(&behind, &[(Fault::AddedAtEnd { said: 3, by }, 4)]);
    events.extend(Tape::new("t", 2).take(2));
    let epoch = [&exported(&events, &[])[..6], &whole[4..]].concat();
    check(&epoch, &[(Fault::CountDiffers { have: 6, said: 4, by }, 0)]);
}

#[test]
fn takes_the_first_line_of_a_back_up_in_place_of_a_manifest() {
    let events = Tape::new("t", 1).take(3);
    let written = |count: u64, seq: u64| {
        let first = format!(
            r#"{{"backup":{{"app":"0","device":"t","epoch":1,"events":{count},"seq":{seq},"texts":"clear","time":""}}}}"#
        );
        let record = r#"{"record":{"name":"settings","value":"{}"}}"#.to_owned();
        [first, record].into_iter().chain(events.iter().map(json)).collect::<Vec<_>>()
    };
    let by = Witness::Backup;
    check(&written(3, 3), &[]);
    check(&written(5, 3), &[(Fault::CountDiffers { have: 3, said: 5, by }, 0)]);
    check(&written(3, 2), &[(Fault::AddedAtEnd { said: 2, by }, 3)]);
    check(&written(3, 3)[..4], &[(Fault::CutAtEnd { said: 3, by }, 2)]);
}

#[test]
fn looks_at_a_stores_columns() {
    let events = Tape::new("t", 1).take(3);
    let columns = |at: usize| Columns {
        cursor: at as u64 * 10,
        source: Some(events[at].source.clone()),
        id: events[at].id.to_string(),
        epoch: 1,
        seq: at as i64 + 1,
        hash: events[at].eventhash.as_str().to_owned(),
        prev: events[at].prevhash.as_str().to_owned(),
    };
    let run = |rows: [(usize, usize); 3]| {
        let mut verifier = Verifier::new();
        rows.iter().for_each(|&(row, event)| verifier.row(&columns(row), &json(&events[event])));
        let report = verifier.finish();
        report.findings.iter().map(|f| (f.fault.clone(), f.line, f.seq)).collect::<Vec<_>>()
    };
    assert_eq!(run([(0, 0), (1, 1), (2, 2)]), []);
    let mut verifier = Verifier::new();
    verifier.row(&columns(0), &json(&events[0]));
    verifier.copy(&columns(1), &json(&events[1]));
    verifier.row(&columns(2), r#"{"pruned":{"device":"t","epoch":1,"hash":"00","prev":"00","seq":3}}"#);
    let found: Vec<_> = verifier.finish().findings.into_iter().map(|finding| finding.fault).collect();
    assert_eq!(found, [Fault::CopyAlone, Fault::CutDown, Fault::Unlinked]);
    assert_eq!(run([(0, 0), (1, 2), (2, 1)]), [(Fault::RowAltered, Some(10), 3), (Fault::RowAltered, Some(20), 2)]);
}

#[test]
fn lists_no_more_than_a_thousand_findings() {
    let report = verify(&vec!["x".to_owned(); 1_500]);
    assert_eq!((report.findings.len(), report.unlisted, report.is_whole()), (1_000, 500, false));
}

#[test]
fn keeps_little_of_a_long_chain() {
    let mut tape = Tape::new("t", 1);
    let mut verifier = Verifier::new();
    for _ in 0..2_000 {
        verifier.line(&received(&[tape.next()])[0].replacen("\"1\"", &format!("\"{}\"", tape.head.seq), 1));
    }
    assert_eq!(verifier.tracks.len(), 1);
    assert!(verifier.finish().is_whole());
}

#[test]
fn every_finding_has_its_words_in_both_languages() {
    let by = Witness::Receiver;
    let faults = [
        (Fault::Removed { to: 7 }, "removed", "删除"),
        (Fault::CutAtStart, "cut at the start", "开头被截去"),
        (Fault::CutAtEnd { said: 9, by }, "cut at the end", "末尾被截去"),
        (Fault::Edited, "edited", "修改"),
        (Fault::Doubled, "inserted", "插入"),
        (Fault::Ambiguous { member: "value".to_owned() }, "“value” twice", "“value”出现两次"),
        (Fault::SameId, "inserted or edited", "插入或修改"),
        (Fault::CopyAlone, "the event itself was removed", "已被删除"),
        (Fault::CutDown, "cut down to its hashes", "只剩哈希"),
        (Fault::Unlinked, "inserted", "插入"),
        (Fault::Reordered { after: 9 }, "reordered", "调换"),
        (Fault::TextAltered, "altered", "改动"),
        (Fault::ClockBack { ms: 7_500_000 }, "moved clock: it was turned back by 2 h 5 min", "2 小时 5 分"),
        (Fault::ClockAhead { ms: 90_000_000 }, "moved clock: it was set forward by 1 day 1 h", "1 天 1 小时"),
        (Fault::Contradicted { by }, "replaced", "替换"),
        (Fault::AddedAtEnd { said: 3, by }, "inserted", "插入"),
        (Fault::CountDiffers { have: 1, said: 3, by }, "1 event is here", "1 条"),
        (Fault::BadSignature, "signature", "签名"),
        (Fault::HeadExchanged, "exchanged", "换成了旧的"),
        (Fault::DeviceRemoved, "was removed", "已被删除"),
        (Fault::CountDiffers { have: 1, said: 3, by: Witness::Counter }, "the store's own count", "累计"),
        (Fault::UntrustedKey { key: "00ff".to_owned() }, "00ff", "00ff"),
        (Fault::RowAltered, "edited", "修改"),
        (Fault::Unreadable { reason: "why".to_owned() }, "why", "why"),
        (Fault::NoManifest, "cut at the end", "末尾被截去"),
        (Fault::AfterManifest, "inserted", "插入"),
    ];
    for (fault, english, chinese) in faults {
        let finding =
            Finding { fault, line: Some(3), device: "t".to_owned(), epoch: 1, seq: 5, time: "2026".to_owned() };
        let said = describe(&finding, Language::English);
        assert!(said.contains(english), "{english:?} in {said}");
        let said = describe(&finding, Language::Chinese);
        assert!(said.contains(chinese), "{chinese:?} in {said}");
    }
}

/// One tampering of a chain that leaves the lines readable.
#[derive(Clone, Debug)]
enum Tampering {
    Delete(usize),
    EditData(usize),
    Replace(usize),
    Swap(usize, usize),
    Insert(usize),
    Reword(usize),
}

fn tampering(length: usize) -> impl Strategy<Value = Tampering> {
    let at = 0..length;
    prop_oneof![
        at.clone().prop_map(Tampering::Delete),
        at.clone().prop_map(Tampering::EditData),
        at.clone().prop_map(Tampering::Replace),
        (at.clone(), at.clone()).prop_filter("two places", |(a, b)| a != b).prop_map(|(a, b)| Tampering::Swap(a, b)),
        at.clone().prop_map(Tampering::Insert),
        at.prop_map(Tampering::Reword),
    ]
}

fn tamper(events: &mut Vec<CloudEvent>, tampering: &Tampering) {
    match *tampering {
        Tampering::Delete(at) => drop(events.remove(at)),
        Tampering::EditData(at) => events[at].data["seconds"] = 1.into(),
        Tampering::Replace(at) => events[at] = forged(&events[at], |event| event.data["seconds"] = 1.into()),
        Tampering::Swap(a, b) => events.swap(a, b),
        Tampering::Insert(at) => events.insert(at, forged(&events[at], |event| event.data["seconds"] = 1.into())),
        Tampering::Reword(at) => events[at].data["text"]["comment"] = "很好".into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_single_tampering_is_found(
        (length, tampering) in (2_usize..30).prop_flat_map(|length| (Just(length), tampering(length)))
    ) {
        let original = Tape::new("t", 1).take(length);
        let head = head_at(&original[length - 1]);
        prop_assert!(verify_with(&exported(&original, std::slice::from_ref(&head)), &[]).is_whole());
        let mut events = original.clone();
        tamper(&mut events, &tampering);

        // The tampered lines under the manifest as it was, with and without a head in it.
        for heads in [&[][..], std::slice::from_ref(&head)] {
            let manifest = exported(&original, heads).pop();
            let lines: Vec<_> = events.iter().map(json).chain(manifest).collect();
            prop_assert!(!verify(&lines).is_whole(), "export, {:?}", tampering);
        }
        // With a head and no manifest, in the order of whatever was received.
        let is_mere_order = matches!(tampering, Tampering::Swap(..));
        let report = verify_with(&received(&events), std::slice::from_ref(&head));
        prop_assert_eq!(report.is_whole(), is_mere_order, "read-out, {:?}: {:?}", tampering, report.findings);
        // With neither: all but what was done to the last event alone.
        let report = verify(&received(&events));
        let is_at_end = matches!(tampering, Tampering::Delete(at) | Tampering::Replace(at) if at == length - 1);
        prop_assert_eq!(report.is_whole(), is_mere_order || is_at_end, "bare, {:?}: {:?}", tampering, report.findings);
    }

    #[test]
    fn any_cut_at_the_end_is_found_with_a_head_and_only_with_one(length in 2_usize..30, kept in 1_usize..29) {
        let kept = kept.min(length - 1);
        let events = Tape::new("t", 1).take(length);
        let head = head_at(&events[length - 1]);
        let cut = Fault::CutAtEnd { said: length as u64, by: Witness::Receiver };
        let report = verify_with(&received(&events[..kept]), &[head]);
        prop_assert_eq!(&report.findings[0].fault, &cut);
        prop_assert!(verify(&received(&events[..kept])).is_whole(), "the limit");
    }

    #[test]
    fn any_order_of_arrival_of_a_whole_chain_is_whole(
        events in (1_usize..40).prop_flat_map(|length| Just(Tape::new("t", 1).take(length)).prop_shuffle())
    ) {
        prop_assert!(verify(&received(&events)).is_whole());
    }

    #[test]
    fn never_fails_on_any_line(lines in prop::collection::vec(".*", 0..4)) {
        verify(&lines);
    }
}
