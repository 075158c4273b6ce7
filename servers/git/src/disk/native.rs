//! The standard library's calls; what is opened or looked at is never a link.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;

use super::{Kind, More, Stat};
use crate::failure::Fault;

/// A file that is open for reading.
pub struct File {
    file: fs::File,
    size: u64,
}

impl File {
    /// Opens a regular file.
    pub fn open(path: &[u8]) -> Result<File, Fault> {
        // non-blocking: opening a pipe must not wait for somebody to write into it
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(OsStr::from_bytes(path))
            .map_err(|error| fault(&error))?;
        let metadata = file.metadata().map_err(|error| fault(&error))?;
        if metadata.is_dir() {
            return Err(Fault::IsDirectory);
        }
        if !metadata.is_file() {
            return Err(Fault::Io);
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
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(fault(&error)),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}

/// A directory whose entries are looked at one after another: the kernel need not find its way there each time.
pub struct Folder(OwnedFd);

impl Folder {
    /// Opens the directory at `path`.
    pub fn open(path: &[u8]) -> Result<Folder, Fault> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::open(OsStr::from_bytes(path), flags, Mode::empty())
            .map(Folder)
            .map_err(known)
    }

    /// What the entry `name` is, a link not followed.
    pub fn stat(&self, name: &[u8]) -> Result<Stat, Fault> {
        let name = OsStr::from_bytes(name);
        let stat = statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW).map_err(known)?;
        Ok(Stat {
            kind: kind_of(FileType::from_raw_mode(stat.st_mode)),
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified: (
                stat.st_mtime,
                u32::try_from(stat.st_mtime_nsec).unwrap_or(0),
            ),
            executable: Some(stat.st_mode & 0o100 != 0),
            more: Some(More {
                changed: (
                    stat.st_ctime,
                    u32::try_from(stat.st_ctime_nsec).unwrap_or(0),
                ),
                device: stat.st_dev,
                inode: stat.st_ino,
                user: stat.st_uid,
                group: stat.st_gid,
            }),
        })
    }

    /// Its entries, by the bytes of their names.
    pub fn entries(&self) -> Result<Vec<(Vec<u8>, Kind)>, Fault> {
        // Opened anew, to be read: the descriptor that is held only leads to it.
        listed(openat(&self.0, ".", LISTED, Mode::empty()))
    }
}

/// How a directory is opened whose entries are read.
const LISTED: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);

fn listed(opened: Result<OwnedFd, Errno>) -> Result<Vec<(Vec<u8>, Kind)>, Fault> {
    let mut folder = opened.and_then(Dir::new).map_err(known)?;
    let mut entries = Vec::new();
    while let Some(entry) = folder.read() {
        let entry = entry.map_err(known)?;
        let name = entry.file_name().to_bytes();
        if matches!(name, b"." | b"..") {
            continue;
        }
        let kind = match entry.file_type() {
            // Not every file system tells with the name.
            FileType::Unknown => {
                let flags = AtFlags::SYMLINK_NOFOLLOW;
                let stat = folder
                    .fd()
                    .and_then(|folder| statat(folder, OsStr::from_bytes(name), flags));
                stat.map_or(Kind::Other, |stat| {
                    kind_of(FileType::from_raw_mode(stat.st_mode))
                })
            }
            told => kind_of(told),
        };
        entries.push((name.to_vec(), kind));
    }
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    Ok(entries)
}

fn kind_of(of: FileType) -> Kind {
    match of {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    }
}

/// What stands at `path` itself, a link not followed.
pub fn stat(path: &[u8]) -> Result<Stat, Fault> {
    let metadata = fs::symlink_metadata(OsStr::from_bytes(path)).map_err(|error| fault(&error))?;
    let nanos = |value: i64| u32::try_from(value).unwrap_or(0);
    Ok(Stat {
        kind: kind(metadata.file_type()),
        size: metadata.len(),
        modified: (metadata.mtime(), nanos(metadata.mtime_nsec())),
        executable: Some(metadata.mode() & 0o100 != 0),
        more: Some(More {
            changed: (metadata.ctime(), nanos(metadata.ctime_nsec())),
            device: metadata.dev(),
            inode: metadata.ino(),
            user: metadata.uid(),
            group: metadata.gid(),
        }),
    })
}

