//! The real thing: a component and a native program of a tiny crate, built here, where the machine can.

use std::path::Path;

use toolchain::{BuildError, Component, Linking, Native, Toolchain};

const MANIFEST: &str = r#"
[package]
name = "tiny"
version = "0.0.0"
edition = "2024"
[lib]
crate-type = ["cdylib", "rlib"]
[profile.guest]
inherits = "release"
lto = "fat"
panic = "abort"
[profile.small]
inherits = "release"
opt-level = "s"
[workspace]
"#;

fn tiny(root: &Path) {
    std::fs::create_dir_all(root.join("src")).expect("folder");
    std::fs::write(root.join("Cargo.toml"), MANIFEST).expect("manifest");
    let library = "/// Sums.\n#[unsafe(no_mangle)]\npub extern \"C\" fn sum(a: u32) -> u32 { std::env::args().count() as u32 + a }\n";
    std::fs::write(root.join("src/lib.rs"), library).expect("library");
    std::fs::write(
        root.join("src/main.rs"),
        "fn main() { println!(\"{}\", tiny::sum(41)); }\n",
    )
    .expect("program");
}

#[test]
fn a_component_is_built_and_holds_no_path_of_this_machine() {
    let wasm = match toolchain::for_tests() {
        Ok(wasm) => wasm,
        Err(why) => return println!("skipped: {why}"),
    };
    let root = tempfile::tempdir().expect("temporary folder");
    tiny(root.path());
    let file = wasm
        .build_component(&Component::of(root.path(), "tiny"), &mut |line| {
            println!("{line}")
        })
        .expect("built");
    let bytes = std::fs::read(&file).expect("component");
    assert!(
        bytes.starts_with(b"\0asm\x0d\0\x01\0"),
        "{} is no component",
        file.display()
    );
    let home = std::env::var("HOME").expect("HOME is set where tests run");
    for private in [root.path().to_str().expect("Unicode"), &home]
        .map(str::as_bytes)
        .into_iter()
        .filter(|path| path.len() > 1)
    {
        assert!(
            !bytes.windows(private.len()).any(|window| window == private),
            "{}",
            String::from_utf8_lossy(private)
        );
    }
}

/// Whether a 64-bit ELF file has a program header that names an interpreter. A static program still holds the loader's
/// name as a string, so searching for that would not tell them apart.
fn needs_loader(file: &Path) -> bool {
    const PT_INTERP: u64 = 3;
    let bytes = std::fs::read(file).expect("program");
    let number = |at: usize, size: usize| {
        bytes[at..at + size]
            .iter()
            .rev()
            .fold(0, |sum, &byte| sum << 8 | u64::from(byte))
    };
    let index = |at: usize, size: usize| {
        usize::try_from(number(at, size)).expect("an offset within the file")
    };
    let (table, size, count) = (index(32, 8), index(54, 2), index(56, 2));
    (0..count).any(|i| number(table + i * size, 4) == PT_INTERP)
}

#[test]
fn a_native_program_is_built_with_and_without_the_c_library_in_it() {
    let root = tempfile::tempdir().expect("temporary folder");
    tiny(root.path());
    let toolchain = Toolchain::of_this_machine();
    let build = |profile, linking| {
        let wanted = Native {
            workspace: root.path(),
            package: "tiny",
            program: "tiny",
            profile,
            beside: &[],
            linking,
        };
        toolchain
            .build_native(&wanted, &mut |line| println!("{line}"))
            .expect("built")
    };
    let default = build("release", Linking::Default);
    let fixed = build("release", Linking::Static);
    let small = build("small", Linking::Static);
    let places = [&default, &fixed, &small];
    assert_eq!(
        std::collections::BTreeSet::from(places).len(),
        3,
        "{places:?}"
    );
    assert!(small.ends_with("small/tiny") && places.iter().all(|place| place.is_file()));
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        assert!(needs_loader(&default) && !needs_loader(&fixed));
    }
}

#[test]
fn a_package_or_a_program_that_is_not_there_is_an_error() {
    let root = tempfile::tempdir().expect("temporary folder");
    tiny(root.path());
    let wanted = Native {
        workspace: root.path(),
        package: "absent",
        program: "tiny",
        profile: "release",
        beside: &[],
        linking: Linking::Default,
    };
    let error = Toolchain::of_this_machine()
        .build_native(&wanted, &mut |_| {})
        .expect_err("no such package");
    assert!(
        matches!(&error, BuildError::Cargo { package, .. } if package == "absent"),
        "{error}"
    );
    assert!(
        error.to_string().contains("did not match any packages"),
        "{error}"
    );
}
