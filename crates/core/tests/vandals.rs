//! Days that are made up, in which it is known who was a vandal: what the filter finds of them, and whom it wrongs.
//!
//! Customers and vandals are drawn from the assumptions written down here, not from what was seen in a lobby: the figures
//! say how the filter's rules meet these assumptions, no more. The filter's constants were chosen while looking at the
//! seeds of [`TUNED_ON`] only, and some assumptions (the traffic of the rush hours, how large families and how frequent
//! groups are, how long staff wait) were settled then, too; the bounds hold for the seeds of [`MEASURED_ON`], which were
//! looked at when all that stood.
//!
//!     cargo test -p candor-core --test vandals -- --nocapture            shows the figures
#![allow(clippy::expect_used, reason = "in a test, whatever was not expected is a failure")]

use std::collections::BTreeSet;
use std::f64::consts::TAU;
use std::ops::Range;

use candor_core::time::Uptime;
use candor_core::vandal::{Filter, Finished, Observed, Reason};

/// The seeds that the filter's constants were chosen by.
const TUNED_ON: Range<u64> = 0..100;
/// The seeds that the figures are reported and the bounds asserted for.
const MEASURED_ON: Range<u64> = 1_000..1_400;

const HOUR_S: f64 = 3_600.0;
/// Somebody served in the last minute rates after it: so much later the place counts as closed.
const LAST_CUSTOMERS_S: f64 = 900.0;
/// A follow-up that was left alone goes away: 45 s of quiet and 20 s of warning, as in the templates.
const RESET_S: f64 = 65.0;
/// Staff push the button when nobody has been at the tablet for a minute.
const QUIET_S: f64 = 60.0;

#[test]
fn vandals_are_found_and_customers_left_in_peace() {
    measure("tuned on", TUNED_ON, &[COUNTER, EXIT, HOSPITAL]);
    let tally = measure("measured on", MEASURED_ON, &[COUNTER, EXIT, HOSPITAL]);
    assert!(tally.precision() >= 0.95, "{}", tally.precision());
    assert!(tally.recall() >= 0.90, "{}", tally.recall());
    assert!(tally.wronged_in_a_thousand() <= 2.0, "{}", tally.wronged_in_a_thousand());
    for (hand, least) in [
        (Hand::HammeringChild, 0.95),
        (Hand::TwoChildren, 0.85),
        (Hand::Staff, 0.75),
        (Hand::Angry, 0.95),
        (Hand::AfterClosing, 1.0),
        (Hand::PressedTwice, 0.65),
    ] {
        assert!(tally.recall_of(hand) >= least, "{hand:?}: {}", tally.recall_of(hand));
    }
}

#[test]
fn few_are_wronged_where_nearly_all_choose_the_best() {
    let tally = measure("measured on", MEASURED_ON, &[CONTENT_EXIT]);
    assert!(tally.wronged_in_a_thousand() <= 3.0, "{}", tally.wronged_in_a_thousand());
}

#[test]
fn the_same_seed_makes_the_same_day() {
    let day = |seed| Day::live(&EXIT, seed).ratings;
    assert_eq!(day(7), day(7));
    assert_ne!(day(7), day(8));
}

/// Who gave a rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hand {
    Customer,
    /// One child that taps and taps, now and then with a favourite level.
    HammeringChild,
    /// Two children, each with its own end of the scale.
    TwoChildren,
    /// Staff that push the best level in a quiet minute. One in four waits each time until the thanks are gone.
    Staff,
    /// A customer who pushes the worst level again and again.
    Angry,
    /// Somebody who plays with the tablet while the place is closed.
    AfterClosing,
    /// A customer's second rating: the finger did not trust the first.
    PressedTwice,
}

const VANDALS: [Hand; 6] =
    [Hand::HammeringChild, Hand::TwoChildren, Hand::Staff, Hand::Angry, Hand::AfterClosing, Hand::PressedTwice];

