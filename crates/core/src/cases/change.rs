//! What happens to a case, as the events `case.opened` and `case.changed` tell it. A note is the event's personal text,
//! beside the chain and not in it.

use serde_json::{Map, Value, json};

use crate::chain::PersonalText;
use crate::event::{Body, Event, EventId};

/// The type of the event that makes a case of a rating by hand.
pub(super) const OPENED: &str = "case.opened";
/// The type of the event that something was done about a case.
pub(super) const CHANGED: &str = "case.changed";

/// The steps of a case, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// 核实: whether it was so.
    Verify,
    /// 回访: the customer is called back.
    CallBack,
    /// 整改: the cause is put right.
    Fix,
    /// 反馈: the customer is told.
    Tell,
    /// 复核: somebody looks whether it has held.
    Recheck,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Verify, Self::CallBack, Self::Fix, Self::Tell, Self::Recheck];

    /// Its name in events and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::CallBack => "call-back",
            Self::Fix => "fix",
            Self::Tell => "tell",
            Self::Recheck => "recheck",
        }
    }

    /// The step of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// What can come of it.
    pub fn results(self) -> impl Iterator<Item = StepResult> {
        StepResult::ALL.into_iter().map(|(_, result)| result).filter(move |result| result.step() == self)
    }
}

/// What came of a step. Each belongs to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepResult {
    /// It was as the customer says.
    Confirmed,
    /// Some of it was.
    Partly,
    /// None of it was.
    Unfounded,
    /// Called back, and content with what was said.
    Satisfied,
    /// Called back, and not content.
    Dissatisfied,
    /// Nobody answered: the step stays as it is.
    NoAnswer,
    /// There is no way to reach the customer.
    NoContact,
    /// Put right.
    Fixed,
    /// It cannot be put right here.
    NotFixable,
    /// The customer knows what was done.
    Told,
    /// The customer could not be told.
    NotTold,
    /// It has held.
    Passed,
    /// It has not: it is to be put right once more.
    Failed,
}

impl StepResult {
    /// All of them, by their names in events.
    pub const ALL: [(&'static str, Self); 13] = [
        ("confirmed", Self::Confirmed),
        ("partly", Self::Partly),
        ("unfounded", Self::Unfounded),
        ("satisfied", Self::Satisfied),
        ("dissatisfied", Self::Dissatisfied),
        ("no-answer", Self::NoAnswer),
        ("no-contact", Self::NoContact),
        ("fixed", Self::Fixed),
        ("not-fixable", Self::NotFixable),
        ("told", Self::Told),
        ("not-told", Self::NotTold),
        ("passed", Self::Passed),
        ("failed", Self::Failed),
    ];

    /// The step that it is a result of.
    pub fn step(self) -> Step {
        match self {
            Self::Confirmed | Self::Partly | Self::Unfounded => Step::Verify,
            Self::Satisfied | Self::Dissatisfied | Self::NoAnswer | Self::NoContact => Step::CallBack,
            Self::Fixed | Self::NotFixable => Step::Fix,
            Self::Told | Self::NotTold => Step::Tell,
            Self::Passed | Self::Failed => Step::Recheck,
        }
    }

    /// Its name in events.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, result)| *result == self).map_or("", |(name, _)| name)
    }

    /// The result of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, result)| result)
    }
}

/// Why a rating is said not to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The customer slipped, or meant another service.
    Mistaken,
    /// It was given to do harm.
    Malicious,
}

impl Ground {
    /// Both, by their names in events.
    pub const ALL: [(&'static str, Self); 2] = [("mistaken", Self::Mistaken), ("malicious", Self::Malicious)];
}

/// What became of an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The rating is doubted from now on. It stays, and counts in the raw figures.
    Upheld,
    /// The rating counts, and the case goes on.
    Rejected,
}

impl Decision {
    /// Both, by their names in events.
    pub const ALL: [(&'static str, Self); 2] = [("upheld", Self::Upheld), ("rejected", Self::Rejected)];
}

/// Something that is done about a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A step brought something.
    Step(StepResult),
    /// Whose it is now; empty for nobody's.
    Owner(String),
    /// Which department deals with it now; empty for none.
    Department(String),
    /// Something was noted, and nothing else.
    Noted,
    /// Somebody says that the rating should not count.
    Appealed(Ground),
    /// What became of that.
    Decided(Decision),
    /// The customer rated once more: that response.
    Linked(EventId),
    /// That response is another customer's.
    Unlinked(EventId),
    /// It is to be put right once more.
    Reopened,
}

/// What an event says of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Somebody made a case of it.
    Opened,
    /// Something was done.
    Changed(Change),
    /// Something that this version does not know, by its name: it stands in the history all the same.
    Other(String),
}

/// An event about a case, as its history has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The event.
    pub id: EventId,
    /// On which tablet.
    pub device: String,
    /// When: RFC 3339 with that tablet's offset.
    pub time: String,
    /// Who did it, as they call themselves; empty where nobody said.
    pub by: String,
    /// What.
    pub what: What,
    /// The note, in clear or sealed.
    pub note: Option<PersonalText>,
    /// Whether there was a note that has been erased since.
    pub is_note_erased: bool,
}

