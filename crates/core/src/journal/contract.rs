//! What every journal store has to do, as one suite: run over memory on the host and over IndexedDB in a browser.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a contract that fails has to panic: it is a test")]

use crate::batch::Format;
use crate::chain::{Head, PersonalText, enrolment_hash, hash};
use crate::event::{Body, Context, Draft, EventId, Rating};
use crate::journal::{
    Begun, Counts, JournalStore, LAST_SHELF, LinkedAgain, MemoryJournal, Place, Restored, Row, SEQ_CONFLICT, open_row,
};
use crate::outbox::{FIRST_BATCH_BYTES, Limits, Settlement};
use crate::second::{Loss, Mark};
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
    Draft { text, ..Draft::new(&moment(n), Body::RatingGiven { value, scale: Default::default(), context }) }
}

/// So many events, and no other limit.
pub fn limits(events: usize) -> Limits {
    Limits { events, bytes: FIRST_BATCH_BYTES, skip: Default::default(), set_apart: 0, format: Format::default() }
}

fn batch_id(n: u8) -> EventId {
    EventId::new(&moment(200 + n))
}

async fn begun<S: JournalStore>(store: S, events: u8) -> S {
    store.begin_run(DEVICE, None).await.unwrap();
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
    assert_eq!(store.head().await.unwrap(), None);
    let first = store.begin_run(DEVICE, None).await.unwrap();
    store.append(&rating(1)).await.unwrap();
    let second = store.begin_run("another", None).await.unwrap().head;
    assert_eq!(first, Begun { head: Head { run: 1, ..Head::enrol(DEVICE, 1) }, loss: None });
    assert_eq!(store.head().await.unwrap().as_ref(), Some(&second));
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
        after = last.place;
        read.extend(page);
    }
    let mut prev = enrolment_hash(DEVICE, 1);
    for (n, entry) in (1_u8..).zip(&read) {
        assert_eq!(entry.place, Place { epoch: 1, seq: u64::from(n) });
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

/// The next batch can be read while one is under way, and is frozen with the end of that one.
pub async fn looks_ahead_and_freezes_with_the_settlement(store: impl JournalStore) {
    let store = begun(store, 5).await;
    let first = store.freeze(&batch_id(1), &limits(2)).await.unwrap().unwrap();
    let next = store.look_ahead(&first, &batch_id(2), &limits(2)).await.unwrap().unwrap();
    assert_eq!((&next.id, next.ids()), (&batch_id(2), vec![rating(3).id, rating(4).id]));
    assert_eq!(store.freeze(&batch_id(3), &limits(9)).await.unwrap().unwrap(), first, "nothing is written by looking");

    let taken =
        |batch: &crate::batch::Frozen| Settlement { accepted: batch.ids(), is_thawed: true, ..Settlement::default() };
    let unanswered = Settlement { is_thawed: false, ..taken(&first) };
    assert!(!store.settle_and_freeze(&first, &unanswered, Some(&next)).await.unwrap(), "it is not over");
    assert_eq!(store.freeze(&batch_id(3), &limits(9)).await.unwrap().unwrap(), first);
    assert!(store.settle_and_freeze(&first, &taken(&first), Some(&next)).await.unwrap());
    assert!(!store.settle_and_freeze(&first, &taken(&first), Some(&first)).await.unwrap(), "it was over before");
    assert_counts(&store, 2, 3, 0).await;
    let are_frozen = (store.is_frozen(&first.id).await.unwrap(), store.is_frozen(&next.id).await.unwrap());
    assert_eq!(are_frozen, (false, true));
    assert_eq!(store.freeze(&batch_id(3), &limits(9)).await.unwrap().unwrap(), next, "the very bytes");

    let last = store.look_ahead(&next, &batch_id(4), &limits(2)).await.unwrap().unwrap();
    assert_eq!(last.ids(), [rating(5).id]);
    assert_eq!(store.look_ahead(&last, &batch_id(5), &limits(2)).await.unwrap(), None, "nothing is behind it");
    store.settle(&next, &taken(&next)).await.unwrap();
    assert_eq!(store.freeze(&batch_id(6), &limits(9)).await.unwrap().unwrap().ids(), last.ids());
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

/// A start that finds less than the mark says begins a new epoch and says so.
pub async fn begins_a_new_epoch_when_the_mark_knows_more(store: impl JournalStore) {
    let store = begun(store, 2).await;
    let mark = Mark { device: DEVICE.to_owned(), epoch: 1, seq: 3 };
    let begun = store.begin_run("another", Some(&mark)).await.unwrap();
    assert_eq!((begun.head.epoch, begun.head.seq, begun.loss), (2, 0, Some(Loss::Cut)));
    assert_eq!((begun.head.run, begun.head.responses), (2, 2));
    assert_eq!(store.append(&rating(3)).await.unwrap().place, Place { epoch: 2, seq: 1 });
    assert_eq!(store.begin_run("another", Some(&mark)).await.unwrap().loss, None);
}

/// A journal of so many ratings, as rows.
async fn rows(device: &str, events: u8) -> Vec<Row> {
    let store = MemoryJournal::default();
    store.begin_run(device, None).await.unwrap();
    for n in 1..=events {
        store.append(&rating(n)).await.unwrap();
    }
    store.rows(Place::default(), 99).await.unwrap()
}

/// What a second place has kept comes back to where it was, once, and is sent.
pub async fn takes_back_what_is_missing_and_doubles_nothing(store: impl JournalStore) {
    let kept: Vec<String> = rows(DEVICE, 5).await.into_iter().map(|row| row.json).collect();
    let store = begun(store, 2).await;
    let mark = Mark { device: DEVICE.to_owned(), epoch: 1, seq: 5 };
    store.begin_run("another", Some(&mark)).await.unwrap();
    store.append(&rating(9)).await.unwrap();
    let mut tampered = kept.clone();
    tampered.push(kept[0].replace("\"value\":2", "\"value\":5"));
    tampered.push("no event".to_owned());
    let restored = store.restore(&tampered).await.unwrap();
    assert_eq!(restored, Restored { added: 3, known: 2, refused: 2, ..Restored::default() });
    assert_eq!(store.restore(&kept).await.unwrap(), Restored { known: 5, ..Restored::default() });
    assert_counts(&store, 0, 6, 0).await;
    let places: Vec<Place> = store.rows(Place::default(), 99).await.unwrap().iter().map(|row| row.place).collect();
    let epoch_1 = (1..=5).map(|seq| Place { epoch: 1, seq });
    assert_eq!(places, epoch_1.chain([Place { epoch: 2, seq: 1 }]).collect::<Vec<_>>());
    assert_eq!(store.rows(Place { epoch: 1, seq: 2 }, 3).await.unwrap()[0].json, kept[2], "byte for byte");
    assert_eq!(store.append(&rating(10)).await.unwrap().place, Place { epoch: 2, seq: 2 });
}

/// Behind events that were recorded elsewhere in a newer epoch of this device a further one begins: two that record in one
/// epoch would give the same numbers.
pub async fn goes_on_after_newer_events_of_its_own(store: impl JournalStore) {
    let elsewhere = MemoryJournal::default();
    let mark = Mark { device: DEVICE.to_owned(), epoch: 1, seq: 9 };
    elsewhere.begin_run("another", Some(&mark)).await.unwrap();
    elsewhere.append(&rating(5)).await.unwrap();
    let kept: Vec<String> =
        elsewhere.rows(Place::default(), 9).await.unwrap().into_iter().map(|row| row.json).collect();
    let store = begun(store, 1).await;
    store.restore(&kept).await.unwrap();
    // Another tab, or the next start: this one remembers its head.
    assert_eq!(store.begin_run("another", None).await.unwrap().head.epoch, 3);
    let appended = store.append(&rating(6)).await.unwrap();
    assert_eq!((appended.place, appended.responses), (Place { epoch: 3, seq: 1 }, 3));
    // Elsewhere it goes on, and comes here as well.
    elsewhere.append(&rating(7)).await.unwrap();
    let row = elsewhere.rows(Place { epoch: 2, seq: 1 }, 9).await.unwrap().remove(0);
    assert_eq!(store.restore(std::slice::from_ref(&row.json)).await.unwrap().added, 1);
    assert_eq!(store.rows_at(&[Place { epoch: 2, seq: 2 }]).await.unwrap(), [row]);
    assert_eq!(store.append(&rating(8)).await.unwrap().place, Place { epoch: 3, seq: 2 });
}

/// An event whose place has been given to another one meanwhile goes aside: it is not dropped.
pub async fn an_event_whose_place_is_taken_goes_aside(store: impl JournalStore) {
    let store = begun(store, 2).await;
    let elsewhere = MemoryJournal::default();
    elsewhere.begin_run(DEVICE, None).await.unwrap();
    elsewhere.append(&rating(50)).await.unwrap();
    let kept: Vec<String> =
        elsewhere.rows(Place::default(), 9).await.unwrap().into_iter().map(|row| row.json).collect();
    assert_eq!(store.restore(&kept).await.unwrap(), Restored { added: 1, ..Restored::default() });
    assert_eq!(store.restore(&kept).await.unwrap(), Restored { known: 1, ..Restored::default() });
    let rows = store.rows(Place::default(), 9).await.unwrap();
    let places: Vec<Place> = rows.iter().map(|row| row.place).collect();
    let own = [1, 2].map(|seq| Place { epoch: 1, seq });
    assert_eq!(places, [&own[..], &[Place { epoch: LAST_SHELF, seq: 1 }]].concat());
    assert_eq!(rows[2].json, kept[0], "byte for byte");
    assert_eq!(store.counts().await.unwrap().queued, 3);
    assert_eq!(store.append(&rating(3)).await.unwrap().place, Place { epoch: 1, seq: 3 });
}

/// Two copies of an event that both have a hash that fits: what stands stays, and it is said.
pub async fn counts_what_stands_there_otherwise(store: impl JournalStore) {
    let store = begun(store, 3).await;
    let rows = store.rows(Place::default(), 9).await.unwrap();
    let (mut event, _) = open_row(&rows[1].json).unwrap();
    event.data["value"] = 1.into();
    event.hash = crate::chain::hash(&event);
    let rewritten = crate::wire::CloudEvent::to_json(&event);
    assert!(open_row(&rewritten).is_some() && rewritten != rows[1].json);
    let expected = Restored { known: 2, contradicted: 1, ..Restored::default() };
    assert_eq!(store.restore(&[rewritten, rows[2].json.clone()]).await.unwrap(), expected);
    assert_eq!(store.rows(Place::default(), 9).await.unwrap(), rows);
    assert_counts(&store, 0, 3, 0).await;
}

/// A second place may have a row twice. That is no second event, and nobody has rewritten the first.
pub async fn a_row_that_comes_twice_is_put_back_once(store: impl JournalStore) {
    let store = begun(store, 1).await;
    let elsewhere = MemoryJournal::default();
    elsewhere.begin_run(DEVICE, Some(&Mark { device: DEVICE.to_owned(), epoch: 6, seq: 1 })).await.unwrap();
    for n in [70, 71] {
        elsewhere.append(&rating(n)).await.unwrap();
    }
    let kept: Vec<String> =
        elsewhere.rows(Place::default(), 9).await.unwrap().into_iter().map(|row| row.json).collect();
    let twice = [&kept[..], &kept[..1]].concat();
    assert_eq!(store.restore(&twice).await.unwrap(), Restored { added: 2, known: 1, ..Restored::default() });
    assert_eq!(store.counts().await.unwrap().queued, 3);
}

/// As a back-up brings them of a tablet on which an event went aside: both keep their number and are kept.
pub async fn two_events_of_one_number_are_both_restored(store: impl JournalStore) {
    let store = begun(store, 1).await;
    let mut kept = Vec::new();
    for n in [70, 71] {
        let elsewhere = MemoryJournal::default();
        let mark = Mark { device: DEVICE.to_owned(), epoch: 6, seq: 1 };
        elsewhere.begin_run(DEVICE, Some(&mark)).await.unwrap();
        elsewhere.append(&rating(n)).await.unwrap();
        kept.extend(elsewhere.rows(Place::default(), 9).await.unwrap().into_iter().map(|row| row.json));
    }
    assert_eq!(store.restore(&kept).await.unwrap(), Restored { added: 2, ..Restored::default() });
    let mut rows: Vec<String> =
        store.rows(Place::default(), 9).await.unwrap().into_iter().map(|row| row.json).collect();
    rows.retain(|row| kept.contains(row));
    assert_eq!((rows.len(), store.counts().await.unwrap().queued), (2, 3));
}

/// A commit that came to pass after all: the event has two places, both chains are whole, and both are sent.
pub async fn an_event_with_two_places_is_sent_from_both(store: impl JournalStore) {
    let store = begun(store, 2).await;
    let elsewhere = MemoryJournal::default();
    let mark = Mark { device: DEVICE.to_owned(), epoch: 1, seq: 9 };
    elsewhere.begin_run(DEVICE, Some(&mark)).await.unwrap();
    elsewhere.append(&rating(2)).await.unwrap();
    elsewhere.append(&rating(60)).await.unwrap();
    let kept: Vec<String> =
        elsewhere.rows(Place::default(), 9).await.unwrap().into_iter().map(|row| row.json).collect();
    store.append(&rating(2)).await.unwrap();
    let before = store.counts().await.unwrap().queued;
    assert_eq!(store.restore(&kept).await.unwrap(), Restored { added: 1, known: 1, ..Restored::default() });
    assert_eq!(store.restore(&kept).await.unwrap(), Restored { known: 2, ..Restored::default() });
    assert_counts(&store, 0, before + 2, 0).await;
    let rows = store.rows(Place { epoch: 1, seq: 99 }, 9).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.place.seq).collect::<Vec<_>>(), [1, 2], "no number is missing");
    assert_eq!(rows.into_iter().map(|row| row.json).collect::<Vec<_>>(), kept, "byte for byte");
    assert_eq!(store.append(&rating(61)).await.unwrap().place, Place { epoch: 3, seq: 1 });

    // Refused it is refused at both, sent again at both, and what names it settles both.
    let batch = store.freeze(&batch_id(1), &limits(4)).await.unwrap().unwrap();
    assert_eq!(batch.ids(), [1, 2, 2, 60].map(|n| rating(n).id));
    let refused = || vec![Rejection { id: rating(2).id, code: "id-conflict".into(), detail: String::new() }];
    let settlement = Settlement { rejected: refused(), is_thawed: true, ..Settlement::default() };
    store.settle(&batch, &settlement).await.unwrap();
    assert_counts(&store, 0, before + 1, 2).await;
    store.send_again(&[rating(2).id]).await.unwrap();
    assert_counts(&store, 0, before + 3, 0).await;
    let batch = store.freeze(&batch_id(2), &limits(9)).await.unwrap().unwrap();
    let accepted = [1, 2, 60, 61].map(|n| rating(n).id).to_vec();
    store.settle(&batch, &Settlement { accepted, is_thawed: true, ..Settlement::default() }).await.unwrap();
    assert_counts(&store, before + 3, 0, 0).await;
    // Cut down at one place, it is known by the other.
    store.prune(Place::default(), UnixMillis(i64::MAX), 2).await.unwrap();
    assert_eq!(store.restore(&kept).await.unwrap(), Restored { known: 2, ..Restored::default() });
    assert_counts(&store, before + 3, 0, 0).await;
}