/// What a day's vandals are up to, and on how many days in a hundred: a child on most days, staff once on average.
const DEEDS: [(Hand, u64); 7] = [
    (Hand::HammeringChild, 60),
    (Hand::HammeringChild, 20),
    (Hand::TwoChildren, 30),
    (Hand::Staff, 50),
    (Hand::Staff, 50),
    (Hand::Angry, 30),
    (Hand::AfterClosing, 30),
];

/// What comes after the first tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FollowUp {
    /// Thanks at once.
    None,
    /// A page of reasons.
    Reasons,
}

/// A kind of place, and who comes there.
#[derive(Clone, Copy)]
struct Place {
    name: &'static str,
    follow_up: FollowUp,
    /// How many customers in a hundred choose each level, the worst first.
    levels: &'static [u64],
    /// From which hour of the day on a party comes every so many seconds.
    traffic: &'static [(f64, f64)],
    closing: f64,
    /// Of a hundred parties, those of two to four.
    families: u64,
}

/// One clerk, who needs some minutes for each.
const COUNTER: Place = Place {
    name: "counter",
    follow_up: FollowUp::Reasons,
    levels: &[1, 2, 7, 20, 70],
    traffic: &[(9.0, 300.0), (10.0, 120.0), (11.5, 300.0), (14.0, 120.0), (15.5, 300.0)],
    closing: 17.0,
    families: 10,
};

/// Everybody passes it on the way out; at rush hour somebody rates every 7 seconds or so.
const EXIT: Place = Place {
    name: "supermarket exit",
    follow_up: FollowUp::None,
    levels: &[5, 7, 18, 70],
    traffic: &[(8.0, 60.0), (11.5, 8.0), (13.0, 40.0), (17.0, 8.0), (19.0, 40.0)],
    closing: 21.0,
    families: 12,
};

/// The same with customers who are of one mind: the hardest for whoever looks for streaks.
const CONTENT_EXIT: Place = Place { name: "exit where nearly all are content", levels: &[1, 1, 3, 95], ..EXIT };

/// More who are displeased, and more who are not alone.
const HOSPITAL: Place = Place {
    name: "hospital",
    follow_up: FollowUp::Reasons,
    levels: &[6, 8, 16, 30, 40],
    traffic: &[(8.0, 60.0), (9.0, 25.0), (11.0, 120.0), (14.0, 40.0), (16.0, 120.0)],
    closing: 18.0,
    families: 20,
};

impl Place {
    fn best(&self) -> u8 {
        self.levels.len() as u8
    }

    /// Seconds from one party to the next, on average.
    fn party_every_s(&self, hour: f64) -> f64 {
        self.traffic.iter().rev().find(|(from, _)| *from <= hour).expect("customers come after opening").1
    }
}

/// Chance that can be had again: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators").
struct Chance(u64);

impl Chance {
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.number() % (last - first + 1)
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.between(1, 100) <= percent
    }

    /// Above 0, at most 1.
    fn share(&mut self) -> f64 {
        ((self.number() >> 11) as f64 + 1.0) / (1_u64 << 53) as f64
    }

    /// Seconds until what comes so often, and knows nothing of when it came last.
    fn wait_s(&mut self, mean_s: f64) -> f64 {
        -self.share().ln() * mean_s
    }

    /// Seconds that a person takes: log-normal, as human times are. There is no least time: the quickest of the
    /// customers do reach into what the filter doubts, and the slowest of the vandals out of it.
    fn takes_s(&mut self, median_s: f64, spread: f64) -> f64 {
        let normal = (-2.0 * self.share().ln()).sqrt() * (TAU * self.share()).cos();
        median_s * (spread * normal).exp()
    }

    /// A level, from a table of how many in a hundred choose which.
    fn level(&mut self, in_a_hundred: &[u64]) -> u8 {
        let mut drawn = self.between(1, in_a_hundred.iter().sum());
        let mut level = 1;
        for share in in_a_hundred {
            if drawn <= *share {
                break;
            }
            drawn -= share;
            level += 1;
        }
        level
    }
}

/// A rating, and who gave it.
#[derive(Clone, Debug, PartialEq)]
struct Given {
    hand: Hand,
    level: u8,
    at_ms: u64,
    /// When the follow-up was left by hand, and how many things were sent.
    left: Option<(u64, u32)>,
    is_open: bool,
}

