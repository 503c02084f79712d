use candor_core::wire::{ChainState, CloudEvent};

use super::support::{Server, Tablet, ids};

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
    let chain = serde_json::json!([{ "epoch": 1, "last_seq": 4, "missing": [[2, 3]], "broken_at": [] }]);
    assert_eq!(sources[0]["chain"], chain);
    assert!(sources[0]["last_seen"].as_str().unwrap().ends_with("+00:00"));
}
