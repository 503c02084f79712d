//! How the tablet is: what its storage has room for, what has been found out about the journal, what still has to be
//! acknowledged. It measures nothing itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::Event;
use crate::journal::Place;
use crate::time::local_day;

/// The named record with the place of the newest finding that a person has acknowledged.
pub const ACKNOWLEDGED_RECORD: &str = "findings-seen";
/// The named record in which the second place says how it stands.
pub const SECOND_RECORD: &str = "second";
/// Whole days that the pace is taken from: a week has quiet days in it.
const PACE_DAYS: usize = 7;
/// Fewer whole days say nothing about a week.
const MIN_DAYS: usize = 2;
/// With fewer events most of what is used is the database itself, and an event would look far too large.
const MIN_EVENTS: u64 = 500;
/// Beyond this a number of days only pretends to know: ten years.
const MAX_DAYS: u64 = 3_650;
/// With less than this the manager is told to do something: a fortnight, in which somebody comes by.
const SHORT_DAYS: u64 = 14;

/// Something that the tablet found out about itself: an event `health.reported`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where its event stands.
    pub place: Place,
    /// When it was found: RFC 3339 with the tablet's offset.
    pub time: String,
    /// What, as the event names it.
    pub name: String,
    /// What; `None` for something that only a later version knows.
    pub kind: Option<FindingKind>,
    /// The place that it is about: how far the journal had come.
    pub about: Place,
    /// How much: see [`FindingKind`].
    pub count: u64,
}

/// What was found. Everything that reports or reads a finding takes its name from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// The journal was gone; `epoch` and `seq` say how far it had come, `seq` 0 where nobody knows.
    StoreWiped,
    /// Its end was gone; `epoch` and `seq` as above.
    StoreCut,
    /// The database could not be used: the second place's `count` events were sent without it.
    StoreUnusable,
    /// `count` events that wait were damaged in the database and put right from the second place.
    StoreRepaired,
    /// `count` events are damaged in the database, or gone from it; `epoch` and `seq` name the first. Where that was not
    /// found out before, they were delivered.
    StoreDamaged,
    /// The second place gave `count` events back.
    Recovered,
    /// The second place was gone, and `count` events were copied into it anew.
    SecondPlaceLost,
    /// `count` bytes of the second place are no whole events.
    SecondPlaceDamaged,
    /// The tablet's clock is `count` seconds ahead of the receiver's.
    ClockFast,
    /// It is `count` seconds behind.
    ClockSlow,
    /// It agrees again, but for `count` seconds.
    ClockRight,
    /// It was off by `count` seconds: what the first versions reported.
    ClockOff,
    /// The sealing key could not be used: the words of `count` comments were not kept.
    SealingDamaged,
    /// A release did not start and the one before went back into service. `count` is the number that the first
    /// [`RELEASE_DIGITS`] hexadecimal digits of its name make.
    ReleaseFailed,
    /// What was recorded does not follow what the receiver has, in `count` places; `epoch` and `seq` name the first.
    ChainBroken,
    /// `count` events stand in the database otherwise than they were recorded, each with a hash that fits it: somebody has
    /// rewritten them. Those that wait were put right from the second place.
    StoreRewritten,
}

/// Digits of a release's name that fit into a number of JSON.
pub const RELEASE_DIGITS: usize = 12;

impl FindingKind {
    /// All there are.
    pub const ALL: [Self; 16] = [
        Self::StoreWiped,
        Self::StoreCut,
        Self::StoreUnusable,
        Self::StoreRepaired,
        Self::StoreDamaged,
        Self::Recovered,
        Self::SecondPlaceLost,
        Self::SecondPlaceDamaged,
        Self::ClockFast,
        Self::ClockSlow,
        Self::ClockRight,
        Self::ClockOff,
        Self::SealingDamaged,
        Self::ReleaseFailed,
        Self::ChainBroken,
        Self::StoreRewritten,
    ];

