//! How fast events are taken. Not part of the suite: `cargo test --release -p candor-collector load -- --ignored
//! --nocapture` prints the figures.

use std::time::Instant;

use super::support::{Fresh, Server, Tablet, fresh_postgres, fresh_sqlite, send};

const TABLETS: usize = 20;
const BATCHES: usize = 50;
const EVENTS: usize = 100;

async fn measure(name: &str, fresh: Fresh) {
    let server = std::sync::Arc::new(Server::start(&fresh).await);
    let mut bodies = Vec::new();
    for n in 0..TABLETS {
        let mut tablet = Tablet::new(&format!("t{n}"));
        let batches = (0..BATCHES).map(|_| serde_json::to_string(&tablet.take(EVENTS)).unwrap());
        bodies.push((server.enrol(&format!("tablet {n}")).await, batches.collect::<Vec<_>>()));
    }
    let start = Instant::now();
    let mut tablets = Vec::new();
    for (token, batches) in bodies {
        let server = server.clone();
        tablets.push(tokio::spawn(async move {
            for body in batches {
                assert_eq!(send(server.posting(&token).body(body)).await.receipt().accepted.len(), EVENTS);
            }
        }));
    }
    for tablet in tablets {
        tablet.await.unwrap();
    }
    let (events, seconds) = (TABLETS * BATCHES * EVENTS, start.elapsed().as_secs_f64());
    println!("{name}: {events} events in {seconds:.2} s, {:.0} a second", events as f64 / seconds);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, and only in a release build"]
async fn events_a_second_into_sqlite() {
    measure("sqlite", fresh_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, and only in a release build"]
async fn events_a_second_into_postgres() {
    measure("postgres", fresh_postgres().await).await;
}
