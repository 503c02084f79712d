//! Wakes a task that waits for something to do.

use std::cell::{Cell, RefCell};
use std::task::{Poll, Waker};

use crate::browser::task::within;

/// Rings are not counted: one that comes while nobody waits is heard by whoever waits next.
#[derive(Debug, Default)]
pub struct Bell {
    is_rung: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Bell {
    /// Wakes whoever waits.
    pub fn ring(&self) {
        self.is_rung.set(true);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    /// Waits for a ring, or for so many milliseconds.
    pub async fn wait(&self, milliseconds: u32) {
        let rung = std::future::poll_fn(|context| {
            if self.is_rung.take() {
                return Poll::Ready(());
            }
            *self.waker.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        });
        let _ = within(milliseconds, rung).await;
    }
}
