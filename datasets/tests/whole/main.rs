//! The whole data set of seed 42, generated once for all of these tests: its bytes, its shape, and what happens when it is damaged.
mod cache;
mod command;
mod git;
mod golden;
mod images;
mod lists;
mod logs;
mod verifying;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use dataset::{Manifest, Seed};

/// A data set that tests may read.
struct Whole {
    folder: PathBuf,
    manifest: Manifest,
    /// Two test runs at once take turns.
    _lock: File,
}

static WHOLE: LazyLock<Whole> = LazyLock::new(|| {
    let room = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let lock = File::create(room.join("dataset-whole.lock"))
        .expect("cargo's folder for tests can be written");
    lock.lock().expect("files can be locked where tests run");
    let folder = room.join("dataset-whole");
    // never what an older generator left
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder is ours");
    }
    let manifest = dataset::generate(&folder, Seed::default()).expect("there is room for 100 MB");
    Whole {
        folder,
        manifest,
        _lock: lock,
    }
});

fn bytes(path: &str) -> Vec<u8> {
    fs::read(WHOLE.folder.join(path)).expect("the data set has the file")
}

fn text(path: &str) -> String {
    String::from_utf8(bytes(path)).expect("the file is UTF-8")
}
