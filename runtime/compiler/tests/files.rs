//! Files that cannot be accepted, and a cache that cannot be trusted: what is said, and with which code it ends.

mod kit;

use kit::{Client, finish, hostile, owner_only, runtime, said};
use std::path::{Path, PathBuf};

fn refused(component: &Path) -> String {
    let output = finish(runtime().arg("run").arg("--no-cache").arg(component));
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(output.stdout.is_empty());
    said(&output)
}

#[test]
fn what_is_no_component_is_refused_with_its_name_and_a_remedy() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let put = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    let empty_component = wat::parse_str("(component)").expect("valid");
    let cases = [
        (put("script.wasm", b"#!/bin/sh\n"), "not WebAssembly"),
        (put("empty.wasm", b""), "empty"),
        (
            put("module.wasm", &wat::parse_str("(module)").expect("valid")),
            "a core module, not a component",
        ),
        (
            put("neither.wasm", &empty_component),
            "exports neither wasi:cli/run nor wasi:http/incoming-handler",
        ),
        (
            put(
                "broken.wasm",
                &[&empty_component[..], b"\x01\xff\xff"].concat(),
            ),
            "not a whole, valid component",
        ),
        (
            put(
                "code.cwasm",
                b"\x7fELF and then nothing that is sealed, however long it may be",
            ),
            "no seal",
        ),
        (folder.path().join("missing.wasm"), "cannot read"),
        (folder.path().to_owned(), "not a file"),
    ];
    for (path, wanted) in cases {
        let said = refused(&path);
        assert!(said.contains(wanted), "{said}");
        assert!(said.contains(&path.display().to_string()), "{said}");
        assert!(said.contains(';'), "no remedy: {said}");
    }
}

#[test]
fn a_truncated_component_is_refused() {
    let Some(component) = hostile() else { return };
    let whole = std::fs::read(component).expect("built");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("cut.wasm");
    for length in [9, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).expect("written");
        let said = refused(&path);
        assert!(
            said.contains("not a whole, valid component"),
            "{length}: {said}"
        );
    }
}

#[test]
fn a_missing_compiler_is_the_machines_lack() {
    let Some(component) = hostile() else { return };
    let output = finish(
        runtime()
            .arg("run")
            .arg("--no-cache")
            .arg(component)
            .env("WASMMCP_COMPILER", "/no/such/compiler"),
    );
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(
        said(&output).contains("cargo build --release -p wasmmcp-compiler"),
        "{}",
        said(&output)
    );
}

/// A fresh cache with the hostile guest in it, and the file.
fn filled() -> Option<(tempfile::TempDir, PathBuf)> {
    let component = hostile()?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    owner_only(folder.path());
    let output = finish(
        runtime()
            .arg("compile")
            .arg("--cache")
            .arg(folder.path())
            .arg(component),
    );
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let file = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    assert!(file.starts_with(folder.path()));
    Some((folder, file))
}

fn works(cache: &Path) -> String {
    let component = hostile().expect("asked before");
    let mut client = Client::of(
        runtime()
            .arg("run")
            .arg("--cache")
            .arg(cache)
            .arg(component),
    );
    client.initialize();
    assert_eq!(client.text(1, "ok"), "ok");
    let ended = client.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stderr
}

#[test]
fn a_tampered_cache_file_is_refused_said_and_replaced() {
    let Some((folder, file)) = filled() else {
        return;
    };
    assert_eq!(works(folder.path()), "");
    let whole = std::fs::read(&file).expect("there");
    for at in [0, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        std::fs::write(&file, &bytes).expect("written");
        let said = works(folder.path());
        assert!(
            said.contains("refused the cached file") && said.contains("compiling it again"),
            "{at}: {said}"
        );
        assert_eq!(works(folder.path()), "", "after {at}");
    }
    std::fs::write(&file, &whole[..whole.len() / 3]).expect("written");
    assert!(works(folder.path()).contains("refused the cached file"));
}

#[test]
fn a_cache_file_that_others_may_write_into_is_refused_and_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let Some((folder, file)) = filled() else {
        return;
    };
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).expect("ours");
    let said = works(folder.path());
    assert!(
        said.contains("refused the cached file") && said.contains("others may write into it"),
        "{said}"
    );
    assert_eq!(works(folder.path()), "", "replaced");
}

