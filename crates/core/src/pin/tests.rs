//! The rules of the PIN, and what the greediest guesser gets in a day.

use super::*;

const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;
const DAY: u64 = 24 * HOUR;
/// The bar that the door has to keep.
const GUESSES_A_DAY: usize = 60;
/// Where a guesser whom nothing stops is left alone.
const FAR_TOO_MANY: usize = 10_000;
/// Right PINs a day up to which it is kept.
const RIGHT_PINS_A_DAY: u64 = 18;

#[test]
fn takes_a_pin_that_is_not_among_the_first_guesses() {
    for good in ["471902", "482915", "314159", "271828", "190872", "1212123", "9047311"] {
        assert_eq!(check_new(good, good), Ok(()), "{good}");
    }
    for short in ["", "12345", "47190a", "四七一九零二", "4719024719024"] {
        assert_eq!(check_new(short, short), Err(PinFault::Digits), "{short}");
    }
    let in_steps = ["000000", "123456", "987654", "77777777", "147258", "123789", "13579753"];
    let in_blocks = ["121212", "123123", "4719047190", "168168168", "90909090909"];
    let in_pairs = ["112233", "114477", "55773399"];
    for guessable in in_steps.iter().chain(&in_blocks).chain(&in_pairs) {
        assert_eq!(check_new(guessable, guessable), Err(PinFault::Guessable), "{guessable}");
    }
    assert_eq!(check_new("471902", "471903"), Err(PinFault::Differs));
}

#[test]
fn refuses_few_enough_that_choosing_stays_easy() {
    let refused = (0..1_000_000).filter(|pin| is_guessable(format!("{pin:06}").as_bytes())).count();
    assert_eq!(refused, 4_530);
}

#[test]
fn the_wait_grows_and_is_bounded() {
    let waits: Vec<u64> = (0..10).map(|refusals| Tally { refusals, debt: 0 }.wait_ms() / SECOND).collect();
    assert_eq!(waits, [0, 0, 0, 2, 8, 32, 128, 512, 2_048, 5_400]);
    assert_eq!(Tally { refusals: u32::MAX, debt: u32::MAX }.wait_ms(), LONGEST_WAIT_MS);
}

#[test]
fn a_right_pin_ends_the_row() {
    let slipped = (0..5).fold(Tally::default(), |tally, _| tally.tried(0));
    assert_eq!(slipped, Tally { refusals: 5, debt: 5 });
    assert_eq!(slipped.tried(0).opened(), Tally { refusals: 0, debt: 4 });
    assert_eq!(slipped.tried(0).opened().wait_ms(), 0);
}

#[test]
fn a_manager_who_slips_once_at_every_visit_never_meets_the_long_wait() {
    let visit = |tally: Tally| tally.tried(0).tried(0).opened();
    let after_a_year = (0..365).fold(Tally::default(), |tally, _| visit(tally));
    assert_eq!(after_a_year, Tally::default());
}

#[test]
fn a_wait_begins_when_a_page_first_sees_the_mark() {
    let tally = Tally { refusals: 5, debt: 5 };
    let mut watch = Watch::default();
    assert_eq!(watch.left_ms(tally, Uptime(99 * SECOND)), 32 * SECOND, "nothing seen yet");
    watch.see("one", Uptime(100 * SECOND));
    watch.see("one", Uptime(120 * SECOND));
    assert_eq!(watch.left_ms(tally, Uptime(120 * SECOND)), 12 * SECOND);
    assert_eq!(watch.left_ms(tally, Uptime(132 * SECOND)), 0);
    watch.see("two", Uptime(132 * SECOND));
    assert_eq!(watch.left_ms(tally, Uptime(132 * SECOND)), 32 * SECOND);
}

#[test]
fn what_cannot_be_counted_waits_longest_and_in_one_tab_only() {
    let mut watch = Watch::default();
    assert_eq!(watch.uncounted_left_ms(Uptime(DAY)), None);
    watch.stand_alone(Uptime(HOUR));
    assert_eq!(watch.uncounted_left_ms(Uptime(HOUR)), Some(LONGEST_WAIT_MS));
    let now = Uptime(HOUR + LONGEST_WAIT_MS);
    assert_eq!(watch.uncounted_left_ms(now), Some(0));
    watch.try_uncounted(now);
    assert_eq!(watch.uncounted_left_ms(now), Some(LONGEST_WAIT_MS));
    watch.open_uncounted();
    assert_eq!(watch.uncounted_left_ms(now), Some(0));
}

/// A tablet in the hands of somebody who does nothing but guess, with as many tabs as they like.
struct Tablet {
    tally: Tally,
    tries: u64,
    tabs: Vec<Tab>,
    guesses: Vec<u64>,
}

struct Tab {
    started: u64,
    watch: Watch,
}

impl Tab {
    fn start(now: u64) -> Self {
        Self { started: now, watch: Watch::default() }
    }
}

impl Tablet {
    fn new(tabs: usize) -> Self {
        let mut tablet = Self { tally: Tally::default(), tries: 0, tabs: Vec::new(), guesses: Vec::new() };
        tablet.tabs.resize_with(tabs, || Tab::start(0));
        tablet.tabs[0].watch.stand_alone(Uptime(0));
        tablet
    }

