//! The data set as a whole: every file in its order.
use std::io;
use std::time::Duration;

use crate::seed::Seed;
use crate::{aggregate, edge, files, git, log, picture, site, texts};

/// Modification time of every file and folder, 2025-01-01 00:00 UTC: what `get_file_info` answers is part of the data.
pub(crate) const MODIFIED: Duration = Duration::from_secs(1_735_689_600);

/// How a file lies on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// At [`MODIFIED`], and not to be run.
    Plain,
    /// At [`MODIFIED`], and to be run.
    Executable,
    /// A minute later: git trusts an index that is younger than what it describes.
    Later,
    /// Two minutes later: changed after the index was written.
    Edited,
    /// Likewise, and to be run.
    EditedExecutable,
}

impl Kept {
    pub(crate) fn modified(self) -> Duration {
        let minutes = match self {
            Kept::Plain | Kept::Executable => 0,
            Kept::Later => 1,
            Kept::Edited | Kept::EditedExecutable => 2,
        };
        MODIFIED + Duration::from_secs(60 * minutes)
    }

    pub(crate) fn executable(self) -> bool {
        matches!(self, Kept::Executable | Kept::EditedExecutable)
    }
}

/// Takes one finished file: its path below the data set's folder, with `/`, and its bytes. One file at a time is in memory.
pub(crate) type Sink<'a> = dyn FnMut(&str, &[u8]) -> io::Result<()> + 'a;

/// The same for files that are not all alike.
pub(crate) type FullSink<'a> = dyn FnMut(&str, &[u8], Kept) -> io::Result<()> + 'a;

/// Hands every file of the data set to `sink`.
pub(crate) fn write(seed: Seed, sink: &mut FullSink<'_>) -> io::Result<()> {
    let plain = &mut |path: &str, content: &[u8]| sink(path, content, Kept::Plain);
    files::write(seed, plain)?;
    log::write(seed, plain)?;
    picture::write(seed, plain)?;
    texts::write(seed, plain)?;
    aggregate::write(seed, plain)?;
    site::write(seed, plain)?;
    edge::write(seed, plain)?;
    git::write(seed, sink)
}
