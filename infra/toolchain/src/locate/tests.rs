//! The order of the ways, on imitated machines: every command is a script in a folder of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::*;

/// A machine with a `rustc`, a `cargo` that "builds" the library, and whatever else a test gives it.
struct Machine {
    root: tempfile::TempDir,
}

const APT: &str = r#"case "$*" in
    *indextargets*) echo 'Debian|Debian|http://mirror/debian';;
    *download*) : > rust-src_1.deb; : > wasi-libc_1.deb;;
esac"#;

const DPKG: &str = r#"case $1 in
    -f) case $2 in *rust-src*) p=rust-src v=1.95.0+dfsg1-2;; *) p=wasi-libc v=0.0~git;; esac
        case $3 in Package) echo $p;; Version) echo $v;; esac;;
    -x) mkdir -p "$3/usr/src/rustc-1.95.0/library" "$3/usr/lib/wasm32-wasip2"
        : > "$3/usr/src/rustc-1.95.0/library/Cargo.lock"
        for f in crt1-command.o crt1-reactor.o libc.a; do : > "$3/usr/lib/wasm32-wasip2/$f"; done;;
esac"#;

const CARGO: &str = r#"echo build >> "$COUNT"
deps=$CARGO_TARGET_DIR/wasm32-wasip2/release/deps
mkdir -p "$deps" && echo std > "$deps/libstd-1.rlib" && echo seed > "$deps/libwasmmcp_seed-1.rlib""#;

/// Answers what is asked of `rustc`; told to compile, it writes the first eight bytes of a component.
const RUSTC: &str = r#"case "$*" in
    -vV) printf 'release: 1.95.0\ncommit-hash: 59807616e1fa2540\nhost: x86_64-unknown-linux-gnu\n';;
    *sysroot) echo "$SYSROOT";;
    *) while [ "$1" != -o ]; do shift; done; printf '\0asm\015\0\001\0' > "$2";;
esac"#;

impl Machine {
    fn new(others: &[(&str, &str)]) -> Self {
        let machine = Self {
            root: tempfile::tempdir().expect("temporary folder"),
        };
        fs::create_dir_all(machine.path("bin")).expect("folder");
        fs::create_dir_all(machine.path("sysroot/lib/rustlib")).expect("folder");
        fs::write(machine.path("keys.gpg"), "keys").expect("keys");
        for (name, script) in [("rustc", RUSTC)].iter().chain(others) {
            let text = format!(
                "#!/bin/sh\nPATH=/usr/bin:/bin\nSYSROOT='{}' COUNT='{}'\n{script}\n",
                machine.path("sysroot").display(),
                machine.path("count").display()
            );
            let file = machine.path("bin").join(name);
            fs::write(&file, text).expect("script");
            fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("chmod");
        }
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn toolchain(&self) -> Toolchain {
        let commands = Commands::on(&[&self.path("bin")]);
        Toolchain::imitation(
            commands,
            &self.path("cache"),
            self.path("keys.gpg"),
            // Long enough for a busy machine to start a script in; one test waits it out.
            Duration::from_secs(2),
        )
    }

    fn find(&self, setup: bool) -> (Result<Way, Missing>, String) {
        let mut said = String::new();
        let found = self.toolchain().find(setup, &mut |line| {
            said.push_str(line);
            said.push('\n');
        });
        (found.map(|wasm| wasm.way), said)
    }

    fn built(&self) -> usize {
        fs::read_to_string(self.path("count"))
            .unwrap_or_default()
            .lines()
            .count()
    }
}

fn install(sysroot: &Path) {
    let library = Rustc::library_folder(sysroot);
    fs::create_dir_all(&library).expect("folder");
    fs::write(library.join("libstd-1.rlib"), "std").expect("file");
}

const RECIPE: [(&str, &str); 3] = [("apt-get", APT), ("dpkg-deb", DPKG), ("cargo", CARGO)];

#[test]
fn an_installed_target_is_taken_and_nothing_is_run() {
    let machine = Machine::new(&RECIPE);
    install(&machine.path("sysroot"));
    let (found, said) = machine.find(true);
    assert_eq!((found, said.as_str()), (Ok(Way::Installed), ""));
    assert!(!machine.path("cache").exists());
}

#[test]
fn the_recipe_is_followed_once_and_found_again() {
    let machine = Machine::new(&RECIPE);
    let (first, said) = machine.find(false);
    let Ok(Way::Debian { sysroot, packages }) = &first else {
        panic!("{first:?}\n{said}")
    };
    assert_eq!(packages, &["rust-src 1.95.0+dfsg1-2", "wasi-libc 0.0~git"]);
    let library = Rustc::library_folder(sysroot);
    assert!(library.join("self-contained/crt1-command.o").is_file());
    assert!(
        !library.join("libwasmmcp_seed-1.rlib").exists(),
        "the seed is no part of the library"
    );
    assert!(
        said.contains("only ") && said.contains("is written"),
        "{said}"
    );

    let (second, said) = machine.find(false);
    assert_eq!(second, first);
    assert_eq!((said.as_str(), machine.built()), ("", 1));
    assert_eq!(
        fs::read_dir(machine.path("sysroot/lib/rustlib"))
            .expect("folder")
            .count(),
        0,
        "the toolchain was written to"
    );
}

#[test]
fn a_tampered_library_is_named_and_built_anew() {
    let machine = Machine::new(&RECIPE);
    let Ok(Way::Debian { sysroot, .. }) = machine.find(false).0 else {
        panic!("the recipe works")
    };
    let library = Rustc::library_folder(&sysroot).join("libstd-1.rlib");
    fs::write(&library, "evil").expect("write");
    let (found, said) = machine.find(false);
    assert!(found.is_ok(), "{found:?}");
    assert!(
        said.contains("libstd-1.rlib was changed after it was made"),
        "{said}"
    );
    assert_eq!(
        (
            fs::read_to_string(&library).expect("library").as_str(),
            machine.built()
        ),
        ("std\n", 2)
    );
}

#[test]
fn a_build_that_dies_leaves_nothing_that_is_taken() {
    let dies = r#"mkdir -p "$CARGO_TARGET_DIR/wasm32-wasip2/release/deps"; echo 'error: no space left' >&2; exit 101"#;
    let machine = Machine::new(&[("apt-get", APT), ("dpkg-deb", DPKG), ("cargo", dies)]);
    for _ in 0..2 {
        let (found, _) = machine.find(false);
        let missing = found.expect_err("the build died");
        assert!(missing.why.contains("no space left"), "{missing}");
        assert!(missing.remedy.contains("1 GB of room"), "{missing}");
    }
    let left = fs::read_dir(machine.path("cache"))
        .expect("cache")
        .flatten()
        .map(|entry| entry.file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["lock"]);
}

#[test]
fn racing_searches_build_once() {
    let machine = Machine::new(&RECIPE);
    std::thread::scope(|scope| {
        let searches: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| machine.find(false).0))
            .collect();
        for search in searches {
            let way = search.join().expect("no panic").expect("found");
            assert!(matches!(way, Way::Debian { .. }));
        }
    });
    assert_eq!(machine.built(), 1);
}

