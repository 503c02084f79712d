//! Are you still there? Any touch or key extends; the runtime hears it before this does.

use candor_core::session::{Input, Session};
use gloo_timers::callback::Interval;
use leptos::html;
use leptos::prelude::*;

use super::locale_of;
use super::text::text;
use crate::browser::clock;
use crate::runtime::Kiosk;

pub fn view(kiosk: Kiosk) -> impl IntoView {
    let is_warning =
        Memo::new(move |_| kiosk.session.with(|session| session.as_ref().is_some_and(Session::is_warning)));
    move || is_warning.get().then(|| dialog(kiosk))
}

fn seconds_left(kiosk: Kiosk) -> u64 {
    let deadline = kiosk.session.with_untracked(|session| session.as_ref().and_then(Session::deadline));
    deadline.map_or(0, |deadline| deadline.0.saturating_sub(clock::uptime().0).div_ceil(1_000))
}

fn dialog(kiosk: Kiosk) -> impl IntoView {
    let words = text(&locale_of(kiosk).get_untracked());
    let seconds = RwSignal::new(seconds_left(kiosk));
    let ticking = StoredValue::new_local(Some(Interval::new(250, move || seconds.set(seconds_left(kiosk)))));
    on_cleanup(move || ticking.set_value(None));
    let stay = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(stay) = stay.get() {
            let _ = stay.focus();
        }
    });
    view! {
        <div class="warning" role="alertdialog" aria-modal="true" aria-labelledby="still-there" data-testid="idle-warning" on:click=move |_| kiosk.dispatch(Input::Touched)>
            <div>
                <h2 id="still-there">{words.still_there}</h2>
                <p class="seconds" aria-hidden="true">{move || seconds.get()}</p>
                <p class="sub">{words.still_there_hint}</p>
                <button
                    type="button"
                    class="button"
                    data-testid="stay"
                    node_ref=stay
                >
                    {words.stay}
                </button>
            </div>
        </div>
    }
}
