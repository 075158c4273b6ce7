//! Inputs that nobody meant, by coverage: what is fed, what must hold of every answer, and how long it held.

#[cfg(feature = "runner")]
pub mod log;
#[cfg(feature = "runner")]
pub mod run;
#[cfg(feature = "runner")]
pub mod seeds;
pub mod target;