#[test]
fn rustup_is_asked_under_setup_only() {
    let adds = r#"case "$*" in 'target add wasm32-wasip2') l=$SYSROOT/lib/rustlib/wasm32-wasip2/lib; mkdir -p "$l"; : > "$l/libstd-2.rlib";; esac"#;
    let machine = Machine::new(&[("rustup", adds)]);
    let missing = machine.find(false).0.expect_err("not without setup");
    assert!(missing.remedy.contains("`--setup`"), "{missing}");
    let (found, said) = machine.find(true);
    assert_eq!(found, Ok(Way::Installed));
    assert!(
        said.contains("which changes the active toolchain"),
        "{said}"
    );
}

#[test]
fn a_rustup_that_hangs_fails_or_adds_elsewhere_gives_way_to_the_recipe() {
    let cases = [
        (
            "case $1 in target) exec sleep 600;; esac",
            "made no progress for 2 s",
        ),
        (
            "case $1 in target) echo 'error: could not download' >&2; exit 1;; esac",
            "error: could not download",
        ),
        ("exit 0", "for another toolchain than the active `rustc`"),
    ];
    for (script, expected) in cases {
        let mut commands = RECIPE.to_vec();
        commands.push(("rustup", script));
        let (found, said) = Machine::new(&commands).find(true);
        assert!(matches!(found, Ok(Way::Debian { .. })), "{found:?}");
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn without_any_way_everything_that_was_tried_is_said() {
    let machine = Machine::new(&[(
        "rustup",
        "case $1 in target) echo 'error: offline' >&2; exit 1;; esac",
    )]);
    let missing = machine.find(true).0.expect_err("no way");
    assert!(missing.why.contains("error: offline"), "{missing}");
    assert!(missing.why.contains("needs `apt-get`"), "{missing}");
    assert!(
        missing.remedy.contains("rustup target add wasm32-wasip2"),
        "{missing}"
    );
}

#[test]
fn a_machine_without_rust_is_told_to_install_it() {
    let empty = tempfile::tempdir().expect("temporary folder");
    let toolchain = Toolchain::imitation(
        Commands::on(&[empty.path()]),
        empty.path(),
        empty.path().into(),
        PATIENCE,
    );
    let missing = toolchain.find(false, &mut |_| {}).expect_err("no rustc");
    assert!(missing.remedy.starts_with("Install Rust"), "{missing}");
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let machine = Machine::new(&RECIPE);
    fs::write(machine.path("cache"), "a file").expect("file");
    let missing = machine.find(false).0.expect_err("no folder");
    assert!(missing.why.contains("cannot be written"), "{missing}");
    assert!(missing.remedy.contains("XDG_CACHE_HOME"), "{missing}");
}
