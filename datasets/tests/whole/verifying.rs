//! Damage is found and named, a hostile manifest is refused, and nobody's own files are overwritten.
use std::fs;
use std::path::Path;

use dataset::{GenerateError, MANIFEST, Seed, VerifyError, generate, require, verify};
use expect_test::{Expect, expect};
use tempfile::TempDir;

use crate::WHOLE;

/// A folder with a manifest and two files, by hand: what is checked here needs no 4,830.
fn small() -> TempDir {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    fs::create_dir(folder.path().join("files")).expect("the folder is ours");
    fs::write(folder.path().join("files/a.txt"), "a\n").expect("the folder is ours");
    fs::write(folder.path().join("files/b.txt"), "b\n").expect("the folder is ours");
    manifest(
        folder.path(),
        &["files/a.txt", "files/b.txt"],
        dataset::GENERATOR,
    );
    folder
}

fn manifest(folder: &Path, paths: &[&str], generator: &str) {
    let mut all = blake3::Hasher::new();
    let files: Vec<_> = paths
        .iter()
        .map(|path| {
            let content = fs::read(folder.join(path)).unwrap_or_default();
            let digest = format!("blake3:{}", blake3::hash(&content).to_hex());
            all.update(format!("{digest}  {path}\n").as_bytes());
            serde_json::json!({ "path": path, "bytes": content.len(), "digest": digest })
        })
        .collect();
    let digest = format!("blake3:{}", all.finalize().to_hex());
    let manifest = serde_json::json!({ "format": 2, "generator": generator, "seed": 42, "origin": "a test", "licence": "Apache-2.0", "bytes": 4, "digest": digest, "files": files });
    fs::write(folder.join(MANIFEST), manifest.to_string()).expect("the folder is ours");
}

/// Does `damage` to a small data set and looks at what `verify` says, with the folder's name taken out.
fn check(damage: impl FnOnce(&Path), expected: Expect) {
    let folder = small();
    damage(folder.path());
    let said = match verify(folder.path()) {
        Ok(_) => "whole".to_owned(),
        Err(error) => error
            .to_string()
            .replace(&folder.path().display().to_string(), "DIR")
            .replace(
                &format!("is generator {}.", dataset::GENERATOR),
                "is generator N.",
            ),
    };
    expected.assert_eq(&said);
}

#[test]
fn the_generated_set_is_whole() {
    assert_eq!(
        verify(&WHOLE.folder).expect("nothing changed it"),
        WHOLE.manifest
    );
}

#[test]
fn damage_is_named() {
    check(|_| {}, expect!["whole"]);
    check(
        |dir| fs::write(dir.join("files/b.txt"), "c\n").unwrap(),
        expect![
            "1 of the data set's files differ; the first is files/b.txt (changed). Write the data set anew: cargo run -p dataset -- generate DIR"
        ],
    );
    check(
        |dir| fs::write(dir.join("files/b.txt"), "longer\n").unwrap(),
        expect![
            "1 of the data set's files differ; the first is files/b.txt (changed). Write the data set anew: cargo run -p dataset -- generate DIR"
        ],
    );
    check(
        |dir| fs::remove_file(dir.join("files/a.txt")).unwrap(),
        expect![
            "1 of the data set's files differ; the first is files/a.txt (missing). Write the data set anew: cargo run -p dataset -- generate DIR"
        ],
    );
    check(
        |dir| fs::remove_dir_all(dir.join("files")).unwrap(),
        expect![
            "2 of the data set's files differ; the first is files/a.txt (missing). Write the data set anew: cargo run -p dataset -- generate DIR"
        ],
    );
    check(
        |dir| fs::write(dir.join("files/c.txt"), "c\n").unwrap(),
        expect![
            "1 of the data set's files differ; the first is files/c.txt (not in the manifest). Write the data set anew: cargo run -p dataset -- generate DIR"
        ],
    );
    check(
        |dir| manifest(dir, &["files/a.txt"], "0"),
        expect![
            "the data set was written by generator 0, and this is generator N. Write it anew: cargo run -p dataset -- generate DIR"
        ],
    );
}

