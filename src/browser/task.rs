//! Work that goes on by itself, waiting, and not waiting for ever.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;

use gloo_timers::future::TimeoutFuture;

/// Lets work go on by itself. Boxed: one copy of what drives it, not one for each.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(work);
    wasm_bindgen_futures::spawn_local(work);
}

/// Resolves after so many milliseconds.
pub async fn sleep(milliseconds: u32) {
    TimeoutFuture::new(milliseconds).await;
}

/// What both give, once both are done.
pub async fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let mut done = (None, None);
    std::future::poll_fn(|context| {
        if done.0.is_none()
            && let Poll::Ready(first) = one.as_mut().poll(context)
        {
            done.0 = Some(first);
        }
        if done.1.is_none()
            && let Poll::Ready(second) = other.as_mut().poll(context)
        {
            done.1 = Some(second);
        }
        match (done.0.take(), done.1.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            waiting => {
                done = waiting;
                Poll::Pending
            }
        }
    })
    .await
}

/// What `work` gives, or `None` when it takes longer than `milliseconds`; it is dropped then.
pub async fn within<T>(milliseconds: u32, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut alarm = pin!(TimeoutFuture::new(milliseconds));
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => alarm.as_mut().poll(context).map(|()| None),
    })
    .await
}
