//! Facts about imitated machines: everything there, nothing there, everything broken.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn machine(scripts: &[(&str, &str)]) -> (tempfile::TempDir, Toolchain) {
    let root = tempfile::tempdir().expect("temporary folder");
    for (name, script) in scripts {
        let file = root.path().join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).expect("script");
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("chmod");
    }
    let commands = Commands::on(&[root.path()]);
    let toolchain = Toolchain::imitation(
        commands,
        &root.path().join("cache"),
        root.path().into(),
        PATIENCE,
    );
    (root, toolchain)
}

fn of<'a>(facts: &'a [Fact], name: &str) -> &'a State {
    &facts
        .iter()
        .find(|fact| fact.name == name)
        .expect("the fact is gathered")
        .state
}

#[test]
fn a_bare_machine_has_a_reason_and_a_remedy_for_each_command() {
    let (_root, toolchain) = machine(&[]);
    let facts = gather(&toolchain, false);
    for name in [
        "rustc",
        "cargo",
        "wasm32-wasip2 target",
        "rustup",
        "cc",
        "netem",
        "tbf",
        "node",
        "npm",
        "python3",
        "python3 venv",
        "wasmtime",
    ] {
        let State::Missing { why, remedy } = of(&facts, name) else {
            panic!("{name} is here?")
        };
        assert!(
            why.starts_with(|c: char| c.is_lowercase() || c == '`'),
            "{name}: {why}"
        );
        assert!(
            remedy.ends_with('.') && remedy.starts_with(char::is_uppercase),
            "{name}: {remedy}"
        );
    }
    let quick = gather(&toolchain, true);
    let tried = ["netem", "tbf"];
    assert_eq!(quick.len() + tried.len(), facts.len());
    assert!(quick.iter().all(|fact| !tried.contains(&fact.name)));
}

#[test]
fn versions_are_the_first_line_and_failures_are_told() {
    let (_root, toolchain) = machine(&[
        ("node", "printf '\\nv20.1.0\\nmore\\n'"),
        ("python3", "echo 'broken pipe' >&2; exit 9"),
        ("tc", "exit 0"),
        ("unshare", "echo 'Operation not permitted' >&2; exit 1"),
    ]);
    let facts = gather(&toolchain, false);
    assert_eq!(of(&facts, "node"), &State::Available("v20.1.0".into()));
    for (name, words) in [
        ("python3", "broken pipe"),
        ("netem", "Operation not permitted"),
    ] {
        assert!(
            matches!(of(&facts, name), State::Missing { why, .. } if why.contains(words)),
            "{name}: {:?}",
            of(&facts, name)
        );
    }
}

#[test]
fn the_three_layouts_of_cgroups_are_told_apart() {
    let root = tempfile::tempdir().expect("temporary folder");
    let layout = |files: &[&str]| {
        let top = root.path().join(files.len().to_string());
        for file in files {
            fs::create_dir_all(top.join(file).parent().expect("parent")).expect("folder");
            fs::write(top.join(file), "cpu memory\n").expect("file");
        }
        cgroups(&top)
    };
    assert!(matches!(layout(&[]), State::Missing { .. }));
    assert_eq!(
        layout(&["cgroup.controllers"]),
        State::Available("version 2 (cpu memory)".into())
    );
    let hybrid = layout(&["unified/cgroup.controllers", "memory/tasks"]);
    assert_eq!(
        hybrid,
        State::Available("version 1, with version 2 beside it (cpu memory)".into())
    );
    assert_eq!(
        layout(&["memory/tasks", "cpu/tasks", "pids/tasks"]),
        State::Available("version 1".into())
    );
}

#[test]
fn a_fact_is_one_flat_object() {
    let fact = Fact {
        name: "node",
        state: State::missing("gone", "Install it."),
    };
    let json = serde_json::to_string(&fact).expect("JSON");
    assert_eq!(
        json,
        r#"{"name":"node","missing":{"why":"gone","remedy":"Install it."}}"#
    );
}