/// The entries of a directory, by the bytes of their names.
pub fn entries(path: &[u8]) -> Result<Vec<(Vec<u8>, Kind)>, Fault> {
    listed(rustix::fs::open(
        OsStr::from_bytes(path),
        LISTED,
        Mode::empty(),
    ))
}

/// Where the link at `path` points.
pub fn read_link(path: &[u8]) -> Result<Vec<u8>, Fault> {
    fs::read_link(OsStr::from_bytes(path))
        .map(|target| target.into_os_string().into_vec())
        .map_err(|error| fault(&error))
}

/// The path with every link in it resolved.
pub fn real(path: &[u8]) -> Result<Vec<u8>, Fault> {
    fs::canonicalize(OsStr::from_bytes(path))
        .map(|path| path.into_os_string().into_vec())
        .map_err(|error| fault(&error))
}

/// Makes a file that must not exist yet.
pub fn create_new(path: &[u8], bytes: &[u8], executable: bool) -> Result<(), Fault> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(if executable { 0o777 } else { 0o666 })
        .open(OsStr::from_bytes(path))
        .map_err(|error| fault(&error))?;
    file.write_all(bytes).map_err(|error| {
        // half a file is worse than none; that it cannot be removed would be said by the next attempt
        let _ = fs::remove_file(OsStr::from_bytes(path));
        fault(&error)
    })
}

/// Gives a file its bit for execution, or takes it.
pub fn set_executable(path: &[u8], executable: bool) -> Result<(), Fault> {
    let path = OsStr::from_bytes(path);
    let mode = fs::symlink_metadata(path)
        .map_err(|error| fault(&error))?
        .mode();
    let mode = if executable {
        // whoever may read may execute, as git does
        mode | (mode & 0o444) >> 2
    } else {
        mode & !0o111
    };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|error| fault(&error))
}

/// Moves `from` to `to` and replaces what is there.
pub fn rename(from: &[u8], to: &[u8]) -> Result<(), Fault> {
    fs::rename(OsStr::from_bytes(from), OsStr::from_bytes(to)).map_err(|error| fault(&error))
}

/// Removes a file or a link.
pub fn remove_file(path: &[u8]) -> Result<(), Fault> {
    fs::remove_file(OsStr::from_bytes(path)).map_err(|error| fault(&error))
}

/// Removes an empty directory.
pub fn remove_directory(path: &[u8]) -> Result<(), Fault> {
    fs::remove_dir(OsStr::from_bytes(path)).map_err(|error| fault(&error))
}

/// Makes one directory.
pub fn create_directory(path: &[u8]) -> Result<(), Fault> {
    fs::create_dir(OsStr::from_bytes(path)).map_err(|error| fault(&error))
}

/// Makes a link at `path` that holds `target`.
pub fn symlink(target: &[u8], path: &[u8]) -> Result<(), Fault> {
    std::os::unix::fs::symlink(OsStr::from_bytes(target), OsStr::from_bytes(path))
        .map_err(|error| fault(&error))
}

fn kind(of: fs::FileType) -> Kind {
    if of.is_file() {
        Kind::File
    } else if of.is_dir() {
        Kind::Directory
    } else if of.is_symlink() {
        Kind::Link
    } else {
        debug_assert!(
            of.is_fifo() || of.is_socket() || of.is_char_device() || of.is_block_device()
        );
        Kind::Other
    }
}

fn fault(error: &std::io::Error) -> Fault {
    match error.raw_os_error() {
        Some(code) => known(Errno::from_raw_os_error(code)),
        None => Fault::Io,
    }
}

fn known(error: Errno) -> Fault {
    match error {
        Errno::NOENT => Fault::Missing,
        Errno::NOTDIR => Fault::NotDirectory,
        Errno::ISDIR => Fault::IsDirectory,
        Errno::EXIST => Fault::Exists,
        Errno::ACCESS | Errno::PERM => Fault::Denied,
        Errno::LOOP => Fault::Loop,
        Errno::NOTEMPTY => Fault::NotEmpty,
        Errno::ROFS => Fault::ReadOnly,
        Errno::NOSPC | Errno::DQUOT => Fault::Full,
        Errno::ILSEQ => Fault::BadName,
        Errno::FBIG => Fault::TooLarge,
        _ => Fault::Io,
    }
}
