//! Facts against a naive reading of the events, and against the results.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Map;

use super::*;
use crate::chain::Head;
use crate::event::{Draft, Unanswered};
use crate::hours::Weekday;
use crate::results::{Responses, Summary};
use crate::statistics::FEWEST_FOR_A_PERSON;
use crate::time::{Moment, UnixMillis, Uptime, UtcOffset};

const SURVEYS: [&str; 2] = ["bank", "hall"];
const SCALES: [Scale; 3] = [Scale::Faces5, Scale::Nps, Scale::Faces4];
const POINTS: [&str; 4] = ["", "1 号窗口", "2 号窗口", "=1"];
const STAFF: [&str; 5] = ["", "007", "008", "009", "010"];
const LANGUAGES: [&str; 3] = ["zh-CN", "en", "bo"];
const CHANNELS: [&str; 3] = ["", "link", "kiosk"];
const REASONS: [&str; 4] = ["wait", "attitude", "unclear", "skills"];
const ITEMS: [&str; 3] = ["wait", "clarity", "result"];
const OUTCOMES: [Outcome; 3] = [Outcome::Complete, Outcome::Skipped, Outcome::TimedOut];
/// A Monday morning in Shanghai.
const BEGIN: i64 = 1_795_398_067_120;

/// Digits of a seed, one after the other.
struct Seed(u64);

impl Seed {
    fn below(&mut self, n: usize) -> usize {
        // SplitMix64, of Steele, Lea and Flood (2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ z >> 31) % n as u64).unwrap()
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// A few of them, none perhaps, one twice perhaps.
    fn some<T: Clone>(&mut self, of: &[T]) -> Vec<T> {
        (0..self.below(4)).map(|_| self.one(of)).collect()
    }
}

/// A journal in which everything happens that may.
struct Journal {
    heads: [Head; 2],
    entries: Vec<Entry>,
    given: Vec<EventId>,
    offers: Vec<EventId>,
    now: i64,
    count: u64,
}

impl Journal {
    fn of(seeds: &[u64]) -> Self {
        let heads = [Head::enrol("tablet", 1), Head::enrol("tablet", 2)];
        let mut journal =
            Self { heads, entries: Vec::new(), given: Vec::new(), offers: Vec::new(), now: BEGIN, count: 0 };
        for seed in seeds {
            journal.happen(&mut Seed(*seed));
        }
        journal
    }

    fn happen(&mut self, seed: &mut Seed) {
        match seed.below(23) {
            20..=21 => self.offer(seed),
            22 if !self.offers.is_empty() => {
                let (offer, outcome) =
                    (seed.one(&self.offers), seed.one(&[Unanswered::Expired, Unanswered::Withdrawn]));
                self.record(Body::OfferClosed { offer, outcome }, None);
            }
            0..=8 => self.give(seed),
            9..=10 => {
                let value = Rating::new(seed.below(11) as u8).unwrap();
                let response = self.a_response(seed);
                self.record(Body::RatingChanged { response, from: value, value }, None);
            }
            11..=15 => self.detail(seed),
            16 => {
                let response = self.a_response(seed);
                let reason = seed.one(&["burst", "streak", "no-pause", "hasty-answer", "ennui"]).to_owned();
                self.record(Body::FlagCleared { response, reason }, None);
            }
            17 if !self.entries.is_empty() => {
                // Linked once more: the same event at another place.
                let Entry { event, text, .. } = seed.one(&self.entries);
                let (event, head) = self.heads[1].link_again(&event);
                self.heads[1] = head;
                self.keep(event, text);
            }
            18 => self.record(Body::Unlocked {}, None),
            _ => {
                self.record(Body::Unlocked {}, None);
                let event = &mut self.entries.last_mut().unwrap().event;
                event.kind = seed.one(&["rating.retold", "case.opened", "flag.raised"]).to_owned();
                event.data = serde_json::json!({ "response": self.given.last(), "value": 1, "by": "somebody" });
            }
        }
    }

    fn offer(&mut self, seed: &mut Seed) {
        self.now += [2_000, 60_000, 2_600_000_000][seed.below(3)];
        let context = Self::context(seed);
        self.record(Body::OfferMade { by: "program".into(), context }, None);
        self.offers.extend(self.entries.last().map(|entry| entry.event.id.clone()));
    }

    fn context(seed: &mut Seed) -> Context {
        let staff = seed.one(&STAFF);
        Context {
            survey: seed.one(&SURVEYS).to_owned(),
            version: 1 + seed.below(3) as u32,
            locale: seed.one(&LANGUAGES).to_owned(),
            point: seed.one(&POINTS).to_owned(),
            staff: (!staff.is_empty()).then(|| staff.to_owned()),
            channel: seed.one(&CHANNELS).to_owned(),
            ..Context::default()
        }
    }

