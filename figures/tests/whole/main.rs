//! From a planted run to every table and figure, against golden text.

mod alike;
mod compared;
mod crowded;
mod decomposed;
mod golden;
mod hostile;
mod pair;
mod picture;
mod planted;
mod redraw;
mod replayed;
mod ways;

use std::path::PathBuf;

use figures::{Report, report};
use record::Record;

/// A run in a folder that is removed with the value.
struct Planted {
    folder: tempfile::TempDir,
    run: PathBuf,
}

impl Planted {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = planted::run(folder.path());
        Self { folder, run }
    }

    /// With load, idle servers, and somebody else on the machine.
    fn crowded() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = crowded::run(folder.path());
        Self { folder, run }
    }

    fn report(&self) -> Report {
        report(&Record::read(&self.run).expect("readable")).expect("drawn")
    }
}
