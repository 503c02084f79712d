use candor_core::wire::{ChainState, CloudEvent};

use super::support::{Server, Tablet, downgrade, ids, is_signed, resealed};

#[tokio::test]
async fn keeps_each_event_once_and_says_so() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (token, reader) = (server.enrol("lobby").await, server.reader().await);
    let events = Tablet::new("t").take(5);

    let receipt = server.post(&token, &events[..3]).await.receipt();
    assert_eq!(receipt.accepted, ids(&events[..3]));
    assert!(receipt.rejected.is_empty());
    let expected = ChainState { epoch: 1, last_seq: 3, ..Default::default() };
    assert_eq!(receipt.chain, [expected]);

    let twice = [&events[1..], &events[3..]].concat();
    let receipt = server.post(&token, &twice).await.receipt();
    assert_eq!(receipt.accepted, ids(&events[1..]), "a duplicate is accepted, and named once");
    assert_eq!(server.stored(&reader).await, events, "byte for byte and in the order received");
}

#[tokio::test]
async fn one_faulty_event_does_not_hold_up_the_others() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (token, reader) = (server.enrol("lobby").await, server.reader().await);
    let mut events = Tablet::new("t").take(3);
    events[1].deviceuptime += 1;

    let receipt = server.post(&token, &events).await.receipt();
    assert_eq!(receipt.accepted, [events[0].id.clone(), events[2].id.clone()]);
    assert_eq!((&receipt.rejected[0].id, receipt.rejected[0].code.as_str()), (&events[1].id, "hash-mismatch"));
    assert_eq!(receipt.chain[0].missing, [(2, 2)]);
    assert_eq!(server.stored(&reader).await.len(), 2);
}

#[tokio::test]
async fn takes_an_empty_batch() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let token = server.enrol("lobby").await;
    assert_eq!(server.post(&token, &[]).await.receipt(), Default::default());
}

#[tokio::test]
async fn rejects_another_event_under_a_known_id_or_number() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let token = server.enrol("lobby").await;
    let mut tablet = Tablet::new("t");
    let first = tablet.next();
    let mut other = tablet.clone();
    let second = tablet.next();
    let same_id = other.next_saying("something else");
    assert_eq!(same_id.id, second.id);
    let same_number = {
        let mut other = Tablet::new("t");
        other.next();
        other.next();
        let third = other.next();
        let (mut event, text) = third.open().unwrap();
        event.seq = 2;
        event.hash = candor_core::chain::hash(&event);
        CloudEvent::new(&event, text.as_ref())
    };

    // First all in one batch, then one by one against the store.
    let batch = [first.clone(), second.clone(), same_id.clone(), same_number.clone()];
    for _ in 0..2 {
        let receipt = server.post(&token, &batch).await.receipt();
        assert_eq!(receipt.accepted, ids(&[first.clone(), second.clone()]));
        let codes: Vec<_> = receipt.rejected.iter().map(|rejection| rejection.code.as_str()).collect();
        assert_eq!(codes, ["id-conflict", "seq-conflict"]);
    }
    let receipt = server.post(&token, std::slice::from_ref(&same_number)).await.receipt();
    assert_eq!((receipt.accepted.len(), &receipt.rejected[0].id), (0, &same_number.id));
    assert_eq!(receipt.chain[0].last_seq, 2, "a rejected event leaves the chain as it was");
}

/// The tablet in its refuge, where its run is another: it has `first` recorded, in a chain of its own.
fn in_refuge() -> Tablet {
    Tablet::in_epoch("t", 2).in_run(7)
}

