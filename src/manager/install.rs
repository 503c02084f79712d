//! The page on the home screen: whether it is there, and the browser's own way to put it there.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::browser::task::spawn;
use crate::manager::language::Language;
use crate::manager::storage::is_from_home_screen;

/// How the page stands to the home screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Install {
    /// It was opened from there.
    Done,
    /// The browser offers to put it there.
    Offered,
    /// The browser has it in a menu, if at all.
    ByHand,
    /// A person has said yes.
    Accepted,
}

/// What the browser has offered and `first_paint.js` has kept, so that no customer is asked.
fn offer() -> Option<JsValue> {
    let candor = Reflect::get(&js_sys::global(), &"candor".into()).ok()?;
    Reflect::get(&candor, &"install".into()).ok().filter(JsValue::is_object)
}

fn state() -> Install {
    match offer() {
        _ if is_from_home_screen() => Install::Done,
        Some(_) => Install::Offered,
        None => Install::ByHand,
    }
}

/// Has the browser ask; gives whether the answer was yes. `None` where it does not ask.
async fn ask() -> Option<bool> {
    let offer = offer()?;
    let prompt: Function = Reflect::get(&offer, &"prompt".into()).ok()?.dyn_into().ok()?;
    let asked: Promise = prompt.call0(&offer).ok()?.dyn_into().ok()?;
    let answer = JsFuture::from(asked).await.ok()?;
    // An offer is good for one question.
    let candor = Reflect::get(&js_sys::global(), &"candor".into()).ok()?;
    let _ = Reflect::set(&candor, &"install".into(), &JsValue::NULL);
    Some(Reflect::get(&answer, &"outcome".into()).ok()? == "accepted")
}

/// The card.
#[component]
pub fn InstallCard(language: Language) -> impl IntoView {
    let words = &language.texts().install;
    let install = RwSignal::new(state());
    let put = move |_| {
        spawn(async move {
            install.set(match ask().await {
                Some(true) => Install::Accepted,
                // A browser asks once for each offer.
                Some(false) | None => Install::ByHand,
            });
        });
    };
    let said = move || match install.get() {
        Install::Done => words.done,
        Install::Offered => words.offered,
        Install::ByHand => words.by_hand,
        Install::Accepted => words.accepted,
    };
    view! {
        <section class="m-card m-stack" aria-labelledby="m-install" data-testid="install-card">
            <div class="m-card-head"><h2 id="m-install">{words.title}</h2></div>
            <p class="m-lead" role="status" data-testid="install-says">{said}</p>
            {move || (install.get() == Install::Offered).then(|| view! {
                <button type="button" class="m-button" data-testid="install" on:click=put>{words.put}</button>
            })}
        </section>
    }
}