/// What the receiver does not take under its number, since it has another event there, is delivered under a new one.
pub async fn links_again_what_has_a_number_that_is_taken(store: impl JournalStore) {
    let store = begun(store, 3).await;
    let batch = store.freeze(&batch_id(1), &limits(9)).await.unwrap().unwrap();
    let refuse = |n: u8, code: &str| Rejection { id: rating(n).id, code: code.into(), detail: String::new() };
    let rejected = vec![refuse(1, "hash-mismatch"), refuse(2, SEQ_CONFLICT), refuse(3, SEQ_CONFLICT)];
    store.settle(&batch, &Settlement { rejected, is_thawed: true, ..Settlement::default() }).await.unwrap();
    let waits = Some(Mark { device: DEVICE.to_owned(), epoch: 1, seq: 4 });
    assert_eq!(
        store.link_again().await.unwrap(),
        LinkedAgain { count: 0, waits: waits.clone() },
        "the next number may be taken, too"
    );
    assert_counts(&store, 0, 0, 3).await;

    let before = store.read(Place::default(), 9).await.unwrap();
    for loss in [Some(Loss::Cut), None] {
        let begun = store.begin_run("another", waits.as_ref()).await.unwrap();
        assert_eq!((begun.loss, begun.head.epoch), (loss, 2), "asked twice, begun once");
    }
    assert_eq!(store.append(&rating(4)).await.unwrap().place, Place { epoch: 2, seq: 1 });
    let responses = store.head().await.unwrap().unwrap().responses;
    assert_eq!(store.link_again().await.unwrap(), LinkedAgain { count: 2, waits: None });
    assert_eq!(store.link_again().await.unwrap(), LinkedAgain::default(), "once");
    // The old places are answered for by the new ones; the other refusal stays.
    assert_counts(&store, 2, 3, 1).await;
    let linked = store.read(Place { epoch: 2, seq: 1 }, 9).await.unwrap();
    assert_eq!(linked.iter().map(|entry| entry.place.seq).collect::<Vec<_>>(), [2, 3]);
    for (old, new) in before[1..].iter().zip(&linked) {
        assert!(new.event.is_same_as(&old.event) && new.event.run == old.event.run && new.text == old.text);
        assert_eq!((&new.event.hash, new.event.epoch), (&hash(&new.event), 2));
    }
    assert_eq!(linked[1].event.prev, linked[0].event.hash);
    assert_eq!(store.append(&rating(5)).await.unwrap().place, Place { epoch: 2, seq: 4 });
    assert_eq!(store.head().await.unwrap().unwrap().responses, responses + 1, "nobody is counted twice");
    assert_eq!(
        store.append(&rating(2)).await.unwrap().place,
        Place { epoch: 2, seq: 2 },
        "it is known by its new place"
    );
    let batch = store.freeze(&batch_id(2), &limits(9)).await.unwrap().unwrap();
    assert_eq!(batch.ids(), [4, 2, 3, 5].map(|n| rating(n).id));
    store
        .settle(&batch, &Settlement { accepted: batch.ids(), is_thawed: true, ..Settlement::default() })
        .await
        .unwrap();
    assert_counts(&store, 6, 0, 1).await;
}

