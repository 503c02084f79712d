//! The export: what is shown now, as a file. Here it is decided what goes into it and how it stands; a worker writes it.

mod about;
mod card;
mod columns;
mod worker;

pub use self::card::{ExportButton, ExportCard};

use candor_core::event::Body;
use candor_core::facts::{Facts, Filter, Selection};
use candor_core::hours::Date;
use candor_core::insight::{is_hidden, selection};
use candor_core::journal::{Place, StoreError};
use candor_core::time::rfc3339;
use candor_core::witness::HEADS_RECORD;
use candor_export::job::{About, Columns, Format, Job, Manifest};
use candor_export::plan::Plan;
use leptos::prelude::*;

use self::worker::{News, Picked, Worker};
use crate::browser::clock;
use crate::browser::task::{sleep, spawn};
use crate::manager::desk::Desk;
use crate::manager::door::PAINT_MS;
use crate::manager::figures::file_name_with;
use crate::manager::insight::Insight;
use crate::manager::language::Language;

/// How an export stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// None was asked for, or something was chosen since.
    #[default]
    None,
    /// It is put together, or somebody chooses where to.
    Preparing,
    /// Rows are on their way into the file.
    Running {
        /// Rows written.
        done: u64,
        /// Rows to be written.
        total: u64,
    },
    /// There is a file.
    Done(Done),
    /// There is none.
    Failed(Fault),
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The file's name.
    pub name: String,
    /// In which format.
    pub format: Format,
    /// Rows, or events, in it.
    pub rows: u64,
    /// Responses that could no longer be read.
    pub lost: u64,
    /// Whether somebody has chosen a place, and it is not a download.
    pub is_placed: bool,
    /// Whether the journal says that it was written.
    pub is_recorded: bool,
}

/// Why there is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Somebody stopped it.
    Cancelled,
    /// The file, the browser or its memory takes no more.
    NotTaken,
    /// Storage failed.
    Unreadable,
    /// The worker came upon a bug, or never came.
    Died,
    /// The selection is empty.
    Nothing,
    /// The format does not hold so many rows.
    TooMany,
    /// It would be about one person, of whom there are too few.
    Hidden,
}

impl Fault {
    fn named(name: &str) -> Self {
        match name {
            "cancelled" => Self::Cancelled,
            "not-taken" => Self::NotTaken,
            "store" | "newer" => Self::Unreadable,
            _ => Self::Died,
        }
    }
}

/// What somebody has chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// In which format.
    pub format: Format,
    /// Whether headings and answers are words, and not codes for programs.
    pub is_in_words: bool,
    /// Whether a CSV begins with a byte order mark.
    pub has_bom: bool,
}

/// The export of a desk.
#[derive(Clone, Copy)]
pub struct Exporting {
    /// How it stands.
    pub state: RwSignal<State>,
    /// Whether the card is open.
    pub is_open: RwSignal<bool>,
    /// What is chosen.
    pub options: RwSignal<Options>,
    /// At its work; dropped with the desk, which ends it.
    worker: StoredValue<Option<Worker>, LocalStorage>,
}

impl Exporting {
    /// None yet.
    pub fn new() -> Self {
        let options = Options { format: Format::Xlsx, is_in_words: true, has_bom: true };
        Self {
            state: RwSignal::default(),
            is_open: RwSignal::new(false),
            options: RwSignal::new(options),
            worker: StoredValue::new_local(None),
        }
    }

    /// Whether one is being written.
    pub fn is_running(self) -> bool {
        self.state.with_untracked(|state| matches!(state, State::Preparing | State::Running { .. }))
    }

    /// Chooses something; what was said of the last export is out of date.
    pub fn choose(self, change: impl FnOnce(&mut Options)) {
        self.options.update(change);
        if !self.is_running() {
            self.state.set(State::None);
        }
    }

    /// Ends it before its time.
    pub fn cancel(self) {
        self.worker.with_value(|worker| worker.iter().for_each(Worker::cancel));
    }

    /// Writes what is shown now. Called by a press, since only then a browser asks where to.
    pub fn start(self, insight: Insight, language: Language) {
        if self.is_running() {
            return;
        }
        let options = self.options.get_untracked();
        if let Err(fault) = check(insight, options.format) {
            return self.state.set(State::Failed(fault));
        }
        self.state.set(State::Preparing);
        let name = file_name(insight, options.format);
        let format = options.format;
        let picked = worker::pick(&name, format.media_type(), format.name());
        spawn(async move {
            let picked = match picked {
                None => Picked::Nowhere,
                Some(picked) => picked.await,
            };
            if picked.is_refused() {
                return self.end(State::None);
            }
            // The first words are painted before the table of the rows is made.
            sleep(PAINT_MS).await;
            let prepared = prepare(insight, options, language).await;
            match prepared {
                Ok((job, plan)) => self.work(insight.desk, &job, &plan, picked, name),
                Err(fault) => self.end(State::Failed(fault)),
            }
        });
    }

