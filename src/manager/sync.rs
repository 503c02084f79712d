//! Sync: how delivery stands, what that means and what to do; what was refused; what this tablet is.

use candor_core::journal::Quarantined;
use candor_core::outbox::OwnReason;
use candor_core::wire::Rejection;
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::button::button;
use crate::manager::checkup::Release;
use crate::manager::desk::{Desk, SyncState};
use crate::manager::door_screen::trouble_text;
use crate::manager::icon::{EXPORT, SYNC};
use crate::manager::language::Language;
use crate::manager::text::{Advice, Count, SyncTexts, fill};

/// Digits of an id that tell it from others on a screen.
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
    let has_refused = Memo::new(move |_| desk.counts.get().is_some_and(|counts| counts.quarantined > 0));
    let left = move || Left { queued: has_queued.get(), refused: has_refused.get() };
    let advice = move || desk.sync.with(|state| advice(state, left(), words));
    let endpoint =
        move || desk.settings.get().map(|settings| settings.endpoint).filter(|endpoint| !endpoint.is_empty());
    view! {
        <section class="m-card m-state" data-state=move || desk.sync.get().name>
            <div class="m-state-words" role="status">
                <h2>
                    <span class="m-dot" aria-hidden="true"></span>
                    <span data-testid="sync-state" data-state=move || desk.sync.get().name data-why=move || desk.sync.get().why>
                        {move || desk.sync.with(|state| state_name(state, left(), words))}
                    </span>
                </h2>
                <p>{move || advice().meaning}</p>
                <p class="m-action">{move || advice().action}</p>
            </div>
            <div class="m-state-do">
                {button("m-button", "sync-now", SYNC, words.now, || false, move || desk.sync_now())}
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
                <div class="m-long"><dt>{words.hash}</dt><dd class="m-code">{tip(|tip| tip.hash.in_groups())}</dd></div>
            </dl>
            <p class="m-fine">{words.tablet_note}</p>
        </section>
    }
}

#[component]
fn Quarantine(desk: Desk, language: Language) -> impl IntoView {
    let words = &language.texts().sync;
    let checkup = desk.checkup;
    let is_busy = move || checkup.release.get() == Release::Running;
    let row = move |refused: Quarantined| {
        let reason = reason(&refused.rejection, words);
        let event = refused.rejection.id;
        let id = event.as_str().to_owned();
        let id = id.as_str();
        view! {
            <tr data-testid="quarantine-item">
                // The end of a UUIDv7 is the part that differs.
                <th scope="row" class="m-code" title=id.to_owned()>"…"{id.get(id.len().saturating_sub(SHORT)..).unwrap_or(id).to_owned()}</th>
                <td class="m-code">{refused.rejection.code}</td>
                <td>{reason}</td>
                <td class="m-do">
                    <button
                        type="button"
                        class="m-quiet"
                        data-testid="send-again"
                        disabled=is_busy
                        on:click=move |_| checkup.send_again(vec![event.clone()])
                    >
                        {words.again}
                    </button>
                </td>
            </tr>
        }
    };
    view! {
        <section class="m-card" aria-labelledby="m-quarantine">
            <div class="m-card-head">
                <h2 id="m-quarantine">{words.quarantine}</h2>
                <p class="m-fine" role="status" data-testid="quarantine-says">
                    {move || released(&checkup.release.get(), language)}
                </p>
            </div>
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
                                <td></td>
                            </tr>
                        </thead>
                        <tbody>{refused.into_iter().map(row).collect_view()}</tbody>
                    </table>
                    <div class="m-save">
                        {button(
                            "m-button m-second",
                            "export-quarantine",
                            EXPORT,
                            words.export_refused,
                            is_busy,
                            move || desk.export_quarantine(),
                        )}
                        {button("m-button", "send-all-again", SYNC, words.again_all, is_busy, move || desk.send_all_again())}
                    </div>
                }
                    .into_any(),
            }}
        </section>
    }
}

/// Why an event is in quarantine: in the endpoint's words, or in the screen's where the tablet has found it out itself.
fn reason(rejection: &Rejection, words: &SyncTexts) -> String {
    match OwnReason::of(rejection) {
        Some(OwnReason::Conflict) => words.reason_conflict.to_owned(),
        Some(OwnReason::TooLarge) => words.reason_too_large.to_owned(),
        Some(OwnReason::Refused { status }) => fill(words.reason_refused, &[&status.to_string()]),
        Some(OwnReason::Unreadable) => words.reason_unreadable.to_owned(),
        None if rejection.detail.is_empty() => words.reason_none.to_owned(),
        None => rejection.detail.clone(),
    }
}

