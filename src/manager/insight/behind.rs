//! The responses behind what is chosen: the newest, with time, level, reasons and words.

use candor_core::insight::{newest, selection};
use leptos::prelude::*;

use crate::manager::browser;
use crate::manager::comments::comment;
use crate::manager::insight::Insight;
use crate::manager::language::Language;
use crate::manager::text::fill;

/// Responses listed.
const LISTED: usize = 20;
/// Its heading, which takes the focus once a mark was tapped.
pub const TITLE: &str = "m-behind";

/// The list; nothing at all while nothing is chosen.
#[component]
pub fn Behind(insight: Insight, language: Language) -> impl IntoView {
    let words = &language.texts().insight;
    let is_asked =
        Memo::new(move |_| insight.view.with(|view| view.parts().next().is_some() && !view.is_of_a_person()));
    let rows = insight.read(|facts, view, today, measure| newest(facts, view, today, measure, LISTED));
    let count = insight.read(|facts, view, today, measure| selection(facts, view, today, measure).count());
    let responses = Memo::new(move |_| {
        // A response may have become another while its row is the same.
        insight.desk.figures.track();
        if is_asked.get() { insight.desk.responses(&rows.get()) } else { Vec::new() }
    });
    let shown = move || {
        let [shown, all] = [responses.with(Vec::len) as u64, count.get()].map(|n| browser::integer(n, language));
        fill(words.behind_shown, &[&shown, &all])
    };
    move || {
        is_asked.get().then(|| {
            view! {
                <section class="m-card" aria-labelledby=TITLE data-testid="behind">
                    <div class="m-card-head">
                        <h2 id=TITLE tabindex="-1">{words.behind}</h2>
                        <span class="m-n" data-testid="behind-count" data-n=move || count.get().to_string()>{shown}</span>
                    </div>
                    {move || (count.get() == 0).then(|| view! {
                        <p class="m-empty"><b>{words.none}</b><br />{words.none_hint}</p>
                    })}
                    <ol class="m-comments">
                        <For
                            each=move || responses.get()
                            key=|response| (response.id.clone(), response.rating.level(), response.outcome.is_some())
                            children=move |response| comment(insight.desk, &response, "behind-item", language)
                        />
                    </ol>
                </section>
            }
        })
    }
}
