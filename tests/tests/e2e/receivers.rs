//! Endpoints that are not ours: made of other people's libraries, each with what it can do and no more.

use std::collections::BTreeSet;

use candor_tests::browser::Engine;
use candor_tests::collector::Collector;
use candor_tests::journal::Journal;
use candor_tests::kiosk::{Kiosk, open_kiosk};
use candor_tests::proxy::{Proxy, Uploads};
use candor_tests::receiver::{Kind, Receiver};
use candor_tests::wait::until;
use serde_json::Value;

/// A kiosk that delivers to a receiver of somebody else's, with a network between them.
struct Site {
    kiosk: Kiosk,
    proxy: Proxy,
    receiver: Receiver,
}

impl Site {
    /// The collector hands out the app and then goes: nothing of this comes to it.
    async fn open(kind: Kind) -> Self {
        let mut collector = Collector::start().await;
        let kiosk = open_kiosk(Engine::Chromium, &collector.page()).await;
        kiosk.see_kept_for_offline().await;
        collector.stop();
        let receiver = Receiver::start(kind).await;
        let proxy = Proxy::start(receiver.address()).await;
        kiosk.open_manager_and_choose_a_pin().await;
        Self { kiosk, proxy, receiver }
    }

    /// Sets the delivery up at the desk.
    async fn deliver(&self, path: &str, format: &str, acknowledge: &str) {
        self.kiosk.tap("tab-settings").await;
        self.kiosk.replace("endpoint", &format!("{}{path}", self.proxy.page())).await;
        self.kiosk.choose("format", format).await;
        self.kiosk.choose("acknowledge", acknowledge).await;
        self.kiosk.save_settings().await;
    }

    /// From the desk to the customers and back.
    async fn serve_customers(&self, levels: &[u8]) {
        self.kiosk.lock_manager().await;
        for level in levels {
            self.kiosk.rate_and_skip(*level).await;
        }
        self.kiosk.open_manager().await;
        self.kiosk.tap("tab-sync").await;
    }

    async fn see_everything_delivered(&self) {
        self.kiosk.tap("sync-now").await;
        let counts = self.kiosk.see_counts("everything settled", |counts| counts.queued == 0).await;
        assert_eq!(counts.quarantined, 0);
    }

    /// The receiver has what the journal has: every event once, with its hash.
    async fn see_it_whole_and_once(&self) {
        let arrived = until("the receiver to have what the journal has", async || {
            let (mut arrived, journal) = (self.receiver.events().await, Journal::read(&self.kiosk.browser).await);
            arrived.sort_by_key(|(event, _)| (event.epoch, event.seq));
            let both = format!("{} of {}", arrived.len(), journal.entries.len());
            if arrived == journal.entries { Ok(arrived) } else { Err(both) }
        })
        .await;
        let ids: BTreeSet<&str> = arrived.iter().map(|(event, _)| event.id.as_str()).collect();
        assert_eq!(ids.len(), arrived.len());
    }

    /// Customers come while all is well, while answers are lost, and while nobody is there.
    async fn live_through_it(&mut self) {
        self.serve_customers(&[5, 1]).await;
        self.see_everything_delivered().await;
        self.proxy.set_uploads(Uploads::AnswerLost);
        self.serve_customers(&[2]).await;
        for attempt in 1..=2 {
            self.kiosk.tap("sync-now").await;
            self.proxy.see_faulty_uploads(attempt).await;
        }
        self.receiver.stop();
        self.proxy.set_uploads(Uploads::Pass);
        self.serve_customers(&[3, 4, 4]).await;
        let counts = self.kiosk.read_counts().await;
        assert!(counts.queued >= 8, "what was stored without an answer, and what came since: {counts:?}");
        self.receiver.start_again().await;
        self.see_everything_delivered().await;
        self.see_it_whole_and_once().await;
    }
}

/// What a receiver was sent by a site that has lived through everything.
async fn requests_of_a_site(kind: Kind, format: &str, acknowledge: &str) -> Vec<Value> {
    let mut site = Site::open(kind).await;
    site.deliver("v1/events", format, acknowledge).await;
    site.live_through_it().await;
    site.receiver.requests().await
}