struct Day<'a> {
    place: &'a Place,
    chance: Chance,
    /// When the last person was done, in seconds of the day.
    free_s: f64,
    ratings: Vec<Given>,
}

impl<'a> Day<'a> {
    fn live(place: &'a Place, seed: u64) -> Self {
        let mut day = Self { place, chance: Chance(seed), free_s: 0.0, ratings: Vec::new() };
        let (opening_s, closing_s) = (place.traffic[0].0 * HOUR_S, place.closing * HOUR_S);
        let mut deeds = Vec::new();
        for (hand, percent) in DEEDS {
            let share = day.chance.share();
            if day.chance.percent(percent) {
                let at_s = match hand {
                    Hand::AfterClosing => closing_s + LAST_CUSTOMERS_S + share * 2.0 * HOUR_S,
                    _ => opening_s + share * (closing_s - opening_s),
                };
                deeds.push((at_s, hand));
            }
        }
        let mut party_s = opening_s;
        while party_s < closing_s {
            party_s += day.chance.wait_s(place.party_every_s(party_s / HOUR_S));
            day.vandalise(&mut deeds, party_s);
            if party_s < closing_s {
                day.receive_party(party_s);
            }
        }
        day.vandalise(&mut deeds, f64::INFINITY);
        day
    }

    /// Whatever vandals do before the next party comes.
    fn vandalise(&mut self, deeds: &mut Vec<(f64, Hand)>, before_s: f64) {
        loop {
            for (at_s, hand) in &mut *deeds {
                let rest_s = if *hand == Hand::Staff { QUIET_S } else { 2.0 };
                *at_s = at_s.max(self.free_s + rest_s);
            }
            deeds.sort_by(|a, b| b.0.total_cmp(&a.0));
            match deeds.pop() {
                Some((at_s, hand)) if at_s < before_s => self.play(at_s, hand),
                Some(later) => return deeds.push(later),
                None => return,
            }
        }
    }

    fn receive_party(&mut self, at_s: f64) {
        // Who finds the tablet taken waits a little, or goes.
        if self.free_s - at_s > self.chance.wait_s(10.0) {
            return;
        }
        let members = match self.chance.between(0, 999) {
            // A coach, a school class: once or twice a day at an exit.
            0 => self.chance.between(5, 9),
            drawn if drawn <= 10 * self.place.families => match self.chance.between(1, 100) {
                ..=80 => 2,
                81..=95 => 3,
                _ => 4,
            },
            _ => 1,
        };
        let shared = self.chance.level(self.place.levels);
        for member in 0..members {
            // A stranger steps up; one of a family stands there already, one of a group nearby.
            let steps_up_s = match (member, members) {
                (0, _) => self.chance.takes_s(5.5, 0.3),
                (_, ..=4) => self.chance.takes_s(2.8, 0.4),
                _ => self.chance.takes_s(4.0, 0.35),
            };
            let tap_s = at_s.max(self.free_s + steps_up_s);
            // Half of those who came together say what the first one says.
            let level = if self.chance.percent(50) { shared } else { self.chance.level(self.place.levels) };
            let left = self.leave_follow_up();
            self.rate(Hand::Customer, tap_s, level, left);
            if self.place.follow_up == FollowUp::None && self.chance.between(1, 1_000) <= 3 {
                let again_s = self.free_s + self.chance.takes_s(0.7, 0.3);
                self.rate(Hand::PressedTwice, again_s, level, None);
            }
        }
    }

    /// How many seconds a customer takes for the follow-up, and how many things are sent.
    fn leave_follow_up(&mut self) -> Option<(f64, u32)> {
        let pace = if self.chance.percent(15) { 0.6 } else { 1.0 };
        let things = self.chance.between(1, 3) as u32;
        let choosing_s = (0..things).map(|_| self.chance.takes_s(1.1, 0.4)).sum::<f64>();
        let answering_s = self.chance.takes_s(2.2, 0.4) + choosing_s + self.chance.takes_s(0.9, 0.3);
        match self.chance.between(1, 100) {
            // Passed over.
            ..=30 => Some((pace * self.chance.takes_s(2.4, 0.45), 0)),
            // Left alone.
            31..=45 => None,
            // With words.
            46..=55 => Some((pace * answering_s + self.chance.takes_s(25.0, 0.5), things)),
            _ => Some((pace * answering_s, things)),
        }
    }

