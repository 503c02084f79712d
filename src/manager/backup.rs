//! A back-up of the tablet in one encrypted file, written page by page: the page goes on while it is.

use std::collections::BTreeMap;

use candor_core::chain::PersonalText;
use candor_core::event::Body;
use candor_core::journal::{Place, Row, StoreError};
use candor_core::time::rfc3339;
use candor_vault::backup::content::{BackupHeader, BackupLine, Texts};
use candor_vault::backup::{BackupFault, BackupWriter};
use leptos::prelude::*;
use serde::Deserialize;

use crate::browser::clock;
use crate::browser::task::{sleep, spawn};
use crate::manager::backup_records::{Record, gather};
use crate::manager::desk::{Desk, PAGE};
use crate::manager::door::PAINT_MS;
use crate::manager::file::{NotTaken, Parts};
use crate::manager::passphrase::{PassphraseFault, check};
use crate::manager::store::Store;

/// What the file is called behind the point and the day.
const ENDING: &str = ".candor";
/// What `exported` calls it.
const FORMAT: &str = "backup";

/// How a back-up stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// None was asked for, or something was edited since.
    None,
    /// The passphrase cannot be used.
    Fault(PassphraseFault),
    /// The journal is counted: the file begins with how much is in it.
    Counting {
        /// Events found so far.
        events: u64,
    },
    /// The passphrase is made into a key.
    Deriving,
    /// Rows are on their way into the file.
    Running {
        /// Events written.
        done: u64,
        /// Events to be written.
        total: u64,
    },
    /// Handed to the browser.
    Done(Written),
    /// Somebody stopped it; there is no file.
    Cancelled,
    /// There is no file.
    Failed(Fault),
}

impl State {
    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Counting { .. } | Self::Deriving | Self::Running { .. })
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file's name.
    pub name: String,
    /// Events in it.
    pub events: u64,
    /// Whether customers' words in it are sealed besides.
    pub texts: Texts,
    /// Rows of the journal that can no longer be read, and are not in it.
    pub unreadable: u64,
    /// Whether the journal says that it was written.
    pub is_recorded: bool,
}

/// Why there is no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Storage failed.
    Store(StoreError),
    /// There is no memory for Argon2.
    Memory,
    /// The browser takes no file.
    NotTaken,
    /// The journal was put together anew meanwhile.
    Changed,
    /// Somebody stopped it.
    Cancelled,
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<NotTaken> for Fault {
    fn from(NotTaken: NotTaken) -> Self {
        Self::NotTaken
    }
}

impl From<BackupFault> for Fault {
    fn from(fault: BackupFault) -> Self {
        // Of the rest a writer knows only the file that is too long for anybody.
        if fault == BackupFault::Costs { Self::Memory } else { Self::NotTaken }
    }
}

/// The back-up of a desk.
#[derive(Clone, Copy)]
pub struct Backup {
    /// How it stands.
    pub state: RwSignal<State>,
    /// Whether it is to end.
    stop: RwSignal<bool>,
}

impl Backup {
    /// None yet.
    pub fn new() -> Self {
        Self { state: RwSignal::new(State::None), stop: RwSignal::new(false) }
    }

    /// Writes one, if the passphrase may be used.
    pub fn write(self, desk: Desk, passphrase: String, again: &str) {
        if self.state.with_untracked(State::is_running) {
            return;
        }
        if let Err(fault) = check(&passphrase, again) {
            self.state.set(State::Fault(fault));
            return;
        }
        let Some(store) = desk.store() else { return };
        self.stop.set(false);
        self.state.set(State::Counting { events: 0 });
        spawn(async move {
            let outcome = match self.write_file(desk, &store, &passphrase).await {
                Ok(written) => State::Done(written),
                Err(Fault::Cancelled) => State::Cancelled,
                Err(fault) => State::Failed(fault),
            };
            self.state.set(outcome);
            desk.refresh();
        });
    }

    /// Ends it before its time.
    pub fn cancel(self) {
        self.stop.set(true);
    }

    /// What was said about the last one is out of date.
    pub fn edited(self) {
        if !self.state.with_untracked(State::is_running) {
            self.state.set(State::None);
        }
    }

    async fn write_file(self, desk: Desk, store: &Store, passphrase: &str) -> Result<Written, Fault> {
        // Before the rows: a head that was signed meanwhile may name events that are not in the file.
        let records = gather(store).await?;
        let survey = self.survey(store).await?;
        self.state.set(State::Deriving);
        sleep(PAINT_MS).await;
        let head = store.head().await?.ok_or_else(|| StoreError::Broken("no run has begun".to_owned()))?;
        let now = clock::now();
        let header = BackupHeader {
            app: env!("CARGO_PKG_VERSION").to_owned(),
            device: head.device,
            epoch: head.epoch,
            events: survey.events,
            seq: survey.ends.get(&head.epoch).copied().unwrap_or_default(),
            texts: survey.texts,
            time: rfc3339(now, clock::offset_at(now)),
        };
        let parts = Parts::default();
        let mut writer = BackupWriter::new(passphrase, &clock::random(), &header)?;
        self.write_rows(store, records, &survey, &mut writer, &parts).await?;
        parts.push(&writer.finish()?)?;
        let name = desk.file_name(&header.device, ENDING);
        parts.offer(&name, "application/octet-stream")?;
        let rows = u32::try_from(survey.events).unwrap_or(u32::MAX);
        let is_recorded = store.record(Body::Exported { format: FORMAT.to_owned(), rows }).await.is_ok();
        let Survey { events, texts, unreadable, .. } = survey;
        Ok(Written { name, events, texts, unreadable, is_recorded })
    }

