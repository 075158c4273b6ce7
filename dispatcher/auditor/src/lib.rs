//! Judges where calls were placed, apart from what places them.
//!
//! Of crate `scheduler` only the vocabulary and the profile are seen, never the filter: a scheduler cannot vouch for itself.
#![deny(clippy::as_conversions)]

mod judge;
mod path;
mod rules;

pub use judge::{Audit, Constraint, Violation, audit};
pub use rules::{NoRuleSet, RuleSet};
