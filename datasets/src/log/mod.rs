//! `logs/`: access, error and application logs of 20, 200 and 2,000 lines, and beside them what the generator planted.
//!
//! A shorter log is the beginning of the longer one, and no log ends in a line feed: both as the reference cuts its samples,
//! so that "lines" means the same number whoever counts.
mod access;
mod all;
mod error;
mod json;
mod parsed;
mod python;
mod syslog;
mod truth;
mod visitor;

pub(crate) use access::hostile as hostile_access;
pub(crate) use all::write;
pub(crate) use error::lines as error_lines;