#[tokio::test]
async fn the_same_event_at_another_place_fills_its_number_and_is_no_second_event() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (token, reader) = (server.enrol("lobby").await, server.reader().await);
    let (mut tablet, mut refuge) = (Tablet::new("t"), in_refuge());
    let events = tablet.take(3);
    let behind = tablet.next();
    let [again, after] = [refuge.again(&events[2]), refuge.next()];
    assert_ne!(again.eventhash, events[2].eventhash);
    server.post(&token, &events[..2]).await.receipt();
    let refused = server.post(&token, &[again.clone(), after.clone(), behind.clone()]).await.receipt();
    assert_eq!(refused.chain[0].missing, [(3, 3)], "the commit that nobody knows of yet");

    // It comes to light and is sent: alone, once more, and beside what it is.
    for batch in [&events[2..], &events[2..], &[events[2].clone(), again.clone()]] {
        let receipt = server.post(&token, batch).await.receipt();
        assert_eq!((receipt.accepted, receipt.rejected), (vec![again.id.clone()], vec![]));
        let whole = ChainState { epoch: 1, last_seq: 4, ..Default::default() };
        assert_eq!(receipt.chain[0], whole, "nothing is missing or broken");
        assert_eq!((receipt.heads[0].seq, receipt.heads[0].events), (4, 4));
        assert_eq!(receipt.heads[0].hash, behind.eventhash);
    }
    let lines = server.read_out(&reader).await;
    let (copies, stored): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.get("type").is_none());
    let stored: Vec<CloudEvent> = stored.into_iter().map(|line| serde_json::from_value(line).unwrap()).collect();
    assert_eq!(stored, [&events[..2], &[again, after, behind]].concat(), "one row for each event");
    let [copy] = &copies[..] else { panic!("one further place: {copies:?}") };
    let place = &copy["copy"];
    assert_eq!((&place["deviceepoch"], &place["deviceseq"]), (&1.into(), &3.into()));
    assert_eq!((&place["eventhash"], &place["prevhash"]), (&events[2].eventhash.as_str().into(), &events[1].eventhash.as_str().into()));
    assert!(place["data"]["text"].is_null() && place["data"]["textdigest"].is_string(), "the words stand with the event");
    let cursors: Vec<i64> = server
        .read_out(&reader)
        .await
        .iter()
        .map(|line| line["collectorcursor"].as_str().unwrap().parse().unwrap())
        .collect();
    assert!(cursors.is_sorted() && cursors.windows(2).all(|pair| pair[0] < pair[1]), "{cursors:?}");
    let last = cursors.last().unwrap();
    server.post(&token, &tablet.take(2)).await.receipt();
    let rest = server.get_with(&format!("/v1/events?after={last}"), &reader).await.text;
    assert_eq!(rest.lines().count(), 2, "who reads on misses nothing");
}

#[tokio::test]
async fn one_event_at_two_places_of_one_batch_is_stored_once() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (token, reader) = (server.enrol("lobby").await, server.reader().await);
    let first = Tablet::new("t").next();
    let mut refuge = in_refuge();
    let batch = [first.clone(), refuge.again(&first), refuge.next()];
    let receipt = server.post(&token, &batch).await.receipt();
    assert_eq!((receipt.accepted.len(), receipt.rejected.len()), (2, 0));
    assert!(receipt.chain.iter().all(|chain| chain.missing.is_empty() && chain.broken_at.is_empty()));
    let types = server.read_out(&reader).await.iter().filter(|line| line.get("type").is_some()).count();
    assert_eq!(types, 2);
}

#[tokio::test]
async fn another_content_under_a_known_id_stays_a_conflict_wherever_it_stands() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (token, reader) = (server.enrol("lobby").await, server.reader().await);
    let first = Tablet::new("t").next();
    let mut other = first.clone();
    other.time = other.time.replace("09:", "10:");
    let mut others = vec![in_refuge().again(&resealed(&other))];
    other = first.clone();
    other.data["seconds"] = 1.into();
    others.push(in_refuge().again(&resealed(&other)));
    server.post(&token, std::slice::from_ref(&first)).await.receipt();
    for other in others {
        let receipt = server.post(&token, &[other]).await.receipt();
        assert_eq!((receipt.accepted.len(), receipt.rejected[0].code.as_str()), (0, "id-conflict"));
        assert_eq!(receipt.chain.len(), 0, "its number is not taken for it");
    }
    assert_eq!(server.stored(&reader).await, [first]);
}

#[tokio::test]
async fn an_event_whose_other_number_is_taken_is_had_all_the_same() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (token, reader) = (server.enrol("lobby").await, server.reader().await);
    let events = Tablet::new("t").take(2);
    // The tablet was put back to its first event, and recorded a second one anew.
    let mut put_back = Tablet::new("t");
    put_back.next();
    let second = put_back.again(&Tablet::in_epoch("t", 9).next());
    server.post(&token, &events).await.receipt();
    let receipt = server.post(&token, std::slice::from_ref(&second)).await.receipt();
    assert_eq!(receipt.rejected[0].code, "seq-conflict");
    let linked_again = Tablet::in_epoch("t", 2).again(&second);
    let receipt = server.post(&token, &[linked_again.clone(), second.clone()]).await.receipt();
    assert_eq!((receipt.accepted, receipt.rejected), (vec![second.id], vec![]));
    assert_eq!(server.stored(&reader).await, [&events[..], &[linked_again]].concat());
}

