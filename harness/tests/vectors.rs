//! What is built with vector instructions and what is built without are two things, and each stays what it is when the other is built.

use std::path::{Path, PathBuf};

use toolchain::{Component, Linking, Native, Toolchain};

const PACKAGE: &str = "expressions";

fn read(file: &PathBuf) -> Vec<u8> {
    std::fs::read(file).expect("it was built")
}

/// How often a component holds `i8x16.splat` and `i8x16.bitmask`, by which bytes are searched for sixteen at a time.
fn vectors(component: &[u8]) -> usize {
    let opcodes = [[0xfd, 0x0f], [0xfd, 0x64]];
    component
        .windows(2)
        .filter(|pair| opcodes.iter().any(|opcode| pair == opcode))
        .count()
}

#[test]
fn a_build_without_vector_instructions_overwrites_none_with_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let toolchain = Toolchain::of_this_machine();
    let mut said = |line: &str| eprintln!("{line}");
    let native = Native {
        workspace: &root,
        package: PACKAGE,
        program: PACKAGE,
        profile: "release",
        beside: &[],
        linking: Linking::Static,
    };
    let with = toolchain.build_native(&native, &mut said).expect("built");
    let before = read(&with);
    let without = toolchain
        .build_scalar(&root, PACKAGE, &mut said)
        .expect("built");
    assert_ne!(with, without);
    assert_eq!(read(&with), before);
    assert_ne!(read(&without), before);

    let wasm = match toolchain::for_tests() {
        Ok(wasm) => wasm,
        Err(why) => return println!("skipped: {why}"),
    };
    let component = Component::of(&root, PACKAGE);
    let with = wasm.build_component(&component, &mut said).expect("built");
    let before = read(&with);
    let without = wasm.build_scalar(&root, PACKAGE, &mut said).expect("built");
    assert_ne!(with, without);
    assert_eq!(read(&with), before);
    assert!(vectors(&before) > 0, "simd128 is used where it is on");
    assert_eq!(vectors(&read(&without)), 0, "and not where it is off");
}
