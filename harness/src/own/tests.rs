//! What a user can name, and what is made of it before anything is started.

use expect_test::{Expect, expect};

use super::*;

/// An engine that nobody has.
fn none() -> Result<Docker, Told> {
    Err(Told::lacking("no Docker engine"))
}

fn check(text: &str, expected: Expect) {
    let said = match Known::look(text, &mut none) {
        Ok(known) => format!(
            "{} {}{}",
            known.packaging,
            known.name,
            known
                .arguments
                .iter()
                .map(|word| format!(" {word:?}"))
                .collect::<String>()
        ),
        Err(told) => format!("{}: {}", told.exit.code(), told.message),
    };
    expected.assert_eq(&said);
}

/// A folder with these files; those that begin like programs may be executed.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        let mode = if content.starts_with(b"#!") || content.starts_with(ELF) {
            0o755
        } else {
            0o644
        };
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("ours");
    }
    folder
}

#[test]
fn components_programs_and_scripts_are_told_apart_by_what_they_are() {
    let made = folder(&[
        ("My Notes.wasm", b"\0asm\x0d\0\x01\0"),
        ("notes", b"\0asm\x0d\0\x01\0"),
        ("core.wasm", b"\0asm\x01\0\0\0"),
        ("text.wasm", b"hello"),
        ("go-server", b"\x7fELF"),
        ("serve.py", b"#!/usr/bin/env python3\n"),
        ("run", b"#!/bin/sh\n"),
        ("plain", b"#"),
    ]);
    let at = |name: &str| made.path().join(name).to_string_lossy().into_owned();
    check(&at("My Notes.wasm"), expect!["component my_notes"]);
    check(
        &format!("{} /srv 'a b'", at("notes")),
        expect![[r#"component notes "/srv" "a b""#]],
    );
    check(
        &format!("{} --stdio", at("go-server")),
        expect![[r#"native go_server "--stdio""#]],
    );
    check(&at("serve.py"), expect!["reference serve"]);
    check(
        &format!("native={}", at("go-server")),
        expect!["native go_server"],
    );
    check(
        &format!("reference={}", at("run")),
        expect!["reference run"],
    );
    let known = Known::look(&at("serve.py"), &mut none).expect("a script");
    assert_eq!(known.interpreted, Some("python"));
    let known = Known::look(&at("run"), &mut none).expect("a script");
    assert_eq!(known.interpreted, Some(""));
    // What is told of a fault is told without the folder, which is another one each time.
    let fault = |text: &str| {
        let told = Known::look(text, &mut none).expect_err("a fault");
        let message = told.message.replace(&*made.path().to_string_lossy(), "DIR");
        format!("{}: {message}", told.exit.code())
    };
    expect!["2: DIR/core.wasm is a core module, no component; build it for wasm32-wasip2, or wrap it: `wasm-tools component new`"]
        .assert_eq(&fault(&at("core.wasm")));
    expect!["2: DIR/text.wasm is no WebAssembly; name a component's file, or a command in quotation marks"]
        .assert_eq(&fault(&at("text.wasm")));
    expect!["2: --subject: DIR/plain is no program that can be started; give its path, or see that it is on the search path and may be executed"]
        .assert_eq(&fault(&at("plain")));
    expect!["2: --subject: DIR/run is no program of this machine's own instructions but a script; write reference='COMMAND'"]
        .assert_eq(&fault(&format!("native={}", at("run"))));
}

#[test]
fn a_commands_name_is_that_of_what_it_runs() {
    let made = folder(&[("index.mjs", b"")]);
    let script = made.path().join("index.mjs").to_string_lossy().into_owned();
    for (interpreter, arguments, name) in [
        ("/bin/sh", vec![script], "index"),
        (
            "/bin/sh",
            vec!["-y".to_owned(), "@scope/server-notes".to_owned()],
            "server_notes",
        ),
        ("/bin/sh", vec!["-c".to_owned()], "sh"),
    ] {
        let looked = process(interpreter, &arguments).expect("there is a shell");
        assert_eq!(plain(&looked.stem), name);
        assert_eq!(looked.interpreted, Some(""));
    }
    let one = process("/bin/sh", &["a".to_owned()])
        .expect("a shell")
        .digest;
    let other = process("/bin/sh", &["b".to_owned()])
        .expect("a shell")
        .digest;
    assert_ne!(one, other, "another command is another subject");
}

#[test]
fn what_is_nothing_says_what_it_could_have_been() {
    check(
        "",
        expect![
            "2: --subject names nothing; give FILE.wasm, 'COMMAND WITH ARGUMENTS' or IMAGE:TAG"
        ],
    );
    check(
        "'x",
        expect![[
            r#"2: --subject "'x" has a quotation mark that is not closed; write it as a shell would read it"#
        ]],
    );
    check(
        "/no/such.wasm",
        expect![
            "2: --subject /no/such.wasm: No such file or directory (os error 2); name a component's file"
        ],
    );
    check(
        "/no/such --x",
        expect![
            "2: --subject: /no/such is no program that can be started; give its path, or see that it is on the search path and may be executed"
        ],
    );
    check(
        "no_such_program --x",
        expect![[
            r#"2: --subject: "no_such_program" is no file, no program on the search path and no image's name; give FILE.wasm, 'COMMAND WITH ARGUMENTS' or IMAGE:TAG"#
        ]],
    );
    check(
        "no_such_program",
        expect![
            "4: no_such_program is no program on the search path, and taken as the name of an image: no Docker engine"
        ],
    );
    check("a/b:1.2", expect!["4: no Docker engine"]);
    check(
        "container-native=../x",
        expect![[r#"2: --subject: "../x" is no image's name; write it as IMAGE:TAG"#]],
    );
    check(
        "component-wasmtime=/bin/sh",
        expect![[
            r#"2: --subject "/bin/sh" cannot be component-wasmtime; leave the word out, or write component=FILE.wasm, native='COMMAND', reference='COMMAND of an interpreter', container-native=IMAGE or container-reference=IMAGE of an interpreter"#
        ]],
    );
}

#[test]
fn any_text_becomes_a_name() {
    for (text, name) in [
        ("server.js", "server"),
        ("@modelcontextprotocol-x", "modelcontextprotocol_x"),
        ("Größe", "gr__e"),
        ("7zip", "mine"),
        ("...", "mine"),
        ("", "mine"),
        (&"x".repeat(100), &"x".repeat(30)),
    ] {
        assert_eq!(plain(text), name, "{text}");
        assert!(is_name(&plain(text)));
    }
}

#[test]
fn an_interpreter_is_known_by_its_name_with_any_version() {
    for (program, expected) in [
        ("node", Some("node")),
        ("python3.13", Some("python")),
        ("npx", Some("node")),
        ("uvx", Some("python")),
        ("bash", Some("")),
        ("my-server", None),
        ("nodeshift", None),
    ] {
        assert_eq!(language(program), expected, "{program}");
    }
}
