//! Alerts reach the owner's webhook once they have come, through failures and a restart, and nothing else does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use candor_collector::serve::{Limits, serve};
use candor_collector::webhook::{Pace, Webhook, forward};
use candor_core::alerts::{About, Alert};
use candor_core::event::{Body, EventId};
use candor_core::wire::CloudEvent;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::support::{Server, Tablet, fresh_sqlite, ids};

/// A receiver of alerts that says no so many times.
struct Receiver {
    address: String,
    taken: Arc<Mutex<Vec<Vec<CloudEvent>>>>,
    refusals: Arc<Mutex<u32>>,
}

impl Receiver {
    async fn start(refusals: u32) -> Self {
        let (taken, refusals) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(refusals)));
        let (kept, left) = (Arc::clone(&taken), Arc::clone(&refusals));
        let take = move |headers: HeaderMap, body: String| async move {
            assert_eq!(headers["content-type"], "application/cloudevents-batch+json");
            assert!(headers["idempotency-key"].to_str().unwrap().starts_with("alerts-"));
            let mut left = left.lock().unwrap();
            if *left > 0 {
                *left -= 1;
                return StatusCode::BAD_GATEWAY;
            }
            kept.lock().unwrap().push(serde_json::from_str(&body).unwrap());
            StatusCode::NO_CONTENT
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(take));
        tokio::spawn(serve(listener, router, Limits::default(), std::future::pending()));
        Self { address, taken, refusals }
    }

    fn forward_from(&self, server: &Server) -> JoinHandle<()> {
        let ms = Duration::from_millis;
        let pace = Pace { look: ms(5), patience: ms(2_000), first_retry: ms(5), last_retry: ms(20) };
        let webhook: Webhook = self.address.parse().unwrap();
        tokio::spawn(forward(server.store.clone(), webhook.client().unwrap(), pace))
    }

    /// Waits for so many alerts, and gives their ids.
    async fn see(&self, count: usize) -> Vec<EventId> {
        for _ in 0..1_000 {
            let taken: Vec<CloudEvent> = self.taken.lock().unwrap().concat();
            if taken.len() >= count {
                return ids(&taken);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{count} alerts never came: {:?}", self.taken.lock().unwrap());
    }
}

/// Until so many events have been looked through.
async fn come_to(server: &Server, events: usize) {
    while server.store.page(0, 100).await.unwrap().get(events - 1).map(|stored| stored.cursor)
        != Some(server.store.forwarded().await.unwrap())
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn alert(n: u64) -> Body {
    let about = About::Quarantined { count: n };
    let alert = Alert { key: format!("quarantined:{n}"), at: "2026-11-23T09:41:07.120+08:00".into(), about };
    Alert::body(&serde_json::to_string(&alert).unwrap()).unwrap()
}

#[tokio::test]
async fn alerts_are_handed_on_once_and_nothing_else_is() {
    let fresh = fresh_sqlite().await;
    let server = Server::start(&fresh).await;
    let token = server.enrol("lobby").await;
    let mut tablet = Tablet::new("019adc1e-7a40-7c3e-9d52-6b1f3a8e4c07");
    let before = [tablet.note(alert(1))];
    server.post(&token, &before).await.receipt();

    let receiver = Receiver::start(3).await;
    let forwarding = receiver.forward_from(&server);
    // Once it has begun: what was there before is no news.
    come_to(&server, 1).await;
    let events = [tablet.next(), tablet.note(alert(2)), tablet.next(), tablet.note(alert(3))];
    server.post(&token, &events).await.receipt();
    assert_eq!(receiver.see(2).await, [events[1].id.clone(), events[3].id.clone()]);
    assert_eq!(*receiver.refusals.lock().unwrap(), 0, "after three refusals");

    // Otherwise that they were taken may be forgotten: then they are sent again, under their ids.
    come_to(&server, 5).await;
    forwarding.abort();
    let later = [tablet.note(alert(4))];
    server.post(&token, &later).await.receipt();
    server.post(&token, &later).await.receipt();
    let again = receiver.forward_from(&server);
    let taken = receiver.see(3).await;
    assert_eq!(taken[2..], ids(&later), "a restart repeats nothing, and what came meanwhile is handed on");
    again.abort();
    server.stop().await;
}