impl Change {
    /// Its name in events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Step(_) => "step",
            Self::Owner(_) => "owner",
            Self::Department(_) => "department",
            Self::Noted => "noted",
            Self::Appealed(_) => "appealed",
            Self::Decided(_) => "decided",
            Self::Linked(_) => "linked",
            Self::Unlinked(_) => "unlinked",
            Self::Reopened => "reopened",
        }
    }

    fn write(&self, to: &mut Map<String, Value>) {
        let mut put = |name: &str, value: &str| to.insert(name.to_owned(), value.into());
        match self {
            Self::Step(result) => {
                put("step", result.step().name());
                put("result", result.name());
            }
            Self::Owner(name) => drop(put("owner", name)),
            Self::Department(name) => drop(put("department", name)),
            Self::Appealed(ground) => drop(put("ground", name_of(&Ground::ALL, *ground))),
            Self::Decided(decision) => drop(put("decision", name_of(&Decision::ALL, *decision))),
            Self::Linked(second) | Self::Unlinked(second) => drop(put("second", second.as_str())),
            Self::Noted | Self::Reopened => {}
        }
    }

    fn read(data: &Value) -> Option<Self> {
        let text = |name: &str| data.get(name).and_then(Value::as_str);
        let second = || text("second").and_then(EventId::parse);
        Some(match text("change")? {
            "step" => Self::Step(StepResult::named(text("result")?)?),
            "owner" => Self::Owner(text("owner")?.to_owned()),
            "department" => Self::Department(text("department")?.to_owned()),
            "noted" => Self::Noted,
            "appealed" => Self::Appealed(named(&Ground::ALL, text("ground")?)?),
            "decided" => Self::Decided(named(&Decision::ALL, text("decision")?)?),
            "linked" => Self::Linked(second()?),
            "unlinked" => Self::Unlinked(second()?),
            "reopened" => Self::Reopened,
            _ => return None,
        })
    }
}

impl Recorded {
    /// The response that an event is about, and what it says; `None` of an event about no case.
    pub(super) fn read(event: &Event, text: Option<&PersonalText>) -> Option<(EventId, Self)> {
        let response = event.data.get("response").and_then(Value::as_str).and_then(EventId::parse)?;
        let name = || event.data.get("change").and_then(Value::as_str).unwrap_or_default().to_owned();
        let what = match event.kind.as_str() {
            OPENED => What::Opened,
            CHANGED => Change::read(&event.data).map_or_else(|| What::Other(name()), What::Changed),
            _ => return None,
        };
        let recorded = Self {
            id: event.id.clone(),
            device: event.device.clone(),
            time: event.time.clone(),
            by: event.data.get("by").and_then(Value::as_str).unwrap_or_default().to_owned(),
            what,
            note: text.cloned(),
            is_note_erased: text.is_none() && event.data.get("textdigest").is_some(),
        };
        Some((response, recorded))
    }
}

/// The body of the event that makes a case of a rating.
pub fn opened(response: &EventId, by: &str) -> Body {
    Body::noted(OPENED, Value::Object(body(response, by)))
}

/// The body of the event that something was done about a case.
pub fn changed(response: &EventId, change: &Change, by: &str) -> Body {
    let mut body = body(response, by);
    body.insert("change".to_owned(), change.name().into());
    change.write(&mut body);
    Body::noted(CHANGED, Value::Object(body))
}

/// The response that an event says should not count, an appeal having been upheld.
pub fn upheld_appeal(event: &Event) -> Option<EventId> {
    let is_upheld = event.kind == CHANGED && Change::read(&event.data) == Some(Change::Decided(Decision::Upheld));
    is_upheld.then(|| event.data.get("response").and_then(Value::as_str).and_then(EventId::parse)).flatten()
}

fn body(response: &EventId, by: &str) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("response".to_owned(), json!(response));
    if !by.is_empty() {
        body.insert("by".to_owned(), by.into());
    }
    body
}

fn name_of<T: Copy + PartialEq>(all: &[(&'static str, T)], of: T) -> &'static str {
    all.iter().find(|(_, known)| *known == of).map_or("", |(name, _)| name)
}

fn named<T: Copy>(all: &[(&'static str, T)], name: &str) -> Option<T> {
    all.iter().find(|(known, _)| *known == name).map(|(_, of)| *of)
}