    fn play(&mut self, at_s: f64, hand: Hand) {
        let best = self.place.best();
        let count = match hand {
            Hand::HammeringChild => self.chance.between(5, 30),
            Hand::TwoChildren => self.chance.between(6, 20),
            Hand::Staff => self.chance.between(4, 12),
            Hand::Angry => self.chance.between(8, 12),
            Hand::AfterClosing | Hand::PressedTwice | Hand::Customer => self.chance.between(1, 8),
        };
        let favourite = self.chance.percent(30).then(|| self.chance.between(1, u64::from(best)) as u8);
        let is_patient = self.chance.percent(25);
        let mut tap_s = at_s;
        for turn in 0..count {
            let any = self.chance.between(1, u64::from(best)) as u8;
            let level = match hand {
                Hand::HammeringChild => favourite.filter(|_| self.chance.percent(80)).unwrap_or(any),
                Hand::TwoChildren if self.chance.percent(90) => [1, best][(turn % 2) as usize],
                Hand::Staff => best,
                Hand::Angry => 1,
                _ => any,
            };
            // How long the follow-up stands, what is tapped there, and how long until the next rating.
            let (stays_s, things, returns_s) = match hand {
                Hand::HammeringChild => {
                    let things = if self.chance.percent(60) { 0 } else { self.chance.between(1, 4) as u32 };
                    (self.chance.takes_s(1.3, 0.4), things, self.chance.takes_s(1.4, 0.4))
                }
                Hand::TwoChildren => (self.chance.takes_s(1.3, 0.4), 0, self.chance.takes_s(1.9, 0.4)),
                Hand::Staff if is_patient => (self.chance.takes_s(1.2, 0.25), 0, self.chance.takes_s(7.5, 0.15)),
                Hand::Staff => (self.chance.takes_s(1.1, 0.3), 0, self.chance.takes_s(2.4, 0.3)),
                Hand::Angry if self.chance.percent(20) => {
                    (self.chance.takes_s(2.1, 0.3), 1, self.chance.takes_s(2.0, 0.35))
                }
                Hand::Angry => (self.chance.takes_s(1.2, 0.3), 0, self.chance.takes_s(2.0, 0.35)),
                _ => (self.chance.takes_s(3.0, 0.5), 0, self.chance.takes_s(8.0, 0.8)),
            };
            self.rate(hand, tap_s, level, Some((stays_s, things)));
            tap_s = self.free_s + returns_s;
        }
    }

    fn rate(&mut self, hand: Hand, tap_s: f64, level: u8, left: Option<(f64, u32)>) {
        let at_ms = (tap_s * 1_000.0) as u64;
        let is_open = tap_s < self.place.closing * HOUR_S + LAST_CUSTOMERS_S;
        let left = left.filter(|_| self.place.follow_up == FollowUp::Reasons);
        self.free_s = tap_s
            + match self.place.follow_up {
                FollowUp::None => 0.0,
                FollowUp::Reasons => left.map_or(RESET_S, |(after_s, _)| after_s),
            };
        let left = left.map(|(after_s, things)| (at_ms + (after_s * 1_000.0) as u64, things));
        self.ratings.push(Given { hand, level, at_ms, left, is_open });
    }

    /// What the filter says to this day: places in it, and reasons.
    fn flags(&self) -> Vec<(usize, Reason)> {
        let mut filter = Filter::new();
        let mut flags = Vec::new();
        for (at, given) in self.ratings.iter().enumerate() {
            flags.extend(filter.observe(Observed {
                response: at,
                level: given.level,
                worst_level: 1,
                best_level: self.place.best(),
                run: 1,
                uptime: Uptime(given.at_ms),
                is_open: given.is_open,
            }));
            if let Some((left_ms, things)) = given.left {
                let finished = Finished { uptime: Uptime(left_ms), level: given.level, things };
                flags.extend(filter.finish(&at, finished));
            }
        }
        flags.into_iter().map(|flag| (flag.response, flag.reason)).collect()
    }
}