    fn give(&mut self, seed: &mut Seed) {
        self.now += [300, 700, 2_500, 60_000, 3_600_000, 30_000_000, 2_600_000_000][seed.below(7)];
        let scale = SCALES[[0, 0, 0, 1, 2][seed.below(5)]];
        let value = Rating::new(seed.below(usize::from(scale.best()) + 1) as u8).unwrap();
        let offer = self.offers.last().filter(|_| seed.below(2) == 0).cloned();
        let context = Context { offer, ..Self::context(seed) };
        self.record(Body::RatingGiven { value, scale, context }, None);
        let event = &mut self.entries.last_mut().unwrap().event;
        self.given.push(event.id.clone());
        match seed.below(40) {
            0 => event.time = "yesterday".to_owned(),
            1 => event.time = "1970-01-01T08:00:09.000+08:00".to_owned(),
            2 => event.time.truncate(10),
            3 => event.time = "2026-02-30T08:00:09.000+08:00".to_owned(),
            _ => {}
        }
    }

    fn detail(&mut self, seed: &mut Seed) {
        let (response, outcome) = (self.a_response(seed), seed.one(&OUTCOMES));
        let reasons = seed.some(&REASONS).into_iter().map(str::to_owned).collect();
        let item = |seed: &mut Seed| (seed.one(&ITEMS).to_owned(), Value::from(seed.below(7)));
        let items: Map<String, Value> = (0..seed.below(4)).map(|_| item(seed)).collect();
        let seconds = [0, 3, 8, 21, 65, u32::MAX][seed.below(6)];
        let text = match seed.below(5) {
            0 => PersonalText::new("排队太久", &[1; 16]),
            1 => PersonalText::with_contact("", "13800138000", &[1; 16]),
            2 => Some(PersonalText::Sealed { key: "0011223344556677".into(), sealed: "c2VhbGVk".into() }),
            _ => None,
        };
        self.now += [900, 4_000, 20_000][seed.below(3)];
        let staff = Some(seed.one(&STAFF).to_owned()).filter(|staff| !staff.is_empty());
        let body = Body::RatingDetailed { response, outcome, reasons, answers: Map::new(), items, seconds, staff };
        self.record(body, text);
    }

    /// One that was given, the last one as a rule, or one that this journal has never had.
    fn a_response(&mut self, seed: &mut Seed) -> EventId {
        let stranger = || EventId::parse("0197a1b2-0000-7000-8000-000000000000").unwrap();
        match seed.below(12) {
            0 => stranger(),
            1..=3 if !self.given.is_empty() => seed.one(&self.given),
            _ => self.given.last().cloned().unwrap_or_else(stranger),
        }
    }

    fn record(&mut self, body: Body, text: Option<PersonalText>) {
        self.count += 1;
        let mut random = [0; 26];
        random[..8].copy_from_slice(&self.count.to_be_bytes());
        random[8..16].copy_from_slice(&self.count.to_be_bytes());
        let uptime = Uptime(u64::try_from(self.now - BEGIN).unwrap() % 4_000_000_000_000);
        let moment = Moment { now: UnixMillis(self.now), offset: UtcOffset(480), uptime, random };
        let draft = Draft { text, ..Draft::new(&moment, body) };
        let (event, head) = self.heads[0].link(&draft);
        self.heads[0] = head;
        self.keep(event, draft.text);
    }

    fn keep(&mut self, event: Event, text: Option<PersonalText>) {
        let place = Place { epoch: event.epoch, seq: event.seq };
        self.entries.push(Entry { place, event, text });
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        facts.fold(&self.entries);
        facts
    }

    fn responses(&self) -> Responses {
        let mut responses = Responses::default();
        responses.fold(self.entries.iter().cloned());
        responses
    }

    /// Offers as a slow reading of the JSON finds them: as if they were responses, with what came of them for an outcome.
    fn read_offers(&self) -> Vec<Slow> {
        let named = |event: &Event, kind: &str, id: &str| event.kind == kind && event.data["offer"] == id;
        let mut offers: Vec<Slow> = Vec::new();
        for Entry { place, event, .. } in self.entries.iter().filter(|entry| entry.event.kind == "offer.made") {
            let id = event.id.as_str();
            if offers.iter().any(|offer| offer.id == id) {
                continue;
            }
            let is_answered = self.entries.iter().any(|entry| named(&entry.event, "rating.given", id));
            let closed = self.entries.iter().rev().find(|entry| named(&entry.event, "offer.closed", id));
            let closed = closed.map(|entry| entry.event.data["outcome"].as_str().unwrap());
            let outcome = if is_answered { "answered" } else { closed.unwrap_or_default() }.to_owned();
            offers.push(Slow { outcome, ..Slow::given(*place, event) });
        }
        offers
    }