    /// The name in the event `health.reported`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StoreWiped => "store-wiped",
            Self::StoreCut => "store-cut",
            Self::StoreUnusable => "store-unusable",
            Self::StoreRepaired => "store-repaired",
            Self::StoreDamaged => "store-damaged",
            Self::Recovered => "recovered",
            Self::SecondPlaceLost => "second-place-lost",
            Self::SecondPlaceDamaged => "second-place-damaged",
            Self::ClockFast => "clock-fast",
            Self::ClockSlow => "clock-slow",
            Self::ClockRight => "clock-right",
            Self::ClockOff => "clock-off",
            Self::SealingDamaged => "sealing-damaged",
            Self::ReleaseFailed => "release-failed",
            Self::ChainBroken => "chain-broken",
            Self::StoreRewritten => "store-rewritten",
        }
    }

    /// The finding of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether something that a customer gave may be gone: nobody may overlook that.
    pub fn is_loss(self) -> bool {
        matches!(self, Self::StoreWiped | Self::StoreCut | Self::SealingDamaged)
    }
}

/// A release's name as the `count` of a [`FindingKind::ReleaseFailed`]; `None` unless it is `release-` and hexadecimal
/// digits.
pub fn release_number(name: &str) -> Option<u64> {
    u64::from_str_radix(name.strip_prefix("release-")?.get(..RELEASE_DIGITS)?, 16).ok()
}

/// The beginning of the release's name that [`release_number`] made the number of.
pub fn release_name(number: u64) -> String {
    format!("release-{number:0width$x}", width = RELEASE_DIGITS)
}

impl Finding {
    /// Whether something that a customer gave may be gone.
    pub fn is_loss(&self) -> bool {
        self.kind.is_some_and(FindingKind::is_loss)
    }

    fn of(event: &Event) -> Option<Self> {
        if event.kind != "health.reported" {
            return None;
        }
        let number = |name: &str| event.data.get(name).and_then(Value::as_u64).unwrap_or_default();
        let name = event.data.get("finding")?.as_str()?;
        Some(Self {
            place: Place { epoch: event.epoch, seq: event.seq },
            time: event.time.clone(),
            name: name.to_owned(),
            kind: FindingKind::parse(name),
            about: Place { epoch: u32::try_from(number("epoch")).unwrap_or_default(), seq: number("seq") },
            count: number("count"),
        })
    }
}

/// What the journal says of the tablet's health. Fold events in as they are read.
#[derive(Clone, Debug, Default)]
pub struct Health {
    findings: Vec<Finding>,
    /// Events of each local day.
    days: BTreeMap<String, u64>,
    events: u64,
}

impl Health {
    /// Takes the next event of the journal, oldest first.
    pub fn fold(&mut self, event: &Event) {
        self.events += 1;
        self.findings.extend(Finding::of(event));
        let day = local_day(&event.time);
        match self.days.get_mut(day) {
            Some(count) => *count += 1,
            None => drop(self.days.insert(day.to_owned(), 1)),
        }
    }

    /// Everything found, newest first.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings.iter().rev().cloned().collect()
    }

    /// The pace of the last whole days, with the local days up to yesterday, newest first; `None` where they are too few
    /// to tell.
    pub fn pace<'a>(&self, up_to_yesterday: impl IntoIterator<Item = &'a str>) -> Option<Pace> {
        let first = self.days.keys().next()?.as_str();
        let whole = up_to_yesterday.into_iter().take(PACE_DAYS).take_while(|day| *day >= first);
        let counts: Vec<u64> = whole.map(|day| self.days.get(day).copied().unwrap_or_default()).collect();
        let is_telling = counts.len() >= MIN_DAYS && self.events >= MIN_EVENTS;
        is_telling.then(|| Pace { events: counts.iter().sum(), days: counts.len() as u64, recorded: self.events })
    }
}

/// How fast the journal grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Events of so many days.
    pub events: u64,
    /// The days.
    pub days: u64,
    /// All events of the journal.
    pub recorded: u64,
}

/// Room for the origin, in bytes, as the browser estimates it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// What it may use.
    pub quota: u64,
    /// What it uses.
    pub used: u64,
    /// What the database uses of that, where the browser says so.
    pub database: Option<u64>,
}

/// How long the room will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// Too early to tell.
    TooEarly,
    /// So many whole days.
    Days(u64),
    /// Longer than anybody plans: more than ten years, or nothing is recorded any more.
    Years,
}

