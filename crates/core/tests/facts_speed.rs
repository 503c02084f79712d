//! How long a screen of results takes over 150,000 responses. It asserts what was counted, not how fast: it prints.
//!
//!     cargo test --release -p candor-core --test facts_speed -- --ignored --nocapture
#![allow(clippy::unwrap_used, reason = "in a test, whatever was not expected is a failure")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use candor_core::cases::{Cases, Outlook};
use candor_core::chain::Head;
use candor_core::event::{Body, Context, Draft, Outcome, Rating, Scale};
use candor_core::facts::{Days, Doubts, Facts, Filter, Key, Unit};
use candor_core::hours::{Date, Hours, Weekday};
use candor_core::journal::{Entry, Place};
use candor_core::results::Responses;
use candor_core::time::{Moment, UnixMillis, Uptime, UtcOffset};
use serde::Deserialize;
use serde_json::{Map, Value};

const RESPONSES: usize = 150_000;
/// The median of so many turns.
const TURNS: usize = 15;

#[test]
#[ignore = "it measures, and takes a while to set up"]
fn speed_of_results_over_150_000_responses() {
    let entries = journal();
    let bodies =
        time(&mut || entries.iter().for_each(|entry| drop(black_box(Body::deserialize(&entry.event.data)))), 1);
    println!("reading the bodies alone: {bodies:?}");
    let mut facts = Facts::default();
    let folded = time(&mut || facts.fold(&entries), 1);
    println!("fold {} events: {folded:?}", entries.len());
    let mut responses = Responses::default();
    let again = time(&mut || responses.fold(entries.iter().cloned()), 1);
    println!("the same as responses, with a copy of each event: {again:?}");
    assert_eq!(facts.len(), RESPONSES);
    let mut cases = Cases::default();
    let folded = time(&mut || cases.fold(&entries), 1);
    println!("the same as cases: {folded:?}");
    let hours = Hours::default();
    let mut found = 0;
    let looked = time(&mut || found = cases.all(&Outlook { own: None, hours: &hours }).len(), TURNS);
    println!("{found} cases found in {looked:?}");
    assert!(found > 0);

    let begun = Instant::now();
    let kept = facts.keep("1");
    println!("kept in {:?}", begun.elapsed());
    let segments: Vec<Vec<u8>> = kept.segments.into_iter().map(|(_, bytes)| bytes).collect();
    let size: usize = kept.frame.len() + segments.iter().map(Vec::len).sum::<usize>();
    let mut restored = None;
    let taken = time(&mut || restored = Facts::restore("1", &kept.frame, &segments), TURNS);
    println!("{size} bytes restored in {taken:?}");
    let facts = restored.unwrap();

    let month = Days { from: Date::parse("2026-10-01").unwrap(), to: Date::parse("2026-10-31").unwrap() };
    let key = |id: &str| Key { survey: "hall".into(), id: id.into() };
    let filters = [
        ("all", Filter::default()),
        ("filtered", Filter { doubts: Doubts::LeftOut, ..Filter::default() }),
        ("a month", Filter { days: Some(month), ..Filter::default() }),
        (
            "everything asked",
            Filter {
                days: Some(Days { from: month.from.plus(-300), to: month.to.plus(300) }),
                hours: (8..18).collect(),
                weekdays: Weekday::ALL[..6].to_vec(),
                points: (0..8).map(|point| format!("{point} 号窗口")).collect(),
                surveys: vec!["hall".into()],
                languages: vec!["zh-CN".into(), "en".into()],
                channels: vec!["kiosk".into()],
                reasons: vec![key("wait"), key("attitude"), key("unclear")],
                items: vec![(key("wait"), vec![1, 2, 3, 4, 5])],
                doubts: Doubts::LeftOut,
                ..Filter::default()
            },
        ),
    ];
    for (name, filter) in &filters {
        let selection = facts.select(filter);
        println!("{name}: {} responses", selection.count());
        let scale = Scale::Faces5;
        let chosen = time(&mut || drop(black_box(facts.select(filter))), TURNS);
        let screen = time(
            &mut || {
                let selection = facts.select(filter);
                black_box(selection.tally(scale));
                black_box(selection.trend(Unit::Day, scale));
                black_box(selection.heat(scale));
                black_box(selection.points(scale));
                black_box(selection.staff(scale));
                black_box(selection.languages(scale));
                black_box(selection.channels(scale));
                black_box(selection.reasons(scale));
                black_box(selection.items());
                black_box(selection.outcomes());
                black_box(selection.taken());
                black_box(selection.words());
                black_box(selection.doubts());
            },
            TURNS,
        );
        println!("  chosen in {chosen:?}, with all 13 groupings in {screen:?}");
        for (grouping, taken) in [
            ("tally", time(&mut || _ = black_box(selection.tally(scale)), TURNS)),
            ("trend", time(&mut || drop(black_box(selection.trend(Unit::Day, scale))), TURNS)),
            ("heat", time(&mut || drop(black_box(selection.heat(scale))), TURNS)),
            ("points", time(&mut || drop(black_box(selection.points(scale))), TURNS)),
            ("reasons", time(&mut || drop(black_box(selection.reasons(scale))), TURNS)),
            ("items", time(&mut || drop(black_box(selection.items())), TURNS)),
            ("taken", time(&mut || _ = black_box(selection.taken()), TURNS)),
        ] {
            println!("    {grouping} {taken:?}");
        }
    }
}

