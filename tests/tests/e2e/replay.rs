//! Real remarks through a real kiosk: what went in is what lies in the journal, the export and the collector.
//!
//! `CANDOR_REPLAY=3000` takes them all, as `make replay` does; without it a short form runs. The first ones come
//! through the driver, key by key and tap by tap. For the rest, a script in the page does the same with the same
//! elements, faster: the same session, the same journal code, and no entry into the app that the public has not.
//! Text and label are real; the levels are made up from the label, see [`remarks`].

use std::collections::BTreeMap;
use std::time::Instant;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::export::read_csv;
use candor_tests::journal::Journal;
use candor_tests::kiosk::open_kiosk;
use candor_tests::remarks::{self, Remark};
use candor_tests::responses::{Response, responses};

/// In the short form: at the screens, and in all.
const SHORT: (usize, usize) = (40, 200);
/// In the long form, at the screens.
const LONG_AT_THE_SCREENS: usize = 100;
/// Customers served by one call of the script: a call must not outlast the session's patience.
const SERVED_AT_ONCE: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn replay_of_real_remarks_arrives_whole_and_once() {
    let (at_the_screens, all) = extent();
    let remarks = &remarks::all()[..all];
    let collector = Collector::start().await;
    let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;

    let start = Instant::now();
    let (typed, scripted) = remarks.split_at(at_the_screens);
    for remark in typed {
        kiosk.rate(remark.rating.level()).await;
        kiosk.write_comment(&remark.comment).await;
        kiosk.submit().await;
        kiosk.see_thanks().await;
        kiosk.leave_thanks().await;
    }
    let typed_in = start.elapsed();
    for customers in scripted.chunks(SERVED_AT_ONCE) {
        kiosk.serve(customers).await;
    }
    let served_in = start.elapsed() - typed_in;

    kiosk.open_manager_and_choose_a_pin().await;
    kiosk.tap("tab-results").await;
    let export = read_csv(&kiosk.export_csv().await);
    kiosk.tap("tab-sync").await;
    kiosk.tap("sync-now").await;
    let counts = kiosk.see_counts("everything acknowledged", |counts| counts.queued == 0).await;
    let journal = Journal::read(&kiosk.browser).await;
    let collected = collector.events().await;

    let said = |response: &Response| (response.rating, response.comment.clone());
    let input = tally(remarks.iter().map(|Remark { rating, comment }| (u64::from(rating.level()), comment.clone())));
    let in_journal = responses(&journal.entries);
    let at_collector = responses(&collected);
    println!("replay: {at_the_screens} remarks typed at the screens in {typed_in:.1?}");
    println!("replay: {} more by a script in the page in {served_in:.1?}", scripted.len());
    let rows = [
        ("journal", tally(in_journal.iter().map(said))),
        ("export", tally(export.iter().map(|row| (u64::from(row.rating), row.comment.clone())))),
        ("collector", tally(at_collector.iter().map(said))),
    ];
    println!("{:<10} {:>9} {:>8} {:>8} {:>8} {:>6}", "", "responses", "events", "bytes", "doubled", "lost");
    println!("{:<10} {:>9} {:>8} {:>8}", "input", remarks.len(), "", bytes(&input));
    for ((name, tally), events) in rows.iter().zip([Some(journal.entries.len()), None, Some(collected.len())]) {
        let (doubled, lost) = (excess(tally, &input), excess(&input, tally));
        let events = events.map(|events| events.to_string()).unwrap_or_default();
        let count: usize = tally.values().sum();
        println!("{name:<10} {count:>9} {events:>8} {:>8} {doubled:>8} {lost:>6}", bytes(tally));
    }
    for (name, tally) in &rows {
        assert!(*tally == input, "what lies in the {name} is not what was said");
    }
    assert_eq!((journal.queued, journal.quarantined), (0, 0));
    assert_eq!(counts.acknowledged, collected.len() as u64);
    assert_eq!(journal.entries, collected, "event for event, and in the same order");
}

fn extent() -> (usize, usize) {
    match std::env::var("CANDOR_REPLAY").map(|count| count.parse::<usize>()) {
        Err(_) => SHORT,
        Ok(Ok(count)) if count <= 3_000 => (LONG_AT_THE_SCREENS.min(count), count),
        Ok(other) => panic!("CANDOR_REPLAY is a number up to 3000, not {other:?}"),
    }
}

/// How often each level and text occurs.
type Tally = BTreeMap<(u64, String), usize>;

fn tally(said: impl Iterator<Item = (u64, String)>) -> Tally {
    said.fold(Tally::new(), |mut tally, one| {
        *tally.entry(one).or_default() += 1;
        tally
    })
}

/// How many of `these` are not among `those`.
fn excess(these: &Tally, those: &Tally) -> usize {
    these.iter().map(|(one, count)| count.saturating_sub(those.get(one).copied().unwrap_or(0))).sum()
}

fn bytes(tally: &Tally) -> usize {
    tally.iter().map(|((_, comment), count)| comment.len() * count).sum()
}
