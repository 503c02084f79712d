//! A database without a PIN may be one that was wiped: the keeper, who has the second place, is asked before anybody
//! may choose one.

use std::cell::{Cell, RefCell};

use crate::browser::announce::{Channel, DOOR_CHANNEL, IS_THERE_A_PIN, KeptPin};
use crate::browser::task::sleep;

/// How soon an answer is looked for, how often before it is asked again, and how often it is asked: three seconds, since
/// a keeper may only be starting.
const LOOK_MS: u32 = 30;
const LOOKS: u32 = 20;
const QUESTIONS: u32 = 5;

thread_local! {
    /// Open for as long as the page lives, once it was needed.
    static CHANNEL: RefCell<Option<Channel>> = const { RefCell::new(None) };
    static ANSWER: Cell<Option<KeptPin>> = const { Cell::new(None) };
}

/// Whether the second place has a PIN; `None` when no keeper answers.
pub async fn ask() -> Option<KeptPin> {
    CHANNEL.with_borrow_mut(|channel| {
        // Other doors ask here as well.
        let hear = |words: &str| KeptPin::from_words(words).into_iter().for_each(|kept| ANSWER.set(Some(kept)));
        *channel = channel.take().or_else(|| Channel::open(DOOR_CHANNEL, hear));
    });
    ANSWER.set(None);
    for _ in 0..QUESTIONS {
        CHANNEL.with_borrow(|channel| channel.as_ref().map(|channel| channel.tell(IS_THERE_A_PIN)));
        for _ in 0..LOOKS {
            sleep(LOOK_MS).await;
            if let Some(kept) = ANSWER.get() {
                return Some(kept);
            }
        }
    }
    None
}
