//! The only place that asks what time it is; everything else is handed a clock.

use record::Nanos;

/// A monotonic clock.
pub trait Clock {
    /// Time since a fixed moment.
    fn now(&self) -> Nanos;
}

/// The machine's monotonic clock.
#[derive(Debug, Clone, Copy)]
pub struct Monotonic {
    start: std::time::Instant,
}

impl Monotonic {
    /// A clock that starts now.
    #[expect(clippy::disallowed_methods, reason = "this is the clock module")]
    #[expect(
        clippy::new_without_default,
        reason = "a default that differs at every call would surprise"
    )]
    pub fn new() -> Monotonic {
        Monotonic {
            start: std::time::Instant::now(),
        }
    }
}

impl Clock for Monotonic {
    fn now(&self) -> Nanos {
        Nanos(
            u64::try_from(self.start.elapsed().as_nanos())
                .expect("a process does not live 584 years"),
        )
    }
}

/// The wall clock's present second, for dates in records.
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
pub fn wall() -> std::time::SystemTime {
    std::time::SystemTime::now()
}
