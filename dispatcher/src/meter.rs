//! What a plug-in may use for one plan, and the meter that refuses more.

use record::{Bytes, Count};
use wasmtime::ResourceLimiter;

/// Limits of one plan. They are counted, not timed: a plan that ends on one machine ends on every other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// All its linear memories together.
    pub memory: Bytes,
    /// Units of wasmtime's fuel: about one an instruction, and one for each byte that a single instruction copies or fills.
    pub fuel: Count,
}

impl Default for Limits {
    /// 64 MB, and a second or two of work.
    fn default() -> Self {
        Self {
            memory: Bytes(64_000_000),
            fuel: Count(2_000_000_000),
        }
    }
}

/// Counts one instance's memory.
#[derive(Debug)]
pub(crate) struct Meter {
    most: u64,
    used: u64,
    refused: bool,
}

/// Elements of one table: more than any compiler makes for so small a file.
const MOST_ELEMENTS: usize = 100_000;

impl Meter {
    /// A meter that has counted nothing yet.
    pub fn new(limits: &Limits) -> Self {
        Self {
            most: limits.memory.0,
            used: 0,
            refused: false,
        }
    }

    /// Whether a growth was ever refused: what ends itself after that has run out of memory.
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
        let more = u64::try_from(desired.saturating_sub(current)).unwrap_or(u64::MAX);
        let used = self.used.saturating_add(more);
        if used > self.most {
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
        let allowed = desired <= MOST_ELEMENTS;
        self.refused |= !allowed;
        Ok(allowed)
    }

    // A component made by rustc is three core instances with one memory and two tables.
    fn instances(&self) -> usize {
        32
    }

    fn memories(&self) -> usize {
        4
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
        let mut meter = Meter::new(&Limits {
            memory: Bytes(1 << 20),
            ..Limits::default()
        });
        let grown = |result: wasmtime::Result<bool>| result.expect("it answers");
        assert!(grown(meter.memory_growing(0, 1 << 19, None)));
        // Another memory of the same instance.
        assert!(grown(meter.memory_growing(0, 1 << 19, None)));
        assert!(grown(meter.table_growing(0, 10, None)));
        assert!(!meter.refused());
        assert!(!grown(meter.memory_growing(1 << 19, (1 << 19) + 1, None)));
        assert!(meter.refused());
        let mut meter = Meter::new(&Limits::default());
        assert!(!grown(meter.table_growing(0, MOST_ELEMENTS + 1, None)));
        assert!(meter.refused());
    }
}
