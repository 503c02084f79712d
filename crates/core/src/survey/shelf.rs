//! An owner's own surveys: which there are, and which of their versions have been in service. A version that has been
//! stays as it was: its answers keep their words.

use serde_json::{Value, json};

/// The named record that lists them.
pub const SHELF_RECORD: &str = "surveys";
/// The named record of the version in service, which the kiosk reads, begins with this; the id follows.
pub const SURVEY_RECORD: &str = "survey:";

/// The list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf(pub Vec<Own>);

/// One survey.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// Its id.
    pub id: String,
    /// The versions that have been in service, the newest last.
    pub versions: Vec<u32>,
}

impl Shelf {
    /// Reads the record; what cannot be read is left out.
    pub fn read(json: &str) -> Self {
        let value: Value = serde_json::from_str(json).unwrap_or_default();
        let own = value.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(|own| {
            let id = own.get("id")?.as_str()?.to_owned();
            let versions = own.get("versions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice).iter();
            let versions = versions.filter_map(|version| u32::try_from(version.as_u64()?).ok()).collect();
            Some(Own { id, versions })
        });
        Self(own.collect())
    }

    /// The record.
    pub fn to_json(&self) -> String {
        let own = self.0.iter().map(|own| json!({ "id": own.id, "versions": own.versions }));
        Value::Array(own.collect()).to_string()
    }

    /// A survey of this id.
    pub fn own(&self, id: &str) -> Option<&Own> {
        self.0.iter().find(|own| own.id == id)
    }

    /// Whether there is one of this id.
    pub fn has(&self, id: &str) -> bool {
        self.own(id).is_some()
    }

    /// The ids of those that are or have been in service, and can be again.
    pub fn in_service(&self) -> Vec<String> {
        self.0.iter().filter(|own| !own.versions.is_empty()).map(|own| own.id.clone()).collect()
    }

    /// Takes a survey in, without any version that was in service.
    pub fn add(&mut self, id: &str) {
        if !self.has(id) {
            self.0.push(Own { id: id.to_owned(), versions: Vec::new() });
        }
    }

    /// Notes that a version comes into service.
    pub fn note(&mut self, id: &str, version: u32) {
        self.add(id);
        for own in self.0.iter_mut().filter(|own| own.id == id) {
            own.versions.retain(|known| *known != version);
            own.versions.push(version);
            own.versions.sort_unstable();
        }
    }

    /// Lets go of a survey that has never been in service; says whether it did.
    pub fn remove(&mut self, id: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|own| own.id != id || !own.versions.is_empty());
        self.0.len() < before
    }

    /// What another list has besides comes in.
    pub fn join(&mut self, other: &Self) {
        for own in &other.0 {
            self.add(&own.id);
            for version in &own.versions {
                self.note(&own.id, *version);
            }
        }
    }

    /// Every named record that belongs to these surveys.
    pub fn records(&self) -> Vec<String> {
        let of = |own: &Own| {
            let versions = own.versions.iter().map(|version| version_record(&own.id, *version));
            let newest = (!own.versions.is_empty()).then(|| [SURVEY_RECORD, &own.id].concat());
            versions.chain(newest).chain([draft_record(&own.id)]).collect::<Vec<String>>()
        };
        self.0.iter().flat_map(of).collect()
    }
}

impl Own {
    /// The version under which a draft goes into service. `is_as_last`: nothing but the number differs from the last one.
    pub fn next_version(&self, of_draft: u32, is_as_last: bool) -> u32 {
        match self.versions.last() {
            None => of_draft.max(1),
            Some(last) if is_as_last => *last,
            Some(last) => of_draft.max(last.saturating_add(1)),
        }
    }
}

/// The named record of a version that has been in service.
pub fn version_record(id: &str, version: u32) -> String {
    format!("{SURVEY_RECORD}{id}:{version}")
}

/// Whether a named record is that of a version, which is never written over.
pub fn is_version_record(name: &str) -> bool {
    let place = name.strip_prefix(SURVEY_RECORD).and_then(|name| name.split_once(':'));
    place.is_some_and(|(_, version)| version.parse::<u32>().is_ok())
}

/// The named record of what is being edited.
pub fn draft_record(id: &str) -> String {
    format!("{SURVEY_RECORD}{id}:draft")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_as_it_was_written() {
        let mut shelf = Shelf::default();
        shelf.add("hotel-2");
        shelf.note("lobby", 3);
        shelf.note("lobby", 2);
        shelf.note("lobby", 3);
        assert_eq!(Shelf::read(&shelf.to_json()), shelf);
        assert_eq!(shelf.own("lobby").unwrap().versions, [2, 3]);
        assert_eq!(shelf.in_service(), ["lobby"]);
        assert_eq!(
            shelf.records(),
            ["survey:hotel-2:draft", "survey:lobby:2", "survey:lobby:3", "survey:lobby", "survey:lobby:draft"]
        );
        assert_eq!(Shelf::read("nonsense"), Shelf::default());
        let versions = shelf.records().into_iter().filter(|name| is_version_record(name)).count();
        assert_eq!(versions, 2);
    }

    /// The kiosk looks for a file only where there is no hyphen.
    #[test]
    fn an_owner_s_survey_is_told_from_a_template_by_its_name() {
        for id in crate::survey::tests::TEMPLATES {
            assert!(!id.contains('-'));
            assert!(crate::survey::sketch::free_id(id, |_| false).contains('-'));
        }
    }

    #[test]
    fn a_survey_that_has_collected_answers_stays() {
        let mut shelf = Shelf::default();
        shelf.add("draft");
        shelf.note("lobby", 1);
        assert!(shelf.remove("draft") && !shelf.remove("lobby") && !shelf.remove("draft"));
        assert_eq!(shelf.0.len(), 1);
    }

    #[test]
    fn two_tablets_surveys_come_together() {
        let (mut here, mut there) = (Shelf::default(), Shelf::default());
        here.note("lobby", 1);
        there.note("lobby", 2);
        there.add("spa");
        here.join(&there);
        assert_eq!(here.own("lobby").unwrap().versions, [1, 2]);
        assert!(here.has("spa"));
    }

    #[test]
    fn a_version_that_was_in_service_is_never_written_over() {
        let own = |versions: &[u32]| Own { id: "lobby".into(), versions: versions.to_vec() };
        assert_eq!(own(&[]).next_version(1, false), 1);
        assert_eq!(own(&[]).next_version(4, false), 4, "as its file says");
        assert_eq!(own(&[1]).next_version(1, false), 2);
        assert_eq!(own(&[1, 3]).next_version(2, false), 4);
        assert_eq!(own(&[1, 3]).next_version(7, false), 7, "a file from another tablet is ahead");
        assert_eq!(own(&[1, 3]).next_version(3, true), 3, "nothing has changed");
    }
}
