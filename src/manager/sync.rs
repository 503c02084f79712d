//! Sync: how delivery stands, what that means and what to do; what was refused; what this tablet is.

use candor_core::journal::Quarantined;
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::desk::{Desk, SyncState};
use crate::manager::icon::{SYNC, icon};
use crate::manager::language::Language;
use crate::manager::text::{Advice, SyncTexts};

/// Digits of an id or a hash that tell it from others on a screen.
const SHORT: usize = 12;

/// The sync screen.
#[component]
pub fn SyncScreen(desk: Desk, language: Language) -> impl IntoView {
    view! {
        <div class="m-head"><h1>{language.texts().rail.sync}</h1></div>
        <StateCard desk language />
        <div class="m-columns">
            <Balance desk language />
            <Tablet desk language />
        </div>
        <Quarantine desk language />
    }
}

#[component]
fn StateCard(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().sync;
    // Between an answer and its upload the runtime is idle with something queued: “all delivered” would be untrue.
    let has_queued = Memo::new(move |_| desk.counts.get().is_some_and(|counts| counts.queued > 0));
    let advice = move || desk.sync.with(|state| advice(state, has_queued.get(), words));
    let endpoint =
        move || desk.settings.get().map(|settings| settings.endpoint).filter(|endpoint| !endpoint.is_empty());
    view! {
        <section class="m-card m-state" data-state=move || desk.sync.get().name>
            <div class="m-state-words" role="status">
                <h2>
                    <span class="m-dot" aria-hidden="true"></span>
                    <span data-testid="sync-state" data-state=move || desk.sync.get().name data-why=move || desk.sync.get().why>
                        {move || desk.sync.with(|state| state_name(state, has_queued.get(), words))}
                    </span>
                </h2>
                <p>{move || advice().meaning}</p>
                <p class="m-action">{move || advice().action}</p>
            </div>
            <div class="m-state-do">
                <button type="button" class="m-button" data-testid="sync-now" on:click=move |_| desk.sync_now()>
                    {icon(SYNC)}
                    {words.now}
                </button>
                <p class="m-fine" role="status">{move || desk.is_sync_asked.get().then_some(words.asked)}</p>
            </div>
            <dl class="m-facts">
                <div><dt>{words.endpoint}</dt><dd>{move || endpoint().unwrap_or_else(|| "—".to_owned())}</dd></div>
                <div>
                    <dt>{words.token}</dt>
                    <dd>{move || if desk.has_token.get() { words.token_set } else { words.token_unset }}</dd>
                </div>
            </dl>
            <p class="m-fine m-safe">{words.safe}</p>
        </section>
    }
}

#[component]
fn Balance(desk: Desk, language: Language) -> impl IntoView {
    let (words, rail) = (&language.texts().sync, &language.texts().rail);
    let part =
        move |sign: Signal<&'static str>, name: &'static str, count: fn(&candor_core::journal::Counts) -> u64| {
            let shown = move || desk.counts.get().map(|counts| browser::integer(count(&counts), language));
            view! {
                <span class="m-term">
                    <span class="m-sign">{sign}</span>
                    <span class="m-part"><b>{shown}</b><small>{name}</small></span>
                </span>
            }
        };
    let equals = move || if desk.counts.get().is_none_or(|counts| counts.add_up()) { "=" } else { "≠" };
    view! {
        <section class="m-card" aria-labelledby="m-balance">
            <div class="m-card-head"><h2 id="m-balance">{words.balance}</h2></div>
            <p class="m-sum">
                {part("".into(), rail.recorded, |counts| counts.recorded)}
                {part(Signal::derive(equals), rail.acknowledged, |counts| counts.acknowledged)}
                {part("+".into(), rail.queued, |counts| counts.queued)}
                {part("+".into(), rail.quarantined, |counts| counts.quarantined)}
            </p>
            <p class="m-fine">{words.balance_note}</p>
        </section>
    }
}

#[component]
fn Tablet(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().sync;
    let tip = move |part: fn(&crate::manager::desk::Tip) -> String| {
        move || desk.tip.with(|tip| tip.as_ref().map_or_else(|| "—".to_owned(), part))
    };
    let number = move || {
        desk.tip.with(|tip| tip.as_ref().map_or("—".to_owned(), |tip| browser::integer(tip.place.seq, language)))
    };
    view! {
        <section class="m-card" aria-labelledby="m-tablet">
            <div class="m-card-head"><h2 id="m-tablet">{words.tablet}</h2></div>
            <dl class="m-facts">
                <div class="m-long"><dt>{words.device}</dt><dd class="m-code">{tip(|tip| tip.device.clone())}</dd></div>
                <div><dt>{words.epoch}</dt><dd>{tip(|tip| tip.place.epoch.to_string())}</dd></div>
                <div><dt>{words.newest}</dt><dd>{number}</dd></div>
                <div class="m-long"><dt>{words.hash}</dt><dd class="m-code">{tip(|tip| in_groups(tip.hash.as_str()))}</dd></div>
            </dl>
            <p class="m-fine">{words.tablet_note}</p>
        </section>
    }
}

