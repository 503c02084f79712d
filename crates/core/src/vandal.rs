//! The vandal filter: which ratings of one tablet were hardly given by customers, told by their rhythm alone.
//!
//! It sees no face, deletes nothing and hides nothing: it gives flags with a reason and its figures, and a manager can
//! take them back. Every level is doubted alike. Its one invariant: while the place is open, a rating that keeps
//! [`CUSTOMER_MS`] from those before and after it, and [`STEP_UP_MS`] from the thanks between them, is flagged only for a
//! follow-up that was left faster than anybody reads.

use serde::{Deserialize, Serialize};

use crate::time::Uptime;

/// From tap to tap, one customer has to give way, the next to step up, look and choose. A kiosk at an exit sees one every
/// 6 to 8 seconds at rush hour, and that has to be possible for hours on end.
pub const CUSTOMER_MS: u64 = 6_000;
/// From one customer's thanks to the next one's tap. It is less than [`CUSTOMER_MS`] because the follow-up lies before.
/// A maker of such terminals suggests to leave out presses within 5 seconds of another: here, doubt only begins.
pub const STEP_UP_MS: u64 = 4_500;
/// Ratings kept in mind. The longest pattern is complete with seven; beyond sixteen its figures tell nothing new.
pub const HISTORY: usize = 16;

/// A family of four and the customers before and after it come to six, but not at such a pace.
const BURST_COUNT: usize = 6;
/// Five pauses of 2.5 seconds: a companion who stands there already may be as quick, five of them in a row are not.
const BURST_PAUSES_MS: u64 = 12_500;

/// Up, down, up, down. With one rating less, children who disagree with their parents would be enough.
const ALTERNATION_COUNT: usize = 5;
/// Four pauses of 2.5 seconds, as in a burst.
const ALTERNATION_PAUSES_MS: u64 = 10_000;

/// The same for every level: to doubt bad ratings sooner than good ones would flatter the house. Where nine in ten are
/// content, equal ratings in a row are no news, and it is the pace that tells.
const STREAK_COUNT: usize = 5;
/// Four pauses of 2.5 seconds, as in a burst.
const STREAK_PAUSES_MS: u64 = 10_000;
/// Two more of one level, and the pace may be slower.
const LONG_STREAK_COUNT: usize = 7;
/// Six pauses of 3.3 seconds: a queue does not keep that up, a person who pushes a button does.
const LONG_STREAK_PAUSES_MS: u64 = 20_000;

/// A follow-up passed over before it can have been read. Many a customer does so: by itself it is no flag.
const HURRY_MS: u64 = 2_000;
/// Even if one customer in five were so quick, four in a row would be one time in 600, and they have to be of one mind
/// and to come within seconds of each other. It is more evidence than a pace alone, so fewer are enough.
const HURRIED_STREAK_COUNT: usize = 4;
/// Who waits until the thanks go away by themselves (6 seconds in the templates) and then pushes again is back by then.
const HURRIED_STREAK_GAP_MS: u64 = 15_000;

/// The page has to be seen, its heading read and a first word found: quick readers need more than a second for it.
const READING_MS: u64 = 1_000;
/// A finger goes from one thing to the next in no less, even if the eye knows the way.
const THING_MS: u64 = 350;

/// After the thanks, a companion whose hand is ready taps them away and then a level: reacting and reaching twice take
/// about a second. Below it, it was the same finger.
const PAUSE_MS: u64 = 900;

/// Why a rating is flagged. Everything that reports or reads a flag takes its name from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// `count` ratings within `millis`: more than customers can have been there.
    Burst,
    /// `count` ratings from one end of the scale to the other and back within `millis`.
    Alternation,
    /// `count` ratings of one level within `millis`.
    Streak,
    /// `count` ratings in a row while the place was closed, within `millis`.
    OutsideHours,
    /// `count` things chosen in the follow-up and sent, `millis` after the first tap.
    HastyAnswer,
    /// The second of `count` ratings, always 2, came `millis` after the thanks for the first.
    NoPause,
    /// An appeal against it was upheld ([`crate::cases`]): a person says so, by no figures. The rules here never do.
    Appeal,
}

impl Reason {
    /// All there are.
    pub const ALL: [Self; 7] = [
        Self::Burst,
        Self::Alternation,
        Self::Streak,
        Self::OutsideHours,
        Self::HastyAnswer,
        Self::NoPause,
        Self::Appeal,
    ];

