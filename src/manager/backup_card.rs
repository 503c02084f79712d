//! Back-up and restore, side by side.

use candor_core::journal::Restored;
use candor_vault::backup::BackupFault;
use candor_vault::backup::content::{BackupHeader, Texts};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::manager::backup::{Fault, State as Writing, Written};
use crate::manager::backup_read::ReadFault;
use crate::manager::backup_restore::{State as Restoring, Stop, Tally};
use crate::manager::browser::{self, Written as As};
use crate::manager::desk::Desk;
use crate::manager::door_screen::trouble_text;
use crate::manager::file::ChosenFile;
use crate::manager::language::Language;
use crate::manager::passphrase::{fault_text, field};
use crate::manager::text::fill;
use crate::manager::tick::tick;

/// The card of both.
#[component]
pub fn BackupCard(desk: Desk, language: Language) -> impl IntoView {
    view! {
        <div class="m-columns">
            <Write desk language />
            <Restore desk language />
        </div>
    }
}

#[component]
fn Write(desk: Desk, language: Language) -> impl IntoView {
    let texts = language.texts();
    let (words, backup) = (&texts.backup, desk.backup);
    let [passphrase, again] = [(); 2].map(|()| RwSignal::new(String::new()));
    let edited = move || backup.edited();
    let is_running = Memo::new(move |_| backup.state.with(Writing::is_running));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        backup.write(desk, passphrase.get_untracked(), &again.get_untracked());
    };
    Effect::new(move |_| {
        if matches!(backup.state.get(), Writing::Done(_)) {
            passphrase.set(String::new());
            again.set(String::new());
        }
    });
    view! {
        <form class="m-card m-stack" autocomplete="off" novalidate=true aria-labelledby="m-backup-title" on:submit=submit>
            <h2 id="m-backup-title">{words.title}</h2>
            <p class="m-fine">{words.hint}</p>
            {field("m-backup-passphrase", texts.passphrase.passphrase, passphrase, "m-backup-says", edited)}
            {field("m-backup-again", texts.passphrase.again, again, "m-backup-says", edited)}
            {move || is_running.get().then(|| view! {
                <div class="m-work" data-testid="backup-progress">
                    {move || bar(backup.state.with(|state| match state {
                        Writing::Running { done, total } => Some((*done, *total)),
                        _ => None,
                    }))}
                    <p role="status">{move || backup.state.with(|state| progress(state, language))}</p>
                </div>
            })}
            <p
                class="m-says"
                role="status"
                id="m-backup-says"
                data-testid="backup-result"
                data-ok=move || matches!(backup.state.get(), Writing::Done(_)).to_string()
                class:m-says-calm=move || matches!(backup.state.get(), Writing::Done(_) | Writing::Cancelled)
            >
                {move || backup.state.with(|state| outcome(state, language))}
            </p>
            <div class="m-do-row">
                {move || is_running.get().then(|| view! {
                    <button type="button" class="m-quiet" data-testid="backup-cancel" on:click=move |_| backup.cancel()>
                        {words.cancel}
                    </button>
                })}
                <button type="submit" class="m-button m-second" data-testid="backup" disabled=move || is_running.get()>
                    {words.write}
                </button>
            </div>
        </form>
    }
}

/// How far something has come; without an end where that is not known.
fn bar(of: Option<(u64, u64)>) -> impl IntoView {
    let (done, total) =
        of.map_or((None, None), |(done, total)| (Some(done.to_string()), Some(total.max(1).to_string())));
    view! { <progress value=done max=total></progress> }
}

fn progress(state: &Writing, language: Language) -> String {
    let words = &language.texts().backup;
    let number = |n: &u64| browser::integer(*n, language);
    match state {
        Writing::Counting { events } => fill(words.counting, &[&number(events)]),
        Writing::Deriving => language.texts().passphrase.working.to_owned(),
        Writing::Running { done, total } => fill(words.running, &[&number(done), &number(total)]),
        _ => String::new(),
    }
}

fn outcome(state: &Writing, language: Language) -> Option<String> {
    let texts = language.texts();
    let words = &texts.backup;
    Some(match state {
        Writing::None | Writing::Counting { .. } | Writing::Deriving | Writing::Running { .. } => return None,
        Writing::Fault(fault) => fault_text(*fault, &texts.passphrase).to_owned(),
        Writing::Cancelled | Writing::Failed(Fault::Cancelled) => words.cancelled.to_owned(),
        Writing::Done(written) => written_text(written, language),
        Writing::Failed(Fault::Store(error)) => trouble_text(error, &texts.trouble).to_owned(),
        Writing::Failed(Fault::Memory) => texts.passphrase.memory.to_owned(),
        Writing::Failed(Fault::NotTaken) => words.not_taken.to_owned(),
        Writing::Failed(Fault::Changed) => words.changed.to_owned(),
    })
}