/// The same for an event that went aside, since its place was given to another one.
pub async fn links_again_what_has_gone_aside(store: impl JournalStore) {
    let store = begun(store, 1).await;
    let elsewhere = begun(MemoryJournal::default(), 0).await;
    elsewhere.append(&rating(50)).await.unwrap();
    let kept: Vec<String> =
        elsewhere.rows(Place::default(), 9).await.unwrap().into_iter().map(|row| row.json).collect();
    store.restore(&kept).await.unwrap();
    let other: Vec<String> = rows("another", 7).await.into_iter().map(|row| row.json).collect();
    store.restore(&other[6..]).await.unwrap();
    for n in 1..=3 {
        let batch = store.freeze(&batch_id(n), &limits(9)).await.unwrap().unwrap();
        let refuse = |id: EventId| Rejection { id, code: SEQ_CONFLICT.into(), detail: String::new() };
        let (accepted, rejected) = if n == 1 { (batch.ids(), vec![]) } else { (vec![], batch.ids()) };
        let rejected = rejected.into_iter().map(refuse).collect();
        store.settle(&batch, &Settlement { accepted, rejected, is_thawed: true }).await.unwrap();
    }
    assert_counts(&store, 1, 0, 2).await;
    let mark = Mark { device: DEVICE.to_owned(), epoch: 1, seq: 9 };
    store.begin_run("another", Some(&mark)).await.unwrap();
    assert_eq!(store.link_again().await.unwrap(), LinkedAgain { count: 1, waits: None }, "another tablet's stays");
    assert_counts(&store, 2, 1, 1).await;
    let batch = store.freeze(&batch_id(9), &limits(9)).await.unwrap().unwrap();
    assert_eq!(batch.events, [(Place { epoch: 2, seq: 1 }, rating(50).id)]);
}

