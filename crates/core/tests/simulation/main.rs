//! The rules of Candor through years of bad luck: power cuts at every step, a disk that fails or keeps silent, answers
//! lost, doubled and overtaken, a clock that jumps by ten years, an endpoint in every mood. All of it from one seed.
//!
//!     cargo test -p candor-core --test simulation                        100 seeds
//!     CANDOR_FAULTS=full cargo test … --test simulation                  1,000 seeds
//!     CANDOR_SEED=4711 cargo test … --test simulation                    this one, as it was
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, whatever was not expected is a failure"
)]

mod dice;
mod disk;
mod receiver;
mod tab;
mod world;

use std::panic::catch_unwind;
use std::path::Path;
use std::time::Instant;

use candor_core::survey::Survey;
use serde_json::json;

use crate::world::{RESTARTS, STEPS, Sabotage, Tally, World};

const SMALL_SEEDS: u64 = 100;
const FULL_SEEDS: u64 = 1_000;
/// Enough for each sabotage to do its harm somewhere.
const SABOTAGED_SEEDS: u64 = 20;

#[test]
fn nothing_is_lost_and_nothing_doubled_whatever_happens() {
    let is_full = std::env::var("CANDOR_FAULTS").is_ok_and(|size| size == "full");
    let chosen = std::env::var("CANDOR_SEED").ok().map(|seed| seed.parse().expect("CANDOR_SEED is a number"));
    let seeds = chosen.map_or(0..if is_full { FULL_SEEDS } else { SMALL_SEEDS }, |seed: u64| seed..seed + 1);
    let (count, begun) = (seeds.end - seeds.start, Instant::now());
    let mut sum = Tally::default();
    let mut failed = Vec::new();
    for seed in seeds {
        match live_through(seed, Sabotage::None) {
            Ok(tally) if tally.lost == 0 && tally.doubled == 0 => sum.add(&tally),
            Ok(tally) => {
                sum.add(&tally);
                failed.push((seed, format!("{tally:?}")));
            }
            Err(why) => failed.push((seed, why)),
        }
    }
    println!("simulation: {count} seeds × {RESTARTS} restarts × {STEPS} steps in {:.1?}: {sum:?}", begun.elapsed());
    if chosen.is_none() {
        record(is_full, count, &sum, failed.len(), begun.elapsed().as_secs());
    }
    for (seed, why) in &failed {
        println!("seed {seed} failed: {why}\nreplay: CANDOR_SEED={seed} cargo test -p candor-core --test simulation");
    }
    assert!(failed.is_empty(), "{} of {count} seeds failed, the first is {}", failed.len(), failed[0].0);
    assert!(chosen.is_some() || sum.thanked > 0, "customers were thanked");
}

#[test]
fn the_same_seed_is_the_same_life() {
    assert_eq!(live_through(7, Sabotage::None), live_through(7, Sabotage::None));
}

#[test]
fn notices_a_disk_that_lies() {
    assert!(sabotaged(Sabotage::RelaxedDisk).lost > 0);
}

#[test]
fn notices_an_endpoint_that_stores_twice() {
    assert!(sabotaged(Sabotage::EndpointWithoutKeys).doubled > 0);
}

#[test]
fn notices_a_tablet_that_believes_a_captive_portal() {
    assert!(sabotaged(Sabotage::AnySuccessCounts).lost > 0);
}

fn sabotaged(sabotage: Sabotage) -> Tally {
    let mut sum = Tally::default();
    for seed in 0..SABOTAGED_SEEDS {
        // A seed may also stop at a broken chain: that is noticed, too, and says nothing about the sums.
        if let Ok(tally) = live_through(seed, sabotage) {
            sum.add(&tally);
        }
    }
    println!("{sabotage:?}: {sum:?}");
    sum
}

fn live_through(seed: u64, sabotage: Sabotage) -> Result<Tally, String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/templates/government.json");
    let survey = Survey::parse(&std::fs::read_to_string(file).unwrap()).unwrap();
    // A panic of the rules is a finding like any other: the seed has to be printed with it.
    catch_unwind(|| World::new(seed, &survey, sabotage).run()).unwrap_or_else(|_| Err("a panic".to_owned()))
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.recorded += other.recorded;
        self.thanked += other.thanked;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.quarantined += other.quarantined;
        self.repeated += other.repeated;
        self.drained_ms = self.drained_ms.max(other.drained_ms);
    }
}

/// Leaves the figures where `candor-tests` makes `docs/reliability.md` of them.
fn record(is_full: bool, seeds: u64, sum: &Tally, failed: usize, seconds: u64) {
    let Some(folder) = std::env::var_os("CANDOR_RESULTS") else { return };
    let record = json!({
        "fault": 1,
        "name": "simulation of the rules",
        "size": if is_full { "full" } else { "small" },
        "seed": 0,
        "count": sum.thanked,
        "unit": "events that customers were thanked for",
        "lost": sum.lost,
        "doubled": sum.doubled,
        "figures": [
            ["seeds", seeds.to_string()],
            ["restarts each", RESTARTS.to_string()],
            ["steps each", STEPS.to_string()],
            ["events recorded", sum.recorded.to_string()],
            ["quarantined, each refused for good", sum.quarantined.to_string()],
            ["sent again", sum.repeated.to_string()],
            ["seeds that failed", failed.to_string()],
            ["longest until drained, s", (sum.drained_ms / 1_000).to_string()],
        ],
        "passed": failed == 0,
        "seconds": seconds,
        "ended": std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs()),
    });
    std::fs::write(Path::new(&folder).join("01-simulation.json"), record.to_string()).expect("the results take a file");
}
