//! What is asked: scenarios in a researcher's words, and traces of the calls that were made for them.
//!
//! A [`Scenario`] is a question with the calls that answer it; a [`Script`] turns it into calls, each made from what the ones before it
//! answered. A [`Trace`] is read from a versioned JSON file (`scenarios/trace.schema.json`), strictly and within bounds, because a trace may come
//! from anybody. Nothing here makes a call: `harness record` does.

mod refused;

mod bound;
mod canonical;
mod fields;
mod fraction;
mod strict;

mod find;
mod place;
pub mod wire;

mod expression;
mod scenario;
mod script;

pub mod blob;
mod read;
mod trace;

pub mod import;

pub use canonical::{canonical, digest};
pub use find::{names, scenario as find_scenario, trace as find_trace};
pub use place::{Ambiguous, DATA, MODEL, PLACEHOLDERS, Places, SCRATCH, SITE};
pub use read::text as read_text;
pub use refused::Refused;
pub use scenario::{Scenario, Step};
pub use script::{Due, ReadData, Script, Stuck, answer};
pub use strict::json as read_json;
pub use trace::{Call, FORMAT, Origin, Ran, Returned, Trace, Way};
