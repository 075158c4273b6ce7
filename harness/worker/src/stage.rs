//! One file for each thing that a trial can do.

pub mod density;
pub mod idle;
pub mod instance;
pub mod load;
pub mod memory;
pub mod size;
pub mod start;
pub mod warm;
