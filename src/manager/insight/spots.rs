//! The marks of a chart for the keyboard: one stop of the tab key for all of them, and arrows from mark to mark.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::manager::browser;

/// The marks of one chart.
#[derive(Clone, Copy, Debug)]
pub struct Spots {
    name: &'static str,
    count: usize,
    /// How many stand in a row.
    row: usize,
    at: RwSignal<usize>,
}

impl Spots {
    /// So many marks, of which the one at `at` is met first.
    pub fn new(name: &'static str, count: usize, row: usize, at: usize) -> Self {
        Self { name, count, row, at: RwSignal::new(at) }
    }

    /// The element's id of a mark.
    pub fn id(self, n: usize) -> String {
        format!("m-{}-{n}", self.name)
    }

    /// Whether the tab key stops at a mark.
    pub fn tabindex(self, n: usize) -> &'static str {
        if self.at.get() == n { "0" } else { "-1" }
    }

    /// Takes a key that was pressed on a mark; says whether it presses the mark.
    pub fn hears(self, event: &KeyboardEvent, n: usize) -> bool {
        let last = self.count.saturating_sub(1);
        let to = match event.key().as_str() {
            "Enter" | " " => {
                event.prevent_default();
                return true;
            }
            "ArrowLeft" => n.saturating_sub(1),
            "ArrowRight" => (n + 1).min(last),
            "ArrowUp" if self.row < self.count => n.checked_sub(self.row).unwrap_or(n),
            "ArrowDown" if self.row < self.count => Some(n + self.row).filter(|to| *to <= last).unwrap_or(n),
            "Home" => 0,
            "End" => last,
            _ => return false,
        };
        event.prevent_default();
        self.at.set(to);
        browser::focus(&self.id(to));
        false
    }
}

/// The least width of a chart that its marks ask for, as a step of the style sheet.
pub fn room(marks: usize, pixels: usize) -> &'static str {
    match marks * pixels {
        0..=280 => "0",
        281..=480 => "1",
        481..=720 => "2",
        _ => "3",
    }
}