#[tokio::test]
async fn sees_gaps_and_sees_them_filled() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let token = server.enrol("lobby").await;
    let events = Tablet::new("t").take(9);
    let post = async |events: &[CloudEvent]| server.post(&token, events).await.receipt().chain;

    let state = |last_seq, missing: &[(u64, u64)]| {
        vec![ChainState { epoch: 1, last_seq, missing: missing.to_vec(), broken_at: vec![] }]
    };
    assert_eq!(post(&events[2..4]).await, state(4, &[(1, 2)]));
    assert_eq!(post(&events[7..9]).await, state(9, &[(1, 2), (5, 7)]));
    assert_eq!(post(&events[5..6]).await, state(9, &[(1, 2), (5, 5), (7, 7)]));
    assert_eq!(post(&[events[6].clone(), events[4].clone()]).await, state(9, &[(1, 2)]));
    assert_eq!(post(&events[..2]).await, state(9, &[]));
}

#[tokio::test]
async fn sees_a_broken_chain_whichever_side_comes_first() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let token = server.enrol("lobby").await;
    let mut tablet = Tablet::new("t");
    let mut events = tablet.take(3);
    tablet.forget_the_newest_hash();
    events.extend(tablet.take(3));

    let mut chain = Vec::new();
    for at in [0, 1, 4, 3, 5, 2] {
        chain = server.post(&token, &events[at..=at]).await.receipt().chain;
    }
    assert_eq!(chain, [ChainState { epoch: 1, last_seq: 6, missing: vec![], broken_at: vec![4] }]);

    let mut wiped = Tablet::in_epoch("t", 2);
    wiped.forget_the_newest_hash();
    let chain = server.post(&token, &wiped.take(2)).await.receipt().chain;
    let expected = ChainState { epoch: 2, last_seq: 2, missing: vec![], broken_at: vec![1] };
    assert_eq!(chain, [expected], "the first event of an epoch hangs on the enrolment hash");
}

#[tokio::test]
async fn names_every_epoch_of_one_source_and_none_of_two() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (token, reader) = (server.enrol("lobby").await, server.reader().await);
    let (mut one, mut two, mut other) = (Tablet::new("t"), Tablet::in_epoch("t", 2), Tablet::new("u"));

    let receipt = server.post(&token, &[one.next(), two.next()]).await.receipt();
    let epochs: Vec<_> = receipt.chain.iter().map(|chain| (chain.epoch, chain.last_seq)).collect();
    assert_eq!(epochs, [(1, 1), (2, 1)]);

    let receipt = server.post(&token, &[one.next(), other.next()]).await.receipt();
    assert_eq!((receipt.accepted.len(), receipt.chain), (2, vec![]), "a chain state does not name its source");
    assert_eq!(server.stored(&reader).await.len(), 4);
}

#[tokio::test]
async fn a_source_belongs_to_the_device_that_used_it_first() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (lobby, desk) = (server.enrol("lobby").await, server.enrol("desk").await);
    let mut tablet = Tablet::new("t");
    server.post(&lobby, &tablet.take(1)).await.receipt();

    let stranger = Tablet::new("u").next();
    let refused = server.post(&desk, &[stranger.clone(), tablet.next()]).await;
    refused.is_problem(403, "foreign-source");
    assert!(refused.text.contains("urn:candor:device:t"), "{}", refused.text);
    let further = server.enrol("lobby").await;
    server.post(&further, &tablet.take(1)).await.receipt();
    server.post(&lobby, &[stranger]).await.receipt();
}

#[tokio::test]
async fn tokens_rotate_and_are_revoked() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (old, new) = (server.enrol("lobby").await, server.enrol("lobby").await);
    for token in [&old, &new] {
        server.post(token, &[]).await.receipt();
    }
    assert_eq!(server.store.revoke("lobby", candor_collector::store::now()).await.unwrap(), Some(2));
    for token in [&old, &new] {
        server.post(token, &[]).await.is_problem(401, "unauthorized");
    }
    assert_eq!(server.store.revoke("lobby", candor_collector::store::now()).await.unwrap(), Some(0));
    assert_eq!(server.store.revoke("nobody", candor_collector::store::now()).await.unwrap(), None);
    server.post(&server.enrol("lobby").await, &[]).await.receipt();
}

#[tokio::test]
async fn a_name_has_one_role() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    server.enrol("lobby").await;
    let token = candor_collector::token::Token::generate(candor_collector::token::Role::Reader).unwrap();
    let role = candor_collector::token::Role::Reader;
    let issued = server.store.issue("lobby", role, token.digest(), candor_collector::store::now()).await;
    assert_eq!(issued.unwrap_err().to_string(), "the name is taken by a device");
    server.get_with("/v1/events", token.reveal()).await.is_problem(401, "unauthorized");
}

