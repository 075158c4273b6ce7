//! Asks the original servers and ours the same, and compares the answers.
//!
//! `servers/<server>/parity.toml` holds the cases: what is built beforehand, what is asked, and which answers differ, why, and
//! by which line of whose source. Each of the three (original, component, native program) is asked the whole list in one
//! process, in a fresh folder of the same name, so that their answers can be compared byte for byte. What no two processes
//! can have in common is masked by name (`mask.rs`), and only where a case says so.

pub mod answer;
pub mod mask;
pub mod report;
pub mod run;
pub mod side;
pub mod site;
pub mod stage;
pub mod suite;
