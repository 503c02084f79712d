//! Which responses of a journal are doubtful: the vandal filter, applied to what was recorded.
//!
//! A flag is a reading of the journal like every other figure: it is found again by whoever has the events, and better
//! rules find it anew. What a manager says of one is an event, `flag.cleared`.

use serde::{Deserialize, Serialize};

use crate::event::{Event, EventId, Rating, Scale};
use crate::time::Uptime;
use crate::vandal::{Figures, Filter, Finished, Flag, Observed, Reason};

/// Wall clock and uptime of one run may differ by so much: the uptime of an event counts whole seconds.
const ROUNDING_MS: i64 = 1_500;

/// A flag of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Why.
    pub reason: Reason,
    /// By which figures.
    pub figures: Figures,
    /// Whether a manager has taken it back.
    pub is_cleared: bool,
}

/// Watches the events of a journal, oldest first. Written down, it goes on where it was.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Watch {
    filter: Filter<EventId>,
    /// Epoch and run, and the wall clock at its begin, as the ids tell it.
    began: Option<(u32, u32, i64)>,
}

impl Watch {
    /// A rating was given; the flags that it brings about, its own and those of the ones before it.
    pub fn given(&mut self, event: &Event, rating: Rating, scale: Scale) -> Vec<Flag<EventId>> {
        let uptime = self.uptime(event);
        self.filter.observe(Observed {
            response: event.id.clone(),
            level: rating.level(),
            worst_level: scale.worst(),
            best_level: scale.best(),
            // Another epoch is another life of the tablet, whose runs may bear the same numbers.
            run: event.epoch.wrapping_mul(1 << 20).wrapping_add(event.run),
            uptime,
            is_open: event.data.get("closed").is_none_or(|closed| *closed != true),
        })
    }

    /// A follow-up was sent or passed over, with so many things tapped on it.
    pub fn finished(&mut self, event: &Event, response: &EventId, rating: Rating, things: usize) -> Vec<Flag<EventId>> {
        let things = u32::try_from(things).unwrap_or(u32::MAX);
        let uptime = self.uptime(event);
        self.filter.finish(response, Finished { uptime, level: rating.level(), things })
    }

    /// The uptime to the millisecond: an event has it in seconds, its id the wall clock to the millisecond. Where the two
    /// part, the clock was set, and the count begins anew.
    fn uptime(&mut self, event: &Event) -> Uptime {
        let seconds = i64::from(event.uptime) * 1_000;
        let wall = i64::try_from(event.id.millis()).unwrap_or(i64::MAX);
        let began = match self.began {
            Some((epoch, run, began))
                if (epoch, run) == (event.epoch, event.run) && (wall - began - seconds).abs() <= ROUNDING_MS =>
            {
                began
            }
            _ => wall.saturating_sub(seconds),
        };
        self.began = Some((event.epoch, event.run, began));
        Uptime(u64::try_from(wall.saturating_sub(began)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Head;
    use crate::event::{Body, Context, Draft};
    use crate::time::{Moment, UnixMillis, UtcOffset};

    /// Ratings so many milliseconds after the start, the wall clock set by `shift` from the third on.
    fn flagged(millis: &[u64], shift: i64) -> Vec<Reason> {
        flagged_while(false, millis, shift)
    }

    fn flagged_while(closed: bool, millis: &[u64], shift: i64) -> Vec<Reason> {
        let (mut head, mut watch) = (Head::enrol("tablet", 1), Watch::default());
        let mut reasons = Vec::new();
        for (n, at) in (0_u8..).zip(millis) {
            let now = 1_795_398_067_120 + i64::try_from(*at).unwrap() + if n > 1 { shift } else { 0 };
            let moment =
                Moment { now: UnixMillis(now), offset: UtcOffset(480), uptime: Uptime(61_000 + at), random: [n; 26] };
            let value = Rating::new(5).unwrap();
            let body =
                Body::RatingGiven { value, scale: Scale::Faces5, context: Context { closed, ..Context::default() } };
            let (event, next) = head.link(&Draft::new(&moment, body));
            head = next;
            reasons.extend(watch.given(&event, value, Scale::Faces5).iter().map(|flag| flag.reason));
        }
        reasons
    }

    #[test]
    fn somebody_who_hammers_is_doubted_by_what_is_in_the_journal() {
        let hammer: Vec<u64> = (0..6).map(|n| n * 700).collect();
        assert!(flagged(&hammer, 0).contains(&Reason::Streak), "{:?}", flagged(&hammer, 0));
        let queue: Vec<u64> = (0..40).map(|n| n * 7_000).collect();
        assert_eq!(flagged(&queue, 0), []);
    }

    #[test]
    fn whoever_rates_in_a_closed_place_is_doubted() {
        assert_eq!(flagged_while(true, &[0, 60_000], 0), [Reason::OutsideHours; 2]);
    }

    #[test]
    fn a_clock_that_was_set_changes_no_verdict_of_those_who_keep_their_distance() {
        let queue: Vec<u64> = (0..40).map(|n| n * 7_000).collect();
        for shift in [-3_600_000, -2_000, 2_000, 86_400_000] {
            assert_eq!(flagged(&queue, shift), [], "{shift}");
        }
    }
}