    /// The responses as a slow reading of the JSON finds them. Doubts are the filter's, as the results have them.
    fn read(&self) -> Vec<Slow> {
        let mut found: Vec<Slow> = Vec::new();
        for Entry { place, event, text } in &self.entries {
            let data = &event.data;
            let at = found.iter().position(|slow| data["response"] == slow.id.as_str());
            match (event.kind.as_str(), at) {
                ("rating.given", _) if found.iter().all(|slow| slow.id != event.id.as_str()) => {
                    found.push(Slow::given(*place, event));
                }
                ("rating.changed", Some(at)) => found[at].level = data["value"].as_u64().unwrap(),
                ("rating.detailed", Some(at)) => {
                    let slow = &mut found[at];
                    let strings = data["reasons"].as_array().unwrap().iter();
                    slow.outcome = data["outcome"].as_str().unwrap().to_owned();
                    slow.reasons = strings.map(|reason| reason.as_str().unwrap().to_owned()).collect();
                    let items = data.get("items").and_then(Value::as_object).cloned().unwrap_or_default();
                    let items = items.into_iter().map(|(id, level)| (id, level.as_u64().unwrap()));
                    slow.items = items.filter(|(_, level)| (1..=5).contains(level)).collect();
                    slow.seconds = data["seconds"].as_u64();
                    slow.staff = data["staff"].as_str().map_or(slow.staff.clone(), str::to_owned);
                    let json = text.as_ref().map(|text| serde_json::to_value(text).unwrap()).unwrap_or_default();
                    let is_said = |part: &str| json[part].as_str().is_some_and(|words| !words.is_empty());
                    slow.words = ["comment", "contact", "sealed"].map(is_said);
                }
                _ => {}
            }
        }
        for (slow, response) in found.iter_mut().zip(self.responses().all()) {
            assert_eq!(slow.id, response.id.as_str());
            slow.doubts = response.doubts.iter().map(|doubt| (doubt.reason, doubt.is_cleared)).collect();
        }
        found
    }
}

/// A response as it stands in JSON.
#[derive(Clone, Debug)]
struct Slow {
    id: String,
    place: Place,
    time: String,
    survey: String,
    version: u64,
    point: String,
    staff: String,
    language: String,
    channel: String,
    scale: String,
    level: u64,
    outcome: String,
    reasons: BTreeSet<String>,
    items: BTreeMap<String, u64>,
    seconds: Option<u64>,
    words: [bool; 3],
    doubts: Vec<(Reason, bool)>,
}

impl Slow {
    fn given(place: Place, event: &Event) -> Self {
        let text = |name: &str| event.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let or = |text: String, usual: &str| if text.is_empty() { usual.to_owned() } else { text };
        Self {
            id: event.id.to_string(),
            place,
            time: event.time.clone(),
            survey: text("survey"),
            version: event.data["version"].as_u64().unwrap(),
            point: text("point"),
            staff: text("staff"),
            language: text("locale"),
            channel: or(text("channel"), "kiosk"),
            scale: or(text("scale"), "faces-5"),
            level: event.data["value"].as_u64().unwrap_or_default(),
            outcome: String::new(),
            reasons: BTreeSet::new(),
            items: BTreeMap::new(),
            seconds: None,
            words: [false; 3],
            doubts: Vec::new(),
        }
    }

    fn is_doubtful(&self) -> bool {
        self.doubts.iter().any(|(_, is_cleared)| !is_cleared)
    }

    /// By a calendar library.
    fn day(&self) -> Option<jiff::civil::Date> {
        self.time.get(..10)?.parse().ok()
    }

    fn hour(&self) -> Option<i8> {
        let time: jiff::civil::Time = self.time.get(11..19)?.parse().ok()?;
        Some(time.hour())
    }

    fn has_outcome(&self, outcome: Option<Outcome>) -> bool {
        outcome.map_or(self.outcome.is_empty(), |outcome| serde_json::to_value(outcome).unwrap() == self.outcome)
    }