/// Another tablet's events get a shelf of their own: their places would be taken.
pub async fn keeps_another_tablet_s_events_apart(store: impl JournalStore) {
    let other: Vec<String> = rows("another", 2).await.into_iter().map(|row| row.json).collect();
    let own: Vec<String> = rows(DEVICE, 3).await.into_iter().map(|row| row.json).collect();
    let store = begun(store, 0).await;
    store.restore(&own).await.unwrap();
    let drafts = [rating(1).id, rating(2).id];
    // The same ids from two devices do not occur: here the first device's are known, so the other's are made anew.
    let fresh: Vec<String> = {
        let another = MemoryJournal::default();
        another.begin_run("another", None).await.unwrap();
        another.append(&rating(21)).await.unwrap();
        another.rows(Place::default(), 9).await.unwrap().into_iter().map(|row| row.json).collect()
    };
    assert_eq!(store.restore(&other).await.unwrap().known, drafts.len() as u64);
    assert_eq!(store.restore(&fresh).await.unwrap().added, 1);
    assert_eq!(store.restore(&fresh).await.unwrap().known, 1);
    let last = store.rows(Place::default(), 99).await.unwrap().pop().unwrap();
    assert_eq!(last.place, Place { epoch: LAST_SHELF, seq: 1 });
    assert_eq!(store.append(&rating(30)).await.unwrap().place, Place { epoch: 1, seq: 4 });
    // They travel by themselves, behind its own, or stay for a while.
    let batches = [(1, 0, 4), (2, LAST_SHELF, 0), (3, LAST_SHELF - 1, 1)];
    for (n, set_apart, expected) in batches {
        let batch = store.freeze(&batch_id(n), &Limits { set_apart, ..limits(99) }).await.unwrap();
        assert_eq!(batch.as_ref().map_or(0, |batch| batch.events.len()), expected, "{n}");
        let Some(batch) = batch else { continue };
        let settlement = Settlement { accepted: batch.ids(), is_thawed: true, ..Settlement::default() };
        store.settle(&batch, &settlement).await.unwrap();
    }
    assert_counts(&store, 5, 0, 0).await;
}

