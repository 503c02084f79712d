//! Health: whether the tablet keeps what it has, for how long it has room, and what it has found out about itself.

use candor_core::health::{Finding, FindingKind, Outlook, Room, release_name};
use candor_core::journal::Place;
use leptos::prelude::*;

use crate::manager::browser::{self, Written};
use crate::manager::button::button;
use crate::manager::checkup::{Check, Checkup, Promise};
use crate::manager::desk::Desk;
use crate::manager::door_screen::trouble_text;
use crate::manager::icon::{HEALTH, TICK, WARNING, icon};
use crate::manager::language::Language;
use crate::manager::storage;
use crate::manager::text::{Advice, HealthTexts, fill};
use crate::manager::verdict::outcome;

/// The release, as the manifest of the app names it.
const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// The health screen.
#[component]
pub fn HealthScreen(desk: Desk, language: Language) -> impl IntoView {
    let checkup = desk.checkup;
    let words = &language.texts().health;
    checkup.measure();
    view! {
        <div class="m-head">
            <h1>{language.texts().rail.health}</h1>
            <span class="m-n" data-testid="release">{fill(words.release, &[RELEASE])}</span>
        </div>
        {storage::is_deleted_unused().then(|| home_screen(words))}
        <div class="m-columns">
            <RoomCard checkup language />
            <PromiseCard checkup words />
        </div>
        <div class="m-columns">
            <ChainCard desk language />
            <SecondCard checkup words />
        </div>
        <Findings checkup language />
    }
}

/// What nobody may overlook, on every screen until somebody has taken note.
pub fn loss_banner(checkup: Checkup, language: Language) -> impl IntoView {
    let words = &language.texts().health;
    let kinds = Memo::new(move |_| checkup.losses().into_iter().map(|finding| finding.kind).collect::<Vec<_>>());
    move || {
        let kinds = kinds.get();
        let is_of_words = kinds.iter().all(|kind| *kind == Some(FindingKind::SealingDamaged));
        (!kinds.is_empty()).then(|| {
            view! {
                <div class="m-banner" role="alert" data-testid="loss">
                    {icon(WARNING)}
                    <span>{if is_of_words { words.loss_of_words } else { words.loss }}</span>
                    <button type="button" class="m-button m-second m-end" data-testid="acknowledge" on:click=move |_| checkup.acknowledge()>
                        {words.acknowledge}
                    </button>
                </div>
            }
        })
    }
}

fn home_screen(words: &'static HealthTexts) -> impl IntoView {
    view! {
        <section class="m-card m-home-screen" aria-labelledby="m-home-screen" data-testid="home-screen">
            <h2 id="m-home-screen">{icon(WARNING)}{words.home_screen}</h2>
            <p>{words.home_screen_why}</p>
            <ol>{words.home_screen_how.map(|step| view! { <li>{step}</li> })}</ol>
        </section>
    }
}