    fn passes(&self, filter: &Filter) -> bool {
        let day = self.day().map(|day| day.to_string());
        let has = |names: &Vec<String>, name: &String| names.is_empty() || names.contains(name);
        let written = |date: Date| date.civil().to_string();
        let in_days =
            |days: Days| day.as_ref().is_some_and(|day| written(days.from) <= *day && *day <= written(days.to));
        let weekday = || {
            let number = self.day()?.weekday().to_monday_zero_offset();
            Weekday::ALL.get(usize::try_from(number).ok()?).copied()
        };
        let rated = |(key, levels): &(Key, Vec<u8>)| {
            let level = self.items.get(&key.id).filter(|_| key.survey == self.survey);
            level.is_some_and(|level| levels.is_empty() || levels.iter().any(|wanted| u64::from(*wanted) == *level))
        };
        filter.days.is_none_or(in_days)
            && (filter.hours.is_empty() || self.hour().is_some_and(|hour| filter.hours.contains(&(hour as u8))))
            && (filter.weekdays.is_empty() || weekday().is_some_and(|day| filter.weekdays.contains(&day)))
            && has(&filter.points, &self.point)
            && has(&filter.staff, &self.staff)
            && has(&filter.surveys, &self.survey)
            && has(&filter.languages, &self.language)
            && has(&filter.channels, &self.channel)
            && (filter.versions.is_empty()
                || filter.versions.iter().any(|(id, n)| *id == self.survey && u64::from(*n) == self.version))
            && (filter.scales.is_empty() || filter.scales.iter().any(|scale| scale.name() == self.scale))
            && (filter.levels.is_empty() || filter.levels.iter().any(|level| u64::from(level.level()) == self.level))
            && (filter.reasons.is_empty()
                || filter.reasons.iter().any(|key| key.survey == self.survey && self.reasons.contains(&key.id)))
            && (filter.items.is_empty() || filter.items.iter().any(rated))
            && (filter.outcomes.is_empty() || filter.outcomes.iter().any(|outcome| self.has_outcome(*outcome)))
            && filter.words.is_none_or(|words| match words {
                Words::Comment => self.words[0],
                Words::Contact => self.words[1],
                Words::Sealed => self.words[2],
                Words::Any => self.words != [false; 3],
            })
            && match filter.doubts {
                Doubts::Counted => true,
                Doubts::LeftOut => !self.is_doubtful(),
                Doubts::Alone => self.is_doubtful(),
            }
    }
}

/// A filter that asks for a thing or three.
fn filter(seed: &mut Seed) -> Filter {
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<String>>();
    let mut filter = Filter::default();
    for _ in 0..seed.below(4) {
        let key = |seed: &mut Seed, ids: &[&str]| Key { survey: seed.one(&SURVEYS).into(), id: seed.one(ids).into() };
        match seed.below(16) {
            0 | 1 => {
                let from = Date::at(UnixMillis(BEGIN), UtcOffset(480)).plus(seed.below(200) as i64);
                filter.days = Some(Days { from, to: from.plus(seed.below(100) as i64) });
            }
            2 => filter.hours = seed.some(&[0, 1, 9, 10, 17, 23]),
            3 => filter.weekdays = seed.some(&Weekday::ALL),
            4 => filter.points = owned(seed.some(&POINTS)),
            5 => filter.staff = owned(seed.some(&STAFF)),
            6 => filter.surveys = owned(seed.some(&[SURVEYS[0], SURVEYS[1], "none"])),
            7 => filter.versions = vec![(seed.one(&SURVEYS).to_owned(), 1 + seed.below(4) as u32)],
            8 => filter.scales = seed.some(&SCALES),
            9 => filter.levels = (0..=seed.below(11) as u8).map(|level| Rating::new(level).unwrap()).collect(),
            10 => filter.languages = owned(seed.some(&LANGUAGES)),
            11 => filter.channels = owned(seed.some(&["kiosk", "link"])),
            12 => filter.reasons = (0..=seed.below(3)).map(|_| key(seed, &REASONS)).collect(),
            13 => filter.items = vec![(key(seed, &ITEMS), seed.some(&[1, 2, 3, 4, 5, 9]))],
            14 => {
                filter.outcomes = seed.some(&[Some(OUTCOMES[0]), Some(OUTCOMES[1]), Some(OUTCOMES[2]), None]);
                filter.words = seed.one(&[None, Some(Words::Comment), Some(Words::Any), Some(Words::Sealed)]);
            }
            _ => filter.doubts = seed.one(&[Doubts::Counted, Doubts::LeftOut, Doubts::Alone]),
        }
    }
    filter
}

/// Counts of the levels 0 to 10, and of other scales.
fn slow_tally<'a>(slow: impl IntoIterator<Item = &'a Slow>, scale: Scale) -> ([u64; 11], u64) {
    let (mut levels, mut others) = ([0; 11], 0);
    for one in slow {
        let is_on_it = (u64::from(scale.worst())..=u64::from(scale.best())).contains(&one.level);
        if one.scale == scale.name() && is_on_it { levels[one.level as usize] += 1 } else { others += 1 }
    }
    (levels, others)
}

fn told(tally: &Tally) -> ([u64; 11], u64) {
    (std::array::from_fn(|level| tally.of_level(level as u8)), tally.others())
}

/// Groups by what `key` says, in the order of the keys.
fn slow_groups<K: Ord>(slow: &[&Slow], scale: Scale, key: impl Fn(&Slow) -> Option<K>) -> Vec<(K, ([u64; 11], u64))> {
    let mut groups: BTreeMap<K, Vec<&Slow>> = BTreeMap::new();
    for one in slow {
        if let Some(key) = key(one) {
            groups.entry(key).or_default().push(one);
        }
    }
    groups.into_iter().map(|(key, ones)| (key, slow_tally(ones, scale))).collect()
}

fn sorted<K: Ord + Clone>(groups: Vec<Group<K>>) -> Vec<(K, ([u64; 11], u64))> {
    let mut groups: Vec<_> = groups.into_iter().map(|group| (group.key.clone(), told(&group.tally))).collect();
    groups.sort();
    groups
}

fn owned(groups: Vec<Group<&str>>) -> Vec<Group<String>> {
    groups.into_iter().map(|Group { key, tally }| Group { key: key.to_owned(), tally }).collect()
}

