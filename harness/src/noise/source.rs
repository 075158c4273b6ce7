//! Where readings of the machine come from: the kernel, or a test.

use record::{Bytes, Count, Nanos};

/// What the kernel has counted until now. All times are summed over all processors and only grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// Logical processors that are online.
    pub processors: Count,
    /// Time that the kernel accounts for at all; where it does not grow with the clock, nothing can be told.
    pub counted: Nanos,
    /// Time in which processors had nothing to do, waiting for a disk included.
    pub idle: Nanos,
    /// Time in processes and in the kernel on their behalf, as it was sampled.
    pub busy: Nanos,
    /// Time in which the hypervisor kept processors for somebody else.
    pub stolen: Nanos,
    /// Time in interrupts, which belong to no process.
    pub interrupts: Nanos,
    /// Processor time of this process and all its descendants, those that have ended included.
    pub own: Nanos,
    /// Memory that can be had without swapping.
    pub available: Bytes,
    /// Physical memory.
    pub memory: Bytes,
}

/// What is looked at once, before a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The one-minute load average, in thousandths.
    pub load_milli: Option<Count>,
    /// A frequency governor other than `performance` if any processor has one, else `performance`; none where clocks are not governed.
    pub governor: Option<String>,
    /// Memory that can be had without swapping, and physical memory.
    pub memory: Option<(Bytes, Bytes)>,
}

/// Something that can be asked what the machine does.
pub trait Source {
    /// The counters now; none where the system does not tell.
    fn read(&mut self) -> Option<Reading>;
    /// The facts now.
    fn facts(&mut self) -> Facts;
}

/// A machine of which nothing is known: no trial is marked and nothing is warned of.
#[derive(Debug, Clone, Copy, Default)]
pub struct Still;

impl Source for Still {
    fn read(&mut self) -> Option<Reading> {
        None
    }

    fn facts(&mut self) -> Facts {
        Facts::default()
    }
}