    /// The name in the event `flag.raised`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Burst => "burst",
            Self::Alternation => "alternation",
            Self::Streak => "streak",
            Self::OutsideHours => "outside-hours",
            Self::HastyAnswer => "hasty-answer",
            Self::NoPause => "no-pause",
            Self::Appeal => "appeal",
        }
    }

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

/// What a flag rests on. Its [`Reason`] says what the numbers count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How many, when the flag was raised; of ratings never more than [`HISTORY`].
    pub count: u32,
    /// In how many milliseconds.
    pub millis: u32,
}

/// A rating that was hardly given by a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag<T> {
    /// The response.
    pub response: T,
    /// Why.
    pub reason: Reason,
    /// What it rests on.
    pub figures: Figures,
}

/// A rating, as of the first tap.
#[derive(Clone, Debug)]
pub struct Observed<T> {
    /// The response's name.
    pub response: T,
    /// The level tapped.
    pub level: u8,
    /// The lowest level of the scale: 0 where it goes from 0 to 10, else 1.
    pub worst_level: u8,
    /// The highest level of the scale.
    pub best_level: u8,
    /// How often the tablet had been started: the uptime counts anew with each start.
    pub run: u32,
    /// When. Whole seconds, as in the journal, are too coarse for [`Reason::NoPause`] and [`Reason::HastyAnswer`].
    pub uptime: Uptime,
    /// Whether customers may be there. Somebody served in the last minute rates after it, so this turns false a quarter of
    /// an hour or so after closing.
    pub is_open: bool,
}

/// How a customer's own hand left the follow-up: sent or passed over. One that timed out is not reported.
#[derive(Clone, Copy, Debug)]
pub struct Finished {
    /// When.
    pub uptime: Uptime,
    /// The level as it stands now: the customer may have corrected it.
    pub level: u8,
    /// How many things were chosen and sent; 0 if it was passed over.
    pub things: u32,
}

