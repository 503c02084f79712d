//! Looks after the rules: events are folded in as they come, and what is due comes out. What is looked at is what the
//! results screen would show, so that an alert never says anything that a manager does not find there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::alert::{About, Alert, Alerts, MOST_CASES, RULES};
use super::rules::{Repeated, Rules};
use crate::event::{EventId, IMPORT, Rating, Scale};
use crate::facts::{Days, Facts, RowId};
use crate::health::FindingKind;
use crate::hours::Date;
use crate::insight::{Measure, Span, View, headline, trend};
use crate::journal::{Entry, Place};
use crate::statistics::{Counted, FEWEST_FOR_A_SCORE, RuleHit, Side, Standing, distance};
use crate::time::{Moment, UnixMillis, parse_rfc3339, rfc3339};

/// The named record in which a keeper notes how far it has come.
pub const STATE_RECORD: &str = "alerts-state";
/// So far back a chart and a target look: the longest that a rule may ask for, and some days for a clock that is off.
const HORIZON_DAYS: i64 = 95;
/// A rating whose follow-up has not ended after this never will: every survey's timeouts are shorter.
const OPEN_MS: i64 = 5 * 60_000;
/// What was rated earlier is no news any more: a long weekend's quiet hours are shorter.
const STALE_MS: i64 = 4 * 86_400_000;
/// The control chart is looked at over the days that a manager chooses as "last 30 days".
const CHART: Span = Span::Days30;
/// Whoever has a network delivers within minutes; a night without one is usual.
const UNDELIVERED_HOURS: i64 = 24;
/// From here on browsers begin to refuse.
const NEARLY_FULL_PERCENT: u8 = 90;
const HOUR_MS: i64 = 3_600_000;

/// How far a keeper has come, so that a restart neither reads the whole journal nor tells of what is long past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Reading begins behind this: what is before it no rule looks at.
    pub from: Place,
    /// Ratings up to here have been judged.
    pub judged: Place,
    /// Findings up to here have been told.
    pub told: Place,
}

impl Marks {
    /// Those of a keeper that begins at the newest event: nothing before it is news.
    pub fn at(head: Place) -> Self {
        Self { from: Place::default(), judged: head, told: head }
    }
}

/// What a rule needs beside the journal's events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outside {
    /// What responses are measured by: that of the survey in service.
    pub measure: Measure,
    /// The survey in service.
    pub survey: String,
    /// Its target, in the unit of its figure.
    pub target: Option<f64>,
    /// The cases that are overdue.
    pub overdue: Vec<EventId>,
    /// How many events the endpoint has refused.
    pub quarantined: u64,
    /// How many events wait, and when the oldest of them was recorded.
    pub waiting: Option<(u64, UnixMillis)>,
    /// How much of the storage is used, in percent.
    pub used_percent: Option<u8>,
}

/// A rating that is not judged yet.
#[derive(Clone, Debug)]
struct Open {
    id: EventId,
    place: Place,
    at: UnixMillis,
    time: String,
}

/// Watches a journal. Fold entries in as they are read, oldest first; then ask what is [`due`](Watch::due).
#[derive(Clone, Debug, Default)]
pub struct Watch {
    facts: Facts,
    alerts: Alerts,
    open: VecDeque<Open>,
    /// Bad ratings that no alert of [`Repeated`] has counted yet.
    bad: VecDeque<UnixMillis>,
    findings: Vec<(Place, EventId, String, String)>,
    /// The first place of each day, to begin reading there.
    days: BTreeMap<Date, Place>,
    /// What was given out: the journal may not have it yet.
    given: BTreeSet<String>,
    marks: Marks,
}

impl Watch {
    /// Begins where an earlier one has ended.
    pub fn new(marks: Marks) -> Self {
        Self { marks, ..Self::default() }
    }

    /// How far it has come.
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// The alerts so far.
    pub fn alerts(&self) -> &Alerts {
        &self.alerts
    }

    /// Whether a rating waits for the end of its follow-up.
    pub fn is_waiting(&self) -> bool {
        !self.open.is_empty()
    }

    /// Takes the next entry of the journal.
    pub fn fold(&mut self, entry: &Entry) {
        let Entry { place, event, .. } = entry;
        if self.alerts.fold(event) {
            return;
        }
        if event.kind == "health.reported" {
            let finding = event.data.get("finding").and_then(Value::as_str).unwrap_or_default().to_owned();
            self.findings.push((*place, event.id.clone(), event.time.clone(), finding));
            return;
        }
        let known = self.facts.len();
        self.facts.push(entry);
        if self.facts.len() > known {
            if let Some(day) = Date::of_time(&event.time) {
                self.days.entry(day).or_insert(*place);
            }
            // What was brought in from elsewhere is no news.
            if event.data.get("channel").and_then(Value::as_str) == Some(IMPORT) {
                return;
            }
            let at = parse_rfc3339(&event.time).unwrap_or(UnixMillis(0));
            let (id, time) = (event.id.clone(), event.time.clone());
            self.open.push_back(Open { id, place: *place, at, time });
        }
    }

