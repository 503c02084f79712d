//! What every journal store has to do, as one suite: run over memory on the host and over IndexedDB in a browser.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a contract that fails has to panic: it is a test")]

use crate::chain::{Head, PersonalText, enrolment_hash, hash};
use crate::event::{Body, Context, Draft, EventId, Rating};
use crate::journal::{Counts, JournalStore, Place};
use crate::outbox::{FIRST_BATCH_BYTES, Limits, Settlement};
use crate::time::{Moment, UnixMillis, Uptime, UtcOffset};
use crate::wire::Rejection;

const DEVICE: &str = "4b1d7a52-6a53-4a57-9d15-2f0d7c8a9e10";

fn moment(n: u8) -> Moment {
    Moment {
        now: UnixMillis(1_795_398_067_120 + i64::from(n)),
        offset: UtcOffset(480),
        uptime: Uptime(u64::from(n) * 1_000),
        random: [n; 26],
    }
}

/// A rating with words in it, always the same for the same number.
pub fn rating(n: u8) -> Draft {
    let context = Context { survey: "government".into(), version: 1, locale: "zh-CN".into(), ..Context::default() };
    let text = PersonalText::new(&format!("第 {n} 条，\"引号\" 与 \u{1F600}"), &[n; 16]);
    let value = Rating::new(n % 5 + 1).unwrap();
    Draft { text, ..Draft::new(&moment(n), Body::RatingGiven { value, context }) }
}

fn limits(events: usize) -> Limits {
    Limits { events, bytes: FIRST_BATCH_BYTES, skip: Default::default() }
}

fn batch_id(n: u8) -> EventId {
    EventId::new(&moment(200 + n))
}

async fn begun<S: JournalStore>(store: S, events: u8) -> S {
    store.begin_run(DEVICE).await.unwrap();
    for n in 1..=events {
        store.append(&rating(n)).await.unwrap();
    }
    store
}

async fn assert_counts(store: &impl JournalStore, acknowledged: u64, queued: u64, quarantined: u64) {
    let counts = store.counts().await.unwrap();
    let recorded = acknowledged + queued + quarantined;
    assert_eq!(counts, Counts { recorded, acknowledged, queued, quarantined });
    assert_eq!(store.queued().await.unwrap(), queued);
}

/// The first start makes the device; every later one counts up its run and keeps the rest.
pub async fn keeps_the_device_and_counts_its_runs(store: impl JournalStore) {
    let first = store.begin_run(DEVICE).await.unwrap();
    store.append(&rating(1)).await.unwrap();
    let second = store.begin_run("another").await.unwrap();
    assert_eq!(first, Head { run: 1, ..Head::enrol(DEVICE, 1) });
    assert_eq!((second.device.as_str(), second.run, second.seq, second.responses), (DEVICE, 2, 1, 1));
}

/// What is read is what was written, in order, each linked to the one before.
pub async fn chains_what_it_stores_and_reads_it_back_in_order(store: impl JournalStore) {
    let store = begun(store, 9).await;
    let mut read = Vec::new();
    let mut after = Place::default();
    loop {
        let page = store.read(after, 4).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 4);
        after = last.place();
        read.extend(page);
    }
    let mut prev = enrolment_hash(DEVICE, 1);
    for (n, entry) in (1_u8..).zip(&read) {
        assert_eq!(entry.place(), Place { epoch: 1, seq: u64::from(n) });
        assert_eq!(entry.event.prev, prev);
        assert_eq!(entry.event.hash, hash(&entry.event));
        assert_eq!(entry.event.id, rating(n).id);
        assert_eq!(entry.text, rating(n).text);
        prev = entry.event.hash.clone();
    }
    assert_eq!(read.len(), 9);
    assert_counts(&store, 0, 9, 0).await;
}

/// Writing again after a silence is safe: the id decides.
pub async fn stores_a_draft_once_however_often_it_is_appended(store: impl JournalStore) {
    let store = begun(store, 2).await;
    let again = store.append(&rating(1)).await.unwrap();
    assert_eq!((again.place.seq, again.responses), (1, 2));
    let next = store.append(&rating(3)).await.unwrap();
    assert_eq!((next.place.seq, next.responses), (3, 3));
    assert_counts(&store, 0, 3, 0).await;
}

