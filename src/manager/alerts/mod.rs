//! Alerts on the first screen: what is new stands on top with what to do about it, what was seen is folded away below.

mod form;
mod rules_card;
mod say;

use candor_core::alerts::{Raised, seen};
use candor_core::event::EventId;
use leptos::prelude::*;

pub use self::form::put_in_force;
pub use self::rules_card::RulesCard;
use crate::browser::task::spawn;
use crate::manager::browser::{self, Written};
use crate::manager::frame::Tab;
use crate::manager::icon::{BELL, icon};
use crate::manager::insight::Insight;
use crate::manager::language::Language;
use crate::manager::text::fill;

/// New alerts that are listed; more would push the results off the screen.
const LISTED: usize = 5;
/// And of those that were seen.
const EARLIER: usize = 30;

/// The card; nothing at all before the rules are read.
#[component]
pub fn AlertsCard(insight: Insight, tab: RwSignal<Tab>, language: Language) -> impl IntoView {
    let desk = insight.desk;
    let words = &language.texts().alerts;
    let is_off = Memo::new(move |_| desk.rules.with(|rules| rules.as_ref().map(|rules| rules.is_none())));
    let unseen = Memo::new(move |_| desk.alerts.with(|alerts| newest(alerts.all(), false)));
    let earlier = Memo::new(move |_| desk.alerts.with(|alerts| newest(alerts.all(), true)));
    let has_failed = RwSignal::new(false);
    let note_seen = move |ids: Vec<EventId>| {
        let Some(store) = desk.store() else { return };
        spawn(async move {
            let mut is_noted = true;
            for id in &ids {
                is_noted = is_noted && store.record(seen(id)).await.is_ok();
            }
            has_failed.try_set(!is_noted);
            desk.refresh();
        });
    };
    let row = move |raised: Raised| {
        let id = raised.id.clone();
        let said = say::said(insight, &raised.alert, language);
        let show = said.show.clone();
        view! {
            <li class="m-alert" data-testid="alert" data-key=raised.alert.key.clone()>
                <div class="m-said">
                    <b>{said.meaning}</b>
                    <span class="m-fine">{said.action}</span>
                </div>
                <time datetime=raised.alert.at.clone()>{browser::time(&raised.alert.at, Written::Minute, language)}</time>
                <div class="m-alert-do">
                    {show.map(|show| view! {
                        <button type="button" class="m-button m-second" data-testid="show-alert" on:click=move |_| show.go(insight, tab)>
                            {words.show}
                        </button>
                    })}
                    <button type="button" class="m-quiet" data-testid="alert-seen" on:click=move |_| note_seen(vec![id.clone()])>
                        {words.seen}
                    </button>
                </div>
            </li>
        }
    };
    let past = move |raised: Raised| {
        let said = say::said(insight, &raised.alert, language);
        let time = browser::time(&raised.alert.at, Written::Minute, language);
        view! { <li class="m-alert"><span class="m-said">{said.meaning}</span><time datetime=raised.alert.at>{time}</time></li> }
    };
    let head = move || {
        let count = unseen.with(Vec::len) as u64;
        (count > 0).then(|| view! { <span class="m-mode" data-mode="damaged">{words.unseen.of(count, &browser::integer(count, language))}</span> })
    };
    move || {
        let is_off = is_off.get()?;
        let is_empty = unseen.with(Vec::is_empty);
        let what_stands = match (is_off, is_empty) {
            (true, true) => view! {
                <div class="m-row">
                    <span class="m-fine">{words.off}</span>
                    <button type="button" class="m-quiet m-link" data-testid="set-up-alerts" on:click=move |_| open_rules(tab)>
                        {words.set_up}
                    </button>
                </div>
            }
            .into_any(),
            (false, true) => view! { <p class="m-fine">{words.none}</p> }.into_any(),
            (_, false) => view! {
                <ol class="m-alerts">{move || unseen.get().into_iter().take(LISTED).map(row).collect_view()}</ol>
                {move || (unseen.with(Vec::len) > 1).then(|| view! {
                    <div class="m-do-row">
                        <button
                            type="button"
                            class="m-quiet"
                            data-testid="all-alerts-seen"
                            on:click=move |_| note_seen(unseen.get_untracked().into_iter().map(|raised| raised.id).collect())
                        >
                            {words.all_seen}
                        </button>
                    </div>
                })}
            }
            .into_any(),
        };
        Some(view! {
            <section class="m-card m-alerts-card" aria-labelledby="m-alerts" data-testid="alerts" data-unseen=move || unseen.with(Vec::len).to_string()>
                <div class="m-card-head">
                    <h2 id="m-alerts">{icon(BELL)}{words.title}</h2>
                    {head}
                </div>
                {what_stands}
                <p class="m-says" role="status">{move || has_failed.get().then_some(words.not_noted)}</p>
                {move || (!earlier.with(Vec::is_empty)).then(|| view! {
                    <details>
                        <summary>{words.earlier}</summary>
                        <ol class="m-alerts">{move || earlier.get().into_iter().map(past).collect_view()}</ol>
                    </details>
                })}
            </section>
        })
    }
}

/// How many alerts nobody has seen, beside the name of a section; nothing where there is none.
pub fn badge(insight: Insight, language: Language) -> impl IntoView {
    let count = Memo::new(move |_| insight.desk.alerts.with(|alerts| alerts.unseen()) as u64);
    let words = &language.texts().alerts;
    move || {
        let count = count.get();
        (count > 0).then(|| {
            let said = words.unseen.of(count, &browser::integer(count, language));
            view! {
                <span class="m-badge" data-testid="alerts-badge" aria-hidden="true">{count.min(99)}</span>
                <span class="sr">{fill(" ({})", &[&said])}</span>
            }
        })
    }
}

fn open_rules(tab: RwSignal<Tab>) {
    tab.set(Tab::Settings);
    spawn(async {
        // Once it stands there.
        crate::browser::task::sleep(0).await;
        browser::focus(rules_card::TITLE);
    });
}

/// The newest that were seen, or were not, the newest first.
fn newest(all: &[Raised], is_seen: bool) -> Vec<Raised> {
    let most = if is_seen { EARLIER } else { usize::MAX };
    all.iter().rev().filter(|raised| raised.is_seen == is_seen).take(most).cloned().collect()
}
