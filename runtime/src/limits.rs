//! What a guest may use at most, and the meter that refuses more.

use std::time::Duration;
use wasmtime::ResourceLimiter;

/// Limits of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of one instance, in bytes, over all its memories.
    pub memory: usize,
    /// Elements of one table.
    pub table_elements: usize,
    /// How long one call may take.
    pub timeout: Duration,
    /// Calls that may run at once.
    pub concurrency: usize,
    /// Sessions that may live at once.
    pub sessions: usize,
    /// How long a session may stay unused.
    pub session_idle: Duration,
    /// The longest line or body, in bytes, in either direction.
    pub message: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: 256 << 20,
            table_elements: 100_000,
            timeout: Duration::from_secs(30),
            concurrency: 64,
            sessions: 128,
            session_idle: Duration::from_secs(600),
            message: 64 << 20,
        }
    }
}

/// Counts one instance's memory and refuses what goes past the limit.
#[derive(Debug)]
pub struct Meter {
    memory: usize,
    table_elements: usize,
    used: usize,
    refused: bool,
}

impl Meter {
    /// A meter that has counted nothing yet.
    pub fn new(limits: &Limits) -> Meter {
        Meter {
            memory: limits.memory,
            table_elements: limits.table_elements,
            used: 0,
            refused: false,
        }
    }

    /// Whether a growth was ever refused: a trap after that is taken for running out of memory.
    pub fn refused(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.memory {
            self.refused = true;
            return Ok(false);
        }
        self.used = used;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let allowed = desired <= self.table_elements;
        self.refused |= !allowed;
        Ok(allowed)
    }

    fn memories(&self) -> usize {
        4
    }

    fn instances(&self) -> usize {
        32
    }

    fn tables(&self) -> usize {
        16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_past_a_limit_is_refused_and_remembered() {
        let limits = Limits {
            memory: 1 << 20,
            table_elements: 100,
            ..Limits::default()
        };
        let mut meter = Meter::new(&limits);
        let grown = |result: wasmtime::Result<bool>| result.expect("it answers");
        assert!(grown(meter.memory_growing(0, 1 << 20, None)));
        assert!(grown(meter.table_growing(0, 100, None)));
        assert!(!meter.refused());
        assert!(!grown(meter.table_growing(100, 101, None)));
        assert!(meter.refused());
        let mut meter = Meter::new(&limits);
        assert!(grown(meter.memory_growing(0, 1 << 19, None)));
        // Another memory of the same instance.
        assert!(!grown(meter.memory_growing(0, (1 << 19) + 1, None)));
        assert!(meter.refused());
    }
}