#[tokio::test]
async fn reads_on_from_any_cursor() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (token, reader) = (server.enrol("lobby").await, server.reader().await);
    let events = Tablet::new("t").take(1_203);
    for batch in events.chunks(400) {
        server.post(&token, batch).await.receipt();
    }
    let answer = server.get_with("/v1/events", &reader).await;
    assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("application/x-ndjson", "no-store"));
    assert_eq!(answer.text.lines().count(), events.len(), "more than a page, each on one line");

    let (mut after, mut seen) = ("0".to_owned(), Vec::new());
    loop {
        let lines = server.get_with(&format!("/v1/events?after={after}&limit=500"), &reader).await.text;
        let Some(last) = lines.lines().last() else { break };
        let last: serde_json::Value = serde_json::from_str(last).unwrap();
        after = last["collectorcursor"].as_str().unwrap().to_owned();
        assert!(lines.lines().count() <= 500);
        seen.extend(lines.lines().map(|line| serde_json::from_str::<CloudEvent>(line).unwrap()));
    }
    assert_eq!(seen, events);
    assert_eq!(server.get_with("/v1/events?limit=0", &reader).await.text, "");
}

#[tokio::test]
async fn fifty_tablets_at_once_lose_and_double_nothing() {
    let fresh = fresh().await;
    let server = std::sync::Arc::new(Server::start(&fresh).await);
    let reader = server.reader().await;
    let mut tablets = Vec::new();
    for n in 0..50 {
        let server = server.clone();
        tablets.push(tokio::spawn(async move {
            let token = server.enrol(&format!("tablet {n}")).await;
            let mut tablet = Tablet::new(&format!("t{n}"));
            for _ in 0..4 {
                let batch = tablet.take(20);
                let (one, again) = tokio::join!(server.post(&token, &batch), server.post(&token, &batch));
                assert_eq!(one.receipt().accepted, ids(&batch));
                assert_eq!(again.receipt().accepted, ids(&batch));
            }
        }));
    }
    for tablet in tablets {
        tablet.await.unwrap();
    }
    let stored = server.stored(&reader).await;
    let distinct: std::collections::HashSet<_> = stored.iter().map(|event| (&event.source, event.deviceseq)).collect();
    assert_eq!((stored.len(), distinct.len()), (4_000, 4_000));
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (token, reader) = (server.enrol("lobby").await, server.reader().await);
    let mut tablet = Tablet::new("t");
    let mut events = tablet.take(3);
    server.post(&token, &events).await.receipt();
    server.stop().await;

    let server = Server::start(&fresh).await;
    assert_eq!(server.stored(&reader).await, events);
    events.extend(tablet.take(2));
    let receipt = server.post(&token, &events).await.receipt();
    assert_eq!((receipt.accepted, receipt.chain[0].last_seq), (ids(&events), 5));
    assert!(receipt.chain[0].broken_at.is_empty(), "the chain goes on across the restart");
    assert_eq!(server.stored(&reader).await, events);
}

#[tokio::test]
async fn lists_devices_with_their_chains() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (lobby, reader) = (server.enrol("lobby").await, server.reader().await);
    server.enrol("desk").await;
    let events = Tablet::new("t").take(4);
    server.post(&lobby, &[events[0].clone(), events[3].clone()]).await.receipt();
    server.post(&lobby, &Tablet::new("u").take(1)).await.receipt();

    let devices = server.get_with("/v1/devices", &reader).await.json();
    let devices = devices["devices"].as_array().unwrap();
    let names: Vec<_> = devices.iter().map(|device| device["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["desk", "lobby"]);
    assert_eq!(devices[0]["sources"], serde_json::json!([]));
    let sources = devices[1]["sources"].as_array().unwrap();
    assert_eq!((sources[0]["source"].as_str(), sources.len()), (Some("urn:candor:device:t"), 2));
    let chain = &sources[0]["chain"][0];
    assert_eq!((&chain["epoch"], &chain["last_seq"], &chain["missing"]), (&1.into(), &4.into(), &serde_json::json!([[2, 3]])));
    assert_eq!((&chain["head"]["seq"], &chain["head"]["events"]), (&1.into(), &2.into()));
    assert!(sources[0]["last_seen"].as_str().unwrap().ends_with("+00:00"));
}

#[tokio::test]
async fn a_wipe_shows_as_a_fresh_start_with_the_times_of_each_epoch() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (lobby, reader) = (server.enrol("lobby").await, server.reader().await);
    let fresh_starts = async || {
        let devices = server.get_with("/v1/devices", &reader).await.json();
        (devices["devices"][0]["fresh_starts"].as_u64(), devices["devices"][0]["sources"].clone())
    };
    server.post(&lobby, &Tablet::new("t").take(2)).await.receipt();
    assert_eq!(fresh_starts().await.0, Some(0));
    server.post(&lobby, &Tablet::in_epoch("t", 2).take(1)).await.receipt();
    assert_eq!(fresh_starts().await.0, Some(1), "the kiosk found its store wiped");
    server.post(&lobby, &Tablet::new("u").take(1)).await.receipt();
    let (starts, sources) = fresh_starts().await;
    assert_eq!(starts, Some(2), "nothing was left: the tablet came back as another device");
    let epochs = sources[0]["chain"].as_array().unwrap();
    assert_eq!(epochs.len(), 2);
    let time = |epoch: usize, name: &str| epochs[epoch][name].as_str().unwrap().to_owned();
    assert!(time(0, "first_seen") <= time(0, "last_seen") && time(0, "last_seen") <= time(1, "first_seen"), "{sources}");
}

