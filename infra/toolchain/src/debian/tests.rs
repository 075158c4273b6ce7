//! The recipe against imitations of `apt-get` and `dpkg-deb`: what it asks for, and what it says when they fail or hang.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// Long enough for a busy machine to start a script in; one test waits it out.
const PATIENCE: Duration = Duration::from_secs(2);

/// A folder of fake commands, a keyring and a room.
struct Imitation {
    root: tempfile::TempDir,
    commands: Commands,
}

impl Imitation {
    fn new(apt: &str) -> Self {
        let root = tempfile::tempdir().expect("temporary folder");
        let bin = root.path().join("bin");
        fs::create_dir_all(&bin).expect("folder");
        fs::create_dir_all(root.path().join("room")).expect("folder");
        fs::write(root.path().join("keys.gpg"), "keys").expect("keys");
        let dpkg = r#"case $1 in
            -f) case $2 in *rust-src*) p=rust-src v=1.95.0+dfsg1-2;; *) p=wasi-libc v=0.0~git;; esac
                case $3 in Package) echo $p;; Version) echo $v;; esac;;
            -x) mkdir -p "$3/usr/src/rustc-1.95.0/library" "$3/usr/lib/wasm32-wasip2"
                : > "$3/usr/src/rustc-1.95.0/library/Cargo.lock"
                for f in crt1-command.o crt1-reactor.o libc.a; do : > "$3/usr/lib/wasm32-wasip2/$f"; done;;
            esac"#;
        for (name, script) in [("apt-get", apt), ("dpkg-deb", dpkg)] {
            fs::write(
                bin.join(name),
                format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n"),
            )
            .expect("script");
            fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).expect("chmod");
        }
        Self {
            commands: Commands::on(&[&bin]),
            root,
        }
    }

    fn fetch(&self, release: &str) -> Result<(Packages, String), Missing> {
        let keys = self.root.path().join("keys.gpg");
        let apt =
            Apt::find(&self.commands, Some(&keys), PATIENCE).expect("both commands are there");
        let rustc = Rustc {
            program: "rustc".into(),
            release: release.into(),
            commit: "c".into(),
            host: "h".into(),
            sysroot: "/".into(),
        };
        let mut said = String::new();
        let packages = apt.fetch(&rustc, &self.root.path().join("room"), &mut |line| {
            said.push_str(line);
            said.push('\n');
        })?;
        Ok((packages, said))
    }
}

/// Prints each call, and does what the real one would.
const GOOD: &str = r#"echo "called: $*" >&2
    case "$*" in
        *indextargets*) echo 'Debian|Debian-Security|http://security'; echo 'Debian|Debian|http://mirror/debian';;
        *download*) : > rust-src_1.deb; : > wasi-libc_1.deb;;
    esac"#;

#[test]
fn a_good_mirror_gives_both_packages_and_their_versions() {
    let imitation = Imitation::new(GOOD);
    let (packages, said) = imitation.fetch("1.95.0").expect("fetched");
    assert_eq!(packages.versions["rust-src"], "1.95.0+dfsg1-2");
    assert_eq!(packages.versions["wasi-libc"], "0.0~git");
    assert!(packages.source.join("library/Cargo.lock").is_file());
    assert!(
        said.contains("download rust-src=1.95.0* wasi-libc"),
        "{said}"
    );

    let apt = imitation.root.path().join("room/apt");
    let source = fs::read_to_string(apt.join("sources.list")).expect("sources");
    let keys = imitation.root.path().join("keys.gpg");
    assert_eq!(
        source,
        format!(
            "deb [signed-by={}] http://mirror/debian trixie-backports main\n",
            keys.display()
        )
    );
    let config = fs::read_to_string(apt.join("apt.conf")).expect("config");
    assert!(
        config.contains(&format!("Dir::State::Lists \"{}/lists/\"", apt.display())),
        "{config}"
    );
    assert!(
        config.contains("Dir::Etc::SourceParts \"/dev/null\""),
        "{config}"
    );
}

#[test]
fn nothing_that_weakens_signatures_is_ever_asked_for() {
    let imitation = Imitation::new(GOOD);
    let (_, said) = imitation.fetch("1.95.0").expect("fetched");
    let apt = imitation.root.path().join("room/apt");
    let read = |name: &str| fs::read_to_string(apt.join(name)).expect("file");
    let all = format!("{said}{}{}", read("apt.conf"), read("sources.list")).to_lowercase();
    for word in ["--allow", "true", "trusted=yes", "check-valid-until"] {
        assert!(!all.contains(word), "`{word}` in {all}");
    }
}