/// What a receiver lost, or a person asks for, is sent again; what waits already is not queued twice.
pub async fn queues_again_what_the_receiver_lacks(store: impl JournalStore) {
    let store = begun(store, 6).await;
    let frozen = store.freeze(&batch_id(1), &limits(5)).await.unwrap().unwrap();
    let rejected = vec![Rejection { id: rating(3).id, code: "x".into(), detail: String::new() }];
    let accepted = [1, 2, 4, 5].map(|n| rating(n).id).to_vec();
    store.settle(&frozen, &Settlement { accepted, rejected, is_thawed: true }).await.unwrap();
    assert_eq!(store.waiting().await.unwrap(), [3, 6].map(|seq| Place { epoch: 1, seq }));
    assert_eq!(store.queue_again(1, &[(2, 4), (6, 9)]).await.unwrap(), 2);
    assert_counts(&store, 2, 3, 1).await;
    store.send_again(&[rating(3).id, rating(1).id]).await.unwrap();
    assert_counts(&store, 2, 4, 0).await;
    let again = store.freeze(&batch_id(2), &limits(9)).await.unwrap().unwrap();
    assert_eq!(again.ids(), [2, 3, 4, 6].map(|n| rating(n).id));
}

/// Under pressure only what is acknowledged goes, down to its hash; nothing else, ever.
pub async fn prunes_only_what_is_acknowledged_and_old(store: impl JournalStore) {
    let store = begun(store, 6).await;
    let frozen = store.freeze(&batch_id(1), &limits(4)).await.unwrap().unwrap();
    let rejected = vec![Rejection { id: rating(2).id, code: "x".into(), detail: String::new() }];
    let accepted = [1, 3, 4].map(|n| rating(n).id).to_vec();
    store.settle(&frozen, &Settlement { accepted, rejected, is_thawed: true }).await.unwrap();
    let before = |n: i64| UnixMillis(1_795_398_067_120 + n);
    let none = store.prune(Place::default(), before(1), 99).await.unwrap();
    assert_eq!(none.count, 0, "nothing is old enough");
    let whole = store.rows(Place::default(), 99).await.unwrap();
    let pruned = store.prune(Place::default(), before(4), 99).await.unwrap();
    assert_eq!((pruned.count, pruned.first.seq, pruned.last.seq), (2, 1, 3));
    let rows = store.rows(Place::default(), 99).await.unwrap();
    assert_eq!(rows.len(), 6);
    assert!(rows[0].json.starts_with("{\"pruned\":{\"device\":") && rows[2].json.len() < 300);
    assert_eq!((&rows[1], &rows[3..]), (&whole[1], &whole[3..]));
    assert_counts(&store, 3, 2, 1).await;
    assert_eq!(store.read(Place::default(), 99).await.unwrap().len(), 4);
    assert_eq!(store.prune(Place::default(), before(4), 99).await.unwrap().count, 0);
    let kept: Vec<String> = whole.into_iter().map(|row| row.json).collect();
    assert_eq!(store.restore(&kept).await.unwrap().known, 6, "what was pruned stays pruned");
}

