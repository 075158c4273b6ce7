//! `clean` tells what it would remove, removes it only when told to, and nothing beside it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

#[expect(
    clippy::disallowed_methods,
    reason = "a test of the program starts the program"
)]
fn clean(home: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("clean")
        .args(arguments)
        .env("XDG_CACHE_HOME", home)
        // The locks of this machine's runs are not to be in the way, nor its engine in reach.
        .env("TMPDIR", home)
        .env(
            "DOCKER_HOST",
            format!("unix://{}/none.sock", home.display()),
        )
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn what_is_removed_is_told_first_and_what_lies_beside_stays() {
    let home = tempfile::tempdir().expect("a folder");
    let cache = home.path().join("wasmmcp-bench");
    let write = |name: &str, size: usize| {
        let file = cache.join(name);
        std::fs::create_dir_all(file.parent().expect("below the cache")).expect("made");
        std::fs::write(file, vec![0; size]).expect("written");
    };
    write("originals/npm-x/node_modules/a.js", 2_000_000);
    write("components/a.cwasm", 3_000);
    write("dataset-4-42.lock", 0);
    let beside = home.path().join("another");
    std::fs::write(&beside, "stays").expect("written");
    std::os::unix::fs::symlink(&beside, cache.join("link")).expect("linked");

    let (code, out, said) = clean(home.path(), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        out.contains("2.00 MB") && out.contains("originals"),
        "{out}"
    );
    assert!(out.contains("together"), "{out}");
    assert!(
        said.contains("--yes") && said.contains("images cannot be looked for"),
        "{said}"
    );
    assert!(cache.join("originals/npm-x/node_modules/a.js").is_file());

    let (code, _, said) = clean(home.path(), &["--yes"]);
    assert_eq!(code, Some(0), "{said}");
    let left = std::fs::read_dir(&cache).expect("listed").flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["measuring.lock"]);
    assert_eq!(
        std::fs::read_to_string(beside).expect("it is there"),
        "stays"
    );
    let (code, out, said) = clean(home.path(), &["--yes"]);
    assert_eq!((code, out.as_str()), (Some(0), ""));
    assert!(said.contains("nothing to remove"), "{said}");
}