    /// What the rules find now that was not found before; nothing in quiet hours: it is found once they are over. What
    /// comes out is raised by whoever asks, and is not given out again.
    pub fn due(&mut self, rules: &Rules, outside: &Outside, now: &Moment) -> Vec<Alert> {
        if rules.is_none() || rules.is_quiet(now.now, now.offset) {
            return Vec::new();
        }
        let mut due = Vec::new();
        self.judge(rules, outside, now, &mut due);
        self.tell_findings(rules, &mut due);
        let today = Date::at(now.now, now.offset);
        let at = rfc3339(now.now, now.offset);
        let mut found = Vec::new();
        if rules.chart {
            found.extend(self.charted(&outside.measure, today));
        }
        if let Some(days) = rules.target_days {
            found.extend(self.missed(days, outside, today));
        }
        if rules.overdue {
            found.extend(self.overdue(&outside.overdue));
        }
        if rules.unwell {
            found.extend(unwell(outside, today, now.now));
        }
        due.extend(found.into_iter().map(|(key, about)| Alert { key, at: at.clone(), about }));
        due.retain(|alert| !self.alerts.has(&alert.key) && self.given.insert(alert.key.clone()));
        self.move_on(today);
        due
    }

    /// Judges the ratings whose follow-up is over, in their order.
    fn judge(&mut self, rules: &Rules, outside: &Outside, now: &Moment, due: &mut Vec<Alert>) {
        while let Some(open) = self.open.front() {
            let Some(fact) = self.facts.row(&open.id).and_then(|row: RowId| self.facts.fact(row)) else {
                self.open.pop_front();
                continue;
            };
            // Whoever comes next ends what the one before has left; a clock that was set back ends nothing.
            let is_over = fact.outcome.is_some() || self.open.len() > 1 || (now.now.0 - open.at.0).abs() >= OPEN_MS;
            if !is_over {
                break;
            }
            let is_bad = fact.scale == outside.measure.scale
                && Rating::new(fact.level).is_some_and(|level| outside.measure.bad.contains(&level));
            let (level, scale, point) = (fact.level, fact.scale, fact.point.to_owned());
            let Some(open) = self.open.pop_front() else { break };
            let is_news = open.place > self.marks.judged && now.now.0 - open.at.0 < STALE_MS;
            self.marks.judged = self.marks.judged.max(open.place);
            if !is_bad {
                continue;
            }
            if rules.bad && is_news {
                due.push(bad(&open, level, scale, point));
            }
            if let Some(repeated) = rules.repeated {
                due.extend(self.count_bad(&open, repeated).filter(|_| is_news));
            }
        }
    }

    /// Counts a bad rating; the one that makes them too many begins the count anew.
    fn count_bad(&mut self, open: &Open, Repeated { count, minutes }: Repeated) -> Option<Alert> {
        self.bad.push_back(open.at);
        let since = open.at.0 - i64::from(minutes) * 60_000;
        self.bad.retain(|at| at.0 >= since);
        let key = ["repeated:", open.id.as_str()].concat();
        // A reading that begins in the middle finds its beat again where an alert was raised before.
        let is_known = self.alerts.has(&key);
        if !is_known && self.bad.len() < count as usize {
            return None;
        }
        let counted = u32::try_from(self.bad.len()).unwrap_or(u32::MAX);
        self.bad.clear();
        let about = About::Repeated { response: open.id.clone(), count: counted, minutes };
        (!is_known).then(|| Alert { key, at: open.time.clone(), about })
    }

    fn tell_findings(&mut self, rules: &Rules, due: &mut Vec<Alert>) {
        for (place, event, at, finding) in std::mem::take(&mut self.findings) {
            let is_news = place > self.marks.told;
            self.marks.told = self.marks.told.max(place);
            if rules.unwell && is_news && FindingKind::parse(&finding).is_none_or(needs_somebody) {
                let key = ["finding:", event.as_str()].concat();
                due.push(Alert { key, at, about: About::Finding { event, finding } });
            }
        }
    }

