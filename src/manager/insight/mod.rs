//! What is looked at, and the cards about it. The view lives as long as the desk, so that a change of tab loses nothing;
//! every card is counted from the facts by it, and all that is decided about it is in the core.

mod behind;
mod compare;
mod filter_bar;
mod headline;
mod heat;
mod items;
pub mod names;
mod reasons;
mod rest;
mod spots;
mod table;
mod trend;

pub use self::behind::{Behind, TITLE as BEHIND};
pub use self::compare::gauge;
pub use self::filter_bar::{FilterBar, said};
pub use self::headline::HeadlineCard;

use candor_core::facts::Facts;
use candor_core::hours::Date;
use candor_core::insight::{Measure, Part, View, is_hidden};
use leptos::prelude::*;

use crate::browser::task::{sleep, spawn};
use crate::manager::browser;
use crate::manager::desk::Desk;
use crate::manager::insight::compare::{LanguagesCard, PointsCard, StaffCard};
use crate::manager::insight::heat::HeatCard;
use crate::manager::insight::items::ItemsCard;
use crate::manager::insight::reasons::ReasonsCard;
use crate::manager::insight::rest::RestCard;
use crate::manager::insight::trend::TrendCard;
use crate::manager::language::Language;

/// What is looked at.
#[derive(Clone, Copy)]
pub struct Insight {
    /// Where the facts are.
    pub desk: Desk,
    /// What is chosen.
    pub view: RwSignal<View>,
    /// What it is measured by: the survey that is chosen, else the one in service.
    pub measure: Memo<Measure>,
    /// Whether nothing may be shown, since it would be about one person.
    pub is_hidden: Memo<bool>,
}

impl Insight {
    /// A look at everything.
    pub fn new(desk: Desk) -> Self {
        let view = RwSignal::new(View::default());
        let measure = Memo::new(move |_| match view.with(|view| view.survey.clone()) {
            Some(id) => desk.surveys.with(|surveys| Measure::of(surveys.get(&id))),
            None => desk.with_survey(Measure::of),
        });
        let hidden = move |facts: &Facts, view: &View, today, measure: &Measure| is_hidden(facts, view, today, measure);
        let is_hidden = read(desk, view, measure, hidden);
        Self { desk, view, measure, is_hidden }
    }

    /// A reading of the facts that follows the view and the news.
    pub fn read<T>(self, look: impl Fn(&Facts, &View, Date, &Measure) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: Default + PartialEq + Send + Sync + 'static,
    {
        read(self.desk, self.view, self.measure, look)
    }

    /// Chooses by a mark, or takes back what is chosen there; then shows the responses behind it.
    pub fn tap(self, part: Part, choose: impl FnOnce(&mut View)) {
        let before = self.view.get_untracked();
        self.view.update(choose);
        if self.view.with_untracked(|view| *view == before) {
            self.view.update(|view| view.remove(part));
            return;
        }
        spawn(async {
            // Once it stands there.
            sleep(0).await;
            browser::focus(behind::TITLE);
        });
    }
}

fn read<T>(
    desk: Desk,
    view: RwSignal<View>,
    measure: Memo<Measure>,
    look: impl Fn(&Facts, &View, Date, &Measure) -> T + Send + Sync + 'static,
) -> Memo<T>
where
    T: Default + PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| {
        let (view, measure) = (view.get(), measure.get());
        desk.with_facts(|facts, today| look(facts, &view, today, &measure)).unwrap_or_default()
    })
}

/// All cards below the headline. About one person only figures are shown, no marks.
#[component]
pub fn Cards(insight: Insight, language: Language) -> impl IntoView {
    let is_of_a_person = Memo::new(move |_| insight.view.with(View::is_of_a_person));
    move || {
        if insight.is_hidden.get() {
            return ().into_any();
        }
        if is_of_a_person.get() {
            return view! { <ItemsCard insight language /> }.into_any();
        }
        view! {
            <TrendCard insight language />
            <HeatCard insight language />
            <ReasonsCard insight language />
            <ItemsCard insight language />
            <PointsCard insight language />
            <StaffCard insight language />
            <LanguagesCard insight language />
            <RestCard insight language />
        }
        .into_any()
    }
}
