//! Drives a future on the calling thread, up to a deadline that may move: no reactor, no other thread.

use crate::clock;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Instant;

struct Parked {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.woken.swap(true, Ordering::Release) {
            self.thread.unpark();
        }
    }
}

thread_local! {
    // Made once a thread: a call takes tens of microseconds, and two allocations are some of them.
    static PARKED: (Arc<Parked>, Waker) = {
        let parked = Arc::new(Parked { thread: std::thread::current(), woken: AtomicBool::new(false) });
        let waker = Waker::from(parked.clone());
        (parked, waker)
    };
}

/// The deadline passed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late;

/// Polls `future` until it is ready, or until what `deadline` says has passed while it waits.
pub fn drive<T>(
    mut future: Pin<&mut (impl Future<Output = T> + ?Sized)>,
    deadline: impl Fn() -> Option<Instant>,
) -> Result<T, Late> {
    let (parked, waker) = PARKED.with(Clone::clone);
    let mut cx = Context::from_waker(&waker);
    loop {
        parked.woken.store(false, Ordering::Relaxed);
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return Ok(value);
        }
        while !parked.woken.load(Ordering::Acquire) {
            match deadline() {
                None => std::thread::park(),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(clock::now());
                    if left.is_zero() {
                        return Err(Late);
                    }
                    std::thread::park_timeout(left);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::time::Duration;

    #[test]
    fn a_future_that_never_wakes_is_given_up_at_its_deadline() {
        let deadline = clock::now() + Duration::from_millis(1);
        let never = pin!(std::future::pending::<()>());
        assert_eq!(drive(never, || Some(deadline)), Err(Late));
    }

    #[test]
    fn a_wake_from_another_thread_is_noticed() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || sender.send(7));
        assert_eq!(drive(pin!(receiver), || None), Ok(Ok(7)));
        thread
            .join()
            .expect("the sender does not panic")
            .expect("the receiver waits");
    }
}