    fn work(self, desk: Desk, job: &Job, plan: &Plan, picked: Picked, name: String) {
        let (format, is_placed) = (job.format, !picked.is_nowhere());
        let hear = move |news| match news {
            News::Progress { done, total } => {
                self.state.try_set(State::Running { done, total });
            }
            News::Fault(why) => self.end(State::Failed(Fault::named(&why))),
            News::Done { rows, lost, file } => {
                let is_taken = file.is_none_or(|file| worker::offer(&name, &file));
                if !is_taken {
                    return self.end(State::Failed(Fault::NotTaken));
                }
                let done = Done { name: name.clone(), format, rows, lost, is_placed, is_recorded: true };
                self.record(desk, done);
            }
        };
        let job = serde_json::to_string(job).unwrap_or_default();
        match Worker::start(&job, plan.as_bytes(), &picked, hear) {
            Some(worker) => {
                self.worker.try_set_value(Some(worker));
                self.state.set(State::Running { done: 0, total: plan.len() as u64 });
            }
            None => self.end(State::Failed(Fault::Died)),
        }
    }

    fn record(self, desk: Desk, done: Done) {
        let Some(store) = desk.store() else { return };
        spawn(async move {
            let format = done.format.name().to_owned();
            let body = Body::Exported { format, rows: u32::try_from(done.rows).unwrap_or(u32::MAX) };
            let is_recorded = store.record(body).await.is_ok();
            self.end(State::Done(Done { is_recorded, ..done }));
            desk.refresh();
        });
    }

    fn end(self, state: State) {
        self.worker.try_set_value(None);
        self.state.try_set(state);
    }
}

/// Whether there is something that may be written.
fn check(insight: Insight, format: Format) -> Result<(), Fault> {
    let (view, measure) = (insight.view.get_untracked(), insight.measure.get_untracked());
    let count = insight.desk.with_facts(|facts, today| {
        if is_hidden(facts, &view, today, &measure) {
            return Err(Fault::Hidden);
        }
        Ok(selection(facts, &view, today, &measure).count())
    });
    match untrack(|| count.unwrap_or(Err(Fault::Unreadable)))? {
        // The journal itself can be without a response.
        0 if format != Format::Jsonl => Err(Fault::Nothing),
        count if count > format.most_rows() => Err(Fault::TooMany),
        _ => Ok(()),
    }
}

/// What the worker is given: everything that it cannot know.
async fn prepare(insight: Insight, options: Options, language: Language) -> Result<(Job, Plan), Fault> {
    let store = insight.desk.store().ok_or(Fault::Unreadable)?;
    let (view, measure) = (insight.view.get_untracked(), insight.measure.get_untracked());
    let head = store.head().await.map_err(fault_of)?;
    let heads = store.load(HEADS_RECORD).await.map_err(fault_of)?.unwrap_or_default();
    let (now, device) = (clock::now(), head.map(|head| head.device).unwrap_or_default());
    let time = rfc3339(now, clock::offset_at(now));
    let look = |what: &mut dyn FnMut(&Facts, Date)| {
        untrack(|| insight.desk.with_facts(|facts, today| what(facts, today))).ok_or(Fault::Unreadable)
    };
    let (mut columns, mut about, mut plan) = (Columns::default(), About::default(), Plan::default());
    let app = env!("CARGO_PKG_VERSION").to_owned();
    let mut manifest = Manifest { app, device, time, heads, ..Manifest::default() };
    let is_in_words = options.is_in_words;
    // A pass or two at a time: in between the page draws.
    look(&mut |facts, today| {
        columns = columns::columns(insight.desk, facts, &view, today, &measure, is_in_words, language);
    })?;
    sleep(0).await;
    look(&mut |facts, _| {
        about = about::about(insight, facts, &columns, &manifest.time, &manifest.device, is_in_words, language);
    })?;
    sleep(0).await;
    look(&mut |facts, today| {
        if options.format != Format::Jsonl {
            plan = Plan::of(&selection(facts, &view, today, &measure));
            return;
        }
        let days = view.days(today);
        manifest.period = days.map(|days| format!("{}/{}", String::from(days.from), String::from(days.to)));
        manifest.spans = days.map(|days| spans(&facts.select(&Filter { days: Some(days), ..Filter::default() })));
    })?;
    Ok((Job { format: options.format, has_bom: options.has_bom, columns, about, manifest }, plan))
}

fn fault_of(_: StoreError) -> Fault {
    Fault::Unreadable
}

/// From the first event to the last of some responses, in each epoch.
fn spans(selection: &Selection<'_>) -> Vec<(Place, Place)> {
    let mut spans: Vec<(Place, Place)> = Vec::new();
    selection.each_placed(|placed| {
        for place in [Some(placed.given_at), placed.detailed_at].into_iter().flatten() {
            match spans.iter_mut().find(|(from, _)| from.epoch == place.epoch) {
                Some((from, to)) => (*from, *to) = ((*from).min(place), (*to).max(place)),
                None => spans.push((place, place)),
            }
        }
    });
    spans.sort_unstable();
    spans
}

/// After the place and the period.
fn file_name(insight: Insight, format: Format) -> String {
    let desk = insight.desk;
    let point = desk.settings.get_untracked().map(|settings| settings.point).unwrap_or_default();
    let device = desk.tip.get_untracked().map(|tip| tip.device).unwrap_or_default();
    let view = insight.view.get_untracked();
    let days = untrack(|| desk.with_facts(|_: &Facts, today| (view.days(today), today)));
    let period = match days {
        Some((Some(days), _)) if days.from != days.to => {
            [String::from(days.from), "_".to_owned(), String::from(days.to)].concat()
        }
        Some((Some(days), _)) => String::from(days.from),
        Some((None, today)) => String::from(today),
        None => String::new(),
    };
    file_name_with(&point, &device, &period, &[".", format.name()].concat())
}
