//! Targets of the figures that lead: for each survey the score that is aimed at. Those of service items are the survey's own.

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use crate::provision::{Fault, FaultKind};
use crate::reader::{self, Reader};
use crate::survey::FaultKind as Form;

/// The named record of the journal that holds them as JSON.
pub const TARGETS_RECORD: &str = "targets";
/// As many as an owner has surveys, with room for former ones.
pub const MAX_TARGETS: usize = 50;
/// No figure reaches further: shares and indices lie within 0 and 100, the NPS within −100 and 100.
const ENDS: (f64, f64) = (-100.0, 100.0);

/// A target for each survey that has one, in the unit of its figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Targets(pub BTreeMap<String, f64>);

impl Targets {
    /// That of a survey.
    pub fn of(&self, survey: &str) -> Option<f64> {
        self.0.get(survey).copied()
    }

    /// Reads what was saved; what cannot be read aims at nothing.
    pub fn from_record(record: &str) -> Self {
        reader::from_record(record, Self::read)
    }

    /// The targets as they are saved; empty where there is none.
    pub fn to_record(&self) -> String {
        if self.0.is_empty() { String::new() } else { self.to_value().to_string() }
    }

    /// The targets as a file has them.
    pub fn to_value(&self) -> Value {
        let number = |(survey, target): (&String, &f64)| Some((survey.clone(), Number::from_f64(*target)?.into()));
        Value::Object(self.0.iter().filter_map(number).collect())
    }

    /// Reads and checks targets: numbers by the names of surveys.
    ///
    /// # Errors
    /// Every fault, each with its path.
    pub fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        Reader::read(|reader| {
            let mut targets = BTreeMap::new();
            let is_short = value.as_object().is_none_or(|members| members.len() <= MAX_TARGETS);
            let value = if is_short { value } else { &Value::Null };
            reader.each(value, Form::NotAnObject.into(), |reader, survey, value| {
                match value.as_f64().filter(|target| (ENDS.0..=ENDS.1).contains(target)) {
                    Some(target) => drop(targets.insert(survey.to_owned(), target)),
                    None => reader.fault(FaultKind::Target),
                }
            });
            Self(targets)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_target_is_a_number_for_a_survey() {
        let targets = Targets::read(&json!({ "bank": 85, "hotel": -12.5 })).unwrap();
        assert_eq!((targets.of("bank"), targets.of("hotel"), targets.of("x")), (Some(85.0), Some(-12.5), None));
        assert_eq!(Targets::from_record(&targets.to_record()), targets);
        assert_eq!((Targets::default().to_record().as_str(), Targets::from_record("")), ("", Targets::default()));
        for wrong in [json!({ "bank": "85" }), json!({ "bank": 101 }), json!({ "bank": null })] {
            let faults = Targets::read(&wrong).unwrap_err();
            assert_eq!((faults[0].path.as_str(), &faults[0].wrong), ("bank", &FaultKind::Target), "{wrong}");
        }
    }
}
