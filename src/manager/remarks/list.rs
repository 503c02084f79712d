//! The comments that fit, newest first, some at a time.

use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::button::more;
use crate::manager::language::Language;
use crate::manager::remarks::item::item;
use crate::manager::remarks::{PAGE, Remarks};
use crate::manager::text::fill;
use crate::manager::unseal::Unseal;

/// The card.
#[component]
pub fn List(remarks: Remarks, language: Language) -> impl IntoView {
    let words = &language.texts().remarks;
    let number = move |n: usize| browser::integer(n as u64, language);
    let fitting = Memo::new(move |_| remarks.fitting.with(Vec::len));
    let written = Memo::new(move |_| remarks.looked.with(|looked| looked.lines.len()));
    let shut = Memo::new(move |_| remarks.looked.with(|looked| looked.shut));
    let shut_ones = Memo::new(move |_| remarks.looked.with(|looked| looked.shut_ones.clone()));
    let counted = move || match (fitting.get(), written.get()) {
        (fitting, written) if fitting == written => words.listed.of(written as u64, &number(written)),
        (fitting, written) => fill(words.shown, &[&number(fitting), &number(written)]),
    };
    let lines = move || {
        let shown =
            remarks.fitting.with(|fitting| fitting.iter().take(remarks.listed.get()).copied().collect::<Vec<_>>());
        remarks
            .looked
            .with(|looked| shown.into_iter().filter_map(|at| looked.lines.get(at).cloned()).collect::<Vec<_>>())
    };
    view! {
        <section class="m-card" aria-labelledby="m-remarks" data-testid="remarks">
            <div class="m-card-head">
                <h2 id="m-remarks">{words.comments}</h2>
                <span class="m-n" role="status" data-testid="remarks-count" data-n=move || fitting.get().to_string()>
                    {counted}
                </span>
            </div>
            {move || remarks.library.progress.get().map(|(read, of)| {
                let [read, of] = [read, of].map(|n| browser::integer(n, language));
                view! { <p class="m-fine" data-testid="remarks-progress">{fill(words.reading, &[&read, &of])}</p> }
            })}
            {move || (shut.get() > 0).then(|| view! {
                <p class="m-fine" data-testid="remarks-sealed" data-n=shut.get().to_string()>
                    {words.sealed.of(shut.get(), &browser::integer(shut.get(), language))}
                </p>
            })}
            <Unseal desk=remarks.insight.desk sealed=shut_ones language />
            {move || {
                let (title, hint) = match (fitting.get(), written.get()) {
                    (0, 0) => (words.nothing_written, words.nothing_written_hint),
                    (0, _) => (words.none, words.none_hint),
                    _ => return None,
                };
                let library = remarks.library;
                let is_settled = library.has_read.get() && library.progress.with(Option::is_none) && shut.get() == 0;
                is_settled.then(|| view! { <p class="m-empty"><b>{title}</b><br />{hint}</p> })
            }}
            <ol class="m-comments">
                <For
                    each=lines
                    // Another level or another search makes it another line.
                    key=move |line| (line.reading, line.level, line.themes.clone(), remarks.typed.get())
                    children=move |line| item(remarks, &line, language)
                />
            </ol>
            {move || (fitting.get() > remarks.listed.get())
                .then(|| more("remarks-more", words.more, move || remarks.listed.update(|listed| *listed += PAGE)))}
        </section>
    }
}
