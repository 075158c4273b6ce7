//! Descriptors instead of paths: each path is opened once, and the kernel is told to refuse any link that appeared in it since it was checked.

use std::ffi::CStr;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags, ResolveFlags};
use rustix::io::Errno;

use super::{Entry, Kind, Stat};
use crate::failure::Fault;
use crate::lexical;

/// A file that is open for reading.
pub struct File {
    file: fs::File,
    size: u64,
}

impl File {
    /// Opens a regular file.
    pub fn open(path: &str) -> Result<File, Fault> {
        // non-blocking: opening a pipe must not wait for somebody to write into it
        let file = fs::File::from(open(path, OFlags::RDONLY | OFlags::NONBLOCK)?);
        let metadata = file.metadata().map_err(|error| fault_of(&error))?;
        if !metadata.is_file() && !metadata.is_dir() {
            return Err(Fault::Invalid);
        }
        Ok(File {
            file,
            size: metadata.len(),
        })
    }

    /// Bytes it had when it was opened.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Up to `length` bytes from `offset`; fewer only where the file ends.
    pub fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, Fault> {
        let mut bytes = vec![0; length];
        let mut filled = 0;
        while filled < length {
            match self
                .file
                .read_at(&mut bytes[filled..], offset + filled as u64)
            {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(fault_of(&error)),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}

/// What stands at `path` itself, a link not followed.
pub fn look(path: &str) -> Result<Kind, Fault> {
    let stat = rustix::fs::statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW).map_err(fault)?;
    Ok(kind(FileType::from_raw_mode(stat.st_mode)))
}

/// What is known about `path`.
pub fn stat(path: &str) -> Result<Stat, Fault> {
    let fd = open(path, OFlags::PATH)?;
    let metadata = fs::File::from(fd)
        .metadata()
        .map_err(|error| fault_of(&error))?;
    let seconds = |time: std::io::Result<SystemTime>| {
        let time = time.ok()?;
        Some(match time.duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_secs().cast_signed(),
            Err(before) => -before.duration().as_secs_f64().ceil() as i64,
        })
    };
    Ok(Stat {
        kind: kind(FileType::from_raw_mode(metadata.mode())),
        size: metadata.len(),
        created: seconds(metadata.created()),
        modified: seconds(metadata.modified()),
        accessed: seconds(metadata.accessed()),
        mode: Some(metadata.mode()),
    })
}

/// A directory that is open.
pub struct Directory(OwnedFd);

impl Directory {
    /// Opens a directory.
    pub fn open(path: &str) -> Result<Directory, Fault> {
        open(path, OFlags::RDONLY | OFlags::DIRECTORY).map(Directory)
    }

    /// Opens a directory in this one; a link is refused.
    pub fn below(&self, name: &str) -> Result<Directory, Fault> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(&self.0, name, flags, Mode::empty())
            .map(Directory)
            .map_err(fault)
    }

    /// The size of an entry, a link not followed.
    pub fn size(&self, name: &str) -> Result<u64, Fault> {
        let stat = rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW).map_err(fault)?;
        Ok(u64::try_from(stat.st_size).unwrap_or(0))
    }

    /// The entries, by the bytes of their names.
    pub fn entries(&self) -> Result<Vec<Entry>, Fault> {
        let mut entries = Vec::new();
        for entry in Dir::read_from(&self.0).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => {
                    let stat = rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW);
                    kind(FileType::from_raw_mode(stat.map_err(fault)?.st_mode))
                }
                known => kind(known),
            };
            entries.push(Entry {
                name: text(name),
                kind,
            });
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }
}

/// Whether the system itself keeps every link below `path` inside `directories`: natively it does not.
pub fn confines(_path: &str, _directories: &[String]) -> bool {
    false
}

/// Where the link at `path` points.
pub fn read_link(path: &str) -> Result<String, Fault> {
    let target = rustix::fs::readlinkat(CWD, path, Vec::new()).map_err(fault)?;
    Ok(text(&target))
}

/// The path with every link in it resolved, as the system sees it.
pub fn real(path: &str) -> Option<Result<String, Fault>> {
    Some(match fs::canonicalize(path) {
        Ok(real) => real
            .into_os_string()
            .into_string()
            .map_err(|_| Fault::BadName),
        Err(error) => Err(fault_of(&error)),
    })
}

/// The directories that the system confines this program to: natively there are none.
pub fn granted() -> Vec<String> {
    Vec::new()
}