fn check(facts: &Facts, all: &[Slow], filter: &Filter, scale: Scale) {
    let slow: Vec<&Slow> = all.iter().filter(|one| one.passes(filter)).collect();
    let selection = facts.select(filter);
    assert_eq!(selection.count(), slow.len() as u64, "{filter:?}");
    let newest: Vec<Place> = slow.iter().rev().take(7).map(|one| one.place).collect();
    assert_eq!(selection.newest_places(7), newest);
    let rows: Vec<RowId> = selection.rows().collect();
    assert_eq!(rows.iter().rev().take(7).copied().collect::<Vec<_>>(), selection.newest(7));
    assert_eq!(rows.len(), slow.len());

    assert_eq!(told(&selection.tally(scale)), slow_tally(slow.iter().copied(), scale));
    let mut scales = slow_groups(&slow, scale, |one| Some(one.scale.clone()));
    let mut counted: Vec<(String, u64)> =
        selection.scales().into_iter().map(|(scale, n)| (scale.name().to_owned(), n)).collect();
    counted.sort();
    scales.sort();
    let totals = scales.into_iter().map(|(name, (levels, others))| (name, levels.iter().sum::<u64>() + others));
    assert_eq!(counted, totals.collect::<Vec<_>>());

    let span = selection.span().map(|days| (days.from.civil().to_string(), days.to.civil().to_string()));
    let days: BTreeSet<String> = slow.iter().filter_map(|one| Some(one.day()?.to_string())).collect();
    assert_eq!(span, days.first().cloned().zip(days.last().cloned()));

    for (unit, begin) in [
        (Unit::Day, (|day| day) as fn(jiff::civil::Date) -> jiff::civil::Date),
        (Unit::Week, |day| {
            let back = day.weekday().to_monday_zero_offset();
            day.checked_sub(jiff::Span::new().days(back)).unwrap()
        }),
        (Unit::Month, |day| day.first_of_month()),
    ] {
        let trend = selection.trend(unit, scale);
        assert!(trend.is_sorted_by_key(|group| group.key));
        let trend: Vec<_> = trend.iter().map(|group| (group.key.civil().to_string(), told(&group.tally))).collect();
        assert_eq!(trend, slow_groups(&slow, scale, |one| Some(begin(one.day()?).to_string())));
    }

    let heat = selection.heat(scale);
    for (number, weekday) in (0_i8..).zip(Weekday::ALL) {
        for hour in 0_i8..24 {
            let is_it = |one: &&&Slow| {
                one.hour() == Some(hour) && one.day().is_some_and(|day| day.weekday().to_monday_zero_offset() == number)
            };
            let expected = slow_tally(slow.iter().filter(is_it).copied(), scale);
            assert_eq!(told(&heat.cell(weekday, hour as u8)), expected, "{weekday:?} {hour}");
        }
    }
    let undated = slow.iter().filter(|one| one.day().is_none() || one.hour().is_none()).copied();
    assert_eq!(told(&heat.undated), slow_tally(undated, scale));

    let by = |key: fn(&Slow) -> &String| slow_groups(&slow, scale, |one| Some(key(one).clone()));
    assert_eq!(sorted(owned(selection.points(scale))), by(|one| &one.point));
    assert_eq!(sorted(owned(selection.languages(scale))), by(|one| &one.language));
    assert_eq!(sorted(owned(selection.channels(scale))), by(|one| &one.channel));
    assert_eq!(sorted(owned(selection.surveys(scale))), by(|one| &one.survey));
    let versions = slow_groups(&slow, scale, |one| (one.survey == "bank").then_some(one.version as u32));
    assert_eq!(sorted(selection.versions("bank", scale)), versions);

    let mut bars = Vec::new();
    for (survey, reason) in SURVEYS.iter().flat_map(|survey| REASONS.map(|reason| (*survey, reason))) {
        let of = slow.iter().filter(|one| one.survey == survey && one.reasons.contains(reason));
        let of: Vec<&Slow> = of.copied().collect();
        bars.push((std::cmp::Reverse(of.len() as u64), survey, reason, slow_tally(of, scale)));
    }
    bars.retain(|(count, ..)| count.0 > 0);
    bars.sort();
    let reasons = selection.reasons(scale);
    let found: Vec<_> =
        reasons.iter().map(|bar| (std::cmp::Reverse(bar.count), bar.survey, bar.reason, told(&bar.tally))).collect();
    assert_eq!(found, bars);
    if let Some(last) = reasons.last() {
        assert!((last.cumulated_percent - 100.0).abs() < 1e-9);
    }

    for item in selection.items() {
        let levels = slow.iter().filter(|one| one.survey == item.survey).filter_map(|one| one.items.get(item.item));
        let mut counts = [0; 5];
        levels.for_each(|level| counts[*level as usize - 1] += 1);
        assert_eq!(item.levels, counts);
    }
    let rated: usize = slow.iter().map(|one| one.items.len()).sum();
    assert_eq!(selection.items().iter().map(ItemLevels::n).sum::<u64>(), rated as u64);

    let Outcomes { complete, skipped, timed_out, open } = selection.outcomes();
    let outcomes = ["complete", "skipped", "timed_out", ""];
    let ended = outcomes.map(|outcome| slow.iter().filter(|one| one.outcome == outcome).count() as u64);
    assert_eq!([complete, skipped, timed_out, open], ended);

    let mut seconds: Vec<u64> =
        slow.iter().filter(|one| one.outcome != "timed_out").filter_map(|one| one.seconds).collect();
    seconds.sort_unstable();
    let at = |q: f64| {
        let place = q * (seconds.len() - 1) as f64;
        let [low, high] = [place.floor(), place.ceil()].map(|place| seconds[place as usize] as f64);
        low + (high - low) * place.fract()
    };
    match selection.taken() {
        None => assert!(seconds.is_empty()),
        Some(Taken { n, median, p90 }) => {
            assert_eq!(n, seconds.len() as u64);
            assert!((median - at(0.5)).abs() < 1e-3 && (p90 - at(0.9)).abs() < 1e-3);
        }
    }

    let WordCounts { comments, contacts, sealed } = selection.words();
    let words = [0, 1, 2].map(|kind| slow.iter().filter(|one| one.words[kind]).count() as u64);
    assert_eq!([comments, contacts, sealed], words);

    let doubts: Vec<(Reason, u64, u64)> =
        selection.doubts().into_iter().map(|doubt| (doubt.reason, doubt.raised, doubt.cleared)).collect();
    let count =
        |is_it: &dyn Fn(&(Reason, bool)) -> bool| slow.iter().filter(|one| one.doubts.iter().any(is_it)).count() as u64;
    let expected =
        Reason::ALL.map(|reason| (reason, count(&|doubt| doubt.0 == reason), count(&|doubt| *doubt == (reason, true))));
    assert_eq!(doubts, expected.into_iter().filter(|(_, raised, _)| *raised > 0).collect::<Vec<_>>());
}