/// A record changes hands only as the one who writes knows it: of two who know the same, one comes too late.
pub async fn exchanges_a_record_only_for_the_one_expected(store: impl JournalStore) {
    assert!(!store.exchange("door", Some("x"), "y").await.unwrap(), "there is none yet");
    assert!(store.exchange("door", None, "x").await.unwrap());
    assert!(!store.exchange("door", None, "z").await.unwrap(), "there is one by now");
    assert!(store.exchange("door", Some("x"), "y").await.unwrap());
    assert!(!store.exchange("door", Some("x"), "z").await.unwrap(), "too late");
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
            looks_ahead_and_freezes_with_the_settlement,
            leaves_out_what_is_set_aside,
            keeps_named_records,
            begins_a_new_epoch_when_the_mark_knows_more,
            takes_back_what_is_missing_and_doubles_nothing,
            goes_on_after_newer_events_of_its_own,
            keeps_another_tablet_s_events_apart,
            an_event_whose_place_is_taken_goes_aside,
            an_event_with_two_places_is_sent_from_both,
            counts_what_stands_there_otherwise,
            a_row_that_comes_twice_is_put_back_once,
            two_events_of_one_number_are_both_restored,
            links_again_what_has_a_number_that_is_taken,
            links_again_what_has_gone_aside,
            queues_again_what_the_receiver_lacks,
            prunes_only_what_is_acknowledged_and_old,
            exchanges_a_record_only_for_the_one_expected,
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
