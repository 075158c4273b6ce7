//! Raises the engine's epoch while guests run; sleeps while none does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::Thread;
use std::time::Duration;
use wasmtime::Engine;

/// How late a deadline may be noticed.
pub const TICK: Duration = Duration::from_millis(10);
/// So many ticks without a guest, and the thread goes to sleep.
const IDLE_TICKS: u32 = 100;

#[derive(Debug)]
struct Shared {
    running: AtomicUsize,
    asleep: AtomicBool,
    over: AtomicBool,
}

/// A thread that raises an engine's epoch.
#[derive(Debug)]
pub struct Ticker {
    shared: Arc<Shared>,
    thread: Thread,
}

/// A guest runs while this lives.
#[derive(Debug)]
pub struct Running {
    shared: Arc<Shared>,
}

impl Ticker {
    /// Starts the thread for one engine.
    ///
    /// # Errors
    ///
    /// The system has no thread left.
    pub fn start(engine: &Engine) -> std::io::Result<Ticker> {
        let shared = Arc::new(Shared {
            running: AtomicUsize::new(0),
            asleep: AtomicBool::new(false),
            over: AtomicBool::new(false),
        });
        let (engine, seen) = (engine.weak(), shared.clone());
        let handle = std::thread::Builder::new()
            .name("epoch".to_owned())
            .stack_size(64 << 10)
            .spawn(move || {
                let mut idle = 0;
                while !seen.over.load(Ordering::Acquire) {
                    if idle < IDLE_TICKS {
                        std::thread::sleep(TICK);
                    } else {
                        seen.asleep.store(true, Ordering::SeqCst);
                        // Whoever starts now either sees `asleep` and wakes us, or is seen here.
                        if seen.running.load(Ordering::SeqCst) == 0
                            && !seen.over.load(Ordering::Acquire)
                        {
                            std::thread::park();
                        }
                        seen.asleep.store(false, Ordering::SeqCst);
                        idle = 0;
                    }
                    let Some(engine) = engine.upgrade() else {
                        return;
                    };
                    engine.increment_epoch();
                    idle = if seen.running.load(Ordering::Relaxed) == 0 {
                        idle + 1
                    } else {
                        0
                    };
                }
            })?;
        Ok(Ticker {
            shared,
            thread: handle.thread().clone(),
        })
    }

    /// Says that a guest runs from now on.
    pub fn running(&self) -> Running {
        self.shared.running.fetch_add(1, Ordering::SeqCst);
        if self.shared.asleep.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
        Running {
            shared: self.shared.clone(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Release);
        self.thread.unpark();
    }
}