fn released(release: &Release, language: Language) -> Option<String> {
    let texts = language.texts();
    let count = |count: &Count, n: u64| Some(count.of(n, &browser::integer(n, language)));
    match release {
        Release::None | Release::Running => None,
        Release::Queued(n) => count(&texts.sync.queued_again, *n),
        Release::Exported(n) => count(&texts.sync.exported_refused, *n),
        Release::NoFile => Some(texts.results.export_failed.to_owned()),
        Release::Failed(error) => Some(trouble_text(error, &texts.trouble).to_owned()),
    }
}

/// What is not delivered.
#[derive(Clone, Copy, Default)]
struct Left {
    queued: bool,
    refused: bool,
}

fn state_name(state: &SyncState, left: Left, words: &SyncTexts) -> &'static str {
    match state.name.as_str() {
        "idle" if left.queued => words.about,
        "idle" if left.refused => words.idle_but,
        "idle" => words.idle,
        "paused" if state.why == "foreign" => words.foreign,
        "sending" => words.sending,
        "waiting" => words.waiting,
        "paused" => words.paused,
        "misconfigured" => words.misconfigured,
        _ => words.unknown,
    }
}

/// The reason says more than the state where there is one.
fn advice(state: &SyncState, left: Left, words: &SyncTexts) -> Advice {
    match (state.why.as_str(), state.name.as_str()) {
        ("offline", _) => words.is_offline,
        ("busy", _) => words.is_busy,
        ("portal", _) => words.is_portal,
        ("foreign", _) => words.is_foreign,
        ("token", _) | ("", "paused") => words.is_token,
        ("endpoint", _) | ("", "misconfigured") => words.is_endpoint,
        ("no-endpoint", _) => words.is_no_endpoint,
        ("storage", _) => words.is_storage,
        (_, "idle") if left.queued => words.is_about,
        (_, "idle") if left.refused => words.is_idle_but,
        (_, "idle") => words.is_idle,
        (_, "sending") => words.is_sending,
        (_, "waiting") => words.is_waiting,
        _ => words.is_unknown,
    }
}

#[cfg(test)]
mod tests {
    use candor_core::event::EventId;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::manager::language::Language;

    fn advise(name: &str, why: &str, left: Left) -> Advice {
        let state = SyncState { name: name.to_owned(), why: why.to_owned() };
        advice(&state, left, &Language::English.texts().sync)
    }

    fn check(name: &str, why: &str, expected: Advice) {
        assert_eq!(advise(name, why, Left::default()), expected, "{name} {why}");
    }

    fn check_reason(code: &str, detail: &str, is_in_words_already: bool) {
        let id = EventId::parse("01a20610-e6f0-7909-8909-090909090909").unwrap();
        let rejection = Rejection { id, code: code.to_owned(), detail: detail.to_owned() };
        let [english, chinese] =
            [Language::English, Language::Chinese].map(|language| reason(&rejection, &language.texts().sync));
        assert_eq!(english == chinese, is_in_words_already, "{code}: {english}");
        assert!(english.contains(detail) && chinese.contains(detail) && !english.is_empty(), "{code}: {english}");
    }

    #[wasm_bindgen_test]
    fn what_the_tablet_has_found_itself_is_told_in_the_screen_s_language_and_words_stay_as_they_are() {
        for code in ["conflict", "too-large", "unreadable", "of-the-endpoint", ""] {
            check_reason(code, "", false);
        }
        check_reason("refused", "422", false);
        check_reason("refused", "the endpoint refuses this event with 422 and takes others", true);
        check_reason("unknown-type", "我们不认识这种事件", true);
    }

    #[wasm_bindgen_test]
    fn nothing_is_called_delivered_while_something_is_queued_or_refused() {
        let words = &Language::English.texts().sync;
        for (queued, refused, expected) in
            [(true, true, words.is_about), (true, false, words.is_about), (false, true, words.is_idle_but)]
        {
            let left = Left { queued, refused };
            assert_eq!(advise("idle", "", left), expected);
            let state = SyncState { name: "idle".to_owned(), why: String::new() };
            assert_ne!(state_name(&state, left, words), words.idle);
        }
    }

    #[wasm_bindgen_test]
    fn every_state_and_every_reason_has_its_advice() {
        let words = &Language::English.texts().sync;
        check("idle", "", words.is_idle);
        check("sending", "", words.is_sending);
        check("waiting", "", words.is_waiting);
        check("waiting", "offline", words.is_offline);
        check("waiting", "busy", words.is_busy);
        check("waiting", "portal", words.is_portal);
        check("paused", "token", words.is_token);
        check("paused", "foreign", words.is_foreign);
        check("misconfigured", "endpoint", words.is_endpoint);
        check("misconfigured", "no-endpoint", words.is_no_endpoint);
        check("waiting", "storage", words.is_storage);
        check("", "", words.is_unknown);
    }
}