/// A retry sends the same bytes, whatever has been queued since.
pub async fn freezes_a_batch_until_it_is_settled(store: impl JournalStore) {
    let store = begun(store, 3).await;
    let frozen = store.freeze(&batch_id(1), &limits(2)).await.unwrap().unwrap();
    assert_eq!(frozen.ids(), [rating(1).id, rating(2).id]);
    store.append(&rating(4)).await.unwrap();
    assert_eq!(store.freeze(&batch_id(2), &limits(9)).await.unwrap().unwrap(), frozen);
    store.settle(&frozen, &Settlement::default()).await.unwrap();
    assert_eq!(store.freeze(&batch_id(2), &limits(9)).await.unwrap().unwrap(), frozen, "no receipt, no change");
    store.settle(&frozen, &Settlement { is_thawed: true, ..Settlement::default() }).await.unwrap();
    let thawed = store.freeze(&batch_id(2), &limits(9)).await.unwrap().unwrap();
    assert_eq!((thawed.id, thawed.events.len()), (batch_id(2), 4));
}

/// Receipts move events out of the outbox, once.
pub async fn settles_a_receipt_once_however_often_it_comes(store: impl JournalStore) {
    let store = begun(store, 4).await;
    let frozen = store.freeze(&batch_id(1), &limits(3)).await.unwrap().unwrap();
    let rejection = Rejection { id: rating(2).id, code: "unknown-type".into(), detail: "no".into() };
    let settlement = Settlement { accepted: vec![rating(1).id], rejected: vec![rejection.clone()], is_thawed: true };
    store.settle(&frozen, &settlement).await.unwrap();
    assert_counts(&store, 1, 2, 1).await;
    store.settle(&frozen, &settlement).await.unwrap();
    assert_counts(&store, 1, 2, 1).await;
    let quarantine = store.quarantine().await.unwrap();
    assert_eq!((quarantine[0].place.seq, &quarantine[0].rejection), (2, &rejection));
    let next = store.freeze(&batch_id(2), &limits(9)).await.unwrap().unwrap();
    assert_eq!(next.ids(), [rating(3).id, rating(4).id]);
}

/// A late answer to an old batch does not thaw a newer one.
pub async fn an_old_answer_leaves_a_newer_batch_frozen(store: impl JournalStore) {
    let store = begun(store, 4).await;
    let old = store.freeze(&batch_id(1), &limits(2)).await.unwrap().unwrap();
    let thaw = Settlement { is_thawed: true, ..Settlement::default() };
    store.settle(&old, &thaw).await.unwrap();
    let new = store.freeze(&batch_id(2), &limits(4)).await.unwrap().unwrap();
    let late = Settlement { accepted: old.ids(), ..thaw };
    store.settle(&old, &late).await.unwrap();
    assert_counts(&store, 2, 2, 0).await;
    assert_eq!(store.freeze(&batch_id(3), &limits(1)).await.unwrap().unwrap(), new);
}

/// What is set aside stays out of the batch and in the outbox.
pub async fn leaves_out_what_is_set_aside(store: impl JournalStore) {
    let store = begun(store, 3).await;
    let skip = [rating(1).id, rating(2).id].into();
    let frozen = store.freeze(&batch_id(1), &Limits { skip, ..limits(1) }).await.unwrap().unwrap();
    assert_eq!(frozen.ids(), [rating(3).id]);
    store
        .settle(&frozen, &Settlement { accepted: frozen.ids(), is_thawed: true, ..Settlement::default() })
        .await
        .unwrap();
    let skip = [rating(1).id, rating(2).id].into();
    assert_eq!(store.freeze(&batch_id(2), &Limits { skip, ..limits(1) }).await.unwrap(), None);
    assert_counts(&store, 1, 2, 0).await;
}

/// Named records are kept as they are.
pub async fn keeps_named_records(store: impl JournalStore) {
    assert_eq!(store.load("settings").await.unwrap(), None);
    store.save("settings", "{\"point\":\"3 号窗口\"}").await.unwrap();
    store.save("door", "x").await.unwrap();
    store.save("door", "y").await.unwrap();
    assert_eq!(store.load("settings").await.unwrap().as_deref(), Some("{\"point\":\"3 号窗口\"}"));
    assert_eq!(store.load("door").await.unwrap().as_deref(), Some("y"));
}

/// Writes one test for each rule of the contract: `$attribute` makes an async function a test, `$store` gives an empty
/// store.
#[macro_export]
macro_rules! journal_contract {
    ($attribute:meta, $store:path) => {
        $crate::journal_contract!($attribute, $store, [
            keeps_the_device_and_counts_its_runs,
            chains_what_it_stores_and_reads_it_back_in_order,
            stores_a_draft_once_however_often_it_is_appended,
            freezes_a_batch_until_it_is_settled,
            settles_a_receipt_once_however_often_it_comes,
            an_old_answer_leaves_a_newer_batch_frozen,
            leaves_out_what_is_set_aside,
            keeps_named_records,
        ]);
    };
    ($attribute:meta, $store:path, [$($rule:ident,)*]) => {
        $(
            #[$attribute]
            async fn $rule() {
                $crate::journal::contract::$rule($store().await).await;
            }
        )*
    };
}