#[component]
fn RoomCard(checkup: Checkup, language: Language) -> impl IntoView {
    let words = &language.texts().health;
    let measured = move |room: Room| {
        let pace = checkup.pace.get();
        let outlook = Outlook::of(room, pace);
        let lasts = match outlook {
            Outlook::TooEarly => words.too_early.to_owned(),
            Outlook::Days(days) => words.days.of(days, &browser::integer(days, language)),
            Outlook::Years => words.years.to_owned(),
        };
        let n = pace.map(|pace| {
            let (events, days) = (browser::integer(pace.events, language), browser::integer(pace.days, language));
            fill(words.formula_n, &[&events, &days])
        });
        let share = if room.quota == 0 { 0.0 } else { room.used as f64 * 100.0 / room.quota as f64 };
        view! {
            <dl class="m-facts">
                <div><dt>{words.used}</dt><dd data-testid="storage-used">{browser::bytes(room.used, language)}</dd></div>
                <div><dt>{words.quota}</dt><dd data-testid="storage-quota">{browser::bytes(room.quota, language)}</dd></div>
                <div class="m-long">
                    <dt>{words.outlook}</dt>
                    <dd class="m-outlook" class:m-short=outlook.is_short() data-testid="storage-days">{lasts}</dd>
                </div>
            </dl>
            <meter class="m-meter" min="0" max="100" value=browser::machine_decimal(share) aria-label=words.used></meter>
            {outlook.is_short().then(|| view! { <p class="m-action">{words.short}</p> })}
            <p class="m-fine">
                {words.formula}
                " · "
                {n.unwrap_or_else(|| words.too_early_note.to_owned())}
            </p>
        }
    };
    view! {
        <section class="m-card m-health" aria-labelledby="m-room">
            <div class="m-card-head"><h2 id="m-room">{words.storage}</h2></div>
            {move || match checkup.room.get() {
                Some(room) => measured(room).into_any(),
                None => view! { <p>{words.unmeasured}</p> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn PromiseCard(checkup: Checkup, words: &'static HealthTexts) -> impl IntoView {
    let told = move || match checkup.promise.get() {
        Promise::Asking => (Advice { meaning: words.asking, action: "" }, "asking"),
        Promise::Given => (words.given, "given"),
        Promise::Withheld => (words.withheld, "withheld"),
        Promise::Refused => (words.refused, "refused"),
        Promise::None => (words.no_promise, "none"),
    };
    let may_ask = move || matches!(checkup.promise.get(), Promise::Withheld | Promise::Refused);
    view! {
        <section class="m-card m-health" aria-labelledby="m-promise">
            <div class="m-card-head"><h2 id="m-promise">{words.promise}</h2></div>
            <div role="status" data-testid="persistence" data-state=move || told().1>
                {move || advised(told().0, told().1 == "given")}
            </div>
            <button
                type="button"
                class="m-button m-second"
                data-testid="persist"
                hidden=move || !may_ask()
                on:click=move |_| checkup.ask_for_promise()
            >
                {words.ask}
            </button>
        </section>
    }
}

#[component]
fn SecondCard(checkup: Checkup, words: &'static HealthTexts) -> impl IntoView {
    let shown = move || {
        let second = checkup.second.get().unwrap_or_default();
        let advice = match second.state.as_str() {
            "ok" => words.second_ok,
            "unsupported" => words.second_unsupported,
            "busy" => words.second_busy,
            "failed" => words.second_failed,
            "full" => words.second_full,
            _ => words.second_unknown,
        };
        let why = (!second.detail.is_empty()).then(|| fill(words.second_why, &[&second.detail]));
        view! {
            <div role="status" data-testid="second-place" data-state=second.state.clone()>
                {advised(advice, second.state == "ok")}
            </div>
            {why.map(|why| view! { <p class="m-fine">{why}</p> })}
        }
    };
    view! {
        <section class="m-card m-health" aria-labelledby="m-second">
            <div class="m-card-head"><h2 id="m-second">{words.second}</h2></div>
            {shown}
        </section>
    }
}

#[component]
fn ChainCard(desk: Desk, language: Language) -> impl IntoView {
    let checkup = desk.checkup;
    let texts = language.texts();
    let words = &texts.health;
    let is_running = move || matches!(checkup.check.get(), Check::Running(_));
    let total = move || desk.counts.get().map_or(0, |counts| counts.recorded);
    let shown = move || match checkup.check.get() {
        Check::None => ().into_any(),
        Check::Running(count) => {
            let numbers = [count, total().max(count)].map(|n| browser::integer(n, language));
            view! {
                <progress class="m-meter" max=total().max(1).to_string() value=count.to_string() aria-label=words.chain></progress>
                <p data-testid="verify-progress">{fill(words.verifying, &[&numbers[0], &numbers[1]])}</p>
            }
                .into_any()
        }
        Check::Done(report) => {
            let own = desk.tip.with(|tip| tip.as_ref().map(|tip| tip.device.clone())).unwrap_or_default();
            checkup.findings.with(|known| outcome(&report, &own, known, language).into_any())
        }
        Check::Failed(error) => view! { <p class="m-says">{trouble_text(&error, &texts.trouble)}</p> }.into_any(),
    };
    view! {
        <section class="m-card m-health" aria-labelledby="m-chain">
            <div class="m-card-head"><h2 id="m-chain">{words.chain}</h2></div>
            <p class="m-fine">{words.chain_note}</p>
            <div role="status">{shown}</div>
            {button("m-button", "verify", HEALTH, words.verify, is_running, move || checkup.verify())}
        </section>
    }
}

#[component]
fn Findings(checkup: Checkup, language: Language) -> impl IntoView {
    let words = &language.texts().health;
    let item = move |finding: &Finding, is_new: bool| {
        let (meaning, action) = finding_text(finding, words, language);
        view! {
            <li data-testid="finding" data-finding=finding.name.clone() data-loss=finding.is_loss().to_string()>
                <time datetime=finding.time.clone() class="m-fine">
                    {browser::time(&finding.time, Written::Minute, language)}
                </time>
                <span class="m-said">{meaning}<span class="m-fine">{action}</span></span>
                {is_new.then(|| view! { <span class="m-chip">{words.new}</span> })}
            </li>
        }
    };
    let list = move || {
        let findings = checkup.findings.get();
        let acknowledged = checkup.acknowledged.get();
        let is_new = |finding: &Finding| acknowledged.is_some_and(|place| finding.place > place);
        let any_new = findings.iter().any(is_new);
        match findings.as_slice() {
            [] => view! { <p class="m-empty">{words.no_findings}</p> }.into_any(),
            findings => view! {
                <ul class="m-found">
                    {findings.iter().map(|finding| item(finding, is_new(finding))).collect_view()}
                </ul>
                {any_new.then(|| {
                    view! {
                        <button type="button" class="m-button m-second" on:click=move |_| checkup.acknowledge()>
                            {words.acknowledge}
                        </button>
                    }
                })}
            }
            .into_any(),
        }
    };
    view! {
        <section class="m-card m-health" aria-labelledby="m-findings">
            <div class="m-card-head"><h2 id="m-findings">{words.findings}</h2></div>
            {list}
        </section>
    }
}

fn advised(advice: Advice, is_good: bool) -> impl IntoView {
    view! {
        <p class="m-verdict" class:m-calm=!is_good>
            {is_good.then(|| icon(TICK))}
            <span>{advice.meaning}</span>
        </p>
        <p class="m-action">{advice.action}</p>
    }
}

/// What happened, how much, and what to do.
pub fn finding_text(finding: &Finding, words: &HealthTexts, language: Language) -> (String, &'static str) {
    let number = || browser::integer(finding.about.seq, language);
    let Some(kind) = finding.kind else {
        return (fill(words.other_finding.meaning, &[&finding.name]), words.other_finding.action);
    };
    let amount = match kind {
        FindingKind::StoreWiped | FindingKind::StoreCut => String::new(),
        FindingKind::StoreUnusable
        | FindingKind::StoreRepaired
        | FindingKind::StoreDamaged
        | FindingKind::Recovered
        | FindingKind::SecondPlaceLost
        | FindingKind::ChainBroken
        | FindingKind::StoreRewritten
        | FindingKind::SealingDamaged => browser::integer(finding.count, language),
        FindingKind::SecondPlaceDamaged => browser::bytes(finding.count, language),
        FindingKind::ClockFast | FindingKind::ClockSlow | FindingKind::ClockRight | FindingKind::ClockOff => {
            browser::duration(finding.count, language)
        }
        FindingKind::ReleaseFailed => release_name(finding.count),
    };
    let advice = finding_advice(kind, finding.about, words);
    (fill(advice.meaning, &[&number(), &finding.about.epoch.to_string(), &amount]), advice.action)
}

fn finding_advice(kind: FindingKind, about: Place, words: &HealthTexts) -> Advice {
    match kind {
        // Under a page that was running nobody knows how far it had come.
        FindingKind::StoreWiped if about.seq == 0 => words.wiped_unawares,
        FindingKind::StoreWiped => words.wiped,
        FindingKind::StoreCut => words.cut,
        FindingKind::StoreUnusable => words.unusable,
        FindingKind::StoreRepaired => words.repaired,
        FindingKind::StoreDamaged => words.damaged,
        FindingKind::Recovered => words.recovered,
        FindingKind::SecondPlaceLost => words.second_lost,
        FindingKind::SecondPlaceDamaged => words.second_damaged,
        FindingKind::ClockFast => words.clock_fast,
        FindingKind::ClockSlow => words.clock_slow,
        FindingKind::ClockRight => words.clock_right,
        FindingKind::ClockOff => words.clock_off,
        FindingKind::SealingDamaged => words.sealing_damaged,
        FindingKind::ReleaseFailed => words.release_failed,
        FindingKind::ChainBroken => words.chain_broken,
        FindingKind::StoreRewritten => words.rewritten,
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn check(name: &str, about: Place, language: Language) -> (String, &'static str) {
        let (kind, time) = (FindingKind::parse(name), "2026-11-23T09:41:07.120+08:00".to_owned());
        let finding = Finding { place: Place::default(), time, name: name.to_owned(), kind, about, count: 97_531 };
        let (meaning, action) = finding_text(&finding, &language.texts().health, language);
        assert!(!meaning.is_empty() && !action.is_empty() && !meaning.contains(['{', '}']), "{name}: {meaning}");
        (meaning, action)
    }

    #[wasm_bindgen_test]
    fn every_finding_says_what_happened_how_much_and_what_to_do_in_both_languages() {
        let about = Place { epoch: 3, seq: 812 };
        for kind in FindingKind::ALL {
            let [(english, _), (chinese, _)] =
                [Language::English, Language::Chinese].map(|language| check(kind.as_str(), about, language));
            assert_ne!(english, chinese, "{}", kind.as_str());
            for meaning in [english, chinese] {
                let how_much = match kind {
                    FindingKind::StoreWiped | FindingKind::StoreCut => "812",
                    FindingKind::SecondPlaceDamaged => "9",
                    FindingKind::ReleaseFailed => "release-000000017cfb",
                    FindingKind::StoreUnusable
                    | FindingKind::StoreRepaired
                    | FindingKind::StoreDamaged
                    | FindingKind::Recovered
                    | FindingKind::SecondPlaceLost
                    | FindingKind::ChainBroken
                    | FindingKind::StoreRewritten
                    | FindingKind::SealingDamaged => "97,531",
                    // A day and three hours.
                    _ => "3",
                };
                assert!(meaning.contains(how_much), "{}: {meaning}", kind.as_str());
            }
        }
    }

    #[wasm_bindgen_test]
    fn a_wipe_under_a_running_page_names_no_number_and_an_unknown_finding_is_shown_as_such() {
        for language in [Language::English, Language::Chinese] {
            let (meaning, _) = check("store-wiped", Place { epoch: 3, seq: 0 }, language);
            assert!(meaning.contains('3') && !meaning.contains('0'), "{meaning}");
            assert!(check("moon-full", Place::default(), language).0.contains("moon-full"));
        }
    }
}