fn column<'a>(requests: &'a [Value], name: &str) -> Vec<Option<&'a str>> {
    requests.iter().map(|request| request[name].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_language_s_sdk_reads_every_batch_packed_or_not() {
    let requests = requests_of_a_site(Kind::Sdk, "cloudevents-batch", "receipt").await;
    let kinds: BTreeSet<_> = column(&requests, "content_type").into_iter().collect();
    assert_eq!(kinds, BTreeSet::from([Some("application/cloudevents-batch+json")]));
    let codings = column(&requests, "content_encoding");
    assert_eq!((codings[0], codings.contains(&Some("gzip"))), (None, true), "packed once the endpoint has said so");
    let tokens: BTreeSet<_> = column(&requests, "authorization").into_iter().collect();
    assert_eq!(tokens, BTreeSet::from([None]), "the collector's token goes to nobody else");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_language_s_sdk_reads_events_one_at_a_time() {
    let requests = requests_of_a_site(Kind::Sdk, "cloudevents", "receipt").await;
    assert!(requests.iter().all(|request| request["events"] == 1), "{requests:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_webhook_has_everything_once() {
    let requests = requests_of_a_site(Kind::Webhook, "json-array", "status").await;
    assert!(requests.iter().any(|request| request["new"] == 0), "a lost answer led to a second try: {requests:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_promised_gzip_and_refuses_it_gets_the_same_plain() {
    let site = Site::open(Kind::Webhook).await;
    site.deliver("v1/events/boastful", "json-array", "status").await;
    site.serve_customers(&[5]).await;
    site.see_everything_delivered().await;
    for levels in [[1, 2, 3], [4, 5, 5]] {
        // What comes while one request is held goes together in the next.
        site.proxy.hold_back("v1/events");
        site.serve_customers(&levels).await;
        site.proxy.release();
        site.see_everything_delivered().await;
    }
    site.see_it_whole_and_once().await;
    let requests = site.receiver.requests().await;
    let packed = column(&requests, "content_type").into_iter().filter(|kind| *kind == Some("packed")).count();
    assert_eq!(packed, 1, "it is tried once and no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_written_anew_when_the_owner_changes_the_format() {
    let site = Site::open(Kind::Webhook).await;
    site.deliver("v1/events/rows", "json-array", "status").await;
    site.serve_customers(&[5]).await;
    site.see_everything_delivered().await;
    site.proxy.set_uploads(Uploads::AnswerLost);
    site.serve_customers(&[1]).await;
    site.kiosk.tap("sync-now").await;
    site.proxy.see_faulty_uploads(1).await;
    // Not before: the tablet would try again meanwhile, and have delivered everything in the old format.
    site.deliver("v1/events/lines", "json-lines", "status").await;
    site.proxy.set_uploads(Uploads::Pass);
    site.kiosk.tap("tab-sync").await;
    site.see_everything_delivered().await;
    site.see_it_whole_and_once().await;
    let requests = site.receiver.requests().await;
    assert_eq!(column(&requests, "content_type").last(), Some(&Some("application/x-ndjson")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_success_is_no_receipt_unless_the_owner_says_so() {
    let site = Site::open(Kind::Webhook).await;
    site.deliver("v1/events", "json-array", "receipt").await;
    site.serve_customers(&[5]).await;
    site.kiosk.tap("sync-now").await;
    site.kiosk.see_attribute("sync-state", "data-state", "waiting").await;
    let counts = site.kiosk.read_counts().await;
    assert_eq!((counts.acknowledged, counts.queued), (0, counts.recorded));
    site.deliver("v1/events", "json-array", "status").await;
    site.kiosk.tap("tab-sync").await;
    site.see_everything_delivered().await;
    site.see_it_whole_and_once().await;
}

/// Such a receiver loses nothing and doubles nothing, but a lost answer leaves events that only a person can clear up.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_without_second_tries_holds_nothing_up() {
    let site = Site::open(Kind::Webhook).await;
    site.deliver("v1/events/strict", "json-array", "status").await;
    site.serve_customers(&[5]).await;
    site.see_everything_delivered().await;
    site.proxy.set_uploads(Uploads::AnswerLost);
    site.serve_customers(&[1]).await;
    site.kiosk.tap("sync-now").await;
    site.proxy.see_faulty_uploads(1).await;
    site.proxy.set_uploads(Uploads::Pass);
    site.serve_customers(&[2]).await;
    // Each tap spares one wait.
    let counts = until("the conflicts to be set aside", async || {
        site.kiosk.tap("sync-now").await;
        let counts = site.kiosk.read_counts().await;
        if counts.queued == 0 { Ok(counts) } else { Err(format!("{counts:?}")) }
    })
    .await;
    assert!(counts.quarantined > 0, "what a 409 refused is not called delivered: {counts:?}");
    site.see_it_whole_and_once().await;
}
