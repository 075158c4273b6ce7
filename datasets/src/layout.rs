//! The data set as a whole: every file in its order.
use std::io;

use crate::seed::Seed;
use crate::{edge, files, log, picture};

/// Takes one finished file: its path below the data set's folder, with `/`, and its bytes. One file at a time is in memory.
pub(crate) type Sink<'a> = dyn FnMut(&str, &[u8]) -> io::Result<()> + 'a;

/// Hands every file of the data set to `sink`.
pub(crate) fn write(seed: Seed, sink: &mut Sink<'_>) -> io::Result<()> {
    files::write(seed, sink)?;
    log::write(seed, sink)?;
    picture::write(seed, sink)?;
    edge::write(seed, sink)
}