    /// What the control chart says of today or yesterday, on the side below. Limits of fewer than twenty days are trials,
    /// and raise no alert.
    fn charted(&self, measure: &Measure, today: Date) -> Vec<(String, About)> {
        let view = View { period: CHART, ..View::default() };
        let trend = trend(&self.facts, &view, today, measure);
        let Some(chart) = trend.chart.as_ref().filter(|chart| !chart.is_trial) else { return Vec::new() };
        let days_of = |hit: &RuleHit| {
            let (from, to) = (trend.slots.get(hit.from)?, trend.slots.get(hit.to)?);
            Some(Days { from: from.days.from, to: to.days.to })
        };
        let about = |hit: &RuleHit| {
            let days = days_of(hit).filter(|days| days.to >= today.plus(-1))?;
            let broken = RULES.iter().position(|rule| *rule == hit.rule).and_then(|place| u8::try_from(place).ok())?;
            if self.is_charted(broken, days) {
                return None;
            }
            let slots = trend.slots.get(hit.from..=hit.to)?;
            let sum = slots.iter().fold(Counted::default(), |sum, slot| Counted {
                count: sum.count + slot.counted.count,
                of: sum.of + slot.counted.of,
            });
            let share = tenths(sum.count as f64 * 100.0 / sum.of.max(1) as f64);
            let [from, to] = [days.from, days.to].map(String::from);
            let key = format!("chart:{broken}:{from}");
            let centre = tenths(chart.centre).unsigned_abs();
            Some((key, About::Chart { broken, from, to, share: share.unsigned_abs(), centre }))
        };
        chart.hits.iter().filter(|hit| hit.side == Some(Side::Below)).filter_map(about).collect()
    }

    /// Whether an alert of the same rule is about some of these days: a run that goes on is the same run.
    fn is_charted(&self, broken: u8, days: Days) -> bool {
        let charted = self.alerts.all().iter().rev().filter_map(|raised| raised.alert.charted());
        charted.filter(|(known, _)| *known == broken).any(|(_, known)| known.and(days).is_some())
    }

    /// Once a week at most, as long as it lasts.
    fn missed(&self, days: u32, outside: &Outside, today: Date) -> Option<(String, About)> {
        let target = outside.target?;
        let period = Span::Own(today.plus(1 - i64::from(days)), today);
        let view = View { period, survey: Some(outside.survey.clone()), ..View::default() };
        let score = headline(&self.facts, &view, today, &outside.measure).score?;
        let is_missed = score.n >= FEWEST_FOR_A_SCORE && distance(&score, target).standing == Standing::Missed;
        let about = About::Target {
            survey: outside.survey.clone(),
            days,
            score: tenths(score.value),
            high: tenths(score.high),
            target: tenths(target),
            n: score.n,
        };
        let key = ["target:", &outside.survey, ":", &String::from(today.monday())].concat();
        is_missed.then_some((key, about))
    }

    /// The cases that no alert has named; they are one alert.
    fn overdue(&self, overdue: &[EventId]) -> Option<(String, About)> {
        let named = |case: &EventId| {
            self.alerts.all().iter().any(|raised| match &raised.alert.about {
                About::Overdue { cases, .. } => cases.contains(case),
                _ => false,
            })
        };
        let mut cases: Vec<EventId> = overdue.iter().filter(|case| !named(case)).cloned().collect();
        cases.sort_unstable();
        cases.truncate(MOST_CASES);
        let key = ["overdue:", cases.first()?.as_str()].concat();
        Some((key, About::Overdue { cases, count: overdue.len() as u64 }))
    }

    /// A restart begins to read at the first rating that a rule may still look at.
    fn move_on(&mut self, today: Date) {
        let horizon = today.plus(-HORIZON_DAYS);
        let first = self.days.iter().find(|(day, _)| **day >= horizon && **day <= today).map(|(_, place)| *place);
        if let Some(Place { epoch, seq }) = first {
            self.marks.from = Place { epoch, seq: seq.saturating_sub(1) };
        }
    }
}

fn bad(open: &Open, level: u8, scale: Scale, point: String) -> Alert {
    let about = About::Bad { response: open.id.clone(), level, scale, point };
    Alert { key: ["bad:", open.id.as_str()].concat(), at: open.time.clone(), about }
}

/// Each at most once a day, as long as it lasts.
fn unwell(outside: &Outside, today: Date, now: UnixMillis) -> Vec<(String, About)> {
    let day = String::from(today);
    let mut found = Vec::new();
    let mut find = |name: &str, about: About| found.push(([name, &day].concat(), about));
    if outside.quarantined > 0 {
        find("quarantined:", About::Quarantined { count: outside.quarantined });
    }
    if let Some((count, since)) = outside.waiting {
        let hours = (now.0 - since.0) / HOUR_MS;
        if hours >= UNDELIVERED_HOURS {
            find("undelivered:", About::Undelivered { hours: u32::try_from(hours).unwrap_or(u32::MAX), count });
        }
    }
    if let Some(percent) = outside.used_percent.filter(|percent| *percent >= NEARLY_FULL_PERCENT) {
        find("storage:", About::Storage { percent });
    }
    found
}

/// Whether a finding asks somebody to do something: what was put right by itself does not.
fn needs_somebody(finding: FindingKind) -> bool {
    !matches!(finding, FindingKind::StoreRepaired | FindingKind::Recovered | FindingKind::ClockRight)
}

fn tenths(value: f64) -> i32 {
    (value * 10.0).round() as i32
}