#[test]
fn a_hostile_manifest_is_refused() {
    check(
        |dir| fs::remove_file(dir.join(MANIFEST)).unwrap(),
        expect![
            "DIR has no usable manifest.json (No such file or directory (os error 2)). Write the data set anew: cargo run -p dataset -- generate DIR"
        ],
    );
    check(
        |dir| fs::write(dir.join(MANIFEST), "[".repeat(100_000)).unwrap(),
        expect![
            "DIR has no usable manifest.json (invalid type: sequence, expected u32 at line 1 column 1). Write the data set anew: cargo run -p dataset -- generate DIR"
        ],
    );
    check(
        |dir| manifest(dir, &["../a.txt"], dataset::GENERATOR),
        expect![[
            r#"DIR has no usable manifest.json (the path "../a.txt" leads out of the folder). Write the data set anew: cargo run -p dataset -- generate DIR"#
        ]],
    );
    check(
        |dir| manifest(dir, &["/etc/passwd"], dataset::GENERATOR),
        expect![[
            r#"DIR has no usable manifest.json (the path "/etc/passwd" leads out of the folder). Write the data set anew: cargo run -p dataset -- generate DIR"#
        ]],
    );
    check(
        |dir| {
            let json = fs::read_to_string(dir.join(MANIFEST)).unwrap();
            fs::write(dir.join(MANIFEST), json.replace("a.txt", "b.txt")).unwrap();
        },
        expect![
            "DIR has no usable manifest.json (its digest is not that of its files). Write the data set anew: cargo run -p dataset -- generate DIR"
        ],
    );
    check(
        |dir| {
            fs::remove_file(dir.join(MANIFEST)).unwrap();
            fs::create_dir(dir.join(MANIFEST)).unwrap();
        },
        expect![
            "DIR has no usable manifest.json (it is not a plain file). Write the data set anew: cargo run -p dataset -- generate DIR"
        ],
    );
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    check(
        |dir| {
            fs::rename(dir.join("files/a.txt"), dir.join("outside")).unwrap();
            std::os::unix::fs::symlink(dir.join("outside"), dir.join("files/a.txt")).unwrap();
        },
        expect![
            "2 of the data set's files differ; the first is files/a.txt (changed). Write the data set anew: cargo run -p dataset -- generate DIR"
        ],
    );
}

#[test]
fn nobody_s_own_files_are_overwritten() {
    let folder = small();
    fs::write(folder.path().join("thesis.txt"), "mine\n").unwrap();
    let error = generate(folder.path(), Seed::default()).expect_err("the folder holds a thesis");
    assert!(matches!(error, GenerateError::Occupied { .. }));
    expect!["DIR is not empty and holds no data set of ours (thesis.txt is not in its manifest). Name a folder that is new or empty"].assert_eq(
        &error
            .to_string()
            .replace(&folder.path().display().to_string(), "DIR"),
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("thesis.txt")).unwrap(),
        "mine\n"
    );
    assert!(folder.path().join("files/a.txt").exists());

    fs::remove_file(folder.path().join(MANIFEST)).unwrap();
    assert!(matches!(
        generate(folder.path(), Seed::default()),
        Err(GenerateError::Occupied { .. })
    ));
}

#[test]
fn an_older_data_set_is_replaced() {
    let folder = small();
    manifest(folder.path(), &["files/a.txt", "files/b.txt"], "0");
    assert!(matches!(
        verify(folder.path()),
        Err(VerifyError::Generator { .. })
    ));
    let manifest = generate(folder.path(), Seed::default()).expect("nothing foreign lies in it");
    assert_eq!(manifest, WHOLE.manifest);
    assert_eq!(verify(folder.path()).expect("it is new"), manifest);
    assert!(!folder.path().join("files/a.txt").exists());
}

#[test]
fn a_user_s_folder_is_told_what_it_lacks() {
    let folder = small();
    assert_eq!(
        require(folder.path(), ["files/a.txt", "files/b.txt"]),
        Ok(())
    );
    let error = require(
        folder.path(),
        ["files/a.txt", "logs/x.log", "logs/x.log", "images/y.jpg"],
    )
    .expect_err("two are missing");
    assert_eq!(error.paths, ["logs/x.log", "images/y.jpg"]);
    expect!["logs/x.log and 1 more are missing from DIR. Put files of these names there, or leave out --data to use the generated data set"].assert_eq(
        &error
            .to_string()
            .replace(&folder.path().display().to_string(), "DIR"),
    );
}

#[cfg(unix)]
#[test]
fn times_and_permissions_are_part_of_the_data() {
    use std::os::unix::fs::MetadataExt;
    for (path, mode) in [
        ("files/text-1k.txt", 0o644),
        ("files/tree/dir-00", 0o755),
        ("", 0o755),
    ] {
        let found = fs::metadata(WHOLE.folder.join(path)).unwrap();
        assert_eq!(
            (found.mtime(), found.mode() & 0o777),
            (1_735_689_600, mode),
            "{path:?}"
        );
    }
}
