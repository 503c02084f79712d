//! The corner of the first screen: what somebody of the house should see to.

use leptos::prelude::*;

use super::locale_of;
use super::text::text;
use crate::runtime::Kiosk;

pub fn view(kiosk: Kiosk) -> impl IntoView {
    let locale = locale_of(kiosk);
    move || {
        let words = locale.with(|locale| text(locale));
        let notice = match (kiosk.is_door_stuck.get(), kiosk.needs_pin.get()) {
            (true, _) => words.door_stuck,
            (false, true) => words.no_pin,
            (false, false) => return None,
        };
        // A click on it reaches the page's own listener, like the door itself.
        Some(view! { <button type="button" class="notice" data-door="" data-testid="notice">{notice}</button> })
    }
}