/// The median of some turns.
fn time(work: &mut dyn FnMut(), turns: usize) -> Duration {
    let turn = |_| {
        let begun = Instant::now();
        work();
        begun.elapsed()
    };
    let mut taken: Vec<Duration> = (0..turns).map(turn).collect();
    taken.sort_unstable();
    taken[turns / 2]
}

/// A hall with 12 windows and 40 people over a year and a half: a rating every minute and a half of the working day, every
/// second one with a follow-up.
fn journal() -> Vec<Entry> {
    let mut head = Head::enrol("tablet", 1);
    let (mut entries, mut digits, mut now) = (Vec::new(), 7_u64, 1_750_000_000_000_i64);
    let mut below = |n: u64| {
        digits = digits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (digits >> 33) % n
    };
    for n in 0..RESPONSES as u64 {
        now += if n % 280 == 0 { 60_000_000 } else { 60_000 + i64::try_from(below(60_000)).unwrap() };
        let moment = |now: i64, part: u8| {
            let mut random = [part; 26];
            random[..8].copy_from_slice(&n.to_be_bytes());
            let uptime = Uptime(u64::try_from(now - 1_750_000_000_000).unwrap());
            Moment { now: UnixMillis(now), offset: UtcOffset(480), uptime, random }
        };
        let context = Context {
            survey: "hall".into(),
            version: 1 + u32::try_from(n / 60_000).unwrap(),
            locale: ["zh-CN", "zh-CN", "zh-CN", "en"][below(4) as usize].into(),
            point: format!("{} 号窗口", below(12)),
            staff: Some(format!("{:03}", below(40))),
            channel: if below(10) == 0 { "link".into() } else { String::new() },
            ..Context::default()
        };
        let value = Rating::new([5, 5, 5, 4, 4, 4, 3, 2, 1][below(9) as usize]).unwrap();
        let given = Draft::new(&moment(now, 1), Body::RatingGiven { value, scale: Scale::Faces5, context });
        let mut drafts = vec![given];
        if below(2) == 0 {
            let response = drafts[0].id.clone();
            let reasons = ["wait", "attitude", "unclear", "skills", "environment", "repeat-visits"];
            let reasons = reasons.iter().filter(|_| below(4) == 0).map(|reason| (*reason).to_owned()).collect();
            let items = ["wait", "attitude", "skills", "clarity", "environment", "result"];
            let items: Map<String, Value> =
                items.iter().map(|item| ((*item).to_owned(), Value::from(1 + below(5)))).collect();
            let seconds = 5 + u32::try_from(below(30)).unwrap();
            let outcome =
                [Outcome::Complete, Outcome::Complete, Outcome::Skipped, Outcome::TimedOut][below(4) as usize];
            let body =
                Body::RatingDetailed { response, outcome, reasons, answers: Map::new(), items, seconds, staff: None };
            drafts.push(Draft::new(&moment(now + 1_000 * i64::from(seconds), 2), body));
        }
        for draft in drafts {
            let (event, next) = head.link(&draft);
            head = next;
            entries.push(Entry { place: Place { epoch: 1, seq: event.seq }, event, text: draft.text });
        }
    }
    entries
}
