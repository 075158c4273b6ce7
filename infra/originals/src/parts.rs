//! Every file of this machine that a program needs to run where nothing else is: for an image that holds only them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use toolchain::Missing;
use toolchain::process::Step;

use crate::store::Store;

/// What images of interpreters leave out of a library: what tests it, draws windows, or installs further packages.
const LEFT_OUT: [&str; 9] = [
    "test",
    "idlelib",
    "turtledemo",
    "tkinter",
    "lib2to3",
    "ensurepip",
    "site-packages",
    "dist-packages",
    "pydoc_data",
];

/// Asks a Python where its library is, and the part of it that is machine code.
const LIBRARY: &str = "import sysconfig as s; print(s.get_path('stdlib')); print(s.get_config_var('DESTSHARED') or '')";

/// Lists the libraries of programs; one that needs none makes `ldd` fail and matters to nobody.
const LIBRARIES: &str = r#"ldd "$@" 2>/dev/null || true"#;

/// Files and links, by their places; folders are told by what is in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// The interpreter with its libraries: the same for all that it runs.
    pub interpreter: BTreeSet<PathBuf>,
    /// What it runs, and what that needs beside it.
    pub packages: BTreeSet<PathBuf>,
}

impl Store {
    /// Everything that this interpreter needs to run what is in these files and folders.
    ///
    /// # Errors
    /// When the interpreter does not tell where its library is, with the remedy.
    pub fn parts(&self, program: &Path, ships: &[PathBuf]) -> Result<Parts, Missing> {
        let real = std::fs::canonicalize(program).map_err(|error| {
            Missing::new(
                format!("{} cannot be found: {error}", program.display()),
                "Remove the folder that it should be in, then run the command again.",
            )
        })?;
        let mut interpreter = Gathered::default();
        interpreter.add(&real);
        if name(&real).starts_with("python") {
            for folder in self.library(program)? {
                interpreter.add(&folder);
            }
        }
        self.libraries(&mut interpreter)?;
        let mut packages = Gathered::default();
        packages.add(program);
        for shipped in ships {
            packages.add(shipped);
        }
        self.libraries(&mut packages)?;
        let own = packages.files.difference(&interpreter.files);
        Ok(Parts {
            packages: own.cloned().collect(),
            interpreter: interpreter.files,
        })
    }

    /// The folders of a Python's own library.
    fn library(&self, program: &Path) -> Result<Vec<PathBuf>, Missing> {
        let step = Step::new(program, &self.commands).args(["-I", "-c", LIBRARY]);
        let told = step.run(None, &mut |_| {}).map_err(|failure| {
            Missing::new(
                format!("Python does not tell where its library is: {failure}"),
                "Install Python 3.10 or newer, then run the command again.",
            )
        })?;
        let folders = told.lines().map(PathBuf::from);
        Ok(folders.filter(|folder| folder.is_dir()).collect())
    }

    /// Adds the shared libraries of all programs and libraries that are there.
    fn libraries(&self, gathered: &mut Gathered) -> Result<(), Missing> {
        let shell = self.commands.find("sh").unwrap_or_else(|| "/bin/sh".into());
        let linked: Vec<PathBuf> = gathered
            .files
            .iter()
            .filter(|file| is_linked(file))
            .cloned()
            .collect();
        // Far from what a command line may hold.
        for some in linked.chunks(100) {
            let step = Step::new(&shell, &self.commands)
                .args(["-c", LIBRARIES, "sh"])
                .args(some);
            let told = step.run(None, &mut |_| {}).map_err(|failure| {
                Missing::new(
                    format!("shared libraries cannot be listed: {failure}"),
                    "Install `ldd`, which comes with the C library, then run the command again.",
                )
            })?;
            for library in told.lines().filter_map(library) {
                gathered.add(library);
            }
        }
        Ok(())
    }
}

/// The library that a line of `ldd` names: `libz.so.1 => /lib/libz.so.1 (0x…)`, or the loader's `/lib64/ld-linux.so.2 (0x…)`.
fn library(line: &str) -> Option<&Path> {
    let (named, _) = line.trim().rsplit_once(" (0x")?;
    let place = named.rsplit_once("=> ").map_or(named, |(_, place)| place);
    place.starts_with('/').then(|| Path::new(place))
}

