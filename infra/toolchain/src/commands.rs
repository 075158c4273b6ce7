//! Where commands are looked for: one search path and a few variables, handed in so that tests can imitate a machine.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The search path that every command of this crate is found on and started with.
#[derive(Debug, Clone)]
pub struct Commands {
    search: OsString,
}

impl Commands {
    /// The search path of this process.
    pub fn of_this_process() -> Self {
        Self {
            search: std::env::var_os("PATH").unwrap_or_default(),
        }
    }

    /// A search path of one's own.
    ///
    /// # Panics
    /// When a folder's name holds the separator of search paths.
    pub fn on(folders: &[&Path]) -> Self {
        Self {
            search: std::env::join_paths(folders).expect("no folder's name holds the separator"),
        }
    }

    /// The first executable file of this name; a name with a slash is taken as it stands.
    pub fn find(&self, name: impl AsRef<OsStr>) -> Option<PathBuf> {
        let name = Path::new(name.as_ref());
        if name.components().count() > 1 {
            return is_executable(name).then(|| name.to_owned());
        }
        std::env::split_paths(&self.search)
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(name))
            .find(|candidate| is_executable(candidate))
    }

    /// What a child sees as `PATH`.
    pub fn search(&self) -> &OsStr {
        &self.search
    }
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_executed_and_a_folder_are_passed_over() {
        let root = tempfile::tempdir().expect("temporary folder");
        let (first, second) = (root.path().join("first"), root.path().join("second"));
        std::fs::create_dir_all(first.join("folder")).expect("folder");
        std::fs::create_dir_all(&second).expect("folder");
        std::fs::write(first.join("tool"), "not a program").expect("file");
        std::fs::write(second.join("tool"), "#!/bin/sh\n").expect("file");
        let mut mode = second.join("tool").metadata().expect("meta").permissions();
        mode.set_mode(0o755);
        std::fs::set_permissions(second.join("tool"), mode).expect("chmod");

        let commands = Commands::on(&[&first, &second]);
        assert_eq!(commands.find("tool"), Some(second.join("tool")));
        assert_eq!(commands.find("folder"), None);
        assert_eq!(commands.find("absent"), None);
    }
}
