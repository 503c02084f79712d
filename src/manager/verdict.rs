//! What the check of the chain came to, in a manager's words: where, when, and what the tablet itself knows of it.

use candor_core::health::{Finding, FindingKind};
use candor_core::journal::Place;
use candor_core::verify::{self, Fault, Report, Signature};
use candor_core::witness::SignedHead;
use leptos::prelude::*;

use crate::manager::browser::{self, Written};
use crate::manager::icon::{TICK, WARNING, icon};
use crate::manager::language::Language;
use crate::manager::text::{HealthTexts, fill};

/// Digits of a device's name that tell it from others on a screen: the end of a UUIDv7 is the part that differs.
const SHORT: usize = 12;

/// The verdict and everything that was found. `own` is this tablet's name, `known` what it has found out about itself.
pub fn outcome(report: &Report, own: &str, known: &[Finding], language: Language) -> impl IntoView {
    let words = &language.texts().health;
    let is_whole = report.is_whole();
    let faults = report.findings.len() as u64 + report.unlisted;
    let explained = |finding: &verify::Finding| loss_behind(finding, own, known);
    let is_explained = !is_whole && report.unlisted == 0 && report.findings.iter().all(|f| explained(f).is_some());
    let said = match is_whole {
        _ if is_explained => words.explained.to_owned(),
        true => words.whole.of(report.events, &browser::integer(report.events, language)),
        false => words.faults.of(faults, &browser::integer(faults, language)),
    };
    let unlisted =
        (report.unlisted > 0).then(|| words.unlisted.of(report.unlisted, &browser::integer(report.unlisted, language)));
    // With the database the signed heads may have gone: then the check does not know of what was lost.
    let is_loss = |found: &&Finding| matches!(found.kind, Some(FindingKind::StoreWiped | FindingKind::StoreCut));
    let lost_before = known.iter().find(is_loss).filter(|_| is_whole);
    let lost_before =
        lost_before.map(|loss| fill(words.lost_before, &[&browser::time(&loss.time, Written::Minute, language)]));
    let signed = signed_heads(report).map(|head| head.seq).max();
    let signed = signed.map(|seq| fill(words.signed, &[&browser::integer(seq, language)]));
    let item = |finding: &verify::Finding, why: Option<String>| {
        let time = time_of(finding, language);
        view! {
            <li>
                <span class="m-fine" title=finding.device.clone()>{where_text(finding, own, words, language)}</span>
                <span class="m-said">
                    {verify::describe(&verify::Finding { time, ..finding.clone() }, in_core(language))}
                    {why.map(|why| view! { <span class="m-fine" data-testid="explained">{why}</span> })}
                </span>
            </li>
        }
    };
    let why =
        |finding: &verify::Finding| explained(finding).map(|loss| known_of(finding, loss, report, known, language));
    // A tablet may sleep every night: the list stays shut until somebody wants it.
    let pauses = pauses_text(report, language).map(|said| {
        view! {
            <details data-testid="pauses" data-n=report.pauses.len().to_string()>
                <summary>{said}</summary>
                <ul class="m-found">{report.pauses.iter().map(|pause| item(pause, None)).collect_view()}</ul>
            </details>
        }
    });
    view! {
        <p
            class="m-verdict"
            class:m-bad=!is_whole && !is_explained
            class:m-calm=is_explained
            data-testid="verify-result"
            data-ok=is_whole.to_string()
            data-n=report.events.to_string()
        >
            {icon(if is_whole { TICK } else { WARNING })}
            <span>{said}</span>
        </p>
        {lost_before.map(|lost_before| view! { <p class="m-fine">{lost_before}</p> })}
        <ul class="m-found">{report.findings.iter().map(|fault| item(fault, why(fault))).collect_view()}</ul>
        {unlisted.map(|unlisted| view! { <p class="m-fine">{unlisted}</p> })}
        {besides(report, language).map(|said| view! { <p class="m-fine">{said}</p> }).collect_view()}
        {signed.map(|signed| view! { <p class="m-fine">{signed}</p> })}
        {pauses}
    }
}

/// Where the clock ran ahead, which is no fault of a tablet that may sleep.
fn pauses_text(report: &Report, language: Language) -> Option<String> {
    let count = report.pauses.len() as u64;
    (count > 0).then(|| language.texts().health.pauses.of(count, &browser::integer(count, language)))
}

/// What is not here, and is no fault either.
fn besides(report: &Report, language: Language) -> impl Iterator<Item = String> {
    let words = &language.texts().health;
    let Report { pruned, with_words, without_words, .. } = *report;
    let number = |n: u64| browser::integer(n, language);
    let pruned = (pruned > 0).then(|| words.pruned.of(pruned, &number(pruned)));
    let has_words = with_words + without_words > 0;
    let texts = has_words.then(|| fill(words.comments, &[&number(with_words), &number(without_words)]));
    [pruned, texts].into_iter().flatten()
}

/// The newest loss that the tablet has recorded and that is a reason for this gap.
fn loss_behind<'a>(finding: &verify::Finding, own: &str, known: &'a [Finding]) -> Option<&'a Finding> {
    let is_gap = matches!(finding.fault, Fault::Removed { .. } | Fault::CutAtStart | Fault::CutAtEnd { .. });
    let is_reason = |loss: &&Finding| match loss.kind {
        // Of what was wiped, earlier epochs are gone as well.
        Some(FindingKind::StoreWiped) => finding.epoch <= loss.about.epoch,
        Some(FindingKind::StoreCut) => {
            finding.epoch == loss.about.epoch && matches!(finding.fault, Fault::CutAtEnd { .. })
        }
        _ => false,
    };
    known.iter().find(is_reason).filter(|_| is_gap && finding.device == own)
}