fn check_offers(facts: &Facts, all: &[Slow], filter: &Filter) {
    let Filter { days, hours, weekdays, points, staff, surveys, versions, languages, channels, .. } = filter.clone();
    let asked =
        Filter { days, hours, weekdays, points, staff, surveys, versions, languages, channels, ..Filter::default() };
    let counts = |key: &dyn Fn(&Slow) -> bool| {
        let of = || all.iter().filter(|offer| offer.passes(&asked) && key(offer));
        let count = |outcome: &str| of().filter(|offer| offer.outcome == outcome).count() as u64;
        let [answered, expired, withdrawn] = ["answered", "expired", "withdrawn"].map(count);
        OfferCounts { made: of().count() as u64, answered, expired, withdrawn }
    };
    assert_eq!(facts.offers(filter), counts(&|_| true), "{filter:?}");
    for (point, found) in facts.offers_by_point(filter) {
        assert_eq!(found, counts(&|offer| offer.point == point));
    }
    let by_staff = facts.offers_by_staff(filter);
    for staff in STAFF {
        let expected = Some(counts(&|offer| offer.staff == staff));
        let expected = expected.filter(|counts| !staff.is_empty() && counts.made >= FEWEST_FOR_A_PERSON);
        assert_eq!(by_staff.iter().find(|(name, _)| *name == staff).map(|(_, counts)| *counts), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_figure_is_that_of_a_naive_reading(
        seeds in prop::collection::vec(any::<u64>(), 0..160),
        asked in any::<u64>(),
    ) {
        let journal = Journal::of(&seeds);
        let (facts, slow, offers) = (journal.facts(), journal.read(), journal.read_offers());
        let mut asked = Seed(asked);
        check(&facts, &slow, &Filter::default(), Scale::Faces5);
        for _ in 0..6 {
            let (filter, scale) = (filter(&mut asked), asked.one(&SCALES));
            check(&facts, &slow, &filter, scale);
            check_offers(&facts, &offers, &filter);
        }
    }

    #[test]
    fn facts_agree_with_the_results(seeds in prop::collection::vec(any::<u64>(), 0..200)) {
        let journal = Journal::of(&seeds);
        let (facts, responses) = (journal.facts(), journal.responses());
        prop_assert_eq!(facts.len(), responses.all().len());
        let raw = facts.select(&Filter::default());
        let filtered = facts.select(&Filter { doubts: Doubts::LeftOut, ..Filter::default() });
        for scale in SCALES {
            prop_assert_eq!(raw.tally(scale).summary(scale), Summary::of(scale, responses.all()));
            let undoubted = responses.all().iter().filter(|response| !response.is_doubtful());
            prop_assert_eq!(filtered.tally(scale).summary(scale), Summary::of(scale, undoubted));
            for day in facts.days.values().iter().flatten() {
                let days = Some(Days { from: *day, to: *day });
                let of_day = facts.select(&Filter { days, ..Filter::default() }).tally(scale);
                let written = day.civil().to_string();
                prop_assert_eq!(of_day.summary(scale), Summary::of(scale, responses.on_day(&written)));
            }
        }
        let with_words = facts.select(&Filter { words: Some(Words::Any), ..Filter::default() }).newest(9);
        let latest: Vec<RowId> =
            responses.latest_comments(9).iter().map(|response| facts.row(&response.id).unwrap()).collect();
        prop_assert_eq!(with_words, latest);
        let at = |place: Place| journal.entries.iter().find(|entry| entry.place == place).unwrap();
        for response in responses.all() {
            let row = facts.row(&response.id).unwrap();
            let fact = facts.fact(row).unwrap();
            prop_assert_eq!((fact.level, fact.outcome), (response.rating.level(), response.outcome));
            prop_assert_eq!(fact.staff, response.context.staff.as_deref());
            let (given, detailed) = (at(fact.given_at), fact.detailed_at.map(at));
            let whole = facts.response(row, given, detailed);
            prop_assert_eq!(whole.as_ref(), Some(response));
            prop_assert!(detailed.is_none() || facts.response(row, given, None).is_none());
            let other = detailed.unwrap_or(&journal.entries[0]);
            prop_assert!(other == given || facts.response(row, other, detailed).is_none());
        }
    }

    #[test]
    fn in_which_portions_the_journal_is_read_makes_no_difference(
        seeds in prop::collection::vec(any::<u64>(), 0..120),
        portion in 1_usize..20,
    ) {
        let journal = Journal::of(&seeds);
        let (whole, mut grown) = (journal.facts(), Facts::default());
        for entries in journal.entries.chunks(portion) {
            grown.fold(entries);
            grown.select(&Filter::default()).tally(Scale::Faces5);
        }
        prop_assert_eq!(grown.orphans(), whole.orphans());
        let rows = |facts: &Facts| (0..facts.len()).map(|row| RowId(row as u32)).collect::<Vec<_>>();
        prop_assert_eq!(rows(&grown), rows(&whole));
        for row in rows(&whole) {
            prop_assert_eq!(grown.fact(row), whole.fact(row));
        }
    }

    #[test]
    fn kept_facts_go_on_where_they_were(
        seeds in prop::collection::vec(any::<u64>(), 0..120),
        cut in 0_usize..120,
    ) {
        let journal = Journal::of(&seeds);
        let (before, after) = journal.entries.split_at(cut.min(journal.entries.len()));
        let mut facts = Facts::default();
        facts.fold(before);
        let Kept { frame, segments } = facts.keep("1.2.3");
        let segments: Vec<Vec<u8>> = segments.into_iter().map(|(_, bytes)| bytes).collect();
        let mut restored = Facts::restore("1.2.3", &frame, &segments).unwrap();
        restored.fold(after);
        let whole = journal.facts();
        prop_assert_eq!(restored.orphans(), whole.orphans());
        prop_assert_eq!(restored.offers(&Filter::default()), whole.offers(&Filter::default()));
        prop_assert_eq!(restored.len(), whole.len());
        for row in (0..whole.len()).map(|row| RowId(row as u32)) {
            prop_assert_eq!(restored.fact(row), whole.fact(row));
        }
        prop_assert_eq!(Facts::restore("1.2.4", &frame, &segments).map(|facts| facts.len()), None);
    }

    #[test]
    fn no_person_can_be_told_from_what_is_left_over(seeds in prop::collection::vec(any::<u64>(), 0..120)) {
        let journal = Journal::of(&seeds);
        let facts = journal.facts();
        let selection = facts.select(&Filter::default());
        let staff = selection.staff(Scale::Faces5);
        prop_assert!(staff.shown.iter().all(|group| group.tally.n() >= FEWEST_FOR_A_PERSON));
        let shown: u64 = staff.shown.iter().map(|group| group.tally.n()).sum();
        let left = selection.tally(Scale::Faces5).n() - shown - staff.unnamed.map_or(0, |tally| tally.n());
        match staff.unnamed {
            Some(_) => prop_assert_eq!(left, staff.hidden.responses),
            None => prop_assert!(staff.shown.is_empty() && left >= staff.hidden.responses),
        }
        let is_told = staff.hidden.people == 1 || (1..FEWEST_FOR_A_PERSON).contains(&staff.hidden.responses);
        prop_assert_eq!(staff.hidden.people == 0, staff.hidden.responses == 0);
        prop_assert!(!is_told || staff.unnamed.is_none(), "{:?}", staff.hidden);
    }
}

#[test]
fn more_responses_than_a_segment_holds_are_counted_like_few() {
    let mut seed = Seed(5);
    let seeds: Vec<u64> = (0..ROWS * 9 / 4).map(|_| seed.below(usize::MAX) as u64).collect();
    let mut journal = Journal::of(&[]);
    for seed in &seeds {
        journal.give(&mut Seed(*seed));
        journal.detail(&mut Seed(seed ^ 0xff));
    }
    let facts = journal.facts();
    assert!(facts.segments.len() == 3 && facts.len() == seeds.len());
    // The naive reading looks for each response among all: of a part of the journal it is done in time.
    let recent = Filter { surveys: vec!["hall".into()], staff: vec!["007".into()], ..Filter::default() };
    let responses = journal.responses();
    let expected = responses
        .all()
        .iter()
        .filter(|response| response.context.survey == "hall" && response.context.staff.as_deref() == Some("007"));
    let expected = Summary::of(Scale::Faces5, expected);
    assert_eq!(facts.select(&recent).tally(Scale::Faces5).summary(Scale::Faces5), expected);
    let selection = facts.select(&recent);
    let trend = selection.trend(Unit::Week, Scale::Faces5);
    let dated = facts.select(&Filter { days: selection.span(), ..recent.clone() });
    assert_eq!(trend.iter().map(|group| group.tally.n()).sum::<u64>(), dated.tally(Scale::Faces5).n());
    assert!(selection.newest(usize::MAX).into_iter().rev().eq(selection.rows()));
}

#[test]
fn only_what_has_changed_is_kept_again_and_what_does_not_fit_is_thrown_away() {
    let mut journal = Journal::of(&[]);
    for n in 0..ROWS + 9 {
        journal.give(&mut Seed(n as u64));
    }
    let mut facts = journal.facts();
    let first = facts.keep("1");
    assert_eq!(first.segments.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(facts.keep("1").segments, []);
    let mut parts: Vec<Vec<u8>> = first.segments.into_iter().map(|(_, bytes)| bytes).collect();

    let from = journal.entries.len();
    let response = journal.given[0].clone();
    journal.record(Body::detailed(response, Outcome::Complete, &["wait"], 3), None);
    facts.fold(&journal.entries[from..]);
    let second = facts.keep("1");
    let [(0, changed)] = &second.segments[..] else { panic!("the first segment") };
    assert!(Facts::restore("1", &second.frame, &parts).is_none(), "a segment of another time");
    parts[0] = changed.clone();
    let restored = Facts::restore("1", &second.frame, &parts).unwrap();
    assert_eq!(restored.fact(RowId(0)), facts.fact(RowId(0)));
    assert!(Facts::restore("1", &first.frame, &parts).is_none(), "a frame of another time");
    assert!(Facts::restore("1", &second.frame, &parts[..1]).is_none(), "a segment is missing");
    for at in [0, 9, 40, second.frame.len() - 1] {
        let mut frame = second.frame.clone();
        frame[at] ^= 1;
        assert!(Facts::restore("1", &frame, &parts).is_none(), "byte {at} of the frame");
    }
    parts[1][11] ^= 1;
    assert!(Facts::restore("1", &second.frame, &parts).is_none(), "a byte of a segment");
    facts.forget_kept();
    assert_eq!(facts.keep("1").segments.len(), 2);
}

#[test]
fn an_event_whose_response_is_not_there_is_counted_and_changes_nothing() {
    let mut journal = Journal::of(&[]);
    journal.give(&mut Seed(3));
    let response = EventId::parse("0197a1b2-0000-7000-8000-000000000000").unwrap();
    let before = journal.facts();
    journal.record(Body::detailed(response.clone(), Outcome::Complete, &["wait"], 3), None);
    journal
        .record(Body::RatingChanged { response, from: Rating::new(1).unwrap(), value: Rating::new(2).unwrap() }, None);
    let facts = journal.facts();
    assert_eq!((before.orphans(), facts.orphans()), (0, 2));
    assert_eq!(facts.fact(RowId(0)), before.fact(RowId(0)));
    assert_eq!(facts.reasons().count(), 0);
}

#[test]
fn a_mark_leads_to_the_responses_behind_it_and_to_their_words() {
    let mut journal = Journal::of(&[]);
    for n in 0..4 {
        journal.give(&mut Seed(n));
        let response = journal.given.last().cloned().unwrap();
        let text = PersonalText::new("排队太久", &[1; 16]).filter(|_| n % 2 == 0);
        journal.record(Body::detailed(response, Outcome::Complete, &["wait"], 3), text);
    }
    let facts = journal.facts();
    let with_words = facts.select(&Filter { words: Some(Words::Comment), ..Filter::default() });
    let words: Vec<u64> =
        with_words.newest(9).into_iter().map(|row| facts.fact(row).unwrap().detailed_at.unwrap().seq).collect();
    assert_eq!(words, [6, 2]);
    assert_eq!(with_words.newest_places(1), [Place { epoch: 1, seq: 5 }]);
    assert_eq!(facts.select(&Filter { words: Some(Words::Sealed), ..Filter::default() }).newest(9), []);
}

#[test]
fn a_filter_for_a_person_says_when_there_are_too_few() {
    let mut journal = Journal::of(&[]);
    while journal.given.len() < 60 {
        journal.give(&mut Seed(journal.given.len() as u64));
    }
    let facts = journal.facts();
    let of = |staff: &[&str], hours: &[u8]| {
        let staff = staff.iter().map(|staff| (*staff).to_owned()).collect();
        let hours = hours.to_vec();
        let selection = facts.select(&Filter { staff, hours, ..Filter::default() });
        (selection.is_too_few_for_a_person(), selection.count())
    };
    let (is_too_few, n) = of(&["007"], &[]);
    assert!(!is_too_few && n >= FEWEST_FOR_A_PERSON);
    let narrow = (0..24).map(|hour| of(&["007"], &[hour])).find(|(_, n)| (1..5).contains(n)).unwrap();
    assert!(narrow.0);
    assert!((0..24).all(|hour| !of(&[], &[hour]).0 && !of(&[""], &[hour]).0), "nobody is named");
}

#[test]
fn a_period_is_compared_with_as_many_months_or_days_before_it() {
    let days = |from: &str, to: &str| Days { from: Date::parse(from).unwrap(), to: Date::parse(to).unwrap() };
    for (period, before) in [
        (days("2026-03-01", "2026-03-31"), days("2026-02-01", "2026-02-28")),
        (days("2026-01-01", "2026-03-31"), days("2025-10-01", "2025-12-31")),
        (days("2024-02-01", "2024-02-29"), days("2024-01-01", "2024-01-31")),
        (days("2026-11-23", "2026-11-29"), days("2026-11-16", "2026-11-22")),
        (days("2026-11-01", "2026-11-23"), days("2026-10-09", "2026-10-31")),
        (days("2026-11-23", "2026-11-23"), days("2026-11-22", "2026-11-22")),
    ] {
        assert_eq!(period.before(), before, "{period:?}");
    }
    let day = Date::parse("2026-12-31").unwrap();
    assert_eq!(Unit::Month.around(day), days("2026-12-01", "2026-12-31"));
    assert_eq!(Unit::Week.around(day), days("2026-12-28", "2027-01-03"));
    assert_eq!(Unit::Day.around(day), days("2026-12-31", "2026-12-31"));
}

#[test]
fn an_id_is_kept_whole() {
    let id = EventId::parse("0197a1b2-c3d4-7000-8000-0000000000ff").unwrap();
    assert_eq!(key_of(&id), 0x0197_a1b2_c3d4_7000_8000_0000_0000_00ff);
    let other: EventId = serde_json::from_str("\"made-elsewhere\"").unwrap();
    let another: EventId = serde_json::from_str("\"made elsewhere\"").unwrap();
    assert_ne!(key_of(&other), key_of(&another));
}
