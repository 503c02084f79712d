//! The root: the door, then the desk, and the clock that locks both when nobody touches the screen.

use std::rc::Rc;

use gloo_timers::callback::Interval;
use leptos::prelude::*;

use crate::browser::clock;
use crate::browser::journal::IndexedDbJournal;
use crate::manager::browser;
use crate::manager::desk::Desk;
use crate::manager::door::{Door, Opened};
use crate::manager::door_screen::DoorScreen;
use crate::manager::frame::Frame;
use crate::manager::idle::Quiet;
use crate::manager::store::Store;

/// A door that nobody types at gives the screen back to customers.
const DOOR_QUIET_MS: u64 = 30_000;
/// A desk that nobody touches locks: it shows customers' words.
const DESK_QUIET_MS: u64 = 120_000;
/// Fine enough for a countdown in seconds.
const TICK_MS: u32 = 250;

/// The manager's part.
#[component]
pub fn Manager(journal: Rc<IndexedDbJournal>) -> impl IntoView {
    let store = Store::new(journal);
    let language = RwSignal::new(browser::page_language());
    let door = Door::new(store.clone());
    let store = StoredValue::new_local(store);
    let desk = StoredValue::new(None::<Desk>);
    let quiet = StoredValue::new(Quiet::begin(DOOR_QUIET_MS, clock::now(), clock::uptime()));
    let left_s = RwSignal::new(DOOR_QUIET_MS / 1_000);

    let touch = move || quiet.update_value(|quiet| quiet.touch(clock::now(), clock::uptime()));
    let tick = move || {
        let uptime = clock::uptime();
        // A full disk may let a PIN wait for longer than somebody who has gone, and a
        // back-up must not end because somebody waits for it with folded hands.
        // Nor while somebody taps inside a frame, which is heard of otherwise.
        if door.is_checking() || desk.with_value(|desk| desk.is_some_and(|desk| desk.is_busy() || desk.was_touched())) {
            touch();
        }
        let left_ms = quiet.with_value(|quiet| quiet.left_ms(clock::now(), uptime));
        if left_ms == 0 {
            super::close();
            return;
        }
        if left_s.get_untracked() != left_ms.div_ceil(1_000) {
            left_s.set(left_ms.div_ceil(1_000));
        }
        match desk.get_value() {
            Some(desk) => desk.tick(uptime),
            None => door.tick(uptime),
        }
    };
    // Kept, so that it ends with what is mounted.
    StoredValue::new_local(Interval::new(TICK_MS, tick));

    let open = move |opened: Opened| {
        let made = Desk::new(store.get_value());
        desk.set_value(Some(made));
        quiet.set_value(Quiet::begin(DESK_QUIET_MS, clock::now(), clock::uptime()));
        left_s.set(DESK_QUIET_MS / 1_000);
        view! { <Frame desk=made language opened left_s /> }
    };
    view! {
        <div
            class="m-root"
            lang=move || language.get().tag()
            dir="ltr"
            on:pointerdown=move |_| touch()
            on:keydown=move |_| touch()
            on:input=move |_| touch()
            on:wheel=move |_| touch()
        >
            {move || match door.opened.get() {
                None => view! { <DoorScreen door language /> }.into_any(),
                Some(opened) => open(opened).into_any(),
            }}
        </div>
    }
}