#[tokio::test]
async fn signs_how_far_it_has_each_chain() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let token = server.enrol("lobby").await;
    let key = server.get("/v1/key").await.json()["key"].as_str().unwrap().to_owned();
    let mut events = Tablet::new("t").take(9);
    let heads = async |events: &[CloudEvent]| {
        let heads = server.post(&token, events).await.receipt().heads;
        assert!(heads.iter().all(|head| head.key == key && is_signed(head) && head.time.ends_with("+00:00")));
        heads.into_iter().map(|head| (head.device, head.epoch, head.seq, head.events, head.hash)).collect::<Vec<_>>()
    };
    let expected = |seq: u64, count, hash: &candor_core::chain::Hash| vec![("t".to_owned(), 1, seq, count, hash.clone())];
    let enrolment = candor_core::chain::enrolment_hash("t", 1);
    assert_eq!(heads(&events[2..3]).await, expected(0, 1, &enrolment), "number 1 is missing");
    assert_eq!(heads(&events[..2]).await, expected(3, 3, &events[2].eventhash), "the gap was closed from below");
    assert_eq!(heads(&events[5..8]).await, expected(3, 6, &events[2].eventhash));
    assert_eq!(heads(&events[..1]).await, expected(3, 6, &events[2].eventhash), "a duplicate is signed for, too");
    assert_eq!(heads(&events[3..5]).await, expected(8, 8, &events[7].eventhash));

    let both = [events.remove(8), Tablet::in_epoch("t", 2).next(), Tablet::new("u").next()];
    let places: Vec<_> = heads(&both).await.into_iter().map(|head| (head.0, head.1, head.2)).collect();
    assert_eq!(places, [("t".to_owned(), 1, 9), ("t".to_owned(), 2, 1), ("u".to_owned(), 1, 1)]);
    assert!(server.post(&token, &[]).await.receipt().heads.is_empty());
}

#[tokio::test]
async fn a_restart_signs_with_the_same_key() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let token = server.enrol("lobby").await;
    let mut tablet = Tablet::new("t");
    let before = server.post(&token, &tablet.take(2)).await.receipt().heads.remove(0);
    server.stop().await;
    let server = Server::start(&fresh).await;
    let after = server.post(&token, &tablet.take(2)).await.receipt().heads.remove(0);
    assert_eq!((&after.key, after.seq), (&before.key, 4));
    assert!(is_signed(&before) && is_signed(&after));
}

#[tokio::test]
async fn brings_the_store_of_an_older_version_up_to_date() {
    let fresh = fresh().await;
    let server = Server::start(&fresh).await;
    let (token, reader) = (server.enrol("lobby").await, server.reader().await);
    let mut tablet = Tablet::new("t");
    let events = tablet.take(3);
    server.post(&token, &events).await.receipt();
    server.stop().await;
    downgrade(&fresh.url).await;

    let server = Server::start(&fresh).await;
    let devices = server.get_with("/v1/devices", &reader).await.json();
    let chain = &devices["devices"][0]["sources"][0]["chain"][0];
    assert!(chain["head"].is_null() && chain["first_seen"].is_string() && chain["last_seen"].is_string(), "{chain}");
    assert_eq!(server.stored(&reader).await, events);
    let head = server.post(&token, &events[..1]).await.receipt().heads.remove(0);
    assert_eq!((head.seq, &head.hash), (3, &events[2].eventhash), "a chain that never was signed");
    let head = server.post(&token, &tablet.take(1)).await.receipt().heads.remove(0);
    assert_eq!((head.seq, is_signed(&head)), (4, true));
}
