//! Repositories made by the git on this machine.

use std::cell::Cell;
use std::path::{Path, PathBuf};

/// A repository in a folder of its own, which goes when the last place in it goes.
pub struct Place {
    folder: std::rc::Rc<tempfile::TempDir>,
    path: PathBuf,
    clock: Cell<u64>,
}

/// Says that a test did not run.
pub fn skipped() {
    println!("skipped: there is no git on this machine; install it to compare with it");
}

impl Place {
    /// An empty repository; `None` where there is no git.
    pub fn new() -> Option<Place> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("main");
        std::fs::create_dir(&path).expect("made");
        let place = Place {
            folder: std::rc::Rc::new(folder),
            path,
            clock: Cell::new(1_700_000_000),
        };
        place.run(&["--version"]).ok()?;
        place.git(&["init", "-q", "-b", "main"]);
        place.name();
        Some(place)
    }

    fn name(&self) {
        self.git(&["config", "user.name", "Ann Bee"]);
        self.git(&["config", "user.email", "ann@example.org"]);
    }

    fn beside(&self, name: &str) -> Place {
        Place {
            folder: self.folder.clone(),
            path: self.folder.path().join(name),
            clock: Cell::new(self.clock.get()),
        }
    }

    /// The repository's folder.
    pub fn path(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where these tests start git, with its environment set"
    )]
    fn run(&self, arguments: &[&str]) -> std::io::Result<std::process::Output> {
        let date = format!("{} +0130", self.clock.get());
        std::process::Command::new("git")
            .args(arguments)
            .current_dir(if self.path.exists() {
                &self.path
            } else {
                Path::new("/")
            })
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8")
            .output()
    }

    /// What git prints; `None` where it fails.
    pub fn try_git(&self, arguments: &[&str]) -> Option<String> {
        let output = self.run(arguments).ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(text)
    }

    /// What git prints; it must not fail.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).expect("git starts");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {words}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Commits what is staged, an hour after the last time.
    pub fn commit(&self, message: &str) {
        self.clock.set(self.clock.get() + 3600);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path.join(name);
        std::fs::create_dir_all(path.parent().expect("in a folder")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }

    fn all(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.commit(message);
    }

    /// Changes of every kind: lines, renames, modes, links, binary content, merges, tags.
    pub fn history(&self) {
        let numbered = |changed: &dyn Fn(u32) -> bool| -> Vec<u8> {
            let line = |at| {
                let word = if changed(at) { "other" } else { "line" };
                format!("{word} {at}\n")
            };
            (1..200).map(line).collect::<String>().into_bytes()
        };
        let code = |from: u32, plus: u32| -> Vec<u8> {
            let function = |at: u32| {
                format!(
                    "int f{at}(int x)\n{{\n    return x + {};\n}}\n\n",
                    at * plus
                )
            };
            (from..60).map(function).collect::<String>().into_bytes()
        };
        self.write("src/a.txt", &numbered(&|_| false));
        self.write("src/code.c", &code(0, 1));
        self.write("crlf.txt", b"one\r\ntwo\r\nthree\r\n");
        self.write("no-end.txt", b"no line end");
        self.write("binary.dat", b"x\0y");
        self.write("doc/with space.txt", b"hello\n");
        self.write("doc/grün.txt", "grün\n".as_bytes());
        self.write("doc/tab\there", b"tab\n");
        self.write("empty.txt", b"");
        self.write("run.sh", b"#!/bin/sh\n");
        std::os::unix::fs::symlink("src/a.txt", self.path.join("link")).expect("linked");
        self.all("First\n\nwith a body");
        self.write("src/a.txt", &numbered(&|at| at % 50 == 0));
        self.write("src/code.c", &code(0, 3));
        self.all("Lines");
        self.git(&["mv", "src/a.txt", "src/moved.txt"]);
        self.write("src/moved.txt", &numbered(&|at| at % 20 == 0));
        self.git(&["mv", "empty.txt", "void.txt"]);
        self.all("Renames");
        self.git(&["update-index", "--chmod=+x", "run.sh"]);
        self.commit("Mode");
        self.git(&["checkout", "-q", "--", "run.sh"]);
        self.write("crlf.txt", b"one\r\nzwei\r\nthree\r\n");
        self.write("no-end.txt", b"no line end\nbut two lines");
        self.write("binary.dat", b"x\0z");
        std::fs::remove_file(self.path.join("link")).expect("removed");
        self.write("link", b"a file now\n");
        self.all("Ends, binary, type");
        self.git(&["tag", "-a", "v1.0", "-m", "One"]);
        self.git(&["tag", "light"]);
        self.git(&["checkout", "-q", "-b", "feature"]);
        self.write("src/code.c", &code(2, 3));
        self.all("Feature");
        self.git(&["checkout", "-q", "main"]);
        self.write("main.txt", b"main\n");
        self.all("Main");
        self.clock.set(self.clock.get() + 3600);
        self.git(&["merge", "-q", "--no-ff", "-m", "Merge feature", "feature"]);
        self.git(&["rm", "-q", "binary.dat"]);
        self.commit("Remove");
    }

    /// Staged, unstaged, unknown and ignored changes.
    pub fn dirty(&self) {
        self.write("src/moved.txt", b"staged\n");
        self.git(&["add", "-A"]);
        self.write("src/moved.txt", b"staged\nand more\n");
        self.git(&["mv", "void.txt", "a new name.txt"]);
        self.git(&["rm", "-q", "main.txt"]);
        std::fs::remove_file(self.path.join("no-end.txt")).expect("removed");
        std::fs::remove_file(self.path.join("link")).expect("removed");
        std::os::unix::fs::symlink("nowhere", self.path.join("link")).expect("linked");
        self.write("unknown/deep/file", b"x\n");
        self.write("ünknown", b"x\n");
        self.write(".gitignore", b"*.o\n!keep.o\nbuild/\n/doc/*.tmp\n");
        for ignored in ["a.o", "keep.o", "build/x", "doc/x.tmp", "only/x.o"] {
            self.write(ignored, b"");
        }
        std::fs::create_dir_all(self.path.join("hollow")).expect("made");
    }

    /// A clone whose branch follows this one's.
    pub fn copied(&self) -> Place {
        let copy = self.beside(&format!("copy-{}", tempfile_name(&self.folder)));
        self.git(&["clone", "-q", &self.path(), &copy.path()]);
        copy.name();
        copy
    }

    /// A second working tree of the same repository.
    pub fn linked(&self, branch: &str) -> Place {
        let linked = self.beside("linked");
        self.git(&["worktree", "add", "-q", &linked.path(), branch]);
        linked
    }

    /// A bare clone.
    pub fn bare(&self) -> Place {
        let bare = self.beside("bare.git");
        self.git(&["clone", "-q", "--bare", &self.path(), &bare.path()]);
        bare
    }
}

/// A name that no folder has yet.
fn tempfile_name(folder: &tempfile::TempDir) -> usize {
    std::fs::read_dir(folder.path()).expect("listed").count()
}