fn written_text(written: &Written, language: Language) -> String {
    let words = &language.texts().backup;
    let events = browser::integer(written.events, language);
    let mut said = vec![fill(words.done, &[&written.name, &events, words.texts[place_of(written.texts)]])];
    if written.unreadable > 0 {
        said.push(words.unreadable.of(written.unreadable, &browser::integer(written.unreadable, language)));
    }
    if !written.is_recorded {
        said.push(words.untraced.to_owned());
    }
    language.joined(&said)
}

fn place_of(texts: Texts) -> usize {
    match texts {
        Texts::None => 0,
        Texts::Clear => 1,
        Texts::Sealed => 2,
        Texts::Mixed => 3,
    }
}

#[component]
fn Restore(desk: Desk, language: Language) -> impl IntoView {
    let texts = language.texts();
    let (words, restore) = (&texts.restore, desk.restore);
    let passphrase = RwSignal::new(String::new());
    let has_file = move || restore.file_name.with(|name| !name.is_empty());
    let is_running = Memo::new(move |_| restore.state.with(Restoring::is_running));
    let is_asking = Memo::new(move |_| restore.state.with(|state| matches!(state, Restoring::Asking(_))));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if is_asking.get_untracked() {
            restore.restore(desk);
        } else {
            restore.open(desk, passphrase.get_untracked());
        }
    };
    Effect::new(move |_| {
        if is_asking.get() {
            passphrase.set(String::new());
        }
    });
    let header = move || match restore.state.get() {
        Restoring::Asking(header) => Some(view! { <Header desk header language /> }),
        _ => None,
    };
    let file = move || {
        let name = restore.file_name.get();
        if name.is_empty() { words.none_chosen.to_owned() } else { name }
    };
    view! {
        <form class="m-card m-stack" autocomplete="off" novalidate=true aria-labelledby="m-restore-title" on:submit=submit>
            <h2 id="m-restore-title">{words.title}</h2>
            <p class="m-fine">{words.hint}</p>
            <div class="m-file" hidden=move || is_asking.get()>
                // The browser's own field speaks the browser's language.
                <input
                    id="m-restore-file"
                    class="sr"
                    data-testid="restore-file"
                    type="file"
                    accept=".candor"
                    disabled=move || is_running.get()
                    on:change=move |event| restore.choose(ChosenFile::of(&event))
                />
                <label class="m-button m-second" for="m-restore-file">{words.choose}</label>
                <span>{file}</span>
            </div>
            <div hidden=move || is_asking.get()>
                {field("m-restore-passphrase", words.passphrase, passphrase, "m-restore-says", move || restore.put_away())}
            </div>
            {header}
            {move || is_running.get().then(|| view! {
                <div class="m-work" data-testid="restore-progress">
                    {move || bar(restore.state.with(|state| match state {
                        Restoring::Running { done, total } => Some((*done, *total)),
                        _ => None,
                    }))}
                    <p role="status">{move || restore.state.with(|state| restore_progress(state, language))}</p>
                </div>
            })}
            <div id="m-restore-says">
                {move || match restore.state.get() {
                    Restoring::Ended { tally, stop } => Some(result(tally, stop, language)),
                    _ => None,
                }}
            </div>
            <div class="m-do-row">
                {move || is_asking.get().then(|| view! {
                    <button type="button" class="m-quiet" data-testid="restore-put-away" on:click=move |_| restore.put_away()>
                        {words.put_away}
                    </button>
                })}
                {move || matches!(restore.state.get(), Restoring::Running { .. }).then(|| view! {
                    <button type="button" class="m-quiet" data-testid="restore-cancel" on:click=move |_| restore.cancel()>
                        {texts.backup.cancel}
                    </button>
                })}
                <button
                    type="submit"
                    class="m-button m-second"
                    data-testid="restore"
                    disabled=move || is_running.get() || !has_file()
                >
                    {move || if is_asking.get() { words.restore } else { words.open }}
                </button>
            </div>
        </form>
    }
}

