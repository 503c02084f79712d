//! Signs drawn with one pen, 24 by 24.

use candor_core::event::{Rating, Scale};
use candor_core::first_screen::Key;
use leptos::prelude::*;

/// Bars: results.
pub const RESULTS: &str = "M5 20v-7M12 20V5M19 20v-10";
/// A list that is ticked off: cases.
pub const CASES: &str = "M4 6.5l1.5 1.5L8.5 5M4 13l1.5 1.5L8.5 11.5M4 19.5L5.5 21L8.5 18M12 7h8M12 13.5h8M12 20h8";
/// A bubble with words: comments.
pub const COMMENTS: &str = "M4 5h16v11h-8l-5 4v-4H4zM8 9h8M8 12.5h5";
/// A glass: search.
pub const SEARCH: &str = "M10.5 4.5a6 6 0 1 0 0 12a6 6 0 1 0 0-12M15 15l5 5";
/// A plus in a circle: praise.
pub const PRAISE: &str = "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M8 12h8M12 8v8";
/// A minus in a circle: a complaint.
pub const COMPLAINT: &str = "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M8 12h8";
/// A circle with nothing but a point: neither.
pub const UNCLEAR: &str = "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M12 12v.1";
/// A pin.
pub const PIN: &str = "M9 4h6l-1 6l3 3.5H7L10 10zM12 13.5V20";
/// A line that rises: improvements.
pub const IMPROVEMENTS: &str = "M4 17l5-5 4 4 7-8M15 8h5v5";
/// A bell: alerts.
pub const BELL: &str = "M6 16.5h12l-1.5-2V10a4.5 4.5 0 0 0-9 0v4.5zM10 19.5a2 2 0 0 0 4 0M12 5.5V4";
/// Two arrows: sync.
pub const SYNC: &str = "M4 11a8 8 0 0 1 13.7-5.2L20 8M20 3v5h-5M20 13a8 8 0 0 1-13.7 5.2L4 16M4 21v-5h5";
/// A line that beats: health.
pub const HEALTH: &str = "M3 12h4l3-7 4 14 3-7h4";
/// Sliders: settings.
pub const SETTINGS: &str =
    "M4 7h8M17 7h3M4 17h3M12 17h8M12 7a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M7 17a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0";
/// A padlock: lock.
pub const LOCK: &str = "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3";
/// An arrow back.
pub const BACK: &str = "M19 12H5M11 6l-6 6l6 6";
/// A tray: export.
pub const EXPORT: &str = "M12 4v11M7.5 10.5L12 15l4.5-4.5M5 20h14";
/// A tick.
pub const TICK: &str = "M5 12.5l4.5 4.5L19 7";
/// A pencil: edit.
pub const PENCIL: &str = "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19z M13.5 7l3.5 3.5";
/// Two sheets: copy.
pub const COPY: &str = "M9 9h11v11H9zM15 9V4H4v11h5";
/// A bin: remove.
pub const TRASH: &str = "M4.5 7h15M9 7V4h6v3M6.5 7l1 13h9l1-13";
/// Upwards.
pub const UP: &str = "M12 19V5M6 11l6-6 6 6";
/// Downwards.
pub const DOWN: &str = "M12 5v14M6 13l6 6 6-6";
/// A cross of two lines: one more.
pub const PLUS: &str = "M12 5v14M5 12h14";
/// An arrow that turns back: undo.
pub const UNDO: &str = "M8 5L4 9l4 4M4 9h9.5a5.5 5.5 0 0 1 0 11H8";
/// The same the other way: redo.
pub const REDO: &str = "M16 5l4 4-4 4M20 9h-9.5a5.5 5.5 0 0 0 0 11H16";
/// A tablet that is turned.
pub const TURN: &str = "M4 10h12v10H4zM9 6a8 8 0 0 1 11 9M12 3L9 6l3 3";
/// An arrow around: from the start.
pub const AGAIN: &str = "M19 12a7 7 0 1 1-2.5-5.4L19 9M19 4v5h-5";
/// Two bars: it waits.
pub const PAUSE: &str = "M9 5v14M15 5v14";
/// Arrows to the corners: larger.
pub const ENLARGE: &str = "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7";
/// A triangle that warns.
pub const WARNING: &str = "M12 4L2.8 20h18.4zM12 10v4.5M12 17.4v.1";
/// Points down: a list opens.
pub const CHEVRON: &str = "M6 9.5l6 6 6-6";
/// A key of the number pad that takes the last digit back.
pub const DELETE: &str = "M9 5h11v14H9L3 12zM12.5 9.5l5 5M17.5 9.5l-5 5";

/// One of the signs; never the only carrier of a meaning.
pub fn icon(path: &'static str) -> impl IntoView {
    view! { <svg class="m-icon" viewBox="0 0 24 24" aria-hidden="true"><path d=path /></svg> }
}

/// A level as the customer saw it, a number where that is what was tapped; its words stand beside it.
pub fn face(scale: Scale, rating: Rating) -> AnyView {
    let Key { icon, tone } = Key::of(scale, rating);
    if icon.is_empty() {
        return view! { <b class="face-icon m-number" aria-hidden="true">{rating.level()}</b> }.into_any();
    }
    view! {
        <svg class="face-icon" viewBox="0 0 100 100" data-tone=tone.to_string() aria-hidden="true">
            <use href=format!("#{icon}") />
        </svg>
    }
    .into_any()
}

/// The product's mark.
pub fn mark() -> impl IntoView {
    view! {
        <span class="m-mark" aria-hidden="true">
            <svg viewBox="0 0 100 100"><path d="M18 58 Q50 96 82 58" /></svg>
        </span>
    }
}
