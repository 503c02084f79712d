//! Who serves, on the settings screen: a list that is edited as a whole and saved as a whole, with every step taken back.

mod card;
mod form;
mod records;

use std::convert::Infallible;

use candor_core::staff::{CsvFault, Member, Merged, Team, read_csv};
use leptos::prelude::*;

pub use self::card::StaffCard;
use self::form::Draft;
pub use self::records::put_in_force;
use self::records::{CodeChanges, Codes, change_codes, load};
use crate::browser::task::spawn;
use crate::manager::desk::Desk;
use crate::manager::file::ChosenFile;
use crate::manager::record_form::RecordForm;
use crate::manager::store::Store;

/// More than two hundred lines ever are.
const MAX_TABLE_BYTES: u64 = 256 * 1024;
/// Steps that can be taken back.
const STEPS: usize = 50;

/// How a table stands that somebody has chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Table {
    None,
    /// Gone, too large, or no text in UTF-8.
    Unreadable,
    Faults(Vec<(usize, CsvFault)>),
    /// More people than a list has room for.
    TooMany,
    /// It waits for a word.
    Asking(Box<Merged>),
}

/// What is edited.
#[derive(Clone, Copy)]
struct List {
    team: RwSignal<Team>,
    /// Codes that are to change, by number.
    codes: RwSignal<CodeChanges>,
    /// Numbers that have a code in storage.
    coded: RwSignal<Vec<String>>,
    /// The list before each step.
    before: RwSignal<Vec<(Team, CodeChanges)>>,
    /// Who is being edited.
    draft: RwSignal<Option<Draft>>,
    table: RwSignal<Table>,
    /// Nothing can be wrong with the list itself: each person was checked before.
    state: RecordForm<Infallible>,
}

impl List {
    fn new(desk: Desk) -> Self {
        let list = Self {
            team: RwSignal::default(),
            codes: RwSignal::default(),
            coded: RwSignal::default(),
            before: RwSignal::default(),
            draft: RwSignal::new(None),
            table: RwSignal::new(Table::None),
            state: RecordForm::new(),
        };
        let load = |store: Store| async move { load(&store).await };
        list.state.follow(desk, load, move |(team, codes): (Team, Codes)| {
            list.team.set(team);
            list.coded.set(codes.into_keys().collect());
        });
        list
    }

    /// Whether somebody has a code, or will have one.
    fn has_code(self, number: &str) -> bool {
        let changes = self.codes.with(|codes| codes.get(number).map(Option::is_some));
        changes.unwrap_or_else(|| self.coded.with(|coded| coded.iter().any(|known| known == number)))
    }

    /// A step, which can be taken back.
    fn step(self, change: impl FnOnce(&mut Team, &mut CodeChanges)) {
        let was = (self.team.get_untracked(), self.codes.get_untracked());
        let (mut team, mut codes) = was.clone();
        change(&mut team, &mut codes);
        if (&team, &codes) == (&was.0, &was.1) {
            return;
        }
        self.before.update(|before| {
            before.push(was);
            drop(before.drain(..before.len().saturating_sub(STEPS)));
        });
        self.show(team, codes);
    }

    fn undo(self) {
        let mut last = None;
        self.before.update(|before| last = before.pop());
        if let Some((team, codes)) = last {
            self.show(team, codes);
        }
    }

    fn show(self, team: Team, codes: CodeChanges) {
        self.team.set(team);
        self.codes.set(codes);
        self.state.edited();
    }

    fn change(self, change: impl FnOnce(&mut Vec<Member>)) {
        self.step(|team, _| change(&mut team.members));
    }

    /// Reads a table that somebody has chosen, and shows what it would do.
    fn choose(self, file: ChosenFile) {
        spawn(async move {
            let bytes = if file.size() <= MAX_TABLE_BYTES { file.slice(0, file.size()).await } else { None };
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            self.table.set(match text.map(|text| read_csv(&text)) {
                None => Table::Unreadable,
                Some(Err(faults)) => Table::Faults(faults),
                Some(Ok(rows)) => match self.team.with_untracked(|team| team.merged(&rows)) {
                    None => Table::TooMany,
                    Some(merged) => Table::Asking(Box::new(merged)),
                },
            });
        });
    }

    fn take_table(self) {
        if let Table::Asking(merged) = self.table.get_untracked() {
            self.step(|team, _| *team = merged.team);
        }
        self.table.set(Table::None);
    }

    fn save(self, desk: Desk) {
        self.state.save(desk, |store| {
            let (team, codes) = (self.team.get_untracked(), self.codes.get_untracked());
            Ok(async move {
                put_in_force(&store, &team).await?;
                let codes = change_codes(&store, &team, &codes).await?;
                self.coded.try_set(codes.into_keys().collect());
                self.codes.try_set(CodeChanges::new());
                self.before.try_set(Vec::new());
                Ok(())
            })
        });
    }
}