/// When it happened, how much came back, and whether the receiver has the rest.
fn known_of(
    finding: &verify::Finding,
    loss: &Finding,
    report: &Report,
    known: &[Finding],
    language: Language,
) -> String {
    let words = &language.texts().health;
    // The tablet goes on in a new epoch after each loss.
    let came_back =
        |found: &&Finding| found.kind == Some(FindingKind::Recovered) && found.place.epoch == loss.place.epoch;
    let recovered: u64 = known.iter().filter(came_back).map(|found| found.count).sum();
    let last = match finding.fault {
        Fault::Removed { to } => to,
        Fault::CutAtEnd { said, .. } => said,
        _ => finding.seq.saturating_sub(1),
    };
    let is_of_it =
        |head: &&SignedHead| head.device == finding.device && head.epoch == finding.epoch && head.seq >= last;
    let is_at_receiver = signed_heads(report).any(|head| is_of_it(&head));
    let date = browser::time(&loss.time, Written::Minute, language);
    language.joined(&[
        fill(words.explained_by, &[&date]),
        words.explained_recovered.of(recovered, &browser::integer(recovered, language)),
        if is_at_receiver { words.receiver_has.to_owned() } else { words.receiver_may_lack.to_owned() },
    ])
}

fn signed_heads(report: &Report) -> impl Iterator<Item = &SignedHead> {
    report.heads.iter().filter(|(_, signature)| *signature == Signature::Good).map(|(head, _)| head)
}

fn time_of(finding: &verify::Finding, language: Language) -> String {
    if finding.time.is_empty() { String::new() } else { browser::time(&finding.time, Written::Minute, language) }
}

/// The device, the epoch and the number, as far as they are known.
fn where_text(finding: &verify::Finding, own: &str, words: &HealthTexts, language: Language) -> String {
    let device = match finding.device.as_str() {
        "" => None,
        device if device == own => Some(words.own_device.to_owned()),
        device => {
            let short = device.get(device.len().saturating_sub(SHORT)..).unwrap_or(device);
            Some(fill(words.other_device, &[short]))
        }
    };
    let place = Place { epoch: finding.epoch, seq: finding.seq };
    let place = (place != Place::default())
        .then(|| fill(words.place, &[&place.epoch.to_string(), &browser::integer(place.seq, language)]));
    [device, place].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn in_core(language: Language) -> verify::Language {
    match language {
        Language::Chinese => verify::Language::Chinese,
        Language::English => verify::Language::English,
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn a_clock_that_ran_ahead_and_what_is_not_here_are_told_in_both_languages_without_being_faults() {
        let pause = verify::Finding {
            fault: Fault::ClockAhead { ms: 7_200_000 },
            line: None,
            device: "own".to_owned(),
            epoch: 1,
            seq: 6,
            time: String::new(),
        };
        let report =
            Report { pauses: vec![pause], pruned: 97_531, with_words: 12, without_words: 8, ..Report::default() };
        assert!(report.is_whole());
        for language in [Language::English, Language::Chinese] {
            assert!(pauses_text(&report, language).unwrap().contains('1'));
            let told: Vec<String> = besides(&report, language).collect();
            assert!(told[0].contains("97,531") && told[1].contains("12") && told[1].contains('8'), "{told:?}");
            assert_eq!(pauses_text(&Report::default(), language), None);
            assert_eq!(besides(&Report::default(), language).count(), 0);
        }
    }

    fn check(fault: Fault, epoch: u32, device: &str, loss: FindingKind, expected: bool) {
        let finding =
            verify::Finding { fault, line: None, device: device.to_owned(), epoch, seq: 6, time: String::new() };
        let known = [Finding {
            place: Place { epoch: 3, seq: 1 },
            time: String::new(),
            name: loss.as_str().to_owned(),
            kind: Some(loss),
            about: Place { epoch: 2, seq: 6 },
            count: 0,
        }];
        let is_found = loss_behind(&finding, "own", &known).is_some();
        assert_eq!(is_found, expected, "{:?} {epoch} {device} {loss:?}", finding.fault);
    }

    #[wasm_bindgen_test]
    fn only_a_gap_of_this_tablet_s_lost_epochs_is_explained_by_a_recorded_loss() {
        let cut = || Fault::CutAtEnd { said: 8, by: verify::Witness::Receiver };
        check(cut(), 2, "own", FindingKind::StoreWiped, true);
        check(cut(), 1, "own", FindingKind::StoreWiped, true);
        check(Fault::Removed { to: 7 }, 2, "own", FindingKind::StoreWiped, true);
        check(Fault::CutAtStart, 2, "own", FindingKind::StoreWiped, true);
        check(cut(), 2, "own", FindingKind::StoreCut, true);
        check(cut(), 1, "own", FindingKind::StoreCut, false);
        check(Fault::Removed { to: 7 }, 2, "own", FindingKind::StoreCut, false);
        check(cut(), 3, "own", FindingKind::StoreWiped, false);
        check(cut(), 2, "another", FindingKind::StoreWiped, false);
        check(Fault::Edited, 2, "own", FindingKind::StoreWiped, false);
        check(cut(), 2, "own", FindingKind::Recovered, false);
    }
}
