//! Where a call runs: tiers, tool profiles, constraints, cost models and schedulers.
//!
//! Nothing here reads a clock, a file or the network, or waits for anything: virtual time and real time run the same code.
#![deny(clippy::as_conversions)]

pub mod call;
pub mod cost;
pub mod explain;
pub mod filter;
pub mod path;
pub mod plan;
pub mod problem;
pub mod profile;
pub mod quantity;
pub mod registry;
pub mod schedule;
pub mod tier;
pub mod view;

/// Places calls on tiers: a whole chain when it is known beforehand, one call when an agent makes them one by one.
///
/// A scheduler is a value: the same calls and view give the same plan. What it has learned is in the view; it is told the
/// time and never asks.
pub trait Scheduler {
    /// The name by which it is chosen and by which records know it.
    fn name(&self) -> &str;

    /// One placement a call, in the order of the calls.
    ///
    /// # Errors
    /// When some call may run nowhere, or what has to be known to decide is not; never a silent default.
    fn plan(
        &self,
        calls: &[call::Call],
        view: &view::View<'_>,
    ) -> Result<plan::Plan, plan::Infeasible>;
}