impl Outlook {
    /// Bytes free over (bytes per event × events per day).
    pub fn of(room: Room, pace: Option<Pace>) -> Self {
        let Some(pace) = pace else { return Self::TooEarly };
        let used = room.database.filter(|bytes| *bytes > 0).unwrap_or(room.used);
        let free = u128::from(room.quota.saturating_sub(room.used));
        let growth = u128::from(used) * u128::from(pace.events);
        // free ÷ (used ÷ recorded × events ÷ days), without a rounding in between
        let days = (free * u128::from(pace.recorded) * u128::from(pace.days)).checked_div(growth);
        match days.and_then(|days| u64::try_from(days).ok()) {
            Some(days) if days <= MAX_DAYS => Self::Days(days),
            _ => Self::Years,
        }
    }

    /// Whether somebody has to do something soon.
    pub fn is_short(self) -> bool {
        matches!(self, Self::Days(days) if days < SHORT_DAYS)
    }
}

/// How the second place stands, as it says itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Second {
    /// `ok`, `unsupported`, `busy`, `failed` or `full`.
    pub state: String,
    /// Why, where there is something to say: as the browser calls it.
    #[serde(default)]
    pub detail: String,
}

/// Whether Safari deletes the site's data after seven days without a visit: on an iPad or iPhone in every browser, and
/// in Safari on a Mac, unless the app was started from the home screen or the Dock.
pub fn is_deleted_when_unused(user_agent: &str, touch_points: u32, is_from_home_screen: bool) -> bool {
    let has = |part: &str| user_agent.contains(part);
    // An iPad calls itself a Macintosh, and no Macintosh has a touch screen.
    let is_handheld = has("iPad") || has("iPhone") || has("Macintosh") && touch_points > 1;
    let is_safari = has("Macintosh") && has("Safari/") && !["Chrome/", "Chromium/", "Edg/"].into_iter().any(has);
    (is_handheld || is_safari) && !is_from_home_screen
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::chain::Head;
    use crate::event::{Body, Draft, EventId};
    use crate::time::{Moment, UnixMillis, Uptime, UtcOffset};

    const MIB: u64 = 1 << 20;

    fn event(seq: u64, day: u8, kind: &str, data: Value) -> Event {
        let moment = Moment { now: UnixMillis(0), offset: UtcOffset(0), uptime: Uptime(0), random: [seq as u8; 26] };
        let (event, _) = Head::enrol("tablet", 1).link(&Draft::new(&moment, Body::Unlocked {}));
        let time = format!("2026-11-{day:02}T10:00:00.000+08:00");
        Event { seq, time, kind: kind.to_owned(), data, id: EventId::new(&moment), ..event }
    }

    fn health(events_of_days: &[(u8, u64)]) -> Health {
        let mut health = Health::default();
        for (day, count) in events_of_days {
            for seq in 0..*count {
                health.fold(&event(seq, *day, "unlocked", json!({})));
            }
        }
        health
    }

    const WEEK: [&str; 8] = [
        "2026-11-20",
        "2026-11-19",
        "2026-11-18",
        "2026-11-17",
        "2026-11-16",
        "2026-11-15",
        "2026-11-14",
        "2026-11-13",
    ];

    #[test]
    fn the_second_place_s_own_word_is_read_as_this_release_and_as_an_earlier_one_wrote_it() {
        let failed = Second { state: "failed".to_owned(), detail: "UnknownError".to_owned() };
        assert_eq!(serde_json::from_str::<Second>(&serde_json::to_string(&failed).unwrap()).unwrap(), failed);
        let earlier: Second = serde_json::from_str(r#"{"state":"ok","bytes":1812}"#).unwrap();
        assert_eq!(earlier, Second { state: "ok".to_owned(), detail: String::new() });
    }

    #[test]
    fn the_pace_is_that_of_the_last_seven_whole_days_closed_ones_included() {
        let pace = health(&[(12, 999), (13, 999), (14, 100), (16, 200), (20, 400), (21, 50)]).pace(WEEK);
        assert_eq!(pace, Some(Pace { events: 700, days: 7, recorded: 2_748 }));
        let young = health(&[(19, 300), (20, 200), (21, 10)]).pace(WEEK);
        assert_eq!(young, Some(Pace { events: 500, days: 2, recorded: 510 }), "from the first day on");
    }

    #[test]
    fn it_is_too_early_to_tell_after_a_day_or_a_few_events() {
        assert_eq!(health(&[]).pace(WEEK), None);
        assert_eq!(health(&[(20, 5_000), (21, 10)]).pace(WEEK), None);
        assert_eq!(health(&[(18, 100), (19, 100), (20, 100)]).pace(WEEK), None);
        assert_eq!(Outlook::of(Room::default(), None), Outlook::TooEarly);
    }

    fn check(room: Room, pace: Pace, expected: Outlook) {
        assert_eq!(Outlook::of(room, Some(pace)), expected, "{room:?} {pace:?}");
    }

    #[test]
    fn days_left_follow_from_the_room_the_size_of_an_event_and_the_pace() {
        let pace = Pace { events: 7_000, days: 7, recorded: 10_000 };
        // 10 MiB for 10,000 events: 1 MiB a day.
        let room = Room { quota: 110 * MIB, used: 10 * MIB, database: None };
        check(room, pace, Outlook::Days(100));
        check(Room { used: 50 * MIB, database: Some(10 * MIB), ..room }, pace, Outlook::Days(60));
        check(Room { used: 10 * MIB, database: Some(0), ..room }, pace, Outlook::Days(100));
        check(Room { quota: 5 * MIB, ..room }, pace, Outlook::Days(0));
        check(Room { quota: u64::MAX, ..room }, pace, Outlook::Years);
        check(room, Pace { events: 0, ..pace }, Outlook::Years);
        check(Room { used: 0, ..room }, pace, Outlook::Years);
    }

    #[test]
    fn a_fortnight_is_short() {
        assert_eq!([0, 13, 14].map(|days| Outlook::Days(days).is_short()), [true, true, false]);
        assert!(!Outlook::TooEarly.is_short());
    }

    #[test]
    fn findings_are_read_from_the_journal_newest_first() {
        let mut health = Health::default();
        let reported = json!({ "finding": "store-wiped", "epoch": 1, "seq": 812, "count": 0 });
        health.fold(&event(1, 20, "health.reported", reported));
        health.fold(&event(2, 20, "rating.given", json!({ "finding": "store-cut" })));
        health.fold(&event(3, 21, "health.reported", json!({ "finding": "moon-full", "count": 3 })));
        health.fold(&event(4, 21, "health.reported", json!({})));
        let findings = health.findings();
        let found: Vec<_> = findings.iter().map(|finding| (finding.name.as_str(), finding.kind)).collect();
        assert_eq!(found, [("moon-full", None), ("store-wiped", Some(FindingKind::StoreWiped))]);
        assert_eq!(findings[1].about, Place { epoch: 1, seq: 812 });
        assert!(findings[1].is_loss() && !findings[0].is_loss());
    }

    #[test]
    fn every_finding_has_a_name_of_its_own() {
        for kind in FindingKind::ALL {
            assert_eq!(FindingKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(FindingKind::parse("moon-full"), None);
    }

    #[test]
    fn a_release_is_known_by_the_beginning_of_its_name() {
        let number = release_number("release-00c0ffee12345678").unwrap();
        assert!(number < 1 << 53);
        assert_eq!(release_name(number), "release-00c0ffee1234");
        for other in ["none", "release-", "release-00c0ffee", "release-xyzxyzxyzxyzxyzx"] {
            assert_eq!(release_number(other), None, "{other}");
        }
    }

    #[test]
    fn knows_where_unused_data_is_deleted() {
        const IPAD: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";
        const OLD_IPAD: &str =
            "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/92 Mobile/15E148 Safari/604.1";
        const CHROME: &str =
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/143.0.0.0 Safari/537.36";
        const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/143.0.0.0 Safari/537.36";
        const WEBKIT_GTK: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15";
        for (agent, touch, expected) in [
            (IPAD, 5, true),
            (IPAD, 0, true),
            (OLD_IPAD, 5, true),
            (CHROME, 0, false),
            (ANDROID, 5, false),
            (WEBKIT_GTK, 0, false),
        ] {
            assert_eq!(is_deleted_when_unused(agent, touch, false), expected, "{agent}");
            assert!(!is_deleted_when_unused(agent, touch, true), "{agent}");
        }
    }
}
