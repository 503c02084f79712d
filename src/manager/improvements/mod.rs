//! What was improved: a note for each change, and what became of it.

mod effect_view;
mod form;
mod form_view;

use candor_core::attract::{ATTRACT_RECORD, Attract};
use candor_core::event::EventId;
use candor_core::facts::Key;
use candor_core::hours::Date;
use candor_core::improvement::{Aim, Effect as Outcome, Improvement, effect};
use candor_core::insight::Side;
use leptos::prelude::*;

pub use self::form::UnderEdit;
use crate::browser::task::spawn;
use crate::manager::browser::{self, Written};
use crate::manager::button::button;
use crate::manager::icon::PLUS;
use crate::manager::improvements::effect_view::effect_view;
use crate::manager::improvements::form_view::form_view;
use crate::manager::insight::{Insight, names};
use crate::manager::language::Language;
use crate::manager::text::fill;

/// The screen.
#[component]
pub fn ImprovementsScreen(insight: Insight, under_edit: UnderEdit, language: Language) -> impl IntoView {
    let desk = insight.desk;
    let words = &language.texts().improvements;
    let attract = RwSignal::new(Attract::default());
    // Another card may have come, here or on the settings screen.
    Effect::new(move |_| {
        desk.improvements.track();
        desk.settings.track();
        if let Some(store) = desk.store() {
            spawn(async move {
                if let Ok(record) = store.load(ATTRACT_RECORD).await {
                    attract.try_set(Attract::from_json(&record.unwrap_or_default()));
                }
            });
        }
    });
    let listed = Memo::new(move |_| {
        desk.improvements.with(|all| {
            let own = |(id, noted): (&EventId, &Improvement)| (id.clone(), noted.clone());
            all.list().into_iter().map(own).collect::<Vec<_>>()
        })
    });
    let is_open = Memo::new(move |_| under_edit.is_open());
    view! {
        <div class="m-head">
            <h1>{language.texts().rail.improvements}</h1>
            {move || (!is_open.get()).then(|| {
                button("m-button", "add-improvement", PLUS, words.add, || false, move || under_edit.begin(desk))
            })}
        </div>
        <p class="m-lead">{words.hint}</p>
        {move || is_open.get().then(|| form_view(insight, under_edit, language))}
        {move || listed.with(|listed| {
            if listed.is_empty() && !is_open.get() {
                return view! { <p class="m-card m-empty"><b>{words.none}</b><br />{words.none_hint}</p> }.into_any();
            }
            let one = |(id, noted): &(EventId, Improvement)| card(insight, under_edit, attract, id, noted, language);
            listed.iter().map(one).collect_view().into_any()
        })}
    }
}

/// One of them, with its effect.
fn card(
    insight: Insight,
    under_edit: UnderEdit,
    attract: RwSignal<Attract>,
    id: &EventId,
    noted: &Improvement,
    language: Language,
) -> AnyView {
    let desk = insight.desk;
    let words = &language.texts().improvements;
    let title_id = ["m-improvement-", id.as_str()].concat();
    let labelled_by = title_id.clone();
    let (looked_at, shown, edited, withdrawn) = (noted.clone(), noted.clone(), noted.clone(), noted.clone());
    let target = noted.target;
    let (edited_id, withdrawn_id) = (id.clone(), id.clone());
    let found = insight.read(move |facts, _, today, measure| Found(effect(&looked_at, facts, today, measure)));
    let is_shown = move || attract.with(|attract| attract.cards.iter().any(|card| form::is_card_of(card, &shown)));
    let day =
        Date::parse(&noted.day).map_or_else(|| noted.day.clone(), |day| browser::day(day, Written::Date, language));
    let point = match &noted.point {
        None => words.all_points.to_owned(),
        Some(point) => names::point(point, language),
    };
    let tied = [aim_text(insight, &noted.aim, language), point].join(" · ");
    view! {
        <section class="m-card m-stack" aria-labelledby=labelled_by data-testid="improvement" data-id=id.as_str().to_owned()>
            <div class="m-card-head">
                <h2 id=title_id>{noted.note.clone()}</h2>
                <time class="m-n" datetime=noted.day.clone()>{day}</time>
            </div>
            <p class="m-fine">
                {tied}
                {move || is_shown().then(|| [" · ", words.on_attract].concat())}
            </p>
            {move || found.with(|found| found.0.as_ref().map(|effect| effect_view(effect, target, language)))}
            <div class="m-do-row">
                <details class="m-remove">
                    <summary data-testid="withdraw">{words.withdraw}</summary>
                    <span>{words.withdraw_sure}</span>
                    <button
                        type="button"
                        class="m-quiet"
                        data-testid="really-withdraw"
                        on:click=move |_| form::withdraw(desk, &withdrawn_id, &withdrawn)
                    >
                        {words.withdraw}
                    </button>
                </details>
                <button type="button" class="m-quiet" data-testid="change-improvement" on:click=move |_| under_edit.change(&edited_id, &edited, attract)>
                    {words.change}
                </button>
            </div>
        </section>
    }
    .into_any()
}

/// What an improvement has come to, as a reading that follows the news.
#[derive(Clone, Debug, Default, PartialEq)]
struct Found(Option<Outcome>);

/// What an improvement is meant for.
pub fn aim_text(insight: Insight, aim: &Aim, language: Language) -> String {
    let words = &language.texts().improvements;
    let measure = insight.measure.get();
    let key = aim.key().unwrap_or(Key { survey: String::new(), id: String::new() });
    match aim {
        Aim::Good => words.aim_good.to_owned(),
        Aim::Reason { .. } => {
            fill(words.aim_reason, &[&names::reason(insight.desk, &measure, Side::Bad, &key, language)])
        }
        Aim::Item { .. } => fill(words.aim_item, &[&names::item(insight.desk, &key, language)]),
    }
}
