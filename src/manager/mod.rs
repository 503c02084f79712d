//! What a manager meets behind the door: a module of its own, fetched and started by the kiosk when it is needed.
//!
//! It lives in the element `#manager` and nowhere else. What it knows of the journal is gone from memory once it locks.

mod address;
mod alerts;
mod app;
mod attract_card;
mod backup;
mod backup_card;
mod backup_read;
mod backup_records;
mod backup_restore;
mod browser;
mod button;
mod cases;
mod checkup;
mod choice;
mod comments;
mod contents;
mod counts;
mod desk;
mod distribution;
mod door;
mod door_screen;
mod doubts;
mod export;
mod field;
mod figures;
mod file;
mod frame;
mod gate;
mod health;
mod hours_card;
mod icon;
mod idle;
mod import;
mod improvements;
mod insight;
mod install;
mod kept_pin;
mod language;
mod pad;
mod passphrase;
mod period;
mod picture;
mod pin_change;
mod provision;
mod qr;
mod record_form;
mod remarks;
mod results;
mod roster_card;
mod score;
mod sealing;
mod sealing_card;
mod settings;
mod settings_form;
mod staff;
mod storage;
mod store;
mod surveys;
mod switch;
mod sync;
mod text;
mod tick;
mod unseal;
mod verdict;

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use leptos::mount::mount_to;
use leptos::prelude::*;

use crate::browser::journal::IndexedDbJournal;
use crate::browser::{page, task};
use app::Manager;

/// The database that the kiosk writes to as well.
const DATABASE: &str = "candor";
/// Told by the kiosk when the door is opened again.
const DOOR: &str = "candor:door";
/// Tells the kiosk that the tablet is its own again.
const LOCKED: &str = "candor:locked";

thread_local! {
    /// What is mounted; dropping it takes it off the page.
    static MOUNTED: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// Starts the manager's part on the element `#manager`, now and whenever the kiosk opens the door again.
pub fn start() {
    let journal = Rc::new(IndexedDbJournal::new(DATABASE));
    browser::attach_style_sheet();
    gate::watch();
    page::listen(&[DOOR], {
        let journal = Rc::clone(&journal);
        move || open(Rc::clone(&journal))
    });
    open(journal);
}

fn open(journal: Rc<IndexedDbJournal>) {
    let Some(element) = page::element("manager") else { return };
    if MOUNTED.with_borrow(Option::is_some) {
        return;
    }
    let _ = element.remove_attribute("hidden");
    let mounted = mount_to(element, move || view! { <Manager journal /> });
    MOUNTED.with_borrow_mut(|kept| *kept = Some(Box::new(mounted)));
}

/// Leaves the page to the kiosk. Later, not now: whoever calls stands inside what is taken away.
fn close() {
    task::spawn(async {
        task::sleep(0).await;
        let Some(mounted) = MOUNTED.take() else { return };
        drop(mounted);
        if let Some(element) = page::element("manager") {
            element.set_text_content(None);
            let _ = element.set_attribute("hidden", "");
        }
        page::send(LOCKED);
    });
}