/// Whose back-up it is, and what it would change here.
#[component]
fn Header(desk: Desk, header: BackupHeader, language: Language) -> impl IntoView {
    let (words, restore) = (&language.texts().restore, desk.restore);
    let is_own = desk.tip.with_untracked(|tip| tip.as_ref().is_some_and(|tip| tip.device == header.device));
    let device = if is_own { words.own_device.to_owned() } else { header.device.clone() };
    let hint = if desk.is_known_to_an_endpoint() { words.own_token_hint } else { words.takes_records_hint };
    view! {
        <div class="m-asks" data-testid="restore-header">
            <p class="m-lead">{words.asks}</p>
            <dl class="m-facts">
                <div class="m-long"><dt>{words.device}</dt><dd class:m-code=!is_own>{device}</dd></div>
                <div>
                    <dt>{words.written}</dt>
                    <dd>
                        {browser::time(&header.time, As::Date, language)}" "
                        {browser::time(&header.time, As::Clock, language)}
                    </dd>
                </div>
                <div><dt>{words.events}</dt><dd>{browser::integer(header.events, language)}</dd></div>
                <div><dt>{words.words}</dt><dd>{words.words_are[place_of(header.texts)]}</dd></div>
                <div><dt>{words.app}</dt><dd>{header.app.clone()}</dd></div>
            </dl>
            {tick("restore-records", words.takes_records, hint, restore.takes_records, || ())}
        </div>
    }
}

fn restore_progress(state: &Restoring, language: Language) -> String {
    let words = &language.texts().restore;
    match state {
        Restoring::Running { done, total } => {
            fill(words.running, &[&browser::integer(*done, language), &browser::integer(*total, language)])
        }
        _ => language.texts().passphrase.working.to_owned(),
    }
}

fn result(tally: Tally, stop: Option<Stop>, language: Language) -> impl IntoView {
    let Restored { added, known, mended, refused, .. } = tally.restored;
    // What had been lost from its place has come back as well.
    let added = added + mended;
    let is_whole = stop.is_none();
    view! {
        <p
            class="m-says"
            role="status"
            data-testid="restore-result"
            data-ok=is_whole.to_string()
            data-added=added.to_string()
            data-known=known.to_string()
            data-refused=refused.to_string()
            class:m-says-calm=is_whole
        >
            {told(&tally, stop.as_ref(), language)}
        </p>
    }
}

fn told(tally: &Tally, stop: Option<&Stop>, language: Language) -> String {
    let words = &language.texts().restore;
    let Restored { added, known, mended, refused, contradicted } = tally.restored;
    // What had been lost from its place has come back as well.
    let added = added + mended;
    let mut said = Vec::new();
    let has_begun = added + known + refused + tally.pruned > 0;
    match stop {
        None => said.push(words.whole.to_owned()),
        Some(Stop::Cancelled) => said.push(words.cancelled.to_owned()),
        Some(_) if has_begun => said.push(words.failed.to_owned()),
        Some(_) => {}
    }
    said.extend(stop.and_then(|stop| why(stop, language)));
    if stop.is_some() && !has_begun {
        said.push(words.nothing.to_owned());
        return language.joined(&said);
    }
    let counts = [
        (&words.known, known),
        (&words.contradicted, contradicted),
        (&words.refused, refused),
        (&words.pruned, tally.pruned),
    ];
    said.push(words.added.of(added, &browser::integer(added, language)));
    for (count, n) in counts.into_iter().filter(|(_, n)| *n > 0) {
        said.push(count.of(n, &browser::integer(n, language)));
    }
    if tally.has_records {
        said.push(words.has_records.to_owned());
    }
    if stop.is_some() {
        said.push(words.again.to_owned());
    }
    language.joined(&said)
}

fn why(stop: &Stop, language: Language) -> Option<String> {
    let texts = language.texts();
    let words = &texts.restore;
    let number = |n: u64| browser::integer(n, language);
    Some(match stop {
        Stop::Cancelled => return None,
        Stop::Store(error) => trouble_text(error, &texts.trouble).to_owned(),
        Stop::File(ReadFault::Gone) => words.gone.to_owned(),
        Stop::File(ReadFault::Content(_)) => words.content.to_owned(),
        Stop::File(ReadFault::Backup(fault)) => match fault {
            BackupFault::NotABackup => words.not_a_backup.to_owned(),
            BackupFault::Version => words.version.to_owned(),
            BackupFault::Front => words.front.to_owned(),
            BackupFault::Costs => texts.passphrase.memory.to_owned(),
            BackupFault::Passphrase => words.wrong.to_owned(),
            BackupFault::Damaged { from, to } => fill(words.damaged, &[&number(*from), &number(*to)]),
            BackupFault::Cut { at } => fill(words.cut, &[&number(*at)]),
            BackupFault::TooLong => words.content.to_owned(),
        },
    })
}