/// What is remembered of the last ratings of one tablet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Filter<T> {
    /// The oldest first, at most [`HISTORY`], all of one run. So few are moved up faster than a ring is explained.
    seen: Vec<Seen<T>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Seen<T> {
    response: T,
    facts: Facts,
    /// A bit for each reason that was given.
    flagged: u8,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Facts {
    level: u8,
    /// From the lowest level of the scale to the highest.
    span: u8,
    run: u32,
    is_open: bool,
    rated: Uptime,
    /// When the thanks came: at the tap, unless a follow-up was left by hand.
    thanked: Uptime,
    is_hurried: bool,
}

impl Facts {
    /// Whether more than half the scale lies between the two: two such swings fit into it only as one up and one down.
    fn swings_from(&self, before: &Self) -> bool {
        2 * u16::from(self.level.abs_diff(before.level)) > u16::from(self.span)
    }
}

/// Ratings in a row that are suspicious together.
struct Pattern {
    reason: Reason,
    /// How many make it.
    count: usize,
    /// Each comes less than this after the one before,
    gap_ms: u64,
    /// and less than this after its thanks;
    pause_ms: u64,
    /// and all these pauses together are no longer than this.
    pauses_ms: u64,
    /// Whether a rating goes on with what the one before began.
    links: fn(before: &Facts, after: &Facts) -> bool,
}

const PATTERNS: [Pattern; 5] = [
    Pattern {
        reason: Reason::Burst,
        count: BURST_COUNT,
        gap_ms: CUSTOMER_MS,
        pause_ms: STEP_UP_MS,
        pauses_ms: BURST_PAUSES_MS,
        links: |_, _| true,
    },
    Pattern {
        reason: Reason::Alternation,
        count: ALTERNATION_COUNT,
        gap_ms: CUSTOMER_MS,
        pause_ms: STEP_UP_MS,
        pauses_ms: ALTERNATION_PAUSES_MS,
        links: |before, after| after.swings_from(before),
    },
    Pattern {
        reason: Reason::Streak,
        count: STREAK_COUNT,
        gap_ms: CUSTOMER_MS,
        pause_ms: STEP_UP_MS,
        pauses_ms: STREAK_PAUSES_MS,
        links: |before, after| after.level == before.level,
    },
    Pattern {
        reason: Reason::Streak,
        count: LONG_STREAK_COUNT,
        gap_ms: CUSTOMER_MS,
        pause_ms: STEP_UP_MS,
        pauses_ms: LONG_STREAK_PAUSES_MS,
        links: |before, after| after.level == before.level,
    },
    Pattern {
        reason: Reason::Streak,
        count: HURRIED_STREAK_COUNT,
        gap_ms: HURRIED_STREAK_GAP_MS,
        pause_ms: HURRIED_STREAK_GAP_MS,
        pauses_ms: u64::MAX,
        links: |before, after| after.level == before.level && before.is_hurried && after.is_hurried,
    },
];

/// One rating is enough, however long after the one before. It is looked for only when a rating came while closed.
const CLOSED: Pattern = Pattern {
    reason: Reason::OutsideHours,
    count: 1,
    gap_ms: u64::MAX,
    pause_ms: u64::MAX,
    pauses_ms: u64::MAX,
    links: |before, _| !before.is_open,
};

impl<T: Clone + PartialEq> Filter<T> {
    /// A filter that has seen nothing yet.
    pub fn new() -> Self {
        Self { seen: Vec::new() }
    }

    /// Takes the next rating. The flags are for it, and for those before it that now turn out to belong to a pattern;
    /// none is given twice for one reason.
    pub fn observe(&mut self, rating: Observed<T>) -> Vec<Flag<T>> {
        let before = self.seen.last().map(|last| last.facts);
        let before = before.filter(|before| before.run == rating.run && before.rated <= rating.uptime);
        if before.is_none() {
            self.seen.clear();
        } else if self.seen.len() == HISTORY {
            self.seen.remove(0);
        }
        let facts = Facts {
            level: rating.level,
            span: rating.best_level.saturating_sub(rating.worst_level),
            run: rating.run,
            is_open: rating.is_open,
            rated: rating.uptime,
            thanked: rating.uptime,
            is_hurried: false,
        };
        self.seen.push(Seen { response: rating.response, facts, flagged: 0 });
        let mut flags = self.judge();
        if !facts.is_open {
            self.complete(&CLOSED, &mut flags);
        }
        if let Some(pause_ms) = before.map(|before| pause_ms(&before, &facts)).filter(|pause_ms| *pause_ms < PAUSE_MS) {
            self.raise(self.seen.len() - 1, Reason::NoPause, 2, pause_ms, &mut flags);
        }
        flags
    }

    /// Takes how the follow-up of the last rating ended; for any other it is too late.
    pub fn finish(&mut self, response: &T, finished: Finished) -> Vec<Flag<T>> {
        let Some(last) = self.seen.last_mut().filter(|last| last.response == *response) else { return Vec::new() };
        let Some(taken_ms) = finished.uptime.0.checked_sub(last.facts.rated.0) else { return Vec::new() };
        last.facts.level = finished.level;
        last.facts.thanked = finished.uptime;
        last.facts.is_hurried = finished.things == 0 && taken_ms < HURRY_MS;
        let mut flags = self.judge();
        if finished.things > 0 && taken_ms < READING_MS + THING_MS * u64::from(finished.things) {
            self.raise(self.seen.len() - 1, Reason::HastyAnswer, finished.things, taken_ms, &mut flags);
        }
        flags
    }

    fn judge(&mut self) -> Vec<Flag<T>> {
        let mut flags = Vec::new();
        for pattern in &PATTERNS {
            self.complete(pattern, &mut flags);
        }
        flags
    }

    /// Flags the ratings of a pattern, back to its begin, if the last rating completes it or goes on with it.
    fn complete(&mut self, pattern: &Pattern, flags: &mut Vec<Flag<T>>) {
        let mut rest = self.seen.iter().rev().map(|seen| seen.facts);
        let Some(last) = rest.next() else { return };
        let (mut first, mut count, mut pauses_ms) = (last, 1, 0);
        for before in rest {
            let pause_ms = pause_ms(&before, &first);
            pauses_ms += pause_ms;
            let is_soon = first.rated.0 - before.rated.0 < pattern.gap_ms && pause_ms < pattern.pause_ms;
            if !is_soon || pauses_ms > pattern.pauses_ms || !(pattern.links)(&before, &first) {
                break;
            }
            first = before;
            count += 1;
        }
        if count >= pattern.count {
            for at in self.seen.len() - count..self.seen.len() {
                self.raise(at, pattern.reason, count as u32, last.rated.0 - first.rated.0, flags);
            }
        }
    }

    fn raise(&mut self, at: usize, reason: Reason, count: u32, millis: u64, flags: &mut Vec<Flag<T>>) {
        let bit = 1 << reason as u8;
        if let Some(seen) = self.seen.get_mut(at).filter(|seen| seen.flagged & bit == 0) {
            seen.flagged |= bit;
            let figures = Figures { count, millis: u32::try_from(millis).unwrap_or(u32::MAX) };
            flags.push(Flag { response: seen.response.clone(), reason, figures });
        }
    }
}

impl<T: Clone + PartialEq> Default for Filter<T> {
    fn default() -> Self {
        Self::new()
    }
}

fn pause_ms(before: &Facts, after: &Facts) -> u64 {
    after.rated.0.saturating_sub(before.thanked.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A tablet with five levels, and what its filter said: responses are counted from 0.
    struct Tablet {
        filter: Filter<usize>,
        given: usize,
        at_ms: u64,
        run: u32,
        is_open: bool,
        scale: (u8, u8),
        level: u8,
        flags: Vec<Flag<usize>>,
    }

    impl Tablet {
        fn stands() -> Self {
            let (filter, flags) = (Filter::new(), Vec::new());
            Self { filter, given: 0, at_ms: 50_000, run: 1, is_open: true, scale: (1, 5), level: 0, flags }
        }

        fn rated(&mut self, after_ms: u64, level: u8) -> &mut Self {
            self.at_ms += after_ms;
            self.level = level;
            let (worst_level, best_level) = self.scale;
            let flags = self.filter.observe(Observed {
                response: self.given,
                level,
                worst_level,
                best_level,
                run: self.run,
                uptime: Uptime(self.at_ms),
                is_open: self.is_open,
            });
            self.flags.extend(flags);
            self.given += 1;
            self
        }

        fn left(&mut self, after_ms: u64, things: u32) -> &mut Self {
            self.at_ms += after_ms;
            let finished = Finished { uptime: Uptime(self.at_ms), level: self.level, things };
            self.flags.extend(self.filter.finish(&(self.given - 1), finished));
            self
        }

        /// Ratings on a kiosk without follow-up, each so long after the one before.
        fn rates(levels: &[u8], every_ms: u64) -> Self {
            let mut tablet = Self::stands();
            for level in levels {
                tablet.rated(every_ms, *level);
            }
            tablet
        }

        /// Who is flagged for that.
        fn flagged(&self, reason: Reason) -> Vec<usize> {
            self.flags.iter().filter(|flag| flag.reason == reason).map(|flag| flag.response).collect()
        }
    }

    #[test]
    fn six_ratings_in_the_time_of_three_are_a_burst_back_to_its_begin() {
        let mut tablet = Tablet::rates(&[2, 3, 2, 4, 2], 2_000);
        assert_eq!(tablet.flags, []);
        tablet.rated(2_000, 3);
        assert_eq!(tablet.flagged(Reason::Burst), [0, 1, 2, 3, 4, 5]);
        assert!(tablet.flags.iter().all(|flag| flag.figures == Figures { count: 6, millis: 10_000 }));
        tablet.rated(2_000, 3);
        assert_eq!(tablet.flagged(Reason::Burst), [0, 1, 2, 3, 4, 5, 6], "each once");
    }

    #[test]
    fn a_pattern_takes_in_nobody_before_or_after_it() {
        let mut tablet = Tablet::rates(&[4, 5], STEP_UP_MS);
        for gap_ms in [STEP_UP_MS, 1_500, 1_500, 1_500, 1_500, 1_500, 1_500, STEP_UP_MS] {
            tablet.rated(gap_ms, if gap_ms == STEP_UP_MS { 4 } else { 3 });
        }
        assert_eq!(tablet.flagged(Reason::Burst), [2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn a_family_of_five_is_no_burst() {
        assert_eq!(Tablet::rates(&[4, 4, 3, 5, 4], 1_500).flags, []);
    }

    #[test]
    fn a_class_that_answers_in_a_queue_is_no_burst() {
        let mut tablet = Tablet::stands();
        for _ in 0..30 {
            tablet.rated(1_500, 5).left(CUSTOMER_MS - 1_500, 2);
        }
        assert_eq!(tablet.flags, []);
    }

    #[test]
    fn the_same_hand_is_known_by_its_pauses_behind_a_follow_up_too() {
        let mut tablet = Tablet::stands();
        for level in [1, 3, 2, 3, 1, 2] {
            tablet.rated(1_500, level).left(3_000, 0);
        }
        assert_eq!(tablet.flagged(Reason::Burst), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn up_and_down_between_the_ends_is_an_alternation_on_every_scale() {
        for (scale, levels, is_flagged) in [
            ((1, 2), [1, 2, 1, 2, 1], true),
            ((1, 3), [3, 1, 3, 1, 3], true),
            ((1, 3), [3, 2, 3, 2, 3], false),
            ((1, 4), [4, 1, 4, 2, 4], true),
            ((1, 5), [1, 5, 2, 5, 1], true),
            ((1, 5), [3, 5, 3, 5, 3], false),
            ((1, 5), [1, 5, 5, 1, 5], false),
            ((1, 7), [1, 7, 2, 6, 1], true),
            ((0, 10), [0, 10, 2, 9, 3], true),
            ((0, 10), [0, 5, 10, 5, 0], false),
        ] {
            let mut tablet = Tablet { scale, ..Tablet::stands() };
            for level in levels {
                tablet.rated(2_500, level);
            }
            let expected = if is_flagged { vec![0, 1, 2, 3, 4] } else { vec![] };
            assert_eq!(tablet.flagged(Reason::Alternation), expected, "{scale:?} {levels:?}");
        }
    }

    #[test]
    fn good_and_bad_buttons_are_doubted_alike() {
        for level in 1..=5 {
            assert_eq!(Tablet::rates(&[level; 4], 2_500).flags, []);
            assert_eq!(Tablet::rates(&[level; 5], 2_500).flagged(Reason::Streak), [0, 1, 2, 3, 4]);
        }
    }

    #[test]
    fn a_longer_streak_may_be_slower() {
        assert_eq!(Tablet::rates(&[5; 6], 3_300).flags, []);
        assert_eq!(Tablet::rates(&[5; 7], 3_300).flagged(Reason::Streak), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(Tablet::rates(&[5; 30], 3_400).flags, []);
    }

    #[test]
    fn four_follow_ups_passed_over_in_a_hurry_make_a_slow_streak() {
        for (stays_ms, things, is_flagged) in [(1_000, 0, true), (1_999, 0, true), (2_000, 0, false), (1_900, 1, false)]
        {
            let mut tablet = Tablet::stands();
            for _ in 0..4 {
                tablet.rated(8_000, 5).left(stays_ms, things);
            }
            let expected = if is_flagged { vec![0, 1, 2, 3] } else { vec![] };
            assert_eq!(tablet.flagged(Reason::Streak), expected, "{stays_ms} {things}");
        }
    }

    #[test]
    fn a_level_counts_as_it_was_corrected() {
        let mut tablet = Tablet::stands();
        for tapped in [5, 4, 3, 2] {
            tablet.rated(8_000, tapped).level = 5;
            tablet.left(1_500, 0);
        }
        assert_eq!(tablet.flagged(Reason::Streak), [0, 1, 2, 3]);
    }

    #[test]
    fn every_rating_outside_the_hours_is_flagged_at_once() {
        let mut tablet = Tablet::rates(&[5], 0);
        tablet.is_open = false;
        tablet.rated(3_600_000, 5).rated(60_000, 4);
        tablet.is_open = true;
        tablet.rated(36_000_000, 4);
        assert_eq!(tablet.flagged(Reason::OutsideHours), [1, 2]);
        let figures: Vec<Figures> = tablet.flags.iter().map(|flag| flag.figures).collect();
        assert_eq!(figures, [Figures { count: 1, millis: 0 }, Figures { count: 2, millis: 60_000 }]);
    }

    #[test]
    fn an_answer_is_hasty_if_nobody_could_read_what_was_tapped() {
        for (things, taken_ms, is_flagged) in [
            (0, 200, false),
            (1, 1_349, true),
            (1, 1_350, false),
            (3, 2_049, true),
            (3, 2_050, false),
            (8, 3_799, true),
            (8, 3_800, false),
        ] {
            let mut tablet = Tablet::stands();
            tablet.rated(60_000, 2).left(taken_ms, things);
            let figures = Figures { count: things, millis: taken_ms as u32 };
            let flag = Flag { response: 0, reason: Reason::HastyAnswer, figures };
            assert_eq!(tablet.flags, if is_flagged { vec![flag] } else { vec![] }, "{things} {taken_ms}");
        }
    }

    #[test]
    fn a_rating_right_after_the_thanks_is_doubted_and_the_one_before_is_not() {
        let mut tablet = Tablet::stands();
        tablet.rated(0, 4).left(9_000, 1).rated(PAUSE_MS - 1, 4);
        let figures = Figures { count: 2, millis: 899 };
        assert_eq!(tablet.flags, [Flag { response: 1, reason: Reason::NoPause, figures }]);
        tablet.left(9_000, 1).rated(PAUSE_MS, 4);
        assert_eq!(tablet.flags.len(), 1);
    }

    #[test]
    fn a_restart_ends_any_pattern() {
        let mut restarted = Tablet::rates(&[5; 4], 1_000);
        restarted.run = 2;
        restarted.rated(100, 5);
        let mut set_back = Tablet::rates(&[5; 4], 1_000);
        set_back.at_ms = 0;
        set_back.rated(100, 5);
        assert_eq!((restarted.flags, set_back.flags), (vec![], vec![]));
    }

    #[test]
    fn how_another_response_ended_is_of_no_interest() {
        let mut tablet = Tablet::rates(&[4, 4], 20_000);
        let finished = Finished { uptime: Uptime(tablet.at_ms + 10), level: 4, things: 5 };
        assert_eq!(tablet.filter.finish(&0, finished), []);
        assert_eq!(tablet.filter.finish(&1, Finished { uptime: Uptime(0), ..finished }), []);
        assert_eq!(Filter::new().finish(&1, finished), []);
    }

    #[test]
    fn a_reason_has_one_name_everywhere() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
        assert_eq!(Reason::parse("Burst"), None);
    }

    proptest! {
        #[test]
        fn ratings_twenty_seconds_apart_are_never_flagged(
            ratings in prop::collection::vec((20_000_u64..200_000, 1_u8..=5, 4_000_u64..18_000, 0_u32..=6), 1..80),
        ) {
            let mut tablet = Tablet::stands();
            for (gap_ms, level, taken_ms, things) in ratings {
                let from_ms = tablet.at_ms;
                tablet.rated(gap_ms, level).left(taken_ms, things);
                tablet.at_ms = from_ms + gap_ms;
            }
            prop_assert_eq!(tablet.flags, []);
        }

        #[test]
        fn an_exit_at_rush_hour_is_never_flagged(
            ratings in prop::collection::vec((CUSTOMER_MS..8_000, 1_u8..=5), 1..300),
            is_of_one_mind in any::<bool>(),
        ) {
            let mut tablet = Tablet::stands();
            for (gap_ms, level) in ratings {
                tablet.rated(gap_ms, if is_of_one_mind { 5 } else { level });
            }
            prop_assert_eq!(tablet.flags, []);
        }

        #[test]
        fn each_rating_is_flagged_once_for_a_reason_and_memory_does_not_grow(
            ratings in prop::collection::vec((0_u64..5_000, 1_u8..=5, 0_u64..4_000, 0_u32..4), 1..200),
        ) {
            let mut tablet = Tablet::stands();
            for (gap_ms, level, taken_ms, things) in ratings {
                tablet.rated(gap_ms, level).left(taken_ms, things);
                prop_assert!(tablet.filter.seen.len() <= HISTORY);
            }
            let mut names: Vec<_> = tablet.flags.iter().map(|flag| (flag.response, flag.reason.as_str())).collect();
            let count = names.len();
            names.sort();
            names.dedup();
            prop_assert_eq!(names.len(), count);
        }

        #[test]
        fn a_wild_clock_and_wild_levels_do_no_harm(
            ratings in prop::collection::vec(any::<(u64, u8, u8, u8, u64, u32, bool)>(), 1..40),
        ) {
            let mut filter = Filter::new();
            for (uptime, level, worst_level, best_level, left, things, is_open) in ratings {
                let uptime = Uptime(uptime);
                filter.observe(Observed { response: 0, level, worst_level, best_level, run: 1, uptime, is_open });
                filter.finish(&0, Finished { uptime: Uptime(left), level, things });
            }
        }
    }
}