#[component]
fn Quarantine(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().sync;
    let row = |refused: Quarantined| {
        let id = refused.rejection.id.as_str();
        view! {
            <tr data-testid="quarantine-item">
                // The end of a UUIDv7 is the part that differs.
                <th scope="row" class="m-code" title=id.to_owned()>"…"{id.get(id.len().saturating_sub(SHORT)..).unwrap_or(id).to_owned()}</th>
                <td class="m-code">{refused.rejection.code}</td>
                <td>{refused.rejection.detail}</td>
            </tr>
        }
    };
    view! {
        <section class="m-card" aria-labelledby="m-quarantine">
            <div class="m-card-head"><h2 id="m-quarantine">{words.quarantine}</h2></div>
            {move || match desk.quarantine.get() {
                refused if refused.is_empty() => view! { <p class="m-empty">{words.quarantine_none}</p> }.into_any(),
                refused => view! {
                    <p class="m-fine">{words.quarantine_note}</p>
                    <table class="m-table m-table-words">
                        <thead>
                            <tr>
                                <th scope="col">{words.event}</th>
                                <th scope="col">{words.code}</th>
                                <th scope="col">{words.reason}</th>
                            </tr>
                        </thead>
                        <tbody>{refused.into_iter().map(row).collect_view()}</tbody>
                    </table>
                }
                    .into_any(),
            }}
        </section>
    }
}

fn state_name(state: &SyncState, has_queued: bool, words: &SyncTexts) -> &'static str {
    match state.name.as_str() {
        "idle" if has_queued => words.about,
        "idle" => words.idle,
        "sending" => words.sending,
        "waiting" => words.waiting,
        "paused" => words.paused,
        "misconfigured" => words.misconfigured,
        _ => words.unknown,
    }
}

/// The reason says more than the state where there is one.
fn advice(state: &SyncState, has_queued: bool, words: &SyncTexts) -> Advice {
    match (state.why.as_str(), state.name.as_str()) {
        ("offline", _) => words.is_offline,
        ("portal", _) => words.is_portal,
        ("token", _) | ("", "paused") => words.is_token,
        ("endpoint", _) | ("", "misconfigured") => words.is_endpoint,
        ("no-endpoint", _) => words.is_no_endpoint,
        ("storage", _) => words.is_storage,
        (_, "idle") if has_queued => words.is_about,
        (_, "idle") => words.is_idle,
        (_, "sending") => words.is_sending,
        (_, "waiting") => words.is_waiting,
        _ => words.is_unknown,
    }
}

/// The beginning of a hash in groups of four, to be read aloud and written down.
fn in_groups(hash: &str) -> String {
    let short = hash.get(..SHORT + 4).unwrap_or(hash);
    let groups: Vec<&str> =
        (0..short.len()).step_by(4).filter_map(|at| short.get(at..(at + 4).min(short.len()))).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::manager::language::Language;

    fn advise(name: &str, why: &str, has_queued: bool) -> Advice {
        let state = SyncState { name: name.to_owned(), why: why.to_owned() };
        advice(&state, has_queued, &Language::English.texts().sync)
    }

    fn check(name: &str, why: &str, expected: Advice) {
        assert_eq!(advise(name, why, false), expected, "{name} {why}");
    }

    #[wasm_bindgen_test]
    fn nothing_is_called_delivered_while_something_is_queued() {
        assert_eq!(advise("idle", "", true), Language::English.texts().sync.is_about);
    }

    #[wasm_bindgen_test]
    fn every_state_and_every_reason_has_its_advice() {
        let words = &Language::English.texts().sync;
        check("idle", "", words.is_idle);
        check("sending", "", words.is_sending);
        check("waiting", "", words.is_waiting);
        check("waiting", "offline", words.is_offline);
        check("waiting", "portal", words.is_portal);
        check("paused", "token", words.is_token);
        check("misconfigured", "endpoint", words.is_endpoint);
        check("misconfigured", "no-endpoint", words.is_no_endpoint);
        check("waiting", "storage", words.is_storage);
        check("", "", words.is_unknown);
    }

    #[wasm_bindgen_test]
    fn a_hash_is_read_in_fours() {
        assert_eq!(in_groups("0123456789abcdef0000"), "0123 4567 89ab cdef");
        assert_eq!(in_groups("012345"), "0123 45");
    }
}
