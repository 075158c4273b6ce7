//! The command: draws from a folder alone, twice the same, and refuses what is no run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use figures::{DrawError, draw_run};

use crate::Planted;

#[expect(
    clippy::disallowed_methods,
    reason = "the program under test is started here only"
)]
fn figures(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_figures"))
        .args(arguments)
        .output()
        .expect("it starts")
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                fs::read(entry.path()).expect("a file"),
            )
        })
        .collect()
}

#[test]
fn a_run_is_redrawn_byte_by_byte() {
    let planted = Planted::new();
    let (one, two) = (
        planted.folder.path().join("one"),
        planted.folder.path().join("two/deeper"),
    );
    let files = draw_run(&planted.run, &one).expect("drawn");
    assert_eq!(files.len(), contents(&one).len());
    let output = figures(&[&planted.run, Path::new("--out"), &two]);
    assert!(output.status.success());
    assert!(contents(&one) == contents(&two), "the two drawings differ");
    let shown = String::from_utf8(output.stdout).expect("text");
    assert!(
        shown.contains("figure-cold-start.png")
            && shown.contains("DIFFER")
            && !shown.contains('\u{1b}'),
        "{shown}"
    );
    // Drawing beside the samples leaves the run readable.
    draw_run(&planted.run, &planted.run).expect("drawn");
    draw_run(&planted.run, &planted.run).expect("drawn again");
}

#[test]
fn what_cannot_be_done_is_named() {
    let planted = Planted::new();
    let output = figures(&[planted.folder.path()]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).expect("text");
    assert!(
        error.contains("is no run: it has no run.json; give a folder"),
        "{error}"
    );

    let file = planted.folder.path().join("file");
    fs::write(&file, "").expect("written");
    let error = draw_run(&planted.run, &file.join("out")).expect_err("a file is no folder");
    assert!(matches!(&error, DrawError::Write { .. }), "{error}");
    assert_eq!(
        figures(&[&planted.run, Path::new("--out"), &file.join("out")])
            .status
            .code(),
        Some(4)
    );

    fs::write(planted.run.join("samples.jsonl"), "").expect("written");
    let error = draw_run(&planted.run, planted.folder.path()).expect_err("the samples are gone");
    assert!(
        error
            .to_string()
            .contains("was changed after the run ended"),
        "{error}"
    );
}
