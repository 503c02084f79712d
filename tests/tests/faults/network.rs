//! Faults 4, 5 and 7: answers lost after the commit, a stormy network, and events that are refused for good.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use candor_tests::balance::Balance;
use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::{Proxy, Uploads, is_refused};
use candor_tests::trial::{Size, Trial};
use candor_tests::wait::{until, until_within};
use candor_tests::witness::Witness;

/// In events, small and full: the table asks for 10,000.
const EVENTS: (usize, usize) = (300, 10_000);
/// Customers who come while the backlog drains, each two events.
const CUSTOMERS: (usize, usize) = (20, 100);
/// The collector's largest body in bytes, small and full: a backlog then takes many requests and meets its fault often.
const MAX_BODY: (&str, &str) = ("32768", "262144");

/// The network is told to have come back so often while a backlog drains that a refused event may hold up.
const BETWEEN_RETURNS: Duration = Duration::from_secs(2);
/// A further customer comes after so many returns of the network that did not empty the outbox.
const RETURNS_TO_A_CUSTOMER: u32 = 10;
const PATIENCE: Duration = Duration::from_secs(900);

#[tokio::test(flavor = "multi_thread")]
async fn answers_lost_half_of_the_time_lead_to_no_second_copy() {
    for engine in Engine::ALL {
        let trial = Trial::begin_in(engine.name(), 4, "answers lost after the commit, half of the time", "events");
        let (trial, scene) = drain_through(trial, engine, Uploads::AnswerLostHalf).await;
        let least = trial.size.of(1, 3);
        let lost = scene.met.get("answers lost after the commit");
        assert!(lost.is_some_and(|lost| *lost >= least), "it was met: {:?}", scene.met);
        trial.pass();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stormy_network_loses_and_doubles_nothing() {
    for engine in Engine::ALL {
        let trial = Trial::begin_in(engine.name(), 5, "delays, 503, 429, half a body, slow answers, resets", "events");
        let storm = trial.size.of(Uploads::Squall, Uploads::Storm);
        let (trial, scene) = drain_through(trial, engine, storm).await;
        let missed = missed(storm, &scene.met);
        assert!(missed.is_empty(), "the storm never brought {missed:?}: {:?}", scene.met);
        trial.pass();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_receipt_rejects_and_nothing_else_is_in_quarantine() {
    for engine in Engine::ALL {
        let trial = Trial::begin_in(engine.name(), 7, "1 % rejected for good by the receipt", "events");
        let (mut trial, scene) = drain_through(trial, engine, Uploads::OneInAHundredRejected).await;
        check_quarantine(&mut trial, &scene);
        trial.pass();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_spoils_a_batch_and_nothing_else_is_in_quarantine() {
    for engine in Engine::ALL {
        let trial = Trial::begin_in(engine.name(), 7, "1 % refused with their whole batch", "events");
        let (mut trial, scene) = drain_through(trial, engine, Uploads::OneInAHundredPoison).await;
        check_quarantine(&mut trial, &scene);
        trial.pass();
    }
}

fn check_quarantine(trial: &mut Trial, scene: &Scene) {
    let recorded = scene.balance.journal.entries.iter().map(|(event, _)| event.id.to_string());
    let mut expected: Vec<String> = recorded.filter(|id| is_refused(id)).collect();
    let mut refused: Vec<String> = scene.balance.journal.refused.iter().map(|(id, _)| id.clone()).collect();
    expected.sort();
    refused.sort();
    trial.figure("refused for good", expected.len());
    trial.figure("in quarantine", refused.len());
    // In the small size chance may spare them all, once in twenty times.
    assert!(trial.size == Size::Small || !expected.is_empty(), "some were refused");
    assert_eq!(refused, expected, "exactly those in quarantine");
}

struct Scene {
    /// What became of the uploads of the backlog.
    met: Met,
    balance: Balance,
}

type Met = BTreeMap<&'static str, u64>;

/// What a storm is made of and no upload has met.
fn missed(storm: Uploads, met: &Met) -> Vec<&'static str> {
    storm.storm().into_iter().filter(|fate| !met.contains_key(fate)).collect()
}

/// What uploads have met since `before`.
fn met_since(proxy: &Proxy, before: &Met) -> Met {
    let since = |(fate, count)| (fate, count - before.get(fate).copied().unwrap_or_default());
    proxy.met().into_iter().map(since).filter(|(_, count)| *count > 0).collect()
}

/// A backlog, and customers who come meanwhile, through a faulty network to the last event.
async fn drain_through(mut trial: Trial, engine: Engine, uploads: Uploads) -> (Trial, Scene) {
    let collector = Collector::start_with(&["--max-body", trial.size.of(MAX_BODY.0, MAX_BODY.1)]).await;
    let proxy = Proxy::start(collector.address()).await;
    let witness = Witness::start().await;
    let kiosk = open_kiosk(engine, &proxy.page()).await;
    trial.browser(&kiosk.browser.version().await);
    proxy.seed(trial.dice.number());
    proxy.set_uploads(Uploads::Down);
    let customers = trial.size.of(CUSTOMERS.0, CUSTOMERS.1);
    let early = trial.size.of(EVENTS.0, EVENTS.1) - 2 * customers;
    let recording = Instant::now();
    kiosk.record_early_taps(early, &mut trial.dice).await;
    println!("{early} early taps recorded in {:.1?}", recording.elapsed());

    let before = proxy.met();
    proxy.set_uploads(uploads);
    let draining = Instant::now();
    kiosk.let_a_crowd_in("guest", &witness, Duration::from_millis(100)).await;
    until_thanked(&witness, customers).await;
    // They go on coming until the storm has brought all that it is made of.
    until_within(PATIENCE, "every weather of the storm", async || {
        let missed = missed(uploads, &met_since(&proxy, &before));
        if missed.is_empty() { Ok(()) } else { Err(format!("{missed:?} are still to come")) }
    })
    .await;
    kiosk.see_the_crowd_off().await;
    if uploads == Uploads::OneInAHundredPoison {
        see_drained_with_witnesses(&kiosk).await;
    } else {
        // By its own waits: nobody tells the tablet that the line is any better.
        kiosk.see_drained(PATIENCE).await;
    }
    trial.figure("drained in, s", format!("{:.1}", draining.elapsed().as_secs_f64()));
    let met = met_since(&proxy, &before);
    for (what, count) in &met {
        trial.figure(what, count);
    }
    let balance = Balance::take(&kiosk, &collector).await;
    balance.count_into(&mut trial, &witness.thanked());
    (trial, Scene { met, balance })
}

async fn until_thanked(witness: &Witness, count: usize) {
    until(&format!("{count} customers to be thanked"), async || {
        let thanked = witness.thanked().len();
        if thanked >= count { Ok(()) } else { Err(format!("{thanked} were")) }
    })
    .await;
}

/// The last event of all may be one that is refused, with nothing behind it to show that the endpoint is well: then a
/// further customer comes, and another if that one's own last event is refused as well. An endpoint that seems to refuse
/// everything is asked again after a quarter of an hour; the network's return ends that early.
async fn see_drained_with_witnesses(kiosk: &Kiosk) {
    kiosk.rate_and_skip(4).await;
    let mut returns = 0;
    until_within(PATIENCE, "the outbox to be empty", async || {
        returns += 1;
        if returns % RETURNS_TO_A_CUSTOMER == 0 {
            kiosk.rate_and_skip(4).await;
        }
        kiosk.browser.run("dispatchEvent(new Event('online'))", vec![]).await;
        tokio::time::sleep(BETWEEN_RETURNS).await;
        let queued = kiosk.count_queued().await;
        if queued == 0 { Ok(()) } else { Err(format!("{queued} events queued")) }
    })
    .await;
}