    /// The lock goes to another tab when the one that holds it ends, as Web Locks have it.
    fn reload(&mut self, tab: usize, now: u64) {
        let was_alone = self.tabs[tab].watch.alone_since.is_some();
        self.tabs[tab] = Tab::start(now);
        if was_alone {
            let next = (tab + 1) % self.tabs.len();
            let heir = &mut self.tabs[next];
            heir.watch.stand_alone(Uptime(now - heir.started));
        }
    }

    /// A counted try in the first tab that may make one; says whether any might.
    fn try_counted(&mut self, now: u64, settle: impl FnOnce(Tally) -> Tally) -> bool {
        let mark = self.tries.to_string();
        let tally = self.tally;
        let ready = self.tabs.iter_mut().find_map(|tab| {
            let uptime = Uptime(now - tab.started);
            tab.watch.see(&mark, uptime);
            (tab.watch.left_ms(tally, uptime) == 0).then(|| tab.watch.untouched_ms(uptime))
        });
        let Some(untouched_ms) = ready else { return false };
        self.tally = settle(tally.tried(untouched_ms));
        self.tries += 1;
        true
    }

    /// An uncounted try wherever one is possible.
    fn try_uncounted(&mut self, now: u64) -> bool {
        self.tabs.iter_mut().any(|tab| {
            let uptime = Uptime(now - tab.started);
            let is_free = tab.watch.uncounted_left_ms(uptime) == Some(0);
            if is_free {
                tab.watch.try_uncounted(uptime);
            }
            is_free
        })
    }

    /// The most guesses in any 24 hours.
    fn worst_day(&self) -> usize {
        let of_the_day = |first: usize| {
            let end = self.guesses[first] + DAY;
            self.guesses[first..].iter().filter(|guess| **guess <= end).count()
        };
        (0..self.guesses.len()).map(of_the_day).max().unwrap_or_default()
    }
}

/// What the guesser has in hand besides time.
#[derive(Clone, Copy, Debug)]
struct Path {
    tabs: usize,
    /// Whether the disk can be filled and emptied at will, within the same second.
    has_the_disk: bool,
    /// How often a manager comes and enters the right PIN.
    right_pins_a_day: u64,
    /// Reloads one tab after the other this often; 0 for never.
    reload_every_s: u64,
}

/// Two days of guessing as soon as the rules allow, looked at each second.
fn guess(path: Path) -> Tablet {
    let mut tablet = Tablet::new(path.tabs);
    let mut right_pins_due = 0;
    for now in (0..2 * DAY).step_by(SECOND as usize) {
        if path.reload_every_s > 0 && now > 0 && now % (path.reload_every_s * SECOND) == 0 {
            let turn = (now / (path.reload_every_s * SECOND)) as usize;
            tablet.reload(turn % path.tabs, now);
        }
        if path.right_pins_a_day > 0 && now % (DAY / path.right_pins_a_day) == 0 {
            right_pins_due += 1;
        }
        // The manager comes first: that leaves the guesser most.
        while right_pins_due > 0 && tablet.try_counted(now, Tally::opened) {
            right_pins_due -= 1;
        }
        while tablet.guesses.len() < FAR_TOO_MANY && tablet.try_counted(now, |tally| tally) {
            tablet.guesses.push(now);
        }
        while path.has_the_disk && tablet.try_uncounted(now) {
            tablet.guesses.push(now);
        }
    }
    tablet
}

fn check(path: Path) {
    let worst_day = guess(path).worst_day();
    assert!(worst_day <= GUESSES_A_DAY, "{path:?}: {worst_day} guesses in a day");
    assert!(worst_day > 0, "{path:?}: nobody could enter a PIN at all");
}

#[test]
fn nobody_guesses_more_than_sixty_times_a_day_by_any_path() {
    for tabs in [1, 2, 7] {
        for right_pins_a_day in [0, 1, RIGHT_PINS_A_DAY] {
            for reload_every_s in [0, 7, 600, 6_000] {
                check(Path { tabs, has_the_disk: true, right_pins_a_day, reload_every_s });
            }
        }
    }
}

#[test]
fn a_lonely_guesser_gets_two_dozen() {
    let path = Path { tabs: 5, has_the_disk: false, right_pins_a_day: 0, reload_every_s: 0 };
    assert_eq!(guess(path).worst_day(), 24);
    assert_eq!(guess(Path { right_pins_a_day: RIGHT_PINS_A_DAY, ..path }).worst_day(), 41);
}

#[test]
fn more_tabs_and_reloads_win_nothing() {
    let path = Path { tabs: 1, has_the_disk: false, right_pins_a_day: 0, reload_every_s: 0 };
    let alone = guess(path).worst_day();
    assert_eq!(guess(Path { tabs: 20, ..path }).worst_day(), alone);
    assert!(guess(Path { tabs: 20, reload_every_s: 60, ..path }).worst_day() <= alone);
}
