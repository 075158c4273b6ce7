//! What the servers are fed: seeded generators for files, logs, pictures, git repositories and web pages, a manifest of every byte, and the check of a user's own data.
//!
//! The same seed gives the same bytes on every machine: no clock, no locale, no random hash order, and no floating-point function but
//! `+ - * /`, `sqrt` and `floor`, which IEEE 754 defines to the last bit.

mod aggregate;
mod calendar;
mod draw;
mod edge;
mod ensure;
mod files;
mod generate;
mod git;
mod layout;
mod log;
mod manifest;
mod own;
mod picture;
mod prose;
mod seed;
mod site;
mod text;
mod texts;
mod verify;

pub use ensure::{ensure, ensure_seeded};
pub use generate::{GenerateError, generate};
pub use manifest::{Entry, GENERATOR, MANIFEST, Manifest};
pub use own::{Missing, require};
pub use seed::Seed;
pub use verify::{VerifyError, verify};