#[test]
fn the_private_apt_refuses_unsigned_suites_though_the_system_allows_them() {
    let imitation = Imitation::new(GOOD);
    imitation.fetch("1.95.0").expect("fetched");
    let config =
        fs::read_to_string(imitation.root.path().join("room/apt/apt.conf")).expect("config");
    for option in [
        "AllowInsecureRepositories",
        "AllowWeakRepositories",
        "AllowUnauthenticated",
    ] {
        assert!(
            config.contains(&format!("::{option} \"false\";")),
            "{config}"
        );
    }
}

#[test]
fn the_real_apt_refuses_a_mirror_whose_keys_it_was_not_given() {
    let commands = Commands::of_this_process();
    let room = tempfile::tempdir().expect("temporary folder");
    let keys = room.path().join("keys.gpg");
    fs::write(&keys, "").expect("keys");
    let apt = match Apt::find(&commands, Some(&keys), Duration::from_secs(20)) {
        Ok(apt) => apt,
        Err(why) => return println!("skipped: {why}"),
    };
    let rustc = Rustc {
        program: "rustc".into(),
        release: "1.95.0".into(),
        commit: "c".into(),
        host: "h".into(),
        sysroot: "/".into(),
    };
    // Without a network it fails for that reason, and is refused all the same.
    let missing = apt
        .fetch(&rustc, room.path(), &mut |_| {})
        .expect_err("nothing vouches for it");
    println!("{missing}");
    let fetched = fs::read_dir(room.path().join("apt/packages")).expect("folder");
    assert_eq!(fetched.count(), 0);
}

#[test]
fn a_machine_without_lists_fetches_them_privately() {
    let imitation = Imitation::new(
        r#"case "$*" in
            *--config-file*indextargets*) echo 'Debian|Debian|http://mirror/debian';;
            *download*) : > rust-src_1.deb; : > wasi-libc_1.deb;;
        esac"#,
    );
    let (_, said) = imitation.fetch("1.95.0").expect("fetched");
    assert!(said.contains("apt has no package lists yet"), "{said}");
}

#[test]
fn each_failure_says_what_it_was_and_what_to_do() {
    let cases = [
        (
            "case $1 in indextargets) echo 'Ubuntu|Ubuntu|http://mirror';; esac",
            "1.95.0",
            "no Debian mirror",
            "apt-get update",
        ),
        (
            "case \"$*\" in *indextargets*) echo 'Debian|Debian|http://m';; *update*) echo 'E: NO_PUBKEY' >&2; exit 100;; esac",
            "1.95.0",
            "NO_PUBKEY",
            "apt-get update",
        ),
        (
            "case \"$*\" in *indextargets*) echo 'Debian|Debian|http://m';; *update*) exec sleep 600;; esac",
            "1.95.0",
            "made no progress for 2 s",
            "apt-get update",
        ),
        (
            "case \"$*\" in *indextargets*) echo 'Debian|Debian|http://m';; *download*) echo \"E: Version was not found\" >&2; exit 100;; esac",
            "1.95.0",
            "Version was not found",
            "must have rust-src 1.95.0",
        ),
        (
            "exit 0",
            "1.97.0-nightly",
            "this is 1.97.0-nightly",
            "--setup",
        ),
        ("exit 0", "1.95.0; rm -rf", "stable Rust only", "--setup"),
    ];
    for (script, release, why, remedy) in cases {
        let missing = Imitation::new(script).fetch(release).expect_err(why);
        assert!(missing.why.contains(why), "{missing}");
        assert!(missing.remedy.contains(remedy), "{missing}");
    }
}

#[test]
fn an_absent_command_and_absent_keys_are_named() {
    let empty = tempfile::tempdir().expect("temporary folder");
    let none = Commands::on(&[empty.path()]);
    let why = Apt::find(&none, None, PATIENCE).expect_err("no commands");
    assert!(why.contains("`apt-get`"), "{why}");
}

#[test]
fn a_site_that_would_be_read_as_options_is_passed_over() {
    assert_eq!(site("Debian|Debian|http://m/d [trusted=yes]\n"), None);
    assert_eq!(site("Debian|Debian|\n"), None);
    assert_eq!(
        site("|Debian|http://m\nDebian|Debian Backports|http://b\n"),
        Some("http://b".into())
    );
}