    /// Reads the journal once through: what is in it is written into the file's first lines.
    async fn survey(self, store: &Store) -> Result<Survey, Fault> {
        let (mut survey, mut after) = (Survey::default(), Place::default());
        loop {
            let page = store.rows(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(survey) };
            after = last.place;
            page.iter().for_each(|row| survey.take(row));
            self.go_on(State::Counting { events: survey.events })?;
        }
    }

    async fn write_rows(
        self,
        store: &Store,
        records: Vec<Record>,
        survey: &Survey,
        writer: &mut BackupWriter,
        parts: &Parts,
    ) -> Result<(), Fault> {
        for (name, value) in records {
            parts.push(&writer.push(BackupLine::Record { name, value }.to_line().as_bytes())?)?;
        }
        let (mut done, mut after) = (0, Place::default());
        loop {
            let page = store.rows(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.place;
            let mut content = String::new();
            for line in page.into_iter().filter(|row| survey.has(row)).filter_map(|row| BackupLine::parse(&row.json)) {
                content.push_str(&line.to_line());
                done += 1;
            }
            parts.push(&writer.push(content.as_bytes())?)?;
            self.go_on(State::Running { done, total: survey.events })?;
        }
        if done == survey.events { Ok(()) } else { Err(Fault::Changed) }
    }

    /// Says how it stands, unless it is to end: by the button, or with the desk.
    fn go_on(self, state: State) -> Result<(), Fault> {
        if self.stop.try_get_untracked().unwrap_or(true) {
            return Err(Fault::Cancelled);
        }
        self.state.set(state);
        Ok(())
    }
}

/// What there is to write. What is recorded later is not: the file says at its beginning how much is in it.
#[derive(Debug, Default)]
struct Survey {
    events: u64,
    /// The last number of each epoch.
    ends: BTreeMap<u32, u64>,
    texts: Texts,
    unreadable: u64,
}

/// What is looked at in a row: the words, if there are any.
#[derive(Deserialize)]
struct Worded {
    data: Words,
}

#[derive(Deserialize)]
struct Words {
    text: Option<PersonalText>,
}

impl Survey {
    fn take(&mut self, row: &Row) {
        self.ends.insert(row.place.epoch, row.place.seq);
        if BackupLine::parse(&row.json).is_none() {
            self.unreadable += 1;
            return;
        }
        self.events += 1;
        let words = serde_json::from_str::<Worded>(&row.json).ok().and_then(|row| row.data.text);
        self.texts = words.map_or(self.texts, |text| self.texts.with(&text));
    }

    fn has(&self, row: &Row) -> bool {
        self.ends.get(&row.place.epoch).is_some_and(|end| row.place.seq <= *end)
    }
}

#[cfg(test)]
mod tests {
    use candor_core::chain::Head;
    use candor_core::event::Draft;
    use candor_core::wire::{CloudEvent, add_text};
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn row(epoch: u32, seq: u64, text: Option<&str>) -> Row {
        let head = Head { seq: seq - 1, ..Head::enrol("tablet", epoch) };
        let (event, _) = head.link(&Draft::new(&clock::moment(), Body::Unlocked {}));
        let json = CloudEvent::to_json(&event);
        let json = text.map_or_else(|| json.clone(), |text| add_text(&json, text));
        Row { place: Place { epoch, seq }, json }
    }

    #[wasm_bindgen_test]
    fn counts_what_is_there_and_leaves_out_what_comes_later() {
        let mut survey = Survey::default();
        [row(1, 1, None), row(1, 2, None), row(9, 4, None)].iter().for_each(|row| survey.take(row));
        assert_eq!((survey.events, survey.texts), (3, Texts::None));
        assert!(survey.has(&row(1, 2, None)) && survey.has(&row(9, 3, None)));
        assert!(!survey.has(&row(1, 3, None)) && !survey.has(&row(2, 1, None)));
    }

    #[wasm_bindgen_test]
    fn says_whether_words_are_sealed() {
        let check = |texts: &[&str], expected: Texts| {
            let mut survey = Survey::default();
            texts.iter().for_each(|text| survey.take(&row(1, 1, Some(text))));
            assert_eq!(survey.texts, expected);
        };
        let clear = PersonalText::new("x", &[0; 16]).unwrap().to_json();
        let sealed = PersonalText::Sealed { key: "0011223344556677".into(), sealed: "AA".into() }.to_json();
        check(&[&clear], Texts::Clear);
        check(&[&sealed, &sealed], Texts::Sealed);
        check(&[&sealed, &clear], Texts::Mixed);
    }

    #[wasm_bindgen_test]
    fn a_row_that_cannot_be_read_does_not_spoil_the_file() {
        let mut survey = Survey::default();
        survey.take(&Row { place: Place { epoch: 1, seq: 1 }, json: "half a r".to_owned() });
        assert_eq!((survey.events, survey.unreadable), (0, 1));
    }
}