#[test]
fn a_link_in_the_cache_is_not_followed() {
    let Some((folder, file)) = filled() else {
        return;
    };
    let elsewhere = folder.path().join("elsewhere");
    std::fs::rename(&file, &elsewhere).expect("moved");
    std::os::unix::fs::symlink(&elsewhere, &file).expect("linked");
    assert!(works(folder.path()).contains("refused the cached file"));
}

#[test]
fn a_cache_that_cannot_be_used_is_gone_without() {
    use std::os::unix::fs::PermissionsExt;
    if hostile().is_none() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let open = folder.path().join("open");
    std::fs::create_dir(&open).expect("made");
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777)).expect("ours");
    assert!(works(&open).contains("others may write into it"));
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(folder.path(), &link).expect("linked");
    assert!(works(&link).contains("a symbolic link"));
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("written");
    assert!(works(&file).contains("running without a cache"));
    // Nobody can write there, not even root.
    assert!(works(Path::new("/proc/no-cache-here")).contains("running without a cache"));
}

#[test]
fn many_processes_share_one_compilation() {
    let Some(component) = hostile() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    owner_only(folder.path());
    let report = folder.path().join("report.jsonl");
    let mut clients: Vec<_> = (0..4)
        .map(|_| {
            Client::of(
                runtime()
                    .arg("run")
                    .arg("--cache")
                    .arg(folder.path())
                    .arg("--report")
                    .arg(&report)
                    .arg(component),
            )
        })
        .collect();
    for client in &mut clients {
        client.initialize();
    }
    for client in clients {
        assert_eq!(client.end().code, Some(0));
    }
    let report = std::fs::read_to_string(report).expect("written");
    let count = |word: &str| report.lines().filter(|line| line.contains(word)).count();
    assert_eq!(
        (count("\"cache\":\"compiled\""), count("\"cache\":\"hit\"")),
        (1, 3),
        "{report}"
    );
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".tmp"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_compile_wrote_runs_by_itself_and_is_inspected() {
    let Some(component) = hostile() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let code = folder.path().join("hostile.cwasm");
    let output = finish(runtime().arg("compile").arg("-o").arg(&code).arg(component));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let mut client = Client::of(
        runtime()
            .arg("run")
            .arg(&code)
            .env("WASMMCP_COMPILER", "/no/such/compiler"),
    );
    client.initialize();
    assert_eq!(client.end().code, Some(0));
    let output = finish(runtime().arg("inspect").arg("--json").arg(&code));
    let seen: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (&seen["stdio"], &seen["http"]),
        (&true.into(), &true.into()),
        "{seen}"
    );
    let exports = seen["exports"].as_array().expect("a list");
    assert!(
        exports.iter().any(|name| name
            .as_str()
            .is_some_and(|name| name.starts_with("wasi:cli/run@"))),
        "{seen}"
    );
}

#[test]
fn usage_is_told_with_code_2() {
    for (arguments, wanted) in [
        (&["run"][..], "COMPONENT"),
        (&["run", "--flag", "x.wasm"], "--flag"),
        (
            &["run", "--memory", "many", "x.wasm"],
            "write B, KiB, MiB or GiB",
        ),
        (
            &["run", "--dir", "/no/such/folder", "x.wasm"],
            "cannot grant",
        ),
        (&["run", "--outbound", "nowhere", "x.wasm"], "HOST:PORT"),
        (&["serve"], "nothing to serve"),
        (
            &["serve", "--config", "/no/such/file"],
            "name a readable file",
        ),
        (&["juggle"], "juggle"),
    ] {
        let output = finish(runtime().args(arguments));
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            said(&output)
        );
        assert!(
            said(&output).contains(wanted),
            "{arguments:?}: {}",
            said(&output)
        );
    }
    let output = finish(runtime().arg("--help"));
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("Examples:"));
}

#[test]
fn the_version_is_followed_by_the_engines_settings() {
    let output = finish(runtime().arg("--version"));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let (first, rest) = text.split_once('\n').expect("lines");
    assert_eq!(
        first,
        concat!("wasmmcp-runtime ", env!("CARGO_PKG_VERSION"))
    );
    assert!(rest.lines().count() > 20, "{text}");
    for line in rest.lines() {
        assert!(line.contains('=') && line.trim() == line, "{line:?}");
    }
}
