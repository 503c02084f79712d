//! The endpoint: keeps each event once, and answers by its mood.

use std::collections::BTreeMap;

use candor_core::event::{Event, EventId};
use candor_core::wire::{Answer, CloudEvent, Receipt, Rejection};

use crate::dice::Dice;

/// How the endpoint, or whoever stands between, answers at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    Well,
    /// 500 or 503, and nothing is stored.
    Down,
    /// 429, now and then with a number of seconds.
    Limiting(Option<u32>),
    /// 200 with a page to log in at, 204, or a redirect.
    Portal(u16),
    /// 401.
    Locked,
    /// 404.
    Gone,
    /// 413 for more events than this at once.
    Narrow(usize),
    /// It stores and answers, and names only half of what it has stored.
    Forgetful,
}

impl Mood {
    /// Any of them, `Well` more often than each other.
    pub fn any(dice: &mut Dice) -> Self {
        match dice.below(12) {
            0 => Self::Down,
            1 => Self::Limiting(Some(dice.below(5_000) as u32)),
            2 => Self::Limiting(None),
            3 | 8 => Self::Portal([200, 204, 302][dice.place(3)]),
            4 => Self::Locked,
            5 => Self::Gone,
            6 => Self::Narrow(1 + dice.place(20)),
            7 => Self::Forgetful,
            _ => Self::Well,
        }
    }
}

/// How the endpoint treats an event, told by its id, so that it treats it so each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is stored.
    Taken,
    /// A receipt rejects it, and takes the rest of its batch.
    Rejected,
    /// A batch with it in it is refused whole, with 422.
    Poison,
}

/// One event in fifty is rejected, and one in a hundred is poison.
pub fn fate(id: &EventId) -> Fate {
    let last = id.as_str().get(34..).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or_default();
    match last {
        0..=4 => Fate::Rejected,
        5..=7 => Fate::Poison,
        _ => Fate::Taken,
    }
}

/// The endpoint and its store.
#[derive(Debug)]
pub struct Receiver {
    /// How it answers at the moment.
    pub mood: Mood,
    /// Whether its store keeps (source, id) unique, as it must.
    pub is_unique: bool,
    /// Every row, in the order in which they came.
    pub rows: Vec<Event>,
    known: BTreeMap<EventId, usize>,
    /// Events that came again.
    pub repeated: u64,
}

impl Receiver {
    /// An empty store.
    pub fn new(is_unique: bool) -> Self {
        Self { mood: Mood::Well, is_unique, rows: Vec::new(), known: BTreeMap::new(), repeated: 0 }
    }

    /// Takes a request and answers it; `Err` says what no tablet may ever send.
    pub fn take(&mut self, body: &str) -> Result<Answer, String> {
        let answer = |status: u16, kind: &str, body: &str| Answer {
            status,
            is_authentic: true,
            content_type: Some(kind.to_owned()),
            body: body.to_owned(),
            ..Answer::default()
        };
        let batch: Vec<CloudEvent> = serde_json::from_str(body).map_err(|fault| format!("{fault}: {body}"))?;
        let problem = "application/problem+json";
        match self.mood {
            Mood::Down => return Ok(answer(503, problem, "{}")),
            Mood::Limiting(seconds) => {
                let retry_after = seconds.map(|seconds| seconds.to_string());
                return Ok(Answer { retry_after, ..answer(429, problem, "{}") });
            }
            // Whoever stands between cannot speak for the endpoint.
            Mood::Portal(status) => {
                let (kind, page) = if status == 200 { ("text/html", "<title>Wi-Fi</title>") } else { ("", "") };
                return Ok(Answer { is_authentic: false, ..answer(status, kind, page) });
            }
            Mood::Locked => return Ok(answer(401, problem, "{}")),
            Mood::Gone => return Ok(answer(404, problem, "{}")),
            Mood::Narrow(most) if batch.len() > most => return Ok(answer(413, problem, "{}")),
            Mood::Narrow(_) | Mood::Forgetful | Mood::Well => {}
        }
        if batch.iter().any(|event| fate(&event.id) == Fate::Poison) {
            return Ok(answer(422, problem, "{}"));
        }
        let mut receipt = Receipt::default();
        for (place, travelling) in batch.into_iter().enumerate() {
            let (event, _) = travelling.open().map_err(|fault| fault.detail().to_owned())?;
            if fate(&event.id) == Fate::Rejected {
                let (code, detail) = ("rejected".to_owned(), String::new());
                receipt.rejected.push(Rejection { id: event.id, code, detail });
                continue;
            }
            if self.mood != Mood::Forgetful || place % 2 == 0 {
                receipt.accepted.push(event.id.clone());
            }
            self.keep(event)?;
        }
        Ok(answer(200, "application/json", &serde_json::to_string(&receipt).unwrap_or_default()))
    }

    fn keep(&mut self, event: Event) -> Result<(), String> {
        if let Some(known) = self.known.get(&event.id).map(|place| &self.rows[*place]) {
            self.repeated += 1;
            if *known != event {
                return Err(format!("{} came twice, and not the same: {known:?} and {event:?}", event.id));
            }
            if self.is_unique {
                return Ok(());
            }
        }
        self.known.insert(event.id.clone(), self.rows.len());
        self.rows.push(event);
        Ok(())
    }
}