/// What many days came to, in ratings. A rating counts once, whatever the number of its flags.
#[derive(Clone, Copy, Default)]
struct Tally {
    customers: u32,
    wronged: u32,
    /// Of the customers wronged, those by each reason.
    wronged_by: [u32; Reason::ALL.len()],
    vandals: [u32; VANDALS.len()],
    caught: [u32; VANDALS.len()],
}

impl Tally {
    fn count(&mut self, day: &Day) {
        let flags = day.flags();
        let flagged: BTreeSet<usize> = flags.iter().map(|(at, _)| *at).collect();
        for (at, given) in day.ratings.iter().enumerate() {
            let is_flagged = u32::from(flagged.contains(&at));
            match VANDALS.iter().position(|hand| *hand == given.hand) {
                Some(kind) => {
                    self.vandals[kind] += 1;
                    self.caught[kind] += is_flagged;
                }
                None => {
                    self.customers += 1;
                    self.wronged += is_flagged;
                }
            }
        }
        for (at, reason) in flags {
            self.wronged_by[reason as usize] += u32::from(day.ratings[at].hand == Hand::Customer);
        }
    }

    fn add(&mut self, other: &Self) {
        self.customers += other.customers;
        self.wronged += other.wronged;
        self.wronged_by.iter_mut().zip(other.wronged_by).for_each(|(sum, more)| *sum += more);
        self.vandals.iter_mut().zip(other.vandals).for_each(|(sum, more)| *sum += more);
        self.caught.iter_mut().zip(other.caught).for_each(|(sum, more)| *sum += more);
    }

    /// Of the ratings flagged, the share that vandals gave.
    fn precision(&self) -> f64 {
        let caught = self.caught.iter().sum::<u32>();
        f64::from(caught) / f64::from(caught + self.wronged)
    }

    /// Of the ratings that vandals gave, the share that is flagged.
    fn recall(&self) -> f64 {
        f64::from(self.caught.iter().sum::<u32>()) / f64::from(self.vandals.iter().sum::<u32>())
    }

    fn recall_of(&self, hand: Hand) -> f64 {
        let kind = VANDALS.iter().position(|vandal| *vandal == hand).expect("customers have no recall");
        f64::from(self.caught[kind]) / f64::from(self.vandals[kind])
    }

    fn wronged_in_a_thousand(&self) -> f64 {
        1_000.0 * f64::from(self.wronged) / f64::from(self.customers)
    }

    fn print(&self, name: &str) {
        println!(
            "  {name}: precision {:.3}, recall {:.3}, {:.2} in 1,000 of {} customers wronged",
            self.precision(),
            self.recall(),
            self.wronged_in_a_thousand(),
            self.customers,
        );
        for (kind, hand) in VANDALS.into_iter().enumerate().filter(|(kind, _)| self.vandals[*kind] > 0) {
            let (caught, all) = (self.caught[kind], self.vandals[kind]);
            println!("    {hand:?}: recall {:.3}, {caught} of {all}", self.recall_of(hand));
        }
        let by = Reason::ALL.into_iter().zip(self.wronged_by).filter(|(_, count)| *count > 0);
        let by: Vec<String> = by.map(|(reason, count)| format!("{} {count}", reason.as_str())).collect();
        println!("    customers wronged, by reason: {}", by.join(", "));
    }
}

fn measure(what: &str, seeds: Range<u64>, places: &[Place]) -> Tally {
    println!("{what} the seeds {seeds:?}, a day each");
    let mut all = Tally::default();
    for place in places {
        let mut tally = Tally::default();
        for seed in seeds.clone() {
            tally.count(&Day::live(place, seed));
        }
        tally.print(place.name);
        all.add(&tally);
    }
    if places.len() > 1 {
        all.print("overall");
    }
    all
}