/// Whether a file may need shared libraries: it begins as those do.
fn is_linked(file: &Path) -> bool {
    use std::io::Read as _;
    let named = name(file);
    let executable =
        file.extension().is_none() || named.contains(".so") || named.starts_with("python");
    let mut begin = [0; 4];
    let read = |file: std::fs::File| {
        let mut file = file;
        file.read_exact(&mut begin).is_ok()
    };
    executable && std::fs::File::open(file).is_ok_and(read) && begin == *b"\x7fELF"
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(OsStr::new(""));
    name.to_string_lossy().into_owned()
}

/// What was found so far.
#[derive(Default)]
struct Gathered {
    files: BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
}

impl Gathered {
    /// Adds a file, or a folder with everything in it; of a link also what it leads to.
    fn add(&mut self, path: &Path) {
        let Ok(found) = std::fs::symlink_metadata(path) else {
            // A link that leads nowhere does so in the image too.
            return;
        };
        if found.is_dir() {
            if self.folders.insert(path.to_owned()) {
                let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
                for entry in entries.filter(|entry| !is_left_out(path, &entry.file_name())) {
                    self.add(&entry.path());
                }
            }
        } else if (found.is_file() || found.is_symlink())
            && self.files.insert(path.to_owned())
            && let Ok(target) = std::fs::read_link(path)
        {
            let folder = path.parent().unwrap_or(Path::new("/"));
            self.add(&plain(&folder.join(target)));
        }
    }
}

/// Whether an entry of an interpreter's own library is left out. A package may call a folder of its own as it likes.
fn is_left_out(folder: &Path, entry: &OsStr) -> bool {
    let library = folder.join("os.py").is_file() && folder.join("sysconfig.py").is_file();
    let entry = entry.to_string_lossy();
    library && (LEFT_OUT.contains(&&*entry) || entry.starts_with("config-"))
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_brings_what_it_leads_to_and_a_circle_ends() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("venv/bin")).expect("made");
        fs::create_dir_all(at("base/bin")).expect("made");
        fs::write(at("base/bin/python3.9"), "").expect("written");
        fs::write(at("base/other"), "").expect("written");
        symlink("python3.9", at("base/bin/python3")).expect("made");
        symlink("../../base/bin/python3", at("venv/bin/python")).expect("made");
        symlink("../venv", at("venv/again")).expect("made");
        symlink("nowhere", at("venv/lost")).expect("made");
        let mut gathered = Gathered::default();
        gathered.add(&at("venv"));
        let expected = [
            "base/bin/python3",
            "base/bin/python3.9",
            "venv/again",
            "venv/bin/python",
            "venv/lost",
        ];
        assert_eq!(gathered.files, expected.map(at).into());
    }

    #[test]
    fn what_tests_a_library_is_left_out_and_what_tests_a_package_is_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        for place in ["lib/test", "lib/json/test", "lib/config-3.9-x86"] {
            fs::create_dir_all(at(place)).expect("made");
            fs::write(at(place).join("a.py"), "").expect("written");
        }
        for library in ["lib/os.py", "lib/sysconfig.py"] {
            fs::write(at(library), "").expect("written");
        }
        let mut gathered = Gathered::default();
        gathered.add(&at("lib"));
        let expected = ["lib/json/test/a.py", "lib/os.py", "lib/sysconfig.py"];
        assert_eq!(gathered.files, expected.map(at).into());
    }

    #[test]
    fn libraries_are_read_from_the_lines_that_name_one() {
        for (line, found) in [
            (
                "\tlibz.so.1 => /lib/libz.so.1 (0x00007f)",
                Some("/lib/libz.so.1"),
            ),
            (
                "\t/lib64/ld-linux-x86-64.so.2 (0x00007f)",
                Some("/lib64/ld-linux-x86-64.so.2"),
            ),
            ("\tlinux-vdso.so.1 (0x00007f)", None),
            ("\tlibx.so => not found", None),
            ("/a/b.so:", None),
            ("\tstatically linked", None),
        ] {
            assert_eq!(library(line), found.map(Path::new), "{line}");
        }
    }
}
