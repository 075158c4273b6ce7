//! Every repository, in the order of the manifest.
use std::io;

use super::dirty::{self, Plan};
use super::pack::Naming;
use super::written::{Checkout, Objects};
use super::{large, small, written};
use crate::draw::Draw;
use crate::layout::FullSink;
use crate::seed::Seed;

pub(crate) fn write(seed: Seed, sink: &mut FullSink<'_>) -> io::Result<()> {
    let mut history = small::tell(seed);
    let clean = Checkout::clean(&history.branches["main"].files);
    written::write(&history, "git/small", Objects::Loose, &clean, sink)?;
    let packed = Objects::Packed(Naming::Mixed);
    written::write(&history, "git/packed", packed, &clean, sink)?;
    let mut draw = Draw::of(seed, "git/dirty");
    let at_work = dirty::checkout(&mut history, &mut draw, &SMALL);
    let packed = Objects::Packed(Naming::Offset);
    written::write(&history, "git/dirty", packed, &at_work, sink)?;
    drop((history, clean, at_work));

    let mut history = large::tell(seed);
    let mut draw = Draw::of(seed, "git/large, at work");
    let at_work = dirty::checkout(&mut history, &mut draw, &LARGE);
    written::write(&history, "git/large", packed, &at_work, sink)
}

const SMALL: Plan<'_> = Plan {
    staged: &[
        "src/main/java/org/example/lattice/Grid.java",
        "src/main/java/org/example/lattice/storage/Codec.java",
        "docs/guide.md",
    ],
    renamed: Some(("scripts/build.sh", "scripts/make.sh")),
    dropped: Some("docs/release notes.txt"),
    added: "src/main/java/org/example/lattice/Fresh.java",
    changed: &[
        "src/main/java/org/example/lattice/Grid.java",
        "README.md",
        "assets/logo.bin",
        "data/windows.csv",
        "docs/設計.md",
        "docs/no-newline.txt",
    ],
    lost: Some("data/nul.bin"),
    permitted: Some("docs/empty.txt"),
    unknown: &[
        "notes.txt",
        "new folder/inner.txt",
        "new folder/メモ.txt",
        "keep.log",
    ],
    ignored: &["build/classes/Grid.class", "trace.log"],
};

const LARGE: Plan<'_> = Plan {
    staged: &[
        "module-03/src/Part04.java",
        "module-07/src/Part00.java",
        "module-11/src/Part36.java",
        "module-20/data/run-3.csv",
    ],
    renamed: Some(("module-05/src/Part10.java", "module-05/src/Part90.java")),
    dropped: Some("module-06/data/run-1.csv"),
    added: "module-30/src/Fresh.java",
    changed: &[
        "README.md",
        "module-03/src/Part04.java",
        "module-12/src/Part12.java",
        "module-13/src/Part01.java",
        "module-14/src/Part22.java",
        "module-15/data/run-5.csv",
        "module-31/src/Part30.java",
        "module-38/src/Part07.java",
    ],
    lost: Some("module-33/src/Part02.java"),
    permitted: Some("module-34/src/Part03.java"),
    unknown: &["plan.txt", "module-99/a.txt", "module-99/b.txt"],
    ignored: &[],
};