/// Makes one directory.
pub fn create_directory(path: &str) -> Result<(), Fault> {
    let (parent, name) = anchor(path)?;
    rustix::fs::mkdirat(parent, name, Mode::from_raw_mode(0o777)).map_err(fault)
}

/// Moves `from` to `to`, which must not exist.
pub fn rename(from: &str, to: &str) -> Result<(), Fault> {
    let (from_parent, from_name) = anchor(from)?;
    let (to_parent, to_name) = anchor(to)?;
    let renamed = rustix::fs::renameat_with(
        &from_parent,
        from_name,
        &to_parent,
        to_name,
        RenameFlags::NOREPLACE,
    );
    match renamed {
        // a file system without that flag: the caller has looked already
        Err(Errno::INVAL | Errno::NOSYS) => {
            rustix::fs::renameat(from_parent, from_name, to_parent, to_name).map_err(fault)
        }
        other => other.map_err(fault),
    }
}

/// Puts `bytes` at `path` in one step: readers see the old content or the new, never a part.
///
/// A file that is replaced keeps its permission bits.
pub fn replace(path: &str, bytes: &[u8]) -> Result<(), Fault> {
    let (parent, name) = anchor(path)?;
    let before = match rustix::fs::statat(&parent, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Directory => {
            return Err(Fault::IsDirectory);
        }
        Ok(stat) => Some(Mode::from_raw_mode(stat.st_mode & 0o777)),
        Err(Errno::NOENT) => None,
        Err(error) => return Err(fault(error)),
    };
    let temporary = format!(
        "{name}.{:016x}.tmp",
        RandomState::new().build_hasher().finish()
    );
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = rustix::fs::openat(&parent, &*temporary, flags, Mode::from_raw_mode(0o666))
        .map_err(fault)?;
    let finish = || -> Result<(), Fault> {
        if let Some(mode) = before {
            rustix::fs::fchmod(&fd, mode).map_err(fault)?;
        }
        let mut file = fs::File::from(fd);
        file.write_all(bytes).map_err(|error| fault_of(&error))?;
        drop(file);
        rustix::fs::renameat(&parent, &*temporary, &parent, name).map_err(fault)
    };
    finish().inspect_err(|_| {
        // the write has failed already; a temporary that cannot be removed changes nothing of that
        let _ = rustix::fs::unlinkat(&parent, &*temporary, AtFlags::empty());
    })
}

/// The directory that holds `path`, opened, and the name in it.
fn anchor(path: &str) -> Result<(OwnedFd, &str), Fault> {
    let parent = open(lexical::parent(path), OFlags::PATH | OFlags::DIRECTORY)?;
    Ok((parent, lexical::name(path)))
}

/// Opens an absolute path in which no component may be a link.
fn open(path: &str, flags: OFlags) -> Result<OwnedFd, Fault> {
    let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    #[cfg(target_os = "linux")]
    match rustix::fs::openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS) {
        // kernels before 5.6, and sandboxes that do not know the call
        Err(Errno::NOSYS | Errno::PERM) => {}
        other => return other.map_err(fault),
    }
    rustix::fs::openat(CWD.as_fd(), path, flags, Mode::empty()).map_err(fault)
}

fn text(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}

fn kind(of: FileType) -> Kind {
    match of {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    }
}

fn fault_of(error: &std::io::Error) -> Fault {
    error
        .raw_os_error()
        .map_or(Fault::Io, |code| fault(Errno::from_raw_os_error(code)))
}

fn fault(errno: Errno) -> Fault {
    match errno {
        Errno::NOENT => Fault::Missing,
        Errno::NOTDIR => Fault::NotDirectory,
        Errno::ISDIR => Fault::IsDirectory,
        Errno::EXIST => Fault::Exists,
        Errno::ACCESS => Fault::Denied,
        Errno::PERM => Fault::NotPermitted,
        Errno::LOOP => Fault::Loop,
        Errno::NAMETOOLONG => Fault::NameTooLong,
        Errno::NOTEMPTY => Fault::NotEmpty,
        Errno::INVAL => Fault::Invalid,
        Errno::ROFS => Fault::ReadOnly,
        Errno::NOSPC | Errno::DQUOT => Fault::Full,
        Errno::XDEV => Fault::CrossDevice,
        Errno::ILSEQ => Fault::BadName,
        _ => Fault::Io,
    }
}
